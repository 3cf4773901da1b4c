//! Arguments of `packets`.

use super::values::bytes;
use clap::{Args, Subcommand};

/// `packets split`, `join` and `inspect`.
#[derive(Subcommand, Debug)]
pub(crate) enum Packets {
    /// Split a file into space packets: an encoded file frame by frame, anything else in units of equal length
    Split(SplitArgs),
    /// Join the units of one application process
    Join(JoinArgs),
    /// List application processes, packet lengths and gaps in sequence counts
    Inspect(PacketsArgs),
}

/// What the packets of an application process have in common.
#[derive(Args, Debug, Clone)]
pub(crate) struct Common {
    /// Application process identifier
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=2047))]
    pub(crate) apid: u32,
    /// Packets end with a checksum of two bytes
    #[arg(long)]
    pub(crate) crc: bool,
    /// Commands instead of telemetry
    #[arg(long)]
    pub(crate) command: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct SplitArgs {
    /// File to split; `-`: standard input
    #[arg(value_name = "IN")]
    pub(crate) input: String,
    /// File of packets; `-`: standard output
    #[arg(value_name = "OUT")]
    pub(crate) output: String,
    /// Replace OUT if it exists
    #[arg(long, short)]
    pub(crate) force: bool,
    /// Maximum size of a packet
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "65542")]
    pub(crate) max_bytes: u64,
    /// Bytes of a unit, such as a row; 0: the frames of an encoded file, 4096 bytes of anything else
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "0")]
    pub(crate) unit: u64,
    /// Begin each packet with a secondary header: the time as CUC, 4 bytes of seconds since 1970 and 2 of fractions
    #[arg(long)]
    pub(crate) time: bool,
    /// Sequence count of the first packet
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=16383))]
    pub(crate) sequence: u32,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct JoinArgs {
    /// File of packets; `-`: standard input
    #[arg(value_name = "IN")]
    pub(crate) input: String,
    /// The units, one after another; `-`: standard output
    #[arg(value_name = "OUT")]
    pub(crate) output: String,
    /// Replace OUT if it exists
    #[arg(long, short)]
    pub(crate) force: bool,
    /// Size of the secondary header of packets that have one
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "0")]
    pub(crate) secondary: u64,
    /// Maximum size of a unit; longer ones are lost
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "8M")]
    pub(crate) max_unit: u64,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct PacketsArgs {
    /// File of packets; `-`: standard input
    #[arg(value_name = "FILE")]
    pub(crate) input: String,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}
