//! The format against a second decoder, which was written from docs/FORMAT.md alone: streams of today's encoder, and
//! streams kept in tests/golden/streams.txt, which every later version has to read.

#[path = "ccsds121_oracle/mod.rs"]
mod ccsds121_oracle;
mod codec_common;
#[path = "format_oracle/mod.rs"]
mod format_oracle;
#[path = "lz_oracle/mod.rs"]
mod lz_oracle;

use codec_common::{Random, decode, encode, encode_flushed, lines, names};
use format_oracle::{Stream, seen};
use sqrtspace::codec::Effort;
use sqrtspace::codec::ccsds121::Params;
use sqrtspace::codec::choose::Method;
use sqrtspace::codec::decoder::DecodeOptions;
use sqrtspace::codec::encoder::EncodeOptions;
use sqrtspace::codec::format::{ByteOrder, Format, SampleType};
use sqrtspace::util::crc::crc32c;
use std::fmt::Write;

/// A payload of CCSDS 121: six bytes of parameters, the coded samples.
fn ccsds121(payload: &[u8], raw_len: usize) -> Result<Vec<u8>, &'static str> {
    let [n, flags, j0, j1, r0, r1, coded @ ..] = payload else { return Err("parameters") };
    let on = |bit: u8| flags & bit != 0;
    let p = Params {
        bits: *n,
        block: u16::from_be_bytes([*j0, *j1]),
        rsi: u16::from_be_bytes([*r0, *r1]),
        signed: on(1),
        preprocess: on(2),
        restricted: on(4),
        msb: on(8),
        data_3byte: on(16),
        pad_rsi: on(32),
        not_enforce: on(64),
    };
    let width = match n {
        1..=8 => 1,
        9..=16 => 2,
        17..=24 if p.data_3byte => 3,
        _ => 4,
    };
    let (samples, used) = ccsds121_oracle::decode(&p, coded, raw_len / width).ok_or("coded samples")?;
    if used != coded.len() {
        return Err("bytes behind the coded samples");
    }
    // The oracle tells samples less their least value.
    let low = if p.signed && p.preprocess { 1u32 << (n - 1) } else { 0 };
    let container = |v: &u32| {
        let big = v.wrapping_sub(low).to_be_bytes();
        let mut c = big[4 - width..].to_vec();
        if !p.msb {
            c.reverse();
        }
        c
    };
    Ok(samples.iter().flat_map(container).collect())
}

fn lz(payload: &[u8], raw_len: usize) -> Result<Vec<u8>, &'static str> {
    lz_oracle::decode(payload, raw_len).ok_or("an LZ block")
}

fn second(stream: &[u8]) -> Stream {
    format_oracle::read(stream, &ccsds121, &lz).unwrap_or_else(|e| panic!("the second decoder: {e}"))
}

const TYPES: [SampleType; 11] = [
    SampleType::Bytes,
    SampleType::I8,
    SampleType::U8,
    SampleType::I16,
    SampleType::U16,
    SampleType::I24,
    SampleType::I32,
    SampleType::U32,
    SampleType::I64,
    SampleType::F32,
    SampleType::F64,
];

/// What signals are like.
const KINDS: usize = 10;

/// A sample from a number, in the order of its bytes.
fn sample(t: SampleType, order: ByteOrder, v: f64, scale: f64) -> Vec<u8> {
    let mut b = match t {
        SampleType::F32 => ((v * scale) as f32).to_le_bytes().to_vec(),
        SampleType::F64 => (v * scale).to_le_bytes().to_vec(),
        SampleType::I64 => ((v as i64) << 20).to_le_bytes().to_vec(),
        t => (v as i64).to_le_bytes()[..t.width()].to_vec(),
    };
    if order == ByteOrder::Big {
        b.reverse();
    }
    b
}

/// Rows of a signal of some kind, in every type: walks, tones, few values, steps, zeros, noise, equal channels.
fn signal(f: Format, kind: usize, rows: usize, seed: u64) -> Vec<u8> {
    let mut r = Random(seed);
    let channels = f.channels as usize;
    let (mut walk, mut out) = (vec![0.0f64; channels], Vec::new());
    // 8-bit samples do not have much room.
    let size = if f.sample.width() == 1 { 0.1 } else { 1.0 };
    for t in 0..rows {
        let mut row: Vec<f64> = Vec::new();
        for (c, walk) in walk.iter_mut().enumerate() {
            *walk += r.noise(10.0) - *walk * 0.02;
            let tone = 300.0 * (t as f64 * 0.07 * (1 + c % 3) as f64).sin();
            row.push(match kind {
                0 => (*walk + r.noise(2.0)) * size,
                1 => (tone + r.noise(3.0)) * size,
                2 => f64::from(r.next() % 9) * 7.0,
                3 => f64::from(1 + r.next() % 3) * 11.0 + if t % 97 == 0 { 50.0 } else { 0.0 },
                4 => 5.0,
                // Channels that follow each other, or are each other.
                5 => {
                    row.first().map_or(tone * size, |v| if c % 2 == 0 { *v } else { (v * 0.75 + r.noise(1.0)).trunc() })
                }
                6 => f64::from(r.next() as i32 >> (r.next() % 20)),
                7 => (t / 50) as f64 * 4.0,
                8 => {
                    if r.next().is_multiple_of(40) {
                        r.noise(900.0)
                    } else {
                        r.noise(1.5)
                    }
                }
                _ => t as f64 * 3.0 + r.noise(0.4),
            });
        }
        let scale = [1.0, 0.0625, 0.001, 0.1, 1e-5][kind % 5];
        out.extend(row.iter().flat_map(|v| sample(f.sample, f.order, v.trunc(), scale)));
    }
    out
}

