//! Rows that begin at an offset: the bytes before them are in frames of their own.

use crate::streams::{decode, encode, encode_cut, signal16};
use sqrtspace::codec::container::format::{ByteOrder, Format, SampleType};
use sqrtspace::codec::container::frame::{Codec, Header};
use sqrtspace::codec::options::{EncodeOptions, Method};
use sqrtspace::codec::stream::decoder::DecodeOptions;

const FRAME: usize = 16 << 10;

fn options(format: Format, head_bytes: u64) -> EncodeOptions {
    EncodeOptions { frame_bytes: FRAME, head_bytes, ..EncodeOptions::new(format) }
}

/// Raw offset and length of each frame but the end frame.
fn cuts(coded: &[u8]) -> Vec<(u64, u32)> {
    let (mut at, mut list) = (0, Vec::new());
    while at < coded.len() {
        let h = Header::parse(&coded[at..]).unwrap();
        if h.codec != Codec::End {
            list.push((h.raw_offset, h.raw_len));
        }
        at += h.frame_len();
    }
    list
}

/// 24-bit samples of a few channels that wander, in three bytes each.
fn signal24(rows: usize, channels: usize) -> Vec<u8> {
    let words = signal16(rows, channels, 3);
    let samples = words.chunks_exact(2).map(|w| i32::from(i16::from_le_bytes([w[0], w[1]])));
    samples
        .enumerate()
        .flat_map(|(i, v)| <[u8; 3]>::try_from(&(v * 4 + (i * i % 4) as i32).to_le_bytes()[..3]).unwrap())
        .collect()
}

#[test]
fn rows_begin_after_the_head_in_every_format() {
    let head: Vec<u8> = (0..70_000u64).map(|i| ((i * i) >> 5) as u8).collect();
    for code in (0..=10u8).flat_map(|c| [c, c | 0x80]) {
        for (channels, head_bytes) in [(1, 1), (2, 44), (6, 68), (3, 16_384), (2, 70_000)] {
            let f = Format::from_code(code, channels).unwrap();
            let mut raw = head[..head_bytes].to_vec();
            raw.extend_from_slice(&signal16(20_000, 1, 9)[..39_997]);
            for method in [Method::Auto, Method::Numeric, Method::Lz, Method::Ccsds121, Method::Stored] {
                for restart_interval in [1, 4] {
                    let o = EncodeOptions { method, restart_interval, ..options(f, head_bytes as u64) };
                    let coded = encode(o, &raw);
                    let d = DecodeOptions { history_bytes: 64 << 10, ..DecodeOptions::default() };
                    let back = decode(d, &coded).unwrap();
                    assert!(back.joined() == raw && !back.stats.damaged(), "{o:?}");
                    // A frame ends where the head ends, and each later one begins with a row.
                    let after: Vec<_> = cuts(&coded).into_iter().filter(|c| c.0 >= head_bytes as u64).collect();
                    assert_eq!(after[0].0, head_bytes as u64, "{o:?}");
                    let row = f.row_bytes() as u64;
                    let whole =
                        after[..after.len() - 1].iter().all(|(at, _)| (at - head_bytes as u64).is_multiple_of(row));
                    assert!(whole, "{o:?}: {after:?}");
                    for (cut, room) in [(1, 7), (1000, 100_000)] {
                        assert!(encode_cut(o, &raw, cut, room).0 == coded, "{o:?} in pieces of {cut}");
                    }
                }
            }
        }
    }
}

/// The ratio of samples after a head is that of the samples alone, less the bytes of one frame.
#[test]
fn a_head_costs_no_more_than_its_bytes_and_a_frame() {
    let f = Format::new(SampleType::I24, ByteOrder::Little, 2).unwrap();
    let samples = signal24(30_000, 2);
    let alone = encode(options(f, 0), &samples).len();
    for head_bytes in [44usize, 68, 5] {
        let raw = [&vec![0x41u8; head_bytes][..], &samples].concat();
        let with = encode(options(f, head_bytes as u64), &raw).len();
        assert!(with <= alone + head_bytes + 39, "{with} bytes with a head of {head_bytes}, {alone} alone");
        let without = encode(options(f, 0), &raw).len();
        assert!(without > with + with / 20, "misaligned rows: {without} bytes, {with} with a head");
    }
}

#[test]
fn a_head_may_be_longer_than_the_original() {
    let f = Format::new(SampleType::I16, ByteOrder::Little, 2).unwrap();
    for len in [0usize, 1, 20_000] {
        for head_bytes in [len as u64, len as u64 + 1, u64::MAX] {
            let raw: Vec<u8> = (0..len).map(|i| i as u8).collect();
            let coded = encode(options(f, head_bytes), &raw);
            assert!(decode(DecodeOptions::default(), &coded).unwrap().joined() == raw);
        }
    }
}

/// The stream of a file, with one thread and several, is that of the encoder in steps.
#[cfg(feature = "std")]
#[test]
fn files_give_the_same_bytes() {
    use sqrtspace::ffi::*;
    use std::ffi::CString;
    let dir = std::env::temp_dir().join(format!("sqs-heads-{}", std::process::id()));
    std::fs::create_dir(&dir).unwrap();
    let path = |name: &str| CString::new(dir.join(name).to_str().unwrap()).unwrap();
    let f = Format::new(SampleType::I24, ByteOrder::Little, 2).unwrap();
    for head_bytes in [44usize, 40_000] {
        let raw = [&vec![7u8; head_bytes][..], &signal24(20_001, 2)[..120_004]].concat();
        std::fs::write(dir.join("raw"), &raw).unwrap();
        for threads in [1, 3] {
            // SAFETY: arguments as the header asks for.
            let status = unsafe {
                let mut o: sqs_encode_options = std::mem::zeroed();
                assert_eq!(sqs_encode_options_init(&mut o, size_of_val(&o)), SQS_OK);
                (o.dtype, o.channels, o.frame_bytes, o.threads) = (SQS_I24, 2, FRAME as u32, threads);
                (o.head_bytes, o.identity) = (head_bytes as u64, 1);
                let (from, to) = (path("raw"), path("coded"));
                sqs_encode_file(from.as_ptr(), to.as_ptr(), &o, std::ptr::null_mut(), std::ptr::null_mut())
            };
            assert_eq!(status, SQS_OK);
            assert!(
                std::fs::read(dir.join("coded")).unwrap()
                    == encode(EncodeOptions { identity: Some(1), ..options(f, head_bytes as u64) }, &raw)
            );
        }
    }
    std::fs::remove_dir_all(&dir).unwrap();
}
