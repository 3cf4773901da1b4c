//! Dictionaries for planes of few distinct values: a sorted list of the values, and each sample as its rank.
#![allow(clippy::arithmetic_side_effects, reason = "positions within a plane; differences of i32 in i64")]

use super::entropy;
use super::grid::Grid;
use super::integers::common_factor;
use super::tables::estimate;
use crate::codec::container::varint;
use crate::codec::container::varint::{unzigzag, zigzag};
use crate::codec::options::Effort;
use crate::util::bytes::{Reader, Writer};
use crate::util::slice::{Put, sort};
use crate::util::unsigned::Unsigned;

/// Whether `x` may have few enough distinct values for a dictionary. `e`, as long as `x`, is overwritten.
///
/// A dictionary is shorter if few values occur and most of them have no neighbor: ranks are denser than values then.
pub(crate) fn promising(x: &[i32], e: &mut [i32]) -> bool {
    // One bit per value, modulo a power of two of at least four times the number of samples.
    let words = (x.len() / 4).next_power_of_two();
    let Some(bits) = e.get_mut(..words) else { return false };
    bits.fill(0);
    let mask = words.wrapping_mul(32).wrapping_sub(1);
    let mut distinct = 0usize;
    // Rounds over 1/8, 1/8, 1/4 and 1/2 of the runs, as long as a dictionary is likely.
    let mut read = 0usize;
    for (from, step, max_percent) in [(0, 8, 90), (4, 8, 75), (2, 4, 60), (1, 2, 34)] {
        let runs = || x.chunks(SOME).skip(from).step_by(step.max(1));
        for v in runs().flatten() {
            let at = *v as u32 as usize & mask;
            if let Some(w) = bits.get_mut(at >> 5) {
                let bit = 1 << (at & 31);
                distinct += usize::from(*w & bit == 0);
                *w |= bit;
            }
        }
        // With n / 3 values in the plane, fewer of these samples would be distinct.
        read += runs().map(<[i32]>::len).sum::<usize>();
        if distinct * 3 > x.len() || distinct * 100 > read * max_percent {
            return false;
        }
        let (mut crowded, mut seen) = (0usize, 0usize);
        for v in runs().flat_map(|r| r.iter().step_by(5)) {
            let at = v.wrapping_add(1) as u32 as usize & mask;
            crowded += usize::from(bits.get(at >> 5).is_some_and(|w| (w >> (at & 31)) & 1 != 0));
            seen += 1;
        }
        // Short planes have no runs in some rounds.
        if seen > 0 && crowded * 8 >= seen * 5 {
            return false;
        }
    }
    true
}

/// Samples of a run of [`promising`], and values that [`grid_cost`] processes together.
const SOME: usize = 64;

/// Stores the distinct values of `x` in rising order at the start of `e`, and returns their number.
pub(crate) fn distinct(x: &[i32], e: &mut [i32]) -> usize {
    for (to, v) in e.iter_mut().zip(x) {
        *to = *v;
    }
    compact(e.get_mut(..x.len()).unwrap_or(&mut []))
}

/// Whether each value is larger than the one before.
pub(crate) fn rises(values: &[i32]) -> bool {
    values.array_windows().all(|[a, b]| a < b)
}

/// Sorts `e`, moves its distinct values to its start, and returns their number.
pub(crate) fn compact(e: &mut [i32]) -> usize {
    sort(e, i32::lt);
    let mut kept = 0usize;
    let mut last = None;
    for i in 0..e.len() {
        let Some(v) = e.get(i).copied() else { break };
        if last != Some(v) {
            last = Some(v);
            if let Some(to) = e.get_mut(kept) {
                *to = v;
            }
            kept += 1;
        }
    }
    kept
}

/// Number and length of the runs that [`distinct_of_some`] reads.
const RUNS: usize = 8;
const RUN: usize = 32;

