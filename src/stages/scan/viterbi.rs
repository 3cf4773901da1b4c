//! Viterbi decoder of convolutional codes of rate `1/m`: `viterbi`, the forward scan, and `viterbi_traceback`, the
//! reverse scan over its rows. Viterbi (1967); Forney, The Viterbi algorithm, Proc. IEEE 61 (1973).
//! ```text
//! decisions: viterbi, edge symbols
//! bits:      viterbi_traceback, edge decisions
//! ```
//! The encoder holds the last `K` bits, the newest first; symbol `j` is the parity of those that generator `j` has
//! (octal 171 and 133 for `K = 7`: CCSDS 131.0-B, with the second symbol inverted there: `invert` 0 1). A path's metric
//! is the sum of the soft symbols, each with the sign of the path's symbol; the greatest wins, on a tie the predecessor
//! with the even number. After every step the greatest metric is taken off all, so that they stay bounded (exact for
//! integers) whatever the length.
//!
//! `viterbi` takes rows of `n m` symbols: `u8` hard (0, or anything else for 1), or soft `i8` or `f32`, positive for 0,
//! negative for 1, 0 for erased. It puts out `u8` rows: for each of the `n` steps `2^(K-1)` decision bits (state `8 i +
//! j` is bit `j` of byte `i`), then one byte, the best state behind the row. `viterbi_traceback` takes these and puts
//! out `n` bits, one per `u8`.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `constraint` | `K`, from 3 to 9; 7 where it is not given |
//! | `generators` | of `viterbi`: 2 to 6 numbers below `2^K`; for `K = 7` 121 and 91 where not given |
//! | `invert` | of `viterbi`: 1 for each generator whose symbols come inverted; zeroes where it is not given |
//! | `any_start` | of `viterbi`: 1 where the encoder may start in any state; 0 (default): it starts in state 0 |
//! | `end` | of `viterbi_traceback`: the state behind the range, 0 after a tail of zeroes; without it the best one |
//! | `pack` | of `viterbi_traceback`: 1 for eight bits to a `u8`, the first in the top bit (rows of `8 i` steps) |
//!
//! State of `viterbi`: `2^(K-1)` metrics, `f32`. State of `viterbi_traceback`: 1 once started and the encoder's state,
//! `u32`. Symbols beyond 1e6 either way count as that much, NaN as erased.

use super::{consecutive, given, samples};
use crate::dtype::{Dtype, Element};
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::stages::{Build, shape, short_name};
use crate::status::{Error, Result, Status};
use crate::util::num;
use crate::util::unsigned::Unsigned;

/// Most symbols per bit.
const MOST: usize = 6;

/// Number of states: `2^(K-1)`.
fn states(b: &Build<'_, '_>) -> Result<usize> {
    let constraint = b.count("constraint", Some(7), 3, 9)?;
    Ok((1..constraint).fold(1, |n: usize, _| n.sat_mul(2)))
}

/// Bytes of the decisions of one step.
fn decision_bytes(states: usize) -> usize {
    states.div_ceil(8)
}

pub(crate) fn decisions<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["constraint", "generators", "invert", "any_start"])?;
    let edge = samples(b, &[Dtype::U8, Dtype::I8, Dtype::F32])?;
    let states = states(b)?;
    let list: &[f64] = match given(b, "generators") {
        [] if states == 64 => &[121.0, 91.0],
        list => list,
    };
    let fits = |g: &f64| *g > 0.0 && *g < 2.0 * states as f64 && f64::from(*g as u32) == *g;
    if list.len() < 2 || list.len() > MOST || !list.iter().all(fits) {
        return Err(Error::new(
            Status::Argument,
            "generators must be 2 to 6 numbers below two to the power of constraint",
        ));
    }
    let flips = given(b, "invert");
    if !(flips.is_empty() || flips.len() == list.len()) || flips.iter().any(|v| *v != 0.0 && *v != 1.0) {
        return Err(Error::new(Status::Argument, "invert must have 0 or 1 for each of the generators"));
    }
    let mut generators = [0u16; MOST];
    generators.iter_mut().zip(list).for_each(|(to, g)| *to = *g as u16);
    let invert = flips.iter().rev().fold(0u8, |mask, v| mask << 1 | u8::from(*v == 1.0));
    let symbols = list.len();
    if edge.shape.len == 0 || edge.shape.len.checked_rem(symbols) != Some(0) {
        return Err(
            Error::new(Status::Graph, "a row must have a whole number of steps of {a} symbols").a(num::count(symbols))
        );
    }
    let steps = edge.shape.len.checked_div(symbols).unwrap_or(0);
    let shape = shape(Dtype::U8, num::add(num::mul(steps, decision_bytes(states))?, 1)?)?;
    let any_start = b.count("any_start", Some(0), 0, 1)? == 1;
    let mut spec =
        StageSpec::new(Viterbi { states, symbols, generators, invert, any_start, row_len: shape.len }, shape);
    spec.state_bytes = num::mul(states, size_of::<f32>())?;
    spec.state_align = align_of::<f32>();
    spec.state_word = size_of::<f32>();
    spec.scratch_bytes = spec.state_bytes;
    spec.table_bytes = num::mul(states, 2)?;
    spec.revision = b.revision();
    Ok(spec)
}

