//! Running the program, and files for it.
#![allow(dead_code, reason = "each test program uses its part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs the program.
pub(crate) fn driver(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_driver")).args(args).output().unwrap()
}

/// Standard output of a run that must succeed.
#[track_caller]
pub(crate) fn succeeds(args: &[&str]) -> String {
    let run = driver(args);
    assert!(run.status.success(), "{args:?}: {}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

/// Standard error of a run that must fail with `code`, and print nothing else.
#[track_caller]
pub(crate) fn fails(args: &[&str], code: i32) -> String {
    let run = driver(args);
    assert_eq!(run.status.code(), Some(code), "{args:?}: {}", String::from_utf8_lossy(&run.stderr));
    assert!(run.stdout.is_empty(), "{args:?} prints a result although it fails");
    String::from_utf8(run.stderr).unwrap()
}

/// A field of a flat JSON object, as it is written there.
#[track_caller]
pub(crate) fn field<'a>(json: &'a str, key: &str) -> &'a str {
    let start = json.find(&format!("\"{key}\": ")).unwrap_or_else(|| panic!("no {key} in {json}")) + key.len() + 4;
    let rest = &json[start..];
    match rest.strip_prefix('"') {
        Some(text) => &text[..text.find('"').unwrap()],
        None => &rest[..rest.find([',', '}']).unwrap()],
    }
}

/// A number of a flat JSON object.
#[track_caller]
pub(crate) fn number(json: &str, key: &str) -> f64 {
    field(json, key).parse().unwrap()
}

/// A directory that goes with the test.
pub(crate) struct Dir(PathBuf);

impl Dir {
    pub(crate) fn new(name: &str) -> Dir {
        let dir = std::env::temp_dir().join(format!("sqrtspace-driver-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        Dir(dir)
    }

    /// A file in it.
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

/// A tone in a little noise, from -1 to 1.
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

/// Writes a WAV; `bits` of 32 are floats. One list of samples per channel.
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
