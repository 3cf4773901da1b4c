//! CCSDS 121.0-B-3 as it is: coded samples without a container.

use super::area::given;
use super::handle::{Head, check, detail_of, handle, place, place_bytes, spans};
use super::options::flow_of;
use super::types::*;
use crate::codec::Flow;
use crate::codec::ccsds121::{Decoder, Encoder, Params, worst_case_bytes};
use crate::ffi::codec::options::params;
use crate::ffi::handle::without;
use crate::ffi::structs;
use crate::ffi::structs::put_text;
use crate::ffi::types::*;
use crate::limits::AREA_ALIGN;
use crate::status::{Error, Result, Status};
use core::ffi::{c_char, c_void};

/// A coder or decoder of CCSDS 121.0-B-3, in memory of the caller. Opaque. There is nothing to delete.
pub struct sqs_ccsds121 {
    head: Head,
    core: Core,
    failed: Option<Error>,
}

#[allow(clippy::large_enum_variant, reason = "lies in memory of the caller, which is told for the larger one")]
enum Core {
    Encoder(Encoder),
    Decoder(Decoder),
}

fn read(p: *const sqs_ccsds121_params) -> Result<Params> {
    let p = structs::read(p)?;
    if p.reserved != 0 {
        return Err(Error::new(Status::Unsupported, "sqs_ccsds121_params: fields unknown to this version"));
    }
    params(p.bits, p.block, p.rsi, p.flags)
}

/// Tells size and alignment of the memory that sqs_ccsds121_encoder_init and sqs_ccsds121_decoder_init need: exactly this suffices,
/// whatever the parameters.
///
/// Returns SQS_OK; SQS_ERR_ARGUMENT: NULL; SQS_ERR_ALIGN: a pointer is misaligned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_ccsds121_bytes(bytes: *mut usize, align: *mut usize) -> sqs_status {
    without(core::ptr::null_mut(), || {
        structs::usable(bytes.cast_const())?;
        structs::usable(align.cast_const())?;
        // SAFETY: checked above.
        unsafe {
            bytes.write(place_bytes::<sqs_ccsds121>());
            align.write(AREA_ALIGN);
        }
        Ok(Status::Ok)
    })
}

/// Tells the most bytes that so many samples can become.
///
/// Returns SQS_OK; SQS_ERR_ARGUMENT: NULL or a parameter out of range; SQS_ERR_OVERFLOW: more than the address space
/// holds; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED; SQS_ERR_ALIGN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_ccsds121_max_encoded_bytes(
    params: *const sqs_ccsds121_params,
    samples: usize,
    bytes: *mut usize,
) -> sqs_status {
    without(core::ptr::null_mut(), || {
        structs::usable(bytes.cast_const())?;
        let most = worst_case_bytes(&read(params)?, samples)?;
        // SAFETY: checked above.
        unsafe { bytes.write(most) };
        Ok(Status::Ok)
    })
}

fn start(
    memory: *mut c_void,
    bytes: usize,
    out: *mut *mut sqs_ccsds121,
    core: impl FnOnce() -> Result<Core>,
) -> Result<Status> {
    structs::usable(out.cast_const())?;
    let core = core()?;
    let need = place_bytes::<sqs_ccsds121>();
    // SAFETY: the caller gives the memory to the coder.
    let (place, _) = place::<sqs_ccsds121>(unsafe { given(memory, bytes, need)? })?;
    let handle = place.write(sqs_ccsds121 { head: Head::new::<sqs_ccsds121>(need), core, failed: None });
    // SAFETY: checked above.
    unsafe { out.write(handle) };
    Ok(Status::Ok)
}

/// Makes a coder of CCSDS 121.0-B-3 in memory of the caller: the bitstream of the standard, bit for bit as libaec has it,
/// without a container. Whoever stores it keeps the parameters and the number of samples beside it. sqs_encoder_init with
/// SQS_CODEC_CCSDS121 puts the same into frames that tell all of it and stand damage. Nothing is allocated.
///
/// memory: bytes bytes, as sqs_ccsds121_bytes tells, aligned as it tells. coder: the handle, which lies in it. error:
/// NULL, or where to put the detail.
/// Returns SQS_OK; SQS_ERR_ARGUMENT: NULL or a parameter out of range; SQS_ERR_MEMORY: the memory is too small;
/// SQS_ERR_ALIGN; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_ccsds121_encoder_init(
    memory: *mut c_void,
    bytes: usize,
    params: *const sqs_ccsds121_params,
    coder: *mut *mut sqs_ccsds121,
    error: *mut sqs_error,
) -> sqs_status {
    without(error, || start(memory, bytes, coder, || Ok(Core::Encoder(Encoder::new(&read(params)?)?))))
}

