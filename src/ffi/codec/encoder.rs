//! The streaming encoder.

use super::coder::{
    Head, InputSpan, OutputSpan, Setup, Stepped, error_detail, handle, handle_bytes, init, memory_size, status_of,
    step, with,
};
use super::encode_options::{frame_within, parse, sqs_encode_options};
use super::stats::{encoded, sqs_codec_stats, write_stats};
use crate::codec::Progress;
use crate::codec::options::EncodeOptions;
use crate::codec::stream::encoder::Encoder;
use crate::codec::stream::memory::EncodeMemory;
use crate::ffi::regions::Region;
use crate::ffi::status::{sqs_error, sqs_status, without_handle};
use crate::ffi::structs::{self, Out};
use crate::mem::{Carver, Layout};
use crate::status::{Result, Status};
use core::ffi::{c_char, c_void};

/// An encoder in memory of the caller. Opaque. It needs no delete: reuse the memory when the stream is done.
pub struct sqs_encoder {
    head: Head,
    core: Encoder<'static>,
    ended: bool,
}
handle!(sqs_encoder, 0x5351_5345);

/// Bytes of the memory of an encoder.
fn needed(options: &EncodeOptions) -> Result<usize> {
    let mut layout = Layout::after(handle_bytes::<sqs_encoder>());
    options.memory()?.reserve(&mut layout)?;
    Ok(layout.bytes())
}

/// Computes size and alignment of the memory of an encoder: exactly the size needed, by default at most 256 KiB.
///
/// @param[in]  options  options of the encoder
/// @param[out] bytes    size in bytes
/// @param[out] align    alignment in bytes
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     a pointer is NULL, or an option is out of range
/// @retval SQS_ERR_ALIGN        a pointer is misaligned
/// @retval SQS_ERR_STRUCT_SIZE  options->struct_size is not valid
/// @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encoder_bytes(
    options: *const sqs_encode_options,
    bytes: *mut usize,
    align: *mut usize,
) -> sqs_status {
    memory_size(Region::structure("options", options), bytes, align, || needed(&parse(options)?.0))
}

/// Computes the frame size to use within a limit of memory, for options->frame_bytes.
///
/// It is the frame size of the options, or else the largest power of two below it for which sqs_encoder_bytes() returns
/// at most limit_bytes.
///
/// @param[in]  options      options of the encoder
/// @param[in]  limit_bytes  limit of the memory of the encoder in bytes
/// @param[out] frame_bytes  frame size in bytes
/// @retval SQS_OK
/// @retval SQS_ERR_BUDGET  no frame size fits the limit; the detail gives the minimum
/// @return the statuses of sqs_encoder_bytes()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_optimal_frame_bytes(
    options: *const sqs_encode_options,
    limit_bytes: usize,
    frame_bytes: *mut u32,
) -> sqs_status {
    without_handle(core::ptr::null_mut(), |call| {
        call.claim(&[Region::value("frame_bytes", frame_bytes)], &[Region::structure("options", options)])?;
        let out = Out::new("frame_bytes", frame_bytes)?;
        out.set(frame_within(&parse(options)?.0, limit_bytes, needed)? as u32);
        Ok(Status::Ok)
    })
}

/// Sets up an encoder in memory of the caller.
///
/// It uses this memory alone, and never allocates. memory, threads and progress of the options are ignored.
///
/// @param[in]  memory        memory, the encoder's until the stream is done
/// @param[in]  memory_bytes  size of memory in bytes, at least what sqs_encoder_bytes() returns
/// @param[in]  options       options; copied
/// @param[out] encoder       the handle, which lies in memory
/// @param[out] error         details of an error; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_MEMORY       memory is too small; the detail gives both sizes
/// @retval SQS_ERR_ALIGN        memory is not aligned as sqs_encoder_bytes() returns, or a pointer is misaligned
/// @retval SQS_ERR_ARGUMENT     a pointer is NULL, or an option is out of range
/// @retval SQS_ERR_STRUCT_SIZE  options->struct_size is not valid
/// @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encoder_init(
    memory: *mut c_void,
    memory_bytes: usize,
    options: *const sqs_encode_options,
    encoder: *mut *mut sqs_encoder,
    error: *mut sqs_error,
) -> sqs_status {
    let parsed = || {
        let (options, _) = parse(options)?;
        Ok((needed(&options)?, options))
    };
    let given = Region::structure("options", options);
    let setup = Setup { memory, bytes: memory_bytes, options: given, handle: encoder, error };
    init(setup, parsed, |head, options, rest| {
        let core = Encoder::new(options, EncodeMemory::carve(&mut Carver::new(rest)?, &options.memory()?)?)?;
        Ok(sqs_encoder { head, core, ended: false })
    })
}

