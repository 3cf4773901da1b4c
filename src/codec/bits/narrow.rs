//! Bit I/O for processors with 32-bit registers.
//!
//! It reads and writes the same bytes as `wide`, without shifts of 64-bit words, each of which is about 12 instructions
//! on these processors.
#![allow(clippy::arithmetic_side_effects, reason = "bit counts stay below 64 and positions below 8 times a frame")]
#![cfg_attr(target_pointer_width = "64", allow(unreachable_pub, dead_code, reason = "tested on all processors"))]

use crate::util::unsigned::{Unsigned, leading_zeros};

/// Appends bits to a slice. [`BitWriter::finish`] reports whether all of them fitted.
#[derive(Debug)]
pub struct BitWriter<'a> {
    out: &'a mut [u8],
    len: usize,
    /// Pending bits at the top, zeros below.
    acc: u32,
    /// Number of pending bits, below 32.
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
        let held = self.held + bits;
        // Two shifts, because a shift by 32 is not defined.
        if held < 32 {
            self.acc |= (value << 1) << (31 - held);
            self.held = held;
            return;
        }
        let over = held - 32;
        let word = self.acc | (value >> over);
        match self.out.get_mut(self.len..).and_then(|o| o.first_chunk_mut::<4>()) {
            Some(to) => *to = word.to_be_bytes(),
            None => self.short = true,
        }
        self.len += 4;
        self.acc = (value << 1) << (31 - over);
        self.held = over;
    }

    /// [`BitWriter::put`] for up to 56 bits.
    #[inline]
    pub fn put_long(&mut self, value: u64, bits: u32) {
        if bits > 32 {
            self.put((value >> 32) as u32, bits - 32);
        }
        self.put(value as u32, bits.min(32));
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
    pub fn finish(self) -> Option<usize> {
        let rest = self.held.div_ceil(8) as usize;
        let end = self.len + rest;
        let to = self.out.get_mut(self.len..end)?;
        to.iter_mut().zip(self.acc.to_be_bytes()).for_each(|(to, from)| *to = from);
        (!self.short).then_some(end)
    }
}

/// `rest`, padded with zeros. Out of line, because only the last reads of a slice need it.
#[cold]
#[inline(never)]
fn padded(rest: &[u8]) -> [u8; 5] {
    let mut bytes = [0u8; 5];
    bytes.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    bytes
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

    /// The 32 bits that start at bit `pos`.
    #[inline]
    fn window(&self, pos: usize) -> u32 {
        let rest = self.bytes.get(pos >> 3..).unwrap_or(&[]);
        let [a, b, c, d, e] = match rest.first_chunk::<5>() {
            Some(bytes) => *bytes,
            None => padded(rest),
        };
        let used = pos as u32 & 7;
        (u32::from_be_bytes([a, b, c, d]) << used) | (u32::from(e) >> (8 - used))
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
                bytes.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                take(&bytes, self.pos & 7)
            }
        };
    }

    /// The next `bits` bits, at most 32.
    #[inline]
    pub fn get(&mut self, bits: u32) -> u32 {
        let w = self.window(self.pos);
        self.pos += bits as usize;
        if bits < 32 { (w >> 1) >> (31 - bits) } else { w }
    }

    /// The number of zeros before the next one bit, which is read too. More than `max` zeros count as an overrun
    /// ([`BitReader::overrun`]), and the result is `max`.
    #[inline]
    pub fn unary(&mut self, max: u32) -> u32 {
        let mut n = 0u32;
        // Every iteration but the last reads a window of zeros.
        loop {
            let mut zeros = leading_zeros(self.window(self.pos));
            if zeros == 32 {
                zeros += leading_zeros(self.window(self.pos + 32));
            }
            // The limit of `wide`, so that both read damaged streams alike.
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
        let w = self.window(self.pos);
        let zeros = leading_zeros(w);
        if zeros < max && zeros + k < 31 {
            self.pos += (zeros + 1 + k) as usize;
            return Some(zeros << k | ((w << (zeros + 1)) >> 1) >> (31 - k));
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
        /// Both writers write the same bytes into any space, and both readers read the same from any bytes.
        #[test]
        fn both_writers_and_readers_agree(
            items in proptest::collection::vec((any::<u64>(), 0u32..=56, any::<bool>()), 0..200), space in 0usize..900,
            noise in proptest::collection::vec(prop_oneof![3 => Just(0u8), 1 => any::<u8>(), 1 => 1u8..9], 0..300),
        ) {
            let (mut a, mut b) = (std::vec![0u8; space], std::vec![0u8; space]);
            let (mut x, mut y) = (BitWriter::new(&mut a), crate::codec::bits::wide::BitWriter::new(&mut b));
            for (v, bits, unary) in &items {
                let v = v & ((1 << bits) - 1);
                if *unary {
                    x.unary(v as u32 & 0x7f);
                    y.unary(v as u32 & 0x7f);
                } else {
                    x.put_long(v, *bits);
                    y.put_long(v, *bits);
                }
            }
            let (x, y) = (x.finish(), y.finish());
            prop_assert_eq!(x, y);
            if let Some(n) = x {
                prop_assert_eq!(&a[..n], &b[..n]);
            }
            let (mut x, mut y) = (BitReader::new(&noise), crate::codec::bits::wide::BitReader::new(&noise));
            for (v, bits, unary) in &items {
                let max = *v as u32 & 0x7f;
                if *unary && bits % 2 == 0 {
                    prop_assert_eq!(x.unary(max), y.unary(max));
                } else if *unary {
                    // Rice codes are the quotient and then the low bits.
                    let (k, mut plain) = (bits % 32, y.clone());
                    let q = plain.unary(max);
                    let want = (q < max).then(|| q << k | plain.get(k));
                    prop_assert_eq!((x.rice(k, max), y.rice(k, max)), (want, want));
                    prop_assert_eq!(y.used(), plain.used());
                } else {
                    prop_assert_eq!(x.get(*bits % 33), y.get(*bits % 33));
                }
                prop_assert_eq!((x.used(), x.overrun()), (y.used(), y.overrun()));
            }
        }
    }
}
