//! Window functions for spectra and filters: `y[i] = scale w[i] x[i]`.
//!
//! | `type` | window | `w[i]`, with `c(k) = cos(2 pi k i / N)` |
//! | --- | --- | --- |
//! | 0 | rectangular | 1 |
//! | 1 | Hann | `sin^2(pi i / N)` |
//! | 2 | Hamming | `0.54 - 0.46 c(1)` |
//! | 3 | Blackman | `0.42 - 0.5 c(1) + 0.08 c(2)` |
//! | 4 | Blackman-Harris | `0.35875 - 0.48829 c(1) + 0.14128 c(2) - 0.01168 c(3)` |
//! | 5 | flat top | `0.21557895 - 0.41663158 c(1) + 0.277263158 c(2) - 0.083578947 c(3) + 0.006947368 c(4)` |
//! | 6 | Kaiser | `I0(beta sqrt(1 - (2 i / N - 1)^2)) / I0(beta)` |
//! | 7 | Slepian (DPSS) | the sequence of `N + 1` numbers with the most energy within `nw / (N + 1)` cycles per sample |
//!
//! `N` is the length `n` of the row (`symmetric` 0, the default, for spectra), or `n - 1` (`symmetric` 1, for filters). A
//! row of one element has `w = 1`. As `scipy.signal.get_window(..., n, fftbins=True)` and `False`. Sources: Harris, "On the
//! use of windows for harmonic analysis with the discrete Fourier transform", Proc. IEEE 66 (1978); D'Antona and
//! Ferrero, Digital Signal Processing for Measurement Systems (2006), flat top; Slepian, Bell System Technical Journal
//! 57 (1978).
//!
//! Input: `f32`, `i16` or `c32` rows of one channel. Output: `f32` rows of the same length, of `c32` input `c32`. Windows
//! are constant tables, computed in `f64` without libm: the same bits on every machine.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `type` | the window, by its number; default 1 |
//! | `symmetric` | 0, the default: one period, for spectra. 1: both ends alike, for filters |
//! | `beta` | of Kaiser's window: 0 to 600, required |
//! | `nw` | of Slepian's window: half bandwidth times length, above 0 and below half of the length, required |
//! | `scale` | factor of the window, above 0; default 1. 1/32768 makes full scale of `i16` 1 |

mod shapes;
mod slepian;

use super::params::Range;
use super::rows::row_by_row;
use super::{Build, shape};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::{Complex32, cast, cast_mut};
use crate::simd::{self, Level};
use crate::status::Result;
use crate::util::unsigned::Unsigned;
use shapes::Shape;

const BETA: Range =
    Range { min: 0.0, above: false, max: 600.0, text: "stage {m}: the parameter {n}{v} must be from 0 to 600" };
const NW: Range = Range { min: 0.0, above: true, max: 1e9, text: "stage {m}: the parameter {n}{v} must be above 0" };

const KAISER: u64 = 6;
const SLEPIAN: u64 = 7;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["type", "symmetric", "beta", "nw", "scale"])?;
    let kind = b.count("type", Some(1), 0, SLEPIAN)?;
    let symmetric = b.count("symmetric", Some(0), 0, 1)? == 1;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32, Dtype::I16, Dtype::C32])?;
    let n = edge.shape.len;
    for (key, of, text) in [
        ("beta", KAISER, "stage {m}: the parameter {n}{v} is of type 6, Kaiser's window, only"),
        ("nw", SLEPIAN, "stage {m}: the parameter {n}{v} is of type 7, Slepian's window, only"),
    ] {
        if let (Some(v), true) = (b.scalar(key)?, kind != of) {
            return Err(b.refused(key, None, v, text));
        }
    }
    let parameter = match kind {
        KAISER => b.real("beta", None, &BETA)?,
        SLEPIAN => {
            let nw = b.real("nw", None, &NW)?;
            // Of the sequence, which has one number more than a period.
            let len = checked::count(n).sat_add(u64::from(!symmetric));
            if n > 1 && nw >= len as f64 / 2.0 {
                let text = "stage {m}: the parameter {n}{v} must be below half of the length {a}";
                return Err(b.refused("nw", None, nw, text).a(len));
            }
            nw
        }
        _ => 0.0,
    };
    let complex = edge.shape.dtype == Dtype::C32;
    let shape = shape(if complex { Dtype::C32 } else { Dtype::F32 }, n)?;
    let kernel = Window { level: Level::detect(), scale: b.scale()?, shape: Shape { kind, symmetric, parameter } };
    let mut spec = StageSpec::new(kernel, shape);
    spec.series = edge.series;
    // The window, after what a Slepian sequence is computed in.
    let work = if kind == SLEPIAN { slepian::work_bytes(n)? } else { 0 };
    spec.table_bytes = checked::add(work, checked::mul(n, 4)?)?;
    spec.revision = b.revision();
    Ok(spec)
}

struct Window {
    level: Level,
    scale: f64,
    shape: Shape,
}

