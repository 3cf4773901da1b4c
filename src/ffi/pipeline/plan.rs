//! Plans: the bytes that requests need.

use super::config::{SQS_MODE_CLASSIC, SQS_MODE_SQRT};
use super::request::{Requests, sqs_request};
use crate::checked;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::regions::Region;
use crate::ffi::status::sqs_status;
use crate::ffi::structs::{self, Out, versioned};
use crate::pipeline::Pipeline;
use crate::plan::{Page, Plan};
use crate::status::{Error, Status};
use crate::util::unsigned::Unsigned;
use core::ffi::{c_char, c_void};
use core::mem::size_of;

/// A plan in figures. The parts of work_bytes add up to it, with the padding between them.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct sqs_plan_info {
    /// In: sizeof(sqs_plan_info).
    pub struct_size: u32,
    /// Order of work of the requests: #SQS_MODE_CLASSIC if all of them run in it, else #SQS_MODE_SQRT.
    pub mode: u32,
    /// Bytes of the work area: exactly the size needed.
    pub work_bytes: u64,
    /// Alignment of the work area in bytes.
    pub work_align: u64,
    /// Part of work_bytes: constant tables of stages.
    pub table_bytes: u64,
    /// Part of work_bytes: buffers of pushed inputs.
    pub input_buffer_bytes: u64,
    /// Part of work_bytes: buffers of the stream (opened outputs).
    pub stream_bytes: u64,
    /// Part of work_bytes: buffers of an evaluation, of the largest planned request.
    pub evaluation_bytes: u64,
    /// Part of work_bytes: queues of opened outputs.
    pub output_bytes: u64,
    /// Part of work_bytes: the row cache.
    pub row_cache_bytes: u64,
    /// Part of work_bytes: checkpoints of stages with state. For a request in reverse order or after a reverse scan
    /// also snapshots, headers, states kept at tiles, and the rows of a tile; these are counted in evaluation_bytes,
    /// too.
    pub checkpoint_bytes: u64,
    /// Bytes of the control area.
    pub control_bytes: u64,
    /// Maximum number of bytes that stages hold on the host's heap (plans of transforms).
    pub host_heap_bytes: u64,
    /// Smallest memory_budget_bytes that works.
    pub min_budget_bytes: u64,
    /// Windows of a block; in classic mode, the rows of the range.
    pub block_windows: u64,
    /// Rows that the row cache holds.
    pub row_cache_rows: u64,
    /// Samples that the buffer of the first input holds; 0 if it has a source.
    pub input_capacity: u64,
    /// Windows between checkpoints; 0 without stages that have state.
    pub checkpoint_every: u64,
    /// Maximum work of stages relative to computing each row once; above 1 in reverse order and after reverse scans.
    /// Checkpoints reduce the actual work; the factor does not include them.
    pub recompute_factor: f64,
    /// Checkpoints of each stage with state.
    pub checkpoint_slots: u64,
    /// Reverse order or after a reverse scan: snapshots held at a time.
    pub sweep_slots: u64,
    /// Reverse order or after a reverse scan: rows of a tile, computed and held together.
    pub sweep_tile_rows: u64,
    /// Rows computed in addition to one pass of every stage with state, counted once per change of direction. Like
    /// recompute_factor, without checkpoints.
    pub sweep_extra_rows: u64,
    /// Tiles at which states of reverse scans, and of the scans after them, are kept; 0 if none need to be.
    pub sweep_tiles: u64,
    /// Passes over the rows in alternating directions, after the first forward pass.
    pub sweep_passes: u64,
    /// Bytes of the spill file, in addition to work_bytes; 0: none.
    pub spill_bytes: u64,
    /// Estimated maximum of the work of a step that cannot be divided, in nanoseconds: one row of every stage, at their
    /// declared or estimated costs.
    pub window_ns: u64,
}
versioned!(sqs_plan_info, sweep_passes: u64);

