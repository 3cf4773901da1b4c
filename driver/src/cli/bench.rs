//! Arguments of `bench`, `plot`, `capped` and `profile`.

use super::pipeline::PipelineArgs;
use super::values::{bytes, format, seconds};
use crate::library::Mode;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Subcommand, Debug)]
pub(crate) enum Bench {
    /// Audio: window 4096, hop 1024; checks: the sums of argmax and of centroid
    Audio(BenchArgs),
    /// Logs: window 32768, hop 4096; checks: the sum of p50, and the sum of p95 plus 10000 for each p95 above 25
    Logs(BenchArgs),
    /// Satcom: window 16384, hop 4096; check: the sum of the 32 largest magnitudes of each spectrum
    Satcom(BenchArgs),
    /// All workloads in all modes on generated input, each run in a separate process; one table
    All(TableArgs),
    /// Logs with the detectors of the demo while one parameter varies: checkpoint distance, row cache or memory budget
    Sweep(SweepArgs),
    /// The codec compared with zstd, lz4, gzip and aec where installed: ratio and CPU time on the given files
    Encode(EncodersArgs),
}

/// Input sizes of a benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Preset {
    /// The classic order needs tens of MiB.
    Fit,
    /// The classic order needs up to a few hundred MiB.
    Barely,
    /// The size of the comparisons with other programs; the classic order needs most of a small computer's memory.
    Spill,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct BenchArgs {
    #[command(flatten)]
    pub(crate) args: PipelineArgs,
    /// File of raw little-endian f32 samples. Default: generated samples; generating them then uses most of the time
    #[arg(long, value_name = "FILE.f32")]
    pub(crate) input: Option<PathBuf>,
    /// Number of samples to generate [default: that of the preset]
    #[arg(long, conflicts_with = "input", value_parser = clap::value_parser!(u64).range(1..=1 << 40))]
    pub(crate) n: Option<u64>,
    /// Set the window, the hop and the number of samples
    #[arg(long, value_enum)]
    pub(crate) preset: Option<Preset>,
    /// Run all stages of the demo, on real samples
    #[arg(long)]
    pub(crate) deep: bool,
    /// Measure the time per row of every stage first, and plan with the result
    #[arg(long)]
    pub(crate) probe: bool,
    /// Run each mode in a separate process and print one table
    #[arg(long, conflicts_with = "line")]
    pub(crate) extreme: bool,
    /// Number of runs; tables show medians
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) iters: u32,
    /// Write the figures of every run to a CSV file for `plot`
    #[arg(long, value_name = "OUT.csv")]
    pub(crate) csv: Option<PathBuf>,
    /// Write the generated samples to a file instead of running the pipeline
    #[arg(long, value_name = "OUT.f32", conflicts_with_all = ["input", "extreme", "csv", "json", "line"])]
    pub(crate) write: Option<PathBuf>,
    /// Print one JSON object per run
    #[arg(long)]
    pub(crate) json: bool,
    /// Print `samples wall_s user_s sys_s maxrss_KiB check1 check2` on one line
    #[arg(long, conflicts_with = "json")]
    pub(crate) line: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct TableArgs {
    /// Seconds of audio at 48 kHz; logs and satcom get the same number of samples
    #[arg(long, value_name = "S", value_parser = seconds, default_value = "120")]
    pub(crate) seconds: f64,
    /// Runs per entry; the table shows medians
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
}

/// The parameter that a sweep varies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Over {
    /// Windows between checkpoints.
    K,
    /// Size of the row cache.
    Lru,
    /// Memory budget.
    Budget,
}

impl Over {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Over::K => "k",
            Over::Lru => "lru",
            Over::Budget => "budget",
        }
    }
}

