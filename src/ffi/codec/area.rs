//! The memory of codecs: the caller's, or once from the heap.

use crate::checked;
use crate::limits::AREA_ALIGN;
use crate::status::{Error, Result, Status};
use core::ffi::c_void;
use core::mem::MaybeUninit;

/// The caller's area, of which `need` bytes are used.
///
/// # Safety
/// `base` is NULL or has `bytes` bytes that nothing else uses for `'a`.
pub(super) unsafe fn given<'a>(base: *mut c_void, bytes: usize, need: usize) -> Result<&'a mut [MaybeUninit<u8>]> {
    if base.is_null() {
        return Err(Error::new(Status::Argument, "the memory is NULL"));
    }
    if !base.addr().is_multiple_of(AREA_ALIGN) {
        return Err(Error::new(Status::Align, "the memory must be aligned to {a} bytes").a(checked::count(AREA_ALIGN)));
    }
    if bytes < need {
        let text = "the memory has {b} bytes, {a} are needed";
        return Err(Error::new(Status::Memory, text).a(checked::count(need)).b(checked::count(bytes)));
    }
    // SAFETY: as the caller promises, and checked above.
    Ok(unsafe { core::slice::from_raw_parts_mut(base.cast(), need) })
}

/// Memory for one call.
#[cfg(feature = "std")]
pub(super) struct Area {
    base: *mut u8,
    len: usize,
    heap: Option<std::alloc::Layout>,
}

#[cfg(feature = "std")]
impl Area {
    /// The caller's memory where it is given, else `need` bytes of the heap.
    pub(super) fn new(memory: *mut c_void, bytes: usize, need: usize) -> Result<Self> {
        if !memory.is_null() {
            // SAFETY: the caller gives memory of this size for the time of the call or job.
            let area = unsafe { given(memory, bytes, need)? };
            return Ok(Area { base: area.as_mut_ptr().cast(), len: area.len(), heap: None });
        }
        let none = Error::new(Status::Memory, "the heap has no {a} bytes").a(checked::count(need));
        let layout = std::alloc::Layout::from_size_align(need.max(1), AREA_ALIGN).map_err(|_| none)?;
        // SAFETY: the layout is not empty.
        let base = unsafe { std::alloc::alloc(layout) };
        if base.is_null() { Err(none) } else { Ok(Area { base, len: need, heap: Some(layout) }) }
    }

    /// All of it.
    pub(super) fn bytes(&mut self) -> &mut [MaybeUninit<u8>] {
        // SAFETY: `len` bytes that are this area's as long as it lives.
        unsafe { core::slice::from_raw_parts_mut(self.base.cast(), self.len) }
    }
}

#[cfg(feature = "std")]
impl Drop for Area {
    fn drop(&mut self) {
        if let Some(layout) = self.heap {
            // SAFETY: allocated in `new` with this layout.
            unsafe { std::alloc::dealloc(self.base, layout) };
        }
    }
}
