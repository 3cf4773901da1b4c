//! Memory in an unlinked file: the system can write its pages to the disk if memory is short, and no file remains.
//!
//! All of the file is reserved before it is mapped, so that a full disk is an error here and not a signal later.

use super::file_limit::within_file_limit;
use crate::checked;
use crate::status::{Error, Result, Status};
use crate::util::text::Text;
use crate::util::unsigned::Unsigned;
use core::ffi::CStr;
use core::ptr::NonNull;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

fn errno() -> i32 {
    io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// A directory for spill files.
#[derive(Debug)]
pub struct SpillDir(OwnedFd);

impl SpillDir {
    /// Opens the directory.
    pub fn open(path: &CStr) -> Result<SpillDir> {
        // SAFETY: the path is a C string; the result is checked.
        let fd = unsafe { libc::open(path.as_ptr(), libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC) };
        let fd = owned(fd).map_err(|e| Error::new(Status::Io, "spill_dir cannot be opened: errno {a}").os(e))?;
        Ok(SpillDir(fd))
    }

    /// A new file without a name.
    fn file(&self) -> Result<OwnedFd, i32> {
        let open = libc::O_RDWR | libc::O_CLOEXEC;
        // SAFETY: the directory is open, the name a C string.
        let made = owned(unsafe { libc::openat(self.0.as_raw_fd(), c".".as_ptr(), open | libc::O_TMPFILE, 0o600) });
        match made {
            // Not every file system supports files without names.
            Err(libc::EOPNOTSUPP | libc::EISDIR | libc::ENOENT | libc::EINVAL) => self.named_file(open),
            made => made,
        }
    }

    /// A new file whose name is removed at once.
    fn named_file(&self, open: i32) -> Result<OwnedFd, i32> {
        for attempt in 0..64 {
            let mut name = Text::<64>::new();
            name.push_str(".sqrtspace-");
            name.push_int(std::process::id().into());
            name.push_str("-");
            name.push_int(attempt);
            name.push_str("\0");
            let Ok(name) = CStr::from_bytes_with_nul(name.as_bytes()) else { break };
            let create = open | libc::O_CREAT | libc::O_EXCL;
            // SAFETY: the directory is open, the name a C string.
            match owned(unsafe { libc::openat(self.0.as_raw_fd(), name.as_ptr(), create, 0o600) }) {
                Err(libc::EEXIST) => {}
                Err(e) => return Err(e),
                Ok(fd) => {
                    // SAFETY: as above.
                    return if unsafe { libc::unlinkat(self.0.as_raw_fd(), name.as_ptr(), 0) } == 0 {
                        Ok(fd)
                    } else {
                        Err(errno())
                    };
                }
            }
        }
        Err(libc::EEXIST)
    }
}

fn owned(fd: i32) -> Result<OwnedFd, i32> {
    // SAFETY: the descriptor was just opened and has no other owner.
    if fd < 0 { Err(errno()) } else { Ok(unsafe { OwnedFd::from_raw_fd(fd) }) }
}

/// A mapped, unlinked file; it disappears when this is dropped.
#[derive(Debug)]
pub struct Mapping {
    base: NonNull<u8>,
    len: usize,
}

impl Mapping {
    /// Reserves and maps `bytes` bytes (at least 1) of a new file. They are zeros.
    pub fn new(dir: &SpillDir, bytes: usize) -> Result<Mapping> {
        let refused = |text| move |e: i32| Error::new(Status::Io, text).os(e).b(checked::count(bytes));
        let file = dir.file().map_err(refused("no file can be created in spill_dir: errno {a}"))?;
        reserve(&file, bytes).map_err(refused("spill_dir has no room for {b} bytes: errno {a}"))?;
        let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED);
        // SAFETY: a new mapping, at an address of the system's choice, of a file with no other
        // user; checked below.
        let base = unsafe { libc::mmap(core::ptr::null_mut(), bytes, access, kind, file.as_raw_fd(), 0) };
        if base == libc::MAP_FAILED {
            return Err(refused("the file in spill_dir cannot be mapped: errno {a}")(errno()));
        }
        let base = NonNull::new(base.cast::<u8>());
        let base = base.ok_or_else(|| refused("the file in spill_dir cannot be mapped: errno {a}")(0))?;
        Ok(Mapping { base, len: bytes })
    }

    /// The bytes.
    ///
    /// # Safety
    /// At most one slice of a mapping is in use at a time, and none when it is dropped.
    pub unsafe fn bytes<'a>(&mut self) -> &'a mut [u8] {
        // SAFETY: mapped for reading and writing, filled with zeros; the caller guarantees the
        // rest.
        unsafe { core::slice::from_raw_parts_mut(self.base.as_ptr(), self.len) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: mapped in `new`, unmapped only here.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.len) };
    }
}

