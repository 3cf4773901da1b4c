//! Streams in tests/golden, which every later version has to read: streams.txt of version 1 of the format, streams_v2.txt of
//! version 2.

use crate::format_oracle::seen;
use crate::packet_data::{Kind, packets};
use crate::second;
use crate::signals::{KINDS, TYPES, signal};
use crate::streams::{Random, decode, encode, encode_flushed, names};
use sqrtspace::codec::container::format::{ByteOrder, Format, SampleType};
use sqrtspace::codec::options::Effort;
use sqrtspace::codec::options::EncodeOptions;
use sqrtspace::codec::options::Method;
use sqrtspace::codec::stream::decoder::DecodeOptions;
use sqrtspace::crc::crc32c;
use std::fmt::Write;

/// The golden streams: of every type, short, and between them with every part of the format that this version writes.
fn golden() -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    for (i, sample) in TYPES.into_iter().enumerate() {
        for kind in [i % KINDS, (i + 3) % KINDS, (i + 5) % KINDS, (i + 8) % KINDS] {
            let order = if kind % 2 == 0 && sample != SampleType::Bytes { ByteOrder::Little } else { ByteOrder::Big };
            let f = Format::new(sample, order, [1, 2, 3][kind % 3]).unwrap();
            let raw = signal(f, kind, [1400, 560, 300][kind % 3] / (1 + f.channels as usize), 400 + kind as u64);
            let effort = [Effort::Fast, Effort::Best, Effort::Default][(i + kind) % 3];
            let o = EncodeOptions { effort, method: Method::Numeric, index_entries: kind % 3, ..EncodeOptions::new(f) };
            // Frames of several lengths.
            let coded = encode_flushed(o, &raw, &[raw.len() / 3, raw.len()]);
            out.push((format!("{sample:?}-{order:?}-{}-kind-{kind}-{effort:?}", f.channels), coded));
        }
    }
    let f = Format::new(SampleType::I24, ByteOrder::Big, 2).unwrap();
    for method in [Method::Ccsds121, Method::Lz, Method::Stored] {
        let raw = signal(f, 3, 200, 5);
        out.push((format!("{method:?}"), encode(EncodeOptions { method, ..EncodeOptions::new(f) }, &raw)));
    }
    for effort in [Effort::Fast, Effort::Default, Effort::Best] {
        let text = names(40, 8);
        out.push((
            format!("text-{effort:?}"),
            encode(EncodeOptions { effort, ..EncodeOptions::new(Format::BYTES) }, &text),
        ));
    }
    // A channel of noise, channels that follow each other, values of no pattern, values on a grid.
    let mut r = Random(31);
    let noise: Vec<u8> = (0..150).flat_map(|i| [r.next().to_be_bytes(), (i as f32).to_be_bytes()].concat()).collect();
    let base: Vec<f64> = (0..700).map(|t| 9000.0 * (f64::from(t) * 0.05).sin() + r.noise(900.0)).collect();
    let follow: Vec<u8> = base
        .iter()
        .flat_map(|v| [*v, v * 0.8 + r.noise(2.0), v * 0.3 + r.noise(2.0)].map(|v| (v as i16).to_le_bytes()).concat())
        .collect();
    let values = [0.1f32, 3.75, -2.6e7, 1e-3, 77.7].map(|v| f64::from(v).to_be_bytes());
    let few: Vec<u8> = (0..200).flat_map(|_| values[r.below(5)]).collect();
    let places: Vec<u32> = (0..120).map(|_| r.next() % 30_000).collect();
    let grid: Vec<u8> =
        (0..900).flat_map(|_| ((f64::from(places[r.below(120)]) * 0.1 + 3.0) as f32).to_be_bytes()).collect();
    for (name, sample, order, channels, raw) in [
        ("noise", SampleType::F32, ByteOrder::Big, 2, noise),
        ("follow", SampleType::I16, ByteOrder::Little, 3, follow),
        ("few", SampleType::F64, ByteOrder::Big, 1, few),
        ("grid", SampleType::F32, ByteOrder::Big, 1, grid),
    ] {
        let o =
            EncodeOptions { effort: Effort::Best, ..EncodeOptions::new(Format::new(sample, order, channels).unwrap()) };
        out.push((name.into(), encode(o, &raw)));
    }
    // In groups.
    let bytes = EncodeOptions::new(Format::BYTES);
    for (name, o, raw) in [
        ("group-i24", EncodeOptions { effort: Effort::Best, ..EncodeOptions::new(f) }, signal(f, 0, 600, 5)),
        ("group-text", bytes, names(40, 8)),
    ] {
        out.push((name.into(), encode_flushed(EncodeOptions { restart_interval: 3, ..o }, &raw, &[raw.len() / 5])));
    }
    out.push(("nothing".into(), encode(bytes, &[])));
    // Frames shorter and longer than the part of the past that is used.
    for (i, (sample, order, channels, kind)) in [
        (SampleType::U8, ByteOrder::Big, 1, 3),
        (SampleType::I8, ByteOrder::Big, 3, 0),
        (SampleType::I16, ByteOrder::Little, 2, 1),
        (SampleType::I24, ByteOrder::Big, 1, 8),
        (SampleType::I32, ByteOrder::Little, 3, 5),
        (SampleType::U32, ByteOrder::Big, 1, 7),
        (SampleType::F32, ByteOrder::Little, 1, 2),
        (SampleType::F64, ByteOrder::Big, 1, 0),
        (SampleType::F32, ByteOrder::Big, 2, 9),
        (SampleType::I64, ByteOrder::Little, 1, 1),
    ]
    .into_iter()
    .enumerate()
    {
        let f = Format::new(sample, order, channels).unwrap();
        let raw = signal(f, kind, 900 / channels as usize, 700 + kind as u64);
        let effort = [Effort::Best, Effort::Default, Effort::Best, Effort::Fast][i % 4];
        let restart_interval = [2, 4, 16][i % 3];
        let o = EncodeOptions { effort, restart_interval, method: Method::Numeric, ..EncodeOptions::new(f) };
        let coded = encode_flushed(o, &raw, &[110, 9, 60, 250].map(|rows| rows * f.row_bytes()));
        out.push((format!("group-{restart_interval}-{sample:?}-{order:?}-{channels}-kind-{kind}-{effort:?}"), coded));
    }
    // Noise, and values that no two frames share.
    let values: Vec<u32> = (0..20).map(|_| (r.next() as f32).to_bits()).collect();
    let mixed: Vec<u8> =
        (0..200).flat_map(|t| [r.next(), values[t / 50 * 5 + r.below(5)]].map(u32::to_be_bytes).concat()).collect();
    let f = Format::new(SampleType::F32, ByteOrder::Big, 2).unwrap();
    let o = EncodeOptions { restart_interval: 4, ..EncodeOptions::new(f) };
    out.push(("group-4-mixed".into(), encode_flushed(o, &mixed, &[400])));
    for (effort, restart_interval) in [(Effort::Fast, 16), (Effort::Default, 4), (Effort::Best, 2)] {
        let coded = encode_flushed(EncodeOptions { effort, restart_interval, ..bytes }, &names(40, 9), &[300, 40, 500]);
        out.push((format!("group-{restart_interval}-text-{effort:?}"), coded));
    }
    // Rows after a head.
    let f = Format::new(SampleType::I24, ByteOrder::Little, 2).unwrap();
    for (head, restart_interval) in [(44usize, 1), (7, 4)] {
        let raw = [&names(2, 4)[..head], &signal(f, 1, 120, 6)].concat();
        let o = EncodeOptions { head_bytes: head as u64, restart_interval, ..EncodeOptions::new(f) };
        out.push((format!("head-{head}-group-{restart_interval}"), encode_flushed(o, &raw, &[400])));
    }
    packets_of(&mut out);
    out
}

