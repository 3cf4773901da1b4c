//! Plans: made by the planner, or before and read from bytes. A pipeline calls its planner through pointers, so that a
//! program without a planner does not contain one.

use super::definition::{Config, Frozen, Pipeline, PlannerCalls};
use crate::graph::ChangeLimits;
use crate::plan::{Mode, Page, Plan, PlannedRequest, Request};
use crate::status::{Error, Result, Status};
use core::mem::MaybeUninit;

/// The error for an evaluation of a pipeline that only streams.
pub(super) const STREAMS_ONLY: Error = Error::new(
    Status::NotPlanned,
    "the pipeline only streams (SQS_STREAM_ONLY): pull the rows of its outputs, nothing is planned for evaluations",
);

/// The error for a plan of a pipeline without a planner.
const NO_PLANNER: Error = Error::new(
    Status::State,
    "the pipeline was created without a planner: seal it with sqs_pipeline_seal_planned() first",
);

/// The planner.
pub(crate) static PLANNER: PlannerCalls = PlannerCalls { plan: plan_now, job: job_now };

/// Computes a plan.
fn plan_now(p: &mut Pipeline<'_>, requests: &[Request]) -> Result<Plan> {
    p.with_planner(requests, |planner, draft| planner.plan(draft))
}

/// Lays out the job of a request of the plan, or of the stream.
fn job_now(p: &mut Pipeline<'_>, planned: Option<&PlannedRequest>) -> Result<()> {
    let block = p.plan.stream_block;
    p.with_planner(&[], |planner, draft| match planned {
        Some(planned) => planner.job(draft, planned).map(|_| ()),
        None => planner.stream(draft, block),
    })
}

/// Lays out the job of a request of a plan made before, or of the stream.
fn frozen_now(p: &mut Pipeline<'_>, planned: Option<&PlannedRequest>, bytes: &[u8]) -> Result<()> {
    let plan = p.plan;
    p.with_planner(&[], |planner, draft| planner.load_job(draft, planned, &plan, bytes))
}

impl<'m> Pipeline<'m> {
    /// Creates a pipeline with its tables in `control`.
    pub fn new(config: &Config<'_>, control: &'m mut [MaybeUninit<u8>]) -> Result<Self> {
        Self::with_changes(config, ChangeLimits::NONE, control)
    }

    /// Creates a pipeline whose parameters can change.
    pub fn with_changes(
        config: &Config<'_>,
        changes: ChangeLimits,
        control: &'m mut [MaybeUninit<u8>],
    ) -> Result<Self> {
        Self::with_planner_calls(config, changes, Some(&PLANNER), control)
    }

    /// Creates a pipeline without a planner: [`Pipeline::seal_planned`] seals it.
    pub fn without_planner(
        config: &Config<'_>,
        changes: ChangeLimits,
        control: &'m mut [MaybeUninit<u8>],
    ) -> Result<Self> {
        Self::with_planner_calls(config, changes, None, control)
    }

    /// The plan for these requests, with the exact number of bytes. Changes nothing.
    pub fn plan(&mut self, requests: &[Request]) -> Result<Plan> {
        let Some(planner) = self.planner else { return Err(NO_PLANNER) };
        self.may_plan(requests)?;
        self.ask_plan(planner, requests)
    }

    // The calls through pointers of these three lead to one function each: targets/graph.py follows them.
    #[inline(never)]
    fn ask_plan(&mut self, planner: &PlannerCalls, requests: &[Request]) -> Result<Plan> {
        (planner.plan)(self, requests)
    }

    #[inline(never)]
    fn ask_job(&mut self, planner: &PlannerCalls, planned: Option<&PlannedRequest>) -> Result<()> {
        (planner.job)(self, planned)
    }

    #[inline(never)]
    fn ask_frozen(&mut self, frozen: &Frozen<'m>, planned: Option<&PlannedRequest>) -> Result<()> {
        (frozen.job)(self, planned, frozen.bytes)
    }

    /// What reads these bytes. Only a program that seals with a plan made before contains it.
    pub(super) fn frozen(bytes: &'m [u8]) -> Frozen<'m> {
        Frozen { bytes, job: frozen_now }
    }

    fn may_plan(&self, requests: &[Request]) -> Result<()> {
        if self.options.mode == Mode::Classic && !self.outputs.is_empty() {
            let text =
                "the mode is classic, but opened outputs are streams, which run in blocks: set mode to auto or sqrt";
            return Err(Error::new(Status::Argument, text));
        }
        if self.options.stream_only && !requests.is_empty() {
            return Err(STREAMS_ONLY);
        }
        if self.options.stream_only && self.outputs.is_empty() {
            let text = "the pipeline only streams (SQS_STREAM_ONLY): open an output before it is planned";
            return Err(Error::new(Status::State, text));
        }
        Ok(())
    }

    /// Lays out the job of a request of the plan, or of the stream, in the draft, and checks it.
    pub(super) fn lay_out_job(&mut self, planned: Option<&PlannedRequest>) -> Result<()> {
        if let Some(frozen) = self.frozen {
            return self.ask_frozen(&frozen, planned);
        }
        let Some(planner) = self.planner else { return Err(NO_PLANNER) };
        self.ask_job(planner, planned)?;
        self.draft.check_places()
    }

    /// Writes the plan for these requests to `to`, as much as fits. Returns its size in bytes.
    pub fn export_plan(&mut self, requests: &[Request], to: &mut [u8]) -> Result<usize> {
        self.may_plan(requests)?;
        let plan = plan_now(self, requests)?;
        self.with_planner(requests, |planner, draft| planner.export(draft, &plan, to))
    }

    /// Reads a plan that [`Pipeline::export_plan`] of the same config and graph has made, and checks all of it.
    pub fn load_plan(&mut self, bytes: &[u8]) -> Result<Plan> {
        self.may_plan(&[])?;
        self.with_planner(&[], |planner, draft| planner.load(draft, bytes))
    }

    /// Comparisons that planning has made so far: its work, independent of the machine.
    #[must_use]
    pub fn planning_steps(&self) -> u64 {
        self.draft.steps()
    }

    /// Writes the alternatives considered for these requests and the reasons for the plan. Changes nothing.
    pub fn explain(&mut self, requests: &[Request], page: &mut Page<'_>) -> Result<()> {
        let plan = plan_now(self, requests)?;
        self.with_planner(requests, |planner, draft| planner.explain(draft, &plan, page))
    }
}
