//! Progress of a job: per stage the rows computed, per input the samples loaded, per piece of a sweep its bounds.

use crate::digest::Digest;

/// Progress of one stage. Of a reverse scan `next - first` rows are computed, the last ones of `first .. end`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    /// First row to compute.
    pub(super) first: u64,
    /// End (exclusive) of the rows to compute; `u64::MAX` where the end of the stream is not known.
    pub(super) end: u64,
    /// Next row to compute.
    pub(super) next: u64,
    /// Value of `next` when the block began.
    pub(super) mark: u64,
    /// The row at the start of the stage's buffer.
    pub(super) base: u64,
    /// Next row to deliver, for a target; `u64::MAX` where no row is delivered.
    pub(super) delivered: u64,
    /// The row for which the kept scratch is valid.
    pub(super) scratch_row: Option<u64>,
    /// In a sweep: the row at which the state is copied into the snapshot.
    pub(super) capture: Option<u64>,
}

impl Progress {
    /// Progress at the start of rows `first .. end`.
    pub(super) fn over(first: u64, end: u64) -> Progress {
        let (next, mark, base, delivered) = (first, first, first, first);
        Progress { first, end, next, mark, base, delivered, scratch_row: None, capture: None }
    }
}

/// The samples of a source that a job holds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Loaded {
    /// First sample held.
    pub(super) first: u64,
    /// End (exclusive) of the samples held.
    pub(super) end: u64,
    /// End (exclusive) of the windows that the job needs.
    pub(super) last_window: u64,
}

/// The rows of a stage that belong to a row of the target.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RowBounds {
    /// First row that the target rows from this one on need.
    pub(super) first: u64,
    /// End (exclusive) of the rows that the target rows before this one need.
    pub(super) end: u64,
}

/// The bounds of a stage's rows at the start and at the end of a piece.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PieceBounds {
    pub(super) start: RowBounds,
    pub(super) end: RowBounds,
}

impl PieceBounds {
    pub(super) fn digest(&self, d: &mut Digest) {
        d.words([self.start.first, self.start.end, self.end.first, self.end.end]);
    }

    pub(super) fn at(&mut self, edge: PieceEdge) -> &mut RowBounds {
        match edge {
            PieceEdge::Start => &mut self.start,
            PieceEdge::End => &mut self.end,
        }
    }
}

/// One of the two bounds of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PieceEdge {
    Start,
    End,
}
