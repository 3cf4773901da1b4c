//! Memory of a pipeline: the caller's areas, the caller's allocator, or the host's heap.

use super::regions::{Call, NOTHING, Own};
use super::structs::versioned;
use crate::checked;
use crate::limits::AREA_ALIGN;
use crate::mem::Span;
#[cfg(all(feature = "std", target_os = "linux"))]
use crate::mem::{Mapping, SpillDir};
use crate::status::{Error, Result, Status};
use crate::util::places::PlaceSum;
use core::ffi::c_void;

/// Allocates memory: bytes bytes, aligned to align, a power of two. Returns NULL if none is left.
pub type sqs_alloc_fn = Option<unsafe extern "C" fn(ctx: *mut c_void, bytes: usize, align: usize) -> *mut c_void>;

/// Frees memory that an sqs_alloc_fn returned for the same number of bytes.
pub type sqs_free_fn = Option<unsafe extern "C" fn(ctx: *mut c_void, memory: *mut c_void, bytes: usize)>;

/// Memory of a pipeline: either control and control_bytes, or alloc and free. Zero the rest.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_memory {
    /// sizeof(sqs_memory).
    pub struct_size: u32,
    /// 0.
    pub flags: u32,
    /// The control area, aligned to 8 bytes; the pipeline's until delete. The work area is given to
    /// sqs_pipeline_seal(). NULL: alloc and free serve both areas.
    pub control: *mut c_void,
    /// Size of the control area: at least what sqs_pipeline_control_bytes() returns.
    pub control_bytes: usize,
    /// Allocates an area. Called by sqs_pipeline_new() and by the call that seals, never later.
    pub alloc: sqs_alloc_fn,
    /// Frees an area. Called by sqs_pipeline_delete(), and by new and seal when they fail.
    pub free: sqs_free_fn,
    /// First argument of alloc and free.
    pub ctx: *mut c_void,
}
versioned!(sqs_memory);

/// Source of the memory.
#[derive(Clone, Copy)]
enum Origin {
    /// The caller's areas.
    Areas,
    /// The caller's allocator.
    Allocator(sqs_memory),
    /// The host's heap.
    #[cfg(feature = "std")]
    Host,
}

/// An allocated block.
#[derive(Clone, Copy)]
struct Block {
    base: *mut u8,
    size: usize,
    #[cfg_attr(not(feature = "std"), allow(dead_code, reason = "deallocation on the heap needs it"))]
    align: usize,
}

impl Block {
    fn span(&self) -> Span {
        Span { at: self.base.addr(), len: self.size }
    }
}

/// The memory that a pipeline holds, and its release.
pub(super) struct Holder {
    origin: Origin,
    /// Control area, work area and spill file, as the caller or the system gave them.
    own: Own,
    control: Option<Block>,
    work: Option<Block>,
    #[cfg(all(feature = "std", target_os = "linux"))]
    spill: (Option<SpillDir>, Option<Mapping>),
}

