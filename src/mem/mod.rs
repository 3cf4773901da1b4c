//! Memory of the caller, lent in typed, bounded, disjoint pieces.
//!
//! - [`Carver`] cuts the control area into tables ([`FixedVec`]); [`Layout`] computes its size beforehand.
//! - [`Work`] is the work area, of which a [`Span`] is a part.
//! - [`Block`] is memory that one value after another borrows.
//! - [`Inline`] stores a trait object in place; [`cast`] reads bytes as elements ([`Pod`]).
//!
//! Only this module, `simd` and `ffi` contain `unsafe`. Nothing here allocates on the heap.
#![allow(unsafe_code)]

mod append;
mod block;
mod carve;
#[cfg(feature = "std")]
mod file_calls;
#[cfg(feature = "std")]
mod file_limit;
mod fixed;
mod inline;
mod pod;
mod slide;
#[cfg(all(feature = "std", target_os = "linux"))]
mod spill;
#[cfg(feature = "std")]
mod thread_heap;
mod work;

pub use append::append;
pub use block::{Block, Borrower};
pub(crate) use carve::SHORT;
pub use carve::{Carver, Layout};
#[cfg(feature = "std")]
pub use file_calls::{link_file, link_target, lock_file, sync_file_system};
#[cfg(feature = "std")]
pub use file_limit::within_file_limit;
pub use fixed::FixedVec;
pub use inline::Inline;
pub(crate) use inline::inline_of;
pub use pod::{Complex32, Pod, cast, cast_mut, recast_mut};
pub use slide::Slide;
#[cfg(all(feature = "std", target_os = "linux"))]
pub use spill::{Mapping, SpillDir};
#[cfg(feature = "std")]
pub(crate) use thread_heap::heap_has_room;
pub use work::{Span, Work};
