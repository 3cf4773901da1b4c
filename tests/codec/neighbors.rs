//! The campaign with other streams near: within a stream, after it, and old ones on the same medium. The decoder is not
//! given the stream's identity. The frames of the right stream that are whole come, and nothing else.
//!
//! `SQS_LONG=1` makes it 10,000 corruptions of each class, `SQS_SEED=n` other recordings and other corruptions.

use crate::campaign::{Junk, Keep, Part, Stream, account, assemble, changed, frames, holes, place};
use crate::streams::{Decoded, Random, decode_of, decode_to, encode, names, signal16};
use sqrtspace::codec::container::format::{ByteOrder, Format, SampleType};
use sqrtspace::codec::container::frame::{Header, repaired};
use sqrtspace::codec::options::EncodeOptions;
use sqrtspace::codec::stream::decoder::DecodeOptions;
use sqrtspace::codec::whole::decode::choose;
use sqrtspace::status::{Result, Status};

const RECOVER: DecodeOptions = DecodeOptions {
    max_frame_bytes: 64 << 10,
    recover: true,
    start: 0,
    identity: None,
    all: false,
    max_holes: 64,
    history_bytes: 0,
};

/// As a file is decoded: the stream is chosen first. The result, and whether the choice is uncertain.
fn as_file(options: DecodeOptions, input: &[u8], pieces: &mut Vec<(u64, Vec<u8>)>) -> (Result<Decoded>, bool) {
    let read = |at: u64, out: &mut [u8]| {
        let rest = &input[(at as usize).min(input.len())..];
        let n = rest.len().min(out.len());
        out[..n].copy_from_slice(&rest[..n]);
        Ok(n)
    };
    let chosen = choose(&read, input.len() as u64, None, &mut vec![0; 64 << 10]).unwrap();
    let chosen = chosen.map(|c| (c.stream, c.uncertain));
    (decode_of(options, chosen, input, 1 << 30, 1 << 16, pieces), chosen.is_some_and(|c| c.1))
}

/// What comes of `bad` is what whole frames hold; in order, too, where the first header leads there.
fn check(s: &Stream, parts: &[Part], case: &str) {
    let (bad, whole) = assemble(s, parts);
    let (want, known) = account(s, &whole);
    let first = bad.first_chunk();
    let led = Header::parse(&bad).or_else(|| first.and_then(repaired));
    let complete = bad.starts_with(&s.coded);
    if led.is_some_and(|h| h.stream != Header::parse(&s.coded).unwrap().stream) {
        // The input begins with the first header of another stream.
        assert!(whole.iter().all(|i| s.frames[*i].at.start > 0), "{case}");
        return;
    }
    for in_order in [false, true] {
        if in_order && led.is_none() {
            continue;
        }
        let case = format!("{case}, {}", if in_order { "in order" } else { "as a file" });
        let mut pieces = Vec::new();
        let (got, uncertain) = match in_order {
            true => (decode_to(RECOVER, &bad, 3000, 5000, &mut pieces), false),
            false => as_file(RECOVER, &bad, &mut pieces),
        };
        if whole.is_empty() && uncertain {
            // Another stream is all that there is, which does not begin with this input: that is said.
            continue;
        }
        let mut have = vec![false; s.raw.len()];
        place(&mut have, &s.raw, &pieces, &case);
        assert!(have == want, "{case}: whole {whole:?}, not there {:?}", holes(&have));
        assert_eq!(uncertain, led.is_none() && !whole.is_empty(), "{case}");
        let got = match got {
            Err(e) => {
                assert!(e.status == Status::Format && whole.is_empty(), "{case}: {e:?}");
                continue;
            }
            Ok(got) => got,
        };
        assert_eq!(got.length, known.then_some(s.raw.len() as u64), "{case}");
        let mut pieces = Vec::new();
        let strict = DecodeOptions { recover: false, ..RECOVER };
        let strictly = match in_order {
            true => decode_to(strict, &bad, 3000, 5000, &mut pieces),
            false => as_file(strict, &bad, &mut pieces).0,
        };
        if complete {
            assert_eq!(strictly.expect(&case).stats.used_bytes, s.coded.len() as u64, "{case}");
            assert!(!got.stats.damaged() && got.stats.streams == 1, "{case}");
        } else {
            assert_eq!(strictly.map(drop).expect_err(&case).status, Status::Damaged, "{case}");
            assert!(got.stats.damaged() || !got.missing.is_empty() || !got.stats.ended, "{case}: not reported");
        }
    }
}

fn samples() -> Format {
    Format::new(SampleType::I16, ByteOrder::Little, 2).unwrap()
}

