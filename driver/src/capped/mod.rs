//! `driver capped`: the classic and the sqrt order on the same file, each in a process of its own, with all the memory there
//! is and under caps that the kernel enforces. That the classic order is killed is a result; that sqrt is, is a failure.

mod demos;
mod launcher;
pub(crate) mod profiles;
mod table;

pub(crate) use launcher::NotPermitted;

use crate::Result;
use crate::bench::record::{self, Record};
use crate::cli::{CappedArgs, PlotArgs};
use crate::plot;
use crate::report::numbers::{bytes, time, whole};
use crate::report::process::Stopwatch;
use crate::report::say;
use demos::Plan;
use launcher::Launcher;
use std::process::Command;

/// A mode as it is run: its name for people, and the words of the command line.
struct Mode {
    name: String,
    words: Vec<String>,
    /// Its rows lie in a file.
    in_file: bool,
}

/// The modes of a plan. The classic order with its rows in a file is one of its own.
fn modes(plan: &Plan, spill_dir: &str) -> Vec<Mode> {
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

/// Swap of this machine, where the kernel tells it.
fn swap_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|l| l.strip_prefix("SwapTotal:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// `driver capped`.
pub(crate) fn run(args: &CappedArgs) -> Result<()> {
    let plan = Plan::new(args)?;
    let (launcher, by) = Launcher::find(args)?;
    let at = |e: std::io::Error| format!("{}: {e}", args.out.display());
    std::fs::create_dir_all(&args.out).map_err(at)?;
    let out = args.out.canonicalize().map_err(at)?;
    let mut head = format!("{}: {}\n\n", plan.name, plan.title);
    let mut line = |key: &str, value: String| head.push_str(&format!("  {key:<10} {value}\n"));
    let input = format!("{}.f32", plan.name);
    let took = write(&plan, &out.join(&input))?;
    line(
        "input",
        format!("{}, {} samples, written beforehand in {}", args.out.join(&input).display(), whole(plan.n), time(took)),
    );
    line("windows", format!("{} samples every {}", plan.window, plan.hop));
    line(
        "computer",
        format!("{} ({}): its memory, unless the table has another", plan.profile.name, plan.profile.title),
    );
    line("caps by", by);
    let swaps = plan.caps.iter().flatten().any(|c| c.memory_swap > c.memory);
    if swaps && swap_bytes() == Some(0) {
        line("swap", "this machine has none: what exceeds the cap is killed where it would page".into());
    }
    say(&format!("{head}\n"))?;

    let modes = modes(&plan, &launcher.path(&out, ""));
    let mut records = Vec::new();
    for iter in 0..args.iters {
        for cap in &plan.caps {
            // In the smallest, rows in a file would go to the disk and back for minutes.
            let smallest = cap.is_some_and(|c| c.memory == demos::SMALLEST);
            for mode in modes.iter().filter(|m| !(smallest && m.in_file)) {
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
    say(&format!("\n{}\n", table::draw(&records)))?;
    let verdict = table::judge(&records, args.most);
    say(&verdict.told)?;
    say(&format!("Figures in {}, drawn in {}.\n", csv.display(), png.display()))?;
    if verdict.failures.is_empty() { Ok(()) } else { Err(verdict.failures.join("; ").into()) }
}

/// Writes the input in a process of its own, whose time is told apart.
fn write(plan: &Plan, path: &std::path::Path) -> Result<f64> {
    let stopwatch = Stopwatch::start();
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bench", plan.workload.name(), "--n", &plan.n.to_string(), "--write"]).arg(path);
    let written = command.output()?;
    if !written.status.success() {
        return Err(crate::without_name(&String::from_utf8_lossy(&written.stderr)).into());
    }
    Ok(stopwatch.stop().wall_s)
}

fn record(plan: &Plan, ended: &launcher::Ended, mode: &str, cap: Option<launcher::Cap>, iter: u32) -> Record {
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
