//! The cost model: an estimate of the time that a plan needs, in nanoseconds. It decides `auto` and the block sizes.
//!
//! The constants are those of one machine (a server with x86-64, 2 to 3 GHz). They are not measured on the machine at
//! hand, so that a plan depends on config and graph alone. Only relations count: between the work of the stages and
//! what the order of work adds to it.
//!
//! ```text
//! stages   rows of each stage times its cost, the same in every order
//! calls    of stages, and of sources
//! copies   rows and samples carried to the next block: moved to the front of their buffer
//! misses   rows and samples that have left the cache before they are read again
//! fresh    memory of the operating system, touched for the first time
//! file     the same for a mapped file, which is written to a disk sooner or later
//! ```

use super::job::{JobPlan, Lane};
use crate::checked;
use crate::graph::{Graph, Node, Stage};
use crate::limits::MAX_INPUTS;
use crate::util::unsigned::{Count, Unsigned};

/// A call of a stage: to find its rows and lend memory.
const CALL_NS: u64 = 200;
/// A call of a source.
const SOURCE_NS: u64 = 400;
/// Picoseconds to move a byte within the cache.
const COPY_PS: u64 = 60;
/// Picoseconds that a byte from memory needs more than one from the cache.
const MISS_PS: u64 = 60;
/// Picoseconds per byte of fresh memory: a page fault and a page of zeros.
const FRESH_PS: u64 = 500;
/// Picoseconds per byte of a mapped file, written to the disk included.
const FILE_PS: u64 = 2000;
/// Picoseconds per byte of a row read or computed, for stages that do not declare their cost.
const TOUCH_PS: u64 = 250;
/// Minimum cost of a row in nanoseconds.
const ROW_NS: u64 = 5;

/// Windows that the estimate assumes if their number is unknown.
pub(super) const OPEN_WINDOWS: u64 = 1 << 16;

/// An estimate in nanoseconds, by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Estimate {
    /// Work of the stages.
    pub stages: u64,
    /// Calls.
    pub calls: u64,
    /// Rows and samples moved.
    pub copies: u64,
    /// Bytes that have left the cache.
    pub misses: u64,
    /// Bytes touched for the first time, in memory or in a file.
    pub fresh: u64,
}

impl Estimate {
    /// The sum of all causes.
    #[must_use]
    pub(super) fn total(&self) -> u64 {
        [self.calls, self.copies, self.misses, self.fresh].iter().fold(self.stages, |sum, part| sum.sat_add(*part))
    }
}

fn ps(bytes: u64, each: u64) -> u64 {
    bytes.sat_mul(each) / 1000
}

/// Nanoseconds per row of a stage: as declared, otherwise by the bytes that it reads and writes.
pub(crate) fn row_ns(graph: &Graph<'_>, stage: &Stage<'_>) -> u64 {
    if stage.cost_ns > 0 {
        return stage.cost_ns;
    }
    let seen = graph.edges_of(stage).iter().map(|e| e.rows().sat_mul(checked::count(graph.shape(e.from()).bytes())));
    let touched = seen.fold(checked::count(stage.shape.bytes()), u64::sat_add);
    ps(touched, TOUCH_PS).max_u64(ROW_NS)
}

/// Estimates the job laid out in `draft` over `windows` windows, with a cache of `cache` bytes. `spilled`: its rows are
/// in a file.
pub(super) fn estimate(graph: &Graph<'_>, draft: &JobPlan<'_>, cache: u64, windows: u64, spilled: bool) -> Estimate {
    let mut e = Estimate::default();
    let blocks = if draft.classic { 1 } else { checked::div_ceil(windows, draft.block).max_u64(1) };
    let bytes = checked::count(draft.bytes);
    // Bytes that are written and read again with the rest of the block in between.
    let mut passing = 0u64;
    for (lane, stage) in draft.lanes.iter().zip(graph.stages()).filter(|(l, _)| l.active) {
        let row = checked::count(stage.shape.bytes());
        let rows = if draft.classic { lane.cap } else { checked::div_ceil(windows, stage.rate) };
        e.stages = e.stages.sat_add(rows.sat_mul(row_ns(graph, stage)));
        e.calls = e.calls.sat_add(blocks.min_u64(rows).sat_mul(CALL_NS));
        passing = passing.sat_add(rows.sat_mul(row).sat_mul(2));
        if !draft.classic {
            // Rows held in addition to those of a block are moved once per block.
            let carried = lane.cap.sat_sub(checked::div_ceil(draft.block, stage.rate));
            e.copies = e.copies.sat_add(ps(carried.sat_mul(row).sat_mul(blocks), COPY_PS));
        }
    }
    for (feed, input) in draft.feeds.iter().zip(graph.inputs()).filter(|(f, _)| f.active).take(MAX_INPUTS) {
        let sample = checked::count(input.sample_bytes());
        let fresh = windows.sat_mul(input.hop.min_u64(input.window));
        passing = passing.sat_add(fresh.sat_mul(sample));
        if feed.cap == 0 {
            continue;
        }
        passing = passing.sat_add(fresh.sat_mul(sample));
        if draft.classic {
            e.calls = e.calls.sat_add(SOURCE_NS);
            continue;
        }
        // A refill keeps the samples that the next windows share with the previous ones.
        let kept = feed.need.sat_sub(draft.block.sat_mul(input.hop));
        let taken = feed.cap.sat_sub(kept).max_u64(1);
        let refills = windows.sat_mul(input.hop).checked_div(taken).unwrap_or(0).max_u64(1);
        e.calls = e.calls.sat_add(refills.sat_mul(SOURCE_NS));
        e.copies = e.copies.sat_add(ps(refills.sat_mul(kept).sat_mul(sample), COPY_PS));
    }
    // A job of half the cache has no misses; from four times that size on, everything misses.
    let half = cache / 2;
    let over = bytes.sat_sub(half).min_u64(half.sat_mul(3).max_u64(1));
    let share = over.sat_mul(1024).checked_div(half.sat_mul(3).max_u64(1)).unwrap_or(0);
    e.misses = ps((passing / 1024).sat_mul(share), MISS_PS);
    e.fresh = ps(bytes, if spilled { FILE_PS } else { FRESH_PS });
    e
}

/// Nanoseconds to compute one row of a stage and everything it depends on, once.
pub(super) fn closure_ns(graph: &Graph<'_>, draft: &JobPlan<'_>, target: usize) -> u64 {
    let rate = graph.rate(Node::Stage(target));
    let each = |(_, s): (&Lane, &Stage<'_>)| row_ns(graph, s).sat_mul(rate.checked_div(s.rate).unwrap_or(1).max_u64(1));
    draft.lanes.iter().zip(graph.stages()).filter(|(l, _)| l.active).map(each).fold(0, u64::sat_add)
}
