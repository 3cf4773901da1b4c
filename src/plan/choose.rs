//! The choice of order and block: every candidate is laid out and its time estimated. Among those near the lowest
//! estimate, the one with the fewest bytes is taken.

use super::areas::Plan;
use super::cost::{Estimate, OPEN_WINDOWS, closure_ns, estimate};
use super::job::JobPlan;
use super::planner::Planner;
use super::request::{ALL, Mode, Order, PlannedRequest, Run, last_pass};
use crate::checked;
use crate::graph::Node;
use crate::limits::MAX_LEVELS;
use crate::status::{Error, Result, Status};
use crate::store::cache;
use crate::util::unsigned::{Count, Unsigned};

/// Largest block the planner tries.
const MAX_BLOCK: u64 = 1 << 16;
/// Blocks that do not fit the cache are tried up to this many times the bytes of the smallest.
const BEYOND: usize = 4;
/// A candidate up to this many percent above the lowest estimate is preferred if it needs fewer bytes.
pub(super) const NEAR_PERCENT: u64 = 2;
/// Rows are cached if computing them is this many times as expensive as caching them.
const WORTH_KEEPING: u64 = 32;

/// A way to run a request, laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    /// Windows of a block; rows in the classic order.
    pub(super) block: u64,
    /// Bytes of the job.
    pub(super) bytes: usize,
    /// Estimated time.
    pub(super) estimate: Estimate,
}

impl Candidate {
    /// True if it is better than `other`: clearly faster, or about as fast with no more bytes.
    fn beats(&self, other: &Candidate) -> bool {
        let (own, theirs) = (self.estimate.total(), other.estimate.total());
        own.sat_add(own.sat_mul(NEAR_PERCENT) / 100) < theirs
            || (own <= theirs.sat_add(theirs.sat_mul(NEAR_PERCENT) / 100) && self.bytes <= other.bytes)
    }
}

/// Maximum number of candidates: the powers of two up to [`MAX_BLOCK`], and what the input buffers can supply.
const CANDIDATES: usize = 18;

