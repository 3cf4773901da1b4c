//! The advance of a job: one block of all stages, or one slice of a stage.

use super::call::STAGE_FAILED;
use super::context::{JobContext, windows};
use super::job::Job;
use crate::graph::{Graph, Node, Stage};
use crate::status::{Error, Result};
use crate::util::unsigned::{Count, Unsigned};

impl<'m> Job<'m> {
    /// Advances by at most `max_windows` windows and returns the number of windows. 0 means that the job is done or
    /// needs more input. In the classic order, and after the head of a tile, the windows are those of one stage.
    pub fn advance(&mut self, context: &mut JobContext<'_, 'm>, max_windows: u64) -> Result<u64> {
        self.mark(context)?;
        if self.plan.classic || self.tail_call.is_some() {
            return self.advance_stage(context, max_windows);
        }
        let moved = self.advance_block(context, max_windows)?;
        if moved == 0 && self.plan.head < self.plan.order.len() {
            // The head is done; the other levels follow.
            self.tail_call = Some((0, 0));
            return self.advance_stage(context, max_windows);
        }
        Ok(moved)
    }

    /// The frontier at which all needed rows are computed.
    fn last_frontier(&self, graph: &Graph<'_>) -> u64 {
        let ends = self.head(graph).filter_map(|(i, stage)| {
            let end = self.progress.get(i)?.end;
            let last = end.checked_sub(1)?;
            Some(last.sat_mul(stage.rate).sat_add(stage.delay).sat_add(1))
        });
        ends.max().unwrap_or(0)
    }

    /// The frontier that the windows available now allow.
    fn max_frontier(&self, context: &JobContext<'_, '_>) -> u64 {
        let last = self.last_frontier(context.graph);
        match self.windows() {
            Some(_) => last,
            None => last.min_u64(windows(context.graph, context.inputs)),
        }
    }

    /// The largest frontier at which no row of target `stage` from row `end` on is computed.
    #[must_use]
    pub fn frontier_for(&self, graph: &Graph<'_>, stage: usize, end: u64) -> u64 {
        let of = |s: &Stage<'_>| end.sat_mul(s.rate).sat_add(s.delay);
        graph.stages().get(stage).map_or(u64::MAX, of)
    }

    /// Windows that the frontier may still advance before it reaches `limit`.
    #[must_use]
    pub fn room_before(&self, limit: u64) -> u64 {
        limit.sat_sub(self.frontier)
    }

    fn advance_block(&mut self, context: &mut JobContext<'_, 'm>, max_windows: u64) -> Result<u64> {
        let step = max_windows.min_u64(self.plan.block);
        let to = self.max_frontier(context).min_u64(self.frontier.sat_add(step));
        let moved = to.sat_sub(self.frontier);
        if moved == 0 {
            return Ok(0);
        }
        for at in 0..self.plan.head {
            let Some(i) = self.plan.order.get(at).copied() else { break };
            let rate = context.graph.rate(Node::Stage(i));
            let end = self.plan.made(i, rate, to);
            let Some(progress) = self.progress.get(i).copied() else { continue };
            let rows = (progress.next, end.min_u64(progress.end));
            if let Err(e) = self.compute(context, i, rows, u64::MAX) {
                let e = self.find_failed_row(context, i, rows, e);
                self.roll_back(context);
                return Err(e);
            }
        }
        self.frontier = to;
        Ok(moved)
    }

    fn advance_stage(&mut self, context: &mut JobContext<'_, 'm>, max_windows: u64) -> Result<u64> {
        let progress = &self.progress;
        let open = |i: &&usize| progress.get(**i).is_some_and(|p| p.next < p.end);
        let Some(i) = self.plan.order.iter().find(open).copied() else { return Ok(0) };
        let Some(progress) = self.progress.get(i).copied() else { return Ok(0) };
        let rate = context.graph.rate(Node::Stage(i)).max_u64(1);
        let max_windows = if self.plan.classic { max_windows } else { max_windows.min_u64(self.plan.block) };
        let left = progress.end.sat_sub(progress.next);
        let rows = max_windows.checked_div(rate).unwrap_or(0).max_u64(1).min_u64(left);
        let range = if context.graph.stages().get(i).is_some_and(|s| s.reverse) {
            let to = progress.first.sat_add(left);
            (to.sat_sub(rows), to)
        } else {
            (progress.next, progress.next.sat_add(rows))
        };
        if let Err(e) = self.compute(context, i, range, u64::MAX) {
            let e = self.find_failed_row(context, i, range, e);
            self.roll_back(context);
            return Err(e);
        }
        // One row of a strided stage may be more windows than were allowed: it counts as those.
        Ok(rows.sat_mul(rate).min_u64(max_windows))
    }

