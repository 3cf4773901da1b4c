//! Big-endian reader and writer: the byte order of every format of this library. No format copies structs from memory.

use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;

/// Writes into a slice. Records the number of bytes written and whether all of them fitted.
#[derive(Debug)]
pub struct Writer<'a> {
    out: &'a mut [u8],
    len: usize,
    short: bool,
}

impl<'a> Writer<'a> {
    /// Starts at the beginning of `out`.
    pub fn new(out: &'a mut [u8]) -> Self {
        Writer { out, len: 0, short: false }
    }

    /// Appends bytes. After bytes that did not fit, nothing more is written.
    pub fn bytes(&mut self, bytes: &[u8]) {
        let end = self.len.sat_add(bytes.len());
        match self.out.get_mut(self.len..end) {
            Some(to) if !self.short => {
                to.put(bytes);
                self.len = end;
            }
            _ => self.short = true,
        }
    }

    /// Appends one byte.
    pub fn u8(&mut self, v: u8) {
        self.bytes(&[v]);
    }

    /// Appends two bytes.
    pub fn u16(&mut self, v: u16) {
        self.bytes(&v.to_be_bytes());
    }

    /// Appends four bytes.
    pub fn u32(&mut self, v: u32) {
        self.bytes(&v.to_be_bytes());
    }

    /// Appends eight bytes.
    pub fn u64(&mut self, v: u64) {
        self.bytes(&v.to_be_bytes());
    }

    /// Number of bytes written, or `None` if some did not fit.
    #[must_use]
    pub fn finish(self) -> Option<usize> {
        (!self.short).then_some(self.len)
    }
}

/// Reads from a slice. A read past its end returns `None`.
#[derive(Clone, Debug, Default)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the beginning of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes }
    }

    /// The next `n` bytes.
    pub fn bytes(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(n)?;
        self.rest = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*head)
    }

    /// The next byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.array().map(|[b]| b)
    }

    /// The next two bytes.
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// The next four bytes.
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// The next eight bytes.
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// The bytes not yet read.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut buf = [0u8; 15];
        let mut w = Writer::new(&mut buf);
        w.u8(1);
        w.u16(0x0203);
        w.u32(0x0405_0607);
        w.u64(0x0809_0a0b_0c0d_0e0f);
        assert_eq!(w.finish(), Some(15));
        assert_eq!(buf, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        let mut r = Reader::new(&buf);
        assert_eq!((r.u8(), r.u16(), r.u32()), (Some(1), Some(0x0203), Some(0x0405_0607)));
        assert_eq!((r.u64(), r.u8()), (Some(0x0809_0a0b_0c0d_0e0f), None));
    }

    #[test]
    fn a_short_buffer_is_reported() {
        let mut buf = [0u8; 3];
        let mut w = Writer::new(&mut buf);
        w.u32(1);
        w.u8(1);
        assert_eq!(w.finish(), None);
        assert_eq!(buf, [0; 3]);
    }
}
