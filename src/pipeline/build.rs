//! Building a pipeline before seal: inputs and their sources, stages, opened outputs. A source may grow after seal.

use super::definition::{MAX_OUTPUTS, Pipeline, TOO_MANY_OUTPUTS};
use crate::checked;
use crate::exec::{StageCounts, Supply};
use crate::graph::{EdgeSpec, InputSpec, Needs, TOO_MANY_INPUTS};
use crate::io::{ClockBox, SourceBox};
use crate::kernel::StageSpec;
use crate::limits::MAX_INPUTS;
use crate::mem::SHORT;
use crate::series::Series;
use crate::status::{Error, Result, Status, cut_name};
use crate::store::input_buffer::InputBuffer;
use crate::store::queue::{Output, OutputFacts};

impl<'m> Pipeline<'m> {
    /// Adds an input and returns its index. The input is pushed until [`Pipeline::set_source`].
    pub fn add_input(&mut self, spec: &InputSpec<'_>) -> Result<usize> {
        self.add_filled_input(spec, 0)
    }

    /// The same, of an input whose missing samples have the value `fill`.
    pub fn add_filled_input(&mut self, spec: &InputSpec<'_>, fill: i64) -> Result<usize> {
        self.must_not_be_sealed()?;
        let id = self.graph.add_filled_input(spec, fill)?;
        let full = || Error::new(Status::Limit, TOO_MANY_INPUTS).a(MAX_INPUTS);
        self.supplies.push(Supply::Pushed(InputBuffer::default())).map_err(|_| full())?;
        Ok(id)
    }

