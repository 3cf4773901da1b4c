//! Mixer with a numerically controlled oscillator: samples times a complex carrier, `y[n] = x[n] exp(2 pi i
//! (frequency n + phase))`.
//!
//! `n` counts samples from the first of row 0, through all rows, also where they overlap. The phase is an integer of
//! 64 bits, in units of `2^-64` turns: `n` times the rounded frequency plus the rounded phase, modulo 2^64. It does not
//! drift: the frequency is off by at most `2^-65` cycles a sample, whatever `n` is. Sine and cosine are computed in
//! `f64` without libm and products rounded once: the same bits on every machine. As `x * numpy.exp(2j * numpy.pi *
//! (frequency * n + phase))`; Tierney, Rader and Gold, "A digital frequency synthesizer", IEEE Trans. Audio
//! Electroacoustics 19 (1971).
//!
//! Input: `f32`, `i16` or `c32` rows of one channel. Output: `c32` rows of the same length. A NaN stays in its element.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `frequency` | in cycles per sample, -0.5 to 0.5; required |
//! | `phase` | of sample 0, in turns, -1 to 1; default 0 |
//! | `scale` | factor of the samples, above 0; default 1 |

use super::params::Range;
use super::{Build, shape, trig};
use crate::checked;
use crate::dtype::{Dtype, Element};
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::{Complex32, cast_mut};
use crate::series::Unit;
use crate::status::{Error, Result, Status};

const FREQUENCY: Range =
    Range { min: -0.5, above: false, max: 0.5, text: "stage {m}: the parameter {n}{v} must be from -0.5 to 0.5" };
const PHASE: Range =
    Range { min: -1.0, above: false, max: 1.0, text: "stage {m}: the parameter {n}{v} must be from -1 to 1" };

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["frequency", "phase", "scale"])?;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32, Dtype::I16, Dtype::C32])?;
    if edge.series.step == 0 {
        let text =
            "stage {n}: rows of {m}, of {a} samples, start between samples: use a hop that is a multiple of the factor";
        return b.named(edge, Err(Error::new(Status::Graph, text).a(checked::count(edge.shape.len))));
    }
    let kernel = Mixer {
        step: word(b.real("frequency", None, &FREQUENCY)?),
        phase: word(b.real("phase", Some(0.0), &PHASE)?),
        row: edge.series.step,
        scale: b.scale()?,
    };
    let mut spec = StageSpec::new(kernel, shape(Dtype::C32, edge.shape.len)?);
    spec.series = edge.series.of(Unit::Samples);
    spec.revision = b.revision();
    Ok(spec)
}

/// Turns in units of 2^-64, modulo 1; of numbers from -1 to 1.
fn word(turns: f64) -> u64 {
    const TURN: f64 = 18_446_744_073_709_551_616.0;
    // The product is exact; what has a fraction is below 2^53.
    let units = turns.abs() * TURN + 0.5;
    let whole = if units < TURN { units as u64 } else { 0 };
    if turns < 0.0 { whole.wrapping_neg() } else { whole }
}

struct Mixer {
    /// Phase from a sample to the next.
    step: u64,
    /// Phase of sample 0.
    phase: u64,
    /// Samples from a row to the next.
    row: u64,
    scale: f64,
}

impl Mixer {
    fn rows<X: Element>(&self, io: &mut StageIo<'_>, parts: fn(X) -> (f64, f64)) -> Result<(), Code> {
        let rows = io.input::<X>(0)?;
        let out = cast_mut::<Complex32>(io.out).ok_or(Code::MISFIT)?;
        for (y, i) in out.chunks_exact_mut(rows.row_len().max(1)).zip(0usize..) {
            let first = io.first.wrapping_add(checked::count(i)).wrapping_mul(self.row);
            let mut phase = first.wrapping_mul(self.step).wrapping_add(self.phase);
            for (y, x) in y.iter_mut().zip(rows.row(i)) {
                let (c, s) = trig::turn_of_word(phase);
                let (re, im) = parts(*x);
                let (re, im) = (re * self.scale, im * self.scale);
                *y = Complex32 { re: rounded(re * c - im * s), im: rounded(re * s + im * c) };
                phase = phase.wrapping_add(self.step);
            }
        }
        Ok(())
    }
}

