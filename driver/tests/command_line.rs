//! Exit codes, usage errors, broken files, plans, benchmarks.

mod common;
use common::*;

#[test]
fn wrong_usage_exits_with_2_and_help_with_0() {
    for wrong in [
        &[][..],
        &["nonsense"],
        &["demo"],
        &["demo", "nonsense"],
        &["demo", "audio", "--mode", "fast"],
        &["demo", "audio", "--window", "0"],
        &["demo", "audio", "--hop", "-1"],
        &["demo", "audio", "--memory-budget", "12 apples"],
        &["demo", "audio", "--seconds", "-3"],
        &["demo", "audio", "--seconds", "nan"],
        &["demo", "audio", "--channel", "1"],
        &["demo", "audio", "--input", "x.wav", "--channel", "0"],
        &["bench", "audio", "--line", "--json"],
    ] {
        fails(wrong, 2);
    }
    assert!(succeeds(&["--help"]).contains("demo"));
    assert!(succeeds(&["demo", "audio", "--help"]).contains("--memory-budget"));
    assert!(succeeds(&["--version"]).starts_with("driver "));
}

#[test]
fn messages_have_the_name_of_the_executable() {
    let dir = Dir::new("name");
    for (file, name) in [("sqrtspace", "sqrtspace"), ("renamed", "driver")] {
        let link = dir.path().join(file);
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_driver"), &link).unwrap();
        let run = |args: &[&str]| {
            let run = std::process::Command::new(&link).args(args).output().unwrap();
            (String::from_utf8(run.stdout).unwrap(), String::from_utf8(run.stderr).unwrap())
        };
        assert!(run(&["--version"]).0.starts_with(&format!("{name} ")));
        assert!(run(&["demo", "audio", "--help"]).0.contains(&format!("Usage: {name} demo audio")));
        assert!(run(&["demo", "audio", "--wrong"]).1.contains(&format!("Usage: {name} demo audio")));
        assert!(run(&["demo", "audio", "--input", "/missing.wav"]).1.starts_with(&format!("{name}: ")));
        // The table has the messages of other processes without the program name.
        let (out, err) = run(&["bench", "audio", "--extreme", "--input", "/missing.f32"]);
        let table = out + &err;
        assert!(table.contains(" /missing.f32: ") && !table.contains(": /missing.f32"), "{table}");
    }
}

