//! Checkpoints: states of a scan before some of its rows, so that any row is computed with bounded extra work.
//!
//! Every scan has slots of its own. Candidates are the rows that are multiples of `every`, numbered from 0. The
//! schedule [`Doubling`] selects the candidates that are held, so that a fixed number of slots covers a stream of any
//! length. One more slot, the spare one, holds the state where the last evaluation ended, so that the next one
//! continues there.

use super::state_slots::{HEADER_BYTES, Key, Scrubbed, StateSlots};
use crate::checked;
use crate::digest::Digest;
use crate::mem::{FixedVec, Span, Work};
use crate::schedule::doubling::Doubling;
use crate::status::Result;
use crate::util::places::PlaceSum;
use crate::util::unsigned::{Count, Unsigned};

/// The checkpoints of one stage; empty for a stage without state.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScanCheckpoints {
    stage: u32,
    every: u64,
    schedule: Option<Doubling>,
    slots: StateSlots,
    state_bytes: usize,
    /// The highest candidate that was passed.
    newest: Option<u64>,
    /// The row in the spare slot.
    last: Option<u64>,
}

/// Size in bytes of the checkpoints of a scan with a state of `state_bytes`, in `slots` slots and the spare one; 0
/// without slots.
pub fn bytes(slots: u32, state_bytes: usize) -> Result<usize> {
    if slots == 0 || state_bytes == 0 { Ok(0) } else { StateSlots::bytes(slots.sat_add(1), state_bytes) }
}

/// The row whose state a slot holds by schedule, if any. `newest` is the highest candidate passed, `last` the row of the
/// spare slot.
#[must_use]
pub fn expected_row(
    schedule: Doubling,
    every: u64,
    (newest, last): (Option<u64>, Option<u64>),
    slot: u32,
) -> Option<u64> {
    if slot == schedule.slots() {
        return last;
    }
    // Candidate 0 is row 0, whose state is the initial one.
    let candidate = schedule.held(slot, newest?).filter(|c| *c > 0)?;
    Some(candidate.sat_mul(every))
}

impl ScanCheckpoints {
    /// Empty checkpoints in `span`, which has [`bytes`], for rows that are multiples of `every`. `hash` is that of the
    /// plan.
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
            schedule: Some(Doubling::new(slots)?),
            slots: StateSlots::new(work, span, slots.sat_add(1), state_bytes, hash)?,
            state_bytes,
            newest: None,
            last: None,
        })
    }

    fn key(&self, step: u64) -> Key {
        Key { step, set: self.stage }
    }

    /// The slot of a candidate, if it is held now.
    fn slot(&self, candidate: u64) -> Option<u32> {
        let (schedule, newest) = (self.schedule?, self.newest?);
        let slot = schedule.slot(candidate)?;
        (schedule.held(slot, newest) == Some(candidate)).then_some(slot)
    }

    /// The first row after `row` before which the state is to be kept.
    fn next_stop(&self, row: u64) -> u64 {
        let Some(schedule) = self.schedule else { return u64::MAX };
        let next = row.checked_div(self.every).unwrap_or(0).sat_add(1);
        // After the newest candidate, the next one held; before it, those that are held and may
        // have been dropped as damaged.
        let unit = match self.newest {
            Some(newest) if next <= newest => (schedule.gap(newest) / 2).max_u64(1),
            _ => schedule.gap(next),
        };
        let stop = next.checked_next_multiple_of(unit).unwrap_or(u64::MAX);
        stop.sat_mul(self.every)
    }

    /// The row whose state a slot holds by schedule, if any.
    fn expected(&self, slot: u32) -> Option<u64> {
        expected_row(self.schedule?, self.every, (self.newest, self.last), slot)
    }

    fn save(&mut self, work: &mut Work<'_>, row: u64, state: Span) {
        let Some(schedule) = self.schedule else { return };
        let candidate = row.checked_div(self.every).unwrap_or(0);
        if self.newest.is_none_or(|n| candidate > n) {
            self.newest = Some(candidate);
        }
        let Some(slot) = schedule.slot(candidate).filter(|s| self.slot(candidate) == Some(*s)) else { return };
        if self.slots.step(work, slot) != Some(row) {
            let _ = self.slots.put(work, slot, self.key(row), state);
        }
    }

    fn nearest(&mut self, work: &mut Work<'_>, row: u64) -> u64 {
        let mut best = 0;
        if let (Some(schedule), Some(newest)) = (self.schedule, self.newest) {
            let mut highest = row.checked_div(self.every).unwrap_or(0);
            // Each round steps to the held candidate before: at most one round per slot.
            for _ in 0..schedule.slots() {
                let candidate = schedule.below(highest, newest);
                if candidate == 0 {
                    break;
                }
                let start = candidate.sat_mul(self.every);
                if let Some(slot) = self.slot(candidate) {
                    // A slot with another row has a damaged header: loading it detects that and
                    // drops it.
                    if self.slots.step(work, slot) == Some(start) || !self.slots.is_free(work, slot) {
                        best = start;
                        break;
                    }
                }
                highest = candidate.sat_sub(1);
            }
        }
        self.last.filter(|l| *l <= row).map_or(best, |l| l.max_u64(best))
    }

    fn load(&mut self, work: &mut Work<'_>, row: u64, to: Span) -> bool {
        let held = row.checked_div(self.every).and_then(|c| self.slot(c));
        let spare = self.schedule.map(|r| r.slots());
        let slot = if self.last == Some(row) { spare } else { held };
        let found = slot.and_then(|s| self.slots.get(work, s, self.key(row)));
        if found.is_none() && self.last == Some(row) {
            self.last = None;
        }
        found.and_then(|from| work.copy(from, to.at)).is_some()
    }

    fn save_last(&mut self, work: &mut Work<'_>, row: u64, state: Span) {
        if let Some(schedule) = self.schedule.filter(|_| row > 0) {
            let kept = self.slots.put(work, schedule.slots(), self.key(row), state);
            self.last = kept.map(|()| row);
        }
    }

    fn drop_after(&mut self, work: &mut Work<'_>, row: u64) {
        for slot in 0..self.slots.slots() {
            if self.expected(slot).is_some_and(|held| held > row) {
                self.slots.drop_slot(work, slot);
            }
        }
        self.last = self.last.filter(|last| *last <= row);
    }

    fn clear(&mut self, work: &mut Work<'_>) {
        self.slots.clear(work);
        (self.newest, self.last) = (None, None);
    }
}

