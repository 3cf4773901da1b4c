//! What a pipeline waits for, and how far its inputs are.

use super::definition::Pipeline;
use crate::exec::Supply;
use crate::status::Result;
use crate::store::queue::Output;
use crate::util::unsigned::Unsigned;

/// What the stream waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Nothing: a step can do work.
    Nothing,
    /// The queue of an output is full.
    Output {
        /// The stage.
        stage: usize,
        /// Rows that wait in the queue.
        rows: u64,
    },
    /// An input has too few samples for the next window.
    Input {
        /// The input.
        input: usize,
        /// It has a source.
        source: bool,
        /// Samples it has.
        samples: u64,
        /// Samples that the next window needs.
        needed: u64,
    },
    /// All rows are computed, or no output is open.
    End,
}

/// How far an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputPosition {
    /// First sample held; 0 for a source.
    pub first: u64,
    /// Number of the next sample: of a source, its length.
    pub next: u64,
    /// Samples that a push accepts now; 0 for a source and after the end.
    pub room: u64,
}

impl Pipeline<'_> {
    /// Windows for whose rows the queue of an output has room.
    pub(super) fn output_room(&self, output: &Output) -> u64 {
        // An output whose rows are all computed does not limit the stream.
        if self.stream.stage_done(output.facts.stage) {
            return u64::MAX;
        }
        let free = output.facts.capacity.sat_sub(output.tail.sat_sub(output.head));
        let limit = self.stream.frontier_for(&self.graph, output.facts.stage, output.tail.sat_add(free));
        self.stream.room_before(limit)
    }

    /// What the stream waits for.
    #[must_use]
    pub fn waits_for(&self) -> Wait {
        if self.evaluation.is_some() {
            return Wait::Nothing;
        }
        if self.outputs.is_empty() || self.stream.done() {
            return Wait::End;
        }
        if let Some(output) = self.outputs.iter().find(|o| self.output_room(o) == 0) {
            return Wait::Output { stage: output.facts.stage, rows: output.tail.sat_sub(output.head) };
        }
        let next = self.stream.frontier();
        for (i, (input, supply)) in self.graph.inputs().iter().zip(self.supplies.iter()).enumerate() {
            if supply.ended() || input.windows(supply.samples()) > next {
                continue;
            }
            let (start, len) = input.samples(next, next.sat_add(1));
            let (samples, needed) = (supply.samples(), start.sat_add(len));
            return Wait::Input { input: i, source: !supply.is_pushed(), samples, needed };
        }
        Wait::Nothing
    }

    /// How far an input is.
    pub fn input_position(&self, input: usize) -> Result<InputPosition> {
        self.must_be_sealed()?;
        Ok(match self.supplies.get(input) {
            None => return Err(self.graph.unknown_input(input)),
            Some(Supply::Source { samples, .. }) => InputPosition { first: 0, next: *samples, room: 0 },
            Some(Supply::Pushed(buffer)) => {
                let keep = self.oldest_needed(input);
                let room = if buffer.ended { 0 } else { buffer.room(keep) };
                InputPosition { first: buffer.first(), next: buffer.end(), room }
            }
        })
    }
}
