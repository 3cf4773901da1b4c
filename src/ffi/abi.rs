//! Version of the binary interface.

use super::status::sqs_status;
use crate::status::Status;

/// Version of the binary interface that this header describes: major * 1000 + minor.
pub const SQS_ABI_VERSION: u32 = 1000;

/// Returns the ABI version of the library, in the form of #SQS_ABI_VERSION.
///
/// May be called from callbacks.
///
/// @return major * 1000 + minor
/// @see sqs_abi_check()
#[unsafe(no_mangle)]
pub extern "C" fn sqs_abi_version() -> u32 {
    SQS_ABI_VERSION
}

/// Checks that a program and the library that it is linked to fit together.
///
/// Call it once at start, as `sqs_abi_check(SQS_ABI_VERSION)`. They fit if the major versions are equal and the library
/// is not older than the header. May be called from callbacks.
///
/// @param[in] header_abi  #SQS_ABI_VERSION of the header that the program was compiled with
/// @retval SQS_OK       they fit
/// @retval SQS_ERR_ABI  the major versions differ, or the library is older than the header
#[unsafe(no_mangle)]
pub extern "C" fn sqs_abi_check(header_abi: u32) -> sqs_status {
    let same_major = header_abi / 1000 == SQS_ABI_VERSION / 1000;
    let fits = same_major && header_abi <= SQS_ABI_VERSION;
    if fits { Status::Ok.code() } else { Status::Abi.code() }
}
