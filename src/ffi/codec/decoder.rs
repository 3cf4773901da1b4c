//! The streaming decoder.

use super::area::given;
use super::handle::{Head, check, detail_of, handle, place, place_bytes, spans};
use super::options::flow_of;
use super::options::{decode, decoded, write_missing, write_stats};
use super::types::*;
use crate::checked;
use crate::codec::Progress;
use crate::codec::stream::decoder::{DecodeOptions, Decoder};
use crate::codec::stream::memory::DecodeMemory;
use crate::ffi::handle::without;
use crate::ffi::structs;
use crate::ffi::structs::put_text;
use crate::ffi::types::*;
use crate::limits::AREA_ALIGN;
use crate::mem::{Carver, Layout};
use crate::status::{Error, Result, Status};
use core::ffi::{c_char, c_void};

/// A stream being decoded, in memory of the caller. Opaque. There is nothing to delete.
pub struct sqs_decoder {
    head: Head,
    core: Decoder<'static>,
}

/// Fills options with zeros, which mean the defaults, and sets their struct_size. Callbacks may call it.
///
/// struct_size: sizeof(sqs_decode_options) of the caller.
/// Returns SQS_OK; SQS_ERR_ARGUMENT: options is NULL; SQS_ERR_STRUCT_SIZE: too small, or no size of a struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decode_options_init(options: *mut sqs_decode_options, struct_size: usize) -> sqs_status {
    structs::init(options, struct_size)
}

fn layout(options: &DecodeOptions) -> Result<usize> {
    let mut layout = Layout::after(place_bytes::<sqs_decoder>());
    options.memory()?.reserve(&mut layout)?;
    Ok(layout.bytes())
}

/// Tells size and alignment of the memory a decoder needs: exactly this suffices.
///
/// Returns SQS_OK; SQS_ERR_ARGUMENT: NULL or an option out of range; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED;
/// SQS_ERR_ALIGN: a pointer is misaligned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decoder_bytes(
    options: *const sqs_decode_options,
    bytes: *mut usize,
    align: *mut usize,
) -> sqs_status {
    without(core::ptr::null_mut(), || {
        structs::usable(bytes.cast_const())?;
        structs::usable(align.cast_const())?;
        let need = layout(&decode(options)?.0)?;
        // SAFETY: checked above.
        unsafe {
            bytes.write(need);
            align.write(AREA_ALIGN);
        }
        Ok(Status::Ok)
    })
}

/// Makes a decoder in memory of the caller, which stays his. Nothing is allocated, now or later. first says which byte
/// of the original is the first to be put out; the input may start at any frame at or before it. The options' count,
/// missing, memory and progress are not looked at.
///
/// memory: bytes bytes, as sqs_decoder_bytes tells, aligned as it tells. decoder: the handle, which lies in it.
/// error: NULL, or where to put the detail.
/// Returns SQS_OK; SQS_ERR_MEMORY: the memory is too small, the detail says by how much; SQS_ERR_ALIGN; SQS_ERR_ARGUMENT:
/// NULL or an option out of range; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decoder_init(
    memory: *mut c_void,
    bytes: usize,
    options: *const sqs_decode_options,
    decoder: *mut *mut sqs_decoder,
    error: *mut sqs_error,
) -> sqs_status {
    without(error, || {
        structs::usable(decoder.cast_const())?;
        let (options, _) = decode(options)?;
        let need = layout(&options)?;
        // SAFETY: the caller gives the memory to the decoder.
        let area = unsafe { given(memory, bytes, need)? };
        let (place, rest) = place::<sqs_decoder>(area)?;
        let core = Decoder::new(options, DecodeMemory::carve(&mut Carver::new(rest)?, &options.memory()?)?)?;
        let handle = place.write(sqs_decoder { head: Head::new::<sqs_decoder>(need), core });
        // SAFETY: checked above.
        unsafe { decoder.write(handle) };
        Ok(Status::Ok)
    })
}

