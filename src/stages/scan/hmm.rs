//! Hidden Markov models: `hmm_forward`, the scaled forward recursion, and `hmm_backward`, the reverse scan over its
//! rows that computes the posteriors. Rabiner, A tutorial on hidden Markov models, Proc. IEEE 77 (1989), section V.A;
//! the backward pass in the form of Askar and Derin, IEEE Trans. Automatic Control 26 (1981), which needs the rows of
//! the forward pass only:
//! ```text
//! forward:   p(j) = sum_i alpha(i) a(i,j) (at first: initial);  c = sum_j p(j) b(j);  alpha(j) = p(j) b(j) / c
//! backward:  gamma(i) = alpha(i) sum_j a(i,j) later gamma(j) / sum_k alpha(k) a(k,j)   (at last: alpha)
//! ```
//! `gamma` is the posterior `P(state | all observations)`, Rabiner's `alpha beta`. The product of all `c` is the
//! likelihood.
//!
//! Input of `hmm_forward`: `u8` rows of `n` symbols, or `f32` or `f64` rows of `n` times `N` likelihoods `b(j)` of the
//! observation in each of the `N` states. Output, in `f64`, for each observation: `alpha` (`N` numbers) and `c`. Input
//! of `hmm_backward`: these rows. Output, in `f64`: the `N` posteriors of each observation.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `transition` | `a`, `N * N` numbers; row `i` has the probabilities from state `i`, of sum 1; `N` from 1 to 64 |
//! | `emission` | `hmm_forward` with symbols: `N` rows, each with one number per symbol |
//! | `initial` | `hmm_forward`: distribution at the first observation; default uniform |
//! | `log` | `hmm_forward` with likelihoods: 1: they are natural logarithms, minus infinity for 0, and so is `c` |
//!
//! State of `hmm_forward`: the prediction `p` (`N` numbers). State of `hmm_backward`: the later `gamma`, then 1 once it
//! has a value. An observation without information counts as missing: a symbol without a column, likelihoods that are
//! negative (without `log`), NaN or plus infinity. Then `alpha` is the prediction, and `c` is 0. An observation that is
//! impossible in all possible states, or whose `c` is outside of the range of `f64`, is an underflow of its likelihoods
//! in all probability: the stage fails with the code -16 (`SQS_ERR_RANGE`). With `log` 1 likelihoods do not underflow.

use super::{Sample, with_state};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::series::Series;
use crate::stages::exponential::{exp, ln};
use crate::stages::params::PROBABILITY;
use crate::stages::{Build, shape};
use crate::status::{Result, Status};
use crate::util::unsigned::Unsigned;

/// The number of states, and the transitions in the pool.
fn transitions<'m>(b: &mut Build<'_, 'm>) -> Result<(usize, &'m [f64])> {
    let count = b.given("transition").len();
    let states = (1..=64usize).find(|n| n.sat_mul(*n) == count);
    let text = "stage {m}: the parameter {n} must be a square matrix of 1 to 64 states; it has {a} numbers";
    let states = states.ok_or_else(|| b.param_error("transition", text).a(checked::count(count)))?;
    let all = b.numbers("transition", count, &PROBABILITY)?;
    rows_fit(b, "transition", all, states, false)?;
    Ok((states, b.pool.copied(all)?))
}

/// Refuses rows of `width` probabilities whose sum is not 1; a `partial` one may have less.
fn rows_fit(b: &Build<'_, '_>, key: &str, all: &[f64], width: usize, partial: bool) -> Result<()> {
    for (row, p) in all.chunks_exact(width.max(1)).enumerate() {
        let mut sum = 0.0;
        let first = row.sat_mul(width);
        for (at, v) in p.iter().enumerate() {
            sum += v;
            let last = at.sat_add(1) == p.len();
            if sum > 1.0 + 1e-6 || (last && !partial && sum < 1.0 - 1e-6) {
                let text = if sum > 1.0 {
                    "stage {m}: the parameter {n}{v} brings the sum of a row of {a} probabilities above 1"
                } else {
                    "stage {m}: the parameter {n}{v} ends a row of {a} probabilities whose sum is below 1"
                };
                return Err(b.refused(key, Some(first.sat_add(at)), *v, text).a(checked::count(width)));
            }
        }
    }
    Ok(())
}

