//! Lossless coding of samples and bytes, in memory that the caller gives.

pub mod ccsds121;
pub mod lz;
