//! [`Wide`]: the map of 64-bit samples to planes of 32 bits, by differences, a base, and separate low bits.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "shifts below 64; differences and sums of 64-bit samples are explicitly modulo 2^64"
)]

use super::sample::{load64, order64, store64};
use crate::codec::bits::{BitReader, BitWriter};
use crate::codec::container::format::{Format, SampleType};
use crate::util::bytes::{Reader, Writer};
use crate::util::unsigned::Unsigned;

/// Maximum number of decimals.
const MAX_DECIMALS: u8 = 15;
/// The value of `decimals` for samples that are not decimal numbers.
const BINARY: u8 = 255;
/// Maximum order of differences.
const MAX_ORDER: u8 = 2;

/// The parameters that split 64-bit samples into upper parts of 32 bits and separate low bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wide {
    /// The samples are integers divided by ten to this power; [`BINARY`] if they are not.
    decimals: u8,
    /// Order of the differences.
    order: u8,
    /// Number of low bits that are stored separately, up to 33.
    shift: u32,
    /// The smallest difference.
    base: i64,
    /// The first sample less the first difference, and that difference; the format has as many of them as the order.
    seeds: [i64; MAX_ORDER as usize],
}

/// Ten to the power `decimals`.
fn power(decimals: u8) -> f64 {
    let mut p = 1.0;
    for _ in 0..decimals.min(MAX_DECIMALS) {
        p *= 10.0;
    }
    p
}

/// The integer of a decimal number in ordered form, with `p` ten to the power of its decimals; `None` if it is not one.
fn to_decimal(v: i64, p: f64) -> Option<i64> {
    let f = f64::from_bits(order64(v) as u64);
    let k = f * p;
    if k.is_nan() || k.abs() >= 9e15 {
        return None;
    }
    let k = (if k < 0.0 { k - 0.5 } else { k + 0.5 }) as i64;
    (from_decimal(k, p) == v).then_some(k)
}

/// The inverse of [`to_decimal`].
fn from_decimal(k: i64, p: f64) -> i64 {
    order64((k as f64 / p).to_bits() as i64)
}

/// The samples of a channel as integers, of decimal numbers or of their bits.
fn integers(raw: &[u8], f: Format, channel: usize, decimals: u8) -> impl Iterator<Item = i64> {
    let p = power(decimals);
    load64(raw, f, channel).map(move |v| if decimals == BINARY { v } else { to_decimal(v, p).unwrap_or(0) })
}

/// Computes differences of each order, from the sample and the difference before.
struct Differences {
    before: [i64; MAX_ORDER as usize],
}

impl Differences {
    /// The next sample's differences of order 0, 1 and 2.
    fn next(&mut self, v: i64) -> [i64; 1 + MAX_ORDER as usize] {
        let [value, step] = self.before;
        let first = v.wrapping_sub(value);
        self.before = [v, first];
        [v, first, first.wrapping_sub(step)]
    }
}

impl Wide {
    /// Chooses the parameters for a channel: the order whose differences need the fewest low bits.
    pub(crate) fn choose(raw: &[u8], f: Format, channel: usize) -> Option<Self> {
        let decimals = if f.sample == SampleType::F64 { decimals(raw, f, channel) } else { BINARY };
        let mut samples = integers(raw, f, channel, decimals);
        let first = samples.next()?;
        let second = samples.next().unwrap_or(first);
        let step = second.wrapping_sub(first);
        let seeds = [first.wrapping_sub(step), step];
        let mut low = [i64::MAX; 1 + MAX_ORDER as usize];
        let mut high = [i64::MIN; 1 + MAX_ORDER as usize];
        let mut d = Differences { before: seeds };
        for v in integers(raw, f, channel, decimals) {
            for ((d, low), high) in d.next(v).into_iter().zip(low.iter_mut()).zip(high.iter_mut()) {
                *low = d.min(*low);
                *high = d.max(*high);
            }
        }
        let mut best: Option<Wide> = None;
        for ((order, low), high) in (0u8..).zip(low).zip(high) {
            let range = high.wrapping_sub(low) as u64;
            let shift = 33u32.sat_sub(range.leading_zeros());
            if best.is_none_or(|b| shift < b.shift) {
                best = Some(Wide { decimals, order, shift, base: low, seeds });
            }
        }
        best
    }

    /// Calls `put` with the upper and the lower part of each sample.
    fn split(&self, raw: &[u8], f: Format, channel: usize, mut put: impl FnMut(i32, u64)) {
        let mut d = Differences { before: self.seeds };
        for v in integers(raw, f, channel, self.decimals) {
            let d = d.next(v).get(usize::from(self.order)).copied().unwrap_or(0);
            let d = d.wrapping_sub(self.base) as u64;
            put((d >> self.shift) as i32, d & ((1 << self.shift) - 1));
        }
    }

    /// Loads the upper parts into `x`.
    pub(crate) fn load(&self, raw: &[u8], f: Format, channel: usize, x: &mut [i32]) {
        let mut at = x.iter_mut();
        self.split(raw, f, channel, |high, _| {
            if let Some(to) = at.next() {
                *to = high;
            }
        });
    }

    /// Writes the parameters and the lower parts, and returns the number of bytes.
    pub(crate) fn write(&self, raw: &[u8], f: Format, channel: usize, out: &mut [u8]) -> Option<usize> {
        let mut w = Writer::new(out);
        w.u8(self.decimals);
        w.u8(self.order);
        w.u8(self.shift as u8);
        w.u64(self.base as u64);
        for s in self.seeds.iter().take(self.order.into()) {
            w.u64(*s as u64);
        }
        let n = w.finish()?;
        let mut bits = BitWriter::new(out.get_mut(n..)?);
        let shift = self.shift;
        self.split(raw, f, channel, |_, low| {
            if shift > 16 {
                bits.put((low >> 16) as u32, shift - 16);
                bits.put((low & 0xffff) as u32, 16);
            } else {
                bits.put(low as u32, shift);
            }
        });
        Some(n + bits.finish()?)
    }

