//! Estimated prices of literals and sequences, in sixteenths of a bit. The optimal parse compares paths by them.
#![allow(clippy::arithmetic_side_effects, reason = "prices below 2^12, and counts of at most 2^22 bytes")]

use super::codes;
use super::sequences::{CodeCounts, literal_runs};
use super::tans::SYMBOLS;
use crate::util::unsigned::Unsigned;

/// Price of a bit.
pub(super) const BIT: u32 = 16;

/// Prices by byte, code or length.
#[derive(Clone, Debug)]
pub(super) struct Prices {
    literals: [u16; 256],
    runs: [u16; SYMBOLS],
    /// By match length: the optimal parse prices none above 255.
    matches: [u16; 256],
    offsets: [u16; SYMBOLS],
}

#[cfg_attr(feature = "std", inline(always))]
fn price_of(prices: &[u16; SYMBOLS], c: codes::Coded) -> u32 {
    #[allow(clippy::indexing_slicing, reason = "masked by the length of the table")]
    let price = prices[c.code as usize & (SYMBOLS - 1)];
    u32::from(price) + c.extra_len * BIT
}

/// log2 of `n` (not 0) in sixteenths, with the mantissa in place of its own logarithm.
fn log2(n: u32) -> u32 {
    let octave = n.max(1).ilog2();
    let mantissa = (u64::from(n) << 16 >> octave) as u32 & 0xffff;
    octave * 16 + (mantissa >> 12)
}

/// Prices by counts. A symbol that does not occur costs somewhat more than one that occurs once.
fn learn<const N: usize>(counts: &[u32; N], max: u32) -> [u16; N] {
    let total: u32 = counts.iter().sum();
    let whole = log2(total + 1);
    counts.map(|n| if n > 0 { whole.sat_sub(log2(n)).clamp(1, max) } else { max.min(whole + BIT) } as u16)
}

impl Prices {
    /// Estimates prices from `sequences` and the literals between them in `data`.
    pub(super) fn learn(data: &[u8], sequences: &[[u32; 2]]) -> Self {
        let mut literals = [0u32; 256];
        for run in literal_runs(data, sequences) {
            for &b in run {
                #[allow(clippy::indexing_slicing, reason = "a u8 is below 256")]
                {
                    literals[usize::from(b)] += 1;
                }
            }
        }
        let CodeCounts { runs, matches, offsets } = CodeCounts::count(sequences);
        let matches = learn(&matches, 9 * BIT);
        Prices {
            literals: learn(&literals, 11 * BIT),
            runs: learn(&runs, 9 * BIT),
            matches: core::array::from_fn(|len| {
                price_of(&matches, codes::match_len((len as u32).max(codes::MIN_MATCH))) as u16
            }),
            offsets: learn(&offsets, 9 * BIT),
        }
    }

    /// Price of a literal.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn literal(&self, b: u8) -> u32 {
        #[allow(clippy::indexing_slicing, reason = "a u8 is below 256")]
        u32::from(self.literals[usize::from(b)])
    }

    /// Price of the length of a run of literals, without the literals.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn run(&self, run: u32) -> u32 {
        price_of(&self.runs, codes::run(run))
    }

    /// Price of a match length below 256.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn match_len(&self, len: u8) -> u32 {
        #[allow(clippy::indexing_slicing, reason = "a u8 is below 256")]
        u32::from(self.matches[usize::from(len)])
    }

    /// Price of an offset as stored.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn offset(&self, stored: u32) -> u32 {
        price_of(&self.offsets, codes::offset(stored))
    }
}
