//! The command line.

use crate::library::{Config, Mode};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Demos, plans and benches of libsqrtspace.
///
/// Exit codes: 0 success, 1 failure, 2 wrong usage.
#[derive(Parser, Debug)]
#[command(name = "driver", version, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Run a pipeline on real or generated input and report
    #[command(subcommand)]
    Demo(Demo),
    /// Say what a pipeline would take, without running it
    #[command(subcommand)]
    Plan(Planned),
    /// Run a pipeline over a file of raw little-endian f32 samples, for timing
    #[command(subcommand)]
    Bench(Bench),
}

#[derive(Subcommand, Debug)]
pub(crate) enum Demo {
    /// Strongest tone and spectral centroid of a recording: Hann window, spectrum, argmax, centroid
    Audio(DemoAudioArgs),
    /// A Kalman filter and the smoother behind it in budgets of many sizes: memory against work done again
    Smoother(SmootherArgs),
}

#[derive(Subcommand, Debug)]
pub(crate) enum Planned {
    /// The plan of the audio demo
    Audio(AudioArgs),
}

#[derive(Subcommand, Debug)]
pub(crate) enum Bench {
    /// Audio: window 4096, hop 1024; the sums of argmax and of centroid
    Audio(BenchArgs),
    /// Logs: window 32768, hop 4096; the sum of p50, and of p95 with 10000 added for each p95 over 25
    Logs(BenchArgs),
    /// All workloads in all modes on generated input, each in a fresh process; one table
    All(TableArgs),
}

/// What every pipeline can be told.
#[derive(Args, Debug, Clone)]
pub(crate) struct Knobs {
    /// Order of work: the rows are the same bits in every mode
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) mode: Mode,
    /// Samples in a window [default: the workload's]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) window: Option<u64>,
    /// Samples from window to window [default: the workload's]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) hop: Option<u64>,
    /// Windows between checkpoints of stages with state; 0: the planner's choice
    #[arg(long, value_name = "K", default_value_t = 0)]
    pub(crate) checkpoint_every: u32,
    /// Bytes of the cache of finished rows, such as 64K; 0: none
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "0")]
    pub(crate) lru_bytes: u64,
    /// Most bytes of work memory, such as 512K or 2M; 0: no bound
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "0")]
    pub(crate) memory_budget: u64,
    /// Processor cache that blocks should fit; 0: the library's default
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "0")]
    pub(crate) cache_bytes: u64,
}

impl Knobs {
    /// The library's config, with the workload's own window and hop where none are given.
    pub(crate) fn config(&self, window: u64, hop: u64) -> Config {
        Config {
            window: self.window.unwrap_or(window),
            hop: self.hop.unwrap_or(hop),
            mode: self.mode,
            checkpoint_every: self.checkpoint_every,
            lru_bytes: self.lru_bytes,
            memory_budget_bytes: self.memory_budget,
            cache_bytes: self.cache_bytes,
        }
    }
}

#[derive(Args, Debug, Clone)]
pub(crate) struct AudioArgs {
    #[command(flatten)]
    pub(crate) knobs: Knobs,
    /// WAV file of 8 to 32-bit integers or 32-bit floats; `-`: standard input. Without it, a melody in noise is generated
    #[arg(long, value_name = "FILE.wav")]
    pub(crate) input: Option<PathBuf>,
    /// Channel to analyse, counted from 1; without it the mean of all channels
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..), requires = "input")]
    pub(crate) channel: Option<u16>,
    /// Most seconds of the recording; of the generated signal its length [default there: 60]
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub(crate) seconds: Option<f64>,
    /// One JSON object instead of the report
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct DemoAudioArgs {
    #[command(flatten)]
    pub(crate) audio: AudioArgs,
    /// Behind the report a table of the classic and the sqrt order, each in a process of its own
    #[arg(long, conflicts_with = "json")]
    pub(crate) compare: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct SmootherArgs {
    /// Most bytes of work memory, such as 64K; without it, a table over many budgets
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub(crate) budget: Option<u64>,
    /// Measurements, and rows of the smoother
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub(crate) rows: u64,
    /// One JSON object instead of the report
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct BenchArgs {
    #[command(flatten)]
    pub(crate) knobs: Knobs,
    /// File of raw little-endian f32 samples
    #[arg(long, value_name = "FILE.f32")]
    pub(crate) input: PathBuf,
    /// Print `samples wall_s user_s sys_s maxrss_KiB check1 check2` in one line
    #[arg(long)]
    pub(crate) line: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct TableArgs {
    /// Seconds of audio at 48 kHz (and as many samples of logs)
    #[arg(long, value_name = "S", value_parser = seconds, default_value = "120")]
    pub(crate) seconds: f64,
    /// Runs of each entry; the table has the medians
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
}

/// Bytes, with an optional K, M or G (powers of 1024).
fn bytes(text: &str) -> Result<u64, String> {
    let trimmed = text.trim_end_matches("iB").trim_end_matches('B');
    let (digits, unit) = match trimmed.chars().last() {
        Some('K' | 'k') => (&trimmed[..trimmed.len() - 1], 1 << 10),
        Some('M' | 'm') => (&trimmed[..trimmed.len() - 1], 1 << 20),
        Some('G' | 'g') => (&trimmed[..trimmed.len() - 1], 1 << 30),
        _ => (trimmed, 1u64),
    };
    let number: u64 = digits.parse().map_err(|_| "a number of bytes, such as 65536, 64K or 2M".to_string())?;
    number.checked_mul(unit).ok_or_else(|| "more bytes than there can be".to_string())
}

/// A length of time.
fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(s) if s > 0.0 && s <= 1e7 => Ok(s),
        _ => Err("a number of seconds above 0 and up to 10000000".to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn bytes_take_units() {
        assert_eq!(bytes("0"), Ok(0));
        assert_eq!(bytes("65536"), Ok(65536));
        assert_eq!(bytes("64K"), Ok(65536));
        assert_eq!(bytes("64KiB"), Ok(65536));
        assert_eq!(bytes("2M"), Ok(2 << 20));
        assert_eq!(bytes("1G"), Ok(1 << 30));
        for wrong in ["", "K", "1.5K", "-1", "99999999999999999999", "99999999999G", "1T"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
