//! The input buffer: pushed samples in contiguous memory, so that every window is contiguous.
//!
//! Samples are appended after the last one. When they reach the end of the memory, the samples still needed move to its
//! start. Nothing is copied per window, no matter how much windows overlap.
//!
//! Each chunk of 1024 bytes has a CRC-32C, which is verified before its samples are read, once per call.

use super::found::Found;
use crate::checked;
use crate::crc::Crc32c;
use crate::digest::Digest;
use crate::mem::{Span, Work};
use crate::status::Result;
use crate::util::slice::Put;
use crate::util::unsigned::{Count, Unsigned};

/// Bytes of samples with one CRC.
const CHUNK: usize = 1024;

/// Number of samples in a chunk.
fn chunk_samples(sample_bytes: usize) -> u64 {
    checked::count(CHUNK.checked_div(sample_bytes).unwrap_or(1).max(1))
}

/// Maximum number of chunks that `capacity` consecutive samples are part of.
fn chunks(capacity: u64, sample_bytes: usize) -> u64 {
    checked::div_ceil(capacity, chunk_samples(sample_bytes)).sat_add(1)
}

/// Size in bytes of an input buffer: the samples, and a CRC for each chunk.
pub fn bytes(capacity: u64, sample_bytes: usize) -> Result<usize> {
    let samples = checked::mul(checked::size(capacity)?, sample_bytes)?;
    checked::add(samples, checked::mul(checked::size(chunks(capacity, sample_bytes))?, 4)?)
}

/// The buffer of one input. Positions are sample numbers from the start of the stream.
#[derive(Clone, Copy, Debug, Default)]
pub struct InputBuffer {
    span: Span,
    /// The place of the CRCs of the chunks.
    crcs: Span,
    sample_bytes: usize,
    capacity: u64,
    /// First sample held.
    first: u64,
    /// End (exclusive) of the samples held.
    end: u64,
    /// Byte offset of the first sample in the span.
    start: usize,
    /// No more samples will come.
    pub ended: bool,
    /// Chunks verified in this call: first and end (exclusive).
    verified: (u64, u64),
    /// Damaged chunks found last: one that is needed again counts once.
    found: Found,
}

impl InputBuffer {
    /// An empty buffer for `capacity` samples in `span`, which has [`bytes`].
    #[must_use]
    pub fn new(span: Span, capacity: u64, sample_bytes: usize) -> InputBuffer {
        let len = usize::try_from(capacity).unwrap_or(0).sat_mul(sample_bytes);
        let samples = span.part(0, len).unwrap_or_default();
        let crcs = span.part(len, span.len.sat_sub(len)).unwrap_or_default();
        InputBuffer { span: samples, crcs, sample_bytes, capacity, ..InputBuffer::default() }
    }

    /// Starts a call: memory may have changed since the last one, so all chunks are verified again.
    pub fn forget_verified(&mut self) {
        self.verified = (0, 0);
    }

    /// Adds the positions and the place of the samples.
    pub fn digest(&self, d: &mut Digest) {
        d.sizes([self.span.at, self.span.len, self.crcs.at, self.crcs.len, self.sample_bytes, self.start]);
        d.words([self.capacity, self.first, self.end, u64::from(self.ended)]);
    }

    /// The chunk that a sample belongs to.
    fn chunk(&self, sample: u64) -> u64 {
        sample.checked_div(chunk_samples(self.sample_bytes)).unwrap_or(0)
    }

    /// The samples held of a chunk: first and end (exclusive).
    fn held(&self, chunk: u64) -> (u64, u64) {
        let start = chunk.sat_mul(chunk_samples(self.sample_bytes));
        let end = start.sat_add(chunk_samples(self.sample_bytes));
        (start.max_u64(self.first), end.min_u64(self.end))
    }

    fn stored_crc<'w>(&self, work: &'w mut Work<'_>, chunk: u64) -> Option<&'w mut [u8; 4]> {
        let at = chunk.checked_rem(chunks(self.capacity, self.sample_bytes))?;
        let part = self.crcs.part(usize::try_from(at).ok()?.checked_mul(4)?, 4)?;
        work.bytes(part)?.first_chunk_mut()
    }

