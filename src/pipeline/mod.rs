//! A pipeline: the graph, its plan, its memory, and the two jobs that run on it, the stream and an evaluation.
//!
//! This is the whole library as a Rust type; the C API is a thin layer over it. Its memory is two areas of the caller:
//! the control area, from which the tables are carved when it is made, and the work area, given when it is sealed.

mod calls;
mod evaluate;
mod integrity;
mod restore;
mod save;
mod stats;
mod stream;
mod sweep;
mod sweep_state;

use crate::store::queue::Output;
pub use evaluate::Ask;
pub use restore::Resume;
pub use stats::{PlanInfo, Stats, SweepInfo};

use crate::checked;
use crate::exec::{Counts, Job, JobContext, Supply};
use crate::graph::{EdgeSpec, Graph, GraphLimits, InputSpec, Node};
use crate::io::SourceBox;
use crate::kernel::{Code, StageSpec};
use crate::limits::{AREA_ALIGN, BUFFER_ALIGN, MAX_INPUTS};
use crate::mem::{Carver, FixedVec, Layout, Span, Work};
use crate::plan::{InputFacts, JobPlan, Mode, Page, Plan, PlanOptions, Planner, Request};
use crate::status::{Error, Result, Status};
use crate::store::cache::Cache;
use crate::store::checkpoints;
use crate::store::checkpoints::{CheckpointTable, ScanCheckpoints, every_rows};
use crate::store::input_buffer::InputBuffer;
use crate::store::queue::{OutputFacts, queue_bytes};
use crate::util::unsigned::Unsigned;
use core::mem::MaybeUninit;

/// What a pipeline is made with.
#[derive(Clone, Copy, Debug)]
pub struct Config<'a> {
    /// The first input; its name is `"input"`.
    pub input: InputSpec<'a>,
    /// The options of planning.
    pub options: PlanOptions,
    /// Sizes of the tables.
    pub limits: GraphLimits,
    /// Bytes for the parameters of built-in stages (filter taps and the like).
    pub param_bytes: usize,
    /// True where stages may take memory from the host's heap.
    pub host_heap: bool,
}

/// Damage found and made good.
#[derive(Clone, Copy, Debug, Default)]
struct Repairs {
    crc_failures: u64,
    repairs: u64,
}

/// A pipeline.
#[derive(Debug)]
pub struct Pipeline<'m> {
    graph: Graph<'m>,
    supplies: FixedVec<'m, Supply<'m>>,
    outputs: FixedVec<'m, Output>,
    options: PlanOptions,
    pool: Carver<'m>,
    #[cfg(feature = "stages")]
    host_plans: Option<crate::stages::HostPlans>,
    control_bytes: usize,
    draft: JobPlan<'m>,
    plan: Plan,
    sealed: bool,
    work: Work<'m>,
    stream: Job<'m>,
    eval: Job<'m>,
    evaluation: Option<evaluate::Evaluation<'m>>,
    /// What the last sweep has left in the memory of evaluations.
    left: Option<sweep_state::SavedSweep>,
    /// Samples before which nothing is kept for evaluations, per input: what was evaluated may go.
    released: [u64; MAX_INPUTS],
    sums: integrity::Sums,
    cache: Cache,
    repairs: Repairs,
    /// A scrub goes on with the cached rows, not with the checkpoints.
    scrub_rows: bool,
    /// What saved and stored data is bound to: config and graph.
    hash: u64,
    checkpoints: CheckpointTable<'m>,
    counts: Counts,
    rows_out: u64,
}

impl<'m> Pipeline<'m> {
    /// Bytes of the control area that these tables need behind `before` bytes that the caller puts there himself.
    pub fn control_bytes(limits: GraphLimits, param_bytes: usize, before: usize) -> Result<usize> {
        let mut layout = Layout::after(before);
        limits.reserve(&mut layout)?;
        layout.reserve::<Supply<'_>>(MAX_INPUTS)?;
        layout.reserve::<Output>(limits.stages)?;
        JobPlan::reserve(limits, &mut layout)?;
        Job::reserve(limits, &mut layout)?;
        Job::reserve(limits, &mut layout)?;
        layout.reserve::<ScanCheckpoints>(limits.stages)?;
        layout.reserve::<u64>(param_bytes.div_ceil(8))?;
        Ok(layout.bytes())
    }

