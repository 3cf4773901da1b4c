//! Linear prediction with integer coefficients, from a plane's own past and from planes before it.
//!
//! The prediction is a sum of products in 64 bits, rounded and shifted: the same everywhere. Coefficients have at
//! most 22 bits and samples 32, and there are at most 41 terms, so that the sum cannot overflow.
#![allow(clippy::arithmetic_side_effects, reason = "bounded by MAX_COEFFICIENT and the number of terms, see above")]

use super::fixed::wrap;
use crate::codec::bits::{BitReader, BitWriter};
use crate::codec::container::varint::{unzigzag, zigzag};
#[cfg(feature = "std")]
use crate::simd::{self, Level, Term};
use crate::util::bytes::Reader;
use crate::util::unsigned::Unsigned;

/// Most terms from the plane's own past.
pub(crate) const MAX_ORDER: usize = 32;
/// Most planes looked at beside the own one.
pub(crate) const MAX_REFS: usize = 3;
/// Most terms from another plane: its present sample and the ones before.
pub(crate) const MAX_TAPS: usize = 3;
/// Largest magnitude of a coefficient.
pub(crate) const MAX_COEFFICIENT: i32 = (1 << 22) - 1;
/// Largest shift.
pub(crate) const MAX_SHIFT: u32 = 20;

/// A predictor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Linear {
    /// Terms from the own past.
    pub(crate) order: usize,
    /// Planes before this one that are looked at, the nearest first.
    pub(crate) refs: usize,
    /// Terms from each of them.
    pub(crate) taps: usize,
    /// The sum of products is shifted right by this.
    pub(crate) shift: u32,
    /// Own coefficients, nearest sample first; unused ones are 0.
    pub(crate) own: [i32; MAX_ORDER],
    /// The other planes' coefficients, present sample first.
    pub(crate) other: [[i32; MAX_TAPS]; MAX_REFS],
}

impl Linear {
    /// A predictor of 0.
    pub(crate) const fn new(order: usize, refs: usize, taps: usize) -> Self {
        Linear { order, refs, taps, shift: 0, own: [0; MAX_ORDER], other: [[0; MAX_TAPS]; MAX_REFS] }
    }

    /// Samples at the start that are predicted by the one before instead.
    pub(crate) fn warm(&self) -> usize {
        self.order.max(if self.refs > 0 { self.taps.sat_sub(1) } else { 0 })
    }

    /// All coefficients in wire order.
    pub(crate) fn coefficients(&mut self) -> impl Iterator<Item = &mut i32> {
        let taps = self.taps;
        let others = self.other.iter_mut().take(self.refs).flat_map(move |t| t.iter_mut().take(taps));
        self.own.iter_mut().take(self.order).chain(others)
    }

