//! Rows of a range, into a buffer.

use super::buffers::{check_capacity, row_bytes};
use super::seal::seal_first;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::regions::Region;
use crate::ffi::status::sqs_status;
use crate::ffi::structs::Out;
use crate::io::{Sink, SinkBox};
use crate::kernel::Code;
use crate::pipeline::Pipeline;
use crate::plan::{ALL, Order, Request};
use crate::status::{Result, Status};
use crate::util::unsigned::Unsigned;
use core::ffi::c_void;

/// A buffer of the caller that receives rows from row `start`.
struct BufferSink {
    base: *mut u8,
    len: usize,
    start: u64,
}

impl Sink for BufferSink {
    fn rows(&mut self, first: u64, rows: usize, bytes: &[u8]) -> Result<(), Code> {
        let row = bytes.len().checked_div(rows).ok_or(Code::MISFIT)?;
        let skip = first.checked_sub(self.start).and_then(|n| usize::try_from(n).ok()).ok_or(Code::MISFIT)?;
        let at = skip.checked_mul(row).ok_or(Code::MISFIT)?;
        let fits = at.checked_add(bytes.len()).is_some_and(|end| end <= self.len);
        if !fits {
            return Err(Code::MISFIT);
        }
        // SAFETY: within the caller's buffer (checked), which does not overlap the pipeline's memory (checked when
        // the evaluation began).
        unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), self.base.add(at), bytes.len()) };
        Ok(())
    }
}

/// Runs an evaluation to its end; cancels it after an error. Counts the rows delivered.
pub(in crate::ffi) fn run(
    core: &mut Pipeline<'static>,
    request: &Request,
    sink: SinkBox<'static>,
    delivered: &mut u64,
) -> Result<Status> {
    let total = core.evaluate_begin(request, sink)?;
    // Each turn computes a block, or part of one, of the requested rows.
    while core.evaluating() {
        // One block at a time, so that the number of rows delivered is known after an error.
        let mut done = 0;
        let stepped = core.step_evaluation_once(u64::MAX, &mut done);
        *delivered = if core.evaluating() { core.evaluated() } else { total };
        stepped.inspect_err(|_| core.evaluate_cancel())?;
    }
    Ok(Status::Ok)
}

/// Evaluates rows first to first + count - 1 of a stage into a buffer, in forward order.
///
/// Does not affect the stream or the rows that will be pulled. If the pipeline is not sealed, the first evaluation
/// seals it for this request; it is the only one that allocates. After the evaluation, samples before its rows may
/// leave the buffer of a pushed input, unless outputs are open.
///
/// @param[in]  pipeline        handle
/// @param[in]  stage           number of the stage
/// @param[in]  first           first row
/// @param[in]  count           number of rows; #SQS_ALL: all that are available from first
/// @param[out] rows            the rows, one after another without gaps
/// @param[in]  capacity_bytes  size of rows in bytes
/// @param[out] written_rows    number of rows written; always written, after an error the rows before it
/// @retval SQS_OK
/// @retval SQS_ERR_RANGE        rows that are not available yet, because samples are missing (the detail gives the
///                              number available); or rows after a reverse scan while the end of the input is not known
/// @retval SQS_ERR_SPACE        the buffer is too short; the detail gives the size needed
/// @retval SQS_ERR_EVICTED      samples that are needed have left the input buffer; the detail gives its first sample
/// @retval SQS_ERR_NOT_PLANNED  the pipeline is sealed for other requests; the detail gives the bytes needed; or
///                              #SQS_STREAM_ONLY
/// @retval SQS_ERR_CALLBACK     a stage or source failed
/// @retval SQS_ERR_CORRUPT      samples that are needed are damaged and cannot be read again
/// @retval SQS_ERR_STATE        an evaluation is running
/// @retval SQS_ERR_ARGUMENT     the handle is not valid, a pointer is NULL, or the stage does not exist
/// @retval SQS_ERR_ALIGN        written_rows is misaligned
/// @retval SQS_ERR_OVERLAP      rows, written_rows and memory of the pipeline overlap
/// @retval SQS_ERR_OVERFLOW     the rows do not fit the address space
/// @retval SQS_ERR_REENTRANT    called from a callback of this handle
/// @retval SQS_ERR_POISONED     the handle is poisoned
/// @return the statuses of sqs_pipeline_seal() where this call seals
/// @see sqs_evaluate_to(), sqs_evaluate_begin()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_evaluate(
    pipeline: *mut sqs_pipeline,
    stage: u32,
    first: u64,
    count: u64,
    rows: *mut c_void,
    capacity_bytes: usize,
    written_rows: *mut u64,
) -> sqs_status {
    with(pipeline, Access::Normal, &[Region::value("written_rows", written_rows)], |core, holder, call| {
        let written = Out::new("written_rows", written_rows)?;
        let request = Request { stage: stage as usize, first, count, order: Order::Forward };
        let available = core.available_rows(request.stage)?;
        let count = if count == ALL { available.sat_sub(first) } else { count };
        let bytes = usize::try_from(count).unwrap_or(usize::MAX).sat_mul(row_bytes(core, stage)?);
        call.claim(&[Region::bytes("rows", rows, bytes.min(capacity_bytes))], &[])?;
        core.must_evaluate()?;
        seal_first(core, holder, call, &[request])?;
        if first.checked_add(count).is_none_or(|end| end > available) {
            return Err(core.graph().beyond(request.stage, first.sat_add(count), available));
        }
        let len = check_capacity(core, stage, rows, capacity_bytes, count)?;
        let sink = BufferSink { base: rows.cast(), len, start: first };
        let mut delivered = 0;
        let result = run(core, &request, SinkBox::new(sink), &mut delivered);
        written.set(delivered);
        result
    })
}
