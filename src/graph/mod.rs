//! The graph of a pipeline: inputs, stages, and the edges between them.
//!
//! [`Graph`] holds them in the order of registration. That is a topological order, because an edge of a new stage can
//! come only from an input or an earlier stage. All tables are in the control area and have a fixed capacity
//! ([`GraphLimits`]).

mod check;
mod identity;
mod node;
mod register;

use node::NO_EDGE;
pub use node::{Boundary, Edge, Input, Node, Stage};
pub(crate) use register::TOO_MANY_INPUTS;
pub use register::{EdgeSpec, InputSpec, Needs};

use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::RowShape;
use crate::limits::{AREA_ALIGN, MAX_INPUTS};
use crate::mem::{Carver, FixedVec, Layout};
use crate::series::Series;
use crate::status::{Error, Name, Result, Status};
use crate::util::places::PlaceSum;
use crate::util::unsigned::Unsigned;

/// Capacities of the tables.
#[derive(Clone, Copy, Debug)]
pub struct GraphLimits {
    /// Maximum number of stages.
    pub stages: usize,
    /// Maximum number of edges, all stages together.
    pub edges: usize,
}

impl GraphLimits {
    /// Reserves the memory of the tables.
    pub fn reserve(&self, layout: &mut Layout) -> Result<()> {
        layout.reserve::<Input>(MAX_INPUTS)?;
        layout.reserve::<Stage<'_>>(self.stages)?;
        layout.reserve::<Edge>(self.edges)
    }
}

/// Room for changes.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChangeLimits {
    /// Maximum number of changes held at a time.
    pub changes: usize,
    /// Bytes for the lists of parameters of one change.
    pub bytes: usize,
}

impl ChangeLimits {
    /// No changes: no memory.
    pub const NONE: ChangeLimits = ChangeLimits { changes: 0, bytes: 0 };

    /// One more than the changes: the next one is built before the one that it replaces is dropped.
    #[must_use]
    pub(crate) fn blocks(self) -> usize {
        if self.changes == 0 { 0 } else { self.changes.sat_add(1) }
    }

    pub(crate) fn block_bytes(self) -> Result<usize> {
        checked::align_up(self.bytes, AREA_ALIGN)
    }
}

/// Inputs, stages and edges.
#[derive(Debug)]
pub struct Graph<'m> {
    inputs: FixedVec<'m, Input>,
    stages: FixedVec<'m, Stage<'m>>,
    edges: FixedVec<'m, Edge>,
}

impl<'m> Graph<'m> {
    /// An empty graph in the memory that [`GraphLimits::reserve`] describes.
    pub fn new(limits: GraphLimits, carver: &mut Carver<'m>) -> Result<Self> {
        Ok(Graph {
            inputs: carver.vec(MAX_INPUTS)?,
            stages: carver.vec(limits.stages)?,
            edges: carver.vec(limits.edges)?,
        })
    }

    /// Adds where the tables are.
    pub(crate) fn places(&self, sum: &mut PlaceSum) {
        self.inputs.places(sum);
        self.stages.places(sum);
        self.edges.places(sum);
        sum.add_all([self.inputs.len(), self.stages.len(), self.edges.len()]);
    }

    /// Adds the types and sizes of the samples.
    pub(crate) fn samples(&self, sum: &mut PlaceSum) {
        for input in self.inputs.iter() {
            sum.add_all([input.dtype as usize, input.channels as usize, input.shape.dtype as usize, input.shape.len]);
        }
    }

    /// Adds the addresses of the kernels, and the types and sizes of rows.
    pub(crate) fn kernels(&self, sum: &mut PlaceSum) {
        for stage in self.stages.iter() {
            sum.add_all([stage.kernel.address(), stage.table_bytes, stage.shape.dtype as usize, stage.shape.len]);
        }
    }

    /// All inputs.
    #[must_use]
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// All stages.
    #[must_use]
    pub fn stages(&self) -> &[Stage<'m>] {
        &self.stages
    }

    /// All stages, to set the places of their tables.
    pub(crate) fn stages_mut(&mut self) -> &mut [Stage<'m>] {
        &mut self.stages
    }

