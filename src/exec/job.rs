//! One job under way: how far each stage has come, and moving it on.
//!
//! In the sqrt order the frontier (windows seen) moves by at most a block, and every stage, in order, makes the rows
//! that became possible. In the classic order each stage in turn makes all rows of the range. Either way a stage's rows
//! come from the same call of the same kernel, so the bits are the same.
//!
//! Of a reverse scan the rows are made from the last to the first: `next - first` rows are made, the last ones.
//!
//! A failing call leaves the job where it was before the block: positions are set back, and rows are only given up
//! (when buffers slide) if no stage needs them at the position it had before the block. The next call does the same
//! block again.

use super::progress::Ends;
use super::{JobContext, failed, internal, windows};
use crate::checked;
use crate::exec::progress::Loaded;
use crate::exec::progress::Track;
use crate::graph::{Graph, GraphLimits, Node, Stage};
use crate::limits::MAX_INPUTS;
use crate::mem::{Carver, FixedVec, Layout, Span};
use crate::plan::JobPlan;
use crate::status::{Error, Result, Status};
use crate::util::unsigned::{Count, Unsigned};

const LOST: Error = Error::new(Status::Internal, "a state lies outside of the work area");

/// A job: its plan and its progress.
#[derive(Debug)]
pub struct Job<'m> {
    /// The plan, to be laid out before [`Job::start`].
    pub plan: JobPlan<'m>,
    pub(super) tracks: FixedVec<'m, Track>,
    pub(super) loaded: FixedVec<'m, Loaded>,
    /// Where the job's buffers start in the work area.
    pub(super) origin: usize,
    pub(super) frontier: u64,
    /// Windows there will be, where known.
    pub(super) windows: Option<u64>,
    /// Per stage: rows below this one are made again because of damage.
    pub(super) redo: FixedVec<'m, u64>,
    /// Per stage, for a sweep: the rows of it at both ends of a piece.
    pub(super) ends: FixedVec<'m, Ends>,
    /// Behind the head of a tile: the stage that runs, and the first row of its call. Nothing that this call does not
    /// read has to be kept of a source: it is read again.
    pub(super) focus: Option<(usize, u64)>,
}

impl<'m> Job<'m> {
    /// The memory of its tables.
    pub fn reserve(limits: GraphLimits, layout: &mut Layout) -> Result<()> {
        JobPlan::reserve(limits, layout)?;
        layout.reserve::<Track>(limits.stages)?;
        layout.reserve::<Loaded>(MAX_INPUTS)?;
        layout.reserve::<Ends>(limits.stages)?;
        layout.reserve::<u64>(limits.stages)
    }

    /// An idle job in memory of [`Job::reserve`].
    pub fn new(limits: GraphLimits, carver: &mut Carver<'m>) -> Result<Self> {
        Ok(Job {
            plan: JobPlan::new(limits, carver)?,
            tracks: carver.vec(limits.stages)?,
            loaded: carver.vec(MAX_INPUTS)?,
            ends: carver.vec(limits.stages)?,
            redo: carver.vec(limits.stages)?,
            origin: 0,
            frontier: 0,
            windows: None,
            focus: None,
        })
    }

    /// Starts the job in `region`: rows `first .. end` of every target (`end` may be `u64::MAX` where the stream goes
    /// on), out of `windows` windows where that is known. Scans start from the nearest checkpoint at or below what is
    /// needed; one that turns out damaged is dropped, and the one before it is taken.
    pub fn start(
        &mut self,
        context: &mut JobContext<'_, 'm>,
        region: Span,
        first: u64,
        end: u64,
        windows: Option<u64>,
    ) -> Result<()> {
        self.origin = region.at;
        // A turn more for each damaged checkpoint, which is dropped: no more turns than slots.
        loop {
            self.aim(context, first, end, windows);
            if self.load_states(context)? {
                return Ok(());
            }
            self.lost_checkpoint(context);
        }
    }

