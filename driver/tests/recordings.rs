//! WAV files as programs write them, SigMF recordings, raw samples in any byte order; from files and pipes.

mod common;
use common::*;
use std::io::Write;
use std::process::{Command, Output, Stdio};

/// Runs the program with bytes on standard input.
fn piped(args: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_driver"));
    let pipes = command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    })
}

fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let pad = if body.len() % 2 == 1 { &[0][..] } else { &[] };
    [name, &(body.len() as u32).to_le_bytes()[..], body, pad].concat()
}

/// A format chunk. With `valid` bits that differ from those of the container, the extensible form.
fn format(tag: u16, channels: u16, rate: u32, valid: u16, width: u16) -> Vec<u8> {
    let (row, bits) = (channels * width, 8 * width);
    let extended = valid != bits;
    let mut body = [if extended { 0xfffe } else { tag }.to_le_bytes(), channels.to_le_bytes()].concat();
    body.extend(rate.to_le_bytes());
    body.extend((rate * u32::from(row)).to_le_bytes());
    body.extend([row.to_le_bytes(), bits.to_le_bytes()].concat());
    if extended {
        body.extend([22u16.to_le_bytes(), valid.to_le_bytes()].concat());
        body.extend([0; 4]);
        body.extend(tag.to_le_bytes());
        body.extend(b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71");
    }
    chunk(b"fmt ", &body)
}

/// A file of these chunks and samples. `data` is the size that its header states.
fn wave(magic: &[u8; 4], chunks: &[Vec<u8>], data: u32, samples: &[u8]) -> Vec<u8> {
    let riff = if data == u32::MAX || data == 0x7fff_ffff { data } else { 36 };
    [magic, &riff.to_le_bytes()[..], b"WAVE", &chunks.concat(), b"data", &data.to_le_bytes(), samples].concat()
}

fn ints(x: &[f64], bits: u32) -> Vec<u8> {
    let scale = f64::from((1u32 << (bits - 1)) - 1);
    x.iter().flat_map(|v| ((v * scale).round() as i32).to_le_bytes()[..bits as usize / 8].to_vec()).collect()
}

/// The report on a file by the audio demo.
fn audio(path: &str) -> String {
    succeeds(&["demo", "audio", "--json", "--input", path])
}

const HERTZ: f64 = 1234.5;
const COUNT: usize = 30_000;

#[track_caller]
fn has_the_tone(json: &str, samples: usize) {
    let error = (number(json, "usual_tone_hz") - HERTZ).abs();
    assert!(error <= 0.55 * number(json, "bin_hz"), "{error} Hz: {json}");
    assert_eq!(number(json, "samples"), samples as f64, "{json}");
}

#[test]
fn sizes_that_writers_to_pipes_leave_open_mean_the_end() {
    let dir = Dir::new("open-sizes");
    let samples = ints(&tone(HERTZ, 44_100, COUNT), 16);
    let head = [format(1, 1, 44_100, 16, 2)];
    let path = dir.file("x.wav");
    std::fs::write(&path, wave(b"RIFF", &head, samples.len() as u32, &samples)).unwrap();
    let whole = audio(&path);
    for data in [u32::MAX, 0x7fff_ffff, 0x7fff_f000, 0] {
        // The last byte is part of a sample, which is left out and reported.
        for cut in [0, 1] {
            let file = wave(b"RIFF", &head, data, &samples[..samples.len() - cut]);
            std::fs::write(&path, &file).unwrap();
            let run = piped(&["demo", "audio", "--json", "--mode", "auto", "--input", "-"], &file);
            let piped = String::from_utf8(run.stdout).unwrap();
            assert!(run.status.success(), "{data:#x}: {}", String::from_utf8_lossy(&run.stderr));
            for json in [audio(&path), piped] {
                has_the_tone(&json, COUNT - cut);
                assert_eq!(field(&json, "input").contains("the last 1 bytes are part of a sample"), cut == 1, "{json}");
                assert!(cut == 1 || field(&json, "checksum") == field(&whole, "checksum"));
                assert!(!field(&json, "input").contains("cut:"), "{json}");
            }
        }
    }
}

#[test]
fn what_is_whole_in_a_file_that_was_cut_is_read_and_reported() {
    let dir = Dir::new("cut-wav");
    let samples = ints(&tone(HERTZ, 44_100, 2 * COUNT), 24);
    let file = wave(b"RIFF", &[format(1, 2, 44_100, 24, 3)], samples.len() as u32, &samples);
    let path = dir.file("x.wav");
    std::fs::write(&path, &file[..44 + 6 * 20_000 + 4]).unwrap();
    let run = piped(&["demo", "audio", "--json", "--input", "-"], &file[..44 + 6 * 20_000 + 4]);
    for json in [audio(&path), String::from_utf8(run.stdout).unwrap()] {
        assert_eq!(number(&json, "samples"), 20_000.0, "{json}");
        let text = field(&json, "input");
        assert!(text.contains("cut: the header states 30000 samples") && text.contains("last 4 bytes"), "{text}");
    }
    // A limit before the cut makes it irrelevant.
    let json = succeeds(&["demo", "audio", "--json", "--seconds", "0.4", "--input", &path]);
    assert!(!field(&json, "input").contains("cut:"), "{json}");
}

#[test]
fn every_kind_of_samples_gives_the_same_tone() {
    let dir = Dir::new("all-kinds");
    let path = dir.file("x.wav");
    let x = tone(HERTZ, 44_100, COUNT);
    let words: Vec<u8> = ints(&x, 24).chunks_exact(3).flat_map(|b| [0, b[0], b[1], b[2]]).collect();
    let bytes: Vec<u8> = x.iter().map(|v| (v * 127.0 + 128.0).round() as u8).collect();
    let doubles: Vec<u8> = x.iter().flat_map(|v| v.to_le_bytes()).collect();
    let i16s = ints(&x, 16);
    for (tag, valid, width, samples) in
        [(1, 8, 1, &bytes), (1, 12, 2, &i16s), (1, 24, 4, &words), (1, 32, 4, &words), (3, 64, 8, &doubles)]
    {
        let list = chunk(b"LIST", b"odd");
        let file = wave(b"RIFF", &[list, format(tag, 1, 44_100, valid, width)], samples.len() as u32, samples);
        std::fs::write(&path, file).unwrap();
        has_the_tone(&audio(&path), COUNT);
    }
    // 24 bits in 32 are the highest ones: the same rows as 24 bits in 24.
    let sum = |head: Vec<u8>, samples: &[u8]| {
        std::fs::write(&path, wave(b"RIFF", &[head], samples.len() as u32, samples)).unwrap();
        field(&audio(&path), "checksum").to_string()
    };
    assert_eq!(sum(format(1, 1, 44_100, 24, 4), &words), sum(format(1, 1, 44_100, 24, 3), &ints(&x, 24)));
}

#[test]
fn files_with_sizes_of_64_bits_are_read() {
    let dir = Dir::new("rf64");
    let samples = ints(&tone(HERTZ, 44_100, COUNT), 16);
    let path = dir.file("x.wav");
    for magic in [b"RF64", b"BW64"] {
        let sizes = [0u64, samples.len() as u64, COUNT as u64].map(u64::to_le_bytes).concat();
        let head = [chunk(b"ds64", &[&sizes[..], &[0; 4]].concat()), format(1, 1, 44_100, 16, 2)];
        // A chunk after the samples is none of them.
        let mut file = wave(magic, &head, u32::MAX, &samples);
        file.extend(chunk(b"LIST", &[0x55; 4001]));
        std::fs::write(&path, &file).unwrap();
        has_the_tone(&audio(&path), COUNT);
        let (coded, back) = (dir.file("coded"), dir.file("back"));
        assert_eq!(field(&succeeds(&["encode", "--force", "--json", &path, &coded]), "sample"), "i16");
        succeeds(&["decode", "--force", &coded, &back]);
        assert!(std::fs::read(&back).unwrap() == file);
    }
}

#[test]
fn refusals_state_what_the_file_holds() {
    let dir = Dir::new("refused-wav");
    let path = dir.file("x.wav");
    for (file, part) in [
        (wave(b"RIFF", &[format(2, 1, 8000, 8, 1)], 10, &[0; 10]), "Microsoft ADPCM"),
        (wave(b"RIFF", &[format(7, 1, 8000, 8, 1)], 10, &[0; 10]), "mu-law"),
        (wave(b"RIFF", &[format(1, 1, 8000, 16, 2)], 10, &[]), "contains no samples"),
        (b"fLaC....................".to_vec(), "a FLAC file"),
        (b"plain text".to_vec(), "does not begin with RIFF"),
        (Vec::new(), "it is empty"),
    ] {
        std::fs::write(&path, file).unwrap();
        let text = fails(&["demo", "audio", "--input", &path], 1);
        assert!(text.contains(part) && text.lines().count() == 1, "{text}");
        if !part.contains("no samples") {
            assert!(fails(&["encode", "--format", "wav", &path, &dir.file("out")], 1).contains(part));
        }
        // Anything can be encoded as bytes.
        succeeds(&["encode", "--force", &path, &dir.file("coded")]);
    }
    assert!(fails(&["demo", "audio", "--input", dir.path().to_str().unwrap()], 1).contains("a directory"));
}

/// Heads of 44 and 68 bytes are no whole number of 24-bit rows: the samples are encoded as well as without a head.
#[test]
fn samples_after_any_head_are_encoded_as_samples() {
    let dir = Dir::new("heads");
    let (path, raw, coded, back) = (dir.file("x.wav"), dir.file("raw"), dir.file("coded"), dir.file("back"));
    let mono = tone(440.0, 48_000, 40_000);
    for (channels, valid, width) in [(1u16, 24, 3), (2, 24, 3), (2, 20, 3), (3, 16, 2), (6, 32, 4)] {
        let bits = 8 * u32::from(width);
        let samples = mono.iter().flat_map(|v| ints(&[v * 0.9], bits).repeat(channels.into())).collect::<Vec<_>>();
        std::fs::write(&raw, &samples).unwrap();
        let name = format!("i{bits}");
        let alone =
            ["encode", "--force", "--json", "--format", &name, "--channels", &channels.to_string(), &raw, &coded];
        let want = number(&succeeds(&alone), "coded_bytes");
        let file = wave(b"RIFF", &[format(1, channels, 48_000, valid, width)], samples.len() as u32, &samples);
        std::fs::write(&path, &file).unwrap();
        let head = file.len() - samples.len();
        assert!(head == 44 || head == 68);
        let json = succeeds(&["encode", "--force", "--json", "--identity=1", &path, &coded]);
        assert_eq!((field(&json, "sample"), number(&json, "channels")), (&name[..], f64::from(channels)), "{json}");
        assert!(number(&json, "coded_bytes") <= want + head as f64 + 100.0, "{json}: {want}");
        // By hand, in a raw file with that head; and from a pipe.
        let by_hand = dir.file("by-hand");
        let skip = head.to_string();
        let skipped = [&["encode", "--identity=1", "--skip", &skip], &alone[1..7], &[&path, &by_hand]].concat();
        succeeds(&skipped);
        if !head.is_multiple_of((width * channels).into()) {
            assert!(std::fs::read(&by_hand).unwrap() == std::fs::read(&coded).unwrap());
        }
        assert!(piped(&["encode", "--identity=1", "-", "-"], &file).stdout == std::fs::read(&coded).unwrap());
        for stream in [&coded, &by_hand] {
            succeeds(&["decode", "--force", stream, &back]);
            assert!(std::fs::read(&back).unwrap() == file);
        }
    }
    assert!(fails(&["encode", "--skip", "5", &path, &dir.file("no")], 1).contains("--skip needs --format"));
}

/// IQ samples of a tone in weak noise.
fn iq(hertz: f64, samples: usize) -> Vec<f64> {
    let noise = tone(0.31, 1, 2 * samples);
    let angle = |i: usize| std::f64::consts::TAU * hertz * (i / 2) as f64 / 1e5;
    (0..2 * samples).map(|i| 0.2 * if i % 2 == 1 { angle(i).sin() } else { angle(i).cos() } + 0.2 * noise[i]).collect()
}

#[track_caller]
fn has_the_carrier(json: &str, hertz: f64, samples: usize) {
    let error = (number(json, "carrier_hz") - hertz).abs();
    assert!(error < 0.5 * number(json, "bin_hz"), "off by {error} Hz: {json}");
    assert_eq!((number(json, "samples"), number(json, "sample_rate")), (samples as f64, 1e5), "{json}");
}

const SATCOM: [&str; 7] = ["demo", "satcom", "--json", "--window", "512", "--hop", "256"];

fn satcom(more: &[&str]) -> String {
    succeeds(&[&SATCOM[..], more].concat())
}

/// The numbers in the type of a SigMF recording.
fn numbers(x: &[f64], kind: &str, big: bool) -> Vec<u8> {
    let bytes = |v: f64| -> Vec<u8> {
        match kind {
            "u8" => vec![(v * 127.5 + 127.5).round() as u8],
            "i8" => vec![(v * 127.0).round() as i8 as u8],
            "u16" => ((v * 32767.0 + 32768.0).round() as u16).to_be_bytes().to_vec(),
            "i16" => ((v * 32767.0).round() as i16).to_be_bytes().to_vec(),
            "u32" => ((v * 2147483000.0 + 2147483648.0).round() as u32).to_be_bytes().to_vec(),
            "i32" => ((v * 2147483000.0).round() as i32).to_be_bytes().to_vec(),
            "f32" => (v as f32).to_be_bytes().to_vec(),
            _ => v.to_be_bytes().to_vec(),
        }
    };
    x.iter()
        .flat_map(|v| {
            let mut b = bytes(*v);
            if !big {
                b.reverse();
            }
            b
        })
        .collect()
}

#[test]
fn sigmf_recordings_of_every_type_are_read() {
    let dir = Dir::new("sigmf");
    let (meta, data) = (dir.file("x.sigmf-meta"), dir.file("x.sigmf-data"));
    let (complex, hertz) = (iq(-12_345.6, 80_000), -12_345.6);
    let real: Vec<f64> = iq(23_456.7, 80_000).chunks_exact(2).map(|z| z[0]).collect();
    for kind in ["u8", "i8", "u16", "i16", "u32", "i32", "f32", "f64"] {
        for big in [false, true] {
            let order = if kind.ends_with('8') { "" } else { ["_le", "_be"][usize::from(big)] };
            for (first, x, hertz) in [("c", &complex, hertz), ("r", &real, 23_456.7)] {
                let text = format!(
                    "{{\"global\": {{\"core:datatype\": \"{first}{kind}{order}\", \"core:sample_rate\": 100000.0,
                      \"core:version\": \"1.2.0\"}}, \"captures\": [{{\"core:sample_start\": 0}}], \"annotations\": []}}"
                );
                std::fs::write(&meta, text).unwrap();
                std::fs::write(&data, numbers(x, kind, big)).unwrap();
                for path in [&meta, &data] {
                    let json = satcom(&["--input", path]);
                    has_the_carrier(&json, hertz, 80_000);
                    assert!(field(&json, "input").contains(&format!("SigMF {first}{kind}{order}")), "{json}");
                }
                // The same numbers as raw samples.
                let format = format!("{first}{kind}{order}");
                let raw = satcom(&["--input", &data, "--rate", "1e5", "--format", &format]);
                assert_eq!(field(&raw, "checksum"), field(&satcom(&["--input", &meta]), "checksum"));
                let json = succeeds(&["encode", "--force", "--json", &data, &dir.file("coded")]);
                assert_eq!(
                    (field(&json, "sample"), field(&json, "channels")),
                    (kind, if first == "c" { "2" } else { "1" })
                );
                let back = dir.file("back");
                succeeds(&["decode", "--force", &dir.file("coded"), &back]);
                assert!(std::fs::read(&back).unwrap() == std::fs::read(&data).unwrap());
            }
        }
    }
    // Real samples are audio as well.
    let json = succeeds(&["demo", "audio", "--json", "--input", &meta]);
    assert_eq!((number(&json, "samples"), number(&json, "sample_rate")), (80_000.0, 1e5));
    assert!((number(&json, "usual_tone_hz") - 23_456.7).abs() < number(&json, "bin_hz"), "{json}");
}

#[test]
fn heads_and_tails_of_sigmf_data_are_left_out() {
    let dir = Dir::new("sigmf-head");
    let meta = dir.file("x.sigmf-meta");
    let text = r#"{"global": {"core:datatype": "ci16_be", "core:sample_rate": 1e5, "core:dataset": "x.raw",
        "core:trailing_bytes": 8}, "captures": [{"core:sample_start": 0, "core:header_bytes": 21}]}"#;
    std::fs::write(&meta, text).unwrap();
    let samples = numbers(&iq(7000.0, 80_000), "i16", true);
    std::fs::write(dir.file("x.raw"), [&[0x7f; 21][..], &samples, &[0x7f; 8]].concat()).unwrap();
    has_the_carrier(&satcom(&["--input", &meta]), 7000.0, 80_000);
}

