//! Statuses, their texts, and the error struct of calls without a handle.

use super::regions::{Call, NOTHING, Region};
use crate::status::{Error, Result, Status};
use crate::util::text::Text;
use core::ffi::c_char;

/// Status of a call: 0 is success, a positive number is a condition that is no error, a negative number is an error.
pub type sqs_status = i32;

/// @name Statuses
///
/// Success.
pub const SQS_OK: i32 = 0;
/// Not now: an input buffer or a queue is full, or more input is needed. Nothing is lost; call again later.
pub const SQS_AGAIN: i32 = 1;
/// The end: the input has ended and all rows were delivered, or no work is left.
pub const SQS_END: i32 = 2;
/// An argument is NULL, zero, out of range, or contradicts another one; or the handle is not valid.
pub const SQS_ERR_ARGUMENT: i32 = -1;
/// A struct_size is smaller than version 1 of the struct.
pub const SQS_ERR_STRUCT_SIZE: i32 = -2;
/// This build or version lacks the requested feature, or a newer caller set a field that it does not know.
pub const SQS_ERR_UNSUPPORTED: i32 = -3;
/// Header and library have different ABI versions.
pub const SQS_ERR_ABI: i32 = -4;
/// The call does not fit the state of the handle, such as registering after seal.
pub const SQS_ERR_STATE: i32 = -5;
/// The call came from a callback of the same handle.
pub const SQS_ERR_REENTRANT: i32 = -6;
/// The handle is poisoned: its tables or positions are damaged, or an internal fault occurred. Reset or delete it.
pub const SQS_ERR_POISONED: i32 = -7;
/// A name is unknown, already used, empty or too long.
pub const SQS_ERR_NAME: i32 = -8;
/// A table is full; its size is set in the config or the options.
pub const SQS_ERR_LIMIT: i32 = -9;
/// A size or position does not fit the integer that holds it.
pub const SQS_ERR_OVERFLOW: i32 = -10;
/// The given memory is too small, or the allocator returned none.
pub const SQS_ERR_MEMORY: i32 = -11;
/// A memory area or a pointer is misaligned.
pub const SQS_ERR_ALIGN: i32 = -12;
/// A buffer of the caller overlaps memory of the handle, or another buffer of the call.
pub const SQS_ERR_OVERLAP: i32 = -13;
/// The memory budget is too small; the detail gives the minimum.
pub const SQS_ERR_BUDGET: i32 = -14;
/// The pipeline was not sealed for this request; the detail gives the bytes needed.
pub const SQS_ERR_NOT_PLANNED: i32 = -15;
/// Rows or samples out of range; the detail gives the number available.
pub const SQS_ERR_RANGE: i32 = -16;
/// Samples that are needed have left the input buffer; the detail gives its first sample.
pub const SQS_ERR_EVICTED: i32 = -17;
/// Stored data failed its check and cannot be recomputed.
pub const SQS_ERR_CORRUPT: i32 = -18;
/// A callback failed; its return code is in the detail.
pub const SQS_ERR_CALLBACK: i32 = -19;
/// The operating system refused an operation; errno is in the detail.
pub const SQS_ERR_IO: i32 = -20;
/// Encoded data is damaged.
pub const SQS_ERR_DAMAGED: i32 = -21;
/// Encoded data, a file or a checkpoint has an unknown format.
pub const SQS_ERR_FORMAT: i32 = -22;
/// The operation was cancelled.
pub const SQS_ERR_CANCELLED: i32 = -23;
/// Stages do not fit together: row rates, element types or row lengths of connected stages differ.
pub const SQS_ERR_GRAPH: i32 = -24;
/// The output buffer is too short; the detail gives the size needed.
pub const SQS_ERR_SPACE: i32 = -25;
/// A fault of the library. Please report it.
pub const SQS_ERR_INTERNAL: i32 = -26;

/// Details of the error of a call without a handle: the optional last argument of such calls.
#[repr(C)]
pub struct sqs_error {
    /// In: sizeof(sqs_error). A smaller struct is left unchanged.
    pub struct_size: u32,
    /// Out: the status that the call returned.
    pub status: sqs_status,
    /// Out: errno of the operating system where it refused an operation, else 0.
    pub os_errno: i32,
    /// Out: one sentence of English, zero-terminated.
    pub text: [c_char; 160],
}

/// Returns a status as one line of English.
///
/// May be called from callbacks.
///
/// @param[in] status  any number
/// @return static text, never NULL; "unknown status" for an unknown number
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
        -6 => c"called from a callback of the same handle",
        -7 => c"the handle is poisoned by damage or an internal fault: reset it",
        -8 => c"a name is unknown, already used, empty or too long",
        -9 => c"a table is full",
        -10 => c"a size or position is too large",
        -11 => c"not enough memory",
        -12 => c"a pointer is misaligned",
        -13 => c"buffers overlap, or overlap memory of the handle",
        -14 => c"the memory budget is too small",
        -15 => c"the pipeline was not sealed for this request",
        -16 => c"rows or samples out of range",
        -17 => c"samples that are needed have left the input buffer",
        -18 => c"stored data is corrupt",
        -19 => c"a callback failed",
        -20 => c"input or output failed",
        -21 => c"encoded data is damaged",
        -22 => c"unknown format",
        -23 => c"cancelled",
        -24 => c"the stages do not fit together",
        -25 => c"the output buffer is too short",
        -26 => c"internal fault of the library",
        _ => c"unknown status",
    };
    text.as_ptr()
}

/// The number of a status that leaves the library. A damaged one, which no status has, is an internal fault.
pub(super) fn leave(status: Status) -> sqs_status {
    // SAFETY: a Status is an i32. The read is volatile because the compiler may otherwise assume that it is a valid one.
    let code = unsafe { (&raw const status).cast::<i32>().read_volatile() };
    if (SQS_ERR_INTERNAL..=SQS_END).contains(&code) { code } else { SQS_ERR_INTERNAL }
}

/// Runs a call that has no handle, and fills the caller's error struct.
pub(super) fn without_handle(error: *mut sqs_error, body: impl FnOnce(&mut Call<'_>) -> Result<Status>) -> sqs_status {
    let mut call = Call::new(NOTHING, &[]);
    call.report_to(Region::value("error", error));
    match guarded(|| body(&mut call)) {
        Ok(status) => leave(status),
        Err(e) => {
            if call.may_report() {
                fill(error, &e);
            }
            leave(e.status)
        }
    }
}

/// Runs a call. The library does not panic by construction; on hosts, a panic of a library it uses ends here.
pub(super) fn guarded(call: impl FnOnce() -> Result<Status>) -> Result<Status> {
    #[cfg(feature = "std")]
    {
        let caught = std::panic::catch_unwind(core::panic::AssertUnwindSafe(call));
        caught.unwrap_or(Err(Error::new(Status::Internal, "a panic was caught at the C boundary")))
    }
    #[cfg(not(feature = "std"))]
    call()
}

fn fill(error: *mut sqs_error, e: &Error) {
    // SAFETY: the caller gives NULL or a struct that starts with its size; smaller ones are left alone.
    unsafe {
        if error.is_null() || !error.is_aligned() || ((*error).struct_size as usize) < size_of::<sqs_error>() {
            return;
        }
        (*error).status = leave(e.status);
        (*error).os_errno = e.os_errno();
        let mut text = Text::<159>::new();
        e.write(&mut text);
        let mut chars = [0 as c_char; 160];
        for (to, from) in chars.iter_mut().zip(text.as_bytes()) {
            *to = *from as c_char;
        }
        (*error).text = chars;
    }
}