    fn crc(&self, work: &mut Work<'_>, first: u64, end: u64) -> Option<u32> {
        let at = self.span(first, end.checked_sub(first)?)?;
        Some(Crc32c::new().update(work.bytes(at)?).value())
    }

    /// True where the samples held of a chunk match its CRC.
    fn chunk_valid(&self, work: &mut Work<'_>, chunk: u64) -> bool {
        let (first, end) = self.held(chunk);
        first >= end || {
            let crc = self.crc(work, first, end);
            crc.is_some() && self.stored_crc(work, chunk).map(|s| u32::from_ne_bytes(*s)) == crc
        }
    }

    /// True where `len` samples from `first` on, all held, match their CRCs. Each chunk is read once per call.
    pub fn verify(&mut self, work: &mut Work<'_>, first: u64, len: u64) -> bool {
        let Some(last) = len.checked_sub(1) else { return true };
        let (from, to) = (self.chunk(first), self.chunk(first.sat_add(last)).sat_add(1));
        let (mut low, mut high) = self.verified;
        if from > high || to < low || low == high {
            (low, high) = (from, from);
        }
        // At most one round per chunk.
        let valid = (from..low).chain(high..to).all(|c| self.chunk_valid(work, c));
        if valid {
            self.verified = (low.min_u64(from), high.max_u64(to));
        }
        valid
    }

    /// True if the first damaged chunk of `len` samples from `first` on was not found before. Remembers it.
    pub fn is_new_damage(&mut self, work: &mut Work<'_>, first: u64, len: u64) -> bool {
        let last = first.sat_add(len.sat_sub(1));
        let Some(chunk) = (self.chunk(first)..=self.chunk(last)).find(|c| !self.chunk_valid(work, *c)) else {
            return false;
        };
        self.found.is_new(chunk)
    }

    /// The first chunk with samples held that is not before `chunk`; None after the last one.
    #[must_use]
    pub fn chunk_from(&self, chunk: u64) -> Option<u64> {
        let last = self.end.checked_sub(1).filter(|last| *last >= self.first)?;
        let at = chunk.max_u64(self.chunk(self.first));
        (at <= self.chunk(last)).then_some(at)
    }

    /// Bytes of the samples held of a chunk.
    #[must_use]
    pub fn chunk_bytes(&self, chunk: u64) -> usize {
        let (first, end) = self.held(chunk);
        usize::try_from(end.sat_sub(first)).unwrap_or(0).sat_mul(self.sample_bytes)
    }

    /// True if a chunk is damaged and was not found before. Remembers it.
    pub fn is_chunk_newly_damaged(&mut self, work: &mut Work<'_>, chunk: u64) -> bool {
        !self.chunk_valid(work, chunk) && self.found.is_new(chunk)
    }

    /// Computes and stores the CRCs of all chunks.
    pub fn write_crcs(&self, work: &mut Work<'_>) {
        for chunk in self.chunk(self.first)..=self.chunk(self.end) {
            let (first, end) = self.held(chunk);
            if first < end
                && let Some(crc) = self.crc(work, first, end)
                && let Some(stored) = self.stored_crc(work, chunk)
            {
                *stored = crc.to_ne_bytes();
            }
        }
    }

    /// Continues the CRCs over the samples from `from` on, which were just appended.
    fn extend_crcs(&self, work: &mut Work<'_>, from: u64) {
        let Some(last) = self.end.checked_sub(1).filter(|last| *last >= from) else { return };
        for chunk in self.chunk(from)..=self.chunk(last) {
            let (first, end) = self.held(chunk);
            let begun = first.max_u64(from);
            let Some(before) = self.stored_crc(work, chunk).map(|s| u32::from_ne_bytes(*s)) else { return };
            let so_far = if first < begun { Crc32c::resume(before) } else { Crc32c::new() };
            let Some(at) = self.span(begun, end.sat_sub(begun)) else { return };
            let Some(crc) = work.bytes(at).map(|b| so_far.update(b).value()) else { return };
            if let Some(stored) = self.stored_crc(work, chunk) {
                *stored = crc.to_ne_bytes();
            }
        }
    }

    /// Discards all samples and starts at sample 0.
    pub fn reset(&mut self) {
        *self = InputBuffer {
            first: 0,
            end: 0,
            start: 0,
            ended: false,
            verified: (0, 0),
            found: Found::default(),
            ..*self
        };
    }

