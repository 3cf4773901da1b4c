//! Statistics of encoders and decoders.

use super::format::number_of;
use crate::checked;
use crate::codec::container::format::ByteOrder;
use crate::codec::container::frame::VERSION;
use crate::codec::stream::decoder::Decoder;
use crate::codec::stream::encoder::EncodeStats;
use crate::codec::stream::tally::Tally;
use crate::ffi::elements::{SQS_ALL, SQS_BIG_ENDIAN, SQS_LITTLE_ENDIAN};
use crate::ffi::structs::{self, versioned};
use crate::status::Result;
use crate::util::unsigned::Unsigned;
use core::mem::size_of;

/// Statistics of an encoder or decoder. Times are those of a wall clock, and 0 where no clock exists (in memory).
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct sqs_codec_stats {
    /// In: sizeof(sqs_codec_stats).
    pub struct_size: u32,
    /// 1 if the end of the stream was written or read.
    pub ended: u32,
    /// Bytes of the original in valid frames.
    pub raw_bytes: u64,
    /// Bytes of the encoded stream.
    pub coded_bytes: u64,
    /// raw_bytes / coded_bytes in thousandths; 0 if coded_bytes is 0.
    pub ratio_milli: u64,
    /// Valid frames, without the end frame.
    pub frames: u64,
    /// Of frames: stored.
    pub stored_frames: u64,
    /// Of frames: numeric.
    pub numeric_frames: u64,
    /// Of frames: LZ.
    pub lz_frames: u64,
    /// Of frames: CCSDS 121.
    pub ccsds121_frames: u64,
    /// Glyphs of numeric frames that code directly.
    pub primitive_glyphs: u64,
    /// Glyphs that refer to earlier data.
    pub reference_glyphs: u64,
    /// Glyphs that are residuals of a predictor.
    pub delta_glyphs: u64,
    /// Glyphs that are groups of glyphs.
    pub composite_glyphs: u64,
    /// Time spent reading, in nanoseconds.
    pub read_ns: u64,
    /// Time spent encoding or decoding, in nanoseconds; of several threads, the sum.
    pub code_ns: u64,
    /// Time spent writing, until the data is on the disk, in nanoseconds.
    pub write_ns: u64,
    /// Time from beginning to end, in nanoseconds.
    pub wall_ns: u64,
    /// raw_bytes per second of wall_ns; 0 without a clock.
    pub bytes_per_second: u64,
    /// Bytes of memory used: exactly those computed beforehand.
    pub peak_bytes: u64,
    /// Decoding: length of the original in bytes, from the end frame; #SQS_ALL until it was read.
    pub length_bytes: u64,
    /// Decoding: frames with a valid header that cannot be decoded: damaged, or frames that they refer to are missing.
    pub damaged_frames: u64,
    /// Decoding: valid frames that had been decoded before.
    pub repeated_frames: u64,
    /// Decoding: valid frames that came after later ones.
    pub late_frames: u64,
    /// Decoding: encoded bytes that belong to no valid frame of this stream.
    pub skipped_bytes: u64,
    /// Decoding: missing bytes of the original.
    pub missing_bytes: u64,
    /// Decoding: missing ranges, as far as they are kept apart.
    pub missing_ranges: u64,
    /// Decoding: sample type of the first valid frame.
    pub dtype: u32,
    /// Decoding: byte order of the first valid frame.
    pub byte_order: u32,
    /// Decoding: channels of the first valid frame; 0 before it.
    pub channels: u32,
    /// 0.
    pub reserved: u32,
    /// Identity of the stream: given, drawn or read. 0 until it is known.
    pub identity: u64,
    /// Decoding: valid frames of other streams, which are not decoded: of an earlier recording, or of a stream within
    /// damaged frames.
    pub foreign_frames: u64,
    /// Decoding: streams that were read to their end frame; above 1 with #SQS_DECODE_ALL alone.
    pub streams: u64,
    /// Decoding: bytes of the input up to the end of the last valid frame. Once the end frame was read and nothing is
    /// missing: the end of the stream, after which something else may follow.
    pub used_bytes: u64,
    /// Decoding: bytes after an end frame that are not part of a stream that was read. Of inputs that are read in order,
    /// without #SQS_DECODE_ALL: those that had been read.
    pub trailing_bytes: u64,
    /// Version of the format; 0 until it is known.
    pub version: u32,
    /// Decoding: 1 if the start of the input is damaged such that the stream had to be chosen by later frames.
    pub uncertain: u32,
    /// Of frames: space packets.
    pub packet_frames: u64,
}
versioned!(sqs_codec_stats, reserved: u32);

