//! Streams: every format, any cut of the input, any room in the output, and how much they take.

use crate::streams::{Random, decode, decode_cut, encode, encode_cut, lines, signal16};
use proptest::prelude::*;
use sqrtspace::codec::container::format::{ByteOrder, Format, SampleType};
use sqrtspace::codec::container::frame::{Codec, HEADER_BYTES, Header};
use sqrtspace::codec::options::Effort;
use sqrtspace::codec::options::EncodeOptions;
use sqrtspace::codec::options::Method;
use sqrtspace::codec::stream::decoder::DecodeOptions;

const EFFORTS: [Effort; 3] = [Effort::Fast, Effort::Default, Effort::Best];

const METHODS: [Method; 5] = [Method::Auto, Method::Numeric, Method::Lz, Method::Ccsds121, Method::Stored];

fn i16le(channels: u32) -> Format {
    Format::new(SampleType::I16, ByteOrder::Little, channels).unwrap()
}

fn options(format: Format, effort: Effort) -> EncodeOptions {
    EncodeOptions { effort, frame_bytes: 16 << 10, ..EncodeOptions::new(format) }
}

fn check(o: EncodeOptions, raw: &[u8]) -> usize {
    let coded = encode(o, raw);
    let back = decode(DecodeOptions::default(), &coded).unwrap();
    assert!(back.joined() == raw, "{o:?}");
    assert!(back.missing.is_empty() && !back.stats.damaged() && back.length == Some(raw.len() as u64));
    coded.len()
}

#[test]
fn every_format_comes_back_at_every_effort() {
    let mut r = Random(5);
    for code in (0..=10u8).flat_map(|c| [c, c | 0x80]) {
        for channels in [1, 2, 7] {
            let f = Format::from_code(code, channels).unwrap();
            // Noise, a wandering signal of that type, and runs of one byte, each not a whole number of rows.
            let noise: Vec<u8> = (0..5003).map(|_| r.next() as u8).collect();
            let mut x = vec![0f64; channels as usize];
            let mut signal = Vec::new();
            for i in 0..3000 {
                let c = i % channels as usize;
                x[c] = x[c] * 0.99 + r.noise(20.0);
                let v = x[c];
                let mut b = match f.sample {
                    SampleType::F32 => ((v * 0.125).round() as f32 * 0.01).to_le_bytes().to_vec(),
                    SampleType::F64 => ((v * 0.125).round() * 0.01).to_le_bytes().to_vec(),
                    s => (v as i64).to_le_bytes()[..s.width()].to_vec(),
                };
                if f.order == ByteOrder::Big {
                    b.reverse();
                }
                signal.extend_from_slice(&b);
            }
            signal.push(1);
            let runs: Vec<u8> = (0..4001).map(|i| (i / 700) as u8).collect();
            for effort in EFFORTS {
                for raw in [&noise, &signal, &runs] {
                    check(options(f, effort), raw);
                }
            }
        }
    }
}

/// The codecs of a stream's frames.
fn codecs(coded: &[u8]) -> Vec<Codec> {
    let (mut at, mut list) = (0, Vec::new());
    while at < coded.len() {
        let h = Header::parse(&coded[at..]).unwrap();
        list.push(h.codec);
        at += h.frame_len();
    }
    list
}

/// Packets: a head that counts, measurements, and a name.
fn packets(n: usize, seed: u64) -> Vec<u8> {
    let mut r = Random(seed);
    let (mut a, mut b) = (1000u16, 70u8);
    (0..n)
        .flat_map(|i| {
            a = a.wrapping_add(r.below(9) as u16).wrapping_sub(4);
            b = b.wrapping_add((r.next() % 3) as u8).wrapping_sub(1);
            let mut p = b"PK".to_vec();
            p.extend((i as u32).to_be_bytes());
            p.extend(a.to_be_bytes());
            p.extend([b, b ^ 0x55, 0, 7]);
            p.extend(b"housekeeping");
            p
        })
        .collect()
}

