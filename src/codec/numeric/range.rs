//! Adaptive binary range coder with a 32-bit range (Martin, "Range encoding", 1979). Carries propagate as they occur.
//!
//! [`Writer`] and [`Reader`] code decisions, each with the probability that its [`Node`] estimates. The probability is
//! the mean of a fast and a slow estimate; the slow one adapts quickly at first.
#![allow(clippy::arithmetic_side_effects, reason = "ranges of 32 and lows of 33 bits in 64; positions within a frame")]

/// The state of an adaptive binary decision: two estimates of the probability of 0 with 14 bits each, and the number of
/// decisions so far, up to 15.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node(u32);

impl Node {
    /// The cell of a node with even probabilities and no decisions so far.
    pub(crate) const NEW: i32 = (0x2000 << 18) | (0x2000 << 4);

    /// The node in a cell.
    #[inline]
    pub(crate) const fn of(cell: i32) -> Self {
        Node(cell as u32)
    }

    /// The cell for this node.
    #[inline]
    pub(crate) const fn cell(self) -> i32 {
        self.0 as i32
    }

    /// Probability of 0 in units of 2^-15, at least 24 units from 0 and 1.
    #[inline]
    const fn zero(self) -> u32 {
        let p = (self.0 >> 18) + ((self.0 >> 4) & 0x3fff);
        // A sum of two 14-bit numbers is below 2^15.
        let p = if p < 24 { 24 } else { p };
        if p > 0x7fff - 24 { 0x7fff - 24 } else { p }
    }

    /// The node, updated by a decision.
    #[inline]
    const fn updated(self, bit: bool) -> Self {
        let (fast, slow, met) = (self.0 >> 18, (self.0 >> 4) & 0x3fff, self.0 & 15);
        #[allow(clippy::indexing_slicing, reason = "four bits index a table of 16")]
        let (quick, rate) = RATES[met as usize];
        // Toward 0 after a one and toward the top after a zero, without a branch.
        let flip = if bit { 0 } else { 0x3fff };
        let (f, s) = (fast ^ flip, slow ^ flip);
        let (fast, slow) = ((f - (f >> quick)) ^ flip, (s - (s >> rate)) ^ flip);
        let met = met + (met < 15) as u32;
        Node((fast << 18) | (slow << 4) | met)
    }
}

/// Shifts of the fast and the slow estimate, by the number of decisions of a node so far.
const RATES: [(u8, u8); 16] = [
    (1, 1),
    (2, 2),
    (3, 3),
    (4, 4),
    (4, 5),
    (4, 6),
    (4, 7),
    (4, 7),
    (4, 7),
    (4, 7),
    (4, 7),
    (4, 7),
    (4, 7),
    (4, 7),
    (4, 7),
    (4, 7),
];

/// Both sides of the coder, so that one function serves both: a writer codes the given values, a reader returns them.
pub(crate) trait Coder {
    /// Codes a decision and returns it.
    fn bit(&mut self, node: &mut i32, bit: bool) -> bool;
    /// Codes the low `bits` bits of `value` with even probabilities and returns them.
    fn raw(&mut self, value: u32, bits: u32) -> u32;
}

const TOP: u32 = 1 << 24;

/// Adapts nodes to decisions that both sides know, without coding them.
pub(crate) struct Learner;

impl Coder for Learner {
    #[inline]
    fn bit(&mut self, node: &mut i32, bit: bool) -> bool {
        *node = Node::of(*node).updated(bit).cell();
        bit
    }

    fn raw(&mut self, value: u32, _: u32) -> u32 {
        value
    }
}

/// The writing side.
pub(crate) struct Writer<'a> {
    out: &'a mut [u8],
    len: usize,
    low: u64,
    range: u32,
    cache: u8,
    pending: usize,
    short: bool,
}

impl<'a> Writer<'a> {
    /// A writer that starts at the first byte of `out`.
    pub(crate) fn new(out: &'a mut [u8]) -> Self {
        Writer { out, len: 0, low: 0, range: u32::MAX, cache: 0, pending: 0, short: false }
    }

    fn push(&mut self, b: u8) {
        match self.out.get_mut(self.len) {
            Some(to) => {
                *to = b;
                self.len += 1;
            }
            None => self.short = true,
        }
    }

    /// Outputs the highest byte of `low`. A byte of ones is held back, because a carry may follow.
    fn shift(&mut self) {
        if self.low < 0xff00_0000 || self.low > 0xffff_ffff {
            let carry = (self.low >> 32) as u8;
            self.push(self.cache.wrapping_add(carry));
            for _ in 0..self.pending {
                self.push(0xffu8.wrapping_add(carry));
            }
            self.pending = 0;
            self.cache = (self.low >> 24) as u8;
        } else {
            self.pending += 1;
        }
        self.low = (self.low & 0x00ff_ffff) << 8;
    }