    /// A pipeline whose tables lie in `control`.
    pub fn new(config: &Config<'_>, control: &'m mut [MaybeUninit<u8>]) -> Result<Self> {
        let mut carver = Carver::new(control)?;
        let limits = config.limits;
        let mut pipeline = Pipeline {
            graph: Graph::new(limits, &mut carver)?,
            supplies: carver.vec(MAX_INPUTS)?,
            outputs: carver.vec(limits.stages)?,
            options: config.options,
            draft: JobPlan::new(limits, &mut carver)?,
            stream: Job::new(limits, &mut carver)?,
            eval: Job::new(limits, &mut carver)?,
            #[cfg(feature = "stages")]
            host_plans: config.host_heap.then(Default::default),
            control_bytes: 0,
            plan: Plan::EMPTY,
            sealed: false,
            work: Work::default(),
            evaluation: None,
            left: None,
            released: [0; MAX_INPUTS],
            sums: integrity::Sums::default(),
            cache: Cache::EMPTY,
            repairs: Repairs::default(),
            scrub_rows: false,
            hash: 0,
            checkpoints: CheckpointTable::new(carver.vec(limits.stages)?),
            counts: Counts::default(),
            rows_out: 0,
            pool: carver,
        };
        let room = config.param_bytes.div_ceil(8).sat_mul(8);
        if pipeline.pool.left() < room {
            return Err(Error::new(Status::Memory, "the control area is too small for {a} bytes of parameters")
                .a(checked::count(room)));
        }
        pipeline.control_bytes = checked::add(pipeline.pool.used(), room)?;
        pipeline.add_input(&config.input)?;
        Ok(pipeline)
    }

    fn open_for_changes(&self) -> Result<()> {
        if self.sealed {
            return Err(Error::new(Status::State, "the pipeline is sealed: its graph and memory are fixed"));
        }
        Ok(())
    }

    /// Adds an input.
    pub fn add_input(&mut self, spec: &InputSpec<'_>) -> Result<usize> {
        self.open_for_changes()?;
        let id = self.graph.add_input(spec)?;
        let full = Error::new(Status::Limit, "there is no room for another input");
        self.supplies.push(Supply::Pushed(InputBuffer::default())).map_err(|_| full)?;
        Ok(id)
    }

