//! Arguments of `demo` and `plan`.

use super::pipeline::PipelineArgs;
use super::values::{bytes, decimal, delimiter, hertz, raw_format, seconds};
use crate::inputs::recording::Raw;
use crate::inputs::text::Times;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Subcommand, Debug)]
pub(crate) enum Demo {
    /// Find the strongest tone and the spectral centroid of a recording: Hann window, spectrum, argmax, centroid
    Audio(DemoAudioArgs),
    /// Find when a service became slow: quantiles and histogram of latencies, change detector, alerts
    Logs(DemoArgs<LogsArgs>),
    /// Find a weak drifting carrier and, with --deep, bursts: spectra, coherent sums, drift search, channels
    Satcom(DemoArgs<SatcomArgs>),
    /// Run a Kalman filter and smoother with many memory budgets: memory against recomputation
    Smoother(DemoArgs<SmootherArgs>),
    /// Compare the peak memory of encoding and decoding with the file size, each in a separate process
    Memory(MemoryArgs),
}

#[derive(Subcommand, Debug)]
pub(crate) enum Planned {
    /// Plan the audio demo
    Audio(PlanArgs<AudioArgs>),
    /// Plan the logs demo
    Logs(PlanArgs<LogsArgs>),
    /// Plan the satcom demo
    Satcom(PlanArgs<SatcomArgs>),
    /// Plan the smoother demo with rows in reverse order
    Smoother(PlanArgs<SmootherArgs>),
}

