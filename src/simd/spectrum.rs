//! Power of a spectrum, straight from the half-length transform of a real row.
//!
//! A real row of even length `n` is transformed as `h = n/2` complex numbers (even elements real, odd ones imaginary)
//! into `Z`. With `E = (Z[k] + conj Z[h-k]) / 2`, `D = (Z[k] - conj Z[h-k]) / 2` and `W = exp(-2 pi i k / n)` the
//! spectrum is `X[k] = E - i W D` and `X[h-k] = conj(E + i W D)` (Press et al., Numerical Recipes, section 12.3).
//! Every element is computed on its own: nothing depends on lanes. Both sides of the spectrum are walked together, in
//! lane rows from below and from above.

use super::{Isa, Level};
use rustfft::num_complex::Complex;

/// Pairs of bins that are made together.
const TILE: usize = 256;

/// The numbers seen as complex ones; an odd last one is left out.
#[must_use]
pub fn as_complex(x: &[f32]) -> &[Complex<f32>] {
    let (pairs, _) = x.as_chunks::<2>();
    // SAFETY: Complex is repr(C) of two f32 and so has size and alignment of the array; the lifetime is that of x.
    unsafe { core::slice::from_raw_parts(pairs.as_ptr().cast(), pairs.len()) }
}

/// The numbers seen as complex ones; an odd last one is left out.
pub fn as_complex_mut(x: &mut [f32]) -> &mut [Complex<f32>] {
    let (pairs, _) = x.as_chunks_mut::<2>();
    // SAFETY: as above, and the borrow is exclusive.
    unsafe { core::slice::from_raw_parts_mut(pairs.as_mut_ptr().cast(), pairs.len()) }
}

/// Power of the bins `k` and `h - k`, from `Z[k]`, `Z[h-k]`, and half of cosine and sine of `2 pi k / n`.
#[inline(always)]
fn pair([ar, ai]: [f32; 2], [br, bi]: [f32; 2], c: f32, s: f32) -> (f32, f32) {
    let (er, ei) = (0.5 * (ar + br), 0.5 * (ai - bi));
    let (dr, di) = (ar - br, ai + bi);
    let (tr, ti) = (c * di - s * dr, c * dr + s * di);
    let (xr, xi, yr, yi) = (er + tr, ei - ti, er - tr, ei + ti);
    (xr * xr + xi * xi, yr * yr + yi * yi)
}

per_level! {
    /// Power `|X[k]|^2`, or with `root` the magnitude, of the bins `0 ..= h`, from the half-length transform `z`.
    /// `cos` and `sin` hold the halved twiddles of `k = 1, 2, ...`, less than `h/2`.
    pub fn half_power(out: &mut [f32], z: &[f32], cos: &[f32], sin: &[f32], root: bool) {
        let (z, _) = z.as_chunks::<2>();
        let h = z.len();
        let pairs = h.saturating_sub(1) / 2;
        if let ([[re, im], inner @ ..], [first, out @ ..]) = (z, &mut *out)
            && let Some((last, out)) = out.split_last_mut()
        {
            (*first, *last) = ((re + im) * (re + im), (re - im) * (re - im));
            let (low, high) = inner.split_at(inner.len() / 2);
            let (out_low, out_high) = out.split_at_mut(out.len() / 2);
            // With an even h the middle bin is the first of the upper half: X[h/2] = conj Z[h/2].
            if let ([[re, im], ..], [middle, ..], 0) = (high, &mut *out_high, h & 1) {
                *middle = re * re + im * im;
            }
            let from_end = |n: usize| n.saturating_sub(pairs);
            let high = high.get(from_end(high.len())..).unwrap_or(&[]);
            let skip = from_end(out_high.len());
            let out_high = out_high.get_mut(skip..).unwrap_or_default();
            // Tile by tile the upper side is turned round, so that the loop that computes runs forward only.
            let (mut re, mut im) = ([0f32; TILE], [0f32; TILE]);
            let tiles = out_low.chunks_mut(TILE).zip(out_high.rchunks_mut(TILE));
            let z_tiles = low.chunks(TILE).zip(high.rchunks(TILE));
            let twiddles = cos.chunks(TILE).zip(sin.chunks(TILE));
            for (((p, q), (a, b)), (c, s)) in tiles.zip(z_tiles).zip(twiddles) {
                let (Some(re), Some(im)) = (re.get_mut(..b.len()), im.get_mut(..b.len())) else { return };
                for ((re, im), b) in re.iter_mut().zip(im.iter_mut()).zip(b) {
                    [*re, *im] = *b;
                }
                re.reverse();
                im.reverse();
                let (sides, b) = (p.iter_mut().zip(q.iter_mut()), re.iter().zip(im.iter()));
                for (((p, q), (a, (re, im))), (c, s)) in sides.zip(a.iter().zip(b)).zip(c.iter().zip(s)) {
                    (*p, *q) = pair(*a, [*re, *im], *c, *s);
                }
                q.reverse();
            }
        }
        if root {
            for p in out {
                *p = p.sqrt();
            }
        }
    }
}

per_level! {
    /// Power `|z[k]|^2`, or with `root` the magnitude, of as many elements as `out` has.
    pub fn power(out: &mut [f32], z: &[f32], root: bool) {
        let (z, _) = z.as_chunks::<2>();
        for (p, [re, im]) in out.iter_mut().zip(z) {
            *p = re * re + im * im;
        }
        if root {
            for p in out {
                *p = p.sqrt();
            }
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
    fn every_level_gives_the_same_bits() {
        for h in [1usize, 2, 3, 4, 16, 31, 32, 33, 34, 64, 65, 66, 67, 500] {
            let number = |i: usize| ((i * 7919 + 13) % 10_007) as f32 * 0.37 - 1500.0;
            let z: Vec<f32> = (0..2 * h).map(number).collect();
            let (cos, sin): (Vec<f32>, Vec<f32>) = (0..(h - 1) / 2).map(|i| (number(i + 7), number(i + 99))).unzip();
            for root in [false, true] {
                let run = |l: Level| {
                    let (mut a, mut b) = (vec![f32::NAN; h + 1], vec![f32::NAN; h]);
                    half_power(l, &mut a, &z, &cos, &sin, root);
                    power(l, &mut b, &z, root);
                    a.iter().chain(&b).map(|v| v.to_bits()).collect::<Vec<_>>()
                };
                let all: Vec<Vec<u32>> = levels().into_iter().map(run).collect();
                assert!(all.windows(2).all(|w| w[0] == w[1]), "{h}");
                assert!(all[0].iter().all(|v| f32::from_bits(*v).is_finite()), "an element of {h} was left out");
            }
        }
    }
}
