//! Viterbi decoder of convolutional codes of rate `1/m`: `viterbi`, the forward scan, and `viterbi_traceback`, the
//! reverse scan over its rows. Viterbi (1967); Forney, The Viterbi algorithm, Proc. IEEE 61 (1973).
//! ```text
//! decisions: viterbi, edge symbols
//! bits:      viterbi_traceback, edge decisions
//! ```
//! The encoder holds the last `K` bits, the newest first. Symbol `j` is the parity of the bits that generator `j`
//! selects (octal 171 and 133 for `K = 7`: CCSDS 131.0-B, which inverts the second symbol: `invert` 0 1). The metric of
//! a path is the sum of the soft symbols, each with the sign of the path's symbol. The largest metric wins; on a tie
//! the predecessor with the even number does. After every step the largest metric is subtracted from all, so that they
//! stay bounded for a stream of any length; this is exact for integers.
//!
//! Input of `viterbi`: rows of `n m` symbols: `u8` hard (0, or any other number for 1), or soft `i8` or `f32`, positive
//! for 0, negative for 1, 0 for erased. Output: `u8` rows with `2^(K-1)` decision bits for each of the `n` steps (state
//! `8 i + j` is bit `j` of byte `i`), then one byte, the best state after the row. Input of `viterbi_traceback`: these
//! rows. Output: `n` bits, one per `u8`.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `constraint` | `K`, from 3 to 9; default 7 |
//! | `generators` | `viterbi`: 2 to 6 numbers below `2^K`; default 121 and 91 for `K = 7` |
//! | `invert` | `viterbi`: 1 for each generator whose symbols are inverted; default zeros |
//! | `any_start` | `viterbi`: 1 if the encoder may start in any state. 0, the default: it starts in state 0 |
//! | `end` | `viterbi_traceback`: the state after the range, 0 after a tail of zeros; default: the best state |
//! | `pack` | `viterbi_traceback`: 1 for eight bits in a `u8`, the first in the top bit (rows of `8 i` steps) |
//!
//! State of `viterbi`: `2^(K-1)` metrics, `f32`. State of `viterbi_traceback`: 1 once started, and the encoder's state,
//! `u32`. Symbols above 1e6 or below -1e6 count as 1e6 or -1e6, NaN as erased.

use crate::checked;
use crate::dtype::{Dtype, Element};
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::series::{Axis, Series};
use crate::stages::{Build, shape};
use crate::status::{Result, Status};
use crate::util::unsigned::Unsigned;

/// Maximum number of symbols per bit.
const MAX_SYMBOLS: usize = 6;

/// Number of states: `2^(K-1)`.
fn states(b: &Build<'_, '_>) -> Result<usize> {
    let constraint = b.count("constraint", Some(7), 3, 9)?;
    Ok((1..constraint).fold(1, |n: usize, _| n.sat_mul(2)))
}

/// Bytes of the decisions of one step.
fn decision_bytes(states: usize) -> usize {
    states.div_ceil(8)
}

/// Refuses numbers that are not the generators of a code of `states` states.
fn generators_fit(b: &Build<'_, '_>, list: &[f64], states: usize) -> Result<()> {
    let text = "stage {m}: the parameter {n}{v} must be 2 to {a} whole numbers above 0 and below {b}";
    let fits = |g: f64| g > 0.0 && g < 2.0 * states as f64 && f64::from(g as u32) == g;
    let error = match list.iter().enumerate().find(|(_, g)| !fits(**g)) {
        Some((at, g)) => b.refused("generators", Some(at), *g, text),
        None if list.len() < 2 || list.len() > MAX_SYMBOLS => {
            let text = "stage {m}: the parameter {n} must be a list of 2 to {a} generators; it has {b}";
            return Err(b.param_error("generators", text).a(MAX_SYMBOLS).b(list.len()));
        }
        None => return Ok(()),
    };
    Err(error.a(checked::count(MAX_SYMBOLS)).b(checked::count(states).sat_mul(2)))
}

