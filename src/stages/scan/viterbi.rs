//! Viterbi decoder of convolutional codes of rate `1/m`: `viterbi`, the forward scan, and `viterbi_traceback`, the reverse
//! scan over its rows. Viterbi (1967); Forney, The Viterbi algorithm, Proc. IEEE 61 (1973).
//! ```text
//! decisions: viterbi, edge symbols
//! bits:      viterbi_traceback, edge decisions
//! ```
//! The encoder holds the last `K` bits, the newest first; symbol `j` is the parity of those that generator `j` has
//! (octal 171 and 133 for `K = 7`: CCSDS 131.0-B, with the second symbol inverted there: `invert` 0 1). A path's metric is the sum of
//! the soft symbols, each with the sign of the path's symbol; the greatest wins, on a tie the predecessor with the even number.
//! After every step the greatest metric is taken off all, so that they stay bounded (exact for integers) whatever the length.
//!
//! `viterbi` takes rows of `n m` symbols: `u8` hard (0, or anything else for 1), or soft `i8` or `f32`, positive for 0, negative for 1,
//! 0 for erased. It puts out `u8` rows: for each of the `n` steps `2^(K-1)` decision bits (state `8 i + j` is bit `j` of byte `i`), then one byte,
//! the best state behind the row. `viterbi_traceback` takes these and puts out `n` bits, one per `u8`.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `constraint` | `K`, from 3 to 9; 7 where it is not given |
//! | `generators` | of `viterbi`: 2 to 6 numbers below `2^K`; for `K = 7` 121 and 91 where they are not given |
//! | `invert` | of `viterbi`: 1 for each generator whose symbols come inverted; zeroes where it is not given |
//! | `any_start` | of `viterbi`: 1 where the encoder may start in any state; 0 (default): it starts in state 0 |
//! | `end` | of `viterbi_traceback`: the encoder's state behind the range, 0 after a tail of zeroes; without it the best one |
//! | `pack` | of `viterbi_traceback`: 1 for eight bits to a `u8`, the first in the top bit (rows of a multiple of 8 steps) |
//!
//! State of `viterbi`: `2^(K-1)` metrics, `f32`. State of `viterbi_traceback`: 1 once started and the encoder's state, `u32`. Symbols
//! beyond 1e6 either way count as that much, NaN as erased.

use super::{consecutive, given, samples};
use crate::dtype::{Dtype, Element};
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::stages::{Build, shape, short_name};
use crate::status::{Error, Result, Status};
use crate::util::num;

/// Most symbols per bit.
const MOST: usize = 6;

/// Number of states: `2^(K-1)`.
fn states(b: &Build<'_, '_>) -> Result<usize> {
    let constraint = b.count("constraint", Some(7), 3, 9)?;
    Ok((1..constraint).fold(1, |n: usize, _| n.saturating_mul(2)))
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
        for (out, row) in io.out.chunks_exact_mut(self.row_len.max(1)).zip(rows.iter()) {
            let (last, decisions) = out.split_last_mut().ok_or(Code::MISFIT)?;
            let steps = decisions.chunks_exact_mut(decision_bytes(self.states).max(1));
            for (decisions, symbols) in steps.zip(row.chunks_exact(self.symbols.max(1))) {
                let branch = self.branches(symbols);
                step(metrics, scratch, words, &branch, decisions);
            }
            // The greatest metric is 0.
            *last = metrics.iter().position(|m| *m == 0.0).ok_or(Code::MISFIT)? as u8;
        }
        Ok(())
    }

    /// The metric of every word of symbols. Bit `j` of a word is symbol `j`.
    fn branches<X: Symbol>(&self, symbols: &[X]) -> [f32; 1 << MOST] {
        let mut branch = [0.0; 1 << MOST];
        for (word, metric) in branch.iter_mut().enumerate().take(1 << self.symbols) {
            *metric = symbols
                .iter()
                .enumerate()
                .fold(0.0, |sum, (j, x)| if word >> j & 1 == 0 { sum + x.soft() } else { sum - x.soft() });
        }
        branch
    }
}

/// One step of all states: adds, compares, selects.
///
/// State `s` comes from the states `2 s` and `2 s + 1` modulo their number: the pairs in order, twice.
fn step(metrics: &mut [f32], new: &mut [f32], words: &[[u8; 2]], branch: &[f32; 1 << MOST], decisions: &mut [u8]) {
    let metric = |word: u8| branch.get(usize::from(word)).copied().unwrap_or(0.0);
    let pairs = metrics.as_chunks::<2>().0;
    let mut pairs = pairs.iter().chain(pairs);
    let mut best = f32::NEG_INFINITY;
    for ((byte, new), words) in decisions.iter_mut().zip(new.chunks_mut(8)).zip(words.chunks(8)) {
        *byte = 0;
        for (((to, [even, odd]), [word_even, word_odd]), bit) in new.iter_mut().zip(&mut pairs).zip(words).zip(0u32..) {
            let (even, odd) = (even + metric(*word_even), odd + metric(*word_odd));
            *byte |= u8::from(odd > even) << bit;
            *to = if odd > even { odd } else { even };
            best = best.max(*to);
        }
    }
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
    let decisions = edge.shape.len.saturating_sub(1);
    let bytes = decision_bytes(states);
    let steps = decisions.checked_div(bytes).unwrap_or(0);
    if steps == 0 || decisions.checked_rem(bytes) != Some(0) {
        return Err(Error::new(Status::Graph, "rows of {a} bytes are not those of a viterbi stage of {b} states")
            .a(num::count(edge.shape.len))
            .b(num::count(states)));
    }
    let end = match b.number("end") {
        None => None,
        Some(_) => Some(b.count("end", None, 0, num::count(states.saturating_sub(1)))? as u32),
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
