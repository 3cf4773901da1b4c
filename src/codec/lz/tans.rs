//! Table-based asymmetric numeral systems (tANS, also known as FSE): the code tables of runs, match lengths and
//! offsets.
//!
//! A table of 2^L states assigns its states to the symbols in proportion to their frequency. The encoder processes the
//! symbols in reverse, so that the decoder reads them in order.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "states below 2^10, counts below 2^20, and sums of a table's shares, which are at most 2^9"
)]

use super::bits::{BackWriter, Reader, low};
use crate::codec::word_writer::WordWriter;
use crate::util::unsigned::Unsigned;

/// log2 of the minimum number of states of a table.
const MIN_LOG: u32 = 4;
/// log2 of the maximum number of states of a table.
pub(super) const MAX_LOG: u32 = 9;
/// Maximum number of states of a table.
pub(super) const MAX_STATES: usize = 1 << MAX_LOG;
/// Symbols are below this.
pub(super) const SYMBOLS: usize = 64;

/// Number of states of each symbol (its share); the sum is 2^`log`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shares {
    pub log: u32,
    pub by_symbol: [u16; SYMBOLS],
}

impl Shares {
    /// Shares in proportion to `counts`, at least one for each symbol that occurs.
    #[inline(never)]
    pub(super) fn learn(counts: &[u32; SYMBOLS], max_log: u32) -> Self {
        let total: u32 = counts.iter().sum();
        let present = counts.iter().filter(|c| **c > 0).count() as u32;
        // More states than symbols to code gain nothing, and make the header longer.
        let wanted = ((total.max(2) - 1).ilog2().sat_sub(2)).clamp(MIN_LOG, max_log);
        let log = wanted.max(present.max(1).next_power_of_two().ilog2() + 1).min(MAX_LOG);
        let size = 1u32 << log;
        let mut by_symbol = [0u16; SYMBOLS];
        let mut left = size as i32;
        for (share, &count) in by_symbol.iter_mut().zip(counts) {
            if count > 0 {
                let exact = u64::from(count) << (log + 1);
                let rounded = (exact / u64::from(total.max(1)) + 1) >> 1;
                *share = rounded.clamp(1, u64::from(size)) as u16;
                left -= i32::from(*share);
            }
        }
        // A spare state goes to the symbol with the largest count / share, and a missing one is
        // taken from the symbol with the smallest count / (share - 1): these change the length of
        // the code by the smallest amount. Rounding leaves at most one state per symbol to add or
        // remove.
        while left != 0 {
            let gain = left > 0;
            let mut best: Option<(u64, u64, &mut u16)> = None;
            for (share, &count) in by_symbol.iter_mut().zip(counts) {
                if count == 0 || (!gain && *share <= 1) {
                    continue;
                }
                let (c, s) = (u64::from(count), u64::from(*share) - u64::from(!gain));
                let better = match &best {
                    None => true,
                    Some((bc, bs, _)) => (c * bs > bc * s) == gain && c * bs != bc * s,
                };
                if better {
                    best = Some((c, s, share));
                }
            }
            let Some((_, _, share)) = best else { break };
            *share = share.wrapping_add_signed(left.signum() as i16);
            left -= left.signum();
        }
        Shares { log, by_symbol }
    }

    /// Writes `log` - 4 in 3 bits, then each share + 1 in an Elias gamma code until the shares sum up to 2^`log`.
    pub(super) fn write(&self, w: &mut WordWriter) {
        w.put(u64::from(self.log - MIN_LOG), 3);
        let mut left = 1u32 << self.log;
        for &share in &self.by_symbol {
            if left == 0 {
                break;
            }
            w.gamma(u32::from(share) + 1);
            left = left.sat_sub(u32::from(share));
        }
    }

    /// Reads shares. `None` if those of the first `codes` symbols do not sum up to 2^`log`.
    pub(super) fn read(r: &mut Reader, codes: usize) -> Option<Self> {
        let log = r.get(3)? + MIN_LOG;
        if log > MAX_LOG {
            return None;
        }
        let mut left = 1u32 << log;
        let mut by_symbol = [0u16; SYMBOLS];
        for share in by_symbol.iter_mut().take(codes) {
            if left == 0 {
                break;
            }
            let s = r.gamma()? - 1;
            left = left.checked_sub(s)?;
            *share = s as u16;
        }
        (left == 0).then_some(Shares { log, by_symbol })
    }

    /// Distance of consecutive states of a symbol, which spreads the symbol over the table.
    fn stride(&self) -> usize {
        let size = 1usize << self.log;
        (size >> 1) + (size >> 3) + 3
    }
}

/// A table for the encoder.
#[derive(Debug)]
pub(super) struct EncodeTable {
    log: u32,
    /// States by symbol; those of one symbol in the order in which they are spread.
    states: [u16; MAX_STATES],
    /// For each symbol two addends. A state plus the first has the number of bits to write in its upper half; the rest
    /// of the state plus the second is the index into `states`.
    symbols: [(u32, i32); SYMBOLS],
}

