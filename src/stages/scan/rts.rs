//! Rauch-Tung-Striebel smoother over the rows of a `kalman` stage, a reverse scan; Rauch, Tung and Striebel, Maximum
//! likelihood estimates of linear dynamic systems, AIAA Journal 3 (1965):
//! ```text
//! c = P F' (F P F' + Q)^-1
//! x = x + c (later x - F x);  P = P - c (F P F' + Q) c' + c later P c'
//! ```
//! Covariances may be singular: `Q` 0 or of low rank, states that are known or tied to each other. `c` is the regression
//! of `x` on the state one step later, computed from factors of `P` and `Q` ([`super::matrix::regression`]): no covariance
//! is inverted or subtracted, and a direction counts as without variance below 1e-12 of the variances. Input: rows of a
//! `kalman` stage. Output: the smoothed estimate of each measurement, `x` and the upper triangle of `P` in the layout
//! of `kalman`. The last estimate of the range is unchanged.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | those of `kalman` | the same values as there; only `F` and `Q` (or `dt` and `q`) are used |
//! | `covariance` | 0: the output is `x` alone; default 1 |
//! | `precision` | 32 or 64: bits of a result; default 64 |
//!
//! State: the later estimate, `x` and triangle of `P`, then 1 once it has a value. An estimate whose smoothed one is not
//! finite is unchanged, and so are the rows before it as if the range ended there.

use super::kalman::{dynamics, measurement, model, record};
use super::matrix::{congruent, factors, finite, minus, plus, regression, sum, symmetric, times, triangle, vector};
use super::numbers::Results;
use super::{precision, with_state};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::series::Series;
use crate::stages::params::POSITIVE;
use crate::stages::{Build, shape};
use crate::status::{Result, Status};
use crate::util::unsigned::Unsigned;

pub(crate) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["transition", "process", "observe", "dt", "q", "r", "x0", "p0", "covariance", "precision"])?;
    let edge = b.one_edge()?;
    b.takes(edge, &[Dtype::F64])?;
    let (d, dynamics) = dynamics(b)?;
    b.consecutive(edge, record(d))?;
    measurement(b, d)?;
    b.optional("r", &POSITIVE)?;
    if edge.shape.len.checked_rem(record(d)) != Some(0) {
        return Err(b
            .error(
                Status::Graph,
                "stage {m}: {n} of {b} states reads rows of kalman with the same model, not of {a} elements",
            )
            .a(checked::count(edge.shape.len))
            .b(checked::count(d)));
    }
    let steps = edge.shape.len.checked_div(record(d)).unwrap_or(0);
    let each = if b.count("covariance", Some(1), 0, 1)? == 1 { record(d) } else { d };
    let shape = shape(precision(b, Dtype::F64)?, checked::mul(steps, each)?)?;
    let kernel = Rts { d, each, row_len: shape.len, dynamics, wide: shape.dtype == Dtype::F64 };
    let mut spec = StageSpec::new(kernel, shape);
    spec.series = Series::interleaved(spec.shape.len, each);
    spec.reverse = true;
    spec.revision = b.revision();
    with_state(spec, checked::add(record(d), 1)?)
}

/// Maximum numbers in an estimate: those of four states.
const MAX_RECORD: usize = 14;

struct Rts<'m> {
    d: usize,
    /// Results for each measurement.
    each: usize,
    row_len: usize,
    /// `F` and `Q`.
    dynamics: &'m [f64],
    /// Results are `f64`, else `f32`.
    wide: bool,
}

impl Rts<'_> {
    fn rows<const N: usize>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let rows = io.input::<f64>(0)?;
        let (f, q) = model::<N>(self.dynamics);
        let noise = factors(&q);
        let state = cast_mut::<f64>(io.state).ok_or(Code::MISFIT)?;
        let (started, state) = state.split_last_mut().ok_or(Code::MISFIT)?;
        let mut numbers = state.iter().copied();
        let (mut later, mut covariance) = (vector::<N>(&mut numbers), symmetric::<N>(&mut numbers));
        let mut results = Results::new(io.out, self.wide)?;
        for i in (0..io.rows).rev() {
            let row = i.sat_mul(self.row_len);
            for (k, estimate) in rows.row(i).chunks_exact(record(N)).enumerate().rev() {
                let mut numbers = estimate.iter().copied();
                let (mut x, mut p) = (vector::<N>(&mut numbers), symmetric::<N>(&mut numbers));
                if *started != 0.0 {
                    let (gain, rest) = regression(&f, &factors(&p), &noise);
                    let smoothed = plus(&x, &times(&gain, &minus(&later, &times(&f, &x))));
                    let spread = sum(&rest, &congruent(&gain, &covariance));
                    if finite(&smoothed, &spread) {
                        (x, p) = (smoothed, spread);
                    }
                }
                *started = 1.0;
                // Makes both triangles equal, as in a state that was stored and restored.
                (later, covariance) = (x, symmetric(&mut triangle(&p)));
                let numbers = x.into_iter().chain(triangle(&p));
                let mut y = [0.0; MAX_RECORD];
                y.iter_mut().zip(numbers).for_each(|(y, v)| *y = v);
                let at = row.sat_add(k.sat_mul(self.each));
                results.put(at, y.get(..self.each).unwrap_or(&[]));
            }
        }
        state.iter_mut().zip(later.into_iter().chain(triangle(&covariance))).for_each(|(s, v)| *s = v);
        Ok(())
    }
}

impl Kernel for Rts<'_> {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match self.d {
            1 => self.rows::<1>(io),
            2 => self.rows::<2>(io),
            3 => self.rows::<3>(io),
            _ => self.rows::<4>(io),
        }
    }
}
