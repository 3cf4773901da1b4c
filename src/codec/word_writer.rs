//! Bit writer of the LZ and CCSDS 121 codecs: most significant bit first, one eight-byte store per write.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "bit counts below 64, and positions in a slice of at most a few MiB: neither can wrap"
)]

/// Writes bits into a slice, most significant first. Between writes it holds back fewer than 8 bits.
///
/// Every write stores eight bytes, however many of them it completes. This avoids a branch on the fill level of the
/// word, and requires seven bytes of the slice past the last one written.
#[derive(Debug)]
pub(in crate::codec) struct WordWriter<'a> {
    out: &'a mut [u8],
    pos: usize,
    /// Pending bits at the top; the rest is zero.
    acc: u64,
    /// Number of pending bits, below 8.
    used: u32,
    short: bool,
}

impl<'a> WordWriter<'a> {
    pub(in crate::codec) fn new(out: &'a mut [u8]) -> Self {
        WordWriter { out, pos: 0, acc: 0, used: 0, short: false }
    }

    /// Continues after the top `used` bits (below 8) of `head`.
    pub(in crate::codec) fn resume(out: &'a mut [u8], head: u8, used: u32) -> Self {
        WordWriter { out, pos: 0, acc: u64::from(head) << 56, used: used & 7, short: false }
    }

    /// Appends the low `len` bits of `v`, 1 to 56; the other bits of `v` are zero.
    #[cfg_attr(feature = "std", inline(always))]
    pub(in crate::codec) fn put(&mut self, v: u64, len: u32) {
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

    /// Appends the Elias gamma code of `v`, 1 or more: a zero for each bit after the leading one, then the bits of `v`.
    pub(in crate::codec) fn gamma(&mut self, v: u32) {
        let bits = v.max(1).ilog2();
        self.put(u64::from(v), 2 * bits + 1);
    }

    /// Appends the fundamental sequence of `m`: `m` zeros and a one.
    #[inline]
    pub(in crate::codec) fn unary(&mut self, mut m: u32) {
        while m >= 56 {
            self.put(0, 56);
            m -= 56;
        }
        self.put(1, m + 1);
    }

    /// Appends zeros up to a whole byte.
    pub(in crate::codec) fn align(&mut self) {
        if self.used > 0 {
            self.put(0, 8 - self.used);
        }
    }

    /// Number of bytes written, the last one padded with zeros. `None` where the slice was too short.
    pub(in crate::codec) fn finish(self) -> Option<usize> {
        (!self.short).then_some(self.pos + usize::from(self.used > 0))
    }

    /// Number of whole bytes written, and the pending bits as [`WordWriter::resume`] takes them. `None` where the slice
    /// was too short.
    pub(in crate::codec) fn suspend(self) -> Option<(usize, u8, u32)> {
        (!self.short).then_some((self.pos, (self.acc >> 56) as u8, self.used))
    }
}
