//! Size of the control area.

use super::config::{parse, sqs_config};
use crate::ffi::regions::Region;
use crate::ffi::status::{sqs_status, without_handle};
use crate::ffi::structs::Out;
use crate::limits::AREA_ALIGN;
use crate::status::Status;

/// Computes size and alignment of the control area.
///
/// They depend on max_stages, max_edges, param_bytes, max_gaps, max_param_changes and param_change_bytes of the config
/// alone. For static arrays use #SQS_CONTROL_BYTES, plus 24 bytes for each of max_gaps, with max_param_changes of 0.
/// May be called from callbacks.
///
/// @param[in]  config  configuration
/// @param[out] bytes   size in bytes
/// @param[out] align   alignment in bytes
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     a pointer is NULL, or a value of config is out of range
/// @retval SQS_ERR_ALIGN        a pointer is misaligned
/// @retval SQS_ERR_OVERFLOW     the size does not fit the address space
/// @retval SQS_ERR_STRUCT_SIZE  config->struct_size is not valid
/// @retval SQS_ERR_UNSUPPORTED  fields are set that this version does not know
/// @see sqs_memory
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pipeline_control_bytes(
    config: *const sqs_config,
    bytes: *mut usize,
    align: *mut usize,
) -> sqs_status {
    without_handle(core::ptr::null_mut(), |call| {
        let outs = [Region::value("bytes", bytes), Region::value("align", align)];
        call.claim(&outs, &[Region::structure("config", config)])?;
        let (bytes, align) = (Out::new("bytes", bytes)?, Out::new("align", align)?);
        bytes.set(parse(config)?.control);
        align.set(AREA_ALIGN);
        Ok(Status::Ok)
    })
}
