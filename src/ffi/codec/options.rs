//! The codec's option structs, turned into what the Rust types take, and its figures back into theirs.

use super::types::*;
use crate::checked;
use crate::codec::Flow;
use crate::codec::ccsds121::Params;
use crate::codec::container::format::{ByteOrder, Format, SampleType};
use crate::codec::container::frame::MIN_FRAME_BYTES;
use crate::codec::options::Effort;
use crate::codec::options::EncodeOptions;
use crate::codec::options::Method;
use crate::codec::stream::decoder::{DecodeOptions, Decoder};
use crate::codec::stream::encoder::EncodeStats;
use crate::codec::stream::holes::Holes;
use crate::codec::stream::tally::Tally;
use crate::ffi::structs;
use crate::ffi::types::*;
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;
use core::mem::size_of;

fn bad(text: &'static str) -> Error {
    Error::new(Status::Argument, text)
}

fn unsupported(text: &'static str) -> Error {
    Error::new(Status::Unsupported, text)
}

/// Sample types by their numbers in the header.
const TYPES: [(u32, SampleType); 11] = [
    (SQS_BYTES, SampleType::Bytes),
    (SQS_I8, SampleType::I8),
    (SQS_U8, SampleType::U8),
    (SQS_I16, SampleType::I16),
    (SQS_U16, SampleType::U16),
    (SQS_I24, SampleType::I24),
    (SQS_I32, SampleType::I32),
    (SQS_U32, SampleType::U32),
    (SQS_I64, SampleType::I64),
    (SQS_F32, SampleType::F32),
    (SQS_F64, SampleType::F64),
];

fn format(o: &sqs_encode_options) -> Result<Format> {
    let found = TYPES.iter().find(|(code, _)| *code == o.dtype);
    let (_, sample) = *found.ok_or_else(|| bad("sqs_encode_options: there is no sample type {a}").a(o.dtype))?;
    let order = match o.byte_order {
        SQS_LITTLE_ENDIAN => ByteOrder::Little,
        SQS_BIG_ENDIAN => ByteOrder::Big,
        other => return Err(bad("sqs_encode_options: there is no byte order {a}").a(other)),
    };
    // The order of single bytes means nothing.
    let order = if sample == SampleType::Bytes { ByteOrder::Big } else { order };
    Format::new(sample, order, o.channels.max(1))
}

/// Reads the options, and says with how many threads.
pub(super) fn encode(options: *const sqs_encode_options) -> Result<(EncodeOptions, sqs_encode_options)> {
    let mut o = structs::read(options)?;
    if o.flags & !SQS_ENCODE_TAG != 0 {
        return Err(unsupported("sqs_encode_options: flags unknown to this version"));
    }
    if o.reserved != 0 {
        return Err(unsupported("sqs_encode_options: fields unknown to this version"));
    }
    let mut value = EncodeOptions::new(format(&o)?);
    if o.effort != 0 {
        let effort = Effort::from_level(o.effort);
        value.effort = effort.ok_or_else(|| bad("sqs_encode_options: effort {a}, of 1 to 9").a(o.effort))?;
    }
    value.method = match o.codec {
        SQS_CODEC_AUTO => Method::Auto,
        SQS_CODEC_NUMERIC => Method::Numeric,
        SQS_CODEC_LZ => Method::Lz,
        SQS_CODEC_CCSDS121 => Method::Ccsds121,
        SQS_CODEC_STORED => Method::Stored,
        other => return Err(bad("sqs_encode_options: there is no codec {a}").a(other)),
    };
    if o.frame_bytes != 0 {
        value.frame_bytes = o.frame_bytes as usize;
    }
    if o.flags & SQS_ENCODE_TAG != 0 {
        let tag = u16::try_from(o.tag);
        value.tag = Some(tag.map_err(|_| bad("sqs_encode_options: tag {a}, of 0 to 65535").a(o.tag))?);
    } else if o.tag != 0 {
        return Err(bad("sqs_encode_options: a tag without SQS_ENCODE_TAG"));
    }
    value.index_entries = o.index_entries as usize;
    value.restart_interval = o.restart_interval.max(1);
    if o.history_bytes != 0 {
        value.history_bytes = o.history_bytes as usize;
    }
    if o.ccsds_bits != 0 && o.codec == SQS_CODEC_CCSDS121 {
        value.ccsds121 = Some(params(o.ccsds_bits, o.ccsds_block, o.ccsds_rsi, o.ccsds_flags)?);
    } else if (o.ccsds_bits, o.ccsds_block, o.ccsds_rsi, o.ccsds_flags) != (0, 0, 0, 0) {
        return Err(bad("sqs_encode_options: parameters of CCSDS 121 without that codec, or without bits"));
    }
    value.memory()?;
    o.threads = o.threads.max(1);
    Ok((value, o))
}

