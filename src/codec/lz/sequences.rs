//! Sequences: a run of literals and the match behind it, packed in two words; and the list of recent offsets.
#![allow(clippy::arithmetic_side_effects, reason = "fields of known widths")]

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
    #[inline(always)]
    pub(super) fn pack(self) -> [u32; 2] {
        [self.run << 15 | self.len & 0x7fff, self.len >> 15 << 23 | self.offset]
    }

    #[inline(always)]
    pub(super) fn unpack([a, b]: [u32; 2]) -> Self {
        Sequence { run: a >> 15, len: a & 0x7fff | b >> 23 << 15, offset: b & 0x007f_ffff }
    }
}

/// The last three different offsets, the last first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recent(pub [u32; 3]);

impl Recent {
    /// What every block starts from.
    pub(super) const START: Recent = Recent([1, 4, 8]);

    /// What a stored offset means; and it becomes the last.
    #[inline(always)]
    pub(super) fn take(&mut self, stored: u32) -> u32 {
        let [a, b, c] = self.0;
        let (offset, list) = match stored {
            0 => (a, [a, b, c]),
            1 => (b, [b, a, c]),
            2 => (c, [c, a, b]),
            new => (new - 2, [new - 2, a, b]),
        };
        self.0 = list;
        offset
    }

    /// How an offset is stored.
    #[inline(always)]
    pub(super) fn store(&self, offset: u32) -> u32 {
        let [a, b, c] = self.0;
        if offset == a {
            0
        } else if offset == b {
            1
        } else if offset == c {
            2
        } else {
            offset + 2
        }
    }
}