/// Thousandths of a / b.
fn milli(a: u64, b: u64) -> u64 {
    let value = u128::from(a).saturating_mul(1000).checked_div(u128::from(b)).unwrap_or(0);
    u64::try_from(value).unwrap_or(u64::MAX)
}

fn tallied(raw: u64, coded: u64, tally: &Tally) -> sqs_codec_stats {
    let ([stored, numeric, lz, ccsds121, packets], [primitive, reference, delta, composite]) =
        (tally.frames, tally.glyphs);
    sqs_codec_stats {
        struct_size: size_of::<sqs_codec_stats>() as u32,
        raw_bytes: raw,
        coded_bytes: coded,
        ratio_milli: milli(raw, coded),
        stored_frames: stored,
        numeric_frames: numeric,
        lz_frames: lz,
        ccsds121_frames: ccsds121,
        packet_frames: packets,
        primitive_glyphs: primitive,
        reference_glyphs: reference,
        delta_glyphs: delta,
        composite_glyphs: composite,
        length_bytes: SQS_ALL,
        ..Default::default()
    }
}

/// Statistics of an encoder.
pub(super) fn encoded(s: &EncodeStats, ended: bool) -> sqs_codec_stats {
    sqs_codec_stats {
        frames: s.frames,
        ended: u32::from(ended),
        identity: s.identity,
        version: VERSION.into(),
        ..tallied(s.raw_bytes, s.coded_bytes, &s.tally)
    }
}

/// Statistics of a decoder.
pub(super) fn decoded(decoder: &Decoder<'_>) -> sqs_codec_stats {
    let (s, holes) = (decoder.stats(), decoder.missing());
    let mut out = sqs_codec_stats {
        frames: s.frames,
        ended: u32::from(s.ended),
        length_bytes: decoder.length().unwrap_or(SQS_ALL),
        damaged_frames: s.damaged_frames.sat_add(s.orphaned_frames),
        repeated_frames: s.repeated_frames,
        late_frames: s.late_frames,
        skipped_bytes: s.skipped_bytes,
        missing_bytes: holes.missing(),
        missing_ranges: checked::count(holes.ranges().len()),
        foreign_frames: s.foreign_frames,
        streams: s.streams,
        used_bytes: s.used_bytes,
        trailing_bytes: s.trailing_bytes,
        uncertain: u32::from(decoder.is_uncertain()),
        ..tallied(s.raw_bytes, s.coded_bytes, &s.tally)
    };
    if let Some(stream) = decoder.stream() {
        out.identity = stream.identity;
        out.version = stream.version.into();
    }
    if let Some(f) = decoder.format() {
        out.dtype = number_of(f.sample);
        out.byte_order = if f.order == ByteOrder::Big { SQS_BIG_ENDIAN } else { SQS_LITTLE_ENDIAN };
        out.channels = f.channels;
    }
    out
}

/// Fills the caller's struct, unless it is NULL.
pub(super) fn write_stats(out: *mut sqs_codec_stats, value: sqs_codec_stats) -> Result<()> {
    if out.is_null() { Ok(()) } else { structs::write(out, value) }
}

/// Sets the times: in all, and for reading, coding and writing.
#[cfg(feature = "std")]
pub(super) fn timed(stats: &mut sqs_codec_stats, wall: core::time::Duration, parts: [core::time::Duration; 3]) {
    let ns = |d: core::time::Duration| u64::try_from(d.as_nanos()).unwrap_or(u64::MAX);
    [stats.read_ns, stats.code_ns, stats.write_ns] = parts.map(ns);
    stats.wall_ns = ns(wall);
    let rate = u128::from(stats.raw_bytes).saturating_mul(1_000_000_000).checked_div(wall.as_nanos());
    stats.bytes_per_second = rate.and_then(|r| u64::try_from(r).ok()).unwrap_or(0);
}
