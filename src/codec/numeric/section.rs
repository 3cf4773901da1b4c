//! An entropy-coded section: raw bits, then the states and words of the rANS coder.
#![allow(clippy::arithmetic_side_effects, reason = "positions within a frame")]

use super::rans::{Decoder, Turn};
use crate::codec::bits::BitWriter;
use crate::codec::container::varint;
use crate::codec::numeric::rans::Coded;
use crate::mem::Slide;
use crate::util::bytes::{Reader, Writer};
use crate::util::slice::Put;

/// Room kept in front of the raw bits for their length.
const ROOM: usize = 5;

/// Writes a section: `fill` appends the raw bits, tells how many bytes they take, and turns the residuals into symbols, which `code` codes then, the
/// words at the end of its area.
pub(crate) fn write(
    out: &mut [u8],
    e: &mut [i32],
    fill: impl FnOnce(BitWriter<'_>, &mut [i32]) -> Option<usize>,
    code: impl FnOnce(&mut [u8], &[i32]) -> Option<Coded>,
) -> Option<usize> {
    // The writer goes by value, so that it can stay in registers.
    let bits_len = fill(BitWriter::new(out.get_mut(ROOM..)?), e)?;
    let area = out.get_mut(ROOM + bits_len..)?;
    let area_len = area.len();
    let Coded { states, count, start } = code(area, e)?;
    let words_len = area_len - start;
    let from = ROOM + bits_len + start;

    let mut head = [0u8; 32];
    let mut h = Writer::new(&mut head);
    varint::write(&mut h, bits_len as u32);
    let n = h.finish()?;
    out.slide(ROOM..ROOM + bits_len, n);
    out.get_mut(..n)?.put(head.get(..n)?);
    let at = n + bits_len;
    let mut h = Writer::new(&mut head);
    varint::write(&mut h, (words_len / 2) as u32);
    for s in states.iter().take(count) {
        h.u32(*s);
    }
    let n = h.finish()?;
    // The head may reach over where the words lie: they move first if they move forward.
    if at + n + words_len > out.len() {
        return None;
    }
    out.slide(from..from + words_len, at + n);
    out.get_mut(at..at + n)?.put(head.get(..n)?);
    Some(at + n + words_len)
}

/// A section as it is read.
pub(crate) struct Section<'a> {
    /// The raw bits.
    pub(crate) bits: &'a [u8],
    states: [u32; 4],
    words: &'a [[u8; 2]],
}

impl<'a> Section<'a> {
    /// Reads the section of `n` symbols.
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

    /// The decoder of its symbols.
    pub(crate) fn decoder<T: Turn>(&self, turn: T) -> Decoder<'a, T> {
        Decoder::new(turn, self.states, self.words)
    }
}
