//! The work memory that the codecs share: bytes, cast to the types that the codec in use needs.

use crate::codec::numeric;
use crate::codec::numeric::{DecodeWork, EncodeWork};
use crate::mem::cast_mut;

/// Alignment of the parts in bytes.
const ALIGN: usize = 8;
/// Bytes that alignment can cost.
const SLACK: usize = ALIGN - 1;

/// `len` bytes, rounded up to the alignment, plus the bytes that alignment can cost.
pub(in crate::codec) const fn room(len: usize) -> usize {
    len.next_multiple_of(ALIGN).saturating_add(SLACK)
}

/// The aligned part of memory of [`room`] bytes.
pub(in crate::codec) fn aligned(bytes: &mut [u8], room: usize) -> Option<&mut [u8]> {
    let len = room.checked_sub(SLACK)?;
    // One of eight consecutive starts is aligned.
    let skip = (0..ALIGN).find(|skip| {
        let part = skip.checked_add(len).and_then(|end| bytes.get_mut(*skip..end));
        part.is_some_and(|p| cast_mut::<u64>(p).is_some())
    })?;
    bytes.get_mut(skip..skip.checked_add(len)?)
}

/// Bytes that the numeric encoder needs for `cells` cells and `past` cells of the history.
pub(in crate::codec) const fn numeric_bytes(cells: usize, past: usize) -> usize {
    cells.saturating_add(past).saturating_mul(4).saturating_add(numeric::ENCODE_REALS.saturating_mul(8))
}

/// Work memory of the numeric encoder: reals first, then cells, then cells of the history.
pub(in crate::codec) fn numeric(work: &mut [u8], cells: usize, past: usize) -> Option<EncodeWork<'_>> {
    let (reals, rest) = work.split_at_mut_checked(numeric::ENCODE_REALS.checked_mul(8)?)?;
    let (cells, rest) = rest.split_at_mut_checked(cells.checked_mul(4)?)?;
    let past = rest.get_mut(..past.checked_mul(4)?)?;
    Some(EncodeWork { cells: cast_mut(cells)?, reals: cast_mut(reals)?, past: cast_mut(past)? })
}

/// Work memory of the numeric decoder: cells, then cells of the history.
pub(in crate::codec) fn cells(work: &mut [u8], cells: usize, past: usize) -> Option<DecodeWork<'_>> {
    let (cells, rest) = work.split_at_mut_checked(cells.checked_mul(4)?)?;
    let past = rest.get_mut(..past.checked_mul(4)?)?;
    Some(DecodeWork { cells: cast_mut(cells)?, past: cast_mut(past)? })
}

/// Work memory of the LZ codec.
pub(in crate::codec) fn words(work: &mut [u8]) -> Option<&mut [u32]> {
    let len = work.len() & !3;
    cast_mut(work.get_mut(..len)?)
}
