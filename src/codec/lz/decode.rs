//! Decoding a block.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "positions in slices of at most 4 MiB, and code values below 2^23, checked before they are used"
)]

use super::bits::{BackReader, PEEK, Reader, low, top};
use super::codes::{MATCH_CODES, MATCHES, OFFSET_CODES, OFFSETS, RUN_CODES, RUNS};
use super::huffman::{self, MAX_LEN, TABLE};
use super::sequences::Recent;
use super::tans::{self, MAX_LOG, MAX_STATES, Shares, State};
use super::{DECODE_WORK_LEN, copy};
use crate::status::{Error, Result, Status};

const DAMAGED: Error = Error::new(Status::Damaged, "a coded block is damaged");

/// Tables, as they lie in the work memory.
struct Tables<'a> {
    literals: &'a mut [u32; TABLE],
    /// Of runs, match lengths and offsets, one behind the other: one pointer less in the loop.
    sequences: &'a mut [State; 3 * MAX_STATES],
}

/// Decodes a block that [`encode_block`](super::encode_block) made from `input` into `out`; the bytes decoded.
///
/// `work` is at least [`DECODE_WORK_LEN`] words; what it holds does not matter. `out` is at least as long as the block
/// was; all of it may be written to. Errors: [`Status::Memory`] when `work` is too short, [`Status::Damaged`] for what
/// no encoder makes, or more than `out` holds; what stands in `out` then means nothing.
pub fn decode_block(input: &[u8], out: &mut [u8], work: &mut [u32]) -> Result<usize> {
    decode_block_after(0, input, out, work)
}

/// The same for what [`encode_block_after`](super::encode_block_after) made, to `out` from `from` on; what is before
/// it is what was before the input.
pub fn decode_block_after(from: usize, input: &[u8], out: &mut [u8], work: &mut [u32]) -> Result<usize> {
    let tables = work.split_first_chunk_mut().and_then(|(literals, rest)| {
        let (sequences, _) = rest.as_chunks_mut().0.split_first_chunk_mut()?;
        Some(Tables { literals, sequences })
    });
    let Some(mut tables) = tables else {
        return Err(Error::new(Status::Memory, "decoding needs {a} words of work memory").a(DECODE_WORK_LEN as u64));
    };
    blocks(from, input, out, &mut tables).ok_or(DAMAGED)
}

fn blocks(start: usize, input: &[u8], out: &mut [u8], tables: &mut Tables) -> Option<usize> {
    let mut rest = input;
    let mut recent = Recent::START;
    let mut at = start;
    loop {
        let (&flags, tail) = rest.split_first()?;
        rest = tail;
        let last = flags & 1 == 1;
        let literals = number(&mut rest)?;
        let sequences = number(&mut rest)?;
        if flags > 7 || (literals == 0 && sequences == 0 && !last) {
            return None;
        }
        // Literals wait at the end of the output until it is their turn: the front never reaches them too early.
        let from = out.len().checked_sub(literals)?;
        if from < at {
            return None;
        }
        match flags >> 1 {
            0 => {
                let (raw, tail) = rest.split_at_checked(literals)?;
                rest = tail;
                out.get_mut(from..)?.copy_from_slice(raw);
            }
            mode => {
                let len = number(&mut rest)?;
                let (coded, tail) = rest.split_at_checked(len)?;
                rest = tail;
                read_literals(coded, mode, out.get_mut(from..)?, tables.literals)?;
            }
        }
        let coded = if last {
            core::mem::take(&mut rest)
        } else {
            let len = number(&mut rest)?;
            let (coded, tail) = rest.split_at_checked(len)?;
            rest = tail;
            coded
        };
        let mut lit = from;
        if sequences > 0 {
            (at, lit) = run_sequences(coded, sequences, out, at, from, &mut recent, tables.sequences)?;
        } else if !coded.is_empty() {
            return None;
        }
        let left = out.len() - lit;
        out.copy_within(lit.., at);
        at += left;
        if last {
            return Some(at - start);
        }
    }
}

