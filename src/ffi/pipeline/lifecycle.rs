//! Creating, resetting and deleting pipelines.

use super::config::{ParsedConfig, parse, sqs_config};
use crate::ffi::handle::{Access, detail, heal, retire, sqs_pipeline, with};
use crate::ffi::memory::{Holder, sqs_memory};
use crate::ffi::regions::{Call, Region};
use crate::ffi::status::{SQS_OK, sqs_error, sqs_status, without_handle};
use crate::ffi::structs::{self, Out, put_text};
use crate::graph::ChangeLimits;
use crate::io::ClockBox;
use crate::pipeline::{Config, PLANNER, Pipeline, PlannerCalls};
use crate::status::{Result, Status};
use crate::util::unsigned::Unsigned;
use core::ffi::c_char;
use core::mem::{MaybeUninit, size_of};

/// Creates a pipeline with one input, named "input", and no stages.
///
/// Allocates the control area, unless memory gives it.
///
/// @param[in]  config    configuration; copied
/// @param[in]  memory    source of the memory, copied; NULL: the host's heap
/// @param[out] pipeline  the handle, to be deleted with sqs_pipeline_delete()
/// @param[out] error     details of an error; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     a required pointer is NULL, or a value of config or memory is out of range
/// @retval SQS_ERR_MEMORY       the control area is too small (the detail gives both sizes), or the allocator returned
///                              none
/// @retval SQS_ERR_ALIGN        the control area is not aligned to 8 bytes, or a pointer is misaligned
/// @retval SQS_ERR_OVERLAP      the control area overlaps an argument
/// @retval SQS_ERR_OVERFLOW     window, hop and channels do not fit the address space
/// @retval SQS_ERR_IO           spill_dir cannot be opened
/// @retval SQS_ERR_STRUCT_SIZE  struct_size of config or memory is not valid
/// @retval SQS_ERR_UNSUPPORTED  fields are set that this version does not know, or this build has no heap or no
///                              spill_dir
/// @see sqs_pipeline_control_bytes()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pipeline_new(
    config: *const sqs_config,
    memory: *const sqs_memory,
    pipeline: *mut *mut sqs_pipeline,
    error: *mut sqs_error,
) -> sqs_status {
    new(config, memory, pipeline, error, Some(&PLANNER))
}

/// Creates a pipeline without a planner: sqs_pipeline_seal_planned() seals it.
///
/// As sqs_pipeline_new(). A program that creates its pipelines with this function alone does not contain the planner.
/// What needs a plan is refused before seal with #SQS_ERR_STATE: sqs_plan(), sqs_pipeline_seal(), and the calls that
/// would seal, such as sqs_push(). An evaluation of rows that are not planned is refused with #SQS_ERR_NOT_PLANNED.
///
/// @param[in]  config    as for sqs_pipeline_new()
/// @param[in]  memory    as for sqs_pipeline_new()
/// @param[out] pipeline  the handle, to be deleted with sqs_pipeline_delete()
/// @param[out] error     details of an error; may be NULL
/// @retval SQS_OK
/// @return the statuses of sqs_pipeline_new()
/// @see sqs_plan_export()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pipeline_new_planned(
    config: *const sqs_config,
    memory: *const sqs_memory,
    pipeline: *mut *mut sqs_pipeline,
    error: *mut sqs_error,
) -> sqs_status {
    new(config, memory, pipeline, error, None)
}

/// Creates a pipeline with a planner, or without one.
fn new(
    config: *const sqs_config,
    memory: *const sqs_memory,
    pipeline: *mut *mut sqs_pipeline,
    error: *mut sqs_error,
    planner: Option<&'static PlannerCalls>,
) -> sqs_status {
    without_handle(error, |call| {
        let out = Out::new("pipeline", pipeline)?;
        let parsed = parse(config)?;
        let given = if memory.is_null() { None } else { Some(structs::read(memory)?) };
        let control = given.map_or(Region::NONE, |m| Region::bytes("control", m.control, m.control_bytes));
        let ins = [Region::structure("config", config), Region::structure("memory", memory)];
        call.claim(&[Region::value("pipeline", pipeline), control], &ins)?;
        let memory = given;
        let (mut holder, base) = Holder::new(memory, parsed.control)?;
        let handle: *mut sqs_pipeline = base.cast();
        match create(call, &parsed, planner, &mut holder, handle) {
            Ok(()) => {
                // SAFETY: the head of the area is aligned and large enough for the handle; `create` has set its core.
                unsafe { sqs_pipeline::init(handle, holder, parsed.hook) };
                out.set(handle);
                Ok(Status::Ok)
            }
            Err(e) => {
                holder.release();
                Err(e)
            }
        }
    })
}

