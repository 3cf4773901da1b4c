//! Copies within the output that the fast path (`mem::append`) does not cover: near the end of the output, long runs of
//! literals, and matches of a short offset.
#![allow(clippy::arithmetic_side_effects, reason = "positions in one slice, checked against each other first")]

use crate::mem::Slide;

/// Moves `run` literals from `lit` to `at`, then repeats `len` bytes from `offset` bytes before their end.
///
/// `None` for more literals than are pending, an offset of 0 or before the start, and a match that would overwrite the
/// literals still pending. Those are never written to.
#[inline(never)]
pub(super) fn checked_append(
    out: &mut [u8],
    at: usize,
    lit: usize,
    run: usize,
    len: usize,
    offset: usize,
) -> Option<()> {
    if run > out.len().checked_sub(lit)? || at > lit {
        return None;
    }
    out.slide(lit..lit + run, at);
    let (at, limit) = (at + run, lit + run);
    if offset == 0 || offset > at || len > limit - at {
        return None;
    }
    if offset < STEP && len + STEP <= limit - at {
        return if offset < 8 { repeat_by_8(out, offset, at, len) } else { repeat_by_16(out, offset, at, len) };
    }
    repeat_exact(out, offset, at, len)
}

/// Bytes of the widest store.
const STEP: usize = 16;

/// By length of a period in bytes: the factor that repeats it over eight bytes, and the bytes of its whole periods in
/// them.
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

/// A match of an offset below 8; writes up to seven bytes past its end.
#[cfg_attr(feature = "std", inline(always))]
fn repeat_by_8(out: &mut [u8], offset: usize, to: usize, len: usize) -> Option<()> {
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

/// A match of an offset from 8 to 15; writes up to 15 bytes past its end.
#[cfg_attr(feature = "std", inline(always))]
fn repeat_by_16(out: &mut [u8], offset: usize, to: usize, len: usize) -> Option<()> {
    let period = u128::from_le_bytes(*out.get(to - offset..)?.first_chunk()?) & !(u128::MAX << (8 * offset));
    let sixteen = (period | period << (8 * offset)).to_le_bytes();
    let mut done = 0;
    while done < len {
        *out.get_mut(to + done..)?.first_chunk_mut()? = sixteen;
        done += offset;
    }
    Some(())
}

/// A match of any offset; writes nothing past its end.
#[inline(never)]
fn repeat_exact(out: &mut [u8], offset: usize, to: usize, len: usize) -> Option<()> {
    let region = out.get_mut(to - offset..to + len)?;
    // Each copy doubles the length of the next one.
    let mut filled = offset;
    while filled < region.len() {
        let n = filled.min(region.len() - filled);
        // `filled` is a multiple of the offset here, so the periods line up.
        region.slide(..n, filled);
        filled += n;
    }
    Some(())
}
