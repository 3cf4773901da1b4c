//! CCSDS 121 by itself: against a decoder that reads one bit at a time, in pieces, and over damaged streams.

#![cfg(feature = "codec")]

use crate::ccsds121_oracle as oracle;

use crate::ccsds121_data::{KINDS, Rng, pack, samples};
use proptest::prelude::*;
use sqrtspace::codec::ccsds121::{Decoder, Encoder, Params, decode, encode, worst_case_bytes};
use sqrtspace::codec::container::format::{ByteOrder, Format, SampleType};
use sqrtspace::codec::options::{EncodeOptions, Method};
use sqrtspace::codec::stream::decoder::DecodeOptions;
use sqrtspace::status::Status;

fn encoded(p: &Params, raw: &[u8]) -> Vec<u8> {
    let mut out = vec![0; worst_case_bytes(p, raw.len() / p.sample_bytes()).unwrap()];
    let len = encode(p, raw, &mut out).unwrap();
    out.truncate(len);
    out
}

/// Parameters of all sorts.
fn params() -> impl Strategy<Value = Params> {
    let flags = proptest::array::uniform6(any::<bool>());
    (1u8..=32, 0usize..6, 1u16..200, flags).prop_map(
        |(bits, block, rsi, [signed, pre, restricted, msb, three, pad])| Params {
            bits,
            block: [8, 16, 32, 64, 2, 256][block],
            rsi,
            signed,
            preprocess: pre,
            restricted: restricted && bits <= 4,
            msb,
            data_3byte: three,
            pad_rsi: pad,
            not_enforce: true,
        },
    )
}

proptest! {
    #[test]
    fn the_oracle_reads_what_is_written(p in params(), kind in 0..KINDS, count in 0usize..5000, seed: u64) {
        let x = samples(kind, p.bits.into(), count, seed);
        let raw = pack(&p, &x);
        let coded = encoded(&p, &raw);
        let (back, used) = oracle::decode(&p, &coded, count).unwrap();
        prop_assert!(back == x);
        prop_assert_eq!(used, coded.len());
        let mut out = vec![0; raw.len()];
        prop_assert_eq!(decode(&p, &coded, count as u64, &mut out).unwrap(), coded.len());
        prop_assert!(out == raw);
    }

    #[test]
    fn pieces_make_the_same_stream(p in params(), kind in 0..KINDS, count in 0usize..2000, seed: u64, cut in 1usize..700) {
        let raw = pack(&p, &samples(kind, p.bits.into(), count, seed));
        let coded = encoded(&p, &raw);
        let mut rng = Rng(seed | 1);

        let mut encoder = Encoder::new(&p).unwrap();
        let (mut taken, mut out) = (0, Vec::new());
        for calls in 0.. {
            prop_assert!(calls < 100_000);
            let to = raw.len().min(taken + rng.next() as usize % (cut + 1));
            let mut piece = vec![0; rng.next() as usize % (cut + 1)];
            let step = encoder.step(&raw[taken..to], &mut piece, to == raw.len()).unwrap();
            taken += step.consumed;
            out.extend_from_slice(&piece[..step.produced]);
            if step.done {
                break;
            }
        }
        prop_assert!(taken == raw.len() && out == coded);

        let mut decoder = Decoder::new(&p, count as u64).unwrap();
        let (mut taken, mut out) = (0, Vec::new());
        for calls in 0.. {
            prop_assert!(calls < 100_000);
            let to = coded.len().min(taken + rng.next() as usize % (cut + 1));
            let mut piece = vec![0; rng.next() as usize % (cut + 1)];
            let step = decoder.step(&coded[taken..to], &mut piece).unwrap();
            taken += step.consumed;
            out.extend_from_slice(&piece[..step.produced]);
            if step.done {
                break;
            }
        }
        prop_assert!(taken == coded.len() && out == raw);
    }

    /// Whatever the bytes: the oracle's samples or its refusal, at once and byte by byte.
    #[test]
    fn damaged_streams_are_read_as_the_oracle_reads_them(
        p in params(), kind in 0..KINDS, count in 1usize..1500, seed: u64, flips in 0usize..4, cut: bool, noise: bool,
    ) {
        let mut rng = Rng(seed | 1);
        let raw = pack(&p, &samples(kind, p.bits.into(), count, seed));
        let mut coded = encoded(&p, &raw);
        if noise {
            coded.iter_mut().for_each(|b| *b = (rng.next() >> 11) as u8 & (rng.next() >> 11) as u8);
        }
        if cut {
            coded.truncate(rng.next() as usize % coded.len());
        }
        for _ in 0..flips.min(coded.len()) {
            let at = rng.next() as usize % coded.len();
            coded[at] ^= 1 << (rng.next() % 8);
        }
        let expected = oracle::decode(&p, &coded, count);
        let mut out = vec![0; raw.len()];
        let got = decode(&p, &coded, count as u64, &mut out);
        match &expected {
            Some((x, used)) => {
                prop_assert_eq!(got.unwrap(), *used);
                prop_assert!(out == pack(&p, x));
            }
            None => prop_assert_eq!(got.unwrap_err().status, Status::Damaged),
        }

        let mut decoder = Decoder::new(&p, count as u64).unwrap();
        let (mut slow, mut filled, mut done) = (vec![0; raw.len()], 0, false);
        for byte in coded.chunks(1) {
            match decoder.step(byte, &mut slow[filled..]) {
                Ok(step) => {
                    filled += step.produced;
                    done = step.done;
                }
                Err(_) => break,
            }
            if done {
                break;
            }
        }
        prop_assert_eq!(done, expected.is_some());
        if done {
            prop_assert!(slow == out);
        }
    }
}

