//! A complex transform of a power-of-two length in the caller's memory: Stockham's self-sorting passes of radix 4.
//!
//! Forward, unscaled: `Z[k] = sum z[j] exp(-2 pi i j k / h)`. Real and imaginary parts are in two arrays, so that every
//! pass is plain arithmetic on lane rows. Each element has the same operations in the same order for any number of
//! lanes, so that all processors give the same bits. Van Loan, Computational Frameworks for the Fast Fourier Transform,
//! 1.7.
//!
//! A pass with `s` interleaved transforms of length `4 m` maps elements `p, p+m, p+2m, p+3m` (each `s` wide) to
//! `4p, 4p+1, 4p+2, 4p+3`; the last three are multiplied by `w^p, w^2p, w^3p`, `w = exp(-2 pi i / (4 m))`. If the
//! length is not a power of four, the last pass has radix 2.
//!
//! [`stockham`] is for vector units. [`stockham_plain`] is for processors without: one butterfly after the other in
//! registers, real and imaginary parts interleaved. Both perform the same operations and give the same bits.

use super::{Isa, LANES, Level};
use crate::checked;

/// Butterflies computed together in the first two passes.
const TILE: usize = 64;

/// Floats of the turns (twiddle factors) of a butterfly: real and imaginary part of three powers.
const TURNS: usize = 6;

/// A complex number.
type Bin = [f32; 2];

/// Real parts of four elements, then their imaginary parts, of `N` butterflies.
type Quads<const N: usize> = [[f32; N]; 8];

/// One butterfly of radix 4 with its turns.
#[inline(always)]
fn butterfly([ar, br, cr, dr, ai, bi, ci, di]: [f32; 8], [r1, i1, r2, i2, r3, i3]: [f32; TURNS]) -> [f32; 8] {
    let (sr, si, mr, mi) = (ar + cr, ai + ci, ar - cr, ai - ci);
    let (tr, ti) = (br + dr, bi + di);
    // -i (b - d)
    let (ur, ui) = (bi - di, dr - br);
    let (fr, fi, gr, gi, hr, hi) = (mr + ur, mi + ui, sr - tr, si - ti, mr - ur, mi - ui);
    let (er, ei) = (sr + tr, si + ti);
    let (fr, fi) = (fr * r1 - fi * i1, fr * i1 + fi * r1);
    let (gr, gi) = (gr * r2 - gi * i2, gr * i2 + gi * r2);
    let (hr, hi) = (hr * r3 - hi * i3, hr * i3 + hi * r3);
    [er, fr, gr, hr, ei, fi, gi, hi]
}

/// `N` butterflies. Compilers use whole registers because it copies from one local array to another, in a loop too long
/// to be unrolled before it is vectorized.
#[inline(always)]
fn butterflies<const N: usize>(y: &mut Quads<N>, x: &Quads<N>, turns: impl Iterator<Item = [f32; TURNS]>) {
    let [a, b, c, d, e, f, g, h] = x;
    let inputs = a.iter().zip(b).zip(c.iter().zip(d)).zip(e.iter().zip(f).zip(g.iter().zip(h)));
    let [a, b, c, d, e, f, g, h] = y;
    let low = a.iter_mut().zip(b).zip(c.iter_mut().zip(d));
    let outputs = low.zip(e.iter_mut().zip(f).zip(g.iter_mut().zip(h)));
    for ((places, inputs), w) in outputs.zip(inputs).zip(turns) {
        let (((a, b), (c, d)), ((e, f), (g, h))) = inputs;
        let results = butterfly([*a, *b, *c, *d, *e, *f, *g, *h], w);
        let (((a, b), (c, d)), ((e, f), (g, h))) = places;
        [*a, *b, *c, *d, *e, *f, *g, *h] = results;
    }
}

/// Input of a pass: the row, with real and imaginary parts interleaved, or the output of the previous pass.
trait Source: Copy {
    /// Elements `at .. at + N`.
    fn load<const N: usize>(self, at: usize) -> ([f32; N], [f32; N]);
}