pub(crate) fn decisions<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["constraint", "generators", "invert", "any_start"])?;
    let edge = b.one_edge()?;
    b.takes(edge, &[Dtype::U8, Dtype::I8, Dtype::F32])?;
    let states = states(b)?;
    let list: &[f64] = match b.given("generators") {
        [] if states == 64 => &[121.0, 91.0],
        list => list,
    };
    generators_fit(b, list, states)?;
    let flips = b.given("invert");
    let text = "stage {m}: the parameter {n}{v} must be 0 or 1 for each of the {a} generators";
    if let Some((at, v)) = flips.iter().enumerate().find(|(_, v)| **v != 0.0 && **v != 1.0) {
        return Err(b.refused("invert", Some(at), *v, text).a(checked::count(list.len())));
    }
    if !flips.is_empty() && flips.len() != list.len() {
        let text = "stage {m}: the parameter {n} must have a number for each of the {a} generators; it has {b}";
        return Err(b.param_error("invert", text).a(list.len()).b(flips.len()));
    }
    let mut generators = [0u16; MAX_SYMBOLS];
    generators.iter_mut().zip(list).for_each(|(to, g)| *to = *g as u16);
    let invert = flips.iter().rev().fold(0u8, |mask, v| mask << 1 | u8::from(*v == 1.0));
    let symbols = list.len();
    b.consecutive(edge, symbols)?;
    if edge.shape.len == 0 || edge.shape.len.checked_rem(symbols) != Some(0) {
        let text = "stage {m}: {n} reads rows of a multiple of {a} symbols, one for each generator, not of {b}";
        return Err(b.error(Status::Graph, text).a(checked::count(symbols)).b(checked::count(edge.shape.len)));
    }
    let steps = edge.shape.len.checked_div(symbols).unwrap_or(0);
    let shape = shape(Dtype::U8, checked::add(checked::mul(steps, decision_bytes(states))?, 1)?)?;
    let any_start = b.count("any_start", Some(0), 0, 1)? == 1;
    let mut kernel =
        Viterbi { states, symbols, generators, invert, any_start, oldest: 0, newest: 0, row_len: shape.len };
    (kernel.oldest, kernel.newest) = (kernel.word(1), kernel.word(states));
    let mut spec = StageSpec::new(kernel, shape);
    spec.series = Series { axis: Axis::Record, ..Series::new(spec.shape.len) };
    spec.state_bytes = checked::mul(states, size_of::<f32>())?;
    spec.state_align = align_of::<f32>();
    spec.state_word = size_of::<f32>();
    spec.scratch_bytes = checked::mul(spec.state_bytes, 2)?;
    spec.table_bytes = states / 2;
    spec.revision = b.revision();
    Ok(spec)
}

struct Viterbi {
    states: usize,
    symbols: usize,
    generators: [u16; MAX_SYMBOLS],
    /// Bit `j`: symbol `j` is inverted.
    invert: u8,
    any_start: bool,
    /// The words of symbols of the oldest bit alone, and of the newest bit alone.
    oldest: u8,
    newest: u8,
    row_len: usize,
}

/// Words of symbols.
const WORDS: usize = 1 << MAX_SYMBOLS;

/// Metrics of the words of symbols of a step, and for each word those of the four branches of a butterfly: to the lower
/// state from the even and from the odd state, then to the upper state.
struct Branches<M> {
    words: [M; WORDS],
    butterflies: [[M; 4]; WORDS],
}

impl<M: Metric> Branches<M> {
    fn new() -> Branches<M> {
        Branches { words: [M::ZERO; WORDS], butterflies: [[M::ZERO; 4]; WORDS] }
    }
}

/// Metrics of paths.
trait Metric: Element {
    const ZERO: Self;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    /// The larger of two, and a mask: all ones if it is `odd`.
    fn larger(even: Self, odd: Self) -> (Self, u32);
}

impl Metric for f32 {
    const ZERO: f32 = 0.0;
    #[inline(always)]
    fn plus(self, other: f32) -> f32 {
        self + other
    }
    #[inline(always)]
    fn minus(self, other: f32) -> f32 {
        self - other
    }
    #[inline(always)]
    fn larger(even: f32, odd: f32) -> (f32, u32) {
        if odd > even { (odd, !0) } else { (even, 0) }
    }
}

/// Whole numbers modulo 2^32. All are within 2^15 of the largest (Hekstra, 1989), so that the sign of a difference
/// compares them, and nothing has to be subtracted after a step.
impl Metric for i32 {
    const ZERO: i32 = 0;
    #[inline(always)]
    fn plus(self, other: i32) -> i32 {
        self.wrapping_add(other)
    }
    #[inline(always)]
    fn minus(self, other: i32) -> i32 {
        self.wrapping_sub(other)
    }
    #[inline(always)]
    fn larger(even: i32, odd: i32) -> (i32, u32) {
        let difference = even.wrapping_sub(odd);
        let won = difference >> 31;
        (even.wrapping_sub(difference & won), won as u32)
    }
}

/// Soft symbols.
trait Symbol<M>: Element {
    fn soft(self) -> M;
}
impl Symbol<f32> for u8 {
    fn soft(self) -> f32 {
        if self == 0 { 1.0 } else { -1.0 }
    }
}
impl Symbol<f32> for i8 {
    fn soft(self) -> f32 {
        f32::from(self)
    }
}
impl Symbol<f32> for f32 {
    fn soft(self) -> f32 {
        if self.is_nan() { 0.0 } else { self.clamp(-1e6, 1e6) }
    }
}
impl Symbol<i32> for u8 {
    fn soft(self) -> i32 {
        if self == 0 { 1 } else { -1 }
    }
}
impl Symbol<i32> for i8 {
    fn soft(self) -> i32 {
        i32::from(self)
    }
}

