//! The start of a job: the rows that every stage computes, the samples it needs, and its first states.

use super::context::JobContext;
use super::job::{Job, UNKNOWN};
use super::progress::{Loaded, Progress};
use crate::graph::{Graph, Node};
use crate::mem::Span;
use crate::status::Result;
use crate::util::unsigned::Unsigned;

impl<'m> Job<'m> {
    /// Starts the job in `region`. `target_rows` returns the rows `first .. end` to compute of a target; `end` is
    /// `u64::MAX` where the stream continues. `windows` is the final number of windows, where it is known.
    ///
    /// Scans start from the nearest checkpoint at or below the first row needed. A checkpoint that turns out damaged is
    /// dropped, and the one before it is used.
    pub fn start(
        &mut self,
        context: &mut JobContext<'_, 'm>,
        region: Span,
        windows: Option<u64>,
        target_rows: &dyn Fn(usize) -> (u64, u64),
    ) -> Result<()> {
        self.origin = region.at;
        // One more round per damaged checkpoint, which is dropped: at most one per slot.
        loop {
            self.set_ranges(context, windows, target_rows);
            if self.load_states(context)? {
                return Ok(());
            }
            self.count_damaged_checkpoint(context);
        }
    }

    /// Sets the rows that every stage computes so that each target gets the rows of `target_rows`.
    pub fn set_ranges(
        &mut self,
        context: &mut JobContext<'_, 'm>,
        windows: Option<u64>,
        target_rows: &dyn Fn(usize) -> (u64, u64),
    ) {
        let graph = context.graph;
        self.known_windows = windows.unwrap_or(UNKNOWN);
        self.clear_progress();
        // Consumers come after what they consume: one pass from the last stage sees every need.
        for (i, stage) in graph.stages().iter().enumerate().rev() {
            let target = self.plan.lanes.get(i).is_some_and(|l| l.target);
            let own = target.then(|| target_rows(i));
            let Some((first, end)) = self.needed_rows(graph, Node::Stage(i), own) else { continue };
            let end = if stage.reverse { self.row_count(graph, Node::Stage(i)) } else { end };
            let start = match (stage.is_scan() && !stage.reverse, self.plan.classic) {
                (true, false) => context.checkpoints.nearest(context.work, i, first),
                (true, true) => 0,
                (false, _) => first,
            };
            if let Some(progress) = self.progress.get_mut(i) {
                let delivered = own.map_or(first, |(own, _)| own);
                *progress = Progress { delivered, ..Progress::over(start, end) };
            }
        }
        self.set_inputs(graph);
    }

    /// Sets the samples needed of each input and the first frontier, once every stage has its range.
    pub(super) fn set_inputs(&mut self, graph: &Graph<'_>) {
        self.tail_call = None;
        for (i, input) in graph.inputs().iter().enumerate() {
            let range = self.needed_rows(graph, Node::Input(i), None);
            if let (Some((first, end)), Some(loaded)) = (range, self.loaded.get_mut(i)) {
                let (start, _) = input.samples(first, first);
                *loaded = Loaded { first: start, end: start, last_window: end };
            }
        }
        let starts = self.head(graph).filter_map(|(i, s)| {
            let progress = self.progress.get(i).filter(|p| p.first < p.end)?;
            Some(progress.first.sat_mul(s.rate).sat_add(s.delay))
        });
        self.frontier = starts.min().unwrap_or(0);
    }
}
