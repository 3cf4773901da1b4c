//! The work area: bytes of the caller that are lent in disjoint spans, with a mark of those that were ever lent. A second run of bytes,
//! the mapped file of a classic job, follows it in the positions of spans.

use crate::limits::BUFFER_ALIGN;
use crate::util::places::PlaceSum;
use crate::util::unsigned::Unsigned;
use core::marker::PhantomData;
use core::ptr::NonNull;

/// A part of the work area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Position of the first byte, from the start of the area.
    pub at: usize,
    /// Length in bytes.
    pub len: usize,
}

impl Span {
    /// End (exclusive). It saturates, and is then outside of every area.
    #[must_use]
    pub fn end(self) -> usize {
        self.at.sat_add(self.len)
    }

    /// The part of `len` bytes that starts `skip` bytes after the start; `None` if that is not within the span.
    #[must_use]
    pub fn part(self, skip: usize, len: usize) -> Option<Span> {
        let inside = skip.checked_add(len).is_some_and(|end| end <= self.len);
        inside.then(|| Span { at: self.at.sat_add(skip), len })
    }

    /// True if the two share a byte.
    #[must_use]
    pub fn meets(self, other: Span) -> bool {
        self.len > 0 && other.len > 0 && self.at < other.end() && other.at < self.end()
    }
}

/// Which parts of a run of bytes were ever lent, in up to 64 parts of equal size.
#[derive(Clone, Copy, Debug, Default)]
struct Touched {
    parts: u64,
    shift: u32,
}

impl Touched {
    fn of(len: usize) -> Touched {
        // The smallest size, a power of two, of which 64 cover the run.
        let shift = len.div_ceil(64).max(1).next_power_of_two().trailing_zeros();
        Touched { parts: 0, shift }
    }

    /// Marks a span within the run.
    #[inline]
    fn mark(&mut self, at: usize, len: usize) {
        let Some(last) = len.checked_sub(1) else { return };
        let (first, last) = (at.wrapping_shr(self.shift), at.wrapping_add(last).wrapping_shr(self.shift));
        // Bits from `first` on, without those after `last`.
        let from = u64::MAX.wrapping_shl(first as u32);
        self.parts |= from & u64::MAX.wrapping_shr(63u32.wrapping_sub(last as u32));
    }

    /// Bytes of the parts that are marked, of a run of `len` bytes.
    fn bytes(self, len: usize) -> usize {
        let part = 1usize.wrapping_shl(self.shift);
        let last = len.saturating_sub(1).wrapping_shr(self.shift);
        let whole = (self.parts.count_ones() as usize).sat_mul(part);
        let has_last = self.parts.wrapping_shr(last as u32) & 1 == 1;
        let beyond = if has_last { last.sat_add(1).sat_mul(part).sat_sub(len) } else { 0 };
        whole.sat_sub(beyond)
    }
}

/// The work area. Empty until a pipeline is sealed.
#[derive(Debug)]
pub struct Work<'m> {
    base: NonNull<u8>,
    len: usize,
    touched: Touched,
    /// The second run.
    spill: NonNull<u8>,
    spill_len: usize,
    spill_touched: Touched,
    owns: PhantomData<&'m mut [u8]>,
}

// SAFETY: a Work is an exclusive borrow of two runs of bytes, which may move between threads.
unsafe impl Send for Work<'_> {}

impl Default for Work<'_> {
    fn default() -> Self {
        Work::new(&mut [])
    }
}

impl<'m> Work<'m> {
    /// All of `bytes`.
    pub fn new(bytes: &'m mut [u8]) -> Self {
        Work::with_spill(bytes, &mut [])
    }

    /// All of `bytes`, followed by all of `spill`.
    pub(crate) fn with_spill(bytes: &'m mut [u8], spill: &'m mut [u8]) -> Self {
        let (bytes_len, spill_len) = (bytes.len(), spill.len());
        Work {
            len: bytes_len,
            base: NonNull::from(bytes).cast(),
            touched: Touched::of(bytes_len),
            spill_len,
            spill: NonNull::from(spill).cast(),
            spill_touched: Touched::of(spill_len),
            owns: PhantomData,
        }
    }

