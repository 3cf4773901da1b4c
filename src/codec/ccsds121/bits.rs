//! Bit reader of the decoder's fast path, most significant bit first.
#![allow(clippy::arithmetic_side_effects, reason = "bit positions in a slice, as u64: they cannot wrap")]

/// Reads bits of a slice by position. Every read needs eight bytes from its position on.
#[derive(Clone, Copy, Debug)]
pub(super) struct BitReader<'a> {
    data: &'a [u8],
    /// In bits from the start.
    pub pos: u64,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(data: &'a [u8], pos: u64) -> Self {
        BitReader { data, pos }
    }

    /// At least 57 bits from `pos` on, at the top of a word whose rest is zero. `None` within 8 bytes of the end.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn peek_at(&self, pos: u64) -> Option<u64> {
        let word = self.data.get((pos >> 3) as usize..)?.first_chunk::<8>()?;
        Some(u64::from_be_bytes(*word) << (pos & 7))
    }

    /// The next `len` bits, 1 to 32.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn get(&mut self, len: u32) -> Option<u32> {
        let word = self.peek_at(self.pos)?;
        self.pos += u64::from(len);
        Some((word >> (64 - len)) as u32)
    }

    /// Reads a fundamental sequence: the number of zeros before the next one. `None` also where a word does not hold
    /// it.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn get_fs(&mut self) -> Option<u32> {
        let word = self.peek_at(self.pos)?;
        if word == 0 {
            return None;
        }
        let zeros = word.leading_zeros();
        self.pos += u64::from(zeros) + 1;
        Some(zeros)
    }

    /// Fills `out` with the next fundamental sequences. `None` as for [`BitReader::get_fs`].
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn get_fs_all(&mut self, out: &mut [u32]) -> Option<()> {
        let mut word = 0u64;
        let mut pos = self.pos;
        for m in out {
            if word == 0 {
                word = self.peek_at(pos)?;
                if word == 0 {
                    return None;
                }
            }
            let zeros = word.leading_zeros();
            word = word << zeros << 1;
            pos += u64::from(zeros) + 1;
            *m = zeros;
        }
        self.pos = pos;
        Some(())
    }
}
