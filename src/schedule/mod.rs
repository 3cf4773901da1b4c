//! Checkpointing as pure arithmetic: which states to keep and which step comes next. It has no memory and knows no
//! stages.
//!
//! [`binomial`] is the optimal schedule for a known number of steps, [`leaf`] its variant over tiles of rows,
//! [`doubling`] the placement of checkpoints in a stream of unknown length.

pub mod binomial;
pub mod doubling;
pub mod leaf;
