//! An interval around one quantile, updated from row to row.

use super::plan::{RECORD, RankPlan, STATE, Tools};
use super::sample::{CHUNK, Sample};
use super::select;
use crate::kernel::Code;
use crate::mem::Slide;
use crate::mem::cast_mut;
use crate::simd::rank::{self, Between};
use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;

/// Maximum number of elements to select from without a narrower interval.
const FEW: usize = 64;
/// Narrower intervals tried before the selection among all elements inside.
const TRIES: usize = 4;

/// Counts of the elements of a row, or of a hop, compared with the ends of the interval.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// Elements below the upper end.
    below: u32,
    /// Elements below the upper end and above the lower end: those kept in the store.
    kept: u32,
    /// Elements below the lower end, if ends are counted.
    under: u32,
    /// Elements not above the upper end, if ends are counted.
    upto: u32,
}

impl Tally {
    fn plus(self, other: Tally) -> Tally {
        Tally {
            below: self.below.wrapping_add(other.below),
            kept: self.kept.wrapping_add(other.kept),
            under: self.under.wrapping_add(other.under),
            upto: self.upto.wrapping_add(other.upto),
        }
    }

    fn minus(self, other: Tally) -> Tally {
        Tally {
            below: self.below.wrapping_sub(other.below),
            kept: self.kept.wrapping_sub(other.kept),
            under: self.under.wrapping_sub(other.under),
            upto: self.upto.wrapping_sub(other.upto),
        }
    }

    fn words(self) -> [u32; RECORD] {
        [self.below, self.kept, self.under, self.upto]
    }

    fn from_words([below, kept, under, upto]: [u32; RECORD]) -> Tally {
        Tally { below, kept, under, upto }
    }
}

/// The open interval from `lo` to `hi`, and the counts of the row.
///
/// Between rows the first hop of the last row is already subtracted, so that the row itself is no longer needed.
pub(super) struct Bracket<'a> {
    lo: f32,
    hi: f32,
    row: Tally,
    /// Position of the first kept element in the store.
    head: usize,
    /// Ranks on either side of the quantile in the next interval.
    reach: usize,
    /// Rows answered since the interval was set.
    life: usize,
    /// The counts are those of the row; otherwise a new interval is required.
    alive: bool,
    /// Elements equal to the ends are counted: there are many, and the quantile may be among them.
    ends: bool,
    /// The elements inside, oldest first.
    store: &'a mut [f32],
    /// Counts of each hop of the row.
    records: &'a mut [[u32; RECORD]],
}

impl<'a> Bracket<'a> {
    /// The state before the first row.
    pub(super) fn fresh(plan: &RankPlan) -> [u32; STATE] {
        [0, 0, 0, 0, 0, 0, 0, plan.reach as u32, 0, 0, 0, 0]
    }

    pub(super) fn load(state: &[u32; STATE], store: &'a mut [f32], records: &'a mut [[u32; RECORD]]) -> Self {
        let [lo, hi, below, kept, under, upto, head, reach, life, alive, ends, _] = *state;
        Bracket {
            lo: f32::from_bits(lo),
            hi: f32::from_bits(hi),
            row: Tally { below, kept, under, upto },
            head: head as usize,
            reach: reach as usize,
            life: life as usize,
            alive: alive != 0,
            ends: ends != 0,
            store,
            records,
        }
    }

    pub(super) fn save(&self, state: &mut [u32; STATE]) {
        let [below, kept, under, upto] = self.row.words();
        let (head, reach, life) = (self.head as u32, self.reach as u32, self.life as u32);
        let flags = (u32::from(self.alive), u32::from(self.ends));
        *state =
            [self.lo.to_bits(), self.hi.to_bits(), below, kept, under, upto, head, reach, life, flags.0, flags.1, 0];
    }

    /// The element of rank `rank` of the next row.
    pub(super) fn row<T: Sample>(&mut self, tools: &mut Tools<'_>, row: &[T], rank: usize) -> Result<f32, Code> {
        let hop = tools.plan.hop;
        if self.alive {
            let last = row.get(row.len().sat_sub(hop)..).unwrap_or(&[]);
            self.enter(tools, last, tools.slot(tools.plan.slots.sat_sub(1)));
        }
        let y = match self.answer(tools, rank) {
            Some(y) => y,
            None => self.renew(tools, row, rank)?,
        };
        self.life = self.life.sat_add(1).min(u32::MAX as usize);
        self.leave(tools, row.get(..hop).unwrap_or(&[]));
        Ok(y)
    }

