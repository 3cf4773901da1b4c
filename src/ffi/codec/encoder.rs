//! The streaming encoder.

use super::area::given;
use super::handle::{Head, check, detail_of, handle, place, place_bytes, spans};
use super::options::{encode, encoded, frame_within, write_stats};
use super::types::*;
use crate::codec::Progress;
use crate::codec::options::EncodeOptions;
use crate::codec::stream::encoder::Encoder;
use crate::codec::stream::memory::EncodeMemory;
use crate::ffi::codec::options::flow_of;
use crate::ffi::handle::without;
use crate::ffi::structs;
use crate::ffi::structs::put_text;
use crate::ffi::types::*;
use crate::limits::AREA_ALIGN;
use crate::mem::{Carver, Layout};
use crate::status::{Result, Status};
use core::ffi::{c_char, c_void};

/// A stream being encoded, in memory of the caller. Opaque. There is nothing to delete: the memory may be used for
/// something else whenever the stream is of no more use.
pub struct sqs_encoder {
    head: Head,
    core: Encoder<'static>,
    ended: bool,
}

/// Fills options with zeros, which mean the defaults, and sets their struct_size. Callbacks may call it.
///
/// struct_size: sizeof(sqs_encode_options) of the caller.
/// Returns SQS_OK; SQS_ERR_ARGUMENT: options is NULL; SQS_ERR_STRUCT_SIZE: too small, or no size of a struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encode_options_init(options: *mut sqs_encode_options, struct_size: usize) -> sqs_status {
    structs::init(options, struct_size)
}

fn layout(options: &EncodeOptions) -> Result<usize> {
    let mut layout = Layout::after(place_bytes::<sqs_encoder>());
    options.memory()?.reserve(&mut layout)?;
    Ok(layout.bytes())
}

/// Tells size and alignment of the memory an encoder needs: exactly this suffices. By default 256 KiB or less.
///
/// Returns SQS_OK; SQS_ERR_ARGUMENT: NULL or an option out of range; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED;
/// SQS_ERR_ALIGN: a pointer is misaligned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encoder_bytes(
    options: *const sqs_encode_options,
    bytes: *mut usize,
    align: *mut usize,
) -> sqs_status {
    without(core::ptr::null_mut(), || {
        structs::usable(bytes.cast_const())?;
        structs::usable(align.cast_const())?;
        let need = layout(&encode(options)?.0)?;
        // SAFETY: checked above.
        unsafe {
            bytes.write(need);
            align.write(AREA_ALIGN);
        }
        Ok(Status::Ok)
    })
}

/// Tells the frame size to use within a limit of memory: what options ask for, or else the largest power of two with
/// which sqs_encoder_bytes is at most limit. Put it into options->frame_bytes.
///
/// Returns SQS_OK; SQS_ERR_BUDGET: no frame size fits the limit; what sqs_encoder_bytes returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_optimal_frame_bytes(
    options: *const sqs_encode_options,
    limit: usize,
    frame_bytes: *mut u32,
) -> sqs_status {
    without(core::ptr::null_mut(), || {
        structs::usable(frame_bytes.cast_const())?;
        let bytes = frame_within(&encode(options)?.0, limit, layout)?;
        // SAFETY: checked above.
        unsafe { frame_bytes.write(bytes as u32) };
        Ok(Status::Ok)
    })
}

/// Makes an encoder in memory of the caller, which stays his. Nothing is allocated, now or later; the memory is all
/// that is used. The options' memory, threads and progress are not looked at.
///
/// memory: bytes bytes, as sqs_encoder_bytes tells, aligned as it tells. encoder: the handle, which lies in it.
/// error: NULL, or where to put the detail.
/// Returns SQS_OK; SQS_ERR_MEMORY: the memory is too small, the detail says by how much; SQS_ERR_ALIGN; SQS_ERR_ARGUMENT:
/// NULL or an option out of range; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encoder_init(
    memory: *mut c_void,
    bytes: usize,
    options: *const sqs_encode_options,
    encoder: *mut *mut sqs_encoder,
    error: *mut sqs_error,
) -> sqs_status {
    without(error, || {
        structs::usable(encoder.cast_const())?;
        let (options, _) = encode(options)?;
        let need = layout(&options)?;
        // SAFETY: the caller gives the memory to the encoder.
        let area = unsafe { given(memory, bytes, need)? };
        let (place, rest) = place::<sqs_encoder>(area)?;
        let core = Encoder::new(options, EncodeMemory::carve(&mut Carver::new(rest)?, &options.memory()?)?)?;
        let handle = place.write(sqs_encoder { head: Head::new::<sqs_encoder>(need), core, ended: false });
        // SAFETY: checked above.
        unsafe { encoder.write(handle) };
        Ok(Status::Ok)
    })
}