    /// Sets what every stage has to make for rows `first .. end` of every target.
    pub fn aim(&mut self, context: &mut JobContext<'_, 'm>, first: u64, end: u64, windows: Option<u64>) {
        let graph = context.graph;
        self.windows = windows;
        self.clear_tracks();
        // Consumers stand behind what they consume, so that one pass from the end sees every need.
        for (i, stage) in graph.stages().iter().enumerate().rev() {
            let target = self.plan.lanes.get(i).is_some_and(|l| l.target);
            let range = self.wanted(graph, Node::Stage(i), target.then_some((first, end)));
            let Some((wanted, end)) = range else { continue };
            let end = if stage.reverse { self.rows(graph, Node::Stage(i)) } else { end };
            let start = match (stage.is_scan() && !stage.reverse, self.plan.classic) {
                (true, false) => context.checkpoints.nearest(context.work, i, wanted),
                (true, true) => 0,
                (false, _) => wanted,
            };
            if let Some(track) = self.tracks.get_mut(i) {
                let handed = if target { first } else { wanted };
                *track = Track { handed, ..Track::over(start, end) };
            }
        }
        self.begin(graph);
    }

    /// Sets what is needed of the inputs and where the frontier starts, once every stage has its range.
    pub(super) fn begin(&mut self, graph: &Graph<'_>) {
        self.focus = None;
        for (i, input) in graph.inputs().iter().enumerate() {
            let range = self.wanted(graph, Node::Input(i), None);
            if let (Some((first, end)), Some(loaded)) = (range, self.loaded.get_mut(i)) {
                let (start, _) = input.samples(first, first);
                *loaded = Loaded { first: start, end: start, last_window: end };
            }
        }
        let starts = self.head(graph).filter_map(|(i, s)| {
            let track = self.tracks.get(i).filter(|t| t.first < t.end)?;
            Some(track.first.sat_mul(s.rate).sat_add(s.delay))
        });
        self.frontier = starts.min().unwrap_or(0);
    }

    /// Gives every scan the state before its first row. False if a checkpoint was damaged.
    pub(super) fn load_states(&mut self, context: &mut JobContext<'_, 'm>) -> Result<bool> {
        let graph = context.graph;
        for at in 0..self.plan.order.len() {
            let Some(i) = self.plan.order.get(at).copied() else { break };
            let runs = |s: &&Stage<'_>| s.is_scan() && (s.level == 0 || self.plan.classic);
            let Some(stage) = graph.stages().get(i).filter(runs) else { continue };
            let (Some(lane), Some(track)) = (self.plan.lanes.get(i), self.tracks.get(i)) else { continue };
            let state = Span { at: checked::add(lane.state.at, self.origin)?, ..lane.state };
            if track.first > 0 && !stage.reverse {
                if !context.checkpoints.load(context.work, i, track.first, state) {
                    return Ok(false);
                }
                continue;
            }
            init_state(context, stage, state)?;
        }
        Ok(true)
    }

    /// Keeps the states where the scans stand now, for who goes on from here.
    pub fn keep_states(&mut self, context: &mut JobContext<'_, 'm>) {
        for (i, (lane, track)) in self.plan.lanes.iter().zip(self.tracks.iter()).enumerate() {
            if lane.active && lane.state.len > 0 && !self.plan.classic {
                let state = Span { at: lane.state.at.sat_add(self.origin), ..lane.state };
                context.checkpoints.save_last(context.work, i, track.next, state);
            }
        }
    }

    /// Notes positions and states, to go back to them when the block fails.
    fn mark(&mut self, context: &mut JobContext<'_, 'm>) -> Result<()> {
        for (lane, track) in self.plan.lanes.iter().zip(self.tracks.iter_mut()) {
            track.mark = track.next;
            if lane.active && lane.state.len > 0 {
                let from = Span { at: checked::add(lane.state.at, self.origin)?, ..lane.state };
                let to = checked::add(lane.shadow.at, self.origin)?;
                context.work.copy(from, to).ok_or(LOST)?;
            }
        }
        Ok(())
    }

    /// Goes back to the marks.
    fn set_back(&mut self, context: &mut JobContext<'_, 'm>) {
        for (lane, track) in self.plan.lanes.iter().zip(self.tracks.iter_mut()) {
            track.next = track.mark;
            track.warm = None;
            if lane.active && lane.state.len > 0 {
                let from = Span { at: lane.shadow.at.sat_add(self.origin), ..lane.shadow };
                let _ = context.work.copy(from, lane.state.at.sat_add(self.origin));
            }
        }
    }

