//! The handle: a pipeline and the state of its C side, at the start of the control area.

use super::event::{About, Hook};
use super::memory::Holder;
use super::regions::{Call, NOTHING, Own, Region};
use super::status::{guarded, leave, sqs_status};
use crate::pipeline::Pipeline;
use crate::status::{Error, Result, Status};
use crate::util::places::PlaceSum;
use crate::util::text::Text;
use crate::util::unsigned::Unsigned;
use core::cell::Cell;

/// Set while the handle is alive. Delete clears it, so that a stale handle is detected while its memory is still
/// mapped.
const MAGIC: u32 = 0x5351_5253;

// Any two of these numbers, and 0, differ in many bits.
const IDLE: u32 = 0x1d1e_1d1e;
const BUSY: u32 = 0xb0b5_b0b5;
const INTACT: u32 = 0x600d_600d;

/// A pipeline. Opaque; deleted with sqs_pipeline_delete().
pub struct sqs_pipeline {
    magic: Cell<u32>,
    /// [`IDLE`] or [`BUSY`]; anything else is damage.
    state: Cell<u32>,
    /// [`INTACT`]; anything else is poisoned.
    health: Cell<u32>,
    detail: Cell<Option<Error>>,
    /// Sum over the detail, which has the address of a text.
    detail_sum: Cell<PlaceSum>,
    /// Sum over the addresses of `core` and `holder` at the end of the call before.
    places: Cell<PlaceSum>,
    /// The same over the tables that pushes and pulls do not use.
    far: Cell<PlaceSum>,
    /// Sum over what calls use first of what they lead to.
    openings: Cell<PlaceSum>,
    /// Memory of the handle, also for a call from a callback, while the outer call works on `core`.
    own: Cell<Own>,
    /// Receives events.
    hook: Cell<Hook>,
    /// Sum over the addresses of `hook`.
    hook_sum: Cell<PlaceSum>,
    pub(super) holder: Holder,
    pub(super) core: Pipeline<'static>,
}

impl sqs_pipeline {
    /// Sets all fields of a handle but `core`, which is set.
    ///
    /// # Safety
    /// `p` is aligned, and its memory is large enough for a handle that nothing refers to.
    pub(super) unsafe fn init(p: *mut Self, holder: Holder, hook: Hook) {
        // SAFETY: each field is written once, without a reference to the whole.
        unsafe {
            let core = &(*p).core;
            (&raw mut (*p).magic).write(Cell::new(MAGIC));
            (&raw mut (*p).state).write(Cell::new(IDLE));
            (&raw mut (*p).health).write(Cell::new(INTACT));
            (&raw mut (*p).detail).write(Cell::new(None));
            (&raw mut (*p).detail_sum).write(Cell::new(sum_of(&None)));
            (&raw mut (*p).places).write(Cell::new(core.places()));
            (&raw mut (*p).far).write(Cell::new(far_places(core, &holder)));
            (&raw mut (*p).openings).write(Cell::new(core.openings()));
            (&raw mut (*p).own).write(Cell::new(holder.regions()));
            (&raw mut (*p).hook).write(Cell::new(hook));
            (&raw mut (*p).hook_sum).write(Cell::new(hook.places()));
            (&raw mut (*p).holder).write(holder);
        }
    }
}

// It may be in memory of the caller.
const _: () = assert!(align_of::<sqs_pipeline>() <= crate::limits::AREA_ALIGN);

const DAMAGED: Error = Error::new(Status::Poisoned, "the addresses in the handle are damaged: delete it");

/// The handles that a call accepts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Not poisoned.
    Normal,
    /// Not poisoned: a push or a pull, which does not use all tables.
    Flow,
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
        match (*p).state.get() {
            IDLE => Ok(()),
            BUSY => Err(Status::Reentrant),
            _ => Err(Status::Poisoned),
        }
    }
}

/// Sum over the addresses that only some calls follow.
fn far_places(core: &Pipeline<'static>, holder: &Holder) -> PlaceSum {
    let mut sum = core.far_places();
    holder.places(&mut sum);
    sum
}

/// True if the handle is as the call before left it. Nothing in it may be followed otherwise.
///
/// # Safety
/// A handle that [`check`] has accepted.
unsafe fn intact(p: *const sqs_pipeline, access: Access) -> bool {
    // SAFETY: no call works on the handle; the first sum follows no address, and the last one comes after it.
    unsafe {
        (*p).core.places() == (*p).places.get()
            && ((access == Access::Flow && (*p).core.is_sealed() && !(*p).core.evaluating())
                || (far_places(&(*p).core, &(*p).holder) == (*p).far.get() && (*p).own.get() == (*p).holder.regions()))
            && (*p).core.openings() == (*p).openings.get()
    }
}

