//! `driver encode`.

use super::{counts, open, plain};
use crate::Result;
use crate::cli::EncodeArgs;
use crate::inputs::wave_head;
use crate::library::{self, CODECS, Encoding, Ends, Route, SAMPLE_TYPES};
use crate::report::json::Object;
use crate::report::numbers::{bytes, time};
use crate::report::progress::Progress;
use crate::report::say;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// An output that takes its place when it is complete, and of which nothing is left if it never is.
struct Replacement {
    path: PathBuf,
    temporary: PathBuf,
    file: File,
    kept: bool,
}

impl Replacement {
    fn beside(path: &str) -> std::io::Result<Replacement> {
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

/// The number of a sample type, the bytes of a sample, and whether it is big-endian: `i16le`, `f32be`, `u8`, `bytes`.
pub(crate) fn sample_type(text: &str) -> std::result::Result<(u32, u32, bool), String> {
    let (name, order) = match (text.strip_suffix("le"), text.strip_suffix("be")) {
        (Some(name), _) => (name, Some(false)),
        (_, Some(name)) => (name, Some(true)),
        _ => (text, None),
    };
    let found = SAMPLE_TYPES.iter().find(|(known, _, width)| *known == name && (order.is_none() || *width > 1));
    let (_, number, width) = found.ok_or(
        "one of auto, wav, bytes, i8, u8, i16, u16, i24, i32, u32, i64, f32, f64; with le (default) or be behind",
    )?;
    Ok((*number, *width, order.unwrap_or(false)))
}

/// Type, byte order and channels: as given, or as a WAV file says.
fn format(args: &EncodeArgs, head: &[u8]) -> Result<(u32, bool, u32)> {
    let wave = wave_head::parse(head);
    match (args.format.as_str(), wave) {
        ("wav", None) => Err(format!("{}: no WAV file of plain samples", args.input).into()),
        ("auto", None) => Ok((sample_type("bytes")?.0, false, args.channels.unwrap_or(1))),
        ("auto" | "wav", Some(w)) => {
            if args.channels.is_some() {
                return Err("a WAV file says itself how many channels it has".into());
            }
            let (number, width, _) = sample_type(w.sample)?;
            // The head is encoded with the samples. Where it moves them to odd places they are coded as packets of a row.
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

/// Encodes a file or standard input.
pub(crate) fn encode(args: &EncodeArgs) -> Result<()> {
    let (mut source, total) = open(&args.input)?;
    let mut head = vec![0; wave_head::LOOK];
    let mut held = 0;
    while held < head.len() && matches!(args.format.as_str(), "auto" | "wav") {
        match source.read(&mut head[held..]).map_err(|e| format!("{}: {e}", args.input))? {
            0 => break,
            n => held += n,
        }
    }
    head.truncate(held);
    let (dtype, big_endian, channels) = format(args, &head)?;
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
    let mut moved = |done: u64, _: u64| bar.at(done);
    // What was read of a pipe in search of a WAV head cannot be read again.
    let coded = if plain(&args.input).is_some() && args.output != "-" {
        library::encode(Route::Files(&args.input, &args.output), &encoding, &mut moved)?
    } else {
        let mut source = std::io::Cursor::new(head).chain(source);
        let mut read = |room: &mut [u8]| source.read(room);
        let mut target = if args.output == "-" {
            None
        } else {
            Some(Replacement::beside(&args.output).map_err(|e| format!("{}: {e}", args.output))?)
        };
        let mut stdout = std::io::stdout().lock();
        let mut write = |_: u64, data: &[u8]| match &mut target {
            Some(t) => t.file.write_all(data),
            None => stdout.write_all(data),
        };
        let ends = Ends { read: &mut read, write: Some(&mut write) };
        let coded = library::encode(Route::Stream(ends), &encoding, &mut moved)?;
        stdout.flush()?;
        if let (Ok(()), Some(t)) = (&coded.result, target) {
            t.keep().map_err(|e| format!("{}: {e}", args.output))?;
        }
        coded
    };
    drop(bar);
    coded.result.map_err(|e| format!("{} to {}: {e}", args.input, args.output))?;
    let s = &coded.stats;
    let name = SAMPLE_TYPES.iter().find(|(_, n, _)| *n == dtype).map_or("", |(name, ..)| *name);
    let report = if args.json {
        let o = Object::new().text("sample", name).whole("channels", channels.into());
        format!("{}\n", counts(o, s).close())
    } else {
        let (from, to, seconds) = (bytes(s.raw_bytes), bytes(s.coded_bytes), s.wall_ns as f64 * 1e-9);
        let ratio = s.ratio_milli as f64 / 1000.0;
        let memory = bytes(s.peak_bytes);
        format!(
            "{from} of {name} x {channels} to {to}, ratio {ratio:.3}, in {} with {memory} of memory\n",
            time(seconds)
        )
    };
    // Where the stream itself goes to standard output, the report does not.
    if args.output == "-" {
        eprint!("{report}");
        return Ok(());
    }
    say(&report)
}
