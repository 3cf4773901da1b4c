//! Outputs of the program: what exists is kept, what is incomplete goes, pipes and devices are written as they are.
#![cfg(target_os = "linux")]

mod common;
use common::*;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn start(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_driver"));
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn names(dir: &Dir) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A directory with `raw` and its encoded form, `coded`.
fn encoded(name: &str) -> (Dir, String, String) {
    let dir = Dir::new(name);
    let (raw, coded) = (dir.file("raw"), dir.file("coded"));
    let x: Vec<u8> = (0..300_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    std::fs::write(&raw, x).unwrap();
    succeeds(&["encode", "--identity=1", &raw, &coded]);
    (dir, raw, coded)
}

#[test]
fn an_output_that_exists_is_replaced_only_by_force() {
    let (dir, raw, coded) = encoded("force");
    let (link, kept) = (dir.file("link"), dir.file("kept"));
    std::fs::write(&kept, "kept").unwrap();
    symlink(&kept, &link).unwrap();
    for command in ["encode", "decode"] {
        let from = if command == "encode" { &raw } else { &coded };
        for to in [&kept, &link] {
            let text = fails(&[command, from, to], 1);
            assert!(text.contains("exists: --force replaces it"), "{text}");
            assert_eq!(std::fs::read_to_string(to).unwrap(), "kept");
        }
    }
    succeeds(&["decode", "--force", &coded, &link]);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_file());
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "kept");
    succeeds(&["decode", "-f", &coded, &kept]);
    assert!(std::fs::read(&kept).unwrap() == std::fs::read(&raw).unwrap());
    assert!(fails(&["encode", "--force", &raw, &raw], 1).contains("same file"));
}

/// By both ways: from a file, and from a pipe.
#[test]
fn a_signal_leaves_nothing() {
    let dir = Dir::new("signal");
    let out = dir.file("out");
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGKILL] {
        let mut child = start(&["encode", "-", &out]).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(&[7; 200_000]).unwrap();
        wait_for(|| names(&dir).len() == 1 || signal == Signal::SIGKILL);
        kill(Pid::from_raw(child.id() as i32), signal).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.signal(), Some(signal as i32), "{status}");
        assert_eq!(names(&dir).len(), usize::from(signal == Signal::SIGKILL && !names(&dir).is_empty()), "{signal}");
    }
    // What SIGKILL left goes with the next output of that name.
    std::fs::write(dir.file("out.sqrtspace-1.tmp"), "stale").unwrap();
    std::fs::write(dir.file("out.sqrtspace-0.tmp"), "stale").unwrap();
    let raw = dir.file("raw");
    std::fs::write(&raw, [1; 1000]).unwrap();
    succeeds(&["encode", &raw, &out]);
    assert_eq!(names(&dir), ["out", "raw"]);
    // A signal that is ignored, as by nohup, ends nothing.
    let program = env!("CARGO_BIN_EXE_driver");
    let script = format!("trap '' HUP; exec {program} encode -f - {out}");
    let mut child =
        Command::new("sh").args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&[7; 200_000]).unwrap();
    wait_for(|| names(&dir).len() == 3);
    kill(Pid::from_raw(child.id() as i32), Signal::SIGHUP).unwrap();
    drop(stdin);
    assert!(child.wait().unwrap().success());
    assert_eq!(names(&dir), ["out", "raw"]);
}

