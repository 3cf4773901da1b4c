//! Memory given by the caller, handed out as typed, bounded, disjoint pieces.
//!
//! This module, `simd` and `ffi` are the only places with `unsafe`. Nothing here allocates.
#![allow(unsafe_code)]

mod append;
mod carve;
mod fixed;
mod inline;
mod pod;
mod slide;
#[cfg(all(feature = "std", target_os = "linux"))]
mod spill;
mod work;

pub use append::append;
pub use carve::{Carver, Layout};
pub use fixed::FixedVec;
pub use inline::Inline;
pub use pod::{Complex32, Pod, cast, cast_mut, recast_mut};
pub use slide::Slide;
#[cfg(all(feature = "std", target_os = "linux"))]
pub use spill::{Mapping, SpillDir};
pub use work::{Span, Work};
