//! Linear prediction with integer coefficients, from a plane's own past and from the planes before it.
//!
//! A prediction is a sum of products in 64 bits, rounded and shifted right, so that every machine computes the same.
//! The sum cannot overflow: coefficients have at most 22 bits, samples 32, and there are at most 41 terms.
#![allow(clippy::arithmetic_side_effects, reason = "bounded by MAX_COEFFICIENT and the number of terms, see above")]

#[cfg(any(test, not(feature = "std")))]
mod any_order;
#[cfg(feature = "std")]
mod per_order;

use super::fixed::wrap;
use crate::codec::bits::{BitReader, BitWriter};
use crate::codec::container::varint::{unzigzag, zigzag};
use crate::util::bytes::Reader;
use crate::util::unsigned::Unsigned;

/// Maximum number of terms from the plane's own past.
pub(crate) const MAX_ORDER: usize = 32;
/// Maximum number of earlier planes that a plane is predicted from.
pub(crate) const MAX_REFS: usize = 3;
/// Maximum number of terms from an earlier plane: its sample in the same row, and the ones before.
pub(crate) const MAX_TAPS: usize = 3;
/// Largest magnitude of a coefficient.
pub(crate) const MAX_COEFFICIENT: i32 = (1 << 22) - 1;
/// Largest shift.
pub(crate) const MAX_SHIFT: u32 = 20;
/// Samples whose part of the sum from other planes is computed at a time.
const RUN: usize = 64;

/// A linear predictor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Linear {
    /// Number of terms from the plane's own past.
    pub(crate) order: usize,
    /// Number of planes before this one that are used, the nearest first.
    pub(crate) refs: usize,
    /// Number of terms from each of these planes.
    pub(crate) taps: usize,
    /// Bits that the sum of products is shifted right by.
    pub(crate) shift: u32,
    /// Coefficients of the own past, the nearest sample first; unused ones are 0.
    pub(crate) own: [i32; MAX_ORDER],
    /// Coefficients of the other planes, the sample in the same row first.
    pub(crate) other: [[i32; MAX_TAPS]; MAX_REFS],
}

impl Linear {
    /// A predictor that predicts 0.
    pub(crate) const fn new(order: usize, refs: usize, taps: usize) -> Self {
        Linear { order, refs, taps, shift: 0, own: [0; MAX_ORDER], other: [[0; MAX_TAPS]; MAX_REFS] }
    }

    /// Number of samples at the start that are predicted by the sample before instead.
    pub(crate) fn warm(&self) -> usize {
        self.order.max(if self.refs > 0 { self.taps.sat_sub(1) } else { 0 })
    }

    /// All coefficients, in the order of the format.
    pub(crate) fn coefficients(&mut self) -> impl Iterator<Item = &mut i32> {
        let taps = self.taps;
        let others = self.other.iter_mut().take(self.refs).flat_map(move |t| t.iter_mut().take(taps));
        self.own.iter_mut().take(self.order).chain(others)
    }

    /// Writes the predictor and returns the number of bytes.
    pub(crate) fn write(&self, out: &mut [u8]) -> Option<usize> {
        let mut me = *self;
        // The bits first fall and then rise with the parameter.
        let (mut k, mut min) = (0, u64::MAX);
        for next in 0..24u32 {
            let bits = me.coefficients().map(|c| u64::from(zigzag(*c) >> next) + u64::from(next)).sum::<u64>();
            if bits >= min {
                break;
            }
            (k, min) = (next, bits);
        }
        let mut w = BitWriter::new(out);
        w.put(self.order as u32, 6);
        w.put(self.refs as u32, 2);
        w.put(self.taps as u32, 2);
        w.put(self.shift, 5);
        w.put(k, 5);
        for c in me.coefficients() {
            let z = zigzag(*c);
            w.unary(z >> k);
            w.put(z & ((1 << k) - 1), k);
        }
        w.finish()
    }

    /// Reads a predictor; `None` if a value is out of its range.
    pub(crate) fn read(r: &mut Reader<'_>) -> Option<Self> {
        let mut bits = BitReader::new(r.rest());
        let mut p = Linear::new(bits.get(6) as usize, bits.get(2) as usize, bits.get(2) as usize);
        p.shift = bits.get(5);
        let k = bits.get(5);
        if p.order > MAX_ORDER || p.shift > MAX_SHIFT || k > 23 {
            return None;
        }
        for c in p.coefficients() {
            let z = bits.unary(1 << 23);
            *c = unzigzag(z.checked_shl(k).filter(|v| v >> k == z)? | bits.get(k));
            if c.unsigned_abs() > MAX_COEFFICIENT as u32 {
                return None;
            }
        }
        if !bits.valid() {
            return None;
        }
        r.bytes(bits.used())?;
        Some(p)
    }

    /// Computes the rounding and the terms of the other planes, unshifted, for the samples from `start` on.
    ///
    /// `start` is at least the number of taps.
    #[inline]
    fn known(&self, refs: &[&[i32]; MAX_REFS], start: usize, out: &mut [i64]) {
        out.fill((1i64 << self.shift) >> 1);
        for (x, taps) in refs.iter().zip(&self.other).take(self.refs) {
            for (j, c) in taps.iter().enumerate().take(self.taps) {
                let c = i64::from(*c);
                for (to, v) in out.iter_mut().zip(x.get(start - j..).unwrap_or(&[])) {
                    *to += c * i64::from(*v);
                }
            }
        }
    }

    /// Whether the sum of products of samples of this width fits 32 bits.
    fn is_short(&self, width: u32) -> bool {
        let total: u64 = self.own.iter().take(self.order).map(|c| u64::from(c.unsigned_abs())).sum();
        width <= 16 && total <= 0xffff - 32 && self.shift <= 16
    }

