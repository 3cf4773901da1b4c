//! What a plan is reckoned to take, in nanoseconds: the measure by which `auto` and blocks are chosen.
//!
//! The constants are of one machine (a server x86-64, 2 to 3 GHz) and not asked of the one at hand, so that a plan depends
//! on config and graph alone. Only relations decide: between the work of stages and what the order of work adds to it.
//!
//! ```text
//! stages   rows of each stage times its cost, the same in every order
//! calls    of stages, and of sources
//! copies   rows and samples carried to the next block, moved to the front of their buffer
//! misses   rows written and read again when the cache has forgotten them, samples likewise
//! fresh    memory taken from the operating system and touched for the first time
//! file     the same of a mapped file: it is written to a disk sooner or later
//! ```

use super::JobPlan;
use crate::checked;
use crate::graph::{Graph, Node, Stage};
use crate::limits::MAX_INPUTS;
use crate::util::unsigned::{Count, Unsigned};

/// A call of a stage: finding its rows, lending memory.
const CALL_NS: u64 = 200;
/// A call of a source.
const SOURCE_NS: u64 = 400;
/// Picoseconds to move a byte within the cache.
const COPY_PS: u64 = 60;
/// Picoseconds that a byte from memory takes more than one from the cache.
const MISS_PS: u64 = 60;
/// Picoseconds to get a byte from the operating system: a page fault and a page of zeros.
const FRESH_PS: u64 = 500;
/// Picoseconds to get a byte of a mapped file, and to write it out.
const FILE_PS: u64 = 2000;
/// Picoseconds a byte of a row seen or made, where a stage does not tell its cost.
const TOUCH_PS: u64 = 250;
/// Nanoseconds that the least row takes.
const ROW_NS: u64 = 5;

/// Windows that are reckoned with where nobody knows how many will come.
pub(super) const OPEN_WINDOWS: u64 = 1 << 16;

/// An estimate in nanoseconds, by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// The stages' own work.
    pub stages: u64,
    /// Calls.
    pub calls: u64,
    /// Rows and samples moved.
    pub copies: u64,
    /// Bytes that the cache has forgotten.
    pub misses: u64,
    /// Memory touched for the first time, in memory or in a file.
    pub fresh: u64,
}

impl Estimate {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> u64 {
        [self.calls, self.copies, self.misses, self.fresh].iter().fold(self.stages, |sum, part| sum.sat_add(*part))
    }
}

fn ps(bytes: u64, each: u64) -> u64 {
    bytes.sat_mul(each) / 1000
}

/// Nanoseconds of a row of a stage: as declared, else by the bytes it sees and makes.
pub(super) fn row_ns(graph: &Graph<'_>, stage: &Stage<'_>) -> u64 {
    if stage.cost_ns > 0 {
        return stage.cost_ns;
    }
    let seen = graph.edges_of(stage).iter().map(|e| e.rows().sat_mul(checked::count(graph.shape(e.from()).bytes())));
    let touched = seen.fold(checked::count(stage.shape.bytes()), u64::sat_add);
    ps(touched, TOUCH_PS).max_u64(ROW_NS)
}

/// What a job of a cache and of so many windows takes, laid out in `draft`. `spilled`: its rows lie in a file.
pub(super) fn estimate(graph: &Graph<'_>, draft: &JobPlan<'_>, cache: u64, windows: u64, spilled: bool) -> Estimate {
    let mut e = Estimate::default();
    let blocks = if draft.classic { 1 } else { checked::div_ceil(windows, draft.block).max_u64(1) };
    let bytes = checked::count(draft.bytes);
    // Bytes that pass through the job and come back to the processor after the rest of the block did.
    let mut passing = 0u64;
    for (lane, stage) in draft.lanes.iter().zip(graph.stages()).filter(|(l, _)| l.active) {
        let row = checked::count(stage.shape.bytes());
        let rows = if draft.classic { lane.cap } else { checked::div_ceil(windows, stage.rate) };
        e.stages = e.stages.sat_add(rows.sat_mul(row_ns(graph, stage)));
        e.calls = e.calls.sat_add(blocks.min_u64(rows).sat_mul(CALL_NS));
        passing = passing.sat_add(rows.sat_mul(row).sat_mul(2));
        if !draft.classic {
            // What is held beyond the rows of a block is moved once a block.
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
        // The next refill keeps what the windows behind share with those before.
        let kept = feed.need.sat_sub(draft.block.sat_mul(input.hop));
        let taken = feed.cap.sat_sub(kept).max_u64(1);
        let refills = windows.sat_mul(input.hop).checked_div(taken).unwrap_or(0).max_u64(1);
        e.calls = e.calls.sat_add(refills.sat_mul(SOURCE_NS));
        e.copies = e.copies.sat_add(ps(refills.sat_mul(kept).sat_mul(sample), COPY_PS));
    }
    // Half of the cache is the job's: from there on it forgets, all of it at four times as much.
    let half = cache / 2;
    let over = bytes.sat_sub(half).min_u64(half.sat_mul(3).max_u64(1));
    let share = over.sat_mul(1024).checked_div(half.sat_mul(3).max_u64(1)).unwrap_or(0);
    e.misses = ps((passing / 1024).sat_mul(share), MISS_PS);
    e.fresh = ps(bytes, if spilled { FILE_PS } else { FRESH_PS });
    e
}

/// Nanoseconds to make one row of a stage and all it needs, once.
pub(super) fn closure_ns(graph: &Graph<'_>, draft: &JobPlan<'_>, target: usize) -> u64 {
    let rate = graph.rate(Node::Stage(target));
    let each =
        |(_, s): (&super::Lane, &Stage<'_>)| row_ns(graph, s).sat_mul(rate.checked_div(s.rate).unwrap_or(1).max_u64(1));
    draft.lanes.iter().zip(graph.stages()).filter(|(l, _)| l.active).map(each).fold(0, u64::sat_add)
}
