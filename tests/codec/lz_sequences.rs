//! The LZ decoder over blocks that no encoder of ours makes: any runs, lengths and offsets, up to the last byte.

#![cfg(feature = "codec")]

use proptest::prelude::*;
use sqrtspace::codec::lz::{DECODE_WORK_LEN, decode_block};
use sqrtspace::status::Status;

/// Every table has 2^6 states, one for each code, and what is left for the last code, which is never used: so six bits
/// lead from any state to any other.
const LOG: u32 = 6;
const CODES: [u32; 3] = [42, 56, 47];

#[derive(Clone, Copy, Debug)]
struct Sequence {
    run: u32,
    len: u32,
    /// As stored: below 3 a recent one, else the offset and 2.
    stored: u32,
}

/// Fields of bits, each as its value and width.
type Fields = Vec<(u32, u32)>;

fn bits(fields: &Fields) -> Vec<u8> {
    fields.iter().flat_map(|(v, n)| (0..*n).rev().map(move |i| (v >> i & 1) as u8)).collect()
}

fn gamma(v: u32) -> (u32, u32) {
    (v, 2 * v.ilog2() + 1)
}

/// Code of a value whose first 2^`direct` stand for themselves, and its extra bits.
fn code(v: u32, direct: u32) -> (u32, (u32, u32)) {
    if v < 1 << direct {
        return (v, (0, 0));
    }
    let e = v.ilog2();
    ((1 << direct) + 2 * (e - direct) + (v >> (e - 1) & 1), (v & ((1 << (e - 1)) - 1), e - 1))
}

fn state(code: u32) -> (u32, u32) {
    (code * (32 + 8 + 3) % 64, LOG)
}

fn number(mut v: usize, out: &mut Vec<u8>) {
    while v > 127 {
        out.push(v as u8 | 128);
        v >>= 7;
    }
    out.push(v as u8);
}

/// A block of one part, as docs/formats/lz.md has it, with plain literals.
fn block(literals: &[u8], sequences: &[Sequence]) -> Vec<u8> {
    let mut out = vec![1];
    number(literals.len(), &mut out);
    number(sequences.len(), &mut out);
    out.extend_from_slice(literals);
    if sequences.is_empty() {
        return out;
    }
    let mut tables = Fields::new();
    for codes in CODES {
        tables.push((LOG - 4, 3));
        tables.extend((1..codes).map(|_| gamma(2)));
        tables.push(gamma(1 + 64 - (codes - 1)));
    }
    for byte in bits(&tables).chunks(8) {
        out.push(byte.iter().enumerate().fold(0, |b, (i, bit)| b | bit << (7 - i)));
    }
    let coded: Vec<_> = sequences
        .iter()
        .map(|s| {
            let (run, run_extra) = code(s.run, 4);
            let (len, len_extra) = code(s.len - 3, 5);
            let (offset, offset_extra) = if s.stored < 3 { (s.stored, (0, 0)) } else { code(s.stored - 2, 1) };
            let offset = if s.stored < 3 { offset } else { offset + 2 };
            ([run, len, offset].map(state), [offset_extra, len_extra, run_extra])
        })
        .collect();
    // The mark, then what is read first.
    let mut body: Fields = vec![(1, 1)];
    for ([run, len, offset], _) in coded.iter().take(2) {
        body.extend([*run, *offset, *len]);
    }
    for (i, (_, extra)) in coded.iter().enumerate() {
        body.extend(coded.get(i + 2).into_iter().flat_map(|(states, _)| *states));
        body.extend(extra);
    }
    let mut body = bits(&body);
    body.reverse();
    out.extend(body.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |b, (i, bit)| b | bit << i)));
    out
}

/// What the block means, one byte at a time; nothing where an offset reaches beyond the start.
fn meaning(literals: &[u8], sequences: &[Sequence]) -> Option<Vec<u8>> {
    let mut recent = vec![1, 2, 4, 8];
    let mut waiting = literals.iter();
    let mut out = Vec::new();
    for s in sequences {
        out.extend(waiting.by_ref().take(s.run as usize));
        let offset = if s.stored < 3 {
            recent.remove(s.stored as usize + usize::from(s.run == 0))
        } else {
            s.stored as usize - 2
        };
        recent.insert(0, offset);
        recent.truncate(4);
        for _ in 0..s.len {
            out.push(*out.get(out.len().checked_sub(offset)?)?);
        }
    }
    out.extend(waiting);
    Some(out)
}

fn decoded(block: &[u8], room: usize) -> Result<Vec<u8>, Status> {
    let mut work = vec![0xdead_beef; DECODE_WORK_LEN];
    // Bytes after the output must not change.
    let mut out = vec![0xa5; room + 100];
    let len = decode_block(block, &mut out[..room], &mut work).map_err(|e| e.status);
    assert!(out[room..].iter().all(|b| *b == 0xa5));
    out.truncate(len?);
    Ok(out)
}

fn check(sequences: &[Sequence], literals_after: usize, spare: usize) {
    let count = sequences.iter().map(|s| s.run as usize).sum::<usize>() + literals_after;
    let literals: Vec<u8> = (0..count)
        .map(|i| (i as u8).wrapping_mul(i as u8).wrapping_mul(31).wrapping_add((i as u8).wrapping_mul(7)))
        .collect();
    let block = block(&literals, sequences);
    let whole: usize = count + sequences.iter().map(|s| s.len as usize).sum::<usize>();
    match meaning(&literals, sequences) {
        Some(expected) => {
            assert_eq!(expected.len(), whole);
            assert!(decoded(&block, whole).unwrap() == expected);
            assert!(decoded(&block, whole + spare).unwrap() == expected);
            assert_eq!(decoded(&block, whole - 1), Err(Status::Damaged));
        }
        None => assert_eq!(decoded(&block, whole + spare), Err(Status::Damaged)),
    }
}

#[test]
fn every_offset_and_length_close_to_the_end() {
    for offset in 1..70 {
        for len in (3..70).chain([127, 128, 500]) {
            let first = Sequence { run: 70, len: 3, stored: 40 };
            let last = Sequence { run: offset % 3, len, stored: offset + 2 };
            for literals_after in [0, 1, 15, 33] {
                check(&[first, last], literals_after, 200);
                check(&[last], literals_after, 64);
            }
        }
    }
}

fn sequence() -> impl Strategy<Value = Sequence> {
    let run = prop_oneof![4 => 0u32..4, 4 => 0u32..40, 1 => 0u32..3000];
    let len = prop_oneof![4 => 3u32..20, 4 => 3u32..80, 1 => 3u32..66_000];
    let stored = prop_oneof![3 => 0u32..3, 4 => 3u32..40, 2 => 3u32..1000];
    (run, len, stored).prop_map(|(run, len, stored)| Sequence { run, len, stored })
}

proptest! {
    #[test]
    fn any_sequences(
        first in 0u32..2000, mut sequences in proptest::collection::vec(sequence(), 1..200),
        literals_after in 0usize..100, spare in 0usize..200,
    ) {
        // Most offsets then reach something.
        sequences[0].run = first;
        check(&sequences, literals_after, spare);
    }
}
