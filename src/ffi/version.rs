//! Version of the library.

use core::ffi::{CStr, c_char};

/// Returns the version of the library as text, "major.minor.patch".
///
/// May be called from callbacks.
///
/// @return static text, never NULL
/// @see sqs_abi_check()
#[unsafe(no_mangle)]
pub extern "C" fn sqs_version() -> *const c_char {
    const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(v) => v,
        Err(_) => c"",
    };
    VERSION.as_ptr()
}
