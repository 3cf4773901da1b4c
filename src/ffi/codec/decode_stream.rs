//! Decoding of streams that functions of the caller read and write.

use super::decode_file::DecodeJob;
use super::decode_options::sqs_decode_options;
use super::files::with_stats;
use super::stats::sqs_codec_stats;
use super::stream::{ends, sqs_stream};
use crate::ffi::regions::Region;
use crate::ffi::status::{sqs_error, sqs_status, without_handle};
use crate::ffi::structs::Out;

/// Decodes a stream that functions of the caller read and write, from its start, or by stream->seek. Hosts only.
///
/// Position 0 of the output is byte options->first of the original. Holes are skipped; with #SQS_DECODE_RECOVER bytes
/// may come late, after later ones. Without stream->write the stream is only checked.
///
/// @param[in]  stream        functions that read and write
/// @param[in]  options       options of the decoder
/// @param[out] length_bytes  number of bytes from options->first, holes included; may be NULL
/// @param[out] stats         statistics, also after an error; struct_size set by the caller; may be NULL
/// @param[out] error         details of an error; may be NULL
/// @retval SQS_OK            with #SQS_DECODE_RECOVER also for a damaged stream
/// @retval SQS_ERR_CALLBACK  a function failed; its return code is in the detail
/// @return the statuses of sqs_decode_file(), except those of its files
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decode_stream(
    stream: *const sqs_stream,
    options: *const sqs_decode_options,
    length_bytes: *mut u64,
    stats: *mut sqs_codec_stats,
    error: *mut sqs_error,
) -> sqs_status {
    without_handle(error, |call| {
        let (mut reader, mut writer, total) = ends(stream)?;
        let length = Out::or_null("length_bytes", length_bytes)?;
        let job = DecodeJob::new(options)?;
        let outs = [Region::value("length_bytes", length_bytes), Region::structure("stats", stats)];
        let [a, b] = outs;
        let ins = [Region::structure("stream", stream), Region::structure("options", options)];
        call.claim(&[a, b, job.memory(), job.missing()], &ins)?;
        with_stats(stats, |s| {
            let mut report = |p: &_| job.watch().report(p);
            let done = if reader.can_seek() {
                job.run_anywhere(&mut reader, &mut writer, total, &mut report, s)
            } else {
                job.run(&mut reader, &mut writer, total, &mut report, s)
            };
            length.set(done?);
            Ok(())
        })
    })
}
