//! Gaps of pushed inputs: ranges of samples that are known to be missing, in a table of fixed size.
//!
//! The samples of a gap have a value in the input buffer like all others, so that stages, checkpoints and repair work
//! on them unchanged. The table answers how many samples of a range are missing.

use crate::checked;
use crate::digest::Digest;
use crate::limits::MAX_INPUTS;
use crate::mem::{Carver, FixedVec};
use crate::status::Result;
use crate::util::places::PlaceSum;
use crate::util::unsigned::{Count, Unsigned};

/// A gap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    /// The input.
    pub input: usize,
    /// Its first sample that is missing.
    pub first: u64,
    /// End (exclusive) of the samples missing.
    pub end: u64,
}

/// Size in bytes of a table of `capacity` gaps.
pub fn bytes(capacity: usize) -> Result<usize> {
    checked::mul(capacity, size_of::<Gap>())
}

/// The gaps of all inputs, those of each input in ascending order and at least a sample apart.
#[derive(Debug, Default)]
pub struct GapTable<'m> {
    gaps: FixedVec<'m, Gap>,
    /// Per input, the end of the last gap that was released: what is missing before it is no longer known.
    forgotten: [u64; MAX_INPUTS],
}

impl<'m> GapTable<'m> {
    /// An empty table with room for `capacity` gaps.
    pub fn new(capacity: usize, carver: &mut Carver<'m>) -> Result<Self> {
        Ok(GapTable { gaps: carver.vec(capacity)?, forgotten: [0; MAX_INPUTS] })
    }

    /// Adds where the table is.
    pub(crate) fn places(&self, sum: &mut PlaceSum) {
        self.gaps.places(sum);
        sum.add(self.gaps.len());
    }

    /// Adds the gaps. Nothing without a table.
    pub fn digest(&self, d: &mut Digest) {
        if self.gaps.capacity() == 0 {
            return;
        }
        d.sizes([self.gaps.len()]);
        d.words(self.forgotten);
        self.gaps.iter().for_each(|g| d.words([checked::count(g.input), g.first, g.end]));
    }

    /// Maximum number of gaps.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.gaps.capacity()
    }

    /// The gaps held.
    #[must_use]
    pub fn held(&self) -> &[Gap] {
        &self.gaps
    }

    /// Samples of an input before this one may have been missing.
    #[must_use]
    pub fn forgotten(&self, input: usize) -> u64 {
        self.forgotten.get(input).copied().unwrap_or(0)
    }

    /// True if nothing is or was missing.
    #[must_use]
    pub fn is_unused(&self) -> bool {
        self.gaps.is_empty() && self.forgotten == [0; MAX_INPUTS]
    }

    /// The last gap of an input that ends with sample `at`, exclusive.
    fn open(&mut self, input: usize, at: u64) -> Option<&mut Gap> {
        self.gaps.iter_mut().find(|g| g.input == input && g.end == at)
    }

    /// True if a gap from sample `at` on fits: there is room, or it continues the last one.
    #[must_use]
    pub fn fits(&self, input: usize, at: u64) -> bool {
        self.gaps.len() < self.gaps.capacity() || self.gaps.iter().any(|g| g.input == input && g.end == at)
    }

    /// Adds a gap that is not before the last one of its input. False if the table is full.
    pub fn add(&mut self, gap: Gap) -> bool {
        if gap.first >= gap.end {
            return true;
        }
        match self.open(gap.input, gap.first) {
            Some(open) => open.end = gap.end,
            None => return self.gaps.push(gap).is_ok(),
        }
        true
    }

    /// Removes the gaps of an input that end at or before sample `before`.
    pub fn release(&mut self, input: usize, before: u64) {
        let mut kept = 0usize;
        for i in 0..self.gaps.len() {
            let Some(gap) = self.gaps.get(i).copied() else { break };
            if gap.input == input && gap.end <= before {
                if let Some(forgotten) = self.forgotten.get_mut(input) {
                    *forgotten = (*forgotten).max_u64(gap.end);
                }
                continue;
            }
            if let Some(slot) = self.gaps.get_mut(kept) {
                *slot = gap;
            }
            kept = kept.sat_add(1);
        }
        self.gaps.truncate(kept);
    }

    /// Removes all gaps.
    pub fn clear(&mut self) {
        self.gaps.clear();
        self.forgotten = [0; MAX_INPUTS];
    }

    /// Sets the end of the last gap of an input that was released.
    pub fn set_forgotten(&mut self, input: usize, end: u64) {
        if let Some(forgotten) = self.forgotten.get_mut(input) {
            *forgotten = end;
        }
    }
}

