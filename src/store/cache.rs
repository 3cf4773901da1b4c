//! The row cache: finished rows by (stage, row) in slots of a fixed size; the least recently used row is replaced
//! first.
//!
//! Every slot has its key and a CRC-32C over key, length and row, which is verified on every read: a flipped bit costs
//! a recomputation and never returns a wrong row. A damaged link may cost entries. It cannot make a search endless,
//! since the number of steps is bounded by the number of slots, nor return another row, since the key is compared.

use crate::checked;
use crate::crc::Crc32c;
use crate::digest::Digest;
use crate::mem::{Span, Work, cast, cast_mut};
use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;

/// The index of no slot.
const NONE: u32 = u32::MAX;

/// Number of 32-bit words of a slot's header: stage, length, row (high, low), older, newer, next in its bucket, CRC.
const HEADER_WORDS: usize = 8;
const HEADER_BYTES: usize = HEADER_WORDS * 4;

/// Size in bytes of a slot; its entry in the bucket table needs 4 more.
fn slot_bytes(row_bytes: usize) -> usize {
    row_bytes.next_multiple_of(8).sat_add(HEADER_BYTES)
}

fn slots_in(budget: usize, row_bytes: usize) -> usize {
    let each = slot_bytes(row_bytes).sat_add(4);
    budget.checked_div(each).unwrap_or(0).min(NONE as usize >> 1)
}

/// Size in bytes of a cache within `budget` bytes, for rows of up to `row_bytes`.
#[must_use]
pub fn bytes(budget: usize, row_bytes: usize) -> usize {
    let slots = slots_in(budget, row_bytes);
    slots.sat_mul(slot_bytes(row_bytes)).sat_add(slots.sat_mul(4))
}

/// Number of rows that a cache in `span_bytes` bytes holds.
#[must_use]
pub fn rows(span_bytes: usize, row_bytes: usize) -> usize {
    slots_in(span_bytes, row_bytes)
}

/// The header of a slot.
#[derive(Clone, Copy)]
struct Slot {
    stage: u32,
    len: u32,
    row: u64,
    older: u32,
    newer: u32,
    next: u32,
    crc: u32,
}

/// Counters of a cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheCounts {
    /// Rows found.
    pub hits: u64,
    /// Rows not found.
    pub misses: u64,
    /// Entries that failed their CRC and were dropped.
    pub crc_failures: u64,
}

/// The row cache. Its entries are in the work area; this struct finds them.
#[derive(Clone, Copy, Debug)]
pub struct Cache {
    span: Span,
    slots: u32,
    slot_bytes: usize,
    row_bytes: usize,
    used: u32,
    newest: u32,
    oldest: u32,
    /// The next slot for a scrub to check.
    scrub_next: u32,
    /// Counters since the cache was created.
    pub counts: CacheCounts,
}

impl Cache {
    /// A cache without slots.
    pub const EMPTY: Cache = Cache {
        span: Span { at: 0, len: 0 },
        slots: 0,
        slot_bytes: HEADER_BYTES,
        row_bytes: 0,
        used: 0,
        newest: NONE,
        oldest: NONE,
        scrub_next: 0,
        counts: CacheCounts { hits: 0, misses: 0, crc_failures: 0 },
    };

    /// An empty cache in `span`, which has [`bytes`], for rows of up to `row_bytes`.
    pub fn new(work: &mut Work<'_>, span: Span, row_bytes: usize) -> Cache {
        let slots = slots_in(span.len, row_bytes);
        let mut cache = Cache {
            span,
            slots: u32::try_from(slots).unwrap_or(0),
            slot_bytes: slot_bytes(row_bytes),
            row_bytes,
            ..Cache::EMPTY
        };
        cache.clear(work);
        cache
    }

    /// Maximum number of rows held.
    #[must_use]
    pub fn capacity(&self) -> u32 {
        self.slots
    }

    /// Adds the place of the slots and which are in use.
    pub fn digest(&self, d: &mut Digest) {
        d.sizes([self.span.at, self.span.len, self.slot_bytes, self.row_bytes]);
        d.words([self.slots, self.used, self.newest, self.oldest].map(u64::from));
    }

    /// Drops all entries.
    pub fn clear(&mut self, work: &mut Work<'_>) {
        (self.used, self.newest, self.oldest) = (0, NONE, NONE);
        if let Some(table) = self.buckets(work) {
            table.fill(NONE);
        }
    }

