//! Files encoded and decoded in the background.

use super::decode_file::DecodeJob;
use super::encode_file::{EncodeJob, Tell, paths};
use super::types::*;
use crate::ffi::handle::{guarded, without};
use crate::ffi::structs;
use crate::ffi::structs::put_text;
use crate::ffi::types::*;
use crate::status::{Error, Result, Status};
use crate::util::text::Text;
use core::ffi::c_char;
use std::boxed::Box;
use std::string::String;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

const MAGIC: u32 = 0x5351_534a;

/// A file being encoded or decoded in the background. Opaque; to be freed with sqs_codec_job_delete.
pub struct sqs_codec_job {
    magic: u32,
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

/// What the job's thread and its owner share.
#[derive(Default)]
struct Shared {
    state: Mutex<JobState>,
    over: Condvar,
}

#[derive(Default)]
struct JobState {
    progress: sqs_progress,
    stats: sqs_codec_stats,
    cancelled: bool,
    result: Option<Result<()>>,
}

/// Pointers of the caller on their way to the job's thread.
struct Sent<T>(T);
// SAFETY: the header says that memory, missing and progress are the job's until it is over.
unsafe impl<T> Send for Sent<T> {}

impl<T> Sent<T> {
    /// All of it, so that a closure does not take the inner value alone.
    fn into(self) -> T {
        self.0
    }
}

fn locked(shared: &Shared) -> MutexGuard<'_, JobState> {
    shared.state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a job does: its paths, who is told, where the figures go.
type Run = dyn FnOnce(&str, &str, &mut Tell<'_>, &mut sqs_codec_stats) -> Result<()>;

/// Starts a job's thread.
unsafe fn start(
    from: *const c_char,
    to: *const c_char,
    watch: super::stream::Watch,
    run: Box<Run>,
    out: *mut *mut sqs_codec_job,
) -> Result<Status> {
    // SAFETY: the caller gives C strings.
    let (from, to) = unsafe { paths(from, to)? };
    let (from, to) = (String::from(from), String::from(to));
    let shared = Arc::new(Shared::default());
    let (theirs, sent) = (shared.clone(), Sent((watch, run)));
    let body = move || {
        let (watch, run) = sent.into();
        let mut stats = sqs_codec_stats { length: SQS_ALL, ..Default::default() };
        let mut tell = |p: &sqs_progress| {
            let cancelled = {
                let mut state = locked(&theirs);
                state.progress = *p;
                state.cancelled
            };
            // Outside of the lock, so that it may ask for the job's state.
            if cancelled { Err(Error::new(Status::Cancelled, "the job was cancelled")) } else { watch.tell(p) }
        };
        let result = guarded(|| run(&from, &to, &mut tell, &mut stats).map(|()| Status::Ok)).map(|_| ());
        let mut state = locked(&theirs);
        state.stats = stats;
        state.result = Some(result);
        theirs.over.notify_all();
    };
    let thread = thread::Builder::new()
        .spawn(body)
        .map_err(|e| Error::new(Status::Io, "a thread cannot be had: errno {a}").os(e.raw_os_error().unwrap_or(0)))?;
    let job = Box::new(sqs_codec_job { magic: MAGIC, shared, thread });
    // SAFETY: checked by the callers.
    unsafe { out.write(Box::into_raw(job)) };
    Ok(Status::Ok)
}

/// Encodes a file in the background, and returns at once. The output is the same to the byte for any number of threads,
/// and by sqs_encode_file. Options and paths are copied; options->memory and what ctx points at are the job's until it
/// is freed. progress is called from a thread of the job; it may call sqs_codec_job_poll and _cancel.
///
/// job: the handle, to be freed. error: NULL, or where to put the detail.
/// Returns SQS_OK: it has begun, sqs_codec_job_wait tells how it ended; SQS_ERR_IO: no thread can be had; SQS_ERR_ARGUMENT:
/// NULL or an option out of range; SQS_ERR_NAME; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED; SQS_ERR_ALIGN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encode_file_async(
    in_path: *const c_char,
    out_path: *const c_char,
    options: *const sqs_encode_options,
    job: *mut *mut sqs_codec_job,
    error: *mut sqs_error,
) -> sqs_status {
    without(error, || {
        structs::usable(job.cast_const())?;
        let work = EncodeJob::new(options)?;
        let run = Box::new(move |from: &str, to: &str, tell: &mut Tell<'_>, stats: &mut sqs_codec_stats| {
            work.file(from, to, tell, stats)
        });
        // SAFETY: the caller's strings; `job` is checked.
        unsafe { start(in_path, out_path, work.watch(), run, job) }
    })
}

/// Decodes a file in the background, by one thread, and returns at once: as sqs_encode_file_async for sqs_decode_file.
/// options->missing is the job's, too, until it is freed.
///
/// Returns what sqs_encode_file_async returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decode_file_async(
    in_path: *const c_char,
    out_path: *const c_char,
    options: *const sqs_decode_options,
    job: *mut *mut sqs_codec_job,
    error: *mut sqs_error,
) -> sqs_status {
    without(error, || {
        structs::usable(job.cast_const())?;
        let work = DecodeJob::new(options)?;
        let run = Box::new(move |from: &str, to: &str, tell: &mut Tell<'_>, stats: &mut sqs_codec_stats| {
            work.file(from, to, tell, stats)
        });
        // SAFETY: the caller's strings; `job` is checked.
        unsafe { start(in_path, out_path, work.watch(), run, job) }
    })
}

