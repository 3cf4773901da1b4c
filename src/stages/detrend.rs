//! Each row without its mean (`type` 0) or its least-squares line (`type` 1): `y[k] = x[k] - (m + s (k - c))`.
//!
//! ```text
//! c = (n - 1) / 2,  m = sum x[k] / n,  s = 12 sum (k - c) x[k] / (n (n^2 - 1))     s = 0 with type 0, and where n = 1
//! ```
//! As `scipy.signal.detrend(x, type=...)` of `f64`; positions count from the middle of the row, where mean and slope
//! are independent (Draper and Smith, Applied Regression Analysis, section 1.2). The stage reads `f32` or `i16` rows of
//! one channel (`i16` unscaled) and returns `f32` rows of the same length.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `type` | 1, the default: removes the line. 0: removes the mean |
//! | `scale` | factor of the results after they are rounded; default 1 |
//!
//! Arithmetic is in `f64`, and each result is rounded once, to `f32`. The sums run in sixteen interleaved partial sums
//! that are added pairwise ([`crate::simd`]): the bits are the same on every machine. The products `(k - c) x[k]` are
//! exact in rows of up to 2^28 elements. A row with a NaN or an infinity gives a row of NaN.

use super::rows::row_by_row;
use super::{Build, shape};
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::simd::{self, Level};
use crate::status::Result;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["type", "scale"])?;
    let line = b.count("type", Some(1), 0, 1)? == 1;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32, Dtype::I16])?;
    let mut spec =
        StageSpec::new(Detrend { line, scale: b.scale()?, level: Level::detect() }, shape(Dtype::F32, edge.shape.len)?);
    spec.series = edge.series;
    spec.revision = b.revision();
    Ok(spec)
}

struct Detrend {
    /// Removes the line, not the mean alone.
    line: bool,
    scale: f64,
    level: Level,
}

impl Detrend {
    /// Mean and slope to remove from a row of `n` elements: from their sum, and their sum weighted by `k - c`.
    fn trend(&self, (sum, weighted): (f64, f64), n: usize) -> (f64, f64) {
        // Sums of finite f32 and i16 do not overflow: one that is not finite has such an element.
        if !sum.is_finite() {
            return (f64::NAN, 0.0);
        }
        let n = n as f64;
        let slope = if self.line && n > 1.0 { 12.0 * weighted / (n * (n * n - 1.0)) } else { 0.0 };
        (sum / n, slope)
    }
}

