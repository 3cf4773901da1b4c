//! The stream: opened outputs, steps and pulls.

use super::buffers::{row_bytes, rows_buffer};
use crate::checked;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::regions::Region;
use crate::ffi::status::sqs_status;
use crate::ffi::structs::Out;
use crate::status::{Error, Status};
use core::ffi::c_void;

/// Opens the output of a stage: its rows wait in a queue to be pulled, each once, in order. Before seal.
///
/// A full queue stops sqs_step(). Outputs after a reverse scan cannot be opened: sqs_plan() and sqs_pipeline_seal()
/// report them.
///
/// @param[in] pipeline       handle
/// @param[in] stage          number of the stage
/// @param[in] capacity_rows  rows that the queue holds, at least 1
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT   the handle is not valid, the stage does not exist, or capacity_rows is 0
/// @retval SQS_ERR_STATE      the output is open already, or the pipeline is sealed
/// @retval SQS_ERR_LIMIT      the table of outputs is full
/// @retval SQS_ERR_OVERFLOW   the queue does not fit the address space
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the handle is poisoned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_output_open(pipeline: *mut sqs_pipeline, stage: u32, capacity_rows: u64) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, _| {
        core.open_output(stage as usize, capacity_rows)?;
        Ok(Status::Ok)
    })
}

/// Does at most max_windows windows of work: of the running evaluation first, then of the stream (opened outputs).
///
/// No stage computes more than max_windows rows of its own in a call. In classic mode a window of work is a row of one
/// stage. Does not allocate. After #SQS_ERR_CALLBACK the next call tries the same block again. A call in which a stage
/// fails computes up to twice the rows: those of the stage once more, one by one, so that the detail names the row.
///
/// @param[in]  pipeline      handle
/// @param[in]  max_windows   limit of the work, at least 1
/// @param[out] done_windows  windows of work done; always written
/// @retval SQS_OK             some work was done, and more may be possible
/// @retval SQS_AGAIN          no work is possible before samples are pushed or rows are pulled
/// @retval SQS_END            all work is done: the evaluation is complete, and the stream has computed its last row
/// @retval SQS_ERR_CALLBACK   a stage, source or sink failed
/// @retval SQS_ERR_EVICTED    samples that are needed have left the input buffer
/// @retval SQS_ERR_CORRUPT    samples or rows that are needed are damaged and cannot be recomputed
/// @retval SQS_ERR_STATE      the pipeline is not sealed
/// @retval SQS_ERR_ARGUMENT   the handle is not valid, done_windows is NULL, or max_windows is 0
/// @retval SQS_ERR_ALIGN      done_windows is misaligned
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the handle is poisoned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_step(pipeline: *mut sqs_pipeline, max_windows: u64, done_windows: *mut u64) -> sqs_status {
    with(pipeline, Access::Normal, &[Region::value("done_windows", done_windows)], |core, _, call| {
        let done = Out::new("done_windows", done_windows)?;
        call.claim(&[], &[])?;
        if max_windows == 0 {
            return Err(Error::new(Status::Argument, "max_windows is 0: it must be at least 1"));
        }
        let mut worked = 0;
        let result = core.step(max_windows, &mut worked);
        done.set(worked);
        // The detail names what blocks.
        if matches!(result, Ok(Status::Again)) { Err(core.blocked()) } else { result }
    })
}

