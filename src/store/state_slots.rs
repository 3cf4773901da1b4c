//! States of scans in the work area: a fixed number of slots, each a header and the bytes of a state, verified when
//! read. Checkpoints and the snapshots of a sweep are stored in such slots.
//!
//! A header is 32 bytes, big-endian:
//!
//! | offset | field |
//! |---|---|
//! | 0 | hash of the plan, u64 |
//! | 8 | step, u64 |
//! | 16 | set: what the state is of, a stage or a level of a sweep, u32 |
//! | 20 | length of the payload, u32 |
//! | 24 | CRC-32C over all other fields and the payload, u32 |
//! | 28 | mark of a used slot, with the version of the layout, u32 |
//!
//! CRC-32C detects every error of up to three bits in states of this size, and every burst of up to 32 bits; other
//! errors pass with probability 2^-32. A header of zeros is an empty slot.

use crate::checked;
use crate::crc::Crc32c;
use crate::digest::Digest;
use crate::mem::{Span, Work};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;

/// Size of a header in bytes.
pub const HEADER_BYTES: usize = 32;

/// "SQK" and the version of the layout.
const MARK: u32 = 0x5351_4B01;

/// Alignment of slots in bytes.
const ALIGN: usize = 8;

/// What a stored state is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The step (a row, or a tile) that the state precedes.
    pub step: u64,
    /// The stage or level whose state it is: it distinguishes states of the same step.
    pub set: u32,
}

/// Counters of a set of slots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlotCounts {
    /// States written.
    pub puts: u64,
    /// States read and found valid.
    pub gets: u64,
    /// States found damaged, by a read or by a scrub, and dropped.
    pub crc_failures: u64,
}

/// The result of [`StateSlots::scrub`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scrubbed {
    /// Bytes verified.
    pub bytes: usize,
    /// The slot that was damaged and dropped; the call ended there.
    pub damaged: Option<u32>,
    /// True where the last slot is done.
    pub wrapped: bool,
}

/// Position of a scrub: the slot, the bytes of its payload that are read, and their checksum.
#[derive(Clone, Copy, Debug, Default)]
struct Cursor {
    slot: u32,
    read: usize,
    sum: Option<Crc32c>,
}

/// The slots. Their bytes are in the work area; this struct has their place.
#[derive(Clone, Copy, Debug, Default)]
pub struct StateSlots {
    span: Span,
    slots: u32,
    stride: usize,
    state_bytes: usize,
    plan: u64,
    cursor: Cursor,
    /// Counters since the slots were created.
    pub counts: SlotCounts,
}

struct Header {
    plan: u64,
    key: Key,
    len: u32,
    crc: u32,
    mark: u32,
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Header> {
        let (plan, rest) = bytes.split_first_chunk::<8>()?;
        let (step, rest) = rest.split_first_chunk::<8>()?;
        let (words, _) = rest.as_chunks::<4>();
        let [set, len, crc, mark] = *words.first_chunk::<4>()?;
        Some(Header {
            plan: u64::from_be_bytes(*plan),
            key: Key { step: u64::from_be_bytes(*step), set: u32::from_be_bytes(set) },
            len: u32::from_be_bytes(len),
            crc: u32::from_be_bytes(crc),
            mark: u32::from_be_bytes(mark),
        })
    }

    fn write(&self, bytes: &mut [u8]) -> Option<()> {
        let (plan, rest) = bytes.split_first_chunk_mut::<8>()?;
        let (step, rest) = rest.split_first_chunk_mut::<8>()?;
        let (words, _) = rest.as_chunks_mut::<4>();
        *plan = self.plan.to_be_bytes();
        *step = self.key.step.to_be_bytes();
        *words.first_chunk_mut::<4>()? = [self.key.set, self.len, self.crc, self.mark].map(u32::to_be_bytes);
        Some(())
    }

