//! Mean of each row: `y = (1/n) * sum x[i]`.
//!
//! Takes `f32` or `i16` rows, puts out one `f32`. No parameters. The sum runs in sixteen interleaved partial sums,
//! added pairwise at the end, so that every processor rounds alike ([`crate::simd`]).

use super::{Build, shape};
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::simd::Level;
use crate::status::Result;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&[])?;
    let edge = b.one_edge()?;
    b.takes(edge, &[Dtype::F32, Dtype::I16])?;
    Ok(StageSpec::new(Mean { level: Level::detect() }, shape(Dtype::F32, 1)?))
}

struct Mean {
    level: Level,
}

impl Kernel for Mean {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match io.input_dtype(0)? {
            Dtype::I16 => {
                let rows = io.input::<i16>(0)?;
                for (y, row) in io.output::<f32>()?.iter_mut().zip(rows.iter()) {
                    let sum: i64 = row.iter().fold(0i64, |s, x| s.wrapping_add(i64::from(*x)));
                    *y = (sum as f64 / row.len() as f64) as f32;
                }
            }
            _ => {
                let rows = io.input::<f32>(0)?;
                for (y, row) in io.output::<f32>()?.iter_mut().zip(rows.iter()) {
                    *y = crate::simd::sum(self.level, row) / row.len() as f32;
                }
            }
        }
        Ok(())
    }
}
