//! Figures.

use crate::checked;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::structs;
use crate::ffi::types::*;
use crate::status::Status;
use core::mem::size_of;

/// Checks the tables of the pipeline, and stored data (checkpoints, cached rows) for damage: about max_bytes bytes a call (a
/// cached row at least), going round. Damaged tables poison the pipeline, but for constant tables of stages, which are
/// filled again. Stored data is dropped and counted in sqs_stats.crc_failures, and recomputed when it is needed. Call it
/// from an idle task. Does not allocate and runs no stage.
///
/// checked: NULL, or where to put how many bytes were looked at; 0 when nothing is stored.
/// Returns SQS_OK; SQS_ERR_STATE: not sealed; SQS_ERR_ARGUMENT: no handle; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_scrub(pipeline: *mut sqs_pipeline, max_bytes: usize, checked: *mut usize) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        if !checked.is_null() {
            structs::usable(checked.cast_const())?;
        }
        let n = core.scrub(max_bytes)?;
        if !checked.is_null() {
            // SAFETY: checked above.
            unsafe { checked.write(n) };
        }
        Ok(Status::Ok)
    })
}

/// Tells what the pipeline did since it was made. Also of a poisoned handle. Does not allocate.
///
/// out: struct_size set by the caller; written on success.
/// Returns SQS_OK; SQS_ERR_ARGUMENT: NULL; SQS_ERR_STRUCT_SIZE; SQS_ERR_REENTRANT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pipeline_stats(pipeline: *mut sqs_pipeline, out: *mut sqs_stats) -> sqs_status {
    with(pipeline, Access::Poisoned, |core, _| {
        let s = core.stats();
        let value = sqs_stats {
            struct_size: size_of::<sqs_stats>() as u32,
            evaluating: u32::from(s.evaluating),
            peak_bytes: checked::count(s.peak_bytes),
            plan_bytes: checked::count(s.plan_bytes),
            stage_calls: s.stage_calls,
            stage_rows: s.stage_rows,
            rows_out: s.rows_out,
            source_calls: s.source_calls,
            source_bytes: s.source_bytes,
            cache_hits: s.cache_hits,
            cache_misses: s.cache_misses,
            crc_failures: s.crc_failures,
            repairs: s.repairs,
            recomputed_rows: s.recomputed_rows,
            stage_bytes: s.stage_bytes,
            spill_bytes: checked::count(s.spill_bytes),
        };
        structs::write(out, value)?;
        Ok(Status::Ok)
    })
}
