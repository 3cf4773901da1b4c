//! Output files: permissions, times, links, names near the limit of the system, folders that cannot be read, and what
//! remains of a process that is killed.
#![cfg(all(feature = "codec", feature = "std", target_os = "linux", not(target_arch = "powerpc")))]

use sqrtspace::ffi::*;
use std::ffi::CString;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::ptr::null_mut;

struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Dir {
        let dir = std::env::temp_dir().join(format!("sqs-outputs-{name}-{}", std::process::id()));
        fs::create_dir(&dir).unwrap();
        fs::write(dir.join("in"), b"some bytes").unwrap();
        Dir(dir)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(&self.0).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::set_permissions(&self.0, Permissions::from_mode(0o700));
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Encodes a file; the status and the text of the error.
fn encode(from: &Path, to: &Path) -> (i32, String) {
    let path = |p: &Path| CString::new(p.to_str().unwrap()).unwrap();
    let (from, to) = (path(from), path(to));
    // SAFETY: arguments as the header asks for.
    unsafe {
        let (mut o, mut error): (sqs_encode_options, sqs_error) = (std::mem::zeroed(), std::mem::zeroed());
        assert_eq!(sqs_encode_options_init(&mut o, size_of_val(&o)), SQS_OK);
        error.struct_size = size_of_val(&error) as u32;
        let status = sqs_encode_file(from.as_ptr(), to.as_ptr(), &o, null_mut(), &mut error);
        (status, std::ffi::CStr::from_ptr(error.text.as_ptr()).to_str().unwrap().into())
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

/// The oracle is what `cp` gives a new file.
#[test]
fn permissions_are_those_of_the_input_and_never_wider_than_before() {
    let dir = Dir::new("mode");
    let (input, output, copy) = (dir.0.join("in"), dir.0.join("out"), dir.0.join("copy"));
    for bits in [0o600, 0o640, 0o644, 0o755, 0o444, 0o666, 0o4755] {
        fs::set_permissions(&input, Permissions::from_mode(bits)).unwrap();
        let _ = (fs::remove_file(&output), fs::remove_file(&copy));
        assert_eq!(encode(&input, &output).0, SQS_OK);
        assert!(std::process::Command::new("cp").args([&input, &copy]).status().unwrap().success());
        assert_eq!(mode(&output), mode(&copy) & 0o777, "{bits:o}");
        for before in [0o600, 0o640, 0o444] {
            fs::set_permissions(&output, Permissions::from_mode(before)).unwrap();
            assert_eq!(encode(&input, &output).0, SQS_OK);
            assert_eq!(mode(&output) & !before, 0, "{bits:o} over {before:o}");
        }
    }
}

#[test]
fn the_time_is_that_of_the_input() {
    let dir = Dir::new("time");
    let (input, output) = (dir.0.join("in"), dir.0.join("out"));
    let then = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(&input).unwrap().set_modified(then).unwrap();
    assert_eq!(encode(&input, &output).0, SQS_OK);
    assert_eq!(fs::metadata(&output).unwrap().modified().unwrap(), then);
}

/// As `gzip -f`: the link is replaced, and what it leads to is unchanged.
#[test]
fn links_are_replaced_and_not_followed() {
    let dir = Dir::new("links");
    let (target, link, dangling) = (dir.0.join("target"), dir.0.join("link"), dir.0.join("dangling"));
    fs::write(&target, "kept").unwrap();
    symlink("target", &link).unwrap();
    symlink("nowhere", &dangling).unwrap();
    for path in [&link, &dangling] {
        assert_eq!(encode(&dir.0.join("in"), path).0, SQS_OK);
        assert!(fs::symlink_metadata(path).unwrap().is_file());
    }
    assert_eq!(fs::read_to_string(&target).unwrap(), "kept");
    assert_eq!(dir.names(), ["dangling", "in", "link", "target"]);
    // A link to the input is the input.
    symlink("in", dir.0.join("same")).unwrap();
    assert_eq!(encode(&dir.0.join("in"), &dir.0.join("same")).0, SQS_ERR_ARGUMENT);
}

/// A link of the system to an open file is not replaced by an output.
#[test]
fn descriptors_are_refused() {
    use std::os::fd::AsRawFd;
    let dir = Dir::new("descriptors");
    let file = fs::File::create(dir.0.join("open")).unwrap();
    for path in [format!("/dev/fd/{}", file.as_raw_fd()), format!("/proc/self/fd/{}", file.as_raw_fd())] {
        let (status, text) = encode(&dir.0.join("in"), Path::new(&path));
        assert!(status == SQS_ERR_ARGUMENT && text.contains("not a regular file"), "{status} {text}");
    }
    let link = dir.0.join("stdout");
    symlink(format!("/proc/self/fd/{}", file.as_raw_fd()), &link).unwrap();
    assert_eq!(encode(&dir.0.join("in"), &link).0, SQS_ERR_ARGUMENT);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn names_of_any_permitted_length_are_written() {
    let dir = Dir::new("long");
    for len in [200, 236, 237, 250, 254, 255] {
        let output = dir.0.join("n".repeat(len));
        for _ in 0..2 {
            let (status, text) = encode(&dir.0.join("in"), &output);
            assert_eq!(status, SQS_OK, "{len}: {text}");
        }
    }
    let (status, text) = encode(&dir.0.join("in"), &dir.0.join("n".repeat(256)));
    assert!(status == SQS_ERR_IO && text.contains("errno 36"), "{text}");
    assert_eq!(dir.names().len(), 7);
}

/// Files that killed processes left do not keep the next one from its work, and go.
#[test]
fn stale_files_are_removed() {
    let dir = Dir::new("stale");
    let output = dir.0.join("out");
    for round in 0..2 {
        for number in 0..100 {
            if round == 0 || number < 8 {
                fs::write(dir.0.join(format!("out.sqrtspace-{number}.tmp")), "stale").unwrap();
            }
        }
        assert_eq!(encode(&dir.0.join("in"), &output).0, SQS_OK);
        let left = dir.names().iter().filter(|n| n.ends_with(".tmp")).count();
        assert_eq!(left, 92);
    }
}

/// A folder that takes files but cannot be listed. (Root may list every folder.)
#[test]
fn folders_without_permission_to_read_take_files() {
    let dir = Dir::new("drop");
    let folder = dir.0.join("drop");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o300)).unwrap();
    let (status, text) = encode(&dir.0.join("in"), &folder.join("out"));
    assert_eq!(status, SQS_OK, "{text}");
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}