impl Viterbi {
    /// The word of symbols of a register.
    fn word(&self, register: usize) -> u8 {
        let generators = self.generators.iter().take(self.symbols).rev();
        generators.fold(0, |word, g| word << 1 | ((register & usize::from(*g)).count_ones() & 1) as u8)
    }

    /// Rows of integer symbols. Their metrics are whole numbers far below 2^24, which `f32` and `i32` hold exactly; the
    /// infinite metrics after the start require `f32`.
    fn whole_rows<X: Symbol<f32> + Symbol<i32>>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let rows = io.input::<X>(0)?;
        let words = io.table.get(..self.states / 2).ok_or(Code::MISFIT)?;
        let mut pending = io.out.chunks_exact_mut(self.row_len.max(1)).zip(rows.iter());
        let metrics = cast_mut::<f32>(io.state).ok_or(Code::MISFIT)?;
        let new = cast_mut::<f32>(io.scratch).and_then(|s| s.get_mut(..self.states)).ok_or(Code::MISFIT)?;
        while metrics.iter().any(|m| m.is_infinite()) {
            let Some((out, row)) = pending.next() else { return Ok(()) };
            self.row(out, row, metrics, new, words)?;
        }
        let scratch = cast_mut::<i32>(io.scratch).ok_or(Code::MISFIT)?;
        let (mut from, mut to) = scratch.split_at_mut_checked(self.states).ok_or(Code::MISFIT)?;
        from.iter_mut().zip(metrics.iter()).for_each(|(to, m)| *to = *m as i32);
        let mut branches = Branches::new();
        for (out, row) in pending {
            let (last, decisions) = out.split_last_mut().ok_or(Code::MISFIT)?;
            let steps = decisions.chunks_exact_mut(decision_bytes(self.states).max(1));
            for (decisions, symbols) in steps.zip(row.chunks_exact(self.symbols.max(1))) {
                self.branches(symbols, &mut branches);
                step(to, from, words, &branches, decisions);
                core::mem::swap(&mut to, &mut from);
            }
            let best = best(from).ok_or(Code::MISFIT)?;
            *last = from.iter().position(|m| *m == best).ok_or(Code::MISFIT)? as u8;
        }
        let best = best(from).ok_or(Code::MISFIT)?;
        metrics.iter_mut().zip(from).for_each(|(m, from)| *m = from.minus(best) as f32);
        Ok(())
    }

    fn rows(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let rows = io.input::<f32>(0)?;
        let words = io.table.get(..self.states / 2).ok_or(Code::MISFIT)?;
        let metrics = cast_mut::<f32>(io.state).ok_or(Code::MISFIT)?;
        let new = cast_mut::<f32>(io.scratch).and_then(|s| s.get_mut(..self.states)).ok_or(Code::MISFIT)?;
        let mut pending = io.out.chunks_exact_mut(self.row_len.max(1)).zip(rows.iter());
        pending.try_for_each(|(out, row)| self.row(out, row, metrics, new, words))
    }

    /// Decides one row. After every step the largest metric is 0.
    fn row<X: Symbol<f32>>(
        &self,
        out: &mut [u8],
        row: &[X],
        metrics: &mut [f32],
        new: &mut [f32],
        words: &[u8],
    ) -> Result<(), Code> {
        let mut branches = Branches::new();
        let (last, decisions) = out.split_last_mut().ok_or(Code::MISFIT)?;
        let steps = decisions.chunks_exact_mut(decision_bytes(self.states).max(1));
        for (decisions, symbols) in steps.zip(row.chunks_exact(self.symbols.max(1))) {
            self.branches(symbols, &mut branches);
            step(new, metrics, words, &branches, decisions);
            let best = best(new).ok_or(Code::MISFIT)?;
            metrics.iter_mut().zip(&*new).for_each(|(to, from)| *to = from - best);
        }
        *last = metrics.iter().position(|m| *m == 0.0).ok_or(Code::MISFIT)? as u8;
        Ok(())
    }

    /// Computes the metrics of every word of symbols, then of the four branches. Bit `j` of a word is symbol `j`.
    fn branches<M: Metric, X: Symbol<M>>(&self, symbols: &[X], branches: &mut Branches<M>) {
        let Branches { words, butterflies } = branches;
        words[0] = M::ZERO;
        let mut known = 1;
        for x in symbols {
            let x = x.soft();
            let Some((with_0, with_1)) = words.split_at_mut_checked(known) else { return };
            for (zero, one) in with_0.iter_mut().zip(with_1) {
                (*zero, *one) = (zero.plus(x), zero.minus(x));
            }
            known = known.wrapping_mul(2);
        }
        let metric = |word: u8| words.get(usize::from(word) % WORDS).copied().unwrap_or(M::ZERO);
        for (branches, word) in butterflies.iter_mut().take(known).zip(0..) {
            let (odd, upper) = (word ^ self.oldest, word ^ self.newest);
            *branches = [metric(word), metric(odd), metric(upper), metric(odd ^ self.newest)];
        }
    }
}

