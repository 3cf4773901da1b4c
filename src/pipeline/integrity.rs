//! Memory that changes by itself between two calls: every call looks at what it is about to use, and closes what it leaves
//! with a check.
//!
//! - Tables that never change after seal (graph, plan, options): a checksum taken at seal. A mismatch poisons the pipeline.
//! - Positions of jobs, rings, queues, schedules: a checksum over their values, taken when a call ends and compared when the
//!   next begins. A mismatch poisons the pipeline: a reset starts anew.
//! - Constant tables of stages in the work area: filled again when damaged.
//! - What a job carries (states, rows and samples needed again): when damaged, the job starts again from the nearest
//!   checkpoints, at the first row not handed out. Where samples for that are gone, [`Status::Corrupt`].

use super::Pipeline;
use crate::crc::{Crc32c, crc32c};
use crate::digest::Digest;
use crate::exec::{Supply, failed, final_windows, internal};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;

/// Checksums of what a call left behind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    constant: u32,
    kernels: u32,
    sources: u32,
    flow: u32,
    jobs: u32,
    stream: Option<u32>,
    eval: Option<u32>,
    leaf: Leaf,
    /// The stream was damaged, and the samples it could be made from are gone: where it would need what, till reset.
    lost: Option<Error>,
    /// Nothing is looked at.
    off: bool,
}

/// Rows of a tile, made and not handed out: their checksum grows with them.
#[derive(Clone, Copy, Debug, Default)]
struct Leaf {
    rows: (u64, u64),
    turned: bool,
    sum: u32,
}

/// What a call uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Rings, queues and how far the stream is.
    Flow,
    /// Everything.
    All,
}

const TABLES: Error =
    Error::new(Status::Poisoned, "the tables of the pipeline are damaged: they differ from those it was sealed with");
const POSITIONS: Error = Error::new(Status::Poisoned, "the positions of the pipeline are damaged: reset it");

impl<'m> Pipeline<'m> {
    /// Runs a call between a look at what it uses and a note of what it leaves.
    pub(super) fn guarded<R>(&mut self, scope: Scope, call: impl FnOnce(&mut Self) -> Result<R>) -> Result<R> {
        self.must_be_sealed()?;
        if self.sums.off {
            return call(self);
        }
        self.open(scope)?;
        let result = call(self);
        self.close(scope);
        result
    }

    /// Switches the checks between calls off or on: to measure what they cost.
    pub fn set_checks(&mut self, on: bool) {
        if on && self.sums.off {
            self.close_all();
        }
        self.sums.off = !on;
    }

    pub(super) fn open(&mut self, scope: Scope) -> Result<()> {
        for supply in self.supplies.iter_mut() {
            if let Supply::Pushed(ring) = supply {
                ring.forget_seen();
            }
        }
        if self.sum_of(Self::digest_flow) != self.sums.flow || self.sum_of(Self::digest_sources) != self.sums.sources {
            return Err(POSITIONS);
        }
        if scope == Scope::Flow {
            return Ok(());
        }
        self.tables_sound()?;
        if self.sum_of(Self::digest_jobs) != self.sums.jobs {
            return Err(POSITIONS);
        }
        for stage in 0..self.graph.stages().len() {
            self.table_sound(stage)?;
        }
        Ok(())
    }

    /// Looks at what the evaluation carries, and starts it again where it is damaged.
    pub(super) fn check_evaluation(&mut self) {
        let carries = self.evaluation.as_ref().is_some_and(|e| e.carries());
        if !carries || self.sums.off || self.eval.carried_sum(&self.graph, &mut self.work) == self.sums.eval {
            return;
        }
        let Some(mut sweep) = self.evaluation.as_ref().and_then(|e| e.sweep) else {
            self.repaired();
            self.eval.note_redo();
            if let Some(e) = self.evaluation.as_mut() {
                e.start_over();
            }
            return;
        };
        self.lose_job(&mut sweep);
        if let Some(e) = self.evaluation.as_mut() {
            e.start_over();
            e.sweep = Some(sweep);
        }
    }

    /// Looks at what the stream carries, and starts it again where it is damaged.
    pub(super) fn check_stream(&mut self) -> Result<()> {
        if let Some(lost) = self.sums.lost {
            return Err(lost);
        }
        if self.plan.stream_block == 0
            || self.sums.off
            || self.stream.carried_sum(&self.graph, &mut self.work) == self.sums.stream
        {
            return Ok(());
        }
        self.repaired();
        self.restart_stream()
    }

