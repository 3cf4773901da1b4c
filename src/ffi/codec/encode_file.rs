//! Encoding of files.

use super::area::Area;
use super::encode_options::{parse, sqs_encode_options};
use super::files::{keep, paths, with_stats};
use super::progress::{Report, Watch, sqs_progress};
use super::stats::{encoded, sqs_codec_stats, timed};
use crate::checked;
use crate::codec::options::EncodeOptions;
use crate::codec::whole::encode;
use crate::codec::whole::encode::Report as Figures;
use crate::ffi::elements::SQS_ALL;
use crate::ffi::regions::Region;
use crate::ffi::status::{sqs_error, sqs_status, without_handle};
use crate::ffi::structs::Out;
use crate::io::replace::{Input, Replacement};
use crate::io::{ByteSink, ByteSource};
use crate::status::{Result, Status};
use core::ffi::c_char;
use std::time::Instant;

/// An encoding to run: parsed options.
#[derive(Clone, Copy)]
pub(super) struct EncodeJob {
    core: EncodeOptions,
    options: sqs_encode_options,
}

impl EncodeJob {
    pub(super) fn new(options: *const sqs_encode_options) -> Result<Self> {
        let (core, options) = parse(options)?;
        encode::memory(&core, options.threads)?;
        Ok(EncodeJob { core, options })
    }

    /// The memory that the options give to the job.
    pub(super) fn memory(&self) -> Region {
        Region::bytes("memory of the options", self.options.memory, self.options.memory_bytes)
    }

    pub(super) fn watch(&self) -> Watch {
        Watch { call: self.options.progress, ctx: self.options.ctx }
    }

    /// Encodes. Fills the statistics also after an error.
    pub(super) fn run(
        &self,
        source: &mut dyn ByteSource,
        sink: &mut dyn ByteSink,
        total_bytes: u64,
        report: &mut Report<'_>,
        stats: &mut sqs_codec_stats,
    ) -> Result<()> {
        let needed = encode::memory(&self.core, self.options.threads)?;
        let mut area = Area::new(self.options.memory, self.options.memory_bytes, needed)?;
        let (start, mut figures) = (Instant::now(), Figures::default());
        let mut watch = |s: &crate::codec::stream::encoder::EncodeStats| {
            report(&sqs_progress { total_bytes, in_bytes: s.raw_bytes, out_bytes: s.coded_bytes, frames: s.frames })
        };
        let threads = self.options.threads;
        let ends = (source, sink);
        let done = encode::encode(&self.core, threads, area.carver()?, ends, &mut watch, &mut figures);
        *stats = encoded(&figures.stats, figures.ended);
        timed(stats, start.elapsed(), [figures.reading, figures.encoding, figures.writing]);
        stats.peak_bytes = checked::count(needed);
        done
    }

    /// Encodes a file.
    pub(super) fn file(
        &self,
        from: &str,
        to: &str,
        report: &mut Report<'_>,
        stats: &mut sqs_codec_stats,
    ) -> Result<()> {
        let mut input = Input::open(from)?;
        let mut output = Replacement::beside(to, Some(&input))?;
        let total = input.len().unwrap_or(SQS_ALL);
        self.run(&mut input, &mut output, total, report, stats)?;
        keep(output, stats.coded_bytes, stats)
    }
}

/// Encodes a file. Hosts only. Blocks; sqs_encode_file_async() does not.
///
/// Where not all of options->threads can be started, it encodes with those that can, down to the calling thread.
///
/// Writes a temporary file in the directory of the output, which replaces the output when it is complete and on the
/// disk: without a name where the system can, else NAME.sqrtspace-N.tmp, of which the next call removes stale ones.
/// After an error no file remains, and an earlier output is unchanged, unless the detail of #SQS_ERR_IO states that the
/// output is in its place. The output has the time of the input and its permissions, less the umask, and none that an
/// earlier output does not have. A symbolic link is replaced, not followed. Uses the memory that
/// sqs_encode_work_bytes() returns and no other (the system library copies paths of 384 bytes and more to the heap).
///
/// @param[in]  in_path   input: UTF-8, at most 4095 bytes
/// @param[in]  out_path  output: UTF-8, at most 4095 bytes; not the input; if it exists, a regular file
/// @param[in]  options   options of the encoder
/// @param[out] stats     statistics, also after an error; struct_size set by the caller; may be NULL
/// @param[out] error     details of an error, with errno; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_IO           a file cannot be opened, read, created or written, the disk is full, the output exceeds
///                              RLIMIT_FSIZE (EFBIG; no signal is sent), or the input was truncated while it was read
/// @retval SQS_ERR_CANCELLED    progress returned a number other than 0
/// @retval SQS_ERR_MEMORY       the heap has no memory, or the memory of the options is too small
/// @retval SQS_ERR_ARGUMENT     a pointer is NULL, an option is out of range, or the paths name the same file
/// @retval SQS_ERR_NAME         a path is too long or not UTF-8
/// @retval SQS_ERR_ALIGN        a pointer is misaligned
/// @retval SQS_ERR_STRUCT_SIZE  a struct_size is not valid
/// @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
/// @retval SQS_ERR_INTERNAL     a thread failed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encode_file(
    in_path: *const c_char,
    out_path: *const c_char,
    options: *const sqs_encode_options,
    stats: *mut sqs_codec_stats,
    error: *mut sqs_error,
) -> sqs_status {
    without_handle(error, |call| {
        let job = EncodeJob::new(options)?;
        let outs = [Region::structure("stats", stats), job.memory()];
        call.claim(&outs, &[Region::structure("options", options)])?;
        // SAFETY: the caller gives C strings.
        let (from, to) = unsafe { paths(call, in_path, out_path)? };
        with_stats(stats, |s| job.file(from, to, &mut |p| job.watch().report(p), s))
    })
}

/// Computes the memory that sqs_encode_file() and sqs_encode_stream() use: exactly this size, once, whatever the size
/// of the input.
///
/// With threads above 1 the host's thread library uses memory for each thread in addition (a stack and a few hundred
/// bytes).
///
/// @param[in]  options  options of the encoder
/// @param[out] bytes    size in bytes
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     a pointer is NULL, or an option is out of range
/// @retval SQS_ERR_ALIGN        a pointer is misaligned
/// @retval SQS_ERR_STRUCT_SIZE  options->struct_size is not valid
/// @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encode_work_bytes(options: *const sqs_encode_options, bytes: *mut usize) -> sqs_status {
    without_handle(core::ptr::null_mut(), |call| {
        call.claim(&[Region::value("bytes", bytes)], &[Region::structure("options", options)])?;
        let bytes = Out::new("bytes", bytes)?;
        let job = EncodeJob::new(options)?;
        bytes.set(encode::memory(&job.core, job.options.threads)?);
        Ok(Status::Ok)
    })
}
