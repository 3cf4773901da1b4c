//! Lengths and offsets as codes with extra bits.
//!
//! Small values have a code each. Larger values share a code per half octave: the code gives the leading one and the
//! next bit, and the extra bits give the rest.
#![allow(clippy::arithmetic_side_effects, reason = "values below 2^22 and their logarithms")]

/// The shortest match.
pub(super) const MIN_MATCH: u32 = 3;
/// The longest match, less than a half octave above 2^16.
pub(super) const MAX_MATCH: u32 = (1 << 16) + MIN_MATCH - 1;
/// Literal runs are shorter than this.
pub(super) const MAX_RUN: u32 = 1 << 17;
/// Number of recent offsets that a code of their own refers to.
pub(super) const RECENT: u32 = 3;

/// Number of codes of literal runs: 16 direct ones, and two per octave from 2^4 to 2^17.
pub(super) const RUN_CODES: usize = 16 + 2 * 13;
/// Number of codes of match lengths minus [`MIN_MATCH`]: 32 direct ones, and two per octave from 2^5 to 2^17.
pub(super) const MATCH_CODES: usize = 32 + 2 * 12;
/// Number of codes of offsets: the recent ones, two direct ones, and two per octave from 2^1 to 2^22.
pub(super) const OFFSET_CODES: usize = RECENT as usize + 2 + 2 * 21;

/// A value's code, its extra bits and their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Coded {
    pub code: u32,
    pub extra_len: u32,
    pub extra: u32,
}

/// All ones where `on`.
const fn mask(on: bool) -> u32 {
    (on as u32).wrapping_neg()
}

/// Codes `v`, where the first 2^`direct` values have a code each. Branch-free: the cases follow no pattern that a
/// processor could predict.
#[cfg_attr(feature = "std", inline(always))]
const fn split(v: u32, direct: u32) -> Coded {
    let large = mask(v >> direct > 0);
    let octave = (v | 1 << direct).ilog2();
    let extra_len = (octave - 1) & large;
    let half = v >> extra_len & 1 & large;
    let first = (v & !large) | ((1 << direct) & large);
    Coded { code: first + 2 * ((octave - direct) & large) + half, extra_len, extra: v & ((1 << extra_len) - 1) }
}

/// The smallest value of a code, and its number of extra bits.
const fn join(code: u32, direct: u32) -> (u32, u32) {
    if code < 1 << direct {
        return (code, 0);
    }
    let above = code - (1 << direct);
    let extra_len = above / 2 + direct - 1;
    ((2 | above & 1) << extra_len, extra_len)
}

/// Codes a literal run, below [`MAX_RUN`].
#[cfg_attr(feature = "std", inline(always))]
pub(super) const fn run(v: u32) -> Coded {
    split(v, 4)
}

/// Codes a match length from [`MIN_MATCH`] to [`MAX_MATCH`].
#[cfg_attr(feature = "std", inline(always))]
pub(super) const fn match_len(v: u32) -> Coded {
    split(v - MIN_MATCH, 5)
}

/// Codes an offset as stored: 0 to 2 for a recent one, otherwise the offset (at least 1) plus 2.
#[cfg_attr(feature = "std", inline(always))]
pub(super) const fn offset(v: u32) -> Coded {
    let new = mask(v >= RECENT);
    // A recent offset is split as 0, which has no extra bits.
    let c = split(v.wrapping_sub(RECENT - 1) & new, 1);
    Coded { code: (c.code + RECENT - 1) & new | v & !new, ..c }
}

/// Smallest values and extra bits by code, packed as `first << 5 | bits`. Padded so that every 6-bit code has an entry.
#[allow(clippy::indexing_slicing, reason = "runs in the compiler")]
const fn table(direct: u32, codes: usize, shift: u32) -> [u32; 64] {
    let mut t = [0; 64];
    let mut i = 0;
    while i < codes {
        let (first, bits) = join(i as u32, direct);
        t[i] = (first + shift) << 5 | bits;
        i += 1;
    }
    t
}

#[allow(clippy::indexing_slicing, reason = "runs in the compiler")]
const fn offset_table() -> [u32; 64] {
    let mut t = [0; 64];
    let mut i = 0;
    while i < OFFSET_CODES {
        t[i] = if i < RECENT as usize {
            (i as u32) << 5
        } else {
            let (first, bits) = join(i as u32 + 1 - RECENT, 1);
            (first + RECENT - 1) << 5 | bits
        };
        i += 1;
    }
    t
}

/// Literal runs: `smallest value << 5 | extra bits`.
pub(super) static RUNS: [u32; 64] = table(4, RUN_CODES, 0);
/// Match lengths, packed as in [`RUNS`].
pub(super) static MATCHES: [u32; 64] = table(5, MATCH_CODES, MIN_MATCH);
/// Offsets as stored, packed as in [`RUNS`].
pub(super) static OFFSETS: [u32; 64] = offset_table();

#[cfg(test)]
mod tests {
    use super::*;

    fn check(table: &[u32; 64], codes: usize, c: Coded, v: u32) {
        assert!((c.code as usize) < codes);
        let entry = table[c.code as usize];
        assert_eq!((entry & 31, (entry >> 5) + c.extra), (c.extra_len, v));
    }

    #[test]
    fn tables_return_every_coded_value() {
        (0..MAX_RUN).for_each(|v| check(&RUNS, RUN_CODES, run(v), v));
        (MIN_MATCH..=MAX_MATCH).for_each(|v| check(&MATCHES, MATCH_CODES, match_len(v), v));
        (0..(1 << 22) + RECENT - 1).for_each(|v| check(&OFFSETS, OFFSET_CODES, offset(v), v));
    }
}
