//! Sum of the `k` largest elements of each row.
//!
//! Input: `f32` rows. Output: one `f32`. NaN is skipped; with fewer than `k` numbers all of them are summed (0 with
//! none). The sum runs in `f64` from the smallest to the largest of the selected elements, so that it depends on the
//! numbers of the row alone, not on their order. The error is below `k 2^-53` times the sum of their magnitudes, plus
//! the rounding to `f32`.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `k` | number of elements, 1 to the length of the row; required |
//!
//! The elements of the row are assigned to groups, whose maxima cost one comparison per element in vector registers. No
//! fewer than `k` elements reach the `k`-th largest maximum, so that elements below this bar need no further
//! comparison. The largest elements so far are kept in order in scratch memory, and the bar rises with the smallest of
//! them. For `k` above 128 the row is copied and partitioned around its `k`-th largest element (Hoare, "Find", Comm.
//! ACM 4, 1961).

use super::{Build, shape};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::Slide;
use crate::mem::cast_mut;
use crate::simd::{self, Level};
use crate::status::Result;
use crate::util::slice::{self, select, sort};
use crate::util::unsigned::Unsigned;

/// Maximum `k` for which the largest elements are kept in order.
const MAX_KEPT: usize = 128;

/// Maximum number of groups: twice the elements kept, so that the first bar is near the final one.
const GROUPS: usize = 2 * MAX_KEPT;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["k"])?;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32])?;
    let k = checked::size(b.count("k", None, 1, checked::count(edge.shape.len))?)?;
    let mut spec = StageSpec::new(TopKSum { level: Level::detect(), k }, shape(Dtype::F32, 1)?);
    spec.series.unit = edge.series.unit;
    let kept = if k <= MAX_KEPT { checked::add(GROUPS, k)? } else { edge.shape.len };
    spec.scratch_bytes = shape(Dtype::F32, kept)?.bytes();
    spec.revision = b.revision();
    Ok(spec)
}

struct TopKSum {
    level: Level,
    k: usize,
}

impl TopKSum {
    /// The `k` largest elements of `row` in ascending order, at the start of `kept`, which has room for `k`.
    fn keep<'a>(&self, row: &[f32], maxima: &mut [f32], kept: &'a mut [f32]) -> &'a [f32] {
        let mut low = f32::NEG_INFINITY;
        if let Some(at) = maxima.len().checked_sub(self.k).filter(|at| *at < maxima.len()) {
            simd::group_maxima(self.level, maxima, row);
            // Elements equal to the bar count; with a bar of -inf all but NaN do.
            low = select(maxima, at).map_or(low, f32::next_down);
        }
        let (mut filled, mut rest) = (0usize, row);
        let mut slots = kept.iter_mut().take(self.k);
        while let Some(start) = if low > f32::NEG_INFINITY { simd::block_above(self.level, rest, low) } else { Some(0) }
        {
            let (block, after) = block_at(rest, start);
            if block.is_empty() {
                break;
            }
            let mut seen = 0usize;
            for x in block {
                if *x > low || (*x == low && low == f32::NEG_INFINITY) {
                    let Some(slot) = slots.next() else { break };
                    *slot = *x;
                    filled = filled.sat_add(1);
                }
                seen = seen.sat_add(1);
            }
            if seen < block.len() {
                let skip = start.sat_add(seen);
                rest = rest.get(skip..).unwrap_or(&[]);
                break;
            }
            rest = after;
        }
        let kept = kept.get_mut(..filled).unwrap_or_default();
        sort(kept, slice::total_lt);
        let Some(mut bar) = kept.first().copied() else { return kept };
        while let Some(start) = simd::block_above(self.level, rest, bar) {
            let (block, after) = block_at(rest, start);
            for x in block {
                if *x > bar {
                    // Drops the smallest; the elements below the new one move down.
                    let place = kept.partition_point(|v| v < x);
                    if let Some(lower) = kept.get_mut(..place) {
                        lower.slide(1.., 0);
                        if let Some(last) = lower.last_mut() {
                            *last = *x;
                        }
                    }
                    bar = kept.first().copied().unwrap_or(bar);
                }
            }
            rest = after;
        }
        kept
    }

    /// As [`Self::keep`], by partitioning a copy of the row, for which `copy` has room.
    fn partition<'a>(&self, row: &[f32], copy: &'a mut [f32]) -> &'a [f32] {
        let mut count = 0usize;
        for (slot, x) in copy.iter_mut().zip(row.iter().filter(|x| !x.is_nan())) {
            *slot = *x;
            count = count.sat_add(1);
        }
        let numbers = copy.get_mut(..count).unwrap_or_default();
        let below = count.sat_sub(self.k);
        if below > 0 {
            select(numbers, below);
        }
        let top = numbers.get_mut(below..).unwrap_or_default();
        sort(top, slice::total_lt);
        top
    }
}

