//! Encoding a block.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "positions in slices of at most 4 MiB, counts of what is in them, and code values below 2^23"
)]

use super::MAX_BLOCK;
use super::bits::{BackWriter, MOST, Writer};
use super::codes;
use super::huffman;
use super::matcher::{Buckets, Latest, eight};
use super::optimal;
use super::parse::{Parser, Style};
use super::prices::Prices;
use super::sequences::Sequence;
use super::tans::{EncodeTable, MAX_LOG, SYMBOLS, Shares};
use crate::mem::Slide;
use crate::simd::{Level, with_bits};
use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;

/// Sequences of a part, at most: then its tables are written, and the next part learns its own. Short blocks leave
/// room for the cheapest way.
fn part_sequences(block: usize, effort: u8) -> usize {
    if effort < 9 || block > 1 << 16 { 8192 } else { 5120 }
}

/// Bytes after which a part ends, with the sequence that reaches them.
const PART_BYTES: usize = 1 << 17;

/// Bytes that a hash sees. Shorter matches are worth it with recent offsets only.
const HASHED: u32 = 6;
/// How the quick parse goes.
const STYLE: Style = Style { lazy: 1, stride: 12, skip: 5, least: 5 };

/// Words of the hash table. More would find hardly more.
fn hash_words(block: usize, effort: u8) -> usize {
    let (share, most) = if effort < 9 { (8, 1 << 14) } else { (4, 1 << 18) };
    (block / share).next_power_of_two().clamp(1 << 10, most)
}

/// Words of work memory that [`encode_block`] needs for blocks of up to `block` bytes at `effort`.
#[must_use]
pub fn encode_work_len(block: usize, effort: u8) -> usize {
    hash_words(block, effort) + 2 * part_sequences(block, effort) + if effort < 9 { 0 } else { optimal::WORDS }
}

/// Encodes `input` into `out`; the bytes written, or `None` where that would not be less than the input: then store it.
///
/// `input` is at most [`MAX_BLOCK`] bytes. `work` is at least [`encode_work_len`] words for as many bytes; what it
/// holds does not matter. `out` is at least as long as the input; more is not used. `effort` is 1 (fast), 5 or 9
/// (small); what is between counts as the lower. The result depends on `input` and `effort` alone. `None` as well for
/// an input, `out` or `work` out of bounds.
#[must_use]
pub fn encode_block(input: &[u8], out: &mut [u8], work: &mut [u32], effort: u8) -> Option<usize> {
    encode_block_after(0, input, out, work, effort)
}

/// The same for the bytes of `input` from `from` on, which may repeat bytes before them: the decoder has those.
///
/// `input` as a whole is at most [`MAX_BLOCK`] bytes, and what `work` has to be sized for; `out` is as long as what is
/// coded.
#[must_use]
pub fn encode_block_after(from: usize, input: &[u8], out: &mut [u8], work: &mut [u32], effort: u8) -> Option<usize> {
    if input.len() > MAX_BLOCK {
        return None;
    }
    // The same room whatever the caller gives, so that the same is found to be worth it.
    let out = out.get_mut(..input.len().checked_sub(from)?)?;
    let (hash, rest) = work.split_at_mut_checked(hash_words(input.len(), effort))?;
    let (sequences, rest) = rest.split_at_mut_checked(2 * part_sequences(input.len(), effort))?;
    let (sequences, _) = sequences.as_chunks_mut::<2>();
    if effort < 9 {
        return quick(from, input, out, hash, sequences, u32::from(effort >= 5));
    }
    let nodes = rest.get_mut(..optimal::WORDS)?;
    let usual = quick(from, input, out, hash, sequences, 1);
    let small = thorough(from, input, out, hash, sequences, nodes);
    // What is cheapest by learned prices is not always smaller: the tables like what repeats.
    match (small, usual) {
        (Some(small), Some(usual)) if small > usual => quick(from, input, out, hash, sequences, 1),
        (None, Some(_)) => quick(from, input, out, hash, sequences, 1),
        (small, _) => small,
    }
}

