//! Linear prediction by least squares: the covariance method (Makhoul, "Linear prediction: a tutorial review", 1975).
//!
//! [`Solver`] accumulates the products of a plane with itself and with the planes before it, and solves for
//! coefficients. Sums are in f64, in a fixed order and without fused operations, so that every machine finds the same
//! coefficients.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "f64 arithmetic, and indices of small matrices used through get alone"
)]

use super::linear::{Linear, MAX_COEFFICIENT, MAX_ORDER, MAX_REFS, MAX_SHIFT, MAX_TAPS};
use crate::simd::{Level, lag_products};
use crate::util::slice::Put;
use core::ops::Range;

/// Samples converted to f64 at a time.
const BLOCK: usize = 256;
/// Samples kept before a block: the longest lag.
const HISTORY: usize = MAX_ORDER;
/// Cells of a series: a block and the samples before it.
const ROW: usize = HISTORY + BLOCK;
/// Number of series: the plane and the planes before it.
const SERIES: usize = 1 + MAX_REFS;
/// Maximum number of rows of the matrix of products: the target, the own lags, and the taps of the other planes.
const MAX_ROWS: usize = 1 + MAX_ORDER + MAX_REFS * MAX_TAPS;

/// Number of lags of a series, including 0.
const LAGS: usize = MAX_ORDER + 1;

/// Cells of f64 that [`Solver`] uses.
pub(crate) const CELLS: usize = SERIES * ROW + 2 * MAX_ROWS * MAX_ROWS;

/// Row of `work` with the samples before the first one added, per series and in reverse order.
///
/// While products are added, `work` holds numbers by row, series and lag. The rows before this one hold, for each pair
/// of series, the sums of products with a lag of 0 in the first series.
const BEFORE: usize = SERIES;
/// Row of `work` with the last samples added, per series and in reverse order.
const LAST: usize = SERIES + 1;
const _: () = assert!((LAST + 1) * SERIES * LAGS <= MAX_ROWS * MAX_ROWS);

/// The cells of `work` for row `i` and a series.
const fn place(i: usize, series: usize) -> Range<usize> {
    let at = (i * SERIES + series) * LAGS;
    at..at + LAGS
}

/// The matrix of products of a plane and the planes before it, and its solution.
pub(crate) struct Solver<'a> {
    rows: &'a mut [f64],
    products: &'a mut [f64],
    work: &'a mut [f64],
    /// Distance between rows of `products`, and of `work` while solving.
    stride: usize,
    order: usize,
    refs: usize,
    taps: usize,
    count: usize,
}

/// A predictor and its fit.
pub(crate) struct Solution {
    /// The predictor.
    pub(crate) predictor: Linear,
    /// Approximately 256 log2 of the mean square of the residuals.
    pub(crate) noise: i32,
}

impl<'a> Solver<'a> {
    /// A solver without products, for `order` own terms and `taps` terms of each of `refs` planes.
    ///
    /// `cells` has at least [`CELLS`].
    pub(crate) fn new(cells: &'a mut [f64], order: usize, refs: usize, taps: usize) -> Option<Self> {
        let (rows, rest) = cells.split_at_mut_checked(SERIES * ROW)?;
        let (products, work) = rest.split_at_mut_checked(MAX_ROWS * MAX_ROWS)?;
        let refs = if taps == 0 { 0 } else { refs.min(MAX_REFS) };
        let (order, taps) = (order.min(MAX_ORDER), taps.min(MAX_TAPS));
        let stride = 1 + order + refs * taps;
        products.get_mut(..stride * stride)?.fill(0.0);
        Some(Solver { rows, products, work, stride, order, refs, taps, count: 0 })
    }

    /// The first row of the lags of series `s` in the matrix, and the number of lags.
    fn lags(&self, s: usize) -> (usize, usize) {
        if s == 0 { (0, self.order + 1) } else { (1 + self.order + (s - 1) * self.taps, self.taps) }
    }

