//! Encoding a block.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "positions in slices of at most 4 MiB, counts of what is in them, and code values below 2^23"
)]

use super::MAX_BLOCK; extern crate std;
use super::bits::{BackWriter, Writer};
use super::codes;
use super::huffman;
use super::matcher::Buckets;
use super::parse::{Parser, Style};
use super::sequences::Sequence;
use super::tans::{EncodeTable, SYMBOLS, Shares};

/// Sequences of a part, at most: then its tables are written, and the next part learns its own.
const PART_SEQUENCES: usize = 8192;
/// Bytes after which a part ends, with the sequence that reaches them.
const PART_BYTES: usize = 1 << 17;

/// Words of the hash table.
fn hash_words(block: usize) -> usize {
    (block / 4).next_power_of_two().clamp(1 << 10, 1 << 16)
}

/// Words of work memory that [`encode_block`] needs for blocks of up to `block` bytes.
#[must_use]
pub fn encode_work_len(block: usize, _effort: u8) -> usize {
    hash_words(block) + 2 * PART_SEQUENCES
}

/// Encodes `input` into `out`; the bytes written, or `None` where that would not be less than the input: then store it.
///
/// `input` is at most [`MAX_BLOCK`] bytes. `work` is at least [`encode_work_len`] words for as many bytes; what it
/// holds does not matter. `out` as long as the input is enough. `effort` is 1 (fast), 5 or 9 (small); what is between
/// counts as the lower. The result depends on `input` and `effort` alone. `None` as well for an input or `work` out
/// of bounds.
#[must_use]
pub fn encode_block(input: &[u8], out: &mut [u8], work: &mut [u32], effort: u8) -> Option<usize> {
    if input.len() > MAX_BLOCK {
        return None;
    }
    let (hash, rest) = work.split_at_mut_checked(hash_words(input.len()))?;
    let (sequences, _) = rest.as_chunks_mut::<2>();
    let sequences = sequences.get_mut(..PART_SEQUENCES)?;
    let e = effort as usize;
    let style = Style { enough: std::env::var("ENOUGH").unwrap().parse().unwrap(), lazy: (e % 4) as u32, stride: [1, 2, 4, 8, 16][e / 4 % 5], skip: 5 };
    let r: usize = std::env::var("REPS").unwrap().parse().unwrap();
    let hb: u32 = std::env::var("HB").unwrap().parse().unwrap();
    match (e / 20, r) {
        (0, 1) => go(input, out, sequences, Parser::<4, 1>::new(input, Buckets::<4>::new(hash, hb), style)),
        (1, 1) => go(input, out, sequences, Parser::<2, 1>::new(input, Buckets::<2>::new(hash, hb), style)),
        (2, 1) => go(input, out, sequences, Parser::<1, 1>::new(input, Buckets::<1>::new(hash, hb), style)),
        (0, 2) => go(input, out, sequences, Parser::<4, 2>::new(input, Buckets::<4>::new(hash, hb), style)),
        (1, 2) => go(input, out, sequences, Parser::<2, 2>::new(input, Buckets::<2>::new(hash, hb), style)),
        (2, 2) => go(input, out, sequences, Parser::<1, 2>::new(input, Buckets::<1>::new(hash, hb), style)),
        (0, 3) => go(input, out, sequences, Parser::<4, 3>::new(input, Buckets::<4>::new(hash, hb), style)),
        (1, 3) => go(input, out, sequences, Parser::<2, 3>::new(input, Buckets::<2>::new(hash, hb), style)),
        (2, 3) => go(input, out, sequences, Parser::<1, 3>::new(input, Buckets::<1>::new(hash, hb), style)),
        (0, _) => go(input, out, sequences, Parser::<4, 0>::new(input, Buckets::<4>::new(hash, hb), style)),
        (1, _) => go(input, out, sequences, Parser::<2, 0>::new(input, Buckets::<2>::new(hash, hb), style)),
        (_, _) => go(input, out, sequences, Parser::<1, 0>::new(input, Buckets::<1>::new(hash, hb), style)),
    }
}
fn go<const W: usize, const R: usize>(input: &[u8], out: &mut [u8], sequences: &mut [[u32; 2]], mut parser: Parser<W, R>) -> Option<usize> {
    let mut written = 0;
    loop {
        let from = parser.anchor();
        let (count, last) = parser.run(sequences, PART_BYTES);
        let to = if last { input.len() } else { parser.anchor() };
        let sequences = sequences.get(..count)?;
        written += part(input.get(from..to)?, sequences, last, out.get_mut(written..)?)?;
        if written >= input.len() {
            return None;
        }
        if last {
            return Some(written);
        }
    }
}

