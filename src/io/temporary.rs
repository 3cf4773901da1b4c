//! Temporary files beside an output, and the folder that holds both.
//!
//! Where the file system can, the file has no name until it is complete, so that nothing remains of a process that
//! ends. Else it is `NAME.sqrtspace-N.tmp`, locked (`flock`) as long as a process writes it. A file of such a name that
//! is not locked is stale: it is removed by the next output of that name.

use super::path::{PATH_LEN, PathText, refused};
use crate::mem::{link_file, link_target, lock_file, sync_file_system};
use crate::status::{Error, Result, Status};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// Maximum length of the name of a file.
const NAME_MAX: usize = 255;

/// Temporary files of one output at a time.
const MAX_NAMES: u32 = 100;

/// Names of which stale files are removed.
const SWEPT_NAMES: u32 = 8;

/// The folder of a path.
fn folder_of(path: &PathText) -> &Path {
    let parent = Path::new(path.as_str()).parent().filter(|p| !p.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// Whether a path is that of an open descriptor: `/dev/stdout`, `/dev/fd/1`, `/proc/self/fd/1`. The link must not be
/// replaced, whatever it leads to.
pub(super) fn is_descriptor(path: &str) -> bool {
    let mut to = [0u8; 16];
    let known = path.starts_with("/dev/fd/") || path.starts_with("/proc/");
    link_target(path, &mut to).is_ok() && (known || to.starts_with(b"/proc/") || to.starts_with(b"fd/"))
}

/// The folder of an output. Whether it can be synced is known before anything is written.
#[derive(Debug)]
pub(super) struct Folder(Option<File>);

impl Folder {
    pub(super) fn of(target: &PathText) -> Result<Self> {
        let folder = match File::open(folder_of(target)) {
            // A folder that only takes files: its file system is synced instead.
            Err(e) if e.kind() == ErrorKind::PermissionDenied && cfg!(target_os = "linux") => Folder(None),
            Err(e) => return Err(refused("the output cannot be created, errno {a}: check its folder", &e)),
            Ok(file) => Folder(Some(file)),
        };
        let checked = folder.0.as_ref().map_or(Ok(()), sync_folder);
        checked.map_err(|e| refused("the folder of the output cannot be synced, errno {a}: use another one", &e))?;
        Ok(folder)
    }

    /// Waits until the names in the folder are on the disk. `file` is a file in it.
    pub(super) fn sync(&self, file: &File) -> io::Result<()> {
        match &self.0 {
            Some(folder) => sync_folder(folder),
            None => sync_file_system(file),
        }
    }
}

fn sync_folder(folder: &File) -> io::Result<()> {
    match folder.sync_all() {
        // The file system does not sync folders: it writes names at once, or offers no way to wait for them.
        Err(e) if matches!(e.raw_os_error(), Some(libc::EINVAL | libc::ENOTSUP | libc::EROFS)) => Ok(()),
        other => other,
    }
}

/// A file that is not complete.
#[derive(Debug)]
pub(super) struct Temporary {
    file: File,
    /// Its name, if it has one: removed when this is dropped.
    name: Option<PathText>,
}

impl Temporary {
    /// Creates a file for `target` with the permissions `mode`, less the umask. Removes stale files of its name.
    pub(super) fn create(target: &PathText, mode: u32) -> Result<Self> {
        for number in 0..SWEPT_NAMES {
            sweep(&name(target, number)?);
        }
        if let Some(file) = nameless(folder_of(target), mode) {
            return Ok(Temporary { file, name: None });
        }
        let refusal = |e: io::Error| refused("the output cannot be created, errno {a}: check its folder", &e);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(mode);
        // Stale files that the first round removes leave their names to the second.
        for number in (0..MAX_NAMES).chain(0..MAX_NAMES) {
            let name = name(target, number)?;
            match options.open(name.as_str()) {
                Ok(file) if lock_file(&file) && is_at(&file, &name) => return Ok(Temporary { file, name: Some(name) }),
                // Another process took it for a stale one.
                Ok(_) => {}
                Err(e) if e.kind() == ErrorKind::AlreadyExists => sweep(&name),
                Err(e) => return Err(refusal(e)),
            }
        }
        Err(Error::new(Status::Io, "{a} processes are writing this output: wait, or use another path").a(MAX_NAMES))
    }

    /// The file.
    pub(super) const fn open(&self) -> &File {
        &self.file
    }

    /// Replaces `target` with the file.
    pub(super) fn replace(&mut self, target: &PathText) -> io::Result<()> {
        if self.name.is_none() {
            match link_file(&self.file, target.as_str()) {
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
                other => return other,
            }
            self.name = Some(self.link_beside(target)?);
        }
        if let Some(name) = &self.name {
            fs::rename(name.as_str(), target.as_str())?;
            self.name = None;
        }
        Ok(())
    }

    /// Gives the file a name from which it can be renamed.
    fn link_beside(&self, target: &PathText) -> io::Result<PathText> {
        let _ = lock_file(&self.file);
        // Stale files that the first round removes leave their names to the second.
        for number in (0..MAX_NAMES).chain(0..MAX_NAMES) {
            let name = name(target, number).map_err(|_| io::Error::from_raw_os_error(libc::ENAMETOOLONG))?;
            match link_file(&self.file, name.as_str()) {
                Ok(()) => return Ok(name),
                Err(e) if e.kind() == ErrorKind::AlreadyExists => sweep(&name),
                Err(e) => return Err(e),
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            let _ = fs::remove_file(name.as_str());
        }
    }
}

/// Temporary name of number `number` for a target. A long name is cut.
fn name(target: &PathText, number: u32) -> Result<PathText> {
    let (path, long) = (target.as_str(), Error::new(Status::Name, "the path of the output is too long"));
    let mut suffix = crate::util::text::Text::<32>::new();
    suffix.push_str(".sqrtspace-");
    suffix.push_int(number.into());
    suffix.push_str(".tmp");
    let start = path.rfind('/').map_or(0, |at| at.saturating_add(1));
    let room = NAME_MAX.saturating_sub(suffix.as_bytes().len());
    let mut end = path.len().min(start.saturating_add(room));
    while !path.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    let mut name = PathText::fitting(path.get(..end).unwrap_or("")).ok_or(long)?;
    name.push_str(suffix.as_str());
    // A path of PATH_LEN bytes may have been cut.
    if name.as_bytes().len() < PATH_LEN { Ok(name) } else { Err(long) }
}

/// A file without a name, if the system has such files and can name them later.
fn nameless(folder: &Path, mode: u32) -> Option<File> {
    #[cfg(target_os = "linux")]
    {
        fs::metadata("/proc/self/fd").ok()?;
        OpenOptions::new().write(true).mode(mode).custom_flags(libc::O_TMPFILE).open(folder).ok()
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (folder, mode);
        None
    }
}

/// Whether `file` is still the one of this name.
fn is_at(file: &File, name: &PathText) -> bool {
    let identity = |m: fs::Metadata| (m.ino(), m.dev());
    let own = file.metadata().map(identity).ok();
    own.is_some() && own == fs::symlink_metadata(name.as_str()).map(identity).ok()
}

/// Removes a temporary file that no process writes.
fn sweep(name: &PathText) {
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let Ok(file) = OpenOptions::new().read(true).custom_flags(flags).open(name.as_str()) else { return };
    let regular = file.metadata().is_ok_and(|m| m.is_file());
    if regular && lock_file(&file) && is_at(&file, name) {
        let _ = fs::remove_file(name.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::path::PathBuf;
    use std::string::ToString;

    struct Dir(PathBuf);

    impl Dir {
        fn new(name: &str) -> Dir {
            let dir = std::env::temp_dir().join(format!("sqrtspace-temporary-{name}-{}", std::process::id()));
            fs::create_dir(&dir).unwrap();
            Dir(dir)
        }

        fn path(&self, name: &str) -> PathText {
            PathText::fitting(self.0.join(name).to_str().unwrap()).unwrap()
        }
    }

    impl Drop for Dir {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn names_are_cut_at_a_character() {
        let text = |s: &str| PathText::fitting(s).unwrap();
        assert_eq!(name(&text("a/out"), 3).unwrap().as_str(), "a/out.sqrtspace-3.tmp");
        for len in 230..=255 {
            let long = format!("/x/{}\u{e9}", "n".repeat(len - 2));
            let name = name(&text(&long), 99).unwrap();
            let file = name.as_str().rsplit('/').next().unwrap().to_string();
            assert!(file.len() <= NAME_MAX && file.ends_with(".sqrtspace-99.tmp"), "{file}");
        }
        assert!(name(&text(&"p/".repeat(2047)), 0).is_err());
    }

    /// A named temporary, as where the file system has no files without names.
    fn named(target: &PathText) -> Temporary {
        let name = name(target, 0).unwrap();
        let file = OpenOptions::new().write(true).create_new(true).open(name.as_str()).unwrap();
        assert!(lock_file(&file));
        Temporary { file, name: Some(name) }
    }

    #[test]
    fn stale_files_are_removed_and_those_in_use_remain() {
        let dir = Dir::new("stale");
        let target = dir.path("out");
        // What a process leaves that the system ended.
        for number in 0..3 {
            fs::write(name(&target, number).unwrap().as_str(), "old").unwrap();
        }
        drop(Temporary::create(&target, 0o600).unwrap());
        assert_eq!(fs::read_dir(&dir.0).unwrap().count(), 0);
        // What a process is writing.
        let mut other = named(&target);
        let mut own = Temporary::create(&target, 0o600).unwrap();
        own.replace(&target).unwrap();
        assert!(is_at(own.open(), &target) && other.name.as_ref().is_some_and(|n| is_at(&other.file, n)));
        other.replace(&target).unwrap();
        assert!(is_at(other.open(), &target));
        assert_eq!(fs::read_dir(&dir.0).unwrap().count(), 1);
        // A user's own folder or link of such a name is no temporary file.
        fs::create_dir(name(&target, 0).unwrap().as_str()).unwrap();
        std::os::unix::fs::symlink("out", name(&target, 1).unwrap().as_str()).unwrap();
        Temporary::create(&target, 0o600).unwrap().replace(&target).unwrap();
        assert_eq!(fs::read_dir(&dir.0).unwrap().count(), 3);
    }

    #[test]
    fn names_in_use_are_an_error_that_ends_with_their_processes() {
        let dir = Dir::new("many");
        let target = dir.path("out");
        fs::write(target.as_str(), "x").unwrap();
        let mut taken = std::vec::Vec::new();
        for number in 0..MAX_NAMES {
            let file = File::create(name(&target, number).unwrap().as_str()).unwrap();
            assert!(lock_file(&file));
            taken.push(file);
        }
        let mut own = Temporary::create(&target, 0o600).unwrap();
        assert_eq!(own.replace(&target).unwrap_err().kind(), ErrorKind::AlreadyExists);
        drop(taken);
        own.replace(&target).unwrap();
        assert!(is_at(own.open(), &target));
    }

    #[test]
    fn descriptors_are_recognized() {
        assert!(is_descriptor("/dev/stdout") && is_descriptor("/dev/fd/1") && is_descriptor("/proc/self/fd/1"));
        let dir = Dir::new("links");
        let link = dir.path("link");
        std::os::unix::fs::symlink("target", link.as_str()).unwrap();
        assert!(!is_descriptor(link.as_str()) && !is_descriptor("/dev/null") && !is_descriptor("none"));
    }
}
