//! The streaming decoder.

use super::coder::{
    Head, Setup, Stepped, error_detail, handle, handle_bytes, init, memory_size, status_of, step, with,
};
use super::decode_options::{parse, sqs_decode_options, sqs_range, write_missing};
use super::stats::{decoded, sqs_codec_stats, write_stats};
use crate::checked;
use crate::codec::Flow;
use crate::codec::stream::decoder::{DecodeOptions, Decoder};
use crate::codec::stream::memory::DecodeMemory;
use crate::ffi::regions::Region;
use crate::ffi::status::{sqs_error, sqs_status};
use crate::ffi::structs::{self, Out};
use crate::mem::{Carver, Layout};
use crate::status::{Error, Result, Status};
use core::ffi::{c_char, c_void};

/// A decoder in memory of the caller. Opaque. It needs no delete: reuse the memory when the stream is done.
pub struct sqs_decoder {
    head: Head,
    core: Decoder<'static>,
}
handle!(sqs_decoder, 0x5351_5344);

/// Bytes of the memory of a decoder.
fn needed(options: &DecodeOptions) -> Result<usize> {
    let mut layout = Layout::after(handle_bytes::<sqs_decoder>());
    options.memory()?.reserve(&mut layout)?;
    Ok(layout.bytes())
}

/// Computes size and alignment of the memory of a decoder: exactly the size needed.
///
/// @param[in]  options  options of the decoder
/// @param[out] bytes    size in bytes
/// @param[out] align    alignment in bytes
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     a pointer is NULL, or an option is out of range
/// @retval SQS_ERR_ALIGN        a pointer is misaligned
/// @retval SQS_ERR_STRUCT_SIZE  options->struct_size is not valid
/// @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decoder_bytes(
    options: *const sqs_decode_options,
    bytes: *mut usize,
    align: *mut usize,
) -> sqs_status {
    memory_size(Region::structure("options", options), bytes, align, || needed(&parse(options)?.0))
}

/// Sets up a decoder in memory of the caller.
///
/// It uses this memory alone, and never allocates. options->first is the first byte of the original to output; the
/// input may start at any frame at or before it. count, missing, memory and progress of the options are ignored.
///
/// @param[in]  memory        memory, the decoder's until the stream is done
/// @param[in]  memory_bytes  size of memory in bytes, at least what sqs_decoder_bytes() returns
/// @param[in]  options       options; copied
/// @param[out] decoder       the handle, which lies in memory
/// @param[out] error         details of an error; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_MEMORY       memory is too small; the detail gives both sizes
/// @retval SQS_ERR_ALIGN        memory is not aligned as sqs_decoder_bytes() returns, or a pointer is misaligned
/// @retval SQS_ERR_ARGUMENT     a pointer is NULL, or an option is out of range
/// @retval SQS_ERR_STRUCT_SIZE  options->struct_size is not valid
/// @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decoder_init(
    memory: *mut c_void,
    memory_bytes: usize,
    options: *const sqs_decode_options,
    decoder: *mut *mut sqs_decoder,
    error: *mut sqs_error,
) -> sqs_status {
    let parsed = || {
        let (options, _) = parse(options)?;
        Ok((needed(&options)?, options))
    };
    let given = Region::structure("options", options);
    let setup = Setup { memory, bytes: memory_bytes, options: given, handle: decoder, error };
    init(setup, parsed, |head, options, rest| {
        let core = Decoder::new(options, DecodeMemory::carve(&mut Carver::new(rest)?, &options.memory()?)?)?;
        Ok(sqs_decoder { head, core })
    })
}

