//! The packets codec against the second decoder.

use crate::amount::some;
use crate::damage::{both, damage, frame, frames};
use crate::packet_data::{Kind, packets};
use crate::second;
use crate::streams::{Random, encode, encode_flushed};
use sqrtspace::codec::container::format::Format;
use sqrtspace::codec::container::frame::{Codec, Header, StreamId};
use sqrtspace::codec::options::{Effort, EncodeOptions};

const KINDS: [Kind; 4] = [Kind::Single, Kind::Mixed, Kind::Turns, Kind::Variable];

/// Codecs of the frames of a stream.
fn codecs(coded: &[u8]) -> Vec<Codec> {
    let (mut at, mut list) = (0, Vec::new());
    while at < coded.len() {
        let h = Header::parse(&coded[at..]).unwrap();
        list.push(h.codec);
        at += h.frame_len();
    }
    list
}

/// Frames begin and end within packets, packets are lost and damaged, and the last one is cut off.
#[test]
fn a_decoder_made_from_the_document_reads_packets() {
    let mut r = Random(5);
    for (i, kind) in KINDS.into_iter().enumerate() {
        for effort in [Effort::Fast, Effort::Default, Effort::Best] {
            let mut all = packets(kind, 700, 40 + i as u64);
            for _ in 0..20 {
                all.remove(r.below(all.len()));
            }
            let mut raw = all.concat();
            raw.drain(..r.below(60));
            raw.truncate(raw.len() - r.below(60));
            let at = raw.len() / 4 * 3 + r.below(1000);
            raw[at] ^= 0x10;
            let o = EncodeOptions { effort, ..EncodeOptions::new(Format::BYTES) };
            for o in [EncodeOptions { frame_bytes: 16 << 10, ..o }, EncodeOptions { frame_bytes: 1 << 20, ..o }] {
                let coded = encode(o, &raw);
                let expected = o.frame_bytes > 16 << 10 || codecs(&coded).contains(&Codec::Packets);
                assert!(expected, "{kind:?} {effort:?} {:?}", codecs(&coded));
                assert!(second(&coded).raw == raw, "{kind:?} {effort:?}");
            }
            let grouped = EncodeOptions { restart_interval: 4, ..o };
            assert!(second(&encode_flushed(grouped, &raw, &[6000, 900, 9000])).raw == raw, "{kind:?} {effort:?}");
        }
    }
}

/// Short packets, as many as a frame may have and more, and packets whose first bytes alone are in columns.
#[test]
fn short_and_long_packets() {
    let mut r = Random(8);
    let mut stream = |data: usize, count: u16| -> Vec<u8> {
        let mut walk: Vec<u8> = (0..data).map(|k| (k * 77) as u8).collect();
        let packet = |i: u16| {
            walk.iter_mut().for_each(|v| *v = v.wrapping_add((r.next() % 3) as u8));
            let head = [0x08, 7, 0xc0 | (i >> 8) as u8, i as u8, ((data - 1) >> 8) as u8, (data - 1) as u8];
            [&head[..], &walk].concat()
        };
        (0..count).flat_map(packet).collect()
    };
    for (data, count, packet_frames) in [(1, 2000, true), (10, 4096, true), (1, 9000, false), (700, 90, true)] {
        let raw = stream(data, count);
        let coded = encode(EncodeOptions::new(Format::BYTES), &raw);
        assert_eq!(codecs(&coded).contains(&Codec::Packets), packet_frames, "{data}: {:?}", codecs(&coded));
        assert!(second(&coded).raw == raw, "{data}");
    }
}

/// For any change of a payload, both readers give the same result.
#[test]
fn damage_behind_right_checksums_of_packets_is_read_alike() {
    let mut r = Random(77);
    let (mut taken, mut cases) = (0, 0);
    for (i, kind) in KINDS.into_iter().cycle().take(some(400)).enumerate() {
        let effort = [Effort::Default, Effort::Best, Effort::Fast][i % 3];
        let raw = packets(kind, 30 + r.below(60), 90 + i as u64).concat();
        let coded = encode(EncodeOptions { effort, ..EncodeOptions::new(Format::BYTES) }, &raw);
        let list = frames(&coded);
        let (h, payload) = &list[0];
        if h.codec != Codec::Packets {
            continue;
        }
        for _ in 0..8 {
            let mut payload = payload.to_vec();
            damage(&mut payload, &mut r);
            payload.resize(payload.len().min(h.raw_len as usize - 1), 0);
            let (end, length) = list.last().unwrap();
            let stream = [frame(h, &payload), frame(end, length)].concat();
            cases += 1;
            taken += usize::from(both(&stream, &format!("{kind:?} {effort:?} {i}")).is_some());
        }
    }
    assert!(cases > 50 && taken * 50 > cases && taken * 2 < cases, "{taken} of {cases}");
}

/// Parts of a payload: eight packets of ten bytes, the sequence control as u16, the data constant.
#[derive(Clone)]
struct Parts {
    counts: Vec<u8>,
    kinds: Vec<u8>,
    order: Vec<u8>,
    lengths: Vec<u8>,
    rest: Vec<u8>,
    fields: Vec<u8>,
    blocks: Vec<u8>,
    raw_len: u32,
}

