//! Bits of a payload, most significant first: a reader and a writer for the width of the processor's registers.

#[cfg(any(test, not(target_pointer_width = "64")))]
mod narrow;
#[cfg(any(test, target_pointer_width = "64"))]
mod wide;

#[cfg(not(target_pointer_width = "64"))]
pub use narrow::{BitReader, BitWriter};
#[cfg(target_pointer_width = "64")]
pub use wide::{BitReader, BitWriter};
