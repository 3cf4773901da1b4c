//! The parts of a graph: inputs, stages, and the edges between them.

use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{KernelBox, RowShape};
use crate::mem::Span;
use crate::series::{Axis, Series, Unit};
use crate::status::Name;
use crate::util::slice::Put;
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
    /// Samples from the start of a window to the start of the next.
    pub hop: u64,
    /// Samples that the input buffer holds; 0 for the planner's choice.
    pub capacity: u64,
    /// Shape of a row: window * channels elements.
    pub shape: RowShape,
    /// Of an integer type, the value of samples in gaps; else 0.
    pub(super) fill: i64,
    /// The last edge that comes from here, or [`NO_EDGE`].
    pub(super) reader: u32,
}

/// True if samples of this type can have this value. Those of other types than integers are NaN in gaps.
pub(super) fn holds(dtype: Dtype, value: i64) -> bool {
    match dtype {
        Dtype::I8 => i8::try_from(value).is_ok(),
        Dtype::U8 => u8::try_from(value).is_ok(),
        Dtype::I16 => i16::try_from(value).is_ok(),
        Dtype::U16 => u16::try_from(value).is_ok(),
        Dtype::I32 => i32::try_from(value).is_ok(),
        Dtype::U32 => u32::try_from(value).is_ok(),
        Dtype::I64 => true,
        Dtype::F32 | Dtype::F64 | Dtype::C32 => value == 0,
    }
}

impl Input {
    /// Writes the samples of a gap: NaN, or of integers the value that is set.
    pub fn fill_gap(&self, samples: &mut [u8]) {
        let word = self.dtype.word();
        let (single, double) = (f32::NAN.to_bits().to_ne_bytes(), f64::NAN.to_bits().to_ne_bytes());
        let value = self.fill.to_ne_bytes();
        // The bytes of an integer are the lowest of a longer one.
        let low = if cfg!(target_endian = "big") { value.len().sat_sub(word) } else { 0 };
        let element = match self.dtype {
            Dtype::F32 | Dtype::C32 => &single[..],
            Dtype::F64 => &double[..],
            _ => value.get(low..low.sat_add(word)).unwrap_or(&[]),
        };
        samples.chunks_exact_mut(word).for_each(|to| to.put(element));
    }

    /// Bytes of a sample.
    #[must_use]
    pub fn sample_bytes(&self) -> usize {
        self.dtype.size().sat_mul(self.channels as usize)
    }

    /// Bytes from the start of a window to the start of the next.
    #[must_use]
    pub fn row_stride(&self) -> u64 {
        self.hop.sat_mul(checked::count(self.sample_bytes()))
    }

    /// Its windows as a series.
    #[must_use]
    pub fn series(&self) -> Series {
        Series { step: self.hop, channels: self.channels, axis: Axis::Time, unit: Unit::Samples }
    }

    /// Windows in `n` samples: 0 if n < window, otherwise 1 + (n - window) / hop.
    #[must_use]
    pub fn windows(&self, n: u64) -> u64 {
        let beyond = n.checked_sub(self.window).and_then(|n| n.checked_div(self.hop));
        beyond.map_or(0, |n| n.sat_add(1))
    }

    /// Samples of the windows `first .. end`: (start, length).
    #[must_use]
    pub fn samples(&self, first: u64, end: u64) -> (u64, u64) {
        let start = first.sat_mul(self.hop);
        let steps = end.sat_sub(first).sat_sub(1);
        let len = if end > first { steps.sat_mul(self.hop).sat_add(self.window) } else { 0 };
        (start, len)
    }
}

/// Origin of an edge: the index of an input or of an earlier stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    /// An input.
    Input(usize),
    /// A stage.
    Stage(usize),
}

/// Rows that an edge reads beyond the first and the last row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// Rows of zeros.
    Zero,
    /// Copies of the first or last row.
    Clamp,
}

/// The end of a list of edges.
pub(super) const NO_EDGE: u32 = u32::MAX;

