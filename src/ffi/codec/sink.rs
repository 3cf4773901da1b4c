//! An encoder as the sink of an evaluation.

use super::encoder::{sqs_encoder, sqs_encoder_step};
use super::types::{SQS_FLOW_CONTINUE, SQS_FLOW_END};
use crate::ffi::structs;
use crate::ffi::types::*;
use crate::status::Status;
use crate::util::unsigned::Unsigned;
use core::ffi::c_void;

/// An encoder behind an evaluation: give sqs_encoder_sink_rows as the sink and this as its ctx. The rows of the stage are
/// the original of the stream: options with the stage's type and with its len as channels fit them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_encoder_sink {
    /// sizeof(sqs_encoder_sink).
    pub struct_size: u32,
    /// 0 before the first rows. Then the status that put an end to it, if any: SQS_ERR_CALLBACK where write failed, else
    /// that of sqs_encoder_step.
    pub status: i32,
    /// The encoder, made by sqs_encoder_init.
    pub encoder: *mut sqs_encoder,
    /// Where encoded bytes are put before they are written.
    pub buffer: *mut c_void,
    /// Its size, at least 1.
    pub bytes: usize,
    /// Takes encoded bytes, all of them, and returns 0; or a code of its own that ends the evaluation.
    pub write: sqs_write_fn,
    /// First argument of write.
    pub ctx: *mut c_void,
}

/// Encodes bytes and writes what comes of them.
///
/// # Safety
/// The pointers of the sink are those of the caller, alive.
unsafe fn pass(sink: &mut sqs_encoder_sink, mut data: *const u8, mut bytes: usize, flow: u32) -> sqs_status {
    let Some(write) = sink.write else { return Status::Argument.code() };
    if sink.bytes == 0 {
        return Status::Argument.code();
    }
    // Each turn takes input or fills the buffer: as many as the frames of these bytes have buffers.
    loop {
        let (mut took, mut made) = (0, 0);
        // SAFETY: `bytes` bytes of the caller from `data` on; the step checks everything else.
        unsafe {
            let status = sqs_encoder_step(
                sink.encoder,
                data.cast(),
                bytes,
                &raw mut took,
                sink.buffer,
                sink.bytes,
                &raw mut made,
                flow,
            );
            if status < 0 {
                return status;
            }
            if made > 0 && write(sink.ctx, sink.buffer, made) != 0 {
                return Status::Callback.code();
            }
            if status != Status::Again.code() {
                return Status::Ok.code();
            }
            data = data.add(took);
        }
        bytes = bytes.sat_sub(took);
    }
}

/// The same, but never again after a failure: part of the rows is in the stream, and they must not come twice.
unsafe fn once(sink: *mut c_void, data: *const c_void, bytes: usize, flow: u32) -> sqs_status {
    let sink: *mut sqs_encoder_sink = sink.cast();
    // SAFETY: the caller gives NULL or a sink that starts with its size.
    unsafe {
        if structs::usable(sink.cast_const()).is_err() {
            return Status::Argument.code();
        }
        if ((*sink).struct_size as usize) < size_of::<sqs_encoder_sink>() {
            return Status::StructSize.code();
        }
        let sink = &mut *sink;
        if sink.status == 0 {
            sink.status = pass(sink, data.cast(), bytes, flow);
        }
        sink.status
    }
}

/// The sink function: for sqs_evaluate_to and sqs_evaluate_begin, with an sqs_encoder_sink as ctx. Rows go into the
/// stream as they come. When it fails, the evaluation ends with SQS_ERR_CALLBACK, sink->status says why, and every further
/// call fails the same way: begin a new stream.
///
/// Returns 0, or sink->status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encoder_sink_rows(
    sink: *mut c_void,
    first: u64,
    rows: usize,
    data: *const c_void,
    bytes: usize,
) -> i32 {
    let _ = (first, rows);
    // SAFETY: as the header says.
    unsafe { once(sink, data, bytes, SQS_FLOW_CONTINUE) }
}

/// Ends the stream: writes what is left and the end frame.
///
/// Returns SQS_OK; or sink->status: SQS_ERR_CALLBACK: write failed, now or before; SQS_ERR_STATE: ended already;
/// SQS_ERR_ARGUMENT: NULL, no encoder, no buffer; SQS_ERR_STRUCT_SIZE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encoder_sink_end(sink: *mut sqs_encoder_sink) -> sqs_status {
    // SAFETY: as the header says.
    unsafe { once(sink.cast(), core::ptr::null(), 0, SQS_FLOW_END) }
}