fn wait_for(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() && start.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn permissions_and_time_are_those_of_the_input() {
    let (dir, raw, _) = encoded("mode");
    use std::os::unix::fs::PermissionsExt;
    let then = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    File::options().write(true).open(&raw).unwrap().set_modified(then).unwrap();
    std::fs::set_permissions(&raw, std::fs::Permissions::from_mode(0o640)).unwrap();
    for (to, args) in [("a", &["encode"][..]), ("b", &["encode", "--format", "i16", "--threads", "2"])] {
        let to = dir.file(to);
        succeeds(&[args, &[&raw, &to]].concat());
        let meta = std::fs::metadata(&to).unwrap();
        assert_eq!((meta.mode() & 0o777, meta.modified().unwrap()), (0o640, then));
        let back = format!("{to}.back");
        succeeds(&["decode", &to, &back]);
        let meta = std::fs::metadata(&back).unwrap();
        assert_eq!((meta.mode() & 0o777, meta.modified().unwrap()), (0o640, then));
    }
    // A new output of a pipe is as a new file is, and a file that exists does not become wider.
    let (plain, private) = (dir.file("plain"), dir.file("private"));
    File::create(&plain).unwrap();
    let umask = std::fs::metadata(&plain).unwrap().mode() & 0o777;
    for (to, before, want) in [("p", None, umask), ("q", Some(0o600), 0o600)] {
        let to = dir.file(to);
        if let Some(mode) = before {
            std::fs::copy(&plain, &to).unwrap();
            std::fs::set_permissions(&to, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let mut child = start(&["encode", "-f", "-", &to]).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"x").unwrap();
        assert!(child.wait().unwrap().success());
        assert_eq!(std::fs::metadata(&to).unwrap().mode() & 0o777, want);
    }
    let _ = private;
}

#[test]
fn long_names_are_written_from_files_and_pipes() {
    let (dir, raw, _) = encoded("long");
    for len in [240, 255] {
        let to = dir.file(&"n".repeat(len));
        succeeds(&["encode", &raw, &to]);
        let mut child = start(&["encode", "-f", "-", &to]).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"x").unwrap();
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(names(&dir).len(), 4);
}

#[test]
fn devices_pipes_and_standard_output_are_written_as_they_are() {
    let (dir, raw, coded) = encoded("devices");
    let stream = std::fs::read(&coded).unwrap();
    let bytes = std::fs::read(&raw).unwrap();
    let null = std::fs::metadata("/dev/null").unwrap();
    for args in [["encode", &raw, "/dev/null"], ["decode", &coded, "/dev/null"]] {
        succeeds(&args);
    }
    assert_eq!(std::fs::metadata("/dev/null").unwrap().rdev(), null.rdev());
    for path in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "-"] {
        assert!(driver(&["encode", "--identity=1", &raw, path]).stdout == stream, "{path}");
        assert!(driver(&["decode", &coded, path]).stdout == bytes, "{path}");
        // Appended, as the shell opened it.
        let file = dir.file("appended");
        std::fs::write(&file, "before").unwrap();
        let to = File::options().append(true).open(&file).unwrap();
        let run =
            Command::new(env!("CARGO_BIN_EXE_driver")).args(["decode", &coded, path]).stdout(to).output().unwrap();
        assert!(run.status.success(), "{path}");
        assert!(std::fs::read(&file).unwrap() == [b"before", &bytes[..]].concat(), "{path}");
    }
    assert!(std::fs::symlink_metadata("/dev/stdout").unwrap().is_symlink());
    // A named pipe.
    let pipe = dir.file("pipe");
    nix::unistd::mkfifo(Path::new(&pipe), nix::sys::stat::Mode::S_IRWXU).unwrap();
    for (args, want) in [(["encode", "--identity=1", &raw, &pipe], &stream), (["decode", "-f", &coded, &pipe], &bytes)]
    {
        let mut child = start(&args).spawn().unwrap();
        let mut got = Vec::new();
        File::open(&pipe).unwrap().read_to_end(&mut got).unwrap();
        assert!(child.wait().unwrap().success() && got == *want, "{args:?}");
    }
    // A full device is an error.
    for args in [["encode", &raw, "/dev/full"], ["decode", &coded, "/dev/full"]] {
        let run = driver(&args);
        assert!(run.status.code() == Some(1) && String::from_utf8_lossy(&run.stderr).contains("No space left"));
    }
}

fn shell(script: &str) -> (Option<i32>, String) {
    let run = Command::new("sh").args(["-c", script]).stderr(Stdio::piped()).output().unwrap();
    (run.status.code(), String::from_utf8(run.stderr).unwrap())
}

#[test]
fn a_closed_or_full_standard_output_is_an_error() {
    let (dir, raw, coded) = encoded("closed");
    let program = env!("CARGO_BIN_EXE_driver");
    for args in [
        format!("encode {raw} -"),
        format!("decode {coded} -"),
        format!("verify {coded}"),
        format!("inspect {coded}"),
        "demo smoother --rows 1000 --json --budget 64K".into(),
    ] {
        let (code, text) = shell(&format!("{program} {args} >&-"));
        assert!(code == Some(1) && text.contains("standard output is closed"), "{args}: {code:?} {text}");
        let (code, text) = shell(&format!("{program} {args} >/dev/full"));
        assert!(code == Some(1) && text.contains("No space left"), "{args}: {code:?} {text}");
        assert_eq!(shell(&format!("{program} {args} >/dev/null 2>&-")).0, Some(0), "{args}");
    }
    assert_eq!(names(&dir), ["coded", "raw"]);
}

#[test]
fn a_closed_pipe_ends_quietly_as_in_other_filters() {
    let (_dir, raw, coded) = encoded("pipe");
    for args in [["encode", &raw, "-"], ["decode", &coded, "-"], ["decode", &coded, "/dev/stdout"]] {
        let mut child: Child = start(&args).spawn().unwrap();
        drop(child.stdout.take());
        let run = child.wait_with_output().unwrap();
        assert_eq!(run.status.signal(), Some(Signal::SIGPIPE as i32), "{args:?}: {}", run.status);
        assert!(run.stderr.is_empty(), "{}", String::from_utf8_lossy(&run.stderr));
    }
}

/// Tables, plots, samples and checkpoints: complete, or as they were.
#[test]
fn other_outputs_replace_a_file_only_when_they_are_complete() {
    let dir = Dir::new("others");
    let (plot, state) = (dir.file("x.png"), dir.file("x.state"));
    let samples = dir.file("x.f32");
    for path in [&plot, &samples] {
        std::fs::write(path, "before").unwrap();
        std::fs::write(format!("{path}.sqrtspace-0.tmp"), "stale").unwrap();
        std::fs::write(format!("{path}.new"), "a file of the user").unwrap();
    }
    std::fs::write(format!("{state}.new"), "a file of the user").unwrap();
    succeeds(&["demo", "audio", "--seconds", "1", "--plot", &plot]);
    succeeds(&["demo", "audio", "--seconds", "1", "--checkpoint", &state]);
    succeeds(&["bench", "audio", "--n", "9000", "--write", &samples]);
    assert_eq!(names(&dir), ["x.f32", "x.f32.new", "x.png", "x.png.new", "x.state", "x.state.new"]);
    assert_eq!(std::fs::read_to_string(format!("{state}.new")).unwrap(), "a file of the user");
    assert_eq!(std::fs::metadata(&samples).unwrap().len(), 36_000);
    assert!(std::fs::read(&plot).unwrap().starts_with(b"\x89PNG"));
    assert!(succeeds(&["demo", "audio", "--seconds", "1", "--plot", "/dev/null"]).contains("/dev/null"));
    let text = fails(&["demo", "audio", "--seconds", "1", "--plot", "/dev/full"], 1);
    assert!(text.contains("No space left"), "{text}");
}

/// A library that makes calls of the system fail: files without names (`NAMED`), and the sync of a folder after a number of
/// successes (`SYNCS`).
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
int open64(const char *path, int flags, ...)
{
    int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open64");
    va_list list;
    va_start(list, flags);
    const mode_t mode = va_arg(list, mode_t);
    va_end(list);
    if (getenv("NAMED") && (flags & O_TMPFILE) == O_TMPFILE) { errno = EOPNOTSUPP; return -1; }
    return real(path, flags, mode);
}
int fsync(int fd)
{
    static int calls;
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    struct stat s;
    if (getenv("SYNCS") && fstat(fd, &s) == 0 && S_ISDIR(s.st_mode) && ++calls > atoi(getenv("SYNCS"))) {
        errno = EIO;
        return -1;
    }
    return real(fd);
}
"#;

/// Compiles the shim into a directory of its own. None without a C compiler.
fn shim() -> Option<(Dir, String)> {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let dir = Dir::new(&format!("shim-{}", NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)));
    let (source, library) = (dir.file("shim.c"), dir.file("shim.so"));
    std::fs::write(&source, SHIM).unwrap();
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o", &library, &source, "-ldl"]).status();
    if compiled.is_ok_and(|s| s.success()) {
        return Some((dir, library));
    }
    eprintln!("skipped: no C compiler");
    None
}

