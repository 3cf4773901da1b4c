//! Bits into and out of bytes: forwards with the most significant first, and backwards for tANS.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "bit counts of a word, and positions in a slice in bits: slices of a few MiB, so neither can wrap"
)]

/// Puts bits into a slice, most significant first.
///
/// Every write stores eight bytes, whatever it finishes of them, so that nothing branches on how full the word is;
/// the slice needs seven bytes more than are written in the end.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    out: &'a mut [u8],
    pos: usize,
    acc: u64,
    used: u32,
    short: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut [u8]) -> Self {
        Writer { out, pos: 0, acc: 0, used: 0, short: false }
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

    /// Appends `v`, 1 or more, in an Elias gamma code: as many zeros as bits follow its leading one, and its bits.
    pub(super) fn gamma(&mut self, v: u32) {
        let bits = v.max(1).ilog2();
        self.put(u64::from(v), 2 * bits + 1);
    }

    /// The bytes written, the last filled with zeros. Nothing where the slice was too short.
    pub(super) fn finish(self) -> Option<usize> {
        (!self.short).then_some(self.pos + usize::from(self.used > 0))
    }
}

/// Reads what [`Writer`] wrote.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    data: &'a [u8],
    pos: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Reader { data, pos: 0 }
    }

    /// The next 57 bits or more at the top of a word; zeros behind the end.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn peek(&self) -> u64 {
        let rest = self.data.get(self.pos >> 3..).unwrap_or(&[]);
        let word = match rest.first_chunk::<8>() {
            Some(word) => u64::from_be_bytes(*word),
            None => rest.iter().rev().fold(0, |w, &b| w >> 8 | u64::from(b) << 56),
        };
        word << (self.pos & 7)
    }

    /// Goes on by `len` bits.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn skip(&mut self, len: u32) {
        self.pos += len as usize;
    }

    /// True while nothing behind the end was read.
    pub(super) fn sound(&self) -> bool {
        self.pos <= self.data.len() * 8
    }

    /// The next `len` bits, 1 to 32.
    pub(super) fn get(&mut self, len: u32) -> Option<u32> {
        let v = (self.peek() >> (64 - len)) as u32;
        self.skip(len);
        self.sound().then_some(v)
    }

    /// The same where `len` may be 0.
    pub(super) fn get_or_none(&mut self, len: u32) -> Option<u32> {
        if len > 0 { self.get(len) } else { Some(0) }
    }

    /// The next Elias gamma code, below 2^20.
    #[inline]
    pub(super) fn gamma(&mut self) -> Option<u32> {
        let word = self.peek();
        let zeros = word.leading_zeros();
        if zeros >= 20 {
            return None;
        }
        self.skip(2 * zeros + 1);
        self.sound().then_some((word >> (63 - 2 * zeros)) as u32)
    }

    /// What follows the byte last read from.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.data.get(self.pos.div_ceil(8)..).unwrap_or(&[])
    }
}

/// Reads what [`Writer`] wrote, a word at a time, from which the caller shifts out what it has read.
#[derive(Clone, Copy, Debug)]
pub(super) struct WordReader<'a> {
    data: &'a [u8],
    /// Where the word was loaded from.
    pos: usize,
    /// What is left of it, with a one behind: the zeros behind that are what was read.
    pub word: u64,
}

impl<'a> WordReader<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        WordReader { data, pos: 0, word: 1 }
    }

    /// A word whose top 56 bits are the next ones; zeros behind the end. No more than those may be shifted out.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn refill(&mut self) -> u64 {
        let read = self.word.trailing_zeros();
        self.pos += (read >> 3) as usize;
        let word = match self.data.get(self.pos..).and_then(|rest| rest.first_chunk::<8>()) {
            Some(word) => u64::from_be_bytes(*word),
            None => last_bytes(self.data, self.pos),
        };
        (word | 1) << (read & 7)
    }

    /// True when all was read but what fills the last byte.
    pub(super) fn ended(&self) -> bool {
        self.pos + (self.word.trailing_zeros() as usize).div_ceil(8) == self.data.len()
    }
}

/// Bits that can be put at once.
pub(super) const MOST: u32 = 56;

