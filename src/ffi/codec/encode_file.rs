//! Whole files and streams, encoded.

use super::area::Area;
use super::options::{encode, encoded, timed, write_stats};
use super::stream::{Watch, ends};
use super::types::*;
use crate::checked;
use crate::codec::options::EncodeOptions;
use crate::codec::whole::encode;
use crate::codec::whole::encode::Report;
use crate::ffi::handle::without;
use crate::ffi::structs;
use crate::ffi::types::*;
use crate::io::replace::{Input, PATH_LEN, Replacement};
use crate::io::{ByteSink, ByteSource};
use crate::status::{Result, Status};
use crate::util::unsigned::Unsigned;
use core::ffi::c_char;
use std::time::Instant;

/// Who is told how far it is.
pub(super) type Tell<'t> = dyn FnMut(&sqs_progress) -> Result<()> + 't;

/// What is to be done, understood.
#[derive(Clone, Copy)]
pub(super) struct EncodeJob {
    core: EncodeOptions,
    options: sqs_encode_options,
}

impl EncodeJob {
    pub(super) fn new(options: *const sqs_encode_options) -> Result<Self> {
        let (core, options) = encode(options)?;
        encode::memory(&core, options.threads)?;
        Ok(EncodeJob { core, options })
    }

    pub(super) fn watch(&self) -> Watch {
        Watch { call: self.options.progress, ctx: self.options.ctx }
    }

    /// Encodes; the figures are told also after an error.
    fn run(
        &self,
        source: &mut dyn ByteSource,
        sink: &mut dyn ByteSink,
        total: u64,
        tell: &mut Tell<'_>,
        stats: &mut sqs_codec_stats,
    ) -> Result<()> {
        let need = encode::memory(&self.core, self.options.threads)?;
        let mut area = Area::new(self.options.memory, self.options.memory_bytes, need)?;
        let (start, mut report) = (Instant::now(), Report::default());
        let mut watch = |s: &crate::codec::stream::encoder::EncodeStats| {
            tell(&sqs_progress { total, bytes_in: s.raw_bytes, bytes_out: s.coded_bytes, frames: s.frames })
        };
        let threads = self.options.threads;
        let done = encode::encode(&self.core, threads, area.bytes(), (source, sink), &mut watch, &mut report);
        *stats = encoded(&report.stats, report.ended);
        timed(stats, start.elapsed(), [report.reading, report.encoding, report.writing]);
        stats.peak_bytes = checked::count(need);
        done
    }

    /// Encodes a file.
    pub(super) fn file(&self, from: &str, to: &str, tell: &mut Tell<'_>, stats: &mut sqs_codec_stats) -> Result<()> {
        let mut input = Input::open(from)?;
        let mut output = Replacement::beside(to, Some(&input))?;
        let total = input.len().unwrap_or(SQS_ALL);
        self.run(&mut input, &mut output, total, tell, stats)?;
        keep(output, stats.coded_bytes, stats)
    }
}

/// Completes an output; that is writing, too.
pub(super) fn keep(output: Replacement, len: u64, stats: &mut sqs_codec_stats) -> Result<()> {
    let start = Instant::now();
    let kept = output.keep(len);
    let ns = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    stats.write_ns = stats.write_ns.sat_add(ns);
    stats.wall_ns = stats.wall_ns.sat_add(ns);
    kept
}

/// Two paths of the caller.
///
/// # Safety
/// Each is NULL or a C string that outlives `'a`.
pub(super) unsafe fn paths<'a>(from: *const c_char, to: *const c_char) -> Result<(&'a str, &'a str)> {
    // SAFETY: as the caller says.
    Ok(unsafe { (structs::name(from, PATH_LEN)?, structs::name(to, PATH_LEN)?) })
}

/// Tells the bytes of memory that sqs_encode_file and sqs_encode_stream use with these options: exactly this, once,
/// whatever the size of the input. With threads above 1 the host's thread library takes what it needs for each thread
/// beside it (a stack, and some hundred bytes).
///
/// Returns SQS_OK; SQS_ERR_ARGUMENT: NULL or an option out of range; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED;
/// SQS_ERR_ALIGN: a pointer is misaligned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encode_work_bytes(options: *const sqs_encode_options, bytes: *mut usize) -> sqs_status {
    without(core::ptr::null_mut(), || {
        structs::usable(bytes.cast_const())?;
        let job = EncodeJob::new(options)?;
        let need = encode::memory(&job.core, job.options.threads)?;
        // SAFETY: checked above.
        unsafe { bytes.write(need) };
        Ok(Status::Ok)
    })
}

/// Encodes a file. Hosts only. Writes to a temporary beside the output, which takes the place of the output when it is
/// complete and on the disk; an error leaves nothing behind, and an output that was there as it was. Uses the bytes that
/// sqs_encode_work_bytes tells and nothing else (paths of 384 bytes and more are copied on the heap by the system's
/// library). Blocks; sqs_encode_file_async does not.
///
/// in_path, out_path: UTF-8, at most 4095 bytes; not the same file; an output that is there must be a regular file.
/// stats: NULL, or where to put the figures, also after an error, as far as it came. error: NULL, or where to put the
/// detail and errno.
/// Returns SQS_OK; SQS_ERR_IO: a file cannot be opened, read, made or written, the disk is full, the input was cut while
/// it was read, or a thread cannot be had; SQS_ERR_CANCELLED: progress said so; SQS_ERR_MEMORY: the heap has none, or the
/// memory given is too small; SQS_ERR_ARGUMENT: NULL, an option out of range, the same file twice; SQS_ERR_NAME: a path is
/// too long or not UTF-8; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED; SQS_ERR_ALIGN; SQS_ERR_INTERNAL: a thread failed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encode_file(
    in_path: *const c_char,
    out_path: *const c_char,
    options: *const sqs_encode_options,
    stats: *mut sqs_codec_stats,
    error: *mut sqs_error,
) -> sqs_status {
    without(error, || {
        // SAFETY: the caller gives C strings.
        let (from, to) = unsafe { paths(in_path, out_path)? };
        let job = EncodeJob::new(options)?;
        with_stats(stats, |s| job.file(from, to, &mut |p| job.watch().tell(p), s))
    })
}

/// Checks the caller's struct first, and fills it also after an error.
pub(super) fn with_stats(
    out: *mut sqs_codec_stats,
    call: impl FnOnce(&mut sqs_codec_stats) -> Result<()>,
) -> Result<Status> {
    if !out.is_null() {
        structs::writable(out)?;
    }
    let mut value = sqs_codec_stats { length: SQS_ALL, ..Default::default() };
    let done = call(&mut value);
    write_stats(out, value)?;
    done.map(|()| Status::Ok)
}

/// Encodes what a function reads into what another one writes: standard input, sockets, archives. Hosts only. Both are
/// called from the calling thread, whatever options->threads says.
///
/// stats, error: as in sqs_encode_file.
/// Returns what sqs_encode_file returns, but for the files' statuses; SQS_ERR_CALLBACK: a function failed, its code is in
/// the detail.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encode_stream(
    stream: *const sqs_stream,
    options: *const sqs_encode_options,
    stats: *mut sqs_codec_stats,
    error: *mut sqs_error,
) -> sqs_status {
    without(error, || {
        let (mut reader, mut writer, total) = ends(stream)?;
        if !writer.is_there() {
            return Err(crate::status::Error::new(Status::Argument, "sqs_stream: there is no write"));
        }
        let job = EncodeJob::new(options)?;
        with_stats(stats, |s| job.run(&mut reader, &mut writer, total, &mut |p| job.watch().tell(p), s))
    })
}
