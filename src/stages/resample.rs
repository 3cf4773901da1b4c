//! Rational resampler: the sample rate times `up / down`, by a polyphase filter.
//!
//! `y[m] = sum over i of h[(m down mod up) + i up] x[floor(m down / up) + Q - i]`, `Q = ceil(taps / up) - 1`
//!
//! over the samples of all rows: `scipy.signal.upfirdn(h, x, up)[Q up::down]`. Crochiere and Rabiner, Multirate
//! Digital Signal Processing (1983), 3.3. Output `m` is at the input time `(m down + Q up - (taps - 1) / 2) / up` if
//! the filter is even. Taps are used as given: for a gain of 1 their sum is `up`.
//!
//! Input: `f32` or `c32` rows of one channel, every `hop` samples, a multiple of `down / gcd(up, down)`, with `hop + Q`
//! samples or more. Output: `hop up / down` elements of the same type, consecutive over the rows. Taps are rounded to
//! `f32`, products are exact, sums run in `f64` in the order of `i` and are rounded once: the same bits on every
//! machine. A NaN or an infinity spreads to the outputs that read it.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `up` | 1 to 4096; default 1 |
//! | `down` | 1 to 4096; default 1 |
//! | `taps` | the filter `h` at `up` times the rate: 1 to 65536 numbers; required |

use super::params::NARROW;
use super::{Build, shape};
use crate::checked;
use crate::dtype::{Dtype, Element};
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::{Complex32, cast, cast_mut};
use crate::series::Series;
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;

/// Taps of the longest filter.
const MAX_TAPS: usize = 1 << 16;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["up", "down", "taps"])?;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32, Dtype::C32])?;
    let up = b.count("up", Some(1), 1, 4096)?;
    let down = b.count("down", Some(1), 1, 4096)?;
    let given = b.list("taps", &NARROW)?;
    if given.is_empty() || given.len() > MAX_TAPS {
        let text = "stage {m}: the parameter {n} is required: a list of 1 to {a} coefficients, not of {b}";
        return Err(b.param_error("taps", text).a(checked::count(MAX_TAPS)).b(checked::count(given.len())));
    }
    let phases = checked::size(up)?;
    let each = given.len().div_ceil(phases.max(1));
    let hop = edge.series.step;
    let rate = hop.sat_mul(up);
    if hop == 0 || rate.checked_rem(down) != Some(0) {
        let text = "stage {n}: rows of {m} start every {a} samples: hop times up must be a multiple of down, {b}";
        return b.named(edge, Err(Error::new(Status::Graph, text).a(hop).b(down)));
    }
    let needed = hop.sat_add(checked::count(each)).sat_sub(1);
    if checked::count(edge.shape.len) < needed {
        let text = "stage {n}: rows of {m} have {b} samples: use a window of at least {a}: hop + ceil(taps / up) - 1";
        return b.named(edge, Err(Error::new(Status::Graph, text).a(needed).b(checked::count(edge.shape.len))));
    }
    let len = checked::size(rate.checked_div(down).unwrap_or(1))?;
    let taps = b.pool.copied(given)?;
    let kernel = Resample { taps, up: phases, down: checked::size(down)?, each, len };
    let mut spec = StageSpec::new(kernel, shape(edge.shape.dtype, len)?);
    spec.series = Series::new(len).of(edge.series.unit);
    spec.table_bytes = shape(Dtype::F32, checked::mul(phases, each)?)?.bytes();
    spec.revision = b.revision();
    spec.cost_ns = checked::count(len).sat_mul(checked::count(each).sat_mul(700).sat_add(3000)) / 1000;
    Ok(spec)
}

struct Resample<'m> {
    taps: &'m [f64],
    up: usize,
    down: usize,
    /// Taps of a phase.
    each: usize,
    /// Outputs of a row.
    len: usize,
}

/// An element whose products with taps are added in `f64`.
trait Filtered: Element {
    fn filtered(taps: &[f32], x: &[Self]) -> Self;
}

fn rounded(v: f64) -> f32 {
    if v.is_nan() { f32::NAN } else { v as f32 }
}

impl Filtered for f32 {
    fn filtered(taps: &[f32], x: &[f32]) -> f32 {
        let terms = taps.iter().zip(x.iter().rev()).map(|(h, x)| f64::from(*h) * f64::from(*x));
        rounded(terms.fold(0.0, |sum, term| sum + term))
    }
}

impl Filtered for Complex32 {
    fn filtered(taps: &[f32], x: &[Complex32]) -> Complex32 {
        let (mut re, mut im) = (0.0, 0.0);
        for (h, x) in taps.iter().zip(x.iter().rev()) {
            re += f64::from(*h) * f64::from(x.re);
            im += f64::from(*h) * f64::from(x.im);
        }
        Complex32 { re: rounded(re), im: rounded(im) }
    }
}

