//! What a job keeps from one block to the next: positions, states, and rows and samples that some stage still needs.
//!
//! A saved job consists of this and nothing else: no other bytes of the job's buffers are read again. The module reads
//! and restores it for saving, adds it to checksums, and counts the rows that are recomputed where it was damaged.

use super::context::JobContext;
use super::job::{Job, UNKNOWN};
use super::progress::{Loaded, Progress};
use crate::crc::Crc32c;
use crate::digest::Digest;
use crate::graph::{Graph, Node};
use crate::mem::{Span, Work};
use crate::util::unsigned::{Count, Unsigned};

/// Progress of a stage, as it is saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// First row to compute.
    pub first: u64,
    /// End (exclusive) of the rows to compute; `u64::MAX` where the end of the stream is not known.
    pub end: u64,
    /// Next row to compute.
    pub next: u64,
    /// Next row to deliver.
    pub delivered: u64,
}

/// Largest classic job, in bytes, whose memory is checked between calls: each call reads all of it.
const MAX_CHECKED_CLASSIC: usize = 256 << 10;

/// Saving and restoring.
impl Job<'_> {
    /// The position of a stage; None where the job does not compute it.
    #[must_use]
    pub fn position(&self, stage: usize) -> Option<Position> {
        let p = self.progress.get(stage).filter(|_| self.is_active(stage))?;
        Some(Position { first: p.first, end: p.end, next: p.next, delivered: p.delivered })
    }

    /// The rows of a stage that are computed and still needed, by a consumer or to be delivered: first and end
    /// (exclusive).
    #[must_use]
    pub fn carried_rows(&self, graph: &Graph<'_>, stage: usize) -> (u64, u64) {
        let (Some(lane), Some(p)) = (self.plan.lanes.get(stage), self.progress.get(stage)) else { return (0, 0) };
        if graph.stages().get(stage).is_some_and(|s| s.reverse) {
            // Computed from the last row on.
            return (p.end.sat_sub(p.next.sat_sub(p.first)), p.end);
        }
        if lane.held && self.plan.leaf > 0 {
            return (p.base.min_u64(p.next), p.next);
        }
        let bound = if lane.target { p.delivered.min_u64(p.next) } else { p.next };
        (self.oldest_row(graph, Node::Stage(stage), bound).max_u64(p.base).min_u64(p.next), p.next)
    }

    /// Begins to restore a saved job in `region`. Positions, states and carried rows follow.
    pub fn resume(&mut self, region: Span, frontier: u64, windows: Option<u64>) {
        (self.origin, self.frontier, self.known_windows) = (region.at, frontier, windows.unwrap_or(UNKNOWN));
        self.tail_call = None;
        self.clear_progress();
    }

    /// Restores the position of a stage.
    pub fn set_position(&mut self, stage: usize, p: Position) {
        if let Some(progress) = self.progress.get_mut(stage) {
            let over = Progress::over(p.first, p.end);
            *progress = Progress { next: p.next, mark: p.next, base: p.next, delivered: p.delivered, ..over };
        }
    }

    /// Sets the samples needed of sources, once all positions are restored: from the first sample that a stage needs.
    pub fn set_loads(&mut self, graph: &Graph<'_>) {
        for (i, input) in graph.inputs().iter().enumerate() {
            let oldest = self.oldest_row(graph, Node::Input(i), u64::MAX);
            let last_window = self.needed_rows(graph, Node::Input(i), None).map_or(0, |(_, end)| end);
            if let Some(loaded) = self.loaded.get_mut(i).filter(|_| oldest != u64::MAX) {
                let first = oldest.sat_mul(input.hop);
                *loaded = Loaded { first, end: first, last_window };
            }
        }
    }

    /// The place of the carried rows of a resumed job, from `first` to the next row it computes.
    pub fn carried_span(&mut self, graph: &Graph<'_>, stage: usize, first: u64) -> Option<Span> {
        let next = self.progress.get_mut(stage).map_or(first, |p| {
            p.base = first.min_u64(p.next);
            p.next
        });
        self.rows_at(graph, stage, first, next)
    }
}

/// Counting of recomputed rows.
impl<'m> Job<'m> {
    /// From here on rows before the stages' present positions count as recomputed.
    pub fn count_recomputed(&mut self) {
        self.recompute_end.fill_with(|| 0);
        for (end, progress) in self.recompute_end.iter_mut().zip(self.progress.iter()) {
            *end = (*end).max_u64(progress.next);
        }
    }

    /// From here on rows of one stage before `row` count as recomputed.
    pub fn count_recomputed_of(&mut self, stage: usize, row: u64) {
        self.recompute_end.fill_with(|| 0);
        if let Some(end) = self.recompute_end.get_mut(stage) {
            *end = (*end).max_u64(row);
        }
    }

    /// From here on no row counts as recomputed.
    pub fn stop_counting_recomputed(&mut self) {
        self.recompute_end.clear();
    }

