//! The encoder's output byte for byte: the same on every machine, and no change goes unnoticed.

use crate::streams::{Random, decode, encode};
use sqrtspace::codec::container::format::{ByteOrder, Format, SampleType};
use sqrtspace::codec::options::Effort;
use sqrtspace::codec::options::EncodeOptions;
use sqrtspace::codec::options::Method;
use sqrtspace::codec::stream::decoder::DecodeOptions;
use sqrtspace::crc::crc32c;

/// A wandering integer signal: no library of mathematics has a part in it.
fn wander(n: usize, channels: usize) -> Vec<i32> {
    let mut r = Random(42);
    let mut x = vec![0i32; channels];
    let mut v = vec![0i32; channels];
    (0..n)
        .map(|i| {
            let c = i % channels;
            v[c] += (r.next() % 41) as i32 - 20 - v[c] / 8 - x[c] / 64;
            x[c] += v[c];
            x[c] + (r.next() % 7) as i32
        })
        .collect()
}

fn bytes(sample: SampleType, x: &[i32]) -> Vec<u8> {
    let one = |v: i32| match sample {
        SampleType::F32 => (v as f32 * 0.0625).to_le_bytes().to_vec(),
        SampleType::F64 => (f64::from(v) / 1000.0).to_le_bytes().to_vec(),
        s => i64::from(v).to_le_bytes()[..s.width()].to_vec(),
    };
    x.iter().flat_map(|v| one(*v)).collect()
}

/// Little-endian samples; bytes have no order, and the one that C programs get.
fn format(sample: SampleType, channels: u32) -> Format {
    let order = if sample == SampleType::Bytes { ByteOrder::Big } else { ByteOrder::Little };
    Format::new(sample, order, channels).unwrap()
}

#[test]
fn the_output_is_known_to_the_byte() {
    let mut got = String::new();
    for (sample, channels) in [
        (SampleType::U8, 1),
        (SampleType::I16, 1),
        (SampleType::I16, 3),
        (SampleType::I24, 2),
        (SampleType::I32, 1),
        (SampleType::I64, 1),
        (SampleType::F32, 2),
        (SampleType::F64, 1),
        (SampleType::Bytes, 1),
    ] {
        let raw = bytes(sample, &wander(20_000, channels));
        let f = format(sample, channels as u32);
        for effort in [Effort::Fast, Effort::Default, Effort::Best] {
            let coded = encode(EncodeOptions { effort, identity: Some(1), ..EncodeOptions::new(f) }, &raw);
            assert!(decode(DecodeOptions::default(), &coded).unwrap().joined() == raw);
            got += &format!("{sample:?} x{channels} {effort:?}: {} bytes, {:08x}\n", coded.len(), crc32c(&coded));
        }
    }
    // Lines of text, then each codec by name.
    let text: Vec<u8> =
        wander(20_000, 2).iter().flat_map(|v| format!("channel {}: {v} counts\n", v & 3).into_bytes()).collect();
    let samples = bytes(SampleType::I24, &wander(20_000, 2));
    for (method, sample, raw) in [
        (Method::Auto, SampleType::Bytes, &text),
        (Method::Lz, SampleType::I24, &samples),
        (Method::Ccsds121, SampleType::I24, &samples),
    ] {
        let f = format(sample, if sample == SampleType::Bytes { 1 } else { 2 });
        for effort in [Effort::Fast, Effort::Default, Effort::Best] {
            let coded = encode(EncodeOptions { effort, method, identity: Some(1), ..EncodeOptions::new(f) }, raw);
            assert!(&decode(DecodeOptions::default(), &coded).unwrap().joined() == raw);
            got += &format!("{method:?} {sample:?} {effort:?}: {} bytes, {:08x}\n", coded.len(), crc32c(&coded));
        }
    }
    let want = include_str!("../golden/codec.txt");
    assert!(got == want, "the output changed; if that is meant, tests/golden/codec.txt becomes\n{got}");
}
