//! The handle: a pipeline and the state of its C side, at the start of the control area.

use super::memory::Holder;
use super::status::{guarded, sqs_status};
use crate::pipeline::Pipeline;
use crate::status::{Error, Result, Status};
use crate::util::text::Text;
use core::cell::Cell;

/// Set while the handle is alive. Delete clears it, so that a stale handle is detected while its memory is still
/// mapped.
const MAGIC: u32 = 0x5351_5253;

/// A pipeline. Opaque; deleted with sqs_pipeline_delete().
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

// It may be in memory of the caller.
const _: () = assert!(align_of::<sqs_pipeline>() <= crate::limits::AREA_ALIGN);

/// The handles that a call accepts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Not poisoned.
    Normal,
    /// Poisoned or not: reset and statistics.
    Poisoned,
}

/// Checks a handle before any of it is used.
fn check(p: *const sqs_pipeline) -> Result<(), Status> {
    if p.is_null() || !p.addr().is_multiple_of(align_of::<sqs_pipeline>()) {
        return Err(Status::Argument);
    }
    // SAFETY: not NULL and aligned. Only Cells are accessed, through raw pointers: a call from a callback
    // comes this way while the outer call works on `core`.
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
    // SAFETY: checked above; until the end of the call `busy` keeps every other call away from `core`, and the
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

/// Clears the marks of a handle after a reset.
pub(super) fn heal(p: *mut sqs_pipeline) {
    if check(p).is_ok() {
        // SAFETY: checked.
        unsafe { (*p).poisoned.set(false) };
    }
}

/// Marks a handle as deleted. False if it is not valid, or busy.
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
