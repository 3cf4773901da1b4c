//! Encodes a block: finds its sequences part by part and writes them.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "positions in slices of at most 4 MiB, and counts of what is in them"
)]

use super::matcher::{Buckets, Latest, eight};
use super::optimal;
use super::parse::{Parser, Style};
use super::part::write_part;
use super::prices::Prices;
use crate::simd::{Level, with_bits};
use crate::util::unsigned::Unsigned;

/// Maximum length of the input of a block, in bytes.
pub const MAX_BLOCK: usize = 4 << 20;

/// Maximum number of sequences of a part: then its tables are written, and the next part learns its own. At effort 9,
/// short blocks leave room for the nodes of the optimal parse.
fn part_sequences(block: usize, effort: u8) -> usize {
    if effort < 9 || block > 1 << 16 { 8192 } else { 5120 }
}

/// A part ends with the sequence that reaches this number of bytes.
const PART_BYTES: usize = 1 << 17;

/// Number of bytes that the greedy parse hashes. Shorter matches pay only with recent offsets.
const HASHED: u32 = 6;
/// Parameters of the greedy parse.
const STYLE: Style = Style { lazy: 1, stride: 12, skip: 5, score_floor: 5 };

/// Words of the hash table. A larger table finds hardly more.
fn hash_words(block: usize, effort: u8) -> usize {
    let (share, max) = if effort < 9 { (8, 1 << 14) } else { (4, 1 << 18) };
    (block / share).next_power_of_two().clamp(1 << 10, max)
}

/// Words of work memory that [`encode_block`] needs for blocks of up to `block` bytes at `effort`.
#[must_use]
pub fn encode_work_len(block: usize, effort: u8) -> usize {
    hash_words(block, effort) + 2 * part_sequences(block, effort) + if effort < 9 { 0 } else { optimal::WORDS }
}

/// Encodes `input` into `out`. Returns the number of bytes written, or `None` where that would not be less than the
/// input: then store the input.
///
/// `input` is at most [`MAX_BLOCK`] bytes. `work` has at least [`encode_work_len`] words for the length of `input`, of
/// any content. `out` is at least as long as `input`; more is not used. `effort` is 1 (fast), 5, or 9 (smallest
/// output); a level between them counts as the lower one. The output depends on `input` and `effort` alone. Also `None`
/// where `input`, `out` or `work` is out of bounds.
#[must_use]
pub fn encode_block(input: &[u8], out: &mut [u8], work: &mut [u32], effort: u8) -> Option<usize> {
    encode_block_after(0, input, out, work, effort)
}

/// Encodes the bytes of `input` from `from` on, which may repeat bytes before them: the decoder has to have those.
///
/// `input` as a whole is at most [`MAX_BLOCK`] bytes, and `work` is sized for all of it. `out` is as long as the
/// encoded range. Otherwise as [`encode_block`].
#[must_use]
pub fn encode_block_after(from: usize, input: &[u8], out: &mut [u8], work: &mut [u32], effort: u8) -> Option<usize> {
    if input.len() > MAX_BLOCK {
        return None;
    }
    // The room does not depend on the caller's buffer, so the choice of codes does not either.
    let out = out.get_mut(..input.len().checked_sub(from)?)?;
    let (hash, rest) = work.split_at_mut_checked(hash_words(input.len(), effort))?;
    let (sequences, rest) = rest.split_at_mut_checked(2 * part_sequences(input.len(), effort))?;
    let (sequences, _) = sequences.as_chunks_mut::<2>();
    if effort < 9 {
        return encode_greedy(from, input, out, hash, sequences, u32::from(effort >= 5));
    }
    let nodes = rest.get_mut(..optimal::WORDS)?;
    let greedy = encode_greedy(from, input, out, hash, sequences, 1);
    let optimal = encode_optimal(from, input, out, hash, sequences, nodes);
    // The path of the lowest learned prices is not always smaller: the tables favor what repeats.
    match (optimal, greedy) {
        (Some(optimal), Some(greedy)) if optimal > greedy => encode_greedy(from, input, out, hash, sequences, 1),
        (None, Some(_)) => encode_greedy(from, input, out, hash, sequences, 1),
        (optimal, _) => optimal,
    }
}

