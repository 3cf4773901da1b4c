//! FIR filters: `fir`, `y[j] = sum h[i] * x[j + taps - 1 - i]`, as `numpy.convolve(x, h, 'valid')`; and `decimate`,
//! every `factor`-th output of it: `y[j] = sum h[i] * x[j * factor + taps - 1 - i]`.
//!
//! Input: `f32` rows of one channel with at least as many elements as taps. Output: `f32` rows of `n - taps + 1`
//! (`decimate`: `(n - taps) / factor + 1`) elements, those that depend on the row alone. Taps are rounded to `f32`;
//! sums run in the order of the row, runs of 32 taps in `f32`, the sums of the runs in `f64`. With the taps `h` as
//! rounded and `t = min(taps, 32) + 1`, the error is below `t 2^-24 sum |h x|`, plus `taps 2^-149` for products below
//! 2^-126. Outputs that are not finite are computed again in `f64`, so that only results above the largest `f32`, NaN
//! and infinities in the row are not. `decimate` first splits the row into `factor` phases in its scratch
//! memory (the polyphase form; Vaidyanathan, Multirate Systems and Filter Banks, section 4.3), so that adjacent outputs
//! read adjacent elements.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `taps` | coefficients `h`; required by `fir` |
//! | `factor` | `decimate`: keeps every `factor`-th output, 1 to 2^20; required |
//!
//! Without `taps`, `decimate` computes the low-pass of `scipy.signal.decimate(ftype='fir')`: `20 * factor + 1` taps,
//! cutoff at the new Nyquist frequency, Hamming window, unit gain at 0, `firwin(20 q + 1, 1/q)`; Oppenheim and Schafer,
//! Discrete-Time Signal Processing, section 7.5. The taps are a constant table, the same bits on every machine.

use super::params::NARROW;
use super::{Build, shape, trig};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::{cast, cast_mut};
use crate::series::{Axis, Series};
use crate::simd::{self, Level};
use crate::status::{Result, Status};
use crate::util::unsigned::Unsigned;

pub(super) fn fir<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["taps"])?;
    if b.list("taps", &NARROW)?.is_empty() {
        return Err(b.param_error("taps", "stage {m}: the parameter {n} is required: a list of coefficients"));
    }
    build(b, 1)
}

pub(super) fn decimate<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["taps", "factor"])?;
    let factor = b.count("factor", None, 1, 1 << 20)?;
    build(b, factor)
}

fn build<'m>(b: &mut Build<'_, 'm>, factor: u64) -> Result<StageSpec<'m>> {
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32])?;
    let given = b.list("taps", &NARROW)?;
    let len = match given.len() {
        0 => checked::size(checked::add64(checked::mul64(20, factor)?, 1)?)?,
        n => n,
    };
    let Some(spare) = edge.shape.len.checked_sub(len) else {
        return Err(b
            .error(Status::Graph, "stage {m}: {n} of {b} taps reads rows of at least as many elements, not of {a}")
            .a(checked::count(edge.shape.len))
            .b(checked::count(len)));
    };
    let step = checked::size(factor)?;
    let rows = shape(Dtype::F32, checked::add(spare.checked_div(step).unwrap_or(spare), 1)?)?;
    let taps = b.pool.copied(given)?;
    let mut spec = StageSpec::new(Fir { level: Level::detect(), taps, factor: step, row_len: rows.len }, rows);
    spec.table_bytes = shape(Dtype::F32, len)?.bytes();
    if step > 1 {
        spec.scratch_bytes = shape(Dtype::F32, checked::mul(edge.shape.len.div_ceil(step), step)?)?.bytes();
    }
    spec.series = if edge.series.axis == Axis::Bins {
        Series::bins(rows.len).of(edge.series.unit)
    } else {
        edge.series.decimated(factor)
    };
    spec.revision = b.revision();
    Ok(spec)
}

struct Fir<'m> {
    level: Level,
    /// Taps of the parameter; empty if the stage computes its own.
    taps: &'m [f64],
    factor: usize,
    row_len: usize,
}

