//! Progress of files and streams.

#[cfg(feature = "std")]
use crate::status::{Error, Result, Status};
use core::ffi::c_void;

/// Progress of a file or stream.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct sqs_progress {
    /// Size of the input in bytes; #SQS_ALL if unknown.
    pub total_bytes: u64,
    /// Bytes of the input processed.
    pub in_bytes: u64,
    /// Bytes of the output.
    pub out_bytes: u64,
    /// Frames processed.
    pub frames: u64,
}

/// Receives the progress. Returns 0 to continue, another number to cancel.
pub type sqs_progress_fn = Option<unsafe extern "C" fn(ctx: *mut c_void, progress: *const sqs_progress) -> i32>;

/// The caller's progress function.
#[cfg(feature = "std")]
pub(super) struct Watch {
    pub(super) call: sqs_progress_fn,
    pub(super) ctx: *mut c_void,
}

#[cfg(feature = "std")]
impl Watch {
    /// Reports the progress; an error if the caller cancels.
    pub(super) fn report(&self, progress: &sqs_progress) -> Result<()> {
        // SAFETY: the caller's function with its context; the struct is valid during the call.
        let code = self.call.map_or(0, |call| unsafe { call(self.ctx, progress) });
        let text = "the call was cancelled: progress returned {a}, 0 continues";
        if code == 0 { Ok(()) } else { Err(Error::new(Status::Cancelled, text).a(code)) }
    }
}

/// Receiver of the progress within the library.
#[cfg(feature = "std")]
pub(super) type Report<'t> = dyn FnMut(&sqs_progress) -> Result<()> + 't;
