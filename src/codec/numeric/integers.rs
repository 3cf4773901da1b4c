//! The integer map of planes: values less a base, divided by a common factor, and the width of their residuals.

use crate::codec::container::format::Format;
use crate::simd;
use crate::simd::Level;

/// Maps a sample of the past as the plane's own samples: less `base`, divided by the factor `g`, rounded down.
pub(super) fn integer(v: i32, base: i32, g: u32) -> i32 {
    if g == 1 {
        return v.wrapping_sub(base);
    }
    (i64::from(v) - i64::from(base)).div_euclid(i64::from(g.max(1))) as i32
}

/// Bits of a residual: the bits of a sample for integers of up to 32 bits, else 32.
pub(crate) fn width_of(format: Format) -> u32 {
    if format.sample.is_float() { 32 } else { (format.sample.width() as u32 * 8).min(32) }
}

/// The largest common divisor of all differences between samples; 1 if all samples are equal.
pub(crate) fn common_factor(x: &[i32]) -> u32 {
    let Some(first) = x.first() else { return 1 };
    let mut g = 0u32;
    for v in x {
        let mut d = v.abs_diff(*first);
        if d == 0 || d.checked_rem(g) == Some(0) {
            continue;
        }
        // Euclid's algorithm: at most 46 iterations for 32 bits.
        while let Some(r) = g.checked_rem(d) {
            (g, d) = (d, r);
        }
        if g == 1 {
            return 1;
        }
    }
    g.max(1)
}

/// The base of a plane with common factor `g`: near the mean, and a multiple of `g` away from the first sample.
///
/// The differences of all samples to it fit `bits` bits.
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
