//! Demos, plans and benchmarks of libsqrtspace, and its codec for files. The program uses the C functions alone.
//!
//! ```text
//! cli/        the command line
//! library/    a safe wrapper over the C functions: the only folder with `unsafe` code
//! workloads/  the pipelines: their stages, inputs and rows; used by demos, plans and benchmarks
//! inputs/     sample sources: WAV files, text, raw samples, generated signals
//! demo/       a workload with its report
//! plan        the plan of a workload
//! bench/      the time of a workload
//! probe       measures the time per row of each stage
//! capped/     both orders under memory limits, and the on-board computers whose memory sizes are the limits
//! plot/       PNG files: spectrograms and benchmark results
//! codec/      encodes, decodes, checks and lists files
//! packets/    CCSDS space packets: splits, joins and lists them
//! report/     output: JSON, text charts, formatted numbers, resource usage
//! ```

mod bench;
mod capped;
mod cli;
mod codec;
mod demo;
mod error;
mod inputs;
mod library;
mod packets;
mod plan;
mod plot;
mod probe;
mod report;
mod workloads;

use bench::Workload;
use clap::{CommandFactory, FromArgMatches};
use cli::{Bench, Cli, Command, Demo, Packets, Planned};
use error::Result;
use report::program;
use std::process::ExitCode;

fn run(command: Command) -> Result<()> {
    library::version()?;
    match command {
        Command::Demo(Demo::Audio(args)) => demo::audio::run(&args),
        Command::Demo(Demo::Logs(args)) => demo::logs::run(&args),
        Command::Demo(Demo::Satcom(args)) => demo::satcom::run(&args),
        Command::Demo(Demo::Smoother(args)) => demo::smoother::run(&args),
        Command::Demo(Demo::Memory(args)) => demo::memory::run(&args),
        Command::Plan(Planned::Audio(args)) => plan::audio(&args),
        Command::Plan(Planned::Logs(args)) => plan::logs(&args),
        Command::Plan(Planned::Satcom(args)) => plan::satcom(&args),
        Command::Plan(Planned::Smoother(args)) => plan::smoother(&args),
        Command::Bench(Bench::Audio(args)) => bench::run(Workload::Audio, &args),
        Command::Bench(Bench::Logs(args)) => bench::run(Workload::Logs, &args),
        Command::Bench(Bench::Satcom(args)) => bench::run(Workload::Satcom, &args),
        Command::Bench(Bench::Sweep(args)) => bench::sweep(&args),
        Command::Bench(Bench::All(args)) => bench::all(&args),
        Command::Bench(Bench::Encode(args)) => bench::encode(&args),
        Command::Capped(args) => capped::run(&args),
        Command::Profile(args) => capped::profiles::list(args.name.as_deref()),
        Command::Plot(args) => plot::runs::draw(&args),
        Command::Encode(args) => codec::encode(&args),
        Command::Decode(args) => codec::decode(&args),
        Command::Verify(args) => codec::verify(&args),
        Command::Inspect(args) => codec::inspect(&args),
        Command::Packets(Packets::Split(args)) => packets::split(&args),
        Command::Packets(Packets::Join(args)) => packets::join(&args),
        Command::Packets(Packets::Inspect(args)) => packets::inspect(&args),
    }
}

/// The command line, for `--help`, manual pages and completions.
pub fn command(name: &'static str) -> clap::Command {
    Cli::command().name(name).bin_name(name)
}

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    library::limits_are_errors();
    let matches = command(program::name()).get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::complain(&format!("{}: {error}\n", program::name()));
            match () {
                () if error.is::<codec::Damage>() => ExitCode::from(3),
                () if error.is::<capped::NotPermitted>() => ExitCode::from(4),
                () => ExitCode::FAILURE,
            }
        }
    }
}
