//! What a job carries from one block to the next: states, rows that some stage still needs, positions. All that a saved
//! job consists of: buffers hold nothing else that is used again.

use super::Job;
use super::job::{Loaded, Track};
use crate::graph::{Graph, Node};
use crate::mem::Span;
use crate::status::{Error, Result, Status};

/// How far a stage has come, as it is saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// First row wanted.
    pub first: u64,
    /// One behind the last row wanted; `u64::MAX` where the end is not known.
    pub end: u64,
    /// Next row to make.
    pub next: u64,
    /// Next row to hand out.
    pub handed: u64,
}

impl<'m> Job<'m> {
    /// The block before is done with: nobody goes back behind it.
    pub fn settle(&mut self) {
        self.tracks.iter_mut().for_each(|t| t.mark = t.next);
    }

    /// Where a stage of the job stands; none where it is no part of it.
    #[must_use]
    pub fn position(&self, stage: usize) -> Option<Position> {
        let active = self.plan.lanes.get(stage).is_some_and(|l| l.active);
        let t = self.tracks.get(stage).filter(|_| active)?;
        Some(Position { first: t.first, end: t.end, next: t.next, handed: t.handed })
    }

    /// Windows seen.
    #[must_use]
    pub fn frontier(&self) -> u64 {
        self.frontier
    }

    /// Where the state of a scan lies.
    #[must_use]
    pub fn state(&self, stage: usize) -> Option<Span> {
        let lane = self.plan.lanes.get(stage).filter(|l| l.active && l.state.len > 0)?;
        Some(Span { at: lane.state.at.checked_add(self.origin)?, ..lane.state })
    }

    /// The rows of a stage that are made and needed again, by a consumer or to be handed out: first and one behind the last.
    #[must_use]
    pub fn carried_rows(&self, graph: &Graph<'_>, stage: usize) -> (u64, u64) {
        let (Some(lane), Some(track)) = (self.plan.lanes.get(stage), self.tracks.get(stage)) else { return (0, 0) };
        let bound = if lane.target { track.handed.min(track.next) } else { track.next };
        (self.oldest(graph, Node::Stage(stage), bound).max(track.base).min(track.next), track.next)
    }

    /// Begins to take up a saved job in `region`. Positions, states and carried rows follow.
    pub fn resume(&mut self, region: Span, frontier: u64, windows: Option<u64>) {
        (self.origin, self.frontier, self.windows) = (region.at, frontier, windows);
        self.tracks.clear();
        self.tracks.fill_with(Track::default);
        self.loaded.clear();
        self.loaded.fill_with(Loaded::default);
    }

    /// Where a stage of the saved job stood.
    pub fn set_position(&mut self, stage: usize, p: Position) {
        if let Some(track) = self.tracks.get_mut(stage) {
            let over = Track::over(p.first, p.end);
            *track = Track { next: p.next, mark: p.next, base: p.next, handed: p.handed, ..over };
        }
    }

    /// All positions are set: what is needed of sources is read from the first sample that some stage needs.
    pub fn ready(&mut self, graph: &Graph<'_>) {
        for (i, input) in graph.inputs().iter().enumerate() {
            let oldest = self.oldest(graph, Node::Input(i), u64::MAX);
            let last_window = self.wanted(graph, Node::Input(i), None).map_or(0, |(_, end)| end);
            if let Some(loaded) = self.loaded.get_mut(i).filter(|_| oldest != u64::MAX) {
                let first = oldest.saturating_mul(input.hop);
                *loaded = Loaded { first, end: first, last_window };
            }
        }
    }

    /// Where the carried rows `first ..` of a resumed job go, up to the next one it makes.
    pub fn place_rows(&mut self, graph: &Graph<'_>, stage: usize, first: u64) -> Result<Span> {
        let next = self.tracks.get_mut(stage).map_or(first, |t| {
            t.base = first.min(t.next);
            t.next
        });
        let short = Error::new(Status::Format, "stage {a} carries more rows than its buffer holds");
        self.rows_at(graph, stage, first, next).ok_or(short.a(crate::util::num::count(stage)))
    }
}