/// Reads the options. max_frame_bytes is what the caller has set, or the default.
pub(super) fn decode(options: *const sqs_decode_options) -> Result<(DecodeOptions, sqs_decode_options)> {
    let mut o = structs::read(options)?;
    if o.flags & !(SQS_DECODE_RECOVER | SQS_DECODE_TAG) != 0 {
        return Err(unsupported("sqs_decode_options: flags unknown to this version"));
    }
    let mut value = DecodeOptions { recover: o.flags & SQS_DECODE_RECOVER != 0, start: o.first, ..Default::default() };
    if o.max_frame_bytes != 0 {
        value.max_frame_bytes = o.max_frame_bytes as usize;
    }
    value.history_bytes = o.history_bytes as usize;
    if o.flags & SQS_DECODE_TAG != 0 {
        let tag = u16::try_from(o.tag);
        value.tag = Some(tag.map_err(|_| bad("sqs_decode_options: tag {a}, of 0 to 65535").a(o.tag))?);
    } else if o.tag != 0 {
        return Err(bad("sqs_decode_options: a tag without SQS_DECODE_TAG"));
    }
    if o.max_missing != 0 {
        value.max_holes = o.max_missing as usize;
    }
    if !o.missing.is_null() {
        structs::usable(o.missing.cast_const())?;
    }
    if o.count == 0 {
        o.count = SQS_ALL;
    }
    value.memory()?;
    Ok((value, o))
}

/// The frame size for a budget: the largest power of two (and then the default) with which `memory` fits in it.
pub(super) fn frame_within(
    options: &EncodeOptions,
    budget: usize,
    memory: impl Fn(&EncodeOptions) -> Result<usize>,
) -> Result<usize> {
    let with = |frame_bytes| EncodeOptions { frame_bytes, ..*options };
    let fits = |bytes: &usize| memory(&with(*bytes)).is_ok_and(|need| need <= budget);
    let most = options.frame_bytes;
    let smaller = (0..usize::BITS).rev().map(|bit| 1usize << bit).filter(|b| *b < most && *b >= MIN_FRAME_BYTES);
    if let Some(bytes) = core::iter::once(most).chain(smaller).find(fits) {
        return Ok(bytes);
    }
    let least = MIN_FRAME_BYTES.max(options.format.row_bytes().next_power_of_two());
    let text = "{b} bytes of memory do not do for any frame size; {a} do";
    Err(Error::new(Status::Budget, text).a(checked::count(memory(&with(least))?)).b(checked::count(budget)))
}

/// Thousandths of a / b.
fn milli(a: u64, b: u64) -> u64 {
    let value = u128::from(a).saturating_mul(1000).checked_div(u128::from(b)).unwrap_or(0);
    u64::try_from(value).unwrap_or(u64::MAX)
}

fn tallied(raw: u64, coded: u64, tally: &Tally) -> sqs_codec_stats {
    let ([stored, glyph, lz, ccsds121], [primitive, reference, delta, composite]) = (tally.frames, tally.glyphs);
    sqs_codec_stats {
        struct_size: size_of::<sqs_codec_stats>() as u32,
        raw_bytes: raw,
        coded_bytes: coded,
        ratio_milli: milli(raw, coded),
        stored_frames: stored,
        numeric_frames: glyph,
        lz_frames: lz,
        ccsds121_frames: ccsds121,
        primitive_glyphs: primitive,
        reference_glyphs: reference,
        delta_glyphs: delta,
        composite_glyphs: composite,
        length: SQS_ALL,
        ..Default::default()
    }
}

