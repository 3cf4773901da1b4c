//! The pipeline type: its parts, its creation in the control area, and access to its parts.

use super::evaluation::Evaluation;
use super::scrub_place::ScrubPlace;
use super::sums::Sums;
use super::sweep_state::SavedSweep;
use crate::checked;
use crate::exec::{Changes, Counts, Job, JobContext, StageCounts, Supply};
use crate::graph::{ChangeLimits, Graph, GraphLimits, InputSpec};
use crate::io::ClockBox;
use crate::limits::{AREA_ALIGN, MAX_INPUTS};
use crate::mem::{Carver, FixedVec, Layout, SHORT, Work};
use crate::plan::{InputFacts, JobPlan, Plan, PlanOptions, PlannedRequest, Planner, Request};
use crate::status::{Error, Result, Status};
use crate::store::cache::Cache;
use crate::store::checkpoints::{CheckpointTable, ScanCheckpoints};
use crate::store::gaps::GapTable;
use crate::store::queue::{Output, OutputFacts};
use crate::util::unsigned::Unsigned;
use core::mem::MaybeUninit;

/// Maximum number of opened outputs of a pipeline.
pub(super) const MAX_OUTPUTS: usize = 32;

/// The text for one output too many.
pub(super) const TOO_MANY_OUTPUTS: &str =
    "stage {n}: a pipeline has at most {a} open outputs: pull several stages as one";

/// What a pipeline is created with.
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
    /// True where stages may allocate on the host's heap.
    pub host_heap: bool,
}

/// Damage found and repaired, apart from that counted by checkpoints, cache and jobs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Repairs {
    pub(super) crc_failures: u64,
    pub(super) repairs: u64,
}

