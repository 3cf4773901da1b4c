//! Bits, most significant first, in a byte slice: by words as wide as the processor's.

#[cfg(not(target_pointer_width = "64"))]
pub use super::bits_narrow::{BitReader, BitWriter};
#[cfg(target_pointer_width = "64")]
pub use super::bits_wide::{BitReader, BitWriter};
