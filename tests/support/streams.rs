//! An encoder and a decoder with memory from the heap, and some signals.
#![allow(dead_code, reason = "each test binary uses its part")]

use sqrtspace::codec::container::frame::StreamId;
use sqrtspace::codec::container::index::Entry;
use sqrtspace::codec::options::EncodeOptions;
use sqrtspace::codec::stream::decoder::{DecodeOptions, DecodeStats, Decoder};
use sqrtspace::codec::stream::encoder::{EncodeStats, Encoder};
use sqrtspace::codec::stream::holes::Range;
use sqrtspace::codec::stream::memory::DecodeMemory;
use sqrtspace::codec::stream::memory::EncodeMemory;
use sqrtspace::codec::{Flow, Progress};
use sqrtspace::status::Result;

/// Encodes with the input cut into `cut` and the output into `room` bytes at a time.
pub(crate) fn encode_cut(options: EncodeOptions, raw: &[u8], cut: usize, room: usize) -> (Vec<u8>, EncodeStats) {
    let need = options.memory().unwrap();
    let (mut a, mut b) = (vec![0; need.raw], vec![0; need.out]);
    let (mut c, mut d) = (vec![0; need.work], vec![Entry::default(); need.index]);
    let memory = EncodeMemory { raw: &mut a, out: &mut b, work: &mut c, index: &mut d };
    let mut encoder = Encoder::new(options, memory).unwrap();
    let (mut out, mut at) = (Vec::new(), 0);
    let mut buf = vec![0u8; room];
    loop {
        let end = (at + cut).min(raw.len());
        let flow = if end == raw.len() { Flow::End } else { Flow::Continue };
        let s = encoder.step(&raw[at..end], &mut buf, flow).unwrap();
        at += s.consumed;
        out.extend_from_slice(&buf[..s.written]);
        match s.progress {
            Progress::Done => return (out, encoder.stats()),
            Progress::Output => assert_eq!(s.written, room),
            Progress::Input => assert!(at == end && flow == Flow::Continue),
        }
    }
}

/// Encodes with a flush after each number of bytes in `sizes`, repeated cyclically: frames shorter than the options
/// allow.
pub(crate) fn encode_flushed(options: EncodeOptions, raw: &[u8], sizes: &[usize]) -> Vec<u8> {
    let need = options.memory().unwrap();
    let (mut a, mut b) = (vec![0; need.raw], vec![0; need.out]);
    let (mut c, mut d) = (vec![0; need.work], vec![Entry::default(); need.index]);
    let memory = EncodeMemory { raw: &mut a, out: &mut b, work: &mut c, index: &mut d };
    let mut encoder = Encoder::new(options, memory).unwrap();
    let mut out = vec![0u8; 2 * raw.len() + (1 << 16)];
    let (mut at, mut written) = (0, 0);
    for size in sizes.iter().cycle() {
        let end = (at + size).min(raw.len());
        let flow = if end == raw.len() { Flow::End } else { Flow::Flush };
        let s = encoder.step(&raw[at..end], &mut out[written..], flow).unwrap();
        at += s.consumed;
        written += s.written;
        if s.progress == Progress::Done {
            break;
        }
    }
    out.truncate(written);
    out
}

pub(crate) fn encode(options: EncodeOptions, raw: &[u8]) -> Vec<u8> {
    encode_cut(options, raw, usize::MAX / 2, 1 << 16).0
}

/// What decoding came to.
#[derive(Debug)]
pub(crate) struct Decoded {
    /// Pieces with their offsets, in the order they came.
    pub(crate) pieces: Vec<(u64, Vec<u8>)>,
    pub(crate) missing: Vec<(u64, u64)>,
    pub(crate) stats: DecodeStats,
    pub(crate) length: Option<u64>,
}

impl Decoded {
    /// The pieces where they belong, zeros between them.
    pub(crate) fn joined(&self) -> Vec<u8> {
        let len = self.pieces.iter().map(|(o, p)| *o as usize + p.len()).max().unwrap_or(0);
        let mut out = vec![0; len];
        for (o, p) in &self.pieces {
            out[*o as usize..*o as usize + p.len()].copy_from_slice(p);
        }
        out
    }
}

/// Decodes with the input cut into `cut` and the output into `room` bytes at a time.
pub(crate) fn decode_cut(options: DecodeOptions, coded: &[u8], cut: usize, room: usize) -> Result<Decoded> {
    let mut pieces = Vec::new();
    let decoded = decode_to(options, coded, cut, room, &mut pieces)?;
    Ok(Decoded { pieces, ..decoded })
}

