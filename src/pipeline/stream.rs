//! The stream: push, step and pull.

use super::definition::Pipeline;
use super::waiting::Wait;
use crate::checked;
use crate::exec::{Job, Supply, final_windows, internal};
use crate::graph::Input;
use crate::status::{Error, Result, Status};
use crate::util::slice::Put;
use crate::util::unsigned::{Count, Unsigned};

impl<'m> Pipeline<'m> {
    /// [`Pipeline::push`].
    pub(super) fn push_now(&mut self, input: usize, samples: &[u8]) -> Result<usize> {
        let keep = self.oldest_needed(input);
        let Some(supply) = self.supplies.get_mut(input) else {
            return Err(self.graph.unknown_input(input));
        };
        match supply {
            Supply::Source { .. } => {
                Err(self.about_input(input, "{i} has a source: it reads its samples and cannot be pushed"))
            }
            Supply::Pushed(buffer) if buffer.ended => {
                Err(self.about_input(input, "{i} has ended: reset the pipeline to push a new stream"))
            }
            Supply::Pushed(buffer) => Ok(buffer.push(&mut self.work, samples, keep)),
        }
    }

    /// [`Pipeline::push_end`].
    pub(super) fn push_end_now(&mut self, input: usize) -> Result<()> {
        match self.supplies.get_mut(input) {
            Some(Supply::Pushed(buffer)) => {
                buffer.ended = true;
                Ok(())
            }
            Some(_) => Err(self.about_input(input, "{i} has a source: it reads its samples and cannot be pushed")),
            None => Err(self.graph.unknown_input(input)),
        }
    }

    /// The first sample of a pushed input that something still needs.
    pub(super) fn oldest_needed(&self, input: usize) -> u64 {
        let stream = (!self.outputs.is_empty()).then(|| self.stream.oldest_sample(&self.graph, input)).flatten();
        let evaluated = self.evaluation.as_ref().and_then(|e| self.evaluation_needs(e, input));
        let kept = self.released.get(input).copied().filter(|_| self.outputs.is_empty());
        [stream, evaluated, kept].into_iter().flatten().min().unwrap_or(u64::MAX)
    }

    /// The first input whose buffer no longer holds a sample that `job` needs: the input, that sample, and the first
    /// sample held.
    pub(super) fn missing_sample(&self, job: &Job<'m>) -> Option<(&Input, u64, u64)> {
        for (i, (supply, input)) in self.supplies.iter().zip(self.graph.inputs()).enumerate() {
            if let (Supply::Pushed(buffer), Some(need)) = (supply, job.oldest_sample(&self.graph, i))
                && need < buffer.first()
            {
                return Some((input, need, buffer.first()));
            }
        }
        None
    }

    /// [`Pipeline::step`].
    pub(super) fn step_now(&mut self, max_windows: u64, done: &mut u64) -> Result<Status> {
        // Each round computes at least one row, or ends the evaluation.
        while *done < max_windows && self.evaluation.is_some() {
            let worked = self.step_evaluation(max_windows.sat_sub(*done))?;
            *done = done.sat_add(worked);
        }
        if self.evaluation.is_some() {
            return Ok(Status::Ok);
        }
        if self.outputs.is_empty() {
            return Ok(Status::End);
        }
        // Each round computes at least one row, or returns.
        while *done < max_windows {
            let worked = self.step_stream(max_windows.sat_sub(*done))?;
            if worked == 0 {
                let idle = if self.stream.done() { Status::End } else { Status::Again };
                return Ok(if *done > 0 && idle == Status::Again { Status::Ok } else { idle });
            }
            *done = done.sat_add(worked);
        }
        Ok(if self.stream.done() { Status::End } else { Status::Ok })
    }

    /// What the stream waits for after a step without work: an output with a full queue, or an input.
    #[must_use]
    pub fn blocked(&self) -> Error {
        match self.waits_for() {
            Wait::Output { stage, rows } => {
                self.waits(stage, "the queue of stage {n} is full: pull its {a} rows").a(rows)
            }
            Wait::Input { input, source, samples, needed } => {
                let text = match source {
                    false => "{i} has {a} samples and the next window needs {b}: push more, or end it",
                    true => "the source of {i} has {a} samples and the next window needs {b}: extend it",
                };
                let error = Error::new(Status::Again, text).a(samples).b(needed);
                self.graph.inputs().get(input).map_or(error, |i| error.name(&i.name))
            }
            Wait::Nothing | Wait::End => {
                let text = "the stream waits for the end of {i}: end it with sqs_push_end(), or a source with \
                            sqs_source_extend()";
                let open = self.graph.inputs().iter().zip(self.supplies.iter()).find(|(_, supply)| !supply.ended());
                let error = Error::new(Status::Again, text);
                open.map_or(error, |(input, _)| error.name(&input.name))
            }
        }
    }

