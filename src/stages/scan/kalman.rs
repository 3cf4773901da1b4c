//! Linear Kalman filter of up to four states and scalar measurements; Kalman (1960), in the form of Durbin and Koopman,
//! Time Series Analysis by State Space Methods, section 4.3, with the covariance update of Bucy and Joseph:
//! ```text
//! s = h P h' + r;  k = P h' / s;  x += k (z - h x);  P = (I - k h) P (I - k h)' + k r k'    -> row
//! x = F x;  P = F P F' + Q                                                                   -> state
//! ```
//! Input: `f32`, `f64` or `i16` rows of `n` measurements. Output, in `f64`, for each measurement: the state estimate
//! `x` (`d` numbers) and the upper triangle of its covariance `P`, row by row (`d (d + 1) / 2` numbers), together
//! `n d (d + 3) / 2` elements. `rts_smoother` needs nothing else.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `transition` | `F`, `d * d` numbers row by row; `d` from 1 to 4 |
//! | `process` | `Q`, `d * d` numbers; symmetric and semidefinite, within 1e-9 of the variances |
//! | `observe` | `h`, `d` numbers |
//! | `dt`, `q` | instead of these three: position and velocity (`d = 2`) |
//! | | `dt`: time between samples, above 0, default 1; `q`: intensity of the white acceleration noise, at least 0 |
//! | | `F = [1 dt; 0 1]`, `Q = q [dt^3/3 dt^2/2; dt^2/2 dt]`, `h = [1 0]` |
//! | `r` | variance of a measurement, above 0; required |
//! | `x0` | estimate before the first measurement; default zeros |
//! | `p0` | covariance of `x0`: `d * d` numbers as for `process`, or one for the whole diagonal; default 1e6 |
//!
//! State: `x` and the upper triangle of `P` before the next measurement. A measurement that is not finite, or that would
//! make the next state not finite, counts as missing: the row is the prediction. Where the prediction itself would not be
//! finite, because `F` grows without bound, the state stays.

use super::covariance::covariance;
use super::matrix::{self, Matrix, dot, finite, symmetric, times, triangle, vector};
use super::numbers::Numbers;
use super::{samples, with_state};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::series::Series;
use crate::stages::params::{FINITE, NOT_NEGATIVE, POSITIVE};
use crate::stages::{Build, shape};
use crate::status::{Result, Status};
use crate::util::unsigned::Unsigned;

/// Numbers in an estimate of `d` states: the states and the triangle of their covariance.
pub(super) fn record(d: usize) -> usize {
    d.sat_mul(d.sat_add(3)).checked_div(2).unwrap_or(0)
}

/// `F` and `Q` in the pool, one after another, and the number of states.
pub(super) fn dynamics<'m>(b: &mut Build<'_, 'm>) -> Result<(usize, &'m [f64])> {
    let count = b.given("transition").len();
    let Some(d) = (1..=4usize).find(|d| d.sat_mul(*d) == count) else {
        if count > 0 || !b.given("process").is_empty() || !b.given("observe").is_empty() {
            let text = "stage {m}: the parameter {n} must be a list of 1, 4, 9 or 16 numbers, with process and observe; it has {a}";
            return Err(b.param_error("transition", text).a(checked::count(count)));
        }
        let dt = b.real("dt", Some(1.0), &POSITIVE)?;
        let q = b.real("q", None, &NOT_NEGATIVE)?;
        let (square, cube) = (dt * dt / 2.0 * q, dt * dt * dt / 3.0 * q);
        if !(cube.is_finite() && square.is_finite() && (dt * q).is_finite()) {
            return Err(b.refused(
                "dt",
                None,
                dt,
                "stage {m}: the parameter {n}{v} is too large: its cube times q must be finite",
            ));
        }
        return Ok((2, b.pool.copied(&[1.0, dt, 0.0, 1.0, cube, square, square, dt * q])?));
    };
    if !b.given("dt").is_empty() || !b.given("q").is_empty() {
        return Err(b.error(Status::Argument, "stage {m}: the parameters of {n} are transition or dt and q, not both"));
    }
    let mut both = [0.0; 32];
    let lists = [b.numbers("transition", count, &FINITE)?, covariance(b, "process", d)?];
    both.iter_mut().zip(lists.iter().copied().flatten()).for_each(|(to, v)| *to = *v);
    Ok((d, b.pool.copied(both.get(..checked::mul(count, 2)?).unwrap_or(&[]))?))
}

/// `h`, `x0` and the triangle of `P0`, checked.
pub(super) fn measurement(b: &Build<'_, '_>, d: usize) -> Result<[f64; 18]> {
    let observe: &[f64] =
        if b.given("transition").is_empty() { &[1.0, 0.0] } else { b.numbers("observe", d, &FINITE)? };
    let x0: &[f64] = if b.given("x0").is_empty() { &[0.0; 4] } else { b.numbers("x0", d, &FINITE)? };
    let (whole, diagonal): (&[f64], f64) = match b.given("p0") {
        [] | [_] => (&[], b.real("p0", Some(1e6), &NOT_NEGATIVE)?),
        _ => (covariance(b, "p0", d)?, 0.0),
    };
    let start = (0..d).flat_map(|i| (i..d).map(move |j| (i, j))).map(|(i, j)| match whole {
        [] if i == j => diagonal,
        _ => whole.get(i.sat_mul(d).sat_add(j)).copied().unwrap_or(0.0),
    });
    let numbers = observe.iter().chain(x0.iter().take(d)).copied().chain(start);
    let mut all = [0.0; 18];
    all.iter_mut().zip(numbers).for_each(|(to, v)| *to = v);
    Ok(all)
}

