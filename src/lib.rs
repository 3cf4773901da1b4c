//! libsqrtspace: windowed pipelines over long sample streams, and a lossless codec, in a fixed amount of memory.
//!
//! **The supported interface is the C API** in `include/sqrtspace.h`, which the module [`ffi`] implements. The Rust
//! modules are not: they are public only for the project's own tests, benches, fuzz targets and driver, and may change
//! in any version.
//!
//! Samples are cut into overlapping windows; a graph of stages computes rows from them. The same kernels run in two
//! orders with bit-identical results. The *classic* order computes all rows of one stage after another. The *sqrt*
//! order computes blocks of windows through all stages, in buffers whose sizes are known before anything runs.
//!
//! `docs/ARCHITECTURE.md` lists the layers: each module and the modules that it may use. `tests/project/layers.rs`
//! checks every import against that list.
//!
//! Only `mem`, `simd` and `ffi` contain `unsafe`. Lint rules keep the library free of panics: no unwrap, no indexing,
//! no unchecked arithmetic on sizes and positions.
#![no_std]
#![deny(unsafe_code)]
// The square root in `core`: see util::root.
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
pub(crate) mod limits;
pub mod mem;
pub mod packet;
pub mod pipeline;
pub mod plan;
pub mod schedule;
pub mod series;
pub mod simd;
#[cfg(feature = "stages")]
pub mod stages;
pub mod status;
pub mod store;
pub mod util;
