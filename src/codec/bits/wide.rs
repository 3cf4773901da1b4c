//! The bits of `bits` for processors with registers of 64 bits.
#![allow(clippy::arithmetic_side_effects, reason = "bit counts stay below 64 and positions below 8 times a frame")]
#![cfg_attr(not(target_pointer_width = "64"), allow(unreachable_pub, dead_code, reason = "the tests of the other"))]

use crate::util::unsigned::Unsigned;

/// Appends bits to a slice and remembers whether everything fitted.
///
/// Between two writes less than a byte is held back. Every write stores eight bytes, whatever it finishes of them, as long
/// as there is room: no branch on how full a word is.
#[derive(Debug)]
pub struct BitWriter<'a> {
    out: &'a mut [u8],
    len: usize,
    /// Waiting bits at the top; the rest is zero.
    acc: u64,
    /// How many wait: below 8.
    held: u32,
    short: bool,
}

impl<'a> BitWriter<'a> {
    /// Starts at the first bit of `out`.
    pub fn new(out: &'a mut [u8]) -> Self {
        BitWriter { out, len: 0, acc: 0, held: 0, short: false }
    }

    /// Appends the `bits` low bits of `value`; `bits` is at most 32 and the higher bits of `value` are zero.
    #[inline]
    pub fn put(&mut self, value: u32, bits: u32) {
        self.put_long(value.into(), bits);
    }

    /// The same for up to 56 bits.
    #[inline]
    pub fn put_long(&mut self, value: u64, bits: u32) {
        let held = self.held + bits;
        // In two steps: a shift by 64 is none.
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

    /// Stores whole bytes, one by one.
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

    /// Pads the last byte with zeros and tells how many bytes there are, or nothing if `out` was too short.
    #[must_use]
    pub fn finish(mut self) -> Option<usize> {
        if self.held > 0 {
            self.put(0, 8 - self.held);
        }
        (!self.short).then_some(self.len)
    }
}

/// Reads bits from a slice; behind its end there are zeros, and [`BitReader::overrun`] tells that they were used.
#[derive(Clone, Debug)]
pub struct BitReader<'a> {
    bytes: &'a [u8],
    pos: usize,
}

impl<'a> BitReader<'a> {
    /// Starts at the first bit of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        BitReader { bytes, pos: 0 }
    }

    /// At least 57 bits from the current position, at the top of the word.
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

    /// Hands out the next `N` bytes, zeros behind the last one, and how many bits of the first are used; `take` tells how
    /// many more it used.
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

    /// The number of zeros before the next one, which is taken too; at most `most`. More than that are bits that are not
    /// there: [`BitReader::overrun`].
    #[inline]
    pub fn unary(&mut self, most: u32) -> u32 {
        let mut n = 0u32;
        // Each turn but the last takes a window of zeros, up to `most` of them.
        loop {
            let zeros = self.window().leading_zeros();
            if zeros < 56 {
                n += zeros;
                self.pos += zeros as usize + 1;
                break;
            }
            n += 56;
            self.pos += 56;
            if n > most || self.overrun() {
                break;
            }
        }
        if n > most {
            self.pos = usize::MAX >> 1;
        }
        n.min(most)
    }

    /// The number of a Rice code of parameter `k`, at most 31; none where its quotient is `most` or more: what follows the
    /// quotient's one is not taken then.
    #[inline]
    pub fn rice(&mut self, k: u32, most: u32) -> Option<u32> {
        let w = self.window();
        let zeros = w.leading_zeros();
        if zeros < most && zeros + k < 56 {
            self.pos += (zeros + 1 + k) as usize;
            return Some(zeros << k | ((w << zeros << 1 >> 32) >> (32 - k)) as u32);
        }
        let q = self.unary(most);
        (q < most).then(|| q << k | self.get(k))
    }

    /// Whether more bits were taken than there are.
    #[must_use]
    pub fn overrun(&self) -> bool {
        self.pos > self.bytes.len().sat_mul(8)
    }

    /// Whether no more bits were taken than there are, and what fills up the last byte begun is zeros.
    #[must_use]
    pub fn sound(&self) -> bool {
        let rest = self.bytes.get(self.pos >> 3).map_or(0, |b| b << (self.pos & 7));
        !self.overrun() && (rest == 0 || self.pos & 7 == 0)
    }

    /// The same, and that nothing is left.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.used() == self.bytes.len() && self.sound()
    }

    /// Bytes begun so far.
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
        fn what_is_put_is_got(items in proptest::collection::vec((any::<u32>(), 0u32..=32), 0..200)) {
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
    fn the_first_bit_is_the_highest() {
        let mut buf = [0u8; 4];
        let mut w = BitWriter::new(&mut buf);
        w.put(1, 1);
        w.put(2, 3);
        w.unary(4);
        assert_eq!(w.finish(), Some(2));
        assert_eq!(buf, [0b1010_0000, 0b1000_0000, 0, 0]);
    }
}