    /// Computes the residuals of `x` into `e`.
    pub(crate) fn residuals(&self, x: &[i32], refs: &[&[i32]; MAX_REFS], width: u32, e: &mut [i32]) {
        let warm = self.warm().min(x.len());
        let mut before = 0i32;
        for (to, v) in e.iter_mut().zip(x).take(warm) {
            *to = wrap(v.wrapping_sub(before), width);
            before = *v;
        }
        #[cfg(not(feature = "std"))]
        self.residuals_any(x, refs, width, warm, e);
        #[cfg(feature = "std")]
        match self.order {
            0..=2 => self.residuals_of::<2>(x, refs, width, warm, e),
            3..=4 => self.residuals_of::<4>(x, refs, width, warm, e),
            5..=8 => self.residuals_of::<8>(x, refs, width, warm, e),
            9..=16 => self.residuals_of::<16>(x, refs, width, warm, e),
            _ => self.residuals_of::<32>(x, refs, width, warm, e),
        }
    }

    /// Replaces residuals by their samples, in place.
    pub(crate) fn restore(&self, x: &mut [i32], refs: &[&[i32]; MAX_REFS], width: u32) {
        let warm = self.warm().min(x.len());
        let mut before = 0i32;
        for v in x.iter_mut().take(warm) {
            before = wrap(v.wrapping_add(before), width);
            *v = before;
        }
        #[cfg(not(feature = "std"))]
        self.restore_any(x, refs, width, warm);
        #[cfg(feature = "std")]
        match self.order {
            0..=4 => self.restore_of::<4>(x, refs, width, warm),
            5..=8 => self.restore_of::<8>(x, refs, width, warm),
            9..=16 => self.restore_of::<16>(x, refs, width, warm),
            _ => self.restore_of::<32>(x, refs, width, warm),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec;
    use std::vec::Vec;

    /// The definition, term by term in 128 bits.
    fn naive(p: &Linear, x: &[i32], refs: &[&[i32]; 3], width: u32) -> Vec<i32> {
        (0..x.len())
            .map(|t| {
                if t < p.warm() {
                    return wrap(x[t].wrapping_sub(if t > 0 { x[t - 1] } else { 0 }), width);
                }
                let mut s = (1i128 << p.shift) >> 1;
                for j in 0..p.order {
                    s += i128::from(p.own[j]) * i128::from(x[t - 1 - j]);
                }
                for (c, x) in p.other.iter().zip(refs).take(p.refs) {
                    for j in 0..p.taps {
                        s += i128::from(c[j]) * i128::from(x[t - j]);
                    }
                }
                wrap(x[t].wrapping_sub((s >> p.shift) as i32), width)
            })
            .collect()
    }

    fn sample() -> impl Strategy<Value = i32> {
        prop_oneof![any::<i32>(), Just(i32::MAX), Just(i32::MIN), -100i32..100]
    }

    proptest! {
        #[test]
        fn residuals_agree_with_the_definition_and_restore(
            order in 0usize..=32, refs in 0usize..=3, taps in 0usize..=3, shift in 0u32..=MAX_SHIFT,
            big in any::<bool>(),
            raw in proptest::collection::vec(prop_oneof![-MAX_COEFFICIENT..=MAX_COEFFICIENT, Just(MAX_COEFFICIENT), -50..50], 41),
            x in proptest::collection::vec(proptest::array::uniform4(sample()), 0..80),
            width in prop_oneof![Just(32u32), Just(16), Just(8)],
        ) {
            let mut p = Linear::new(order, refs, taps);
            p.shift = shift;
            // Small coefficients use 16-bit products.
            for (c, v) in p.coefficients().zip(raw) { *c = if big { v } else { v % 2040 }; }
            let plane = |k: usize| -> Vec<i32> { x.iter().map(|v| wrap(v[k], width)).collect() };
            let (own, a, b, c) = (plane(0), plane(1), plane(2), plane(3));
            let refs = [&a[..], &b[..], &c[..]];
            let mut e = vec![0; own.len()];
            p.residuals(&own, &refs, width, &mut e);
            prop_assert_eq!(&e, &naive(&p, &own, &refs, width));
            p.restore(&mut e, &refs, width);
            prop_assert_eq!(&e, &own);
            let warm = p.warm().min(own.len());
            let mut any = naive(&p, &own, &refs, width);
            any[warm..].fill(7);
            p.residuals_any(&own, &refs, width, warm, &mut any);
            prop_assert_eq!(&any, &naive(&p, &own, &refs, width));
            any[..warm].copy_from_slice(&own[..warm]);
            p.restore_any(&mut any, &refs, width, warm);
            prop_assert_eq!(&any, &own);
            let mut buf = vec![0u8; 1 << 12];
            if let Some(n) = p.write(&mut buf) {
                let mut r = Reader::new(&buf[..n]);
                prop_assert_eq!(Linear::read(&mut r), Some(p));
                prop_assert!(r.rest().is_empty());
            }
        }
    }

    #[test]
    fn extreme_values_do_not_overflow() {
        for (c, v) in [(MAX_COEFFICIENT, i32::MIN), (-MAX_COEFFICIENT, i32::MIN), (MAX_COEFFICIENT, i32::MAX)] {
            let mut p = Linear::new(MAX_ORDER, MAX_REFS, MAX_TAPS);
            p.coefficients().for_each(|to| *to = c);
            let x = [v; 64];
            let refs = [&x[..]; 3];
            let mut e = [0; 64];
            p.residuals(&x, &refs, 32, &mut e);
            assert_eq!(e.to_vec(), naive(&p, &x, &refs, 32));
            p.restore(&mut e, &refs, 32);
            assert_eq!(e, x);
        }
    }
}
