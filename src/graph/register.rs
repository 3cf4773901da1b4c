//! Registration: inputs and stages are checked and added to the graph.

use super::node::{Boundary, NO_EDGE, holds};
use super::{Edge, Graph, Input, Node, Stage};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{RowShape, StageSpec};
use crate::limits::{BUFFER_ALIGN, MAX_FAN_IN, MAX_INPUTS, MAX_LEVELS};
use crate::mem::Span;
use crate::series::{Axis, Series, Unit};
use crate::status::{Error, Name, Result, Status};
use crate::util::unsigned::{Count, Unsigned};

/// An input to register.
#[derive(Clone, Copy, Debug)]
pub struct InputSpec<'a> {
    /// Its name.
    pub name: &'a str,
    /// Type of an element.
    pub dtype: Dtype,
    /// Interleaved elements of a sample, at least 1.
    pub channels: u32,
    /// Samples of a window, at least 1.
    pub window: u64,
    /// Samples from the start of a window to the start of the next, at least 1.
    pub hop: u64,
    /// Samples that the input buffer holds; 0 for the planner's choice.
    pub capacity: u64,
}

/// An edge to register.
#[derive(Clone, Copy, Debug)]
pub struct EdgeSpec<'a> {
    /// Name of an input or of an earlier stage.
    pub name: &'a str,
    /// Rows read before the stage's own.
    pub lookback: u32,
    /// Rows read after the stage's own.
    pub lookahead: u32,
    /// Rows beyond the ends.
    pub boundary: Boundary,
}

/// What a stage needs of the rows of all its edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Consecutive samples.
    pub consecutive: bool,
    /// One channel.
    pub one_channel: bool,
}

/// Position of a stage in time.
struct Timing {
    rate: u64,
    delay: u64,
    level: usize,
}

/// The text for an input that does not fit the table.
pub(crate) const TOO_MANY_INPUTS: &str = "{i} does not fit: a pipeline has at most {a} inputs";

/// Adds the names of a stage and of the node that it reads.
fn named(error: Error, stage: &str, edge: &EdgeSpec<'_>) -> Error {
    let (mut name, mut other) = (Name::new(), Name::new());
    name.push_str(stage);
    other.push_str(edge.name);
    error.name(&name).other(&other)
}

fn fail(status: Status, text: &'static str, name: &Name) -> Error {
    Error::new(status, text).name(name)
}

/// Checks the declaration of a stage by itself.
fn check_spec(name: &Name, edges: usize, spec: &StageSpec<'_>) -> Result<()> {
    if edges == 0 || edges > MAX_FAN_IN {
        let text = "stage {n}: a stage has 1 to {a} edges, not {b}";
        return Err(fail(Status::Argument, text, name).a(MAX_FAN_IN).b(edges));
    }
    if spec.shape.len == 0 || spec.stride == 0 {
        let text = "stage {n}: len is {a} and stride is {b}: both must be at least 1";
        return Err(fail(Status::Argument, text, name).a(spec.shape.len).b(spec.stride));
    }
    let aligned = |align: usize| align.is_power_of_two() && align <= BUFFER_ALIGN;
    if let Some(align) = [spec.scratch_align, spec.state_align].into_iter().find(|align| !aligned(*align)) {
        let text = "stage {n}: the alignment {b} of state or scratch must be a power of two up to {a}";
        return Err(fail(Status::Argument, text, name).a(BUFFER_ALIGN).b(align));
    }
    if !matches!(spec.state_word, 0 | 1 | 2 | 4 | 8) || !spec.state_bytes.is_multiple_of(spec.state_word.max(1)) {
        let text = "stage {n}: a state of {a} bytes has words of {b}: use words of 1, 2, 4 or 8 bytes, without a rest";
        return Err(fail(Status::Argument, text, name).a(spec.state_bytes).b(spec.state_word));
    }
    if checked::mul(spec.shape.len, spec.shape.dtype.size()).is_err() {
        let text = "stage {n}: a row of {a} elements does not fit the address space";
        return Err(fail(Status::Overflow, text, name).a(spec.shape.len));
    }
    if spec.reverse && spec.state_bytes == 0 {
        return Err(fail(Status::Argument, "stage {n}: a reverse scan has a state of at least 1 byte, not of 0", name));
    }
    Ok(())
}

/// Elements of a window. Its bytes, and those of a hop, fit their types.
fn window_elements(spec: &InputSpec<'_>) -> Result<usize> {
    let len = checked::size(checked::mul64(spec.window, u64::from(spec.channels))?)?;
    checked::mul(len, spec.dtype.size())?;
    checked::mul64(spec.hop, checked::mul64(u64::from(spec.channels), checked::count(spec.dtype.size()))?)?;
    Ok(len)
}

