//! What a stream waits for, and how far its inputs are.

use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::regions::Region;
use crate::ffi::status::sqs_status;
use crate::ffi::structs::{self, Out, versioned};
use crate::pipeline::Wait;
use crate::status::Status;
use core::mem::size_of;

/// @name What a stream waits for
///
/// Nothing: a step can do work.
pub const SQS_WAITS_NOTHING: u32 = 0;
/// The queue of a stage's output is full: pull its rows.
pub const SQS_WAITS_OUTPUT: u32 = 1;
/// A pushed input has too few samples for the next window: push more, or end it.
pub const SQS_WAITS_INPUT: u32 = 2;
/// The source of an input has too few samples for the next window: extend it.
pub const SQS_WAITS_SOURCE: u32 = 3;
/// Nothing more will come: all rows are computed, or no output is open.
pub const SQS_WAITS_END: u32 = 4;

/// What a stream waits for.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct sqs_wait {
    /// In: sizeof(sqs_wait).
    pub struct_size: u32,
    /// SQS_WAITS_...
    pub what: u32,
    /// Number of the stage or of the input; else 0.
    pub id: u32,
    /// 0.
    pub reserved: u32,
    /// Output: rows that wait in its queue. Input: samples that it has.
    pub have: u64,
    /// Input: samples that it must have for the next window. Else 0.
    pub need: u64,
}
versioned!(sqs_wait);

/// Returns what the stream waits for: the output or input that sqs_step() returned #SQS_AGAIN for.
///
/// If several outputs and inputs are waited for, it is the first output, else the first input. While an evaluation runs,
/// the stream waits for nothing. Changes nothing, does not allocate.
///
/// @param[in]  pipeline  handle
/// @param[out] wait      what the stream waits for; struct_size set by the caller
/// @retval SQS_OK
/// @retval SQS_ERR_STATE        the pipeline is not sealed
/// @retval SQS_ERR_ARGUMENT     the handle is not valid, or wait is NULL
/// @retval SQS_ERR_ALIGN        wait is misaligned
/// @retval SQS_ERR_OVERLAP      wait lies in memory of the pipeline
/// @retval SQS_ERR_STRUCT_SIZE  wait->struct_size is not valid
/// @retval SQS_ERR_REENTRANT    called from a callback of this handle
/// @retval SQS_ERR_POISONED     the handle is poisoned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_blocked_on(pipeline: *mut sqs_pipeline, wait: *mut sqs_wait) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        call.claim(&[Region::structure("wait", wait)], &[])?;
        structs::writable(wait)?;
        core.must_be_sealed()?;
        let id = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        let (what, id, have, need) = match core.waits_for() {
            Wait::Nothing => (SQS_WAITS_NOTHING, 0, 0, 0),
            Wait::Output { stage, rows } => (SQS_WAITS_OUTPUT, id(stage), rows, 0),
            Wait::Input { input, source, samples, needed } => {
                (if source { SQS_WAITS_SOURCE } else { SQS_WAITS_INPUT }, id(input), samples, needed)
            }
            Wait::End => (SQS_WAITS_END, 0, 0, 0),
        };
        let struct_size = size_of::<sqs_wait>() as u32;
        structs::write(wait, sqs_wait { struct_size, what, id, reserved: 0, have, need })?;
        Ok(Status::Ok)
    })
}

/// Returns the position of an input: the samples that it holds, the next sample, and the room for a push.
///
/// @param[in]  pipeline  handle
/// @param[in]  input     number of the input
/// @param[out] first     first sample held, counted from the start of the stream; 0 for a source; may be NULL
/// @param[out] next      number of the next sample to push; the length of a source; may be NULL
/// @param[out] room      samples that sqs_push() accepts now; 0 for a source and after the end; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_STATE      the pipeline is not sealed
/// @retval SQS_ERR_ARGUMENT   the handle is not valid, or the input does not exist
/// @retval SQS_ERR_ALIGN      a pointer is misaligned
/// @retval SQS_ERR_OVERLAP    first, next, room and memory of the pipeline overlap
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the handle is poisoned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_input_position(
    pipeline: *mut sqs_pipeline,
    input: u32,
    first: *mut u64,
    next: *mut u64,
    room: *mut u64,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        let outs = [Region::value("first", first), Region::value("next", next), Region::value("room", room)];
        call.claim(&outs, &[])?;
        let (first, next) = (Out::or_null("first", first)?, Out::or_null("next", next)?);
        let room = Out::or_null("room", room)?;
        let position = core.input_position(input as usize)?;
        first.set(position.first);
        next.set(position.next);
        room.set(position.room);
        Ok(Status::Ok)
    })
}
