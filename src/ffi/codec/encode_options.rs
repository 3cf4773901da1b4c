//! Options of encoders: the struct, and its parsed form.

use super::ccsds121_params::params;
use super::format::{SQS_CODEC_CCSDS121, method, sample_type};
use super::identity::drawn;
use super::progress::sqs_progress_fn;
use crate::checked;
use crate::codec::container::format::{ByteOrder, Format, SampleType};
use crate::codec::container::frame::MIN_FRAME_BYTES;
use crate::codec::options::{Effort, EncodeOptions};
use crate::ffi::elements::{SQS_BIG_ENDIAN, SQS_LITTLE_ENDIAN};
use crate::ffi::status::sqs_status;
use crate::ffi::structs::{self, versioned};
use crate::status::{Error, Result, Status};
use core::ffi::c_void;

/// Flag of encoders: the identity of the stream is the tag, a number of 16 bits. Prefer identity, which has 64.
pub const SQS_ENCODE_TAG: u32 = 1;

/// Options of an encoder. Set up by sqs_encode_options_init(); zero means the default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_encode_options {
    /// sizeof(sqs_encode_options).
    pub struct_size: u32,
    /// 0 or #SQS_ENCODE_TAG.
    pub flags: u32,
    /// Sample type: #SQS_BYTES (default), #SQS_I8 to #SQS_F64, or #SQS_I24.
    pub dtype: u32,
    /// Byte order of the samples: #SQS_LITTLE_ENDIAN (default) or #SQS_BIG_ENDIAN.
    pub byte_order: u32,
    /// Interleaved channels, 1 to 4096; 0 means 1. A row is one sample of each.
    pub channels: u32,
    /// 1 to 9; 0 means 5. 1: integer arithmetic only, for slow processors; 9: smallest output, whatever time it takes.
    pub effort: u32,
    /// Codec that frames may use, SQS_CODEC_*. A frame that does not become smaller is stored, whatever the codec.
    pub codec: u32,
    /// Bytes of the original per frame, 16 KiB to 4 MiB, rounded down to whole rows. Default: 32 KiB for samples, 64
    /// KiB for bytes.
    pub frame_bytes: u32,
    /// Frames of a frame group, up to 256. Each but the first may refer to earlier ones, which saves bytes; damage to
    /// one costs the rest of its group, and decoders need history_bytes. 0 and 1: every frame is independent.
    pub restart_interval: u32,
    /// Entries of the index in the end frame, 16 bytes of memory each. Default: none. Readers use the index to find a
    /// position.
    pub index_entries: u32,
    /// With #SQS_ENCODE_TAG: the tag, 0 to 65535.
    pub tag: u32,
    /// Files and sqs_encode_stream(): threads that encode, up to 64; 0 means 1. The output is the same for any number.
    pub threads: u32,
    /// With restart_interval above 1: bytes before a frame that it may refer to, up to 4 MiB. Default: 64 KiB. Memory
    /// of the encoder and of the decoder.
    pub history_bytes: u32,
    /// 0.
    pub reserved: u32,
    /// With #SQS_CODEC_CCSDS121: bits of a sample, 1 to 32; then this and the next three fields are as in
    /// sqs_ccsds121_params, the same for all frames. A frame with a sample that does not fit, or with an incomplete
    /// sample, is stored. 0: all four follow from the sample type, and the next three are 0.
    pub ccsds_bits: u32,
    /// CCSDS 121: samples of a block.
    pub ccsds_block: u32,
    /// CCSDS 121: blocks of a reference sample interval.
    pub ccsds_rsi: u32,
    /// CCSDS 121: sum of SQS_CCSDS121_* flags.
    pub ccsds_flags: u32,
    /// Files and sqs_encode_stream(): memory to use instead of the heap, aligned to 8 bytes. NULL: the heap, once.
    pub memory: *mut c_void,
    /// Size of memory in bytes: at least what sqs_encode_work_bytes() returns.
    pub memory_bytes: usize,
    /// Files and sqs_encode_stream(): called after every frame written; NULL: no calls. An asynchronous job calls it
    /// from a thread of its own.
    pub progress: sqs_progress_fn,
    /// First argument of progress.
    pub ctx: *mut c_void,
    /// Bytes of the original before its first row, such as the header of a file. They are in frames of their own, so
    /// that the rows of every later frame begin at its start. Default: none.
    pub head_bytes: u64,
    /// Identity of the stream: a number that no other stream has, such as a boot count and a time. Decoders take frames
    /// of one identity only, so frames of an earlier recording on the same medium, or of a stream within this one, are
    /// never mixed in. 0: hosts draw it from the system's randomness. Without an operating system it is then a hash of
    /// the first frame, which recordings that begin alike have in common: always set it there.
    pub identity: u64,
    /// Position in the original of the first byte that is encoded; above 0 to continue a stream that was cut off, as
    /// one stream: the output follows the last whole frame (sqs_codec_stats.used_bytes of a decoder), with the identity
    /// of the stream. Bytes between the end of that frame and first are reported as missing. Needs identity, and
    /// head_bytes of 0. Frames are no larger than those before. Default: 0.
    pub first: u64,
    /// Bytes of the stream before the output, for the positions in its index. Default: 0.
    pub stream_bytes: u64,
}
versioned!(sqs_encode_options, ctx: *mut c_void);

