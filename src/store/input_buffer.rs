//! The samples of a pushed input: a run of bytes that slides, so that every window in it is contiguous.
//!
//! Samples are appended behind the last; when the run reaches the end of its memory, what is still needed moves to the
//! front. Nothing is copied per window, however much windows overlap.

use crate::checked;
use crate::crc::Crc32c;
use crate::digest::Digest;
use crate::mem::{Span, Work};
use crate::status::Result;
use crate::util::slice::Put;
use crate::util::unsigned::{Count, Unsigned};

/// Bytes of samples under one check.
const CHUNK: usize = 1024;

/// Samples of a chunk.
fn chunk_samples(sample_bytes: usize) -> u64 {
    checked::count(CHUNK.checked_div(sample_bytes).unwrap_or(1).max(1))
}

/// Chunks that `capacity` samples lie in, wherever they start.
fn chunks(capacity: u64, sample_bytes: usize) -> u64 {
    checked::div_ceil(capacity, chunk_samples(sample_bytes)).sat_add(1)
}

/// Bytes of a ring: the samples, and a check for each chunk of them.
pub fn bytes(capacity: u64, sample_bytes: usize) -> Result<usize> {
    let samples = checked::mul(checked::size(capacity)?, sample_bytes)?;
    checked::add(samples, checked::mul(checked::size(chunks(capacity, sample_bytes))?, 4)?)
}

/// The ring of one input. Positions are sample numbers from the start of the stream.
#[derive(Clone, Copy, Debug, Default)]
pub struct InputBuffer {
    span: Span,
    /// Where the checks of the chunks lie.
    sums: Span,
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
    /// Chunks looked at since the caller had control: first and one behind the last.
    seen: (u64, u64),
}

impl InputBuffer {
    /// A ring in `span`, of [`bytes`] for `capacity` samples.
    #[must_use]
    pub fn new(span: Span, capacity: u64, sample_bytes: usize) -> InputBuffer {
        let len = usize::try_from(capacity).unwrap_or(0).sat_mul(sample_bytes);
        let samples = span.part(0, len).unwrap_or_default();
        let sums = span.part(len, span.len.sat_sub(len)).unwrap_or_default();
        InputBuffer { span: samples, sums, sample_bytes, capacity, ..InputBuffer::default() }
    }

    /// The caller had control: memory may have changed.
    pub fn forget_seen(&mut self) {
        self.seen = (0, 0);
    }

    /// All that says where samples lie.
    pub fn digest(&self, d: &mut Digest) {
        d.sizes([self.span.at, self.span.len, self.sums.at, self.sums.len, self.sample_bytes, self.start]);
        d.words([self.capacity, self.first, self.end, u64::from(self.ended)]);
    }

    /// The chunk of a sample.
    fn chunk(&self, sample: u64) -> u64 {
        sample.checked_div(chunk_samples(self.sample_bytes)).unwrap_or(0)
    }

    /// First and one behind the last sample held of a chunk.
    fn held(&self, chunk: u64) -> (u64, u64) {
        let start = chunk.sat_mul(chunk_samples(self.sample_bytes));
        let end = start.sat_add(chunk_samples(self.sample_bytes));
        (start.max_u64(self.first), end.min_u64(self.end))
    }

    fn sum<'w>(&self, work: &'w mut Work<'_>, chunk: u64) -> Option<&'w mut [u8; 4]> {
        let at = chunk.checked_rem(chunks(self.capacity, self.sample_bytes))?;
        let part = self.sums.part(usize::try_from(at).ok()?.checked_mul(4)?, 4)?;
        work.bytes(part)?.first_chunk_mut()
    }

    fn crc(&self, work: &mut Work<'_>, first: u64, end: u64) -> Option<u32> {
        let at = self.span(first, end.checked_sub(first)?)?;
        Some(Crc32c::new().update(work.bytes(at)?).value())
    }

    /// True where the samples held of a chunk are what was put there.
    fn chunk_sound(&self, work: &mut Work<'_>, chunk: u64) -> bool {
        let (first, end) = self.held(chunk);
        first >= end || {
            let crc = self.crc(work, first, end);
            crc.is_some() && self.sum(work, chunk).map(|s| u32::from_ne_bytes(*s)) == crc
        }
    }

    /// True where samples `first .. first + len`, all held, are what was pushed. Each chunk is looked at once a call.
    pub fn sound(&mut self, work: &mut Work<'_>, first: u64, len: u64) -> bool {
        let Some(last) = len.checked_sub(1) else { return true };
        let (from, to) = (self.chunk(first), self.chunk(first.sat_add(last)).sat_add(1));
        let (mut low, mut high) = self.seen;
        if from > high || to < low || low == high {
            (low, high) = (from, from);
        }
        // At most as many rounds as there are chunks.
        let fine = (from..low).chain(high..to).all(|c| self.chunk_sound(work, c));
        if fine {
            self.seen = (low.min_u64(from), high.max_u64(to));
        }
        fine
    }

    /// Writes the checks of all chunks anew.
    pub fn close(&self, work: &mut Work<'_>) {
        for chunk in self.chunk(self.first)..=self.chunk(self.end) {
            let (first, end) = self.held(chunk);
            if first < end
                && let Some(crc) = self.crc(work, first, end)
                && let Some(sum) = self.sum(work, chunk)
            {
                *sum = crc.to_ne_bytes();
            }
        }
    }

