//! The contract between jobs and stages, built in or registered from C.
//!
//! A stage is a [`Kernel`] with a [`StageSpec`]; each call receives a [`StageIo`] with the rows of its edges
//! ([`EdgeRows`]).

use crate::digest::Digest;
use crate::dtype::{Dtype, Element};
use crate::mem::{Inline, cast, cast_mut, inline_of};
use crate::series::Series;
use crate::status::Status;
use crate::util::unsigned::Unsigned;
use core::ffi::c_void;

/// An error code of a stage: any number except 0. The detail of the error contains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(pub i32);

impl Code {
    /// The memory of a call does not fit the declaration of the stage: a fault of the library.
    pub(crate) const MISFIT: Code = Code(Status::Internal.code());
}

/// The function of a stage.
///
/// Its rows must not depend on how they are grouped into calls, nor on earlier calls. Between calls it may keep only
/// the state of a scan (and kept scratch, which may only make a call faster).
pub trait Kernel {
    /// Fills `io.out` with `io.rows` rows, from row `io.first` of the stage on.
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code>;

    /// Fills the constant table of the stage when the pipeline is sealed.
    fn prepare(&self, table: &mut [u8]) -> Result<(), Code> {
        table.fill(0);
        Ok(())
    }

    /// Adds the constant data of the kernel to `sum`, so that a flipped bit in it is found.
    fn digest(&self, sum: &mut Digest) {
        let _ = sum;
    }

    /// The same stage with another context of the caller's; none for a stage without one.
    fn with_context<'x>(&self, context: *mut c_void) -> Option<KernelBox<'x>> {
        let _ = context;
        None
    }

    /// Sets the state of a scan before row 0 (of a reverse scan: after the last row).
    fn state_init(&self, state: &mut [u8]) -> Result<(), Code> {
        state.fill(0);
        Ok(())
    }
}

/// A kernel stored in place. Data beyond 8 words must be in the parameter pool or the table.
pub type KernelBox<'m> = Inline<dyn Kernel + 'm, 8>;
inline_of!(Kernel, 8);

/// Type and length of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowShape {
    /// Type of its elements.
    pub dtype: Dtype,
    /// Number of its elements (of an input: window * channels).
    pub len: usize,
}

impl RowShape {
    /// Bytes of a row. The product fits: the functions that create row shapes check it.
    #[must_use]
    pub fn bytes(self) -> usize {
        self.len.sat_mul(self.dtype.size())
    }
}

/// The declaration of a stage, without its edges.
pub struct StageSpec<'m> {
    /// Its function.
    pub kernel: KernelBox<'m>,
    /// Its rows.
    pub shape: RowShape,
    /// What its rows are as a series.
    pub series: Series,
    /// Rows of its inputs per row of its own; 1 unless the stage is strided.
    pub stride: u32,
    /// Bytes of the state of a scan, which are copied, stored and compared; 0 for other stages.
    pub state_bytes: usize,
    /// Alignment of the state in bytes: a power of two, at most a cache line.
    pub state_align: usize,
    /// Bytes of a word of the state (1, 2, 4 or 8): it is then saved in a byte order that every machine reads. 0 for
    /// words of several sizes: only machines of the same byte order read what was saved.
    pub state_word: usize,
    /// A reverse scan: its state runs from the last row to the first.
    pub reverse: bool,
    /// Bytes of its scratch memory, which is aligned to at least a cache line.
    pub scratch_bytes: usize,
    /// Alignment of the scratch in bytes, if it needs more: a power of two.
    pub scratch_align: usize,
    /// The stage keeps its scratch between calls: see [`StageIo::continues`].
    pub keeps_scratch: bool,
    /// Bytes of its constant table, filled by [`Kernel::prepare`].
    pub table_bytes: usize,
    /// Bytes that it uses on the host's heap, outside of both areas.
    pub host_heap_bytes: u64,
    /// Version of the parameters: it changes with them, and saved checkpoints are bound to it.
    pub revision: u32,
    /// Digest of what the caller declares of the series; 0 if its edges and parameters determine it.
    pub declared: u32,
    /// Estimated nanoseconds per row, for the planner; 0 if unknown.
    pub cost_ns: u64,
}

impl<'m> StageSpec<'m> {
    /// A stage with rows of `shape`, a new series, stride 1, and no state, scratch or table.
    pub fn new<K: Kernel + 'm>(kernel: K, shape: RowShape) -> Self {
        StageSpec {
            kernel: KernelBox::new(kernel),
            shape,
            series: Series::new(shape.len),
            declared: 0,
            stride: 1,
            state_bytes: 0,
            state_align: 8,
            state_word: 0,
            reverse: false,
            scratch_bytes: 0,
            scratch_align: 1,
            keeps_scratch: false,
            table_bytes: 0,
            host_heap_bytes: 0,
            revision: 0,
            cost_ns: 0,
        }
    }
}

impl core::fmt::Debug for StageSpec<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("StageSpec").field("shape", &self.shape).field("stride", &self.stride).finish_non_exhaustive()
    }
}

