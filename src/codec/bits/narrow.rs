//! The bits of `bits` for processors whose registers have 32: the same bytes, without shifts of 64-bit words, which are a
//! dozen instructions there.
#![allow(clippy::arithmetic_side_effects, reason = "bit counts stay below 64 and positions below 8 times a frame")]
#![cfg_attr(target_pointer_width = "64", allow(unreachable_pub, dead_code, reason = "tested everywhere"))]

use crate::util::unsigned::{Unsigned, leading_zeros};

/// Appends bits to a slice and remembers whether everything fitted.
#[derive(Debug)]
pub struct BitWriter<'a> {
    out: &'a mut [u8],
    len: usize,
    /// Waiting bits at the top; the rest is zero.
    acc: u32,
    /// How many wait: below 32.
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
        let held = self.held + bits;
        // Shifts in two steps: one by 32 is none.
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

    /// The same for up to 56 bits.
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

    /// Pads the last byte with zeros and tells how many bytes there are, or nothing if `out` was too short.
    #[must_use]
    pub fn finish(self) -> Option<usize> {
        let rest = self.held.div_ceil(8) as usize;
        let end = self.len + rest;
        let to = self.out.get_mut(self.len..end)?;
        to.iter_mut().zip(self.acc.to_be_bytes()).for_each(|(to, from)| *to = from);
        (!self.short).then_some(end)
    }
}

/// The bytes that are there, and zeros. Out of line: it is not often that fewer are left.
#[cold]
#[inline(never)]
fn few(rest: &[u8]) -> [u8; 5] {
    let mut bytes = [0u8; 5];
    bytes.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    bytes
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

    /// The 32 bits from `pos` on.
    #[inline]
    fn window(&self, pos: usize) -> u32 {
        let rest = self.bytes.get(pos >> 3..).unwrap_or(&[]);
        let [a, b, c, d, e] = match rest.first_chunk::<5>() {
            Some(bytes) => *bytes,
            None => few(rest),
        };
        let used = pos as u32 & 7;
        (u32::from_be_bytes([a, b, c, d]) << used) | (u32::from(e) >> (8 - used))
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

    /// The number of zeros before the next one, which is taken too; at most `most`. More than that are bits that are not
    /// there: [`BitReader::overrun`].
    #[inline]
    pub fn unary(&mut self, most: u32) -> u32 {
        let mut n = 0u32;
        // Each turn but the last takes a window of zeros, up to `most` of them.
        loop {
            let mut zeros = leading_zeros(self.window(self.pos));
            if zeros == 32 {
                zeros += leading_zeros(self.window(self.pos + 32));
            }
            // As far as the other looks: damaged streams are the same, too.
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
        let w = self.window(self.pos);
        let zeros = leading_zeros(w);
        if zeros < most && zeros + k < 31 {
            self.pos += (zeros + 1 + k) as usize;
            return Some(zeros << k | ((w << (zeros + 1)) >> 1) >> (31 - k));
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
        /// The same bytes as the other's, whatever the room; and the same out of any bytes.
        #[test]
        fn both_writers_and_readers_agree(
            items in proptest::collection::vec((any::<u64>(), 0u32..=56, any::<bool>()), 0..200), room in 0usize..900,
            noise in proptest::collection::vec(prop_oneof![3 => Just(0u8), 1 => any::<u8>(), 1 => 1u8..9], 0..300),
        ) {
            let (mut a, mut b) = (std::vec![0u8; room], std::vec![0u8; room]);
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
                let most = *v as u32 & 0x7f;
                if *unary && bits % 2 == 0 {
                    prop_assert_eq!(x.unary(most), y.unary(most));
                } else if *unary {
                    // The same as the quotient and the low bits one after the other.
                    let (k, mut plain) = (bits % 32, y.clone());
                    let q = plain.unary(most);
                    let want = (q < most).then(|| q << k | plain.get(k));
                    prop_assert_eq!((x.rice(k, most), y.rice(k, most)), (want, want));
                    prop_assert_eq!(y.used(), plain.used());
                } else {
                    prop_assert_eq!(x.get(*bits % 33), y.get(*bits % 33));
                }
                prop_assert_eq!((x.used(), x.overrun()), (y.used(), y.overrun()));
            }
        }
    }
}
