//! Signals of every type and of many kinds.

use crate::streams::Random;
use sqrtspace::codec::container::format::{ByteOrder, Format, SampleType};

/// All types.
pub(crate) const TYPES: [SampleType; 11] = [
    SampleType::Bytes,
    SampleType::I8,
    SampleType::U8,
    SampleType::I16,
    SampleType::U16,
    SampleType::I24,
    SampleType::I32,
    SampleType::U32,
    SampleType::I64,
    SampleType::F32,
    SampleType::F64,
];

/// How many kinds of signals there are.
pub(crate) const KINDS: usize = 10;

/// A sample from a number, in the order of its bytes.
fn sample(t: SampleType, order: ByteOrder, v: f64, scale: f64) -> Vec<u8> {
    let mut b = match t {
        SampleType::F32 => ((v * scale) as f32).to_le_bytes().to_vec(),
        SampleType::F64 => (v * scale).to_le_bytes().to_vec(),
        SampleType::I64 => ((v as i64) << 20).to_le_bytes().to_vec(),
        t => (v as i64).to_le_bytes()[..t.width()].to_vec(),
    };
    if order == ByteOrder::Big {
        b.reverse();
    }
    b
}

/// Rows of a signal of some kind, in every type: walks, tones, few values, steps, zeros, noise, equal channels.
pub(crate) fn signal(f: Format, kind: usize, rows: usize, seed: u64) -> Vec<u8> {
    let mut r = Random(seed);
    let channels = f.channels as usize;
    let (mut walk, mut out) = (vec![0.0f64; channels], Vec::new());
    // 8-bit samples do not have much room.
    let size = if f.sample.width() == 1 { 0.1 } else { 1.0 };
    for t in 0..rows {
        let mut row: Vec<f64> = Vec::new();
        for (c, walk) in walk.iter_mut().enumerate() {
            *walk += r.noise(10.0) - *walk * 0.02;
            let tone = 300.0 * (t as f64 * 0.07 * (1 + c % 3) as f64).sin();
            row.push(match kind {
                0 => (*walk + r.noise(2.0)) * size,
                1 => (tone + r.noise(3.0)) * size,
                2 => f64::from(r.next() % 9) * 7.0,
                3 => f64::from(1 + r.next() % 3) * 11.0 + if t % 97 == 0 { 50.0 } else { 0.0 },
                4 => 5.0,
                // Channels that follow each other, or are each other.
                5 => {
                    row.first().map_or(tone * size, |v| if c % 2 == 0 { *v } else { (v * 0.75 + r.noise(1.0)).trunc() })
                }
                6 => f64::from(r.next() as i32 >> (r.next() % 20)),
                7 => (t / 50) as f64 * 4.0,
                8 => {
                    if r.next().is_multiple_of(40) {
                        r.noise(900.0)
                    } else {
                        r.noise(1.5)
                    }
                }
                _ => t as f64 * 3.0 + r.noise(0.4),
            });
        }
        let scale = [1.0, 0.0625, 0.001, 0.1, 1e-5][kind % 5];
        out.extend(row.iter().flat_map(|v| sample(f.sample, f.order, v.trunc(), scale)));
    }
    out
}
