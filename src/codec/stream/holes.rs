//! Ranges of the original that are missing between the decoded bytes.
#![allow(clippy::arithmetic_side_effects, reason = "counts within the list; range ends are ordered where subtracted")]

use crate::mem::Slide;
use crate::util::unsigned::Unsigned;

/// A range of bytes of the original.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// Position of the first byte.
    pub start: u64,
    /// Position past the last byte.
    pub end: u64,
}

impl Range {
    /// Length in bytes.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether the range has no bytes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.end <= self.start
    }
}

/// Relation of a range to the ranges that arrived before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It starts at the end of all of them.
    Next,
    /// It starts after that end, which leaves a hole.
    Ahead,
    /// It fills a hole, or part of one.
    Late,
    /// At least part of it had arrived.
    Known,
}

/// The missing ranges in ascending order, in fixed memory.
#[derive(Debug)]
pub struct Holes<'a> {
    list: &'a mut [Range],
    len: usize,
    /// Position past the last byte that has arrived.
    reach: u64,
    /// Bytes of holes that did not fit the list.
    untracked: u64,
}

impl<'a> Holes<'a> {
    /// Nothing has arrived, and nothing is expected before `start`.
    pub fn new(list: &'a mut [Range], start: u64) -> Self {
        Holes { list, len: 0, reach: start, untracked: 0 }
    }

    /// The missing ranges.
    #[must_use]
    pub fn ranges(&self) -> &[Range] {
        self.list.get(..self.len).unwrap_or(&[])
    }

    /// Number of missing bytes, including those of holes that did not fit the list.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.ranges().iter().fold(self.untracked, |n, r| n.sat_add(r.len()))
    }

    /// Number of missing bytes of holes that did not fit the list.
    #[must_use]
    pub const fn untracked(&self) -> u64 {
        self.untracked
    }

    /// Position past the last byte that has arrived.
    #[must_use]
    pub const fn reach(&self) -> u64 {
        self.reach
    }

    fn insert(&mut self, at: usize, hole: Range) {
        if self.len == self.list.len() {
            self.untracked = self.untracked.sat_add(hole.len());
            return;
        }
        self.list.slide(at..self.len, at + 1);
        if let Some(to) = self.list.get_mut(at) {
            *to = hole;
            self.len += 1;
        }
    }

    /// The relation of a range if it arrived now.
    #[must_use]
    pub fn look(&self, r: Range) -> Arrival {
        if r.start >= self.reach {
            return if r.start == self.reach { Arrival::Next } else { Arrival::Ahead };
        }
        let inside = self.ranges().iter().any(|h| h.start <= r.start && r.end <= h.end);
        if inside && !r.is_empty() { Arrival::Late } else { Arrival::Known }
    }

    /// Records the arrival of a range. Returns its relation to the ranges before.
    pub fn arrive(&mut self, r: Range) -> Arrival {
        let arrival = self.look(r);
        match arrival {
            Arrival::Next => self.reach = r.end,
            Arrival::Ahead => {
                self.insert(self.len, Range { start: self.reach, end: r.start });
                self.reach = r.end;
            }
            Arrival::Late => {
                let at = self.ranges().iter().position(|h| h.start <= r.start && r.end <= h.end).unwrap_or(0);
                let Some(hole) = self.list.get(at).copied() else { return arrival };
                let (left, right) = (Range { start: hole.start, end: r.start }, Range { start: r.end, end: hole.end });
                self.list.slide(at + 1..self.len, at);
                self.len -= 1;
                for part in [right, left] {
                    if !part.is_empty() {
                        self.insert(at, part);
                    }
                }
            }
            Arrival::Known => {}
        }
        arrival
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    proptest! {
        #[test]
        fn the_list_agrees_with_a_bitmap(
            order in Just((0..20u64).collect::<Vec<_>>()).prop_shuffle(), n in 0usize..20, dup in any::<bool>(),
        ) {
            let mut mem = [Range::default(); 32];
            let mut holes = Holes::new(&mut mem, 0);
            let mut seen = [false; 100];
            for k in &order[..n] {
                let r = Range { start: k * 5, end: k * 5 + 5 };
                prop_assert!(holes.arrive(r) != Arrival::Known);
                if dup { prop_assert_eq!(holes.arrive(r), Arrival::Known); }
                seen[r.start as usize..r.end as usize].fill(true);
            }
            let reach = seen.iter().rposition(|s| *s).map_or(0, |p| p + 1);
            prop_assert_eq!(holes.reach(), reach as u64);
            let mut listed = [true; 100];
            for r in holes.ranges() {
                prop_assert!(!r.is_empty());
                listed[r.start as usize..r.end as usize].fill(false);
            }
            prop_assert_eq!(&listed[..reach], &seen[..reach]);
            prop_assert!(holes.ranges().windows(2).all(|w| w[0].end < w[1].start));
        }
    }

    #[test]
    fn a_full_list_counts_further_holes() {
        let mut mem = [Range::default(); 2];
        let mut holes = Holes::new(&mut mem, 10);
        for k in 1..6u64 {
            holes.arrive(Range { start: 10 + k * 10, end: 15 + k * 10 });
        }
        assert_eq!(holes.missing(), 10 + 4 * 5);
        assert_eq!(holes.ranges().len(), 2);
        assert_eq!(holes.untracked(), 15);
    }
}
