//! Groups of frames that refer to what is before them: the same bytes however they are made, and what they need to be
//! decoded.

use crate::streams::{Random, decode, decode_cut, encode, encode_cut, names, signal16};
use sqrtspace::codec::container::format::{ByteOrder, Format, SampleType};
use sqrtspace::codec::container::frame::{HEADER_BYTES, Header, OVERHEAD_BYTES};
use sqrtspace::codec::container::index::Index;
use sqrtspace::codec::options::Effort;
use sqrtspace::codec::options::EncodeOptions;
use sqrtspace::codec::options::Method;
use sqrtspace::codec::stream::decoder::DecodeOptions;
use sqrtspace::codec::stream::encoder::{Place, encode_end, encode_frame, identity_of};
use sqrtspace::status::Status;

const EFFORTS: [Effort; 3] = [Effort::Fast, Effort::Default, Effort::Best];

fn grouped(format: Format, effort: Effort, restart_interval: u32) -> EncodeOptions {
    EncodeOptions { effort, restart_interval, frame_bytes: 16 << 10, ..EncodeOptions::new(format) }
}

fn with_history() -> DecodeOptions {
    DecodeOptions { history_bytes: 64 << 10, ..DecodeOptions::default() }
}

fn check(o: EncodeOptions, raw: &[u8]) -> Vec<u8> {
    let coded = encode(o, raw);
    let back = decode(with_history(), &coded).unwrap();
    assert!(back.joined() == raw, "{o:?}");
    assert!(back.missing.is_empty() && !back.stats.damaged() && back.length == Some(raw.len() as u64));
    coded
}

/// Values of a type that come from a walk, of which few are distinct where `coarse`.
fn walk(format: Format, bytes: usize, coarse: bool, seed: u64) -> Vec<u8> {
    let mut r = Random(seed);
    let mut x = vec![0i64; format.channels as usize];
    let mut out = Vec::new();
    while out.len() < bytes {
        for x in &mut x {
            *x += i64::from(r.next() % 7) - 3 - *x / 16;
            let v = if coarse { *x / 4 * 37 + 5 } else { *x * 5 + i64::from(r.next() % 9) };
            let mut b = match format.sample {
                SampleType::F32 => (v as f32 * 0.01).to_le_bytes().to_vec(),
                SampleType::F64 => (v as f64 / 100.0).to_le_bytes().to_vec(),
                s => v.to_le_bytes()[..s.width()].to_vec(),
            };
            if format.order == ByteOrder::Big {
                b.reverse();
            }
            out.extend_from_slice(&b);
        }
    }
    out.push(3);
    out
}

#[test]
fn every_format_comes_back_in_groups() {
    for code in (0..=10u8).flat_map(|c| [c, c | 0x80]) {
        for channels in [1, 3, 9] {
            let f = Format::from_code(code, channels).unwrap();
            for (effort, coarse) in EFFORTS.iter().flat_map(|e| [(*e, false), (*e, true)]) {
                let raw = walk(f, 70_000, coarse, 5);
                check(grouped(f, effort, 3), &raw);
            }
        }
    }
}

#[test]
fn groups_take_less_and_single_frames_the_same() {
    let text = names(6000, 5);
    let f32x2 = Format::new(SampleType::F32, ByteOrder::Little, 2).unwrap();
    let i16x9 = Format::new(SampleType::I16, ByteOrder::Little, 9).unwrap();
    let coarse = walk(f32x2, 200_000, true, 9);
    let many = walk(i16x9, 200_000, false, 10);
    for (f, raw, gain) in [(Format::BYTES, &text, 200), (f32x2, &coarse, 20), (i16x9, &many, 1)] {
        for effort in EFFORTS {
            let alone = check(grouped(f, effort, 1), raw);
            let one = encode(EncodeOptions { history_bytes: 0, ..grouped(f, effort, 1) }, raw);
            assert!(alone == one, "the history changes frames that stand for themselves");
            let four = check(grouped(f, effort, 4), raw);
            println!("{f:?} {effort:?}: {} alone, {} in groups of four", alone.len(), four.len());
            // Effort 1 has nothing to learn from numbers.
            let most = if effort == Effort::Fast && f != Format::BYTES { 1001 } else { 1000 - gain };
            assert!(four.len() * 1000 <= alone.len() * most);
        }
    }
}

