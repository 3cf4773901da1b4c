//! Numbers on a grid: `f32(offset + k * step)`, product and sum in `f64`, each rounded on its own; and the nearest
//! counts `k`.
//!
//! Samples are binary32 numbers as integers of the same order (`b ^ 0x7FFFFFFF` if the sign bit is set).

use super::{Isa, Level};

/// 1.5 * 2^52: adding and subtracting it rounds to the nearest integer, ties to even. After the addition the low bits
/// hold the integer.
pub(super) const ROUND: f64 = 6_755_399_441_055_744.0;

#[inline(always)]
pub(super) fn order(bits: i32) -> i32 {
    bits ^ (((bits >> 31) as u32) >> 1) as i32
}

#[inline(always)]
fn at(k: i32, offset: f64, step: f64) -> i32 {
    order(((offset + f64::from(k) * step) as f32).to_bits() as i32)
}

#[inline(always)]
fn nearest(sample: i32, offset: f64, inverse: f64, max: f64) -> i32 {
    let k = (f64::from(f32::from_bits(order(sample) as u32)) - offset) * inverse;
    // With this comparison NaN becomes the smallest count on every machine.
    let k = if k > -max { k } else { -max };
    let k = if k < max { k } else { max };
    (k + ROUND).to_bits() as i32
}

per_level! {
    /// The counts nearest to the samples, limited to `-max ..= max`; `inverse` is `1 / step`, `max` is below 2^31.
    pub fn grid_counts(samples: &[i32], offset: f64, inverse: f64, max: f64, counts: &mut [i32]) {
        for (to, v) in counts.iter_mut().zip(samples) {
            *to = nearest(*v, offset, inverse, max);
        }
    }
}

per_level! {
    /// The samples of counts.
    pub fn grid_samples(counts: &[i32], offset: f64, step: f64, samples: &mut [i32]) {
        for (to, k) in samples.iter_mut().zip(counts) {
            *to = at(*k, offset, step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    #[test]
    fn every_level_gives_the_same_counts() {
        let (offset, step, max) = (-0.75, 0.0123, f64::from(1 << 30));
        let mut samples: Vec<i32> = [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 0.0, -0.0, 1e-40]
            .map(|v| order(v.to_bits() as i32))
            .to_vec();
        let counts: Vec<i32> = (-500..500).map(|k| k * 7919).collect();
        samples.extend(counts.iter().map(|k| order(((offset + f64::from(*k) * step) as f32).to_bits() as i32)));
        for level in crate::simd::levels() {
            let mut found = vec![0; samples.len()];
            grid_counts(level, &samples, offset, 1.0 / step, max, &mut found);
            assert_eq!(found[..5], [-1 << 30, -1 << 30, 1 << 30, -1 << 30, 1 << 30]);
            assert_eq!(found[8..], counts);
            let mut back = vec![0; counts.len()];
            grid_samples(level, &counts, offset, step, &mut back);
            assert_eq!(back, samples[8..]);
        }
    }
}
