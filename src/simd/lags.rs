//! Products of a row with another one, shifted: what least squares are made of.

use super::{Isa, LANES, Level};

/// The sum of the products: sixteen partial sums in turns, those in pairs (0 and 8, 1 and 9, ...; 0 and 4, ...), then what
/// is left.
#[inline(always)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sides = [0f64; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for ((s, a), b) in sides.iter_mut().zip(a).zip(b) {
            *s += a * b;
        }
    }
    let [a0, a1, a2, a3, a4, a5, a6, a7, b0, b1, b2, b3, b4, b5, b6, b7] = sides;
    let [c0, c1, c2, c3, c4, c5, c6, c7] = [a0 + b0, a1 + b1, a2 + b2, a3 + b3, a4 + b4, a5 + b5, a6 + b6, a7 + b7];
    let [d0, d1, d2, d3] = [c0 + c4, c1 + c5, c2 + c6, c3 + c7];
    let mut sum = (d0 + d2) + (d1 + d3);
    for (a, b) in a_rest.iter().zip(b_rest) {
        sum += a * b;
    }
    sum
}

per_level! {
    /// `sums[l] += sum of now[i] * row[at - l + i]`, for as many lags as there are sums; all of it lies within `row`.
    /// The order of additions is the same at every level.
    pub fn lag_products(now: &[f64], row: &[f64], at: usize, sums: &mut [f64]) {
        let mut from = at;
        for to in sums {
            *to += dot(now, row.get(from..).and_then(|r| r.get(..now.len())).unwrap_or(&[]));
            from = from.saturating_sub(1);
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
