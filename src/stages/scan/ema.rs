//! Exponential moving average, the one-pole low-pass: `y += alpha (x - y)`.
//!
//! As `pandas.Series.ewm(alpha, adjust=False).mean()`, and as `scipy.signal.lfilter([alpha], [1, alpha - 1], x)` with
//! the initial state `(1 - alpha) y`. Input: `f32`, `f64` or `i16` rows of `n` samples. Output: `n` averages.
//! Arithmetic and state are in `f64`.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `alpha` | weight of a new sample, above 0 and at most 1 |
//! | `span` | instead of `alpha`: `alpha = 2 / (span + 1)`, at least 1 |
//! | `initial` | average before the first sample; without it the first sample is the first average |
//! | `scale` | factor of the samples; default 1 |
//! | `precision` | 32 or 64: bits of a result; default: 64 for `f64` rows, else 32 |
//!
//! State: the average, then 1 once it has a value; it is finite after any samples. A sample that is not finite counts as missing: the average is
//! unchanged, and the row repeats it (0 before the first finite sample).

use super::{ScanStep, as_samples, precision, run, samples, with_state};
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::stages::params::{FINITE, Range, WEIGHT};
use crate::stages::{Build, shape};
use crate::status::{Result, Status};

const SPAN: Range = Range {
    min: 1.0,
    above: false,
    max: f64::MAX,
    text: "stage {m}: the parameter {n}{v} must be a finite number, at least 1",
};

pub(crate) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["alpha", "span", "initial", "precision", "scale"])?;
    let edge = samples(b, super::SAMPLES)?;
    let alpha = match b.optional("span", &SPAN)? {
        None => b.real("alpha", None, &WEIGHT)?,
        Some(_) if b.scalar("alpha")?.is_some() => {
            return Err(b.error(Status::Argument, "stage {m}: the parameters of {n} are alpha or span, not both"));
        }
        Some(span) => 2.0 / (span + 1.0),
    };
    let initial = b.optional("initial", &FINITE)?;
    let precision = precision(b, as_samples(edge))?;
    let mut spec =
        StageSpec::new(Ema { alpha, initial, precision, scale: b.scale()? }, shape(precision, edge.shape.len)?);
    spec.series = edge.series;
    spec.revision = b.revision();
    with_state(spec, 2)
}

struct Ema {
    alpha: f64,
    initial: Option<f64>,
    precision: Dtype,
    scale: f64,
}

/// The average of numbers whose difference overflows.
#[cold]
fn apart(average: f64, x: f64, alpha: f64) -> f64 {
    let next = (1.0 - alpha) * average + alpha * x;
    if next.is_finite() { next } else { average }
}

impl ScanStep for Ema {
    #[inline(always)]
    fn step(&self, state: &mut [f64], x: f64, y: &mut [f64]) {
        if let ([average, known], [y]) = (state, y) {
            if x.is_finite() {
                let next = if *known == 0.0 { x } else { *average + self.alpha * (x - *average) };
                *average = if next.is_finite() { next } else { apart(*average, x, self.alpha) };
                *known = 1.0;
            }
            *y = *average;
        }
    }
}

impl Kernel for Ema {
    fn state_init(&self, state: &mut [u8]) -> Result<(), Code> {
        let first = [self.initial.unwrap_or(0.0), f64::from(u8::from(self.initial.is_some()))];
        cast_mut::<f64>(state).ok_or(Code::MISFIT)?.iter_mut().zip(first).for_each(|(s, v)| *s = v);
        Ok(())
    }

    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        run(self, 1, (self.precision, self.scale), io)
    }
}
