//! The memory plan of one job: a set of target stages computed together, block by block.
//!
//! Counting in windows ("frontier" F = windows seen so far), row t of a stage can be made once
//! `F > t * rate + delay`, where the delay adds up the lookaheads on the way from the input. Moving the frontier by
//! at most `block` windows then makes each row once, and a buffer of
//! `cap = (block + max over consumers(delay_c) - delay + rate - 1) / rate + lookback` rows holds all that is still
//! needed. In the classic order there are no delays: a buffer holds every row of the range.
//!
//! In a sweep the job makes a tile at a time: `leaf` rows of the target with all they need. The stages of level 0 (the
//! *head*) run block by block; what later levels read of them, and the target, is held for the whole tile. Behind them the
//! other levels run stage by stage over the tile, each in its own direction.

use super::order::{Scratch, order};
use super::place::{Buffer, Purpose, clash, place};
use crate::checked;
use crate::graph::{Graph, GraphLimits, Node};
use crate::limits::{AREA_ALIGN, BUFFER_ALIGN, MAX_INPUTS, MAX_LEVELS};
use crate::mem::{Carver, FixedVec, Layout, Span};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::{Count, Unsigned};

/// A stage in a job.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lane {
    /// Its rows are wanted.
    pub target: bool,
    /// It is a target or something a target needs.
    pub active: bool,
    /// Windows the frontier is ahead of it.
    pub delay: u64,
    /// In a sweep: its rows are held for a whole tile.
    pub held: bool,
    /// Rows its buffer holds.
    pub cap: u64,
    /// Where its rows are.
    pub rows: Span,
    /// Its state, if it is a scan.
    pub state: Span,
    /// Its state when the block began, to go back to.
    pub shadow: Span,
    /// Where its state goes in the snapshot of a sweep.
    pub snap: Span,
    /// Its scratch.
    pub scratch: Span,
    /// Where rows are gathered with their halo at the ends.
    pub bounce: Span,
    /// In the classic order and in sweeps: the rows of it that a range needs, relative to the target's first row.
    need: Option<Need>,
}

/// An input in a job.
#[derive(Clone, Copy, Debug, Default)]
pub struct Feed {
    /// Some active stage reads it.
    pub active: bool,
    /// Samples one block needs at once, halos included.
    pub need: u64,
    /// Samples its buffer holds: `need` and room to read ahead. None where the windows are seen in the ring.
    pub cap: u64,
    /// Where they are.
    pub samples: Span,
}

/// Moves of the search for an order with a low peak: a bound on the time of planning.
const SEARCH_MOVES: u64 = 500;

/// How far a job reads ahead of what a block needs: fewer calls of the source and fewer moves of the overlap.
const READ_AHEAD_BYTES: usize = 16 << 10;

/// The plan of one job.
#[derive(Debug)]
pub struct JobPlan<'m> {
    /// Per stage.
    pub lanes: FixedVec<'m, Lane>,
    /// Per input.
    pub feeds: FixedVec<'m, Feed>,
    /// Indices of the active stages in the order they run.
    pub order: FixedVec<'m, usize>,
    /// Working memory of ordering: bytes that live within a block, the order of all stages, the search.
    sizes: FixedVec<'m, u64>,
    all: FixedVec<'m, usize>,
    search: FixedVec<'m, Scratch>,
    buffers: FixedVec<'m, Buffer>,
    /// Windows of a block; for the classic order the rows of the target.
    pub block: u64,
    /// Stage by stage over the whole range, instead of block by block.
    pub classic: bool,
    /// Rows of the target that are made and held together, in a sweep; else 0.
    pub leaf: u64,
    /// Number of stages in `order` that run block by block: all but those of later levels in a sweep.
    pub head: usize,
    /// States of the scans of each level, one behind the other: what checkpoints of a sweep hold.
    pub snapshots: [Span; MAX_LEVELS],
    /// Bytes of the job.
    pub bytes: usize,
    /// Of these: samples.
    pub feed_bytes: usize,
}

/// How rows of a range propagate towards the input: relative to the target's first row.
#[derive(Clone, Copy, Debug)]
struct Need {
    from: i64,
    to: i64,
}

impl<'m> JobPlan<'m> {
    /// The memory of its tables.
    pub fn reserve(limits: GraphLimits, layout: &mut Layout) -> Result<()> {
        layout.reserve::<Lane>(limits.stages)?;
        layout.reserve::<Feed>(MAX_INPUTS)?;
        layout.reserve::<usize>(limits.stages)?;
        layout.reserve::<u64>(limits.stages)?;
        layout.reserve::<usize>(limits.stages)?;
        layout.reserve::<Scratch>(limits.stages)?;
        layout.reserve::<Buffer>(buffers(limits)?)
    }

