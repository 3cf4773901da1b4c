//! Mean of each row: `y = sum x[i] / n`.
//!
//! Input: `f32` or `i16` rows. Output: one `f32`. `f32` is summed in `f64`, in sixteen interleaved
//! partial sums that are added pairwise at the end, so that every processor rounds alike ([`crate::simd`]); `i16` is
//! summed exactly. The error is at most half a unit in the last place of the result, plus `(n / 16 + 6) 2^-53` times
//! the mean of the magnitudes. A NaN in the row gives NaN, and so do infinities of both signs.

use super::rows::number_by_row;
use super::{Build, shape};
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::simd::Level;
use crate::status::Result;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["scale"])?;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32, Dtype::I16])?;
    let mut spec = StageSpec::new(Mean { level: Level::detect(), scale: b.scale()? }, shape(Dtype::F32, 1)?);
    spec.series.unit = edge.series.unit;
    spec.revision = b.revision();
    Ok(spec)
}

struct Mean {
    level: Level,
    scale: f64,
}

impl Kernel for Mean {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match io.input_dtype(0)? {
            Dtype::I16 => number_by_row(io, |row: &[i16]| {
                let sum: i64 = row.iter().fold(0i64, |s, x| s.wrapping_add(i64::from(*x)));
                (sum as f64 / row.len() as f64 * self.scale) as f32
            }),
            _ => number_by_row(io, |row: &[f32]| {
                (crate::simd::sum(self.level, row) / row.len() as f64 * self.scale) as f32
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, run};
    use std::vec;
    use std::vec::Vec;

    fn mean(x: &[f32]) -> f32 {
        run::<f32, f32>("mean", &[], &Input::rows(x, x.len()))[0]
    }

    #[test]
    fn long_rows_keep_their_mean() {
        let x: Vec<f32> = (0..1 << 20).map(|i| 1e6 + (i % 2) as f32).collect();
        assert_eq!(mean(&x), 1_000_000.5);
        assert_eq!(mean(&vec![0.1; 1 << 20]), 0.1);
        // Large elements of both signs, and a small mean.
        let x: Vec<f32> = (0..1 << 16).map(|i| if i % 2 == 0 { 3e7 } else { -3e7 + 0.5 * (i % 8) as f32 }).collect();
        let exact = x.iter().map(|v| (f64::from(*v) * 2.0) as i64).sum::<i64>() as f64 / 2.0;
        assert_eq!(f64::from(mean(&x)), exact / f64::from(1u32 << 16));
    }

    #[test]
    fn sums_beyond_the_range_of_f32_have_a_mean() {
        assert_eq!(mean(&[f32::MAX; 100]), f32::MAX);
        assert_eq!(mean(&[1e-45; 100]), 1e-45);
        assert_eq!(mean(&[f32::MAX, f32::MAX, f32::MIN]), f32::MAX / 3.0);
        assert!(mean(&[f32::INFINITY, 1.0, f32::NEG_INFINITY]).is_nan() && mean(&[f32::NAN, 1.0]).is_nan());
        assert_eq!(mean(&[f32::INFINITY, f32::MIN]), f32::INFINITY);
    }
}
