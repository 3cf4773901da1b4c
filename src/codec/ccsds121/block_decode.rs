//! Decodes one block whose bytes are all available: the fast path of the decoder.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "pair values are at most 90, split words stay below 2^57 << 29 cut to u64 on purpose and are checked"
)]

use super::bits::BitReader;
use super::block_encode::MAX_PAIR;
use super::params::Layout;

/// The largest code of a pair: that of 0 and 12.
pub(super) const MAX_PAIR_CODE: u32 = MAX_PAIR * (MAX_PAIR + 1) / 2 + MAX_PAIR;

/// The pairs by code.
static PAIRS: [(u8, u8); MAX_PAIR_CODE as usize + 1] = pairs();

#[allow(clippy::indexing_slicing, reason = "runs in the compiler")]
const fn pairs() -> [(u8, u8); MAX_PAIR_CODE as usize + 1] {
    let mut table = [(0, 0); MAX_PAIR_CODE as usize + 1];
    let (mut code, mut sum) = (0, 0);
    while sum <= MAX_PAIR as u8 {
        let mut second = 0;
        while second <= sum {
            table[code] = (sum - second, second);
            code += 1;
            second += 1;
        }
        sum += 1;
    }
    table
}

/// The two residuals of a pair by its code.
pub(super) fn pair(code: u32) -> Option<(u32, u32)> {
    let &(a, b) = PAIRS.get(code as usize)?;
    Some((a.into(), b.into()))
}

/// Number of zero blocks of a run by its code. The run starts with block `index` of its reference interval.
pub(super) fn zero_run(l: &Layout, code: u32, index: u32) -> Option<u32> {
    let left = l.rsi.checked_sub(index)?;
    let run = match code {
        4 => left.min(64 - index % 64),
        0..4 => code + 1,
        _ => code,
    };
    (run <= left).then_some(run)
}

/// Content of a coded block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coded {
    /// The residuals were decoded into the block.
    Block,
    /// A run of this number of zero blocks, which starts with this one.
    Zeros(u32),
    /// Not the output of an encoder.
    Damaged,
}

/// Decodes the residuals of one block. If the block has a reference sample, returns it; the first residual is then
/// undefined.
///
/// `None` where the block is too close to the end of the data, or contains a fundamental sequence longer than a word.
/// Then only `block` has changed.
#[inline]
pub(super) fn read(l: &Layout, r: &mut BitReader, index: u32, block: &mut [u32]) -> Option<(Coded, Option<u32>)> {
    let start = *r;
    let found = read_block(l, r, index, block);
    if found.is_none() {
        *r = start;
    }
    found
}

#[cfg_attr(feature = "std", inline(always))]
fn read_block(l: &Layout, r: &mut BitReader, index: u32, block: &mut [u32]) -> Option<(Coded, Option<u32>)> {
    let has_reference = l.preprocess && index == 0;
    let id = r.get(l.id_len)?;
    let pairs = if id == 0 { r.get(1)? == 1 } else { false };
    let reference = if has_reference { Some(r.get(l.bits)?) } else { None };
    let coded = block.get_mut(usize::from(has_reference)..)?;
    let largest = if id == 0 {
        if !pairs {
            let run = zero_run(l, r.get_fs()?, index);
            return Some((run.map_or(Coded::Damaged, Coded::Zeros), reference));
        }
        let mut all = 0;
        let (two, _) = block.as_chunks_mut::<2>();
        for (i, [a, b]) in two.iter_mut().enumerate() {
            let Some((first, second)) = pair(r.get_fs()?) else {
                return Some((Coded::Damaged, reference));
            };
            (*a, *b) = (first, second);
            // The reference replaces the first residual, whatever its value in the pair.
            all |= second | if has_reference && i == 0 { 0 } else { first };
        }
        u64::from(all)
    } else if id == (1 << l.id_len) - 1 {
        read_words(r, l.bits, coded)?;
        0
    } else {
        r.get_fs_all(coded)?;
        add_low(r, id - 1, coded)?
    };
    let content = if largest <= u64::from(l.max) { Coded::Block } else { Coded::Damaged };
    Some((content, reference))
}

/// Reads words of `len` bits, 1 to 32.
fn read_words(r: &mut BitReader, len: u32, out: &mut [u32]) -> Option<()> {
    let mut pos = r.pos;
    for d in out {
        *d = (r.peek_at(pos)? >> (64 - len)) as u32;
        pos += u64::from(len);
    }
    r.pos = pos;
    Some(())
}

/// Appends the next `k` low bits, 0 to 29, to each residual. Returns the bitwise OR of the results before they are cut
/// to 32 bits.
#[cfg_attr(feature = "std", inline(always))]
fn add_low(r: &mut BitReader, k: u32, block: &mut [u32]) -> Option<u64> {
    let mut all = 0;
    if k == 0 {
        block.iter().for_each(|d| all |= u64::from(*d));
        return Some(all);
    }
    let mut pos = r.pos;
    for d in block {
        let word = u64::from(*d) << k | r.peek_at(pos)? >> (64 - k);
        pos += u64::from(k);
        *d = word as u32;
        all |= word;
    }
    r.pos = pos;
    Some(all)
}