    /// An empty plan in memory of [`JobPlan::reserve`].
    pub fn new(limits: GraphLimits, carver: &mut Carver<'m>) -> Result<Self> {
        Ok(JobPlan {
            lanes: carver.vec(limits.stages)?,
            feeds: carver.vec(MAX_INPUTS)?,
            order: carver.vec(limits.stages)?,
            sizes: carver.vec(limits.stages)?,
            all: carver.vec(limits.stages)?,
            search: carver.vec(limits.stages)?,
            buffers: carver.vec(buffers(limits)?)?,
            block: 0,
            classic: false,
            leaf: 0,
            head: 0,
            snapshots: [Span::default(); MAX_LEVELS],
            bytes: 0,
            feed_bytes: 0,
        })
    }

    /// Starts anew: nothing is wanted.
    pub fn clear(&mut self) {
        self.lanes.clear();
        self.lanes.fill_with(Lane::default);
        self.feeds.clear();
        self.feeds.fill_with(Feed::default);
        self.order.clear();
        self.buffers.clear();
        self.leaf = 0;
        self.bytes = 0;
        self.feed_bytes = 0;
    }

    /// Wants the rows of a stage.
    pub fn want(&mut self, stage: usize) {
        if let Some(lane) = self.lanes.get_mut(stage) {
            lane.target = true;
        }
    }

    fn lane(&self, stage: usize) -> Lane {
        self.lanes.get(stage).copied().unwrap_or_default()
    }

    /// Lays out the wanted stages in blocks of `block` windows. `pushed` tells which inputs are seen in their ring.
    pub fn blocks(&mut self, graph: &Graph<'_>, pushed: impl Fn(usize) -> bool, block: u64) -> Result<()> {
        self.block = block.max_u64(1);
        self.classic = false;
        self.activate(graph);
        for (lane, stage) in self.lanes.iter_mut().zip(graph.stages()) {
            lane.delay = stage.delay;
        }
        for (i, stage) in graph.stages().iter().enumerate() {
            let cap = self.block_rows(graph, Node::Stage(i))?;
            if let Some(lane) = self.lanes.get_mut(i).filter(|l| l.active && stage.level == 0) {
                lane.cap = cap;
            }
        }
        if self.leaf > 0 {
            self.hold_tiles(graph);
        }
        for (i, input) in graph.inputs().iter().enumerate() {
            let rows = self.block_rows(graph, Node::Input(i))?;
            let (_, need) = input.samples(0, rows);
            self.set_feed(i, need, input.sample_bytes(), pushed(i), true);
        }
        self.finish(graph)
    }

    /// Finds what has to be held while a tile is made, and how many rows that are.
    fn hold_tiles(&mut self, graph: &Graph<'_>) {
        let target = self.lanes.iter().position(|l| l.target);
        let (tile, rate) = (self.leaf, target.map_or(1, |t| graph.rate(Node::Stage(t))));
        let turns = self.turns(graph);
        for (i, stage) in graph.stages().iter().enumerate().rev() {
            let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            let own = (Some(i) == target).then_some(Need { from: 0, to: signed(tile) });
            let Some(mut need) = self.needed(graph, Node::Stage(i), own) else { continue };
            if turns && stage.is_scan() {
                // Up to where the next tile starts, or the stream ends: see `exec::sweep`.
                need.to = need.to.max(signed(tile.sat_mul(rate).checked_div(stage.rate).unwrap_or(0)));
            }
            let later = graph.consumers(Node::Stage(i)).any(|(c, s, _)| s.level > 0 && self.lane(c).active);
            let rows = u64::try_from(need.to.saturating_sub(need.from)).unwrap_or(0);
            if let Some(lane) = self.lanes.get_mut(i) {
                lane.need = Some(need);
                lane.held = lane.target || later || stage.level > 0;
                if lane.held {
                    lane.cap = lane.cap.max_u64(rows);
                }
            }
        }
    }

    /// True where some active stage stands behind a reverse scan.
    pub fn turns(&self, graph: &Graph<'_>) -> bool {
        self.lanes.iter().zip(graph.stages()).any(|(l, s)| l.active && s.level > 0)
    }

