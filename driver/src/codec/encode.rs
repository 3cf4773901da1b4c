//! `driver encode`.

use super::append;
use super::damage::counts;
use super::source::{open, regular_size};
use crate::cli::EncodeArgs;
use crate::error::Result;
use crate::inputs::sigmf;
use crate::inputs::wave;
use crate::library::{self, CODECS, Coded, Encoding, Ends, Route, sample_name, sample_type};
use crate::report::json::Object;
use crate::report::numbers::{bytes, time};
use crate::report::output::{self, Output, is_regular, is_stdout};
use crate::report::progress::Progress;
use crate::report::stdout::Bytes;
use crate::report::{complain, print};
use std::io::{BufReader, Error, Read, Write};
use std::path::Path;

/// The samples in a file.
#[derive(Clone, Copy, Debug)]
struct Layout {
    dtype: u32,
    big_endian: bool,
    channels: u32,
    /// Bytes before the first sample.
    head: u64,
}

/// A reader that keeps what it reads, to be read again.
struct Kept<'a> {
    source: &'a mut dyn Read,
    bytes: Vec<u8>,
}

/// Maximum length of a header in a pipe.
const MAX_HEADER: usize = 64 << 20;

impl Read for Kept<'_> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        if self.bytes.len() > MAX_HEADER {
            return Err(Error::other("the header is longer than 64 MiB"));
        }
        let n = self.source.read(room)?;
        self.bytes.extend_from_slice(&room[..n]);
        Ok(n)
    }
}

/// The layout that the header of a file describes, and the bytes of the source that were read. None: plain bytes.
fn described(args: &EncodeArgs, source: &mut dyn Read) -> Result<(Option<Layout>, Vec<u8>)> {
    let (input, auto) = (Path::new(&args.input), args.format == "auto");
    if !auto && args.format != "wav" {
        return Ok((if args.format == "sigmf" { Some(recording(input)?) } else { None }, Vec::new()));
    }
    let sigmf = auto && input.extension().is_some_and(|e| e == "sigmf-data");
    if let Some(layout) = sigmf.then(|| recording(input).ok()).flatten() {
        return Ok((Some(layout), Vec::new()));
    }
    // A file is read again from its start, a pipe cannot be.
    let mut kept = Kept { source, bytes: Vec::new() };
    let found = match regular_size(&args.input) {
        Some(_) => wave::read(&mut BufReader::new(open(&args.input)?.0)),
        None => wave::read(&mut kept),
    };
    let layout = match found {
        Ok(Some(wave)) if wave.channels <= 4096 => {
            let (dtype, ..) = sample_type(wave.number.kind.name())?;
            // Without a frame of its own, a header that is a whole number of rows is encoded in fewer bytes.
            let head = if wave.start % wave.row() == 0 { 0 } else { wave.start };
            Some(Layout { dtype, big_endian: wave.number.big_endian, channels: wave.channels, head })
        }
        Ok(Some(wave)) if !auto => {
            return Err(format!("{}: {} channels: at most 4096", args.input, wave.channels).into());
        }
        Err(what) if !auto => return Err(format!("{}: {what}", args.input).into()),
        Ok(None) if !auto => {
            let mut start = [0; 12];
            let got = if kept.bytes.is_empty() { open(&args.input)?.0.read(&mut start)? } else { 0 };
            let start = if kept.bytes.is_empty() { &start[..got] } else { &kept.bytes };
            return Err(format!("{}: {}", args.input, wave::other(start)).into());
        }
        _ => None,
    };
    Ok((layout, kept.bytes))
}

/// The layout of the data of a SigMF recording.
fn recording(input: &Path) -> Result<Layout> {
    let meta = sigmf::read(input)?;
    if input.extension().is_some_and(|e| e == "sigmf-meta") {
        return Err(format!("{}: the samples are in {}: encode that file", input.display(), meta.data.display()).into());
    }
    let (dtype, _, _) = sample_type(meta.number.kind.name())?;
    let channels = meta.channels * if meta.iq { 2 } else { 1 };
    if channels > 4096 {
        return Err(format!("{}: {channels} channels: at most 4096", input.display()).into());
    }
    Ok(Layout { dtype, big_endian: meta.number.big_endian, channels, head: meta.head })
}

