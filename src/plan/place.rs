//! Placement of buffers in an arena: two buffers that are alive at the same time share no byte.
//!
//! Up to [`BY_SIZE`] buffers are placed in order of descending size, each in the smallest gap between those alive at the
//! same time that fits it, as in most static memory planners of inference runtimes (Pisarchyk & Lee 2020, "greedy by
//! size"). A buffer is alive from step `born` to step `dies`, both inclusive; steps are those of the order in which
//! stages run. The buffers placed so far are in a list by address, so the time is quadratic in their number.
//!
//! More buffers are placed in order of time: first those that are alive at every step, one after another, then the rest
//! in the order in which they are born, each in the first gap between those that are alive then. After
//! [`MAX_NEIGHBORS`] of these it is placed past all of them, so the time is linear in the number of buffers.

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
    /// While buffers are placed: the next one by address.
    pub(super) next: u32,
}

/// Buffers that are placed by size.
const BY_SIZE: usize = 512;

/// Neighbors in time that a buffer placed by time is compared with.
const MAX_NEIGHBORS: usize = 256;

/// The end of a list.
const NONE: u32 = u32::MAX;

impl Buffer {
    /// A buffer that is not placed yet.
    pub(super) fn new(purpose: Purpose, bytes: usize, born: usize, dies: usize) -> Buffer {
        Buffer { purpose, bytes, born, dies, at: 0, next: NONE }
    }

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

/// Sorts and places all buffers, and returns the size of the arena in bytes. `steps` is increased by the number of
/// neighbors compared.
pub(super) fn place(buffers: &mut [Buffer], steps: &mut u64) -> Result<usize> {
    // Largest first, then the earliest born, so that the result does not depend on the sort.
    sort(buffers, |a, b| (b.bytes, a.born, a.dies) < (a.bytes, b.born, b.dies));
    let used = buffers.iter().take_while(|b| b.bytes > 0).count();
    let Some(buffers) = buffers.get_mut(..used) else { return Ok(0) };
    let arena = if used <= BY_SIZE { by_size(buffers, steps)? } else { by_time(buffers, steps)? };
    checked::align_up(arena, BUFFER_ALIGN)
}

/// The buffers placed so far, by address.
struct Placed<'a> {
    all: &'a mut [Buffer],
    first: u32,
    last: u32,
}

impl<'a> Placed<'a> {
    fn new(all: &'a mut [Buffer]) -> Self {
        Placed { all, first: NONE, last: NONE }
    }

    fn get(&self, v: u32) -> Option<&Buffer> {
        self.all.get(usize::try_from(v).ok()?)
    }

    /// The link to what follows `previous`.
    fn link(&mut self, previous: u32) -> &mut u32 {
        match usize::try_from(previous).ok().and_then(|p| self.all.get_mut(p)) {
            Some(before) => &mut before.next,
            None => &mut self.first,
        }
    }

    /// Places buffer `v` at `at`, after `previous` in the list.
    fn put(&mut self, v: u32, at: usize, previous: u32) {
        let next = core::mem::replace(self.link(previous), v);
        if let Some(buffer) = usize::try_from(v).ok().and_then(|v| self.all.get_mut(v)) {
            (buffer.at, buffer.next) = (at, next);
        }
        if next == NONE {
            self.last = v;
        }
    }

    /// Removes the buffer between `previous` and `next` from the list.
    fn remove(&mut self, previous: u32, next: u32) {
        *self.link(previous) = next;
        if next == NONE {
            self.last = previous;
        }
    }
}

fn by_size(buffers: &mut [Buffer], steps: &mut u64) -> Result<usize> {
    let count = buffers.len();
    let mut placed = Placed::new(buffers);
    let mut arena = 0;
    for i in 0..count {
        let v = u32::try_from(i).unwrap_or(NONE);
        let Some(buffer) = placed.get(v).copied() else { break };
        let address = best_gap(&placed, &buffer, steps)?;
        // Buffers of other times may be anywhere: the place in the list is found from its start.
        let (mut previous, mut at) = (NONE, placed.first);
        while let Some(other) = placed.get(at).filter(|o| o.at < address) {
            *steps = steps.sat_add(1);
            (previous, at) = (at, other.next);
        }
        placed.put(v, address, previous);
        arena = arena.max(checked::add(address, buffer.bytes)?);
    }
    Ok(arena)
}

