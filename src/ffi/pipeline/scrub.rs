//! Search for damage in idle time.

use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::regions::Region;
use crate::ffi::status::sqs_status;
use crate::ffi::structs::Out;
use crate::status::Status;

/// Checks tables and stored data (checkpoints, cached rows, pushed samples, queued rows) for damage, about max_bytes
/// bytes per call, in turn.
///
/// Call it from an idle task. A call checks at least one item of stored data, and at most to the end of a round;
/// sqs_stats.scrub_rounds counts the rounds. Damaged tables poison the pipeline, except constant tables of stages, which
/// are filled again. All other damage is counted in sqs_stats.crc_failures. Checkpoints and cached rows are dropped, and
/// recomputed when they are needed; queued rows are recomputed when they are pulled; pushed samples cannot be repaired
/// (#SQS_ERR_CORRUPT when they are needed). Does not allocate and runs no stage.
///
/// @param[in]  pipeline       handle
/// @param[in]  max_bytes      approximate limit of the bytes checked in this call
/// @param[out] checked_bytes  bytes of stored data checked; 0 when nothing is stored; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_STATE      the pipeline is not sealed
/// @retval SQS_ERR_ARGUMENT   the handle is not valid
/// @retval SQS_ERR_ALIGN      checked_bytes is misaligned
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the handle is poisoned, or its tables are damaged
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_scrub(
    pipeline: *mut sqs_pipeline,
    max_bytes: usize,
    checked_bytes: *mut usize,
) -> sqs_status {
    with(pipeline, Access::Normal, &[Region::value("checked_bytes", checked_bytes)], |core, _, call| {
        call.claim(&[], &[])?;
        let checked = Out::or_null("checked_bytes", checked_bytes)?;
        checked.set(core.scrub(max_bytes)?);
        Ok(Status::Ok)
    })
}
