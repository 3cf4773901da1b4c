//! Sealing: graph and memory become fixed.

use super::request::{Requests, sqs_request};
use crate::checked;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::memory::Holder;
use crate::ffi::regions::{Call, Region};
use crate::ffi::status::sqs_status;
use crate::pipeline::Pipeline;
use crate::plan::{Plan, Request};
use crate::status::{Error, Result, Status};
use core::ffi::c_void;

/// Fixes graph and memory for a list of requests. Nothing allocates after this call.
///
/// sqs_plan() with the same list returns the bytes of the work area. Sealing zeroes the area and fills the constant
/// tables of stages. A pipeline that is not sealed explicitly is sealed by the first push or evaluation.
///
/// @param[in] pipeline       handle
/// @param[in] requests       as for sqs_plan()
/// @param[in] request_count  number of requests
/// @param[in] work           the work area, the pipeline's until delete; NULL: from the source of the pipeline's memory
///                           (not if the control area is the caller's)
/// @param[in] work_bytes     size of work in bytes
/// @retval SQS_OK
/// @retval SQS_ERR_STATE     the pipeline is sealed already: seal it once
/// @retval SQS_ERR_MEMORY    work is too small (the detail gives both sizes) or missing, or the allocator returned none
/// @retval SQS_ERR_ALIGN     work is misaligned
/// @retval SQS_ERR_OVERLAP   work, or what the allocator returned, overlaps the control area or requests
/// @retval SQS_ERR_IO        the spill file cannot be created, or its file system is full
/// @retval SQS_ERR_CALLBACK  a stage could not be prepared
/// @return the statuses of sqs_plan()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pipeline_seal(
    pipeline: *mut sqs_pipeline,
    requests: *const sqs_request,
    request_count: u32,
    work: *mut c_void,
    work_bytes: usize,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, holder, call| {
        if core.is_sealed() {
            return Err(Error::new(Status::State, "the pipeline is sealed already: seal it once"));
        }
        let list = Requests::read(requests, request_count)?;
        call.claim(&[Region::bytes("work", work, work_bytes)], &[list.region(requests)])?;
        seal_for(core, holder, call, list.list(), (work, work_bytes))?;
        Ok(Status::Ok)
    })
}

/// Fixes graph and memory with a plan that sqs_plan_export() has made.
///
/// As sqs_pipeline_seal(), without a planner: the pipeline has the blocks, places and orders of the plan. The plan must
/// have been exported from the same config and graph, with the same opened outputs and lengths of sources, on any
/// machine. All of it is checked before anything changes. Sizes of stages that differ are refused. Nothing allocates
/// after this call.
///
/// @param[in] pipeline    handle
/// @param[in] plan        bytes of the plan; not copied, must outlive the pipeline unchanged: they are checked again when
///                        an evaluation begins, and after damage
/// @param[in] plan_bytes  size of plan in bytes
/// @param[in] work        as for sqs_pipeline_seal()
/// @param[in] work_bytes  size of work in bytes
/// @retval SQS_OK
/// @retval SQS_ERR_FORMAT    the bytes are not a plan, or of a version that this library does not read
/// @retval SQS_ERR_CORRUPT   the plan is damaged or not complete
/// @retval SQS_ERR_GRAPH     the plan is for another config or graph, or does not fit the graph
/// @retval SQS_ERR_STATE     the pipeline is sealed already; #SQS_STREAM_ONLY without an opened output
/// @retval SQS_ERR_ARGUMENT  the handle is not valid, plan is NULL, or classic mode with opened outputs
/// @retval SQS_ERR_OVERLAP   work, or what the allocator returned, overlaps the control area or plan
/// @return for work and for the handle, the statuses of sqs_pipeline_seal()
/// @see sqs_pipeline_new_planned()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pipeline_seal_planned(
    pipeline: *mut sqs_pipeline,
    plan: *const c_void,
    plan_bytes: usize,
    work: *mut c_void,
    work_bytes: usize,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, holder, call| {
        if core.is_sealed() {
            return Err(Error::new(Status::State, "the pipeline is sealed already: seal it once"));
        }
        if plan.is_null() {
            return Err(Error::new(Status::Argument, "plan is NULL: give the bytes that sqs_plan_export() wrote"));
        }
        call.claim(&[Region::bytes("work", work, work_bytes)], &[Region::bytes("plan", plan, plan_bytes)])?;
        // SAFETY: not NULL; the caller gives plan_bytes bytes that stay as they are until the pipeline is deleted.
        let bytes: &'static [u8] = unsafe { core::slice::from_raw_parts(plan.cast(), plan_bytes) };
        let need = planned_need(core, bytes)?;
        let fix = |core: &mut Pipeline<'static>, area, spill| core.seal_planned(bytes, area, spill);
        seal(core, holder, call, &need, (work, work_bytes), fix)?;
        Ok(Status::Ok)
    })
}

/// Seals with the planner.
fn seal_for(
    core: &mut Pipeline<'static>,
    holder: &mut Holder,
    call: &Call<'_>,
    list: &[Request],
    work: (*mut c_void, usize),
) -> Result<()> {
    let need = need(core, list)?;
    seal(core, holder, call, &need, work, |core, area, spill| core.seal_with(list, area, spill))
}

/// Gets the work area and the spill file, and seals with them.
fn seal(
    core: &mut Pipeline<'static>,
    holder: &mut Holder,
    call: &Call<'_>,
    need: &Need,
    (work, bytes): (*mut c_void, usize),
    fix: impl FnOnce(&mut Pipeline<'static>, &'static mut [u8], &'static mut [u8]) -> Result<()>,
) -> Result<()> {
    if !work.is_null() {
        if bytes < need.bytes {
            let text = "the work area has {b} bytes, the plan needs {a} (work_bytes of the plan)";
            return Err(Error::new(Status::Memory, text).a(checked::count(need.bytes)).b(checked::count(bytes)));
        }
        if !work.addr().is_multiple_of(need.align) {
            let text = "the work area must be aligned to {a} bytes";
            return Err(Error::new(Status::Align, text).a(checked::count(need.align)));
        }
    }
    let area = holder.work(call, work, bytes, need.bytes, need.align)?;
    let sealed = holder.map_spill(need.spill).and_then(|spill| fix(core, area, spill));
    sealed.inspect_err(|_| holder.drop_work())
}

/// Memory that a plan needs.
struct Need {
    bytes: usize,
    align: usize,
    spill: usize,
}

impl Need {
    fn of(plan: &Plan) -> Need {
        Need { bytes: plan.bytes, align: plan.align, spill: plan.spill.len }
    }
}

// The plan itself is not on the stack while the pipeline is sealed.
#[cfg_attr(not(feature = "std"), inline(never))]
fn need(core: &mut Pipeline<'static>, list: &[Request]) -> Result<Need> {
    core.plan(list).map(|plan| Need::of(&plan))
}

#[cfg_attr(not(feature = "std"), inline(never))]
fn planned_need(core: &mut Pipeline<'static>, bytes: &[u8]) -> Result<Need> {
    core.load_plan(bytes).map(|plan| Need::of(&plan))
}

/// Seals for a list of requests, unless the pipeline is sealed: the first push or evaluation.
pub(in crate::ffi) fn seal_first(
    core: &mut Pipeline<'static>,
    holder: &mut Holder,
    call: &Call<'_>,
    list: &[Request],
) -> Result<()> {
    if core.is_sealed() { Ok(()) } else { seal_for(core, holder, call, list, (core::ptr::null_mut(), 0)) }
}
