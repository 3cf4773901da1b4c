//! Copies within the output where the quick way is barred: close to its end, long runs of literals, near matches.
#![allow(clippy::arithmetic_side_effects, reason = "positions in one slice, checked against each other first")]

use crate::mem::Slide;

/// Moves `run` literals from `lit` to `at`, and repeats behind them `len` bytes from `offset` back.
///
/// `None` for more literals than wait, an offset of 0 or beyond the start, or a match longer than there is room for
/// before what then waits. Nothing of that is written to.
#[inline(never)]
pub(super) fn careful(out: &mut [u8], at: usize, lit: usize, run: usize, len: usize, offset: usize) -> Option<()> {
    if run > out.len().checked_sub(lit)? || at > lit {
        return None;
    }
    out.slide(lit..lit + run, at);
    let (at, limit) = (at + run, lit + run);
    if offset == 0 || offset > at || len > limit - at {
        return None;
    }
    if offset < STEP && len + STEP <= limit - at {
        return if offset < 8 { short(out, offset, at, len) } else { medium(out, offset, at, len) };
    }
    exact(out, offset, at, len)
}

/// Bytes of the widest step.
const STEP: usize = 16;

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
#[cfg_attr(feature = "std", inline(always))]
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
#[cfg_attr(feature = "std", inline(always))]
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
        region.slide(..n, have);
        have += n;
    }
    Some(())
}
