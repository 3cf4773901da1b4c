//! The library, as this program sees it: a safe wrapper over its C functions. All `unsafe` of the program is here, and
//! nothing else in it touches the library (a test holds both).

mod codec;
mod config;
mod pipeline;
mod samples;
mod stages;

pub(crate) use codec::*;
pub(crate) use config::{Config, Costs, Mode, OFF, Plan, Registered, Stats};
pub(crate) use pipeline::{Order, Param, Pipeline, Rows, Stage};
pub(crate) use samples::Samples;
pub(crate) use stages::{Custom, Made, Shape, Sight, complex, from};

use core::ffi::{CStr, c_char};
use sqrtspace::ffi::*;
use std::fmt;

/// A call that failed: what the library says about it.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// The status, below zero.
    pub(crate) status: i32,
    /// The line of English for the status.
    pub(crate) meaning: String,
    /// The detail, or what a source of this program has to say.
    pub(crate) detail: String,
}

impl Failure {
    fn new(status: i32, detail: String) -> Failure {
        // SAFETY: the text is static and never NULL.
        let meaning = unsafe { CStr::from_ptr(sqs_status_text(status)) };
        Failure { status, meaning: meaning.to_string_lossy().into_owned(), detail }
    }

    /// True where a stream wants more memory than it was allowed.
    pub(crate) fn is_limit(&self) -> bool {
        self.status == SQS_ERR_LIMIT
    }

    /// True where the stream is damaged or was cut off.
    pub(crate) fn is_damage(&self) -> bool {
        self.status == SQS_ERR_DAMAGED
    }

    /// True where the memory budget was too small.
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

type Result<T> = std::result::Result<T, Failure>;

/// A place for the details of a call without a handle.
fn no_error() -> sqs_error {
    sqs_error { struct_size: size_of::<sqs_error>() as u32, status: 0, os_errno: 0, text: [0; 160] }
}

/// Text that the library wrote: it closes it with a zero, and the room for it starts as an empty one.
fn text_of(text: &[c_char]) -> String {
    // SAFETY: closed with a zero.
    unsafe { CStr::from_ptr(text.as_ptr()) }.to_string_lossy().into_owned()
}

/// Version of the library, after the check that its interface is the one this program was built for.
pub(crate) fn version() -> Result<String> {
    // SAFETY: functions without preconditions; the text is static.
    unsafe {
        let status = sqs_abi_check(SQS_ABI_VERSION);
        if status != SQS_OK {
            return Err(Failure::new(status, String::new()));
        }
        Ok(CStr::from_ptr(sqs_version()).to_string_lossy().into_owned())
    }
}
