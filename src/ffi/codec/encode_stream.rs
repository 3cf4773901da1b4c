//! Encoding of streams that functions of the caller read and write.

use super::encode_file::EncodeJob;
use super::encode_options::sqs_encode_options;
use super::files::with_stats;
use super::stats::sqs_codec_stats;
use super::stream::{ends, sqs_stream};
use crate::ffi::regions::Region;
use crate::ffi::status::{sqs_error, sqs_status, without_handle};

/// Encodes a stream that functions of the caller read and write: standard input, sockets, archives. Hosts only.
///
/// The functions are called from the calling thread, whatever options->threads is.
///
/// @param[in]  stream   functions that read and write
/// @param[in]  options  options of the encoder
/// @param[out] stats    statistics, also after an error; struct_size set by the caller; may be NULL
/// @param[out] error    details of an error; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_CALLBACK  a function failed; its return code is in the detail
/// @return the statuses of sqs_encode_file(), except those of its files
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encode_stream(
    stream: *const sqs_stream,
    options: *const sqs_encode_options,
    stats: *mut sqs_codec_stats,
    error: *mut sqs_error,
) -> sqs_status {
    without_handle(error, |call| {
        let (mut reader, mut writer, total) = ends(stream)?;
        writer.required()?;
        let job = EncodeJob::new(options)?;
        let ins = [Region::structure("stream", stream), Region::structure("options", options)];
        call.claim(&[Region::structure("stats", stats), job.memory()], &ins)?;
        with_stats(stats, |s| job.run(&mut reader, &mut writer, total, &mut |p| job.watch().report(p), s))
    })
}
