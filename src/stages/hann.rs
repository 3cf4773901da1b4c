//! Hann window: `y[i] = x[i] * w[i]`, `w[i] = scale sin^2(pi i / n)` with the length `n` of the row; `w = scale` for
//! `n = 1`.
//!
//! This is the periodic form, for spectra: `scipy.signal.get_window('hann', n, fftbins=True)`; Harris, "On the use of
//! windows for harmonic analysis with the discrete Fourier transform", Proc. IEEE 66 (1978). Input: `f32` or `i16` rows
//! of one channel. Output: `f32` rows of the same length. The window is a constant table, computed without libm: the same
//! bits on every machine.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `scale` | factor of the window, above 0; default 1. 1/32768 makes full scale of `i16` 1 |

use super::rows::row_by_row;
use super::{Build, shape, trig};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::{cast, cast_mut};
use crate::simd::{self, Level};
use crate::status::Result;
use crate::util::unsigned::{Count, Unsigned};

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["scale"])?;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32, Dtype::I16])?;
    let shape = shape(Dtype::F32, edge.shape.len)?;
    let mut spec = StageSpec::new(Hann { level: Level::detect(), scale: b.scale()? }, shape);
    spec.series = edge.series;
    spec.table_bytes = shape.bytes();
    spec.revision = b.revision();
    Ok(spec)
}

struct Hann {
    level: Level,
    scale: f64,
}

impl Kernel for Hann {
    fn prepare(&self, table: &mut [u8]) -> Result<(), Code> {
        let table = cast_mut::<f32>(table).ok_or(Code::MISFIT)?;
        let n = checked::count(table.len());
        for (w, i) in table.iter_mut().zip(0u64..) {
            // Half a turn over the row; both halves have the same bits.
            let (_, sin) = trig::turn(i.min_u64(n.wrapping_sub(i)), n.sat_mul(2));
            *w = (sin * sin * self.scale) as f32;
        }
        if let [only] = table {
            *only = self.scale as f32;
        }
        Ok(())
    }

    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let window = cast::<f32>(io.table).ok_or(Code::MISFIT)?;
        match io.input_dtype(0)? {
            Dtype::I16 => row_by_row(io, None, |y, row| simd::mul_i16(self.level, y, row, window)),
            _ => row_by_row(io, None, |y, row| simd::mul(self.level, y, row, window)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, close, run, signal};
    use super::*;
    use std::vec::Vec;

    #[test]
    fn rows_are_windowed_at_any_stride() {
        for n in [1, 2, 3, 5, 31, 32, 33, 500] {
            let x = signal(4 * n, 1);
            let input = Input { stride: n.div_ceil(3), ..Input::rows(&x, n) };
            let got: Vec<f32> = run("hann", &[], &input);
            let got: Vec<f64> = got.into_iter().map(f64::from).collect();
            let w = |i: usize| {
                if n == 1 { 1.0 } else { 0.5 - 0.5 * (2.0 * core::f64::consts::PI * i as f64 / n as f64).cos() }
            };
            let rows = x.windows(n).step_by(input.stride);
            let want: Vec<f64> = rows.flat_map(|r| r.iter().enumerate().map(|(i, v)| f64::from(*v) * w(i))).collect();
            close(&got, &want, 1.2e-7, "hann");
            let ints: Vec<i16> = x.iter().map(|v| (v * 10_000.0) as i16).collect();
            let full: &[(&str, &[f64])] = &[("scale", &[1.0 / 32768.0])];
            let got: Vec<f32> = run("hann", full, &Input { data: &ints, len: n, stride: input.stride, channels: 1 });
            let got: Vec<f64> = got.into_iter().map(f64::from).collect();
            let rows = ints.windows(n).step_by(input.stride);
            let want: Vec<f64> =
                rows.flat_map(|r| r.iter().enumerate().map(|(i, v)| f64::from(*v) / 32768.0 * w(i))).collect();
            close(&got, &want, 1.2e-7, "hann of i16");
        }
    }

    #[test]
    fn both_halves_of_the_window_have_the_same_bits() {
        let mut bytes = super::super::testing::Aligned::filled(4000, 0);
        Hann { level: Level::BASELINE, scale: 1.0 }.prepare(bytes.get()).unwrap();
        let w = cast::<f32>(bytes.get()).unwrap();
        assert!(w[0] == 0.0 && w[500] == 1.0);
        assert!(w[1..].iter().zip(w[1..].iter().rev()).all(|(a, b)| a.to_bits() == b.to_bits()));
    }
}
