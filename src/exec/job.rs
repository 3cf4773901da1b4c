//! A job: its plan, its progress, and which rows and samples it holds and needs.
//!
//! In the sqrt order the frontier moves by at most a block, and every stage, in order, computes the rows that became
//! possible. In the classic order each stage in turn computes all rows of the range. In both orders a stage's rows come
//! from the same calls of the same kernel, so they are bit-identical.
//!
//! A reverse scan computes its rows from the last to the first: `next - first` rows are computed, the last ones.
//!
//! A call that fails leaves the job at the start of the block: positions and states are rolled back. Rows are only
//! discarded (when buffers slide) if no stage needs them from its position at the start of the block. The next call
//! repeats the same block.

use super::progress::{Loaded, PieceBounds, Progress};
use crate::graph::{Graph, GraphLimits, Node, Stage};
use crate::limits::MAX_INPUTS;
use crate::mem::{Carver, FixedVec, Layout, Span};
use crate::plan::JobPlan;
use crate::status::Result;
use crate::util::places::PlaceSum;
use crate::util::unsigned::{Count, Unsigned};

/// Where the final number of windows is not known.
pub(super) const UNKNOWN: u64 = u64::MAX;

/// One traversal of the graph: its plan and its progress.
#[derive(Debug)]
pub struct Job<'m> {
    /// The plan, which must be laid out before [`Job::start`].
    pub plan: JobPlan<'m>,
    pub(super) progress: FixedVec<'m, Progress>,
    pub(super) loaded: FixedVec<'m, Loaded>,
    /// Position of the job's buffers in the work area.
    pub(super) origin: usize,
    pub(super) frontier: u64,
    /// The final number of windows, or [`UNKNOWN`]. A number instead of an `Option`, whose payload optimized code reads
    /// before its tag.
    pub(super) known_windows: u64,
    /// Per stage: rows before this one count as recomputed because of damage.
    pub(super) recompute_end: FixedVec<'m, u64>,
    /// Per stage, in a sweep: its rows at the start and end of a piece.
    pub(super) bounds: FixedVec<'m, PieceBounds>,
    /// Once the head of a tile is done: the stage that runs, and the first row of its call. A source then keeps only
    /// the samples that this call reads; others are read again.
    pub(super) tail_call: Option<(usize, u64)>,
}

impl<'m> Job<'m> {
    /// Reserves the memory of a job's tables.
    pub fn reserve(limits: GraphLimits, layout: &mut Layout) -> Result<()> {
        JobPlan::reserve(limits, layout)?;
        layout.reserve::<Progress>(limits.stages)?;
        layout.reserve::<Loaded>(MAX_INPUTS)?;
        layout.reserve::<PieceBounds>(limits.stages)?;
        layout.reserve::<u64>(limits.stages)
    }

    /// An idle job in memory of [`Job::reserve`].
    pub fn new(limits: GraphLimits, carver: &mut Carver<'m>) -> Result<Self> {
        Ok(Job {
            plan: JobPlan::new(limits, carver)?,
            progress: carver.vec(limits.stages)?,
            loaded: carver.vec(MAX_INPUTS)?,
            bounds: carver.vec(limits.stages)?,
            recompute_end: carver.vec(limits.stages)?,
            origin: 0,
            frontier: 0,
            known_windows: UNKNOWN,
            tail_call: None,
        })
    }

    /// Adds where the tables are.
    pub fn places(&self, sum: &mut PlaceSum) {
        self.plan.places(sum);
        self.progress.places(sum);
        self.loaded.places(sum);
        self.recompute_end.places(sum);
        self.bounds.places(sum);
    }

    pub(super) fn clear_progress(&mut self) {
        self.progress.clear();
        self.progress.fill_with(Progress::default);
        self.loaded.clear();
        self.loaded.fill_with(Loaded::default);
    }

    /// A span of the job's plan as a span of the work area.
    pub(super) fn placed(&self, span: Span) -> Span {
        Span { at: span.at.sat_add(self.origin), ..span }
    }

    /// True where the job computes rows of the stage.
    pub(super) fn is_active(&self, stage: usize) -> bool {
        self.plan.lanes.get(stage).is_some_and(|l| l.active)
    }

    /// The rows of a node that its consumers need, and `own`, within the rows that exist.
    pub(super) fn needed_rows(&self, graph: &Graph<'_>, node: Node, own: Option<(u64, u64)>) -> Option<(u64, u64)> {
        let mut range = own;
        for (c, stage, edge) in graph.consumers(node) {
            if !self.is_active(c) {
                continue;
            }
            let Some(p) = self.progress.get(c).filter(|p| p.first < p.end) else { continue };
            let first = p.first.sat_mul(stage.stride).sat_sub(edge.lookback);
            let last = p.end.sat_sub(1).sat_mul(stage.stride);
            let end = if p.end == u64::MAX { u64::MAX } else { last.sat_add(edge.lookahead).sat_add(1) };
            range = Some(range.map_or((first, end), |(f, e)| (f.min_u64(first), e.max_u64(end))));
        }
        let count = self.row_count(graph, node);
        range.map(|(first, end)| (first, end.min_u64(count).max_u64(first)))
    }

    /// Number of rows of a node, `u64::MAX` where the end of the stream is not known.
    pub(super) fn row_count(&self, graph: &Graph<'_>, node: Node) -> u64 {
        match (self.known_windows, node) {
            (UNKNOWN, _) => u64::MAX,
            (w, Node::Input(_)) => w,
            (w, Node::Stage(s)) => graph.stages().get(s).map_or(0, |s| s.rows(w)),
        }
    }

