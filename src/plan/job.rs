//! The memory plan of one job: a set of target stages computed together, block by block.
//!
//! Positions are counted in windows. The frontier F is the number of windows available so far. Row t of a stage can be
//! computed once `F > t * rate + delay`; the delay is the sum of the lookaheads on the way from the input. If the
//! frontier moves by at most `block` windows at a time, each row is computed once, and a buffer of `cap` rows holds
//! everything that is still needed:
//!
//! ```text
//! cap = (block + max over consumers(delay_c) - delay + rate - 1) / rate + lookback
//! ```
//!
//! The classic order has no delays: a buffer holds every row of the range.
//!
//! In a sweep the job computes one tile at a time: `leaf` rows of the target with everything they depend on. The stages
//! of level 0 (the *head*) run block by block. The target, and the rows of the head that later levels read, are held
//! for the whole tile. After the head, the stages of later levels run one by one over the tile, each in its own
//! direction.

use super::order::Scratch;
use super::place::Buffer;
use crate::checked;
use crate::graph::{Graph, GraphLimits, Node};
use crate::limits::{MAX_INPUTS, MAX_LEVELS};
use crate::mem::{Carver, FixedVec, Layout, Span};
use crate::status::Result;
use crate::util::places::PlaceSum;
use crate::util::unsigned::{Count, Unsigned};

/// A stage in a job.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lane {
    /// Its rows are delivered.
    pub target: bool,
    /// It is a target, or a target depends on it.
    pub active: bool,
    /// Windows by which the frontier is ahead of it.
    pub delay: u64,
    /// In a sweep: its rows are held for the whole tile.
    pub held: bool,
    /// Rows that its buffer holds.
    pub cap: u64,
    /// Buffer of its rows.
    pub rows: Span,
    /// Its state, if it is a scan.
    pub state: Span,
    /// Its state at the start of the block, to restore.
    pub shadow: Span,
    /// Part of a sweep's snapshot for its state.
    pub snap: Span,
    /// Its scratch.
    pub scratch: Span,
    /// Buffer in which rows are gathered with their halo at the ends.
    pub bounce: Span,
    /// In the classic order and in sweeps: the rows that a range needs, relative to the target's first row.
    need: Option<Need>,
}

/// An input in a job.
#[derive(Clone, Copy, Debug, Default)]
pub struct Feed {
    /// An active stage reads it.
    pub active: bool,
    /// Samples that a block needs at once, halos included.
    pub need: u64,
    /// Samples that its buffer holds: `need` and room to read ahead. 0 if windows are read in the input buffer.
    pub cap: u64,
    /// That buffer.
    pub samples: Span,
}

/// Bytes that a job reads in addition to those a block needs: fewer calls of the source, fewer moves of the overlap.
const READ_AHEAD_BYTES: usize = 16 << 10;

/// The plan of one job.
#[derive(Debug)]
pub struct JobPlan<'m> {
    /// Per stage.
    pub lanes: FixedVec<'m, Lane>,
    /// Per input.
    pub feeds: FixedVec<'m, Feed>,
    /// Indices of the active stages, in the order in which they run.
    pub order: FixedVec<'m, usize>,
    /// Working memory of ordering: bytes per stage that are alive within a block, the order of all stages, the search.
    pub(super) sizes: FixedVec<'m, u64>,
    pub(super) all: FixedVec<'m, usize>,
    pub(super) search: FixedVec<'m, Scratch>,
    pub(super) buffers: FixedVec<'m, Buffer>,
    /// Windows of a block; in the classic order the rows of the target.
    pub block: u64,
    /// Stage by stage over the whole range, instead of block by block.
    pub classic: bool,
    /// Rows of a tile in a sweep; otherwise 0.
    pub leaf: u64,
    /// Number of stages in `order` that run block by block: all but those of later levels in a sweep.
    pub head: usize,
    /// States of the scans of each level, one after another: the snapshots of a sweep.
    pub snapshots: [Span; MAX_LEVELS],
    /// Size of the job in bytes.
    pub bytes: usize,
    /// Of these, bytes of samples.
    pub feed_bytes: usize,
    /// Bytes of all snapshots together.
    pub(super) states: usize,
    /// Comparisons made so far, of all layouts: of nodes to run next, of buffers to place, and one per stage.
    pub(super) steps: u64,
}

/// Rows of a node that a range needs, relative to the target's first row: propagated towards the inputs.
#[derive(Clone, Copy, Debug)]
struct Need {
    from: i64,
    to: i64,
}

