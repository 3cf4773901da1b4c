//! Decodes literals: one stream of Huffman codes, or four that are read in parallel.
#![allow(clippy::arithmetic_side_effects, reason = "code lengths of at most 11 bits, and lengths of slices")]

use super::bits::{Reader, WordReader, read_number};
use super::huffman::{self, MAX_LEN, TABLE};
use crate::simd::{Level, with_bits};

/// Fills `out` from literals coded in `mode` 1 (one stream) or 2 (four streams).
#[inline(never)]
pub(super) fn read_literals(
    coded: &[u8],
    mode: u8,
    out: &mut [u8],
    table: &mut [u16; TABLE],
    level: Level,
) -> Option<()> {
    let mut head = Reader::new(coded);
    let lens = huffman::read_lengths(&mut head)?;
    huffman::decode_table(&lens, table);
    let table = &*table;
    let mut streams = head.rest();
    match mode {
        1 => with_bits(
            level,
            #[cfg_attr(feature = "std", inline(always))]
            || decode_stream(streams, table, out),
        ),
        2 => {
            let quarter = out.len().div_ceil(4);
            let (o0, rest) = out.split_at_mut_checked(quarter)?;
            let (o1, rest) = rest.split_at_mut_checked(quarter)?;
            let (o2, o3) = rest.split_at_mut_checked(quarter)?;
            let lens = [read_number(&mut streams)?, read_number(&mut streams)?, read_number(&mut streams)?];
            let (s0, rest) = streams.split_at_checked(lens[0])?;
            let (s1, rest) = rest.split_at_checked(lens[1])?;
            let (s2, s3) = rest.split_at_checked(lens[2])?;
            with_bits(
                level,
                #[cfg_attr(feature = "std", inline(always))]
                || decode_four_streams([s0, s1, s2, s3], table, [o0, o1, o2, o3]),
            )
        }
        _ => None,
    }
}

/// Number of literals that a word of 56 bits always holds.
const PER_WORD: usize = 5;

/// Decodes up to [`PER_WORD`] literals.
#[cfg_attr(feature = "std", inline(always))]
fn decode_word(r: &mut WordReader, table: &[u16; TABLE], out: &mut [u8]) {
    let mut word = r.refill();
    for to in out {
        #[allow(clippy::indexing_slicing, reason = "the top 11 bits index a table of 2^11")]
        let entry = table[(word >> (64 - MAX_LEN)) as usize];
        *to = (entry >> 8) as u8;
        word <<= entry & 63;
    }
    r.word = word;
}

#[cfg_attr(feature = "std", inline(always))]
fn decode_stream(stream: &[u8], table: &[u16; TABLE], out: &mut [u8]) -> Option<()> {
    let mut r = WordReader::new(stream);
    let (fives, rest) = out.as_chunks_mut::<PER_WORD>();
    for five in fives {
        decode_word(&mut r, table, five);
    }
    decode_word(&mut r, table, rest);
    r.ended().then_some(())
}

#[cfg_attr(feature = "std", inline(always))]
fn decode_four_streams(streams: [&[u8]; 4], table: &[u16; TABLE], [o0, o1, o2, o3]: [&mut [u8]; 4]) -> Option<()> {
    let [mut r0, mut r1, mut r2, mut r3] = streams.map(WordReader::new);
    let whole = o3.len() / PER_WORD * PER_WORD;
    let (h0, t0) = o0.split_at_mut_checked(whole)?;
    let (h1, t1) = o1.split_at_mut_checked(whole)?;
    let (h2, t2) = o2.split_at_mut_checked(whole)?;
    let (h3, t3) = o3.split_at_mut_checked(whole)?;
    let (c0, c1) = (h0.as_chunks_mut::<PER_WORD>().0, h1.as_chunks_mut::<PER_WORD>().0);
    let (c2, c3) = (h2.as_chunks_mut::<PER_WORD>().0, h3.as_chunks_mut::<PER_WORD>().0);
    for (((a, b), c), d) in c0.iter_mut().zip(c1).zip(c2).zip(c3) {
        let mut words = [r0.refill(), r1.refill(), r2.refill(), r3.refill()];
        for i in 0..PER_WORD {
            for (word, to) in words.iter_mut().zip([&mut *a, &mut *b, &mut *c, &mut *d]) {
                #[allow(clippy::indexing_slicing, reason = "the top 11 bits index a table of 2^11, and i is below 5")]
                {
                    let entry = table[(*word >> (64 - MAX_LEN)) as usize];
                    to[i] = (entry >> 8) as u8;
                    *word <<= entry & 63;
                }
            }
        }
        [r0.word, r1.word, r2.word, r3.word] = words;
    }
    for (r, tail) in [(&mut r0, t0), (&mut r1, t1), (&mut r2, t2), (&mut r3, t3)] {
        for few in tail.chunks_mut(PER_WORD) {
            decode_word(r, table, few);
        }
        if !r.ended() {
            return None;
        }
    }
    Some(())
}
