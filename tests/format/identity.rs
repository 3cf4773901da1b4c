//! Which frames belong to a stream, and where it ends: both decoders agree.

use crate::damage::{both, frame};
use crate::streams::{decode, encode, lines, signal16};
use crate::{ccsds121, format_oracle, lz, second_or};
use sqrtspace::codec::container::format::{ByteOrder, Format, SampleType};
use sqrtspace::codec::container::frame::{Codec, Header, StreamId};
use sqrtspace::codec::options::EncodeOptions;
use sqrtspace::codec::stream::decoder::DecodeOptions;
use sqrtspace::crc::crc32c;
use sqrtspace::status::Status;

fn header(identity: u64, codec: Codec, raw_offset: u64, raw_len: u32) -> Header {
    let stream = StreamId::new(identity);
    Header { codec, position: 0, format: Format::BYTES, stream, raw_offset, raw_len, payload_len: raw_len }
}

/// Stored frames of one byte each and an end frame, by the identity of each.
fn stored(identities: &[u64]) -> Vec<u8> {
    let (end, frames) = identities.split_last().unwrap();
    let mut out = Vec::new();
    for (i, id) in frames.iter().enumerate() {
        out.extend(frame(&header(*id, Codec::Stored, i as u64, 1), &[i as u8]));
    }
    out.extend(frame(&header(*end, Codec::End, frames.len() as u64, 0), &43u32.to_be_bytes()));
    out
}

/// The same frame in version 1, with the low bits of the identity as its tag.
fn in_version_1(v2: &[u8]) -> Vec<u8> {
    let mut head = v2[..9].to_vec();
    head[4] = 0x10 | (head[4] & 15);
    head.extend(&v2[15..17]);
    head.extend([0; 3]);
    head.extend(&v2[17..31]);
    let payload = &v2[35..v2.len() - 4];
    [&head[..], &crc32c(&head).to_be_bytes(), payload, &crc32c(payload).to_be_bytes()].concat()
}

#[test]
fn frames_of_another_stream_are_not_taken() {
    let good = stored(&[5; 4]);
    assert_eq!(both(&good, "3.1"), Some(vec![0, 1, 2]));
    let high = 5 | 1 << 63;
    for other in [[5, 5, high, 5], [5, high, 5, 5], [5, 5, 5, high], [high, 5, 5, 5]] {
        assert_eq!(both(&stored(&other), "3.1, an identity"), None);
    }
    // A frame of version 1 has the number of the identity, and is another stream.
    let (one, len) = (in_version_1(&good[..40]), 40);
    assert_eq!(both(&[&one[..], &good[len..]].concat(), "3.2, versions do not mix"), None);
    let end = in_version_1(&good[120..]);
    let old: Vec<u8> = good[..120].chunks(40).flat_map(in_version_1).chain(end).collect();
    // Its end frame is shorter by 3 bytes, which its payload has to have.
    let at = old.len() - 8;
    let old = [&old[..at], &40u32.to_be_bytes(), &crc32c(&40u32.to_be_bytes()).to_be_bytes()].concat();
    assert_eq!(both(&old, "3.2"), Some(vec![0, 1, 2]));
}

/// A payload that an older stream left does not fit a new header.
#[test]
fn payloads_belong_to_their_header() {
    let [old, new] = [5, 6].map(|identity| stored(&[identity; 4]));
    for i in 0..3 {
        let mut spliced = new.clone();
        let payload = i * 40 + 35..i * 40 + 40;
        assert!(spliced[payload.start] == old[payload.start] && spliced[payload.clone()] != old[payload.clone()]);
        spliced[payload.clone()].copy_from_slice(&old[payload]);
        assert_eq!(both(&spliced, "3.1, the payload CRC"), None);
    }
    // A checksum of the payload alone is that of version 1.
    let mut alone = new;
    let crc = crc32c(&alone[35..36]).to_be_bytes();
    alone[36..40].copy_from_slice(&crc);
    assert_eq!(both(&alone, "3.1, the payload CRC"), None);
}