/// [`distinct`] for some samples of `x`, in runs of neighboring samples.
pub(crate) fn distinct_of_some(x: &[i32], e: &mut [i32]) -> usize {
    if x.len() <= RUNS * RUN {
        return distinct(x, e);
    }
    let mut n = 0;
    let len = if x.len() < 2048 { RUN / 2 } else { RUN };
    for run in 0..RUNS {
        let from = run * (x.len() - len) / (RUNS - 1);
        if let (Some(to), Some(from)) = (e.get_mut(n..n + len), x.get(from..from + len)) {
            to.put(from);
            n += len;
        }
    }
    compact(e.get_mut(..n).unwrap_or(&mut []))
}

/// Maximum number of slots that a search in a hash table reads.
const REACH: usize = 64;
/// Content of the empty slots of a hash table of values.
const EMPTY: i32 = i32::MIN;

/// The slot where the search for a value begins, in a hash table of `1 << bits` slots.
#[inline]
const fn first_slot(v: i32, bits: u32) -> usize {
    ((v as u32).wrapping_mul(0x9e37_79b1) >> (32 - bits)) as usize
}

/// The number of slots of the largest hash table in this number of cells, as a power of two.
fn bits_for(cells: usize) -> u32 {
    cells.max(2).ilog2().min(31)
}

/// The first slot for which `is` is true, of the [`REACH`] slots from the first slot of `v` on.
#[inline]
fn find(table: &[i32], bits: u32, v: i32, is: impl Fn(i32) -> bool) -> Option<usize> {
    let mask = table.len().wrapping_sub(1);
    let mut at = first_slot(v, bits) & mask;
    for _ in 0..REACH {
        if is(*table.get(at)?) {
            return Some(at);
        }
        at = (at + 1) & mask;
    }
    None
}

/// [`distinct`], if there are at most a third as many values as samples and they fit a hash table well; else `None`.
pub(crate) fn distinct_if_few(x: &[i32], e: &mut [i32]) -> Option<usize> {
    let bits = bits_for(e.len());
    let table = e.get_mut(..1 << bits)?;
    table.fill(EMPTY);
    let n = x.len();
    let (first, rest) = x.split_at_checked(n / 8)?;
    let (second, rest) = rest.split_at_checked(n / 4 - n / 8)?;
    let mut has_empty = false;
    let mut kept = insert(first, table, bits, &mut has_empty)?;
    // If nearly all of the first samples differ, the plane has too many values.
    if n >= 512 && kept * 10 > first.len() * 9 {
        return None;
    }
    kept += insert(second, table, bits, &mut has_empty)?;
    // If three quarters of the first quarter differ, the plane has more than n / 3 values.
    if n >= 512 && kept * 4 > (first.len() + second.len()) * 3 {
        return None;
    }
    for part in rest.chunks((n / 8).max(1)) {
        kept += insert(part, table, bits, &mut has_empty)?;
        if kept + usize::from(has_empty) > n / 3 {
            return None;
        }
    }
    // Moves the values to the start. No value moves toward the end.
    let mut kept = 0;
    for i in 0..table.len() {
        let v = *table.get(i)?;
        *table.get_mut(kept)? = v;
        kept += usize::from(v != EMPTY);
    }
    if has_empty {
        *table.get_mut(kept)? = EMPTY;
        kept += 1;
    }
    sort(table.get_mut(..kept)?, i32::lt);
    Some(kept)
}

/// Inserts values into a hash table and returns the number of new ones; `None` if a value finds no slot.
///
/// The value [`EMPTY`] is not inserted, but sets `has_empty`.
fn insert(x: &[i32], table: &mut [i32], bits: u32, has_empty: &mut bool) -> Option<usize> {
    let mut new = 0usize;
    for v in x {
        let at = find(table, bits, *v, |t| t == *v || t == EMPTY)?;
        let to = table.get_mut(at)?;
        new += usize::from(*to != *v);
        *to = *v;
        *has_empty |= *v == EMPTY;
    }
    Some(new)
}

