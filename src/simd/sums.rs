//! Sums over a row in `f64`: of the elements, of their squares, and with their positions.
//!
//! Sixteen interleaved partial sums, which are added pairwise at the end. Of `f32`, elements and their squares are
//! exact in `f64`, and no sum leaves its range. With `u = 2^-53`, an error is below `(n / 16 + 5) u` times the sum of
//! the magnitudes; in the weighted sum, below `(n / 8 + 10) u` times that of the weighted magnitudes.

use super::{Isa, LANES, Level, VECTORS, fold_lanes};
use core::hint::black_box;

/// A partial sum per lane.
type Lanes = [f64; LANES];

/// Lane rows of a row.
type Blocks = [[f32; LANES]];

/// Adds `f` of each element to its lane: lane row by lane row, or lane by lane, so that the sum stays in a register on
/// processors without vectors. Both give the same bits.
#[inline(always)]
fn accumulate(vectors: bool, blocks: &Blocks, f: impl Fn(f64) -> f64) -> Lanes {
    let mut lanes = [0f64; LANES];
    if vectors {
        for block in blocks {
            for (sum, v) in lanes.iter_mut().zip(block) {
                *sum += f(f64::from(*v));
            }
        }
        // Compilers would choose the shape of the loop after the additions at the end.
        return black_box(lanes);
    }
    for (lane, sum) in lanes.iter_mut().enumerate() {
        for v in blocks.iter().filter_map(|block| block.get(lane)) {
            *sum += f(f64::from(*v));
        }
    }
    lanes
}

/// The sum of `f` of all elements; those after the last full lane row are added to lanes 0, 1, ...
#[inline(always)]
fn total(x: &[f32], f: impl Fn(f64) -> f64) -> f64 {
    let (blocks, rest) = x.as_chunks();
    let mut lanes = accumulate(VECTORS, blocks, &f);
    for (sum, v) in lanes.iter_mut().zip(rest) {
        *sum += f(f64::from(*v));
    }
    fold_lanes(lanes)
}

/// For each lane, from the last lane row to the first: the sum of the elements, and the sum of all these sums but the
/// last. The second contains the element of lane row `j` in `j` terms, so that it is the sum weighted by `j`.
#[inline(always)]
fn accumulate_weighted(vectors: bool, blocks: &Blocks) -> (Lanes, Lanes) {
    let (mut sums, mut weighted) = ([0f64; LANES], [0f64; LANES]);
    if vectors {
        for block in blocks.iter().rev() {
            for ((s, w), v) in sums.iter_mut().zip(&mut weighted).zip(block) {
                *w += *s;
                *s += f64::from(*v);
            }
        }
        return black_box((sums, weighted));
    }
    for (lane, (s, w)) in sums.iter_mut().zip(&mut weighted).enumerate() {
        let (mut sum, mut of_sums) = (0f64, 0f64);
        for v in blocks.iter().rev().filter_map(|block| block.get(lane)) {
            of_sums += sum;
            sum += f64::from(*v);
        }
        (*s, *w) = (sum, of_sums);
    }
    (sums, weighted)
}

per_level! {
    /// `sum x[k]`.
    pub fn sum(x: &[f32]) -> f64 {
        total(x, |v| v)
    }
}

