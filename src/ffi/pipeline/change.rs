//! Changes of the contexts of stages at rows, and the release of changes.

use crate::checked;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::regions::Region;
use crate::ffi::status::sqs_status;
use crate::ffi::structs::Out;
use crate::status::Status;
use core::ffi::c_void;

/// Row of a change: the first row that is not computed yet.
pub const SQS_NEXT_ROW: u64 = u64::MAX;

/// The row of a change that the caller gives.
pub(super) fn row(from_row: u64) -> Option<u64> {
    (from_row != SQS_NEXT_ROW).then_some(from_row)
}

/// Gives a stage of the caller another context from a row on. After seal.
///
/// What sqs_stage_params() is for built-in stages: rows before from_row are computed with the context that they had,
/// however often they are computed again. So the contexts before it must stay as they are until no row of theirs can be
/// asked for, after sqs_stage_params_release() at the latest. state_init always gets the context of the registration.
/// Row, state, scratch and functions of the stage remain.
///
/// @param[in]  pipeline  handle
/// @param[in]  stage     number of a stage that sqs_stage_register() returned
/// @param[in]  ctx       first argument of run and state_init from this row on; not copied
/// @param[in]  revision  number of the caller's that changes with the parameters in ctx. A checkpoint with a change of
///                       another revision is refused
/// @param[in]  from_row  first row with this context, which is not computed yet; #SQS_NEXT_ROW: the first such row
/// @param[out] row       the first row with this context; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_STATE      the pipeline is not sealed
/// @retval SQS_ERR_ARGUMENT   the handle is not valid, or the stage does not exist or is built in
/// @retval SQS_ERR_RANGE      row from_row is computed already; the detail has the first row that can change
/// @retval SQS_ERR_LIMIT      all changes are in use, or max_param_changes of the config is 0
/// @retval SQS_ERR_ALIGN      row is misaligned
/// @retval SQS_ERR_OVERLAP    row lies in memory of the pipeline
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the handle is poisoned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_stage_context(
    pipeline: *mut sqs_pipeline,
    stage: u32,
    ctx: *mut c_void,
    revision: u32,
    from_row: u64,
    row: *mut u64,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        call.claim(&[Region::value("row", row)], &[])?;
        let row = Out::or_null("row", row)?;
        row.set(core.change_context(stage as usize, ctx, revision, self::row(from_row))?);
        Ok(Status::Ok)
    })
}

/// Frees the changes of a stage that only rows before a row are computed with.
///
/// Those rows of the stage, and what needs them, can no longer be computed: an evaluation of them is refused with
/// #SQS_ERR_EVICTED. Rows that the stream or an evaluation still has to compute keep their changes. For pipelines with
/// sources, whose rows otherwise never become impossible. A stage with state starts from a checkpoint: rows after the
/// row are possible if one is held from there on.
///
/// @param[in]  pipeline  handle
/// @param[in]  stage     number of the stage
/// @param[in]  row       rows before this one are not asked for any more
/// @param[out] freed     number of changes freed; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_STATE      the pipeline is not sealed
/// @retval SQS_ERR_ARGUMENT   the handle is not valid, or the stage does not exist
/// @retval SQS_ERR_ALIGN      freed is misaligned
/// @retval SQS_ERR_OVERLAP    freed lies in memory of the pipeline
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the handle is poisoned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_stage_params_release(
    pipeline: *mut sqs_pipeline,
    stage: u32,
    row: u64,
    freed: *mut u64,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        call.claim(&[Region::value("freed", freed)], &[])?;
        let freed = Out::or_null("freed", freed)?;
        freed.set(checked::count(core.release_changes(stage as usize, row)?));
        Ok(Status::Ok)
    })
}
