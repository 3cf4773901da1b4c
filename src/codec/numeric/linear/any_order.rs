//! Residuals and samples by one loop for all orders, for libraries that have to be small.
#![allow(clippy::arithmetic_side_effects, reason = "bounded by MAX_COEFFICIENT and the number of terms")]

use super::{Linear, MAX_REFS, RUN};
use crate::codec::numeric::fixed::wrap;

/// Adds the products of the own past to `known`. `history` ends before the sample.
#[inline(always)]
fn sum(own: &[i32], history: &[i32], known: i64) -> i64 {
    own.iter().zip(history.iter().rev()).fold(known, |sum, (c, v)| sum + i64::from(*c) * i64::from(*v))
}

impl Linear {
    /// Computes the residuals of the samples from `warm` on.
    pub(super) fn residuals_any(&self, x: &[i32], refs: &[&[i32]; MAX_REFS], width: u32, warm: usize, e: &mut [i32]) {
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
                let sum = sum(own, history(at + i), *known);
                *to = wrap(v.wrapping_sub((sum >> self.shift) as i32), width);
            }
            at += e.len();
        }
    }

    /// Replaces the residuals from `warm` on by their samples.
    pub(super) fn restore_any(&self, x: &mut [i32], refs: &[&[i32]; MAX_REFS], width: u32, warm: usize) {
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
                let sum = sum(own, history, *known);
                *now = wrap(now.wrapping_add((sum >> self.shift) as i32), width);
            }
            at += known.len();
        }
    }
}
