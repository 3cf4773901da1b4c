//! What is stored between calls: samples of pushed inputs, and rows that may be asked for again.

pub mod cache;
pub mod checkpoint;
pub mod checkpoints;
pub mod ring;
