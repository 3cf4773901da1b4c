//! Files and streams, encoded and decoded.

use super::{Failure, Result, no_error, text_of};
use core::ffi::{c_char, c_void};
use sqrtspace::ffi::*;
use std::ffi::CString;
use std::ptr::NonNull;

/// Figures of an encoder or decoder.
pub(crate) type CodecStats = sqs_codec_stats;
/// Bytes first to end - 1 of the original.
pub(crate) type Missing = sqs_range;
/// The end of everything.
pub(crate) const ALL: u64 = SQS_ALL;

/// Sample types by their names, without byte order, and the bytes of each.
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

/// Codecs by their names.
pub(crate) const CODECS: [(&str, u32); 5] = [
    ("auto", SQS_CODEC_AUTO),
    ("glyph", SQS_CODEC_NUMERIC),
    ("lz", SQS_CODEC_LZ),
    ("ccsds121", SQS_CODEC_CCSDS121),
    ("stored", SQS_CODEC_STORED),
];

/// How a stream is encoded; 0 leaves a number to the library.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encoding {
    /// A number of [`SAMPLE_TYPES`].
    pub(crate) dtype: u32,
    pub(crate) big_endian: bool,
    pub(crate) channels: u32,
    pub(crate) effort: u32,
    /// A number of [`CODECS`].
    pub(crate) codec: u32,
    pub(crate) frame_bytes: u32,
    pub(crate) restart_interval: u32,
    pub(crate) history_bytes: u32,
    pub(crate) index_entries: u32,
    pub(crate) threads: u32,
}

/// How a stream is decoded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decoding {
    pub(crate) recover: bool,
    pub(crate) max_frame_bytes: u32,
    pub(crate) history_bytes: u32,
    pub(crate) first: u64,
    /// [`ALL`]: to the end.
    pub(crate) count: u64,
}

/// What a codec did: the figures, which are there after an error, too; what is missing; how it ended.
pub(crate) struct Coded {
    pub(crate) stats: CodecStats,
    pub(crate) missing: Vec<Missing>,
    /// How long the decoded original is, from the first byte wanted on; of streams only.
    pub(crate) length: u64,
    pub(crate) result: Result<()>,
}

/// Takes bytes that belong to a position of the output.
pub(crate) type Write<'a> = dyn FnMut(u64, &[u8]) -> std::io::Result<()> + 'a;

/// The ends of a stream.
pub(crate) struct Ends<'a> {
    pub(crate) read: &'a mut dyn FnMut(&mut [u8]) -> std::io::Result<usize>,
    /// None: the stream is only checked.
    pub(crate) write: Option<&'a mut Write<'a>>,
}

/// Missing ranges that can be told apart.
const MISSING: usize = 4096;

struct StreamHook<'a> {
    ends: Ends<'a>,
    complaint: String,
}