    /// Position of the second run after a first one of `len` bytes.
    #[must_use]
    pub(crate) fn spill_start(len: usize) -> usize {
        len.checked_next_multiple_of(BUFFER_ALIGN).unwrap_or(usize::MAX)
    }

    /// Adds where the two runs are.
    pub(crate) fn places(&self, sum: &mut PlaceSum) {
        sum.add_all([self.address(), self.len]);
        sum.add_all([self.spill.as_ptr().addr(), self.spill_len]);
    }

    /// Length of the first run in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// True until the work area is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes that were ever lent, in parts of a 64th to a 32nd of the run.
    #[must_use]
    pub(crate) fn touched(&self) -> usize {
        self.touched.bytes(self.len)
    }

    /// The same for the second run.
    #[must_use]
    pub(crate) fn spill_touched(&self) -> usize {
        self.spill_touched.bytes(self.spill_len)
    }

    /// Address and length of the second run.
    #[must_use]
    pub fn spill(&self) -> (usize, usize) {
        (self.spill.as_ptr().addr(), self.spill_len)
    }

    /// Address of the first byte, to compare with the addresses of the caller's buffers.
    #[must_use]
    pub fn address(&self) -> usize {
        self.base.as_ptr().addr()
    }

    fn pointer(&mut self, span: Span) -> Option<*mut u8> {
        if span.end() > self.len {
            return self.spill_pointer(span);
        }
        self.touched.mark(span.at, span.len);
        // SAFETY: `at` is not past the end of the area.
        Some(unsafe { self.base.as_ptr().add(span.at) })
    }

    fn spill_pointer(&mut self, span: Span) -> Option<*mut u8> {
        let skip = span.at.checked_sub(Work::spill_start(self.len))?;
        skip.checked_add(span.len).filter(|end| *end <= self.spill_len)?;
        self.spill_touched.mark(skip, span.len);
        // SAFETY: `skip` is not past the end of the second run.
        Some(unsafe { self.spill.as_ptr().add(skip) })
    }

    /// The bytes of `span`; `None` if it is outside of the area.
    pub fn bytes(&mut self, span: Span) -> Option<&mut [u8]> {
        let at = self.pointer(span)?;
        // SAFETY: within the area (checked), and borrowed through self.
        Some(unsafe { core::slice::from_raw_parts_mut(at, span.len) })
    }

    /// Copies `from` to the position `to`; the two may overlap.
    pub fn copy(&mut self, from: Span, to: usize) -> Option<()> {
        let source = self.pointer(from)?;
        let target = self.pointer(Span { at: to, len: from.len })?;
        // SAFETY: both are within the area (checked); copy allows overlap.
        unsafe { core::ptr::copy(source, target, from.len) };
        Some(())
    }