/// The calls of the planner.
#[derive(Debug)]
pub struct PlannerCalls {
    /// Computes a plan for requests.
    pub(super) plan: fn(&mut Pipeline<'_>, &[Request]) -> Result<Plan>,
    /// Lays out the job of a request of the plan, or of the stream.
    pub(super) job: fn(&mut Pipeline<'_>, Option<&PlannedRequest>) -> Result<()>,
}

/// A plan made before, and the call that reads it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frozen<'m> {
    pub(super) bytes: &'m [u8],
    /// Lays out the job of a request of the plan, or of the stream.
    pub(super) job: fn(&mut Pipeline<'_>, Option<&PlannedRequest>, &[u8]) -> Result<()>,
}

/// A pipeline.
#[derive(Debug)]
pub struct Pipeline<'m> {
    pub(super) graph: Graph<'m>,
    pub(super) supplies: FixedVec<'m, Supply<'m>>,
    pub(super) outputs: FixedVec<'m, Output>,
    pub(super) options: PlanOptions,
    pub(super) pool: Carver<'m>,
    #[cfg(feature = "stages")]
    pub(super) host_plans: Option<crate::stages::HostPlans>,
    pub(super) control_bytes: usize,
    /// The planner; none in a pipeline that is sealed with a plan made before.
    pub(super) planner: Option<&'static PlannerCalls>,
    /// The plan made before that it is sealed with.
    pub(super) frozen: Option<Frozen<'m>>,
    /// Working memory of the planner, swapped with the plan of a job.
    pub(super) draft: JobPlan<'m>,
    pub(super) plan: Plan,
    pub(super) sealed: bool,
    pub(super) work: Work<'m>,
    pub(super) stream: Job<'m>,
    pub(super) eval: Job<'m>,
    pub(super) evaluation: Option<Evaluation<'m>>,
    /// States that the last sweep left in the memory of evaluations.
    pub(super) saved_sweep: Option<SavedSweep>,
    /// Per input, the sample before which nothing is kept for evaluations: those rows are evaluated.
    pub(super) released: [u64; MAX_INPUTS],
    /// Samples of pushed inputs that are missing.
    pub(super) gaps: GapTable<'m>,
    pub(super) sums: Sums,
    pub(super) cache: Cache,
    pub(super) repairs: Repairs,
    /// Where the next scrub continues.
    pub(super) scrub_place: ScrubPlace,
    /// Hash of config and graph, which saved and stored data must match.
    pub(super) hash: u64,
    pub(super) checkpoints: CheckpointTable<'m>,
    pub(super) changes: Changes<'m>,
    /// Per stage the kind of a built-in one, if parameters can change.
    #[cfg(feature = "stages")]
    pub(super) kinds: FixedVec<'m, Option<&'static crate::stages::Kind>>,
    pub(super) counts: Counts,
    pub(super) stage_counts: FixedVec<'m, StageCounts>,
    pub(super) clock: Option<ClockBox<'m>>,
    pub(super) rows_out: u64,
}

const _: () = assert!(AREA_ALIGN >= align_of::<Supply<'static>>());

impl<'m> Pipeline<'m> {
    /// Size in bytes of the control area for these limits. The first `before` bytes are the caller's own.
    pub fn control_bytes(limits: GraphLimits, param_bytes: usize, before: usize) -> Result<usize> {
        Self::control_bytes_with(limits, ChangeLimits::NONE, param_bytes, before)
    }

    /// The same for a pipeline whose parameters can change.
    pub fn control_bytes_with(
        limits: GraphLimits,
        changes: ChangeLimits,
        param_bytes: usize,
        before: usize,
    ) -> Result<usize> {
        let mut layout = Layout::after(before);
        limits.reserve(&mut layout)?;
        layout.reserve::<Supply<'_>>(MAX_INPUTS)?;
        layout.reserve::<Output>(limits.stages)?;
        JobPlan::reserve(limits, &mut layout)?;
        Job::reserve(limits, &mut layout)?;
        Job::reserve(limits, &mut layout)?;
        layout.reserve::<ScanCheckpoints>(limits.stages)?;
        layout.reserve::<StageCounts>(limits.stages)?;
        Changes::reserve(changes, limits.stages, &mut layout)?;
        #[cfg(feature = "stages")]
        layout.reserve::<Option<&'static crate::stages::Kind>>(if changes.changes > 0 { limits.stages } else { 0 })?;
        layout.reserve::<u64>(param_bytes.div_ceil(8))?;
        Ok(layout.bytes())
    }

    /// Creates a pipeline. Only a program that names the planner contains it.
    pub(crate) fn with_planner_calls(
        config: &Config<'_>,
        changes: ChangeLimits,
        planner: Option<&'static PlannerCalls>,
        control: &'m mut [MaybeUninit<u8>],
    ) -> Result<Self> {
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
            planner,
            frozen: None,
            plan: Plan::EMPTY,
            sealed: false,
            work: Work::default(),
            evaluation: None,
            saved_sweep: None,
            released: [0; MAX_INPUTS],
            gaps: GapTable::default(),
            sums: Sums::default(),
            cache: Cache::EMPTY,
            repairs: Repairs::default(),
            scrub_place: ScrubPlace::default(),
            hash: 0,
            checkpoints: CheckpointTable::new(carver.vec(limits.stages)?),
            counts: Counts::default(),
            stage_counts: carver.vec(limits.stages)?,
            changes: Changes::new(changes, limits.stages, &mut carver)?,
            #[cfg(feature = "stages")]
            kinds: carver.vec(if changes.changes > 0 { limits.stages } else { 0 })?,
            clock: None,
            rows_out: 0,
            pool: carver,
        };
        let room = config.param_bytes.div_ceil(8).sat_mul(8);
        if pipeline.pool.left() < room {
            return Err(Error::new(Status::Memory, SHORT).a(room.sat_sub(pipeline.pool.left())));
        }
        pipeline.control_bytes = checked::add(pipeline.pool.used(), room)?;
        pipeline.add_input(&config.input)?;
        Ok(pipeline)
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

    /// The plan that the pipeline is sealed with.
    #[must_use]
    pub fn sealed_plan(&self) -> &Plan {
        &self.plan
    }

    /// Fails before seal.
    pub fn must_be_sealed(&self) -> Result<()> {
        if self.sealed {
            return Ok(());
        }
        Err(Error::new(Status::State, "the pipeline is not sealed: seal it first"))
    }

    pub(super) fn must_not_be_sealed(&self) -> Result<()> {
        if self.sealed {
            return Err(Error::new(
                Status::State,
                "the pipeline is sealed, its graph and memory are fixed: create another one",
            ));
        }
        Ok(())
    }

    /// Calls `ask` with a planner for `requests` and its working memory.
    pub(super) fn with_planner<R>(
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
            changed_tables: self.changes.blocks(),
        };
        ask(&planner, &mut self.draft)
    }

    /// Collects what a planner needs to know of inputs and outputs.
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
            return Err(Error::new(Status::Limit, TOO_MANY_OUTPUTS).a(MAX_OUTPUTS));
        }
        for (facts, output) in outputs.iter_mut().zip(self.outputs.iter()) {
            *facts = output.facts;
        }
        Ok(())
    }

    /// The job of the stream, and what it works on.
    pub(super) fn split_stream(&mut self) -> (&mut Job<'m>, JobContext<'_, 'm>) {
        let (inputs, work, counts) = (&mut self.supplies, &mut self.work, &mut self.counts);
        let (checkpoints, stage_counts, clock) = (&mut self.checkpoints, &mut self.stage_counts, self.clock.as_ref());
        let (graph, changes) = (&self.graph, &mut self.changes);
        let context = JobContext { graph, inputs, work, checkpoints, changes, counts, stage_counts, clock };
        (&mut self.stream, context)
    }

    /// The job of the evaluation, and what it works on.
    pub(super) fn split_eval(&mut self) -> (&mut Job<'m>, JobContext<'_, 'm>) {
        let (inputs, work, counts) = (&mut self.supplies, &mut self.work, &mut self.counts);
        let (checkpoints, stage_counts, clock) = (&mut self.checkpoints, &mut self.stage_counts, self.clock.as_ref());
        let (graph, changes) = (&self.graph, &mut self.changes);
        let context = JobContext { graph, inputs, work, checkpoints, changes, counts, stage_counts, clock };
        (&mut self.eval, context)
    }
}