impl<'m> JobPlan<'m> {
    /// Reserves the memory of the tables.
    pub(crate) fn reserve(limits: GraphLimits, layout: &mut Layout) -> Result<()> {
        layout.reserve::<Lane>(limits.stages)?;
        layout.reserve::<Feed>(MAX_INPUTS)?;
        layout.reserve::<usize>(limits.stages)?;
        layout.reserve::<u64>(limits.stages)?;
        layout.reserve::<usize>(limits.stages)?;
        layout.reserve::<Scratch>(limits.stages)?;
        layout.reserve::<Buffer>(buffers(limits)?)
    }

    /// An empty plan in the memory that [`JobPlan::reserve`] describes.
    pub(crate) fn new(limits: GraphLimits, carver: &mut Carver<'m>) -> Result<Self> {
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
            states: 0,
            steps: 0,
        })
    }

    /// Adds where the tables are.
    pub(crate) fn places(&self, sum: &mut PlaceSum) {
        self.lanes.places(sum);
        self.feeds.places(sum);
        self.order.places(sum);
        self.sizes.places(sum);
        self.all.places(sum);
        self.search.places(sum);
        self.buffers.places(sum);
    }

    /// Removes everything; no stage is a target.
    pub(crate) fn clear(&mut self) {
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

    /// Makes a stage a target.
    pub(crate) fn want(&mut self, stage: usize) {
        if let Some(lane) = self.lanes.get_mut(stage) {
            lane.target = true;
        }
    }

    /// Working memory for a number per stage: its contents last until the next layout.
    pub(crate) fn numbers(&mut self) -> &mut FixedVec<'m, u64> {
        &mut self.sizes
    }

    /// The numbers.
    pub(crate) fn numbers_noted(&self) -> &[u64] {
        &self.sizes
    }

    /// Comparisons that planning has made so far.
    pub(crate) fn steps(&self) -> u64 {
        self.steps
    }

    pub(super) fn lane(&self, stage: usize) -> Lane {
        self.lanes.get(stage).copied().unwrap_or_default()
    }

    /// Sizes the targets in blocks of `block` windows: rows, samples and states, without order and places. Inputs for
    /// which `pushed` is true are read in their buffers.
    pub(crate) fn size_blocks(&mut self, graph: &Graph<'_>, pushed: impl Fn(usize) -> bool, block: u64) -> Result<()> {
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
        self.size_states(graph)
    }

    /// Finds the stages whose rows are held while a tile is computed, and the number of these rows.
    fn hold_tiles(&mut self, graph: &Graph<'_>) {
        let target = self.lanes.iter().position(|l| l.target);
        let (tile, rate) = (self.leaf, target.map_or(1, |t| graph.rate(Node::Stage(t))));
        let turns = self.turns(graph);
        for (i, stage) in graph.stages().iter().enumerate().rev() {
            let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            let own = (Some(i) == target).then_some(Need { from: 0, to: signed(tile) });
            let Some(mut need) = self.needed(graph, Node::Stage(i), own) else { continue };
            if turns && stage.is_scan() {
                // Up to the start of the next tile, or the end of the stream: see `exec::sweep`.
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

    /// True if an active stage depends on a reverse scan.
    pub(crate) fn turns(&self, graph: &Graph<'_>) -> bool {
        self.lanes.iter().zip(graph.stages()).any(|(l, s)| l.active && s.level > 0)
    }

    /// Sizes the one target in the classic order, for up to `rows` of its rows, from at most `windows` windows.
    pub(crate) fn size_classic(
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
        // From the target to the inputs: a stage comes after everything it depends on.
        let count = i64::try_from(rows).unwrap_or(i64::MAX);
        // After a reverse scan every row depends on the last ones.
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
        self.size_states(graph)
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

    /// Marks the stages and inputs that the targets depend on.
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
            // At most as much as the block needs, so that a tight budget is not spent on this.
            let more = checked::count(READ_AHEAD_BYTES.checked_div(sample_bytes).unwrap_or(0)).min_u64(need);
            feed.cap = match (pushed, ahead) {
                (true, _) => 0,
                (false, true) => need.sat_add(more),
                (false, false) => need,
            };
        }
    }

    /// The snapshot of a level in the job.
    #[must_use]
    pub(crate) fn snapshot(&self, level: usize) -> Span {
        self.snapshots.get(level).copied().unwrap_or_default()
    }

    /// Rows of a stage that can be computed at a frontier.
    #[must_use]
    pub(crate) fn made(&self, stage: usize, rate: u64, frontier: u64) -> u64 {
        checked::div_ceil(frontier.sat_sub(self.lane(stage).delay), rate)
    }
}

/// Number of buffers of the largest job: rows, state, shadow, scratch and bounce per stage, samples per input, a
/// snapshot.
fn buffers(limits: GraphLimits) -> Result<usize> {
    checked::add(checked::add(checked::mul(limits.stages, 5)?, MAX_INPUTS)?, 1)
}
