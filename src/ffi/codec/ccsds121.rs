//! CCSDS 121.0-B-3 bitstreams without a container.

use super::ccsds121_params::{read, sqs_ccsds121_params};
use super::coder::{Head, Setup, Stepped, error_detail, handle, handle_bytes, init, memory_size, step};
use crate::codec::Flow;
use crate::codec::ccsds121::{Decoder, Encoder, worst_case_bytes};
use crate::ffi::regions::Region;
use crate::ffi::status::{sqs_error, sqs_status, without_handle};
use crate::ffi::structs::Out;
use crate::status::{Error, Result, Status};
use core::ffi::{c_char, c_void};

/// An encoder or decoder of CCSDS 121.0-B-3 in memory of the caller. Opaque. It needs no delete.
pub struct sqs_ccsds121 {
    head: Head,
    core: Core,
    failed: Option<Error>,
}
handle!(sqs_ccsds121, 0x5351_5331);

#[allow(clippy::large_enum_variant, reason = "in memory of the caller, of the size of the larger one")]
enum Core {
    Encoder(Encoder),
    Decoder(Decoder),
}

/// Computes size and alignment of the memory of a CCSDS 121 encoder or decoder: exactly the size needed, whatever the
/// parameters.
///
/// @param[out] bytes  size in bytes
/// @param[out] align  alignment in bytes
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT  a pointer is NULL
/// @retval SQS_ERR_ALIGN     a pointer is misaligned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_ccsds121_bytes(bytes: *mut usize, align: *mut usize) -> sqs_status {
    memory_size(Region::NONE, bytes, align, || Ok(handle_bytes::<sqs_ccsds121>()))
}

/// Computes the maximum size of an encoded bitstream.
///
/// @param[in]  params   parameters
/// @param[in]  samples  number of samples
/// @param[out] bytes    maximum size in bytes
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT     a pointer is NULL, or a parameter is out of range
/// @retval SQS_ERR_OVERFLOW     the size does not fit the address space
/// @retval SQS_ERR_ALIGN        a pointer is misaligned
/// @retval SQS_ERR_STRUCT_SIZE  params->struct_size is not valid
/// @retval SQS_ERR_UNSUPPORTED  fields are set that this version does not know
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_ccsds121_max_encoded_bytes(
    params: *const sqs_ccsds121_params,
    samples: usize,
    bytes: *mut usize,
) -> sqs_status {
    without_handle(core::ptr::null_mut(), |call| {
        call.claim(&[Region::value("bytes", bytes)], &[Region::structure("params", params)])?;
        let bytes = Out::new("bytes", bytes)?;
        bytes.set(worst_case_bytes(&read(params)?, samples)?);
        Ok(Status::Ok)
    })
}

/// Sets up an encoder or decoder.
fn start(setup: Setup<sqs_ccsds121>, core: impl FnOnce() -> Result<Core>) -> sqs_status {
    let parsed = || Ok((handle_bytes::<sqs_ccsds121>(), core()?));
    init(setup, parsed, |head, core, _| Ok(sqs_ccsds121 { head, core, failed: None }))
}

/// Sets up an encoder of CCSDS 121.0-B-3 in memory of the caller.
///
/// It writes the bitstream of the standard without a container, bit for bit that of libaec. Keep the parameters and the
/// number of samples with it. (sqs_encoder_init() with #SQS_CODEC_CCSDS121 writes the same bitstreams into frames that
/// contain both and survive damage.) Never allocates.
///
/// @param[in]  memory        memory, the coder's until the bitstream is done
/// @param[in]  memory_bytes  size of memory in bytes, at least what sqs_ccsds121_bytes() returns
/// @param[in]  params        parameters; copied
/// @param[out] coder         the handle, which lies in memory
/// @param[out] error         details of an error; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_MEMORY       memory is too small; the detail gives both sizes
/// @retval SQS_ERR_ALIGN        memory is not aligned as sqs_ccsds121_bytes() returns, or a pointer is misaligned
/// @retval SQS_ERR_ARGUMENT     a pointer is NULL, or a parameter is out of range
/// @retval SQS_ERR_STRUCT_SIZE  params->struct_size is not valid
/// @retval SQS_ERR_UNSUPPORTED  fields are set that this version does not know
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_ccsds121_encoder_init(
    memory: *mut c_void,
    memory_bytes: usize,
    params: *const sqs_ccsds121_params,
    coder: *mut *mut sqs_ccsds121,
    error: *mut sqs_error,
) -> sqs_status {
    let options = Region::structure("params", params);
    let setup = Setup { memory, bytes: memory_bytes, options, handle: coder, error };
    start(setup, || Ok(Core::Encoder(Encoder::new(&read(params)?)?)))
}

/// Sets up a decoder of CCSDS 121.0-B-3 in memory of the caller.
///
/// The standard has no checksum: damage that leaves a valid bitstream gives wrong samples. Never allocates.
///
/// @param[in]  memory        memory, the coder's until the bitstream is done
/// @param[in]  memory_bytes  size of memory in bytes, at least what sqs_ccsds121_bytes() returns
/// @param[in]  params        parameters of the encoder; copied
/// @param[in]  samples       number of samples
/// @param[out] coder         the handle, which lies in memory
/// @param[out] error         details of an error; may be NULL
/// @return the statuses of sqs_ccsds121_encoder_init()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_ccsds121_decoder_init(
    memory: *mut c_void,
    memory_bytes: usize,
    params: *const sqs_ccsds121_params,
    samples: u64,
    coder: *mut *mut sqs_ccsds121,
    error: *mut sqs_error,
) -> sqs_status {
    let options = Region::structure("params", params);
    let setup = Setup { memory, bytes: memory_bytes, options, handle: coder, error };
    start(setup, || Ok(Core::Decoder(Decoder::new(&read(params)?, samples)?)))
}