#[test]
fn every_method_brings_everything_back() {
    let mut r = Random(15);
    let noise: Vec<u8> = (0..40_001).map(|_| r.next() as u8).collect();
    for method in METHODS {
        for code in (0..=10u8).flat_map(|c| [c, c | 0x80]) {
            let f = Format::from_code(code, 3).unwrap();
            for effort in EFFORTS {
                let o = EncodeOptions { method, ..options(f, effort) };
                for raw in [&noise[..20_003], &signal16(5000, 3, 4), &lines(700, 3), &packets(900, 2), &[7; 20_000]] {
                    let n = check(o, raw);
                    assert!(n <= raw.len() + 39 * 4 + 43, "{o:?} {n}");
                }
            }
        }
    }
}

#[test]
fn methods_use_their_codecs() {
    let raw = signal16(20_000, 2, 4);
    for (method, codec) in
        [(Method::Numeric, Codec::Numeric), (Method::Ccsds121, Codec::Ccsds121), (Method::Stored, Codec::Stored)]
    {
        let coded = encode(EncodeOptions { method, ..options(i16le(2), Effort::Default) }, &raw);
        let list = codecs(&coded);
        assert!(list[..list.len() - 1].iter().all(|c| *c == codec), "{method:?} {list:?}");
    }
    for effort in EFFORTS {
        let count = |raw: &[u8], codec| {
            let list = codecs(&encode(EncodeOptions { effort, ..EncodeOptions::new(Format::BYTES) }, raw));
            (list.iter().filter(|c| **c == codec).count(), list.len() - 1)
        };
        let (lz, all) = count(&lines(6000, 1), Codec::Lz);
        assert_eq!(lz, all);
        let (numeric, all) = count(&packets(12_000, 1), Codec::Numeric);
        assert_eq!(numeric, all);
        // Records of no constant length, and no text.
        let mixed: Vec<u8> =
            lines(6000, 5).split(|b| *b == b'\n').flat_map(|l| [&[0xff, l.len() as u8], l].concat()).collect();
        let shifted: Vec<u8> = mixed.iter().map(|b| b ^ 0x80).collect();
        let (lz, all) = count(&shifted, Codec::Lz);
        assert_eq!(lz, all);
    }
}

/// Bytes are at most what the better codec alone makes of them, or nearly.
#[test]
fn auto_is_no_worse_than_its_parts() {
    let noise = |n: usize| {
        let mut r = Random(5);
        (0..n).map(|_| (r.next() % 11) as u8 * 9).collect::<Vec<u8>>()
    };
    for raw in [lines(5000, 1), packets(9000, 1), signal16(40_000, 2, 1), noise(150_000), vec![3; 100_000]] {
        for effort in EFFORTS {
            let o = EncodeOptions { effort, ..EncodeOptions::new(Format::BYTES) };
            let [auto, numeric, lz] = [Method::Auto, Method::Numeric, Method::Lz]
                .map(|method| encode(EncodeOptions { method, ..o }, &raw).len());
            assert!(auto <= numeric.min(lz) * 51 / 50 + 64, "{effort:?} {} {auto} {numeric} {lz}", raw.len());
        }
    }
}

#[test]
fn the_extremes_of_every_integer_format_come_back() {
    let mut r = Random(11);
    for sample in [SampleType::I16, SampleType::I24, SampleType::I32, SampleType::U32, SampleType::I64, SampleType::F32]
    {
        let w = sample.width();
        let f = Format::new(sample, ByteOrder::Little, 2).unwrap();
        for pattern in 0..5 {
            let mut raw = Vec::new();
            for i in 0..4000usize {
                // Full scale swings between the lowest and the highest value, with little or much noise.
                let high = match pattern {
                    0 => i % 2 == 0,
                    1 => (i / 50) % 2 == 0,
                    2 => r.below(2) == 0,
                    3 => (i / 2) % 3 == 0,
                    _ => (i * i / 900) % 2 == 0,
                };
                let low_byte = if pattern % 2 == 0 { 0 } else { (r.next() & 7) as u8 };
                let mut b = vec![if high { 0xff } else { 0 }; w];
                b[w - 1] ^= 0x80;
                b[0] ^= low_byte;
                raw.extend_from_slice(&b);
            }
            for effort in EFFORTS {
                check(options(f, effort), &raw);
            }
        }
    }
}

