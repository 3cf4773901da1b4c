//! Recordings: WAV files, SigMF recordings and raw samples, read at any position. Their samples are IQ, or real numbers
//! of one channel or the mean of all channels.

use super::held::HeldFile;
use super::number::{Kind, Number};
use super::{sigmf, wave};
use crate::library::Samples;
use std::path::{Path, PathBuf};

/// The numbers that a sample consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Take {
    /// All of them: IQ, or one real number.
    All,
    /// The mean of the channels.
    Mean,
    /// One channel, counted from 0.
    Channel(usize),
}

/// How a file without a header is read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Raw {
    pub(crate) number: Number,
    /// The samples are IQ, or real; None where only the command line decides.
    pub(crate) iq: Option<bool>,
    pub(crate) skip: u64,
}

impl Default for Raw {
    fn default() -> Raw {
        Raw { number: Number::new(Kind::F32, false), iq: None, skip: 0 }
    }
}

/// A recording.
pub(crate) struct Recording {
    path: PathBuf,
    file: HeldFile,
    number: Number,
    /// Numbers per sample in the file.
    width: usize,
    take: Take,
    /// Sample rate in Hz, if the file has it.
    rate: Option<f64>,
    /// Position of the first sample in bytes.
    start: u64,
    count: u64,
    what: String,
    /// What was left out at the end of the file.
    note: String,
    bytes: Vec<u8>,
}

/// Bytes read at a time.
const PORTION: usize = 16 << 10;

impl Recording {
    /// A recording whose samples have `width` numbers from byte `start` on: `stated` bytes, or all up to `tail` bytes
    /// before the end.
    fn new(
        path: &Path,
        number: Number,
        width: usize,
        start: u64,
        stated: Option<u64>,
        tail: u64,
    ) -> Result<Recording, String> {
        let error = |what: String| format!("{}: {what}", path.display());
        let file = HeldFile::open(path)?;
        let len = file.len().map_err(|e| error(e.to_string()))?;
        let row = (number.width() * width) as u64;
        let held = len.saturating_sub(start).saturating_sub(tail);
        let bytes = stated.map_or(held, |bytes| bytes.min(held));
        let mut notes = Vec::new();
        if let Some(stated) = stated.filter(|stated| *stated > held) {
            notes.push(format!("cut: the header states {} samples", stated / row));
        }
        if !bytes.is_multiple_of(row) {
            notes.push(format!("the last {} bytes are part of a sample and left out", bytes % row));
        }
        let count = bytes / row;
        if count == 0 {
            return Err(error("the file contains no samples".into()));
        }
        let note = notes.join("; ");
        let what = number.name();
        let bytes = vec![0; PORTION.max(row as usize)];
        Ok(Recording {
            path: path.into(),
            file,
            number,
            width,
            take: Take::All,
            rate: None,
            start,
            count,
            what,
            note,
            bytes,
        })
    }

    /// Opens a WAV file, or returns what the file holds instead.
    fn wave(path: &Path) -> Result<Result<Recording, String>, String> {
        let error = |what: String| format!("{}: {what}", path.display());
        let file = HeldFile::open(path)?;
        let mut start = [0; 12];
        let got = file.read_at(0, &mut start).map_err(|e| error(e.to_string()))?;
        let Some(wave) = wave::read(&mut std::io::BufReader::new(file.reader())).map_err(error)? else {
            return Ok(Err(wave::other(&start[..got])));
        };
        let (width, rate) = (wave.channels as usize, Some(f64::from(wave.rate)));
        // A length that is not a whole number of samples is cut as well.
        let recording = Recording::new(path, wave.number, width, wave.start, wave.stated, 0)?;
        Ok(Ok(Recording { rate, what: wave.describe(), ..recording }))
    }

    /// Opens a SigMF recording. Also returns true for IQ.
    fn sigmf(path: &Path) -> Result<(Recording, bool), String> {
        let meta = sigmf::read(path)?;
        let width = meta.channels as usize * if meta.iq { 2 } else { 1 };
        let recording = Recording::new(&meta.data, meta.number, width, meta.head, None, meta.tail)?;
        Ok((Recording { rate: meta.rate, what: format!("SigMF {}", meta.datatype), ..recording }, meta.iq))
    }

    /// Opens real samples with a sample rate: a WAV file, or a SigMF recording. `channel` counts from 1; at most
    /// `seconds` seconds are used.
    pub(crate) fn audio(path: &Path, channel: Option<u16>, seconds: Option<f64>) -> Result<Recording, String> {
        let error = |what: String| format!("{}: {what}", path.display());
        let mut recording = if sigmf::is_sigmf(path) {
            let (recording, iq) = Recording::sigmf(path)?;
            if iq {
                return Err(error(format!("{}: IQ samples, not audio", recording.what)));
            }
            recording
        } else {
            Recording::wave(path)?.map_err(error)?
        };
        let rate = recording.rate.ok_or_else(|| error("the recording has no sample rate".into()))?;
        if let Some(channel) = channel.filter(|c| usize::from(*c) > recording.width) {
            return Err(error(format!("channel {channel} does not exist; the file has {}", recording.width)));
        }
        recording.take = channel.map_or(Take::Mean, |c| Take::Channel(usize::from(c - 1)));
        if let Some(seconds) = seconds {
            recording.limit((seconds * rate) as u64);
        }
        Ok(recording)
    }

