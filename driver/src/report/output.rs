//! Output files of the program: complete or not at all, by the policy of docs/guide/files.md.

use super::stdout;
use crate::library::is_ignored;
use nix::sys::signal::{SigSet, Signal, raise};
use std::fs::{self, File, FileTimes, Metadata, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Once;

/// Whether a path is standard output.
pub(crate) fn is_stdout(path: &str) -> bool {
    matches!(path, "-" | "/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1")
}

/// Whether a path is a device, a pipe or an open descriptor, which is written as it is.
fn is_direct(path: &Path) -> bool {
    let special = fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir());
    let to = fs::read_link(path).unwrap_or_default();
    let link = !to.as_os_str().is_empty();
    special || (link && (to.starts_with("/proc") || path.starts_with("/proc") || path.starts_with("/dev/fd")))
}

/// Whether the library writes a path: a regular file, or a new one.
pub(crate) fn is_regular(path: &str) -> bool {
    !is_stdout(path) && !is_direct(Path::new(path))
}

/// Refuses an output that exists, unless `force` is given. Devices and pipes may exist.
pub(crate) fn check(path: &str, force: bool) -> Result<(), String> {
    if force || !is_regular(path) || fs::symlink_metadata(path).is_err() {
        return Ok(());
    }
    Err(format!("{path} exists: --force replaces it"))
}

/// An output file.
pub(crate) struct Output {
    path: PathBuf,
    /// None: the bytes go to their place at once.
    temporary: Option<PathBuf>,
    file: File,
    modified: Option<std::time::SystemTime>,
}

/// Temporary files of one output at a time.
const MAX_NAMES: u32 = 100;

impl Output {
    /// Opens an output; `-` is standard output. A regular file gets the permissions and the time of the input `like`.
    pub(crate) fn create(path: &Path, like: Option<&Metadata>) -> io::Result<Output> {
        let direct = |file| Ok(Output { path: path.into(), temporary: None, file, modified: None });
        if path.to_str().is_some_and(is_stdout) {
            return direct(stdout::descriptor()?);
        }
        if is_direct(path) {
            return direct(File::options().write(true).open(path)?);
        }
        let mut mode = like.filter(|m| m.is_file()).map_or(0o666, |m| m.mode() & 0o777);
        if let Ok(old) = fs::metadata(path) {
            if like.is_some_and(|m| (m.ino(), m.dev()) == (old.ino(), old.dev())) {
                return Err(io::Error::other("input and output are the same file"));
            }
            if old.is_dir() {
                return Err(ErrorKind::IsADirectory.into());
            }
            mode &= old.mode();
        }
        sync_folder(path).map_err(|e| match e.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => e,
            _ => io::Error::other(format!("its folder cannot be synced: {e}")),
        })?;
        remove_on_signal();
        let (temporary, file) = temporary(path, mode)?;
        let modified = like.filter(|m| m.is_file()).and_then(|m| m.modified().ok());
        Ok(Output { path: path.into(), temporary: Some(temporary), file, modified })
    }

    /// Completes the output: a file replaces the earlier one.
    pub(crate) fn keep(mut self) -> io::Result<()> {
        let Some(temporary) = &self.temporary else { return Ok(()) };
        if let Some(time) = self.modified {
            let _ = self.file.set_times(FileTimes::new().set_modified(time));
        }
        self.file.sync_all()?;
        fs::rename(temporary, &self.path)?;
        self.temporary = None;
        let text = |e| io::Error::other(format!("complete and in its place, but its folder is not on the disk: {e}"));
        sync_folder(&self.path).map_err(text)
    }

    /// Writes a whole file.
    pub(crate) fn write(
        path: &Path,
        fill: impl FnOnce(&mut io::BufWriter<&File>) -> io::Result<()>,
    ) -> Result<(), String> {
        let error = |e: io::Error| format!("{}: {e}", path.display());
        let output = Output::create(path, None).map_err(error)?;
        let mut writer = io::BufWriter::new(&output.file);
        fill(&mut writer).and_then(|()| writer.flush()).map_err(error)?;
        drop(writer);
        output.keep().map_err(error)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            let _ = fs::remove_file(temporary);
        }
    }
}

/// Waits until the names in the folder of a file are on the disk, where folders can be read and synced.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(e)
            if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported | ErrorKind::PermissionDenied) =>
        {
            Ok(())
        }
        other => other,
    }
}

/// Creates a temporary file beside a path: `NAME.sqrtspace-N.tmp`, locked. A file of such a name that is not locked is
/// stale and replaced.
fn temporary(path: &Path, mode: u32) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().ok_or(ErrorKind::IsADirectory)?.as_encoded_bytes();
    for number in (0..MAX_NAMES).chain(0..MAX_NAMES) {
        let suffix = format!(".sqrtspace-{number}.tmp");
        let text = String::from_utf8_lossy(name);
        let mut end = text.len().min(255 - suffix.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let temporary = path.with_file_name(format!("{}{suffix}", &text[..end]));
        match File::options().write(true).create_new(true).mode(mode).open(&temporary) {
            Ok(file) if is_ours(&file, &temporary) => return Ok((temporary, file)),
            Ok(_) => {}
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {
                let regular = fs::symlink_metadata(&temporary).is_ok_and(|m| m.is_file());
                if regular && File::open(&temporary).is_ok_and(|file| is_ours(&file, &temporary)) {
                    let _ = fs::remove_file(&temporary);
                }
            }
            Err(e) => return Err(e),
        }
    }
    Err(io::Error::other(format!("{MAX_NAMES} processes are writing this output")))
}

/// Locks a file for as long as it is open. False if another process has it locked or removed.
fn is_ours(file: &File, path: &Path) -> bool {
    let identity = |m: Metadata| (m.ino(), m.dev());
    let own = file.metadata().map(identity).ok();
    !matches!(file.try_lock(), Err(TryLockError::WouldBlock))
        && own.is_some()
        && own == fs::symlink_metadata(path).map(identity).ok()
}

/// From now on, SIGINT, SIGTERM and SIGHUP remove the temporary files that this process writes, and then end it as they
/// do by default. Signals that the process ignores remain ignored.
pub(crate) fn remove_on_signal() {
    static ONCE: Once = Once::new();
    ONCE.call_once(wait_for_signals);
}

fn wait_for_signals() {
    let signals = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];
    let set: SigSet = signals.into_iter().filter(|s| !is_ignored(*s as i32)).collect();
    if set.thread_block().is_err() {
        return;
    }
    // Threads that start later inherit the blocked signals, so that this one receives them.
    let waiting = std::thread::Builder::new().spawn(move || {
        let signal = set.wait();
        for temporary in open_temporaries() {
            let _ = fs::remove_file(temporary);
        }
        let _ = set.thread_unblock();
        if let Ok(signal) = signal {
            let _ = raise(signal);
        }
    });
    if waiting.is_err() {
        let _ = set.thread_unblock();
    }
}

/// The temporary files that this process has open, the library's included.
fn open_temporaries() -> Vec<PathBuf> {
    let open = fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    let paths = open.filter_map(|entry| fs::read_link(entry.path()).ok());
    let ours = |path: &PathBuf| {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        name.contains(".sqrtspace-") && name.ends_with(".tmp")
    };
    paths.filter(ours).collect()
}
