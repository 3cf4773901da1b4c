//! Residuals and samples by one loop per range of orders, of `P` coefficients: the order, padded with zeros.
//!
//! Processors with vector instructions use the loops of [`simd`] instead.
#![allow(clippy::arithmetic_side_effects, reason = "bounded by MAX_COEFFICIENT and the number of terms")]

use super::{Linear, MAX_ORDER, MAX_REFS, MAX_TAPS, RUN};
use crate::codec::numeric::fixed::wrap;
use crate::simd::{self, Level, Term};

/// Samples converted to 16 bits at a time.
const SHORT_RUN: usize = 256;

impl Linear {
    /// The terms of the other planes, unshifted, for sample `t`.
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

    /// The sum of products for sample `t`, unshifted, with rounding. Samples before the first one are 0.
    #[inline]
    fn head_sum(&self, x: &[i32], refs: &[&[i32]; MAX_REFS], t: usize) -> i64 {
        let mut sum = ((1i64 << self.shift) >> 1) + self.others(refs, t);
        for (j, c) in self.own.iter().enumerate().take(self.order) {
            let v = t.checked_sub(j + 1).and_then(|i| x.get(i)).copied().unwrap_or(0);
            sum += i64::from(*c) * i64::from(v);
        }
        sum
    }

    /// The terms of the other planes for the samples from `start` on, and their number.
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

    /// The own coefficients, the farthest sample first.
    fn reversed<const P: usize>(&self) -> [i64; P] {
        let mut c = [0; P];
        for (to, from) in c.iter_mut().rev().zip(self.own) {
            *to = i64::from(from);
        }
        c
    }

    /// The own coefficients as 16-bit numbers, if the sum of products of samples of this width fits 32 bits.
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

    /// Computes the residuals of the samples from `warm` on.
    pub(super) fn residuals_of<const P: usize>(
        &self,
        x: &[i32],
        refs: &[&[i32]; MAX_REFS],
        width: u32,
        warm: usize,
        e: &mut [i32],
    ) {
        let c = self.reversed::<P>();
        // The first P samples have fewer than P samples before them.
        let head = P.min(x.len());
        for (t, (to, v)) in e.iter_mut().zip(x).enumerate().take(head).skip(warm) {
            let sum = self.head_sum(x, refs, t);
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

    /// Replaces the residuals from `warm` on by their samples.
    pub(super) fn restore_of<const P: usize>(&self, x: &mut [i32], refs: &[&[i32]; MAX_REFS], width: u32, warm: usize) {
        let c = self.reversed::<P>();
        // The first P samples have fewer than P samples before them.
        let head = P.max(warm).min(x.len());
        for t in warm..head {
            let sum = self.head_sum(x, refs, t);
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
                // The nearest sample comes last, because it was computed only now.
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

/// Computes the residuals from sample `from` on, at least `P`, where products and sums fit 32 bits.
///
/// Every vector unit multiplies 16-bit factors fastest.
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