#[test]
fn sigmf_refusals_are_clear() {
    let dir = Dir::new("sigmf-refused");
    let (meta, data) = (dir.file("x.sigmf-meta"), dir.file("x.sigmf-data"));
    std::fs::write(&data, [0; 4000]).unwrap();
    let check = |text: &str, more: &[&str], part: &str| {
        std::fs::write(&meta, text).unwrap();
        let error = fails(&[&["demo", "satcom", "--input", &meta], more].concat(), 1);
        assert!(error.contains(part) && error.lines().count() == 1, "{error}");
    };
    check("{", &[], "not SigMF");
    check("{\"global\": {\"core:datatype\": \"ci24_le\", \"core:sample_rate\": 1}}", &["--real"], "leave out --real");
    check("{\"global\": {\"core:datatype\": \"ci64_le\"}}", &[], "core:datatype is \"ci64_le\"");
    check("{\"global\": {\"core:datatype\": \"cu8\", \"core:num_channels\": 2}}", &[], "2 channels");
    std::fs::write(&meta, "{\"global\": {\"core:datatype\": \"cu8\", \"core:sample_rate\": 1}}").unwrap();
    assert!(fails(&["demo", "audio", "--input", &meta], 1).contains("IQ samples, not audio"));
    assert!(fails(&["encode", "--format", "sigmf", &meta, &dir.file("o")], 1).contains("encode that file"));
    assert!(fails(&["demo", "satcom", "--input", &dir.file("y.sigmf")], 1).contains("archive"));
    std::fs::remove_file(&meta).unwrap();
    assert!(fails(&["demo", "satcom", "--input", &data], 1).contains("x.sigmf-meta"));
}

