//! One block: choosing its code option, and writing it.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "lengths in bits of one block: at most 256 samples of 32 bits, in u64 wherever a sum could exceed u32"
)]

use super::bits::BitWriter;
use super::params::Layout;

/// The longest pair sum that decoders know in the second extension.
pub(super) const MAX_PAIR: u32 = 12;

/// The code options for a block that is not zero.
enum Choice {
    Split(u32),
    Pairs,
    Raw,
}

/// The sum of what stands above the low `k` bits.
#[inline(always)]
fn high_sum(l: &Layout, block: &[u32], k: u32) -> u64 {
    if l.bits <= 24 {
        // 256 numbers below 2^24: the sum fits.
        u64::from(block.iter().map(|d| d >> k).fold(0u32, u32::wrapping_add))
    } else {
        block.iter().map(|d| u64::from(d >> k)).sum()
    }
}

/// The best k and the bits it takes, without the identifier. `start` is where the search begins, the k of the block
/// before: its length has one minimum, and among equals this order decides.
#[inline(always)]
fn best_split(l: &Layout, block: &[u32], start: u32, k_max: u32) -> (u32, u64) {
    let count = block.len() as u64;
    let cost = |k: u32| {
        let fs = high_sum(l, block, k);
        (fs, fs + count * u64::from(k + 1))
    };
    let (mut fs, mut best) = cost(start);
    let mut k = start;
    // Above: one more low bit each has to save as much in the high parts.
    while fs >= count && k < k_max {
        let (next_fs, next) = cost(k + 1);
        if next >= best {
            break;
        }
        (fs, best, k) = (next_fs, next, k + 1);
    }
    if k > start {
        return (k, best);
    }
    // Below: one low bit less must not cost more in the high parts.
    while k > 0 {
        let (next_fs, next) = cost(k - 1);
        if next >= best {
            break;
        }
        (best, k) = (next, k - 1);
        if next_fs >= count {
            break;
        }
    }
    (k, best)
}

/// The bits of the second extension, if it can code the block at all. `all` is the bitwise or of the block.
#[inline(always)]
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

fn choose(l: &Layout, block: &[u32], all: u32, reference: bool, k: &mut u32) -> Choice {
    let coded = block.get(usize::from(reference)..).unwrap_or(&[]);
    let raw = coded.len() as u64 * u64::from(l.bits);
    let split = l.k_max.map(|k_max| {
        let (best_k, len) = best_split(l, coded, *k, k_max);
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

/// Writes a block that is not zero. `reference` is the block's reference sample, if it has one; then the first
/// residual is a zero that stands for it. `all` is the bitwise or of the residuals, `k` the last block's and this one's.
pub(super) fn write(l: &Layout, w: &mut BitWriter, block: &[u32], all: u32, reference: Option<u32>, k: &mut u32) {
    let coded = block.get(usize::from(reference.is_some())..).unwrap_or(&[]);
    match choose(l, block, all, reference.is_some(), k) {
        Choice::Split(k) => {
            w.put(k + 1, l.id_len);
            if let Some(r) = reference {
                w.put(r, l.bits);
            }
            for d in coded {
                w.put_fs(d >> k);
            }
            write_low(w, coded, k);
        }
        Choice::Pairs => {
            w.put(1, l.id_len + 1);
            if let Some(r) = reference {
                w.put(r, l.bits);
            }
            let (pairs, _) = block.as_chunks::<2>();
            for &[a, b] in pairs {
                let sum = a + b;
                w.put_fs(sum * (sum + 1) / 2 + b);
            }
        }
        Choice::Raw => {
            w.put((1 << l.id_len) - 1, l.id_len);
            if let Some(r) = reference {
                w.put(r, l.bits);
            }
            write_low(w, coded, l.bits);
        }
    }
}

/// The low `k` bits of each, `k` up to 32.
#[inline(always)]
fn write_low(w: &mut BitWriter, block: &[u32], k: u32) {
    if k == 0 {
        return;
    }
    let mask = u32::MAX >> (32 - k);
    if k <= 8 {
        let (quads, rest) = block.as_chunks::<4>();
        for &[a, b, c, d] in quads {
            let high = (a & mask) << k | (b & mask);
            let low = (c & mask) << k | (d & mask);
            w.put(high << (2 * k) | low, 4 * k);
        }
        rest.iter().for_each(|d| w.put(d & mask, k));
    } else if k <= 16 {
        let (pairs, rest) = block.as_chunks::<2>();
        for &[a, b] in pairs {
            w.put((a & mask) << k | (b & mask), 2 * k);
        }
        rest.iter().for_each(|d| w.put(d & mask, k));
    } else {
        block.iter().for_each(|d| w.put(d & mask, k));
    }
}

/// Writes a run of zero blocks. `to_end`: it reaches the end of its segment of 64 blocks, its interval or the data.
pub(super) fn write_zeros(l: &Layout, w: &mut BitWriter, blocks: u32, to_end: bool, reference: Option<u32>) {
    w.put(0, l.id_len + 1);
    if let Some(r) = reference {
        w.put(r, l.bits);
    }
    w.put_fs(match blocks {
        5.. if to_end => 4,
        5.. => blocks,
        _ => blocks.saturating_sub(1),
    });
}
