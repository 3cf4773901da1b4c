//! Elements `from .. to` of each row (`to` exclusive): a band of bins of a spectrum, or part of a window.
//!
//! Input: rows of any type. Output: rows of `to - from` elements of the same type.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `from` | first element; default 0 |
//! | `to` | end, exclusive; default: length of the row |

use super::{Build, shape};
use crate::checked;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::status::{Error, Result, Status};
use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["from", "to"])?;
    let edge = b.one_edge()?;
    let len = checked::count(edge.shape.len);
    let from = b.count("from", Some(0), 0, len.sat_sub(1))?;
    let to = b.count("to", Some(len), from.sat_add(1), len)?;
    let part = edge.series.part(edge.shape.len, checked::size(from)?..checked::size(to)?);
    let Some(series) = part else {
        return b.named(edge, Err(Error::new(Status::Graph, MIXED).a(edge.series.channels)));
    };
    let shape = shape(edge.shape.dtype, checked::size(to.sat_sub(from))?)?;
    let skip = checked::mul(checked::size(from)?, edge.shape.dtype.size())?;
    let mut spec = StageSpec::new(Band { skip, bytes: shape.bytes() }, shape);
    spec.series = series;
    spec.revision = b.revision();
    Ok(spec)
}

const MIXED: &str =
    "stage {n}: samples of {m} have {a} channels: from and to are multiples of it, or put a channel stage before";

struct Band {
    /// Bytes of a row before the band.
    skip: usize,
    /// Bytes of the band.
    bytes: usize,
}

impl Kernel for Band {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let edge = io.edges.first().ok_or(Code::MISFIT)?;
        for (i, y) in io.out.chunks_exact_mut(self.bytes.max(1)).take(io.rows).enumerate() {
            let start = i.sat_mul(edge.row_stride).sat_add(self.skip);
            let band = edge.bytes.get(start..start.sat_add(y.len())).ok_or(Code::MISFIT)?;
            y.put(band);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, register, run, signal};
    use std::vec::Vec;

    #[test]
    fn the_band_is_cut_from_every_row() {
        let x = signal(60, 1);
        let input = Input { stride: 3, ..Input::rows(&x, 9) };
        for (from, to) in [(0usize, 9usize), (0, 1), (8, 9), (2, 7)] {
            let got: Vec<f32> = run("band", &[("from", &[from as f64]), ("to", &[to as f64])], &input);
            let want: Vec<f32> = x.windows(9).step_by(3).flat_map(|r| r[from..to].to_vec()).collect();
            assert_eq!(got, want);
        }
        let x: Vec<i16> = (0..20).collect();
        assert_eq!(run::<i16, i16>("band", &[("from", &[8.0])], &Input::rows(&x, 10)), [8, 9, 18, 19]);
        for (from, to) in [(5.0, 5.0), (0.0, 11.0), (10.0, 10.0), (6.0, 3.0), (0.5, 2.0)] {
            let params: &[(&str, &[f64])] = &[("from", &[from]), ("to", &[to])];
            assert!(register("band", params, Input::rows(&x, 10).edge(), false).is_err(), "{from} {to}");
        }
    }
}