/// Consecutive windows of an input: of `window` samples, `hop` apart, the first one at sample `first`, the last one up
/// to sample `end` (exclusive).
#[derive(Clone, Copy, Debug)]
pub struct Windows {
    /// First sample.
    pub first: u64,
    /// End (exclusive) of the samples.
    pub end: u64,
    /// Samples of a window.
    pub window: u64,
    /// Samples from the start of a window to the start of the next.
    pub hop: u64,
}

impl Windows {
    /// Samples before `at` that are in a window, if windows begin with sample 0.
    fn before(&self, at: u64) -> u64 {
        if self.hop <= self.window {
            return at;
        }
        let whole = at.checked_div(self.hop).unwrap_or(0);
        let rest = at.checked_rem(self.hop).unwrap_or(0);
        whole.sat_mul(self.window).sat_add(rest.min_u64(self.window))
    }

    /// Number of samples of a gap that are in one of the windows.
    #[must_use]
    pub fn missing(&self, first: u64, end: u64) -> u64 {
        let (first, end) = (first.max_u64(self.first), end.min_u64(self.end));
        if first < end { self.before(end).sat_sub(self.before(first)) } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::vec::Vec;

    proptest! {
        /// Ranges as sets of samples, with pushes and releases in any order.
        #[test]
        fn counts_are_those_of_sets_of_samples(
            steps in prop::collection::vec((0usize..2, any::<bool>(), 1u64..9), 1..40),
            releases in prop::collection::vec(0u64..30, 40),
            asks in prop::collection::vec((0usize..2, 0u64..20, 1u64..5, 1u64..9, 1u64..9), 1..10),
            room in 1usize..6,
        ) {
            let mut area = [core::mem::MaybeUninit::<u8>::uninit(); 256];
            let at = area.as_ptr().align_offset(8);
            let mut carver = Carver::new(&mut area[at..]).unwrap();
            let mut table = GapTable::new(room, &mut carver).unwrap();
            let mut next = [0u64; 2];
            let mut missing = [BTreeSet::new(), BTreeSet::new()];
            let mut forgotten = [0u64; 2];
            for ((input, gap, n), release) in steps.into_iter().zip(releases) {
                let first = next[input];
                if gap {
                    let fits = table.fits(input, first);
                    prop_assert_eq!(table.add(Gap { input, first, end: first + n }), fits);
                    if !fits {
                        continue;
                    }
                    missing[input].extend(first..first + n);
                } else {
                    table.release(input, release);
                }
                next[input] += n;
                forgotten = [0, 1].map(|i| table.forgotten(i));
                prop_assert!(table.held().len() <= room);
            }
            for (input, first, count, window, hop) in asks {
                let (start, end) = (first * hop, (first + count - 1) * hop + window);
                if start < forgotten[input] {
                    continue;
                }
                let windows = Windows { first: start, end, window, hop };
                let held = table.held().iter().filter(|g| g.input == input);
                let got: u64 = held.map(|g| windows.missing(g.first, g.end)).sum();
                let inside: BTreeSet<u64> =
                    (first..first + count).flat_map(|t| t * hop..t * hop + window).collect();
                let want = missing[input].intersection(&inside).collect::<Vec<_>>().len();
                prop_assert_eq!(got, want as u64);
            }
        }
    }
}
