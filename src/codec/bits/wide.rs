//! Bit I/O for processors with 64-bit registers.
#![allow(clippy::arithmetic_side_effects, reason = "bit counts stay below 64 and positions below 8 times a frame")]
#![cfg_attr(
    not(target_pointer_width = "64"),
    allow(unreachable_pub, dead_code, reason = "the tests of `narrow` use it")
)]

use crate::util::unsigned::Unsigned;

/// Appends bits to a slice. [`BitWriter::finish`] reports whether all of them fitted.
///
/// Between two writes less than one byte is pending. Every write stores eight bytes, of which the complete ones count,
/// as long as they fit `out`. This needs no branch on the number of pending bits.
#[derive(Debug)]
pub struct BitWriter<'a> {
    out: &'a mut [u8],
    len: usize,
    /// Pending bits at the top, zeros below.
    acc: u64,
    /// Number of pending bits, below 8.
    held: u32,
    short: bool,
}

impl<'a> BitWriter<'a> {
    /// A writer that starts at the first bit of `out`.
    pub fn new(out: &'a mut [u8]) -> Self {
        BitWriter { out, len: 0, acc: 0, held: 0, short: false }
    }

    /// Appends the low `bits` bits of `value`. `bits` is at most 32, and the higher bits of `value` are zero.
    #[inline]
    pub fn put(&mut self, value: u32, bits: u32) {
        self.put_long(value.into(), bits);
    }

    /// [`BitWriter::put`] for up to 56 bits.
    #[inline]
    pub fn put_long(&mut self, value: u64, bits: u32) {
        let held = self.held + bits;
        // Two shifts, because a shift by 64 is not defined.
        self.acc |= (value << 1) << (63 - held);
        let whole = (held >> 3) as usize;
        match self.out.get_mut(self.len..).and_then(|o| o.first_chunk_mut::<8>()) {
            Some(to) => *to = self.acc.to_be_bytes(),
            None => self.tail(whole),
        }
        self.len += whole;
        self.acc <<= held & !7;
        self.held = held & 7;
    }

    /// Stores the first `whole` bytes one by one, near the end of `out`.
    #[cold]
    fn tail(&mut self, whole: usize) {
        let rest = self.out.get_mut(self.len..).unwrap_or(&mut []);
        self.short |= rest.len() < whole;
        for (to, from) in rest.iter_mut().zip(self.acc.to_be_bytes()).take(whole) {
            *to = from;
        }
    }

    /// Appends `n` zeros and a one.
    #[inline]
    pub fn unary(&mut self, n: u32) {
        let mut left = n;
        while left > 31 {
            self.put(0, 32);
            left -= 32;
        }
        self.put(1, left + 1);
    }

    /// Pads the last byte with zeros and returns the number of bytes, or `None` if `out` was too short.
    #[must_use]
    pub fn finish(mut self) -> Option<usize> {
        if self.held > 0 {
            self.put(0, 8 - self.held);
        }
        (!self.short).then_some(self.len)
    }
}

/// Reads bits from a slice. Past the end it returns zeros, and [`BitReader::overrun`] reports that they were read.
#[derive(Clone, Debug)]
pub struct BitReader<'a> {
    bytes: &'a [u8],
    pos: usize,
}

