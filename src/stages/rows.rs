//! Loops over the rows of a call, for stages that compute each output row from one input row.

use crate::dtype::Element;
use crate::kernel::{Code, StageIo};

/// Calls `f` with the place of each output row and the input row. Output rows have `len` elements, or the length of an
/// input row.
#[inline(always)]
pub(super) fn row_by_row<X: Element, Y: Element>(
    io: &mut StageIo<'_>,
    len: Option<usize>,
    f: impl Fn(&mut [Y], &[X]),
) -> Result<(), Code> {
    let rows = io.input::<X>(0)?;
    let len = len.unwrap_or(rows.row_len());
    for (y, row) in io.output::<Y>()?.chunks_exact_mut(len.max(1)).zip(rows.iter()) {
        f(y, row);
    }
    Ok(())
}

/// One number of each row.
#[inline(always)]
pub(super) fn number_by_row<X: Element, Y: Element>(io: &mut StageIo<'_>, f: impl Fn(&[X]) -> Y) -> Result<(), Code> {
    let rows = io.input::<X>(0)?;
    for (y, row) in io.output::<Y>()?.iter_mut().zip(rows.iter()) {
        *y = f(row);
    }
    Ok(())
}

/// One number of each element.
#[inline(always)]
pub(super) fn number_by_element<X: Element, Y: Element>(io: &mut StageIo<'_>, f: impl Fn(X) -> Y) -> Result<(), Code> {
    row_by_row(io, None, |y: &mut [Y], row: &[X]| y.iter_mut().zip(row).for_each(|(y, x)| *y = f(*x)))
}
