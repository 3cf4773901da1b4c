//! What each stage has done: calls, rows, and the time they took by the caller's clock.

use crate::io::ClockBox;
use crate::util::unsigned::{Count, Unsigned};

/// Work done by one stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StageCounts {
    /// Calls.
    pub calls: u64,
    /// Rows computed.
    pub rows: u64,
    /// Bytes of these rows.
    pub bytes: u64,
    /// Nanoseconds in calls, by the caller's clock; 0 without one.
    pub time_ns: u64,
    /// The longest call in nanoseconds.
    pub max_call_ns: u64,
}

impl StageCounts {
    /// Counts a call that took `ns` nanoseconds.
    pub(super) fn add_call(&mut self, ns: u64) {
        self.calls = self.calls.wrapping_add(1);
        self.time_ns = self.time_ns.wrapping_add(ns);
        self.max_call_ns = self.max_call_ns.max_u64(ns);
    }

    /// Counts `rows` rows of `bytes` bytes.
    pub(super) fn add_rows(&mut self, rows: u64, bytes: u64) {
        self.rows = self.rows.wrapping_add(rows);
        self.bytes = self.bytes.wrapping_add(bytes);
    }
}

/// Runs `call` and returns its result, and the nanoseconds that it took; 0 without a clock, or if the clock went back.
pub(super) fn timed<R>(clock: Option<&ClockBox<'_>>, call: impl FnOnce() -> R) -> (R, u64) {
    let Some(clock) = clock else { return (call(), 0) };
    let start = clock.now();
    let result = call();
    (result, clock.now().sat_sub(start))
}
