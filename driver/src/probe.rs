//! What a row of each stage takes: a few blocks of it are timed, with all it needs; what the stages before it take is
//! subtracted. The numbers go into the descriptors that the library plans with.

use crate::Result;
use crate::library::{Config, Costs, Mode, OFF, Order, Pipeline, Registered, Rows};
use crate::report::process::own_cpu_s;
use std::collections::BTreeMap;
use std::ffi::CString;

/// Windows that are timed at a time, where the input has them.
const WINDOWS: u64 = 64;
/// Rounds of each stage: the least counts.
const ROUNDS: usize = 5;
/// Processor time of a round, at least.
const ROUND_S: f64 = 0.004;

/// Windows for a row of each stage, by its name.
fn rates(stages: &[Registered]) -> BTreeMap<CString, u64> {
    let mut rates = BTreeMap::new();
    for stage in stages {
        let before = stage.reads.iter().find_map(|r| rates.get(r).copied()).unwrap_or(1);
        rates.insert(stage.name.clone(), before * stage.stride);
    }
    rates
}

/// All that a stage needs, without itself, by name.
fn needs(stages: &[Registered], of: usize) -> Vec<&CString> {
    let mut needed: Vec<&CString> = stages[of].reads.iter().collect();
    for stage in stages[..of].iter().rev() {
        if needed.contains(&&stage.name) {
            needed.extend(stage.reads.iter());
        }
    }
    stages[..of].iter().map(|s| &s.name).filter(|n| needed.contains(n)).collect()
}

/// Nanoseconds for the rows of a stage in the first windows of an input of so many.
fn time(mut p: Pipeline, stage: u32, windows: u64, rate: u64) -> Result<f64> {
    let rows = (windows / rate).max(1);
    let ask = Rows { stage, first: 0, count: rows, order: Order::Forward };
    p.seal(ask)?;
    // The first time memory is got and tables are made.
    p.run(ask)?;
    let mut least = f64::INFINITY;
    for _ in 0..ROUNDS {
        let (start, mut times, mut spent) = (own_cpu_s(), 0, 0.0);
        while spent < ROUND_S && times < 10_000 {
            p.run(ask)?;
            times += 1;
            spent = own_cpu_s() - start;
        }
        least = least.min(spent / f64::from(times));
    }
    Ok(least * 1e9)
}

/// Times every stage of a pipeline that `make` gives for a config, and an input of so many windows.
pub(crate) fn costs(config: &Config, windows: u64, make: impl Fn(&Config) -> Result<Pipeline>) -> Result<Costs> {
    // With checkpoints a second run would not start where the first did; sources shall cost next to nothing.
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
