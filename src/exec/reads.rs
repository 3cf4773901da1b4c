//! The rows and samples that a call reads: in buffers of stages, in input buffers, from sources, and gathered halos.

use super::context::{JobContext, callback_error, internal};
use super::job::Job;
use super::progress::Loaded;
use super::supply::Supply;
use crate::checked;
use crate::graph::{Boundary, Edge, Input, Node};
use crate::io::SourceBox;
use crate::mem::Span;
use crate::status::{Error, Result, Status};
use crate::util::unsigned::{Count, Unsigned};

impl<'m> Job<'m> {
    /// The place of rows `first .. end` of a node. Reads them where they come from a source.
    pub(super) fn locate(
        &mut self,
        context: &mut JobContext<'_, 'm>,
        node: Node,
        first: u64,
        end: u64,
    ) -> Result<Span> {
        let graph = context.graph;
        let i = match node {
            Node::Stage(s) => {
                let found = self.rows_at(graph, s, first, end);
                return found.map_or_else(|| internal("rows of an earlier stage are no longer held"), Ok);
            }
            Node::Input(i) => i,
        };
        let Some(input) = graph.inputs().get(i) else { return internal("a job reads an input that does not exist") };
        let (start, len) = input.samples(first, end);
        if let Some(Supply::Pushed(buffer)) = context.inputs.get_mut(i) {
            let text = "{i}: sample {a} is needed, the input buffer starts with sample {b}: raise input_capacity";
            let gone = Error::new(Status::Evicted, text).a(start).b(buffer.first()).name(&input.name);
            let found = buffer.span(start, len).ok_or(gone)?;
            if !buffer.verify(context.work, start, len) {
                let new = u64::from(buffer.is_new_damage(context.work, start, len));
                context.counts.damaged = context.counts.damaged.sat_add(new);
                let text =
                    "{i}: samples from {a} on are damaged in its buffer and cannot be repaired: reset the pipeline";
                return Err(Error::new(Status::Corrupt, text).a(start).name(&input.name));
            }
            return Ok(found);
        }
        self.load(context, i, input, (start, len))?;
        let (Some(feed), Some(loaded)) = (self.plan.feeds.get(i), self.loaded.get(i)) else {
            return internal("a job reads an input that is not in its plan");
        };
        let skip = checked::mul(checked::size(start.sat_sub(loaded.first))?, input.sample_bytes())?;
        let bytes = checked::mul(checked::size(len)?, input.sample_bytes())?;
        let part = feed.samples.part(skip, bytes).map(|part| self.placed(part));
        part.map_or_else(|| internal("samples are outside their buffer"), Ok)
    }

    /// Makes sure that `len` samples of a source, from `start` on, are in the job's buffer.
    fn load(
        &mut self,
        context: &mut JobContext<'_, 'm>,
        i: usize,
        input: &Input,
        (start, len): (u64, u64),
    ) -> Result<()> {
        let graph = context.graph;
        let (Some(feed), Some(mut loaded)) = (self.plan.feeds.get(i).copied(), self.loaded.get(i).copied()) else {
            return internal("a job reads an input that is not in its plan");
        };
        let end = checked::add64(start, len)?;
        if start >= loaded.first && end <= loaded.end {
            return Ok(());
        }
        let keep = self.oldest_kept_row(graph, i).sat_mul(input.hop).min_u64(start);
        if start < loaded.first {
            if self.tail_call.is_none() {
                return internal("samples of a source were discarded too early");
            }
            (loaded.first, loaded.end) = (keep, keep);
        }
        if end.sat_sub(loaded.first) > feed.cap {
            self.discard_samples(context, i, input.sample_bytes(), &mut loaded, keep)?;
        }
        let Some(Supply::Source { samples, .. }) = context.inputs.get(i) else {
            return internal("an input is neither pushed nor has a source");
        };
        let (last, span) = input.samples(0, loaded.last_window);
        // Rows of a reverse scan come from the last to the first: later samples are not needed
        // again.
        let reverse = self.tail_call.is_some_and(|(s, _)| graph.stages().get(s).is_some_and(|s| s.reverse));
        let wanted = if reverse { end } else { (*samples).min_u64(last.sat_add(span)).max_u64(end) };
        let until = wanted.min_u64(loaded.first.sat_add(feed.cap));
        if end > until || end > *samples {
            return internal("a block needs more samples than its buffer holds");
        }
        // The source may fail: what has moved stays valid for the next call.
        if let Some(held) = self.loaded.get_mut(i) {
            *held = loaded;
        }
        self.read_source(context, i, input, loaded, until)
    }

