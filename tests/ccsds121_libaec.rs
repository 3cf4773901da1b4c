//! CCSDS 121 against libaec: the same bytes out of both encoders, and each decodes the other.

#![cfg(feature = "codec")]

#[path = "ccsds121_data/mod.rs"]
mod data;
#[path = "libaec/mod.rs"]
mod libaec;

use data::{KINDS, masked, pack, samples};
use libaec::Libaec;
use sqrtspace::codec::ccsds121::{Params, decode, encode, worst_case_bytes};

fn compare(peer: &mut Libaec, p: &Params, raw: &[u8]) {
    let count = raw.len() / p.sample_bytes();
    let room = worst_case_bytes(p, count).unwrap();
    let mut ours = vec![0; room];
    let len = encode(p, raw, &mut ours).unwrap();
    ours.truncate(len);
    if !p.pad_rsi {
        let theirs = peer.encode(p, &masked(p, raw), room + 1024, 1);
        assert_eq!(theirs.status, 0, "{p:?}");
        assert!(ours == theirs.bytes, "{p:?}: {len} and {} bytes", theirs.bytes.len());
    }
    let back = peer.decode(p, &ours, raw.len(), 1);
    assert_eq!(back.status, 0, "{p:?}");
    assert!(back.bytes == raw, "libaec decodes something else: {p:?}");
    let mut back = vec![0; raw.len()];
    assert_eq!(decode(p, &ours, count as u64, &mut back), Ok(len), "{p:?}");
    assert!(back == raw, "{p:?}");
}

fn sweep(peer: &mut Libaec, bits: u8, block: u16, more: impl Fn(Params) -> Params) {
    for signed in [false, true] {
        for preprocess in [false, true] {
            for (rsi, kind) in (0..KINDS).flat_map(|k| [(1, k), (3, k), (16, k), (128, k), (200, k)]) {
                let p = more(Params { bits, block, rsi, signed, preprocess, ..Params::default() });
                let count = 1 + (usize::from(rsi) * usize::from(block) * 5 / 2 + kind * 37) % 9000;
                let seed = u64::from(bits) * 1000 + u64::from(block) + u64::from(rsi) * 77;
                let raw = pack(&p, &samples(kind, bits.into(), count, seed));
                compare(peer, &p, &raw);
            }
        }
    }
}

#[test]
fn every_sample_and_block_size() {
    let Some(mut peer) = Libaec::start() else { return };
    for bits in 1..=32 {
        for block in [8, 16, 32, 64] {
            sweep(&mut peer, bits, block, |p| p);
        }
    }
}

#[test]
fn big_endian_and_three_byte_containers() {
    let Some(mut peer) = Libaec::start() else { return };
    for bits in [5, 8, 11, 16, 17, 23, 24, 25, 32] {
        sweep(&mut peer, bits, 16, |p| Params { msb: true, ..p });
        sweep(&mut peer, bits, 32, |p| Params { data_3byte: true, ..p });
        sweep(&mut peer, bits, 8, |p| Params { msb: true, data_3byte: true, ..p });
    }
}

#[test]
fn restricted_options() {
    let Some(mut peer) = Libaec::start() else { return };
    for bits in 1..=4 {
        for block in [8, 16, 32, 64] {
            sweep(&mut peer, bits, block, |p| Params { restricted: true, ..p });
        }
    }
}

#[test]
fn padded_intervals() {
    let Some(mut peer) = Libaec::start() else { return };
    for bits in [1, 8, 12, 16, 24, 32] {
        sweep(&mut peer, bits, 16, |p| Params { pad_rsi: true, ..p });
    }
}

#[test]
fn any_even_block() {
    let Some(mut peer) = Libaec::start() else { return };
    for (bits, block) in [(1, 2), (8, 4), (12, 10), (16, 18), (32, 22), (16, 62)] {
        sweep(&mut peer, bits, block, |p| Params { not_enforce: true, ..p });
    }
}

/// CPU time against libaec's, both at their best of interleaved rounds:
/// `cargo test --release --test ccsds121_libaec -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn speed() {
    let Some(mut peer) = Libaec::start() else { return };
    let dir = std::env::var("SQS_SAMPLE_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data").to_string());
    let files = [
        ("ecg_mitdb100_2ch.i16", 16, true),
        ("speech_digits_1ch.i16", 16, true),
        ("seis_balst_1ch.i32", 32, true),
        ("seis_huddle_1ch.i32", 32, true),
        ("kepler_counts_9ch.i32", 32, true),
        ("iq_adsb_2ch.u8", 8, false),
    ];
    println!(
        "{:24} {:>3} {:>7} {:>17} {:>17} {:>13}",
        "file", "J", "ratio", "encode MB/s", "decode MB/s", "of libaec's"
    );
    for (name, bits, signed) in files {
        let Ok(raw) = std::fs::read(format!("{dir}/{name}")) else {
            println!("skipped: {name} is not in {dir}");
            continue;
        };
        for block in [8, 16, 32, 64] {
            let p = Params { bits, block, rsi: 128, signed, ..Params::default() };
            let count = raw.len() / p.sample_bytes();
            let raw = &raw[..count * p.sample_bytes()];
            let mut coded = vec![0; worst_case_bytes(&p, count).unwrap() + 1024];
            let mut back = vec![0; raw.len()];
            let mut best = [u64::MAX; 4];
            let mut len = 0;
            for _ in 0..30 {
                let t = std::time::Instant::now();
                len = encode(&p, raw, &mut coded).unwrap();
                best[0] = best[0].min(t.elapsed().as_nanos() as u64);
                best[1] = best[1].min(peer.encode(&p, raw, coded.len(), 1).cpu_ns);
                let t = std::time::Instant::now();
                decode(&p, &coded[..len], count as u64, &mut back).unwrap();
                best[2] = best[2].min(t.elapsed().as_nanos() as u64);
                best[3] = best[3].min(peer.decode(&p, &coded[..len], raw.len(), 1).cpu_ns);
            }
            assert!(back == raw);
            let speed = |i: usize| raw.len() as f64 * 1e3 / best[i] as f64;
            println!(
                "{name:24} {block:3} {:7.3} {:7.0} ({:7.0}) {:7.0} ({:7.0}) {:6.2} {:6.2}",
                raw.len() as f64 / len as f64,
                speed(0),
                speed(1),
                speed(2),
                speed(3),
                speed(0) / speed(1),
                speed(2) / speed(3),
            );
        }
    }
}
