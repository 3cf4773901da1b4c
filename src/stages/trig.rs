//! Sine and cosine of fractions of a turn, the same bits on every machine.
//!
//! Tables of windows and filters must not depend on a libm. The angle is a ratio of integers, reduced exactly to an
//! eighth of a turn; sine and cosine of the rest are Taylor polynomials in `f64`, of basic operations only. The error
//! is below 4e-16 (tested against libm), far below half a unit in the last place of the `f32` tables computed from it.

use crate::util::unsigned::Count;
use core::f64::consts::PI;

/// `sin x` for `|x| <= pi/4`.
pub(super) fn sin_poly(x: f64) -> f64 {
    let z = x * x;
    let series = [1.0 / 20.0, 1.0 / 42.0, 1.0 / 72.0, 1.0 / 110.0, 1.0 / 156.0, 1.0 / 210.0, 1.0 / 272.0];
    // x - x^3/3! + x^5/5! ...: Horner, from the last ratio of adjacent terms to the first.
    let tail = series.iter().rev().fold(1.0, |sum, ratio| 1.0 - z * ratio * sum);
    x + x * (z * (-1.0 / 6.0) * tail)
}

/// `cos x` for `|x| <= pi/4`.
pub(super) fn cos_poly(x: f64) -> f64 {
    let z = x * x;
    let series = [1.0 / 12.0, 1.0 / 30.0, 1.0 / 56.0, 1.0 / 90.0, 1.0 / 132.0, 1.0 / 182.0, 1.0 / 240.0];
    let tail = series.iter().rev().fold(1.0, |sum, ratio| 1.0 - z * ratio * sum);
    1.0 - z * 0.5 * tail
}

/// Cosine and sine of the angle `2 pi j / n`.
#[must_use]
pub(super) fn turn(j: u64, n: u64) -> (f64, f64) {
    let n = u128::from(n.max_u64(1));
    let eighths = u128::from(j).checked_rem(n).unwrap_or(0).wrapping_mul(8);
    let octant = eighths.checked_div(n).unwrap_or(0);
    let rest = eighths.checked_rem(n).unwrap_or(0);
    // In odd octants the angle is counted back from the next multiple of a quarter turn.
    let part = if octant & 1 == 0 { rest } else { n.wrapping_sub(rest) };
    in_octant(octant as u32, part as f64 / n as f64)
}

/// Cosine and sine of a phase in units of 2^-64 turns.
#[must_use]
pub(super) fn turn_of_word(phase: u64) -> (f64, f64) {
    const EIGHTH: u64 = 1 << 61;
    let (octant, rest) = (phase >> 61, phase & EIGHTH.wrapping_sub(1));
    let part = if octant & 1 == 0 { rest } else { EIGHTH.wrapping_sub(rest) };
    in_octant(octant as u32, part as f64 / EIGHTH as f64)
}

/// Cosine and sine in an octant, of an angle in eighths of a turn from the multiple of a quarter turn beside it.
fn in_octant(octant: u32, eighths: f64) -> (f64, f64) {
    let x = eighths * (PI / 4.0);
    let (c, s) = (cos_poly(x), sin_poly(x));
    match octant {
        0 => (c, s),
        1 => (s, c),
        2 => (-s, c),
        3 => (-c, s),
        4 => (-c, -s),
        5 => (-s, -c),
        6 => (s, -c),
        _ => (c, -s),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_libm_over_the_circle() {
        for n in [1u64, 2, 3, 7, 8, 64, 1000, 4096, 99_991] {
            for j in 0..n.min(5000) * 2 {
                let (c, s) = turn(j, n);
                let (s2, c2) = (2.0 * PI * ((j % n) as f64 / n as f64)).sin_cos();
                // The angle given to libm is rounded, which causes an error of up to 1e-15.
                assert!((c - c2).abs() < 1.5e-15 && (s - s2).abs() < 1.5e-15, "{j}/{n}: {c} {c2} {s} {s2}");
            }
        }
        for i in 0..=1000 {
            let x = f64::from(i) / 1000.0 * (PI / 4.0);
            assert!((sin_poly(x) - x.sin()).abs() <= 2.3e-16, "{x}");
            assert!((cos_poly(x) - x.cos()).abs() <= 2.3e-16, "{x}");
        }
        for j in 0..4096u64 {
            assert_eq!(turn(j, 4096), turn_of_word(j << 52));
        }
        assert_eq!(turn(0, 5), (1.0, 0.0));
        assert_eq!(turn(1, 4), (0.0, 1.0));
        assert_eq!(turn(u64::MAX, 0), (1.0, 0.0));
    }
}