    /// Starts the stream from the nearest checkpoints, each output at the first row that is not queued.
    fn restart_stream(&mut self) -> Result<()> {
        self.stream.note_redo();
        let (region, windows) = (self.plan.stream, final_windows(&self.graph, &self.supplies));
        let mut next = [(usize::MAX, 0); super::MAX_OUTPUTS];
        for (slot, output) in next.iter_mut().zip(self.outputs.iter()) {
            *slot = (output.facts.stage, output.tail);
        }
        let (stream, mut context) = self.split_stream();
        let tail = |stage: usize| next.iter().find(|(s, _)| *s == stage).map_or(0, |(_, tail)| *tail);
        stream.start_each(&mut context, region, windows, tail)?;
        for (i, (supply, input)) in self.supplies.iter().zip(self.graph.inputs()).enumerate() {
            let (Supply::Pushed(ring), Some(need)) = (supply, self.stream.oldest_sample(&self.graph, i)) else {
                continue;
            };
            if need < ring.first() {
                let text = "the stream is damaged, and sample {a} of input {n}, from which it could be made again, left the ring at {b}";
                let lost = Error::new(Status::Corrupt, text).a(need).b(ring.first()).name(&input.name);
                self.sums.lost = Some(lost);
                return Err(lost);
            }
        }
        Ok(())
    }

    pub(super) fn close(&mut self, scope: Scope) {
        if scope == Scope::All {
            self.stream.settle();
            self.eval.settle();
            self.sums.jobs = self.sum_of(Self::digest_jobs);
            let streams = self.plan.stream_block > 0;
            self.sums.stream = if streams { self.stream.carried_sum(&self.graph, &mut self.work) } else { None };
            let carries = self.evaluation.as_ref().is_some_and(|e| e.carries());
            self.sums.eval = if carries { self.eval.carried_sum(&self.graph, &mut self.work) } else { None };
            self.close_leaf();
        }
        self.sums.flow = self.sum_of(Self::digest_flow);
        self.sums.sources = self.sum_of(Self::digest_sources);
    }

    /// After seal, reset and restore: nothing was noted before.
    pub(super) fn close_all(&mut self) {
        self.sums.lost = None;
        self.sums.constant = self.sum_of(Self::digest_constant);
        self.sums.kernels = self.sum_of(Self::digest_callees);
        self.close(Scope::All);
    }

    /// The rows of the tile under way, first and one behind the last, and whether they are turned round.
    fn leaf_rows(&self) -> Option<(usize, (u64, u64), bool)> {
        let e = self.evaluation.as_ref()?;
        let turned = e.sweep.as_ref()?.turned();
        if self.graph.stages().get(e.ask.stage)?.reverse {
            return None;
        }
        let (first, end) = self.eval.pending(e.ask.stage);
        (first < end).then_some((e.ask.stage, (first, end), turned))
    }

    fn close_leaf(&mut self) {
        let Some((stage, rows, turned)) = self.leaf_rows() else {
            self.sums.leaf = Leaf::default();
            return;
        };
        let had = self.sums.leaf;
        let grows = had.rows.0 == rows.0 && had.rows.1 > rows.0 && had.rows.1 <= rows.1 && !turned && !had.turned;
        let (from, sum) = if grows { (had.rows.1, Crc32c::resume(had.sum)) } else { (rows.0, Crc32c::new()) };
        let sum = if had.turned && turned && had.rows == rows {
            Some(Crc32c::resume(had.sum))
        } else {
            self.eval.rows_sum(&self.graph, &mut self.work, stage, (from, rows.1), sum)
        };
        self.sums.leaf = Leaf { rows, turned, sum: sum.map_or(!had.sum, Crc32c::value) };
    }

    /// Looks at the rows of a tile that were made in earlier calls, before they are handed out. False where they are damaged.
    pub(super) fn leaf_sound(&mut self) -> bool {
        let had = self.sums.leaf;
        let Some((stage, rows, turned)) = self.leaf_rows() else { return true };
        if had.rows.0 != rows.0 || had.rows.0 >= had.rows.1 || had.turned != turned {
            return true;
        }
        let sum = self.eval.rows_sum(&self.graph, &mut self.work, stage, had.rows, Crc32c::new());
        sum.map(Crc32c::value) == Some(had.sum)
    }

    /// Something was found damaged, and is made again.
    pub(super) fn repaired(&mut self) {
        self.repairs.crc_failures = self.repairs.crc_failures.sat_add(1);
        self.repairs.repairs = self.repairs.repairs.sat_add(1);
    }

    fn sum_of(&self, digest: impl FnOnce(&Self, &mut Digest)) -> u32 {
        let mut d = Digest::default();
        digest(self, &mut d);
        d.value()
    }

