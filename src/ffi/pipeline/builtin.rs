//! Built-in stages, registered by the name of their kind or by the kind itself.

use super::stage::{Edges, sqs_edge_desc, write_id};
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::regions::{Call, Region};
use crate::ffi::status::sqs_status;
use crate::ffi::structs::{self, Out, versioned};
use crate::limits::NAME_LEN;
use crate::pipeline::Pipeline;
use crate::stages::{Kind, Param, by_name};
use crate::status::{Error, Result, Status};
use core::ffi::c_char;

/// A kind of built-in stage, returned by sqs_kind_argmax() and the like.
pub struct sqs_kind {
    /// [`MARK`], so that a pointer to something else is detected.
    mark: u32,
    pub(super) kind: &'static Kind,
}

const MARK: u32 = 0x6b69_6e64;

impl sqs_kind {
    pub(super) const fn of(kind: &'static Kind) -> Self {
        sqs_kind { mark: MARK, kind }
    }
}

/// A parameter of a built-in stage: a number or a list.
///
/// Has no struct_size, because parameters come in arrays; it never changes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_param {
    /// Name, as in the table of the kind.
    pub key: *const c_char,
    /// The number. Integers are exact up to 2^53.
    pub value: f64,
    /// The list; copied. NULL for a number.
    pub values: *const f64,
    /// Length of the list.
    pub count: usize,
}

/// A built-in stage. Zero the struct first.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_builtin_desc {
    /// sizeof(sqs_builtin_desc).
    pub struct_size: u32,
    /// 0.
    pub flags: u32,
    /// Name of the kind, such as "hann".
    pub kind: *const c_char,
    /// Name of the stage, 1 to #SQS_NAME_LEN bytes, not used by another stage or input; copied.
    pub name: *const c_char,
    /// Edges; copied.
    pub edges: *const sqs_edge_desc,
    /// Parameters, at most 16; copied. NULL: all defaults.
    pub params: *const sqs_param,
    /// Number of edges.
    pub edge_count: u32,
    /// Number of parameters.
    pub param_count: u32,
    /// As in sqs_stage_desc. 0: the estimate of the kind.
    pub cost_ns_per_row: u64,
}
versioned!(sqs_builtin_desc, param_count: u32);

/// Maximum number of parameters of a built-in stage.
const MAX_PARAMS: usize = 16;
/// Maximum length of the name of a kind or parameter in bytes.
pub(super) const MAX_NAME: usize = 64;

/// Parameters of a stage, parsed.
pub(super) struct Params<'a> {
    all: [Param<'a>; MAX_PARAMS],
    count: usize,
}

impl<'a> Params<'a> {
    /// Reads the parameters of a stage; `many` is the error for too many of them.
    ///
    /// # Safety
    /// `params` points to `count` parameters, whose names and lists outlive `'a`.
    pub(super) unsafe fn read(
        call: &Call<'_>,
        params: *const sqs_param,
        count: u32,
        many: &'static str,
    ) -> Result<Self> {
        let count = count as usize;
        if count > MAX_PARAMS {
            return Err(Error::new(Status::Limit, many).a(MAX_PARAMS as u32).b(crate::checked::count(count)));
        }
        let mut read = Params { all: [Param { key: "", value: 0.0, values: &[] }; MAX_PARAMS], count };
        call.reads(Region::array("params", params, count))?;
        // SAFETY: by the contract of this function.
        let given = unsafe { structs::array("params", params, count)? };
        for (param, p) in read.all.iter_mut().zip(given) {
            call.reads(Region::array("sqs_param.values", p.values, p.count))?;
            // SAFETY: as above: C strings, and lists of the given lengths.
            *param = unsafe {
                Param {
                    key: structs::name_apart(call, "sqs_param.key", p.key, MAX_NAME)?,
                    value: p.value,
                    values: structs::array("sqs_param.values", p.values, p.count)?,
                }
            };
        }
        Ok(read)
    }

    pub(super) fn list(&self) -> &[Param<'a>] {
        self.all.get(..self.count).unwrap_or(&[])
    }
}