impl Planner<'_, '_> {
    /// Computes the plan; `draft` is working memory.
    pub(crate) fn plan(&self, draft: &mut JobPlan<'_>) -> Result<Plan> {
        let mut plan = Plan::EMPTY;
        self.list_requests(&mut plan)?;
        plan.slots = if self.graph.has_scans() { self.options.checkpoint_slots } else { 0 };
        // Only rows of evaluations are cached.
        plan.lru = if self.options.stream_only { 0 } else { self.options.lru_bytes };
        for planned in plan.planned.iter_mut().flatten() {
            self.choose_order(draft, planned)?;
        }
        for output in self.outputs {
            if let Some(stage) = self.graph.stages().get(output.stage).filter(|s| s.level > 0) {
                let text = "stage {n} needs the end of the stream, its output cannot be pulled: evaluate it";
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
        // Blocks shrink to the budget before a request is refused.
        // Each turn halves a block or the slots: at most 64 turns per request.
        while checked::count(plan.bytes) > self.options.budget && shrink(&mut plan) {
            self.lay_out(draft, &mut plan)?;
        }
        let mut smallest = plan;
        while shrink(&mut smallest) {}
        self.lay_out(draft, &mut smallest)?;
        plan.min_budget_bytes = smallest.bytes;
        self.consider_classic(draft, &mut plan)?;
        if checked::count(plan.bytes) > self.options.budget {
            let text = "the budget is {b} bytes; the minimum is {a}: raise memory_budget_bytes";
            return Err(Error::new(Status::Budget, text).a(checked::count(plan.bytes)).b(self.options.budget));
        }
        self.choose_cache(draft, &mut plan)?;
        // The rest of the budget goes to snapshots and tiles: the more bytes, the fewer rows are
        // computed twice.
        self.spread_sweeps(draft, &mut plan)?;
        Ok(plan)
    }

    /// Rows of a request, if known: those requested, or all. In a graph with scans the rows before the range count too;
    /// if the target depends on a reverse scan, all rows count.
    pub(super) fn rows_of(&self, planned: &PlannedRequest) -> Option<u64> {
        let bound = planned.windows.map(|w| checked::div_ceil(w, self.graph.rate(Node::Stage(planned.request.stage))));
        let before = if self.graph.has_scans() { planned.request.first } else { 0 };
        match planned.request.count {
            _ if planned.levels > 1 => bound,
            ALL => bound,
            count => Some(bound.map_or(u64::MAX, |b| b).min_u64(count.sat_add(before))),
        }
    }

    /// Windows that the estimate of a request assumes. In sqrt mode the lengths of sources do not count.
    pub(super) fn windows_of(&self, planned: &PlannedRequest) -> u64 {
        let stage = self.graph.stages().get(planned.request.stage);
        let rows = match (self.options.mode, planned.request.count) {
            (Mode::Sqrt, ALL) => None,
            (Mode::Sqrt, count) => Some(count),
            _ => self.rows_of(planned),
        };
        let windows = |rows: u64| stage.map_or(rows, |s| rows.sat_mul(s.rate).sat_add(s.delay));
        rows.map_or(OPEN_WINDOWS, windows).max_u64(1)
    }

    /// Chooses the classic order if requested, a sweep if necessary, otherwise blocks.
    fn choose_order(&self, draft: &mut JobPlan<'_>, planned: &mut PlannedRequest) -> Result<()> {
        let stage = planned.request.stage;
        // Bounded even where a flipped bit has changed it: loops of the planner run over the passes.
        let level = self.graph.stages().get(stage).map_or(0, |s| s.level.min(MAX_LEVELS));
        planned.levels = checked::count(level).sat_add(1);
        let last = last_pass(level, planned.request.order);
        if last > 0 {
            self.check_held(planned)?;
        }
        let classic = self.options.mode == Mode::Classic && planned.request.order == Order::Forward;
        let bounded = planned.windows.is_some();
        if last > 0 && !(classic && bounded) {
            // Slots and tiles make better use of the rest of the budget than blocks.
            planned.block = self.largest_block(draft, stage, self.options.budget / 4)?;
            planned.run = Run::Sweep(self.smallest_sweep(draft, planned, last)?);
            return Ok(());
        }
        if !classic {
            let windows = self.windows_of(planned);
            planned.block = self.choose_block(draft, Some(stage), windows)?;
            return Ok(());
        }
        let Some(rows) = self.rows_of(planned) else {
            let text = "stage {n}: the classic order needs a request with a count, or sources of known length";
            return Err(self.graph.about_stage(planned.request.stage, Error::new(Status::Argument, text)));
        };
        (planned.run, planned.block) = (Run::Classic { spilled: false }, rows.max_u64(1));
        Ok(())
    }

    /// Lays out blocks of 1, 2, 4 ... windows, as long as they fit half of the cache. Larger ones follow as long as the
    /// rows carried from block to block need a noticeable part of the time. The last one has as many windows as the
    /// input buffers can supply.
    pub(super) fn each_block(
        &self,
        draft: &mut JobPlan<'_>,
        target: Option<usize>,
        windows: u64,
        see: &mut dyn FnMut(&Candidate),
    ) -> Result<()> {
        let (mut block, mut smallest, mut moves, mut largest) = (1u64, 0usize, true, MAX_BLOCK);
        // The block doubles: at most 64 turns.
        loop {
            self.blocks(draft, target, block, 0)?;
            let bytes = draft.bytes;
            if block == 1 {
                (smallest, largest) = (bytes, largest.min_u64(self.supply(draft)));
            }
            let fits = checked::count(bytes) <= self.options.cache_bytes / 2;
            let beyond = moves && bytes <= smallest.sat_mul(BEYOND);
            if block > 1 && !fits && !beyond {
                return Ok(());
            }
            let estimate = estimate(self.graph, draft, self.options.cache_bytes, windows, false);
            moves = estimate.copies > estimate.total().sat_mul(NEAR_PERCENT) / 100;
            see(&Candidate { block, bytes, estimate });
            if block >= largest || block >= windows {
                return Ok(());
            }
            block = checked::mul64(block, 2)?.min_u64(largest);
        }
    }

    /// The block with the fewest bytes among those near the lowest estimate.
    fn choose_block(&self, draft: &mut JobPlan<'_>, target: Option<usize>, windows: u64) -> Result<u64> {
        // Estimate, bytes and block of each.
        let mut seen = [(u64::MAX, 0usize, 1u64); CANDIDATES];
        let mut slots = seen.iter_mut();
        self.each_block(draft, target, windows, &mut |c| {
            if let Some(slot) = slots.next() {
                *slot = (c.estimate.total(), c.bytes, c.block);
            }
        })?;
        let lowest = seen.iter().map(|s| s.0).min().unwrap_or(u64::MAX);
        let limit = lowest.sat_add(lowest.sat_mul(NEAR_PERCENT) / 100);
        let near = seen.iter().filter(|(total, bytes, _)| *total <= limit && *bytes > 0);
        // The first one of the smallest.
        Ok(near.min_by_key(|(_, bytes, _)| *bytes).map_or(1, |(.., block)| *block))
    }

    /// The largest block of a sweep whose buffers fit half of the cache and `max` bytes.
    fn largest_block(&self, draft: &mut JobPlan<'_>, target: usize, max: u64) -> Result<u64> {
        let max = max.min_u64(self.options.cache_bytes / 2);
        let mut block = 1;
        self.each_block(draft, Some(target), OPEN_WINDOWS, &mut |c| {
            if checked::count(c.bytes) <= max {
                block = c.block;
            }
        })?;
        Ok(block)
    }

    /// Lays out a request as planned and estimates its time.
    pub(super) fn candidate(&self, draft: &mut JobPlan<'_>, planned: &PlannedRequest) -> Result<Candidate> {
        let bytes = self.job(draft, planned)?;
        let windows = self.windows_of(planned);
        let estimate = estimate(self.graph, draft, self.options.cache_bytes, windows, planned.is_spilled());
        Ok(Candidate { block: planned.block, bytes, estimate })
    }

    /// The same request in the classic order, if `auto` may choose it: the number of rows is known, and no stage has
    /// state. (With scans the classic order would start from row 0 for every range: it has no checkpoints.)
    pub(super) fn as_classic(&self, planned: &PlannedRequest) -> Option<PlannedRequest> {
        let may = self.options.mode == Mode::Auto && !self.graph.has_scans() && planned.run == Run::Blocks;
        let rows = self.rows_of(planned).filter(|_| may)?;
        Some(PlannedRequest { run: Run::Classic { spilled: false }, block: rows.max_u64(1), ..*planned })
    }

    /// Changes requests of `auto` to the classic order if that is better and within the budget. If nothing else fits
    /// the budget, their rows go into the mapped file.
    // Its copy of the plan is not on the stack of the caller.
    #[cfg_attr(not(feature = "std"), inline(never))]
    fn consider_classic(&self, draft: &mut JobPlan<'_>, plan: &mut Plan) -> Result<()> {
        let mut trial;
        for i in 0..plan.planned.len() {
            let Some(planned) = plan.planned.get(i).copied().flatten() else { continue };
            let Some(other) = self.as_classic(&planned) else { continue };
            let fits = checked::count(plan.bytes) <= self.options.budget;
            trial = *plan;
            if let Some(slot) = trial.planned.get_mut(i) {
                *slot = Some(other);
            }
            // Its bytes may not even fit the address space.
            if self.lay_out(draft, &mut trial).is_err() {
                continue;
            }
            let better = self.candidate(draft, &other)?.beats(&self.candidate(draft, &planned)?);
            if checked::count(trial.bytes) <= self.options.budget && (better || !fits) {
                trial.min_budget_bytes = trial.min_budget_bytes.min(trial.bytes);
                *plan = trial;
            }
        }
        if checked::count(plan.bytes) > self.options.budget && self.options.spill {
            trial = *plan;
            for planned in trial.planned.iter_mut().flatten() {
                if let Some(other) = self.as_classic(planned) {
                    *planned = other;
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

    /// Places the rows of classic jobs in the mapped file.
    fn spill_classic(&self, draft: &mut JobPlan<'_>, plan: &mut Plan) -> Result<()> {
        for planned in plan.planned.iter_mut().flatten().filter(|p| p.is_classic()) {
            planned.run = Run::Classic { spilled: true };
        }
        self.lay_out(draft, plan)
    }

    /// Adds a row cache from the rest of the budget if all requests are ranges of expensive rows: such rows may be
    /// requested again. It uses at most a quarter of the processor cache.
    // Its copy of the plan is not on the stack of the caller.
    #[cfg_attr(not(feature = "std"), inline(never))]
    fn choose_cache(&self, draft: &mut JobPlan<'_>, plan: &mut Plan) -> Result<()> {
        let ranged = |p: &PlannedRequest| p.sweep().is_none() && p.request.count != ALL;
        if !self.options.choose_lru || self.options.budget == u64::MAX || !plan.requests().all(ranged) {
            return Ok(());
        }
        for planned in plan.requests() {
            self.sizes(draft, planned)?;
            let row = checked::count(self.graph.shape(Node::Stage(planned.request.stage)).bytes());
            // The search, the checksum twice, and two copies.
            let keeping = checked::add64(100, row / 2)?;
            if closure_ns(self.graph, draft, planned.request.stage) < keeping.sat_mul(WORTH_KEEPING) {
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

/// Halves the block of the largest job that can shrink, else the checkpoints; false if nothing can.
fn shrink(plan: &mut Plan) -> bool {
    let shrinkable = |p: &&mut PlannedRequest| !p.is_classic() && p.block > 1;
    let largest = plan.planned.iter_mut().flatten().filter(shrinkable).max_by_key(|p| p.bytes);
    match largest {
        Some(planned) if planned.bytes >= plan.stream.len || plan.stream_block <= 1 => planned.block /= 2,
        _ if plan.stream_block > 1 => plan.stream_block /= 2,
        Some(planned) => planned.block /= 2,
        // With fewer checkpoints more rows are computed on the way to a row; the rows are the same.
        None if plan.slots > 2 => plan.slots = (plan.slots / 4).max(1).sat_mul(2),
        None => return false,
    }
    true
}
