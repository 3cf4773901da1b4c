//! The ready source for raw sample files on hosts.

use crate::ffi::handle::{Access, sqs_pipeline, with};
use crate::ffi::structs;
use crate::ffi::types::*;
use crate::io::SourceBox;
use crate::io::file::FileSource;
use crate::status::{Error, Status};
use core::ffi::c_char;

/// Reads an input from a file of raw samples, interleaved by channel. Hosts only. Before seal only. Opens the file, which
/// stays open until delete; its length now decides how many samples there are (a last part of a sample is left out).
///
/// path: UTF-8, at most 4095 bytes. byte_order: SQS_LITTLE_ENDIAN or SQS_BIG_ENDIAN. offset: byte of the first sample.
/// samples: NULL, or where to put how many there are.
/// Returns SQS_OK; SQS_ERR_IO: the file cannot be opened, the detail has errno; SQS_ERR_ARGUMENT: NULL, no such input or
/// byte order; SQS_ERR_NAME: path too long or not UTF-8; SQS_ERR_STATE: sealed; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_source_set_file(
    pipeline: *mut sqs_pipeline,
    input: u32,
    path: *const c_char,
    byte_order: u32,
    offset: u64,
    samples: *mut u64,
) -> sqs_status {
    with(pipeline, Access::Normal, |core, _| {
        // SAFETY: the caller gives a C string.
        let path = unsafe { structs::name(path, 4095)? };
        if !samples.is_null() {
            structs::usable(samples.cast_const())?;
        }
        let found = core.graph().inputs().get(input as usize);
        let shape = found.ok_or_else(|| Error::new(Status::Argument, "there is no input {a}").a(input))?;
        let foreign = match byte_order {
            SQS_LITTLE_ENDIAN => cfg!(target_endian = "big"),
            SQS_BIG_ENDIAN => cfg!(target_endian = "little"),
            other => return Err(Error::new(Status::Argument, "there is no byte order {a}").a(other)),
        };
        let swap = if foreign { shape.dtype.word() } else { 1 };
        let opened = FileSource::open(path.as_ref(), offset, swap, shape.sample_bytes());
        let (source, n) = opened.map_err(|e| {
            Error::new(Status::Io, "the file cannot be opened: errno {a}").a(e.raw_os_error().unwrap_or(0))
        })?;
        core.set_source(input as usize, SourceBox::new(source, |p| p), n, false)?;
        if !samples.is_null() {
            // SAFETY: checked.
            unsafe { samples.write(n) };
        }
        Ok(Status::Ok)
    })
}
