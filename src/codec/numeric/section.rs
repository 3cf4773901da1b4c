//! Sections: an entropy-coded array as raw bits, followed by the states and words of the rANS coder.
#![allow(clippy::arithmetic_side_effects, reason = "positions within a frame")]

use super::rans::{Decoder, Turn};
use crate::codec::bits::BitWriter;
use crate::codec::container::varint;
use crate::codec::numeric::rans::Coded;
use crate::mem::Slide;
use crate::util::bytes::{Reader, Writer};
use crate::util::slice::Put;

/// Space before the raw bits for their length, in bytes.
const LENGTH_BYTES: usize = 5;

/// Writes a section and returns its size in bytes.
///
/// `fill` appends the raw bits, replaces the residuals `e` by symbols, and returns the number of bytes that the raw
/// bits use. `code` then codes the symbols into an area, with the words at its end.
pub(crate) fn write(
    out: &mut [u8],
    e: &mut [i32],
    fill: impl FnOnce(BitWriter<'_>, &mut [i32]) -> Option<usize>,
    code: impl FnOnce(&mut [u8], &[i32]) -> Option<Coded>,
) -> Option<usize> {
    // The writer is passed by value, so that it can stay in registers.
    let bits_len = fill(BitWriter::new(out.get_mut(LENGTH_BYTES..)?), e)?;
    let area = out.get_mut(LENGTH_BYTES + bits_len..)?;
    let area_len = area.len();
    let Coded { states, count, start } = code(area, e)?;
    let words_len = area_len - start;
    let from = LENGTH_BYTES + bits_len + start;

    let mut head = [0u8; 32];
    let mut h = Writer::new(&mut head);
    varint::write(&mut h, bits_len as u32);
    let n = h.finish()?;
    out.slide(LENGTH_BYTES..LENGTH_BYTES + bits_len, n);
    out.get_mut(..n)?.put(head.get(..n)?);
    let at = n + bits_len;
    let mut h = Writer::new(&mut head);
    varint::write(&mut h, (words_len / 2) as u32);
    for s in states.iter().take(count) {
        h.u32(*s);
    }
    let n = h.finish()?;
    // The head can overlap the words, so they move before it is written.
    if at + n + words_len > out.len() {
        return None;
    }
    out.slide(from..from + words_len, at + n);
    out.get_mut(at..at + n)?.put(head.get(..n)?);
    Some(at + n + words_len)
}

/// A section that is being read.
pub(crate) struct Section<'a> {
    /// The raw bits.
    pub(crate) bits: &'a [u8],
    states: [u32; 4],
    words: &'a [[u8; 2]],
}

impl<'a> Section<'a> {
    /// Reads a section of `n` symbols.
    pub(crate) fn read(r: &mut Reader<'a>, n: usize) -> Option<Self> {
        let len = varint::read(r)?;
        let bits = r.bytes(len as usize)?;
        let count = varint::read(r)?;
        let mut states = [0; 4];
        for s in states.iter_mut().take(super::rans::states_for(n)) {
            *s = r.u32()?;
        }
        let (words, _) = r.bytes((count as usize).checked_mul(2)?)?.as_chunks::<2>();
        Some(Section { bits, states, words })
    }

    /// A decoder of the symbols.
    pub(crate) fn decoder<T: Turn>(&self, turn: T) -> Decoder<'a, T> {
        Decoder::new(turn, self.states, self.words)
    }
}