/// Positions before `from` at which there are at least eight bytes.
fn before(from: usize, input: &[u8]) -> core::ops::Range<usize> {
    0..from.min(input.len().sat_sub(7))
}

/// A table of last places that knows what lies before `from`.
fn latest<'a>(from: usize, input: &[u8], hash: &'a mut [u32]) -> Latest<'a> {
    let mut latest = Latest::new(hash);
    for pos in before(from, input) {
        latest.replace::<HASHED>(pos, eight(input, pos));
    }
    latest
}

/// The same for the cheapest way.
fn buckets<'a, const WAYS: usize>(from: usize, input: &[u8], hash: &'a mut [u32]) -> Buckets<'a, WAYS> {
    let mut buckets = Buckets::new(hash, optimal::HASHED);
    for pos in before(from, input) {
        buckets.insert(pos, eight(input, pos));
    }
    buckets
}

fn quick(
    from: usize,
    input: &[u8],
    out: &mut [u8],
    hash: &mut [u32],
    sequences: &mut [[u32; 2]],
    lazy: u32,
) -> Option<usize> {
    let mut parser = Parser::<HASHED>::new(from, input, latest(from, input, hash), Style { lazy, ..STYLE });
    let level = Level::detect();
    all(from, input, out, sequences, |s| {
        Some((
            with_bits(
                level,
                #[cfg_attr(feature = "std", inline(always))]
                || parser.run(s, PART_BYTES),
            ),
            parser.anchor(),
        ))
    })
}

/// Learns from a quick parse of the first part what things cost there, then from the cheapest way by these prices, and
/// then encodes.
fn thorough(
    from: usize,
    input: &[u8],
    out: &mut [u8],
    hash: &mut [u32],
    sequences: &mut [[u32; 2]],
    nodes: &mut [u32],
) -> Option<usize> {
    let mut parser = Parser::<HASHED>::new(from, input, latest(from, input, hash), STYLE);
    let (count, _) = parser.run(sequences, PART_BYTES);
    let prices = Prices::learn(input.get(from..parser.anchor())?, sequences.get(..count)?);
    let mut parser = optimal::Parser::new(from, input, buckets(from, input, hash), nodes, prices);
    let (count, _) = parser.run(sequences, PART_BYTES)?;
    let prices = Prices::learn(input.get(from..parser.anchor())?, sequences.get(..count)?);
    let mut parser = optimal::Parser::new(from, input, buckets(from, input, hash), nodes, prices);
    all(from, input, out, sequences, |s| Some((parser.run(s, PART_BYTES)?, parser.anchor())))
}

