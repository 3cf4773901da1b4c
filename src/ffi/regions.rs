//! Memory that a call is given. Everything that it reads or writes is compared with the memory of the handle and with
//! each other before the first write.

use super::versioned::Versioned;
use crate::mem::Span;
use crate::status::{Error, Name, Result, Status};
use crate::util::unsigned::Unsigned;
use core::cell::Cell;

/// Maximum number of regions of a handle: control area, work area, spill file.
const MAX_OWN: usize = 3;
/// Maximum number of regions that a call writes.
const MAX_OUTS: usize = 6;
/// Maximum number of regions that a call reads, without names and lists.
const MAX_INS: usize = 4;

/// Regions of a handle, by address.
pub(super) type Own = [Span; MAX_OWN];

/// No memory: calls without a handle.
pub(super) const NOTHING: Own = [Span { at: 0, len: 0 }; MAX_OWN];

/// An argument that points to memory.
#[derive(Clone, Copy)]
pub(super) struct Region {
    name: &'static str,
    base: *const u8,
    len: usize,
}

impl Region {
    pub(super) const NONE: Region = Region { name: "", base: core::ptr::null(), len: 0 };

    /// `len` bytes.
    pub(super) fn bytes<T>(name: &'static str, p: *const T, len: usize) -> Region {
        Region { name, base: p.cast(), len: if p.is_null() { 0 } else { len } }
    }

    /// One value. A pointer that is NULL or misaligned is not followed, and refused elsewhere.
    pub(super) fn value<T>(name: &'static str, p: *const T) -> Region {
        Region::array(name, p, 1)
    }

    /// `count` values.
    pub(super) fn array<T>(name: &'static str, p: *const T, count: usize) -> Region {
        Region::bytes(name, p, if p.is_aligned() { count.sat_mul(size_of::<T>()) } else { 0 })
    }

    /// A struct, of the size that it starts with.
    pub(super) fn structure<T: Versioned>(name: &'static str, p: *const T) -> Region {
        if p.is_null() || !p.is_aligned() {
            return Region::bytes(name, p, 0);
        }
        // SAFETY: not NULL and aligned; the caller's struct starts with its size.
        let size = unsafe { p.cast::<u32>().read() } as usize;
        Region::bytes(name, p, size.min(size_of::<T>()).max(size_of::<u32>()))
    }

    fn span(&self) -> Span {
        Span { at: self.base.addr(), len: self.len }
    }

    fn refused(&self, text: &'static str) -> Error {
        let mut name = Name::new();
        name.push_str(self.name);
        Error::new(Status::Overlap, text).name(&name)
    }
}

/// The memory of a call.
pub(super) struct Call<'c> {
    own: Own,
    /// Numbers of the caller that are written whatever happens.
    counts: &'c [Region],
    settled: bool,
    /// Not all samples of a push fit.
    full: bool,
    /// Missing samples that were appended: a text about them, and their number.
    gap: Option<(Error, u64)>,
    /// The struct for the detail overlaps another argument.
    quiet: Cell<bool>,
    /// The struct for details of an error, written at the end.
    error: Region,
    /// What the call writes and reads, as far as it is known.
    outs: [Region; MAX_OUTS],
    ins: [Region; MAX_INS],
}

impl<'c> Call<'c> {
    /// A call on a handle with this memory.
    pub(super) fn new(own: Own, counts: &'c [Region]) -> Self {
        Call {
            own,
            counts,
            settled: false,
            full: false,
            gap: None,
            quiet: Cell::new(false),
            error: Region::NONE,
            outs: [Region::NONE; MAX_OUTS],
            ins: [Region::NONE; MAX_INS],
        }
    }

    /// Compares what a call writes and reads with the memory of the handle and with each other, and sets its counts to
    /// 0. Comes before the first write.
    pub(super) fn claim(&mut self, outs: &[Region], ins: &[Region]) -> Result<()> {
        debug_assert!(self.counts.len().sat_add(outs.len()) < MAX_OUTS && ins.len() <= MAX_INS);
        let all = self.counts.iter().chain(outs).chain(core::iter::once(&self.error));
        let mut written = 0usize;
        for (slot, region) in self.outs.iter_mut().zip(all) {
            *slot = *region;
            written = written.sat_add(1);
        }
        self.ins.iter_mut().zip(ins).for_each(|(slot, region)| *slot = *region);
        self.settled = true;
        if !self.conflicts(written, ins.len()) {
            self.counts.iter().for_each(clear);
            return Ok(());
        }
        let (mut refused, mut quiet) = (None, false);
        for (i, out) in self.outs.iter().enumerate().take_while(|(_, r)| !r.name.is_empty()) {
            let mut others = self.outs.iter().enumerate().filter(|(k, _)| *k != i).map(|(_, r)| r).chain(&self.ins);
            let shared = others.any(|o| o.span().meets(out.span()));
            quiet |= shared && out.base == self.error.base;
            if self.in_own(out) {
                refused = refused.or(Some(out.refused(OWN)));
            } else if shared {
                refused = refused.or(Some(out.refused(SHARED)));
            } else if i < self.counts.len() {
                clear(out);
            }
        }
        self.quiet.set(quiet);
        let inside = self.ins.iter().find(|r| self.in_own(r)).map(|r| r.refused(OWN));
        refused.or(inside).map_or(Ok(()), Err)
    }