fn info(core: &Pipeline<'_>, plan: &Plan) -> sqs_plan_info {
    let p = core.plan_info(plan);
    let bytes = checked::count;
    sqs_plan_info {
        struct_size: size_of::<sqs_plan_info>() as u32,
        mode: if p.classic { SQS_MODE_CLASSIC } else { SQS_MODE_SQRT },
        work_bytes: bytes(p.work_bytes),
        work_align: bytes(p.work_align),
        table_bytes: bytes(p.table_bytes),
        input_buffer_bytes: bytes(p.ring_bytes),
        stream_bytes: bytes(p.stream_bytes),
        evaluation_bytes: bytes(p.evaluate_bytes),
        output_bytes: bytes(p.output_bytes),
        row_cache_bytes: bytes(p.cache_bytes),
        checkpoint_bytes: bytes(p.checkpoint_bytes),
        control_bytes: bytes(p.control_bytes.sat_add(size_of::<sqs_pipeline>())),
        host_heap_bytes: p.host_heap_bytes,
        min_budget_bytes: bytes(p.min_budget_bytes),
        block_windows: p.block,
        row_cache_rows: p.cache_rows,
        input_capacity: p.ring_samples.first().copied().unwrap_or(0),
        checkpoint_every: p.checkpoint_every,
        recompute_factor: p.recompute_factor,
        checkpoint_slots: u64::from(p.checkpoint_slots),
        sweep_slots: p.sweep.slots,
        sweep_tile_rows: p.sweep.leaf,
        sweep_extra_rows: p.sweep.extra,
        sweep_tiles: p.sweep.tiles,
        sweep_passes: p.sweep.passes,
        spill_bytes: bytes(p.spill_bytes),
        window_ns: core.row_of_each_ns(),
    }
}

/// Computes the bytes and the order of work for a list of requests, and changes nothing.
///
/// The result depends on config, graph, opened outputs and which inputs have sources; in auto mode, and in classic mode
/// with #SQS_ALL, also on the length of the source or the capacity of the input buffer. It does not depend on the
/// machine: a plan made on the ground is the plan in flight. After seal, the result is that of sealing now for this
/// list. Does not allocate.
///
/// The time grows with the numbers of stages, edges and requests, not with the rows. It is bounded: each request is laid
/// out at most 128 times, and a layout compares each stage and buffer with a bounded number of others
/// (docs/design/engine.md). Where that ends the search for a better order, the plan is valid and may need more bytes.
///
/// @param[in]  pipeline       handle
/// @param[in]  requests       the rows that will be evaluated; may be NULL if request_count is 0
/// @param[in]  request_count  number of requests, up to #SQS_MAX_REQUESTS; 0: every stage without consumers, forward,
///                            any range; with #SQS_STREAM_ONLY none
/// @param[out] info           the plan; struct_size set by the caller
/// @retval SQS_OK
/// @retval SQS_ERR_BUDGET       memory_budget_bytes is too small; the detail gives the minimum
/// @retval SQS_ERR_ARGUMENT     the handle is not valid, a pointer is NULL, a stage or order does not exist, an input
///                              buffer is too small for the graph or for a request in reverse order, classic mode
///                              without a limit on the rows or with opened outputs, or rows in forward order after a
///                              reverse scan over an input of unknown length
/// @retval SQS_ERR_GRAPH        an output is opened after a reverse scan
/// @retval SQS_ERR_NOT_PLANNED  requests for a pipeline with #SQS_STREAM_ONLY
/// @retval SQS_ERR_STATE        #SQS_STREAM_ONLY without an opened output
/// @retval SQS_ERR_LIMIT        request_count is above #SQS_MAX_REQUESTS
/// @retval SQS_ERR_OVERFLOW     the plan does not fit the address space
/// @retval SQS_ERR_ALIGN        a pointer is misaligned
/// @retval SQS_ERR_STRUCT_SIZE  a struct_size is not valid
/// @retval SQS_ERR_UNSUPPORTED  fields are set that this version does not know
/// @retval SQS_ERR_REENTRANT    called from a callback of this handle
/// @retval SQS_ERR_POISONED     the handle is poisoned
/// @see sqs_plan_explain(), sqs_pipeline_seal()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_plan(
    pipeline: *mut sqs_pipeline,
    requests: *const sqs_request,
    request_count: u32,
    info: *mut sqs_plan_info,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        let list = Requests::read(requests, request_count)?;
        call.claim(&[Region::structure("info", info)], &[list.region(requests)])?;
        structs::writable(info)?;
        let plan = core.plan(list.list())?;
        structs::write(info, self::info(core, &plan))?;
        Ok(Status::Ok)
    })
}

