//! Decoding sequences: from bits to runs, lengths and offsets, some at a time; then they are carried out.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "bit counts below 256, states below 2^9 and code values below 2^23: what a table holds was checked"
)]

use super::bits::{BackReader, PEEK, Reader, low, top};
use super::codes::{MATCH_CODES, MATCHES, OFFSET_CODES, OFFSETS, RUN_CODES, RUNS};
use super::execute::Output;
use super::sequences::Recent;
use super::tans;
use super::tans::{DecodeEntry, MAX_STATES, Shares};
use crate::codec::lz::sequences::SequenceFields;
use crate::simd::{Level, with_bits};

/// Where the tables begin.
const RUN: usize = 0;
const MATCH: usize = MAX_STATES;
const OFFSET: usize = 2 * MAX_STATES;

/// Sequences that are decoded before they are carried out: two simple loops are faster than one that does both. Even.
const AT_ONCE: usize = 64;

/// A state as one word: two would be taken apart again.
#[cfg_attr(feature = "std", inline(always))]
fn state<const TABLE: usize>(tables: &[DecodeEntry; 3 * MAX_STATES], at: u32) -> u64 {
    #[allow(clippy::indexing_slicing, reason = "masked by the length of one of three tables")]
    let [next, least] = tables[TABLE + (at as usize & (MAX_STATES - 1))];
    u64::from(least) << 32 | u64::from(next)
}

/// What bits are added to for the next state.
#[cfg_attr(feature = "std", inline(always))]
fn next(state: u64) -> u32 {
    (state as u32) >> 16
}

/// What the extra bits are added to.
#[cfg_attr(feature = "std", inline(always))]
fn least(state: u64) -> u32 {
    (state >> 32) as u32
}

/// The states of the next sequence but one: those of even place have states of their own, and so have the odd, so that
/// one need not wait for the other.
#[derive(Clone, Copy)]
struct StateTriple {
    run: u64,
    len: u64,
    offset: u64,
}

/// Where the decoding of sequences stands.
struct Stand<'a> {
    bits: BackReader<'a>,
    next: [StateTriple; 2],
}

/// Carries out `count` sequences, which is not 0.
#[inline(never)]
pub(super) fn run(
    coded: &[u8],
    mut count: usize,
    out: &mut Output,
    recent: &mut Recent,
    tables: &mut [DecodeEntry; 3 * MAX_STATES],
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
    let mut stand = Stand { bits: BackReader::new(head.rest())?, next: [StateTriple { run: 0, len: 0, offset: 0 }; 2] };
    for states in stand.next.iter_mut().take(count) {
        let word = stand.bits.peek();
        let (run, word) = top(word, runs.log);
        let (offset, word) = top(word, offsets.log);
        let (len, _) = top(word, matches.log);
        stand.bits.skip(runs.log + offsets.log + matches.log);
        if !stand.bits.sound() {
            return None;
        }
        *states = StateTriple {
            run: state::<RUN>(tables, run as u32),
            len: state::<MATCH>(tables, len as u32),
            offset: state::<OFFSET>(tables, offset as u32),
        };
    }
    let mut steps = [[0; 3]; AT_ONCE];
    while count > 0 {
        let n = count.min(AT_ONCE);
        count -= n;
        let steps = steps.get_mut(..n)?;
        with_bits(
            level,
            #[cfg_attr(feature = "std", inline(always))]
            || {
                decode(&mut stand, steps, count, tables);
                out.carry_out(steps, recent)
            },
        )?;
    }
    // What was read beyond the beginning was zeros; no more than the output holds came of it.
    stand.bits.empty().then_some(())
}

/// Decodes the next sequences, behind which there are `following` more.
#[cfg_attr(feature = "std", inline(always))]
fn decode(stand: &mut Stand, steps: &mut [SequenceFields], following: usize, tables: &[DecodeEntry; 3 * MAX_STATES]) {
    let Stand { mut bits, next: [mut even, mut odd] } = *stand;
    let mut left = steps.len() + following;
    let (pairs, rest) = steps.as_chunks_mut::<2>();
    for [first, second] in pairs {
        let (one, two) = (even.sums(), odd.sums());
        let (needed, all) = (one.states + one.extra, one.states + one.extra + two.states + two.extra);
        // What a peek shows is mostly enough for both.
        if all <= PEEK && left > 3 {
            let word = bits.peek();
            bits.skip(all);
            *first = even.values(word << one.states, one.extra);
            even.advance(word, one.states, tables);
            let word = word << needed;
            *second = odd.values(word << two.states, two.extra);
            odd.advance(word, two.states, tables);
        } else {
            (*first, bits, even) = alone(bits, even, left > 2, tables);
            (*second, bits, odd) = alone(bits, odd, left > 3, tables);
        }
        left -= 2;
    }
    // An odd number is the last of all.
    for step in rest {
        (*step, bits, even) = alone(bits, even, false, tables);
    }
    *stand = Stand { bits, next: [even, odd] };
}

/// Decodes a sequence; bits of states for the next but one follow where there is `more`.
#[inline(never)]
fn alone<'a>(
    mut bits: BackReader<'a>,
    mut states: StateTriple,
    more: bool,
    tables: &[DecodeEntry; 3 * MAX_STATES],
) -> (SequenceFields, BackReader<'a>, StateTriple) {
    let (old, sums) = (states, states.sums());
    if more {
        let word = bits.peek();
        bits.skip(sums.states);
        states.advance(word, sums.states, tables);
    }
    let word = bits.peek();
    bits.skip(sums.extra);
    (old.values(word, sums.extra), bits, states)
}

/// Bits to the next states, and extra bits of the values.
#[derive(Clone, Copy)]
struct Sums {
    states: u32,
    extra: u32,
}

impl StateTriple {
    #[cfg_attr(feature = "std", inline(always))]
    fn sums(&self) -> Sums {
        // Both at once: neither reaches 256.
        let sums = self.run.wrapping_add(self.len).wrapping_add(self.offset) as u32;
        Sums { states: sums & 255, extra: sums >> 8 & 255 }
    }

    /// The values, whose extra bits are the top ones of `word`. Fields are cut out of one value by masks, not one behind
    /// the other: that would be a longer chain.
    #[cfg_attr(feature = "std", inline(always))]
    fn values(&self, word: u64, extra: u32) -> SequenceFields {
        let (e, _) = top(word, extra);
        let (run_bits, len_bits) = (self.run as u32 >> 8 & 255, self.len as u32 >> 8 & 255);
        [
            least(self.run) + low(e, run_bits),
            least(self.len) + low(e >> run_bits, len_bits),
            least(self.offset) + (e >> (run_bits + len_bits)) as u32,
        ]
    }

    /// Goes on to the next states, whose bits are the top ones of `word`.
    #[cfg_attr(feature = "std", inline(always))]
    fn advance(&mut self, word: u64, all: u32, tables: &[DecodeEntry; 3 * MAX_STATES]) {
        let (len_bits, offset_bits) = (self.len as u32 & 255, self.offset as u32 & 255);
        let (e, _) = top(word, all);
        self.run = state::<RUN>(tables, next(self.run) + (e >> (len_bits + offset_bits)) as u32);
        self.len = state::<MATCH>(tables, next(self.len) + low(e >> offset_bits, len_bits));
        self.offset = state::<OFFSET>(tables, next(self.offset) + low(e, offset_bits));
    }
}
