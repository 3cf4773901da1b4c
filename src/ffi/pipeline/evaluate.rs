//! Rows of a range.

use super::callbacks::{BufferSink, CSink};
use super::plan::{request, seal_first};
use super::stream::buffer_for;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::memory::Holder;
use crate::ffi::structs;
use crate::ffi::types::*;
use crate::io::SinkBox;
use crate::pipeline::Pipeline;
use crate::plan::{ALL, Order, Request};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;
use core::ffi::c_void;

/// Runs an evaluation to its end; after an error it is given up. Says how many rows were handed out.
pub(in crate::ffi) fn run(
    core: &mut Pipeline<'static>,
    ask: &Request,
    sink: SinkBox<'static>,
    got: &mut u64,
) -> Result<Status> {
    let total = core.evaluate_begin(ask, sink)?;
    // Each turn makes a block, or part of one, of the rows asked for.
    while core.evaluating() {
        // One block at a time, so that what was handed out is known when something fails.
        let mut done = 0;
        let stepped = core.step_evaluation_once(u64::MAX, &mut done);
        *got = if core.evaluating() { core.evaluated() } else { total };
        stepped.inspect_err(|_| core.evaluate_cancel())?;
    }
    Ok(Status::Ok)
}

/// Reads a request and its sink, and seals for it where nobody has sealed.
fn parse(
    core: &mut Pipeline<'static>,
    holder: &mut Holder,
    ask: *const sqs_request,
    sink: sqs_sink_fn,
    ctx: *mut c_void,
) -> Result<(Request, SinkBox<'static>)> {
    let ask = request(ask)?;
    let take = sink.ok_or_else(|| Error::new(Status::Argument, "an evaluation needs a sink"))?;
    core.available_rows(ask.stage)?;
    seal_first(core, holder, &[ask])?;
    Ok((ask, SinkBox::new(CSink { take, ctx }, |p| p)))
}

/// Evaluates rows first to first + count - 1 of a stage into a buffer, in order: the simple case. Does not move the
/// stream or what will be pulled. The first evaluate of a pipeline that is not sealed seals it for this request, and is
/// the only one that allocates. While an evaluation runs, samples before it may leave a pushed input's ring afterwards,
/// unless outputs are open.
///
/// count: SQS_ALL for all rows from first on that there are. rows: cap_bytes bytes of room. got: rows written, always
/// written; after an error what came before it.
/// Returns SQS_OK; SQS_ERR_RANGE: rows that are not there yet (or depend on samples that are not): the detail says how
/// many there are; or rows behind a reverse scan while the end of the input is not known; SQS_ERR_SPACE: the buffer is too short, the detail tells the need; SQS_ERR_EVICTED: samples needed have
/// left the ring, the detail says where it starts; SQS_ERR_NOT_PLANNED: sealed for other requests, the detail tells the
/// bytes; SQS_ERR_CALLBACK: a stage or source failed; SQS_ERR_STATE: an evaluation is under way; SQS_ERR_ARGUMENT: NULL,
/// no such stage; SQS_ERR_OVERLAP; SQS_ERR_OVERFLOW; what sqs_pipeline_seal returns, when it seals; SQS_ERR_REENTRANT;
/// SQS_ERR_POISONED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_evaluate(
    pipeline: *mut sqs_pipeline,
    stage: u32,
    first: u64,
    count: u64,
    rows: *mut c_void,
    cap_bytes: usize,
    got: *mut u64,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, holder| {
        structs::usable(got.cast_const())?;
        // SAFETY: checked.
        unsafe { got.write(0) };
        let ask = Request { stage: stage as usize, first, count, order: Order::Forward };
        let there = core.available_rows(ask.stage)?;
        seal_first(core, holder, &[ask])?;
        let count = if count == ALL { there.sat_sub(first) } else { count };
        if first.checked_add(count).is_none_or(|end| end > there) {
            let text = "rows up to {a} are asked for, there are {b} so far";
            return Err(Error::new(Status::Range, text).a(first.sat_add(count)).b(there));
        }
        let len = buffer_for(core, stage, rows, cap_bytes, count)?.len;
        let sink = BufferSink { base: rows.cast(), len, start: first };
        let mut n = 0;
        let result = run(core, &ask, SinkBox::new(sink, |p| p), &mut n);
        // SAFETY: checked.
        unsafe { got.write(n) };
        result
    })
}

/// Evaluates a request into a function, which gets whole blocks of rows in order: (ctx, first row, number of rows, rows,
/// bytes), valid during the call. It returns 0, or a code of its own that ends the evaluation.
///
/// Returns what sqs_evaluate returns, but for the buffer's statuses; SQS_ERR_CALLBACK also when sink fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_evaluate_to(
    pipeline: *mut sqs_pipeline,
    ask: *const sqs_request,
    sink: sqs_sink_fn,
    ctx: *mut c_void,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, holder| {
        let (ask, sink) = parse(core, holder, ask, sink, ctx)?;
        run(core, &ask, sink, &mut 0)
    })
}

/// Begins an evaluation that sqs_step carries on in slices of bounded work; one at a time. sink is called from inside
/// sqs_step; when it fails, sqs_step says so, and offers the same rows again when called again. When the last row was
/// handed out, sqs_step returns SQS_END (or goes on with the stream) and sqs_stats.evaluating is 0.
///
/// Returns what sqs_evaluate_to returns. With nothing to hand out (count 0) the next sqs_step ends it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_evaluate_begin(
    pipeline: *mut sqs_pipeline,
    ask: *const sqs_request,
    sink: sqs_sink_fn,
    ctx: *mut c_void,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, holder| {
        let (ask, sink) = parse(core, holder, ask, sink, ctx)?;
        core.evaluate_begin(&ask, sink)?;
        Ok(Status::Ok)
    })
}

/// Gives up the evaluation under way. Without one it changes nothing. Rows handed out stay handed out.
///
/// Returns SQS_OK; SQS_ERR_ARGUMENT: no handle; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_evaluate_cancel(pipeline: *mut sqs_pipeline) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        core.evaluate_cancel();
        Ok(Status::Ok)
    })
}
