//! Range asymmetric numeral systems (Duda, arXiv:1311.2540): 32-bit states, 16-bit words, 12-bit frequencies.
//!
//! Several states take turns over the symbols, so that a processor computes them in parallel. [`Encoder`] reads the
//! symbols and writes its words from last to first. [`Decoder`] works from first to last.
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "indices are masked to the array's size; the arithmetic is modulo 2^32 by design"
)]

use core::hint::select_unpredictable;

#[cfg(feature = "std")]
use super::tables::RECIPROCALS;
use super::tables::{Lookup, PROB_BITS, PROB_ONE, SYMBOLS, Table, symbol_at};

/// Minimum value of a state between symbols.
const LOW: u32 = 1 << 16;
const MASK: u32 = PROB_ONE - 1;
/// Symbols decoded at a time.
pub(crate) const RUN: usize = 32;

/// The number of states for `n` symbols. Each state adds 4 bytes to the output, so short arrays use fewer states.
pub(crate) const fn states_for(n: usize) -> usize {
    match n {
        0..512 => 1,
        512..4096 => 2,
        _ => 4,
    }
}

/// Code for 1, 2 or 4 states that take turns. A turn is one symbol of each state.
pub(crate) trait Turn: Copy {
    /// The number of states.
    fn states(self) -> usize;

    /// Puts items, the last one first, and calls `more` after the first item of each turn.
    #[inline(always)]
    fn put<const B: u32>(
        self,
        enc: &mut Encoder<'_, Self, B>,
        items: &[i32],
        more: impl Fn(&mut Encoder<'_, Self, B>, i32),
    ) {
        for (i, item) in items.iter().enumerate().rev() {
            enc.put(i, *item as u32);
            if i & self.states().wrapping_sub(1) == 0 {
                more(enc, *item);
            }
        }
    }

    /// Gets the next symbols. `pass` returns the next value of a state and its symbol.
    #[inline(always)]
    fn get(self, dec: &mut Decoder<'_, Self>, out: &mut [u8; RUN], pass: impl Fn(u32) -> (u32, u8)) {
        for (i, to) in out.iter_mut().enumerate() {
            let (x, symbol) = pass(dec.states[dec.at(i)]);
            dec.refill(i, x);
            *to = symbol;
        }
    }
}

/// Any number of states by the same code: for libraries that have to be small, and the reference of the tests.
#[cfg(any(test, not(feature = "std")))]
#[derive(Clone, Copy)]
pub(crate) struct Any(pub(crate) usize);

#[cfg(any(test, not(feature = "std")))]
impl Turn for Any {
    #[inline(always)]
    fn states(self) -> usize {
        self.0
    }
}

/// A number of states known at compile time, so that the states stay in registers.
#[cfg(any(test, feature = "std"))]
#[derive(Clone, Copy)]
pub(crate) struct Fixed<const S: usize>;

#[cfg(any(test, feature = "std"))]
impl<const S: usize> Turn for Fixed<S> {
    #[inline(always)]
    fn states(self) -> usize {
        S
    }

    #[inline(always)]
    fn put<const B: u32>(
        self,
        enc: &mut Encoder<'_, Self, B>,
        items: &[i32],
        more: impl Fn(&mut Encoder<'_, Self, B>, i32),
    ) {
        // The last turn, which may be incomplete, and then the whole turns.
        let (turns, rest) = items.as_chunks::<S>();
        for (i, item) in rest.iter().enumerate().rev() {
            enc.put(i, *item as u32);
            if i == 0 {
                more(enc, *item);
            }
        }
        for turn in turns.iter().rev() {
            enc.put_turn(turn.map(|t| t as u32));
            if let Some(item) = turn.first() {
                more(enc, *item);
            }
        }
    }

    #[inline(always)]
    fn get(self, dec: &mut Decoder<'_, Self>, out: &mut [u8; RUN], pass: impl Fn(u32) -> (u32, u8)) {
        dec.turns(out, pass);
    }
}

/// Evaluates `work` with the code for the number of states of `n` symbols.
macro_rules! by_states {
    ($n:expr, $turn:ident => $work:expr) => {{
        use $crate::codec::numeric::rans;
        let states = rans::states_for($n);
        #[cfg(feature = "std")]
        match states {
            1 => {
                let $turn = rans::Fixed::<1>;
                $work
            }
            2 => {
                let $turn = rans::Fixed::<2>;
                $work
            }
            _ => {
                let $turn = rans::Fixed::<4>;
                $work
            }
        }
        #[cfg(not(feature = "std"))]
        {
            let $turn = rans::Any(states);
            $work
        }
    }};
}
pub(crate) use by_states;

/// The encoder: the states, and the words at the end of a slice. Frequencies add up to `2^B`.
pub(crate) struct Encoder<'a, T, const B: u32> {
    turn: T,
    states: [u32; 4],
    out: &'a mut [u8],
    start: usize,
    short: bool,
}

impl<'a, T: Turn, const B: u32> Encoder<'a, T, B> {
    /// An encoder whose words end with the last byte of `out`.
    pub(crate) fn new(turn: T, out: &'a mut [u8]) -> Self {
        let start = out.len();
        Encoder { turn, states: [LOW; 4], out, start, short: false }
    }