/// Does work for about max_cost_ns nanoseconds, and at most the work of one block more.
///
/// As sqs_step(), with a limit in time. With sqs_config.clock the time is measured after each block. Without a clock it
/// is estimated: windows of work times the costs of the rows of all stages (cost_ns_per_row; for built-in kinds and
/// stages without a declared cost the planner's estimates, those of a host). The limit is divided by the estimated cost of a
/// window, so that a step with good estimates ends within one window of its limit. At least one window is computed:
/// sqs_plan_info.window_ns is the estimated maximum of what cannot be divided.
///
/// @param[in]  pipeline       handle
/// @param[in]  max_cost_ns    limit in nanoseconds, at least 1
/// @param[out] done_windows   windows of work done; always written
/// @param[out] spent_ns       nanoseconds measured or estimated; always written; may be NULL
/// @return the statuses of sqs_step(); #SQS_ERR_ARGUMENT also if max_cost_ns is 0
/// @see sqs_step(), sqs_stage_stats()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_step_budget(
    pipeline: *mut sqs_pipeline,
    max_cost_ns: u64,
    done_windows: *mut u64,
    spent_ns: *mut u64,
) -> sqs_status {
    let counts = [Region::value("done_windows", done_windows), Region::value("spent_ns", spent_ns)];
    with(pipeline, Access::Normal, &counts, |core, _, call| {
        let (done, spent) = (Out::new("done_windows", done_windows)?, Out::or_null("spent_ns", spent_ns)?);
        call.claim(&[], &[])?;
        if max_cost_ns == 0 {
            return Err(Error::new(Status::Argument, "max_cost_ns is 0: it must be at least 1"));
        }
        let (mut worked, mut ns) = (0, 0);
        let result = core.step_budget(max_cost_ns, &mut worked, &mut ns);
        done.set(worked);
        spent.set(ns);
        // The detail names what blocks.
        if matches!(result, Ok(Status::Again)) { Err(core.blocked()) } else { result }
    })
}

/// Copies finished rows of an opened output, each once, in order: the number that is available and fits.
///
/// @param[in]  pipeline       handle
/// @param[in]  stage          number of the stage
/// @param[out] rows           the rows, one after another without gaps
/// @param[in]  capacity_rows  rows that fit
/// @param[out] written_rows   number of rows written; always written
/// @retval SQS_OK             at least one row
/// @retval SQS_AGAIN          no row is finished yet, or queued rows were damaged and sqs_step() recomputes them
/// @retval SQS_END            all rows were pulled, and no more will come
/// @retval SQS_ERR_CORRUPT    queued rows are damaged and cannot be recomputed
/// @retval SQS_ERR_STATE      the output is not open, or the pipeline is not sealed
/// @retval SQS_ERR_ARGUMENT   the handle is not valid, a pointer is NULL, or the stage does not exist
/// @retval SQS_ERR_ALIGN      written_rows is misaligned
/// @retval SQS_ERR_SPACE      capacity_rows is 0 while rows wait
/// @retval SQS_ERR_OVERLAP    rows, written_rows and memory of the pipeline overlap
/// @retval SQS_ERR_OVERFLOW   the rows do not fit the address space
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the handle is poisoned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pull(
    pipeline: *mut sqs_pipeline,
    stage: u32,
    rows: *mut c_void,
    capacity_rows: usize,
    written_rows: *mut usize,
) -> sqs_status {
    with(pipeline, Access::Flow, &[Region::value("written_rows", written_rows)], |core, _, call| {
        let written = Out::new("written_rows", written_rows)?;
        let len = checked::mul(capacity_rows, row_bytes(core, stage)?)?;
        call.claim(&[Region::bytes("rows", rows, len)], &[])?;
        // SAFETY: claimed.
        let out = unsafe { rows_buffer(rows, len)? };
        let mut count = 0;
        let result = core.pull(stage as usize, out, &mut count);
        written.set(count);
        if matches!(result, Ok(Status::Again)) { Err(core.unfinished(stage as usize)) } else { result }
    })
}

/// Returns the position of an opened output: the row that the next sqs_pull() starts with, and the end of the rows that
/// wait (exclusive).
///
/// @param[in]  pipeline  handle
/// @param[in]  stage     number of the stage
/// @param[out] next      row that the next pull starts with; may be NULL
/// @param[out] end       last row that waits, plus 1; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_STATE      the output is not open, or the pipeline is not sealed
/// @retval SQS_ERR_ARGUMENT   the handle is not valid
/// @retval SQS_ERR_ALIGN      a pointer is misaligned
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the handle is poisoned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_output_position(
    pipeline: *mut sqs_pipeline,
    stage: u32,
    next: *mut u64,
    end: *mut u64,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        let (head, tail) = core.pull_position(stage as usize)?;
        call.claim(&[Region::value("next", next), Region::value("end", end)], &[])?;
        let (next, end) = (Out::or_null("next", next)?, Out::or_null("end", end)?);
        next.set(head);
        end.set(tail);
        Ok(Status::Ok)
    })
}
