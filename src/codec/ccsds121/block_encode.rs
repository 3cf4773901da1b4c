//! Chooses the code option of one block and writes the block.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "lengths in bits of one block: at most 256 samples of 32 bits, in u64 wherever a sum could exceed u32"
)]

use super::params::Layout;
use crate::codec::word_writer::WordWriter;
use crate::util::unsigned::Unsigned;

/// The largest sum of a pair that the second extension codes.
pub(super) const MAX_PAIR: u32 = 12;

/// The code options for a block that is not zero.
enum Choice {
    Split(u32),
    Pairs,
    Raw,
}

/// Sum of the residuals without their low `k` bits.
#[cfg_attr(feature = "std", inline(always))]
fn high_sum(block: &[u32], all: u32, k: u32) -> u64 {
    if all < 1 << 24 {
        // 256 numbers below 2^24: the sum fits.
        u64::from(block.iter().map(|d| d >> k).fold(0u32, u32::wrapping_add))
    } else {
        block.iter().map(|d| u64::from(d >> k)).sum()
    }
}

/// The number of zeros that code the residuals without their low `k` bits in unary, and the length of the whole split.
#[cfg_attr(feature = "std", inline(always))]
fn split_len(block: &[u32], count: u64, all: u32, k: u32) -> (u64, u64) {
    let high = high_sum(block, all, k);
    (high, high + count * u64::from(k + 1))
}

/// The best k and the bits it needs, without the identifier. `last` is the k of the previous block.
///
/// The length has one minimum, which can be several k wide: then the k closest to `last` is chosen. The minimum is at
/// the logarithm of the mean or next to it; [`search_from`] finds it in the remaining cases.
#[cfg_attr(feature = "std", inline(always))]
fn best_split(block: &[u32], count: u64, all: u32, last: u32, k_max: u32) -> (u32, u64) {
    let sum = high_sum(block, all, 0);
    let mid = (sum | 1).ilog2().sat_sub((count | 1).ilog2()).max(1);
    if mid >= k_max {
        return search_from(block, count, all, last, k_max);
    }
    let (below_high, below) = split_len(block, count, all, mid - 1);
    let (_, at) = split_len(block, count, all, mid);
    let (above_high, above) = split_len(block, count, all, mid + 1);
    let best = below.min(at).min(above);
    // Below, the length keeps rising where the zeros of the unary part outnumber the ones, and
    // above where they are fewer.
    let falls_below = below == best && mid > 1 && below_high <= count;
    let falls_above = above == best && above_high >= count;
    if falls_below || falls_above {
        return search_from(block, count, all, last, k_max);
    }
    let from = mid + u32::from(below != best) - 1 + u32::from(below != best && at != best);
    let to = mid + 1 - u32::from(above != best) - u32::from(above != best && at != best);
    (last.clamp(from, to.max(from)), best)
}

/// The same result as [`best_split`], searched one k at a time from `last`, upward first.
#[inline(never)]
fn search_from(block: &[u32], count: u64, all: u32, last: u32, k_max: u32) -> (u32, u64) {
    let (mut high, mut best) = split_len(block, count, all, last);
    let mut k = last;
    // One more low bit per residual has to save at least as much in the unary part.
    while high >= count && k < k_max {
        let (next_high, next) = split_len(block, count, all, k + 1);
        if next >= best {
            break;
        }
        (high, best, k) = (next_high, next, k + 1);
    }
    if k > last {
        return (k, best);
    }
    // One low bit less per residual must not cost more in the unary part.
    while k > 0 {
        let (next_high, next) = split_len(block, count, all, k - 1);
        if next >= best {
            break;
        }
        (best, k) = (next, k - 1);
        if next_high >= count {
            break;
        }
    }
    (k, best)
}

/// Number of bits of the second extension, if it can code the block. `all` is the bitwise OR of the block.
#[cfg_attr(feature = "std", inline(always))]
fn pairs_len(block: &[u32], all: u32) -> Option<u64> {
    if all > 15 {
        return None;
    }
    let (pairs, _) = block.as_chunks::<2>();
    let (mut len, mut largest) = (1u32, 0);
    for &[a, b] in pairs {
        let sum = a + b;
        len += sum * (sum + 1) / 2 + b + 1;
        largest = largest.max(sum);
    }
    (largest <= MAX_PAIR).then_some(u64::from(len))
}

