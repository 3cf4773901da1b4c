//! Ratio and speed per file: `cargo run --release --example ratio -- [--frame BYTES] [--effort 1|5|9] FILE...`.
//!
//! A file's name says what it holds: `NAME_<channels>ch.<type>`, little-endian; anything else is bytes.
use sqrtspace::codec::format::{ByteOrder, Format, SampleType};
use sqrtspace::codec::{Effort, numeric};
use std::time::Instant;

fn format_of(path: &str) -> Format {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ext = name.rsplit('.').next().unwrap_or("");
    let sample = match ext {
        "i8" => SampleType::I8,
        "u8" => SampleType::U8,
        "i16" => SampleType::I16,
        "u16" => SampleType::U16,
        "i24" => SampleType::I24,
        "i32" => SampleType::I32,
        "u32" => SampleType::U32,
        "i64" => SampleType::I64,
        "f32" => SampleType::F32,
        "f64" => SampleType::F64,
        _ => return Format::BYTES,
    };
    let channels = name.find("ch.").and_then(|i| name[..i].rsplit('_').next()).and_then(|d| d.parse().ok()).unwrap_or(1);
    Format::new(sample, ByteOrder::Little, channels).unwrap()
}

fn main() {
    let mut frame = 32768usize;
    let mut effort = Effort::Default;
    let mut args = std::env::args().skip(1);
    while let Some(a) = args.next() {
        match a.as_str() {
            "--frame" => frame = args.next().unwrap().parse().unwrap(),
            "--effort" => effort = Effort::from_level(args.next().unwrap().parse().unwrap()).unwrap(),
            path => {
                let raw = std::fs::read(path).unwrap();
                let f = format_of(path);
                let mut cells = vec![0i32; numeric::cells_for(frame, false)];
                let mut reals = vec![0f64; numeric::ENCODE_REALS];
                let mut out = vec![0u8; frame + 1024];
                let mut back = vec![0u8; frame];
                let mut size = 0;
                let (mut te, mut td) = (0.0, 0.0);
                let step = frame / f.row_bytes() * f.row_bytes();
                for part in raw.chunks(step) {
                    let t = Instant::now();
                    let mut w = numeric::EncodeWork { cells: &mut cells, reals: &mut reals };
                    let n = numeric::encode(part, f, effort, &mut w, &mut out);
                    te += t.elapsed().as_secs_f64();
                    size += 36 + n.unwrap_or(part.len());
                    if let Some(n) = n {
                        let t = Instant::now();
                        let mut w = numeric::DecodeWork { cells: &mut cells };
                        let to = &mut back[..part.len()];
                        let ok = numeric::decode(&out[..n], f, &mut w, to).is_some();
                        td += t.elapsed().as_secs_f64();
                        assert!(ok && to == part);
                    }
                }
                println!(
                    "{:28} {:.3} enc {:.0} dec {:.0} MB/s",
                    path.rsplit('/').next().unwrap(),
                    raw.len() as f64 / size as f64,
                    raw.len() as f64 / te / 1e6,
                    raw.len() as f64 / td / 1e6
                );
            }
        }
    }
}