/// Sum over a detail.
fn sum_of(detail: &Option<Error>) -> PlaceSum {
    let mut sum = PlaceSum::default();
    let Some(e) = detail else { return sum };
    sum.add(1);
    e.words(|word| sum.add(word));
    sum
}

/// Runs a call on a handle: refuses NULL, stale, busy and poisoned handles, keeps the detail of an error, and poisons
/// the handle after an internal fault. `counts` are set to 0 whatever happens, unless they overlap other memory.
// All but the body is out of line: it is compiled once, not once per function of the library.
pub(super) fn with(
    p: *mut sqs_pipeline,
    access: Access,
    counts: &[Region],
    body: impl FnOnce(&mut Pipeline<'static>, &mut Holder, &mut Call<'_>) -> Result<Status>,
) -> sqs_status {
    let mut running = match begin(p, access, counts) {
        Ok(running) => running,
        Err(status) => return status,
    };
    let result = {
        // SAFETY: checked in `begin`; until the end of the call `busy` keeps every other call away from `core`, and the
        // references are to fields that no other reference covers.
        let (core, holder) = unsafe { (&mut (*p).core, &mut (*p).holder) };
        guarded(|| body(core, holder, &mut running.call))
    };
    end(p, access, &running, &result)
}

/// A call on a handle that has begun.
struct Running<'c> {
    call: Call<'c>,
    /// A hook gets events.
    watched: bool,
    /// What the handle was before the call.
    sealed: bool,
    damage: (u64, u64),
}

/// Begins a call on a handle; otherwise returns the status of the call.
#[cfg_attr(not(feature = "std"), inline(never))]
fn begin<'c>(p: *mut sqs_pipeline, access: Access, counts: &'c [Region]) -> Result<Running<'c>, sqs_status> {
    let call = enter(p, access, counts).map_err(leave)?;
    // SAFETY: a handle that `enter` has marked as busy, and a Cell of it; the reference ends with this function.
    let (core, watched) = unsafe { (&(*p).core, (*p).hook.get().is_set()) };
    let damage = if watched { damage(core, access) } else { (0, 0) };
    Ok(Running { call, watched, sealed: core.is_sealed(), damage })
}

/// Ends a call on a handle.
#[cfg_attr(not(feature = "std"), inline(never))]
fn end(p: *mut sqs_pipeline, access: Access, running: &Running<'_>, result: &Result<Status>) -> sqs_status {
    let (found, sealed_now);
    {
        // SAFETY: a handle that `begin` has marked as busy; the references of the body have ended.
        let core = unsafe { &mut (*p).core };
        sealed_now = core.is_sealed() != running.sealed;
        let since = |core| Found::since(running.damage, core, access, &running.call);
        found = if running.watched { since(core) } else { Found::NOTHING };
    }
    running.call.finish();
    finish(p, access, sealed_now, result, &found)
}

/// What events report, apart from the error of a call.
struct Found {
    /// Stored items found damaged, and of these repaired.
    failures: u64,
    repairs: u64,
    /// The stage and row that a callback failed at.
    failed: About,
    input_full: bool,
    /// Missing samples that were appended.
    gap: Option<(Error, u64)>,
}

/// Stored items found damaged, and repaired, as far as a call with this access may count them.
fn damage(core: &Pipeline<'static>, access: Access) -> (u64, u64) {
    if access == Access::Flow { core.damage_of_flow() } else { core.damage() }
}

impl Found {
    const NOTHING: Found =
        Found { failures: 0, repairs: 0, failed: About { stage: None, row: None }, input_full: false, gap: None };

    fn since((failures, repairs): (u64, u64), core: &mut Pipeline<'static>, access: Access, call: &Call<'_>) -> Found {
        let now = damage(core, access);
        let failed = core.take_failed();
        Found {
            failures: now.0.sat_sub(failures),
            repairs: now.1.sat_sub(repairs),
            failed: About { stage: failed.map(|f| f.0), row: failed.map(|f| f.1) },
            input_full: call.input_full(),
            gap: call.gap(),
        }
    }

