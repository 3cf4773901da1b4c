//! A campaign of seeded damage, class by class, against each codec: the decoded and the missing
//! bytes are exactly those expected from the frames left intact, and no wrong byte is ever delivered.
//!
//! `SQS_LONG=1` makes it 10,000 corruptions of each class and kind of stream.

use crate::streams::{Random, decode_to, encode_flushed, names, signal16};
use sqrtspace::codec::container::format::{ByteOrder, Format, SampleType};
use sqrtspace::codec::options::Effort;
use sqrtspace::codec::options::EncodeOptions;
use sqrtspace::codec::options::Method;
use sqrtspace::codec::stream::decoder::DecodeOptions;
use sqrtspace::status::Status;
use std::ops::Range;

const HISTORY: usize = 3000;

/// A frame of the undamaged stream, parsed here without the library.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) at: Range<usize>,
    raw: Range<usize>,
    position: u8,
    /// Bytes before it that it refers to.
    refers: usize,
}

pub(crate) fn frames(coded: &[u8]) -> Vec<Frame> {
    let number = |at: usize, n: usize| coded[at..at + n].iter().fold(0, |v, b| (v << 8) | usize::from(*b));
    let (mut at, mut list) = (0, Vec::new());
    while at < coded.len() {
        let (position, codec) = ((coded[at + 4] << 4) | (coded[at + 5] >> 4), coded[at + 5] & 15);
        let (raw_len, payload_len, raw) = (number(at + 17, 3), number(at + 20, 3), number(at + 23, 8));
        let mut refers = 0;
        if position > 0 && (codec == 1 || codec == 2) {
            for b in &coded[at + 35..] {
                refers = (refers << 7) | usize::from(b & 127);
                if b & 128 == 0 {
                    break;
                }
            }
        }
        list.push(Frame { at: at..at + 39 + payload_len, raw: raw..raw + raw_len, position, refers });
        at += 39 + payload_len;
    }
    list
}

pub(crate) struct Stream {
    pub(crate) name: &'static str,
    pub(crate) raw: Vec<u8>,
    pub(crate) coded: Vec<u8>,
    pub(crate) frames: Vec<Frame>,
    /// Another stream of the same kind.
    pub(crate) other: Vec<u8>,
}

/// A stream of each kind, with `frames` frames of 700 to 2400 bytes.
fn streams(frames_each: usize) -> Vec<Stream> {
    let samples = Format::new(SampleType::I16, ByteOrder::Little, 2).unwrap();
    let kinds = [
        ("numeric", samples, Method::Numeric, 1),
        ("lz", Format::BYTES, Method::Lz, 1),
        ("ccsds121", samples, Method::Ccsds121, 1),
        ("stored", samples, Method::Stored, 1),
        ("numeric, groups of 4", samples, Method::Numeric, 4),
        ("lz, groups of 3", Format::BYTES, Method::Lz, 3),
    ];
    let sizes = [1600, 700, 2400, 1200];
    let total = (0..frames_each).map(|i| sizes[i % 4]).sum();
    kinds
        .into_iter()
        .map(|(name, format, method, restart_interval)| {
            let o = EncodeOptions {
                effort: Effort::Best,
                method,
                restart_interval,
                history_bytes: HISTORY,
                index_entries: 4,
                frame_bytes: 16 << 10,
                ..EncodeOptions::new(format)
            };
            let make = |seed| {
                let mut raw =
                    if format == Format::BYTES { names(total / 20, seed) } else { signal16(total / 4 + 1, 2, seed) };
                raw.truncate(total);
                let coded = encode_flushed(o, &raw, &sizes);
                (raw, coded)
            };
            let ((raw, coded), (_, other)) = (make(17), make(18));
            let list = frames(&coded);
            assert_eq!(list.len(), frames_each + 1, "{name}");
            assert_eq!(list.iter().any(|f| f.refers > 0), restart_interval > 1, "{name}");
            Stream { name, raw, coded, frames: list, other }
        })
        .collect()
}

/// A part of a damaged stream.
pub(crate) enum Part {
    /// Bytes of the sound stream.
    Keep(Range<usize>),
    Junk(Vec<u8>),
}

