//! Copies within the output: literals, which wait at its end, and matches.
#![allow(clippy::arithmetic_side_effects, reason = "positions in one slice, checked against each other by the caller")]

/// Bytes moved at once.
const WIDE: usize = 32;

/// Copies `len` bytes from `from`, at or above `limit`, to `to`. May write up to 31 bytes more, below `limit`.
#[inline(always)]
pub(super) fn literals(out: &mut [u8], from: usize, to: usize, len: usize, limit: usize) -> Option<()> {
    if len <= WIDE
        && let Some(&bytes) = out.get(from..).and_then(|o| o.first_chunk::<WIDE>())
        && let Some(place) = out.get_mut(to..limit).and_then(|o| o.first_chunk_mut::<WIDE>())
    {
        *place = bytes;
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
    let (before, behind) = out.get_mut(..limit)?.split_at_mut_checked(to)?;
    let (from, _) = before.get(to - offset..)?.as_chunks::<WIDE>();
    let (place, _) = behind.as_chunks_mut::<WIDE>();
    let n = len.div_ceil(WIDE);
    if n <= from.len() && n <= place.len() {
        for (p, f) in place.iter_mut().zip(from).take(n) {
            *p = *f;
        }
        return Some(());
    }
    if offset >= 8 && len <= WIDE && to + WIDE <= limit {
        return eights(out, to - offset, to, len);
    }
    exact(out, offset, to, len)
}

/// The same eight bytes at a time.
#[inline(always)]
fn eights(out: &mut [u8], from: usize, to: usize, len: usize) -> Option<()> {
    let mut done = 0;
    while done < len {
        let bytes = *out.get(from + done..)?.first_chunk::<8>()?;
        *out.get_mut(to + done..)?.first_chunk_mut()? = bytes;
        done += 8;
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
