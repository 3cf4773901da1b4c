//! Samples in, rows out.

use super::callbacks::CSource;
use super::plan::seal_first;
use crate::checked;
use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::structs;
use crate::ffi::types::*;
use crate::io::SourceBox;
use crate::mem::Span;
use crate::pipeline::Pipeline;
use crate::status::{Error, Result, Status};
use core::ffi::c_void;

/// Reads an input from a source instead of having it pushed. Before seal only.
///
/// source is copied, but for its ctx.
/// Returns SQS_OK; SQS_ERR_ARGUMENT: NULL, no read, no such input; SQS_ERR_STATE: sealed; SQS_ERR_STRUCT_SIZE;
/// SQS_ERR_UNSUPPORTED; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_source_set(
    pipeline: *mut sqs_pipeline,
    input: u32,
    source: *const sqs_source,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        let s = structs::read(source)?;
        if s.flags & !SQS_SOURCE_GROWING != 0 {
            return Err(Error::new(Status::Unsupported, "sqs_source: unknown flags"));
        }
        let read = CSource::new(&s).ok_or_else(|| Error::new(Status::Argument, "a source needs a read function"))?;
        let growing = s.flags & SQS_SOURCE_GROWING != 0;
        core.set_source(input as usize, SourceBox::new(read, |p| p), s.samples, growing)?;
        Ok(Status::Ok)
    })
}

/// Tells that a growing source now has samples samples. flags: SQS_SOURCE_GROWING while it may grow further; 0: this is
/// its final length. Does not read and does not allocate.
///
/// Returns SQS_OK; SQS_ERR_RANGE: fewer than before, or more of a source that does not grow; SQS_ERR_STATE: the input is
/// pushed; SQS_ERR_ARGUMENT; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_source_extend(
    pipeline: *mut sqs_pipeline,
    input: u32,
    samples: u64,
    flags: u32,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        if flags & !SQS_SOURCE_GROWING != 0 {
            return Err(Error::new(Status::Argument, "sqs_source_extend: unknown flags"));
        }
        core.extend_source(input as usize, samples, flags & SQS_SOURCE_GROWING != 0)?;
        Ok(Status::Ok)
    })
}

fn outside_of_work(core: &Pipeline<'_>, p: *const c_void, len: usize) -> Result<()> {
    if core.overlaps_work(p.addr(), len) {
        return Err(Error::new(Status::Overlap, "the buffer lies in the work area of the pipeline"));
    }
    Ok(())
}

fn row_bytes(core: &Pipeline<'_>, stage: u32) -> Result<usize> {
    let found = core.graph().stages().get(stage as usize);
    found.map(|s| s.shape.bytes()).ok_or_else(|| Error::new(Status::Argument, "there is no stage {a}").a(stage))
}

/// Copies samples into the ring of a pushed input: as many as fit, which runs no stage. The first push of a pipeline that
/// is not sealed seals it for an empty list, and is the only one that allocates.
///
/// samples: n samples of channels elements each; need not be aligned. accepted: how many were taken, always written.
/// Returns SQS_OK: all of them; SQS_AGAIN: the ring is full, push the rest after step and pull, or after evaluate;
/// SQS_ERR_STATE: the input has a source, or has ended; SQS_ERR_ARGUMENT: NULL, no such input; SQS_ERR_OVERLAP: samples
/// lie in the work area; SQS_ERR_OVERFLOW; what sqs_pipeline_seal returns, when it seals; SQS_ERR_REENTRANT;
/// SQS_ERR_POISONED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_push(
    pipeline: *mut sqs_pipeline,
    input: u32,
    samples: *const c_void,
    n: usize,
    accepted: *mut usize,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, holder| {
        structs::usable(accepted.cast_const())?;
        // SAFETY: checked.
        unsafe { accepted.write(0) };
        let found = core.graph().inputs().get(input as usize);
        let sample = found
            .map(|i| i.sample_bytes())
            .ok_or_else(|| Error::new(Status::Argument, "there is no input {a}").a(input))?;
        let len = checked::mul(n, sample)?;
        // SAFETY: the caller gives n samples.
        let bytes = unsafe { structs::array(samples.cast::<u8>(), len)? };
        seal_first(core, holder, &[])?;
        outside_of_work(core, samples, len)?;
        let taken = core.push(input as usize, bytes)?;
        // SAFETY: checked.
        unsafe { accepted.write(taken) };
        Ok(if taken == n { Status::Ok } else { Status::Again })
    })
}

