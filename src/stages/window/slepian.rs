//! The first Slepian sequence (discrete prolate spheroidal sequence).
//!
//! It is the eigenvector of the largest eigenvalue of the symmetric tridiagonal matrix with the diagonal
//! `((M - 1 - 2 i) / 2)^2 cos(2 pi nw / M)` and the elements `i (M - i) / 2` beside it (Slepian 1978, section 2; Percival
//! and Walden, Spectral Analysis for Physical Applications, section 8.3). Bisection finds the smallest `lambda` for
//! which all pivots of `lambda I - T` are positive; inverse iteration from there gives the vector. No sum in it has
//! terms of different signs, so all elements are accurate, the smallest ones, too.

use super::super::trig;
use crate::checked;
use crate::mem::cast_mut;
use crate::status::Result;
use crate::util::unsigned::Unsigned;

/// Steps of the bisection: an `f64` has 53 bits, and the first interval is at most `M^2` times the last.
const HALVINGS: u32 = 110;
/// Steps of inverse iteration, from a vector of ones: each reduces other vectors by the ratio of the distances of their
/// eigenvalues and of the largest from `lambda`.
const ITERATIONS: u32 = 4;

/// Bytes of the table before the window of `n` elements: pivots and vector of up to `n + 1` numbers.
pub(super) fn work_bytes(n: usize) -> Result<usize> {
    checked::mul(checked::add(n, 1)?, 16)
}

/// The tridiagonal matrix.
#[derive(Clone, Copy)]
struct Matrix {
    m: f64,
    cos: f64,
}

impl Matrix {
    fn diagonal(self, i: f64) -> f64 {
        let half = (self.m - 1.0 - 2.0 * i) * 0.5;
        half * half * self.cos
    }

    /// The element between rows `i - 1` and `i`.
    fn beside(self, i: f64) -> f64 {
        i * (self.m - i) * 0.5
    }

    /// The pivots of `lambda I - T`; false if one is not positive.
    fn factor(self, lambda: f64, pivots: &mut [f64]) -> bool {
        let (mut i, mut last) = (0.0, 1.0);
        for pivot in pivots.iter_mut() {
            let e = self.beside(i);
            // In row 0 the element beside it is 0.
            last = lambda - self.diagonal(i) - e * (e / last);
            if last <= 0.0 || last.is_nan() {
                return false;
            }
            *pivot = last;
            i += 1.0;
        }
        true
    }

    /// Solves `(lambda I - T) x = x` in place.
    fn solve(self, pivots: &[f64], x: &mut [f64]) {
        let (mut i, mut last) = (0.0, 0.0);
        let mut last_pivot = 1.0;
        for (x, pivot) in x.iter_mut().zip(pivots) {
            *x += self.beside(i) / last_pivot * last;
            (last, last_pivot) = (*x, *pivot);
            i += 1.0;
        }
        let mut after = 0.0;
        for (x, pivot) in x.iter_mut().zip(pivots).rev() {
            *x = (*x + self.beside(i) * after) / pivot;
            after = *x;
            i -= 1.0;
        }
    }
}

/// The cosine of `turns` of a full turn, from 0 to half a turn.
fn cosine(turns: f64) -> f64 {
    use core::f64::consts::TAU;
    match turns {
        t if t <= 0.125 => trig::cos_poly(t * TAU),
        t if t <= 0.375 => trig::sin_poly((0.25 - t) * TAU),
        t => -trig::cos_poly((0.5 - t) * TAU),
    }
}

/// Fills the end of `table` with the window, its largest element `scale`; of an even length slightly less, where the
/// largest value lies between two elements.
pub(super) fn fill(table: &mut [u8], symmetric: bool, nw: f64, scale: f64) -> Option<()> {
    // The work area of n + 1 pairs of f64, and n elements of f32.
    let n = table.len().checked_sub(16)?.checked_div(20)?;
    let (work, window) = table.split_at_mut_checked(work_bytes(n).ok()?)?;
    let window = cast_mut::<f32>(window)?;
    if let [only] = window {
        *only = scale as f32;
        return Some(());
    }
    let len = n.checked_add(usize::from(!symmetric))?;
    let (pivots, rest) = cast_mut::<f64>(work)?.split_at_mut_checked(n.checked_add(1)?)?;
    let (pivots, x) = (pivots.get_mut(..len)?, rest.get_mut(..len)?);
    let m = checked::count(len) as f64;
    let matrix = Matrix { m, cos: cosine(nw / m) };
    // Gershgorin: no eigenvalue is larger than the largest element of the diagonal and its neighbors.
    let (mut low, mut high) = (-m * m, m * m);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        *(if matrix.factor(middle, pivots) { &mut high } else { &mut low }) = middle;
    }
    if !matrix.factor(high, pivots) {
        return None;
    }
    x.fill(1.0);
    for _ in 0..ITERATIONS {
        matrix.solve(pivots, x);
        let largest = x.iter().fold(0.0f64, |a, b| a.max(*b));
        x.iter_mut().for_each(|v| *v /= largest);
    }
    let even = len.is_multiple_of(2);
    let factor = if even { m * m / (m * m + nw) * scale } else { scale };
    // Both halves have the same bits.
    for (i, w) in window.iter_mut().enumerate() {
        let near = i.min(len.sat_sub(1).sat_sub(i));
        *w = (x.get(near)? * factor) as f32;
    }
    work.fill(0);
    Some(())
}
