//! `driver decode` and `driver verify`.

use super::damage::{self, Damage, figures, is_damaged};
use super::source::{open, regular_size};
use crate::cli::{DecodeArgs, VerifyArgs};
use crate::error::Result;
use crate::library::{self, ALL, Coded, Decoding, Ends, Failure, Route};
use crate::report::json::Object;
use crate::report::numbers::{bytes, time, whole};
use crate::report::output::{self, Output, is_regular, is_stdout};
use crate::report::progress::Progress;
use crate::report::stdout::Bytes;
use crate::report::{complain, print};
use std::io::{Error, Read, Write};

/// Maximum frame size and history of the format.
const MAX_BYTES: u32 = 4 << 20;

/// Reads a whole stream without output.
fn check(path: &str) -> Result<Coded> {
    let (mut source, total) = open(path)?;
    let bar = Progress::bytes(total, "checking");
    let mut read = |room: &mut [u8]| source.read(room);
    let how = Decoding { recover: true, max_frame_bytes: MAX_BYTES, history_bytes: MAX_BYTES, first: 0, count: ALL };
    let ends = Ends { read: &mut read, write: None };
    Ok(library::decode(Route::Stream(ends), &how, &mut |done, _| bar.at(done))?)
}

/// Decodes to standard output, a device or a pipe, with zeros for missing bytes in their place.
fn in_order(args: &DecodeArgs, how: &Decoding, bar: &Progress) -> Result<Coded> {
    let (mut source, _) = open(&args.input)?;
    let mut out: Box<dyn Write> = match args.output.as_str() {
        to if is_stdout(to) => Box::new(Bytes::new()?),
        to => Box::new(Output::create(to.as_ref(), None).map_err(|e| format!("{to}: {e}"))?),
    };
    let mut at = 0u64;
    let mut read = |room: &mut [u8]| source.read(room);
    let mut write = |offset: u64, data: &[u8]| {
        let Some(gap) = offset.checked_sub(at) else {
            return Err(Error::other(
                "a frame is out of order, and standard output cannot seek back: decode to a file",
            ));
        };
        std::io::copy(&mut std::io::repeat(0).take(gap), &mut out)?;
        at = offset + data.len() as u64;
        out.write_all(data)
    };
    let ends = Ends { read: &mut read, write: Some(&mut write) };
    let coded = library::decode(Route::Stream(ends), how, &mut |done, _| bar.at(done))?;
    if coded.result.is_ok() {
        std::io::copy(&mut std::io::repeat(0).take(coded.length.saturating_sub(at)), &mut out)?;
    }
    out.flush()?;
    Ok(coded)
}

/// Decodes a file or standard input, or a range of it.
pub(crate) fn decode(args: &DecodeArgs) -> Result<()> {
    output::check(&args.output, args.force)?;
    if is_regular(&args.output) {
        output::remove_on_signal();
    }
    let (first, end) = args.range.unwrap_or((0, ALL));
    let count = if end == ALL { ALL } else { end - first };
    let size = regular_size(&args.input);
    let pipe = size.is_none();
    let options = |max| Decoding { recover: args.recover, max_frame_bytes: max, history_bytes: max, first, count };
    let bar = Progress::bytes(size.unwrap_or(0), "decoding");
    let from = if args.input == "-" { "/dev/stdin" } else { &args.input };
    let coded = match args.output.as_str() {
        to if !is_regular(to) => in_order(args, &options(MAX_BYTES), &bar)?,
        to => {
            let files = |max| library::decode(Route::Files(from, to), &options(max), &mut |done, _| bar.at(done));
            // For a regular file, the library derives the memory from the frames that it finds. If a later
            // frame needs more, decode again with the maximum.
            let coded = files(if pipe { MAX_BYTES } else { 0 })?;
            let short = coded.result.as_ref().is_err_and(Failure::is_limit);
            if short && !pipe { files(MAX_BYTES)? } else { coded }
        }
    };
    drop(bar);
    let (mut stats, mut missing) = (coded.stats, coded.missing);
    if let Err(failure) = coded.result {
        let text = format!("{} to {}: {failure}", args.input, args.output);
        if !failure.is_damage() {
            return Err(text.into());
        }
        // Decoding stopped at the first damage. List the rest as well.
        if !pipe {
            let all = check(&args.input)?;
            (stats, missing) = (all.stats, all.missing);
        }
        let list = damage::list(&stats, &missing);
        let hint = "decode --recover writes the intact data, with zeros for missing bytes";
        return Err(Damage(format!("{text}\n{list}{hint}")).into());
    }
    let report = if args.json {
        format!("{}\n", figures(Object::new(), &stats, &missing).close())
    } else {
        let seconds = stats.wall_ns as f64 * 1e-9;
        format!("{} of {} frames in {}\n", bytes(stats.raw_bytes), whole(stats.frames), time(seconds))
    };
    if is_stdout(&args.output) {
        complain(&report)
    } else {
        print(&report)?
    }
    // A range is complete without the end frame.
    if stats.missing_bytes > 0 || (args.range.is_none() && is_damaged(&stats)) {
        let error = damage::error(&args.input, &stats, &missing);
        return Err(Damage(format!("{error}\nthe intact data were written")).into());
    }
    Ok(())
}

/// Checks a stream and lists missing bytes.
pub(crate) fn verify(args: &VerifyArgs) -> Result<()> {
    let coded = check(&args.input)?;
    coded.result.map_err(|e| format!("{}: {e}", args.input))?;
    let (stats, missing) = (coded.stats, coded.missing);
    if args.json {
        let o = Object::new().flag("sound", !is_damaged(&stats));
        print(&format!("{}\n", figures(o, &stats, &missing).close()))?;
    } else if !is_damaged(&stats) {
        let (frames, raw) = (whole(stats.frames), whole(stats.raw_bytes));
        print(&format!("valid: {frames} frames, {raw} bytes, ratio {:.3}\n", stats.ratio_milli as f64 / 1000.0))?;
    }
    if is_damaged(&stats) {
        return Err(damage::error(&args.input, &stats, &missing).into());
    }
    Ok(())
}
