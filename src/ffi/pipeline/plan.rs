//! Planning and sealing.

use crate::checked;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::memory::Holder;
use crate::ffi::structs;
use crate::ffi::types::*;
use crate::limits::MAX_REQUESTS;
use crate::pipeline::Pipeline;
use crate::plan::{Order, Page, Plan, Request};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;
use core::ffi::{c_char, c_void};
use core::mem::size_of;

const NOTHING: Request = Request { stage: 0, first: 0, count: 0, order: Order::Forward };

/// A request of the caller, understood.
pub(in crate::ffi) fn request(r: *const sqs_request) -> Result<Request> {
    let r = structs::read(r)?;
    if r.flags != 0 {
        return Err(Error::new(Status::Unsupported, "sqs_request: flags must be 0"));
    }
    let order = match r.order {
        SQS_ORDER_FORWARD => Order::Forward,
        SQS_ORDER_REVERSE => Order::Reverse,
        other => return Err(Error::new(Status::Argument, "there is no order {a}").a(other)),
    };
    Ok(Request { stage: r.stage as usize, first: r.first, count: r.count, order })
}

/// The caller's list. Its elements lie one struct_size apart, so that older and newer callers' arrays can be walked.
fn requests(list: *const sqs_request, n: u32, out: &mut [Request; MAX_REQUESTS]) -> Result<usize> {
    if n as usize > MAX_REQUESTS {
        return Err(Error::new(Status::Limit, "a plan is for at most {a} requests").a(SQS_MAX_REQUESTS));
    }
    let mut at = list;
    for slot in out.iter_mut().take(n as usize) {
        *slot = request(at)?;
        // SAFETY: the array has n elements of struct_size bytes each; the first word was just read.
        at = unsafe { at.byte_add(at.cast::<u32>().read() as usize) };
    }
    Ok(n as usize)
}

fn info(core: &Pipeline<'_>, plan: &Plan) -> sqs_plan_info {
    let p = core.plan_info(plan);
    let bytes = checked::count;
    sqs_plan_info {
        struct_size: size_of::<sqs_plan_info>() as u32,
        mode: if p.classic { SQS_MODE_CLASSIC } else { SQS_MODE_SQRT },
        work_bytes: bytes(p.work_bytes),
        work_align: bytes(p.work_align),
        table_bytes: bytes(p.table_bytes),
        ring_bytes: bytes(p.ring_bytes),
        stream_bytes: bytes(p.stream_bytes),
        evaluate_bytes: bytes(p.evaluate_bytes),
        output_bytes: bytes(p.output_bytes),
        cache_bytes: bytes(p.cache_bytes),
        checkpoint_bytes: bytes(p.checkpoint_bytes),
        control_bytes: bytes(p.control_bytes.sat_add(size_of::<sqs_pipeline>())),
        host_heap_bytes: p.host_heap_bytes,
        min_budget_bytes: bytes(p.min_budget_bytes),
        block: p.block,
        cache_rows: p.cache_rows,
        input_capacity: p.ring_samples.first().copied().unwrap_or(0),
        checkpoint_every: p.checkpoint_every,
        recompute_factor: p.recompute_factor,
        checkpoint_slots: u64::from(p.checkpoint_slots),
        sweep_slots: p.sweep.slots,
        sweep_leaf: p.sweep.leaf,
        sweep_extra: p.sweep.extra,
        sweep_tiles: p.sweep.tiles,
        sweep_passes: p.sweep.passes,
        spill_bytes: bytes(p.spill_bytes),
    }
}

/// Says what a list of requests needs, to the byte, and changes nothing. The answer depends on config, graph, opened
/// outputs and which inputs have sources (in auto mode, and in classic mode with SQS_ALL, also on their length or the ring's
/// capacity), on nothing of the machine: a plan made on the ground is the plan in flight. Does not allocate. After seal it answers for the list given, as if
/// the pipeline were to be sealed now.
///
/// requests, n: what will be asked, at most SQS_MAX_REQUESTS. n = 0: every stage without consumers, forward, any range.
/// out: written on success.
/// Returns SQS_OK; SQS_ERR_BUDGET: memory_budget_bytes is too small, the detail names the least that works;
/// SQS_ERR_ARGUMENT: NULL, no such stage or order, a ring that does not hold what the graph or a request in reverse needs,
/// classic mode without a bound on the rows or with opened outputs, rows in forward order behind a reverse scan over an
/// input of unknown length; SQS_ERR_GRAPH: an output opened behind a reverse scan; SQS_ERR_LIMIT; SQS_ERR_OVERFLOW: does not fit the address space;
/// SQS_ERR_UNSUPPORTED; SQS_ERR_STRUCT_SIZE; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_plan(
    pipeline: *mut sqs_pipeline,
    requests_list: *const sqs_request,
    n: u32,
    out: *mut sqs_plan_info,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        structs::writable(out)?;
        let mut list = [NOTHING; MAX_REQUESTS];
        let count = requests(requests_list, n, &mut list)?;
        let plan = core.plan(list.get(..count).unwrap_or(&[]))?;
        structs::write(out, info(core, &plan))?;
        Ok(Status::Ok)
    })
}

