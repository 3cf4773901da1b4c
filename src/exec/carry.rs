//! What a job carries from one block to the next: states, rows that some stage still needs, positions. All that a saved
//! job consists of: buffers hold nothing else that is used again.

use super::progress::{Loaded, Track};
use super::{Job, JobContext};
use crate::crc::Crc32c;
use crate::digest::Digest;
use crate::graph::{Graph, Node};
use crate::mem::{Span, Work};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::{Count, Unsigned};

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
        if graph.stages().get(stage).is_some_and(|s| s.reverse) {
            // Made from the last one on.
            return (track.end.sat_sub(track.next.sat_sub(track.first)), track.end);
        }
        if lane.held && self.plan.leaf > 0 {
            return (track.base.min_u64(track.next), track.next);
        }
        let bound = if lane.target { track.handed.min_u64(track.next) } else { track.next };
        (self.oldest(graph, Node::Stage(stage), bound).max_u64(track.base).min_u64(track.next), track.next)
    }

    /// Begins to take up a saved job in `region`. Positions, states and carried rows follow.
    pub fn resume(&mut self, region: Span, frontier: u64, windows: Option<u64>) {
        (self.origin, self.frontier, self.windows) = (region.at, frontier, windows);
        self.focus = None;
        self.clear_tracks();
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
                let first = oldest.sat_mul(input.hop);
                *loaded = Loaded { first, end: first, last_window };
            }
        }
    }

    /// Where the carried rows `first ..` of a resumed job go, up to the next one it makes.
    pub fn place_rows(&mut self, graph: &Graph<'_>, stage: usize, first: u64) -> Result<Span> {
        let next = self.tracks.get_mut(stage).map_or(first, |t| {
            t.base = first.min_u64(t.next);
            t.next
        });
        let short = Error::new(Status::Format, "stage {a} carries more rows than its buffer holds");
        self.rows_at(graph, stage, first, next).ok_or(short.a(crate::checked::count(stage)))
    }

    /// What was made so far has to be made again: rows below where the stages stand are counted as such.
    pub fn note_redo(&mut self) {
        self.redo.fill_with(|| 0);
        for (redo, track) in self.redo.iter_mut().zip(self.tracks.iter()) {
            *redo = (*redo).max_u64(track.next);
        }
    }

    /// Rows of one stage below `row` are made again.
    pub fn note_redo_of(&mut self, stage: usize, row: u64) {
        self.redo.fill_with(|| 0);
        if let Some(redo) = self.redo.get_mut(stage) {
            *redo = (*redo).max_u64(row);
        }
    }

    /// Nothing is made again from here on.
    pub fn forget_redo(&mut self) {
        self.redo.clear();
    }

    /// A checkpoint was damaged: the way from the one before it is longer.
    pub(super) fn lost_checkpoint(&mut self, context: &mut JobContext<'_, 'm>) {
        context.counts.repaired = context.counts.repaired.sat_add(1);
        self.note_redo();
    }

    /// Starts the job with a first row to hand out for every target, as [`Job::start`] does with one for all.
    pub fn start_each(
        &mut self,
        context: &mut JobContext<'_, 'm>,
        region: Span,
        windows: Option<u64>,
        next: impl Fn(usize) -> u64,
    ) -> Result<()> {
        self.origin = region.at;
        self.windows = windows;
        let graph = context.graph;
        // A turn more for each damaged checkpoint, which is dropped: no more turns than slots.
        loop {
            self.clear_tracks();
            for (i, stage) in graph.stages().iter().enumerate().rev() {
                let target = self.plan.lanes.get(i).is_some_and(|l| l.target);
                let own = target.then(|| (next(i), u64::MAX));
                let Some((wanted, end)) = self.wanted(graph, Node::Stage(i), own) else { continue };
                let start = if stage.is_scan() { context.checkpoints.nearest(context.work, i, wanted) } else { wanted };
                if let Some(track) = self.tracks.get_mut(i) {
                    let handed = if target { next(i) } else { wanted };
                    *track = Track { handed, ..Track::over(start, end) };
                }
            }
            self.begin(graph);
            if self.load_states(context)? {
                return Ok(());
            }
            self.lost_checkpoint(context);
        }
    }

    /// A checksum over the bytes that outlive a call: states, rows and samples that are needed again, kept scratch, the
    /// snapshot. Rows of a leaf have one of their own ([`Job::rows_sum`]). None where there are none, or where the job is
    /// a classic one over large arrays, which have no checks.
    pub fn carried_sum(&self, graph: &Graph<'_>, work: &mut Work<'_>) -> Option<u32> {
        if self.plan.classic && self.plan.bytes > MOST_CLASSIC {
            return None;
        }
        let mut d = Digest::default();
        let mut add = |span: Option<Span>| match span.and_then(|s| work.bytes(s)) {
            Some(bytes) => d.bytes(bytes),
            None => d.word(u64::MAX),
        };
        for at in 0..self.plan.order.len() {
            let Some(i) = self.plan.order.get(at).copied() else { break };
            let (Some(lane), Some(track), Some(stage)) =
                (self.plan.lanes.get(i), self.tracks.get(i), graph.stages().get(i))
            else {
                continue;
            };
            if lane.state.len > 0 {
                add(self.state(i));
            }
            if stage.keeps_scratch && track.warm == Some(track.next) {
                add(lane.scratch.at.checked_add(self.origin).map(|at| Span { at, ..lane.scratch }));
            }
            let (first, end) = self.carried_rows(graph, i);
            // Rows of a tile have a checksum that grows with them, where they are made upwards.
            if first < end && (stage.reverse || !(lane.target && self.plan.leaf > 0)) {
                add(self.rows_at(graph, i, first, end));
            }
        }
        for (i, input) in graph.inputs().iter().enumerate() {
            let (Some(feed), Some(loaded)) = (self.plan.feeds.get(i), self.loaded.get(i)) else { continue };
            // Behind the head all that is loaded may be read again.
            let oldest = if self.focus.is_some() { 0 } else { self.oldest_kept(graph, i) };
            let first = oldest.sat_mul(input.hop).max_u64(loaded.first);
            if feed.cap > 0 && oldest != u64::MAX && first < loaded.end {
                let bytes = |n: u64| usize::try_from(n).ok()?.checked_mul(input.sample_bytes());
                let skip = bytes(first.sat_sub(loaded.first));
                let part = skip.zip(bytes(loaded.end.sat_sub(first))).and_then(|(s, l)| feed.samples.part(s, l));
                add(part.and_then(|p| Some(Span { at: p.at.checked_add(self.origin)?, ..p })));
            }
        }
        if self.plan.leaf > 0 {
            for level in 0..self.plan.snapshots.len() {
                add(Some(self.snapshot(level)));
            }
        }
        Some(d.value())
    }

    /// The checksum over rows `first .. end` of a target, behind `sum`.
    pub fn rows_sum(
        &self,
        graph: &Graph<'_>,
        work: &mut Work<'_>,
        stage: usize,
        (first, end): (u64, u64),
        sum: Crc32c,
    ) -> Option<Crc32c> {
        if first >= end {
            return Some(sum);
        }
        let rows = self.rows_at(graph, stage, first, end)?;
        work.bytes(rows).map(|b| sum.update(b))
    }

    /// All that says how far the job has come.
    pub fn digest(&self, d: &mut Digest) {
        d.sizes([self.origin, self.tracks.len(), self.ends.len(), self.redo.len()]);
        d.word(self.frontier);
        d.maybe(self.windows);
        for t in self.tracks.iter() {
            d.words([t.first, t.end, t.next, t.mark, t.base, t.handed]);
            d.maybe(t.warm);
            d.maybe(t.capture);
        }
        self.loaded.iter().for_each(|l| d.words([l.first, l.end, l.last_window]));
        self.ends.iter().for_each(|e| e.digest(d));
        d.sizes([usize::from(self.focus.is_some()), self.focus.map_or(0, |f| f.0)]);
        d.word(self.focus.map_or(0, |f| f.1));
        self.redo.iter().for_each(|r| d.word(*r));
    }
}

/// Bytes of a classic job up to which what it carries is checked: each call looks at all of it.
const MOST_CLASSIC: usize = 256 << 10;