    /// Adds a stage and returns its index.
    pub fn add_stage(&mut self, name: &str, edges: &[EdgeSpec<'_>], spec: StageSpec<'m>) -> Result<usize> {
        self.must_not_be_sealed()?;
        let id = self.graph.add_stage(name, edges, spec)?;
        // As many counts as the graph has room for stages.
        let _ = self.stage_counts.push(StageCounts::default());
        Ok(id)
    }

    /// Refuses edges that do not have what a new stage needs.
    pub fn check_needs(&self, stage: &str, edges: &[EdgeSpec<'_>], needs: Needs) -> Result<()> {
        self.graph.check_needs(stage, edges, needs)
    }

    /// The series of the first edge, for rows of `spec` computed from its rows.
    pub fn kept_series(&self, stage: &str, edges: &[EdgeSpec<'_>], spec: &StageSpec<'m>) -> Result<Series> {
        self.graph.kept_series(stage, edges, spec)
    }

    /// Adds a built-in stage by the name of its kind and returns its index.
    #[cfg(feature = "stages")]
    pub fn add_builtin(
        &mut self,
        kind: &str,
        name: &str,
        edges: &[EdgeSpec<'_>],
        params: &[crate::stages::Param<'_>],
    ) -> Result<usize> {
        self.must_not_be_sealed()?;
        self.add_kind(crate::stages::by_name(kind)?, name, edges, params)
    }

    /// Adds a built-in stage by its kind and returns its index. A program that only calls this links no other kinds.
    #[cfg(feature = "stages")]
    pub fn add_kind(
        &mut self,
        kind: &'static crate::stages::Kind,
        name: &str,
        edges: &[EdgeSpec<'_>],
        params: &[crate::stages::Param<'_>],
    ) -> Result<usize> {
        use crate::limits::MAX_FAN_IN;
        use crate::stages::{Build, EdgeShape, make};
        self.must_not_be_sealed()?;
        let mut shapes = [EdgeShape::NONE; MAX_FAN_IN];
        for (shape, spec) in shapes.iter_mut().zip(edges) {
            let from = self.graph.resolve(name, spec)?.from();
            let mut name = crate::status::Name::new();
            name.push_str(spec.name);
            *shape = self.shape_of(from, name, spec.lookback, spec.lookahead);
        }
        let edge_shapes = shapes.get(..edges.len().min(MAX_FAN_IN)).unwrap_or(&[]);
        let (pool, host_plans) = (&mut self.pool, self.host_plans.as_mut());
        let mut build = Build { kind: kind.name, stage: name, params, edges: edge_shapes, pool, host_plans };
        let spec = make(kind, &mut build).map_err(|e| {
            let text = "stage {n}: its parameters need at least {a} bytes more than are left: raise param_bytes";
            if e.template == SHORT { e.reworded(text).name(&cut_name(name)) } else { e }
        })?;
        let stage = self.add_stage(name, edges, spec)?;
        self.keep_kind(stage, kind);
        Ok(stage)
    }

    /// The rows that an edge of a built-in stage delivers.
    #[cfg(feature = "stages")]
    pub(super) fn shape_of(
        &self,
        from: crate::graph::Node,
        name: crate::status::Name,
        lookback: u32,
        lookahead: u32,
    ) -> crate::stages::EdgeShape {
        use crate::graph::Node;
        use crate::util::unsigned::Unsigned;
        let row = self.graph.shape(from);
        // Windows of an input overlap in its buffer; rows of a stage are one after another, whatever they hold.
        let stride = match from {
            Node::Input(i) => self
                .graph
                .inputs()
                .get(i)
                .map_or(0, |i| usize::try_from(i.hop).unwrap_or(usize::MAX).sat_mul(i.channels as usize)),
            Node::Stage(_) => row.len,
        };
        crate::stages::EdgeShape { shape: row, stride, series: self.graph.series(from), name, lookback, lookahead }
    }

    /// Sets the clock that calls of stages are timed with.
    pub fn set_clock(&mut self, clock: ClockBox<'m>) -> Result<()> {
        self.must_not_be_sealed()?;
        self.clock = Some(clock);
        Ok(())
    }

    /// Sets the cost of a stage in nanoseconds per row, for the planner.
    pub fn set_cost(&mut self, stage: usize, cost_ns: u64) -> Result<()> {
        self.must_not_be_sealed()?;
        if let Some(stage) = self.graph.stages_mut().get_mut(stage) {
            stage.cost_ns = cost_ns;
        }
        Ok(())
    }

    /// The index of a stage by name.
    pub fn find_stage(&self, name: &str) -> Result<usize> {
        let text = "no stage is named {n}: the names are those given when stages were registered";
        self.graph.find_stage(name).ok_or_else(|| Error::new(Status::Name, text).name(&cut_name(name)))
    }

    /// Opens the output of a stage: each of its rows can be pulled once, from a queue of `capacity` rows.
    pub fn open_output(&mut self, stage: usize, capacity: u64) -> Result<()> {
        self.must_not_be_sealed()?;
        let Some(found) = self.graph.stages().get(stage) else {
            return Err(self.graph.unknown_stage(stage));
        };
        if capacity == 0 {
            let text = "stage {n}: the queue of its output has room for 0 rows: it must be at least 1";
            return Err(Error::new(Status::Argument, text).name(&found.name));
        }
        if self.outputs.len() >= MAX_OUTPUTS {
            return Err(Error::new(Status::Limit, TOO_MANY_OUTPUTS).a(MAX_OUTPUTS).name(&found.name));
        }
        if self.outputs.iter().any(|o| o.facts.stage == stage) {
            return Err(Error::new(Status::State, "the output of stage {n} is open already: open each at most once")
                .name(&found.name));
        }
        if checked::size(capacity).and_then(|rows| checked::mul(rows, found.shape.bytes())).is_err() {
            let text = "stage {n}: a queue of {a} rows does not fit the address space";
            return Err(Error::new(Status::Overflow, text).name(&found.name).a(capacity));
        }
        let output = Output::new(OutputFacts { stage, capacity });
        let full = Error::new(Status::Limit, TOO_MANY_OUTPUTS).a(self.outputs.capacity()).name(&found.name);
        self.outputs.push(output).map_err(|_| full)
    }

    /// Gives an input a source, from which it is read instead of pushed. Only before seal: a plan depends on it, and a
    /// reset keeps it.
    pub fn set_source(&mut self, input: usize, source: SourceBox<'m>, samples: u64, growing: bool) -> Result<()> {
        if self.sealed && input < self.supplies.len() {
            return Err(self.about_input(input, "{i}: the pipeline is sealed, its source can only be set before"));
        }
        let Some(supply) = self.supplies.get_mut(input) else {
            return Err(self.graph.unknown_input(input));
        };
        *supply = Supply::Source { source, samples, growing };
        Ok(())
    }

    /// Sets the number of samples that a source has now, and whether it may still grow. One that does not grow any more
    /// cannot grow again.
    pub fn extend_source(&mut self, input: usize, samples: u64, growing: bool) -> Result<()> {
        if self.sealed {
            self.check_sources()?;
        }
        match self.supplies.get_mut(input) {
            Some(Supply::Source { samples: present, growing: open, .. }) => {
                if samples < *present || (!*open && samples != *present) {
                    let text = "the source of {i} has {a} samples, not {b}: it only grows, and only while growing";
                    let error = Error::new(Status::Range, text).a(*present).b(samples);
                    return Err(self.graph.inputs().get(input).map_or(error, |i| error.name(&i.name)));
                }
                (*present, *open) = (samples, growing && *open);
                if self.sealed {
                    self.record_sources();
                }
                Ok(())
            }
            Some(_) => {
                Err(self.about_input(input, "{i} is pushed and has no source to extend: give it one before seal"))
            }
            None => Err(self.graph.unknown_input(input)),
        }
    }
}
