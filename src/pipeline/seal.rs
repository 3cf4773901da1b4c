//! Planning, seal and reset: the place of every part in the work area, and the start of the stream.

use super::definition::Pipeline;
use crate::checked;
use crate::exec::{Supply, callback_error, internal};
use crate::graph::Node;
use crate::limits::{BUFFER_ALIGN, MAX_INPUTS};
use crate::mem::{Span, Work};
use crate::plan::{Plan, Request};
use crate::status::{Error, Result, Status};
use crate::store::cache::Cache;
use crate::store::checkpoints::{self, ScanCheckpoints, every_rows};
use crate::store::input_buffer::InputBuffer;
use crate::store::queue::queue_bytes;

impl<'m> Pipeline<'m> {
    /// Fixes graph and memory. `work` has at least the bytes that [`Pipeline::plan`] returns for the same requests.
    pub fn seal(&mut self, requests: &[Request], work: &'m mut [u8]) -> Result<()> {
        self.seal_with(requests, work, &mut [])
    }

    /// As [`Pipeline::seal`], with the bytes of the mapped file, whose number the plan has as well. They are zeros.
    pub fn seal_with(&mut self, requests: &[Request], work: &'m mut [u8], spill: &'m mut [u8]) -> Result<()> {
        self.must_not_be_sealed()?;
        let plan = self.plan(requests)?;
        self.seal_as(plan, work, spill)
    }

    /// Fixes graph and memory with a plan that [`Pipeline::export_plan`] of the same config and graph has made, without
    /// the planner. `bytes` is read again when evaluations begin.
    pub fn seal_planned(&mut self, bytes: &'m [u8], work: &'m mut [u8], spill: &'m mut [u8]) -> Result<()> {
        self.must_not_be_sealed()?;
        let plan = self.load_plan(bytes)?;
        self.frozen = Some(Self::frozen(bytes));
        self.seal_as(plan, work, spill).inspect_err(|_| self.frozen = None)
    }

    fn seal_as(&mut self, plan: Plan, work: &'m mut [u8], spill: &'m mut [u8]) -> Result<()> {
        if work.len() < plan.bytes {
            let text = "the work area has {b} bytes, the plan needs {a} (work_bytes of the plan)";
            return Err(Error::new(Status::Memory, text).a(checked::count(plan.bytes)).b(checked::count(work.len())));
        }
        if spill.len() < plan.spill.len {
            let text = "the file for rows has {b} bytes, the plan needs {a} (spill_bytes of the plan)";
            return Err(Error::new(Status::Memory, text)
                .a(checked::count(plan.spill.len))
                .b(checked::count(spill.len())));
        }
        if !work.as_ptr().addr().is_multiple_of(plan.align) {
            let text = "the work area must be aligned to {a} bytes";
            return Err(Error::new(Status::Align, text).a(checked::count(plan.align)));
        }
        let spill = spill.get_mut(..plan.spill.len).unwrap_or_default();
        self.work = Work::with_spill(work.get_mut(..plan.bytes).unwrap_or_default(), spill);
        let placed = self.lay_out(plan);
        if placed.is_err() {
            // The area is the caller's again.
            self.work = Work::default();
        }
        self.sealed = placed.is_ok();
        if self.sealed {
            self.record_all();
        }
        placed
    }

    /// Gives every part its place in the work area and starts the stream.
    pub(super) fn lay_out(&mut self, plan: Plan) -> Result<()> {
        self.hash = self.graph.hash();
        self.fill_tables(plan.tables)?;
        for (i, (supply, input)) in self.supplies.iter_mut().zip(self.graph.inputs()).enumerate() {
            if let Supply::Pushed(buffer) = supply {
                let span = plan.rings.get(i).copied().unwrap_or_default();
                let samples = plan.ring_samples.get(i).copied().unwrap_or(0);
                *buffer = InputBuffer::new(span, samples, input.sample_bytes());
            }
        }
        let mut at = plan.queues.at;
        for output in self.outputs.iter_mut() {
            let row = self.graph.shape(Node::Stage(output.facts.stage)).bytes();
            let len = queue_bytes(output.facts.capacity, row)?;
            output.span = Span { at, len };
            at = checked::align_up(checked::add(at, len)?, BUFFER_ALIGN)?;
        }
        self.cache = Cache::new(&mut self.work, plan.cache, plan.cache_row);
        self.checkpoints.remove_all();
        let mut at = plan.checkpoints.at;
        for (i, stage) in self.graph.stages().iter().enumerate() {
            let len = checkpoints::bytes(plan.slots, stage.stored_bytes())?;
            let every = every_rows(plan.every, stage.rate);
            let (span, slots, state) = (Span { at, len }, plan.slots, stage.stored_bytes());
            let scan = ScanCheckpoints::new(&mut self.work, span, i, slots, state, every, self.hash)?;
            self.checkpoints.add(scan);
            at = checked::align_up(checked::add(at, len)?, BUFFER_ALIGN)?;
        }
        self.plan = plan;
        if plan.stream_block > 0 {
            self.lay_out_job(None)?;
            core::mem::swap(&mut self.draft, &mut self.stream.plan);
        }
        self.start_stream()
    }

