//! Rows of several edges one after another: `y = x_0, x_1, ...`, so that one request returns several results.
//!
//! Input: 2 to 16 edges of the same type, of any lengths, without halo. Output: rows of the sum of the lengths:
//! `numpy.concatenate([x0, x1, ...])`. The row has several lists: `band` selects one for a further stage.

use super::{Build, shape};
use crate::checked;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::series::{Axis, Series};
use crate::status::{Error, Result, Status};
use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&[])?;
    let first = b.several_edges()?;
    let mut len = 0;
    for edge in b.edges {
        if edge.shape.dtype != first.shape.dtype {
            let text = "stage {n}: rows of {m} differ from those of the first edge in type";
            return b.named(*edge, Err(Error::new(Status::Graph, text)));
        }
        len = checked::add(len, edge.shape.len)?;
    }
    let mut spec = StageSpec::new(Join, shape(first.shape.dtype, len)?);
    spec.series = Series { axis: Axis::Record, ..Series::new(len) };
    Ok(spec)
}

struct Join;

impl Kernel for Join {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let len = io.edges.iter().fold(0usize, |sum, e| sum.sat_add(e.shape.bytes()));
        for (i, y) in io.out.chunks_exact_mut(len.max(1)).enumerate() {
            let mut rest = y;
            for edge in io.edges {
                let (to, after) = rest.split_at_mut_checked(edge.shape.bytes()).ok_or(Code::MISFIT)?;
                let start = i.sat_mul(edge.row_stride);
                to.put(edge.bytes.get(start..start.sat_add(to.len())).ok_or(Code::MISFIT)?);
                rest = after;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan::testing::{Edge, register, run};
    use std::vec::Vec;

    #[test]
    fn rows_follow_each_other_in_the_order_of_the_edges() {
        let (x, y): (Vec<u32>, Vec<u32>) = ((0..21).collect(), (100..107).collect());
        let got: Vec<u32> = run("join", &[], &[Edge::rows(&x, 3), Edge::rows(&y, 1), Edge::rows(&x, 3)]);
        let want: Vec<u32> =
            (0..7).flat_map(|t| [3 * t, 3 * t + 1, 3 * t + 2, 100 + t, 3 * t, 3 * t + 1, 3 * t + 2]).collect();
        assert_eq!(got, want);
        let odd: Vec<f32> = run("join", &[], &[Edge::rows(&[f32::NAN, 1.0], 1), Edge::rows(&[-0.0f32, 2.0], 1)]);
        assert_eq!(odd.iter().map(|v| v.to_bits()).collect::<Vec<_>>(), [f32::NAN, -0.0, 1.0, 2.0].map(f32::to_bits));
    }

    #[test]
    fn unlike_edges_are_refused() {
        let x = Edge::rows(&[0f32; 12], 4);
        let refused = |edges: &[Edge]| register("join", &[], edges).is_err();
        assert!(refused(core::slice::from_ref(&x)));
        assert!(refused(&[x.clone(), Edge::rows(&[0f64; 12], 4)]));
        assert!(refused(&[x.clone(), x.clone().halo(0, 1)]));
        assert!(!refused(&[x.clone(), Edge::rows(&[0f32; 6], 2)]));
    }
}
