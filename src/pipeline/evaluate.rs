//! Evaluations: the rows of any range of any planned stage, delivered to a sink, in slices of bounded work.

use super::definition::Pipeline;
use super::evaluation::Evaluation;
use super::planning::STREAMS_ONLY;
use crate::checked;
use crate::exec::{callback_error, final_windows, internal, windows};
use crate::graph::Node;
use crate::io::SinkBox;
use crate::mem::Span;
use crate::plan::{ALL, Request};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::{Count, Unsigned};

impl<'m> Pipeline<'m> {
    /// Number of rows of a stage that can be evaluated now: those that no later input can change.
    pub fn available_rows(&self, stage: usize) -> Result<u64> {
        let Some(found) = self.graph.stages().get(stage) else {
            return Err(self.graph.unknown_stage(stage));
        };
        Ok(match final_windows(&self.graph, &self.supplies) {
            Some(windows) => found.rows(windows),
            None => found.final_rows(windows(&self.graph, &self.supplies)),
        })
    }

    /// Fails if the pipeline is planned without evaluations.
    pub fn must_evaluate(&self) -> Result<()> {
        if self.options.stream_only { Err(STREAMS_ONLY) } else { Ok(()) }
    }

    /// [`Pipeline::evaluate_begin`].
    pub(super) fn evaluate_begin_now(&mut self, ask: &Request, sink: SinkBox<'m>) -> Result<u64> {
        self.must_evaluate()?;
        if self.evaluation.is_some() {
            return Err(Error::new(
                Status::State,
                "an evaluation has begun already: finish it with sqs_step(), or cancel it, first",
            ));
        }
        let available = self.available_rows(ask.stage)?;
        let reversed = self.graph.stages().get(ask.stage).is_some_and(|s| s.level > 0);
        if reversed && final_windows(&self.graph, &self.supplies).is_none() {
            let text = "stage {n} needs the end of the stream, which is not known yet: end the inputs first";
            let name = self.graph.stages().get(ask.stage).map(|s| s.name).unwrap_or_default();
            return Err(Error::new(Status::Range, text).name(&name));
        }
        let count = if ask.count == ALL { available.sat_sub(ask.first) } else { ask.count };
        let end = ask.first.sat_add(count);
        if ask.first > available || end > available {
            return Err(self.graph.beyond(ask.stage, end.max_u64(ask.first), available));
        }
        let known = self.plan.find(&Request { count, ..*ask }, self.graph.has_scans());
        let Some(planned) = known.copied() else {
            if self.planner.is_none() {
                let text =
                    "stage {n}: this request is not in the plan that the pipeline is sealed with: export one with it";
                return Err(self.graph.about_stage(ask.stage, Error::new(Status::NotPlanned, text)));
            }
            let bytes = self.plan(&[*ask])?.bytes;
            let text =
                "stage {n}: the pipeline is not sealed for this request: seal it with it; alone it needs {a} bytes";
            return Err(self.graph.about_stage(ask.stage, Error::new(Status::NotPlanned, text).a(bytes)));
        };
        // The plan was laid out with this block: every buffer gets the place planned for it.
        self.lay_out_job(Some(&planned))?;
        core::mem::swap(&mut self.draft, &mut self.eval.plan);
        self.eval.stop_counting_recomputed();
        let ask = Request { count, ..*ask };
        let sweep = match planned.sweep() {
            Some(run) => Some(self.new_sweep(&planned, run, &ask, end, available)?),
            None => None,
        };
        if sweep.is_none() {
            // Its job uses the memory of the states that a sweep left.
            self.saved_sweep = None;
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
            delivered: 0,
            sweep,
        });
        // Nothing of the job before is used.
        self.sums.verified.eval = true;
        // Reports samples that are no longer held now, before any work.
        if count > 0 && self.cache.capacity() == 0 && sweep.is_none() {
            self.start_job().inspect_err(|_| self.evaluation = None)?;
        }
        Ok(count)
    }

    /// True from the beginning of an evaluation to its end or cancellation.
    #[must_use]
    pub fn evaluating(&self) -> bool {
        self.evaluation.is_some()
    }

    /// Number of rows that the present evaluation has delivered.
    #[must_use]
    pub fn evaluated(&self) -> u64 {
        self.evaluation.as_ref().map_or(0, |e| e.delivered)
    }

    /// The first sample of an input that an evaluation still needs, or a bound below it.
    pub(super) fn evaluation_needs(&self, e: &Evaluation<'_>, input: usize) -> Option<u64> {
        if e.running || e.sweep.is_some() {
            return self.eval.oldest_sample(&self.graph, input);
        }
        // Before the job starts nothing held is discarded: sample 0 is the bound.
        Some(0)
    }

    /// Starts the job at the next row to deliver.
    fn start_job(&mut self) -> Result<()> {
        let Some(e) = self.evaluation.as_ref() else { return Ok(()) };
        let windows = final_windows(&self.graph, &self.supplies);
        let (region, next, end) = (e.region, e.next, e.end);
        let (eval, mut context) = self.split_eval();
        eval.start(&mut context, region, windows, &|_| (next, end))?;
        self.check_samples()?;
        if let Some(e) = self.evaluation.as_mut() {
            (e.running, e.started) = (true, true);
        }
        Ok(())
    }

    /// An error where the job needs samples that their input buffer no longer holds, or parameters that are released.
    pub(super) fn check_samples(&self) -> Result<()> {
        if let Some(released) = self.released_row(&self.eval) {
            return Err(released);
        }
        let Some((input, need, first)) = self.missing_sample(&self.eval) else { return Ok(()) };
        let text = "{i}: sample {a} is needed, the input buffer starts with sample {b}: raise input_capacity";
        // Samples that were held when the evaluation began are missing only because of damage.
        let damaged = self.evaluation.as_ref().is_some_and(|e| e.damaged);
        let status = if damaged { Status::Corrupt } else { Status::Evicted };
        Err(Error::new(status, text).a(need).b(first).name(&input.name))
    }

    /// Does at most `max_windows` windows of the evaluation, and at least one row where it is not at its end.
    pub(super) fn step_evaluation(&mut self, max_windows: u64) -> Result<u64> {
        if self.evaluation.as_ref().is_some_and(|e| e.sweep.is_some()) {
            return self.step_sweep(max_windows);
        }
        self.deliver()?;
        let Some(e) = self.evaluation.as_ref() else { return Ok(0) };
        let (stage, next, end) = (e.ask.stage, e.next, e.end);
        let id = u32::try_from(stage).unwrap_or(u32::MAX);
        if next >= end {
            self.finish_evaluation();
            return Ok(0);
        }
        let failures = self.cache.counts.crc_failures;
        let cached = self.cache.get(&mut self.work, id, next);
        if self.cache.counts.crc_failures > failures {
            self.repairs.repairs = self.repairs.repairs.sat_add(1);
            self.eval.count_recomputed_of(stage, next.sat_add(1));
        }
        if let Some(found) = cached {
            self.send(next, found, 1)?;
            if let Some(e) = self.evaluation.as_mut() {
                // The job has computed no row after this one.
                e.running = false;
            }
            self.eval.stop_counting_recomputed();
            return Ok(1);
        }
        if !self.evaluation.as_ref().is_some_and(|e| e.running) {
            self.start_job()?;
        }
        let (eval, mut context) = self.split_eval();
        let moved = eval.advance(&mut context, max_windows)?;
        if moved == 0 && !self.eval.done() {
            return internal("an evaluation does not advance");
        }
        self.deliver()?;
        if self.evaluation.as_ref().is_some_and(|e| e.next >= e.end) {
            self.finish_evaluation();
        }
        Ok(moved)
    }

    /// Delivers the rows that the job has computed to the sink, and keeps them in the cache.
    fn deliver(&mut self) -> Result<()> {
        let Some(e) = self.evaluation.as_ref().filter(|e| e.running) else { return Ok(()) };
        let (stage, last) = (e.ask.stage, e.end);
        let (first, end) = self.eval.pending(stage);
        // A reverse scan is computed from the last row of the stream, requested or not.
        let end = end.min_u64(last);
        // In the classic order rows are delivered once all are computed: they are one array.
        if first >= end || (self.eval.plan.classic && !self.eval.done()) {
            return Ok(());
        }
        let Some(rows) = self.eval.rows_at(&self.graph, stage, first, end) else {
            return internal("computed rows are outside their buffer");
        };
        self.send(first, rows, end.sat_sub(first))?;
        self.eval.set_delivered(stage, end);
        self.cache_rows(stage, first, end, rows);
        Ok(())
    }

    /// Copies rows `first .. end` of a stage, which are at `rows`, into the row cache.
    pub(super) fn cache_rows(&mut self, stage: usize, first: u64, end: u64, rows: Span) {
        if self.cache.capacity() == 0 {
            return;
        }
        let id = u32::try_from(stage).unwrap_or(u32::MAX);
        let row = self.graph.shape(Node::Stage(stage)).bytes();
        for (t, at) in (first..end).zip((rows.at..).step_by(row.max(1))) {
            self.cache.put_span(&mut self.work, id, t, Span { at, len: row });
        }
    }

    /// Calls the sink with `count` rows at `rows`, from row `first` on, and counts them as delivered.
    pub(super) fn send(&mut self, first: u64, rows: Span, count: u64) -> Result<()> {
        let Some(bytes) = self.work.bytes(rows) else {
            return internal("computed rows are outside the work area");
        };
        let Some(e) = self.evaluation.as_mut() else { return Ok(()) };
        let sent = e.sink.rows(first, checked::size(count)?, bytes);
        sent.map_err(|code| callback_error(code, "the sink of the evaluation returned {a} at row {b}").b(first))?;
        e.next = first.sat_add(count);
        e.delivered = e.delivered.sat_add(count);
        self.rows_out = self.rows_out.sat_add(count);
        Ok(())
    }

    /// Ends the evaluation: input buffers may discard the samples that only rows before its end need.
    pub(super) fn finish_evaluation(&mut self) {
        let Some(e) = self.evaluation.take() else { return };
        let (eval, mut context) = self.split_eval();
        if e.started {
            eval.keep_states(&mut context);
        }
        eval.set_ranges(&mut context, None, &|_| (e.end, e.end.sat_add(1)));
        for (i, released) in self.released.iter_mut().enumerate() {
            if let Some(sample) = self.eval.oldest_sample(&self.graph, i) {
                *released = (*released).max_u64(sample);
            }
        }
    }
}
