//! Utilities of all modules: big-endian bytes, square root, slices, text by value, arithmetic of unsigned integers.

pub mod bytes;
pub mod root;
pub mod slice;
pub mod text;
pub mod unsigned;