    /// The place of a row, if the cache holds it and it matches its CRC. It becomes the most recently used row.
    pub fn get(&mut self, work: &mut Work<'_>, stage: u32, row: u64) -> Option<Span> {
        if self.slots == 0 {
            return None;
        }
        let Some(at) = self.locate(work, stage, row) else {
            self.counts.misses = self.counts.misses.sat_add(1);
            return None;
        };
        if !self.is_valid(work, at) {
            self.counts.crc_failures = self.counts.crc_failures.sat_add(1);
            self.drop_entry(work, at, stage, row);
            return None;
        }
        self.unlink(work, at);
        self.link_newest(work, at);
        self.counts.hits = self.counts.hits.sat_add(1);
        let len = self.slot(work, at)?.len as usize;
        self.place(at, HEADER_BYTES, len)
    }

    /// Verifies the next entries, at most `max_bytes` bytes of whole entries, and drops damaged ones. Returns the
    /// number of bytes verified and whether the last entry is done.
    pub fn scrub(&mut self, work: &mut Work<'_>, max_bytes: usize) -> (usize, bool) {
        let mut done = 0usize;
        while self.scrub_next < self.used {
            if done.sat_add(self.slot_bytes) > max_bytes {
                return (done, false);
            }
            let at = self.scrub_next;
            self.scrub_next = at.sat_add(1);
            done = done.sat_add(self.slot_bytes);
            let Some(slot) = self.slot(work, at).filter(|s| s.stage != NONE) else { continue };
            if !self.is_valid(work, at) {
                self.counts.crc_failures = self.counts.crc_failures.sat_add(1);
                self.drop_entry(work, at, slot.stage, slot.row);
            }
        }
        self.scrub_next = 0;
        (done, true)
    }

    /// Size of an entry in bytes.
    #[must_use]
    pub fn entry_bytes(&self) -> usize {
        self.slot_bytes
    }

    /// True if the cache holds the row. Its CRC is verified when the row is read.
    pub fn contains(&mut self, work: &mut Work<'_>, stage: u32, row: u64) -> bool {
        self.slots > 0 && self.locate(work, stage, row).is_some()
    }

    /// Stores a copy of the row at `from`, as [`Cache::put`] does.
    pub fn put_span(&mut self, work: &mut Work<'_>, stage: u32, row: u64, from: Span) {
        if let Some(payload) = self.claim(work, stage, row, from.len)
            && work.copy(from, payload.at).is_some()
        {
            self.write_crc(work, payload);
        }
    }

    /// Stores a copy of the row, in a free slot or in place of the least recently used row.
    pub fn put(&mut self, work: &mut Work<'_>, stage: u32, row: u64, bytes: &[u8]) {
        if let Some(payload) = self.claim(work, stage, row, bytes.len())
            && let Some(place) = work.bytes(payload)
        {
            place.put(bytes);
            self.write_crc(work, payload);
        }
    }

    /// Claims a slot for a row of `len` bytes, as the most recently used one, and returns the place of the row.
    fn claim(&mut self, work: &mut Work<'_>, stage: u32, row: u64, len: usize) -> Option<Span> {
        if self.slots == 0 || len > self.row_bytes {
            return None;
        }
        let at = match self.locate(work, stage, row) {
            Some(at) => {
                self.unlink(work, at);
                at
            }
            None => {
                let at = self.take_slot(work);
                let bucket = self.bucket_of(stage, row);
                let next = self.bucket(work, bucket);
                self.set_slot(work, at, Slot { stage, len: 0, row, older: NONE, newer: NONE, next, crc: 0 });
                self.set_bucket(work, bucket, at);
                at
            }
        };
        self.link_newest(work, at);
        self.edit(work, at, |s| s.len = u32::try_from(len).unwrap_or(0));
        self.place(at, HEADER_BYTES, len)
    }

    /// Writes the CRC of the entry just claimed, whose row is at `payload`.
    fn write_crc(&mut self, work: &mut Work<'_>, payload: Span) {
        let at = self.newest;
        if let Some(slot) = self.slot(work, at)
            && let Some(bytes) = work.bytes(payload)
        {
            let crc = entry_crc(&slot, bytes);
            self.edit(work, at, |s| s.crc = crc);
        }
    }

    /// A slot that is in no list and no bucket: an unused one, or that of the oldest entry.
    fn take_slot(&mut self, work: &mut Work<'_>) -> u32 {
        if self.used < self.slots {
            self.used = self.used.sat_add(1);
            return self.used.sat_sub(1);
        }
        let oldest = self.oldest;
        match self.slot(work, oldest) {
            Some(slot) => {
                self.unlink(work, oldest);
                self.leave_bucket(work, oldest, slot.stage, slot.row);
                oldest
            }
            None => {
                // A damaged link: no other link can be trusted, so the cache is cleared.
                self.counts.crc_failures = self.counts.crc_failures.sat_add(1);
                self.clear(work);
                self.used = 1;
                0
            }
        }
    }

