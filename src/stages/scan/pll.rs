//! Phase-locked loop of second order that tracks a tone: phase, frequency and a measure of lock for each sample.
//!
//! Gardner, Phaselock Techniques; loop gains from Rice, Digital Communications: A Discrete-Time Approach, appendix C:
//! ```text
//! v = x exp(-2 pi i phase)          real x: v = low-pass of 2 x exp(-2 pi i phase)
//! e = arg(v) / (2 pi)               costas: modulo 1/2, so that a change of sign is no error
//! frequency += ki e;  phase += frequency + kp e;  lock += weight (cos(2 pi e) - lock)
//! t = bandwidth / (damping + 1/(4 damping)), d = 1 + 2 damping t + t^2, kp = 4 damping t / d, ki = 4 t^2 / d
//! ```
//! Phases are in turns, at least 0 and below 1 (also when rounded to `f32`), frequencies in cycles per sample. The error is the angle itself, independent of
//! the amplitude. Sine, cosine and angle are polynomials in `f64` of basic operations, the same bits on every machine,
//! with errors below 1e-13.
//!
//! Input: `c32`, or real `f32`, `f64` or `i16` rows of `n` samples. Output: `phase frequency lock` for each sample,
//! `3 n` elements, `f32` by default: the phase before the sample changes the loop, frequency and lock after it.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `bandwidth` | noise bandwidth of the loop in cycles per sample, above 0, at most 0.25; default 0.01 |
//! | `damping` | above 0; default 0.7071 (root of 1/2) |
//! | `frequency` | initial frequency, -0.5 to 0.5; default 0; required, and not 0, for real samples |
//! | `range` | maximum distance of the frequency from the initial one; default 0.5 |
//! | `costas` | 1: the tone may change its sign (BPSK); default 0 |
//! | `arm` | real samples: weight of the one-pole low-pass, at most 1; default 0.1. Should be well above `bandwidth` |
//! | `weight` | weight of a sample in `lock`, at most 1; default 0.01 |
//! | `scale` | factor of the samples, on which no result depends |
//! | `precision` | 32 or 64: bits of a result; default 32 |
//!
//! `lock` approaches 1 when locked, and 0 or a negative number without a tone (with `costas` it is that of the doubled
//! angle). State: `phase frequency lock`, both low-passed parts of `v`, and the level of the samples. A sample counts as
//! missing if it is not finite, if it would make the state not finite, if `v` is 0, and, of real samples, if `v` is only
//! what the low-pass still holds of a tone that has ended: more than 1024 times the level, which is a low-pass of the
//! magnitude with the weight `2 arm / (1 + arm)`. Then the loop keeps its frequency, and `lock` decays.

use super::numbers::{Numbers, Results};
use super::{precision, samples, with_state};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::series::Series;
use crate::stages::params::{POSITIVE, Range, WEIGHT};
use crate::stages::{Build, shape, trig};
use crate::status::Result;
use crate::util::unsigned::Unsigned;
use core::f64::consts::{FRAC_1_SQRT_2, TAU};

const BANDWIDTH: Range = Range {
    min: 0.0,
    above: true,
    max: 0.25,
    text: "stage {m}: the parameter {n}{v} must be above 0 and at most 0.25",
};
const FREQUENCY: Range =
    Range { min: -0.5, above: false, max: 0.5, text: "stage {m}: the parameter {n}{v} must be from -0.5 to 0.5" };
const DISTANCE: Range =
    Range { min: 0.0, above: false, max: 1.0, text: "stage {m}: the parameter {n}{v} must be from 0 to 1" };

