//! Planes of few distinct values: a sorted list of them, and each sample as its rank.
#![allow(clippy::arithmetic_side_effects, reason = "positions within a plane; differences of i32 in i64")]

use super::entropy;
use super::grid::Grid;
use super::tables::estimate;
use crate::codec::container::varint;
use crate::codec::container::varint::{unzigzag, zigzag};
use crate::codec::options::Effort;
use crate::util::bytes::{Reader, Writer};
use crate::util::slice::{Put, sort};
use crate::util::unsigned::Unsigned;

/// Whether `x` may have few enough values for a dictionary to pay; `e`, as long as `x`, is overwritten.
///
/// It does where there are few values and most of them have no neighbour: ranks are denser than the values then.
pub(crate) fn promising(x: &[i32], e: &mut [i32]) -> bool {
    // A bit per value, modulo a power of two of at least four times as many bits as samples.
    let words = (x.len() / 4).next_power_of_two();
    let Some(bits) = e.get_mut(..words) else { return false };
    bits.fill(0);
    let mask = words.wrapping_mul(32).wrapping_sub(1);
    let mut distinct = 0usize;
    // An eighth of the runs, as many again, and so on: what many samples say, all of them would.
    let mut looked = 0usize;
    for (from, step, most) in [(0, 8, 90), (4, 8, 75), (2, 4, 60), (1, 2, 34)] {
        let runs = || x.chunks(SOME).skip(from).step_by(step.max(1));
        for v in runs().flatten() {
            let at = *v as u32 as usize & mask;
            if let Some(w) = bits.get_mut(at >> 5) {
                let bit = 1 << (at & 31);
                distinct += usize::from(*w & bit == 0);
                *w |= bit;
            }
        }
        // So many of a third as many values as samples are not met among these.
        looked += runs().map(<[i32]>::len).sum::<usize>();
        if distinct * 3 > x.len() || distinct * 100 > looked * most {
            return false;
        }
        let (mut crowded, mut seen) = (0usize, 0usize);
        for v in runs().flat_map(|r| r.iter().step_by(5)) {
            let at = v.wrapping_add(1) as u32 as usize & mask;
            crowded += usize::from(bits.get(at >> 5).is_some_and(|w| (w >> (at & 31)) & 1 != 0));
            seen += 1;
        }
        // Short planes have none of the later runs.
        if seen > 0 && crowded * 8 >= seen * 5 {
            return false;
        }
    }
    true
}

/// Neighbours that [`promising`] looks at together.
const SOME: usize = 64;

/// The distinct values of `x` in rising order at the start of `e`, and how many there are.
pub(crate) fn distinct(x: &[i32], e: &mut [i32]) -> usize {
    for (to, v) in e.iter_mut().zip(x) {
        *to = *v;
    }
    compact(e.get_mut(..x.len()).unwrap_or(&mut []))
}

/// Whether each value is greater than the one before.
pub(crate) fn rises(values: &[i32]) -> bool {
    values.array_windows().all(|[a, b]| a < b)
}

/// Sorts `e` and keeps one of each value at its start; how many.
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

/// Runs of samples that stand for all, and their length.
const RUNS: usize = 8;
const RUN: usize = 32;

/// The distinct values of some samples of `x`, neighbours among them, as [`distinct`] gives those of all.
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

/// Longest search for a place in a table.
const REACH: usize = 64;
/// What stands in empty places of a table.
const EMPTY: i32 = i32::MIN;

/// Where in a table of `1 << bits` places the search for a value begins.
#[inline]
const fn place(v: i32, bits: u32) -> usize {
    ((v as u32).wrapping_mul(0x9e37_79b1) >> (32 - bits)) as usize
}

/// The number of places of a table, as a power of two, that fits so many cells.
fn bits_for(cells: usize) -> u32 {
    cells.max(2).ilog2().min(31)
}

