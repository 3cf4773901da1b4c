//! `driver bench all`: every workload in every mode, each run a process of its own, and one table.

use crate::Result;
use crate::cli::TableArgs;
use crate::inputs::melody::{Melody, RATE};
use crate::library::Samples;
use crate::report::say;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::Command;

/// A file that goes with this program.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Writes the input once: audio as it is, or as latencies, which are positive and have a heavy tail.
fn write(seconds: f64, workload: &str) -> Result<Scratch> {
    let name = format!("sqrtspace-bench-{workload}-{}.f32", std::process::id());
    let scratch = Scratch(std::env::temp_dir().join(name));
    let mut melody = Melody::new(seconds);
    let mut file = BufWriter::new(File::create(&scratch.0)?);
    let mut block = vec![0f32; RATE as usize / 4];
    let mut at = 0;
    while at < melody.count() {
        let room = block.len().min((melody.count() - at) as usize);
        let got = melody.read(at, &mut block[..room])?;
        for x in &block[..got] {
            let x = if workload == "logs" { 7.0 * (2.5 * x).exp() } else { *x };
            file.write_all(&x.to_le_bytes())?;
        }
        at += got as u64;
    }
    file.flush()?;
    Ok(scratch)
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
    for workload in ["audio", "logs"] {
        let input = write(args.seconds, workload)?;
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
