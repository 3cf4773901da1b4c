//! WAV files, read a block at a time: one channel, or the mean of all.

use crate::library::Samples;
use hound::{SampleFormat, WavReader, WavSpec};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// A recording.
pub(crate) struct Wav {
    path: PathBuf,
    reader: WavReader<BufReader<Box<dyn Read>>>,
    spec: WavSpec,
    channel: Option<u16>,
    /// Samples (of all channels at once) that count.
    count: u64,
    /// The next sample the reader gives.
    at: u64,
}

fn open(path: &Path) -> Result<WavReader<BufReader<Box<dyn Read>>>, String> {
    let say = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
    let file: Box<dyn Read> = match path.to_str() {
        Some("-") => Box::new(std::io::stdin()),
        _ => Box::new(File::open(path).map_err(|e| say(&e))?),
    };
    WavReader::new(BufReader::with_capacity(16 << 10, file)).map_err(|e| say(&e))
}

impl Wav {
    /// Opens a recording: `channel` counts from 1; `seconds` is the most of it that counts.
    pub(crate) fn open(path: &Path, channel: Option<u16>, seconds: Option<f64>) -> Result<Wav, String> {
        let reader = open(path)?;
        let spec = reader.spec();
        let say = |what: String| format!("{}: {what}", path.display());
        if spec.channels == 0 || spec.sample_rate == 0 {
            return Err(say(format!("{} channels at {} Hz", spec.channels, spec.sample_rate)));
        }
        if spec.sample_format == SampleFormat::Float && spec.bits_per_sample != 32 {
            return Err(say(format!("floats of {} bits are not read", spec.bits_per_sample)));
        }
        if let Some(channel) = channel.filter(|c| *c > spec.channels) {
            return Err(say(format!("there is no channel {channel}: it has {}", spec.channels)));
        }
        let mut count = u64::from(reader.duration());
        if let Some(seconds) = seconds {
            count = count.min((seconds * f64::from(spec.sample_rate)) as u64);
        }
        Ok(Wav { path: path.into(), reader, spec, channel, count, at: 0 })
    }

    /// Samples a second.
    pub(crate) fn rate(&self) -> u32 {
        self.spec.sample_rate
    }

    /// What it is, for people.
    pub(crate) fn describe(&self) -> String {
        let kind = if self.spec.sample_format == SampleFormat::Float { "float" } else { "integer" };
        let used = match (self.spec.channels, self.channel) {
            (1, _) => "mono".to_string(),
            (n, Some(c)) => format!("channel {c} of {n}"),
            (n, None) => format!("mean of {n} channels"),
        };
        format!("{}, {}-bit {kind}, {used}", self.path.display(), self.spec.bits_per_sample)
    }

    /// Decodes the next samples; says how many it got.
    fn decode(&mut self, room: &mut [f32]) -> Result<usize, hound::Error> {
        let (channels, bits) = (self.spec.channels, self.spec.bits_per_sample);
        let picked = self.channel.map(|c| usize::from(c - 1));
        match self.spec.sample_format {
            SampleFormat::Float => gather(self.reader.samples::<f32>(), channels, picked, 1.0, room),
            SampleFormat::Int => {
                let scale = 1.0 / (1u64 << (bits.clamp(1, 32) - 1)) as f32;
                gather(self.reader.samples::<i32>().map(|s| s.map(|s| s as f32)), channels, picked, scale, room)
            }
        }
    }

    /// Brings the reader to a sample: further on by reading, back by starting anew.
    fn go_to(&mut self, first: u64) -> Result<(), String> {
        if first < self.at {
            if self.path.to_str() == Some("-") {
                return Err("standard input cannot be read twice".into());
            }
            self.reader = open(&self.path)?;
            self.at = 0;
        }
        let mut passed = [0.0; 256];
        while self.at < first {
            let room = passed.len().min((first - self.at) as usize);
            self.next(&mut passed[..room])?;
        }
        Ok(())
    }

    fn next(&mut self, room: &mut [f32]) -> Result<usize, String> {
        let result = self.decode(room);
        let (path, at, count) = (&self.path, self.at, self.count);
        match result {
            Ok(0) => Err(format!("{}: it ends after {at} of {count} samples", path.display())),
            Ok(got) => {
                self.at += got as u64;
                Ok(got)
            }
            Err(e) => Err(format!("{}: it breaks off after sample {at} of {count}: {e}", path.display())),
        }
    }
}

/// Makes one sample of each group of `channels` values.
fn gather(
    values: impl Iterator<Item = Result<f32, hound::Error>>,
    channels: u16,
    picked: Option<usize>,
    scale: f32,
    room: &mut [f32],
) -> Result<usize, hound::Error> {
    let channels = usize::from(channels);
    let mean = scale / channels as f32;
    let (mut got, mut channel, mut sum) = (0, 0, 0.0);
    // Not a value is read beyond the last sample there is room for.
    for value in values.take(room.len() * channels) {
        let value = value?;
        match picked {
            Some(c) if c == channel => sum = value * scale,
            Some(_) => {}
            None => sum += value * mean,
        }
        channel += 1;
        if channel == channels {
            room[got] = sum;
            (got, channel, sum) = (got + 1, 0, 0.0);
        }
    }
    Ok(got)
}

impl Samples for Wav {
    fn count(&self) -> u64 {
        self.count
    }

    fn read(&mut self, first: u64, room: &mut [f32]) -> Result<usize, String> {
        self.go_to(first)?;
        self.next(room)
    }
}
