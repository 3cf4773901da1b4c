//! A checksum over a plan: it is made once and never changes.

use super::{Feed, JobPlan, Lane, Plan, PlannedRequest};
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
    /// All that a job looks at while it runs.
    pub fn digest(&self, d: &mut Digest) {
        self.lanes.iter().for_each(|l| l.digest(d));
        self.feeds.iter().for_each(|f| f.digest(d));
        self.order.iter().for_each(|o| d.sizes([*o]));
        d.words([self.block, u64::from(self.classic), self.leaf]);
        spans(d, self.snapshots);
        d.sizes([self.bytes, self.feed_bytes, self.head]);
    }
}

impl PlannedRequest {
    fn digest(&self, d: &mut Digest) {
        d.sizes([
            self.request.stage,
            self.request.order as usize,
            usize::from(self.classic),
            usize::from(self.spilled),
            self.bytes,
        ]);
        d.words([self.request.first, self.request.count, self.block, self.leaf, self.slots, self.extra]);
        d.maybe(self.windows);
        d.sizes([self.slot_bytes, self.snapshot_bytes, self.last_pass, self.tile_bytes]);
        d.words([self.tiles, self.levels]);
    }
}

impl Plan {
    /// All of it.
    pub fn digest(&self, d: &mut Digest) {
        self.served().for_each(|s| s.digest(d));
        spans(d, [self.tables, self.queues, self.stream, self.eval, self.checkpoints, self.cache, self.spill]);
        spans(d, self.rings);
        d.words(self.ring_samples);
        d.words([self.stream_block, self.slots.into(), self.every, self.host_heap_bytes, self.lru]);
        d.sizes([self.cache_row, self.bytes, self.align, self.min_budget_bytes]);
    }
}
