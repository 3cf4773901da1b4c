//! The bytes codec: against a second decoder that reads docs/formats/lz.md literally, and over damaged blocks.

#![cfg(feature = "codec")]

use crate::lz_oracle as oracle;

use proptest::prelude::*;
use sqrtspace::codec::lz::{
    DECODE_WORK_LEN, MAX_BLOCK, decode_block, decode_block_after, encode_block, encode_block_after, encode_work_len,
};
use sqrtspace::status::Status;

fn encoded(input: &[u8], effort: u8) -> Option<Vec<u8>> {
    let mut work = vec![0xdead_beef; encode_work_len(input.len(), effort)];
    let mut out = vec![0x5a; input.len()];
    let len = encode_block(input, &mut out, &mut work, effort)?;
    assert!(len < input.len());
    out.truncate(len);
    Some(out)
}

fn decoded(block: &[u8], room: usize) -> Result<Vec<u8>, Status> {
    let mut work = vec![0xdead_beef; DECODE_WORK_LEN];
    let mut out = vec![0xa5; room];
    let len = decode_block(block, &mut out, &mut work).map_err(|e| e.status)?;
    out.truncate(len);
    Ok(out)
}

/// xorshift64*.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }
}

const KINDS: usize = 7;

fn data(kind: usize, len: usize, seed: u64) -> Vec<u8> {
    let mut rng = Rng(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut out = Vec::with_capacity(len + 200);
    while out.len() < len {
        let r = rng.next();
        match kind {
            // A log.
            0 => out.extend_from_slice(
                format!(
                    "Dec 10 {:02}:{:02}:{:02} unit{} task[{}]: {} from 10.0.{}.{} port {}\n",
                    out.len() / 9000 % 24,
                    out.len() / 300 % 60,
                    r % 60,
                    r % 3,
                    24_000 + r % 300,
                    ["Failed password for root", "Connection closed", "check pass; user unknown", "accepted"]
                        [(r >> 20) as usize % 4],
                    (r >> 30) % 8,
                    (r >> 34) % 256,
                    (r >> 12) % 65_536,
                )
                .as_bytes(),
            ),
            // Random.
            1 => out.push(r as u8),
            // One byte for ever, with exceptions.
            2 => out.push(if r.is_multiple_of(5000) { r as u8 } else { 7 }),
            // Few values at random: literals that Huffman codes shrink, and hardly a match.
            3 => out.push((r % 64).leading_zeros() as u8),
            // Packets of 42 bytes, most of them counters and constants.
            4 => {
                let n = (out.len() / 42) as u32;
                out.extend_from_slice(&n.to_be_bytes());
                out.extend_from_slice(&[0x1f, 0, 9, 0, 0, 0, 0x80]);
                (0..31).for_each(|i| out.push(if i % 4 == 0 { rng.next() as u8 } else { i }));
            }
            // Copies from anywhere, far and near.
            5 if out.len() > 100 && !r.is_multiple_of(3) => {
                let from = (r >> 8) as usize % out.len();
                let n = 1 << ((r >> 40) % 12);
                (0..n).for_each(|i| out.push(out[from + i]));
            }
            5 => out.extend_from_slice(&r.to_le_bytes()[..1 + (r % 5) as usize]),
            // Periods shorter than a word.
            _ => {
                let period = 1 + (r % 40) as usize;
                let n = (r >> 10) as usize % 300;
                let at = out.len();
                (0..n).for_each(|i| out.push(if i < period { rng.next() as u8 } else { out[at + i - period] }));
            }
        }
    }
    out.truncate(len);
    out
}

fn round_trip(input: &[u8], effort: u8) -> Option<usize> {
    let block = encoded(input, effort)?;
    assert!(decoded(&block, input.len()).unwrap() == input);
    assert!(decoded(&block, input.len() + 1000).unwrap() == input);
    assert_eq!(decoded(&block, input.len() - 1), Err(Status::Damaged));
    assert!(oracle::decode(&[], &block, input.len()).unwrap() == input);
    Some(block.len())
}

#[test]
fn what_is_encoded_is_decoded() {
    for effort in [1, 5, 9] {
        for kind in 0..KINDS {
            for len in [0, 1, 2, 7, 8, 9, 63, 64, 500, 5000, 65_536, 70_001] {
                let shrunk = round_trip(&data(kind, len, 1), effort);
                assert!(shrunk.is_some() || kind == 1 || len < 5000, "kind {kind}, {len} bytes");
                assert!(shrunk.is_none() || kind != 1);
            }
        }
    }
}

#[test]
fn blocks_of_many_parts() {
    for kind in 0..KINDS {
        for effort in [1, 5] {
            assert_eq!(round_trip(&data(kind, 1_000_000, 2), effort).is_some(), kind != 1);
        }
        assert_eq!(round_trip(&data(kind, 300_000, 2), 9).is_some(), kind != 1);
    }
    // Long literal runs, then something to find.
    let mut late = data(1, 300_000, 2);
    late.extend_from_within(..200_000);
    for effort in [1, 5, 9] {
        round_trip(&late, effort).unwrap();
    }
    let log = data(0, MAX_BLOCK, 3);
    round_trip(&log, 5).unwrap();
    assert!(encoded(&data(0, MAX_BLOCK + 1, 3), 5).is_none());
}

/// The block of all of `whole` from `from` on.
fn encoded_behind(from: usize, whole: &[u8], effort: u8) -> Option<Vec<u8>> {
    let mut work = vec![0xdead_beef; encode_work_len(whole.len(), effort)];
    let mut out = vec![0x5a; whole.len() - from];
    let len = encode_block_after(from, whole, &mut out, &mut work, effort)?;
    out.truncate(len);
    Some(out)
}

/// Checks that decoder and oracle agree on a block after `past`. Returns its bytes.
fn agree_after(past: &[u8], block: &[u8], room: usize) -> Option<Vec<u8>> {
    let mut work = vec![0xdead_beef; DECODE_WORK_LEN];
    let mut out = [past, &vec![0xa5; room]].concat();
    let ours = decode_block_after(past.len(), block, &mut out, &mut work).ok();
    let ours = ours.map(|len| out[past.len()..past.len() + len].to_vec());
    assert!(ours == oracle::decode(past, block, room));
    ours
}

#[test]
fn what_is_encoded_behind_others_is_decoded() {
    for effort in [1, 5, 9] {
        for kind in 0..KINDS {
            for (from, len) in [(1, 300), (7, 900), (700, 9), (5000, 3000), (65_536, 6000)] {
                let whole = data(kind, from + len, 7);
                let (past, raw) = whole.split_at(from);
                let Some(block) = encoded_behind(from, &whole, effort) else { continue };
                assert!(agree_after(past, &block, len).as_deref() == Some(raw), "kind {kind}, {len} after {from}");
            }
        }
        // All of it, from as far as there is; and nothing without it.
        let noise = data(1, 1000, 8).repeat(2);
        let block = encoded_behind(1000, &noise, effort).unwrap();
        assert!(block.len() < 40 && agree_after(&noise[..1000], &block, 1000).as_deref() == Some(&noise[1000..]));
        assert!(agree_after(&noise[1..1000], &block, 1000).is_none() && agree_after(&[], &block, 1000).is_none());
        for bit in 0..block.len() * 8 {
            let mut bad = block.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            agree_after(&noise[..1000], &bad, 1000);
        }
    }
}

#[test]
fn logs_shrink() {
    let log = data(0, 65_536, 4);
    let [fast, usual, small] = [1, 5, 9].map(|e| encoded(&log, e).unwrap().len());
    assert!(fast < 14_500 && usual < 13_500 && small < 12_500, "{fast} {usual} {small}");
}

#[test]
fn short_memory_is_refused() {
    let input = data(0, 5000, 5);
    let block = encoded(&input, 5).unwrap();
    let mut out = vec![0; 5000];
    let mut work = vec![0; encode_work_len(5000, 5)];
    let short = work.len() - 1;
    assert_eq!(encode_block(&input, &mut out, &mut work[..short], 5), None);
    assert_eq!(encode_block(&input, &mut out[..4999], &mut work, 5), None);
    let e = decode_block(&block, &mut out, &mut work[..DECODE_WORK_LEN - 1]).unwrap_err();
    assert_eq!(e.status, Status::Memory);
}

/// The decoder and the oracle agree on any bytes: the same output, or refused by both.
fn agree(block: &[u8], room: usize) {
    let ours = decoded(block, room);
    assert!(matches!(ours, Ok(_) | Err(Status::Damaged)));
    assert!(ours.ok() == oracle::decode(&[], block, room));
}

#[test]
fn every_truncation_and_every_flipped_bit() {
    for (kind, len) in [(0, 3000), (3, 600), (5, 2500), (6, 2000)] {
        let input = data(kind, len, 6);
        let block = encoded(&input, 9).unwrap();
        for cut in 0..block.len() {
            agree(&block[..cut], len);
        }
        for bit in 0..block.len() * 8 {
            let mut bad = block.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            agree(&bad, len);
        }
        for at in 0..block.len() {
            let mut bad = block.clone();
            bad[at] ^= 0xff;
            agree(&bad, len);
        }
    }
}

proptest! {
    #[test]
    fn any_bytes(kind in 0..KINDS, len in 0usize..20_000, seed: u64, effort in 0u8..12) {
        let input = data(kind, len, seed);
        round_trip(&input, effort);
    }

    #[test]
    fn few_letters(input in proptest::collection::vec(0u8..3, 0..2000), effort in 0u8..12) {
        round_trip(&input, effort);
    }

    #[test]
    fn noise_is_read_as_the_oracle_reads_it(block in proptest::collection::vec(any::<u8>(), 0..200), room in 0usize..3000) {
        agree(&block, room);
    }

    #[test]
    fn damage_is_read_as_the_oracle_reads_it(
        kind in 0..KINDS, len in 100usize..4000, seed: u64, hits in 1usize..6, sparse: bool,
    ) {
        let input = data(kind, len, seed);
        if let Some(mut block) = encoded(&input, 5) {
            let mut rng = Rng(seed | 1);
            for _ in 0..hits {
                let at = rng.next() as usize % if sparse { block.len() } else { block.len().min(40) };
                block[at] = rng.next() as u8;
            }
            agree(&block, len + rng.next() as usize % 2000);
        }
    }
}

/// A block of literals alone, some of which occur once and at its start: where the head is written.
#[test]
fn rare_literals_at_the_start_are_not_lost() {
    let mut r = 7u32;
    let noise = |r: &mut u32| {
        *r = r.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (*r >> 24) as u8
    };
    for len in 60..1200usize {
        let mut data: Vec<u8> = (0..len).map(|i| if i % 2 == 0 { 61 } else { noise(&mut r) | 128 }).collect();
        data[..6].copy_from_slice(&[1, 2, 3, 4, 5, 6]);
        let mut out = vec![0; len];
        for effort in [1, 5, 9] {
            let mut work = vec![0; encode_work_len(len, effort)];
            let Some(n) = encode_block(&data, &mut out, &mut work, effort) else { continue };
            let mut back = vec![0; len];
            let mut work = vec![0; DECODE_WORK_LEN];
            assert_eq!(decode_block(&out[..n], &mut back, &mut work).ok(), Some(len));
            assert!(back == data, "{len} bytes, effort {effort}");
        }
    }
}
