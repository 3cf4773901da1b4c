//! Workloads over generated samples or files of raw ones, as lean as they can be: for timing.

mod encoders;
mod extreme;
pub(crate) mod record;
mod sweep;
mod table;

pub(crate) use encoders::encode;
pub(crate) use sweep::sweep;
pub(crate) use table::all;

use crate::Result;
use crate::cli::{BenchArgs, Preset};
use crate::inputs::latency::Latency;
use crate::inputs::melody::Melody;
use crate::inputs::satellite::Satellite;
use crate::library::{Config, Pipeline, Rows, Samples, Stage};
use crate::report::numbers::{bytes, time, whole};
use crate::report::process::{Checksum, Stopwatch};
use crate::report::say;
use crate::workloads::{audio, logs, satcom};
pub(crate) use record::Record;
use std::io::Write;
use std::path::Path;

/// What is timed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Workload {
    Audio,
    Logs,
    Satcom,
}

impl Workload {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Workload::Audio => "audio",
            Workload::Logs => "logs",
            Workload::Satcom => "satcom",
        }
    }

    /// Samples, window and hop of a preset: what the classic order needs is some tens of MiB, some hundred, or most that a
    /// small machine has.
    pub(crate) fn size(self, preset: Option<Preset>, deep: bool) -> (u64, u64, u64) {
        let (window, hop) = match (self, deep) {
            (Workload::Audio, _) => (audio::WINDOW, audio::HOP),
            (Workload::Logs, false) => (logs::BENCH_WINDOW, logs::BENCH_HOP),
            (Workload::Logs, true) => (logs::WINDOW, logs::HOP),
            (Workload::Satcom, false) => (satcom::BENCH_WINDOW, satcom::BENCH_HOP),
            (Workload::Satcom, true) => (satcom::WINDOW, satcom::HOP),
        };
        let n = match (self, preset.unwrap_or(Preset::Fit)) {
            (Workload::Audio, Preset::Fit) => 1_440_000,
            (Workload::Audio, Preset::Barely) => 10_000_000,
            (Workload::Audio, Preset::Spill) => 28_800_000,
            (Workload::Satcom, Preset::Fit) => 4_000_000,
            (Workload::Satcom, Preset::Barely) => 16_000_000,
            (Workload::Satcom, Preset::Spill) => 40_000_000,
            (Workload::Logs, Preset::Fit) => 2_000_000,
            (Workload::Logs, Preset::Barely) => 8_000_000,
            (Workload::Logs, Preset::Spill) => 20_000_000,
        };
        match (self, preset) {
            (Workload::Logs, Some(Preset::Spill)) if !deep => (n, 65_536, 4096),
            _ => (n, window, hop),
        }
    }

    fn generated(self, n: u64) -> Box<dyn Samples> {
        match self {
            Workload::Audio => Box::new(Melody::of(n)),
            Workload::Logs => Box::new(Latency::new(n)),
            Workload::Satcom => Box::new(Satellite::new(n, true, true)),
        }
    }

    /// Registers the stages, and says whose rows are the result and how long they are.
    fn build(self, p: &mut Pipeline, config: &Config, deep: bool) -> Result<(Stage, usize)> {
        let (window, hop) = (config.window, config.hop);
        Ok(match (self, deep) {
            (Workload::Audio, false) => (audio::build(p)?, audio::ROW_LEN),
            (Workload::Audio, true) => (audio::build_picture(p, window)?, audio::ROW_LEN + audio::PICTURE_LEN),
            (Workload::Logs, false) => (logs::lean(p)?, logs::BENCH_ROW_LEN),
            (Workload::Logs, true) => (logs::build(p, window, hop)?, logs::ROW_LEN),
            (Workload::Satcom, false) => (satcom::lean(p)?, 1),
            (Workload::Satcom, true) => {
                let band = satcom::Band { window, hop, real: true, rate: crate::inputs::satellite::RATE };
                if let Some(why) = band.refuse(true) {
                    return Err(why.into());
                }
                satcom::build(p, &band, true)?
            }
        })
    }

    /// Two sums over the rows by which programs that do the same can be compared.
    fn sums(self, deep: bool, row: &[f32]) -> (f64, f64) {
        let number = |i: usize| row.get(i).copied().map_or(0.0, f64::from);
        match (self, deep) {
            // p95, with 10000 added for each alert.
            (Workload::Logs, false) => (number(0), number(1) + 1e4 * number(2)),
            (Workload::Satcom, false) => (number(0), 1e-6 * number(0) * number(0)),
            _ => (number(0), number(1)),
        }
    }

    /// A pipeline over a file or generated samples, how many there are, and the stage with the result.
    pub(crate) fn pipeline(self, args: &BenchArgs, config: &Config) -> Result<(Pipeline, u64, Stage, usize)> {
        let mut p = Pipeline::new(config)?;
        let second = self == Workload::Logs && args.deep;
        if let Some(why) = logs::refuse(config.window, config.hop).filter(|_| second) {
            return Err(why.into());
        }
        let skip = config.window.saturating_sub(config.hop);
        let samples = match &args.input {
            Some(path) => {
                let path = path.to_str().ok_or("the path is not UTF-8")?;
                let samples = p.source_file(0, path, 0).map_err(|e| format!("{path}: {e}"))?;
                if second {
                    let pieces = logs::pieces(&mut p, config.hop)?;
                    p.source_file(pieces, path, 4 * skip).map_err(|e| format!("{path}: {e}"))?;
                }
                samples
            }
            None => {
                let n = args.n.unwrap_or(self.size(args.preset, args.deep).0);
                p.source(0, self.generated(n))?;
                if second {
                    let pieces = logs::pieces(&mut p, config.hop)?;
                    p.source(pieces, Box::new(crate::inputs::Behind { of: self.generated(n), skip }))?;
                }
                n
            }
        };
        let (stage, len) = self.build(&mut p, config, args.deep)?;
        Ok((p, samples, stage, len))
    }

    pub(crate) fn config(self, args: &BenchArgs) -> Config {
        let (_, window, hop) = self.size(args.preset, args.deep);
        args.args.config(window, hop)
    }
}