    /// Writes the predictor: order, reach, shift and coefficients.
    pub(crate) fn write(&self, out: &mut [u8]) -> Option<usize> {
        let mut me = *self;
        // From one parameter to the next the bits first fall and then rise.
        let (mut k, mut least) = (0, u64::MAX);
        for next in 0..24u32 {
            let bits = me.coefficients().map(|c| u64::from(zigzag(*c) >> next) + u64::from(next)).sum::<u64>();
            if bits >= least {
                break;
            }
            (k, least) = (next, bits);
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

    /// Reads a predictor; nothing where it is not within the bounds.
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
        if !bits.sound() {
            return None;
        }
        r.bytes(bits.used())?;
        Some(p)
    }

    /// Adds what the other planes predict, unshifted, for sample `t`.
    #[cfg(feature = "std")]
    #[inline]
    fn others(&self, refs: &[&[i32]; MAX_REFS], t: usize) -> i64 {
        let mut sum = 0i64;
        for (x, taps) in refs.iter().zip(&self.other).take(self.refs) {
            for (j, c) in taps.iter().enumerate().take(self.taps) {
                let v = t.checked_sub(j).and_then(|t| x.get(t)).copied().unwrap_or(0);
                sum += i64::from(*c) * i64::from(v);
            }
        }
        sum
    }

    /// The rounding, and what the other planes predict, unshifted, for the samples from `start` on, at least the taps
    /// behind the start of the planes.
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

    /// The other planes' terms for the samples from `start` on, and how many there are.
    #[cfg(feature = "std")]
    fn terms<'a>(&self, refs: &[&'a [i32]; MAX_REFS], start: usize) -> ([Term<'a>; MAX_REFS * MAX_TAPS], usize) {
        let mut terms = [Term { x: &[], c: 0 }; MAX_REFS * MAX_TAPS];
        let mut n = 0;
        for (x, taps) in refs.iter().zip(&self.other).take(self.refs) {
            for (j, c) in taps.iter().enumerate().take(self.taps) {
                if let (Some(to), Some(x)) = (terms.get_mut(n), start.checked_sub(j).and_then(|s| x.get(s..))) {
                    *to = Term { x, c: *c };
                    n += 1;
                }
            }
        }
        (terms, n)
    }

    /// Residuals of `x` into `e`.
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

    /// What the own past adds to what is known.
    #[cfg(any(test, not(feature = "std")))]
    #[inline(always)]
    fn sum(own: &[i32], history: &[i32], known: i64) -> i64 {
        own.iter().zip(history.iter().rev()).fold(known, |sum, (c, v)| sum + i64::from(*c) * i64::from(*v))
    }

    /// Residuals of the samples from `warm` on, by one loop for all orders: where code has to be small.
    #[cfg(any(test, not(feature = "std")))]
    fn residuals_any(&self, x: &[i32], refs: &[&[i32]; MAX_REFS], width: u32, warm: usize, e: &mut [i32]) {
        let own = self.own.get(..self.order).unwrap_or(&[]);
        let history = |t: usize| x.get(t - own.len()..t).unwrap_or(&[]);
        let (Some(now), Some(e)) = (x.get(warm..), e.get_mut(warm..)) else { return };
        if self.refs == 0 && self.is_short(width) {
            let round = (1i32 << self.shift) >> 1;
            for (i, (to, v)) in e.iter_mut().zip(now).enumerate() {
                let products = own.iter().zip(history(warm + i).iter().rev());
                let sum = products.fold(round, |sum, (c, v)| sum.wrapping_add(c.wrapping_mul(*v)));
                *to = wrap(v.wrapping_sub(sum >> self.shift), width);
            }
            return;
        }
        let mut known = [0i64; RUN];
        let mut at = warm;
        for (e, now) in e.chunks_mut(RUN).zip(now.chunks(RUN)) {
            let known = known.get_mut(..e.len()).unwrap_or(&mut []);
            self.known(refs, at, known);
            for (i, ((to, v), known)) in e.iter_mut().zip(now).zip(known).enumerate() {
                let sum = Self::sum(own, history(at + i), *known);
                *to = wrap(v.wrapping_sub((sum >> self.shift) as i32), width);
            }
            at += e.len();
        }
    }

    /// Turns the residuals from `warm` on into samples, as [`Linear::residuals_any`].
    #[cfg(any(test, not(feature = "std")))]
    fn restore_any(&self, x: &mut [i32], refs: &[&[i32]; MAX_REFS], width: u32, warm: usize) {
        let own = self.own.get(..self.order).unwrap_or(&[]);
        let mut known = [0i64; RUN];
        let mut at = warm;
        while at < x.len() {
            let known = known.get_mut(..RUN.min(x.len() - at)).unwrap_or(&mut []);
            self.known(refs, at, known);
            for (t, known) in (at..).zip(known.iter()) {
                let Some((now, history)) = x.get_mut(t - own.len()..=t).and_then(|w| w.split_last_mut()) else {
                    return;
                };
                let sum = Self::sum(own, history, *known);
                *now = wrap(now.wrapping_add((sum >> self.shift) as i32), width);
            }
            at += known.len();
        }
    }

    /// The own coefficients, farthest sample first.
    #[cfg(feature = "std")]
    fn reversed<const P: usize>(&self) -> [i64; P] {
        let mut c = [0; P];
        for (to, from) in c.iter_mut().rev().zip(self.own) {
            *to = i64::from(from);
        }
        c
    }

    /// Whether samples of this width cannot make the sum of products leave 32 bits.
    fn is_short(&self, width: u32) -> bool {
        let total: u64 = self.own.iter().take(self.order).map(|c| u64::from(c.unsigned_abs())).sum();
        width <= 16 && total <= 0xffff - 32 && self.shift <= 16
    }

    /// The coefficients as 16-bit numbers, if samples of this width cannot make the sum of products leave 32 bits.
    #[cfg(feature = "std")]
    fn short<const P: usize>(&self, width: u32) -> Option<[i16; P]> {
        if !self.is_short(width) {
            return None;
        }
        let mut c = [0; P];
        for (to, from) in c.iter_mut().rev().zip(self.own) {
            *to = i16::try_from(from).ok()?;
        }
        Some(c)
    }

    #[cfg(feature = "std")]
    fn residuals_of<const P: usize>(
        &self,
        x: &[i32],
        refs: &[&[i32]; MAX_REFS],
        width: u32,
        warm: usize,
        e: &mut [i32],
    ) {
        let c = self.reversed::<P>();
        let round = (1i64 << self.shift) >> 1;
        // Where there are fewer than P samples before, the missing ones have zero coefficients: P may exceed the order.
        let head = P.min(x.len());
        for (t, (to, v)) in e.iter_mut().zip(x).enumerate().take(head).skip(warm) {
            let mut sum = round + self.others(refs, t);
            for (j, c) in self.own.iter().enumerate().take(self.order) {
                let v = t.checked_sub(j + 1).and_then(|i| x.get(i)).copied().unwrap_or(0);
                sum += i64::from(*c) * i64::from(v);
            }
            *to = wrap(v.wrapping_sub((sum >> self.shift) as i32), width);
        }
        let from = head.max(warm);
        let level = Level::detect();
        if level != Level::BASELINE {
            let own = self.own.get(..self.order).unwrap_or(&[]);
            let near = from.checked_sub(self.order).and_then(|start| x.get(start..));
            let (Some(x), Some(e)) = (near, e.get_mut(from..)) else { return };
            if self.refs == 0 && self.short::<P>(width).is_some() {
                simd::predict_residuals_short(level, own, self.shift, width, x, e);
            } else {
                let (terms, n) = self.terms(refs, from);
                let terms = terms.get(..n).unwrap_or(&[]);
                simd::predict_residuals(level, own, terms, self.shift, width, x, e);
            }
            return;
        }
        if self.refs == 0
            && let Some(c) = self.short::<P>(width)
        {
            short_residuals(&c, self.shift, width, x, from, e);
            return;
        }
        let (Some(history), Some(e), Some(now)) = (x.get(from - P.min(from)..), e.get_mut(from..), x.get(from..))
        else {
            return;
        };
        let mut known = [0i64; RUN];
        let mut at = from;
        for (e, (now, history)) in
            e.chunks_mut(RUN).zip(now.chunks(RUN).zip((0..).step_by(RUN).map_while(|i| history.get(i..))))
        {
            let known = known.get_mut(..e.len()).unwrap_or(&mut []);
            self.known(refs, at, known);
            at += e.len();
            for (((to, v), h), known) in e.iter_mut().zip(now).zip(history.array_windows::<P>()).zip(known) {
                let mut sum = *known;
                for (c, v) in c.iter().zip(h) {
                    sum += c * i64::from(*v);
                }
                *to = wrap(v.wrapping_sub((sum >> self.shift) as i32), width);
            }
        }
    }

    /// Turns residuals into samples, in place.
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

    #[cfg(feature = "std")]
    fn restore_of<const P: usize>(&self, x: &mut [i32], refs: &[&[i32]; MAX_REFS], width: u32, warm: usize) {
        let c = self.reversed::<P>();
        let round = (1i64 << self.shift) >> 1;
        // As long as there are fewer than P samples before, the missing ones have zero coefficients.
        let head = P.max(warm).min(x.len());
        for t in warm..head {
            let mut sum = round + self.others(refs, t);
            for (j, c) in self.own.iter().enumerate().take(self.order) {
                let v = t.checked_sub(j + 1).and_then(|i| x.get(i)).copied().unwrap_or(0);
                sum += i64::from(*c) * i64::from(v);
            }
            if let Some(v) = x.get_mut(t) {
                *v = wrap(v.wrapping_add((sum >> self.shift) as i32), width);
            }
        }
        let level = Level::detect();
        if level != Level::BASELINE {
            if let Some(window) = head.checked_sub(self.order).and_then(|from| x.get_mut(from..)) {
                let (terms, n) = self.terms(refs, head);
                let own = self.own.get(..self.order).unwrap_or(&[]);
                let terms = terms.get(..n).unwrap_or(&[]);
                simd::predict_restore(level, own, terms, self.shift, width, window);
            }
            return;
        }
        let (c_near, c_far) = match c.split_last() {
            Some((near, far)) => (*near, far),
            None => (0, c.as_slice()),
        };
        let mut before = head.checked_sub(1).and_then(|i| x.get(i)).copied().map_or(0, i64::from);
        let mut known = [0i64; RUN];
        let mut at = head;
        while at < x.len() {
            let known = known.get_mut(..RUN.min(x.len() - at)).unwrap_or(&mut []);
            self.known(refs, at, known);
            for (t, known) in (at..).zip(known.iter()) {
                let Some(window) = x.get_mut(t - P..=t) else { return };
                let Some((now, history)) = window.split_last_mut() else { return };
                // The nearest sample comes last: it was only just made.
                let mut sum = *known;
                for (c, v) in c_far.iter().zip(history.iter()) {
                    sum += c * i64::from(*v);
                }
                sum += c_near * before;
                *now = wrap(now.wrapping_add((sum >> self.shift) as i32), width);
                before = i64::from(*now);
            }
            at += known.len();
        }
    }
}

