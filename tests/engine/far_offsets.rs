//! Positions past 2^32, which a 32-bit machine has to keep in 64 bits: streams that begin shortly before, and sparse files
//! of 5 GiB of which ranges are read. `SQS_LONG=1`: such files whole.
#![cfg(all(feature = "codec", feature = "std", feature = "stages"))]

use crate::amount::long;
use crate::chain::{Kept, OPTIONS};
use crate::graphs::{area, request, seal, uninit};
use crate::streams::{decode, signal16};
use sqrtspace::codec::container::format::{ByteOrder, Format, SampleType};
use sqrtspace::codec::container::frame::OVERHEAD_BYTES;
use sqrtspace::codec::container::index::{Entry, Index};
use sqrtspace::codec::options::EncodeOptions;
use sqrtspace::codec::stream::decoder::DecodeOptions;
use sqrtspace::codec::stream::encoder::{Place, encode_end, encode_frame, identity_of};
use sqrtspace::dtype::Dtype;
use sqrtspace::ffi::*;
use sqrtspace::graph::{Boundary, EdgeSpec, GraphLimits, InputSpec};
use sqrtspace::io::SourceBox;
use sqrtspace::io::file::FileSource;
use sqrtspace::pipeline::{Config, Pipeline};
use std::ffi::CString;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::ptr::null_mut;

const FRAME: usize = 16 << 10;
const FRAMES: usize = 8;
/// 2^32.
const BORDER: u64 = 1 << 32;
/// Where the stream begins in the original: three frames before.
const START: u64 = BORDER - 3 * FRAME as u64;

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("sqs-far-{name}-{}", std::process::id()));
        std::fs::create_dir(&dir).expect("directory");
        Scratch(dir)
    }

    fn c_path(&self, name: &str) -> CString {
        CString::new(self.0.join(name).to_str().expect("UTF-8")).expect("no zero")
    }

    /// A file of `len` bytes that are zero but for the given ones, which take the only room on the disk.
    fn sparse(&self, name: &str, len: u64, parts: &[(u64, &[u8])]) -> PathBuf {
        let path = self.0.join(name);
        let file = File::create(&path).expect("create");
        file.set_len(len).expect("length");
        parts.iter().for_each(|(at, bytes)| file.write_all_at(bytes, *at).expect("write"));
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn options() -> EncodeOptions {
    let f = Format::new(SampleType::I16, ByteOrder::Little, 2).unwrap();
    EncodeOptions { frame_bytes: FRAME, ..EncodeOptions::new(f) }
}

/// Frames of a long stream from three before the border on, its end frame, and the original of them. The index has each,
/// at its position after byte `at` of the coded stream.
fn stream(at: u64) -> (Vec<u8>, Vec<u8>) {
    let (o, raw) = (options(), signal16(FRAME * FRAMES / 4, 2, 11));
    let (mut work, mut coded) = (vec![0; o.work()], Vec::new());
    let (mut entries, mut out) = ([Entry::default(); 16], vec![0; FRAME + OVERHEAD_BYTES]);
    let mut index = Index::new(&mut entries);
    let identity = identity_of(&raw[..FRAME]);
    let place = |i: usize| Place {
        identity,
        sequence: (START / FRAME as u64) as u32 + i as u32,
        raw_offset: START + (i * FRAME) as u64,
    };
    for (i, part) in raw.chunks(FRAME).enumerate() {
        index.push(Entry { raw_offset: place(i).raw_offset, position: at + coded.len() as u64 });
        let n = encode_frame(&o, place(i), part, 0, &mut work, &mut out).unwrap().len;
        coded.extend_from_slice(&out[..n]);
    }
    let n = encode_end(&o, place(FRAMES), &index, &mut out).unwrap();
    coded.extend_from_slice(&out[..n]);
    (coded, raw)
}

/// Decodes a part of a file by way of the C API.
fn decoded(dir: &Scratch, first: u64, count: u64) -> (Vec<u8>, sqs_codec_stats) {
    // SAFETY: arguments as the header asks for.
    let stats = unsafe {
        let (mut o, mut stats): (sqs_decode_options, sqs_codec_stats) = (std::mem::zeroed(), Default::default());
        assert_eq!(sqs_decode_options_init(&mut o, size_of_val(&o)), SQS_OK);
        stats.struct_size = size_of_val(&stats) as u32;
        (o.first, o.count) = (first, count);
        let (from, to) = (dir.c_path("coded"), dir.c_path("back"));
        assert_eq!(sqs_decode_file(from.as_ptr(), to.as_ptr(), &o, &mut stats, null_mut()), SQS_OK, "{first} {count}");
        stats
    };
    (std::fs::read(dir.0.join("back")).expect("back"), stats)
}

#[test]
fn a_stream_goes_on_past_the_border() {
    let (coded, raw) = stream(0);
    for start in [START, START + 1, BORDER - 1, BORDER, BORDER + 77_777, START + (FRAMES * FRAME) as u64 - 1] {
        let back = decode(DecodeOptions { start, ..DecodeOptions::default() }, &coded).unwrap();
        assert_eq!(back.length, Some(START + raw.len() as u64));
        assert!(back.missing.is_empty() && !back.stats.damaged());
        let mut at = start;
        for (offset, piece) in &back.pieces {
            assert_eq!(*offset, at);
            assert!(*piece == raw[(at - START) as usize..][..piece.len()]);
            at += piece.len() as u64;
        }
        assert_eq!(at, START + raw.len() as u64);
    }
    // Damage there is reported with its positions.
    let mut broken = coded;
    let third = broken.windows(4).enumerate().filter(|(_, w)| *w == &broken[..4]).nth(3).unwrap().0;
    broken[third + 40] ^= 1;
    let back = decode(DecodeOptions { start: START, recover: true, ..DecodeOptions::default() }, &broken).unwrap();
    assert_eq!(back.missing, [(BORDER, BORDER + FRAME as u64)]);
}

#[test]
fn ranges_of_a_coded_file_of_more_than_4_gib_are_found() {
    // A little more than 32 bits hold: the gap before it is read.
    let (at, dir) = ((1 << 32) + (1 << 20), Scratch::new("coded"));
    let (coded, raw) = stream(at);
    // The head has the tag of the stream; the bytes between are lost.
    dir.sparse("coded", at + coded.len() as u64, &[(0, &coded[..200]), (at, &coded)]);
    // Each reads through the gap: seconds.
    let ranges = [(BORDER - 5, 10), (START, 10), (BORDER, 20_000), (BORDER + 12_345, 54_321)];
    for (first, count) in ranges.into_iter().take(if long() { 4 } else { 1 }) {
        let (back, stats) = decoded(&dir, first, count);
        assert!(back == raw[(first - START) as usize..][..count as usize], "{first} {count}");
        assert!(stats.frames <= 5, "{} frames for {count} bytes", stats.frames);
    }
}

/// A pipeline over bytes in a file: each one as a number.
fn bytes_of_file(path: &std::path::Path) -> Pipeline<'static> {
    let limits = GraphLimits { stages: 2, edges: 2 };
    let input = InputSpec { name: "input", dtype: Dtype::U8, channels: 1, window: 1, hop: 1, capacity: 0 };
    let config = Config { input, options: OPTIONS, limits, param_bytes: 256, host_heap: false };
    let mut p = Pipeline::new(&config, uninit(area(Pipeline::control_bytes(limits, 256, 0).unwrap()))).unwrap();
    let edge = EdgeSpec { name: "input", lookback: 0, lookahead: 0, boundary: Boundary::Zero };
    p.add_builtin("to_f32", "numbers", &[edge], &[]).unwrap();
    let (source, samples) = FileSource::open(path, 0, 1, 1).unwrap();
    p.set_source(0, SourceBox::new(source), samples, false).unwrap();
    p
}

