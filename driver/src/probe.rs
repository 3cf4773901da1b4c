//! Measures the time per row of each stage. A few blocks of a stage are timed together with the stages that it needs,
//! and the time of these is subtracted. The library plans with the results.

use crate::error::Result;
use crate::library::{Config, Costs, Mode, OFF, Order, Pipeline, Registered, Rows};
use crate::report::process::own_cpu_s;
use std::collections::BTreeMap;
use std::ffi::CString;

/// Windows per run, if the input has as many.
const WINDOWS: u64 = 64;
/// Rounds per stage; the minimum counts.
const ROUNDS: usize = 5;
/// Minimum CPU time of a round in seconds.
const ROUND_S: f64 = 0.004;

/// Windows per row of each stage, by name.
fn rates(stages: &[Registered]) -> BTreeMap<CString, u64> {
    let mut rates = BTreeMap::new();
    for stage in stages {
        let before = stage.reads.iter().find_map(|r| rates.get(r).copied()).unwrap_or(1);
        rates.insert(stage.name.clone(), before * stage.stride);
    }
    rates
}

/// Names of the stages that a stage needs, without itself.
fn needs(stages: &[Registered], of: usize) -> Vec<&CString> {
    let mut needed: Vec<&CString> = stages[of].reads.iter().collect();
    for stage in stages[..of].iter().rev() {
        if needed.contains(&&stage.name) {
            needed.extend(stage.reads.iter());
        }
    }
    stages[..of].iter().map(|s| &s.name).filter(|n| needed.contains(n)).collect()
}

/// Nanoseconds to compute the rows of a stage in the first `windows` windows; `rate` is the windows per row.
fn time(mut p: Pipeline, stage: u32, windows: u64, rate: u64) -> Result<f64> {
    let rows = (windows / rate).max(1);
    let ask = Rows { stage, first: 0, count: rows, order: Order::Forward };
    p.seal(ask)?;
    // The first run allocates memory and computes tables.
    p.run(ask)?;
    let mut min = f64::INFINITY;
    for _ in 0..ROUNDS {
        let (start, mut times, mut spent) = (own_cpu_s(), 0, 0.0);
        while spent < ROUND_S && times < 10_000 {
            p.run(ask)?;
            times += 1;
            spent = own_cpu_s() - start;
        }
        min = min.min(spent / f64::from(times));
    }
    Ok(min * 1e9)
}

/// Measures every stage of the pipeline that `make` builds for a configuration. The input has `windows` windows.
pub(crate) fn costs(config: &Config, windows: u64, make: impl Fn(&Config) -> Result<Pipeline>) -> Result<Costs> {
    // Without checkpoints, so that every run starts at the same row; with held samples, so that the
    // source costs almost nothing.
    let windows = windows.min(WINDOWS);
    let held = config.window + windows * config.hop;
    let plain = Config { mode: Mode::Sqrt, memory_budget_bytes: 0, lru_bytes: 0, spill_dir: None, ..*config };
    let config = Config { checkpoint_every: OFF, held, ..plain };
    let stages = make(&config)?.registered().to_vec();
    let rates = rates(&stages);
    let rows = |name: &CString| (windows / rates[name]).max(1) as f64;
    let mut found: Vec<(CString, u64)> = Vec::new();
    for (i, stage) in stages.iter().enumerate() {
        let whole = time(make(&config)?, i as u32, windows, rates[&stage.name])?;
        let before = needs(&stages, i);
        let of = |n: &&CString| found.iter().find(|(f, _)| f == *n).map_or(0.0, |(_, ns)| *ns as f64 * rows(n));
        let own = (whole - before.iter().map(of).sum::<f64>()) / rows(&stage.name);
        found.push((stage.name.clone(), own.max(1.0) as u64));
    }
    Ok(Box::leak(found.into_boxed_slice()))
}
