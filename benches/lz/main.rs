//! The LZ codec compared with zstd -1 and lz4, all in independent blocks of 64 KiB: ratios and CPU times.
//!
//! `cargo bench -p benches --bench lz -- [INPUT...]`: the inputs are the sample data (`SQS_SAMPLE_DATA`) if present,
//! generated data, and the files in `SQS_LZ_FILES`, separated by colons; arguments select inputs by name. A round runs
//! every coder once; times are medians over `SQS_LZ_ROUNDS` rounds. `SQS_LZ_ONLY` selects one effort. Without
//! libzstd.so.1 and liblz4.so.1 the columns that compare with them are empty.

mod inputs;
mod peers;

use peers::{Lz4, Zstd};
use sqrtspace::codec::lz::{DECODE_WORK_LEN, decode_block, encode_block, encode_work_len};
use std::time::Duration;

/// Bytes per block.
const FRAME: usize = 65_536;
/// Maximum number of bytes of a file that are used.
const MAX_BYTES: usize = 4 << 20;
const EFFORTS: [u8; 3] = [1, 5, 9];

/// A coder of independent blocks.
trait Coder {
    /// Encodes a block. Returns the encoded bytes, or None if the block is better stored.
    fn encode(&mut self, raw: &[u8], out: &mut [u8]) -> Option<usize>;
    /// Decodes a block; `out` has its length.
    fn decode(&mut self, coded: &[u8], out: &mut [u8]);
}

struct Ours {
    effort: u8,
    encode: Vec<u32>,
    decode: Vec<u32>,
}

impl Ours {
    fn new(effort: u8) -> Self {
        Ours { effort, encode: vec![0; encode_work_len(FRAME, effort)], decode: vec![0; DECODE_WORK_LEN] }
    }
}

impl Coder for Ours {
    fn encode(&mut self, raw: &[u8], out: &mut [u8]) -> Option<usize> {
        encode_block(raw, out, &mut self.encode, self.effort)
    }

    fn decode(&mut self, coded: &[u8], out: &mut [u8]) {
        assert_eq!(decode_block(coded, out, &mut self.decode).expect("a valid block"), out.len());
    }
}

/// CPU time of this process.
fn cpu() -> Duration {
    nix::time::clock_gettime(nix::time::ClockId::CLOCK_PROCESS_CPUTIME_ID).expect("a clock").into()
}

/// Encodes and decodes an input once. Returns the encoded bytes, and the nanoseconds to encode and to decode.
fn round(raw: &[u8], coder: &mut dyn Coder, coded: &mut [u8], lens: &mut Vec<Option<usize>>) -> [u64; 3] {
    let mut back = vec![0; FRAME];
    let slot = FRAME + 1024;
    lens.clear();
    let start = cpu();
    for (frame, out) in raw.chunks(FRAME).zip(coded.chunks_mut(slot)) {
        lens.push(coder.encode(frame, out));
    }
    let encode = cpu() - start;
    let start = cpu();
    for ((frame, out), len) in raw.chunks(FRAME).zip(coded.chunks(slot)).zip(lens.iter()) {
        match len {
            Some(len) => coder.decode(&out[..*len], &mut back[..frame.len()]),
            None => back[..frame.len()].copy_from_slice(frame),
        }
    }
    let decode = cpu() - start;
    let last = raw.chunks(FRAME).last().unwrap_or(&[]);
    assert!(&back[..last.len()] == last);
    let bytes = raw.chunks(FRAME).zip(lens).map(|(frame, len)| len.unwrap_or(frame.len()) as u64).sum();
    [bytes, encode.as_nanos() as u64, decode.as_nanos() as u64]
}

fn median(mut of: Vec<u64>) -> f64 {
    of.sort_unstable();
    of[of.len() / 2] as f64
}

fn main() {
    let rounds = std::env::var("SQS_LZ_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(15);
    let only = std::env::var("SQS_LZ_ONLY").unwrap_or_default();
    let mut coders: Vec<(String, Box<dyn Coder>)> = Vec::new();
    match (Zstd::load(), Lz4::load()) {
        (Some(zstd), Some(lz4)) => {
            coders.push(("zstd -1".into(), Box::new(zstd)));
            coders.push(("lz4".into(), Box::new(lz4)));
        }
        _ => println!("skipped: the comparison with libzstd.so.1 and liblz4.so.1, which are not installed"),
    }
    let theirs = coders.len();
    let efforts = EFFORTS.iter().filter(|e| only.is_empty() || only == e.to_string());
    coders.extend(efforts.map(|e| (format!("effort {e}"), Box::new(Ours::new(*e)) as Box<dyn Coder>)));
    println!("Speed in MB/s of one thread, and relative to zstd -1; ratio, and relative to lz4\n");
    println!("| input | coder | ratio | of lz4 | encode | decode | encode of zstd | decode of zstd |");
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut logs = vec![[0f64; 2]; coders.len()];
    let mut all = inputs::all(MAX_BYTES);
    let selected: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    all.retain(|(name, _)| selected.is_empty() || selected.contains(name));
    for (name, raw) in &all {
        let mut coded = vec![0; raw.len().div_ceil(FRAME) * (FRAME + 1024)];
        let mut lens = Vec::new();
        // Small files run several times per round, for the resolution of the clock.
        let times = (1 << 20) / raw.len().max(1) + 1;
        let mut seen = vec![vec![[0u64; 3]; 0]; coders.len()];
        for r in 0..=rounds {
            for ((_, coder), seen) in coders.iter_mut().zip(&mut seen) {
                let mut sum = [0; 3];
                for _ in 0..times {
                    let [bytes, encode, decode] = round(raw, coder.as_mut(), &mut coded, &mut lens);
                    sum = [bytes, sum[1] + encode, sum[2] + decode];
                }
                // The first round warms up.
                if r > 0 {
                    seen.push(sum);
                }
            }
        }
        let of = |c: usize, what: usize| median(seen[c].iter().map(|s| s[what]).collect());
        for (c, (coder, _)) in coders.iter().enumerate() {
            let speed = |what| (raw.len() * times) as f64 * 1e3 / of(c, what);
            print!("| {name} | {coder} | {:.2} | ", raw.len() as f64 / of(c, 0));
            if theirs > 0 {
                let (encode, decode) = (of(0, 1) / of(c, 1), of(0, 2) / of(c, 2));
                logs[c][0] += encode.ln();
                logs[c][1] += decode.ln();
                let of_lz4 = of(1, 0) / of(c, 0);
                println!("{of_lz4:.2} | {:.0} | {:.0} | {encode:.2} | {decode:.2} |", speed(1), speed(2));
            } else {
                println!("| {:.0} | {:.0} | | |", speed(1), speed(2));
            }
        }
    }
    if theirs > 0 {
        for ((coder, _), [encode, decode]) in coders.iter().zip(&logs) {
            let mean = |sum: f64| (sum / all.len().max(1) as f64).exp();
            println!("| geometric mean | {coder} | | | | | {:.2} | {:.2} |", mean(*encode), mean(*decode));
        }
    }
}
