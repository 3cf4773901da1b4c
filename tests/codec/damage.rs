//! Damaged streams: every untouched frame is recovered at its right offset, and everything missing is reported.

use crate::packet_data::{Kind, packets};
use crate::streams::{Decoded, Random, decode, decode_cut, encode, signal16};
use sqrtspace::codec::container::format::{ByteOrder, Format, SampleType};
use sqrtspace::codec::container::frame::{HEADER_BYTES, Header};
use sqrtspace::codec::options::EncodeOptions;
use sqrtspace::codec::options::Method;
use sqrtspace::codec::stream::decoder::DecodeOptions;
use sqrtspace::status::Status;

pub(crate) const RECOVER: DecodeOptions = DecodeOptions {
    max_frame_bytes: 64 << 10,
    recover: true,
    start: 0,
    identity: None,
    all: false,
    max_holes: 64,
    history_bytes: 64 << 10,
};
pub(crate) const STRICT: DecodeOptions = DecodeOptions { recover: false, ..RECOVER };

/// A frame of a stream: where it lies, and which bytes of the original it holds.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) at: std::ops::Range<usize>,
    pub(crate) raw: std::ops::Range<usize>,
}

pub(crate) fn frames(coded: &[u8]) -> Vec<Frame> {
    let (mut at, mut list) = (0, Vec::new());
    while at < coded.len() {
        let h = Header::parse(&coded[at..]).unwrap();
        list.push(Frame { at: at..at + h.frame_len(), raw: h.raw_offset as usize..h.raw_end() as usize });
        at += h.frame_len();
    }
    list
}

fn stream(rows: usize) -> (Vec<u8>, Vec<u8>, Vec<Frame>) {
    stream_by(Method::Auto, rows)
}

fn stream_by(method: Method, rows: usize) -> (Vec<u8>, Vec<u8>, Vec<Frame>) {
    let raw = signal16(rows, 2, 17);
    let f = Format::new(SampleType::I16, ByteOrder::Little, 2).unwrap();
    let coded = encode(EncodeOptions { method, frame_bytes: 16 << 10, ..EncodeOptions::new(f) }, &raw);
    let list = frames(&coded);
    (raw, coded, list)
}

/// Checks that all decoded bytes are right, and that the missing bytes are those reported and those in `lost`.
pub(crate) fn account(raw: &[u8], got: &Decoded, lost: &[Frame]) {
    let mut have = vec![false; raw.len()];
    for (o, p) in &got.pieces {
        let at = *o as usize..*o as usize + p.len();
        assert!(raw[at.clone()] == p[..], "wrong bytes at {o}");
        assert!(have[at.clone()].iter().all(|h| !h), "twice at {o}");
        have[at].fill(true);
    }
    let mut want = vec![true; raw.len()];
    for f in lost {
        want[f.raw.clone()].fill(false);
    }
    assert!(have == want, "lost {lost:?}, missing {:?}", got.missing);
    let mut reported = vec![true; raw.len()];
    for (a, b) in &got.missing {
        reported[*a as usize..*b as usize].fill(false);
    }
    if got.length.is_some() {
        assert!(reported == want, "lost {lost:?}, reported {:?}", got.missing);
    } else {
        // Without the end frame the bytes after the last frame are unknown.
        let reach = want.iter().rposition(|w| *w).map_or(0, |p| p + 1);
        assert!(reported[..reach] == want[..reach]);
    }
}

pub(crate) fn hit(list: &[Frame], at: std::ops::Range<usize>) -> Vec<Frame> {
    list.iter().filter(|f| f.at.start < at.end && at.start < f.at.end).cloned().collect()
}

#[test]
fn every_flipped_byte_of_a_small_stream_costs_its_frame_alone() {
    let raw = signal16(9000, 1, 6);
    let f = Format::new(SampleType::I16, ByteOrder::Little, 1).unwrap();
    // Runs of zeros in between keep the frames small.
    let raw: Vec<u8> = raw.chunks(16384).flat_map(|c| [&c[..600.min(c.len())], &[0; 15784]].concat()).collect();
    let coded = encode(EncodeOptions { frame_bytes: 16 << 10, ..EncodeOptions::new(f) }, &raw);
    let list = frames(&coded);
    for at in 0..coded.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bad = coded.clone();
            bad[at] ^= flip;
            let got = decode(RECOVER, &bad).unwrap();
            account(&raw, &got, &hit(&list, at..at + 1));
            assert!(got.stats.damaged(), "byte {at}");
            assert_eq!(decode(STRICT, &bad).unwrap_err().status, Status::Damaged, "byte {at}");
        }
    }
}

