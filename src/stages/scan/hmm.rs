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
//!
//! State of `hmm_forward`: the prediction `p` (`N` numbers). State of `hmm_backward`: the later `gamma`, then 1 once it
//! has a value. An observation without information counts as missing: a symbol without emissions, likelihoods that are
//! negative or not finite, or likelihoods of 0 in all possible states. Then `alpha` is the prediction, and `c` is 0.

use super::{Sample, consecutive, with_state};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::stages::params::PROBABILITY;
use crate::stages::{Build, shape};
use crate::status::{Result, Status};
use crate::util::unsigned::Unsigned;

/// The number of states, and the transitions in the pool.
fn transitions<'m>(b: &mut Build<'_, 'm>) -> Result<(usize, &'m [f64])> {
    let count = b.given("transition").len();
    let states = (1..=64usize).find(|n| n.sat_mul(*n) == count);
    let text = "the parameter {n} must be a square matrix of 1 to 64 states; it has {a} numbers";
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
                    "the parameter {n}{v} brings the sum of a row of {a} probabilities above 1"
                } else {
                    "the parameter {n}{v} ends a row of {a} probabilities whose sum is below 1"
                };
                return Err(b.refused(key, Some(first.sat_add(at)), *v, text).a(checked::count(width)));
            }
        }
    }
    Ok(())
}

pub(crate) fn forward<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["transition", "emission", "initial"])?;
    let edge = consecutive(b, b.one_edge()?)?;
    b.takes(edge, &[Dtype::U8, Dtype::F32, Dtype::F64])?;
    let (states, transition) = transitions(b)?;
    let count = b.given("emission").len();
    let symbols = edge.shape.dtype == Dtype::U8;
    if (count > 0) != symbols || count.checked_rem(states) != Some(0) {
        let text = "the parameter {n} is for symbols: one row for each of the {a} states, none with likelihoods";
        return Err(b.param_error("emission", text).a(checked::count(states)));
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
    let width = if symbols { 1 } else { states };
    if edge.shape.len.checked_rem(width) != Some(0) {
        let text = "a {n} stage reads rows of a multiple of {a} likelihoods, one for each state, not of {b}";
        return Err(b.error(Status::Graph, text).a(checked::count(states)).b(checked::count(edge.shape.len)));
    }
    let steps = edge.shape.len.checked_div(width).unwrap_or(0);
    let shape = shape(Dtype::F64, checked::mul(steps, checked::add(states, 1)?)?)?;
    let mut spec = StageSpec::new(Forward { transition, emission, initial }, shape);
    spec.revision = b.revision();
    with_state(spec, states)
}

struct Forward<'m> {
    transition: &'m [f64],
    emission: &'m [f64],
    initial: &'m [f64],
}

impl Forward<'_> {
    /// Processes one observation and stores `alpha` and `c` in `y`.
    fn step(&self, p: &mut [f64], likelihood: impl Iterator<Item = f64> + Clone, y: &mut [f64]) {
        let Some((scale, alpha)) = y.split_last_mut() else { return };
        // The sum alone would not show a negative likelihood.
        let valid = likelihood.clone().all(|b| b >= 0.0);
        alpha.iter_mut().zip(p.iter()).zip(likelihood).for_each(|((a, p), b)| *a = p * b);
        let c = alpha.iter().fold(0.0, |s, a| s + a);
        if valid && c.is_finite() && c > 0.0 {
            *scale = c;
            alpha.iter_mut().for_each(|a| *a /= c);
        } else {
            *scale = 0.0;
            alpha.iter_mut().zip(p.iter()).for_each(|(a, p)| *a = *p);
        }
        p.fill(0.0);
        for (a, row) in alpha.iter().zip(self.transition.chunks_exact(self.initial.len().max(1))) {
            p.iter_mut().zip(row).for_each(|(p, t)| *p += a * t);
        }
    }

    fn likelihoods<X: Sample>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let rows = io.input::<X>(0)?;
        let states = self.initial.len().max(1);
        let p = cast_mut::<f64>(io.state).ok_or(Code::MISFIT)?;
        let out = cast_mut::<f64>(io.out).ok_or(Code::MISFIT)?;
        let observations = rows.iter().flat_map(|row| row.chunks_exact(states.max(1)));
        for (y, b) in out.chunks_exact_mut(states.saturating_add(1)).zip(observations) {
            self.step(p, b.iter().map(|b| (*b).into()), y);
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
            let b = self.emission.chunks_exact(width.max(1));
            self.step(p, b.map(|b| b.get(usize::from(*symbol)).copied().unwrap_or(0.0)), y);
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
    let edge = consecutive(b, b.one_edge()?)?;
    b.takes(edge, &[Dtype::F64])?;
    let (states, transition) = transitions(b)?;
    let width = checked::add(states, 1)?;
    if edge.shape.len.checked_rem(width) != Some(0) {
        return Err(b
            .error(Status::Graph, "{n}: rows of {a} elements are not those of an hmm_forward stage of {b} states")
            .a(checked::count(edge.shape.len))
            .b(checked::count(states)));
    }
    let shape = shape(Dtype::F64, checked::mul(edge.shape.len.checked_div(width).unwrap_or(0), states)?)?;
    let mut spec = StageSpec::new(Backward { states, transition, row_len: shape.len }, shape);
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
                    // If the prediction is 0, so is the later posterior.
                    for (p, later) in ratio.iter_mut().zip(later.iter()) {
                        *p = if *p > 0.0 { later / *p } else { 0.0 };
                    }
                    for ((g, a), row) in gamma.iter_mut().zip(alpha).zip(self.transition.chunks_exact(states)) {
                        *g = a * row.iter().zip(ratio.iter()).fold(0.0, |s, (t, r)| s + t * r);
                    }
                }
                later.iter_mut().zip(gamma).for_each(|(l, g)| *l = *g);
            }
        }
        Ok(())
    }
}