/// The same; what comes before an error is in `pieces` as well.
pub(crate) fn decode_to(
    options: DecodeOptions,
    coded: &[u8],
    cut: usize,
    room: usize,
    pieces: &mut Vec<(u64, Vec<u8>)>,
) -> Result<Decoded> {
    decode_of(options, None, coded, cut, room, pieces)
}

/// The same, of a stream that was chosen before, and true if that choice is uncertain.
pub(crate) fn decode_of(
    options: DecodeOptions,
    chosen: Option<(StreamId, bool)>,
    coded: &[u8],
    cut: usize,
    room: usize,
    pieces: &mut Vec<(u64, Vec<u8>)>,
) -> Result<Decoded> {
    let need = options.memory().unwrap();
    let (mut a, mut b) = (vec![0; need.input], vec![0; need.raw]);
    let (mut c, mut d) = (vec![0; need.work], vec![Range::default(); need.holes]);
    let memory = DecodeMemory { input: &mut a, raw: &mut b, work: &mut c, holes: &mut d };
    let mut decoder = Decoder::new(options, memory).unwrap();
    if let Some((stream, uncertain)) = chosen {
        decoder.choose(stream, uncertain);
    }
    let mut at = 0;
    let mut buf = vec![0u8; room];
    let mut idle = 0;
    loop {
        let end = (at + cut).min(coded.len());
        let flow = if end == coded.len() { Flow::End } else { Flow::Continue };
        let s = decoder.step(&coded[at..end], &mut buf, flow)?;
        at += s.consumed;
        if s.written > 0 {
            match pieces.last_mut() {
                Some((o, p)) if *o + p.len() as u64 == s.offset => p.extend_from_slice(&buf[..s.written]),
                _ => pieces.push((s.offset, buf[..s.written].to_vec())),
            }
        }
        idle = if s.consumed + s.written == 0 { idle + 1 } else { 0 };
        assert!(idle < 3, "no progress at {at} of {}", coded.len());
        match s.progress {
            Progress::Done => break,
            Progress::Output => {}
            Progress::Input => assert!(at == end && flow == Flow::Continue),
        }
    }
    let missing = decoder.missing().ranges().iter().map(|r| (r.start, r.end)).collect();
    Ok(Decoded { pieces: Vec::new(), missing, stats: decoder.stats(), length: decoder.length() })
}

pub(crate) fn decode(options: DecodeOptions, coded: &[u8]) -> Result<Decoded> {
    decode_cut(options, coded, usize::MAX / 2, 1 << 20)
}

/// A small generator of random numbers (PCG-like, for tests only).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as u32).rotate_left((self.0 >> 59) as u32)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.next() as usize % n.max(1)
    }

    /// About normal, of this deviation.
    pub(crate) fn noise(&mut self, sigma: f64) -> f64 {
        let sum: f64 = (0..12).map(|_| f64::from(self.next()) / 4294967296.0).sum();
        (sum - 6.0) * sigma
    }
}

/// A wandering signal of 16-bit samples in `channels` channels, little-endian.
pub(crate) fn signal16(rows: usize, channels: usize, seed: u64) -> Vec<u8> {
    let mut r = Random(seed);
    let mut x = vec![0.0f64; channels];
    let mut out = Vec::new();
    for t in 0..rows {
        for (c, x) in x.iter_mut().enumerate() {
            *x = *x * 0.995 + r.noise(8.0);
            let v = *x + 300.0 * (t as f64 * 0.01 * (c + 1) as f64).sin() + r.noise(3.0);
            out.extend_from_slice(&(v as i16).to_le_bytes());
        }
    }
    out
}

/// Lines of a log.
pub(crate) fn lines(n: usize, seed: u64) -> Vec<u8> {
    let mut r = Random(seed);
    let mut text = String::new();
    for i in 0..n {
        let what = ["opened", "closed", "timed out", "was reset by its peer"][r.below(4)];
        text += &format!("t={} unit{}: channel {} {what}\n", i * 7 + r.below(5), r.below(3), r.below(200));
    }
    text.into_bytes()
}

/// Lines of a log with names that come back after a while.
pub(crate) fn names(n: usize, seed: u64) -> Vec<u8> {
    let mut r = Random(seed);
    let names: Vec<String> = (0..500).map(|_| format!("{:08x}-{:04x}", r.next(), r.next() & 0xffff)).collect();
    (0..n)
        .flat_map(|i| format!("{} {} asks {}\n", i * 3, names[r.below(500)], names[r.below(500)]).into_bytes())
        .collect()
}
