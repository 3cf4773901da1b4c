//! Whole files and streams, decoded.

use super::area::Area;
use super::encode_file::{Tell, keep, paths, with_stats};
use super::options::{decode, decoded, timed, write_missing};
use super::stream::{Watch, ends};
use super::types::*;
use crate::checked;
use crate::codec::options::DEFAULT_HISTORY_BYTES;
use crate::codec::stream::decoder::{DecodeOptions, Decoder};
use crate::codec::whole::decode;
use crate::codec::whole::decode::Times;
use crate::ffi::handle::without;
use crate::ffi::structs;
use crate::ffi::types::*;
use crate::io::replace::{Input, Replacement};
use crate::io::{ByteSink, ByteSource};
use crate::status::{Result, Status};
use crate::util::unsigned::Unsigned;
use core::ffi::c_char;
use std::time::Instant;

/// Bytes looked at at a time in search of a frame; an index longer than this is not used.
const LOOK_BYTES: usize = 64 << 10;

/// What is to be done, understood.
#[derive(Clone, Copy)]
pub(super) struct DecodeJob {
    core: DecodeOptions,
    options: sqs_decode_options,
}

impl DecodeJob {
    pub(super) fn new(options: *const sqs_decode_options) -> Result<Self> {
        let (core, options) = decode(options)?;
        decode::memory(&core)?;
        Ok(DecodeJob { core, options })
    }

    pub(super) fn watch(&self) -> Watch {
        Watch { call: self.options.progress, ctx: self.options.ctx }
    }

    /// Decodes, and says how many bytes there are; the figures are told also after an error.
    fn run(
        &self,
        source: &mut dyn ByteSource,
        sink: &mut dyn ByteSink,
        total: u64,
        tell: &mut Tell<'_>,
        stats: &mut sqs_codec_stats,
    ) -> Result<u64> {
        let need = decode::memory(&self.core)?;
        let mut area = Area::new(self.options.memory, self.options.memory_bytes, need)?;
        let (start, mut times) = (Instant::now(), Times::default());
        let end = self.core.start.sat_add(self.options.count);
        let mut watch = |d: &Decoder<'_>| {
            *stats = decoded(d);
            write_missing(self.options.missing, self.core.max_holes, d.missing());
            let (bytes_in, bytes_out) = (stats.coded_bytes, stats.raw_bytes);
            tell(&sqs_progress { total, bytes_in, bytes_out, frames: stats.frames })
        };
        let done = decode::decode(&self.core, end, area.bytes(), (source, sink), &mut times, &mut watch);
        timed(stats, start.elapsed(), [times.reading, times.decoding, times.writing]);
        stats.peak_bytes = checked::count(need);
        done
    }

    /// Decodes a file; a range of it by way of the index, or of the headers.
    pub(super) fn file(mut self, from: &str, to: &str, tell: &mut Tell<'_>, stats: &mut sqs_codec_stats) -> Result<()> {
        let mut input = Input::open(from)?;
        if let Some(len) = input.len() {
            let (mut look, read) = ([0u8; LOOK_BYTES], |at: u64, out: &mut [u8]| input.read_at(at, out));
            let first = decode::beginning(&read, self.core.tag, &mut look)?;
            if self.options.max_frame_bytes == 0 {
                self.core.max_frame_bytes = self.core.max_frame_bytes.max(first.frame_bytes);
            }
            if self.options.history_bytes == 0 && first.grouped {
                self.core.history_bytes = DEFAULT_HISTORY_BYTES;
            }
            let at = decode::find(&read, len, self.core.start, self.core.tag, &mut look)?;
            input.seek(at)?;
        }
        let mut output = Replacement::beside(to, Some(&input))?;
        let total = input.len().unwrap_or(SQS_ALL);
        let len = self.run(&mut input, &mut output, total, tell, stats)?;
        keep(output, len, stats)
    }
}

