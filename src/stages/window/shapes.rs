//! Windows with a formula: sums of cosines, and Kaiser's.

use super::super::trig;
use crate::util::unsigned::{Count, Unsigned};

/// A window by its type, parameter and form.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// The number of its type.
    pub(super) kind: u64,
    /// Both ends are alike.
    pub(super) symmetric: bool,
    /// `beta` or `nw`.
    pub(super) parameter: f64,
}

/// Weights of the cosines of 0, 1, 2 ... periods, alternately added and subtracted, by the type.
const COSINES: [&[f64]; 6] = [
    &[1.0],
    // As sin^2 instead: see `Shape::value`.
    &[],
    &[0.54, 0.46],
    &[0.42, 0.5, 0.08],
    &[0.35875, 0.48829, 0.14128, 0.01168],
    &[0.215_578_95, 0.416_631_58, 0.277_263_158, 0.083_578_947, 0.006_947_368],
];

/// Maximum number of terms of a Bessel series: those of `beta` = 600 end before.
const MAX_TERMS: u32 = 2000;

impl Shape {
    /// The window at `i` of `n`. Both halves have the same bits.
    pub(super) fn value(&self, i: u64, n: u64) -> f64 {
        if n <= 1 {
            return 1.0;
        }
        let period = if self.symmetric { n.wrapping_sub(1) } else { n };
        let near = i.min_u64(period.sat_sub(i));
        let Some(cosines) = usize::try_from(self.kind).ok().and_then(|kind| COSINES.get(kind)) else {
            return kaiser(self.parameter, near, period);
        };
        if cosines.is_empty() {
            let (_, sin) = trig::turn(near, period.sat_mul(2));
            return sin * sin;
        }
        let (mut sum, mut sign) = (0.0, 1.0);
        for (weight, k) in cosines.iter().zip(0u64..) {
            let (cos, _) = trig::turn(k.sat_mul(near).checked_rem(period).unwrap_or(0), period);
            sum += sign * weight * cos;
            sign = -sign;
        }
        sum
    }
}

/// `I0(beta sqrt(1 - (2 i / period - 1)^2)) / I0(beta)`.
fn kaiser(beta: f64, i: u64, period: u64) -> f64 {
    // A quarter of the square of the argument: 1 - (2 i / N - 1)^2 = 4 i (N - i) / N^2.
    let n = period as f64;
    let part = (i as f64 / n) * (period.sat_sub(i) as f64 / n);
    bessel(beta * beta * part) / bessel(beta * beta * 0.25)
}

/// `I0(2 sqrt(q))`, the sum of `q^k / (k!)^2`: all terms are positive. Abramowitz and Stegun 9.6.12.
fn bessel(q: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..MAX_TERMS {
        let k = f64::from(k);
        term *= q / (k * k);
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}