    /// A checkpoint was damaged: rows from the one before it to here are recomputed.
    pub(super) fn count_damaged_checkpoint(&mut self, context: &mut JobContext<'_, 'm>) {
        context.counts.repaired = context.counts.repaired.sat_add(1);
        self.count_recomputed();
    }
}

/// Checksums.
impl Job<'_> {
    /// Checksum over the bytes that outlive a call: states, rows and samples that are needed again, kept scratch, and
    /// the snapshots. The rows of a tile computed forward have a checksum of their own ([`Job::rows_sum`]). None for a
    /// classic job over more than 256 KiB, which is not checked.
    pub fn carried_sum(&self, graph: &Graph<'_>, work: &mut Work<'_>) -> Option<u32> {
        if self.plan.classic && self.plan.bytes > MAX_CHECKED_CLASSIC {
            return None;
        }
        let mut d = Digest::default();
        let mut add = |span: Option<Span>| match span.and_then(|s| work.bytes(s)) {
            Some(bytes) => d.bytes(bytes),
            None => d.word(u64::MAX),
        };
        for at in 0..self.plan.order.len() {
            let Some(i) = self.plan.order.get(at).copied() else { break };
            let (Some(lane), Some(progress), Some(stage)) =
                (self.plan.lanes.get(i), self.progress.get(i), graph.stages().get(i))
            else {
                continue;
            };
            if lane.state.len > 0 {
                add(self.state(i));
            }
            if stage.keeps_scratch && progress.scratch_row == Some(progress.next) {
                add(Some(self.placed(lane.scratch)));
            }
            let (first, end) = self.carried_rows(graph, i);
            // The rows of a tile computed forward have a checksum that grows with them.
            if first < end && (stage.reverse || !(lane.target && self.plan.leaf > 0)) {
                add(self.rows_at(graph, i, first, end));
            }
        }
        for input in 0..graph.inputs().len() {
            self.add_samples(graph, input, &mut add);
        }
        if self.plan.leaf > 0 {
            for level in 0..self.plan.snapshots.len() {
                add(Some(self.snapshot(level)));
            }
        }
        Some(d.value())
    }

    /// Adds the samples of a source that are held and needed again.
    fn add_samples(&self, graph: &Graph<'_>, i: usize, add: &mut dyn FnMut(Option<Span>)) {
        let (Some(feed), Some(loaded), Some(input)) =
            (self.plan.feeds.get(i), self.loaded.get(i), graph.inputs().get(i))
        else {
            return;
        };
        // Later levels read any of the loaded samples again once the head of a tile is done.
        let oldest = if self.is_read_by_tail(graph, i) { 0 } else { self.oldest_kept_row(graph, i) };
        let first = oldest.sat_mul(input.hop).max_u64(loaded.first);
        if feed.cap > 0 && oldest != u64::MAX && first < loaded.end {
            let bytes = |n: u64| usize::try_from(n).ok()?.checked_mul(input.sample_bytes());
            let skip = bytes(first.sat_sub(loaded.first));
            let part = skip.zip(bytes(loaded.end.sat_sub(first))).and_then(|(s, l)| feed.samples.part(s, l));
            add(part.map(|p| self.placed(p)));
        }
    }

    /// True in a sweep where a stage of a later level reads the input.
    fn is_read_by_tail(&self, graph: &Graph<'_>, input: usize) -> bool {
        let mut consumers = graph.consumers(Node::Input(input));
        self.plan.leaf > 0 && consumers.any(|(c, stage, _)| stage.level > 0 && self.is_active(c))
    }

    /// The checksum `sum` continued over rows `first .. end` of a target.
    pub fn rows_sum(
        &self,
        graph: &Graph<'_>,
        work: &mut Work<'_>,
        stage: usize,
        (first, end): (u64, u64),
        sum: Crc32c,
    ) -> Option<Crc32c> {
        if first >= end {
            return Some(sum);
        }
        let rows = self.rows_at(graph, stage, first, end)?;
        work.bytes(rows).map(|b| sum.update(b))
    }

    /// Adds all positions.
    pub fn digest(&self, d: &mut Digest) {
        d.sizes([self.origin, self.progress.len(), self.bounds.len(), self.recompute_end.len()]);
        d.word(self.frontier);
        d.word(self.known_windows);
        for p in self.progress.iter() {
            d.words([p.first, p.end, p.next, p.mark, p.base, p.delivered]);
            d.maybe(p.scratch_row);
            d.maybe(p.capture);
        }
        self.loaded.iter().for_each(|l| d.words([l.first, l.end, l.last_window]));
        self.bounds.iter().for_each(|b| b.digest(d));
        d.sizes([usize::from(self.tail_call.is_some()), self.tail_call.map_or(0, |t| t.0)]);
        d.word(self.tail_call.map_or(0, |t| t.1));
        self.recompute_end.iter().for_each(|r| d.word(*r));
    }
}
