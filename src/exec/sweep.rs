//! Pieces of a sweep: runs between rows of the target at which the states of all scans are known exactly.
//!
//! Target row `r` cuts the rows of every stage: those from `first(r)` on are needed by target rows from `r` on, those
//! before `end(r)` by target rows before `r`. The two overlap where stages look around. The snapshot "at row r" holds the
//! state of every forward scan before row `first(r)`, and of every reverse scan behind row `end(r) - 1`. So tile `a .. b` of
//! the target can be made from forward states at `a` and reverse states at `b`, without any rows of its neighbours: every stage
//! makes rows `first(a) .. end(b)`. (For that, `end(r)` of a scan is at least `first(r)`, also where strides leave gaps.)
//!
//! A pass goes over the tiles in one direction, up (even) or down (odd), and carries along the states of all levels that run in
//! its direction: a piece leaves the snapshot of where the next one starts. The states of the other levels have to be in the
//! snapshot before a piece starts.

use super::job::init_state;
use super::progress::{Loaded, Track};
use super::{Job, JobContext, internal};
use crate::checked;
use crate::exec::progress::Ends;
use crate::graph::{Graph, Node};
use crate::mem::Span;
use crate::status::Result;
use crate::util::unsigned::{Count, Unsigned};

/// What a piece does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Rolls level 0 forward from the nearest stored checkpoints, or from the start, to row `to`.
    Reach {
        /// The row.
        to: u64,
    },
    /// Rolls the snapshot of level 0 at `from` forward to `to`.
    Advance {
        /// Where the snapshot stands.
        from: u64,
        /// Where it goes.
        to: u64,
    },
    /// Goes over rows `from .. to` of the target.
    Tile {
        /// The first row.
        from: u64,
        /// One behind the last row.
        to: u64,
        /// The pass: levels above it do not run.
        pass: usize,
        /// The rows of the target are made and held; else only states move on.
        makes: bool,
    },
}

impl<'m> Job<'m> {
    /// Starts a piece, in `region`, out of `windows` windows where that is known.
    pub fn start_piece(
        &mut self,
        context: &mut JobContext<'_, 'm>,
        region: Span,
        piece: Piece,
        windows: Option<u64>,
    ) -> Result<()> {
        self.origin = region.at;
        self.windows = windows;
        let graph = context.graph;
        let (from, to) = match piece {
            Piece::Reach { to } => (to, to),
            Piece::Advance { from, to } | Piece::Tile { from, to, .. } => (from, to),
        };
        self.ends.clear();
        self.ends.fill_with(Default::default);
        self.find_bounds(graph, to, true);
        self.find_bounds(graph, from, false);
        // A turn more for each damaged checkpoint, which is dropped: no more turns than slots.
        loop {
            self.clear_tracks();
            for i in (0..graph.stages().len()).rev() {
                match piece {
                    Piece::Tile { from, to, pass, makes } => {
                        self.aim_in_tile(graph, i, pass, makes.then_some((from, to)));
                    }
                    _ => self.aim_at_snapshot(context, i, matches!(piece, Piece::Advance { .. })),
                }
            }
            self.begin(graph);
            let loaded = match piece {
                Piece::Reach { .. } => self.load_states(context)?,
                _ => self.take_snapshot(context)?,
            };
            if loaded {
                break;
            }
            self.lost_checkpoint(context);
        }
        for (i, stage) in graph.stages().iter().enumerate() {
            if self.tracks.get(i).is_some_and(|t| t.capture == Some(if stage.reverse { t.end } else { t.first })) {
                self.capture(context, i)?;
            }
        }
        Ok(())
    }

