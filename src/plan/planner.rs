//! The planner's input, and the layout of single jobs.

use super::areas::Plan;
use super::job::{Feed, JobPlan};
use super::request::{ALL, InputFacts, Order, PlanOptions, PlannedRequest, Request, Run};
use crate::graph::{Graph, Input};
use crate::limits::MAX_REQUESTS;
use crate::status::{Error, Result, Status};
use crate::store::queue::OutputFacts;
use crate::util::unsigned::{Count, Unsigned};

/// Everything that a plan depends on.
pub(crate) struct Planner<'a, 'm> {
    /// The graph.
    pub graph: &'a Graph<'m>,
    /// Facts about each input.
    pub inputs: &'a [InputFacts],
    /// The opened outputs.
    pub outputs: &'a [OutputFacts],
    /// Rows to plan for. Empty: all rows, forward, of every stage without consumers, or none in a pipeline that only
    /// streams.
    pub requests: &'a [Request],
    /// The options.
    pub options: PlanOptions,
    /// Constant tables that changes of parameters may need, of the largest stage.
    pub changed_tables: usize,
}

impl Planner<'_, '_> {
    fn pushed(&self) -> impl Fn(usize) -> bool {
        |i| self.inputs.get(i).is_some_and(|f| f.pushed)
    }

    /// Maximum number of windows, if anything bounds them: the capacities of input buffers and the lengths of sources.
    pub(super) fn windows(&self) -> Option<u64> {
        let of = |(i, f): (&Input, &InputFacts)| match f.pushed {
            true => (i.capacity > 0).then(|| i.windows(i.capacity)),
            false => f.windows,
        };
        self.graph.inputs().iter().zip(self.inputs).filter_map(of).min()
    }

    /// Maximum number of windows that pushed inputs of a given capacity can supply to a block, once the job in `draft`
    /// is laid out for blocks of 1 window. What a block reads before and after its own windows is in the buffer as
    /// well.
    pub(super) fn supply(&self, draft: &JobPlan<'_>) -> u64 {
        let inputs = self.graph.inputs().iter().zip(self.inputs).zip(draft.feeds.iter());
        let limited = inputs.filter(|((i, f), feed)| f.pushed && i.capacity > 0 && feed.active);
        let windows = |((i, _), feed): ((&Input, &InputFacts), &Feed)| {
            i.windows(i.capacity).sat_sub(i.windows(feed.need)).sat_add(1)
        };
        limited.map(windows).min().unwrap_or(u64::MAX)
    }

    pub(super) fn list_requests(&self, plan: &mut Plan) -> Result<()> {
        let all = |stage| Request { stage, first: 0, count: ALL, order: Order::Forward };
        let ends = self.graph.stages().iter().enumerate().filter(|(_, s)| s.consumers == 0);
        let defaults = ends.map(|(i, _)| all(i)).filter(|_| self.requests.is_empty() && !self.options.stream_only);
        let mut slots = plan.planned.iter_mut();
        for request in self.requests.iter().copied().chain(defaults) {
            if request.stage >= self.graph.stages().len() {
                return Err(self.graph.unknown_stage(request.stage));
            }
            let slot = slots.next().ok_or_else(|| {
                Error::new(Status::Limit, "{b} requests: a plan is for at most {a}")
                    .a(MAX_REQUESTS)
                    .b(self.requests.len())
            })?;
            *slot = Some(PlannedRequest::new(request, self.windows()));
        }
        Ok(())
    }

    /// Sizes the blocks of one target, or of the opened outputs.
    fn size_blocks(&self, draft: &mut JobPlan<'_>, target: Option<usize>, block: u64, tile_rows: u64) -> Result<()> {
        draft.clear();
        // Rows of a later level are computed in tiles, of at least one row.
        let later = target.and_then(|t| self.graph.stages().get(t)).is_some_and(|s| s.level > 0);
        draft.leaf = tile_rows.max_u64(u64::from(later));
        match target {
            Some(stage) => draft.want(stage),
            None => self.outputs.iter().for_each(|o| draft.want(o.stage)),
        }
        draft.size_blocks(self.graph, self.pushed(), block)
    }

    /// Lays out the blocks of one target, or of the opened outputs.
    pub(super) fn blocks(
        &self,
        draft: &mut JobPlan<'_>,
        target: Option<usize>,
        block: u64,
        tile_rows: u64,
    ) -> Result<()> {
        self.size_blocks(draft, target, block, tile_rows)?;
        draft.finish(self.graph)
    }

    /// The job of a request without order and places: its rows, samples and states.
    pub(super) fn sizes(&self, draft: &mut JobPlan<'_>, planned: &PlannedRequest) -> Result<()> {
        let stage = planned.request.stage;
        match planned.run {
            Run::Classic { .. } => {
                draft.clear();
                draft.want(stage);
                draft.size_classic(self.graph, self.pushed(), stage, planned.block, planned.windows)
            }
            Run::Blocks => self.size_blocks(draft, Some(stage), planned.block, 0),
            Run::Sweep(sweep) => self.size_blocks(draft, Some(stage), planned.block, sweep.tile_rows),
        }
    }

    /// Lays out the job of a request and returns its size in bytes.
    pub(crate) fn job(&self, draft: &mut JobPlan<'_>, planned: &PlannedRequest) -> Result<usize> {
        self.sizes(draft, planned)?;
        draft.finish(self.graph)?;
        Ok(draft.bytes)
    }

    /// The job of the opened outputs, as [`Planner::sizes`].
    pub(super) fn stream_sizes(&self, draft: &mut JobPlan<'_>, block: u64) -> Result<()> {
        self.size_blocks(draft, None, block, 0)
    }

    /// Lays out the job of the stream.
    pub(crate) fn stream(&self, draft: &mut JobPlan<'_>, block: u64) -> Result<()> {
        self.blocks(draft, None, block, 0)
    }
}
