//! Functions of the caller that read and write a stream.

use crate::ffi::elements::SQS_ALL;
use crate::ffi::structs::{self, versioned};
use crate::io::{ByteSink, ByteSource};
use crate::status::{Error, Result, Status};
use core::ffi::c_void;

/// Reads up to capacity_bytes bytes into data; sets *read_bytes to the number read, 0 at the end of the input.
///
/// Returns 0, or a code of its own, which ends the call and is in the error detail.
pub type sqs_read_fn = Option<
    unsafe extern "C" fn(ctx: *mut c_void, data: *mut c_void, capacity_bytes: usize, read_bytes: *mut usize) -> i32,
>;

/// Writes all of the bytes at data to position offset of the output.
///
/// Returns 0, or a code of its own, which ends the call and is in the error detail.
pub type sqs_write_at_fn =
    Option<unsafe extern "C" fn(ctx: *mut c_void, offset: u64, data: *const c_void, bytes: usize) -> i32>;

/// Functions that read and write a stream. Zero the struct first.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_stream {
    /// sizeof(sqs_stream).
    pub struct_size: u32,
    /// 0.
    pub flags: u32,
    /// Reads the input. Required.
    pub read: sqs_read_fn,
    /// Writes the output. Encoded bytes are contiguous; decoded bytes are, except for holes (#SQS_DECODE_RECOVER).
    /// Required for encoding; decoding, NULL: the stream is only checked.
    pub write: sqs_write_at_fn,
    /// First argument of read and write.
    pub ctx: *mut c_void,
    /// Bytes that will be read, for progress; 0: unknown.
    pub total_bytes: u64,
}
versioned!(sqs_stream);

fn outcome(code: i32, text: &'static str) -> Result<()> {
    if code == 0 { Ok(()) } else { Err(Error::new(Status::Callback, text).a(code)) }
}

/// The reading end.
pub(super) struct CReader {
    read: unsafe extern "C" fn(*mut c_void, *mut c_void, usize, *mut usize) -> i32,
    ctx: *mut c_void,
}

/// The writing end; without a function it drops the bytes.
pub(super) struct CWriter {
    write: sqs_write_at_fn,
    ctx: *mut c_void,
}

/// Reads the struct: both ends, and the number of bytes to read.
pub(super) fn ends(stream: *const sqs_stream) -> Result<(CReader, CWriter, u64)> {
    let s = structs::read(stream)?;
    structs::known("sqs_stream.flags", s.flags, 0)?;
    let read = s.read.ok_or_else(|| Error::new(Status::Argument, "sqs_stream: read is NULL"))?;
    let total = if s.total_bytes == 0 { SQS_ALL } else { s.total_bytes };
    Ok((CReader { read, ctx: s.ctx }, CWriter { write: s.write, ctx: s.ctx }, total))
}

impl CWriter {
    /// An error without a function.
    pub(super) fn required(&self) -> Result<()> {
        let missing = || Error::new(Status::Argument, "sqs_stream: write is NULL");
        self.write.map(|_| ()).ok_or_else(missing)
    }
}

impl ByteSource for CReader {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        let mut count = 0;
        // SAFETY: the caller's function with its context; `out` has the given capacity.
        let code = unsafe { (self.read)(self.ctx, out.as_mut_ptr().cast(), out.len(), &raw mut count) };
        outcome(code, "sqs_stream.read returned {a}")?;
        if count > out.len() {
            return Err(Error::new(Status::Callback, "sqs_stream.read returned more bytes than its capacity"));
        }
        Ok(count)
    }
}

impl ByteSink for CWriter {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<()> {
        // SAFETY: the caller's function with its context; the bytes are valid during the call.
        let code = self.write.map_or(0, |w| unsafe { w(self.ctx, offset, bytes.as_ptr().cast(), bytes.len()) });
        outcome(code, "sqs_stream.write returned {a}")
    }
}
