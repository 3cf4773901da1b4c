//! Samples and results as `f64`, some at a time: what computes in between is compiled once, and not for each pair of types.

use super::{Real, Sample};
use crate::dtype::Dtype;
use crate::kernel::{Code, EdgeRows, StageIo};
use crate::mem::{Complex32, cast_mut};
use crate::util::unsigned::Unsigned;

/// Numbers converted in one go.
pub(super) const SOME: usize = 64;

/// The samples of the first edge in turn; of complex ones both parts, one after the other.
pub(super) struct Numbers<'a> {
    edge: EdgeRows<'a>,
    row: usize,
    /// Elements of the row that were taken.
    at: usize,
    some: [f64; SOME],
}

impl<'a> Numbers<'a> {
    /// From the first row on.
    pub(super) fn new(io: &StageIo<'a>) -> Result<Self, Code> {
        Ok(Numbers { edge: *io.edges.first().ok_or(Code::MISFIT)?, row: 0, at: 0, some: [0.0; SOME] })
    }

    /// The next ones; none behind the last.
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub(super) fn some(&mut self) -> Result<&[f64], Code> {
        let n = match self.edge.shape.dtype {
            Dtype::F32 => self.take::<f32>()?,
            Dtype::F64 => self.take::<f64>()?,
            Dtype::C32 => self.take_complex()?,
            _ => self.take::<i16>()?,
        };
        Ok(self.some.get(..n).unwrap_or(&[]))
    }

    fn take<X: Sample>(&mut self) -> Result<usize, Code> {
        let rows = self.edge.typed::<X>()?;
        while self.row < rows.count() {
            let rest = rows.row(self.row).get(self.at..).unwrap_or(&[]);
            if !rest.is_empty() {
                self.some.iter_mut().zip(rest).for_each(|(to, x)| *to = (*x).into());
                let n = rest.len().min(SOME);
                self.at = self.at.sat_add(n);
                return Ok(n);
            }
            (self.row, self.at) = (self.row.sat_add(1), 0);
        }
        Ok(0)
    }

    fn take_complex(&mut self) -> Result<usize, Code> {
        let rows = self.edge.typed::<Complex32>()?;
        let pairs = self.some.as_chunks_mut::<2>().0;
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

/// Where results go, rounded to the type of the rows.
pub(super) enum Results<'a> {
    F32(&'a mut [f32]),
    F64(&'a mut [f64]),
}

impl<'a> Results<'a> {
    /// Into the rows of a call; `wide`: they are of `f64`.
    pub(super) fn new(out: &'a mut [u8], wide: bool) -> Result<Self, Code> {
        let typed = if wide { cast_mut(out).map(Results::F64) } else { cast_mut(out).map(Results::F32) };
        typed.ok_or(Code::MISFIT)
    }

    /// Puts numbers from element `at` on.
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