pub(crate) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["bandwidth", "damping", "frequency", "range", "costas", "arm", "weight", "precision", "scale"])?;
    b.scale()?;
    let edge = samples(b, &[Dtype::C32, Dtype::F32, Dtype::F64, Dtype::I16])?;
    let precision = precision(b, Dtype::F32)?;
    let bandwidth = b.real("bandwidth", Some(0.01), &BANDWIDTH)?;
    let damping = b.real("damping", Some(FRAC_1_SQRT_2), &POSITIVE)?;
    let complex = edge.shape.dtype == Dtype::C32;
    let arm = b.real("arm", Some(0.1), &WEIGHT)?;
    let t = bandwidth / (damping + 0.25 / damping);
    let d = 1.0 + 2.0 * damping * t + t * t;
    let pll = Pll {
        kp: 4.0 * damping * t / d,
        ki: 4.0 * t * t / d,
        frequency: b.real("frequency", complex.then_some(0.0), &FREQUENCY)?,
        range: b.real("range", Some(0.5), &DISTANCE)?,
        arm: if complex { 1.0 } else { arm },
        quick: if complex { 1.0 } else { 2.0 * arm / (1.0 + arm) },
        weight: b.real("weight", Some(0.01), &WEIGHT)?,
        costas: b.count("costas", Some(0), 0, 1)? == 1,
        wide: precision == Dtype::F64,
    };
    if !complex && pll.frequency == 0.0 {
        return Err(b.refused(
            "frequency",
            None,
            0.0,
            "stage {m}: the parameter {n}{v} must not be 0 for real samples",
        ));
    }
    if !(pll.kp.is_finite() && pll.ki.is_finite() && pll.kp > 0.0 && pll.ki > 0.0) {
        return Err(b.refused(
            "damping",
            None,
            damping,
            "stage {m}: with the parameter {n}{v} the gains of the loop are out of range",
        ));
    }
    let mut spec = StageSpec::new(pll, shape(precision, checked::mul(edge.shape.len, 3)?)?);
    spec.series = Series::interleaved(spec.shape.len, 3);
    spec.revision = b.revision();
    with_state(spec, 6)
}

/// Cosine and sine of `2 pi turns`, for turns from -1 to 1.
fn phasor(turns: f64) -> (f64, f64) {
    let turns = if turns < 0.0 { turns + 1.0 } else { turns };
    let quarter = (turns * 4.0 + 0.5) as u32;
    let x = (turns - f64::from(quarter) * 0.25) * TAU;
    let (c, s) = (trig::cos_poly(x), trig::sin_poly(x));
    match quarter & 3 {
        0 => (c, s),
        1 => (-s, c),
        2 => (-c, -s),
        _ => (s, -c),
    }
}

/// Angle of a point, in turns, from -1/2 to 1/2; that of the origin is 0.
fn angle(re: f64, im: f64) -> f64 {
    let (x, y) = (re.abs(), im.abs());
    let (small, large) = if y <= x { (y, x) } else { (x, y) };
    if large == 0.0 {
        return 0.0;
    }
    let ratio = small / large;
    // Above tan(pi/8) the angle is measured from 1/8 of a turn.
    let (z, middle) = if ratio > 0.414 { ((ratio - 1.0) / (ratio + 1.0), 0.125) } else { (ratio, 0.0) };
    // z - z^3/3 + z^5/5 ...; the first omitted term is below 1e-15.
    let tail = (0..18u32).rev().fold(0.0, |sum, k| 1.0 / f64::from(k.wrapping_mul(2).wrapping_add(1)) - z * z * sum);
    let turns = middle + z * tail / TAU;
    let turns = if y <= x { turns } else { 0.25 - turns };
    let turns = if re < 0.0 { 0.5 - turns } else { turns };
    if im < 0.0 { -turns } else { turns }
}

struct Pll {
    kp: f64,
    ki: f64,
    frequency: f64,
    range: f64,
    arm: f64,
    /// Weight of a sample in the level.
    quick: f64,
    weight: f64,
    costas: bool,
    /// Results are `f64`, else `f32`.
    wide: bool,
}

/// The ratio of `v` to the level from which on the low-pass only rings.
const RINGING: f64 = 1024.0;
/// Phases from here on round to 1 as `f32`: `1 - 2^-25`.
const NEARLY_1: f64 = 1.0 - 0.5 * (f32::EPSILON as f64) / 2.0;

