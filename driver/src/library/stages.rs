//! Stages of this program, called by the library.

use core::ffi::{CStr, c_void};
use sqrtspace::ffi::*;
use sqrtspace_fft::Complex32;

/// Puts the rows of its edges side by side, as `f32`: several results of a pipeline come out in one pass.
pub(super) unsafe extern "C" fn join(_: *mut c_void, io: *const sqs_stage_io) -> i32 {
    // SAFETY: the library gives edges and room as registered, valid during the call.
    let (io, edges) = unsafe { (&*io, std::slice::from_raw_parts((*io).edges, (*io).edge_count as usize)) };
    let row_len: usize = edges.iter().map(|e| e.len).sum();
    // SAFETY: as above: `rows` rows of `row_len` elements, as the stage was registered with.
    let out = unsafe { std::slice::from_raw_parts_mut(io.out.cast::<f32>(), io.rows * row_len) };
    let mut column = 0;
    for edge in edges {
        for i in 0..io.rows {
            // SAFETY: row i of an edge without halo lies i strides behind its base.
            let row = unsafe { edge.base.byte_add(i * edge.row_stride_bytes) };
            for k in 0..edge.len {
                // SAFETY: the row has `len` elements of type `dtype`.
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

/// A stage of this program: its function, called through the library with `f32` rows to fill, one at a time.
pub(crate) trait Custom: 'static {
    /// Fills row `t` from the rows it sees; must make the same row whatever was made before, but for the state.
    fn row(&self, t: u64, sees: Sight<'_>, made: &mut Made<'_>);
}

/// The rows that a row of a stage sees.
#[derive(Clone, Copy)]
pub(crate) struct Sight<'a> {
    edges: &'a [sqs_edge_rows],
    row: usize,
}

/// What a row of a stage is made in.
pub(crate) struct Made<'a> {
    /// The row.
    pub(crate) out: &'a mut [f32],
    /// The state that the row before left.
    pub(crate) state: &'a mut [f64],
    /// Room to work in, with anything in it.
    pub(crate) scratch: &'a mut [f32],
}

impl<'a> Sight<'a> {
    fn place<T>(self, edge: usize, offset: isize, dtype: u32) -> &'a [T] {
        let e = &self.edges[edge];
        let (back, ahead) = (-(e.lookback as isize), e.lookahead as isize);
        assert!(e.dtype == dtype && (back..=ahead).contains(&offset), "edge {edge} has no such row");
        let at = (self.row * e.stride as usize) as isize + offset;
        // SAFETY: type and place were checked; the row has `len` elements and lives as long as the call of the stage.
        unsafe {
            let row = e.base.byte_offset(at * e.row_stride_bytes as isize);
            std::slice::from_raw_parts(row.cast::<T>(), e.len)
        }
    }

    /// The row of `f32` at an offset from the stage's own row.
    pub(crate) fn row(self, edge: usize, offset: isize) -> &'a [f32] {
        self.place(edge, offset, SQS_F32)
    }

    /// The row of counts at an offset.
    pub(crate) fn counts(self, edge: usize, offset: isize) -> &'a [u32] {
        self.place(edge, offset, SQS_U32)
    }
}

/// Pairs of numbers as complex ones.
pub(crate) fn complex(pairs: &mut [f32]) -> &mut [Complex32] {
    // SAFETY: a complex number is two f32 without padding (repr(C)), aligned as they are.
    unsafe { std::slice::from_raw_parts_mut(pairs.as_mut_ptr().cast(), pairs.len() / 2) }
}

/// A stage of this program with the sizes it was registered with.
pub(super) struct Hosted<C> {
    pub(super) stage: C,
    pub(super) shape: Shape,
}

/// What a stage of this program needs.
#[derive(Clone, Copy, Default)]
pub(crate) struct Shape {
    /// Numbers in a row.
    pub(crate) len: usize,
    /// Rows of its edges per row; 0 and 1: one each.
    pub(crate) stride: u32,
    /// Numbers of its state.
    pub(crate) state: usize,
    /// Numbers of its scratch.
    pub(crate) scratch: usize,
}

pub(super) unsafe extern "C" fn run_custom<C: Custom>(ctx: *mut c_void, io: *const sqs_stage_io) -> i32 {
    // SAFETY: ctx is the Hosted<C> registered with this function, which outlives the pipeline; the library gives edges,
    // rows, state and scratch as registered, aligned to 8 bytes at least, none overlapping another.
    unsafe {
        let (hosted, io) = (&*ctx.cast::<Hosted<C>>(), &*io);
        let edges = std::slice::from_raw_parts(io.edges, io.edge_count as usize);
        for row in 0..io.rows {
            let mut made = Made {
                out: lent(io.out.cast::<f32>().wrapping_add(row * hosted.shape.len), hosted.shape.len),
                state: lent(io.state.cast::<f64>(), hosted.shape.state),
                scratch: lent(io.scratch.cast::<f32>(), hosted.shape.scratch),
            };
            hosted.stage.row(io.first + row as u64, Sight { edges, row }, &mut made);
        }
    }
    0
}

/// A slice of the library's memory; NULL where there is nothing.
unsafe fn lent<'a, T>(start: *mut T, len: usize) -> &'a mut [T] {
    // SAFETY: the caller vouches for `len` elements.
    if len == 0 { &mut [] } else { unsafe { std::slice::from_raw_parts_mut(start, len) } }
}

/// An edge: the rows of an input or a stage that a stage sees. Rows beyond the ends are zeros, or the end row again.
#[derive(Clone, Copy)]
pub(crate) struct Edge<'a> {
    pub(super) from: &'a CStr,
    back: u32,
    ahead: u32,
    clamp: bool,
}

impl<'a> Edge<'a> {
    /// Rows beside the stage's own: so many before and behind it.
    pub(crate) fn halo(self, back: u32, ahead: u32) -> Edge<'a> {
        Edge { back, ahead, ..self }
    }

    /// The end row again beyond the ends.
    pub(crate) fn clamped(self) -> Edge<'a> {
        Edge { clamp: true, ..self }
    }

    pub(super) fn desc(&self) -> sqs_edge_desc {
        let boundary = if self.clamp { SQS_BOUNDARY_CLAMP } else { SQS_BOUNDARY_ZERO };
        sqs_edge_desc { name: self.from.as_ptr(), lookback: self.back, lookahead: self.ahead, boundary, reserved: 0 }
    }
}

/// The stage's own row of an input or a stage.
pub(crate) fn from(name: &CStr) -> Edge<'_> {
    Edge { from: name, back: 0, ahead: 0, clamp: false }
}