pub(crate) fn forward<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["transition", "emission", "initial", "log"])?;
    let edge = b.one_edge()?;
    b.takes(edge, &[Dtype::U8, Dtype::F32, Dtype::F64])?;
    let (states, transition) = transitions(b)?;
    let count = b.given("emission").len();
    let symbols = edge.shape.dtype == Dtype::U8;
    if (count > 0) != symbols || count.checked_rem(states) != Some(0) {
        let text = "stage {m}: the parameter {n} is for u8 symbols, a row for each of the {a} states, and not for likelihoods; it has {b} numbers";
        return Err(b.param_error("emission", text).a(states).b(count));
    }
    let emission = b.numbers("emission", count, &PROBABILITY)?;
    rows_fit(b, "emission", emission, count.checked_div(states).unwrap_or(0), true)?;
    let emission = b.pool.copied(emission)?;
    let initial = if b.given("initial").is_empty() {
        let uniform = [1.0 / states as f64; 64];
        b.pool.copied(uniform.get(..states).unwrap_or(&[]))?
    } else {
        let initial = b.numbers("initial", states, &PROBABILITY)?;
        rows_fit(b, "initial", initial, states, false)?;
        b.pool.copied(initial)?
    };
    let log = b.count("log", Some(0), 0, 1)? == 1;
    if log && symbols {
        return Err(b.refused("log", None, 1.0, "stage {m}: the parameter {n}{v} is for likelihoods, not for symbols"));
    }
    let width = if symbols { 1 } else { states };
    b.consecutive(edge, width)?;
    if edge.shape.len.checked_rem(width) != Some(0) {
        let text = "stage {m}: {n} reads rows of a multiple of {a} likelihoods, one for each state, not of {b}";
        return Err(b.error(Status::Graph, text).a(checked::count(states)).b(checked::count(edge.shape.len)));
    }
    let steps = edge.shape.len.checked_div(width).unwrap_or(0);
    let shape = shape(Dtype::F64, checked::mul(steps, checked::add(states, 1)?)?)?;
    let mut spec = StageSpec::new(Forward { transition, emission, initial, log }, shape);
    spec.series = Series::interleaved(shape.len, checked::add(states, 1)?);
    spec.revision = b.revision();
    with_state(spec, states)
}

struct Forward<'m> {
    transition: &'m [f64],
    emission: &'m [f64],
    initial: &'m [f64],
    /// Likelihoods are logarithms, and `c` is one.
    log: bool,
}

/// The observation is impossible, or its likelihoods have underflowed.
const IMPOSSIBLE: Code = Code(Status::Range.code());
/// A power of two that takes numbers near the smallest into the middle of the range of `f64`, and its reciprocal.
const UP: f64 = f64::from_bits((1023 + 600) << 52);
const DOWN: f64 = f64::from_bits((1023 - 600) << 52);
/// Sums of products of at least this size have all their digits.
const NORMAL: f64 = 1e-290;

/// Stores the products of predictions, scaled by `scale`, and likelihoods in `alpha`; returns their sum.
fn weigh(alpha: &mut [f64], p: &[f64], likelihood: impl Iterator<Item = f64>, scale: f64) -> f64 {
    alpha.iter_mut().zip(p).zip(likelihood).for_each(|((a, p), b)| *a = p * scale * b);
    alpha.iter().fold(0.0, |s, a| s + a)
}

/// As [`weigh`] for products outside of the normal range; returns the sum, and that without the scale.
#[cold]
fn weigh_scaled(alpha: &mut [f64], p: &[f64], b: impl Iterator<Item = f64>, c: f64) -> Result<(f64, f64), Code> {
    let (scale, back) = if c < 1.0 { (UP, DOWN) } else { (DOWN, UP) };
    let scaled = weigh(alpha, p, b, scale);
    let c = scaled * back;
    if c > 0.0 && c < f64::INFINITY { Ok((scaled, c)) } else { Err(IMPOSSIBLE) }
}