struct Viterbi {
    states: usize,
    symbols: usize,
    generators: [u16; MOST],
    /// Bit `j`: symbol `j` comes inverted.
    invert: u8,
    any_start: bool,
    row_len: usize,
}

/// Soft symbols.
trait Symbol: Element {
    fn soft(self) -> f32;
}
impl Symbol for u8 {
    fn soft(self) -> f32 {
        if self == 0 { 1.0 } else { -1.0 }
    }
}
impl Symbol for i8 {
    fn soft(self) -> f32 {
        f32::from(self)
    }
}
impl Symbol for f32 {
    fn soft(self) -> f32 {
        if self.is_nan() { 0.0 } else { self.clamp(-1e6, 1e6) }
    }
}

impl Viterbi {
    fn rows<X: Symbol>(&self, io: &mut StageIo<'_>) -> core::result::Result<(), Code> {
        let rows = io.input::<X>(0)?;
        let metrics = cast_mut::<f32>(io.state).ok_or(Code::MISFIT)?;
        let scratch = cast_mut::<f32>(io.scratch).and_then(|s| s.get_mut(..self.states)).ok_or(Code::MISFIT)?;
        let words = io.table.as_chunks::<2>().0;
        let mut branch = [0.0; 1 << MOST];
        for (out, row) in io.out.chunks_exact_mut(self.row_len.max(1)).zip(rows.iter()) {
            let (last, decisions) = out.split_last_mut().ok_or(Code::MISFIT)?;
            let steps = decisions.chunks_exact_mut(decision_bytes(self.states).max(1));
            for (decisions, symbols) in steps.zip(row.chunks_exact(self.symbols.max(1))) {
                self.branches(symbols, &mut branch);
                step(metrics, scratch, words, &branch, decisions);
            }
            // The greatest metric is 0.
            *last = metrics.iter().position(|m| *m == 0.0).ok_or(Code::MISFIT)? as u8;
        }
        Ok(())
    }

    /// The metric of every word of symbols. Bit `j` of a word is symbol `j`.
    fn branches<X: Symbol>(&self, symbols: &[X], branch: &mut [f32; 1 << MOST]) {
        for (word, metric) in branch.iter_mut().enumerate().take(1 << self.symbols) {
            *metric = symbols
                .iter()
                .enumerate()
                .fold(0.0, |sum, (j, x)| if word >> j & 1 == 0 { sum + x.soft() } else { sum - x.soft() });
        }
    }
}

/// One step of all states: adds, compares, selects.
///
/// State `s` comes from the states `2 s` and `2 s + 1` modulo their number: the pairs in order, twice.
fn step(metrics: &mut [f32], new: &mut [f32], words: &[[u8; 2]], branch: &[f32; 1 << MOST], decisions: &mut [u8]) {
    let metric = |word: u8| branch.get(usize::from(word & ((1 << MOST) - 1))).copied().unwrap_or(0.0);
    let pairs = metrics.as_chunks::<2>().0;
    let half = pairs.len().max(1);
    let mut places = decisions.iter_mut();
    let mut best = f32::NEG_INFINITY;
    let (mut byte, mut bit) = (0u8, 1u8);
    for (new, words) in new.chunks_mut(half).zip(words.chunks(half)) {
        for ((to, [even, odd]), [word_even, word_odd]) in new.iter_mut().zip(pairs).zip(words) {
            let (even, odd) = (even + metric(*word_even), odd + metric(*word_odd));
            byte |= if odd > even { bit } else { 0 };
            let greater = if odd > even { odd } else { even };
            *to = greater;
            best = if greater > best { greater } else { best };
            bit = bit.rotate_left(1);
            if bit == 1 {
                places.by_ref().take(1).for_each(|place| *place = byte);
                byte = 0;
            }
        }
    }
    // Four states fill half a byte.
    places.take(1).for_each(|place| *place = byte);
    for (to, from) in metrics.iter_mut().zip(new) {
        *to = *from - best;
    }
}

