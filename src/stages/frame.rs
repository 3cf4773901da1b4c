//! Windows of consecutive rows, gathered after a filter: each row is the rows `t hop - lookback` to `t hop + lookahead`
//! of its edge, one after another.
//!
//! Input: consecutive rows of `n` elements of any type, with any number of channels; the edge has the lookback or the
//! lookahead. Output: rows of `(lookback + 1 + lookahead) n` elements of the same type. With `m` rows gathered, rows are
//! those of an input with a window of `m` and a hop of `hop` rows of samples: `numpy.lib.stride_tricks.
//! sliding_window_view(x, m n)[::hop n]`. Rows before the first and after the last one have the boundary of the edge.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `hop` | rows of the edge from one row to the next, 1 to 2^20; default 1 |

use super::{Build, shape};
use crate::checked;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::status::Result;
use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["hop"])?;
    let edge = b.edge_with_halo()?;
    let hop = b.count("hop", Some(1), 1, 1 << 20)?;
    b.consecutive(edge, edge.channels())?;
    let shape = shape(edge.shape.dtype, checked::mul(edge.shape.len, edge.rows())?)?;
    let mut spec = StageSpec::new(Frame { row: edge.shape.bytes(), bytes: shape.bytes() }, shape);
    spec.stride = u32::try_from(hop).unwrap_or(u32::MAX);
    spec.series = edge.series.every(hop);
    spec.revision = b.revision();
    Ok(spec)
}

struct Frame {
    /// Bytes of a row of the edge.
    row: usize,
    /// Bytes of a row.
    bytes: usize,
}

impl Kernel for Frame {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let edge = io.edges.first().ok_or(Code::MISFIT)?;
        if edge.row_stride != self.row {
            return Err(Code::MISFIT);
        }
        let step = edge.step.sat_mul(self.row);
        for (i, y) in io.out.chunks_exact_mut(self.bytes.max(1)).take(io.rows).enumerate() {
            let start = i.sat_mul(step);
            y.put(edge.bytes.get(start..start.sat_add(self.bytes)).ok_or(Code::MISFIT)?);
        }
        Ok(())
    }
}