    /// Discards the samples before `keep`: moves the samples from there on to the start of the buffer.
    fn discard_samples(
        &self,
        context: &mut JobContext<'_, 'm>,
        i: usize,
        sample: usize,
        loaded: &mut Loaded,
        keep: u64,
    ) -> Result<()> {
        if keep >= loaded.end {
            (loaded.first, loaded.end) = (keep, keep);
        } else if keep > loaded.first {
            let place = self.plan.feeds.get(i).map_or(0, |feed| self.placed(feed.samples).at);
            let skip = checked::mul(checked::size(keep.sat_sub(loaded.first))?, sample)?;
            let held = checked::mul(checked::size(loaded.end.sat_sub(keep))?, sample)?;
            let from = Span { at: checked::add(place, skip)?, len: held };
            if context.work.copy(from, place).is_none() {
                return internal("samples are outside the work area");
            }
            loaded.first = keep;
        }
        Ok(())
    }

    /// Reads samples of a source up to sample `until`, after those that `loaded` holds.
    fn read_source(
        &mut self,
        context: &mut JobContext<'_, 'm>,
        i: usize,
        input: &Input,
        mut loaded: Loaded,
        until: u64,
    ) -> Result<()> {
        let sample = input.sample_bytes();
        let place = self.plan.feeds.get(i).map_or(0, |feed| self.placed(feed.samples).at);
        let Some(Supply::Source { source, .. }) = context.inputs.get_mut(i) else {
            return internal("an input is neither pushed nor has a source");
        };
        // Each round reads at least one sample: a source that returns none is an error.
        while loaded.end < until {
            let skip = checked::mul(checked::size(loaded.end.sat_sub(loaded.first))?, sample)?;
            let at = checked::add(place, skip)?;
            let (first, end) = gap_of(source, input, loaded.end)?.unwrap_or((u64::MAX, u64::MAX));
            let missing = first <= loaded.end;
            let stop = if missing { end } else { first };
            let asked = stop.min_u64(until).sat_sub(loaded.end);
            let Some(to) = context.work.bytes(Span { at, len: checked::mul(checked::size(asked)?, sample)? }) else {
                return internal("samples are outside the work area");
            };
            let got = if missing {
                input.fill_gap(to);
                asked
            } else {
                let read = source.read(loaded.end, to, sample);
                let text = "the source of {i} returned {a} at sample {b}";
                let got = read.map_err(|code| callback_error(code, text).b(loaded.end).name(&input.name))?;
                let got = checked::count(got);
                let counts = &mut *context.counts;
                counts.source_calls = counts.source_calls.wrapping_add(1);
                counts.source_bytes = counts.source_bytes.wrapping_add(got.sat_mul(checked::count(sample)));
                got
            };
            if got == 0 || got > asked {
                let text = "the source of {i} returned {a} samples at sample {b}: none, or more than requested";
                return Err(Error::new(Status::Callback, text).a(got).b(loaded.end).name(&input.name));
            }
            loaded.end = loaded.end.sat_add(got);
            if let Some(kept) = self.loaded.get_mut(i) {
                *kept = loaded;
            }
        }
        Ok(())
    }

    /// Copies the rows that an edge reads around row `own` together, with the boundary's rows where they do not exist.
    pub(super) fn gather(
        &mut self,
        context: &mut JobContext<'_, 'm>,
        index: usize,
        edge: &Edge,
        own: u64,
        skip: usize,
    ) -> Result<Span> {
        let graph = context.graph;
        let row = graph.shape(edge.from()).bytes();
        let count = self.row_count(graph, edge.from());
        let bounce = self.plan.lanes.get(index).map(|l| l.bounce).unwrap_or_default();
        let len = checked::mul(checked::size(edge.rows())?, row)?;
        let Some(part) = bounce.part(skip, len) else { return internal("a halo is larger than planned") };
        let place = self.placed(part);
        for j in 0..edge.rows() {
            let to = Span { at: checked::add(place.at, checked::mul(checked::size(j)?, row)?)?, len: row };
            let before = own.sat_add(j) < edge.lookback;
            let t = own.sat_add(j).sat_sub(edge.lookback);
            let beyond = before || t >= count;
            if beyond && edge.boundary == Boundary::Zero {
                match context.work.bytes(to) {
                    Some(bytes) => bytes.fill(0),
                    None => return internal("a halo is outside the work area"),
                }
                continue;
            }
            let t = if before { 0 } else { t.min_u64(count.sat_sub(1)) };
            let from = self.locate(context, edge.from(), t, t.sat_add(1))?;
            if context.work.copy(Span { len: row, ..from }, to.at).is_none() {
                return internal("a halo is outside the work area");
            }
        }
        Ok(place)
    }
}

/// The first gap of a source that ends after sample `from`: its first sample and its end (exclusive).
pub(crate) fn gap_of(source: &mut SourceBox<'_>, input: &Input, from: u64) -> Result<Option<(u64, u64)>> {
    let text = "the source of {i} returned {a} for the gap after sample {b}";
    let found = source.gap(from).map_err(|code| callback_error(code, text).b(from).name(&input.name))?;
    match found {
        Some((first, end)) if end <= from || first >= end => {
            let text =
                "the source of {i} returned a gap from sample {a} to {b}: it is empty, or before the one asked for";
            Err(Error::new(Status::Callback, text).a(first).b(end).name(&input.name))
        }
        found => Ok(found),
    }
}
