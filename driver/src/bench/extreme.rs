//! `--extreme`: runs each mode in a separate process, in turn, and prints one table.

use super::record::{self, Record};
use super::workload::Workload;
use crate::cli::BenchArgs;
use crate::error::Result;
use crate::report::numbers::{bytes, median, time, whole};
use crate::report::{print, program};
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

/// The arguments of this process without those that choose the mode, the number of runs and the output.
fn arguments() -> Vec<std::ffi::OsString> {
    let mut kept = Vec::new();
    let mut args = std::env::args_os().skip(1);
    while let Some(arg) = args.next() {
        match arg.to_str() {
            Some("--mode" | "--iters" | "--csv") => drop(args.next()),
            Some("--extreme" | "--json" | "--line") => {}
            Some(text) if ["--mode=", "--iters=", "--csv="].iter().any(|a| text.starts_with(a)) => {}
            _ => kept.push(arg),
        }
    }
    kept
}

/// One run of one mode. A run that is killed or that does not fit into the memory budget is a result as well.
fn child(workload: Workload, args: &BenchArgs, mode: &str, iter: u32) -> Result<Record> {
    let run = Command::new(std::env::current_exe()?).args(arguments()).args(["--json", "--mode", mode]).output()?;
    let mut r = if run.status.success() {
        let mut r = Record::from_json(&String::from_utf8_lossy(&run.stdout));
        // The record has the mode that `auto` chose.
        r.mode = mode.into();
        r
    } else {
        let mut r = Record::new(workload, args.deep, mode, &workload.config(args), args.n.unwrap_or(0));
        let text = String::from_utf8_lossy(&run.stderr);
        let error = program::without_name(&text).lines().next().unwrap_or_default().to_string();
        r.outcome = match run.status.signal() {
            Some(9) => "killed".into(),
            Some(signal) => format!("ended by signal {signal}"),
            None => error,
        };
        r
    };
    r.iter = iter;
    Ok(r)
}

/// Runs all modes and prints the medians.
pub(super) fn run(workload: Workload, args: &BenchArgs) -> Result<()> {
    let mut records = Vec::new();
    for iter in 0..args.iters {
        for mode in ["classic", "sqrt", "auto"] {
            records.push(child(workload, args, mode, iter)?);
        }
    }
    if let Some(path) = &args.csv {
        record::save(path, &records)?;
    }
    let ok: Vec<&Record> = records.iter().filter(|r| r.outcome == "ok").collect();
    let same = ok.windows(2).all(|r| r[0].checksum == r[1].checksum);
    let failure = match (same, ok.is_empty()) {
        (false, _) => Some("the rows of the modes differ"),
        (_, true) => Some("no mode completed"),
        _ => None,
    };
    if let Some(failure) = failure {
        return Err(format!("{failure}\n{}", table(&records)).into());
    }
    if args.json {
        return print(&records.iter().map(|r| format!("{}\n", r.json())).collect::<String>());
    }
    print(&table(&records))
}

fn table(records: &[Record]) -> String {
    let heads =
        ["mode", "time", "CPU time", "work memory", "process (RSS)", "minor faults", "major faults", "read", "written"];
    let mut out = String::new();
    for (i, head) in heads.iter().enumerate() {
        out.push_str(&if i == 0 { format!("{head:<9}") } else { format!("{head:>14}") });
    }
    out.push_str("  checksum\n");
    for mode in ["classic", "sqrt", "auto"] {
        let of_mode: Vec<&Record> = records.iter().filter(|r| r.mode == mode).collect();
        let Some(last) = of_mode.iter().rev().find(|r| r.outcome == "ok") else {
            let why = of_mode.first().map_or("not run", |r| &r.outcome);
            out.push_str(&format!("{mode:<9}  {why}\n"));
            continue;
        };
        let ok = || of_mode.iter().filter(|r| r.outcome == "ok");
        let middle = |f: fn(&Record) -> f64| median(ok().map(|r| f(r))).unwrap_or(f64::NAN);
        let max = |f: fn(&Record) -> u64| ok().map(|r| f(r)).max().unwrap_or(0);
        let figures = [
            time(middle(|r| r.wall_s)),
            time(middle(Record::cpu_s)),
            bytes(max(|r| r.peak_bytes)),
            bytes(max(|r| r.peak_rss_bytes)),
            whole(max(|r| r.minor_faults)),
            whole(max(|r| r.major_faults)),
            bytes(max(|r| r.read_bytes)),
            bytes(max(|r| r.write_bytes)),
        ];
        out.push_str(&format!("{mode:<9}"));
        figures.iter().for_each(|f| out.push_str(&format!("{f:>14}")));
        out.push_str(&format!("  {}\n", last.checksum));
        let lost = of_mode.len() - ok().count();
        if lost > 0 {
            out.push_str(&format!("          {lost} of {} runs did not complete\n", of_mode.len()));
        }
    }
    out
}