    /// Adds a hop.
    fn enter<T: Sample>(&mut self, tools: &mut Tools<'_>, x: &[T], slot: usize) {
        let before = self.row;
        tools.visit(x.len());
        for part in x.chunks(CHUNK) {
            let values = T::values(part, &mut tools.chunk);
            let kept = self.row.kept as usize;
            let end = self.head.sat_add(kept);
            if end.sat_add(rank::room(values.len())) > self.store.len() {
                if kept > tools.plan.limit {
                    self.alive = false;
                    return;
                }
                self.store.slide(self.head..end, 0);
                self.head = 0;
            }
            let place = self.store.get_mut(self.head.sat_add(kept)..).unwrap_or_default();
            let Between { below, kept } = rank::keep_between(tools.level, values, self.lo, self.hi, place);
            let (mut under, mut upto) = (0, 0);
            if self.ends {
                (under, upto) = rank::count_outer(tools.level, values, self.lo, self.hi);
            }
            self.row = self.row.plus(Tally { below, kept, under, upto });
        }
        if self.row.kept as usize > tools.plan.limit {
            self.alive = false;
        }
        if let Some(record) = self.records.get_mut(slot) {
            *record = self.row.minus(before).words();
        }
    }

    /// Subtracts the oldest hop.
    fn leave<T: Sample>(&mut self, tools: &mut Tools<'_>, x: &[T]) {
        if !self.alive {
            return;
        }
        let mut gone = Tally::default();
        if let Some(record) = self.records.get(tools.oldest) {
            gone = Tally::from_words(*record);
        } else {
            tools.visit(x.len());
            for part in x.chunks(CHUNK) {
                let values = T::values(part, &mut tools.chunk);
                let Between { below, kept } = rank::count_between(tools.level, values, self.lo, self.hi);
                let (mut under, mut upto) = (0, 0);
                if self.ends {
                    (under, upto) = rank::count_outer(tools.level, values, self.lo, self.hi);
                }
                gone = gone.plus(Tally { below, kept, under, upto });
            }
        }
        self.row = self.row.minus(gone);
        self.head = if self.row.kept == 0 { 0 } else { self.head.sat_add(gone.kept as usize) };
    }

    /// The element of rank `rank` of the current row; none if the interval does not determine it.
    fn answer(&self, tools: &mut Tools<'_>, rank: usize) -> Option<f32> {
        let rank = u32::try_from(rank).ok().filter(|_| self.alive)?;
        // With equal ends nothing is kept, and this is the number of elements below them.
        let upto_lo = self.row.below.wrapping_sub(self.row.kept);
        if rank < upto_lo {
            let known = self.lo == f32::NEG_INFINITY || (self.ends && rank >= self.row.under);
            return known.then_some(select::plain(self.lo));
        }
        if rank < self.row.below {
            return self.inside(tools, rank.wrapping_sub(upto_lo) as usize);
        }
        match self.ends {
            true if rank < self.row.upto => Some(select::plain(self.hi)),
            // Above +inf there are NaNs only.
            true if self.hi == f32::INFINITY => Some(select::plain(f32::NAN)),
            _ => None,
        }
    }

    fn kept(&self) -> &[f32] {
        self.store.get(self.head..self.head.sat_add(self.row.kept as usize)).unwrap_or(&[])
    }

