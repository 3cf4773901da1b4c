//! Saving a pipeline to a checkpoint file, and restoring it.

use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::regions::Region;
use crate::ffi::status::sqs_status;
use crate::ffi::structs::{self, Out, versioned};
use crate::kernel::Code;
use crate::limits::MAX_INPUTS;
use crate::status::{Error, Status};
use core::ffi::c_void;
use core::mem::size_of;

/// Writes all of the bytes at data, after those of the calls before. Returns 0, or a code of its own, which the error
/// detail shows.
pub type sqs_write_fn = Option<unsafe extern "C" fn(ctx: *mut c_void, data: *const c_void, bytes: usize) -> i32>;

/// Positions from which a restored pipeline continues.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct sqs_resume {
    /// In: sizeof(sqs_resume).
    pub struct_size: u32,
    /// Number of inputs.
    pub input_count: u32,
    /// For each pushed input the next sample to push; for a source the number of samples it had when it was saved.
    pub next_sample: [u64; 8],
}
versioned!(sqs_resume);

/// Returns the maximum size of the checkpoint file of a sealed pipeline.
///
/// No sqs_checkpoint_save() of this pipeline writes more: reserve this space for the file, and for the buffer to read
/// it back.
///
/// @param[in]  pipeline  handle
/// @param[out] bytes     maximum size in bytes
/// @retval SQS_OK
/// @retval SQS_ERR_STATE      the pipeline is not sealed
/// @retval SQS_ERR_ARGUMENT   the handle is not valid, or bytes is NULL
/// @retval SQS_ERR_ALIGN      bytes is misaligned
/// @retval SQS_ERR_OVERFLOW   the size does not fit 64 bits
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the handle is poisoned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_checkpoint_bytes(pipeline: *mut sqs_pipeline, bytes: *mut u64) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        call.claim(&[Region::value("bytes", bytes)], &[])?;
        let bytes = Out::new("bytes", bytes)?;
        bytes.set(core.checkpoint_bytes()?);
        Ok(Status::Ok)
    })
}

/// Writes a checkpoint file: all that a pipeline of the same graph and config needs to continue from here.
///
/// The file holds states, positions, the samples and rows that are still needed, queued rows, and the checkpoints of
/// stages with state. It does not hold a running evaluation (request it again from the first row not delivered; the
/// checkpoints make that inexpensive), the row cache, and the statistics. The format is the same on every machine
/// (docs/formats/checkpoint.md). Changes nothing, runs no stage, does not allocate.
///
/// @param[in]  pipeline       handle
/// @param[in]  write          receives the file from its start, in pieces of at most 512 bytes
/// @param[in]  ctx            first argument of write
/// @param[out] written_bytes  length of the file in bytes; 0 after an error; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_CALLBACK   write failed
/// @retval SQS_ERR_CORRUPT    data that would be saved is damaged
/// @retval SQS_ERR_STATE      the pipeline is not sealed
/// @retval SQS_ERR_ARGUMENT   the handle is not valid, or write is NULL
/// @retval SQS_ERR_ALIGN      written_bytes is misaligned
/// @retval SQS_ERR_REENTRANT  called from a callback of this handle
/// @retval SQS_ERR_POISONED   the handle is poisoned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_checkpoint_save(
    pipeline: *mut sqs_pipeline,
    write: sqs_write_fn,
    ctx: *mut c_void,
    written_bytes: *mut u64,
) -> sqs_status {
    with(pipeline, Access::Normal, &[Region::value("written_bytes", written_bytes)], |core, _, call| {
        call.claim(&[], &[])?;
        let write = write.ok_or_else(|| Error::new(Status::Argument, "write is NULL: saving needs a function"))?;
        let written = Out::or_null("written_bytes", written_bytes)?;
        let mut put = |bytes: &[u8]| {
            // SAFETY: the caller's function with its context; the bytes are valid during the call.
            let code = unsafe { write(ctx, bytes.as_ptr().cast(), bytes.len()) };
            if code == 0 { Ok(()) } else { Err(Code(code)) }
        };
        written.set(core.checkpoint_save(&mut put)?);
        Ok(Status::Ok)
    })
}

/// Continues where a pipeline was saved.
///
/// The handle must be sealed, with the same inputs, stages (name, row, edges, state, revision) and opened outputs.
/// Sources must be set as before, and have at least the samples they had. Budget, mode, input_capacity, the queues of
/// outputs, checkpoint_every and checkpoint_slots may differ, as long as what was saved fits the buffers here;
/// checkpoints that have no slot here are left out. Checkpoints must be on in both or off in both (#SQS_OFF). The
/// previous content of the pipeline is discarded, as by sqs_pipeline_reset(). The following rows are bit-identical to
/// those of a pipeline that was never stopped. Pulls continue with the row that sqs_output_position() returns. All of
/// the file is checked before anything changes; after an error the pipeline is as before. Runs no stage and does not
/// allocate.
///
/// @param[in]  pipeline    handle
/// @param[in]  file        the whole file
/// @param[in]  file_bytes  length of the file in bytes
/// @param[out] resume      where each input continues; struct_size set by the caller; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_FORMAT       not a checkpoint file, of another version, or with numbers that no pipeline saves
/// @retval SQS_ERR_CORRUPT      the file is damaged or incomplete
/// @retval SQS_ERR_GRAPH        the file is of another graph or other outputs; the detail names the difference
/// @retval SQS_ERR_MEMORY       samples or rows do not fit their buffer or queue; the detail names it and both sizes
/// @retval SQS_ERR_RANGE        a source has fewer samples than it had, or had ended with another length
/// @retval SQS_ERR_UNSUPPORTED  saved on a machine of another byte order, with a stage whose state_word is 0
/// @retval SQS_ERR_STATE        the pipeline is not sealed
/// @retval SQS_ERR_ARGUMENT     the handle is not valid, or file is NULL
/// @retval SQS_ERR_ALIGN        resume is misaligned
/// @retval SQS_ERR_OVERLAP      file, resume and memory of the pipeline overlap
/// @retval SQS_ERR_STRUCT_SIZE  resume->struct_size is not valid
/// @retval SQS_ERR_REENTRANT    called from a callback of this handle
/// @retval SQS_ERR_POISONED     the handle is poisoned
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_checkpoint_restore(
    pipeline: *mut sqs_pipeline,
    file: *const c_void,
    file_bytes: usize,
    resume: *mut sqs_resume,
) -> sqs_status {
    with(pipeline, Access::Normal, &[], |core, _, call| {
        call.claim(&[Region::structure("resume", resume)], &[Region::bytes("file", file, file_bytes)])?;
        if !resume.is_null() {
            structs::writable(resume)?;
        }
        structs::usable("file", file.cast::<u8>())?;
        // SAFETY: the caller gives the whole file.
        let bytes = unsafe { structs::array("file", file.cast::<u8>(), file_bytes)? };
        let restored = core.checkpoint_restore(bytes)?;
        if !resume.is_null() {
            let input_count = u32::try_from(core.graph().inputs().len()).unwrap_or(0);
            let next_sample: [u64; MAX_INPUTS] = restored.next_sample;
            structs::write(
                resume,
                sqs_resume { struct_size: size_of::<sqs_resume>() as u32, input_count, next_sample },
            )?;
        }
        Ok(Status::Ok)
    })
}
