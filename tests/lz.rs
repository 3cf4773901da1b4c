//! The bytes codec: against a second decoder that reads docs/format-lz.md literally, and over damaged blocks.

#![cfg(feature = "codec")]

use proptest::prelude::*;
use sqrtspace::codec::lz::{DECODE_WORK_LEN, MAX_BLOCK, decode_block, encode_block, encode_work_len};
use sqrtspace::status::Status;

/// The format read literally: one bit at a time, no tables but lists. `None` is damage.
mod oracle {
    struct Bits<'a> {
        bytes: &'a [u8],
        at: usize,
    }

    impl Bits<'_> {
        fn bit(&mut self) -> Option<u32> {
            let bit = self.bytes.get(self.at / 8)? >> (7 - self.at % 8) & 1;
            self.at += 1;
            Some(bit.into())
        }

        fn word(&mut self, len: u32) -> Option<u32> {
            (0..len).try_fold(0, |v, _| Some(v * 2 + self.bit()?))
        }

        fn gamma(&mut self) -> Option<u32> {
            let mut zeros = 0;
            while self.bit()? == 0 {
                zeros += 1;
                if zeros == 20 {
                    return None;
                }
            }
            Some(1 << zeros | self.word(zeros)?)
        }
    }

    fn number(bytes: &mut &[u8]) -> Option<usize> {
        let mut v = 0;
        for shift in [0, 7, 14, 21] {
            let (&b, rest) = bytes.split_first()?;
            *bytes = rest;
            v |= usize::from(b & 127) << shift;
            if b < 128 {
                return Some(v);
            }
        }
        None
    }

    fn take<'a>(bytes: &mut &'a [u8], n: usize) -> Option<&'a [u8]> {
        let (head, rest) = bytes.split_at_checked(n)?;
        *bytes = rest;
        Some(head)
    }

    /// Codes as strings of bits.
    fn huffman(bits: &mut Bits) -> Option<Vec<(Vec<u32>, u8)>> {
        let (least, most) = (bits.word(4)?, bits.word(4)?);
        if least == 0 || least > most || most > 11 {
            return None;
        }
        let width = 32 - (most - least).leading_zeros();
        let mut lens = Vec::new();
        loop {
            let skip = bits.gamma()? as usize - 1;
            if lens.len() + skip > 256 {
                return None;
            }
            lens.extend(vec![0; skip]);
            if lens.len() == 256 {
                break;
            }
            let len = least + bits.word(width)?;
            if len > most {
                return None;
            }
            lens.push(len);
        }
        let mut by_length: Vec<(u32, u8)> =
            (0..=255).filter(|s| lens[usize::from(*s)] > 0).map(|s| (lens[usize::from(s)], s)).collect();
        by_length.sort_unstable();
        if by_length.len() == 1 && least == 1 {
            let symbol = by_length[0].1;
            return Some(vec![(vec![0], symbol), (vec![1], symbol)]);
        }
        let mut codes = Vec::new();
        let (mut code, mut last) = (0u32, 0);
        for (len, symbol) in by_length {
            code <<= len - last;
            last = len;
            if code >> len != 0 {
                return None;
            }
            codes.push(((0..len).rev().map(|i| code >> i & 1).collect(), symbol));
            code += 1;
        }
        (code == 1 << last).then_some(codes)
    }

    fn stream(bytes: &[u8], codes: &[(Vec<u32>, u8)], count: usize, out: &mut Vec<u8>) -> Option<()> {
        let mut bits = Bits { bytes, at: 0 };
        for _ in 0..count {
            let mut seen = Vec::new();
            let symbol = loop {
                seen.push(bits.bit()?);
                if let Some((_, s)) = codes.iter().find(|(c, _)| *c == seen) {
                    break *s;
                }
            };
            out.push(symbol);
        }
        (bits.at.div_ceil(8) == bytes.len()).then_some(())
    }

    /// For each state: symbol, bits, base of the next state.
    struct Table {
        log: u32,
        states: Vec<(u32, u32, u32)>,
    }

    fn table(bits: &mut Bits, symbols: usize) -> Option<Table> {
        let log = 4 + bits.word(3)?;
        if log > 9 {
            return None;
        }
        let size = 1usize << log;
        let mut shares = Vec::new();
        let mut sum = 0;
        while sum < size {
            if shares.len() == symbols {
                return None;
            }
            let share = bits.gamma()? as usize - 1;
            sum += share;
            shares.push(share);
        }
        if sum > size {
            return None;
        }
        let mut states = vec![(0, 0, 0); size];
        let mut at = 0;
        for (symbol, share) in shares.iter().enumerate() {
            for j in 0..*share {
                let x = (share + j) as u32;
                let bits = log - x.ilog2();
                states[at] = (symbol as u32, bits, (x << bits) - size as u32);
                at = (at + size / 2 + size / 8 + 3) % size;
            }
        }
        Some(Table { log, states })
    }

    /// Reads from the end.
    struct Back<'a> {
        bytes: &'a [u8],
        left: usize,
    }

    impl Back<'_> {
        fn word(&mut self, len: u32) -> Option<u32> {
            (0..len).try_fold(0, |v, _| {
                self.left = self.left.checked_sub(1)?;
                Some(v * 2 + u32::from(self.bytes[self.left / 8] >> (self.left % 8) & 1))
            })
        }
    }

    /// A value from its code: `direct` bits' worth of values stand for themselves.
    fn value(code: u32, direct: u32, back: &mut Back) -> Option<u32> {
        if code < 1 << direct {
            return Some(code);
        }
        let octave = direct + (code - (1 << direct)) / 2;
        let half = (code - (1 << direct)) % 2;
        Some((2 + half) << (octave - 1) | back.word(octave - 1)?)
    }

    pub(crate) fn decode(block: &[u8], limit: usize) -> Option<Vec<u8>> {
        let mut rest = block;
        let mut out = Vec::new();
        let mut recent = vec![1usize, 2, 4, 8];
        loop {
            let flags = take(&mut rest, 1)?[0];
            let (last, mode) = (flags & 1 == 1, flags >> 1);
            let (literals, sequences) = (number(&mut rest)?, number(&mut rest)?);
            if mode > 3 || (!last && literals == 0 && sequences == 0) || out.len() + literals > limit {
                return None;
            }
            let mut lits = Vec::new();
            if mode == 0 {
                lits = take(&mut rest, literals)?.to_vec();
            } else {
                let len = number(&mut rest)?;
                let coded = take(&mut rest, len)?;
                let mut bits = Bits { bytes: coded, at: 0 };
                let codes = huffman(&mut bits)?;
                let mut streams = &coded[bits.at.div_ceil(8)..];
                match mode {
                    1 => stream(streams, &codes, literals, &mut lits)?,
                    2 => {
                        let quarter = literals.div_ceil(4);
                        let fourth = literals.checked_sub(3 * quarter)?;
                        let lens = [number(&mut streams)?, number(&mut streams)?, number(&mut streams)?];
                        for len in lens {
                            stream(take(&mut streams, len)?, &codes, quarter, &mut lits)?;
                        }
                        stream(streams, &codes, fourth, &mut lits)?;
                    }
                    _ => return None,
                }
            }
            let len = if last { rest.len() } else { number(&mut rest)? };
            let coded = take(&mut rest, len)?;
            let mut lits = lits.into_iter();
            if sequences == 0 && len > 0 {
                return None;
            }
            if sequences > 0 {
                let mut bits = Bits { bytes: coded, at: 0 };
                let tables = [table(&mut bits, 42)?, table(&mut bits, 56)?, table(&mut bits, 47)?];
                let body = &coded[bits.at.div_ceil(8)..];
                let mark = body.last()?.checked_ilog2()?;
                let mut back = Back { bytes: body, left: body.len() * 8 - 8 + mark as usize };
                let [runs, matches, offsets] = tables;
                let mut next = std::collections::VecDeque::new();
                for _ in 0..sequences.min(2) {
                    let (r, o, m) = (back.word(runs.log)?, back.word(offsets.log)?, back.word(matches.log)?);
                    next.push_back((r, m, o));
                }
                for i in 0..sequences {
                    let (r, m, o) = next.pop_front()?;
                    let (rs, ms, os) =
                        (runs.states[r as usize], matches.states[m as usize], offsets.states[o as usize]);
                    if i + 2 < sequences {
                        let r = rs.2 + back.word(rs.1)?;
                        let m = ms.2 + back.word(ms.1)?;
                        let o = os.2 + back.word(os.1)?;
                        next.push_back((r, m, o));
                    }
                    let stored = if os.0 < 3 { os.0 } else { value(os.0 - 2, 1, &mut back)? + 2 };
                    let len = value(ms.0, 5, &mut back)? as usize + 3;
                    let run = value(rs.0, 4, &mut back)? as usize;
                    let offset = if stored >= 3 {
                        stored as usize - 2
                    } else {
                        recent.remove(stored as usize + usize::from(run == 0))
                    };
                    recent.insert(0, offset);
                    recent.truncate(4);
                    for _ in 0..run {
                        out.push(lits.next()?);
                    }
                    if offset == 0 || offset > out.len() || out.len() + len + lits.len() > limit {
                        return None;
                    }
                    for _ in 0..len {
                        out.push(out[out.len() - offset]);
                    }
                }
                if back.left > 0 {
                    return None;
                }
            }
            out.extend(lits);
            if last {
                return (out.len() <= limit).then_some(out);
            }
        }
    }
}

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
    assert!(oracle::decode(&block, input.len()).unwrap() == input);
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
    assert!(ours.ok() == oracle::decode(block, room));
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
