//! Rounding of binary64 numbers to significant decimal digits.
#![allow(clippy::arithmetic_side_effects, reason = "f64 arithmetic; exponents of binary64")]

/// The powers of ten that binary64 holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// Adding and subtracting 1.5 * 2^52 rounds to the nearest integer, ties to even.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// `v` rounded to the nearest integer, ties to even; `v` has a magnitude below 2^51.
#[inline]
pub(super) fn round(v: f64) -> f64 {
    (v + ROUND) - ROUND
}

/// `v` times 10^`power`, rounded once; `None` if binary64 does not hold the power exactly.
#[inline]
fn scaled(v: f64, power: i32) -> Option<f64> {
    let p = POWERS.get(power.unsigned_abs() as usize)?;
    Some(if power < 0 { v / p } else { v * p })
}

/// 10^`digits`, the limit of numbers of `digits` digits before the point.
#[inline]
fn limit(digits: u8) -> f64 {
    POWERS.get(usize::from(digits)).copied().unwrap_or(1.0)
}

/// The power of ten that scales `v` to `digits` digits before the point, or to one digit more.
#[inline]
fn power_for(v: f64, digits: u8) -> i32 {
    let exponent = ((v.to_bits() >> 52) & 0x7ff) as i32 - 1023;
    // 1233 / 4096 is a little less than log10(2): the result is exact or one too high.
    i32::from(digits) - 1 - ((exponent * 1233) >> 12)
}

/// `v` rounded to `digits` significant decimal digits, ties to even; unchanged if it is too small or too large.
#[inline]
pub(super) fn decimal(v: f64, digits: u8) -> f64 {
    let mut power = power_for(v, digits);
    let Some(mut m) = scaled(v, power) else { return v };
    if m.abs() >= limit(digits) {
        power -= 1;
        let Some(less) = scaled(v, power) else { return v };
        m = less;
    }
    scaled(round(m), -power).unwrap_or(v)
}

/// Half a unit of the last of `digits` digits of `v`; `None` if [`decimal`] does not round `v`.
pub(super) fn half_unit(v: f64, digits: u8) -> Option<f64> {
    let mut power = power_for(v, digits);
    if scaled(v, power).is_some_and(|m| m.abs() >= limit(digits)) {
        power -= 1;
    }
    scaled(0.5, -power)
}