impl Resample<'_> {
    fn rows<X: Filtered>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let rows = io.input::<X>(0)?;
        let table = cast::<f32>(io.table).ok_or(Code::MISFIT)?;
        let out = cast_mut::<X>(io.out).ok_or(Code::MISFIT)?;
        let (whole, part) = (self.down.checked_div(self.up).unwrap_or(0), self.down.checked_rem(self.up).unwrap_or(0));
        for (i, y) in out.chunks_exact_mut(self.len.max(1)).enumerate() {
            let row = rows.row(i);
            // Position and phase of the output.
            let (mut at, mut phase) = (0usize, 0usize);
            for y in y {
                let start = phase.sat_mul(self.each);
                let taps = table.get(start..start.sat_add(self.each)).ok_or(Code::MISFIT)?;
                *y = X::filtered(taps, row.get(at..at.sat_add(self.each)).ok_or(Code::MISFIT)?);
                (at, phase) = (at.sat_add(whole), phase.sat_add(part));
                if phase >= self.up {
                    (at, phase) = (at.sat_add(1), phase.sat_sub(self.up));
                }
            }
        }
        Ok(())
    }
}

impl Kernel for Resample<'_> {
    /// Stores the taps of each phase, filled with zeros.
    fn prepare(&self, table: &mut [u8]) -> Result<(), Code> {
        let table = cast_mut::<f32>(table).ok_or(Code::MISFIT)?;
        table.fill(0.0);
        for (phase, taps) in table.chunks_exact_mut(self.each.max(1)).enumerate() {
            let of_phase = self.taps.iter().skip(phase).step_by(self.up.max(1));
            taps.iter_mut().zip(of_phase).for_each(|(to, h)| *to = *h as f32);
        }
        Ok(())
    }

    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match io.input_dtype(0)? {
            Dtype::C32 => self.rows::<Complex32>(io),
            _ => self.rows::<f32>(io),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, close, register, run, signal};
    use super::*;
    use std::vec;
    use std::vec::Vec;

    /// Zeros between the samples, a filter, and every `down`-th output.
    fn naive(x: &[f32], h: &[f64], up: usize, down: usize, count: usize) -> Vec<f64> {
        let mut wide = vec![0.0; x.len() * up + h.len()];
        x.iter().enumerate().for_each(|(i, x)| wide[i * up] = f64::from(*x));
        let full =
            |m: usize| -> f64 { h.iter().enumerate().filter(|(i, _)| *i <= m).map(|(i, h)| h * wide[m - i]).sum() };
        let skip = (h.len().div_ceil(up) - 1) * up;
        (0..count).map(|m| full(skip + m * down)).collect()
    }

    #[test]
    fn rows_are_those_of_the_filter_of_samples_with_zeros_between() {
        for (up, down, taps, hop) in [
            (1usize, 1usize, 1usize, 5usize),
            (1, 1, 7, 9),
            (3, 2, 31, 8),
            (2, 3, 31, 9),
            (5, 7, 4, 14),
            (4, 6, 50, 6),
            (48, 1, 100, 3),
            (1, 4, 9, 16),
            (160, 147, 2000, 147),
        ] {
            let h: Vec<f64> = (0..taps).map(|i| (i % 7) as f64 * 0.25 - 0.5).collect();
            let len = hop + taps.div_ceil(up) - 1;
            let x = signal(len + 4 * hop, 6);
            let numbers = [up as f64, down as f64];
            let params: &[(&str, &[f64])] = &[("up", &numbers[..1]), ("down", &numbers[1..]), ("taps", &h)];
            let got: Vec<f32> = run("resample", params, &Input { stride: hop, ..Input::rows(&x, len) });
            let want = naive(&x, &h, up, down, 5 * hop * up / down);
            let got64: Vec<f64> = got.iter().map(|v| f64::from(*v)).collect();
            close(&got64, &want, 6e-8, &std::format!("{up} {down} {taps}"));
            let z: Vec<Complex32> = x.iter().map(|x| Complex32 { re: *x, im: -x }).collect();
            let of: Vec<Complex32> = run("resample", params, &Input { stride: hop, ..Input::rows(&z, len) });
            assert!(of.iter().zip(&got).all(|(z, y)| z.re == *y && z.im == -y), "{up} {down} {taps}");
        }
    }

    #[test]
    fn nan_reaches_the_outputs_that_read_it() {
        let mut x = signal(20 + 2, 6);
        let params: &[(&str, &[f64])] = &[("up", &[2.0]), ("taps", &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])];
        let clean: Vec<f32> = run("resample", params, &Input { stride: 20, ..Input::rows(&x, 22) });
        x[9] = f32::NAN;
        let got: Vec<f32> = run("resample", params, &Input { stride: 20, ..Input::rows(&x, 22) });
        for (m, (a, b)) in got.iter().zip(&clean).enumerate() {
            assert!(if (14..20).contains(&m) { a.is_nan() } else { a == b }, "{m}");
        }
    }

    #[test]
    fn rows_and_parameters_are_checked() {
        let x = [0f32; 40];
        let refused = |params: &[(&str, &[f64])], len, stride| {
            register("resample", params, Input { stride, ..Input::rows(&x, len) }.edge(), false).is_err()
        };
        let three: (&str, &[f64]) = ("taps", &[1.0, 2.0, 3.0]);
        assert!(!refused(&[three], 10, 8) && refused(&[three], 10, 9), "too few samples");
        assert!(!refused(&[three, ("down", &[4.0])], 10, 8) && refused(&[three, ("down", &[4.0])], 10, 7));
        assert!(!refused(&[three, ("down", &[4.0]), ("up", &[2.0])], 10, 6));
        assert!(refused(&[], 10, 5), "taps are required");
    }
}
