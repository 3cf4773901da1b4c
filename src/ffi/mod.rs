//! The C API: one file per noun. It checks pointers, sizes and numbers, turns them into what the Rust types take, and
//! turns results into statuses and detail texts. No decision about pipelines is made here.
//!
//! Conventions: a function is named after the struct it works on; inputs come before outputs; what is `const` is not
//! changed; outputs are written on success only, but for counts, which are always written.
#![allow(unsafe_code)]
#![allow(clippy::missing_safety_doc, reason = "the header's chapters are the contract; headings would leak into it")]
#![allow(non_camel_case_types, reason = "these are the names C sees")]

#[cfg(feature = "codec")]
mod codec;
mod handle;
mod memory;
mod panic;
mod pipeline;
mod structs;
mod types;
mod version;

#[cfg(feature = "codec")]
pub use codec::*;
pub use handle::sqs_pipeline;
pub use panic::*;
pub use pipeline::*;
pub use types::*;
pub use version::*;
