//! [`Grid`]: binary32 samples that are integers times a step. Most telemetry is scaled counts of a converter.
//!
//! A sample is `f32(offset + k * step)` with a count `k`, plus an error in units of the last place. The product and the
//! sum are each rounded to binary64. The error is nearly always 0 and is coded too, so that nothing is lost. Recordings
//! that were text once have been rounded to decimal digits; the sum of their grids is rounded to these digits.
#![allow(clippy::arithmetic_side_effects, reason = "f64 arithmetic; counts of a few hundred")]

mod decimal;
mod search;

use super::sample::order32;
use crate::simd::{Level, grid_counts, grid_decimals, grid_samples};
use crate::util::bytes::{Reader, Writer};
use decimal::decimal;
pub(super) use search::CELLS;

/// The offset, the step and the decimal digits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Grid {
    /// A value near a sample, or 0.
    pub(crate) offset: f64,
    /// The step, above 0.
    pub(crate) step: f64,
    /// Significant decimal digits the sum is rounded to, up to [`MAX_DIGITS`]; 0 for no rounding.
    pub(crate) digits: u8,
}

/// Maximum number of decimal digits: in binary32, rounding to more digits is indistinguishable from no rounding.
pub(crate) const MAX_DIGITS: u8 = 7;
/// Samples of a grid computed at a time.
const RUN: usize = 64;
/// Largest magnitude of a count.
const MAX_COUNT: f64 = (1 << 30) as f64;

impl Grid {
    /// The sample of count `k`, as an ordered integer.
    #[inline]
    pub(crate) fn at(&self, k: i32) -> i32 {
        self.rounded(self.offset + f64::from(k) * self.step)
    }

    /// The sample of a sum, as an ordered integer.
    #[inline]
    fn rounded(&self, v: f64) -> i32 {
        let v = if self.digits == 0 { v } else { decimal(v, self.digits) };
        order32((v as f32).to_bits() as i32)
    }

    /// Computes the counts nearest to samples, within [`MAX_COUNT`].
    #[inline]
    pub(crate) fn counts(&self, samples: &[i32], counts: &mut [i32]) {
        grid_counts(Level::detect(), samples, self.offset, 1.0 / self.step, MAX_COUNT, counts);
    }

    /// The count nearest to a sample, within [`MAX_COUNT`].
    #[inline]
    pub(crate) fn count(&self, sample: i32) -> i32 {
        let mut k = 0;
        grid_counts(Level::BASELINE, &[sample], self.offset, 1.0 / self.step, MAX_COUNT, core::slice::from_mut(&mut k));
        k
    }

    /// Adds the samples of counts to their errors, which gives the original samples.
    pub(crate) fn add_samples(&self, counts: &[i32], errors: &mut [i32]) {
        self.each(counts, errors, i32::wrapping_add);
    }

    /// Subtracts the samples of counts from the original samples, which gives their errors.
    pub(crate) fn subtract_samples(&self, counts: &[i32], samples: &mut [i32]) {
        self.each(counts, samples, i32::wrapping_sub);
    }

    #[inline]
    fn each(&self, counts: &[i32], to: &mut [i32], with: impl Fn(i32, i32) -> i32) {
        let level = Level::detect();
        // Without vector instructions, single numbers need fewer divisions.
        if self.digits > 0 && level == Level::BASELINE {
            for (to, k) in to.iter_mut().zip(counts) {
                *to = with(*to, self.at(*k));
            }
            return;
        }
        let mut run = [0; RUN];
        for (to, counts) in to.chunks_mut(RUN).zip(counts.chunks(RUN)) {
            if self.digits > 0 {
                grid_decimals(level, counts, self.offset, self.step, self.digits, &mut run);
            } else {
                grid_samples(level, counts, self.offset, self.step, &mut run);
            }
            for (to, v) in to.iter_mut().zip(run) {
                *to = with(*to, v);
            }
        }
    }

    /// Appends the grid to `w`.
    pub(crate) fn write(&self, w: &mut Writer<'_>) {
        w.u64(self.offset.to_bits());
        w.u64(self.step.to_bits());
        w.u8(self.digits);
    }

    /// Reads a grid; `None` if its numbers are not finite, the step is not positive, or there are too many digits.
    pub(crate) fn read(r: &mut Reader<'_>) -> Option<Self> {
        let g = Grid { offset: f64::from_bits(r.u64()?), step: f64::from_bits(r.u64()?), digits: r.u8()? };
        (g.digits <= MAX_DIGITS && g.offset.is_finite() && g.step.is_finite() && g.step > 0.0).then_some(g)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn scaled_counts_are_recognized() {
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
    fn runs_of_samples_equal_single_samples() {
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
    fn special_values_are_coded_exactly() {
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
