//! Placement of buffers in an arena: two buffers that are alive at the same time share no byte.
//!
//! The buffers are placed in order of descending size, each in the smallest gap between those alive at the same time
//! that fits it, as in most static memory planners of inference runtimes (Pisarchyk & Lee 2020, "greedy by size"). A
//! buffer is alive from step `born` to step `dies`, both inclusive; steps are those of the order in which stages run.

use crate::checked;
use crate::limits::BUFFER_ALIGN;
use crate::mem::Span;
use crate::status::Result;
use crate::util::slice::sort;
use crate::util::unsigned::Unsigned;

/// Use of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Rows of a stage.
    Rows(usize),
    /// State of a scan.
    State(usize),
    /// State of a scan at the start of the block.
    Shadow(usize),
    /// States of all scans at the current row of a sweep.
    Snapshot,
    /// Scratch of a stage.
    Scratch(usize),
    /// Rows gathered with their halo at the ends.
    Bounce(usize),
    /// Samples read from a source.
    Feed(usize),
}

/// A buffer to place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Buffer {
    /// Its use.
    pub(super) purpose: Purpose,
    /// Its size in bytes.
    pub(super) bytes: usize,
    /// First step at which it is alive.
    pub(super) born: usize,
    /// Last step at which it is alive.
    pub(super) dies: usize,
    /// Its position in the arena: the result.
    pub(super) at: usize,
}

impl Buffer {
    /// True if both are alive at some step.
    fn lives_with(&self, other: &Buffer) -> bool {
        self.born <= other.dies && other.born <= self.dies
    }

    /// Its bytes in the arena.
    #[must_use]
    pub(super) fn span(&self) -> Span {
        Span { at: self.at, len: self.bytes }
    }
}

/// Sorts and places all buffers, and returns the size of the arena in bytes.
pub(super) fn place(buffers: &mut [Buffer]) -> Result<usize> {
    // Largest first, then the earliest born, so that the result does not depend on the sort.
    sort(buffers, |a, b| (b.bytes, a.born, a.dies) < (a.bytes, b.born, b.dies));
    let mut arena = 0;
    for i in 0..buffers.len() {
        let Some((placed, [buffer, ..])) = buffers.split_at_mut_checked(i) else { break };
        buffer.at = best_gap(placed, buffer)?;
        arena = arena.max(checked::add(buffer.at, buffer.bytes)?);
    }
    checked::align_up(arena, BUFFER_ALIGN)
}

/// The smallest gap that fits the buffer, otherwise the position after everything that is alive with it.
fn best_gap(placed: &[Buffer], buffer: &Buffer) -> Result<usize> {
    let others = || placed.iter().filter(|p| p.bytes > 0 && p.lives_with(buffer));
    let mut best: Option<(usize, usize)> = None;
    let mut floor = 0;
    // Visits the neighbors from low to high addresses without sorting: each turn takes the lowest
    // above the floor. At most one turn per buffer.
    while let Some(next) = others().filter(|p| p.span().end() > floor).min_by_key(|p| (p.at, p.span().end())) {
        let gap = next.at.sat_sub(floor);
        if gap >= buffer.bytes && best.is_none_or(|(size, _)| gap < size) {
            best = Some((gap, floor));
        }
        floor = checked::align_up(next.span().end().max(floor), BUFFER_ALIGN)?;
    }
    Ok(best.map_or(floor, |(_, at)| at))
}

/// Finds two buffers that are alive at the same time and share bytes. It does not depend on how they were placed.
#[must_use]
pub(super) fn clash(buffers: &[Buffer]) -> Option<(Purpose, Purpose)> {
    for (i, a) in buffers.iter().enumerate() {
        for b in buffers.iter().skip(i.sat_add(1)) {
            let apart_in_time = a.dies < b.born || b.dies < a.born;
            let apart_in_space = a.at.checked_add(a.bytes).is_some_and(|end| end <= b.at)
                || b.at.checked_add(b.bytes).is_some_and(|end| end <= a.at);
            if !apart_in_time && !apart_in_space && a.bytes > 0 && b.bytes > 0 {
                return Some((a.purpose, b.purpose));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    fn buffer(bytes: usize, born: usize, dies: usize) -> Buffer {
        Buffer { purpose: Purpose::Rows(0), bytes, born, dies, at: 0 }
    }

    #[test]
    fn buffers_of_different_times_share_bytes() {
        let mut chain = [buffer(640, 0, 1), buffer(640, 1, 2), buffer(640, 2, 3), buffer(640, 3, 4)];
        assert_eq!(place(&mut chain).unwrap(), 1280);
        assert_eq!(clash(&chain), None);
    }

    #[test]
    fn the_checker_finds_a_clash() {
        let pair = [buffer(64, 0, 1), Buffer { at: 63, ..buffer(64, 1, 2) }];
        assert!(clash(&pair).is_some());
        let apart = [buffer(64, 0, 1), Buffer { at: 64, ..buffer(64, 1, 2) }];
        assert!(clash(&apart).is_none());
    }

    proptest! {
        #[test]
        fn buffers_alive_together_do_not_overlap(sizes in prop::collection::vec((0usize..5000, 0usize..12, 0usize..6), 0..24)) {
            let mut all: Vec<Buffer> = sizes.iter().map(|(b, at, long)| buffer(*b, *at, at + long)).collect();
            let arena = place(&mut all).unwrap();
            prop_assert_eq!(clash(&all), None);
            prop_assert!(all.iter().all(|b| b.at % BUFFER_ALIGN == 0 && b.at + b.bytes <= arena));
            // No plan needs less than the bytes alive at the fullest step; ours need at most three
            // times as much.
            let fullest = (0..20).map(|t| all.iter().filter(|b| b.born <= t && t <= b.dies).map(|b| b.bytes).sum::<usize>()).max().unwrap();
            prop_assert!(arena >= fullest);
            prop_assert!(arena <= 3 * fullest + 64 * 24);
        }
    }
}
