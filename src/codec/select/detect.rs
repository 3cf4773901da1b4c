//! Detects structure in bytes of unknown format: packets of a fixed length, or samples of some type.
#![allow(clippy::arithmetic_side_effects, reason = "positions within a frame; magnitudes of bytes")]

use crate::codec::container::format::{ByteOrder, Format, SampleType};
use crate::codec::numeric::{estimate, quick_cost};
use crate::util::unsigned::{Count, Unsigned};

/// Maximum length of a packet in bytes.
const MAX_PACKET: usize = 512;
/// Minimum number of bytes for a detection.
const MIN_BYTES: usize = 1024;
/// Maximum number of bytes that packets are detected in.
const PACKET_BYTES: usize = 16 << 10;

/// Maximum number of bytes that types of samples are compared on.
const SAMPLE_BYTES: usize = 8 << 10;

/// The detected format of bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guess {
    /// Samples, packets, or plain bytes.
    pub(crate) format: Format,
    /// Estimated coded bytes in this format; 0 without an estimate.
    pub(crate) bytes: usize,
}

/// Whether at least 31 of 32 bytes are printable ASCII, tabs or line ends. Samples parts of 64 bytes.
pub(crate) fn is_text(raw: &[u8]) -> bool {
    let step = (raw.len() / 16).max(64);
    let (mut seen, mut text) = (0usize, 0usize);
    for part in raw.chunks(step) {
        let part = part.get(..64.min(part.len())).unwrap_or(&[]);
        seen += part.len();
        text += part.iter().filter(|b| matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r')).count();
    }
    text * 32 >= seen * 31
}

/// Whether at most sixteen byte values occur.
pub(crate) fn has_few_values(raw: &[u8]) -> bool {
    let mut seen = [false; 256];
    for b in raw {
        if let Some(s) = seen.get_mut(usize::from(*b)) {
            *s = true;
        }
    }
    seen.iter().filter(|s| **s).count() <= 16
}

/// Detects the format of bytes: samples, packets, or plain bytes.
pub(crate) fn format(raw: &[u8], cells: &mut [i32]) -> Guess {
    let packets = packets(raw, cells);
    let Some(part) = raw.get(..raw.len().min(SAMPLE_BYTES)).filter(|p| p.len() >= MIN_BYTES) else {
        return Guess { format: packets.unwrap_or(Format::BYTES), bytes: 0 };
    };
    let length = packets.map_or(1, |f| f.channels as usize);
    let plain = packets.unwrap_or(Format::BYTES);
    let mut best = (quick_cost(part, plain, cells).unwrap_or(u64::MAX / 2), plain);
    for sample in [SampleType::I16, SampleType::I24, SampleType::I32, SampleType::F32] {
        // One channel, two channels, and the number that fills a packet.
        let whole = if length.is_multiple_of(sample.width()) { length / sample.width() } else { 0 };
        for channels in [1, 2, whole] {
            for order in [ByteOrder::Little, ByteOrder::Big] {
                let Ok(f) = Format::new(sample, order, channels as u32) else { continue };
                let used = part.len() - part.len() % f.row_bytes().max(1);
                if used < MIN_BYTES || (sample == SampleType::F32 && !plausible(part, order)) {
                    continue;
                }
                let Some(c) = quick_cost(part, f, cells) else { continue };
                let c = c * part.len() as u64 / used as u64;
                // Integers have to be clearly better: bytes of another nature seldom are by
                // accident. For plausible floats the codec gains more than this estimate shows.
                let c = if sample == SampleType::F32 { c - c / 6 } else { c + c / 16 };
                if c < best.0 {
                    best = (c, f);
                }
            }
        }
    }
    let bytes = u128::from(best.0) * raw.len() as u128 / (part.len() as u128 * 8 * 256);
    Guess { format: best.1, bytes: usize::try_from(bytes).unwrap_or(usize::MAX) }
}

/// Whether words look like floating-point measurements: at least 63 of 64 are 0 or from 2^-40 to 2^41 in magnitude, and
/// at most 7 of 8 are 0.
fn plausible(part: &[u8], order: ByteOrder) -> bool {
    let (words, _) = part.as_chunks::<4>();
    let (mut in_range, mut zeros) = (0usize, 0usize);
    for w in words {
        let bits = if order == ByteOrder::Little { u32::from_le_bytes(*w) } else { u32::from_be_bytes(*w) };
        // Exponents from -40 to 40, or zero.
        in_range += usize::from(bits == 0 || (87..=167).contains(&((bits >> 23) & 0xff)));
        zeros += usize::from(bits == 0);
    }
    in_range * 64 >= words.len() * 63 && zeros * 8 <= words.len() * 7
}

/// Detects packets of a fixed length. `None` if no length pays.
///
/// With the length of the packets, bytes are mostly close to those one packet before. The eight lengths with the most
/// equal bytes are compared by the estimated cost of the differences per column. Of nearly equal costs the shortest
/// length wins.
fn packets(raw: &[u8], cells: &mut [i32]) -> Option<Format> {
    let part = raw.get(..raw.len().min(PACKET_BYTES))?;
    let (sums, _) = cells.split_at_mut_checked(MAX_PACKET)?;
    if part.len() < MIN_BYTES {
        return None;
    }
    let alone = cost(part, 1);
    let mut best = (alone, 1usize);
    for length in 2..=MAX_PACKET.min(part.len() / 16) {
        // A quick test first: the number of bytes equal to those one packet before.
        let probe = part.get(part.len() - 1024..)?;
        let from = part.len() - 1024;
        let Some(before) = from.checked_sub(length).and_then(|f| part.get(f..f + 1024)) else { break };
        let same = equal(probe, before);
        if let Some(to) = sums.get_mut(length - 1) {
            *to = same as i32;
        }
    }
    // The eight lengths with the most equal bytes, the shorter first.
    for _ in 0..8 {
        let lengths = sums.get_mut(1..MAX_PACKET.min(part.len() / 16))?;
        let Some((at, count)) = lengths.iter_mut().enumerate().max_by_key(|(i, v)| (**v, usize::MAX - *i)) else {
            break;
        };
        if *count <= 0 {
            break;
        }
        *count = -1;
        let length = at + 2;
        // Each column has a header of about ten bytes in the frame.
        let heads = length as u64 * 10 * 8 * 256 * part.len() as u64 / raw.len().max(1) as u64;
        let c = cost(part, length) + heads;
        if c + c / 64 < best.0 || (length < best.1 && c < best.0 + best.0 / 64) {
            best = (c, length);
        }
    }
    if best.1 == 1 || best.0 + best.0 / 24 > alone {
        return None;
    }
    Some(Format { sample: SampleType::Bytes, order: ByteOrder::Big, channels: best.1 as u32 })
}

/// Number of equal bytes at the same index.
fn equal(a: &[u8], b: &[u8]) -> usize {
    // In parts that a byte can count, which is fast.
    let count = |(a, b): (&[u8], &[u8])| usize::from(a.iter().zip(b).fold(0u8, |n, (a, b)| n + u8::from(a == b)));
    let mut b = b.chunks(128);
    a.chunks(128).map_while(|a| Some((a, b.next()?))).map(count).sum()
}

/// Estimated cost of `bytes` as packets of `length` bytes, from the differences within each column. In 1/256 bits.
fn cost(bytes: &[u8], length: usize) -> u64 {
    let (mut values, mut steps) = ([0u32; MAX_PACKET], [0u32; MAX_PACKET]);
    if !(16..=MAX_PACKET).contains(&length) {
        return cost_by_column(bytes, length);
    }
    // Row by row: the same sums as by column, for all columns at once.
    let Some((first, rest)) = bytes.split_at_checked(length) else { return 0 };
    let mut later = rest.chunks(length);
    for previous in bytes.chunks(length) {
        let Some(now) = later.next() else { break };
        for (((a, b), middle), (v, s)) in previous.iter().zip(now).zip(first).zip(values.iter_mut().zip(&mut steps)) {
            *s += u32::from((b.wrapping_sub(*a) as i8).unsigned_abs());
            *v += u32::from((b.wrapping_sub(*middle) as i8).unsigned_abs());
        }
    }
    let mut total = 0;
    for (column, (v, s)) in values.iter().zip(&steps).enumerate().take(length) {
        let n = rest.len().sat_sub(column).div_ceil(length);
        total += estimate(u64::from(*v.min(s)), n as u32);
    }
    total
}

/// The result of [`cost`], column by column: for few columns.
fn cost_by_column(bytes: &[u8], length: usize) -> u64 {
    let mut total = 0u64;
    for column in 0..length {
        let at = |start: usize| bytes.get(start..).unwrap_or(&[]).iter().step_by(length);
        let (mut values, mut steps, mut n) = (0u64, 0u64, 0u32);
        let middle = bytes.get(column).copied().unwrap_or(0);
        for (a, b) in at(column).zip(at(column + length)) {
            steps += u64::from((b.wrapping_sub(*a) as i8).unsigned_abs());
            values += u64::from((b.wrapping_sub(middle) as i8).unsigned_abs());
            n += 1;
        }
        total += estimate(steps.min_u64(values), n);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn packet_lengths_are_found() {
        for length in [3usize, 8, 42, 100, 257] {
            let mut seed = 9u32;
            let raw: Vec<u8> = (0..40_000)
                .map(|i| {
                    seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
                    let (packet, at) = (i / length, i % length);
                    match at % 3 {
                        0 => (at * 37) as u8,
                        1 => (packet / 3) as u8,
                        _ => (at * 11) as u8 ^ (seed >> 30) as u8,
                    }
                })
                .collect();
            let mut cells = [0; 1024];
            assert_eq!(packets(&raw, &mut cells).unwrap().channels as usize, length);
        }
    }

    #[test]
    fn samples_are_detected() {
        let mut cells = [0; 8192];
        let (mut v, mut seed) = ([0i32; 2], 5u32);
        let x: Vec<i32> = (0..8000)
            .map(|i| {
                seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
                v[i % 2] += (seed >> 24) as i32 % 101 - 50;
                v[i % 2] * if i % 2 == 0 { 1 } else { 3 }
            })
            .collect();
        let short: Vec<u8> = x.iter().flat_map(|v| (*v as i16).to_be_bytes()).collect();
        let f = format(&short, &mut cells).format;
        assert_eq!((f.sample, f.order, f.channels), (SampleType::I16, ByteOrder::Big, 2));
        let float: Vec<u8> = x.iter().flat_map(|v| (*v as f32 * 0.37).to_le_bytes()).collect();
        let f = format(&float, &mut cells).format;
        assert_eq!((f.sample, f.order, f.channels), (SampleType::F32, ByteOrder::Little, 2));
        let words = ["frame ", "of ", "telemetry ", "and ", "no samples ", "at all, ", "said the log. "];
        let text: Vec<u8> = (0..2000)
            .flat_map(|_| {
                seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
                words[(seed >> 24) as usize % words.len()].bytes()
            })
            .collect();
        assert_eq!(format(&text[..], &mut cells).format.sample, SampleType::Bytes);
        assert!(is_text(&text) && !is_text(&short));
    }

    #[test]
    fn costs_by_row_equal_costs_by_column() {
        let raw: Vec<u8> = (0..9001u32).map(|i| (i * i / 7 % 251) as u8 ^ (i % 42) as u8).collect();
        for length in [1, 15, 16, 17, 42, 100, 511, 512] {
            assert_eq!(cost(&raw, length), cost_by_column(&raw, length), "{length}");
        }
    }

    #[test]
    fn no_packets_are_found_in_noise() {
        let mut seed = 9u32;
        let raw: Vec<u8> = (0..40_000)
            .map(|_| {
                seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
                (seed >> 24) as u8
            })
            .collect();
        assert!(packets(&raw, &mut [0; 1024]).is_none());
        assert!(packets(&raw[..100], &mut [0; 1024]).is_none());
        assert_eq!(format(&raw, &mut [0; 8192]).format, Format::BYTES);
    }
}
