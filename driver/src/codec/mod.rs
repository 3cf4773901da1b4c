//! The codec at the command line: encode, decode, verify, inspect.

mod decode;
mod encode;
mod inspect;

pub(crate) use decode::{decode, verify};
pub(crate) use encode::{encode, sample_type};
pub(crate) use inspect::inspect;

use crate::Result;
use crate::library::{CodecStats, Missing};
use crate::report::json::Object;
use std::fs::File;
use std::io::{Read, stdin};

/// A damaged stream: it ends the program with an exit code of its own.
#[derive(Debug)]
pub(crate) struct Damage(pub(crate) String);

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Damage {}

/// Opens a file, or standard input for `-`; and its size, where it has one.
fn open(path: &str) -> Result<(Box<dyn Read>, u64)> {
    if path == "-" {
        return Ok((Box::new(stdin().lock()), 0));
    }
    let say = |e: std::io::Error| format!("{path}: {e}");
    let file = File::open(path).map_err(say)?;
    let size = file.metadata().map_err(say)?.len();
    Ok((Box::new(file), size))
}

/// The size of a file that can be read again; nothing of standard input, pipes and devices.
fn plain(path: &str) -> Option<u64> {
    let file = std::fs::metadata(path).ok().filter(|m| path != "-" && m.is_file());
    file.map(|m| m.len())
}

/// The missing ranges, for people: as many as the library told apart, and what is beyond.
fn holes(stats: &CodecStats, missing: &[Missing]) -> String {
    let mut out = String::new();
    for m in missing {
        out.push_str(&format!("missing {}..{} ({} bytes)\n", m.first, m.end, m.end - m.first));
    }
    let told: u64 = missing.iter().map(|m| m.end - m.first).sum();
    if stats.missing_bytes > told {
        out.push_str(&format!("missing {} bytes more, in ranges not told apart\n", stats.missing_bytes - told));
    }
    out
}

/// The figures of a decoder as JSON.
fn figures(o: Object, stats: &CodecStats, missing: &[Missing]) -> Object {
    let ranges: Vec<String> =
        missing.iter().map(|m| Object::new().whole("first", m.first).whole("end", m.end).close()).collect();
    counts(o, stats)
        .whole("ended", stats.ended.into())
        .whole("damaged_frames", stats.damaged_frames)
        .whole("repeated_frames", stats.repeated_frames)
        .whole("late_frames", stats.late_frames)
        .whole("skipped_bytes", stats.skipped_bytes)
        .whole("missing_bytes", stats.missing_bytes)
        .list("missing", &ranges)
}

/// The figures that encoders and decoders have.
fn counts(o: Object, stats: &CodecStats) -> Object {
    o.whole("raw_bytes", stats.raw_bytes)
        .whole("coded_bytes", stats.coded_bytes)
        .real("ratio", stats.raw_bytes as f64 / stats.coded_bytes as f64)
        .whole("frames", stats.frames)
        .whole("stored_frames", stats.stored_frames)
        .whole("glyph_frames", stats.numeric_frames)
        .whole("lz_frames", stats.lz_frames)
        .whole("ccsds121_frames", stats.ccsds121_frames)
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
}

/// Whether anything was wrong with a stream.
fn damaged(stats: &CodecStats) -> bool {
    let wrong =
        [stats.damaged_frames, stats.repeated_frames, stats.late_frames, stats.skipped_bytes, stats.missing_bytes];
    stats.ended == 0 || wrong.iter().any(|n| *n > 0)
}

/// What was wrong, in a line.
fn wrong(stats: &CodecStats) -> String {
    let mut parts = Vec::new();
    let mut part = |n: u64, what: &str| {
        if n > 0 {
            parts.push(format!("{n} {what}"));
        }
    };
    part(stats.damaged_frames, "damaged frames");
    part(stats.repeated_frames, "repeated frames");
    part(stats.late_frames, "frames out of order");
    part(stats.skipped_bytes, "encoded bytes of no use");
    part(stats.missing_bytes, "bytes missing");
    part(u64::from(stats.ended == 0), "end frame missing: the stream was cut off");
    parts.join(", ")
}
