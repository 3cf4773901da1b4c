//! Figures: of a plan before it runs, and of what ran.

use super::Pipeline;
use super::integrity::Scope;
use crate::checked;
use crate::graph::Node;
use crate::limits::MAX_INPUTS;
use crate::plan::{Plan, PlannedRequest};
use crate::status::Result;
use crate::util::unsigned::{Count, Unsigned};

/// A plan in figures.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlanInfo {
    /// All of the work area.
    pub work_bytes: usize,
    /// Its alignment.
    pub work_align: usize,
    /// Of these: constant tables.
    pub table_bytes: usize,
    /// Of these: rings of pushed inputs.
    pub ring_bytes: usize,
    /// Of these: the stream's buffers.
    pub stream_bytes: usize,
    /// Of these: an evaluation's buffers.
    pub evaluate_bytes: usize,
    /// Of these: queues of opened outputs.
    pub output_bytes: usize,
    /// Of these: the row cache.
    pub cache_bytes: usize,
    /// Bytes of the control area.
    pub control_bytes: usize,
    /// Bytes of the mapped file, beside the work area.
    pub spill_bytes: usize,
    /// Bytes on the host's heap.
    pub host_heap_bytes: u64,
    /// The least budget that would do.
    pub min_budget_bytes: usize,
    /// Every request runs in the classic order.
    pub classic: bool,
    /// Windows of a block: the largest of all jobs; for the classic order the rows of the range.
    pub block: u64,
    /// Of these: checkpoints, and the snapshots and leaf of a sweep, the largest planned one deciding.
    pub checkpoint_bytes: usize,
    /// Checkpoints of each scan.
    pub checkpoint_slots: u32,
    /// Windows between them while there are few.
    pub checkpoint_every: u64,
    /// The costliest planned sweep.
    pub sweep: SweepInfo,
    /// Stage work relative to making each row once, of the costliest request with a known number of rows: exact without
    /// stored checkpoints, at most that with them.
    pub recompute_factor: f64,
    /// Rows the cache holds.
    pub cache_rows: u64,
    /// Samples each ring holds.
    pub ring_samples: [u64; MAX_INPUTS],
}

/// A sweep (rows in reverse order, or behind a reverse scan) in figures; all 0 without one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweepInfo {
    /// Snapshots of level 0 held at a time.
    pub slots: u64,
    /// Rows of a leaf: made and held together, a tile.
    pub leaf: u64,
    /// Tiles for which states of other levels are kept.
    pub tiles: u64,
    /// Passes over the range, the first way ahead aside.
    pub passes: u64,
    /// Rows made beyond one pass of every level, all levels together: exact without stored checkpoints, at most that
    /// with them.
    pub extra: u64,
}

/// What a pipeline did so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    /// Bytes of the work area that were ever used: the high-water mark.
    pub peak_bytes: usize,
    /// The plan's bytes, which the peak never exceeds.
    pub plan_bytes: usize,
    /// Calls of stages.
    pub stage_calls: u64,
    /// Rows made by all stages together.
    pub stage_rows: u64,
    /// Bytes of these rows.
    pub stage_bytes: u64,
    /// Bytes of the mapped file that were ever used.
    pub spill_bytes: usize,
    /// Rows handed out by pull and evaluate.
    pub rows_out: u64,
    /// Calls of sources.
    pub source_calls: u64,
    /// Bytes read from sources.
    pub source_bytes: u64,
    /// Rows found in the cache.
    pub cache_hits: u64,
    /// Rows looked for and not found.
    pub cache_misses: u64,
    /// Stored things that failed their check, each once, when it was found.
    pub crc_failures: u64,
    /// Of these, those found when they were needed, and made again.
    pub repairs: u64,
    /// Rows that stages made for that: `sqs_stats` says which those are.
    pub recomputed_rows: u64,
    /// An evaluation is under way.
    pub evaluating: bool,
}

