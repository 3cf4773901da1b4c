//! The calls that push, step, pull and evaluate, each between a check of what it uses and a note of what it leaves.

use super::Pipeline;
use super::integrity::Scope;
use crate::io::SinkBox;
use crate::plan::Request;
use crate::status::{Result, Status};
use crate::util::unsigned::Unsigned;

/// Blocks of an evaluation that runs to its end in one call, between two looks at what is carried.
const BLOCKS_A_CALL: usize = 64;

impl<'m> Pipeline<'m> {
    /// Copies samples into the ring of an input: as many as fit. Says how many were taken.
    pub fn push(&mut self, input: usize, samples: &[u8]) -> Result<usize> {
        self.guarded(Scope::Flow, |p| p.push_now(input, samples))
    }

    /// Says that no more samples will be pushed.
    pub fn push_end(&mut self, input: usize) -> Result<()> {
        self.guarded(Scope::Flow, |p| p.push_end_now(input))
    }

    /// Does at most `most` windows of work: first of the evaluation under way, if there is one, then of the stream.
    /// Says how many it did, and whether anything is left to do now ([`Status::Ok`]), or input or pulls are needed
    /// first ([`Status::Again`]), or all is done ([`Status::End`]).
    pub fn step(&mut self, most: u64, done: &mut u64) -> Result<Status> {
        *done = 0;
        self.guarded(Scope::All, |p| {
            p.check_evaluation();
            p.check_stream()?;
            p.step_now(most, done)
        })
    }

    /// Hands out finished rows of an opened output: as many as there are and as fit. With none,
    /// [`Status::Again`] or, when all were handed out, [`Status::End`].
    pub fn pull(&mut self, stage: usize, rows: &mut [u8], got: &mut usize) -> Result<Status> {
        *got = 0;
        self.guarded(Scope::Flow, |p| p.pull_now(stage, rows, got))
    }

    /// Starts an evaluation whose rows go to `sink`, and says how many there will be.
    pub fn evaluate_begin(&mut self, ask: &Request, sink: SinkBox<'m>) -> Result<u64> {
        self.guarded(Scope::All, |p| p.evaluate_begin_now(ask, sink))
    }

    /// Gives up the evaluation under way, if there is one.
    pub fn evaluate_cancel(&mut self) {
        // Before seal, and on damage, there is nothing to note: the next call finds the same.
        let sound = self.sealed && self.open(Scope::All).is_ok();
        self.evaluation = None;
        if sound {
            self.close(Scope::All);
        }
    }

    /// Some blocks, each of at most `most` windows, of the evaluation under way: so many that looking at what is carried
    /// from call to call costs little.
    pub fn step_evaluation_once(&mut self, most: u64, done: &mut u64) -> Result<()> {
        *done = self.guarded(Scope::All, |p| {
            p.check_evaluation();
            let mut worked = 0u64;
            for _ in 0..BLOCKS_A_CALL {
                if p.evaluation.is_none() {
                    break;
                }
                worked = worked.sat_add(p.step_evaluation(most)?);
            }
            Ok(worked)
        })?;
        Ok(())
    }
}