impl Kernel for Fir<'_> {
    /// Stores the taps, last first.
    fn prepare(&self, table: &mut [u8]) -> Result<(), Code> {
        let table = cast_mut::<f32>(table).ok_or(Code::MISFIT)?;
        if self.taps.is_empty() {
            let half = checked::count(self.factor).sat_mul(10);
            let tap = |i: u64| low_pass(i.abs_diff(half), checked::count(self.factor));
            let gain: f64 = (0..checked::count(table.len())).map(tap).sum();
            for (h, i) in table.iter_mut().zip(0u64..) {
                *h = (tap(i) / gain) as f32;
            }
        } else {
            for (h, tap) in table.iter_mut().zip(self.taps.iter().rev()) {
                *h = *tap as f32;
            }
        }
        Ok(())
    }

    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let rows = io.input::<f32>(0)?;
        let taps = cast::<f32>(io.table).ok_or(Code::MISFIT)?;
        let phases = cast_mut::<f32>(io.scratch).ok_or(Code::MISFIT)?;
        let out = cast_mut::<f32>(io.out).ok_or(Code::MISFIT)?;
        for (y, row) in out.chunks_exact_mut(self.row_len.max(1)).zip(rows.iter()) {
            if self.factor <= 1 {
                simd::correlate(self.level, y, row, row.len(), taps, 1);
                self.repair(y, row, taps);
                continue;
            }
            let phase_len = row.len().div_ceil(self.factor);
            for (phase, first) in phases.chunks_exact_mut(phase_len.max(1)).zip(0..self.factor) {
                let picked = row.get(first..).unwrap_or(&[]).iter().step_by(self.factor);
                phase.iter_mut().zip(picked).for_each(|(to, x)| *to = *x);
            }
            simd::correlate(self.level, y, phases, phase_len, taps, self.factor);
            self.repair(y, row, taps);
        }
        Ok(())
    }
}

impl Fir<'_> {
    /// Computes outputs that are not finite again, in `f64`: partial sums may be beyond the range of `f32`.
    fn repair(&self, y: &mut [f32], row: &[f32], taps: &[f32]) {
        if simd::peak(self.level, y) < f32::INFINITY.to_bits() {
            return;
        }
        for (y, start) in y.iter_mut().zip((0..row.len()).step_by(self.factor.max(1))) {
            if !y.is_finite() {
                let terms = taps.iter().zip(row.get(start..).unwrap_or(&[]));
                *y = terms.fold(0f64, |sum, (h, x)| sum + f64::from(*h) * f64::from(*x)) as f32;
            }
        }
    }
}

