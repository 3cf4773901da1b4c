//! The search for the grid of a plane.
//!
//! Differences between neighboring distinct values, divided by small integers, are the first guesses of a step. Each
//! guess is refined by least squares and scored by a few values. The best ones are refined and scored again by more
//! values. Last, the step and the offset move to the middle of the range that the rounding of the values allows.
#![allow(clippy::arithmetic_side_effects, reason = "f64 arithmetic; counts of a few hundred")]

use super::decimal::{decimal, half_unit, round};
use super::{Grid, MAX_DIGITS, RUN};
use crate::codec::numeric::sample::order32;
use crate::codec::numeric::tables::log2_q8;
use crate::simd::{Level, grid_misses};
use crate::util::slice::sort;
use crate::util::unsigned::Unsigned;

/// Minimum number of decimal digits that the search tries.
const MIN_DIGITS: u8 = 3;
/// Values that guesses are scored by, in the first round.
const FEW: usize = 32;
/// Values that the best guesses are scored by, in the second round.
const MANY: usize = 128;
/// [`MANY`] at less than the best effort.
const QUICK_MANY: usize = 48;
/// Largest ratio of the smallest difference of samples to the step of a grid of another plane.
const MAX_FINER: f64 = 6.0;
/// Mean bits of the errors, in 1/256, from which on a grid is discarded in the first round.
const MAX_ERRORS: u64 = 8 * 256;
/// Mean bits of the errors, in 1/256, up to which a grid ends the first round.
const GOOD_ERRORS: u64 = 8;
/// Differences that the guesses come from.
const GAPS: usize = 256;
/// [`GAPS`] at less than the best effort.
const QUICK_GAPS: usize = 48;
/// Maximum divisor of a difference in a guess.
const PARTS: usize = 4;
/// [`PARTS`] at less than the best effort.
const QUICK_PARTS: usize = 2;

/// Cells of f64 that [`Grid::find`] uses.
pub(in crate::codec::numeric) const CELLS: usize = GAPS + MANY + FEW;

/// The number of an ordered integer.
fn value(ordered: i32) -> f64 {
    f64::from(f32::from_bits(order32(ordered) as u32))
}

/// Half the distance from the magnitude of a binary32 number to the next one.
fn half_ulp(v: f64) -> f64 {
    let v = (v as f32).abs();
    (f64::from(f32::from_bits(v.to_bits().wrapping_add(1))) - f64::from(v)) * 0.5
}

impl Grid {
    /// Finds the grid of a plane from its distinct values, which rise. `cells` has at least [`CELLS`].
    ///
    /// `thorough` is the search of the best effort. Without it, the result may be `known`, the grid of another plane.
    pub(crate) fn find(distinct: &[i32], thorough: bool, known: Option<Grid>, cells: &mut [f64]) -> Option<Self> {
        let (first, last) = (value(*distinct.first()?), value(*distinct.last()?));
        if distinct.len() < 4 || !first.is_finite() || !last.is_finite() {
            return None;
        }
        let largest = first.abs().max(last.abs());
        let (gaps, rest) = cells.split_at_mut_checked(GAPS)?;
        let (many, few) = rest.split_at_mut_checked(MANY)?;
        let gaps = gaps.get_mut(..if thorough { GAPS } else { QUICK_GAPS })?;
        let gaps = sampled_gaps(distinct, largest * 1e-7, gaps);
        if gaps.len() < 3 {
            return None;
        }
        // The grid of another plane must not be much finer than the samples require.
        let fits = |g: &Grid| gaps.first().is_some_and(|gap| g.step < gap * 1.5 && g.step * MAX_FINER > *gap);
        let many = sampled(distinct, many.get_mut(..if thorough { MANY } else { QUICK_MANY })?);
        if let Some(g) = known.filter(|g| !thorough && fits(g) && g.holds(distinct)) {
            return Some(g);
        }
        let few = sampled(distinct, few.get_mut(..FEW)?);
        // Rounding moved the sample nearest to 0 by the smallest amount.
        let nearest = distinct.partition_point(|v| *v < 0);
        let near = [nearest.sat_sub(1), nearest].into_iter().filter_map(|i| distinct.get(i)).map(|v| value(*v));
        let anchor = near.min_by(|a, b| a.abs().total_cmp(&b.abs()))?;
        let digits = if Self::digits_of(few) > 0 { Self::digits_of(many) } else { 0 };
        let best = Self::candidates(few, gaps, largest, [0.0, anchor], digits, thorough)?;
        let mut finest: Option<(u64, Grid)> = None;
        let mut consider = |g: Grid| {
            let min = finest.map_or(u64::MAX, |f| f.0);
            let score = g.score(many, largest, min);
            if score < min {
                finest = Some((score, g));
            }
        };
        for (_, g) in best.into_iter().flatten() {
            consider(g);
            let mut ranked = [0.0; MANY];
            if let Some(g) = g.refine(distances(many, g.offset, &mut ranked), thorough) {
                consider(g);
            }
        }
        let (score, g) = finest?;
        if !thorough && g.holds(distinct) {
            return Some(g);
        }
        Some(g.polished(many, largest, score))
    }