impl EncodeTable {
    pub(super) fn new(shares: &Shares) -> Self {
        let size = 1usize << shares.log;
        let stride = shares.stride();
        let mut t = EncodeTable { log: shares.log, states: [0; MAX_STATES], symbols: [(0, 0); SYMBOLS] };
        let mut states = t.states.iter_mut();
        let (mut first, mut at) = (0u32, 0);
        for (&share, (bits, index)) in shares.by_symbol.iter().zip(&mut t.symbols) {
            let share = u32::from(share);
            if share > 0 {
                let max = shares.log - (share - 1).max(1).ilog2();
                *bits = (max << 16).wrapping_sub(share << max);
                *index = first as i32 - share as i32;
            }
            first += share;
            for state in states.by_ref().take(share as usize) {
                *state = (size + at) as u16;
                at = (at + stride) & (size - 1);
            }
        }
        t
    }

    /// The state to start from: one of the last symbol's, which needs no bits.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn start(&self, symbol: u32) -> u32 {
        #[allow(clippy::indexing_slicing, reason = "masked by the lengths of the tables")]
        {
            let (delta, first) = self.symbols[symbol as usize & (SYMBOLS - 1)];
            let bits = delta.wrapping_add(1 << 15) >> 16;
            let state = (bits << 16).wrapping_sub(delta) >> bits;
            u32::from(self.states[(state as i32 + first) as usize & (MAX_STATES - 1)])
        }
    }

    /// Codes `symbol`. Returns the state that precedes `state`, the bits to write, and their number.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn step(&self, state: u32, symbol: u32) -> (u32, u64, u32) {
        #[allow(clippy::indexing_slicing, reason = "masked by the lengths of the tables")]
        {
            let (delta, first) = self.symbols[symbol as usize & (SYMBOLS - 1)];
            let bits = state.wrapping_add(delta) >> 16;
            let value = u64::from(low(state.into(), bits));
            (u32::from(self.states[((state >> (bits & 31)) as i32 + first) as usize & (MAX_STATES - 1)]), value, bits)
        }
    }

    /// Writes `state`, which the decoder starts from.
    pub(super) fn finish(&self, state: u32, w: &mut BackWriter) {
        w.put(u64::from(state & ((1 << self.log) - 1)), self.log);
    }
}

/// An entry of a decoding table. First word: the base of the next state from bit 16 up, the number of extra bits of the
/// value in bits 8 to 15, and the number of bits to read for the next state in bits 0 to 7. Second word: the smallest
/// value of the symbol.
pub(super) type DecodeEntry = [u32; 2];

/// Fills a decoding table. `values` has the smallest value and the extra bits of each symbol, as the tables of `codes`.
pub(super) fn decode_table(shares: &Shares, values: &[u32; SYMBOLS], table: &mut [DecodeEntry; MAX_STATES]) {
    let size = 1u32 << shares.log;
    let stride = shares.stride();
    let mut at = 0;
    for (&share, &value) in shares.by_symbol.iter().zip(values) {
        let share = u32::from(share);
        // From the next power of two on, x needs one bit less.
        let octave = share.max(1).ilog2();
        let (max, octave) = (shares.log - octave, octave + 1);
        let extra = (value & 31) << 8;
        for x in share..2 * share {
            let bits = max - (x >> octave);
            #[allow(clippy::indexing_slicing, reason = "masked by the length of the table")]
            {
                table[at & (MAX_STATES - 1)] = [((x << bits) - size) << 16 | extra | bits, value >> 5];
            }
            at = (at + stride) & (size as usize - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bits::{BackReader, top};
    use super::*;

    #[test]
    fn symbols_are_decoded_in_order() {
        for kind in 0..4u32 {
            let symbols: [u32; 500] = core::array::from_fn(|i| match kind {
                0 => 5,
                1 => (i as u32).wrapping_mul(2_654_435_761) >> 26 & 31,
                2 => u32::from(i == 77) * 40,
                _ => (i as u32 * i as u32 % 97).leading_zeros() - 25,
            });
            let mut counts = [0; SYMBOLS];
            symbols.iter().for_each(|s| counts[*s as usize] += 1);
            let shares = Shares::learn(&counts, MAX_LOG);
            assert_eq!(shares.by_symbol.iter().map(|s| u32::from(*s)).sum::<u32>(), 1 << shares.log);
            let mut buf = [0; 2000];
            let mut w = WordWriter::new(&mut buf);
            shares.write(&mut w);
            w.finish().unwrap();
            let read = Shares::read(&mut Reader::new(&buf), SYMBOLS).unwrap();
            assert_eq!((read.log, read.by_symbol), (shares.log, shares.by_symbol));

            let table = EncodeTable::new(&shares);
            let mut w = BackWriter::new(&mut buf);
            let mut state = table.start(symbols[499]);
            for s in symbols[..499].iter().rev() {
                let (before, value, bits) = table.step(state, *s);
                w.put(value, bits);
                state = before;
            }
            table.finish(state, &mut w);
            let len = w.finish().unwrap();
            let mut table = [[0; 2]; MAX_STATES];
            decode_table(&shares, &core::array::from_fn(|i| (i as u32) << 5), &mut table);
            let mut r = BackReader::new(&buf[..len]).unwrap();
            let mut state = top(r.peek(), shares.log).0 as u32;
            r.skip(shares.log);
            for (i, s) in symbols.iter().enumerate() {
                let [next, symbol] = table[state as usize];
                assert_eq!(symbol, *s);
                if i < 499 {
                    let bits = next & 255;
                    state = (next >> 16) + top(r.peek(), bits).0 as u32;
                    r.skip(bits);
                }
            }
            assert!(r.is_empty());
        }
    }
}
