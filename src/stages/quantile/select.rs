//! Selection by rank in linear time, without recursion and in the caller's memory.

use super::sample::{CHUNK, Sample};
use crate::util::slice;
use crate::util::unsigned::Unsigned;

/// Number of counters of one pass of [`exact`].
pub(super) const BINS: usize = 1 << BIN_BITS;
const BIN_BITS: u32 = 11;

/// Replaces every NaN by the same NaN, and -0 by +0.
pub(super) fn plain(x: f32) -> f32 {
    // Adding +0 changes only -0.
    if x.is_nan() { f32::from_bits(0x7fc0_0000) } else { x + 0.0 }
}

/// Moves the element of rank `k` to position `k`, with no larger element before it and no smaller one after it.
pub(super) fn nth(x: &mut [f32], k: usize) -> Option<f32> {
    slice::select(x, k).map(plain)
}

/// A word with the order of the numbers, NaN last.
fn key(x: f32) -> u32 {
    let bits = plain(x).to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

fn from_key(key: u32) -> f32 {
    f32::from_bits(if key >> 31 == 1 { key & !(1 << 31) } else { !key })
}

/// The elements of two ranks of `x`; NaN for a rank past its end. Counts the keys by their highest bits, selects the
/// bins that contain the ranks, and counts by the next bits there: three passes for any data.
///
/// `bins` are `2 *` [`BINS`] counters.
pub(super) fn exact<T: Sample>(x: &[T], k: [usize; 2], bins: &mut [u32], chunk: &mut [f32; CHUNK]) -> Option<[f32; 2]> {
    let (low, high) = bins.split_at_mut_checked(BINS)?;
    let [mut a, mut b] = [Search::new(k[0])?, Search::new(k[1])?];
    for shift in SHIFTS {
        low.fill(0);
        high.fill(0);
        for part in x.chunks(CHUNK) {
            for v in T::values(part, chunk) {
                let key = key(*v);
                a.count(key, shift, low);
                b.count(key, shift, high);
            }
        }
        a.narrow(shift, low);
        b.narrow(shift, high);
    }
    Some([from_key(a.first), from_key(b.first)])
}

/// Lowest bit of each pass: 11, 11 and 10 bits.
const SHIFTS: [u32; 3] = [21, 10, 0];

/// A search of [`exact`]: the element has the rank `rank` among the keys from `first` to `last`.
struct Search {
    rank: u32,
    first: u32,
    last: u32,
}

impl Search {
    fn new(k: usize) -> Option<Search> {
        Some(Search { rank: u32::try_from(k).ok()?, first: 0, last: u32::MAX })
    }

    fn count(&self, key: u32, shift: u32, bins: &mut [u32]) {
        if key >= self.first
            && key <= self.last
            && let Some(bin) = bins.get_mut((key.wrapping_sub(self.first) >> shift) as usize)
        {
            *bin = bin.wrapping_add(1);
        }
    }

    fn narrow(&mut self, shift: u32, bins: &[u32]) {
        for bin in bins {
            if self.rank < *bin {
                break;
            }
            self.rank = self.rank.wrapping_sub(*bin);
            self.first = self.first.sat_add(1 << shift);
        }
        self.last = self.first.sat_add((1u32 << shift).wrapping_sub(1));
    }
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