#[test]
fn iq_in_wav_files_has_their_type_and_rate() {
    let dir = Dir::new("iq-wav");
    let path = dir.file("x.wav");
    let x = iq(-9876.5, 80_000);
    let bytes: Vec<u8> = x.iter().map(|v| (v * 127.0 + 128.0).round() as u8).collect();
    let floats: Vec<u8> = x.iter().flat_map(|v| (*v as f32).to_le_bytes()).collect();
    for (tag, width, samples) in [(1, 1, &bytes), (1, 2, &ints(&x, 16)), (1, 3, &ints(&x, 24)), (3, 4, &floats)] {
        let file = wave(b"RIFF", &[format(tag, 2, 100_000, 8 * width, width)], samples.len() as u32, samples);
        std::fs::write(&path, &file).unwrap();
        has_the_carrier(&satcom(&["--input", &path]), -9876.5, 80_000);
        let run = piped(&[&SATCOM[..], &["--input", "-"]].concat(), &file);
        has_the_carrier(&String::from_utf8(run.stdout).unwrap(), -9876.5, 80_000);
    }
    assert!(fails(&["demo", "satcom", "--input", &path, "--real"], 1).contains("leave out --real"));
    assert!(fails(&["demo", "satcom", "--input", &path, "--format", "f32"], 1).contains("leave out --format"));
    let real: Vec<f64> = x.chunks_exact(2).map(|z| z[0]).collect();
    write_wav(&path, 100_000, 16, &[&real]);
    has_the_carrier(&satcom(&["--input", &path]), 9876.5, 80_000);
    write_wav(&path, 100_000, 16, &[&real, &real, &real]);
    assert!(
        fails(&["demo", "satcom", "--input", &path], 1).contains("3 channels: neither IQ (2) nor real samples (1)")
    );
}

#[test]
fn raw_samples_may_be_big_endian_and_begin_at_an_offset() {
    let dir = Dir::new("raw-iq");
    let path = dir.file("x.raw");
    let x = iq(15_000.0, 80_000);
    for kind in ["i16", "u16", "i32", "u32", "f32", "f64"] {
        for (order, big) in [("le", false), ("be", true)] {
            std::fs::write(&path, [&[9; 13][..], &numbers(&x, kind, big)].concat()).unwrap();
            let format = format!("{kind}{order}");
            let args = ["--input", &path, "--rate", "1e5", "--format", &format, "--skip", "13"];
            has_the_carrier(&satcom(&args), 15_000.0, 80_000);
        }
    }
    fails(&["demo", "satcom", "--input", &path, "--format", "u8be"], 2);
}
