//! Restoring a saved pipeline. The file is verified as a whole, then read twice: first to verify that every part fits,
//! which changes nothing, then to apply it.

use super::definition::Pipeline;
use super::save::{HEADER, MAGIC, NO_ORDER, OWN_ORDER, TRAILER, VERSION, swap_words};
use crate::checked;
use crate::crc::crc32c;
use crate::exec::{Position, Supply};
use crate::graph::Node;
use crate::limits::MAX_INPUTS;
use crate::mem::Span;
use crate::status::{Error, Result, Status};
use crate::store::checkpoints::Held;
use crate::util::bytes::Reader;
use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;

/// Where a restored pipeline continues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resume {
    /// Per input the next sample to push; for a source the number of samples it had.
    pub next_sample: [u64; MAX_INPUTS],
}

const SHORT: Error = Error::new(Status::Format, "the checkpoint ends within a part, although its CRC is valid");
const ODD: Error = Error::new(Status::Format, "the checkpoint has an impossible position, although its CRC is valid");

/// The error for a checkpoint of another pipeline.
fn other(text: &'static str) -> Error {
    Error::new(Status::Graph, text)
}

/// A reader that fails at the end of the bytes.
struct In<'f>(Reader<'f>);

impl<'f> In<'f> {
    fn u32(&mut self) -> Result<u32> {
        self.0.u32().ok_or(SHORT)
    }
    fn u64(&mut self) -> Result<u64> {
        self.0.u64().ok_or(SHORT)
    }
    fn maybe(&mut self) -> Result<Option<u64>> {
        self.u64().map(|v| (v != u64::MAX).then_some(v))
    }
    fn flag(&mut self) -> Result<bool> {
        match self.u32()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(ODD),
        }
    }
    /// `n` values of `size` bytes.
    fn values(&mut self, n: u64, size: usize) -> Result<&'f [u8]> {
        let len = checked::mul(checked::size(n)?, size)?;
        self.0.bytes(len).ok_or(SHORT)
    }
}

impl<'m> Pipeline<'m> {
    /// Continues where [`Pipeline::checkpoint_save`] of a pipeline of the same graph and config was called. Discards
    /// what this pipeline held. A file that is damaged, of another version or of another pipeline is refused and
    /// changes nothing.
    pub fn checkpoint_restore(&mut self, file: &[u8]) -> Result<Resume> {
        self.must_be_sealed()?;
        let body = self.body(file)?;
        let mut resume = Resume::default();
        self.read_body(In(Reader::new(body)), false, &mut resume)?;
        self.reset()?;
        let taken = self.read_body(In(Reader::new(body)), true, &mut resume);
        self.record_all();
        taken.map(|()| resume)
    }