#[cfg_attr(feature = "std", inline(always))]
fn choose(l: &Layout, block: &[u32], all: u32, reference: bool, k: &mut u32) -> Choice {
    // The first residual is zero if a reference replaces it, so it adds nothing to sums.
    let count = block.len() as u64 - u64::from(reference);
    let raw = count * u64::from(l.bits);
    let split = l.k_max.map(|k_max| {
        let (best_k, len) = best_split(block, count, all, *k, k_max);
        *k = best_k;
        len
    });
    let split = split.unwrap_or(u64::MAX);
    let pairs = pairs_len(block, all).unwrap_or(u64::MAX);
    if split < raw && split < pairs {
        Choice::Split(*k)
    } else if split >= raw && raw <= pairs {
        Choice::Raw
    } else {
        Choice::Pairs
    }
}

/// Writes a block that is not zero. `reference` is its reference sample, if any; the first residual is then a zero that
/// is not written. `all` is the bitwise OR of the residuals. `k` is that of the previous block, and is updated.
#[cfg_attr(feature = "std", inline(always))]
pub(super) fn write(l: &Layout, w: &mut WordWriter, block: &[u32], all: u32, reference: Option<u32>, k: &mut u32) {
    let coded = block.get(usize::from(reference.is_some())..).unwrap_or(&[]);
    match choose(l, block, all, reference.is_some(), k) {
        Choice::Split(k) => {
            w.put(u64::from(k + 1), l.id_len);
            if let Some(r) = reference {
                w.put(r.into(), l.bits);
            }
            write_high(w, coded, k);
            write_low(w, coded, k);
        }
        Choice::Pairs => {
            w.put(1, l.id_len + 1);
            if let Some(r) = reference {
                w.put(r.into(), l.bits);
            }
            let (pairs, _) = block.as_chunks::<2>();
            for &[a, b] in pairs {
                let sum = a + b;
                w.unary(sum * (sum + 1) / 2 + b);
            }
        }
        Choice::Raw => {
            w.put((1 << l.id_len) - 1, l.id_len);
            if let Some(r) = reference {
                w.put(r.into(), l.bits);
            }
            write_low(w, coded, l.bits);
        }
    }
}

/// Writes the residuals without their low `k` bits as fundamental sequences, several per word where they fit.
#[cfg_attr(feature = "std", inline(always))]
fn write_high(w: &mut WordWriter, block: &[u32], k: u32) {
    let (quads, rest) = block.as_chunks::<4>();
    for quad in quads {
        let [a, b, c, d] = quad.map(|d| u64::from(d >> k));
        let bits = a + b + c + d + 4;
        if bits <= 56 {
            let word = 1 | 1 << (d + 1) | 1 << (c + d + 2) | 1 << (b + c + d + 3);
            w.put(word, bits as u32);
        } else {
            for d in quad {
                w.unary(d >> k);
            }
        }
    }
    for d in rest {
        w.unary(d >> k);
    }
}

/// Writes the low `k` bits, 0 to 32, of each residual, several per word where they fit.
#[cfg_attr(feature = "std", inline(always))]
fn write_low(w: &mut WordWriter, block: &[u32], k: u32) {
    if k == 0 {
        return;
    }
    let mask = u64::from(u32::MAX >> (32 - k));
    let low = |d: u32| u64::from(d) & mask;
    let two = |[a, b]: [u32; 2]| low(a) << k | low(b);
    let four = |[a, b, c, d]: [u32; 4]| two([a, b]) << (2 * k) | two([c, d]);
    let rest = if k <= 7 {
        let (eights, rest) = block.as_chunks::<8>();
        for &[a, b, c, d, e, f, g, h] in eights {
            w.put(four([a, b, c, d]) << (4 * k) | four([e, f, g, h]), 8 * k);
        }
        rest
    } else if k <= 14 {
        let (quads, rest) = block.as_chunks::<4>();
        for &quad in quads {
            w.put(four(quad), 4 * k);
        }
        rest
    } else if k <= 28 {
        let (pairs, rest) = block.as_chunks::<2>();
        for &pair in pairs {
            w.put(two(pair), 2 * k);
        }
        rest
    } else {
        block
    };
    for &d in rest {
        w.put(low(d), k);
    }
}

/// Writes a run of zero blocks. `to_end`: it reaches the end of its segment of 64 blocks, of its interval or of the
/// data.
pub(super) fn write_zeros(l: &Layout, w: &mut WordWriter, blocks: u32, to_end: bool, reference: Option<u32>) {
    w.put(0, l.id_len + 1);
    if let Some(r) = reference {
        w.put(r.into(), l.bits);
    }
    w.unary(match blocks {
        5.. if to_end => 4,
        5.. => blocks,
        _ => blocks.sat_sub(1),
    });
}
