//! Slots for snapshots of states, each with a header of 32 bytes that is checked when it is read.
use crate::mem::{Span, Work};
use crate::util::bytes::{Reader, Writer};
use crate::util::crc::Crc32c;
use crate::util::num;

/// Bytes of a header.
pub const HEADER_BYTES: usize = 32;

/// A fixed number of slots in a span of the work area.
#[derive(Clone, Copy, Debug)]
pub struct Slots {
    span: Span,
    payload: usize,
    hash: u64,
}

impl Slots {
    /// Slots in `span` for payloads of `payload` bytes, bound to `hash`.
    #[must_use]
    pub fn new(span: Span, payload: usize, hash: u64) -> Slots {
        Slots { span, payload, hash }
    }

    fn place(&self, slot: u64, skip: usize, len: usize) -> Option<Span> {
        let each = self.payload.checked_add(HEADER_BYTES)?;
        self.span.part(usize::try_from(slot).ok()?.checked_mul(each)?.checked_add(skip)?, len)
    }

    fn crc(&self, work: &mut Work<'_>, slot: u64, step: u64) -> Option<u32> {
        let head = Crc32c::new().update(&self.hash.to_be_bytes()).update(&step.to_be_bytes());
        let head = head.update(&num::count(self.payload).to_be_bytes());
        Some(head.update(work.bytes(self.place(slot, HEADER_BYTES, self.payload)?)?).value())
    }

    /// Keeps a copy of what lies at `from`. False where there is no such slot.
    pub fn put(&self, work: &mut Work<'_>, slot: u64, step: u64, from: Span) -> bool {
        let write = || -> Option<()> {
            let to = self.place(slot, HEADER_BYTES, self.payload)?;
            work.copy(Span { len: self.payload, ..from }, to.at)?;
            let crc = self.crc(work, slot, step)?;
            let mut header = Writer::new(work.bytes(self.place(slot, 0, HEADER_BYTES)?)?);
            header.u64(self.hash);
            header.u64(step);
            header.u64(num::count(self.payload));
            header.u32(0);
            header.u32(crc);
            Some(())
        };
        let mut write = write;
        write().is_some()
    }

    /// The step a slot says it holds.
    pub fn step(&self, work: &mut Work<'_>, slot: u64) -> Option<u64> {
        let mut header = Reader::new(work.bytes(self.place(slot, 0, HEADER_BYTES)?)?);
        header.u64()?;
        header.u64()
    }

    /// Copies the payload of a slot to `to`, if it is sound and of that step.
    pub fn get(&self, work: &mut Work<'_>, slot: u64, step: u64, to: Span) -> bool {
        let mut read = || -> Option<bool> {
            let mut header = Reader::new(work.bytes(self.place(slot, 0, HEADER_BYTES)?)?);
            let (hash, at, len) = (header.u64()?, header.u64()?, header.u64()?);
            let (zero, crc) = (header.u32()?, header.u32()?);
            let same = hash == self.hash && at == step && len == num::count(self.payload) && zero == 0;
            if !same || self.crc(work, slot, step)? != crc {
                return Some(false);
            }
            work.copy(self.place(slot, HEADER_BYTES, self.payload)?, to.at)?;
            Some(true)
        };
        read().unwrap_or(false)
    }
}
