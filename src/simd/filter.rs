//! Filters over a row, and the search for elements above a bar.

use super::{Isa, LANES, Level};

/// Outputs of a filter computed together, and elements compared together.
pub const BLOCK: usize = 4 * LANES;

/// Taps summed in `f32` before the sum is added to an `f64`: bounds the error of filters of any length.
const RUN: usize = 32;

/// Where [`add`] continues: the element of `x` at its tap for the first output, and the phases from it to the last one.
type Place = (usize, usize);

/// Adds the products of `N` outputs with some taps to their sums.
#[inline(always)]
fn add<const N: usize>(
    sums: &mut [f32; N],
    place: &mut Place,
    x: &[f32],
    phase_len: usize,
    taps: &[f32],
    phases: usize,
) -> Option<()> {
    let (mut start, mut left) = *place;
    // From the last phase to the next element of the first one.
    let back = phase_len.wrapping_mul(phases).wrapping_sub(1);
    for t in taps {
        let window = x.get(start..)?.first_chunk::<N>()?;
        for (s, v) in sums.iter_mut().zip(window) {
            *s += t * v;
        }
        (start, left) = (start.wrapping_add(phase_len), left.wrapping_sub(1));
        if left == 0 {
            (start, left) = (start.wrapping_sub(back), phases);
        }
    }
    *place = (start, left);
    Some(())
}

/// Outputs `start .. start + N` of [`correlate`], summed together.
#[inline(always)]
fn outputs<const N: usize>(out: &mut [f32], start: usize, x: &[f32], phase_len: usize, h: &[f32], phases: usize) {
    let Some(out) = out.get_mut(start..).and_then(|o| o.first_chunk_mut::<N>()) else { return };
    let mut place = (start, phases);
    if h.len() <= RUN {
        let mut sums = [0f32; N];
        if add(&mut sums, &mut place, x, phase_len, h, phases).is_some() {
            *out = sums;
        }
        return;
    }
    let mut totals = [0f64; N];
    for taps in h.chunks(RUN) {
        let mut sums = [0f32; N];
        if add(&mut sums, &mut place, x, phase_len, taps, phases).is_none() {
            return;
        }
        for (total, s) in totals.iter_mut().zip(&sums) {
            *total += f64::from(*s);
        }
    }
    for (y, total) in out.iter_mut().zip(&totals) {
        *y = *total as f32;
    }
}

/// All outputs of [`correlate`], `N` at a time; the last block overlaps the one before if the outputs do not fill it.
#[inline(always)]
fn in_blocks<const N: usize>(out: &mut [f32], x: &[f32], phase_len: usize, h: &[f32], phases: usize) {
    let last = out.len().saturating_sub(N);
    for start in (0..last).step_by(N) {
        outputs::<N>(out, start, x, phase_len, h, phases);
    }
    outputs::<N>(out, last, x, phase_len, h, phases);
}

per_level! {
    /// `out[j] = sum h[i] * x[j * phases + i]`, each sum in the order of `i`: runs of 32 in `f32`, starting from 0, the
    /// sums of the runs in `f64`.
    ///
    /// `x` consists of phases of `phase_len` elements: the first has every `phases`-th element of the row, the second
    /// the elements after them, and so on; with one phase it is the row.
    pub fn correlate(out: &mut [f32], x: &[f32], phase_len: usize, h: &[f32], phases: usize) {
        let (phases, phase_len) = (phases.max(1), phase_len.max(1));
        match out.len() {
            0 => {}
            1..LANES => in_blocks::<1>(out, x, phase_len, h, phases),
            LANES..BLOCK => in_blocks::<LANES>(out, x, phase_len, h, phases),
            _ => in_blocks::<BLOCK>(out, x, phase_len, h, phases),
        }
    }
}