/// Takes bytes of the original, puts out bytes of the stream, as far as both reach; any cut of either is fine, down to a
/// byte. Does not allocate. Encodes at most one frame per call and full output.
///
/// ```c
/// do {
///     status = sqs_encoder_step(e, in, n, &took, out, sizeof out, &made, SQS_FLOW_END);
///     in += took; n -= took;
///     write(fd, out, made);
/// } while (status == SQS_AGAIN);
/// ```
///
/// in: in_bytes bytes, NULL if none. consumed: how many were taken. out: out_bytes bytes of room, NULL if none. written:
/// how many were put there. consumed and written are always written. flow: SQS_FLOW_CONTINUE; SQS_FLOW_FLUSH: also put
/// out a frame of what was taken, up to the last whole row, as before a pause; SQS_FLOW_END: this is the end.
/// Returns SQS_OK: all input was taken, and all that flow asks for was put out; SQS_AGAIN: call again with more room, the
/// rest of the input and the same flow; SQS_END: the stream is complete; SQS_ERR_STATE: input after the end;
/// SQS_ERR_OVERLAP: in, out and the encoder's memory overlap; SQS_ERR_OVERFLOW: more than 2^64 bytes;
/// SQS_ERR_ARGUMENT: NULL, no encoder, no such flow.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encoder_step(
    encoder: *mut sqs_encoder,
    r#in: *const c_void,
    in_bytes: usize,
    consumed: *mut usize,
    out: *mut c_void,
    out_bytes: usize,
    written: *mut usize,
    flow: u32,
) -> sqs_status {
    check(encoder, |e| {
        // SAFETY: pointers and sizes are the caller's; overlaps are refused.
        let (input, output) =
            unsafe { spans((encoder.cast(), e.head.bytes), (r#in, in_bytes, consumed), (out, out_bytes, written))? };
        let step = e.core.step(input, output, flow_of(flow)?)?;
        e.ended |= step.progress == Progress::Done;
        // SAFETY: checked by `spans`.
        unsafe {
            consumed.write(step.consumed);
            written.write(step.written);
        }
        Ok(match step.progress {
            Progress::Input => Status::Ok,
            Progress::Output => Status::Again,
            Progress::Done => Status::End,
        })
    })
}

/// Tells what the encoder did so far. coded_bytes has the frames not handed out yet, too. Does not allocate.
///
/// Returns SQS_OK; SQS_ERR_ARGUMENT: NULL, no encoder; SQS_ERR_STRUCT_SIZE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encoder_stats(encoder: *mut sqs_encoder, out: *mut sqs_codec_stats) -> sqs_status {
    check(encoder, |e| {
        structs::writable(out)?;
        let stats = encoded(&e.core.stats(), e.ended);
        write_stats(out, sqs_codec_stats { peak_bytes: e.head.bytes, ..stats })?;
        Ok(Status::Ok)
    })
}

/// Copies the detail of the last error of this encoder; see sqs_pipeline_error_detail.
///
/// Returns SQS_OK; SQS_ERR_SPACE: the text was cut; SQS_ERR_ARGUMENT: no encoder, or buf is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encoder_error_detail(
    encoder: *const sqs_encoder,
    buf: *mut c_char,
    cap: usize,
    need: *mut usize,
) -> sqs_status {
    detail_of(encoder).map_or_else(Status::code, |text| put_text(&text, buf, cap, need))
}

handle!(sqs_encoder, 0x5351_5345);
