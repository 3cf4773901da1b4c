//! Text as people have it: CSV files of spreadsheets, decimal commas, cells without a value, times of every form.

mod common;
use common::*;
use std::io::Write;
use std::process::{Command, Stdio};

const SIZE: [&str; 5] = ["--json", "--window", "8", "--hop", "4"];

fn path_of(dir: &Dir, text: &[u8]) -> String {
    let path = dir.file("x.txt");
    std::fs::write(&path, text).unwrap();
    path
}

/// The report on a text.
#[track_caller]
fn logs(dir: &Dir, text: impl AsRef<[u8]>, more: &[&str]) -> String {
    let path = path_of(dir, text.as_ref());
    succeeds(&[&["demo", "logs", "--input", &path][..], &SIZE, more].concat())
}

/// The error for a text, of one line.
#[track_caller]
fn refused(dir: &Dir, text: impl AsRef<[u8]>, more: &[&str]) -> String {
    let path = path_of(dir, text.as_ref());
    let error = fails(&[&["demo", "logs", "--input", &path][..], &SIZE, more].concat(), 1);
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

/// The checksum of the rows of these numbers, one per line.
#[track_caller]
fn sum(dir: &Dir, numbers: impl IntoIterator<Item = f64>) -> String {
    let lines: String = numbers.into_iter().map(|v| format!("{v}\n")).collect();
    field(&logs(dir, lines, &[]), "checksum").to_string()
}

fn values() -> impl Iterator<Item = f64> {
    (0..40).map(|i| f64::from(i * i % 97) + 0.5)
}

/// Lines made of each value.
fn lines(mut of: impl FnMut(usize, f64) -> String) -> String {
    values().enumerate().map(|(i, v)| of(i, v)).collect()
}

#[test]
fn quotes_line_ends_and_byte_order_marks_do_not_matter() {
    let dir = Dir::new("text-csv");
    let want = sum(&dir, values());
    let comma = |text: String| text.replace(';', ",");
    let quoted = lines(|i, v| format!("\"{i};, of \"\"40\"\"\";\"{v}\"\r\n"));
    let plain = lines(|_, v| format!("{v}\n"));
    let bom = "\u{feff}";
    for (text, column) in [
        (format!("{bom}name;value\r\n{quoted}"), "value"),
        (format!("\u{feff}\"value\"\n{plain}"), "value"),
        (format!("{bom}{plain}"), "1"),
        (format!("name,value\r{}", lines(|i, v| format!("{i},{v}\r"))), "2"),
        (format!("a\tvalue\n{}", lines(|i, v| format!("{i},5;6\t{v}\n"))), "value"),
        (comma(format!("value;b\n{}", lines(|_, v| format!("{v};\"two\nlines\"\n")))), "value"),
    ] {
        assert_eq!(field(&logs(&dir, &text, &["--column", column]), "checksum"), want, "{text}");
    }
    let bars = lines(|i, v| format!("{i}|{v}\n"));
    assert_eq!(field(&logs(&dir, bars, &["--column", "2", "--delimiter", "|"]), "checksum"), want);
    let utf16: Vec<u8> = format!("{bom}1\n2\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(refused(&dir, utf16, &[]).contains("UTF-16"));
    fails(&["demo", "logs", "--input", "x", "--delimiter", "ab"], 2);
}

#[test]
fn a_decimal_comma_is_one_or_is_refused() {
    let dir = Dir::new("text-comma");
    let want = sum(&dir, values());
    let comma = |v: f64| format!("{v:.2}").replace('.', ",");
    let one = lines(|_, v| format!("{}\n", comma(v)));
    assert!(refused(&dir, &one, &[]).contains("give --decimal , or --delimiter ,"));
    assert_eq!(field(&logs(&dir, &one, &["--decimal", ","]), "checksum"), want);
    assert_eq!(field(&logs(&dir, format!("value\n{one}"), &[]), "checksum"), want);
    assert_eq!(field(&logs(&dir, format!("7\n{one}"), &["--decimal", ","]), "samples"), "41");
    // A heading has fewer fields than the lines.
    let mixed = format!("id,value\n{}", lines(|i, v| format!("{i},{}\n", comma(v))));
    assert!(refused(&dir, mixed, &["--column", "value"]).contains("line 2 has 3 fields, the first one 2"));
    for semicolon in [
        lines(|i, v| format!("{i};{}\n", comma(v))),
        lines(|i, v| format!("{i};\"{}\"\n", comma(v))),
        format!("id;value\n{}", lines(|i, v| format!("{i};{}\n", comma(v)))),
    ] {
        assert_eq!(field(&logs(&dir, semicolon, &["--column", "2"]), "checksum"), want);
    }
    let log = lines(|i, v| format!("request {i} took {} ms\n", comma(v)));
    assert_eq!(field(&logs(&dir, log, &["--regex", r"took (\S+) ms"]), "checksum"), want);
    // Two columns of whole numbers, where the command line states the delimiter.
    let two = lines(|i, v| format!("{v},{i}\n"));
    assert_eq!(field(&logs(&dir, two, &["--delimiter", ","]), "checksum"), want);
}

#[test]
fn thousands_are_digits_or_are_refused() {
    let dir = Dir::new("text-thousands");
    let large = |i: u32| f64::from(1_000_000 + 3457 * i);
    let want = sum(&dir, (0..40).map(large));
    let grouped = |i: u32, mark: &str| {
        let v = 1_000_000 + 3457 * i;
        format!("{}{mark}{:03}{mark}{:03}", v / 1_000_000, v / 1000 % 1000, v % 1000)
    };
    for mark in [",", ".", " ", "'", "\u{a0}"] {
        let text: String = (0..40).map(|i| format!("{i};{}\n", grouped(i, mark))).collect();
        assert_eq!(field(&logs(&dir, text, &["--column", "2"]), "checksum"), want, "{mark:?}");
    }
    let quoted: String = (0..40).map(|i| format!("{i},\"{}\"\n", grouped(i, ","))).collect();
    assert_eq!(field(&logs(&dir, quoted, &["--column", "2"]), "checksum"), want);
    // 1,234 is 1.234 or 1234.
    let short: String = (0..40).map(|i| format!("{i};1,{:03}\n", 100 + i)).collect();
    assert!(refused(&dir, &short, &["--column", "2"]).contains("give --decimal"));
    let thousands = logs(&dir, &short, &["--column", "2", "--decimal", "."]);
    assert_eq!(field(&thousands, "checksum"), sum(&dir, (0..40).map(|i| f64::from(1100 + i))));
    let fractions = logs(&dir, &short, &["--column", "2", "--decimal", ","]);
    assert_eq!(field(&fractions, "checksum"), sum(&dir, (0..40).map(|i| 1.0 + f64::from(100 + i) / 1000.0)));
}

#[test]
fn cells_without_a_value_are_skipped_and_counted() {
    let dir = Dir::new("text-missing");
    let want = sum(&dir, values());
    let no = ["", "-", "NaN", "nan", "null", "N/A", "  "];
    let text = lines(|i, v| format!("{i};{v}\n{i};{}\n", no[i % no.len()]));
    let json = logs(&dir, &text, &["--column", "2"]);
    assert_eq!((field(&json, "checksum"), field(&json, "skipped_cells")), (&want[..], "40"));
    assert!(field(&json, "input").contains("40 cells without a value skipped"), "{json}");
    let error = refused(&dir, &text, &["--column", "2", "--strict"]);
    assert!(error.contains("line 2: \"\" is no value"), "{error}");
    let log = lines(|i, v| format!("GET {i} {v}\nGET {i} -\nother\n"));
    let json = logs(&dir, &log, &["--regex", r"GET \d+ (\S+)"]);
    assert_eq!((field(&json, "checksum"), field(&json, "skipped_cells")), (&want[..], "40"));
    assert_eq!(field(&json, "unmatched_lines"), "40");
    assert!(refused(&dir, "-\n-\n", &[]).contains("no cell has a value"));
    // What is neither a value nor none is an error as before.
    assert!(refused(&dir, "1\nslow\n", &[]).contains("line 2: column 1 contains \"slow\""));
}

#[test]
fn bytes_that_are_no_text_do_not_matter_elsewhere() {
    let dir = Dir::new("text-bytes");
    let want = sum(&dir, values());
    let (mut csv, mut log) = (b"na\xefve;value\n".to_vec(), Vec::new());
    for v in values() {
        csv.extend([b"caf\xe9\xff\0;", format!("{v}\n").as_bytes()].concat());
        log.extend([b"\xff\xfe caf\xe9 \xc3 took ", format!("{v} ms\n").as_bytes()].concat());
    }
    assert_eq!(field(&logs(&dir, &csv, &["--column", "value"]), "checksum"), want);
    log.insert(0, b'>');
    assert_eq!(field(&logs(&dir, &log, &["--regex", "took ([0-9.]+) ms"]), "checksum"), want);
    assert!(refused(&dir, b"1\n\xff\xff\n", &[]).contains("not a number"));
}

/// Times of one form, 40 intervals of 0 to 96.5 s from a start. `form` writes the time after a number of half seconds.
fn times(form: impl Fn(u64) -> String) -> String {
    let mut at = 0;
    let first = format!("{}\n", form(0));
    first
        + &lines(|_, v| {
            at += (2.0 * v) as u64;
            format!("{}\n", form(at))
        })
}

/// Hours, minutes and seconds of a number of half seconds.
fn clock(half: u64) -> (u64, u64, f64) {
    (half / 7200, half / 120 % 60, (half % 120) as f64 / 2.0)
}

#[test]
fn times_of_every_form_give_the_same_intervals() {
    let dir = Dir::new("text-times");
    let want = sum(&dir, values());
    let all = ["--regex", "^(.*)$"];
    // 2026-02-28 23:30:00, half an hour before March.
    let day = |half: u64| {
        let (h, m, s) = clock(half + 2 * (23 * 3600 + 1800));
        (if h < 24 { (2, 28) } else { (3, 1) }, h % 24, m, s)
    };
    let iso = |half, zone: &str| {
        let ((month, date), h, m, s) = day(half);
        format!("2026-{month:02}-{date:02}T{h:02}:{m:02}:{s:04.1}{zone}")
    };
    let zones = |half: u64| if half.is_multiple_of(3) { iso(half, "Z") } else { iso(half + 2 * 5400, "+01:30") };
    let apache = |half: u64| {
        let ((month, date), h, m, s) = day(half);
        format!("[{date:02}/{}/2026:{h:02}:{m:02}:{s:04.1} +0000]", ["", "", "Feb", "Mar"][month])
    };
    let syslog = |half: u64| {
        let ((month, date), h, m, s) = day(half);
        format!("{} {date:2} {h:02}:{m:02}:{s:04.1}", ["", "", "Feb", "Mar"][month])
    };
    let only_clock = |half: u64| {
        let (_, h, m, s) = day(half);
        format!("{h:02}:{m:02}:{s:04.1}").replace('.', ",")
    };
    for (name, text) in [
        ("zones", times(zones)),
        ("no zone", times(|half| iso(half, "").replace('T', " "))),
        ("apache", times(apache)),
        ("clock", times(only_clock)),
    ] {
        assert_eq!(field(&logs(&dir, &text, &all), "checksum"), want, "{name}");
    }
    // Times without a year: February of a year that is no leap year.
    assert_eq!(field(&logs(&dir, times(syslog), &[&all[..], &["--year", "2026"]].concat()), "checksum"), want);
    assert_ne!(field(&logs(&dir, times(syslog), &[&all[..], &["--year", "2028"]].concat()), "checksum"), want);
    // A column of a CSV file.
    let csv = format!("time;x\n{}", times(|half| format!("{};1", iso(half, "Z"))));
    assert_eq!(field(&logs(&dir, csv, &["--column", "time"]), "checksum"), want);
    // Since 1970, in each unit.
    let base = 1_766_000_000_000u64;
    for digits in [0, 3, 6] {
        let text = times(|half| format!("{}{}", base + 500 * half, "0".repeat(digits)));
        assert_eq!(field(&logs(&dir, &text, &[&all[..], &["--time", "epoch"]].concat()), "checksum"), want);
    }
    let seconds = times(|half| format!("{}.{}", base / 1000 + half / 2, 5 * (half % 2)));
    assert_eq!(field(&logs(&dir, &seconds, &[&all[..], &["--time", "epoch"]].concat()), "checksum"), want);
    assert!(refused(&dir, &seconds, &all).contains("give --time epoch, or --time number"));
    logs(&dir, &seconds, &[&all[..], &["--time", "number"]].concat());
}

#[test]
fn steps_back_in_time_are_counted_or_refused() {
    let dir = Dir::new("text-back");
    let text = lines(|i, _| format!("2026-01-01T00:00:{:02}Z\n", if i % 10 == 9 { i } else { i + 2 }));
    let json = logs(&dir, &text, &["--regex", "^(.*)$"]);
    assert_eq!((field(&json, "steps_back"), field(&json, "samples")), ("4", "39"));
    assert!(field(&json, "input").contains("4 steps back in time counted as 0 s"));
    assert!(refused(&dir, &text, &["--regex", "^(.*)$", "--strict"]).contains("line 10: "));
}

#[test]
fn standard_input_is_read_like_a_file() {
    let dir = Dir::new("text-pipe");
    let text = lines(|_, v| format!("{v}\n"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_driver"));
    command.args(["demo", "logs", "--input", "-"]).args(SIZE).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let run = child.wait_with_output().unwrap();
    assert!(run.status.success());
    assert_eq!(field(std::str::from_utf8(&run.stdout).unwrap(), "checksum"), sum(&dir, values()));
    for demo in ["audio", "logs", "satcom"] {
        assert!(fails(&["demo", demo, "--compare", "--input", "-"], 1).contains("can be read only once"));
    }
}
