//! The block coder: residuals by fixed tables and rANS, with one scale level per block of 32.
//!
//! The level of a block is coded as the difference to the block before. All blocks share one shape.
#![allow(clippy::arithmetic_side_effects, reason = "magnitudes of 32 bits summed in 64; levels below 128")]

use super::rans::Coded;
use super::rans::{Decoder, Encoder, Turn, by_states};
use super::section;
use super::section::Section;
use super::tables::{
    self, COSTS, COSTS_ADDED, ESCAPE, FIXED, LEVELS, Lookup, MAX_LEVEL, PROB_BITS, SHAPES, SYMBOLS, Table, cost_in,
    freq, log2_q8, table_of,
};
use crate::codec::bits::{BitReader, BitWriter};
use crate::codec::container::varint::{unzigzag, zigzag};
use crate::simd::{self, Level};
use crate::util::bytes::Reader;

/// Residuals of a block.
pub(crate) const BLOCK: usize = 32;

/// Maximum number of bytes that hold the raw bits of a block, with the excess of the last 8-byte read.
const RUN_BYTES: usize = 136;

/// Maximum distance of a block's scale from the level before that keeps this level, in 1/256 of a level.
const STAY: i32 = 210;

/// A symbol to code: its entry in its table. The first token of a block also has the block's level symbol plus one, in
/// six bits that entries leave free.
type Token = i32;

/// The token of an entry.
#[inline]
const fn token(entry: u32) -> Token {
    entry as Token
}

/// The first token of a block, with the block's level symbol.
#[inline]
const fn with_level(t: Token, symbol: u32) -> Token {
    let mark = symbol + 1;
    t | ((mark & 15) << 12 | (mark >> 4) << 29) as i32
}

/// The level symbol of a token plus one, or 0 if the token has none.
#[inline]
const fn level_mark(t: Token) -> u32 {
    (t as u32 >> 12) & 15 | (t as u32 >> 29) << 4
}

/// The sum of the magnitudes.
#[inline]
pub(crate) fn magnitudes(e: &[i32]) -> u64 {
    e.iter().map(|v| u64::from(v.unsigned_abs())).sum()
}

/// The level for a block: the level before if it is close enough, else the level of the mean magnitude.
#[inline]
fn level_near(sum: u64, n: usize, before: i32) -> i32 {
    let at = if sum == 0 { 0 } else { ((log2_q8(sum) - log2_q8(n as u64)) * 2 + 14 * 256).max(0) };
    if (at - before * 256).abs() <= STAY { before } else { ((at + 128) >> 8).min(MAX_LEVEL as i32) }
}

/// The parameters chosen for an array.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    shape: usize,
    first: i32,
    /// Table that codes the differences between levels.
    levels: usize,
    /// Estimated cost in 1/256 bit.
    pub(crate) cost: u64,
}

/// The token of a residual by table `t`; appends its raw bits.
#[inline]
fn put(w: &mut BitWriter<'_>, t: &Table, shift: u32, v: i32) -> Token {
    let z = zigzag(v);
    let s = z >> shift;
    let e = t.get(s as usize).copied().unwrap_or(0);
    if s < u32::from(ESCAPE) && freq(e) != 0 {
        w.put(z & ((1 << shift) - 1), shift);
        token(e)
    } else {
        escape(w, s);
        w.put(z & ((1u32 << shift) - 1), shift);
        token(t.last().copied().unwrap_or(0))
    }
}

