//! An interval around one quantile that slides with the rows.

use super::{CHUNK, Plan, Sample, Tools, select};
use crate::kernel::Code;
use crate::simd::rank::{self, Between};

/// Words of a stored [`Bracket`].
pub(super) const STATE: usize = 12;
/// Words of a stored [`Tally`].
pub(super) const RECORD: usize = 4;

/// How the elements of a row, or of a hop, lie to the ends of the interval.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// Those below the upper end.
    below: u32,
    /// Those of them that are above the lower end, too: kept in the store.
    kept: u32,
    /// Those below the lower end, where ends are counted.
    under: u32,
    /// Those not above the upper end, where ends are counted.
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

/// The open interval from `lo` to `hi`, and how the row lies to it.
///
/// Between rows the first hop of the last row is out of it already, so that nothing of that row is needed any more.
pub(super) struct Bracket<'a> {
    lo: f32,
    hi: f32,
    row: Tally,
    /// Where the kept elements start in the store.
    head: usize,
    /// Ranks on either side of the quantile that the next interval is to take in.
    reach: usize,
    /// Rows answered since it was set.
    life: usize,
    /// It holds the row; otherwise a new one has to be set.
    alive: bool,
    /// Elements equal to its ends are counted: they are many, and the quantile may be among them.
    ends: bool,
    /// The elements inside, oldest first.
    store: &'a mut [f32],
    /// What each hop of the row has.
    records: &'a mut [[u32; RECORD]],
}

