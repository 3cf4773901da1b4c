//! A whole plan: the regions of the work area, and how each request runs in them.

use super::request::{ALL, PlannedRequest, Request};
use crate::limits::{AREA_ALIGN, MAX_INPUTS, MAX_REQUESTS};
use crate::mem::Span;
use crate::util::unsigned::{Count, Unsigned};

/// A plan. The regions follow one another in the work area, in the order of their fields up to `cache`.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub(super) planned: [Option<PlannedRequest>; MAX_REQUESTS],
    /// Windows of a block of the stream (the opened outputs); 0 without outputs.
    pub stream_block: u64,
    /// Windows of a block that the size of `stream` is of; 0 if it is not laid out.
    pub(super) stream_laid: u64,
    /// Constant tables of the stages.
    pub tables: Span,
    /// Buffers of pushed inputs.
    pub rings: [Span; MAX_INPUTS],
    /// Samples that each input buffer holds.
    pub ring_samples: [u64; MAX_INPUTS],
    /// Queues of the opened outputs.
    pub queues: Span,
    /// The job of the stream.
    pub stream: Span,
    /// The job of an evaluation: the size of the largest one.
    pub eval: Span,
    /// Checkpoints of the scans.
    pub checkpoints: Span,
    /// Checkpoints per scan; 0 for none.
    pub slots: u32,
    /// Windows between checkpoints as long as slots are free.
    pub every: u64,
    /// The row cache.
    pub cache: Span,
    /// Maximum size of the row cache in bytes.
    pub lru: u64,
    /// The classic job in the mapped file: the size of the largest one. As a span it follows the work area (see
    /// [`crate::mem::Work`]).
    pub spill: Span,
    /// Maximum size of a cached row in bytes.
    pub cache_row: usize,
    /// Size of the work area in bytes.
    pub bytes: usize,
    /// Alignment of the work area in bytes.
    pub align: usize,
    /// Bytes on the host's heap.
    pub host_heap_bytes: u64,
    /// The smallest budget that works, in bytes.
    pub min_budget_bytes: usize,
}

impl Plan {
    /// Nothing planned.
    pub(crate) const EMPTY: Plan = Plan {
        planned: [None; MAX_REQUESTS],
        stream_block: 0,
        stream_laid: 0,
        tables: Span { at: 0, len: 0 },
        rings: [Span { at: 0, len: 0 }; MAX_INPUTS],
        ring_samples: [0; MAX_INPUTS],
        queues: Span { at: 0, len: 0 },
        stream: Span { at: 0, len: 0 },
        eval: Span { at: 0, len: 0 },
        checkpoints: Span { at: 0, len: 0 },
        slots: 0,
        every: 0,
        cache: Span { at: 0, len: 0 },
        lru: 0,
        spill: Span { at: 0, len: 0 },
        cache_row: 0,
        bytes: 0,
        align: AREA_ALIGN,
        host_heap_bytes: 0,
        min_budget_bytes: 0,
    };

    /// The planned requests.
    pub fn requests(&self) -> impl Iterator<Item = &PlannedRequest> {
        self.planned.iter().flatten()
    }

    /// Finds how a request runs, if it was planned: the same stage and order, and at most the planned number of rows.
    /// (In the classic order of a graph with scans, the rows before the range count as well: it has no checkpoints.)
    #[must_use]
    pub fn find(&self, ask: &Request, scans: bool) -> Option<&PlannedRequest> {
        let fits = |p: &&PlannedRequest| {
            let rows = if p.is_classic() && scans { ask.first.sat_add(ask.count) } else { ask.count };
            let room = if p.is_classic() { p.block } else { p.request.count };
            p.request.stage == ask.stage && p.request.order == ask.order && (rows <= room || p.request.count == ALL)
        };
        self.requests().find(fits)
    }

    /// The region of a request's job.
    #[must_use]
    pub(crate) fn region(&self, planned: &PlannedRequest) -> Span {
        if planned.is_spilled() { self.spill } else { self.eval }
    }

    /// True if every request runs in the classic order.
    #[must_use]
    pub fn is_classic(&self) -> bool {
        self.stream_block == 0 && self.requests().count() > 0 && self.requests().all(PlannedRequest::is_classic)
    }

    /// The largest block of the jobs that run in the sqrt order.
    pub(super) fn largest_block(&self) -> u64 {
        let blocks = self.requests().filter(|p| !p.is_classic()).map(|p| p.block);
        blocks.max().unwrap_or(1).max_u64(self.stream_block)
    }
}