/// `driver bench audio`, `logs` or `satcom`.
pub(crate) fn run(workload: Workload, args: &BenchArgs) -> Result<()> {
    if let Some(path) = &args.write {
        return write(workload, args, path);
    }
    if args.extreme {
        return extreme::run(workload, args);
    }
    let mut records = Vec::new();
    for iter in 0..args.iters {
        records.push(once(workload, args, iter)?);
    }
    if let Some(path) = &args.csv {
        record::save(path, &records)?;
    }
    if args.json {
        return say(&records.iter().map(|r| format!("{}\n", r.json())).collect::<String>());
    }
    for r in &records {
        let text = if args.line { r.line() } else { describe(r) };
        say(&text)?;
    }
    Ok(())
}

fn once(workload: Workload, args: &BenchArgs, iter: u32) -> Result<Record> {
    let mut config = workload.config(args);
    if args.probe {
        let (_, samples, ..) = workload.pipeline(args, &config)?;
        let windows = crate::plan::windows(samples, &config);
        config.costs = crate::probe::costs(&config, windows, |c| Ok(workload.pipeline(args, c)?.0))?;
    }
    let (mut pipeline, samples, stage, row_len) = workload.pipeline(args, &config)?;
    let plan = pipeline.plan(Rows::all(stage))?;
    // From here on it is work: taking the memory is part of it, as it grows with the input in classic mode.
    let stopwatch = Stopwatch::start();
    pipeline.seal(Rows::all(stage))?;
    let (mut checks, mut checksum) = ((0.0, 0.0), Checksum::new());
    let mut take = |_: u64, rows: &[f32]| {
        checksum.add(rows);
        for row in rows.chunks_exact(row_len) {
            let (a, b) = workload.sums(args.deep, row);
            checks = (checks.0 + a, checks.1 + b);
        }
    };
    pipeline.evaluate(Rows::all(stage), u64::MAX, &mut take, &mut |_| {})?;
    let took = stopwatch.stop();
    let stats = pipeline.stats()?;
    let mut r = Record::new(workload, args.deep, plan.mode().name(), &config, samples);
    r.iter = iter;
    r.took(&took);
    r.planned(&plan);
    r.did(&stats);
    (r.check1, r.check2, r.checksum) = (checks.0, checks.1, checksum.to_string());
    Ok(r)
}

fn describe(r: &Record) -> String {
    let lines = [
        format!("{} mode, {} samples in {}", r.mode, whole(r.n), time(r.wall_s)),
        format!("processor time {} user, {} system", time(r.user_s), time(r.sys_s)),
        format!("work memory {} planned, {} used", bytes(r.plan_bytes), bytes(r.peak_bytes)),
        format!("file for spilling {}", bytes(r.spill_bytes)),
        format!("process {} resident at most", bytes(r.peak_rss_bytes)),
        format!("page faults {} minor, {} major", whole(r.minor_faults), whole(r.major_faults)),
        format!(
            "block of {} windows, {} rows of stages in {}",
            whole(r.block),
            whole(r.stage_rows),
            bytes(r.stage_bytes)
        ),
        format!("checks {:.8} {:.8} {}", r.check1, r.check2, r.checksum),
    ];
    format!("{}\n", lines.join("\n"))
}

/// Writes the generated samples as raw little-endian `f32`.
fn write(workload: Workload, args: &BenchArgs, path: &Path) -> Result<()> {
    let n = args.n.unwrap_or(workload.size(args.preset, args.deep).0);
    let mut source = workload.generated(n);
    let say_path = |e: std::io::Error| format!("{}: {e}", path.display());
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).map_err(say_path)?);
    let mut block = vec![0f32; 8192];
    let mut at = 0;
    while at < n {
        let room = block.len().min((n - at) as usize);
        let got = source.read(at, &mut block[..room])?;
        for x in &block[..got] {
            file.write_all(&x.to_le_bytes()).map_err(say_path)?;
        }
        at += got as u64;
    }
    file.flush().map_err(say_path)?;
    say(&format!("{} samples in {}\n", whole(n), path.display()))
}
