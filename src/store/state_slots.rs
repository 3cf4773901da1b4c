//! Checkpoints in the work area: a fixed number of slots, each a header and the bytes of a state, checked when read.
//!
//! A header is 32 bytes, big-endian:
//!
//! | byte | what |
//! |---|---|
//! | 0 | hash of the plan, u64 |
//! | 8 | step, u64 |
//! | 16 | set of stages whose states these are (or other flags), u32 |
//! | 20 | length of the payload, u32 |
//! | 24 | CRC-32C over all of the other fields and the payload, u32 |
//! | 28 | a mark that tells a used slot and the version of its layout, u32 |
//!
//! CRC-32C finds every error of up to three bits in states of this size, and every burst of up to 32; others pass with
//! probability 2^-32. A header of zeroes is an empty slot.

use crate::checked;
use crate::crc::Crc32c;
use crate::digest::Digest;
use crate::mem::{Span, Work};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;

/// Bytes of a header.
pub const HEADER_BYTES: usize = 32;

/// "SQK" and the version of the layout.
const MARK: u32 = 0x5351_4B01;

/// Slots start at multiples of this.
const ALIGN: usize = 8;

/// What a checkpoint is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The state is that before this step.
    pub step: u64,
    /// The stages whose state it is, or what else tells two checkpoints of a step apart.
    pub set: u32,
}

/// Counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CheckpointCounts {
    /// Checkpoints written.
    pub puts: u64,
    /// Checkpoints read and found sound.
    pub gets: u64,
    /// Checkpoints found damaged, by a read or by a scrub, and dropped.
    pub crc_failures: u64,
}

/// What a call of [`Checkpoints::scrub`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scrubbed {
    /// Bytes looked at.
    pub bytes: usize,
    /// The slot found damaged and dropped; the call ended there.
    pub damaged: Option<u32>,
    /// True where it came to the end of the last slot.
    pub wrapped: bool,
}

/// How far a scrub has come: the slot, the bytes of its payload seen, and their checksum.
#[derive(Clone, Copy, Debug, Default)]
struct Cursor {
    slot: u32,
    seen: usize,
    sum: Option<Crc32c>,
}

/// The slots. Their bytes lie in the work area; here is only where.
#[derive(Clone, Copy, Debug, Default)]
pub struct Checkpoints {
    span: Span,
    slots: u32,
    stride: usize,
    state_bytes: usize,
    plan: u64,
    cursor: Cursor,
    /// What happened so far.
    pub counts: CheckpointCounts,
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

    /// The checksum of the fields, to be continued over the payload.
    fn sum(&self) -> Crc32c {
        let sum = Crc32c::new().update(&self.plan.to_be_bytes()).update(&self.key.step.to_be_bytes());
        let sum = sum.update(&self.key.set.to_be_bytes()).update(&self.len.to_be_bytes());
        sum.update(&self.mark.to_be_bytes())
    }
}

impl Checkpoints {
    /// Bytes of `slots` slots for states of up to `state_bytes`.
    pub fn bytes(slots: u32, state_bytes: usize) -> Result<usize> {
        checked::mul(checked::size(u64::from(slots))?, Self::slot_bytes(state_bytes)?)
    }

    /// Bytes of one slot: the header and the state, rounded up to a multiple of 8.
    pub fn slot_bytes(state_bytes: usize) -> Result<usize> {
        checked::align_up(checked::add(HEADER_BYTES, state_bytes)?, ALIGN)
    }

    /// `slots` slots in `span`, all empty, for states of up to `state_bytes`, of the plan with this hash.
    pub fn new(work: &mut Work<'_>, span: Span, slots: u32, state_bytes: usize, plan: u64) -> Result<Checkpoints> {
        if u32::try_from(state_bytes).is_err() || Self::bytes(slots, state_bytes)? > span.len {
            return Err(Error::new(Status::Memory, "the checkpoints do not fit the memory planned for them"));
        }
        let stride = Self::slot_bytes(state_bytes)?;
        let mut all = Checkpoints { span, slots, stride, state_bytes, plan, ..Checkpoints::default() };
        all.clear(work);
        Ok(all)
    }

