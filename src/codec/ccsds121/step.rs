//! Result of one step of an encoder or decoder.

/// How much one step of an [`Encoder`](super::Encoder) or [`Decoder`](super::Decoder) processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepResult {
    /// Bytes consumed from the input.
    pub consumed: usize,
    /// Bytes written to the output.
    pub produced: usize,
    /// True when all output is written: further steps do nothing.
    pub done: bool,
}