/// `sin(pi k / q) / (pi k / q)` times the Hamming window of `20 q + 1` points, `k` points from its middle.
fn low_pass(k: u64, q: u64) -> f64 {
    let (_, sin) = trig::turn(k, q.sat_mul(2));
    let x = core::f64::consts::PI * k as f64 / q as f64;
    let sinc = if k == 0 { 1.0 } else { sin / x };
    let (cos, _) = trig::turn(k, q.sat_mul(20));
    sinc * (0.54 + 0.46 * cos)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, close, register, run, signal};
    use std::vec::Vec;

    fn naive(x: &[f32], h: &[f64], n: usize, stride: usize, factor: usize) -> Vec<f64> {
        let taps = h.len();
        let row = |r: &[f32]| -> Vec<f64> {
            (0..=(n - taps) / factor)
                .map(|j| (0..taps).map(|i| h[i] * f64::from(r[j * factor + taps - 1 - i])).sum())
                .collect()
        };
        x.windows(n).step_by(stride).flat_map(row).collect()
    }

    #[test]
    fn rows_are_convolved_with_the_taps() {
        for (n, taps) in [(1, 1), (2, 1), (2, 2), (64, 3), (100, 37), (300, 64), (67, 4)] {
            let x = signal(3 * n, 6);
            let h: Vec<f64> = (0..taps).map(|i| (i % 7) as f64 * 0.25 - 0.5).collect();
            let input = Input { stride: n.div_ceil(2), ..Input::rows(&x, n) };
            let got: Vec<f64> = run::<f32, f32>("fir", &[("taps", &h)], &input).into_iter().map(f64::from).collect();
            close(&got, &naive(&x, &h, n, input.stride, 1), 1e-6, "fir");
            for factor in [1usize, 2, 5] {
                let params: &[(&str, &[f64])] = &[("taps", &h), ("factor", &[factor as f64])];
                let got: Vec<f64> = run::<f32, f32>("decimate", params, &input).into_iter().map(f64::from).collect();
                close(&got, &naive(&x, &h, n, input.stride, factor), 1e-6, "decimate");
            }
        }
    }

    #[test]
    fn the_default_low_pass_passes_slow_and_stops_fast_signals() {
        let (n, q) = (400, 4.0);
        let tone = |turns: f64| -> Vec<f32> {
            (0..n).map(|i| (core::f64::consts::TAU * turns * i as f64).cos() as f32).collect()
        };
        let top = |x: &[f32]| {
            let y: Vec<f32> = run("decimate", &[("factor", &[q])], &Input::rows(x, n));
            assert_eq!(y.len(), (n - 81) / 4 + 1);
            y.into_iter().fold(0f32, |m, v| m.max(v.abs()))
        };
        assert!((top(&tone(0.0)) - 1.0).abs() < 1e-6 && (top(&tone(0.05)) - 1.0).abs() < 0.02);
        assert!(top(&tone(0.2)) < 0.005 && top(&tone(0.45)) < 0.005);
    }

    #[test]
    fn long_filters_keep_their_sums() {
        // Averages of 1e6 and 1e6 + 1.
        let x: Vec<f32> = (0..1 << 13).map(|i| 1e6 + (i % 2) as f32).collect();
        let h = [1.0 / 4096.0; 4096];
        for (kind, params) in [("fir", &[("taps", &h[..])][..]), ("decimate", &[("taps", &h[..]), ("factor", &[7.0])])]
        {
            let y: Vec<f32> = run(kind, params, &Input::rows(&x, x.len()));
            assert!(y.iter().all(|y| (y - 1_000_000.5).abs() <= 1.0), "{kind}");
        }
        // Of opposite signs and all magnitudes: the bound, against whole numbers.
        let n = 3000;
        let x: Vec<f32> =
            (0..2 * n).map(|i| ((i * 7919 % 10_007) as f32 - 5000.0) * ((i % 23) as f32).exp2()).collect();
        let h: Vec<f64> = (0..n).map(|i| (i * 31 % 2001) as f64 - 1000.0).collect();
        let y: Vec<f32> = run("fir", &[("taps", &h)], &Input::rows(&x, 2 * n));
        for (j, y) in y.iter().enumerate().step_by(7) {
            let term = |i: usize| h[i] as i128 * x[j + n - 1 - i] as i128;
            let (sum, size) = (0..n).fold((0, 0), |(s, a), i| (s + term(i), a + term(i).abs()));
            assert!((f64::from(*y) - sum as f64).abs() <= 33.0 / 16_777_216.0 * size as f64, "{j}");
        }
    }

    #[test]
    fn partial_sums_beyond_the_range_of_f32_have_a_result() {
        let x = [3e38f32, 3e38, 2.9e38, 1.0];
        let y: Vec<f32> = run("fir", &[("taps", &[-1.0, 1.0, 1.0])], &Input::rows(&x, 4));
        let sum = |j: usize| (f64::from(x[j]) + f64::from(x[j + 1]) - f64::from(x[j + 2])) as f32;
        assert_eq!(y, [sum(0), f32::INFINITY]);
        let y: Vec<f32> = run("fir", &[("taps", &[1e10, -1e10])], &Input::rows(&x, 4));
        assert_eq!(y, [0.0, f32::NEG_INFINITY, f32::NEG_INFINITY]);
        let params: &[(&str, &[f64])] = &[("taps", &[1e10, -1e10]), ("factor", &[2.0])];
        assert_eq!(run::<f32, f32>("decimate", params, &Input::rows(&x, 4)), [0.0, f32::NEG_INFINITY]);
        for bad in [1e39, -1e300, f64::INFINITY] {
            assert!(register("fir", &[("taps", &[bad])], Input::rows(&x, 4).edge(), false).is_err());
        }
    }

    #[test]
    fn a_filter_longer_than_the_row_is_refused() {
        let x = [0f32; 4];
        let edge = Input::rows(&x, 4).edge();
        assert!(register("fir", &[("taps", &[1.0; 5])], edge, false).is_err());
        assert!(register("fir", &[], edge, false).is_err());
        assert!(register("fir", &[("taps", &[f64::NAN])], edge, false).is_err());
        assert!(register("decimate", &[("factor", &[2.0])], edge, false).is_err());
        assert!(register("decimate", &[("taps", &[1.0])], edge, false).is_err());
    }
}