/// Replaces the residuals of a whole block by tokens, and appends their raw bits, four residuals at a time.
///
/// Returns false, without an effect, if the block is not whole or a residual has no symbol.
#[cfg_attr(feature = "std", inline(always))]
fn put_whole(w: &mut BitWriter<'_>, t: &Table, shift: u32, b: &mut [i32]) -> bool {
    let Some(b) = b.as_mut_array::<BLOCK>().filter(|_| shift <= 14) else { return false };
    let mut symbols = [0u32; BLOCK];
    let mut max = 0;
    for (to, v) in symbols.iter_mut().zip(b.iter()) {
        *to = zigzag(*v) >> shift;
        max = max.max(*to);
    }
    if max >= u32::from(ESCAPE) {
        return false;
    }
    let mut entries = [0; BLOCK];
    let mut min_freq = u32::MAX;
    for (to, s) in entries.iter_mut().zip(symbols) {
        #[allow(clippy::indexing_slicing, reason = "masked to the table's 64")]
        let e = t[s as usize & (SYMBOLS - 1)];
        *to = e;
        min_freq = min_freq.min(freq(e));
    }
    if min_freq == 0 {
        return false;
    }
    let mask = (1u32 << shift) - 1;
    for (four, entries) in b.as_chunks_mut::<4>().0.iter_mut().zip(entries.as_chunks::<4>().0) {
        let [a, b, c, d] = four.map(|v| u64::from(zigzag(v) & mask));
        w.put_long(((a << shift | b) << shift | c) << shift | d, 4 * shift);
        *four = entries.map(token);
    }
    true
}

/// Appends a number that has no symbol: its length in bits less one, in five bits, and its bits.
#[cold]
pub(crate) fn escape(w: &mut BitWriter<'_>, s: u32) {
    let n = (32 - s.leading_zeros()).max(1);
    w.put(n - 1, 5);
    w.put(s, n);
}

/// Reads a number that [`escape`] wrote.
#[cfg_attr(feature = "std", inline)]
#[cfg_attr(not(feature = "std"), inline(never))]
pub(crate) fn unescape(r: &mut BitReader<'_>) -> u32 {
    let n = r.get(5) + 1;
    r.get(n)
}

/// Chooses the parameters for `e`, by pairs of blocks: about two of every `step` blocks, or all blocks if `step` is 1.
pub(crate) fn choose(e: &[i32], step: usize) -> Choice {
    let first = level_near(magnitudes(e.get(..BLOCK).unwrap_or(e)), BLOCK.min(e.len()), -99);
    let mut before = first;
    let (mut moved, mut moves) = (0u64, 0u64);
    let mut cost = [0u64; SHAPES];
    let mut seen = 0u64;
    let part = if step == 1 { e.len().max(1) } else { 2 * BLOCK };
    for part in e.chunks(part).step_by(step.div_ceil(2)) {
        for (i, b) in part.chunks(BLOCK).enumerate() {
            let sum = magnitudes(b);
            let level = level_near(sum, b.len(), before);
            // The level of the block before a pair is unknown.
            if i > 0 || step == 1 {
                moved += u64::from((level - before).unsigned_abs());
                moves += 1;
            }
            before = level;
            seen += b.len() as u64;
            add_costs(&mut cost, level as u32, sum, b);
        }
    }
    let (shape, best) = cost.iter().enumerate().min_by_key(|(_, c)| **c).map_or((2, 0), |(s, c)| (s, *c));
    let blocks = e.len().div_ceil(BLOCK).max(1) as u64;
    let moved = (moved * blocks).checked_div(moves).unwrap_or(0);
    let side = tables::estimate(moved, blocks as u32);
    let all = (best * e.len() as u64).checked_div(seen).unwrap_or(0);
    let levels = (tables::level_of((moved << 8) / blocks, 8) as usize).clamp(4, 14);
    Choice { shape, first, levels, cost: all + side + 14 * 8 * 256 }
}

