//! A fixed number of cases of every target, and of the comparison with libaec where that is installed.
//! `SQS_FUZZ_CASES` changes the number.

#[path = "../../tests/support/libaec.rs"]
#[allow(dead_code, reason = "the bench uses the rest")]
mod libaec;

#[path = "../../tests/support/ccsds121_data.rs"]
#[allow(dead_code, reason = "the tests of the codec use the rest")]
mod data;

use data::masked;
use fuzz::TARGETS;
use fuzz::input::Random;
use fuzz::targets::ccsds121_samples;
use libaec::Libaec;
use sqrtspace::codec::ccsds121::{decode, encode, worst_case_bytes};

fn cases(usual: u64) -> u64 {
    std::env::var("SQS_FUZZ_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

fn run(name: &str, usual: u64) {
    let t = TARGETS.iter().find(|t| t.name == name).unwrap();
    for n in 0..cases(usual) {
        let case = (t.case)(&mut Random(n));
        if let Err(e) = std::panic::catch_unwind(|| (t.run)(&case)) {
            println!("{name}: case {n}");
            std::panic::resume_unwind(e);
        }
    }
}

#[test]
fn round_trip() {
    run("round_trip", 1000);
}

#[test]
fn decoder() {
    run("decoder", 3000);
}

#[test]
fn payload() {
    run("payload", 4000);
}

#[test]
fn boundary() {
    run("boundary", 10_000);
}

#[test]
fn ccsds121_decoder() {
    run("ccsds121_decoder", 4000);
}

#[test]
fn ccsds121_round_trip() {
    run("ccsds121_round_trip", 4000);
}

/// The same bytes as libaec's, which decodes them to the same; and what we accept of mutated ones it decodes alike.
#[test]
fn ccsds121_like_libaec() {
    let Some(mut peer) = Libaec::start() else { return };
    let mut mutated = 0;
    for n in 0..cases(3000) {
        let mut random = Random(n);
        let case = fuzz::corpus::samples(&mut random);
        let (p, raw) = ccsds121_samples(&case);
        let count = raw.len() / p.sample_bytes();
        if count == 0 {
            continue;
        }
        let room = worst_case_bytes(&p, count).unwrap();
        let mut ours = vec![0; room];
        let len = encode(&p, &raw, &mut ours).unwrap();
        ours.truncate(len);
        // libaec's encoder does not pad.
        if !p.pad_rsi {
            let theirs = peer.encode(&p, &masked(&p, &raw), room + 1024, 1);
            assert!(theirs.status == 0 && theirs.bytes == ours, "case {n}: libaec encodes to something else: {p:?}");
        }
        let back = peer.decode(&p, &ours, raw.len(), 1);
        assert!(back.status == 0 && back.bytes == raw, "case {n}: libaec decodes something else: {p:?}");
        let mut back = vec![0; raw.len()];
        assert_eq!(decode(&p, &ours, count as u64, &mut back), Ok(len));
        assert!(back == raw, "case {n}: {p:?}");
        for _ in 0..4 {
            let at = random.below(len);
            ours[at] ^= 1 << random.below(8);
            if let Ok(used) = decode(&p, &ours, count as u64, &mut back) {
                let theirs = peer.decode(&p, &ours[..used], raw.len(), 1);
                assert!(
                    theirs.status == 0 && theirs.bytes == back,
                    "case {n}: mutated, libaec has it otherwise: {p:?}"
                );
                mutated += 1;
            }
        }
    }
    println!("{mutated} mutated streams were accepted by both");
}
