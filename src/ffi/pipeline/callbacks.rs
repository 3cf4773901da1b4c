//! Functions of the caller, as kernels, sources and sinks.

use super::source::sqs_source;
use super::stage::{sqs_edge_rows, sqs_stage_io, sqs_state_init_fn};
use crate::digest::Digest;
use crate::io::{Sink, Source};
use crate::kernel::{Code, EdgeRows, Kernel, StageIo};
use crate::limits::MAX_FAN_IN;
use crate::util::unsigned::Unsigned;
use core::ffi::c_void;
use core::mem::size_of;

fn outcome(code: i32) -> Result<(), Code> {
    if code == 0 { Ok(()) } else { Err(Code(code)) }
}

/// NULL for an empty area.
fn or_null(bytes: &mut [u8]) -> *mut c_void {
    if bytes.is_empty() { core::ptr::null_mut() } else { bytes.as_mut_ptr().cast() }
}

/// A stage of the caller.
pub(super) struct CStage {
    pub(super) run: unsafe extern "C" fn(*mut c_void, *const sqs_stage_io) -> i32,
    pub(super) init: sqs_state_init_fn,
    pub(super) ctx: *mut c_void,
}

impl Kernel for CStage {
    fn digest(&self, sum: &mut Digest) {
        sum.sizes([self.run as usize, self.init.map_or(0, |i| i as usize), self.ctx.addr()]);
    }

    fn state_init(&self, state: &mut [u8]) -> Result<(), Code> {
        state.fill(0);
        // SAFETY: the caller's function with its context; the state has the declared size and alignment.
        self.init.map_or(Ok(()), |init| outcome(unsafe { init(self.ctx, state.as_mut_ptr().cast()) }))
    }

    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let none = EdgeRows::NONE;
        let mut edges: [sqs_edge_rows; MAX_FAN_IN] = core::array::from_fn(|i| {
            let e = io.edges.get(i).unwrap_or(&none);
            let own = e.lookback.sat_mul(e.row_stride);
            sqs_edge_rows {
                base: e.bytes.get(own..).unwrap_or(&[]).as_ptr().cast(),
                row_stride_bytes: e.row_stride,
                lookback: e.lookback,
                lookahead: e.lookahead,
                len: e.shape.len,
                dtype: e.shape.dtype as u32,
                stride: u32::try_from(e.step).unwrap_or(u32::MAX),
            }
        });
        let view = sqs_stage_io {
            struct_size: size_of::<sqs_stage_io>() as u32,
            edge_count: u32::try_from(io.edges.len()).unwrap_or(0),
            first: io.first,
            rows: io.rows,
            edges: edges.as_mut_ptr(),
            out: io.out.as_mut_ptr().cast(),
            state: or_null(io.state),
            scratch: or_null(io.scratch),
        };
        // SAFETY: the caller's function with its context; the view is valid during the call.
        outcome(unsafe { (self.run)(self.ctx, &raw const view) })
    }
}

/// A source of the caller.
pub(super) struct CSource {
    pub(super) read: unsafe extern "C" fn(*mut c_void, u64, *mut c_void, usize, *mut usize) -> i32,
    pub(super) ctx: *mut c_void,
}

impl CSource {
    pub(super) fn new(desc: &sqs_source) -> Option<Self> {
        Some(CSource { read: desc.read?, ctx: desc.ctx })
    }
}

impl Source for CSource {
    fn digest(&self, sum: &mut Digest) {
        sum.sizes([self.read as usize, self.ctx.addr()]);
    }

    fn read(&mut self, first: u64, out: &mut [u8], sample_bytes: usize) -> Result<usize, Code> {
        let n = out.len().checked_div(sample_bytes).ok_or(Code::MISFIT)?;
        let mut got = 0usize;
        // SAFETY: the caller's function with its context; `out` has room for n samples.
        outcome(unsafe { (self.read)(self.ctx, first, out.as_mut_ptr().cast(), n, &raw mut got) })?;
        Ok(got)
    }
}

/// A sink of the caller.
pub(super) struct CSink {
    pub(super) take: unsafe extern "C" fn(*mut c_void, u64, usize, *const c_void, usize) -> i32,
    pub(super) ctx: *mut c_void,
}

impl Sink for CSink {
    fn rows(&mut self, first: u64, rows: usize, bytes: &[u8]) -> Result<(), Code> {
        // SAFETY: the caller's function with its context; the rows are valid during the call.
        outcome(unsafe { (self.take)(self.ctx, first, rows, bytes.as_ptr().cast(), bytes.len()) })
    }
}

/// A buffer of the caller that receives rows from row `start`.
pub(super) struct BufferSink {
    pub(super) base: *mut u8,
    pub(super) len: usize,
    pub(super) start: u64,
}

impl Sink for BufferSink {
    fn rows(&mut self, first: u64, rows: usize, bytes: &[u8]) -> Result<(), Code> {
        let row = bytes.len().checked_div(rows).ok_or(Code::MISFIT)?;
        let skip = first.checked_sub(self.start).and_then(|n| usize::try_from(n).ok()).ok_or(Code::MISFIT)?;
        let at = skip.checked_mul(row).ok_or(Code::MISFIT)?;
        let fits = at.checked_add(bytes.len()).is_some_and(|end| end <= self.len);
        if !fits {
            return Err(Code::MISFIT);
        }
        // SAFETY: within the caller's buffer (checked), which does not overlap the pipeline's memory (checked when
        // the evaluation began).
        unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), self.base.add(at), bytes.len()) };
        Ok(())
    }
}
