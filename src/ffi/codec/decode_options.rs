//! Options of decoders: the struct, and its parsed form.

use super::progress::sqs_progress_fn;
use crate::codec::stream::decoder::DecodeOptions;
use crate::codec::stream::holes::Holes;
use crate::ffi::elements::SQS_ALL;
use crate::ffi::status::sqs_status;
use crate::ffi::structs::{self, versioned};
use crate::status::{Error, Result, Status};
use core::ffi::c_void;

/// @name Flags of decoders
///
/// Continue after damage: output what is valid, at its position.
pub const SQS_DECODE_RECOVER: u32 = 1;
/// The identity of the stream is the tag, a number of 16 bits, as in streams of version 1 of the format.
pub const SQS_DECODE_TAG: u32 = 2;
/// The identity of the stream is the given one. Without it, the stream is the one that begins where the input begins.
/// Frames of other streams before it count as damage: without #SQS_DECODE_RECOVER the result is #SQS_ERR_DAMAGED.
pub const SQS_DECODE_IDENTITY: u32 = 4;
/// Read all streams that follow one another. Without it, reading ends with the first stream.
pub const SQS_DECODE_ALL: u32 = 8;

/// A range of bytes of the original: first to end - 1.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct sqs_range {
    /// Position of the first byte.
    pub first: u64,
    /// Position of the last byte plus 1.
    pub end: u64,
}

/// Options of a decoder. Set up by sqs_decode_options_init(); zero means the default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_decode_options {
    /// sizeof(sqs_decode_options).
    pub struct_size: u32,
    /// 0, or the sum of #SQS_DECODE_RECOVER, #SQS_DECODE_IDENTITY or #SQS_DECODE_TAG, and #SQS_DECODE_ALL.
    pub flags: u32,
    /// Maximum bytes of the original per frame, 16 KiB to 4 MiB; larger frames are refused with #SQS_ERR_LIMIT.
    /// Default: 64 KiB; files: the size of the first frame, if that is larger.
    pub max_frame_bytes: u32,
    /// With #SQS_DECODE_TAG: the tag.
    pub tag: u32,
    /// First byte of the original to decode.
    pub first: u64,
    /// Number of bytes; the original has them all, else #SQS_ERR_RANGE. 0 and #SQS_ALL: all from first. With
    /// sqs_decoder_init(): 0 or #SQS_ALL.
    pub count: u64,
    /// Files and sqs_decode_stream(): receives the missing ranges; NULL: they are not returned.
    pub missing: *mut sqs_range,
    /// Missing ranges that are kept apart, 16 bytes of memory each, and the capacity of missing, if given. Default: 64.
    /// Further ranges are only counted.
    pub max_missing: u32,
    /// For streams encoded with a restart_interval above 1: bytes before a frame that it may refer to, up to 4 MiB;
    /// frames that refer to more are refused with #SQS_ERR_LIMIT. 0: none; files: 64 KiB if the first two frames are of
    /// one group.
    pub history_bytes: u32,
    /// Files and sqs_decode_stream(): memory to use instead of the heap, aligned to 8 bytes. NULL: the heap, once.
    pub memory: *mut c_void,
    /// Size of memory in bytes: at least what sqs_decode_work_bytes() returns.
    pub memory_bytes: usize,
    /// Files and sqs_decode_stream(): called now and then; NULL: no calls.
    pub progress: sqs_progress_fn,
    /// First argument of progress.
    pub ctx: *mut c_void,
    /// With #SQS_DECODE_IDENTITY: the identity.
    pub identity: u64,
}
versioned!(sqs_decode_options, ctx: *mut c_void);

/// Fills options of a decoder with zeros, which mean the defaults, and sets their struct_size.
///
/// May be called from callbacks.
///
/// @param[out] options      the options
/// @param[in]  struct_size  sizeof(sqs_decode_options), as the caller's compiler sees it
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     options is NULL or misaligned
/// @retval SQS_ERR_STRUCT_SIZE  struct_size is smaller than version 1 of the struct, or above 64 KiB
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decode_options_init(options: *mut sqs_decode_options, struct_size: usize) -> sqs_status {
    structs::init(options, struct_size)
}

fn bad(text: &'static str) -> Error {
    Error::new(Status::Argument, text)
}

/// Parses the options of a decoder. Returns the caller's struct, too, with its default count.
pub(super) fn parse(options: *const sqs_decode_options) -> Result<(DecodeOptions, sqs_decode_options)> {
    let mut o = structs::read(options)?;
    let known = SQS_DECODE_RECOVER | SQS_DECODE_TAG | SQS_DECODE_IDENTITY | SQS_DECODE_ALL;
    structs::known("sqs_decode_options.flags", o.flags, known)?;
    let mut value = DecodeOptions {
        recover: o.flags & SQS_DECODE_RECOVER != 0,
        all: o.flags & SQS_DECODE_ALL != 0,
        start: o.first,
        ..Default::default()
    };
    if o.max_frame_bytes != 0 {
        value.max_frame_bytes = o.max_frame_bytes as usize;
    }
    value.history_bytes = o.history_bytes as usize;
    if o.flags & SQS_DECODE_TAG != 0 {
        let tag = u16::try_from(o.tag);
        value.identity = Some(tag.map_err(|_| bad("sqs_decode_options: tag is {a}, not 0 to 65535").a(o.tag))?.into());
    } else if o.tag != 0 {
        return Err(bad("sqs_decode_options: tag is {a}, but needs the flag SQS_DECODE_TAG").a(o.tag));
    }
    if o.flags & SQS_DECODE_IDENTITY != 0 {
        if value.identity.is_some() {
            return Err(bad(
                "sqs_decode_options: SQS_DECODE_IDENTITY and SQS_DECODE_TAG exclude each other: clear one",
            ));
        }
        value.identity = Some(o.identity);
    } else if o.identity != 0 {
        return Err(bad("sqs_decode_options: identity is {a}, but needs the flag SQS_DECODE_IDENTITY").a(o.identity));
    }
    if o.max_missing != 0 {
        value.max_holes = o.max_missing as usize;
    }
    if !o.missing.is_null() {
        structs::usable("missing", o.missing.cast_const())?;
    }
    if o.count == 0 {
        o.count = SQS_ALL;
    }
    value.memory()?;
    Ok((value, o))
}

/// Copies the missing ranges to the caller, up to `capacity` of them.
pub(super) fn write_missing(out: *mut sqs_range, capacity: usize, holes: &Holes<'_>) {
    if out.is_null() {
        return;
    }
    for (i, r) in holes.ranges().iter().take(capacity).enumerate() {
        // SAFETY: checked when the options were read; the caller has room for `capacity` ranges.
        unsafe { out.add(i).write(sqs_range { first: r.start, end: r.end }) };
    }
}
