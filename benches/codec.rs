//! The codec compared with libaec: ratios, and speed as ratios of CPU time, for files and for generated signals.
//!
//! `cargo bench -p benches --bench codec -- [--rounds N] [--only NAME] [--ccsds121]`
//!
//! Recordings are read from `SQS_SAMPLE_DATA` (default `../shared/data`): files named `NAME_<channels>ch.<type>`,
//! little-endian. libaec gets the samples grouped by channel in runs of 8192, with the block size of its best ratio;
//! the grouping is not part of its time, but part of ours. Our codec runs as a streaming encoder and decoder with the
//! default frame size. The figures of a row are measured in turn; a ratio of times is the median over the rounds.
#[path = "codec/names.rs"]
mod names;
#[path = "codec/signals.rs"]
mod signals;

#[path = "../tests/support/libaec.rs"]
mod libaec;

use libaec::Libaec;
use names::format_of;
use nix::time::{ClockId, clock_gettime};
use sqrtspace::codec::ccsds121::{self, Params, worst_case_bytes};
use sqrtspace::codec::container::format::{Format, SampleType};
use sqrtspace::codec::container::index::Entry;
use sqrtspace::codec::options::Effort;
use sqrtspace::codec::options::EncodeOptions;
use sqrtspace::codec::stream::decoder::{DecodeOptions, Decoder};
use sqrtspace::codec::stream::encoder::Encoder;
use sqrtspace::codec::stream::holes::Range;
use sqrtspace::codec::stream::memory::DecodeMemory;
use sqrtspace::codec::stream::memory::EncodeMemory;
use sqrtspace::codec::{Flow, Progress};

const EFFORTS: [Effort; 3] = [Effort::Fast, Effort::Default, Effort::Best];

/// CPU time of this thread in nanoseconds.
fn cpu() -> u64 {
    let t = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap();
    t.tv_sec() as u64 * 1_000_000_000 + t.tv_nsec() as u64
}

/// The mean time of `repeats` calls in nanoseconds.
fn time(repeats: u64, mut f: impl FnMut()) -> f64 {
    let t = cpu();
    for _ in 0..repeats {
        f();
    }
    (cpu() - t) as f64 / repeats as f64
}

fn median(mut v: Vec<f64>) -> f64 {
    v.sort_by(f64::total_cmp);
    v[v.len() / 2]
}

/// Memory of an encoder and a decoder, allocated once.
struct Work {
    raw: Vec<u8>,
    out: Vec<u8>,
    work: Vec<u8>,
    index: Vec<Entry>,
    holes: Vec<Range>,
}

impl Work {
    fn new() -> Self {
        let big = || vec![0; 1 << 20];
        Work { raw: big(), out: big(), work: big(), index: vec![], holes: vec![Range::default(); 64] }
    }

    fn encode(&mut self, raw: &[u8], options: EncodeOptions, to: &mut [u8]) -> usize {
        let memory =
            EncodeMemory { raw: &mut self.raw, out: &mut self.out, work: &mut self.work, index: &mut self.index };
        let s = Encoder::new(options, memory).unwrap().step(raw, to, Flow::End).unwrap();
        assert_eq!(s.progress, Progress::Done);
        s.written
    }

    fn decode(&mut self, coded: &[u8], to: &mut [u8]) -> usize {
        let memory =
            DecodeMemory { input: &mut self.out, raw: &mut self.raw, work: &mut self.work, holes: &mut self.holes };
        let s = Decoder::new(DecodeOptions::default(), memory).unwrap().step(coded, to, Flow::End).unwrap();
        assert_eq!(s.progress, Progress::Done);
        s.written
    }
}

/// Samples with their name and format.
struct Recording {
    name: String,
    format: Format,
    raw: Vec<u8>,
}

