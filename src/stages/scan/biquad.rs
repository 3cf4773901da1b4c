//! IIR filters as cascades of second-order sections: `biquad` forward in time, `biquad_reverse` backward.
//!
//! Each section is the transposed direct form II, as in `scipy.signal.sosfilt`; Oppenheim and Schafer, Discrete-Time
//! Signal Processing, section 6.3:
//! ```text
//! y  = b0 x + z1
//! z1 = b1 x - a1 y + z2
//! z2 = b2 x - a2 y
//! ```
//! Input: `f32`, `f64` or `i16` rows of `n` samples. Output: `n` filtered samples. Arithmetic and state are in `f64`.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `sos` | `b0 b1 b2 a0 a1 a2` of each section, 1 to 32 of them, divided by `a0`, which must not be 0; required |
//! | `zi` | 0, the default: starts at rest. 1: in the steady state of the first sample (`sosfilt_zi` times it). |
//! | | A list of 2 numbers per section: starts with these `z1 z2` |
//! | `on_nan` | what a sample does that is not finite, or that would make result or state not finite. 0, the default: it |
//! | | stays in the state, as with SciPy. 1: skip, the state is kept and the result is NaN. 2: hold, the last sample takes |
//! | | its place (NaN if that overflows, too). 3: reset, the filter starts anew with the next sample; the result is NaN |
//! | `scale` | factor of the samples; default 1 |
//! | `precision` | 32 or 64: bits of a result; default: 64 for `f64` rows, else 32 |
//!
//! State: `z1 z2` of each section; with `on_nan` above 0 a pair of words ([`super::recovery`]); then 1 after the first
//! sample. The first sample of `biquad_reverse` is the last one of the range.
//!
//! `biquad` followed by `biquad_reverse`, both with `zi` 1, is `sosfiltfilt(padtype=None)`.

use super::recovery::{Guard, OnNan, Start};
use super::sections::{BLOCK, CHUNK, SIDE_BY_SIDE, Section, filter_chunk, filter_into, sections, settle, settles};
use super::{Real, Sample, as_samples, precision, samples, with_state};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, Rows, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::stages::params::FINITE;
use crate::stages::{Build, shape};
use crate::status::Result;
use crate::util::unsigned::Unsigned;

pub(crate) fn forward<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    build(b, false)
}

pub(crate) fn reverse<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    build(b, true)
}

fn build<'m>(b: &mut Build<'_, 'm>, reverse: bool) -> Result<StageSpec<'m>> {
    b.allow(&["sos", "zi", "on_nan", "precision", "scale"])?;
    let edge = samples(b, super::SAMPLES)?;
    let shape = shape(precision(b, as_samples(edge))?, edge.shape.len)?;
    let sections = sections(b)?;
    let mut start = Start::Rest;
    if b.given("zi").len() > 1 {
        let zi = b.numbers("zi", checked::mul(sections.len(), 2)?, &FINITE)?;
        start = Start::Given(b.pool.copied(zi.as_chunks().0)?);
    } else if b.count("zi", Some(0), 0, 1)? == 1 {
        settles(b, sections)?;
        start = Start::Settled;
    }
    let on_nan = OnNan::of(b)?;
    let mut spec = StageSpec::new(
        Biquad { sections, start, on_nan, reverse, wide: shape.dtype == Dtype::F64, scale: b.scale()? },
        shape,
    );
    spec.series = edge.series;
    spec.reverse = reverse;
    spec.revision = b.revision();
    let mut words = checked::mul(sections.len(), 2)?;
    if on_nan.guards() {
        spec.scratch_bytes = checked::mul(words, size_of::<f64>())?;
        words = checked::add(words, 2)?;
    }
    with_state(spec, checked::add(words, 1)?)
}

struct Biquad<'m> {
    sections: &'m [Section],
    start: Start<'m>,
    on_nan: OnNan,
    reverse: bool,
    /// Results are `f64`, else `f32`.
    wide: bool,
    scale: f64,
}