/// As [`weigh`] for logarithms of likelihoods; returns the sum relative to the largest, and its logarithm.
fn weigh_logs(alpha: &mut [f64], p: &[f64], b: impl Iterator<Item = f64> + Clone) -> Result<(f64, f64), Code> {
    let possible = b.clone().zip(p).filter(|(_, p)| **p > 0.0);
    let largest = possible.fold(f64::NEG_INFINITY, |m, (b, _)| if b > m { b } else { m });
    if largest == f64::NEG_INFINITY {
        return Err(IMPOSSIBLE);
    }
    let relative = b.zip(p).map(|(b, p)| if *p > 0.0 { exp(b - largest) } else { 0.0 });
    let sum = weigh(alpha, p, relative, 1.0);
    if sum > 0.0 { Ok((sum, ln(sum) + largest)) } else { Err(IMPOSSIBLE) }
}

impl Forward<'_> {
    /// Processes one observation and stores `alpha` and `c` in `y`.
    fn step(&self, p: &mut [f64], likelihood: impl Iterator<Item = f64> + Clone, y: &mut [f64]) -> Result<(), Code> {
        let Some((scale, alpha)) = y.split_last_mut() else { return Ok(()) };
        let lowest = if self.log { f64::NEG_INFINITY } else { 0.0 };
        if likelihood.clone().all(|b| b >= lowest && b < f64::INFINITY) {
            let sum;
            if self.log {
                (sum, *scale) = weigh_logs(alpha, p, likelihood)?;
            } else {
                let c = weigh(alpha, p, likelihood.clone(), 1.0);
                let normal = c > NORMAL && c < f64::INFINITY;
                (sum, *scale) = if normal { (c, c) } else { weigh_scaled(alpha, p, likelihood, c)? };
            }
            alpha.iter_mut().for_each(|a| *a /= sum);
        } else {
            *scale = 0.0;
            alpha.iter_mut().zip(p.iter()).for_each(|(a, p)| *a = *p);
        }
        p.fill(0.0);
        for (a, row) in alpha.iter().zip(self.transition.chunks_exact(self.initial.len().max(1))) {
            p.iter_mut().zip(row).for_each(|(p, t)| *p += a * t);
        }
        Ok(())
    }

    fn likelihoods<X: Sample>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let rows = io.input::<X>(0)?;
        let states = self.initial.len().max(1);
        let p = cast_mut::<f64>(io.state).ok_or(Code::MISFIT)?;
        let out = cast_mut::<f64>(io.out).ok_or(Code::MISFIT)?;
        let observations = rows.iter().flat_map(|row| row.chunks_exact(states.max(1)));
        for (y, b) in out.chunks_exact_mut(states.saturating_add(1)).zip(observations) {
            self.step(p, b.iter().map(|b| (*b).into()), y)?;
        }
        Ok(())
    }

    fn symbols(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let rows = io.input::<u8>(0)?;
        let states = self.initial.len().max(1);
        let width = self.emission.len().checked_div(states).unwrap_or(1).max(1);
        let p = cast_mut::<f64>(io.state).ok_or(Code::MISFIT)?;
        let out = cast_mut::<f64>(io.out).ok_or(Code::MISFIT)?;
        for (y, symbol) in out.chunks_exact_mut(states.saturating_add(1)).zip(rows.iter().flatten()) {
            // A symbol without a column is missing.
            let column = usize::from(*symbol);
            let of = |state: usize| self.emission.get(state.sat_mul(width).sat_add(column)).filter(|_| column < width);
            self.step(p, (0..states).map(|i| of(i).copied().unwrap_or(f64::NAN)), y)?;
        }
        Ok(())
    }
}

impl Kernel for Forward<'_> {
    fn state_init(&self, state: &mut [u8]) -> Result<(), Code> {
        let p = cast_mut::<f64>(state).ok_or(Code::MISFIT)?;
        p.iter_mut().zip(self.initial).for_each(|(p, v)| *p = *v);
        Ok(())
    }

    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match io.input_dtype(0)? {
            Dtype::U8 => self.symbols(io),
            Dtype::F32 => self.likelihoods::<f32>(io),
            _ => self.likelihoods::<f64>(io),
        }
    }
}

