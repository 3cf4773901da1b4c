//! The buffers of a job: their sizes and lifetimes, the order of stages that keeps few of them alive, and their places.

use super::job::JobPlan;
use super::order::{Effort, Scratch, order};
use super::place::{Buffer, Purpose, clash, place};
use crate::checked;
use crate::graph::{Graph, Node, Stage};
use crate::limits::{AREA_ALIGN, BUFFER_ALIGN};
use crate::mem::Span;
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;

/// The search for an order with a low peak: a bound on the time of planning.
const EFFORT: Effort = Effort { moves: 500, tries: 1 << 15 };

/// Order or places that were given are not those of a plan of this graph.
const WRONG_PLACES: Error =
    Error::new(Status::Graph, "the order or the places in the plan do not fit the graph: export it again");

const FULL: Error = Error::new(Status::Internal, "the buffer table is full");

impl JobPlan<'_> {
    /// Sizes the snapshots: the end of every sizing.
    pub(super) fn size_states(&mut self, graph: &Graph<'_>) -> Result<()> {
        self.states = self.snapshot_layout(graph)?;
        self.steps = self.steps.sat_add(checked::count(graph.stages().len()));
        Ok(())
    }

    /// Orders the stages of a job that is sized, lists the buffers with their lifetimes, and places them.
    pub(super) fn finish(&mut self, graph: &Graph<'_>) -> Result<()> {
        self.set_order(graph)?;
        self.list_buffers(graph)?;
        self.bytes = place(&mut self.buffers, &mut self.steps)?;
        self.set_places()
    }

    /// Lists the buffers of a job that is sized and ordered.
    pub(super) fn list_buffers(&mut self, graph: &Graph<'_>) -> Result<()> {
        let last = self.order.len();
        // The last step of the head: the steps up to there repeat with every block.
        let head = if self.head < last { self.head.sat_sub(1) } else { last };
        self.buffers.clear();
        for step in 0..self.order.len() {
            let stage = self.order.get(step).and_then(|i| graph.stages().get(*i).map(|s| (*i, s)));
            if let Some((i, stage)) = stage {
                self.list_stage(graph, i, stage, step, head)?;
            }
        }
        self.list_samples(graph, head)?;
        if self.leaf > 0 {
            self.buffers.push(Buffer::new(Purpose::Snapshot, self.states, 0, last)).map_err(|_| FULL)?;
        }
        Ok(())
    }

    /// As [`JobPlan::finish`], with the order and the places that `next` returns, for a job of `bytes` bytes. Fails
    /// where a stage would run before one that it reads, or two buffers would overlap.
    pub(super) fn finish_given(
        &mut self,
        graph: &Graph<'_>,
        bytes: usize,
        next: &mut dyn FnMut() -> Result<usize>,
    ) -> Result<()> {
        self.take_order(graph, next)?;
        self.list_buffers(graph)?;
        self.bytes = bytes;
        for buffer in self.buffers.iter_mut() {
            buffer.at = next()?;
            // One without bytes is at the start.
            let room = if buffer.bytes > 0 { bytes } else { 0 };
            let inside = buffer.at.checked_add(buffer.bytes).is_some_and(|end| end <= room);
            if !(inside && buffer.at.is_multiple_of(BUFFER_ALIGN)) {
                return Err(WRONG_PLACES);
            }
        }
        if clash(&mut self.buffers).is_some() {
            return Err(WRONG_PLACES);
        }
        self.set_places()
    }

    /// Takes the order of the active stages from `next`.
    fn take_order(&mut self, graph: &Graph<'_>, next: &mut dyn FnMut() -> Result<usize>) -> Result<()> {
        const UNSET: u64 = u64::MAX;
        self.sizes.clear();
        self.sizes.fill_with(|| UNSET);
        self.order.clear();
        self.head = 0;
        let active = self.lanes.iter().filter(|l| l.active).count();
        for step in 0..active {
            let i = next()?;
            let Some(stage) = graph.stages().get(i) else { return Err(WRONG_PLACES) };
            let known = |node: Node| match node {
                Node::Stage(from) => self.sizes.get(from).is_some_and(|s| *s != UNSET),
                Node::Input(_) => true,
            };
            let late = stage.level > 0;
            let fits = self.lane(i).active
                && self.sizes.get(i) == Some(&UNSET)
                && graph.edges_of(stage).iter().all(|e| known(e.from()))
                && (late || self.head == step);
            if !fits {
                return Err(WRONG_PLACES);
            }
            if let Some(size) = self.sizes.get_mut(i) {
                *size = checked::count(step);
            }
            let _ = self.order.push(i);
            self.head = self.head.sat_add(usize::from(!late));
        }
        if self.leaf == 0 {
            self.head = active;
        }
        Ok(())
    }

    /// Fails where two buffers overlap that are alive at the same time. Every job is checked before it runs.
    pub(crate) fn check_places(&mut self) -> Result<()> {
        match clash(&mut self.buffers) {
            Some(_) => Err(Error::new(Status::Internal, "two buffers of the memory plan overlap")),
            None => Ok(()),
        }
    }

    /// Orders the active stages so that few bytes are alive at a time. Rows that outlive a block are alive in any order
    /// and do not count.
    fn set_order(&mut self, graph: &Graph<'_>) -> Result<()> {
        self.sizes.clear();
        for (i, stage) in graph.stages().iter().enumerate() {
            let lane = self.lane(i);
            let counts = lane.active && !lane.held && (self.classic || !self.carries(graph, i));
            let bytes = checked::mul64(lane.cap, checked::count(stage.shape.bytes()))?;
            let _ = self.sizes.push(if counts { bytes } else { 0 });
        }
        self.all.clear();
        self.all.fill_with(|| 0);
        self.search.clear();
        self.search.fill_with(Scratch::default);
        let input = |stage: usize, k: usize| {
            let edges = graph.stages().get(stage).map_or(&[][..], |s| graph.edges_of(s));
            edges.iter().filter_map(|e| if let Node::Stage(s) = e.from() { Some(s) } else { None }).nth(k)
        };
        let readers = |stage: usize| graph.consumers(Node::Stage(stage)).map(|(c, ..)| c);
        let ordered = order(&self.sizes, input, readers, &mut self.all, &mut self.search, EFFORT)?;
        self.steps = self.steps.sat_add(ordered.tries);
        self.order.clear();
        let level = |i: usize| graph.stages().get(i).map_or(0, |s| s.level);
        let run = |i: &usize| self.lanes.get(*i).is_some_and(|l| l.active);
        for tail in [false, true] {
            for i in self.all.iter().copied().take(graph.stages().len()).filter(run) {
                if (level(i) > 0) == tail {
                    let _ = self.order.push(i);
                }
            }
            if !tail || self.leaf == 0 {
                self.head = self.order.len();
            }
        }
        // From here on the working memory has the step of each stage.
        for (step, stage) in self.order.iter().enumerate() {
            if let Some(size) = self.sizes.get_mut(*stage) {
                *size = checked::count(step);
            }
        }
        Ok(())
    }

    /// True if rows of the stage outlive a block: a consumer lags or has a lookback.
    fn carries(&self, graph: &Graph<'_>, stage: usize) -> bool {
        let delay = self.lane(stage).delay;
        let mut into = graph.consumers(Node::Stage(stage)).filter(|(c, ..)| self.lane(*c).active);
        into.any(|(c, _, e)| e.lookback > 0 || self.lane(c).delay > delay)
    }

    /// Lists the buffers of stage `i`, which runs at `step`; `head` is the last step that repeats with every block.
    fn list_stage(&mut self, graph: &Graph<'_>, i: usize, stage: &Stage<'_>, step: usize, head: usize) -> Result<()> {
        let last = self.order.len();
        let lane = self.lane(i);
        let bytes = checked::mul(checked::size(lane.cap)?, stage.shape.bytes())?;
        let used = self.last_reader(graph, Node::Stage(i)).max(step);
        let dies = if lane.target { last } else { used };
        let (born, dies) = match (self.classic || step > head, lane.held) {
            (true, _) => (step, dies),
            // Held over all blocks of a tile, and until its last reader has run.
            (false, true) => (0, dies.max(head)),
            (false, false) if self.carries(graph, i) => (0, head),
            (false, false) => (step, dies),
        };
        let rows = Buffer::new(Purpose::Rows(i), bytes, born, dies);
        let (born, dies) = if stage.keeps_scratch && step <= head { (0, head) } else { (step, step) };
        let scratch = Buffer::new(Purpose::Scratch(i), stage.scratch_bytes, born, dies);
        let mut halo = 0;
        for edge in graph.edges_of(stage).iter().filter(|e| e.has_halo()) {
            let bytes = checked::mul(checked::size(edge.rows())?, graph.shape(edge.from()).bytes())?;
            halo = checked::add(halo, checked::align_up(bytes, BUFFER_ALIGN)?)?;
        }
        let bounce = Buffer::new(Purpose::Bounce(i), halo, step, step);
        let state = Buffer::new(Purpose::State(i), stage.state_bytes, 0, last);
        let shadow = Buffer { purpose: Purpose::Shadow(i), ..state };
        for buffer in [rows, state, shadow, scratch, bounce] {
            self.buffers.push(buffer).map_err(|_| FULL)?;
        }
        Ok(())
    }

    /// Lists the buffers of samples that are read from sources.
    fn list_samples(&mut self, graph: &Graph<'_>, head: usize) -> Result<()> {
        for (i, input) in graph.inputs().iter().enumerate() {
            let feed = self.feeds.get(i).copied().unwrap_or_default();
            if feed.active && feed.cap > 0 {
                let bytes = checked::mul(checked::size(feed.cap)?, input.sample_bytes())?;
                // In the classic order the last reader is the last use of the samples.
                let used = self.last_reader(graph, Node::Input(i));
                let dies = if self.classic { used } else { used.max(head) };
                let samples = Buffer::new(Purpose::Feed(i), bytes, 0, dies);
                self.buffers.push(samples).map_err(|_| FULL)?;
                self.feed_bytes = checked::add(self.feed_bytes, bytes)?;
            }
        }
        Ok(())
    }

    /// The last step at which a stage reads the node.
    fn last_reader(&self, graph: &Graph<'_>, node: Node) -> usize {
        let active = graph.consumers(node).filter(|(c, ..)| self.lane(*c).active);
        let steps = active.filter_map(|(c, ..)| usize::try_from(*self.sizes.get(c)?).ok());
        steps.max().unwrap_or(0)
    }

    /// Assigns each active scan its part of its level's snapshot, and returns the bytes of all snapshots together.
    fn snapshot_layout(&mut self, graph: &Graph<'_>) -> Result<usize> {
        let mut top = 0;
        for (level, group) in self.snapshots.iter_mut().enumerate() {
            let at = top;
            for (lane, stage) in self.lanes.iter_mut().zip(graph.stages()).filter(|(_, s)| s.level == level) {
                lane.snap = Span { at: top, len: if lane.active { stage.state_bytes } else { 0 } };
                top = checked::align_up(checked::add(top, lane.snap.len)?, AREA_ALIGN)?;
            }
            *group = Span { at, len: top.sat_sub(at) };
        }
        Ok(top)
    }

    /// Copies the places of the buffers to the lanes and feeds.
    pub(super) fn set_places(&mut self) -> Result<()> {
        for buffer in self.buffers.iter() {
            let span = buffer.span();
            match buffer.purpose {
                Purpose::Snapshot => {
                    for group in &mut self.snapshots {
                        group.at = checked::add(group.at, span.at)?;
                    }
                    for lane in self.lanes.iter_mut() {
                        lane.snap.at = checked::add(lane.snap.at, span.at)?;
                    }
                    None
                }
                Purpose::Feed(i) => self.feeds.get_mut(i).map(|f| f.samples = span),
                Purpose::Rows(i) => self.lanes.get_mut(i).map(|l| l.rows = span),
                Purpose::State(i) => self.lanes.get_mut(i).map(|l| l.state = span),
                Purpose::Shadow(i) => self.lanes.get_mut(i).map(|l| l.shadow = span),
                Purpose::Scratch(i) => self.lanes.get_mut(i).map(|l| l.scratch = span),
                Purpose::Bounce(i) => self.lanes.get_mut(i).map(|l| l.bounce = span),
            };
        }
        Ok(())
    }
}
