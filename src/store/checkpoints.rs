//! Checkpoints of scans: the state before some rows, so that any row is reached by a bounded roll forward.
//!
//! Every scan has slots of its own. Candidates are the rows that are multiples of `every`; counting in candidates, the
//! lazy doubling ring ([`Doubling`]) says which of them are held, so that a stream of any length is covered by a fixed
//! number of slots. One more slot holds the state where the last evaluation ended, so that the next one can go on there.

use super::state_slots::{Checkpoints, HEADER_BYTES, Key, Scrubbed};
use crate::checked;
use crate::digest::Digest;
use crate::mem::{FixedVec, Span, Work};
use crate::schedule::doubling::Doubling;
use crate::status::Result;
use crate::util::unsigned::{Count, Unsigned};

/// Checkpoints of one scan; of a stage without state, none.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScanCheckpoints {
    stage: u32,
    every: u64,
    ring: Option<Doubling>,
    slots: Checkpoints,
    state_bytes: usize,
    /// The highest candidate that was passed.
    newest: Option<u64>,
    /// The row in the last slot.
    last: Option<u64>,
}

/// Bytes for a scan with a state of `state_bytes` and a ring of `slots` slots; none without slots.
pub fn bytes(slots: u32, state_bytes: usize) -> Result<usize> {
    if slots == 0 || state_bytes == 0 { Ok(0) } else { Checkpoints::bytes(slots.sat_add(1), state_bytes) }
}

impl ScanCheckpoints {
    /// In `span`, which has [`bytes`], for rows that are multiples of `every`.
    pub fn new(
        work: &mut Work<'_>,
        span: Span,
        stage: usize,
        slots: u32,
        state_bytes: usize,
        every: u64,
        hash: u64,
    ) -> Result<Self> {
        if slots == 0 || state_bytes == 0 {
            return Ok(ScanCheckpoints::default());
        }
        Ok(ScanCheckpoints {
            stage: u32::try_from(stage).unwrap_or(u32::MAX),
            every: every.max_u64(1),
            ring: Some(Doubling::new(slots)?),
            slots: Checkpoints::new(work, span, slots.sat_add(1), state_bytes, hash)?,
            state_bytes,
            newest: None,
            last: None,
        })
    }

    fn key(&self, step: u64) -> Key {
        Key { step, set: self.stage }
    }

    /// The slot of a candidate that is held now.
    fn slot(&self, candidate: u64) -> Option<u32> {
        let (ring, newest) = (self.ring?, self.newest?);
        let slot = ring.slot(candidate)?;
        (ring.held(slot, newest) == Some(candidate)).then_some(slot)
    }

    /// The first row behind `row` before which the state is wanted.
    fn next_stop(&self, row: u64) -> u64 {
        let Some(ring) = self.ring else { return u64::MAX };
        let next = row.checked_div(self.every).unwrap_or(0).sat_add(1);
        // Behind the newest, what the ring takes next; before it, what it holds and may have lost.
        let unit = match self.newest {
            Some(newest) if next <= newest => (ring.gap(newest) / 2).max_u64(1),
            _ => ring.gap(next),
        };
        let stop = next.checked_next_multiple_of(unit).unwrap_or(u64::MAX);
        stop.sat_mul(self.every)
    }

    /// The row of which a slot holds the state, if it holds any.
    fn expected(&self, slot: u32) -> Option<u64> {
        let ring = self.ring?;
        if slot == ring.slots() {
            return self.last;
        }
        // Slot 0 is of row 0, whose state is made anew.
        let candidate = ring.held(slot, self.newest?).filter(|c| *c > 0)?;
        Some(candidate.sat_mul(self.every))
    }

    fn save(&mut self, work: &mut Work<'_>, row: u64, state: Span) {
        let Some(ring) = self.ring else { return };
        let candidate = row.checked_div(self.every).unwrap_or(0);
        if self.newest.is_none_or(|n| candidate > n) {
            self.newest = Some(candidate);
        }
        let Some(slot) = ring.slot(candidate).filter(|s| self.slot(candidate) == Some(*s)) else { return };
        if self.slots.step(work, slot) != Some(row) {
            let _ = self.slots.put(work, slot, self.key(row), state);
        }
    }

