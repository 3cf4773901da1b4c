//! States of scans: initial ones, from checkpoints and from snapshots; kept for later jobs; marked and rolled back.

use super::context::{JobContext, callback_error, internal};
use super::job::Job;
use crate::graph::{Node, Stage};
use crate::mem::Span;
use crate::status::Result;

impl<'m> Job<'m> {
    /// Gives every scan the state before its first row. False if a checkpoint was damaged.
    pub(super) fn load_states(&mut self, context: &mut JobContext<'_, 'm>) -> Result<bool> {
        let graph = context.graph;
        for at in 0..self.plan.order.len() {
            let Some(i) = self.plan.order.get(at).copied() else { break };
            let runs = |s: &&Stage<'_>| s.is_scan() && (s.level == 0 || self.plan.classic);
            let Some(stage) = graph.stages().get(i).filter(runs) else { continue };
            let (Some(lane), Some(progress)) = (self.plan.lanes.get(i), self.progress.get(i)) else { continue };
            let state = self.placed(lane.state);
            if progress.first > 0 && !stage.reverse {
                if !context.checkpoints.load(context.work, i, progress.first, state) {
                    return Ok(false);
                }
                continue;
            }
            init_state(context, stage, state)?;
        }
        Ok(true)
    }

    /// Gives every scan that runs its first state. A scan that starts with the first row of the stream (a reverse scan:
    /// with the last row) gets the initial state, one that starts after the snapshot's row the checkpoint there, the
    /// remaining ones the state in the snapshot. False if a checkpoint was damaged.
    pub(super) fn load_snapshot(&mut self, context: &mut JobContext<'_, 'm>) -> Result<bool> {
        let graph = context.graph;
        for (i, stage) in graph.stages().iter().enumerate().filter(|(_, s)| s.is_scan()) {
            let (Some(lane), Some(progress)) = (self.plan.lanes.get(i), self.progress.get(i)) else { continue };
            if !lane.active || (progress.first >= progress.end && progress.capture.is_none()) {
                continue;
            }
            let state = self.placed(lane.state);
            let count = self.row_count(graph, Node::Stage(i));
            let initial = if stage.reverse { progress.end == count } else { progress.first == 0 };
            if initial {
                init_state(context, stage, state)?;
                continue;
            }
            let snapshot_row = self.bounds.get(i).map_or(0, |b| b.start.first);
            if !stage.reverse && progress.first > snapshot_row {
                if !context.checkpoints.load(context.work, i, progress.first, state) {
                    return Ok(false);
                }
                continue;
            }
            if context.work.copy(self.placed(lane.snap), state.at).is_none() {
                return internal("a snapshot is outside the work area");
            }
        }
        Ok(true)
    }

    /// Copies the state of a scan into the snapshot.
    pub(super) fn capture(&mut self, context: &mut JobContext<'_, 'm>, stage: usize) -> Result<()> {
        let Some(lane) = self.plan.lanes.get(stage) else { return Ok(()) };
        if context.work.copy(self.placed(lane.state), self.placed(lane.snap).at).is_none() {
            return internal("a snapshot is outside the work area");
        }
        Ok(())
    }

    /// Keeps the present states as checkpoints, for an evaluation that continues from here.
    pub fn keep_states(&mut self, context: &mut JobContext<'_, 'm>) {
        if self.plan.classic {
            return;
        }
        for (i, progress) in self.progress.iter().enumerate() {
            if let Some(state) = self.state(i) {
                context.checkpoints.save_last(context.work, i, progress.next, state);
            }
        }
    }

    /// Marks positions and copies states, for [`Job::roll_back`] when the block fails.
    pub(super) fn mark(&mut self, context: &mut JobContext<'_, 'm>) -> Result<()> {
        self.commit();
        context.changes.mark();
        for lane in self.plan.lanes.iter().filter(|l| l.active && l.state.len > 0) {
            if context.work.copy(self.placed(lane.state), self.placed(lane.shadow).at).is_none() {
                return internal("a state is outside the work area");
            }
        }
        Ok(())
    }

    /// Returns to the marked positions and states.
    pub(super) fn roll_back(&mut self, context: &mut JobContext<'_, 'm>) {
        for progress in self.progress.iter_mut() {
            progress.next = progress.mark;
            progress.scratch_row = None;
        }
        context.changes.roll_back();
        if context.changes.capacity() > 0 {
            // The rows after the marks may get other parameters before they are computed again.
            for stage in 0..self.plan.lanes.len() {
                let computed = context.changes.computed(stage);
                context.checkpoints.drop_after(context.work, stage, computed);
            }
        }
        for stage in 0..self.plan.lanes.len() {
            self.restore_state(context, stage);
        }
    }

    /// Returns the state of a scan to the one that was marked.
    pub(super) fn restore_state(&mut self, context: &mut JobContext<'_, 'm>, stage: usize) {
        if let Some(lane) = self.plan.lanes.get(stage).filter(|l| l.active && l.state.len > 0) {
            let _ = context.work.copy(self.placed(lane.shadow), self.placed(lane.state).at);
        }
    }

    /// Ends the block: its positions are final, and rows that only an earlier position needed may be discarded.
    pub fn commit(&mut self) {
        self.progress.iter_mut().for_each(|p| p.mark = p.next);
    }
}

/// Writes the state of a scan before its first row, or of a reverse scan after its last row: with the parameters that
/// it was registered with, because changes of parameters keep the state.
fn init_state(context: &mut JobContext<'_, '_>, stage: &Stage<'_>, state: Span) -> Result<()> {
    let Some(bytes) = context.work.bytes(state) else { return internal("a state is outside the work area") };
    let text = "stage {n} returned {a} for its initial state";
    stage.kernel.state_init(bytes).map_err(|code| callback_error(code, text).name(&stage.name))
}