/// Makes a decoder of so many samples of CCSDS 121.0-B-3 in memory of the caller. Nothing is allocated. The standard has
/// no checksum: damage that leaves a valid stream gives other samples.
///
/// memory, bytes, coder, error: as for sqs_ccsds121_encoder_init. params: those of the coder.
/// Returns what sqs_ccsds121_encoder_init returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_ccsds121_decoder_init(
    memory: *mut c_void,
    bytes: usize,
    params: *const sqs_ccsds121_params,
    samples: u64,
    coder: *mut *mut sqs_ccsds121,
    error: *mut sqs_error,
) -> sqs_status {
    without(error, || start(memory, bytes, coder, || Ok(Core::Decoder(Decoder::new(&read(params)?, samples)?))))
}

/// Codes or decodes, as far as input and output reach; any cut of either is fine, down to a byte. Does not allocate.
/// Samples lie in containers of 1 byte for up to 8 bits, 2 for up to 16, else 4 (3 with SQS_CCSDS121_3BYTE and up to 24
/// bits), little-endian without SQS_CCSDS121_MSB; signed ones sign-extended, others padded with zeros.
///
/// in: in_bytes bytes, NULL if none. consumed: how many were taken: a decoder leaves alone what is behind the last sample.
/// out: out_bytes bytes of room, NULL if none. written: how many were put there; both are always written.
/// flow: SQS_FLOW_CONTINUE, or SQS_FLOW_END: this is all the input.
/// Returns SQS_OK: all input was taken, more is needed; SQS_AGAIN: call again with more room, the rest of the input and
/// the same flow; SQS_END: all is put out; SQS_ERR_RANGE: coding, a sample does not fit its bits; SQS_ERR_DAMAGED:
/// decoding, the input ends early, or no coder makes it; every further call says the same; SQS_ERR_OVERLAP;
/// SQS_ERR_ARGUMENT: NULL, no coder, no such flow, or coding, the end within a sample.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_ccsds121_step(
    coder: *mut sqs_ccsds121,
    r#in: *const c_void,
    in_bytes: usize,
    consumed: *mut usize,
    out: *mut c_void,
    out_bytes: usize,
    written: *mut usize,
    flow: u32,
) -> sqs_status {
    check(coder, |c| {
        // SAFETY: pointers and sizes are the caller's; overlaps are refused.
        let (input, output) =
            unsafe { spans((coder.cast(), c.head.bytes), (r#in, in_bytes, consumed), (out, out_bytes, written))? };
        if flow == SQS_FLOW_FLUSH {
            return Err(Error::new(Status::Argument, "blocks cannot be cut short to be flushed"));
        }
        let last = flow_of(flow)? == Flow::End;
        if let Some(e) = c.failed {
            return Err(e);
        }
        let step = match &mut c.core {
            Core::Encoder(e) => e.step(input, output, last),
            Core::Decoder(d) => d.step(input, output).and_then(|step| {
                // All input is taken and there is room: the samples that are missing never come.
                let idle = step.consumed == input.len() && step.produced < output.len();
                let early = Error::new(Status::Damaged, "coded samples end early");
                if last && idle && !step.done { Err(early) } else { Ok(step) }
            }),
        };
        let step = step.inspect_err(|e| c.failed = Some(*e))?;
        // SAFETY: checked by `spans`.
        unsafe {
            consumed.write(step.consumed);
            written.write(step.produced);
        }
        let room = step.produced < output.len() || output.is_empty();
        Ok(match step.done {
            true => Status::End,
            false if !last && room && step.consumed == input.len() => Status::Ok,
            false => Status::Again,
        })
    })
}

/// Copies the detail of the last error of this coder; see sqs_pipeline_error_detail.
///
/// Returns SQS_OK; SQS_ERR_SPACE: the text was cut; SQS_ERR_ARGUMENT: no coder, or buf is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_ccsds121_error_detail(
    coder: *const sqs_ccsds121,
    buf: *mut c_char,
    cap: usize,
    need: *mut usize,
) -> sqs_status {
    detail_of(coder).map_or_else(Status::code, |text| put_text(&text, buf, cap, need))
}

handle!(sqs_ccsds121, 0x5351_5331);
