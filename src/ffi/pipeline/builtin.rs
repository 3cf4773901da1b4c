//! Registering built-in stages: by the name of their kind, or by the kind itself.

use super::graph::{NO_EDGE, edges, write_id};
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::structs;
use crate::ffi::types::*;
use crate::limits::{MAX_FAN_IN, NAME_LEN};
use crate::pipeline::Pipeline;
use crate::stages::{Kind, Param, by_name};
use crate::status::{Error, Result, Status};

/// A kind of built-in stage; see sqs_kind_argmax and the others.
pub struct sqs_kind {
    /// [`MARK`], so that a pointer to something else is noticed.
    mark: u32,
    pub(super) kind: &'static Kind,
}

const MARK: u32 = 0x6b69_6e64;

impl sqs_kind {
    pub(super) const fn of(kind: &'static Kind) -> Self {
        sqs_kind { mark: MARK, kind }
    }
}

/// Most parameters of a built-in stage.
const MAX_PARAMS: usize = 16;

/// Registers a stage of a kind. What `d` points to is the caller's.
fn register(core: &mut Pipeline<'_>, kind: &Kind, d: &sqs_builtin_desc, id: *mut u32) -> Result<Status> {
    if d.flags != 0 {
        return Err(Error::new(Status::Unsupported, "sqs_builtin_desc: flags must be 0"));
    }
    let mut specs = [NO_EDGE; MAX_FAN_IN];
    // SAFETY: the caller gives C strings and edge_count edges.
    let (name, count) = unsafe { (structs::name(d.name, NAME_LEN)?, edges(d.edges, d.edge_count, &mut specs)?) };
    let mut params = [Param { key: "", value: 0.0, values: &[] }; MAX_PARAMS];
    if d.param_count as usize > MAX_PARAMS {
        let text = "a built-in stage has at most {a} parameters";
        return Err(Error::new(Status::Limit, text).a(MAX_PARAMS as u32));
    }
    // SAFETY: the caller gives param_count parameters.
    let given = unsafe { structs::array(d.params, d.param_count as usize)? };
    for (param, p) in params.iter_mut().zip(given) {
        // SAFETY: the caller gives C strings and lists of the lengths he says.
        *param = unsafe {
            Param { key: structs::name(p.key, 64)?, value: p.value, values: structs::array(p.values, p.count)? }
        };
    }
    let params = params.get(..given.len()).unwrap_or(&[]);
    let stage = core.add_kind(kind, name, specs.get(..count).unwrap_or(&[]), params)?;
    if d.cost_ns_per_row > 0 {
        core.set_cost(stage, d.cost_ns_per_row)?;
    }
    write_id(id, stage)
}

/// Registers a built-in stage by the name of its kind. Before seal only. A transform of a size that needs a plan takes memory
/// from the host's heap here (told as sqs_plan_info.host_heap_bytes); nothing else allocates. A program that calls this holds
/// all kinds: where code is dear, use sqs_stage_register_kind.
///
/// desc and all it points to are copied. id: the number of the stage.
/// Returns what sqs_stage_register returns, and SQS_ERR_NAME: there is no such kind; SQS_ERR_ARGUMENT: a parameter that
/// the kind does not have, lacks or cannot take; SQS_ERR_GRAPH: rows of a type or length the kind does not take;
/// SQS_ERR_MEMORY: param_bytes of the config is too small; SQS_ERR_UNSUPPORTED: needs the host's heap and the pipeline
/// is on the caller's memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_stage_register_builtin(
    pipeline: *mut sqs_pipeline,
    desc: *const sqs_builtin_desc,
    id: *mut u32,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        structs::usable(id.cast_const())?;
        let d = structs::read(desc)?;
        // SAFETY: the caller gives a C string.
        let kind = unsafe { structs::name(d.kind, 64)? };
        register(core, by_name(kind)?, &d, id)
    })
}

/// The same by the kind itself, so that a linker keeps the kinds that a program names and no others: with desc.kind NULL,
/// sqs_stage_register_kind(p, sqs_kind_hann(), &desc, &id).
///
/// kind: what one of the functions below returns. desc.kind: NULL, or the name of that kind.
/// Returns what sqs_stage_register_builtin returns; SQS_ERR_ARGUMENT, too: kind is none, or desc.kind names another;
/// SQS_ERR_ALIGN: kind is misaligned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_stage_register_kind(
    pipeline: *mut sqs_pipeline,
    kind: *const sqs_kind,
    desc: *const sqs_builtin_desc,
    id: *mut u32,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        structs::usable(id.cast_const())?;
        structs::usable(kind)?;
        // SAFETY: it is not NULL and aligned; that it is readable is the caller's word.
        if unsafe { (&raw const (*kind).mark).read() } != MARK {
            return Err(Error::new(
                Status::Argument,
                "this is not a kind of stage: use what an sqs_kind function returns",
            ));
        }
        // SAFETY: what has the mark is one of those of kinds.rs.
        let kind = unsafe { (*kind).kind };
        let d = structs::read(desc)?;
        // SAFETY: the caller gives a C string.
        if !d.kind.is_null() && unsafe { structs::name(d.kind, 64)? } != kind.name {
            return Err(Error::new(Status::Argument, "desc.kind names another kind than the one given"));
        }
        register(core, kind, &d, id)
    })
}
