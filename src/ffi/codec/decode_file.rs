//! Decoding of files.

use super::area::Area;
use super::decode_options::{parse, sqs_decode_options, write_missing};
use super::files::{keep, paths, with_stats};
use super::progress::{Report, Watch, sqs_progress};
use super::stats::{decoded, sqs_codec_stats, timed};
use super::stream::CReader;
use crate::checked;
use crate::codec::options::DEFAULT_HISTORY_BYTES;
use crate::codec::stream::decoder::{DecodeOptions, Decoder};
use crate::codec::whole::decode;
use crate::codec::whole::decode::{Chosen, Held, ReadAt, Usage};
use crate::ffi::elements::SQS_ALL;
use crate::ffi::regions::Region;
use crate::ffi::status::{sqs_error, sqs_status, without_handle};
use crate::ffi::structs::Out;
use crate::io::replace::{Input, Replacement};
use crate::io::{ByteSink, ByteSource};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;
use core::ffi::c_char;
use core::ops::Range;
use std::time::Instant;

/// Where a run begins to read an input that can be read anywhere.
pub(super) struct Begin {
    chosen: Option<Chosen>,
    /// Position of the first byte to decode.
    pub(super) at: u64,
    /// Bytes from there on that the input buffer of the run holds.
    held: Range<usize>,
}

impl Begin {
    /// The start of an input that is read in order.
    const START: Self = Begin { chosen: None, at: 0, held: 0..0 };

    /// The position of the first byte to read.
    fn next(&self) -> u64 {
        self.at.sat_add(checked::count(self.held.len()))
    }
}

/// A decoding to run: parsed options.
#[derive(Clone, Copy)]
pub(super) struct DecodeJob {
    core: DecodeOptions,
    options: sqs_decode_options,
}

impl DecodeJob {
    pub(super) fn new(options: *const sqs_decode_options) -> Result<Self> {
        let (core, options) = parse(options)?;
        decode::memory(&core)?;
        Ok(DecodeJob { core, options })
    }

    /// The memory that the options give to the job.
    pub(super) fn memory(&self) -> Region {
        Region::bytes("memory of the options", self.options.memory, self.options.memory_bytes)
    }

    /// The list of missing ranges of the options.
    pub(super) fn missing(&self) -> Region {
        Region::array("missing", self.options.missing, self.core.max_holes)
    }

    pub(super) fn watch(&self) -> Watch {
        Watch { call: self.options.progress, ctx: self.options.ctx }
    }

    /// Memory for the run.
    fn area(&self) -> Result<Area> {
        Area::new(self.options.memory, self.options.memory_bytes, decode::memory(&self.core)?)
    }

    /// Decodes an input that is read in order, and returns the number of bytes from the first requested one. Fills the
    /// statistics also after an error.
    pub(super) fn run(
        &self,
        source: &mut dyn ByteSource,
        sink: &mut dyn ByteSink,
        total_bytes: u64,
        report: &mut Report<'_>,
        stats: &mut sqs_codec_stats,
    ) -> Result<u64> {
        self.run_in(self.area()?, Begin::START, (source, sink), total_bytes, report, stats)
    }

    /// Prepares for an input of `len` bytes that can be read anywhere: chooses its stream, finds the range by the index
    /// or by the headers, and adapts the memory to the first frames. The start of the input is read once, into the
    /// input buffer of the run, unless the memory changes.
    pub(super) fn prepare(&mut self, len: u64, read: &ReadAt<'_>) -> Result<(Area, Begin)> {
        let mut area = self.area()?;
        let bytes = area.len();
        let short = Error::new(Status::Internal, "the memory of a run has no buffers");
        let [search, input] = decode::places(bytes);
        let [search, input] = area.zeros(search, input).ok_or(short)?;
        let held = Held::new(read, input)?;
        let read: &ReadAt<'_> = &|at, out| held.read_at(at, out);
        let Some(chosen) = decode::choose(read, len, self.core.identity, search)? else {
            let held = 0..held.len();
            return Ok((area, Begin { held, ..Begin::START }));
        };
        let first = decode::beginning(read, chosen.stream, search)?;
        if self.options.max_frame_bytes == 0 {
            self.core.max_frame_bytes = self.core.max_frame_bytes.max(first.frame_bytes);
        }
        if self.options.history_bytes == 0 && first.grouped {
            self.core.history_bytes = DEFAULT_HISTORY_BYTES;
        }
        // Positions in later streams are not those of their headers.
        let want = if self.core.all { 0 } else { self.core.start };
        let at = decode::find(read, len, want, chosen.stream, search)?;
        let from = checked::size(at).unwrap_or(usize::MAX);
        let mut held = from.min(held.len())..held.len();
        if decode::memory(&self.core)? != bytes {
            // The first frame needs more than the default. The two are never held together.
            drop(area);
            area = self.area()?;
            held = 0..0;
        }
        Ok((area, Begin { chosen: Some(chosen), at, held }))
    }