#[test]
fn the_bytes_do_not_depend_on_how_the_stream_is_cut() {
    let raw = signal16(12_000, 2, 3);
    for effort in EFFORTS {
        let o = EncodeOptions { index_entries: 8, ..options(i16le(2), effort) };
        let whole = encode(o, &raw);
        for (cut, room) in [(1, 1), (1, 5000), (4099, 1), (7, 13), (16384, 40_000)] {
            let (coded, stats) = encode_cut(o, &raw, cut, room);
            assert!(coded == whole, "{cut} {room}");
            assert_eq!((stats.raw_bytes, stats.coded_bytes), (raw.len() as u64, whole.len() as u64));
        }
        for (cut, room) in [(1, 1), (1, 70_000), (5000, 1), (31, 17)] {
            let back = decode_cut(DecodeOptions::default(), &whole, cut, room).unwrap();
            assert!(back.joined() == raw, "{cut} {room}");
        }
    }
}

#[test]
fn flushed_bytes_can_be_decoded_before_more_come() {
    use sqrtspace::codec::stream::encoder::Encoder;
    use sqrtspace::codec::stream::memory::EncodeMemory;
    use sqrtspace::codec::{Flow, Progress};
    let o = options(i16le(2), Effort::Default);
    let need = o.memory().unwrap();
    let (mut a, mut b, mut c) = (vec![0; need.raw], vec![0; need.out], vec![0; need.work]);
    let memory = EncodeMemory { raw: &mut a, out: &mut b, work: &mut c, index: &mut [] };
    let mut encoder = Encoder::new(o, memory).unwrap();
    let raw = signal16(5000, 2, 9);
    let mut out = vec![0u8; 40_000];
    let mut coded = Vec::new();
    // 10 001 bytes: the last row is not whole and has to wait.
    let s = encoder.step(&raw[..10_001], &mut out, Flow::Flush).unwrap();
    assert_eq!((s.consumed, s.progress), (10_001, Progress::Input));
    coded.extend_from_slice(&out[..s.written]);
    let recover = DecodeOptions { recover: true, ..DecodeOptions::default() };
    assert_eq!(decode(recover, &coded).unwrap().joined(), raw[..10_000]);
    let s = encoder.step(&raw[10_001..], &mut out, Flow::End).unwrap();
    assert_eq!(s.progress, Progress::Done);
    coded.extend_from_slice(&out[..s.written]);
    assert_eq!(decode(DecodeOptions::default(), &coded).unwrap().joined(), raw);
    assert!(encoder.step(&[1], &mut out, Flow::End).is_err());
}

#[test]
fn the_empty_stream_is_an_end_frame() {
    let coded = encode(options(i16le(1), Effort::Default), &[]);
    assert_eq!(coded.len(), 43);
    let back = decode(DecodeOptions::default(), &coded).unwrap();
    assert_eq!((back.joined().len(), back.length), (0, Some(0)));
}

#[test]
fn random_data_grows_by_little() {
    let mut r = Random(77);
    let raw: Vec<u8> = (0..1 << 20).map(|_| r.next() as u8).collect();
    for (sample, channels) in
        [(SampleType::Bytes, 1), (SampleType::I16, 1), (SampleType::I32, 3), (SampleType::F32, 2), (SampleType::F64, 1)]
    {
        let f = Format::new(sample, ByteOrder::Little, channels).unwrap();
        for effort in EFFORTS {
            for method in [Method::Auto, Method::Lz, Method::Ccsds121] {
                let o = EncodeOptions { effort, method, ..EncodeOptions::new(f) };
                let n = check(o, &raw);
                assert!(n <= raw.len() + raw.len() / 400 + 64, "{o:?}: {n}");
            }
        }
    }
}

