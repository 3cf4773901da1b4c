//! `driver decode` and `driver verify`.

use super::damage::{self, Damage, figures, is_damaged, trailing};
use super::source::regular_size;
use crate::cli::{DecodeArgs, VerifyArgs};
use crate::error::Result;
use crate::library::{self, ALL, Coded, Decoding, Ends, Failure, Route, Write};
use crate::report::json::Object;
use crate::report::numbers::{bytes, time};
use crate::report::output::{self, Output, is_regular, is_stdout};
use crate::report::progress::Progress;
use crate::report::stdout::Bytes;
use crate::report::{complain, print};
use std::fs::File;
use std::io::{Error, Read, Seek, SeekFrom, Write as _};
use std::os::fd::AsFd;

/// Maximum frame size and history of the format.
pub(super) const MAX_BYTES: u32 = 4 << 20;

/// An input: a file that can be read anywhere, or a pipe.
enum Source {
    File { file: File, start: u64, len: u64 },
    Pipe(Box<dyn Read>),
}

impl Source {
    /// Opens a file, or standard input for `-`. A file on standard input begins where its position is.
    fn open(path: &str) -> Result<Source> {
        let error = |e: Error| format!("{path}: {e}");
        let mut file = match path {
            "-" => File::from(std::io::stdin().as_fd().try_clone_to_owned().map_err(error)?),
            _ => File::open(path).map_err(error)?,
        };
        let meta = file.metadata().map_err(error)?;
        if !meta.is_file() {
            return Ok(Source::Pipe(Box::new(file)));
        }
        let start = file.stream_position().map_err(error)?;
        Ok(Source::File { file, start, len: meta.len().saturating_sub(start) })
    }

    /// Its size in bytes; 0 if unknown.
    fn len(&self) -> u64 {
        if let Source::File { len, .. } = self { *len } else { 0 }
    }

    /// Decodes it.
    fn decode(&mut self, mut write: Option<&mut Write<'_>>, how: &Decoding, bar: &Progress) -> Result<Coded> {
        let output = write.is_some();
        let mut put = |at: u64, data: &[u8]| write.as_mut().map_or(Ok(()), |write| write(at, data));
        let write: Option<&mut Write<'_>> = if output { Some(&mut put) } else { None };
        let mut progress = |done: u64, _: u64| bar.at(done);
        let coded = match self {
            Source::Pipe(source) => {
                let mut read = |room: &mut [u8]| source.read(room);
                let ends = Ends { read: &mut read, write, seek: None };
                library::decode(Route::Stream(ends), how, &mut progress)?
            }
            Source::File { file, start, len } => {
                let (file, start) = (&*file, *start);
                let mut read = |room: &mut [u8]| (&mut &*file).read(room);
                let mut seek = |at: u64| (&mut &*file).seek(SeekFrom::Start(start + at)).map(drop);
                let ends = Ends { read: &mut read, write, seek: Some((&mut seek, *len)) };
                library::decode(Route::Stream(ends), how, &mut progress)?
            }
        };
        Ok(coded)
    }
}

/// Reads a whole stream, or all streams, without output.
pub(super) fn check(path: &str, how: &Decoding) -> Result<Coded> {
    let mut source = Source::open(path)?;
    let bar = Progress::bytes(source.len(), "checking");
    source.decode(None, &Decoding { recover: true, first: 0, count: ALL, ..*how }, &bar)
}

/// Whether standard input is a file that was read in part. The library opens files at their start.
fn begins_later(path: &str) -> bool {
    path == "-" && matches!(Source::open(path), Ok(Source::File { start: 1.., .. }))
}

