//! System calls on files that the standard library does not have. They use no heap.

use core::ffi::CStr;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::AsRawFd;

/// The result of a system call.
fn done(status: i32) -> io::Result<()> {
    if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Calls with a path as a C string.
fn with_c_str<T>(path: &str, call: impl FnOnce(&CStr) -> io::Result<T>) -> io::Result<T> {
    let mut bytes = [0u8; 4096];
    let last = bytes.len().saturating_sub(1);
    let room = bytes.get_mut(..last).and_then(|b| b.get_mut(..path.len()));
    room.ok_or(io::Error::from_raw_os_error(libc::ENAMETOOLONG))?.copy_from_slice(path.as_bytes());
    call(CStr::from_bytes_until_nul(&bytes).map_err(|_| ErrorKind::InvalidInput)?)
}

/// Gives a file that was opened without a name (`O_TMPFILE`) the name `to`, which must be free.
pub fn link_file(file: &File, to: &str) -> io::Result<()> {
    let mut from = crate::util::text::Text::<32>::new();
    from.push_str("/proc/self/fd/");
    from.push_int(file.as_raw_fd().into());
    let (cwd, follow) = (libc::AT_FDCWD, libc::AT_SYMLINK_FOLLOW);
    with_c_str(from.as_str(), |from| {
        // SAFETY: both paths are C strings.
        with_c_str(to, |to| done(unsafe { libc::linkat(cwd, from.as_ptr(), cwd, to.as_ptr(), follow) }))
    })
}

/// The start of the path to which a symbolic link leads, in `to`. Returns its length.
pub fn link_target(path: &str, to: &mut [u8]) -> io::Result<usize> {
    with_c_str(path, |path| {
        // SAFETY: the path is a C string, and the buffer has the given length.
        let n = unsafe { libc::readlink(path.as_ptr(), to.as_mut_ptr().cast(), to.len()) };
        usize::try_from(n).map_err(|_| io::Error::last_os_error())
    })
}

/// Locks a file for as long as it is open. False if another descriptor has it locked; true also where the file system
/// has no locks.
pub fn lock_file(file: &File) -> bool {
    // SAFETY: the descriptor is open.
    let locked = done(unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) });
    !locked.is_err_and(|e| e.raw_os_error() == Some(libc::EWOULDBLOCK))
}

/// Waits until the file system that holds a file is on the disk.
pub fn sync_file_system(file: &File) -> io::Result<()> {
    // SAFETY: the descriptor is open.
    #[cfg(target_os = "linux")]
    return done(unsafe { libc::syncfs(file.as_raw_fd()) });
    #[cfg(not(target_os = "linux"))]
    file.sync_all()
}
