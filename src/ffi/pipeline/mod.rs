//! The pipeline in C: life cycle, graph, plans, streams, evaluations, checkpoints and statistics.

mod buffers;
#[cfg(feature = "stages")]
mod builtin;
mod callbacks;
mod change;
mod checkpoint;
mod config;
mod control;
pub(in crate::ffi) mod evaluate;
mod evaluate_to;
mod gaps;
#[cfg(feature = "std")]
mod host;
mod input;
#[cfg(feature = "stages")]
mod kinds;
mod lifecycle;
mod output;
#[cfg(feature = "stages")]
mod params;
mod plan;
mod push;
pub(in crate::ffi) mod request;
mod rows;
mod scrub;
pub(in crate::ffi) mod seal;
mod source;
#[cfg(feature = "std")]
pub(in crate::ffi) mod source_file;
mod stage;
mod stats;
mod waiting;

#[cfg(feature = "stages")]
pub use builtin::*;
pub use change::*;
pub use checkpoint::*;
pub use config::*;
pub use control::*;
pub use evaluate::*;
pub use evaluate_to::*;
pub use gaps::*;
#[cfg(feature = "std")]
pub use host::*;
pub use input::*;
#[cfg(feature = "stages")]
pub use kinds::*;
pub use lifecycle::*;
pub use output::*;
#[cfg(feature = "stages")]
pub use params::*;
pub use plan::*;
pub use push::*;
pub use request::*;
pub use rows::*;
pub use scrub::*;
pub use seal::*;
pub use source::*;
#[cfg(feature = "std")]
pub use source_file::*;
pub use stage::*;
pub use stats::*;
pub use waiting::*;