/// Decodes in order, with zeros for missing bytes in their place.
fn in_order(args: &DecodeArgs, how: &Decoding, bar: &Progress) -> Result<Coded> {
    let mut source = Source::open(&args.input)?;
    let error = |e: Error| format!("{}: {e}", args.output);
    let mut file = match args.output.as_str() {
        to if is_stdout(to) => None,
        to => Some(Output::create(to.as_ref(), None).map_err(error)?),
    };
    let mut stdout = if file.is_none() { Some(Bytes::new()?) } else { None };
    let mut out: Box<dyn std::io::Write> = match (&mut file, &mut stdout) {
        (Some(file), _) => Box::new(file),
        (_, Some(stdout)) => Box::new(stdout),
        _ => Box::new(std::io::sink()),
    };
    let mut at = 0u64;
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
    let coded = source.decode(Some(&mut write), how, bar)?;
    if coded.result.is_ok() {
        std::io::copy(&mut std::io::repeat(0).take(coded.length.saturating_sub(at)), &mut out)?;
    }
    out.flush()?;
    drop(out);
    if let (Ok(()), Some(file)) = (&coded.result, file) {
        file.keep().map_err(error)?;
    }
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
    let options = |max| Decoding {
        recover: args.recover,
        all: args.all,
        identity: args.identity,
        first,
        count,
        ..Decoding::of_frames(max)
    };
    let bar = Progress::bytes(size.unwrap_or(0), "decoding");
    let from = if args.input == "-" { "/dev/stdin" } else { &args.input };
    let coded = match args.output.as_str() {
        to if !is_regular(to) || begins_later(&args.input) => in_order(args, &options(MAX_BYTES), &bar)?,
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
    if let Err(failure) = &coded.result {
        return Err(failed(args, failure, &coded, &options(MAX_BYTES)));
    }
    let (stats, missing) = (coded.stats, coded.missing);
    let report = if args.json {
        format!("{}\n", figures(Object::new(), &stats, &missing).close())
    } else {
        let seconds = stats.wall_ns as f64 * 1e-9;
        // The frames of a range may hold more.
        let len = match (count, stats.length_bytes) {
            (ALL, ALL) => stats.raw_bytes + stats.missing_bytes,
            (ALL, length) => length.saturating_sub(first),
            _ => count,
        };
        let frames = damage::count(stats.frames, "frame");
        let streams = if stats.streams > 1 { format!(" of {} streams", stats.streams) } else { String::new() };
        format!("{} from {frames}{streams} in {}\n{}", bytes(len), time(seconds), trailing(&stats, args.all))
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

/// The error of a decoding that failed; of a damaged stream with all of its damage, and what helps.
fn failed(args: &DecodeArgs, failure: &Failure, coded: &Coded, how: &Decoding) -> Box<dyn std::error::Error> {
    let text = format!("{} to {}: {failure}", args.input, args.output);
    if !failure.is_damage() {
        return text.into();
    }
    // Decoding stopped at the first damage. A file is read again for the rest.
    let all = if regular_size(&args.input).is_some() { check(&args.input, how).ok() } else { None };
    let (stats, missing) = all.map_or((coded.stats, coded.missing.clone()), |all| (all.stats, all.missing));
    let list = damage::list(&stats, &missing);
    let hint = match stats.frames {
        0 if stats.foreign_frames > 0 => {
            format!("{} of another stream, none of this one", damage::count(stats.foreign_frames, "frame"))
        }
        0 => "no frame is valid".into(),
        _ if args.recover => "nothing was written".into(),
        _ => "decode --recover writes the intact data, with zeros for missing bytes".into(),
    };
    Damage(format!("{text}\n{list}{hint}")).into()
}

/// Checks a stream and lists missing bytes.
pub(crate) fn verify(args: &VerifyArgs) -> Result<()> {
    let coded = check(&args.input, &Decoding { all: args.all, ..Decoding::of_frames(MAX_BYTES) })?;
    if let Err(e) = &coded.result {
        let text = format!("{}: {e}", args.input);
        return Err(if e.is_damage() { Damage(text).into() } else { text.into() });
    }
    let (stats, missing) = (coded.stats, coded.missing);
    if args.json {
        let o = Object::new().flag("sound", !is_damaged(&stats));
        print(&format!("{}\n", figures(o, &stats, &missing).close()))?;
    } else if !is_damaged(&stats) {
        let (frames, raw) = (damage::count(stats.frames, "frame"), damage::count(stats.raw_bytes, "byte"));
        let streams = if stats.streams > 1 { format!("{} streams, ", stats.streams) } else { String::new() };
        let ratio = stats.ratio_milli as f64 / 1000.0;
        print(&format!("valid: {streams}{frames}, {raw}, ratio {ratio:.3}\n{}", trailing(&stats, args.all)))?;
    }
    if is_damaged(&stats) {
        return Err(damage::error(&args.input, &stats, &missing).into());
    }
    Ok(())
}
