//! Decoding sequences: from bits to runs, lengths and offsets, some at a time; then they are carried out.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "bit counts below 256, states below 2^9 and code values below 2^23: what a table holds was checked"
)]

use super::bits::{BackReader, PEEK, Reader, low, top};
use super::codes::{MATCH_CODES, MATCHES, OFFSET_CODES, OFFSETS, RUN_CODES, RUNS};
use super::execute::Output;
use super::sequences::Recent;
use super::tans::{self, MAX_LOG, MAX_STATES, Shares, State};
use crate::simd::{Level, with_bits};

/// Where the tables begin.
const RUN: usize = 0;
const MATCH: usize = MAX_STATES;
const OFFSET: usize = 2 * MAX_STATES;

/// Sequences that are decoded before they are carried out: two simple loops are faster than one that does both.
const AT_ONCE: usize = 64;

/// A sequence as decoded: literals, length of the match, offset as stored.
pub(super) type Step = [u32; 3];

/// A state as one word: two would be taken apart again.
#[inline(always)]
fn state<const TABLE: usize>(tables: &[State; 3 * MAX_STATES], at: u32) -> u64 {
    #[allow(clippy::indexing_slicing, reason = "masked by the length of one of three tables")]
    let [next, least] = tables[TABLE + (at as usize & (MAX_STATES - 1))];
    u64::from(least) << 32 | u64::from(next)
}

/// What bits are added to for the next state.
#[inline(always)]
fn next(state: u64) -> u32 {
    (state as u32) >> 16
}

/// What the extra bits are added to.
#[inline(always)]
fn least(state: u64) -> u32 {
    (state >> 32) as u32
}

/// Where the decoding of sequences stands.
struct Stand<'a> {
    bits: BackReader<'a>,
    run: u64,
    len: u64,
    offset: u64,
}

/// Carries out `count` sequences, which is not 0.
#[inline(never)]
pub(super) fn run(
    coded: &[u8],
    mut count: usize,
    out: &mut Output,
    recent: &mut Recent,
    tables: &mut [State; 3 * MAX_STATES],
    level: Level,
) -> Option<()> {
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
    let mut stand = Stand {
        bits,
        run: state::<RUN>(tables, at_run as u32),
        len: state::<MATCH>(tables, at_match as u32),
        offset: state::<OFFSET>(tables, at_offset as u32),
    };
    let mut steps = [[0; 3]; AT_ONCE];
    while count > 0 {
        let n = count.min(AT_ONCE);
        count -= n;
        let steps = steps.get_mut(..n)?;
        with_bits(level, #[inline(always)] || {
            decode(&mut stand, steps, count == 0, tables);
            out.carry_out(steps, recent)
        })?;
    }
    // What was read beyond the beginning was zeros; no more than the output holds came of it.
    stand.bits.empty().then_some(())
}

/// Decodes the next sequences; behind the very last one follow no bits of a next state.
#[inline(always)]
fn decode(stand: &mut Stand, steps: &mut [Step], last: bool, tables: &[State; 3 * MAX_STATES]) {
    let Stand { mut bits, run: mut run_state, len: mut match_state, offset: mut offset_state } = *stand;
    let mut left = steps.len() + usize::from(!last);
    for step in steps {
        left -= 1;
        let (run, len, offset) = (run_state, match_state, offset_state);
        // Both sums at once: neither reaches 256.
        let sums = run.wrapping_add(len).wrapping_add(offset) as u32;
        let extra = sums >> 8 & 255;
        // Fields are cut out of one value by masks, not one behind the other: that would be a longer chain. The next
        // states come first, for everything waits for them.
        let word = bits.peek();
        let mut rest = word;
        if left > 0 {
            let all = sums & 255;
            bits.skip(all + extra);
            let (len_bits, offset_bits) = (len as u32 & 255, offset as u32 & 255);
            let e;
            (e, rest) = top(word, all);
            run_state = state::<RUN>(tables, next(run) + (e >> (len_bits + offset_bits)) as u32);
            match_state = state::<MATCH>(tables, next(len) + low(e >> offset_bits, len_bits));
            offset_state = state::<OFFSET>(tables, next(offset) + low(e, offset_bits));
        } else {
            bits.skip(extra);
        }
        if extra > PEEK - 3 * MAX_LOG {
            rest = bits.peek_before(extra);
        }
        let (e, _) = top(rest, extra);
        let (run_bits, len_bits) = (run as u32 >> 8 & 255, len as u32 >> 8 & 255);
        *step = [
            least(run) + low(e, run_bits),
            least(len) + low(e >> run_bits, len_bits),
            least(offset) + (e >> (run_bits + len_bits)) as u32,
        ];
    }
    *stand = Stand { bits, run: run_state, len: match_state, offset: offset_state };
}
