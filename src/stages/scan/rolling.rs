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
//! | `precision` | 32 or 64: bits of a result; default: 64 for `f64` rows, else 32 |
//!
//! State: samples in the current block; samples in the previous block (0 or `window`); mean and sum of squares of the
//! prefix; `window` pairs, which hold the samples of the current block and, in the remaining places, the suffixes of
//! the previous one. A sample that is not finite makes the results NaN as long as it is in the window, and no longer.

use super::{ScanStep, as_samples, precision, run, samples, with_state};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::series::Series;
use crate::stages::{Build, shape};
use crate::status::Result;
use crate::util::unsigned::Unsigned;

pub(crate) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["window", "ddof", "precision"])?;
    let edge = samples(b, super::SAMPLES)?;
    let precision = precision(b, as_samples(edge))?;
    let window = checked::size(b.count("window", None, 1, 1 << 20)?)?;
    let ddof = b.count("ddof", Some(0), 0, 1 << 20)? as f64;
    let mut spec = StageSpec::new(Rolling { ddof, precision }, shape(precision, checked::mul(edge.shape.len, 2)?)?);
    spec.series = Series::interleaved(spec.shape.len, 2);
    spec.revision = b.revision();
    with_state(spec, checked::add(checked::mul(window, 2)?, 4)?)
}

/// Mean and sum of squared deviations.
type Moments = [f64; 2];

/// Adds sample number `n`, counted from 1.
#[inline(always)]
fn grown([mean, squares]: Moments, n: f64, x: f64) -> Moments {
    // An infinity must make both mean and squares NaN.
    let delta = if x.is_finite() { x - mean } else { f64::NAN };
    let mean = mean + delta / n;
    [mean, squares + delta * (x - mean)]
}

/// The moments of `a` samples and of `b` samples together.
#[inline(always)]
fn joined([mean_a, squares_a]: Moments, a: f64, [mean_b, squares_b]: Moments, b: f64) -> Moments {
    let (n, delta) = (a + b, mean_b - mean_a);
    [mean_a + delta * (b / n), squares_a + squares_b + delta * delta * (a * b / n)]
}

struct Rolling {
    ddof: f64,
    precision: Dtype,
}

impl ScanStep for Rolling {
    #[inline(always)]
    fn step(&self, state: &mut [f64], x: f64, y: &mut [f64]) {
        let Some(([here, before, prefix @ ..], slots)) = state.split_first_chunk_mut::<4>() else { return };
        let slots = slots.as_chunks_mut::<2>().0;
        let at = *here as usize;
        let Some(slot) = slots.get_mut(at) else { return };
        // This sample moves the suffix that starts in this place out of the window.
        *slot = [x, 0.0];
        *here += 1.0;
        *prefix = grown(*prefix, *here, x);
        let (mut moments, mut count) = (*prefix, *here);
        if *before != 0.0
            && let Some(suffix) = slots.get(at.sat_add(1))
        {
            let left = *before - *here;
            moments = joined(*suffix, left, *prefix, *here);
            count += left;
        }
        let [mean, squares] = moments;
        let divisor = count - self.ddof;
        if let [y_mean, y_variance] = y {
            *y_mean = mean;
            *y_variance = if divisor > 0.0 { squares / divisor } else { f64::NAN };
        }
        if at.sat_add(1) == slots.len() {
            let (mut suffix, mut n) = ([0.0; 2], 0.0);
            for slot in slots.iter_mut().rev() {
                let [x, _] = *slot;
                n += 1.0;
                suffix = grown(suffix, n, x);
                *slot = suffix;
            }
            (*before, *here, *prefix) = (n, 0.0, [0.0; 2]);
        }
    }
}

impl Kernel for Rolling {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        run(self, 2, self.precision, io)
    }
}