/// Adds the cost of a block with this level and sum of magnitudes to each shape's cost, in 1/256 bit.
#[inline]
fn add_costs(cost: &mut [u64; SHAPES], level: u32, sum: u64, b: &[i32]) {
    let (table, shift) = table_of(level);
    let mut symbols = [0u8; BLOCK];
    let mut bits = shift * b.len() as u32;
    if sum > 0 {
        let mut max = 0;
        for (to, v) in symbols.iter_mut().zip(b) {
            let s = zigzag(*v) >> shift;
            *to = s.min(ESCAPE.into()) as u8;
            max = s.max(max);
        }
        if max >= ESCAPE.into() {
            let escaped = b.iter().map(|v| zigzag(*v) >> shift).filter(|s| *s >= ESCAPE.into());
            bits += escaped.map(|s| 32 - s.leading_zeros()).sum::<u32>();
        }
    }
    let costs = COSTS.get(table).unwrap_or(&[0; SYMBOLS]);
    #[allow(clippy::indexing_slicing, reason = "masked to the table's 64")]
    let of = |s: &u8| costs[usize::from(*s) & (SYMBOLS - 1)];
    let add = |cost: &mut [u64; SHAPES], all: u64, times: u64| {
        for (shape, c) in cost.iter_mut().enumerate() {
            *c += cost_in(shape, all) * times;
        }
    };
    if sum == 0 {
        add(cost, of(&0), b.len() as u64);
    } else {
        for part in symbols.get(..b.len()).unwrap_or(&[]).chunks(COSTS_ADDED) {
            add(cost, part.iter().map(of).sum(), 1);
        }
    }
    for c in cost {
        *c += 256 * u64::from(bits);
    }
}

/// Puts the level symbol of a block before its first token `t`. Does nothing for other tokens.
#[inline]
fn put_level<T: Turn>(enc: &mut Encoder<'_, T, PROB_BITS>, levels: &Table, t: Token) {
    if let Some(e) = (level_mark(t) as usize).checked_sub(1).and_then(|l| levels.get(l)) {
        enc.put(0, *e);
    }
}

/// Codes tokens, one turn of the states at a time.
#[inline(never)]
fn code<T: Turn>(turn: T, area: &mut [u8], levels: &Table, tokens: &[Token]) -> Option<Coded> {
    simd::with_bits(Level::detect(), || code_at(turn, area, levels, tokens))
}

#[cfg_attr(feature = "std", inline(always))]
fn code_at<T: Turn>(turn: T, area: &mut [u8], levels: &Table, tokens: &[Token]) -> Option<Coded> {
    let mut enc = Encoder::<T, PROB_BITS>::new(turn, area);
    // Every block starts with a turn.
    turn.put(&mut enc, tokens, |enc, t| put_level(enc, levels, t));
    enc.finish()
}

/// Writes `e` and returns the number of bytes. `e` is overwritten.
pub(crate) fn write(choice: Choice, e: &mut [i32], out: &mut [u8]) -> Option<usize> {
    let (head, rest) = out.split_first_chunk_mut::<2>()?;
    *head = [((choice.shape as u8) << 6) | choice.levels as u8, choice.first as u8];
    let levels = FIXED.get(2 * LEVELS + choice.levels)?;
    let section_of = |mut w: BitWriter<'_>, e: &mut [i32]| {
        let mut before = choice.first;
        for b in e.chunks_mut(BLOCK) {
            let mut level = level_near(magnitudes(b), b.len(), before);
            // A step without a symbol in the level table is shortened, because any level can code
            // any residual. The loop has at most one iteration per level.
            let mut step = zigzag(level - before);
            while step > 62 || levels.get(step as usize).is_none_or(|e| freq(*e) == 0) {
                level -= (level - before).signum();
                step = zigzag(level - before);
            }
            before = level;
            let (table, shift) = table_of(level as u32);
            let table = choice.shape * LEVELS + table;
            let t = FIXED.get(table).unwrap_or(&[0; 64]);
            if shift == 0 {
                for v in b.iter_mut() {
                    let s = zigzag(*v);
                    let known = t.get(s as usize).copied().filter(|e| freq(*e) != 0 && s < u32::from(ESCAPE));
                    *v = match known {
                        Some(e) => token(e),
                        None => put(&mut w, t, 0, *v),
                    };
                }
            } else if !put_whole(&mut w, t, shift, b) {
                for v in b.iter_mut() {
                    *v = put(&mut w, t, shift, *v);
                }
            }
            if let Some(v) = b.first_mut() {
                *v = with_level(*v, step);
            }
        }
        w.finish()
    };
    let in_registers = |w: BitWriter<'_>, e: &mut [i32]| simd::with_bits(Level::detect(), || section_of(w, e));
    let n = section::write(
        rest,
        e,
        in_registers,
        |area, tokens| by_states!(tokens.len(), turn => code(turn, area, levels, tokens)),
    )?;
    Some(n + 2)
}