impl<'a> Bracket<'a> {
    /// The state before the first row.
    pub(super) fn fresh(plan: &Plan) -> [u32; STATE] {
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

    /// The element of that rank of the next row.
    pub(super) fn row<T: Sample>(&mut self, tools: &mut Tools<'_>, row: &[T], rank: usize) -> Result<f32, Code> {
        let hop = tools.plan.hop;
        if self.alive {
            let last = row.get(row.len().saturating_sub(hop)..).unwrap_or(&[]);
            self.enter(tools, last, tools.next_slot(tools.plan.slots.saturating_sub(1)));
        }
        let y = match self.answer(tools, rank) {
            Some(y) => y,
            None => self.renew(tools, row, rank)?,
        };
        self.life = self.life.saturating_add(1).min(u32::MAX as usize);
        self.leave(tools, row.get(..hop).unwrap_or(&[]));
        Ok(y)
    }

    /// Takes in a hop.
    fn enter<T: Sample>(&mut self, tools: &mut Tools<'_>, x: &[T], slot: usize) {
        let before = self.row;
        tools.visit(x.len());
        for part in x.chunks(CHUNK) {
            let values = T::values(part, &mut tools.chunk);
            let kept = self.row.kept as usize;
            let end = self.head.saturating_add(kept);
            if end.saturating_add(rank::room(values.len())) > self.store.len() {
                if kept > tools.plan.limit {
                    self.alive = false;
                    return;
                }
                self.store.copy_within(self.head..end, 0);
                self.head = 0;
            }
            let place = self.store.get_mut(self.head.saturating_add(kept)..).unwrap_or_default();
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

    /// Takes the oldest hop out.
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
        self.head = if self.row.kept == 0 { 0 } else { self.head.saturating_add(gone.kept as usize) };
    }

    /// The element of that rank of the row taken in; nothing where the interval does not tell.
    fn answer(&self, tools: &mut Tools<'_>, rank: usize) -> Option<f32> {
        let rank = u32::try_from(rank).ok().filter(|_| self.alive)?;
        // With equal ends nothing is kept, and this is what lies below them.
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
        self.store.get(self.head..self.head.saturating_add(self.row.kept as usize)).unwrap_or(&[])
    }

    /// The element of rank `k` among those inside: the elements are spread about evenly, so a narrow interval around
    /// where it should lie leaves few to select from; where they are not, it is selected from all.
    fn inside(&self, tools: &mut Tools<'_>, k: usize) -> Option<f32> {
        let kept = self.kept();
        tools.visit(kept.len());
        if kept.len() > 64 {
            let n = kept.len() as f32;
            let margin = kept.len().isqrt() as f32 * 1.25 + 4.0;
            let place = |at: f32| self.lo + (self.hi - self.lo) * (at / n);
            let (lo, hi) = (place(k as f32 - margin), place(k as f32 + margin));
            let found = rank::keep_between(tools.level, kept, lo, hi, tools.spare);
            let first = found.below.wrapping_sub(found.kept) as usize;
            if k >= first && k < found.below as usize {
                let few = tools.spare.get_mut(..found.kept as usize)?;
                return select::nth(few, k.wrapping_sub(first));
            }
            tools.visit(kept.len());
        }
        let all = tools.spare.get_mut(..kept.len())?;
        all.copy_from_slice(kept);
        select::nth(all, k)
    }

    /// Sets an interval for the row at hand and answers from it.
    fn renew<T: Sample>(&mut self, tools: &mut Tools<'_>, row: &[T], rank: usize) -> Result<f32, Code> {
        // Selecting in every row and setting anew now and then should cost about the same.
        let window = tools.plan.window;
        let most = tools.plan.limit.div_ceil(4);
        if self.life > 0 {
            let selected = self.life.saturating_mul(self.reach).saturating_mul(2);
            if selected < window.saturating_mul(2) {
                self.reach = self.reach.saturating_mul(2).min(most);
            } else if selected > window.saturating_mul(32) {
                self.reach = self.reach.div_ceil(2).max(16).min(most);
            }
        }
        self.life = 0;
        if let Some(y) = self.set_by_sample(tools, row, rank) {
            return Ok(y);
        }
        let mut at = |k: Option<usize>, beyond: f32| match k.filter(|k| *k < row.len()) {
            Some(k) => select::exact(row, k, tools.bins, &mut tools.chunk).ok_or(Code::MISFIT),
            None => Ok(beyond),
        };
        let lo = at(rank.checked_sub(self.reach), f32::NEG_INFINITY)?;
        let hi = at(rank.checked_add(self.reach), f32::INFINITY)?;
        tools.visit(row.len().saturating_mul(6));
        let top = |x: f32| if x.is_nan() { f32::INFINITY } else { x };
        self.set(tools, row, top(lo), top(hi));
        self.answer(tools, rank).ok_or(Code::MISFIT)
    }

    /// Sets an interval from a sample of the row, and narrows it by what is found inside. Nothing where the sample
    /// turns out to be no picture of the row.
    fn set_by_sample<T: Sample>(&mut self, tools: &mut Tools<'_>, row: &[T], rank: usize) -> Option<f32> {
        // An odd step: samples often come in periods of even length.
        let step = row.len().div_ceil(tools.spare.len().max(1)).max(17) | 1;
        let mut n = 0usize;
        for (to, from) in tools.spare.iter_mut().zip(row.iter().step_by(step)) {
            *to = select::plain(from.value());
            n = n.saturating_add(1);
        }
        tools.visit(n);
        // Standard deviation of the rank in the sample: sqrt(n p (1 - p)).
        let (full, at) = (row.len() as u64, rank as u64);
        let spread = at.saturating_mul(full.saturating_sub(at)).checked_div(full)?.saturating_mul(n as u64);
        let spread = spread.checked_div(full)?.isqrt() as usize;
        let margin = self.reach.checked_div(step)?.saturating_add(spread.saturating_mul(5).div_ceil(2));
        let margin = margin.min(tools.plan.limit.saturating_mul(9).div_ceil(20).checked_div(step)?).max(1);
        let centre = usize::try_from(at.saturating_mul(n as u64).checked_div(full)?).ok()?;
        let sample = tools.spare.get_mut(..n)?;
        let hi = select::nth(sample, centre.saturating_add(margin)).unwrap_or(f32::INFINITY);
        let rest = sample.get_mut(..centre.saturating_add(margin).min(n))?;
        let lo = centre.checked_sub(margin).map_or(Some(f32::NEG_INFINITY), |k| select::nth(rest, k))?;
        if lo.is_nan() {
            return None;
        }
        self.set(tools, row, lo, if hi.is_nan() { f32::INFINITY } else { hi });
        self.narrow(tools, row, rank);
        let first = (self.row.below.wrapping_sub(self.row.kept)) as usize;
        let least = self.reach.div_ceil(4);
        let wide = (self.ends || self.lo == f32::NEG_INFINITY || rank >= first.saturating_add(least))
            && (self.ends || self.hi == f32::INFINITY || rank.saturating_add(least) < self.row.below as usize);
        if wide { self.answer(tools, rank) } else { None }
    }

    /// Narrows an interval that has many more inside than its reach asks for.
    fn narrow<T: Sample>(&mut self, tools: &mut Tools<'_>, row: &[T], rank: usize) {
        let kept = self.row.kept as usize;
        let first = (self.row.below as usize).wrapping_sub(kept);
        let Some(k) = rank.checked_sub(first).filter(|k| self.alive && *k < kept) else { return };
        if kept <= self.reach.saturating_mul(3) {
            return;
        }
        tools.visit(kept);
        let (mut lo, mut hi) = (self.lo, self.hi);
        if let Some(all) = tools.spare.get_mut(..kept) {
            all.copy_from_slice(self.kept());
            let above = k.saturating_add(self.reach);
            hi = select::nth(all, above).unwrap_or(hi);
            let rest = all.get_mut(..above.min(kept)).unwrap_or_default();
            lo = k.checked_sub(self.reach).and_then(|k| select::nth(rest, k)).unwrap_or(lo);
        }
        self.set(tools, row, lo, hi);
    }

    /// Sets the interval and takes the whole row in.
    fn set<T: Sample>(&mut self, tools: &mut Tools<'_>, row: &[T], lo: f32, hi: f32) {
        (self.lo, self.hi, self.head, self.row) = (lo, hi, 0, Tally::default());
        (self.alive, self.ends) = (true, true);
        let part = if self.records.is_empty() { row.len() } else { tools.plan.hop };
        for (j, hop) in row.chunks(part.max(1)).enumerate() {
            self.enter(tools, hop, tools.next_slot(j));
            if !self.alive {
                return;
            }
        }
        let Tally { below, kept, under, upto } = self.row;
        // Ranks at the ends are known without counting where nothing can lie beyond them, or next to nothing does.
        let few = self.reach.div_ceil(8);
        let at_lo = below.wrapping_sub(kept).wrapping_sub(under) as usize > few;
        let at_hi =
            if hi == f32::INFINITY { row.len() > below as usize } else { upto.wrapping_sub(below) as usize > few };
        self.ends = lo >= hi || at_lo || at_hi;
    }
}
