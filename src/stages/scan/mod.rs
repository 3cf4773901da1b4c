//! Stages with state: scans, whose state runs forward in time from row to row, and reverse scans, whose state runs
//! backward.
//!
//! A row of `n` elements is `n` consecutive samples of a stream. A scan reads the elements of a row from first to last,
//! then the next row; a reverse scan reads them from last to first, then the row before. Rows that are not consecutive
//! samples of one channel are refused ([`crate::series`]): overlapping ones would count samples twice.
//!
//! The state is an array of `f64` (`viterbi`: `f32`, `viterbi_traceback`: `u32`) without padding; a scan remembers
//! nothing else. All kinds but `viterbi` compute in `f64` with basic operations only, so that results have the same
//! bits on every machine and for every grouping of rows into calls. Processors differ in the bits of the NaN that they
//! compute: rows of samples hold one NaN, that of the constant; states and rows for another scan may hold any.

use super::{Build, EdgeShape};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::status::Result;
use numbers::{Numbers, Results};
use sample::{Real, Sample};

/// Calls `$self.rows::<X, Y>($io)`: `X` is the element type of the samples on edge `$edge`, `Y` is `f64` if
/// `$self.wide`, else `f32`.
macro_rules! rows_by_type {
    ($self:ident, $io:ident, $edge:expr) => {
        match ($io.input_dtype($edge)?, $self.wide) {
            (Dtype::F32, false) => $self.rows::<f32, f32>($io),
            (Dtype::F32, true) => $self.rows::<f32, f64>($io),
            (Dtype::F64, false) => $self.rows::<f64, f32>($io),
            (Dtype::F64, true) => $self.rows::<f64, f64>($io),
            (_, false) => $self.rows::<i16, f32>($io),
            (_, true) => $self.rows::<i16, f64>($io),
        }
    };
}

pub(super) mod biquad;
pub(super) mod burst;
#[cfg(test)]
mod cascade;
mod covariance;
pub(super) mod cusum;
pub(super) mod ema;
#[cfg(test)]
mod guarded;
pub(super) mod hmm;
pub(super) mod kalman;
mod matrix;
mod numbers;
pub(super) mod pll;
#[cfg(test)]
mod published;
#[cfg(test)]
mod recovered;
mod recovery;
#[cfg(test)]
mod reference;
pub(super) mod rolling;
pub(super) mod rts;
mod sample;
mod sections;
#[cfg(test)]
pub(super) mod testing;
pub(super) mod viterbi;
pub(super) mod zero_phase;

/// Element types of samples.
const SAMPLES: &[Dtype] = &[Dtype::F32, Dtype::F64, Dtype::I16];

/// A scan that returns a fixed number of results for each sample, at most [`MAX_RESULTS`].
trait ScanStep {
    /// Advances the state by one sample and stores its results in `y`.
    fn step(&self, state: &mut [f64], x: f64, y: &mut [f64]);
}

/// Maximum number of results of a [`ScanStep`].
const MAX_RESULTS: usize = 3;

/// Runs a [`ScanStep`] of `count` results per sample over the rows of a call, whose samples are multiplied by `scale`.
fn run<S: ScanStep>(
    step: &S,
    count: usize,
    (precision, scale): (Dtype, f64),
    io: &mut StageIo<'_>,
) -> Result<(), Code> {
    let mut numbers = Numbers::new(io, scale)?;
    let state = cast_mut::<f64>(io.state).ok_or(Code::MISFIT)?;
    let mut results = Results::new(io.out, precision == Dtype::F64)?;
    let mut buffer = [0.0; numbers::CHUNK * MAX_RESULTS];
    let mut at = 0usize;
    // Bounded by the number of samples.
    loop {
        let chunk = numbers.chunk()?;
        if chunk.is_empty() {
            return Ok(());
        }
        for (y, x) in buffer.chunks_exact_mut(count.max(1)).zip(chunk) {
            step.step(state, *x, y);
        }
        let written = chunk.len().saturating_mul(count);
        results.put(at, buffer.get(..written).unwrap_or(&[]));
        at = at.saturating_add(written);
    }
}

/// The only edge of a scan: samples of one of these types.
fn samples(b: &Build<'_, '_>, types: &[Dtype]) -> Result<EdgeShape> {
    let edge = b.one_edge()?;
    b.consecutive(edge, 1)?;
    b.takes(edge, types)?;
    Ok(edge)
}

/// The type of results: the parameter `precision` (32 or 64), else `default`.
fn precision(b: &Build<'_, '_>, default: Dtype) -> Result<Dtype> {
    match b.scalar("precision")? {
        None => Ok(default),
        Some(32.0) => Ok(Dtype::F32),
        Some(64.0) => Ok(Dtype::F64),
        Some(v) => Err(b.refused("precision", None, v, "stage {m}: the parameter {n}{v} must be 32 or 64")),
    }
}

/// `f64` for `f64` samples, else `f32`.
fn as_samples(edge: EdgeShape) -> Dtype {
    if edge.shape.dtype == Dtype::F64 { Dtype::F64 } else { Dtype::F32 }
}

/// Declares a state of `words` `f64`.
fn with_state(mut spec: StageSpec<'_>, words: usize) -> Result<StageSpec<'_>> {
    spec.state_bytes = checked::mul(words, size_of::<f64>())?;
    spec.state_align = align_of::<f64>();
    spec.state_word = size_of::<f64>();
    Ok(spec)
}
