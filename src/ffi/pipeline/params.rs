//! Changes of parameters at rows, and the parameters of kinds as a table.

use super::builtin::{Params, sqs_param};
use crate::ffi::handle::{Access, sqs_pipeline, with};
#[cfg(feature = "std")]
use crate::ffi::regions::Call;
use crate::ffi::regions::Region;
use crate::ffi::status::sqs_status;
#[cfg(feature = "std")]
use crate::ffi::status::without_handle;
use crate::ffi::structs::Out;
#[cfg(feature = "std")]
use crate::ffi::structs::{self, versioned};
use crate::status::Status;
#[cfg(feature = "std")]
use core::ffi::c_char;

/// Changes the parameters of a built-in stage from a row on. After seal.
///
/// Rows before it keep the parameters that they had, whenever and in whatever order they are computed again: for an
/// evaluation, in reverse order, for a repair, after a restore. The state of the stage is kept; the one before the
/// first row is always that of the parameters at registration. The change is complete or, after an error, none. A
/// change at the row of an earlier one replaces it; one for a later row may be given in advance. A reset discards all
/// changes.
///
/// The pipeline holds sqs_config.max_param_changes changes. One is freed when no row that it is for can be computed any
/// more because the samples have left the input buffers, or by sqs_stage_params_release(). Does not allocate.
///
/// @param[in]  pipeline     handle
/// @param[in]  stage        number of a built-in stage
/// @param[in]  params       all parameters, as at registration: those left out have their defaults; copied
/// @param[in]  param_count  number of parameters
/// @param[in]  from_row     first row with these parameters, which is not computed yet; #SQS_NEXT_ROW: the first such row
/// @param[out] row          the first row with these parameters; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_STATE        the pipeline is not sealed
/// @retval SQS_ERR_ARGUMENT     the handle is not valid, the stage does not exist or is one of the caller, a parameter is
///                              unknown, missing or out of range, or params is NULL
/// @retval SQS_ERR_RANGE        row from_row is computed already; the detail has the first row that can change
/// @retval SQS_ERR_LIMIT        all changes are in use, or max_param_changes is 0, or more than 16 parameters
/// @retval SQS_ERR_GRAPH        rows, state, scratch or table of the stage would have another size: the detail names it
/// @retval SQS_ERR_MEMORY       param_change_bytes of the config is too small
/// @retval SQS_ERR_UNSUPPORTED  the transform needs the host's heap
/// @retval SQS_ERR_NAME         a parameter's name is too long
/// @retval SQS_ERR_ALIGN        a pointer is misaligned
/// @retval SQS_ERR_OVERLAP      row overlaps another argument, or a pointer is in memory of the pipeline
/// @retval SQS_ERR_OVERFLOW     a list does not fit the address space
/// @retval SQS_ERR_CALLBACK     the stage could not be prepared
/// @retval SQS_ERR_REENTRANT    called from a callback of this handle
/// @retval SQS_ERR_POISONED     the handle is poisoned
/// @see sqs_stage_context(), sqs_stage_params_release(), sqs_stage_params_describe()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_stage_params(
    pipeline: *mut sqs_pipeline,
    stage: u32,
    params: *const sqs_param,
    param_count: u32,
    from_row: u64,
    row: *mut u64,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        call.claim(&[Region::value("row", row)], &[])?;
        let row = Out::or_null("row", row)?;
        let many = "param_count is {b}: a built-in stage has at most {a} parameters";
        // SAFETY: the caller gives param_count parameters.
        let params = unsafe { Params::read(call, params, param_count, many)? };
        row.set(core.change_params(stage as usize, params.list(), super::change::row(from_row))?);
        Ok(Status::Ok)
    })
}