    /// Calls the hook for what was found, at most twice.
    fn report(&self, hook: Hook, result: &Result<Status>) {
        let status = result.as_ref().map_or_else(|e| e.status, |s| *s);
        if self.failures > 0 {
            hook.damaged(status, self.failures, self.repairs);
        }
        if let Some((text, count)) = &self.gap {
            hook.gap(status, text, *count);
        }
        if let Err(error) = result
            && (error.status != Status::Again || self.input_full)
        {
            hook.failed(error, &self.failed);
        }
    }
}

/// The memory of a handle that [`check`] found to be in this state.
fn own_of(p: *const sqs_pipeline, state: Result<(), Status>) -> Own {
    match state {
        Err(Status::Argument) => NOTHING,
        // SAFETY: a handle that is alive; `own` is a Cell.
        _ => unsafe { (*p).own.get() },
    }
}

/// Checks a handle and marks it as busy.
fn enter<'c>(p: *mut sqs_pipeline, access: Access, counts: &'c [Region]) -> Result<Call<'c>, Status> {
    let state = check(p);
    let call = Call::new(own_of(p, state), counts);
    // SAFETY: as above.
    let state = state.and_then(|()| unsafe {
        if (*p).health.get() != INTACT && access != Access::Poisoned {
            return Err(Status::Poisoned);
        }
        if !intact(p, access) {
            (*p).health.set(0);
            set_detail(p, Some(DAMAGED));
            let hook = (*p).hook.get();
            if hook.is_set() && hook.places() == (*p).hook_sum.get() {
                (*p).state.set(BUSY);
                hook.failed(&DAMAGED, &About { stage: None, row: None });
                (*p).state.set(IDLE);
            }
            return Err(Status::Poisoned);
        }
        (*p).state.set(BUSY);
        Ok(())
    });
    if let Err(status) = state {
        call.finish();
        return Err(status);
    }
    Ok(call)
}

/// Keeps the detail of an error.
///
/// # Safety
/// A handle that [`check`] has accepted.
unsafe fn set_detail(p: *const sqs_pipeline, detail: Option<Error>) {
    // SAFETY: Cells of a handle that is alive.
    unsafe {
        (*p).detail.set(detail);
        (*p).detail_sum.set(sum_of(&detail));
    }
}

/// Ends a call: keeps the detail of its error.
fn finish(
    p: *mut sqs_pipeline,
    access: Access,
    sealed_now: bool,
    result: &Result<Status>,
    found: &Found,
) -> sqs_status {
    // SAFETY: a handle that `enter` has checked; the references of the call have ended. It stays busy while the hook
    // runs, which may be called with a sum that matches only.
    unsafe {
        let hook = (*p).hook.get();
        if hook.is_set() && hook.places() == (*p).hook_sum.get() {
            found.report(hook, result);
        }
        (*p).state.set(IDLE);
        (*p).places.set((*p).core.places());
        if access != Access::Flow || sealed_now {
            (*p).own.set((*p).holder.regions());
            (*p).far.set(far_places(&(*p).core, &(*p).holder));
            (*p).openings.set((*p).core.openings());
        }
        match result {
            Ok(status) => leave(*status),
            Err(error) => {
                if matches!(error.status, Status::Internal | Status::Poisoned) {
                    (*p).health.set(0);
                }
                set_detail(p, Some(*error));
                leave(error.status)
            }
        }
    }
}

/// Clears the marks of a handle after a reset.
pub(super) fn heal(p: *mut sqs_pipeline) {
    if check(p).is_ok() {
        // SAFETY: checked.
        unsafe { (*p).health.set(INTACT) };
    }
}

/// Marks a handle as deleted. None if it is not valid, or busy; else whether its parts may be dropped.
pub(super) fn retire(p: *mut sqs_pipeline) -> Option<bool> {
    if !matches!(check(p), Ok(()) | Err(Status::Poisoned)) {
        return None;
    }
    // SAFETY: a handle that no call works on.
    unsafe {
        (*p).magic.set(0);
        Some(intact(p, Access::Poisoned))
    }
}

/// The detail of the last error, and the memory of the handle.
pub(super) fn detail(p: *const sqs_pipeline) -> (Own, Result<Text<160>, Status>) {
    let state = check(p);
    let own = own_of(p, state);
    let text = state.map(|()| {
        let mut text = Text::new();
        // SAFETY: checked.
        let (detail, sum) = unsafe { ((*p).detail.get(), (*p).detail_sum.get()) };
        if sum_of(&detail) != sum {
            text.push_str("the detail of the last error is damaged");
        } else if let Some(error) = detail {
            error.write(&mut text);
        }
        text
    });
    (own, text)
}