/// What is held of a scan, without the states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// The highest candidate that was passed.
    pub newest: Option<u64>,
    /// The row in the spare slot.
    pub last: Option<u64>,
    /// Number of slots, the spare one included.
    pub slots: u32,
}

/// The checkpoints of all scans of a pipeline, one entry per stage.
#[derive(Debug)]
pub struct CheckpointTable<'m> {
    scans: FixedVec<'m, ScanCheckpoints>,
    /// The next scan for a scrub to verify.
    cursor: usize,
}

impl<'m> CheckpointTable<'m> {
    /// A table without entries; `scans` has room for those of all stages.
    pub fn new(scans: FixedVec<'m, ScanCheckpoints>) -> Self {
        CheckpointTable { scans, cursor: 0 }
    }

    /// Adds where the table is.
    pub fn places(&self, sum: &mut PlaceSum) {
        self.scans.places(sum);
    }

    /// Removes all entries.
    pub fn remove_all(&mut self) {
        self.scans.clear();
        self.cursor = 0;
    }

    /// Adds the entry of the next stage.
    pub fn add(&mut self, scan: ScanCheckpoints) {
        let _ = self.scans.push(scan);
    }

    /// Drops all checkpoints.
    pub fn clear(&mut self, work: &mut Work<'_>) {
        self.scans.iter_mut().filter(|s| s.schedule.is_some()).for_each(|s| s.clear(work));
    }

    /// The first row after `row` before which the state of the scan is to be kept.
    #[must_use]
    pub fn next_stop(&self, stage: usize, row: u64) -> u64 {
        self.scans.get(stage).map_or(u64::MAX, |s| s.next_stop(row))
    }

    /// Keeps the state before `row`, if the schedule selects the row.
    pub fn save(&mut self, work: &mut Work<'_>, stage: usize, row: u64, state: Span) {
        if let Some(scan) = self.scans.get_mut(stage) {
            scan.save(work, row, state);
        }
    }

    /// Keeps the state before `row` in the spare slot, for the row at which an evaluation ended.
    pub fn save_last(&mut self, work: &mut Work<'_>, stage: usize, row: u64, state: Span) {
        if let Some(scan) = self.scans.get_mut(stage) {
            scan.save_last(work, row, state);
        }
    }

