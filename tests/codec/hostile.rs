//! Streams made to cost time: the work stays in proportion to their bytes. Counted in bytes checked and moved, not timed.

use crate::streams::{Decoded, decode, decode_cut, encode, encode_flushed, names, signal16};
use sqrtspace::codec::container::format::{ByteOrder, Format, SampleType};
use sqrtspace::codec::container::frame::{Codec, HEADER_BYTES, Header, StreamId};
use sqrtspace::codec::options::EncodeOptions;
use sqrtspace::codec::options::Method;
use sqrtspace::codec::stream::decoder::DecodeOptions;
use sqrtspace::crc::crc32c;

const FRAME: usize = 1 << 20;

fn options() -> DecodeOptions {
    DecodeOptions { max_frame_bytes: FRAME, recover: true, ..DecodeOptions::default() }
}

fn header(raw_offset: u64, raw_len: usize, payload_len: usize, codec: Codec) -> Header {
    let format = Format::BYTES;
    let (raw_len, payload_len) = (raw_len as u32, payload_len as u32);
    Header { codec, position: 0, format, stream: StreamId::new(7), raw_offset, raw_len, payload_len }
}

/// A whole frame around a payload.
fn frame(h: &Header, payload: &[u8]) -> Vec<u8> {
    let bytes = [&h.to_bytes()[..], payload].concat();
    let crc = crc32c(&bytes[h.checked_from()..]).to_be_bytes();
    [&bytes[..], &crc].concat()
}

/// Work for a byte of the stream, once a few frames are allowed for.
fn proportionate(got: &Decoded, coded: &[u8], what: &str) {
    // Every byte is checked once, up to 16 more times for false headers, and moved about as often.
    let most = 40 * coded.len() as u64 + 64 * FRAME as u64;
    assert!(got.stats.worked_bytes <= most, "{what}: {} of {most}, {:?}", got.stats.worked_bytes, got.stats);
}

#[test]
fn headers_that_lie_about_their_length_cost_little() {
    let lie = header(9, FRAME, FRAME - 1, Codec::Lz).to_bytes();
    // Only valid headers, each of a frame that would cover all later ones.
    let bad = lie.repeat(4 * FRAME / HEADER_BYTES);
    proportionate(&decode(options(), &bad).unwrap(), &bad, "headers");
    proportionate(&decode_cut(options(), &bad, 5000, 100).unwrap(), &bad, "headers in pieces");
    // The same, and now and then a sound frame, which is no reason to begin anew.
    let mut mixed = Vec::new();
    for at in 0..500 {
        mixed.extend_from_slice(&lie.repeat(60));
        mixed.extend(frame(&header(at, 1, 1, Codec::Stored), &[at as u8]));
    }
    mixed.extend_from_slice(&vec![0; 2 * FRAME]);
    proportionate(&decode(options(), &mixed).unwrap(), &mixed, "headers and frames");
    // The stream ends within all of them.
    let short = lie.repeat(FRAME / 64);
    proportionate(&decode(options(), &short).unwrap(), &short, "headers at the end");
    // Markers without headers.
    let markers = [0xF5, 0x53, 0x51, 0xB2].repeat(FRAME / 4);
    let got = decode(options(), &markers).unwrap();
    proportionate(&got, &markers, "markers");
    assert_eq!(got.stats.skipped_bytes, markers.len() as u64);
}

/// Damage to every frame, also with wrong successors, does not exceed the limit for redundant work.
#[test]
fn much_damage_is_no_reason_to_lose_sound_frames() {
    let raw = signal16(600_000, 2, 5);
    let f = Format::new(SampleType::I16, ByteOrder::Little, 2).unwrap();
    let coded = encode(EncodeOptions { frame_bytes: 16 << 10, ..EncodeOptions::new(f) }, &raw);
    let (mut bad, mut at, mut sound, mut n) = (Vec::new(), 0, 0, 0u32);
    while at < coded.len() {
        let h = Header::parse(&coded[at..]).unwrap();
        let part = &coded[at..at + h.frame_len()];
        n += 1;
        if n % 50 == 0 || h.codec == Codec::End {
            bad.extend_from_slice(part);
            sound += u64::from(h.codec != Codec::End);
        } else {
            // All but the last bytes: the next frame begins where this one's payload would be.
            bad.extend_from_slice(&part[..part.len() - 40]);
        }
        at += h.frame_len();
    }
    let got = decode(DecodeOptions { max_holes: 1000, ..options() }, &bad).unwrap();
    assert!(sound >= 2 && got.stats.frames == sound, "{sound} {:?}", got.stats);
    proportionate(&got, &bad, "cut frames");
}