/// Tells the bytes of memory that sqs_decode_file and sqs_decode_stream use with these options: exactly this, once. A
/// file whose first frame is larger than max_frame_bytes of 0 stands for takes what its frames need, and one of groups
/// 64 KiB more if history_bytes is 0: set the fields to know beforehand.
///
/// Returns SQS_OK; SQS_ERR_ARGUMENT: NULL or an option out of range; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED;
/// SQS_ERR_ALIGN: a pointer is misaligned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decode_work_bytes(options: *const sqs_decode_options, bytes: *mut usize) -> sqs_status {
    without(core::ptr::null_mut(), || {
        structs::usable(bytes.cast_const())?;
        let need = decode::memory(&DecodeJob::new(options)?.core)?;
        // SAFETY: checked above.
        unsafe { bytes.write(need) };
        Ok(Status::Ok)
    })
}

/// Decodes a file, or bytes first to first + count - 1 of the original. Hosts only. Writes to a temporary beside the
/// output, which takes the place of the output when it is complete and on the disk; an error leaves nothing behind. Of
/// a range only the frames that hold it are decoded: they are found by the index, or by the headers.
/// Without SQS_DECODE_RECOVER damage is an error. With it what is sound is written at its place and what is missing is
/// zeros: the figures tell how much that is, options->missing which.
///
/// in_path, out_path: UTF-8, at most 4095 bytes; not the same file; an output that is there must be a regular file.
/// stats: NULL, or where to put the figures, also after an error, as far as it came. error: NULL, or where to put the
/// detail and errno.
/// Returns SQS_OK, with SQS_DECODE_RECOVER also of a damaged stream; SQS_ERR_DAMAGED; SQS_ERR_LIMIT: a frame is larger
/// than max_frame_bytes, or refers to more than history_bytes; SQS_ERR_RANGE: the original ends before first; SQS_ERR_IO: a
/// file cannot be opened, read, made or written, or the disk is full; SQS_ERR_CANCELLED: progress said so;
/// SQS_ERR_MEMORY: the heap has none, or the memory given is too small; SQS_ERR_ARGUMENT: NULL, an option out of range, the
/// same file twice; SQS_ERR_NAME: a path is too long or not UTF-8; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED; SQS_ERR_ALIGN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decode_file(
    in_path: *const c_char,
    out_path: *const c_char,
    options: *const sqs_decode_options,
    stats: *mut sqs_codec_stats,
    error: *mut sqs_error,
) -> sqs_status {
    without(error, || {
        // SAFETY: the caller gives C strings.
        let (from, to) = unsafe { paths(in_path, out_path)? };
        let job = DecodeJob::new(options)?;
        with_stats(stats, |s| job.file(from, to, &mut |p| job.watch().tell(p), s))
    })
}

/// Decodes what a function reads, from the start of a stream on, into what another one writes; without it the stream is
/// only checked. Hosts only. Position 0 of the output is byte first of the original; holes are passed over, and with
/// SQS_DECODE_RECOVER bytes may come late, behind later ones.
///
/// length: NULL, or where to put how many bytes there are from byte first on, holes included. stats, error: as in
/// sqs_decode_file.
/// Returns what sqs_decode_file returns, but for the files' statuses; SQS_ERR_CALLBACK: a function failed, its code is in
/// the detail.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decode_stream(
    stream: *const sqs_stream,
    options: *const sqs_decode_options,
    length: *mut u64,
    stats: *mut sqs_codec_stats,
    error: *mut sqs_error,
) -> sqs_status {
    without(error, || {
        let (mut reader, mut writer, total) = ends(stream)?;
        if !length.is_null() {
            structs::usable(length.cast_const())?;
        }
        let job = DecodeJob::new(options)?;
        with_stats(stats, |s| {
            let len = job.run(&mut reader, &mut writer, total, &mut |p| job.watch().tell(p), s)?;
            if !length.is_null() {
                // SAFETY: checked above.
                unsafe { length.write(len) };
            }
            Ok(())
        })
    })
}
