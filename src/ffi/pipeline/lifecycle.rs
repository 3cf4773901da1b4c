//! Making, resetting and deleting pipelines.

use super::callbacks::dtype;
use crate::dtype::Dtype;
use crate::ffi::handle::{Access, detail, heal, retire, sqs_pipeline, with, without};
use crate::ffi::memory::Holder;
use crate::ffi::structs;
use crate::ffi::structs::put_text;
use crate::ffi::types::*;
use crate::graph::{GraphLimits, InputSpec};
use crate::limits::{AREA_ALIGN, DEFAULT_EDGES, DEFAULT_STAGES};
use crate::pipeline::{Config, Pipeline};
use crate::plan::{Mode, PlanOptions};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;
use core::ffi::c_char;
use core::mem::{MaybeUninit, size_of};

/// Cache that blocks should fit when the config does not say: the L2 of a small processor.
const DEFAULT_CACHE: u64 = 512 << 10;
const DEFAULT_PARAM_BYTES: usize = 1024;
const DEFAULT_CHECKPOINTS: u32 = 32;
const MOST_CHECKPOINTS: u32 = 1 << 16;

/// What a config means, with its defaults filled in.
struct ParsedConfig {
    input: InputSpec<'static>,
    options: PlanOptions,
    limits: GraphLimits,
    param_bytes: usize,
    control: usize,
    /// The directory for spilling, or NULL.
    spill_dir: *const c_char,
}

fn parse(config: *const sqs_config) -> Result<ParsedConfig> {
    let c = structs::read(config)?;
    let bad = |text| Error::new(Status::Argument, text);
    if c.flags != 0 || c.reserved != 0 {
        return Err(Error::new(Status::Unsupported, "sqs_config: flags and reserved must be 0"));
    }
    let or = |v: u32, default: u32| if v == 0 { default } else { v };
    let (stages, edges) = (or(c.max_stages, DEFAULT_STAGES), or(c.max_edges, DEFAULT_EDGES));
    if stages > 1024 || edges > 4096 {
        return Err(bad("sqs_config: max_stages is at most 1024, max_edges at most 4096"));
    }
    let limits = GraphLimits { stages: stages as usize, edges: edges as usize };
    let param_bytes = if c.param_bytes == 0 { DEFAULT_PARAM_BYTES } else { c.param_bytes as usize };
    let options = PlanOptions {
        mode: match c.mode {
            SQS_MODE_AUTO => Mode::Auto,
            SQS_MODE_CLASSIC => Mode::Classic,
            SQS_MODE_SQRT => Mode::Sqrt,
            other => return Err(bad("sqs_config: there is no mode {a}").a(other)),
        },
        budget: if c.memory_budget_bytes == 0 { u64::MAX } else { c.memory_budget_bytes },
        cache_bytes: if c.cache_bytes == 0 { DEFAULT_CACHE } else { c.cache_bytes },
        lru_bytes: if c.lru_bytes == SQS_OFF { 0 } else { c.lru_bytes },
        checkpoint_every: c.checkpoint_every,
        checkpoint_slots: match (c.checkpoint_every, c.checkpoint_slots) {
            (SQS_OFF, _) => 0,
            (_, 0) => DEFAULT_CHECKPOINTS,
            (_, n) if n.is_multiple_of(2) && n <= MOST_CHECKPOINTS => n,
            (_, n) => {
                return Err(bad("sqs_config: checkpoint_slots is {a}, not an even number up to {b}")
                    .a(n)
                    .b(MOST_CHECKPOINTS));
            }
        },
        sweep: None,
        choose_lru: c.mode == SQS_MODE_AUTO && c.lru_bytes == 0,
        spill: !c.spill_dir.is_null(),
    };
    let input = InputSpec {
        name: "input",
        dtype: dtype(c.dtype, Dtype::F32).ok_or_else(|| bad("sqs_config: there is no dtype {a}").a(c.dtype))?,
        channels: or(c.channels, 1),
        window: c.window,
        hop: c.hop,
        capacity: c.input_capacity,
    };
    if input.window == 0 || input.hop == 0 {
        return Err(bad("sqs_config: window and hop must be at least 1"));
    }
    let control = Pipeline::control_bytes(limits, param_bytes, size_of::<sqs_pipeline>())?;
    Ok(ParsedConfig { input, options, limits, param_bytes, control, spill_dir: c.spill_dir })
}

/// Fills a config with zeros, which mean the defaults, and sets its struct_size. Then set at least window and hop.
/// Callbacks may call it.
///
/// struct_size: sizeof(sqs_config) of the caller.
/// Returns SQS_OK; SQS_ERR_ARGUMENT: config is NULL; SQS_ERR_STRUCT_SIZE: too small, or no size of a struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_config_init(config: *mut sqs_config, struct_size: usize) -> sqs_status {
    structs::init(config, struct_size)
}