fn recordings() -> Vec<Recording> {
    let dir = std::env::var("SQS_SAMPLE_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data").to_string());
    let mut all = Vec::new();
    match std::fs::read_dir(&dir) {
        Err(_) => println!("skipped: recordings; the directory {dir} does not exist"),
        Ok(entries) => {
            for path in entries.flatten().map(|e| e.path()) {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                if let Some(format) = format_of(&name) {
                    all.push(Recording { name, format, raw: std::fs::read(path).unwrap() });
                }
            }
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// The samples grouped by channel in runs of 8192.
fn planar(r: &Recording) -> Vec<u8> {
    let (w, row) = (r.format.sample.width(), r.format.row_bytes());
    let whole = &r.raw[..r.raw.len() / row * row];
    let mut out = Vec::with_capacity(whole.len());
    for part in whole.chunks(8192 * row) {
        for c in 0..r.format.channels as usize {
            part.chunks(row).for_each(|r| out.extend_from_slice(&r[c * w..(c + 1) * w]));
        }
    }
    out
}

fn params(format: Format) -> Params {
    let signed = matches!(format.sample, SampleType::I8 | SampleType::I16 | SampleType::I24 | SampleType::I32);
    let bits = 8 * format.sample.width() as u8;
    Params { bits, signed, data_3byte: bits == 24, rsi: 128, ..Params::default() }
}

/// The parameters of the peer with the best block size, and its encoded bytes.
fn best_block(peer: &mut Libaec, p: Params, planar: &[u8]) -> (Params, Vec<u8>) {
    let room = worst_case_bytes(&p, planar.len() / p.sample_bytes()).unwrap() * 2 + 1024;
    let tries = [8, 16, 32, 64].map(|block| {
        let p = Params { block, ..p };
        let a = peer.encode(&p, planar, room, 1);
        assert_eq!(a.status, 0);
        (p, a.bytes)
    });
    tries.into_iter().min_by_key(|t| t.1.len()).unwrap()
}

/// Geometric mean.
#[derive(Default)]
struct Mean(f64, u32);

impl Mean {
    fn add(&mut self, v: f64) {
        self.0 += v.ln();
        self.1 += 1;
    }
    fn get(&self) -> f64 {
        (self.0 / f64::from(self.1.max(1))).exp()
    }
}

/// The table of the container's codec.
fn numeric(peer: &mut Libaec, all: &[Recording], rounds: usize) {
    println!(
        "\n| samples | libaec | effort 1 | 5 | 9 | encode CPU 1 | 5 | 9 | decode CPU 1 | 5 | 9 | encode MB/s 5 | decode MB/s 5 |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    let mut work = Work::new();
    let mut means: [Mean; 10] = Default::default();
    for r in all {
        let planar = planar(r);
        let (p, theirs) = best_block(peer, params(r.format), &planar);
        let room = planar.len() * 2 + 1024;
        let mut coded = EFFORTS.map(|_| vec![0u8; r.raw.len() + r.raw.len() / 64 + 4096]);
        let mut back = vec![0u8; r.raw.len()];
        let repeats = (400_000 / r.raw.len()).max(1) as u64;
        let (mut times, mut ratios) = (vec![vec![]; 2], vec![vec![]; 6]);
        for _ in 0..rounds {
            let enc = peer.encode(&p, &planar, room, repeats).cpu_ns as f64 / repeats as f64;
            for (i, effort) in EFFORTS.into_iter().enumerate() {
                let o = EncodeOptions { effort, ..EncodeOptions::new(r.format) };
                let mut n = 0;
                let to = &mut coded[i];
                to.resize(r.raw.len() + r.raw.len() / 64 + 4096, 0);
                let t = time(repeats, || n = work.encode(&r.raw, o, to));
                to.truncate(n);
                ratios[i].push(enc / t);
                if i == 1 {
                    times[0].push(t);
                }
            }
            let dec = peer.decode(&p, &theirs, planar.len(), repeats).cpu_ns as f64 / repeats as f64;
            for i in 0..EFFORTS.len() {
                let t = time(repeats, || assert_eq!(work.decode(&coded[i], &mut back), r.raw.len()));
                assert!(back == r.raw, "{}", r.name);
                ratios[3 + i].push(dec / t);
                if i == 1 {
                    times[1].push(t);
                }
            }
        }
        let size = r.raw.len() as f64;
        let mut row = vec![size / theirs.len() as f64];
        row.extend(coded.iter().map(|c| size / c.len() as f64));
        row.extend(ratios.into_iter().map(median));
        row.iter().zip(&mut means).for_each(|(v, m)| m.add(*v));
        let cells: String = row
            .iter()
            .enumerate()
            .map(|(i, v)| if i < 4 { format!(" {v:.3} |") } else { format!(" {v:.2} |") })
            .collect();
        let [enc, dec] = [0, 1].map(|i| size * 1e3 / median(times[i].clone()));
        println!("| {} |{cells} {enc:.0} | {dec:.0} |", r.name);
    }
    let cells: String = means.iter().map(|m| format!(" {:.2} |", m.get())).collect();
    println!("| *geometric mean* |{cells} | |");
}

/// The table of the CCSDS 121 codec.
fn ccsds121(peer: &mut Libaec, all: &[Recording], rounds: usize) {
    println!(
        "\n| CCSDS 121 | J | ratio | encode CPU | decode CPU | encode MB/s | decode MB/s |\n|---|---:|---:|---:|---:|---:|---:|"
    );
    let mut means: [Mean; 2] = Default::default();
    for r in all {
        for block in [8, 16, 32, 64] {
            let p = Params { block, ..params(r.format) };
            let count = r.raw.len() / p.sample_bytes();
            let raw = &r.raw[..count * p.sample_bytes()];
            let mut coded = vec![0; worst_case_bytes(&p, count).unwrap() + 1024];
            let mut back = vec![0; raw.len()];
            let repeats = (400_000 / raw.len()).max(1) as u64;
            let (mut len, mut all) = (0, [(); 4].map(|()| vec![]));
            for _ in 0..rounds {
                let theirs = peer.encode(&p, raw, coded.len(), repeats).cpu_ns as f64 / repeats as f64;
                let t = time(repeats, || len = ccsds121::encode(&p, raw, &mut coded).unwrap());
                all[0].push(theirs / t);
                all[2].push(raw.len() as f64 * 1e3 / t);
                let theirs = peer.decode(&p, &coded[..len], raw.len(), repeats).cpu_ns as f64 / repeats as f64;
                let t = time(repeats, || {
                    ccsds121::decode(&p, &coded[..len], count as u64, &mut back).unwrap();
                });
                all[1].push(theirs / t);
                all[3].push(raw.len() as f64 * 1e3 / t);
            }
            assert!(back == raw);
            let [enc, dec, enc_speed, dec_speed] = all.map(median);
            means[0].add(enc);
            means[1].add(dec);
            println!(
                "| {} | {block} | {:.3} | {enc:.2} | {dec:.2} | {enc_speed:.0} | {dec_speed:.0} |",
                r.name,
                raw.len() as f64 / len as f64
            );
        }
    }
    println!("| *geometric mean* | | | {:.2} | {:.2} | | |", means[0].get(), means[1].get());
}

fn main() {
    let (mut rounds, mut only, mut standard) = (9, None, false);
    let mut args = std::env::args().skip(1);
    while let Some(a) = args.next() {
        match a.as_str() {
            "--rounds" => rounds = args.next().unwrap().parse().unwrap(),
            "--only" => only = args.next(),
            "--ccsds121" => standard = true,
            _ => {}
        }
    }
    let Some(mut peer) = Libaec::start() else { return };
    let selected = |r: &Recording| only.as_ref().is_none_or(|o| r.name.contains(o.as_str()));
    let recorded: Vec<_> = recordings().into_iter().filter(selected).collect();
    let generated: Vec<_> = signals::all()
        .into_iter()
        .map(|(name, raw)| Recording { format: format_of(name).unwrap(), name: name.into(), raw })
        .filter(selected)
        .collect();
    if standard {
        ccsds121(&mut peer, &recorded, rounds);
        return;
    }
    for all in [&recorded, &generated] {
        if !all.is_empty() {
            numeric(&mut peer, all, rounds);
        }
    }
}
