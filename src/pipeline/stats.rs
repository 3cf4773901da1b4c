//! Figures: of a plan before it runs, and of the work done.

use super::definition::Pipeline;
use crate::checked;
use crate::exec::StageCounts;
use crate::graph::Node;
use crate::limits::MAX_INPUTS;
use crate::plan::{Plan, PlannedRequest};
use crate::status::Result;
use crate::util::unsigned::{Count, Unsigned};

/// The figures of a plan.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlanInfo {
    /// Size of the work area in bytes.
    pub work_bytes: usize,
    /// Alignment of the work area in bytes.
    pub work_align: usize,
    /// Of these: constant tables.
    pub table_bytes: usize,
    /// Of these: input buffers.
    pub ring_bytes: usize,
    /// Of these: buffers of the stream.
    pub stream_bytes: usize,
    /// Of these: buffers of an evaluation.
    pub evaluate_bytes: usize,
    /// Of these: queues of opened outputs.
    pub output_bytes: usize,
    /// Of these: the row cache.
    pub cache_bytes: usize,
    /// Size of the control area in bytes.
    pub control_bytes: usize,
    /// Size of the mapped file in bytes; not part of the work area.
    pub spill_bytes: usize,
    /// Bytes on the host's heap.
    pub host_heap_bytes: u64,
    /// The minimum budget in bytes that gives a plan.
    pub min_budget_bytes: usize,
    /// True where every request runs in the classic order.
    pub classic: bool,
    /// Windows of a block: the largest of all jobs; for the classic order the rows of the range.
    pub block: u64,
    /// Of these: checkpoints, and the snapshots and tile of the planned sweep that needs the largest number of bytes
    /// for them.
    pub checkpoint_bytes: usize,
    /// Number of checkpoints of each scan.
    pub checkpoint_slots: u32,
    /// Windows between checkpoints, until a longer stream makes the gaps wider.
    pub checkpoint_every: u64,
    /// The most expensive planned sweep.
    pub sweep: SweepInfo,
    /// Rows computed in relation to computing each row once, for the most expensive request with a known number of
    /// rows: exact without stored checkpoints, an upper bound with them.
    pub recompute_factor: f64,
    /// Maximum number of rows in the cache.
    pub cache_rows: u64,
    /// Capacity of each input buffer in samples.
    pub ring_samples: [u64; MAX_INPUTS],
}

/// The figures of a sweep (rows in reverse order, or rows that depend on a reverse scan); all 0 without one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweepInfo {
    /// Number of snapshots of level 0 held at a time.
    pub slots: u64,
    /// Rows of a tile, which are computed and held together.
    pub leaf: u64,
    /// Number of tiles for which states of other levels are kept.
    pub tiles: u64,
    /// Number of passes over the range, without the first advance of level 0.
    pub passes: u64,
    /// Rows computed beyond one pass of every level, all levels together: exact without stored checkpoints, an upper
    /// bound with them.
    pub extra: u64,
}

/// The work of a pipeline so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    /// Number of bytes of the work area used so far, in parts of up to a 32nd of it.
    pub peak_bytes: usize,
    /// Bytes of the plan, which `peak_bytes` never exceeds.
    pub plan_bytes: usize,
    /// Calls of stages.
    pub stage_calls: u64,
    /// Rows computed, all stages together.
    pub stage_rows: u64,
    /// Bytes of these rows.
    pub stage_bytes: u64,
    /// Number of bytes of the mapped file used so far, in such parts.
    pub spill_bytes: usize,
    /// Rows delivered by pull and evaluate.
    pub rows_out: u64,
    /// Calls of sources.
    pub source_calls: u64,
    /// Bytes read from sources.
    pub source_bytes: u64,
    /// Rows found in the cache.
    pub cache_hits: u64,
    /// Rows not found in the cache.
    pub cache_misses: u64,
    /// Stored items found damaged, each counted once.
    pub crc_failures: u64,
    /// Of these, those found when they were needed, and repaired.
    pub repairs: u64,
    /// Rows recomputed for that; `sqs_stats` documents which rows count.
    pub recomputed_rows: u64,
    /// Complete rounds of the scrub.
    pub scrub_rounds: u64,
    /// True where an evaluation has begun and not ended.
    pub evaluating: bool,
}

impl Pipeline<'_> {
    /// The figures of a plan.
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
            // Rows that depend on a reverse scan: each pass covers all rows of its level.
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

    /// Stored items found damaged so far, without checkpoints and cached rows, and items repaired. Follows no addresses.
    #[must_use]
    pub fn damage_of_flow(&self) -> (u64, u64) {
        let repairs = self.repairs.repairs.sat_add(self.counts.repaired);
        (self.repairs.crc_failures.sat_add(self.counts.damaged), repairs)
    }

    /// Stored items found damaged so far, and of these those repaired.
    #[must_use]
    pub fn damage(&self) -> (u64, u64) {
        (self.failures(), self.damage_of_flow().1)
    }

    /// The stage and row at which a stage failed since the last time.
    pub fn take_failed(&mut self) -> Option<(usize, u64)> {
        self.counts.failed.take()
    }

    /// Number of stored items found damaged so far.
    fn failures(&self) -> u64 {
        let kept = self.checkpoints.crc_failures().sat_add(self.cache.counts.crc_failures);
        kept.sat_add(self.repairs.crc_failures).sat_add(self.counts.damaged)
    }

    /// The work done by one stage so far.
    pub fn stage_counts(&self, stage: usize) -> Result<StageCounts> {
        self.stage_counts.get(stage).copied().ok_or_else(|| self.graph.unknown_stage(stage))
    }

    /// The work done so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            peak_bytes: self.work.touched(),
            plan_bytes: self.plan.bytes,
            stage_calls: self.counts.stage_calls,
            stage_rows: self.counts.stage_rows,
            stage_bytes: self.counts.stage_bytes,
            spill_bytes: self.work.spill_touched(),
            rows_out: self.rows_out,
            source_calls: self.counts.source_calls,
            source_bytes: self.counts.source_bytes,
            cache_hits: self.cache.counts.hits,
            cache_misses: self.cache.counts.misses,
            crc_failures: self.failures(),
            repairs: self.damage().1,
            recomputed_rows: self.counts.recomputed_rows,
            scrub_rounds: self.scrub_place.rounds,
            evaluating: self.evaluation.is_some(),
        }
    }
}
