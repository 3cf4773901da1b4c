//! `driver inspect`: the frames of a stream and its damage.

use super::damage::{self, figures, is_damaged};
use super::source::open;
use crate::cli::InspectArgs;
use crate::error::Result;
use crate::library::{CodecStats, Frames, Missing, sample_name};
use crate::report::json::Object;
use crate::report::numbers::whole;
use crate::report::print;
use std::io::{BufRead, BufReader};

/// The codec of the last frame, from the counters before and after it.
fn codec(now: &CodecStats, before: &CodecStats) -> &'static str {
    let counts = |s: &CodecStats| [s.stored_frames, s.numeric_frames, s.lz_frames, s.ccsds121_frames];
    let more = counts(now).into_iter().zip(counts(before)).position(|(a, b)| a > b);
    more.map_or("?", |i| ["stored", "glyph", "lz", "ccsds121"][i])
}

/// The output: a table, or the list in a JSON object.
struct Table {
    json: bool,
    rows: u64,
}

impl Table {
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
    let mut room = vec![0; 4 << 20];
    let mut table = Table { json: args.json, rows: 0 };
    let head = ["position", "offset", "raw", "coded", "ratio"];
    if args.json {
        print("{\"frames_list\": [")?;
    } else {
        print(&format!("{:>14}{:>14}{:>10}{:>10}{:>9}  codec\n", head[0], head[1], head[2], head[3], head[4]))?;
    }
    // The decoder gets one byte at a time, so that it reports each frame before the next one begins.
    let (mut before, mut position, mut start) = (frames.stats(), 0u64, 0u64);
    loop {
        let part = source.fill_buf().map_err(|e| format!("{}: {e}", args.input))?;
        let last = part.is_empty();
        let (taken, _, _, ended) = frames.step(part.get(..1).unwrap_or(&[]), &mut [], last)?;
        source.consume(taken);
        position += taken as u64;
        let now = frames.stats();
        let skipped = now.skipped_bytes - before.skipped_bytes;
        // A stretch of damage is one row, which is printed at the next frame or at the end.
        if now.frames > before.frames || ended {
            if skipped > 0 {
                let bad = now.damaged_frames - before.damaged_frames;
                table.row(start, "-", 0, skipped, &format!("DAMAGE: {bad} damaged frames"))?;
            }
            if now.frames > before.frames {
                let raw = now.raw_bytes - before.raw_bytes;
                let (_, _, offset, _) = frames.step(&[], &mut room[..raw as usize], last)?;
                let coded = (position - start).saturating_sub(skipped);
                table.row(start + skipped, &offset.to_string(), raw, coded, codec(&now, &before))?;
            }
            (before, start) = (now, position);
        }
        if ended {
            break;
        }
    }
    let (stats, missing) = frames.damage();
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
        "\n{} frames of {name}{order}, channels: {}\n{} raw bytes in {} encoded bytes, ratio {ratio:.3}\n\
         frames: {} glyph, {} lz, {} ccsds121, {} stored\n{}",
        whole(stats.frames),
        stats.channels,
        whole(stats.raw_bytes),
        whole(stats.coded_bytes),
        stats.numeric_frames,
        stats.lz_frames,
        stats.ccsds121_frames,
        stats.stored_frames,
        if is_damaged(stats) { "" } else { "valid\n" }
    )
}
