//! What runs in which order in which bytes: decided before anything runs, from the config and the graph alone.

mod check;
mod choose;
mod cost;
mod explain;
mod job;
mod order;
mod place;
mod sweep;

use crate::store::queue::OutputFacts;
use crate::store::queue::queue_bytes;
use sweep::SweepSizes;

pub use cost::Estimate;
pub use explain::Page;
pub use job::{Feed, JobPlan, Lane};

use crate::checked;
use crate::graph::{Graph, Node};
use crate::limits::{AREA_ALIGN, BUFFER_ALIGN, MAX_INPUTS, MAX_REQUESTS};
use crate::mem::{Span, Work};
use crate::status::{Error, Result, Status};
use crate::store::cache;
use crate::store::checkpoints;
use crate::store::input_buffer;
use crate::util::unsigned::{Count, Unsigned};

/// All rows, or as many as there are.
pub const ALL: u64 = u64::MAX;

/// In which order work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The planner picks.
    Auto,
    /// Stage by stage over the whole range.
    Classic,
    /// Block by block through all stages.
    Sqrt,
}

/// In which order rows are handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// From the first row to the last.
    Forward,
    /// From the last row to the first.
    Reverse,
}

/// What will be asked of the pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Index of the stage whose rows are wanted.
    pub stage: usize,
    /// First row. The plan does not depend on it, but in the classic order with scans, which start from row 0.
    pub first: u64,
    /// Greatest number of rows at a time, or [`ALL`].
    pub count: u64,
    /// Their order.
    pub order: Order,
}

/// The options of planning.
#[derive(Clone, Copy, Debug)]
pub struct PlanOptions {
    /// The mode asked for.
    pub mode: Mode,
    /// Most bytes of work memory; `u64::MAX` for no bound.
    pub budget: u64,
    /// Cache the blocks should fit in: half of it is given to them.
    pub cache_bytes: u64,
    /// Bytes of the row cache; 0 for none.
    pub lru_bytes: u64,
    /// Windows between checkpoints of the scans; 0 for the plan's choice.
    pub checkpoint_every: u64,
    /// Checkpoints of a scan, an even number; 0 for none.
    pub checkpoint_slots: u32,
    /// Slots and leaf rows of every sweep, where the budget has room for them; none for the plan's choice.
    pub sweep: Option<(u64, u64)>,
    /// The planner decides on the row cache.
    pub choose_lru: bool,
    /// Classic jobs may lie in a mapped file.
    pub spill: bool,
}

/// What is known of an input while planning.
#[derive(Clone, Copy, Debug, Default)]
pub struct InputFacts {
    /// It is pushed, not read from a source.
    pub pushed: bool,
    /// Windows it can ever have, where that is known (the length of a source).
    pub windows: Option<u64>,
}

/// A request and how it will be served.
#[derive(Clone, Copy, Debug)]
pub struct PlannedRequest {
    /// The request.
    pub request: Request,
    /// In the classic order.
    pub classic: bool,
    /// Its job lies in the mapped file, not in the work area.
    pub spilled: bool,
    /// Windows of a block; for the classic order the rows there is room for.
    pub block: u64,
    /// Windows there can be, where that bounds the classic order's memory.
    pub windows: Option<u64>,
    /// Bytes of its job.
    pub bytes: usize,
    /// A sweep: number of its last pass over the range, up (even) or down (odd). Its other fields are 0 if it is none.
    pub last_pass: usize,
    /// A sweep: rows that are made and held together, a tile.
    pub leaf: u64,
    /// A sweep: snapshots of level 0 kept at a time.
    pub slots: u64,
    /// A sweep: bytes of these slots, behind the job's.
    pub slot_bytes: usize,
    /// A sweep: tiles for which the states of other levels are kept from pass to pass; 0 where there are none.
    pub tiles: u64,
    /// A sweep: bytes of the slots of these, behind the others.
    pub tile_bytes: usize,
    /// A sweep: bytes of the running snapshots, with a header as in a slot; of the job's bytes.
    pub snapshot_bytes: usize,
    /// A sweep: rows made beyond one pass of each level, all levels together, where the number of rows is known.
    pub extra: u64,
    /// Levels of the target: how often time turns round on the way from an input, and once more.
    pub levels: u64,
}

