//! Phase-locked loop of second order that tracks a tone: phase, frequency and a measure of lock for each sample.
//!
//! Gardner, Phaselock Techniques; loop gains as in Rice, Digital Communications: A Discrete-Time Approach, appendix C:
//! ```text
//! v = x exp(-2 pi i phase)          real x: v = low-pass of 2 x exp(-2 pi i phase)
//! e = arg(v) / (2 pi)               costas: taken modulo 1/2, so that a change of sign is no error
//! frequency += ki e;  phase += frequency + kp e;  lock += weight (cos(2 pi e) - lock)
//! t = bandwidth / (damping + 1/(4 damping)), d = 1 + 2 damping t + t^2, kp = 4 damping t / d, ki = 4 t^2 / d
//! ```
//! Phases are in turns, from 0 to 1, frequencies in cycles per sample. The error is the angle itself: amplitude does
//! not matter. Sine, cosine and angle are polynomials in `f64` of basic operations, the same bits on every machine;
//! their errors are below 1e-13.
//!
//! Takes `c32`, or real `f32`, `f64` or `i16` rows of `n` samples and puts out `phase frequency lock` for each, `3 n`
//! elements of `f32`: the phase of the loop at that sample, before it learns from it; frequency and lock behind it.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `bandwidth` | noise bandwidth of the loop, in cycles per sample, over 0, at most 0.25; 0.01 where not given |
//! | `damping` | over 0; 0.7071 (root of 1/2) where it is not given |
//! | `frequency` | where the loop starts; 0 where it is not given (real samples: must be given, not 0) |
//! | `range` | the frequency stays within so much of the start; 0.5 where it is not given |
//! | `costas` | 1: the tone may change its sign (BPSK); 0 is the default |
//! | `arm` | real samples: weight of the one-pole low-pass; 0.1 where it is not given. Take it well over `bandwidth` |
//! | `weight` | of a sample in `lock`; 0.01 where it is not given |
//! | `precision` | 32 or 64: type of the rows put out |
//!
//! `lock` goes to 1 when locked, to 0 or below without a tone (with `costas` it is of the doubled angle). State: `phase
//! frequency lock` and both low-passed parts of `v`. A sample that is not finite counts as missing: the loop coasts on
//! its frequency, and `lock` decays.

use super::numbers::{Numbers, Results};
use super::{precision, real, samples, with_state};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::stages::{Build, shape, trig};
use crate::status::Result;
use crate::util::unsigned::Unsigned;
use core::f64::consts::{FRAC_1_SQRT_2, TAU};

pub(crate) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["bandwidth", "damping", "frequency", "range", "costas", "arm", "weight", "precision"])?;
    let edge = samples(b, &[Dtype::C32, Dtype::F32, Dtype::F64, Dtype::I16])?;
    let precision = precision(b, Dtype::F32)?;
    let bandwidth = real(b, "bandwidth", Some(0.01), |v| v > 0.0 && v <= 0.25)?;
    let damping = real(b, "damping", Some(FRAC_1_SQRT_2), |v| v > 0.0)?;
    let complex = edge.shape.dtype == Dtype::C32;
    let t = bandwidth / (damping + 0.25 / damping);
    let d = 1.0 + 2.0 * damping * t + t * t;
    let pll = Pll {
        kp: 4.0 * damping * t / d,
        ki: 4.0 * t * t / d,
        frequency: real(b, "frequency", complex.then_some(0.0), |v| v.abs() <= 0.5 && (complex || v != 0.0))?,
        range: real(b, "range", Some(0.5), |v| v >= 0.0)?,
        arm: if complex { 1.0 } else { real(b, "arm", Some(0.1), |v| v > 0.0 && v <= 1.0)? },
        weight: real(b, "weight", Some(0.01), |v| v > 0.0 && v <= 1.0)?,
        costas: b.count("costas", Some(0), 0, 1)? == 1,
        wide: precision == Dtype::F64,
    };
    let mut spec = StageSpec::new(pll, shape(precision, checked::mul(edge.shape.len, 3)?)?);
    spec.revision = b.revision();
    with_state(spec, 5)
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

/// Angle of the point, in turns, from -1/2 to 1/2; 0 of the origin.
fn angle(re: f64, im: f64) -> f64 {
    let (x, y) = (re.abs(), im.abs());
    let (small, large) = if y <= x { (y, x) } else { (x, y) };
    if large == 0.0 {
        return 0.0;
    }
    let ratio = small / large;
    // Beyond tan(pi/8) the angle is taken from the middle of the octant.
    let (z, middle) = if ratio > 0.414 { ((ratio - 1.0) / (ratio + 1.0), 0.125) } else { (ratio, 0.0) };
    // z - z^3/3 + z^5/5 ...; the first term left out is below 1e-15.
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
    weight: f64,
    costas: bool,
    /// Puts out `f64`.
    wide: bool,
}

impl Pll {
    #[inline(always)]
    fn step(&self, state: &mut [f64; 5], re: f64, im: f64, y: &mut [f64; 3]) {
        let [phase, frequency, lock, i, q] = state;
        let (mut e, mut cos) = (0.0, 0.0);
        let now = *phase;
        if re.is_finite() && im.is_finite() {
            let (c, s) = phasor(now);
            *i += self.arm * (re * c + im * s - *i);
            *q += self.arm * (im * c - re * s - *q);
            e = angle(*i, *q);
            if self.costas {
                e = if e > 0.25 { e - 0.5 } else { e };
                e = if e < -0.25 { e + 0.5 } else { e };
            }
            (cos, _) = phasor(if self.costas { 2.0 * e } else { e });
        }
        // As clamp, which would stop where the range is none.
        let (least, most) = (self.frequency - self.range, self.frequency + self.range);
        let tuned = *frequency + self.ki * e;
        let tuned = if tuned < least { least } else { tuned };
        *frequency = if tuned > most { most } else { tuned };
        let next = now + *frequency + self.kp * e;
        // Below by less than 2 turns either way: the truncated part is exact.
        let whole = next as i32;
        let next = next - f64::from(whole);
        let next = if next < 0.0 { next + 1.0 } else { next };
        // A tiny negative number rounds up to 1.
        *phase = if next >= 1.0 { 0.0 } else { next };
        *lock += self.weight * (cos - *lock);
        *y = [now, *frequency, *lock];
    }
}

impl Kernel for Pll {
    fn state_init(&self, state: &mut [u8]) -> core::result::Result<(), Code> {
        state.fill(0);
        let state = cast_mut::<f64>(state).ok_or(Code::MISFIT)?;
        state.iter_mut().zip([0.0, self.frequency]).for_each(|(s, v)| *s = v);
        Ok(())
    }

    fn run(&self, io: &mut StageIo<'_>) -> core::result::Result<(), Code> {
        // The tone is half of real samples.
        let complex = io.input_dtype(0)? == Dtype::C32;
        let mut numbers = Numbers::new(io)?;
        let state = cast_mut::<f64>(io.state).and_then(|s| s.first_chunk_mut()).ok_or(Code::MISFIT)?;
        let mut results = Results::new(io.out, self.wide)?;
        let (mut y, mut at) = ([0.0; 3], 0usize);
        // As often as there are samples.
        loop {
            let some = numbers.some()?;
            if some.is_empty() {
                return Ok(());
            }
            for x in some.chunks_exact(if complex { 2 } else { 1 }) {
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
