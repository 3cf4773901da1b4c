//! `driver demo audio --checkpoint FILE`: the same rows from pushed samples, in a run that may be killed at any moment.
//!
//! FILE is replaced, never written to: what is saved goes to another file beside it, to the disk, and then takes FILE's
//! name. So it is not there, or a whole one, whenever the run or the machine stops. It has a head of this program (which
//! rows were taken, and their checksum) and behind that what `sqs_checkpoint_save` gives.

use super::audio::Input;
use crate::Result;
use crate::cli::DemoAudioArgs;
use crate::library::Pipeline;
use crate::plan;
use crate::report::json::Object;
use crate::report::numbers::{bytes, whole};
use crate::report::process::Checksum;
use crate::report::say;
use crate::workloads::audio::{self, ROW_LEN};
use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"sqsaudio";
/// The magic; as little-endian words of 64 bits the samples of the input, the rows taken, their checksum, a check of
/// these; the library's part, which has its own, follows.
const HEAD: usize = 40;
/// Rows that wait in the queue, and most windows of work between two pushes.
const QUEUE: u64 = 64;
/// Samples read at a time.
const PORTION: usize = 4096;

/// Rows taken so far.
struct Taken {
    rows: u64,
    checksum: Checksum,
}

/// The check of the head: FNV-1a, a word at a time.
fn check(words: [u64; 3]) -> u64 {
    words.iter().fold(0xcbf2_9ce4_8422_2325, |sum, w| (sum ^ w).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Puts `content` in the place of `path`: all of it or, if anything fails or the machine stops, nothing.
fn replace(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut beside = OsString::from(path);
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let mut file = File::create(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    let dir = path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(dir)?.sync_all()
}

/// Saves; says how long the file is.
fn save(p: &mut Pipeline, path: &Path, samples: u64, taken: &Taken) -> Result<u64> {
    let mut content = Vec::from(MAGIC);
    let words = [samples, taken.rows, taken.checksum.value()];
    for word in words.into_iter().chain([check(words)]) {
        content.extend_from_slice(&word.to_le_bytes());
    }
    p.save(&mut content)?;
    replace(path, &content).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(content.len() as u64)
}

/// Goes on from a file, if it is there: what was taken, and the next sample.
fn resume(p: &mut Pipeline, path: &Path, samples: u64) -> Result<Option<(Taken, u64)>> {
    let say = |what: &dyn std::fmt::Display| format!("{}: {what}", path.display());
    let content = match std::fs::read(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|e| say(&e))?,
    };
    let Some((head, saved)) = content.split_at_checked(HEAD).filter(|(head, _)| head.starts_with(MAGIC)) else {
        return Err(say(&"this is no checkpoint of the audio demo").into());
    };
    let word = |i: usize| u64::from_le_bytes(std::array::from_fn(|k| head[8 * i + k]));
    if check([1, 2, 3].map(word)) != word(4) {
        return Err(say(&"its head is damaged").into());
    }
    if word(1) != samples {
        return Err(say(&format!("saved for an input of {} samples, this one has {samples}", word(1))).into());
    }
    let next = p.restore(saved).map_err(|e| say(&e))?;
    Ok(Some((Taken { rows: word(2), checksum: Checksum::from_value(word(3)) }, next)))
}

/// `driver demo audio --checkpoint`.
pub(crate) fn run(demo: &DemoAudioArgs, path: &Path) -> Result<()> {
    let args = &demo.audio;
    let config = args.args.config(audio::WINDOW, audio::HOP);
    let input = Input::open(args)?;
    let (samples, text) = (input.count(), input.describe());
    let windows = plan::windows(samples, &config);
    if windows == 0 {
        return Err(format!("{text}: {samples} samples are less than one window of {}", config.window).into());
    }
    let mut source = input.samples();
    let mut p = Pipeline::new(&config)?;
    let stage = audio::build(&mut p)?;
    p.open(stage, QUEUE)?;

    let resumed = resume(&mut p, path, samples)?;
    let (mut taken, mut next) = resumed.unwrap_or((Taken { rows: 0, checksum: Checksum::new() }, 0));
    let (first_row, first_sample) = (taken.rows, next);
    let stop = first_row.saturating_add(demo.stop_after.unwrap_or(u64::MAX)).min(windows);
    let mut room = vec![0.0f32; PORTION];
    let mut rows = [0.0f32; QUEUE as usize * ROW_LEN];
    let (mut from, mut to) = (0, 0);
    let (mut saves, mut file_bytes) = (0u64, 0);
    while taken.rows < stop {
        if from == to && next < samples {
            let most = room.len().min((samples - next) as usize);
            (from, to) = (0, source.read(next, &mut room[..most])?);
        }
        let pushed = if from < to { p.push(&room[from..to])? } else { 0 };
        (from, next) = (from + pushed, next + pushed as u64);
        if next == samples {
            p.push_end()?;
        }
        let done = p.step(QUEUE)?;
        // Not a row is taken beyond the next save, or the stop.
        let bound = stop.min((taken.rows / demo.save_every + 1).saturating_mul(demo.save_every));
        let most = rows.len().min((bound - taken.rows).saturating_mul(ROW_LEN as u64) as usize);
        let got = p.pull(stage, ROW_LEN, &mut rows[..most])?;
        let count = got.ok_or_else(|| format!("the rows end after {} of {windows}", taken.rows))?;
        taken.checksum.add(&rows[..count * ROW_LEN]);
        taken.rows += count as u64;
        if pushed == 0 && done == 0 && count == 0 {
            return Err("the stream came to a halt".into());
        }
        if count > 0 && taken.rows == bound {
            file_bytes = save(&mut p, path, samples, &taken)?;
            saves += 1;
        }
    }

    let stats = p.stats()?;
    if args.json {
        let o = Object::new()
            .text("input", &text)
            .whole("samples", samples)
            .whole("windows", windows)
            .whole("rows", taken.rows)
            .whole("resumed_at_row", first_row)
            .whole("resumed_at_sample", first_sample)
            .whole("saves", saves)
            .whole("checkpoint_file_bytes", file_bytes)
            .whole("plan_peak_bytes", stats.plan_bytes)
            .whole("peak_bytes", stats.peak_bytes)
            .text("checksum", taken.checksum);
        return say(&format!("{}\n", o.close()));
    }
    let mut out = format!("audio, pushed: {}\n\n", audio::STAGES);
    let mut line = |key: &str, value: String| out.push_str(&format!("  {key:<17} {value}\n"));
    line("input", format!("{text}, {} samples", whole(samples)));
    if first_row > 0 {
        line("resumed", format!("at row {}, sample {}", whole(first_row), whole(first_sample)));
    }
    line("rows", format!("{} of {}", whole(taken.rows), whole(windows)));
    line("saved", format!("{} times to {}, {}", whole(saves), path.display(), bytes(file_bytes)));
    line("planned memory", format!("{} bytes, {} used", whole(stats.plan_bytes), whole(stats.peak_bytes)));
    let ends = if taken.rows == windows { "of all rows" } else { "so far: run it again to go on" };
    line("checksum", format!("{} ({ends})", taken.checksum));
    say(&out)
}
