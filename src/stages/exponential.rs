//! Exponential function and natural logarithm of basic operations only: the same bits on every machine.

use core::f64::consts::{LN_2, LOG2_E, SQRT_2};

/// `2^k` for `k` from -1022 to 1023.
fn power_of_two(k: i32) -> f64 {
    f64::from_bits((i64::from(k).wrapping_add(1023) as u64) << 52)
}

/// `e^x` for `x` of at most 0; the relative error is below 1e-15, and results below 1e-307 lose digits.
pub(super) fn exp(x: f64) -> f64 {
    // ln 2 in two parts: the product of the first with k is exact.
    const HIGH: f64 = 0.693_147_180_369_123_8;
    const LOW: f64 = 1.908_214_929_270_587_7e-10;
    if x < -745.5 {
        return 0.0;
    }
    let k = (x * LOG2_E - 0.5) as i32;
    let r = x - f64::from(k) * HIGH - f64::from(k) * LOW;
    // The Taylor series; the first omitted term is below 1e-19.
    let y = (1..15u32).rev().fold(1.0, |sum, n| 1.0 + sum * r / f64::from(n));
    let half = k >> 1;
    y * power_of_two(half) * power_of_two(k.wrapping_sub(half))
}

/// The natural logarithm of a positive finite number; the error is below 1e-15 of the larger of the result and 1.
pub(super) fn ln(x: f64) -> f64 {
    let (x, shift) = if x < f64::MIN_POSITIVE { (x * power_of_two(64), 64) } else { (x, 0) };
    let exponent = ((x.to_bits() >> 52) as i32).wrapping_sub(1023);
    let m = f64::from_bits(x.to_bits() & (u64::MAX >> 12) | 1023 << 52);
    let (m, exponent) = if m > SQRT_2 { (0.5 * m, exponent.wrapping_add(1)) } else { (m, exponent) };
    // 2 atanh f; the first omitted term is below 1e-19.
    let f = (m - 1.0) / (m + 1.0);
    let series = (0..13u32).rev().fold(0.0, |sum, k| 1.0 / f64::from(k.wrapping_mul(2).wrapping_add(1)) + f * f * sum);
    f64::from(exponent.wrapping_sub(shift)) * LN_2 + 2.0 * f * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_agree_with_libm() {
        for i in 0..70_000 {
            let x = -f64::from(i) / 97.0;
            let want = x.exp();
            assert!((exp(x) - want).abs() <= 1e-15 * want + f64::MIN_POSITIVE * 1e-15, "{x}");
            let v = (x + 20.0).exp();
            assert!(v == 0.0 || (ln(v) - v.ln()).abs() <= 1e-15 * v.ln().abs().max(1.0), "{v}");
        }
        assert!(exp(0.0) == 1.0 && exp(-1e300) == 0.0 && exp(f64::NEG_INFINITY) == 0.0 && ln(1.0) == 0.0);
        assert!((ln(f64::from_bits(1)) - f64::from_bits(1).ln()).abs() < 1e-12);
        assert!((ln(f64::MAX) - f64::MAX.ln()).abs() < 1e-12);
    }
}
