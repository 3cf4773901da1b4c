//! Rows of any range of any planned stage, to a sink, in slices of bounded work.

use super::Pipeline;
use super::sweep_state::Sweep;
use crate::checked;
use crate::digest::Digest;
use crate::exec::{Supply, failed, final_windows, internal, windows};
use crate::graph::Node;
use crate::io::SinkBox;
use crate::mem::Span;
use crate::plan::{ALL, Request};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::{Count, Unsigned};

/// What an evaluation is asked for.
pub type Ask = Request;

/// An evaluation under way.
pub(super) struct Evaluation<'m> {
    pub(super) ask: Request,
    pub(super) sink: SinkBox<'m>,
    /// Where its job lies.
    region: Span,
    /// Next row to hand out.
    next: u64,
    /// One behind the last row.
    end: u64,
    /// The job is making rows from `next` on; else the next row is looked for in the cache first.
    running: bool,
    /// The job has run for this evaluation: its states are those of its positions.
    started: bool,
    /// What it carried was damaged: samples that are gone are not the caller's fault.
    damaged: bool,
    /// Rows handed out.
    pub(super) handed: u64,
    /// How it comes from the last row to the first, if it does.
    pub(super) sweep: Option<Sweep>,
}

impl core::fmt::Debug for Evaluation<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Evaluation").field("ask", &self.ask).field("next", &self.next).finish_non_exhaustive()
    }
}

impl Evaluation<'_> {
    /// True where its job holds something that is used again.
    pub(super) fn carries(&self) -> bool {
        self.started || self.sweep.is_some()
    }

    /// What its job holds is lost: it is made again from the next row to hand out.
    pub(super) fn start_over(&mut self) {
        (self.running, self.started, self.damaged) = (false, false, true);
    }

    /// How far it has come.
    pub(super) fn digest(&self, d: &mut Digest) {
        d.sizes([self.ask.stage, self.ask.order as usize, self.region.at, self.region.len]);
        d.words([self.ask.first, self.ask.count, self.next, self.end, self.handed]);
        d.words([self.running, self.started, self.damaged].map(u64::from));
        if let Some(sweep) = self.sweep.as_ref() {
            sweep.digest(d);
        }
    }
}

impl<'m> Pipeline<'m> {
    /// Rows of a stage that can be evaluated now: those that no later input can change.
    pub fn rows_there(&self, stage: usize) -> Result<u64> {
        let Some(found) = self.graph.stages().get(stage) else {
            return Err(Error::new(Status::Argument, "there is no stage {a}").a(checked::count(stage)));
        };
        Ok(match final_windows(&self.graph, &self.supplies) {
            Some(windows) => found.rows(windows),
            None => found.final_rows(windows(&self.graph, &self.supplies)),
        })
    }

