//! `fuzz [--cases N] [--seed N] [TARGET...]`: runs each target over N cases.

use fuzz::TARGETS;
use fuzz::input::Random;
use std::time::Instant;

const HELP: &str = "fuzz [--cases N] [--seed N] [TARGET...]
Runs N cases (default 100000) of each target (default: all), numbered from the seed on. What fails prints its
number; `--cases 1 --seed NUMBER TARGET` runs it again.";

fn main() {
    let (mut cases, mut seed, mut names) = (100_000u64, 0u64, Vec::new());
    let mut args = std::env::args().skip(1);
    while let Some(a) = args.next() {
        let mut number = || args.next().and_then(|n| n.parse().ok()).unwrap_or_else(|| usage());
        match a.as_str() {
            "--cases" => cases = number(),
            "--seed" => seed = number(),
            name if TARGETS.iter().any(|t| t.name == name) => names.push(a),
            _ => usage(),
        }
    }
    for t in TARGETS.iter().filter(|t| names.is_empty() || names.iter().any(|n| n == t.name)) {
        let start = Instant::now();
        let (mut slowest, mut bytes) = ((0, 0), 0);
        for n in seed..seed + cases {
            let case = (t.case)(&mut Random(n));
            bytes += case.len();
            let one = Instant::now();
            if std::panic::catch_unwind(|| (t.run)(&case)).is_err() {
                println!("{}: case {n} failed", t.name);
                std::process::exit(1);
            }
            slowest = slowest.max((one.elapsed().as_millis(), n));
        }
        println!(
            "{:20} {cases} cases, {bytes} bytes, {:.0} s; the slowest, {}, took {} ms",
            t.name,
            start.elapsed().as_secs_f64(),
            slowest.1,
            slowest.0
        );
    }
}

fn usage() -> ! {
    println!("{HELP}");
    println!("Targets: {}", TARGETS.map(|t| t.name).join(" "));
    std::process::exit(2)
}