    /// The rows of a node that its consumers want, clipped to those there are.
    pub(super) fn wanted(&self, graph: &Graph<'_>, node: Node, own: Option<(u64, u64)>) -> Option<(u64, u64)> {
        let mut range = own;
        for (c, stage, edge) in graph.consumers(node) {
            if !self.plan.lanes.get(c).is_some_and(|l| l.active) {
                continue;
            }
            let Some(track) = self.tracks.get(c).filter(|t| t.first < t.end) else { continue };
            let first = track.first.sat_mul(stage.stride).sat_sub(edge.lookback);
            let last = track.end.sat_sub(1).sat_mul(stage.stride);
            let end = if track.end == u64::MAX { u64::MAX } else { last.sat_add(edge.lookahead).sat_add(1) };
            range = Some(range.map_or((first, end), |(f, e)| (f.min_u64(first), e.max_u64(end))));
        }
        let there = self.rows(graph, node);
        range.map(|(first, end)| (first, end.min_u64(there).max_u64(first)))
    }

    /// Rows of a node, `u64::MAX` where the end is not known.
    pub(super) fn rows(&self, graph: &Graph<'_>, node: Node) -> u64 {
        match (self.windows, node) {
            (None, _) => u64::MAX,
            (Some(w), Node::Input(_)) => w,
            (Some(w), Node::Stage(s)) => graph.stages().get(s).map_or(0, |s| s.rows(w)),
        }
    }

    /// The stages that run block by block.
    fn head<'a, 'g>(&'a self, graph: &'a Graph<'g>) -> impl Iterator<Item = (usize, &'a Stage<'g>)> {
        self.plan.order.iter().take(self.plan.head).filter_map(|i| graph.stages().get(*i).map(|s| (*i, s)))
    }

    /// The end of the stream became known: wants end there.
    pub fn set_windows(&mut self, graph: &Graph<'_>, windows: u64) {
        self.windows = Some(windows);
        for (track, stage) in self.tracks.iter_mut().zip(graph.stages()) {
            track.end = track.end.min_u64(stage.rows(windows));
        }
        for loaded in self.loaded.iter_mut() {
            loaded.last_window = loaded.last_window.min_u64(windows);
        }
    }

    /// The frontier at which everything wanted is made.
    fn last_frontier(&self, graph: &Graph<'_>) -> u64 {
        let ends = self.head(graph).filter_map(|(i, stage)| {
            let end = self.tracks.get(i)?.end;
            let last = end.checked_sub(1)?;
            Some(last.sat_mul(stage.rate).sat_add(stage.delay).sat_add(1))
        });
        ends.max().unwrap_or(0)
    }

    /// True when every row wanted is made.
    #[must_use]
    pub fn done(&self) -> bool {
        let lanes = self.plan.lanes.iter().zip(self.tracks.iter());
        lanes.filter(|(l, _)| l.target).all(|(_, t)| t.next >= t.end)
    }

    /// True when every row wanted of one target is made.
    #[must_use]
    pub fn stage_done(&self, stage: usize) -> bool {
        self.tracks.get(stage).is_none_or(|t| t.next >= t.end)
    }

    /// Windows there will be, where the job knows.
    #[must_use]
    pub fn windows(&self) -> Option<u64> {
        self.windows
    }

    /// Rows of a target that are made and not handed out.
    #[must_use]
    pub fn pending(&self, stage: usize) -> (u64, u64) {
        // A scan may still be on its way from a checkpoint to the first row that is wanted.
        self.tracks.get(stage).map_or((0, 0), |t| (t.handed, t.next.max_u64(t.handed)))
    }

    /// Where rows of a target lie.
    pub fn rows_at(&self, graph: &Graph<'_>, stage: usize, first: u64, end: u64) -> Option<Span> {
        let row = graph.stages().get(stage)?.shape.bytes();
        let (lane, track) = (self.plan.lanes.get(stage)?, self.tracks.get(stage)?);
        let skip = usize::try_from(first.checked_sub(track.base)?).ok()?.checked_mul(row)?;
        let len = usize::try_from(end.checked_sub(first)?).ok()?.checked_mul(row)?;
        let part = lane.rows.part(skip, len)?;
        Some(Span { at: part.at.checked_add(self.origin)?, ..part })
    }

    /// Rows up to `end` of a target are handed out.
    pub fn hand_out(&mut self, stage: usize, end: u64) {
        if let Some(track) = self.tracks.get_mut(stage) {
            track.handed = end;
        }
    }

    /// The first sample of an input that the job still needs; none where it needs none.
    #[must_use]
    pub fn oldest_sample(&self, graph: &Graph<'_>, input: usize) -> Option<u64> {
        let row = self.oldest(graph, Node::Input(input), u64::MAX);
        let hop = graph.inputs().get(input).map_or(0, |i| i.hop);
        (row != u64::MAX).then(|| row.sat_mul(hop))
    }