    /// Ends the code and returns its length in bytes, or `None` if it did not fit. Zeros at the end are omitted.
    pub(crate) fn finish(mut self) -> Option<usize> {
        for _ in 0..5 {
            self.shift();
        }
        while self.len > 0 && self.out.get(self.len - 1) == Some(&0) {
            self.len -= 1;
        }
        (!self.short).then_some(self.len)
    }
}

impl Coder for Writer<'_> {
    #[inline]
    fn bit(&mut self, node: &mut i32, bit: bool) -> bool {
        let n = Node::of(*node);
        let bound = (self.range >> 15) * n.zero();
        if bit {
            self.low += u64::from(bound);
            self.range -= bound;
        } else {
            self.range = bound;
        }
        *node = n.updated(bit).cell();
        // At most four iterations, because the range has 32 bits.
        while self.range < TOP {
            self.range <<= 8;
            self.shift();
        }
        bit
    }

    fn raw(&mut self, value: u32, bits: u32) -> u32 {
        let mut left = bits;
        while left > 0 {
            let n = left.min(12);
            left -= n;
            self.range >>= n;
            self.low += u64::from(self.range) * u64::from((value >> left) & ((1 << n) - 1));
            while self.range < TOP {
                self.range <<= 8;
                self.shift();
            }
        }
        value
    }
}

/// The reading side.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    pos: usize,
    code: u32,
    range: u32,
}

impl<'a> Reader<'a> {
    /// A reader that starts at the first byte of `bytes`. Past their end it reads zeros.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let mut r = Reader { bytes, pos: 0, code: 0, range: u32::MAX };
        for _ in 0..5 {
            r.code = (r.code << 8) | r.next();
        }
        r
    }

    #[inline]
    fn next(&mut self) -> u32 {
        let b = self.bytes.get(self.pos).copied().unwrap_or(0);
        self.pos += 1;
        b.into()
    }

    /// Whether the code began with 0, as every writer's does, and all of it is read.
    pub(crate) fn ended(&self) -> bool {
        self.bytes.first().is_none_or(|b| *b == 0) && self.pos >= self.bytes.len()
    }
}

impl Coder for Reader<'_> {
    #[inline]
    fn bit(&mut self, node: &mut i32, _: bool) -> bool {
        let n = Node::of(*node);
        let bound = (self.range >> 15) * n.zero();
        let bit = self.code >= bound;
        if bit {
            self.code -= bound;
            self.range -= bound;
        } else {
            self.range = bound;
        }
        *node = n.updated(bit).cell();
        while self.range < TOP {
            self.range <<= 8;
            self.code = (self.code << 8) | self.next();
        }
        bit
    }

    fn raw(&mut self, _: u32, bits: u32) -> u32 {
        let mut value = 0u32;
        let mut left = bits;
        while left > 0 {
            let n = left.min(12);
            left -= n;
            self.range >>= n;
            let v = (self.code / self.range.max(1)).min((1 << n) - 1);
            self.code = self.code.wrapping_sub(v * self.range);
            value = (value << n) | v;
            while self.range < TOP {
                self.range <<= 8;
                self.code = (self.code << 8) | self.next();
            }
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn decisions_read_back(items in proptest::collection::vec((0usize..3, any::<bool>(), any::<u32>(), 0u32..=32), 0..500)) {
            let mut buf = std::vec![0u8; 8192];
            let mut w = Writer::new(&mut buf);
            let mut nodes = [Node::NEW; 3];
            let low = |v: u32, n: u32| if n == 32 { v } else { v & ((1 << n) - 1) };
            for (k, b, v, n) in &items {
                // The first node is nearly always 0.
                let b = *b && (*k > 0 || v % 64 == 0);
                w.bit(&mut nodes[*k], b);
                w.raw(low(*v, *n), *n);
            }
            let len = w.finish().unwrap();
            buf[len..].fill(0xaa);
            let mut r = Reader::new(&buf[..len]);
            let mut nodes = [Node::NEW; 3];
            for (k, b, v, n) in &items {
                let b = *b && (*k > 0 || v % 64 == 0);
                prop_assert_eq!(r.bit(&mut nodes[*k], false), b);
                prop_assert_eq!(r.raw(0, *n), low(*v, *n));
            }
        }
    }

    #[test]
    fn carries_propagate_and_likely_decisions_are_short() {
        let mut buf = std::vec![0u8; 4096];
        let mut w = Writer::new(&mut buf);
        let mut node = Node::NEW;
        for i in 0..10_000 {
            w.bit(&mut node, i % 5000 == 4999);
        }
        for _ in 0..100 {
            w.raw(0xffff_ffff, 32);
        }
        let len = w.finish().unwrap();
        assert!(len < 400 + 50, "{len}");
        let mut r = Reader::new(&buf[..len]);
        let mut node = Node::NEW;
        for i in 0..10_000 {
            assert_eq!(r.bit(&mut node, false), i % 5000 == 4999);
        }
        for _ in 0..100 {
            assert_eq!(r.raw(0, 32), u32::MAX);
        }
        let mut short = [0u8; 3];
        let mut w = Writer::new(&mut short);
        w.raw(0x1234_5678, 32);
        assert!(w.finish().is_none());
    }
}