    /// Adds a stage.
    pub fn add_stage(&mut self, name: &str, edges: &[EdgeSpec<'_>], spec: StageSpec<'m>) -> Result<usize> {
        self.open_for_changes()?;
        self.graph.add_stage(name, edges, spec)
    }

    /// Adds a built-in stage.
    #[cfg(feature = "stages")]
    pub fn add_builtin(
        &mut self,
        kind: &str,
        name: &str,
        edges: &[EdgeSpec<'_>],
        params: &[crate::stages::Param<'_>],
    ) -> Result<usize> {
        self.open_for_changes()?;
        self.add_kind(crate::stages::by_name(kind)?, name, edges, params)
    }

    /// The same by the kind itself: others need not be in the program.
    #[cfg(feature = "stages")]
    pub fn add_kind(
        &mut self,
        kind: &crate::stages::Kind,
        name: &str,
        edges: &[EdgeSpec<'_>],
        params: &[crate::stages::Param<'_>],
    ) -> Result<usize> {
        use crate::limits::MAX_FAN_IN;
        use crate::stages::{Build, EdgeShape, make};
        self.open_for_changes()?;
        let mut shapes = [EdgeShape::NONE; MAX_FAN_IN];
        let listed = edges.len().min(MAX_FAN_IN);
        for (shape, spec) in shapes.iter_mut().zip(edges) {
            let edge = self.graph.resolve(name, spec)?;
            let row = self.graph.shape(edge.from());
            let input = match edge.from() {
                Node::Input(i) => self.graph.inputs().get(i),
                Node::Stage(_) => None,
            };
            let channels = input.map_or(1, |i| i.channels as usize);
            let hop = input.map(|i| usize::try_from(i.hop).unwrap_or(usize::MAX).sat_mul(channels));
            let (lookback, lookahead) = (spec.lookback, spec.lookahead);
            *shape = EdgeShape { shape: row, stride: hop.unwrap_or(row.len), channels, lookback, lookahead };
        }
        let edge_shapes = shapes.get(..listed).unwrap_or(&[]);
        let host_plans = self.host_plans.as_mut();
        let mut build = Build { kind: kind.name, params, edges: edge_shapes, pool: &mut self.pool, host_plans };
        let spec = make(kind, &mut build)?;
        self.graph.add_stage(name, edges, spec)
    }

    /// Tells about how many nanoseconds a row of a stage takes, for the planner.
    pub fn set_cost(&mut self, stage: usize, cost_ns: u64) -> Result<()> {
        self.open_for_changes()?;
        if let Some(stage) = self.graph.stages_mut().get_mut(stage) {
            stage.cost_ns = cost_ns;
        }
        Ok(())
    }

    /// Index of a stage by name.
    pub fn find_stage(&self, name: &str) -> Result<usize> {
        let mut shown = crate::status::Name::new();
        shown.push_str(name);
        self.graph.find_stage(name).ok_or_else(|| Error::new(Status::Name, "there is no stage {n}").name(&shown))
    }

    /// The graph.
    #[must_use]
    pub fn graph(&self) -> &Graph<'m> {
        &self.graph
    }

    /// True once the work area is given.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// Opens an output: its rows can be pulled, once each, from a queue of `capacity` rows.
    pub fn open_output(&mut self, stage: usize, capacity: u64) -> Result<()> {
        self.open_for_changes()?;
        let Some(found) = self.graph.stages().get(stage) else {
            return Err(Error::new(Status::Argument, "there is no stage {a}").a(checked::count(stage)));
        };
        if capacity == 0 {
            return Err(Error::new(Status::Argument, "an output holds at least one row"));
        }
        if self.outputs.iter().any(|o| o.facts.stage == stage) {
            return Err(Error::new(Status::State, "the output of stage {n} is open already").name(&found.name));
        }
        checked::mul(checked::size(capacity)?, found.shape.bytes())?;
        let output = Output { facts: OutputFacts { stage, capacity }, span: Span::default(), head: 0, tail: 0 };
        let full = Error::new(Status::Limit, "there is no room for another output");
        self.outputs.push(output).map_err(|_| full)
    }

    /// Reads an input from a source instead of having it pushed. After seal only where it was a source before.
    pub fn set_source(&mut self, input: usize, source: SourceBox<'m>, samples: u64, growing: bool) -> Result<()> {
        let Some(supply) = self.supplies.get_mut(input) else {
            return Err(Error::new(Status::Argument, "there is no input {a}").a(checked::count(input)));
        };
        if self.sealed {
            let text = "an input's source is set before seal, or after reset where it had one";
            return Err(Error::new(Status::State, text));
        }
        *supply = Supply::Source { source, samples, growing };
        Ok(())
    }

    /// Tells that a source has `samples` samples now, and whether it may still grow.
    pub fn extend_source(&mut self, input: usize, samples: u64, growing: bool) -> Result<()> {
        if self.sealed {
            self.sources_sound()?;
        }
        match self.supplies.get_mut(input) {
            Some(Supply::Source { samples: had, growing: open, .. }) => {
                if samples < *had || (!*open && samples != *had) {
                    let text = "a source has {a} samples and cannot go to {b}: it must be growing, and only grows";
                    return Err(Error::new(Status::Range, text).a(*had).b(samples));
                }
                (*had, *open) = (samples, growing && *open);
                if self.sealed {
                    self.close_sources();
                }
                Ok(())
            }
            Some(_) => Err(Error::new(Status::State, "the input is pushed, it has no source")),
            None => Err(Error::new(Status::Argument, "there is no input {a}").a(checked::count(input))),
        }
    }

    fn with_planner<R>(
        &mut self,
        requests: &[Request],
        ask: impl FnOnce(&Planner<'_, 'm>, &mut JobPlan<'m>) -> Result<R>,
    ) -> Result<R> {
        let mut inputs = [InputFacts::default(); MAX_INPUTS];
        let mut outputs = [OutputFacts { stage: 0, capacity: 0 }; MAX_OUTPUTS];
        self.facts(&mut inputs, &mut outputs)?;
        let planner = Planner {
            graph: &self.graph,
            inputs: inputs.get(..self.supplies.len()).unwrap_or(&[]),
            outputs: outputs.get(..self.outputs.len()).unwrap_or(&[]),
            requests,
            options: self.options,
        };
        ask(&planner, &mut self.draft)
    }

    /// What a planner has to know of inputs and outputs.
    #[cfg_attr(not(feature = "std"), inline(never))]
    fn facts(&self, inputs: &mut [InputFacts; MAX_INPUTS], outputs: &mut [OutputFacts; MAX_OUTPUTS]) -> Result<()> {
        for ((facts, supply), input) in inputs.iter_mut().zip(self.supplies.iter()).zip(self.graph.inputs()) {
            let windows = match supply {
                Supply::Source { samples, growing: false, .. } => Some(input.windows(*samples)),
                _ => None,
            };
            *facts = InputFacts { pushed: supply.is_pushed(), windows };
        }
        if self.outputs.len() > MAX_OUTPUTS {
            return Err(Error::new(Status::Limit, "at most {a} outputs can be open").a(checked::count(MAX_OUTPUTS)));
        }
        for (facts, output) in outputs.iter_mut().zip(self.outputs.iter()) {
            *facts = output.facts;
        }
        Ok(())
    }

    /// What these requests need, to the byte. Changes nothing.
    pub fn plan(&mut self, requests: &[Request]) -> Result<Plan> {
        if self.options.mode == Mode::Classic && !self.outputs.is_empty() {
            let text = "opened outputs are streams, which run in blocks: the mode must be auto or sqrt";
            return Err(Error::new(Status::Argument, text));
        }
        self.with_planner(requests, |planner, draft| planner.plan(draft))
    }

    /// Writes what was considered for these requests, and why the plan comes out as it does. Changes nothing.
    pub fn explain(&mut self, requests: &[Request], page: &mut Page<'_>) -> Result<()> {
        let plan = self.plan(requests)?;
        self.with_planner(requests, |planner, draft| planner.explain(draft, &plan, page))
    }

    /// The plan it was sealed with.
    #[must_use]
    pub fn sealed_plan(&self) -> &Plan {
        &self.plan
    }

    /// Fixes graph and memory. `work` has at least the bytes that [`Pipeline::plan`] tells for the same requests.
    pub fn seal(&mut self, requests: &[Request], work: &'m mut [u8]) -> Result<()> {
        self.seal_with(requests, work, &mut [])
    }

    /// The same with the bytes of the mapped file, which the plan tells as well; they are zeros.
    pub fn seal_with(&mut self, requests: &[Request], work: &'m mut [u8], spill: &'m mut [u8]) -> Result<()> {
        self.open_for_changes()?;
        let plan = self.plan(requests)?;
        if work.len() < plan.bytes {
            let text = "the work area has {b} bytes, the plan needs {a}";
            return Err(Error::new(Status::Memory, text).a(checked::count(plan.bytes)).b(checked::count(work.len())));
        }
        if spill.len() < plan.spill.len {
            let text = "the file has {b} bytes, the plan needs {a}";
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
        let settled = self.settle(plan);
        if settled.is_err() {
            // The area is the caller's again.
            self.work = Work::default();
        }
        self.sealed = settled.is_ok();
        if self.sealed {
            self.close_all();
        }
        settled
    }

    /// Gives every part its place in the work area.
    fn settle(&mut self, plan: Plan) -> Result<()> {
        self.hash = self.graph.hash();
        self.prepare_tables(plan.tables)?;
        for (i, (supply, input)) in self.supplies.iter_mut().zip(self.graph.inputs()).enumerate() {
            if let Supply::Pushed(ring) = supply {
                let span = plan.rings.get(i).copied().unwrap_or_default();
                let samples = plan.ring_samples.get(i).copied().unwrap_or(0);
                *ring = InputBuffer::new(span, samples, input.sample_bytes());
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
            self.with_planner(&[], |planner, draft| planner.stream(draft, plan.stream_block))?;
            core::mem::swap(&mut self.draft, &mut self.stream.plan);
        }
        self.start_stream()
    }

    /// The stream begins at row 0, if there is one.
    fn start_stream(&mut self) -> Result<()> {
        if self.plan.stream_block == 0 {
            return Ok(());
        }
        let region = self.plan.stream;
        let (stream, mut context) = self.split_stream();
        stream.start(&mut context, region, 0, u64::MAX, None)
    }

    fn split_stream(&mut self) -> (&mut Job<'m>, JobContext<'_, 'm>) {
        let (inputs, work, counts) = (&mut self.supplies, &mut self.work, &mut self.counts);
        let checkpoints = &mut self.checkpoints;
        (&mut self.stream, JobContext { graph: &self.graph, inputs, work, checkpoints, counts })
    }

    fn split_eval(&mut self) -> (&mut Job<'m>, JobContext<'_, 'm>) {
        let (inputs, work, counts) = (&mut self.supplies, &mut self.work, &mut self.counts);
        let checkpoints = &mut self.checkpoints;
        (&mut self.eval, JobContext { graph: &self.graph, inputs, work, checkpoints, counts })
    }

    fn prepare_tables(&mut self, tables: Span) -> Result<()> {
        let mut skip = 0;
        for stage in self.graph.stages_mut() {
            stage.table = Span { at: checked::add(tables.at, skip)?, len: stage.table_bytes };
            skip = checked::align_up(checked::add(skip, stage.table_bytes)?, BUFFER_ALIGN)?;
            let Some(bytes) = self.work.bytes(stage.table) else {
                return crate::exec::internal("a table lies outside of the work area");
            };
            let filled = if stage.table_bytes > 0 { stage.kernel.prepare(bytes) } else { Ok(()) };
            let text = "stage {n} could not fill its table: {a}";
            filled.map_err(|code: Code| crate::exec::failed(code, text).name(&stage.name))?;
            stage.table_sum = crate::crc::crc32c(bytes);
        }
        Ok(())
    }

    /// Back to row 0 of new input, with the same graph, plan and memory. Sources keep their length.
    pub fn reset(&mut self) -> Result<()> {
        (self.evaluation, self.left) = (None, None);
        if self.sealed {
            self.rebuild()?;
        }
        let reset = self.start_anew();
        if self.sealed {
            self.close_all();
        }
        reset
    }

    fn start_anew(&mut self) -> Result<()> {
        for supply in self.supplies.iter_mut() {
            if let Supply::Pushed(ring) = supply {
                ring.reset();
            }
        }
        for output in self.outputs.iter_mut() {
            (output.head, output.tail) = (0, 0);
        }
        self.released = [0; MAX_INPUTS];
        self.cache.clear(&mut self.work);
        self.checkpoints.clear(&mut self.work);
        self.start_stream()
    }

    /// True where a buffer of a caller shares bytes with the work area.
    #[must_use]
    pub fn overlaps_work(&self, address: usize, len: usize) -> bool {
        let theirs = Span { at: address, len };
        let (spill, spill_len) = self.work.spill();
        theirs.meets(Span { at: self.work.address(), len: self.work.len() })
            || theirs.meets(Span { at: spill, len: spill_len })
    }
}

/// Most outputs of a pipeline.
const MAX_OUTPUTS: usize = 32;

const _: () = assert!(AREA_ALIGN >= align_of::<Supply<'static>>());
