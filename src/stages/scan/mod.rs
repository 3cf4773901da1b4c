//! Stages with state: scans that run on from row to row, forwards in time or backwards.
//!
//! A row of `n` elements is `n` consecutive samples of a stream; a scan goes through the elements of a row and on into
//! the next row, a reverse scan from the last element of a row to its first and on into the row before. Rows of inputs
//! with overlapping windows are refused: their samples would be counted twice.
//!
//! The state is a row of `f64` (`viterbi`: `f32`, `viterbi_traceback`: `u32`) without padding, and all a scan
//! remembers; all but `viterbi` compute in `f64` with basic operations only, so results are the same bits on every
//! machine and for every grouping of rows into calls. (Processors differ in the bits of a NaN they make; rows
//! of samples hold one and the same, the state and rows for another scan may not.)

use super::{Build, EdgeShape, short_name};
use crate::checked;
use crate::dtype::{Dtype, Element};
use crate::kernel::{Code, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::status::{Error, Result, Status};
use numbers::{Numbers, Results};

pub(super) mod biquad;
pub(super) mod cusum;
pub(super) mod ema;
pub(super) mod hmm;
pub(super) mod kalman;
mod matrix;
mod numbers;
pub(super) mod pll;
#[cfg(test)]
mod published;
#[cfg(test)]
mod reference;
pub(super) mod rolling;
pub(super) mod rts;
#[cfg(test)]
mod testing;
pub(super) mod viterbi;
pub(super) mod zero_phase;

/// Element types that samples may have.
const SAMPLES: &[Dtype] = &[Dtype::F32, Dtype::F64, Dtype::I16];

/// Samples as numbers.
trait Sample: Element + Into<f64> {}
impl Sample for f32 {}
impl Sample for f64 {}
impl Sample for i16 {}
impl Sample for u8 {}

/// Elements that results are rounded to. Processors differ in the NaN they make: rows hold the one of the constant.
trait Real: Element {
    fn rounded(v: f64) -> Self;
}
impl Real for f32 {
    fn rounded(v: f64) -> f32 {
        if v.is_nan() { f32::NAN } else { v as f32 }
    }
}
impl Real for f64 {
    fn rounded(v: f64) -> f64 {
        if v.is_nan() { f64::NAN } else { v }
    }
}

/// A scan that puts out so many numbers for each sample: up to [`OUTPUTS`].
trait ScanStep {
    /// Goes on by one sample; `y` is the place of its numbers.
    fn step(&self, state: &mut [f64], x: f64, y: &mut [f64]);
}

/// Most numbers of a [`ScanStep`].
const OUTPUTS: usize = 3;

/// Runs a [`ScanStep`] over the rows of a call.
fn run<S: ScanStep>(
    step: &S,
    outputs: usize,
    precision: Dtype,
    io: &mut StageIo<'_>,
) -> core::result::Result<(), Code> {
    let mut numbers = Numbers::new(io)?;
    let state = cast_mut::<f64>(io.state).ok_or(Code::MISFIT)?;
    let mut results = Results::new(io.out, precision == Dtype::F64)?;
    let mut room = [0.0; numbers::SOME * OUTPUTS];
    let mut at = 0usize;
    // As often as there are samples.
    loop {
        let some = numbers.some()?;
        if some.is_empty() {
            return Ok(());
        }
        for (y, x) in room.chunks_exact_mut(outputs.max(1)).zip(some) {
            step.step(state, *x, y);
        }
        let made = some.len().saturating_mul(outputs);
        results.put(at, room.get(..made).unwrap_or(&[]));
        at = at.saturating_add(made);
    }
}

/// Refuses an edge whose rows are not consecutive samples of one channel.
fn consecutive(b: &Build<'_, '_>, edge: EdgeShape) -> Result<EdgeShape> {
    if edge.channels > 1 {
        return Err(Error::new(Status::Graph, "a {n} stage takes rows of one channel: put a channel stage before it")
            .name(&short_name(b.kind)));
    }
    if edge.stride < edge.shape.len {
        return Err(
            Error::new(Status::Graph, "a {n} stage takes windows that do not overlap").name(&short_name(b.kind))
        );
    }
    Ok(edge)
}

/// The one edge of a scan: samples of one of these types.
fn samples(b: &Build<'_, '_>, types: &[Dtype]) -> Result<EdgeShape> {
    let edge = consecutive(b, b.one_edge()?)?;
    b.takes(edge, types)?;
    Ok(edge)
}

/// The type of results: by the parameter `precision` (32 or 64), else `default`.
fn precision(b: &Build<'_, '_>, default: Dtype) -> Result<Dtype> {
    match b.number("precision") {
        None => Ok(default),
        Some(32.0) => Ok(Dtype::F32),
        Some(64.0) => Ok(Dtype::F64),
        Some(_) => Err(Error::new(Status::Argument, "the parameter precision must be 32 or 64")),
    }
}

/// `f64` where the samples are, else `f32`.
fn as_samples(edge: EdgeShape) -> Dtype {
    if edge.shape.dtype == Dtype::F64 { Dtype::F64 } else { Dtype::F32 }
}

/// Declares a state of so many `f64`.
fn with_state(mut spec: StageSpec<'_>, words: usize) -> Result<StageSpec<'_>> {
    spec.state_bytes = checked::mul(words, size_of::<f64>())?;
    spec.state_align = align_of::<f64>();
    spec.state_word = size_of::<f64>();
    Ok(spec)
}

/// A number by name that must be finite and pass a test; `default` where it is not given.
fn real(b: &Build<'_, '_>, key: &str, default: Option<f64>, test: impl Fn(f64) -> bool) -> Result<f64> {
    match b.number(key).or(default) {
        Some(v) if v.is_finite() && test(v) => Ok(v),
        Some(_) => Err(Error::new(Status::Argument, "the parameter {n} is out of its range").name(&short_name(key))),
        None => Err(Error::new(Status::Argument, "the stage needs the parameter {n}").name(&short_name(key))),
    }
}

/// The numbers of a parameter, a single one counting as a list of one; empty where it is not given.
fn given<'a>(b: &Build<'a, '_>, key: &str) -> &'a [f64] {
    match b.params.iter().rfind(|p| p.key == key) {
        Some(p) if p.values.is_empty() => core::slice::from_ref(&p.value),
        Some(p) => p.values,
        None => &[],
    }
}

/// A list by name of finite numbers, as long as it must be.
fn list<'a>(b: &Build<'a, '_>, key: &str, len: usize) -> Result<&'a [f64]> {
    let values = given(b, key);
    if values.len() == len && values.iter().all(|v| v.is_finite()) {
        return Ok(values);
    }
    Err(Error::new(Status::Argument, "the parameter {n} must be a list of {a} finite numbers")
        .name(&short_name(key))
        .a(checked::count(len)))
}