    fn is_empty(&self) -> bool {
        (self.plan, self.key.step, self.key.set, self.len, self.crc, self.mark) == (0, 0, 0, 0, 0, 0)
    }

    /// The checksum of the fields, for continuation over the payload.
    fn sum(&self) -> Crc32c {
        let sum = Crc32c::new().update(&self.plan.to_be_bytes()).update(&self.key.step.to_be_bytes());
        let sum = sum.update(&self.key.set.to_be_bytes()).update(&self.len.to_be_bytes());
        sum.update(&self.mark.to_be_bytes())
    }
}

impl StateSlots {
    /// Size in bytes of `slots` slots for states of up to `state_bytes`.
    pub fn bytes(slots: u32, state_bytes: usize) -> Result<usize> {
        checked::mul(checked::size(u64::from(slots))?, Self::slot_bytes(state_bytes)?)
    }

    /// Size in bytes of one slot: the header and the state, rounded up to a multiple of 8.
    pub fn slot_bytes(state_bytes: usize) -> Result<usize> {
        checked::align_up(checked::add(HEADER_BYTES, state_bytes)?, ALIGN)
    }

    /// `slots` empty slots in `span` for states of up to `state_bytes`. `plan` is the hash of the plan they belong to.
    pub fn new(work: &mut Work<'_>, span: Span, slots: u32, state_bytes: usize, plan: u64) -> Result<StateSlots> {
        if u32::try_from(state_bytes).is_err() || Self::bytes(slots, state_bytes)? > span.len {
            return Err(Error::new(Status::Memory, "the slots of states do not fit the memory planned for them"));
        }
        let stride = Self::slot_bytes(state_bytes)?;
        let mut all = StateSlots { span, slots, stride, state_bytes, plan, ..StateSlots::default() };
        all.clear(work);
        Ok(all)
    }

    /// Adds the place of the slots.
    pub fn digest(&self, d: &mut Digest) {
        d.sizes([self.span.at, self.span.len, self.stride, self.state_bytes]);
        d.words([self.slots.into(), self.plan]);
    }

    /// Number of slots.
    #[must_use]
    pub fn slots(&self) -> u32 {
        self.slots
    }

    /// Empties all slots.
    pub fn clear(&mut self, work: &mut Work<'_>) {
        (0..self.slots).for_each(|slot| self.drop_slot(work, slot));
        self.cursor = Cursor::default();
    }

    /// Empties a slot.
    pub fn drop_slot(&mut self, work: &mut Work<'_>, slot: u32) {
        self.restart_scrub_of(slot);
        if let Some(header) = self.part(slot, 0, HEADER_BYTES).and_then(|at| work.bytes(at)) {
            header.fill(0);
        }
    }

    /// Copies the state at `payload` into a slot. None, and nothing is written, where the slot does not exist, or the
    /// state is too long or overlaps the slots.
    pub fn put(&mut self, work: &mut Work<'_>, slot: u32, key: Key, payload: Span) -> Option<()> {
        if payload.len > self.state_bytes || payload.meets(self.span) {
            return None;
        }
        let place = self.part(slot, HEADER_BYTES, payload.len)?;
        let mut header = Header { plan: self.plan, key, len: u32::try_from(payload.len).ok()?, crc: 0, mark: MARK };
        self.restart_scrub_of(slot);
        work.copy(payload, place.at)?;
        // Over the source: so an error while copying is detected as well.
        header.crc = header.sum().update(work.bytes(payload)?).value();
        header.write(work.bytes(self.part(slot, 0, HEADER_BYTES)?)?)?;
        self.counts.puts = self.counts.puts.sat_add(1);
        Some(())
    }

