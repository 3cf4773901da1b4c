//! Encoding and decoding of files in the background.

use super::decode_file::DecodeJob;
use super::decode_options::sqs_decode_options;
use super::encode_file::EncodeJob;
use super::encode_options::sqs_encode_options;
use super::files::paths;
use super::progress::{Report, Watch, sqs_progress};
use super::stats::sqs_codec_stats;
use crate::ffi::elements::SQS_ALL;
use crate::ffi::regions::{Call, NOTHING, Own, Region};
use crate::ffi::status::{guarded, leave, sqs_error, sqs_status, without_handle};
use crate::ffi::structs::{self, Out, put_text};
use crate::mem::{Span, heap_has_room};
use crate::status::{Error, Result, Status};
use crate::util::text::Text;
use core::ffi::c_char;
use std::boxed::Box;
use std::string::String;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

const MAGIC: u32 = 0x5351_534a;

/// A job that encodes or decodes a file in the background. Opaque; deleted with sqs_codec_job_delete().
pub struct sqs_codec_job {
    magic: u32,
    /// The process that started it. In a forked child its thread does not exist, and its lock may be held for ever.
    process: u32,
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

/// State that the job's thread and its owner share.
#[derive(Default)]
struct Shared {
    state: Mutex<JobState>,
    /// Notified when the job begins and when it ends.
    changed: Condvar,
}

#[derive(Default)]
struct JobState {
    /// The owner has the handle.
    begun: bool,
    progress: sqs_progress,
    stats: sqs_codec_stats,
    cancelled: bool,
    result: Option<Result<()>>,
}

/// Pointers of the caller, moved to the job's thread.
struct Sent<T>(T);
// SAFETY: by the contract in the header, memory, missing and progress are the job's until it ends.
unsafe impl<T> Send for Sent<T> {}

impl<T> Sent<T> {
    /// The whole value, so that a closure does not capture the inner value alone.
    fn into(self) -> T {
        self.0
    }
}

fn locked(shared: &Shared) -> MutexGuard<'_, JobState> {
    shared.state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The work of a job: paths, receiver of the progress, statistics.
type Run = dyn FnOnce(&str, &str, &mut Report<'_>, &mut sqs_codec_stats) -> Result<()>;

/// An error without the memory of the heap that a job and its thread need; the standard library would abort.
fn has_heap() -> Result<()> {
    let none = Error::new(Status::Memory, "the heap has no memory for a job: free some, or use the call without a job");
    if heap_has_room() { Ok(()) } else { Err(none) }
}

/// Starts a job's thread, which waits until the owner has the handle.
unsafe fn start(
    call: &Call<'_>,
    from: *const c_char,
    to: *const c_char,
    watch: Watch,
    run: Box<Run>,
    out: Out<*mut sqs_codec_job>,
) -> Result<Status> {
    // SAFETY: the caller gives C strings.
    let (from, to) = unsafe { paths(call, from, to)? };
    let (from, to) = (String::from(from), String::from(to));
    let shared = Arc::new(Shared::default());
    let (theirs, sent) = (shared.clone(), Sent((watch, run)));
    let body = move || {
        let (watch, run) = sent.into();
        drop(theirs.changed.wait_while(locked(&theirs), |s| !s.begun));
        let mut stats = sqs_codec_stats { length_bytes: SQS_ALL, ..Default::default() };
        let mut report = |p: &sqs_progress| {
            let cancelled = {
                let mut state = locked(&theirs);
                state.progress = *p;
                state.cancelled
            };
            // Outside of the lock, so that progress may poll the job.
            if cancelled {
                Err(Error::new(Status::Cancelled, "the job was cancelled by sqs_codec_job_cancel(): start another one"))
            } else {
                watch.report(p)
            }
        };
        let result = guarded(|| run(&from, &to, &mut report, &mut stats).map(|()| Status::Ok)).map(|_| ());
        let mut state = locked(&theirs);
        state.stats = stats;
        state.result = Some(result);
        theirs.changed.notify_all();
    };
    let thread = thread::Builder::new().spawn(body).map_err(|e| {
        Error::new(Status::Io, "a thread cannot be created, errno {a}: use the call without a job")
            .os(e.raw_os_error().unwrap_or(0))
    })?;
    let process = std::process::id();
    let job = Box::new(sqs_codec_job { magic: MAGIC, process, shared: shared.clone(), thread });
    out.set(Box::into_raw(job));
    locked(&shared).begun = true;
    shared.changed.notify_all();
    Ok(Status::Ok)
}

/// Encodes a file in the background: starts a job and returns at once.
///
/// The output is the same as that of sqs_encode_file(), for any number of threads. Paths and options are copied;
/// options->memory, and what options->ctx points to, belong to the job until it is deleted. A thread of the job calls
/// progress, which may call sqs_codec_job_poll() and sqs_codec_job_cancel().
///
/// @param[in]  in_path   as for sqs_encode_file()
/// @param[in]  out_path  as for sqs_encode_file()
/// @param[in]  options   options of the encoder
/// @param[out] job       the handle, to be deleted with sqs_codec_job_delete(); written before the job begins
/// @param[out] error     details of an error; may be NULL
/// @retval SQS_OK               the job has begun; sqs_codec_job_wait() returns its result
/// @retval SQS_ERR_IO           a thread cannot be created
/// @retval SQS_ERR_MEMORY       the heap has no memory for a job
/// @retval SQS_ERR_ARGUMENT     a pointer is NULL, or an option is out of range
/// @retval SQS_ERR_NAME         a path is too long or not UTF-8
/// @retval SQS_ERR_ALIGN        a pointer is misaligned
/// @retval SQS_ERR_STRUCT_SIZE  options->struct_size is not valid
/// @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_encode_file_async(
    in_path: *const c_char,
    out_path: *const c_char,
    options: *const sqs_encode_options,
    job: *mut *mut sqs_codec_job,
    error: *mut sqs_error,
) -> sqs_status {
    without_handle(error, |call| {
        let place = Region::value("job", job);
        let job = Out::new("job", job)?;
        let work = EncodeJob::new(options)?;
        let outs = [place, work.memory()];
        call.claim(&outs, &[Region::structure("options", options)])?;
        has_heap()?;
        let run = Box::new(move |from: &str, to: &str, report: &mut Report<'_>, stats: &mut sqs_codec_stats| {
            work.file(from, to, report, stats)
        });
        // SAFETY: the caller's strings.
        unsafe { start(call, in_path, out_path, work.watch(), run, job) }
    })
}

