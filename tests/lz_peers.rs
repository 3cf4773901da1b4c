//! The bytes codec beside zstd -1 and lz4 in independent frames of 64 KiB: ratios and CPU times.
//!
//! `cargo test --release --test lz_peers -- --ignored --nocapture`; more files in SQS_LZ_FILES, separated by colons.

#![cfg(feature = "codec")]

use sqrtspace::codec::lz::{DECODE_WORK_LEN, decode_block, encode_block, encode_work_len};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

const FRAME: usize = 65_536;

/// Compiles the peers; says so and returns nothing where they are missing.
fn peers() -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let exe = dir.join("lz_peers");
    let host = "x86_64-unknown-linux-gnu";
    let compiler = cc::Build::new()
        .cargo_metadata(false)
        .opt_level(2)
        .target(host)
        .host(host)
        .out_dir(dir)
        .try_get_compiler()
        .ok()?;
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lz_peers.c");
    let built = compiler.to_command().arg(source).arg("-o").arg(&exe).args(["-lzstd", "-llz4"]).output().ok()?;
    if !built.status.success() {
        println!("skipped: zstd and lz4 are not installed (Debian: libzstd-dev, liblz4-dev)");
        return None;
    }
    Some(exe)
}

/// One round over all frames: coded bytes, nanoseconds to encode and to decode.
fn round(raw: &[u8], effort: u8) -> [u64; 3] {
    let mut encode_work = vec![0; encode_work_len(FRAME, effort)];
    let mut decode_work = vec![0; DECODE_WORK_LEN];
    let mut coded: Vec<(Vec<u8>, Option<usize>)> = raw.chunks(FRAME).map(|f| (vec![0; f.len()], None)).collect();
    let mut back = vec![0; FRAME];
    let start = Instant::now();
    for (frame, (out, len)) in raw.chunks(FRAME).zip(&mut coded) {
        *len = encode_block(frame, out, &mut encode_work, effort);
    }
    let encode = start.elapsed();
    let start = Instant::now();
    for (frame, (out, len)) in raw.chunks(FRAME).zip(&coded) {
        match len {
            Some(len) => drop(decode_block(&out[..*len], &mut back[..frame.len()], &mut decode_work).unwrap()),
            None => back[..frame.len()].copy_from_slice(frame),
        }
    }
    let decode = start.elapsed();
    for (frame, (out, len)) in raw.chunks(FRAME).zip(&coded) {
        if let Some(len) = len {
            decode_block(&out[..*len], &mut back[..frame.len()], &mut decode_work).unwrap();
            assert!(&back[..frame.len()] == frame);
        }
    }
    let bytes = coded.iter().map(|(out, len)| len.unwrap_or(out.len()) as u64).sum();
    [bytes, encode.as_nanos() as u64, decode.as_nanos() as u64]
}

#[test]
#[ignore = "a measurement"]
fn ratios_and_speed() {
    let Some(peers) = peers() else { return };
    let dir = std::env::var("SQS_SAMPLE_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data").to_string());
    let mut files: Vec<String> = ["log_openssh.txt", "pkt_hs_sim.bin"].iter().map(|f| format!("{dir}/{f}")).collect();
    files.extend(std::env::var("SQS_LZ_FILES").iter().flat_map(|f| f.split(':').map(String::from)));
    println!("{:20} {:8} {:>8} {:>14} {:>14}  of zstd -1", "file", "", "ratio", "encode MB/s", "decode MB/s");
    for file in files {
        let Ok(raw) = std::fs::read(&file) else {
            println!("skipped: {file} is not there");
            continue;
        };
        let efforts = [1, 5, 9];
        let mut best = [[u64::MAX; 3]; 5];
        for _ in 0..12 {
            let out = Command::new(&peers).args([&file, &FRAME.to_string(), "20"]).output().unwrap();
            let text = String::from_utf8(out.stdout).unwrap();
            let theirs = text.lines().map(|l| l.split(' ').map(|n| n.parse().unwrap()).collect::<Vec<u64>>());
            let ours = efforts.iter().map(|e| (0..3).fold([u64::MAX; 3], |b, _| least(b, &round(&raw, *e))));
            for (b, new) in best.iter_mut().zip(theirs.chain(ours.map(Vec::from))) {
                *b = least(*b, &new);
            }
        }
        let name = Path::new(&file).file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (what, b) in ["zstd -1", "lz4", "effort 1", "effort 5", "effort 9"].iter().zip(&best) {
            let [ratio, encode, decode] = b.map(|n| raw.len() as f64 / n as f64);
            let of = |i: usize| best[0][i] as f64 / b[i] as f64;
            println!(
                "{name:20} {what:8} {ratio:8.3} {:14.0} {:14.0}  {:.2} {:.2}",
                encode * 1e3,
                decode * 1e3,
                of(1),
                of(2)
            );
        }
    }
}

fn least(a: [u64; 3], b: &[u64]) -> [u64; 3] {
    std::array::from_fn(|i| a[i].min(b[i]))
}