    /// Stores a state of `len` bytes, which `write` writes into the slot. None where the slot does not exist or the
    /// state is too long.
    pub fn fill(
        &mut self,
        work: &mut Work<'_>,
        slot: u32,
        key: Key,
        len: usize,
        write: impl FnOnce(&mut [u8]),
    ) -> Option<()> {
        let place = self.part(slot, HEADER_BYTES, len).filter(|_| len <= self.state_bytes)?;
        let mut header = Header { plan: self.plan, key, len: u32::try_from(len).ok()?, crc: 0, mark: MARK };
        self.restart_scrub_of(slot);
        let payload = work.bytes(place)?;
        write(payload);
        header.crc = header.sum().update(payload).value();
        header.write(work.bytes(self.part(slot, 0, HEADER_BYTES)?)?)?;
        self.counts.puts = self.counts.puts.sat_add(1);
        Some(())
    }

    /// The place of the state of `key` in `slot`, if the slot holds it undamaged. Otherwise the slot is emptied and
    /// counted as damaged: the caller asks only for states that it stored.
    pub fn get(&mut self, work: &mut Work<'_>, slot: u32, key: Key) -> Option<Span> {
        let found = self.verified(work, slot, key);
        let counter = if found.is_some() { &mut self.counts.gets } else { &mut self.counts.crc_failures };
        *counter = counter.sat_add(1);
        if found.is_none() {
            self.drop_slot(work, slot);
        }
        found
    }

    /// The step in a slot's header, not verified; None where the slot is empty or has no valid mark.
    #[must_use]
    pub fn step(&self, work: &mut Work<'_>, slot: u32) -> Option<u64> {
        self.header(work, slot).filter(|h| h.mark == MARK).map(|h| h.key.step)
    }

    /// True where the slot is empty according to its header.
    #[must_use]
    pub fn is_free(&self, work: &mut Work<'_>, slot: u32) -> bool {
        self.header(work, slot).is_none_or(|h| h.is_empty())
    }

    fn verified(&self, work: &mut Work<'_>, slot: u32, key: Key) -> Option<Span> {
        let header = self.header(work, slot)?;
        let place = self.payload(slot, &header)?;
        let sum = header.sum().update(work.bytes(place)?);
        (sum.value() == header.crc && header.key == key && header.plan == self.plan).then_some(place)
    }

    fn header(&self, work: &mut Work<'_>, slot: u32) -> Option<Header> {
        Header::read(work.bytes(self.part(slot, 0, HEADER_BYTES)?)?)
    }

    /// The place of the payload, if the header has a valid mark and length.
    fn payload(&self, slot: u32, header: &Header) -> Option<Span> {
        let len = usize::try_from(header.len).ok().filter(|len| *len <= self.state_bytes)?;
        self.part(slot, HEADER_BYTES, len).filter(|_| header.mark == MARK)
    }

    fn part(&self, slot: u32, skip: usize, len: usize) -> Option<Span> {
        let index = usize::try_from(slot).ok().filter(|_| slot < self.slots)?;
        self.span.part(index.checked_mul(self.stride)?, self.stride)?.part(skip, len)
    }

    /// A slot changes: a scrub that has read part of it starts it again.
    fn restart_scrub_of(&mut self, slot: u32) {
        if self.cursor.slot == slot {
            (self.cursor.read, self.cursor.sum) = (0, None);
        }
    }

    /// Verifies the next bytes of the slots, at most `max_bytes` (but at least 32, a header), and continues with the
    /// first slot in the next call after the last. Ends at a damaged slot, which is emptied and counted, and after the
    /// last slot.
    pub fn scrub(&mut self, work: &mut Work<'_>, max_bytes: usize) -> Scrubbed {
        let max_bytes = max_bytes.max(HEADER_BYTES);
        let mut done = Scrubbed::default();
        while self.cursor.slot < self.slots {
            let slot = self.cursor.slot;
            let left = max_bytes.sat_sub(done.bytes);
            let need = if self.cursor.sum.is_none() { HEADER_BYTES } else { 1 };
            if left < need {
                return done;
            }
            match self.scrub_slot(work, left, &mut done.bytes) {
                Some(true) => {}
                Some(false) => continue,
                None => {
                    self.counts.crc_failures = self.counts.crc_failures.sat_add(1);
                    self.drop_slot(work, slot);
                    done.damaged = Some(slot);
                }
            }
            self.cursor = Cursor { slot: slot.sat_add(1), ..Cursor::default() };
            if done.damaged.is_some() {
                break;
            }
        }
        if self.cursor.slot >= self.slots {
            self.cursor = Cursor::default();
            done.wrapped = true;
        }
        done
    }