/// Decodes a file in the background, in one thread: starts a job and returns at once.
///
/// As sqs_encode_file_async(), for sqs_decode_file(). options->missing belongs to the job until it is deleted, too.
///
/// @param[in]  in_path   as for sqs_decode_file()
/// @param[in]  out_path  as for sqs_decode_file()
/// @param[in]  options   options of the decoder
/// @param[out] job       the handle, to be deleted with sqs_codec_job_delete()
/// @param[out] error     details of an error; may be NULL
/// @return the statuses of sqs_encode_file_async()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_decode_file_async(
    in_path: *const c_char,
    out_path: *const c_char,
    options: *const sqs_decode_options,
    job: *mut *mut sqs_codec_job,
    error: *mut sqs_error,
) -> sqs_status {
    without_handle(error, |call| {
        let place = Region::value("job", job);
        let job = Out::new("job", job)?;
        let work = DecodeJob::new(options)?;
        let outs = [place, work.memory(), work.missing()];
        call.claim(&outs, &[Region::structure("options", options)])?;
        has_heap()?;
        let run = Box::new(move |from: &str, to: &str, report: &mut Report<'_>, stats: &mut sqs_codec_stats| {
            work.file(from, to, report, stats)
        });
        // SAFETY: the caller's strings.
        unsafe { start(call, in_path, out_path, work.watch(), run, job) }
    })
}

/// The job of a handle, in the process that started it.
fn alive<'a>(job: *const sqs_codec_job) -> Result<&'a sqs_codec_job, Status> {
    if job.is_null() || !job.addr().is_multiple_of(align_of::<sqs_codec_job>()) {
        return Err(Status::Argument);
    }
    // SAFETY: not NULL and aligned; the caller gives a handle that was not deleted.
    let job = unsafe { &*job };
    match job.magic {
        MAGIC if job.process == std::process::id() => Ok(job),
        MAGIC => Err(Status::State),
        _ => Err(Status::Argument),
    }
}

/// Memory of a job that its owner can point to.
fn own_of(job: &sqs_codec_job) -> Own {
    let mut own = NOTHING;
    own[0] = Span { at: core::ptr::from_ref(job).addr(), len: size_of::<sqs_codec_job>() };
    own
}

fn outcome(state: &JobState) -> sqs_status {
    match &state.result {
        None => Status::Again.code(),
        Some(Ok(())) => Status::Ok.code(),
        Some(Err(e)) => leave(e.status),
    }
}

/// Returns the progress of a job, without waiting. Any thread may call it, progress included.
///
/// @param[in]  job       handle
/// @param[out] progress  the progress; may be NULL
/// @retval SQS_AGAIN         the job is running
/// @retval SQS_OK            the output is complete and on the disk
/// @retval SQS_ERR_ARGUMENT  the handle is not valid
/// @retval SQS_ERR_STATE     called in a forked child of the process that started the job
/// @return otherwise the result of sqs_encode_file() or sqs_decode_file(): no output remains
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_codec_job_poll(job: *mut sqs_codec_job, progress: *mut sqs_progress) -> sqs_status {
    let job = match alive(job) {
        Ok(job) => job,
        Err(status) => return leave(status),
    };
    let claimed = Call::new(own_of(job), &[]).claim(&[Region::value("progress", progress)], &[]);
    if let Err(e) = claimed {
        return leave(e.status);
    }
    let state = locked(&job.shared);
    if let Ok(progress) = Out::new("progress", progress) {
        progress.set(state.progress);
    }
    outcome(&state)
}

