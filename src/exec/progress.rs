//! How far a job has come: per stage the rows computed, per input the samples loaded, per piece of a sweep its bounds.

use crate::digest::Digest;

/// How far a stage has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Track {
    /// First row wanted.
    pub(super) first: u64,
    /// One behind the last row wanted; `u64::MAX` where the end is not known.
    pub(super) end: u64,
    /// Next row to make.
    pub(super) next: u64,
    /// What `next` was when the block began.
    pub(super) mark: u64,
    /// The row at the start of its buffer.
    pub(super) base: u64,
    /// Next row to hand out, for a target.
    pub(super) handed: u64,
    /// The row its kept scratch is good for.
    pub(super) warm: Option<u64>,
    /// In a sweep: the row at which the state goes into the snapshot.
    pub(super) capture: Option<u64>,
}

impl Track {
    /// At the start of rows `first .. end`.
    pub(super) fn over(first: u64, end: u64) -> Track {
        Track { first, end, next: first, mark: first, base: first, handed: first, warm: None, capture: None }
    }
}

/// What a job holds of a source's samples.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Loaded {
    /// First sample held.
    pub(super) first: u64,
    /// One behind the last sample held.
    pub(super) end: u64,
    /// One behind the last window this job needs.
    pub(super) last_window: u64,
}

/// The rows of a stage at a row of the target.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bounds {
    /// The first row that target rows from there on need.
    pub(super) first: u64,
    /// One behind the last row that target rows before it need.
    pub(super) end: u64,
}

/// The rows of a stage where a piece begins, and where it ends.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ends {
    pub(super) from: Bounds,
    pub(super) to: Bounds,
}

impl Ends {
    /// All of it.
    pub(super) fn digest(&self, d: &mut Digest) {
        d.words([self.from.first, self.from.end, self.to.first, self.to.end]);
    }

    pub(super) fn at(&mut self, behind: bool) -> &mut Bounds {
        if behind { &mut self.to } else { &mut self.from }
    }
}
