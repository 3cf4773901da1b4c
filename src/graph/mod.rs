//! The graph: inputs and stages in the order they were registered, which is a topological order, because a stage can
//! only name what stands before it.

mod check;
mod identity;
mod node;

pub use node::{Boundary, Edge, Input, Node, Stage};

use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{RowShape, StageSpec};
use crate::limits::{BUFFER_ALIGN, MAX_FAN_IN, MAX_INPUTS, MAX_LEVELS};
use crate::mem::{Carver, FixedVec, Layout, Span};
use crate::status::{Error, Name, Result, Status};
use crate::util::unsigned::{Count, Unsigned};

/// Sizes of the tables.
#[derive(Clone, Copy, Debug)]
pub struct GraphLimits {
    /// Most stages.
    pub stages: usize,
    /// Most edges of all stages together.
    pub edges: usize,
}

impl GraphLimits {
    /// The memory of the tables.
    pub fn reserve(&self, layout: &mut Layout) -> Result<()> {
        layout.reserve::<Input>(MAX_INPUTS)?;
        layout.reserve::<Stage<'_>>(self.stages)?;
        layout.reserve::<Edge>(self.edges)
    }
}

/// An input to be registered.
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
    /// Samples from window to window, at least 1.
    pub hop: u64,
    /// Samples the ring holds; 0 for the plan's choice.
    pub capacity: u64,
}

/// An edge to be registered.
#[derive(Clone, Copy, Debug)]
pub struct EdgeSpec<'a> {
    /// Name of an input or of an earlier stage.
    pub name: &'a str,
    /// Rows before the stage's own.
    pub lookback: u32,
    /// Rows behind it.
    pub lookahead: u32,
    /// What lies beyond the ends.
    pub boundary: Boundary,
}

/// Inputs, stages and edges.
#[derive(Debug)]
pub struct Graph<'m> {
    inputs: FixedVec<'m, Input>,
    stages: FixedVec<'m, Stage<'m>>,
    edges: FixedVec<'m, Edge>,
}