per_level! {
    /// The largest elements of `out.len()` groups, a multiple of [`BLOCK`], NaN skipped. The elements of each run of
    /// the row are assigned to 64 groups in rotation, so that at least `k` elements reach the `k`-th largest of `out`.
    /// `-inf` stands for a group without numbers; the last elements of a run may be in no group.
    pub fn group_maxima(out: &mut [f32], x: &[f32]) {
        let (groups, _) = out.as_chunks_mut::<BLOCK>();
        let run = x.len().checked_div(groups.len()).unwrap_or(0).max(1);
        let mut runs = x.chunks(run);
        for group in groups {
            let mut best = [f32::NEG_INFINITY; BLOCK];
            let (blocks, _) = runs.next().unwrap_or(&[]).as_chunks::<BLOCK>();
            for block in blocks {
                for (m, v) in best.iter_mut().zip(block) {
                    *m = if *v > *m { *v } else { *m };
                }
            }
            *group = best;
        }
    }
}

per_level! {
    /// Start of the first block of [`BLOCK`] elements (the last may be shorter) with an element above `bar`.
    pub fn block_above(x: &[f32], bar: f32) -> Option<usize> {
        let (blocks, rest) = x.as_chunks::<BLOCK>();
        // A plain loop: the closure of an iterator might be compiled for the baseline only.
        for (i, block) in blocks.iter().enumerate() {
            if block.iter().fold(false, |any, v| any | (*v > bar)) {
                return Some(i.wrapping_mul(BLOCK));
            }
        }
        let any = rest.iter().fold(false, |any, v| any | (*v > bar));
        any.then_some(x.len().wrapping_sub(rest.len()))
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
            let phase_len = n.div_ceil(step);
            let mut phases = vec![f32::NAN; phase_len * step];
            x.iter().enumerate().for_each(|(i, v)| phases[i % step * phase_len + i / step] = *v);
            let run = |l: Level| {
                let (mut a, mut b) = (vec![0f32; n - taps + 1], vec![0f32; (n - taps) / step + 1]);
                correlate(l, &mut a, x, n, h, 1);
                correlate(l, &mut b, &phases, phase_len, h, step);
                a.iter().chain(&b).map(|v| v.to_bits()).collect::<Vec<_>>()
            };
            let all: Vec<_> = levels().into_iter().map(run).collect();
            assert!(all.windows(2).all(|w| w[0] == w[1]), "{n} {taps}");
            let run = |i: usize, j: usize| (i..taps.min(i + RUN)).fold(0f32, |s, i| s + h[i] * x[j + i]);
            let plain = |j: usize| {
                let total = (0..taps).step_by(RUN).fold(0f64, |s, i| s + f64::from(run(i, j)));
                (if taps <= RUN { run(0, j) } else { total as f32 }).to_bits()
            };
            let want: Vec<u32> = (0..=n - taps).map(plain).chain((0..=n - taps).step_by(step).map(plain)).collect();
            assert_eq!(all[0], want);
        }
    }

    #[test]
    fn group_maxima_are_maxima_of_separate_elements() {
        let mut x: Vec<f32> = (0..1000).map(|i| ((i * 7919 + 13) % 10_007) as f32).collect();
        x[5] = f32::NAN;
        for (n, groups) in [(0, 64), (63, 64), (64, 64), (1000, 64), (1000, 256), (300, 256)] {
            let run = |l: Level| {
                let mut y = vec![f32::NAN; groups];
                group_maxima(l, &mut y, &x[..n]);
                y
            };
            let all: Vec<Vec<f32>> = levels().into_iter().map(run).collect();
            assert!(all.windows(2).all(|w| w[0] == w[1]));
            let (mut tops, mut sorted) = (all[0].clone(), x[..n].to_vec());
            tops.sort_by(|a, b| b.total_cmp(a));
            sorted.retain(|v| !v.is_nan());
            sorted.sort_by(|a, b| b.total_cmp(a));
            assert!(tops.iter().zip(&sorted).all(|(t, s)| t <= s));
            assert!(n < 300 || groups > 64 || tops[0] == sorted[0] || n % 64 != 0);
        }
    }

    #[test]
    fn the_first_block_with_a_larger_element_is_found() {
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
