//! The codec: encoding and decoding of files and streams, and a decoder that stops at each frame.

use super::failure::{Failure, Result, no_error, text_of};
use core::ffi::{c_char, c_void};
use sqrtspace::ffi::*;
use std::ffi::CString;
use std::ptr::NonNull;

/// Statistics of an encoder or decoder.
pub(crate) type CodecStats = sqs_codec_stats;
/// A missing range of the original: bytes `first` to `end`, exclusive.
pub(crate) type Missing = sqs_range;

const NO_RANGE: Missing = Missing { first: 0, end: 0 };
/// A count that means "to the end".
pub(crate) const ALL: u64 = SQS_ALL;

/// Sample types: name without byte order, number, bytes per sample.
pub(crate) const SAMPLE_TYPES: [(&str, u32, u32); 11] = [
    ("bytes", SQS_BYTES, 1),
    ("i8", SQS_I8, 1),
    ("u8", SQS_U8, 1),
    ("i16", SQS_I16, 2),
    ("u16", SQS_U16, 2),
    ("i24", SQS_I24, 3),
    ("i32", SQS_I32, 4),
    ("u32", SQS_U32, 4),
    ("i64", SQS_I64, 8),
    ("f32", SQS_F32, 4),
    ("f64", SQS_F64, 8),
];

/// The number of a sample type, its bytes per sample, and true for big-endian: `i16le`, `f32be`, `u8`, `bytes`.
pub(crate) fn sample_type(text: &str) -> std::result::Result<(u32, u32, bool), String> {
    let (name, order) = match (text.strip_suffix("le"), text.strip_suffix("be")) {
        (Some(name), _) => (name, Some(false)),
        (_, Some(name)) => (name, Some(true)),
        _ => (text, None),
    };
    let found = SAMPLE_TYPES.iter().find(|(known, _, width)| *known == name && (order.is_none() || *width > 1));
    let (_, number, width) = found.ok_or(
        "expected auto, wav, sigmf, bytes, i8, u8, i16, u16, i24, i32, u32, i64, f32 or f64, \
         with the suffix le (the default) or be for types of more than one byte",
    )?;
    Ok((*number, *width, order.unwrap_or(false)))
}

/// The name of a sample type's number.
pub(crate) fn sample_name(dtype: u32) -> &'static str {
    SAMPLE_TYPES.iter().find(|(_, number, _)| *number == dtype).map_or("", |(name, ..)| *name)
}

/// Codecs: name and number.
pub(crate) const CODECS: [(&str, u32); 5] = [
    ("auto", SQS_CODEC_AUTO),
    ("glyph", SQS_CODEC_NUMERIC),
    ("lz", SQS_CODEC_LZ),
    ("ccsds121", SQS_CODEC_CCSDS121),
    ("stored", SQS_CODEC_STORED),
];

/// Encoding options. 0 selects the library's default.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encoding {
    /// A number from [`SAMPLE_TYPES`].
    pub(crate) dtype: u32,
    pub(crate) big_endian: bool,
    pub(crate) channels: u32,
    pub(crate) effort: u32,
    /// A number from [`CODECS`].
    pub(crate) codec: u32,
    pub(crate) frame_bytes: u32,
    pub(crate) restart_interval: u32,
    pub(crate) history_bytes: u32,
    pub(crate) index_entries: u32,
    pub(crate) threads: u32,
    /// Bytes before the first row.
    pub(crate) head_bytes: u64,
    /// 0: drawn by the library.
    pub(crate) identity: u64,
    /// Position in the original of the first byte, and bytes of the stream before the output.
    pub(crate) first: u64,
    pub(crate) stream_bytes: u64,
}

/// Decoding options.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decoding {
    pub(crate) recover: bool,
    /// Read all streams that follow one another.
    pub(crate) all: bool,
    /// The stream that is read; None: the one at the start.
    pub(crate) identity: Option<u64>,
    pub(crate) max_frame_bytes: u32,
    pub(crate) history_bytes: u32,
    pub(crate) first: u64,
    /// [`ALL`]: to the end.
    pub(crate) count: u64,
}

impl Decoding {
    /// Everything from the start, in frames with a history of up to `max` bytes; 0: as the first frames have them.
    pub(crate) const fn of_frames(max: u32) -> Decoding {
        Decoding {
            recover: false,
            all: false,
            identity: None,
            max_frame_bytes: max,
            history_bytes: max,
            first: 0,
            count: ALL,
        }
    }
}