impl<'m> Graph<'m> {
    /// An empty graph in memory of [`GraphLimits::reserve`].
    pub fn new(limits: GraphLimits, carver: &mut Carver<'m>) -> Result<Self> {
        Ok(Graph {
            inputs: carver.vec(MAX_INPUTS)?,
            stages: carver.vec(limits.stages)?,
            edges: carver.vec(limits.edges)?,
        })
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

    /// All stages, to be told where their tables lie.
    pub fn stages_mut(&mut self) -> &mut [Stage<'m>] {
        &mut self.stages
    }

    /// The edges of a stage.
    #[must_use]
    pub fn edges_of(&self, stage: &Stage<'_>) -> &[Edge] {
        self.edges.get(stage.edges.0..stage.edges.1).unwrap_or(&[])
    }

    /// True where some stage has a state.
    #[must_use]
    pub fn has_scans(&self) -> bool {
        self.stages.iter().any(Stage::is_scan)
    }

    /// Every edge that comes from `node`, with the stage it goes to.
    pub fn consumers(&self, node: Node) -> impl Iterator<Item = (usize, &Stage<'m>, &Edge)> {
        let into = |s| self.edges_of(s).iter();
        let all = self.stages.iter().enumerate().flat_map(move |(i, s)| into(s).map(move |e| (i, s, e)));
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

    /// Finds an input or stage by name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Node> {
        let input = self.inputs.iter().position(|i| i.name.as_str() == name).map(Node::Input);
        input.or_else(|| self.find_stage(name).map(Node::Stage))
    }

    /// Finds a stage by name.
    #[must_use]
    pub fn find_stage(&self, name: &str) -> Option<usize> {
        self.stages.iter().position(|s| s.name.as_str() == name)
    }

    fn new_name(&self, name: &str) -> Result<Name> {
        let fitting = Name::fitting(name).filter(|n| !n.is_empty());
        let fitting = fitting.ok_or_else(|| Error::new(Status::Name, "a name has 1 to 31 bytes"))?;
        match self.find(name) {
            None => Ok(fitting),
            Some(_) => Err(Error::new(Status::Name, "the name {n} is taken").name(&fitting)),
        }
    }

    /// Adds an input.
    pub fn add_input(&mut self, spec: &InputSpec<'_>) -> Result<usize> {
        let name = self.new_name(spec.name)?;
        if spec.channels == 0 || spec.window == 0 || spec.hop == 0 {
            let text = "input {n}: channels, window and hop must be at least 1";
            return Err(Error::new(Status::Argument, text).name(&name));
        }
        let len = checked::size(checked::mul64(spec.window, u64::from(spec.channels))?)?;
        checked::mul(len, spec.dtype.size())?;
        checked::mul64(spec.hop, checked::mul64(u64::from(spec.channels), checked::count(spec.dtype.size()))?)?;
        let id = self.inputs.len();
        let input = Input {
            name,
            dtype: spec.dtype,
            channels: spec.channels,
            window: spec.window,
            hop: spec.hop,
            capacity: spec.capacity,
            shape: RowShape { dtype: spec.dtype, len },
        };
        let full = Error::new(Status::Limit, "a pipeline has at most {a} inputs").a(checked::count(MAX_INPUTS));
        self.inputs.push(input).map_err(|_| full)?;
        Ok(id)
    }

    /// What the edge brings, checked.
    pub fn resolve(&self, stage: &str, spec: &EdgeSpec<'_>) -> Result<Edge> {
        let mut shown = Name::new();
        shown.push_str(spec.name);
        if spec.name == stage {
            return Err(Error::new(Status::Name, "stage {n} names itself as its input").name(&shown));
        }
        let unknown = Error::new(Status::Name, "there is no input or earlier stage {n}").name(&shown);
        Ok(Edge {
            code: Edge::code(self.find(spec.name).ok_or(unknown)?),
            lookback: u64::from(spec.lookback),
            lookahead: u64::from(spec.lookahead),
            boundary: spec.boundary,
        })
    }

    /// Adds a stage behind `edges`.
    pub fn add_stage(&mut self, name: &str, edges: &[EdgeSpec<'_>], spec: StageSpec<'m>) -> Result<usize> {
        let name_text = self.new_name(name)?;
        let fail = |status, text| Error::new(status, text).name(&name_text);
        if edges.is_empty() || edges.len() > MAX_FAN_IN {
            return Err(fail(Status::Argument, "stage {n}: a stage has 1 to {a} edges").a(checked::count(MAX_FAN_IN)));
        }
        if spec.shape.len == 0 || spec.stride == 0 {
            return Err(fail(Status::Argument, "stage {n}: row length and stride must be at least 1"));
        }
        let aligned = |align: usize| align.is_power_of_two() && align <= BUFFER_ALIGN;
        if !aligned(spec.scratch_align) || !aligned(spec.state_align) {
            let text = "stage {n}: an alignment must be a power of two up to {a}";
            return Err(fail(Status::Argument, text).a(checked::count(BUFFER_ALIGN)));
        }
        if !matches!(spec.state_word, 0 | 1 | 2 | 4 | 8) || !spec.state_bytes.is_multiple_of(spec.state_word.max(1)) {
            let text =
                "stage {n}: the words of its state have 1, 2, 4 or 8 bytes, and the state is a whole number of them";
            return Err(fail(Status::Argument, text));
        }
        checked::mul(spec.shape.len, spec.shape.dtype.size())?;
        if spec.reverse && spec.state_bytes == 0 {
            return Err(fail(Status::Argument, "stage {n}: a reverse scan has a state of at least a byte"));
        }
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
            if *rate.get_or_insert(this) != this {
                return Err(fail(Status::Graph, "stage {n}: its inputs have different numbers of windows per row"));
            }
        }
        // A scan whose direction is not that of what it reads turns time round once more.
        if spec.state_bytes > 0 && spec.reverse != (level % 2 == 1) {
            level = level.sat_add(1);
        }
        if level >= MAX_LEVELS {
            let text = "stage {n}: the direction of scans changes at most {a} times on the way from an input";
            return Err(fail(Status::Limit, text).a(checked::count(MAX_LEVELS).sat_sub(1)));
        }
        let rate = checked::mul64(rate.unwrap_or(1), u64::from(spec.stride))?;
        if self.stages.len() == self.stages.capacity() {
            let full = fail(Status::Limit, "stage {n}: the pipeline has room for {a} stages (max_stages)");
            return Err(full.a(checked::count(self.stages.capacity())));
        }
        let first = self.edges.len();
        let end = checked::add(first, edges.len())?;
        if end > self.edges.capacity() {
            let full = fail(Status::Limit, "stage {n}: the pipeline has room for {a} edges (max_edges)");
            return Err(full.a(checked::count(self.edges.capacity())));
        }
        for edge in edges {
            let edge = self.resolve(name, edge)?;
            if let Node::Stage(s) = edge.from()
                && let Some(from) = self.stages.get_mut(s)
            {
                from.consumers = from.consumers.sat_add(1);
            }
            // Room was checked above.
            let _ = self.edges.push(edge);
        }
        let id = self.stages.len();
        let _ = self.stages.push(Stage {
            name: name_text,
            kernel: spec.kernel,
            shape: spec.shape,
            edges: (first, end),
            stride: u64::from(spec.stride),
            rate,
            delay,
            level,
            reverse: spec.reverse,
            consumers: 0,
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
            cost_ns: spec.cost_ns,
        });
        Ok(id)
    }
}
