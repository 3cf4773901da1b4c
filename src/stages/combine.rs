//! Rows of several edges combined element by element: `edge_sum`, `edge_mean`, `edge_max`, `edge_min`.
//!
//! `y[i] = sum over e of x_e[i]`, and so on: `numpy.sum([x0, x1, ...], axis=0)` of `f64`, rounded once. Input: 2 to 16
//! edges with rows of the same type (`f32`, `f64` or `i16`), length, channels and step. Output: rows of the same
//! length, `f64` for `f64` input, else `f32`. Sums run in `f64` in the order of the edges. A NaN gives NaN. Both zeros
//! are +0 in `edge_max` and `edge_min`.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `scale` | factor of the elements, above 0; default 1. The result is multiplied before it is rounded |

use super::{Build, shape};
use crate::checked;
use crate::dtype::{Dtype, Element};
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::series::Unit;
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;

pub(super) fn sum<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    build(b, Of::Sum)
}

pub(super) fn mean<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    build(b, Of::Mean)
}

pub(super) fn max<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    build(b, Of::Max)
}

pub(super) fn min<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    build(b, Of::Min)
}

const UNLIKE: &str = "stage {n}: rows of {m} differ from those of the first edge in type, length, channels or step";

fn build<'m>(b: &mut Build<'_, 'm>, of: Of) -> Result<StageSpec<'m>> {
    b.allow(&["scale"])?;
    let first = b.several_edges()?;
    let mut series = first.series;
    for edge in b.edges {
        let unit = edge.series.unit;
        if edge.shape != first.shape || edge.series.of(first.series.unit) != first.series {
            return b.named(*edge, Err(Error::new(Status::Graph, UNLIKE)));
        }
        series.unit = if unit == series.unit { unit } else { Unit::Other };
    }
    b.takes(first, &[Dtype::F32, Dtype::F64, Dtype::I16])?;
    let wide = first.shape.dtype == Dtype::F64;
    let rows = shape(if wide { Dtype::F64 } else { Dtype::F32 }, first.shape.len)?;
    let count = checked::count(b.edges.len()) as f64;
    let divisor = if matches!(of, Of::Mean) { count } else { 1.0 };
    let mut spec = StageSpec::new(Combine { of, divisor, scale: b.scale()? }, rows);
    spec.series = series;
    spec.revision = b.revision();
    Ok(spec)
}

#[derive(Clone, Copy)]
enum Of {
    Sum,
    Mean,
    Max,
    Min,
}

struct Combine {
    of: Of,
    divisor: f64,
    scale: f64,
}

/// Elements combined at a time.
const CHUNK: usize = 64;

impl Combine {
    /// Combines an element with those of the edges before.
    fn with(&self, y: f64, x: f64) -> f64 {
        let better = match self.of {
            Of::Sum | Of::Mean => return y + x,
            Of::Max => x > y,
            Of::Min => x < y,
        };
        if better || x.is_nan() { x } else { y }
    }

    /// The number of an element, before it is rounded.
    fn finish(&self, y: f64) -> f64 {
        let zero = if matches!(self.of, Of::Max | Of::Min) { 0.0 } else { -0.0 };
        if y.is_nan() { f64::NAN } else { (y + zero) / self.divisor * self.scale }
    }

    fn rows<X: Element + Into<f64>, Y: Element>(&self, io: &mut StageIo<'_>, round: fn(f64) -> Y) -> Result<(), Code> {
        let len = io.edges.first().map_or(0, |e| e.shape.len).max(1);
        let out = cast_mut::<Y>(io.out).ok_or(Code::MISFIT)?;
        for (i, y) in out.chunks_exact_mut(len).enumerate() {
            for (c, y) in y.chunks_mut(CHUNK).enumerate() {
                let at = c.sat_mul(CHUNK);
                let mut held = [0f64; CHUNK];
                for (e, edge) in io.edges.iter().enumerate() {
                    let rows = edge.typed::<X>()?;
                    let x = rows.row(i).get(at..).unwrap_or(&[]);
                    if e == 0 {
                        held.iter_mut().zip(x).for_each(|(h, x)| *h = (*x).into());
                    } else {
                        held.iter_mut().zip(x).for_each(|(h, x)| *h = self.with(*h, (*x).into()));
                    }
                }
                y.iter_mut().zip(held).for_each(|(y, h)| *y = round(self.finish(h)));
            }
        }
        Ok(())
    }
}

impl Kernel for Combine {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match io.input_dtype(0)? {
            Dtype::F64 => self.rows::<f64, f64>(io, |v| v),
            Dtype::F32 => self.rows::<f32, f32>(io, |v| v as f32),
            _ => self.rows::<i16, f32>(io, |v| v as f32),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan::testing::{Edge, run as run_rows};
    use super::super::testing::signal;
    use std::vec::Vec;

    #[test]
    fn elements_of_all_edges_are_combined() {
        let (x, y, z) = (signal(600, 1), signal(600, 2), signal(600, 3));
        let edges = [Edge::rows(&x, 100), Edge::rows(&y, 100), Edge::rows(&z, 100)];
        let all = |f: &dyn Fn(f64, f64, f64) -> f64| -> Vec<f32> {
            (0..600).map(|i| f(x[i].into(), y[i].into(), z[i].into()) as f32).collect()
        };
        assert_eq!(run_rows::<f32>("edge_sum", &[], &edges), all(&|x, y, z| x + y + z));
        assert_eq!(run_rows::<f32>("edge_sum", &[("scale", &[0.3])], &edges), all(&|x, y, z| (x + y + z) * 0.3));
        assert_eq!(run_rows::<f32>("edge_mean", &[], &edges), all(&|x, y, z| (x + y + z) / 3.0));
        assert_eq!(run_rows::<f32>("edge_max", &[], &edges), all(&|x, y, z| x.max(y).max(z)));
        assert_eq!(run_rows::<f32>("edge_min", &[], &edges), all(&|x, y, z| x.min(y).min(z)));
        let ints = [Edge::rows(&[i16::MAX, -3], 2), Edge::rows(&[i16::MAX, -4], 2)];
        assert_eq!(run_rows::<f32>("edge_sum", &[], &ints), [65534.0, -7.0]);
        let wide = [Edge::rows(&[1e300, f64::NAN], 1), Edge::rows(&[-1e300, 1.0], 1)];
        let min: Vec<f64> = run_rows("edge_min", &[], &wide);
        assert!(min[0] == -1e300 && min[1].is_nan());
    }

    #[test]
    fn unlike_edges_are_refused() {
        let (x, y) = (Edge::rows(&[0f32; 12], 4), Edge::rows(&[0f32; 12], 6));
        let refused = |edges: &[Edge]| super::super::scan::testing::register("edge_sum", &[], edges).is_err();
        assert!(refused(core::slice::from_ref(&x)));
        assert!(refused(&[x.clone(), y]));
        assert!(refused(&[x.clone(), Edge::rows(&[0f64; 12], 4)]));
        assert!(refused(&[x.clone(), x.clone().halo(1, 0)]));
        assert!(!refused(&[x.clone(), x]));
    }
}
