//! `driver bench all`: every workload in every mode, each run in a separate process; one table.

use crate::cli::TableArgs;
use crate::error::Result;
use crate::inputs::melody::RATE;
use crate::report::numbers::median;
use crate::report::print;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A temporary file that is deleted at the end.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Runs all workloads and prints the table.
pub(crate) fn all(args: &TableArgs) -> Result<()> {
    let head = ("workload", "mode", "wall_s", "cpu_s", "Msamples/s", "peak RSS");
    print(&format!("{:<10}{:<9}{:>9}{:>9}{:>12}{:>14}   checks\n", head.0, head.1, head.2, head.3, head.4, head.5))?;
    let samples = (args.seconds * f64::from(RATE)) as u64;
    for workload in ["audio", "logs", "satcom"] {
        // The samples are written once, so that generating them is not measured.
        let name = format!("sqrtspace-bench-{workload}-{}.f32", std::process::id());
        let input = Scratch(std::env::temp_dir().join(name));
        let mut write = Command::new(std::env::current_exe()?);
        write.args(["bench", workload, "--n", &samples.to_string(), "--write"]).arg(&input.0);
        let written = write.output()?;
        if !written.status.success() {
            return Err(format!("{workload}: {}", String::from_utf8_lossy(&written.stderr)).into());
        }
        for mode in ["classic", "sqrt", "auto"] {
            print(&row(workload, mode, &input.0, args.rounds)?)?;
        }
    }
    Ok(())
}

/// Runs one workload in one mode, and returns its row of the table.
fn row(workload: &str, mode: &str, input: &Path, rounds: u32) -> Result<String> {
    let (mut wall, mut cpu, mut rss, mut samples) = (Vec::new(), Vec::new(), 0f64, 0f64);
    let mut checks = String::new();
    for _ in 0..rounds {
        let run = Command::new(std::env::current_exe()?)
            .args(["bench", workload, "--line", "--mode", mode, "--input"])
            .arg(input)
            .output()?;
        let line = String::from_utf8_lossy(&run.stdout).into_owned();
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (true, [n, w, user, sys, kib, sums @ ..]) = (run.status.success(), &fields[..]) else {
            return Err(format!("{workload} {mode}: {}", String::from_utf8_lossy(&run.stderr)).into());
        };
        let number = |s: &str| s.parse::<f64>().unwrap_or(f64::NAN);
        wall.push(number(w));
        cpu.push(number(user) + number(sys));
        rss = rss.max(number(kib));
        samples = number(n);
        checks = sums.join(" ");
    }
    let (wall, cpu) = (median(wall).unwrap_or(f64::NAN), median(cpu).unwrap_or(f64::NAN));
    let speed = samples / 1e6 / cpu.max(1e-6);
    let rss = rss / 1024.0;
    Ok(format!("{workload:<10}{mode:<9}{wall:>9.4}{cpu:>9.4}{speed:>12.1}{rss:>10.1} MiB   {checks}\n"))
}