impl Pll {
    #[inline(always)]
    fn step(&self, state: &mut [f64; 6], re: f64, im: f64, y: &mut [f64; 3]) {
        let [phase, frequency, lock, i, q, level] = state;
        let (mut e, mut cos) = (0.0, 0.0);
        let now = *phase;
        if re.is_finite() && im.is_finite() {
            let (c, s) = phasor(now);
            let new_i = *i + self.arm * (re * c + im * s - *i);
            let new_q = *q + self.arm * (im * c - re * s - *q);
            let (re, im) = (re.abs(), im.abs());
            let new_level = *level + self.quick * (if re > im { re } else { im } - *level);
            let size = new_i.abs() + new_q.abs();
            if size < f64::INFINITY && new_level < f64::INFINITY {
                (*i, *q, *level) = (new_i, new_q, new_level);
            }
            if size >= f64::MIN_POSITIVE && size <= RINGING * *level && size < f64::INFINITY {
                e = angle(*i, *q);
                if self.costas {
                    e = if e > 0.25 { e - 0.5 } else { e };
                    e = if e < -0.25 { e + 0.5 } else { e };
                }
                (cos, _) = phasor(if self.costas { 2.0 * e } else { e });
            }
        }
        // Not clamp, which panics on an empty range.
        let (low, high) = (self.frequency - self.range, self.frequency + self.range);
        let tuned = *frequency + self.ki * e;
        let tuned = if tuned < low { low } else { tuned };
        *frequency = if tuned > high { high } else { tuned };
        let next = now + *frequency + self.kp * e;
        // The magnitude is below 2 turns: the truncated part is exact.
        let whole = next as i32;
        let next = next - f64::from(whole);
        let next = if next < 0.0 { next + 1.0 } else { next };
        // A tiny negative number plus 1 rounds to 1.
        *phase = if next >= 1.0 { 0.0 } else { next };
        *lock += self.weight * (cos - *lock);
        *y = [if now >= NEARLY_1 && !self.wide { 0.0 } else { now }, *frequency, *lock];
    }
}

impl Kernel for Pll {
    fn state_init(&self, state: &mut [u8]) -> Result<(), Code> {
        state.fill(0);
        let state = cast_mut::<f64>(state).ok_or(Code::MISFIT)?;
        state.iter_mut().zip([0.0, self.frequency]).for_each(|(s, v)| *s = v);
        Ok(())
    }

    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        // In real samples the tone has half its amplitude: they count twice.
        let complex = io.input_dtype(0)? == Dtype::C32;
        let mut numbers = Numbers::new(io, 1.0)?;
        let state = cast_mut::<f64>(io.state).and_then(|s| s.first_chunk_mut()).ok_or(Code::MISFIT)?;
        let mut results = Results::new(io.out, self.wide)?;
        let (mut y, mut at) = ([0.0; 3], 0usize);
        // Bounded by the number of samples.
        loop {
            let chunk = numbers.chunk()?;
            if chunk.is_empty() {
                return Ok(());
            }
            for x in chunk.chunks_exact(if complex { 2 } else { 1 }) {
                match x {
                    [re, im] => self.step(state, *re, *im, &mut y),
                    [x] => self.step(state, 2.0 * *x, 0.0, &mut y),
                    _ => {}
                }
                results.put(at, &y);
                at = at.sat_add(y.len());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_and_phasors_agree_with_libm() {
        for i in -1000..=1000 {
            let t = f64::from(i) / 1000.0;
            let (c, s) = phasor(t);
            assert!((c - (TAU * t).cos()).abs() < 1e-14 && (s - (TAU * t).sin()).abs() < 1e-14, "{t}");
            let want = s.atan2(c) / TAU;
            let off = (angle(3.0 * c, 3.0 * s) - want).abs();
            assert!(off < 1e-13 || (off - 1.0).abs() < 1e-13, "{t}");
        }
        assert_eq!(angle(0.0, 0.0), 0.0);
        assert_eq!(angle(-1.0, 0.0), 0.5);
        assert_eq!(angle(0.0, -2.0), -0.25);
    }
}
