//! The loop of the calling thread: reads frames into slots, and writes the coded frames in their order.
#![allow(clippy::arithmetic_side_effects, reason = "lengths within the buffers; stream positions in 64 bits")]

use super::report::Report;
use super::slot::{Slot, lock, slot_index};
use super::workers::Workers;
use crate::checked;
use crate::codec::container::frame::OVERHEAD_BYTES;
use crate::codec::container::index::{Entry, Index};
use crate::codec::options::EncodeOptions;
use crate::codec::stream::encoder::{EncodeStats, Place, encode_end, identity_of};
use crate::io::{ByteSink, ByteSource};
use crate::status::Result;
use crate::util::unsigned::Unsigned;
use std::sync::Mutex;
use std::time::Instant;

/// A stream that is encoded from a source to a sink.
pub(super) struct EncodeLoop<'s, 'm> {
    options: &'s EncodeOptions,
    /// Raw bytes of a full frame.
    frame_bytes: usize,
    /// The last `held` bytes read, which the next frame may refer to.
    past: &'m mut [u8],
    held: usize,
    /// Bytes of [`EncodeOptions::head_bytes`] that are not read yet.
    head: u64,
    /// Place of the next frame.
    place: Place,
    identity: Option<u64>,
    index: Index<'m>,
    source: &'s mut dyn ByteSource,
    sink: &'s mut dyn ByteSink,
    watch: &'s mut dyn FnMut(&EncodeStats) -> Result<()>,
    report: &'s mut Report,
}

impl<'s, 'm> EncodeLoop<'s, 'm> {
    pub(super) fn new(
        options: &'s EncodeOptions,
        past: &'m mut [u8],
        index: &'m mut [Entry],
        (source, sink): (&'s mut dyn ByteSource, &'s mut dyn ByteSink),
        watch: &'s mut dyn FnMut(&EncodeStats) -> Result<()>,
        report: &'s mut Report,
    ) -> Self {
        let row = options.format.row_bytes();
        EncodeLoop {
            options,
            frame_bytes: options.frame_bytes - options.frame_bytes.checked_rem(row).unwrap_or(0),
            past,
            held: 0,
            head: options.head_bytes,
            place: Place { raw_offset: options.first, ..Place::default() },
            identity: options.identity,
            index: Index::new(index),
            source,
            sink,
            watch,
            report,
        }
    }

    /// Encodes the whole stream. A slot is filled again only after its frame is written.
    pub(super) fn run(&mut self, slots: &[Mutex<Slot<'_>>], workers: &mut dyn Workers) -> Result<()> {
        let slot = |n| slot_index(slots.len(), n).and_then(|i| slots.get(i));
        let (mut filled, mut written, mut more) = (0u64, 0u64, true);
        while more || written < filled {
            if more && filled - written < checked::count(slots.len()) {
                let Some(slot) = slot(filled) else { break };
                let mut slot = lock(slot);
                more = self.fill(&mut slot)?;
                if slot.len > 0 {
                    drop(slot);
                    workers.filled(slots, filled);
                    filled += 1;
                }
            } else {
                workers.wait(written);
                let Some(slot) = slot(written) else { break };
                self.write(&lock(slot))?;
                written += 1;
                (self.watch)(&self.report.stats)?;
            }
        }
        slots.first().map_or(Ok(()), |slot| self.write_end(lock(slot).out))
    }

    /// Reads a frame into a slot. False at the end of the source.
    fn fill(&mut self, slot: &mut Slot<'_>) -> Result<bool> {
        let start = Instant::now();
        slot.len = 0;
        slot.past = if self.options.position(self.place.sequence) > 0 { self.held } else { 0 };
        if let (Some(to), Some(from)) = (slot.raw.get_mut(..slot.past), self.past.get(..slot.past)) {
            to.copy_from_slice(from);
        }
        slot.head = self.head > 0;
        let head = checked::size(self.head).unwrap_or(usize::MAX);
        let max = slot.past + if slot.head { self.frame_bytes.min(head) } else { self.frame_bytes };
        let mut more = true;
        while let Some(rest) = slot.raw.get_mut(slot.past + slot.len..max).filter(|r| more && !r.is_empty()) {
            let n = self.source.read(rest)?;
            more = n > 0;
            slot.len += n.min(rest.len());
        }
        self.report.reading += start.elapsed();
        self.head = self.head.sat_sub(checked::count(slot.len));
        let row = if slot.head { 1 } else { self.options.format.row_bytes() };
        let whole = slot.len - slot.len.checked_rem(row).unwrap_or(0);
        let end = slot.past + slot.len;
        self.held = end.min(self.past.len());
        if let (Some(to), Some(from)) = (self.past.get_mut(..self.held), slot.raw.get(end - self.held..end)) {
            to.copy_from_slice(from);
        }
        let first = slot.raw.get(..if whole > 0 { whole } else { slot.len }).unwrap_or(&[]);
        if !first.is_empty() {
            self.place.identity = *self.identity.get_or_insert_with(|| identity_of(first));
        }
        slot.place = self.place;
        // A slot is one frame; only the last can have a second one, of an incomplete row.
        self.place.sequence = self.place.sequence.wrapping_add(1);
        self.place.raw_offset = self.place.raw_offset.sat_add(checked::count(slot.len));
        Ok(more)
    }

    /// Writes the frames of a slot.
    fn write(&mut self, slot: &Slot<'_>) -> Result<()> {
        let encoded = slot.encoded?;
        let start = Instant::now();
        let mut at = 0;
        for (raw, coded) in encoded.frames {
            if coded == 0 {
                continue;
            }
            let stats = &mut self.report.stats;
            self.sink.write(stats.coded_bytes, slot.out.get(at..at + coded).unwrap_or(&[]))?;
            // Decoding can begin only at the start of a group.
            if self.options.position(stats.frames as u32) == 0 {
                let raw_offset = self.options.first.sat_add(stats.raw_bytes);
                self.index.push(Entry { raw_offset, position: self.options.stream_bytes.sat_add(stats.coded_bytes) });
            }
            stats.raw_bytes += checked::count(raw);
            stats.coded_bytes += checked::count(coded);
            stats.frames += 1;
            at += coded;
        }
        self.report.stats.tally.merge(&encoded.tally);
        self.report.encoding += encoded.time;
        self.report.writing += start.elapsed();
        Ok(())
    }

    /// Writes the end frame, which is encoded in `out`.
    fn write_end(&mut self, out: &mut [u8]) -> Result<()> {
        let stats = &mut self.report.stats;
        let sequence = stats.frames as u32;
        stats.identity = self.identity.unwrap_or(0);
        let raw_offset = self.options.first.sat_add(stats.raw_bytes);
        let place = Place { identity: stats.identity, sequence, raw_offset };
        // As long as the output of a streaming encoder: the length decides whether the index fits.
        let out = out.get_mut(..self.options.frame_bytes + OVERHEAD_BYTES).unwrap_or_default();
        let len = encode_end(self.options, place, &self.index, out)?;
        let start = Instant::now();
        self.sink.write(stats.coded_bytes, out.get(..len).unwrap_or(&[]))?;
        stats.coded_bytes += checked::count(len);
        self.report.ended = true;
        self.report.writing += start.elapsed();
        Ok(())
    }
}