    /// Verifies up to `left` bytes of the slot at the cursor: true where it is done and valid, false where bytes
    /// remain, None where it is damaged.
    fn scrub_slot(&mut self, work: &mut Work<'_>, left: usize, bytes: &mut usize) -> Option<bool> {
        let header = self.header(work, self.cursor.slot)?;
        let sum = match self.cursor.sum {
            Some(sum) => sum,
            None => {
                *bytes = bytes.sat_add(HEADER_BYTES);
                if header.is_empty() {
                    return Some(true);
                }
                header.sum()
            }
        };
        let place = self.payload(self.cursor.slot, &header)?;
        let room = if self.cursor.sum.is_none() { left.sat_sub(HEADER_BYTES) } else { left };
        let piece = room.min(place.len.sat_sub(self.cursor.read));
        let sum = sum.update(work.bytes(place.part(self.cursor.read, piece)?)?);
        *bytes = bytes.sat_add(piece);
        self.cursor.read = self.cursor.read.sat_add(piece);
        self.cursor.sum = Some(sum);
        if self.cursor.read < place.len {
            return Some(false);
        }
        (sum.value() == header.crc && header.plan == self.plan).then_some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    const STATE: usize = 21;
    const SLOTS: u32 = 3;
    const SOURCE: Span = Span { at: 1, len: STATE };
    const KEY: Key = Key { step: 0x0123_4567_89ab_cdef, set: 5 };

    fn with_slots(test: impl FnOnce(&mut StateSlots, &mut Work<'_>)) {
        let len = StateSlots::bytes(SLOTS, STATE).unwrap();
        assert_eq!(len, 3 * 56);
        let mut area = vec![0xa5u8; 64 + len];
        let mut work = Work::new(&mut area);
        let mut all = StateSlots::new(&mut work, Span { at: 64, len }, SLOTS, STATE, 0xfeed).unwrap();
        fill(&mut work, 0);
        test(&mut all, &mut work);
    }

    fn fill(work: &mut Work<'_>, seed: usize) {
        let bytes = work.bytes(SOURCE).unwrap();
        bytes.iter_mut().enumerate().for_each(|(i, b)| *b = (i * 37 + seed * 101) as u8);
    }

    fn state(seed: usize) -> Vec<u8> {
        (0..STATE).map(|i| (i * 37 + seed * 101) as u8).collect()
    }

    #[test]
    fn a_state_is_returned_only_under_its_key() {
        with_slots(|all, work| {
            for slot in 0..SLOTS {
                fill(work, slot as usize);
                all.put(work, slot, Key { step: u64::from(slot), set: 5 }, SOURCE).unwrap();
            }
            for slot in 0..SLOTS {
                let at = all.get(work, slot, Key { step: u64::from(slot), set: 5 }).unwrap();
                assert_eq!(work.bytes(at).unwrap(), state(slot as usize));
            }
            assert_eq!(all.get(work, 0, Key { step: 0, set: 4 }), None);
            assert_eq!(all.get(work, 1, Key { step: 2, set: 5 }), None);
            assert_eq!(all.get(work, 3, Key { step: 3, set: 5 }), None);
            assert_eq!(all.counts, SlotCounts { puts: 3, gets: 3, crc_failures: 3 });
            assert_eq!(all.get(work, 0, Key { step: 0, set: 5 }), None, "emptied");
            assert_eq!(all.put(work, 3, KEY, SOURCE), None);
            assert_eq!(all.put(work, 0, KEY, Span { at: 0, len: STATE + 1 }), None);
            assert_eq!(all.put(work, 0, KEY, Span { at: 60, len: 8 }), None);
            all.put(work, 0, KEY, Span { at: 0, len: 0 }).unwrap();
            assert_eq!(all.get(work, 0, KEY).unwrap().len, 0);
            // States of another plan are refused.
            all.plan = 1;
            assert_eq!(all.get(work, 2, Key { step: 2, set: 5 }), None);
            assert!(StateSlots::new(work, Span { at: 64, len: 100 }, SLOTS, STATE, 0).is_err());
            assert!(StateSlots::bytes(2, usize::MAX).is_err());
        });
    }

    #[test]
    fn the_header_has_the_documented_layout() {
        with_slots(|all, work| {
            all.put(work, 1, KEY, SOURCE).unwrap();
            let slot = work.bytes(Span { at: 64 + 56, len: 53 }).unwrap();
            let head =
                [0, 0, 0, 0, 0, 0, 0xfe, 0xed, 1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0, 0, 0, 5, 0, 0, 0, 21];
            assert_eq!(slot[..24], head);
            assert_eq!(slot[28..32], *b"SQK\x01");
            let mut all = slot[..24].to_vec();
            all.extend_from_slice(&slot[28..]);
            assert_eq!(slot[24..28], crate::crc::crc32c(&all).to_be_bytes());
        });
    }

    #[test]
    fn any_flipped_bit_is_found_by_a_read_and_by_scrubs_of_any_size() {
        with_slots(|all, work| {
            for bit in 0..(HEADER_BYTES + STATE) * 8 {
                for max_bytes in [0, 33, 47, 1000] {
                    for slot in 0..SLOTS {
                        all.put(work, slot, KEY, SOURCE).unwrap();
                    }
                    work.bytes(Span { at: 64 + 56 + bit / 8, len: 1 }).unwrap()[0] ^= 1 << (bit % 8);
                    let before = all.counts.crc_failures;
                    if max_bytes == 0 {
                        assert_eq!(all.get(work, 1, KEY), None, "bit {bit}");
                        assert!(all.get(work, 0, KEY).is_some() && all.get(work, 2, KEY).is_some());
                    } else {
                        let mut found = Vec::new();
                        loop {
                            let done = all.scrub(work, max_bytes);
                            assert!(done.bytes <= max_bytes);
                            found.extend(done.damaged);
                            if done.wrapped {
                                break;
                            }
                        }
                        assert_eq!(found, [1], "bit {bit}, pieces of {max_bytes}");
                    }
                    assert_eq!(all.counts.crc_failures, before + 1);
                }
            }
        });
    }

    #[test]
    fn a_scrub_reads_every_byte_once_and_allows_changes_between_its_calls() {
        with_slots(|all, work| {
            assert_eq!(all.scrub(work, 1000), Scrubbed { bytes: 96, damaged: None, wrapped: true });
            all.put(work, 0, KEY, SOURCE).unwrap();
            assert_eq!(all.scrub(work, 0).bytes, 32);
            assert_eq!(all.scrub(work, 33), Scrubbed { bytes: 21, damaged: None, wrapped: false });
            assert_eq!(all.scrub(work, 1000), Scrubbed { bytes: 64, damaged: None, wrapped: true });
            for _ in 0..100 {
                all.scrub(work, 40);
                fill(work, 9);
                all.put(work, 0, KEY, SOURCE).unwrap();
                fill(work, 10);
                all.put(work, 2, KEY, SOURCE).unwrap();
            }
            assert_eq!(all.counts.crc_failures, 0);
            // A flipped bit in the header of an empty slot is counted; nothing is lost.
            work.bytes(Span { at: 64 + 56, len: 1 }).unwrap()[0] ^= 1;
            while all.scrub(work, 64).damaged != Some(1) {}
            assert_eq!(all.counts.crc_failures, 1);
        });
    }
}
