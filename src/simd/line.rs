//! Sums of a row for its least-squares line, and the row without a line: in `f64`, positions counted from the middle.

use super::{Isa, LANES, Level, VECTORS, fold_lanes};

/// Numbers of a lane row.
type Lane = [f64; LANES];

/// Positions of the first lane row of `n` elements, from their middle: whole or half numbers, exact.
#[inline(always)]
fn positions(n: usize) -> Lane {
    let middle = n.saturating_sub(1) as f64 / 2.0;
    core::array::from_fn(|k| k as f64 - middle)
}

/// `(sum x[k], sum (k - c) x[k])`, each in sixteen interleaved partial sums. Without vectors lane by lane, so that the
/// numbers of a lane stay in registers.
#[inline(always)]
fn sums<T: Copy + Into<f64>>(x: &[T]) -> (f64, f64) {
    let (mut sum, mut weighted, mut at) = ([0f64; LANES], [0f64; LANES], positions(x.len()));
    let (blocks, rest) = x.as_chunks::<LANES>();
    if VECTORS {
        for block in blocks {
            add(&mut sum, &mut weighted, &mut at, block);
        }
    } else {
        for (lane, ((sum, weighted), at)) in sum.iter_mut().zip(&mut weighted).zip(&mut at).enumerate() {
            let (mut s, mut w, mut k) = (*sum, *weighted, *at);
            for v in blocks.iter().filter_map(|block| block.get(lane)) {
                let v = (*v).into();
                s += v;
                w += v * k;
                k += LANES as f64;
            }
            (*sum, *weighted, *at) = (s, w, k);
        }
    }
    add(&mut sum, &mut weighted, &mut at, rest);
    (fold_lanes(sum), fold_lanes(weighted))
}

/// Adds a lane row, or the start of one, at the positions `at`, which move to the next.
#[inline(always)]
fn add<T: Copy + Into<f64>>(sum: &mut Lane, weighted: &mut Lane, at: &mut Lane, x: &[T]) {
    for (((s, w), k), v) in sum.iter_mut().zip(weighted).zip(at).zip(x) {
        let v = (*v).into();
        *s += v;
        *w += v * *k;
        *k += LANES as f64;
    }
}

/// `out = x - (mean + slope * at)` for a lane row, or the start of one; `at` moves to the next.
#[inline(always)]
fn subtract<T: Copy + Into<f64>>(out: &mut [f32], x: &[T], mean: f64, slope: f64, at: &mut Lane) {
    for ((y, x), k) in out.iter_mut().zip(x).zip(at) {
        let v: f64 = (*x).into();
        *y = (v - (mean + slope * *k)) as f32;
        *k += LANES as f64;
    }
}

#[inline(always)]
fn minus<T: Copy + Into<f64>>(out: &mut [f32], x: &[T], mean: f64, slope: f64) {
    let mut at = positions(x.len());
    let (blocks, rest) = x.as_chunks::<LANES>();
    let (out_blocks, out_rest) = out.as_chunks_mut::<LANES>();
    for (out, block) in out_blocks.iter_mut().zip(blocks) {
        subtract(out, block, mean, slope, &mut at);
    }
    subtract(out_rest, rest, mean, slope, &mut at);
}

per_level! {
    /// `(sum x[k], sum (k - c) x[k])` with the middle `c = (n - 1) / 2`.
    pub fn line_sums(x: &[f32]) -> (f64, f64) {
        sums(x)
    }
}

per_level! {
    /// [`line_sums`] of integers.
    pub fn line_sums_i16(x: &[i16]) -> (f64, f64) {
        sums(x)
    }
}

per_level! {
    /// `out[k] = x[k] - (mean + slope (k - c))`, rounded once.
    pub fn minus_line(out: &mut [f32], x: &[f32], mean: f64, slope: f64) {
        minus(out, x, mean, slope);
    }
}

per_level! {
    /// [`minus_line`] of integers.
    pub fn minus_line_i16(out: &mut [f32], x: &[i16], mean: f64, slope: f64) {
        minus(out, x, mean, slope);
    }
}

#[cfg(test)]
mod tests {
    use super::super::levels;
    use super::*;
    use std::vec;
    use std::vec::Vec;

    #[test]
    fn every_level_gives_the_same_sums_and_rows() {
        for n in [0usize, 1, 2, 15, 16, 17, 33, 1000] {
            let ints: Vec<i16> = (0..n).map(|i| ((i * 7919 + 13) % 20_011) as i16).collect();
            let x: Vec<f32> = ints.iter().map(|v| f32::from(*v) * 0.37 - 1500.0).collect();
            let rows = |l: Level| {
                let (mut y, mut z) = (vec![0f32; n], vec![0f32; n]);
                minus_line(l, &mut y, &x, 3.7, 0.013);
                minus_line_i16(l, &mut z, &ints, 3.7, 0.013);
                (line_sums(l, &x), line_sums_i16(l, &ints), y, z)
            };
            let all: Vec<_> = levels().into_iter().map(rows).collect();
            assert!(all.windows(2).all(|w| w[0] == w[1]), "{n}");
            // Sums of whole and half numbers below 2^52 are exact in any order.
            let middle = (n as f64 - 1.0) / 2.0;
            let weighted: f64 = ints.iter().enumerate().map(|(k, v)| (k as f64 - middle) * f64::from(*v)).sum();
            assert_eq!(all[0].1, (ints.iter().map(|v| f64::from(*v)).sum(), weighted), "{n}");
            let row = |v: f64, k: usize| (v - (3.7 + 0.013 * (k as f64 - middle))) as f32;
            assert!(all[0].2.iter().enumerate().all(|(k, y)| *y == row(x[k].into(), k)), "{n}");
            assert!(all[0].3.iter().enumerate().all(|(k, y)| *y == row(ints[k].into(), k)), "{n}");
        }
    }
}