    /// The element of rank `k` among those inside. A narrow interval around its position in evenly spaced elements
    /// leaves few to select from. If the interval misses the rank, its ends bound the next one; the last resort is to
    /// select among all.
    fn inside(&self, tools: &mut Tools<'_>, k: usize) -> Option<f32> {
        let kept = self.kept();
        tools.visit(kept.len());
        let (mut from, mut to) = ((self.lo, 0), (self.hi, self.row.kept));
        let margin = spread(kept.len());
        for _ in 0..TRIES {
            if kept.len() <= FEW {
                break;
            }
            tools.visit(kept.len());
            let slope = (to.0 - from.0) / to.1.wrapping_sub(from.1) as f32;
            let at = (k as u32).wrapping_sub(from.1) as f32;
            let (lo, hi) = (from.0 + slope * (at - margin), from.0 + slope * (at + margin));
            let spare = cast_mut::<f32>(tools.spare)?;
            let found = rank::keep_between(tools.level, kept, lo, hi, spare);
            if let Some(k) = found.rank(k) {
                return select::nth(spare.get_mut(..found.kept as usize)?, k);
            }
            let first = found.below.wrapping_sub(found.kept);
            if k < first as usize && lo < to.0 {
                to = (lo, first);
            } else if k >= found.below as usize && hi > from.0 {
                from = (hi, found.below);
            } else {
                break;
            }
        }
        let all = cast_mut::<f32>(tools.spare)?.get_mut(..kept.len())?;
        all.put(kept);
        select::nth(all, k)
    }

    /// Sets a new interval for the current row and answers from it.
    fn renew<T: Sample>(&mut self, tools: &mut Tools<'_>, row: &[T], rank: usize) -> Result<f32, Code> {
        // Balances the cost of selection in every row with that of new intervals.
        let window = tools.plan.window;
        let selected = self.life.sat_mul(self.reach).sat_mul(2);
        if self.life > 0 && selected < window.div_ceil(4) {
            self.reach = self.reach.sat_mul(2).min(tools.plan.max_reach);
        } else if selected > window.sat_mul(8) {
            self.reach = self.reach.div_ceil(2).max(tools.plan.reach.div_ceil(2));
        }
        self.life = 0;
        if let Some((lo, hi)) = self.sample(tools, row, rank)
            && let Some(y) = self.set(tools, row, rank, lo, hi)
        {
            return Ok(y);
        }
        let ranks = (rank.checked_sub(self.reach), rank.sat_add(self.reach));
        let bins = cast_mut::<u32>(tools.spare).ok_or(Code::MISFIT)?;
        let ends = select::exact(row, [ranks.0.unwrap_or(0), ranks.1], bins, &mut tools.chunk);
        let [lo, hi] = ends.ok_or(Code::MISFIT)?;
        let lo = if ranks.0.is_some() { lo } else { f32::NEG_INFINITY };
        tools.visit(row.len().sat_mul(3));
        let top = |x: f32| if x.is_nan() { f32::INFINITY } else { x };
        self.fill(tools, row, top(lo), top(hi), true);
        let y = self.answer(tools, rank).ok_or(Code::MISFIT)?;
        // Elements at the ends are not counted if the rank is far from them.
        self.ends = false;
        self.ends = self.lo >= self.hi || !self.is_wide(tools, rank);
        Ok(y)
    }

    /// Whether the rank is well inside the interval, including the elements at its ends if they are counted.
    fn is_wide(&self, tools: &Tools<'_>, rank: usize) -> bool {
        let margin = self.reach.div_ceil(4);
        let Tally { below, kept, under, upto } = self.row;
        let mut first = if self.ends { under } else { below.wrapping_sub(kept) } as usize;
        let mut end = if self.ends { upto } else { below } as usize;
        if self.lo == f32::NEG_INFINITY {
            first = 0;
        }
        if self.ends && self.hi == f32::INFINITY {
            end = tools.plan.window;
        }
        (first == 0 || rank >= first.sat_add(margin)) && (end == tools.plan.window || rank.sat_add(margin) < end)
    }

    /// The ends of an interval around the rank, estimated from a sample of the row.
    fn sample<T: Sample>(&self, tools: &mut Tools<'_>, row: &[T], rank: usize) -> Option<(f32, f32)> {
        // An odd step, because signals often have periods of even length.
        let spare = cast_mut::<f32>(tools.spare)?;
        let step = row.len().div_ceil(spare.len().max(1)).max(17) | 1;
        let mut n = 0usize;
        for (to, from) in spare.iter_mut().zip(row.iter().step_by(step)) {
            *to = select::plain(from.value());
            n = n.sat_add(1);
        }
        tools.visits = tools.visits.wrapping_add(n as u64);
        // Standard deviation of the rank in the sample: sqrt(n p (1 - p)).
        let (full, at) = (row.len() as u64, rank as u64);
        let spread = at.sat_mul(full.sat_sub(at)).checked_div(full)?.sat_mul(n as u64);
        let spread = spread.checked_div(full)?.isqrt() as usize;
        let margin = self.reach.checked_div(step)?.sat_add(spread.sat_mul(5).div_ceil(2));
        let margin = margin.min(tools.plan.limit.sat_mul(9).div_ceil(20).checked_div(step)?).max(1);
        let center = usize::try_from(at.sat_mul(n as u64).checked_div(full)?).ok()?;
        let above = center.sat_add(margin);
        let hi = select::nth(spare.get_mut(..n)?, above).unwrap_or(f32::INFINITY);
        let rest = spare.get_mut(..above.min(n))?;
        let lo = center.checked_sub(margin).map_or(Some(f32::NEG_INFINITY), |k| select::nth(rest, k))?;
        (!lo.is_nan()).then_some((lo, if hi.is_nan() { f32::INFINITY } else { hi }))
    }