impl PlannedRequest {
    fn new(request: Request) -> PlannedRequest {
        let (classic, block, windows, bytes) = (false, 1, None, 0);
        PlannedRequest {
            request,
            classic,
            spilled: false,
            block,
            windows,
            bytes,
            last_pass: 0,
            leaf: 0,
            slots: 0,
            slot_bytes: 0,
            tiles: 0,
            tile_bytes: 0,
            snapshot_bytes: 0,
            extra: 0,
            levels: 1,
        }
    }

    /// True where it runs in tiles, pass by pass.
    #[must_use]
    pub fn is_sweep(&self) -> bool {
        self.leaf > 0
    }

    /// Levels whose states are kept for all tiles: those that a later pass in the other direction starts from.
    fn kept_levels(&self) -> usize {
        self.last_pass.sat_sub(1)
    }
}

/// The last pass of a sweep for rows of a level: the first one from there on that runs in the order wanted.
const fn last_pass(level: usize, order: Order) -> usize {
    let down = matches!(order, Order::Reverse);
    level.saturating_add(if (level % 2 == 1) == down { 0 } else { 1 })
}

/// A whole plan: regions of the work area, one behind the other.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    served: [Option<PlannedRequest>; MAX_REQUESTS],
    /// Windows of a block of the stream (the opened outputs); 0 without outputs.
    pub stream_block: u64,
    /// Constant tables of the stages.
    pub tables: Span,
    /// Rings of pushed inputs.
    pub rings: [Span; MAX_INPUTS],
    /// Samples each ring holds.
    pub ring_samples: [u64; MAX_INPUTS],
    /// Queues of the opened outputs.
    pub queues: Span,
    /// The job of the stream.
    pub stream: Span,
    /// The job of an evaluation: as large as the largest.
    pub eval: Span,
    /// Checkpoints of the scans.
    pub checkpoints: Span,
    /// Checkpoints of one scan; 0 without any.
    pub slots: u32,
    /// Windows between them while there are few.
    pub every: u64,
    /// The row cache.
    pub cache: Span,
    /// Bytes it may have.
    pub lru: u64,
    /// The classic job in the mapped file: as large as the largest. It lies behind the work area, as [`Work`] has it.
    pub spill: Span,
    /// Bytes of one cached row, at most.
    pub cache_row: usize,
    /// All of the work area.
    pub bytes: usize,
    /// The alignment it needs.
    pub align: usize,
    /// Bytes on the host's heap.
    pub host_heap_bytes: u64,
    /// The least budget that would do.
    pub min_budget_bytes: usize,
}

impl Plan {
    /// Nothing planned.
    pub const EMPTY: Plan = Plan {
        served: [None; MAX_REQUESTS],
        stream_block: 0,
        tables: Span { at: 0, len: 0 },
        rings: [Span { at: 0, len: 0 }; MAX_INPUTS],
        ring_samples: [0; MAX_INPUTS],
        queues: Span { at: 0, len: 0 },
        stream: Span { at: 0, len: 0 },
        eval: Span { at: 0, len: 0 },
        checkpoints: Span { at: 0, len: 0 },
        slots: 0,
        every: 0,
        cache: Span { at: 0, len: 0 },
        lru: 0,
        spill: Span { at: 0, len: 0 },
        cache_row: 0,
        bytes: 0,
        align: AREA_ALIGN,
        host_heap_bytes: 0,
        min_budget_bytes: 0,
    };

    /// What it was made for.
    pub fn served(&self) -> impl Iterator<Item = &PlannedRequest> {
        self.served.iter().flatten()
    }

    /// How a request is served, if it was planned: the same stage and order, and no more rows than planned. (In the
    /// classic order of a graph with scans, the rows before the range count too: it has no checkpoints.)
    #[must_use]
    pub fn find(&self, ask: &Request, scans: bool) -> Option<&PlannedRequest> {
        let fits = |s: &&PlannedRequest| {
            let rows = if s.classic && scans { ask.first.sat_add(ask.count) } else { ask.count };
            let room = if s.classic { s.block } else { s.request.count };
            s.request.stage == ask.stage && s.request.order == ask.order && (rows <= room || s.request.count == ALL)
        };
        self.served().find(fits)
    }

    /// Where the job of a request lies.
    #[must_use]
    pub fn region(&self, served: &PlannedRequest) -> Span {
        if served.spilled { self.spill } else { self.eval }
    }

    /// True where every request runs in the classic order.
    #[must_use]
    pub fn is_classic(&self) -> bool {
        self.stream_block == 0 && self.served().count() > 0 && self.served().all(|s| s.classic)
    }
}