/// Samples whose known part of the sum is made at a time.
const RUN: usize = 64;
/// Samples made short at a time.
#[cfg(feature = "std")]
const SHORT_RUN: usize = 256;

/// Residuals from sample `from` on, at least `P` behind the start, where products and sums fit 32 bits.
///
/// Sixteen-bit factors are what every vector unit multiplies best.
#[cfg(feature = "std")]
fn short_residuals<const P: usize>(c: &[i16; P], shift: u32, width: u32, x: &[i32], from: usize, e: &mut [i32]) {
    let round = (1i32 << shift) >> 1;
    let mut short = [0i16; MAX_ORDER + SHORT_RUN];
    let mut at = from;
    while at < x.len() {
        let end = (at + SHORT_RUN).min(x.len());
        let (Some(x), Some(e)) = (x.get(at - P..end), e.get_mut(at..end)) else { return };
        for (to, v) in short.iter_mut().zip(x) {
            *to = *v as i16;
        }
        let now = x.get(P..).unwrap_or(&[]);
        for ((to, v), h) in e.iter_mut().zip(now).zip(short.array_windows::<P>()) {
            let mut sum = 0i32;
            for (c, v) in c.iter().zip(h) {
                sum = sum.wrapping_add(i32::from(*c).wrapping_mul(i32::from(*v)));
            }
            *to = wrap(v.wrapping_sub(sum.wrapping_add(round) >> shift), width);
        }
        at = end;
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
        fn agrees_with_the_definition_and_restores(
            order in 0usize..=32, refs in 0usize..=3, taps in 0usize..=3, shift in 0u32..=MAX_SHIFT,
            big in any::<bool>(),
            raw in proptest::collection::vec(prop_oneof![-MAX_COEFFICIENT..=MAX_COEFFICIENT, Just(MAX_COEFFICIENT), -50..50], 41),
            x in proptest::collection::vec(proptest::array::uniform4(sample()), 0..80),
            width in prop_oneof![Just(32u32), Just(16), Just(8)],
        ) {
            let mut p = Linear::new(order, refs, taps);
            p.shift = shift;
            // Small ones take the way of 16-bit products.
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
    fn the_extremes_do_not_overflow() {
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
