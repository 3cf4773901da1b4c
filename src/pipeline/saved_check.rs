//! The check of a checkpoint file against this pipeline: every number in it is one that a pipeline of this graph could
//! have saved, and everything fits the buffers here. It changes nothing.

use super::definition::Pipeline;
use super::save::{NO_ORDER, OWN_ORDER, STATE_ORDERS};
use super::saved::{
    Head, In, ODD, Saved, SavedChanges, SavedGaps, SavedInput, SavedOutput, SavedScan, SavedStage, SavedState,
};
use crate::checked;
use crate::exec::{Position, final_windows_of};
use crate::graph::Node;
use crate::limits::MAX_INPUTS;
use crate::schedule::doubling::Doubling;
use crate::status::{Error, Name, Result, Status};
use crate::store::checkpoints::{every_rows, expected_row};
use crate::util::unsigned::{Count, Unsigned};

/// The error for a checkpoint of another pipeline.
fn other(text: &'static str) -> Error {
    Error::new(Status::Graph, text)
}

/// The error for a part that does not fit its buffer here.
fn small(text: &'static str, name: &Name, saved: u64, own: u64) -> Error {
    Error::new(Status::Memory, text).name(name).a(saved).b(own)
}

/// `Ok` where `holds`.
fn require(holds: bool) -> Result<()> {
    if holds { Ok(()) } else { Err(ODD) }
}

