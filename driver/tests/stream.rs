//! `driver demo audio --checkpoint`: a run that is stopped, or killed at any moment, resumes and ends with the rows of
//! an uninterrupted run.

#![cfg(unix)]

mod common;
use common::*;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

const INPUT: [&str; 5] = ["demo", "audio", "--json", "--seconds", "20"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&INPUT[..], more].concat()
}

/// The identity of a saved file, which changes with every save.
fn version(file: &str) -> Option<(u64, i64, i64)> {
    let m = std::fs::metadata(file).ok()?;
    Some((m.ino(), m.mtime(), m.mtime_nsec()))
}

#[test]
fn a_stopped_run_resumes_to_the_same_rows() {
    let dir = Dir::new("stopped");
    let file = dir.file("state");
    let whole = succeeds(&INPUT);
    let uninterrupted = succeeds(&with(&["--checkpoint", &file]));
    assert_eq!(field(&uninterrupted, "checksum"), field(&whole, "checksum"));
    assert_eq!(field(&uninterrupted, "rows"), field(&whole, "rows"));
    // Another run has nothing left to do.
    let done = succeeds(&with(&["--checkpoint", &file]));
    assert_eq!((field(&done, "checksum"), field(&done, "saves")), (field(&whole, "checksum"), "0"));
    assert_eq!(field(&done, "resumed_at_row"), field(&whole, "rows"));

    std::fs::remove_file(&file).unwrap();
    let (mut rows, mut runs) = (0, 0);
    loop {
        let json = succeeds(&with(&["--checkpoint", &file, "--save-every", "50", "--stop-after", "123"]));
        assert_eq!(number(&json, "resumed_at_row"), f64::from(rows));
        assert_eq!(number(&json, "resumed_at_sample") > 0.0, rows > 0);
        (rows, runs) = (number(&json, "rows") as u32, runs + 1);
        if f64::from(rows) == number(&whole, "rows") {
            assert_eq!(field(&json, "checksum"), field(&whole, "checksum"));
            break;
        }
        assert_eq!(rows, 123 * runs);
        assert_ne!(field(&json, "checksum"), field(&whole, "checksum"));
    }
    assert!(runs > 5);
    let text = succeeds(&["demo", "audio", "--seconds", "20", "--checkpoint", &file]);
    assert!(text.contains("resumed") && text.contains(field(&whole, "checksum")), "{text}");
}

fn start(file: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_driver"));
    command.args(with(&["--save-every", "2", "--checkpoint", file]));
    command.stdout(Stdio::null()).spawn().unwrap()
}

#[test]
fn a_run_killed_at_any_moment_leaves_a_complete_file_and_ends_with_the_same_rows() {
    let dir = Dir::new("killed");
    let (file, copy) = (dir.file("state"), dir.file("copy"));
    let whole = succeeds(&INPUT);
    let mut dice = u64::from(std::process::id());
    let mut random = |end: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % end
    };
    let (mut killed, mut rows, mut midway) = (0, 0.0, 0);
    for round in 0..12u64 {
        let mut child = start(&file);
        // Round 0 is most likely killed before the first save, later rounds after some saves.
        let mut seen = version(&file);
        let mut saves = if round == 0 { 0 } else { 1 + random(8) };
        while saves > 0 && child.try_wait().unwrap().is_none() {
            let now = version(&file);
            saves -= u64::from(now.is_some() && now != seen);
            seen = now.or(seen);
        }
        sleep(Duration::from_micros(random(4000)));
        let ended = child.try_wait().unwrap().is_some();
        // SIGKILL.
        child.kill().unwrap();
        assert!(child.wait().unwrap().success() == ended);
        killed += u32::from(!ended);
        midway += u32::from(Path::new(&dir.file("state.new")).exists());
        if !Path::new(&file).exists() {
            assert_eq!(rows, 0.0, "the file was deleted");
            continue;
        }
        // The file is complete and not older than before: a run that resumes from it ends with the same rows.
        std::fs::copy(&file, &copy).unwrap();
        let json = succeeds(&with(&["--checkpoint", &copy]));
        assert_eq!(field(&json, "checksum"), field(&whole, "checksum"), "round {round}");
        let at = number(&json, "resumed_at_row");
        assert!(
            at > 0.0 && at >= rows && (at % 2.0 == 0.0 || at == number(&whole, "rows")),
            "row {at} after row {rows}"
        );
        rows = at;
    }
    println!("killed {killed} times, {midway} of them during a save, last at row {rows}");
    assert!(killed >= 3 && rows > 0.0);
    let json = succeeds(&with(&["--checkpoint", &file]));
    for key in ["checksum", "rows"] {
        assert_eq!(field(&json, key), field(&whole, key));
    }
}

#[test]
fn unsuitable_files_are_refused_and_not_changed() {
    let dir = Dir::new("refused");
    let file = dir.file("state");
    let json = succeeds(&with(&["--checkpoint", &file, "--stop-after", "300"]));
    assert_eq!(number(&json, "rows"), 300.0);
    let good = std::fs::read(&file).unwrap();
    assert_eq!(number(&json, "checkpoint_file_bytes"), good.len() as f64);
    // The temporary file of a killed save is ignored.
    std::fs::write(dir.file("state.new"), b"half of a").unwrap();

    let text = fails(&["demo", "audio", "--seconds", "21", "--checkpoint", &file], 1);
    assert!(text.contains("saved for an input of 960000 samples"), "{text}");
    let text = fails(&with(&["--checkpoint", &file, "--hop", "512"]), 1);
    assert!(text.contains("status"), "{text}");
    assert_eq!(std::fs::read(&file).unwrap(), good);

    for bad in
        [&good[..good.len() - 1], &good[..100], &good[..20], b"", b"something else that is long enough for a head"]
    {
        std::fs::write(&file, bad).unwrap();
        fails(&with(&["--checkpoint", &file]), 1);
        assert_eq!(std::fs::read(&file).unwrap(), bad);
    }
    for at in [3, 12, 20, 30, 36, good.len() / 2, good.len() - 2] {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        std::fs::write(&file, &bad).unwrap();
        fails(&with(&["--checkpoint", &file]), 1);
    }
    std::fs::write(&file, &good).unwrap();
    let json = succeeds(&with(&["--checkpoint", &file]));
    assert_eq!(field(&json, "checksum"), field(&succeeds(&INPUT), "checksum"));
    fails(&["demo", "audio", "--stop-after", "3"], 2);
    fails(&["demo", "audio", "--checkpoint", &file, "--compare"], 2);
}

/// A checkpoint beyond the limit of the size of files is an error, not the end of the process; no temporary remains.
#[test]
fn a_checkpoint_beyond_the_file_limit_is_an_error() {
    let dir = Dir::new("stream-limit");
    let file = dir.file("state");
    std::fs::write(&file, b"").unwrap();
    std::fs::remove_file(&file).unwrap();
    let args = ["demo", "audio", "--seconds", "20", "--checkpoint", &file, "--stop-after", "2000"].join(" ");
    let program = env!("CARGO_BIN_EXE_driver");
    let output = Command::new("sh").arg("-c").arg(format!("ulimit -f 1; exec {program} {args}")).output().expect("sh");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("too large"), "{text}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}
