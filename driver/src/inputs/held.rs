//! Input files that can be read at any position, any number of times. What cannot, a pipe or standard input, is copied
//! to a file without a name in the folder for temporary files.

use std::fs::File;
use std::io::{self, ErrorKind, Seek};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileExt, FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// An input file.
#[derive(Clone)]
pub(crate) struct HeldFile(Arc<File>);

/// The copies of this process: a pipe can be read only once.
static COPIES: Mutex<Vec<(PathBuf, HeldFile)>> = Mutex::new(Vec::new());

impl HeldFile {
    /// Opens a file; `-` is standard input.
    pub(crate) fn open(path: &Path) -> Result<HeldFile, String> {
        let error = |e: io::Error| format!("{}: {e}", path.display());
        let mut copies = COPIES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, copy)) = copies.iter().find(|(of, _)| of == path) {
            return Ok(copy.clone());
        }
        let stdin = path.as_os_str() == "-";
        let mut file = if stdin {
            io::stdin().as_fd().try_clone_to_owned().map(File::from).map_err(error)?
        } else {
            File::open(path).map_err(error)?
        };
        let kind = file.metadata().map_err(error)?.file_type();
        if kind.is_file() && file.stream_position().is_ok_and(|at| at == 0) {
            return Ok(HeldFile(Arc::new(file)));
        }
        if !stdin && !kind.is_file() && !kind.is_fifo() && !kind.is_socket() {
            let what = if kind.is_dir() { "a directory" } else { "a device" };
            return Err(format!("{}: {what}, not a file", path.display()));
        }
        let mut copy = nameless().map_err(|e| format!("{}: {e}", std::env::temp_dir().display()))?;
        io::copy(&mut file, &mut copy).map_err(error)?;
        let copy = HeldFile(Arc::new(copy));
        copies.push((path.into(), copy.clone()));
        Ok(copy)
    }

    /// Length in bytes.
    pub(crate) fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    /// When the file was last written.
    pub(crate) fn modified(&self) -> Option<std::time::SystemTime> {
        self.0.metadata().and_then(|m| m.modified()).ok()
    }

    /// Fills `room` from position `at` on. Returns the number of bytes: fewer than fit only at the end.
    pub(crate) fn read_at(&self, at: u64, room: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < room.len() {
            match self.0.read_at(&mut room[filled..], at + filled as u64) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(filled)
    }

    /// A reader from the start.
    pub(crate) fn reader(&self) -> HeldReader {
        HeldReader { file: self.clone(), at: 0 }
    }
}

/// A file without a name.
fn nameless() -> io::Result<File> {
    for attempt in 0.. {
        let path = std::env::temp_dir().join(format!(".sqrtspace-input-{}-{attempt}", std::process::id()));
        match File::options().read(true).write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => return std::fs::remove_file(&path).map(|()| file),
            Err(e) if e.kind() == ErrorKind::AlreadyExists && attempt < 1000 => {}
            Err(e) => return Err(e),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// Reads a [`HeldFile`] in order.
pub(crate) struct HeldReader {
    file: HeldFile,
    at: u64,
}

impl io::Read for HeldReader {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read_at(self.at, room)?;
        self.at += n as u64;
        Ok(n)
    }
}
