//! The C API. Functions check pointers, sizes and numbers, convert them to the Rust types, and convert results to
//! statuses and detail texts. No decision about pipelines is made here.
//!
//! Conventions: a function is named for the struct it works on; inputs come before outputs; `const` data is not
//! changed; outputs are written on success only, except counts, which are always written. `regions` compares the
//! memory of each call before its first write.
//!
//! `include/sqrtspace.h` is generated from these files and from `manual/`: `tests/header/header.rs` lists the chapters.
#![allow(unsafe_code)]
#![allow(clippy::missing_safety_doc, reason = "the header's chapters are the contract; headings would leak into it")]
#![allow(rustdoc::broken_intra_doc_links, reason = "@param[in] is Doxygen's, not a link")]
#![allow(non_camel_case_types, reason = "these are the names C sees")]

mod abi;
#[cfg(feature = "codec")]
mod codec;
mod elements;
mod event;
mod handle;
mod memory;
mod packet;
mod panic;
mod pipeline;
mod regions;
mod status;
mod structs;
mod version;
mod versioned;

pub use abi::*;
#[cfg(feature = "codec")]
pub use codec::*;
pub use elements::*;
pub use event::*;
pub use handle::sqs_pipeline;
pub use memory::*;
pub use packet::*;
pub use panic::*;
pub use pipeline::*;
pub use status::*;
pub use version::*;
