//! Demos, plans and benches of libsqrtspace, over its C functions alone.
//!
//! ```text
//! cli         the command line
//! library     the library behind a safe wrapper: the one file with `unsafe`
//! workloads/  the pipelines: which stages, how a row is read; used by demos, plans and benches alike
//! inputs/     where samples come from: WAV files, generated signals
//! demo/       a workload with its input and a report for people
//! plan, bench a workload's plan, or its time
//! report/     JSON, charts, numbers for people, what the process used
//! ```

mod bench;
mod cli;
mod demo;
mod inputs;
mod library;
mod plan;
mod report;
mod workloads;

use clap::Parser;
use cli::{Bench, Cli, Command, Demo, Planned};
use std::process::ExitCode;

/// Anything that ends the program with exit code 1.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn run(command: Command) -> Result<()> {
    library::version()?;
    match command {
        Command::Demo(Demo::Audio(args)) => demo::audio::run(&args),
        Command::Demo(Demo::Smoother(args)) => demo::smoother::run(&args),
        Command::Plan(Planned::Audio(args)) => plan::audio(&args),
        Command::Bench(Bench::Audio(args)) => bench::audio(&args),
        Command::Bench(Bench::Logs(args)) => bench::logs(&args),
        Command::Bench(Bench::All(args)) => bench::all(&args),
    }
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("driver: {error}");
            ExitCode::FAILURE
        }
    }
}
