//! The command line.

use crate::inputs::iq::Format;
use crate::library::{Config, Mode};
use clap::{Args, Parser, Subcommand};
use std::ffi::{CStr, CString};
use std::path::PathBuf;

/// Demos, plans and benches of libsqrtspace.
///
/// Exit codes: 0 success, 1 failure, 2 wrong usage, 3 an encoded stream is damaged, 4 memory cannot be capped here.
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
    /// Run a pipeline over generated samples or a file of raw ones, or encoders over any files, for timing
    #[command(subcommand)]
    Bench(Bench),
    /// Run both orders on the same input under caps of memory that the kernel enforces: in containers, or without
    Capped(CappedArgs),
    /// List the on-board computers whose memory the caps are
    Profile(ProfileArgs),
    /// Draw what a bench found
    Plot(PlotArgs),
    /// Encode a file: samples, a WAV file or any bytes
    Encode(EncodeArgs),
    /// Decode a file, or a range of it
    Decode(DecodeArgs),
    /// Check an encoded file, and list the bytes that are missing
    Verify(VerifyArgs),
    /// List the frames of an encoded file, with their codecs and what is damaged
    Inspect(InspectArgs),
}

#[derive(Args, Debug, Clone)]
pub(crate) struct EncodeArgs {
    /// File to encode; `-`: standard input
    #[arg(value_name = "IN")]
    pub(crate) input: String,
    /// Encoded file; `-`: standard output (the report then goes to standard error)
    #[arg(value_name = "OUT")]
    pub(crate) output: String,
    /// Samples: auto (a WAV file as its head says, else bytes), wav, bytes, i8, u8, i16, u16, i24, i32, u32, i64, f32,
    /// f64; le (the default) or be behind it says the byte order, as in i16be
    #[arg(long, default_value = "auto", value_parser = format)]
    pub(crate) format: String,
    /// Interleaved channels; with bytes the length of a packet [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub(crate) channels: Option<u32>,
    /// 1: fast, integers only; 5; 9: smallest
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=9))]
    pub(crate) effort: u32,
    /// Codec that frames may use
    #[arg(long, default_value = "auto", value_parser = ["auto", "glyph", "lz", "ccsds121", "stored"])]
    pub(crate) codec: String,
    /// Raw bytes of a frame, 16K to 4M; 0: 32K for samples, 64K for bytes
    #[arg(long, value_name = "BYTES", value_parser = frame_bytes, default_value = "0")]
    pub(crate) frame_bytes: u64,
    /// Threads that encode; the output is the same for any number
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(crate) threads: u32,
    /// Frames that context is carried across; 1: none
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) restart_interval: u32,
    /// Bytes before a frame that it may refer to where context is carried, up to 4M; 0: 64K
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "0")]
    pub(crate) history: u64,
    /// Entries of the index in the end frame, which lets readers of a range jump
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) index: u32,
    /// One JSON object instead of the report
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct DecodeArgs {
    /// Encoded file; `-`: standard input
    #[arg(value_name = "IN")]
    pub(crate) input: String,
    /// Decoded file; `-`: standard output (the report then goes to standard error)
    #[arg(value_name = "OUT")]
    pub(crate) output: String,
    /// Of a damaged file write what is sound, with zeros for what is missing; the exit code is 3 all the same
    #[arg(long)]
    pub(crate) recover: bool,
    /// Bytes A to B-1 of the original; without A from the start, without B to the end
    #[arg(long, value_name = "A..B", value_parser = range)]
    pub(crate) range: Option<(u64, u64)>,
    /// One JSON object instead of the report
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct VerifyArgs {
    /// Encoded file; `-`: standard input
    #[arg(value_name = "IN")]
    pub(crate) input: String,
    /// One JSON object instead of the report
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct InspectArgs {
    /// Encoded file; `-`: standard input
    #[arg(value_name = "IN")]
    pub(crate) input: String,
    /// One JSON object instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Demo {
    /// Strongest tone and spectral centroid of a recording: Hann window, spectrum, argmax, centroid
    Audio(DemoAudioArgs),
    /// When a service became slow: quantiles and histogram of latencies, change detector, alerts
    Logs(LogsArgs),
    /// A weak drifting carrier and, with --deep, bursts: spectra, coherent sums, drift search, channels
    Satcom(SatcomArgs),
    /// A Kalman filter and the smoother behind it in budgets of many sizes: memory against work done again
    Smoother(SmootherArgs),
    /// Peak memory of encoding and decoding against the size of the file, each in a process of its own
    Memory(MemoryArgs),
}

#[derive(Subcommand, Debug)]
pub(crate) enum Planned {
    /// The plan of the audio demo
    Audio(PlanArgs<AudioArgs>),
    /// The plan of the logs demo
    Logs(PlanArgs<LogsArgs>),
    /// The plan of the satcom demo
    Satcom(PlanArgs<SatcomArgs>),
    /// The plan of the smoother
    Smoother(PlanArgs<SmootherArgs>),
}

#[derive(Subcommand, Debug)]
pub(crate) enum Bench {
    /// Audio: window 4096, hop 1024; the sums of argmax and of centroid
    Audio(BenchArgs),
    /// Logs: window 32768, hop 4096; the sum of p50, and of p95 with 10000 added for each p95 over 25
    Logs(BenchArgs),
    /// Satcom: window 16384, hop 4096; the sum of the 32 greatest magnitudes of the spectrum
    Satcom(BenchArgs),
    /// All workloads in all modes on generated input, each in a fresh process; one table
    All(TableArgs),
    /// Logs with their detectors while one thing is varied: distance of checkpoints, row cache, memory budget
    Sweep(SweepArgs),
    /// The codec beside what is installed of zstd, lz4, gzip and aec: ratio and processor time on the given files
    Encode(EncodersArgs),
}

/// A plan of what a demo would run.
#[derive(Args, Debug, Clone)]
pub(crate) struct PlanArgs<T: Args> {
    #[command(flatten)]
    pub(crate) demo: T,
    /// Times a few blocks of every stage first, and plans with what that gives
    #[arg(long)]
    pub(crate) probe: bool,
}

/// What every pipeline can be told.
#[derive(Args, Debug, Clone)]
pub(crate) struct PipelineArgs {
    /// Order of work: the rows are the same bits in every mode
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) mode: Mode,
    /// Samples in a window [default: the workload's]
    #[arg(long, visible_alias = "win", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) window: Option<u64>,
    /// Samples from window to window [default: the workload's]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) hop: Option<u64>,
    /// Windows between checkpoints of stages with state; 0: the planner's choice
    #[arg(long, value_name = "K", default_value_t = 0)]
    pub(crate) checkpoint_every: u64,
    /// Bytes of the cache of finished rows, such as 64K; 0: none
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "0")]
    pub(crate) lru_bytes: u64,
    /// Most bytes of work memory, such as 512K or 2M; 0: no bound
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "0")]
    pub(crate) memory_budget: u64,
    /// Processor cache that blocks should fit; 0: the library's default
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "0")]
    pub(crate) cache_bytes: u64,
    /// Memory budget and cache of this machine, where none are given: from the control group's limit, LLC_BYTES and the
    /// system. Where LLC_BYTES is set it is so anyway, but in classic mode
    #[arg(long)]
    pub(crate) host_defaults: bool,
    /// Directory for a file that takes the rows of the classic order: always without a budget, else where they exceed it
    #[arg(long, value_name = "DIR", value_parser = directory)]
    pub(crate) spill_dir: Option<&'static CStr>,
}