pub(crate) use Part::{Junk, Keep};

/// The damaged stream, and the frames that are whole in it, in their order.
pub(crate) fn assemble(s: &Stream, parts: &[Part]) -> (Vec<u8>, Vec<usize>) {
    let (mut bad, mut kept) = (Vec::new(), Vec::new());
    for p in parts {
        match p {
            Keep(r) => {
                kept.push((bad.len(), r.clone()));
                bad.extend_from_slice(&s.coded[r.clone()]);
            }
            Junk(bytes) => bad.extend_from_slice(bytes),
        }
    }
    let mut whole = Vec::new();
    for (mut at, mut r) in kept {
        // What comes next, or before, may be by chance what was there.
        let mut end = at + r.len();
        while end < bad.len() && r.end < s.coded.len() && bad[end] == s.coded[r.end] {
            (end, r.end) = (end + 1, r.end + 1);
        }
        while at > 0 && r.start > 0 && bad[at - 1] == s.coded[r.start - 1] {
            (at, r.start) = (at - 1, r.start - 1);
        }
        let inside = |f: &Frame| r.start <= f.at.start && f.at.end <= r.end;
        whole.extend(
            s.frames.iter().enumerate().filter(|(_, f)| inside(f)).map(|(i, f)| (at + f.at.start - r.start, i)),
        );
    }
    whole.sort();
    whole.dedup();
    (bad, whole.into_iter().map(|(_, i)| i).collect())
}

/// The parts of a stream with some bytes changed.
pub(crate) fn changed(s: &Stream, bad: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, b) in bad.iter().enumerate().filter(|(at, b)| s.coded[*at] != **b) {
        parts.push(Keep(from..at));
        parts.push(Junk(vec![*b]));
        from = at + 1;
    }
    parts.push(Keep(from..bad.len()));
    parts
}

const CLASSES: [&str; 12] = [
    "a flipped bit",
    "flipped bits",
    "a burst",
    "a cut",
    "missing bytes",
    "missing frames",
    "repeated frames",
    "frames out of order",
    "garbage between",
    "a zeroed sector of 512",
    "a zeroed sector of 4096",
    "another stream within",
];

fn corrupt(class: usize, s: &Stream, r: &mut Random) -> Vec<Part> {
    let n = s.coded.len();
    let mut bad = s.coded.clone();
    let noise = |r: &mut Random, most: usize| -> Vec<u8> { (0..1 + r.below(most)).map(|_| r.next() as u8).collect() };
    let whole = |order: &[usize]| order.iter().map(|i| Keep(s.frames[*i].at.clone())).collect();
    let mut order: Vec<usize> = (0..s.frames.len()).collect();
    match class {
        0 | 1 => {
            for _ in 0..if class == 0 { 1 } else { 2 + r.below(20) } {
                bad[r.below(n)] ^= 1 << r.below(8);
            }
            changed(s, &bad)
        }
        2 => {
            let at = r.below(n);
            let burst = noise(r, 3000);
            let end = n.min(at + burst.len());
            bad[at..end].copy_from_slice(&burst[..end - at]);
            changed(s, &bad)
        }
        3 => vec![Keep(0..r.below(n))],
        4 => {
            let at = r.below(n);
            vec![Keep(0..at), Keep(n.min(at + 1 + r.below(4000))..n)]
        }
        5 => {
            for _ in 0..1 + r.below(3) {
                let at = r.below(order.len());
                order.drain(at..order.len().min(at + 1 + r.below(3)));
                if order.is_empty() {
                    break;
                }
            }
            whole(&order)
        }
        6 => {
            for _ in 0..1 + r.below(3) {
                let (what, to) = (r.below(order.len()), r.below(order.len() + 1));
                order.insert(if r.below(2) == 0 { what + 1 } else { to }, order[what]);
            }
            whole(&order)
        }
        7 => {
            for _ in 0..1 + r.below(2) {
                let (a, b) = (r.below(order.len()), r.below(order.len()));
                if r.below(2) == 0 {
                    order.swap(a, b);
                } else {
                    let moved = order.remove(a);
                    order.insert(b, moved);
                }
            }
            whole(&order)
        }
        8 => {
            let at = if r.below(2) == 0 { r.below(n + 1) } else { s.frames[r.below(order.len())].at.start };
            let mut junk = noise(r, 600);
            // Some of it begins like a frame.
            if r.below(2) == 0 {
                let from = s.frames[r.below(order.len())].at.start;
                let head = 1 + r.below(34);
                junk.splice(0..0, s.coded[from..from + head].iter().copied());
            }
            vec![Keep(0..at), Junk(junk), Keep(at..n)]
        }
        9 | 10 => {
            let sector = if class == 9 { 512 } else { 4096 };
            let at = r.below(n.div_ceil(sector)) * sector;
            bad[at..n.min(at + sector)].fill(0);
            changed(s, &bad)
        }
        _ => {
            let at = r.below(n + 1);
            let from = r.below(s.other.len());
            match r.below(3) {
                0 => vec![Keep(0..at), Junk(s.other[from..].to_vec())],
                1 => {
                    let end = (from + 1 + r.below(6000)).min(s.other.len());
                    vec![Keep(0..at), Junk(s.other[from..end].to_vec()), Keep(at..n)]
                }
                _ => {
                    let end = (from + 1 + r.below(6000)).min(s.other.len());
                    let after = n.min(at + end - from);
                    vec![Keep(0..at), Junk(s.other[from..end].to_vec()), Keep(after..n)]
                }
            }
        }
    }
}

