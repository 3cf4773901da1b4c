//! Residuals by Golomb-Rice codes, the parameter chosen per block of 8 to 64: no tables, no multiplications.
#![allow(clippy::arithmetic_side_effects, reason = "magnitudes of 32 bits summed in 64; parameters below 34")]

use crate::codec::bits::{BitReader, BitWriter};
use crate::codec::container::varint::{unzigzag, zigzag};
use crate::util::bytes::Reader;
use crate::util::unsigned::{Count, Unsigned};

/// Samples of the shortest block; the others have twice, four and eight times as many.
const LEAST: usize = 8;
/// Block lengths, as powers of two times [`LEAST`].
const LENGTHS: usize = 4;
/// Samples of the longest block.
const MOST_SAMPLES: usize = LEAST << (LENGTHS - 1);
/// Quotients from here on are written as this many zeros, a one and the value in 32 bits.
const MOST: u32 = 24;

/// What stands in front of a block.
#[derive(Clone, Copy, PartialEq, Eq)]
struct RiceState {
    /// The Rice parameter, kept through blocks of zeros.
    k: u32,
    /// Whether the block is zeros alone.
    zero: bool,
}

const START: RiceState = RiceState { k: 0, zero: false };

/// Bits of a block of `n` zigzag values that add up to `sum`, about: the low bits are uniform, nearly.
#[inline]
fn bits_with(k: u32, sum: u64, n: u64) -> u64 {
    let low = (n * 7 * ((1u64 << k) - 1)) >> 4;
    (sum.sat_sub(low) >> k) + (u64::from(k) + 1) * n
}

/// The state for a block, near the one before: a parameter of floor(log2(mean)), where the mean is 2^(k+1) those of k
/// and k + 1 cost the same.
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

/// A block's zigzag values.
struct Block<'a> {
    z: &'a [u32],
    sum: u64,
    /// Whether the sum, and so that of any parts of them, fits 32 bits.
    short: bool,
}

impl<'a> Block<'a> {
    fn new(b: &[i32], room: &'a mut [u32; MOST_SAMPLES]) -> Self {
        let (mut sum, mut any) = (0u32, 0);
        for (to, v) in room.iter_mut().zip(b) {
            *to = zigzag(*v);
            sum = sum.wrapping_add(*to);
            any |= *to;
        }
        let z = room.get(..b.len()).unwrap_or(&[]);
        let short = any < SHORT;
        Block { z, sum: if short { sum.into() } else { zigzag_sum(b) }, short }
    }

    /// What is above the low bits, summed: of `k` less one, of `k`, and of `k` and one.
    #[inline]
    fn quotients(&self, k: u32) -> [u64; 3] {
        // Above 31 the numbers are not looked at.
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

/// As many values below this as a block has add up in 32 bits, where 64 are a burden to some processors.
const SHORT: u32 = 1 << (32 - MOST_SAMPLES.ilog2());

/// The same by the residuals themselves: the state of [`next`] or one parameter beside it, whichever takes fewer bits.
#[inline]
fn best(b: &Block<'_>, before: RiceState) -> RiceState {
    let n = b.z.len() as u64;
    let guess = next(b.sum, n, before);
    if guess.zero {
        return guess;
    }
    let mut least = (u64::MAX, 0);
    for (k, quotients) in [guess.k.wrapping_sub(1), guess.k, guess.k + 1].into_iter().zip(b.quotients(guess.k)) {
        if k < 32 {
            let state = RiceState { k, zero: false };
            least = least.min((quotients + u64::from(k + 1) * n + u64::from(change(before, state).1), k));
        }
    }
    RiceState { k: least.1, zero: false }
}

/// The code of a change of state: its bits and their number.
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

/// The block length for some residuals, as a power of two times [`LEAST`], and what [`write`] needs about, in 1/256 bit;
/// by every `step`-th of the longest blocks.
pub(crate) fn choose(e: &[i32], step: usize) -> (u32, u64) {
    let mut bits = [0u64; LENGTHS];
    let mut before = [START; LENGTHS];
    let mut seen = 0u64;
    for longest in e.chunks(MOST_SAMPLES).step_by(step) {
        seen += longest.len() as u64;
        // Sums over the shortest blocks; those over the longer ones follow from them.
        let mut sums = [0u64; 1 << (LENGTHS - 1)];
        for (to, b) in sums.iter_mut().zip(longest.chunks(LEAST)) {
            *to = zigzag_sum(b);
        }
        for (length, (bits, before)) in bits.iter_mut().zip(&mut before).enumerate() {
            let mut left = longest.len();
            for part in sums.chunks(1 << length) {
                let n = left.min(LEAST << length);
                if n == 0 {
                    break;
                }
                left -= n;
                let sum = part.iter().sum();
                let now = next(sum, n as u64, *before);
                *bits += u64::from(change(*before, now).1);
                if !now.zero {
                    // What is far above the others is written in full.
                    *bits += bits_with(now.k, sum, n as u64).min_u64(n as u64 * 40);
                }
                *before = now;
            }
        }
    }
    let (length, least) = bits.iter().enumerate().min_by_key(|(_, b)| **b).map_or((0, 0), |(i, b)| (i, *b));
    (length as u32, (least * 256 * e.len() as u64).checked_div(seen).unwrap_or(0))
}

/// Writes `e` in blocks of this length.
pub(crate) fn write(e: &[i32], length: u32, out: &mut [u8]) -> Option<usize> {
    let mut w = BitWriter::new(out);
    w.put(length, 2);
    let mut before = START;
    let mut room = [0; MOST_SAMPLES];
    for b in e.chunks((LEAST << length.min(LENGTHS as u32 - 1)).max(1)) {
        let b = Block::new(b, &mut room);
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
            if q + k < 32 && q < MOST {
                // The one that ends the zeros, and the low bits.
                w.put((1 << k) | (z & ((1 << k) - 1)), q + 1 + k);
            } else if q < MOST {
                w.put(1, q + 1);
                w.put(z & ((1 << k) - 1), k);
            } else {
                w.put(1, MOST + 1);
                w.put(z, 32);
            }
        }
    }
    w.finish()
}

/// Reads residuals into `e`.
pub(crate) fn read(r: &mut Reader<'_>, e: &mut [i32]) -> Option<()> {
    let mut bits = BitReader::new(r.rest());
    let length = LEAST << bits.get(2);
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
            let z = match bits.rice(k, MOST) {
                Some(z) => z,
                None => bits.get(32),
            };
            *v = unzigzag(z);
        }
    }
    if !bits.sound() {
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
        fn residuals_come_back(e in proptest::collection::vec(prop_oneof![4 => Just(0), 4 => -9..9i32, 1 => any::<i32>(), 1 => Just(i32::MIN)], 0..200)) {
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