/// Takes bytes of the stream, puts out bytes of the original, as far as both reach; any cut of either is fine, down to a
/// byte. Does not allocate. What a call puts out lies side by side in the original, from offset on. With
/// SQS_DECODE_RECOVER what is missing is passed over, and a frame may come late: then offset jumps from call to call.
///
/// in: in_bytes bytes, NULL if none. consumed: how many were taken. out: out_bytes bytes of room, NULL if none. written:
/// how many were put there; both are always written. offset: NULL, or where to put the position in the original of the
/// first of them. flow: SQS_FLOW_CONTINUE, or SQS_FLOW_END: this is all the input.
/// Returns SQS_OK: all input was taken and put out, more is needed; SQS_AGAIN: call again with more room, the rest of the
/// input and the same flow; SQS_END: the stream is complete; SQS_ERR_DAMAGED: without SQS_DECODE_RECOVER only, the stream
/// is damaged or was cut off; what was put out before is sound, and every further call says the same; SQS_ERR_LIMIT: a
/// frame is larger than max_frame_bytes, or refers to more than history_bytes; SQS_ERR_RANGE: the original ends before
/// first; SQS_ERR_OVERLAP: in, out and the decoder's memory overlap; SQS_ERR_ARGUMENT: NULL, no decoder, no such flow.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decoder_step(
    decoder: *mut sqs_decoder,
    r#in: *const c_void,
    in_bytes: usize,
    consumed: *mut usize,
    out: *mut c_void,
    out_bytes: usize,
    written: *mut usize,
    offset: *mut u64,
    flow: u32,
) -> sqs_status {
    check(decoder, |d| {
        // SAFETY: pointers and sizes are the caller's; overlaps are refused.
        let (input, output) =
            unsafe { spans((decoder.cast(), d.head.bytes), (r#in, in_bytes, consumed), (out, out_bytes, written))? };
        if !offset.is_null() {
            structs::usable(offset.cast_const())?;
        }
        if flow == SQS_FLOW_FLUSH {
            return Err(Error::new(Status::Argument, "a decoder holds nothing back to be flushed"));
        }
        let step = d.core.step(input, output, flow_of(flow)?)?;
        // SAFETY: checked by `spans` and above.
        unsafe {
            consumed.write(step.consumed);
            written.write(step.written);
            if !offset.is_null() {
                offset.write(step.offset);
            }
        }
        Ok(match step.progress {
            Progress::Input => Status::Ok,
            Progress::Output => Status::Again,
            Progress::Done => Status::End,
        })
    })
}

/// Tells what the decoder met so far, damage included. Does not allocate.
///
/// Returns SQS_OK; SQS_ERR_ARGUMENT: NULL, no decoder; SQS_ERR_STRUCT_SIZE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decoder_stats(decoder: *mut sqs_decoder, out: *mut sqs_codec_stats) -> sqs_status {
    check(decoder, |d| {
        structs::writable(out)?;
        let stats = decoded(&d.core);
        write_stats(out, sqs_codec_stats { peak_bytes: d.head.bytes, ..stats })?;
        Ok(Status::Ok)
    })
}

/// Copies the ranges of the original that are missing so far, in rising order; complete after SQS_END.
///
/// ranges: room for cap ranges, NULL with cap 0. count: how many there are, always written.
/// Returns SQS_OK; SQS_ERR_SPACE: only the first cap were copied; SQS_ERR_ARGUMENT: NULL, no decoder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decoder_missing(
    decoder: *mut sqs_decoder,
    ranges: *mut sqs_range,
    cap: usize,
    count: *mut usize,
) -> sqs_status {
    check(decoder, |d| {
        structs::usable(count.cast_const())?;
        let holes = d.core.missing();
        let n = holes.ranges().len();
        // SAFETY: checked.
        unsafe { count.write(n) };
        if cap > 0 {
            structs::usable(ranges.cast_const())?;
        }
        write_missing(ranges, cap, holes);
        if cap < n {
            let text = "{a} missing ranges, room for {b}";
            return Err(Error::new(Status::Space, text).a(checked::count(n)).b(checked::count(cap)));
        }
        Ok(Status::Ok)
    })
}

/// Copies the detail of the last error of this decoder; see sqs_pipeline_error_detail.
///
/// Returns SQS_OK; SQS_ERR_SPACE: the text was cut; SQS_ERR_ARGUMENT: no decoder, or buf is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decoder_error_detail(
    decoder: *const sqs_decoder,
    buf: *mut c_char,
    cap: usize,
    need: *mut usize,
) -> sqs_status {
    detail_of(decoder).map_or_else(Status::code, |text| put_text(&text, buf, cap, need))
}

handle!(sqs_decoder, 0x5351_5344);
