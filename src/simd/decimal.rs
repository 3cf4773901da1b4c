//! Numbers of a grid that were rounded to a number of significant decimal digits, and the errors of such a grid.
//!
//! To round, a number is multiplied by the power of ten that leaves `digits` digits before the point, rounded, ties to
//! even, and divided by the power. A number is unchanged if binary64 does not hold the power exactly.
#![allow(clippy::arithmetic_side_effects, reason = "f64 arithmetic; powers of a few hundred")]

use super::grid::{ROUND, order};
use super::{Isa, LANES, Level};

/// Position of the power 0 in the tables.
const ZERO: i32 = 32;
/// The largest power of ten that binary64 holds exactly.
const EXACT: i32 = 22;
/// Number of powers in a table.
const PLACES: usize = 2 * ZERO as usize;
/// The powers of ten, exact; 1 for negative exponents.
const POWERS: [f64; PLACES] = powers(1.0);
/// As [`POWERS`], with approximate inverses for negative exponents.
const APPROXIMATE: [f64; PLACES] = powers(0.0);

#[allow(clippy::indexing_slicing, clippy::cast_sign_loss, reason = "runs in the compiler")]
const fn powers(below: f64) -> [f64; PLACES] {
    let mut all = [1.0; PLACES];
    let (mut power, mut i) = (1.0f64, 0);
    while i <= EXACT {
        all[(ZERO + i) as usize] = power;
        if below == 0.0 {
            all[(ZERO - i) as usize] = 1.0 / power;
        }
        power *= 10.0;
        i += 1;
    }
    all
}

#[inline(always)]
fn of(table: &[f64; PLACES], power: i32) -> f64 {
    #[allow(clippy::indexing_slicing, reason = "masked to the table's 64")]
    table[((power + ZERO) & (PLACES as i32 - 1)) as usize]
}

#[inline(always)]
fn round(v: f64) -> f64 {
    (v + ROUND) - ROUND
}

/// Rounds each number to `digits` digits.
#[inline(always)]
fn decimals(numbers: &mut [f64; LANES], digits: u8) {
    let powers = powers_for(numbers, digits);
    // One of the two powers is 1 and changes nothing; if all numbers need a positive power, it is
    // the divisor.
    if powers.iter().fold(i32::MAX, |m, p| m.min(*p)) > 0 {
        decimals_by(numbers, &powers, digits, |v, power| v * of(&POWERS, power), |v, power| v / of(&POWERS, power));
    } else {
        let scaled = |v: f64, power: i32| v * of(&POWERS, power) / of(&POWERS, -power);
        decimals_by(numbers, &powers, digits, scaled, |v, power| scaled(v, -power));
    }
}

/// As [`decimals`], approximately and without divisions: for estimates.
#[inline(always)]
fn decimals_estimate(numbers: &mut [f64; LANES], digits: u8) {
    let powers = powers_for(numbers, digits);
    decimals_by(
        numbers,
        &powers,
        digits,
        |v, power| v * of(&APPROXIMATE, power),
        |v, power| v * of(&APPROXIMATE, -power),
    );
}

/// The exponents of ten that leave `digits` digits before the point, or one more.
#[inline(always)]
fn powers_for(numbers: &[f64; LANES], digits: u8) -> [i32; LANES] {
    let mut powers = [0; LANES];
    for (power, v) in powers.iter_mut().zip(numbers) {
        let exponent = ((v.to_bits() >> 52) & 0x7ff) as i32 - 1023;
        // 1233 / 4096 is slightly less than log10(2): the result is exact or one too high.
        *power = (i32::from(digits) - 1 - ((exponent * 1233) >> 12)).clamp(1 - ZERO, ZERO - 1);
    }
    powers
}

#[inline(always)]
fn decimals_by(
    numbers: &mut [f64; LANES],
    powers: &[i32; LANES],
    digits: u8,
    scaled: impl Fn(f64, i32) -> f64,
    back: impl Fn(f64, i32) -> f64,
) {
    let limit = of(&POWERS, digits.into());
    for (v, power) in numbers.iter_mut().zip(powers) {
        let exact = power - i32::from(scaled(*v, *power).abs() >= limit);
        let rounded = back(round(scaled(*v, exact)), exact);
        *v = if *power <= EXACT && exact >= -EXACT { rounded } else { *v };
    }
}

per_level! {
    /// The samples of counts: `offset + k * step`, rounded to `digits` digits, as ordered integers.
    pub fn grid_decimals(counts: &[i32], offset: f64, step: f64, digits: u8, samples: &mut [i32]) {
        for (to, counts) in samples.chunks_mut(LANES).zip(counts.chunks(LANES)) {
            let mut v = [0.0; LANES];
            for (v, k) in v.iter_mut().zip(counts) {
                *v = offset + f64::from(*k) * step;
            }
            decimals(&mut v, digits);
            for (to, v) in to.iter_mut().zip(v) {
                *to = order((v as f32).to_bits() as i32);
            }
        }
    }
}

per_level! {
    /// Estimated size, in 1/256 bit, of the distances of the values to the nearest number of the grid, in units in the
    /// last place of binary32. Stops early once it exceeds `enough`. `digits` is 0 for no rounding.
    pub fn grid_misses(values: &[f64], offset: f64, step: f64, digits: u8, enough: u64) -> u64 {
        let inverse = 1.0 / step;
        let mut sum = 0u64;
        for values in values.chunks(LANES) {
            if sum > enough {
                break;
            }
            let mut near = [0.0; LANES];
            for (near, v) in near.iter_mut().zip(values) {
                *near = offset + round((v - offset) * inverse) * step;
            }
            if digits > 0 {
                decimals_estimate(&mut near, digits);
            }
            let mut bits = [0u32; LANES];
            for ((to, v), near) in bits.iter_mut().zip(values).zip(near) {
                let [near, v] = [near, *v].map(|v| order((v as f32).to_bits() as i32));
                let miss = near.abs_diff(v).saturating_add(1);
                let zeros = miss.leading_zeros();
                // The logarithm to base 2: the exponent, and the mantissa as a linear fraction.
                *to = ((31 - zeros) << 8) + (((miss << zeros) >> 23) & 0xff);
            }
            sum += bits.iter().map(|b| u64::from(*b)).sum::<u64>();
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_gives_the_same() {
        let counts: std::vec::Vec<i32> = (-900..900).map(|k| k * k * k * 2).collect();
        for (offset, step) in [(-0.75, 0.0123), (0.0, 1e-24), (1e30, 1e22), (0.0, 1e-9), (f64::MAX, f64::MAX)] {
            for digits in 3..=7 {
                let (mut want, mut want_misses): (Option<std::vec::Vec<i32>>, Option<u64>) = (None, None);
                for level in crate::simd::levels() {
                    let mut found = std::vec![0; counts.len()];
                    grid_decimals(level, &counts, offset, step, digits, &mut found);
                    assert_eq!(want.get_or_insert(found.clone()), &found);
                    let values: std::vec::Vec<f64> =
                        found.iter().map(|v| f64::from(f32::from_bits(order(*v) as u32))).collect();
                    let misses = grid_misses(level, &values, offset, step * 1.01, digits, u64::MAX);
                    assert_eq!(*want_misses.get_or_insert(misses), misses);
                }
            }
        }
    }
}
