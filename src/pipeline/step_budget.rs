//! Steps bounded in time: by the caller's clock, or by the costs of the stages.

use super::definition::Pipeline;
use crate::exec::Job;
use crate::plan::row_ns;
use crate::status::{Result, Status};
use crate::util::unsigned::{Count, Unsigned};

impl Pipeline<'_> {
    /// Estimated picoseconds of a window of work of a job, on average: the rows of each stage at their cost. In the
    /// classic order a window is a row of one stage.
    fn window_ps(&self, job: &Job<'_>) -> u64 {
        let active = job.plan.lanes.iter().zip(self.graph.stages()).filter(|(lane, _)| lane.active);
        let each = active.map(|(_, s)| (row_ns(&self.graph, s).sat_mul(1000), s.rate));
        let ps = if job.plan.classic {
            each.map(|(ps, _)| ps).fold(0, u64::max_u64)
        } else {
            each.map(|(ps, rate)| ps.checked_div(rate).unwrap_or(ps)).fold(0, u64::sat_add)
        };
        ps.max_u64(1)
    }

    /// Estimated nanoseconds of the work that cannot be divided: one row of every stage.
    #[must_use]
    pub fn row_of_each_ns(&self) -> u64 {
        self.graph.stages().iter().map(|s| row_ns(&self.graph, s)).fold(0, u64::sat_add)
    }

    /// [`Pipeline::step_budget`].
    pub(super) fn step_budget_now(&mut self, max_ns: u64, done: &mut u64, spent_ns: &mut u64) -> Result<Status> {
        let now = |p: &Self| p.clock.as_ref().map(|c| c.now());
        let start = now(self);
        // Each round does at least one window of work, or returns.
        loop {
            let ps = self.window_ps(if self.evaluation.is_some() { &self.eval } else { &self.stream });
            let block = if self.evaluation.is_some() { self.eval.plan.block } else { self.stream.plan.block };
            let left = max_ns.sat_sub(*spent_ns).sat_mul(1000).checked_div(ps).unwrap_or(1);
            let mut worked = 0;
            let result = self.step_now(left.min_u64(block).max_u64(1), &mut worked);
            *done = done.sat_add(worked);
            *spent_ns = match (start, now(self)) {
                (Some(start), Some(now)) => now.sat_sub(start),
                _ => spent_ns.sat_add(worked.sat_mul(ps).div_ceil(1000)),
            };
            let status = result?;
            if worked == 0 || status != Status::Ok {
                return Ok(if *done > 0 && status == Status::Again { Status::Ok } else { status });
            }
            if *spent_ns >= max_ns {
                return Ok(Status::Ok);
            }
        }
    }
}