    /// Lays out the one wanted stage in the classic order, for up to `rows` rows of it out of at most `windows`.
    pub fn classic(
        &mut self,
        graph: &Graph<'_>,
        pushed: impl Fn(usize) -> bool,
        target: usize,
        rows: u64,
        windows: Option<u64>,
    ) -> Result<()> {
        self.block = rows;
        self.classic = true;
        self.activate(graph);
        for lane in self.lanes.iter_mut() {
            lane.delay = 0;
        }
        // From the target to the inputs: a stage stands behind everything it needs.
        let count = i64::try_from(rows).unwrap_or(i64::MAX);
        // Behind a reverse scan every row depends on the last ones.
        let turns = self.turns(graph);
        for (i, stage) in graph.stages().iter().enumerate().rev() {
            let own = (i == target).then_some(Need { from: 0, to: count });
            let Some(mut need) = self.needed(graph, Node::Stage(i), own) else { continue };
            if turns {
                need = Need { from: 0, to: i64::MAX };
            }
            let cap = u64::try_from(need.to.saturating_sub(need.from)).unwrap_or(0);
            if let Some(lane) = self.lanes.get_mut(i) {
                lane.cap = windows.map_or(cap, |w| cap.min_u64(stage.rows(w)));
                lane.need = Some(need);
            }
        }
        for (i, input) in graph.inputs().iter().enumerate() {
            let need = self.needed(graph, Node::Input(i), None);
            let rows = need.map_or(0, |n| u64::try_from(n.to.saturating_sub(n.from)).unwrap_or(0));
            let (_, samples) = input.samples(0, windows.map_or(rows, |w| rows.min_u64(w)));
            self.set_feed(i, samples, input.sample_bytes(), pushed(i), false);
        }
        self.finish(graph)
    }

    /// The rows of `node` that its consumers need, relative to the target's first row.
    fn needed(&self, graph: &Graph<'_>, node: Node, own: Option<Need>) -> Option<Need> {
        let mut need = own;
        for (c, stage, edge) in graph.consumers(node) {
            let Some(Need { from, to }) = self.lane(c).need else { continue };
            let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            let stride = signed(stage.stride);
            let first = from.saturating_mul(stride).saturating_sub(signed(edge.lookback));
            let last = to.saturating_sub(1).saturating_mul(stride).saturating_add(signed(edge.lookahead));
            let end = last.saturating_add(1);
            need = Some(
                need.map_or(Need { from: first, to: end }, |n| Need { from: n.from.min(first), to: n.to.max(end) }),
            );
        }
        need
    }

    /// Marks what the targets need.
    fn activate(&mut self, graph: &Graph<'_>) {
        for i in (0..graph.stages().len()).rev() {
            let needed = graph.consumers(Node::Stage(i)).any(|(c, ..)| self.lane(c).active);
            if let Some(lane) = self.lanes.get_mut(i) {
                lane.active = lane.target || needed;
            }
        }
        for i in 0..graph.inputs().len() {
            let needed = graph.consumers(Node::Input(i)).any(|(c, ..)| self.lane(c).active);
            if let Some(feed) = self.feeds.get_mut(i) {
                feed.active = needed;
            }
        }
    }

