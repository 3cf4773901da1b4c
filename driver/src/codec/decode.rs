//! `driver decode` and `driver verify`.

use super::{Damage, damaged, figures, holes, open, plain, wrong};
use crate::Result;
use crate::cli::{DecodeArgs, VerifyArgs};
use crate::library::{self, ALL, Coded, Decoding, Ends, Failure, Route};
use crate::report::json::Object;
use crate::report::numbers::{bytes, time, whole};
use crate::report::progress::Progress;
use crate::report::say;
use std::io::{Error, Read, Write};

/// The largest frames there are, and the longest history.
const MOST: u32 = 4 << 20;

/// Reads all of a stream without keeping anything.
fn check(path: &str) -> Result<Coded> {
    let (mut source, total) = open(path)?;
    let bar = Progress::bytes(total, "checking");
    let mut read = |room: &mut [u8]| source.read(room);
    let how = Decoding { recover: true, max_frame_bytes: MOST, history_bytes: MOST, first: 0, count: ALL };
    let ends = Ends { read: &mut read, write: None };
    Ok(library::decode(Route::Stream(ends), &how, &mut |done, _| bar.at(done))?)
}

/// Decodes into standard output, where holes have to be filled as they come.
fn to_stdout(args: &DecodeArgs, how: &Decoding, bar: &Progress) -> Result<Coded> {
    let (mut source, _) = open(&args.input)?;
    let mut out = std::io::stdout().lock();
    let mut at = 0u64;
    let mut read = |room: &mut [u8]| source.read(room);
    let mut write = |offset: u64, data: &[u8]| {
        let Some(gap) = offset.checked_sub(at) else {
            return Err(Error::other("a frame came late, and standard output cannot go back: decode into a file"));
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
    let (first, end) = args.range.unwrap_or((0, ALL));
    let count = if end == ALL { ALL } else { end - first };
    let size = plain(&args.input);
    let pipe = size.is_none();
    let within = |most| Decoding { recover: args.recover, max_frame_bytes: most, history_bytes: most, first, count };
    let bar = Progress::bytes(size.unwrap_or(0), "decoding");
    let from = if args.input == "-" { "/dev/stdin" } else { &args.input };
    let coded = match args.output.as_str() {
        "-" => to_stdout(args, &within(MOST), &bar)?,
        to => {
            let files = |most| library::decode(Route::Files(from, to), &within(most), &mut |done, _| bar.at(done));
            // Of a file the library sees itself how large the frames are and whether they are in groups, and takes the
            // memory that most of them need.
            let coded = files(if pipe { MOST } else { 0 })?;
            let short = coded.result.as_ref().is_err_and(Failure::is_limit);
            if short && !pipe { files(MOST)? } else { coded }
        }
    };
    drop(bar);
    let (mut stats, mut missing) = (coded.stats, coded.missing);
    if let Err(failure) = coded.result {
        let text = format!("{} to {}: {failure}", args.input, args.output);
        if !failure.is_damage() {
            return Err(text.into());
        }
        // What is missing further on is of interest, too.
        if !pipe {
            let all = check(&args.input)?;
            (stats, missing) = (all.stats, all.missing);
        }
        let list = holes(&stats, &missing);
        return Err(
            Damage(format!("{text}\n{list}decode --recover writes what is sound, with zeros for what is not")).into()
        );
    }
    let report = if args.json {
        format!("{}\n", figures(Object::new(), &stats, &missing).close())
    } else {
        let seconds = stats.wall_ns as f64 * 1e-9;
        format!("{} of {} frames in {}\n", bytes(stats.raw_bytes), whole(stats.frames), time(seconds))
    };
    if args.output == "-" {
        eprint!("{report}")
    } else {
        say(&report)?
    }
    // A range is all there once its frames are: the end of the stream need not be met.
    if stats.missing_bytes > 0 || (args.range.is_none() && damaged(&stats)) {
        let list = holes(&stats, &missing);
        return Err(Damage(format!("{}: {}\n{list}the rest was written", args.input, wrong(&stats))).into());
    }
    Ok(())
}

/// Checks a stream, and tells what is missing.
pub(crate) fn verify(args: &VerifyArgs) -> Result<()> {
    let coded = check(&args.input)?;
    coded.result.map_err(|e| format!("{}: {e}", args.input))?;
    let (stats, missing) = (coded.stats, coded.missing);
    if args.json {
        let o = Object::new().flag("sound", !damaged(&stats));
        say(&format!("{}\n", figures(o, &stats, &missing).close()))?;
    } else if !damaged(&stats) {
        let (frames, raw) = (whole(stats.frames), whole(stats.raw_bytes));
        say(&format!("sound: {frames} frames, {raw} bytes, ratio {:.3}\n", stats.ratio_milli as f64 / 1000.0))?;
    }
    if damaged(&stats) {
        let list = holes(&stats, &missing);
        return Err(Damage(format!("{}: {}\n{}", args.input, wrong(&stats), list.trim_end())).into());
    }
    Ok(())
}
