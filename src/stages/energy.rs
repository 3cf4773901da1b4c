//! Energy of each row, `E = sum x[i]^2` (`energy`), and its root mean square, `sqrt(E / n)` (`rms`).
//!
//! Input: `f32` or `i16` rows. Output: one `f32`. Parameters: none. `i16` is unscaled and summed exactly. Squares of
//! `f32` are exact in `f64`, and so is their range; they are summed in sixteen interleaved partial sums
//! ([`crate::simd`]), and the result is rounded once. The relative error is below `(n / 16 + 6) 2^-53`, plus the
//! rounding to `f32`. An energy above the largest `f32` is infinity, and the root mean square fits every row. A NaN in
//! the row gives NaN.

use super::rows::number_by_row;
use super::{Build, shape};
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::series::Unit;
use crate::simd::{self, Level};
use crate::status::{Error, Result, Status};
use crate::util::root;

pub(super) fn energy<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    build(b, false)
}

pub(super) fn rms<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    build(b, true)
}

fn build<'m>(b: &mut Build<'_, 'm>, root: bool) -> Result<StageSpec<'m>> {
    b.allow(&["scale"])?;
    let scale = b.scale()?;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32, Dtype::I16])?;
    if edge.series.unit == Unit::Power {
        return b.named(edge, Err(Error::new(Status::Graph, POWER)));
    }
    let mut spec =
        StageSpec::new(Energy { level: Level::detect(), root, square: scale * scale }, shape(Dtype::F32, 1)?);
    spec.revision = b.revision();
    spec.series.unit = if root { Unit::Magnitude } else { Unit::Power };
    Ok(spec)
}

const POWER: &str = "stage {n}: the elements of {m} are powers, squares already: use the kind sum for their energy";

struct Energy {
    level: Level,
    root: bool,
    /// Square of the scale.
    square: f64,
}

impl Energy {
    fn finish(&self, sum: f64, n: usize) -> f32 {
        if self.root { root::sqrt_wide(sum / n as f64 * self.square) } else { (sum * self.square) as f32 }
    }
}

impl Kernel for Energy {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let Energy { level, .. } = *self;
        match io.input_dtype(0)? {
            Dtype::I16 => number_by_row(io, |row| self.finish(simd::energy_i16(level, row) as f64, row.len())),
            _ => number_by_row(io, |row| self.finish(simd::energy(level, row), row.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, close, run, signal};
    use std::vec::Vec;

    #[test]
    fn are_the_sum_of_squares_and_its_root() {
        for n in [1, 2, 3, 31, 33, 1023, 1025, 5000] {
            let x = signal(5 * n, 2);
            let ints: Vec<i16> = x.iter().map(|v| (v * 12_000.0) as i16).collect();
            for (kind, power) in [("energy", 1.0), ("rms", 0.5)] {
                let finish = |e: f64| if power == 1.0 { e } else { (e / n as f64).sqrt() };
                let want: Vec<f64> =
                    x.chunks(n).map(|r| finish(r.iter().map(|v| f64::from(*v).powi(2)).sum())).collect();
                let got: Vec<f32> = run(kind, &[], &Input::rows(&x, n));
                close(&got.into_iter().map(f64::from).collect::<Vec<_>>(), &want, 6e-8, kind);
                let want: Vec<f64> =
                    ints.chunks(n).map(|r| finish(r.iter().map(|v| f64::from(*v).powi(2)).sum())).collect();
                let got: Vec<f32> = run(kind, &[], &Input::rows(&ints, n));
                close(&got.into_iter().map(f64::from).collect::<Vec<_>>(), &want, 6e-8, kind);
            }
        }
        assert_eq!(run::<f32, f32>("rms", &[], &Input::rows(&[f32::NEG_INFINITY, 1.0], 2)), [f32::INFINITY]);
        assert!(run::<f32, f32>("rms", &[], &Input::rows(&[f32::NAN, 1.0], 2))[0].is_nan());
    }

    #[test]
    fn squares_beyond_the_range_of_f32_have_a_root() {
        let one = |kind: &str, x: &[f32]| run::<f32, f32>(kind, &[], &Input::rows(x, x.len()))[0];
        for scale in [f32::MAX, 1.8e19, 1.0, 1e-24, f32::MIN_POSITIVE, 1e-40, 1e-45] {
            for n in [1, 2, 64, 1000] {
                let x: Vec<f32> = (0..n).map(|i| if i % 3 == 0 { scale } else { -scale }).collect();
                assert_eq!(one("rms", &x), scale, "{n}");
                let energy = (f64::from(scale) * f64::from(scale) * n as f64) as f32;
                assert_eq!(one("energy", &x), energy, "{n}");
            }
        }
        assert_eq!(one("rms", &[3e-30, 4e-30]), 12.5f32.sqrt() * 1e-30);
        assert_eq!(one("energy", &[1e-20; 1 << 16]), (f64::from(1e-20f32).powi(2) * 65536.0) as f32);
        // A few samples of a spacecraft's quiet channel, and of a saturated one.
        assert_eq!(one("rms", &[3e25, 4e25, -3e25, -4e25]), (12.5f64.sqrt() * 1e25) as f32);
    }
}