    /// The sum of products of the terms `i` and `j`.
    fn product(&self, i: usize, j: usize) -> f64 {
        self.products.get(i.max(j) * self.stride + i.min(j)).copied().unwrap_or(0.0)
    }

    /// Adds the products over the samples of `range`. The samples before it are the history.
    pub(crate) fn accumulate(&mut self, x: &[i32], refs: &[&[i32]; MAX_REFS], range: Range<usize>) {
        let warm = self.order.max(self.taps);
        let start = range.start.max(warm);
        let end = range.end.min(x.len());
        if start >= end {
            return;
        }
        self.count += end - start;
        let mut series = [x; SERIES];
        for (to, r) in series.iter_mut().skip(1).zip(refs) {
            *to = r;
        }
        let planes = 1 + self.refs;
        // Only sums with a lag of 0 in one series are added up. The sums with other lags are
        // computed from them and from the samples at both ends.
        for (a, b) in (0..planes).flat_map(|a| (0..planes).map(move |b| (a, b))) {
            let (_, lags) = self.lags(b);
            self.work.get_mut(place(a, b)).and_then(|s| s.get_mut(..lags)).unwrap_or(&mut []).fill(0.0);
        }
        let level = Level::detect();
        let mut at = start;
        while at < end {
            let n = BLOCK.min(end - at);
            for (row, x) in self.rows.chunks_exact_mut(ROW).zip(series).take(planes) {
                let from = at - warm;
                let x = x.get(from..at + n).unwrap_or(&[]);
                let row = row.get_mut(HISTORY - warm..HISTORY + n).unwrap_or(&mut []);
                for (to, v) in row.iter_mut().zip(x) {
                    *to = f64::from(*v);
                }
            }
            for a in 0..planes {
                for b in 0..planes {
                    let (_, lags) = self.lags(b);
                    let now = self.rows.get(a * ROW + HISTORY..a * ROW + HISTORY + n).unwrap_or(&[]);
                    let row = self.rows.get(b * ROW..(b + 1) * ROW).unwrap_or(&[]);
                    let Some(sums) = self.work.get_mut(place(a, b)).and_then(|s| s.get_mut(..lags)) else { break };
                    lag_products(level, now, row, HISTORY, sums);
                }
            }
            at += n;
        }
        // From one lag to the next, a product enters each sum at the start and one leaves at the
        // end.
        for (side, end) in [(BEFORE, start), (LAST, end)] {
            for (s, x) in series.iter().enumerate().take(planes) {
                let back = x.get(..end).unwrap_or(&[]).iter().rev().map(|v| f64::from(*v));
                let to = self.work.get_mut(place(side, s)).unwrap_or(&mut []);
                for (to, v) in to.iter_mut().zip(back.chain(core::iter::repeat(0.0))).take(warm + 1) {
                    *to = v;
                }
            }
        }
        for b in 0..planes {
            for a in 0..=b {
                self.add_block(a, b);
            }
        }
    }

    /// Adds the products of all lags of two series to the matrix, from their sums with a lag of 0 in one series.
    fn add_block(&mut self, a: usize, b: usize) -> Option<()> {
        let ((pa, na), (pb, nb)) = (self.lags(a), self.lags(b));
        let at = |i, series| self.work.get(place(i, series));
        let ((before_a, before_b), (last_a, last_b)) = ((at(BEFORE, a)?, at(BEFORE, b)?), (at(LAST, a)?, at(LAST, b)?));
        let start = at(a, b)?;
        // The current row of the matrix and the next one.
        let (mut row, mut next) = ([0.0; LAGS], [0.0; LAGS]);
        row.get_mut(..na)?.put(at(b, a)?.get(..na)?);
        let (mut row, mut next) = (&mut row, &mut next);
        for j in 0..nb {
            let to = self.products.get_mut((pb + j) * self.stride + pa..)?.get_mut(..na)?;
            for (to, v) in to.iter_mut().zip(row.iter()) {
                *to += v;
            }
            let (front, back) = (*before_b.get(j)?, *last_b.get(j)?);
            *next.first_mut()? = start.get(j + 1).copied().unwrap_or(0.0);
            let moved = row.iter().zip(before_a.iter().zip(last_a)).take(na);
            for (to, (v, (front_a, back_a))) in next.iter_mut().skip(1).zip(moved) {
                *to = v + (front_a * front - back_a * back);
            }
            core::mem::swap(&mut row, &mut next);
        }
        Some(())
    }