#[test]
fn few_values_far_apart_shrink_in_short_frames_too() {
    let mut r = Random(52);
    let values: Vec<i32> = (0..52).map(|_| r.next() as i32).collect();
    for rows in [100usize, 250, 1000] {
        let raw: Vec<u8> =
            (0..rows).flat_map(|_| values[r.next() as usize % (rows / 5).min(52)].to_le_bytes()).collect();
        let f = Format::new(SampleType::I32, ByteOrder::Little, 1).unwrap();
        for effort in [Effort::Default, Effort::Best] {
            let n = check(options(f, effort), &raw) - check(options(f, effort), &[]);
            // A list of 32-bit values, six bits to the sample, and a head.
            assert!(n * 3 < raw.len() * 2, "{rows} rows, {effort:?}: {n}");
        }
    }
}

#[test]
fn memory_is_told_and_bounded() {
    for code in 0..=10u8 {
        let f = Format::from_code(code, 4).unwrap();
        let o = EncodeOptions::new(f);
        for (method, effort) in METHODS.iter().flat_map(|m| EFFORTS.map(|e| (*m, e))) {
            let n = EncodeOptions { method, effort, ..o }.memory().unwrap().bytes();
            assert!(n <= 256 << 10, "{:?} {method:?} {effort:?} {n}", f.sample);
        }
    }
    for effort in EFFORTS {
        let n = EncodeOptions { effort, ..EncodeOptions::new(Format::BYTES) }.memory().unwrap().bytes();
        println!("bytes, {effort:?}: {n} bytes of memory");
        assert!(n <= 256 << 10, "{effort:?} {n}");
    }
    assert!(DecodeOptions::default().memory().unwrap().bytes() <= 256 << 10);
    assert!(EncodeOptions { frame_bytes: 100, ..EncodeOptions::new(Format::BYTES) }.memory().is_err());
    let wide = Format::new(SampleType::F64, ByteOrder::Big, 4096).unwrap();
    assert!(EncodeOptions { frame_bytes: 16 << 10, ..EncodeOptions::new(wide) }.memory().is_err());
}

#[test]
fn many_channels_and_large_frames_come_back() {
    for (rows, channels, frame) in [(40, 4096, 32 << 10), (300, 500, 64 << 10), (200_000, 2, 1 << 20)] {
        let raw = signal16(rows, channels as usize, 21);
        let o = EncodeOptions { frame_bytes: frame, ..EncodeOptions::new(i16le(channels)) };
        let coded = encode(o, &raw);
        let d = DecodeOptions { max_frame_bytes: frame, ..DecodeOptions::default() };
        assert!(decode(d, &coded).unwrap().joined() == raw);
    }
}

#[test]
fn few_values_in_the_longest_plane_fit_the_decoder() {
    // 16384 samples of one channel, a third of them distinct and far apart: the largest dictionary there can be.
    let mut r = Random(31);
    let values: Vec<i16> = (0..5000).map(|i| (i * 13 - 32_500) as i16).collect();
    let raw: Vec<u8> = (0..16_384).flat_map(|_| values[r.below(5000)].to_le_bytes()).collect();
    for effort in EFFORTS {
        check(EncodeOptions { effort, ..EncodeOptions::new(i16le(1)) }, &raw);
        let o = EncodeOptions { effort, frame_bytes: 64 << 10, ..EncodeOptions::new(i16le(1)) };
        check(o, &[&raw[..], &raw[..]].concat());
    }
}

#[test]
fn frames_larger_than_the_memory_are_refused() {
    let coded =
        encode(EncodeOptions { frame_bytes: 1 << 20, ..EncodeOptions::new(i16le(1)) }, &signal16(400_000, 1, 2));
    let e = decode(DecodeOptions::default(), &coded).unwrap_err();
    assert_eq!(e.status, sqrtspace::status::Status::Limit);
}