    /// Opens IQ samples or, with `real`, real ones: a WAV file, a SigMF recording, or raw samples.
    pub(crate) fn signal(path: &Path, raw: Option<&Raw>, real: bool) -> Result<Recording, String> {
        let error = |what: String| format!("{}: {what}", path.display());
        let (found, iq) = match raw {
            None if sigmf::is_sigmf(path) => {
                let (found, iq) = Recording::sigmf(path)?;
                let channels = found.width / if iq { 2 } else { 1 };
                if channels > 1 {
                    return Err(error(format!("{channels} channels: only recordings of one channel are supported")));
                }
                (found, iq)
            }
            None => match Recording::wave(path)? {
                Ok(found) if found.width > 2 => {
                    return Err(error(format!("{} channels: neither IQ (2) nor real samples (1)", found.width)));
                }
                Ok(found) => {
                    let iq = found.width == 2;
                    (found, iq)
                }
                Err(_) => {
                    return Recording::raw(path, &Raw::default(), real);
                }
            },
            Some(raw) => {
                let mut start = [0; 12];
                let got = HeldFile::open(path)?.read_at(0, &mut start).map_err(|e| error(e.to_string()))?;
                if raw.skip == 0 && wave::is_wave(&start[..got]) {
                    return Err(error("a WAV file: leave out --format, or give --skip as well".into()));
                }
                return Recording::raw(path, raw, real);
            }
        };
        if iq && real {
            return Err(error("the samples are IQ: leave out --real".into()));
        }
        Ok(found)
    }

    fn raw(path: &Path, raw: &Raw, real: bool) -> Result<Recording, String> {
        let iq = raw.iq.unwrap_or(!real);
        if iq && real {
            return Err(format!("{}: the format is that of IQ samples: leave out --real", path.display()));
        }
        Recording::new(path, raw.number, if iq { 2 } else { 1 }, raw.skip, None, 0)
    }

    /// Uses at most `samples` samples.
    pub(crate) fn limit(&mut self, samples: u64) {
        if samples < self.count {
            (self.count, self.note) = (samples, String::new());
        }
    }

    /// Sample rate in Hz, if the file has it.
    pub(crate) fn rate(&self) -> Option<f64> {
        self.rate
    }

    /// A description for reports.
    pub(crate) fn describe(&self) -> String {
        let used = match (self.width, self.take) {
            (2, Take::All) => "IQ".to_string(),
            (_, Take::All) => "real".to_string(),
            (1, _) => "mono".to_string(),
            (n, Take::Channel(c)) => format!("channel {} of {n}", c + 1),
            (n, Take::Mean) => format!("mean of {n} channels"),
        };
        let note = if self.note.is_empty() { String::new() } else { format!(" ({})", self.note) };
        format!("{}, {}, {used}{note}", self.path.display(), self.what)
    }
}

impl Samples for Recording {
    fn count(&self) -> u64 {
        self.count
    }

    fn channels(&self) -> usize {
        if self.take == Take::All { self.width } else { 1 }
    }

    fn read(&mut self, first: u64, room: &mut [f32]) -> Result<usize, String> {
        let size = self.number.width() * self.width;
        let samples = (room.len() / self.channels()).min(self.bytes.len() / size);
        let samples = samples.min(self.count.saturating_sub(first) as usize);
        let bytes = &mut self.bytes[..samples * size];
        let error = |what: String| format!("{}: sample {first}: {what}", self.path.display());
        let got = self.file.read_at(self.start + first * size as u64, bytes).map_err(|e| error(e.to_string()))?;
        let samples = got / size;
        if samples == 0 {
            return Err(error(format!("the file was cut; it had {} samples", self.count)));
        }
        let bytes = &bytes[..samples * size];
        let (number, scale, width) = (self.number, self.number.scale(), self.number.width());
        match self.take {
            Take::All => room.iter_mut().zip(bytes.chunks_exact(width)).for_each(|(x, b)| *x = number.value(b) * scale),
            Take::Channel(c) => {
                let from = c * width;
                room.iter_mut().zip(bytes.chunks_exact(size)).for_each(|(x, b)| *x = number.value(&b[from..]) * scale);
            }
            Take::Mean => {
                let mean = scale / self.width as f32;
                for (x, sample) in room.iter_mut().zip(bytes.chunks_exact(size)) {
                    *x = sample.chunks_exact(width).fold(0.0, |sum, b| sum + number.value(b) * mean);
                }
            }
        }
        Ok(samples)
    }
}
