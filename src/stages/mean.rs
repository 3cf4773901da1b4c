//! Mean of each row: `y = sum x[i] / n`.
//!
//! Input: `f32` or `i16` rows. Output: one `f32`. Parameters: none. `f32` is summed in sixteen interleaved partial sums
//! that are added pairwise at the end, so that every processor rounds alike ([`crate::simd`]); `i16` is summed exactly.

use super::rows::number_by_row;
use super::{Build, shape};
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::simd::Level;
use crate::status::Result;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&[])?;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32, Dtype::I16])?;
    let mut spec = StageSpec::new(Mean { level: Level::detect() }, shape(Dtype::F32, 1)?);
    spec.series.unit = edge.series.unit;
    Ok(spec)
}

struct Mean {
    level: Level,
}

impl Kernel for Mean {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match io.input_dtype(0)? {
            Dtype::I16 => number_by_row(io, |row: &[i16]| {
                let sum: i64 = row.iter().fold(0i64, |s, x| s.wrapping_add(i64::from(*x)));
                (sum as f64 / row.len() as f64) as f32
            }),
            _ => number_by_row(io, |row: &[f32]| crate::simd::sum(self.level, row) / row.len() as f32),
        }
    }
}