    /// Names the row of rows `from .. to` at which a stage failed. `error` is that of the call, which has the first row
    /// of several: the stage runs again from the start of the block, one row per call.
    fn find_failed_row(
        &mut self,
        context: &mut JobContext<'_, 'm>,
        stage: usize,
        (from, to): (u64, u64),
        error: Error,
    ) -> Error {
        if error.template != STAGE_FAILED || to.sat_sub(from) <= 1 {
            return error;
        }
        if let Some(progress) = self.progress.get_mut(stage) {
            progress.next = progress.mark;
            progress.scratch_row = None;
        }
        self.restore_state(context, stage);
        match self.compute(context, stage, (from, to), 1) {
            Err(e) if e.template == STAGE_FAILED => e,
            // The stage fails in calls of several rows only, or does not fail again.
            _ => error.reworded("stage {n} returned {a} for rows from {b} on, but not for each row alone"),
        }
    }

    /// Computes rows of a stage, from the first to the last or, of a reverse scan, from the last to the first, at most
    /// `max_rows` in a call.
    fn compute(
        &mut self,
        context: &mut JobContext<'_, 'm>,
        stage: usize,
        (from, to): (u64, u64),
        max_rows: u64,
    ) -> Result<()> {
        match context.graph.stages().get(stage).is_some_and(|s| s.reverse) {
            true => self.compute_reverse(context, stage, (from, to), max_rows),
            false => self.compute_forward(context, stage, (from, to), max_rows),
        }
    }

    /// Computes rows `from .. to` of a stage: one call for rows whose halo exists, one call per row whose halo crosses
    /// an end of the stream. Calls end at rows from which a stage has other parameters; those of a scan, also at the
    /// rows of which a checkpoint or snapshot is kept.
    fn compute_forward(
        &mut self,
        context: &mut JobContext<'_, 'm>,
        stage: usize,
        (from, to): (u64, u64),
        max_rows: u64,
    ) -> Result<()> {
        let (inner, outer) = self.interior(context.graph, stage);
        let scan = context.graph.stages().get(stage).is_some_and(|s| s.is_scan());
        let mut at = from;
        while at < to {
            let whole = at >= inner && at < outer;
            let stop = if scan { context.checkpoints.next_stop(stage, at) } else { u64::MAX };
            let change = context.changes.next_after(stage, at);
            let capture = self.progress.get(stage).and_then(|p| p.capture).filter(|c| *c > at);
            let before_capture = capture.map_or(to, |c| c.min_u64(to));
            let end = if whole { before_capture.min_u64(outer).min_u64(stop).min_u64(change) } else { at.sat_add(1) };
            let end = end.min_u64(at.sat_add(max_rows));
            self.call(context, stage, at, end, !whole)?;
            if capture == Some(end) {
                self.capture(context, stage)?;
            }
            if let Some(lane) = self.plan.lanes.get(stage).filter(|_| end == stop) {
                context.checkpoints.save(context.work, stage, end, self.placed(lane.state));
            }
            if let Some(progress) = self.progress.get_mut(stage) {
                progress.next = end;
            }
            at = end;
        }
        Ok(())
    }

    /// Computes rows `from .. to` of a reverse scan from the last to the first, otherwise as [`Job::compute_forward`]
    /// does.
    fn compute_reverse(
        &mut self,
        context: &mut JobContext<'_, 'm>,
        stage: usize,
        (from, to): (u64, u64),
        max_rows: u64,
    ) -> Result<()> {
        let (inner, outer) = self.interior(context.graph, stage);
        let mut at = to;
        while at > from {
            let whole = at > inner && at <= outer;
            let capture = self.progress.get(stage).and_then(|p| p.capture).filter(|c| *c < at);
            let after_capture = capture.map_or(from, |c| c.max_u64(from));
            let start = if whole { after_capture.max_u64(inner) } else { at.sat_sub(1) };
            let change = context.changes.in_force(stage, at.sat_sub(1)).map_or(0, |c| c.first);
            let start = start.max_u64(at.sat_sub(max_rows)).max_u64(change);
            self.call(context, stage, start, at, !whole)?;
            if capture == Some(start) {
                self.capture(context, stage)?;
            }
            if let Some(progress) = self.progress.get_mut(stage) {
                progress.next = progress.next.sat_add(at.sat_sub(start));
            }
            at = start;
        }
        Ok(())
    }

    /// The rows of a stage whose halo exists on all edges: first and end (exclusive).
    fn interior(&self, graph: &Graph<'_>, stage: usize) -> (u64, u64) {
        let (mut from, mut to) = (0, u64::MAX);
        let Some(stage) = graph.stages().get(stage) else { return (0, 0) };
        for edge in graph.edges_of(stage).iter().filter(|e| e.has_halo()) {
            from = from.max_u64(edge.lookback.div_ceil(stage.stride.max(1)));
            let count = self.row_count(graph, edge.from());
            if count != u64::MAX {
                let last = count.checked_sub(edge.lookahead.sat_add(1));
                to = to.min_u64(last.map_or(0, |l| l.checked_div(stage.stride).unwrap_or(0).sat_add(1)));
            }
        }
        (from, to)
    }
}