    /// Orders the active stages so that little lives at a time. Rows that outlive a block live anyway and do not count.
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
        order(&self.sizes, input, &mut self.all, &mut self.search, SEARCH_MOVES)?;
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
        Ok(())
    }

    /// Rows of `node` that must be held while the frontier moves by a block.
    fn block_rows(&self, graph: &Graph<'_>, node: Node) -> Result<u64> {
        let rate = graph.rate(node);
        let (delay, target) = match node {
            Node::Input(_) => (0, false),
            Node::Stage(s) => (self.lane(s).delay, self.lane(s).target),
        };
        let mut rows = if target { checked::div_ceil(self.block, rate) } else { 0 };
        for (c, _, edge) in graph.consumers(node) {
            let lane = self.lane(c);
            if !lane.active {
                continue;
            }
            let lag = lane.delay.sat_sub(delay);
            let span = checked::add64(checked::add64(self.block, lag)?, rate.sat_sub(1))?;
            rows = rows.max_u64(checked::add64(span.checked_div(rate).unwrap_or(0), edge.lookback)?);
        }
        Ok(rows)
    }

    fn set_feed(&mut self, input: usize, need: u64, sample_bytes: usize, pushed: bool, ahead: bool) {
        if let Some(feed) = self.feeds.get_mut(input).filter(|f| f.active) {
            feed.need = need;
            // Never more than the block itself, so that a tight budget is not spent on reading ahead.
            let more = checked::count(READ_AHEAD_BYTES.checked_div(sample_bytes).unwrap_or(0)).min_u64(need);
            feed.cap = match (pushed, ahead) {
                (true, _) => 0,
                (false, true) => need.sat_add(more),
                (false, false) => need,
            };
        }
    }

    /// True where rows of the node outlive a block: some consumer lags behind it or looks back.
    fn carries(&self, graph: &Graph<'_>, stage: usize) -> bool {
        let delay = self.lane(stage).delay;
        let mut into = graph.consumers(Node::Stage(stage)).filter(|(c, ..)| self.lane(*c).active);
        into.any(|(c, _, e)| e.lookback > 0 || self.lane(c).delay > delay)
    }

    /// Lists the buffers with their lifetimes, places them, and has the result checked.
    fn finish(&mut self, graph: &Graph<'_>) -> Result<()> {
        self.set_order(graph)?;
        let last = self.order.len();
        // The last step of the head: blocks go round up to there.
        let head = if self.head < last { self.head.sat_sub(1) } else { last };
        self.buffers.clear();
        let full = Error::new(Status::Internal, "the buffer table is full");
        for step in 0..self.order.len() {
            let Some((i, stage)) = self.order.get(step).and_then(|i| graph.stages().get(*i).map(|s| (*i, s))) else {
                continue;
            };
            let lane = self.lane(i);
            let end = checked::mul(checked::size(lane.cap)?, stage.shape.bytes())?;
            let used = self.last_reader(graph, Node::Stage(i)).max(step);
            let dies = if lane.target { last } else { used };
            let (born, dies) = match (self.classic || step > head, lane.held) {
                (true, _) => (step, dies),
                // Held over all blocks of a tile, and until its last reader has run.
                (false, true) => (0, dies.max(head)),
                (false, false) if self.carries(graph, i) => (0, head),
                (false, false) => (step, dies),
            };
            let at = 0;
            let rows = Buffer { purpose: Purpose::Rows(i), bytes: end, born, dies, at };
            let (born, dies) = if stage.keeps_scratch && step <= head { (0, head) } else { (step, step) };
            let scratch = Buffer { purpose: Purpose::Scratch(i), bytes: stage.scratch_bytes, born, dies, at };
            let mut halo = 0;
            for edge in graph.edges_of(stage).iter().filter(|e| e.has_halo()) {
                let bytes = checked::mul(checked::size(edge.rows())?, graph.shape(edge.from()).bytes())?;
                halo = checked::add(halo, checked::align_up(bytes, BUFFER_ALIGN)?)?;
            }
            let bounce = Buffer { purpose: Purpose::Bounce(i), bytes: halo, born: step, dies: step, at };
            let bytes = stage.state_bytes;
            let state = Buffer { purpose: Purpose::State(i), bytes, born: 0, dies: last, at };
            let shadow = Buffer { purpose: Purpose::Shadow(i), ..state };
            for buffer in [rows, state, shadow, scratch, bounce] {
                self.buffers.push(buffer).map_err(|_| full)?;
            }
        }
        for (i, input) in graph.inputs().iter().enumerate() {
            let feed = self.feeds.get(i).copied().unwrap_or_default();
            if feed.active && feed.cap > 0 {
                let bytes = checked::mul(checked::size(feed.cap)?, input.sample_bytes())?;
                // In the classic order the samples are done with after their last reader.
                let used = self.last_reader(graph, Node::Input(i));
                let dies = if self.classic { used } else { used.max(head) };
                let samples = Buffer { purpose: Purpose::Feed(i), bytes, born: 0, dies, at: 0 };
                self.buffers.push(samples).map_err(|_| full)?;
                self.feed_bytes = checked::add(self.feed_bytes, bytes)?;
            }
        }
        let states = self.snapshot_layout(graph)?;
        let snapshot = Buffer { purpose: Purpose::Snapshot, bytes: states, born: 0, dies: last, at: 0 };
        if self.leaf > 0 {
            self.buffers.push(snapshot).map_err(|_| full)?;
        }
        self.bytes = place(&mut self.buffers)?;
        if clash(&self.buffers).is_some() {
            return Err(Error::new(Status::Internal, "the memory plan has two buffers in one place"));
        }
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

    /// Gives every active scan its part of its level's snapshot, and says how long all of them are together.
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

    /// Where the states of a level lie in the job.
    #[must_use]
    pub fn snapshot(&self, level: usize) -> Span {
        self.snapshots.get(level).copied().unwrap_or_default()
    }

    /// The last step at which a stage reads the node.
    fn last_reader(&self, graph: &Graph<'_>, node: Node) -> usize {
        let step_of = |c: usize| self.order.iter().position(|o| *o == c);
        graph.consumers(node).filter_map(|(c, ..)| step_of(c)).max().unwrap_or(0)
    }

    /// Rows of a stage that can be made at a frontier.
    #[must_use]
    pub fn made(&self, stage: usize, rate: u64, frontier: u64) -> u64 {
        checked::div_ceil(frontier.sat_sub(self.lane(stage).delay), rate)
    }
}

/// Buffers of the largest job: rows, state, shadow, scratch and bounce per stage, samples per input, and a snapshot.
fn buffers(limits: GraphLimits) -> Result<usize> {
    checked::add(checked::add(checked::mul(limits.stages, 5)?, MAX_INPUTS)?, 1)
}
