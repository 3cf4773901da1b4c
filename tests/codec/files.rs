//! Files by way of the C API: ranges, with an index and without, also where headers or the index are damaged; recovery to
//! the right places; the figures are right.
#![cfg(all(feature = "codec", feature = "std"))]

use crate::streams::{Random, encode, signal16};
use sqrtspace::codec::container::format::{ByteOrder, Format, SampleType};
use sqrtspace::codec::container::frame::{HEADER_BYTES, Header};
use sqrtspace::codec::options::EncodeOptions;
use sqrtspace::ffi::*;
use std::ffi::CString;
use std::path::PathBuf;
use std::ptr::null_mut;

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("sqs-{name}-{}", std::process::id()));
        std::fs::create_dir(&dir).expect("directory");
        Scratch(dir)
    }

    fn path(&self, name: &str) -> CString {
        CString::new(self.0.join(name).to_str().expect("UTF-8")).expect("no zero")
    }

    /// Decodes `coded`: the status, what came out, the figures and the missing ranges.
    fn decode(&self, coded: &[u8], set: impl FnOnce(&mut sqs_decode_options)) -> Outcome {
        std::fs::write(self.0.join("coded"), coded).expect("write");
        let _ = std::fs::remove_file(self.0.join("back"));
        let mut missing = [sqs_range::default(); 64];
        // SAFETY: arguments as the header asks for.
        let (status, stats) = unsafe {
            let (mut o, mut stats): (sqs_decode_options, sqs_codec_stats) = (std::mem::zeroed(), Default::default());
            assert_eq!(sqs_decode_options_init(&mut o, size_of_val(&o)), SQS_OK);
            stats.struct_size = size_of_val(&stats) as u32;
            o.missing = missing.as_mut_ptr();
            set(&mut o);
            let (from, to) = (self.path("coded"), self.path("back"));
            (sqs_decode_file(from.as_ptr(), to.as_ptr(), &o, &mut stats, null_mut()), stats)
        };
        let back = std::fs::read(self.0.join("back")).ok();
        assert_eq!(std::fs::read_dir(&self.0).expect("list").count(), 1 + usize::from(back.is_some()));
        let missing = missing[..stats.missing_ranges as usize].iter().map(|r| (r.first, r.end)).collect();
        Outcome { status, back, stats, missing }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Outcome {
    status: i32,
    back: Option<Vec<u8>>,
    stats: sqs_codec_stats,
    missing: Vec<(u64, u64)>,
}

fn options(index_entries: usize) -> EncodeOptions {
    let f = Format::new(SampleType::I16, ByteOrder::Little, 2).unwrap();
    EncodeOptions { frame_bytes: 16 << 10, index_entries, ..EncodeOptions::new(f) }
}

/// Where frames begin and end in the stream, and in the original.
fn frames(coded: &[u8]) -> Vec<(std::ops::Range<usize>, std::ops::Range<usize>)> {
    let (mut at, mut list) = (0, Vec::new());
    while at < coded.len() {
        let h = Header::parse(&coded[at..]).unwrap();
        list.push((at..at + h.frame_len(), h.raw_offset as usize..h.raw_end() as usize));
        at += h.frame_len();
    }
    list
}

#[test]
fn any_range_is_decoded_alone() {
    let dir = Scratch::new("range");
    let raw = signal16(100_000, 2, 5);
    let mut random = Random(9);
    for index in [0, 3, 100] {
        let coded = encode(options(index), &raw);
        let list = frames(&coded);
        let mut lying = coded.clone();
        if index > 0 {
            // The index gives the start of the original for every position, with valid checksums.
            let end = list.last().unwrap().0.start;
            let len = coded.len() - end;
            let payload = end + HEADER_BYTES..coded.len() - 4;
            let entries = payload.start + (payload.len() - 4) % 16;
            for at in (entries..payload.end - 4).step_by(16) {
                lying[at..at + 8].fill(0);
            }
            let crc = sqrtspace::crc::crc32c(&lying[end + HEADER_BYTES - 4..end + len - 4]);
            lying[end + len - 4..].copy_from_slice(&crc.to_be_bytes());
        }
        for round in 0..30 {
            let first = random.below(raw.len() - 1);
            let count = 1 + random.below((raw.len() - first).min(if round % 2 == 0 { 100 } else { 90_000 }));
            let (first, count) = (first as u64, count as u64);
            let want = &raw[first as usize..(first + count) as usize];
            let holds = |f: &std::ops::Range<usize>| f.start < (first + count) as usize && f.end > first as usize;
            let needed = list.iter().filter(|(_, r)| holds(r)).count() as u64;
            for stream in [&coded, &lying] {
                let got = dir.decode(stream, |o| (o.first, o.count) = (first, count));
                assert!(got.status == SQS_OK && got.back.as_deref() == Some(want), "{first} {count}: {}", got.status);
                assert!(got.stats.frames <= needed + 1, "{} frames for {needed}", got.stats.frames);
            }
            // Damage before and after the range does not matter.
            let mut broken = coded.clone();
            for (at, r) in list.iter().filter(|(_, r)| !holds(r) && !r.is_empty()) {
                if r.start < first as usize || r.start > first as usize + count as usize + 40_000 {
                    broken[at.start + random.below(at.len())] ^= 0x10;
                }
            }
            let got = dir.decode(&broken, |o| (o.first, o.count) = (first, count));
            assert!(
                got.status == SQS_OK && got.back.as_deref() == Some(want),
                "broken {first} {count}: {}",
                got.status
            );
        }
        let all = raw.len() as u64;
        let got = dir.decode(&coded, |o| (o.first, o.count) = (all - 5, 5));
        assert!(got.status == SQS_OK && got.back.as_deref() == Some(&raw[raw.len() - 5..]));
        for (first, count) in [(all - 5, 6), (all - 5, 100), (0, all + 1), (all, 1)] {
            let got = dir.decode(&coded, |o| (o.first, o.count) = (first, count));
            assert!(got.status == SQS_ERR_RANGE && got.back.is_none(), "{first} {count}: {}", got.status);
            // With recovery, too: bytes that never were are not missing bytes.
            let got = dir.decode(&coded, |o| (o.first, o.count, o.flags) = (first, count, SQS_DECODE_RECOVER));
            assert!(got.status == SQS_ERR_RANGE && got.back.is_none(), "{first} {count}: {}", got.status);
        }
        let got = dir.decode(&coded, |o| (o.first, o.count) = (all, SQS_ALL));
        assert!(got.status == SQS_OK && got.back.as_deref() == Some(&[]));
        let got = dir.decode(&coded, |o| (o.first, o.count) = (all + 1, 7));
        assert!(got.status == SQS_ERR_RANGE && got.back.is_none(), "{}", got.status);
    }
}

#[test]
fn what_is_sound_is_written_at_its_place() {
    let dir = Scratch::new("recover");
    let raw = signal16(60_000, 2, 6);
    let coded = encode(options(10), &raw);
    let list = frames(&coded);
    let recover = |o: &mut sqs_decode_options| o.flags = SQS_DECODE_RECOVER;
    for lost in [vec![3], vec![0, 5], vec![14], (0..list.len() - 1).collect()] {
        let mut broken = coded.clone();
        let mut want = raw.clone();
        let mut ranges = Vec::new();
        for &n in &lost {
            broken[list[n].0.end - 10] ^= 1;
            want[list[n].1.clone()].fill(0);
            ranges.push((list[n].1.start as u64, list[n].1.end as u64));
        }
        if lost.len() > 2 {
            ranges = vec![(0, raw.len() as u64)];
        }
        let got = dir.decode(&broken, |_| ());
        assert!(got.status == SQS_ERR_DAMAGED && got.back.is_none() && got.stats.damaged_frames > 0);
        let got = dir.decode(&broken, recover);
        assert!(got.status == SQS_OK && got.back.as_ref() == Some(&want), "{lost:?}: {}", got.status);
        assert_eq!((&got.missing, got.stats.damaged_frames), (&ranges, lost.len() as u64));
        assert_eq!(got.stats.missing_bytes, ranges.iter().map(|r| r.1 - r.0).sum::<u64>());
        assert_eq!((got.stats.length_bytes, got.stats.ended), (raw.len() as u64, 1));
    }

    // Frames that come late find their places.
    let mut mixed = Vec::new();
    for n in [0, 1, 4, 2, 3] {
        mixed.extend_from_slice(&coded[list[n].0.clone()]);
    }
    mixed.extend_from_slice(&coded[list[5].0.start..]);
    assert_eq!(dir.decode(&mixed, |_| ()).status, SQS_ERR_DAMAGED);
    let got = dir.decode(&mixed, recover);
    assert!(got.status == SQS_OK && got.back.as_ref() == Some(&raw) && got.stats.late_frames == 2);

    // Cut off anywhere: everything up to the last whole frame.
    for cut in [0, 1, 34, 35, list[0].0.end - 1] {
        let status = if cut == 0 { SQS_ERR_FORMAT } else { SQS_ERR_DAMAGED };
        for flags in [0, SQS_DECODE_RECOVER] {
            let got = dir.decode(&coded[..cut], |o| o.flags = flags);
            assert!(got.status == status && got.back.is_none(), "{cut}: {}", got.status);
        }
    }
    for cut in [list[0].0.end, list[4].0.end + 100, coded.len() - 1] {
        let whole = list.iter().rev().find(|(at, _)| at.end <= cut).map_or(0, |(_, r)| r.end);
        let got = dir.decode(&coded[..cut], recover);
        assert!(got.status == SQS_OK && got.back.as_deref() == Some(&raw[..whole]), "{cut}: {}", got.status);
        assert_eq!((got.stats.ended, got.stats.length_bytes), (0, SQS_ALL));
        assert_eq!(dir.decode(&coded[..cut], |_| ()).status, SQS_ERR_DAMAGED);
    }
}

/// Frames of 4 MiB: the first frame determines the memory, unless the caller has set a limit.
#[test]
fn large_frames_are_read_unless_they_are_not_wanted() {
    let dir = Scratch::new("large");
    let raw = signal16(1_500_000, 2, 7);
    let coded = encode(EncodeOptions { frame_bytes: 4 << 20, ..options(0) }, &raw);
    let got = dir.decode(&coded, |_| ());
    assert!(got.status == SQS_OK && got.back.as_ref() == Some(&raw) && got.stats.peak_bytes > 8 << 20);
    let got = dir.decode(&coded, |o| o.max_frame_bytes = 1 << 20);
    assert!(got.status == SQS_ERR_LIMIT && got.back.is_none());
    let got = dir.decode(&raw, |_| ());
    assert!(got.status == SQS_ERR_FORMAT && got.back.is_none());
}