/// Says that no more samples will come: the rows that waited for them can be finished. Calling it again changes nothing.
///
/// Returns SQS_OK; SQS_ERR_STATE: the input has a source; SQS_ERR_ARGUMENT: no such input; what sqs_pipeline_seal returns,
/// when it seals; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_push_end(pipeline: *mut sqs_pipeline, input: u32) -> sqs_status {
    with(pipeline, Access::Normal, |core, holder| {
        if input as usize >= core.graph().inputs().len() {
            return Err(Error::new(Status::Argument, "there is no input {a}").a(input));
        }
        seal_first(core, holder, &[])?;
        core.push_end(input as usize)?;
        Ok(Status::Ok)
    })
}

/// Does at most max_windows windows of work: of the evaluation under way, if there is one, then of the stream (opened
/// outputs). No stage makes more than max_windows rows of its own in a call. In classic mode a window of work is a row
/// of one stage. Does not allocate.
///
/// done: windows of work done, always written.
/// Returns SQS_OK: some was done, and there may be more; SQS_AGAIN: nothing can be done before samples are pushed or rows
/// pulled; SQS_END: all is done: the evaluation is complete and the stream, if there is one, has made its last row;
/// SQS_ERR_CALLBACK: a stage, source or sink failed (the call can be repeated: it tries the same block again);
/// SQS_ERR_EVICTED; SQS_ERR_STATE: not sealed; SQS_ERR_ARGUMENT: NULL, or max_windows is 0; SQS_ERR_REENTRANT;
/// SQS_ERR_POISONED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_step(pipeline: *mut sqs_pipeline, max_windows: u64, done: *mut u64) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        structs::usable(done.cast_const())?;
        // SAFETY: checked.
        unsafe { done.write(0) };
        if max_windows == 0 {
            return Err(Error::new(Status::Argument, "max_windows must be at least 1"));
        }
        let mut worked = 0;
        let result = core.step(max_windows, &mut worked);
        // SAFETY: checked.
        unsafe { done.write(worked) };
        result
    })
}

/// Hands out finished rows of an opened output, each once, in order: as many as there are and as fit.
///
/// rows: room for cap_rows rows. got: how many were written, always written.
/// Returns SQS_OK: at least one; SQS_AGAIN: none is finished yet; SQS_END: none will come any more; SQS_ERR_STATE: not
/// open or not sealed; SQS_ERR_ARGUMENT: NULL, no such stage; SQS_ERR_SPACE: cap_rows is 0 while rows wait;
/// SQS_ERR_OVERLAP; SQS_ERR_OVERFLOW; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_pull(
    pipeline: *mut sqs_pipeline,
    stage: u32,
    rows: *mut c_void,
    cap_rows: usize,
    got: *mut usize,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        structs::usable(got.cast_const())?;
        // SAFETY: checked.
        unsafe { got.write(0) };
        let len = checked::mul(cap_rows, row_bytes(core, stage)?)?;
        let out = room(core, rows, len)?;
        let mut n = 0;
        let result = core.pull(stage as usize, out, &mut n);
        // SAFETY: checked.
        unsafe { got.write(n) };
        result
    })
}

/// The caller's buffer, checked.
fn room<'a>(core: &Pipeline<'_>, rows: *mut c_void, len: usize) -> Result<&'a mut [u8]> {
    if len == 0 {
        return Ok(&mut []);
    }
    structs::usable(rows.cast::<u8>().cast_const())?;
    if len > isize::MAX as usize {
        return Err(Error::new(Status::Overflow, "a buffer does not fit the address space"));
    }
    outside_of_work(core, rows, len)?;
    // SAFETY: the caller gives `len` bytes, which are not the pipeline's.
    Ok(unsafe { core::slice::from_raw_parts_mut(rows.cast(), len) })
}

/// A buffer for the rows of an evaluation: as [`room`], with the count that it has to hold.
pub(super) fn buffer_for(core: &Pipeline<'_>, stage: u32, rows: *mut c_void, cap: usize, count: u64) -> Result<Span> {
    let need = checked::mul(checked::size(count)?, row_bytes(core, stage)?)?;
    if need > cap {
        let text = "{a} bytes of rows are asked for, the buffer has {b}";
        return Err(Error::new(Status::Space, text).a(checked::count(need)).b(checked::count(cap)));
    }
    room(core, rows, need)?;
    Ok(Span { at: 0, len: need })
}
