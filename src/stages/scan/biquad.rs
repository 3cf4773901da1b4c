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

use super::recovery::{CHUNK, Guard, OnNan, Start};
use super::{Real, Sample, as_samples, precision, samples, with_state};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::stages::params::FINITE;
use crate::stages::{Build, shape};
use crate::status::Result;
use crate::util::unsigned::Unsigned;

/// One section, divided by `a0`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section {
    b: [f64; 3],
    a: [f64; 2],
}

impl Section {
    /// Filters one sample.
    #[inline(always)]
    fn step(&self, z: &mut [f64; 2], x: f64) -> f64 {
        let [b0, b1, b2] = self.b;
        let [a1, a2] = self.a;
        let [z1, z2] = *z;
        let y = b0 * x + z1;
        *z = [b1 * x - a1 * y + z2, b2 * x - a2 * y];
        y
    }

    /// Gain of a constant input.
    fn gain(&self) -> f64 {
        let [b0, b1, b2] = self.b;
        let [a1, a2] = self.a;
        (b0 + b1 + b2) / (1.0 + a1 + a2)
    }

    /// Whether the section delays by one sample only, in numerator and denominator.
    pub(super) fn lower_order(&self) -> (bool, bool) {
        let ([_, _, b2], [_, a2]) = (self.b, self.a);
        (b2 == 0.0, a2 == 0.0)
    }
}

/// Filters one sample with the cascade.
#[inline(always)]
pub(super) fn filter(sections: &[Section], z: &mut [[f64; 2]], x: f64) -> f64 {
    sections.iter().zip(z).fold(x, |x, (section, z)| section.step(z, x))
}

/// Sections whose coefficients and states stay in registers; SPARC has 16 registers for `f64`.
const HELD: usize = if cfg!(target_arch = "sparc") { 1 } else { 4 };

/// Filters samples with the cascade, in place.
pub(super) fn filter_chunk(sections: &[Section], z: &mut [[f64; 2]], x: &mut [f64]) {
    for (sections, z) in sections.chunks(HELD).zip(z.chunks_mut(HELD)) {
        match sections.len() {
            1 if HELD > 1 => filter_held::<1>(sections, z, x),
            2 if HELD > 2 => filter_held::<2>(sections, z, x),
            3 if HELD > 3 => filter_held::<3>(sections, z, x),
            _ => filter_held::<HELD>(sections, z, x),
        }
    }
}

fn filter_held<const N: usize>(sections: &[Section], z: &mut [[f64; 2]], x: &mut [f64]) {
    let (Some(sections), Some(z)) = (sections.first_chunk::<N>(), z.first_chunk_mut::<N>()) else { return };
    let (sections, mut now) = (*sections, *z);
    for v in x {
        *v = filter(&sections, &mut now, *v);
    }
    *z = now;
}

/// Sets the state of the cascade after an endless constant `x`: `scipy.signal.sosfilt_zi` times `x`.
pub(super) fn settle(sections: &[Section], z: &mut [[f64; 2]], x: f64) {
    let mut scale = 1.0;
    for (section, z) in sections.iter().zip(z) {
        let ([b0, b1, b2], [a1, a2]) = (section.b, section.a);
        // For the input 1, whose output is `gain`; the same order of operations as SciPy's
        // lfilter_zi.
        let z1 = (b1 - a1 * b0 + b2 - a2 * b0) / (1.0 + a1 + a2);
        let z2 = b2 - a2 * (b0 + z1);
        *z = [z1 * scale * x, z2 * scale * x];
        scale *= section.gain();
    }
}

/// The sections of the parameter `sos`, in the pool.
pub(super) fn sections<'m>(b: &mut Build<'_, 'm>) -> Result<&'m [Section]> {
    let given = b.within("sos", &FINITE)?;
    let (list, rest) = given.as_chunks::<6>();
    if list.is_empty() || list.len() > 32 || !rest.is_empty() {
        let text = "the parameter {n} must be a list of 6 numbers for each of 1 to 32 sections; it has {a}";
        return Err(b.param_error("sos", text).a(checked::count(given.len())));
    }
    let mut all = [Section { b: [0.0; 3], a: [0.0; 2] }; 32];
    for (i, (section, [b0, b1, b2, a0, a1, a2])) in all.iter_mut().zip(list).enumerate() {
        *section = Section { b: [b0 / a0, b1 / a0, b2 / a0], a: [a1 / a0, a2 / a0] };
        if !section.b.iter().chain(&section.a).all(|v| v.is_finite()) {
            let text = "the parameter {n}{v} divides its section: it must not be 0 or too small";
            return Err(b.refused("sos", Some(i.sat_mul(6).sat_add(3)), *a0, text));
        }
    }
    b.pool.copied(all.get(..list.len()).unwrap_or(&[]))
}

/// Refuses filters without a steady state.
pub(super) fn settles(b: &Build<'_, '_>, sections: &[Section]) -> Result<()> {
    if sections.iter().all(|s| s.gain().is_finite()) {
        return Ok(());
    }
    Err(b.param_error("sos", "the filter {n} has a pole at 1: it has no steady state to start from"))
}

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
        let mut filtered = |x: &mut [f64]| {
            if !guards {
                filter_chunk(self.sections, z, x);
            } else if let Some(mut guard) = Guard::new((self.sections, self.start, self.on_nan), z, before) {
                guard.chunk(x);
            }
        };
        let mut buffer = [0.0; CHUNK];
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
                y.rchunks_mut(CHUNK).zip(rows.row(i).rchunks(CHUNK)).for_each(|(y, x)| filter_part(y, x));
            }
        } else {
            for (i, y) in out.chunks_exact_mut(len).enumerate() {
                y.chunks_mut(CHUNK).zip(rows.row(i).chunks(CHUNK)).for_each(|(y, x)| filter_part(y, x));
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