/// What of the original comes out of whole frames in this order, and whether its length is known.
pub(crate) fn account(s: &Stream, whole: &[usize]) -> (Vec<bool>, bool) {
    let mut have = vec![false; s.raw.len()];
    let mut known = false;
    // The sound bytes in a row that the last frame ends.
    let mut row = 0..0;
    for f in whole.iter().map(|i| &s.frames[*i]) {
        if f.raw.is_empty() {
            known = true;
            continue;
        }
        // A repeated frame serves later ones that refer to it, if the first one was lost.
        if have[f.raw.start] && row.start <= f.raw.start && f.raw.end <= row.end {
            continue;
        }
        let before = if row.end == f.raw.start { row.len().min(HISTORY) } else { 0 };
        if f.refers > before {
            continue;
        }
        have[f.raw.clone()].fill(true);
        row = f.raw.start - before..f.raw.end;
    }
    (have, known)
}

/// The ranges where `have` is false.
pub(crate) fn holes(have: &[bool]) -> Vec<(u64, u64)> {
    let mut list: Vec<(u64, u64)> = Vec::new();
    for at in (0..have.len()).filter(|at| !have[*at]) {
        match list.last_mut() {
            Some((_, end)) if *end == at as u64 => *end += 1,
            _ => list.push((at as u64, at as u64 + 1)),
        }
    }
    list
}

pub(crate) fn place(have: &mut [bool], raw: &[u8], pieces: &[(u64, Vec<u8>)], case: &str) {
    for (o, p) in pieces {
        let at = *o as usize..*o as usize + p.len();
        assert!(at.end <= raw.len(), "{case}: bytes {at:?} of {}", raw.len());
        assert!(raw[at.clone()] == p[..], "{case}: wrong bytes at {o}");
        assert!(have[at.clone()].iter().all(|h| !h), "{case}: twice at {o}");
        have[at].fill(true);
    }
}

