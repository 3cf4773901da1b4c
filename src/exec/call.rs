//! One call of a stage: finding its rows in buffers, rings and sources, gathering halos at the ends, lending memory.

use super::{Job, JobContext, Supply, failed, internal};
use crate::checked;
use crate::graph::{Boundary, Edge, Node};
use crate::kernel::{EdgeRows, StageIo};
use crate::limits::{BUFFER_ALIGN, MAX_FAN_IN};
use crate::mem::Span;
use crate::status::{Error, Result, Status};
use crate::util::unsigned::{Count, Unsigned};

impl<'m> Job<'m> {
    /// Runs a stage for rows `from .. to`. With `gather`, some of the rows around lie beyond an end: there is one row
    /// to make, and its neighbours are copied together.
    pub(super) fn call(
        &mut self,
        context: &mut JobContext<'_, 'm>,
        index: usize,
        from: u64,
        to: u64,
        gather: bool,
    ) -> Result<()> {
        let graph = context.graph;
        let Some(stage) = graph.stages().get(index) else { return internal("a job runs a stage there is not") };
        let rows = checked::size(to.sat_sub(from))?;
        if self.focus.is_some() {
            self.focus = Some((index, from));
        }
        let out = self.make_room(context, index, from, to)?;
        let mut spans = [Span::default(); MAX_FAN_IN];
        let mut edges = [EdgeRows::NONE; MAX_FAN_IN];
        // Samples of all edges first: loading some may move others that were found before.
        for edge in graph.edges_of(stage).iter().filter(|e| matches!(e.from(), Node::Input(_))) {
            let first = from.sat_mul(stage.stride).sat_sub(edge.lookback);
            let last = to.sat_sub(1).sat_mul(stage.stride).sat_add(edge.lookahead);
            let end = last.sat_add(1).min_u64(self.rows(graph, edge.from()));
            self.locate(context, edge.from(), first, end)?;
        }
        let mut gathered = 0;
        for ((span, rows_in), edge) in spans.iter_mut().zip(edges.iter_mut()).zip(graph.edges_of(stage)) {
            let shape = graph.shape(edge.from());
            let own = from.sat_mul(stage.stride);
            let last = to.sat_sub(1).sat_mul(stage.stride);
            rows_in.shape = shape;
            rows_in.step = checked::size(stage.stride)?;
            rows_in.lookback = checked::size(edge.lookback)?;
            rows_in.lookahead = checked::size(edge.lookahead)?;
            if gather && edge.has_halo() {
                *span = self.gather(context, index, edge, own, gathered)?;
                gathered = checked::add(gathered, checked::align_up(span.len, BUFFER_ALIGN)?)?;
                rows_in.row_stride = shape.bytes();
                rows_in.rows = checked::size(edge.rows())?;
            } else {
                let first = own.sat_sub(edge.lookback);
                let end = last.sat_add(edge.lookahead).sat_add(1);
                *span = self.locate(context, edge.from(), first, end)?;
                rows_in.row_stride = match edge.from() {
                    Node::Input(i) => checked::size(graph.inputs().get(i).map_or(0, |i| i.row_stride()))?,
                    Node::Stage(_) => shape.bytes(),
                };
                rows_in.rows = checked::size(end.sat_sub(first))?;
            }
        }

        let lane = self.plan.lanes.get(index).copied().unwrap_or_default();
        let scratch = Span { at: checked::add(lane.scratch.at, self.origin)?, ..lane.scratch };
        let state = Span { at: checked::add(lane.state.at, self.origin)?, ..lane.state };
        let reads = || spans.iter().copied().take(graph.edges_of(stage).len()).chain([stage.table]);
        let mut lent = [&[] as &[u8]; MAX_FAN_IN + 1];
        let Some([out, state, scratch]) = context.work.lend(reads(), &mut lent, [out, state, scratch]) else {
            return internal("a stage's buffers overlap or lie outside of the work area");
        };
        let fan_in = graph.edges_of(stage).len();
        for (edge, bytes) in edges.iter_mut().zip(lent).take(fan_in) {
            edge.bytes = bytes;
        }
        let track = self.tracks.get_mut(index);
        let warm = track.as_ref().and_then(|t| t.warm);
        let mut io = StageIo {
            first: from,
            rows,
            edges: edges.get(..fan_in).unwrap_or(&[]),
            out,
            state,
            scratch,
            table: lent.get(fan_in).copied().unwrap_or(&[]),
            continues: stage.keeps_scratch && warm == Some(from),
        };
        if let Some(track) = track.filter(|_| !stage.reverse) {
            track.warm = Some(to);
        }
        context.counts.stage_calls = context.counts.stage_calls.wrapping_add(1);
        let made = checked::count(io.out.len());
        let ran = stage.kernel.run(&mut io);
        let text = "stage {n} returned {a} at row {b}";
        ran.map_err(|code| failed(code, text).b(from).name(&stage.name))?;
        context.counts.stage_rows = context.counts.stage_rows.wrapping_add(checked::count(rows));
        context.counts.stage_bytes = context.counts.stage_bytes.wrapping_add(made);
        let again = self.redo.get(index).map_or(0, |redo| to.min_u64(*redo).sat_sub(from));
        context.counts.recomputed_rows = context.counts.recomputed_rows.wrapping_add(again);
        Ok(())
    }