#[test]
fn every_truncation_is_noticed() {
    let p = Params { bits: 12, signed: true, rsi: 4, ..Params::default() };
    let raw = pack(&p, &samples(4, 12, 500, 3));
    let coded = encoded(&p, &raw);
    let mut out = vec![0; raw.len()];
    for len in 0..coded.len() {
        let e = decode(&p, &coded[..len], 500, &mut out).unwrap_err();
        assert_eq!(e.status, Status::Damaged, "{len} of {}", coded.len());
    }
}

#[test]
fn what_cannot_be_coded_is_refused() {
    let p = Params { bits: 12, signed: true, ..Params::default() };
    let mut out = [0; 4000];
    let status = |p: &Params, raw: &[u8], out: &mut [u8]| encode(p, raw, out).unwrap_err().status;
    assert_eq!(status(&p, &2048i16.to_le_bytes(), &mut out), Status::Range);
    assert_eq!(status(&p, &(-2049i16).to_le_bytes(), &mut out), Status::Range);
    assert_eq!(status(&p, &[0], &mut out), Status::Argument);
    assert_eq!(status(&p, &[0; 64], &mut out[..1]), Status::Space);
    assert_eq!(encode(&p, &[], &mut []), Ok(0));
    assert_eq!(decode(&p, &[], 0, &mut []), Ok(0));
    for bad in [
        Params { bits: 0, ..p },
        Params { bits: 33, ..p },
        Params { block: 12, ..p },
        Params { block: 0, not_enforce: true, ..p },
        Params { block: 9, not_enforce: true, ..p },
        Params { block: 258, not_enforce: true, ..p },
        Params { rsi: 0, ..p },
        Params { rsi: 4097, ..p },
        Params { restricted: true, ..p },
    ] {
        assert_eq!(bad.check().unwrap_err().status, Status::Argument, "{bad:?}");
        assert_eq!(status(&bad, &[], &mut out), Status::Argument);
        assert_eq!(decode(&bad, &[], 1, &mut out).unwrap_err().status, Status::Argument);
        assert!(worst_case_bytes(&bad, 1).is_err());
    }
    assert_eq!(decode(&p, &[], u64::MAX, &mut out).unwrap_err().status, Status::Space);
}

