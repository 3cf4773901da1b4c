//! Rolling mean and variance over the last `window` samples, as `pandas.Series.rolling(window, min_periods=1)`.
//!
//! Input: `f32`, `f64` or `i16` rows of `n` samples. Output: mean and variance after each sample, `2 n` elements. The
//! first `window - 1` results are over the samples received so far.
//!
//! No sample is ever subtracted: that would leave rounding errors that accumulate over a long stream. The stream is
//! divided into blocks of `window` samples (van Herk, Pattern Recognition Letters 13 (1992)); a window is a suffix of
//! the previous block and a prefix of the current one. Each of the two is a mean and a sum of squared deviations,
//! extended by Welford's update (Knuth, The Art of Computer Programming 2, section 4.2.2) and joined by the formula of
//! Chan, Golub and LeVeque (1979), in `f64`. The error of the variance is that of a two-pass sum over the window, for a
//! stream of any length. The suffixes are computed once per block, with `window` updates; otherwise a sample costs two
//! updates.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `window` | samples in a full window, from 1 to 1,048,576; required |
//! | `ddof` | the divisor of the variance is the number of samples minus `ddof`; default 0; 1: the unbiased estimate. |
//! | | The variance is NaN if the divisor is not above 0 |
//! | `min_periods` | from 1 to `window`: samples that are not finite are left out, and results over fewer samples than |
//! | | this are NaN, as with pandas. Without it such a sample makes the results NaN as long as it is in the window |
//! | `scale` | factor of the samples; default 1 |
//! | `precision` | 32 or 64: bits of a result; default: 64 for `f64` rows, else 32 |
//!
//! State: samples in the current block; samples in the previous block (0 or `window`); mean and sum of squares of the
//! prefix; samples that count in the prefix and in the suffix; `window` pairs, which hold the samples of the current block
//! and, in the remaining places, the suffixes of the previous one. A sum of squares has a minus sign where the first sample
//! of the suffix was left out. Means of finite samples are finite; a variance beyond the range of `f64` is infinite.

use super::{ScanStep, as_samples, precision, run, samples, with_state};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::series::Series;
use crate::stages::{Build, shape};
use crate::status::Result;
use crate::util::unsigned::Unsigned;

pub(crate) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["window", "ddof", "min_periods", "precision", "scale"])?;
    let edge = samples(b, super::SAMPLES)?;
    let precision = precision(b, as_samples(edge))?;
    let window = checked::size(b.count("window", None, 1, 1 << 20)?)?;
    let ddof = b.count("ddof", Some(0), 0, 1 << 20)? as f64;
    let min_periods = match b.scalar("min_periods")? {
        None => None,
        Some(_) => Some(b.count("min_periods", None, 1, checked::count(window))? as f64),
    };
    let mut spec = StageSpec::new(
        Rolling { ddof, min_periods, precision, scale: b.scale()? },
        shape(precision, checked::mul(edge.shape.len, 2)?)?,
    );
    spec.series = Series::interleaved(spec.shape.len, 2);
    spec.revision = b.revision();
    with_state(spec, checked::add(checked::mul(window, 2)?, 6)?)
}

/// Mean and sum of squared deviations.
type Moments = [f64; 2];

/// Adds sample number `n`, counted from 1.
#[inline(always)]
fn grown([mean, squares]: Moments, n: f64, x: f64) -> Moments {
    let delta = x - mean;
    if !delta.is_finite() {
        return grown_apart(mean, n, x);
    }
    let mean = mean + delta / n;
    [mean, squares + delta * (x - mean)]
}

/// As [`grown`] for a sample or mean that is not finite, or too far from each other.
#[cold]
fn grown_apart(mean: f64, n: f64, x: f64) -> Moments {
    // An infinity must make both mean and squares NaN.
    if !x.is_finite() || !mean.is_finite() {
        return [f64::NAN; 2];
    }
    [mean - mean / n + x / n, f64::INFINITY]
}

/// The moments of `a` samples and of `b` samples together.
#[inline(always)]
fn joined([mean_a, squares_a]: Moments, a: f64, [mean_b, squares_b]: Moments, b: f64) -> Moments {
    let (n, delta) = (a + b, mean_b - mean_a);
    let mean = mean_a + delta * (b / n);
    if !mean.is_finite() {
        return [mean_a * (a / n) + mean_b * (b / n), squares_a + squares_b + f64::INFINITY];
    }
    [mean, squares_a + squares_b + delta * delta * (a * b / n)]
}

struct Rolling {
    ddof: f64,
    min_periods: Option<f64>,
    precision: Dtype,
    scale: f64,
}

impl Rolling {
    /// Whether a sample counts.
    #[inline(always)]
    fn counts(&self, x: f64) -> bool {
        self.min_periods.is_none() || x.is_finite()
    }

    /// Computes the suffixes of a complete block in place; returns the number of samples that count.
    fn suffixes(&self, slots: &mut [Moments]) -> f64 {
        let (mut suffix, mut n) = ([0.0; 2], 0.0);
        for slot in slots.iter_mut().rev() {
            let [x, _] = *slot;
            let counts = self.counts(x);
            if counts {
                n += 1.0;
                suffix = grown(suffix, n, x);
            }
            let [mean, squares] = suffix;
            *slot = [mean, if counts { squares } else { -squares }];
        }
        n
    }
}

impl ScanStep for Rolling {
    #[inline(always)]
    fn step(&self, state: &mut [f64], x: f64, y: &mut [f64]) {
        let Some(([here, before, mean, squares, counted, left], slots)) = state.split_first_chunk_mut::<6>() else {
            return;
        };
        let slots = slots.as_chunks_mut::<2>().0;
        let at = *here as usize;
        let Some(slot) = slots.get_mut(at) else { return };
        // This sample moves the suffix that starts in this place out of the window.
        let [_, out] = *slot;
        if *before != 0.0 && !(self.min_periods.is_some() && out.is_sign_negative()) {
            *left -= 1.0;
        }
        *slot = [x, 0.0];
        *here += 1.0;
        if self.counts(x) {
            *counted += 1.0;
            [*mean, *squares] = grown([*mean, *squares], *counted, x);
        }
        let (mut moments, count) = ([*mean, *squares], *counted + *left);
        if *left > 0.0
            && let Some([mean, squares]) = slots.get(at.sat_add(1))
        {
            let suffix = [*mean, squares.abs()];
            moments = if *counted > 0.0 { joined(suffix, *left, moments, *counted) } else { suffix };
        }
        let [y_mean, y_variance] = y else { return };
        let divisor = count - self.ddof;
        let [all_mean, all_squares] = moments;
        *y_mean = all_mean;
        *y_variance = if divisor > 0.0 { all_squares / divisor } else { f64::NAN };
        if self.min_periods.is_some_and(|min| count < min) {
            (*y_mean, *y_variance) = (f64::NAN, f64::NAN);
        }
        if at.sat_add(1) == slots.len() {
            (*left, *before) = (self.suffixes(slots), *here);
            (*here, *mean, *squares, *counted) = (0.0, 0.0, 0.0, 0.0);
        }
    }
}

impl Kernel for Rolling {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        run(self, 2, (self.precision, self.scale), io)
    }
}
