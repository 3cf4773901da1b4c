//! Sequences: a run of literals and the match behind it, packed in two words; and the list of recent offsets.
#![allow(clippy::arithmetic_side_effects, reason = "fields of known widths")]

use super::codes::RECENT;
use core::hint::select_unpredictable as select;

/// A run of literals and the match behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sequence {
    /// Literals, below 2^17.
    pub run: u32,
    /// Length of the match, below 2^17.
    pub len: u32,
    /// Offset as stored: a place in the list of recent ones, or the offset + 2.
    pub offset: u32,
}

impl Sequence {
    /// 17 bits of run and 15 of the match length; its rest and the offset.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn pack(self) -> [u32; 2] {
        [self.run << 15 | self.len & 0x7fff, self.len >> 15 << 23 | self.offset]
    }

    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn unpack([a, b]: [u32; 2]) -> Self {
        Sequence { run: a >> 15, len: a & 0x7fff | b >> 23 << 15, offset: b & 0x007f_ffff }
    }
}

/// The last four different offsets, the last first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recent(pub [u32; 4]);

impl Recent {
    /// What every block starts from.
    pub(super) const START: Recent = Recent([1, 2, 4, 8]);

    /// What an offset stored behind `run` literals means; and it becomes the last.
    ///
    /// Without literals the last offset would only have continued the last match: then the list starts behind it.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn take(&mut self, stored: u32, run: u32) -> u32 {
        let [a, b, c, d] = self.0;
        // Selects, not branches: which case it is follows no pattern.
        let place = select(stored < RECENT, stored + u32::from(run == 0), RECENT + 1);
        let old = select(place < 2, select(place == 0, a, b), select(place == 2, c, d));
        let offset = select(stored < RECENT, old, stored.wrapping_sub(RECENT - 1));
        self.0 = [offset, select(place < 1, b, a), select(place < 2, c, b), select(place < 3, d, c)];
        offset
    }

    /// How an offset is stored behind `run` literals; and it becomes the last.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn store(&mut self, offset: u32, run: u32) -> u32 {
        let list = self.0.get(usize::from(run == 0)..).unwrap_or(&[]);
        let place = list.iter().take(RECENT as usize).position(|o| *o == offset);
        let stored = place.map_or(offset + RECENT - 1, |p| p as u32);
        self.take(stored, run);
        stored
    }
}

/// A sequence as decoded: literals, length of the match, offset as stored.
pub(super) type SequenceFields = [u32; 3];
