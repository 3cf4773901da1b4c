//! A checksum over a plan, which never changes once it is computed.

use super::areas::Plan;
use super::job::{Feed, JobPlan, Lane};
use super::request::{PlannedRequest, SweepPlan};
use crate::digest::Digest;
use crate::mem::Span;

fn spans<const N: usize>(d: &mut Digest, spans: [Span; N]) {
    spans.iter().for_each(|s| d.sizes([s.at, s.len]));
}

impl Lane {
    fn digest(&self, d: &mut Digest) {
        d.words([u64::from(self.target), u64::from(self.active), u64::from(self.held), self.delay, self.cap]);
        spans(d, [self.rows, self.state, self.shadow, self.snap, self.scratch, self.bounce]);
    }
}

impl Feed {
    fn digest(&self, d: &mut Digest) {
        d.words([u64::from(self.active), self.need, self.cap]);
        spans(d, [self.samples]);
    }
}

impl JobPlan<'_> {
    /// Everything that a job reads while it runs.
    pub fn digest(&self, d: &mut Digest) {
        self.lanes.iter().for_each(|l| l.digest(d));
        self.feeds.iter().for_each(|f| f.digest(d));
        self.order.iter().for_each(|o| d.sizes([*o]));
        d.words([self.block, u64::from(self.classic), self.leaf]);
        spans(d, self.snapshots);
        d.sizes([self.bytes, self.feed_bytes, self.head]);
    }
}

impl SweepPlan {
    fn digest(&self, d: &mut Digest) {
        d.words([self.tile_rows, self.slots, self.tiles, self.extra]);
        d.sizes([self.last_pass, self.slot_bytes, self.tile_bytes, self.snapshot_bytes]);
    }
}

impl PlannedRequest {
    fn digest(&self, d: &mut Digest) {
        d.sizes([self.request.stage, self.request.order as usize, self.bytes]);
        d.words([self.request.first, self.request.count, self.block, self.levels]);
        d.maybe(self.windows);
        // Comparisons, not a `match`: a flipped bit in the tag must not choose a branch that does
        // not exist.
        d.words([self.is_classic(), self.is_spilled(), self.sweep().is_some()].map(u64::from));
        if let Some(sweep) = self.sweep() {
            sweep.digest(d);
        }
    }
}

impl Plan {
    /// All of the plan.
    pub fn digest(&self, d: &mut Digest) {
        self.requests().for_each(|p| p.digest(d));
        spans(d, [self.tables, self.queues, self.stream, self.eval, self.checkpoints, self.cache, self.spill]);
        spans(d, self.rings);
        d.words(self.ring_samples);
        d.words([self.stream_block, self.slots.into(), self.every, self.host_heap_bytes, self.lru]);
        d.sizes([self.cache_row, self.bytes, self.align, self.min_budget_bytes]);
    }
}
