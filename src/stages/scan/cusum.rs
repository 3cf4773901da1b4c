//! Two-sided CUSUM detector of changes of a mean; Page, Continuous inspection schemes, Biometrika 41 (1954);
//! Montgomery, Introduction to Statistical Quality Control, section 9.1:
//! ```text
//! high = max(0, high + (x - target) - drift)
//! low  = max(0, low  - (x - target) - drift)
//! alarm = 1 if high > threshold, -1 if low > threshold, 2 if both are, else 0
//! ```
//! Input: `f32`, `f64` or `i16` rows of `n` samples. Output: `high low alarm` for each sample, `3 n` elements.
//! Arithmetic and state are in `f64`. After an alarm both sums restart from 0 at the next sample; the row has the sums
//! that caused the alarm.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `target` | mean without a change; default 0 |
//! | `drift` | slack that each sample subtracts from the sums, at least 0; default 0 |
//! | `threshold` | sum above which an alarm is raised, above 0; required |
//! | `reset` | 1, the default: the sums restart after an alarm. 0: they continue; the alarm lasts while a sum is high |
//! | `scale` | factor of the samples; default 1 |
//! | `precision` | 32 or 64: bits of a result; default: 64 for `f64` rows, else 32 |
//!
//! State: `high low`; sums beyond the range of `f64` are its largest number. A sample that is not finite counts as missing: the sums are unchanged, and no alarm is raised.

use super::{ScanStep, as_samples, precision, run, samples, with_state};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::series::Series;
use crate::stages::params::{FINITE, NOT_NEGATIVE, POSITIVE};
use crate::stages::{Build, shape};
use crate::status::Result;

pub(crate) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["target", "drift", "threshold", "reset", "precision", "scale"])?;
    let edge = samples(b, super::SAMPLES)?;
    let precision = precision(b, as_samples(edge))?;
    let cusum = Cusum {
        target: b.real("target", Some(0.0), &FINITE)?,
        drift: b.real("drift", Some(0.0), &NOT_NEGATIVE)?,
        threshold: b.real("threshold", None, &POSITIVE)?,
        reset: b.count("reset", Some(1), 0, 1)? == 1,
        precision,
        scale: b.scale()?,
    };
    let mut spec = StageSpec::new(cusum, shape(precision, checked::mul(edge.shape.len, 3)?)?);
    spec.series = Series::interleaved(spec.shape.len, 3);
    spec.revision = b.revision();
    with_state(spec, 2)
}

/// `max(0, v)`, with the same zero on every machine.
fn positive(v: f64) -> f64 {
    if v > 0.0 { v } else { 0.0 }
}

struct Cusum {
    target: f64,
    drift: f64,
    threshold: f64,
    reset: bool,
    precision: Dtype,
    scale: f64,
}

impl ScanStep for Cusum {
    #[inline(always)]
    fn step(&self, state: &mut [f64], x: f64, y: &mut [f64]) {
        let ([high, low], [y_high, y_low, y_alarm]) = (state, y) else { return };
        let mut alarm = 0.0;
        if x.is_finite() {
            let off = x - self.target;
            *high = positive(*high + off - self.drift);
            *low = positive(*low - off - self.drift);
            if *high + *low > f64::MAX {
                (*high, *low) = (high.min(f64::MAX), low.min(f64::MAX));
            }
            alarm = match (*high > self.threshold, *low > self.threshold) {
                (false, false) => 0.0,
                (true, false) => 1.0,
                (false, true) => -1.0,
                (true, true) => 2.0,
            };
        }
        *y_high = *high;
        *y_low = *low;
        *y_alarm = alarm;
        if self.reset && alarm != 0.0 {
            (*high, *low) = (0.0, 0.0);
        }
    }
}

impl Kernel for Cusum {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        run(self, 3, (self.precision, self.scale), io)
    }
}