    /// As [`DecodeJob::run`], for an input of `len` bytes that can be read anywhere.
    pub(super) fn run_anywhere(
        mut self,
        source: &mut CReader,
        sink: &mut dyn ByteSink,
        len: u64,
        report: &mut Report<'_>,
        stats: &mut sqs_codec_stats,
    ) -> Result<u64> {
        let (area, begin) = self.prepare(len, &|at, out| source.read_at(at, out))?;
        let at = begin.at;
        source.seek(begin.next())?;
        let done = self.run_in(area, begin, (source, sink), len, report, stats);
        self.count_from(at, Some(len), stats);
        done
    }

    /// As [`DecodeJob::run`], in this memory.
    fn run_in(
        &self,
        mut area: Area,
        begin: Begin,
        ends: (&mut dyn ByteSource, &mut dyn ByteSink),
        total_bytes: u64,
        report: &mut Report<'_>,
        stats: &mut sqs_codec_stats,
    ) -> Result<u64> {
        let needed = area.len();
        let (start, mut usage) = (Instant::now(), Usage::default());
        let end = self.core.start.sat_add(self.options.count);
        let mut watch = |d: &Decoder<'_>| {
            *stats = decoded(d);
            write_missing(self.options.missing, self.core.max_holes, d.missing());
            let (in_bytes, out_bytes) = (stats.coded_bytes, stats.raw_bytes);
            report(&sqs_progress { total_bytes, in_bytes, out_bytes, frames: stats.frames })
        };
        let begin = (begin.chosen, begin.held);
        let done = decode::decode(&self.core, end, begin, area.carver()?, ends, &mut usage, &mut watch);
        timed(stats, start.elapsed(), [usage.reading, usage.decoding, usage.writing]);
        stats.trailing_bytes = stats.trailing_bytes.sat_add(usage.unused_bytes);
        stats.peak_bytes = checked::count(needed);
        done
    }

    /// Decodes a file.
    pub(super) fn file(
        mut self,
        from: &str,
        to: &str,
        report: &mut Report<'_>,
        stats: &mut sqs_codec_stats,
    ) -> Result<()> {
        let mut input = Input::open(from)?;
        let (area, begin) = match input.len() {
            Some(len) => self.prepare(len, &|at, out| input.read_at(at, out))?,
            None => (self.area()?, Begin::START),
        };
        let (at, next) = (begin.at, begin.next());
        if next > 0 {
            input.seek(next)?;
        }
        let mut output = Replacement::beside(to, Some(&input))?;
        let total = input.len().unwrap_or(SQS_ALL);
        let len = self.run_in(area, begin, (&mut input, &mut output), total, report, stats);
        self.count_from(at, input.len(), stats);
        keep(output, len?, stats)
    }

    /// Completes the statistics of an input that was read from position `at` on.
    pub(super) fn count_from(&self, at: u64, len: Option<u64>, stats: &mut sqs_codec_stats) {
        if stats.used_bytes == 0 {
            return;
        }
        stats.used_bytes = stats.used_bytes.sat_add(at);
        if let Some(len) = len.filter(|_| !self.core.all && stats.streams > 0) {
            stats.trailing_bytes = len.sat_sub(stats.used_bytes);
        }
    }
}

