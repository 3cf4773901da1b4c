//! Space packets on the command line: split, join, inspect. Format: docs/formats/packets.md.

mod inspect;
mod split;

pub(crate) use inspect::inspect;
pub(crate) use split::{join, split};
