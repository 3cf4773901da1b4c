//! Pieces of a sweep: forward runs between rows of the target at which the states of all scans are known exactly.
//!
//! The snapshot "at row r" holds, for every scan the target depends on, the state before the first row that target row r
//! needs of it. A piece starts from the snapshot at its first row; moving on to another row leaves the snapshot of that row
//! behind, making rows leaves the snapshot as it was.

use super::job::{Loaded, Track};
use super::{Job, World, internal};
use crate::graph::{Graph, Node};
use crate::mem::Span;
use crate::status::Result;
use crate::util::num;

/// What a piece does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Rolls forward from the nearest stored checkpoints, or from the start, to row `to`.
    Reach {
        /// The row.
        to: u64,
    },
    /// Rolls the snapshot at `from` forward to `to`.
    Advance {
        /// Where the snapshot stands.
        from: u64,
        /// Where it goes.
        to: u64,
    },
    /// Makes rows `from .. to` of the target from the snapshot at `from`, and holds them.
    Make {
        /// Where the snapshot stands, and the first row.
        from: u64,
        /// One behind the last row.
        to: u64,
    },
}

impl<'m> Job<'m> {
    /// Starts a piece, in `region`, out of `windows` windows where that is known.
    pub fn start_piece(
        &mut self,
        world: &mut World<'_, 'm>,
        region: Span,
        piece: Piece,
        windows: Option<u64>,
    ) -> Result<()> {
        self.origin = region.at;
        self.windows = windows;
        let graph = world.graph;
        let (from, to, makes) = match piece {
            Piece::Reach { to } => (to, to, false),
            Piece::Advance { from, to } => (from, to, false),
            Piece::Make { from, to } => (from, to, true),
        };
        self.ends.clear();
        self.ends.fill_with(|| (0, 0));
        self.exact_rows(graph, to, |ends, row| ends.1 = row);
        self.exact_rows(graph, from, |ends, row| ends.0 = row);
        loop {
            self.clear_tracks();
            for (i, stage) in graph.stages().iter().enumerate().rev() {
                let (Some(lane), Some((snap, capture))) = (self.plan.lanes.get(i), self.ends.get(i).copied()) else {
                    continue;
                };
                let own = (lane.target && makes).then_some((from, to));
                let mut range = self.wanted(graph, Node::Stage(i), own);
                let scan = stage.is_scan() && lane.active;
                if scan {
                    let first = match piece {
                        // A later scan that starts from an earlier checkpoint needs rows before this one's own.
                        Piece::Reach { .. } => {
                            let needed = range.map_or(capture, |(f, _)| f.min(capture));
                            world.checkpoints.nearest(world.work, i, needed)
                        }
                        _ => snap,
                    };
                    let end = if makes { first } else { capture };
                    range = Some((first, range.map_or(end, |(_, e)| e.max(end))));
                }
                if let (Some((first, end)), Some(track)) = (range, self.tracks.get_mut(i)) {
                    *track = Track::over(first, end);
                    track.capture = (scan && !makes).then_some(capture);
                    // Rows on the way are wanted by nobody.
                    track.handed = if makes { first } else { u64::MAX };
                }
            }
            self.begin(graph);
            let loaded = match piece {
                Piece::Reach { .. } => self.load_states(world)?,
                _ => self.take_snapshot(world)?,
            };
            if loaded {
                break;
            }
            self.lost_checkpoint(world);
        }
        for i in 0..graph.stages().len() {
            if self.tracks.get(i).is_some_and(|t| t.capture == Some(t.first)) {
                self.capture(world, i)?;
            }
        }
        Ok(())
    }

    /// True when the piece is done: every stage has made what it has to.
    #[must_use]
    pub fn piece_done(&self) -> bool {
        self.tracks.iter().all(|t| t.next >= t.end)
    }

    /// Where the snapshot lies.
    #[must_use]
    pub fn snapshot(&self) -> Span {
        Span { at: self.plan.snapshot.at.saturating_add(self.origin), ..self.plan.snapshot }
    }

    /// True where some stage of the job is a scan.
    #[must_use]
    pub fn has_scans(&self) -> bool {
        self.plan.lanes.iter().any(|l| l.snap.len > 0)
    }

    /// For every scan the first row of it that row `row` of the target needs, at or beyond which no checkpoint helps.
    fn exact_rows(&mut self, graph: &Graph<'_>, row: u64, note: impl Fn(&mut (u64, u64), u64)) {
        self.clear_tracks();
        for i in (0..graph.stages().len()).rev() {
            let target = self.plan.lanes.get(i).is_some_and(|l| l.target);
            let own = target.then(|| (row, row.saturating_add(1)));
            let Some((first, end)) = self.wanted(graph, Node::Stage(i), own) else { continue };
            if let (Some(track), Some(ends)) = (self.tracks.get_mut(i), self.ends.get_mut(i)) {
                *track = Track::over(first, end.max(first.saturating_add(1)));
                note(ends, first);
            }
        }
    }

    fn clear_tracks(&mut self) {
        self.tracks.clear();
        self.tracks.fill_with(Track::default);
        self.loaded.clear();
        self.loaded.fill_with(Loaded::default);
    }

    /// The states of the scans are those of the snapshot.
    fn take_snapshot(&mut self, world: &mut World<'_, 'm>) -> Result<bool> {
        for lane in self.plan.lanes.iter().filter(|l| l.snap.len > 0) {
            let from = Span { at: num::add(lane.snap.at, self.origin)?, ..lane.snap };
            if world.work.copy(from, num::add(lane.state.at, self.origin)?).is_none() {
                return internal("a snapshot lies outside of the work area");
            }
        }
        Ok(true)
    }

    /// The state of a scan goes into the snapshot.
    pub(super) fn capture(&mut self, world: &mut World<'_, 'm>, stage: usize) -> Result<()> {
        let Some(lane) = self.plan.lanes.get(stage) else { return Ok(()) };
        let from = Span { at: num::add(lane.state.at, self.origin)?, ..lane.state };
        if world.work.copy(from, num::add(lane.snap.at, self.origin)?).is_none() {
            return internal("a snapshot lies outside of the work area");
        }
        Ok(())
    }
}