/// A number in groups of seven bits, the lowest first, each but the last with its top bit set; below 2^28.
fn number(bytes: &mut &[u8]) -> Option<usize> {
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

#[inline(never)]
fn read_literals(coded: &[u8], mode: u8, out: &mut [u8], table: &mut [u32; TABLE]) -> Option<()> {
    let mut head = Reader::new(coded);
    let lens = huffman::read_lengths(&mut head)?;
    huffman::decode_table(&lens, table);
    let mut streams = head.rest();
    match mode {
        1 => literal_stream(streams, table, out),
        2 => {
            let quarter = out.len().div_ceil(4);
            let (o0, rest) = out.split_at_mut_checked(quarter)?;
            let (o1, rest) = rest.split_at_mut_checked(quarter)?;
            let (o2, o3) = rest.split_at_mut_checked(quarter)?;
            let lens = [number(&mut streams)?, number(&mut streams)?, number(&mut streams)?];
            let (s0, rest) = streams.split_at_checked(lens[0])?;
            let (s1, rest) = rest.split_at_checked(lens[1])?;
            let (s2, s3) = rest.split_at_checked(lens[2])?;
            four_streams([s0, s1, s2, s3], table, [o0, o1, o2, o3])
        }
        _ => None,
    }
}

/// Literals a word holds for certain.
const AT_ONCE: usize = 5;

#[inline(always)]
fn some_literals(r: &mut Reader, table: &[u32; TABLE], out: &mut [u8]) {
    let mut word = r.peek();
    let mut len = 0;
    for to in out {
        #[allow(clippy::indexing_slicing, reason = "the top 11 bits index a table of 2^11")]
        let entry = table[(word >> (64 - MAX_LEN)) as usize];
        *to = entry as u8;
        word <<= entry >> 8;
        len += entry >> 8;
    }
    r.skip(len);
}

fn literal_stream(stream: &[u8], table: &[u32; TABLE], out: &mut [u8]) -> Option<()> {
    let mut r = Reader::new(stream);
    let (fives, rest) = out.as_chunks_mut::<AT_ONCE>();
    for five in fives {
        some_literals(&mut r, table, five);
    }
    some_literals(&mut r, table, rest);
    r.ended().then_some(())
}

fn four_streams(streams: [&[u8]; 4], table: &[u32; TABLE], [o0, o1, o2, o3]: [&mut [u8]; 4]) -> Option<()> {
    let [mut r0, mut r1, mut r2, mut r3] = streams.map(Reader::new);
    let whole = o3.len() / AT_ONCE * AT_ONCE;
    let (h0, t0) = o0.split_at_mut_checked(whole)?;
    let (h1, t1) = o1.split_at_mut_checked(whole)?;
    let (h2, t2) = o2.split_at_mut_checked(whole)?;
    let (h3, t3) = o3.split_at_mut_checked(whole)?;
    let (c0, c1) = (h0.as_chunks_mut::<AT_ONCE>().0, h1.as_chunks_mut::<AT_ONCE>().0);
    let (c2, c3) = (h2.as_chunks_mut::<AT_ONCE>().0, h3.as_chunks_mut::<AT_ONCE>().0);
    for (((a, b), c), d) in c0.iter_mut().zip(c1).zip(c2).zip(c3) {
        some_literals(&mut r0, table, a);
        some_literals(&mut r1, table, b);
        some_literals(&mut r2, table, c);
        some_literals(&mut r3, table, d);
    }
    for (r, tail) in [(&mut r0, t0), (&mut r1, t1), (&mut r2, t2), (&mut r3, t3)] {
        for some in tail.chunks_mut(AT_ONCE) {
            some_literals(r, table, some);
        }
        if !r.ended() {
            return None;
        }
    }
    Some(())
}

/// Where the tables begin.
const RUN: usize = 0;
const MATCH: usize = MAX_STATES;
const OFFSET: usize = 2 * MAX_STATES;

#[inline(always)]
fn state<const TABLE: usize>(tables: &[State; 3 * MAX_STATES], at: u32) -> State {
    #[allow(clippy::indexing_slicing, reason = "masked by the length of one of three tables")]
    tables[TABLE + (at as usize & (MAX_STATES - 1))]
}

/// Carries out `count` sequences from `at` on, with literals from `lit` on; where both then stand.
#[inline(never)]
fn run_sequences(
    coded: &[u8],
    count: usize,
    out: &mut [u8],
    mut at: usize,
    mut lit: usize,
    recent: &mut Recent,
    tables: &mut [State; 3 * MAX_STATES],
) -> Option<(usize, usize)> {
    let mut head = Reader::new(coded);
    let [runs, matches, offsets] = [
        Shares::read(&mut head, RUN_CODES)?,
        Shares::read(&mut head, MATCH_CODES)?,
        Shares::read(&mut head, OFFSET_CODES)?,
    ];
    let shares = [(&runs, &RUNS), (&matches, &MATCHES), (&offsets, &OFFSETS)];
    for (table, (shares, meanings)) in tables.as_chunks_mut().0.iter_mut().zip(shares) {
        tans::decode_table(shares, meanings, table);
    }
    let tables = &*tables;
    let mut bits = BackReader::new(head.rest())?;
    let word = bits.peek();
    let (at_run, word) = top(word, runs.log);
    let (at_offset, word) = top(word, offsets.log);
    let (at_match, _) = top(word, matches.log);
    bits.skip(runs.log + offsets.log + matches.log);
    if !bits.sound() {
        return None;
    }
    let mut run_state = state::<RUN>(tables, at_run as u32);
    let mut match_state = state::<MATCH>(tables, at_match as u32);
    let mut offset_state = state::<OFFSET>(tables, at_offset as u32);
    let size = out.len();
    let mut recents = *recent;
    for left in (0..count).rev() {
        let ([run, run_next], [len, match_next], [stored, offset_next]) = (run_state, match_state, offset_state);
        // Both sums at once: neither reaches 256.
        let sums = run_next.wrapping_add(match_next).wrapping_add(offset_next);
        let extra = sums >> 8 & 255;
        // Fields are cut out of one value by masks, not one behind the other: that would be a longer chain. The next
        // states come first, for everything waits for them.
        let word = bits.peek();
        let mut rest = word;
        if left > 0 {
            let all = sums & 255;
            bits.skip(all + extra);
            let (match_bits, offset_bits) = (match_next & 255, offset_next & 255);
            let e;
            (e, rest) = top(word, all);
            run_state = state::<RUN>(tables, (run_next >> 16) + (e >> (match_bits + offset_bits)) as u32);
            match_state = state::<MATCH>(tables, (match_next >> 16) + low(e >> offset_bits, match_bits));
            offset_state = state::<OFFSET>(tables, (offset_next >> 16) + low(e, offset_bits));
        } else {
            bits.skip(extra);
        }
        if extra > PEEK - 3 * MAX_LOG {
            rest = bits.peek_before(extra);
        }
        let (e, _) = top(rest, extra);
        let (run_bits, match_bits) = (run_next >> 8 & 255, match_next >> 8 & 255);
        let stored = stored + (e >> (run_bits + match_bits)) as u32;
        let len = (len + low(e >> run_bits, match_bits)) as usize;
        let run = run + low(e, run_bits);
        let offset = recents.take(stored, run) as usize;
        let run = run as usize;
        if run > size - lit {
            return None;
        }
        copy::literals(out, lit, at, run, lit)?;
        lit += run;
        at += run;
        if offset > at || offset == 0 || len > lit - at {
            return None;
        }
        copy::repeat(out, offset, at, len, lit)?;
        at += len;
    }
    *recent = recents;
    // What was read beyond the beginning was zeros; no more than the output holds came of it.
    bits.empty().then_some((at, lit))
}
