//! Correctly rounded square root, with and without the standard library.

/// `sqrt(x)`, rounded to nearest: the same bits on every target. Uses the processor's instruction where one exists.
#[must_use]
#[inline(always)]
pub fn sqrt(x: f32) -> f32 {
    // A PowerPC 750 has no such instruction, and C libraries need twice the time of this function
    // there.
    #[cfg(all(feature = "std", not(target_arch = "powerpc")))]
    {
        x.sqrt()
    }
    // The function of `core` is not stable yet, and neither is the compiler for SPARC without std.
    #[cfg(all(not(feature = "std"), target_arch = "sparc"))]
    {
        core::f32::math::sqrt(x)
    }
    #[cfg(not(any(
        all(feature = "std", not(target_arch = "powerpc")),
        all(not(feature = "std"), target_arch = "sparc")
    )))]
    {
        by_newton(x)
    }
}

/// `sqrt(x)` of an `f64`, as `f32`: over the whole range of `f32`, where `x` itself may be outside of it. The error is
/// below 0.5001 units in the last place, and the bits are the same on every target.
#[must_use]
pub fn sqrt_wide(x: f64) -> f32 {
    // Results below half of the smallest f32 or above the largest; zero, negative numbers,
    // infinity and NaN.
    if !(power_of_two(-300)..power_of_two(257)).contains(&x) {
        return if x > 1.0 { f32::INFINITY } else { sqrt(x as f32) };
    }
    // x = part 4^half, part from 1 to 4.
    let half = (((x.to_bits() >> 52) & 0x7ff) as i32).wrapping_sub(1023) >> 1;
    let part = x * power_of_two(half.wrapping_mul(-2));
    let root = f64::from(sqrt(part as f32));
    // One step of Newton's iteration, from 24 to 48 bits.
    (0.5 * (root + part / root) * power_of_two(half)) as f32
}

/// `2^e`, for `e` from -1022 to 1023.
#[must_use]
pub fn power_of_two(e: i32) -> f64 {
    f64::from_bits(u64::from(e.wrapping_add(1023).cast_unsigned()) << 52)
}

/// Newton's iteration for the reciprocal root in `f64`, with multiplications only; then the root, corrected once by the
/// difference of its square and `x`. The result is within a few units in the last place of the `f64`. The root of an
/// `f32` is never that close to the midpoint of two `f32`, so the rounding is correct: a test covers all mantissas.
#[cfg_attr(not(test), allow(dead_code))]
fn by_newton(x: f32) -> f32 {
    // Negative numbers; and zero of either sign, infinity and NaN, which are their own roots.
    if x.to_bits().wrapping_sub(1) >= 0x7f7f_ffff {
        return if x < 0.0 { f32::NAN } else { x };
    }
    let x = f64::from(x);
    // The initial value halves the exponent. Its error is below 4 %, and each step squares the
    // error.
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
    fn newton_has_the_bits_of_the_processor() {
        // All mantissas with an even and an odd exponent; other exponents differ by exact powers of
        // four.
        let all = (0x3f80_0000u32..0x4080_0000).step_by(if cfg!(target_arch = "x86_64") { 1 } else { 37 });
        for i in (0..0x7f80_0000u32).step_by(40_009).chain(0..2000).chain(0x7f7f_f000..0x7f80_0000).chain(all) {
            let x = f32::from_bits(i);
            assert_eq!(by_newton(x).to_bits(), x.sqrt().to_bits(), "{x:e}");
        }
        assert_eq!(by_newton(-0.0).to_bits(), (-0.0f32).to_bits());
        assert!(by_newton(f32::INFINITY) == f32::INFINITY && by_newton(f32::NAN).is_nan() && by_newton(-1.0).is_nan());
        assert_eq!(sqrt(2.0), core::f32::consts::SQRT_2);
    }

    #[test]
    fn roots_of_wide_numbers_are_within_half_a_unit() {
        let mut state = 1u64;
        for e in -298..257 {
            for _ in 0..40 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let x = power_of_two(e) * (1.0 + (state >> 12) as f64 * power_of_two(-52));
                // Only roots near the middle of two f32 may be rounded in the other direction.
                let (got, want) = (sqrt_wide(x), x.sqrt());
                let unit = f64::from(got.next_up()) - f64::from(got);
                assert!(got == want as f32 || (f64::from(got) - want).abs() < 0.5001 * unit, "{x:e}");
            }
        }
        for v in [f32::MAX, 1e-45, 1.5, f32::MIN_POSITIVE, 1.8e19, 3e-41] {
            assert_eq!(sqrt_wide(f64::from(v) * f64::from(v)), v);
        }
        for (x, want) in [(0.0, 0.0f32), (f64::INFINITY, f32::INFINITY), (1e300, f32::INFINITY), (1e-300, 0.0)] {
            assert_eq!(sqrt_wide(x), want);
        }
        assert!(sqrt_wide(f64::NAN).is_nan() && sqrt_wide(-1.0).is_nan());
    }
}
