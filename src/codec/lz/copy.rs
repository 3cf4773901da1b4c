//! Copies within the output: literals, which wait at its end, and matches.
#![allow(clippy::arithmetic_side_effects, reason = "positions in one slice, checked against each other by the caller")]

/// Bytes moved at once.
const WIDE: usize = 32;

/// Moves `WIDE` bytes; nothing where either side would leave the slice.
#[inline(always)]
fn wide(out: &mut [u8], from: usize, to: usize) -> Option<()> {
    let bytes = *out.get(from..)?.first_chunk::<WIDE>()?;
    *out.get_mut(to..)?.first_chunk_mut::<WIDE>()? = bytes;
    Some(())
}

/// Copies `len` bytes from `from`, at or above `to`. May write up to 31 bytes more when they end at or below `limit`.
#[inline(always)]
pub(super) fn literals(out: &mut [u8], from: usize, to: usize, len: usize, limit: usize) -> Option<()> {
    if to + WIDE <= limit && len <= WIDE && from + WIDE <= out.len() {
        return wide(out, from, to);
    }
    if from + len > out.len() {
        return None;
    }
    out.copy_within(from..from + len, to);
    Some(())
}

/// Copies a match of `len` bytes from `offset` back, which is at most `to` and not 0. The copy may run into itself.
/// May write up to 31 bytes more when they end at or below `limit`; `to + len` is at or below it.
#[inline(always)]
pub(super) fn repeat(out: &mut [u8], offset: usize, to: usize, len: usize, limit: usize) -> Option<()> {
    let from = to - offset;
    if offset >= WIDE && to + len + WIDE <= limit {
        wide(out, from, to)?;
        let mut done = WIDE;
        if len > 4 * WIDE && offset >= len {
            out.copy_within(from + WIDE..from + len, to + WIDE);
            return Some(());
        }
        while done < len {
            wide(out, from + done, to + done)?;
            done += WIDE;
        }
        return Some(());
    }
    exact(out, offset, to, len)
}

/// The same with not a byte more.
#[inline(never)]
fn exact(out: &mut [u8], offset: usize, to: usize, len: usize) -> Option<()> {
    let region = out.get_mut(to - offset..to + len)?;
    // What is copied doubles the period that can be copied at once.
    let mut have = offset;
    while have < region.len() {
        let n = have.min(region.len() - have);
        // Whole periods only: the source has to be a multiple of the offset back.
        region.copy_within(..n, have);
        have += n;
    }
    Some(())
}
