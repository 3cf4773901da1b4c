//! The command line: its commands and their arguments, parsed by clap. The help texts, the manual pages and the shell
//! completions come from the doc comments here.
//!
//! ```text
//! pipeline  arguments that every pipeline has
//! demo      arguments of `demo` and `plan`
//! bench     arguments of `bench`, `plot`, `capped` and `profile`
//! codec     arguments of `encode`, `decode`, `verify` and `inspect`
//! packets   arguments of `packets`
//! values    parsers of single values: sizes, ranges, times
//! ```

mod bench;
mod codec;
mod demo;
mod packets;
mod pipeline;
mod values;

pub(crate) use bench::{
    Bench, BenchArgs, By, CappedArgs, EncodersArgs, Over, PlotArgs, Preset, ProfileArgs, Show, SweepArgs, TableArgs,
};
pub(crate) use codec::{DecodeArgs, EncodeArgs, InspectArgs, VerifyArgs};
pub(crate) use demo::{
    AudioArgs, Demo, DemoArgs, DemoAudioArgs, LogsArgs, MemoryArgs, Pictures, PlanArgs, Planned, SatcomArgs,
    SmootherArgs,
};
pub(crate) use packets::{JoinArgs, Packets, PacketsArgs, SplitArgs};
pub(crate) use values::bytes;

use clap::{Parser, Subcommand};

/// Demos, plans and benchmarks of libsqrtspace, and its codec for files.
///
/// Exit codes: 0 success, 1 failure, 2 wrong usage, 3 damaged encoded stream, 4 memory limits are not permitted here.
#[derive(Parser, Debug)]
#[command(name = "driver", version, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Run a pipeline on real or generated input and print a report
    #[command(subcommand)]
    Demo(Demo),
    /// Report the memory and the work of a demo without running it
    #[command(subcommand)]
    Plan(Planned),
    /// Measure a pipeline on generated or raw samples, or encoders on files
    #[command(subcommand)]
    Bench(Bench),
    /// Run the classic and the sqrt order on the same input, each under memory limits that the kernel enforces
    Capped(CappedArgs),
    /// List the on-board computers whose memory sizes are used as limits
    Profile(ProfileArgs),
    /// Plot the results of a benchmark
    Plot(PlotArgs),
    /// Encode a file: raw samples, a WAV file or any bytes
    Encode(EncodeArgs),
    /// Decode a file or a range of it
    Decode(DecodeArgs),
    /// Check an encoded file and list missing bytes
    Verify(VerifyArgs),
    /// List the frames of an encoded file with their codecs and damage
    Inspect(InspectArgs),
    /// Split files into CCSDS space packets, join and list them
    #[command(subcommand)]
    Packets(Packets),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