    /// The edges of a stage.
    #[must_use]
    pub(crate) fn edges_of(&self, stage: &Stage<'_>) -> &[Edge] {
        self.edges.get(stage.edges.0..stage.edges.1).unwrap_or(&[])
    }

    /// True if a stage has a state.
    #[must_use]
    pub(crate) fn has_scans(&self) -> bool {
        self.stages.iter().any(Stage::is_scan)
    }

    /// Every edge that comes from `node`, with the stage that it leads to, the last edge first.
    pub(crate) fn consumers(&self, node: Node) -> impl Iterator<Item = (usize, &Stage<'m>, &Edge)> {
        let mut at = match node {
            Node::Input(i) => self.inputs.get(i).map_or(NO_EDGE, |i| i.reader),
            Node::Stage(s) => self.stages.get(s).map_or(NO_EDGE, |s| s.reader),
        };
        // An edge comes after the one that it is linked to: at most one turn per edge, whatever the links are.
        let mut bound = self.edges.len();
        let all = core::iter::from_fn(move || {
            let index = usize::try_from(at).ok().filter(|e| *e < bound)?;
            let edge = self.edges.get(index)?;
            (at, bound) = (edge.next, index);
            let to = usize::try_from(edge.to).ok()?;
            Some((to, self.stages.get(to)?, edge))
        });
        all.filter(move |(_, _, e)| e.from() == node)
    }

    /// Windows per row of a node.
    #[must_use]
    pub fn rate(&self, node: Node) -> u64 {
        match node {
            Node::Input(_) => 1,
            Node::Stage(s) => self.stages.get(s).map_or(1, |s| s.rate),
        }
    }

    /// The row shape of a node.
    #[must_use]
    pub fn shape(&self, node: Node) -> RowShape {
        let found = match node {
            Node::Input(i) => self.inputs.get(i).map(|i| i.shape),
            Node::Stage(s) => self.stages.get(s).map(|s| s.shape),
        };
        found.unwrap_or(RowShape { dtype: Dtype::U8, len: 0 })
    }

    /// The name of a node.
    #[must_use]
    pub fn name(&self, node: Node) -> Name {
        let found = match node {
            Node::Input(i) => self.inputs.get(i).map(|i| i.name),
            Node::Stage(s) => self.stages.get(s).map(|s| s.name),
        };
        found.unwrap_or_default()
    }

    /// What the rows of a node are as a series.
    #[must_use]
    pub fn series(&self, node: Node) -> Series {
        let found = match node {
            Node::Input(i) => self.inputs.get(i).map(Input::series),
            Node::Stage(s) => self.stages.get(s).map(|s| s.series),
        };
        found.unwrap_or(Series::new(0))
    }

    /// An error with the name of a stage.
    #[must_use]
    pub fn about_stage(&self, stage: usize, error: Error) -> Error {
        self.stages.get(stage).map_or(error, |s| error.name(&s.name))
    }

    /// The error for rows that do not exist yet.
    #[must_use]
    pub fn beyond(&self, stage: usize, end: u64, available: u64) -> Error {
        let text = "stage {n}: rows up to {a} are requested, {b} are available: push more samples, or request fewer";
        self.about_stage(stage, Error::new(Status::Range, text).a(end).b(available))
    }

    /// The error for a number that is not that of a stage.
    #[must_use]
    pub fn unknown_stage(&self, stage: usize) -> Error {
        let text = "stage {a} does not exist: the pipeline has {b} stages, numbered from 0";
        Error::new(Status::Argument, text).a(checked::count(stage)).b(checked::count(self.stages.len()))
    }

    /// The error for a number that is not that of an input.
    #[must_use]
    pub fn unknown_input(&self, input: usize) -> Error {
        let text = "input {a} does not exist: the pipeline has {b} inputs, numbered from 0";
        Error::new(Status::Argument, text).a(checked::count(input)).b(checked::count(self.inputs.len()))
    }

    /// Finds an input or stage by name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Node> {
        let input = self.inputs.iter().position(|i| i.name.as_str() == name).map(Node::Input);
        input.or_else(|| self.find_stage(name).map(Node::Stage))
    }

    /// Finds a stage by name.
    #[must_use]
    pub(crate) fn find_stage(&self, name: &str) -> Option<usize> {
        self.stages.iter().position(|s| s.name.as_str() == name)
    }
}
