//! Samples in, rows out: push, step and pull.

use super::Pipeline;
use crate::checked;
use crate::exec::{Supply, final_windows};
use crate::status::{Error, Result, Status};
use crate::util::slice::Put;
use crate::util::unsigned::{Count, Unsigned};

impl<'m> Pipeline<'m> {
    /// [`Pipeline::push`].
    pub(super) fn push_now(&mut self, input: usize, samples: &[u8]) -> Result<usize> {
        let keep = self.oldest_needed(input);
        let Some(supply) = self.supplies.get_mut(input) else {
            return Err(Error::new(Status::Argument, "there is no input {a}").a(checked::count(input)));
        };
        match supply {
            Supply::Source { .. } => Err(Error::new(Status::State, "the input has a source, it is not pushed")),
            Supply::Pushed(ring) if ring.ended => Err(Error::new(Status::State, "the input has ended")),
            Supply::Pushed(ring) => Ok(ring.push(&mut self.work, samples, keep)),
        }
    }

    /// [`Pipeline::push_end`].
    pub(super) fn push_end_now(&mut self, input: usize) -> Result<()> {
        match self.supplies.get_mut(input) {
            Some(Supply::Pushed(ring)) => {
                ring.ended = true;
                Ok(())
            }
            Some(_) => Err(Error::new(Status::State, "the input has a source, it is not pushed")),
            None => Err(Error::new(Status::Argument, "there is no input {a}").a(checked::count(input))),
        }
    }

    /// The first sample of a pushed input that something still needs.
    pub(super) fn oldest_needed(&self, input: usize) -> u64 {
        let stream = (!self.outputs.is_empty()).then(|| self.stream.oldest_sample(&self.graph, input)).flatten();
        let asked = self.evaluation.as_ref().and_then(|e| self.evaluation_needs(e, input));
        let kept = self.released.get(input).copied().filter(|_| self.outputs.is_empty());
        [stream, asked, kept].into_iter().flatten().min().unwrap_or(u64::MAX)
    }

    pub(super) fn must_be_sealed(&self) -> Result<()> {
        if self.sealed {
            return Ok(());
        }
        Err(Error::new(Status::State, "the pipeline is not sealed"))
    }

    /// [`Pipeline::step`].
    pub(super) fn step_now(&mut self, most: u64, done: &mut u64) -> Result<Status> {
        // Each turn makes a row or more, or ends the evaluation.
        while *done < most && self.evaluation.is_some() {
            let worked = self.step_evaluation(most.sat_sub(*done))?;
            *done = done.sat_add(worked);
        }
        if self.evaluation.is_some() {
            return Ok(Status::Ok);
        }
        if self.outputs.is_empty() {
            return Ok(Status::End);
        }
        // Each turn makes a row or more, or returns.
        while *done < most {
            let worked = self.step_stream(most.sat_sub(*done))?;
            if worked == 0 {
                let idle = if self.stream.done() { Status::End } else { Status::Again };
                return Ok(if *done > 0 && idle == Status::Again { Status::Ok } else { idle });
            }
            *done = done.sat_add(worked);
        }
        Ok(if self.stream.done() { Status::End } else { Status::Ok })
    }

    /// One block of the stream, as far as every output has room for what it makes.
    fn step_stream(&mut self, most: u64) -> Result<u64> {
        if let (None, Some(windows)) = (self.stream.windows(), final_windows(&self.graph, &self.supplies)) {
            self.stream.set_windows(&self.graph, windows);
        }
        let mut room = most;
        for output in self.outputs.iter() {
            let queued = output.tail.sat_sub(output.head);
            let free = output.facts.capacity.sat_sub(queued);
            let limit = self.stream.frontier_for(&self.graph, output.facts.stage, output.tail.sat_add(free));
            // An output whose rows are all made holds back nobody.
            if !self.stream.stage_done(output.facts.stage) {
                room = room.min_u64(self.stream.room_before(limit));
            }
        }
        let (stream, mut context) = self.split_stream();
        let moved = stream.advance(&mut context, room)?;
        for output in self.outputs.iter_mut() {
            let (first, end) = self.stream.pending(output.facts.stage);
            if first == end {
                continue;
            }
            let Some(from) = self.stream.rows_at(&self.graph, output.facts.stage, first, end) else {
                return crate::exec::internal("finished rows lie outside of their buffer");
            };
            if output.enqueue(&mut self.work, from, end).is_none() {
                return crate::exec::internal("finished rows do not fit their queue");
            }
            self.stream.hand_out(output.facts.stage, end);
        }
        Ok(moved)
    }

    /// The row that the next pull of an opened output starts with, and one behind the last that waits.
    pub fn pull_position(&self, stage: usize) -> Result<(u64, u64)> {
        self.must_be_sealed()?;
        let found = self.outputs.iter().find(|o| o.facts.stage == stage).map(|o| (o.head, o.tail));
        found.ok_or_else(|| Error::new(Status::State, "the output of stage {a} is not open").a(checked::count(stage)))
    }

    /// [`Pipeline::pull`].
    pub(super) fn pull_now(&mut self, stage: usize, rows: &mut [u8], got: &mut usize) -> Result<Status> {
        let found = self.outputs.iter_mut().enumerate().find(|(_, o)| o.facts.stage == stage);
        let Some((index, output)) = found else {
            return Err(Error::new(Status::State, "the output of stage {a} is not open").a(checked::count(stage)));
        };
        let row = self.graph.stages().get(stage).map_or(1, |s| s.shape.bytes());
        let room = checked::count(rows.len().checked_div(row).unwrap_or(0));
        let queued = output.tail.sat_sub(output.head);
        if queued == 0 {
            return Ok(if self.stream.done() { Status::End } else { Status::Again });
        }
        if room == 0 {
            let text = "the buffer does not hold one row of {a} bytes";
            return Err(Error::new(Status::Space, text).a(checked::count(row)));
        }
        let taken = checked::size(room.min_u64(queued))?;
        let mut sound = 0;
        while sound < taken && output.row_sound(&mut self.work, output.head.sat_add(checked::count(sound)), row) {
            sound = sound.sat_add(1);
        }
        if sound == 0 {
            self.lost_queue(index)?;
            return Ok(Status::Again);
        }
        let taken = sound;
        for (i, out) in rows.chunks_exact_mut(row.max(1)).take(taken).enumerate() {
            let Some(bytes) = output.slot(output.head.sat_add(checked::count(i)), row).and_then(|s| self.work.bytes(s))
            else {
                return crate::exec::internal("queued rows lie outside of the work area");
            };
            out.put(bytes);
        }
        output.head = output.head.sat_add(checked::count(taken));
        self.rows_out = self.rows_out.sat_add(checked::count(taken));
        *got = taken;
        Ok(Status::Ok)
    }
}
