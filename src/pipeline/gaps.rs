//! Missing samples: gaps pushed to inputs, gaps of sources, and the number of missing samples of a row.

use super::definition::Pipeline;
use super::sums::Scope;
use crate::checked;
use crate::exec::{Supply, final_windows, gap_of};
use crate::graph::{Edge, Node};
use crate::limits::MAX_INPUTS;
use crate::status::{Error, Result, Status};
use crate::store::gaps::{self, Gap, GapTable, Windows};
use crate::util::unsigned::{Count, Unsigned};

/// Size in bytes of a table of `capacity` gaps.
pub fn gap_bytes(capacity: usize) -> Result<usize> {
    gaps::bytes(capacity)
}

impl<'m> Pipeline<'m> {
    /// Takes room for `capacity` gaps from the parameter pool: [`gap_bytes`].
    pub fn reserve_gaps(&mut self, capacity: usize) -> Result<()> {
        self.must_not_be_sealed()?;
        self.gaps = GapTable::new(capacity, &mut self.pool)?;
        Ok(())
    }

    /// Sets the value of the missing samples of an input.
    pub fn set_gap_fill(&mut self, input: usize, fill: i64) -> Result<()> {
        self.must_not_be_sealed()?;
        self.graph.set_gap_fill(input, fill)
    }

    /// [`Pipeline::push_gap`].
    pub(super) fn push_gap_now(&mut self, input: usize, samples: u64) -> Result<u64> {
        let keep = self.oldest_needed(input);
        let at = match self.supplies.get(input) {
            None => return Err(self.graph.unknown_input(input)),
            Some(Supply::Source { .. }) => {
                return Err(self.about_input(input, "{i} has a source: it reports its gaps and none can be pushed"));
            }
            Some(Supply::Pushed(buffer)) if buffer.ended => {
                return Err(self.about_input(input, "{i} has ended: reset the pipeline to push a new stream"));
            }
            Some(Supply::Pushed(buffer)) => buffer.end(),
        };
        if at.checked_add(samples).is_none() {
            let text = "{i}: a gap of {b} samples from sample {a} on ends after 2^64 samples: push a shorter one";
            return Err(self.about_input(input, text).with_status(Status::Overflow).a(at).b(samples));
        }
        if samples > 0 && !self.gaps.fits(input, at) {
            self.release_gaps(false);
            if !self.gaps.fits(input, at) {
                self.release_gaps(true);
            }
            if !self.gaps.fits(input, at) {
                let text = "{i}: the table has room for {a} gaps and is full: step and pull first, or raise max_gaps";
                return Err(self.about_input(input, text).with_status(Status::Limit).a(self.gaps.capacity()));
            }
        }
        let (Some(Supply::Pushed(buffer)), Some(shape)) =
            (self.supplies.get_mut(input), self.graph.inputs().get(input))
        else {
            return Err(self.graph.unknown_input(input));
        };
        let taken = buffer.push_fill(&mut self.work, samples, keep, |bytes| shape.fill_gap(bytes));
        self.gaps.add(Gap { input, first: at, end: at.sat_add(taken) });
        Ok(taken)
    }

    /// What is said about the last `count` samples of an input, which are missing.
    #[must_use]
    pub fn gap_text(&self, input: usize, count: u64) -> Error {
        let end = self.supplies.get(input).map_or(0, Supply::samples);
        let text = Error::new(Status::Ok, "{i}: {a} samples from sample {b} on are missing");
        let text = text.a(count).b(end.sat_sub(count));
        self.graph.inputs().get(input).map_or(text, |i| text.name(&i.name))
    }

    /// Removes the gaps that no row depends on: those before the samples held and before the rows that wait in queues.
    /// With
    /// `all` also those before samples that the next push may discard.
    fn release_gaps(&mut self, all: bool) {
        for i in 0..self.supplies.len() {
            let Some(Supply::Pushed(buffer)) = self.supplies.get(i) else { continue };
            let needed = if all { self.oldest_needed(i).min_u64(buffer.end()) } else { 0 };
            let mut before = buffer.first().max_u64(needed);
            for o in 0..self.outputs.len() {
                let Some((stage, head)) = self.outputs.get(o).map(|o| (o.facts.stage, o.head)) else { break };
                let first = self.first_windows(stage, head);
                let window = first.get(i).copied().unwrap_or(u64::MAX);
                let hop = self.graph.inputs().get(i).map_or(1, |input| input.hop);
                before = if window == u64::MAX { before } else { before.min_u64(window.sat_mul(hop)) };
            }
            self.gaps.release(i, before);
        }
    }

    /// Per input the first window that a row depends on; `u64::MAX` where it depends on none.
    fn first_windows(&mut self, stage: usize, row: u64) -> [u64; MAX_INPUTS] {
        let before = |first: u64, stride: u64, edge: &Edge, _| first.sat_mul(stride).sat_sub(edge.lookback);
        self.windows_of(stage, row, u64::MAX, u64::min_u64, before)
    }

    /// Per input the end (exclusive) of the windows that a row depends on, of those that exist; 0 where it depends on
    /// none.
    fn end_windows(&mut self, stage: usize, row: u64) -> [u64; MAX_INPUTS] {
        let after = |end: u64, stride: u64, edge: &Edge, count: u64| {
            end.sat_sub(1).sat_mul(stride).sat_add(edge.lookahead).sat_add(1).min_u64(count)
        };
        self.windows_of(stage, row.sat_add(1), 0, u64::max_u64, after)
    }

