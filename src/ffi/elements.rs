//! Element types, and constants of the whole interface.

use crate::dtype::Dtype;
use crate::status::{Error, Result, Status};

/// @name Element types
///
/// Signed 8-bit integer.
pub const SQS_I8: u32 = 1;
/// Unsigned 8-bit integer.
pub const SQS_U8: u32 = 2;
/// Signed 16-bit integer.
pub const SQS_I16: u32 = 3;
/// Unsigned 16-bit integer.
pub const SQS_U16: u32 = 4;
/// Signed 32-bit integer.
pub const SQS_I32: u32 = 5;
/// Unsigned 32-bit integer.
pub const SQS_U32: u32 = 6;
/// Signed 64-bit integer.
pub const SQS_I64: u32 = 7;
/// IEEE 754 single precision.
pub const SQS_F32: u32 = 8;
/// IEEE 754 double precision.
pub const SQS_F64: u32 = 9;
/// Complex number: two IEEE 754 single-precision floats, real part first.
pub const SQS_C32: u32 = 10;

/// @name Byte order of samples in files
///
/// Low byte first.
pub const SQS_LITTLE_ENDIAN: u32 = 0;
/// High byte first.
pub const SQS_BIG_ENDIAN: u32 = 1;

/// @name Limits and special values
///
/// Count: all to the end.
pub const SQS_ALL: u64 = u64::MAX;
/// Config: switches a feature off where zero selects its default.
pub const SQS_OFF: u64 = u64::MAX;
/// Maximum length of the name of a stage or input, in bytes without the terminating zero.
pub const SQS_NAME_LEN: u32 = 31;
/// Maximum number of edges of one stage.
pub const SQS_MAX_FAN_IN: u32 = 16;
/// Maximum number of inputs of a pipeline.
pub const SQS_MAX_INPUTS: u32 = 8;
/// Maximum number of requests of a plan.
pub const SQS_MAX_REQUESTS: u32 = 16;

/// The element type of an ABI number; zero is `default`, if one exists.
pub(super) fn dtype(code: u32, default: Option<Dtype>) -> Result<Dtype> {
    let found = if code == 0 { default } else { Dtype::from_code(code) };
    found.ok_or_else(|| Error::new(Status::Argument, "element type {a} is unknown: use SQS_I8 to SQS_C32").a(code))
}