/// Encodes part by part. `parse` fills in the sequences of the next part, and says how many, whether they are the last,
/// and where they end.
fn all(
    start: usize,
    input: &[u8],
    out: &mut [u8],
    sequences: &mut [[u32; 2]],
    mut parse: impl FnMut(&mut [[u32; 2]]) -> Option<((usize, bool), usize)>,
) -> Option<usize> {
    let (mut written, mut from) = (0, start);
    // Each turn writes at least a byte, and there are to be fewer than the input has.
    loop {
        let ((count, last), anchor) = parse(sequences)?;
        let to = if last { input.len() } else { anchor };
        let sequences = sequences.get(..count)?;
        written += part(input.get(from..to)?, sequences, last, out.get_mut(written..)?)?;
        from = to;
        if written >= input.len() - start {
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
    // At most ten groups make a number.
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
    let level = Level::detect();
    let literals = data.len().checked_sub(sequences.iter().map(|&s| Sequence::unpack(s).len as usize).sum())?;
    // Literals are gathered at the end of the output, as far away from what is written at its start as can be.
    let gathered = out.len().checked_sub(literals)?;
    let mut to = gathered;
    for run in runs(data, sequences) {
        gather(out, to, run)?;
        to += run.len();
    }
    let mut at = 1;
    at += number(literals, out.get_mut(at..)?)?;
    at += number(sequences.len(), out.get_mut(at..)?)?;
    let mode;
    (mode, at) = write_literals(data, sequences, literals, out, at)?;
    *out.first_mut()? = u8::from(last) | mode << 1;
    if sequences.is_empty() {
        return Some(if last { at } else { at + number(0, out.get_mut(at..)?)? });
    }
    if last {
        return Some(
            at + with_bits(
                level,
                #[cfg_attr(feature = "std", inline(always))]
                || write_sequences(sequences, out.get_mut(at..)?),
            )?,
        );
    }
    // The length comes first, and is known last: three bytes of room are always enough.
    let len = with_bits(
        level,
        #[cfg_attr(feature = "std", inline(always))]
        || write_sequences(sequences, out.get_mut(at + 3..)?),
    )?;
    let mut head = [0u8; 4];
    let head_len = number(len, &mut head)?;
    out.get_mut(at..at + head_len)?.put(head.get(..head_len)?);
    out.slide(at + 3..at + 3 + len, at + head_len);
    Some(at + head_len + len)
}

/// Literals below this are not worth four streams.
const FOUR_STREAMS: usize = 1024;

/// Copies a run of literals, a short one with a few bytes behind it if there is room.
#[cfg_attr(feature = "std", inline(always))]
fn gather(out: &mut [u8], to: usize, run: &[u8]) -> Option<()> {
    out.get_mut(to..to + run.len())?.put(run);
    Some(())
}

/// Writes `literals` literals, which lie at the end of `out`, to `at`; the mode, and where they end.
#[inline(never)]
fn write_literals(
    data: &[u8],
    sequences: &[[u32; 2]],
    literals: usize,
    out: &mut [u8],
    at: usize,
) -> Option<(u8, usize)> {
    let level = Level::detect();
    let from = out.len().checked_sub(literals)?;
    if literals >= 32 {
        let mut counts = [0u32; 256];
        let mut count = |bytes: &[u8]| {
            for &b in bytes {
                #[allow(clippy::indexing_slicing, reason = "a u8 is below 256")]
                {
                    counts[usize::from(b)] += 1;
                }
            }
        };
        if from >= at {
            count(out.get(from..)?);
        } else {
            // Where nearly all are literals, the head was written over the first of those gathered.
            runs(data, sequences).for_each(count);
        }
        let lens = huffman::lengths(&counts);
        let bits: u64 = counts.iter().zip(&lens).map(|(c, l)| u64::from(*c) * u64::from(*l)).sum();
        let bytes = usize::try_from(bits / 8).ok()?;
        let mut head = [0u8; 512];
        let mut w = Writer::new(&mut head);
        huffman::write_lengths(&lens, &mut w);
        let head_len = w.finish()?;
        // What saves hardly anything is not worth the time of decoding it.
        if bytes + head_len + 16 + literals / 64 < literals {
            // The length in front takes up to three bytes, as do those of three streams.
            let body = at + 3;
            out.get_mut(body..body + head_len)?.put(head.get(..head_len)?);
            let codes = huffman::codes(&lens);
            let many = literals >= FOUR_STREAMS;
            let sizes = body + head_len;
            let start = if many { sizes + 9 } else { sizes };
            let each = if many { literals.div_ceil(4) } else { literals };
            let mut to = start;
            let mut tight = sizes;
            let apart = start + bytes + 64 <= from;
            let mut runs = runs(data, sequences);
            let mut run: &[u8] = &[];
            for i in 0..literals.div_ceil(each) {
                let len = if apart {
                    let (front, gathered) = out.split_at_mut_checked(from)?;
                    let end = literals.min((i + 1) * each);
                    with_bits(
                        level,
                        #[cfg_attr(feature = "std", inline(always))]
                        || stream(gathered.get(i * each..end)?, &codes, front.get_mut(to..)?),
                    )?
                } else {
                    // What is written would run into what is gathered.
                    scattered(&mut runs, &mut run, each, &codes, out.get_mut(to..)?)?
                };
                to += len;
                if many && i < 3 {
                    tight += number(len, out.get_mut(tight..sizes + 9)?)?;
                }
            }
            if many {
                out.slide(start..to, tight);
                to -= start - tight;
            }
            let len = to - body;
            let head_len = number(len, out.get_mut(at..body)?)?;
            out.slide(body..to, at + head_len);
            return Some((if many { 2 } else { 1 }, at + head_len + len));
        }
    }
    if at + literals > out.len() {
        return None;
    }
    out.slide(from.., at);
    Some((0, at + literals))
}

/// Writes the codes of `count` literals, or as many as there are, straight from where they stand: `run` and `runs`.
#[inline(never)]
fn scattered<'a>(
    runs: &mut impl Iterator<Item = &'a [u8]>,
    run: &mut &'a [u8],
    count: usize,
    codes: &huffman::Codes,
    out: &mut [u8],
) -> Option<usize> {
    let mut w = Writer::new(out);
    let mut left = count;
    // A turn for each run.
    loop {
        let (now, later) = run.split_at_checked(run.len().min(left))?;
        write_codes(now, codes, &mut w);
        left -= now.len();
        *run = later;
        if left == 0 {
            break;
        }
        match runs.next() {
            Some(next) => *run = next,
            None => break,
        }
    }
    w.finish()
}

/// Writes the codes of literals.
#[cfg_attr(feature = "std", inline(always))]
fn stream(literals: &[u8], codes: &huffman::Codes, out: &mut [u8]) -> Option<usize> {
    let mut w = Writer::new(out);
    write_codes(literals, codes, &mut w);
    w.finish()
}

#[cfg_attr(feature = "std", inline(always))]
fn write_codes(literals: &[u8], codes: &huffman::Codes, w: &mut Writer) {
    let code = |b: u8| {
        #[allow(clippy::indexing_slicing, reason = "a u8 is below 256")]
        let c = codes[usize::from(b)];
        (u64::from(c & 0xffff), c >> 16)
    };
    let (fours, rest) = literals.as_chunks::<4>();
    for four in fours {
        let [(a, al), (b, bl), (c, cl), (d, dl)] = four.map(code);
        w.put((a << bl | b) << (cl + dl) | c << dl | d, al + bl + cl + dl);
    }
    for &b in rest {
        let (v, len) = code(b);
        w.put(v, len);
    }
}

#[cfg_attr(feature = "std", inline(always))]
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
    // Sequences of even place have states of their own, and so have the odd: `now` those of the place at hand.
    let (mut now, mut other): (Option<[u32; 3]>, Option<[u32; 3]>) = (None, None);
    for &p in sequences.iter().rev() {
        let s = Sequence::unpack(p);
        let (r, m, o) = (codes::run(s.run), codes::match_len(s.len), codes::offset(s.offset));
        let mut value =
            u64::from(r.extra) | u64::from(m.extra) << r.extra_len | u64::from(o.extra) << (r.extra_len + m.extra_len);
        let mut len = r.extra_len + m.extra_len + o.extra_len;
        let new = match now {
            None => [runs.start(r.code), matches.start(m.code), offsets.start(o.code)],
            Some([rs, ms, os]) => {
                let (os, o_value, o_len) = offsets.step(os, o.code);
                let (ms, m_value, m_len) = matches.step(ms, m.code);
                let (rs, r_value, r_len) = runs.step(rs, r.code);
                if len > MOST - 3 * MAX_LOG {
                    w.put(value, len);
                    (value, len) = (0, 0);
                }
                value |= (o_value | m_value << o_len | r_value << (o_len + m_len)) << len;
                len += o_len + m_len + r_len;
                [rs, ms, os]
            }
        };
        w.put(value, len);
        (now, other) = (other, Some(new));
    }
    // The first sequence came last: its states are `other`, those of the second `now`.
    for [rs, ms, os] in [now, other].into_iter().flatten() {
        matches.finish(ms, &mut w);
        offsets.finish(os, &mut w);
        runs.finish(rs, &mut w);
    }
    Some(at + w.finish()?)
}