/// Consumes bytes of the stream and writes bytes of the original, until either buffer is exhausted.
///
/// Input and output may be cut anywhere, down to a byte. The bytes that a call writes are contiguous in the original,
/// from offset. With #SQS_DECODE_RECOVER, missing bytes are skipped and a frame may come late: offset then jumps from
/// call to call. Does not allocate.
///
/// With #SQS_END the stream is complete, and consumed_bytes ends with its end frame: what follows in the input is not
/// consumed. After damage the decoder may have consumed some of it in earlier calls; used_bytes of sqs_decoder_stats()
/// is always exact. If bytes are missing when the end frame comes, late frames are searched up to the end of the input.
///
/// @param[in]  decoder         handle
/// @param[in]  in              bytes of the stream; may be NULL if in_bytes is 0
/// @param[in]  in_bytes        size of in
/// @param[out] consumed_bytes  bytes of in consumed; always written
/// @param[out] out             buffer for the original; may be NULL if out_bytes is 0
/// @param[in]  out_bytes       size of out
/// @param[out] written_bytes   bytes of out written; always written
/// @param[out] offset          position in the original of the first byte written; may be NULL
/// @param[in]  flow            #SQS_FLOW_CONTINUE, or #SQS_FLOW_END: this is the end of the input
/// @retval SQS_OK            all input was consumed and all output written; more input is needed
/// @retval SQS_AGAIN         call again with more room, the rest of the input and the same flow
/// @retval SQS_END           the stream is complete, or the input has ended
/// @retval SQS_ERR_DAMAGED   without #SQS_DECODE_RECOVER: the stream is damaged or incomplete; what was written before
///                           is valid, and every further call returns this status
/// @retval SQS_ERR_FORMAT    the input is not an encoded stream, or of another version; the detail has what it is
/// @retval SQS_ERR_LIMIT     a frame is larger than max_frame_bytes, or refers to more than history_bytes
/// @retval SQS_ERR_RANGE     the original ends before options->first
/// @retval SQS_ERR_OVERLAP   in, out, offset, a count and the memory of the decoder overlap
/// @retval SQS_ERR_ARGUMENT  the handle is not valid, a pointer is NULL, or the flow does not exist or is
///                           #SQS_FLOW_FLUSH
/// @retval SQS_ERR_ALIGN     consumed_bytes, written_bytes or offset is misaligned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decoder_step(
    decoder: *mut sqs_decoder,
    r#in: *const c_void,
    in_bytes: usize,
    consumed_bytes: *mut usize,
    out: *mut c_void,
    out_bytes: usize,
    written_bytes: *mut usize,
    offset: *mut u64,
    flow: u32,
) -> sqs_status {
    let (input, output) = ((r#in, in_bytes, consumed_bytes), (out, out_bytes, written_bytes));
    // SAFETY: pointers and sizes are the caller's.
    unsafe {
        step(decoder, (input, output), (Region::value("offset", offset), false), flow, |d, input, output, flow| {
            let offset = Out::or_null("offset", offset)?;
            if flow == Flow::Flush {
                return Err(Error::new(
                    Status::Argument,
                    "flow is SQS_FLOW_FLUSH, but a decoder holds nothing back: use SQS_FLOW_CONTINUE",
                ));
            }
            let step = d.core.step(input, output, flow)?;
            offset.set(step.offset);
            Ok(Stepped { consumed: step.consumed, written: step.written, status: status_of(step.progress) })
        })
    }
}

/// Returns the statistics of a decoder so far, damage included. Does not allocate.
///
/// @param[in]  decoder  handle
/// @param[out] stats    the statistics; struct_size set by the caller
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     the handle is not valid, or stats is NULL
/// @retval SQS_ERR_ALIGN        stats is misaligned
/// @retval SQS_ERR_STRUCT_SIZE  stats->struct_size is not valid
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decoder_stats(decoder: *mut sqs_decoder, stats: *mut sqs_codec_stats) -> sqs_status {
    with(decoder, &[], |d, call| {
        call.claim(&[Region::structure("stats", stats)], &[])?;
        structs::writable(stats)?;
        let value = decoded(&d.core);
        write_stats(stats, sqs_codec_stats { peak_bytes: d.head.bytes, ..value })?;
        Ok(Status::Ok)
    })
}

/// Copies the ranges of the original that are missing so far, in ascending order; complete after #SQS_END.
///
/// @param[in]  decoder   handle
/// @param[out] ranges    the ranges; NULL with a capacity of 0
/// @param[in]  capacity  number of ranges that fit
/// @param[out] count     number of missing ranges; always written
/// @retval SQS_OK
/// @retval SQS_ERR_SPACE     only the first capacity ranges were copied
/// @retval SQS_ERR_ARGUMENT  the handle is not valid, or a pointer is NULL
/// @retval SQS_ERR_ALIGN     a pointer is misaligned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decoder_missing(
    decoder: *mut sqs_decoder,
    ranges: *mut sqs_range,
    capacity: usize,
    count: *mut usize,
) -> sqs_status {
    with(decoder, &[Region::value("count", count)], |d, call| {
        call.claim(&[Region::array("ranges", ranges, capacity)], &[])?;
        let out = Out::new("count", count)?;
        let holes = d.core.missing();
        let n = holes.ranges().len();
        out.set(n);
        if capacity > 0 {
            structs::usable("ranges", ranges.cast_const())?;
        }
        write_missing(ranges, capacity, holes);
        if capacity < n {
            let text = "ranges has room for {b}, {a} are missing: raise capacity";
            return Err(Error::new(Status::Space, text).a(checked::count(n)).b(checked::count(capacity)));
        }
        Ok(Status::Ok)
    })
}

/// Copies the detail of the last error of a decoder, zero-terminated.
///
/// @param[in]  decoder         handle
/// @param[out] buffer          the text, cut if it does not fit; NULL with a capacity of 0
/// @param[in]  capacity_bytes  size of buffer in bytes
/// @param[out] needed_bytes    size of the whole text with its zero, in bytes; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_SPACE     the text was cut
/// @retval SQS_ERR_ARGUMENT  the handle is not valid, or buffer is NULL with a capacity above 0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decoder_error_detail(
    decoder: *const sqs_decoder,
    buffer: *mut c_char,
    capacity_bytes: usize,
    needed_bytes: *mut usize,
) -> sqs_status {
    error_detail(decoder, buffer, capacity_bytes, needed_bytes)
}
