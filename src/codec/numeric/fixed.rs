//! Fixed predictors: differences of order 0 to 3 (Robinson, "Shorten", 1994).
//!
//! Sums are modulo 2^32, and reduced to the width of the samples where that is lossless.
#![allow(clippy::arithmetic_side_effects, reason = "sums of magnitudes of 32 bits in 64")]

use super::tables::estimate;
use crate::simd::{Level, difference_magnitudes};
use crate::util::unsigned::Unsigned;

/// Maximum order.
pub(crate) const MAX_ORDER: usize = 3;

/// Keeps the low `width` bits, sign-extended.
#[inline]
pub(crate) const fn wrap(v: i32, width: u32) -> i32 {
    (v << (32 - width)) >> (32 - width)
}

/// Computes the residuals of `order` of the samples `x` into `e`. The first `order` residuals are of the lower orders.
pub(crate) fn residuals(x: &[i32], order: usize, width: u32, e: &mut [i32]) {
    let warm = order.min(x.len());
    for (i, (to, v)) in e.iter_mut().zip(x).enumerate().take(warm) {
        let (a, b) = (back(x, i, 1), back(x, i, 2));
        *to = wrap(v.wrapping_sub(prediction(i, a, b, 0)), width);
    }
    let at = e.get_mut(warm..).unwrap_or(&mut []);
    match order {
        0 => {
            for (to, v) in at.iter_mut().zip(x) {
                *to = wrap(*v, width);
            }
        }
        1 => {
            for (to, w) in at.iter_mut().zip(x.array_windows()) {
                let [a, v]: &[i32; 2] = w;
                *to = wrap(v.wrapping_sub(*a), width);
            }
        }
        2 => {
            for (to, w) in at.iter_mut().zip(x.array_windows()) {
                let [b, a, v]: &[i32; 3] = w;
                *to = wrap(v.wrapping_sub(prediction(2, *a, *b, 0)), width);
            }
        }
        _ => {
            for (to, w) in at.iter_mut().zip(x.array_windows()) {
                let [c, b, a, v]: &[i32; 4] = w;
                *to = wrap(v.wrapping_sub(prediction(3, *a, *b, *c)), width);
            }
        }
    }
}

/// The sample `d` positions before `i`, or 0 before the first sample.
fn back(x: &[i32], i: usize, d: usize) -> i32 {
    i.checked_sub(d).and_then(|j| x.get(j)).copied().unwrap_or(0)
}

/// The prediction of `order` from the three samples before, the nearest first.
#[inline]
const fn prediction(order: usize, a: i32, b: i32, c: i32) -> i32 {
    match order {
        0 => 0,
        1 => a,
        2 => a.wrapping_add(a.wrapping_sub(b)),
        _ => a.wrapping_sub(b).wrapping_mul(3).wrapping_add(c),
    }
}

/// Replaces residuals of `order` by their samples, in place.
pub(crate) fn restore(x: &mut [i32], order: usize, width: u32) {
    let (mut a, mut b, mut c) = (0i32, 0i32, 0i32);
    let warm = order.min(x.len());
    let mut step = |v: &mut i32, order: usize| {
        *v = wrap(v.wrapping_add(prediction(order, a, b, c)), width);
        (c, b, a) = (b, a, *v);
    };
    for (i, v) in x.iter_mut().enumerate().take(warm) {
        step(v, i);
    }
    let rest = x.get_mut(warm..).unwrap_or(&mut []);
    match order {
        0 => {
            for v in rest {
                step(v, 0);
            }
        }
        1 => {
            for v in rest {
                step(v, 1);
            }
        }
        2 => {
            for v in rest {
                step(v, 2);
            }
        }
        _ => {
            for v in rest {
                step(v, 3);
            }
        }
    }
}

/// Adds the estimated cost of each order over a run of samples, in 1/256 bit. The first three samples are only history.
pub(crate) fn costs(level: Level, run: &[i32], width: u32, costs: &mut [u64; MAX_ORDER + 1]) {
    let sums = difference_magnitudes(level, run, width);
    for (c, s) in costs.iter_mut().zip(sums) {
        *c += estimate(s, run.len().sat_sub(MAX_ORDER) as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn residuals_restore(x in proptest::collection::vec(any::<i32>(), 0..50), width in 1u32..=32) {
            let x: std::vec::Vec<i32> = x.iter().map(|v| wrap(*v, width)).collect();
            for order in 0..=MAX_ORDER {
                let mut e = std::vec![0; x.len()];
                residuals(&x, order, width, &mut e);
                // The definition: differences of differences.
                let mut naive: std::vec::Vec<i64> = x.iter().map(|v| i64::from(*v)).collect();
                for o in 0..order {
                    for i in (o + 1..naive.len()).rev() {
                        naive[i] -= naive[i - 1];
                    }
                }
                for (a, b) in e.iter().zip(&naive) {
                    prop_assert_eq!(*a, wrap(*b as i32, width));
                }
                restore(&mut e, order, width);
                prop_assert_eq!(&e, &x);
            }
        }
    }
}
