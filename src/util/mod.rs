//! Utilities of all modules: big-endian bytes, sums over addresses, square root, slices, text by value, arithmetic of unsigned integers.

pub mod bytes;
pub mod places;
pub mod root;
pub mod slice;
pub mod text;
pub mod unsigned;
