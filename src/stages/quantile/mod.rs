//! Nearest-rank quantiles of each row: for a probability `q`, the element of rank `round((n - 1) * q)` of the row's `n`
//! elements in ascending order, counted from 0, halves rounded to even. The result is an element of the row, never a
//! mean of two, as `numpy.percentile(row, 100 * q, method="nearest")`.
//!
//! Input: `f32` or `i16` rows. Parameter `q`: a list of 1 to 8 probabilities in [0, 1], in any order; required. Output:
//! one `f32` per probability, in the order of the list, times the parameter `scale` (default 1). Order of elements: -inf < finite < +inf < NaN. All NaNs are
//! equal (the output is the quiet NaN `0x7fc00000`), and so are both zeros (the output is +0).
//!
//! # Method
//! Overlapping rows differ from the row before by a hop at either end. For each probability the stage keeps an open
//! interval around the quantile ([`bracket`]): the number of elements below its upper end, and the few elements inside,
//! oldest first. A new row adds its last hop to the counts, subtracts the hop that left the row, and selects among the
//! few elements. If the rank has left the interval, or if too many elements are inside, a new interval is computed from
//! the row: first from a sample of it; if the sample is misleading, from exact ranks by counting sort of the keys
//! ([`select`](select::exact)). Rows that do not overlap are processed in the same way, with a hop of the length of the
//! row. The interval determines the time of a row, never its result.
//!
//! Sources: R. W. Floyd and R. L. Rivest, "Expected time bounds for selection", CACM 18(3), 1975 (interval from a
//! sample); D. E. Knuth, TAOCP vol. 3, 5.2.5 (radix sorting);
//! `core`'s `select_nth_unstable` (selection among the few elements, in builds with `std`).
//!
//! # Cost
//! With `W` elements per row, `H = min(hop, W)`, `c = cbrt(8 H W)`, at least 32. Expected per row and probability, for
//! data that drift slowly compared with the row: about `H + c` element visits (`2 H + c` if `W` is not a whole number
//! of at most 64 hops). Worst case: `7 W + 2 H + 25 limit` visits, with three passes of counting sort over the row, and
//! two linear selections among at most `limit` elements. In a new interval the quantile is at least `c / 40` ranks from
//! the ends, or equals an element that is repeated that often, so that with hops much shorter than that the worst case
//! does not occur in every row. In rows of up to 128 elements each quantile is selected in linear time.
//!
//! # Memory
//! For `k` probabilities, `limit = min(W, 2 c + 8 sqrt(W))` and `chunk = min(W, 512)`: scratch memory of
//! `4 k (limit + 2 chunk + 16 + 12 + 4 s) + 4 max(limit + 16, 4096) + 16` bytes, where `s = W / H` if that is a whole
//! number of at most 64, and 0 otherwise. Rows of up to 128 elements: `4 W` bytes.

use super::params::PROBABILITY;
use super::{Build, shape};
use crate::checked;
use crate::crc::Crc32c;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::series::Series;
use crate::simd::Level;
use crate::status::{Result, Status};

mod bracket;
mod plan;
mod sample;
mod select;
#[cfg(test)]
mod tests;

use bracket::Bracket;
use plan::{COMMON, RECORD, RankPlan, SMALL, STATE, Tools};
use sample::{CHUNK, Sample};

/// Maximum number of probabilities of a stage.
const MAX_PROBABILITIES: usize = 8;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["q", "scale"])?;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32, Dtype::I16])?;
    let list = b.list("q", &PROBABILITY)?;
    if list.is_empty() || list.len() > MAX_PROBABILITIES {
        let text = "stage {m}: the parameter {n} must be a list of 1 to {a} probabilities from 0 to 1; it has {b}";
        return Err(b.param_error("q", text).a(checked::count(MAX_PROBABILITIES)).b(checked::count(list.len())));
    }
    let window = edge.shape.len;
    if window == 0 || u32::try_from(window).is_err() {
        let text = "stage {m}: {n} reads rows of 1 to {a} elements, not of {b}";
        return Err(b.error(Status::Argument, text).a(u64::from(u32::MAX)).b(checked::count(window)));
    }
    let mut ranks = [0usize; MAX_PROBABILITIES];
    let mut crc = Crc32c::default();
    for (rank, q) in ranks.iter_mut().zip(list) {
        *rank = nearest_rank(window, *q);
        crc = crc.update(&q.to_bits().to_le_bytes());
    }
    let scale = b.scale()?;
    if scale != 1.0 {
        crc = crc.update(&scale.to_bits().to_le_bytes());
    }
    let ranks = b.pool.copied(ranks.get(..list.len()).unwrap_or(&[]))?;
    let plan = RankPlan::new(window, edge.stride, ranks.len());
    let shape = shape(Dtype::F32, ranks.len())?;
    let scratch_bytes = plan.bytes()?;
    let mut spec = StageSpec::new(Quantile { ranks, window, hop: plan.hop, scale, level: Level::detect() }, shape);
    spec.series = Series::interleaved(shape.len, shape.len).of(edge.series.unit);
    spec.scratch_bytes = scratch_bytes;
    spec.keeps_scratch = window > SMALL;
    spec.revision = crc.value();
    // As under "Cost": the hop at either end and the interval, for each probability.
    let visits = plan.hop.saturating_mul(2).saturating_add(plan.reach.saturating_mul(5)).saturating_mul(plan.count);
    spec.cost_ns = checked::count(visits) / 5;
    Ok(spec)
}

