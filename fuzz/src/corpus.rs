//! Cases: a seeded corpus with structure-aware mutations. Checksums are recomputed, so that mutations pass them.

use crate::input::{Input, Random};
use crate::streams;
use sqrtspace::codec::ccsds121;
use sqrtspace::crc::crc32c;

/// Bytes of any kind.
pub fn any(r: &mut Random) -> Vec<u8> {
    let n = r.below(400);
    (0..n).map(|_| r.word() as u8).collect()
}

/// Choices and bytes that look like samples, text, or nothing.
pub fn samples(r: &mut Random) -> Vec<u8> {
    let mut case: Vec<u8> = (0..48).map(|_| r.word() as u8).collect();
    let n = if r.below(8) == 0 { r.below(60_000) } else { r.below(3000) };
    fill(&mut case, n, r);
    case
}

fn fill(out: &mut Vec<u8>, n: usize, r: &mut Random) {
    let end = out.len() + n;
    let kind = r.below(6);
    let (width, step) = (1 + r.below(8), 1 + r.below(40) as u64);
    let mut x = r.word() >> 40;
    while out.len() < end {
        match kind {
            0 => out.push(r.word() as u8),
            1 => {
                x = x.wrapping_add(r.word() % step).wrapping_sub(step / 2);
                out.extend_from_slice(&x.to_le_bytes()[..width]);
            }
            2 => out.extend_from_slice(&((x + r.word() % step) as f32 * 0.01).to_le_bytes()),
            3 => out.extend_from_slice(format!("line {} of {}\n", r.word() % step, x).as_bytes()),
            4 => out.extend(std::iter::repeat_n(r.word() as u8, 1 + r.below(300))),
            _ => out.extend_from_slice(&f64::from_bits(r.word()).to_be_bytes()),
        }
    }
    out.truncate(end);
}

/// A few bytes changed, taken away or added.
pub fn mutate(bytes: &mut Vec<u8>, r: &mut Random) {
    for _ in 0..1 + r.below(4) {
        let n = bytes.len();
        // The beginning determines how the rest is read.
        let at = if r.below(2) == 0 { r.below(n.min(24)) } else { r.below(n) };
        match r.below(8) {
            _ if n == 0 => bytes.push(r.word() as u8),
            0 | 1 => bytes[at] ^= 1 << r.below(8),
            2 => bytes[at] = r.word() as u8,
            3 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][r.below(5)],
            4 => bytes.truncate(at),
            5 => bytes.insert(at, r.word() as u8),
            6 => {
                bytes.remove(at);
            }
            _ => {
                let (from, len) = (r.below(n), r.below(n).min(64));
                let part = bytes[from..n.min(from + len)].to_vec();
                bytes.splice(at..at, part);
            }
        }
    }
}

/// An encoded stream, and where its frames lie.
fn coded(r: &mut Random) -> (Vec<u8>, Vec<std::ops::Range<usize>>) {
    let case = samples(r);
    let mut i = Input(&case);
    let o = streams::encode_options(&mut i);
    let raw = i.rest();
    let flush = [0, 300, 2000][r.below(3)];
    let bytes = streams::encode(o, raw, 1 << 20, 1 << 20, flush);
    let (mut at, mut frames) = (0, Vec::new());
    while at + 39 <= bytes.len() {
        let n = bytes[at + 20..at + 23].iter().fold(0, |v, b| v << 8 | usize::from(*b));
        frames.push(at..at + 39 + n);
        at += 39 + n;
    }
    (bytes, frames)
}

/// A frame of a stream as header, payload and trailer made anew, with right checksums.
fn sealed(mut header: Vec<u8>, payload: &[u8]) -> Vec<u8> {
    header.truncate(31);
    header[20..23].copy_from_slice(&(payload.len() as u32).to_be_bytes()[1..]);
    let crc = crc32c(&header).to_be_bytes();
    header.extend(crc);
    header.extend(payload);
    header.extend(crc32c(&header[31..]).to_be_bytes());
    header
}