/// Encodes or decodes until either buffer is exhausted.
///
/// Input and output may be cut anywhere, down to a byte. Samples are in containers of 1 byte for up to 8 bits, 2 for up
/// to 16, else 4 (3 with #SQS_CCSDS121_3BYTE and up to 24 bits), little-endian without #SQS_CCSDS121_MSB; signed
/// samples are sign-extended, unsigned ones zero-extended. Without #SQS_CCSDS121_PREPROCESS samples are coded as
/// unsigned numbers: with #SQS_CCSDS121_SIGNED sign-extended ones are accepted, and come back zero-extended. Does not
/// allocate.
///
/// @param[in]  coder           handle
/// @param[in]  in              input; may be NULL if in_bytes is 0
/// @param[in]  in_bytes        size of in
/// @param[out] consumed_bytes  bytes of in consumed; always written. A decoder consumes nothing after the last sample
/// @param[out] out             buffer for the output; may be NULL if out_bytes is 0
/// @param[in]  out_bytes       size of out
/// @param[out] written_bytes   bytes of out written; always written
/// @param[in]  flow            #SQS_FLOW_CONTINUE, or #SQS_FLOW_END: this is the end of the input
/// @retval SQS_OK            all input was consumed; more is needed
/// @retval SQS_AGAIN         call again with more room, the rest of the input and the same flow
/// @retval SQS_END           all output was written
/// @retval SQS_ERR_RANGE     encoding: a sample does not fit its bits
/// @retval SQS_ERR_DAMAGED   decoding: the input ends early, or is not a bitstream of the standard; every further call
///                           returns this status
/// @retval SQS_ERR_OVERLAP   in, out, a count and the memory of the coder overlap
/// @retval SQS_ERR_ARGUMENT  the handle is not valid, a pointer is NULL, the flow does not exist or is #SQS_FLOW_FLUSH,
///                           or encoding: the input ends within a sample
/// @retval SQS_ERR_ALIGN     consumed_bytes or written_bytes is misaligned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_ccsds121_step(
    coder: *mut sqs_ccsds121,
    r#in: *const c_void,
    in_bytes: usize,
    consumed_bytes: *mut usize,
    out: *mut c_void,
    out_bytes: usize,
    written_bytes: *mut usize,
    flow: u32,
) -> sqs_status {
    let (input, output) = ((r#in, in_bytes, consumed_bytes), (out, out_bytes, written_bytes));
    // SAFETY: pointers and sizes are the caller's.
    unsafe { step(coder, (input, output), (Region::NONE, false), flow, run) }
}

/// A step of the coder; a failure repeats.
fn run(c: &mut sqs_ccsds121, input: &[u8], output: &mut [u8], flow: Flow) -> Result<Stepped> {
    if flow == Flow::Flush {
        return Err(Error::new(
            Status::Argument,
            "flow is SQS_FLOW_FLUSH, but incomplete blocks cannot be flushed: use SQS_FLOW_END",
        ));
    }
    let last = flow == Flow::End;
    if let Some(e) = c.failed {
        return Err(e);
    }
    let step = match &mut c.core {
        Core::Encoder(e) => e.step(input, output, last),
        Core::Decoder(d) => d.step(input, output).and_then(|step| {
            // All input is consumed and room remains: the missing samples will never come.
            let idle = step.consumed == input.len() && step.produced < output.len();
            let early = Error::new(
                Status::Damaged,
                "the CCSDS 121 bitstream ends before its last sample: give all of it, or lower samples",
            );
            if last && idle && !step.done { Err(early) } else { Ok(step) }
        }),
    };
    let step = step.inspect_err(|e| c.failed = Some(*e))?;
    let room = step.produced < output.len() || output.is_empty();
    let status = match step.done {
        true => Status::End,
        false if !last && room && step.consumed == input.len() => Status::Ok,
        false => Status::Again,
    };
    Ok(Stepped { consumed: step.consumed, written: step.produced, status })
}

/// Copies the detail of the last error of a CCSDS 121 coder, zero-terminated.
///
/// @param[in]  coder           handle
/// @param[out] buffer          the text, cut if it does not fit; NULL with a capacity of 0
/// @param[in]  capacity_bytes  size of buffer in bytes
/// @param[out] needed_bytes    size of the whole text with its zero, in bytes; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_SPACE     the text was cut
/// @retval SQS_ERR_ARGUMENT  the handle is not valid, or buffer is NULL with a capacity above 0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_ccsds121_error_detail(
    coder: *const sqs_ccsds121,
    buffer: *mut c_char,
    capacity_bytes: usize,
    needed_bytes: *mut usize,
) -> sqs_status {
    error_detail(coder, buffer, capacity_bytes, needed_bytes)
}
