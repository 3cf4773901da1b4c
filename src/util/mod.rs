//! Small things everything else stands on: checked arithmetic, text by value, big-endian bytes, CRC-32C, checks of tables, square root, slices.

pub mod bytes;
pub mod root;
pub mod slice;
pub mod text;
pub mod unsigned;
