//! Which order, which block: every candidate is laid out and reckoned, the fewest bytes near the least estimate win.

use super::cost::{OPEN_WINDOWS, closure_ns, estimate};
use super::{ALL, Estimate, JobPlan, Mode, Order, Plan, PlannedRequest, Planner, last_pass};
use crate::checked;
use crate::graph::Node;
use crate::status::{Error, Result, Status};
use crate::store::cache;
use crate::util::unsigned::{Count, Unsigned};

/// Largest block the planner tries.
const MOST_BLOCK: u64 = 1 << 16;
/// Blocks beyond the cache are tried up to so many times the bytes of the smallest.
const BEYOND: usize = 4;
/// A candidate this many per cent above the least estimate is as good, if it takes fewer bytes.
pub(super) const NEAR_PERCENT: u64 = 2;
/// A row is kept in the cache where making it again costs so many times as much.
const WORTH_KEEPING: u64 = 32;

/// One way to serve a request, laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    /// Windows of a block; of the classic order rows.
    pub(super) block: u64,
    /// Bytes of the job.
    pub(super) bytes: usize,
    /// What it is reckoned to take.
    pub(super) estimate: Estimate,
}

impl Candidate {
    /// True where it is to be taken instead of `other`: clearly faster, or about as fast with no more bytes.
    fn beats(&self, other: &Candidate) -> bool {
        let (own, theirs) = (self.estimate.total(), other.estimate.total());
        own.sat_add(own.sat_mul(NEAR_PERCENT) / 100) < theirs
            || (own <= theirs.sat_add(theirs.sat_mul(NEAR_PERCENT) / 100) && self.bytes <= other.bytes)
    }
}

/// The best of the blocks seen so far: of those near the least estimate the one with the fewest bytes.
fn pick(best: Option<Candidate>, least: u64) -> impl Fn(&Candidate) -> bool {
    let limit = least.sat_add(least.sat_mul(NEAR_PERCENT) / 100);
    move |c| c.estimate.total() <= limit && best.is_none_or(|b| c.bytes < b.bytes)
}

impl Planner<'_, '_> {
    /// Makes the plan; `draft` is working memory.
    pub fn plan(&self, draft: &mut JobPlan<'_>) -> Result<Plan> {
        let mut plan = Plan::EMPTY;
        self.list_requests(&mut plan)?;
        plan.slots = if self.graph.has_scans() { self.options.checkpoint_slots } else { 0 };
        plan.lru = self.options.lru_bytes;
        for served in plan.served.iter_mut().flatten() {
            self.choose_order(draft, served)?;
        }
        for output in self.outputs {
            if let Some(stage) = self.graph.stages().get(output.stage).filter(|s| s.level > 0) {
                let text = "stage {n} needs the end of the stream: evaluate it, its output cannot be pulled";
                return Err(Error::new(Status::Graph, text).name(&stage.name));
            }
        }
        if !self.outputs.is_empty() {
            plan.stream_block = self.choose_block(draft, None, OPEN_WINDOWS)?;
        }
        self.lay_out(draft, &mut plan)?;
        if self.options.spill && (self.options.budget == u64::MAX || checked::count(plan.bytes) > self.options.budget) {
            self.spill_classic(draft, &mut plan)?;
        }
        // Where the budget is smaller than the cache allows, blocks shrink before anything is refused.
        // Each turn halves a block or the slots: at most 64 for each request.
        while checked::count(plan.bytes) > self.options.budget && shrink(&mut plan) {
            self.lay_out(draft, &mut plan)?;
        }
        let mut least = plan;
        while shrink(&mut least) {}
        self.lay_out(draft, &mut least)?;
        plan.min_budget_bytes = least.bytes;
        self.consider_classic(draft, &mut plan)?;
        if checked::count(plan.bytes) > self.options.budget {
            let text = "the budget is {b} bytes; the least that works is {a}";
            return Err(Error::new(Status::Budget, text).a(checked::count(plan.bytes)).b(self.options.budget));
        }
        self.choose_cache(draft, &mut plan)?;
        // What is left of the budget goes to snapshots and leaves: the more, the less is computed twice.
        self.spread_sweeps(draft, &mut plan)?;
        Ok(plan)
    }

    /// Rows of a request, where that is known: asked for, or as many as there are. In the classic order of a graph with
    /// scans the rows before the range count, and behind a reverse scan all there are.
    pub(super) fn rows_of(&self, served: &PlannedRequest) -> Option<u64> {
        let bound = served.windows.map(|w| checked::div_ceil(w, self.graph.rate(Node::Stage(served.request.stage))));
        let before = if self.graph.has_scans() { served.request.first } else { 0 };
        match served.request.count {
            _ if served.levels > 1 => bound,
            ALL => bound,
            count => Some(bound.map_or(u64::MAX, |b| b).min_u64(count.sat_add(before))),
        }
    }