impl Holder {
    /// Parses the caller's choice, and returns the control area of `bytes` bytes.
    pub(super) fn new(memory: Option<sqs_memory>, bytes: usize) -> Result<(Holder, *mut u8)> {
        let origin = match memory {
            #[cfg(feature = "std")]
            None => Origin::Host,
            #[cfg(not(feature = "std"))]
            None => {
                return Err(Error::new(
                    Status::Unsupported,
                    "memory is NULL and this build has no heap: pass an sqs_memory",
                ));
            }
            Some(m) if !m.control.is_null() => {
                if m.alloc.is_some() || m.free.is_some() {
                    return Err(Error::new(
                        Status::Argument,
                        "sqs_memory: control and alloc are both set: set either control and control_bytes, or alloc and free",
                    ));
                }
                if !m.control.addr().is_multiple_of(AREA_ALIGN) {
                    return Err(Error::new(Status::Align, "the control area must be aligned to {a} bytes")
                        .a(checked::count(AREA_ALIGN)));
                }
                if m.control_bytes < bytes {
                    let (needed, given) = (checked::count(bytes), checked::count(m.control_bytes));
                    let text =
                        "control_bytes is {b}, the config needs {a}: max_stages, max_edges and param_bytes set it";
                    return Err(Error::new(Status::Memory, text).a(needed).b(given));
                }
                let mut holder = Holder::of(Origin::Areas);
                holder.own[0] = Span { at: m.control.addr(), len: m.control_bytes };
                return Ok((holder, m.control.cast()));
            }
            Some(m) if m.alloc.is_some() && m.free.is_some() => Origin::Allocator(m),
            Some(_) => {
                return Err(Error::new(
                    Status::Argument,
                    "sqs_memory: control is NULL, and alloc or free: set control and control_bytes, or alloc and free",
                ));
            }
        };
        let mut holder = Holder::of(origin);
        let block = holder.allocate(bytes, 64, false)?;
        holder.control = Some(block);
        holder.own[0] = block.span();
        Ok((holder, block.base))
    }

    fn of(origin: Origin) -> Holder {
        Holder {
            origin,
            own: NOTHING,
            control: None,
            work: None,
            #[cfg(all(feature = "std", target_os = "linux"))]
            spill: (None, None),
        }
    }

    /// Opens the directory of spill files.
    pub(super) fn open_spill(&mut self, path: &core::ffi::CStr) -> Result<()> {
        #[cfg(all(feature = "std", target_os = "linux"))]
        {
            self.spill.0 = Some(SpillDir::open(path)?);
            Ok(())
        }
        #[cfg(not(all(feature = "std", target_os = "linux")))]
        {
            let _ = path;
            Err(Error::new(
                Status::Unsupported,
                "sqs_config: this build has no files to spill into: spill_dir must be NULL",
            ))
        }
    }

