//! Standard output and standard error.

use crate::library::{end_by_closed_pipe, stdout_was_closed};
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;

fn check() -> io::Result<()> {
    if stdout_was_closed() { Err(io::Error::other("standard output is closed")) } else { Ok(()) }
}

/// A descriptor of standard output.
pub(super) fn descriptor() -> io::Result<File> {
    check()?;
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

/// Writes a report to standard output. A closed pipe is not an error, because readers such as `head` stop early.
pub(crate) fn print(text: &str) -> crate::error::Result<()> {
    check()?;
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(format!("standard output: {e}").into()),
        _ => Ok(()),
    }
}

/// Writes to standard error. It may be closed or full.
pub(crate) fn complain(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// The bytes of an encoded or decoded file on standard output. A closed pipe ends the process, quietly.
pub(crate) struct Bytes(File);

impl Bytes {
    pub(crate) fn new() -> io::Result<Bytes> {
        Ok(Bytes(descriptor()?))
    }
}

impl Write for Bytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.0.write(bytes);
        if written.as_ref().is_err_and(|e| e.kind() == ErrorKind::BrokenPipe) {
            end_by_closed_pipe();
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
