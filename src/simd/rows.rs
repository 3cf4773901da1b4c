//! Loops over the elements of a row: products, the maximum.

use super::{Isa, LANES, Level};

per_level! {
    /// `out = x * w`, element by element.
    pub fn mul(out: &mut [f32], x: &[f32], w: &[f32]) {
        for ((y, x), w) in out.iter_mut().zip(x).zip(w) {
            *y = x * w;
        }
    }
}

per_level! {
    /// `out = x * w`, element by element.
    pub fn mul_i16(out: &mut [f32], x: &[i16], w: &[f32]) {
        for ((y, x), w) in out.iter_mut().zip(x).zip(w) {
            *y = f32::from(*x) * w;
        }
    }
}

per_level! {
    /// The largest element, NaN skipped; `-inf` if all are NaN.
    pub fn max(x: &[f32]) -> f32 {
        // Four lane rows, because the latency of a maximum is several cycles.
        let mut best = [f32::NEG_INFINITY; 4 * LANES];
        let (blocks, rest) = x.as_chunks::<{ 4 * LANES }>();
        for block in blocks {
            for (m, v) in best.iter_mut().zip(block) {
                *m = if *v > *m { *v } else { *m };
            }
        }
        let top = best.iter().fold(f32::NEG_INFINITY, |m, v| if *v > m { *v } else { m });
        rest.iter().fold(top, |m, v| if *v > m { *v } else { m })
    }
}

per_level! {
    /// Position of the first element equal to `value`.
    pub fn find(x: &[f32], value: f32) -> Option<usize> {
        let (blocks, rest) = x.as_chunks::<{ 4 * LANES }>();
        for (i, block) in blocks.iter().enumerate() {
            if block.iter().fold(false, |any, v| any | (*v == value)) {
                let within = block.iter().position(|v| *v == value).unwrap_or(0);
                return Some(i.wrapping_mul(4 * LANES).wrapping_add(within));
            }
        }
        let within = rest.iter().position(|v| *v == value)?;
        Some(x.len().wrapping_sub(rest.len()).wrapping_add(within))
    }
}

/// Position of the largest element, the first of equal ones. NaN is below all numbers; 0 if all are NaN.
#[must_use]
pub fn argmax(level: Level, x: &[f32]) -> usize {
    find(level, x, max(level, x)).unwrap_or(0)
}

per_level! {
    /// Bits of the largest magnitude of `x`: the bits without the sign, compared as integers. An infinity is above all
    /// numbers, and a NaN above all infinities: `f32::INFINITY.to_bits()` or more if an element is not finite.
    pub fn peak(x: &[f32]) -> u32 {
        x.iter().fold(0i32, |m, v| m.max((v.to_bits() & 0x7fff_ffff).cast_signed())).cast_unsigned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::levels;
    use super::*;
    use std::vec;
    use std::vec::Vec;

    const SIZES: [usize; 12] = [0, 1, 2, 15, 16, 31, 32, 33, 63, 65, 1023, 3001];

    fn noise(n: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * 7919 + 13) % 10_007) as f32 * 0.37 - 1500.0).collect()
    }

    /// Runs `f` at every level and asserts that the results are equal.
    fn same<T: PartialEq + core::fmt::Debug>(f: impl Fn(Level) -> T) -> T {
        let mut all: Vec<T> = levels().into_iter().map(f).collect();
        assert!(all.windows(2).all(|w| w[0] == w[1]), "{all:?}");
        all.pop().unwrap()
    }

    #[test]
    fn products_are_the_same_at_every_level() {
        for n in SIZES {
            let (x, w) = (noise(n), noise(n + 5));
            let ints: Vec<i16> = x.iter().map(|v| (v * 8.0) as i16).collect();
            let bits = |y: Vec<f32>| y.into_iter().map(f32::to_bits).collect::<Vec<_>>();
            let got = same(|l| {
                let mut y = vec![0f32; n];
                mul(l, &mut y, &x, &w);
                bits(y)
            });
            assert_eq!(got, bits((0..n).map(|i| x[i] * w[i]).collect()));
            let got = same(|l| {
                let mut y = vec![0f32; n];
                mul_i16(l, &mut y, &ints, &w);
                bits(y)
            });
            assert_eq!(got, bits((0..n).map(|i| f32::from(ints[i]) * w[i]).collect()));
        }
    }

    #[test]
    fn the_first_maximum_is_found_and_nan_is_below_all_numbers() {
        for n in SIZES {
            for at in (0..n).step_by(7) {
                let mut x = vec![1f32; n];
                x[n - 1] = 2.0;
                x[at] = 2.0;
                x[0] = f32::NAN;
                let first = if at == 0 { n - 1 } else { at };
                assert_eq!(same(|l| argmax(l, &x)), if n == 1 { 0 } else { first });
            }
        }
        assert_eq!(same(|l| argmax(l, &[f32::NAN, f32::NEG_INFINITY, f32::NEG_INFINITY])), 1);
        assert_eq!(same(|l| argmax(l, &[f32::NAN; 70])), 0);
        assert_eq!(same(|l| argmax(l, &[])), 0);
        assert_eq!(same(|l| argmax(l, &[-0.0, 0.0])), 0);
    }

    #[test]
    fn the_peak_has_the_bits_of_the_largest_magnitude() {
        for n in SIZES {
            let mut x = noise(n);
            let want = x.iter().fold(0f32, |m, v| m.max(v.abs())).to_bits();
            assert_eq!(same(|l| peak(l, &x)), want);
            for bad in [f32::INFINITY, f32::NEG_INFINITY, f32::NAN, -f32::NAN] {
                x.iter_mut().skip(n / 2).take(1).for_each(|v| *v = bad);
                assert_eq!(same(|l| peak(l, &x)), if n == 0 { 0 } else { bad.abs().to_bits() });
            }
        }
        assert_eq!(same(|l| peak(l, &[-0.0, -1e-45])), 1);
    }
}
