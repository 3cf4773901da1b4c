//! `driver inspect`: the frames of a stream and its damage.

use super::damage::{self, figures, is_damaged};
use super::source::{open, regular_size};
use crate::cli::InspectArgs;
use crate::error::Result;
use crate::library::{CodecStats, Frames, Missing, sample_name};
use crate::report::json::Object;
use crate::report::numbers::whole;
use crate::report::print;
use std::io::{BufRead, BufReader};

/// The codec of the last frame, from the counters before and after it.
fn codec(now: &CodecStats, before: &CodecStats) -> &'static str {
    let counts = |s: &CodecStats| [s.stored_frames, s.numeric_frames, s.lz_frames, s.ccsds121_frames, s.packet_frames];
    let more = counts(now).into_iter().zip(counts(before)).position(|(a, b)| a > b);
    more.map_or("?", |i| ["stored", "glyph", "lz", "ccsds121", "packets"][i])
}

/// What a stretch of damage consists of.
fn damage(now: &CodecStats, before: &CodecStats) -> String {
    let damaged = now.damaged_frames - before.damaged_frames;
    let foreign = now.foreign_frames - before.foreign_frames;
    let text = match (damaged, foreign) {
        (0, 0) => "bytes that belong to no frame".into(),
        (0, n) => format!("{} of another stream", damage::count(n, "frame")),
        (n, _) => damage::count(n, "damaged frame"),
    };
    format!("DAMAGE: {text}")
}

/// The output: a table, or the list in a JSON object.
struct Table {
    json: bool,
    rows: u64,
}

impl Table {
    fn begin(&self, head: [&str; 5]) -> Result<()> {
        if self.json {
            return print("{\"frames_list\": [");
        }
        print(&format!("{:>14}{:>14}{:>10}{:>10}{:>9}  codec\n", head[0], head[1], head[2], head[3], head[4]))
    }

    fn row(&mut self, position: u64, offset: &str, raw: u64, coded: u64, what: &str) -> Result<()> {
        let line = if self.json {
            let o = Object::new().whole("position", position).text("offset", offset).whole("raw_bytes", raw);
            let line = o.whole("coded_bytes", coded).text("what", what).close();
            format!("{}{line}", if self.rows == 0 { "" } else { ", " })
        } else {
            let ratio = if raw > 0 { format!("{:.3}", raw as f64 / coded.max(1) as f64) } else { String::new() };
            format!("{position:>14}{offset:>14}{raw:>10}{coded:>10}{ratio:>9}  {what}\n")
        };
        self.rows += 1;
        print(&line)
    }
}

/// Lists the frames of a stream.
pub(crate) fn inspect(args: &InspectArgs) -> Result<()> {
    let source = open(&args.input)?.0;
    let mut source = BufReader::with_capacity(64 << 10, source);
    let mut frames = Frames::new()?;
    let mut room = Vec::new();
    let mut table = Table { json: args.json, rows: 0 };
    let head = ["position", "offset", "raw", "coded", "ratio"];
    let mut before = frames.stats();
    loop {
        let part = source.fill_buf().map_err(|e| format!("{}: {e}", args.input))?;
        let last = part.is_empty();
        // Without room for output, the decoder stops at each frame.
        let (taken, _, _, ended) = frames.step(part, &mut [], last).map_err(|e| format!("{}: {e}", args.input))?;
        source.consume(taken);
        let now = frames.stats();
        if now.frames == before.frames && !ended {
            continue;
        }
        if table.rows == 0 {
            table.begin(head)?;
        }
        // A stretch of damage is one row, which is printed at the next frame or at the end.
        let skipped = now.skipped_bytes - before.skipped_bytes;
        if skipped > 0 {
            table.row(before.used_bytes, "-", 0, skipped, &damage(&now, &before))?;
        }
        if now.frames > before.frames {
            let raw = now.raw_bytes - before.raw_bytes;
            room.resize((raw as usize).max(room.len()), 0);
            let (_, _, offset, _) = frames.step(&[], &mut room[..raw as usize], false)?;
            let start = before.used_bytes + skipped;
            table.row(start, &offset.to_string(), raw, now.used_bytes - start, codec(&now, &before))?;
        }
        before = now;
        if ended {
            break;
        }
    }
    let (mut stats, missing) = frames.damage();
    let rest = source.buffer().len() as u64;
    stats.trailing_bytes = regular_size(&args.input).map_or(rest, |size| size.saturating_sub(stats.used_bytes));
    print(&totals(args, &stats, &missing))?;
    if is_damaged(&stats) {
        return Err(damage::error(&args.input, &stats, &missing).into());
    }
    Ok(())
}

/// The output after the list of frames.
fn totals(args: &InspectArgs, stats: &CodecStats, missing: &[Missing]) -> String {
    let name = sample_name(stats.dtype);
    if args.json {
        let o = Object::new().text("sample", name).whole("channels", stats.channels.into());
        let rest = figures(o, stats, missing).close();
        return format!("], {}\n", rest.strip_prefix('{').unwrap_or(&rest));
    }
    // Samples of one byte, and plain bytes, have no order.
    let order = match (name, stats.byte_order) {
        ("bytes" | "i8" | "u8", _) => "",
        (_, 0) => ", little-endian",
        _ => ", big-endian",
    };
    let ratio = stats.ratio_milli as f64 / 1000.0;
    format!(
        "\n{} of {name}{order}, channels: {}\nidentity {:#x}, version {} of the format\n\
         {} raw bytes in {} encoded bytes, ratio {ratio:.3}\n\
         frames: {} glyph, {} lz, {} ccsds121, {} packets, {} stored\n{}{}",
        damage::count(stats.frames, "frame"),
        stats.channels,
        stats.identity,
        stats.version,
        whole(stats.raw_bytes),
        whole(stats.coded_bytes),
        stats.numeric_frames,
        stats.lz_frames,
        stats.ccsds121_frames,
        stats.packet_frames,
        stats.stored_frames,
        damage::trailing(stats, false),
        if is_damaged(stats) { "" } else { "valid\n" }
    )
}
