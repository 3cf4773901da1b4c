//! Arguments of `encode`, `decode`, `verify` and `inspect`.

use super::values::{bytes, format, frame_bytes, identity, range};
use clap::Args;

#[derive(Args, Debug, Clone)]
pub(crate) struct EncodeArgs {
    /// File to encode; `-`: standard input
    #[arg(value_name = "IN")]
    pub(crate) input: String,
    /// Encoded file; `-`: standard output (the report goes to standard error)
    #[arg(value_name = "OUT")]
    pub(crate) output: String,
    /// Sample type: auto (a WAV file or the data of a SigMF recording as its header describes it, anything else as
    /// bytes), wav, sigmf, bytes, i8, u8, i16, u16, i24, i32, u32, i64, f32 or f64. The suffix le (the default) or be
    /// sets the byte order, as in i16be
    #[arg(long, default_value = "auto", value_parser = format)]
    pub(crate) format: String,
    /// Number of interleaved channels; for bytes, the length of a packet [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub(crate) channels: Option<u32>,
    /// Bytes before the first sample, such as a header; they are encoded apart, so that rows begin after them
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub(crate) skip: Option<u64>,
    /// Replace OUT if it exists
    #[arg(long, short)]
    pub(crate) force: bool,
    /// Continue OUT, a stream that was cut off, as one stream: what is left of its last frame is overwritten
    #[arg(long, conflicts_with_all = ["force", "skip", "identity"])]
    pub(crate) append: bool,
    /// With --append: bytes of the original that were lost before IN; decoders report them as missing
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "0", requires = "append")]
    pub(crate) gap: u64,
    /// Encoding effort: 1 is the fastest and uses integers only, 9 gives the smallest output
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=9))]
    pub(crate) effort: u32,
    /// Codec of the frames; auto chooses one per frame. Frames that it does not shrink are stored
    #[arg(long, default_value = "auto", value_parser = ["auto", "glyph", "lz", "ccsds121", "stored"])]
    pub(crate) codec: String,
    /// Raw bytes per frame, 16K to 4M; 0: 32K for samples, 64K for bytes
    #[arg(long, value_name = "BYTES", value_parser = frame_bytes, default_value = "0")]
    pub(crate) frame_bytes: u64,
    /// Number of encoding threads; the output does not depend on it
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(crate) threads: u32,
    /// Frames per frame group; a frame may refer to earlier frames of its group. 1: frames are independent
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) restart_interval: u32,
    /// Bytes before a frame that it may refer to within its group, up to 4M; 0: 64K
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "0")]
    pub(crate) history: u64,
    /// Entries of the index in the end frame; readers of a range find its frames by the index. 0: no index
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) index: u32,
    /// Identity of the stream, decimal or 0x...: decoders take frames of one identity only. The same input and options
    /// give the same output for the same identity [default: drawn from the system's randomness]
    #[arg(long, value_name = "N", value_parser = identity)]
    pub(crate) identity: Option<u64>,
    /// Print one JSON object instead of the report
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct DecodeArgs {
    /// Encoded file; `-`: standard input
    #[arg(value_name = "IN")]
    pub(crate) input: String,
    /// Decoded file; `-`: standard output (the report goes to standard error)
    #[arg(value_name = "OUT")]
    pub(crate) output: String,
    /// Replace OUT if it exists
    #[arg(long, short)]
    pub(crate) force: bool,
    /// Decode what is intact in a damaged file and write zeros for missing bytes; the exit code is still 3
    #[arg(long)]
    pub(crate) recover: bool,
    /// Decode only bytes A to B - 1 of the original; A defaults to the start, B to the end. Without damage in it, a range
    /// of a file is found by the index or the headers, wherever it lies
    #[arg(long, value_name = "A..B", value_parser = range)]
    pub(crate) range: Option<(u64, u64)>,
    /// Read all streams that follow one another; without it, the first one
    #[arg(long)]
    pub(crate) all: bool,
    /// Decode the stream of this identity, decimal or 0x..., as `inspect` prints it
    #[arg(long, value_name = "N", value_parser = identity)]
    pub(crate) identity: Option<u64>,
    /// Print one JSON object instead of the report
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct VerifyArgs {
    /// Encoded file; `-`: standard input
    #[arg(value_name = "IN")]
    pub(crate) input: String,
    /// Read all streams that follow one another; without it, the first one
    #[arg(long)]
    pub(crate) all: bool,
    /// Print one JSON object instead of the report
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct InspectArgs {
    /// Encoded file; `-`: standard input
    #[arg(value_name = "IN")]
    pub(crate) input: String,
    /// Print one JSON object instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}
