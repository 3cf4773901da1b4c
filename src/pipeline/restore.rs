//! Restoring a saved pipeline. `saved_check` verifies every part of the file, which changes nothing; what is here then
//! applies it, reads the same values with the same functions, and cannot fail.

use super::definition::Pipeline;
use super::save::swap_words;
use super::saved::{In, Saved, SavedGaps, SavedInput, SavedOutput, SavedScan, SavedStage, SavedState};
use crate::exec::Supply;
use crate::graph::Node;
use crate::limits::MAX_INPUTS;
use crate::mem::Span;
use crate::status::Result;
use crate::store::checkpoints::every_rows;
use crate::store::gaps::Gap;
use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;

/// Where a restored pipeline continues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resume {
    /// Per input the next sample to push; for a source the number of samples it had.
    pub next_sample: [u64; MAX_INPUTS],
}

impl<'m> Pipeline<'m> {
    /// Continues where [`Pipeline::checkpoint_save`] of a pipeline of the same graph was called. Discards what this
    /// pipeline held. A file that is damaged, of another version, of another pipeline, or too large for the buffers
    /// here is refused and changes nothing.
    pub fn checkpoint_restore(&mut self, file: &[u8]) -> Result<Resume> {
        self.must_be_sealed()?;
        let saved = self.check_saved(file)?;
        if !self.sums.off {
            // Fails only where this pipeline was damaged before: then it needs a reset, as it did.
            self.rebuild()?;
        }
        self.apply(&saved);
        self.record_all();
        Ok(Resume { next_sample: saved.inputs.map(|i| i.samples) })
    }

    /// Replaces everything that the pipeline holds by what is saved.
    fn apply(&mut self, saved: &Saved<'_>) {
        (self.evaluation, self.saved_sweep) = (None, None);
        self.cache.clear(&mut self.work);
        self.checkpoints.clear(&mut self.work);
        self.stream.stop_counting_recomputed();
        for (i, input) in saved.inputs.iter().enumerate() {
            self.apply_input(i, input);
        }
        if self.plan.stream_block > 0 {
            self.apply_stream(saved);
        }
        self.apply_outputs(saved.outputs.clone());
        self.apply_scans(saved, saved.scans.clone());
        self.gaps.clear();
        if let Some(gaps) = saved.gaps.clone() {
            self.apply_gaps(gaps);
        }
        self.apply_changes(saved);
    }

    /// Copies big-endian words of `word` bytes to `to`, in the byte order of this machine. The check compared the
    /// lengths.
    fn take_words(&mut self, to: Option<Span>, bytes: &[u8], word: usize) {
        let place = to.and_then(|to| self.work.bytes(to)).filter(|place| place.len() == bytes.len());
        if let Some(place) = place {
            place.put(bytes);
            swap_words(place, word);
        }
    }

    fn apply_input(&mut self, i: usize, saved: &SavedInput<'_>) {
        let Some(word) = self.graph.inputs().get(i).map(|input| input.dtype.word()) else { return };
        if let Some(kept) = self.released.get_mut(i) {
            *kept = saved.released;
        }
        let Some(Supply::Pushed(buffer)) = self.supplies.get_mut(i) else { return };
        buffer.reset();
        buffer.ended = saved.ended;
        let place = buffer.restore(saved.first, saved.samples);
        self.take_words(place, saved.tail, word);
        if let Some(Supply::Pushed(buffer)) = self.supplies.get(i) {
            buffer.write_crcs(&mut self.work);
        }
    }

    fn apply_stream(&mut self, saved: &Saved<'_>) {
        let region = self.plan.stream;
        self.stream.resume(region, saved.frontier, saved.windows);
        // The positions of all stages come first: the rows carried of a stage depend on them.
        let mut from = saved.stages.clone();
        for i in 0..self.graph.stages().len() {
            if let Some(stage) = self.read_stage(&mut from, i) {
                self.stream.set_position(i, stage.position);
            }
        }
        self.stream.set_loads(&self.graph);
        let mut from = saved.stages.clone();
        for i in 0..self.graph.stages().len() {
            let Some(stage) = self.read_stage(&mut from, i) else { continue };
            let words = self.graph.stages().get(i).map(|s| (s.shape.dtype.word(), s.state_word));
            let (word, state_word) = words.unwrap_or((1, 1));
            let to = self.stream.state(i);
            self.take_words(to, stage.state, state_word);
            if !stage.rows.is_empty() {
                let to = self.stream.carried_span(&self.graph, i, stage.carried);
                self.take_words(to, stage.rows, word);
            }
        }
    }

    /// The next stage of the stream; `None` if it is not part of it.
    fn read_stage<'f>(&self, from: &mut In<'f>, i: usize) -> Option<SavedStage<'f>> {
        let state = self.stream.plan.lanes.get(i).map_or(0, |l| l.state.len);
        SavedStage::read(from, state, self.graph.shape(Node::Stage(i)).bytes()).ok()?
    }

    fn apply_outputs(&mut self, mut from: In<'_>) {
        for i in 0..self.outputs.len() {
            let Some(mut output) = self.outputs.get(i).copied() else { break };
            let shape = self.graph.shape(Node::Stage(output.facts.stage));
            let Ok(saved) = SavedOutput::read(&mut from, shape.bytes()) else { break };
            (output.head, output.tail) = (saved.head, saved.tail);
            for (t, bytes) in (output.head..).zip(saved.rows.chunks_exact(shape.bytes().max(1))) {
                let to = output.slot(t, shape.bytes());
                self.take_words(to, bytes, shape.dtype.word());
                let _ = output.write_crc(&mut self.work, t, shape.bytes());
            }
            if let Some(kept) = self.outputs.get_mut(i) {
                *kept = output;
            }
        }
    }

    /// States that the checkpoints here have no slot for are left out: they save time and change no row.
    fn apply_scans(&mut self, saved: &Saved<'_>, mut from: In<'_>) {
        for i in 0..self.graph.stages().len() {
            if self.checkpoints.held(i).is_none() {
                continue;
            }
            let Some(stage) = self.graph.stages().get(i) else { break };
            let (len, word, every) = (stage.state_bytes, stage.state_word, every_rows(saved.every, stage.rate));
            let Ok(scan) = SavedScan::read(&mut from) else { break };
            self.checkpoints.set_held(i, scan.newest.map(|n| n.sat_mul(every)), scan.last);
            for _ in 0..scan.count {
                let Ok(SavedState { slot, row, state }) = SavedState::read(&mut from, len) else { break };
                let spare = slot == saved.slots;
                self.checkpoints.restore_state(&mut self.work, i, row, spare, len, |to| {
                    to.put(state);
                    swap_words(to, word);
                });
            }
        }
    }

    fn apply_gaps(&mut self, mut from: In<'_>) {
        for input in 0..self.graph.inputs().len() {
            let Ok(SavedGaps { forgotten, count }) = SavedGaps::read(&mut from) else { break };
            self.gaps.set_forgotten(input, forgotten);
            for _ in 0..count {
                let Ok((first, end)) = SavedGaps::gap(&mut from) else { break };
                self.gaps.add(Gap { input, first, end });
            }
        }
    }
}
