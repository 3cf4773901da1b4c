//! Lossless coding of sample streams and bytes in self-contained frames.
//!
//! A stream is frames (see [`frame`]); each says which bytes of the original it holds and can be decoded alone. What
//! is in a frame is chosen per frame: stored, numeric planes, LZ, CCSDS 121. The format is specified in
//! `docs/formats/container.md`. All memory comes from the caller; nothing here allocates, recurses or panics.

pub mod bits;
pub mod ccsds121;
pub mod container;
pub mod lz;
pub mod numeric;
pub mod options;
pub mod select;
pub mod stream;
#[cfg(feature = "std")]
pub mod whole;

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
pub struct StepResult {
    /// Bytes taken from the input.
    pub consumed: usize,
    /// Bytes put into the output.
    pub written: usize,
    /// What to do next.
    pub progress: Progress,
}