/// The place of a table that `is` is true of, the first from `v`'s own on, if it is not far.
#[inline]
fn find(table: &[i32], bits: u32, v: i32, is: impl Fn(i32) -> bool) -> Option<usize> {
    let mask = table.len().wrapping_sub(1);
    let mut at = place(v, bits) & mask;
    for _ in 0..REACH {
        if is(*table.get(at)?) {
            return Some(at);
        }
        at = (at + 1) & mask;
    }
    None
}

/// As [`distinct`], if there are no more than a third as many values as samples, and they are easily told apart.
pub(crate) fn distinct_if_few(x: &[i32], e: &mut [i32]) -> Option<usize> {
    let bits = bits_for(e.len());
    let table = e.get_mut(..1 << bits)?;
    table.fill(EMPTY);
    let n = x.len();
    let (first, rest) = x.split_at_checked(n / 8)?;
    let (second, rest) = rest.split_at_checked(n / 4 - n / 8)?;
    let mut least = false;
    let mut kept = hold(first, table, bits, &mut least)?;
    // Where nearly all of the first ones differ, all together have too many values.
    if n >= 512 && kept * 10 > first.len() * 9 {
        return None;
    }
    kept += hold(second, table, bits, &mut least)?;
    // Values drawn from so many that three quarters of a quarter differ are more than a third of all.
    if n >= 512 && kept * 4 > (first.len() + second.len()) * 3 {
        return None;
    }
    for part in rest.chunks((n / 8).max(1)) {
        kept += hold(part, table, bits, &mut least)?;
        if kept + usize::from(least) > n / 3 {
            return None;
        }
    }
    // Forward, each value to a place no farther than its own.
    let mut kept = 0;
    for i in 0..table.len() {
        let v = *table.get(i)?;
        *table.get_mut(kept)? = v;
        kept += usize::from(v != EMPTY);
    }
    if least {
        *table.get_mut(kept)? = EMPTY;
        kept += 1;
    }
    sort(table.get_mut(..kept)?, i32::lt);
    Some(kept)
}

/// Puts values into a table, and tells how many were new; nothing where one finds no place. What marks an empty place is
/// only noticed.
fn hold(x: &[i32], table: &mut [i32], bits: u32, least: &mut bool) -> Option<usize> {
    let mut new = 0usize;
    for v in x {
        let at = find(table, bits, *v, |t| t == *v || t == EMPTY)?;
        let to = table.get_mut(at)?;
        new += usize::from(*to != *v);
        *to = *v;
        *least |= *v == EMPTY;
    }
    Some(new)
}

/// The ranks of values in a list of them.
pub(crate) struct Ranks<'a> {
    values: &'a [i32],
    /// Ranks plus one by their values' places; no places where the search is by halves.
    table: &'a [i32],
    bits: u32,
}

impl<'a> Ranks<'a> {
    /// For rising `values`, in a table in `room` where it holds them with places to spare.
    pub(crate) fn new(values: &'a [i32], room: &'a mut [i32]) -> Self {
        let bits = bits_for(room.len());
        let plain = Ranks { values, table: &[], bits };
        let Some(table) = room.get_mut(..1 << bits).filter(|t| t.len() * 3 >= values.len() * 4) else { return plain };
        table.fill(0);
        for (rank, v) in (1..).zip(values) {
            match find(table, bits, *v, |t| t == 0).and_then(|at| table.get_mut(at)) {
                Some(to) => *to = rank,
                None => return plain,
            }
        }
        Ranks { values, table, bits }
    }

    /// The rank of `v`, which is among the values.
    #[inline]
    pub(crate) fn of(&self, v: i32) -> i32 {
        if self.table.is_empty() {
            return rank(self.values, v);
        }
        let is = |t: i32| (t as usize).checked_sub(1).and_then(|r| self.values.get(r)) == Some(&v);
        find(self.table, self.bits, v, is).and_then(|at| self.table.get(at)).map_or(0, |t| t - 1)
    }
}

/// The rank of `v`, which is among `values`.
#[inline]
pub(crate) fn rank(values: &[i32], v: i32) -> i32 {
    values.partition_point(|u| *u < v) as i32
}