/// Decodes a damaged stream both ways and compares with the account; false if nothing was damaged.
fn check(s: &Stream, parts: &[Part], cuts: (usize, usize), case: &str) -> bool {
    let (bad, whole) = assemble(s, parts);
    if bad == s.coded {
        return false;
    }
    let identity = Some(u64::from_be_bytes(*s.coded[9..].first_chunk().unwrap()));
    let strict = DecodeOptions { identity, history_bytes: HISTORY, ..DecodeOptions::default() };
    let recover = DecodeOptions { recover: true, ..strict };

    let (want, known) = account(s, &whole);
    let mut pieces = Vec::new();
    let got = match decode_to(recover, &bad, cuts.0, cuts.1, &mut pieces) {
        Err(e) if e.status == Status::Format => {
            assert!(whole.is_empty(), "{case}: whole {whole:?}");
            return true;
        }
        got => got.unwrap(),
    };
    let mut have = vec![false; s.raw.len()];
    place(&mut have, &s.raw, &pieces, case);
    assert!(have == want, "{case}: whole {whole:?}, not there {:?}", holes(&have));
    assert_eq!(got.length, known.then_some(s.raw.len() as u64), "{case}");
    // Without the end frame the bytes after the last frame are unknown.
    let reach = if known { want.len() } else { want.iter().rposition(|w| *w).map_or(0, |p| p + 1) };
    assert_eq!(got.missing, holes(&want[..reach]), "{case}");

    let mut pieces = Vec::new();
    let strictly = decode_to(strict, &bad, cuts.0, cuts.1, &mut pieces);
    if bad.starts_with(&s.coded) {
        // A whole stream: what follows is not read, and it is known where that begins.
        let stats = strictly.expect(case).stats;
        assert!(stats.used_bytes == s.coded.len() as u64 && !got.stats.damaged(), "{case}");
    } else {
        assert_eq!(strictly.map(drop).expect_err(case).status, Status::Damaged, "{case}");
        assert!(got.stats.damaged() || !got.missing.is_empty() || !got.stats.ended, "{case}: not reported");
    }
    let mut have = vec![false; s.raw.len()];
    place(&mut have, &s.raw, &pieces, case);

    // What is lost lies in groups that were touched: of all others, each frame comes.
    let starts: Vec<usize> = (0..s.frames.len()).filter(|i| s.frames[*i].position == 0).collect();
    for (k, from) in starts.iter().enumerate() {
        let group: Vec<usize> = (*from..*starts.get(k + 1).unwrap_or(&s.frames.len())).collect();
        let untouched = whole.windows(group.len()).any(|w| w == group);
        assert!(!untouched || group.iter().all(|i| want[s.frames[*i].raw.clone()].iter().all(|w| *w)), "{case}");
    }
    true
}

fn campaign(classes: Range<usize>) {
    let long = std::env::var_os("SQS_LONG").is_some();
    let each = if long { 10_000 } else { 50 };
    let streams = streams(14);
    for class in classes {
        let mut cases = 0;
        for (kind, s) in streams.iter().enumerate() {
            for seed in 0.. {
                let mut r = Random(seed * 1000 + (class * 10 + kind) as u64);
                r.next();
                let parts = corrupt(class, s, &mut r);
                let cuts = if seed % 9 == 0 { (1 + r.below(900), 1 + r.below(900)) } else { (1 << 30, 1 << 16) };
                let case = format!("{}: {}, seed {seed}", CLASSES[class], s.name);
                cases += usize::from(check(s, &parts, cuts, &case));
                if cases == (kind + 1) * each {
                    break;
                }
            }
        }
        println!("{:24} {cases} corruptions, all reported, everything else recovered", CLASSES[class]);
        assert_eq!(cases, each * streams.len());
    }
}

#[test]
fn changed_bytes() {
    campaign(0..3);
}

#[test]
fn lost_bytes_and_frames() {
    campaign(3..6);
}

#[test]
fn moved_and_added_frames() {
    campaign(6..9);
}

#[test]
fn sectors_and_other_streams() {
    campaign(9..12);
}

/// Power may fail at any byte: everything up to the last whole frame is decoded.
#[test]
fn every_cut_of_a_small_file() {
    for s in streams(5) {
        for cut in 0..s.coded.len() {
            check(&s, &[Keep(0..cut)], (1 << 30, 1 << 16), &format!("{} cut at {cut}", s.name));
            let last = s.frames.iter().filter(|f| f.at.end <= cut).map(|f| f.raw.end).max().unwrap_or(0);
            let (_, whole) = assemble(&s, &[Keep(0..cut)]);
            assert!(account(&s, &whole).0[..last].iter().all(|h| *h), "{} cut at {cut}", s.name);
        }
    }
}