/// Reserves `bytes` bytes for the file on its disk.
fn reserve(file: &OwnedFd, bytes: usize) -> Result<(), i32> {
    let length = libc::off_t::try_from(bytes).map_err(|_| libc::EFBIG)?;
    within_file_limit(checked::count(bytes)).map_err(|e| e.raw_os_error().unwrap_or(0))?;
    for _ in 0..16 {
        // SAFETY: the file is open.
        match unsafe { libc::posix_fallocate(file.as_raw_fd(), 0, length) } {
            0 => return Ok(()),
            libc::EINTR => {}
            libc::EOPNOTSUPP | libc::EINVAL => return fill(file, bytes),
            e => return Err(e),
        }
    }
    Err(libc::EINTR)
}

/// The same for file systems that cannot reserve: writes zeros.
fn fill(file: &OwnedFd, bytes: usize) -> Result<(), i32> {
    use std::os::unix::fs::FileExt;
    let file = std::fs::File::from(file.try_clone().map_err(|e| e.raw_os_error().unwrap_or(0))?);
    let zeros = [0u8; 4096];
    let mut at = 0usize;
    while at < bytes {
        let piece = zeros.get(..bytes.sat_sub(at).min(zeros.len())).unwrap_or(&[]);
        file.write_all_at(piece, checked::count(at)).map_err(|e| e.raw_os_error().unwrap_or(0))?;
        at = at.sat_add(piece.len());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CString;
    use std::vec::Vec;

    fn dir() -> SpillDir {
        let path = CString::new(std::env::temp_dir().into_os_string().into_encoded_bytes()).unwrap();
        SpillDir::open(&path).unwrap()
    }

    #[test]
    fn bytes_are_zero_and_writable() {
        let mut map = Mapping::new(&dir(), 100_000).unwrap();
        // SAFETY: the only slice.
        let bytes = unsafe { map.bytes() };
        assert!(bytes.len() == 100_000 && bytes.iter().all(|b| *b == 0));
        bytes[99_999] = 7;
        assert_eq!(bytes[99_999], 7);
    }

    #[test]
    fn files_have_no_names() {
        let before: Vec<_> = names();
        let (by_flag, by_hand) = (dir().file().unwrap(), dir().named_file(libc::O_RDWR).unwrap());
        for file in [&by_flag, &by_hand] {
            reserve(file, 8192).unwrap();
            assert_eq!(std::fs::File::from(file.try_clone().unwrap()).metadata().unwrap().len(), 8192);
        }
        fill(&by_hand, 10_001).unwrap();
        assert_eq!(std::fs::File::from(by_hand).metadata().unwrap().len(), 10_001);
        assert_eq!(names(), before);
    }

    /// Names of such files before they are removed.
    fn names() -> Vec<std::ffi::OsString> {
        let own = std::format!(".sqrtspace-{}-", std::process::id());
        let all = std::fs::read_dir(std::env::temp_dir()).unwrap().map(|e| e.unwrap().file_name());
        all.filter(|n| n.to_string_lossy().starts_with(&own)).collect()
    }

    #[test]
    fn a_path_that_is_not_a_directory_is_refused() {
        for path in [c"/no/such/directory", c"/etc/passwd"] {
            let e = SpillDir::open(path).unwrap_err();
            assert!(e.status == Status::Io && e.os_errno() != 0, "{e}");
        }
    }
}
