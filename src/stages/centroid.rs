//! Centroid of each row: `y = sum k x[k] / sum x[k]`, in elements; of a magnitude row the spectral centroid in bins.
//!
//! Peeters, "A large set of audio features for sound description" (IRCAM, 2004), section 6.1.1. Input: `f32` rows.
//! Output: one `f32`. Parameters: none. A row with the sum 0 (silence) gives 0; a NaN or an infinity in the row gives
//! NaN. Both sums run in `f64`, in sixteen interleaved partial sums ([`crate::simd`]), and do not overflow. Without
//! negative elements the relative error is below `(n / 5 + 16) 2^-53`, plus the rounding to `f32`. With negative
//! elements the errors of the sums are relative to the sums of magnitudes.

use super::rows::number_by_row;
use super::{Build, shape};
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::simd::{self, Level};
use crate::status::Result;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&[])?;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32])?;
    Ok(StageSpec::new(Centroid { level: Level::detect() }, shape(Dtype::F32, 1)?))
}

struct Centroid {
    level: Level,
}

impl Kernel for Centroid {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        number_by_row(io, |row: &[f32]| {
            let (sum, weighted) = simd::moments(self.level, row);
            if sum == 0.0 { 0.0 } else { (weighted / sum) as f32 }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, close, run, signal};
    use std::vec::Vec;

    #[test]
    fn is_the_center_of_mass_and_zero_for_silence() {
        for n in [1, 2, 3, 16, 61, 64, 1023, 1025, 20_000] {
            let mut x = signal(4 * n, 4);
            x.iter_mut().for_each(|v| *v = v.abs());
            x[..n].fill(0.0);
            let got: Vec<f64> =
                run::<f32, f32>("centroid", &[], &Input::rows(&x, n)).into_iter().map(f64::from).collect();
            let want: Vec<f64> = x
                .chunks(n)
                .map(|row| {
                    let sum: f64 = row.iter().map(|v| f64::from(*v)).sum();
                    let weighted: f64 = row.iter().enumerate().map(|(k, v)| k as f64 * f64::from(*v)).sum();
                    if sum == 0.0 { 0.0 } else { weighted / sum }
                })
                .collect();
            assert_eq!(got[0], 0.0);
            close(&got, &want, 6e-8, "centroid");
        }
    }

    #[test]
    fn is_right_over_the_range_of_f32() {
        let one = |x: &[f32]| run::<f32, f32>("centroid", &[], &Input::rows(x, x.len()))[0];
        for v in [f32::MAX, 1.8e37, 1.0, 1e-38, 1e-45, -1e30] {
            assert_eq!(one(&[v; 64]), 31.5);
            assert_eq!(one(&[v; 100_001]), 50_000.0);
        }
        // All but a little in the first element.
        let mut x = std::vec![0f32; 1 << 16];
        (x[0], x[1], x[65_535]) = (1e6, 1e-3, 1e-10);
        assert_eq!(one(&x), (f64::from(1e-3f32) / 1e6 + 65_535.0 * f64::from(1e-10f32) / 1e6) as f32);
        // Opposite signs: the sum is 1, the weighted sum 2e8 - 3e8.
        assert_eq!(one(&[1.0, 0.0, 1e8, -1e8]), -1e8);
        assert!(one(&[f32::INFINITY, 1.0]).is_nan() && one(&[1.0, f32::NAN]).is_nan());
    }
}