/// Reads residuals into `e`; `None` if the bytes are damaged.
pub(crate) fn read(r: &mut Reader<'_>, e: &mut [i32]) -> Option<()> {
    let (params, first) = (r.u8()?, r.u8()?);
    let s = Section::read(r, e.len())?;
    by_states!(e.len(), turn => decode(turn, &s, params, first, e))
}

fn decode<T: Turn>(turn: T, s: &Section<'_>, params: u8, first: u8, e: &mut [i32]) -> Option<()> {
    simd::with_bits(Level::detect(), || decode_at(turn, s, params, first, e))
}

#[cfg_attr(feature = "std", inline(always))]
fn decode_at<T: Turn>(turn: T, s: &Section<'_>, params: u8, first: u8, e: &mut [i32]) -> Option<()> {
    let shape = usize::from(params >> 6);
    let level_table = usize::from(params & 0x3f);
    if level_table > 18 || u32::from(first) > MAX_LEVEL {
        return None;
    }
    let levels = (FIXED.get(2 * LEVELS + level_table)?, Lookup::of(2 * LEVELS + level_table)?);
    let mut dec = s.decoder(turn);
    let mut bits = BitReader::new(s.bits);
    let mut level = i32::from(first);
    for b in e.chunks_mut(BLOCK) {
        level += unzigzag(u32::from(dec.get(0, levels.0, levels.1)));
        if !(0..=MAX_LEVEL as i32).contains(&level) {
            return None;
        }
        let (table, shift) = table_of(level as u32);
        let (t, l) = (FIXED.get(shape * LEVELS + table)?, Lookup::of(shape * LEVELS + table)?);
        match b.as_mut_array::<BLOCK>() {
            Some(b) => whole_block(&mut dec, t, l, shift, &mut bits, b),
            None => {
                for (i, v) in b.iter_mut().enumerate() {
                    *v = value(dec.get(i, t, l), shift, &mut bits);
                }
            }
        }
    }
    (dec.finished() && bits.ended()).then_some(())
}

/// Reads the residuals of a whole block.
#[cfg_attr(feature = "std", inline(always))]
fn whole_block<T: Turn>(
    dec: &mut Decoder<'_, T>,
    t: &Table,
    l: &Lookup,
    shift: u32,
    bits: &mut BitReader<'_>,
    b: &mut [i32; BLOCK],
) {
    let mut symbols = [0u8; BLOCK];
    dec.fill(t, l, &mut symbols);
    let escaped = symbols.iter().fold(0, |m, s| m | u8::from(*s == ESCAPE)) != 0;
    if escaped {
        for (v, s) in b.iter_mut().zip(symbols) {
            *v = value(s, shift, bits);
        }
    } else if shift == 0 {
        for (v, s) in b.iter_mut().zip(symbols) {
            *v = unzigzag(u32::from(s));
        }
    } else {
        bits.run::<RUN_BYTES>(|bytes, at| {
            let mut pos = at;
            for (v, s) in b.iter_mut().zip(symbols) {
                // No residual has more than 31 raw bits, so that this is within the array.
                let first = (pos >> 3).min(RUN_BYTES - 8);
                let word = bytes.get(first..).and_then(|b| b.first_chunk::<8>()).copied().unwrap_or([0; 8]);
                let low = (u64::from_be_bytes(word) << (pos & 7)) >> 32 >> (32 - shift);
                *v = unzigzag((u32::from(s) << shift) | low as u32);
                pos += shift as usize;
            }
            pos - at
        });
    }
}

/// The residual of a symbol, with its raw bits.
#[inline]
pub(crate) fn value(symbol: u8, shift: u32, bits: &mut BitReader<'_>) -> i32 {
    let s = if symbol == ESCAPE { unescape(bits) } else { u32::from(symbol) };
    unzigzag((s << shift) | bits.get(shift))
}