per_level! {
    /// `sum x[k]^2`.
    pub fn energy(x: &[f32]) -> f64 {
        total(x, |v| v * v)
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

per_level! {
    /// `(sum x[k], sum k * x[k])`.
    pub fn moments(x: &[f32]) -> (f64, f64) {
        let (blocks, rest) = x.as_chunks();
        let (mut sums, mut weighted) = accumulate_weighted(VECTORS, blocks);
        let start = x.len().wrapping_sub(rest.len()) as f64;
        for (lane, (s, w)) in sums.iter_mut().zip(&mut weighted).enumerate() {
            *w = *w * LANES as f64 + *s * lane as f64;
            if let Some(v) = rest.get(lane) {
                *s += f64::from(*v);
                *w += f64::from(*v) * (start + lane as f64);
            }
        }
        (fold_lanes(sums), fold_lanes(weighted))
    }
}

#[cfg(test)]
mod tests {
    use super::super::levels;
    use super::*;
    use std::vec;
    use std::vec::Vec;

    const SIZES: [usize; 14] = [0, 1, 2, 15, 16, 17, 31, 32, 33, 63, 65, 1023, 1024, 3001];

    /// Runs `f` at every level and asserts that the results are equal.
    fn same<T: PartialEq + core::fmt::Debug>(f: impl Fn(Level) -> T) -> T {
        let mut all: Vec<T> = levels().into_iter().map(f).collect();
        assert!(all.windows(2).all(|w| w[0] == w[1]), "{all:?}");
        all.pop().unwrap()
    }

    /// Sums of elements, squares and weighted elements, and of their magnitudes: exact, of multiples of 2^-20.
    fn exact(x: &[f32]) -> [[f64; 2]; 3] {
        let unit = f64::from(1u32 << 20);
        let mut all = [[0i128; 2]; 3];
        for (k, v) in (0i128..).zip(x) {
            let v = (f64::from(*v) * unit) as i128;
            for (sums, term) in all.iter_mut().zip([v, v * v, k * v]) {
                sums[0] += term;
                sums[1] += term.abs();
            }
        }
        let [sum, energy, weighted] = all.map(|sums| sums.map(|v| v as f64 / unit));
        [sum, energy.map(|v| v / unit), weighted]
    }

    #[test]
    fn sums_are_the_same_at_every_level_and_within_their_bounds() {
        let noise = |i: usize| ((i * 7919 + 13) % 10_007) as f32 * 0.375 - 1500.0;
        // Of opposite signs and all magnitudes, so that little is left.
        let opposite = |i: usize| (((i / 2) % 40) as f32 - 18.0).exp2() * (1.0 - 2.0 * (i % 2) as f32);
        let near = |i: usize| 1e6 + (i % 2) as f32;
        for n in SIZES.into_iter().chain([1 << 17]) {
            for f in [&noise as &dyn Fn(usize) -> f32, &opposite, &near] {
                let x: Vec<f32> = (0..n).map(f).collect();
                let [elements, squares, weighted] = exact(&x);
                let within = |got: f64, want: [f64; 2], steps: f64| {
                    let bound = steps * f64::EPSILON / 2.0 * want[1];
                    assert!((got - want[0]).abs() <= bound + want[0].abs() * 1e-16, "{n}: {got} {want:?}");
                };
                within(same(|l| sum(l, &x)), elements, n as f64 / 16.0 + 5.0);
                within(same(|l| energy(l, &x)), squares, n as f64 / 16.0 + 5.0);
                let (s, w) = same(|l| moments(l, &x));
                within(s, elements, n as f64 / 16.0 + 5.0);
                within(w, weighted, n as f64 / 8.0 + 10.0);
            }
        }
        assert_eq!(same(|l| energy_i16(l, &[i16::MIN; 100])), 100 << 30);
        assert_eq!(same(|l| energy(l, &[f32::MAX, 1e-45])), f64::from(f32::MAX).powi(2));
    }

    #[test]
    fn lane_by_lane_gives_the_bits_of_block_by_block() {
        for n in [0, 1, 2, 31] {
            let mut blocks = vec![[0f32; LANES]; n];
            let noise = |i: usize| ((i * 7919 + 13) % 10_007) as f32 * 0.37 - 1500.0;
            blocks.as_flattened_mut().iter_mut().enumerate().for_each(|(i, v)| *v = noise(i));
            let square = |v: f64| v * v;
            let lanes = accumulate(true, &blocks, square);
            assert_eq!(lanes, accumulate(false, &blocks, square));
            let both = accumulate_weighted(true, &blocks);
            assert_eq!(both, accumulate_weighted(false, &blocks));
            assert!(n == 0 || lanes.iter().chain(&both.0).all(|v| *v != 0.0));
        }
    }
}