    fn nearest(&mut self, work: &mut Work<'_>, row: u64) -> u64 {
        let mut best = 0;
        if let (Some(ring), Some(newest)) = (self.ring, self.newest) {
            let mut wanted = row.checked_div(self.every).unwrap_or(0);
            // Each round goes one held checkpoint down: at most as many as there are slots.
            for _ in 0..ring.slots() {
                let candidate = ring.below(wanted, newest);
                if candidate == 0 {
                    break;
                }
                let start = candidate.sat_mul(self.every);
                if let Some(slot) = self.slot(candidate) {
                    // One that says it holds another row has a damaged header: loading it finds that, and drops it.
                    if self.slots.step(work, slot) == Some(start) || !self.slots.is_free(work, slot) {
                        best = start;
                        break;
                    }
                }
                wanted = candidate.sat_sub(1);
            }
        }
        self.last.filter(|l| *l <= row).map_or(best, |l| l.max_u64(best))
    }

    fn load(&mut self, work: &mut Work<'_>, row: u64, to: Span) -> bool {
        let in_ring = row.checked_div(self.every).and_then(|c| self.slot(c));
        let spare = self.ring.map(|r| r.slots());
        let slot = if self.last == Some(row) { spare } else { in_ring };
        let found = slot.and_then(|s| self.slots.get(work, s, self.key(row)));
        if found.is_none() && self.last == Some(row) {
            self.last = None;
        }
        found.and_then(|from| work.copy(from, to.at)).is_some()
    }

    fn save_last(&mut self, work: &mut Work<'_>, row: u64, state: Span) {
        if let Some(ring) = self.ring.filter(|_| row > 0) {
            let kept = self.slots.put(work, ring.slots(), self.key(row), state);
            self.last = kept.map(|()| row);
        }
    }

    fn clear(&mut self, work: &mut Work<'_>) {
        self.slots.clear(work);
        (self.newest, self.last) = (None, None);
    }
}

/// What is held of a scan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// The highest candidate that was passed.
    pub newest: Option<u64>,
    /// The row in the spare slot.
    pub last: Option<u64>,
    /// Slots, the spare one among them.
    pub slots: u32,
}

/// Checkpoints of all scans of a pipeline, one entry a stage.
#[derive(Debug)]
pub struct CheckpointTable<'m> {
    scans: FixedVec<'m, ScanCheckpoints>,
    /// The scan that a scrub looks at next.
    cursor: usize,
}

impl<'m> CheckpointTable<'m> {
    /// For as many stages as the table has room.
    pub fn new(scans: FixedVec<'m, ScanCheckpoints>) -> Self {
        CheckpointTable { scans, cursor: 0 }
    }

    /// Starts anew, without entries.
    pub fn remove_all(&mut self) {
        self.scans.clear();
        self.cursor = 0;
    }

    /// Adds the entry of the next stage.
    pub fn add(&mut self, scan: ScanCheckpoints) {
        let _ = self.scans.push(scan);
    }

    /// Forgets all checkpoints.
    pub fn clear(&mut self, work: &mut Work<'_>) {
        self.scans.iter_mut().for_each(|s| s.clear(work));
    }

    /// The first row behind `row` before which the state of the scan is wanted.
    #[must_use]
    pub fn next_stop(&self, stage: usize, row: u64) -> u64 {
        self.scans.get(stage).map_or(u64::MAX, |s| s.next_stop(row))
    }

    /// Keeps the state before `row`, if the row is one to keep.
    pub fn save(&mut self, work: &mut Work<'_>, stage: usize, row: u64, state: Span) {
        if let Some(scan) = self.scans.get_mut(stage) {
            scan.save(work, row, state);
        }
    }

    /// Keeps the state before `row` in the slot for where an evaluation ended.
    pub fn save_last(&mut self, work: &mut Work<'_>, stage: usize, row: u64, state: Span) {
        if let Some(scan) = self.scans.get_mut(stage) {
            scan.save_last(work, row, state);
        }
    }

