//! CCSDS 121 against libaec: the same bytes out of both encoders, and each decodes the other.

#![cfg(feature = "codec")]

use crate::ccsds121_data::{KINDS, masked, pack, samples};
use crate::libaec::Libaec;
use sqrtspace::codec::ccsds121::{Params, decode, encode, worst_case_bytes};

fn compare(peer: &mut Libaec, p: &Params, raw: &[u8]) {
    let count = raw.len() / p.sample_bytes();
    let room = worst_case_bytes(p, count).unwrap();
    let mut ours = vec![0; room];
    let len = encode(p, raw, &mut ours).unwrap();
    ours.truncate(len);
    if !p.pad_rsi {
        let theirs = peer.encode(p, &masked(p, raw), room + 1024, 1);
        assert_eq!(theirs.status, 0, "{p:?}");
        assert!(ours == theirs.bytes, "{p:?}: {len} and {} bytes", theirs.bytes.len());
    }
    let back = peer.decode(p, &ours, raw.len(), 1);
    assert_eq!(back.status, 0, "{p:?}");
    assert!(back.bytes == raw, "libaec decodes something else: {p:?}");
    let mut back = vec![0; raw.len()];
    assert_eq!(decode(p, &ours, count as u64, &mut back), Ok(len), "{p:?}");
    assert!(back == raw, "{p:?}");
}

fn sweep(peer: &mut Libaec, bits: u8, block: u16, more: impl Fn(Params) -> Params) {
    for signed in [false, true] {
        for preprocess in [false, true] {
            for (rsi, kind) in (0..KINDS).flat_map(|k| [(1, k), (3, k), (16, k), (128, k), (200, k)]) {
                let p = more(Params { bits, block, rsi, signed, preprocess, ..Params::default() });
                let count = 1 + (usize::from(rsi) * usize::from(block) * 5 / 2 + kind * 37) % 9000;
                let seed = u64::from(bits) * 1000 + u64::from(block) + u64::from(rsi) * 77;
                let raw = pack(&p, &samples(kind, bits.into(), count, seed));
                compare(peer, &p, &raw);
            }
        }
    }
}

#[test]
fn every_sample_and_block_size() {
    let Some(mut peer) = Libaec::start() else { return };
    for bits in 1..=32 {
        for block in [8, 16, 32, 64] {
            sweep(&mut peer, bits, block, |p| p);
        }
    }
}

#[test]
fn big_endian_and_three_byte_containers() {
    let Some(mut peer) = Libaec::start() else { return };
    for bits in [5, 8, 11, 16, 17, 23, 24, 25, 32] {
        sweep(&mut peer, bits, 16, |p| Params { msb: true, ..p });
        sweep(&mut peer, bits, 32, |p| Params { data_3byte: true, ..p });
        sweep(&mut peer, bits, 8, |p| Params { msb: true, data_3byte: true, ..p });
    }
}

#[test]
fn restricted_options() {
    let Some(mut peer) = Libaec::start() else { return };
    for bits in 1..=4 {
        for block in [8, 16, 32, 64] {
            sweep(&mut peer, bits, block, |p| Params { restricted: true, ..p });
        }
    }
}

#[test]
fn padded_intervals() {
    let Some(mut peer) = Libaec::start() else { return };
    for bits in [1, 8, 12, 16, 24, 32] {
        sweep(&mut peer, bits, 16, |p| Params { pad_rsi: true, ..p });
    }
}

#[test]
fn any_even_block() {
    let Some(mut peer) = Libaec::start() else { return };
    for (bits, block) in [(1, 2), (8, 4), (12, 10), (16, 18), (32, 22), (16, 62)] {
        sweep(&mut peer, bits, block, |p| Params { not_enforce: true, ..p });
    }
}
