//! CCSDS 121 within frames, with the caller's parameters.

use crate::streams::{Random, decode, encode, signal16};
use sqrtspace::codec::ccsds121::{self, Params};
use sqrtspace::codec::container::format::{ByteOrder, Format, SampleType};
use sqrtspace::codec::container::frame::{Codec, Header};
use sqrtspace::codec::options::EncodeOptions;
use sqrtspace::codec::options::Method;
use sqrtspace::codec::stream::decoder::DecodeOptions;

fn options(format: Format, params: Params) -> EncodeOptions {
    let o = EncodeOptions::new(format);
    EncodeOptions { method: Method::Ccsds121, ccsds121: Some(params), frame_bytes: 16 << 10, ..o }
}

/// The frames' codecs and payloads.
fn payloads(coded: &[u8]) -> Vec<(Codec, Vec<u8>)> {
    let (mut at, mut list) = (0, Vec::new());
    while at < coded.len() {
        let h = Header::parse(&coded[at..]).unwrap();
        list.push((h.codec, coded[at + h.header_len()..at + h.frame_len() - 4].to_vec()));
        at += h.frame_len();
    }
    list
}

/// Each frame is the stream that the parameters make of its samples, which any decoder of the standard reads.
#[test]
fn frames_hold_the_stream_of_the_given_parameters() {
    for (bits, sample, order) in [
        (7, SampleType::U8, ByteOrder::Big),
        (12, SampleType::I16, ByteOrder::Little),
        (16, SampleType::I16, ByteOrder::Big),
        (24, SampleType::I24, ByteOrder::Little),
        (20, SampleType::I32, ByteOrder::Big),
        (32, SampleType::F32, ByteOrder::Little),
    ] {
        let width = sample.width();
        let mut r = Random(u64::from(bits));
        let mut x = 40i64;
        let raw: Vec<u8> = (0..30_000 / width)
            .flat_map(|_| {
                x = (x + i64::from(r.next() % 7) - 3).clamp(0, 127);
                let le = x.to_le_bytes();
                let be = x.to_be_bytes();
                if order == ByteOrder::Big { be[8 - width..].to_vec() } else { le[..width].to_vec() }
            })
            .collect();
        for (block, rsi, flags) in [(8, 1, 8), (16, 128, 0), (32, 7, 8), (64, 4096, 8 + 32), (10, 64, 8 + 64)] {
            let flags = flags + u32::from(bits == 24) * 2 + u32::from(order == ByteOrder::Big) * 4;
            let params = Params::from_flags(bits, block, rsi, flags).unwrap();
            let coded = encode(options(Format::new(sample, order, 1).unwrap(), params), &raw);
            assert!(decode(DecodeOptions::default(), &coded).unwrap().joined() == raw);
            let per_frame = (16 << 10) / width * width;
            for ((codec, payload), part) in payloads(&coded).iter().zip(raw.chunks(per_frame)) {
                let mut alone = vec![0; ccsds121::worst_case_bytes(&params, part.len() / width).unwrap()];
                let n = ccsds121::encode(&params, part, &mut alone).unwrap();
                assert_eq!(*codec, Codec::Ccsds121);
                assert!(payload[..6] == params.to_bytes() && payload[6..] == alone[..n], "{params:?}");
            }
        }
    }
}

#[test]
fn samples_of_more_bits_are_stored() {
    let raw = signal16(20_000, 1, 3);
    let f = Format::new(SampleType::I16, ByteOrder::Little, 1).unwrap();
    let narrow = Params { bits: 9, signed: true, ..Params::default() };
    let coded = encode(options(f, narrow), &raw);
    assert!(payloads(&coded).iter().any(|(c, _)| *c == Codec::Stored));
    assert!(decode(DecodeOptions::default(), &coded).unwrap().joined() == raw);
}

#[test]
fn parameters_that_do_not_fit_are_refused() {
    let f = Format::new(SampleType::I16, ByteOrder::Little, 1).unwrap();
    for bad in [
        Params { bits: 0, ..Params::default() },
        Params { bits: 33, ..Params::default() },
        Params { block: 9, ..Params::default() },
        Params { rsi: 0, ..Params::default() },
        Params { bits: 24, ..Params::default() },
    ] {
        assert!(options(f, bad).memory().is_err(), "{bad:?}");
    }
    assert!(options(f, Params::default()).memory().is_ok());
    // Containers of one byte within samples of two are fine, and so are bytes in containers of any length.
    assert!(options(f, Params { bits: 8, ..Params::default() }).memory().is_ok());
    assert!(options(Format::BYTES, Params { bits: 32, ..Params::default() }).memory().is_ok());
    assert!(Params::from_flags(16, 16, 128, 128).is_err() && Params::from_flags(16, 17, 128, 8).is_err());
}
