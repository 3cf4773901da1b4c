//! Which states to keep, and what to do next: checkpointing as pure arithmetic, without memory and without stages.

pub mod binomial;
pub mod doubling;
pub mod leaf;