    /// Windows that a request is reckoned with. In sqrt mode the length of sources has no say.
    pub(super) fn windows_of(&self, served: &PlannedRequest) -> u64 {
        let stage = self.graph.stages().get(served.request.stage);
        let rows = match (self.options.mode, served.request.count) {
            (Mode::Sqrt, ALL) => None,
            (Mode::Sqrt, count) => Some(count),
            _ => self.rows_of(served),
        };
        let windows = |rows: u64| stage.map_or(rows, |s| rows.sat_mul(s.rate).sat_add(s.delay));
        rows.map_or(OPEN_WINDOWS, windows).max_u64(1)
    }

    /// Classic where it was asked for, a sweep where it has to be, else blocks.
    fn choose_order(&self, draft: &mut JobPlan<'_>, served: &mut PlannedRequest) -> Result<()> {
        let level = self.graph.stages().get(served.request.stage).map_or(0, |s| s.level);
        served.levels = checked::count(level).sat_add(1);
        let last = last_pass(level, served.request.order);
        if last > 0 {
            self.check_held(served)?;
        }
        let classic = self.options.mode == Mode::Classic && served.request.order == Order::Forward;
        let bounded = served.windows.is_some();
        if last > 0 && !(classic && bounded) {
            // A sweep has a better use for most of its budget than blocks.
            served.block = self.largest_block(draft, served.request.stage, self.options.budget / 4)?;
            served.last_pass = last;
            return self.least_sweep(draft, served);
        }
        if !classic {
            let windows = self.windows_of(served);
            served.block = self.choose_block(draft, Some(served.request.stage), windows)?;
            return Ok(());
        }
        let Some(rows) = self.rows_of(served) else {
            let text = "the classic order needs a request with a count, or a source of known length";
            return Err(Error::new(Status::Argument, text));
        };
        (served.classic, served.block) = (true, rows.max_u64(1));
        Ok(())
    }

    /// Lays out blocks of 1, 2, 4 ... windows: as long as they fit half of the cache, and beyond as long as moving what is
    /// carried from block to block takes a part of the time that counts.
    pub(super) fn each_block(
        &self,
        draft: &mut JobPlan<'_>,
        target: Option<usize>,
        windows: u64,
        see: &mut dyn FnMut(&Candidate),
    ) -> Result<()> {
        let (mut block, mut least, mut moves) = (1u64, 0usize, true);
        // The block doubles: at most 64 turns.
        loop {
            self.blocks(draft, target, block, 0)?;
            let bytes = draft.bytes;
            least = if block == 1 { bytes } else { least };
            let fits = checked::count(bytes) <= self.options.cache_bytes / 2;
            let beyond = moves && bytes <= least.sat_mul(BEYOND);
            if block > 1 && !fits && !beyond {
                return Ok(());
            }
            let estimate = estimate(self.graph, draft, self.options.cache_bytes, windows, false);
            moves = estimate.copies > estimate.total().sat_mul(NEAR_PERCENT) / 100;
            see(&Candidate { block, bytes, estimate });
            if block >= MOST_BLOCK || block >= windows {
                return Ok(());
            }
            block = checked::mul64(block, 2)?;
        }
    }

    /// The block with the fewest bytes among those near the least estimate.
    fn choose_block(&self, draft: &mut JobPlan<'_>, target: Option<usize>, windows: u64) -> Result<u64> {
        let mut least = u64::MAX;
        self.each_block(draft, target, windows, &mut |c| least = least.min_u64(c.estimate.total()))?;
        let mut best: Option<Candidate> = None;
        self.each_block(draft, target, windows, &mut |c| {
            if pick(best, least)(c) {
                best = Some(*c);
            }
        })?;
        Ok(best.map_or(1, |b| b.block))
    }

    /// The largest block of a sweep whose buffers fit half of the cache, and so many bytes.
    fn largest_block(&self, draft: &mut JobPlan<'_>, target: usize, most: u64) -> Result<u64> {
        let most = most.min_u64(self.options.cache_bytes / 2);
        let mut block = 1;
        self.each_block(draft, Some(target), OPEN_WINDOWS, &mut |c| {
            if checked::count(c.bytes) <= most {
                block = c.block;
            }
        })?;
        Ok(block)
    }

    /// A request as it is planned, laid out and reckoned.
    pub(super) fn candidate(&self, draft: &mut JobPlan<'_>, served: &PlannedRequest) -> Result<Candidate> {
        let bytes = self.job(draft, served)?;
        let windows = self.windows_of(served);
        let estimate = estimate(self.graph, draft, self.options.cache_bytes, windows, served.spilled);
        Ok(Candidate { block: served.block, bytes, estimate })
    }