/// The smallest gap that fits the buffer, otherwise the position after everything that is alive with it.
fn best_gap(placed: &Placed<'_>, buffer: &Buffer, steps: &mut u64) -> Result<usize> {
    let mut best: Option<(usize, usize)> = None;
    let (mut floor, mut at) = (0, placed.first);
    // At most one turn per buffer.
    while let Some(other) = placed.get(at) {
        *steps = steps.sat_add(1);
        if other.lives_with(buffer) && other.span().end() > floor {
            let gap = other.at.sat_sub(floor);
            if gap >= buffer.bytes && best.is_none_or(|(size, _)| gap < size) {
                best = Some((gap, floor));
            }
            floor = checked::align_up(other.span().end(), BUFFER_ALIGN)?;
        }
        at = other.next;
    }
    Ok(best.map_or(floor, |(_, at)| at))
}

fn by_time(buffers: &mut [Buffer], steps: &mut u64) -> Result<usize> {
    let last = buffers.iter().map(|b| b.dies).max().unwrap_or(0);
    sort(buffers, |a, b| (a.born, b.dies, b.bytes) < (b.born, a.dies, a.bytes));
    // Those that are alive at every step come first.
    let mut base = 0;
    for buffer in buffers.iter_mut().take_while(|b| b.born == 0 && b.dies >= last) {
        buffer.at = base;
        base = checked::align_up(checked::add(base, buffer.bytes)?, BUFFER_ALIGN)?;
    }
    let always = buffers.iter().take_while(|b| b.born == 0 && b.dies >= last).count();
    let mut placed = Placed::new(buffers.get_mut(always..).unwrap_or_default());
    let mut arena = base;
    for i in 0..placed.all.len() {
        let v = u32::try_from(i).unwrap_or(NONE);
        let Some(buffer) = placed.get(v).copied() else { break };
        let at = put_in_gap(&mut placed, v, &buffer, (base, arena), steps)?;
        arena = arena.max(checked::add(at, buffer.bytes)?);
    }
    Ok(arena)
}

/// Puts the buffer into the first gap above `base` between those alive when it is born, and returns its address. Removes
/// those that are not alive any more from the list. `arena` is the end of all buffers so far.
fn put_in_gap(
    placed: &mut Placed<'_>,
    v: u32,
    buffer: &Buffer,
    (base, arena): (usize, usize),
    steps: &mut u64,
) -> Result<usize> {
    let (mut floor, mut previous, mut at) = (base, NONE, placed.first);
    let mut neighbors = 0usize;
    // Each turn removes a buffer or counts a neighbor.
    while let Some(other) = placed.get(at).copied() {
        *steps = steps.sat_add(1);
        if other.dies < buffer.born {
            placed.remove(previous, other.next);
            at = other.next;
            continue;
        }
        if other.at.checked_sub(floor).is_some_and(|gap| gap >= buffer.bytes) {
            break;
        }
        floor = checked::align_up(other.span().end().max(floor), BUFFER_ALIGN)?;
        (previous, at) = (at, other.next);
        neighbors = neighbors.sat_add(1);
        if neighbors >= MAX_NEIGHBORS {
            (floor, previous) = (checked::align_up(arena, BUFFER_ALIGN)?, placed.last);
            break;
        }
    }
    placed.put(v, floor, previous);
    Ok(floor)
}

