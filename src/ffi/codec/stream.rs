//! Functions of the caller that read and write a stream.

use crate::checked;
use crate::ffi::elements::SQS_ALL;
use crate::ffi::structs::{self, versioned};
use crate::io::{ByteSink, ByteSource};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;
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

/// Sets the position at which the next read begins, in bytes from the start of the input.
///
/// Returns 0, or a code of its own, which ends the call and is in the error detail.
pub type sqs_seek_fn = Option<unsafe extern "C" fn(ctx: *mut c_void, offset: u64) -> i32>;

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
    /// Bytes of the input; 0: unknown.
    pub total_bytes: u64,
    /// Decoding: sets the position of read; needs total_bytes. With it, a range costs what it costs from a file, memory
    /// follows from the first frames, and the stream is found in an input with a damaged start. NULL: the input is read
    /// in order.
    pub seek: sqs_seek_fn,
}
versioned!(sqs_stream, total_bytes: u64);

fn outcome(code: i32, text: &'static str) -> Result<()> {
    if code == 0 { Ok(()) } else { Err(Error::new(Status::Callback, text).a(code)) }
}

/// The reading end.
#[derive(Clone, Copy)]
pub(super) struct CReader {
    read: unsafe extern "C" fn(*mut c_void, *mut c_void, usize, *mut usize) -> i32,
    seek: sqs_seek_fn,
    ctx: *mut c_void,
}

impl CReader {
    /// Whether the input can be read anywhere.
    pub(super) const fn can_seek(&self) -> bool {
        self.seek.is_some()
    }

    /// Sets the position of the next read.
    pub(super) fn seek(&self, at: u64) -> Result<()> {
        // SAFETY: the caller's function with its context.
        let code = self.seek.map_or(0, |seek| unsafe { seek(self.ctx, at) });
        outcome(code, "sqs_stream.seek returned {a}: 0 means success")
    }

    /// Fills `out` from position `at` on and returns the number of bytes; fewer than fit only at the end.
    pub(super) fn read_at(mut self, at: u64, out: &mut [u8]) -> Result<usize> {
        self.seek(at)?;
        let mut filled = 0usize;
        while let Some(rest) = out.get_mut(filled..).filter(|r| !r.is_empty()) {
            match self.read(rest)? {
                0 => break,
                n => filled = filled.sat_add(n),
            }
        }
        Ok(filled)
    }
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
    let read = s.read.ok_or_else(|| Error::new(Status::Argument, "sqs_stream.read is NULL: set a function"))?;
    let total = if s.total_bytes == 0 { SQS_ALL } else { s.total_bytes };
    // Without its length, an input has no end to read from.
    let seek = s.seek.filter(|_| s.total_bytes > 0);
    Ok((CReader { read, seek, ctx: s.ctx }, CWriter { write: s.write, ctx: s.ctx }, total))
}

impl CWriter {
    /// An error without a function.
    pub(super) fn required(&self) -> Result<()> {
        let missing = || Error::new(Status::Argument, "sqs_stream.write is NULL: encoding needs a function");
        self.write.map(|_| ()).ok_or_else(missing)
    }
}

impl ByteSource for CReader {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        let mut count = 0;
        // SAFETY: the caller's function with its context; `out` has the given capacity.
        let code = unsafe { (self.read)(self.ctx, out.as_mut_ptr().cast(), out.len(), &raw mut count) };
        outcome(code, "sqs_stream.read returned {a}: 0 means success")?;
        if count > out.len() {
            return Err(Error::new(
                Status::Callback,
                "sqs_stream.read set *read_bytes to {a}: it is at most the capacity of {b}",
            )
            .a(checked::count(count))
            .b(checked::count(out.len())));
        }
        Ok(count)
    }
}

impl ByteSink for CWriter {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<()> {
        // SAFETY: the caller's function with its context; the bytes are valid during the call.
        let code = self.write.map_or(0, |w| unsafe { w(self.ctx, offset, bytes.as_ptr().cast(), bytes.len()) });
        outcome(code, "sqs_stream.write returned {a}: 0 means success")
    }
}
