//! Parameters of a CCSDS 121.0-B-3 bitstream.

use crate::codec::ccsds121::Params;
use crate::ffi::structs::{self, versioned};
use crate::status::{Error, Result, Status};

/// @name Flags of CCSDS 121. Their numbers are libaec's
///
/// Samples are in two's complement.
pub const SQS_CCSDS121_SIGNED: u32 = 1;
/// Samples of 17 to 24 bits occupy three bytes instead of four.
pub const SQS_CCSDS121_3BYTE: u32 = 2;
/// Samples are big-endian in memory. The bitstream is the same.
pub const SQS_CCSDS121_MSB: u32 = 4;
/// Code differences to the previous sample. Without it the samples themselves are coded, as unsigned numbers.
pub const SQS_CCSDS121_PREPROCESS: u32 = 8;
/// The restricted set of code options, for at most 4 bits.
pub const SQS_CCSDS121_RESTRICTED: u32 = 16;
/// Pad every reference sample interval to a whole byte; not in the standard.
pub const SQS_CCSDS121_PAD_RSI: u32 = 32;
/// Allow any even block length up to 256; not in the standard.
pub const SQS_CCSDS121_NOT_ENFORCE: u32 = 64;

/// Parameters of a CCSDS 121.0-B-3 bitstream, which does not contain them.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct sqs_ccsds121_params {
    /// sizeof(sqs_ccsds121_params).
    pub struct_size: u32,
    /// n: bits of a sample, 1 to 32.
    pub bits: u32,
    /// J: samples of a block: 8, 16, 32 or 64.
    pub block: u32,
    /// r: blocks from one reference sample to the next, 1 to 4096.
    pub rsi: u32,
    /// Sum of SQS_CCSDS121_* flags.
    pub flags: u32,
    /// 0.
    pub reserved: u32,
}
versioned!(sqs_ccsds121_params);

/// Reads the caller's parameters.
pub(super) fn read(p: *const sqs_ccsds121_params) -> Result<Params> {
    let p = structs::read(p)?;
    if p.reserved != 0 {
        return Err(Error::new(Status::Unsupported, "sqs_ccsds121_params.reserved is {a}: set it to 0").a(p.reserved));
    }
    params(p.bits, p.block, p.rsi, p.flags)
}

/// Converts parameters to the Rust types.
pub(super) fn params(bits: u32, block: u32, rsi: u32, flags: u32) -> Result<Params> {
    let small = |v: u32| u16::try_from(v).ok();
    let text = "CCSDS 121: {a} bits in blocks of {b} samples, not 1 to 32 in 8, 16, 32 or 64";
    let (Ok(n), Some(j), Some(r)) = (u8::try_from(bits), small(block), small(rsi)) else {
        return Err(Error::new(Status::Argument, text).a(bits).b(block));
    };
    Params::from_flags(n, j, r, flags)
}
