//! The scrub: everything stored is verified in idle time, a bounded number of bytes in a call.

use super::definition::Pipeline;
use super::scrub_place::{CACHE, CHECKPOINTS, INPUTS, QUEUES, ScrubPlace};
use super::sums::Scope;
use crate::exec::Supply;
use crate::graph::Node;
use crate::status::Result;
use crate::util::unsigned::Unsigned;

impl Pipeline<'_> {
    /// Verifies the tables of the pipeline, and at most `max_bytes` bytes of stored data, but at least one item of it:
    /// checkpoints, cached rows, pushed samples, queued rows, in rounds that continue from call to call. Damaged
    /// checkpoints and cached rows are dropped, and recomputed when they are needed; damaged samples and queued rows are
    /// counted, and found again when they are needed; constant tables of stages are filled again. Returns the number of
    /// bytes of stored data verified.
    pub fn scrub(&mut self, max_bytes: usize) -> Result<usize> {
        self.guarded(Scope::All, |p| Ok(p.scrub_now(max_bytes)))
    }

    fn scrub_now(&mut self, max_bytes: usize) -> usize {
        let mut verified = 0usize;
        loop {
            let left = max_bytes.sat_sub(verified);
            let first = verified == 0;
            let (bytes, end) = match self.scrub_place.part {
                CHECKPOINTS => self.checkpoints.scrub(&mut self.work, left),
                CACHE => {
                    let min_bytes = if first { self.cache.entry_bytes() } else { 0 };
                    self.cache.scrub(&mut self.work, left.max(min_bytes))
                }
                INPUTS => self.scrub_inputs(left, first),
                _ => self.scrub_queues(left, first),
            };
            verified = verified.sat_add(bytes);
            if !end {
                return verified;
            }
            let ScrubPlace { part, rounds, .. } = self.scrub_place;
            let last = part >= QUEUES;
            self.scrub_place = ScrubPlace {
                part: if last { CHECKPOINTS } else { part.sat_add(1) },
                rounds: rounds.sat_add(u64::from(last)),
                ..ScrubPlace::default()
            };
            // A call ends with its round.
            if last {
                return verified;
            }
        }
    }

    /// Verifies at most `max_bytes` bytes of pushed samples; with `first` at least one chunk. Returns the bytes, and
    /// whether the last input is done.
    fn scrub_inputs(&mut self, max_bytes: usize, first: bool) -> (usize, bool) {
        let mut bytes = 0usize;
        while let Some(supply) = self.supplies.get_mut(self.scrub_place.index) {
            let next = self.scrub_place.next;
            let chunk = match supply {
                Supply::Pushed(buffer) => buffer.chunk_from(next),
                Supply::Source { .. } => None,
            };
            let (Supply::Pushed(buffer), Some(chunk)) = (supply, chunk) else {
                (self.scrub_place.index, self.scrub_place.next) = (self.scrub_place.index.sat_add(1), 0);
                continue;
            };
            let len = buffer.chunk_bytes(chunk);
            if bytes.sat_add(len) > max_bytes && !(first && bytes == 0) {
                return (bytes, false);
            }
            bytes = bytes.sat_add(len);
            let found = u64::from(buffer.is_chunk_newly_damaged(&mut self.work, chunk));
            self.counts.damaged = self.counts.damaged.sat_add(found);
            self.scrub_place.next = chunk.sat_add(1);
        }
        (bytes, true)
    }

    /// The same for the rows in the queues of outputs.
    fn scrub_queues(&mut self, max_bytes: usize, first: bool) -> (usize, bool) {
        let mut bytes = 0usize;
        while let Some(output) = self.outputs.get_mut(self.scrub_place.index) {
            let row = self.graph.shape(Node::Stage(output.facts.stage)).bytes();
            let at = self.scrub_place.next.max(output.head);
            if at >= output.tail {
                (self.scrub_place.index, self.scrub_place.next) = (self.scrub_place.index.sat_add(1), 0);
                continue;
            }
            if bytes.sat_add(row) > max_bytes && !(first && bytes == 0) {
                return (bytes, false);
            }
            bytes = bytes.sat_add(row);
            let found = u64::from(!output.row_valid(&mut self.work, at, row) && output.found.is_new(at));
            self.repairs.crc_failures = self.repairs.crc_failures.sat_add(found);
            self.scrub_place.next = at.sat_add(1);
        }
        (bytes, true)
    }
}