    /// Puts a symbol before the symbols put so far, with state `state` modulo the number of states.
    ///
    /// `entry` is the entry of the symbol in its table. Its frequency is neither 0 nor `2^12`.
    #[inline]
    pub(crate) fn put(&mut self, state: usize, entry: u32) {
        let at = state & self.turn.states().wrapping_sub(1) & 3;
        let (x, word, more) = step::<B>(self.states[at], entry);
        self.states[at] = x;
        // The word is always written, and counts only if the state had to shrink: no branch.
        match self.out.get_mut(..self.start).and_then(|o| o.last_chunk_mut::<2>()) {
            Some(to) => {
                *to = word;
                self.start -= 2 * usize::from(more);
            }
            None => self.short = true,
        }
    }

    /// The states and the start of the words; `None` if the words did not fit.
    pub(crate) fn finish(self) -> Option<Coded> {
        (!self.short).then_some(Coded { states: self.states, count: self.turn.states(), start: self.start })
    }
}

#[cfg(any(test, feature = "std"))]
impl<const S: usize, const B: u32> Encoder<'_, Fixed<S>, B> {
    /// Puts one symbol with each state, the last one first. `S` is at most 4.
    #[inline(always)]
    fn put_turn(&mut self, turn: [u32; S]) {
        let Some(window) = self.out.get_mut(..self.start).and_then(|o| o.last_chunk_mut::<8>()) else {
            for (i, e) in turn.iter().enumerate().rev() {
                self.put(i, *e);
            }
            return;
        };
        let (words, _) = window.as_chunks_mut::<2>();
        let Some(words) = words.first_chunk_mut::<4>() else { return };
        // Named variables, because an indexed array would be in memory.
        let [mut a, mut b, mut c, mut d] = self.states;
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
        self.states = [a, b, c, d];
        self.start -= 2 * (4 - free);
    }
}

/// Encodes a symbol: the next value of a state, the word that it may output, and whether it does.
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

/// The quotient without the 32 KiB of reciprocals, for processors on which a 64-bit product is as slow as a division.
#[cfg(not(feature = "std"))]
#[cfg_attr(feature = "std", inline(always))]
fn quotient<const B: u32>(x: u32, f: u32) -> u32 {
    x.checked_div(f).unwrap_or(0)
}

/// The decoder: the states and the words.
pub(crate) struct Decoder<'a, T> {
    turn: T,
    states: [u32; 4],
    words: &'a [[u8; 2]],
    pos: usize,
}

impl<'a, T: Turn> Decoder<'a, T> {
    /// A decoder that starts with the last states of the encoder.
    pub(crate) fn new(turn: T, states: [u32; 4], words: &'a [[u8; 2]]) -> Self {
        Decoder { turn, states, words, pos: 0 }
    }

    /// The index of state `state` modulo the number of states.
    #[inline(always)]
    fn at(&self, state: usize) -> usize {
        state & self.turn.states().wrapping_sub(1) & 3
    }