    /// [`Pipeline::evaluate_begin`].
    pub(super) fn evaluate_begin_now(&mut self, ask: &Request, sink: SinkBox<'m>) -> Result<u64> {
        if self.evaluation.is_some() {
            return Err(Error::new(Status::State, "an evaluation is under way: step or cancel it"));
        }
        let there = self.rows_there(ask.stage)?;
        let turns = self.graph.stages().get(ask.stage).is_some_and(|s| s.level > 0);
        if turns && final_windows(&self.graph, &self.supplies).is_none() {
            let text = "stage {n} runs from the end of the stream, which is not known yet";
            let name = self.graph.stages().get(ask.stage).map(|s| s.name).unwrap_or_default();
            return Err(Error::new(Status::Range, text).name(&name));
        }
        let count = if ask.count == ALL { there.sat_sub(ask.first) } else { ask.count };
        let end = ask.first.sat_add(count);
        if ask.first > there || end > there {
            let text = "rows up to {a} are asked for, there are {b} so far";
            return Err(Error::new(Status::Range, text).a(end.max_u64(ask.first)).b(there));
        }
        let known = self.plan.find(&Request { count, ..*ask }, self.graph.has_scans());
        let Some(planned) = known.copied() else {
            let bytes = self.with_planner(&[*ask], |planner, draft| planner.plan(draft))?.bytes;
            let text = "the pipeline was not sealed for this request; it alone would need {a} bytes";
            return Err(Error::new(Status::NotPlanned, text).a(checked::count(bytes)));
        };
        // The block is the one of the plan, and so is every byte's place.
        self.with_planner(&[], |planner, draft| planner.job(draft, &planned))?;
        core::mem::swap(&mut self.draft, &mut self.eval.plan);
        self.eval.forget_redo();
        let ask = Request { count, ..*ask };
        let sweep = match planned.sweep() {
            Some(run) => Some(self.new_sweep(&planned, run, &ask, end, there)?),
            None => None,
        };
        if sweep.is_none() {
            // Its job takes the memory of what a sweep has left.
            self.left = None;
        }
        self.evaluation = Some(Evaluation {
            ask,
            sink,
            region: self.plan.region(&planned),
            next: ask.first,
            end,
            running: false,
            started: false,
            damaged: false,
            handed: 0,
            sweep,
        });
        // Samples that are gone are told now, before any work.
        if count > 0 && self.cache.capacity() == 0 && sweep.is_none() {
            self.start_run().inspect_err(|_| self.evaluation = None)?;
        }
        Ok(count)
    }

    /// True while an evaluation is under way.
    #[must_use]
    pub fn evaluating(&self) -> bool {
        self.evaluation.is_some()
    }

    /// Rows the evaluation under way has handed out.
    #[must_use]
    pub fn evaluated(&self) -> u64 {
        self.evaluation.as_ref().map_or(0, |e| e.handed)
    }

    /// The first sample of an input that an evaluation still needs.
    pub(super) fn evaluation_needs(&self, e: &Evaluation<'_>, input: usize) -> Option<u64> {
        if e.running || e.sweep.is_some() {
            return self.eval.oldest_sample(&self.graph, input);
        }
        // Before a run its first row decides; the cheap bound is the ring's own start.
        Some(0)
    }

    /// Lets the job make rows from the next one on.
    fn start_run(&mut self) -> Result<()> {
        let Some(e) = self.evaluation.as_ref() else { return Ok(()) };
        let windows = final_windows(&self.graph, &self.supplies);
        let (region, next, end) = (e.region, e.next, e.end);
        let (eval, mut context) = self.split_eval();
        eval.start(&mut context, region, next, end, windows)?;
        self.check_rings()?;
        if let Some(e) = self.evaluation.as_mut() {
            (e.running, e.started) = (true, true);
        }
        Ok(())
    }

    /// Refuses to go on where samples that the job needs have left their ring.
    pub(super) fn check_rings(&self) -> Result<()> {
        for (i, (supply, input)) in self.supplies.iter().zip(self.graph.inputs()).enumerate() {
            let (Supply::Pushed(ring), Some(need)) = (supply, self.eval.oldest_sample(&self.graph, i)) else {
                continue;
            };
            if need < ring.first() {
                let text = "input {n}: sample {a} is needed, the ring starts with sample {b}";
                // Samples that were there when it began are missed only because of damage.
                let damaged = self.evaluation.as_ref().is_some_and(|e| e.damaged);
                let status = if damaged { Status::Corrupt } else { Status::Evicted };
                return Err(Error::new(status, text).a(need).b(ring.first()).name(&input.name));
            }
        }
        Ok(())
    }

