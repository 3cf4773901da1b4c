//! The logs demo: planted spikes, text of every kind, identical rows in every mode.

mod common;
use common::{Dir, fails, field, number, succeeds, tone};

/// Runs the demo in every mode and returns one of the reports.
#[track_caller]
fn in_all_modes(args: &[&str]) -> String {
    common::in_all_modes("logs", &["checksum", "rows", "alerts", "mean_p99"], args)
}

/// Latencies around 20 that differ from line to line, with a range of slow ones.
fn latencies(count: usize, slow: std::ops::Range<usize>) -> Vec<f64> {
    let noise = tone(0.37, 1, count);
    (0..count).map(|i| (20.0 + 8.0 * noise[i]) * if slow.contains(&i) { 4.0 } else { 1.0 }).collect()
}

#[test]
fn planted_spikes_are_found_and_nothing_else() {
    let json = in_all_modes(&["--n", "300000", "--window", "2048", "--hop", "256"]);
    assert_eq!((field(&json, "planted_spikes"), field(&json, "found_spikes")), ("6", "6"));
    assert_eq!((field(&json, "false_alerts"), field(&json, "alerts")), ("0", "6"));
    let delay = number(&json, "greatest_delay_samples");
    assert!(delay > 0.0 && delay <= 4.0 * 256.0, "{delay}");
    assert!(number(&json, "mean_p50") < number(&json, "mean_p95"));
    let text = succeeds(&["demo", "logs", "--n", "300000", "--window", "2048", "--hop", "256"]);
    for part in [
        "planted spike 6",
        "6 of the 6 spikes were found",
        "rolling histogram",
        "p95 over time",
        field(&json, "checksum"),
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
}

#[test]
fn lines_and_csv_columns_give_identical_rows() {
    let dir = Dir::new("logs-text");
    let (plain, csv) = (dir.file("plain.txt"), dir.file("table.csv"));
    let x = latencies(20_000, 12_000..13_500);
    let lines: String = x.iter().map(|v| format!("{v:.4}\n")).collect();
    std::fs::write(&plain, format!("# in ms\n\n{lines}")).unwrap();
    let rows: String = x.iter().enumerate().map(|(i, v)| format!("{i};\"GET\"; {v:.4} ;200\r\n")).collect();
    std::fs::write(&csv, format!("id;verb;latency;status\r\n{rows}")).unwrap();
    let size = ["--window", "512", "--hop", "128"];
    let json = in_all_modes(&[&["--input", &plain], &size[..]].concat());
    assert_eq!(field(&json, "samples"), "20000");
    assert_eq!(field(&json, "alerts"), "1");
    let at = number(&json, "first_alert_row") * 128.0 + 512.0;
    assert!((12_000.0..13_000.0).contains(&at), "{at}");
    for column in ["3", "latency"] {
        let other = in_all_modes(&[&["--input", &csv, "--column", column], &size[..]].concat());
        assert_eq!(field(&other, "checksum"), field(&json, "checksum"), "column {column}");
    }
}

#[test]
fn expressions_extract_numbers_and_times() {
    let dir = Dir::new("logs-regex");
    let (log, gaps_file) = (dir.file("service.log"), dir.file("gaps.txt"));
    let (mut lines, mut gaps, mut at) = (String::new(), String::new(), 3600 * 23 + 3000);
    for i in 0..3000u32 {
        let gap = (i * i) % 7;
        at += gap;
        let (h, m, s) = (at / 3600 % 24, at / 60 % 60, at % 60);
        lines.push_str(&format!(
            "Dec {:2} {h:02}:{m:02}:{s:02} host served in {} ms\nother line\n",
            9 + at / 86_400,
            i % 50
        ));
        gaps.push_str(&if i > 0 { format!("{gap}\n") } else { String::new() });
    }
    std::fs::write(&log, lines).unwrap();
    std::fs::write(&gaps_file, gaps).unwrap();
    let size = ["--window", "256", "--hop", "64"];
    let numbers = in_all_modes(&[&["--input", &log, "--regex", r"in (\d+) ms"], &size[..]].concat());
    assert_eq!(field(&numbers, "samples"), "3000");
    assert!((number(&numbers, "mean_p50") - 24.5).abs() < 1.0);
    // Across midnight, with and without the date.
    let expected = in_all_modes(&[&["--input", &gaps_file], &size[..]].concat());
    for regex in [r"^\w+ +\d+ [0-9:]+", r"[0-9:]{8}"] {
        let times = in_all_modes(&[&["--input", &log, "--regex", regex], &size[..]].concat());
        assert_eq!(field(&times, "checksum"), field(&expected, "checksum"), "{regex}");
    }
}

#[test]
fn a_real_log_is_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/log_openssh.txt");
    if !std::path::Path::new(path).exists() {
        eprintln!("skipped: no ../shared/data/log_openssh.txt");
        return;
    }
    let regex = r"^\w{3} +\d+ [0-9:]{8}";
    let json = in_all_modes(&["--input", path, "--regex", regex, "--window", "256", "--hop", "32"]);
    assert_eq!(field(&json, "samples"), "1999");
    assert_eq!(number(&json, "rows"), f64::from((1999 - 256) / 32 + 1));
}

#[test]
fn bad_text_gives_clear_errors() {
    let dir = Dir::new("logs-bad");
    let write = |text: &str| {
        let path = dir.file("x.csv");
        std::fs::write(&path, text).unwrap();
        path
    };
    let check = |text: &str, more: &[&str], part: &str| {
        let path = write(text);
        let error = fails(&[&["demo", "logs", "--input", &path], more].concat(), 1);
        assert!(error.contains(part) && error.lines().count() == 1, "{error}");
    };
    check("", &[], "the file contains no numbers");
    check("1\n2\nthree\n", &[], "line 3: column 1 contains \"three\"");
    check("1\n-2\n", &[], "line 2: -2 is not a latency");
    check("a,b\n1,2\n3\n", &["--column", "b"], "line 3: column 2 is missing");
    check("a,b\n1,2\n", &["--column", "c"], "the file has no column c");
    check("x\n", &["--regex", "y"], "no line matches");
    check("x\n", &["--regex", "x"], "neither a number nor a time");
    check("x\n", &["--regex", "("], "--regex");
    check("1\n2\n", &[], "2 samples are less than one window");
    assert!(fails(&["demo", "logs", "--window", "1000", "--hop", "300"], 1).contains("a window of 1 to 4096 hops"));
    fails(&["demo", "logs", "--regex", "x"], 2);
}