impl PipelineArgs {
    /// The library's config, with the workload's own window and hop where none are given.
    pub(crate) fn config(&self, window: u64, hop: u64) -> Config {
        Config {
            window: self.window.unwrap_or(window),
            hop: self.hop.unwrap_or(hop),
            channels: 1,
            mode: self.mode,
            checkpoint_every: self.checkpoint_every,
            lru_bytes: self.lru_bytes,
            memory_budget_bytes: self.memory_budget,
            cache_bytes: self.cache_bytes,
            from_host: self.host_defaults || (self.mode != Mode::Classic && std::env::var_os("LLC_BYTES").is_some()),
            spill_dir: self.spill_dir,
            costs: &[],
            held: 0,
        }
    }
}

#[derive(Args, Debug, Clone)]
pub(crate) struct AudioArgs {
    #[command(flatten)]
    pub(crate) args: PipelineArgs,
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
    /// Draw the spectrogram into a PNG
    #[arg(long, value_name = "OUT.png")]
    pub(crate) plot: Option<PathBuf>,
    /// Push the samples as a stream, save to FILE every so often, and go on from FILE if it is there: killed at any
    /// moment and started again, the run ends with the checksum of one that was never stopped
    #[arg(long, value_name = "FILE", conflicts_with_all = ["compare", "plot"])]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Rows from save to save
    #[arg(long, value_name = "WINDOWS", default_value_t = 256, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) save_every: u64,
    /// Save and stop when this run has made so many rows
    #[arg(long, value_name = "WINDOWS", requires = "checkpoint")]
    pub(crate) stop_after: Option<u64>,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct LogsArgs {
    #[command(flatten)]
    pub(crate) args: PipelineArgs,
    /// One number a line, or CSV; with --regex any log. Without it, latencies with spikes are generated
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// Column of a CSV file, by number or by name
    #[arg(long, value_name = "NAME", default_value = "1", requires = "input", conflicts_with = "regex")]
    pub(crate) column: String,
    /// What to take from a line: its first group, a number, or a time (then the seconds since the line before)
    #[arg(long, value_name = "REGEX", requires = "input")]
    pub(crate) regex: Option<String>,
    /// Latencies to generate [default: 2000000]
    #[arg(long, conflicts_with = "input", value_parser = clap::value_parser!(u64).range(600..=1 << 40))]
    pub(crate) n: Option<u64>,
    /// One JSON object instead of the report
    #[arg(long)]
    pub(crate) json: bool,
    /// Behind the report a table of the classic and the sqrt order, each in a process of its own
    #[arg(long, conflicts_with = "json")]
    pub(crate) compare: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct SatcomArgs {
    #[command(flatten)]
    pub(crate) args: PipelineArgs,
    /// File of raw samples. Without it, a carrier in noise is generated
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// Type of the numbers in the file
    #[arg(long, value_enum, default_value = "f32", requires = "input")]
    pub(crate) format: Format,
    /// Samples are real, not IQ
    #[arg(long)]
    pub(crate) real: bool,
    /// Samples a second of the file [default: 1000000]
    #[arg(long, value_name = "HZ", value_parser = hertz, requires = "input")]
    pub(crate) rate: Option<f64>,
    /// Most seconds of the file; of the generated signal its length [default there: 10]
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub(crate) seconds: Option<f64>,
    /// Look for bursts in 64 channels too
    #[arg(long)]
    pub(crate) deep: bool,
    /// One JSON object instead of the report
    #[arg(long)]
    pub(crate) json: bool,
    /// Behind the report a table of the classic and the sqrt order, each in a process of its own
    #[arg(long, conflicts_with = "json")]
    pub(crate) compare: bool,
}

/// Sizes of a bench.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Preset {
    /// The classic order needs little.
    Fit,
    /// It needs some hundred MiB or a part of that.
    Barely,
    /// As large as the comparisons with other programs.
    Spill,
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
pub(crate) struct MemoryArgs {
    /// Largest file, such as 64M
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "1000000000")]
    pub(crate) max: u64,
    /// 1: fast, integers only; 5; 9: smallest
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=9))]
    pub(crate) effort: u32,
    /// One JSON object instead of table and plot
    #[arg(long)]
    pub(crate) json: bool,
    /// A process of the demo: encodes so many bytes to standard output
    #[arg(long, hide = true, value_name = "BYTES")]
    pub(crate) encode_one: Option<u64>,
    /// A process of the demo: decodes standard input
    #[arg(long, hide = true, value_name = "BYTES")]
    pub(crate) decode_one: Option<u64>,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct EncodersArgs {
    /// Files to encode; what they hold is said by --format and --channels, or in the name: x_2ch.i16
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<String>,
    /// Samples, as for `encode` [default: of the name, else auto]
    #[arg(long, value_parser = format)]
    pub(crate) format: Option<String>,
    /// Interleaved channels [default: of the name, else 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub(crate) channels: Option<u32>,
    /// Runs of each; the table has the medians
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
    /// One JSON object instead of the table
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Comma-separated values instead of the table
    #[arg(long)]
    pub(crate) csv: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct BenchArgs {
    #[command(flatten)]
    pub(crate) args: PipelineArgs,
    /// File of raw little-endian f32 samples. Without it they are generated, which takes most of the time then
    #[arg(long, value_name = "FILE.f32")]
    pub(crate) input: Option<PathBuf>,
    /// Samples to generate [default: the preset's]
    #[arg(long, conflicts_with = "input", value_parser = clap::value_parser!(u64).range(1..=1 << 40))]
    pub(crate) n: Option<u64>,
    /// Window, hop and number of samples
    #[arg(long, value_enum)]
    pub(crate) preset: Option<Preset>,
    /// The stages of the demo, with all that it can look for, on real samples
    #[arg(long)]
    pub(crate) deep: bool,
    /// Times a few blocks of every stage first, and plans with what that gives
    #[arg(long)]
    pub(crate) probe: bool,
    /// Each mode in a fresh process; one table
    #[arg(long, conflicts_with = "line")]
    pub(crate) extreme: bool,
    /// How often; tables have the medians
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) iters: u32,
    /// Write the figures of every run as CSV, for `plot`
    #[arg(long, value_name = "OUT.csv")]
    pub(crate) csv: Option<PathBuf>,
    /// Write the generated samples into a file, and run nothing
    #[arg(long, value_name = "OUT.f32", conflicts_with_all = ["input", "extreme", "csv", "json", "line"])]
    pub(crate) write: Option<PathBuf>,
    /// One JSON object a run
    #[arg(long)]
    pub(crate) json: bool,
    /// Print `samples wall_s user_s sys_s maxrss_KiB check1 check2` in one line
    #[arg(long, conflicts_with = "json")]
    pub(crate) line: bool,
}

