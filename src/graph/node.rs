//! What a graph is made of: inputs, stages, and the edges between them.

use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{KernelBox, RowShape};
use crate::mem::Span;
use crate::status::Name;
use crate::util::unsigned::Unsigned;

/// A stream of samples and how it is cut into windows.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// Its name; the first input is called `"input"`.
    pub name: Name,
    /// Type of an element.
    pub dtype: Dtype,
    /// Interleaved elements of a sample.
    pub channels: u32,
    /// Samples of a window.
    pub window: u64,
    /// Samples from the start of a window to that of the next.
    pub hop: u64,
    /// Samples the ring of a pushed input holds; 0 for the plan's choice.
    pub capacity: u64,
    /// Row shape: window times channels elements.
    pub shape: RowShape,
}

impl Input {
    /// Bytes of a sample.
    #[must_use]
    pub fn sample_bytes(&self) -> usize {
        self.dtype.size().sat_mul(self.channels as usize)
    }

    /// Bytes from the start of a window to that of the next.
    #[must_use]
    pub fn row_stride(&self) -> u64 {
        self.hop.sat_mul(checked::count(self.sample_bytes()))
    }

    /// Windows in `n` samples: none if n < window, else 1 + (n - window) / hop.
    #[must_use]
    pub fn windows(&self, n: u64) -> u64 {
        let beyond = n.checked_sub(self.window).and_then(|n| n.checked_div(self.hop));
        beyond.map_or(0, |n| n.sat_add(1))
    }

    /// Samples from the first of window `first` to the last of window `end - 1`: (start, length).
    #[must_use]
    pub fn samples(&self, first: u64, end: u64) -> (u64, u64) {
        let start = first.sat_mul(self.hop);
        let steps = end.sat_sub(first).sat_sub(1);
        let len = if end > first { steps.sat_mul(self.hop).sat_add(self.window) } else { 0 };
        (start, len)
    }
}

/// Where an edge comes from: the index of an input or of an earlier stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    /// A window source.
    Input(usize),
    /// A stage.
    Stage(usize),
}

/// What a stencil sees beyond the first and last row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// Rows of zeros.
    Zero,
    /// The first or last row again.
    Clamp,
}

/// One input of a stage: row t of the stage sees rows t*stride - lookback ..= t*stride + lookahead of `from`.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// The node that is seen, as [`Edge::code`] makes it.
    pub(super) code: usize,
    /// Rows before the stage's own.
    pub lookback: u64,
    /// Rows behind it.
    pub lookahead: u64,
    /// What lies beyond the ends.
    pub boundary: Boundary,
}

impl Edge {
    /// A node as a number. Every number is a node: a flipped bit in the table of edges makes another number, which the checks
    /// between calls find, and not a value that no `Node` has.
    #[must_use]
    pub(super) fn code(from: Node) -> usize {
        match from {
            Node::Input(i) => i << 1,
            Node::Stage(s) => (s << 1) | 1,
        }
    }

    /// The node that is seen.
    #[must_use]
    pub fn from(&self) -> Node {
        if self.code & 1 == 0 { Node::Input(self.code >> 1) } else { Node::Stage(self.code >> 1) }
    }

    /// Rows seen at once.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.lookback.sat_add(self.lookahead).sat_add(1)
    }

    /// True where rows beside the stage's own are seen.
    #[must_use]
    pub fn has_halo(&self) -> bool {
        self.lookback > 0 || self.lookahead > 0
    }
}

/// A stage of the graph.
pub struct Stage<'m> {
    /// Its name.
    pub name: Name,
    /// Its function.
    pub kernel: KernelBox<'m>,
    /// Its rows.
    pub shape: RowShape,
    /// Its edges: first and one behind the last, in the graph's table.
    pub edges: (usize, usize),
    /// Rows of its inputs per row.
    pub stride: u64,
    /// Windows per row: the product of the strides from the input to here.
    pub rate: u64,
    /// Windows behind its own that a row depends on: the lookaheads from the input to here.
    pub delay: u64,
    /// How often the direction of time changes on the way from the input to here: forward and reverse scans in turn.
    /// Even levels run forward, odd ones in reverse; level 0 is made block by block as the input comes.
    pub level: usize,
    /// A reverse scan: its state runs from the last row to the first.
    pub reverse: bool,
    /// Number of edges that come from here.
    pub consumers: u32,
    /// Bytes of the state of a scan; 0 for stages without.
    pub state_bytes: usize,
    /// Alignment of the state.
    pub state_align: usize,
    /// Bytes of the words that the state is made of; 0 where that is not declared.
    pub state_word: usize,
    /// Scratch memory and its alignment.
    pub scratch_bytes: usize,
    /// Alignment of the scratch.
    pub scratch_align: usize,
    /// The scratch is the stage's own between calls.
    pub keeps_scratch: bool,
    /// Bytes of the constant table.
    pub table_bytes: usize,
    /// Where the table lies, once the pipeline is sealed.
    pub table: Span,
    /// Checksum of the table.
    pub table_sum: u32,
    /// Bytes on the host's heap.
    pub host_heap_bytes: u64,
    /// Number of its parameters' version.
    pub revision: u32,
    /// About how many nanoseconds a row takes; 0 where nobody knows.
    pub cost_ns: u64,
}

impl Stage<'_> {
    /// Rows when there are `windows` windows: one per `rate`, the last one also where it is not whole.
    #[must_use]
    pub fn rows(&self, windows: u64) -> u64 {
        checked::div_ceil(windows, self.rate)
    }

    /// True for a scan: its rows are made in order, each from the state that the one before left.
    #[must_use]
    pub fn is_scan(&self) -> bool {
        self.state_bytes > 0
    }

    /// Bytes of the state, if checkpoints of it serve all evaluations: those of later levels are kept within a sweep.
    #[must_use]
    pub fn stored_bytes(&self) -> usize {
        if self.level > 0 { 0 } else { self.state_bytes }
    }

    /// Rows that depend on nothing behind the first `windows` windows of a stream that goes on.
    #[must_use]
    pub fn final_rows(&self, windows: u64) -> u64 {
        if self.level > 0 { 0 } else { self.rows(windows.sat_sub(self.delay)) }
    }
}

impl core::fmt::Debug for Stage<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Stage").field("name", &self.name).field("shape", &self.shape).finish_non_exhaustive()
    }
}