#[test]
fn codecs_and_versions_of_the_future_are_refused() {
    let good = stored(&[5; 4]);
    for codec in 4..15 {
        let mut head = good[40..71].to_vec();
        head[5] = codec;
        // A payload shorter than the raw bytes, as every codec has it.
        (head[19], head[22]) = (2, 1);
        let crc = crc32c(&head).to_be_bytes();
        let sealed = [&crc[..], &good[75..76]].concat();
        let stream = [&good[..40], &head, &sealed, &crc32c(&sealed).to_be_bytes(), &good[80..]].concat();
        assert_eq!(both(&stream, "3.1, a codec"), None);
        let got = decode(DecodeOptions { recover: true, ..DecodeOptions::default() }, &stream).unwrap();
        // One damaged frame: its payload is not searched.
        assert_eq!((got.stats.damaged_frames, got.missing), (1, vec![(1, 2)]), "{codec}");
    }
    for version in [0u8, 3, 15] {
        let frames = [&good[..40], &good[40..80], &good[80..120], &good[120..]].map(|f| {
            let mut head = f[..31].to_vec();
            head[4] = version << 4;
            [&head[..], &crc32c(&head).to_be_bytes(), &f[35..]].concat()
        });
        let stream = frames.concat();
        assert_eq!(second_or(&stream).err(), Some("version"));
        for recover in [false, true] {
            let e = decode(DecodeOptions { recover, ..DecodeOptions::default() }, &stream).unwrap_err();
            assert!(e.status == Status::Format && e.number() == i128::from(version), "3.3");
        }
    }
}

/// The first stream is read, whatever follows it; or all of them, wherever they begin.
#[test]
fn streams_that_follow_one_another() {
    let f = Format::new(SampleType::I16, ByteOrder::Little, 2).unwrap();
    let [a, b] = [(signal16(9000, 2, 3), f), (lines(900, 4), Format::BYTES)]
        .map(|(raw, f)| (encode(EncodeOptions { frame_bytes: 16 << 10, ..EncodeOptions::new(f) }, &raw), raw));
    let empty = encode(EncodeOptions::new(f), &[]);
    let old: Vec<u8> = {
        let line = include_str!("../golden/streams.txt").lines().next().unwrap();
        let hex = line.split(' ').nth(3).unwrap();
        (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
    };
    for after in [&[][..], &[0; 5000], b"text after it", &a.0[..700], &b.0, &a.0, &[0xf5], &old] {
        let input = [&a.0[..], after].concat();
        let read = second_or(&input).unwrap();
        assert!(read.raw == a.1 && read.len == a.0.len());
        let got = decode(DecodeOptions::default(), &input).unwrap();
        assert!(got.joined() == a.1 && !got.stats.damaged() && got.stats.used_bytes == read.len as u64);
    }
    let all = DecodeOptions { all: true, ..DecodeOptions::default() };
    for parts in [
        vec![&a.0[..], &b.0],
        vec![&b.0, &[0; 777], &a.0, &[0; 9]],
        vec![&a.0, &a.0, b"between", &b.0, &empty, &old],
        vec![&empty, &empty, &a.0],
        vec![&old, &a.0, &old],
    ] {
        let input = parts.concat();
        let want = format_oracle::read_all(&input, &ccsds121, &lz).unwrap();
        for (cut, room) in [(1 << 30, 1 << 20), (1, 9000), (777, 5)] {
            let got = crate::streams::decode_cut(all, &input, cut, room).unwrap();
            assert!(got.joined() == want && !got.stats.damaged() && got.missing.is_empty());
            assert_eq!(got.length, Some(want.len() as u64));
            // Bytes between streams are counted apart.
            let streams = [&a.0, &b.0, &empty, &old];
            let other = parts.iter().filter(|p| streams.iter().all(|s| &s[..] != **p)).map(|p| p.len() as u64).sum();
            assert_eq!(got.stats.trailing_bytes, other);
            assert_eq!(got.stats.streams as usize, parts.len() - parts.iter().filter(|p| p[0] != 0xf5).count());
        }
    }
    // Damage in a later stream is reported.
    let mut input = [&a.0[..], &b.0].concat();
    input[a.0.len() + 3] ^= 1;
    assert_eq!(decode(all, &input).unwrap_err().status, Status::Damaged);
    let got = decode(DecodeOptions { recover: true, ..all }, &input).unwrap();
    let lost = b.1.len().min(16 << 10) as u64;
    assert_eq!(got.missing, [(a.1.len() as u64, a.1.len() as u64 + lost)]);
}
