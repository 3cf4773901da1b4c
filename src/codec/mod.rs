//! Lossless coding of sample streams and bytes in self-contained frames.
//!
//! A stream is frames (see [`frame`]); each says which bytes of the original it holds and can be decoded alone. What
//! is in a frame is chosen per frame: stored, numeric planes, LZ, CCSDS 121. The format is specified in
//! `docs/FORMAT.md`. All memory comes from the caller; nothing here allocates, recurses or panics.

pub mod bits;
#[cfg(any(test, not(target_pointer_width = "64")))]
mod bits_narrow;
#[cfg(any(test, target_pointer_width = "64"))]
mod bits_wide;
pub mod boundary;
pub mod ccsds121;
pub mod choose;
pub mod decoder;
mod detect;
pub mod encoder;
pub mod format;
pub mod frame;
pub mod glyph;
pub mod holes;
pub mod index;
pub mod lz;
pub mod numeric;
#[cfg(feature = "std")]
pub mod parallel;
mod place;
mod reference;
#[cfg(feature = "std")]
pub mod restore;
#[cfg(feature = "std")]
mod seek;
pub mod tally;
pub mod varint;
mod work;

/// How hard the encoder tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effort {
    /// Effort 1. Integers only: fixed predictors and Rice codes.
    Fast,
    /// Effort 5, the default.
    Default,
    /// Effort 9. The smallest output, whatever time it takes.
    Best,
}

impl Effort {
    /// The effort of a level from 1 to 9: 1 to 2, 3 to 6, 7 to 9.
    #[must_use]
    pub const fn from_level(level: u32) -> Option<Self> {
        match level {
            1..=2 => Some(Effort::Fast),
            3..=6 => Some(Effort::Default),
            7..=9 => Some(Effort::Best),
            _ => None,
        }
    }
}

/// What is asked of a call of `step`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flow {
    /// More input will follow.
    Continue,
    /// More input will follow; put out everything that was taken so far, up to the last whole row.
    Flush,
    /// No input follows.
    End,
}

/// What a call of `step` waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    /// More input.
    Input,
    /// More room in the output, or another call.
    Output,
    /// Nothing: the stream is complete.
    Done,
}

/// How far a call of [`encoder::Encoder::step`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Bytes taken from the input.
    pub consumed: usize,
    /// Bytes put into the output.
    pub written: usize,
    /// What to do next.
    pub progress: Progress,
}