impl Kernel for Viterbi {
    /// For each state the words of symbols on the ways to it, from the even state and from the odd one.
    fn prepare(&self, table: &mut [u8]) -> core::result::Result<(), Code> {
        for (state, words) in table.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            for (word, oldest) in words.iter_mut().zip(0usize..) {
                let register = state.wrapping_shl(1) | oldest;
                *word = self
                    .generators
                    .iter()
                    .take(self.symbols)
                    .rev()
                    .fold(0u8, |word, g| word << 1 | ((register & usize::from(*g)).count_ones() & 1) as u8)
                    ^ self.invert;
            }
        }
        Ok(())
    }

    fn state_init(&self, state: &mut [u8]) -> core::result::Result<(), Code> {
        let metrics = cast_mut::<f32>(state).ok_or(Code::MISFIT)?;
        metrics.fill(if self.any_start { 0.0 } else { f32::NEG_INFINITY });
        metrics.iter_mut().take(1).for_each(|m| *m = 0.0);
        Ok(())
    }

    fn run(&self, io: &mut StageIo<'_>) -> core::result::Result<(), Code> {
        match io.input_dtype(0)? {
            Dtype::U8 => self.rows::<u8>(io),
            Dtype::I8 => self.rows::<i8>(io),
            _ => self.rows::<f32>(io),
        }
    }
}

pub(crate) fn traceback<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["constraint", "end", "pack"])?;
    let edge = consecutive(b, b.one_edge()?)?;
    b.takes(edge, &[Dtype::U8])?;
    let states = states(b)?;
    let decisions = edge.shape.len.sat_sub(1);
    let bytes = decision_bytes(states);
    let steps = decisions.checked_div(bytes).unwrap_or(0);
    if steps == 0 || decisions.checked_rem(bytes) != Some(0) {
        return Err(Error::new(Status::Graph, "rows of {a} bytes are not those of a viterbi stage of {b} states")
            .a(num::count(edge.shape.len))
            .b(num::count(states)));
    }
    let end = match b.number("end") {
        None => None,
        Some(_) => Some(b.count("end", None, 0, num::count(states.sat_sub(1)))? as u32),
    };
    let per_byte = if b.count("pack", Some(0), 0, 1)? == 1 { 8 } else { 1 };
    if steps.checked_rem(per_byte) != Some(0) {
        return Err(
            Error::new(Status::Graph, "a {n} stage packs rows of a multiple of 8 steps").name(&short_name(b.kind))
        );
    }
    let shape = shape(Dtype::U8, steps.checked_div(per_byte).unwrap_or(0))?;
    let mut spec = StageSpec::new(Traceback { states, end, per_byte, row_len: shape.len }, shape);
    spec.state_bytes = size_of::<[u32; 2]>();
    spec.state_align = align_of::<u32>();
    spec.state_word = size_of::<u32>();
    spec.reverse = true;
    spec.revision = b.revision();
    Ok(spec)
}

struct Traceback {
    states: usize,
    end: Option<u32>,
    /// Bits in a byte put out.
    per_byte: usize,
    row_len: usize,
}