/// What a sweep varies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Over {
    /// Windows between checkpoints.
    K,
    /// Bytes of the row cache.
    Lru,
    /// Bytes of work memory.
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
    /// What is varied
    #[arg(long, value_enum)]
    pub(crate) over: Over,
    /// Latencies to generate
    #[arg(long, default_value_t = 2_000_000, value_parser = clap::value_parser!(u64).range(600..=1 << 40))]
    pub(crate) n: u64,
    /// Samples in a window
    #[arg(long, visible_alias = "win", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) window: Option<u64>,
    /// Samples from window to window
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) hop: Option<u64>,
    /// Ranges of rows asked for at each point of k and lru
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) ranges: u32,
    /// Write the figures as CSV, for `plot`
    #[arg(long, value_name = "OUT.csv")]
    pub(crate) csv: Option<PathBuf>,
    /// One JSON object a point
    #[arg(long)]
    pub(crate) json: bool,
}

impl SweepArgs {
    /// The bench that it repeats.
    pub(crate) fn bench(&self) -> BenchArgs {
        let args = PipelineArgs {
            mode: Mode::Sqrt,
            window: self.window,
            hop: self.hop,
            checkpoint_every: 0,
            lru_bytes: 0,
            memory_budget: 0,
            cache_bytes: 0,
            host_defaults: false,
            spill_dir: None,
        };
        BenchArgs {
            args,
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
pub(crate) struct PlotArgs {
    /// What `bench ... --csv` wrote
    #[arg(value_name = "FILE.csv")]
    pub(crate) input: PathBuf,
    /// The picture
    #[arg(short, long, value_name = "OUT.png")]
    pub(crate) output: PathBuf,
}

/// What is shown under caps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Show {
    /// Audio whose rows just fit into a RAD750's memory.
    Barely,
    /// Logs: p50 and p95 over 20 million samples, without a cap, in 384 MiB with swap, and in 8 MiB without.
    Spill,
    /// Audio whose rows are more than a GR712RC's memory.
    SpillLite,
    /// Ten minutes of audio in 384 MiB with swap; the planner's choice too.
    SpillAuto,
    /// Satcom whose spectra are more than a GR740's memory.
    Satcom,
}

/// Who holds the caps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum By {
    /// A Docker engine if one answers, else the script.
    Auto,
    Docker,
    /// docker/capped.sh: control groups by hand, or systemd-run.
    Script,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct CappedArgs {
    /// What is shown
    #[arg(value_enum)]
    pub(crate) show: Show,
    /// Less input and smaller caps
    #[arg(long)]
    pub(crate) quick: bool,
    /// Runs of each, in turn; the table has the medians
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) iters: u32,
    /// Processors, cache and memory of this computer (`profile`) instead of the demo's own
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Who holds the caps
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) by: By,
    /// Image with this program in it
    #[arg(long, default_value = "sqrtspace-driver")]
    pub(crate) image: String,
    /// What caps memory where no engine answers
    #[arg(long, value_name = "FILE", default_value = "docker/capped.sh")]
    pub(crate) script: PathBuf,
    /// Where input, CSV and PNG are written
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub(crate) out: PathBuf,
    /// Most that a whole process of the sqrt order may have resident
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "8M")]
    pub(crate) most: u64,
    /// Seconds after which a run is stopped
    #[arg(long, value_name = "S", default_value_t = 900, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) patience: u64,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct ProfileArgs {
    /// Print this one, with the source of each number
    pub(crate) name: Option<String>,
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
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
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

