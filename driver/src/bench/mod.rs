//! `driver bench`: measures workloads on generated samples or files of raw samples.

mod encoders;
mod extreme;
pub(crate) mod record;
mod sweep;
mod table;
mod workload;

pub(crate) use encoders::encode;
pub(crate) use record::Record;
pub(crate) use sweep::sweep;
pub(crate) use table::all;
pub(crate) use workload::Workload;

use crate::cli::BenchArgs;
use crate::error::Result;
use crate::library::Rows;
use crate::probe;
use crate::report::numbers::{bytes, time, whole};
use crate::report::output::Output;
use crate::report::plan::windows;
use crate::report::print;
use crate::report::process::{Checksum, Stopwatch};
use std::io::Write;
use std::path::Path;

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
        return print(&records.iter().map(|r| format!("{}\n", r.json())).collect::<String>());
    }
    for r in &records {
        let text = if args.line { r.line() } else { describe(r) };
        print(&text)?;
    }
    Ok(())
}

/// One run.
fn once(workload: Workload, args: &BenchArgs, iter: u32) -> Result<Record> {
    let mut config = workload.config(args);
    if args.probe {
        let (_, samples, ..) = workload.pipeline(args, &config)?;
        let windows = windows(samples, &config);
        config.costs = probe::costs(&config, windows, |c| Ok(workload.pipeline(args, c)?.0))?;
    }
    let (mut pipeline, samples, stage, row_len) = workload.pipeline(args, &config)?;
    let plan = pipeline.plan(Rows::all(stage))?;
    // The time includes the allocation, because in classic mode the memory grows with the input.
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
        format!("CPU time {} user, {} system", time(r.user_s), time(r.sys_s)),
        format!("work memory {} planned, {} used", bytes(r.plan_bytes), bytes(r.peak_bytes)),
        format!("spill file {}", bytes(r.spill_bytes)),
        format!("process memory at most {} resident", bytes(r.peak_rss_bytes)),
        format!("page faults {} minor, {} major", whole(r.minor_faults), whole(r.major_faults)),
        format!(
            "blocks of {} windows; {} rows computed by all stages, {}",
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
    let mut block = vec![0f32; 8192];
    let mut at = 0;
    Output::write(path, |file| {
        while at < n {
            let room = block.len().min((n - at) as usize);
            let got = source.read(at, &mut block[..room]).map_err(std::io::Error::other)?;
            for x in &block[..got] {
                file.write_all(&x.to_le_bytes())?;
            }
            at += got as u64;
        }
        Ok(())
    })?;
    print(&format!("{} samples written to {}\n", whole(n), path.display()))
}