    /// The greatest row at or below `row` before which the state is kept; 0 for the initial state.
    pub fn nearest(&mut self, work: &mut Work<'_>, stage: usize, row: u64) -> u64 {
        self.scans.get_mut(stage).map_or(0, |s| s.nearest(work, row))
    }

    /// Copies the state before `row` to `to`. False where it is not kept or damaged; it is dropped then.
    pub fn load(&mut self, work: &mut Work<'_>, stage: usize, row: u64, to: Span) -> bool {
        self.scans.get_mut(stage).is_some_and(|s| s.load(work, row, to))
    }

    /// All that says which checkpoints there are, and where.
    pub fn digest(&self, d: &mut Digest) {
        d.sizes([self.scans.len()]);
        for scan in self.scans.iter().filter(|s| s.ring.is_some()) {
            d.words([scan.stage.into(), scan.every, scan.ring.map_or(0, |r| r.slots().into())]);
            d.maybe(scan.newest);
            d.maybe(scan.last);
            scan.slots.digest(d);
        }
    }

    /// What is held of a scan: the highest candidate passed, and the row of the spare slot. None without checkpoints.
    #[must_use]
    pub fn held(&self, stage: usize) -> Option<Held> {
        let scan = self.scans.get(stage)?;
        let slots = scan.ring?.slots().sat_add(1);
        Some(Held { newest: scan.newest, last: scan.last, slots })
    }

    /// The state in a slot of a scan and the row it is before, if it is one that can be needed and sound. Damage is counted
    /// and dropped.
    pub fn stored(&mut self, work: &mut Work<'_>, stage: usize, slot: u32) -> Option<(u64, Span)> {
        let scan = self.scans.get_mut(stage)?;
        let row = scan.expected(slot)?;
        if scan.slots.step(work, slot) != Some(row) && scan.slots.is_free(work, slot) {
            return None;
        }
        let key = scan.key(row);
        scan.slots.get(work, slot, key).map(|at| (row, at))
    }

    /// Takes up what was held of a scan, without its states. False where this cannot be.
    pub fn take_up(&mut self, stage: usize, held: Held) -> bool {
        match self.scans.get_mut(stage) {
            Some(scan) => {
                (scan.newest, scan.last) = (held.newest, held.last);
                true
            }
            None => false,
        }
    }

    /// Puts a state back into the slot it was in. None where the row is not one of that slot.
    pub fn put_back(
        &mut self,
        work: &mut Work<'_>,
        stage: usize,
        slot: u32,
        row: u64,
        len: usize,
        write: impl FnOnce(&mut [u8]),
    ) -> Option<()> {
        let scan = self.scans.get_mut(stage)?;
        let key = scan.key(row);
        if scan.expected(slot) != Some(row) || len != scan.state_bytes {
            return None;
        }
        scan.slots.fill(work, slot, key, len, write)
    }

    /// Damaged checkpoints found so far.
    #[must_use]
    pub fn crc_failures(&self) -> u64 {
        self.scans.iter().fold(0u64, |sum, s| sum.sat_add(s.slots.counts.crc_failures))
    }

    /// Checks the next `most` bytes of the checkpoints up to the last one. Says how many, and whether it came to the end.
    pub fn scrub(&mut self, work: &mut Work<'_>, most: usize) -> (usize, bool) {
        let mut done = 0usize;
        while let Some(scan) = self.scans.get_mut(self.cursor) {
            let left = most.sat_sub(done);
            if scan.ring.is_some() && left < HEADER_BYTES && done > 0 {
                return (done, false);
            }
            let Scrubbed { bytes, wrapped, .. } = scan.slots.scrub(work, left);
            done = done.sat_add(bytes);
            if !wrapped {
                return (done, false);
            }
            self.cursor = self.cursor.sat_add(1);
        }
        self.cursor = 0;
        (done, true)
    }
}

/// Rows between candidates: windows between checkpoints as rows of a stage.
#[must_use]
pub fn every_rows(windows: u64, rate: u64) -> u64 {
    checked::div_ceil(windows.max_u64(1), rate)
}