/// A directory, kept for as long as the program runs: the library wants its name as C has it.
fn directory(text: &str) -> Result<&'static CStr, String> {
    let path = CString::new(text).map_err(|_| "a path has no zero in it".to_string())?;
    Ok(Box::leak(path.into_boxed_c_str()))
}

/// A size of frames.
fn frame_bytes(text: &str) -> Result<u64, String> {
    match bytes(text)? {
        n if n == 0 || (16 << 10..=4 << 20).contains(&n) => Ok(n),
        _ => Err("16K to 4M, or 0".to_string()),
    }
}

/// A sample type.
fn format(text: &str) -> Result<String, String> {
    if !matches!(text, "auto" | "wav") {
        crate::codec::sample_type(text)?;
    }
    Ok(text.to_string())
}

/// A range of bytes.
fn range(text: &str) -> Result<(u64, u64), String> {
    let (from, to) = text.split_once("..").ok_or("A..B, such as 4096..8192")?;
    let from = if from.is_empty() { 0 } else { bytes(from)? };
    let to = if to.is_empty() { u64::MAX } else { bytes(to)? };
    if from < to { Ok((from, to)) } else { Err("the range is empty".to_string()) }
}

/// A length of time.
fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(s) if s > 0.0 && s <= 1e7 => Ok(s),
        _ => Err("a number of seconds above 0 and up to 10000000".to_string()),
    }
}

/// A rate.
fn hertz(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(hz) if hz > 0.0 && hz <= 1e12 => Ok(hz),
        _ => Err("samples a second: a number above 0 and up to 1e12".to_string()),
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