/// Decodes a file, or bytes first to first + count - 1 of the original. Hosts only.
///
/// Writes the output as sqs_encode_file() does. After an error no file remains, and an earlier output is unchanged. For
/// a range, only the frames that hold it are decoded; they are found by the index, or by the headers. Without
/// #SQS_DECODE_RECOVER damage is an error, except before and after a range. With it, valid data is written at its
/// position and missing data as zeros; stats returns the number of missing bytes, options->missing the ranges.
///
/// Reading ends with the end frame of the stream; stats->used_bytes returns where, and stats->trailing_bytes how many
/// bytes follow: another stream, zeros, anything else.
///
/// @param[in]  in_path   input: UTF-8, at most 4095 bytes
/// @param[in]  out_path  output: UTF-8, at most 4095 bytes; not the input; if it exists, a regular file
/// @param[in]  options   options of the decoder
/// @param[out] stats     statistics, also after an error; struct_size set by the caller; may be NULL
/// @param[out] error     details of an error, with errno; may be NULL
/// @retval SQS_OK               with #SQS_DECODE_RECOVER also for a damaged stream
/// @retval SQS_ERR_DAMAGED      the stream is damaged or incomplete; with #SQS_DECODE_RECOVER: no frame is valid
/// @retval SQS_ERR_FORMAT       the input is not an encoded stream, or of another version; the detail has what it is
/// @retval SQS_ERR_LIMIT        a frame is larger than max_frame_bytes, or refers to more than history_bytes
/// @retval SQS_ERR_RANGE        the original ends before first, or before first + count
/// @retval SQS_ERR_IO           a file cannot be opened, read, created or written, the disk is full, or the output
///                              exceeds RLIMIT_FSIZE (EFBIG; no signal is sent)
/// @retval SQS_ERR_CANCELLED    progress returned a number other than 0
/// @retval SQS_ERR_MEMORY       the heap has no memory, or the memory of the options is too small
/// @retval SQS_ERR_ARGUMENT     a pointer is NULL, an option is out of range, or the paths name the same file
/// @retval SQS_ERR_NAME         a path is too long or not UTF-8
/// @retval SQS_ERR_ALIGN        a pointer is misaligned
/// @retval SQS_ERR_STRUCT_SIZE  a struct_size is not valid
/// @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decode_file(
    in_path: *const c_char,
    out_path: *const c_char,
    options: *const sqs_decode_options,
    stats: *mut sqs_codec_stats,
    error: *mut sqs_error,
) -> sqs_status {
    without_handle(error, |call| {
        let job = DecodeJob::new(options)?;
        let outs = [Region::structure("stats", stats), job.memory(), job.missing()];
        call.claim(&outs, &[Region::structure("options", options)])?;
        // SAFETY: the caller gives C strings.
        let (from, to) = unsafe { paths(call, in_path, out_path)? };
        with_stats(stats, |s| job.file(from, to, &mut |p| job.watch().report(p), s))
    })
}

/// Computes the memory that sqs_decode_file() and sqs_decode_stream() use: exactly this size, once.
///
/// With max_frame_bytes of 0, a file with larger frames than the default uses the memory that its frames need; with
/// history_bytes of 0, a file of frame groups uses 64 KiB more. Set the fields to know the size beforehand.
///
/// @param[in]  options  options of the decoder
/// @param[out] bytes    size in bytes
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     a pointer is NULL, or an option is out of range
/// @retval SQS_ERR_ALIGN        a pointer is misaligned
/// @retval SQS_ERR_STRUCT_SIZE  options->struct_size is not valid
/// @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decode_work_bytes(options: *const sqs_decode_options, bytes: *mut usize) -> sqs_status {
    without_handle(core::ptr::null_mut(), |call| {
        call.claim(&[Region::value("bytes", bytes)], &[Region::structure("options", options)])?;
        let bytes = Out::new("bytes", bytes)?;
        bytes.set(decode::memory(&DecodeJob::new(options)?.core)?);
        Ok(Status::Ok)
    })
}
