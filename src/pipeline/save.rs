//! Saving a pipeline: the stream's states, carried rows and positions, queued rows, samples in input buffers, and
//! checkpoints, as bytes that are independent of the machine. The format is in docs/formats/checkpoint.md; `restore`
//! reads it.

use super::definition::Pipeline;
use super::sums::Scope;
use crate::checked;
use crate::crc::Crc32c;
use crate::exec::{Supply, internal};
use crate::graph::Node;
use crate::kernel::Code;
use crate::limits::MAX_INPUTS;
use crate::mem::Span;
use crate::status::{Error, Result, Status};
use crate::util::slice::Put;
use crate::util::unsigned::{Count, Unsigned};

/// The first bytes of a file.
pub(super) const MAGIC: [u8; 8] = *b"sqscheck";
/// The versions of the format: without and with gaps; with changes of parameters as well.
pub(super) const VERSION: u32 = 1;
pub(super) const VERSION_GAPS: u32 = 2;
pub(super) const VERSION_CHANGES: u32 = 3;
/// Size in bytes of the header, and of the CRC that ends a file.
pub(super) const HEADER: usize = 56;
pub(super) const TRAILER: usize = 4;

/// Byte order of states whose word size is not declared: none in the file, big-endian, little-endian.
pub(super) const NO_ORDER: u32 = 0;
const BIG: u32 = 1;
const LITTLE: u32 = 2;
/// The byte orders of states.
pub(super) const STATE_ORDERS: [u32; 2] = [BIG, LITTLE];
pub(super) const OWN_ORDER: u32 = if cfg!(target_endian = "big") { BIG } else { LITTLE };

/// Bytes collected before each call of the sink: a multiple of every word size.
const PIECE: usize = 512;

/// The writer of a file: collects bytes for the sink, and computes their checksum.
struct Out<'s> {
    sink: &'s mut dyn FnMut(&[u8]) -> core::result::Result<(), Code>,
    sum: Crc32c,
    piece: [u8; PIECE],
    used: usize,
    written: u64,
}

impl Out<'_> {
    fn flush(&mut self) -> Result<()> {
        let bytes = self.piece.get(..self.used).unwrap_or(&[]);
        self.sum = self.sum.update(bytes);
        let sent = if bytes.is_empty() { Ok(()) } else { (self.sink)(bytes) };
        self.used = 0;
        sent.map_err(|Code(code)| {
            Error::new(Status::Callback, "the sink of the checkpoint returned {a}: the file is incomplete").a(code)
        })
    }

    fn bytes(&mut self, mut bytes: &[u8]) -> Result<()> {
        self.written = self.written.sat_add(checked::count(bytes.len()));
        while !bytes.is_empty() {
            if self.used >= PIECE {
                self.flush()?;
            }
            let room = self.piece.get_mut(self.used..).unwrap_or_default();
            let (head, rest) = bytes.split_at(room.len().min(bytes.len()));
            room.iter_mut().zip(head).for_each(|(to, from)| *to = *from);
            self.used = self.used.sat_add(head.len());
            bytes = rest;
        }
        Ok(())
    }

    fn u32(&mut self, v: u32) -> Result<()> {
        self.bytes(&v.to_be_bytes())
    }

    fn u64(&mut self, v: u64) -> Result<()> {
        self.bytes(&v.to_be_bytes())
    }

    fn maybe(&mut self, v: Option<u64>) -> Result<()> {
        self.u64(v.unwrap_or(u64::MAX))
    }

    /// Writes words in the byte order of this machine as big-endian ones.
    fn words(&mut self, bytes: &[u8], word: usize) -> Result<()> {
        for chunk in bytes.chunks(PIECE) {
            let mut piece = [0u8; PIECE];
            let Some(part) = piece.get_mut(..chunk.len()) else { return internal("a piece is too long") };
            part.put(chunk);
            swap_words(part, word);
            self.bytes(part)?;
        }
        Ok(())
    }
}

