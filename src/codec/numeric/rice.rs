//! The Rice coder: residuals as Golomb-Rice codes, with one parameter per block of 8 to 64 residuals.
//!
//! It uses no tables and no multiplications.
#![allow(clippy::arithmetic_side_effects, reason = "magnitudes of 32 bits summed in 64; parameters below 34")]

use crate::codec::bits::{BitReader, BitWriter};
use crate::codec::container::varint::{unzigzag, zigzag};
use crate::util::bytes::Reader;
use crate::util::unsigned::{Count, Unsigned};

/// Residuals of the shortest block. Longer blocks have 2, 4 and 8 times as many.
const MIN_BLOCK: usize = 8;
/// Number of block lengths, which are powers of two times [`MIN_BLOCK`].
const LENGTHS: usize = 4;
/// Residuals of the longest block.
const MAX_BLOCK: usize = MIN_BLOCK << (LENGTHS - 1);
/// Quotients of this or more are written as this number of zeros, a one and the value in 32 bits.
const MAX_QUOTIENT: u32 = 24;

/// The coding of a block, sent before it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct RiceState {
    /// The Rice parameter. It keeps its value through blocks of zeros.
    k: u32,
    /// Whether all residuals of the block are zero.
    zero: bool,
}

const START: RiceState = RiceState { k: 0, zero: false };

/// Estimated bits of a block of `n` zigzag values with the sum `sum`, with nearly uniform low bits.
#[inline]
fn bits_with(k: u32, sum: u64, n: u64) -> u64 {
    let low = (n * 7 * ((1u64 << k) - 1)) >> 4;
    (sum.sat_sub(low) >> k) + (u64::from(k) + 1) * n
}

/// The state for a block by its sum, near the state before.
///
/// The parameter is floor(log2(mean)): at a mean of 2^(k+1), parameters k and k + 1 cost the same.
#[inline]
fn next(sum: u64, n: u64, before: RiceState) -> RiceState {
    if sum == 0 {
        return RiceState { k: before.k, zero: true };
    }
    let mean = if n.is_power_of_two() { sum >> n.trailing_zeros() } else { sum / n };
    let k = if mean == 0 { 0 } else { mean.ilog2().min(31) };
    let stay = k.abs_diff(before.k) == 1 && bits_with(before.k, sum, n) <= bits_with(k, sum, n) + 2;
    RiceState { k: if stay { before.k } else { k }, zero: false }
}

/// The zigzag values of a block.
struct Block<'a> {
    z: &'a [u32],
    sum: u64,
    /// Whether the sum, and so the sum of any parts of the values, fits 32 bits.
    short: bool,
}

impl<'a> Block<'a> {
    fn new(b: &[i32], cells: &'a mut [u32; MAX_BLOCK]) -> Self {
        let (mut sum, mut any) = (0u32, 0);
        for (to, v) in cells.iter_mut().zip(b) {
            *to = zigzag(*v);
            sum = sum.wrapping_add(*to);
            any |= *to;
        }
        let z = cells.get(..b.len()).unwrap_or(&[]);
        let short = any < SHORT;
        Block { z, sum: if short { sum.into() } else { zigzag_sum(b) }, short }
    }

    /// The sums of the quotients for the parameters `k - 1`, `k` and `k + 1`.
    #[inline]
    fn quotients(&self, k: u32) -> [u64; 3] {
        // The caller ignores the sum of a parameter above 31.
        let (below, above) = (k.sat_sub(1), (k + 1).min(31));
        if self.short {
            let sums = self.z.iter().fold([0u32; 3], |[a, b, c], z| {
                [a.wrapping_add(z >> below), b.wrapping_add(z >> k), c.wrapping_add(z >> above)]
            });
            return sums.map(u64::from);
        }
        [below, k, above].map(|k| self.z.iter().map(|z| u64::from(z >> k)).sum())
    }
}

/// The sum of a longest block of values below this fits 32 bits. Sums of 64 bits are slow on some processors.
const SHORT: u32 = 1 << (32 - MAX_BLOCK.ilog2());

/// The state for a block by its values: that of [`next`], or with the parameter next to it that needs fewer bits.
#[inline]
fn best(b: &Block<'_>, before: RiceState) -> RiceState {
    let n = b.z.len() as u64;
    let guess = next(b.sum, n, before);
    if guess.zero {
        return guess;
    }
    let mut min = (u64::MAX, 0);
    for (k, quotients) in [guess.k.wrapping_sub(1), guess.k, guess.k + 1].into_iter().zip(b.quotients(guess.k)) {
        if k < 32 {
            let state = RiceState { k, zero: false };
            min = min.min((quotients + u64::from(k + 1) * n + u64::from(change(before, state).1), k));
        }
    }
    RiceState { k: min.1, zero: false }
}