    /// Where rows `from .. to` of a stage go; slides its buffer where they do not fit behind the last.
    fn make_room(&mut self, context: &mut JobContext<'_, 'm>, index: usize, first: u64, to: u64) -> Result<Span> {
        let graph = context.graph;
        let row = graph.shape(Node::Stage(index)).bytes();
        let (Some(lane), Some(track)) = (self.plan.lanes.get(index), self.tracks.get(index)) else {
            return internal("a job makes rows of a stage it does not have");
        };
        let (cap, next, mut base) = (lane.cap, track.next, track.base);
        if to.sat_sub(base) > cap {
            let bound = if lane.target { track.handed.min_u64(track.mark) } else { track.mark };
            let oldest = self.oldest(graph, Node::Stage(index), bound).max_u64(base);
            let skip = checked::mul(checked::size(oldest.sat_sub(base))?, row)?;
            let held = checked::mul(checked::size(next.sat_sub(oldest))?, row)?;
            let start = checked::add(lane.rows.at, self.origin)?;
            let from = Span { at: checked::add(start, skip)?, len: held };
            if oldest < next && context.work.copy(from, start).is_none() {
                return internal("a buffer lies outside of the work area");
            }
            base = oldest;
        }
        if to.sat_sub(base) > cap {
            return internal("a block has more rows than its buffer");
        }
        if let Some(track) = self.tracks.get_mut(index) {
            track.base = base;
        }
        self.rows_at(graph, index, first, to).map_or_else(|| internal("a block lies outside of its buffer"), Ok)
    }

    /// Where rows `first .. end` of a node lie; reads them where they come from a source.
    fn locate(&mut self, context: &mut JobContext<'_, 'm>, node: Node, first: u64, end: u64) -> Result<Span> {
        let graph = context.graph;
        let i = match node {
            Node::Stage(s) => {
                let found = self.rows_at(graph, s, first, end);
                return found.map_or_else(|| internal("rows of an earlier stage are gone"), Ok);
            }
            Node::Input(i) => i,
        };
        let Some(input) = graph.inputs().get(i) else { return internal("a job reads an input there is not") };
        let (start, len) = input.samples(first, end);
        if let Some(Supply::Pushed(ring)) = context.inputs.get_mut(i) {
            let text = "input {n}: the samples from {a} on are needed, the ring starts with sample {b}";
            let gone = Error::new(Status::Evicted, text).a(start).b(ring.first()).name(&input.name);
            let found = ring.span(start, len).ok_or(gone)?;
            if !ring.sound(context.work, start, len) {
                context.counts.damaged = context.counts.damaged.sat_add(1);
                let text = "input {n}: samples from {a} on are damaged in the ring, and cannot be pushed again";
                return Err(Error::new(Status::Corrupt, text).a(start).name(&input.name));
            }
            return Ok(found);
        }
        self.load(context, i, start, len)?;
        let (Some(feed), Some(loaded)) = (self.plan.feeds.get(i), self.loaded.get(i)) else {
            return internal("a job reads an input it does not have");
        };
        let skip = checked::mul(checked::size(start.sat_sub(loaded.first))?, input.sample_bytes())?;
        let bytes = checked::mul(checked::size(len)?, input.sample_bytes())?;
        let part = feed.samples.part(skip, bytes);
        part.and_then(|p| Some(Span { at: p.at.checked_add(self.origin)?, ..p }))
            .map_or_else(|| internal("samples lie outside of their buffer"), Ok)
    }