    /// Maps the spill file; empty if the plan needs none.
    pub(super) fn map_spill(&mut self, bytes: usize) -> Result<&'static mut [u8]> {
        if bytes == 0 {
            return Ok(&mut []);
        }
        #[cfg(all(feature = "std", target_os = "linux"))]
        if let (Some(dir), map) = (&self.spill.0, &mut self.spill.1) {
            let map = map.insert(Mapping::new(dir, bytes)?);
            // SAFETY: the only slice, used until the pipeline is deleted; then the holder releases the mapping.
            let bytes = unsafe { map.bytes() };
            self.own[2] = Span { at: bytes.as_ptr().addr(), len: bytes.len() };
            return Ok(bytes);
        }
        Err(Error::new(Status::Internal, "a plan spills without a directory for it"))
    }

    /// True if stages may use the host's heap.
    pub(super) fn is_host(&self) -> bool {
        #[cfg(feature = "std")]
        return matches!(self.origin, Origin::Host);
        #[cfg(not(feature = "std"))]
        false
    }

    /// Adds the parts of the holder that a call follows.
    pub(super) fn places(&self, sum: &mut PlaceSum) {
        let (kind, alloc, free, ctx) = match &self.origin {
            Origin::Areas => (0, 0, 0, 0),
            Origin::Allocator(m) => {
                (1, m.alloc.map_or(0, |f| f as usize), m.free.map_or(0, |f| f as usize), m.ctx.addr())
            }
            #[cfg(feature = "std")]
            Origin::Host => (2, 0, 0, 0),
        };
        sum.add_all([kind, alloc, free, ctx]);
        for block in [&self.control, &self.work] {
            sum.add_all(block.map_or([0; 4], |b| [1, b.base.addr(), b.size, b.align]));
        }
        self.own.iter().for_each(|o| sum.add_all([o.at, o.len]));
        #[cfg(all(feature = "std", target_os = "linux"))]
        sum.add_all([usize::from(self.spill.0.is_some()), usize::from(self.spill.1.is_some())]);
    }

    /// Memory of the pipeline.
    pub(super) fn regions(&self) -> Own {
        self.own
    }

    /// The work area: the caller's, zeroed here, or a new block. It does not overlap other memory of the call.
    pub(super) fn work(
        &mut self,
        call: &Call<'_>,
        given: *mut c_void,
        size: usize,
        need: usize,
        align: usize,
    ) -> Result<&'static mut [u8]> {
        let block = if given.is_null() {
            if matches!(self.origin, Origin::Areas) {
                let text = "the pipeline uses the caller's memory: seal it with a work area of {a} bytes";
                return Err(Error::new(Status::Memory, text).a(checked::count(need)));
            }
            let block = self.allocate(need, align.max(64), true)?;
            self.work = Some(block);
            call.adopt(block.span()).inspect_err(|_| self.drop_work())?;
            block
        } else {
            Block { base: given.cast(), size, align }
        };
        self.own[1] = block.span();
        let len = block.size.min(need.max(1));
        if given.is_null() && self.is_host() {
            // From the host's heap: zeroed by the system when a page is first used.
        } else {
            // SAFETY: the block has at least `len` bytes and is the pipeline's until it is deleted.
            unsafe { core::ptr::write_bytes(block.base, 0, len) };
        }
        // SAFETY: as above, and initialised.
        Ok(unsafe { core::slice::from_raw_parts_mut(block.base, len) })
    }

    fn allocate(&self, size: usize, align: usize, zeroed: bool) -> Result<Block> {
        let size = size.max(1);
        let none = Error::new(Status::Memory, "the allocator has no {a} bytes").a(checked::count(size));
        let base: *mut u8 = match self.origin {
            Origin::Areas => return Err(none),
            Origin::Allocator(m) => match m.alloc {
                // SAFETY: the caller's function with its context.
                Some(alloc) => unsafe { alloc(m.ctx, size, align) }.cast(),
                None => return Err(none),
            },
            #[cfg(feature = "std")]
            Origin::Host => {
                let layout = std::alloc::Layout::from_size_align(size, align).map_err(|_| none)?;
                // SAFETY: the layout is not empty.
                unsafe { if zeroed { std::alloc::alloc_zeroed(layout) } else { std::alloc::alloc(layout) } }
            }
        };
        let _ = zeroed;
        if base.is_null() {
            return Err(none);
        }
        let block = Block { base, size, align };
        if !base.addr().is_multiple_of(align) {
            self.deallocate(block);
            return Err(Error::new(Status::Align, "the allocator returned memory not aligned to {a} bytes")
                .a(checked::count(align)));
        }
        Ok(block)
    }

    fn deallocate(&self, block: Block) {
        match self.origin {
            Origin::Areas => {}
            Origin::Allocator(m) => {
                if let Some(free) = m.free {
                    // SAFETY: the block came from this allocator.
                    unsafe { free(m.ctx, block.base.cast(), block.size) };
                }
            }
            #[cfg(feature = "std")]
            Origin::Host => {
                if let Ok(layout) = std::alloc::Layout::from_size_align(block.size, block.align) {
                    // SAFETY: allocated in `allocate` with the same layout.
                    unsafe { std::alloc::dealloc(block.base, layout) };
                }
            }
        }
    }

    /// Releases the work area.
    pub(super) fn drop_work(&mut self) {
        (self.own[1], self.own[2]) = (NOTHING[1], NOTHING[2]);
        if let Some(block) = self.work.take() {
            self.deallocate(block);
        }
        #[cfg(all(feature = "std", target_os = "linux"))]
        {
            self.spill.1 = None;
        }
    }

    /// Releases everything, the control area last. Nothing in it is used after this.
    pub(super) fn release(mut self) {
        self.drop_work();
        if let Some(block) = self.control.take() {
            self.deallocate(block);
        }
    }
}
