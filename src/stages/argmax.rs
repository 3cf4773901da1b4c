//! Position of the largest element of each row: `y = min { k : x[k] = max x }`, as `numpy.nanargmax`.
//!
//! Input: `f32` rows. Output: one `u32`. Parameters: none. The first of equal elements counts; -0 equals +0. NaN counts
//! as below all numbers, -inf included. A row of only NaN gives 0.

use super::rows::number_by_row;
use super::{Build, shape};
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::simd::{self, Level};
use crate::status::Result;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&[])?;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32])?;
    Ok(StageSpec::new(Argmax { level: Level::detect() }, shape(Dtype::U32, 1)?))
}

struct Argmax {
    level: Level,
}

impl Kernel for Argmax {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        number_by_row(io, |row: &[f32]| simd::argmax(self.level, row) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, run, signal};
    use std::vec::Vec;

    #[test]
    fn the_first_largest_element_counts_and_nan_does_not() {
        for n in [1, 2, 3, 16, 61, 64, 200] {
            let mut x = signal(9 * n, 4);
            // Few distinct values, so that some are equal, and some NaN.
            x.iter_mut().enumerate().for_each(|(i, v)| *v = if i % 11 == 3 { f32::NAN } else { (*v * 4.0).round() });
            let want: Vec<u32> = x
                .chunks(n)
                .map(|row| {
                    let mut best = 0;
                    for (k, v) in row.iter().enumerate() {
                        if row[best].is_nan() && !v.is_nan() || *v > row[best] {
                            best = k;
                        }
                    }
                    best as u32
                })
                .collect();
            assert_eq!(run::<f32, u32>("argmax", &[], &Input::rows(&x, n)), want, "{n}");
        }
    }
}