/// Space packets: with bytes before and after them, of fixed and variable lengths, in groups.
fn packets_of(out: &mut Vec<(String, Vec<u8>)>) {
    for (i, kind) in [Kind::Single, Kind::Mixed, Kind::Turns, Kind::Variable].into_iter().enumerate() {
        let all = packets(kind, [160, 60, 60, 80][i], 3 + i as u64).concat();
        let raw = &all[[0, 31, 0, 7][i]..all.len() - [0, 0, 9, 40][i]];
        let effort = [Effort::Default, Effort::Best, Effort::Fast, Effort::Default][i];
        let o = EncodeOptions { effort, restart_interval: [1, 1, 2, 1][i], ..EncodeOptions::new(Format::BYTES) };
        out.push((format!("packets-{kind:?}-{effort:?}"), encode_flushed(o, raw, &[raw.len() / 2])));
    }
}

/// Everything of the format that [`format_oracle::seen`] can report.
const PARTS: [&str; 41] = [
    "coder 0",
    "coder 1",
    "coder 2",
    "coder 3",
    "coder 4",
    "glyph 0/0",
    "glyph 0/1",
    "glyph 1/0",
    "glyph 1/1",
    "glyph 2/0",
    "glyph 2/1",
    "glyph 2/2",
    "glyph 2/3",
    "glyph 2/8",
    "glyph 2/9",
    "glyph 2/10",
    "glyph 3/0",
    "glyph 3/1",
    "predictor 0",
    "predictor 1",
    "predictor 2",
    "predictor 3",
    "predictor 4",
    "with refs",
    "frame 0",
    "frame 1",
    "frame 2",
    "frame 3",
    "list 0",
    "list 1",
    "list 2",
    "after bytes",
    "after none",
    "past of 0/0",
    "past of 0/1",
    "past of 1/0",
    "past of 1/1",
    "past of 2/0",
    "past of 2/1",
    "past of 2/2",
    "past of coder 3",
];