impl Source for &[[f32; 2]] {
    #[inline(always)]
    fn load<const N: usize>(self, at: usize) -> ([f32; N], [f32; N]) {
        let (mut re, mut im) = ([0f32; N], [0f32; N]);
        for ((re, im), z) in re.iter_mut().zip(&mut im).zip(self.get(at..).unwrap_or(&[])) {
            [*re, *im] = *z;
        }
        (re, im)
    }
}

impl Source for (&[f32], &[f32]) {
    #[inline(always)]
    fn load<const N: usize>(self, at: usize) -> ([f32; N], [f32; N]) {
        let part = |x: &[f32]| x.get(at..).and_then(|x| x.first_chunk::<N>()).copied().unwrap_or([0f32; N]);
        (part(self.0), part(self.1))
    }
}

#[inline(always)]
fn load<const N: usize>(x: impl Source, at: usize, quarter: usize) -> Quads<N> {
    let next = |k: usize| at.wrapping_add(quarter.wrapping_mul(k));
    let ((a, e), (b, f)) = (x.load(next(0)), x.load(next(1)));
    let ((c, g), (d, h)) = (x.load(next(2)), x.load(next(3)));
    [a, b, c, d, e, f, g, h]
}

/// The first two passes, of `G` interleaved transforms (1, then 4): `N` adjacent butterflies at a time, of any
/// transforms. The table has six runs of turns, one number for each butterfly.
#[inline(always)]
fn early<const N: usize, const G: usize>(y: (&mut [f32], &mut [f32]), x: impl Source, h: usize, turns: &[f32]) {
    let quarter = h / 4;
    let mut runs = turns.chunks_exact(quarter.max(1));
    let mut run = || runs.next().unwrap_or(&[]).as_chunks::<N>().0;
    let [r1, i1, r2, i2, r3, i3] = [run(), run(), run(), run(), run(), run()];
    let turns = r1.iter().zip(i1).zip(r2.iter().zip(i2)).zip(r3.iter().zip(i3));
    let mut results = [[0f32; N]; 8];
    let width = N.wrapping_mul(4);
    let places = y.0.chunks_exact_mut(width).zip(y.1.chunks_exact_mut(width));
    for ((((r1, i1), (r2, i2)), (r3, i3)), ((yr, yi), at)) in turns.zip(places.zip((0..quarter).step_by(N))) {
        let w = r1.iter().zip(i1).zip(r2.iter().zip(i2)).zip(r3.iter().zip(i3));
        let w = w.map(|(((r1, i1), (r2, i2)), (r3, i3))| [*r1, *i1, *r2, *i2, *r3, *i3]);
        butterflies(&mut results, &load::<N>(x, at, quarter), w);
        let [er, fr, gr, hr, ei, fi, gi, hi] = &results;
        interleave::<N, G>(yr, [er, fr, gr, hr]);
        interleave::<N, G>(yi, [ei, fi, gi, hi]);
    }
}

/// Interleaves four arrays in groups of `G`.
#[inline(always)]
fn interleave<const N: usize, const G: usize>(y: &mut [f32], [a, b, c, d]: [&[f32; N]; 4]) {
    let (groups, _) = y.as_chunks_mut::<G>();
    let (fours, _) = groups.as_chunks_mut::<4>();
    let low = a.as_chunks::<G>().0.iter().zip(b.as_chunks::<G>().0);
    let high = c.as_chunks::<G>().0.iter().zip(d.as_chunks::<G>().0);
    for (y, ((a, b), (c, d))) in fours.iter_mut().zip(low.zip(high)) {
        *y = [*a, *b, *c, *d];
    }
}

