//! Damage with valid checksums: both decoders treat streams that no encoder writes alike.

use crate::format_oracle::seen;
use crate::second_or;
use crate::signals::{KINDS, TYPES, signal};
use crate::streams::{Random, decode, encode_flushed};
use sqrtspace::codec::container::format::{ByteOrder, Format};
use sqrtspace::codec::container::frame::{Codec, Header};
use sqrtspace::codec::options::Effort;
use sqrtspace::codec::options::EncodeOptions;
use sqrtspace::codec::options::Method;
use sqrtspace::codec::stream::decoder::DecodeOptions;
use sqrtspace::crc::crc32c;
use sqrtspace::status::Status;

/// Damages of each stream.
const DAMAGES: usize = 8;

/// A frame with right checksums.
pub(crate) fn frame(h: &Header, payload: &[u8]) -> Vec<u8> {
    let h = Header { payload_len: payload.len() as u32, ..*h };
    let bytes = [&h.to_bytes()[..], payload].concat();
    let crc = crc32c(&bytes[h.checked_from()..]).to_be_bytes();
    [&bytes[..], &crc].concat()
}

/// Both readers take it and agree, or both refuse it; what it came to.
pub(crate) fn both(stream: &[u8], case: &str) -> Option<Vec<u8>> {
    let second = second_or(stream);
    let ours = decode(DecodeOptions { history_bytes: 64 << 10, ..DecodeOptions::default() }, stream);
    match (&ours, &second) {
        (Ok(ours), Ok(second)) => assert!(ours.joined() == second.raw, "{case}"),
        (Err(e), Err(_)) => assert_eq!(e.status, Status::Damaged, "{case}"),
        (Ok(_), Err(e)) => panic!("{case}: taken, although {e}"),
        (Err(_), Ok(_)) => panic!("{case}: refused"),
    }
    second.ok().map(|s| s.raw)
}

/// A frame as its header describes it, and its payload.
pub(crate) fn frames(stream: &[u8]) -> Vec<(Header, &[u8])> {
    let (mut at, mut list) = (0, Vec::new());
    while at < stream.len() {
        let h = Header::parse(&stream[at..]).unwrap();
        list.push((h, &stream[at + h.header_len()..at + h.frame_len() - 4]));
        at += h.frame_len();
    }
    list
}

/// For any change of a payload, both readers give the same result.
#[test]
fn damage_behind_right_checksums_is_read_alike() {
    let mut r = Random(99);
    let (mut taken, mut cases) = (0, 0);
    for (i, sample) in TYPES.into_iter().enumerate() {
        for kind in 0..KINDS {
            let f = Format::new(sample, ByteOrder::Big, [1, 2, 4][(i + kind) % 3]).unwrap();
            let raw = signal(f, kind, 900 / f.channels as usize, 60 + kind as u64);
            let effort = [Effort::Default, Effort::Best, Effort::Fast][(i + kind / 2) % 3];
            let method = [Method::Numeric, Method::Numeric, Method::Numeric, Method::Lz][(i + 3 * kind) % 4];
            let o = EncodeOptions { effort, method, restart_interval: 3, ..EncodeOptions::new(f) };
            let coded = encode_flushed(o, &raw, &[200 * f.row_bytes(), 20 * f.row_bytes()]);
            let list = frames(&coded);
            for _ in 0..DAMAGES {
                let hit = r.below(list.len() - 1);
                let (h, payload) = &list[hit];
                let mut payload = payload.to_vec();
                damage(&mut payload, &mut r);
                let most = if h.codec == Codec::Stored { h.raw_len } else { h.raw_len - 1 };
                payload.resize(payload.len().min(most as usize), 0);
                // It is the last frame, because later ones would be refused by the CRC of their bytes.
                let (end, length) = list.last().unwrap();
                let end = Header { raw_offset: h.raw_end(), ..*end };
                let stream = |payload: &[u8]| {
                    let before = list[..hit].iter().flat_map(|(h, p)| frame(h, p));
                    before.chain(frame(h, payload)).chain(frame(&end, length)).collect::<Vec<u8>>()
                };
                let case = format!("{f:?} kind {kind} {effort:?} {method:?}");
                seen();
                let mut raw = both(&stream(&payload), &case);
                // So would this one, most often: it gets the right CRC.
                if let Some(crc) = seen().iter().find_map(|s| s.strip_prefix("CRC ")?.parse::<u32>().ok()) {
                    let at = payload.iter().take_while(|b| **b > 0x7f).count() + 1;
                    payload[at..at + 4].copy_from_slice(&crc.to_be_bytes());
                    raw = both(&stream(&payload), &case);
                }
                cases += 1;
                taken += usize::from(raw.is_some());
            }
        }
    }
    // Neither is rare.
    assert!(taken * 20 > cases && taken * 2 < cases, "{taken} of {cases}");
}

/// Some of the bytes are others, most often at the start; or some are missing or too many.
pub(crate) fn damage(payload: &mut Vec<u8>, r: &mut Random) {
    for _ in 0..1 + r.below(2) {
        let near = payload.len().min([12, 40, usize::MAX][r.below(3)]);
        let at = r.below(near);
        match r.below(8) {
            0 => payload.insert(at, r.next() as u8),
            1 if payload.len() > 1 => drop(payload.remove(at)),
            2 => payload[at] = r.next() as u8,
            3 => payload[at] = payload[at].wrapping_add(1),
            _ => payload[at] ^= 1 << r.below(8),
        }
    }
    if r.below(8) == 0 {
        // The bits that fill up the last byte.
        *payload.last_mut().unwrap() ^= 1;
    }
}
