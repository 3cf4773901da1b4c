//! Errors of the library, and the text that it writes.

use core::ffi::{CStr, c_char};
use sqrtspace::ffi::*;
use std::fmt;

/// A failed call: its status, the library's text for the status, and the detail.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// The status, below zero.
    pub(crate) status: i32,
    /// The text of `sqs_status_text`.
    pub(crate) meaning: String,
    /// The detail from the library, or the message of a callback of this program.
    pub(crate) detail: String,
}

impl Failure {
    pub(super) fn new(status: i32, detail: String) -> Failure {
        // SAFETY: the text is static and never NULL.
        let meaning = unsafe { CStr::from_ptr(sqs_status_text(status)) };
        Failure { status, meaning: meaning.to_string_lossy().into_owned(), detail }
    }

    /// The failure for a path that contains a NUL byte.
    pub(super) fn nul_in_path() -> Failure {
        Failure::new(SQS_ERR_NAME, "the path contains a NUL byte".into())
    }

    /// True if a stream needs more memory than its limits allow.
    pub(crate) fn is_limit(&self) -> bool {
        self.status == SQS_ERR_LIMIT
    }

    /// True if the stream is damaged or truncated.
    pub(crate) fn is_damage(&self) -> bool {
        self.status == SQS_ERR_DAMAGED
    }

    /// True if the memory budget is too small.
    pub(crate) fn is_budget(&self) -> bool {
        self.status == SQS_ERR_BUDGET
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (status {})", self.meaning, self.status)?;
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

pub(super) type Result<T> = std::result::Result<T, Failure>;

/// An empty error struct for a call that has no handle.
pub(super) fn no_error() -> sqs_error {
    sqs_error { struct_size: size_of::<sqs_error>() as u32, status: 0, os_errno: 0, text: [0; 160] }
}

/// The NUL-terminated text in a buffer that the library wrote. The buffer is zeroed before the call.
pub(super) fn text_of(text: &[c_char]) -> String {
    // SAFETY: the library terminates its text, and an unwritten buffer is all zeros.
    unsafe { CStr::from_ptr(text.as_ptr()) }.to_string_lossy().into_owned()
}
