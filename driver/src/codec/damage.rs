//! Statistics and damage of a stream, as text and as JSON.

use crate::library::{CodecStats, Missing};
use crate::report::json::Object;

/// The error for a damaged stream, which has an exit code of its own.
#[derive(Debug)]
pub(crate) struct Damage(pub(crate) String);

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Damage {}

/// The list of missing ranges, and the number of missing bytes outside of the ranges that the library recorded.
pub(super) fn list(stats: &CodecStats, missing: &[Missing]) -> String {
    let mut out = String::new();
    for m in missing {
        out.push_str(&format!("missing {}..{} ({})\n", m.first, m.end, count(m.end - m.first, "byte")));
    }
    let listed: u64 = missing.iter().map(|m| m.end - m.first).sum();
    if stats.missing_bytes > listed {
        let more = count(stats.missing_bytes - listed, "more byte");
        out.push_str(&format!("missing {more} in ranges that are not listed\n"));
    }
    out
}

/// The statistics of a decoder as JSON.
pub(super) fn figures(o: Object, stats: &CodecStats, missing: &[Missing]) -> Object {
    let ranges: Vec<String> =
        missing.iter().map(|m| Object::new().whole("first", m.first).whole("end", m.end).close()).collect();
    counts(o, stats)
        .whole("ended", stats.ended.into())
        .whole("damaged_frames", stats.damaged_frames)
        .whole("repeated_frames", stats.repeated_frames)
        .whole("late_frames", stats.late_frames)
        .whole("foreign_frames", stats.foreign_frames)
        .whole("skipped_bytes", stats.skipped_bytes)
        .whole("missing_bytes", stats.missing_bytes)
        .list("missing", &ranges)
        .whole("version", stats.version.into())
        .whole("uncertain", stats.uncertain.into())
        .whole("streams", stats.streams)
        .whole("used_bytes", stats.used_bytes)
        .whole("trailing_bytes", stats.trailing_bytes)
}

/// The statistics that encoders and decoders have in common, as JSON.
pub(super) fn counts(o: Object, stats: &CodecStats) -> Object {
    o.whole("raw_bytes", stats.raw_bytes)
        .whole("coded_bytes", stats.coded_bytes)
        .real("ratio", stats.raw_bytes as f64 / stats.coded_bytes as f64)
        .whole("frames", stats.frames)
        .whole("stored_frames", stats.stored_frames)
        .whole("glyph_frames", stats.numeric_frames)
        .whole("lz_frames", stats.lz_frames)
        .whole("ccsds121_frames", stats.ccsds121_frames)
        .whole("packet_frames", stats.packet_frames)
        .whole("primitive_glyphs", stats.primitive_glyphs)
        .whole("reference_glyphs", stats.reference_glyphs)
        .whole("delta_glyphs", stats.delta_glyphs)
        .whole("composite_glyphs", stats.composite_glyphs)
        .whole("read_ns", stats.read_ns)
        .whole("code_ns", stats.code_ns)
        .whole("write_ns", stats.write_ns)
        .whole("wall_ns", stats.wall_ns)
        .whole("bytes_per_second", stats.bytes_per_second)
        .whole("peak_bytes", stats.peak_bytes)
        .text("identity", format!("{:#x}", stats.identity))
}

/// True if the stream has any damage.
pub(super) fn is_damaged(stats: &CodecStats) -> bool {
    let counts =
        [stats.damaged_frames, stats.repeated_frames, stats.late_frames, stats.skipped_bytes, stats.missing_bytes];
    stats.ended == 0 || counts.iter().any(|n| *n > 0)
}

/// The damage in one line.
fn summary(stats: &CodecStats) -> String {
    let mut parts = Vec::new();
    let mut part = |n: u64, what: &str, more: &str| {
        if n > 0 {
            parts.push(format!("{}{more}", count(n, what)));
        }
    };
    part(stats.damaged_frames, "damaged frame", "");
    part(stats.repeated_frames, "repeated frame", "");
    part(stats.late_frames, "frame", " out of order");
    part(stats.foreign_frames, "frame", " of another stream");
    part(stats.skipped_bytes, "encoded byte", " skipped");
    part(stats.missing_bytes, "byte", " missing");
    if stats.ended == 0 {
        parts.push("no end frame (the stream is truncated)".into());
    }
    if stats.uncertain > 0 {
        parts.push(format!("the start is damaged: stream {:#x} was chosen by later frames", stats.identity));
    }
    parts.join(", ")
}

/// A number of things, in the singular or the plural.
pub(super) fn count(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// A line about what follows the stream, or what is no part of `all` streams, if anything.
pub(super) fn trailing(stats: &CodecStats, all: bool) -> String {
    if stats.streams == 0 || stats.trailing_bytes == 0 {
        return String::new();
    }
    let bytes = count(stats.trailing_bytes, "byte");
    if all {
        return format!("{bytes} after an end frame belong to no stream\n");
    }
    let end = stats.used_bytes;
    format!(
        "the stream ends at byte {end}; at least {bytes} that follow were not read (decode --all reads all streams)\n"
    )
}

/// The error for a damaged stream: the file, the damage in one line, and the missing ranges.
pub(super) fn error(path: &str, stats: &CodecStats, missing: &[Missing]) -> Damage {
    let text = format!("{path}: {}\n{}", summary(stats), list(stats, missing));
    Damage(text.trim_end().into())
}
