//! Selection by rank: linear time, no recursion, no memory but what is handed in.

use super::{CHUNK, Sample};
use core::ops::RangeInclusive;

/// Counters of one pass of [`exact`].
pub(super) const BINS: usize = 1 << BIN_BITS;
const BIN_BITS: u32 = 11;

/// The one NaN and the one zero that stand for all.
pub(super) fn plain(x: f32) -> f32 {
    // Adding +0 leaves everything as it is but -0.
    if x.is_nan() { f32::from_bits(0x7fc0_0000) } else { x + 0.0 }
}

/// Puts the element of rank `k` to its place, with no larger one before it and no smaller one behind it.
pub(super) fn nth(x: &mut [f32], k: usize) -> Option<f32> {
    if k >= x.len() {
        return None;
    }
    let (_, y, _) = x.select_nth_unstable_by(k, f32::total_cmp);
    Some(plain(*y))
}

/// A word that sorts as the number does, every NaN last.
fn key(x: f32) -> u32 {
    let bits = plain(x).to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

fn from_key(key: u32) -> f32 {
    f32::from_bits(if key >> 31 == 1 { key & !(1 << 31) } else { !key })
}

/// The element of rank `k` of `x`, exactly: counts the keys by their highest bits, goes to the bin that holds the
/// rank, and counts by the next bits there. Three passes whatever the data.
pub(super) fn exact<T: Sample>(x: &[T], k: usize, bins: &mut [u32], chunk: &mut [f32; CHUNK]) -> Option<f32> {
    let mut rank = u32::try_from(k).ok()?;
    let mut range: RangeInclusive<u32> = 0..=u32::MAX;
    // 11, 11 and 10 bits.
    for shift in [21u32, 10, 0] {
        bins.fill(0);
        let start = *range.start();
        for part in x.chunks(CHUNK) {
            for v in T::values(part, chunk) {
                let key = key(*v);
                if range.contains(&key)
                    && let Some(bin) = bins.get_mut((key.wrapping_sub(start) >> shift) as usize)
                {
                    *bin = bin.wrapping_add(1);
                }
            }
        }
        let mut first = start;
        for bin in bins.iter() {
            if rank < *bin {
                break;
            }
            rank = rank.wrapping_sub(*bin);
            first = first.wrapping_add(1 << shift);
        }
        range = first..=first.wrapping_add((1u32 << shift).wrapping_sub(1));
    }
    Some(from_key(*range.start()))
}

/// The largest whole number whose cube is at most `n`.
pub(super) fn cube_root(n: u64) -> u64 {
    let mut root = 0u64;
    for bit in (0..22).rev() {
        let next = root | 1 << bit;
        if next.checked_mul(next).and_then(|s| s.checked_mul(next)).is_some_and(|c| c <= n) {
            root = next;
        }
    }
    root
}