#[test]
fn every_cut_of_a_small_stream_is_decoded_up_to_its_last_whole_frame() {
    let (raw, coded, list) = stream(9000);
    for cut in (0..coded.len()).step_by(97).chain(list.iter().flat_map(|f| [f.at.start, f.at.end.saturating_sub(1)])) {
        if cut == 0 {
            // Nothing is no stream.
            for o in [RECOVER, STRICT] {
                assert_eq!(decode(o, &[]).unwrap_err().status, Status::Format);
            }
            continue;
        }
        let got = decode(RECOVER, &coded[..cut]).unwrap();
        account(&raw, &got, &hit(&list, cut..coded.len()));
        assert_eq!(decode(STRICT, &coded[..cut]).unwrap_err().status, Status::Damaged, "cut {cut}");
    }
}

#[test]
fn seeded_corruptions_are_all_reported() {
    seeded(Method::Auto, 3000);
}

#[test]
fn seeded_corruptions_of_every_method_are_all_reported() {
    for method in [Method::Lz, Method::Ccsds121, Method::Stored] {
        seeded(method, 600);
    }
}

fn seeded(method: Method, cases: usize) {
    let (raw, coded, list) = stream_by(method, 24_000);
    let mut r = Random(2024);
    for case in 0..cases {
        let mut bad = coded.clone();
        let lost;
        match case % 6 {
            // A bit.
            0 => {
                let at = r.below(bad.len());
                bad[at] ^= 1 << r.below(8);
                lost = hit(&list, at..at + 1);
            }
            // A burst of noise.
            1 => {
                let at = r.below(bad.len());
                let end = (at + 1 + r.below(3000)).min(bad.len());
                for b in &mut bad[at..end] {
                    *b = r.next() as u8;
                }
                if bad == coded {
                    continue;
                }
                lost = hit(&list, at..end);
            }
            // Missing bytes.
            2 => {
                let at = r.below(bad.len());
                let end = (at + 1 + r.below(6000)).min(bad.len());
                bad.drain(at..end);
                lost = hit(&list, at..end);
            }
            // Bytes that were not there.
            3 => {
                let at = r.below(bad.len());
                let extra: Vec<u8> = (0..1 + r.below(500)).map(|_| r.next() as u8).collect();
                bad.splice(at..at, extra);
                lost = list.iter().filter(|f| f.at.start < at && at < f.at.end).cloned().collect();
            }
            // Missing frames.
            4 => {
                let at = r.below(list.len());
                let end = (at + 1 + r.below(3)).min(list.len());
                bad.drain(list[at].at.start..list[end - 1].at.end);
                lost = list[at..end].to_vec();
            }
            // Zeros in the place of a stretch.
            _ => {
                let at = r.below(bad.len() - 64);
                let end = (at + 32 + r.below(5000)).min(bad.len());
                bad[at..end].fill(0);
                lost = hit(&list, at..end);
            }
        }
        let (cut, room) = if case % 7 == 0 { (1 + r.below(3000), 1 + r.below(3000)) } else { (1 << 30, 1 << 20) };
        let got = decode_cut(RECOVER, &bad, cut, room).unwrap();
        account(&raw, &got, &lost);
        assert_eq!(decode(STRICT, &bad).unwrap_err().status, Status::Damaged, "case {case}");
    }
}

#[test]
fn frames_out_of_order_or_repeated_lose_nothing() {
    let (raw, coded, list) = stream(24_000);
    let mut r = Random(7);
    for case in 0..300 {
        let mut order: Vec<usize> = (0..list.len()).collect();
        if case % 2 == 0 {
            let (a, b) = (r.below(order.len() - 1), r.below(order.len() - 1));
            if a == b {
                continue;
            }
            order.swap(a, b);
        } else {
            let (a, b) = (r.below(order.len()), r.below(order.len()));
            order.insert(a, b);
        }
        let bad: Vec<u8> = order.iter().flat_map(|i| coded[list[*i].at.clone()].to_vec()).collect();
        let got = decode(RECOVER, &bad).unwrap();
        account(&raw, &got, &[]);
        assert!(got.stats.damaged());
        assert_eq!(decode(STRICT, &bad).unwrap_err().status, Status::Damaged);
    }
}

