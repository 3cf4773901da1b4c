//! The samples of a pushed input: a run of bytes that slides, so that every window in it is contiguous.
//!
//! Samples are appended behind the last; when the run reaches the end of its memory, what is still needed moves to the
//! front. Nothing is copied per window, however much windows overlap.

use crate::mem::{Span, Work};
use crate::util::num;

/// The ring of one input. Positions are sample numbers from the start of the stream.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ring {
    span: Span,
    sample_bytes: usize,
    capacity: u64,
    /// First sample held.
    first: u64,
    /// One behind the last sample held.
    end: u64,
    /// Byte of the first sample, in the span.
    start: usize,
    /// No more samples will come.
    pub ended: bool,
}

impl Ring {
    /// A ring in `span` for `capacity` samples.
    #[must_use]
    pub fn new(span: Span, capacity: u64, sample_bytes: usize) -> Ring {
        Ring { span, sample_bytes, capacity, ..Ring::default() }
    }

    /// Forgets all samples and starts at sample 0.
    pub fn reset(&mut self) {
        *self = Ring::new(self.span, self.capacity, self.sample_bytes);
    }

    /// First sample held.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.first
    }

    /// One behind the last sample received.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Samples it holds at most.
    #[must_use]
    pub fn capacity(&self) -> u64 {
        self.capacity
    }

    /// Starts anew with samples `first .. end` of a stream, and says where they go; none where they do not fit.
    pub fn take_up(&mut self, first: u64, end: u64) -> Option<Span> {
        let held = end.checked_sub(first).filter(|n| *n <= self.capacity)?;
        (self.first, self.end, self.start) = (first, end, 0);
        self.span.part(0, usize::try_from(held).ok()?.checked_mul(self.sample_bytes)?)
    }

    /// Appends what fits of `samples`, giving up samples before `keep` where room is needed. Says how many it took.
    pub fn push(&mut self, work: &mut Work<'_>, samples: &[u8], keep: u64) -> usize {
        let offered = samples.len().checked_div(self.sample_bytes).unwrap_or(0);
        let mut taken = 0usize;
        // Samples that no window needs (gaps between windows, when the ring is empty) pass by without being stored.
        if keep > self.end {
            let skip = keep.saturating_sub(self.end).min(num::count(offered));
            self.end = self.end.saturating_add(skip);
            (self.first, self.start) = (self.end, 0);
            taken = usize::try_from(skip).unwrap_or(offered);
        }
        let rest = offered.saturating_sub(taken);
        let held = self.end.saturating_sub(self.first);
        if held.saturating_add(num::count(rest)) > self.capacity {
            self.drop_before(keep.min(self.end));
        }
        let held = self.end.saturating_sub(self.first);
        let room = usize::try_from(self.capacity.saturating_sub(held)).unwrap_or(usize::MAX);
        let more = rest.min(room);
        let bytes = more.saturating_mul(self.sample_bytes);
        let held_bytes = usize::try_from(held).unwrap_or(0).saturating_mul(self.sample_bytes);
        if self.start.saturating_add(held_bytes).saturating_add(bytes) > self.span.len {
            if let Some(from) = self.span.part(self.start, held_bytes) {
                let _ = work.copy(from, self.span.at);
            }
            self.start = 0;
        }
        let from = taken.saturating_mul(self.sample_bytes);
        let source = samples.get(from..from.saturating_add(bytes)).unwrap_or(&[]);
        let place = self.span.part(self.start.saturating_add(held_bytes), bytes);
        if let Some(to) = place.and_then(|p| work.bytes(p)).filter(|to| to.len() == source.len()) {
            to.copy_from_slice(source);
            self.end = self.end.saturating_add(num::count(more));
            taken = taken.saturating_add(more);
        }
        taken
    }

    fn drop_before(&mut self, keep: u64) {
        let gone = keep.saturating_sub(self.first);
        if gone > 0 {
            self.first = keep;
            self.start =
                self.start.saturating_add(usize::try_from(gone).unwrap_or(0).saturating_mul(self.sample_bytes));
        }
    }

    /// Where samples `first .. first + len` lie; none where one of them is not held.
    #[must_use]
    pub fn span(&self, first: u64, len: u64) -> Option<Span> {
        let end = first.checked_add(len)?;
        if first < self.first || end > self.end {
            return None;
        }
        let skip = usize::try_from(first.checked_sub(self.first)?).ok()?.checked_mul(self.sample_bytes)?;
        let bytes = usize::try_from(len).ok()?.checked_mul(self.sample_bytes)?;
        self.span.part(self.start.checked_add(skip)?, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    proptest! {
        /// Whatever is pushed and kept, what is held is the tail of what was accepted, and nothing kept was lost.
        #[test]
        fn holds_what_was_pushed(
            capacity in 1u64..20,
            steps in prop::collection::vec((0usize..30, 0u64..12), 1..60),
        ) {
            let mut bytes = [0u8; 64];
            let mut work = Work::new(&mut bytes);
            let mut ring = Ring::new(Span { at: 3, len: capacity as usize * 2 }, capacity, 2);
            let mut all: Vec<u8> = Vec::new();
            let mut keep = 0u64;
            for (n, ahead) in steps {
                let next = all.len() / 2;
                let samples: Vec<u8> = (0..n).flat_map(|i| ((next + i) as u16).to_be_bytes()).collect();
                let taken = ring.push(&mut work, &samples, keep);
                prop_assert!(taken <= n);
                all.extend_from_slice(&samples[..taken * 2]);
                prop_assert_eq!(ring.end(), all.len() as u64 / 2);
                prop_assert!(ring.end() - ring.first() <= capacity);
                prop_assert!(ring.first() <= keep.max(ring.first().min(ring.end())));
                let full = ring.end() - ring.first().max(keep.min(ring.end())) == capacity;
                prop_assert!(taken == n || full);
                let held = ring.span(ring.first(), ring.end() - ring.first()).unwrap();
                prop_assert_eq!(&*work.bytes(held).unwrap(), &all[ring.first() as usize * 2..]);
                keep = keep.max((ring.first() + ahead).min(ring.end() + 3));
            }
        }
    }
}
