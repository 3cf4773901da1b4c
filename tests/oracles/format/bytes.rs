//! [1] and [5]: bytes, bits, numbers, glyphs.

use std::cell::RefCell;
use std::collections::BTreeSet;

thread_local! {
    static SEEN: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// The parts of the format that this thread met since it was asked last.
pub(crate) fn seen() -> BTreeSet<String> {
    SEEN.take()
}

pub(crate) fn note(part: String) {
    SEEN.with_borrow_mut(|s| s.insert(part));
}

pub(crate) type R<T> = Result<T, &'static str>;

pub(crate) fn need(holds: bool, what: &'static str) -> R<()> {
    if holds { Ok(()) } else { Err(what) }
}

pub(crate) fn crc32c(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for b in bytes {
        crc ^= u32::from(*b);
        for _ in 0..8 {
            // 0x1EDC6F41 with its bits in reverse.
            crc = crc >> 1 ^ if crc & 1 == 1 { 0x82f6_3b78 } else { 0 };
        }
    }
    !crc
}

pub(crate) fn unzigzag(z: u32) -> i32 {
    (z >> 1) as i32 ^ -((z & 1) as i32)
}

/// The low `w` bits, sign-extended.
pub(crate) fn wrap(v: i32, w: u32) -> i32 {
    v << (32 - w) >> (32 - w)
}

pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

pub(crate) struct Glyph<'a> {
    pub(crate) kind: u8,
    pub(crate) id: u32,
    pub(crate) payload: &'a [u8],
}

impl<'a> Bytes<'a> {
    pub(crate) fn take(&mut self, n: usize) -> R<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n).ok_or("a part ends early")?;
        self.0 = rest;
        Ok(head)
    }

    pub(crate) fn u8(&mut self) -> R<u8> {
        Ok(self.take(1)?[0])
    }

    /// Big-endian, of `n` bytes.
    pub(crate) fn number(&mut self, n: usize) -> R<u64> {
        Ok(self.take(n)?.iter().fold(0, |v, b| v << 8 | u64::from(*b)))
    }

    pub(crate) fn varint(&mut self) -> R<u32> {
        let mut v = 0u64;
        for i in 0..5 {
            let b = self.u8()?;
            need(i > 0 || b != 0x80, "a varint has one form")?;
            v = v << 7 | u64::from(b & 0x7f);
            if b < 0x80 {
                return u32::try_from(v).map_err(|_| "a varint has 32 bits");
            }
        }
        Err("a varint has 32 bits")
    }

    pub(crate) fn glyph(&mut self) -> R<Glyph<'a>> {
        let first = self.u8()?;
        let id = if first & 31 == 31 { self.varint()? } else { u32::from(first & 31) };
        need((first & 31 == 31) == (id >= 31), "a number of a glyph has one form")?;
        note(format!("glyph {}/{id}", first >> 6));
        let len = if first & 32 != 0 { self.varint()? as usize } else { 0 };
        Ok(Glyph { kind: first >> 6, id, payload: self.take(len)? })
    }
}

/// Bits, the most significant of each byte first.
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Bits { bytes, at: 0 }
    }

    pub(crate) fn take(&mut self, n: u32) -> R<u32> {
        let mut v = 0u64;
        for _ in 0..n {
            let byte = self.bytes.get(self.at / 8).ok_or("bits end early")?;
            v = v << 1 | u64::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Ok(v as u32)
    }

    /// Zeros before the next one.
    pub(crate) fn unary(&mut self) -> R<u32> {
        let mut n = 0;
        while self.take(1)? == 0 {
            n += 1;
        }
        Ok(n)
    }

    /// The bytes after the last one begun, which is padded with zeros.
    pub(crate) fn close(mut self) -> R<&'a [u8]> {
        while !self.at.is_multiple_of(8) {
            need(self.take(1)? == 0, "padding is zeros")?;
        }
        Ok(&self.bytes[self.at / 8..])
    }
}
