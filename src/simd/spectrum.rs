//! Power of a spectrum, directly from the half-length transform of a real row.
//!
//! A real row of even length `n` is transformed as `h = n/2` complex numbers (even elements real, odd ones imaginary)
//! into `Z`. With `E = (Z[k] + conj Z[h-k]) / 2`, `D = (Z[k] - conj Z[h-k]) / 2` and `W = exp(-2 pi i k / n)` the
//! spectrum is `X[k] = E - i W D` and `X[h-k] = conj(E + i W D)` (Press et al., Numerical Recipes, section 12.3). Every
//! element is computed on its own, independent of lanes. Both halves of the spectrum are processed together, in lane
//! rows from either end; without vectors pair by pair.

use super::{Isa, Level, VECTORS};
use crate::util::root::sqrt;
#[cfg(feature = "fft")]
use sqrtspace_fft::Complex32;

/// Pairs of bins computed together.
const TILE: usize = 256;

/// Casts numbers to complex ones; without an odd last one.
#[cfg(feature = "fft")]
#[must_use]
pub fn as_complex(x: &[f32]) -> &[Complex32] {
    let (pairs, _) = x.as_chunks::<2>();
    // SAFETY: Complex is repr(C) of two f32 and so has size and alignment of the array; the
    // lifetime is that of x.
    unsafe { core::slice::from_raw_parts(pairs.as_ptr().cast(), pairs.len()) }
}