/// Registers a stage of a kind. `d` points to data of the caller.
fn register(
    core: &mut Pipeline<'_>,
    call: &Call<'_>,
    kind: &'static Kind,
    d: &sqs_builtin_desc,
    id: Out<u32>,
) -> Result<Status> {
    structs::known("sqs_builtin_desc.flags", d.flags, 0)?;
    // SAFETY: the caller gives C strings and edge_count edges.
    let (name, edges) =
        unsafe { (structs::name_apart(call, "name", d.name, NAME_LEN)?, Edges::read(call, d.edges, d.edge_count)?) };
    let many = "sqs_builtin_desc.param_count is {b}: a built-in stage has at most {a} parameters";
    // SAFETY: the caller gives param_count parameters.
    let params = unsafe { Params::read(call, d.params, d.param_count, many)? };
    let stage = core.add_kind(kind, name, edges.list(), params.list())?;
    if d.cost_ns_per_row > 0 {
        core.set_cost(stage, d.cost_ns_per_row)?;
    }
    write_id(id, stage)
}

/// Registers a built-in stage by the name of its kind. Before seal.
///
/// Does not allocate, except for a transform of a size that needs a plan on the host's heap
/// (sqs_plan_info.host_heap_bytes). A program that calls this function contains all kinds; to save code, use
/// sqs_stage_register_kind().
///
/// @param[in]  pipeline  handle
/// @param[in]  desc      description; copied with all that it points to
/// @param[out] id        number of the stage
/// @retval SQS_OK
/// @retval SQS_ERR_NAME         the kind does not exist, or as for sqs_stage_register()
/// @retval SQS_ERR_ARGUMENT     a parameter is unknown to the kind, missing or out of range, or as for
///                              sqs_stage_register()
/// @retval SQS_ERR_GRAPH        the kind does not accept rows of this type or length, or as for sqs_stage_register()
/// @retval SQS_ERR_LIMIT        more than 16 parameters, or as for sqs_stage_register()
/// @retval SQS_ERR_MEMORY       param_bytes of the config is too small, or the heap has no memory for a transform
/// @retval SQS_ERR_UNSUPPORTED  the transform needs the host's heap and the pipeline uses the caller's memory, or as
///                              for sqs_stage_register()
/// @return the other statuses of sqs_stage_register()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_stage_register_builtin(
    pipeline: *mut sqs_pipeline,
    desc: *const sqs_builtin_desc,
    id: *mut u32,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        call.claim(&[Region::value("id", id)], &[Region::structure("desc", desc)])?;
        let id = Out::new("id", id)?;
        let d = structs::read(desc)?;
        // SAFETY: the caller gives a C string.
        let kind = unsafe { structs::name_apart(call, "kind", d.kind, MAX_NAME)? };
        register(core, call, by_name(kind)?, &d, id)
    })
}

/// Registers a built-in stage by its kind, so that a linker keeps only the kinds that a program names. Before seal.
///
/// For instance, with desc.kind NULL: `sqs_stage_register_kind(p, sqs_kind_hann(), &desc, &id)`.
///
/// @param[in]  pipeline  handle
/// @param[in]  kind      the result of an sqs_kind_ function
/// @param[in]  desc      description; its kind is NULL or the name of this kind
/// @param[out] id        number of the stage
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT  kind is NULL or no kind, or desc->kind names another kind
/// @retval SQS_ERR_ALIGN     kind is misaligned
/// @return the statuses of sqs_stage_register_builtin()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_stage_register_kind(
    pipeline: *mut sqs_pipeline,
    kind: *const sqs_kind,
    desc: *const sqs_builtin_desc,
    id: *mut u32,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        call.claim(&[Region::value("id", id)], &[Region::structure("desc", desc)])?;
        call.reads(Region::value("kind", kind))?;
        let id = Out::new("id", id)?;
        structs::usable("kind", kind)?;
        // SAFETY: not NULL and aligned; readable by the caller's contract.
        if unsafe { (&raw const (*kind).mark).read() } != MARK {
            return Err(Error::new(
                Status::Argument,
                "kind is not a kind of stage: use the result of an sqs_kind function",
            ));
        }
        // SAFETY: only the statics of kinds.rs have the mark.
        let kind = unsafe { (*kind).kind };
        let d = structs::read(desc)?;
        // SAFETY: the caller gives a C string.
        if !d.kind.is_null() && unsafe { structs::name_apart(call, "kind", d.kind, MAX_NAME)? } != kind.name {
            return Err(Error::new(Status::Argument, "sqs_builtin_desc: kind is not the name of the given kind"));
        }
        register(core, call, kind, &d, id)
    })
}
