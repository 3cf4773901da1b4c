//! WAV files, read block by block: one channel, or the mean of all channels.

use crate::library::Samples;
use hound::{SampleFormat, WavReader, WavSpec};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// An open WAV file.
pub(crate) struct Wav {
    path: PathBuf,
    reader: WavReader<BufReader<Box<dyn Read>>>,
    spec: WavSpec,
    channel: Option<u16>,
    /// Number of samples to use; a sample has one number per channel.
    count: u64,
    /// The next sample that the reader returns.
    at: u64,
}

fn open(path: &Path) -> Result<WavReader<BufReader<Box<dyn Read>>>, String> {
    let error = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
    let file: Box<dyn Read> = match path.to_str() {
        Some("-") => Box::new(std::io::stdin()),
        _ => Box::new(File::open(path).map_err(|e| error(&e))?),
    };
    WavReader::new(BufReader::with_capacity(16 << 10, file)).map_err(|e| error(&e))
}

impl Wav {
    /// Opens a file. `channel` counts from 1; at most `seconds` seconds are used.
    pub(crate) fn open(path: &Path, channel: Option<u16>, seconds: Option<f64>) -> Result<Wav, String> {
        let reader = open(path)?;
        let spec = reader.spec();
        let error = |what: String| format!("{}: {what}", path.display());
        if spec.channels == 0 || spec.sample_rate == 0 {
            return Err(error(format!("the file has {} channels at {} Hz", spec.channels, spec.sample_rate)));
        }
        if spec.sample_format == SampleFormat::Float && spec.bits_per_sample != 32 {
            return Err(error(format!("{}-bit floats are not supported, only 32-bit floats", spec.bits_per_sample)));
        }
        if let Some(channel) = channel.filter(|c| *c > spec.channels) {
            return Err(error(format!("channel {channel} does not exist; the file has {}", spec.channels)));
        }
        let mut count = u64::from(reader.duration());
        if let Some(seconds) = seconds {
            count = count.min((seconds * f64::from(spec.sample_rate)) as u64);
        }
        Ok(Wav { path: path.into(), reader, spec, channel, count, at: 0 })
    }

    /// Sample rate in Hz.
    pub(crate) fn rate(&self) -> u32 {
        self.spec.sample_rate
    }

    /// A description for reports.
    pub(crate) fn describe(&self) -> String {
        let kind = if self.spec.sample_format == SampleFormat::Float { "float" } else { "integer" };
        let used = match (self.spec.channels, self.channel) {
            (1, _) => "mono".to_string(),
            (n, Some(c)) => format!("channel {c} of {n}"),
            (n, None) => format!("mean of {n} channels"),
        };
        format!("{}, {}-bit {kind}, {used}", self.path.display(), self.spec.bits_per_sample)
    }

    /// Decodes the next samples. Returns their number.
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

    /// Moves the reader to a sample: forward by reading, backward by opening the file again.
    fn seek(&mut self, first: u64) -> Result<(), String> {
        if first < self.at {
            if self.path.to_str() == Some("-") {
                return Err("standard input cannot be read twice".into());
            }
            self.reader = open(&self.path)?;
            self.at = 0;
        }
        let mut skipped = [0.0; 256];
        while self.at < first {
            let room = skipped.len().min((first - self.at) as usize);
            self.next(&mut skipped[..room])?;
        }
        Ok(())
    }

    fn next(&mut self, room: &mut [f32]) -> Result<usize, String> {
        let result = self.decode(room);
        let (path, at, count) = (&self.path, self.at, self.count);
        match result {
            Ok(0) => Err(format!("{}: the file ends after sample {at} of {count}", path.display())),
            Ok(got) => {
                self.at += got as u64;
                Ok(got)
            }
            Err(e) => Err(format!("{}: the file is truncated after sample {at} of {count}: {e}", path.display())),
        }
    }
}

/// Computes one sample from each group of `channels` values: the picked one, or their mean.
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
    // No value after the last sample that fits is read.
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
        self.seek(first)?;
        self.next(room)
    }
}