/// The result of a codec call. The statistics are valid after an error as well.
pub(crate) struct Coded {
    pub(crate) stats: CodecStats,
    pub(crate) missing: Vec<Missing>,
    /// Length of the decoded original from the first requested byte; for streams only.
    pub(crate) length: u64,
    pub(crate) result: Result<()>,
}

/// Writes bytes at a position of the output.
pub(crate) type Write<'a> = dyn FnMut(u64, &[u8]) -> std::io::Result<()> + 'a;

/// Sets the position of the next read.
pub(crate) type Seek<'a> = dyn FnMut(u64) -> std::io::Result<()> + 'a;

/// The two ends of a stream.
pub(crate) struct Ends<'a> {
    pub(crate) read: &'a mut dyn FnMut(&mut [u8]) -> std::io::Result<usize>,
    /// None: check the stream without output.
    pub(crate) write: Option<&'a mut Write<'a>>,
    /// Of an input that can be read anywhere: its seek function and its length.
    pub(crate) seek: Option<(&'a mut Seek<'a>, u64)>,
}

/// Maximum number of missing ranges that are reported one by one.
const MISSING: usize = 4096;

struct StreamHook<'a> {
    ends: Ends<'a>,
    error: String,
}

unsafe extern "C" fn stream_read(ctx: *mut c_void, dst: *mut c_void, cap: usize, got: *mut usize) -> i32 {
    // SAFETY: ctx is the hook that was passed with this function. The library passes room for cap
    // initialized bytes, and a place for the count.
    let (hook, room, got) = unsafe {
        (&mut *ctx.cast::<StreamHook<'_>>(), std::slice::from_raw_parts_mut(dst.cast::<u8>(), cap), &mut *got)
    };
    (hook.ends.read)(room).map(|n| *got = n).map_or_else(|e| hook.fail("read", &e), |()| 0)
}

unsafe extern "C" fn stream_write(ctx: *mut c_void, offset: u64, data: *const c_void, bytes: usize) -> i32 {
    // SAFETY: as above; the data are valid during the call.
    let (hook, data) =
        unsafe { (&mut *ctx.cast::<StreamHook<'_>>(), std::slice::from_raw_parts(data.cast::<u8>(), bytes)) };
    let Some(write) = hook.ends.write.as_mut() else { return 0 };
    write(offset, data).map_or_else(|e| hook.fail("write", &e), |()| 0)
}

unsafe extern "C" fn stream_seek(ctx: *mut c_void, offset: u64) -> i32 {
    // SAFETY: as above.
    let hook = unsafe { &mut *ctx.cast::<StreamHook<'_>>() };
    let Some((seek, _)) = hook.ends.seek.as_mut() else { return 0 };
    seek(offset).map_or_else(|e| hook.fail("seek", &e), |()| 0)
}

impl StreamHook<'_> {
    fn fail(&mut self, what: &str, error: &std::io::Error) -> i32 {
        self.error = format!("{what}: {error}");
        1
    }
}

/// Receives the progress: input bytes done, and the total.
type Progress<'a> = dyn FnMut(u64, u64) + 'a;

unsafe extern "C" fn progress_hook(ctx: *mut c_void, progress: *const sqs_progress) -> i32 {
    // SAFETY: ctx is the reference that was passed with this function; the library calls from one
    // thread at a time.
    let (report, p) = unsafe { (&mut *ctx.cast::<&mut Progress<'_>>(), &*progress) };
    report(p.in_bytes, p.total_bytes);
    0
}

fn no_stats() -> sqs_codec_stats {
    sqs_codec_stats { struct_size: size_of::<sqs_codec_stats>() as u32, ..Default::default() }
}

/// The result of a call; the error text of a stream's end replaces that of the library.
fn ended(status: i32, error: &sqs_error, stream_error: String) -> Result<()> {
    if status >= SQS_OK {
        return Ok(());
    }
    Err(Failure::new(status, if stream_error.is_empty() { text_of(&error.text) } else { stream_error }))
}

fn c_path(path: &str) -> Result<CString> {
    CString::new(path).map_err(|_| Failure::nul_in_path())
}

/// Input and output of a codec call.
pub(crate) enum Route<'a> {
    /// From one file to another.
    Files(&'a str, &'a str),
    /// From a read function to a write function.
    Stream(Ends<'a>),
}

/// Encodes.
pub(crate) fn encode(route: Route<'_>, e: &Encoding, mut progress: &mut Progress<'_>) -> Result<Coded> {
    let (mut error, mut stats, mut stream_error) = (no_error(), no_stats(), String::new());
    // SAFETY: plain C data, initialized by the library in the next call.
    let mut o = unsafe { std::mem::zeroed::<sqs_encode_options>() };
    // SAFETY: the struct is live and has the given size.
    unsafe { sqs_encode_options_init(&raw mut o, size_of::<sqs_encode_options>()) };
    (o.dtype, o.channels, o.effort, o.codec) = (e.dtype, e.channels, e.effort, e.codec);
    o.byte_order = if e.big_endian { SQS_BIG_ENDIAN } else { SQS_LITTLE_ENDIAN };
    o.frame_bytes = e.frame_bytes;
    (o.restart_interval, o.history_bytes) = (e.restart_interval, e.history_bytes);
    (o.index_entries, o.threads, o.identity) = (e.index_entries, e.threads, e.identity);
    (o.head_bytes, o.first, o.stream_bytes) = (e.head_bytes, e.first, e.stream_bytes);
    o.progress = Some(progress_hook);
    o.ctx = (&raw mut progress).cast();
    let status = match route {
        Route::Files(from, to) => {
            let (from, to) = (c_path(from)?, c_path(to)?);
            // SAFETY: all pointers are to locals that outlive the call.
            unsafe { sqs_encode_file(from.as_ptr(), to.as_ptr(), &raw const o, &raw mut stats, &raw mut error) }
        }
        Route::Stream(ends) => {
            let mut hook = StreamHook { ends, error: String::new() };
            let stream = stream(&mut hook);
            // SAFETY: as above.
            let status = unsafe { sqs_encode_stream(&raw const stream, &raw const o, &raw mut stats, &raw mut error) };
            stream_error = hook.error;
            status
        }
    };
    Ok(Coded { stats, missing: Vec::new(), length: stats.raw_bytes, result: ended(status, &error, stream_error) })
}

fn stream(hook: &mut StreamHook<'_>) -> sqs_stream {
    sqs_stream {
        struct_size: size_of::<sqs_stream>() as u32,
        flags: 0,
        read: Some(stream_read),
        write: hook.ends.write.is_some().then_some(stream_write),
        total_bytes: hook.ends.seek.as_ref().map_or(0, |(_, len)| *len),
        seek: hook.ends.seek.is_some().then_some(stream_seek),
        ctx: std::ptr::from_mut(hook).cast(),
    }
}

fn decode_options(d: &Decoding) -> sqs_decode_options {
    // SAFETY: plain C data, initialized by the library in the next call.
    let mut o = unsafe { std::mem::zeroed::<sqs_decode_options>() };
    // SAFETY: the struct is live and has the given size.
    unsafe { sqs_decode_options_init(&raw mut o, size_of::<sqs_decode_options>()) };
    let flag = |on: bool, flag: u32| if on { flag } else { 0 };
    o.flags = flag(d.recover, SQS_DECODE_RECOVER)
        | flag(d.all, SQS_DECODE_ALL)
        | flag(d.identity.is_some(), SQS_DECODE_IDENTITY);
    o.identity = d.identity.unwrap_or(0);
    (o.max_frame_bytes, o.history_bytes) = (d.max_frame_bytes, d.history_bytes);
    (o.first, o.count, o.max_missing) = (d.first, d.count, MISSING as u32);
    o
}

/// Decodes.
pub(crate) fn decode(route: Route<'_>, d: &Decoding, mut progress: &mut Progress<'_>) -> Result<Coded> {
    let (mut error, mut stats, mut stream_error, mut length) = (no_error(), no_stats(), String::new(), 0);
    let mut missing = vec![NO_RANGE; MISSING];
    let mut o = decode_options(d);
    o.missing = missing.as_mut_ptr();
    o.progress = Some(progress_hook);
    o.ctx = (&raw mut progress).cast();
    let status = match route {
        Route::Files(from, to) => {
            let (from, to) = (c_path(from)?, c_path(to)?);
            // SAFETY: all pointers are to locals that outlive the call, with room for MISSING ranges.
            unsafe { sqs_decode_file(from.as_ptr(), to.as_ptr(), &raw const o, &raw mut stats, &raw mut error) }
        }
        Route::Stream(ends) => {
            let mut hook = StreamHook { ends, error: String::new() };
            let (stream, out) = (stream(&mut hook), &raw mut length);
            // SAFETY: as above.
            let status =
                unsafe { sqs_decode_stream(&raw const stream, &raw const o, out, &raw mut stats, &raw mut error) };
            stream_error = hook.error;
            status
        }
    };
    missing.truncate(stats.missing_ranges as usize);
    Ok(Coded { stats, missing, length, result: ended(status, &error, stream_error) })
}

/// A decoder that is stepped from frame to frame and continues after damage.
pub(crate) struct Frames {
    // The memory of the decoder.
    _memory: Vec<u128>,
    handle: NonNull<sqs_decoder>,
}

impl Frames {
    pub(crate) fn new() -> Result<Frames> {
        let d = Decoding { recover: true, ..Decoding::of_frames(4 << 20) };
        let (o, mut error) = (decode_options(&d), no_error());
        let (mut bytes, mut align, mut handle) = (0, 0, std::ptr::null_mut());
        // SAFETY: the options are initialized; the outputs are live locals.
        let status = unsafe { sqs_decoder_bytes(&raw const o, &raw mut bytes, &raw mut align) };
        ended(status, &error, String::new())?;
        // Enough to align the decoder within it.
        let mut memory = vec![0u128; (bytes + align) / 16 + 1];
        let at = memory.as_mut_ptr().cast::<u8>();
        // SAFETY: alignment skips less than `align` bytes, and the rest holds `bytes`.
        let status = unsafe {
            let at = at.add(at.align_offset(align.max(1)));
            sqs_decoder_init(at.cast(), bytes, &raw const o, &raw mut handle, &raw mut error)
        };
        ended(status, &error, String::new())?;
        match NonNull::new(handle) {
            Some(handle) => Ok(Frames { _memory: memory, handle }),
            None => Err(Failure::new(SQS_ERR_INTERNAL, String::new())),
        }
    }

    /// Decodes from `input` into `room`; `last` marks the end of the input. Returns the bytes consumed, the bytes
    /// written, their position in the original, and true at the end of the stream.
    pub(crate) fn step(&mut self, input: &[u8], room: &mut [u8], last: bool) -> Result<(usize, usize, u64, bool)> {
        let (mut consumed, mut written, mut offset) = (0, 0, 0);
        let flow = if last { SQS_FLOW_END } else { SQS_FLOW_CONTINUE };
        // SAFETY: the decoder is live; input and room have the given lengths and do not overlap.
        let status = unsafe {
            sqs_decoder_step(
                self.handle.as_ptr(),
                input.as_ptr().cast(),
                input.len(),
                &raw mut consumed,
                room.as_mut_ptr().cast(),
                room.len(),
                &raw mut written,
                &raw mut offset,
                flow,
            )
        };
        if status >= SQS_OK {
            return Ok((consumed, written, offset, status == SQS_END));
        }
        let mut text = [0 as c_char; 320];
        // SAFETY: the buffer has the given length.
        unsafe { sqs_decoder_error_detail(self.handle.as_ptr(), text.as_mut_ptr(), text.len(), std::ptr::null_mut()) };
        Err(Failure::new(status, text_of(&text)))
    }

    /// The statistics so far and the missing ranges.
    pub(crate) fn damage(&mut self) -> (CodecStats, Vec<Missing>) {
        let (mut stats, mut count, mut missing) = (no_stats(), 0, vec![NO_RANGE; MISSING]);
        // SAFETY: the decoder is live, and there is room for MISSING ranges.
        unsafe {
            sqs_decoder_stats(self.handle.as_ptr(), &raw mut stats);
            sqs_decoder_missing(self.handle.as_ptr(), missing.as_mut_ptr(), missing.len(), &raw mut count);
        }
        missing.truncate(count);
        (stats, missing)
    }

    /// The statistics so far.
    pub(crate) fn stats(&mut self) -> CodecStats {
        let mut stats = no_stats();
        // SAFETY: as above.
        unsafe { sqs_decoder_stats(self.handle.as_ptr(), &raw mut stats) };
        stats
    }
}