#[test]
fn a_stream_within_a_stream_is_not_taken_for_it() {
    // The inner stream is stored, frame headers and all, in the outer one.
    let (_, inner, _) = stream(9000);
    let mut r = Random(8);
    let mut raw: Vec<u8> = (0..50_000).map(|_| r.next() as u8).collect();
    raw.extend_from_slice(&inner);
    raw.extend((0..50_000).map(|_| r.next() as u8));
    let coded = encode(EncodeOptions { frame_bytes: 16 << 10, ..EncodeOptions::new(Format::BYTES) }, &raw);
    let list = frames(&coded);
    for _ in 0..200 {
        let at = list[0].at.end + r.below(coded.len() - list[0].at.end);
        let mut bad = coded.clone();
        bad[at] ^= 0x10;
        account(&raw, &decode(RECOVER, &bad).unwrap(), &hit(&list, at..at + 1));
    }
}

#[test]
fn noise_is_no_stream_and_costs_no_time() {
    let mut r = Random(3);
    for n in [0usize, 1, 34, 35, 1000, 200_000] {
        let noise: Vec<u8> = (0..n).map(|_| r.next() as u8).collect();
        for o in [RECOVER, STRICT, DecodeOptions { identity: Some(7), ..RECOVER }] {
            assert_eq!(decode(o, &noise).unwrap_err().status, Status::Format);
            assert_eq!(decode_cut(o, &noise, 7, 9).unwrap_err().status, Status::Format);
        }
    }
}

/// Valid headers, one after another, each of a long frame that does not follow: the work stays proportional.
#[test]
fn headers_without_frames_cost_little() {
    let (raw, coded, list) = stream(9000);
    let mut h = Header::parse(&coded).unwrap();
    (h.raw_len, h.payload_len) = (65_000, 64_000);
    let mut bad: Vec<u8> = (0..60_000).flat_map(|_| h.to_bytes()).collect();
    let long = bad.len();
    bad.extend_from_slice(&coded);
    let got = decode(RECOVER, &bad).unwrap();
    // One of the later frames may be inside the last of the earlier ones.
    assert!(got.stats.frames as usize + 3 >= list.len() - 1, "{:?}", got.stats);
    assert!(got.stats.damaged_frames < 100 + 18 * long as u64 / 64_000, "{:?}", got.stats);
    assert!(got.stats.worked_bytes < 40 * bad.len() as u64, "{:?}", got.stats);
    for (o, p) in &got.pieces {
        assert!(raw[*o as usize..*o as usize + p.len()] == p[..]);
    }
}

/// Payloads with right checksums and any content: the decoder of the payload meets what no encoder wrote.
#[test]
fn hostile_payloads_do_no_harm() {
    use sqrtspace::codec::container::frame::Codec;
    use sqrtspace::crc::crc32c;
    let mut r = Random(12);
    let mut streams = [Method::Numeric, Method::Lz, Method::Ccsds121].map(|m| stream_by(m, 9000)).to_vec();
    let raw = packets(Kind::Variable, 600, 4).concat();
    let coded = encode(EncodeOptions { frame_bytes: 16 << 10, ..EncodeOptions::new(Format::BYTES) }, &raw);
    let list = frames(&coded);
    streams.push((raw, coded, list));
    for case in 0..8000 {
        let (_, coded, list) = &streams[case % 4];
        let f = &list[r.below(list.len() - 1)];
        let mut bytes = coded[f.at.clone()].to_vec();
        let mut h = Header::parse(&bytes).unwrap();
        let end = bytes.len() - 4;
        for _ in 0..1 + r.below(4) {
            let at = HEADER_BYTES + r.below((end - HEADER_BYTES).min(if case % 2 == 0 { 40 } else { end }));
            let at = at.min(end - 1);
            bytes[at] = r.next() as u8;
        }
        if case % 5 == 0 {
            h.format = Format::from_code(r.below(11) as u8, 1 + r.below(9) as u32).unwrap();
            h.codec = [Codec::Numeric, Codec::Lz, Codec::Ccsds121, Codec::Packets, Codec::End][r.below(5)];
            if h.codec == Codec::End {
                h.raw_len = 0;
            }
        }
        bytes[..HEADER_BYTES].copy_from_slice(&h.to_bytes());
        let crc = crc32c(&bytes[h.checked_from()..end]).to_be_bytes();
        bytes[end..].copy_from_slice(&crc);
        decode(RECOVER, &bytes).unwrap();
    }
}