    /// The same request in the classic order, where `auto` may take it: the number of rows is known, and no stage has state.
    /// (With scans the classic order would start from row 0 every time: it has no checkpoints.)
    pub(super) fn as_classic(&self, served: &PlannedRequest) -> Option<PlannedRequest> {
        let may = self.options.mode == Mode::Auto && !self.graph.has_scans() && !served.is_sweep() && !served.classic;
        let rows = self.rows_of(served).filter(|_| may)?;
        Some(PlannedRequest { classic: true, block: rows.max_u64(1), ..*served })
    }

    /// Takes the classic order for requests of `auto` that it serves better, within the budget; where nothing else fits
    /// the budget, in the file.
    fn consider_classic(&self, draft: &mut JobPlan<'_>, plan: &mut Plan) -> Result<()> {
        for i in 0..plan.served.len() {
            let Some(served) = plan.served.get(i).copied().flatten() else { continue };
            let Some(other) = self.as_classic(&served) else { continue };
            let fits = checked::count(plan.bytes) <= self.options.budget;
            let mut trial = *plan;
            if let Some(slot) = trial.served.get_mut(i) {
                *slot = Some(other);
            }
            // Where its bytes do not even fit the address space, it is none.
            if self.lay_out(draft, &mut trial).is_err() {
                continue;
            }
            let better = self.candidate(draft, &other)?.beats(&self.candidate(draft, &served)?);
            if checked::count(trial.bytes) <= self.options.budget && (better || !fits) {
                trial.min_budget_bytes = trial.min_budget_bytes.min(trial.bytes);
                *plan = trial;
            }
        }
        if checked::count(plan.bytes) > self.options.budget && self.options.spill {
            let mut trial = *plan;
            for served in trial.served.iter_mut().flatten() {
                if let Some(other) = self.as_classic(served) {
                    *served = other;
                }
            }
            self.spill_classic(draft, &mut trial)?;
            if checked::count(trial.bytes) <= self.options.budget {
                trial.min_budget_bytes = trial.min_budget_bytes.min(trial.bytes);
                *plan = trial;
            }
        }
        Ok(())
    }

    /// Puts the rows of classic jobs into the file.
    fn spill_classic(&self, draft: &mut JobPlan<'_>, plan: &mut Plan) -> Result<()> {
        for served in plan.served.iter_mut().flatten().filter(|s| s.classic) {
            served.spilled = true;
        }
        self.lay_out(draft, plan)
    }

    /// A row cache out of what is left of the budget, where ranges are asked for whose rows are dear: then they may be
    /// asked for again. At most a quarter of the processor's cache.
    fn choose_cache(&self, draft: &mut JobPlan<'_>, plan: &mut Plan) -> Result<()> {
        let ranged = |s: &PlannedRequest| !s.is_sweep() && s.request.count != ALL;
        if !self.options.choose_lru || self.options.budget == u64::MAX || !plan.served().all(ranged) {
            return Ok(());
        }
        for served in plan.served.iter().flatten() {
            self.job(draft, served)?;
            let row = checked::count(self.graph.shape(Node::Stage(served.request.stage)).bytes());
            // Looking for it, its checksum twice, and two copies.
            let keeping = checked::add64(100, row / 2)?;
            if closure_ns(self.graph, draft, served.request.stage) < keeping.sat_mul(WORTH_KEEPING) {
                return Ok(());
            }
        }
        let spare = self.options.budget.sat_sub(checked::count(plan.bytes));
        let mut with = *plan;
        with.lru = spare.min_u64(self.options.cache_bytes / 4);
        if cache::rows(checked::size(with.lru)?, plan.cache_row) == 0 {
            return Ok(());
        }
        self.lay_out(draft, &mut with)?;
        if checked::count(with.bytes) <= self.options.budget {
            *plan = with;
        }
        Ok(())
    }
}

/// Halves the block of the largest job that can do with less; false where none can.
fn shrink(plan: &mut Plan) -> bool {
    let shrinkable = |s: &&mut PlannedRequest| !s.classic && s.block > 1;
    let largest = plan.served.iter_mut().flatten().filter(shrinkable).max_by_key(|s| s.bytes);
    match largest {
        Some(served) if served.bytes >= plan.stream.len || plan.stream_block <= 1 => served.block /= 2,
        _ if plan.stream_block > 1 => plan.stream_block /= 2,
        Some(served) => served.block /= 2,
        // Fewer checkpoints: longer ways to a row, the same rows.
        None if plan.slots > 2 => plan.slots = (plan.slots / 4).max(1).sat_mul(2),
        None => return false,
    }
    true
}
