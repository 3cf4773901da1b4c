//! Random numbers by index: draw n of a stream does not depend on earlier draws.

/// 64 random bits of index `n` (splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
/// 2014).
pub(crate) fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Approximately normal with mean 0 and variance 1: the sum of the four 16-bit parts of random bits.
pub(crate) fn normal(bits: u64) -> f32 {
    const MIDDLE: f32 = 2.0 * 65_535.0;
    // The variance of a part is (2^32 - 1) / 12, that of the sum a third of 2^32.
    const SCALE: f32 = 1.0 / 37_837.227;
    let sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
    (sum as f32 - MIDDLE) * SCALE
}

/// Uniform in the open interval from 0 to 1.
pub(crate) fn uniform(bits: u64) -> f64 {
    ((bits >> 11) as f64 + 0.5) / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_expected_moments() {
        let n = 200_000u64;
        let moment = |f: &dyn Fn(u64) -> f64| (0..n).map(|i| f(mix(i))).sum::<f64>() / n as f64;
        assert!(moment(&|b| f64::from(normal(b))).abs() < 0.01);
        assert!((moment(&|b| f64::from(normal(b)).powi(2)) - 1.0).abs() < 0.01);
        assert!((moment(&uniform) - 0.5).abs() < 0.005);
    }
}
