//! Versions and status texts.

use super::types::{SQS_ABI_VERSION, sqs_status};
use crate::status::Status;
use core::ffi::{CStr, c_char};

/// Version of the library as text: "major.minor.patch". Static, never NULL. Callbacks may call it.
#[unsafe(no_mangle)]
pub extern "C" fn sqs_version() -> *const c_char {
    const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(v) => v,
        Err(_) => c"",
    };
    VERSION.as_ptr()
}

/// ABI version of the library, to compare with SQS_ABI_VERSION of the header. Callbacks may call it.
#[unsafe(no_mangle)]
pub extern "C" fn sqs_abi_version() -> u32 {
    SQS_ABI_VERSION
}

/// Tells whether a program compiled with a header of version header_abi can use this library: call it once at start as
/// sqs_abi_check(SQS_ABI_VERSION). Callbacks may call it.
///
/// Returns SQS_OK: the same major version, and a library not older than the header; SQS_ERR_ABI otherwise.
#[unsafe(no_mangle)]
pub extern "C" fn sqs_abi_check(header_abi: u32) -> sqs_status {
    let same_major = header_abi / 1000 == SQS_ABI_VERSION / 1000;
    let fits = same_major && header_abi <= SQS_ABI_VERSION;
    if fits { Status::Ok.code() } else { Status::Abi.code() }
}

/// One line of English for a status. Static, never NULL: an unknown number gives "unknown status". Callbacks may call it.
#[unsafe(no_mangle)]
pub extern "C" fn sqs_status_text(status: sqs_status) -> *const c_char {
    let text = match status {
        0 => c"ok",
        1 => c"not now: try again after pushing, pulling or stepping",
        2 => c"the end: nothing more will come",
        -1 => c"an argument is missing or out of range",
        -2 => c"struct_size is too small",
        -3 => c"not supported by this build or version",
        -4 => c"header and library versions differ",
        -5 => c"the call does not fit the state of the handle",
        -6 => c"called from inside a callback of the same handle",
        -7 => c"the handle met an internal fault and waits for a reset",
        -8 => c"a name is unknown, taken, empty or too long",
        -9 => c"a table is full",
        -10 => c"a size or position is too large",
        -11 => c"not enough memory",
        -12 => c"a pointer is misaligned",
        -13 => c"a buffer lies in memory of the pipeline",
        -14 => c"the memory budget is too small",
        -15 => c"the pipeline was not sealed for this request",
        -16 => c"outside of what there is",
        -17 => c"the samples needed have left the input ring",
        -18 => c"stored data is corrupt",
        -19 => c"a callback failed",
        -20 => c"input or output failed",
        -21 => c"encoded data is damaged",
        -22 => c"the format is not known",
        -23 => c"cancelled",
        -24 => c"the stages do not fit together",
        -25 => c"the output buffer is too short",
        -26 => c"internal fault of the library",
        _ => c"unknown status",
    };
    text.as_ptr()
}
