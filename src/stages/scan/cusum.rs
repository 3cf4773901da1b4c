//! Two-sided CUSUM detector of changes of a mean; Page, Continuous inspection schemes, Biometrika 41 (1954);
//! Montgomery, Introduction to Statistical Quality Control, section 9.1:
//! ```text
//! high = max(0, high + (x - target) - drift)
//! low  = max(0, low  - (x - target) - drift)
//! alarm = 1 where high > threshold, -1 where low > threshold; 2 where both are
//! ```
//! Takes `f32`, `f64` or `i16` rows of `n` samples and puts out `high low alarm` for each, `3 n` elements, in `f64` for
//! `f64` rows, else in `f32`; arithmetic and state are in `f64`. After an alarm both sums start again from 0 with the
//! next sample; the row still shows the sums that raised it.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `target` | mean without change; 0 where it is not given |
//! | `drift` | slack that each sample takes off the sums, at least 0; 0 where it is not given |
//! | `threshold` | sum beyond which there is an alarm, over 0; must be given |
//! | `reset` | 1: sums start again after an alarm (default). 0: they run on, and the alarm stays while they are high |
//! | `precision` | 32 or 64: type of the rows put out |
//!
//! State: `high low`. A sample that is not finite counts as missing: the sums stay as they are, without alarm.

use super::{ScanStep, as_samples, precision, real, run, samples, with_state};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::stages::{Build, shape};
use crate::status::Result;

pub(crate) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["target", "drift", "threshold", "reset", "precision"])?;
    let edge = samples(b, super::SAMPLES)?;
    let precision = precision(b, as_samples(edge))?;
    let cusum = Cusum {
        target: real(b, "target", Some(0.0), |_| true)?,
        drift: real(b, "drift", Some(0.0), |v| v >= 0.0)?,
        threshold: real(b, "threshold", None, |v| v > 0.0)?,
        reset: b.count("reset", Some(1), 0, 1)? == 1,
        precision,
    };
    let mut spec = StageSpec::new(cusum, shape(precision, checked::mul(edge.shape.len, 3)?)?);
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
    fn run(&self, io: &mut StageIo<'_>) -> core::result::Result<(), Code> {
        run(self, 3, self.precision, io)
    }
}
