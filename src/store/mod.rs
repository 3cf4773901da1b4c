//! What is stored between calls: samples of pushed inputs, and rows that may be asked for again.

pub mod cache;
pub mod checkpoints;
pub mod input_buffer;
pub mod queue;
pub mod state_slots;
