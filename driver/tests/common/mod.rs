//! Helpers: runs the program, reads its JSON, and creates input files.
#![allow(dead_code, reason = "each test program uses a part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs the program.
pub(crate) fn driver(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_driver")).args(args).output().unwrap()
}

/// Runs the program, which must succeed. Returns its standard output.
#[track_caller]
pub(crate) fn succeeds(args: &[&str]) -> String {
    let run = driver(args);
    assert!(run.status.success(), "{args:?}: {}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

/// Runs the program, which must fail with `code` and print nothing to standard output. Returns its standard error.
#[track_caller]
pub(crate) fn fails(args: &[&str], code: i32) -> String {
    let run = driver(args);
    assert_eq!(run.status.code(), Some(code), "{args:?}: {}", String::from_utf8_lossy(&run.stderr));
    assert!(run.stdout.is_empty(), "{args:?} prints a result although it fails");
    String::from_utf8(run.stderr).unwrap()
}

/// The value of a field of a flat JSON object, without quotes.
#[track_caller]
pub(crate) fn field<'a>(json: &'a str, key: &str) -> &'a str {
    let start = json.find(&format!("\"{key}\": ")).unwrap_or_else(|| panic!("no {key} in {json}")) + key.len() + 4;
    let rest = &json[start..];
    match rest.strip_prefix('"') {
        Some(text) => &text[..text.find('"').unwrap()],
        None => &rest[..rest.find([',', '}']).unwrap()],
    }
}

/// The value of a numeric field of a flat JSON object.
#[track_caller]
pub(crate) fn number(json: &str, key: &str) -> f64 {
    field(json, key).parse().unwrap()
}

/// Runs a demo in every mode. The reports must agree in the fields `same`; the first one is returned.
#[track_caller]
pub(crate) fn in_all_modes(demo: &str, same: &[&str], args: &[&str]) -> String {
    let reports = ["auto", "classic", "sqrt"].map(|mode| {
        let json = succeeds(&[&["demo", demo, "--json", "--mode", mode], args].concat());
        assert_eq!(json.lines().count(), 1);
        assert_eq!(field(&json, "mode_asked"), mode);
        assert!(mode == "auto" || field(&json, "mode") == mode);
        assert!(number(&json, "peak_bytes") <= number(&json, "plan_peak_bytes"));
        json
    });
    for other in &reports[1..] {
        for key in same {
            assert_eq!(field(&reports[0], key), field(other, key), "{key} of {args:?}");
        }
    }
    let [auto, ..] = reports;
    auto
}

/// A temporary directory that is deleted at the end of the test.
pub(crate) struct Dir(PathBuf);

impl Dir {
    pub(crate) fn new(name: &str) -> Dir {
        let dir = std::env::temp_dir().join(format!("sqrtspace-driver-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        Dir(dir)
    }

    /// The path of a file in the directory.
    pub(crate) fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_string()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A tone in weak noise, from -1 to 1.
pub(crate) fn tone(hertz: f64, rate: u32, samples: usize) -> Vec<f64> {
    let mut state = 1u32;
    (0..samples)
        .map(|i| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = f64::from(state >> 8) / f64::from(1u32 << 23) - 1.0;
            0.5 * (std::f64::consts::TAU * hertz * i as f64 / f64::from(rate)).sin() + 0.05 * noise
        })
        .collect()
}

/// Writes a WAV file with one list of samples per channel. Samples of 32 bits are floats.
pub(crate) fn write_wav(path: &str, rate: u32, bits: u16, channels: &[&[f64]]) {
    let sample_format = if bits == 32 { hound::SampleFormat::Float } else { hound::SampleFormat::Int };
    let spec =
        hound::WavSpec { channels: channels.len() as u16, sample_rate: rate, bits_per_sample: bits, sample_format };
    let mut wav = hound::WavWriter::create(path, spec).unwrap();
    for i in 0..channels[0].len() {
        for channel in channels {
            match bits {
                32 => wav.write_sample(channel[i] as f32).unwrap(),
                _ => wav.write_sample((channel[i] * f64::from((1u32 << (bits - 1)) - 1)).round() as i32).unwrap(),
            }
        }
    }
    wav.finalize().unwrap();
}

/// Width, height and RGB pixels of a PNG file.
pub(crate) fn pixels(path: &str) -> (u32, u32, Vec<u8>) {
    let mut reader = png::Decoder::new(std::fs::File::open(path).unwrap()).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
    (info.width, info.height, pixels)
}

/// Width, height, and the number of pixels that are not white.
pub(crate) fn picture(path: &str) -> (u32, u32, usize) {
    let (width, height, pixels) = pixels(path);
    (width, height, pixels.chunks_exact(3).filter(|p| p.iter().any(|c| *c != 255)).count())
}

/// The number of colors to the left of the color scale.
pub(crate) fn colors(path: &str) -> usize {
    let (width, _, pixels) = pixels(path);
    let width = width as usize;
    let left = pixels.chunks_exact(3 * width).flat_map(|line| line[..3 * (width - 100)].chunks_exact(3));
    left.collect::<std::collections::HashSet<_>>().len()
}
