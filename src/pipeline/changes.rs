//! Changes of parameters: from a row on, a stage has other ones. Every row is computed with the parameters in force at
//! its number, in whatever order and however often it is computed.

use super::definition::Pipeline;
use super::sums::Scope;
use crate::checked;
use crate::crc::crc32c;
use crate::exec::{Change, Job, Supply, callback_error, internal};
use crate::graph::Stage;
use crate::kernel::KernelBox;
use crate::limits::BUFFER_ALIGN;
use crate::mem::{Carver, Span};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Count;
use core::ffi::c_void;

impl<'m> Pipeline<'m> {
    /// Changes the parameters of a built-in stage from row `from` on; `None`: from the first row that is not computed.
    /// Returns the row. Those left out of `params` have their defaults.
    #[cfg(feature = "stages")]
    pub fn change_params(
        &mut self,
        stage: usize,
        params: &[crate::stages::Param<'_>],
        from: Option<u64>,
    ) -> Result<u64> {
        self.guarded(Scope::All, |p| p.change_params_now(stage, params, from))
    }

    /// Changes the context of a stage of the caller from row `from` on, as [`Pipeline::change_params`] does.
    pub fn change_context(
        &mut self,
        stage: usize,
        context: *mut c_void,
        revision: u32,
        from: Option<u64>,
    ) -> Result<u64> {
        self.guarded(Scope::All, |p| {
            let (row, block) = p.place_change(stage, from)?;
            let Some(changed) = p.graph.stages().get(stage) else { return Err(p.graph.unknown_stage(stage)) };
            let text = "stage {n} is built in: change its parameters with sqs_stage_params()";
            let none = Error::new(Status::Argument, text).name(&changed.name);
            let Some(place) = p.changes.block(block) else { return internal("a change has no memory") };
            place.build(|_| changed.kernel.with_context(context).ok_or(none))?;
            p.keep_change(stage, revision, row, block)
        })
    }

    /// Frees the changes of a stage that only rows before `row` are computed with. Those rows can no longer be computed
    /// afterwards. Returns the number of changes freed.
    pub fn release_changes(&mut self, stage: usize, row: u64) -> Result<usize> {
        self.guarded(Scope::All, |p| {
            if stage >= p.graph.stages().len() {
                return Err(p.graph.unknown_stage(stage));
            }
            let open = p.first_open_row(stage).min_u64(p.changes.computed(stage));
            Ok(p.changes.free_before(stage, row.min_u64(open)))
        })
    }

    /// The first row of a stage that a job still has to compute.
    fn first_open_row(&self, stage: usize) -> u64 {
        let stream = (self.plan.stream_block > 0).then(|| self.stream.first_open(&self.graph, stage)).flatten();
        let evaluates = self.evaluation.as_ref().is_some_and(|e| e.uses_job());
        let eval = evaluates.then(|| self.eval.first_open(&self.graph, stage)).flatten();
        stream.unwrap_or(u64::MAX).min_u64(eval.unwrap_or(u64::MAX))
    }

    /// Frees the changes that no row which can still be computed needs: every row needs its own window of each input.
    fn free_unneeded(&mut self) {
        let held = self.supplies.iter().zip(self.graph.inputs()).map(|(supply, input)| match supply {
            Supply::Pushed(buffer) => checked::div_ceil(buffer.first(), input.hop),
            Supply::Source { .. } => 0,
        });
        let window = held.min().unwrap_or(0);
        for stage in 0..self.graph.stages().len() {
            let row = self.graph.stages().get(stage).map_or(0, |s| checked::div_ceil(window, s.rate));
            let open = self.first_open_row(stage).min_u64(self.changes.computed(stage));
            self.changes.free_before(stage, row.min_u64(open));
        }
    }

    /// The row of a change, and a block for its kernel.
    fn place_change(&mut self, stage: usize, from: Option<u64>) -> Result<(u64, usize)> {
        let Some(name) = self.graph.stages().get(stage).map(|s| s.name) else {
            return Err(self.graph.unknown_stage(stage));
        };
        if self.changes.capacity() == 0 {
            let text = "stage {n}: the pipeline has no room for changes: set max_param_changes of its config";
            return Err(Error::new(Status::Limit, text).name(&name));
        }
        let computed = self.changes.computed(stage);
        let row = from.unwrap_or(computed);
        if row < computed {
            let text = "stage {n}: the rows before {b} are computed: a change at row {a} is too late for them";
            return Err(Error::new(Status::Range, text).name(&name).a(row).b(computed));
        }
        if !self.changes.fits(stage, row) {
            self.free_unneeded();
        }
        if !self.changes.fits(stage, row) {
            let text = "stage {n}: all {a} changes are in use: sqs_stage_params_release() frees those of earlier rows";
            return Err(Error::new(Status::Limit, text).name(&name).a(self.changes.capacity()));
        }
        match self.changes.free_block() {
            Some(block) => Ok((row, block)),
            None => internal("a change has no memory"),
        }
    }

    /// Fills the constant table of a change whose kernel is in `block`, and adds the change.
    fn keep_change(&mut self, stage: usize, revision: u32, first: u64, block: usize) -> Result<u64> {
        let stage_id = u32::try_from(stage).unwrap_or(u32::MAX);
        let table = self.changed_table(stage, block)?;
        let mut change = Change { stage: stage_id, revision, first, block, table, table_sum: 0 };
        match self.fill_changed_table(&change) {
            Ok(sum) => change.table_sum = sum,
            Err(e) => {
                if let Some(block) = self.changes.block(block) {
                    block.clear();
                }
                return Err(e);
            }
        }
        self.changes.add(change);
        Ok(first)
    }

    /// The place of the constant table of the change in `block`.
    fn changed_table(&self, stage: usize, block: usize) -> Result<Span> {
        let (mut own, mut largest) = (0, 0);
        for s in self.graph.stages() {
            own = checked::align_up(checked::add(own, s.table_bytes)?, BUFFER_ALIGN)?;
            largest = s.table_bytes.max(largest);
        }
        let len = self.graph.stages().get(stage).map_or(0, |s| s.table_bytes);
        let skip = checked::mul(checked::align_up(largest, BUFFER_ALIGN)?, block)?;
        Ok(Span { at: checked::add(self.plan.tables.at, checked::add(own, skip)?)?, len })
    }

    /// Has the kernel of a change fill its constant table. Returns the checksum.
    fn fill_changed_table(&mut self, change: &Change) -> Result<u32> {
        let Some(bytes) = self.work.bytes(change.table) else { return internal("a table is outside the work area") };
        if bytes.is_empty() {
            return Ok(0);
        }
        let block = self.changes.block(change.block);
        let filled = block.and_then(|b| b.with(|kernel| kernel.prepare(bytes))).unwrap_or(Ok(()));
        let text = "stage {n} returned {a} for its table";
        let stage = usize::try_from(change.stage).unwrap_or(usize::MAX);
        filled.map_err(|code| self.graph.about_stage(stage, callback_error(code, text)))?;
        Ok(crc32c(bytes))
    }

    /// Verifies the constant tables of all changes, and fills those again that are damaged.
    pub(super) fn repair_changed_tables(&mut self) -> Result<()> {
        for i in 0..self.changes.all().len() {
            let Some(change) = self.changes.all().get(i).copied() else { break };
            let valid = |bytes: Option<&mut [u8]>| bytes.is_some_and(|b| crc32c(b) == change.table_sum);
            if change.table.len == 0 || valid(self.work.bytes(change.table)) {
                continue;
            }
            self.count_repair();
            if self.fill_changed_table(&change)? != change.table_sum {
                return internal("the table of a change differs from the one before");
            }
        }
        Ok(())
    }

    /// An error where a job has to compute rows whose parameters are released.
    pub(super) fn released_row(&self, job: &Job<'m>) -> Option<Error> {
        if !self.changes.has_floors() {
            return None;
        }
        self.graph.stages().iter().enumerate().find_map(|(i, stage)| {
            let (first, floor) = (job.first_open(&self.graph, i)?, self.changes.floor(i));
            let text = "row {a} of stage {n} is needed, but the parameters of the rows before {b} are released";
            (first < floor).then(|| Error::new(Status::Evicted, text).name(&stage.name).a(first).b(floor))
        })
    }
}

/// Refuses parameters with which a stage would differ in more than its numbers.
#[cfg(feature = "stages")]
fn fits(stage: &Stage<'_>, spec: &crate::kernel::StageSpec<'_>) -> Result<()> {
    let sizes = [
        ("row length", spec.shape.len, stage.shape.len),
        ("row type", spec.shape.dtype as usize, stage.shape.dtype as usize),
        ("stride", spec.stride as usize, usize::try_from(stage.stride).unwrap_or(usize::MAX)),
        ("state size", spec.state_bytes, stage.state_bytes),
        ("state word", spec.state_word, stage.state_word),
        ("direction", usize::from(spec.reverse), usize::from(stage.reverse)),
        ("scratch size", spec.scratch_bytes, stage.scratch_bytes),
        ("scratch kept", usize::from(spec.keeps_scratch), usize::from(stage.keeps_scratch)),
        ("table size", spec.table_bytes, stage.table_bytes),
        ("row step", usize::from(spec.series == stage.series), 1),
    ];
    let Some((what, new, old)) = sizes.into_iter().find(|(_, new, old)| new != old) else { return Ok(()) };
    let text = "stage {n}: the {m} would be {a} instead of {b}: only parameters that keep all sizes can change";
    let mut name = crate::status::Name::new();
    name.push_str(what);
    Err(Error::new(Status::Graph, text).name(&stage.name).other(&name).a(new).b(old))
}

/// Changes of built-in stages.
#[cfg(feature = "stages")]
impl<'m> Pipeline<'m> {
    /// Keeps the kind of a new stage, for changes.
    pub(super) fn keep_kind(&mut self, stage: usize, kind: &'static crate::stages::Kind) {
        // As many turns as stages of the caller come before this one.
        while self.kinds.len() < stage && self.kinds.push(None).is_ok() {}
        let _ = self.kinds.push(Some(kind));
    }