/// A map from the values of a list to their ranks.
pub(crate) struct Ranks<'a> {
    values: &'a [i32],
    /// A hash table of ranks plus one; empty if ranks are found by binary search.
    table: &'a [i32],
    bits: u32,
}

impl<'a> Ranks<'a> {
    /// The ranks of `values`, which rise, by a hash table in `cells` if at most 3/4 of its slots are used.
    pub(crate) fn new(values: &'a [i32], cells: &'a mut [i32]) -> Self {
        let bits = bits_for(cells.len());
        let plain = Ranks { values, table: &[], bits };
        let Some(table) = cells.get_mut(..1 << bits).filter(|t| t.len() * 3 >= values.len() * 4) else { return plain };
        table.fill(0);
        for (rank, v) in (1..).zip(values) {
            match find(table, bits, *v, |t| t == 0).and_then(|at| table.get_mut(at)) {
                Some(to) => *to = rank,
                None => return plain,
            }
        }
        Ranks { values, table, bits }
    }

    /// The rank of `v`, one of the values.
    #[inline]
    pub(crate) fn of(&self, v: i32) -> i32 {
        if self.table.is_empty() {
            return rank(self.values, v);
        }
        let is = |t: i32| (t as usize).checked_sub(1).and_then(|r| self.values.get(r)) == Some(&v);
        find(self.table, self.bits, v, is).and_then(|at| self.table.get(at)).map_or(0, |t| t - 1)
    }
}

/// The rank of `v`, one of `values`, by binary search.
#[inline]
pub(crate) fn rank(values: &[i32], v: i32) -> i32 {
    values.partition_point(|u| *u < v) as i32
}

/// Estimated cost of [`write`] for `values`, which rise, in 1/256 bit.
pub(crate) fn cost(values: &[i32]) -> u64 {
    let factor = common_factor(values);
    let gaps = values.array_windows().map(|[a, b]| u64::from(a.abs_diff(*b) / factor) - 1).sum();
    estimate(gaps, values.len() as u32) + 30 * 8 * 256
}

/// Estimated cost of [`write`] for `values` as counts of a grid, in 1/256 bit.
pub(crate) fn grid_cost(values: &[i32], grid: &Grid) -> u64 {
    let (mut gaps, mut errors, mut before) = (0u64, 0u64, None);
    let (mut counts, mut off) = ([0; SOME], [0; SOME]);
    for values in values.chunks(SOME) {
        let counts = counts.get_mut(..values.len()).unwrap_or(&mut []);
        let off = off.get_mut(..values.len()).unwrap_or(&mut []);
        grid.counts(values, counts);
        off.put(values);
        grid.subtract_samples(counts, off);
        errors += off.iter().map(|e| u64::from(e.unsigned_abs())).sum::<u64>();
        for k in counts {
            gaps += u64::from(k.abs_diff(before.unwrap_or(*k)).sat_sub(1));
            before = Some(*k);
        }
    }
    let n = values.len() as u32;
    estimate(gaps, n) + estimate(errors, n) + 52 * 8 * 256
}

/// First byte of a list of plain values.
const PLAIN: u8 = 0;
/// First byte of a list of counts of a grid.
const ON_GRID: u8 = 1;
/// First byte instead of a list of new values, if all values are known.
pub(crate) const NONE: u8 = 2;