/// Finds two buffers that are alive at the same time and share bytes. It does not depend on how they were placed, and
/// sorts them. Buffers that are alive at every step are compared by address, all other buffers by time.
#[must_use]
pub(super) fn clash(buffers: &mut [Buffer]) -> Option<(Purpose, Purpose)> {
    let last = buffers.iter().map(|b| b.dies).max().unwrap_or(0);
    let always = |b: &Buffer| b.born == 0 && b.dies >= last;
    sort(buffers, |a, b| (a.at, a.bytes) < (b.at, b.bytes));
    let (mut reach, mut wall): (Option<Buffer>, Option<Buffer>) = (None, None);
    for b in buffers.iter().filter(|b| b.bytes > 0) {
        let below = if always(b) { reach } else { wall };
        if let Some(below) = below.filter(|o| o.at.checked_add(o.bytes).is_none_or(|end| end > b.at)) {
            return Some((below.purpose, b.purpose));
        }
        let higher = |o: &Buffer| o.span().end() >= b.span().end();
        reach = reach.filter(higher).or(Some(*b));
        if always(b) {
            wall = wall.filter(higher).or(Some(*b));
        }
    }
    sort(buffers, |a, b| (a.born, a.at) < (b.born, b.at));
    for (i, a) in buffers.iter().enumerate().filter(|(_, a)| a.bytes > 0 && !always(a)) {
        let together = buffers.iter().skip(i.sat_add(1)).take_while(|b| b.born <= a.dies);
        for b in together.filter(|b| b.bytes > 0 && !always(b)) {
            let apart = a.at.checked_add(a.bytes).is_some_and(|end| end <= b.at)
                || b.at.checked_add(b.bytes).is_some_and(|end| end <= a.at);
            if !apart {
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
        Buffer::new(Purpose::Rows(0), bytes, born, dies)
    }

    #[test]
    fn buffers_of_different_times_share_bytes() {
        let mut chain = [buffer(640, 0, 1), buffer(640, 1, 2), buffer(640, 2, 3), buffer(640, 3, 4)];
        assert_eq!(place(&mut chain, &mut 0).unwrap(), 1280);
        assert_eq!(clash(&mut chain), None);
    }

    #[test]
    fn the_checker_finds_a_clash() {
        let mut pair = [buffer(64, 0, 1), Buffer { at: 63, ..buffer(64, 1, 2) }];
        assert!(clash(&mut pair).is_some());
        let mut apart = [buffer(64, 0, 1), Buffer { at: 64, ..buffer(64, 1, 2) }];
        assert!(clash(&mut apart).is_none());
    }

    /// Every pair, compared in time and in space.
    fn naive_clash(all: &[Buffer]) -> bool {
        let meet = |a: &Buffer, b: &Buffer| a.lives_with(b) && a.span().meets(b.span());
        all.iter().enumerate().any(|(i, a)| all[..i].iter().any(|b| meet(a, b)))
    }

    fn fullest(all: &[Buffer]) -> usize {
        let alive =
            |t: usize| all.iter().filter(|b| b.born <= t && t <= b.dies).map(|b| b.bytes.next_multiple_of(64)).sum();
        all.iter().map(|b| alive(b.born)).max().unwrap_or(0)
    }

    proptest! {
        #[test]
        fn buffers_alive_together_do_not_overlap(sizes in prop::collection::vec((0usize..5000, 0usize..12, 0usize..6), 0..24)) {
            let mut all: Vec<Buffer> = sizes.iter().map(|(b, at, long)| buffer(*b, *at, at + long)).collect();
            let arena = place(&mut all, &mut 0).unwrap();
            prop_assert!(!naive_clash(&all));
            prop_assert_eq!(clash(&mut all), None);
            prop_assert!(all.iter().all(|b| b.at % BUFFER_ALIGN == 0 && b.at + b.bytes <= arena));
            // No plan needs less than the bytes alive at the fullest step; ours need at most three
            // times as much.
            let fullest = (0..20).map(|t| all.iter().filter(|b| b.born <= t && t <= b.dies).map(|b| b.bytes).sum::<usize>()).max().unwrap();
            prop_assert!(arena >= fullest);
            prop_assert!(arena <= 3 * fullest + 64 * 24);
        }

        /// By time: many of which some are always alive, some long, most short; any number alive at once.
        #[test]
        fn many_buffers_do_not_overlap(
            sizes in prop::collection::vec((0usize..5000, 0usize..900, 0u32..20, any::<prop::sample::Index>()), 0..900),
            wide in any::<bool>(),
        ) {
            let lives = |(bytes, at, kind, long): &(usize, usize, u32, prop::sample::Index)| match kind {
                0 => buffer(*bytes, 0, 999),
                1 => buffer(*bytes, 0, 700),
                2 => buffer(*bytes, *at, at + long.index(100)),
                _ if wide => buffer(*bytes, *at / 400, at / 400 + 1),
                _ => buffer(*bytes, *at, at + long.index(3)),
            };
            let mut all: Vec<Buffer> = sizes.iter().map(lives).filter(|b| b.bytes > 0).collect();
            let mut steps = 0;
            let arena = if all.is_empty() { 0 } else { by_time(&mut all, &mut steps).unwrap() };
            prop_assert!(!naive_clash(&all));
            prop_assert_eq!(clash(&mut all), None);
            prop_assert!(all.iter().all(|b| b.at % BUFFER_ALIGN == 0 && b.at + b.bytes <= arena));
            prop_assert!(steps <= (MAX_NEIGHBORS as u64 + 1) * all.len() as u64);
            if !wide {
                prop_assert!(arena <= 2 * fullest(&all) + 64, "{arena} {}", fullest(&all));
            }
        }

        /// The check finds what the comparison of all pairs finds, wherever buffers are.
        #[test]
        fn the_checker_agrees_with_all_pairs(
            places in prop::collection::vec((0usize..300, 0usize..9, 0usize..9, 0usize..40), 0..20)
        ) {
            let put = |(bytes, born, long, at): &(usize, usize, usize, usize)| {
                let long = if *long > 6 { 9 } else { *long / 2 };
                let born = if long == 9 { 0 } else { *born };
                Buffer { at: at * 64, ..buffer(*bytes, born, born + long) }
            };
            let mut all: Vec<Buffer> = places.iter().map(put).collect();
            let naive = naive_clash(&all);
            prop_assert_eq!(clash(&mut all).is_some(), naive);
        }
    }
}
