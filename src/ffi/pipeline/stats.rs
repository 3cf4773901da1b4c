//! Statistics of a pipeline.

use crate::checked;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::regions::Region;
use crate::ffi::status::sqs_status;
use crate::ffi::structs::{self, versioned};
use crate::status::Status;
use core::mem::size_of;

/// Statistics of a pipeline since it was created.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct sqs_stats {
    /// In: sizeof(sqs_stats).
    pub struct_size: u32,
    /// 1 while an evaluation begun with sqs_evaluate_begin() is running.
    pub evaluating: u32,
    /// Bytes of the work area used so far, counted in parts of at most a 32nd of it; at most plan_bytes. Sealing uses
    /// constant tables and the headers of checkpoints and of the row cache; the rest counts when it is used.
    pub peak_bytes: u64,
    /// Bytes of the plan that the pipeline was sealed with.
    pub plan_bytes: u64,
    /// Calls of stage functions.
    pub stage_calls: u64,
    /// Rows computed, of all stages.
    pub stage_rows: u64,
    /// Rows delivered by pulls and evaluations.
    pub delivered_rows: u64,
    /// Calls of sources.
    pub source_calls: u64,
    /// Bytes read from sources.
    pub source_bytes: u64,
    /// Rows found in the row cache.
    pub row_cache_hits: u64,
    /// Rows looked up in the row cache and not found.
    pub row_cache_misses: u64,
    /// Stored items that failed their check, each counted once, when use or sqs_scrub() found it.
    pub crc_failures: u64,
    /// Of crc_failures: items found damaged when they were needed, and recomputed in the same call or the next ones.
    /// Items dropped by sqs_scrub() do not count, except constant tables, which it fills again.
    pub repairs: u64,
    /// Rows recomputed for repairs, of all stages, counted each time:
    /// - for a checkpoint, or a snapshot of a sweep: from the previous one to its position (if the snapshot does not
    ///   record it: to the next tile);
    /// - for a cached row: the rows of its stage up to and including it (none if the rows come from a sweep);
    /// - for a state kept at a tile: all rows until the sweep is at the same tile of the same pass again;
    /// - for a running job: up to the position of its stages.
    ///
    /// Rows beyond these, computed in the same block, do not count.
    pub recomputed_rows: u64,
    /// Bytes of the rows computed, of all stages.
    pub stage_bytes: u64,
    /// Bytes of the spill file used so far, counted in parts of at most a 32nd of it; at most sqs_plan_info.spill_bytes.
    pub spill_bytes: u64,
    /// Complete rounds of sqs_scrub(): how often it has verified everything that is stored.
    pub scrub_rounds: u64,
}
versioned!(sqs_stats, recomputed_rows: u64);

/// Statistics of one stage since the pipeline was created.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct sqs_stage_counts {
    /// In: sizeof(sqs_stage_counts).
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Calls of its function, those that failed included.
    pub calls: u64,
    /// Rows computed, recomputed rows included.
    pub rows: u64,
    /// Bytes of these rows.
    pub bytes: u64,
    /// Nanoseconds in its function, by sqs_config.clock; 0 without a clock.
    pub time_ns: u64,
    /// The longest call in nanoseconds, by the same clock.
    pub max_call_ns: u64,
}
versioned!(sqs_stage_counts);

/// Returns the statistics of one stage. Valid on poisoned handles. Does not allocate.
///
/// @param[in]  pipeline  handle
/// @param[in]  stage     number of the stage
/// @param[out] counts    the statistics; struct_size set by the caller
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     the handle is not valid, the stage does not exist, or counts is NULL
/// @retval SQS_ERR_ALIGN        counts is misaligned
/// @retval SQS_ERR_OVERLAP      counts lies in memory of the pipeline
/// @retval SQS_ERR_STRUCT_SIZE  counts->struct_size is not valid
/// @retval SQS_ERR_REENTRANT    called from a callback of this handle
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_stage_stats(
    pipeline: *mut sqs_pipeline,
    stage: u32,
    counts: *mut sqs_stage_counts,
) -> sqs_status {
    with(pipeline, Access::Poisoned, &[], |core, _, call| {
        call.claim(&[Region::structure("counts", counts)], &[])?;
        structs::writable(counts)?;
        let s = core.stage_counts(stage as usize)?;
        let value = sqs_stage_counts {
            struct_size: size_of::<sqs_stage_counts>() as u32,
            reserved: 0,
            calls: s.calls,
            rows: s.rows,
            bytes: s.bytes,
            time_ns: s.time_ns,
            max_call_ns: s.max_call_ns,
        };
        structs::write(counts, value)?;
        Ok(Status::Ok)
    })
}

/// Returns the statistics of a pipeline. Valid on poisoned handles. Does not allocate.
///
/// @param[in]  pipeline  handle
/// @param[out] stats     the statistics; struct_size set by the caller
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     the handle is not valid, or stats is NULL
/// @retval SQS_ERR_ALIGN        stats is misaligned
/// @retval SQS_ERR_STRUCT_SIZE  stats->struct_size is not valid
/// @retval SQS_ERR_REENTRANT    called from a callback of this handle
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pipeline_stats(pipeline: *mut sqs_pipeline, stats: *mut sqs_stats) -> sqs_status {
    with(pipeline, Access::Poisoned, &[], |core, _, call| {
        call.claim(&[Region::structure("stats", stats)], &[])?;
        let s = core.stats();
        let value = sqs_stats {
            struct_size: size_of::<sqs_stats>() as u32,
            evaluating: u32::from(s.evaluating),
            peak_bytes: checked::count(s.peak_bytes),
            plan_bytes: checked::count(s.plan_bytes),
            stage_calls: s.stage_calls,
            stage_rows: s.stage_rows,
            delivered_rows: s.rows_out,
            source_calls: s.source_calls,
            source_bytes: s.source_bytes,
            row_cache_hits: s.cache_hits,
            row_cache_misses: s.cache_misses,
            crc_failures: s.crc_failures,
            repairs: s.repairs,
            recomputed_rows: s.recomputed_rows,
            stage_bytes: s.stage_bytes,
            spill_bytes: checked::count(s.spill_bytes),
            scrub_rounds: s.scrub_rounds,
        };
        structs::write(stats, value)?;
        Ok(Status::Ok)
    })
}