/// Writes a plan as bytes, for sqs_pipeline_seal_planned().
///
/// The bytes are the same on every machine, and are read on every machine: docs/formats/plan.md describes them. They
/// are for this config and graph, with its opened outputs and the lengths of its sources. Call it before seal, on a
/// pipeline in memory of the caller (sqs_memory.control) if the target has no heap: stages then have the sizes that they
/// have there. Changes nothing, does not allocate.
///
/// @param[in]  pipeline        handle
/// @param[in]  requests        as for sqs_plan()
/// @param[in]  request_count   number of requests
/// @param[out] buffer          the plan; NULL with a capacity of 0
/// @param[in]  capacity_bytes  size of buffer in bytes
/// @param[out] needed_bytes    size of the plan in bytes; always written
/// @retval SQS_OK
/// @retval SQS_ERR_SPACE    the plan does not fit; what is in buffer is not a plan
/// @retval SQS_ERR_OVERLAP  requests, buffer, needed_bytes and memory of the pipeline overlap
/// @return the statuses of sqs_plan()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_plan_export(
    pipeline: *mut sqs_pipeline,
    requests: *const sqs_request,
    request_count: u32,
    buffer: *mut c_void,
    capacity_bytes: usize,
    needed_bytes: *mut usize,
) -> sqs_status {
    with(pipeline, Access::Normal, &[Region::value("needed_bytes", needed_bytes)], |core, _, call| {
        let needed = Out::new("needed_bytes", needed_bytes)?;
        let list = Requests::read(requests, request_count)?;
        call.claim(&[Region::bytes("buffer", buffer, capacity_bytes)], &[list.region(requests)])?;
        // SAFETY: claimed.
        let to = unsafe { structs::array_mut("buffer", buffer.cast::<u8>(), capacity_bytes)? };
        let bytes = core.export_plan(list.list(), to)?;
        needed.set(bytes);
        if bytes > capacity_bytes {
            let text = "the plan needs {a} bytes, buffer has {b}";
            return Err(Error::new(Status::Space, text).a(bytes).b(capacity_bytes));
        }
        Ok(Status::Ok)
    })
}

/// Explains a plan in English: what sqs_plan() considers for the same arguments, and why it decides as it does.
///
/// For every request the text lists the orders and blocks that were tried, with their bytes and the estimated time of
/// each in microseconds and by cause, the chosen one marked; then checkpoints, row cache and work area. Only the ratios
/// of the times are meaningful. The same config and graph give the same text; it may change between versions. Changes
/// nothing, does not allocate.
///
/// @param[in]  pipeline        handle
/// @param[in]  requests        as for sqs_plan()
/// @param[in]  request_count   number of requests
/// @param[out] buffer          the text, zero-terminated, cut if it does not fit; NULL with a capacity of 0
/// @param[in]  capacity_bytes  size of buffer in bytes
/// @param[out] needed_bytes    size of the whole text with its zero, in bytes; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_SPACE    the text was cut
/// @retval SQS_ERR_OVERLAP  requests, buffer, needed_bytes and memory of the pipeline overlap
/// @return the statuses of sqs_plan(), #SQS_ERR_BUDGET included
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_plan_explain(
    pipeline: *mut sqs_pipeline,
    requests: *const sqs_request,
    request_count: u32,
    buffer: *mut c_char,
    capacity_bytes: usize,
    needed_bytes: *mut usize,
) -> sqs_status {
    with(pipeline, Access::Normal, &[Region::value("needed_bytes", needed_bytes)], |core, _, call| {
        let needed = Out::or_null("needed_bytes", needed_bytes)?;
        if buffer.is_null() && capacity_bytes > 0 {
            return Err(Error::new(Status::Argument, "buffer is NULL, but capacity_bytes is {a}: it must be 0 then")
                .a(capacity_bytes));
        }
        let list = Requests::read(requests, request_count)?;
        call.claim(&[Region::bytes("buffer", buffer, capacity_bytes)], &[list.region(requests)])?;
        let room = capacity_bytes.sat_sub(1);
        let mut whole = 0usize;
        let mut put = |piece: &str| {
            let len = piece.len().min(room.sat_sub(whole));
            if len > 0 {
                // SAFETY: whole + len < capacity of the caller's buffer.
                unsafe { core::ptr::copy_nonoverlapping(piece.as_ptr(), buffer.cast::<u8>().add(whole), len) };
            }
            whole = whole.sat_add(piece.len());
        };
        core.explain(list.list(), &mut Page::new(&mut put))?;
        if capacity_bytes > 0 {
            // SAFETY: below the capacity.
            unsafe { buffer.add(whole.min(room)).write(0) };
        }
        needed.set(whole.sat_add(1));
        if whole >= capacity_bytes {
            let text = "the text needs {a} bytes, buffer has {b}";
            return Err(Error::new(Status::Space, text).a(whole.sat_add(1)).b(capacity_bytes));
        }
        Ok(Status::Ok)
    })
}