/// A parameter of a kind of built-in stage, for tables of ground tools.
#[cfg(feature = "std")]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_param_info {
    /// In: sizeof(sqs_param_info).
    pub struct_size: u32,
    /// SQS_PARAM_...
    pub param_type: u32,
    /// Name, as in sqs_param.key. All texts are zero-terminated.
    pub name: [c_char; 32],
    /// Unit; "-" for none.
    pub unit: [c_char; 32],
    /// Valid values.
    pub range: [c_char; 96],
    /// Default; "required" without one.
    pub default_value: [c_char; 96],
    /// Meaning.
    pub meaning: [c_char; 512],
}
#[cfg(feature = "std")]
versioned!(sqs_param_info);

/// @name Types of parameters
///
/// A number.
pub const SQS_PARAM_NUMBER: u32 = 0;
/// An integer.
pub const SQS_PARAM_INTEGER: u32 = 1;
/// A list of numbers.
pub const SQS_PARAM_LIST: u32 = 2;
/// A number, or a list of numbers.
pub const SQS_PARAM_NUMBER_OR_LIST: u32 = 3;

/// A text in an array of characters, zero-terminated.
#[cfg(feature = "std")]
fn chars<const N: usize>(text: &str) -> [c_char; N] {
    let mut chars = [0; N];
    let room = chars.len().saturating_sub(1);
    chars.iter_mut().zip(text.as_bytes().iter().take(room)).for_each(|(to, from)| *to = *from as c_char);
    chars
}

/// Describes a parameter of a kind of built-in stage: call it with index 0, 1, ... until it returns #SQS_END. Hosts
/// only.
///
/// Tables for ground tools are made of it. May be called from callbacks.
///
/// @param[in]  kind   name of the kind, such as "biquad"
/// @param[in]  index  number of the parameter, in the order of the table of the kind
/// @param[out] info   the parameter; struct_size set by the caller
/// @retval SQS_OK
/// @retval SQS_END              the kind has no more parameters
/// @retval SQS_ERR_NAME         the kind does not exist
/// @retval SQS_ERR_ARGUMENT     a pointer is NULL
/// @retval SQS_ERR_ALIGN        info is misaligned
/// @retval SQS_ERR_OVERLAP      kind lies in info
/// @retval SQS_ERR_STRUCT_SIZE  info->struct_size is not valid
/// @see sqs_stage_params()
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_stage_params_describe(
    kind: *const c_char,
    index: u32,
    info: *mut sqs_param_info,
) -> sqs_status {
    use crate::stages::manual::ParamKind;
    without_handle(core::ptr::null_mut(), |call: &mut Call<'_>| {
        call.claim(&[Region::structure("info", info)], &[])?;
        structs::writable(info)?;
        // SAFETY: the caller gives a C string.
        let name = unsafe { structs::name_apart(call, "kind", kind, super::builtin::MAX_NAME)? };
        let kind = crate::stages::by_name(name)?;
        let Some(param) = kind.params.get(index as usize) else { return Ok(Status::End) };
        let param_type = match param.kind {
            ParamKind::Number => SQS_PARAM_NUMBER,
            ParamKind::Integer => SQS_PARAM_INTEGER,
            ParamKind::List => SQS_PARAM_LIST,
            ParamKind::NumberOrList => SQS_PARAM_NUMBER_OR_LIST,
        };
        let described = sqs_param_info {
            struct_size: size_of::<sqs_param_info>() as u32,
            param_type,
            name: chars(param.name),
            unit: chars(param.unit),
            range: chars(param.range),
            default_value: chars(param.default),
            meaning: chars(param.meaning),
        };
        structs::write(info, described)?;
        Ok(Status::Ok)
    })
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use crate::stages::KINDS;

    #[test]
    fn every_text_of_a_parameter_fits_its_array() {
        for p in KINDS.iter().flat_map(|k| k.params) {
            for (text, room) in [(p.name, 32), (p.unit, 32), (p.range, 96), (p.default, 96), (p.meaning, 512)] {
                assert!(text.len() < room, "{}: {text}", p.name);
                assert!(text.is_ascii(), "{text}");
            }
        }
    }
}
