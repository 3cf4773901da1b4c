//! Pieces of a sweep: runs between rows of the target at which the states of all scans are known exactly.
//!
//! Target row `r` bounds the rows of every stage: those from `first(r)` on are needed by target rows from `r` on, those
//! before `end(r)` by target rows before `r`. The two ranges overlap where stages have a halo. The snapshot "at row r"
//! holds the state of every forward scan before row `first(r)`, and of every reverse scan after row `end(r) - 1`. So
//! tile `a .. b` of the target can be computed from forward states at `a` and reverse states at `b`, without any rows
//! of its neighbors: every stage computes rows `first(a) .. end(b)`. For that, `end(r)` of a scan is at least
//! `first(r)`, also where strides leave gaps.
//!
//! A pass traverses the tiles in one direction, forward (even) or backward (odd), and carries the states of all levels
//! that run in its direction: a piece leaves the snapshot at the row where the next piece starts. The states of the
//! other levels must be in the snapshot before a piece starts.

use super::context::JobContext;
use super::job::{Job, UNKNOWN};
use super::progress::{PieceEdge, Progress};
use crate::checked;
use crate::graph::{Graph, Node};
use crate::mem::Span;
use crate::status::Result;
use crate::util::unsigned::{Count, Unsigned};

/// A unit of work of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Advances level 0 from the nearest stored checkpoints, or from row 0, to row `to` of the target.
    Reach {
        /// The row of the target.
        to: u64,
    },
    /// Advances the snapshot of level 0 from row `from` of the target to row `to`.
    Advance {
        /// The row of the snapshot.
        from: u64,
        /// The row to reach.
        to: u64,
    },
    /// Runs the stages over rows `from .. to` of the target.
    Tile {
        /// The first row.
        from: u64,
        /// The end (exclusive) of the rows.
        to: u64,
        /// The pass: levels above it do not run.
        pass: usize,
        /// True where the rows of the target are computed and held; false where only states advance.
        computes: bool,
    },
}

impl<'m> Job<'m> {
    /// Starts a piece in `region`. `windows` is the final number of windows, where it is known.
    pub fn start_piece(
        &mut self,
        context: &mut JobContext<'_, 'm>,
        region: Span,
        piece: Piece,
        windows: Option<u64>,
    ) -> Result<()> {
        self.origin = region.at;
        self.known_windows = windows.unwrap_or(UNKNOWN);
        let graph = context.graph;
        let (from, to) = match piece {
            Piece::Reach { to } => (to, to),
            Piece::Advance { from, to } | Piece::Tile { from, to, .. } => (from, to),
        };
        self.clear_bounds();
        self.find_bounds(graph, to, PieceEdge::End);
        self.find_bounds(graph, from, PieceEdge::Start);
        // One more round per damaged checkpoint, which is dropped: at most one per slot.
        loop {
            self.clear_progress();
            for i in (0..graph.stages().len()).rev() {
                match piece {
                    Piece::Tile { from, to, pass, computes } => {
                        self.set_range_in_tile(graph, i, pass, computes.then_some((from, to)));
                    }
                    _ => self.set_range_to_snapshot(context, i, matches!(piece, Piece::Advance { .. })),
                }
            }
            self.set_inputs(graph);
            let loaded = match piece {
                Piece::Reach { .. } => self.load_states(context)?,
                _ => self.load_snapshot(context)?,
            };
            if loaded {
                break;
            }
            self.count_damaged_checkpoint(context);
        }
        for (i, stage) in graph.stages().iter().enumerate() {
            if self.progress.get(i).is_some_and(|p| p.capture == Some(if stage.reverse { p.end } else { p.first })) {
                self.capture(context, i)?;
            }
        }
        Ok(())
    }

    /// Sets the rows that stage `i` of level 0 computes so that the snapshot is at the end of the piece. They start at
    /// the nearest stored checkpoint, or at the snapshot where one exists (`snapshot`) and is at least as near.
    fn set_range_to_snapshot(&mut self, context: &mut JobContext<'_, 'm>, i: usize, snapshot: bool) {
        let graph = context.graph;
        let (Some(lane), Some(bounds)) = (self.plan.lanes.get(i), self.bounds.get(i).copied()) else { return };
        let (from, to) = (bounds.start, bounds.end);
        let Some(stage) = graph.stages().get(i).filter(|s| s.level == 0) else { return };
        let mut range = self.needed_rows(graph, Node::Stage(i), None);
        let scan = stage.is_scan() && lane.active;
        if scan {
            // A later scan that starts at an earlier checkpoint needs rows before this one's own.
            let needed = range.map_or(to.first, |(f, _)| f.min_u64(to.first));
            let stored = context.checkpoints.nearest(context.work, i, needed);
            let first = if snapshot { stored.max_u64(from.first) } else { stored };
            range = Some((first, range.map_or(to.first, |(_, e)| e.max_u64(to.first))));
        }
        if let (Some((first, end)), Some(progress)) = (range, self.progress.get_mut(i)) {
            *progress = Progress::over(first, end);
            progress.capture = scan.then_some(to.first);
            // Rows before the snapshot's are not delivered.
            progress.delivered = u64::MAX;
        }
    }