#[test]
fn the_bytes_do_not_depend_on_cuts() {
    let f = Format::new(SampleType::I16, ByteOrder::Little, 2).unwrap();
    for (f, raw) in [(f, signal16(12_000, 2, 3)), (Format::BYTES, names(1500, 2))] {
        let o = EncodeOptions { index_entries: 8, ..grouped(f, Effort::Default, 3) };
        let whole = encode(o, &raw);
        for (cut, room) in [(1, 5000), (4099, 1), (7, 13), (16384, 40_000)] {
            assert!(encode_cut(o, &raw, cut, room).0 == whole, "{cut} {room}");
            assert!(decode_cut(with_history(), &whole, cut, room).unwrap().joined() == raw, "{cut} {room}");
        }
    }
}

/// Noise that repeats parts of the frame before it can be coded only after that frame.
#[test]
fn noise_is_coded_behind_what_it_repeats() {
    let mut r = Random(6);
    let mut raw: Vec<u8> = (0..2 * (16 << 10)).map(|_| r.next() as u8).collect();
    raw.copy_within(10_000..12_000, 20_000);
    for effort in EFFORTS {
        let o = EncodeOptions { method: Method::Lz, ..grouped(Format::BYTES, effort, 2) };
        let coded = check(o, &raw);
        assert!(coded.len() < raw.len() - 1800, "{effort:?}: {}", coded.len());
    }
}

/// A thread takes whole groups: each frame is made from the bytes of its group alone.
#[test]
fn groups_made_apart_are_those_of_the_stream() {
    let f = Format::new(SampleType::I16, ByteOrder::Little, 3).unwrap();
    let raw = signal16(40_000, 3, 8);
    for history_bytes in [5000, 64 << 10] {
        let o = EncodeOptions { history_bytes, ..grouped(f, Effort::Default, 4) };
        let whole = check(o, &raw);
        let step = o.frame_bytes / 6 * 6;
        let identity = identity_of(&raw[..step]);
        let mut work = vec![0; o.work()];
        let (frames, mut made) = (raw.len().div_ceil(step), Vec::new());
        for i in (0..frames).rev() {
            let group = &raw[i / 4 * 4 * step..((i + 1) * step).min(raw.len())];
            let from = i % 4 * step;
            let mut out = vec![0; group.len() - from + OVERHEAD_BYTES];
            let place = Place { identity, sequence: i as u32, raw_offset: (i * step) as u64 };
            let f = encode_frame(&o, place, group, from, &mut work, &mut out).unwrap();
            made.push(out[..f.len].to_vec());
        }
        made.reverse();
        let place = Place { identity, sequence: frames as u32, raw_offset: raw.len() as u64 };
        let mut out = vec![0; 100];
        let n = encode_end(&o, place, &Index::new(&mut []), &mut out).unwrap();
        made.push(out[..n].to_vec());
        assert!(made.concat() == whole);
    }
}

/// The headers of a stream and where the frames lie.
fn headers(coded: &[u8]) -> Vec<(Header, std::ops::Range<usize>)> {
    let (mut at, mut list) = (0, Vec::new());
    while at < coded.len() {
        let h = Header::parse(&coded[at..]).unwrap();
        list.push((h, at..at + h.frame_len()));
        at += h.frame_len();
    }
    list
}

#[test]
fn headers_tell_the_place_in_the_group() {
    let raw = names(5000, 9);
    let o = EncodeOptions { index_entries: 64, ..grouped(Format::BYTES, Effort::Default, 4) };
    let coded = encode(o, &raw);
    let list = headers(&coded);
    assert!(list.len() > 9);
    let (end, frames) = list.split_last().unwrap();
    for (i, (h, _)) in frames.iter().enumerate() {
        assert_eq!(usize::from(h.position), i % 4);
    }
    // The index has the starts of groups alone.
    let payload = &coded[end.1.start + HEADER_BYTES..end.1.end - 4];
    let starts: Vec<u64> = sqrtspace::codec::container::index::entries(payload).unwrap().map(|e| e.position).collect();
    let want: Vec<u64> = frames.iter().step_by(4).map(|(_, at)| at.start as u64).collect();
    assert_eq!(starts, want);
}

