//! Stages implemented by this program and called by the library.

use core::ffi::{CStr, c_void};
use sqrtspace::ffi::*;

/// Concatenates the rows of its edges as `f32`, so that one evaluation returns several results.
pub(super) unsafe extern "C" fn join(_: *mut c_void, io: *const sqs_stage_io) -> i32 {
    // SAFETY: the library passes the registered edges and room for the rows, valid during the call.
    let (io, edges) = unsafe { (&*io, std::slice::from_raw_parts((*io).edges, (*io).edge_count as usize)) };
    let row_len: usize = edges.iter().map(|e| e.len).sum();
    // SAFETY: as above; the stage was registered with rows of `row_len` elements.
    let out = unsafe { std::slice::from_raw_parts_mut(io.out.cast::<f32>(), io.rows * row_len) };
    let mut column = 0;
    for edge in edges {
        for i in 0..io.rows {
            // SAFETY: row i of an edge without a halo starts i strides after its base.
            let row = unsafe { edge.base.byte_add(i * edge.row_stride_bytes) };
            for k in 0..edge.len {
                // SAFETY: the row has `len` elements of the type `dtype`.
                out[i * row_len + column + k] = unsafe {
                    match edge.dtype {
                        SQS_F32 => *row.cast::<f32>().add(k),
                        SQS_U32 => *row.cast::<u32>().add(k) as f32,
                        SQS_U8 => f32::from(*row.cast::<u8>().add(k)),
                        _ => return 1,
                    }
                };
            }
        }
        column += edge.len;
    }
    0
}

/// A stage implemented by this program. The library calls it to fill `f32` rows, one at a time.
pub(crate) trait Custom: 'static {
    /// Fills row `t` from its input rows. The row depends on nothing but these and the state.
    fn row(&self, t: u64, inputs: RowInputs<'_>, to: &mut RowBuffers<'_>);
}

/// The input rows of one row of a stage.
#[derive(Clone, Copy)]
pub(crate) struct RowInputs<'a> {
    edges: &'a [sqs_edge_rows],
    row: usize,
}

/// The memory in which one row of a stage is computed.
pub(crate) struct RowBuffers<'a> {
    /// The row to fill.
    pub(crate) out: &'a mut [f32],
    /// The state after the previous row.
    pub(crate) state: &'a mut [f64],
}

impl<'a> RowInputs<'a> {
    fn place<T>(self, edge: usize, offset: isize, dtype: u32) -> &'a [T] {
        let e = &self.edges[edge];
        let (back, ahead) = (-(e.lookback as isize), e.lookahead as isize);
        assert!(e.dtype == dtype && (back..=ahead).contains(&offset), "edge {edge} has no such row");
        let at = (self.row * e.stride as usize) as isize + offset;
        // SAFETY: type and offset were checked above. The row has `len` elements and is valid
        // during the call of the stage.
        unsafe {
            let row = e.base.byte_offset(at * e.row_stride_bytes as isize);
            std::slice::from_raw_parts(row.cast::<T>(), e.len)
        }
    }

    /// The `f32` row at an offset from the stage's own row.
    pub(crate) fn row(self, edge: usize, offset: isize) -> &'a [f32] {
        self.place(edge, offset, SQS_F32)
    }

    /// The `u32` row at an offset from the stage's own row.
    pub(crate) fn counts(self, edge: usize, offset: isize) -> &'a [u32] {
        self.place(edge, offset, SQS_U32)
    }
}

/// A stage of this program with its registered sizes.
pub(super) struct Hosted<C> {
    pub(super) stage: C,
    pub(super) shape: Shape,
}

/// The sizes of a stage of this program.
#[derive(Clone, Copy, Default)]
pub(crate) struct Shape {
    /// Numbers per row.
    pub(crate) len: usize,
    /// Interleaved results in a row; 0 and 1 both mean one: consecutive samples.
    pub(crate) channels: u32,
    /// Rows of its edges per row; 0 and 1 both mean one.
    pub(crate) stride: u32,
    /// Numbers in its state.
    pub(crate) state: usize,
}

pub(super) unsafe extern "C" fn run_custom<C: Custom>(ctx: *mut c_void, io: *const sqs_stage_io) -> i32 {
    // SAFETY: ctx is the Hosted<C> that was registered with this function, and outlives the pipeline.
    // The library passes edges, rows, state and scratch as registered, aligned to at least 8 bytes
    // and without overlap.
    unsafe {
        let (hosted, io) = (&*ctx.cast::<Hosted<C>>(), &*io);
        let edges = std::slice::from_raw_parts(io.edges, io.edge_count as usize);
        for row in 0..io.rows {
            let mut to = RowBuffers {
                out: slice_of(io.out.cast::<f32>().wrapping_add(row * hosted.shape.len), hosted.shape.len),
                state: slice_of(io.state.cast::<f64>(), hosted.shape.state),
            };
            hosted.stage.row(io.first + row as u64, RowInputs { edges, row }, &mut to);
        }
    }
    0
}

/// A slice of the library's memory. `start` may be NULL if `len` is 0.
unsafe fn slice_of<'a, T>(start: *mut T, len: usize) -> &'a mut [T] {
    // SAFETY: the caller guarantees `len` elements.
    if len == 0 { &mut [] } else { unsafe { std::slice::from_raw_parts_mut(start, len) } }
}

/// An edge: the rows of an input or a stage that a stage reads. Rows before the first and after the last are zeros,
/// or copies of the end row if the edge is clamped.
#[derive(Clone, Copy)]
pub(crate) struct Edge<'a> {
    pub(super) from: &'a CStr,
    back: u32,
    ahead: u32,
    clamp: bool,
}

impl<'a> Edge<'a> {
    /// Adds a halo: `back` rows before the stage's own row and `ahead` rows after it.
    pub(crate) fn halo(self, back: u32, ahead: u32) -> Edge<'a> {
        Edge { back, ahead, ..self }
    }

    /// Repeats the end rows beyond the ends.
    pub(crate) fn clamped(self) -> Edge<'a> {
        Edge { clamp: true, ..self }
    }

    pub(super) fn desc(&self) -> sqs_edge_desc {
        let boundary = if self.clamp { SQS_BOUNDARY_CLAMP } else { SQS_BOUNDARY_ZERO };
        sqs_edge_desc { name: self.from.as_ptr(), lookback: self.back, lookahead: self.ahead, boundary, reserved: 0 }
    }
}

/// An edge without a halo from the input or stage `name`.
pub(crate) fn from(name: &CStr) -> Edge<'_> {
    Edge { from: name, back: 0, ahead: 0, clamp: false }
}
