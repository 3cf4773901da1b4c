//! Output files that are replaced completely or not at all, and input files that are read in order.
//!
//! The policy of temporary files is in `docs/guide/files.md`; `temporary.rs` has the system calls.

pub(crate) use super::path::PATH_LEN;

use super::path::{PathText, refused};
use super::temporary::{self, Folder, Temporary};
use super::{ByteSink, ByteSource};
use crate::checked;
use crate::mem::within_file_limit;
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;
use std::fs::{self, File, FileTimes, Metadata};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{FileExt, MetadataExt};

/// A file read from its start.
#[derive(Debug)]
pub struct Input {
    file: File,
    /// Its length in bytes when it was opened; `None` if it is not a regular file.
    len: Option<u64>,
    identity: Metadata,
    read: u64,
}

impl Input {
    /// Opens a file.
    pub fn open(path: &str) -> Result<Self> {
        let file =
            File::open(path).map_err(|e| refused("the input cannot be opened, errno {a}: check its path", &e))?;
        let identity =
            file.metadata().map_err(|e| refused("the input cannot be opened, errno {a}: check its path", &e))?;
        let len = identity.is_file().then_some(identity.len());
        Ok(Input { file, len, identity, read: 0 })
    }

    /// Its length in bytes, if known.
    #[must_use]
    pub const fn len(&self) -> Option<u64> {
        self.len
    }

    /// True if it is known to be empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(self.len, Some(0))
    }

    /// Fills `out` from position `at` on and returns the number of bytes; fewer than fit only at the end.
    pub fn read_at(&self, at: u64, out: &mut [u8]) -> Result<usize> {
        let mut filled = 0usize;
        while let Some(rest) = out.get_mut(filled..).filter(|r| !r.is_empty()) {
            match self.file.read_at(rest, at.sat_add(checked::count(filled))) {
                Ok(0) => break,
                Ok(n) => filled = filled.sat_add(n),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(refused("the input cannot be read, errno {a}: give a file or a pipe", &e)),
            }
        }
        Ok(filled)
    }

    /// Continues reading at position `at`.
    pub fn seek(&mut self, at: u64) -> Result<()> {
        let sought = io::Seek::seek(&mut self.file, io::SeekFrom::Start(at));
        self.read = sought.map_err(|e| refused("the input cannot be read, errno {a}: give a file or a pipe", &e))?;
        Ok(())
    }
}

impl ByteSource for Input {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        loop {
            match self.file.read(out) {
                Ok(0) if self.len.is_some_and(|len| self.read < len) => {
                    return Err(Error::new(Status::Io, "the input was cut to {a} bytes while it was read").a(self.read));
                }
                Ok(n) => {
                    self.read = self.read.sat_add(checked::count(n));
                    return Ok(n);
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(refused("the input cannot be read, errno {a}: give a file or a pipe", &e)),
            }
        }
    }
}

/// A file that replaces another one when it is complete. Until then it is a temporary file in the same folder, which is
/// removed when this is dropped.
#[derive(Debug)]
pub struct Replacement {
    file: Temporary,
    folder: Folder,
    target: PathText,
    /// When the input was last written: the output gets the same time.
    modified: Option<std::time::SystemTime>,
}

/// Permissions of a file that nothing else restricts; the system removes those of the umask.
const ANYONE: u32 = 0o666;

impl Replacement {
    /// Creates the temporary file for `path`. If `path` exists, it must be a regular file and not the input.
    ///
    /// The file gets the permissions of the input, less the umask, and none that an existing file does not have.
    pub fn beside(path: &str, input: Option<&Input>) -> Result<Self> {
        let input = input.map(|i| &i.identity);
        let mut mode = input.filter(|m| m.is_file()).map_or(ANYONE, |m| m.mode() & 0o777);
        if let Ok(m) = fs::metadata(path) {
            if input.is_some_and(|i| (m.ino(), m.dev()) == (i.ino(), i.dev())) {
                return Err(Error::new(Status::Argument, "input and output are the same file: give another out_path"));
            }
            if !m.is_file() || temporary::is_descriptor(path) {
                return Err(Error::new(
                    Status::Argument,
                    "the output exists and is not a regular file: use the functions on streams",
                ));
            }
            mode &= m.mode();
        }
        let target =
            PathText::fitting(path).ok_or_else(|| Error::new(Status::Name, "the path of the output is too long"))?;
        let folder = Folder::of(&target)?;
        let file = Temporary::create(&target, mode)?;
        let modified = input.filter(|m| m.is_file()).and_then(|m| m.modified().ok());
        Ok(Replacement { file, folder, target, modified })
    }

    /// Cuts the file to `len` bytes and replaces the target with it. When this returns, the file is on the disk.
    pub fn keep(mut self, len: u64) -> Result<()> {
        let failed = |e: io::Error| refused("the output cannot be completed, errno {a}: check its disk", &e);
        let file = self.file.open();
        within_file_limit(len).and_then(|()| file.set_len(len)).map_err(failed)?;
        if let Some(time) = self.modified {
            // Not every file system has times.
            let _ = file.set_times(FileTimes::new().set_modified(time));
        }
        file.sync_all().map_err(failed)?;
        self.file.replace(&self.target).map_err(failed)?;
        self.folder.sync(self.file.open()).map_err(|e| {
            refused("the output is complete and in its place, but its folder is not on the disk: errno {a}", &e)
        })
    }
}

impl ByteSink for Replacement {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<()> {
        let end = offset.sat_add(checked::count(bytes.len()));
        within_file_limit(end).and_then(|()| self.file.open().write_all_at(bytes, offset)).map_err(|e| {
            refused("the output cannot be written, errno {a}: check its disk and the limits of the process", &e)
        })
    }
}
