//! Writes the literals of a part: as they are, or in one or four streams of Huffman codes.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "positions in slices of at most 4 MiB, and counts of what is in them"
)]

use super::bits::write_number;
use super::huffman;
use super::sequences::literal_runs;
use crate::codec::word_writer::WordWriter;
use crate::mem::Slide;
use crate::simd::{Level, with_bits};
use crate::util::slice::Put;

/// Fewer literals are never coded.
const MIN_CODED: usize = 32;

/// Fewer literals are written in one stream: four do not pay.
const FOUR_STREAMS: usize = 1024;

/// The literals of a part: the bytes of `data` between the matches of `sequences`, gathered at the end of the output.
struct Literals<'a> {
    data: &'a [u8],
    sequences: &'a [[u32; 2]],
    count: usize,
}

/// Writes `count` literals, which are gathered at the end of `out`, from `at` on. Returns their mode and their end.
#[inline(never)]
pub(super) fn write_literals(
    data: &[u8],
    sequences: &[[u32; 2]],
    count: usize,
    out: &mut [u8],
    at: usize,
) -> Option<(u8, usize)> {
    let literals = Literals { data, sequences, count };
    let from = out.len().checked_sub(count)?;
    if count >= MIN_CODED {
        let counts = literals.count_bytes(from, out, at)?;
        let lens = huffman::lengths(&counts);
        let bits: u64 = counts.iter().zip(&lens).map(|(c, l)| u64::from(*c) * u64::from(*l)).sum();
        let bytes = usize::try_from(bits / 8).ok()?;
        let mut head = [0u8; 512];
        let mut w = WordWriter::new(&mut head);
        huffman::write_lengths(&lens, &mut w);
        let head_len = w.finish()?;
        // Savings below a 64th are not worth the time of decoding.
        if bytes + head_len + 16 + count / 64 < count {
            return literals.write_coded(head.get(..head_len)?, &huffman::codes(&lens), bytes, out, at);
        }
    }
    if at + count > out.len() {
        return None;
    }
    out.slide(from.., at);
    Some((0, at + count))
}

impl Literals<'_> {
    /// Number of literals of each byte value. The gathered ones begin at `from`; `at` is the end of what was written.
    #[cfg_attr(feature = "std", inline(always))]
    fn count_bytes(&self, from: usize, out: &[u8], at: usize) -> Option<[u32; 256]> {
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
            // Nearly everything is a literal: the numbers written first overwrote the first of
            // those gathered.
            literal_runs(self.data, self.sequences).for_each(count);
        }
        Some(counts)
    }

    /// Writes the coded literals from `at` on: `head` (the code lengths), then the streams of about `bytes` bytes in
    /// all. Returns the mode and the end.
    #[cfg_attr(feature = "std", inline(always))]
    fn write_coded(
        &self,
        head: &[u8],
        codes: &huffman::Codes,
        bytes: usize,
        out: &mut [u8],
        at: usize,
    ) -> Option<(u8, usize)> {
        let level = Level::detect();
        let from = out.len().checked_sub(self.count)?;
        // The length before the literals has up to three bytes, and so has that of each of three
        // streams.
        let body = at + 3;
        out.get_mut(body..body + head.len())?.put(head);
        let four = self.count >= FOUR_STREAMS;
        let sizes = body + head.len();
        let start = if four { sizes + 9 } else { sizes };
        let each = if four { self.count.div_ceil(4) } else { self.count };
        let mut to = start;
        let mut sizes_end = sizes;
        let disjoint = start + bytes + 64 <= from;
        let mut runs = literal_runs(self.data, self.sequences);
        let mut run: &[u8] = &[];
        for i in 0..self.count.div_ceil(each) {
            let len = if disjoint {
                let (front, gathered) = out.split_at_mut_checked(from)?;
                let end = self.count.min((i + 1) * each);
                with_bits(
                    level,
                    #[cfg_attr(feature = "std", inline(always))]
                    || write_stream(gathered.get(i * each..end)?, codes, front.get_mut(to..)?),
                )?
            } else {
                // The streams would overwrite the gathered literals.
                write_stream_from_runs(&mut runs, &mut run, each, codes, out.get_mut(to..)?)?
            };
            to += len;
            if four && i < 3 {
                sizes_end += write_number(len, out.get_mut(sizes_end..sizes + 9)?)?;
            }
        }
        if four {
            out.slide(start..to, sizes_end);
            to -= start - sizes_end;
        }
        let len = to - body;
        let number_len = write_number(len, out.get_mut(at..body)?)?;
        out.slide(body..to, at + number_len);
        Some((if four { 2 } else { 1 }, at + number_len + len))
    }
}

/// Writes the codes of up to `count` literals straight from the data: first from `run`, then from `runs`.
#[inline(never)]
fn write_stream_from_runs<'a>(
    runs: &mut impl Iterator<Item = &'a [u8]>,
    run: &mut &'a [u8],
    count: usize,
    codes: &huffman::Codes,
    out: &mut [u8],
) -> Option<usize> {
    let mut w = WordWriter::new(out);
    let mut left = count;
    // One iteration per run.
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

/// Writes the codes of gathered literals. Returns the number of bytes written.
#[cfg_attr(feature = "std", inline(always))]
fn write_stream(literals: &[u8], codes: &huffman::Codes, out: &mut [u8]) -> Option<usize> {
    let mut w = WordWriter::new(out);
    write_codes(literals, codes, &mut w);
    w.finish()
}

#[cfg_attr(feature = "std", inline(always))]
fn write_codes(literals: &[u8], codes: &huffman::Codes, w: &mut WordWriter) {
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
