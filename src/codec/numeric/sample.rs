//! Samples of one channel to and from the interleaved raw bytes.
//!
//! Samples of up to 32 bits become `i32` by maps that preserve the order of the numbers. Integers of up to 24 bits and
//! signed 32-bit integers keep their value, unsigned 32-bit integers have the highest bit inverted, and binary32
//! numbers become [ordered integers](order32).
#![allow(clippy::arithmetic_side_effects, reason = "byte positions within a row")]

use crate::codec::container::format::{ByteOrder, Format, SampleType};

/// Maps the bits of a binary32 to an integer in the order of the numbers, an ordered integer. It is its own inverse.
#[inline]
pub(crate) const fn order32(bits: i32) -> i32 {
    bits ^ (((bits >> 31) as u32) >> 1) as i32
}

/// Maps the bits of a binary64 to an integer in the order of the numbers. It is its own inverse.
#[inline]
pub(crate) const fn order64(bits: i64) -> i64 {
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// The samples of one channel.
// Inlined, so that callers know that the size of a row is not 0.
#[inline(always)]
fn column<const W: usize>(raw: &[u8], format: Format, channel: usize) -> impl Iterator<Item = [u8; W]> {
    let (row, at) = (format.row_bytes().max(1), channel * W);
    raw.chunks_exact(row).map(move |r| r.get(at..).and_then(|r| r.first_chunk::<W>()).copied().unwrap_or([0; W]))
}

fn column_mut<const W: usize>(raw: &mut [u8], format: Format, channel: usize) -> impl Iterator<Item = &mut [u8; W]> {
    let (row, at) = (format.row_bytes().max(1), channel * W);
    raw.chunks_exact_mut(row).filter_map(move |r| r.get_mut(at..).and_then(|r| r.first_chunk_mut::<W>()))
}

fn fill<const W: usize>(raw: &[u8], f: Format, channel: usize, out: &mut [i32], get: impl Fn([u8; W]) -> i32) {
    if f.channels == 1 {
        for (to, b) in out.iter_mut().zip(raw.as_chunks::<W>().0) {
            *to = get(*b);
        }
    } else {
        for (to, b) in out.iter_mut().zip(column::<W>(raw, f, channel)) {
            *to = get(b);
        }
    }
}

/// Loads the samples of a channel into `out`. Does nothing for 64-bit types.
pub(crate) fn load(raw: &[u8], f: Format, channel: usize, out: &mut [i32]) {
    use SampleType as T;
    let little = f.order == ByteOrder::Little;
    match (f.sample, little) {
        (T::Bytes | T::U8, _) => fill::<1>(raw, f, channel, out, |[b]| i32::from(b)),
        (T::I8, _) => fill::<1>(raw, f, channel, out, |[b]| i32::from(b as i8)),
        (T::I16, true) => fill(raw, f, channel, out, |b| i32::from(i16::from_le_bytes(b))),
        (T::I16, false) => fill(raw, f, channel, out, |b| i32::from(i16::from_be_bytes(b))),
        (T::U16, true) => fill(raw, f, channel, out, |b| i32::from(u16::from_le_bytes(b))),
        (T::U16, false) => fill(raw, f, channel, out, |b| i32::from(u16::from_be_bytes(b))),
        (T::I24, true) => fill(raw, f, channel, out, |[a, b, c]| i32::from_le_bytes([0, a, b, c]) >> 8),
        (T::I24, false) => fill(raw, f, channel, out, |[a, b, c]| i32::from_be_bytes([a, b, c, 0]) >> 8),
        (T::I32, true) => fill(raw, f, channel, out, i32::from_le_bytes),
        (T::I32, false) => fill(raw, f, channel, out, i32::from_be_bytes),
        (T::U32, true) => fill(raw, f, channel, out, |b| i32::from_le_bytes(b) ^ i32::MIN),
        (T::U32, false) => fill(raw, f, channel, out, |b| i32::from_be_bytes(b) ^ i32::MIN),
        (T::F32, true) => fill(raw, f, channel, out, |b| order32(i32::from_le_bytes(b))),
        (T::F32, false) => fill(raw, f, channel, out, |b| order32(i32::from_be_bytes(b))),
        (T::I64 | T::F64, _) => {}
    }
}

fn spread<const W: usize>(
    raw: &mut [u8],
    f: Format,
    channel: usize,
    values: impl Iterator<Item = i32>,
    put: impl Fn(i32) -> [u8; W],
) {
    if f.channels == 1 {
        for (to, v) in raw.as_chunks_mut::<W>().0.iter_mut().zip(values) {
            *to = put(v);
        }
    } else {
        for (to, v) in column_mut::<W>(raw, f, channel).zip(values) {
            *to = put(v);
        }
    }
}

/// Loads the binary64 samples of a channel as binary32. Returns false if one of them is not a binary32 number.
pub(crate) fn load_narrow(raw: &[u8], f: Format, channel: usize, out: &mut [i32]) -> bool {
    for (to, v) in out.iter_mut().zip(load64(raw, f, channel)) {
        let wide = f64::from_bits(order64(v) as u64);
        let narrow = wide as f32;
        // NaNs are excluded, because conversions do not keep their bits on every processor.
        if wide.is_nan() || f64::from(narrow).to_bits() != wide.to_bits() {
            return false;
        }
        *to = order32(narrow.to_bits() as i32);
    }
    true
}

/// Stores `map` of each value of `x` as the samples of a channel.
///
/// Does nothing for 64-bit types, unless `narrow`: then the mapped values are binary32 numbers, stored as binary64.
#[cfg(feature = "std")]
pub(crate) fn store(raw: &mut [u8], f: Format, channel: usize, narrow: bool, x: &[i32], map: impl Fn(i32) -> i32) {
    store_all(raw, f, channel, narrow, x.iter().map(|v| map(*v)));
}

/// The same in runs of 256 values, so that all maps share the code that stores them.
#[cfg(not(feature = "std"))]
pub(crate) fn store(raw: &mut [u8], f: Format, channel: usize, narrow: bool, x: &[i32], map: impl Fn(i32) -> i32) {
    const RUN: usize = 256;
    let mut mapped = [0; RUN];
    for (rows, x) in raw.chunks_mut((f.row_bytes() * RUN).max(1)).zip(x.chunks(RUN)) {
        for (to, v) in mapped.iter_mut().zip(x) {
            *to = map(*v);
        }
        store_some(rows, f, channel, narrow, mapped.get(..x.len()).unwrap_or(&[]));
    }
}

#[cfg(not(feature = "std"))]
#[inline(never)]
fn store_some(raw: &mut [u8], f: Format, channel: usize, narrow: bool, values: &[i32]) {
    store_all(raw, f, channel, narrow, values.iter().copied());
}

fn store_all(raw: &mut [u8], f: Format, channel: usize, narrow: bool, values: impl Iterator<Item = i32>) {
    use SampleType as T;
    if narrow {
        let wide = values.map(|v| order64(f64::from(f32::from_bits(order32(v) as u32)).to_bits() as i64));
        store64(raw, f, channel, wide);
        return;
    }
    let little = f.order == ByteOrder::Little;
    match (f.sample, little) {
        (T::Bytes | T::U8 | T::I8, _) => spread(raw, f, channel, values, |v| [v as u8]),
        (T::I16 | T::U16, true) => spread(raw, f, channel, values, |v| (v as u16).to_le_bytes()),
        (T::I16 | T::U16, false) => spread(raw, f, channel, values, |v| (v as u16).to_be_bytes()),
        (T::I24, true) => spread(raw, f, channel, values, |v| {
            let [a, b, c, _] = v.to_le_bytes();
            [a, b, c]
        }),
        (T::I24, false) => spread(raw, f, channel, values, |v| {
            let [_, a, b, c] = v.to_be_bytes();
            [a, b, c]
        }),
        (T::I32, true) => spread(raw, f, channel, values, i32::to_le_bytes),
        (T::I32, false) => spread(raw, f, channel, values, i32::to_be_bytes),
        (T::U32, true) => spread(raw, f, channel, values, |v| (v ^ i32::MIN).to_le_bytes()),
        (T::U32, false) => spread(raw, f, channel, values, |v| (v ^ i32::MIN).to_be_bytes()),
        (T::F32, true) => spread(raw, f, channel, values, |v| order32(v).to_le_bytes()),
        (T::F32, false) => spread(raw, f, channel, values, |v| order32(v).to_be_bytes()),
        (T::I64 | T::F64, _) => {}
    }
}

/// The samples of a channel of a 64-bit type. Binary64 samples become integers by [`order64`].
#[inline(always)]
pub(crate) fn load64(raw: &[u8], f: Format, channel: usize) -> impl Iterator<Item = i64> {
    let float = f.sample == SampleType::F64;
    column::<8>(raw, f, channel).map(move |b| {
        let v = if f.order == ByteOrder::Little { i64::from_le_bytes(b) } else { i64::from_be_bytes(b) };
        if float { order64(v) } else { v }
    })
}

/// Stores the samples of a channel of a 64-bit type; the inverse of [`load64`].
pub(crate) fn store64(raw: &mut [u8], f: Format, channel: usize, values: impl Iterator<Item = i64>) {
    let float = f.sample == SampleType::F64;
    for (to, v) in column_mut::<8>(raw, f, channel).zip(values) {
        let v = if float { order64(v) } else { v };
        *to = if f.order == ByteOrder::Little { v.to_le_bytes() } else { v.to_be_bytes() };
    }
}

/// The bytes of each sample of a channel, in row order.
#[inline(always)]
pub(crate) fn bytes_of(raw: &[u8], f: Format, channel: usize) -> impl Iterator<Item = &[u8]> {
    let (w, row) = (f.sample.width(), f.row_bytes().max(1));
    raw.chunks_exact(row).map(move |r| r.get(channel * w..(channel + 1) * w).unwrap_or(&[]))
}

/// The bytes of each sample of a channel, in row order, to write to.
#[inline(always)]
pub(crate) fn bytes_of_mut(raw: &mut [u8], f: Format, channel: usize) -> impl Iterator<Item = &mut [u8]> {
    let (w, row) = (f.sample.width(), f.row_bytes().max(1));
    raw.chunks_exact_mut(row).map(move |r| r.get_mut(channel * w..(channel + 1) * w).unwrap_or(&mut []))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn samples_of_every_format_read_back() {
        let raw: Vec<u8> = (0..24 * 5u32).map(|i| (i.wrapping_mul(2654435761) >> 13) as u8).collect();
        for code in (0..=10u8).flat_map(|c| [c, c | 0x80]) {
            for channels in [1u32, 3] {
                let f = Format::from_code(code, channels).unwrap();
                let rows = raw.len() / f.row_bytes();
                let mut back = std::vec![0u8; rows * f.row_bytes()];
                for c in 0..channels as usize {
                    if f.sample.width() == 8 {
                        let v: Vec<i64> = load64(&raw, f, c).collect();
                        store64(&mut back, f, c, v.into_iter());
                    } else {
                        let mut x = std::vec![0; rows];
                        load(&raw, f, c, &mut x);
                        store(&mut back, f, c, false, &x, |v| v);
                    }
                }
                assert!(back == raw[..back.len()], "{f:?}");
            }
        }
    }

    #[test]
    fn ordered_integers_keep_the_order() {
        let v = [f32::NEG_INFINITY, -1.0, -f32::MIN_POSITIVE, -0.0, 0.0, 1e-40, 1.0, f32::MAX, f32::INFINITY];
        let mapped: Vec<i32> = v.iter().map(|f| order32(f.to_bits() as i32)).collect();
        assert!(mapped.is_sorted());
        let wide: Vec<i64> = v.iter().map(|f| order64(f64::from(*f).to_bits() as i64)).collect();
        assert!(wide.is_sorted());
        for (m, f) in mapped.iter().zip(v) {
            assert_eq!(order32(*m), f.to_bits() as i32);
        }
    }
}