    /// Where the slots lie.
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
        self.touched(slot);
        if let Some(header) = self.part(slot, 0, HEADER_BYTES).and_then(|at| work.bytes(at)) {
            header.fill(0);
        }
    }

    /// Copies the state in `payload` to a slot. None, and nothing is written, where there is no such slot, or the state is
    /// too long or lies in the slots.
    pub fn put(&mut self, work: &mut Work<'_>, slot: u32, key: Key, payload: Span) -> Option<()> {
        if payload.len > self.state_bytes || payload.meets(self.span) {
            return None;
        }
        let place = self.part(slot, HEADER_BYTES, payload.len)?;
        let mut header = Header { plan: self.plan, key, len: u32::try_from(payload.len).ok()?, crc: 0, mark: MARK };
        self.touched(slot);
        work.copy(payload, place.at)?;
        // Over the source: an error made in copying is found then, too.
        header.crc = header.sum().update(work.bytes(payload)?).value();
        header.write(work.bytes(self.part(slot, 0, HEADER_BYTES)?)?)?;
        self.counts.puts = self.counts.puts.sat_add(1);
        Some(())
    }

    /// Has a state of `len` bytes written into a slot, and closes it with its check. None where there is no such slot, or
    /// the state is too long.
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
        self.touched(slot);
        let payload = work.bytes(place)?;
        write(payload);
        header.crc = header.sum().update(payload).value();
        header.write(work.bytes(self.part(slot, 0, HEADER_BYTES)?)?)?;
        self.counts.puts = self.counts.puts.sat_add(1);
        Some(())
    }

    /// Where the state of `key` lies in `slot`, if it is there and sound. Else the failure is counted and the slot is
    /// emptied: who asks knows what it put there.
    pub fn get(&mut self, work: &mut Work<'_>, slot: u32, key: Key) -> Option<Span> {
        let found = self.verified(work, slot, key);
        let counter = if found.is_some() { &mut self.counts.gets } else { &mut self.counts.crc_failures };
        *counter = counter.sat_add(1);
        if found.is_none() {
            self.drop_slot(work, slot);
        }
        found
    }

    /// The step that a slot says it holds, unverified; none where it is empty or says nothing sensible.
    #[must_use]
    pub fn step(&self, work: &mut Work<'_>, slot: u32) -> Option<u64> {
        self.header(work, slot).filter(|h| h.mark == MARK).map(|h| h.key.step)
    }

    /// True where the slot holds nothing, as far as its header tells.
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

    /// Where the payload lies, if mark and length can be right.
    fn payload(&self, slot: u32, header: &Header) -> Option<Span> {
        let len = usize::try_from(header.len).ok().filter(|len| *len <= self.state_bytes)?;
        self.part(slot, HEADER_BYTES, len).filter(|_| header.mark == MARK)
    }

    fn part(&self, slot: u32, skip: usize, len: usize) -> Option<Span> {
        let index = usize::try_from(slot).ok().filter(|_| slot < self.slots)?;
        self.span.part(index.checked_mul(self.stride)?, self.stride)?.part(skip, len)
    }

    /// A slot changed: a scrub in the midst of it starts it again.
    fn touched(&mut self, slot: u32) {
        if self.cursor.slot == slot {
            (self.cursor.seen, self.cursor.sum) = (0, None);
        }
    }

    /// Checks the next bytes of the slots, at most `max_bytes` of them (32, a header, at least), going round. Ends where a
    /// damaged slot was found, which is emptied and counted, and at the end of the last slot.
    pub fn scrub(&mut self, work: &mut Work<'_>, max_bytes: usize) -> Scrubbed {
        let most = max_bytes.max(HEADER_BYTES);
        let mut done = Scrubbed::default();
        while self.cursor.slot < self.slots {
            let slot = self.cursor.slot;
            let left = most.sat_sub(done.bytes);
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

    /// A piece of the slot at the cursor: true where it is done and sound, false where there is more, none where damaged.
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
        let piece = room.min(place.len.sat_sub(self.cursor.seen));
        let sum = sum.update(work.bytes(place.part(self.cursor.seen, piece)?)?);
        *bytes = bytes.sat_add(piece);
        self.cursor.seen = self.cursor.seen.sat_add(piece);
        self.cursor.sum = Some(sum);
        if self.cursor.seen < place.len {
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

    fn with_slots(test: impl FnOnce(&mut Checkpoints, &mut Work<'_>)) {
        let len = Checkpoints::bytes(SLOTS, STATE).unwrap();
        assert_eq!(len, 3 * 56);
        let mut area = vec![0xa5u8; 64 + len];
        let mut work = Work::new(&mut area);
        let mut all = Checkpoints::new(&mut work, Span { at: 64, len }, SLOTS, STATE, 0xfeed).unwrap();
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
    fn what_is_put_comes_back_under_its_key_alone() {
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
            assert_eq!(all.counts, CheckpointCounts { puts: 3, gets: 3, crc_failures: 3 });
            assert_eq!(all.get(work, 0, Key { step: 0, set: 5 }), None, "emptied");
            assert_eq!(all.put(work, 3, KEY, SOURCE), None);
            assert_eq!(all.put(work, 0, KEY, Span { at: 0, len: STATE + 1 }), None);
            assert_eq!(all.put(work, 0, KEY, Span { at: 60, len: 8 }), None);
            all.put(work, 0, KEY, Span { at: 0, len: 0 }).unwrap();
            assert_eq!(all.get(work, 0, KEY).unwrap().len, 0);
            // Another plan's checkpoints are not taken for ours.
            all.plan = 1;
            assert_eq!(all.get(work, 2, Key { step: 2, set: 5 }), None);
            assert!(Checkpoints::new(work, Span { at: 64, len: 100 }, SLOTS, STATE, 0).is_err());
            assert!(Checkpoints::bytes(2, usize::MAX).is_err());
        });
    }

    #[test]
    fn the_header_is_laid_out_as_written() {
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
    fn any_flipped_bit_is_found_by_a_read_and_by_a_scrub_of_any_size() {
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
    fn a_scrub_looks_at_every_byte_once_and_bears_changes_between_its_pieces() {
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
            // A flipped bit in an empty slot's header costs a count, no more.
            work.bytes(Span { at: 64 + 56, len: 1 }).unwrap()[0] ^= 1;
            while all.scrub(work, 64).damaged != Some(1) {}
            assert_eq!(all.counts.crc_failures, 1);
        });
    }
}