    /// Reads what [`Wide::write`] wrote for `rows` samples: the parameters, and the lower parts as bytes.
    pub(crate) fn read<'a>(r: &mut Reader<'a>, f: Format, rows: usize) -> Option<(Self, &'a [u8])> {
        let (decimals, order, shift) = (r.u8()?, r.u8()?, u32::from(r.u8()?));
        if order > MAX_ORDER || shift > 33 || (decimals != BINARY && (decimals > MAX_DECIMALS || !f.sample.is_float()))
        {
            return None;
        }
        let base = r.u64()? as i64;
        let mut seeds = [0i64; MAX_ORDER as usize];
        for s in seeds.iter_mut().take(order.into()) {
            *s = r.u64()? as i64;
        }
        let bits = rows.checked_mul(shift as usize)?;
        let low = r.bytes(bits.div_ceil(8))?;
        // The last byte is padded with zeros.
        if low.last().is_some_and(|b| bits & 7 > 0 && b << (bits & 7) != 0) {
            return None;
        }
        Some((Wide { decimals, order, shift, base, seeds }, low))
    }

    /// Stores the samples of a channel, from their upper and lower parts.
    pub(crate) fn store(&self, raw: &mut [u8], f: Format, channel: usize, high: impl Iterator<Item = i32>, low: &[u8]) {
        let mut bits = BitReader::new(low);
        let [mut value, mut step] = self.seeds;
        let p = power(self.decimals);
        let samples = high.map(|high| {
            let low = if self.shift > 16 {
                (u64::from(bits.get(self.shift - 16)) << 16) | u64::from(bits.get(16))
            } else {
                u64::from(bits.get(self.shift))
            };
            let d = ((u64::from(high as u32) << self.shift) | low).wrapping_add(self.base as u64) as i64;
            value = match self.order {
                0 => d,
                1 => value.wrapping_add(d),
                _ => {
                    step = step.wrapping_add(d);
                    value.wrapping_add(step)
                }
            };
            if self.decimals == BINARY { value } else { from_decimal(value, p) }
        });
        store64(raw, f, channel, samples);
    }
}

/// The minimum number of decimals of all samples, or [`BINARY`].
fn decimals(raw: &[u8], f: Format, channel: usize) -> u8 {
    let fits = |d: u8, n: usize| load64(raw, f, channel).take(n).all(|v| to_decimal(v, power(d)).is_some());
    (0..=MAX_DECIMALS).find(|d| fits(*d, 16)).filter(|d| fits(*d, usize::MAX)).unwrap_or_else(|| {
        // The first samples may have fewer decimals by chance.
        (0..=MAX_DECIMALS).find(|d| fits(*d, 512)).filter(|d| fits(*d, usize::MAX)).unwrap_or(BINARY)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::container::format::ByteOrder;
    use std::vec;
    use std::vec::Vec;

    fn round(sample: SampleType, v: &[i64]) -> Wide {
        let raw: Vec<u8> = v.iter().flat_map(|v| v.to_be_bytes()).collect();
        let f = Format::new(sample, ByteOrder::Big, 1).unwrap();
        let w = Wide::choose(&raw, f, 0).unwrap();
        let mut x = vec![0; v.len()];
        w.load(&raw, f, 0, &mut x);
        let mut out = vec![0u8; 64 + 8 * v.len()];
        let n = w.write(&raw, f, 0, &mut out).unwrap();
        let mut r = Reader::new(&out[..n]);
        let (back, low) = Wide::read(&mut r, f, v.len()).unwrap();
        assert!(r.rest().is_empty());
        let mut bytes = vec![0; raw.len()];
        back.store(&mut bytes, f, 0, x.into_iter(), low);
        assert!(bytes == raw, "{w:?}");
        w
    }

    #[test]
    fn integers_read_back() {
        assert_eq!(round(SampleType::I64, &[1 << 40, (1 << 40) + 5, (1 << 40) - 7]).order, 0);
        let times: Vec<i64> = (0..100).map(|t| 1_700_000_000_000_000_000 + t * 9_999_999_000 + t % 3).collect();
        let w = round(SampleType::I64, &times);
        assert_eq!((w.order, w.shift), (1, 0));
        for v in [vec![i64::MIN, i64::MAX, 0, -1, 1], vec![7], vec![i64::MAX; 5], vec![i64::MIN, i64::MIN + 1]] {
            round(SampleType::I64, &v);
        }
        let mut s = 1u64;
        let noise: Vec<i64> = (0..50)
            .map(|_| {
                s = s.wrapping_mul(6364136223846793005).wrapping_add(99);
                s as i64
            })
            .collect();
        round(SampleType::I64, &noise);
        round(SampleType::F64, &noise);
    }

    #[test]
    fn decimal_numbers_are_recognized() {
        let v: Vec<i64> = (0..200).map(|i| ((f64::from(i * i - 700) * 0.01).to_bits()) as i64).collect();
        // Products are not always the number nearest to the decimal; quotients are.
        let exact: Vec<i64> = (0..200).map(|i| (f64::from(i * i - 700) / 100.0).to_bits() as i64).collect();
        assert_eq!(round(SampleType::F64, &exact).decimals, 2);
        round(SampleType::F64, &v);
        let odd = [f64::NAN, -0.0, f64::INFINITY, 5e-324, 1.0].map(|f| f.to_bits() as i64);
        assert_eq!(round(SampleType::F64, &odd).decimals, BINARY);
    }
}