    /// What stage `i` of level 0 has to make so that the snapshot stands at the row behind the piece: from the nearest stored
    /// checkpoint, or from the snapshot where there is one that is not nearer.
    fn aim_at_snapshot(&mut self, context: &mut JobContext<'_, 'm>, i: usize, snapshot: bool) {
        let graph = context.graph;
        let (Some(lane), Some(Ends { from, to })) = (self.plan.lanes.get(i), self.ends.get(i).copied()) else { return };
        let Some(stage) = graph.stages().get(i).filter(|s| s.level == 0) else { return };
        let mut range = self.wanted(graph, Node::Stage(i), None);
        let scan = stage.is_scan() && lane.active;
        if scan {
            // A later scan that starts from an earlier checkpoint needs rows before this one's own.
            let needed = range.map_or(to.first, |(f, _)| f.min_u64(to.first));
            let stored = context.checkpoints.nearest(context.work, i, needed);
            let first = if snapshot { stored.max_u64(from.first) } else { stored };
            range = Some((first, range.map_or(to.first, |(_, e)| e.max_u64(to.first))));
        }
        if let (Some((first, end)), Some(track)) = (range, self.tracks.get_mut(i)) {
            *track = Track::over(first, end);
            track.capture = scan.then_some(to.first);
            // Rows on the way are wanted by nobody.
            track.handed = u64::MAX;
        }
    }

    /// What stage `i` has to make in a tile: what is wanted of it, from where its state stands, to where that has to go.
    fn aim_in_tile(&mut self, graph: &Graph<'_>, i: usize, pass: usize, target: Option<(u64, u64)>) {
        let (Some(lane), Some(Ends { from, to })) = (self.plan.lanes.get(i), self.ends.get(i).copied()) else { return };
        let Some(stage) = graph.stages().get(i).filter(|s| s.level <= pass && lane.active) else { return };
        let mut range = self.wanted(graph, Node::Stage(i), target.filter(|_| lane.target));
        let mut capture = None;
        if stage.is_scan() {
            let carried = stage.level % 2 == pass % 2;
            if range.is_none() && !carried {
                return;
            }
            range = Some(if stage.reverse {
                capture = carried.then_some(from.end);
                let first = range.map_or(to.end, |(f, _)| f);
                (capture.map_or(first, |c| c.min_u64(first)), to.end)
            } else {
                capture = carried.then_some(to.first);
                let end = range.map_or(from.first, |(_, e)| e).max_u64(from.first);
                (from.first, capture.map_or(end, |c| c.max_u64(end)))
            });
        }
        if let (Some((first, end)), Some(track)) = (range, self.tracks.get_mut(i)) {
            *track = Track::over(first, end);
            track.capture = capture;
        }
    }

    /// True when the piece is done: every stage has made what it has to.
    #[must_use]
    pub fn piece_done(&self) -> bool {
        self.tracks.iter().all(|t| t.next >= t.end)
    }

    /// Where the snapshot of a level lies.
    #[must_use]
    pub fn snapshot(&self, level: usize) -> Span {
        let span = self.plan.snapshot(level);
        Span { at: span.at.sat_add(self.origin), ..span }
    }

    /// True where some stage of level 0 is a scan.
    #[must_use]
    pub fn has_scans(&self) -> bool {
        self.plan.snapshot(0).len > 0
    }

    /// The rows of every stage at row `row` of the target, where a piece begins or (`behind`) ends.
    fn find_bounds(&mut self, graph: &Graph<'_>, row: u64, behind: bool) {
        let target = self.plan.lanes.iter().position(|l| l.target).unwrap_or(usize::MAX);
        self.clear_tracks();
        for i in (0..graph.stages().len()).rev() {
            let own = (i == target).then(|| (row, row.sat_add(1)));
            let Some((first, end)) = self.wanted(graph, Node::Stage(i), own) else { continue };
            let most = self.rows(graph, Node::Stage(i));
            if let (Some(track), Some(ends)) = (self.tracks.get_mut(i), self.ends.get_mut(i)) {
                *track = Track::over(first, end.max_u64(first.sat_add(1)));
                ends.at(behind).first = first.min_u64(most);
            }
        }
        let last = row == self.rows(graph, Node::Stage(target));
        self.clear_tracks();
        for (i, stage) in graph.stages().iter().enumerate().rev() {
            let own = (i == target).then(|| (row.sat_sub(1), row));
            let range = self.wanted(graph, Node::Stage(i), own);
            let most = self.rows(graph, Node::Stage(i));
            let (Some(track), Some(ends)) = (self.tracks.get_mut(i), self.ends.get_mut(i)) else { continue };
            let bounds = ends.at(behind);
            let mut end = range.map_or(0, |(_, e)| e).min_u64(most);
            if stage.is_scan() {
                end = if stage.reverse && last { most } else { end.max_u64(bounds.first) };
            }
            bounds.end = end;
            *track = Track::over(end.sat_sub(1), end);
        }
    }