/// Refuses a value that missing samples of this type cannot have.
fn check_fill(name: &str, dtype: Dtype, fill: i64) -> Result<()> {
    if holds(dtype, fill) {
        return Ok(());
    }
    let mut shown = Name::new();
    shown.push_str(name);
    let text = "{i}: gap_fill is {a}: use a value of its integer type, 0 where samples in gaps are NaN";
    Err(fail(Status::Argument, text, &shown).a(fill))
}

impl<'m> Graph<'m> {
    fn new_name(&self, name: &str) -> Result<Name> {
        let fitting = Name::fitting(name).filter(|n| !n.is_empty());
        let fitting = fitting.ok_or_else(|| {
            let mut start = Name::new();
            start.push_str(name);
            fail(Status::Name, "the name '{n}' has {a} bytes: use 1 to 31", &start).a(name.len())
        })?;
        match self.find(name) {
            None => Ok(fitting),
            Some(_) => {
                Err(Error::new(Status::Name, "the name {n} belongs to another input or stage: use one that is free")
                    .name(&fitting))
            }
        }
    }

    /// Adds an input and returns its index.
    pub fn add_input(&mut self, spec: &InputSpec<'_>) -> Result<usize> {
        let name = self.new_name(spec.name)?;
        if spec.channels == 0 {
            return Err(fail(Status::Argument, "{i}: channels is 0: it must be at least 1", &name));
        }
        if spec.window == 0 || spec.hop == 0 {
            let text = "{i}: window is {a} and hop is {b} samples: both must be at least 1";
            return Err(fail(Status::Argument, text, &name).a(spec.window).b(spec.hop));
        }
        let len = window_elements(spec).map_err(|_| {
            let text = "{i}: a window of {a} samples with hop {b} does not fit the address space";
            fail(Status::Overflow, text, &name).a(spec.window).b(spec.hop)
        })?;
        let id = self.inputs.len();
        let input = Input {
            name,
            dtype: spec.dtype,
            channels: spec.channels,
            window: spec.window,
            hop: spec.hop,
            capacity: spec.capacity,
            shape: RowShape { dtype: spec.dtype, len },
            fill: 0,
            reader: NO_EDGE,
        };
        let full = fail(Status::Limit, TOO_MANY_INPUTS, &name).a(MAX_INPUTS);
        self.inputs.push(input).map_err(|_| full)?;
        Ok(id)
    }

    /// Adds an input whose missing samples have the value `fill`, and returns its index.
    pub fn add_filled_input(&mut self, spec: &InputSpec<'_>, fill: i64) -> Result<usize> {
        check_fill(spec.name, spec.dtype, fill)?;
        let id = self.add_input(spec)?;
        self.set_gap_fill(id, fill)?;
        Ok(id)
    }

    /// Sets the value of the missing samples of an input.
    pub fn set_gap_fill(&mut self, input: usize, fill: i64) -> Result<()> {
        let unknown = self.unknown_input(input);
        let input = self.inputs.get_mut(input).ok_or(unknown)?;
        check_fill(input.name.as_str(), input.dtype, fill)?;
        input.fill = fill;
        Ok(())
    }

    /// Finds the node that an edge of `stage` comes from.
    pub(crate) fn resolve(&self, stage: &str, spec: &EdgeSpec<'_>) -> Result<Edge> {
        if spec.name == stage {
            let itself =
                Error::new(Status::Name, "stage {n} names itself as its input: name an input or earlier stage");
            return Err(named(itself, stage, spec));
        }
        let unknown = || {
            let text = "stage {n}: no input or earlier stage is named {m}: add it first";
            named(Error::new(Status::Name, text), stage, spec)
        };
        Ok(Edge {
            code: Edge::code(self.find(spec.name).ok_or_else(unknown)?),
            lookback: u64::from(spec.lookback),
            lookahead: u64::from(spec.lookahead),
            boundary: spec.boundary,
            to: NO_EDGE,
            next: NO_EDGE,
        })
    }