    /// The body of a file, if the file is complete and valid, of this version and of this graph and config.
    fn body<'f>(&self, file: &'f [u8]) -> Result<&'f [u8]> {
        let mut head = In(Reader::new(file));
        if head.0.bytes(MAGIC.len()) != Some(&MAGIC) {
            return Err(Error::new(Status::Format, "the file is not a checkpoint: its first bytes differ"));
        }
        let version = head.u32()?;
        if version != VERSION {
            let text = "the checkpoint has format version {a}, this library reads version {b}";
            return Err(Error::new(Status::Format, text).a(version).b(VERSION));
        }
        let order = head.u32()?;
        let length = head.u64()?;
        if length != checked::count(file.len()) || file.len() < HEADER.sat_add(TRAILER) {
            let text = "the checkpoint has {b} bytes, its header states {a}";
            return Err(Error::new(Status::Corrupt, text).a(length).b(checked::count(file.len())));
        }
        let (all, sum) = file.split_at(file.len().sat_sub(TRAILER));
        if crc32c(all).to_be_bytes() != sum {
            return Err(Error::new(Status::Corrupt, "the checkpoint is damaged: its CRC does not match"));
        }
        let _hash = head.u64()?;
        self.same_pipeline(&mut head)?;
        if order != NO_ORDER && order != OWN_ORDER {
            let stage = self.graph.stages().iter().find(|s| s.is_scan() && s.state_word == 0);
            let text = "the checkpoint is of a machine of another byte order, and stage {n} does not declare the word size of its state";
            return Err(Error::new(Status::Unsupported, text).name(&stage.map(|s| s.name).unwrap_or_default()));
        }
        let rest = head.0.rest();
        rest.get(..rest.len().sat_sub(TRAILER)).ok_or(SHORT)
    }

    /// Fails where the file is of another graph or config.
    fn same_pipeline(&self, head: &mut In<'_>) -> Result<()> {
        let (inputs, stages, outputs, slots) = (head.u32()?, head.u32()?, head.u32()?, head.u32()?);
        let every = head.u64()?;
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        for (saved, own, text) in [
            (inputs, count(self.graph.inputs().len()), "the checkpoint is of a graph with {a} inputs, not {b}"),
            (stages, count(self.graph.stages().len()), "the checkpoint is of a graph with {a} stages, not {b}"),
            (outputs, count(self.outputs.len()), "the checkpoint is of a pipeline with {a} opened outputs, not {b}"),
            (slots, self.plan.slots, "the checkpoint is of a pipeline with {a} checkpoints per scan, not {b}"),
        ] {
            if saved != own {
                return Err(other(text).a(saved).b(own));
            }
        }
        if every != self.plan.every {
            let text = "the checkpoint is of a pipeline with {a} windows between checkpoints, not {b}";
            return Err(other(text).a(every).b(self.plan.every));
        }
        for (i, input) in self.graph.inputs().iter().enumerate() {
            if head.u64()? != self.graph.input_identity(i) {
                let text =
                    "the checkpoint is of another graph: input {n} differs in name, type, channels, window or hop";
                return Err(other(text).name(&input.name));
            }
        }
        for (i, stage) in self.graph.stages().iter().enumerate() {
            if head.u64()? != self.graph.stage_identity(i) {
                let text =
                    "the checkpoint is of another graph: stage {n} differs in name, row, edges, state or revision";
                return Err(other(text).name(&stage.name));
            }
        }
        for output in self.outputs.iter() {
            if (head.u32()?, head.u64()?) != (count(output.facts.stage), output.facts.capacity) {
                let name = self.graph.stages().get(output.facts.stage).map(|s| s.name).unwrap_or_default();
                return Err(other("the checkpoint is of other opened outputs: that of stage {n} differs").name(&name));
            }
        }
        Ok(())
    }

    /// Reads all parts, and applies them if `apply`.
    fn read_body(&mut self, mut from: In<'_>, apply: bool, resume: &mut Resume) -> Result<()> {
        self.read_inputs(&mut from, apply, resume)?;
        self.read_stream(&mut from, apply)?;
        self.read_outputs(&mut from, apply)?;
        self.read_checkpoints(&mut from, apply)?;
        if from.0.rest().is_empty() { Ok(()) } else { Err(ODD) }
    }

    /// Copies big-endian words of `word` bytes to `to`, in the byte order of this machine.
    fn take_words(&mut self, to: Span, bytes: &[u8], word: usize) -> Result<()> {
        let place = self.work.bytes(to).filter(|p| p.len() == bytes.len()).ok_or(ODD)?;
        place.put(bytes);
        swap_words(place, word);
        Ok(())
    }

    fn read_inputs(&mut self, from: &mut In<'_>, apply: bool, resume: &mut Resume) -> Result<()> {
        for i in 0..self.graph.inputs().len().min(MAX_INPUTS) {
            let Some(input) = self.graph.inputs().get(i) else { break };
            let (name, word, size) = (input.name, input.dtype.word(), input.sample_bytes());
            let (pushed, ended) = (from.flag()?, from.flag()?);
            let (samples, released, first) = (from.u64()?, from.u64()?, from.u64()?);
            let tail = from.values(samples.checked_sub(first).ok_or(ODD)?, size)?;
            let Some(supply) = self.supplies.get_mut(i) else { return Err(ODD) };
            match supply {
                _ if pushed != supply.is_pushed() => {
                    let text = "the checkpoint is of another pipeline: one of the two pushes input {n}, the other has a source for it";
                    return Err(other(text).name(&name));
                }
                Supply::Pushed(buffer) => {
                    let capacity = buffer.capacity();
                    if samples.sat_sub(first) > capacity {
                        let text = "the checkpoint is of another pipeline: it has more samples of input {n} than the {a} of the input buffer here";
                        return Err(other(text).a(capacity).name(&name));
                    }
                    if apply {
                        let place = buffer.restore(first, samples).ok_or(ODD)?;
                        buffer.ended = ended;
                        self.take_words(place, tail, word)?;
                        if let Some(Supply::Pushed(buffer)) = self.supplies.get(i) {
                            buffer.write_crcs(&mut self.work);
                        }
                    }
                }
                Supply::Source { samples: present, growing, .. } => {
                    if *present < samples || (ended && (*growing || *present != samples)) {
                        let text =
                            "the source of input {n} had {a} samples when the checkpoint was saved, and has {b} now";
                        return Err(Error::new(Status::Range, text).a(samples).b(*present).name(&name));
                    }
                }
            }
            if apply && let Some(kept) = self.released.get_mut(i) {
                *kept = released;
            }
            if let Some(next) = resume.next_sample.get_mut(i) {
                *next = samples;
            }
        }
        Ok(())
    }

    fn read_stream(&mut self, from: &mut In<'_>, apply: bool) -> Result<()> {
        let streams = from.flag()?;
        if streams != (self.plan.stream_block > 0) {
            return Err(other("the checkpoint is of a pipeline with other opened outputs"));
        }
        if !streams {
            return Ok(());
        }
        let (frontier, windows) = (from.u64()?, from.maybe()?);
        // The positions of all stages come first: the rows carried of a stage depend on them.
        let mut positions = In(from.0.clone());
        if apply {
            let region = self.plan.stream;
            self.stream.resume(region, frontier, windows);
        }
        for i in 0..self.graph.stages().len() {
            self.read_stage(&mut positions, i, |p, i, position, _, _, _| {
                if apply {
                    p.stream.set_position(i, position);
                }
                Ok(())
            })?;
        }
        if apply {
            self.stream.set_loads(&self.graph);
        }
        for i in 0..self.graph.stages().len() {
            self.read_stage(from, i, |p, i, _, first, state, rows| {
                let Some((word, state_word)) = p.graph.stages().get(i).map(|s| (s.shape.dtype.word(), s.state_word))
                else {
                    return Err(ODD);
                };
                if !apply {
                    return Ok(());
                }
                if let Some(to) = p.stream.state(i) {
                    p.take_words(to, state, state_word)?;
                }
                if rows.is_empty() {
                    return Ok(());
                }
                let to = p.stream.carried_span(&p.graph, i, first)?;
                p.take_words(to, rows, word)
            })?;
        }
        Ok(())
    }

    /// Reads one stage of the stream, and calls `then` with its position, its first carried row, its state and its
    /// rows.
    fn read_stage(
        &mut self,
        from: &mut In<'_>,
        i: usize,
        then: impl FnOnce(&mut Self, usize, Position, u64, &[u8], &[u8]) -> Result<()>,
    ) -> Result<()> {
        let Some(lane) = self.stream.plan.lanes.get(i).copied() else { return Err(ODD) };
        if from.flag()? != lane.active {
            return Err(other("the checkpoint is of a pipeline with other opened outputs"));
        }
        if !lane.active {
            return Ok(());
        }
        let row = self.graph.shape(Node::Stage(i)).bytes();
        let (first, end, next, delivered) = (from.u64()?, from.u64()?, from.u64()?, from.u64()?);
        let carried = from.u64()?;
        let rows = next.checked_sub(carried).ok_or(ODD)?;
        let state = from.values(1, lane.state.len)?;
        let rows_bytes = from.values(rows, row)?;
        if rows > lane.cap || next < first || (next > end && end >= first && next > first) {
            return Err(ODD);
        }
        then(self, i, Position { first, end, next, delivered }, carried, state, rows_bytes)
    }

    fn read_outputs(&mut self, from: &mut In<'_>, apply: bool) -> Result<()> {
        for i in 0..self.outputs.len() {
            let Some(mut output) = self.outputs.get(i).copied() else { break };
            let shape = self.graph.shape(Node::Stage(output.facts.stage));
            (output.head, output.tail) = (from.u64()?, from.u64()?);
            let queued = output.tail.checked_sub(output.head).filter(|n| *n <= output.facts.capacity).ok_or(ODD)?;
            let rows = from.values(queued, shape.bytes())?;
            if !apply {
                continue;
            }
            for (t, bytes) in (output.head..).zip(rows.chunks_exact(shape.bytes().max(1))) {
                let to = output.slot(t, shape.bytes()).ok_or(ODD)?;
                self.take_words(to, bytes, shape.dtype.word())?;
                output.write_crc(&mut self.work, t, shape.bytes()).ok_or(ODD)?;
            }
            if let Some(kept) = self.outputs.get_mut(i) {
                *kept = output;
            }
        }
        Ok(())
    }

    fn read_checkpoints(&mut self, from: &mut In<'_>, apply: bool) -> Result<()> {
        for i in 0..self.graph.stages().len() {
            let Some(own) = self.checkpoints.held(i) else { continue };
            let Some((len, word)) = self.graph.stages().get(i).map(|s| (s.state_bytes, s.state_word)) else { break };
            let (newest, last) = (from.maybe()?, from.maybe()?);
            if apply && !self.checkpoints.set_held(i, Held { newest, last, slots: own.slots }) {
                return Err(ODD);
            }
            let count = from.u32()?;
            if count > own.slots {
                return Err(ODD);
            }
            for _ in 0..count {
                let (slot, row) = (from.u32()?, from.u64()?);
                let state = from.values(1, len)?;
                if slot >= own.slots {
                    return Err(ODD);
                }
                if !apply {
                    continue;
                }
                let put = self.checkpoints.restore_state(&mut self.work, i, slot, row, len, |to| {
                    to.put(state);
                    swap_words(to, word);
                });
                put.ok_or(ODD)?;
            }
        }
        Ok(())
    }
}
