//! Products of a row with another, shifted row: the sums of least squares.
#![allow(clippy::arithmetic_side_effects, reason = "f64 arithmetic; lags of an array")]

use super::{Isa, LANES, Level};
use core::hint::black_box;

/// Adds sixteen partial sums in pairs (0 and 8, 1 and 9, ...; then 0 and 4, ...).
#[inline(always)]
fn fold(lanes: [f64; LANES]) -> f64 {
    let (low, high) = lanes.split_at(LANES / 2);
    let mut c = [0f64; LANES / 2];
    for ((to, a), b) in c.iter_mut().zip(low).zip(high) {
        *to = a + b;
    }
    // Separate from other sums: compilers would combine them, at the cost of many shuffles.
    let [c0, c1, c2, c3, c4, c5, c6, c7] = black_box(c);
    let [d0, d1, d2, d3] = [c0 + c4, c1 + c5, c2 + c6, c3 + c7];
    black_box((d0 + d2) + (d1 + d3))
}

#[inline(always)]
fn add(lanes: &mut [f64; LANES], a: &[f64; LANES], b: &[f64; LANES]) {
    for ((s, a), b) in lanes.iter_mut().zip(a).zip(b) {
        *s += a * b;
    }
}

/// The sums of the products of `a` with `b` and with `c`, interleaved to hide latency: each in sixteen partial sums,
/// which are folded; then the rest is added.
#[inline(always)]
fn dots(a: &[f64], b: &[f64], c: &[f64]) -> (f64, f64) {
    let ((a, a_rest), (b, b_rest), (c, c_rest)) =
        (a.as_chunks::<LANES>(), b.as_chunks::<LANES>(), c.as_chunks::<LANES>());
    let (mut first, mut second) = ([0f64; LANES], [0f64; LANES]);
    for ((a, b), c) in a.iter().zip(b).zip(c) {
        add(&mut first, a, b);
        add(&mut second, a, c);
    }
    let (mut first, mut second) = (fold(first), fold(second));
    for ((a, b), c) in a_rest.iter().zip(b_rest).zip(c_rest) {
        first += a * b;
        second += a * c;
    }
    (first, second)
}

per_level! {
    /// `sums[l] += sum of now[i] * row[at - l + i]` for each lag `l`; all positions must be within `row`. The order of
    /// additions is the same at every level.
    pub fn lag_products(now: &[f64], row: &[f64], at: usize, sums: &mut [f64]) {
        let lag = |l: usize| row.get(at.saturating_sub(l)..).and_then(|r| r.get(..now.len())).unwrap_or(&[]);
        let mut from = 0;
        let (pairs, rest) = sums.as_chunks_mut::<2>();
        for [first, second] in pairs {
            let (a, b) = dots(now, lag(from), lag(from + 1));
            *first += a;
            *second += b;
            from += 2;
        }
        for to in rest {
            *to += dots(now, lag(from), lag(from)).0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    #[test]
    fn every_level_adds_in_the_same_order() {
        let row: Vec<f64> = (0..300).map(|i| f64::from((i * 7919) % 1013 - 500) * 0.37).collect();
        for n in [0, 1, 15, 16, 40, 200] {
            let mut want: Option<Vec<u64>> = None;
            for level in crate::simd::levels() {
                let mut sums = vec![0.0; 17];
                lag_products(level, &row[64..64 + n], &row, 64, &mut sums);
                for (lag, s) in sums.iter().enumerate() {
                    let exact: f64 = (0..n).map(|i| row[64 + i] * row[64 - lag + i]).sum();
                    assert!((s - exact).abs() <= 1e-9 * (1.0 + 40_000.0 * n as f64), "{n} {lag}");
                }
                let bits: Vec<u64> = sums.iter().map(|s| s.to_bits()).collect();
                assert_eq!(*want.get_or_insert(bits.clone()), bits);
            }
        }
    }
}