    /// The [polished](Grid::polish) grid if its score is below `score`, else this grid.
    fn polished(self, values: &[f64], largest: f64, score: u64) -> Self {
        let polished = self.polish(values);
        if polished.score(values, largest, score) < score { polished } else { self }
    }

    /// The best grid through each of the offsets with its score, by a few of the values; `None` if both have none.
    fn candidates(
        few: &[f64],
        gaps: &[f64],
        largest: f64,
        offsets: [f64; 2],
        digits: u8,
        thorough: bool,
    ) -> Option<[Option<(u64, Grid)>; 2]> {
        let mut best: [Option<(u64, Grid)>; 2] = [None; 2];
        let mut ranked = [[0.0; FEW]; 2];
        let mut at = ranked.iter_mut();
        let offsets = offsets.map(|o| (o, at.next().map_or(&[] as &[f64], |to| distances(few, o, to))));
        let mut before = 0.0;
        let (guesses, parts) = if thorough { (4, PARTS) } else { (2, QUICK_PARTS) };
        for at in [0, gaps.len() / 4, gaps.len() / 20, gaps.len() / 2].into_iter().take(guesses) {
            let gap = *gaps.get(at)?;
            if gap == before {
                continue;
            }
            before = gap;
            for part in [1.0, 2.0, 3.0, 4.0].into_iter().take(parts) {
                for ((offset, distances), held) in offsets.iter().zip(&mut best) {
                    let Some(g) = (Grid { offset: *offset, step: gap / part, digits }).refine(distances, thorough)
                    else {
                        continue;
                    };
                    let bound = if thorough { u64::MAX } else { g.score_of(largest, MAX_ERRORS) };
                    let min = held.map_or(bound, |h| h.0);
                    let score = g.score(few, largest, min);
                    if score < min {
                        *held = Some((score, g));
                        // Finer steps only have larger counts.
                        if !thorough && g.errors_of(score, largest) <= GOOD_ERRORS {
                            return Some([*held, None]);
                        }
                    }
                }
            }
        }
        best.iter().any(Option::is_some).then_some(best)
    }

    /// The minimum number of decimal digits, from [`MIN_DIGITS`], that all of the values are rounded to; 0 if none is.
    fn digits_of(values: &[f64]) -> u8 {
        let fits = |d: &u8| values.iter().all(|v| decimal(*v, *d) as f32 == *v as f32);
        (MIN_DIGITS..=MAX_DIGITS).find(fits).unwrap_or(0)
    }

    /// Half the distance from a value to its neighbors, as values are rounded.
    fn half_unit(&self, v: f64) -> f64 {
        let decimal = if self.digits > 0 && v != 0.0 { half_unit(v, self.digits) } else { None };
        decimal.unwrap_or_else(|| half_ulp(v))
    }

    /// The mean cost of a value, in 1/256 bit: the bits of its error, and 3/5 of the bits of the largest count.
    ///
    /// Above `max` the result is only some number above `max`, because not all values are read then.
    fn score(&self, values: &[f64], largest: f64, max: u64) -> u64 {
        let counts = self.count_bits(largest);
        let enough = max.sat_add(1).sat_sub(counts * 3 / 5).sat_mul(values.len() as u64);
        let sum = grid_misses(Level::detect(), values, self.offset, self.step, self.digits, enough);
        sum / values.len().max(1) as u64 + counts * 3 / 5
    }

    /// Fits the step to distances from the offset, the smallest first. Larger distances have larger weights.
    fn refine(mut self, distances: &[f64], thorough: bool) -> Option<Self> {
        let (mut xy, mut xx) = (0.0, 0.0);
        let mut inverse = 1.0 / self.step;
        for (n, d) in (1u32..).zip(distances) {
            let k = round(d * inverse);
            if (d - k * self.step).abs() < 0.2 * self.step {
                xy += k * d;
                xx += k * k;
            }
            // At less effort only after 1, 2, 3, 4, 6, 8, 12 and so on.
            let due = thorough || n.is_power_of_two() || (n / 3).is_power_of_two() && n % 3 == 0;
            if due && xx > 0.0 {
                self.step = xy / xx;
                inverse = 1.0 / self.step;
            }
        }
        if xx > 0.0 {
            self.step = xy / xx;
        }
        (self.step.is_finite() && self.step > f64::MIN_POSITIVE * 1e16).then_some(self)
    }