    /// At most `most` windows of the evaluation; at least one where it is not at its end.
    pub(super) fn step_evaluation(&mut self, most: u64) -> Result<u64> {
        if self.evaluation.as_ref().is_some_and(|e| e.sweep.is_some()) {
            return self.step_sweep(most);
        }
        self.hand_out()?;
        let Some(e) = self.evaluation.as_ref() else { return Ok(0) };
        let (stage, next, end) = (e.ask.stage, e.next, e.end);
        let id = u32::try_from(stage).unwrap_or(u32::MAX);
        if next >= end {
            self.finish_evaluation();
            return Ok(0);
        }
        let failures = self.cache.counts.crc_failures;
        let kept = self.cache.get(&mut self.work, id, next);
        if self.cache.counts.crc_failures > failures {
            self.repairs.repairs = self.repairs.repairs.sat_add(1);
            self.eval.note_redo_of(stage, next.sat_add(1));
        }
        if let Some(found) = kept {
            self.give(next, found, 1)?;
            if let Some(e) = self.evaluation.as_mut() {
                // What the job made so far does not reach behind this row.
                e.running = false;
            }
            self.eval.forget_redo();
            return Ok(1);
        }
        if !self.evaluation.as_ref().is_some_and(|e| e.running) {
            self.start_run()?;
        }
        let (eval, mut context) = self.split_eval();
        let moved = eval.advance(&mut context, most)?;
        if moved == 0 && !self.eval.done() {
            return internal("an evaluation came to a halt");
        }
        self.hand_out()?;
        if self.evaluation.as_ref().is_some_and(|e| e.next >= e.end) {
            self.finish_evaluation();
        }
        Ok(moved)
    }

    /// Gives the rows that the job has made to the sink, and keeps them in the cache.
    fn hand_out(&mut self) -> Result<()> {
        let Some(e) = self.evaluation.as_ref().filter(|e| e.running) else { return Ok(()) };
        let (stage, last) = (e.ask.stage, e.end);
        let (first, end) = self.eval.pending(stage);
        // A reverse scan is made from the last row of all, wanted or not.
        let end = end.min_u64(last);
        // In the classic order rows are handed out when all are made, as arrays are.
        if first >= end || (self.eval.plan.classic && !self.eval.done()) {
            return Ok(());
        }
        let Some(rows) = self.eval.rows_at(&self.graph, stage, first, end) else {
            return internal("finished rows lie outside of their buffer");
        };
        self.give(first, rows, end.sat_sub(first))?;
        self.eval.hand_out(stage, end);
        self.keep_in_cache(stage, first, end, rows);
        Ok(())
    }

    /// Keeps rows `first .. end` of a stage, which lie at `rows`, in the row cache.
    pub(super) fn keep_in_cache(&mut self, stage: usize, first: u64, end: u64, rows: Span) {
        if self.cache.capacity() == 0 {
            return;
        }
        let id = u32::try_from(stage).unwrap_or(u32::MAX);
        let row = self.graph.shape(Node::Stage(stage)).bytes();
        for (t, at) in (first..end).zip((rows.at..).step_by(row.max(1))) {
            self.cache.keep(&mut self.work, id, t, Span { at, len: row });
        }
    }

    pub(super) fn give(&mut self, first: u64, rows: Span, count: u64) -> Result<()> {
        let Some(bytes) = self.work.bytes(rows) else {
            return internal("finished rows lie outside of the work area");
        };
        let Some(e) = self.evaluation.as_mut() else { return Ok(()) };
        let given = e.sink.rows(first, checked::size(count)?, bytes);
        given.map_err(|code| failed(code, "the sink returned {a} at row {b}").b(first))?;
        e.next = first.sat_add(count);
        e.handed = e.handed.sat_add(count);
        self.rows_out = self.rows_out.sat_add(count);
        Ok(())
    }

    /// The evaluation is done: what lies before the row behind its last may leave the rings.
    pub(super) fn finish_evaluation(&mut self) {
        let Some(e) = self.evaluation.take() else { return };
        let (eval, mut context) = self.split_eval();
        if e.started {
            eval.keep_states(&mut context);
        }
        eval.aim(&mut context, e.end, e.end.sat_add(1), None);
        for (i, released) in self.released.iter_mut().enumerate() {
            if let Some(sample) = self.eval.oldest_sample(&self.graph, i) {
                *released = (*released).max_u64(sample);
            }
        }
    }
}
