//! `driver demo audio --checkpoint FILE`: the rows of the audio demo from pushed samples, in a run that may be killed
//! at any moment.
//!
//! A save writes a temporary file, flushes it to the disk, and renames it to FILE. So FILE either does not exist or is
//! complete, whenever the process or the machine stops. It has a header of this program (the number of rows delivered,
//! and their checksum), followed by the output of `sqs_checkpoint_save`.

use super::run::windows;
use crate::cli::DemoAudioArgs;
use crate::error::Result;
use crate::library::{Pipeline, Samples, Stage};
use crate::report::json::Object;
use crate::report::numbers::{bytes, whole};
use crate::report::output::Output;
use crate::report::print;
use crate::report::process::Checksum;
use crate::workloads::audio::{self, Input, ROW_LEN};
use std::io::{ErrorKind, Write};
use std::path::Path;

const MAGIC: &[u8; 8] = b"sqsaudio";
/// Length of the header: the magic, and as little-endian 64-bit words the number of samples of the input, the number of
/// rows delivered, their checksum, and a check of these three words. The library checks its own part.
const HEADER: usize = 40;
/// Rows in the queue, and maximum number of windows of work between two pushes.
const QUEUE: u64 = 64;
/// Samples read at a time.
const PORTION: usize = 4096;

/// The rows delivered so far.
struct Delivered {
    rows: u64,
    checksum: Checksum,
}

/// The check of the header: FNV-1a over its words.
fn check(words: [u64; 3]) -> u64 {
    words.iter().fold(0xcbf2_9ce4_8422_2325, |sum, w| (sum ^ w).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Saves the state. Returns the length of the file.
fn save(p: &mut Pipeline, path: &Path, samples: u64, delivered: &Delivered) -> Result<u64> {
    let mut content = Vec::from(MAGIC);
    let words = [samples, delivered.rows, delivered.checksum.value()];
    for word in words.into_iter().chain([check(words)]) {
        content.extend_from_slice(&word.to_le_bytes());
    }
    p.save(&mut content)?;
    Output::write(path, |file| file.write_all(&content))?;
    Ok(content.len() as u64)
}

/// Resumes from a file if it exists. Returns the rows delivered before, and the next sample.
fn resume(p: &mut Pipeline, path: &Path, samples: u64) -> Result<Option<(Delivered, u64)>> {
    let error = |what: &dyn std::fmt::Display| format!("{}: {what}", path.display());
    let content = match std::fs::read(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|e| error(&e))?,
    };
    let Some((header, saved)) = content.split_at_checked(HEADER).filter(|(header, _)| header.starts_with(MAGIC)) else {
        return Err(error(&"not a saved state of the audio demo").into());
    };
    let word = |i: usize| u64::from_le_bytes(std::array::from_fn(|k| header[8 * i + k]));
    if check([1, 2, 3].map(word)) != word(4) {
        return Err(error(&"the header is damaged").into());
    }
    if word(1) != samples {
        return Err(error(&format!("saved for an input of {} samples, but this one has {samples}", word(1))).into());
    }
    let next = p.restore(saved).map_err(|e| error(&e))?;
    Ok(Some((Delivered { rows: word(2), checksum: Checksum::from_value(word(3)) }, next)))
}

/// A stream from its source to the delivered rows.
struct Stream<'a> {
    pipeline: Pipeline,
    stage: Stage,
    source: Box<dyn Samples>,
    samples: u64,
    windows: u64,
    delivered: Delivered,
    /// The next sample to push.
    next: u64,
    path: &'a Path,
    saves: u64,
    file_bytes: u64,
}