    /// Moves the step, then the offset, to the middle of the range that the rounding of the values allows.
    fn polish(mut self, values: &[f64]) -> Self {
        let mut halves = [0.0; MANY];
        for (to, v) in halves.iter_mut().zip(values) {
            *to = self.half_unit(*v);
        }
        for _ in 0..2 {
            let inverse = 1.0 / self.step;
            let (mut low, mut high) = (self.step * 0.99, self.step * 1.01);
            let (mut first, mut last) = (f64::NEG_INFINITY, f64::INFINITY);
            for (v, half) in values.iter().zip(halves) {
                let d = v - self.offset;
                let k = round(d * inverse);
                // Values that contradict the range so far are skipped.
                if k != 0.0 {
                    let (a, b) = ((d - half) / k, (d + half) / k);
                    let (a, b) = (low.max(a.min(b)), high.min(a.max(b)));
                    if a <= b {
                        (low, high) = (a, b);
                    }
                }
            }
            self.step = (low + high) * 0.5;
            if self.offset == 0.0 {
                break;
            }
            for (v, half) in values.iter().zip(halves) {
                let d = v - round((v - self.offset) * inverse) * self.step;
                let (a, b) = (first.max(d - half), last.min(d + half));
                if a <= b {
                    (first, last) = (a, b);
                }
            }
            let middle = (first + last) * 0.5;
            if middle.is_finite() {
                self.offset = middle;
            }
        }
        self
    }

    /// Whether all of these samples are on the grid.
    fn holds(&self, samples: &[i32]) -> bool {
        let mut counts = [0; RUN];
        let mut errors = [0; RUN];
        samples.chunks(RUN).all(|v| {
            let counts = counts.get_mut(..v.len()).unwrap_or(&mut []);
            let errors = errors.get_mut(..v.len()).unwrap_or(&mut []);
            self.counts(v, counts);
            errors.copy_from_slice(v);
            self.subtract_samples(counts, errors);
            errors.iter().all(|e| *e == 0)
        })
    }

    /// The score of a grid whose errors need a mean of `errors`, in 1/256 bit.
    fn score_of(&self, largest: f64, errors: u64) -> u64 {
        self.count_bits(largest) * 3 / 5 + errors
    }

    /// The part of a score that is due to errors.
    fn errors_of(&self, score: u64, largest: f64) -> u64 {
        score.sat_sub(self.count_bits(largest) * 3 / 5)
    }

    /// The approximate bits of the largest count, in 1/256.
    fn count_bits(&self, largest: f64) -> u64 {
        log2_q8((largest / self.step).min(1e15) as u64 + 1) as u64
    }
}

/// The distances of values from `offset`, the smallest magnitude first. `values` rise.
fn distances<'a>(values: &[f64], offset: f64, out: &'a mut [f64]) -> &'a [f64] {
    let middle = values.partition_point(|v| *v < offset);
    let (mut down, mut up) = (middle, middle);
    let n = values.len().min(out.len());
    for to in out.iter_mut().take(n) {
        let below = down.checked_sub(1).and_then(|i| values.get(i)).map(|v| v - offset);
        let above = values.get(up).map(|v| v - offset);
        *to = match (below, above) {
            (Some(b), Some(a)) if a <= -b => {
                up += 1;
                a
            }
            (Some(b), _) => {
                down -= 1;
                b
            }
            (None, above) => {
                up += 1;
                above.unwrap_or(0.0)
            }
        };
    }
    out.get(..n).unwrap_or(&[])
}

/// Some of the values, evenly spaced, the first and the last included.
fn sampled<'a>(distinct: &[i32], out: &'a mut [f64]) -> &'a [f64] {
    let n = distinct.len().min(out.len());
    for (i, to) in out.iter_mut().enumerate().take(n) {
        let at = i * (distinct.len() - 1) / (n - 1).max(1);
        *to = distinct.get(at).copied().map_or(0.0, value);
    }
    out.get(..n).unwrap_or(&[])
}

/// Some differences of neighbors above `min`, in rising order.
fn sampled_gaps<'a>(distinct: &[i32], min: f64, out: &'a mut [f64]) -> &'a [f64] {
    let pairs = distinct.len() - 1;
    let tries = pairs.min(out.len());
    let mut n = 0;
    for i in 0..tries {
        let at = i * pairs / tries;
        if let (Some(a), Some(b), Some(to)) = (distinct.get(at), distinct.get(at + 1), out.get_mut(n)) {
            *to = value(*b) - value(*a);
            n += usize::from(*to > min);
        }
    }
    let out = out.get_mut(..n).unwrap_or(&mut []);
    // The bits of positive numbers are in their order.
    sort(out, |a, b| a.to_bits() < b.to_bits());
    out
}