/// The job behind a handle.
fn alive<'a>(job: *const sqs_codec_job) -> Result<&'a sqs_codec_job, Status> {
    if job.is_null() || !job.addr().is_multiple_of(align_of::<sqs_codec_job>()) {
        return Err(Status::Argument);
    }
    // SAFETY: not NULL and aligned; the caller gives a handle that was not freed.
    let job = unsafe { &*job };
    if job.magic == MAGIC { Ok(job) } else { Err(Status::Argument) }
}

fn outcome(state: &JobState) -> sqs_status {
    match &state.result {
        None => Status::Again.code(),
        Some(Ok(())) => Status::Ok.code(),
        Some(Err(e)) => e.status.code(),
    }
}

/// Tells how far a job is, without waiting. Any thread may call it, progress too.
///
/// progress: NULL, or where to put it.
/// Returns SQS_AGAIN: it is at work; SQS_OK: the output is there, complete and on the disk; SQS_ERR_ARGUMENT: no job; or
/// what sqs_encode_file or sqs_decode_file returned: then nothing is left of the output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_codec_job_poll(job: *mut sqs_codec_job, progress: *mut sqs_progress) -> sqs_status {
    let Ok(job) = alive(job) else { return Status::Argument.code() };
    let state = locked(&job.shared);
    if structs::usable(progress.cast_const()).is_ok() {
        // SAFETY: checked.
        unsafe { progress.write(state.progress) };
    }
    outcome(&state)
}

/// Waits until a job is over, or for timeout_ms milliseconds; UINT32_MAX: for as long as it takes.
///
/// Returns what sqs_codec_job_poll returns; SQS_ERR_REENTRANT: called from the job's own progress.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_codec_job_wait(job: *mut sqs_codec_job, timeout_ms: u32) -> sqs_status {
    let Ok(job) = alive(job) else { return Status::Argument.code() };
    if job.thread.thread().id() == thread::current().id() {
        return Status::Reentrant.code();
    }
    let (state, going) = (locked(&job.shared), |s: &mut JobState| s.result.is_none());
    if timeout_ms == u32::MAX {
        let state = job.shared.over.wait_while(state, going).unwrap_or_else(PoisonError::into_inner);
        return outcome(&state);
    }
    let time = Duration::from_millis(timeout_ms.into());
    let waited = job.shared.over.wait_timeout_while(state, time, going);
    outcome(&waited.unwrap_or_else(PoisonError::into_inner).0)
}

/// Asks a job to stop after the frames at hand; it ends with SQS_ERR_CANCELLED and leaves nothing behind, unless it was
/// done already. Any thread may call it, progress too. Does not wait.
///
/// Returns SQS_OK; SQS_ERR_ARGUMENT: no job.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_codec_job_cancel(job: *mut sqs_codec_job) -> sqs_status {
    let Ok(job) = alive(job) else { return Status::Argument.code() };
    locked(&job.shared).cancelled = true;
    Status::Ok.code()
}

/// Tells the figures of a job that is over.
///
/// Returns SQS_OK; SQS_AGAIN: it is at work, out is as it was; SQS_ERR_ARGUMENT: NULL, no job; SQS_ERR_STRUCT_SIZE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_codec_job_stats(job: *mut sqs_codec_job, out: *mut sqs_codec_stats) -> sqs_status {
    let Ok(job) = alive(job) else { return Status::Argument.code() };
    without(core::ptr::null_mut(), || {
        structs::writable(out)?;
        let state = locked(&job.shared);
        if state.result.is_none() {
            return Ok(Status::Again);
        }
        structs::write(out, state.stats)?;
        Ok(Status::Ok)
    })
}

/// Copies the detail of the error that a job ended with; empty without one. See sqs_pipeline_error_detail.
///
/// Returns SQS_OK; SQS_ERR_SPACE: the text was cut; SQS_ERR_ARGUMENT: no job, or buf is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_codec_job_error_detail(
    job: *const sqs_codec_job,
    buf: *mut c_char,
    cap: usize,
    need: *mut usize,
) -> sqs_status {
    let Ok(job) = alive(job) else { return Status::Argument.code() };
    let mut text = Text::new();
    if let Some(Err(e)) = &locked(&job.shared).result {
        e.write(&mut text);
    }
    put_text(&text, buf, cap, need)
}

/// Ends a job: cancels it if it is at work, waits for its threads, and frees it. NULL is allowed. From the job's own
/// progress it does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_codec_job_delete(job: *mut sqs_codec_job) {
    if alive(job).is_ok_and(|j| j.thread.thread().id() != thread::current().id()) {
        // SAFETY: made by `start`, alive, and used by nobody else any more.
        let mut owned = unsafe { Box::from_raw(job) };
        owned.magic = 0;
        locked(&owned.shared).cancelled = true;
        let sqs_codec_job { thread, .. } = *owned;
        let _ = thread.join();
    }
}
