//! The largest and the smallest element of a row, NaN if one is.

use super::{Isa, LANES, Level};

/// Elements compared at a time: four lane rows, because the latency of a comparison is several cycles.
const WIDE: usize = 4 * LANES;

#[inline(always)]
fn extreme(x: &[f32], start: f32, better: impl Fn(f32, f32) -> bool) -> f32 {
    let (mut best, mut odd) = ([start; WIDE], false);
    let (blocks, rest) = x.as_chunks::<WIDE>();
    for block in blocks {
        for (m, v) in best.iter_mut().zip(block) {
            *m = if better(*v, *m) { *v } else { *m };
        }
        odd |= block.iter().fold(false, |any, v| any | v.is_nan());
    }
    odd |= rest.iter().fold(false, |any, v| any | v.is_nan());
    let all = best.iter().chain(rest);
    let best = all.fold(start, |m, v| if better(*v, m) { *v } else { m });
    // Of equal zeros either may be found: the result is +0.
    if odd { f32::NAN } else { best + 0.0 }
}

per_level! {
    /// The largest element; NaN if there is one.
    pub fn highest(x: &[f32]) -> f32 {
        extreme(x, f32::NEG_INFINITY, |v, m| v > m)
    }
}

per_level! {
    /// The smallest element; NaN if there is one.
    pub fn lowest(x: &[f32]) -> f32 {
        extreme(x, f32::INFINITY, |v, m| v < m)
    }
}

#[cfg(test)]
mod tests {
    use super::super::levels;
    use super::*;
    use std::vec;

    #[test]
    fn every_level_finds_both_ends_wherever_they_are() {
        for n in [1usize, 2, 15, 16, 63, 64, 65, 200] {
            for at in (0..n).step_by(5) {
                for level in levels() {
                    let mut x = vec![-0.0f32; n];
                    let zero = (highest(level, &x), lowest(level, &x));
                    assert!(zero == (0.0, 0.0) && zero.0.is_sign_positive() && zero.1.is_sign_positive());
                    x[at] = 3.5;
                    assert_eq!((highest(level, &x), lowest(level, &x)), (3.5, if n == 1 { 3.5 } else { 0.0 }));
                    x[at] = f32::NEG_INFINITY;
                    assert_eq!((highest(level, &x), lowest(level, &x)).1, f32::NEG_INFINITY);
                    x[at] = f32::NAN;
                    assert!(highest(level, &x).is_nan() && lowest(level, &x).is_nan(), "{n} {at}");
                }
            }
        }
    }
}
