//! [`Predictor`]: how a plane is predicted. Chooses, writes and reads it.
#![allow(clippy::arithmetic_side_effects, reason = "costs summed in 64 bits; positions within a plane")]

use super::fixed;
use super::linear::{Linear, MAX_ORDER, MAX_REFS};
use super::solve::Solver;
use super::tables::estimate;
use crate::codec::options::Effort;
use crate::simd::{LANES, Level};
use crate::util::bytes::Reader;
use crate::util::unsigned::Unsigned;

/// The predictor of a plane.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Predictor {
    /// Differences of this order.
    Fixed(usize),
    /// Linear prediction with the plane's own coefficients.
    Linear(Linear),
}

/// First byte of a linear predictor. The first byte of fixed predictors is their order.
const LINEAR: u8 = 4;

/// Samples of a run that estimates read.
const RUN: usize = 128;
/// Below this length, planes have predictors with fewer terms at less than the best effort.
const SHORT: usize = 2048;
/// Samples of a block of the estimate.
const BLOCK: usize = 32;

/// Maximum number of samples that estimates request at a time: a block and the history of the fixed predictors.
pub(crate) const SOME: usize = 3 + BLOCK;

/// Number of earlier planes that have samples.
fn known(refs: &[&[i32]; MAX_REFS]) -> usize {
    refs.iter().take_while(|r| !r.is_empty()).count()
}

impl Predictor {
    /// Computes the residuals of `x` into `e`.
    pub(crate) fn residuals(&self, x: &[i32], refs: &[&[i32]; MAX_REFS], width: u32, e: &mut [i32]) {
        match self {
            Predictor::Fixed(order) => fixed::residuals(x, *order, width, e),
            Predictor::Linear(l) => l.residuals(x, refs, width, e),
        }
    }

    /// Replaces residuals by their samples, in place.
    pub(crate) fn restore(&self, x: &mut [i32], refs: &[&[i32]; MAX_REFS], width: u32) {
        match self {
            Predictor::Fixed(order) => fixed::restore(x, *order, width),
            Predictor::Linear(l) => l.restore(x, refs, width),
        }
    }

    /// Writes the predictor and returns the number of bytes.
    pub(crate) fn write(&self, out: &mut [u8]) -> Option<usize> {
        let (first, rest) = out.split_first_mut()?;
        match self {
            Predictor::Fixed(order) => {
                *first = *order as u8;
                Some(1)
            }
            Predictor::Linear(l) => {
                *first = LINEAR;
                Some(1 + l.write(rest)?)
            }
        }
    }

    /// Reads a predictor; `None` if the bytes are damaged.
    pub(crate) fn read(r: &mut Reader<'_>) -> Option<Self> {
        match r.u8()? {
            order @ 0..LINEAR => Some(Predictor::Fixed(order.into())),
            LINEAR => Linear::read(r).map(Predictor::Linear),
            _ => None,
        }
    }
}

/// The result of a choice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    /// The predictor.
    pub(crate) predictor: Predictor,
    /// Estimated cost of the plane in 1/256 bit.
    pub(crate) cost: u64,
}

/// The length of the runs that estimates read of `n` samples, and the distance between their starts.
fn runs(n: usize, effort: Effort) -> (usize, usize) {
    match n {
        _ if effort == Effort::Best => (RUN, RUN),
        0..=512 => (RUN, RUN),
        // Few samples, spread over the plane.
        513..=4096 if effort == Effort::Default => (BLOCK, 7 * BLOCK),
        513..=4096 => (RUN, 4 * RUN),
        _ => (RUN, 8 * RUN),
    }
}