/// A later pass, of `s` interleaved transforms, a multiple of 16; the table has groups of six turns.
#[inline(always)]
fn later(y: (&mut [f32], &mut [f32]), x: (&[f32], &[f32]), h: usize, s: usize, turns: &[f32]) {
    let width = s.wrapping_mul(4).max(1);
    let places = y.0.chunks_exact_mut(width).zip(y.1.chunks_exact_mut(width));
    let mut results = [[0f32; LANES]; 8];
    for (((yr, yi), w), start) in places.zip(turns.as_chunks::<TURNS>().0).zip((0..h / 4).step_by(s.max(1))) {
        for at in (0..s).step_by(LANES) {
            let x = load::<LANES>(x, start.wrapping_add(at), h / 4);
            butterflies(&mut results, &x, core::iter::repeat(*w));
            let (re, im) = results.split_at(4);
            for (y, quarters) in [(&mut *yr, re), (&mut *yi, im)] {
                for (part, v) in y.chunks_exact_mut(s.max(1)).zip(quarters) {
                    if let Some(place) = part.get_mut(at..).and_then(|p| p.first_chunk_mut::<LANES>()) {
                        *place = *v;
                    }
                }
            }
        }
    }
}

/// The last pass of radix 2.
#[inline(always)]
fn halves(y: &mut [f32], x: &[f32]) {
    let (a, b) = x.split_at(x.len() / 2);
    let Some((e, f)) = y.split_at_mut_checked(x.len() / 2) else { return };
    for ((e, f), (a, b)) in e.iter_mut().zip(f).zip(a.iter().zip(b)) {
        (*e, *f) = (a + b, a - b);
    }
}

/// Passes of a transform of length `h`: for each the length of the remaining transforms, their number, and the number
/// of butterflies with their own turns. With `vectors` each butterfly of the first two passes has its own.
fn passes(h: usize, vectors: bool) -> impl Iterator<Item = (usize, usize, usize)> {
    let lengths = core::iter::successors(Some(h), |n| n.checked_div(4)).take_while(|n| *n >= 4);
    lengths.map(move |n| {
        let s = h.checked_div(n).unwrap_or(1);
        (n, s, if vectors && s <= 4 { h / 4 } else { n / 4 })
    })
}

/// Floats of the table of turns of a transform of length `h`, of [`stockham`] or of [`stockham_plain`].
#[must_use]
pub fn stockham_turns(h: usize, vectors: bool) -> usize {
    passes(h, vectors).fold(0, |all, (_, _, apart)| all.saturating_add(apart.saturating_mul(TURNS)))
}

/// Fills the table; `turn(j, n)` gives cosine and sine of `2 pi j / n`.
pub fn stockham_table(table: &mut [f32], h: usize, vectors: bool, turn: impl Fn(u64, u64) -> (f64, f64)) {
    let mut rest = table;
    for (n, s, apart) in passes(h, vectors) {
        let Some((pass, after)) = rest.split_at_mut_checked(apart.saturating_mul(TURNS)) else { return };
        for (i, v) in pass.iter_mut().enumerate() {
            // With vectors the first two passes have six runs, other passes one group of six for s
            // butterflies.
            let div = |a: usize, b: usize| (a.checked_div(b).unwrap_or(0), a.checked_rem(b).unwrap_or(0));
            let (p, part) = if vectors && s <= 4 {
                let (part, butterfly) = div(i, apart);
                (div(butterfly, s).0, part)
            } else {
                div(i, TURNS)
            };
            let power = (part / 2).saturating_add(1).saturating_mul(p);
            let (cos, sin) = turn(checked::count(power), checked::count(n));
            *v = if part.is_multiple_of(2) { cos as f32 } else { -sin as f32 };
        }
        rest = after;
    }
}

/// A number times a power of two: exact, but where the result is subnormal.
#[inline(always)]
pub fn scaled(x: f32, scale: f64) -> f32 {
    (f64::from(x) * scale) as f32
}