/// A range is decoded from the start of its group. From inside the group, frames that refer to missing bytes are reported.
#[test]
fn ranges_are_decoded_from_the_start_of_their_group() {
    let raw = names(5000, 9);
    let coded = encode(grouped(Format::BYTES, Effort::Default, 4), &raw);
    let list = headers(&coded);
    let start = list[6].0.raw_offset + 100;
    let o = DecodeOptions { start, ..with_history() };
    let back = decode(o, &coded[list[4].1.start..]).unwrap();
    assert_eq!(back.pieces.len(), 1);
    assert!(back.pieces[0].0 == start && back.pieces[0].1 == raw[start as usize..]);
    assert!(!back.stats.damaged());
    let late = &coded[list[5].1.start..];
    assert_eq!(decode(o, late).map(drop).unwrap_err().status, Status::Damaged);
    let back = decode(DecodeOptions { recover: true, ..o }, late).unwrap();
    let next = list[8].0.raw_offset;
    assert_eq!(back.missing, [(start, next)]);
    assert!(back.pieces[0].0 == next && back.pieces[0].1 == raw[next as usize..]);
    assert_eq!(back.stats.orphaned_frames, 2);
}

#[test]
fn too_little_history_is_said() {
    let raw = names(3000, 9);
    let coded = encode(grouped(Format::BYTES, Effort::Default, 4), &raw);
    for history_bytes in [0, 1000, (16 << 10) - 1, 32 << 10] {
        let e = decode(DecodeOptions { history_bytes, ..DecodeOptions::default() }, &coded).map(drop).unwrap_err();
        assert_eq!(e.status, Status::Limit);
    }
    let few = EncodeOptions { history_bytes: 1000, ..grouped(Format::BYTES, Effort::Default, 4) };
    let o = DecodeOptions { history_bytes: 1000, ..DecodeOptions::default() };
    assert!(decode(o, &encode(few, &raw)).unwrap().joined() == raw);
}

/// Frames after other frames than their own decode to wrong bytes and are refused.
#[test]
fn frames_behind_other_bytes_are_not_taken() {
    let f = Format::new(SampleType::I16, ByteOrder::Little, 1).unwrap();
    for (f, a, b) in
        [(f, signal16(20_000, 1, 3), signal16(20_000, 1, 4)), (Format::BYTES, names(1000, 2), names(1000, 3))]
    {
        let o = EncodeOptions { identity: Some(7), ..grouped(f, Effort::Best, 4) };
        let (x, y) = (encode(o, &a), encode(o, &b));
        let (hx, hy) = (headers(&x), headers(&y));
        let mixed = [&x[hx[0].1.clone()], &y[hy[1].1.clone()], &x[hx[2].1.clone()]].concat();
        let back = decode(DecodeOptions { recover: true, ..with_history() }, &mixed).unwrap();
        assert!(back.joined() == a[..16 << 10]);
        assert_eq!((back.stats.damaged_frames, back.stats.orphaned_frames), (1, 1));
    }
}

#[test]
fn memory_and_limits() {
    let o = grouped(Format::BYTES, Effort::Default, 1);
    let (alone, four) = (o.memory().unwrap(), EncodeOptions { restart_interval: 4, ..o }.memory().unwrap());
    assert_eq!(four.raw, alone.raw + 3 * (16 << 10));
    assert!(four.bytes() < alone.bytes() + (128 << 10));
    assert_eq!(EncodeOptions { history_bytes: 1 << 20, ..o }.memory().unwrap(), alone);
    for bad in [0, 257] {
        assert!(EncodeOptions { restart_interval: bad, ..o }.memory().is_err());
    }
    assert!(EncodeOptions { restart_interval: 256, ..o }.memory().is_ok());
    assert!(EncodeOptions { history_bytes: (4 << 20) + 1, ..o }.memory().is_err());
    assert!(DecodeOptions { history_bytes: (4 << 20) + 1, ..DecodeOptions::default() }.memory().is_err());
    // The largest frames leave no room for anything before them.
    let wide = EncodeOptions { frame_bytes: 4 << 20, restart_interval: 4, ..o };
    assert_eq!(wide.history(), 0);
    let raw = names(30_000, 4);
    let d = DecodeOptions { max_frame_bytes: 4 << 20, ..DecodeOptions::default() };
    assert!(decode(d, &encode(EncodeOptions { method: Method::Lz, ..wide }, &raw)).unwrap().joined() == raw);
}