#[test]
fn an_error_after_the_file_has_its_name_is_reported_as_such() {
    let Some((_shim, library)) = shim() else { return };
    let (dir, raw, coded) = encoded("syncs");
    let out = dir.file("out");
    for from in [&raw[..], "-"] {
        for (syncs, part) in [("0", "cannot be synced"), ("1", "complete and in its place")] {
            std::fs::write(&out, "before").unwrap();
            let mut command = start(&["encode", "-f", "--identity=1", from, &out]);
            command.env("LD_PRELOAD", &library).env("SYNCS", syncs).stdin(File::open(&raw).unwrap());
            let run = command.output().unwrap();
            let text = String::from_utf8(run.stderr).unwrap();
            assert!(run.status.code() == Some(1) && text.contains(part), "{from} {syncs}: {text}");
            let want = if syncs == "0" { b"before".to_vec() } else { std::fs::read(&coded).unwrap() };
            assert!(std::fs::read(&out).unwrap() == want, "{from} {syncs}");
            assert_eq!(names(&dir), ["coded", "out", "raw"]);
        }
    }
}

/// Where the file system has no files without names, the library's temporary file goes as well.
#[test]
fn a_signal_removes_a_temporary_file_of_the_library() {
    let Some((_shim, library)) = shim() else { return };
    let dir = Dir::new("named");
    let (raw, out) = (dir.file("raw"), dir.file("out"));
    File::create(&raw).unwrap().set_len(1 << 34).unwrap();
    let temporary = Path::new(&out).with_file_name("out.sqrtspace-0.tmp");
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGKILL, Signal::SIGHUP] {
        let mut child = start(&["encode", &raw, &out]).env("LD_PRELOAD", &library).env("NAMED", "1").spawn().unwrap();
        // The one that SIGKILL leaves is replaced.
        wait_for(|| temporary.exists());
        std::thread::sleep(Duration::from_millis(300));
        kill(Pid::from_raw(child.id() as i32), signal).unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(signal as i32));
        assert_eq!(temporary.exists(), signal == Signal::SIGKILL, "{signal}");
    }
    assert_eq!(names(&dir), ["raw"]);
}