#[derive(Args, Debug, Clone)]
pub(crate) struct SweepArgs {
    /// Parameter to vary
    #[arg(long, value_enum)]
    pub(crate) over: Over,
    /// Number of latencies to generate
    #[arg(long, default_value_t = 2_000_000, value_parser = clap::value_parser!(u64).range(600..=1 << 40))]
    pub(crate) n: u64,
    /// Samples per window
    #[arg(long, visible_alias = "win", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) window: Option<u64>,
    /// Samples between the starts of consecutive windows
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) hop: Option<u64>,
    /// Number of row ranges evaluated at each point of a sweep over k or lru
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) ranges: u32,
    /// Write the figures to a CSV file for `plot`
    #[arg(long, value_name = "OUT.csv")]
    pub(crate) csv: Option<PathBuf>,
    /// Print one JSON object per point
    #[arg(long)]
    pub(crate) json: bool,
}

impl SweepArgs {
    /// The arguments of the benchmark that the sweep repeats.
    pub(crate) fn bench(&self) -> BenchArgs {
        BenchArgs {
            args: PipelineArgs::of(Mode::Sqrt, self.window, self.hop),
            input: None,
            n: Some(self.n),
            preset: None,
            deep: true,
            probe: false,
            extreme: false,
            iters: 1,
            csv: None,
            write: None,
            json: false,
            line: false,
        }
    }
}

#[derive(Args, Debug, Clone)]
pub(crate) struct EncodersArgs {
    /// Files to encode. Their sample type and channels come from --format and --channels, or from a name such as
    /// x_2ch.i16
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<String>,
    /// Sample type, as for `encode` [default: from the file name, else auto]
    #[arg(long, value_parser = format)]
    pub(crate) format: Option<String>,
    /// Number of interleaved channels [default: from the file name, else 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub(crate) channels: Option<u32>,
    /// Runs per encoder; the table shows medians
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
    /// Print one JSON object instead of the table
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Print comma-separated values instead of the table
    #[arg(long)]
    pub(crate) csv: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct PlotArgs {
    /// CSV file written by `bench ... --csv`
    #[arg(value_name = "FILE.csv")]
    pub(crate) input: PathBuf,
    /// File to write: SVG if its name ends in .svg, else PNG
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

/// A demo under memory limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Show {
    /// Audio whose rows just fit into the memory of a RAD750.
    Barely,
    /// Logs: p50 and p95 of 20 million samples, without a limit, in 384 MiB with swap, and in 8 MiB without swap.
    Spill,
    /// Audio whose rows exceed the memory of a GR712RC.
    SpillLite,
    /// Ten minutes of audio in 384 MiB with swap, also in the mode that the planner chooses.
    SpillAuto,
    /// Satcom whose spectra exceed the memory of a GR740.
    Satcom,
}

/// How the memory limits are enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum By {
    /// By a Docker engine if one responds, else by the script.
    Auto,
    /// By a Docker engine.
    Docker,
    /// By docker/capped.sh, which uses control groups or systemd-run.
    Script,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct CappedArgs {
    /// Demo to run
    #[arg(value_enum)]
    pub(crate) show: Show,
    /// Use a smaller input and lower limits
    #[arg(long)]
    pub(crate) quick: bool,
    /// Runs per mode and limit; the table shows medians
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) iters: u32,
    /// Use the CPUs, the cache and the memory of this computer (see `profile`) instead of the demo's
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// How the memory limits are enforced
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) by: By,
    /// Docker image that contains this program
    #[arg(long, default_value = "sqrtspace-driver")]
    pub(crate) image: String,
    /// Script that enforces the limits if no Docker engine responds
    #[arg(long, value_name = "FILE", default_value = "docker/capped.sh")]
    pub(crate) script: PathBuf,
    /// Directory for the input, the CSV file and the PNG file
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub(crate) out: PathBuf,
    /// Maximum resident memory of a process in the sqrt order; more is a failure
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "8M")]
    pub(crate) most: u64,
    /// Time limit per run in seconds
    #[arg(long, value_name = "S", default_value_t = 900, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) patience: u64,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct ProfileArgs {
    /// Print only this profile, with the source of each number
    pub(crate) name: Option<String>,
}