/// Positions before `from` that at least eight bytes follow.
fn past_positions(from: usize, input: &[u8]) -> core::ops::Range<usize> {
    0..from.min(input.len().sat_sub(7))
}

/// A hash table of last positions, filled with the positions before `from`.
fn latest<'a>(from: usize, input: &[u8], hash: &'a mut [u32]) -> Latest<'a> {
    let mut latest = Latest::new(hash);
    for pos in past_positions(from, input) {
        latest.replace::<HASHED>(pos, eight(input, pos));
    }
    latest
}

/// A hash table of buckets for the optimal parse, filled with the positions before `from`.
fn buckets<'a, const WAYS: usize>(from: usize, input: &[u8], hash: &'a mut [u32]) -> Buckets<'a, WAYS> {
    let mut buckets = Buckets::new(hash, optimal::HASHED);
    for pos in past_positions(from, input) {
        buckets.insert(pos, eight(input, pos));
    }
    buckets
}

/// Encodes with the greedy parse, which checks `lazy` further positions for a better match.
fn encode_greedy(
    from: usize,
    input: &[u8],
    out: &mut [u8],
    hash: &mut [u32],
    sequences: &mut [[u32; 2]],
    lazy: u32,
) -> Option<usize> {
    let mut parser = Parser::<HASHED>::new(from, input, latest(from, input, hash), Style { lazy, ..STYLE });
    let level = Level::detect();
    encode_parts(from, input, out, sequences, |s| {
        Some((
            with_bits(
                level,
                #[cfg_attr(feature = "std", inline(always))]
                || parser.parse(s, PART_BYTES),
            ),
            parser.anchor(),
        ))
    })
}

/// Encodes with the optimal parse. Learns prices from a greedy parse of the first part, refines them by an optimal
/// parse of that part, then encodes.
fn encode_optimal(
    from: usize,
    input: &[u8],
    out: &mut [u8],
    hash: &mut [u32],
    sequences: &mut [[u32; 2]],
    nodes: &mut [u32],
) -> Option<usize> {
    let mut parser = Parser::<HASHED>::new(from, input, latest(from, input, hash), STYLE);
    let (count, _) = parser.parse(sequences, PART_BYTES);
    let prices = Prices::learn(input.get(from..parser.anchor())?, sequences.get(..count)?);
    let mut parser = optimal::Parser::new(from, input, buckets(from, input, hash), nodes, prices);
    let (count, _) = parser.parse(sequences, PART_BYTES)?;
    let prices = Prices::learn(input.get(from..parser.anchor())?, sequences.get(..count)?);
    let mut parser = optimal::Parser::new(from, input, buckets(from, input, hash), nodes, prices);
    encode_parts(from, input, out, sequences, |s| Some((parser.parse(s, PART_BYTES)?, parser.anchor())))
}

/// Encodes part by part. `parse` fills in the sequences of the next part; it returns their number, whether the part is
/// the last, and the position where it ends.
fn encode_parts(
    start: usize,
    input: &[u8],
    out: &mut [u8],
    sequences: &mut [[u32; 2]],
    mut parse: impl FnMut(&mut [[u32; 2]]) -> Option<((usize, bool), usize)>,
) -> Option<usize> {
    let (mut written, mut from) = (0, start);
    // Each iteration writes at least one byte, and fewer than the input has are allowed.
    loop {
        let ((count, last), anchor) = parse(sequences)?;
        let to = if last { input.len() } else { anchor };
        let sequences = sequences.get(..count)?;
        written += write_part(input.get(from..to)?, sequences, last, out.get_mut(written..)?)?;
        from = to;
        if written >= input.len() - start {
            return None;
        }
        if last {
            return Some(written);
        }
    }
}
