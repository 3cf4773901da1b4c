//! Square root, rounded correctly, also where there is no standard library to have it from.

/// `sqrt(x)`, rounded to nearest: the same bits with and without the standard library.
#[must_use]
#[inline(always)]
pub fn sqrt(x: f32) -> f32 {
    #[cfg(feature = "std")]
    {
        x.sqrt()
    }
    #[cfg(not(feature = "std"))]
    {
        by_hand(x)
    }
}

/// Newton's iteration in `f64` from a guess that halves the exponent. The result is within a few units in the last
/// place of the `f64`; the root of an `f32` is never that close to the middle of two neighbours, so it rounds right.
#[cfg(any(test, not(feature = "std")))]
fn by_hand(x: f32) -> f32 {
    // Zero of either sign, infinity and NaN are their own roots.
    if x == 0.0 || x == f32::INFINITY || x.is_nan() {
        return x;
    }
    if x < 0.0 {
        return f32::NAN;
    }
    let x = f64::from(x);
    let guess = f64::from_bits((x.to_bits() >> 1).wrapping_add(0x1ff7_a3be_a91d_9b1b));
    let root = (0..5).fold(guess, |y, _| 0.5 * (y + x / y));
    root as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_made_by_hand_has_the_bits_of_the_processors() {
        for i in (0..0x7f80_0000u32).step_by(40_009).chain(0..2000).chain(0x3f7f_f000..0x3f80_1000) {
            let x = f32::from_bits(i);
            assert_eq!(by_hand(x).to_bits(), x.sqrt().to_bits(), "{x:e}");
        }
        assert_eq!(by_hand(-0.0).to_bits(), (-0.0f32).to_bits());
        assert!(by_hand(f32::INFINITY) == f32::INFINITY && by_hand(f32::NAN).is_nan() && by_hand(-1.0).is_nan());
        assert_eq!(sqrt(2.0), core::f32::consts::SQRT_2);
    }
}