    /// Drops the checkpoints of a scan at rows after `row`, which is the end of the rows that are computed.
    pub fn drop_after(&mut self, work: &mut Work<'_>, stage: usize, row: u64) {
        if let Some(scan) = self.scans.get_mut(stage) {
            scan.drop_after(work, row);
        }
    }

    /// The largest row at or below `row` whose state is kept; 0 for the initial state.
    pub fn nearest(&mut self, work: &mut Work<'_>, stage: usize, row: u64) -> u64 {
        self.scans.get_mut(stage).map_or(0, |s| s.nearest(work, row))
    }

    /// Copies the state before `row` to `to`. False where it is not kept, or damaged; a damaged state is dropped.
    pub fn load(&mut self, work: &mut Work<'_>, stage: usize, row: u64, to: Span) -> bool {
        self.scans.get_mut(stage).is_some_and(|s| s.load(work, row, to))
    }

    /// Adds which checkpoints are held, and their place.
    pub fn digest(&self, d: &mut Digest) {
        d.sizes([self.scans.len()]);
        for scan in self.scans.iter().filter(|s| s.schedule.is_some()) {
            d.words([scan.stage.into(), scan.every, scan.schedule.map_or(0, |r| r.slots().into())]);
            d.maybe(scan.newest);
            d.maybe(scan.last);
            scan.slots.digest(d);
        }
    }

    /// What is held of a scan; None for a stage without checkpoints.
    #[must_use]
    pub fn held(&self, stage: usize) -> Option<Held> {
        let scan = self.scans.get(stage)?;
        let slots = scan.schedule?.slots().sat_add(1);
        Some(Held { newest: scan.newest, last: scan.last, slots })
    }

    /// The row and the state in a slot of a scan, if the schedule holds it and it is valid. A damaged state is counted
    /// and dropped.
    pub fn stored_state(&mut self, work: &mut Work<'_>, stage: usize, slot: u32) -> Option<(u64, Span)> {
        let scan = self.scans.get_mut(stage)?;
        let row = scan.expected(slot)?;
        if scan.slots.step(work, slot) != Some(row) && scan.slots.is_free(work, slot) {
            return None;
        }
        let key = scan.key(row);
        scan.slots.get(work, slot, key).map(|at| (row, at))
    }

    /// Restores what was held of a scan, without its states: the highest row passed, and the row in the spare slot.
    pub fn set_held(&mut self, stage: usize, passed: Option<u64>, last: Option<u64>) {
        if let Some(scan) = self.scans.get_mut(stage) {
            scan.newest = passed.and_then(|row| row.checked_div(scan.every)).filter(|candidate| *candidate > 0);
            scan.last = last;
        }
    }

    /// Restores the state before `row`, which `write` writes into the spare slot or the slot of the row. Leaves it out
    /// where the schedule has no slot for the row.
    pub fn restore_state(
        &mut self,
        work: &mut Work<'_>,
        stage: usize,
        row: u64,
        spare: bool,
        len: usize,
        write: impl FnOnce(&mut [u8]),
    ) {
        let Some(scan) = self.scans.get_mut(stage) else { return };
        let slot = match (spare, row.checked_div(scan.every)) {
            (true, _) => scan.schedule.map(|s| s.slots()),
            (false, Some(candidate)) => scan.slot(candidate),
            (false, None) => None,
        };
        let key = scan.key(row);
        if let Some(slot) = slot.filter(|s| scan.expected(*s) == Some(row) && len == scan.state_bytes) {
            let _ = scan.slots.fill(work, slot, key, len, write);
        }
    }

    /// Number of damaged checkpoints found so far.
    #[must_use]
    pub fn crc_failures(&self) -> u64 {
        self.scans.iter().fold(0u64, |sum, s| sum.sat_add(s.slots.counts.crc_failures))
    }

    /// Verifies the next `max_bytes` bytes of the checkpoints. Returns the number of bytes verified and whether the
    /// last checkpoint is done.
    pub fn scrub(&mut self, work: &mut Work<'_>, max_bytes: usize) -> (usize, bool) {
        let mut done = 0usize;
        while let Some(scan) = self.scans.get_mut(self.cursor) {
            let left = max_bytes.sat_sub(done);
            if scan.schedule.is_some() && left < HEADER_BYTES && done > 0 {
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

/// Rows between the candidates of a stage with this rate, for `windows` windows between checkpoints.
#[must_use]
pub fn every_rows(windows: u64, rate: u64) -> u64 {
    checked::div_ceil(windows.max_u64(1), rate)
}
