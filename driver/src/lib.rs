//! Demos, plans and benches of libsqrtspace, over its C functions alone.
//!
//! ```text
//! cli         the command line
//! library     the library behind a safe wrapper: the one file with `unsafe`
//! workloads/  the pipelines: which stages, how a row is read; used by demos, plans and benches alike
//! inputs/     where samples come from: WAV files, text, raw samples, generated signals
//! demo/       a workload with its input and a report for people
//! plan, bench a workload's plan, or its time; probe: what its stages take
//! capped/     both orders under caps of memory, and the on-board computers whose memory that is
//! plot/       pictures: spectrograms, what benches found
//! codec/      files encoded, decoded, checked and listed
//! report/     JSON, charts, numbers for people, what the process used
//! ```

mod bench;
mod capped;
mod cli;
mod codec;
mod demo;
mod inputs;
mod library;
mod plan;
mod plot;
mod probe;
mod report;
mod workloads;

use bench::Workload;
use clap::{CommandFactory, FromArgMatches};
use cli::{Bench, Cli, Command, Demo, Planned};
use std::path::Path;
use std::process::ExitCode;

/// Anything that ends the program with exit code 1; with 3 where it is [`codec::Damage`], with 4 where it is
/// [`capped::NotPermitted`].
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

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
        Command::Capped(args) => capped::run(&args),
        Command::Profile(args) => capped::profiles::list(args.name.as_deref()),
        Command::Plot(args) => plot::runs::draw(&args),
        Command::Bench(Bench::All(args)) => bench::all(&args),
        Command::Bench(Bench::Encode(args)) => bench::encode(&args),
        Command::Encode(args) => codec::encode(&args),
        Command::Decode(args) => codec::decode(&args),
        Command::Verify(args) => codec::verify(&args),
        Command::Inspect(args) => codec::inspect(&args),
    }
}

/// The name the program was started by: `sqrtspace` where it is installed, else `driver`.
fn name() -> &'static str {
    let started = std::env::args_os().next();
    match started.as_deref().map(Path::new).and_then(Path::file_name) {
        Some(file) if file == "sqrtspace" => "sqrtspace",
        _ => "driver",
    }
}

/// The message of an error that this program printed in another process.
fn without_name(text: &str) -> &str {
    let text = text.trim();
    ["driver: ", "sqrtspace: "].iter().find_map(|name| text.strip_prefix(name)).unwrap_or(text)
}

/// The command line, for `--help`, manual pages and completions.
pub fn command(name: &'static str) -> clap::Command {
    Cli::command().name(name).bin_name(name)
}

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    let matches = command(name()).get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", name());
            match () {
                () if error.is::<codec::Damage>() => ExitCode::from(3),
                () if error.is::<capped::NotPermitted>() => ExitCode::from(4),
                () => ExitCode::FAILURE,
            }
        }
    }
}