    /// Makes sure that samples `start .. start + len` of a source are in the job's buffer.
    fn load(&mut self, context: &mut JobContext<'_, 'm>, i: usize, start: u64, len: u64) -> Result<()> {
        let graph = context.graph;
        let (Some(input), Some(feed)) = (graph.inputs().get(i), self.plan.feeds.get(i).copied()) else {
            return internal("a job reads an input it does not have");
        };
        let Some(mut loaded) = self.loaded.get(i).copied() else { return internal("an input has no progress") };
        let end = checked::add64(start, len)?;
        if start >= loaded.first && end <= loaded.end {
            return Ok(());
        }
        let keep = self.oldest_kept(graph, i).sat_mul(input.hop).min_u64(start);
        if start < loaded.first {
            if self.focus.is_none() {
                return internal("samples of a source were given up too early");
            }
            (loaded.first, loaded.end) = (keep, keep);
        }
        let sample = input.sample_bytes();
        let place = checked::add(feed.samples.at, self.origin)?;
        if end.sat_sub(loaded.first) > feed.cap {
            if keep >= loaded.end {
                (loaded.first, loaded.end) = (keep, keep);
            } else if keep > loaded.first {
                let skip = checked::mul(checked::size(keep.sat_sub(loaded.first))?, sample)?;
                let held = checked::mul(checked::size(loaded.end.sat_sub(keep))?, sample)?;
                let from = Span { at: checked::add(place, skip)?, len: held };
                if context.work.copy(from, place).is_none() {
                    return internal("samples lie outside of the work area");
                }
                loaded.first = keep;
            }
        }
        let Some(Supply::Source { source, samples, .. }) = context.inputs.get_mut(i) else {
            return internal("an input changed its kind");
        };
        let (last, span) = input.samples(0, loaded.last_window);
        // On the way down the samples behind are done with: reading ahead would read in vain.
        let down = self.focus.is_some_and(|(s, _)| graph.stages().get(s).is_some_and(|s| s.reverse));
        let wanted = if down { end } else { (*samples).min_u64(last.sat_add(span)).max_u64(end) };
        let until = wanted.min_u64(loaded.first.sat_add(feed.cap));
        if end > until || end > *samples {
            return internal("a block needs more samples than its buffer holds");
        }
        // A source gives a sample or more each turn, or is told off.
        while loaded.end < until {
            let skip = checked::mul(checked::size(loaded.end.sat_sub(loaded.first))?, sample)?;
            let n = checked::mul(checked::size(until.sat_sub(loaded.end))?, sample)?;
            let Some(to) = context.work.bytes(Span { at: checked::add(place, skip)?, len: n }) else {
                return internal("samples lie outside of the work area");
            };
            let asked = checked::count(n.checked_div(sample).unwrap_or(0));
            let read = source.read(loaded.end, to, sample);
            let text = "the source of input {n} returned {a} at sample {b}";
            let got = read.map_err(|code| failed(code, text).b(loaded.end).name(&input.name))?;
            let got = checked::count(got);
            context.counts.source_calls = context.counts.source_calls.wrapping_add(1);
            if got == 0 || got > asked {
                let text = "the source of input {n} gave {a} samples at sample {b}, which is not possible";
                return Err(Error::new(Status::Callback, text).a(got).b(loaded.end).name(&input.name));
            }
            context.counts.source_bytes = context.counts.source_bytes.wrapping_add(got.sat_mul(checked::count(sample)));
            loaded.end = loaded.end.sat_add(got);
            if let Some(kept) = self.loaded.get_mut(i) {
                *kept = loaded;
            }
        }
        Ok(())
    }

    /// Copies the rows around row `own` of an edge together, with what the boundary says beyond the ends.
    fn gather(
        &mut self,
        context: &mut JobContext<'_, 'm>,
        index: usize,
        edge: &Edge,
        own: u64,
        skip: usize,
    ) -> Result<Span> {
        let graph = context.graph;
        let row = graph.shape(edge.from()).bytes();
        let there = self.rows(graph, edge.from());
        let bounce = self.plan.lanes.get(index).map(|l| l.bounce).unwrap_or_default();
        let len = checked::mul(checked::size(edge.rows())?, row)?;
        let Some(part) = bounce.part(skip, len) else { return internal("a halo is larger than planned") };
        let place = Span { at: checked::add(part.at, self.origin)?, ..part };
        for j in 0..edge.rows() {
            let to = Span { at: checked::add(place.at, checked::mul(checked::size(j)?, row)?)?, len: row };
            let before = own.sat_add(j) < edge.lookback;
            let t = own.sat_add(j).sat_sub(edge.lookback);
            let beyond = before || t >= there;
            if beyond && edge.boundary == Boundary::Zero {
                match context.work.bytes(to) {
                    Some(bytes) => bytes.fill(0),
                    None => return internal("a halo lies outside of the work area"),
                }
                continue;
            }
            let t = if before { 0 } else { t.min_u64(there.sat_sub(1)) };
            let from = self.locate(context, edge.from(), t, t.sat_add(1))?;
            if context.work.copy(Span { len: row, ..from }, to.at).is_none() {
                return internal("a halo lies outside of the work area");
            }
        }
        Ok(place)
    }
}
