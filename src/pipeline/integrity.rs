//! Checks for memory that changes between two calls. Every call verifies what it is about to use, and records checksums
//! of what it leaves.
//!
//! - Tables that do not change after seal (graph, plan, options): a checksum recorded at seal. A mismatch poisons the
//!   pipeline.
//! - Positions of jobs, input buffers, queues and schedules: a checksum over their values, recorded at the end of a
//!   call and compared at the start of the next one. A mismatch poisons the pipeline; a reset restores it.
//! - Constant tables of stages in the work area: filled again when damaged.
//! - What a job carries (states, rows and samples needed again): when damaged, the job restarts from the nearest
//!   checkpoints, at the first row that is not delivered. Where samples for that are no longer held,
//!   [`Status::Corrupt`].

use super::definition::{MAX_OUTPUTS, Pipeline};
use super::sums::{Scope, TileSum, Verified};
use crate::crc::{Crc32c, crc32c};
use crate::digest::Digest;
use crate::exec::{Supply, callback_error, final_windows, internal};
use crate::status::{Error, Result, Status};
use crate::store::found::Found;
use crate::util::places::PlaceSum;
use crate::util::unsigned::Unsigned;

const TABLES: Error =
    Error::new(Status::Poisoned, "the tables of the pipeline are damaged, they differ from those at seal: delete it");
const POSITIONS: Error = Error::new(Status::Poisoned, "the positions of the pipeline are damaged: reset it");

/// The checks at the start and end of a call.
impl<'m> Pipeline<'m> {
    /// Runs a call between the check of what it uses and the record of what it leaves.
    pub(super) fn guarded<R>(&mut self, scope: Scope, call: impl FnOnce(&mut Self) -> Result<R>) -> Result<R> {
        self.must_be_sealed()?;
        if self.sums.off {
            return call(self);
        }
        self.verify(scope)?;
        let result = call(self);
        self.record(scope);
        result
    }

    /// Switches the checks between calls on or off, to measure their cost.
    pub fn set_checks(&mut self, on: bool) {
        if on && self.sums.off {
            self.record_all();
        }
        self.sums.off = !on;
    }

    /// Verifies what a call uses. Fills damaged constant tables again.
    pub(super) fn verify(&mut self, scope: Scope) -> Result<()> {
        self.sums.verified = Verified::default();
        for supply in self.supplies.iter_mut() {
            if let Supply::Pushed(buffer) = supply {
                buffer.forget_verified();
            }
        }
        if self.sum_of(Self::digest_flow) != self.sums.flow || self.sum_of(Self::digest_sources) != self.sums.sources {
            return Err(POSITIONS);
        }
        if scope == Scope::Flow {
            return Ok(());
        }
        self.check_tables()?;
        if self.sum_of(Self::digest_jobs) != self.sums.jobs {
            return Err(POSITIONS);
        }
        for stage in 0..self.graph.stages().len() {
            self.repair_table(stage)?;
        }
        if self.sum_of(|p, d| p.changes.digest_kernels(d)) != self.sums.changes {
            return Err(POSITIONS);
        }
        self.repair_changed_tables()
    }

    /// Records checksums of what a call leaves.
    pub(super) fn record(&mut self, scope: Scope) {
        if scope == Scope::All {
            self.stream.commit();
            self.eval.commit();
            self.sums.jobs = self.sum_of(Self::digest_jobs);
            self.sums.changes = self.sum_of(|p, d| p.changes.digest_kernels(d));
            self.record_carried();
        }
        self.sums.flow = self.sum_of(Self::digest_flow);
        self.sums.sources = self.sum_of(Self::digest_sources);
    }

    /// Records checksums of what jobs carry, where this call has verified it.
    fn record_carried(&mut self) {
        if self.sums.verified.stream {
            let streams = self.plan.stream_block > 0;
            self.sums.stream = if streams { self.stream.carried_sum(&self.graph, &mut self.work) } else { None };
        }
        let uses_job = self.evaluation.as_ref().is_some_and(|e| e.uses_job());
        if !uses_job || self.sums.verified.eval {
            self.sums.eval = if uses_job { self.eval.carried_sum(&self.graph, &mut self.work) } else { None };
            self.record_tile();
        }
    }