/// What version 1 does not have.
const PACKET_PARTS: [&str; 11] = [
    "frame 4",
    "block 0",
    "block 1",
    "block 2",
    "block 3",
    "constant bytes",
    "fields 2",
    "fields 4",
    "fields 7",
    "fields 9",
    "packets of several lengths",
];

/// The streams in the file are read as they were written.
fn read_all_of(file: &str, version: u8) {
    seen();
    let mut count = 0;
    for line in file.lines() {
        let parts: Vec<&str> = line.split(' ').collect();
        let [name, len, crc, hex] = parts[..] else { panic!("{line}") };
        let stream: Vec<u8> =
            (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect();
        assert_eq!(stream[4] >> 4, version, "{name}");
        let ours =
            decode(DecodeOptions { history_bytes: 64 << 10, ..DecodeOptions::default() }, &stream).unwrap().joined();
        assert_eq!((ours.len().to_string(), format!("{:08x}", crc32c(&ours))), (len.into(), crc.into()), "{name}");
        assert!(second(&stream).raw == ours, "{name}");
        count += 1;
    }
    assert!(count >= 71, "{count}");
}

/// The files are never rewritten: a decoder that does not read their streams is not one of this format.
#[test]
fn streams_of_version_1_are_read() {
    read_all_of(include_str!("../golden/streams.txt"), 1);
    let seen = seen();
    let missing: Vec<_> = PARTS.iter().filter(|p| !seen.contains(**p)).collect();
    assert!(missing.is_empty(), "no golden stream has {missing:?}");
}

/// New streams may be added at the end (SQS_NEW_GOLDEN=1 prints those of today's encoder).
#[test]
fn streams_of_version_2_are_read() {
    if std::env::var_os("SQS_NEW_GOLDEN").is_some() {
        let mut text = String::new();
        for (name, stream) in golden() {
            let o = DecodeOptions { history_bytes: 64 << 10, ..DecodeOptions::default() };
            let raw = decode(o, &stream).unwrap().joined();
            let hex = stream.iter().fold(String::new(), |mut s, b| {
                write!(s, "{b:02x}").unwrap();
                s
            });
            writeln!(text, "{name} {} {:08x} {hex}", raw.len(), crc32c(&raw)).unwrap();
        }
        print!("{text}");
    }
    read_all_of(include_str!("../golden/streams_v2.txt"), 2);
    let seen = seen();
    let missing: Vec<_> = PACKET_PARTS.iter().filter(|p| !seen.contains(**p)).collect();
    assert!(missing.is_empty(), "no golden stream has {missing:?}");
}
