//! An entropy-coded section: raw bits, then the states and words of the rANS coder.
#![allow(clippy::arithmetic_side_effects, reason = "positions within a frame")]

use super::rans::{Decoder, Encoder};
use super::tables::Table;
use crate::codec::bits::BitWriter;
use crate::codec::varint;
use crate::util::bytes::{Reader, Writer};

/// A symbol to code: its table in bits 8 to 15, the symbol below, and, where a block begins, a symbol of the level
/// table plus one in the bits above.
pub(crate) type Token = i32;

/// The token of a symbol.
#[inline]
pub(crate) const fn token(table: usize, symbol: u8) -> Token {
    ((table << 8) | symbol as usize) as i32
}

/// Room kept in front of the raw bits for their length.
const ROOM: usize = 5;

/// Writes a section: `bits` appends the raw bits and makes the tokens, which are coded then.
pub(crate) fn write<'t>(
    out: &mut [u8],
    tables: &[Table],
    level_table: &Table,
    tokens: &'t mut [Token],
    fill: impl FnOnce(&mut BitWriter<'_>, &mut [Token]),
) -> Option<usize> {
    let mut w = BitWriter::new(out.get_mut(ROOM..)?);
    fill(&mut w, tokens);
    let bits_len = w.finish()?;
    let area = out.get_mut(ROOM + bits_len..)?;
    let area_len = area.len();
    let tokens: &'t [Token] = tokens;
    let (states, count, start) = match super::rans::states_for(tokens.len()) {
        1 => code::<1>(area, tables, level_table, tokens)?,
        2 => code::<2>(area, tables, level_table, tokens)?,
        _ => code_four(area, tables, level_table, tokens)?,
    };
    let words_len = area_len - start;
    let from = ROOM + bits_len + start;

    let mut head = [0u8; 32];
    let mut h = Writer::new(&mut head);
    varint::write(&mut h, bits_len as u32);
    let n = h.finish()?;
    out.copy_within(ROOM..ROOM + bits_len, n);
    out.get_mut(..n)?.copy_from_slice(head.get(..n)?);
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
    out.copy_within(from..from + words_len, at + n);
    out.get_mut(at..at + n)?.copy_from_slice(head.get(..n)?);
    Some(at + n + words_len)
}

fn code<const S: usize>(
    area: &mut [u8],
    tables: &[Table],
    level_table: &Table,
    tokens: &[Token],
) -> Option<([u32; 4], usize, usize)> {
    let mut enc = Encoder::<S>::new(area);
    for (i, t) in tokens.iter().enumerate().rev() {
        enc.put(i, tables.get((*t >> 8) as usize & 0xff)?, *t as u8);
        put_level(&mut enc, level_table, *t);
    }
    let (states, start) = enc.finish()?;
    let mut four = [0; 4];
    for (to, s) in four.iter_mut().zip(states) {
        *to = s;
    }
    Some((four, S, start))
}

/// The same with four states, a turn of them at a time.
fn code_four(
    area: &mut [u8],
    tables: &[Table],
    level_table: &Table,
    tokens: &[Token],
) -> Option<([u32; 4], usize, usize)> {
    let mut enc = Encoder::<4>::new(area);
    // From the back: the last, perhaps incomplete turn, then whole turns. Blocks begin with a turn.
    let (turns, rest) = tokens.as_chunks::<4>();
    for (i, t) in rest.iter().enumerate().rev() {
        enc.put(i, tables.get((*t >> 8) as usize & 0xff)?, *t as u8);
        put_level(&mut enc, level_table, *t);
    }
    let none = [0; super::tables::SYMBOLS];
    for [a, b, c, d] in turns.iter().rev() {
        let entry = |t: Token| (tables.get((t >> 8) as usize & 0xff).unwrap_or(&none), t as u8);
        enc.put_four([entry(*a), entry(*b), entry(*c), entry(*d)]);
        put_level(&mut enc, level_table, *a);
    }
    let (states, start) = enc.finish()?;
    Some((states, 4, start))
}

/// Puts the level symbol of a block's first token.
#[inline]
fn put_level<const S: usize>(enc: &mut Encoder<'_, S>, level_table: &Table, t: Token) {
    let level = t >> 16;
    if level > 0 {
        enc.put(0, level_table, (level - 1) as u8);
    }
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
    pub(crate) fn decoder<const S: usize>(&self) -> Decoder<'a, S> {
        let mut states = [0; S];
        for (to, s) in states.iter_mut().zip(self.states) {
            *to = s;
        }
        Decoder::new(states, self.words)
    }
}
