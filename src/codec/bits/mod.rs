//! Bit I/O of payloads, most significant bit first: [`BitWriter`] and [`BitReader`].
//!
//! There are two variants, `wide` for processors with 64-bit registers and `narrow` for all other processors. Both
//! write the same bytes; each is the faster one on its processors.

#[cfg(any(test, not(target_pointer_width = "64")))]
mod narrow;
#[cfg(any(test, target_pointer_width = "64"))]
mod wide;

#[cfg(not(target_pointer_width = "64"))]
pub use narrow::{BitReader, BitWriter};
#[cfg(target_pointer_width = "64")]
pub use wide::{BitReader, BitWriter};
