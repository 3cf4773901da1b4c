//! The audio demo: identical rows in every mode and from every kind of input, and the tone of the input.

mod common;
use common::{Dir, fails, field, number, succeeds, tone, write_wav};

const KEYS: [&str; 12] = [
    "mode",
    "rows",
    "row_len",
    "plan_peak_bytes",
    "peak_bytes",
    "peak_rss_bytes",
    "minor_faults",
    "major_faults",
    "wall_s",
    "cpu_s",
    "samples_per_s",
    "checksum",
];

/// Runs the demo in every mode, checks the report of each, and returns one.
#[track_caller]
fn in_all_modes(args: &[&str]) -> String {
    let json = common::in_all_modes("audio", &["checksum", "rows", "centroid_hz"], args);
    KEYS.iter().for_each(|key| assert!(!field(&json, key).is_empty(), "{key}"));
    assert!(number(&json, "rows") > 0.0 && field(&json, "row_len") == "2");
    json
}

#[test]
fn the_generated_melody_is_found() {
    let json = in_all_modes(&["--seconds", "8"]);
    assert!(number(&json, "planted_rows") > 200.0);
    assert_eq!(field(&json, "found_rows"), field(&json, "planted_rows"));
    assert!(number(&json, "greatest_error_hz") <= 0.55 * number(&json, "bin_hz"));
    assert_eq!(number(&json, "samples"), 8.0 * 48_000.0);
}

#[test]
fn options_do_not_change_the_rows() {
    let plain = in_all_modes(&["--seconds", "4", "--window", "1000", "--hop", "300"]);
    for more in [&["--cache-bytes", "4M"][..], &["--lru-bytes", "64K"], &["--checkpoint-every", "7"]] {
        let args = [&["--seconds", "4", "--window", "1000", "--hop", "300"], more].concat();
        assert_eq!(field(&in_all_modes(&args), "checksum"), field(&plain, "checksum"), "{more:?}");
    }
    assert_ne!(field(&in_all_modes(&["--seconds", "4"]), "checksum"), field(&plain, "checksum"));
}

#[test]
fn gaps_between_windows_and_odd_windows_work() {
    in_all_modes(&["--seconds", "2", "--window", "999", "--hop", "2500"]);
    in_all_modes(&["--seconds", "1", "--window", "48000", "--hop", "1"]);
    in_all_modes(&["--seconds", "0.5", "--window", "1", "--hop", "1000"]);
}

#[test]
fn the_tone_of_wav_files_of_all_kinds_is_found() {
    let dir = Dir::new("kinds");
    let x = tone(1234.5, 44_100, 60_000);
    for (bits, channels) in [(8, 1), (16, 1), (16, 2), (24, 1), (24, 3), (32, 1), (32, 2)] {
        let path = dir.file(&format!("{bits}-{channels}.wav"));
        write_wav(&path, 44_100, bits, &vec![&x[..]; channels]);
        let json = in_all_modes(&["--input", &path]);
        let error = (number(&json, "usual_tone_hz") - 1234.5).abs();
        assert!(error <= 0.55 * number(&json, "bin_hz"), "{bits} bits: {error} Hz");
        assert_eq!(number(&json, "rows"), f64::from((60_000 - 4096) / 1024 + 1));
        assert_eq!(field(&json, "samples"), "60000");
    }
}

#[test]
fn channels_are_mixed_or_picked() {
    let dir = Dir::new("channels");
    let (low, high) = (tone(500.0, 8000, 20_000), tone(3000.0, 8000, 20_000));
    let (two, left, right) = (dir.file("two.wav"), dir.file("left.wav"), dir.file("right.wav"));
    write_wav(&two, 8000, 16, &[&low, &high]);
    write_wav(&left, 8000, 16, &[&low]);
    write_wav(&right, 8000, 16, &[&high]);
    let sum = |args: &[&str]| field(&in_all_modes(args), "checksum").to_string();
    assert_eq!(sum(&["--input", &two, "--channel", "1"]), sum(&["--input", &left]));
    assert_eq!(sum(&["--input", &two, "--channel", "2"]), sum(&["--input", &right]));
    let quiet: Vec<f64> = high.iter().map(|x| 0.5 * x).collect();
    write_wav(&two, 8000, 16, &[&low, &quiet]);
    let json = in_all_modes(&["--input", &two]);
    assert!((number(&json, "usual_tone_hz") - 500.0).abs() < 2.0, "the louder tone of the mean");
    let text = fails(&["demo", "audio", "--input", &two, "--channel", "3"], 1);
    assert!(text.contains("channel 3 does not exist; the file has 2"), "{text}");
}