/// Everything planning looks at.
pub struct Planner<'a, 'm> {
    /// The graph.
    pub graph: &'a Graph<'m>,
    /// Per input.
    pub inputs: &'a [InputFacts],
    /// The opened outputs.
    pub outputs: &'a [OutputFacts],
    /// What will be asked. Empty: every stage without consumers, forward.
    pub requests: &'a [Request],
    /// The options.
    pub options: PlanOptions,
}

impl Planner<'_, '_> {
    fn pushed(&self) -> impl Fn(usize) -> bool {
        |i| self.inputs.get(i).is_some_and(|f| f.pushed)
    }

    /// Windows there can be at most, where anything bounds them: the rings' capacities and the sources' lengths.
    fn windows(&self) -> Option<u64> {
        let of = |(i, f): (&crate::graph::Input, &InputFacts)| match f.pushed {
            true => (i.capacity > 0).then(|| i.windows(i.capacity)),
            false => f.windows,
        };
        self.graph.inputs().iter().zip(self.inputs).filter_map(of).min()
    }

    fn list_requests(&self, plan: &mut Plan) -> Result<()> {
        let all = |stage| Request { stage, first: 0, count: ALL, order: Order::Forward };
        let leaves = self.graph.stages().iter().enumerate().filter(|(_, s)| s.consumers == 0);
        let defaults = leaves.map(|(i, _)| all(i)).filter(|_| self.requests.is_empty());
        let mut slots = plan.served.iter_mut();
        for request in self.requests.iter().copied().chain(defaults) {
            if request.stage >= self.graph.stages().len() {
                return Err(Error::new(Status::Argument, "a request names stage {a}, which there is not")
                    .a(checked::count(request.stage)));
            }
            let slot = slots.next().ok_or_else(|| {
                Error::new(Status::Limit, "a pipeline is sealed for at most {a} requests")
                    .a(checked::count(MAX_REQUESTS))
            })?;
            *slot = Some(PlannedRequest { windows: self.windows(), ..PlannedRequest::new(request) });
        }
        Ok(())
    }

    /// Lays out one target, or the opened outputs.
    fn blocks(&self, draft: &mut JobPlan<'_>, target: Option<usize>, block: u64, leaf: u64) -> Result<()> {
        draft.clear();
        // What stands behind a reverse scan is made in tiles, if of one row.
        let turns = target.and_then(|t| self.graph.stages().get(t)).is_some_and(|s| s.level > 0);
        draft.leaf = leaf.max_u64(u64::from(turns));
        match target {
            Some(stage) => draft.want(stage),
            None => self.outputs.iter().for_each(|o| draft.want(o.stage)),
        }
        draft.blocks(self.graph, self.pushed(), block)
    }

    /// Lays out a request as it will be served, and says how many bytes its job takes.
    pub fn job(&self, draft: &mut JobPlan<'_>, served: &PlannedRequest) -> Result<usize> {
        let stage = served.request.stage;
        if served.classic {
            draft.clear();
            draft.want(stage);
            draft.classic(self.graph, self.pushed(), stage, served.block, served.windows)?;
        } else {
            self.blocks(draft, Some(stage), served.block, served.leaf)?;
        }
        Ok(draft.bytes)
    }

    /// Lays out the stream.
    pub fn stream(&self, draft: &mut JobPlan<'_>, block: u64) -> Result<()> {
        self.blocks(draft, None, block, 0)
    }

