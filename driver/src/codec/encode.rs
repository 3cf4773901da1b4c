//! `driver encode`.

use super::damage::counts;
use super::source::{open, regular_size};
use crate::cli::EncodeArgs;
use crate::error::Result;
use crate::inputs::wave_header;
use crate::library::{self, CODECS, Coded, Encoding, Ends, Route, sample_name, sample_type};
use crate::report::json::Object;
use crate::report::numbers::{bytes, time};
use crate::report::print;
use crate::report::progress::Progress;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// A temporary file that replaces the output when it is complete, and is deleted otherwise.
struct Replacement {
    path: PathBuf,
    temporary: PathBuf,
    file: File,
    kept: bool,
}

impl Replacement {
    fn create(path: &str) -> std::io::Result<Replacement> {
        let path = Path::new(path);
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{}.tmp", std::process::id()));
        let temporary = path.with_file_name(name);
        let file = File::options().write(true).create_new(true).open(&temporary)?;
        Ok(Replacement { path: path.into(), temporary, file, kept: false })
    }

    fn keep(mut self) -> std::io::Result<()> {
        self.file.sync_all()?;
        std::fs::rename(&self.temporary, &self.path)?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}

/// Sample type, true for big-endian, and channels: from the arguments, or from the header of a WAV file.
fn format(args: &EncodeArgs, header: &[u8]) -> Result<(u32, bool, u32)> {
    let wave = wave_header::parse(header);
    match (args.format.as_str(), wave) {
        ("wav", None) => Err(format!("{}: not a WAV file with uncompressed samples", args.input).into()),
        ("auto", None) => Ok((sample_type("bytes")?.0, false, args.channels.unwrap_or(1))),
        ("auto" | "wav", Some(w)) => {
            if args.channels.is_some() {
                return Err("--channels conflicts with a WAV file, whose header has the number of channels".into());
            }
            let (number, width, _) = sample_type(w.sample)?;
            // The header is encoded with the samples. If it misaligns them, they are encoded as packets of
            // the length of a row.
            let row = width * w.channels;
            match w.data as u32 % width {
                0 => Ok((number, false, w.channels)),
                _ => Ok((sample_type("bytes")?.0, false, if row <= 4096 { row } else { 1 })),
            }
        }
        (name, _) => {
            let (number, _, big) = sample_type(name)?;
            Ok((number, big, args.channels.unwrap_or(1)))
        }
    }
}

/// Reads the bytes in which a WAV header is searched, if the format requires that.
fn read_header(args: &EncodeArgs, source: &mut dyn Read) -> Result<Vec<u8>> {
    let mut header = vec![0; wave_header::MAX_BYTES];
    let mut held = 0;
    while held < header.len() && matches!(args.format.as_str(), "auto" | "wav") {
        match source.read(&mut header[held..]).map_err(|e| format!("{}: {e}", args.input))? {
            0 => break,
            n => held += n,
        }
    }
    header.truncate(held);
    Ok(header)
}

/// Encodes from a pipe or to standard output. `header` has the bytes that were read already.
fn stream(
    args: &EncodeArgs,
    header: Vec<u8>,
    source: Box<dyn Read>,
    encoding: &Encoding,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Coded> {
    let error = |e: std::io::Error| format!("{}: {e}", args.output);
    let mut source = std::io::Cursor::new(header).chain(source);
    let mut read = |room: &mut [u8]| source.read(room);
    let mut target = if args.output == "-" { None } else { Some(Replacement::create(&args.output).map_err(error)?) };
    let mut stdout = std::io::stdout().lock();
    let mut write = |_: u64, data: &[u8]| match &mut target {
        Some(t) => t.file.write_all(data),
        None => stdout.write_all(data),
    };
    let ends = Ends { read: &mut read, write: Some(&mut write) };
    let coded = library::encode(Route::Stream(ends), encoding, progress)?;
    stdout.flush()?;
    if let (Ok(()), Some(t)) = (&coded.result, target) {
        t.keep().map_err(error)?;
    }
    Ok(coded)
}

/// Encodes a file or standard input.
pub(crate) fn encode(args: &EncodeArgs) -> Result<()> {
    let (mut source, total) = open(&args.input)?;
    let header = read_header(args, &mut source)?;
    let (dtype, big_endian, channels) = format(args, &header)?;
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
    };
    let bar = Progress::bytes(total, "encoding");
    let mut progress = |done: u64, _: u64| bar.at(done);
    // A header that was read from a pipe cannot be read again.
    let coded = if regular_size(&args.input).is_some() && args.output != "-" {
        library::encode(Route::Files(&args.input, &args.output), &encoding, &mut progress)?
    } else {
        stream(args, header, source, &encoding, &mut progress)?
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
    if args.output == "-" {
        eprint!("{report}");
        return Ok(());
    }
    print(&report)
}