/// A number in groups of seven bits, the lowest first, each but the last with its top bit set.
fn number(mut v: usize, out: &mut [u8]) -> Option<usize> {
    let mut len = 0;
    loop {
        let more = v > 0x7f;
        *out.get_mut(len)? = (v & 0x7f) as u8 | u8::from(more) << 7;
        len += 1;
        if !more {
            return Some(len);
        }
        v >>= 7;
    }
}

/// The runs of literals of `sequences` in `data`, and what follows the last match.
fn runs<'a>(data: &'a [u8], sequences: &'a [[u32; 2]]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = data;
    let mut packed = sequences.iter();
    let mut done = false;
    core::iter::from_fn(move || {
        if done {
            return None;
        }
        let Some(&p) = packed.next() else {
            done = true;
            return Some(rest);
        };
        let s = Sequence::unpack(p);
        let (run, tail) = rest.split_at_checked(s.run as usize)?;
        rest = tail.get(s.len as usize..)?;
        Some(run)
    })
}

/// Writes one part: `data` as `sequences` and the literals between them.
#[inline(never)]
fn part(data: &[u8], sequences: &[[u32; 2]], last: bool, out: &mut [u8]) -> Option<usize> {
    let mut counts = [0u32; 256];
    let mut literals = 0;
    for run in runs(data, sequences) {
        literals += run.len();
        for &b in run {
            #[allow(clippy::indexing_slicing, reason = "a u8 is below 256")]
            {
                counts[usize::from(b)] += 1;
            }
        }
    }
    let mut at = 1;
    at += number(literals, out.get_mut(at..)?)?;
    at += number(sequences.len(), out.get_mut(at..)?)?;
    let mode;
    (mode, at) = write_literals(data, sequences, literals, &counts, out, at)?;
    *out.first_mut()? = u8::from(last) | mode << 1;
    if sequences.is_empty() {
        return Some(if last { at } else { at + number(0, out.get_mut(at..)?)? });
    }
    if last {
        return Some(at + write_sequences(sequences, out.get_mut(at..)?)?);
    }
    // The length comes first, and is known last: three bytes of room are always enough.
    let len = write_sequences(sequences, out.get_mut(at + 3..)?)?;
    let mut head = [0u8; 4];
    let head_len = number(len, &mut head)?;
    out.get_mut(at..at + head_len)?.copy_from_slice(head.get(..head_len)?);
    out.copy_within(at + 3..at + 3 + len, at + head_len);
    Some(at + head_len + len)
}

/// Literals below this are not worth four streams.
const FOUR_STREAMS: usize = 1024;

#[inline(never)]
fn write_literals(
    data: &[u8],
    sequences: &[[u32; 2]],
    literals: usize,
    counts: &[u32; 256],
    out: &mut [u8],
    at: usize,
) -> Option<(u8, usize)> {
    if literals >= 32 {
        let lens = huffman::lengths(counts);
        let bits: u64 = counts.iter().zip(&lens).map(|(c, l)| u64::from(*c) * u64::from(*l)).sum();
        let mut head = [0u8; 512];
        let mut w = Writer::new(&mut head);
        huffman::write_lengths(&lens, &mut w);
        let head_len = w.finish()?;
        if bits / 8 + (head_len as u64) + 16 < literals as u64 {
            // The length in front takes up to three bytes, as do those of three streams.
            let body = at + 3;
            out.get_mut(body..body + head_len)?.copy_from_slice(head.get(..head_len)?);
            let mut to = body + head_len;
            let codes = huffman::codes(&lens);
            let runs = runs(data, sequences);
            let mode = if literals >= FOUR_STREAMS { 2 } else { 1 };
            if mode == 1 {
                to += streams::<1>(runs, literals, &codes, out.get_mut(to..)?)?[0];
            } else {
                let sizes = to;
                to += 9;
                let lens = streams::<4>(runs, literals.div_ceil(4), &codes, out.get_mut(to..)?)?;
                to += lens.iter().sum::<usize>();
                let mut tight = sizes;
                for len in lens.iter().take(3) {
                    tight += number(*len, out.get_mut(tight..sizes + 9)?)?;
                }
                out.copy_within(sizes + 9..to, tight);
                to -= sizes + 9 - tight;
            }
            let len = to - body;
            let head_len = number(len, out.get_mut(at..body)?)?;
            out.copy_within(body..to, at + head_len);
            return Some((mode, at + head_len + len));
        }
    }
    let mut to = at;
    for run in runs(data, sequences) {
        out.get_mut(to..to + run.len())?.copy_from_slice(run);
        to += run.len();
    }
    Some((0, to))
}

