//! Square root, rounded correctly, also where there is no standard library to have it from.

/// `sqrt(x)`, rounded to nearest: the same bits everywhere. By the processor's own instruction where there is one.
#[must_use]
#[inline(always)]
pub fn sqrt(x: f32) -> f32 {
    // No PowerPC 750 has the instruction, and what C libraries do there takes twice as long as this.
    #[cfg(all(feature = "std", not(target_arch = "powerpc")))]
    {
        x.sqrt()
    }
    // In `core` it is not stable yet; no compiler for SPARC without std is either.
    #[cfg(all(not(feature = "std"), target_arch = "sparc"))]
    {
        core::f32::math::sqrt(x)
    }
    #[cfg(not(any(
        all(feature = "std", not(target_arch = "powerpc")),
        all(not(feature = "std"), target_arch = "sparc")
    )))]
    {
        by_hand(x)
    }
}

/// A reciprocal root by Newton's iteration in `f64`, with multiplications alone; then the root, put right once by what its
/// square leaves of `x`. It is within a few units in the last place of the `f64`; the root of an `f32` is never that close
/// to the middle of two neighbours, so it rounds right: a test has all mantissas.
#[cfg_attr(not(test), allow(dead_code))]
fn by_hand(x: f32) -> f32 {
    // Below 0, or zero of either sign, infinity and NaN, which are their own roots.
    if x.to_bits().wrapping_sub(1) >= 0x7f7f_ffff {
        return if x < 0.0 { f32::NAN } else { x };
    }
    let x = f64::from(x);
    // The guess halves the exponent; it is within 4 %, and each step squares that.
    let high = 0x5fe6_eb50u32.wrapping_sub((x.to_bits() >> 33) as u32);
    let half = 0.5 * x;
    let inverse = (0..3).fold(f64::from_bits(u64::from(high) << 32), |y, _| y * (1.5 - half * y * y));
    let root = x * inverse;
    (root + 0.5 * inverse * (x - root * root)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_made_by_hand_has_the_bits_of_the_processors() {
        // All mantissas with an even and with an odd exponent; the others differ by exact powers of four.
        let all = (0x3f80_0000u32..0x4080_0000).step_by(if cfg!(target_arch = "x86_64") { 1 } else { 37 });
        for i in (0..0x7f80_0000u32).step_by(40_009).chain(0..2000).chain(0x7f7f_f000..0x7f80_0000).chain(all) {
            let x = f32::from_bits(i);
            assert_eq!(by_hand(x).to_bits(), x.sqrt().to_bits(), "{x:e}");
        }
        assert_eq!(by_hand(-0.0).to_bits(), (-0.0f32).to_bits());
        assert!(by_hand(f32::INFINITY) == f32::INFINITY && by_hand(f32::NAN).is_nan() && by_hand(-1.0).is_nan());
        assert_eq!(sqrt(2.0), core::f32::consts::SQRT_2);
    }
}