#[test]
fn a_range_is_decoded_with_the_help_of_the_index() {
    use sqrtspace::codec::container::index::{end_frame_len, entries};
    let raw = signal16(100_000, 2, 4);
    let o = EncodeOptions { index_entries: 16, ..options(i16le(2), Effort::Default) };
    let coded = encode(o, &raw);
    let last: &[u8; 8] = coded.last_chunk().unwrap();
    let end = &coded[coded.len() - end_frame_len(last)..];
    let list: Vec<_> = entries(&end[HEADER_BYTES..end.len() - 4]).unwrap().collect();
    assert!(list.len() >= 8);
    for start in [0u64, 5, 70_001, 300_000] {
        let from = list.iter().rev().find(|e| e.raw_offset <= start).unwrap().position as usize;
        let d = DecodeOptions { start, ..DecodeOptions::default() };
        let back = decode(d, &coded[from..]).unwrap();
        assert_eq!(back.pieces[0].0, start);
        assert!(back.pieces[0].1 == raw[start as usize..]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::amount::some(60), ..ProptestConfig::default() })]

    #[test]
    fn anything_comes_back(
        raw in proptest::collection::vec(any::<u8>(), 0..3000),
        code in 0u8..=10, little in any::<bool>(), channels in 1u32..20,
        cut in 1usize..4000, room in 1usize..4000, effort in 0usize..3, method in 0usize..5,
    ) {
        let f = Format::from_code(code | if little { 0x80 } else { 0 }, channels).unwrap();
        let o = EncodeOptions { method: METHODS[method], ..options(f, EFFORTS[effort]) };
        let (coded, _) = encode_cut(o, &raw, cut, room);
        let back = decode_cut(DecodeOptions::default(), &coded, room, cut).unwrap();
        prop_assert_eq!(back.joined(), raw);
    }
}

/// The recordings the codec is measured on, if they are at hand.
#[test]
fn sample_recordings_come_back() {
    let dir = std::env::var("SQS_SAMPLE_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data").to_string());
    let Ok(list) = std::fs::read_dir(&dir) else {
        println!("skipped: no sample recordings (set SQS_SAMPLE_DATA)");
        return;
    };
    for path in list.filter_map(|e| e.ok()).map(|e| e.path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let sample = match path.extension().and_then(|e| e.to_str()) {
            Some("i16") => SampleType::I16,
            Some("i32") => SampleType::I32,
            Some("f32") => SampleType::F32,
            Some("u8") => SampleType::U8,
            Some("bin" | "txt" | "wav") => SampleType::Bytes,
            _ => continue,
        };
        let channels = name.find("ch.").and_then(|i| name[..i].rsplit('_').next()).and_then(|d| d.parse().ok());
        let f = Format::new(sample, ByteOrder::Little, channels.unwrap_or(1)).unwrap();
        let raw = std::fs::read(&path).unwrap();
        for effort in [Effort::Fast, Effort::Default] {
            let n = check(EncodeOptions { effort, ..EncodeOptions::new(f) }, &raw[..raw.len().min(400_000)]);
            assert!(n < raw.len());
        }
    }
}

#[test]
fn frames_made_apart_are_those_of_the_stream() {
    use sqrtspace::codec::container::frame::OVERHEAD_BYTES;
    use sqrtspace::codec::container::index::Index;
    use sqrtspace::codec::stream::encoder::{Place, encode_end, encode_frame, identity_of};
    let raw = signal16(20_000, 3, 8);
    let o = options(i16le(3), Effort::Default);
    let whole = encode(o, &raw);
    let mut work = vec![0; o.work()];
    let step = o.frame_bytes / 6 * 6;
    let identity = identity_of(&raw[..step]);
    let parts: Vec<&[u8]> = raw.chunks(step).collect();
    // The last frame is made first.
    let mut made: Vec<Vec<u8>> = vec![Vec::new(); parts.len()];
    for (i, part) in parts.iter().enumerate().rev() {
        let mut out = vec![0; part.len() + OVERHEAD_BYTES];
        let place = Place { identity, sequence: i as u32, raw_offset: (i * step) as u64 };
        let f = encode_frame(&o, place, part, 0, &mut work, &mut out).unwrap();
        made[i] = out[..f.len].to_vec();
    }
    let mut out = vec![0; 100];
    let place = Place { identity, sequence: parts.len() as u32, raw_offset: raw.len() as u64 };
    let n = encode_end(&o, place, &Index::new(&mut []), &mut out).unwrap();
    made.push(out[..n].to_vec());
    assert!(made.concat() == whole);
}
