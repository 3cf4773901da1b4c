//! The targets. A case begins with a few bytes of choices.

use crate::input::Input;
use crate::streams::{decode, encode, encode_options, format, params};
use sqrtspace::codec::ccsds121::{self, worst_case_bytes};
use sqrtspace::codec::lz;
use sqrtspace::codec::numeric::{self, DecodeWork};
use sqrtspace::codec::stream::decoder::DecodeOptions;
use sqrtspace::codec::stream::frame_buffer::FrameBuffer;
use sqrtspace::status::Status;

/// What is encoded comes back, however it is cut, and does not grow by more than the frames' heads.
pub fn round_trip(case: &[u8]) {
    let mut i = Input(case);
    let o = encode_options(&mut i);
    let flush = i.one(&[0, 0, 700, 5000]);
    let (cut, room) = (i.one(&[1 << 20, 1, 777, 20_000]), i.one(&[1 << 20, 1, 100, 40_000]));
    let raw = i.rest();
    let coded = encode(o, raw, 1 << 20, 1 << 20, flush);
    assert_eq!(encode(o, raw, cut, room, flush), coded, "cuts change the bytes: {o:?}");
    let frame = o.frame_bytes / o.format.row_bytes() * o.format.row_bytes();
    if flush == 0 {
        // 35 bytes of a header, and 4 of a checksum.
        let most = raw.len() + 39 * (raw.len() / frame + 2) + 40 + 8 + 16 * o.index_entries;
        assert!(coded.len() <= most, "{} bytes became {}: {o:?}", raw.len(), coded.len());
    }
    let d = DecodeOptions { history_bytes: o.history(), ..DecodeOptions::default() };
    let (pieces, error, missing) = decode(d, &coded, cut, room);
    assert!(error.is_none() && missing.is_empty(), "{error:?}: {o:?}");
    assert_eq!(pieces.concat_bytes(), raw, "{o:?}");
}

trait Pieces {
    fn concat_bytes(&self) -> Vec<u8>;
}

impl Pieces for Vec<(u64, Vec<u8>)> {
    fn concat_bytes(&self) -> Vec<u8> {
        self.iter().flat_map(|(_, p)| p.iter().copied()).collect()
    }
}

/// Any bytes as a stream: the same comes out however it is cut, no byte of it twice; without `recover` that is the
/// beginning of what comes with it.
pub fn decoder(case: &[u8]) {
    let mut i = Input(case);
    let o = DecodeOptions {
        recover: true,
        history_bytes: i.one(&[0, 5000, 64 << 10]),
        start: i.one(&[0, 0, 0, 3000]),
        identity: (i.byte() & 3 == 0).then_some(7),
        all: i.byte() & 7 == 0,
        max_holes: i.below(9),
        ..DecodeOptions::default()
    };
    let (cut, room) = (i.one(&[1, 33, 5000]), i.one(&[1, 777, 1 << 17]));
    let coded = i.rest();
    let whole = decode(o, coded, usize::MAX / 2, 1 << 16);
    let small = decode(o, coded, cut, room);
    assert_eq!(whole.0.concat_bytes(), small.0.concat_bytes());
    assert_eq!((whole.1, &whole.2), (small.1, &small.2));
    let mut ranges: Vec<(u64, u64)> = whole.0.iter().map(|(o, p)| (*o, *o + p.len() as u64)).collect();
    ranges.extend(&whole.2);
    ranges.sort();
    assert!(ranges.windows(2).all(|w| w[0].1 <= w[1].0), "delivered twice, or missing and delivered");
    let strict = decode(DecodeOptions { recover: false, ..o }, coded, usize::MAX / 2, 1 << 16);
    assert!(whole.0.concat_bytes().starts_with(&strict.0.concat_bytes()));
    assert!(strict.1.is_some() || whole.2.is_empty(), "missing bytes are not reported");
    assert!(whole.1.is_none_or(|e| matches!(e.status, Status::Limit | Status::Range | Status::Format)));
}

/// Any bytes as the payload of a frame after any history. The checksums of the stream do not protect the decoder here.
pub fn payload(case: &[u8]) {
    let mut i = Input(case);
    let as_lz = i.byte() & 1 == 1;
    let f = format(&mut i);
    let (from, len) = (i.one(&[0, 0, 100, 9000]), i.below(24 << 10));
    let payload = i.rest();
    let mut data: Vec<u8> = (0..from + len).map(|k| (k / 5) as u8).collect();
    let before = data[..from].to_vec();
    if as_lz {
        let mut work = vec![0; lz::DECODE_WORK_LEN];
        let got = lz::decode_block_after(from, payload, &mut data, &mut work);
        assert!(got.is_ok_and(|n| n <= len) || got.is_err());
    } else {
        let (mut cells, mut past) = (vec![0; numeric::decode_cells(24 << 10)], vec![0; numeric::DECODE_PAST_CELLS]);
        let mut work = DecodeWork { cells: &mut cells, past: &mut past };
        let _ = numeric::decode(payload, f, &mut work, &mut data, from);
    }
    assert!(data[..from] == before, "the bytes before the frame were written to");
}