/// A stream that was cut off is continued, and what was lost between is listed.
#[test]
fn append() {
    let dir = Dir::new("append");
    let (a, b, out, back) = (dir.file("a"), dir.file("b"), dir.file("out"), dir.file("back"));
    let raw: Vec<u8> = (0..200_000u32).map(|i| (i / 700) as u8 ^ (i % 2) as u8).collect();
    std::fs::write(&a, &raw).unwrap();
    let text = fails(&["encode", "--append", &a, &out], 1);
    assert!(text.contains("--append continues a file that exists"), "{text}");
    succeeds(&["encode", "--format", "i16", &a, &out]);
    let text = fails(&["encode", "--append", &a, &out], 1);
    assert!(text.contains("the stream is complete"), "{text}");
    let whole = std::fs::read(&out).unwrap();
    for (cut, gap) in [(whole.len() - 60, 0), (whole.len() / 2, 0), (whole.len() / 2 + 3, 1000)] {
        std::fs::write(&out, &whole[..cut]).unwrap();
        let found = driver(&["verify", "--json", &out]);
        let end = number(&String::from_utf8_lossy(&found.stdout), "raw_bytes") as usize;
        std::fs::write(&b, &raw[end + gap..]).unwrap();
        succeeds(&["encode", "--append", "--gap", &gap.to_string(), "--format", "i16", &b, &out]);
        if gap == 0 {
            succeeds(&["decode", "--force", &out, &back]);
        } else {
            let done = driver(&["decode", "--force", "--recover", &out, &back]);
            let text = String::from_utf8_lossy(&done.stderr).into_owned();
            assert_eq!(done.status.code(), Some(3), "{text}");
            assert!(text.contains(&format!("missing {end}..{} ({gap} bytes)", end + gap)), "{text}");
        }
        let mut want = raw.clone();
        want[end..end + gap].fill(0);
        assert!(std::fs::read(&back).unwrap() == want, "cut {cut}, gap {gap}");
    }
    std::fs::write(&out, "text").unwrap();
    let text = fails(&["encode", "--append", &a, &out], 1);
    assert!(text.contains("no stream to continue"), "{text}");
    assert_eq!(std::fs::read(&out).unwrap(), b"text");
}

/// A file on standard input begins where its position is, whatever the output is.
#[test]
fn standard_input_at_a_position() {
    let (dir, raw, coded) = encoded("position");
    let (later, back) = (dir.file("later"), dir.file("back"));
    let mut bytes = vec![0x55; 77];
    bytes.extend(std::fs::read(&coded).unwrap());
    std::fs::write(&later, &bytes).unwrap();
    for output in ["-", &back] {
        let mut file = File::open(&later).unwrap();
        file.read_exact(&mut [0; 77]).unwrap();
        let mut decode = Command::new(env!("CARGO_BIN_EXE_driver"));
        let done = decode.args(["decode", "-", output]).stdin(file).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let got = if output == "-" { done.stdout } else { std::fs::read(&back).unwrap() };
        assert!(got == std::fs::read(&raw).unwrap(), "{output}");
    }
}