/// A recording of its own identity; the raw bytes of those with an even seed begin alike.
fn recording(rows: usize, seed: u64) -> (Vec<u8>, Vec<u8>) {
    let mut raw = signal16(rows, 2, seed);
    if seed.is_multiple_of(2) {
        let alike = raw.len().min(20_000);
        raw[..alike].fill(0);
    }
    let o = EncodeOptions {
        frame_bytes: 16 << 10,
        identity: Some(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
        index_entries: 4,
        ..EncodeOptions::new(samples())
    };
    let coded = encode(o, &raw);
    (raw, coded)
}

fn stream(name: &'static str, raw: Vec<u8>, coded: Vec<u8>, other: Vec<u8>) -> Stream {
    let frames = frames(&coded);
    Stream { name, raw, coded, frames, other }
}

/// An archive of recordings, an old stream of version 1 and text, in stored frames.
fn archive(members: usize, seed: u64) -> Stream {
    let mut r = Random(seed);
    let mut raw: Vec<u8> = (0..100 + r.below(3000)).map(|_| r.next() as u8).collect();
    let old = include_str!("../golden/streams.txt").lines().nth(seed as usize % 40).unwrap();
    let hex = old.split(' ').nth(3).unwrap();
    raw.extend((0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()));
    for i in 0..members {
        raw.extend(recording(300 + r.below(14_000), seed * 100 + i as u64).1);
        raw.extend((0..r.below(600)).map(|_| r.next() as u8));
    }
    raw.extend(names(9, seed));
    let o = EncodeOptions { frame_bytes: 16 << 10, identity: Some(seed + 1), ..EncodeOptions::new(Format::BYTES) };
    let coded = encode(o, &raw);
    stream("archive", raw, coded, Vec::new())
}

/// Damage of one kind to a stream, more often at its start.
fn damaged(s: &Stream, kind: usize, r: &mut Random) -> Vec<Part> {
    let n = s.coded.len();
    let mut bad = s.coded.clone();
    let at = match r.below(3) {
        0 => r.below(60),
        1 => r.below(s.frames[0].at.end + 40),
        _ => r.below(n),
    };
    match kind {
        0 => bad[at] ^= 1 << r.below(8),
        1 => {
            for _ in 0..2 + r.below(8) {
                let near = 1 << (6 + r.below(12));
                bad[r.below(n.min(near))] ^= 1 << r.below(8);
            }
        }
        2 => {
            let end = n.min(at + 1 + r.below(3000));
            bad[at..end].iter_mut().for_each(|b| *b = r.next() as u8);
        }
        3 => {
            let sector = [512, 4096][r.below(2)];
            let at = at / sector * sector;
            bad[at..n.min(at + sector)].fill(0);
        }
        4 => return vec![Keep(0..at), Keep(n.min(at + 1 + r.below(4000))..n)],
        5 => return vec![Keep(0..at)],
        _ => {
            let junk = (0..1 + r.below(600)).map(|_| r.next() as u8).collect();
            return vec![Keep(0..at), Junk(junk), Keep(at..n)];
        }
    }
    changed(s, &bad)
}

const DAMAGES: usize = 7;

fn cases() -> u64 {
    if std::env::var_os("SQS_LONG").is_some() { 10_000 } else { 200 }
}

/// An even number that the seeds of recordings start from.
fn base() -> u64 {
    let given = std::env::var("SQS_SEED").map(|s| s.parse::<u64>().expect("SQS_SEED is a number"));
    given.unwrap_or(0) * 1000
}

/// The random numbers of a case.
fn random(seed: u64) -> Random {
    let mut r = Random(seed.wrapping_add(base().wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    r.next();
    r
}

/// Every bit of the first header, in archives of one frame and of several.
#[test]
fn a_flipped_bit_of_the_first_header_never_leads_to_an_inner_stream() {
    for s in [archive(0, 3), archive(1, 4), archive(6, 5)] {
        for bit in 0..8 * 35 {
            let mut bad = s.coded.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            check(&s, &changed(&s, &bad), &format!("{} frames, bit {bit}", s.frames.len()));
        }
    }
}

#[test]
fn streams_within_streams() {
    let archives: Vec<Stream> = (0..4).map(|i| archive(1 + 2 * i as usize, base() + 10 + i)).collect();
    for seed in 0..cases() {
        let mut r = random(seed * 31 + 5);
        let s = &archives[r.below(4)];
        let kind = r.below(DAMAGES);
        check(s, &damaged(s, kind, &mut r), &format!("within, damage {kind}, seed {seed}"));
    }
}

#[test]
fn streams_after_streams() {
    let (raw, coded) = recording(30_000, base() + 2);
    let s = stream("after", raw, coded, recording(20_000, base() + 4).1);
    for seed in 0..cases() {
        let mut r = random(seed * 37 + 9);
        let kind = r.below(DAMAGES + 1);
        let mut parts = if kind < DAMAGES { damaged(&s, kind, &mut r) } else { vec![Keep(0..s.coded.len())] };
        parts.push(Junk(match r.below(4) {
            0 => s.other.clone(),
            1 => vec![0; 1 + r.below(9000)],
            // Without its first frame it could be the stream that begins at a damaged start.
            2 if kind == 0 => s.other[r.below(s.other.len())..].to_vec(),
            _ => (0..1 + r.below(900)).map(|_| r.next() as u8).collect(),
        }));
        check(&s, &parts, &format!("after, damage {kind}, seed {seed}"));
    }
}

/// A new recording was cut off on a medium that holds an old one, which begins with the same bytes.
#[test]
fn streams_over_old_streams() {
    let (raw, coded) = recording(30_000, base() + 6);
    let s = stream("over", raw, coded, recording(60_000, base() + 8).1);
    for seed in 0..cases() {
        let mut r = random(seed * 41 + 1);
        // Its first header is written.
        let cut = match r.below(3) {
            0 => s.frames[r.below(s.frames.len())].at.end,
            1 => 35 + r.below(3000),
            _ => 35 + r.below(s.coded.len() - 35),
        };
        let mut new = s.coded.clone();
        for _ in 0..r.below(3) {
            let at = r.below(cut);
            new[at] ^= u8::from(at >= 35) << r.below(8);
        }
        let mut parts = changed(&s, &new[..cut]);
        parts.push(Junk(s.other[cut..].to_vec()));
        check(&s, &parts, &format!("over, cut {cut}, seed {seed}"));
    }
}
