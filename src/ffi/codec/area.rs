//! Memory of codecs: the caller's, or one block from the heap.

use crate::checked;
use crate::limits::AREA_ALIGN;
#[cfg(feature = "std")]
use crate::mem::Carver;
use crate::status::{Error, Result, Status};
use core::ffi::c_void;
use core::mem::MaybeUninit;
#[cfg(feature = "std")]
use core::ops::Range;

/// The caller's area, of which `needed` bytes are used.
///
/// # Safety
/// `base` is NULL or has `bytes` bytes that nothing else uses during `'a`.
pub(super) unsafe fn given<'a>(base: *mut c_void, bytes: usize, needed: usize) -> Result<&'a mut [MaybeUninit<u8>]> {
    if base.is_null() {
        return Err(Error::new(
            Status::Argument,
            "memory is NULL: give the bytes that the function for its size returns",
        ));
    }
    if !base.addr().is_multiple_of(AREA_ALIGN) {
        return Err(Error::new(Status::Align, "the memory must be aligned to {a} bytes").a(checked::count(AREA_ALIGN)));
    }
    if bytes < needed {
        let text = "the memory has {b} bytes, {a} are needed";
        return Err(Error::new(Status::Memory, text).a(checked::count(needed)).b(checked::count(bytes)));
    }
    // SAFETY: by the contract of this function, and checked above.
    Ok(unsafe { core::slice::from_raw_parts_mut(base.cast(), needed) })
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
    /// The caller's memory if given, else `needed` bytes of the heap.
    pub(super) fn new(memory: *mut c_void, bytes: usize, needed: usize) -> Result<Self> {
        if !memory.is_null() {
            // SAFETY: the caller gives memory of this size for the duration of the call or job.
            let area = unsafe { given(memory, bytes, needed)? };
            return Ok(Area { base: area.as_mut_ptr().cast(), len: area.len(), heap: None });
        }
        let none = Error::new(Status::Memory, "the heap has no {a} bytes: give memory in the options")
            .a(checked::count(needed));
        let layout = std::alloc::Layout::from_size_align(needed.max(1), AREA_ALIGN).map_err(|_| none)?;
        // SAFETY: the layout is not empty.
        let base = unsafe { std::alloc::alloc_zeroed(layout) };
        if base.is_null() { Err(none) } else { Ok(Area { base, len: needed, heap: Some(layout) }) }
    }

    /// Its length in bytes.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Two parts of it, the second after the first, filled with zeros; `None` if it does not have them.
    pub(super) fn zeros(&mut self, a: Range<usize>, b: Range<usize>) -> Option<[&mut [u8]; 2]> {
        let (a_len, b_len) = (a.end.checked_sub(a.start)?, b.end.checked_sub(b.start)?);
        if a.end > b.start || b.end > self.len {
            return None;
        }
        // SAFETY: two parts of this area, by the check above apart from each other, initialized here.
        unsafe {
            let (a, b) = (self.base.add(a.start), self.base.add(b.start));
            core::ptr::write_bytes(a, 0, a_len);
            core::ptr::write_bytes(b, 0, b_len);
            Some([core::slice::from_raw_parts_mut(a, a_len), core::slice::from_raw_parts_mut(b, b_len)])
        }
    }

    /// All of it, whatever its bytes are: no megabytes are written for a short stream. Memory of the heap was zeroed by
    /// the system, page by page as it is used; that of the caller has the values that the caller's program left in it.
    pub(super) fn carver(&mut self) -> Result<Carver<'_>> {
        // SAFETY: `len` bytes that belong to this area while it exists. A reference to bytes needs no values before
        // they are read, and coders write each byte before they read it: `ctests/test_codec_memory.c`, under valgrind,
        // gives memory that was never written.
        Carver::of_bytes(unsafe { core::slice::from_raw_parts_mut(self.base, self.len) })
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
