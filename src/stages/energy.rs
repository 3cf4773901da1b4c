//! Energy of each row, `E = sum x[i]^2` (`energy`), and its root mean square, `sqrt(E / n)` (`rms`).
//!
//! Input: `f32` or `i16` rows. Output: one `f32`. Parameters: none. `i16` is unscaled and summed exactly. Squares of
//! `f32` are summed in `f32` lanes over 1024 elements and in `f64` over these partial sums ([`crate::simd`]). A NaN in
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
    b.allow(&[])?;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32, Dtype::I16])?;
    if edge.series.unit == Unit::Power {
        return b.named(edge, Err(Error::new(Status::Graph, POWER)));
    }
    let mut spec = StageSpec::new(Energy { level: Level::detect(), root }, shape(Dtype::F32, 1)?);
    spec.series.unit = if root { Unit::Magnitude } else { Unit::Power };
    Ok(spec)
}

const POWER: &str = "stage {n}: the elements of {m} are powers, squares already: use the kind sum for their energy";

struct Energy {
    level: Level,
    root: bool,
}

impl Energy {
    fn finish(&self, sum: f64, n: usize) -> f32 {
        if self.root { root::sqrt((sum / n as f64) as f32) } else { sum as f32 }
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
                close(&got.into_iter().map(f64::from).collect::<Vec<_>>(), &want, 1e-6, kind);
                let want: Vec<f64> =
                    ints.chunks(n).map(|r| finish(r.iter().map(|v| f64::from(*v).powi(2)).sum())).collect();
                let got: Vec<f32> = run(kind, &[], &Input::rows(&ints, n));
                close(&got.into_iter().map(f64::from).collect::<Vec<_>>(), &want, 1.3e-7, kind);
            }
        }
        assert_eq!(run::<f32, f32>("rms", &[], &Input::rows(&[f32::NEG_INFINITY, 1.0], 2)), [f32::INFINITY]);
        assert!(run::<f32, f32>("rms", &[], &Input::rows(&[f32::NAN, 1.0], 2))[0].is_nan());
    }
}