    /// Refuses edges that do not have what a new stage needs.
    pub fn check_needs(&self, stage: &str, edges: &[EdgeSpec<'_>], needs: Needs) -> Result<()> {
        for edge in edges {
            let from = self.resolve(stage, edge)?.from();
            let (series, len) = (self.series(from), self.shape(from).len);
            let one = if needs.one_channel { series.one_channel() } else { Ok(()) };
            let consecutive = if needs.consecutive { series.consecutive(len) } else { Ok(()) };
            one.and(consecutive).map_err(|e| named(e, stage, edge))?;
        }
        Ok(())
    }

    /// The series of the first edge, for rows of `spec` computed from its rows.
    pub fn kept_series(&self, stage: &str, edges: &[EdgeSpec<'_>], spec: &StageSpec<'_>) -> Result<Series> {
        let Some(first) = edges.first() else { return Ok(spec.series) };
        let kept = self.series(self.resolve(stage, first)?.from()).every(spec.stride.into());
        if spec.shape.len.checked_rem(kept.channels as usize) != Some(0) {
            let text = "stage {n}: len {b} must be a multiple of the {a} channels of {m}, whose series it keeps";
            let error = Error::new(Status::Graph, text).a(kept.channels).b(spec.shape.len);
            return Err(named(error, stage, first));
        }
        let kept = if kept.axis == Axis::Bins { Series::bins(spec.shape.len).of(kept.unit) } else { kept };
        Ok(if spec.series.unit == Unit::Other { kept } else { kept.of(spec.series.unit) })
    }

    /// Rate, delay and level of a new stage with these edges.
    fn timing(&self, name: &str, shown: &Name, edges: &[EdgeSpec<'_>], spec: &StageSpec<'_>) -> Result<Timing> {
        let (mut rate, mut delay, mut level) = (None, 0, 0);
        for edge in edges {
            let edge = self.resolve(name, edge)?;
            let this = self.rate(edge.from());
            let (before, below) = match edge.from() {
                Node::Input(_) => (0, 0),
                Node::Stage(s) => self.stages.get(s).map_or((0, 0), |s| (s.delay, s.level)),
            };
            level = level.max(below);
            delay = delay.max_u64(checked::add64(before, checked::mul64(edge.lookahead, this)?)?);
            let first = *rate.get_or_insert(this);
            if first != this {
                let text =
                    "stage {n}: a row of its first edge is {a} windows, one of another {b}: equalize the strides";
                return Err(fail(Status::Graph, text, shown).a(first).b(this));
            }
        }
        // A scan against the direction of what it reads adds a change of direction.
        if spec.state_bytes > 0 && spec.reverse != (level % 2 == 1) {
            level = level.sat_add(1);
        }
        if level >= MAX_LEVELS {
            let text =
                "stage {n}: the direction of scans changes {b} times on the way from an input, at most {a} are allowed";
            return Err(fail(Status::Limit, text, shown).a(MAX_LEVELS.sat_sub(1)).b(level));
        }
        let rate = checked::mul64(rate.unwrap_or(1), u64::from(spec.stride))?;
        Ok(Timing { rate, delay, level })
    }

    /// Adds an edge that leads to stage `to`, with the links by which [`Graph::consumers`] finds it. There is room for
    /// it.
    fn link(&mut self, edge: Edge, to: usize) {
        let index = u32::try_from(self.edges.len()).unwrap_or(NO_EDGE);
        let reader = match edge.from() {
            Node::Input(i) => self.inputs.get_mut(i).map(|i| &mut i.reader),
            Node::Stage(s) => self.stages.get_mut(s).map(|s| {
                s.consumers = s.consumers.sat_add(1);
                &mut s.reader
            }),
        };
        let next = reader.map_or(NO_EDGE, |reader| core::mem::replace(reader, index));
        let _ = self.edges.push(Edge { to: u32::try_from(to).unwrap_or(NO_EDGE), next, ..edge });
    }

    /// Adds a stage that reads `edges` and returns its index.
    pub fn add_stage(&mut self, name: &str, edges: &[EdgeSpec<'_>], spec: StageSpec<'m>) -> Result<usize> {
        let shown = self.new_name(name)?;
        check_spec(&shown, edges.len(), &spec)?;
        let Timing { rate, delay, level } = self.timing(name, &shown, edges, &spec)?;
        if self.stages.len() == self.stages.capacity() {
            let full = fail(Status::Limit, "stage {n}: the pipeline has room for {a} stages: raise max_stages", &shown);
            return Err(full.a(checked::count(self.stages.capacity())));
        }
        let first = self.edges.len();
        let end = checked::add(first, edges.len())?;
        if end > self.edges.capacity() {
            let full = fail(Status::Limit, "stage {n}: the pipeline has room for {a} edges: raise max_edges", &shown);
            return Err(full.a(checked::count(self.edges.capacity())));
        }
        let id = self.stages.len();
        for edge in edges {
            let edge = self.resolve(name, edge)?;
            self.link(edge, id);
        }
        let _ = self.stages.push(Stage {
            name: shown,
            kernel: spec.kernel,
            shape: spec.shape,
            series: spec.series,
            edges: (first, end),
            stride: u64::from(spec.stride),
            rate,
            delay,
            level,
            reverse: spec.reverse,
            consumers: 0,
            reader: NO_EDGE,
            state_bytes: spec.state_bytes,
            state_align: spec.state_align,
            state_word: spec.state_word,
            scratch_bytes: spec.scratch_bytes,
            scratch_align: spec.scratch_align,
            keeps_scratch: spec.keeps_scratch,
            table_bytes: spec.table_bytes,
            table: Span::default(),
            table_sum: 0,
            host_heap_bytes: spec.host_heap_bytes,
            revision: spec.revision,
            declared: spec.declared,
            cost_ns: spec.cost_ns,
        });
        Ok(id)
    }
}
