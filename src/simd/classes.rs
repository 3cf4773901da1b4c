//! Numbers split into a class of magnitude and low bits, and joined from them.
//!
//! The low bits of a signed number with the zigzag code z are those below its highest `k + 1` bits; `low` is their
//! number, and the class is `(low << k) + (z >> low)`.
#![allow(clippy::arithmetic_side_effects, reason = "bit counts below 32; positions within an array")]

use super::{Isa, Level};

/// Numbers processed at a time.
pub const NUMBERS: usize = 32;
/// Bytes of the low bits of [`NUMBERS`] numbers, which may start within a byte, and of the read past the last.
pub const LOW_BYTES: usize = 136;

per_level! {
    /// The classes of numbers, their low bits, and the number of low bits. `k` is at most 3.
    pub fn split(
        v: &[i32; NUMBERS],
        k: u32,
        classes: &mut [u32; NUMBERS],
        low: &mut [u32; NUMBERS],
        bits: &mut [u32; NUMBERS],
    ) {
        for (((v, class), low), bits) in v.iter().zip(classes).zip(low).zip(bits) {
            let z = ((v << 1) ^ (v >> 31)) as u32;
            let n = 31 - k - (z | (1 << k)).leading_zeros();
            *class = (n << k) + (z >> n);
            *low = z & !(u32::MAX << n);
            *bits = n;
        }
    }
}

/// How many adjacent numbers of up to `max_bits` bits fit a long word: 1, 2 or 4.
#[must_use]
pub fn together(max_bits: u32) -> usize {
    if max_bits <= LONG_BITS_4 {
        4
    } else if max_bits <= LONG_BITS_2 {
        2
    } else {
        1
    }
}

/// Maximum bits of each of four and of two adjacent numbers.
const LONG_BITS_4: u32 = 14;
const LONG_BITS_2: u32 = 28;

per_level! {
    /// Joins numbers of `bits` bits, [`together`] at a time, the first one highest. Returns the number of long words.
    pub fn gather(
        low: &[u32; NUMBERS],
        bits: &[u32; NUMBERS],
        long: &mut [u64; NUMBERS],
        lengths: &mut [u32; NUMBERS],
    ) -> usize {
        let max_bits = bits.iter().fold(0, |m, b| m.max(*b));
        let n = NUMBERS / together(max_bits);
        if n == NUMBERS {
            for ((to, len), (low, bits)) in long.iter_mut().zip(lengths).zip(low.iter().zip(bits)) {
                (*to, *len) = (u64::from(*low), *bits);
            }
            return n;
        }
        let mut pairs = [0u64; NUMBERS / 2];
        let mut sums = [0u32; NUMBERS / 2];
        let (low, bits) = (low.as_chunks::<2>().0, bits.as_chunks::<2>().0);
        for ((to, sum), ([a, b], [m, n])) in pairs.iter_mut().zip(&mut sums).zip(low.iter().zip(bits)) {
            (*to, *sum) = (u64::from(*a) << n | u64::from(*b), m + n);
        }
        if n == NUMBERS / 2 {
            for ((to, len), (pair, sum)) in long.iter_mut().zip(lengths).zip(pairs.iter().zip(&sums)) {
                (*to, *len) = (*pair, *sum);
            }
            return n;
        }
        let (pairs, sums) = (pairs.as_chunks::<2>().0, sums.as_chunks::<2>().0);
        for ((to, len), ([a, b], [m, n])) in long.iter_mut().zip(lengths).zip(pairs.iter().zip(sums)) {
            (*to, *len) = (a << n | b, m + n);
        }
        n
    }
}

per_level! {
    /// The numbers of classes, with low bits that start `at` bits (below 8) into `bytes`. Returns the number of low
    /// bits.
    pub fn join(classes: &[u8; NUMBERS], k: u32, bytes: &[u8; LOW_BYTES], at: usize, v: &mut [i32; NUMBERS]) -> usize {
        let mut bits = [0u32; NUMBERS];
        let mut ends = [0u32; NUMBERS];
        for (bits, class) in bits.iter_mut().zip(classes) {
            *bits = (u32::from(*class) >> k).saturating_sub(1);
        }
        let mut end = at as u32;
        for (to, bits) in ends.iter_mut().zip(&bits) {
            *to = end;
            end += bits;
        }
        let mut low = [0u32; NUMBERS];
        for ((low, at), bits) in low.iter_mut().zip(&ends).zip(&bits) {
            // No number has more than 31 low bits, so that this is within the array.
            let first = (*at as usize >> 3).min(LOW_BYTES - 8);
            let word = bytes.get(first..).and_then(|b| b.first_chunk::<8>()).copied().unwrap_or([0; 8]);
            *low = ((u64::from_be_bytes(word) << (at & 7)) >> 32 >> (32 - bits)) as u32;
        }
        for (((v, class), low), bits) in v.iter_mut().zip(classes).zip(&low).zip(&bits) {
            let high = u32::from(*class).wrapping_sub(bits << k);
            let z = (high << (bits & 31)) | low;
            *v = (z >> 1) as i32 ^ -((z & 1) as i32);
        }
        (end as usize).wrapping_sub(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn split_numbers_are_joined(
            v in proptest::collection::vec(prop_oneof![4 => -9..9i32, 2 => -999..999i32, 1 => any::<i32>(), 1 => Just(i32::MIN)], NUMBERS),
            k in 0u32..4, start in 0usize..8,
        ) {
            let v: [i32; NUMBERS] = v.try_into().unwrap();
            for level in crate::simd::levels() {
                let [mut classes, mut low, mut bits] = [[0u32; NUMBERS]; 3];
                split(level, &v, k, &mut classes, &mut low, &mut bits);
                let mut bytes = [0u8; LOW_BYTES];
                let mut at = start;
                for i in 0..NUMBERS {
                    let z = ((v[i] << 1) ^ (v[i] >> 31)) as u32;
                    // By the definition k + 1 bits are above the low bits, if there are low bits.
                    prop_assert!(bits[i] == 0 || (z >> bits[i]).ilog2() == k);
                    prop_assert!(bits[i] > 0 || z < 2 << k);
                    prop_assert_eq!(classes[i], (bits[i] << k) + (z >> bits[i]));
                    for b in (0..bits[i]).rev() {
                        bytes[at / 8] |= ((low[i] >> b & 1) as u8) << (7 - at % 8);
                        at += 1;
                    }
                }
                let (mut long, mut lengths) = ([0; NUMBERS], [0; NUMBERS]);
                let n = gather(level, &low, &bits, &mut long, &mut lengths);
                let mut place = start;
                for (v, len) in long.into_iter().zip(lengths).take(n) {
                    prop_assert!(len <= 56);
                    for b in (0..len).rev() {
                        prop_assert_eq!(bytes[place / 8] >> (7 - place % 8) & 1, (v >> b & 1) as u8);
                        place += 1;
                    }
                }
                prop_assert_eq!(place, at);
                let mut back = [0; NUMBERS];
                prop_assert_eq!(join(level, &classes.map(|c| c as u8), k, &bytes, start, &mut back), at - start);
                prop_assert_eq!(back, v);
            }
        }
    }
}
