//! Options out of a case, and an encoder and a decoder with memory from the heap.

use crate::input::Input;
use sqrtspace::codec::ccsds121::Params;
use sqrtspace::codec::container::format::Format;
use sqrtspace::codec::container::index::Entry;
use sqrtspace::codec::options::Effort;
use sqrtspace::codec::options::EncodeOptions;
use sqrtspace::codec::options::Method;
use sqrtspace::codec::stream::decoder::{DecodeOptions, Decoder};
use sqrtspace::codec::stream::encoder::Encoder;
use sqrtspace::codec::stream::holes::Range;
use sqrtspace::codec::stream::memory::DecodeMemory;
use sqrtspace::codec::stream::memory::EncodeMemory;
use sqrtspace::codec::{Flow, Progress};
use sqrtspace::status::Error;

/// Any format; rows are short enough for the smallest frame.
pub fn format(i: &mut Input<'_>) -> Format {
    let code = i.one(&[0u8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) | (i.byte() & 0x80);
    let channels = i.one(&[1u32, 1, 2, 3, 4, 5, 9, 17, 64, 255, 1000, 2048]);
    Format::from_code(code, channels).unwrap_or(Format::BYTES)
}

/// Any parameters of CCSDS 121 that are valid.
pub fn params(i: &mut Input<'_>) -> Params {
    let bits = 1 + i.below(32) as u8;
    let rsi = i.one(&[1u16, 2, 3, 16, 63, 64, 65, 128, 4096]);
    let mut flags = i.below(64) as u32;
    if bits > 4 {
        flags &= !16;
    }
    let even = i.byte() & 3 == 0;
    let block = if even { 2 + 2 * i.below(128) as u16 } else { i.one(&[8, 16, 32, 64]) };
    Params::from_flags(bits, block, rsi, flags | if even { 64 } else { 0 }).unwrap_or_default()
}

/// Any options; the frames are the smallest.
pub fn encode_options(i: &mut Input<'_>) -> EncodeOptions {
    let format = format(i);
    let method = i.one(&[Method::Auto, Method::Numeric, Method::Lz, Method::Ccsds121, Method::Stored]);
    let o = EncodeOptions {
        effort: i.one(&[Effort::Fast, Effort::Default, Effort::Default, Effort::Best]),
        method,
        frame_bytes: 16 << 10,
        index_entries: i.below(5),
        restart_interval: i.one(&[1, 1, 2, 3, 5, 256]),
        history_bytes: i.one(&[0, 100, 5000, 64 << 10]),
        ccsds121: (i.byte() & 1 == 1).then(|| params(i)),
        ..EncodeOptions::new(format)
    };
    if o.memory().is_ok() { o } else { EncodeOptions { ccsds121: None, ..o } }
}

/// Encodes with the input and the output cut, and a flush now and then.
pub fn encode(o: EncodeOptions, raw: &[u8], cut: usize, room: usize, flush: usize) -> Vec<u8> {
    let need = o.memory().expect("options");
    let (mut a, mut b) = (vec![0; need.raw], vec![0; need.out]);
    let (mut c, mut d) = (vec![0; need.work], vec![Entry::default(); need.index]);
    let memory = EncodeMemory { raw: &mut a, out: &mut b, work: &mut c, index: &mut d };
    let mut encoder = Encoder::new(o, memory).expect("memory");
    let (mut out, mut at, mut buf) = (Vec::new(), 0, vec![0u8; room]);
    let mut flushed = 0;
    loop {
        let mut end = raw.len().min(at + cut);
        if flush > 0 {
            end = end.min(flushed + flush);
        }
        let flow = match end == raw.len() {
            true => Flow::End,
            false if flush > 0 && end == flushed + flush => Flow::Flush,
            false => Flow::Continue,
        };
        let s = encoder.step(&raw[at..end], &mut buf, flow).expect("a step");
        at += s.consumed;
        out.extend_from_slice(&buf[..s.written]);
        match s.progress {
            Progress::Done => return out,
            Progress::Input if at == flushed + flush => flushed = at,
            _ => {}
        }
    }
}

/// What decoding came to: pieces with their offsets, and the error if it ended in one.
pub type Decoded = (Vec<(u64, Vec<u8>)>, Option<Error>, Vec<(u64, u64)>);

/// Decodes with the input and the output cut.
pub fn decode(o: DecodeOptions, coded: &[u8], cut: usize, room: usize) -> Decoded {
    let need = o.memory().expect("options");
    let (mut a, mut b) = (vec![0; need.input], vec![0; need.raw]);
    let (mut c, mut d) = (vec![0; need.work], vec![Range::default(); need.holes]);
    let memory = DecodeMemory { input: &mut a, raw: &mut b, work: &mut c, holes: &mut d };
    let mut decoder = Decoder::new(o, memory).expect("memory");
    let (mut pieces, mut at, mut buf) = (Vec::<(u64, Vec<u8>)>::new(), 0, vec![0u8; room]);
    let mut idle = 0;
    let error = loop {
        let end = coded.len().min(at + cut);
        let flow = if end == coded.len() { Flow::End } else { Flow::Continue };
        let s = match decoder.step(&coded[at..end], &mut buf, flow) {
            Ok(s) => s,
            Err(e) => break Some(e),
        };
        at += s.consumed;
        if s.written > 0 {
            match pieces.last_mut() {
                Some((o, p)) if *o + p.len() as u64 == s.offset => p.extend_from_slice(&buf[..s.written]),
                _ => pieces.push((s.offset, buf[..s.written].to_vec())),
            }
        }
        idle = if s.consumed + s.written == 0 { idle + 1 } else { 0 };
        assert!(idle < 3, "no progress");
        if s.progress == Progress::Done {
            break None;
        }
    };
    let missing = decoder.missing().ranges().iter().map(|r| (r.start, r.end)).collect();
    (pieces, error, missing)
}
