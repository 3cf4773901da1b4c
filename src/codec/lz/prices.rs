//! What literals and sequences cost, in sixteenths of a bit.
#![allow(clippy::arithmetic_side_effects, reason = "prices below 2^12, and counts of at most 2^22 bytes")]

use super::codes;
use super::sequences::Sequence;
use super::tans::SYMBOLS;
use crate::util::unsigned::Unsigned;

/// A bit.
pub(super) const BIT: u32 = 16;

/// Prices by byte or code.
#[derive(Clone, Debug)]
pub(super) struct Prices {
    literals: [u16; 256],
    runs: [u16; SYMBOLS],
    /// By length: the stretch of [`optimal`](super::optimal) has none longer.
    matches: [u16; 256],
    offsets: [u16; SYMBOLS],
}

#[cfg_attr(feature = "std", inline(always))]
fn of(prices: &[u16; SYMBOLS], c: codes::Coded) -> u32 {
    #[allow(clippy::indexing_slicing, reason = "masked by the length of the table")]
    let price = prices[c.code as usize & (SYMBOLS - 1)];
    u32::from(price) + c.extra_len * BIT
}

/// log2 of `n`, which is not 0, in sixteenths, the mantissa taken for its own logarithm.
fn log2(n: u32) -> u32 {
    let octave = n.max(1).ilog2();
    let mantissa = (u64::from(n) << 16 >> octave) as u32 & 0xffff;
    octave * 16 + (mantissa >> 12)
}

/// Prices for counts; what does not occur costs somewhat more than what occurs once.
fn learn<const N: usize>(counts: &[u32; N], most: u32) -> [u16; N] {
    let total: u32 = counts.iter().sum();
    let whole = log2(total + 1);
    counts.map(|n| if n > 0 { whole.sat_sub(log2(n)).clamp(1, most) } else { most.min(whole + BIT) } as u16)
}

impl Prices {
    /// What `sequences` and the literals between them, in `data`, will about cost.
    pub(super) fn learn(data: &[u8], sequences: &[[u32; 2]]) -> Self {
        let mut literals = [0u32; 256];
        let (mut runs, mut matches, mut offsets) = ([0u32; SYMBOLS], [0u32; SYMBOLS], [0u32; SYMBOLS]);
        let mut rest = data;
        let mut count = |bytes: &[u8]| {
            for &b in bytes {
                #[allow(clippy::indexing_slicing, reason = "a u8 is below 256")]
                {
                    literals[usize::from(b)] += 1;
                }
            }
        };
        for &packed in sequences {
            let s = Sequence::unpack(packed);
            let (run, tail) = rest.split_at_checked(s.run as usize).unwrap_or((rest, &[]));
            count(run);
            rest = tail.get(s.len as usize..).unwrap_or(&[]);
            for (counts, code) in [
                (&mut runs, codes::run(s.run).code),
                (&mut matches, codes::match_len(s.len).code),
                (&mut offsets, codes::offset(s.offset).code),
            ] {
                #[allow(clippy::indexing_slicing, reason = "masked by the length of the table")]
                {
                    counts[code as usize & (SYMBOLS - 1)] += 1;
                }
            }
        }
        count(rest);
        let matches = learn(&matches, 9 * BIT);
        Prices {
            literals: learn(&literals, 11 * BIT),
            runs: learn(&runs, 9 * BIT),
            matches: core::array::from_fn(|len| {
                of(&matches, codes::match_len((len as u32).max(codes::MIN_MATCH))) as u16
            }),
            offsets: learn(&offsets, 9 * BIT),
        }
    }

    /// A literal.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn literal(&self, b: u8) -> u32 {
        #[allow(clippy::indexing_slicing, reason = "a u8 is below 256")]
        u32::from(self.literals[usize::from(b)])
    }

    /// A run of literals, without them.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn run(&self, run: u32) -> u32 {
        of(&self.runs, codes::run(run))
    }

    /// A match length below 256.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn match_len(&self, len: u8) -> u32 {
        #[allow(clippy::indexing_slicing, reason = "a u8 is below 256")]
        u32::from(self.matches[usize::from(len)])
    }

    /// An offset as stored.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn offset(&self, stored: u32) -> u32 {
        of(&self.offsets, codes::offset(stored))
    }
}