    /// First sample held.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.first
    }

    /// End (exclusive) of the samples received.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Maximum number of samples held.
    #[must_use]
    pub fn capacity(&self) -> u64 {
        self.capacity
    }

    /// Restarts with samples `first .. end` of a stream and returns where to write them; None where they do not fit.
    pub fn restore(&mut self, first: u64, end: u64) -> Option<Span> {
        let held = end.checked_sub(first).filter(|n| *n <= self.capacity)?;
        (self.first, self.end, self.start, self.found) = (first, end, 0, Found::default());
        self.span.part(0, usize::try_from(held).ok()?.checked_mul(self.sample_bytes)?)
    }

    /// Number of samples that [`InputBuffer::push`] accepts with this `keep`.
    #[must_use]
    pub fn room(&self, keep: u64) -> u64 {
        let held = self.end.sat_sub(keep.max_u64(self.first).min_u64(self.end));
        keep.sat_sub(self.end).sat_add(self.capacity.sat_sub(held))
    }

    /// Appends as many of `samples` as fit, discarding samples before `keep` where room is needed. Returns the number
    /// of samples accepted.
    pub fn push(&mut self, work: &mut Work<'_>, samples: &[u8], keep: u64) -> usize {
        let offered = samples.len().checked_div(self.sample_bytes).unwrap_or(0);
        let (skipped, more, place) = self.make_room(work, checked::count(offered), keep);
        let mut taken = usize::try_from(skipped).unwrap_or(offered);
        let from = taken.sat_mul(self.sample_bytes);
        let source = samples.get(from..from.sat_add(more.sat_mul(self.sample_bytes))).unwrap_or(&[]);
        if let Some(to) = place.and_then(|p| work.bytes(p)).filter(|to| to.len() == source.len()) {
            to.put(source);
            taken = taken.sat_add(more);
            self.appended(work, more);
        }
        taken
    }

    /// As [`InputBuffer::push`], with `count` samples that `fill` writes.
    pub fn push_fill(&mut self, work: &mut Work<'_>, count: u64, keep: u64, fill: impl FnOnce(&mut [u8])) -> u64 {
        let (skipped, more, place) = self.make_room(work, count, keep);
        let Some(to) = place.and_then(|p| work.bytes(p)) else { return skipped };
        fill(to);
        self.appended(work, more);
        skipped.sat_add(checked::count(more))
    }

    /// Makes room after the last sample for as many of `offered` samples as fit. Samples between windows, which no
    /// window needs, are skipped when the buffer is empty. Returns their number, the number that fits, and the place of
    /// these.
    fn make_room(&mut self, work: &mut Work<'_>, offered: u64, keep: u64) -> (u64, usize, Option<Span>) {
        let mut skip = 0;
        if keep > self.end {
            skip = keep.sat_sub(self.end).min_u64(offered);
            self.end = self.end.sat_add(skip);
            (self.first, self.start) = (self.end, 0);
        }
        let rest = offered.sat_sub(skip);
        let held = self.end.sat_sub(self.first);
        if held.sat_add(rest) > self.capacity {
            self.drop_before(work, keep.min_u64(self.end));
        }
        let held = self.end.sat_sub(self.first);
        // No more than the capacity, which fits the address space.
        let more = usize::try_from(rest.min_u64(self.capacity.sat_sub(held))).unwrap_or(0);
        let bytes = more.sat_mul(self.sample_bytes);
        let held_bytes = usize::try_from(held).unwrap_or(0).sat_mul(self.sample_bytes);
        if self.start.sat_add(held_bytes).sat_add(bytes) > self.span.len {
            if let Some(from) = self.span.part(self.start, held_bytes) {
                let _ = work.copy(from, self.span.at);
            }
            self.start = 0;
        }
        (skip, more, self.span.part(self.start.sat_add(held_bytes), bytes))
    }

    /// Counts samples that were just appended.
    fn appended(&mut self, work: &mut Work<'_>, more: usize) {
        let before = self.end;
        self.end = self.end.sat_add(checked::count(more));
        self.extend_crcs(work, before);
    }

    fn drop_before(&mut self, work: &mut Work<'_>, keep: u64) {
        let gone = keep.sat_sub(self.first);
        if gone > 0 {
            // The chunk that is cut gets the CRC of its remaining samples; a damaged one gets a
            // CRC that fails.
            let chunk = self.chunk(keep);
            let (first, end) = self.held(chunk);
            if first < keep && keep < end {
                let valid = self.chunk_valid(work, chunk);
                if let Some(crc) = self.crc(work, keep, end)
                    && let Some(stored) = self.stored_crc(work, chunk)
                {
                    *stored = (if valid { crc } else { !crc }).to_ne_bytes();
                }
            }
            self.first = keep;
            self.start = self.start.sat_add(usize::try_from(gone).unwrap_or(0).sat_mul(self.sample_bytes));
        }
    }

    /// The place of `len` samples from `first` on; None where one of them is not held.
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
        /// The samples held are the last ones accepted, and none that was to be kept is discarded.
        #[test]
        fn holds_the_last_samples_accepted(
            capacity in 1u64..20,
            steps in prop::collection::vec((0usize..30, 0u64..12), 1..60),
        ) {
            let mut area = [0u8; 64];
            let mut work = Work::new(&mut area);
            let mut buffer = InputBuffer::new(Span { at: 3, len: bytes(capacity, 2).unwrap() }, capacity, 2);
            let mut all: Vec<u8> = Vec::new();
            let mut keep = 0u64;
            for (n, skip) in steps {
                let next = all.len() / 2;
                let samples: Vec<u8> = (0..n).flat_map(|i| ((next + i) as u16).to_be_bytes()).collect();
                let room = buffer.room(keep);
                let taken = buffer.push(&mut work, &samples, keep);
                prop_assert!(taken <= n);
                all.extend_from_slice(&samples[..taken * 2]);
                prop_assert_eq!(buffer.end(), all.len() as u64 / 2);
                prop_assert!(buffer.end() - buffer.first() <= capacity);
                prop_assert!(buffer.first() <= keep.max(buffer.first().min(buffer.end())));
                prop_assert_eq!(taken as u64, (n as u64).min(room));
                let full = buffer.end() - buffer.first().max(keep.min(buffer.end())) == capacity;
                prop_assert!(taken == n || full);
                let held = buffer.span(buffer.first(), buffer.end() - buffer.first()).unwrap();
                prop_assert_eq!(&*work.bytes(held).unwrap(), &all[buffer.first() as usize * 2..]);
                buffer.forget_verified();
                prop_assert!(buffer.verify(&mut work, buffer.first(), buffer.end() - buffer.first()));
                keep = keep.max((buffer.first() + skip).min(buffer.end() + 3));
            }
        }
    }

    /// Flips one bit per tested byte, over several chunks, also where the byte's chunk is cut afterwards.
    #[test]
    fn flipped_samples_are_found_after_chunks_are_cut() {
        let capacity = 1500;
        let mut area = std::vec![0u8; bytes(capacity, 2).unwrap()];
        let mut work = Work::new(&mut area);
        let samples: Vec<u8> = (0..2 * capacity).map(|i| (i * 7) as u8).collect();
        for at in (0..2 * capacity as usize).step_by(3) {
            let len = bytes(capacity, 2).unwrap();
            let mut buffer = InputBuffer::new(Span { at: 0, len }, capacity, 2);
            for piece in samples.chunks(2 * 331) {
                assert_eq!(buffer.push(&mut work, piece, 0), piece.len() / 2);
            }
            work.bytes(Span { at, len: 1 }).unwrap()[0] ^= 4;
            let sample = at as u64 / 2;
            assert!(!buffer.verify(&mut work, 0, capacity));
            let chunk = sample / 512 * 512;
            assert!(buffer.verify(&mut work, 0, chunk));
            assert!(buffer.verify(&mut work, chunk + 512, capacity.saturating_sub(chunk + 512)));
            // A cut after the damage discards it or leaves a CRC that fails; a cut before it does
            // not hide it.
            let keep = [sample.saturating_sub(5), sample + 5][at % 2].min(capacity - 10);
            buffer.push(&mut work, &samples[..20], keep);
            buffer.forget_verified();
            assert!(keep > sample || !buffer.verify(&mut work, keep, capacity - keep));
        }
    }
}