/// Arguments of a demo, and what it draws.
#[derive(Args, Debug, Clone)]
pub(crate) struct DemoArgs<T: Args> {
    #[command(flatten)]
    pub(crate) demo: T,
    #[command(flatten)]
    pub(crate) pictures: Pictures,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct Pictures {
    /// Draw the result to a file: SVG if its name ends in .svg, else PNG
    #[arg(long, value_name = "FILE")]
    pub(crate) plot: Option<PathBuf>,
    /// Write the report with its plot and its plan to an HTML file that needs no other file
    #[arg(long, value_name = "FILE.html")]
    pub(crate) report: Option<PathBuf>,
}

impl Pictures {
    /// Whether anything is drawn.
    pub(crate) fn wanted(&self) -> bool {
        self.plot.is_some() || self.report.is_some()
    }
}

/// Arguments of a plan: those of the demo, `--probe` and `--emit-c`.
#[derive(Args, Debug, Clone)]
pub(crate) struct PlanArgs<T: Args> {
    #[command(flatten)]
    pub(crate) demo: T,
    /// Measure the time per row of every stage first, and plan with the result
    #[arg(long)]
    pub(crate) probe: bool,
    /// Write the plan as a C array, for sqs_pipeline_seal_planned(); `-`: standard output, without the report
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub(crate) emit_c: Option<PathBuf>,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct AudioArgs {
    #[command(flatten)]
    pub(crate) args: PipelineArgs,
    /// WAV file of 8-bit to 32-bit integers or of floats, or a SigMF recording of real samples; `-`: standard input.
    /// Default: a generated melody in noise
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// Channel to analyze, counted from 1 [default: the mean of all channels]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..), requires = "input")]
    pub(crate) channel: Option<u16>,
    /// Length to analyze at most, or length of the generated melody [default: the whole file, or 60 s]
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub(crate) seconds: Option<f64>,
    /// Print one JSON object instead of the report
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct DemoAudioArgs {
    #[command(flatten)]
    pub(crate) audio: AudioArgs,
    /// Append a table that compares the classic and the sqrt order, each run in a separate process
    #[arg(long, conflicts_with = "json")]
    pub(crate) compare: bool,
    #[command(flatten)]
    pub(crate) pictures: Pictures,
    /// Push the samples as a stream, save its state to FILE periodically, and resume from FILE if it exists. A run that
    /// is killed at any moment and started again ends with the checksum of an uninterrupted run
    #[arg(long, value_name = "FILE", conflicts_with_all = ["compare", "plot", "report"])]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Rows between saves
    #[arg(long, value_name = "WINDOWS", default_value_t = 256, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) save_every: u64,
    /// Save and stop after this number of rows in this run
    #[arg(long, value_name = "WINDOWS", requires = "checkpoint")]
    pub(crate) stop_after: Option<u64>,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct LogsArgs {
    #[command(flatten)]
    pub(crate) args: PipelineArgs,
    /// File with one number per line, a CSV file or, with --regex, any log; `-`: standard input. Default: generated
    /// latencies with spikes
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// Column of a CSV file, by number (from 1) or name. Numbers and times are as with --regex
    #[arg(long, value_name = "NAME", default_value = "1", requires = "input", conflicts_with = "regex")]
    pub(crate) column: String,
    /// What to extract from a line: the first group of the expression, or else the whole match. A number is used as it
    /// is; a time, with or without a date, counts as the seconds since the previous match
    #[arg(long, value_name = "REGEX", requires = "input")]
    pub(crate) regex: Option<String>,
    /// Delimiter of a CSV file: one character, or tab [default: the first of tab, semicolon and comma in the first line]
    #[arg(long, value_name = "CHAR", value_parser = delimiter, requires = "input", conflicts_with = "regex")]
    pub(crate) delimiter: Option<u8>,
    /// Decimal separator: a point or a comma; the other one separates thousands [default: a point, or a comma where it
    /// cannot mean thousands]
    #[arg(long, value_name = "CHAR", value_parser = decimal, requires = "input")]
    pub(crate) decimal: Option<char>,
    /// Which texts are times
    #[arg(long, value_enum, default_value = "auto", requires = "input")]
    pub(crate) time: Times,
    /// Year of the first time, where times have none [default: that in which the file was written]
    #[arg(long, value_parser = clap::value_parser!(i16).range(1970..=9000), requires = "input")]
    pub(crate) year: Option<i16>,
    /// Refuse cells without a value and steps back in time, which are otherwise skipped or count as 0 s
    #[arg(long, requires = "input")]
    pub(crate) strict: bool,
    /// Number of latencies to generate [default: 2000000]
    #[arg(long, conflicts_with = "input", value_parser = clap::value_parser!(u64).range(600..=1 << 40))]
    pub(crate) n: Option<u64>,
    /// Print one JSON object instead of the report
    #[arg(long)]
    pub(crate) json: bool,
    /// Append a table that compares the classic and the sqrt order, each run in a separate process
    #[arg(long, conflicts_with = "json")]
    pub(crate) compare: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct SatcomArgs {
    #[command(flatten)]
    pub(crate) args: PipelineArgs,
    /// SigMF recording (.sigmf-meta or .sigmf-data), WAV file, or file of raw samples; `-`: standard input. Default: a
    /// generated carrier in noise
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// Type of the numbers of raw samples: u8, i8, u16, i16, i24, u32, i32, f32 or f64, with the suffix le (the
    /// default) or be; or a SigMF type such as ci16_le [default: as the file states, f32 for raw samples]
    #[arg(long, value_parser = raw_format, requires = "input")]
    pub(crate) format: Option<Raw>,
    /// Bytes before the first of raw samples
    #[arg(long, value_name = "BYTES", value_parser = bytes, requires = "input")]
    pub(crate) skip: Option<u64>,
    /// Raw samples are real instead of IQ
    #[arg(long)]
    pub(crate) real: bool,
    /// Sample rate of the file [default: as the file states, 1000000 for raw samples]
    #[arg(long, value_name = "HZ", value_parser = hertz, requires = "input")]
    pub(crate) rate: Option<f64>,
    /// Length to analyze at most, or length of the generated signal [default: the whole file, or 10 s]
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub(crate) seconds: Option<f64>,
    /// Also detect bursts in 64 channels
    #[arg(long)]
    pub(crate) deep: bool,
    /// Print one JSON object instead of the report
    #[arg(long)]
    pub(crate) json: bool,
    /// Append a table that compares the classic and the sqrt order, each run in a separate process
    #[arg(long, conflicts_with = "json")]
    pub(crate) compare: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct SmootherArgs {
    /// Maximum work memory, such as 64K [default: a table of many budgets]
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub(crate) budget: Option<u64>,
    /// Number of measurements, and of rows of the smoother
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub(crate) rows: u64,
    /// Print one JSON object instead of the report
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct MemoryArgs {
    /// Size of the largest file, such as 64M
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "1000000000")]
    pub(crate) max: u64,
    /// Encoding effort: 1 is the fastest and uses integers only, 9 gives the smallest output
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=9))]
    pub(crate) effort: u32,
    /// Print one JSON object instead of the table and the chart
    #[arg(long)]
    pub(crate) json: bool,
    /// Encode a generated recording of this size to standard output; used by the demo itself
    #[arg(long, hide = true, value_name = "BYTES")]
    pub(crate) encode_one: Option<u64>,
    /// Decode standard input and compare it with the recording; used by the demo itself
    #[arg(long, hide = true, value_name = "BYTES")]
    pub(crate) decode_one: Option<u64>,
}
