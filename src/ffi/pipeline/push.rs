//! Samples in: pushed inputs.

use super::seal::seal_first;
use crate::checked;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::regions::Region;
use crate::ffi::status::sqs_status;
use crate::ffi::structs::{self, Out};
use crate::status::Status;
use crate::util::unsigned::Unsigned;
use core::ffi::c_void;

/// Copies samples into the buffer of a pushed input: the number that fits.
///
/// Runs no stage. If the pipeline is not sealed, the first push seals it for an empty list of requests; that push is
/// the only one that allocates.
///
/// @param[in]  pipeline  handle
/// @param[in]  input     number of the input; 0 is "input"
/// @param[in]  samples   samples, interleaved by channel; any alignment; may be NULL if count is 0
/// @param[in]  count     number of samples, of channels elements each
/// @param[out] accepted  number of samples copied; always written
/// @retval SQS_OK             all were copied
/// @retval SQS_AGAIN          the buffer is full: push the rest after sqs_step() and sqs_pull(), or after an evaluation
/// @retval SQS_ERR_STATE      the input has a source, or has ended
/// @retval SQS_ERR_ARGUMENT   the handle is not valid, a pointer is NULL, or the input does not exist
/// @retval SQS_ERR_ALIGN      accepted is misaligned
/// @retval SQS_ERR_OVERLAP    samples, accepted and memory of the pipeline overlap
/// @retval SQS_ERR_OVERFLOW   the samples do not fit the address space, or the stream exceeds 2^64 samples
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the handle is poisoned
/// @return the statuses of sqs_pipeline_seal() where this call seals
/// @see sqs_push_end(), sqs_source_set()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_push(
    pipeline: *mut sqs_pipeline,
    input: u32,
    samples: *const c_void,
    count: usize,
    accepted: *mut usize,
) -> sqs_status {
    with(pipeline, Access::Flow, &[Region::value("accepted", accepted)], |core, holder, call| {
        let accepted = Out::new("accepted", accepted)?;
        let found = core.graph().inputs().get(input as usize);
        let sample = found.map(|i| i.sample_bytes()).ok_or_else(|| core.graph().unknown_input(input as usize))?;
        let len = checked::mul(count, sample)?;
        call.claim(&[], &[Region::bytes("samples", samples, len)])?;
        // SAFETY: the caller gives `count` samples.
        let bytes = unsafe { structs::array("samples", samples.cast::<u8>(), len)? };
        seal_first(core, holder, call, &[])?;
        let copied = core.push(input as usize, bytes)?;
        accepted.set(copied);
        if copied < count {
            call.note_full();
            return Err(core.full(input as usize, checked::count(count.sat_sub(copied))));
        }
        Ok(Status::Ok)
    })
}

/// Ends a pushed input: rows that wait for more samples can be finished.
///
/// A second call changes nothing.
///
/// @param[in] pipeline  handle
/// @param[in] input     number of the input
/// @retval SQS_OK
/// @retval SQS_ERR_STATE      the input has a source
/// @retval SQS_ERR_ARGUMENT   the handle is not valid, or the input does not exist
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the handle is poisoned
/// @return the statuses of sqs_pipeline_seal() where this call seals
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_push_end(pipeline: *mut sqs_pipeline, input: u32) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, holder, call| {
        if input as usize >= core.graph().inputs().len() {
            return Err(core.graph().unknown_input(input as usize));
        }
        seal_first(core, holder, call, &[])?;
        core.push_end(input as usize)?;
        Ok(Status::Ok)
    })
}