/// Writes the `n` values at the start of `e` and returns the number of bytes. All of `e` is overwritten.
pub(crate) fn write(
    e: &mut [i32],
    n: usize,
    grid: Option<Grid>,
    effort: Effort,
    models: &mut [i32],
    out: &mut [u8],
) -> Option<usize> {
    let (values, rest) = e.split_at_mut_checked(n)?;
    let mut w = Writer::new(out);
    w.u8(if grid.is_some() { ON_GRID } else { PLAIN });
    varint::write(&mut w, n as u32);
    let mut len;
    if let Some(g) = grid {
        g.write(&mut w);
        len = w.finish()?;
        let errors = rest.get_mut(..n)?;
        errors.put(values);
        g.counts(errors, values);
        g.subtract_samples(values, errors);
        len += entropy::write(errors, effort, models, out.get_mut(len..)?)?;
    } else {
        len = w.finish()?;
    }
    let factor = common_factor(values);
    let (first, gaps) = values.split_first_mut()?;
    let mut w = Writer::new(out.get_mut(len..)?);
    varint::write(&mut w, zigzag(*first));
    varint::write(&mut w, factor);
    len += w.finish()?;
    let mut before = *first;
    for v in gaps.iter_mut() {
        let gap = v.abs_diff(before) / factor;
        before = *v;
        *v = gap.wrapping_sub(1) as i32;
    }
    Some(len + entropy::write(gaps, effort, models, out.get_mut(len..)?)?)
}

/// Reads values into the start of `e` and returns their number, at most `max`; `None` if the bytes are damaged.
///
/// Only `floats` may be counts of a grid.
pub(crate) fn read(r: &mut Reader<'_>, floats: bool, max: usize, models: &mut [i32], e: &mut [i32]) -> Option<usize> {
    let kind = r.u8()?;
    let n = varint::read(r)? as usize;
    if n > max {
        return None;
    }
    let (values, rest) = e.split_at_mut_checked(n)?;
    let grid = match kind {
        PLAIN => None,
        ON_GRID if floats => {
            let g = Grid::read(r)?;
            let errors = rest.get_mut(..n)?;
            entropy::read(r, models, errors)?;
            Some((g, errors))
        }
        _ => return None,
    };
    let (first, gaps) = values.split_first_mut()?;
    *first = unzigzag(varint::read(r)?);
    let factor = varint::read(r).filter(|f| *f > 0)?;
    entropy::read(r, models, gaps)?;
    let mut v = *first;
    for g in gaps {
        v = v.wrapping_add((*g as u32).wrapping_add(1).wrapping_mul(factor) as i32);
        *g = v;
    }
    if let Some((g, errors)) = grid {
        for (v, e) in values.iter_mut().zip(errors) {
            *v = g.at(*v).wrapping_add(*e);
        }
    }
    rises(values).then_some(n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    proptest! {
        #[test]
        fn dictionaries_read_back(x in proptest::collection::vec(prop_oneof![any::<i32>(), -5..5i32, Just(i32::MIN), Just(i32::MAX)], 2..200), cells in 0usize..600) {
            let mut e = x.clone();
            let n = distinct(&x, &mut e);
            let mut want: Vec<i32> = x.clone();
            want.sort();
            want.dedup();
            prop_assert_eq!(&e[..n], &want[..]);
            let few = distinct_if_few(&x, &mut e);
            prop_assert!(few.is_none_or(|few| e[..few] == want[..]));
            prop_assert!(few.is_some() || x.len() >= 512 || want.len() * 3 > x.len());
            e.copy_from_slice(&x);
            prop_assert_eq!(distinct(&x, &mut e), n);
            let mut cells = std::vec![0; cells];
            let ranks = Ranks::new(&want, &mut cells);
            for v in &x {
                prop_assert_eq!(want[rank(&want, *v) as usize], *v);
                prop_assert_eq!(want[ranks.of(*v) as usize], *v);
            }
            let mut buf = std::vec![0u8; 4096];
            let mut models = std::vec![0; entropy::READ_CELLS.max(entropy::WRITE_CELLS)];
            let len = write(&mut e, n, None, Effort::Default, &mut models, &mut buf).unwrap();
            let mut back = std::vec![0; x.len()];
            let mut r = Reader::new(&buf[..len]);
            let max = n - 1;
            prop_assert_eq!(read(&mut r.clone(), false, max, &mut models, &mut back), None);
            prop_assert_eq!(read(&mut r, false, n, &mut models, &mut back), Some(n));
            prop_assert_eq!(&back[..n], &want[..]);
        }
    }
}