/// Casts numbers to complex ones; without an odd last one.
#[cfg(feature = "fft")]
pub fn as_complex_mut(x: &mut [f32]) -> &mut [Complex32] {
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

/// Layout of a transform: real and imaginary parts interleaved, or all real parts and all imaginary parts in two
/// arrays.
trait Half: Copy {
    /// Number of bins.
    fn len(self) -> usize;
    /// One bin.
    fn bin(self, k: usize) -> Option<[f32; 2]>;
    /// Copies bins `from ..` to `re` and `im`.
    fn read(self, from: usize, re: &mut [f32], im: &mut [f32]);
}

impl Half for &[[f32; 2]] {
    #[inline(always)]
    fn len(self) -> usize {
        <[_]>::len(self)
    }
    #[inline(always)]
    fn bin(self, k: usize) -> Option<[f32; 2]> {
        self.get(k).copied()
    }
    #[inline(always)]
    fn read(self, from: usize, re: &mut [f32], im: &mut [f32]) {
        for ((re, im), z) in re.iter_mut().zip(im).zip(self.get(from..).unwrap_or(&[])) {
            [*re, *im] = *z;
        }
    }
}

impl Half for (&[f32], &[f32]) {
    #[inline(always)]
    fn len(self) -> usize {
        self.0.len().min(self.1.len())
    }
    #[inline(always)]
    fn bin(self, k: usize) -> Option<[f32; 2]> {
        Some([*self.0.get(k)?, *self.1.get(k)?])
    }
    #[inline(always)]
    fn read(self, from: usize, re: &mut [f32], im: &mut [f32]) {
        for (to, part) in [(re, self.0), (im, self.1)] {
            to.iter_mut().zip(part.get(from..).unwrap_or(&[])).for_each(|(to, x)| *to = *x);
        }
    }
}

/// Computes the bins without a partner: the first, the last, and the middle one if `h` is even.
#[inline(always)]
fn ends(out: &mut [f32], z: impl Half) {
    let h = z.len();
    if let (Some([re, im]), [first, .., last]) = (z.bin(0), &mut *out) {
        (*first, *last) = ((re + im) * (re + im), (re - im) * (re - im));
    }
    // X[h/2] = conj Z[h/2].
    if let (Some([re, im]), Some(middle), true) = (z.bin(h / 2), out.get_mut(h / 2), h.is_multiple_of(2)) {
        *middle = re * re + im * im;
    }
}

/// Takes the roots, with `root`; returns the bits of the largest power. An infinity is above all numbers, and a NaN above
/// all infinities.
#[inline(always)]
fn finish(out: &mut [f32], root: bool) -> u32 {
    let mut peak = 0;
    for p in out {
        // Sums of squares have no sign; that of a NaN does not matter.
        peak = peak.max(p.to_bits());
        if root {
            *p = sqrt(*p);
        }
    }
    peak
}

/// Computes pair by pair, from both ends to the middle: for processors without vectors.
#[inline(always)]
fn pairs_one_by_one(out: &mut [f32], z: &[[f32; 2]], cos: &[f32], sin: &[f32]) {
    let (Some(mut z), [_, inner @ .., _]) = (z.get(1..), out) else { return };
    let mut out = inner;
    for (c, s) in cos.iter().zip(sin) {
        let ([a, z_inner @ .., b], [p, inner @ .., q]) = (z, out) else { return };
        (*p, *q) = pair(*a, *b, *c, *s);
        (z, out) = (z_inner, inner);
    }
}

/// As [`pairs_one_by_one`], [`TILE`] pairs at a time.
#[inline(always)]
fn pairs_in_tiles(out: &mut [f32], z: impl Half, cos: &[f32], sin: &[f32]) {
    let h = z.len();
    let pairs = h.saturating_sub(1) / 2;
    let (mut ar, mut ai, mut br, mut bi) = ([0f32; TILE], [0f32; TILE], [0f32; TILE], [0f32; TILE]);
    let (low, high) = out.split_at_mut(pairs.wrapping_add(1).min(out.len()));
    let low = low.get_mut(1..).unwrap_or_default();
    // The upper bins of the pairs: those before the last one, in descending order.
    let end = high.len().saturating_sub(1);
    let high = high.get_mut(end.saturating_sub(pairs)..end).unwrap_or_default();
    let tiles = low.chunks_mut(TILE).zip(high.rchunks_mut(TILE)).zip(cos.chunks(TILE).zip(sin.chunks(TILE)));
    for (((p, q), (c, s)), done) in tiles.zip((0..pairs).step_by(TILE)) {
        let n = q.len();
        // The upper bins of a tile are reversed, so that the loop that computes only runs forward.
        let lower = (ar.get_mut(..n).unwrap_or_default(), ai.get_mut(..n).unwrap_or_default());
        let upper = (br.get_mut(..n).unwrap_or_default(), bi.get_mut(..n).unwrap_or_default());
        z.read(done.wrapping_add(1), lower.0, lower.1);
        z.read(h.wrapping_sub(done).wrapping_sub(n), upper.0, upper.1);
        upper.0.reverse();
        upper.1.reverse();
        let (a, b) = (lower.0.iter().zip(lower.1.iter()), upper.0.iter().zip(upper.1.iter()));
        let items = p.iter_mut().zip(q.iter_mut()).zip(a.zip(b)).zip(c.iter().zip(s));
        for (((p, q), ((ar, ai), (br, bi))), (c, s)) in items {
            (*p, *q) = pair([*ar, *ai], [*br, *bi], *c, *s);
        }
        q.reverse();
    }
}

per_level! {
    /// Power `|X[k]|^2`, or with `root` the magnitude, of the bins `0 ..= h`, from the half-length transform `z`.
    /// `cos` and `sin` hold the halved twiddles of `k = 1, 2, ...`, less than `h/2`. Returns the bits of the largest power:
    /// `f32::INFINITY.to_bits()` or more if one is not finite.
    pub fn half_power(out: &mut [f32], z: &[f32], cos: &[f32], sin: &[f32], root: bool) -> u32 {
        let (z, _) = z.as_chunks::<2>();
        ends(out, z);
        if VECTORS {
            pairs_in_tiles(out, z, cos, sin);
        } else {
            pairs_one_by_one(out, z, cos, sin);
        }
        finish(out, root)
    }
}

per_level! {
    /// As [`half_power`], from a transform with real and imaginary parts in two arrays.
    pub fn half_power_apart(out: &mut [f32], re: &[f32], im: &[f32], cos: &[f32], sin: &[f32], root: bool) -> u32 {
        ends(out, (re, im));
        pairs_in_tiles(out, (re, im), cos, sin);
        finish(out, root)
    }
}

per_level! {
    /// Power `|z[k]|^2`, or with `root` the magnitude, of the first `out.len()` elements.
    pub fn power(out: &mut [f32], z: &[f32], root: bool) -> u32 {
        let (z, _) = z.as_chunks::<2>();
        for (p, [re, im]) in out.iter_mut().zip(z) {
            *p = re * re + im * im;
        }
        finish(out, root)
    }
}

#[cfg(test)]
mod tests {
    use super::super::levels;
    use super::*;
    use std::vec;
    use std::vec::Vec;

    #[test]
    fn pair_by_pair_has_the_bits_of_the_tiles() {
        for h in (0..40usize).chain([511, 512, 513, 514, 1023, 1024, 4096]) {
            let number = |i: usize| ((i * 7919 + 13) % 10_007) as f32 * 0.37 - 1500.0;
            let z: Vec<[f32; 2]> = (0..h).map(|i| [number(i), number(3 * i + 5)]).collect();
            let pairs = h.saturating_sub(1) / 2;
            let (cos, sin): (Vec<f32>, Vec<f32>) = (0..pairs).map(|i| (number(i + 7), number(i + 99))).unzip();
            let (mut a, mut b) = (vec![-1f32; h + 1], vec![-1f32; h + 1]);
            pairs_in_tiles(&mut a, &z[..], &cos, &sin);
            pairs_one_by_one(&mut b, &z, &cos, &sin);
            assert_eq!(a, b, "{h}");
            assert_eq!(a.iter().filter(|v| **v == -1.0).count(), h + 1 - 2 * pairs);
        }
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        for h in [1usize, 2, 3, 4, 16, 31, 32, 33, 34, 64, 65, 66, 67, 500] {
            let number = |i: usize| ((i * 7919 + 13) % 10_007) as f32 * 0.37 - 1500.0;
            let z: Vec<f32> = (0..2 * h).map(number).collect();
            let (cos, sin): (Vec<f32>, Vec<f32>) = (0..(h - 1) / 2).map(|i| (number(i + 7), number(i + 99))).unzip();
            for root in [false, true] {
                let run = |l: Level| {
                    let (mut a, mut b) = (vec![f32::NAN; h + 1], vec![f32::NAN; h]);
                    let peak = half_power(l, &mut a, &z, &cos, &sin, root);
                    let (re, im): (Vec<f32>, Vec<f32>) = z.chunks(2).map(|z| (z[0], z[1])).unzip();
                    let mut apart = vec![f32::NAN; h + 1];
                    assert_eq!(half_power_apart(l, &mut apart, &re, &im, &cos, &sin, root), peak);
                    assert_eq!(a, apart);
                    let largest = a.iter().fold(0f32, |m, v| m.max(*v));
                    assert_eq!(if root { f32::from_bits(peak).sqrt() } else { f32::from_bits(peak) }, largest);
                    power(l, &mut b, &z, root);
                    a.iter().chain(&b).map(|v| v.to_bits()).collect::<Vec<_>>()
                };
                let all: Vec<Vec<u32>> = levels().into_iter().map(run).collect();
                assert!(all.windows(2).all(|w| w[0] == w[1]), "{h}");
                assert!(all[0].iter().all(|v| f32::from_bits(*v).is_finite()), "an element of {h} was not computed");
            }
        }
    }
}