per_level! {
    /// Transforms `z` (real and imaginary parts interleaved, a power of two of elements), or `z` times a power of two,
    /// into `re` and `im`. `work` has the size of both.
    pub fn stockham(re: &mut [f32], im: &mut [f32], work: &mut [f32], z: &[f32], scale: Option<f64>, table: &[f32]) {
        let (z, _) = z.as_chunks::<2>();
        let h = z.len();
        if h < 4 {
            let factor = scale.unwrap_or(1.0);
            let at = |z: &Bin| z.map(|v| scaled(v, factor));
            if let ([a, b], [r0, r1], [i0, i1]) = (z, &mut *re, &mut *im) {
                let ([ar, ai], [br, bi]) = (at(a), at(b));
                (*r0, *r1, *i0, *i1) = (ar + br, ar - br, ai + bi, ai - bi);
            } else if let ([a], [r], [i]) = (z, re, im) {
                [*r, *i] = at(a);
            }
            return;
        }
        let (work_re, work_im) = work.split_at_mut(work.len() / 2);
        // The passes alternate between two buffers; the last one must write to `re` and `im`.
        let count = h.trailing_zeros().div_ceil(2);
        let (mut to, mut from) = ((re, im), (work_re, work_im));
        if count.is_multiple_of(2) {
            core::mem::swap(&mut to, &mut from);
        }
        // The first pass does not write to the buffer that the second one reads: place for a
        // scaled copy.
        if let Some(scale) = scale {
            for ((re, im), z) in from.0.iter_mut().zip(&mut *from.1).zip(z) {
                [*re, *im] = z.map(|v| scaled(v, scale));
            }
        }
        let mut table = table;
        for (n, s, apart) in passes(h, true) {
            let (turns, after) = table.split_at_checked(apart.wrapping_mul(TURNS)).unwrap_or_default();
            table = after;
            let (y, x) = ((&mut *to.0, &mut *to.1), (&*from.0, &*from.1));
            match (s, h < 4 * TILE) {
                (1, true) if scale.is_none() => early::<1, 1>(y, z, h, turns),
                (1, false) if scale.is_none() => early::<TILE, 1>(y, z, h, turns),
                (1, _) => early::<1, 1>(y, x, h, turns),
                (4, true) => early::<4, 4>(y, x, h, turns),
                (4, false) => early::<TILE, 4>(y, x, h, turns),
                _ => later(y, x, h, s, turns),
            }
            core::mem::swap(&mut to, &mut from);
            if n == 8 {
                halves(to.0, from.0);
                halves(to.1, from.1);
            }
        }
    }
}

#[inline(always)]
fn quarters(x: &[Bin]) -> [&[Bin]; 4] {
    let (low, high) = x.split_at(x.len() / 2);
    let ((a, b), (c, d)) = (low.split_at(low.len() / 2), high.split_at(high.len() / 2));
    [a, b, c, d]
}

/// The first pass, of one transform. Not inlined, like [`interleaved`]: its pointers and numbers use all registers.
#[inline(never)]
fn first(y: &mut [Bin], x: &[Bin], turns: &[[f32; TURNS]]) {
    let [a, b, c, d] = quarters(x);
    let inputs = a.iter().zip(b).zip(c.iter().zip(d));
    for ((y, w), (([ar, ai], [br, bi]), ([cr, ci], [dr, di]))) in y.as_chunks_mut().0.iter_mut().zip(turns).zip(inputs)
    {
        let [er, fr, gr, hr, ei, fi, gi, hi] = butterfly([*ar, *br, *cr, *dr, *ai, *bi, *ci, *di], *w);
        *y = [[er, ei], [fr, fi], [gr, gi], [hr, hi]];
    }
}