/// `(n - 1) * q`, rounded to the nearest whole number, halves to even.
fn nearest_rank(n: usize, q: f64) -> usize {
    let last = n.saturating_sub(1);
    let at = last as f64 * q;
    let whole = at as usize;
    let part = at - whole as f64;
    let up = part > 0.5 || (part == 0.5 && whole & 1 == 1);
    whole.saturating_add(usize::from(up)).min(last)
}

struct Quantile<'m> {
    ranks: &'m [usize],
    window: usize,
    hop: usize,
    scale: f64,
    level: Level,
}

impl Kernel for Quantile<'_> {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match (self.window <= SMALL, io.input_dtype(0)?) {
            (true, Dtype::I16) => self.each::<i16>(io),
            (true, _) => self.each::<f32>(io),
            (false, Dtype::I16) => self.slide::<i16>(io).map(|_| ()),
            (false, _) => self.slide::<f32>(io).map(|_| ()),
        }?;
        if self.scale != 1.0 {
            let out = io.output::<f32>()?;
            out.iter_mut().for_each(|v| *v = (f64::from(*v) * self.scale) as f32);
        }
        Ok(())
    }
}

impl Quantile<'_> {
    /// Selects in each row on its own.
    fn each<T: Sample>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let rows = io.input::<T>(0)?;
        let spare = cast_mut::<f32>(io.scratch).ok_or(Code::MISFIT)?;
        let out = cast_mut::<f32>(io.out).ok_or(Code::MISFIT)?;
        for (y, row) in out.chunks_exact_mut(self.ranks.len().max(1)).zip(rows.iter()) {
            let copy = spare.get_mut(..row.len()).ok_or(Code::MISFIT)?;
            for (to, from) in copy.iter_mut().zip(row) {
                *to = select::plain(from.value());
            }
            for (y, rank) in y.iter_mut().zip(self.ranks) {
                *y = select::nth(copy, *rank).ok_or(Code::MISFIT)?;
            }
        }
        Ok(())
    }

    /// Updates the intervals from row to row; returns the number of element visits.
    fn slide<T: Sample>(&self, io: &mut StageIo<'_>) -> Result<u64, Code> {
        let rows = io.input::<T>(0)?;
        let plan = RankPlan::new(self.window, self.hop, self.ranks.len());
        let bytes = plan.bytes().map_err(|_| Code::MISFIT)?;
        let scratch = io.scratch.get_mut(..bytes).ok_or(Code::MISFIT)?;
        let word = size_of::<u32>();
        let (words, floats) = scratch.split_at_mut_checked(plan.words().saturating_mul(word)).ok_or(Code::MISFIT)?;
        let stored = plan.store().saturating_mul(plan.count).saturating_mul(word);
        let (stores, spare) = floats.split_at_mut_checked(stored).ok_or(Code::MISFIT)?;
        let words = cast_mut::<u32>(words).ok_or(Code::MISFIT)?;
        let stores = cast_mut::<f32>(stores).ok_or(Code::MISFIT)?;
        let (common, words) = words.split_at_mut_checked(COMMON).ok_or(Code::MISFIT)?;
        let (states, records) = words.split_at_mut_checked(plan.count.saturating_mul(STATE)).ok_or(Code::MISFIT)?;
        let (states, _) = states.as_chunks_mut::<STATE>();
        let (records, _) = records.as_chunks_mut::<RECORD>();
        if !io.continues {
            common.fill(0);
            for state in states.iter_mut() {
                *state = Bracket::fresh(&plan);
            }
        }
        let oldest = common.first().map_or(0, |slot| *slot as usize);
        let mut tools = Tools { level: self.level, plan, chunk: [0.0; CHUNK], spare, oldest, visits: 0 };
        let out = cast_mut::<f32>(io.out).ok_or(Code::MISFIT)?;
        let mut no_records = [[0u32; RECORD]; 0];
        for (y, row) in out.chunks_exact_mut(self.ranks.len().max(1)).zip(rows.iter()) {
            // Rows must have the length and overlap that they were registered with.
            if row.len() != self.window || (rows.count() > 1 && rows.stride().min(self.window) != self.hop) {
                return Err(Code::MISFIT);
            }
            let parts =
                y.iter_mut().zip(self.ranks).zip(states.iter_mut()).zip(stores.chunks_exact_mut(plan.store().max(1)));
            for (i, (((y, rank), state), store)) in parts.enumerate() {
                let at = i.saturating_mul(plan.slots);
                let records = records.get_mut(at..at.saturating_add(plan.slots)).unwrap_or(&mut no_records);
                let mut bracket = Bracket::load(state, store, records);
                *y = bracket.row(&mut tools, row, *rank)?;
                bracket.save(state);
            }
            tools.oldest = tools.slot(1);
        }
        if let Some(slot) = common.first_mut() {
            *slot = tools.oldest as u32;
        }
        Ok(tools.visits)
    }
}