/// The layout of the samples: from the header of the file, or from the arguments. Also returns the bytes of the source
/// that were read.
fn layout(args: &EncodeArgs, source: &mut dyn Read) -> Result<(Layout, Vec<u8>)> {
    let by_header = matches!(args.format.as_str(), "auto" | "wav" | "sigmf");
    if by_header && args.skip.is_some() {
        return Err("--skip needs --format with the type of the samples".into());
    }
    let (found, read) = described(args, source)?;
    if let Some(found) = found {
        if args.channels.is_some() {
            return Err("--channels conflicts with a file whose header has the number of channels".into());
        }
        return Ok((found, read));
    }
    let (dtype, _, big_endian) = sample_type(if by_header { "bytes" } else { &args.format })?;
    let (channels, head) = (args.channels.unwrap_or(1), args.skip.unwrap_or(0));
    Ok((Layout { dtype, big_endian, channels, head }, read))
}

/// Encodes from a pipe or to standard output, a device or a pipe. `start` has the bytes that were read already.
fn stream(
    args: &EncodeArgs,
    start: Vec<u8>,
    source: Box<dyn Read>,
    encoding: &Encoding,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Coded> {
    let error = |e: Error| format!("{}: {e}", args.output);
    let mut source = std::io::Cursor::new(start).chain(source);
    let mut read = |room: &mut [u8]| source.read(room);
    let like = std::fs::metadata(&args.input).ok();
    let mut file = match args.output.as_str() {
        to if is_stdout(to) => None,
        to => Some(Output::create(to.as_ref(), like.as_ref()).map_err(error)?),
    };
    let mut stdout = if file.is_none() { Some(Bytes::new()?) } else { None };
    let mut write = |_: u64, data: &[u8]| match (&mut file, &mut stdout) {
        (Some(file), _) => file.write_all(data),
        (_, Some(stdout)) => stdout.write_all(data),
        _ => Ok(()),
    };
    let ends = Ends { read: &mut read, write: Some(&mut write), seek: None };
    let coded = library::encode(Route::Stream(ends), encoding, progress)?;
    if let (Ok(()), Some(file)) = (&coded.result, file) {
        file.keep().map_err(error)?;
    }
    Ok(coded)
}

/// Encodes a file or standard input.
pub(crate) fn encode(args: &EncodeArgs) -> Result<()> {
    let end = if args.append { Some(append::end_of(&args.output)?) } else { None };
    if end.is_none() {
        output::check(&args.output, args.force)?;
    }
    if is_regular(&args.output) {
        output::remove_on_signal();
    }
    let (mut source, total) = open(&args.input)?;
    let (Layout { dtype, big_endian, channels, head }, start) = layout(args, &mut source)?;
    let codec = CODECS.iter().find(|(name, _)| *name == args.codec).map_or(0, |(_, n)| *n);
    let encoding = Encoding {
        dtype,
        big_endian,
        channels,
        codec,
        effort: args.effort,
        frame_bytes: args.frame_bytes as u32,
        restart_interval: args.restart_interval,
        history_bytes: u32::try_from(args.history).unwrap_or(u32::MAX),
        index_entries: args.index,
        threads: args.threads,
        head_bytes: head,
        identity: end.map_or(args.identity.unwrap_or(0), |end| end.identity),
        first: end.map_or(Ok(0), |end| end.first(args.gap))?,
        stream_bytes: end.map_or(0, |end| end.position),
    };
    let bar = Progress::bytes(total, "encoding");
    let mut progress = |done: u64, _: u64| bar.at(done);
    let coded = if end.is_some() {
        append::encode(&args.output, start, source, &encoding, &mut progress)?
    } else if regular_size(&args.input).is_some() && is_regular(&args.output) {
        library::encode(Route::Files(&args.input, &args.output), &encoding, &mut progress)?
    } else {
        stream(args, start, source, &encoding, &mut progress)?
    };
    drop(bar);
    coded.result.map_err(|e| format!("{} to {}: {e}", args.input, args.output))?;
    let s = &coded.stats;
    let name = sample_name(dtype);
    let report = if args.json {
        let o = Object::new().text("sample", name).whole("channels", channels.into());
        format!("{}\n", counts(o, s).close())
    } else {
        let (from, to, seconds) = (bytes(s.raw_bytes), bytes(s.coded_bytes), s.wall_ns as f64 * 1e-9);
        let ratio = s.ratio_milli as f64 / 1000.0;
        let (time, memory, plural) = (time(seconds), bytes(s.peak_bytes), if channels == 1 { "" } else { "s" });
        format!(
            "{from} ({name}, {channels} channel{plural}) encoded to {to}: ratio {ratio:.3}, {time}, {memory} of memory\n"
        )
    };
    // Standard output has the encoded stream.
    if is_stdout(&args.output) {
        complain(&report);
        return Ok(());
    }
    print(&report)
}