#[test]
fn standard_input_and_a_limit_in_seconds_are_supported() {
    let dir = Dir::new("stdin");
    let path = dir.file("long.wav");
    write_wav(&path, 8000, 16, &[&tone(700.0, 8000, 40_000)]);
    let json = in_all_modes(&["--input", &path, "--seconds", "2"]);
    assert_eq!(field(&json, "samples"), "16000");
    let file = std::fs::File::open(&path).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_driver"));
    let args = ["demo", "audio", "--json", "--mode", "sqrt", "--seconds", "2", "--input", "-"];
    let run = command.args(args).stdin(file).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(field(std::str::from_utf8(&run.stdout).unwrap(), "checksum"), field(&json, "checksum"));
}

#[test]
fn a_long_recording_uses_no_more_memory_than_planned() {
    let dir = Dir::new("long");
    let path = dir.file("long.wav");
    write_wav(&path, 48_000, 16, &[&tone(440.0, 48_000, 3_000_000)]);
    let args = ["demo", "audio", "--json", "--input", &path, "--mode"];
    let sqrt = succeeds(&[&args[..], &["sqrt"]].concat());
    let classic = succeeds(&[&args[..], &["classic"]].concat());
    assert_eq!(field(&sqrt, "checksum"), field(&classic, "checksum"));
    assert!(number(&sqrt, "plan_peak_bytes") < 256.0 * 1024.0);
    assert!(number(&classic, "plan_peak_bytes") > 4.0 * 3e6, "the rows of the whole recording are in memory");
    if cfg!(target_os = "linux") {
        // A build without optimization has more code in memory.
        let max = if cfg!(debug_assertions) { 12 << 20 } else { 6 << 20 };
        assert!(number(&sqrt, "peak_rss_bytes") < f64::from(max), "{} bytes resident", field(&sqrt, "peak_rss_bytes"));
    }
}

#[test]
fn budgets_are_limits() {
    let args = ["demo", "audio", "--json", "--seconds", "4", "--memory-budget"];
    let text = fails(&[&args[..], &["1M", "--mode", "classic"]].concat(), 1);
    assert!(text.contains("status -14"), "{text}");
    let min: u64 = text.split("sqrt mode needs at least ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let fits = succeeds(&[&args[..], &[&min.to_string(), "--mode", "sqrt"]].concat());
    assert!(number(&fits, "peak_bytes") <= min as f64);
    fails(&[&args[..], &[&(min - 1).to_string(), "--mode", "sqrt"]].concat(), 1);
    let auto = succeeds(&[&args[..], &[&min.to_string()]].concat());
    assert_eq!((field(&auto, "mode"), field(&auto, "checksum")), ("sqrt", field(&fits, "checksum")));
}

#[test]
fn a_single_block_is_classic_for_auto() {
    let json = succeeds(&["demo", "audio", "--json", "--seconds", "0.01", "--window", "64", "--hop", "64"]);
    assert_eq!(field(&json, "mode"), "classic");
}

#[test]
fn the_text_report_agrees_with_the_json() {
    let text = succeeds(&["demo", "audio", "--seconds", "16"]);
    let json = succeeds(&["demo", "audio", "--seconds", "16", "--json"]);
    for part in
        ["mode", "rows", "planned memory", "page faults", "Strongest tone over time", "The planted tone was found in"]
    {
        assert!(text.contains(part), "no {part} in {text}");
    }
    assert!(text.contains(field(&json, "checksum")));
}

#[test]
fn compare_shows_both_orders() {
    let text = succeeds(&["demo", "audio", "--seconds", "2", "--mode", "sqrt", "--compare"]);
    let row = |mode: &str| text.lines().rfind(|l| l.starts_with(mode)).unwrap().split_whitespace().last().unwrap();
    assert_eq!(row("classic "), row("sqrt "));
    assert!(text.ends_with("The rows of both orders are bit-identical.\n"), "{text}");
    let text = succeeds(&["demo", "audio", "--seconds", "2", "--memory-budget", "1M", "--compare"]);
    assert!(text.contains("classic   the memory budget is too small"), "{text}");
    fails(&["demo", "audio", "--compare", "--json"], 2);
    fails(&["demo", "audio", "--compare", "--input", "-"], 1);
}