impl Parts {
    fn good() -> Self {
        Parts {
            counts: vec![0, 8],
            kinds: vec![1, 8, 7, 10, 10],
            order: vec![],
            lengths: vec![],
            rest: vec![],
            fields: vec![4, 1, 0, 4, 1, 2, 3, 4],
            blocks: [vec![0], (0..8).flat_map(|i| [0xc0, i]).collect()].concat(),
            raw_len: 80,
        }
    }

    /// What both readers make of it.
    fn read(&self, case: &str) -> Option<Vec<u8>> {
        let Parts { counts, kinds, order, lengths, rest, fields, blocks, raw_len } = self;
        let payload = [counts, kinds, order, lengths, rest, fields, blocks].map(Vec::as_slice).concat();
        let stream = StreamId::new(1);
        let h = Header {
            codec: Codec::Packets,
            position: 0,
            format: Format::BYTES,
            stream,
            raw_offset: 0,
            raw_len: *raw_len,
            payload_len: 0,
        };
        let end = Header { codec: Codec::End, raw_offset: h.raw_end(), raw_len: 0, ..h };
        both(&[frame(&h, &payload), frame(&end, &43u32.to_be_bytes())].concat(), case)
    }
}

/// What section 15 has a reader refuse, one by one.
#[test]
fn refusals_of_packets() {
    let good = Parts::good();
    let raw: Vec<u8> = (0..8).flat_map(|i| [8, 7, 0xc0, i, 0, 3, 1, 2, 3, 4]).collect();
    assert_eq!(good.read("good"), Some(raw.clone()));
    let counts = |a: u8, n: u8| Parts { counts: vec![a, n], ..good.clone() };
    let kinds = |k: &[u8]| Parts { kinds: k.to_vec(), ..good.clone() };
    let fields = |f: &[u8]| Parts { fields: f.to_vec(), ..good.clone() };
    let blocks = |b: &[u8]| Parts { blocks: b.to_vec(), ..good.clone() };
    let bad = [
        ("a head beyond the frame", counts(1, 8)),
        ("no packets", counts(0, 0)),
        ("packets beyond the frame", counts(0, 9)),
        ("no kinds", kinds(&[0, 8, 7, 10, 10])),
        ("a version", kinds(&[1, 0x28, 7, 10, 10])),
        ("a short packet", kinds(&[1, 8, 7, 6, 6])),
        ("covered beyond the packet", kinds(&[1, 8, 7, 10, 11])),
        ("covered less than a header", kinds(&[1, 8, 7, 10, 5])),
        ("fields beyond the row", fields(&[4, 1, 0, 5, 1, 2, 3, 4, 5])),
        ("a run of nothing", fields(&[4, 1, 4, 0, 0, 4, 1, 2, 3, 4])),
        ("a code of bytes", fields(&[0x80, 2, 0, 4, 1, 2, 3, 4])),
        ("a code", fields(&[11, 1, 0, 4, 1, 2, 3, 4])),
        ("a mode", blocks(&[[4].as_slice(), &[0; 16]].concat())),
        ("LZ of samples", blocks(&[2, 3, 1, 0, 0])),
        ("bytes left over", blocks(&[good.blocks.clone(), vec![0]].concat())),
        ("bytes missing", blocks(&good.blocks[..16])),
    ];
    for (case, parts) in bad {
        assert_eq!(parts.read(case), None, "{case}");
    }
    // Bytes before and after the packets.
    let around = Parts { counts: vec![2, 8], rest: vec![0, 5, 6, 7], raw_len: 83, ..good.clone() };
    assert_eq!(around.read("rest"), Some([&[5, 6], &raw[..], &[7]].concat()));
    // Two kinds, one of which has no packet.
    let two = |order: [u8; 9]| {
        let kinds = vec![2, 8, 7, 10, 10, 8, 7, 10, 6];
        let rest = vec![0, 1, 2, 3, 4];
        let (fields, blocks) = (good.fields.clone(), [&good.blocks[..15], &[4, 1, 0, 0xc0, 7]].concat());
        Parts { kinds, order: order.to_vec(), rest, fields, blocks, ..good.clone() }
    };
    assert_eq!(two([0, 0, 0, 0, 0, 0, 0, 0, 1]).read("two kinds"), Some(raw.clone()));
    assert_eq!(two([0, 0, 0, 0, 0, 0, 0, 0, 2]).read("a kind that does not exist"), None);
    let mut empty = two([0; 9]);
    (empty.rest, empty.blocks) = (vec![], [&good.blocks[..], &[4, 1, 0]].concat());
    assert_eq!(empty.read("a kind without packets"), None);
    // Lengths as they are given: 6 bytes and at least one more.
    let varied = |last: u8| {
        let lengths = [&[0][..], &[0, 4].repeat(7), &[0, last]].concat();
        let rest = [&[0][..], &[1, 2, 3, 4].repeat(8)].concat();
        let (kinds, fields) = (vec![1, 8, 7, 0, 6], vec![4, 1]);
        Parts { kinds, lengths, rest, fields, ..good.clone() }
    };
    assert_eq!(varied(4).read("lengths"), Some(raw));
    assert_eq!(varied(0).read("a packet without data"), None);
    assert_eq!(varied(5).read("a packet beyond the frame"), None);
}
