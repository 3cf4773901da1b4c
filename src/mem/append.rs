//! The inner step of an LZ decoder: output grows at the front of a slice, and literals are at its end.

#![allow(clippy::arithmetic_side_effects, reason = "positions that were checked to be within the slice")]

use crate::util::unsigned::Unsigned;
use core::ptr;

/// Maximum number of literals of [`append`].
const RUN: usize = 32;
/// Minimum offset of [`append`]: matches with smaller offsets need another function.
const STEP: usize = 16;

/// Appends `run` literals, which start at `lit`, to the output, which ends at `at`; then `len` bytes, each equal to the
/// one `offset` bytes before it. It may overwrite unused bytes: those between the new end of the output and the
/// literals that remain.
///
/// Returns false and changes nothing unless `run` is at most 32, `offset` is at least 16 and within the output
/// including the run, 32 bytes follow from `lit` on, and `lit - at` is at least `len + 64`.
#[inline(always)]
#[must_use]
pub fn append(bytes: &mut [u8], at: usize, lit: usize, run: u32, len: u32, offset: usize) -> bool {
    let (run, len) = (run as usize, len as usize);
    let Some(last) = bytes.len().checked_sub(RUN) else { return false };
    // Neither sum wraps if the other conditions hold: then `at` < `lit`, which is within the slice.
    let front = at.wrapping_add(run);
    let room = lit.sat_sub(at);
    // Evaluated together, because almost always all of them hold.
    if !((run <= RUN)
        & (lit <= last)
        & (room >= 64)
        & (room.wrapping_sub(64) >= len)
        & (offset >= STEP)
        & (offset <= front))
    {
        return false;
    }
    // SAFETY: `at + len + 64 <= lit` and `lit + 32 <= bytes.len()`. The first step reads up to
    // `lit + 32` and writes up to `at + 32`. The other steps read from `front - offset >= 0` on,
    // 16 bytes or more before what they write. The last of them begins before `front + len` and
    // writes 32 bytes: it ends before `at + 32 + len + 32 <= lit`.
    unsafe {
        let base = bytes.as_mut_ptr();
        ptr::write_unaligned(base.add(at).cast(), ptr::read_unaligned(base.add(lit).cast::<[u8; RUN]>()));
        let (mut from, mut to) = (base.add(front - offset), base.add(front));
        let mut left = len;
        // Each turn copies two steps of `len`.
        loop {
            ptr::write_unaligned(to.cast(), ptr::read_unaligned(from.cast::<[u8; STEP]>()));
            let second = ptr::read_unaligned(from.add(STEP).cast::<[u8; STEP]>());
            ptr::write_unaligned(to.add(STEP).cast(), second);
            if left <= 2 * STEP {
                return true;
            }
            left -= 2 * STEP;
            (from, to) = (from.add(2 * STEP), to.add(2 * STEP));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn as_one_byte_at_a_time_or_not_at_all() {
        let start: Vec<u8> = (0..=255).map(|i: u8| i.wrapping_mul(151)).collect();
        let mut done = 0;
        for at in [0, 1, 15, 16, 17, 40, 100] {
            for lit in [0, 90, 120, 160, 200, 223, 224, 225, 256] {
                for run in [0, 1, 31, 32, 33] {
                    for len in [0, 1, 31, 32, 33, 64, 65, 70] {
                        for offset in [0, 1, 15, 16, 17, 31, 33, 48, 100, 132, 133] {
                            let mut ours = start.clone();
                            if !append(&mut ours, at, lit, run as u32, len as u32, offset) {
                                assert_eq!(ours, start);
                                continue;
                            }
                            done += 1;
                            let mut theirs = start.clone();
                            theirs.copy_within(lit..lit + run, at);
                            (at + run..at + run + len).for_each(|i| theirs[i] = theirs[i - offset]);
                            assert_eq!(ours[..at + run + len], theirs[..at + run + len]);
                            assert_eq!(ours[lit + run..], start[lit + run..]);
                        }
                    }
                }
            }
        }
        assert!(done > 1000, "{done}");
    }

    #[test]
    fn sums_beyond_the_address_space_are_refused() {
        let mut bytes = [0; 256];
        for huge in [usize::MAX, usize::MAX - 31, usize::MAX - 63, usize::MAX - 64] {
            assert!(!append(&mut bytes, huge, 200, 1, 1, 16));
            assert!(!append(&mut bytes, 20, huge, 1, 1, 16));
            assert!(!append(&mut bytes, huge, huge, 32, 1, 16));
            assert!(!append(&mut bytes, 20, 200, huge as u32, 1, 16));
            assert!(!append(&mut bytes, 20, 200, 1, huge as u32, 16));
            assert!(!append(&mut bytes, 20, 200, 1, 1, huge));
        }
        assert!(append(&mut bytes, 20, 200, 1, 1, 16));
        assert!(!append(&mut bytes[..31], 0, 0, 0, 0, 16));
    }
}