impl Stream<'_> {
    /// Pushes samples and pulls rows until `stop` rows are delivered. Saves every `save_every` rows and at the end.
    fn run(&mut self, stop: u64, save_every: u64) -> Result<()> {
        let mut room = vec![0.0f32; PORTION];
        let mut rows = [0.0f32; QUEUE as usize * ROW_LEN];
        let (mut from, mut to) = (0, 0);
        while self.delivered.rows < stop {
            if from == to && self.next < self.samples {
                let max = room.len().min((self.samples - self.next) as usize);
                (from, to) = (0, self.source.read(self.next, &mut room[..max])?);
            }
            let pushed = if from < to { self.pipeline.push(&room[from..to])? } else { 0 };
            (from, self.next) = (from + pushed, self.next + pushed as u64);
            if self.next == self.samples {
                self.pipeline.push_end()?;
            }
            let done = self.pipeline.step(QUEUE)?;
            // No row after the next save or the stop is pulled.
            let bound = stop.min((self.delivered.rows / save_every + 1).saturating_mul(save_every));
            let max = rows.len().min((bound - self.delivered.rows).saturating_mul(ROW_LEN as u64) as usize);
            let got = self.pipeline.pull(self.stage, ROW_LEN, &mut rows[..max])?;
            let count =
                got.ok_or_else(|| format!("the stream ended after {} of {} rows", self.delivered.rows, self.windows))?;
            self.delivered.checksum.add(&rows[..count * ROW_LEN]);
            self.delivered.rows += count as u64;
            if pushed == 0 && done == 0 && count == 0 {
                return Err("the stream makes no progress".into());
            }
            if count > 0 && self.delivered.rows == bound {
                self.file_bytes = save(&mut self.pipeline, self.path, self.samples, &self.delivered)?;
                self.saves += 1;
            }
        }
        Ok(())
    }
}

/// `driver demo audio --checkpoint`.
pub(crate) fn run(demo: &DemoAudioArgs, path: &Path) -> Result<()> {
    let args = &demo.audio;
    let config = args.args.config(audio::WINDOW, audio::HOP);
    let input = Input::open(args)?;
    let (samples, text) = (input.count(), input.describe());
    let windows = windows(&config, samples, &text)?;
    let source = input.samples();
    let mut pipeline = Pipeline::new(&config)?;
    let stage = audio::build(&mut pipeline)?;
    pipeline.open(stage, QUEUE)?;

    let resumed = resume(&mut pipeline, path, samples)?;
    let (delivered, next) = resumed.unwrap_or((Delivered { rows: 0, checksum: Checksum::new() }, 0));
    let (first_row, first_sample) = (delivered.rows, next);
    let stop = first_row.saturating_add(demo.stop_after.unwrap_or(u64::MAX)).min(windows);
    let mut stream =
        Stream { pipeline, stage, source, samples, windows, delivered, next, path, saves: 0, file_bytes: 0 };
    stream.run(stop, demo.save_every)?;

    let stats = stream.pipeline.stats()?;
    let Delivered { rows, checksum } = stream.delivered;
    if args.json {
        let o = Object::new()
            .text("input", &text)
            .whole("samples", samples)
            .whole("windows", windows)
            .whole("rows", rows)
            .whole("resumed_at_row", first_row)
            .whole("resumed_at_sample", first_sample)
            .whole("saves", stream.saves)
            .whole("checkpoint_file_bytes", stream.file_bytes)
            .whole("plan_peak_bytes", stats.plan_bytes)
            .whole("peak_bytes", stats.peak_bytes)
            .text("checksum", checksum);
        return print(&format!("{}\n", o.close()));
    }
    let mut out = format!("audio, as a stream: {}\n\n", audio::STAGES);
    let mut line = |key: &str, value: String| out.push_str(&format!("  {key:<17} {value}\n"));
    line("input", format!("{text}, {} samples", whole(samples)));
    if first_row > 0 {
        line("resumed", format!("at row {}, sample {}", whole(first_row), whole(first_sample)));
    }
    line("rows", format!("{} of {}", whole(rows), whole(windows)));
    line("saves", format!("{}, to {} ({})", whole(stream.saves), path.display(), bytes(stream.file_bytes)));
    line("planned memory", format!("{} bytes", whole(stats.plan_bytes)));
    line("used memory", format!("at most {} bytes", whole(stats.peak_bytes)));
    let extent = if rows == windows { "of all rows" } else { "so far; run the command again to continue" };
    line("checksum", format!("{checksum} ({extent})"));
    print(&out)
}