pub(crate) fn backward<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["transition"])?;
    let edge = b.one_edge()?;
    b.takes(edge, &[Dtype::F64])?;
    let (states, transition) = transitions(b)?;
    let width = checked::add(states, 1)?;
    b.consecutive(edge, width)?;
    if edge.shape.len.checked_rem(width) != Some(0) {
        return Err(b
            .error(
                Status::Graph,
                "stage {m}: {n} of {b} states reads rows of hmm_forward with the same transition, not of {a} elements",
            )
            .a(checked::count(edge.shape.len))
            .b(checked::count(states)));
    }
    let shape = shape(Dtype::F64, checked::mul(edge.shape.len.checked_div(width).unwrap_or(0), states)?)?;
    let mut spec = StageSpec::new(Backward { states, transition, row_len: shape.len }, shape);
    spec.series = Series::interleaved(shape.len, states);
    spec.reverse = true;
    spec.scratch_bytes = checked::mul(states, size_of::<f64>())?;
    spec.revision = b.revision();
    with_state(spec, width)
}

struct Backward<'m> {
    states: usize,
    transition: &'m [f64],
    row_len: usize,
}

impl Backward<'_> {
    /// The posterior where a prediction is so small that its reciprocal overflows. Overwrites `p`.
    #[cold]
    fn posterior_scaled(&self, gamma: &mut [f64], alpha: &[f64], later: &[f64], p: &mut [f64]) {
        let rows = || alpha.iter().zip(self.transition.chunks_exact(self.states.max(1)));
        p.fill(0.0);
        for (a, row) in rows() {
            p.iter_mut().zip(row).for_each(|(p, t)| *p += a * UP * t);
        }
        for (g, (a, row)) in gamma.iter_mut().zip(rows()) {
            let parts = row.iter().zip(&*p).zip(later).filter(|((_, p), _)| **p > 0.0);
            *g = parts.fold(0.0, |s, ((t, p), later)| s + a * UP * t / p * later);
        }
    }
}

impl Kernel for Backward<'_> {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let rows = io.input::<f64>(0)?;
        let states = self.states.max(1);
        let (started, later) = cast_mut::<f64>(io.state).and_then(|s| s.split_last_mut()).ok_or(Code::MISFIT)?;
        let ratio = cast_mut::<f64>(io.scratch).and_then(|s| s.get_mut(..states)).ok_or(Code::MISFIT)?;
        let out = cast_mut::<f64>(io.out).ok_or(Code::MISFIT)?;
        for (i, row) in out.chunks_exact_mut(self.row_len.max(1)).enumerate().rev() {
            let observations = rows.row(i).chunks_exact(states.sat_add(1));
            for (gamma, alpha) in row.chunks_exact_mut(states).zip(observations).rev() {
                if *started == 0.0 {
                    *started = 1.0;
                    gamma.iter_mut().zip(alpha).for_each(|(g, a)| *g = *a);
                } else {
                    ratio.fill(0.0);
                    for (a, row) in alpha.iter().zip(self.transition.chunks_exact(states)) {
                        ratio.iter_mut().zip(row).for_each(|(p, t)| *p += a * t);
                    }
                    if ratio.iter().any(|p| *p > 0.0 && *p < NORMAL) {
                        self.posterior_scaled(gamma, alpha, later, ratio);
                    } else {
                        // If the prediction is 0, so is the later posterior.
                        for (p, later) in ratio.iter_mut().zip(later.iter()) {
                            *p = if *p > 0.0 { later / *p } else { 0.0 };
                        }
                        for ((g, a), row) in gamma.iter_mut().zip(alpha).zip(self.transition.chunks_exact(states)) {
                            *g = a * row.iter().zip(ratio.iter()).fold(0.0, |s, (t, r)| s + t * r);
                        }
                    }
                }
                later.iter_mut().zip(gamma).for_each(|(l, g)| *l = *g);
            }
        }
        Ok(())
    }
}