/// Opens the spill directory, and sets up the core of the handle and the tables after it in the control area.
fn create(
    call: &Call<'_>,
    parsed: &ParsedConfig,
    planner: Option<&'static PlannerCalls>,
    holder: &mut Holder,
    handle: *mut sqs_pipeline,
) -> Result<()> {
    if !parsed.spill_dir.is_null() {
        // SAFETY: the caller gives a C string.
        let path = unsafe { core::ffi::CStr::from_ptr(parsed.spill_dir) };
        call.reads(Region::bytes("spill_dir", parsed.spill_dir, path.to_bytes_with_nul().len()))?;
        holder.open_spill(path)?;
    }
    let head = size_of::<sqs_pipeline>();
    // SAFETY: the area has `control` bytes from `base`, which are the pipeline's until it is deleted.
    let tables: &'static mut [MaybeUninit<u8>] =
        unsafe { core::slice::from_raw_parts_mut(handle.add(1).cast(), parsed.control.sat_sub(head)) };
    let config = Config {
        input: parsed.input,
        options: parsed.options,
        limits: parsed.limits,
        param_bytes: parsed.param_bytes,
        host_heap: holder.is_host(),
    };
    put_core(handle, &config, (parsed.changes, planner), tables)?;
    // SAFETY: set by the line before; no call has the handle yet.
    let core = unsafe { &mut (*handle).core };
    let set = set_up(core, parsed);
    if set.is_err() {
        // SAFETY: set above, and not used afterwards.
        unsafe { core::ptr::drop_in_place(core) };
    }
    set
}

/// Sets what a config has besides the sizes of tables.
fn set_up(core: &mut Pipeline<'static>, parsed: &ParsedConfig) -> Result<()> {
    core.reserve_gaps(parsed.max_gaps)?;
    core.set_gap_fill(0, parsed.gap_fill)?;
    if let Some(clock) = parsed.clock {
        core.set_clock(ClockBox::new(clock))?;
    }
    Ok(())
}

/// Sets the core of a handle.
// The one function with a pipeline on its stack.
#[cfg_attr(not(feature = "std"), inline(never))]
fn put_core(
    handle: *mut sqs_pipeline,
    config: &Config<'_>,
    (changes, planner): (ChangeLimits, Option<&'static PlannerCalls>),
    tables: &'static mut [MaybeUninit<u8>],
) -> Result<()> {
    let core = Pipeline::with_planner_calls(config, changes, planner, tables)?;
    // SAFETY: the head of the area is aligned and large enough for the handle.
    unsafe { (&raw mut (*handle).core).write(core) };
    Ok(())
}

/// Returns a pipeline to row 0 of new input; the only way to use a poisoned handle again.
///
/// Discards samples, queued rows, cached rows, checkpoints and a running evaluation; keeps graph, plan and memory.
/// Sources stay, at their present length. Does not allocate.
///
/// @param[in] pipeline  handle
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT   the handle is not valid
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the tables of the graph, or the addresses in the handle, are damaged: delete the handle
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pipeline_reset(pipeline: *mut sqs_pipeline) -> sqs_status {
    let status = with(pipeline, Access::Poisoned, &[], |core, _, _| {
        core.reset()?;
        Ok(Status::Ok)
    });
    if status == SQS_OK {
        heal(pipeline);
    }
    status
}

/// Deletes a pipeline and releases its memory.
///
/// The handle must not be used afterwards. From a callback of the same handle this does nothing. Of a handle whose
/// addresses are damaged nothing is released: they are not followed.
///
/// @param[in] pipeline  handle; NULL is allowed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pipeline_delete(pipeline: *mut sqs_pipeline) {
    if retire(pipeline) != Some(true) {
        return;
    }
    // SAFETY: a live handle that no call is using; its fields are dropped in place or read out, once each, then its
    // memory is released. Damaged tables are not followed: heap memory of built-in stages is then leaked.
    let holder = unsafe {
        let core = &mut (*pipeline).core;
        if core.check_tables().is_ok() {
            core::ptr::drop_in_place(core);
        }
        (&raw const (*pipeline).holder).read()
    };
    holder.release();
}

/// Copies the detail of the last error of a handle: one sentence of English, zero-terminated.
///
/// The text is empty before the first error. It is cut if it does not fit. Valid on poisoned handles.
///
/// @param[in]  pipeline        handle
/// @param[out] buffer          the text; NULL with a capacity of 0
/// @param[in]  capacity_bytes  size of buffer in bytes
/// @param[out] needed_bytes    size of the whole text with its zero, in bytes; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_SPACE      the text was cut
/// @retval SQS_ERR_ARGUMENT   the handle is not valid, or buffer is NULL with a capacity above 0
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pipeline_error_detail(
    pipeline: *const sqs_pipeline,
    buffer: *mut c_char,
    capacity_bytes: usize,
    needed_bytes: *mut usize,
) -> sqs_status {
    let (own, text) = detail(pipeline);
    put_text(own, text, buffer, capacity_bytes, needed_bytes)
}