/// Waits until a job ends, or for a time.
///
/// @param[in] job         handle
/// @param[in] timeout_ms  maximum time in milliseconds; UINT32_MAX: no limit
/// @retval SQS_AGAIN          the job is still running after timeout_ms
/// @retval SQS_ERR_REENTRANT  called from the job's own progress
/// @return otherwise as sqs_codec_job_poll()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_codec_job_wait(job: *mut sqs_codec_job, timeout_ms: u32) -> sqs_status {
    let job = match alive(job) {
        Ok(job) => job,
        Err(status) => return leave(status),
    };
    if job.thread.thread().id() == thread::current().id() {
        return Status::Reentrant.code();
    }
    let (state, going) = (locked(&job.shared), |s: &mut JobState| s.result.is_none());
    if timeout_ms == u32::MAX {
        let state = job.shared.changed.wait_while(state, going).unwrap_or_else(PoisonError::into_inner);
        return outcome(&state);
    }
    let time = Duration::from_millis(timeout_ms.into());
    let waited = job.shared.changed.wait_timeout_while(state, time, going);
    outcome(&waited.unwrap_or_else(PoisonError::into_inner).0)
}

/// Requests a job to stop after the current frames. Does not wait. Any thread may call it, progress included.
///
/// The job ends with #SQS_ERR_CANCELLED and leaves no output, unless it was complete already.
///
/// @param[in] job  handle
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT  the handle is not valid
/// @retval SQS_ERR_STATE     called in a forked child
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_codec_job_cancel(job: *mut sqs_codec_job) -> sqs_status {
    let job = match alive(job) {
        Ok(job) => job,
        Err(status) => return leave(status),
    };
    locked(&job.shared).cancelled = true;
    Status::Ok.code()
}

/// Returns the statistics of a job that has ended.
///
/// @param[in]  job    handle
/// @param[out] stats  the statistics; struct_size set by the caller
/// @retval SQS_OK
/// @retval SQS_AGAIN            the job is running; stats is unchanged
/// @retval SQS_ERR_STATE        called in a forked child
/// @retval SQS_ERR_ARGUMENT     the handle is not valid, or stats is NULL
/// @retval SQS_ERR_ALIGN        stats is misaligned
/// @retval SQS_ERR_STRUCT_SIZE  stats->struct_size is not valid
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_codec_job_stats(job: *mut sqs_codec_job, stats: *mut sqs_codec_stats) -> sqs_status {
    let job = match alive(job) {
        Ok(job) => job,
        Err(status) => return leave(status),
    };
    without_handle(core::ptr::null_mut(), |_| {
        Call::new(own_of(job), &[]).claim(&[Region::structure("stats", stats)], &[])?;
        structs::writable(stats)?;
        let state = locked(&job.shared);
        if state.result.is_none() {
            return Ok(Status::Again);
        }
        structs::write(stats, state.stats)?;
        Ok(Status::Ok)
    })
}

/// Copies the detail of the error that a job ended with, zero-terminated; empty without an error.
///
/// @param[in]  job             handle
/// @param[out] buffer          the text, cut if it does not fit; NULL with a capacity of 0
/// @param[in]  capacity_bytes  size of buffer in bytes
/// @param[out] needed_bytes    size of the whole text with its zero, in bytes; may be NULL
/// @retval SQS_OK
/// @retval SQS_ERR_SPACE     the text was cut
/// @retval SQS_ERR_STATE     called in a forked child
/// @retval SQS_ERR_ARGUMENT  the handle is not valid, or buffer is NULL with a capacity above 0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_codec_job_error_detail(
    job: *const sqs_codec_job,
    buffer: *mut c_char,
    capacity_bytes: usize,
    needed_bytes: *mut usize,
) -> sqs_status {
    let job = match alive(job) {
        Ok(job) => job,
        Err(status) => return put_text(NOTHING, Err(status), buffer, capacity_bytes, needed_bytes),
    };
    let mut text = Text::new();
    if let Some(Err(e)) = &locked(&job.shared).result {
        e.write(&mut text);
    }
    put_text(own_of(job), Ok(text), buffer, capacity_bytes, needed_bytes)
}

/// Deletes a job: cancels it if it is running, waits for its threads, and frees it.
///
/// A forked child of the process that started the job cannot use or delete it: the threads of the job do not exist
/// there. Its memory remains until the child ends.
///
/// @param[in] job  handle; NULL is allowed
/// @retval SQS_OK             the job is deleted, or job is NULL
/// @retval SQS_ERR_STATE      called in a forked child; nothing is changed
/// @retval SQS_ERR_REENTRANT  called from the job's own progress; nothing is changed
/// @retval SQS_ERR_ARGUMENT   the handle is not valid
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_codec_job_delete(job: *mut sqs_codec_job) -> sqs_status {
    if job.is_null() {
        return Status::Ok.code();
    }
    match alive(job) {
        Err(status) => return leave(status),
        Ok(j) if j.thread.thread().id() == thread::current().id() => return leave(Status::Reentrant),
        Ok(_) => {}
    }
    // SAFETY: created by `start`, valid, and no longer used elsewhere.
    let mut owned = unsafe { Box::from_raw(job) };
    owned.magic = 0;
    locked(&owned.shared).cancelled = true;
    let sqs_codec_job { thread, .. } = *owned;
    let _ = thread.join();
    Status::Ok.code()
}
