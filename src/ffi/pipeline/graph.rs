//! Building the graph: inputs, stages, outputs.

use super::callbacks::{CStage, dtype};
use crate::dtype::Dtype;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::structs;
use crate::ffi::types::*;
use crate::graph::{Boundary, EdgeSpec, InputSpec};
use crate::kernel::{RowShape, StageSpec};
use crate::limits::{MAX_FAN_IN, NAME_LEN};
use crate::status::{Error, Result, Status};
use core::ffi::c_char;

pub(super) const NO_EDGE: EdgeSpec<'static> =
    EdgeSpec { name: "", lookback: 0, lookahead: 0, boundary: Boundary::Zero };

/// Reads the edges of a stage.
///
/// # Safety
/// `edges` points to `count` edges whose names outlive `'a`.
pub(super) unsafe fn edges<'a>(
    edges: *const sqs_edge_desc,
    count: u32,
    out: &mut [EdgeSpec<'a>; MAX_FAN_IN],
) -> Result<usize> {
    let count = count as usize;
    if count == 0 || count > MAX_FAN_IN {
        return Err(Error::new(Status::Argument, "a stage has 1 to {a} edges").a(SQS_MAX_FAN_IN));
    }
    // SAFETY: as the caller of this function says.
    let given = unsafe { structs::array(edges, count)? };
    for (spec, e) in out.iter_mut().zip(given) {
        let boundary = match e.boundary {
            SQS_BOUNDARY_ZERO => Boundary::Zero,
            SQS_BOUNDARY_CLAMP => Boundary::Clamp,
            other => return Err(Error::new(Status::Argument, "there is no boundary {a}").a(other)),
        };
        if e.reserved != 0 {
            return Err(Error::new(Status::Unsupported, "sqs_edge_desc: reserved must be 0"));
        }
        // SAFETY: as above.
        let name = unsafe { structs::name(e.name, NAME_LEN)? };
        *spec = EdgeSpec { name, lookback: e.lookback, lookahead: e.lookahead, boundary };
    }
    Ok(count)
}

pub(super) fn write_id(id: *mut u32, value: usize) -> Result<Status> {
    // SAFETY: `id` was checked before any work was done.
    unsafe { id.write(u32::try_from(value).unwrap_or(u32::MAX)) };
    Ok(Status::Ok)
}

/// Registers a further input, beside "input". Before seal only.
///
/// id: its number for sqs_push, sqs_push_end and the source functions ("input" has number 0).
/// Returns SQS_OK; SQS_ERR_ARGUMENT: NULL, unknown dtype, or a zero; SQS_ERR_NAME: taken, empty or too long;
/// SQS_ERR_LIMIT: there are SQS_MAX_INPUTS; SQS_ERR_STATE: sealed; SQS_ERR_OVERFLOW; SQS_ERR_STRUCT_SIZE;
/// SQS_ERR_UNSUPPORTED; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_input_register(
    pipeline: *mut sqs_pipeline,
    desc: *const sqs_input_desc,
    id: *mut u32,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        structs::usable(id.cast_const())?;
        let d = structs::read(desc)?;
        if d.flags != 0 {
            return Err(Error::new(Status::Unsupported, "sqs_input_desc: flags must be 0"));
        }
        let spec = InputSpec {
            // SAFETY: the caller gives a C string.
            name: unsafe { structs::name(d.name, NAME_LEN)? },
            dtype: dtype(d.dtype, Dtype::F32)
                .ok_or_else(|| Error::new(Status::Argument, "there is no dtype {a}").a(d.dtype))?,
            channels: if d.channels == 0 { 1 } else { d.channels },
            window: d.window,
            hop: d.hop,
            capacity: d.capacity,
        };
        write_id(id, core.add_input(&spec)?)
    })
}

/// Registers a stage with a function of the caller. Before seal only. Does not allocate.
///
/// desc and what it points to are copied, but for ctx. id: the number of the stage.
/// Returns SQS_OK; SQS_ERR_ARGUMENT: NULL, no run, len 0, unknown dtype or boundary, an alignment that is no power of two
/// or above 64, SQS_STAGE_REVERSE without state; SQS_ERR_NAME: the name is taken, empty or too long, or an edge names itself, a later stage or nothing;
/// SQS_ERR_GRAPH: edges with different numbers of windows per row; SQS_ERR_LIMIT: max_stages or max_edges is reached,
/// or the direction of scans changes too often on the way from an input; SQS_ERR_OVERFLOW: a row does not fit the address
/// space; SQS_ERR_STATE: sealed; SQS_ERR_UNSUPPORTED: unknown flags, or a newer struct; SQS_ERR_STRUCT_SIZE; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_stage_register(
    pipeline: *mut sqs_pipeline,
    desc: *const sqs_stage_desc,
    id: *mut u32,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        structs::usable(id.cast_const())?;
        let d = structs::read(desc)?;
        if d.flags & !SQS_STAGE_REVERSE != 0 {
            return Err(Error::new(Status::Unsupported, "sqs_stage_desc: unknown flags"));
        }
        let run = d.run.ok_or_else(|| Error::new(Status::Argument, "a stage needs a run function"))?;
        let dtype = Dtype::from_code(d.dtype)
            .ok_or_else(|| Error::new(Status::Argument, "there is no dtype {a}").a(d.dtype))?;
        // SAFETY: the caller gives a C string.
        let name = unsafe { structs::name(d.name, NAME_LEN)? };
        let mut specs = [NO_EDGE; MAX_FAN_IN];
        // SAFETY: the caller gives edge_count edges.
        let count = unsafe { edges(d.edges, d.edge_count, &mut specs)? };
        let shape = RowShape { dtype, len: d.len as usize };
        let mut spec = StageSpec::new(CStage { run, init: d.state_init, ctx: d.ctx }, shape);
        spec.state_bytes = d.state_bytes as usize;
        spec.state_align = if d.state_align == 0 { 8 } else { d.state_align as usize };
        spec.state_word = d.state_word as usize;
        spec.reverse = d.flags & SQS_STAGE_REVERSE != 0;
        spec.stride = d.stride.max(1);
        spec.scratch_bytes = d.scratch_bytes as usize;
        spec.scratch_align = if d.scratch_align == 0 { 8 } else { d.scratch_align as usize };
        spec.revision = d.revision;
        spec.cost_ns = d.cost_ns_per_row;
        write_id(id, core.add_stage(name, specs.get(..count).unwrap_or(&[]), spec)?)
    })
}

/// Finds the number of a stage by its name.
///
/// Returns SQS_OK; SQS_ERR_NAME: there is none; SQS_ERR_ARGUMENT: NULL; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_stage_find(pipeline: *mut sqs_pipeline, name: *const c_char, id: *mut u32) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        structs::usable(id.cast_const())?;
        // SAFETY: the caller gives a C string.
        let name = unsafe { structs::name(name, NAME_LEN)? };
        write_id(id, core.find_stage(name)?)
    })
}

/// Opens a stage's output: its finished rows wait in a queue of capacity_rows rows to be pulled, each once, in order.
/// Before seal only. A full queue holds back sqs_step. (Rows behind a reverse scan cannot be pulled, which sqs_plan and
/// sqs_pipeline_seal say.)
///
/// Returns SQS_OK; SQS_ERR_ARGUMENT: no such stage, or capacity_rows is 0; SQS_ERR_STATE: open already, or sealed;
/// SQS_ERR_LIMIT; SQS_ERR_OVERFLOW; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_output_open(pipeline: *mut sqs_pipeline, stage: u32, capacity_rows: u64) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        core.open_output(stage as usize, capacity_rows)?;
        Ok(Status::Ok)
    })
}