fn best<M: Metric>(metrics: &[M]) -> Option<M> {
    let (first, others) = metrics.split_first()?;
    Some(others.iter().fold(*first, |best, m| M::larger(best, *m).0))
}

/// One step of all states: adds, compares, selects.
///
/// The states `2 s` and `2 s + 1` lead to `s` and to `s` with the newest bit: a butterfly, with the branches of word
/// `s`.
fn step<M: Metric>(to: &mut [M], from: &[M], words: &[u8], branches: &Branches<M>, decisions: &mut [u8]) {
    let (low, high) = to.split_at_mut(to.len() / 2);
    let (mut below, mut above) = decisions.split_at_mut(decisions.len() / 2);
    let (mut bit, mut to_low, mut to_high) = (1u32, 0u32, 0u32);
    for (((low, high), [even, odd]), word) in low.iter_mut().zip(high).zip(from.as_chunks::<2>().0).zip(words) {
        let Some([even_low, odd_low, even_high, odd_high]) = branches.butterflies.get(usize::from(*word) % WORDS)
        else {
            return;
        };
        let (larger, won) = M::larger(even.plus(*even_low), odd.plus(*odd_low));
        *low = larger;
        to_low |= won & bit;
        let (larger, won) = M::larger(even.plus(*even_high), odd.plus(*odd_high));
        *high = larger;
        to_high |= won & bit;
        bit <<= 1;
        if bit == 1 << 8 {
            let ([a, rest_below @ ..], [b, rest_above @ ..]) = (below, above) else { return };
            (*a, *b) = (to_low as u8, to_high as u8);
            (below, above) = (rest_below, rest_above);
            (bit, to_low, to_high) = (1, 0, 0);
        }
    }
    // With four and eight states both halves are in one byte.
    if let [place, ..] = above
        && bit > 1
    {
        *place = (to_low | to_high.wrapping_mul(bit)) as u8;
    }
}

impl Kernel for Viterbi {
    /// Stores, for each state without the newest bit, the word of symbols of the branch from the even state.
    fn prepare(&self, table: &mut [u8]) -> Result<(), Code> {
        for (state, word) in table.iter_mut().enumerate() {
            *word = self.word(state.wrapping_mul(2)) ^ self.invert;
        }
        Ok(())
    }

    fn state_init(&self, state: &mut [u8]) -> Result<(), Code> {
        let metrics = cast_mut::<f32>(state).ok_or(Code::MISFIT)?;
        metrics.fill(if self.any_start { 0.0 } else { f32::NEG_INFINITY });
        metrics.iter_mut().take(1).for_each(|m| *m = 0.0);
        Ok(())
    }

    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match io.input_dtype(0)? {
            Dtype::U8 => self.whole_rows::<u8>(io),
            Dtype::I8 => self.whole_rows::<i8>(io),
            _ => self.rows(io),
        }
    }
}

pub(crate) fn traceback<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["constraint", "end", "pack"])?;
    let edge = b.one_edge()?;
    b.named(edge, edge.series.records(edge.shape.len))?;
    b.takes(edge, &[Dtype::U8])?;
    let states = states(b)?;
    let decisions = edge.shape.len.sat_sub(1);
    let bytes = decision_bytes(states);
    let steps = decisions.checked_div(bytes).unwrap_or(0);
    if steps == 0 || decisions.checked_rem(bytes) != Some(0) {
        return Err(b
            .error(
                Status::Graph,
                "stage {m}: {n} of {b} states reads rows of viterbi with the same constraint, not of {a} bytes",
            )
            .a(checked::count(edge.shape.len))
            .b(checked::count(states)));
    }
    let end = match b.scalar("end")? {
        None => None,
        Some(_) => Some(b.count("end", None, 0, checked::count(states.sat_sub(1)))? as u32),
    };
    let per_byte = if b.count("pack", Some(0), 0, 1)? == 1 { 8 } else { 1 };
    if steps.checked_rem(per_byte) != Some(0) {
        let text = "stage {m}: {n} with pack reads rows of a multiple of 8 steps, not of {a}";
        return Err(b.error(Status::Graph, text).a(checked::count(steps)));
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
    /// Bits in an output byte.
    per_byte: usize,
    row_len: usize,
}

impl Kernel for Traceback {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
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
mod tests;
