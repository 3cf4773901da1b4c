//! binary32 samples that are integers times a step: most telemetry is counts of a converter, scaled.
//!
//! A sample is `f32(offset + k * step)`, the product and the sum each rounded to binary64 and then to binary32, plus
//! an error in units of the last place, which is nearly always 0 and is coded too: nothing is lost. Recordings that
//! were text once have been rounded to some decimal digits in between; so is the sum, then.
#![allow(clippy::arithmetic_side_effects, reason = "f64 arithmetic; counts of a few hundred")]

use super::sample::order32;
use super::tables::log2_q8;
use crate::simd::{Level, grid_counts, grid_decimals, grid_misses, grid_samples};
use crate::util::bytes::{Reader, Writer};
use crate::util::unsigned::Unsigned;

/// The offset and the step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Grid {
    /// Near a sample, or 0.
    pub(crate) offset: f64,
    /// Greater than 0.
    pub(crate) step: f64,
    /// Significant decimal digits the sum is rounded to, up to [`MAX_DIGITS`]; 0 for no rounding.
    pub(crate) digits: u8,
}

/// Most decimal digits: more cannot be told from none in binary32.
pub(crate) const MAX_DIGITS: u8 = 7;
/// Fewest decimal digits that are looked for.
const MIN_DIGITS: u8 = 3;
/// The powers of ten that binary64 holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// `v` times 10^`power`, in one rounding; nothing where the power is not exact.
#[inline]
fn scaled(v: f64, power: i32) -> Option<f64> {
    let p = POWERS.get(power.unsigned_abs() as usize)?;
    Some(if power < 0 { v / p } else { v * p })
}

/// The power of ten that brings `v` to a number of `digits` digits before the point.
#[inline]
fn power_for(v: f64, digits: u8) -> i32 {
    let exponent = ((v.to_bits() >> 52) & 0x7ff) as i32 - 1023;
    // 1233 / 4096 is log10(2), a little less: the result is right or one too high.
    i32::from(digits) - 1 - ((exponent * 1233) >> 12)
}

/// `v` rounded to so many significant decimal digits, ties to even; as it is where it is too small or too large.
#[inline]
fn decimal(v: f64, digits: u8) -> f64 {
    let most = POWERS.get(usize::from(digits)).copied().unwrap_or(1.0);
    let mut power = power_for(v, digits);
    let Some(mut m) = scaled(v, power) else { return v };
    if m.abs() >= most {
        power -= 1;
        let Some(again) = scaled(v, power) else { return v };
        m = again;
    }
    scaled(round(m), -power).unwrap_or(v)
}

/// Samples of a grid made at a time.
const RUN: usize = 64;
/// Largest magnitude of a count.
const MOST: f64 = (1 << 30) as f64;
/// Adding and subtracting 1.5 * 2^52 rounds to the nearest integer, ties to even.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// Values looked at in the first and the second round of the search.
const FEW: usize = 32;
const MANY: usize = 128;
const SOME_MANY: usize = 48;
/// How much finer than the least difference of samples the grid of another plane may be.
const FINER: f64 = 6.0;
/// Mean bits of the errors, in 1/256, from which on a grid is not worth the search for a better one.
const HOPELESS: u64 = 8 * 256;
/// The same up to which no better grid is looked for.
const CLOSE: u64 = 8;
/// Differences from which steps are guessed.
const GAPS: usize = 256;
const SOME_GAPS: usize = 48;
/// Into how many parts at most a difference is divided for a guess; at less effort.
const PARTS: usize = 4;
const SOME_PARTS: usize = 2;

#[inline]
fn round(v: f64) -> f64 {
    (v + ROUND) - ROUND
}

fn value(ordered: i32) -> f64 {
    f64::from(f32::from_bits(order32(ordered) as u32))
}

/// Half the distance from the magnitude of a binary32 value to the next one.
fn half_ulp(v: f64) -> f64 {
    let v = (v as f32).abs();
    (f64::from(f32::from_bits(v.to_bits().wrapping_add(1))) - f64::from(v)) * 0.5
}

impl Grid {
    /// The sample of count `k`, as an ordered integer.
    #[inline]
    pub(crate) fn at(&self, k: i32) -> i32 {
        self.rounded(self.offset + f64::from(k) * self.step)
    }

    /// A sum as a sample.
    #[inline]
    fn rounded(&self, v: f64) -> i32 {
        let v = if self.digits == 0 { v } else { decimal(v, self.digits) };
        order32((v as f32).to_bits() as i32)
    }

