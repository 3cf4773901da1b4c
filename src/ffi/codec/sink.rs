//! An encoder as the sink of an evaluation.

use super::coder::{SQS_FLOW_CONTINUE, SQS_FLOW_END, hold, release};
use super::encoder::{sqs_encoder, step_with};
use crate::ffi::pipeline::sqs_write_fn;
use crate::ffi::regions::{Call, Region};
use crate::ffi::status::{
    SQS_AGAIN, SQS_ERR_ARGUMENT, SQS_ERR_CALLBACK, SQS_ERR_REENTRANT, SQS_ERR_STRUCT_SIZE, SQS_OK, leave, sqs_status,
};
use crate::status::Status;
use crate::util::unsigned::Unsigned;
use core::ffi::c_void;

/// An encoder that receives the rows of an evaluation. Zero the struct first.
///
/// Give sqs_encoder_sink_rows() as the sink of the evaluation and this struct as its ctx. The rows are the original of
/// the stream: set dtype of the encoder's options to the type of the stage, and channels to its len.
///
/// write may change buffer, buffer_bytes, write and ctx: they are read again after each of its calls. A call of the
/// encoder or of the sink from write returns #SQS_ERR_REENTRANT. The struct, the buffer and the memory of the encoder
/// must not overlap.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_encoder_sink {
    /// sizeof(sqs_encoder_sink).
    pub struct_size: u32,
    /// 0; then the status that ended it, if any: #SQS_ERR_CALLBACK if write failed, else that of sqs_encoder_step().
    pub status: i32,
    /// The encoder, from sqs_encoder_init().
    pub encoder: *mut sqs_encoder,
    /// Buffer for encoded bytes.
    pub buffer: *mut c_void,
    /// Size of buffer in bytes, at least 1.
    pub buffer_bytes: usize,
    /// Receives the encoded bytes. Required.
    pub write: sqs_write_fn,
    /// First argument of write.
    pub ctx: *mut c_void,
}

/// Encodes bytes and writes the result. The sink is read again in each turn: `write` may have changed it. No reference
/// to it exists while `write` runs.
///
/// # Safety
/// The sink is valid, and its pointers are the caller's. The encoder is held.
unsafe fn encode(
    sink: *mut sqs_encoder_sink,
    encoder: *mut sqs_encoder,
    mut data: *const u8,
    mut bytes: usize,
    flow: u32,
) -> sqs_status {
    // Each turn consumes input or fills the buffer: bounded by the buffers that the frames of these bytes fill.
    loop {
        // SAFETY: a copy of the sink.
        let now = unsafe { sink.read() };
        let Some(write) = now.write else { return SQS_ERR_ARGUMENT };
        if now.buffer_bytes == 0 {
            return SQS_ERR_ARGUMENT;
        }
        let (mut consumed, mut written) = (0, 0);
        let spans = ((data.cast(), bytes, &raw mut consumed), (now.buffer, now.buffer_bytes, &raw mut written));
        // SAFETY: `bytes` bytes of the caller at `data`; the step checks everything else.
        unsafe {
            let status = step_with(encoder, spans, (Region::value("sink", sink), true), flow);
            if status < 0 {
                return status;
            }
            if written > 0 && write(now.ctx, now.buffer, written) != 0 {
                return SQS_ERR_CALLBACK;
            }
            if status != SQS_AGAIN {
                return SQS_OK;
            }
            data = data.add(consumed);
        }
        bytes = bytes.sat_sub(consumed);
    }
}

/// Encodes bytes unless a call failed before: then part of the rows is in the stream, and must not come twice.
unsafe fn encode_once(sink: *mut c_void, data: *const c_void, bytes: usize, flow: u32) -> sqs_status {
    let sink: *mut sqs_encoder_sink = sink.cast();
    if sink.is_null() || !sink.is_aligned() {
        return SQS_ERR_ARGUMENT;
    }
    // SAFETY: the caller gives NULL or a sink that starts with its size.
    unsafe {
        if ((*sink).struct_size as usize) < size_of::<sqs_encoder_sink>() {
            return SQS_ERR_STRUCT_SIZE;
        }
        let encoder = (*sink).encoder;
        let own = match hold(encoder) {
            Ok(own) => own,
            Err(Status::Reentrant) => return SQS_ERR_REENTRANT,
            Err(status) if (*sink).status == 0 => {
                (*sink).status = leave(status);
                return leave(status);
            }
            Err(_) => return (*sink).status,
        };
        let apart = Call::new(own, &[]).claim(&[Region::value("sink", sink)], &[Region::bytes("rows", data, bytes)]);
        let status = match apart {
            Err(e) => leave(e.status),
            Ok(()) => {
                if (*sink).status == 0 {
                    (*sink).status = encode(sink, encoder, data.cast(), bytes, flow);
                }
                (*sink).status
            }
        };
        release(encoder);
        status
    }
}

/// Encodes a block of rows: an sqs_sink_fn, for sqs_evaluate_to() and sqs_evaluate_begin().
///
/// After a failure the evaluation ends with #SQS_ERR_CALLBACK, sink->status has the reason, and every further call
/// fails the same way: begin a new stream.
///
/// @param[in,out] sink   an sqs_encoder_sink
/// @param[in]     first  ignored
/// @param[in]     count  ignored
/// @param[in]     rows   the rows
/// @param[in]     bytes  size of the rows in bytes
/// @return 0, or sink->status
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encoder_sink_rows(
    sink: *mut c_void,
    first: u64,
    count: usize,
    rows: *const c_void,
    bytes: usize,
) -> i32 {
    let _ = (first, count);
    // SAFETY: by the contract in the header.
    unsafe { encode_once(sink, rows, bytes, SQS_FLOW_CONTINUE) }
}

/// Ends the stream of an encoder sink: writes what remains, and the end frame.
///
/// @param[in,out] sink  the sink
/// @retval SQS_OK
/// @retval SQS_ERR_CALLBACK     write failed, in this call or before
/// @retval SQS_ERR_STATE        the stream has ended already
/// @retval SQS_ERR_ARGUMENT     sink is NULL or misaligned, or has no valid encoder, no buffer or no write
/// @retval SQS_ERR_OVERLAP      the sink, its buffer and the memory of the encoder overlap
/// @retval SQS_ERR_REENTRANT    called from write
/// @retval SQS_ERR_STRUCT_SIZE  sink->struct_size is not valid
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encoder_sink_end(sink: *mut sqs_encoder_sink) -> sqs_status {
    // SAFETY: by the contract in the header.
    unsafe { encode_once(sink.cast(), core::ptr::null(), 0, SQS_FLOW_END) }
}