/// The block of `x` that starts at `start`, and the elements after it.
fn block_at(x: &[f32], start: usize) -> (&[f32], &[f32]) {
    let from = x.get(start..).unwrap_or(&[]);
    from.split_at(from.len().min(simd::BLOCK))
}

impl Kernel for TopKSum {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let rows = io.input::<f32>(0)?;
        let scratch = cast_mut::<f32>(io.scratch).ok_or(Code::MISFIT)?;
        let out = cast_mut::<f32>(io.out).ok_or(Code::MISFIT)?;
        for (y, row) in out.iter_mut().zip(rows.iter()) {
            let top = if self.k <= MAX_KEPT {
                // Few groups for a small k: fewer maxima to select from.
                let groups = self.k.sat_mul(2).next_multiple_of(simd::BLOCK).min(GROUPS);
                let (maxima, kept) = scratch.split_at_mut_checked(GROUPS).ok_or(Code::MISFIT)?;
                self.keep(row, maxima.get_mut(..groups).unwrap_or_default(), kept)
            } else {
                self.partition(row, scratch)
            };
            *y = top.iter().fold(0f64, |sum, x| sum + f64::from(*x)) as f32;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, register, run, signal};
    use std::vec::Vec;

    fn naive(row: &[f32], k: usize) -> f32 {
        let mut numbers: Vec<f32> = row.iter().copied().filter(|v| !v.is_nan()).collect();
        numbers.sort_by(|a, b| b.partial_cmp(a).unwrap());
        numbers.truncate(k);
        numbers.iter().rev().map(|v| f64::from(*v)).sum::<f64>() as f32
    }

    #[test]
    fn the_largest_are_summed_and_nan_is_skipped() {
        for n in [1, 2, 3, 33, 64, 65, 131, 700] {
            let mut x = signal(7 * n, 8);
            x.iter_mut().enumerate().filter(|(i, _)| i % 9 == 2).for_each(|(_, v)| *v = f32::NAN);
            x.iter_mut().skip(3 * n).take(n).for_each(|v| *v = f32::NAN);
            x.iter_mut().skip(4 * n).take(n).for_each(|v| *v = v.round());
            x[5 * n..6 * n].sort_by(f32::total_cmp);
            x[6 * n] = f32::INFINITY;
            for k in [1, 2, 3, 32, 128, 129, 500, 700].into_iter().filter(|k| *k <= n) {
                let want: Vec<f32> = x.chunks(n).map(|r| naive(r, k)).collect();
                assert_eq!(
                    run::<f32, f32>("top_k_sum", &[("k", &[k as f64])], &Input::rows(&x, n)),
                    want,
                    "{k} of {n}"
                );
            }
        }
    }

    #[test]
    fn k_is_within_the_row() {
        let x = [0f32; 4];
        for (k, good) in [(0.0, false), (1.0, true), (4.0, true), (5.0, false), (1.5, false)] {
            assert_eq!(register("top_k_sum", &[("k", &[k])], Input::rows(&x, 4).edge(), false).is_ok(), good);
        }
    }
}