    /// Sets the interval for the row and answers from it; none if it misses the rank or would miss it soon.
    fn set<T: Sample>(&mut self, tools: &mut Tools<'_>, row: &[T], rank: usize, lo: f32, hi: f32) -> Option<f32> {
        if lo < hi {
            self.fill(tools, row, lo, hi, false);
            if !self.alive {
                return None;
            }
            self.narrow(tools, rank);
            if self.is_wide(tools, rank) {
                return self.answer(tools, rank);
            }
        }
        self.fill(tools, row, lo, hi, true);
        if self.is_wide(tools, rank) { self.answer(tools, rank) } else { None }
    }

    /// Sets the ends and counts the whole row.
    fn fill<T: Sample>(&mut self, tools: &mut Tools<'_>, row: &[T], lo: f32, hi: f32, ends: bool) {
        (self.lo, self.hi, self.head, self.row) = (lo, hi, 0, Tally::default());
        (self.alive, self.ends) = (true, ends);
        let part = if self.records.is_empty() { row.len() } else { tools.plan.hop };
        for (j, hop) in row.chunks(part.max(1)).enumerate() {
            self.enter(tools, hop, tools.slot(j));
            if !self.alive {
                return;
            }
        }
    }

    /// Narrows an interval, just filled, with many more elements inside than `reach` requires.
    fn narrow(&mut self, tools: &mut Tools<'_>, rank: usize) {
        let Tally { below, kept, .. } = self.row;
        let Some(k) = (Between { below, kept }).rank(rank) else { return };
        if !self.alive || kept as usize <= self.reach.sat_mul(3) {
            return;
        }
        let mut end =
            |k: Option<usize>, or| k.filter(|k| *k < kept as usize).map_or(Some(or), |k| self.inside(tools, k));
        let Some(lo) = end(k.checked_sub(self.reach), self.lo) else { return };
        let Some(hi) = end(k.checked_add(self.reach), self.hi) else { return };
        tools.visit(kept as usize);
        let Some(spare) = cast_mut::<f32>(tools.spare) else { return };
        let (mut from, mut to) = (self.head, self.head);
        let mut row = Tally::default();
        let mut all = [self.row.words()];
        let one = self.records.is_empty();
        let hops = if one { all.len() } else { self.records.len() };
        for j in 0..hops {
            let record = if one { all.first_mut() } else { self.records.get_mut(tools.plan.slot(tools.oldest, j)) };
            let Some(record) = record else { return };
            let hop = Tally::from_words(*record);
            let end = from.sat_add(hop.kept as usize);
            let found = rank::keep_between(tools.level, self.store.get(from..end).unwrap_or(&[]), lo, hi, spare);
            for (to, from) in self.store.iter_mut().skip(to).zip(spare.iter().take(found.kept as usize)) {
                *to = *from;
            }
            from = end;
            to = to.sat_add(found.kept as usize);
            let below = hop.below.wrapping_sub(hop.kept).wrapping_add(found.below);
            let hop = Tally { below, kept: found.kept, ..Tally::default() };
            *record = hop.words();
            row = row.plus(hop);
        }
        (self.lo, self.hi, self.row) = (lo, hi, row);
    }
}

/// Expected distance of an element from its position in evenly spaced ones: 2.5 standard deviations in the middle, plus
/// 4.
fn spread(n: usize) -> f32 {
    n.isqrt() as f32 * 1.25 + 4.0
}
