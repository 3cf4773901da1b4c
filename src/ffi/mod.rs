//! The C API: one file per noun. It checks pointers, sizes and numbers, turns them into what the Rust types take, and
//! turns results into statuses and detail texts. No decision about pipelines is made here.
//!
//! Conventions: a function is named after the struct it works on; inputs come before outputs; what is `const` is not
//! changed; outputs are written on success only, but for counts, which are always written.
#![allow(unsafe_code)]
#![allow(clippy::missing_safety_doc, reason = "the header's chapters are the contract; headings would leak into it")]
#![allow(non_camel_case_types, reason = "these are the names C sees")]

#[cfg(feature = "stages")]
mod builtin;
mod callbacks;
#[cfg(feature = "codec")]
mod ccsds121;
mod checkpoint;
#[cfg(feature = "codec")]
mod codec_area;
#[cfg(feature = "codec")]
mod codec_handle;
#[cfg(all(feature = "codec", feature = "std"))]
mod codec_job;
#[cfg(feature = "codec")]
mod codec_options;
#[cfg(feature = "codec")]
mod codec_sink;
#[cfg(all(feature = "codec", feature = "std"))]
mod codec_stream;
#[cfg(feature = "codec")]
mod codec_types;
mod data;
#[cfg(all(feature = "codec", feature = "std"))]
mod decode_file;
#[cfg(feature = "codec")]
mod decoder;
#[cfg(all(feature = "codec", feature = "std"))]
mod encode_file;
#[cfg(feature = "codec")]
mod encoder;
mod evaluate;
#[cfg(all(feature = "codec", feature = "std"))]
mod evaluate_file;
mod graph;
mod handle;
#[cfg(feature = "std")]
mod host;
#[cfg(feature = "stages")]
mod kinds;
mod memory;
mod panic;
mod pipeline;
mod plan;
#[cfg(feature = "std")]
mod source_file;
mod stats;
mod structs;
mod types;
mod version;

#[cfg(feature = "stages")]
pub use builtin::*;
#[cfg(feature = "codec")]
pub use ccsds121::*;
pub use checkpoint::*;
#[cfg(all(feature = "codec", feature = "std"))]
pub use codec_job::*;
#[cfg(feature = "codec")]
pub use codec_sink::*;
#[cfg(feature = "codec")]
pub use codec_types::*;
pub use data::*;
#[cfg(all(feature = "codec", feature = "std"))]
pub use decode_file::*;
#[cfg(feature = "codec")]
pub use decoder::*;
#[cfg(all(feature = "codec", feature = "std"))]
pub use encode_file::*;
#[cfg(feature = "codec")]
pub use encoder::*;
pub use evaluate::*;
#[cfg(all(feature = "codec", feature = "std"))]
pub use evaluate_file::*;
pub use graph::*;
pub use handle::sqs_pipeline;
#[cfg(feature = "std")]
pub use host::*;
#[cfg(feature = "stages")]
pub use kinds::*;
pub use panic::*;
pub use pipeline::*;
pub use plan::*;
#[cfg(feature = "std")]
pub use source_file::*;
pub use stats::*;
pub use types::*;
pub use version::*;