    fn change_params_now(
        &mut self,
        stage: usize,
        params: &[crate::stages::Param<'_>],
        from: Option<u64>,
    ) -> Result<u64> {
        use crate::limits::MAX_FAN_IN;
        use crate::stages::{Build, EdgeShape, make};
        let (row, block) = self.place_change(stage, from)?;
        let Some(changed) = self.graph.stages().get(stage) else { return Err(self.graph.unknown_stage(stage)) };
        let Some(kind) = self.kinds.get(stage).copied().flatten() else {
            let text = "stage {n} is one of the caller: change its context with sqs_stage_context()";
            return Err(Error::new(Status::Argument, text).name(&changed.name));
        };
        let mut shapes = [EdgeShape::NONE; MAX_FAN_IN];
        for (shape, edge) in shapes.iter_mut().zip(self.graph.edges_of(changed)) {
            let (lookback, lookahead) = (edge.lookback, edge.lookahead);
            let halo = |rows: u64| u32::try_from(rows).unwrap_or(u32::MAX);
            *shape = self.shape_of(edge.from(), self.graph.name(edge.from()), halo(lookback), halo(lookahead));
        }
        let edges = shapes.get(..self.graph.edges_of(changed).len()).unwrap_or(&[]);
        let mut revision = 0;
        let Some(place) = self.changes.block(block) else { return internal("a change has no memory") };
        let built = place.build(|pool| make_kernel(kind, changed, params, edges, pool, &mut revision));
        built.map_err(|e| {
            let text = "stage {n}: its parameters need at least {a} bytes more than a change has: raise \
                        param_change_bytes";
            if e.template == crate::mem::SHORT { e.reworded(text).name(&changed.name) } else { e }
        })?;
        return self.keep_change(stage, revision, row, block);

        /// The kernel of `changed` with other parameters, and their revision.
        fn make_kernel<'x>(
            kind: &crate::stages::Kind,
            changed: &Stage<'_>,
            params: &[crate::stages::Param<'_>],
            edges: &[EdgeShape],
            pool: &mut Carver<'x>,
            revision: &mut u32,
        ) -> Result<KernelBox<'x>> {
            let stage = changed.name.as_str();
            let mut build = Build { kind: kind.name, stage, params, edges, pool, host_plans: None };
            *revision = build.revision();
            let spec = make(kind, &mut build)?;
            fits(changed, &spec)?;
            Ok(spec.kernel)
        }
    }
}