/// Consumes bytes of the original and writes bytes of the stream, until either buffer is exhausted.
///
/// Input and output may be cut anywhere, down to a byte. Encodes at most one frame per call and full output. Does not
/// allocate.
///
/// @code{.c}
/// do {
///     status = sqs_encoder_step(e, in, n, &consumed, out, sizeof out, &written, SQS_FLOW_END);
///     in += consumed; n -= consumed;
///     write(fd, out, written);
/// } while (status == SQS_AGAIN);
/// @endcode
///
/// @param[in]  encoder         handle
/// @param[in]  in              bytes of the original; may be NULL if in_bytes is 0
/// @param[in]  in_bytes        size of in
/// @param[out] consumed_bytes  bytes of in consumed; always written
/// @param[out] out             buffer for the stream; may be NULL if out_bytes is 0
/// @param[in]  out_bytes       size of out
/// @param[out] written_bytes   bytes of out written; always written
/// @param[in]  flow            #SQS_FLOW_CONTINUE; #SQS_FLOW_FLUSH: also output a frame of the input so far, up to the
///                             last whole row, as before a pause; #SQS_FLOW_END: this is the end of the input
/// @retval SQS_OK            all input was consumed, and all output that flow requests was written
/// @retval SQS_AGAIN         call again with more room, the rest of the input and the same flow
/// @retval SQS_END           the stream is complete
/// @retval SQS_ERR_STATE     input after the end
/// @retval SQS_ERR_OVERLAP   in, out, a count and the memory of the encoder overlap
/// @retval SQS_ERR_OVERFLOW  the original exceeds 2^64 bytes
/// @retval SQS_ERR_ARGUMENT  the handle is not valid, a pointer is NULL, or the flow does not exist
/// @retval SQS_ERR_ALIGN     consumed_bytes or written_bytes is misaligned
/// @retval SQS_ERR_REENTRANT  called from the write function of an sqs_encoder_sink of this encoder
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encoder_step(
    encoder: *mut sqs_encoder,
    r#in: *const c_void,
    in_bytes: usize,
    consumed_bytes: *mut usize,
    out: *mut c_void,
    out_bytes: usize,
    written_bytes: *mut usize,
    flow: u32,
) -> sqs_status {
    let spans = ((r#in, in_bytes, consumed_bytes), (out, out_bytes, written_bytes));
    // SAFETY: pointers and sizes are the caller's.
    unsafe { step_with(encoder, spans, (Region::NONE, false), flow) }
}

/// A step, of a sink if it holds the encoder.
///
/// # Safety
/// Input and output are NULL or have the given number of bytes.
pub(super) unsafe fn step_with(
    encoder: *mut sqs_encoder,
    spans: (InputSpan, OutputSpan),
    other: (Region, bool),
    flow: u32,
) -> sqs_status {
    // SAFETY: by the contract of this function.
    unsafe {
        step(encoder, spans, other, flow, |e, input, output, flow| {
            let step = e.core.step(input, output, flow)?;
            e.ended |= step.progress == Progress::Done;
            Ok(Stepped { consumed: step.consumed, written: step.written, status: status_of(step.progress) })
        })
    }
}

/// Returns the statistics of an encoder so far. Does not allocate.
///
/// coded_bytes includes frames that were not written yet.
///
/// @param[in]  encoder  handle
/// @param[out] stats    the statistics; struct_size set by the caller
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     the handle is not valid, or stats is NULL
/// @retval SQS_ERR_ALIGN        stats is misaligned
/// @retval SQS_ERR_STRUCT_SIZE  stats->struct_size is not valid
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encoder_stats(encoder: *mut sqs_encoder, stats: *mut sqs_codec_stats) -> sqs_status {
    with(encoder, &[], |e, call| {
        call.claim(&[Region::structure("stats", stats)], &[])?;
        structs::writable(stats)?;
        let value = encoded(&e.core.stats(), e.ended);
        write_stats(stats, sqs_codec_stats { peak_bytes: e.head.bytes, ..value })?;
        Ok(Status::Ok)
    })
}

/// Copies the detail of the last error of an encoder, zero-terminated.
///
/// @param[in]  encoder         handle
/// @param[out] buffer          the text, cut if it does not fit; NULL with a capacity of 0
/// @param[in]  capacity_bytes  size of buffer in bytes
/// @param[out] needed_bytes    size of the whole text with its zero, in bytes; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_SPACE     the text was cut
/// @retval SQS_ERR_ARGUMENT  the handle is not valid, or buffer is NULL with a capacity above 0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encoder_error_detail(
    encoder: *const sqs_encoder,
    buffer: *mut c_char,
    capacity_bytes: usize,
    needed_bytes: *mut usize,
) -> sqs_status {
    error_detail(encoder, buffer, capacity_bytes, needed_bytes)
}