unsafe extern "C" fn stream_read(ctx: *mut c_void, dst: *mut c_void, cap: usize, got: *mut usize) -> i32 {
    // SAFETY: ctx is the hook given with this function; the library gives room for cap bytes, filled before, and a place
    // for the count.
    let (hook, room, got) = unsafe {
        (&mut *ctx.cast::<StreamHook<'_>>(), std::slice::from_raw_parts_mut(dst.cast::<u8>(), cap), &mut *got)
    };
    (hook.ends.read)(room).map(|n| *got = n).map_or_else(|e| hook.complain("reading", &e), |()| 0)
}

unsafe extern "C" fn stream_write(ctx: *mut c_void, offset: u64, data: *const c_void, bytes: usize) -> i32 {
    // SAFETY: as above; the bytes are valid during the call.
    let (hook, data) =
        unsafe { (&mut *ctx.cast::<StreamHook<'_>>(), std::slice::from_raw_parts(data.cast::<u8>(), bytes)) };
    let Some(write) = hook.ends.write.as_mut() else { return 0 };
    write(offset, data).map_or_else(|e| hook.complain("writing", &e), |()| 0)
}

impl StreamHook<'_> {
    fn complain(&mut self, what: &str, error: &std::io::Error) -> i32 {
        self.complaint = format!("{what}: {error}");
        1
    }
}

/// Hears how far it is: bytes of the input done, and how many there are.
type Moved<'a> = dyn FnMut(u64, u64) + 'a;

unsafe extern "C" fn moved_hook(ctx: *mut c_void, progress: *const sqs_progress) -> i32 {
    // SAFETY: ctx is the reference given with this function, the library calls from one thread at a time.
    let (moved, p) = unsafe { (&mut *ctx.cast::<&mut Moved<'_>>(), &*progress) };
    moved(p.in_bytes, p.total_bytes);
    0
}

fn no_stats() -> sqs_codec_stats {
    sqs_codec_stats { struct_size: size_of::<sqs_codec_stats>() as u32, ..Default::default() }
}

fn ended(status: i32, error: &sqs_error, complaint: String) -> Result<()> {
    if status >= SQS_OK {
        return Ok(());
    }
    Err(Failure::new(status, if complaint.is_empty() { text_of(&error.text) } else { complaint }))
}

fn c_path(path: &str) -> Result<CString> {
    CString::new(path).map_err(|_| Failure::new(SQS_ERR_NAME, "a path has a zero in it".into()))
}

/// From where to where.
pub(crate) enum Route<'a> {
    /// From file to file.
    Files(&'a str, &'a str),
    /// From function to function.
    Stream(Ends<'a>),
}

/// Encodes.
pub(crate) fn encode(route: Route<'_>, e: &Encoding, mut moved: &mut Moved<'_>) -> Result<Coded> {
    let (mut error, mut stats, mut complaint) = (no_error(), no_stats(), String::new());
    // SAFETY: plain C data, for which zeros are the defaults, set up by the library.
    let mut o = unsafe { std::mem::zeroed::<sqs_encode_options>() };
    // SAFETY: the struct is live and as large as told.
    unsafe { sqs_encode_options_init(&raw mut o, size_of::<sqs_encode_options>()) };
    (o.dtype, o.channels, o.effort, o.codec) = (e.dtype, e.channels, e.effort, e.codec);
    o.byte_order = if e.big_endian { SQS_BIG_ENDIAN } else { SQS_LITTLE_ENDIAN };
    o.frame_bytes = e.frame_bytes;
    (o.restart_interval, o.history_bytes) = (e.restart_interval, e.history_bytes);
    (o.index_entries, o.threads) = (e.index_entries, e.threads);
    o.progress = Some(moved_hook);
    o.ctx = (&raw mut moved).cast();
    let status = match route {
        Route::Files(from, to) => {
            let (from, to) = (c_path(from)?, c_path(to)?);
            // SAFETY: all live through the call, which ends before anything of it goes.
            unsafe { sqs_encode_file(from.as_ptr(), to.as_ptr(), &raw const o, &raw mut stats, &raw mut error) }
        }
        Route::Stream(ends) => {
            let mut hook = StreamHook { ends, complaint: String::new() };
            let stream = stream(&mut hook);
            // SAFETY: as above.
            let status = unsafe { sqs_encode_stream(&raw const stream, &raw const o, &raw mut stats, &raw mut error) };
            complaint = hook.complaint;
            status
        }
    };
    Ok(Coded { stats, missing: Vec::new(), length: stats.raw_bytes, result: ended(status, &error, complaint) })
}

fn stream(hook: &mut StreamHook<'_>) -> sqs_stream {
    sqs_stream {
        struct_size: size_of::<sqs_stream>() as u32,
        flags: 0,
        read: Some(stream_read),
        write: hook.ends.write.is_some().then_some(stream_write),
        ctx: std::ptr::from_mut(hook).cast(),
        total_bytes: 0,
    }
}

fn decode_options(d: &Decoding) -> sqs_decode_options {
    // SAFETY: plain C data, for which zeros are the defaults, set up by the library.
    let mut o = unsafe { std::mem::zeroed::<sqs_decode_options>() };
    // SAFETY: the struct is live and as large as told.
    unsafe { sqs_decode_options_init(&raw mut o, size_of::<sqs_decode_options>()) };
    o.flags = if d.recover { SQS_DECODE_RECOVER } else { 0 };
    (o.max_frame_bytes, o.history_bytes) = (d.max_frame_bytes, d.history_bytes);
    (o.first, o.count, o.max_missing) = (d.first, d.count, MISSING as u32);
    o
}

/// Decodes.
pub(crate) fn decode(route: Route<'_>, d: &Decoding, mut moved: &mut Moved<'_>) -> Result<Coded> {
    let (mut error, mut stats, mut complaint, mut length) = (no_error(), no_stats(), String::new(), 0);
    let mut missing = vec![Missing::default(); MISSING];
    let mut o = decode_options(d);
    o.missing = missing.as_mut_ptr();
    o.progress = Some(moved_hook);
    o.ctx = (&raw mut moved).cast();
    let status = match route {
        Route::Files(from, to) => {
            let (from, to) = (c_path(from)?, c_path(to)?);
            // SAFETY: all live through the call; there is room for as many ranges as told.
            unsafe { sqs_decode_file(from.as_ptr(), to.as_ptr(), &raw const o, &raw mut stats, &raw mut error) }
        }
        Route::Stream(ends) => {
            let mut hook = StreamHook { ends, complaint: String::new() };
            let (stream, out) = (stream(&mut hook), &raw mut length);
            // SAFETY: as above.
            let status =
                unsafe { sqs_decode_stream(&raw const stream, &raw const o, out, &raw mut stats, &raw mut error) };
            complaint = hook.complaint;
            status
        }
    };
    missing.truncate(stats.missing_ranges as usize);
    Ok(Coded { stats, missing, length, result: ended(status, &error, complaint) })
}

/// A decoder that shows every frame: it goes on after damage.
pub(crate) struct Frames {
    // Words, for the alignment; the decoder lies in them.
    _memory: Vec<u128>,
    handle: NonNull<sqs_decoder>,
}

impl Frames {
    pub(crate) fn new() -> Result<Frames> {
        let d = Decoding { recover: true, max_frame_bytes: 4 << 20, history_bytes: 4 << 20, first: 0, count: ALL };
        let (o, mut error) = (decode_options(&d), no_error());
        let (mut bytes, mut align, mut handle) = (0, 0, std::ptr::null_mut());
        // SAFETY: the options are initialised, the places live.
        let told = unsafe { sqs_decoder_bytes(&raw const o, &raw mut bytes, &raw mut align) };
        ended(told, &error, String::new())?;
        // Room to reach any alignment.
        let mut memory = vec![0u128; (bytes + align) / 16 + 1];
        let at = memory.as_mut_ptr().cast::<u8>();
        // SAFETY: what is passed over of the area is below align, and the rest holds the bytes told.
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

    /// Takes of `input` (all there is, if `last`), puts into `room`: what was taken, what was put out and from where on,
    /// and whether it is over.
    pub(crate) fn step(&mut self, input: &[u8], room: &mut [u8], last: bool) -> Result<(usize, usize, u64, bool)> {
        let (mut taken, mut put, mut offset) = (0, 0, 0);
        let flow = if last { SQS_FLOW_END } else { SQS_FLOW_CONTINUE };
        // SAFETY: the decoder is live; input and room are as long as told and apart.
        let status = unsafe {
            sqs_decoder_step(
                self.handle.as_ptr(),
                input.as_ptr().cast(),
                input.len(),
                &raw mut taken,
                room.as_mut_ptr().cast(),
                room.len(),
                &raw mut put,
                &raw mut offset,
                flow,
            )
        };
        if status >= SQS_OK {
            return Ok((taken, put, offset, status == SQS_END));
        }
        let mut text = [0 as c_char; 320];
        // SAFETY: the buffer is as long as told.
        unsafe { sqs_decoder_error_detail(self.handle.as_ptr(), text.as_mut_ptr(), text.len(), std::ptr::null_mut()) };
        Err(Failure::new(status, text_of(&text)))
    }

    /// What was met so far, and what is missing.
    pub(crate) fn met(&mut self) -> (CodecStats, Vec<Missing>) {
        let (mut stats, mut count, mut missing) = (no_stats(), 0, vec![Missing::default(); MISSING]);
        // SAFETY: the decoder is live, there is room for as many ranges as told.
        unsafe {
            sqs_decoder_stats(self.handle.as_ptr(), &raw mut stats);
            sqs_decoder_missing(self.handle.as_ptr(), missing.as_mut_ptr(), missing.len(), &raw mut count);
        }
        missing.truncate(count);
        (stats, missing)
    }

    /// The figures alone.
    pub(crate) fn stats(&mut self) -> CodecStats {
        let mut stats = no_stats();
        // SAFETY: as above.
        unsafe { sqs_decoder_stats(self.handle.as_ptr(), &raw mut stats) };
        stats
    }
}
