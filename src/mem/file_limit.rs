//! The limit of the size of files. Beyond it the system would send SIGXFSZ, which ends the process: what writes a file
//! asks first, and leaves the signals of the process alone.

use std::io;

/// Fails with `EFBIG` if a file of `end` bytes exceeds the limit of this process.
pub fn within_file_limit(end: u64) -> io::Result<()> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the struct is valid for writes.
    let known = unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &raw mut limit) } == 0;
    if known && end > widened(limit.rlim_cur) { Err(io::Error::from_raw_os_error(libc::EFBIG)) } else { Ok(()) }
}

#[allow(clippy::unnecessary_cast, clippy::useless_conversion, reason = "the type differs between systems")]
fn widened(limit: libc::rlim_t) -> u64 {
    u64::from(limit)
}