/// Very short frames after a long history: the history is not moved for each of them.
#[test]
fn short_frames_with_a_long_history_move_little() {
    let raw = names(3000, 4);
    let o = EncodeOptions {
        restart_interval: 200,
        history_bytes: FRAME,
        method: Method::Lz,
        ..EncodeOptions::new(Format::BYTES)
    };
    let coded = encode_flushed(o, &raw, &[40]);
    let got = decode(DecodeOptions { history_bytes: FRAME, ..options() }, &coded).unwrap();
    assert!(got.joined() == raw && got.stats.frames > 2000 && !got.stats.damaged());
    proportionate(&got, &coded, "short frames");
    // More of them than the memory holds.
    let raw = [&raw[..]; 12].concat();
    let o = EncodeOptions { history_bytes: 20_000, frame_bytes: 16 << 10, ..o };
    let coded = encode_flushed(o, &raw, &[300, 16 << 10, 7, 9000]);
    let small = DecodeOptions { max_frame_bytes: 16 << 10, history_bytes: 20_000, ..options() };
    let got = decode(small, &coded).unwrap();
    assert!(got.joined() == raw && !got.stats.damaged());
}

/// A frame of many tiny groups would cost a decoder the set-up of each.
#[test]
fn frames_have_few_groups() {
    // A group of one row of one channel: COMPOSITE 0 of 1 row, PRIMITIVE 0 of one byte.
    let group = [0xe0, 4, 1, 0x20, 1, 42];
    assert_eq!(group.len(), 6);
    for (groups, sound) in [(8, true), (9, false)] {
        // The rest of the rows is in the last group.
        let mut payload = group.repeat(groups - 1);
        payload.extend([0xe0, 5, 0x87, 0x68, 0x20, 1, 42]);
        let h = header(0, groups - 1 + 1000, payload.len(), Codec::Numeric);
        let h = Header { format: Format::new(SampleType::U8, ByteOrder::Big, 1).unwrap(), ..h };
        let got = decode(options(), &frame(&h, &payload)).unwrap();
        assert_eq!((got.stats.frames == 1, got.stats.damaged_frames == 0), (sound, sound), "{groups}");
        assert!(!sound || got.joined() == vec![42; groups + 999]);
    }
}

/// An index is a hint: a range is decoded correctly with any index.
#[test]
fn an_index_may_lie() {
    use sqrtspace::codec::container::index::{Entry, Index};
    let raw = signal16(40_000, 2, 5);
    let f = Format::new(SampleType::I16, ByteOrder::Little, 2).unwrap();
    let coded = encode(EncodeOptions { frame_bytes: 16 << 10, index_entries: 4, ..EncodeOptions::new(f) }, &raw);
    let last = Header::parse(&coded[end_of(&coded)..]).unwrap();
    let body = &coded[..end_of(&coded)];
    for lie in [(0, u64::MAX), (u64::MAX, 0), (0, body.len() as u64), (40_000, 0), (100, 1), (0, 30_000)] {
        let mut entries = [Entry { raw_offset: lie.0, position: lie.1 }];
        let mut payload = vec![0; 100];
        let mut index = Index::new(&mut entries);
        index.push(Entry { raw_offset: lie.0, position: lie.1 });
        let n = index.write(&mut payload).unwrap();
        let h = Header { payload_len: n as u32, ..last };
        let stream = [body, &frame(&h, &payload[..n])].concat();
        assert!(ranged(&stream, 100_001, 500) == raw[100_001..100_501], "{lie:?}");
    }
}

fn end_of(coded: &[u8]) -> usize {
    coded.len() - sqrtspace::codec::container::index::end_frame_len(coded.last_chunk().unwrap())
}

/// Bytes of the original, by way of the index.
fn ranged(stream: &[u8], first: u64, len: usize) -> Vec<u8> {
    let read = |at: u64, out: &mut [u8]| {
        let from = stream.get(usize::try_from(at).unwrap_or(usize::MAX)..).unwrap_or(&[]);
        let n = from.len().min(out.len());
        out[..n].copy_from_slice(&from[..n]);
        Ok(n)
    };
    let mut buf = vec![0; 64 << 10];
    let all = stream.len() as u64;
    let chosen = sqrtspace::codec::whole::decode::choose(&read, all, None, &mut buf).unwrap().unwrap();
    assert!(!chosen.uncertain);
    let at = sqrtspace::codec::whole::decode::find(&read, all, first, chosen.stream, &mut buf).unwrap();
    let got = decode(DecodeOptions { start: first, ..DecodeOptions::default() }, &stream[at as usize..]).unwrap();
    let (from, bytes) = &got.pieces[0];
    assert_eq!(*from, first);
    bytes[..len].to_vec()
}