/// Chooses the best fixed predictor of `n` samples by the cost of some runs.
///
/// `at` loads the samples from a position on.
pub(crate) fn choose_fixed(n: usize, width: u32, effort: Effort, at: &mut dyn FnMut(usize, &mut [i32])) -> Choice {
    let mut costs = [0u64; fixed::MAX_ORDER + 1];
    let mut seen = 0u64;
    let mut from = 0;
    let mut run = [0i32; SOME];
    let level = Level::detect();
    let (length, stride) = runs(n, effort);
    while from < n {
        // Each block of a run is loaded with the three samples before it.
        for start in (from..(from + length).min(n)).step_by(BLOCK) {
            let len = BLOCK.min(n - start);
            let back = start.min(3);
            let Some(to) = run.get_mut(3 - back..3 + len) else { break };
            at(start - back, to);
            let used = run.get(3 - back..3 + len).unwrap_or(&[]);
            fixed::costs(level, used, width, &mut costs);
            seen += (used.len() as u64).sat_sub(3);
        }
        from += stride;
    }
    let (order, cost) = costs.iter().enumerate().min_by_key(|(_, c)| **c).map_or((0, 0), |(o, c)| (o, *c));
    Choice { predictor: Predictor::Fixed(order), cost: if seen == 0 { 0 } else { scale(cost, n as u64, seen) } }
}

/// Scales the cost of `seen` samples to `n` samples.
fn scale(cost: u64, n: u64, seen: u64) -> u64 {
    (u128::from(cost) * u128::from(n) / u128::from(seen.max(1))) as u64
}

/// Estimated cost of a linear predictor and its residuals, in 1/256 bit. `e` is overwritten.
fn linear_cost(l: &Linear, x: &[i32], refs: &[&[i32]; MAX_REFS], width: u32, effort: Effort, e: &mut [i32]) -> u64 {
    let n = x.len();
    let warm = l.warm();
    let mut cost = 0u64;
    let mut seen = 0u64;
    let mut from = 0;
    let (length, stride) = runs(n, effort);
    while from < n {
        let end = (from + length).min(n);
        let start = from.sat_sub(warm);
        let (Some(part), Some(to)) = (x.get(start..end), e.get_mut(start..end)) else { break };
        let mut near = [&[] as &[i32]; MAX_REFS];
        for (to, r) in near.iter_mut().zip(refs) {
            *to = r.get(start..end).unwrap_or(&[]);
        }
        l.residuals(part, &near, width, to);
        for b in to.get(from - start..).unwrap_or(&[]).chunks(BLOCK) {
            let sum = b.iter().map(|v| u64::from(v.unsigned_abs())).sum();
            cost += estimate(sum, b.len() as u32);
            seen += b.len() as u64;
        }
        from += stride;
    }
    let mut buf = [0u8; 256];
    let side = l.write(&mut buf).map_or(u64::MAX >> 8, |n| n as u64 * 8 * 256);
    scale(cost, n as u64, seen) + side
}

/// Chooses the best of the fixed and the linear predictors. `e` is overwritten.
pub(crate) fn choose(
    x: &[i32],
    refs: &[&[i32]; MAX_REFS],
    width: u32,
    effort: Effort,
    reals: &mut [f64],
    e: &mut [i32],
) -> Choice {
    let mut best = choose_fixed(x.len(), width, effort, &mut |from, to| {
        for (to, v) in to.iter_mut().zip(x.get(from..).unwrap_or(&[])) {
            *to = *v;
        }
    });
    if effort == Effort::Fast || x.len() < 48 {
        return best;
    }
    let n = x.len();
    let planes = known(refs);
    let mut attempt = |l: Linear, e: &mut [i32]| {
        let cost = linear_cost(&l, x, refs, width, effort, e);
        if cost < best.cost {
            best = Choice { predictor: Predictor::Linear(l), cost };
        }
    };
    // Own terms, planes and taps accumulated, and the orders solved for.
    let ways: &[(usize, usize, usize, &[usize])] = match (effort, planes) {
        (Effort::Best, 0) => &[(32, 0, 0, &[4, 8, 16, 24, 32])],
        (Effort::Best, _) => {
            &[(32, 0, 0, &[4, 8, 16, 24, 32]), (2, 3, 3, &[1, 2]), (16, 3, 2, &[4, 8, 16]), (16, 3, 3, &[16])]
        }
        // Short planes determine few terms, and each term costs bits.
        (_, 0) if n < SHORT => &[(8, 0, 0, &[4, 8])],
        _ if n < SHORT => &[(8, 0, 0, &[4, 8]), (1, 3, 2, &[1])],
        (_, 0) => &[(16, 0, 0, &[8, 16])],
        _ => &[(16, 0, 0, &[8, 16]), (4, 3, 2, &[1, 4])],
    };
    // At the default effort, only the predictor with the best noise and terms is measured.
    let mut likely: Option<(i64, Linear)> = None;
    for (own, max_planes, taps, orders) in ways {
        if *taps > 0 && effort != Effort::Best && !related(x, refs) {
            continue;
        }
        let Some(mut s) = Solver::new(reals, *own, planes.min(*max_planes), *taps) else { continue };
        accumulate(&mut s, x, refs, *taps > 0, effort);
        for order in *orders {
            let Some(found) = s.solve(*order, *taps > 0) else { continue };
            if effort == Effort::Best {
                attempt(found.predictor, e);
                continue;
            }
            let terms = order + planes.min(*max_planes) * taps;
            // A term costs its bits and time. It has to gain 1/256 bit per sample.
            let bits = i64::from(found.noise / 2) * n as i64 + terms as i64 * (14 * 256 + n as i64);
            if likely.is_none_or(|l| bits < l.0) {
                likely = Some((bits, found.predictor));
            }
        }
    }
    if let Some((_, l)) = likely {
        attempt(l, e);
    }
    best
}

