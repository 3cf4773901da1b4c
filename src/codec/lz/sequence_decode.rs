//! Decodes the sequences of a part in batches: first their fields, then the copies into the output.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "bit counts below 256, states below 2^9 and code values below 2^23: what a table holds was checked"
)]

use super::bits::{BackReader, PEEK, Reader, low, top};
use super::codes::{MATCH_CODES, MATCHES, OFFSET_CODES, OFFSETS, RUN_CODES, RUNS};
use super::execute::Output;
use super::sequences::{Recent, SequenceFields};
use super::tans;
use super::tans::{DecodeEntry, MAX_STATES, Shares};
use crate::simd::{Level, with_bits};

/// Indices at which the three tables begin.
const RUN: usize = 0;
const MATCH: usize = MAX_STATES;
const OFFSET: usize = 2 * MAX_STATES;

/// Sequences of a batch, which are decoded before any is executed: two simple loops are faster than one that does both.
/// Even, because sequences are decoded in pairs.
const BATCH: usize = 64;

/// The entry of a state, as one word: a value base in the upper half, the rest of the entry in the lower.
#[cfg_attr(feature = "std", inline(always))]
fn load_entry<const TABLE: usize>(tables: &[DecodeEntry; 3 * MAX_STATES], state: u32) -> u64 {
    #[allow(clippy::indexing_slicing, reason = "masked by the length of one of three tables")]
    let [next, value] = tables[TABLE + (state as usize & (MAX_STATES - 1))];
    u64::from(value) << 32 | u64::from(next)
}

/// The number that the bits read are added to, which gives the next state.
#[cfg_attr(feature = "std", inline(always))]
fn state_base(entry: u64) -> u32 {
    (entry as u32) >> 16
}

/// The number that the extra bits are added to, which gives the value.
#[cfg_attr(feature = "std", inline(always))]
fn value_base(entry: u64) -> u32 {
    (entry >> 32) as u32
}

/// The entries of the states that the fields of one sequence are decoded from.
#[derive(Clone, Copy)]
struct StateTriple {
    run: u64,
    len: u64,
    offset: u64,
}

/// The unread bits, and the states of the next two sequences. Sequences of even and of odd index have separate states,
/// so that two can be decoded without waiting for each other.
struct SequenceReader<'a> {
    bits: BackReader<'a>,
    states: [StateTriple; 2],
}

/// Decodes `count` sequences (not 0) and executes them. `None` where they are damaged.
#[inline(never)]
pub(super) fn decode_sequences(
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
    for (table, (shares, values)) in tables.as_chunks_mut().0.iter_mut().zip(shares) {
        tans::decode_table(shares, values, table);
    }
    let tables = &*tables;
    let none = StateTriple { run: 0, len: 0, offset: 0 };
    let mut reader = SequenceReader { bits: BackReader::new(head.rest())?, states: [none; 2] };
    for states in reader.states.iter_mut().take(count) {
        let word = reader.bits.peek();
        let (run, word) = top(word, runs.log);
        let (offset, word) = top(word, offsets.log);
        let (len, _) = top(word, matches.log);
        reader.bits.skip(runs.log + offsets.log + matches.log);
        if !reader.bits.in_bounds() {
            return None;
        }
        *states = StateTriple {
            run: load_entry::<RUN>(tables, run as u32),
            len: load_entry::<MATCH>(tables, len as u32),
            offset: load_entry::<OFFSET>(tables, offset as u32),
        };
    }
    let mut batch = [[0; 3]; BATCH];
    while count > 0 {
        let n = count.min(BATCH);
        count -= n;
        let batch = batch.get_mut(..n)?;
        with_bits(
            level,
            #[cfg_attr(feature = "std", inline(always))]
            || {
                reader.decode_batch(batch, count, tables);
                out.execute(batch, recent)
            },
        )?;
    }
    // Reads past the last bit gave zeros, and the output bounds what they can decode to.
    reader.bits.is_empty().then_some(())
}