/// Choices and a stream of which some frames are mutated, moved, repeated or left out.
pub fn stream(r: &mut Random) -> Vec<u8> {
    let mut case: Vec<u8> = (0..16).map(|_| r.word() as u8).collect();
    let (bytes, frames) = coded(r);
    let mut parts: Vec<Vec<u8>> = frames.iter().map(|f| bytes[f.clone()].to_vec()).collect();
    for _ in 0..1 + r.below(4) {
        if parts.is_empty() {
            break;
        }
        let k = r.below(parts.len());
        match r.below(8) {
            0..=3 => {
                let n = parts[k].len();
                if n < 39 {
                    continue;
                }
                let (mut header, mut payload) = (parts[k][..31].to_vec(), parts[k][35..n - 4].to_vec());
                if r.below(2) == 0 {
                    mutate(&mut payload, r);
                } else {
                    // Position, codec, format, channels, identity, lengths, offset.
                    let at = [4, 5, 6, 7, 8, 10, 16, 18, 19, 29, 30, 23][r.below(12)];
                    header[at] = if r.below(2) == 0 { r.word() as u8 } else { header[at] ^ (1 << r.below(8)) };
                    header[4] = 0x20 | (header[4] & 15);
                }
                parts[k] = sealed(header, &payload);
            }
            4 => mutate(&mut parts[k], r),
            5 => {
                parts.remove(k);
            }
            6 => {
                let copy = parts[k].clone();
                parts.insert(r.below(parts.len() + 1), copy);
            }
            _ => {
                let to = r.below(parts.len());
                parts.swap(k, to);
            }
        }
    }
    case.extend(parts.concat());
    case
}

/// Choices that fit a payload, and the payload, mutated.
pub fn payload(r: &mut Random) -> Vec<u8> {
    let (bytes, frames) = coded(r);
    let f = &frames[r.below(frames.len())];
    let h = &bytes[f.start..f.start + 32];
    let mut payload = bytes[f.start + 32..f.end - 4].to_vec();
    if h[4] & 15 != 0 || h[5] >> 4 != 0 {
        // What it refers to, and the checksum: two to five bytes and four.
        let skip = payload.iter().position(|b| b & 128 == 0).map_or(0, |n| n + 5);
        payload.drain(..skip.min(payload.len()));
    }
    mutate(&mut payload, r);
    // The choices as `targets::payload` reads them: which codec, format, channels, bytes before, length.
    let mut case = vec![u8::from(h[5] & 15 == 2), 0, h[6] & 0x7f, h[6] & 0x80];
    let channels = u16::from_be_bytes([h[7], h[8]]) + 1;
    let at = [1u16, 1, 2, 3, 4, 5, 9, 17, 64, 255, 1000, 2048].iter().position(|c| *c == channels).unwrap_or(0);
    case.extend([0, at as u8, 0, r.below(4) as u8]);
    let len = u32::from_be_bytes([0, h[14], h[15], h[16]]) % (24 << 10);
    case.extend((len as u16).to_be_bytes());
    case.extend(payload);
    case
}

/// Choices and a stream of CCSDS 121, mutated.
pub fn ccsds121(r: &mut Random) -> Vec<u8> {
    let mut case: Vec<u8> = (0..16).map(|_| r.word() as u8).collect();
    let mut i = Input(&case);
    let p = streams::params(&mut i);
    let used = case.len() - i.0.len();
    let mut body = case[..used].to_vec();
    fill(&mut body, r.below(6000), r);
    let (_, raw) = crate::targets::ccsds121_samples(&body);
    let count = raw.len() / p.sample_bytes();
    let mut coded = vec![0; ccsds121::worst_case_bytes(&p, count).expect("bound")];
    let n = ccsds121::encode(&p, &raw, &mut coded).expect("samples fit");
    coded.truncate(n);
    if r.below(4) > 0 {
        mutate(&mut coded, r);
    }
    case.truncate(used);
    case.extend(((if r.below(3) == 0 { r.below(5000) } else { count % 5000 }) as u16).to_be_bytes());
    case.extend([r.word() as u8, r.word() as u8, r.word() as u8, r.word() as u8]);
    case.extend(coded);
    case
}