    /// Between pieces: the row of the target from which on the stored checkpoints of level 0 lead to row `row`.
    pub fn stored_before(&mut self, context: &mut JobContext<'_, 'm>, row: u64) -> u64 {
        let graph = context.graph;
        self.ends.clear();
        self.ends.fill_with(Default::default);
        self.find_bounds(graph, row, true);
        self.clear_tracks();
        let target = self.plan.lanes.iter().position(|l| l.target).unwrap_or(usize::MAX);
        let rate = graph.rate(Node::Stage(target));
        let mut way = 0;
        for (i, stage) in graph.stages().iter().enumerate().filter(|(_, s)| s.is_scan() && s.level == 0) {
            if let (true, Some(ends)) = (self.plan.lanes.get(i).is_some_and(|l| l.active), self.ends.get(i)) {
                let rows = ends.to.first.sat_sub(context.checkpoints.nearest(context.work, i, ends.to.first));
                way = way.max_u64(checked::div_ceil(rows.sat_mul(stage.rate), rate));
            }
        }
        row.sat_sub(way)
    }

    /// Between pieces: what level 0 makes below row `row` of the target is made again.
    pub fn note_redo_to(&mut self, graph: &Graph<'_>, row: u64) {
        self.ends.clear();
        self.ends.fill_with(Default::default);
        self.find_bounds(graph, row, false);
        self.clear_tracks();
        self.redo.fill_with(|| 0);
        let forward = graph.stages().iter().map(|s| s.level == 0);
        for ((redo, ends), _) in self.redo.iter_mut().zip(self.ends.iter()).zip(forward).filter(|(_, f)| *f) {
            *redo = (*redo).max_u64(ends.from.first);
        }
    }

    pub(super) fn clear_tracks(&mut self) {
        self.tracks.clear();
        self.tracks.fill_with(Track::default);
        self.loaded.clear();
        self.loaded.fill_with(Loaded::default);
    }

    /// Every scan that runs takes its state from the snapshot; at the end of the stream where it starts, the initial one; and
    /// where it starts behind the snapshot, from the checkpoint there. False if that was damaged.
    fn take_snapshot(&mut self, context: &mut JobContext<'_, 'm>) -> Result<bool> {
        let graph = context.graph;
        for (i, stage) in graph.stages().iter().enumerate().filter(|(_, s)| s.is_scan()) {
            let (Some(lane), Some(track)) = (self.plan.lanes.get(i), self.tracks.get(i)) else { continue };
            if !lane.active || (track.first >= track.end && track.capture.is_none()) {
                continue;
            }
            let state = Span { at: checked::add(lane.state.at, self.origin)?, ..lane.state };
            let starts = if stage.reverse { track.end == self.rows(graph, Node::Stage(i)) } else { track.first == 0 };
            if starts {
                init_state(context, stage, state)?;
                continue;
            }
            let stands = self.ends.get(i).map_or(0, |e| e.from.first);
            if !stage.reverse && track.first > stands {
                if !context.checkpoints.load(context.work, i, track.first, state) {
                    return Ok(false);
                }
                continue;
            }
            let from = Span { at: checked::add(lane.snap.at, self.origin)?, ..lane.snap };
            if context.work.copy(from, state.at).is_none() {
                return internal("a snapshot lies outside of the work area");
            }
        }
        Ok(true)
    }

    /// The state of a scan goes into the snapshot.
    pub(super) fn capture(&mut self, context: &mut JobContext<'_, 'm>, stage: usize) -> Result<()> {
        let Some(lane) = self.plan.lanes.get(stage) else { return Ok(()) };
        let from = Span { at: checked::add(lane.state.at, self.origin)?, ..lane.state };
        if context.work.copy(from, checked::add(lane.snap.at, self.origin)?).is_none() {
            return internal("a snapshot lies outside of the work area");
        }
        Ok(())
    }
}