    /// The decimal digits that all of the values have, if it is few enough to be no accident.
    fn digits_of(values: &[f64]) -> u8 {
        let fits = |d: &u8| values.iter().all(|v| decimal(*v, *d) as f32 == *v as f32);
        (MIN_DIGITS..=MAX_DIGITS).find(fits).unwrap_or(0)
    }

    /// Half the distance to the neighbours of a value, as it is rounded.
    fn half_unit(&self, v: f64) -> f64 {
        if self.digits > 0 && v != 0.0 {
            let power = power_for(v, self.digits);
            let power = if scaled(v, power)
                .is_some_and(|m| m.abs() >= POWERS.get(usize::from(self.digits)).copied().unwrap_or(1.0))
            {
                power - 1
            } else {
                power
            };
            if let Some(unit) = scaled(0.5, -power) {
                return unit;
            }
        }
        half_ulp(v)
    }

    /// The counts nearest to samples, within their bounds.
    #[inline]
    pub(crate) fn counts(&self, samples: &[i32], counts: &mut [i32]) {
        grid_counts(Level::detect(), samples, self.offset, 1.0 / self.step, MOST, counts);
    }

    /// The count nearest to a sample.
    #[inline]
    pub(crate) fn count(&self, sample: i32) -> i32 {
        let mut k = 0;
        grid_counts(Level::BASELINE, &[sample], self.offset, 1.0 / self.step, MOST, core::slice::from_mut(&mut k));
        k
    }

    /// Adds the samples of counts to their errors.
    pub(crate) fn add_samples(&self, counts: &[i32], errors: &mut [i32]) {
        self.each(counts, errors, i32::wrapping_add);
    }

    /// Takes the samples of counts away: what is left are errors.
    pub(crate) fn less_samples(&self, counts: &[i32], samples: &mut [i32]) {
        self.each(counts, samples, i32::wrapping_sub);
    }

    #[inline]
    fn each(&self, counts: &[i32], to: &mut [i32], with: impl Fn(i32, i32) -> i32) {
        let level = Level::detect();
        // One at a time a number needs fewer divisions.
        if self.digits > 0 && level == Level::BASELINE {
            for (to, k) in to.iter_mut().zip(counts) {
                *to = with(*to, self.at(*k));
            }
            return;
        }
        let mut some = [0; RUN];
        for (to, counts) in to.chunks_mut(RUN).zip(counts.chunks(RUN)) {
            if self.digits > 0 {
                grid_decimals(level, counts, self.offset, self.step, self.digits, &mut some);
            } else {
                grid_samples(level, counts, self.offset, self.step, &mut some);
            }
            for (to, v) in to.iter_mut().zip(some) {
                *to = with(*to, v);
            }
        }
    }

    /// Appends the grid.
    pub(crate) fn write(&self, w: &mut Writer<'_>) {
        w.u64(self.offset.to_bits());
        w.u64(self.step.to_bits());
        w.u8(self.digits);
    }

    /// Reads a grid; nothing where its numbers are not finite or the step is not positive.
    pub(crate) fn read(r: &mut Reader<'_>) -> Option<Self> {
        let g = Grid { offset: f64::from_bits(r.u64()?), step: f64::from_bits(r.u64()?), digits: r.u8()? };
        (g.digits <= MAX_DIGITS && g.offset.is_finite() && g.step.is_finite() && g.step > 0.0).then_some(g)
    }

    /// Mean bits of the error and of the count, in 1/256, over some of the values.
    ///
    /// Something larger than `most` where it is more than that.
    fn score(&self, values: &[f64], largest: f64, most: u64) -> u64 {
        let counts = self.count_bits(largest);
        let enough = most.sat_add(1).sat_sub(counts * 3 / 5).sat_mul(values.len() as u64);
        let sum = grid_misses(Level::detect(), values, self.offset, self.step, self.digits, enough);
        sum / values.len().max(1) as u64 + counts * 3 / 5
    }