    /// Stacks the regions.
    fn lay_out(&self, draft: &mut JobPlan<'_>, plan: &mut Plan) -> Result<()> {
        let mut top = 0;
        let mut needs = [(0u64, 0u64); MAX_INPUTS];
        plan.align = AREA_ALIGN;
        plan.host_heap_bytes = 0;
        let mut tables = 0;
        for stage in self.graph.stages() {
            tables = checked::align_up(checked::add(tables, stage.table_bytes)?, BUFFER_ALIGN)?;
            plan.align = plan.align.max(stage.scratch_align).max(stage.state_align);
            plan.host_heap_bytes = plan.host_heap_bytes.sat_add(stage.host_heap_bytes);
        }
        let mut region = |len: usize| -> Result<Span> {
            let span = Span { at: top, len };
            top = checked::align_up(checked::add(top, len)?, BUFFER_ALIGN)?;
            Ok(span)
        };
        plan.tables = region(tables)?;

        let note = |needs: &mut [(u64, u64); MAX_INPUTS], draft: &JobPlan<'_>| {
            for ((need, ahead), feed) in needs.iter_mut().zip(draft.feeds.iter()) {
                *need = (*need).max_u64(feed.need);
                *ahead = (*ahead).max_u64(if draft.classic { 0 } else { draft.block });
            }
        };
        let mut stream = 0;
        if plan.stream_block > 0 {
            self.stream(draft, plan.stream_block)?;
            note(&mut needs, draft);
            stream = draft.bytes;
        }
        let (mut eval, mut spill, mut cached) = (0, 0, 0);
        for served in plan.served.iter_mut().flatten() {
            served.bytes = self.job(draft, served)?;
            note(&mut needs, draft);
            if served.is_sweep() {
                let sizes = SweepSizes::of(draft, served)?;
                served.slot_bytes = checked::mul(sizes.slot, checked::size(served.slots)?)?;
                served.tile_bytes = checked::mul(sizes.tile, checked::size(served.tiles)?)?;
                served.snapshot_bytes = sizes.running;
            }
            if served.spilled {
                spill = spill.max(served.bytes);
            } else {
                eval = eval.max(checked::add(checked::add(served.bytes, served.slot_bytes)?, served.tile_bytes)?);
            }
            cached = cached.max(self.graph.shape(Node::Stage(served.request.stage)).bytes());
        }
        plan.stream = region(stream)?;
        plan.eval = region(eval)?;
        for (i, input) in self.graph.inputs().iter().enumerate() {
            if !self.inputs.get(i).is_some_and(|f| f.pushed) {
                continue;
            }
            let (need, block) = needs.get(i).copied().unwrap_or_default();
            let least = need.max_u64(input.window);
            let chosen = checked::add64(least, checked::mul64(block.max_u64(1), input.hop)?)?;
            let samples = if input.capacity > 0 { input.capacity } else { chosen };
            self.check_ring(draft, plan, i, samples)?;
            let span = region(input_buffer::bytes(samples, input.sample_bytes())?)?;
            if let (Some(ring), Some(held)) = (plan.rings.get_mut(i), plan.ring_samples.get_mut(i)) {
                (*ring, *held) = (span, samples);
            }
        }
        let mut queues = 0;
        for output in self.outputs {
            let row = self.graph.shape(Node::Stage(output.stage)).bytes();
            let bytes = queue_bytes(output.capacity, row)?;
            queues = checked::align_up(checked::add(queues, bytes)?, BUFFER_ALIGN)?;
        }
        plan.queues = region(queues)?;
        plan.every = match (plan.slots, self.options.checkpoint_every) {
            (0, _) => 0,
            // Where a block ends anyway: a checkpoint then costs no call.
            (_, 0) => {
                plan.served().filter(|s| !s.classic).map(|s| s.block).max().unwrap_or(1).max_u64(plan.stream_block)
            }
            (_, every) => every,
        };
        let mut kept = 0;
        for stage in self.graph.stages() {
            let bytes = checkpoints::bytes(plan.slots, stage.stored_bytes())?;
            kept = checked::align_up(checked::add(kept, bytes)?, BUFFER_ALIGN)?;
        }
        plan.checkpoints = region(kept)?;
        plan.cache_row = cached;
        plan.cache = region(cache::bytes(checked::size(plan.lru)?, cached))?;
        plan.bytes = top;
        plan.spill = Span { at: Work::spill_start(top), len: spill };
        checked::add(plan.spill.at, plan.spill.len)?;
        Ok(())
    }

    /// A ring must hold a window, and what the stream needs at once to make one row of everything: else nothing would
    /// ever come out. (An evaluation sees what is in the ring, however little.)
    fn check_ring(&self, draft: &mut JobPlan<'_>, plan: &Plan, input: usize, samples: u64) -> Result<()> {
        let mut least = self.graph.inputs().get(input).map_or(0, |i| i.window);
        if plan.stream_block > 0 {
            self.blocks(draft, None, 1, 0)?;
            least = least.max_u64(draft.feeds.get(input).map_or(0, |f| f.need));
        }
        if samples >= least {
            return Ok(());
        }
        let text = "the ring of an input holds {b} samples; this graph needs at least {a}";
        Err(Error::new(Status::Argument, text).a(least).b(samples))
    }
}