impl<'m> Pipeline<'m> {
    /// The file as values, if all of it fits this pipeline.
    pub(super) fn check_saved<'f>(&mut self, file: &'f [u8]) -> Result<Saved<'f>> {
        if !self.sums.off {
            // The tables that the file is compared with.
            self.check_tables()?;
        }
        let (head, mut from) = Head::read(file)?;
        self.check_head(&head)?;
        let capacities = self.check_graph(&head, &mut from)?;
        let inputs = self.check_inputs(&mut from)?;
        let windows = |(i, saved): (usize, &SavedInput<'_>)| {
            self.graph.inputs().get(i).map(|input| (input.windows(saved.samples), saved.ended))
        };
        let counts = || inputs.iter().enumerate().filter_map(windows);
        let available = counts().map(|(w, _)| w).min().unwrap_or(0);
        let last = final_windows_of(counts);
        for (i, saved) in inputs.iter().enumerate().take(self.graph.inputs().len()) {
            self.check_released(i, saved, available)?;
        }
        let (frontier, known) = self.check_stream_head(&mut from, last)?;
        let mut saved = Saved {
            inputs,
            frontier,
            windows: known,
            available,
            stages: from.clone(),
            outputs: In::default(),
            scans: In::default(),
            gaps: None,
            changes: None,
            capacities,
            slots: head.slots,
            every: head.every,
        };
        if self.plan.stream_block > 0 {
            self.check_stages(&saved, &mut from)?;
        }
        saved.outputs = from.clone();
        self.check_outputs(&saved, &mut from)?;
        saved.scans = from.clone();
        self.check_scans(&saved, &mut from)?;
        if head.gaps {
            saved.gaps = Some(from.clone());
            self.check_gaps(&saved, &mut from)?;
        }
        if head.changes {
            let changes = SavedChanges::read(&mut from, self.graph.stages().len())?;
            self.check_changes(&changes, available)?;
            saved.changes = Some(changes);
        } else if let Some(own) = self.changes.all().first() {
            return Err(self.more_changes(own));
        }
        require(from.rest().is_empty())?;
        Ok(saved)
    }

    fn check_head(&self, head: &Head) -> Result<()> {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        for (saved, own, text) in [
            (head.inputs, count(self.graph.inputs().len()), "the checkpoint is of a graph with {a} inputs, not {b}"),
            (head.stages, count(self.graph.stages().len()), "the checkpoint is of a graph with {a} stages, not {b}"),
            (
                head.outputs,
                count(self.outputs.len()),
                "the checkpoint is of a pipeline with {a} opened outputs, not {b}",
            ),
        ] {
            if saved != own {
                return Err(other(text).a(saved).b(own));
            }
        }
        if (head.slots == 0) != (self.plan.slots == 0) {
            let text = "the checkpoint is of a pipeline with {a} checkpoints per scan, not {b}: set checkpoint_every of both to SQS_OFF or of none";
            return Err(other(text).a(head.slots).b(self.plan.slots));
        }
        require((head.slots == 0) == (head.every == 0))
    }

    /// Fails where the file is of another graph. Returns a reader of the opened outputs, with their capacities.
    fn check_graph<'f>(&self, head: &Head, from: &mut In<'f>) -> Result<In<'f>> {
        for (i, input) in self.graph.inputs().iter().enumerate() {
            if from.u64()? != self.graph.input_identity(i) {
                let text = "the checkpoint is of another graph: {i} differs in name, type, channels, window or hop";
                return Err(other(text).name(&input.name));
            }
        }
        for (i, stage) in self.graph.stages().iter().enumerate() {
            if from.u64()? != self.graph.stage_identity(i) {
                let text =
                    "the checkpoint is of another graph: stage {n} differs in name, row, edges, state or revision";
                return Err(other(text).name(&stage.name));
            }
        }
        // All identities are those here, so this is the hash of them.
        require(head.hash == self.hash)?;
        self.check_order(head.order)?;
        let capacities = from.clone();
        for output in self.outputs.iter() {
            let (stage, _capacity) = (from.u32()?, from.u64()?);
            if checked::size(u64::from(stage))? != output.facts.stage {
                let name = self.graph.stages().get(output.facts.stage).map(|s| s.name).unwrap_or_default();
                return Err(other("the checkpoint is of other opened outputs: that of stage {n} differs").name(&name));
            }
        }
        Ok(capacities)
    }

    /// The byte order of states whose stage does not declare their words.
    fn check_order(&self, order: u32) -> Result<()> {
        match self.graph.stages().iter().find(|s| s.is_scan() && s.state_word == 0) {
            None => require(order == NO_ORDER),
            Some(_) if order == OWN_ORDER => Ok(()),
            Some(stage) => {
                require(STATE_ORDERS.contains(&order))?;
                let text = "the checkpoint is of a machine of another byte order, and stage {n} does not declare the word size of its state";
                Err(Error::new(Status::Unsupported, text).name(&stage.name))
            }
        }
    }

    fn check_inputs<'f>(&self, from: &mut In<'f>) -> Result<[SavedInput<'f>; MAX_INPUTS]> {
        let mut inputs = [SavedInput::default(); MAX_INPUTS];
        for (i, (input, slot)) in self.graph.inputs().iter().zip(&mut inputs).enumerate() {
            let saved = SavedInput::read(from, input.sample_bytes())?;
            let Some(supply) = self.supplies.get(i) else { return Err(ODD) };
            if saved.pushed != supply.is_pushed() {
                let text =
                    "the checkpoint is of another pipeline: one of the two pushes {i}, the other has a source for it";
                return Err(other(text).name(&input.name));
            }
            let (held, room) =
                (saved.samples.sat_sub(saved.first), self.plan.ring_samples.get(i).copied().unwrap_or(0));
            if saved.pushed && held > room {
                let text = "the checkpoint has {a} samples of {i}, its buffer here holds {b}: set input_capacity";
                return Err(small(text, &input.name, held, room));
            }
            // Of a source no sample is in the file.
            require(saved.pushed || held == 0)?;
            let (present, ended) = (supply.samples(), supply.ended());
            if !saved.pushed && (present < saved.samples || (saved.ended && !(ended && present == saved.samples))) {
                let text = "the source of {i} had {a} samples when the checkpoint was saved, and has {b} now";
                return Err(Error::new(Status::Range, text).a(saved.samples).b(present).name(&input.name));
            }
            *slot = saved;
        }
        Ok(inputs)
    }

    /// Samples are released up to a row that could be evaluated, or the row after it.
    fn check_released(&self, i: usize, saved: &SavedInput<'_>, available: u64) -> Result<()> {
        let rate = self.graph.stages().iter().map(|s| s.rate).max().unwrap_or(1);
        let hop = self.graph.inputs().get(i).map_or(1, |input| input.hop);
        require(saved.released <= available.sat_add(rate).sat_mul(hop))?;
        // Without outputs the samples from there on are kept, and no earlier ones.
        let alone = saved.pushed && self.outputs.is_empty();
        require(!alone || saved.first >= saved.released.min_u64(saved.samples))
    }

    /// The frontier of the stream and the number of its windows, if known; zeros without a stream.
    fn check_stream_head(&self, from: &mut In<'_>, last: Option<u64>) -> Result<(u64, Option<u64>)> {
        let streams = from.flag()?;
        if streams != (self.plan.stream_block > 0) {
            return Err(other("the checkpoint is of a pipeline with other opened outputs"));
        }
        if !streams {
            return Ok((0, None));
        }
        let (frontier, windows) = (from.u64()?, from.maybe()?);
        require(windows.is_none() || windows == last)?;
        Ok((frontier, windows))
    }

    /// The frontier starts where a first row becomes possible, and moves with the windows; after the last one it moves
    /// on until the row with the largest delay is computed.
    fn check_frontier(&self, saved: &Saved<'_>) -> Result<()> {
        let mut end = saved.available;
        for (i, stage) in self.graph.stages().iter().enumerate() {
            let Some(p) = self.stage_of(saved, i).map(|s| s.position) else { continue };
            let possible = |row: u64| row.sat_mul(stage.rate).sat_add(stage.delay);
            end = end.max_u64(possible(p.first));
            if saved.windows.is_some() && p.end > 0 {
                end = end.max_u64(possible(p.end.sat_sub(1)).sat_add(1));
            }
        }
        require(saved.frontier <= end)
    }

    /// Checks every stage of the stream by itself, then each against those that read it.
    fn check_stages(&mut self, saved: &Saved<'_>, from: &mut In<'_>) -> Result<()> {
        let all = from.rest();
        let offsets = self.draft.numbers();
        offsets.clear();
        for i in 0..self.graph.stages().len() {
            let offset = all.len().sat_sub(from.rest().len());
            let _ = self.draft.numbers().push(checked::count(offset));
            let Some(lane) = self.stream.plan.lanes.get(i) else { return Err(ODD) };
            let (state, row) = (lane.state.len, self.graph.shape(Node::Stage(i)).bytes());
            let stage = SavedStage::read(from, state, row)?;
            if stage.is_some() != lane.active {
                return Err(other("the checkpoint is of a pipeline with other opened outputs"));
            }
            if let Some(stage) = stage {
                self.check_position(saved, i, &stage)?;
            }
        }
        self.check_frontier(saved)?;
        for i in 0..self.graph.stages().len() {
            if let Some(stage) = self.stage_of(saved, i) {
                self.check_edges(saved, i, &stage.position)?;
                require(stage.carried == self.first_carried(saved, i, &stage.position))?;
            }
        }
        Ok(())
    }

    /// A stage of the stream, once the offsets of all stages are noted.
    fn stage_of<'f>(&self, saved: &Saved<'f>, i: usize) -> Option<SavedStage<'f>> {
        let offset = usize::try_from(*self.draft.numbers_noted().get(i)?).ok()?;
        let state = self.stream.plan.lanes.get(i)?.state.len;
        let mut from = In::new(saved.stages.rest().get(offset..)?);
        SavedStage::read(&mut from, state, self.graph.shape(Node::Stage(i)).bytes()).ok()?
    }

    fn check_position(&self, saved: &Saved<'_>, i: usize, stage: &SavedStage<'_>) -> Result<()> {
        let (Some(lane), Some(node)) = (self.stream.plan.lanes.get(i), self.graph.stages().get(i)) else {
            return Err(ODD);
        };
        let p = stage.position;
        let (end, exist) = match saved.windows {
            Some(windows) => (node.rows(windows), node.rows(windows)),
            None => (u64::MAX, node.rows(saved.available)),
        };
        // Other stages than targets end where no row after it is needed.
        require(if lane.target || saved.windows.is_none() { p.end == end } else { p.end <= end })?;
        let made = self.stream.plan.made(i, node.rate, saved.frontier);
        require(p.next == made.min_u64(p.end).max_u64(p.first))?;
        require(match (lane.target, node.is_scan()) {
            (true, _) => p.delivered >= p.next && p.delivered <= exist.max_u64(p.next),
            (false, true) => p.delivered >= p.first,
            (false, false) => p.delivered == p.first,
        })?;
        let carried = p.next.sat_sub(stage.carried);
        if carried > lane.cap {
            let text = "the checkpoint has {a} rows of stage {n} that are still needed, its buffer here holds {b}";
            return Err(small(text, &node.name, carried, lane.cap));
        }
        Ok(())
    }

    /// The rows of stage `i` are computed from rows that exist and samples that are in the file.
    fn check_edges(&self, saved: &Saved<'_>, i: usize, p: &Position) -> Result<()> {
        let Some(stage) = self.graph.stages().get(i) else { return Err(ODD) };
        for edge in self.graph.edges_of(stage) {
            let first = p.first.sat_mul(stage.stride).sat_sub(edge.lookback);
            let last = p.end.sat_sub(1).sat_mul(stage.stride).sat_add(edge.lookahead);
            match edge.from() {
                Node::Stage(s) if p.first < p.end => {
                    let Some(from) = self.stage_of(saved, s).map(|s| s.position) else { return Err(ODD) };
                    let exist = saved.windows.map_or(u64::MAX, |w| self.graph.stages().get(s).map_or(0, |s| s.rows(w)));
                    require(from.first <= first && from.end >= last.sat_add(1).min_u64(exist))?;
                }
                Node::Input(n) if p.next < p.end => {
                    let row = p.next.sat_mul(stage.stride).sat_sub(edge.lookback);
                    let hop = self.graph.inputs().get(n).map_or(0, |input| input.hop);
                    let held = saved.inputs.get(n).filter(|input| input.pushed).map_or(0, |input| input.first);
                    require(held <= row.sat_mul(hop))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The first row of stage `i` that a stage still reads, or that is still to be delivered.
    fn first_carried(&self, saved: &Saved<'_>, i: usize, p: &Position) -> u64 {
        let target = self.stream.plan.lanes.get(i).is_some_and(|l| l.target);
        let mut first = if target { p.delivered.min_u64(p.next) } else { p.next };
        for (c, stage, edge) in self.graph.consumers(Node::Stage(i)) {
            if let Some(reader) = self.stage_of(saved, c).map(|s| s.position).filter(|r| r.next < r.end) {
                first = first.min_u64(reader.next.sat_mul(stage.stride).sat_sub(edge.lookback));
            }
        }
        first
    }

    fn check_outputs(&self, saved: &Saved<'_>, from: &mut In<'_>) -> Result<()> {
        let mut capacities = saved.capacities.clone();
        for output in self.outputs.iter() {
            let i = output.facts.stage;
            let (_stage, capacity) = (capacities.u32()?, capacities.u64()?);
            let queue = SavedOutput::read(from, self.graph.shape(Node::Stage(i)).bytes())?;
            let queued = queue.tail.sat_sub(queue.head);
            require(queued <= capacity)?;
            if queued > output.facts.capacity {
                let text = "the checkpoint has {a} queued rows of stage {n}, the queue of its output here holds {b}";
                let name = self.graph.stages().get(i).map(|s| s.name).unwrap_or_default();
                return Err(small(text, &name, queued, output.facts.capacity));
            }
            let delivered = self.stage_of(saved, i).map(|s| s.position.delivered);
            require(delivered == Some(queue.tail))?;
        }
        Ok(())
    }

    fn check_scans(&self, saved: &Saved<'_>, from: &mut In<'_>) -> Result<()> {
        for (i, stage) in self.graph.stages().iter().enumerate() {
            if self.checkpoints.held(i).is_none() {
                continue;
            }
            let schedule = Doubling::new(saved.slots).map_err(|_| ODD)?;
            let every = every_rows(saved.every, stage.rate);
            let SavedScan { newest, last, count } = SavedScan::read(from)?;
            let exist = stage.rows(saved.available);
            require(newest.is_none_or(|n| n > 0 && n.checked_mul(every).is_some_and(|row| row <= exist)))?;
            require(last.is_none_or(|row| row > 0 && row <= exist))?;
            let mut next = 0;
            for _ in 0..count {
                let state = SavedState::read(from, stage.state_bytes)?;
                // Each slot at most once.
                require(state.slot >= next)?;
                next = state.slot.sat_add(1);
                require(expected_row(schedule, every, (newest, last), state.slot) == Some(state.row))?;
            }
        }
        Ok(())
    }

    /// Gaps are in order and apart, after those that were released, and within the samples.
    fn check_gaps(&self, saved: &Saved<'_>, from: &mut In<'_>) -> Result<()> {
        let mut all = 0u64;
        for (i, input) in self.graph.inputs().iter().enumerate() {
            let SavedGaps { forgotten, count } = SavedGaps::read(from)?;
            let Some(samples) = saved.inputs.get(i) else { return Err(ODD) };
            require(forgotten <= samples.samples && (samples.pushed || (forgotten == 0 && count == 0)))?;
            let mut end = forgotten;
            for k in 0..count {
                let (first, stop) = SavedGaps::gap(from)?;
                require(first < stop && stop <= samples.samples)?;
                require(if k == 0 { first >= end } else { first > end })?;
                end = stop;
            }
            all = all.sat_add(count.into());
            let room = checked::count(self.gaps.capacity());
            if all > room {
                let text = "the checkpoint has {a} gaps up to {i}, the table here has room for {b}: raise max_gaps";
                return Err(small(text, &input.name, all, room));
            }
        }
        Ok(())
    }
}
