//! Bit readers of the LZ codec, forward and backward; the backward writer of tANS; numbers of seven bits per byte.
//!
//! [`Reader`] and [`WordReader`] read what [`WordWriter`](crate::codec::word_writer::WordWriter) wrote, the latter a
//! word at a time. [`BackReader`] reads what [`BackWriter`] wrote, last bits first.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "bit counts of a word, and positions in a slice in bits: slices of a few MiB, so neither can wrap"
)]

/// Reads bits, most significant first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    data: &'a [u8],
    /// In bits from the start.
    pos: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Reader { data, pos: 0 }
    }

    /// A word with at least the next 57 bits at its top; past the end of the data they are zeros.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn peek(&self) -> u64 {
        let rest = self.data.get(self.pos >> 3..).unwrap_or(&[]);
        let word = match rest.first_chunk::<8>() {
            Some(word) => u64::from_be_bytes(*word),
            None => rest.iter().rev().fold(0, |w, &b| w >> 8 | u64::from(b) << 56),
        };
        word << (self.pos & 7)
    }

    /// Advances by `len` bits.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn skip(&mut self, len: u32) {
        self.pos += len as usize;
    }

    /// Whether every bit read so far is part of the data.
    pub(super) fn in_bounds(&self) -> bool {
        self.pos <= self.data.len() * 8
    }

    /// The next `len` bits, 1 to 32.
    pub(super) fn get(&mut self, len: u32) -> Option<u32> {
        let v = (self.peek() >> (64 - len)) as u32;
        self.skip(len);
        self.in_bounds().then_some(v)
    }

    /// The next `len` bits, 0 to 32.
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
        self.in_bounds().then_some((word >> (63 - 2 * zeros)) as u32)
    }

    /// The bytes after the one last read from.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.data.get(self.pos.div_ceil(8)..).unwrap_or(&[])
    }
}

/// Reads bits, most significant first, through a word from which the caller shifts out the bits that it has used.
#[derive(Clone, Copy, Debug)]
pub(super) struct WordReader<'a> {
    data: &'a [u8],
    /// The byte that the word was loaded from.
    pos: usize,
    /// The unused bits, then a one as a mark, then a zero for each bit used.
    pub word: u64,
}

impl<'a> WordReader<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        WordReader { data, pos: 0, word: 1 }
    }

    /// A word with the next 56 bits at its top; past the end of the data they are zeros. The caller shifts out at most
    /// 56.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn refill(&mut self) -> u64 {
        let used = self.word.trailing_zeros();
        self.pos += (used >> 3) as usize;
        let word = match self.data.get(self.pos..).and_then(|rest| rest.first_chunk::<8>()) {
            Some(word) => u64::from_be_bytes(*word),
            None => last_bytes(self.data, self.pos),
        };
        (word | 1) << (used & 7)
    }

    /// Whether everything was read except the padding of the last byte.
    pub(super) fn ended(&self) -> bool {
        self.pos + (self.word.trailing_zeros() as usize).div_ceil(8) == self.data.len()
    }
}

/// Maximum number of bits of one [`BackWriter::put`].
pub(super) const MAX_PUT: u32 = 56;

/// Writes bits that are read from the end of the slice: the last bits written are read first.
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

    /// Writes the low `len` bits of `v`, at most [`MAX_PUT`]; the other bits of `v` are zero.
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

    /// Writes the one that marks the end; returns the number of bytes written, or `None` where the slice was too short.
    pub(super) fn finish(mut self) -> Option<usize> {
        self.put(1, 1);
        (!self.short).then_some(self.pos + usize::from(self.used > 0))
    }
}

/// Number of valid bits that [`BackReader::peek`] returns at least.
pub(super) const PEEK: u32 = 57;

/// Reads what [`BackWriter`] wrote, from the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct BackReader<'a> {
    data: &'a [u8],
    /// Number of unread bits plus 7: an eighth of it is the end of their last byte.
    left: usize,
}

impl<'a> BackReader<'a> {
    /// `None` if the data do not end with the mark.
    pub(super) fn new(data: &'a [u8]) -> Option<Self> {
        let mark = data.last()?.checked_ilog2()?;
        Some(BackReader { data, left: (data.len() - 1) * 8 + mark as usize + 7 })
    }

    /// A word with at least the next [`PEEK`] bits at its top; past the last bit they are zeros.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn peek(&self) -> u64 {
        let end = self.left >> 3;
        let word = match self.data.get(..end).and_then(|head| head.last_chunk::<8>()) {
            Some(word) => u64::from_le_bytes(*word),
            None => first_bytes(self.data, end),
        };
        word << (!self.left & 7)
    }

    /// Advances by `len` bits. Past the last bit the position wraps to a huge one, where only zeros are read.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn skip(&mut self, len: u32) {
        self.left = self.left.wrapping_sub(len as usize);
    }

    /// Whether every bit read so far is part of the data.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn in_bounds(&self) -> bool {
        self.left.wrapping_sub(7) <= self.data.len() * 8
    }

    /// Whether all bits are read.
    pub(super) fn is_empty(&self) -> bool {
        self.left == 7
    }
}

/// The fewer than eight bytes from `pos` to the end, at the top of a word. Takes no reader: a reader passed to a
/// function that is not inlined would have to be kept in memory.
#[cold]
#[inline(never)]
fn last_bytes(data: &[u8], pos: usize) -> u64 {
    let rest = data.get(pos..).unwrap_or(&[]);
    rest.iter().rev().fold(0, |w, &b| w >> 8 | u64::from(b) << 56)
}

/// The fewer than eight bytes before `end`, at the top of a word.
#[cold]
#[inline(never)]
fn first_bytes(data: &[u8], end: usize) -> u64 {
    let head = data.get(..end).unwrap_or(&[]);
    head.iter().fold(0, |w, &b| w >> 8 | u64::from(b) << 56)
}

/// The top `len` bits of a word, 0 to 63, and the word shifted past them.
#[cfg_attr(feature = "std", inline(always))]
pub(super) fn top(word: u64, len: u32) -> (u64, u64) {
    (word >> 1 >> (63 - (len & 63)), word << (len & 63))
}

/// The low `len` bits of a word, 0 to 31.
#[cfg_attr(feature = "std", inline(always))]
pub(super) fn low(word: u64, len: u32) -> u32 {
    word as u32 & !(u32::MAX << (len & 31))
}

/// Reads a number below 2^28 that [`write_number`] wrote, and advances `bytes` past it.
pub(super) fn read_number(bytes: &mut &[u8]) -> Option<usize> {
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

/// Writes a number in groups of seven bits, the lowest first; the top bit of each byte but the last is set. Returns the
/// number of bytes written.
pub(super) fn write_number(mut v: usize, out: &mut [u8]) -> Option<usize> {
    let mut len = 0;
    // A number has at most ten groups.
    loop {
        let more = v > 0x7f;
        *out.get_mut(len)? = (v & 0x7f) as u8 | u8::from(more) << 7;
        len += 1;
        if !more {
            return Some(len);
        }
        v >>= 7;
    }
}