/// Rows of one edge in a call.
///
/// Output row `i` of the call (row `first + i` of the stage) may read the rows
/// `i * step ..= i * step + lookback + lookahead` of this block; the one at offset `lookback` is its own.
#[derive(Clone, Copy, Debug)]
pub struct EdgeRows<'a> {
    /// The block, from its first element to its last.
    pub bytes: &'a [u8],
    /// Type and length of a row.
    pub shape: RowShape,
    /// Bytes from the start of a row to the start of the next; less than a row for inputs with overlapping windows.
    pub row_stride: usize,
    /// Rows in the block, halos included.
    pub rows: usize,
    /// Rows before the first own row of the call.
    pub lookback: usize,
    /// Rows after the last own row of the call.
    pub lookahead: usize,
    /// Rows of this block per output row: the stage's stride.
    pub step: usize,
}

/// Rows of one edge, typed.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a, T> {
    data: &'a [T],
    len: usize,
    stride: usize,
    count: usize,
}

impl<'a> EdgeRows<'a> {
    /// No rows.
    pub const NONE: EdgeRows<'static> = EdgeRows {
        bytes: &[],
        shape: RowShape { dtype: Dtype::U8, len: 0 },
        row_stride: 0,
        rows: 0,
        lookback: 0,
        lookahead: 0,
        step: 1,
    };

    /// The rows as elements of `T`; an error if that is not their type.
    pub(crate) fn typed<T: Element>(&self) -> Result<Rows<'a, T>, Code> {
        let size = self.shape.dtype.size();
        let data = cast(self.bytes).filter(|_| T::DTYPE == self.shape.dtype).ok_or(Code::MISFIT)?;
        let stride = self.row_stride.checked_div(size).ok_or(Code::MISFIT)?;
        Ok(Rows { data, len: self.shape.len, stride, count: self.rows })
    }
}

impl<'a, T: Element> Rows<'a, T> {
    /// Row `i` of the block; empty if it does not exist.
    #[must_use]
    pub fn row(&self, i: usize) -> &'a [T] {
        let start = i.sat_mul(self.stride);
        self.data.get(start..start.sat_add(self.len)).unwrap_or(&[])
    }

    /// All rows in order.
    pub fn iter(&self) -> impl Iterator<Item = &'a [T]> + use<'a, T> {
        let rows = *self;
        (0..rows.count).map(move |i| rows.row(i))
    }

    /// The elements of the block; adjacent rows share elements if windows overlap.
    #[must_use]
    pub fn elements(&self) -> &'a [T] {
        self.data
    }

    /// Elements of a row.
    #[must_use]
    pub fn row_len(&self) -> usize {
        self.len
    }

    /// Elements from the start of a row to the start of the next.
    #[must_use]
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Number of rows.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The block as an array of rows by elements. Overlapping rows share elements.
    #[cfg(feature = "ndarray")]
    pub fn array(&self) -> Result<ndarray::ArrayView2<'a, T>, Code> {
        use ndarray::ShapeBuilder;
        let shape = (self.count, self.len).strides((self.stride, 1));
        ndarray::ArrayView2::from_shape(shape, self.data).map_err(|_| Code::MISFIT)
    }
}

/// Input and output of a call of a kernel.
#[derive(Debug)]
pub struct StageIo<'a> {
    /// The first row to compute.
    pub first: u64,
    /// Number of rows to compute.
    pub rows: usize,
    /// The inputs, in the order of the stage's edges.
    pub edges: &'a [EdgeRows<'a>],
    /// The output: the rows one after another, without gaps.
    pub out: &'a mut [u8],
    /// The state of a scan: on entry the state after row `first - 1`, on return the state after row `first + rows - 1`.
    /// For a reverse scan: on entry the state after row `first + rows` (the next later row), on return the state after
    /// row `first`. Its rows are computed from the last to the first, but stored in `out` in ascending order.
    pub state: &'a mut [u8],
    /// Scratch memory, with any content unless the stage keeps it.
    pub scratch: &'a mut [u8],
    /// The stage's constant table.
    pub table: &'a [u8],
    /// For a stage that keeps its scratch: the content is that of the call for the rows just before `first`.
    pub continues: bool,
}

impl<'a> StageIo<'a> {
    /// The rows of one edge as elements of `T`.
    pub fn input<T: Element>(&self, edge: usize) -> Result<Rows<'a, T>, Code> {
        self.edges.get(edge).ok_or(Code::MISFIT)?.typed()
    }

    /// The element type of one edge.
    pub fn input_dtype(&self, edge: usize) -> Result<Dtype, Code> {
        self.edges.get(edge).map(|e| e.shape.dtype).ok_or(Code::MISFIT)
    }

    /// The output as elements of `T`: the rows one after another.
    pub fn output<T: Element>(&mut self) -> Result<&mut [T], Code> {
        cast_mut(self.out).ok_or(Code::MISFIT)
    }
}