/// The greatest common divisor of the differences of `values`, which rise.
fn factor(values: &[i32]) -> u32 {
    super::integers::common_factor(values)
}

/// Estimated cost of writing `values`, in 1/256 bit.
pub(crate) fn cost(values: &[i32]) -> u64 {
    let factor = factor(values);
    let gaps = values.array_windows().map(|[a, b]| u64::from(a.abs_diff(*b) / factor) - 1).sum();
    estimate(gaps, values.len() as u32) + 30 * 8 * 256
}

/// Estimated cost of writing `values` as counts of a grid, in 1/256 bit.
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

/// How the values are written.
const PLAIN: u8 = 0;
const ON_GRID: u8 = 1;
/// Of values beside known ones: there are none.
pub(crate) const NONE: u8 = 2;

/// Writes the `few` values at the start of `e`, which are used up with what is behind them.
pub(crate) fn write(
    e: &mut [i32],
    few: usize,
    grid: Option<Grid>,
    effort: Effort,
    models: &mut [i32],
    out: &mut [u8],
) -> Option<usize> {
    let (values, rest) = e.split_at_mut_checked(few)?;
    let mut w = Writer::new(out);
    w.u8(if grid.is_some() { ON_GRID } else { PLAIN });
    varint::write(&mut w, few as u32);
    let mut n;
    if let Some(g) = grid {
        g.write(&mut w);
        n = w.finish()?;
        let errors = rest.get_mut(..few)?;
        errors.put(values);
        g.counts(errors, values);
        g.subtract_samples(values, errors);
        n += entropy::write(errors, effort, models, out.get_mut(n..)?)?;
    } else {
        n = w.finish()?;
    }
    let factor = factor(values);
    let (first, gaps) = values.split_first_mut()?;
    let mut w = Writer::new(out.get_mut(n..)?);
    varint::write(&mut w, zigzag(*first));
    varint::write(&mut w, factor);
    n += w.finish()?;
    let mut before = *first;
    for v in gaps.iter_mut() {
        let gap = v.abs_diff(before) / factor;
        before = *v;
        *v = gap.wrapping_sub(1) as i32;
    }
    Some(n + entropy::write(gaps, effort, models, out.get_mut(n..)?)?)
}

/// Reads the values into the start of `e` and tells how many there are, `most` at most; `floats` may lie on a grid.
pub(crate) fn read(r: &mut Reader<'_>, floats: bool, most: usize, models: &mut [i32], e: &mut [i32]) -> Option<usize> {
    let kind = r.u8()?;
    let few = varint::read(r)? as usize;
    if few > most {
        return None;
    }
    let (values, rest) = e.split_at_mut_checked(few)?;
    let grid = match kind {
        PLAIN => None,
        ON_GRID if floats => {
            let g = Grid::read(r)?;
            let errors = rest.get_mut(..few)?;
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
    rises(values).then_some(few)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    proptest! {
        #[test]
        fn dictionaries_come_back(x in proptest::collection::vec(prop_oneof![any::<i32>(), -5..5i32, Just(i32::MIN), Just(i32::MAX)], 2..200), room in 0usize..600) {
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
            let mut room = std::vec![0; room];
            let ranks = Ranks::new(&want, &mut room);
            for v in &x {
                prop_assert_eq!(want[rank(&want, *v) as usize], *v);
                prop_assert_eq!(want[ranks.of(*v) as usize], *v);
            }
            let mut buf = std::vec![0u8; 4096];
            let mut models = std::vec![0; entropy::READ_CELLS.max(entropy::WRITE_CELLS)];
            let len = write(&mut e, n, None, Effort::Default, &mut models, &mut buf).unwrap();
            let mut back = std::vec![0; x.len()];
            let mut r = Reader::new(&buf[..len]);
            let most = n - 1;
            prop_assert_eq!(read(&mut r.clone(), false, most, &mut models, &mut back), None);
            prop_assert_eq!(read(&mut r, false, n, &mut models, &mut back), Some(n));
            prop_assert_eq!(&back[..n], &want[..]);
        }
    }
}
