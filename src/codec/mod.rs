//! Lossless codec for sample streams and bytes, in self-contained frames.
//!
//! A stream is a series of frames ([`container::frame`]). Each frame states which bytes of the original it holds, and
//! can be decoded alone or with the frames of its group. The payload codec is chosen per frame ([`select`]): stored,
//! numeric planes ([`numeric`]), [`lz`], [`ccsds121`] or space packets (`packets`). `docs/formats/container.md` specifies the format.
//!
//! [`stream`] encodes and decodes a stream in pieces, [`whole`] a whole file on a host. Except in `whole`, nothing here
//! allocates, recurses or panics: all memory comes from the caller.

pub mod bits;
pub mod ccsds121;
pub mod container;
pub mod lz;
pub mod numeric;
pub mod options;
mod packets;
pub mod select;
pub mod stream;
#[cfg(feature = "std")]
pub mod whole;
mod word_writer;

/// What a call of `step` is to output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flow {
    /// More input will follow.
    Continue,
    /// More input will follow; output everything consumed so far, up to the last whole row.
    Flush,
    /// No input follows.
    End,
}

/// What the next call of `step` needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    /// More input.
    Input,
    /// More room in the output, or just another call.
    Output,
    /// Nothing: the stream is complete.
    Done,
}

/// How much a call of [`stream::encoder::Encoder::step`] processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepResult {
    /// Bytes consumed from the input.
    pub consumed: usize,
    /// Bytes written to the output.
    pub written: usize,
    /// What the next call needs.
    pub progress: Progress,
}
