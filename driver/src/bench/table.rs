//! `driver bench all`: every workload in every mode, each run a process of its own, and one table.

use crate::Result;
use crate::cli::TableArgs;
use crate::inputs::melody::RATE;
use crate::report::say;
use std::path::PathBuf;
use std::process::Command;

/// A file that goes with this program.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

pub(super) fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Runs everything and prints the table.
pub(crate) fn all(args: &TableArgs) -> Result<()> {
    let program = std::env::current_exe()?;
    let head = ("workload", "mode", "wall_s", "cpu_s", "Msamples/s", "peak RSS");
    say(&format!("{:<10}{:<9}{:>9}{:>9}{:>12}{:>14}   checks\n", head.0, head.1, head.2, head.3, head.4, head.5))?;
    let samples = (args.seconds * f64::from(RATE)) as u64;
    for workload in ["audio", "logs", "satcom"] {
        // Written once, so that making the samples is no part of the time.
        let name = format!("sqrtspace-bench-{workload}-{}.f32", std::process::id());
        let input = Scratch(std::env::temp_dir().join(name));
        let mut write = Command::new(&program);
        write.args(["bench", workload, "--n", &samples.to_string(), "--write"]).arg(&input.0);
        let written = write.output()?;
        if !written.status.success() {
            return Err(format!("{workload}: {}", String::from_utf8_lossy(&written.stderr)).into());
        }
        for mode in ["classic", "sqrt", "auto"] {
            let (mut wall, mut cpu, mut rss, mut samples) = (Vec::new(), Vec::new(), 0f64, 0f64);
            let mut checks = String::new();
            for _ in 0..args.rounds {
                let run = Command::new(&program)
                    .args(["bench", workload, "--line", "--mode", mode, "--input"])
                    .arg(&input.0)
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
            let (wall, cpu) = (median(&mut wall), median(&mut cpu));
            let speed = samples / 1e6 / cpu.max(1e-6);
            let rss = rss / 1024.0;
            say(&format!("{workload:<10}{mode:<9}{wall:>9.4}{cpu:>9.4}{speed:>12.1}{rss:>10.1} MiB   {checks}\n"))?;
        }
    }
    Ok(())
}