impl SequenceReader<'_> {
    /// Decodes the next sequences, which `following` more follow.
    #[cfg_attr(feature = "std", inline(always))]
    fn decode_batch(&mut self, batch: &mut [SequenceFields], following: usize, tables: &[DecodeEntry; 3 * MAX_STATES]) {
        let SequenceReader { mut bits, states: [mut even, mut odd] } = *self;
        let mut left = batch.len() + following;
        let (pairs, rest) = batch.as_chunks_mut::<2>();
        for [first, second] in pairs {
            let (one, two) = (even.bit_counts(), odd.bit_counts());
            let (needed, both) = (one.states + one.extra, one.states + one.extra + two.states + two.extra);
            // One peek is mostly enough for both.
            if both <= PEEK && left > 3 {
                let word = bits.peek();
                bits.skip(both);
                *first = even.fields(word << one.states, one.extra);
                even.advance(word, one.states, tables);
                let word = word << needed;
                *second = odd.fields(word << two.states, two.extra);
                odd.advance(word, two.states, tables);
            } else {
                (*first, bits, even) = decode_single(bits, even, left > 2, tables);
                (*second, bits, odd) = decode_single(bits, odd, left > 3, tables);
            }
            left -= 2;
        }
        // Only the last batch can have an odd number of sequences.
        for fields in rest {
            (*fields, bits, even) = decode_single(bits, even, false, tables);
        }
        *self = SequenceReader { bits, states: [even, odd] };
    }
}

/// Decodes one sequence. With `more`, the bits of the states of the next sequence but one come first.
#[inline(never)]
fn decode_single<'a>(
    mut bits: BackReader<'a>,
    mut states: StateTriple,
    more: bool,
    tables: &[DecodeEntry; 3 * MAX_STATES],
) -> (SequenceFields, BackReader<'a>, StateTriple) {
    let (old, counts) = (states, states.bit_counts());
    if more {
        let word = bits.peek();
        bits.skip(counts.states);
        states.advance(word, counts.states, tables);
    }
    let word = bits.peek();
    bits.skip(counts.extra);
    (old.fields(word, counts.extra), bits, states)
}

/// Number of bits of a sequence: those that lead to the next states, and the extra bits of its values.
#[derive(Clone, Copy)]
struct BitCounts {
    states: u32,
    extra: u32,
}

impl StateTriple {
    #[cfg_attr(feature = "std", inline(always))]
    fn bit_counts(&self) -> BitCounts {
        // One addition sums both counts: neither sum reaches 256.
        let sums = self.run.wrapping_add(self.len).wrapping_add(self.offset) as u32;
        BitCounts { states: sums & 255, extra: sums >> 8 & 255 }
    }

    /// The fields, whose extra bits are the top `extra` bits of `word`. Masks cut them out of one value independently
    /// of each other, which keeps the chain of dependent instructions short.
    #[cfg_attr(feature = "std", inline(always))]
    fn fields(&self, word: u64, extra: u32) -> SequenceFields {
        let (e, _) = top(word, extra);
        let (run_bits, len_bits) = (self.run as u32 >> 8 & 255, self.len as u32 >> 8 & 255);
        [
            value_base(self.run) + low(e, run_bits),
            value_base(self.len) + low(e >> run_bits, len_bits),
            value_base(self.offset) + (e >> (run_bits + len_bits)) as u32,
        ]
    }

    /// Advances to the next states, which the top `bits` bits of `word` lead to.
    #[cfg_attr(feature = "std", inline(always))]
    fn advance(&mut self, word: u64, bits: u32, tables: &[DecodeEntry; 3 * MAX_STATES]) {
        let (len_bits, offset_bits) = (self.len as u32 & 255, self.offset as u32 & 255);
        let (e, _) = top(word, bits);
        self.run = load_entry::<RUN>(tables, state_base(self.run) + (e >> (len_bits + offset_bits)) as u32);
        self.len = load_entry::<MATCH>(tables, state_base(self.len) + low(e >> offset_bits, len_bits));
        self.offset = load_entry::<OFFSET>(tables, state_base(self.offset) + low(e, offset_bits));
    }
}