impl<'a> BitReader<'a> {
    /// A reader that starts at the first bit of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        BitReader { bytes, pos: 0 }
    }

    /// The next bits at the top of the word, at least 57.
    #[inline]
    fn window(&self) -> u64 {
        let at = self.pos >> 3;
        let rest = self.bytes.get(at..).unwrap_or(&[]);
        let word = match rest.first_chunk::<8>() {
            Some(b) => u64::from_be_bytes(*b),
            None => {
                let mut b = [0u8; 8];
                for (to, from) in b.iter_mut().zip(rest) {
                    *to = *from;
                }
                u64::from_be_bytes(b)
            }
        };
        word << (self.pos & 7)
    }

    /// Calls `take` with the next `N` bytes, zeros past the end, and the number of bits of the first byte that are read
    /// already. `take` returns the number of bits that it read.
    #[inline]
    pub fn run<const N: usize>(&mut self, mut take: impl FnMut(&[u8; N], usize) -> usize) {
        let rest = self.bytes.get(self.pos >> 3..).unwrap_or(&[]);
        self.pos += match rest.first_chunk::<N>() {
            Some(bytes) => take(bytes, self.pos & 7),
            None => {
                let mut bytes = [0; N];
                for (to, from) in bytes.iter_mut().zip(rest) {
                    *to = *from;
                }
                take(&bytes, self.pos & 7)
            }
        };
    }

    /// The next `bits` bits, at most 32.
    #[inline]
    pub fn get(&mut self, bits: u32) -> u32 {
        let w = self.window();
        self.pos += bits as usize;
        ((w >> 32) >> (32 - bits.min(32))) as u32
    }

    /// The number of zeros before the next one bit, which is read too. More than `max` zeros count as an overrun
    /// ([`BitReader::overrun`]), and the result is `max`.
    #[inline]
    pub fn unary(&mut self, max: u32) -> u32 {
        let mut n = 0u32;
        // Every iteration but the last reads a window of zeros.
        loop {
            let zeros = self.window().leading_zeros();
            if zeros < 56 {
                n += zeros;
                self.pos += zeros as usize + 1;
                break;
            }
            n += 56;
            self.pos += 56;
            if n > max || self.overrun() {
                break;
            }
        }
        if n > max {
            self.pos = usize::MAX >> 1;
        }
        n.min(max)
    }

    /// The value of a Rice code with parameter `k`, at most 31. If the quotient is `max` or more, returns `None` and
    /// leaves the bits after the quotient unread.
    #[inline]
    pub fn rice(&mut self, k: u32, max: u32) -> Option<u32> {
        let w = self.window();
        let zeros = w.leading_zeros();
        if zeros < max && zeros + k < 56 {
            self.pos += (zeros + 1 + k) as usize;
            return Some(zeros << k | ((w << zeros << 1 >> 32) >> (32 - k)) as u32);
        }
        let q = self.unary(max);
        (q < max).then(|| q << k | self.get(k))
    }

    /// Whether bits past the end were read.
    #[must_use]
    pub fn overrun(&self) -> bool {
        self.pos > self.bytes.len().sat_mul(8)
    }

    /// Whether all bits read exist, and the rest of the last byte begun is zeros.
    #[must_use]
    pub fn valid(&self) -> bool {
        let rest = self.bytes.get(self.pos >> 3).map_or(0, |b| b << (self.pos & 7));
        !self.overrun() && (rest == 0 || self.pos & 7 == 0)
    }

    /// Whether the reader is [valid](BitReader::valid) and all bytes are read.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.used() == self.bytes.len() && self.valid()
    }

    /// Number of bytes begun.
    #[must_use]
    pub fn used(&self) -> usize {
        self.pos.div_ceil(8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn written_bits_read_back(items in proptest::collection::vec((any::<u32>(), 0u32..=32), 0..200)) {
            let mut buf = std::vec![0u8; 1024];
            let mut w = BitWriter::new(&mut buf);
            for (v, b) in &items {
                let v = if *b == 32 { *v } else { v & ((1 << b) - 1) };
                w.put(v, *b);
                w.unary(v & 0x7f);
            }
            let total: u32 = items.iter().map(|(v, b)| b + 1 + if *b == 32 { v & 0x7f } else { v & ((1 << b) - 1) & 0x7f }).sum();
            let len = w.finish();
            if total as usize > 8 * 1024 { prop_assert_eq!(len, None); return Ok(()); }
            prop_assert_eq!(len, Some((total as usize).div_ceil(8)));
            let mut r = BitReader::new(&buf[..len.unwrap()]);
            for (v, b) in &items {
                let v = if *b == 32 { *v } else { v & ((1 << b) - 1) };
                prop_assert_eq!(r.get(*b), v);
                prop_assert_eq!(r.unary(1000), v & 0x7f);
            }
            prop_assert!(!r.overrun());
            r.get(8);
            prop_assert!(r.overrun());
        }
    }

    #[test]
    fn the_first_bit_is_the_most_significant() {
        let mut buf = [0u8; 4];
        let mut w = BitWriter::new(&mut buf);
        w.put(1, 1);
        w.put(2, 3);
        w.unary(4);
        assert_eq!(w.finish(), Some(2));
        assert_eq!(buf, [0b1010_0000, 0b1000_0000, 0, 0]);
    }
}
