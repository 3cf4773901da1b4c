//! The codec in C: options, streams in memory of the caller, files, jobs, and CCSDS 121.

mod area;
mod ccsds121;
#[cfg(feature = "std")]
mod decode_file;
mod decoder;
#[cfg(feature = "std")]
mod encode_file;
mod encoder;
#[cfg(feature = "std")]
mod evaluate_file;
mod handle;
#[cfg(feature = "std")]
mod job;
mod options;
mod sink;
#[cfg(feature = "std")]
mod stream;
mod types;

pub use ccsds121::*;
#[cfg(feature = "std")]
pub use decode_file::*;
pub use decoder::*;
#[cfg(feature = "std")]
pub use encode_file::*;
pub use encoder::*;
#[cfg(feature = "std")]
pub use evaluate_file::*;
#[cfg(feature = "std")]
pub use job::*;
pub use sink::*;
pub use types::*;
