//! The pipeline in C: its life, its graph, plans, streams, evaluations, checkpoints and statistics.

#[cfg(feature = "stages")]
mod builtin;
mod callbacks;
mod checkpoint;
pub(in crate::ffi) mod evaluate;
mod graph;
#[cfg(feature = "std")]
mod host;
#[cfg(feature = "stages")]
mod kinds;
mod lifecycle;
pub(in crate::ffi) mod plan;
#[cfg(feature = "std")]
mod source_file;
mod stats;
mod stream;

#[cfg(feature = "stages")]
pub use builtin::*;
pub use checkpoint::*;
pub use evaluate::*;
pub use graph::*;
#[cfg(feature = "std")]
pub use host::*;
#[cfg(feature = "stages")]
pub use kinds::*;
pub use lifecycle::*;
pub use plan::*;
#[cfg(feature = "std")]
pub use source_file::*;
pub use stats::*;
pub use stream::*;