impl Kernel for Detrend {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let level = self.level;
        let scaled = |y: &mut [f32]| {
            if self.scale != 1.0 {
                y.iter_mut().for_each(|v| *v = (f64::from(*v) * self.scale) as f32);
            }
        };
        match io.input_dtype(0)? {
            Dtype::I16 => row_by_row(io, None, |y, row| {
                let (mean, slope) = self.trend(simd::line_sums_i16(level, row), row.len());
                simd::minus_line_i16(level, y, row, mean, slope);
                scaled(y);
            }),
            _ => row_by_row(io, None, |y, row| {
                let (mean, slope) = self.trend(simd::line_sums(level, row), row.len());
                simd::minus_line(level, y, row, mean, slope);
                scaled(y);
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, close, register, run, run_f64, signal};
    use std::vec::Vec;

    const LINE: &[(&str, &[f64])] = &[("type", &[1.0])];
    const MEAN: &[(&str, &[f64])] = &[("type", &[0.0])];

    /// Least squares over whole numbers: exact up to the one division at the end of each element.
    fn exact(x: &[i16], line: bool) -> Vec<f64> {
        let (n, sum) = (x.len() as i128, x.iter().map(|v| i128::from(*v)).sum::<i128>());
        // Twice the positions from the middle, so that they are whole.
        let twice = |k: usize| 2 * k as i128 - (n - 1);
        let weighted: i128 = x.iter().enumerate().map(|(k, v)| twice(k) * i128::from(*v)).sum();
        // The mean is sum / n, the slope 6 weighted / (n (n^2 - 1)): over the common divisor n (n^2
        // - 1).
        let divisor = if line && n > 1 { n * (n * n - 1) } else { n };
        let each = |(k, v): (usize, &i16)| {
            let trend = if line && n > 1 { sum * (n * n - 1) + 3 * weighted * twice(k) } else { sum };
            (i128::from(*v) * divisor - trend) as f64 / divisor as f64
        };
        x.iter().enumerate().map(each).collect()
    }

    #[test]
    fn whole_numbers_lose_their_exact_mean_or_line() {
        for n in [1usize, 2, 3, 15, 16, 17, 100, 1023, 5000] {
            let noise = signal(4 * n, 3);
            let ramp = |k: usize| (k % n) as f32 * 20_000.0 / n as f32 - 9000.0;
            let x: Vec<i16> = noise.iter().enumerate().map(|(k, v)| (v * 4000.0 + ramp(k)) as i16).collect();
            let floats: Vec<f32> = x.iter().map(|v| f32::from(*v)).collect();
            for (params, line) in [(MEAN, false), (LINE, true), (&[][..], true)] {
                let input = Input { stride: n.div_ceil(3), ..Input::rows(&x, n) };
                let want: Vec<f64> = x.windows(n).step_by(input.stride).flat_map(|r| exact(r, line)).collect();
                close(&run_f64("detrend", params, &input), &want, 6e-8, "detrend of i16");
                let floats = Input { data: &floats, len: n, stride: input.stride, channels: 1 };
                assert_eq!(run_f64("detrend", params, &floats), run_f64("detrend", params, &input), "{n}");
            }
        }
    }

    #[test]
    fn a_line_far_from_zero_leaves_little() {
        let n = 4096;
        let x: Vec<f32> = (0..n).map(|k| 1e6 + k as f32 * 0.25).collect();
        let left: Vec<f32> = run("detrend", LINE, &Input::rows(&x, n));
        assert!(left.iter().all(|v| v.abs() < 1e-8), "{left:?}");
        let left: Vec<f32> = run("detrend", MEAN, &Input::rows(&x, n));
        assert!(left.iter().zip(&x).all(|(y, x)| *y == x - (1e6 + 0.25 * 2047.5)));
    }

    #[test]
    fn rows_that_are_not_finite_become_nan() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for (params, at) in [(MEAN, 0), (MEAN, 39), (LINE, 0), (LINE, 20), (LINE, 39)] {
                let mut x = signal(3 * 40 + 1, 5);
                let clean: Vec<f32> = run("detrend", params, &Input::rows(&x[..120], 40));
                x[40 + at] = bad;
                let got: Vec<f32> = run("detrend", params, &Input::rows(&x[..120], 40));
                assert!(got[40..80].iter().all(|v| v.is_nan()), "{bad} {at}");
                assert!(got[..40] == clean[..40] && got[80..] == clean[80..], "{bad} {at}");
            }
        }
        let opposite = [f32::INFINITY, 1.0, f32::NEG_INFINITY];
        assert!(run::<f32, f32>("detrend", LINE, &Input::rows(&opposite, 3)).iter().all(|v| v.is_nan()));
        // Sums beyond the range of f32 are within that of f64.
        let large = [f32::MAX; 40];
        assert_eq!(run::<f32, f32>("detrend", LINE, &Input::rows(&large, 40)), [0.0; 40]);
    }

    #[test]
    fn other_types_and_parameters_are_refused() {
        let x = [0f32; 8];
        for bad in [-1.0, 2.0, 0.5, f64::NAN] {
            assert!(register("detrend", &[("type", &[bad])], Input::rows(&x, 4).edge(), false).is_err(), "{bad}");
        }
        assert!(register("detrend", &[("order", &[1.0])], Input::rows(&x, 4).edge(), false).is_err());
        assert!(register("detrend", &[], Input::rows(&[0f64; 8], 4).edge(), false).is_err());
        assert!(register("detrend", &[], Input { channels: 2, ..Input::rows(&x, 4) }.edge(), false).is_err());
    }
}