    /// The first row of a node that some stage still needs, from where it was when the block began; at most `bound`.
    pub(super) fn oldest(&self, graph: &Graph<'_>, node: Node, bound: u64) -> u64 {
        let mut row = bound;
        for (c, stage, edge) in graph.consumers(node) {
            let active = self.plan.lanes.get(c).is_some_and(|l| l.active);
            if let Some(track) = self.tracks.get(c).filter(|t| active && t.mark < t.end) {
                let own = if stage.reverse { track.first } else { track.mark };
                row = row.min_u64(own.sat_mul(stage.stride).sat_sub(edge.lookback));
            }
        }
        row
    }

    /// The first row of an input of which a source's samples have to be kept: what the head still needs, or the call of
    /// the stage that runs behind it.
    pub(super) fn oldest_kept(&self, graph: &Graph<'_>, input: usize) -> u64 {
        let mut row = u64::MAX;
        for (c, stage, edge) in graph.consumers(Node::Input(input)) {
            let own = match self.focus {
                Some((focus, from)) => (focus == c).then_some(from),
                None if stage.level > 0 && !self.plan.classic => None,
                None => {
                    let active = self.plan.lanes.get(c).is_some_and(|l| l.active);
                    let track = self.tracks.get(c).filter(|t| active && t.mark < t.end);
                    track.map(|t| if stage.reverse { t.first } else { t.mark })
                }
            };
            let own = own.map(|t| t.sat_mul(stage.stride).sat_sub(edge.lookback));
            row = row.min_u64(own.unwrap_or(u64::MAX));
        }
        row
    }

    /// Moves on by at most `most` windows, and says by how many; 0 when more input, or nothing more, is needed.
    /// For the classic order a window of work is one of one stage.
    pub fn advance(&mut self, context: &mut JobContext<'_, 'm>, most: u64) -> Result<u64> {
        self.mark(context)?;
        if self.plan.classic || self.focus.is_some() {
            return self.advance_stage(context, most);
        }
        let moved = self.advance_block(context, most)?;
        if moved == 0 && self.plan.head < self.plan.order.len() {
            // The head is done; the other levels follow.
            self.focus = Some((0, 0));
            return self.advance_stage(context, most);
        }
        Ok(moved)
    }

    /// How far the frontier can go now.
    fn reach(&self, context: &JobContext<'_, '_>) -> u64 {
        let last = self.last_frontier(context.graph);
        match self.windows {
            Some(_) => last,
            None => last.min_u64(windows(context.graph, context.inputs)),
        }
    }

    /// The frontier up to which all rows of target `stage` before row `end` are made and no further.
    #[must_use]
    pub fn frontier_for(&self, graph: &Graph<'_>, stage: usize, end: u64) -> u64 {
        let of = |s: &Stage<'_>| end.sat_mul(s.rate).sat_add(s.delay);
        graph.stages().get(stage).map_or(u64::MAX, of)
    }

    /// Windows the frontier may still move before `limit`.
    #[must_use]
    pub fn room_before(&self, limit: u64) -> u64 {
        limit.sat_sub(self.frontier)
    }

    fn advance_block(&mut self, context: &mut JobContext<'_, 'm>, most: u64) -> Result<u64> {
        let step = most.min_u64(self.plan.block);
        let to = self.reach(context).min_u64(self.frontier.sat_add(step));
        let moved = to.sat_sub(self.frontier);
        if moved == 0 {
            return Ok(0);
        }
        for at in 0..self.plan.head {
            let Some(i) = self.plan.order.get(at).copied() else { break };
            let rate = context.graph.rate(Node::Stage(i));
            let made = self.plan.made(i, rate, to);
            let Some(track) = self.tracks.get(i).copied() else { continue };
            if let Err(e) = self.make(context, i, track.next, made.min_u64(track.end)) {
                self.set_back(context);
                return Err(e);
            }
        }
        self.frontier = to;
        Ok(moved)
    }