    /// Fits the step to distances from the offset, from the least to the largest: the farther, the more its error counts.
    fn refine(mut self, distances: &[f64], thorough: bool) -> Option<Self> {
        let (mut xy, mut xx) = (0.0, 0.0);
        let mut inverse = 1.0 / self.step;
        for (n, d) in (1u32..).zip(distances) {
            let k = round(d * inverse);
            if (d - k * self.step).abs() < 0.2 * self.step {
                xy += k * d;
                xx += k * k;
            }
            // If not each time, after 1, 2, 3, 4, 6, 8, 12 and so on.
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

    /// Moves the step, then the offset, into the middle of what the rounding of the values to binary32 leaves open.
    fn polish(mut self, values: &[f64]) -> Self {
        let mut halves = [0.0; MANY];
        for (to, v) in halves.iter_mut().zip(values) {
            *to = self.half_unit(*v);
        }
        for _ in 0..2 {
            let inverse = 1.0 / self.step;
            let (mut low, mut high) = (self.step * 0.99, self.step * 1.01);
            let (mut least, mut most) = (f64::NEG_INFINITY, f64::INFINITY);
            for (v, half) in values.iter().zip(halves) {
                let d = v - self.offset;
                let k = round(d * inverse);
                // Values that contradict the others are passed over.
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
                let (a, b) = (least.max(d - half), most.min(d + half));
                if a <= b {
                    (least, most) = (a, b);
                }
            }
            let middle = (least + most) * 0.5;
            if middle.is_finite() {
                self.offset = middle;
            }
        }
        self
    }

    /// Whether all of these samples lie on the grid.
    fn holds(&self, samples: &[i32]) -> bool {
        let mut counts = [0; RUN];
        let mut errors = [0; RUN];
        samples.chunks(RUN).all(|v| {
            let counts = counts.get_mut(..v.len()).unwrap_or(&mut []);
            let errors = errors.get_mut(..v.len()).unwrap_or(&mut []);
            self.counts(v, counts);
            errors.copy_from_slice(v);
            self.less_samples(counts, errors);
            errors.iter().all(|e| *e == 0)
        })
    }

    /// The grid of a plane, from its distinct values in rising order; `cells` are at least
    /// [`CELLS`]. If it is not `thorough`, it may be that of another plane, `known`.
    pub(crate) fn find(distinct: &[i32], thorough: bool, known: Option<Grid>, cells: &mut [f64]) -> Option<Self> {
        let (first, last) = (value(*distinct.first()?), value(*distinct.last()?));
        if distinct.len() < 4 || !first.is_finite() || !last.is_finite() {
            return None;
        }
        let largest = first.abs().max(last.abs());
        let (gaps, rest) = cells.split_at_mut_checked(GAPS)?;
        let (many, few) = rest.split_at_mut_checked(MANY)?;
        let gaps = gaps.get_mut(..if thorough { GAPS } else { SOME_GAPS })?;
        let gaps = sampled_gaps(distinct, largest * 1e-7, gaps);
        if gaps.len() < 3 {
            return None;
        }
        // No finer than the samples ask for.
        let fits = |g: &Grid| gaps.first().is_some_and(|gap| g.step < gap * 1.5 && g.step * FINER > *gap);
        let many = sampled(distinct, many.get_mut(..if thorough { MANY } else { SOME_MANY })?);
        if let Some(g) = known.filter(|g| !thorough && fits(g) && g.holds(distinct)) {
            return Some(g);
        }
        let few = sampled(distinct, few.get_mut(..FEW)?);
        // The sample nearest to 0 is the one whose rounding moved it least.
        let nearest = distinct.partition_point(|v| *v < 0);
        let near = [nearest.sat_sub(1), nearest].into_iter().filter_map(|i| distinct.get(i)).map(|v| value(*v));
        let anchor = near.min_by(|a, b| a.abs().total_cmp(&b.abs()))?;
        let digits = if Self::digits_of(few) > 0 { Self::digits_of(many) } else { 0 };
        let best = Self::candidates(few, gaps, largest, [0.0, anchor], digits, thorough)?;
        let mut finest: Option<(u64, Grid)> = None;
        let mut consider = |g: Grid| {
            let least = finest.map_or(u64::MAX, |f| f.0);
            let score = g.score(many, largest, least);
            if score < least {
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

    /// Polished, if that is better.
    fn polished(self, values: &[f64], largest: f64, score: u64) -> Self {
        let polished = self.polish(values);
        if polished.score(values, largest, score) < score { polished } else { self }
    }

    /// The best grids through each of the offsets, by few of the values, with their scores; nothing where there is none.
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
        let (guesses, parts) = if thorough { (4, PARTS) } else { (2, SOME_PARTS) };
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
                    let bound = if thorough { u64::MAX } else { g.enough(largest, HOPELESS) };
                    let least = held.map_or(bound, |h| h.0);
                    let score = g.score(few, largest, least);
                    if score < least {
                        *held = Some((score, g));
                        // Finer steps would only need larger counts.
                        if !thorough && g.errors_of(score, largest) <= CLOSE {
                            return Some([*held, None]);
                        }
                    }
                }
            }
        }
        best.iter().any(Option::is_some).then_some(best)
    }

    /// The score with so many bits of errors.
    fn enough(&self, largest: f64, errors: u64) -> u64 {
        self.count_bits(largest) * 3 / 5 + errors
    }

    /// The part of a score that is not of the counts.
    fn errors_of(&self, score: u64, largest: f64) -> u64 {
        score.sat_sub(self.count_bits(largest) * 3 / 5)
    }

    /// About the bits of the largest count, in 1/256.
    fn count_bits(&self, largest: f64) -> u64 {
        log2_q8((largest / self.step).min(1e15) as u64 + 1) as u64
    }
}

/// f64 cells that [`Grid::find`] works in.
pub(crate) const CELLS: usize = GAPS + MANY + FEW;

/// What lies between `offset` and each value, the least magnitude first.
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

/// Some of the values, evenly spread, the first and the last among them.
fn sampled<'a>(distinct: &[i32], out: &'a mut [f64]) -> &'a [f64] {
    let n = distinct.len().min(out.len());
    for (i, to) in out.iter_mut().enumerate().take(n) {
        let at = i * (distinct.len() - 1) / (n - 1).max(1);
        *to = distinct.get(at).copied().map_or(0.0, value);
    }
    out.get(..n).unwrap_or(&[])
}

