//! The fields of a kind: which bytes of its packets are constant, and which are samples of which type.

use super::kinds::MAX_ROW;
use crate::codec::container::format::{Format, SampleType};
use crate::codec::container::varint;
use crate::util::bytes::{Reader, Writer};

/// Code of bytes that are the same in all packets.
pub(super) const CONSTANT: u8 = 0;

/// Fields of one code that follow each other in a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run<'a> {
    /// Type and byte order as in a frame header, or [`CONSTANT`].
    pub(super) code: u8,
    /// Position of the first field in the row.
    pub(super) at: usize,
    /// Number of fields.
    pub(super) count: usize,
    /// Size of a field in bytes.
    pub(super) width: usize,
    /// The constant bytes.
    pub(super) bytes: &'a [u8],
}

/// The fields of a row of some bytes, as they are coded.
#[derive(Clone, Debug)]
pub(super) struct Runs<'a> {
    r: Reader<'a>,
    at: usize,
    row: usize,
}

/// The format of one field of a code; `None` if the code is not that of samples.
pub(super) fn format_of(code: u8) -> Option<Format> {
    Format::from_code(code, 1).filter(|f| f.sample != SampleType::Bytes)
}

/// Position in a packet of byte `at` of its row: identification and length are not part of the row.
pub(super) fn place(at: usize) -> usize {
    if at < 2 { at + 2 } else { at + 4 }
}

impl<'a> Runs<'a> {
    /// The runs of a row of `row` bytes at the start of `r`.
    pub(super) fn new(r: &Reader<'a>, row: usize) -> Self {
        Runs { r: r.clone(), at: 0, row }
    }

    /// The next run. `None` at the end of the row, or where a run is invalid.
    fn step(&mut self) -> Option<Run<'a>> {
        if self.at >= self.row {
            return None;
        }
        let (code, count) = (self.r.u8()?, varint::read(&mut self.r)? as usize);
        let width = if code == CONSTANT { 1 } else { format_of(code)?.sample.width() };
        let bytes = if code == CONSTANT { self.r.bytes(count)? } else { &[] };
        let run = Run { code, at: self.at, count, width, bytes };
        self.at += count.checked_mul(width).filter(|n| *n > 0 && *n <= self.row - self.at)?;
        Some(run)
    }

    /// Checks all runs and moves `r` after them. Returns the codes that occur, of those in [`CODES`] by their bits.
    pub(super) fn check(mut self, r: &mut Reader<'a>) -> Option<u32> {
        let mut codes = 0u32;
        while let Some(run) = self.step() {
            codes |= bit_of(run.code);
        }
        *r = self.r;
        (self.at == self.row).then_some(codes)
    }

    /// Positions in the packet of the fields with this code, in order. Returns their number.
    pub(super) fn places(self, code: u8, to: &mut [u16; MAX_ROW]) -> usize {
        let mut n = 0;
        for run in self.filter(|r| r.code == code) {
            for i in 0..run.count {
                if let Some(to) = to.get_mut(n) {
                    *to = (run.at + i * run.width) as u16;
                }
                n += 1;
            }
        }
        n
    }
}

impl<'a> Iterator for Runs<'a> {
    type Item = Run<'a>;

    fn next(&mut self) -> Option<Run<'a>> {
        self.step()
    }
}

/// Writes a run of `count` fields; of constant bytes, the bytes follow.
pub(super) fn write_run(w: &mut Writer<'_>, code: u8, count: usize) {
    w.u8(code);
    varint::write(w, count as u32);
}

/// All codes of samples, in ascending order.
pub(super) fn codes() -> impl Iterator<Item = u8> {
    (1..=10u8).chain(0x81..=0x8a)
}

/// The bit of a code.
pub(super) fn bit_of(code: u8) -> u32 {
    1u32.wrapping_shl(u32::from(code & 15) + if code & 0x80 != 0 { 16 } else { 0 })
}