    /// The predictor of `order` own terms, at most those accumulated, and the terms of the other planes if `cross`.
    ///
    /// Returns `None` if the products do not determine it.
    pub(crate) fn solve(&mut self, order: usize, cross: bool) -> Option<Solution> {
        let order = order.min(self.order);
        let refs = if cross { self.refs } else { 0 };
        let m = order + refs * self.taps;
        if m == 0 || self.count < 2 * m + 16 {
            return None;
        }
        let index = |i: usize| if i < order { 1 + i } else { 1 + self.order + (i - order) };
        let stride = self.stride;
        // L D L^T in place, with the right side in the last row.
        for i in 0..=m {
            for j in 0..=i.min(m - 1) {
                let v = if i == m { self.product(0, index(j)) } else { self.product(index(i), index(j)) };
                let v = if i == j { v * (1.0 + 1e-9) + 1.0 } else { v };
                *self.work.get_mut(i * stride + j)? = v;
            }
        }
        for i in 0..=m {
            for j in 0..i {
                // Entry (i, j) less the products of the columns before it. Row i holds L times D
                // until column j is complete.
                let (before, row) = self.work.split_at_mut_checked(i * stride)?;
                let lj = before.get(j * stride..j * stride + j)?;
                let s = dot(row.get(..j)?, lj);
                *row.get_mut(j)? -= s;
            }
            if i < m {
                let (before, row) = self.work.split_at_mut_checked(i * stride)?;
                let mut d = *row.get(i)?;
                for (j, v) in row.iter_mut().enumerate().take(i) {
                    let l = *v / before.get(j * stride + j)?;
                    d -= l * *v;
                    *v = l;
                }
                if d.is_nan() || d <= 1e-6 {
                    return None;
                }
                *row.get_mut(i)? = d;
            }
        }
        // The last row is L D x': divide, then substitute from last to first.
        let mut c = [0.0f64; MAX_ROWS];
        let mut explained = 0.0;
        for j in 0..m {
            let (y, d) = (*self.work.get(m * stride + j)?, *self.work.get(j * stride + j)?);
            *c.get_mut(j)? = y / d;
        }
        for j in (0..m).rev() {
            let v = *c.get(j)?;
            for (k, to) in c.iter_mut().enumerate().take(j) {
                *to -= v * self.work.get(j * stride + k)?;
            }
        }
        for (j, v) in c.iter().enumerate().take(m) {
            explained += v * self.product(0, index(j));
        }
        self.quantize(order, refs, c.get(..m)?, explained)
    }

    /// Rounds coefficients to integers, with a shift as large as the residuals require.
    fn quantize(&self, order: usize, refs: usize, c: &[f64], explained: f64) -> Option<Solution> {
        let energy = self.product(0, 0);
        let residual = (energy - explained).max(energy * 1e-15).max(self.count as f64 * 0.05);
        let ratio = energy / residual * c.len() as f64;
        let largest = c.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        if !ratio.is_finite() || largest.is_nan() || largest >= 64.0 {
            return None;
        }
        // At half the exponent of the ratio, rounding the coefficients costs almost nothing.
        let mut shift = ((exponent(ratio) + 1) / 2 + 3).clamp(5, MAX_SHIFT as i32) as u32;
        while shift > 0 && largest * (1u32 << shift) as f64 > f64::from(MAX_COEFFICIENT - 1) {
            shift -= 1;
        }
        let mut p = Linear::new(order, refs, if refs > 0 { self.taps } else { 0 });
        p.shift = shift;
        let scale = f64::from(1u32 << shift);
        for (to, v) in p.coefficients().zip(c) {
            let v = v * scale;
            *to = (if v < 0.0 { v - 0.5 } else { v + 0.5 }) as i32;
        }
        let per = residual / self.count.max(1) as f64;
        Some(Solution { predictor: p, noise: log2_q8_of(per) })
    }
}