/// A later pass, of `s` interleaved transforms.
#[inline(never)]
fn interleaved(y: &mut [Bin], x: &[Bin], s: usize, turns: &[[f32; TURNS]]) {
    let ([mut all_a, mut all_b, mut all_c, mut all_d], mut y) = (quarters(x), y);
    for w in turns {
        // In sequence: each split is a comparison, after which all slices have the same length.
        let Some((a, rest_a)) = all_a.split_at_checked(s) else { return };
        let Some((b, rest_b)) = all_b.split_at_checked(s) else { return };
        let Some((c, rest_c)) = all_c.split_at_checked(s) else { return };
        let Some((d, rest_d)) = all_d.split_at_checked(s) else { return };
        let Some((e, rest)) = y.split_at_mut_checked(s) else { return };
        let Some((f, rest)) = rest.split_at_mut_checked(s) else { return };
        let Some((g, rest)) = rest.split_at_mut_checked(s) else { return };
        let Some((h, rest)) = rest.split_at_mut_checked(s) else { return };
        (all_a, all_b, all_c, all_d, y) = (rest_a, rest_b, rest_c, rest_d, rest);
        let outputs = e.iter_mut().zip(f).zip(g.iter_mut().zip(h));
        let inputs = a.iter().zip(b).zip(c.iter().zip(d));
        for (((e, f), (g, h)), (([ar, ai], [br, bi]), ([cr, ci], [dr, di]))) in outputs.zip(inputs) {
            let [er, fr, gr, hr, ei, fi, gi, hi] = butterfly([*ar, *br, *cr, *dr, *ai, *bi, *ci, *di], *w);
            (*e, *f, *g, *h) = ([er, ei], [fr, fi], [gr, gi], [hr, hi]);
        }
    }
}

/// The last pass of radix 2.
fn sums_and_differences(y: &mut [Bin], x: &[Bin]) {
    let ((a, b), half) = (x.split_at(x.len() / 2), y.len() / 2);
    let (e, f) = y.split_at_mut(half);
    for ((e, f), ([ar, ai], [br, bi])) in e.iter_mut().zip(f).zip(a.iter().zip(b)) {
        (*e, *f) = ([ar + br, ai + bi], [ar - br, ai - bi]);
    }
}