/// Codes literals in `N` streams of `each` (the last may be shorter), one behind the other; their lengths.
fn streams<'a, const N: usize>(
    mut runs: impl Iterator<Item = &'a [u8]>,
    each: usize,
    codes: &huffman::Codes,
    out: &mut [u8],
) -> Option<[usize; N]> {
    let mut lens = [0; N];
    let mut run: &[u8] = &[];
    let mut at = 0;
    for len in &mut lens {
        let mut w = Writer::new(out.get_mut(at..)?);
        let mut left = each;
        loop {
            let (now, later) = run.split_at(run.len().min(left));
            for &b in now {
                #[allow(clippy::indexing_slicing, reason = "a u8 is below 256")]
                let code = codes[usize::from(b)];
                w.put(u64::from(code & 0xffff), code >> 16);
            }
            left -= now.len();
            run = later;
            if left == 0 {
                break;
            }
            match runs.next() {
                Some(next) => run = next,
                None => break,
            }
        }
        *len = w.finish()?;
        at += *len;
    }
    Some(lens)
}

#[inline(never)]
fn write_sequences(sequences: &[[u32; 2]], out: &mut [u8]) -> Option<usize> {
    let (mut runs, mut matches, mut offsets) = ([0u32; SYMBOLS], [0u32; SYMBOLS], [0u32; SYMBOLS]);
    for &p in sequences {
        let s = Sequence::unpack(p);
        for (counts, code) in [
            (&mut runs, codes::run(s.run).code),
            (&mut matches, codes::match_len(s.len).code),
            (&mut offsets, codes::offset(s.offset).code),
        ] {
            #[allow(clippy::indexing_slicing, reason = "masked by the length of the table")]
            {
                counts[code as usize & (SYMBOLS - 1)] += 1;
            }
        }
    }
    let shares = [&runs, &matches, &offsets].map(|counts| Shares::learn(counts, 9));
    let mut w = Writer::new(out);
    shares.iter().for_each(|s| s.write(&mut w));
    let at = w.finish()?;
    let [runs, matches, offsets] = shares.each_ref().map(EncodeTable::new);

    let mut w = BackWriter::new(out.get_mut(at..)?);
    let mut states: Option<[u32; 3]> = None;
    for &p in sequences.iter().rev() {
        let s = Sequence::unpack(p);
        let (r, m, o) = (codes::run(s.run), codes::match_len(s.len), codes::offset(s.offset));
        states = Some(match states {
            None => [runs.start(r.code), matches.start(m.code), offsets.start(o.code)],
            Some([rs, ms, os]) => {
                let os = offsets.put(os, o.code, &mut w);
                let ms = matches.put(ms, m.code, &mut w);
                let rs = runs.put(rs, r.code, &mut w);
                w.flush();
                [rs, ms, os]
            }
        });
        let extra =
            u64::from(r.extra) | u64::from(m.extra) << r.extra_len | u64::from(o.extra) << (r.extra_len + m.extra_len);
        w.put(extra, r.extra_len + m.extra_len + o.extra_len);
    }
    let [rs, ms, os] = states?;
    matches.finish(ms, &mut w);
    offsets.finish(os, &mut w);
    runs.finish(rs, &mut w);
    Some(at + w.finish()?)
}