impl Biquad<'_> {
    /// Filters rows with at most 4 sections, without a guard.
    fn few<X: Sample, Y: Real>(&self, z: &mut [[f64; 2]], rows: &Rows<'_, X>, out: &mut [Y]) {
        let converted = |x: &X| (*x).into() * self.scale;
        let out = out.chunks_exact_mut(rows.row_len().max(1)).enumerate();
        if self.reverse {
            for (i, y) in out.rev() {
                filter_into(self.sections, z, rows.row(i).iter().rev().map(converted), y.iter_mut().rev());
            }
        } else {
            for (i, y) in out {
                filter_into(self.sections, z, rows.row(i).iter().map(converted), y.iter_mut());
            }
        }
    }

    fn rows<X: Sample, Y: Real>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let rows = io.input::<X>(0)?;
        let state = cast_mut::<f64>(io.state).ok_or(Code::MISFIT)?;
        let (started, z) = state.split_last_mut().ok_or(Code::MISFIT)?;
        let (z, out) = (z.as_chunks_mut().0, cast_mut::<Y>(io.out).ok_or(Code::MISFIT)?);
        let guards = self.on_nan.guards();
        let before = cast_mut::<f64>(io.scratch).ok_or(Code::MISFIT)?.as_chunks_mut().0;
        let len = rows.row_len().max(1);
        let count = out.len().checked_div(len).unwrap_or(0);
        let first = if self.reverse { rows.row(count.sat_sub(1)).last() } else { rows.row(0).first() };
        if let Some(first) = first
            && *started == 0.0
        {
            *started = 1.0;
            if matches!(self.start, Start::Settled) && !guards {
                settle(self.sections, z, (*first).into() * self.scale);
            }
        }
        if SIDE_BY_SIDE && !guards && self.sections.len() <= 4 {
            self.few(z, &rows, out);
            return Ok(());
        }
        let mut filtered = |x: &mut [f64]| {
            if !guards {
                filter_chunk(self.sections, z, x);
            } else if let Some(mut guard) = Guard::new((self.sections, self.start, self.on_nan), z, before) {
                guard.chunk(x);
            }
        };
        let part = if guards { CHUNK } else { BLOCK };
        let mut buffer = [0.0; BLOCK];
        let mut filter_part = |y: &mut [Y], x: &[X]| {
            let held = buffer.get_mut(..x.len()).unwrap_or(&mut []);
            if self.reverse {
                held.iter_mut().zip(x.iter().rev()).for_each(|(to, x)| *to = (*x).into() * self.scale);
                filtered(held);
                y.iter_mut().rev().zip(held).for_each(|(y, v)| *y = Y::rounded(*v));
            } else {
                held.iter_mut().zip(x).for_each(|(to, x)| *to = (*x).into() * self.scale);
                filtered(held);
                y.iter_mut().zip(held).for_each(|(y, v)| *y = Y::rounded(*v));
            }
        };
        if self.reverse {
            for (i, y) in out.chunks_exact_mut(len).enumerate().rev() {
                y.rchunks_mut(part).zip(rows.row(i).rchunks(part)).for_each(|(y, x)| filter_part(y, x));
            }
        } else {
            for (i, y) in out.chunks_exact_mut(len).enumerate() {
                y.chunks_mut(part).zip(rows.row(i).chunks(part)).for_each(|(y, x)| filter_part(y, x));
            }
        }
        Ok(())
    }
}

impl Kernel for Biquad<'_> {
    fn state_init(&self, state: &mut [u8]) -> Result<(), Code> {
        state.fill(0);
        let state = cast_mut::<f64>(state).ok_or(Code::MISFIT)?;
        if let Start::Given(zi) = self.start {
            state.iter_mut().zip(zi.as_flattened()).for_each(|(z, zi)| *z = *zi);
        }
        if self.on_nan.guards() && !matches!(self.start, Start::Settled) {
            // Needs no steady state.
            state.iter_mut().skip(self.sections.len().sat_mul(2)).take(1).for_each(|settled| *settled = 1.0);
        }
        Ok(())
    }

    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        rows_by_type!(self, io, 0)
    }
}
