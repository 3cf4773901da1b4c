//! Counts and times of an encoding run.

use crate::codec::stream::encoder::EncodeStats;
use std::time::Duration;

/// Counts so far, and the time spent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// Bytes and frames written.
    pub stats: EncodeStats,
    /// Whether the end frame was written.
    pub ended: bool,
    /// Time spent reading.
    pub reading: Duration,
    /// Time spent encoding, summed over all threads.
    pub encoding: Duration,
    /// Time spent writing.
    pub writing: Duration,
}
