//! Numbers of a grid that were rounded to some significant decimal digits on their way, and what they are off.
//!
//! A number is brought to as many digits before the point by a power of ten, rounded, ties to even, and brought back; where
//! binary64 does not hold the power exactly it stays as it is.
#![allow(clippy::arithmetic_side_effects, reason = "f64 arithmetic; powers of a few hundred")]

use super::grid::{ROUND, order};
use super::{Isa, LANES, Level};

/// Where the power 0 stands in the tables.
const ZERO: i32 = 32;
/// The largest power of ten that binary64 holds exactly.
const EXACT: i32 = 22;
/// Powers in a table.
const PLACES: usize = 2 * ZERO as usize;
/// The powers of ten, each exact; 1 for negative ones.
const POWERS: [f64; PLACES] = powers(1.0);
/// The same with about the inverses of the others for negative ones.
const ABOUT: [f64; PLACES] = powers(0.0);

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

/// Rounds each to so many digits.
#[inline(always)]
fn decimals(numbers: &mut [f64; LANES], digits: u8) {
    let powers = powers_for(numbers, digits);
    // One of the two powers is 1, which changes nothing; where all are large it is the divisor.
    if powers.iter().fold(i32::MAX, |m, p| m.min(*p)) > 0 {
        decimals_by(numbers, &powers, digits, |v, power| v * of(&POWERS, power), |v, power| v / of(&POWERS, power));
    } else {
        let scaled = |v: f64, power: i32| v * of(&POWERS, power) / of(&POWERS, -power);
        decimals_by(numbers, &powers, digits, scaled, |v, power| scaled(v, -power));
    }
}

/// The same, not quite, but without divisions: where an estimate is enough.
#[inline(always)]
fn decimals_about(numbers: &mut [f64; LANES], digits: u8) {
    let powers = powers_for(numbers, digits);
    decimals_by(numbers, &powers, digits, |v, power| v * of(&ABOUT, power), |v, power| v * of(&ABOUT, -power));
}

/// The powers of ten that bring numbers to so many digits before the point, or one more.
#[inline(always)]
fn powers_for(numbers: &[f64; LANES], digits: u8) -> [i32; LANES] {
    let mut powers = [0; LANES];
    for (power, v) in powers.iter_mut().zip(numbers) {
        let exponent = ((v.to_bits() >> 52) & 0x7ff) as i32 - 1023;
        // 1233 / 4096 is log10(2), a little less: the result is right or one too high.
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
    let most = of(&POWERS, digits.into());
    for (v, power) in numbers.iter_mut().zip(powers) {
        let right = power - i32::from(scaled(*v, *power).abs() >= most);
        let rounded = back(round(scaled(*v, right)), right);
        *v = if *power <= EXACT && right >= -EXACT { rounded } else { *v };
    }
}

per_level! {
    /// The samples of counts: `offset + k * step`, rounded to so many digits, as ordered integers.
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
    /// How many bits it takes, in 1/256, about, to tell by how much the nearest of the grid misses each of the values in units
    /// of the last place of binary32; not of all where it is more than `enough`. Digits are 0 for no rounding.
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
                decimals_about(&mut near, digits);
            }
            let mut bits = [0u32; LANES];
            for ((to, v), near) in bits.iter_mut().zip(values).zip(near) {
                let [near, v] = [near, *v].map(|v| order((v as f32).to_bits() as i32));
                let miss = near.abs_diff(v).saturating_add(1);
                let zeros = miss.leading_zeros();
                // The logarithm by its whole part and the line through the mantissa.
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
