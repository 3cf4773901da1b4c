//! The place where the next scrub continues.

/// Parts of a round, in this order.
pub(super) const CHECKPOINTS: u32 = 0;
pub(super) const CACHE: u32 = 1;
pub(super) const INPUTS: u32 = 2;
pub(super) const QUEUES: u32 = 3;

/// Where the next scrub continues.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ScrubPlace {
    /// The part of the round; any number after the last part is the last part.
    pub(super) part: u32,
    /// The input or the output.
    pub(super) index: usize,
    /// The chunk of an input buffer, or the row of a queue.
    pub(super) next: u64,
    /// Rounds completed.
    pub(super) rounds: u64,
}