    /// Sets a state to `x`, extended by the next word if `x` is too small.
    #[inline(always)]
    fn refill(&mut self, state: usize, x: u32) {
        let word = u32::from(u16::from_be_bytes(self.words.get(self.pos).copied().unwrap_or([0; 2])));
        let more = x < LOW;
        let at = self.at(state);
        self.states[at] = select_unpredictable(more, (x << 16) | word, x);
        self.pos += usize::from(more);
    }

    /// The next symbol, with state `state` modulo the number of states.
    #[inline]
    pub(crate) fn get(&mut self, state: usize, table: &Table, lookup: &Lookup) -> u8 {
        let (x, symbol) = pass(table, lookup)(self.states[self.at(state)]);
        self.refill(state, x);
        symbol
    }

    /// Fills `out` with the next symbols. The states take turns, starting with the first.
    #[inline]
    pub(crate) fn fill(&mut self, table: &Table, lookup: &Lookup, out: &mut [u8; RUN]) {
        self.turn.get(self, out, pass(table, lookup));
    }

    /// [`Decoder::get`] with `2^B` code points instead of a table.
    ///
    /// A code point has the symbol in 8 bits, its frequency in 12, and the distance from its first code point in 12.
    #[inline]
    pub(crate) fn get_from<const B: u32>(&mut self, state: usize, points: &[i32]) -> u8 {
        let (x, symbol) = pass_from::<B>(points)(self.states[self.at(state)]);
        self.refill(state, x);
        symbol
    }

    /// Fills `out` with the next symbols. The states take turns, starting with the first.
    #[inline]
    pub(crate) fn fill_from<const B: u32>(&mut self, points: &[i32], out: &mut [u8; RUN]) {
        self.turn.get(self, out, pass_from::<B>(points));
    }

    /// Whether all words are read and the states are those the encoder started with.
    pub(crate) fn finished(&self) -> bool {
        self.pos == self.words.len() && self.states.iter().take(self.turn.states()).all(|x| *x == LOW)
    }
}

/// A function from a state to its next value and its symbol, by a table.
#[inline(always)]
fn pass(table: &Table, lookup: &Lookup) -> impl Fn(u32) -> (u32, u8) {
    |x| {
        let point = x & MASK;
        let symbol = symbol_at(table, lookup, point);
        let e = table[symbol as usize % SYMBOLS];
        ((e >> 16).wrapping_mul(x >> PROB_BITS).wrapping_add(point.wrapping_sub(e & 0xffff)), symbol)
    }
}

/// A function from a state to its next value and its symbol, by code points.
#[inline(always)]
fn pass_from<const B: u32>(points: &[i32]) -> impl Fn(u32) -> (u32, u8) {
    |x| {
        let e = points[(x & ((1 << B) - 1)) as usize] as u32;
        (((e >> 12) & 0xfff).wrapping_mul(x >> B).wrapping_add(e & 0xfff), (e >> 24) as u8)
    }
}

#[cfg(any(test, feature = "std"))]
impl<const S: usize> Decoder<'_, Fixed<S>> {
    /// Gets the next symbols by whole turns of the states.
    #[inline(always)]
    fn turns(&mut self, out: &mut [u8; RUN], pass: impl Fn(u32) -> (u32, u8)) {
        let mut states = self.states;
        let Some(own) = states.first_chunk_mut::<S>() else { return };
        let (turns, _) = out.as_chunks_mut::<S>();
        // Enough words for all symbols, so that the loop needs no check for the end.
        let mut padded = [[0u8; 2]; RUN];
        let rest = self.words.get(self.pos..).unwrap_or(&[]);
        let words = match rest.first_chunk::<RUN>() {
            Some(words) => words,
            None => {
                for (to, from) in padded.iter_mut().zip(rest) {
                    *to = *from;
                }
                &padded
            }
        };
        let mut read = 0usize;
        for turn in turns {
            for (state, to) in own.iter_mut().zip(turn) {
                let (x, symbol) = pass(*state);
                let word = u32::from(u16::from_be_bytes(words[read % RUN]));
                let more = x < LOW;
                *state = select_unpredictable(more, (x << 16) | word, x);
                read += usize::from(more);
                *to = symbol;
            }
        }
        self.states = states;
        self.pos += read;
    }
}

