//! Products of a row with another one, shifted: what least squares are made of.

use super::{Isa, LANES, Level};

/// The sum of the products: sixteen partial sums in turns, those one after the other, then what is left.
#[inline(always)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sides = [0f64; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for ((s, a), b) in sides.iter_mut().zip(a).zip(b) {
            *s += a * b;
        }
    }
    let mut sum = 0.0;
    for s in sides {
        sum += s;
    }
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
