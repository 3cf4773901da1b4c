//! One call of a stage: its input rows, the place of its output rows, and the memory lent to its kernel.

use super::context::{JobContext, callback_error, internal};
use super::job::Job;
use super::stage_counts::timed;
use crate::checked;
use crate::graph::{Edge, Node, Stage};
use crate::kernel::{Code, EdgeRows, StageIo};
use crate::limits::{BUFFER_ALIGN, MAX_FAN_IN};
use crate::mem::Span;
use crate::status::Result;
use crate::util::unsigned::{Count, Unsigned};

/// Text of the error of a stage.
pub(super) const STAGE_FAILED: &str = "stage {n} returned {a} at row {b}";

impl<'m> Job<'m> {
    /// Runs a stage for rows `from .. to`. With `gather` there is one row, whose halo crosses an end of the stream: its
    /// input rows are copied together.
    pub(super) fn call(
        &mut self,
        context: &mut JobContext<'_, 'm>,
        index: usize,
        from: u64,
        to: u64,
        gather: bool,
    ) -> Result<()> {
        let graph = context.graph;
        let Some(stage) = graph.stages().get(index) else { return internal("a job runs a stage that does not exist") };
        if self.tail_call.is_some() {
            self.tail_call = Some((index, from));
        }
        let out = self.reserve_rows(context, index, from, to)?;
        self.load_edges(context, stage, from, to)?;
        // Those of the edges, and the table.
        let mut spans = [Span::default(); MAX_FAN_IN + 1];
        let mut edges = [EdgeRows::NONE; MAX_FAN_IN];
        let mut gathered = gather.then_some(0);
        for ((span, rows_in), edge) in spans.iter_mut().zip(edges.iter_mut()).zip(graph.edges_of(stage)) {
            *span = self.read_edge(context, index, edge, (from, to), &mut gathered, rows_in)?;
        }

        let change = context.changes.in_force(index, from).copied();
        let lane = self.plan.lanes.get(index).copied().unwrap_or_default();
        let (scratch, state) = (self.placed(lane.scratch), self.placed(lane.state));
        let fan_in = graph.edges_of(stage).len();
        if let Some(table) = spans.get_mut(fan_in) {
            *table = change.map_or(stage.table, |c| c.table);
        }
        let reads = spans.get(..=fan_in).unwrap_or(&[]);
        let mut lent = [&[] as &[u8]; MAX_FAN_IN + 1];
        let Some([out, state, scratch]) = context.work.lend(reads, &mut lent, [out, state, scratch]) else {
            return internal("a stage's buffers overlap or are outside the work area");
        };
        for (edge, bytes) in edges.iter_mut().zip(lent).take(fan_in) {
            edge.bytes = bytes;
        }
        let progress = self.progress.get_mut(index);
        let scratch_row = progress.as_ref().and_then(|p| p.scratch_row);
        let mut io = StageIo {
            first: from,
            rows: checked::size(to.sat_sub(from))?,
            edges: edges.get(..fan_in).unwrap_or(&[]),
            out,
            state,
            scratch,
            table: lent.get(fan_in).copied().unwrap_or(&[]),
            continues: stage.keeps_scratch && scratch_row == Some(from) && change.is_none_or(|c| c.first != from),
        };
        if let Some(progress) = progress.filter(|_| !stage.reverse) {
            progress.scratch_row = Some(to);
        }
        context.counts.stage_calls = context.counts.stage_calls.wrapping_add(1);
        let bytes = checked::count(io.out.len());
        let changes = &*context.changes;
        let (ran, ns) = timed(context.clock, || match change {
            None => stage.kernel.run(&mut io),
            Some(c) => changes.with_kernel(&c, |kernel| kernel.run(&mut io)).unwrap_or(Err(Code::MISFIT)),
        });
        if let Some(own) = context.stage_counts.get_mut(index) {
            own.add_call(ns);
        }
        ran.map_err(|code| {
            context.counts.failed = Some((index, from));
            callback_error(code, STAGE_FAILED).b(from).name(&stage.name)
        })?;
        context.changes.note(index, to);
        self.count_rows(context, index, (from, to), bytes);
        Ok(())
    }

    /// Counts rows `from .. to` of a stage, which have `bytes` bytes, and which of them are recomputed.
    fn count_rows(&self, context: &mut JobContext<'_, 'm>, index: usize, (from, to): (u64, u64), bytes: u64) {
        if let Some(own) = context.stage_counts.get_mut(index) {
            own.add_rows(to.sat_sub(from), bytes);
        }
        let counts = &mut *context.counts;
        counts.stage_rows = counts.stage_rows.wrapping_add(to.sat_sub(from));
        counts.stage_bytes = counts.stage_bytes.wrapping_add(bytes);
        let recomputed = self.recompute_end.get(index).map_or(0, |end| to.min_u64(*end).sat_sub(from));
        counts.recomputed_rows = counts.recomputed_rows.wrapping_add(recomputed);
    }