fn agree(options: EncodeOptions, raw: &[u8], case: &str) {
    let coded = encode(options, raw);
    let read = second(&coded);
    assert!(read.raw == raw, "{case}");
    for entry in &read.index {
        assert!(read.frames.contains(entry), "{case}: the index leads to {entry:?}");
    }
    assert_eq!(read.index.is_empty(), options.index_entries == 0 || raw.is_empty(), "{case}");
}

#[test]
fn a_decoder_made_from_the_document_reads_every_format() {
    for (i, sample) in TYPES.into_iter().enumerate() {
        for kind in 0..KINDS {
            let order = if (i + kind) % 2 == 0 { ByteOrder::Little } else { ByteOrder::Big };
            let order = if sample == SampleType::Bytes { ByteOrder::Big } else { order };
            let channels = [1, 2, 5, 12][(i + 3 * kind) % 4];
            let f = Format::new(sample, order, channels).unwrap();
            let rows = [700, 3000, 9000][(i + kind) % 3] / channels as usize;
            let mut raw = signal(f, kind, rows, 77 + kind as u64);
            raw.extend(&[1, 2, 3][..kind % 4 % f.row_bytes().min(4)]);
            let effort = [Effort::Fast, Effort::Default, Effort::Best][(i + kind / 2) % 3];
            let method = if kind % 5 == 4 { Method::Auto } else { Method::Numeric };
            let o =
                EncodeOptions { effort, method, frame_bytes: 16 << 10, index_entries: kind, ..EncodeOptions::new(f) };
            agree(o, &raw, &format!("{f:?} kind {kind} {effort:?}"));
        }
    }
}

#[test]
fn a_decoder_made_from_the_document_reads_the_other_codecs() {
    for (i, sample) in TYPES.into_iter().enumerate() {
        let f = Format::new(sample, ByteOrder::Little, 2).unwrap();
        for method in [Method::Ccsds121, Method::Stored, Method::Lz] {
            let raw = signal(f, i % KINDS, 5000 / sample.width(), 3);
            agree(
                EncodeOptions { method, index_entries: 3, ..EncodeOptions::new(f) },
                &raw,
                &format!("{f:?} {method:?}"),
            );
        }
    }
    for raw in [vec![], vec![7], lines(3000, 5), names(1500, 6)] {
        agree(EncodeOptions { index_entries: 8, ..EncodeOptions::new(Format::BYTES) }, &raw, "text");
    }
    let p = Params { bits: 11, block: 32, rsi: 7, signed: true, msb: true, pad_rsi: true, ..Params::default() };
    let f = Format::new(SampleType::I16, ByteOrder::Big, 3).unwrap();
    let o = EncodeOptions { ccsds121: Some(p), method: Method::Ccsds121, ..EncodeOptions::new(f) };
    agree(o, &signal(f, 1, 4000, 9), "parameters of the caller");
}

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
    // In groups, the past of which the second decoder does not know.
    let bytes = EncodeOptions::new(Format::BYTES);
    for (name, o, raw) in [
        ("group-i24", EncodeOptions { effort: Effort::Best, ..EncodeOptions::new(f) }, signal(f, 0, 600, 5)),
        ("group-text", bytes, names(40, 8)),
    ] {
        out.push((name.into(), encode_flushed(EncodeOptions { restart_interval: 3, ..o }, &raw, &[raw.len() / 5])));
    }
    out.push(("nothing".into(), encode(bytes, &[])));
    out
}

/// Everything of the format that [`format_oracle::seen`] can tell.
const PARTS: [&str; 29] = [
    "coder 0",
    "coder 1",
    "coder 2",
    "coder 3",
    "coder 4",
    "glyph 0/0",
    "glyph 0/1",
    "glyph 1/0",
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
];

/// The streams in the file were written by the first version of the format. They are never made again: a decoder that
/// does not read them is not one of this format. New ones may be added at the end (SQS_NEW_GOLDEN=1 prints them).
#[test]
fn old_streams_are_read() {
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
    seen();
    let mut count = 0;
    for line in include_str!("golden/streams.txt").lines() {
        let parts: Vec<&str> = line.split(' ').collect();
        let [name, len, crc, hex] = parts[..] else { panic!("{line}") };
        let stream: Vec<u8> =
            (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect();
        let ours =
            decode(DecodeOptions { history_bytes: 64 << 10, ..DecodeOptions::default() }, &stream).unwrap().joined();
        assert_eq!((ours.len().to_string(), format!("{:08x}", crc32c(&ours))), (len.into(), crc.into()), "{name}");
        if !name.starts_with("group") {
            assert!(second(&stream).raw == ours, "{name}");
        }
        count += 1;
    }
    assert!(count >= 57, "{count}");
    let seen = seen();
    let missing: Vec<_> = PARTS.iter().filter(|p| !seen.contains(**p)).collect();
    assert!(missing.is_empty(), "no golden stream has {missing:?}");
}

#[test]
fn the_tables_of_the_document_are_these() {
    assert_eq!(format_oracle::tables_crc(), 0x8df8_0b86);
}
