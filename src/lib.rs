//! libsqrtspace: windowed pipelines over long sample streams, in a memory budget fixed before launch.
//!
//! Samples come in, are seen as overlapping windows, go through a graph of stages and come out as rows.
//! The same kernels run in two orders with the same bits as result: *classic* materialises every stage's rows
//! in turn; *sqrt* runs blocks of windows depth-first through the graph in buffers whose size is known before
//! anything runs.
//!
//! The layers, each using only what stands to its left:
//! ```text
//! status, limits, util  <-  mem, dtype  <-  kernel, io  <-  graph  <-  schedule  <-  store  <-  plan  <-  exec
//!   <-  pipeline  <-  ffi
//! simd uses nothing; util uses simd for CRC-32C; stages, codec, io use status, limits, util, mem, dtype, kernel and
//! simd, codec also io; pipeline finds stages; nothing imports ffi
//! ```
//! `unsafe` lives in `mem`, `simd` and `ffi` alone; the rest is free of panics by lint: no unwrap, no indexing,
//! no unchecked arithmetic on sizes and positions.
#![no_std]
#![deny(unsafe_code)]
// The square root of `core`: see util::root.
#![cfg_attr(all(not(feature = "std"), target_arch = "sparc"), feature(core_float_math))]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

#[cfg(any(feature = "std", test))]
extern crate std;

#[cfg(test)]
#[path = "../tests/support/amount.rs"]
mod amount;
pub mod checked;
#[cfg(feature = "codec")]
pub mod codec;
pub mod crc;
pub mod digest;
pub mod dtype;
pub mod exec;
pub mod ffi;
pub mod graph;
pub mod io;
pub mod kernel;
pub mod limits;
pub mod mem;
pub mod pipeline;
pub mod plan;
pub mod schedule;
pub mod simd;
#[cfg(feature = "stages")]
pub mod stages;
pub mod status;
pub mod store;
pub mod util;