    /// Records all checksums, those of the constant tables included: after seal, reset and restore.
    pub(super) fn record_all(&mut self) {
        self.sums.lost = None;
        self.sums.verified = Verified { stream: true, eval: true };
        self.sums.constant = self.sum_of(Self::digest_constant);
        self.sums.callees = self.sum_of(Self::digest_callees);
        self.record(Scope::All);
    }

    /// Records the lengths of sources, after one grew.
    pub(super) fn record_sources(&mut self) {
        self.sums.sources = self.sum_of(Self::digest_sources);
    }

    /// Fails where the tables differ from those at seal. No callback in them may be called then, not even to drop it:
    /// the owner of the pipeline must forget it.
    pub fn check_tables(&self) -> Result<()> {
        let same = self.sum_of(Self::digest_constant) == self.sums.constant
            && self.sum_of(Self::digest_callees) == self.sums.callees;
        if same || !self.sealed { Ok(()) } else { Err(TABLES) }
    }

    /// Sum over what leads to the tables that all calls use: addresses, lengths, and what is present. To be compared
    /// with the sum at the end of the call before, before any of it is followed.
    #[must_use]
    pub fn places(&self) -> PlaceSum {
        let mut sum = PlaceSum::default();
        self.graph.places(&mut sum);
        self.supplies.places(&mut sum);
        self.outputs.places(&mut sum);
        sum.add_all([self.supplies.len(), self.outputs.len()]);
        self.work.places(&mut sum);
        self.stage_counts.places(&mut sum);
        self.gaps.places(&mut sum);
        self.changes.places(&mut sum);
        self.stream.places(&mut sum);
        let sink = self.evaluation.as_ref().map_or(0, |e| e.sink.address());
        let lost = self.sums.lost.as_ref().map_or([0; 3], |e| [1, e.template.as_ptr().addr(), e.template.len()]);
        let clock = self.clock.as_ref().map_or(0, |c| c.address());
        sum.add_all([usize::from(self.sealed), usize::from(self.sums.off), sink, clock]);
        let planner = self.planner.map_or(0, |calls| core::ptr::from_ref(calls).addr());
        let frozen = self.frozen.map_or([0; 3], |f| [f.bytes.as_ptr().addr(), f.bytes.len(), f.job as usize]);
        sum.add(planner);
        sum.add_all(frozen);
        sum.add_all(lost);
        #[cfg(feature = "stages")]
        sum.add(usize::from(self.host_plans.is_some()));
        sum
    }

    /// The same for the tables that pushes and pulls do not use, unless an evaluation runs.
    #[must_use]
    pub fn far_places(&self) -> PlaceSum {
        let mut sum = PlaceSum::default();
        self.pool.places(&mut sum);
        self.draft.places(&mut sum);
        self.eval.places(&mut sum);
        self.checkpoints.places(&mut sum);
        sum
    }

    /// Sum over what calls use of the tables before they verify their checksums: the types of samples, and before seal,
    /// when no checksum exists, the addresses of kernels. Only called once [`Pipeline::places`] is verified.
    #[must_use]
    pub fn openings(&self) -> PlaceSum {
        let mut sum = PlaceSum::default();
        self.graph.samples(&mut sum);
        if !self.sealed {
            self.graph.kernels(&mut sum);
        }
        self.changes.kernels(&mut sum);
        sum
    }

    /// Fails where the lengths of sources have changed since they were recorded.
    pub(super) fn check_sources(&self) -> Result<()> {
        if self.sum_of(Self::digest_sources) == self.sums.sources { Ok(()) } else { Err(POSITIONS) }
    }

    /// Verifies the constant table of a stage, and fills it again where it is damaged.
    fn repair_table(&mut self, stage: usize) -> Result<()> {
        let Some((span, sum)) = self.graph.stages().get(stage).map(|s| (s.table, s.table_sum)) else { return Ok(()) };
        let valid = |bytes: Option<&mut [u8]>| bytes.is_some_and(|b| crc32c(b) == sum);
        if span.len == 0 || valid(self.work.bytes(span)) {
            return Ok(());
        }
        self.count_repair();
        let Some(bytes) = self.work.bytes(span) else { return internal("a table is outside the work area") };
        if let Some(s) = self.graph.stages().get(stage) {
            let text = "stage {n} returned {a} for its table";
            s.kernel.prepare(bytes).map_err(|code| callback_error(code, text).name(&s.name))?;
        }
        if valid(self.work.bytes(span)) { Ok(()) } else { Err(TABLES) }
    }