/// The sum of products by four partial sums, added in pairs, followed by the remaining products.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    let mut sums = [0.0; 4];
    for (a, b) in a.iter().zip(b) {
        for ((s, a), b) in sums.iter_mut().zip(a).zip(b) {
            *s += a * b;
        }
    }
    let [s, t, u, v] = sums;
    a_rest.iter().zip(b_rest).fold((s + u) + (t + v), |s, (a, b)| s + a * b)
}

/// Approximately 256 log2(v) of a positive normal number: its exponent, and its mantissa interpolated linearly.
fn log2_q8_of(v: f64) -> i32 {
    exponent(v) * 256 + ((v.to_bits() >> 44) & 0xff) as i32
}

/// floor(log2(v)) of a positive normal number.
fn exponent(v: f64) -> i32 {
    ((v.to_bits() >> 52) & 0x7ff) as i32 - 1023
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    fn noise(seed: &mut u64) -> i32 {
        *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((*seed >> 40) as i32 & 0xff) - 128
    }

    #[test]
    fn products_agree_with_the_definition() {
        let mut s = 1;
        let planes: Vec<Vec<i32>> = (0..4).map(|_| (0..1500).map(|_| noise(&mut s)).collect()).collect();
        let refs = [&planes[1][..], &planes[2][..], &planes[3][..]];
        for (order, refs_n, taps) in [(16, 0, 0), (4, 3, 3), (32, 2, 2), (0, 3, 1), (1, 1, 3)] {
            let mut cells = vec![0.0; CELLS];
            let mut solver = Solver::new(&mut cells, order, refs_n, taps).unwrap();
            let mut terms: Vec<(usize, usize)> = (0..=order).map(|l| (0, l)).collect();
            terms.extend((1..=refs_n).flat_map(|r| (0..taps).map(move |l| (r, l))));
            let ranges = [40..700usize, 900..1500];
            for r in ranges.clone() {
                solver.accumulate(&planes[0], &refs, r);
            }
            for (i, a) in terms.iter().enumerate() {
                for (j, b) in terms.iter().enumerate() {
                    let want: i64 = ranges
                        .clone()
                        .into_iter()
                        .flatten()
                        .map(|t| i64::from(planes[a.0][t - a.1]) * i64::from(planes[b.0][t - b.1]))
                        .sum();
                    assert_eq!(solver.product(i, j), want as f64, "{a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn a_known_recursion_is_found() {
        let mut s = 7;
        let mut x = vec![0i32; 4000];
        let mut y = vec![0i32; 4000];
        for t in 0..4000 {
            y[t] = noise(&mut s) * 8;
            let (a, b) = (if t > 0 { x[t - 1] } else { 0 }, if t > 1 { x[t - 2] } else { 0 });
            x[t] = (1.5 * f64::from(a) - 0.8 * f64::from(b) + 0.5 * f64::from(y[t])) as i32 + noise(&mut s) / 32;
        }
        let mut cells = vec![0.0; CELLS];
        let mut solver = Solver::new(&mut cells, 8, 1, 1).unwrap();
        solver.accumulate(&x, &[&y, &[], &[]], 0..4000);
        let p = solver.solve(2, true).unwrap().predictor;
        let c = |v: i32| f64::from(v) / f64::from(1u32 << p.shift);
        assert!((c(p.own[0]) - 1.5).abs() < 0.01 && (c(p.own[1]) + 0.8).abs() < 0.01, "{p:?}");
        assert!((c(p.other[0][0]) - 0.5).abs() < 0.01);
        assert!(solver.solve(8, false).is_some());
    }
}
