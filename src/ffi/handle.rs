//! The handle: a pipeline with what belongs to its C side, at the start of the control area.

use super::memory::Holder;
use super::types::sqs_status;
use crate::pipeline::Pipeline;
use crate::status::{Error, Result, Status};
use crate::util::text::Text;
use core::cell::Cell;

/// Set while the handle is alive; cleared by delete, so that a stale handle is noticed where its memory still stands.
const MAGIC: u32 = 0x5351_5253;

/// A pipeline. Opaque.
pub struct sqs_pipeline {
    magic: Cell<u32>,
    busy: Cell<bool>,
    poisoned: Cell<bool>,
    detail: Cell<Option<Error>>,
    pub(super) holder: Holder,
    pub(super) core: Pipeline<'static>,
}

impl sqs_pipeline {
    pub(super) fn new(holder: Holder, core: Pipeline<'static>) -> Self {
        sqs_pipeline {
            magic: Cell::new(MAGIC),
            busy: Cell::new(false),
            poisoned: Cell::new(false),
            detail: Cell::new(None),
            holder,
            core,
        }
    }
}

// It lies in memory of the caller.
const _: () = assert!(align_of::<sqs_pipeline>() <= crate::limits::AREA_ALIGN);

/// What a call may do with the handle.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Anything: not allowed on a poisoned handle.
    Normal,
    /// Reset and figures: allowed on a poisoned handle.
    Poisoned,
}

/// Checks a handle before any of it is used.
fn check(p: *const sqs_pipeline) -> Result<(), Status> {
    if p.is_null() || !p.addr().is_multiple_of(align_of::<sqs_pipeline>()) {
        return Err(Status::Argument);
    }
    // SAFETY: not NULL and aligned. Only Cells are touched here, through raw pointers: a call from inside a callback
    // comes this way while the call around it works on `core`.
    unsafe {
        if (*p).magic.get() != MAGIC {
            return Err(Status::Argument);
        }
        if (*p).busy.get() {
            return Err(Status::Reentrant);
        }
    }
    Ok(())
}

/// Runs a call on a handle: refuses NULL, stale, busy and poisoned handles, keeps the detail of an error, and poisons
/// the handle after an internal fault.
pub(super) fn with(
    p: *mut sqs_pipeline,
    access: Access,
    call: impl FnOnce(&mut Pipeline<'static>, &mut Holder) -> Result<Status>,
) -> sqs_status {
    if let Err(status) = check(p) {
        return status.code();
    }
    // SAFETY: checked above; from here to the end of the call `busy` keeps every other call away from `core`, and the
    // references below are to fields that no other reference covers.
    let (busy, poisoned, detail) = unsafe { (&(*p).busy, &(*p).poisoned, &(*p).detail) };
    if poisoned.get() && access != Access::Poisoned {
        return Status::Poisoned.code();
    }
    busy.set(true);
    let result = {
        // SAFETY: as above.
        let (core, holder) = unsafe { (&mut (*p).core, &mut (*p).holder) };
        guarded(|| call(core, holder))
    };
    busy.set(false);
    match result {
        Ok(status) => status.code(),
        Err(error) => {
            if matches!(error.status, Status::Internal | Status::Poisoned) {
                poisoned.set(true);
            }
            detail.set(Some(error));
            error.status.code()
        }
    }
}

/// Nothing in the library panics by construction; on hosts, a panic of a library it uses still ends here.
pub(super) fn guarded(call: impl FnOnce() -> Result<Status>) -> Result<Status> {
    #[cfg(feature = "std")]
    {
        let caught = std::panic::catch_unwind(core::panic::AssertUnwindSafe(call));
        caught.unwrap_or(Err(Error::new(Status::Internal, "a panic was caught at the C boundary")))
    }
    #[cfg(not(feature = "std"))]
    call()
}

/// Clears the marks of a handle after a reset.
pub(super) fn heal(p: *mut sqs_pipeline) {
    if check(p).is_ok() {
        // SAFETY: checked.
        unsafe { (*p).poisoned.set(false) };
    }
}

/// Takes a handle out of use. False where it is none, or busy.
pub(super) fn retire(p: *mut sqs_pipeline) -> bool {
    let alive = check(p).is_ok();
    if alive {
        // SAFETY: checked.
        unsafe { (*p).magic.set(0) };
    }
    alive
}

/// The detail of the last error.
pub(super) fn detail(p: *const sqs_pipeline) -> Result<Text<160>, Status> {
    check(p)?;
    let mut text = Text::new();
    // SAFETY: checked.
    if let Some(error) = unsafe { (*p).detail.get() } {
        error.write(&mut text);
    }
    Ok(text)
}

/// Runs a call that has no handle, and fills the caller's error struct.
pub(super) fn without(error: *mut super::types::sqs_error, call: impl FnOnce() -> Result<Status>) -> sqs_status {
    match guarded(call) {
        Ok(status) => status.code(),
        Err(e) => {
            fill(error, &e);
            e.status.code()
        }
    }
}

fn fill(error: *mut super::types::sqs_error, e: &Error) {
    let least = core::mem::size_of::<super::types::sqs_error>();
    // SAFETY: the caller gives NULL or a struct that starts with its size; smaller ones are left alone.
    unsafe {
        if super::structs::usable(error.cast_const()).is_err() || ((*error).struct_size as usize) < least {
            return;
        }
        (*error).status = e.status.code();
        (*error).os_errno = e.os;
        let mut text = Text::<159>::new();
        e.write(&mut text);
        let mut chars = [0 as core::ffi::c_char; 160];
        for (to, from) in chars.iter_mut().zip(text.as_bytes()) {
            *to = *from as core::ffi::c_char;
        }
        (*error).text = chars;
    }
}