/// The figures of an encoder.
pub(super) fn encoded(s: &EncodeStats, ended: bool) -> sqs_codec_stats {
    sqs_codec_stats { frames: s.frames, ended: u32::from(ended), ..tallied(s.raw_bytes, s.coded_bytes, &s.tally) }
}

/// The figures of a decoder.
pub(super) fn decoded(decoder: &Decoder<'_>) -> sqs_codec_stats {
    let (s, holes) = (decoder.stats(), decoder.missing());
    let mut out = sqs_codec_stats {
        frames: s.frames,
        ended: u32::from(s.ended),
        length: decoder.length().unwrap_or(SQS_ALL),
        damaged_frames: s.damaged_frames.sat_add(s.orphaned_frames),
        repeated_frames: s.repeated_frames,
        late_frames: s.late_frames,
        skipped_bytes: s.skipped_bytes,
        missing_bytes: holes.missing(),
        missing_ranges: checked::count(holes.ranges().len()),
        ..tallied(s.raw_bytes, s.coded_bytes, &s.tally)
    };
    if let Some(f) = decoder.format() {
        out.dtype = TYPES.iter().find(|(_, t)| *t == f.sample).map_or(SQS_BYTES, |(code, _)| *code);
        out.byte_order = if f.order == ByteOrder::Big { SQS_BIG_ENDIAN } else { SQS_LITTLE_ENDIAN };
        out.channels = f.channels;
    }
    out
}

/// Fills the caller's struct, if there is one.
pub(super) fn write_stats(out: *mut sqs_codec_stats, value: sqs_codec_stats) -> Result<()> {
    if out.is_null() { Ok(()) } else { structs::write(out, value) }
}

/// Copies the missing ranges to the caller, as many as fit in `cap`.
pub(super) fn write_missing(out: *mut sqs_range, cap: usize, holes: &Holes<'_>) {
    if out.is_null() {
        return;
    }
    for (i, r) in holes.ranges().iter().take(cap).enumerate() {
        // SAFETY: checked when it was read; the caller has room for `cap` ranges.
        unsafe { out.add(i).write(sqs_range { first: r.start, end: r.end }) };
    }
}

/// Adds what only a clock knows.
#[cfg(feature = "std")]
pub(super) fn timed(stats: &mut sqs_codec_stats, wall: core::time::Duration, parts: [core::time::Duration; 3]) {
    let ns = |d: core::time::Duration| u64::try_from(d.as_nanos()).unwrap_or(u64::MAX);
    [stats.read_ns, stats.code_ns, stats.write_ns] = parts.map(ns);
    stats.wall_ns = ns(wall);
    let rate = u128::from(stats.raw_bytes).saturating_mul(1_000_000_000).checked_div(wall.as_nanos());
    stats.bytes_per_second = rate.and_then(|r| u64::try_from(r).ok()).unwrap_or(0);
}

/// The numbers as the Rust types have them.
pub(super) fn params(bits: u32, block: u32, rsi: u32, flags: u32) -> Result<Params> {
    let small = |v: u32| u16::try_from(v).ok();
    let bad = Error::new(Status::Argument, "CCSDS 121: {a} bits in blocks of {b}, of 1 to 32 in 8, 16, 32 or 64");
    let (Ok(n), Some(j), Some(r)) = (u8::try_from(bits), small(block), small(rsi)) else {
        return Err(bad.a(bits).b(block));
    };
    Params::from_flags(n, j, r, flags)
}

pub(super) fn flow_of(flow: u32) -> Result<Flow> {
    match flow {
        SQS_FLOW_CONTINUE => Ok(Flow::Continue),
        SQS_FLOW_FLUSH => Ok(Flow::Flush),
        SQS_FLOW_END => Ok(Flow::End),
        other => Err(Error::new(Status::Argument, "there is no flow {a}").a(other)),
    }
}
