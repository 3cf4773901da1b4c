//! The layout of the work area: the size of every region, and the regions one after another.

use super::areas::Plan;
use super::job::JobPlan;
use super::planner::Planner;
use super::request::{Run, SweepPlan};
use crate::checked;
use crate::graph::Node;
use crate::limits::{AREA_ALIGN, BUFFER_ALIGN, MAX_INPUTS};
use crate::mem::{Span, Work};
use crate::status::{Error, Result, Status};
use crate::store::queue::queue_bytes;
use crate::store::state_slots::StateSlots;
use crate::store::{cache, checkpoints, input_buffer};
use crate::util::unsigned::{Count, Unsigned};

/// Sizes of what a sweep keeps in bytes, headers included.
pub(super) struct SweepSizes {
    /// A slot of level 0; 0 if level 0 has no state.
    pub(super) slot: usize,
    /// The kept levels of one tile.
    pub(super) tile: usize,
    /// The running snapshots.
    pub(super) running: usize,
}

impl SweepSizes {
    /// Returns the sizes for a sweep whose job is laid out in `draft`.
    pub(super) fn of(draft: &JobPlan<'_>, sweep: &SweepPlan) -> Result<SweepSizes> {
        let slot_of = |bytes: usize| if bytes == 0 { Ok(0) } else { StateSlots::slot_bytes(bytes) };
        let slot = slot_of(draft.snapshot(0).len)?;
        let mut running = slot;
        let mut widest = 0;
        for (level, group) in draft.snapshots.iter().enumerate().skip(1) {
            running = checked::add(running, slot_of(group.len)?)?;
            if level <= sweep.kept_levels() {
                widest = widest.max(group.len);
            }
        }
        let tile = checked::mul(StateSlots::slot_bytes(widest)?, sweep.kept_levels())?;
        Ok(SweepSizes { slot, tile, running })
    }
}

/// Regions of a work area, one after another.
struct Stack {
    top: usize,
}

impl Stack {
    /// The next region of `len` bytes.
    fn region(&mut self, len: usize) -> Result<Span> {
        let span = Span { at: self.top, len };
        self.top = checked::align_up(checked::add(self.top, len)?, BUFFER_ALIGN)?;
        Ok(span)
    }
}

/// Requirements of all jobs together.
#[derive(Default)]
struct Demand {
    /// Per input: the samples that a job needs at once, and the windows of its block.
    inputs: [(u64, u64); MAX_INPUTS],
    /// Bytes of the stream's job.
    stream: usize,
    /// Bytes of the largest job of an evaluation in the work area, and in the mapped file.
    eval: usize,
    spill: usize,
    /// Bytes of the largest row of a request.
    row: usize,
}

impl Demand {
    fn note_inputs(&mut self, draft: &JobPlan<'_>) {
        for ((need, block), feed) in self.inputs.iter_mut().zip(draft.feeds.iter()) {
            *need = (*need).max_u64(feed.need);
            *block = (*block).max_u64(if draft.classic { 0 } else { draft.block });
        }
    }
}

impl Planner<'_, '_> {
    /// Lays out every job that has changed, and computes the regions.
    pub(super) fn lay_out(&self, draft: &mut JobPlan<'_>, plan: &mut Plan) -> Result<()> {
        if plan.stream_block > 0 && plan.stream_laid != plan.stream_block {
            self.stream(draft, plan.stream_block)?;
            plan.stream.len = draft.bytes;
            plan.stream_laid = plan.stream_block;
        }
        for planned in plan.planned.iter_mut().flatten().filter(|p| !p.is_laid()) {
            let bytes = self.job(draft, planned)?;
            planned.set_bytes(bytes);
        }
        self.regions(draft, plan)
    }

    /// Computes the size of every region and stacks them. The sizes of the jobs are in the plan.
    pub(super) fn regions(&self, draft: &mut JobPlan<'_>, plan: &mut Plan) -> Result<()> {
        let mut stack = Stack { top: 0 };
        plan.tables = stack.region(self.tables(plan)?)?;
        let demand = self.demand(draft, plan)?;
        plan.stream = stack.region(demand.stream)?;
        plan.eval = stack.region(demand.eval)?;
        self.input_buffers(draft, plan, &demand, &mut stack)?;
        let mut queues = 0;
        for output in self.outputs {
            let row = self.graph.shape(Node::Stage(output.stage)).bytes();
            let bytes = queue_bytes(output.capacity, row)?;
            queues = checked::align_up(checked::add(queues, bytes)?, BUFFER_ALIGN)?;
        }
        plan.queues = stack.region(queues)?;
        plan.every = match (plan.slots, self.options.checkpoint_every) {
            (0, _) => 0,
            // Where a block ends anyway: a checkpoint then needs no additional call.
            (_, 0) => plan.largest_block(),
            (_, every) => every,
        };
        let mut stored = 0;
        for stage in self.graph.stages() {
            let bytes = checkpoints::bytes(plan.slots, stage.stored_bytes())?;
            stored = checked::align_up(checked::add(stored, bytes)?, BUFFER_ALIGN)?;
        }
        plan.checkpoints = stack.region(stored)?;
        plan.cache_row = demand.row;
        plan.cache = stack.region(cache::bytes(checked::size(plan.lru)?, demand.row))?;
        plan.bytes = stack.top;
        plan.spill = Span { at: Work::spill_start(stack.top), len: demand.spill };
        checked::add(plan.spill.at, plan.spill.len)?;
        Ok(())
    }

