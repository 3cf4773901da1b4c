//! Linear prediction with integer coefficients: residuals of samples, and samples of residuals.
//!
//! The prediction of sample t is `(2^shift / 2 + sum own[i] x[t-1-i] + sum other.c * other.x[t]) >> shift`, with the
//! sum in 64 bits modulo 2^64. The residual, sample minus prediction, is reduced to the width of the samples.
#![allow(clippy::arithmetic_side_effects, reason = "products of 32-bit numbers; positions within the slices")]

use super::{Isa, Level};

/// Samples whose sums are computed together.
const RUN: usize = 32;
/// Samples restored together.
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
const STEP: usize = 8;
/// Maximum number of own coefficients.
const MAX_ORDER: usize = 32;

/// A term that does not depend on the samples being predicted.
#[derive(Clone, Copy, Debug)]
pub struct Term<'a> {
    /// The factors for the first predicted sample and those after it.
    pub x: &'a [i32],
    /// The coefficient.
    pub c: i32,
}

#[inline(always)]
fn wrap(v: i32, width: u32) -> i32 {
    (v << (32 - width)) >> (32 - width)
}

/// The sums of the other terms for the samples `at` to `at + N`.
#[inline(always)]
fn known<const N: usize>(others: &[Term<'_>], shift: u32, at: usize) -> [i64; N] {
    let mut sums = [(1i64 << shift) >> 1; N];
    for t in others {
        if let Some(x) = t.x.get(at..).and_then(|x| x.first_chunk::<N>()) {
            let c = i64::from(t.c);
            for (s, v) in sums.iter_mut().zip(x) {
                *s += c * i64::from(*v);
            }
        }
    }
    sums
}

/// Residuals of `N` samples; `near` begins with as many samples before them as there are own coefficients.
#[inline(always)]
fn residuals_of<const N: usize>(
    own: &[i32],
    mut sums: [i64; N],
    shift: u32,
    width: u32,
    near: &[i32],
    e: &mut [i32; N],
) -> Option<()> {
    for (c, from) in own.iter().zip((0..own.len()).rev()) {
        let x = near.get(from..)?.first_chunk::<N>()?;
        let c = i64::from(*c);
        for (s, v) in sums.iter_mut().zip(x) {
            *s += c * i64::from(*v);
        }
    }
    let now = near.get(own.len()..)?.first_chunk::<N>()?;
    for ((to, v), s) in e.iter_mut().zip(now).zip(sums) {
        *to = wrap(v.wrapping_sub((s >> shift) as i32), width);
    }
    Some(())
}

per_level! {
    /// The smallest and the largest sample, and the sum of all.
    pub fn range_and_sum(x: &[i32]) -> (i32, i32, i64) {
        let (mut low, mut high, mut sum) = (i32::MAX, i32::MIN, 0i64);
        for v in x {
            low = low.min(*v);
            high = high.max(*v);
            sum += i64::from(*v);
        }
        (low, high, sum)
    }
}

per_level! {
    /// Sums of the magnitudes of the samples after the first three, and of their differences of order 1 to 3, each
    /// reduced to the width of the samples.
    pub fn difference_magnitudes(x: &[i32], width: u32) -> [u64; 4] {
        let (mut s0, mut s1, mut s2, mut s3) = (0u64, 0u64, 0u64, 0u64);
        for w in x.array_windows() {
            let [c, b, a, v]: &[i32; 4] = w;
            let d1 = v.wrapping_sub(*a);
            let d2 = d1.wrapping_sub(a.wrapping_sub(*b));
            let d3 = d2.wrapping_sub(a.wrapping_sub(*b).wrapping_sub(b.wrapping_sub(*c)));
            s0 += u64::from(wrap(*v, width).unsigned_abs());
            s1 += u64::from(wrap(d1, width).unsigned_abs());
            s2 += u64::from(wrap(d2, width).unsigned_abs());
            s3 += u64::from(wrap(d3, width).unsigned_abs());
        }
        [s0, s1, s2, s3]
    }
}

per_level! {
    /// Residuals of `e.len()` samples of `x`, after the first `own.len()`, which only serve for prediction. The
    /// coefficient of the nearest sample comes first; at most 32 coefficients. The sum must fit 64 bits.
    pub fn predict_residuals(own: &[i32], others: &[Term<'_>], shift: u32, width: u32, x: &[i32], e: &mut [i32]) {
        let (runs, _) = e.as_chunks_mut::<RUN>();
        let mut at = 0;
        for e in runs {
            let near = x.get(at..).unwrap_or(&[]);
            if residuals_of::<RUN>(own, known(others, shift, at), shift, width, near, e).is_none() {
                return;
            }
            at += RUN;
        }
        // The last run overlaps the one before.
        if let Some(start) = e.len().checked_sub(RUN)
            && let Some(e) = e.last_chunk_mut::<RUN>()
        {
            let near = x.get(start..).unwrap_or(&[]);
            residuals_of::<RUN>(own, known(others, shift, start), shift, width, near, e);
            return;
        }
        for e in e.iter_mut() {
            let near = x.get(at..).unwrap_or(&[]);
            let one = core::array::from_mut(e);
            if residuals_of::<1>(own, known(others, shift, at), shift, width, near, one).is_none() {
                return;
            }
            at += 1;
        }
    }
}

per_level! {
    /// As [`predict_residuals`], without other terms, if products and sums fit 32 bits.
    pub fn predict_residuals_short(own: &[i32], shift: u32, width: u32, x: &[i32], e: &mut [i32]) {
        let round = (1i32 << shift) >> 1;
        let (runs, rest) = e.as_chunks_mut::<RUN>();
        let mut at = 0;
        for e in runs {
            let mut sums = [round; RUN];
            for (c, from) in own.iter().zip((0..own.len()).rev()) {
                let Some(x) = x.get(at + from..).and_then(|x| x.first_chunk::<RUN>()) else { return };
                for (s, v) in sums.iter_mut().zip(x) {
                    *s = s.wrapping_add(c.wrapping_mul(*v));
                }
            }
            let Some(now) = x.get(at + own.len()..).and_then(|x| x.first_chunk::<RUN>()) else { return };
            for ((to, v), s) in e.iter_mut().zip(now).zip(sums) {
                *to = wrap(v.wrapping_sub(s >> shift), width);
            }
            at += RUN;
        }
        for to in rest {
            let mut sum = round;
            for (c, from) in own.iter().zip((0..own.len()).rev()) {
                sum = sum.wrapping_add(c.wrapping_mul(x.get(at + from).copied().unwrap_or(0)));
            }
            *to = wrap(x.get(at + own.len()).copied().unwrap_or(0).wrapping_sub(sum >> shift), width);
            at += 1;
        }
    }
}

/// As [`predict_restore`], from sample `start` on, on any processor.
fn restore_one_by_one(own: &[i32], others: &[Term<'_>], shift: u32, width: u32, x: &mut [i32], start: usize) {
    let order = own.len();
    for t in start..x.len() {
        let [mut sum] = known::<1>(others, shift, t - order);
        let Some((now, before)) = x.get_mut(t - order..=t).and_then(<[i32]>::split_last_mut) else { return };
        for (v, c) in before.iter().rev().zip(own) {
            sum += i64::from(*c) * i64::from(*v);
        }
        *now = wrap(now.wrapping_add((sum >> shift) as i32), width);
    }
}

/// Samples from residuals, in place. `x` begins with `own.len()` samples, followed by residuals. Coefficients as for
/// [`predict_residuals`].
pub fn predict_restore(level: Level, own: &[i32], others: &[Term<'_>], shift: u32, width: u32, x: &mut [i32]) {
    if own.len() > MAX_ORDER {
        return;
    }
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    if level != Level::BASELINE {
        // SAFETY: a level above the baseline exists only where `detect` found its instructions,
        // AVX2 among them.
        let start = unsafe {
            if width == 32 {
                steps::restore::<true>(own, others, shift, width, x)
            } else {
                steps::restore::<false>(own, others, shift, width, x)
            }
        };
        return restore_one_by_one(own, others, shift, width, x, start);
    }
    let Level(_) = level;
    restore_one_by_one(own, others, shift, width, x, own.len());
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
mod steps {
    //! Eight samples at a time: the terms of earlier samples are a product with a matrix; only the terms among the
    //! eight are added one by one.
    use super::{MAX_ORDER, STEP, Term, wrap};
    use core::arch::x86_64::{
        __m256i, _mm_setr_epi32, _mm256_add_epi64, _mm256_cvtepi32_epi64, _mm256_extract_epi64, _mm256_mul_epi32,
        _mm256_set1_epi64x, _mm256_setr_epi64x,
    };

    /// Restores whole steps; returns the position of the first residual left.
    #[target_feature(enable = "avx2")]
    pub(super) fn restore<const WHOLE: bool>(
        own: &[i32],
        others: &[Term<'_>],
        shift: u32,
        width: u32,
        x: &mut [i32],
    ) -> usize {
        let order = own.len();
        let mut c = [0i64; MAX_ORDER + STEP];
        for (to, v) in c.iter_mut().zip(own) {
            *to = i64::from(*v);
        }
        // The coefficients of each earlier sample for the eight samples of a step, the farthest
        // first.
        let mut columns = [[_mm256_set1_epi64x(0); 2]; MAX_ORDER];
        let (columns, _) = columns.split_at_mut(order.min(MAX_ORDER));
        for (column, c) in columns.iter_mut().rev().zip(c.array_windows::<STEP>()) {
            let [a, b, c, d, e, f, g, h] = *c;
            *column = [_mm256_setr_epi64x(a, b, c, d), _mm256_setr_epi64x(e, f, g, h)];
        }
        let columns: &[[__m256i; 2]] = columns;
        let [c1, c2, c3, c4, c5, c6, c7, ..] = c;
        let round = _mm256_set1_epi64x((1i64 << shift) >> 1);
        let mut at = 0;
        while let Some(window) = x.get_mut(at..at + order + STEP) {
            let Some((before, now)) = window.split_at_mut_checked(order) else { break };
            let Some(now) = now.first_chunk_mut::<STEP>() else { break };
            let [mut low, mut high] = [round; 2];
            for t in others {
                if let Some([a, b, c, d, e, f, g, h]) = t.x.get(at..).and_then(|x| x.first_chunk::<STEP>()) {
                    let by = _mm256_set1_epi64x(i64::from(t.c));
                    let (near, far) = (_mm_setr_epi32(*a, *b, *c, *d), _mm_setr_epi32(*e, *f, *g, *h));
                    low = _mm256_add_epi64(low, _mm256_mul_epi32(by, _mm256_cvtepi32_epi64(near)));
                    high = _mm256_add_epi64(high, _mm256_mul_epi32(by, _mm256_cvtepi32_epi64(far)));
                }
            }
            for (v, column) in before.iter().zip(columns) {
                let v = _mm256_set1_epi64x(i64::from(*v));
                low = _mm256_add_epi64(low, _mm256_mul_epi32(v, column[0]));
                high = _mm256_add_epi64(high, _mm256_mul_epi32(v, column[1]));
            }
            let one = |e: &mut i32, s: i64| {
                let v = e.wrapping_add((s >> shift) as i32);
                *e = if WHOLE { v } else { wrap(v, width) };
                i64::from(*e)
            };
            let [e0, e1, e2, e3, e4, e5, e6, e7] = now;
            let a = one(e0, _mm256_extract_epi64::<0>(low));
            let b = one(e1, _mm256_extract_epi64::<1>(low) + c1 * a);
            let c = one(e2, _mm256_extract_epi64::<2>(low) + c2 * a + c1 * b);
            let d = one(e3, _mm256_extract_epi64::<3>(low) + c3 * a + c2 * b + c1 * c);
            let e = one(e4, _mm256_extract_epi64::<0>(high) + c4 * a + c3 * b + c2 * c + c1 * d);
            let f = one(e5, _mm256_extract_epi64::<1>(high) + c5 * a + c4 * b + c3 * c + c2 * d + c1 * e);
            let g = one(e6, _mm256_extract_epi64::<2>(high) + c6 * a + c5 * b + c4 * c + c3 * d + c2 * e + c1 * f);
            let h = c7 * a + c6 * b + c5 * c + c4 * d + c3 * e + c2 * f + c1 * g;
            one(e7, _mm256_extract_epi64::<3>(high) + h);
            at += STEP;
        }
        at + order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec;
    use std::vec::Vec;

    /// The definition, in 128 bits.
    fn prediction(own: &[i32], others: &[Term<'_>], shift: u32, x: &[i32], t: usize) -> i32 {
        let mut sum = (1i128 << shift) >> 1;
        for (i, c) in own.iter().enumerate() {
            sum += i128::from(*c) * i128::from(x[t + own.len() - 1 - i]);
        }
        for o in others {
            sum += i128::from(o.c) * i128::from(o.x[t]);
        }
        (sum >> shift) as i32
    }

    proptest! {
        #[test]
        fn every_level_is_the_definition(
            own in proptest::collection::vec(-4000i32..4000, 0..=32),
            terms in proptest::collection::vec((-4000i32..4000, any::<u32>()), 0..4),
            n in 0usize..150, width in prop_oneof![Just(32u32), Just(16), Just(9)], shift in 0u32..20, seed in any::<u32>(),
        ) {
            let noise = |seed: u32, i: usize| (seed ^ i as u32).wrapping_mul(2654435761).rotate_left(13).wrapping_mul(40503) as i32;
            let x: Vec<i32> = (0..own.len() + n).map(|i| wrap(noise(seed, i), width)).collect();
            let planes: Vec<Vec<i32>> = terms.iter().map(|(_, s)| (0..n).map(|i| noise(*s, i)).collect()).collect();
            let others: Vec<Term<'_>> = terms.iter().zip(&planes).map(|((c, _), x)| Term { x, c: *c }).collect();
            let want: Vec<i32> = (0..n)
                .map(|t| wrap(x[t + own.len()].wrapping_sub(prediction(&own, &others, shift, &x, t)), width))
                .collect();
            for level in crate::simd::levels() {
                let mut e = vec![0; n];
                predict_residuals(level, &own, &others, shift, width, &x, &mut e);
                prop_assert_eq!(&e, &want);
                let mut back = x[..own.len()].to_vec();
                back.extend(&e);
                predict_restore(level, &own, &others, shift, width, &mut back);
                prop_assert_eq!(&back, &x);
            }
        }

        #[test]
        fn short_sums_are_the_definition(
            own in proptest::collection::vec(-100i32..100, 0..=32), n in 0usize..150, shift in 0u32..12, seed in any::<u32>(),
        ) {
            let x: Vec<i32> =
                (0..own.len() + n).map(|i| (seed ^ i as u32).wrapping_mul(2654435761) as i32 >> 17).collect();
            let want: Vec<i32> =
                (0..n).map(|t| wrap(x[t + own.len()].wrapping_sub(prediction(&own, &[], shift, &x, t)), 16)).collect();
            for level in crate::simd::levels() {
                let mut e = vec![0; n];
                predict_residuals_short(level, &own, shift, 16, &x, &mut e);
                prop_assert_eq!(&e, &want);
            }
        }

        #[test]
        fn magnitudes_are_those_of_repeated_differences(x in proptest::collection::vec(any::<i32>(), 0..80), width in 1u32..=32) {
            let x: Vec<i32> = x.iter().map(|v| wrap(*v, width)).collect();
            let mut d: Vec<i64> = x.iter().map(|v| i64::from(*v)).collect();
            let mut want = [0u64; 4];
            for (order, to) in want.iter_mut().enumerate() {
                *to = d.iter().skip(3 - order).map(|v| u64::from(wrap(*v as i32, width).unsigned_abs())).sum();
                d = d.windows(2).map(|w| w[1] - w[0]).collect();
            }
            for level in crate::simd::levels() {
                prop_assert_eq!(difference_magnitudes(level, &x, width), want);
                let (low, high) = (x.iter().min().copied(), x.iter().max().copied());
                let sum = x.iter().map(|v| i64::from(*v)).sum::<i64>();
                let all = (low.unwrap_or(i32::MAX), high.unwrap_or(i32::MIN), sum);
                prop_assert_eq!(range_and_sum(level, &x), all);
            }
        }
    }
}
