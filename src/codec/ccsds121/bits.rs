//! Bits into and out of bytes, most significant first.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "bit counts below 64, and positions in a slice in bits of a u64: neither can wrap"
)]

/// Puts bits into a slice. Between blocks less than a byte is held back.
///
/// Every write stores eight bytes, whatever it finishes of them: no branch on how full the word is. The slice
/// therefore needs seven bytes more than are written in the end.
#[derive(Debug)]
pub(super) struct BitWriter<'a> {
    out: &'a mut [u8],
    pos: usize,
    /// Waiting bits at the top; the rest is zero.
    acc: u64,
    /// How many wait: below 8.
    used: u32,
    short: bool,
}

impl<'a> BitWriter<'a> {
    /// Goes on after the top bits of `head`, `used` of them (below 8).
    pub(super) fn new(out: &'a mut [u8], head: u8, used: u32) -> Self {
        BitWriter { out, pos: 0, acc: u64::from(head) << 56, used: used & 7, short: false }
    }

    /// Appends the low `len` bits of `v`, which has no others; `len` is 1 to 56.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn put(&mut self, v: u64, len: u32) {
        let used = self.used + len;
        self.acc |= v << (64 - used);
        match self.out.get_mut(self.pos..).and_then(|o| o.first_chunk_mut::<8>()) {
            Some(to) => *to = self.acc.to_be_bytes(),
            None => self.short = true,
        }
        self.pos += (used >> 3) as usize;
        self.acc <<= used & !7;
        self.used = used & 7;
    }

    /// Appends the fundamental sequence of `m`: that many zeros, and a one.
    #[inline]
    pub(super) fn put_fs(&mut self, mut m: u32) {
        while m >= 56 {
            self.put(0, 56);
            m -= 56;
        }
        self.put(1, m + 1);
    }

    /// Appends zeros up to a whole byte.
    pub(super) fn align(&mut self) {
        if self.used > 0 {
            self.put(0, 8 - self.used);
        }
    }

    /// How many bytes are whole, and the bits left over as in [`BitWriter::new`]. Nothing where the slice was too short.
    pub(super) fn finish(self) -> Option<(usize, u8, u32)> {
        (!self.short).then_some((self.pos, (self.acc >> 56) as u8, self.used))
    }
}

/// Looks at bits of a slice by their position.
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

    /// The zeros before the next one. `None` also where there are more than a word shows.
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

    /// Zeros before each of the next ones. `None` as for [`BitReader::get_fs`].
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
