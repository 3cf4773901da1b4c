//! Handles of encoders and decoders: structs at the start of memory of the caller. Nothing is called back from inside of
//! their calls, so there is no re-entry to guard against.

use crate::checked;
use crate::ffi::handle::guarded;
use crate::ffi::structs;
use crate::ffi::types::sqs_status;
use crate::limits::AREA_ALIGN;
use crate::status::{Error, Result, Status};
use crate::util::text::Text;
use crate::util::unsigned::Unsigned;
use core::ffi::c_void;
use core::mem::MaybeUninit;

/// What every handle starts with.
pub(super) struct Head {
    magic: u32,
    detail: Option<Error>,
    /// Bytes of the memory it lies in.
    pub(super) bytes: u64,
}

/// A struct with a head.
pub(super) trait Handle {
    /// Tells the kinds of handles from each other and from other memory.
    const MAGIC: u32;
    fn head(&self) -> &Head;
    fn head_mut(&mut self) -> &mut Head;
}

macro_rules! handle {
    ($t:ty, $magic:expr) => {
        impl super::handle::Handle for $t {
            const MAGIC: u32 = $magic;
            fn head(&self) -> &Head {
                &self.head
            }
            fn head_mut(&mut self) -> &mut Head {
                &mut self.head
            }
        }
    };
}
pub(super) use handle;

impl Head {
    pub(super) fn new<T: Handle>(bytes: usize) -> Self {
        Head { magic: T::MAGIC, detail: None, bytes: checked::count(bytes) }
    }
}

fn alive<T: Handle>(handle: *const T) -> Result<(), Status> {
    if handle.is_null() || !handle.addr().is_multiple_of(align_of::<T>()) {
        return Err(Status::Argument);
    }
    // SAFETY: not NULL and aligned; the caller gives a handle.
    if unsafe { (*handle).head().magic } == T::MAGIC { Ok(()) } else { Err(Status::Argument) }
}

/// Runs a call on a handle and keeps the detail of an error.
pub(super) fn check<T: Handle>(handle: *mut T, call: impl FnOnce(&mut T) -> Result<Status>) -> sqs_status {
    if let Err(status) = alive(handle) {
        return status.code();
    }
    // SAFETY: checked; one handle is one task's.
    let handle = unsafe { &mut *handle };
    match guarded(|| call(handle)) {
        Ok(status) => status.code(),
        Err(e) => {
            handle.head_mut().detail = Some(e);
            e.status.code()
        }
    }
}

/// The text of the last error.
pub(super) fn detail_of<T: Handle>(handle: *const T) -> Result<Text<160>, Status> {
    alive(handle)?;
    let mut text = Text::new();
    // SAFETY: checked.
    if let Some(e) = unsafe { (*handle).head().detail } {
        e.write(&mut text);
    }
    Ok(text)
}

/// Bytes of the area that the handle itself takes.
pub(super) const fn place_bytes<T>() -> usize {
    size_of::<T>().next_multiple_of(AREA_ALIGN)
}

/// Where the handle goes, and the rest of the area.
pub(super) fn place<T>(area: &mut [MaybeUninit<u8>]) -> Result<(&mut MaybeUninit<T>, &mut [MaybeUninit<u8>])> {
    const { assert!(align_of::<T>() <= AREA_ALIGN) };
    let short = Error::new(Status::Memory, "no room for the handle");
    let (head, rest) = area.split_at_mut_checked(place_bytes::<T>()).ok_or(short)?;
    // SAFETY: the area is aligned to AREA_ALIGN (checked where it was given), and long enough.
    Ok((unsafe { &mut *head.as_mut_ptr().cast() }, rest))
}

/// Do these stretches of memory have bytes in common?
fn overlap(a: (usize, usize), b: (usize, usize)) -> bool {
    a.1 > 0 && b.1 > 0 && a.0 < b.0.sat_add(b.1) && b.0 < a.0.sat_add(a.1)
}

/// Input and output of a step, each with where its count goes; the counts are set to 0.
///
/// # Safety
/// Input and output are NULL or have as many bytes as is said.
pub(super) unsafe fn spans<'a>(
    own: (*const c_void, u64),
    (input, in_bytes, consumed): (*const c_void, usize, *mut usize),
    (output, out_bytes, written): (*mut c_void, usize, *mut usize),
) -> Result<(&'a [u8], &'a mut [u8])> {
    structs::usable(consumed.cast_const())?;
    structs::usable(written.cast_const())?;
    // SAFETY: checked.
    unsafe {
        consumed.write(0);
        written.write(0);
    }
    let ends = [(own.0.addr(), checked::size(own.1)?), (input.addr(), in_bytes), (output.addr(), out_bytes)];
    let [mine, i, o] = ends;
    if overlap(mine, i) || overlap(mine, o) || overlap(i, o) {
        return Err(Error::new(Status::Overlap, "input, output and the memory of the handle overlap"));
    }
    // SAFETY: as the caller says.
    let input = unsafe { structs::array(input.cast::<u8>(), in_bytes)? };
    if out_bytes == 0 {
        return Ok((input, &mut []));
    }
    // SAFETY: checked for NULL and length; no reference to these bytes is around.
    unsafe { structs::array(output.cast::<u8>().cast_const(), out_bytes)? };
    // SAFETY: as above.
    Ok((input, unsafe { core::slice::from_raw_parts_mut(output.cast(), out_bytes) }))
}