    /// Prepares a reset: where positions are damaged, every part gets its place again. Fails where the tables
    /// themselves or the lengths of sources are damaged.
    pub(super) fn rebuild(&mut self) -> Result<()> {
        self.check_tables()?;
        if self.sum_of(Self::digest_sources) != self.sums.sources {
            return Err(TABLES);
        }
        let same = self.sum_of(Self::digest_flow) == self.sums.flow && self.sum_of(Self::digest_jobs) == self.sums.jobs;
        let plan = self.plan;
        if same { Ok(()) } else { self.lay_out(plan) }
    }
}

/// Damage in what jobs carry, and its repair.
impl Pipeline<'_> {
    /// Verifies what the evaluation carries, and restarts its job where that is damaged.
    pub(super) fn check_evaluation(&mut self) {
        self.sums.verified.eval = true;
        let uses_job = self.evaluation.as_ref().is_some_and(|e| e.uses_job());
        if !uses_job || self.sums.off || self.eval.carried_sum(&self.graph, &mut self.work) == self.sums.eval {
            return;
        }
        let Some(mut sweep) = self.evaluation.as_ref().and_then(|e| e.sweep) else {
            self.count_repair();
            self.eval.count_recomputed();
            if let Some(e) = self.evaluation.as_mut() {
                e.restart_job();
            }
            return;
        };
        self.restart_sweep_job(&mut sweep);
        if let Some(e) = self.evaluation.as_mut() {
            e.restart_job();
            e.sweep = Some(sweep);
        }
    }

    /// Verifies what the stream carries, and restarts it where that is damaged.
    pub(super) fn check_stream(&mut self) -> Result<()> {
        if let Some(lost) = self.sums.lost {
            return Err(lost);
        }
        if self.plan.stream_block == 0
            || self.sums.off
            || self.stream.carried_sum(&self.graph, &mut self.work) == self.sums.stream
        {
            self.sums.verified.stream = true;
            return Ok(());
        }
        self.count_repair();
        self.restart_stream()?;
        self.sums.verified.stream = true;
        Ok(())
    }

    /// Restarts the stream from the nearest checkpoints, each output at the first row that is not queued.
    fn restart_stream(&mut self) -> Result<()> {
        self.stream.count_recomputed();
        let (region, windows) = (self.plan.stream, final_windows(&self.graph, &self.supplies));
        let mut tails = [(usize::MAX, 0); MAX_OUTPUTS];
        for (slot, output) in tails.iter_mut().zip(self.outputs.iter()) {
            *slot = (output.facts.stage, output.tail);
        }
        let (stream, mut context) = self.split_stream();
        let tail = |stage: usize| tails.iter().find(|(s, _)| *s == stage).map_or(0, |(_, tail)| *tail);
        stream.start(&mut context, region, windows, &|stage| (tail(stage), u64::MAX))?;
        if let Some(released) = self.released_row(&self.stream) {
            let lost = released.with_status(Status::Corrupt);
            self.sums.lost = Some(lost);
            return Err(lost);
        }
        let Some((input, need, first)) = self.missing_sample(&self.stream) else { return Ok(()) };
        let text =
            "the stream is damaged; its repair needs sample {a} of {i}, the input buffer starts with {b}: reset it";
        let lost = Error::new(Status::Corrupt, text).a(need).b(first).name(&input.name);
        self.sums.lost = Some(lost);
        Err(lost)
    }

    /// Recomputes the queued rows of an output, one of which is damaged. Called within a call.
    pub(super) fn recompute_queue(&mut self, index: usize) -> Result<()> {
        if let Some(lost) = self.sums.lost {
            return Err(lost);
        }
        let Some(output) = self.outputs.get_mut(index) else { return Ok(()) };
        let (stage, end) = (output.facts.stage, output.tail);
        let new = output.found.is_new(output.head);
        output.tail = output.head;
        output.found = Found::default();
        self.repairs.crc_failures = self.repairs.crc_failures.sat_add(u64::from(new));
        self.repairs.repairs = self.repairs.repairs.sat_add(1);
        let restarted = self.restart_stream();
        // A restart drops damaged checkpoints, whether it succeeds or not.
        self.sums.jobs = self.sum_of(Self::digest_jobs);
        restarted?;
        self.stream.count_recomputed_of(stage, end);
        self.sums.stream = self.stream.carried_sum(&self.graph, &mut self.work);
        Ok(())
    }

    /// The stage of the present tile, its rows that are computed and not delivered (first and end, exclusive), and
    /// whether they are reversed. None for a reverse scan, whose rows are part of [`crate::exec::Job::carried_sum`].
    fn tile_rows(&self) -> Option<(usize, (u64, u64), bool)> {
        let e = self.evaluation.as_ref()?;
        let reversed = e.sweep.as_ref()?.is_tile_reversed();
        if self.graph.stages().get(e.ask.stage)?.reverse {
            return None;
        }
        let (first, end) = self.eval.pending(e.ask.stage);
        (first < end).then_some((e.ask.stage, (first, end), reversed))
    }

    /// Records the checksum of the tile's rows. Where rows were added since it was recorded last, it is continued.
    fn record_tile(&mut self) {
        let Some((stage, rows, reversed)) = self.tile_rows() else {
            self.sums.tile = TileSum::default();
            return;
        };
        let old = self.sums.tile;
        let forward = !reversed && !old.reversed;
        let grows = old.rows.0 == rows.0 && old.rows.1 > rows.0 && old.rows.1 <= rows.1 && forward;
        let (from, sum) = if grows { (old.rows.1, Crc32c::resume(old.sum)) } else { (rows.0, Crc32c::new()) };
        let sum = if old.reversed && reversed && old.rows == rows {
            Some(Crc32c::resume(old.sum))
        } else {
            self.eval.rows_sum(&self.graph, &mut self.work, stage, (from, rows.1), sum)
        };
        self.sums.tile = TileSum { rows, reversed, sum: sum.map_or(!old.sum, Crc32c::value) };
    }

    /// Verifies the rows of the tile that were computed in earlier calls, before they are delivered.
    pub(super) fn tile_intact(&mut self) -> bool {
        let old = self.sums.tile;
        let Some((stage, rows, reversed)) = self.tile_rows() else { return true };
        if old.rows.0 != rows.0 || old.rows.0 >= old.rows.1 || old.reversed != reversed {
            return true;
        }
        let sum = self.eval.rows_sum(&self.graph, &mut self.work, stage, old.rows, Crc32c::new());
        sum.map(Crc32c::value) == Some(old.sum)
    }

    /// Counts damage that is found and repaired.
    pub(super) fn count_repair(&mut self) {
        self.repairs.crc_failures = self.repairs.crc_failures.sat_add(1);
        self.repairs.repairs = self.repairs.repairs.sat_add(1);
    }
}