/// Transforms `x` (real and imaginary parts interleaved, a power of two of elements), or `x` times a power of two, into
/// `z`, of the same layout. `work` has the size of `z`.
pub fn stockham_plain(z: &mut [f32], work: &mut [f32], x: &[f32], scale: Option<f64>, table: &[f32]) {
    let (x, z, work) = (x.as_chunks::<2>().0, z.as_chunks_mut::<2>().0, work.as_chunks_mut::<2>().0);
    let h = x.len();
    let (Some(mut to), Some(mut from)) = (z.get_mut(..h), work.get_mut(..h)) else { return };
    // The passes alternate between two buffers; the last one must write to `z`.
    if h >= 4 && h.trailing_zeros().div_ceil(2).is_multiple_of(2) {
        core::mem::swap(&mut to, &mut from);
    }
    // The first pass does not write to the buffer that the second one reads: place for a scaled
    // copy.
    if let Some(scale) = scale {
        for (copy, x) in from.iter_mut().zip(x) {
            *copy = x.map(|v| scaled(v, scale));
        }
    }
    if h < 4 {
        let x = if scale.is_some() { &*from } else { x };
        sums_and_differences(to, x);
        if let ([x], [z]) = (x, to) {
            *z = *x;
        }
        return;
    }
    let mut table = table.as_chunks::<TURNS>().0;
    for (n, s, apart) in passes(h, false) {
        let (turns, after) = table.split_at_checked(apart).unwrap_or_default();
        table = after;
        if s == 1 {
            first(to, if scale.is_some() { &*from } else { x }, turns)
        } else {
            interleaved(to, from, s, turns)
        }
        core::mem::swap(&mut to, &mut from);
        if n == 8 {
            sums_and_differences(to, from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::levels;
    use super::*;
    use std::vec;
    use std::vec::Vec;

    fn turn(j: u64, n: u64) -> (f64, f64) {
        let (s, c) = (core::f64::consts::TAU * (j % n) as f64 / n as f64).sin_cos();
        (c, s)
    }

    #[test]
    fn without_vectors_the_bits_are_the_same() {
        for bits in 0..17 {
            let h = 1usize << bits;
            let (mut table, mut plain) = (vec![0f32; stockham_turns(h, true)], vec![0f32; stockham_turns(h, false)]);
            stockham_table(&mut table, h, true, turn);
            stockham_table(&mut plain, h, false, turn);
            // Of all magnitudes and both signs, and zeros; then with one element that is not
            // finite.
            let mut x: Vec<f32> = (0..2 * h as u32)
                .map(|i| (i.wrapping_mul(0x9e37_79b1), i))
                .map(|(r, i)| {
                    if i % 5 == 0 { 0.0 } else { f32::from_bits(r & 0xbfff_ffff) * if i % 3 == 0 { -1.0 } else { 1.0 } }
                })
                .collect();
            for bad in [None, Some(f32::INFINITY), Some(f32::NAN)] {
                if let Some(bad) = bad {
                    x[h] = bad;
                }
                let (mut re, mut im, mut work) = (vec![0f32; h], vec![0f32; h], vec![f32::NAN; 2 * h]);
                stockham(Level::detect(), &mut re, &mut im, &mut work, &x, None, &table);
                let mut z = vec![0f32; 2 * h];
                stockham_plain(&mut z, &mut work, &x, None, &plain);
                let same = |a: f32, b: f32| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
                assert!((0..h).all(|k| same(z[2 * k], re[k]) && same(z[2 * k + 1], im[k])), "{h} {bad:?}");
                assert!(bad.is_some() || z.iter().any(|v| *v != 0.0));
            }
        }
    }

    #[test]
    fn a_scaled_row_gives_scaled_bits() {
        let scale = 2f64.powi(-20);
        for bits in 0..12 {
            let h = 1usize << bits;
            let (mut table, mut plain) = (vec![0f32; stockham_turns(h, true)], vec![0f32; stockham_turns(h, false)]);
            stockham_table(&mut table, h, true, turn);
            stockham_table(&mut plain, h, false, turn);
            let x: Vec<f32> = (0..2 * h).map(|i| ((i * 7919 + 13) % 10_007) as f32 * 0.37 - 1500.0).collect();
            for l in levels() {
                let run = |scale: Option<f64>| {
                    let (mut re, mut im, mut work) = (vec![0f32; h], vec![0f32; h], vec![f32::NAN; 2 * h]);
                    stockham(l, &mut re, &mut im, &mut work, &x, scale, &table);
                    let mut z = vec![0f32; 2 * h];
                    stockham_plain(&mut z, &mut work, &x, scale, &plain);
                    [re, im, z].concat()
                };
                let want: Vec<f32> = run(None).into_iter().map(|v| v * scale as f32).collect();
                assert_eq!(run(Some(scale)), want, "{h}");
            }
        }
    }

    #[test]
    fn is_the_transform_of_the_definition_at_every_level() {
        for bits in 0..13 {
            let h = 1usize << bits;
            let z: Vec<f32> = (0..2 * h).map(|i| ((i * 7919 + 13) % 10_007) as f32 * 2e-4 - 1.0).collect();
            let mut table = vec![0f32; stockham_turns(h, true)];
            stockham_table(&mut table, h, true, turn);
            let run = |l: Level| {
                let (mut re, mut im, mut work) = (vec![f32::NAN; h], vec![f32::NAN; h], vec![f32::NAN; 2 * h]);
                stockham(l, &mut re, &mut im, &mut work, &z, None, &table);
                (re, im)
            };
            let all: Vec<_> = levels().into_iter().map(run).collect();
            assert!(all.windows(2).all(|w| w[0] == w[1]), "{h}");
            for k in (0..h).step_by(h.div_ceil(64)) {
                let (mut re, mut im) = (0f64, 0f64);
                for j in 0..h {
                    let (c, s) = turn((j * k) as u64, h as u64);
                    let (x, y) = (f64::from(z[2 * j]), f64::from(z[2 * j + 1]));
                    re += x * c + y * s;
                    im += y * c - x * s;
                }
                let error = (re - f64::from(all[0].0[k])).hypot(im - f64::from(all[0].1[k]));
                assert!(error <= 1e-6 * (h as f64).sqrt() + 2e-7 * re.hypot(im), "{h} {k}: {error}");
            }
        }
    }
}
