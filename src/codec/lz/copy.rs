//! Copies within the output: literals, which wait at its end, and matches.
#![allow(clippy::arithmetic_side_effects, reason = "positions in one slice, checked against each other by the caller")]

use crate::mem::copy_steps;

/// Literals and bytes of a match that are moved at once.
pub(super) const WIDE: usize = 32;
/// Bytes of a step; what is copied from at least as far back needs no care.
const STEP: usize = 16;

/// Copies `len` bytes from `from`, at or above `limit`, to `to`. May write up to 31 bytes more, below `limit`.
#[inline(always)]
pub(super) fn literals(out: &mut [u8], from: usize, to: usize, len: usize, limit: usize) -> Option<()> {
    if len <= WIDE && to + WIDE <= limit && copy_steps::<WIDE>(out, from, to, 1) {
        return Some(());
    }
    many(out, from, to, len)
}

#[inline(never)]
fn many(out: &mut [u8], from: usize, to: usize, len: usize) -> Option<()> {
    if from + len > out.len() {
        return None;
    }
    out.copy_within(from..from + len, to);
    Some(())
}

/// Copies a match of `len` bytes from `offset` back, which is at most `to` and not 0. The copy may run into itself.
/// May write up to 31 bytes more, below `limit`; `to + len` is at or below it.
#[inline(always)]
pub(super) fn repeat(out: &mut [u8], offset: usize, to: usize, len: usize, limit: usize) -> Option<()> {
    if offset >= STEP && to + WIDE <= limit && copy_steps::<STEP>(out, to - offset, to, 2) {
        if len <= WIDE {
            return Some(());
        }
        let steps = (len - WIDE).div_ceil(STEP);
        if to + WIDE + steps * STEP <= limit && copy_steps::<STEP>(out, to + WIDE - offset, to + WIDE, steps) {
            return Some(());
        }
        return exact(out, offset, to, len);
    }
    if offset < STEP && to + len + STEP <= limit {
        return if offset < 8 { short(out, offset, to, len) } else { medium(out, offset, to, len) };
    }
    exact(out, offset, to, len)
}

/// What a period of so many bytes is to be multiplied with to fill eight; and the whole periods of that, in bytes.
const PERIODS: [(u64, usize); 8] = [
    (0, 8),
    (0x0101_0101_0101_0101, 8),
    (0x0001_0001_0001_0001, 8),
    (0x0001_0000_0100_0001, 6),
    (0x0000_0001_0000_0001, 8),
    (0x0000_0100_0000_0001, 5),
    (0x0001_0000_0000_0001, 6),
    (0x0100_0000_0000_0001, 7),
];

/// A match from less than eight bytes back; up to seven bytes more are written.
#[inline(always)]
fn short(out: &mut [u8], offset: usize, to: usize, len: usize) -> Option<()> {
    let &(factor, step) = PERIODS.get(offset)?;
    let period = u64::from_le_bytes(*out.get(to - offset..)?.first_chunk()?) & !(u64::MAX << (8 * offset));
    let eight = period.wrapping_mul(factor).to_le_bytes();
    let mut done = 0;
    while done < len {
        *out.get_mut(to + done..)?.first_chunk_mut()? = eight;
        done += step;
    }
    Some(())
}

/// A match from 8 to 15 bytes back; up to 15 bytes more are written.
#[inline(always)]
fn medium(out: &mut [u8], offset: usize, to: usize, len: usize) -> Option<()> {
    let period = u128::from_le_bytes(*out.get(to - offset..)?.first_chunk()?) & !(u128::MAX << (8 * offset));
    let sixteen = (period | period << (8 * offset)).to_le_bytes();
    let mut done = 0;
    while done < len {
        *out.get_mut(to + done..)?.first_chunk_mut()? = sixteen;
        done += offset;
    }
    Some(())
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
