//! Where the two areas come from: the caller's memory, the caller's allocator, or the host's heap.

use super::types::sqs_memory;
use crate::checked;
use crate::limits::AREA_ALIGN;
#[cfg(all(feature = "std", target_os = "linux"))]
use crate::mem::{Mapping, SpillDir};
use crate::status::{Error, Result, Status};
use core::ffi::c_void;

/// How memory is had.
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

/// A block that has to be given back.
#[derive(Clone, Copy)]
struct Block {
    base: *mut u8,
    size: usize,
    #[cfg_attr(not(feature = "std"), allow(dead_code, reason = "the heap asks for it again"))]
    align: usize,
}

/// What a pipeline holds, and how to give it back.
pub(super) struct Holder {
    origin: Origin,
    control: Option<Block>,
    work: Option<Block>,
    #[cfg(all(feature = "std", target_os = "linux"))]
    spill: (Option<SpillDir>, Option<Mapping>),
}

impl Holder {
    /// Understands the caller's choice, and gives the control area of `bytes` bytes.
    pub(super) fn new(memory: Option<sqs_memory>, bytes: usize) -> Result<(Holder, *mut u8)> {
        let origin = match memory {
            #[cfg(feature = "std")]
            None => Origin::Host,
            #[cfg(not(feature = "std"))]
            None => return Err(Error::new(Status::Unsupported, "this build has no heap: give it memory")),
            Some(m) if !m.base.is_null() => {
                if m.alloc.is_some() || m.free.is_some() {
                    return Err(Error::new(Status::Argument, "give either base and size, or alloc and free"));
                }
                if !m.base.addr().is_multiple_of(AREA_ALIGN) {
                    return Err(Error::new(Status::Align, "the control area must be aligned to {a} bytes")
                        .a(checked::count(AREA_ALIGN)));
                }
                if m.size < bytes {
                    let text = "the control area has {b} bytes and needs {a}";
                    return Err(Error::new(Status::Memory, text).a(checked::count(bytes)).b(checked::count(m.size)));
                }
                return Ok((Holder::of(Origin::Areas), m.base.cast()));
            }
            Some(m) if m.alloc.is_some() && m.free.is_some() => Origin::Allocator(m),
            Some(_) => return Err(Error::new(Status::Argument, "sqs_memory has neither an area nor alloc and free")),
        };
        let mut holder = Holder::of(origin);
        let block = holder.take(bytes, 64, false)?;
        holder.control = Some(block);
        Ok((holder, block.base))
    }

    fn of(origin: Origin) -> Holder {
        Holder {
            origin,
            control: None,
            work: None,
            #[cfg(all(feature = "std", target_os = "linux"))]
            spill: (None, None),
        }
    }

    /// Opens the directory for spilling.
    pub(super) fn open_spill(&mut self, path: &core::ffi::CStr) -> Result<()> {
        #[cfg(all(feature = "std", target_os = "linux"))]
        {
            self.spill.0 = Some(SpillDir::open(path)?);
            Ok(())
        }
        #[cfg(not(all(feature = "std", target_os = "linux")))]
        {
            let _ = path;
            Err(Error::new(Status::Unsupported, "this build has no files to spill into: spill_dir must be NULL"))
        }
    }

    /// Maps the file for spilling; nothing where the plan needs none.
    pub(super) fn map_spill(&mut self, bytes: usize) -> Result<&'static mut [u8]> {
        if bytes == 0 {
            return Ok(&mut []);
        }
        #[cfg(all(feature = "std", target_os = "linux"))]
        if let (Some(dir), map) = (&self.spill.0, &mut self.spill.1) {
            let map = map.insert(Mapping::new(dir, bytes)?);
            // SAFETY: the only slice, used until the pipeline is gone; then the holder gives the mapping back.
            return Ok(unsafe { map.bytes() });
        }
        Err(Error::new(Status::Internal, "a plan spills without a directory for it"))
    }

    /// True where stages may use the host's heap.
    pub(super) fn is_host(&self) -> bool {
        #[cfg(feature = "std")]
        return matches!(self.origin, Origin::Host);
        #[cfg(not(feature = "std"))]
        false
    }

    /// The work area: the caller's, zeroed here, or a new block.
    pub(super) fn work(
        &mut self,
        given: *mut c_void,
        size: usize,
        need: usize,
        align: usize,
    ) -> Result<&'static mut [u8]> {
        let block = if given.is_null() {
            if matches!(self.origin, Origin::Areas) {
                let text = "the pipeline is on the caller's memory: seal it with a work area of {a} bytes";
                return Err(Error::new(Status::Memory, text).a(checked::count(need)));
            }
            let block = self.take(need, align.max(64), true)?;
            self.work = Some(block);
            block
        } else {
            Block { base: given.cast(), size, align }
        };
        let len = block.size.min(need.max(1));
        if given.is_null() && self.is_host() {
            // Fresh from the host's heap: zeroed already, and not touched before it is used.
        } else {
            // SAFETY: the block has at least `len` bytes and is the pipeline's until it is deleted.
            unsafe { core::ptr::write_bytes(block.base, 0, len) };
        }
        // SAFETY: as above, and initialised.
        Ok(unsafe { core::slice::from_raw_parts_mut(block.base, len) })
    }

    fn take(&self, size: usize, align: usize, zeroed: bool) -> Result<Block> {
        let size = size.max(1);
        let none = Error::new(Status::Memory, "the allocator has no {a} bytes").a(checked::count(size));
        let base: *mut u8 = match self.origin {
            Origin::Areas => return Err(none),
            Origin::Allocator(m) => match m.alloc {
                // SAFETY: the caller's function, with his context.
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
            self.give_back(block);
            return Err(Error::new(Status::Align, "the allocator gave memory not aligned to {a} bytes")
                .a(checked::count(align)));
        }
        Ok(block)
    }

    fn give_back(&self, block: Block) {
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
                    // SAFETY: allocated in `take` with the same layout.
                    unsafe { std::alloc::dealloc(block.base, layout) };
                }
            }
        }
    }

    /// Gives back a work area that was not taken after all.
    pub(super) fn drop_work(&mut self) {
        if let Some(block) = self.work.take() {
            self.give_back(block);
        }
        #[cfg(all(feature = "std", target_os = "linux"))]
        {
            self.spill.1 = None;
        }
    }

    /// Gives everything back, the control area last. Nothing that lies in it is used after this.
    pub(super) fn release(mut self) {
        self.drop_work();
        if let Some(block) = self.control.take() {
            self.give_back(block);
        }
    }
}