    /// Lends `reads` shared (in `out`) and `writes` exclusively (as the result), all at the same time. `None` if a span
    /// is outside of the area, if a write overlaps any other span, or if `out` is too short.
    pub(crate) fn lend<'a, const W: usize>(
        &'a mut self,
        reads: &[Span],
        out: &mut [&'a [u8]],
        writes: [Span; W],
    ) -> Option<[&'a mut [u8]; W]> {
        for (i, w) in writes.iter().enumerate() {
            let later = writes.iter().skip(i.sat_add(1));
            if later.chain(reads).any(|s| s.meets(*w)) {
                return None;
            }
        }
        let mut slots = out.iter_mut();
        for read in reads {
            let at = self.pointer(*read)?;
            // SAFETY: within the area and disjoint from every write (checked), borrowed for 'a from
            // self.
            *slots.next()? = unsafe { core::slice::from_raw_parts(at, read.len) };
        }
        let mut lent: [&'a mut [u8]; W] = core::array::from_fn(|_| Default::default());
        for (slot, write) in lent.iter_mut().zip(writes) {
            let at = self.pointer(write)?;
            // SAFETY: within the area, disjoint from all reads and other writes (checked), borrowed
            // for 'a.
            *slot = unsafe { core::slice::from_raw_parts_mut(at, write.len) };
        }
        Some(lent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lends<const W: usize>(work: &mut Work<'_>, reads: &[Span], writes: [Span; W]) -> bool {
        let mut out = [&[] as &[u8]; 2];
        work.lend(reads, &mut out, writes).is_some()
    }

    #[test]
    fn overlapping_and_outside_spans_are_refused() {
        let mut bytes = [0u8; 64];
        let mut work = Work::new(&mut bytes);
        let at = |at, len| Span { at, len };
        assert!(lends(&mut work, &[at(0, 8), at(4, 8)], [at(16, 8), at(24, 8)]));
        // Of 64 bytes, each is a part.
        assert_eq!(work.touched(), 28);
        assert!(!lends(&mut work, &[at(0, 8)], [at(7, 8)]));
        assert!(!lends(&mut work, &[at(0, 8)], [at(8, 8), at(15, 1)]));
        assert!(!lends(&mut work, &[at(60, 8)], [at(0, 8)]));
        assert!(work.bytes(at(usize::MAX, 2)).is_none());
        assert!(work.bytes(at(60, 0)).is_some_and(|b| b.is_empty()));
        assert_eq!(work.touched(), 28);
    }

    #[test]
    fn a_span_is_within_one_of_the_two_runs() {
        let (mut bytes, mut spill) = ([0u8; 40], [0u8; 16]);
        let mut work = Work::with_spill(&mut bytes, &mut spill);
        let at = |at, len| Span { at, len };
        assert_eq!(Work::spill_start(40), 64);
        assert!(lends(&mut work, &[at(0, 8)], [at(64, 8), at(72, 8)]));
        assert_eq!((work.touched(), work.spill_touched()), (8, 16));
        for outside in [at(36, 8), at(40, 1), at(60, 8), at(73, 8), at(80, 1), at(usize::MAX, 1), at(70, usize::MAX)] {
            assert!(work.bytes(outside).is_none(), "{outside:?}");
        }
        work.bytes(at(64, 4)).unwrap().fill(7);
        work.copy(at(64, 4), 8).unwrap();
        assert_eq!(work.bytes(at(8, 5)).unwrap(), [7, 7, 7, 7, 0]);
    }

    #[test]
    fn touched_bytes_are_those_of_the_parts() {
        for len in [1usize, 63, 64, 65, 100, 1000, 4097, 74_560] {
            let mut touched = Touched::of(len);
            let part = 1 << touched.shift;
            assert!(part * 64 >= len && (part == 1 || part * 32 < len));
            assert_eq!(touched.bytes(len), 0);
            let mut naive = std::vec![false; len];
            for (at, n) in [(len - 1, 1), (len / 3, len / 5), (0, 0), (len / 2, 1), (0, 1), (0, len)] {
                touched.mark(at, n);
                let (first, end) = (at / part * part, (at + n).div_ceil(part) * part);
                (first..end.min(len)).filter(|_| n > 0).for_each(|i| naive[i] = true);
                assert_eq!(touched.bytes(len), naive.iter().filter(|t| **t).count(), "{len}: {n} from {at}");
            }
            assert_eq!(touched.bytes(len), len);
        }
    }

    #[test]
    fn copies_may_overlap() {
        let mut bytes: [u8; 8] = core::array::from_fn(|i| i as u8);
        let mut work = Work::new(&mut bytes);
        work.copy(Span { at: 2, len: 6 }, 0).unwrap();
        assert_eq!(bytes, [2, 3, 4, 5, 6, 7, 6, 7]);
    }
}