    /// Loads the samples that rows `from .. to` of a stage read. All edges come before any rows are located: loading
    /// the samples of one edge may move those of another.
    fn load_edges(&mut self, context: &mut JobContext<'_, 'm>, stage: &Stage<'_>, from: u64, to: u64) -> Result<()> {
        let graph = context.graph;
        for edge in graph.edges_of(stage).iter().filter(|e| matches!(e.from(), Node::Input(_))) {
            let first = from.sat_mul(stage.stride).sat_sub(edge.lookback);
            let last = to.sat_sub(1).sat_mul(stage.stride).sat_add(edge.lookahead);
            let end = last.sat_add(1).min_u64(self.row_count(graph, edge.from()));
            self.locate(context, edge.from(), first, end)?;
        }
        Ok(())
    }

    /// Locates the rows of an edge that a call for rows `from .. to` reads, and describes them in `rows_in`. `gathered`
    /// is the number of bytes of gathered halos so far; None where nothing is gathered.
    fn read_edge(
        &mut self,
        context: &mut JobContext<'_, 'm>,
        index: usize,
        edge: &Edge,
        (from, to): (u64, u64),
        gathered: &mut Option<usize>,
        rows_in: &mut EdgeRows<'_>,
    ) -> Result<Span> {
        let graph = context.graph;
        let stride = graph.stages().get(index).map_or(1, |s| s.stride);
        let shape = graph.shape(edge.from());
        let own = from.sat_mul(stride);
        rows_in.shape = shape;
        rows_in.step = checked::size(stride)?;
        rows_in.lookback = checked::size(edge.lookback)?;
        rows_in.lookahead = checked::size(edge.lookahead)?;
        if let Some(skip) = gathered.as_mut().filter(|_| edge.has_halo()) {
            let span = self.gather(context, index, edge, own, *skip)?;
            *skip = checked::add(*skip, checked::align_up(span.len, BUFFER_ALIGN)?)?;
            rows_in.row_stride = shape.bytes();
            rows_in.rows = checked::size(edge.rows())?;
            return Ok(span);
        }
        let last = to.sat_sub(1).sat_mul(stride);
        let (first, end) = (own.sat_sub(edge.lookback), last.sat_add(edge.lookahead).sat_add(1));
        rows_in.row_stride = match edge.from() {
            Node::Input(i) => checked::size(graph.inputs().get(i).map_or(0, |i| i.row_stride()))?,
            Node::Stage(_) => shape.bytes(),
        };
        rows_in.rows = checked::size(end.sat_sub(first))?;
        self.locate(context, edge.from(), first, end)
    }

    /// The place of rows `first .. to` of a stage, which are computed next. Slides the stage's buffer where they do not
    /// fit after the last row.
    fn reserve_rows(&mut self, context: &mut JobContext<'_, 'm>, index: usize, first: u64, to: u64) -> Result<Span> {
        let graph = context.graph;
        let row = graph.shape(Node::Stage(index)).bytes();
        let (Some(lane), Some(progress)) = (self.plan.lanes.get(index), self.progress.get(index)) else {
            return internal("a job runs a stage that is not in its plan");
        };
        let (cap, next, mut base) = (lane.cap, progress.next, progress.base);
        if to.sat_sub(base) > cap {
            let bound = if lane.target { progress.delivered.min_u64(progress.mark) } else { progress.mark };
            let oldest = self.oldest_row(graph, Node::Stage(index), bound).max_u64(base);
            let skip = checked::mul(checked::size(oldest.sat_sub(base))?, row)?;
            let held = checked::mul(checked::size(next.sat_sub(oldest))?, row)?;
            let start = self.placed(lane.rows).at;
            let from = Span { at: checked::add(start, skip)?, len: held };
            if oldest < next && context.work.copy(from, start).is_none() {
                return internal("a buffer is outside the work area");
            }
            base = oldest;
        }
        if to.sat_sub(base) > cap {
            return internal("a block has more rows than its buffer");
        }
        if let Some(progress) = self.progress.get_mut(index) {
            progress.base = base;
        }
        self.rows_at(graph, index, first, to).map_or_else(|| internal("a block is outside its buffer"), Ok)
    }
}