    fn drop_entry(&mut self, work: &mut Work<'_>, at: u32, stage: u32, row: u64) {
        self.unlink(work, at);
        self.leave_bucket(work, at, stage, row);
        // Last in the list, under a key that is never looked up: the next row uses this slot.
        if let Some(slot) = self.slot(work, at) {
            let empty = Slot { stage: NONE, row: u64::MAX, older: NONE, newer: self.oldest, next: NONE, ..slot };
            self.set_slot(work, at, empty);
            let second = self.oldest;
            self.edit(work, second, |s| s.older = at);
            self.oldest = at;
            if self.newest == NONE {
                self.newest = at;
            }
        }
    }

    fn is_valid(&self, work: &mut Work<'_>, at: u32) -> bool {
        let Some(slot) = self.slot(work, at) else { return false };
        let len = slot.len as usize;
        len <= self.row_bytes && self.payload(work, at, len).is_some_and(|bytes| entry_crc(&slot, bytes) == slot.crc)
    }

    fn locate(&self, work: &mut Work<'_>, stage: u32, row: u64) -> Option<u32> {
        let mut at = self.bucket(work, self.bucket_of(stage, row));
        for _ in 0..self.slots {
            let slot = self.slot(work, at)?;
            if slot.stage == stage && slot.row == row {
                return Some(at);
            }
            at = slot.next;
        }
        None
    }

    fn leave_bucket(&mut self, work: &mut Work<'_>, at: u32, stage: u32, row: u64) {
        let next = self.slot(work, at).map_or(NONE, |s| s.next);
        let bucket = self.bucket_of(stage, row);
        let mut walk = self.bucket(work, bucket);
        if walk == at {
            return self.set_bucket(work, bucket, next);
        }
        for _ in 0..self.slots {
            let Some(slot) = self.slot(work, walk) else { return };
            if slot.next == at {
                return self.edit(work, walk, |s| s.next = next);
            }
            walk = slot.next;
        }
    }

    fn unlink(&mut self, work: &mut Work<'_>, at: u32) {
        let Some(slot) = self.slot(work, at) else { return };
        match slot.newer {
            NONE => self.newest = slot.older,
            newer => self.edit(work, newer, |s| s.older = slot.older),
        }
        match slot.older {
            NONE => self.oldest = slot.newer,
            older => self.edit(work, older, |s| s.newer = slot.newer),
        }
    }

    fn link_newest(&mut self, work: &mut Work<'_>, at: u32) {
        let before = self.newest;
        self.edit(work, at, |s| (s.older, s.newer) = (before, NONE));
        self.edit(work, before, |s| s.newer = at);
        self.newest = at;
        if self.oldest == NONE {
            self.oldest = at;
        }
    }