    /// Brings the checks up to date with samples `from ..`, which were just appended.
    fn append_sums(&self, work: &mut Work<'_>, from: u64) {
        let Some(last) = self.end.checked_sub(1).filter(|last| *last >= from) else { return };
        for chunk in self.chunk(from)..=self.chunk(last) {
            let (first, end) = self.held(chunk);
            let begun = first.max_u64(from);
            let Some(before) = self.sum(work, chunk).map(|s| u32::from_ne_bytes(*s)) else { return };
            let so_far = if first < begun { Crc32c::resume(before) } else { Crc32c::new() };
            let Some(at) = self.span(begun, end.sat_sub(begun)) else { return };
            let Some(crc) = work.bytes(at).map(|b| so_far.update(b).value()) else { return };
            if let Some(sum) = self.sum(work, chunk) {
                *sum = crc.to_ne_bytes();
            }
        }
    }

    /// Forgets all samples and starts at sample 0.
    pub fn reset(&mut self) {
        *self = InputBuffer { first: 0, end: 0, start: 0, ended: false, seen: (0, 0), ..*self };
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
            let skip = keep.sat_sub(self.end).min_u64(checked::count(offered));
            self.end = self.end.sat_add(skip);
            (self.first, self.start) = (self.end, 0);
            taken = usize::try_from(skip).unwrap_or(offered);
        }
        let rest = offered.sat_sub(taken);
        let held = self.end.sat_sub(self.first);
        if held.sat_add(checked::count(rest)) > self.capacity {
            self.drop_before(work, keep.min_u64(self.end));
        }
        let held = self.end.sat_sub(self.first);
        let room = usize::try_from(self.capacity.sat_sub(held)).unwrap_or(usize::MAX);
        let more = rest.min(room);
        let bytes = more.sat_mul(self.sample_bytes);
        let held_bytes = usize::try_from(held).unwrap_or(0).sat_mul(self.sample_bytes);
        if self.start.sat_add(held_bytes).sat_add(bytes) > self.span.len {
            if let Some(from) = self.span.part(self.start, held_bytes) {
                let _ = work.copy(from, self.span.at);
            }
            self.start = 0;
        }
        let from = taken.sat_mul(self.sample_bytes);
        let source = samples.get(from..from.sat_add(bytes)).unwrap_or(&[]);
        let place = self.span.part(self.start.sat_add(held_bytes), bytes);
        if let Some(to) = place.and_then(|p| work.bytes(p)).filter(|to| to.len() == source.len()) {
            to.put(source);
            let before = self.end;
            self.end = self.end.sat_add(checked::count(more));
            taken = taken.sat_add(more);
            self.append_sums(work, before);
        }
        taken
    }

    fn drop_before(&mut self, work: &mut Work<'_>, keep: u64) {
        let gone = keep.sat_sub(self.first);
        if gone > 0 {
            // The chunk that is cut gets a check of what is left; where it was damaged, one that fails.
            let chunk = self.chunk(keep);
            let (first, end) = self.held(chunk);
            if first < keep && keep < end {
                let fine = self.chunk_sound(work, chunk);
                if let Some(crc) = self.crc(work, keep, end)
                    && let Some(sum) = self.sum(work, chunk)
                {
                    *sum = (if fine { crc } else { !crc }).to_ne_bytes();
                }
            }
            self.first = keep;
            self.start = self.start.sat_add(usize::try_from(gone).unwrap_or(0).sat_mul(self.sample_bytes));
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
            let mut area = [0u8; 64];
            let mut work = Work::new(&mut area);
            let mut ring = InputBuffer::new(Span { at: 3, len: bytes(capacity, 2).unwrap() }, capacity, 2);
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
                ring.forget_seen();
                prop_assert!(ring.sound(&mut work, ring.first(), ring.end() - ring.first()));
                keep = keep.max((ring.first() + ahead).min(ring.end() + 3));
            }
        }
    }

    /// Every bit of samples over several chunks, also after the chunk it is in was cut.
    #[test]
    fn flipped_samples_are_found_wherever_chunks_are_cut() {
        let capacity = 1500;
        let mut area = std::vec![0u8; bytes(capacity, 2).unwrap()];
        let mut work = Work::new(&mut area);
        let samples: Vec<u8> = (0..2 * capacity).map(|i| (i * 7) as u8).collect();
        for at in (0..2 * capacity as usize).step_by(3) {
            let len = bytes(capacity, 2).unwrap();
            let mut ring = InputBuffer::new(Span { at: 0, len }, capacity, 2);
            for piece in samples.chunks(2 * 331) {
                assert_eq!(ring.push(&mut work, piece, 0), piece.len() / 2);
            }
            work.bytes(Span { at, len: 1 }).unwrap()[0] ^= 4;
            let sample = at as u64 / 2;
            assert!(!ring.sound(&mut work, 0, capacity));
            let chunk = sample / 512 * 512;
            assert!(ring.sound(&mut work, 0, chunk));
            assert!(ring.sound(&mut work, chunk + 512, capacity.saturating_sub(chunk + 512)));
            // The cut behind the damage loses it or keeps the chunk marked; before it, it is found.
            let keep = [sample.saturating_sub(5), sample + 5][at % 2].min(capacity - 10);
            ring.push(&mut work, &samples[..20], keep);
            ring.forget_seen();
            assert!(keep > sample || !ring.sound(&mut work, keep, capacity - keep));
        }
    }
}
