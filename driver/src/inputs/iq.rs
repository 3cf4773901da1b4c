//! Files of raw IQ or real samples: 8-bit and 16-bit integers and 32-bit floats, little-endian, interleaved.

use crate::library::Samples;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The type of the numbers in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Unsigned 8-bit integers with 127.5 as zero, as from RTL-SDR receivers.
    U8,
    /// Signed 8-bit integers.
    I8,
    /// Signed 16-bit integers.
    I16,
    /// 32-bit floats, not scaled.
    F32,
}

impl Format {
    fn bytes(self) -> usize {
        match self {
            Format::U8 | Format::I8 => 1,
            Format::I16 => 2,
            Format::F32 => 4,
        }
    }

    /// The number in bytes `b`, scaled so that full scale of integers is 1.
    fn number(self, b: &[u8]) -> f32 {
        match (self, b) {
            (Format::U8, [a]) => (f32::from(*a) - 127.5) / 127.5,
            (Format::I8, [a]) => f32::from(*a as i8) / 128.0,
            (Format::I16, [a, b]) => f32::from(i16::from_le_bytes([*a, *b])) / 32768.0,
            (Format::F32, [a, b, c, d]) => f32::from_le_bytes([*a, *b, *c, *d]),
            _ => f32::NAN,
        }
    }
}

/// A file of raw samples.
pub(crate) struct RawFile {
    path: PathBuf,
    file: BufReader<File>,
    format: Format,
    channels: usize,
    count: u64,
    at: u64,
    bytes: Vec<u8>,
}

impl RawFile {
    /// Opens a file. At most `max` samples of it are used.
    pub(crate) fn open(path: &Path, format: Format, real: bool, max: Option<u64>) -> Result<RawFile, String> {
        let error = |e: std::io::Error| format!("{}: {e}", path.display());
        let file = File::open(path).map_err(error)?;
        let meta = file.metadata().map_err(error)?;
        if !meta.is_file() {
            return Err(format!("{}: not a regular file", path.display()));
        }
        let channels = if real { 1 } else { 2 };
        let count = (meta.len() / (channels * format.bytes()) as u64).min(max.unwrap_or(u64::MAX));
        let file = BufReader::with_capacity(16 << 10, file);
        Ok(RawFile { path: path.into(), file, format, channels, count, at: 0, bytes: vec![0; 8 << 10] })
    }
}

impl Samples for RawFile {
    fn count(&self) -> u64 {
        self.count
    }

    fn channels(&self) -> usize {
        self.channels
    }

    fn read(&mut self, first: u64, room: &mut [f32]) -> Result<usize, String> {
        let error = |e: std::io::Error| format!("{}: sample {first}: {e}", self.path.display());
        let size = self.channels * self.format.bytes();
        if first != self.at {
            self.file.seek(SeekFrom::Start(first * size as u64)).map_err(error)?;
        }
        let samples = (room.len() / self.channels).min(self.bytes.len() / size);
        let bytes = &mut self.bytes[..samples * size];
        self.file.read_exact(bytes).map_err(error)?;
        for (x, b) in room.iter_mut().zip(bytes.chunks_exact(self.format.bytes())) {
            *x = self.format.number(b);
        }
        self.at = first + samples as u64;
        Ok(samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_scale_is_one() {
        assert_eq!([0u8, 255].map(|v| Format::U8.number(&[v])), [-1.0, 1.0]);
        assert_eq!([0x80u8, 0x40].map(|v| Format::I8.number(&[v])), [-1.0, 0.5]);
        assert_eq!(Format::I16.number(&[0, 0x80]), -1.0);
        assert_eq!(Format::F32.number(&2.5f32.to_le_bytes()), 2.5);
    }
}
