//! Decibels, element by element: `y = factor log10(|x| / reference)`, at least `floor`.
//!
//! `10 * numpy.log10(x / reference)` of powers, `20 * numpy.log10(abs(x) / reference)` of amplitudes; ISO 80000-3. Input:
//! `f32`, `f64` or `c32` rows. Output: `f32` rows of the same length, computed in `f64` without libm, rounded once: the
//! same bits on every machine. Zero gives minus infinity without `floor`. A NaN gives NaN.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `reference` | what has 0 dB, above 0; default 1 |
//! | `factor` | above 0; default 10 if the rows are powers, else 20 |
//! | `floor` | smallest result, in dB; default none |

use super::exponential::ln;
use super::params::{FINITE, POSITIVE};
use super::rows::number_by_element;
use super::{Build, shape};
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::Complex32;
use crate::series::Unit;
use crate::status::Result;
use core::f64::consts::LOG10_E;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["reference", "factor", "floor"])?;
    let edge = b.one_edge()?;
    b.takes(edge, &[Dtype::F32, Dtype::F64, Dtype::C32])?;
    let power = edge.series.unit == Unit::Power;
    let reference = b.real("reference", Some(1.0), &POSITIVE)?;
    let factor = b.real("factor", Some(if power { 10.0 } else { 20.0 }), &POSITIVE)?;
    let floor = b.optional("floor", &FINITE)?.unwrap_or(f64::NEG_INFINITY);
    let kernel = Decibel { zero: ln(reference), factor: factor * LOG10_E, floor };
    let mut spec = StageSpec::new(kernel, shape(Dtype::F32, edge.shape.len)?);
    spec.series = edge.series.of(Unit::Other);
    spec.revision = b.revision();
    Ok(spec)
}

struct Decibel {
    /// The logarithm of the reference.
    zero: f64,
    /// Of a natural logarithm.
    factor: f64,
    floor: f64,
}

impl Decibel {
    /// Of an amplitude whose logarithm is `log`.
    fn of(&self, log: f64) -> f32 {
        let y = (log - self.zero) * self.factor;
        (if y < self.floor { self.floor } else { y }) as f32
    }

    fn number(&self, x: f64) -> f32 {
        let x = x.abs();
        self.of(if x == 0.0 {
            f64::NEG_INFINITY
        } else if x.is_finite() {
            ln(x)
        } else {
            x
        })
    }

    /// Of the magnitude, whose square fits an `f64`.
    fn complex(&self, x: Complex32) -> f32 {
        let (re, im) = (f64::from(x.re), f64::from(x.im));
        let square = re * re + im * im;
        self.of(if square == 0.0 {
            f64::NEG_INFINITY
        } else if square.is_finite() {
            0.5 * ln(square)
        } else {
            square
        })
    }
}

impl Kernel for Decibel {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match io.input_dtype(0)? {
            Dtype::C32 => number_by_element(io, |x| self.complex(x)),
            Dtype::F64 => number_by_element(io, |x| self.number(x)),
            _ => number_by_element(io, |x: f32| self.number(f64::from(x))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, run};
    use crate::mem::Complex32;
    use std::vec::Vec;

    #[test]
    fn values_over_the_whole_range_are_those_of_libm() {
        let x: Vec<f64> = (-1020..1020).step_by(3).map(|e| 1.37 * 2f64.powi(e)).collect();
        let got: Vec<f32> = run("decibel", &[("reference", &[3.0])], &Input::rows(&x, 10));
        for (y, x) in got.iter().zip(&x) {
            let want = 20.0 * (x.log10() - 3f64.log10());
            assert!((f64::from(*y) - want).abs() <= 6.1e-8 * want.abs(), "{x:e}: {y} {want}");
        }
        let x: Vec<f32> = (0..1000).map(|i| f32::from_bits(i * 2_139_095 + 1) * [1.0, -1.0][i as usize % 2]).collect();
        let got: Vec<f32> = run("decibel", &[("factor", &[10.0])], &Input::rows(&x, 10));
        for (y, x) in got.iter().zip(&x) {
            let want = 10.0 * f64::from(x.abs()).log10();
            assert!((f64::from(*y) - want).abs() <= 6.1e-8 * want.abs() + 1e-14, "{x:e}: {y} {want}");
        }
    }

    #[test]
    fn special_values_and_the_floor() {
        let x = [0.0f32, -0.0, f32::INFINITY, f32::NEG_INFINITY, 1.0, f32::NAN, 1e-10, 0.001];
        let got: Vec<f32> = run("decibel", &[], &Input::rows(&x, 8));
        let want = [f32::NEG_INFINITY, f32::NEG_INFINITY, f32::INFINITY, f32::INFINITY, 0.0];
        assert!(got[..5] == want && got[5].is_nan() && got[6..] == [-200.0, -60.0], "{got:?}");
        let got: Vec<f32> = run("decibel", &[("floor", &[-120.0])], &Input::rows(&x, 8));
        assert!(got[..2] == [-120.0, -120.0] && got[5].is_nan() && got[6..] == [-120.0, -60.0], "{got:?}");
        let x = [(3.0, 4.0), (0.0, 0.0), (f32::MAX, f32::MAX), (f32::NAN, 1.0), (1e-45, 0.0)];
        let x: Vec<Complex32> = x.into_iter().map(|(re, im)| Complex32 { re, im }).collect();
        let got: Vec<f32> = run("decibel", &[], &Input::rows(&x, 5));
        let largest = 20.0 * (f64::from(f32::MAX) * 2f64.sqrt()).log10();
        let smallest = 20.0 * f64::from(1e-45f32).log10();
        assert!((got[0] - 13.9794).abs() < 1e-4 && got[1] == f32::NEG_INFINITY && got[3].is_nan());
        assert!((f64::from(got[2]) - largest).abs() < 1e-4 && (f64::from(got[4]) - smallest).abs() < 1e-4, "{got:?}");
    }
}