    fn digest_constant(&self, d: &mut Digest) {
        self.graph.digest(d);
        self.plan.digest(d);
        self.stream.plan.digest(d);
        let k = &self.options;
        d.words([k.mode as u64, k.budget, k.cache_bytes, k.lru_bytes, k.checkpoint_every, k.checkpoint_slots.into()]);
        d.words([k.sweep.map_or(0, |s| s.0), k.sweep.map_or(0, |s| s.1), self.hash]);
        d.sizes([usize::from(k.choose_lru), usize::from(k.spill)]);
        let (spill, spill_len) = self.work.spill();
        d.sizes([self.work.address(), self.work.len(), spill, spill_len]);
        self.supplies.iter().for_each(|s| d.sizes([s.address()]));
        self.outputs.iter().for_each(|o| {
            d.sizes([o.facts.stage, o.span.at, o.span.len]);
            d.word(o.facts.capacity);
        });
    }

    /// What kernels and sources tell of themselves: looked at when it is known that they can be called.
    fn digest_callees(&self, d: &mut Digest) {
        self.graph.digest_kernels(d);
        self.supplies.iter().for_each(|s| s.digest_source(d));
    }

    fn digest_sources(&self, d: &mut Digest) {
        self.supplies.iter().filter(|s| !s.is_pushed()).for_each(|s| s.digest(d));
    }

    fn digest_flow(&self, d: &mut Digest) {
        self.supplies.iter().filter(|s| s.is_pushed()).for_each(|s| s.digest(d));
        self.outputs.iter().for_each(|o| d.words([o.head, o.tail]));
        self.stream.digest(d);
        d.words(self.released);
    }

    fn digest_jobs(&self, d: &mut Digest) {
        if let Some(e) = self.evaluation.as_ref() {
            self.eval.digest(d);
            self.eval.plan.digest(d);
            e.digest(d);
        }
        if let Some(left) = self.left.as_ref() {
            left.digest(d);
        }
        self.checkpoints.digest(d);
        self.cache.digest(d);
    }

    /// Refuses to go on where the tables are not those of seal. Then nothing that lies in them may be called, dropping
    /// included: whoever owns the pipeline forgets it.
    pub fn tables_sound(&self) -> Result<()> {
        let same = self.sum_of(Self::digest_constant) == self.sums.constant
            && self.sum_of(Self::digest_callees) == self.sums.kernels;
        if same || !self.sealed { Ok(()) } else { Err(TABLES) }
    }

    /// Refuses to go on where the lengths of sources are not what they were.
    pub(super) fn sources_sound(&self) -> Result<()> {
        if self.sum_of(Self::digest_sources) == self.sums.sources { Ok(()) } else { Err(POSITIONS) }
    }

    /// A source got longer.
    pub(super) fn close_sources(&mut self) {
        self.sums.sources = self.sum_of(Self::digest_sources);
    }

    /// Looks at the constant table of a stage; fills it again where it is damaged.
    pub(super) fn table_sound(&mut self, stage: usize) -> Result<()> {
        let Some((span, sum)) = self.graph.stages().get(stage).map(|s| (s.table, s.table_sum)) else { return Ok(()) };
        let sound = |bytes: Option<&mut [u8]>| bytes.is_some_and(|b| crc32c(b) == sum);
        if span.len == 0 || sound(self.work.bytes(span)) {
            return Ok(());
        }
        self.repaired();
        let Some(bytes) = self.work.bytes(span) else { return internal("a table lies outside of the work area") };
        if let Some(s) = self.graph.stages().get(stage) {
            let text = "stage {n} could not fill its table again: {a}";
            s.kernel.prepare(bytes).map_err(|code| failed(code, text).name(&s.name))?;
        }
        if sound(self.work.bytes(span)) { Ok(()) } else { Err(TABLES) }
    }

    /// Makes reset possible after damage: everything is given its place again. Not possible where the tables themselves,
    /// or the lengths of sources, are damaged.
    pub(super) fn rebuild(&mut self) -> Result<()> {
        self.tables_sound()?;
        if self.sum_of(Self::digest_sources) != self.sums.sources {
            return Err(TABLES);
        }
        let same = self.sum_of(Self::digest_flow) == self.sums.flow && self.sum_of(Self::digest_jobs) == self.sums.jobs;
        let plan = self.plan;
        if same { Ok(()) } else { self.settle(plan) }
    }
}

impl Pipeline<'_> {
    /// A queued row of an output is damaged: what is queued of it is made again. In the midst of a call.
    pub(super) fn lost_queue(&mut self, index: usize) -> Result<()> {
        if let Some(lost) = self.sums.lost {
            return Err(lost);
        }
        self.repaired();
        let Some(output) = self.outputs.get_mut(index) else { return Ok(()) };
        let (stage, lost) = (output.facts.stage, output.tail);
        output.tail = output.head;
        self.restart_stream()?;
        self.stream.note_redo_of(stage, lost);
        let streams = self.stream.carried_sum(&self.graph, &mut self.work);
        self.sums.stream = streams;
        self.sums.jobs = self.sum_of(Self::digest_jobs);
        Ok(())
    }
}
