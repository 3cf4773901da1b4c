//! Saving a pipeline and going on from what was saved.

use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::structs;
use crate::ffi::types::*;
use crate::kernel::Code;
use crate::limits::MAX_INPUTS;
use crate::status::{Error, Status};
use core::ffi::c_void;
use core::mem::size_of;

/// Tells the bytes that no sqs_checkpoint_save of this sealed pipeline exceeds: what to keep free for its file, and how
/// large a buffer to read it back must be.
///
/// bytes: written on success.
/// Returns SQS_OK; SQS_ERR_ARGUMENT: NULL; SQS_ERR_STATE: not sealed; SQS_ERR_OVERFLOW; SQS_ERR_REENTRANT;
/// SQS_ERR_POISONED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_checkpoint_bytes(pipeline: *mut sqs_pipeline, bytes: *mut u64) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        structs::usable(bytes.cast_const())?;
        let most = core.checkpoint_bytes()?;
        // SAFETY: checked.
        unsafe { bytes.write(most) };
        Ok(Status::Ok)
    })
}

/// Saves all that a pipeline of the same graph and config needs to go on from here: states, positions, the samples and
/// rows that are still needed, queued rows, and the checkpoints of stages with state. sink gets the file from its start in
/// pieces of at most 512 bytes: (ctx, bytes, number of bytes). It returns 0, or a code of its own that ends the call. The
/// format is the same on every machine (docs/formats/checkpoint.md). Changes nothing, runs no stage, does not allocate.
///
/// Not saved: an evaluation under way (ask again from the first row not handed out: the checkpoints make that cheap), the
/// row cache, sqs_stats. written: NULL, or where to put the length of the file, on success.
/// Returns SQS_OK; SQS_ERR_CALLBACK: sink failed; SQS_ERR_STATE: not sealed; SQS_ERR_CORRUPT: what would be saved is
/// damaged; SQS_ERR_ARGUMENT: NULL; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_checkpoint_save(
    pipeline: *mut sqs_pipeline,
    sink: sqs_write_fn,
    ctx: *mut c_void,
    written: *mut u64,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        let sink = sink.ok_or_else(|| Error::new(Status::Argument, "saving needs a sink"))?;
        if !written.is_null() {
            structs::usable(written.cast_const())?;
        }
        let mut take = |bytes: &[u8]| {
            // SAFETY: the caller's function with his context; the bytes are valid during the call.
            let code = unsafe { sink(ctx, bytes.as_ptr().cast(), bytes.len()) };
            if code == 0 { Ok(()) } else { Err(Code(code)) }
        };
        let length = core.checkpoint_save(&mut take)?;
        if !written.is_null() {
            // SAFETY: checked.
            unsafe { written.write(length) };
        }
        Ok(Status::Ok)
    })
}

/// Goes on where a pipeline was saved: the handle must be sealed, with the same inputs, stages (name, row, edges, state,
/// revision), opened outputs and checkpoint settings. What it did before is forgotten, as by sqs_pipeline_reset. The rows
/// that follow are those of a pipeline that was never stopped, to the bit. Runs no stage and does not allocate.
///
/// file: the bytes bytes of the file, whole. It is checked before anything is changed. out: NULL, or where to put where
/// each input goes on.
/// Sources must be set as before, and have at least the samples they had. Pulls go on with the row that
/// sqs_output_position tells.
/// Returns SQS_OK; SQS_ERR_FORMAT: no checkpoint file, or of another version; SQS_ERR_CORRUPT: damaged or cut;
/// SQS_ERR_GRAPH: of another graph or config, the detail says what differs; SQS_ERR_RANGE: a source has fewer samples than
/// it had, or ended and has others; SQS_ERR_UNSUPPORTED: saved on a machine of another byte order by a stage that tells no
/// state_word; SQS_ERR_STATE: not sealed; SQS_ERR_ARGUMENT: NULL; SQS_ERR_OVERLAP: file lies in the work area;
/// SQS_ERR_STRUCT_SIZE; SQS_ERR_REENTRANT; SQS_ERR_POISONED. After an error the pipeline is as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_checkpoint_restore(
    pipeline: *mut sqs_pipeline,
    file: *const c_void,
    bytes: usize,
    out: *mut sqs_resume,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        if !out.is_null() {
            structs::writable(out)?;
        }
        structs::usable(file.cast::<u8>())?;
        // SAFETY: the caller gives the whole file.
        let file_bytes = unsafe { structs::array(file.cast::<u8>(), bytes)? };
        if core.overlaps_work(file.addr(), bytes) {
            return Err(Error::new(Status::Overlap, "the file lies in the work area of the pipeline"));
        }
        let resume = core.checkpoint_restore(file_bytes)?;
        if !out.is_null() {
            let inputs = u32::try_from(core.graph().inputs().len()).unwrap_or(0);
            let next_sample: [u64; MAX_INPUTS] = resume.next_sample;
            structs::write(out, sqs_resume { struct_size: size_of::<sqs_resume>() as u32, inputs, next_sample })?;
        }
        Ok(Status::Ok)
    })
}

/// Tells where an opened output stands: the row that the next sqs_pull starts with, and one behind the last that waits.
///
/// next, end: NULL, or written on success.
/// Returns SQS_OK; SQS_ERR_STATE: not open, or not sealed; SQS_ERR_REENTRANT; SQS_ERR_POISONED; SQS_ERR_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_output_position(
    pipeline: *mut sqs_pipeline,
    stage: u32,
    next: *mut u64,
    end: *mut u64,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        let (head, tail) = core.pull_position(stage as usize)?;
        let wanted = || [(next, head), (end, tail)].into_iter().filter(|(to, _)| !to.is_null());
        wanted().try_for_each(|(to, _)| structs::usable(to.cast_const()))?;
        for (to, value) in wanted() {
            // SAFETY: checked.
            unsafe { to.write(value) };
        }
        Ok(Status::Ok)
    })
}
