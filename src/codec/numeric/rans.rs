//! Range asymmetric numeral systems (Duda, arXiv:1311.2540): 32-bit states, 16-bit words, 12-bit frequencies.
//!
//! Several states take turns over the symbols, so that the processor works on them at the same time. The encoder
//! runs over the symbols backwards and writes its words backwards; the decoder reads both forwards.
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "indices are masked to the array's size; the arithmetic is modulo 2^32 by design"
)]

use core::hint::select_unpredictable;

use super::tables::{Lookup, PROB_BITS, PROB_ONE, RECIPROCALS, SYMBOLS, Table};

/// Lowest value of a state between symbols.
const LOW: u32 = 1 << 16;
const MASK: u32 = PROB_ONE - 1;
/// Symbols decoded at a time.
pub(crate) const TURN: usize = 32;

/// How many states take turns over `n` symbols: few symbols cannot pay for many states.
pub(crate) const fn states_for(n: usize) -> usize {
    match n {
        0..512 => 1,
        512..4096 => 2,
        _ => 4,
    }
}

/// The encoder: states, and the words from the end of a slice downwards. Frequencies add up to `2^B`.
pub(crate) struct Encoder<'a, const S: usize, const B: u32> {
    states: [u32; S],
    out: &'a mut [u8],
    start: usize,
    short: bool,
}

impl<'a, const S: usize, const B: u32> Encoder<'a, S, B> {
    /// Starts with the last byte of `out`.
    pub(crate) fn new(out: &'a mut [u8]) -> Self {
        let start = out.len();
        Encoder { states: [LOW; S], out, start, short: false }
    }

    /// Puts a symbol, told by its table's entry, in front of what was put before, with the state of this number (modulo
    /// `S`). Its frequency is not 0.
    #[inline]
    pub(crate) fn put(&mut self, state: usize, entry: u32) {
        let mut x = self.states[state % S];
        self.start = step::<B>(&mut x, entry, self.out, self.start, &mut self.short);
        self.states[state % S] = x;
    }

    /// Puts a symbol with each of the states, the last one first.
    #[inline]
    pub(crate) fn put_turn(&mut self, turn: [u32; S]) {
        let mut states = self.states;
        let (mut at, mut short) = (self.start, self.short);
        for (state, entry) in states.iter_mut().zip(turn).rev() {
            at = step::<B>(state, entry, self.out, at, &mut short);
        }
        (self.states, self.start, self.short) = (states, at, short);
    }

    /// The states, and where the words start; nothing if they did not fit.
    pub(crate) fn finish(self) -> Option<([u32; S], usize)> {
        (!self.short).then_some((self.states, self.start))
    }
}

/// Moves a state over a symbol; returns where the words start now.
#[inline(always)]
fn step<const B: u32>(state: &mut u32, entry: u32, out: &mut [u8], start: usize, short: &mut bool) -> usize {
    let (f, c) = (entry >> 16, entry & 0xffff);
    let mut x = *state;
    // The word is always written, and counts only where the state has to shrink: no branch to guess.
    let mut start = start;
    match start.checked_sub(2).and_then(|at| out.get_mut(at..)).and_then(|o| o.first_chunk_mut::<2>()) {
        Some(to) => *to = (x as u16).to_be_bytes(),
        None => *short = true,
    }
    let more = u64::from(x) >= u64::from(f) << (32 - B);
    start = start.saturating_sub(usize::from(more) * 2);
    x = select_unpredictable(more, x >> 16, x);
    let mut q = ((u64::from(x) * u64::from(RECIPROCALS.get(f as usize).copied().unwrap_or(0))) >> 32) as u32;
    let mut r = x.wrapping_sub(q.wrapping_mul(f));
    let over = r >= f;
    q = q.wrapping_add(u32::from(over));
    r = r.wrapping_sub(select_unpredictable(over, f, 0));
    *state = (q << B).wrapping_add(r).wrapping_add(c);
    start
}

/// The decoder.
pub(crate) struct Decoder<'a, const S: usize> {
    states: [u32; S],
    words: &'a [[u8; 2]],
    pos: usize,
}

impl<'a, const S: usize> Decoder<'a, S> {
    /// Starts with the states the encoder ended with.
    pub(crate) fn new(states: [u32; S], words: &'a [[u8; 2]]) -> Self {
        Decoder { states, words, pos: 0 }
    }

    /// The next symbol, of the state of this number (modulo `S`).
    #[inline]
    pub(crate) fn get(&mut self, state: usize, table: &Table, lookup: &Lookup) -> u8 {
        let x = self.states[state % S];
        let point = x & MASK;
        let symbol = lookup[point as usize];
        let e = table[symbol as usize % SYMBOLS];
        let x = (e >> 16).wrapping_mul(x >> PROB_BITS).wrapping_add(point.wrapping_sub(e & 0xffff));
        let word = u32::from(u16::from_be_bytes(self.words.get(self.pos).copied().unwrap_or([0; 2])));
        let more = x < LOW;
        self.states[state % S] = select_unpredictable(more, (x << 16) | word, x);
        self.pos += usize::from(more);
        symbol
    }