    fn bucket_of(&self, stage: u32, row: u64) -> u32 {
        // Fibonacci hashing: consecutive rows spread evenly over the buckets.
        let mixed = (row ^ (u64::from(stage) << 48)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let high = (mixed >> 32) as u32;
        (u64::from(high).wrapping_mul(u64::from(self.slots)) >> 32) as u32
    }

    fn buckets<'w>(&self, work: &'w mut Work<'_>) -> Option<&'w mut [u32]> {
        let len = (self.slots as usize).checked_mul(4)?;
        let start = (self.slots as usize).checked_mul(self.slot_bytes)?;
        cast_mut(work.bytes(self.span.part(start, len)?)?)
    }

    fn bucket(&self, work: &mut Work<'_>, bucket: u32) -> u32 {
        self.buckets(work).and_then(|t| t.get(bucket as usize).copied()).unwrap_or(NONE)
    }

    fn set_bucket(&self, work: &mut Work<'_>, bucket: u32, at: u32) {
        if let Some(entry) = self.buckets(work).and_then(|t| t.get_mut(bucket as usize)) {
            *entry = at;
        }
    }

    fn place(&self, at: u32, skip: usize, len: usize) -> Option<Span> {
        if at >= self.slots {
            return None;
        }
        let start = (at as usize).checked_mul(self.slot_bytes)?.checked_add(skip)?;
        self.span.part(start, len)
    }

    fn payload<'w>(&self, work: &'w mut Work<'_>, at: u32, len: usize) -> Option<&'w mut [u8]> {
        work.bytes(self.place(at, HEADER_BYTES, len)?)
    }

    fn slot(&self, work: &mut Work<'_>, at: u32) -> Option<Slot> {
        let words: &[u32] = cast(work.bytes(self.place(at, 0, HEADER_BYTES)?)?)?;
        let [stage, len, high, low, older, newer, next, crc] = *words.first_chunk::<HEADER_WORDS>()?;
        let row = (u64::from(high) << 32) | u64::from(low);
        Some(Slot { stage, len, row, older, newer, next, crc })
    }

    fn set_slot(&self, work: &mut Work<'_>, at: u32, s: Slot) {
        let Some(span) = self.place(at, 0, HEADER_BYTES) else { return };
        if let Some(words) = work.bytes(span).and_then(cast_mut::<u32>) {
            let (high, low) = ((s.row >> 32) as u32, s.row as u32);
            words.put(&[s.stage, s.len, high, low, s.older, s.newer, s.next, s.crc]);
        }
    }

    fn edit(&self, work: &mut Work<'_>, at: u32, change: impl FnOnce(&mut Slot)) {
        if let Some(mut slot) = self.slot(work, at) {
            change(&mut slot);
            self.set_slot(work, at, slot);
        }
    }
}

/// The CRC over key, length and row.
fn entry_crc(slot: &Slot, bytes: &[u8]) -> u32 {
    let key = Crc32c::new().update(&slot.stage.to_be_bytes()).update(&slot.row.to_be_bytes());
    key.update(&checked::count(bytes.len()).to_be_bytes()).update(bytes).value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::num::NonZeroUsize;
    use std::vec;
    use std::vec::Vec;

    const ROW: usize = 12;

    fn with_cache(slots: usize, test: impl FnOnce(&mut Cache, &mut Work<'_>)) {
        let len = bytes(slots * (slot_bytes(ROW) + 4), ROW);
        let mut area = vec![0u64; len.div_ceil(8)];
        // Allocated as u64: aligned as a work area is.
        let bytes = &mut cast_mut_bytes(&mut area)[..len];
        let mut work = Work::new(bytes);
        let mut cache = Cache::new(&mut work, Span { at: 0, len }, ROW);
        assert_eq!(cache.capacity() as usize, slots);
        test(&mut cache, &mut work);
    }

    #[allow(unsafe_code)]
    fn cast_mut_bytes(words: &mut [u64]) -> &mut [u8] {
        // SAFETY: any bytes are a u8.
        unsafe { words.align_to_mut().1 }
    }

    fn row(stage: u32, t: u64) -> [u8; ROW] {
        core::array::from_fn(|i| (t as usize * 31 + stage as usize * 7 + i) as u8)
    }

    proptest! {
        /// Hits, misses and evictions are those of the `lru` crate.
        #[test]
        fn behaves_as_the_lru_crate(
            slots in 1usize..9,
            asks in prop::collection::vec((0u32..3, 0u64..12, any::<bool>()), 1..300),
        ) {
            with_cache(slots, |cache, work| {
                let mut oracle = lru::LruCache::new(NonZeroUsize::new(slots).unwrap());
                for (stage, t, put) in asks {
                    if put {
                        cache.put(work, stage, t, &row(stage, t));
                        oracle.put((stage, t), row(stage, t));
                    } else {
                        let hit = cache.get(work, stage, t).map(|at| work.bytes(at).unwrap().to_vec());
                        assert_eq!(hit, oracle.get(&(stage, t)).map(|row| row.to_vec()));
                    }
                    let mut held: Vec<_> = oracle.iter().map(|(k, _)| *k).collect();
                    held.sort_unstable();
                    let all = (0..3).flat_map(|s| (0..12).map(move |t| (s, t)));
                    let ours: Vec<_> = all.filter(|(s, t)| cache.contains(work, *s, *t)).collect();
                    assert_eq!(ours, held);
                }
            });
        }
    }

    /// A cache indexed by t mod k alone would return the row of another window: keys are compared.
    #[test]
    fn a_window_is_never_taken_for_another_in_the_same_slot() {
        with_cache(16, |cache, work| {
            for t in 0..100u64 {
                cache.put(work, 0, t, &row(0, t));
                for back in 0..=t {
                    // `contains` does not change which rows are the least recently used.
                    let hit = cache.contains(work, 0, back);
                    assert_eq!(hit, back + 16 > t, "window {back} after {t}");
                }
                let oldest = t.saturating_sub(15);
                for held in oldest..=t {
                    let at = cache.get(work, 0, held).unwrap();
                    assert_eq!(work.bytes(at).unwrap(), row(0, held));
                }
            }
        });
    }

    #[test]
    fn a_flipped_bit_costs_entries_and_never_returns_a_wrong_row() {
        with_cache(4, |cache, work| {
            let len = cache.span.len;
            for bit in 0..len * 8 {
                cache.clear(work);
                for t in 0..4 {
                    cache.put(work, 1, t, &row(1, t));
                }
                work.bytes(Span { at: bit / 8, len: 1 }).unwrap()[0] ^= 1 << (bit % 8);
                for round in 0..3u64 {
                    for t in 0..6 {
                        match cache.get(work, 1, t) {
                            Some(at) => assert_eq!(work.bytes(at).unwrap(), row(1, t), "bit {bit}, round {round}"),
                            None => cache.put(work, 1, t, &row(1, t)),
                        }
                    }
                }
            }
        });
    }
}