    /// Bytes of the constant tables; also sets the plan's alignment and the bytes on the host's heap.
    fn tables(&self, plan: &mut Plan) -> Result<usize> {
        plan.align = AREA_ALIGN;
        plan.host_heap_bytes = 0;
        let (mut tables, mut largest) = (0, 0);
        for stage in self.graph.stages() {
            tables = checked::align_up(checked::add(tables, stage.table_bytes)?, BUFFER_ALIGN)?;
            largest = stage.table_bytes.max(largest);
            plan.align = plan.align.max(stage.scratch_align).max(stage.state_align);
            plan.host_heap_bytes = plan.host_heap_bytes.sat_add(stage.host_heap_bytes);
        }
        let changed = checked::mul(checked::align_up(largest, BUFFER_ALIGN)?, self.changed_tables)?;
        checked::add(tables, changed)
    }

    /// The requirements of all jobs; also sets the sizes of what sweeps keep.
    fn demand(&self, draft: &mut JobPlan<'_>, plan: &mut Plan) -> Result<Demand> {
        let mut demand = Demand::default();
        if plan.stream_block > 0 {
            demand.stream = plan.stream.len;
            self.stream_sizes(draft, plan.stream_block)?;
            demand.note_inputs(draft);
        }
        for planned in plan.planned.iter_mut().flatten() {
            self.sizes(draft, planned)?;
            demand.note_inputs(draft);
            let mut bytes = planned.bytes;
            if let Run::Sweep(sweep) = &mut planned.run {
                let sizes = SweepSizes::of(draft, sweep)?;
                sweep.slot_bytes = checked::mul(sizes.slot, checked::size(sweep.slots)?)?;
                sweep.tile_bytes = checked::mul(sizes.tile, checked::size(sweep.tiles)?)?;
                sweep.snapshot_bytes = sizes.running;
                bytes = checked::add(checked::add(bytes, sweep.slot_bytes)?, sweep.tile_bytes)?;
            }
            if planned.is_spilled() {
                demand.spill = demand.spill.max(bytes);
            } else {
                demand.eval = demand.eval.max(bytes);
            }
            demand.row = demand.row.max(self.graph.shape(Node::Stage(planned.request.stage)).bytes());
        }
        Ok(demand)
    }

    /// Places the buffers of pushed inputs.
    fn input_buffers(
        &self,
        draft: &mut JobPlan<'_>,
        plan: &mut Plan,
        demand: &Demand,
        stack: &mut Stack,
    ) -> Result<()> {
        for (i, input) in self.graph.inputs().iter().enumerate() {
            if !self.inputs.get(i).is_some_and(|f| f.pushed) {
                continue;
            }
            let (need, block) = demand.inputs.get(i).copied().unwrap_or_default();
            let chosen = checked::add64(need.max_u64(input.window), checked::mul64(block.max_u64(1), input.hop)?)?;
            let samples = if input.capacity > 0 { input.capacity } else { chosen };
            self.check_capacity(draft, plan, i, samples)?;
            let span = stack.region(input_buffer::bytes(samples, input.sample_bytes())?)?;
            if let (Some(ring), Some(held)) = (plan.rings.get_mut(i), plan.ring_samples.get_mut(i)) {
                (*ring, *held) = (span, samples);
            }
        }
        Ok(())
    }

    /// An input buffer must hold a window, and the samples from which the stream computes one row of every output:
    /// otherwise no row would ever be delivered. (An evaluation uses the samples that are in the buffer.)
    fn check_capacity(&self, draft: &mut JobPlan<'_>, plan: &Plan, input: usize, samples: u64) -> Result<()> {
        let mut min = self.graph.inputs().get(input).map_or(0, |i| i.window);
        if plan.stream_block > 0 {
            self.stream_sizes(draft, 1)?;
            min = min.max_u64(draft.feeds.get(input).map_or(0, |f| f.need));
        }
        if samples >= min {
            return Ok(());
        }
        let text = "the buffer of {i} holds {b} samples, this graph needs at least {a}: raise input_capacity";
        let error = Error::new(Status::Argument, text).a(min).b(samples);
        Err(self.graph.inputs().get(input).map_or(error, |i| error.name(&i.name)))
    }
}
