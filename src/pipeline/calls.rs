//! The calls that push, step, pull and evaluate. Each first verifies what it uses, and at its end records checksums of
//! what it leaves.

use super::definition::Pipeline;
use super::sums::Scope;
use crate::io::SinkBox;
use crate::plan::Request;
use crate::status::{Result, Status};
use crate::util::unsigned::Unsigned;

/// Blocks of an evaluation that one call runs between two checks of the bytes carried from call to call.
const BLOCKS_PER_CALL: usize = 64;

impl<'m> Pipeline<'m> {
    /// Copies as many samples as fit into the buffer of an input. Returns the number of samples accepted.
    pub fn push(&mut self, input: usize, samples: &[u8]) -> Result<usize> {
        self.guarded(Scope::Flow, |p| p.push_now(input, samples))
    }

    /// Appends as many missing samples as fit into the buffer of an input. Returns their number.
    pub fn push_gap(&mut self, input: usize, samples: u64) -> Result<u64> {
        self.guarded(Scope::Flow, |p| p.push_gap_now(input, samples))
    }

    /// Ends an input: no more samples will be pushed.
    pub fn push_end(&mut self, input: usize) -> Result<()> {
        self.guarded(Scope::Flow, |p| p.push_end_now(input))
    }

    /// Does at most `max_windows` windows of work: first of the evaluation, if one has begun, then of the stream.
    /// `done` is set to the number of windows. Returns [`Status::Ok`] if work remains, [`Status::Again`] if input or
    /// pulls are needed first, [`Status::End`] if all is done.
    pub fn step(&mut self, max_windows: u64, done: &mut u64) -> Result<Status> {
        *done = 0;
        self.guarded(Scope::All, |p| {
            p.check_evaluation();
            p.check_stream()?;
            p.step_now(max_windows, done)
        })
    }

    /// Does work for about `max_ns` nanoseconds, by the clock or else by the costs of the stages, and at most one block
    /// more. `done` is set to the windows of work, `spent_ns` to the nanoseconds. Returns what [`Pipeline::step`] does.
    pub fn step_budget(&mut self, max_ns: u64, done: &mut u64, spent_ns: &mut u64) -> Result<Status> {
        (*done, *spent_ns) = (0, 0);
        self.guarded(Scope::All, |p| {
            p.check_evaluation();
            p.check_stream()?;
            p.step_budget_now(max_ns, done, spent_ns)
        })
    }

    /// Copies queued rows of an opened output into `rows`, as many as are queued and fit. `got` is set to their number.
    /// Without queued rows, returns [`Status::Again`] or, when all rows are delivered, [`Status::End`].
    pub fn pull(&mut self, stage: usize, rows: &mut [u8], got: &mut usize) -> Result<Status> {
        *got = 0;
        self.guarded(Scope::Flow, |p| p.pull_now(stage, rows, got))
    }

    /// Begins an evaluation whose rows are delivered to `sink`. Returns their number.
    pub fn evaluate_begin(&mut self, ask: &Request, sink: SinkBox<'m>) -> Result<u64> {
        self.guarded(Scope::All, |p| p.evaluate_begin_now(ask, sink))
    }

    /// Cancels the evaluation, if one has begun.
    pub fn evaluate_cancel(&mut self) {
        // Before seal, and on damage, nothing is recorded: the next call finds the same.
        let intact = self.sealed && self.verify(Scope::All).is_ok();
        self.evaluation = None;
        if intact {
            self.record(Scope::All);
        }
    }

    /// Runs up to 64 blocks of the evaluation, each of at most `max_windows` windows: enough that the checks of carried
    /// bytes between calls cost little. `done` is set to the number of windows.
    pub fn step_evaluation_once(&mut self, max_windows: u64, done: &mut u64) -> Result<()> {
        *done = self.guarded(Scope::All, |p| {
            p.check_evaluation();
            let mut worked = 0u64;
            for _ in 0..BLOCKS_PER_CALL {
                if p.evaluation.is_none() {
                    break;
                }
                worked = worked.sat_add(p.step_evaluation(max_windows)?);
            }
            Ok(worked)
        })?;
        Ok(())
    }
}
