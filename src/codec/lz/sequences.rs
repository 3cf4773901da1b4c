//! Sequences: a run of literals and the match after it, packed in two words; the list of recent offsets.
#![allow(clippy::arithmetic_side_effects, reason = "fields of known widths, and counts of at most 2^22 bytes")]

use super::codes;
use super::codes::RECENT;
use super::tans::SYMBOLS;
use core::hint::select_unpredictable as select;

/// A run of literals and the match after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sequence {
    /// Number of literals, below 2^17.
    pub run: u32,
    /// Length of the match, below 2^17.
    pub len: u32,
    /// Offset as stored: an index into the recent offsets, or the offset + 2.
    pub offset: u32,
}

impl Sequence {
    /// Packs the run (17 bits) with the low 15 bits of the match length, and its other bits with the offset.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn pack(self) -> [u32; 2] {
        [self.run << 15 | self.len & 0x7fff, self.len >> 15 << 23 | self.offset]
    }

    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn unpack([a, b]: [u32; 2]) -> Self {
        Sequence { run: a >> 15, len: a & 0x7fff | b >> 23 << 15, offset: b & 0x007f_ffff }
    }
}

/// A decoded sequence: number of literals, length of the match, offset as stored.
pub(super) type SequenceFields = [u32; 3];

/// The runs of literals of `sequences` in `data`, and the literals after the last match.
pub(super) fn literal_runs<'a>(data: &'a [u8], sequences: &'a [[u32; 2]]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = data;
    let mut packed = sequences.iter();
    let mut done = false;
    core::iter::from_fn(move || {
        if done {
            return None;
        }
        let Some(&p) = packed.next() else {
            done = true;
            return Some(rest);
        };
        let s = Sequence::unpack(p);
        let (run, tail) = rest.split_at_checked(s.run as usize)?;
        rest = tail.get(s.len as usize..)?;
        Some(run)
    })
}

/// Number of sequences with each code.
pub(super) struct CodeCounts {
    pub runs: [u32; SYMBOLS],
    pub matches: [u32; SYMBOLS],
    pub offsets: [u32; SYMBOLS],
}

impl CodeCounts {
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn count(sequences: &[[u32; 2]]) -> Self {
        let mut all = CodeCounts { runs: [0; SYMBOLS], matches: [0; SYMBOLS], offsets: [0; SYMBOLS] };
        for &packed in sequences {
            let s = Sequence::unpack(packed);
            for (counts, code) in [
                (&mut all.runs, codes::run(s.run).code),
                (&mut all.matches, codes::match_len(s.len).code),
                (&mut all.offsets, codes::offset(s.offset).code),
            ] {
                #[allow(clippy::indexing_slicing, reason = "masked by the length of the table")]
                {
                    counts[code as usize & (SYMBOLS - 1)] += 1;
                }
            }
        }
        all
    }
}

/// The last four different offsets, the last one first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recent(pub [u32; 4]);

impl Recent {
    /// The offsets at the start of every block.
    pub(super) const START: Recent = Recent([1, 2, 4, 8]);

    /// Resolves an offset stored after `run` literals, and moves it to the front of the list.
    ///
    /// After a run of 0 the last offset would only have extended the last match: then the list starts at the second
    /// one.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn take(&mut self, stored: u32, run: u32) -> u32 {
        let [a, b, c, d] = self.0;
        // Selects instead of branches: the cases follow no pattern that a processor could predict.
        let place = select(stored < RECENT, stored + u32::from(run == 0), RECENT + 1);
        let old = select(place < 2, select(place == 0, a, b), select(place == 2, c, d));
        let offset = select(stored < RECENT, old, stored.wrapping_sub(RECENT - 1));
        self.0 = [offset, select(place < 1, b, a), select(place < 2, c, b), select(place < 3, d, c)];
        offset
    }

    /// Returns how an offset is stored after `run` literals, and moves it to the front of the list.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn store(&mut self, offset: u32, run: u32) -> u32 {
        let list = self.0.get(usize::from(run == 0)..).unwrap_or(&[]);
        let place = list.iter().take(RECENT as usize).position(|o| *o == offset);
        let stored = place.map_or(offset + RECENT - 1, |p| p as u32);
        self.take(stored, run);
        stored
    }
}
