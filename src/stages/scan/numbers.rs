//! Samples and results as `f64`, a chunk at a time: the code in between is compiled once, not for each pair of types.

use super::sample::{Real, Sample};
use crate::dtype::Dtype;
use crate::kernel::{Code, EdgeRows, StageIo};
use crate::mem::{Complex32, cast_mut};
use crate::util::unsigned::Unsigned;

/// Numbers converted at a time.
pub(super) const CHUNK: usize = 64;

/// The samples of the first edge in order; of a complex one its real part, then its imaginary part.
pub(super) struct Numbers<'a> {
    edge: EdgeRows<'a>,
    row: usize,
    /// Elements of the row already read.
    at: usize,
    /// Factor of the samples.
    scale: f64,
    chunk: [f64; CHUNK],
}

impl<'a> Numbers<'a> {
    /// Starts at the first row. Real samples are multiplied by `scale`.
    pub(super) fn new(io: &StageIo<'a>, scale: f64) -> Result<Self, Code> {
        Ok(Numbers { edge: *io.edges.first().ok_or(Code::MISFIT)?, row: 0, at: 0, scale, chunk: [0.0; CHUNK] })
    }

    /// The next samples of a row; none after the last row.
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub(super) fn chunk(&mut self) -> Result<&[f64], Code> {
        let n = match self.edge.shape.dtype {
            Dtype::F32 => self.take::<f32>()?,
            Dtype::F64 => self.take::<f64>()?,
            Dtype::C32 => self.take_complex()?,
            _ => self.take::<i16>()?,
        };
        Ok(self.chunk.get(..n).unwrap_or(&[]))
    }

    fn take<X: Sample>(&mut self) -> Result<usize, Code> {
        let rows = self.edge.typed::<X>()?;
        while self.row < rows.count() {
            let rest = rows.row(self.row).get(self.at..).unwrap_or(&[]);
            if !rest.is_empty() {
                self.chunk.iter_mut().zip(rest).for_each(|(to, x)| *to = (*x).into() * self.scale);
                let n = rest.len().min(CHUNK);
                self.at = self.at.sat_add(n);
                return Ok(n);
            }
            (self.row, self.at) = (self.row.sat_add(1), 0);
        }
        Ok(0)
    }

    fn take_complex(&mut self) -> Result<usize, Code> {
        let rows = self.edge.typed::<Complex32>()?;
        let pairs = self.chunk.as_chunks_mut::<2>().0;
        while self.row < rows.count() {
            let rest = rows.row(self.row).get(self.at..).unwrap_or(&[]);
            if !rest.is_empty() {
                pairs.iter_mut().zip(rest).for_each(|(to, x)| *to = [x.re.into(), x.im.into()]);
                let n = rest.len().min(pairs.len());
                self.at = self.at.sat_add(n);
                return Ok(n.sat_mul(2));
            }
            (self.row, self.at) = (self.row.sat_add(1), 0);
        }
        Ok(0)
    }
}

/// The rows of a call, which results are rounded to.
pub(super) enum Results<'a> {
    F32(&'a mut [f32]),
    F64(&'a mut [f64]),
}

impl<'a> Results<'a> {
    /// Results in `out`, of `f64` if `wide`, else of `f32`.
    pub(super) fn new(out: &'a mut [u8], wide: bool) -> Result<Self, Code> {
        let typed = if wide { cast_mut(out).map(Results::F64) } else { cast_mut(out).map(Results::F32) };
        typed.ok_or(Code::MISFIT)
    }

    /// Stores numbers, the first at element `at`.
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub(super) fn put(&mut self, at: usize, numbers: &[f64]) {
        match self {
            Results::F32(out) => rounded(out, at, numbers),
            Results::F64(out) => rounded(out, at, numbers),
        }
    }
}

fn rounded<Y: Real>(out: &mut [Y], at: usize, numbers: &[f64]) {
    let out = out.get_mut(at..).unwrap_or(&mut []);
    out.iter_mut().zip(numbers).for_each(|(y, v)| *y = Y::rounded(*v));
}