    /// Follows the edges from a position of a stage to the inputs. `reach` is the position that an edge reaches, from
    /// the position, the stride, the edge and the number of rows that exist; `best` of several is kept. `none` is no
    /// position.
    fn windows_of(
        &mut self,
        stage: usize,
        position: u64,
        none: u64,
        best: impl Fn(u64, u64) -> u64,
        reach: impl Fn(u64, u64, &Edge, u64) -> u64,
    ) -> [u64; MAX_INPUTS] {
        let windows = final_windows(&self.graph, &self.supplies);
        let mut inputs = [none; MAX_INPUTS];
        let (graph, positions) = (&self.graph, self.draft.numbers());
        positions.clear();
        positions.fill_with(|| none);
        if let Some(own) = positions.get_mut(stage) {
            *own = position;
        }
        // An edge comes from an earlier stage: the position of a stage is final when it is reached.
        for s in (0..graph.stages().len().min(stage.sat_add(1))).rev() {
            let Some((found, at)) = graph.stages().get(s).zip(positions.get(s).copied()) else { continue };
            for edge in graph.edges_of(found).iter().filter(|_| at != none) {
                let count = match (windows, edge.from()) {
                    (None, _) => u64::MAX,
                    (Some(w), Node::Input(_)) => w,
                    (Some(w), Node::Stage(from)) => graph.stages().get(from).map_or(0, |from| from.rows(w)),
                };
                let reached = reach(at, found.stride, edge, count);
                let place = match edge.from() {
                    Node::Input(i) => inputs.get_mut(i),
                    Node::Stage(from) => positions.get_mut(from),
                };
                if let Some(place) = place {
                    *place = best(*place, reached);
                }
            }
        }
        inputs
    }

    /// As [`Pipeline::pull`], and sets the first of `counts` to the number of missing samples of each row.
    pub fn pull_counted(
        &mut self,
        stage: usize,
        rows: &mut [u8],
        counts: &mut [u64],
        got: &mut usize,
    ) -> Result<Status> {
        *got = 0;
        self.guarded(Scope::Flow, |p| {
            let (head, tail) = p.pull_position(stage)?;
            let queued = tail.sat_sub(head).min_u64(checked::count(counts.len()));
            // Before the rows leave their queue, so that an error loses none.
            let counts = counts.get_mut(..checked::size(queued)?).unwrap_or_default();
            p.rows_missing_now(stage, head, counts)?;
            p.pull_now(stage, rows, got)
        })
    }

    /// Sets each of `counts` to the number of missing samples of a row, from row `first` on: per input, those of all
    /// windows from the first to the last one that the row depends on.
    pub fn rows_missing(&mut self, stage: usize, first: u64, counts: &mut [u64]) -> Result<()> {
        self.guarded(Scope::Flow, |p| p.rows_missing_now(stage, first, counts))
    }

    fn rows_missing_now(&mut self, stage: usize, first: u64, counts: &mut [u64]) -> Result<()> {
        // Sources are called.
        self.check_tables()?;
        let available = self.available_rows(stage)?;
        let end = first.sat_add(checked::count(counts.len()));
        if end > available {
            return Err(self.graph.beyond(stage, end, available));
        }
        for (row, count) in (first..end).zip(counts) {
            *count = self.row_missing(stage, row)?;
        }
        Ok(())
    }

    /// The number of missing samples of a row that exists.
    fn row_missing(&mut self, stage: usize, row: u64) -> Result<u64> {
        let (first, end) = (self.first_windows(stage, row), self.end_windows(stage, row));
        let mut missing = 0u64;
        for (i, (first, end)) in first.into_iter().zip(end).enumerate().filter(|(_, (first, _))| *first != u64::MAX) {
            let Some(input) = self.graph.inputs().get(i) else { break };
            let (start, len) = input.samples(first, end);
            let range = Windows { first: start, end: start.sat_add(len), window: input.window, hop: input.hop };
            let count = match self.supplies.get_mut(i) {
                Some(Supply::Source { source, .. }) => {
                    let (mut at, mut missing) = (start, 0u64);
                    // Each gap ends after the one before: at most one turn per sample.
                    while let Some((first, end)) = gap_of(source, input, at)?.filter(|(first, _)| *first < range.end) {
                        missing = missing.sat_add(range.missing(first.max_u64(at), end));
                        at = end;
                    }
                    missing
                }
                Some(Supply::Pushed(_)) => {
                    let forgotten = self.gaps.forgotten(i);
                    if start < forgotten {
                        let text =
                            "{i}: gaps before sample {a} are no longer held, row {b} depends on them: raise max_gaps";
                        return Err(Error::new(Status::Evicted, text).a(forgotten).b(row).name(&input.name));
                    }
                    let held = self.gaps.held().iter().filter(|g| g.input == i);
                    held.fold(0, |n: u64, g| n.sat_add(range.missing(g.first, g.end)))
                }
                None => 0,
            };
            missing = missing.sat_add(count);
        }
        Ok(missing)
    }
}
