//! `driver capped`: the classic and the sqrt order on the same file, each run in a separate process, without a memory
//! limit and under limits that the kernel enforces. A killed run of the classic order is a result, a killed run of the
//! sqrt order a failure.

mod demos;
mod launcher;
pub(crate) mod profiles;
mod table;

pub(crate) use launcher::NotPermitted;

use crate::bench::record::{self, Record};
use crate::cli::{CappedArgs, PlotArgs};
use crate::error::Result;
use crate::plot;
use crate::report::numbers::{bytes, time, whole};
use crate::report::process::Stopwatch;
use crate::report::{print, program};
use demos::DemoRuns;
use launcher::Launcher;
use std::process::Command;

/// A mode: its name in the table, and its arguments.
struct Mode {
    name: String,
    words: Vec<String>,
    /// The rows are in a file.
    in_file: bool,
}

/// The modes of a plan. The classic order with its rows in a file is a mode of its own.
fn modes(plan: &DemoRuns, spill_dir: &str) -> Vec<Mode> {
    let mut modes = Vec::new();
    for name in plan.modes {
        modes.push(Mode { name: name.to_string(), words: vec!["--mode".into(), name.to_string()], in_file: false });
        if *name == "classic" {
            let words = ["--mode", "classic", "--spill-dir", spill_dir].map(String::from).to_vec();
            modes.push(Mode { name: "classic, file".into(), words, in_file: true });
        }
    }
    modes
}

/// Size of the swap of this machine, if known.
fn swap_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|l| l.strip_prefix("SwapTotal:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// `driver capped`.
pub(crate) fn run(args: &CappedArgs) -> Result<()> {
    let plan = DemoRuns::new(args)?;
    let (launcher, by) = Launcher::find(args)?;
    let error = |e: std::io::Error| format!("{}: {e}", args.out.display());
    std::fs::create_dir_all(&args.out).map_err(error)?;
    let out = args.out.canonicalize().map_err(error)?;
    let input = format!("{}.f32", plan.name);
    let took = write(&plan, &out.join(&input))?;
    print(&heading(&plan, &args.out.join(&input), took, by))?;

    let modes = modes(&plan, &launcher.path(&out, ""));
    let mut records = Vec::new();
    for iter in 0..args.iters {
        for cap in &plan.caps {
            // Under the lowest limit, rows in a file would be paged to and from the disk for minutes.
            let lowest = cap.is_some_and(|c| c.memory == demos::SMALLEST);
            for mode in modes.iter().filter(|m| !(lowest && m.in_file)) {
                let mut words: Vec<String> = ["bench", plan.workload.name(), "--window"].map(String::from).to_vec();
                words.extend([plan.window.to_string(), "--hop".into(), plan.hop.to_string(), "--input".into()]);
                words.push(launcher.path(&out, &input));
                words.push("--json".into());
                words.extend(mode.words.iter().cloned());
                let ended = launcher.run(*cap, &plan.profile, &out, &words, args.patience)?;
                records.push(record(&plan, &ended, &mode.name, *cap, iter));
            }
        }
    }
    let csv = args.out.join(format!("{}.csv", plan.name));
    let png = args.out.join(format!("{}.png", plan.name));
    record::save(&csv, &records)?;
    plot::runs::draw(&PlotArgs { input: csv.clone(), output: png.clone() })?;
    print(&format!("\n{}\n", table::draw(&records)))?;
    let verdict = table::judge(&records, args.most);
    print(&verdict.text)?;
    print(&format!("The figures are in {}, and a plot in {}.\n", csv.display(), png.display()))?;
    if verdict.failures.is_empty() { Ok(()) } else { Err(verdict.failures.join("; ").into()) }
}

/// The description of the runs; `took` is the time to write the input, in seconds.
fn heading(plan: &DemoRuns, input: &std::path::Path, took: f64, by: String) -> String {
    let mut out = format!("{}: {}\n\n", plan.name, plan.title);
    let mut line = |key: &str, value: String| out.push_str(&format!("  {key:<10} {value}\n"));
    line("input", format!("{}: {} samples, written in {}", input.display(), whole(plan.n), time(took)));
    line("windows", format!("{} samples each, hop {}", plan.window, plan.hop));
    line(
        "computer",
        format!("{} ({}); the table shows the memory limit of each run", plan.profile.name, plan.profile.title),
    );
    line("limits by", by);
    let swaps = plan.caps.iter().flatten().any(|c| c.memory_swap > c.memory);
    if swaps && swap_bytes() == Some(0) {
        line("swap", "none on this machine: a run that exceeds its limit is killed instead of paged".into());
    }
    out.push('\n');
    out
}

/// Writes the input in a separate process, so that its time is not part of the runs. Returns the time in seconds.
fn write(plan: &DemoRuns, path: &std::path::Path) -> Result<f64> {
    let stopwatch = Stopwatch::start();
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bench", plan.workload.name(), "--n", &plan.n.to_string(), "--write"]).arg(path);
    let written = command.output()?;
    if !written.status.success() {
        return Err(program::without_name(&String::from_utf8_lossy(&written.stderr)).into());
    }
    Ok(stopwatch.stop().wall_s)
}

/// The record of a run.
fn record(plan: &DemoRuns, ended: &launcher::Ended, mode: &str, cap: Option<launcher::Cap>, iter: u32) -> Record {
    let mut r = if ended.outcome == "ok" { Record::from_json(&ended.stdout) } else { Record::default() };
    r.workload = plan.workload.name().into();
    (r.mode, r.outcome, r.iter) = (mode.into(), ended.outcome.clone(), iter);
    (r.n, r.window, r.hop) = (plan.n, plan.window, plan.hop);
    r.order = "forward".into();
    r.cap = match cap {
        None => "no cap".into(),
        Some(c) if c.memory_swap > c.memory => format!("{} + swap", bytes(c.memory)),
        Some(c) => bytes(c.memory),
    }
    .replace(".0 ", " ")
    .replace(".00 ", " ");
    if let Some(cap) = cap {
        r.kernel_limit_bytes = cap.memory;
        r.kernel_peak_bytes = ended.kernel_peak_bytes.unwrap_or(r.kernel_peak_bytes);
    }
    r
}