/// The result of an encoder: the states, their number, and the start of the words in the encoder's area.
pub(crate) struct Coded {
    pub(crate) states: [u32; 4],
    pub(crate) count: usize,
    pub(crate) start: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::numeric::tables::{FIXED, Lookup, TABLES, freq};
    use proptest::prelude::*;

    fn round<T: Turn>(turn: T, items: &[(usize, u8)]) -> std::vec::Vec<u8> {
        let items: std::vec::Vec<(usize, u8)> = items
            .iter()
            .map(|(t, s)| (t % TABLES, if freq(FIXED[t % TABLES][*s as usize % 64]) == 0 { 63 } else { s % 64 }))
            .collect();
        let mut buf = std::vec![0u8; items.len() * 2];
        let mut enc = Encoder::<T, PROB_BITS>::new(turn, &mut buf);
        for (i, (t, s)) in items.iter().enumerate().rev() {
            enc.put(i, FIXED[*t][*s as usize]);
        }
        let Coded { states, start, .. } = enc.finish().unwrap();
        let mut dec = Decoder::new(turn, states, buf[start..].as_chunks::<2>().0);
        for (i, (t, s)) in items.iter().enumerate() {
            assert_eq!(dec.get(i, &FIXED[*t], Lookup::of(*t).unwrap()), *s);
        }
        assert!(dec.finished());
        buf.split_off(start)
    }

    /// Codes by turns: items of one table, with more after the first item of some turns.
    fn turns<T: Turn>(turn: T, symbols: &[u8]) -> std::vec::Vec<u8> {
        let items: std::vec::Vec<i32> = symbols.iter().map(|s| FIXED[9][*s as usize % 8] as i32).collect();
        let mut buf = std::vec![0u8; items.len() * 4 + 8];
        let mut enc = Encoder::<T, PROB_BITS>::new(turn, &mut buf);
        turn.put(&mut enc, &items, |enc, item| {
            if item & 4 != 0 {
                enc.put(0, FIXED[9][1]);
            }
        });
        let Coded { states, start, .. } = enc.finish().unwrap();
        let mut out = buf.split_off(start);
        let words = out.clone();
        let mut dec = Decoder::new(turn, states, words.as_chunks::<2>().0);
        let mut got = [0; RUN];
        for _ in 0..=symbols.len() / RUN {
            dec.fill(&FIXED[9], Lookup::of(9).unwrap(), &mut got);
            out.extend(got);
        }
        out.extend(states.iter().flat_map(|s| s.to_be_bytes()));
        out
    }

    proptest! {
        #[test]
        fn symbols_read_back(items in proptest::collection::vec((any::<usize>(), any::<u8>()), 0..600)) {
            assert_eq!(round(Fixed::<1>, &items), round(Any(1), &items));
            assert_eq!(round(Fixed::<2>, &items), round(Any(2), &items));
            assert_eq!(round(Fixed::<4>, &items), round(Any(4), &items));
        }

        #[test]
        fn turns_are_equal_by_any_code(symbols in proptest::collection::vec(any::<u8>(), 0..300)) {
            assert_eq!(turns(Fixed::<1>, &symbols), turns(Any(1), &symbols));
            assert_eq!(turns(Fixed::<2>, &symbols), turns(Any(2), &symbols));
            assert_eq!(turns(Fixed::<4>, &symbols), turns(Any(4), &symbols));
        }
    }

    #[test]
    fn quotients_are_exact() {
        for f in 1..PROB_ONE {
            let max = f << (32 - PROB_BITS);
            let near = (1..=64).flat_map(|i| {
                let m = (u64::from(max) * i / 64) as u32;
                [m / f * f, (m / f * f).wrapping_sub(1), m - 1]
            });
            for x in near.filter(|x| (1..max).contains(x)) {
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
    fn a_short_buffer_is_detected() {
        let mut buf = [0u8; 2];
        let mut enc = Encoder::<_, PROB_BITS>::new(Any(1), &mut buf);
        for _ in 0..10 {
            enc.put(0, FIXED[0][63]);
        }
        assert!(enc.finish().is_none());
    }
}