pub(crate) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["transition", "process", "observe", "dt", "q", "r", "x0", "p0", "scale"])?;
    let edge = samples(b, super::SAMPLES)?;
    let (d, dynamics) = dynamics(b)?;
    let rest = measurement(b, d)?;
    let r = b.real("r", None, &POSITIVE)?;
    let len = checked::mul(edge.shape.len, record(d))?;
    let rest = b.pool.copied(&rest)?;
    let mut spec = StageSpec::new(Kalman { d, dynamics, rest, r, scale: b.scale()? }, shape(Dtype::F64, len)?);
    spec.series = Series::interleaved(spec.shape.len, record(d));
    spec.revision = b.revision();
    with_state(spec, record(d))
}

struct Kalman<'m> {
    d: usize,
    /// `F` and `Q`.
    dynamics: &'m [f64],
    /// `h`, `x0` and the triangle of `P0`.
    rest: &'m [f64],
    r: f64,
    scale: f64,
}

/// The estimate one step later: `F x`, `F P F' + Q`.
pub(super) fn predicted<const N: usize>(
    (f, q): &(Matrix<N>, Matrix<N>),
    x: &[f64; N],
    p: &Matrix<N>,
) -> ([f64; N], Matrix<N>) {
    (times(f, x), matrix::sum(&matrix::congruent(f, p), q))
}

/// The state after a measurement that counts as missing: the prediction, or the same state if that is not finite.
#[cold]
fn missing<const N: usize>(model: &(Matrix<N>, Matrix<N>), x: &[f64; N], p: &Matrix<N>) -> ([f64; N], Matrix<N>) {
    let ahead = predicted(model, x, p);
    if finite(&ahead.0, &ahead.1) { ahead } else { (*x, *p) }
}

/// `F` and `Q`.
pub(super) fn model<const N: usize>(dynamics: &[f64]) -> (Matrix<N>, Matrix<N>) {
    let mut numbers = dynamics.iter().copied();
    (matrix::matrix(&mut numbers), matrix::matrix(&mut numbers))
}

impl Kalman<'_> {
    fn rows<const N: usize>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let mut measured = Numbers::new(io, self.scale)?;
        let model = model::<N>(self.dynamics);
        let h: [f64; N] = vector(&mut self.rest.iter().copied());
        let state = cast_mut::<f64>(io.state).ok_or(Code::MISFIT)?;
        let mut numbers = state.iter().copied();
        let (mut x, mut p) = (vector::<N>(&mut numbers), symmetric::<N>(&mut numbers));
        let out = cast_mut::<f64>(io.out).ok_or(Code::MISFIT)?;
        let mut out = out.chunks_exact_mut(record(N));
        // Bounded by the number of measurements.
        loop {
            let chunk = measured.chunk()?;
            if chunk.is_empty() {
                break;
            }
            for (z, y) in chunk.iter().copied().zip(&mut out) {
                let (mut now, mut spread) = (x, p);
                if z.is_finite() {
                    let ph = times(&p, &h);
                    let s = dot(&h, &ph) + self.r;
                    let k = ph.map(|v| v / s);
                    let innovation = z - dot(&h, &x);
                    now.iter_mut().zip(k).for_each(|(x, k)| *x += k * innovation);
                    let a = matrix::difference(&matrix::identity(), &k.map(|k| h.map(|h| k * h)));
                    let noise = k.map(|a| k.map(|b| a * b * self.r));
                    spread = matrix::sum(&matrix::congruent(&a, &p), &noise);
                }
                let mut ahead = predicted(&model, &now, &spread);
                // An estimate that is not finite makes its prediction not finite, too.
                if !finite(&ahead.0, &ahead.1) {
                    (now, spread) = (x, p);
                    ahead = missing(&model, &x, &p);
                }
                y.iter_mut().zip(now.into_iter().chain(triangle(&spread))).for_each(|(y, v)| *y = v);
                // Makes both triangles equal, as in a state that was stored and restored.
                (x, p) = (ahead.0, symmetric(&mut triangle(&ahead.1)));
            }
        }
        state.iter_mut().zip(x.into_iter().chain(triangle(&p))).for_each(|(s, v)| *s = v);
        Ok(())
    }
}

impl Kernel for Kalman<'_> {
    fn state_init(&self, state: &mut [u8]) -> Result<(), Code> {
        let state = cast_mut::<f64>(state).ok_or(Code::MISFIT)?;
        let from = self.rest.get(self.d..).unwrap_or(&[]);
        state.iter_mut().zip(from).for_each(|(s, v)| *s = *v);
        Ok(())
    }

    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match self.d {
            1 => self.rows::<1>(io),
            2 => self.rows::<2>(io),
            3 => self.rows::<3>(io),
            _ => self.rows::<4>(io),
        }
    }
}