#[test]
fn bad_recordings_are_refused_with_clear_errors() {
    let dir = Dir::new("bad");
    let good = dir.file("good.wav");
    write_wav(&good, 8000, 16, &[&tone(700.0, 8000, 30_000)]);
    let bytes = std::fs::read(&good).unwrap();

    let missing = dir.file("missing.wav");
    assert!(fails(&["demo", "audio", "--input", &missing], 1).contains("missing.wav"));
    assert!(fails(&["demo", "audio", "--input", dir.path().to_str().unwrap()], 1).contains("driver: "));

    let write = |name: &str, bytes: &[u8]| {
        let path = dir.file(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    // A file that was cut is read as far as its samples are whole.
    for mode in ["classic", "sqrt"] {
        for len in [50_001, 20_000] {
            let cut = write("short.wav", &bytes[..len]);
            let json = succeeds(&["demo", "audio", "--json", "--mode", mode, "--input", &cut]);
            assert_eq!(number(&json, "samples"), ((len - 44) / 2) as f64);
            assert!(field(&json, "input").contains("cut: the header states 30000 samples"), "{json}");
        }
    }
    for (name, bytes) in
        [("empty.wav", &b""[..]), ("text.wav", b"no wave at all, only text"), ("head.wav", &bytes[..30])]
    {
        let text = fails(&["demo", "audio", "--input", &write(name, bytes)], 1);
        assert!(text.starts_with("driver: ") && text.contains(name), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
    }
    let short = dir.file("short.wav");
    write_wav(&short, 8000, 16, &[&tone(700.0, 8000, 100)]);
    let text = fails(&["demo", "audio", "--input", &short], 1);
    assert!(text.contains("100 samples are less than one window of 4096"), "{text}");
}

#[test]
fn errors_of_the_library_are_reported_with_their_detail() {
    let text = fails(&["demo", "audio", "--window", "18446744073709551615"], 1);
    assert!(text.starts_with("driver: "), "{text}");
    let text = fails(&["plan", "audio", "--memory-budget", "1000"], 1);
    assert!(text.contains("status -14") && text.contains("the budget is 1000 bytes"), "{text}");
    let text = fails(&["bench", "audio", "--input", "/nonexistent.f32", "--line"], 1);
    assert!(text.contains("/nonexistent.f32") && text.contains("errno 2"), "{text}");
}

#[test]
fn the_plan_is_what_the_demo_uses() {
    for mode in ["auto", "classic", "sqrt"] {
        for more in [&[][..], &["--lru-bytes", "32K"], &["--window", "512", "--hop", "700"]] {
            let args = [&["audio", "--json", "--seconds", "3", "--mode", mode], more].concat();
            let plan = succeeds(&[&["plan"], &args[..]].concat());
            let demo = succeeds(&[&["demo"], &args[..]].concat());
            for key in ["mode", "why", "plan_peak_bytes", "block"] {
                assert_eq!(field(&plan, key), field(&demo, key));
            }
            assert_eq!(number(&plan, "windows"), number(&demo, "rows"));
            let parts = ["table_bytes", "evaluate_bytes", "cache_bytes", "ring_bytes", "stream_bytes", "output_bytes"];
            let sum: f64 = parts.iter().map(|key| number(&plan, key)).sum();
            assert!(sum <= number(&plan, "plan_peak_bytes") && sum + 512.0 > number(&plan, "plan_peak_bytes"));
            assert!(number(&plan, "least_bytes") <= number(&plan, "plan_peak_bytes"));
        }
    }
    let text = succeeds(&["plan", "audio"]);
    for part in ["mode", "block", "work memory", "minimum budget", "recompute factor"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn benches_print_one_line_with_the_same_checks_in_every_mode() {
    let dir = Dir::new("bench");
    let file = dir.file("x.f32");
    let x: Vec<u8> = tone(440.0, 48_000, 200_000).iter().flat_map(|x| (40.0 * *x as f32).to_le_bytes()).collect();
    std::fs::write(&file, x).unwrap();
    for workload in ["audio", "logs", "satcom"] {
        let mut checks = Vec::new();
        for mode in ["auto", "classic", "sqrt"] {
            let text = succeeds(&["bench", workload, "--line", "--mode", mode, "--input", &file]);
            let fields: Vec<&str> = text.split_whitespace().collect();
            assert_eq!((text.lines().count(), fields.len(), fields[0]), (1, 7, "200000"), "{text}");
            assert!(fields.iter().all(|f| f.parse::<f64>().is_ok_and(f64::is_finite)), "{text}");
            checks.push((fields[5].to_string(), fields[6].to_string()));
        }
        assert!(checks.iter().all(|c| *c == checks[0]), "{checks:?}");
    }
    assert!(succeeds(&["bench", "audio", "--input", &file]).contains("work memory"));
}

#[test]
fn the_table_has_every_workload_in_every_mode() {
    let text = succeeds(&["bench", "all", "--seconds", "2", "--rounds", "1"]);
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|l| l.split_whitespace().collect()).collect();
    assert_eq!(rows.len(), 9, "{text}");
    for row in rows.chunks(3) {
        let checks = |r: &Vec<&str>| r[r.len() - 2..].join(" ");
        assert!(row.iter().all(|r| r[0] == row[0][0] && checks(r) == checks(&row[0])), "{text}");
    }
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_driver"));
    command.args(["demo", "audio", "--seconds", "1"]);
    let mut child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let run = child.wait_with_output().unwrap();
    assert!(run.status.success() && run.stderr.is_empty(), "{}", String::from_utf8_lossy(&run.stderr));
}
