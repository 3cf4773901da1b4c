//! Figures.

use super::handle::{Access, sqs_pipeline, with};
use super::structs;
use super::types::*;
use crate::status::Status;
use crate::util::num;
use core::mem::size_of;

/// Tells what the pipeline did since it was made. Also of a poisoned handle. Does not allocate.
///
/// out: struct_size set by the caller; written on success.
/// Returns SQS_OK; SQS_ERR_ARGUMENT: NULL; SQS_ERR_STRUCT_SIZE; SQS_ERR_REENTRANT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_stats_get(pipeline: *mut sqs_pipeline, out: *mut sqs_stats) -> sqs_status {
    with(pipeline, Access::Poisoned, |core, _| {
        let s = core.stats();
        let value = sqs_stats {
            struct_size: size_of::<sqs_stats>() as u32,
            evaluating: u32::from(s.evaluating),
            peak_bytes: num::count(s.peak_bytes),
            plan_bytes: num::count(s.plan_bytes),
            stage_calls: s.stage_calls,
            stage_rows: s.stage_rows,
            rows_out: s.rows_out,
            source_calls: s.source_calls,
            source_bytes: s.source_bytes,
            cache_hits: s.cache_hits,
            cache_misses: s.cache_misses,
            crc_failures: s.crc_failures,
        };
        structs::write(out, value)?;
        Ok(Status::Ok)
    })
}
