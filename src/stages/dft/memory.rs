//! The memory of a call, and a transform of a power of two of elements in it.

use crate::kernel::Code;
use crate::simd::{self, Level};

/// Memory of a call.
pub(in crate::stages) struct Memory<'a> {
    pub(in crate::stages) row: &'a mut [f32],
    pub(in crate::stages) z: &'a mut [f32],
    pub(in crate::stages) work: &'a mut [f32],
    pub(in crate::stages) turns: &'a [f32],
}

/// The elements of a transform, which has real and imaginary parts apart where [`simd::stockham`] computes it.
pub(in crate::stages) fn bins(z: &[f32], size: usize) -> impl Iterator<Item = [f32; 2]> {
    let (from, step) = if simd::VECTORS { (size, 1) } else { (1, 2) };
    let im = z.get(from..).unwrap_or(&[]).iter().step_by(step);
    z.iter().step_by(step).zip(im).map(|(re, im)| [*re, *im]).take(size)
}

impl Memory<'_> {
    /// Transforms the row times `scale` into `z`.
    pub(in crate::stages) fn transform(&mut self, level: Level, size: usize, scale: Option<f64>) -> Result<(), Code> {
        if simd::VECTORS {
            let (re, im) = self.z.split_at_mut_checked(size).ok_or(Code::MISFIT)?;
            simd::stockham(level, re, im, self.work, self.row, scale, self.turns);
        } else {
            simd::stockham_plain(self.z, self.work, self.row, scale, self.turns);
        }
        Ok(())
    }

    /// The elements of the row.
    pub(in crate::stages) fn elements(&mut self) -> &mut [[f32; 2]] {
        self.row.as_chunks_mut().0
    }
}