/// Tells the size in bytes and the alignment of the control area for this config; it follows from max_stages,
/// max_edges and param_bytes alone. For static arrays there is SQS_CONTROL_BYTES. Callbacks may call it.
///
/// Returns SQS_OK; SQS_ERR_ARGUMENT: NULL or a value out of range; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pipeline_control_bytes(
    config: *const sqs_config,
    bytes: *mut usize,
    align: *mut usize,
) -> sqs_status {
    without(core::ptr::null_mut(), || {
        structs::usable(bytes.cast_const())?;
        structs::usable(align.cast_const())?;
        let need = parse(config)?.control;
        // SAFETY: checked above.
        unsafe {
            bytes.write(need);
            align.write(AREA_ALIGN);
        }
        Ok(Status::Ok)
    })
}

/// Makes a pipeline: no stages yet, one input named "input".
///
/// memory: NULL for the host's heap; or an area or allocator (copied; see sqs_memory). Allocates the control area, where
/// it is not given. out: the handle, to be deleted with sqs_pipeline_delete. error: NULL, or where to put the detail.
/// Returns SQS_OK; SQS_ERR_ARGUMENT: NULL or a value out of range; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED: a newer
/// struct, or no heap or no spill_dir in this build; SQS_ERR_MEMORY: the area is too small, the detail says by how much, or the
/// allocator gave none; SQS_ERR_IO: spill_dir cannot be opened; SQS_ERR_ALIGN; SQS_ERR_OVERFLOW: window, hop and channels do not fit the address space.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pipeline_new(
    config: *const sqs_config,
    memory: *const sqs_memory,
    out: *mut *mut sqs_pipeline,
    error: *mut sqs_error,
) -> sqs_status {
    without(error, || {
        structs::usable(out.cast_const())?;
        let meaning = parse(config)?;
        let memory = if memory.is_null() { None } else { Some(structs::read(memory)?) };
        let (mut holder, base) = Holder::new(memory, meaning.control)?;
        if !meaning.spill_dir.is_null() {
            // SAFETY: the caller gives a C string.
            let path = unsafe { core::ffi::CStr::from_ptr(meaning.spill_dir) };
            if let Err(e) = holder.open_spill(path) {
                holder.release();
                return Err(e);
            }
        }
        let head = size_of::<sqs_pipeline>();
        // SAFETY: the area has `control` bytes from `base` on, which are the pipeline's until it is deleted.
        let tables: &'static mut [MaybeUninit<u8>] =
            unsafe { core::slice::from_raw_parts_mut(base.add(head).cast(), meaning.control.sat_sub(head)) };
        let config = Config {
            input: meaning.input,
            options: meaning.options,
            limits: meaning.limits,
            param_bytes: meaning.param_bytes,
            host_heap: holder.is_host(),
        };
        match Pipeline::new(&config, tables) {
            Ok(core) => {
                let handle: *mut sqs_pipeline = base.cast();
                // SAFETY: the head of the area is aligned and large enough for the handle.
                unsafe {
                    handle.write(sqs_pipeline::new(holder, core));
                    out.write(handle);
                }
                Ok(Status::Ok)
            }
            Err(e) => {
                holder.release();
                Err(e)
            }
        }
    })
}

/// Back to row 0 of new input: forgets samples, queued rows, cached rows and an evaluation under way; keeps graph, plan
/// and memory. Sources stay, at their present length. Does not allocate. Also revives a poisoned handle.
///
/// Returns SQS_OK; SQS_ERR_ARGUMENT: no handle; SQS_ERR_REENTRANT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pipeline_reset(pipeline: *mut sqs_pipeline) -> sqs_status {
    let status = with(pipeline, Access::Poisoned, |core, _| {
        core.reset()?;
        Ok(Status::Ok)
    });
    if status == SQS_OK {
        heal(pipeline);
    }
    status
}

/// Ends a pipeline and gives back its memory. NULL is allowed. The handle must not be used afterwards. From inside a
/// callback of the same handle it does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pipeline_delete(pipeline: *mut sqs_pipeline) {
    if !retire(pipeline) {
        return;
    }
    // SAFETY: a live handle that no call is using; what it holds is dropped in its place or read out, once each, then its
    // memory is given back. Damaged tables are not followed: what built-in stages hold on the host's heap stays there.
    let holder = unsafe {
        let core = &mut (*pipeline).core;
        if core.check_tables().is_ok() {
            core::ptr::drop_in_place(core);
        }
        (&raw const (*pipeline).holder).read()
    };
    holder.release();
}

/// Copies the detail of the last error of this handle: one English sentence, closed with a zero, cut to cap bytes.
/// Empty when there was none.
///
/// buf: cap bytes, or NULL with cap 0. need: NULL, or where to put the size that holds all of it.
/// Returns SQS_OK; SQS_ERR_SPACE: the text was cut; SQS_ERR_ARGUMENT: no handle, or buf is NULL; SQS_ERR_REENTRANT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pipeline_error_detail(
    pipeline: *const sqs_pipeline,
    buf: *mut c_char,
    cap: usize,
    need: *mut usize,
) -> sqs_status {
    let text = match detail(pipeline) {
        Ok(text) => text,
        Err(status) => return status.code(),
    };
    put_text(&text, buf, cap, need)
}