#[test]
fn ranges_of_a_sparse_file_of_5_gib_are_evaluated() {
    let (len, dir) = (5u64 << 30, Scratch::new("samples"));
    let known: Vec<u8> = (0..100_000u32).map(|i| (i.wrapping_mul(0x9E37_79B1) >> 24) as u8).collect();
    let places = [0, BORDER - 50_000, len - known.len() as u64];
    let path = dir.sparse("samples", len, &places.map(|at| (at, &known[..])));
    let mut p = bytes_of_file(&path);
    assert_eq!(p.available_rows(0).unwrap(), len);
    let asked = places.map(|at| request(0, at, known.len() as u64));
    seal(&mut p, &asked);
    for ask in asked {
        let kept = Kept::default();
        p.evaluate_begin(&ask, kept.boxed()).unwrap();
        while p.evaluating() {
            p.step(10_000, &mut 0).unwrap();
        }
        let rows = kept.0.take();
        let numbers = rows.as_chunks::<4>().0.iter().map(|b| f32::from_ne_bytes(*b));
        assert!(numbers.eq(known.iter().map(|v| f32::from(*v))), "from {}", ask.first);
    }
}

#[test]
fn whole_files_of_more_than_4_gib() {
    if !long() {
        println!("skipped: takes minutes (SQS_LONG=1)");
        return;
    }
    let (len, dir) = (BORDER + (1 << 20), Scratch::new("whole"));
    let known = signal16(250_000, 2, 3);
    let from = BORDER - 500_000;
    let path = dir.sparse("original", len, &[(from, &known)]);
    // SAFETY: arguments as the header asks for.
    unsafe {
        let mut o: sqs_encode_options = std::mem::zeroed();
        assert_eq!(sqs_encode_options_init(&mut o, size_of_val(&o)), SQS_OK);
        (o.dtype, o.channels) = (SQS_I16, 2);
        let (a, b) = (dir.c_path("original"), dir.c_path("coded"));
        assert_eq!(sqs_encode_file(a.as_ptr(), b.as_ptr(), &o, null_mut(), null_mut()), SQS_OK);
        let mut o: sqs_decode_options = std::mem::zeroed();
        assert_eq!(sqs_decode_options_init(&mut o, size_of_val(&o)), SQS_OK);
        let c = dir.c_path("whole");
        assert_eq!(sqs_decode_file(b.as_ptr(), c.as_ptr(), &o, null_mut(), null_mut()), SQS_OK);
    }
    // Block by block: the file is longer than the address space.
    let (original, back) = (File::open(path).unwrap(), File::open(dir.0.join("whole")).unwrap());
    assert_eq!(back.metadata().unwrap().len(), len);
    let (mut x, mut y) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    for at in (0..len).step_by(1 << 20) {
        original.read_exact_at(&mut x, at).unwrap();
        back.read_exact_at(&mut y, at).unwrap();
        assert!(x == y, "block at {at}");
    }
    let (range, _) = decoded(&dir, from, known.len() as u64);
    assert!(range == known);
}
