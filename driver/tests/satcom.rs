//! The satcom demo: the planted carrier and bursts, files of every format, identical rows in every mode.

mod common;
use common::{Dir, fails, field, number, succeeds, tone};

/// Runs the demo in every mode and returns one of the reports.
#[track_caller]
fn in_all_modes(args: &[&str]) -> String {
    common::in_all_modes("satcom", &["checksum", "rows", "carrier_hz", "bursts"], args)
}

/// Checks that the carrier is found within half a bin, and its drift within 10 Hz per second.
#[track_caller]
fn finds_the_carrier(json: &str) {
    let bin = number(json, "bin_hz");
    assert!(number(json, "carrier_error_hz").abs() < 0.5 * bin, "{json}");
    assert!(number(json, "drift_error_hz_per_s").abs() < 10.0, "{json}");
    assert!(number(json, "found_rows") >= 0.85 * number(json, "searched_rows"), "{json}");
    assert!(number(json, "searched_rows") > 30.0 && number(json, "rms_error_hz") < 0.5 * bin, "{json}");
}

#[test]
fn the_planted_carrier_is_found_in_iq_and_in_real_samples() {
    finds_the_carrier(&in_all_modes(&["--seconds", "2"]));
    finds_the_carrier(&in_all_modes(&["--seconds", "2", "--real"]));
}

#[test]
fn the_planted_bursts_are_found_with_their_ends() {
    let json = in_all_modes(&["--seconds", "2.5", "--deep"]);
    finds_the_carrier(&json);
    assert!(number(&json, "planted_bursts") >= 5.0);
    assert_eq!(field(&json, "found_bursts"), field(&json, "planted_bursts"));
    assert_eq!(field(&json, "false_bursts"), "0");
    // The length of a slot is 512 samples.
    assert!(number(&json, "greatest_burst_error_samples") < 512.0, "{json}");
    let text = succeeds(&["demo", "satcom", "--seconds", "2.5", "--deep"]);
    for part in ["The errors are", "planted bursts were found", "Hz per second", field(&json, "checksum")] {
        assert!(text.contains(part), "no {part} in {text}");
    }
}

#[test]
fn options_do_not_change_the_rows() {
    let size = ["--seconds", "0.6", "--window", "2048", "--hop", "1024", "--deep"];
    let plain = in_all_modes(&size);
    for more in [&["--cache-bytes", "8M"][..], &["--checkpoint-every", "5"]] {
        let other = in_all_modes(&[&size[..], more].concat());
        assert_eq!(field(&other, "checksum"), field(&plain, "checksum"), "{more:?}");
    }
}

/// A tone of `hertz` in weak noise at a sample rate of 100 kHz, as IQ or real numbers from -1 to 1.
fn recording(hertz: f64, samples: usize, real: bool) -> Vec<f64> {
    let noise = tone(0.31, 1, 2 * samples);
    (0..samples * if real { 1 } else { 2 })
        .map(|i| {
            let (n, quadrature) = if real { (i, false) } else { (i / 2, i % 2 == 1) };
            let angle = std::f64::consts::TAU * hertz * n as f64 / 1e5;
            0.2 * if quadrature { angle.sin() } else { angle.cos() } + 0.2 * noise[i]
        })
        .collect()
}

#[test]
fn the_tone_of_files_of_every_format_is_found() {
    let dir = Dir::new("satcom-formats");
    for (real, hertz) in [(false, -12_345.6), (true, 23_456.7)] {
        let x = recording(hertz, 80_000, real);
        for format in ["u8", "i8", "i16", "f32"] {
            let path = dir.file(&format!("x.{format}"));
            let bytes: Vec<u8> = match format {
                "u8" => x.iter().map(|v| (v * 127.5 + 127.5).round() as u8).collect(),
                "i8" => x.iter().map(|v| (v * 127.0).round() as i8 as u8).collect(),
                "i16" => x.iter().flat_map(|v| ((v * 32767.0).round() as i16).to_le_bytes()).collect(),
                _ => x.iter().flat_map(|v| (*v as f32).to_le_bytes()).collect(),
            };
            std::fs::write(&path, bytes).unwrap();
            let args = ["--input", &path, "--format", format, "--rate", "1e5", "--window", "512", "--hop", "256"];
            let json = in_all_modes(&[&args[..], if real { &["--real"] } else { &[] }].concat());
            let error = (number(&json, "carrier_hz") - hertz).abs();
            assert!(error < 0.5 * number(&json, "bin_hz"), "{format}, real {real}: off by {error} Hz");
            assert!(number(&json, "drift_hz_per_s").abs() < 100.0, "{json}");
            assert_eq!(field(&json, "samples"), "80000");
        }
    }
}

#[test]
fn refusals_are_clear() {
    assert!(fails(&["demo", "satcom", "--window", "1001"], 1).contains("an even number"));
    assert!(fails(&["demo", "satcom", "--window", "1024", "--hop", "2048"], 1).contains("gaps"));
    assert!(fails(&["demo", "satcom", "--deep", "--hop", "1000"], 1).contains("a multiple of 512"));
    assert!(fails(&["demo", "satcom", "--seconds", "100000"], 1).contains("leaves the band"));
    assert!(fails(&["demo", "satcom", "--seconds", "0.001"], 1).contains("less than one window"));
    assert!(fails(&["demo", "satcom", "--input", "/nonexistent.iq"], 1).contains("/nonexistent.iq"));
    fails(&["demo", "satcom", "--format", "i16"], 2);
    fails(&["demo", "satcom", "--input", "x", "--rate", "0"], 2);
}
