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

#[cfg(feature = "std")]
use super::tables::RECIPROCALS;
use super::tables::{Lookup, PROB_BITS, PROB_ONE, SYMBOLS, Table, symbol_at};

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
    /// `S`). Its frequency is neither 0 nor `2^12`.
    #[inline]
    pub(crate) fn put(&mut self, state: usize, entry: u32) {
        let (x, word, more) = step::<B>(self.states[state % S], entry);
        self.states[state % S] = x;
        // The word is always written, and counts only where the state had to shrink: no branch to guess.
        match self.out.get_mut(..self.start).and_then(|o| o.last_chunk_mut::<2>()) {
            Some(to) => {
                *to = word;
                self.start -= 2 * usize::from(more);
            }
            None => self.short = true,
        }
    }

    /// The states, and where the words start; nothing if they did not fit.
    pub(crate) fn finish(self) -> Option<([u32; S], usize)> {
        (!self.short).then_some((self.states, self.start))
    }
}

impl<const S: usize, const B: u32> Encoder<'_, S, B> {
    /// Puts a symbol with each of the states, the last one first; there are up to four.
    #[cfg_attr(feature = "std", inline(always))]
    pub(crate) fn put_turn(&mut self, turn: [u32; S]) {
        let Some(window) = self.out.get_mut(..self.start).and_then(|o| o.last_chunk_mut::<8>()) else {
            for (i, e) in turn.iter().enumerate().rev() {
                self.put(i, *e);
            }
            return;
        };
        let (words, _) = window.as_chunks_mut::<2>();
        let Some(words) = words.first_chunk_mut::<4>() else { return };
        // By name: what is indexed would lie in memory.
        let [mut a, mut b, mut c, mut d] = [0, 1, 2, 3].map(|i| self.states.get(i).copied().unwrap_or(0));
        let [ea, eb, ec, ed] = [0, 1, 2, 3].map(|i| turn.get(i).copied().unwrap_or(0));
        let mut free = 4usize;
        for (i, x, e) in [(3, &mut d, ed), (2, &mut c, ec), (1, &mut b, eb), (0, &mut a, ea)] {
            if i < S {
                let (next, word, more) = step::<B>(*x, e);
                *x = next;
                words[free.wrapping_sub(1) & 3] = word;
                free -= usize::from(more);
            }
        }
        for (to, x) in self.states.iter_mut().zip([a, b, c, d]) {
            *to = x;
        }
        self.start -= 2 * (4 - free);
    }
}

/// A state behind a symbol, the word that it puts out, and whether it does.
#[cfg_attr(feature = "std", inline(always))]
fn step<const B: u32>(x: u32, entry: u32) -> (u32, [u8; 2], bool) {
    let (f, c) = ((entry >> 16) & 0xfff, entry & 0xfff);
    let word = (x as u16).to_be_bytes();
    let more = x >> (32 - B) >= f;
    let x = select_unpredictable(more, x >> 16, x);
    let q = quotient::<B>(x, f);
    (x.wrapping_add(c).wrapping_add(q.wrapping_mul((1 << B) - f)), word, more)
}

/// `x / f` for `x < f 2^(32-B)`; 0 for the frequency 0.
#[cfg(feature = "std")]
#[cfg_attr(feature = "std", inline(always))]
fn quotient<const B: u32>(x: u32, f: u32) -> u32 {
    // The reciprocal is less than 1 too large: the quotient is exact, and the product fits 64 bits.
    let m = (RECIPROCALS[f as usize] + ((1 << (PROB_BITS - B)) - 1)) >> (PROB_BITS - B);
    ((u64::from(x) * m) >> (32 + B)) as u32
}

/// The same where a product of 64 bits takes as long, and the table would be 32 KiB.
#[cfg(not(feature = "std"))]
#[cfg_attr(feature = "std", inline(always))]
fn quotient<const B: u32>(x: u32, f: u32) -> u32 {
    x.checked_div(f).unwrap_or(0)
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
        let symbol = symbol_at(table, lookup, point);
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
            let symbol = symbol_at(table, lookup, point);
            let e = table[symbol as usize % SYMBOLS];
            ((e >> 16).wrapping_mul(x >> PROB_BITS).wrapping_add(point.wrapping_sub(e & 0xffff)), symbol)
        });
    }

    /// Moves the states, one after the other, by `pass` and words where they became too small.
    #[cfg_attr(feature = "std", inline(always))]
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
    fn quotients_are_exact() {
        for f in 1..PROB_ONE {
            let most = f << (32 - PROB_BITS);
            let near = (1..=64).flat_map(|i| {
                let m = (u64::from(most) * i / 64) as u32;
                [m / f * f, (m / f * f).wrapping_sub(1), m - 1]
            });
            for x in near.filter(|x| (1..most).contains(x)) {
                assert_eq!(step::<PROB_BITS>(x, f << 16 | 1).0, ((x / f) << PROB_BITS) + x % f + 1, "{x} {f}");
                if f < PROB_ONE / 2 {
                    for x in [x, x * 2 + 1] {
                        assert_eq!(step::<11>(x, f << 16 | 1).0, ((x / f) << 11) + x % f + 1, "{x} {f}");
                    }
                }
            }
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
