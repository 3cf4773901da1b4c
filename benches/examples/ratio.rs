//! Ratio and speed per file: `cargo run --profile dist -p benches --example ratio -- [--frame BYTES] [--effort 1|5|9]
//! [--method auto|numeric|lz|ccsds121|stored] [--restart FRAMES] [--runs N] [--save DIR] FILE...`.
//!
//! A file named `NAME_<channels>ch.<type>` holds little-endian samples; any other file is encoded as bytes.
#[path = "../codec/names.rs"]
mod names;

use names::format_of;
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
use std::time::Instant;

fn encode(raw: &[u8], options: EncodeOptions) -> Vec<u8> {
    let need = options.memory().unwrap();
    let (mut a, mut b) = (vec![0; need.raw], vec![0; need.out]);
    let (mut c, mut d) = (vec![0; need.work], vec![Entry::default(); need.index]);
    let memory = EncodeMemory { raw: &mut a, out: &mut b, work: &mut c, index: &mut d };
    let mut encoder = Encoder::new(options, memory).unwrap();
    let mut out = vec![0u8; raw.len() + raw.len() / 64 + 4096];
    let s = encoder.step(raw, &mut out, Flow::End).unwrap();
    assert_eq!(s.progress, Progress::Done);
    out.truncate(s.written);
    out
}

fn decode_options(o: &EncodeOptions) -> DecodeOptions {
    DecodeOptions { max_frame_bytes: o.frame_bytes, history_bytes: o.history(), ..DecodeOptions::default() }
}

fn decode(coded: &[u8], options: DecodeOptions) -> Vec<u8> {
    let need = options.memory().unwrap();
    let (mut a, mut b, mut c) = (vec![0; need.input], vec![0; need.raw], vec![0; need.work]);
    let mut d = vec![Range::default(); need.holes];
    let memory = DecodeMemory { input: &mut a, raw: &mut b, work: &mut c, holes: &mut d };
    let mut decoder = Decoder::new(options, memory).unwrap();
    let mut out = vec![0u8; 1 << 20];
    let (mut raw, mut at) = (Vec::new(), 0);
    loop {
        let s = decoder.step(&coded[at..], &mut out, Flow::End).unwrap();
        at += s.consumed;
        raw.extend_from_slice(&out[..s.written]);
        if s.progress == Progress::Done {
            return raw;
        }
    }
}

fn main() {
    let mut frame = None;
    let mut method = Method::Auto;
    let mut effort = Effort::Default;
    let mut runs = 1;
    let mut restart_interval = 1;
    let mut save: Option<String> = None;
    let mut args = std::env::args().skip(1);
    while let Some(a) = args.next() {
        match a.as_str() {
            "--frame" => frame = Some(args.next().unwrap().parse().unwrap()),
            "--method" => {
                method = match args.next().unwrap().as_str() {
                    "auto" => Method::Auto,
                    "numeric" => Method::Numeric,
                    "lz" => Method::Lz,
                    "ccsds121" => Method::Ccsds121,
                    "stored" => Method::Stored,
                    other => panic!("no method {other}"),
                }
            }
            "--effort" => effort = Effort::from_level(args.next().unwrap().parse().unwrap()).unwrap(),
            "--restart" => restart_interval = args.next().unwrap().parse().unwrap(),
            "--save" => save = args.next(),
            "--runs" => runs = args.next().unwrap().parse().unwrap(),
            path => {
                let raw = std::fs::read(path).unwrap();
                let name = path.rsplit('/').next().unwrap();
                let format = format_of(name).unwrap_or(Format::BYTES);
                let defaults = EncodeOptions { effort, method, restart_interval, ..EncodeOptions::new(format) };
                let o = EncodeOptions { frame_bytes: frame.unwrap_or(defaults.frame_bytes), ..defaults };
                let (mut te, mut td) = (f64::MAX, f64::MAX);
                let mut coded = Vec::new();
                for _ in 0..runs {
                    let t = Instant::now();
                    coded = encode(&raw, o);
                    te = te.min(t.elapsed().as_secs_f64());
                    let t = Instant::now();
                    let back = decode(&coded, decode_options(&o));
                    td = td.min(t.elapsed().as_secs_f64());
                    assert!(back == raw, "{path}");
                }
                if let Some(dir) = &save {
                    std::fs::write(format!("{dir}/{name}.sqs"), &coded).unwrap();
                }
                println!(
                    "{name:28} {:.3} encode {:.0} decode {:.0} MB/s, {} + {} bytes of memory",
                    raw.len() as f64 / coded.len() as f64,
                    raw.len() as f64 / te / 1e6,
                    raw.len() as f64 / td / 1e6,
                    o.memory().unwrap().bytes(),
                    decode_options(&o).memory().unwrap().bytes()
                );
            }
        }
    }
}
