//! Missing samples: gaps in pushed inputs, and the number of missing samples of rows.

use super::buffers::{row_bytes, rows_buffer};
use super::seal::seal_first;
use crate::checked;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::regions::Region;
use crate::ffi::status::sqs_status;
use crate::ffi::structs::{self, Out};
use crate::status::{Result, Status};
use crate::util::unsigned::Unsigned;
use core::ffi::c_void;

/// Appends missing samples to a pushed input: the number that fits.
///
/// They keep their positions: row t still belongs to window t. Stages see NaN in their place, of integer types
/// sqs_config.gap_fill or sqs_input_desc.gap_fill. A gap that continues the last one is one gap. Gaps are released when
/// a new one needs room, once nothing needs their samples and no row in a queue depends on them. Runs no stage; seals
/// as sqs_push() does.
///
/// @param[in]  pipeline  handle
/// @param[in]  input     number of the input
/// @param[in]  count     number of missing samples
/// @param[out] accepted  number of samples appended; always written
/// @retval SQS_OK             all were appended
/// @retval SQS_AGAIN          the buffer is full: append the rest after sqs_step() and sqs_pull(), or after an evaluation
/// @retval SQS_ERR_LIMIT      all sqs_config.max_gaps gaps are in use; nothing was appended
/// @retval SQS_ERR_STATE      the input has a source, or has ended
/// @retval SQS_ERR_ARGUMENT   the handle is not valid, a pointer is NULL, or the input does not exist
/// @retval SQS_ERR_ALIGN      accepted is misaligned
/// @retval SQS_ERR_OVERLAP    accepted lies in memory of the pipeline
/// @retval SQS_ERR_OVERFLOW   the stream exceeds 2^64 samples
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the handle is poisoned
/// @return the statuses of sqs_pipeline_seal() where this call seals
/// @see sqs_rows_missing(), sqs_pull_counted(), sqs_source
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_push_gap(
    pipeline: *mut sqs_pipeline,
    input: u32,
    count: u64,
    accepted: *mut u64,
) -> sqs_status {
    with(pipeline, Access::Normal, &[Region::value("accepted", accepted)], |core, holder, call| {
        let accepted = Out::new("accepted", accepted)?;
        if input as usize >= core.graph().inputs().len() {
            return Err(core.graph().unknown_input(input as usize));
        }
        call.claim(&[], &[])?;
        seal_first(core, holder, call, &[])?;
        let taken = core.push_gap(input as usize, count)?;
        accepted.set(taken);
        if taken > 0 {
            call.note_gap(core.gap_text(input as usize, taken), taken);
        }
        if taken < count {
            call.note_full();
            return Err(core.full(input as usize, count.sat_sub(taken)));
        }
        Ok(Status::Ok)
    })
}

/// Returns the number of missing samples of rows first to first + count - 1 of a stage.
///
/// Counts, per input, the samples of all windows from the first to the last one that a row depends on through lookback,
/// lookahead and stride. The state of a scan is not followed: it depends on all samples before. The rows need not be
/// computed. Runs no stage, may call sqs_source.gap, does not allocate.
///
/// @param[in]  pipeline  handle
/// @param[in]  stage     number of the stage
/// @param[in]  first     first row
/// @param[in]  count     number of rows
/// @param[out] missing   a number for each row
/// @retval SQS_OK
/// @retval SQS_ERR_RANGE      rows that are not available yet
/// @retval SQS_ERR_EVICTED    gaps that a row depends on are no longer held
/// @retval SQS_ERR_CALLBACK   sqs_source.gap failed, or returned a gap that is empty or not after its argument
/// @retval SQS_ERR_STATE      the pipeline is not sealed
/// @retval SQS_ERR_ARGUMENT   the handle is not valid, missing is NULL with a count above 0, or the stage does not exist
/// @retval SQS_ERR_ALIGN      missing is misaligned
/// @retval SQS_ERR_OVERLAP    missing lies in memory of the pipeline
/// @retval SQS_ERR_OVERFLOW   the numbers do not fit the address space
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the handle is poisoned
/// @see sqs_pull_counted()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_rows_missing(
    pipeline: *mut sqs_pipeline,
    stage: u32,
    first: u64,
    count: usize,
    missing: *mut u64,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        call.claim(&[counts_region(missing, count)?], &[])?;
        // SAFETY: claimed.
        let counts = unsafe { structs::array_mut("missing", missing, count)? };
        core.rows_missing(stage as usize, first, counts)?;
        Ok(Status::Ok)
    })
}

/// Copies queued rows of an opened output as sqs_pull() does, and the number of missing samples of each.
///
/// @param[in]  pipeline       handle
/// @param[in]  stage          number of the stage
/// @param[out] rows           the rows, one after another without gaps
/// @param[out] missing        a number for each row, room for capacity_rows: see sqs_rows_missing()
/// @param[in]  capacity_rows  rows that fit
/// @param[out] written_rows   number of rows written; always written
/// @retval SQS_OK            at least one row
/// @retval SQS_ERR_CALLBACK  sqs_source.gap failed; no row was taken
/// @return the statuses of sqs_pull()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pull_counted(
    pipeline: *mut sqs_pipeline,
    stage: u32,
    rows: *mut c_void,
    missing: *mut u64,
    capacity_rows: usize,
    written_rows: *mut usize,
) -> sqs_status {
    with(pipeline, Access::Normal, &[Region::value("written_rows", written_rows)], |core, _, call| {
        let written = Out::new("written_rows", written_rows)?;
        let len = checked::mul(capacity_rows, row_bytes(core, stage)?)?;
        call.claim(&[Region::bytes("rows", rows, len), counts_region(missing, capacity_rows)?], &[])?;
        // SAFETY: claimed.
        let (out, counts) =
            unsafe { (rows_buffer(rows, len)?, structs::array_mut("missing", missing, capacity_rows)?) };
        let mut count = 0;
        let result = core.pull_counted(stage as usize, out, counts, &mut count);
        written.set(count);
        if matches!(result, Ok(Status::Again)) { Err(core.unfinished(stage as usize)) } else { result }
    })
}

fn counts_region(missing: *mut u64, count: usize) -> Result<Region> {
    Ok(Region::bytes("missing", missing, checked::mul(count, size_of::<u64>())?))
}
