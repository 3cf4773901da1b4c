//! Streams in pieces, in the caller's memory: the encoder ([`encoder`]), the decoder ([`decoder`]), their memory
//! ([`memory`]), the missing ranges of a damaged stream ([`holes`]) and counts of what frames contain ([`tally`]).

mod choice;
mod coded_input;
mod decode_stats;
mod decoded;
pub mod decoder;
pub mod encoder;
mod foreign;
pub mod frame_buffer;
pub mod holes;
pub mod memory;
pub mod tally;
