//! Planes as integers: their width, the factor that all values have in common, and the base they count from.

use crate::codec::container::format::Format;
use crate::simd;
use crate::simd::Level;

/// A sample of the past as the plane's own are: less their base, divided by their factor.
pub(super) fn integer(v: i32, base: i32, g: u32) -> i32 {
    if g == 1 {
        return v.wrapping_sub(base);
    }
    (i64::from(v) - i64::from(base)).div_euclid(i64::from(g.max(1))) as i32
}

/// Bits that residuals are reduced to: those of the samples where they are integers of up to 32.
pub(crate) fn width_of(format: Format) -> u32 {
    if format.sample.is_float() { 32 } else { (format.sample.width() as u32 * 8).min(32) }
}

/// The greatest common divisor of all differences of samples.
pub(crate) fn common_factor(x: &[i32]) -> u32 {
    let Some(first) = x.first() else { return 1 };
    let mut g = 0u32;
    for v in x {
        let mut d = v.abs_diff(*first);
        if d == 0 || d.checked_rem(g) == Some(0) {
            continue;
        }
        // Euclid's algorithm: at most 46 steps for 32 bits.
        while let Some(r) = g.checked_rem(d) {
            (g, d) = (d, r);
        }
        if g == 1 {
            return 1;
        }
    }
    g.max(1)
}

/// A base near the mean, a whole number of factors from the first sample, from which no sample is farther than
/// `bits` bits hold.
pub(crate) fn base_of(x: &[i32], g: u32, bits: u32) -> i32 {
    let (low, high, sum) = simd::range_and_sum(Level::detect(), x);
    let n = x.len() as i64;
    let mean = sum.div_euclid(n.max(1));
    let half = 1i64 << (bits - 1);
    let mean = mean.max(i64::from(high) - (half - 1)).min(i64::from(low) + half);
    let first = x.first().copied().map_or(0, i64::from);
    let steps = (mean - first).div_euclid(i64::from(g.max(1)));
    (first + steps * i64::from(g)) as i32
}