/// Some differences of neighbours above `least`, in rising order.
fn sampled_gaps<'a>(distinct: &[i32], least: f64, out: &'a mut [f64]) -> &'a [f64] {
    let pairs = distinct.len() - 1;
    let tries = pairs.min(out.len());
    let mut n = 0;
    for i in 0..tries {
        let at = i * pairs / tries;
        if let (Some(a), Some(b), Some(to)) = (distinct.get(at), distinct.get(at + 1), out.get_mut(n)) {
            *to = value(*b) - value(*a);
            n += usize::from(*to > least);
        }
    }
    let out = out.get_mut(..n).unwrap_or(&mut []);
    // Of positive numbers the bits are in order.
    crate::util::slice::sort(out, |a, b| a.to_bits() < b.to_bits());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn scaled_counts_are_recognised() {
        for (offset, step) in [(0.0f64, 0.0123), (-12.5, 1.0 / 3.0), (1e6, 0.5), (0.0, 1e-9), (3.25, 0.061)] {
            let counts: Vec<i32> = (0..3000).map(|i| ((i * 7919) % 2003) - 1000).collect();
            let x: Vec<i32> =
                counts.iter().map(|k| order32(((offset + f64::from(*k) * step) as f32).to_bits() as i32)).collect();
            let mut e = x.clone();
            let n = super::super::dict::distinct(&x, &mut e);
            let g = Grid::find(&e[..n], false, None, &mut std::vec![0.0; CELLS]).unwrap();
            let wrong = x.iter().filter(|v| g.at(g.count(**v)) != **v).count();
            assert!(wrong < 30, "{offset} {step}: {g:?}, {wrong} of 3000");
        }
    }

    #[test]
    fn many_samples_are_what_each_one_is() {
        let counts: Vec<i32> = (-700..700).map(|k: i32| k.wrapping_pow(3).wrapping_mul(11)).collect();
        let steps = [(0.0, 0.0123), (-12.5, 1e-9), (1e30, 1e21), (0.0, 1e-17), (0.0, 3e-24), (f64::MAX, f64::MAX)];
        for (offset, step) in steps {
            for digits in 0..=MAX_DIGITS {
                let g = Grid { offset, step, digits };
                let mut samples = std::vec![0; counts.len()];
                g.add_samples(&counts, &mut samples);
                let want: Vec<i32> = counts.iter().map(|k| g.at(*k)).collect();
                assert_eq!(samples, want, "{g:?}");
            }
        }
    }

    #[test]
    fn odd_numbers_do_no_harm() {
        for x in [
            [f32::NAN, 1.0, 2.0, 3.0, 4.0],
            [f32::INFINITY, 1.0, 2.0, 3.0, 4.0],
            [f32::MIN, -1.0, 0.0, 1e-45, f32::MAX],
            [0.0, 1e-45, 2.8e-45, 4e-45, 5.6e-45],
            [-0.0, 0.0, 1.0, 2.0, 3.0],
        ] {
            let x = x.map(|v| order32(v.to_bits() as i32));
            let mut e = x;
            let n = super::super::dict::distinct(&x, &mut e);
            if let Some(g) = Grid::find(&e[..n], false, None, &mut std::vec![0.0; CELLS]) {
                for v in x {
                    let k = g.count(v);
                    let r = v.wrapping_sub(g.at(k));
                    assert_eq!(g.at(k).wrapping_add(r), v);
                }
            }
        }
    }
}
