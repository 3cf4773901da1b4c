//! Copies columns to and from the packets of a kind.

use super::rows::place;
use crate::util::slice::Put;

/// The bytes of a field that begins at `at` of the row, in the packet at `start`, in parts that are contiguous: a field
/// may continue after the packet's length.
fn parts(start: usize, at: usize, width: usize) -> [(usize, usize); 2] {
    let first = if at < 2 { width.min(2 - at) } else { width };
    [(start + place(at), first), (start + place(at + first), width - first)]
}

/// Copies the fields at `fields` of the rows of all packets to `to`, row by row.
pub(super) fn gather(raw: &[u8], starts: &[u32], fields: &[u16], width: usize, to: &mut [u8]) -> Option<()> {
    let mut to = to.chunks_exact_mut(width.max(1));
    for start in starts {
        for at in fields {
            let mut to = to.next()?;
            for (from, n) in parts(*start as usize, usize::from(*at), width) {
                let (part, rest) = to.split_at_mut_checked(n)?;
                part.put(raw.get(from..from + n)?);
                to = rest;
            }
        }
    }
    Some(())
}

/// Copies the fields at `fields` of the rows of all packets from `from`; the inverse of [`gather`].
pub(super) fn scatter(raw: &mut [u8], starts: &[u32], fields: &[u16], width: usize, from: &[u8]) -> Option<()> {
    let mut from = from.chunks_exact(width.max(1));
    for start in starts {
        for at in fields {
            let mut from = from.next()?;
            for (to, n) in parts(*start as usize, usize::from(*at), width) {
                let (part, rest) = from.split_at_checked(n)?;
                raw.get_mut(to..to + n)?.put(part);
                from = rest;
            }
        }
    }
    Some(())
}

/// [`gather`], column by column.
pub(super) fn gather_columns(raw: &[u8], starts: &[u32], fields: &[u16], width: usize, to: &mut [u8]) -> Option<()> {
    for (field, to) in fields.iter().zip(to.chunks_exact_mut((starts.len() * width).max(1))) {
        gather(raw, starts, &[*field], width, to)?;
    }
    Some(())
}

/// [`scatter`], column by column.
pub(super) fn scatter_columns(raw: &mut [u8], starts: &[u32], fields: &[u16], width: usize, from: &[u8]) -> Option<()> {
    for (field, from) in fields.iter().zip(from.chunks_exact((starts.len() * width).max(1))) {
        scatter(raw, starts, &[*field], width, from)?;
    }
    Some(())
}