/// One input of a stage: row t of the stage reads the rows t*stride - lookback ..= t*stride + lookahead of `from`.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// The node that is read, as [`Edge::code`] encodes it.
    pub(super) code: usize,
    /// Rows read before the stage's own.
    pub lookback: u64,
    /// Rows read after the stage's own.
    pub lookahead: u64,
    /// Rows beyond the ends.
    pub boundary: Boundary,
    /// The stage that it leads to.
    pub(super) to: u32,
    /// The edge before it that comes from the same node, or [`NO_EDGE`].
    pub(super) next: u32,
}

impl Edge {
    /// A node as a number. Every number is a node: a flipped bit in the table of edges gives another node, which the
    /// checks between calls find, and never an invalid `Node`.
    #[must_use]
    pub(super) fn code(from: Node) -> usize {
        match from {
            Node::Input(i) => i << 1,
            Node::Stage(s) => (s << 1) | 1,
        }
    }

    /// The node that is read.
    #[must_use]
    pub fn from(&self) -> Node {
        if self.code & 1 == 0 { Node::Input(self.code >> 1) } else { Node::Stage(self.code >> 1) }
    }

    /// Rows read at once.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.lookback.sat_add(self.lookahead).sat_add(1)
    }

    /// True if rows next to the stage's own are read.
    #[must_use]
    pub(crate) fn has_halo(&self) -> bool {
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
    /// What its rows are as a series.
    pub series: Series,
    /// Its edges in the graph's table: start and end (exclusive).
    pub edges: (usize, usize),
    /// Rows of its inputs per row.
    pub stride: u64,
    /// Windows per row: the product of the strides from the input to here.
    pub rate: u64,
    /// Windows after its own that a row depends on: the sum of the lookaheads from the input to here.
    pub delay: u64,
    /// Number of times that the direction of scans changes on the way from an input to here. Even levels run forward,
    /// odd levels in reverse. Level 0 is computed block by block as samples arrive.
    pub level: usize,
    /// A reverse scan: its state runs from the last row to the first.
    pub reverse: bool,
    /// Number of edges that come from here.
    pub consumers: u32,
    /// The last edge that comes from here, or [`NO_EDGE`].
    pub(super) reader: u32,
    /// Bytes of the state of a scan; 0 for other stages.
    pub state_bytes: usize,
    /// Alignment of the state.
    pub state_align: usize,
    /// Bytes of a word of the state; 0 if not declared.
    pub state_word: usize,
    /// Bytes of the scratch memory.
    pub scratch_bytes: usize,
    /// Alignment of the scratch.
    pub scratch_align: usize,
    /// The stage keeps its scratch between calls.
    pub keeps_scratch: bool,
    /// Bytes of the constant table.
    pub table_bytes: usize,
    /// The table in the work area, once the pipeline is sealed.
    pub table: Span,
    /// Checksum of the table.
    pub table_sum: u32,
    /// Bytes on the host's heap.
    pub host_heap_bytes: u64,
    /// Version of its parameters.
    pub revision: u32,
    /// Digest of what the caller declares of the series; 0 for the default.
    pub declared: u32,
    /// Estimated nanoseconds per row; 0 if unknown.
    pub cost_ns: u64,
}

impl Stage<'_> {
    /// Rows of `windows` windows: one per `rate` windows, the last one even if its windows are fewer.
    #[must_use]
    pub fn rows(&self, windows: u64) -> u64 {
        checked::div_ceil(windows, self.rate)
    }

    /// True for a scan: its rows are computed in order, each from the state after the previous one.
    #[must_use]
    pub(crate) fn is_scan(&self) -> bool {
        self.state_bytes > 0
    }

    /// Bytes of the state in a checkpoint; 0 for later levels, whose states are kept only within a sweep.
    #[must_use]
    pub(crate) fn stored_bytes(&self) -> usize {
        if self.level > 0 { 0 } else { self.state_bytes }
    }

    /// Rows that depend on the first `windows` windows alone, in a stream that continues.
    #[must_use]
    pub(crate) fn final_rows(&self, windows: u64) -> u64 {
        if self.level > 0 { 0 } else { self.rows(windows.sat_sub(self.delay)) }
    }
}

impl core::fmt::Debug for Stage<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Stage").field("name", &self.name).field("shape", &self.shape).finish_non_exhaustive()
    }
}