impl Kernel for Window {
    fn prepare(&self, table: &mut [u8]) -> Result<(), Code> {
        table.fill(0);
        if self.shape.kind == SLEPIAN {
            return slepian::fill(table, self.shape.symmetric, self.shape.parameter, self.scale).ok_or(Code::MISFIT);
        }
        let window = cast_mut::<f32>(table).ok_or(Code::MISFIT)?;
        let n = checked::count(window.len());
        for (w, i) in window.iter_mut().zip(0u64..) {
            *w = (self.shape.value(i, n) * self.scale) as f32;
        }
        Ok(())
    }

    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let n = io.edges.first().map_or(0, |e| e.shape.len);
        let start = io.table.len().checked_sub(n.sat_mul(4)).ok_or(Code::MISFIT)?;
        let window = io.table.get(start..).and_then(cast::<f32>).ok_or(Code::MISFIT)?;
        match io.input_dtype(0)? {
            Dtype::I16 => row_by_row(io, None, |y, row| simd::mul_i16(self.level, y, row, window)),
            Dtype::C32 => row_by_row(io, None, |y: &mut [Complex32], row: &[Complex32]| {
                for ((y, x), w) in y.iter_mut().zip(row).zip(window) {
                    *y = Complex32 { re: x.re * w, im: x.im * w };
                }
            }),
            _ => row_by_row(io, None, |y, row| simd::mul(self.level, y, row, window)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Aligned, Input, register, run};
    use super::*;
    use std::vec::Vec;

    fn of(kind: u64, symmetric: bool, parameter: f64, n: usize) -> Vec<f32> {
        let work = if kind == SLEPIAN { slepian::work_bytes(n).unwrap() } else { 0 };
        let mut bytes = Aligned::filled(work + 4 * n, 0xee);
        let shape = Shape { kind, symmetric, parameter };
        Window { level: Level::BASELINE, scale: 1.0, shape }.prepare(bytes.get()).unwrap();
        cast::<f32>(&bytes.get()[work..]).unwrap().to_vec()
    }

    #[test]
    fn windows_are_even_and_at_most_1() {
        for (kind, parameter) in [(0, 0.0), (1, 0.0), (2, 0.0), (3, 0.0), (4, 0.0), (5, 0.0), (6, 8.6), (7, 3.5)] {
            for n in [8, 9, 64, 101, 1000] {
                for symmetric in [false, true] {
                    let w = of(kind, symmetric, parameter, n);
                    let skip = usize::from(!symmetric);
                    let pairs = w[skip..].iter().zip(w[skip..].iter().rev());
                    assert!(pairs.clone().all(|(a, b)| a.to_bits() == b.to_bits()), "{kind} {n} {symmetric}");
                    assert!(w.iter().all(|w| (-0.1..=1.0).contains(w)), "{kind} {n} {symmetric}");
                    let largest = w.iter().fold(0.0f32, |a, b| a.max(*b));
                    assert!(largest > 0.7, "{kind} {n} {symmetric}: {largest}");
                }
            }
        }
    }

    /// The equation that defines the sequence, not the matrix that commutes with it: the energy within the band,
    /// `sum over j of sin(2 pi W (i - j)) / (pi (i - j)) x[j] = lambda x[i]`, lambda near 1.
    #[test]
    fn slepian_windows_concentrate_energy() {
        for (n, nw, near) in [(64, 4.0, 1e-9), (101, 2.5, 1e-5), (257, 3.0, 1e-6)] {
            let x: Vec<f64> = of(SLEPIAN, true, nw, n).into_iter().map(f64::from).collect();
            let w = nw / n as f64;
            let kernel = |d: i64| match d {
                0 => 2.0 * w,
                d => (2.0 * core::f64::consts::PI * w * d as f64).sin() / (core::f64::consts::PI * d as f64),
            };
            for i in 0..n {
                let sum: f64 = (0..n).map(|j| kernel(i as i64 - j as i64) * x[j]).sum();
                assert!((sum - x[i]).abs() < 1e-6 + near, "{n} {nw} {i}: {sum} {}", x[i]);
            }
        }
    }

    #[test]
    fn complex_rows_are_windowed_in_both_parts() {
        let x: Vec<Complex32> = (0..60).map(|i| Complex32 { re: i as f32, im: -0.5 * i as f32 }).collect();
        let got: Vec<Complex32> = run("window", &[("type", &[5.0])], &Input::rows(&x, 30));
        let w = of(5, false, 0.0, 30);
        for (i, y) in got.iter().enumerate() {
            assert!(y.re == x[i].re * w[i % 30] && y.im == x[i].im * w[i % 30]);
        }
    }

    #[test]
    fn parameters_of_other_types_are_refused() {
        let x = [0.0f32; 64];
        for params in [
            &[("type", &[1.0][..]), ("beta", &[2.0])][..],
            &[("nw", &[2.0])],
            &[("type", &[6.0])],
            &[("type", &[7.0])],
            &[("type", &[6.0]), ("beta", &[2.0]), ("nw", &[2.0])],
            &[("type", &[7.0]), ("nw", &[33.0])],
        ] {
            assert!(register("window", params, Input::rows(&x, 64).edge(), false).is_err(), "{params:?}");
        }
        assert!(register("window", &[("type", &[7.0]), ("nw", &[32.4])], Input::rows(&x, 64).edge(), false).is_ok());
    }
}