/// The boundary handler against a list of bytes.
pub fn boundary(case: &[u8]) {
    let mut i = Input(case);
    let (history, frame, row) = (i.below(50), 1 + i.below(80), 1 + i.below(12));
    let mut memory = vec![0; history + frame];
    let Some(mut b) = FrameBuffer::new(&mut memory, history, row) else {
        assert!(frame < row);
        return;
    };
    let most = frame / row * row;
    let (mut past, mut held, mut next) = (Vec::<u8>::new(), Vec::<u8>::new(), 0u8);
    while !i.0.is_empty() {
        match i.byte() % 4 {
            0 => {
                b.forget();
                past.clear();
            }
            1 => {
                let n = i.below(most + 3).min(held.len());
                b.release(n);
                past.extend(held.drain(..n));
                past.drain(..past.len().saturating_sub(history));
            }
            _ => {
                let n = i.below(100);
                let bytes: Vec<u8> = (0..n).map(|k| next.wrapping_add(k as u8)).collect();
                let took = b.take(&bytes);
                assert_eq!(took, n.min(most - held.len()));
                held.extend(&bytes[..took]);
                next = next.wrapping_add(took as u8);
            }
        }
        assert_eq!((b.len(), b.is_full(), b.is_empty()), (held.len(), held.len() == most, held.is_empty()));
        assert_eq!(b.rows(), held.len() / row * row);
        let (all, from) = b.with_past(held.len());
        assert_eq!((&all[..from], &all[from..]), (&past[..], &held[..]));
    }
}

/// Any bytes as a stream of CCSDS 121: one piece and many pieces decode to the same samples, none with more bits than declared.
pub fn ccsds121_decoder(case: &[u8]) {
    let mut i = Input(case);
    let p = params(&mut i);
    let samples = i.below(5000);
    let (cut, room) = (1 + i.below(40), 1 + i.below(300));
    let coded = i.rest();
    let mut whole = vec![0; samples * p.sample_bytes()];
    let at_once = ccsds121::decode(&p, coded, samples as u64, &mut whole);
    let mut decoder = ccsds121::Decoder::new(&p, samples as u64).expect("parameters");
    let (mut got, mut at, mut buf) = (Vec::new(), 0, vec![0; room]);
    let in_pieces = loop {
        let end = coded.len().min(at + cut);
        match decoder.step(&coded[at..end], &mut buf) {
            Err(e) => break Err(e),
            Ok(s) => {
                at += s.consumed;
                got.extend_from_slice(&buf[..s.produced]);
                if s.done {
                    break Ok(at);
                }
                if end == coded.len() && s.produced < room && at == end {
                    break Err(sqrtspace::status::Error::new(Status::Damaged, "the end"));
                }
            }
        }
    };
    assert_eq!(at_once.is_ok(), in_pieces.is_ok(), "{p:?}");
    if let (Ok(a), Ok(b)) = (at_once, in_pieces) {
        assert_eq!((a, &whole), (b, &got), "{p:?}");
        // What was decoded is a sequence of samples like any other.
        let mut again = vec![0; worst_case_bytes(&p, samples).expect("bound")];
        let n = ccsds121::encode(&p, &whole, &mut again).expect("samples fit");
        let mut back = vec![0; whole.len()];
        assert_eq!(ccsds121::decode(&p, &again[..n], samples as u64, &mut back), Ok(n));
        assert_eq!(back, whole);
    }
}

/// Samples of any parameters come back.
pub fn ccsds121_round_trip(case: &[u8]) {
    let (p, raw) = ccsds121_samples(case);
    let count = raw.len() / p.sample_bytes();
    let mut coded = vec![0; worst_case_bytes(&p, count).expect("bound")];
    let n = ccsds121::encode(&p, &raw, &mut coded).expect("samples fit");
    let mut back = vec![0; raw.len()];
    assert_eq!(ccsds121::decode(&p, &coded[..n], count as u64, &mut back), Ok(n), "{p:?}");
    assert_eq!(back, raw, "{p:?}");
}

/// Parameters, and samples that fit them: the bytes of a case with the bits that are too many taken off.
pub fn ccsds121_samples(case: &[u8]) -> (ccsds121::Params, Vec<u8>) {
    let mut i = Input(case);
    let p = params(&mut i);
    let width = p.sample_bytes();
    let signed = p.signed && p.preprocess;
    let drop = 32 - u32::from(p.bits);
    let mut raw = Vec::new();
    for c in i.rest().chunks_exact(width) {
        let v = c.iter().fold(0u32, |v, b| v << 8 | u32::from(*b));
        let v = if signed { ((v << drop) as i32 >> drop) as u32 } else { v << drop >> drop };
        if p.msb {
            raw.extend_from_slice(&v.to_be_bytes()[4 - width..]);
        } else {
            raw.extend_from_slice(&v.to_le_bytes()[..width]);
        }
    }
    (p, raw)
}