    fn advance_stage(&mut self, context: &mut JobContext<'_, 'm>, most: u64) -> Result<u64> {
        let tracks = &self.tracks;
        let open = |i: &&usize| tracks.get(**i).is_some_and(|t| t.next < t.end);
        let Some(i) = self.plan.order.iter().find(open).copied() else { return Ok(0) };
        let Some(track) = self.tracks.get(i).copied() else { return Ok(0) };
        let rate = context.graph.rate(Node::Stage(i)).max_u64(1);
        let most = if self.plan.classic { most } else { most.min_u64(self.plan.block) };
        let left = track.end.sat_sub(track.next);
        let rows = most.checked_div(rate).unwrap_or(0).max_u64(1).min_u64(left);
        let made = if context.graph.stages().get(i).is_some_and(|s| s.reverse) {
            let to = track.first.sat_add(left);
            self.make_down(context, i, to.sat_sub(rows), to)
        } else {
            self.make(context, i, track.next, track.next.sat_add(rows))
        };
        if let Err(e) = made {
            self.set_back(context);
            return Err(e);
        }
        // A row of a strided stage is one piece of work, however many windows it stands for.
        Ok(rows.sat_mul(rate).min_u64(most))
    }

    /// Makes rows `from .. to` of a stage: one call for the rows whose neighbours are all there, and one call a row
    /// where some lie beyond an end. Calls of a scan end where its state is to be kept.
    fn make(&mut self, context: &mut JobContext<'_, 'm>, stage: usize, from: u64, to: u64) -> Result<()> {
        let (inner, outer) = self.interior(context.graph, stage);
        let scan = context.graph.stages().get(stage).is_some_and(|s| s.is_scan());
        let mut at = from;
        while at < to {
            let whole = at >= inner && at < outer;
            let stop = if scan { context.checkpoints.next_stop(stage, at) } else { u64::MAX };
            let capture = self.tracks.get(stage).and_then(|t| t.capture).filter(|c| *c > at);
            let ahead = capture.map_or(to, |c| c.min_u64(to));
            let end = if whole { ahead.min_u64(outer).min_u64(stop) } else { at.sat_add(1) };
            self.call(context, stage, at, end, !whole)?;
            if capture == Some(end) {
                self.capture(context, stage)?;
            }
            if let Some(lane) = self.plan.lanes.get(stage).filter(|_| end == stop) {
                let state = Span { at: checked::add(lane.state.at, self.origin)?, ..lane.state };
                context.checkpoints.save(context.work, stage, end, state);
            }
            if let Some(track) = self.tracks.get_mut(stage) {
                track.next = end;
            }
            at = end;
        }
        Ok(())
    }

    /// Makes rows `from .. to` of a reverse scan, from the last to the first; the rest is as in [`Job::make`].
    fn make_down(&mut self, context: &mut JobContext<'_, 'm>, stage: usize, from: u64, to: u64) -> Result<()> {
        let (inner, outer) = self.interior(context.graph, stage);
        let mut at = to;
        while at > from {
            let whole = at > inner && at <= outer;
            let capture = self.tracks.get(stage).and_then(|t| t.capture).filter(|c| *c < at);
            let below = capture.map_or(from, |c| c.max_u64(from));
            let start = if whole { below.max_u64(inner) } else { at.sat_sub(1) };
            self.call(context, stage, start, at, !whole)?;
            if capture == Some(start) {
                self.capture(context, stage)?;
            }
            if let Some(track) = self.tracks.get_mut(stage) {
                track.next = track.next.sat_add(at.sat_sub(start));
            }
            at = start;
        }
        Ok(())
    }

    /// The rows of a stage whose neighbours all exist: from the first to one behind the last.
    fn interior(&self, graph: &Graph<'_>, stage: usize) -> (u64, u64) {
        let (mut from, mut to) = (0, u64::MAX);
        let Some(stage) = graph.stages().get(stage) else { return (0, 0) };
        for edge in graph.edges_of(stage).iter().filter(|e| e.has_halo()) {
            from = from.max_u64(edge.lookback.div_ceil(stage.stride.max(1)));
            let there = self.rows(graph, edge.from());
            if there != u64::MAX {
                let last = there.checked_sub(edge.lookahead.sat_add(1));
                to = to.min_u64(last.map_or(0, |l| l.checked_div(stage.stride).unwrap_or(0).sat_add(1)));
            }
        }
        (from, to)
    }
}

/// The state of a scan before its first row, or of a reverse scan behind its last.
pub(super) fn init_state(context: &mut JobContext<'_, '_>, stage: &Stage<'_>, state: Span) -> Result<()> {
    let Some(bytes) = context.work.bytes(state) else { return internal("a state lies outside of the work area") };
    let text = "the initial state of stage {n}: {a}";
    stage.kernel.state_init(bytes).map_err(|code| failed(code, text).name(&stage.name))
}