    /// True if a region that is written shares a byte with another one, or any with memory of the handle. Calls that
    /// are right need no more than this.
    fn conflicts(&self, written: usize, read: usize) -> bool {
        let outs = self.outs.get(..written).unwrap_or(&[]);
        let ins = self.ins.get(..read).unwrap_or(&[]);
        let (mut start, mut end) = (usize::MAX, 0usize);
        let mut rest = outs;
        // Bounded by the regions of a call.
        while let Some((out, after)) = rest.split_first() {
            rest = after;
            let a = out.span();
            if a.len == 0 {
                continue;
            }
            (start, end) = (start.min(a.at), end.max(a.end()));
            if after.iter().any(|b| b.span().meets(a)) || ins.iter().any(|b| b.span().meets(a)) {
                return true;
            }
        }
        for a in ins.iter().map(Region::span).filter(|a| a.len > 0) {
            (start, end) = (start.min(a.at), end.max(a.end()));
        }
        // The memory of the handle is mostly elsewhere than all of them.
        let near = self.own.iter().any(|o| o.at < end && start < o.end());
        near && outs.iter().chain(ins).any(|r| self.in_own(r))
    }

    /// Compares one more region that the call reads, such as a name.
    pub(super) fn reads(&self, region: Region) -> Result<()> {
        if self.in_own(&region) {
            return Err(region.refused(OWN));
        }
        let shared = self.outs.iter().any(|o| o.span().meets(region.span()));
        if self.error.span().meets(region.span()) {
            self.quiet.set(true);
        }
        if shared { Err(region.refused(SHARED)) } else { Ok(()) }
    }

    /// Compares memory that becomes the handle's during the call.
    pub(super) fn adopt(&self, memory: Span) -> Result<()> {
        let text = "the memory for the work area overlaps memory that is in use";
        let used = self.own.iter().any(|o| o.meets(memory))
            || self.outs.iter().chain(&self.ins).any(|r| r.span().meets(memory));
        if used { Err(Error::new(Status::Overlap, text)) } else { Ok(()) }
    }

    /// Ends the call: one that failed before [`Call::claim`] has counts of 0, too.
    pub(super) fn finish(&self) {
        if !self.settled {
            self.counts.iter().filter(|c| !self.in_own(c)).for_each(clear);
        }
    }

    /// Notes that not all samples of a push fit, for the events of the call.
    pub(super) fn note_full(&mut self) {
        self.full = true;
    }

    /// True if not all samples of a push fit.
    pub(super) fn input_full(&self) -> bool {
        self.full
    }

    /// Notes missing samples that were appended, for the events of the call.
    pub(super) fn note_gap(&mut self, text: Error, count: u64) {
        self.gap = Some((text, count));
    }

    /// Missing samples that were appended.
    pub(super) fn gap(&self) -> Option<(Error, u64)> {
        self.gap
    }

    /// Sets the place for details of an error.
    pub(super) fn report_to(&mut self, error: Region) {
        self.error = error;
    }

    /// True if details of an error may be written.
    pub(super) fn may_report(&self) -> bool {
        !self.quiet.get()
    }

    fn in_own(&self, region: &Region) -> bool {
        self.own.iter().any(|o| o.meets(region.span()))
    }
}

const OWN: &str = "{n} lies in memory of the handle";
const SHARED: &str = "{n} overlaps another argument of the call";

/// Sets a number of the caller to 0.
fn clear(count: &Region) {
    if count.len > 0 {
        // SAFETY: a number of `len` bytes at a pointer of the caller that is not NULL and aligned, made from a `*mut`.
        unsafe { core::ptr::write_bytes(count.base.cast_mut(), 0, count.len) };
    }
}