impl Pipeline<'_> {
    /// A plan in figures.
    #[must_use]
    pub fn plan_info(&self, plan: &Plan) -> PlanInfo {
        let block =
            |s: &PlannedRequest| s.block.sat_mul(if s.is_classic() { 1 } else { self.graph.rate(Node::Input(0)) });
        let rows = crate::store::cache::rows(plan.cache.len, plan.cache_row);
        let sweep = plan.requests().filter_map(PlannedRequest::sweep).max_by_key(|s| s.extra);
        let factor = |s: &PlannedRequest| {
            let bound =
                s.windows.map_or(u64::MAX, |w| checked::div_ceil(w, self.graph.rate(Node::Stage(s.request.stage))));
            let rows = s.request.count.min_u64(bound);
            // Behind a reverse scan the passes are over all rows, of every level.
            let rows = if s.levels > 1 { bound.sat_mul(s.levels) } else { rows };
            if rows == u64::MAX || rows == 0 {
                1.0
            } else {
                1.0 + s.sweep().map_or(0, |w| w.extra) as f64 / rows as f64
            }
        };
        let held = |s: &PlannedRequest| {
            let row = self.graph.shape(Node::Stage(s.request.stage)).bytes();
            s.sweep().map_or(0, |w| {
                let rows = usize::try_from(w.tile_rows).unwrap_or(0).sat_mul(row);
                w.kept_bytes().sat_add(rows).sat_add(w.snapshot_bytes)
            })
        };
        PlanInfo {
            checkpoint_bytes: plan.checkpoints.len.sat_add(plan.requests().map(held).max().unwrap_or(0)),
            checkpoint_slots: plan.slots,
            checkpoint_every: plan.every,
            sweep: sweep.map_or(SweepInfo::default(), |s| SweepInfo {
                slots: s.slots,
                leaf: s.tile_rows,
                tiles: s.tiles,
                passes: checked::count(s.last_pass),
                extra: s.extra,
            }),
            recompute_factor: plan.requests().map(factor).fold(1.0, f64::max),
            work_bytes: plan.bytes,
            work_align: plan.align,
            table_bytes: plan.tables.len,
            ring_bytes: plan.rings.iter().fold(0usize, |sum, r| sum.sat_add(r.len)),
            stream_bytes: plan.stream.len,
            evaluate_bytes: plan.eval.len,
            output_bytes: plan.queues.len,
            cache_bytes: plan.cache.len,
            control_bytes: self.control_bytes,
            spill_bytes: plan.spill.len,
            host_heap_bytes: plan.host_heap_bytes,
            min_budget_bytes: plan.min_budget_bytes,
            classic: plan.is_classic(),
            block: plan.requests().map(block).max().unwrap_or(0).max_u64(plan.stream_block),
            cache_rows: checked::count(rows),
            ring_samples: plan.ring_samples,
        }
    }

    /// Stored data found damaged so far.
    fn failures(&self) -> u64 {
        let kept = self.checkpoints.crc_failures().sat_add(self.cache.counts.crc_failures);
        kept.sat_add(self.repairs.crc_failures).sat_add(self.counts.damaged)
    }

    /// Checks the tables of the pipeline, and at most `most` bytes of what is stored (at least a header of a checkpoint or a
    /// cached row), going round: all checkpoints, then all cached rows, a piece a call. What is damaged is dropped, to be
    /// recomputed when it is needed; constant tables of stages are filled again. Says how many bytes of entries it checked.
    pub fn scrub(&mut self, most: usize) -> Result<usize> {
        self.guarded(Scope::All, |p| {
            let mut checked = 0;
            if !p.scrub_rows {
                (checked, p.scrub_rows) = p.checkpoints.scrub(&mut p.work, most);
            }
            if p.scrub_rows {
                let least = if checked == 0 { p.cache.entry_bytes() } else { 0 };
                let (more, end) = p.cache.scrub(&mut p.work, most.sat_sub(checked).max(least));
                (checked, p.scrub_rows) = (checked.sat_add(more), !end);
            }
            Ok(checked)
        })
    }

    /// What was done so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            peak_bytes: self.work.high_water(),
            plan_bytes: self.plan.bytes,
            stage_calls: self.counts.stage_calls,
            stage_rows: self.counts.stage_rows,
            stage_bytes: self.counts.stage_bytes,
            spill_bytes: self.work.spill_high_water(),
            rows_out: self.rows_out,
            source_calls: self.counts.source_calls,
            source_bytes: self.counts.source_bytes,
            cache_hits: self.cache.counts.hits,
            cache_misses: self.cache.counts.misses,
            crc_failures: self.failures(),
            repairs: self.repairs.repairs.sat_add(self.counts.repaired),
            recomputed_rows: self.counts.recomputed_rows,
            evaluating: self.evaluation.is_some(),
        }
    }
}
