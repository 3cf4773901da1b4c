//! Additional inputs.

use super::stage::write_id;
use crate::dtype::Dtype;
use crate::ffi::elements::dtype;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::regions::Region;
use crate::ffi::status::sqs_status;
use crate::ffi::structs::{self, Out, versioned};
use crate::graph::InputSpec;
use crate::limits::NAME_LEN;
use core::ffi::c_char;

/// An additional input: a second stream with windows of its own. Zero the struct first.
///
/// Row t of every stage belongs to window t of each input.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_input_desc {
    /// sizeof(sqs_input_desc).
    pub struct_size: u32,
    /// 0.
    pub flags: u32,
    /// Name, at most #SQS_NAME_LEN bytes, not used by another input or stage; copied.
    pub name: *const c_char,
    /// Samples of a window, at least 1.
    pub window: u64,
    /// Samples from the start of a window to the start of the next, at least 1.
    pub hop: u64,
    /// Samples that its buffer holds; 0: the default, see sqs_config.input_capacity.
    pub capacity: u64,
    /// Element type of the samples. Default: #SQS_F32.
    pub dtype: u32,
    /// Interleaved elements of a sample. Default: 1.
    pub channels: u32,
    /// Value of its missing samples, if their type is an integer: see sqs_push_gap(). Default: 0.
    pub gap_fill: i64,
}
versioned!(sqs_input_desc, channels: u32);

/// Registers an additional input. Before seal. Does not allocate.
///
/// @param[in]  pipeline  handle
/// @param[in]  desc      description; copied
/// @param[out] id        number of the input, for sqs_push(), sqs_push_end() and the source functions ("input" is 0)
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     the handle is not valid, a pointer is NULL, the element type does not exist, window or hop
///                              is 0, or samples cannot have the value gap_fill
/// @retval SQS_ERR_NAME         the name is already used, empty or too long
/// @retval SQS_ERR_LIMIT        the pipeline has #SQS_MAX_INPUTS inputs
/// @retval SQS_ERR_STATE        the pipeline is sealed
/// @retval SQS_ERR_OVERFLOW     a window does not fit the address space
/// @retval SQS_ERR_ALIGN        a pointer is misaligned
/// @retval SQS_ERR_STRUCT_SIZE  desc->struct_size is not valid
/// @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
/// @retval SQS_ERR_REENTRANT    called from a callback of this handle
/// @retval SQS_ERR_POISONED     the handle is poisoned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_input_register(
    pipeline: *mut sqs_pipeline,
    desc: *const sqs_input_desc,
    id: *mut u32,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        call.claim(&[Region::value("id", id)], &[Region::structure("desc", desc)])?;
        let id = Out::new("id", id)?;
        let d = structs::read(desc)?;
        structs::known("sqs_input_desc.flags", d.flags, 0)?;
        let spec = InputSpec {
            // SAFETY: the caller gives a C string.
            name: unsafe { structs::name_apart(call, "name", d.name, NAME_LEN)? },
            dtype: dtype(d.dtype, Some(Dtype::F32))?,
            channels: if d.channels == 0 { 1 } else { d.channels },
            window: d.window,
            hop: d.hop,
            capacity: d.capacity,
        };
        write_id(id, core.add_filled_input(&spec, d.gap_fill)?)
    })
}
