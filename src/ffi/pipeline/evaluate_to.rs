//! Rows of a request, into a function of the caller: at once, or in slices of bounded work.

use super::callbacks::outcome;
use super::evaluate::run;
use super::request::{request, sqs_request};
use super::seal::seal_first;
use crate::digest::Digest;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::memory::Holder;
use crate::ffi::regions::{Call, Region};
use crate::ffi::status::sqs_status;
use crate::io::{Sink, SinkBox};
use crate::kernel::Code;
use crate::pipeline::Pipeline;
use crate::plan::Request;
use crate::status::{Error, Result, Status};
use core::ffi::c_void;

/// Receives a block of rows: count rows in bytes bytes, valid during the call.
///
/// In forward order row first is the lowest and comes first. In reverse order it is the highest, and the rows descend.
/// Returns 0, or a code of its own, which the error detail shows.
pub type sqs_sink_fn =
    Option<unsafe extern "C" fn(ctx: *mut c_void, first: u64, count: usize, rows: *const c_void, bytes: usize) -> i32>;

/// A sink of the caller.
struct CSink {
    take: unsafe extern "C" fn(*mut c_void, u64, usize, *const c_void, usize) -> i32,
    ctx: *mut c_void,
}

impl Sink for CSink {
    fn digest(&self, sum: &mut Digest) {
        sum.sizes([self.take as usize, self.ctx.addr()]);
    }

    fn rows(&mut self, first: u64, rows: usize, bytes: &[u8]) -> Result<(), Code> {
        // SAFETY: the caller's function with its context; the rows are valid during the call.
        outcome(unsafe { (self.take)(self.ctx, first, rows, bytes.as_ptr().cast(), bytes.len()) })
    }
}

/// Reads a request and its sink, and seals for it if the pipeline is not sealed.
fn parse(
    core: &mut Pipeline<'static>,
    holder: &mut Holder,
    call: &mut Call<'_>,
    r: *const sqs_request,
    sink: sqs_sink_fn,
    ctx: *mut c_void,
) -> Result<(Request, SinkBox<'static>)> {
    call.claim(&[], &[Region::structure("request", r)])?;
    let request = request(r)?;
    let take = sink.ok_or_else(|| Error::new(Status::Argument, "sink is NULL: an evaluation needs a function"))?;
    core.available_rows(request.stage)?;
    seal_first(core, holder, call, &[request])?;
    Ok((request, SinkBox::new(CSink { take, ctx })))
}

/// Evaluates a request into a function, in either order.
///
/// The function receives whole blocks of rows. Otherwise as sqs_evaluate().
///
/// @param[in] pipeline  handle
/// @param[in] request   the rows
/// @param[in] sink      receives the rows; a return code other than 0 ends the evaluation
/// @param[in] ctx       first argument of sink
/// @retval SQS_OK
/// @retval SQS_ERR_CALLBACK  a stage, the source or sink failed
/// @return the statuses of sqs_evaluate(), except those of the buffer
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_evaluate_to(
    pipeline: *mut sqs_pipeline,
    request: *const sqs_request,
    sink: sqs_sink_fn,
    ctx: *mut c_void,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, holder, call| {
        let (request, sink) = parse(core, holder, call, request, sink, ctx)?;
        run(core, &request, sink, &mut 0)
    })
}

/// Begins an evaluation that sqs_step() continues in slices of bounded work. One evaluation runs at a time.
///
/// sqs_step() calls sink. If sink fails, sqs_step() returns #SQS_ERR_CALLBACK, and the next sqs_step() delivers the
/// same rows again. After the last row sqs_step() returns #SQS_END, or continues with the stream, and
/// sqs_stats.evaluating is 0.
///
/// @param[in] pipeline  handle
/// @param[in] request   the rows; with a count of 0 the next sqs_step() ends the evaluation
/// @param[in] sink      receives the rows
/// @param[in] ctx       first argument of sink; must stay valid until the evaluation ends
/// @retval SQS_OK
/// @return the statuses of sqs_evaluate_to()
/// @see sqs_evaluate_cancel()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_evaluate_begin(
    pipeline: *mut sqs_pipeline,
    request: *const sqs_request,
    sink: sqs_sink_fn,
    ctx: *mut c_void,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, holder, call| {
        let (request, sink) = parse(core, holder, call, request, sink, ctx)?;
        core.evaluate_begin(&request, sink)?;
        Ok(Status::Ok)
    })
}

/// Cancels the running evaluation. Without one it changes nothing. Rows already delivered stay delivered.
///
/// @param[in] pipeline  handle
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT   the handle is not valid
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the handle is poisoned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_evaluate_cancel(pipeline: *mut sqs_pipeline) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, _| {
        core.evaluate_cancel();
        Ok(Status::Ok)
    })
}
