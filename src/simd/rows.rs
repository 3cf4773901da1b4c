//! Loops over the elements of a row: products, sums with positions, the maximum.

use super::{Isa, LANES, Level, VECTORS, fold_lanes};

/// Elements summed in `f32` before the sum is added to an `f64`: bounds the error for rows of any length.
const RUN: usize = 1024;

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

/// Two lane rows.
type Pairs = [f32; 2 * LANES];

#[inline(always)]
fn moments_by_block(s: &mut Pairs, w: &mut Pairs, at: &mut Pairs, blocks: &[Pairs]) {
    for block in blocks {
        for (((s, w), k), v) in s.iter_mut().zip(&mut *w).zip(&mut *at).zip(block) {
            *s += v;
            *w += v * *k;
            *k += (2 * LANES) as f32;
        }
    }
}

/// As [`moments_by_block`], lane by lane, so that the numbers of a lane stay in registers: for processors without
/// vectors.
#[inline(always)]
fn moments_by_lane(s: &mut Pairs, w: &mut Pairs, at: &mut Pairs, blocks: &[Pairs]) {
    for (lane, ((s, w), at)) in s.iter_mut().zip(w).zip(at).enumerate() {
        let (mut sum, mut weighted, mut k) = (*s, *w, *at);
        for v in blocks.iter().filter_map(|block| block.get(lane)) {
            sum += v;
            weighted += v * k;
            k += (2 * LANES) as f32;
        }
        (*s, *w, *at) = (sum, weighted, k);
    }
}

per_level! {
    /// `(sum x[k], sum k * x[k])`. Runs of 1024 elements are summed in `f32` lanes, counting positions from the start
    /// of the run; the runs are added in `f64`.
    pub fn moments(x: &[f32]) -> (f64, f64) {
        let (mut sum, mut weighted, mut start) = (0f64, 0f64, 0f64);
        for run in x.chunks(RUN) {
            let (mut s, mut w, mut at) = ([0f32; 2 * LANES], [0f32; 2 * LANES], [0f32; 2 * LANES]);
            for (i, k) in at.iter_mut().enumerate() {
                *k = i as f32;
            }
            let (blocks, rest) = run.as_chunks();
            if VECTORS {
                moments_by_block(&mut s, &mut w, &mut at, blocks);
            } else {
                moments_by_lane(&mut s, &mut w, &mut at, blocks);
            }
            for (((s, w), k), v) in s.iter_mut().zip(&mut w).zip(&at).zip(rest) {
                *s += v;
                *w += v * k;
            }
            let run_sum = f64::from(fold_pairs(s));
            sum += run_sum;
            weighted += f64::from(fold_pairs(w)) + start * run_sum;
            start += RUN as f64;
        }
        (sum, weighted)
    }
}

per_level! {
    /// `sum x[k]^2`: runs of 1024 elements in `f32` lanes, the runs in `f64`.
    pub fn energy(x: &[f32]) -> f64 {
        let mut sum = 0f64;
        for run in x.chunks(RUN) {
            let mut s = [0f32; 2 * LANES];
            let (blocks, rest) = run.as_chunks::<{ 2 * LANES }>();
            for block in blocks {
                for (s, v) in s.iter_mut().zip(block) {
                    *s += v * v;
                }
            }
            for (s, v) in s.iter_mut().zip(rest) {
                *s += v * v;
            }
            sum += f64::from(fold_pairs(s));
        }
        sum
    }
}

per_level! {
    /// `sum x[k]^2`, exact.
    pub fn energy_i16(x: &[i16]) -> u64 {
        x.iter().fold(0u64, |sum, v| {
            let v = i32::from(*v);
            sum.wrapping_add(u64::from(v.wrapping_mul(v).unsigned_abs()))
        })
    }
}

/// Sum of two lane rows: adds the rows, then the lanes.
#[inline(always)]
fn fold_pairs(lanes: [f32; 2 * LANES]) -> f32 {
    let (rows, _) = lanes.as_chunks::<LANES>();
    let mut all = [0f32; LANES];
    if let [first, second] = rows {
        for ((sum, a), b) in all.iter_mut().zip(first).zip(second) {
            *sum = a + b;
        }
    }
    fold_lanes(all)
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
    fn lane_by_lane_gives_the_bits_of_block_by_block() {
        for n in [0, 1, 2, 31] {
            let mut blocks = vec![[0f32; 2 * LANES]; n];
            blocks.as_flattened_mut().copy_from_slice(&noise(n * 2 * LANES));
            let start: Pairs = core::array::from_fn(|i| i as f32);
            let (mut a, mut b) = ([start; 3], [start; 3]);
            let [s, w, at] = &mut a;
            moments_by_block(s, w, at, &blocks);
            let [s, w, at] = &mut b;
            moments_by_lane(s, w, at, &blocks);
            assert_eq!(a, b);
            assert!(n == 0 || a.iter().all(|lanes| *lanes != start));
        }
    }

    #[test]
    fn sums_are_the_same_at_every_level_and_close_to_f64() {
        for n in SIZES {
            let x = noise(n);
            let (s, w) = same(|l| moments(l, &x));
            let exact = x.iter().map(|v| f64::from(*v)).sum::<f64>();
            let exact_w = x.iter().enumerate().map(|(k, v)| k as f64 * f64::from(*v)).sum::<f64>();
            let size = x.iter().map(|v| f64::from(v.abs())).sum::<f64>();
            assert!((s - exact).abs() <= size * 1e-6, "{s} {exact}");
            assert!((w - exact_w).abs() <= size * n as f64 * 1e-6, "{w} {exact_w}");
            let e = same(|l| energy(l, &x));
            let exact = x.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>();
            assert!((e - exact).abs() <= exact * 1e-6, "{e} {exact}");
        }
        let ints = [i16::MIN; 100];
        assert_eq!(same(|l| energy_i16(l, &ints)), 100 << 30);
    }
}
