//! The format against a second decoder, which was written from docs/formats/container.md alone: streams of today's encoder, streams
//! of earlier ones (tests/format/golden.rs), and what is to be refused (tests/format/refusals.rs).

#[path = "../support/amount.rs"]
mod amount;
#[path = "../oracles/ccsds121.rs"]
mod ccsds121_oracle;
mod damage;
#[path = "../oracles/format/mod.rs"]
mod format_oracle;
mod golden;
mod identity;
#[path = "../oracles/lz.rs"]
mod lz_oracle;
#[path = "../support/packets.rs"]
mod packet_data;
mod packets;
mod refusals;
mod signals;
#[path = "../support/streams.rs"]
mod streams;

use format_oracle::Stream;
use signals::{KINDS, TYPES, signal};
use sqrtspace::codec::ccsds121::Params;
use sqrtspace::codec::container::format::{ByteOrder, Format, SampleType};
use sqrtspace::codec::options::Effort;
use sqrtspace::codec::options::EncodeOptions;
use sqrtspace::codec::options::Method;
use streams::{encode, encode_flushed, lines, names};

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
        return Err("bytes after the coded samples");
    }
    // The oracle returns samples minus their minimum.
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

fn lz(payload: &[u8], past: &[u8], raw_len: usize) -> Result<Vec<u8>, &'static str> {
    lz_oracle::decode(past, payload, raw_len).ok_or("an LZ block")
}

fn second_or(stream: &[u8]) -> Result<Stream, &'static str> {
    format_oracle::read(stream, &ccsds121, &lz)
}

fn second(stream: &[u8]) -> Stream {
    let read = second_or(stream).unwrap_or_else(|e| panic!("the second decoder: {e}"));
    assert!(read.within_groups && read.len == stream.len());
    read
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

/// Frames that refer to earlier ones: shorter and longer than the part that predictors, the adaptive coder and lists of
/// values use.
#[test]
fn a_decoder_made_from_the_document_reads_groups() {
    for (i, sample) in TYPES.into_iter().enumerate() {
        for kind in 0..KINDS {
            let order = if (i + kind) % 2 == 0 { ByteOrder::Big } else { ByteOrder::Little };
            let order = if sample == SampleType::Bytes { ByteOrder::Big } else { order };
            let channels = [1, 3, 2, 9][(i + kind) % 4];
            let f = Format::new(sample, order, channels).unwrap();
            let raw = signal(f, kind, 6000 / channels as usize, 500 + kind as u64);
            let sizes = [5, 40, 300, 80, 1100, 33, 600].map(|rows| rows * f.row_bytes() + kind % 3);
            let effort = [Effort::Best, Effort::Default, Effort::Fast][(i + kind / 3) % 3];
            let restart_interval = [2, 4, 16][(i + kind) % 3];
            let history_bytes = if kind == 9 { 700 } else { 64 << 10 };
            let o = EncodeOptions {
                effort,
                restart_interval,
                history_bytes,
                method: Method::Numeric,
                ..EncodeOptions::new(f)
            };
            let coded = encode_flushed(o, &raw, &sizes);
            assert!(second(&coded).raw == raw, "{f:?} kind {kind} {effort:?} in groups of {restart_interval}");
        }
    }
    for (effort, restart_interval) in [(Effort::Fast, 2), (Effort::Default, 4), (Effort::Best, 16)] {
        // Packets and samples among bytes are found out.
        let packets = signal(Format::new(SampleType::U8, ByteOrder::Big, 42).unwrap(), 5, 700, 6);
        let samples = signal(Format::new(SampleType::I16, ByteOrder::Little, 1).unwrap(), 0, 9000, 7);
        for raw in [names(800, 6), lines(700, 6), packets, samples] {
            let o = EncodeOptions { effort, restart_interval, ..EncodeOptions::new(Format::BYTES) };
            let coded = encode_flushed(o, &raw, &[2000, 100, 7001]);
            assert!(second(&coded).raw == raw, "bytes {effort:?} in groups of {restart_interval}");
        }
    }
}

#[test]
fn the_tables_of_the_document_are_these() {
    assert_eq!(format_oracle::tables_crc(), 0x8df8_0b86);
}