/// The code of a change of state: its value and its number of bits.
#[inline]
fn change(before: RiceState, now: RiceState) -> (u32, u32) {
    if now == before {
        (0b1, 1)
    } else if now.k == before.k {
        (0b001, 3)
    } else if now.k == before.k.wrapping_add(1) {
        (0b010, 3)
    } else if now.k == before.k.wrapping_sub(1) {
        (0b011, 3)
    } else {
        ((1 << 5) | now.k, 9)
    }
}

fn zigzag_sum(b: &[i32]) -> u64 {
    b.iter().map(|v| u64::from(zigzag(*v))).sum()
}

/// Chooses the block length for residuals, from every `step`-th of the longest blocks.
///
/// Returns it as a power of two times [`MIN_BLOCK`], and the estimated cost of [`write`] in 1/256 bit.
pub(crate) fn choose(e: &[i32], step: usize) -> (u32, u64) {
    let mut bits = [0u64; LENGTHS];
    let mut before = [START; LENGTHS];
    let mut seen = 0u64;
    for longest in e.chunks(MAX_BLOCK).step_by(step) {
        seen += longest.len() as u64;
        // Sums over the shortest blocks. The sums over longer blocks are computed from them.
        let mut sums = [0u64; 1 << (LENGTHS - 1)];
        for (to, b) in sums.iter_mut().zip(longest.chunks(MIN_BLOCK)) {
            *to = zigzag_sum(b);
        }
        for (length, (bits, before)) in bits.iter_mut().zip(&mut before).enumerate() {
            let mut left = longest.len();
            for part in sums.chunks(1 << length) {
                let n = left.min(MIN_BLOCK << length);
                if n == 0 {
                    break;
                }
                left -= n;
                let sum = part.iter().sum();
                let now = next(sum, n as u64, *before);
                *bits += u64::from(change(*before, now).1);
                if !now.zero {
                    // Values far above the rest are written in full.
                    *bits += bits_with(now.k, sum, n as u64).min_u64(n as u64 * 40);
                }
                *before = now;
            }
        }
    }
    let (length, min) = bits.iter().enumerate().min_by_key(|(_, b)| **b).map_or((0, 0), |(i, b)| (i, *b));
    (length as u32, (min * 256 * e.len() as u64).checked_div(seen).unwrap_or(0))
}

/// Writes `e` in blocks of `MIN_BLOCK << length` residuals and returns the number of bytes.
pub(crate) fn write(e: &[i32], length: u32, out: &mut [u8]) -> Option<usize> {
    let mut w = BitWriter::new(out);
    w.put(length, 2);
    let mut before = START;
    let mut cells = [0; MAX_BLOCK];
    for b in e.chunks((MIN_BLOCK << length.min(LENGTHS as u32 - 1)).max(1)) {
        let b = Block::new(b, &mut cells);
        let now = best(&b, before);
        let (code, bits) = change(before, now);
        w.put(code, bits);
        before = now;
        if now.zero {
            continue;
        }
        let k = now.k;
        for &z in b.z {
            let q = z >> k;
            if q + k < 32 && q < MAX_QUOTIENT {
                // The one that ends the quotient's zeros, and the low bits.
                w.put((1 << k) | (z & ((1 << k) - 1)), q + 1 + k);
            } else if q < MAX_QUOTIENT {
                w.put(1, q + 1);
                w.put(z & ((1 << k) - 1), k);
            } else {
                w.put(1, MAX_QUOTIENT + 1);
                w.put(z, 32);
            }
        }
    }
    w.finish()
}

/// Reads residuals into `e`; `None` if the bytes are damaged.
pub(crate) fn read(r: &mut Reader<'_>, e: &mut [i32]) -> Option<()> {
    let mut bits = BitReader::new(r.rest());
    let length = MIN_BLOCK << bits.get(2);
    let RiceState { mut k, mut zero } = START;
    for b in e.chunks_mut(length) {
        match bits.unary(3) {
            0 => {}
            1 => {
                k = if bits.get(1) == 0 { k + 1 } else { k.checked_sub(1)? };
                zero = false;
            }
            2 => zero = !zero,
            _ => {
                k = bits.get(5);
                zero = false;
            }
        }
        if k > 31 {
            return None;
        }
        if zero {
            b.fill(0);
            continue;
        }
        for v in b.iter_mut() {
            let z = match bits.rice(k, MAX_QUOTIENT) {
                Some(z) => z,
                None => bits.get(32),
            };
            *v = unzigzag(z);
        }
    }
    if !bits.valid() {
        return None;
    }
    r.bytes(bits.used()).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn residuals_read_back(e in proptest::collection::vec(prop_oneof![4 => Just(0), 4 => -9..9i32, 1 => any::<i32>(), 1 => Just(i32::MIN)], 0..200)) {
            let mut buf = std::vec![0u8; 2048];
            for length in 0..LENGTHS as u32 {
                let n = write(&e, length, &mut buf).unwrap();
                let mut back = std::vec![7; e.len()];
                let mut r = Reader::new(&buf[..n]);
                read(&mut r, &mut back).unwrap();
                prop_assert!(r.rest().is_empty());
                prop_assert_eq!(&back, &e);
            }
        }
    }
}
