//! Streams, a call at a time, in memory of the caller: encoder, decoder, what is missing, and what was counted.

pub mod boundary;
pub mod decoder;
pub mod encoder;
pub mod holes;
pub mod memory;
pub mod tally;
