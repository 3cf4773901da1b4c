//! Functions of the caller as the ends of a stream, and as its watch.

use super::types::*;
use crate::ffi::structs;
use crate::io::{ByteSink, ByteSource};
use crate::status::{Error, Result, Status};
use core::ffi::c_void;

fn outcome(code: i32, text: &'static str) -> Result<()> {
    if code == 0 { Ok(()) } else { Err(Error::new(Status::Callback, text).a(code)) }
}

/// The reading end.
pub(super) struct CReader {
    read: unsafe extern "C" fn(*mut c_void, *mut c_void, usize, *mut usize) -> i32,
    ctx: *mut c_void,
}

/// The writing end, if there is one.
pub(super) struct CWriter {
    write: sqs_write_at_fn,
    ctx: *mut c_void,
}

/// Reads the struct: both ends, and how much there is to read.
pub(super) fn ends(stream: *const sqs_stream) -> Result<(CReader, CWriter, u64)> {
    let s = structs::read(stream)?;
    if s.flags != 0 {
        return Err(Error::new(Status::Unsupported, "sqs_stream: flags must be 0"));
    }
    let read = s.read.ok_or_else(|| Error::new(Status::Argument, "sqs_stream: there is no read"))?;
    let total = if s.total == 0 { crate::ffi::types::SQS_ALL } else { s.total };
    Ok((CReader { read, ctx: s.ctx }, CWriter { write: s.write, ctx: s.ctx }, total))
}

impl CWriter {
    pub(super) fn is_there(&self) -> bool {
        self.write.is_some()
    }
}

impl ByteSource for CReader {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        let mut got = 0;
        // SAFETY: the caller's function with his context; `out` has the room that is told.
        let code = unsafe { (self.read)(self.ctx, out.as_mut_ptr().cast(), out.len(), &raw mut got) };
        outcome(code, "sqs_stream.read returned {a}")?;
        if got > out.len() {
            return Err(Error::new(Status::Callback, "sqs_stream.read got more bytes than there was room for"));
        }
        Ok(got)
    }
}

impl ByteSink for CWriter {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<()> {
        // SAFETY: the caller's function with his context; the bytes are valid during the call.
        let code = self.write.map_or(0, |w| unsafe { w(self.ctx, offset, bytes.as_ptr().cast(), bytes.len()) });
        outcome(code, "sqs_stream.write returned {a}")
    }
}

/// The caller's progress function.
pub(super) struct Watch {
    pub(super) call: sqs_progress_fn,
    pub(super) ctx: *mut c_void,
}

impl Watch {
    /// Tells how far it is; an error where the caller wants no more.
    pub(super) fn tell(&self, progress: &sqs_progress) -> Result<()> {
        // SAFETY: the caller's function with his context; the struct is valid during the call.
        let code = self.call.map_or(0, |call| unsafe { call(self.ctx, progress) });
        let text = "cancelled: progress returned {a}";
        if code == 0 { Ok(()) } else { Err(Error::new(Status::Cancelled, text).a(code)) }
    }
}