impl Kernel for Traceback {
    fn run(&self, io: &mut StageIo<'_>) -> core::result::Result<(), Code> {
        let rows = io.input::<u8>(0)?;
        let Some([started, state]) = cast_mut::<u32>(io.state) else { return Err(Code::MISFIT) };
        let mask = (self.states as u32).wrapping_sub(1);
        let newest = mask.count_ones().wrapping_sub(1);
        for (i, out) in io.out.chunks_exact_mut(self.row_len.max(1)).enumerate().rev() {
            let (best, decisions) = rows.row(i).split_last().ok_or(Code::MISFIT)?;
            if *started == 0 {
                *started = 1;
                *state = self.end.unwrap_or(u32::from(*best)) & mask;
            }
            let mut steps = decisions.chunks_exact(decision_bytes(self.states).max(1)).rev();
            for byte in out.iter_mut().rev() {
                *byte = 0;
                for (decisions, place) in steps.by_ref().take(self.per_byte).zip(0u32..) {
                    *byte |= ((*state >> newest) as u8) << place;
                    let at = usize::try_from(*state >> 3).unwrap_or(usize::MAX);
                    let bits = decisions.get(at).copied().ok_or(Code::MISFIT)?;
                    *state = (*state << 1 & mask) | (u32::from(bits) >> (*state & 7) & 1);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Edge, Params, chain, register, run};
    use std::vec;
    use std::vec::Vec;

    /// Bits and noise, the same on every machine.
    struct Random(u64);

    impl Random {
        fn bits(&mut self, n: u32) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            self.0 >> (64 - n)
        }

        /// About normal, variance 1: the sum of twelve uniform numbers.
        fn normal(&mut self) -> f64 {
            (0..12).map(|_| self.bits(32) as f64 / 4_294_967_296.0).sum::<f64>() - 6.0
        }
    }

    fn encode(k: u32, generators: &[u32], state: &mut u32, bit: u32) -> Vec<u32> {
        let register = bit << (k - 1) | *state;
        *state = register >> 1;
        generators.iter().map(|g| (register & g).count_ones() & 1).collect()
    }

    fn encoded(k: u32, generators: &[u32], bits: &[u8]) -> Vec<u32> {
        let mut state = 0;
        bits.iter().flat_map(|b| encode(k, generators, &mut state, u32::from(*b))).collect()
    }

    /// The whole trellis in memory, with metrics that grow.
    fn naive(k: u32, generators: &[u32], soft: &[i64], end: Option<usize>, any_start: bool) -> Vec<u8> {
        let states = 1usize << (k - 1);
        let mut metrics: Vec<Option<i64>> = (0..states).map(|s| (s == 0 || any_start).then_some(0)).collect();
        let mut survivors: Vec<Vec<(usize, u8)>> = Vec::new();
        for symbols in soft.chunks(generators.len()) {
            let mut next: Vec<Option<i64>> = vec![None; states];
            let mut from = vec![(0, 0); states];
            for (old, metric) in metrics.iter().enumerate() {
                let Some(metric) = metric else { continue };
                for bit in 0..2u32 {
                    let mut to = old as u32;
                    let word = encode(k, generators, &mut to, bit);
                    let gain: i64 = word.iter().zip(symbols).map(|(w, s)| if *w == 0 { *s } else { -s }).sum();
                    let to = to as usize;
                    // States in order: on a tie the even one, which came first, stays.
                    if next[to].is_none_or(|m| metric + gain > m) {
                        next[to] = Some(metric + gain);
                        from[to] = (old, bit as u8);
                    }
                }
            }
            metrics = next;
            survivors.push(from);
        }
        let best = metrics.iter().max().unwrap();
        let mut state = end.unwrap_or(metrics.iter().position(|m| m == best).unwrap());
        let mut bits: Vec<u8> = survivors
            .iter()
            .rev()
            .map(|from| {
                let (old, bit) = from[state];
                state = old;
                bit
            })
            .collect();
        bits.reverse();
        bits
    }

    fn decoded(edge: Edge, forward: &Params<'_>, back: &Params<'_>) -> Vec<u8> {
        run("viterbi_traceback", back, &[chain("viterbi", forward, &[edge])])
    }

    #[test]
    fn the_encoder_is_that_of_the_standard() {
        let symbols = encoded(7, &[0o171, 0o133], &[1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(symbols, [1, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1]);
    }

    #[test]
    fn every_code_decodes_as_over_the_whole_trellis() {
        let mut random = Random(1);
        let codes: [(u32, &[u32]); 8] = [
            (3, &[0o7, 0o5]),
            (4, &[0o17, 0o15, 0o13]),
            (5, &[0o35, 0o23]),
            (6, &[0o53, 0o75]),
            (7, &[0o171, 0o133]),
            (7, &[0o171, 0o133, 0o165]),
            (8, &[0o371, 0o247]),
            (9, &[0o753, 0o561, 0o715, 0o447]),
        ];
        for (k, generators) in codes {
            let g: Vec<f64> = generators.iter().map(|g| f64::from(*g)).collect();
            for steps in [1usize, 5] {
                let n = 12 * steps;
                // Pure noise of few values: many ties.
                let soft: Vec<i8> = (0..n * g.len()).map(|_| random.bits(3) as i8 - 4).collect();
                let wide: Vec<i64> = soft.iter().map(|v| i64::from(*v)).collect();
                for any in [false, true] {
                    let forward: &Params<'_> = &[
                        ("constraint", &[f64::from(k)]),
                        ("generators", &g),
                        ("any_start", &[f64::from(u8::from(any))]),
                    ];
                    let back: &Params<'_> = &[("constraint", &[f64::from(k)])];
                    let got = decoded(Edge::rows(&soft, steps * g.len()), forward, back);
                    assert_eq!(got, naive(k, generators, &wide, None, any), "{k} {steps}");
                    let back: &Params<'_> = &[("constraint", &[f64::from(k)]), ("end", &[2.0])];
                    let got = decoded(Edge::rows(&soft, steps * g.len()), forward, back);
                    assert_eq!(got, naive(k, generators, &wide, Some(2), any), "{k} {steps}");
                }
            }
        }
    }

    #[test]
    fn the_path_is_the_most_likely_of_all() {
        let mut random = Random(2);
        for _ in 0..20 {
            let soft: Vec<f32> = (0..16).map(|_| random.normal() as f32).collect();
            let score = |bits: &[u8]| -> f32 {
                let word = encoded(3, &[7, 5], bits);
                word.iter().zip(&soft).map(|(w, s)| if *w == 0 { *s } else { -s }).sum()
            };
            let code: &Params<'_> = &[("constraint", &[3.0]), ("generators", &[7.0, 5.0])];
            let got = decoded(Edge::rows(&soft, 2), code, &[("constraint", &[3.0])]);
            let best = (0..256u32)
                .map(|m| score(&(0..8).map(|i| (m >> i & 1) as u8).collect::<Vec<_>>()))
                .fold(f32::MIN, f32::max);
            assert!((score(&got) - best).abs() < 1e-4);
        }
    }

    #[test]
    fn errors_of_a_noisy_channel_are_corrected() {
        let mut random = Random(3);
        let mut bits: Vec<u8> = (0..4000).map(|_| random.bits(1) as u8).collect();
        bits.iter_mut().rev().take(6).for_each(|b| *b = 0);
        let word = encoded(7, &[0o171, 0o133], &bits);
        // Second symbols inverted as in CCSDS 131.0-B.
        let sent = word.iter().zip([0, 1].into_iter().cycle()).map(|(w, flip)| w ^ flip);
        let noisy: Vec<f64> = sent.map(|w| 1.0 - 2.0 * f64::from(w) + 0.6 * random.normal()).collect();
        let forward: &Params<'_> = &[("invert", &[0.0, 1.0])];
        let back: &Params<'_> = &[("end", &[0.0])];
        let soft: Vec<f32> = noisy.iter().map(|v| *v as f32).collect();
        assert_eq!(decoded(Edge::rows(&soft, 16), forward, back), bits);
        let eight: Vec<i8> = noisy.iter().map(|v| (v * 32.0).clamp(-127.0, 127.0) as i8).collect();
        assert_eq!(decoded(Edge::rows(&eight, 2), forward, back), bits);
        // Hard decisions of the same channel: some 5 in 100 symbols are wrong, nearly all are put right.
        let hard: Vec<u8> = noisy.iter().map(|v| u8::from(*v < 0.0)).collect();
        let got = decoded(Edge::rows(&hard, 100), forward, back);
        assert!(got.iter().zip(&bits).filter(|(a, b)| a != b).count() < 40);
        // Packed, and with symbols lost.
        let mut lost = soft;
        lost.iter_mut().step_by(40).for_each(|v| *v = f32::NAN);
        lost.iter_mut().skip(20).step_by(40).for_each(|v| *v = if *v < 0.0 { f32::NEG_INFINITY } else { 0.0 });
        let packed = decoded(Edge::rows(&lost, 32), forward, &[("end", &[0.0]), ("pack", &[1.0])]);
        let wrong: u32 = packed
            .iter()
            .zip(bits.as_chunks::<8>().0)
            .map(|(p, b)| (p ^ b.iter().fold(0, |byte, bit| byte << 1 | bit)).count_ones())
            .sum();
        assert!(wrong < 40, "{wrong}");
    }

    #[test]
    fn parameters_are_checked() {
        let x = Edge::rows(&[0u8; 12], 6);
        let bad: [&Params<'_>; 9] = [
            &[("constraint", &[2.0])],
            &[("constraint", &[10.0])],
            &[("constraint", &[5.0])],
            &[("generators", &[121.0])],
            &[("generators", &[121.0, 128.0])],
            &[("generators", &[121.0, 0.0])],
            &[("generators", &[121.0, 90.5])],
            &[("generators", &[121.0, 91.0, 1.0, 2.0])],
            &[("invert", &[0.0, 2.0])],
        ];
        for params in bad {
            assert!(register("viterbi", params, core::slice::from_ref(&x)).is_err(), "{params:?}");
        }
        let spec = register("viterbi", &[], &[x]).unwrap();
        assert_eq!((spec.state_bytes, spec.shape.len), (256, 25));
        for (len, params) in [(9, &[("end", &[64.0][..])][..]), (9, &[("pack", &[1.0])]), (8, &[]), (1, &[])] {
            assert!(register("viterbi_traceback", params, &[Edge::rows(&[0u8; 72], len)]).is_err());
        }
    }
}
