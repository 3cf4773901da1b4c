//! An encoder as the sink of an evaluation.

use super::coder::{SQS_FLOW_CONTINUE, SQS_FLOW_END};
use super::encoder::{sqs_encoder, sqs_encoder_step};
use crate::ffi::pipeline::sqs_write_fn;
use crate::ffi::status::sqs_status;
use crate::status::Status;
use crate::util::unsigned::Unsigned;
use core::ffi::c_void;

/// An encoder that receives the rows of an evaluation. Zero the struct first.
///
/// Give sqs_encoder_sink_rows() as the sink of the evaluation and this struct as its ctx. The rows are the original of
/// the stream: set dtype of the encoder's options to the type of the stage, and channels to its len.
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

/// Encodes bytes and writes the result.
///
/// # Safety
/// The pointers of the sink are the caller's, valid.
unsafe fn encode(sink: &mut sqs_encoder_sink, mut data: *const u8, mut bytes: usize, flow: u32) -> sqs_status {
    let Some(write) = sink.write else { return Status::Argument.code() };
    if sink.buffer_bytes == 0 {
        return Status::Argument.code();
    }
    // Each turn consumes input or fills the buffer: bounded by the buffers that the frames of these bytes fill.
    loop {
        let (mut consumed, mut written) = (0, 0);
        // SAFETY: `bytes` bytes of the caller at `data`; the step checks everything else.
        unsafe {
            let status = sqs_encoder_step(
                sink.encoder,
                data.cast(),
                bytes,
                &raw mut consumed,
                sink.buffer,
                sink.buffer_bytes,
                &raw mut written,
                flow,
            );
            if status < 0 {
                return status;
            }
            if written > 0 && write(sink.ctx, sink.buffer, written) != 0 {
                return Status::Callback.code();
            }
            if status != Status::Again.code() {
                return Status::Ok.code();
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
        return Status::Argument.code();
    }
    // SAFETY: the caller gives NULL or a sink that starts with its size.
    unsafe {
        if ((*sink).struct_size as usize) < size_of::<sqs_encoder_sink>() {
            return Status::StructSize.code();
        }
        let sink = &mut *sink;
        if sink.status == 0 {
            sink.status = encode(sink, data.cast(), bytes, flow);
        }
        sink.status
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
/// @retval SQS_ERR_STRUCT_SIZE  sink->struct_size is not valid
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encoder_sink_end(sink: *mut sqs_encoder_sink) -> sqs_status {
    // SAFETY: by the contract in the header.
    unsafe { encode_once(sink.cast(), core::ptr::null(), 0, SQS_FLOW_END) }
}