    /// Why an output has no row to pull.
    #[must_use]
    pub fn unfinished(&self, stage: usize) -> Error {
        self.waits(
            stage,
            "no row of stage {n} is finished: call sqs_step(), and push samples when it returns SQS_AGAIN",
        )
    }

    /// An error about the state of an input.
    pub(super) fn about_input(&self, input: usize, text: &'static str) -> Error {
        let error = Error::new(Status::State, text);
        self.graph.inputs().get(input).map_or(error, |i| error.name(&i.name))
    }

    /// The error for rows of an output that is not open.
    fn not_open(&self, stage: usize) -> Error {
        match self.graph.stages().get(stage) {
            None => self.graph.unknown_stage(stage).with_status(Status::State),
            Some(s) => {
                let text = "the output of stage {n} is not open: call sqs_output_open() before the pipeline is sealed";
                Error::new(Status::State, text).name(&s.name)
            }
        }
    }

    /// Why an input accepts no more samples: `left` were not copied.
    #[must_use]
    pub fn full(&self, input: usize, left: u64) -> Error {
        let text = "{i} is full, {a} samples were not copied: push them after sqs_step() and sqs_pull(), or an \
                    evaluation";
        let error = Error::new(Status::Again, text).a(left);
        self.graph.inputs().get(input).map_or(error, |i| error.name(&i.name))
    }

    /// An error without fault, about a stage.
    fn waits(&self, stage: usize, text: &'static str) -> Error {
        let error = Error::new(Status::Again, text);
        self.graph.stages().get(stage).map_or(error, |s| error.name(&s.name))
    }

    /// Runs one block of the stream, as far as every output has room for its rows, and queues the rows.
    fn step_stream(&mut self, max_windows: u64) -> Result<u64> {
        if let (None, Some(windows)) = (self.stream.windows(), final_windows(&self.graph, &self.supplies)) {
            self.stream.set_windows(&self.graph, windows);
        }
        let room = self.outputs.iter().fold(max_windows, |room, output| room.min_u64(self.output_room(output)));
        let (stream, mut context) = self.split_stream();
        let moved = stream.advance(&mut context, room)?;
        for output in self.outputs.iter_mut() {
            let (first, end) = self.stream.pending(output.facts.stage);
            if first == end {
                continue;
            }
            let Some(from) = self.stream.rows_at(&self.graph, output.facts.stage, first, end) else {
                return internal("computed rows are outside their buffer");
            };
            if output.enqueue(&mut self.work, from, end).is_none() {
                return internal("computed rows do not fit their queue");
            }
            self.stream.set_delivered(output.facts.stage, end);
        }
        Ok(moved)
    }

    /// The queued rows of an opened output: the row that the next pull starts with, and the end (exclusive).
    pub fn pull_position(&self, stage: usize) -> Result<(u64, u64)> {
        self.must_be_sealed()?;
        let found = self.outputs.iter().find(|o| o.facts.stage == stage).map(|o| (o.head, o.tail));
        found.ok_or_else(|| self.not_open(stage))
    }

    /// [`Pipeline::pull`].
    pub(super) fn pull_now(&mut self, stage: usize, rows: &mut [u8], got: &mut usize) -> Result<Status> {
        let found = self.outputs.iter_mut().enumerate().find(|(_, o)| o.facts.stage == stage);
        let Some((index, output)) = found else {
            return Err(self.not_open(stage));
        };
        let row = self.graph.stages().get(stage).map_or(1, |s| s.shape.bytes());
        let room = checked::count(rows.len().checked_div(row).unwrap_or(0));
        let queued = output.tail.sat_sub(output.head);
        if queued == 0 {
            return Ok(if self.stream.done() { Status::End } else { Status::Again });
        }
        if room == 0 {
            let text = "stage {n} has rows of {a} bytes, the buffer has {b}";
            let error = Error::new(Status::Space, text).a(checked::count(row)).b(checked::count(rows.len()));
            return Err(self.graph.stages().get(stage).map_or(error, |s| error.name(&s.name)));
        }
        let wanted = checked::size(room.min_u64(queued))?;
        let mut valid = 0;
        while valid < wanted && output.row_valid(&mut self.work, output.head.sat_add(checked::count(valid)), row) {
            valid = valid.sat_add(1);
        }
        if valid == 0 {
            self.recompute_queue(index)?;
            return Ok(Status::Again);
        }
        for (i, out) in rows.chunks_exact_mut(row.max(1)).take(valid).enumerate() {
            let Some(bytes) = output.slot(output.head.sat_add(checked::count(i)), row).and_then(|s| self.work.bytes(s))
            else {
                return internal("queued rows are outside the work area");
            };
            out.put(bytes);
        }
        output.head = output.head.sat_add(checked::count(valid));
        self.rows_out = self.rows_out.sat_add(checked::count(valid));
        *got = valid;
        Ok(Status::Ok)
    }
}