    /// The stages that run block by block.
    pub(super) fn head<'a, 'g>(&'a self, graph: &'a Graph<'g>) -> impl Iterator<Item = (usize, &'a Stage<'g>)> {
        self.plan.order.iter().take(self.plan.head).filter_map(|i| graph.stages().get(*i).map(|s| (*i, s)))
    }

    /// Sets the final number of windows, once it is known: all ranges end there.
    pub fn set_windows(&mut self, graph: &Graph<'_>, windows: u64) {
        self.known_windows = windows;
        for (progress, stage) in self.progress.iter_mut().zip(graph.stages()) {
            progress.end = progress.end.min_u64(stage.rows(windows));
        }
        for loaded in self.loaded.iter_mut() {
            loaded.last_window = loaded.last_window.min_u64(windows);
        }
    }

    /// True when all rows of all targets are computed.
    #[must_use]
    pub fn done(&self) -> bool {
        let lanes = self.plan.lanes.iter().zip(self.progress.iter());
        lanes.filter(|(l, _)| l.target).all(|(_, p)| p.next >= p.end)
    }

    /// True when all rows of one target are computed.
    #[must_use]
    pub fn stage_done(&self, stage: usize) -> bool {
        self.progress.get(stage).is_none_or(|p| p.next >= p.end)
    }

    /// The final number of windows, where the job knows it.
    #[must_use]
    pub fn windows(&self) -> Option<u64> {
        (self.known_windows != UNKNOWN).then_some(self.known_windows)
    }

    /// Windows available to the job so far.
    #[must_use]
    pub fn frontier(&self) -> u64 {
        self.frontier
    }

    /// Rows of a target that are computed and not delivered: first and end (exclusive).
    #[must_use]
    pub fn pending(&self, stage: usize) -> (u64, u64) {
        // A scan that started at a checkpoint may not have reached the first row to deliver.
        self.progress.get(stage).map_or((0, 0), |p| (p.delivered, p.next.max_u64(p.delivered)))
    }

    /// The place of rows `first .. end` of a stage in the work area.
    pub fn rows_at(&self, graph: &Graph<'_>, stage: usize, first: u64, end: u64) -> Option<Span> {
        let row = graph.stages().get(stage)?.shape.bytes();
        let (lane, progress) = (self.plan.lanes.get(stage)?, self.progress.get(stage)?);
        let skip = usize::try_from(first.checked_sub(progress.base)?).ok()?.checked_mul(row)?;
        let len = usize::try_from(end.checked_sub(first)?).ok()?.checked_mul(row)?;
        lane.rows.part(skip, len).map(|part| self.placed(part))
    }

    /// The place of a scan's state in the work area.
    #[must_use]
    pub fn state(&self, stage: usize) -> Option<Span> {
        let lane = self.plan.lanes.get(stage).filter(|l| l.active && l.state.len > 0)?;
        Some(self.placed(lane.state))
    }

    /// Records that the rows of a target before `end` are delivered.
    pub fn set_delivered(&mut self, stage: usize, end: u64) {
        if let Some(progress) = self.progress.get_mut(stage) {
            progress.delivered = end;
        }
    }

    /// The first sample of an input that the job still needs; None where it needs none.
    #[must_use]
    pub fn oldest_sample(&self, graph: &Graph<'_>, input: usize) -> Option<u64> {
        let row = self.oldest_row(graph, Node::Input(input), u64::MAX);
        let hop = graph.inputs().get(input).map_or(0, |i| i.hop);
        (row != u64::MAX).then(|| row.sat_mul(hop))
    }

    /// The first row that a stage still computes, as of the start of the block; None where all are computed.
    fn first_open_row(&self, index: usize, stage: &Stage<'_>) -> Option<u64> {
        let progress = self.progress.get(index).filter(|p| p.mark < p.end && self.is_active(index))?;
        Some(if stage.reverse { progress.first } else { progress.mark })
    }

    /// The first row that a stage of the job still computes; none where it computes none.
    #[must_use]
    pub fn first_open(&self, graph: &Graph<'_>, stage: usize) -> Option<u64> {
        self.first_open_row(stage, graph.stages().get(stage)?)
    }

    /// The first row of a node that some stage still needs, as of the start of the block; at most `bound`.
    pub(super) fn oldest_row(&self, graph: &Graph<'_>, node: Node, bound: u64) -> u64 {
        let mut row = bound;
        for (c, stage, edge) in graph.consumers(node) {
            if let Some(own) = self.first_open_row(c, stage) {
                row = row.min_u64(own.sat_mul(stage.stride).sat_sub(edge.lookback));
            }
        }
        row
    }

    /// The first row of an input whose samples, read from a source, must be kept: what the head still needs, or, once
    /// the head is done, what the call that runs reads.
    pub(super) fn oldest_kept_row(&self, graph: &Graph<'_>, input: usize) -> u64 {
        let mut row = u64::MAX;
        for (c, stage, edge) in graph.consumers(Node::Input(input)) {
            let own = match self.tail_call {
                Some((running, from)) => (running == c).then_some(from),
                None if stage.level > 0 && !self.plan.classic => None,
                None => self.first_open_row(c, stage),
            };
            let own = own.map(|t| t.sat_mul(stage.stride).sat_sub(edge.lookback));
            row = row.min_u64(own.unwrap_or(u64::MAX));
        }
        row
    }
}
