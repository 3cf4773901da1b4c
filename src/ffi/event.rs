//! Events: what a pipeline reports to a function of the caller at the end of a call.

use crate::status::{Error, Status};
use crate::util::places::PlaceSum;
use crate::util::text::Text;
use core::ffi::{c_char, c_void};
use core::mem::size_of;

/// @name Severity of an event
///
/// Normal operation.
pub const SQS_SEVERITY_INFO: u32 = 0;
/// Something is wrong, and rows are right.
pub const SQS_SEVERITY_WARNING: u32 = 1;
/// A call failed.
pub const SQS_SEVERITY_ERROR: u32 = 2;
/// The handle is poisoned: it needs a reset.
pub const SQS_SEVERITY_FATAL: u32 = 3;

/// @name Kinds of events
///
/// A call failed. status is what it returned, text its detail. Fatal where the handle is poisoned.
pub const SQS_EVENT_ERROR: u32 = 1;
/// Stored data failed its check, count items in this call, which are dropped or recomputed. A warning.
pub const SQS_EVENT_DAMAGE: u32 = 2;
/// An input buffer was full: not all samples of a push were copied. Information; text is the detail.
pub const SQS_EVENT_INPUT_FULL: u32 = 3;
/// Missing samples were appended, count of them: see sqs_push_gap(). Information.
pub const SQS_EVENT_GAP: u32 = 4;

/// An event of a pipeline.
#[repr(C)]
pub struct sqs_event {
    /// sizeof(sqs_event) of the library.
    pub struct_size: u32,
    /// SQS_SEVERITY_...
    pub severity: u32,
    /// SQS_EVENT_...
    pub kind: u32,
    /// The status that the call returns.
    pub status: i32,
    /// Number of the stage that the event is about; UINT32_MAX if it is about none.
    pub stage: u32,
    /// 0.
    pub reserved: u32,
    /// The row that the event is about; UINT64_MAX if none is known.
    pub row: u64,
    /// Number of items; 1 where nothing is counted.
    pub count: u64,
    /// One sentence of English, zero-terminated, valid during the call.
    pub text: *const c_char,
}

/// Receives an event of a pipeline. Returns quickly: the call that caused the event waits.
pub type sqs_event_fn = Option<unsafe extern "C" fn(ctx: *mut c_void, event: *const sqs_event)>;

/// The function of the caller that receives events, if it wants them.
#[derive(Clone, Copy)]
pub(super) struct Hook {
    call: sqs_event_fn,
    ctx: *mut c_void,
}

/// What an event is about.
pub(super) struct About {
    /// Number of a stage.
    pub(super) stage: Option<usize>,
    /// Number of a row.
    pub(super) row: Option<u64>,
}

impl Hook {
    pub(super) fn new(call: sqs_event_fn, ctx: *mut c_void) -> Hook {
        Hook { call, ctx }
    }

    pub(super) fn is_set(self) -> bool {
        self.call.is_some()
    }

    /// Sum over the addresses, to be compared before the function is called.
    pub(super) fn places(self) -> PlaceSum {
        let mut sum = PlaceSum::default();
        sum.add_all([self.call.map_or(0, |call| call as usize), self.ctx.addr()]);
        sum
    }

    fn send(self, severity: u32, kind: u32, status: Status, about: &About, count: u64, text: &Text<160>) {
        let Some(call) = self.call else { return };
        // Zero-terminated.
        let mut sentence = [0u8; 161];
        for (to, from) in sentence.iter_mut().zip(text.as_bytes()) {
            *to = *from;
        }
        let event = sqs_event {
            struct_size: size_of::<sqs_event>() as u32,
            severity,
            kind,
            status: status.code(),
            stage: about.stage.and_then(|s| u32::try_from(s).ok()).unwrap_or(u32::MAX),
            reserved: 0,
            row: about.row.unwrap_or(u64::MAX),
            count,
            text: sentence.as_ptr().cast(),
        };
        // SAFETY: the caller's function with its context; the event is valid during the call.
        unsafe { call(self.ctx, &raw const event) };
    }

    /// Reports an error, or an input that was full. Other conditions that are no error are not reported.
    pub(super) fn failed(self, error: &Error, about: &About) {
        let (severity, kind) = match error.status {
            Status::Again => (SQS_SEVERITY_INFO, SQS_EVENT_INPUT_FULL),
            Status::Internal | Status::Poisoned => (SQS_SEVERITY_FATAL, SQS_EVENT_ERROR),
            _ => (SQS_SEVERITY_ERROR, SQS_EVENT_ERROR),
        };
        let mut text = Text::new();
        error.write(&mut text);
        self.send(severity, kind, error.status, about, 1, &text);
    }

    /// Reports missing samples that were appended: `gap` describes them.
    pub(super) fn gap(self, status: Status, gap: &Error, count: u64) {
        let mut text = Text::new();
        gap.write(&mut text);
        self.send(SQS_SEVERITY_INFO, SQS_EVENT_GAP, status, &About { stage: None, row: None }, count, &text);
    }

    /// Reports stored data that failed its check.
    pub(super) fn damaged(self, status: Status, failures: u64, repairs: u64) {
        let mut text = Text::new();
        Error::new(status, "{a} stored items failed their check, {b} of them were needed and are recomputed")
            .a(failures)
            .b(repairs)
            .write(&mut text);
        self.send(SQS_SEVERITY_WARNING, SQS_EVENT_DAMAGE, status, &About { stage: None, row: None }, failures, &text);
    }
}