/// Without the preprocessor samples are n-bit numbers; those of a signed stream may be sign-extended, as users have
/// them. In frames, where every bit counts, such samples are stored.
#[test]
fn sign_extended_samples_without_the_preprocessor() {
    for (bits, msb, step) in
        [(12, false, 5), (12, true, 3), (7, false, 1), (16, true, 77), (20, false, 999), (32, true, 1 << 25)]
    {
        let p = Params { bits, signed: true, preprocess: false, msb, rsi: 4, ..Params::default() };
        let low = -(1i64 << (bits - 1));
        let all = (0..200).map(|i| low + i * step % (1i64 << bits));
        let container = |v: i64| {
            let le = v.to_le_bytes();
            let mut c = le[..p.sample_bytes()].to_vec();
            if msb {
                c.reverse();
            }
            c
        };
        let extended: Vec<u8> = all.clone().flat_map(container).collect();
        let cut: Vec<u8> = all.flat_map(|v| container(v & ((1i64 << bits) - 1))).collect();
        let [mut a, mut b, mut back] = [(); 3].map(|()| vec![0; 4000]);
        let n = encode(&p, &extended, &mut a).unwrap();
        assert_eq!(encode(&p, &cut, &mut b), Ok(n), "{p:?}");
        assert_eq!(a[..n], b[..n], "{p:?}");
        decode(&p, &a[..n], 200, &mut back[..cut.len()]).unwrap();
        assert_eq!(back[..cut.len()], cut, "{p:?}");
        let below = container(low - 1);
        if usize::from(bits) < 8 * p.sample_bytes() {
            assert_eq!(encode(&p, &below, &mut a).unwrap_err().status, Status::Range, "{p:?}");
        }
    }
    let p = Params { bits: 12, signed: true, preprocess: false, ..Params::default() };
    let raw: Vec<u8> = (0..9000).flat_map(|i| (i % 40 - 20i16).to_le_bytes()).collect();
    let f = Format::new(SampleType::I16, ByteOrder::Little, 1).unwrap();
    let o = EncodeOptions { method: Method::Ccsds121, ccsds121: Some(p), ..EncodeOptions::new(f) };
    let coded = crate::streams::encode(o, &raw);
    assert!(
        crate::streams::decode(DecodeOptions::default(), &coded).unwrap().joined() == raw && coded.len() > raw.len()
    );
}

#[test]
fn parameters_are_kept_in_six_bytes() {
    let p = Params { bits: 24, block: 64, rsi: 4096, signed: true, data_3byte: true, ..Params::default() };
    assert_eq!(p.to_bytes(), [24, 0b1_0011, 0, 64, 16, 0]);
    assert_eq!(Params::from_bytes(p.to_bytes()), Ok(p));
    let p = Params { bits: 4, block: 10, msb: true, restricted: true, pad_rsi: true, not_enforce: true, ..p };
    let p = Params { preprocess: false, data_3byte: false, ..p };
    assert_eq!(p.to_bytes(), [4, 0b110_1101, 0, 10, 16, 0]);
    assert_eq!(Params::from_bytes(p.to_bytes()), Ok(p));
    assert_eq!(Params::from_bytes([16, 0x82, 0, 16, 0, 1]).unwrap_err().status, Status::Format);
    assert_eq!(Params::from_bytes([16, 2, 0, 17, 0, 1]).unwrap_err().status, Status::Argument);
}

/// Blocks by hand, 8 bits, J = 8, no preprocessing, so that the layout of every option stands here in bits.
#[test]
fn the_bits_of_every_option() {
    let p = Params { bits: 8, block: 8, rsi: 8, preprocess: false, ..Params::default() };
    let bits = |text: &str| -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(|b| *b != b' ').map(|b| b - b'0').collect();
        digits.chunks(8).map(|c| c.iter().enumerate().fold(0, |v, (i, b)| v | b << (7 - i))).collect()
    };
    let check = |raw: &[u8], text: &str| assert_eq!(encoded(&p, raw), bits(text), "{raw:?}");
    // One zero block; six to the end of the data (ROS).
    check(&[0; 8], "000 0 1");
    check(&[0; 48], "000 0 00001");
    // Five zero blocks, then k = 1.
    let mut run = vec![0; 40];
    run.extend([3, 2, 3, 2, 3, 2, 3, 2]);
    check(&run, "000 0 000001  010 01 01 01 01 01 01 01 01 10101010");
    // Pairs: (0,0) three times, and (0,1), whose code is 2.
    check(&[0, 0, 0, 1, 0, 0, 0, 0], "000 1 1 001 1 1");
    // Raw.
    check(
        &[255, 0, 255, 0, 255, 0, 255, 0],
        "111 11111111 00000000 11111111 00000000 11111111 00000000 11111111 00000000",
    );
}
