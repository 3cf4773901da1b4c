//! One number of each row: its sum (`sum`), its largest element (`max`), its smallest one (`min`).
//!
//! As `numpy.sum`, `numpy.max` and `numpy.min` of `f64`, rounded once. Input: `f32` or `i16` rows of one channel.
//! Output: one `f32`. Sums of `f32` run in `f64`, in sixteen interleaved partial sums that are added pairwise
//! ([`crate::simd`]); those of `i16` are exact. A NaN in the row gives NaN. Both zeros are +0 in `max` and `min`.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `scale` | factor of the elements, above 0; default 1. The result is multiplied before it is rounded |

use super::rows::number_by_row;
use super::{Build, shape};
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::simd::{self, Level};
use crate::status::Result;

pub(super) fn sum<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    build(b, Of::Sum)
}

pub(super) fn max<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    build(b, Of::Max)
}

pub(super) fn min<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    build(b, Of::Min)
}

fn build<'m>(b: &mut Build<'_, 'm>, of: Of) -> Result<StageSpec<'m>> {
    b.allow(&["scale"])?;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32, Dtype::I16])?;
    let kernel = Reduce { of, scale: b.scale()?, level: Level::detect() };
    let mut spec = StageSpec::new(kernel, shape(Dtype::F32, 1)?);
    spec.series.unit = edge.series.unit;
    spec.revision = b.revision();
    Ok(spec)
}

#[derive(Clone, Copy)]
enum Of {
    Sum,
    Max,
    Min,
}

struct Reduce {
    of: Of,
    scale: f64,
    level: Level,
}

impl Reduce {
    fn number(&self, row: &[f32]) -> f64 {
        match self.of {
            Of::Sum => simd::sum(self.level, row),
            Of::Max => simd::highest(self.level, row).into(),
            Of::Min => simd::lowest(self.level, row).into(),
        }
    }

    fn number_i16(&self, row: &[i16]) -> f64 {
        match self.of {
            Of::Sum => row.iter().fold(0i64, |s, x| s.wrapping_add(i64::from(*x))) as f64,
            Of::Max => row.iter().fold(i16::MIN, |m, x| m.max(*x)).into(),
            Of::Min => row.iter().fold(i16::MAX, |m, x| m.min(*x)).into(),
        }
    }
}

impl Kernel for Reduce {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let rounded = |v: f64| if v.is_nan() { f32::NAN } else { (v * self.scale) as f32 };
        match io.input_dtype(0)? {
            Dtype::I16 => number_by_row(io, |row| rounded(self.number_i16(row))),
            _ => number_by_row(io, |row| rounded(self.number(row))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, register, run, signal};
    use std::vec::Vec;

    /// Sums as fractions of 2^-40, exact for the elements of the test.
    fn exact(row: &[f32]) -> f64 {
        let sum: i128 = row.iter().map(|v| (f64::from(*v) * 40f64.exp2()) as i128).sum();
        sum as f64 / 40f64.exp2()
    }

    #[test]
    fn rows_become_their_sum_and_their_ends() {
        for n in [1usize, 2, 3, 15, 16, 17, 1000, 5000] {
            let mut x: Vec<f32> = signal(3 * n, 3).into_iter().map(|v| (v * 65536.0).round() / 1024.0).collect();
            x[n / 2] = 1e6;
            let close = |got: f32, want: f64| (f64::from(got) - want).abs() <= want.abs() * 2f64.powi(-24);
            let sums: Vec<f32> = run("sum", &[], &Input::rows(&x, n));
            assert!(sums.iter().zip(x.chunks(n)).all(|(y, row)| close(*y, exact(row))), "{n}");
            let scaled: Vec<f32> = run("sum", &[("scale", &[0.1])], &Input::rows(&x, n));
            assert!(scaled.iter().zip(x.chunks(n)).all(|(y, row)| close(*y, exact(row) * 0.1)), "{n}");
            let high: Vec<f32> = run("max", &[], &Input::rows(&x, n));
            assert!(high.iter().zip(x.chunks(n)).all(|(y, row)| *y == row.iter().copied().fold(f32::MIN, f32::max)));
            let low: Vec<f32> = run("min", &[("scale", &[0.5])], &Input::rows(&x, n));
            let half = |row: &[f32]| row.iter().copied().fold(f32::MAX, f32::min) / 2.0;
            assert!(low.iter().zip(x.chunks(n)).all(|(y, row)| *y == half(row)));
        }
        let ints = [i16::MAX, i16::MAX, 3, i16::MIN, -4, 0];
        assert_eq!(run::<i16, f32>("sum", &[], &Input::rows(&ints, 3)), [65537.0, -32772.0]);
        assert_eq!(run::<i16, f32>("max", &[], &Input::rows(&ints, 3)), [32767.0, 0.0]);
        assert_eq!(run::<i16, f32>("min", &[("scale", &[1.0 / 32768.0])], &Input::rows(&ints, 6)), [-1.0]);
    }

    #[test]
    fn nan_spreads_and_channels_and_scales_are_checked() {
        for kind in ["sum", "max", "min"] {
            let x = [1.0, f32::NAN, 2.0, 3.0];
            let got: Vec<f32> = run(kind, &[], &Input::rows(&x, 2));
            assert!(got[0].is_nan() && got[1] > 1.0, "{kind}");
            assert!(register(kind, &[], Input { channels: 2, ..Input::rows(&x, 4) }.edge(), false).is_err());
            for scale in [0.0, -1.0, f64::NAN, f64::INFINITY] {
                assert!(register(kind, &[("scale", &[scale])], Input::rows(&x, 4).edge(), false).is_err());
            }
        }
    }
}