/// Says in English what sqs_plan considers for the same arguments and why its answer is what it is: of every request the
/// orders and blocks that were tried with their bytes and the time reckoned for each, in microseconds and by cause, the
/// one taken marked; then checkpoints, row cache, work area. Only the relation of the times means something. The same
/// config and graph give the same text. Changes nothing, does not allocate. The text is for people: it may change between
/// versions.
///
/// buf: cap bytes, or NULL with cap 0; what is written is closed with a zero and cut where it does not fit. need: NULL, or
/// where to put the size that holds all of it.
/// Returns what sqs_plan returns (for SQS_ERR_BUDGET too: the error's detail names the least), and SQS_ERR_SPACE: the text
/// was cut; SQS_ERR_OVERLAP: buf lies in memory of the pipeline.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_plan_explain(
    pipeline: *mut sqs_pipeline,
    requests_list: *const sqs_request,
    n: u32,
    buf: *mut c_char,
    cap: usize,
    need: *mut usize,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        if !need.is_null() {
            structs::usable(need.cast_const())?;
        }
        if buf.is_null() && cap > 0 {
            return Err(Error::new(Status::Argument, "a buffer is NULL"));
        }
        if cap > 0 && core.overlaps_work(buf.addr(), cap) {
            return Err(Error::new(Status::Overlap, "the buffer lies in the work area"));
        }
        let mut list = [NOTHING; MAX_REQUESTS];
        let count = requests(requests_list, n, &mut list)?;
        let mut whole = 0usize;
        let mut put = |piece: &str| {
            let room = cap.sat_sub(1).sat_sub(whole);
            let len = piece.len().min(room);
            if len > 0 {
                // SAFETY: whole + len < cap bytes of the caller's buffer.
                unsafe { core::ptr::copy_nonoverlapping(piece.as_ptr(), buf.cast::<u8>().add(whole), len) };
            }
            whole = whole.sat_add(piece.len());
        };
        core.explain(list.get(..count).unwrap_or(&[]), &mut Page::new(&mut put))?;
        if cap > 0 {
            // SAFETY: below cap.
            unsafe { buf.add(whole.min(cap.sat_sub(1))).write(0) };
        }
        if !need.is_null() {
            // SAFETY: checked.
            unsafe { need.write(whole.sat_add(1)) };
        }
        if whole >= cap {
            return Err(Error::new(Status::Space, "the text takes {a} bytes").a(checked::count(whole.sat_add(1))));
        }
        Ok(Status::Ok)
    })
}

/// Fixes graph and memory for a list of requests: from here on nothing allocates. The same list given to sqs_plan tells
/// the bytes.
///
/// work: the work area of bytes bytes, which stays the caller's and is the pipeline's until delete. NULL: it is taken
/// from where the pipeline's memory comes from (not possible with an area). Constant tables are filled here.
/// Returns what sqs_plan returns, and SQS_ERR_MEMORY: the area is too small (the detail tells the need), missing, or the
/// allocator gave none; SQS_ERR_IO: spill_dir has no room, or makes no file; SQS_ERR_ALIGN; SQS_ERR_STATE: sealed already; SQS_ERR_CALLBACK: a stage could not be prepared.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pipeline_seal(
    pipeline: *mut sqs_pipeline,
    requests_list: *const sqs_request,
    n: u32,
    work: *mut c_void,
    bytes: usize,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, holder| {
        let mut list = [NOTHING; MAX_REQUESTS];
        let count = requests(requests_list, n, &mut list)?;
        seal(core, holder, list.get(..count).unwrap_or(&[]), work, bytes)?;
        Ok(Status::Ok)
    })
}

fn seal(
    core: &mut Pipeline<'static>,
    holder: &mut Holder,
    list: &[Request],
    work: *mut c_void,
    bytes: usize,
) -> Result<()> {
    if core.is_sealed() {
        return Err(Error::new(Status::State, "the pipeline is sealed already"));
    }
    let plan = core.plan(list)?;
    if !work.is_null() {
        if bytes < plan.bytes {
            let text = "the work area has {b} bytes, the plan needs {a}";
            return Err(Error::new(Status::Memory, text).a(checked::count(plan.bytes)).b(checked::count(bytes)));
        }
        if !work.addr().is_multiple_of(plan.align) {
            let text = "the work area must be aligned to {a} bytes";
            return Err(Error::new(Status::Align, text).a(checked::count(plan.align)));
        }
    }
    let area = holder.work(work, bytes, plan.bytes, plan.align)?;
    let sealed = holder.map_spill(plan.spill.len).and_then(|spill| core.seal_with(list, area, spill));
    sealed.inspect_err(|_| holder.drop_work())
}

/// The simple case: whoever pushes or evaluates first without having sealed, seals.
pub(in crate::ffi) fn seal_first(core: &mut Pipeline<'static>, holder: &mut Holder, list: &[Request]) -> Result<()> {
    if core.is_sealed() { Ok(()) } else { seal(core, holder, list, core::ptr::null_mut(), 0) }
}
