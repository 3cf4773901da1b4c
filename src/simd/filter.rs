//! Filters over a row, and the scan for elements above a bar.

use super::rows::fold_pairs;
use super::{Isa, LANES, Level};

/// Outputs of a filter that are made together, and elements that are compared together.
pub const BLOCK: usize = 4 * LANES;

per_level! {
    /// `out[j] = sum h[i] * x[j + i]`, the sum in the order of `i`, starting from 0.
    pub fn correlate(out: &mut [f32], x: &[f32], h: &[f32]) {
        let mut x = x;
        for y in out.chunks_mut(BLOCK) {
            // Sums of a whole block stay in registers; each has the order of a plain loop.
            let mut sums = [0f32; BLOCK];
            if y.len() == BLOCK {
                for (t, seen) in h.iter().zip(x.windows(BLOCK)) {
                    for (s, v) in sums.iter_mut().zip(seen) {
                        *s += t * v;
                    }
                }
            } else {
                for (s, seen) in sums.iter_mut().zip(x.windows(h.len().max(1))).take(y.len()) {
                    *s = h.iter().zip(seen).fold(0f32, |s, (t, v)| s + t * v);
                }
            }
            y.copy_from_slice(sums.get(..y.len()).unwrap_or(&[]));
            x = x.get(y.len()..).unwrap_or(&[]);
        }
    }
}

per_level! {
    /// `out[j] = sum h[i] * x[j * step + i]`, each sum in 32 interleaved partial sums.
    pub fn decimate(out: &mut [f32], x: &[f32], h: &[f32], step: usize) {
        let seen = x.windows(h.len().max(1)).step_by(step.max(1));
        for (y, seen) in out.iter_mut().zip(seen) {
            let mut sums = [0f32; 2 * LANES];
            let ((a, a_rest), (b, b_rest)) = (h.as_chunks::<{ 2 * LANES }>(), seen.as_chunks::<{ 2 * LANES }>());
            for (a, b) in a.iter().zip(b) {
                for ((s, t), v) in sums.iter_mut().zip(a).zip(b) {
                    *s += t * v;
                }
            }
            for ((s, t), v) in sums.iter_mut().zip(a_rest).zip(b_rest) {
                *s += t * v;
            }
            *y = fold_pairs(sums);
        }
    }
}

per_level! {
    /// Start of the first block of [`BLOCK`] elements (the last may be shorter) with one above `bar` in it.
    pub fn block_above(x: &[f32], bar: f32) -> Option<usize> {
        let (blocks, rest) = x.as_chunks::<BLOCK>();
        let any = |block: &[f32]| block.iter().fold(false, |any, v| any | (*v > bar));
        match blocks.iter().position(|block| block.iter().fold(false, |any, v| any | (*v > bar))) {
            Some(i) => Some(i.wrapping_mul(BLOCK)),
            None => any(rest).then_some(x.len().wrapping_sub(rest.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::levels;
    use super::*;
    use std::vec;
    use std::vec::Vec;

    #[test]
    fn filters_give_the_same_bits_at_every_level() {
        let x: Vec<f32> = (0..700).map(|i| ((i * 7919 + 13) % 10_007) as f32 * 0.37 - 1500.0).collect();
        for (n, taps, step) in
            [(1, 1, 1), (64, 1, 1), (65, 2, 3), (300, 33, 2), (500, 32, 4), (128, 128, 1), (700, 99, 7)]
        {
            let (x, h) = (&x[..n], &x[100..100 + taps]);
            let run = |l: Level| {
                let (mut a, mut b) = (vec![0f32; n - taps + 1], vec![0f32; (n - taps) / step + 1]);
                correlate(l, &mut a, x, h);
                decimate(l, &mut b, x, h, step);
                a.iter().chain(&b).map(|v| v.to_bits()).collect::<Vec<_>>()
            };
            let all: Vec<_> = levels().into_iter().map(run).collect();
            assert!(all.windows(2).all(|w| w[0] == w[1]), "{n} {taps}");
            for (j, v) in all[0][..n - taps + 1].iter().enumerate() {
                let plain = (0..taps).fold(0f32, |s, i| s + h[i] * x[j + i]);
                assert_eq!(*v, plain.to_bits());
            }
        }
    }

    #[test]
    fn the_first_block_with_a_greater_element_is_found() {
        for at in [0usize, 1, 63, 64, 200, 255, 256, 260] {
            let mut x = vec![1f32; 261];
            x[at] = 2.0;
            x[at / 2] = f32::NAN;
            for l in levels() {
                let want = (at > 0).then_some(at / BLOCK * BLOCK);
                assert_eq!(block_above(l, &x, 1.0), want);
                assert_eq!(block_above(l, &x, 2.0), None);
            }
        }
    }
}
