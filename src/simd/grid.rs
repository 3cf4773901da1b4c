//! Numbers on a grid: `f32(offset + k * step)`, product and sum in `f64`, each rounded on its own, and what they are off.
//!
//! Samples are binary32 numbers as integers of the same order (`b ^ 0x7FFFFFFF` where the sign bit is set).

use super::{Isa, Level};

/// Adding and subtracting 1.5 * 2^52 rounds to the nearest integer, ties to even; in between, the integer stands in the
/// low bits.
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
fn nearest(sample: i32, offset: f64, inverse: f64, most: f64) -> i32 {
    let k = (f64::from(f32::from_bits(order(sample) as u32)) - offset) * inverse;
    // Compared so that what is no number becomes the least count, on every machine.
    let k = if k > -most { k } else { -most };
    let k = if k < most { k } else { most };
    (k + ROUND).to_bits() as i32
}

per_level! {
    /// The counts nearest to samples, `1 / step` being `inverse`, of a magnitude of at most `most`, which is below 2^31.
    pub fn grid_counts(samples: &[i32], offset: f64, inverse: f64, most: f64, counts: &mut [i32]) {
        for (to, v) in counts.iter_mut().zip(samples) {
            *to = nearest(*v, offset, inverse, most);
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
    fn every_level_counts_alike() {
        let (offset, step, most) = (-0.75, 0.0123, f64::from(1 << 30));
        let mut samples: Vec<i32> = [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 0.0, -0.0, 1e-40]
            .map(|v| order(v.to_bits() as i32))
            .to_vec();
        let counts: Vec<i32> = (-500..500).map(|k| k * 7919).collect();
        samples.extend(counts.iter().map(|k| order(((offset + f64::from(*k) * step) as f32).to_bits() as i32)));
        for level in crate::simd::levels() {
            let mut found = vec![0; samples.len()];
            grid_counts(level, &samples, offset, 1.0 / step, most, &mut found);
            assert_eq!(found[..5], [-1 << 30, -1 << 30, 1 << 30, -1 << 30, 1 << 30]);
            assert_eq!(found[8..], counts);
            let mut back = vec![0; counts.len()];
            grid_samples(level, &counts, offset, step, &mut back);
            assert_eq!(back, samples[8..]);
        }
    }
}