    /// Starts the stream at row 0, if the plan has one.
    fn start_stream(&mut self) -> Result<()> {
        if self.plan.stream_block == 0 {
            return Ok(());
        }
        let region = self.plan.stream;
        let (stream, mut context) = self.split_stream();
        stream.start(&mut context, region, None, &|_| (0, u64::MAX))
    }

    /// Places the constant tables of the stages and has each stage fill its own.
    fn fill_tables(&mut self, tables: Span) -> Result<()> {
        let mut skip = 0;
        for stage in self.graph.stages_mut() {
            stage.table = Span { at: checked::add(tables.at, skip)?, len: stage.table_bytes };
            skip = checked::align_up(checked::add(skip, stage.table_bytes)?, BUFFER_ALIGN)?;
            let Some(bytes) = self.work.bytes(stage.table) else {
                return internal("a table is outside the work area");
            };
            let filled = if stage.table_bytes > 0 { stage.kernel.prepare(bytes) } else { Ok(()) };
            let text = "stage {n} returned {a} for its table";
            filled.map_err(|code| callback_error(code, text).name(&stage.name))?;
            stage.table_sum = crate::crc::crc32c(bytes);
        }
        Ok(())
    }

    /// Returns to row 0 of new input, with the same graph, plan and memory. Sources keep their length.
    pub fn reset(&mut self) -> Result<()> {
        (self.evaluation, self.saved_sweep) = (None, None);
        if self.sealed {
            self.rebuild()?;
        }
        self.changes.clear();
        let reset = self.clear_contents();
        if self.sealed {
            self.record_all();
        }
        reset
    }

    /// Discards samples, queued and cached rows and checkpoints, and starts the stream.
    fn clear_contents(&mut self) -> Result<()> {
        for supply in self.supplies.iter_mut() {
            if let Supply::Pushed(buffer) = supply {
                buffer.reset();
            }
        }
        for output in self.outputs.iter_mut() {
            (output.head, output.tail) = (0, 0);
        }
        self.released = [0; MAX_INPUTS];
        self.gaps.clear();
        self.cache.clear(&mut self.work);
        self.checkpoints.clear(&mut self.work);
        self.start_stream()
    }
}

#[cfg(test)]
mod tests {
    use crate::dtype::Dtype;
    use crate::graph::{Boundary, EdgeSpec, GraphLimits, InputSpec};
    use crate::io::{Source, SourceBox};
    use crate::kernel::{Code, Kernel, RowShape, StageIo, StageSpec};
    use crate::pipeline::{Config, Pipeline};
    use crate::plan::{Mode, Order, PlanOptions, Request};
    use std::vec;

    struct Nothing;

    impl Kernel for Nothing {
        fn run(&self, _: &mut StageIo<'_>) -> Result<(), Code> {
            Ok(())
        }
    }

    impl Source for Nothing {
        fn read(&mut self, _: u64, _: &mut [u8], _: usize) -> Result<usize, Code> {
            Err(Code(1))
        }
    }

    /// A flipped bit in the level of a stage changes the plan at most: the planner runs over a bounded number of
    /// passes.
    #[test]
    fn planning_ends_whatever_a_level_is() {
        let limits = GraphLimits { stages: 2, edges: 2 };
        let options = PlanOptions {
            mode: Mode::Sqrt,
            budget: u64::MAX,
            cache_bytes: 16 << 10,
            lru_bytes: 0,
            checkpoint_every: 0,
            checkpoint_slots: 0,
            sweep: None,
            choose_lru: false,
            spill: false,
            stream_only: false,
        };
        let input = InputSpec { name: "input", dtype: Dtype::F32, channels: 1, window: 4, hop: 4, capacity: 0 };
        let config = Config { input, options, limits, param_bytes: 0, host_heap: true };
        let bytes = Pipeline::control_bytes(limits, 0, 0).unwrap();
        let mut control = vec![core::mem::MaybeUninit::<u8>::uninit(); bytes + 8];
        let start = control.as_ptr().align_offset(8);
        let mut p = Pipeline::new(&config, &mut control[start..start + bytes]).unwrap();
        let edge = EdgeSpec { name: "input", lookback: 0, lookahead: 0, boundary: Boundary::Zero };
        let shape = RowShape { dtype: Dtype::F32, len: 1 };
        let spec = StageSpec { state_bytes: 4, reverse: true, ..StageSpec::new(Nothing, shape) };
        p.add_stage("back", &[edge], spec).unwrap();
        p.set_source(0, SourceBox::new(Nothing), 4000, false).unwrap();
        for order in [Order::Forward, Order::Reverse] {
            let ask = [Request { stage: 0, first: 0, count: 1000, order }];
            for bit in 0..usize::BITS {
                p.graph.stages_mut()[0].level ^= 1 << bit;
                let _ = p.plan(&ask);
                p.graph.stages_mut()[0].level ^= 1 << bit;
            }
            p.plan(&ask).unwrap();
        }
    }
}