/// Fills options of an encoder with zeros, which mean the defaults, and sets their struct_size.
///
/// May be called from callbacks.
///
/// @param[out] options      the options
/// @param[in]  struct_size  sizeof(sqs_encode_options), as the caller's compiler sees it
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     options is NULL or misaligned
/// @retval SQS_ERR_STRUCT_SIZE  struct_size is smaller than version 1 of the struct, or above 64 KiB
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encode_options_init(options: *mut sqs_encode_options, struct_size: usize) -> sqs_status {
    structs::init(options, struct_size)
}

fn bad(text: &'static str) -> Error {
    Error::new(Status::Argument, text)
}

fn format(o: &sqs_encode_options) -> Result<Format> {
    let sample = sample_type(o.dtype).ok_or_else(|| {
        bad("sqs_encode_options: dtype is {a}, not SQS_BYTES, SQS_I24 or a type of real numbers").a(o.dtype)
    })?;
    let order = match o.byte_order {
        SQS_LITTLE_ENDIAN => ByteOrder::Little,
        SQS_BIG_ENDIAN => ByteOrder::Big,
        other => {
            return Err(bad("sqs_encode_options: byte_order is {a}, not SQS_LITTLE_ENDIAN or SQS_BIG_ENDIAN").a(other));
        }
    };
    // The order of single bytes means nothing.
    let order = if sample == SampleType::Bytes { ByteOrder::Big } else { order };
    Format::new(sample, order, o.channels.max(1))
}

/// Parses the options of an encoder. Returns the caller's struct, too, with its default number of threads.
pub(super) fn parse(options: *const sqs_encode_options) -> Result<(EncodeOptions, sqs_encode_options)> {
    let mut o = structs::read(options)?;
    structs::known("sqs_encode_options.flags", o.flags, SQS_ENCODE_TAG)?;
    structs::known("sqs_encode_options.reserved", o.reserved, 0)?;
    let mut value = EncodeOptions::new(format(&o)?);
    if o.effort != 0 {
        let effort = Effort::from_level(o.effort);
        value.effort = effort.ok_or_else(|| bad("sqs_encode_options: effort is {a}, not 1 to 9").a(o.effort))?;
    }
    value.method =
        method(o.codec).ok_or_else(|| bad("sqs_encode_options: codec is {a}, not one of SQS_CODEC_*").a(o.codec))?;
    if o.frame_bytes != 0 {
        value.frame_bytes = o.frame_bytes as usize;
    }
    if o.flags & SQS_ENCODE_TAG != 0 {
        let tag = u16::try_from(o.tag);
        let tag = tag.map_err(|_| bad("sqs_encode_options: tag is {a}, not 0 to 65535").a(o.tag))?;
        if o.identity != 0 {
            return Err(bad("sqs_encode_options: identity and SQS_ENCODE_TAG exclude each other: clear one"));
        }
        value.identity = Some(tag.into());
    } else if o.tag != 0 {
        return Err(bad("sqs_encode_options: tag is {a}, but needs the flag SQS_ENCODE_TAG").a(o.tag));
    } else {
        value.identity = if o.identity == 0 { drawn() } else { Some(o.identity) };
    }
    value.index_entries = o.index_entries as usize;
    value.restart_interval = o.restart_interval.max(1);
    if o.history_bytes != 0 {
        value.history_bytes = o.history_bytes as usize;
    }
    value.head_bytes = o.head_bytes;
    (value.first, value.stream_bytes) = (o.first, o.stream_bytes);
    if (o.first, o.stream_bytes) != (0, 0) && o.identity == 0 && o.flags & SQS_ENCODE_TAG == 0 {
        let e = bad("sqs_encode_options: first = {a}, stream_bytes = {b} continue a stream: set its identity");
        return Err(e.a(o.first).b(o.stream_bytes));
    }
    if o.first > 0 && o.head_bytes > 0 {
        let e = bad("sqs_encode_options: with first = {a} head_bytes must be 0, not {b}");
        return Err(e.a(o.first).b(o.head_bytes));
    }
    if o.ccsds_bits != 0 && o.codec == SQS_CODEC_CCSDS121 {
        value.ccsds121 = Some(params(o.ccsds_bits, o.ccsds_block, o.ccsds_rsi, o.ccsds_flags)?);
    } else if (o.ccsds_bits, o.ccsds_block, o.ccsds_rsi, o.ccsds_flags) != (0, 0, 0, 0) {
        return Err(bad("sqs_encode_options: parameters of CCSDS 121 need SQS_CODEC_CCSDS121 and ccsds_bits"));
    }
    value.memory()?;
    o.threads = o.threads.max(1);
    Ok((value, o))
}

/// The frame size for a limit of memory: the given one, else the largest smaller power of two with which `memory` fits.
pub(super) fn frame_within(
    options: &EncodeOptions,
    limit: usize,
    memory: impl Fn(&EncodeOptions) -> Result<usize>,
) -> Result<usize> {
    let with = |frame_bytes| EncodeOptions { frame_bytes, ..*options };
    let fits = |bytes: &usize| memory(&with(*bytes)).is_ok_and(|needed| needed <= limit);
    let max = options.frame_bytes;
    let smaller = (0..usize::BITS).rev().map(|bit| 1usize << bit).filter(|b| *b < max && *b >= MIN_FRAME_BYTES);
    if let Some(bytes) = core::iter::once(max).chain(smaller).find(fits) {
        return Ok(bytes);
    }
    let min = MIN_FRAME_BYTES.max(options.format.row_bytes().next_power_of_two());
    let text = "no frame size fits {b} bytes of memory: give the {a} that the smallest needs";
    Err(Error::new(Status::Budget, text).a(checked::count(memory(&with(min))?)).b(checked::count(limit)))
}
