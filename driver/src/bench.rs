//! Workloads over files of raw samples, as lean as they can be: for timing against other programs.

mod encoders;
mod table;

pub(crate) use encoders::encode;
pub(crate) use table::all;

use crate::Result;
use crate::cli::BenchArgs;
use crate::library::{Failure, Pipeline, Stage};
use crate::report::numbers::{bytes, time, whole};
use crate::report::process::Stopwatch;
use crate::report::say;
use crate::workloads::{audio, logs};

/// How a workload's rows are checked: two sums.
struct Bench {
    window: u64,
    hop: u64,
    build: fn(&mut Pipeline) -> std::result::Result<Stage, Failure>,
    row_len: usize,
    sums: fn(&[f32]) -> (f64, f64),
}

/// `driver bench audio`: the sums of argmax and of centroid.
pub(crate) fn audio(args: &BenchArgs) -> Result<()> {
    let sums = |row: &[f32]| (f64::from(row[0]), f64::from(row[1]));
    run(args, &Bench { window: audio::WINDOW, hop: audio::HOP, build: audio::build, row_len: audio::ROW_LEN, sums })
}

/// `driver bench logs`: the sum of p50; the sum of p95, with 10000 added for each alert.
pub(crate) fn logs(args: &BenchArgs) -> Result<()> {
    let sums = |row: &[f32]| (f64::from(row[0]), f64::from(row[1]) + 1e4 * f64::from(row[2]));
    run(args, &Bench { window: logs::WINDOW, hop: logs::HOP, build: logs::build, row_len: logs::ROW_LEN, sums })
}

fn run(args: &BenchArgs, bench: &Bench) -> Result<()> {
    let config = args.knobs.config(bench.window, bench.hop);
    let path = args.input.to_str().ok_or("the path is not UTF-8")?;
    let mut pipeline = Pipeline::new(&config)?;
    let samples = pipeline.source_file(path).map_err(|e| format!("{path}: {e}"))?;
    let stage = (bench.build)(&mut pipeline)?;
    let plan = pipeline.plan(stage)?;
    // From here on it is work: taking the memory is part of it, as it grows with the input in classic mode.
    let stopwatch = Stopwatch::start();
    pipeline.seal(stage)?;
    let mut checks = (0.0, 0.0);
    let mut take = |_: u64, rows: &[f32]| {
        for row in rows.chunks_exact(bench.row_len) {
            let (a, b) = (bench.sums)(row);
            checks = (checks.0 + a, checks.1 + b);
        }
    };
    pipeline.evaluate(stage, u64::MAX, &mut take, &mut |_| {})?;
    let took = stopwatch.stop();
    let (wall, user, sys, rss) = (took.wall_s, took.user_s, took.sys_s, took.usage.peak_rss_bytes);
    if args.line {
        return say(&format!(
            "{samples} {wall:.6} {user:.4} {sys:.4} {} {:.8} {:.8}\n",
            rss / 1024,
            checks.0,
            checks.1
        ));
    }
    let stats = pipeline.stats()?;
    let lines = [
        format!("{} mode, {} samples in {}", plan.mode().name(), whole(samples), time(wall)),
        format!("processor time {} user, {} system", time(user), time(sys)),
        format!("work memory {} planned, {} used", bytes(plan.work_bytes), bytes(stats.peak_bytes)),
        format!("process {} resident at most", bytes(rss)),
        format!("block of {} windows, {} calls of stages", whole(plan.block), whole(stats.stage_calls)),
        format!("checks {:.8} {:.8}", checks.0, checks.1),
    ];
    say(&format!("{}\n", lines.join("\n")))
}