/// Accumulates the products over the plane, or over parts of it at less than the best effort.
fn accumulate(s: &mut Solver<'_>, x: &[i32], refs: &[&[i32]; MAX_REFS], crossed: bool, effort: Effort) {
    let n = x.len();
    if effort == Effort::Best || n <= 512 {
        s.accumulate(x, refs, 0..n);
        return;
    }
    // Other planes have more products to add up and less to gain.
    let part = if n >= 8192 || crossed { 4 } else { 2 };
    let parts = if n < SHORT { 2 } else { 4 };
    // Whole rounds of the partial sums, after the history of the first samples.
    let len = (n / parts / part) & !(LANES - 1);
    for k in 0..parts {
        let from = (k * (n / parts)).max(MAX_ORDER);
        s.accumulate(x, refs, from..from + len);
    }
}

/// Samples of each run that [`related`] reads, and the number of runs.
const NEAR: usize = 64;
const RUNS: usize = 4;

/// Whether one of the planes before may improve the prediction of this one.
///
/// The squared correlation of their differences, in the same row or one row later, has to exceed 1/24. Short planes
/// need 1/10, because less does not outweigh the cost of the terms.
fn related(x: &[i32], refs: &[&[i32]; MAX_REFS]) -> bool {
    let n = x.len();
    if n <= RUNS * (NEAR + 2) {
        return true;
    }
    let differences = |p: &[i32], from: usize| {
        let mut d = [0.0f64; NEAR + 1];
        let near = p.get(from..from + NEAR + 2).unwrap_or(&[]);
        for (to, w) in d.iter_mut().zip(near.array_windows()) {
            let [a, b]: &[i32; 2] = w;
            *to = f64::from(*b) - f64::from(*a);
        }
        d
    };
    let starts: [usize; RUNS] = core::array::from_fn(|k| k * (n - NEAR - 2) / (RUNS - 1));
    let own = starts.map(|from| differences(x, from));
    let xx = own.iter().flat_map(|d| d.iter().skip(1)).fold(0.0, |sum, v| sum + v * v);
    refs.iter().take_while(|r| !r.is_empty()).any(|r| {
        let (mut rr, mut now, mut later) = (0.0, 0.0, 0.0);
        for (dx, from) in own.iter().zip(starts) {
            let dr = differences(r, from);
            for ((v, r), before) in dx.iter().skip(1).zip(dr.iter().skip(1)).zip(&dr) {
                rr += r * r;
                now += v * r;
                later += v * before;
            }
        }
        let min = xx * rr / if n < SHORT { 10.0 } else { 24.0 };
        now * now > min || later * later > min
    })
}