/// Converts between words in the byte order of this machine and big-endian ones. Words of 0 or 1 bytes do not change.
pub(super) fn swap_words(bytes: &mut [u8], word: usize) {
    if cfg!(target_endian = "little") && word > 1 {
        bytes.chunks_exact_mut(word).for_each(<[u8]>::reverse);
    }
}

impl Pipeline<'_> {
    /// Maximum size in bytes of a checkpoint file of this pipeline.
    pub fn checkpoint_bytes(&self) -> Result<u64> {
        self.must_be_sealed()?;
        let mut max_bytes = checked::count(HEADER.sat_add(TRAILER));
        let mut add = |n: u64| max_bytes = max_bytes.sat_add(n);
        for (i, input) in self.graph.inputs().iter().enumerate() {
            let samples = self.plan.ring_samples.get(i).copied().unwrap_or(0);
            add(checked::mul64(samples, checked::count(input.sample_bytes()))?.sat_add(8 + 4 + 4 + 24));
        }
        add(4 + 16);
        for (i, stage) in self.graph.stages().iter().enumerate() {
            let lane = self.stream.plan.lanes.get(i).copied().unwrap_or_default();
            // The buffer has room for a block after the rows carried from the block before.
            let block = self.plan.stream_block.checked_div(stage.rate).unwrap_or(0);
            let carried = lane.cap.min_u64(lane.cap.sat_sub(block).sat_add(1));
            let rows = checked::mul64(carried, checked::count(stage.shape.bytes()))?;
            let slots = if stage.is_scan() && self.plan.slots > 0 { u64::from(self.plan.slots).sat_add(1) } else { 0 };
            let state = checked::count(stage.state_bytes);
            add(8 + 4 + 40 + 20);
            add(rows.sat_add(state).sat_add(checked::mul64(slots, state.sat_add(12))?));
        }
        for output in self.outputs.iter() {
            let row = checked::count(self.graph.shape(Node::Stage(output.facts.stage)).bytes());
            add(checked::mul64(output.facts.capacity, row)?.sat_add(4 + 8 + 16));
        }
        if self.gaps.capacity() > 0 || self.changes.capacity() > 0 {
            let inputs = checked::count(self.graph.inputs().len()).sat_mul(8 + 4);
            add(checked::mul64(checked::count(self.gaps.capacity()), 16)?.sat_add(inputs));
        }
        if self.changes.capacity() > 0 {
            let (stages, changes) = (self.graph.stages().len(), self.changes.capacity());
            add(checked::count(stages.sat_add(changes).sat_mul(16).sat_add(4)));
        }
        Ok(max_bytes)
    }

    /// Writes what a pipeline of the same graph and config needs to continue from here, up to 512 bytes per call of
    /// `sink`. Returns the number of bytes written. An evaluation that has begun is not saved: after restore, request
    /// the rows that were not delivered.
    pub fn checkpoint_save(&mut self, sink: &mut dyn FnMut(&[u8]) -> core::result::Result<(), Code>) -> Result<u64> {
        self.guarded(Scope::All, |p| p.save_now(sink))
    }

    fn save_now(&mut self, sink: &mut dyn FnMut(&[u8]) -> core::result::Result<(), Code>) -> Result<u64> {
        self.check_stream()?;
        self.stream.commit();
        // The first round finds the length, and damaged data; the second round writes.
        let length = self.write_file(0, &mut |_| Ok(()))?;
        let written = self.write_file(length, sink)?;
        if written != length {
            internal("the length of a checkpoint file differs from its header")
        } else {
            Ok(written)
        }
    }

    fn write_file(
        &mut self,
        length: u64,
        sink: &mut dyn FnMut(&[u8]) -> core::result::Result<(), Code>,
    ) -> Result<u64> {
        let mut out = Out { sink, sum: Crc32c::new(), piece: [0; PIECE], used: 0, written: 0 };
        let opaque = self.graph.stages().iter().any(|s| s.is_scan() && s.state_word == 0);
        out.bytes(&MAGIC)?;
        let changes = self.changes.capacity() > 0;
        out.u32(match (changes, self.gaps.is_unused()) {
            (true, _) => VERSION_CHANGES,
            (false, true) => VERSION,
            (false, false) => VERSION_GAPS,
        })?;
        out.u32(if opaque { OWN_ORDER } else { NO_ORDER })?;
        out.u64(length)?;
        out.u64(self.hash)?;
        out.u32(u32::try_from(self.graph.inputs().len()).unwrap_or(0))?;
        out.u32(u32::try_from(self.graph.stages().len()).unwrap_or(0))?;
        out.u32(u32::try_from(self.outputs.len()).unwrap_or(0))?;
        out.u32(self.plan.slots)?;
        out.u64(self.plan.every)?;
        for i in 0..self.graph.inputs().len() {
            out.u64(self.graph.input_identity(i))?;
        }
        for i in 0..self.graph.stages().len() {
            out.u64(self.graph.stage_identity(i))?;
        }
        for i in 0..self.outputs.len() {
            let Some(facts) = self.outputs.get(i).map(|o| o.facts) else { break };
            out.u32(u32::try_from(facts.stage).unwrap_or(u32::MAX))?;
            out.u64(facts.capacity)?;
        }
        self.write_inputs(&mut out)?;
        self.write_stream(&mut out)?;
        self.write_outputs(&mut out)?;
        self.write_checkpoints(&mut out)?;
        self.write_gaps(&mut out)?;
        if changes {
            self.write_changes(&mut out)?;
        }
        out.flush()?;
        let sum = out.sum.value();
        out.u32(sum)?;
        out.flush()?;
        Ok(out.written)
    }

    /// Writes the bytes at `span`, which are words of `word` bytes.
    fn put_words(&mut self, out: &mut Out<'_>, span: Span, word: usize) -> Result<()> {
        match self.work.bytes(span) {
            Some(bytes) => out.words(bytes, word),
            None => internal("data to be saved is outside the work area"),
        }
    }

    fn write_inputs(&mut self, out: &mut Out<'_>) -> Result<()> {
        for i in 0..self.graph.inputs().len().min(MAX_INPUTS) {
            let keep = self.oldest_needed(i);
            // An evaluation that has begun is requested anew after restore: its samples are kept until then.
            let reserved = self.outputs.is_empty() && self.evaluation.is_some();
            let (Some(supply), Some(input)) = (self.supplies.get_mut(i), self.graph.inputs().get(i)) else { break };
            let word = input.dtype.word();
            let released = self.released.get(i).copied().unwrap_or(0);
            let (pushed, ended, samples) = (supply.is_pushed(), supply.ended(), supply.samples());
            let (first, tail) = match supply {
                Supply::Pushed(buffer) => {
                    let first = keep.max_u64(buffer.first()).min_u64(buffer.end());
                    let len = buffer.end().sat_sub(first);
                    if !buffer.verify(&mut self.work, first, len) {
                        let text = "{i}: samples in its buffer are damaged and cannot be repaired: reset the pipeline";
                        return Err(Error::new(Status::Corrupt, text).name(&input.name));
                    }
                    (first, buffer.span(first, len))
                }
                Supply::Source { samples, .. } => (*samples, Some(Span::default())),
            };
            out.u32(u32::from(pushed))?;
            out.u32(u32::from(ended))?;
            out.u64(samples)?;
            out.u64(if reserved && pushed { released.min_u64(first) } else { released })?;
            out.u64(first)?;
            let Some(tail) = tail else { return internal("samples are outside their input buffer") };
            self.put_words(out, tail, word)?;
        }
        Ok(())
    }

    fn write_stream(&mut self, out: &mut Out<'_>) -> Result<()> {
        let streams = self.plan.stream_block > 0;
        out.u32(u32::from(streams))?;
        if !streams {
            return Ok(());
        }
        out.u64(self.stream.frontier())?;
        out.maybe(self.stream.windows())?;
        for i in 0..self.graph.stages().len() {
            let position = self.stream.position(i);
            out.u32(u32::from(position.is_some()))?;
            let Some(p) = position else { continue };
            let (first, end) = self.stream.carried_rows(&self.graph, i);
            for n in [p.first, p.end, p.next, p.delivered, first] {
                out.u64(n)?;
            }
            let (word, state_word) =
                self.graph.stages().get(i).map_or((1, 1), |s| (s.shape.dtype.word(), s.state_word));
            if let Some(state) = self.stream.state(i) {
                self.put_words(out, state, state_word)?;
            }
            if first < end {
                let Some(rows) = self.stream.rows_at(&self.graph, i, first, end) else {
                    return internal("carried rows are outside their buffer");
                };
                self.put_words(out, rows, word)?;
            }
        }
        Ok(())
    }

    fn write_outputs(&mut self, out: &mut Out<'_>) -> Result<()> {
        for i in 0..self.outputs.len() {
            let Some(output) = self.outputs.get(i).copied() else { break };
            let shape = self.graph.shape(Node::Stage(output.facts.stage));
            out.u64(output.head)?;
            out.u64(output.tail)?;
            for t in output.head..output.tail {
                let Some(row) = output.slot(t, shape.bytes()) else {
                    return internal("queued rows are outside their queue");
                };
                if !output.row_valid(&mut self.work, t, shape.bytes()) {
                    let text =
                        "row {a} in the queue of stage {n} is damaged: pull it to have it recomputed, then save again";
                    return Err(self.graph.about_stage(output.facts.stage, Error::new(Status::Corrupt, text).a(t)));
                }
                self.put_words(out, row, shape.dtype.word())?;
            }
        }
        Ok(())
    }

    /// Writes changes of parameters: per stage its rows that are computed and released, then the changes.
    fn write_changes(&self, out: &mut Out<'_>) -> Result<()> {
        let (stages, changes) = (self.graph.stages().len(), self.changes.all());
        for stage in 0..stages {
            out.u64(self.changes.computed(stage))?;
            out.u64(self.changes.floor(stage))?;
        }
        out.u32(u32::try_from(changes.len()).unwrap_or(0))?;
        for change in changes {
            out.u32(change.stage)?;
            out.u32(change.revision)?;
            out.u64(change.first)?;
        }
        Ok(())
    }

    fn write_checkpoints(&mut self, out: &mut Out<'_>) -> Result<()> {
        for i in 0..self.graph.stages().len() {
            let Some(held) = self.checkpoints.held(i) else { continue };
            let word = self.graph.stages().get(i).map_or(0, |s| s.state_word);
            let mut count = 0u32;
            for slot in 0..held.slots {
                count = count.sat_add(u32::from(self.checkpoints.stored_state(&mut self.work, i, slot).is_some()));
            }
            // Damaged checkpoints found in the loop above are no longer held.
            let held = self.checkpoints.held(i).unwrap_or_default();
            out.maybe(held.newest)?;
            out.maybe(held.last)?;
            out.u32(count)?;
            for slot in 0..held.slots {
                if let Some((row, state)) = self.checkpoints.stored_state(&mut self.work, i, slot) {
                    out.u32(slot)?;
                    out.u64(row)?;
                    self.put_words(out, state, word)?;
                }
            }
        }
        Ok(())
    }

    fn write_gaps(&self, out: &mut Out<'_>) -> Result<()> {
        if self.gaps.is_unused() && self.changes.capacity() == 0 {
            return Ok(());
        }
        for i in 0..self.graph.inputs().len() {
            let own = || self.gaps.held().iter().filter(|g| g.input == i);
            out.u64(self.gaps.forgotten(i))?;
            out.u32(u32::try_from(own().count()).unwrap_or(u32::MAX))?;
            for gap in own() {
                out.u64(gap.first)?;
                out.u64(gap.end)?;
            }
        }
        Ok(())
    }
}
