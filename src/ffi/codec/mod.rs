//! The codec in C: options, files, coders in memory of the caller, jobs, and CCSDS 121.

mod area;
mod ccsds121;
mod ccsds121_params;
mod coder;
#[cfg(feature = "std")]
mod decode_file;
mod decode_options;
#[cfg(feature = "std")]
mod decode_stream;
mod decoder;
#[cfg(feature = "std")]
mod encode_file;
mod encode_options;
#[cfg(feature = "std")]
mod encode_stream;
mod encoder;
#[cfg(feature = "std")]
mod evaluate_file;
#[cfg(feature = "std")]
mod files;
mod format;
mod identity;
#[cfg(feature = "std")]
mod job;
mod progress;
#[cfg(feature = "std")]
mod recovered_file;
mod sink;
mod stats;
#[cfg(feature = "std")]
mod stream;

pub use ccsds121::*;
pub use ccsds121_params::*;
pub use coder::*;
#[cfg(feature = "std")]
pub use decode_file::*;
pub use decode_options::*;
#[cfg(feature = "std")]
pub use decode_stream::*;
pub use decoder::*;
#[cfg(feature = "std")]
pub use encode_file::*;
pub use encode_options::*;
#[cfg(feature = "std")]
pub use encode_stream::*;
pub use encoder::*;
#[cfg(feature = "std")]
pub use evaluate_file::*;
pub use format::*;
#[cfg(feature = "std")]
pub use job::*;
pub use progress::*;
#[cfg(feature = "std")]
pub use recovered_file::*;
pub use sink::*;
pub use stats::*;
#[cfg(feature = "std")]
pub use stream::*;