    /// Sets the rows that stage `i` computes in a tile: those needed, from the row of its present state, up to the row
    /// to which a carried state advances.
    fn set_range_in_tile(&mut self, graph: &Graph<'_>, i: usize, pass: usize, target: Option<(u64, u64)>) {
        let (Some(lane), Some(bounds)) = (self.plan.lanes.get(i), self.bounds.get(i).copied()) else { return };
        let (from, to) = (bounds.start, bounds.end);
        let Some(stage) = graph.stages().get(i).filter(|s| s.level <= pass && lane.active) else { return };
        let mut range = self.needed_rows(graph, Node::Stage(i), target.filter(|_| lane.target));
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
        if let (Some((first, end)), Some(progress)) = (range, self.progress.get_mut(i)) {
            *progress = Progress::over(first, end);
            progress.capture = capture;
        }
    }

    /// True when every stage has computed its rows of the piece.
    #[must_use]
    pub fn piece_done(&self) -> bool {
        self.progress.iter().all(|p| p.next >= p.end)
    }

    /// The place of a level's snapshot in the work area.
    #[must_use]
    pub fn snapshot(&self, level: usize) -> Span {
        self.placed(self.plan.snapshot(level))
    }

    /// True where some stage of level 0 is a scan.
    #[must_use]
    pub fn has_scans(&self) -> bool {
        self.plan.snapshot(0).len > 0
    }

    fn clear_bounds(&mut self) {
        self.bounds.clear();
        self.bounds.fill_with(Default::default);
    }

    /// Finds the bounds of every stage at row `row` of the target, one edge of a piece.
    fn find_bounds(&mut self, graph: &Graph<'_>, row: u64, edge: PieceEdge) {
        let target = self.plan.lanes.iter().position(|l| l.target).unwrap_or(usize::MAX);
        self.clear_progress();
        for i in (0..graph.stages().len()).rev() {
            let own = (i == target).then(|| (row, row.sat_add(1)));
            let Some((first, end)) = self.needed_rows(graph, Node::Stage(i), own) else { continue };
            let count = self.row_count(graph, Node::Stage(i));
            if let (Some(progress), Some(bounds)) = (self.progress.get_mut(i), self.bounds.get_mut(i)) {
                *progress = Progress::over(first, end.max_u64(first.sat_add(1)));
                bounds.at(edge).first = first.min_u64(count);
            }
        }
        let last = row == self.row_count(graph, Node::Stage(target));
        self.clear_progress();
        for (i, stage) in graph.stages().iter().enumerate().rev() {
            let own = (i == target).then(|| (row.sat_sub(1), row));
            let range = self.needed_rows(graph, Node::Stage(i), own);
            let count = self.row_count(graph, Node::Stage(i));
            let (Some(progress), Some(bounds)) = (self.progress.get_mut(i), self.bounds.get_mut(i)) else { continue };
            let bounds = bounds.at(edge);
            let mut end = range.map_or(0, |(_, e)| e).min_u64(count);
            if stage.is_scan() {
                end = if stage.reverse && last { count } else { end.max_u64(bounds.first) };
            }
            bounds.end = end;
            *progress = Progress::over(end.sat_sub(1), end);
        }
    }

    /// The row of the target from which the stored checkpoints of level 0 lead to row `row`. To be called between
    /// pieces.
    pub fn stored_before(&mut self, context: &mut JobContext<'_, 'm>, row: u64) -> u64 {
        let graph = context.graph;
        self.clear_bounds();
        self.find_bounds(graph, row, PieceEdge::End);
        self.clear_progress();
        let target = self.plan.lanes.iter().position(|l| l.target).unwrap_or(usize::MAX);
        let rate = graph.rate(Node::Stage(target));
        let mut distance = 0;
        for (i, stage) in graph.stages().iter().enumerate().filter(|(_, s)| s.is_scan() && s.level == 0) {
            if let (true, Some(bounds)) = (self.is_active(i), self.bounds.get(i)) {
                let first = bounds.end.first;
                let rows = first.sat_sub(context.checkpoints.nearest(context.work, i, first));
                distance = distance.max_u64(checked::div_ceil(rows.sat_mul(stage.rate), rate));
            }
        }
        row.sat_sub(distance)
    }

    /// From here on rows of level 0 that lead to row `row` of the target count as recomputed. To be called between
    /// pieces.
    pub fn count_recomputed_before(&mut self, graph: &Graph<'_>, row: u64) {
        self.clear_bounds();
        self.find_bounds(graph, row, PieceEdge::Start);
        self.clear_progress();
        self.recompute_end.fill_with(|| 0);
        let level_0 = graph.stages().iter().map(|s| s.level == 0);
        for ((end, bounds), _) in self.recompute_end.iter_mut().zip(self.bounds.iter()).zip(level_0).filter(|(_, f)| *f)
        {
            *end = (*end).max_u64(bounds.start.first);
        }
    }
}