/// Puts bits into a slice so that they can be read from its end: what is written last is read first.
#[derive(Debug)]
pub(super) struct BackWriter<'a> {
    out: &'a mut [u8],
    pos: usize,
    acc: u64,
    used: u32,
    short: bool,
}

impl<'a> BackWriter<'a> {
    pub(super) fn new(out: &'a mut [u8]) -> Self {
        BackWriter { out, pos: 0, acc: 0, used: 0, short: false }
    }

    /// Puts the low `len` bits of `v`, which has no others; `len` is at most [`MOST`].
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn put(&mut self, v: u64, len: u32) {
        self.acc |= v << self.used;
        let used = self.used + len;
        match self.out.get_mut(self.pos..).and_then(|o| o.first_chunk_mut::<8>()) {
            Some(to) => *to = self.acc.to_le_bytes(),
            None => self.short = true,
        }
        self.pos += (used >> 3) as usize;
        self.acc >>= used & !7;
        self.used = used & 7;
    }

    /// Puts the one that marks the end; the bytes written.
    pub(super) fn finish(mut self) -> Option<usize> {
        self.put(1, 1);
        (!self.short).then_some(self.pos + usize::from(self.used > 0))
    }
}

/// Bits that a peek shows for certain.
pub(super) const PEEK: u32 = 57;

/// Reads what [`BackWriter`] wrote, from the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct BackReader<'a> {
    data: &'a [u8],
    /// 7 more than the bits not yet read: an eighth of it is the end of their last byte.
    left: usize,
}

impl<'a> BackReader<'a> {
    /// `None` without the mark at the end.
    pub(super) fn new(data: &'a [u8]) -> Option<Self> {
        let mark = data.last()?.checked_ilog2()?;
        Some(BackReader { data, left: (data.len() - 1) * 8 + mark as usize + 7 })
    }

    /// The next 57 bits or more at the top of a word; zeros behind the last.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn peek(&self) -> u64 {
        let end = self.left >> 3;
        let word = match self.data.get(..end).and_then(|head| head.last_chunk::<8>()) {
            Some(word) => u64::from_le_bytes(*word),
            None => first_bytes(self.data, end),
        };
        word << (!self.left & 7)
    }

    /// Goes on by `len` bits. Beyond the beginning a position below 0 is a huge one, where only zeros are.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn skip(&mut self, len: u32) {
        self.left = self.left.wrapping_sub(len as usize);
    }

    /// True while not more was read than there is.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn sound(&self) -> bool {
        self.left.wrapping_sub(7) <= self.data.len() * 8
    }

    /// True when all is read.
    pub(super) fn empty(&self) -> bool {
        self.left == 7
    }
}

/// The bytes from `pos` on, of which there are less than eight, at the top of a word. Takes no reader: that would be
/// held in memory just because it may come to this.
#[cold]
#[inline(never)]
fn last_bytes(data: &[u8], pos: usize) -> u64 {
    let rest = data.get(pos..).unwrap_or(&[]);
    rest.iter().rev().fold(0, |w, &b| w >> 8 | u64::from(b) << 56)
}

/// The bytes up to `end`, of which there are less than eight, at the top of a word.
#[cold]
#[inline(never)]
fn first_bytes(data: &[u8], end: usize) -> u64 {
    let head = data.get(..end).unwrap_or(&[]);
    head.iter().fold(0, |w, &b| w >> 8 | u64::from(b) << 56)
}

/// The top `len` bits of a word, which may be none; and the word without them.
#[cfg_attr(feature = "std", inline(always))]
pub(super) fn top(word: u64, len: u32) -> (u64, u64) {
    (word >> 1 >> (63 - (len & 63)), word << (len & 63))
}

/// The low `len` bits of a word, up to 31.
#[cfg_attr(feature = "std", inline(always))]
pub(super) fn low(word: u64, len: u32) -> u32 {
    word as u32 & !(u32::MAX << (len & 31))
}

/// A number in groups of seven bits, the lowest first, each but the last with its top bit set; below 2^28.
pub(super) fn number(bytes: &mut &[u8]) -> Option<usize> {
    let mut v = 0usize;
    for shift in [0, 7, 14, 21] {
        let (&b, rest) = bytes.split_first()?;
        *bytes = rest;
        v |= usize::from(b & 0x7f) << shift;
        if b < 0x80 {
            return Some(v);
        }
    }
    None
}