    /// The next symbols, the states taking turns from the first.
    #[inline]
    pub(crate) fn fill(&mut self, table: &Table, lookup: &Lookup, out: &mut [u8; TURN]) {
        self.turns(out, |x| {
            let point = x & MASK;
            let symbol = lookup[point as usize];
            let e = table[symbol as usize % SYMBOLS];
            ((e >> 16).wrapping_mul(x >> PROB_BITS).wrapping_add(point.wrapping_sub(e & 0xffff)), symbol)
        });
    }

    /// Moves the states, one after the other, by `pass` and words where they became too small.
    #[inline(always)]
    fn turns(&mut self, out: &mut [u8; TURN], pass: impl Fn(u32) -> (u32, u8)) {
        let mut states = self.states;
        let (turns, _) = out.as_chunks_mut::<S>();
        // As many words as may be taken: without looking whether there are more, where there are.
        let mut few = [[0u8; 2]; TURN];
        let rest = self.words.get(self.pos..).unwrap_or(&[]);
        let words = match rest.first_chunk::<TURN>() {
            Some(words) => words,
            None => {
                for (to, from) in few.iter_mut().zip(rest) {
                    *to = *from;
                }
                &few
            }
        };
        let mut taken = 0usize;
        for turn in turns {
            for (state, to) in states.iter_mut().zip(turn) {
                let (x, symbol) = pass(*state);
                let word = u32::from(u16::from_be_bytes(words[taken % TURN]));
                let more = x < LOW;
                *state = select_unpredictable(more, (x << 16) | word, x);
                taken += usize::from(more);
                *to = symbol;
            }
        }
        self.states = states;
        self.pos += taken;
    }

    /// The next symbol, of the state of this number (modulo `S`), by code points: the symbol in 8 bits, its frequency in
    /// 12 and the distance from its first code point in 12. There are `2^B` of them.
    #[inline]
    pub(crate) fn get_from<const B: u32>(&mut self, state: usize, points: &[i32]) -> u8 {
        let x = self.states[state % S];
        let e = points[(x & ((1 << B) - 1)) as usize] as u32;
        let x = ((e >> 12) & 0xfff).wrapping_mul(x >> B).wrapping_add(e & 0xfff);
        let word = u32::from(u16::from_be_bytes(self.words.get(self.pos).copied().unwrap_or([0; 2])));
        let more = x < LOW;
        self.pos += usize::from(more);
        self.states[state % S] = select_unpredictable(more, (x << 16) | word, x);
        (e >> 24) as u8
    }

    /// The next symbols, the states taking turns from the first.
    #[inline]
    pub(crate) fn fill_from<const B: u32>(&mut self, points: &[i32], out: &mut [u8; TURN]) {
        self.turns(out, |x| {
            let e = points[(x & ((1 << B) - 1)) as usize] as u32;
            (((e >> 12) & 0xfff).wrapping_mul(x >> B).wrapping_add(e & 0xfff), (e >> 24) as u8)
        });
    }

    /// Whether exactly what the encoder wrote was taken.
    pub(crate) fn finished(&self) -> bool {
        self.pos == self.words.len() && self.states.iter().all(|x| *x == LOW)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::numeric::tables::{FIXED, LOOKUPS, TABLES, freq};
    use proptest::prelude::*;

    fn round<const S: usize>(items: &[(usize, u8)]) {
        let items: std::vec::Vec<(usize, u8)> = items
            .iter()
            .map(|(t, s)| (t % TABLES, if freq(FIXED[t % TABLES][*s as usize % 64]) == 0 { 63 } else { s % 64 }))
            .collect();
        let mut buf = std::vec![0u8; items.len() * 2];
        let mut enc = Encoder::<S, PROB_BITS>::new(&mut buf);
        for (i, (t, s)) in items.iter().enumerate().rev() {
            enc.put(i, FIXED[*t][*s as usize]);
        }
        let (states, start) = enc.finish().unwrap();
        let mut dec = Decoder::<S>::new(states, buf[start..].as_chunks::<2>().0);
        for (i, (t, s)) in items.iter().enumerate() {
            assert_eq!(dec.get(i, &FIXED[*t], &LOOKUPS[*t]), *s);
        }
        assert!(dec.finished());
    }

    proptest! {
        #[test]
        fn symbols_come_back(items in proptest::collection::vec((any::<usize>(), any::<u8>()), 0..600)) {
            round::<1>(&items);
            round::<2>(&items);
            round::<4>(&items);
        }
    }

    #[test]
    fn a_short_buffer_is_noticed() {
        let mut buf = [0u8; 2];
        let mut enc = Encoder::<1, PROB_BITS>::new(&mut buf);
        for _ in 0..10 {
            enc.put(0, FIXED[0][63]);
        }
        assert!(enc.finish().is_none());
    }
}