fn rounded(v: f64) -> f32 {
    if v.is_nan() { f32::NAN } else { v as f32 }
}

impl Kernel for Mixer {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match io.input_dtype(0)? {
            Dtype::C32 => self.rows(io, |x: Complex32| (f64::from(x.re), f64::from(x.im))),
            Dtype::I16 => self.rows(io, |x: i16| (f64::from(x), 0.0)),
            _ => self.rows(io, |x: f32| (f64::from(x), 0.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, close, register, run, signal};
    use super::*;
    use std::f64::consts::TAU;
    use std::vec::Vec;

    fn flat(y: &[Complex32]) -> Vec<f64> {
        y.iter().flat_map(|y| [f64::from(y.re), f64::from(y.im)]).collect()
    }

    #[test]
    fn samples_are_turned_by_the_exact_phase_of_their_number() {
        let re = signal(6000, 3);
        let im = signal(6000, 4);
        let x: Vec<Complex32> = re.iter().zip(&im).map(|(re, im)| Complex32 { re: *re, im: *im }).collect();
        // Frequencies in units of 1 / 4096: their phases are whole numbers of units.
        for (f, p) in [(0i64, 0i64), (1, 0), (-1, 5), (2048, 0), (-2048, -4096), (1023, 4096), (-777, 2048)] {
            let params = [("frequency", [f as f64 / 4096.0]), ("phase", [p as f64 / 4096.0])];
            let params: Vec<(&str, &[f64])> = params.iter().map(|(k, v)| (*k, &v[..])).collect();
            let at = |n: usize| TAU * (f * n as i64 + p).rem_euclid(4096) as f64 / 4096.0;
            for (len, stride) in [(50, 50), (64, 17), (7, 1)] {
                let numbers = (0..=(6000 - len) / stride).flat_map(|t| t * stride..t * stride + len);
                let want: Vec<f64> = numbers
                    .clone()
                    .flat_map(|n| {
                        let (s, c) = at(n).sin_cos();
                        let (re, im) = (f64::from(re[n]), f64::from(im[n]));
                        [re * c - im * s, re * s + im * c]
                    })
                    .collect();
                let got: Vec<Complex32> = run("mixer", &params, &Input { stride, ..Input::rows(&x, len) });
                close(&flat(&got), &want, 6e-8, "c32");
                let want: Vec<f64> =
                    numbers.flat_map(|n| [f64::from(re[n]) * at(n).cos(), f64::from(re[n]) * at(n).sin()]).collect();
                let got: Vec<Complex32> = run("mixer", &params, &Input { data: &re, len, stride, channels: 1 });
                close(&flat(&got), &want, 6e-8, "f32");
            }
        }
    }

    #[test]
    fn frequencies_are_rounded_to_integers_of_64_bits() {
        assert_eq!((word(0.5), word(-0.5), word(1.0), word(-1.0)), (1 << 63, 1 << 63, 0, 0));
        assert_eq!((word(0.25), word(-0.25), word(0.0)), (1 << 62, 3 << 62, 0));
        assert_eq!((word(2f64.powi(-64)), word(-(2f64.powi(-64))), word(2f64.powi(-66))), (1, u64::MAX, 0));
        assert_eq!(word(-(2f64.powi(-80))), 0);
    }

    #[test]
    fn nan_stays_in_its_element_and_what_is_no_number_is_refused() {
        let x = [1.0f32, f32::NAN, 1.0, 1.0];
        let got: Vec<Complex32> = run("mixer", &[("frequency", &[0.25])], &Input::rows(&x, 2));
        assert!(got[1].re.is_nan() && got[1].im.is_nan());
        assert_eq!([got[0], got[2], got[3]].map(|y| (y.re, y.im)), [(1.0, 0.0), (-1.0, 0.0), (0.0, -1.0)]);
        let edge = Input::rows(&x, 2).edge();
        let none = crate::stages::EdgeShape { series: crate::series::Series { step: 0, ..edge.series }, ..edge };
        assert!(register("mixer", &[("frequency", &[0.1])], none, false).is_err());
        assert!(register("mixer", &[], edge, false).is_err());
        assert!(register("mixer", &[("frequency", &[0.6])], edge, false).is_err());
    }
}