/// What the checksums cover.
impl Pipeline<'_> {
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
        d.sizes([k.choose_lru, k.spill, k.stream_only].map(usize::from));
        let (spill, spill_len) = self.work.spill();
        d.sizes([self.work.address(), self.work.len(), spill, spill_len]);
        self.supplies.iter().for_each(|s| d.sizes([s.address()]));
        self.outputs.iter().for_each(|o| {
            d.sizes([o.facts.stage, o.span.at, o.span.len]);
            d.word(o.facts.capacity);
        });
    }

    /// The identities that kernels and sources report. Only called once their addresses are verified.
    fn digest_callees(&self, d: &mut Digest) {
        self.graph.digest_kernels(d);
        self.supplies.iter().for_each(|s| s.digest_source(d));
        if let Some(clock) = self.clock.as_ref() {
            clock.digest(d);
        }
    }

    fn digest_sources(&self, d: &mut Digest) {
        self.supplies.iter().filter(|s| !s.is_pushed()).for_each(|s| s.digest(d));
    }

    fn digest_flow(&self, d: &mut Digest) {
        self.supplies.iter().filter(|s| s.is_pushed()).for_each(|s| s.digest(d));
        self.outputs.iter().for_each(|o| d.words([o.head, o.tail]));
        self.stream.digest(d);
        d.words(self.released);
        self.gaps.digest(d);
    }

    fn digest_jobs(&self, d: &mut Digest) {
        if let Some(e) = self.evaluation.as_ref() {
            self.eval.digest(d);
            self.eval.plan.digest(d);
            e.digest(d);
        }
        if let Some(saved) = self.saved_sweep.as_ref() {
            saved.digest(d);
        }
        self.changes.digest(d);
        self.checkpoints.digest(d);
        self.cache.digest(d);
    }
}
