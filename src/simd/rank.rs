//! Loops for ranks: count the values on either side of a limit, and keep those between two limits in order.
//!
//! All comparisons are those of IEEE 754: a NaN is neither below nor above any value, and both zeros are equal. The
//! results are counts and copies of elements, so that every level gives the same bits.

use super::{Isa, LANES, Level};

/// Result of a pass: the number of values below the upper limit, and of those also above the lower limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Between {
    /// Values with `x < hi`.
    pub below: u32,
    /// Values with `lo < x < hi`.
    pub kept: u32,
}

impl Between {
    /// The rank, among the values kept, of the one with rank `k` among all; none if it was not kept.
    #[must_use]
    pub fn rank(self, k: usize) -> Option<usize> {
        let first = self.below.wrapping_sub(self.kept) as usize;
        if k < self.below as usize { k.checked_sub(first) } else { None }
    }
}

/// Length of `out` that [`keep_between`] requires for `n` values: it stores whole registers.
#[must_use]
pub const fn room(n: usize) -> usize {
    n.saturating_add(LANES)
}

/// Copies the values with `lo < x < hi` to the front of `out`, in their order, and counts those with `x < hi`.
///
/// Overwrites `out` up to [`room`] of `x.len()`. Returns zeros if `out` is shorter than that.
#[must_use]
pub fn keep_between(level: Level, x: &[f32], lo: f32, hi: f32, out: &mut [f32]) -> Between {
    if out.len() < room(x.len()) {
        return Between::default();
    }
    match level.0 {
        Isa::Baseline => portable(x, lo, hi, out),
        // SAFETY: the level proves the instructions; `out` has the room.
        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
        Isa::Avx2 => unsafe { x86::avx2(x, lo, hi, out) },
        // SAFETY: as above.
        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
        Isa::Avx512 => unsafe { x86::avx512(x, lo, hi, out) },
    }
}

/// Few values are between the limits, so that most groups have none and are skipped after comparisons that compilers
/// vectorize. The remaining groups are processed value by value, without branches.
fn portable(x: &[f32], lo: f32, hi: f32, out: &mut [f32]) -> Between {
    const GROUP: usize = 16;
    let mut below = [0u32; GROUP];
    let mut n = 0usize;
    let (groups, tail) = x.as_chunks::<GROUP>();
    for group in groups {
        let mut any = 0u32;
        for (count, v) in below.iter_mut().zip(group) {
            *count = count.wrapping_add(u32::from(*v < hi));
            any |= u32::from((*v < hi) & (*v > lo));
        }
        if any != 0 {
            keep_each(group, lo, hi, out, &mut n);
        }
    }
    keep_each(tail, lo, hi, out, &mut n);
    let rest = tail.iter().filter(|v| **v < hi).count();
    Between { below: below.iter().sum::<u32>().wrapping_add(rest as u32), kept: n as u32 }
}

#[inline(always)]
fn keep_each(x: &[f32], lo: f32, hi: f32, out: &mut [f32], n: &mut usize) {
    for v in x {
        if let Some(place) = out.get_mut(*n) {
            *place = *v;
        }
        *n = n.wrapping_add(usize::from((*v < hi) & (*v > lo)));
    }
}

per_level! {
    /// The counts of [`keep_between`], without copies.
    pub fn count_between(x: &[f32], lo: f32, hi: f32) -> Between {
        let mut below = [0u32; LANES];
        let mut kept = [0u32; LANES];
        let (chunks, tail) = x.as_chunks::<LANES>();
        for chunk in chunks {
            for ((b, k), v) in below.iter_mut().zip(&mut kept).zip(chunk) {
                *b = b.wrapping_add(u32::from(*v < hi));
                *k = k.wrapping_add(u32::from((*v < hi) & (*v > lo)));
            }
        }
        for ((b, k), v) in below.iter_mut().zip(&mut kept).zip(tail) {
            *b = b.wrapping_add(u32::from(*v < hi));
            *k = k.wrapping_add(u32::from((*v < hi) & (*v > lo)));
        }
        Between { below: below.iter().sum(), kept: kept.iter().sum() }
    }
}

per_level! {
    /// Counts the values with `x < lo` and those with `x <= hi`.
    pub fn count_outer(x: &[f32], lo: f32, hi: f32) -> (u32, u32) {
        let mut under = [0u32; LANES];
        let mut upto = [0u32; LANES];
        let (chunks, tail) = x.as_chunks::<LANES>();
        for chunk in chunks {
            for ((a, b), v) in under.iter_mut().zip(&mut upto).zip(chunk) {
                *a = a.wrapping_add(u32::from(*v < lo));
                *b = b.wrapping_add(u32::from(*v <= hi));
            }
        }
        for ((a, b), v) in under.iter_mut().zip(&mut upto).zip(tail) {
            *a = a.wrapping_add(u32::from(*v < lo));
            *b = b.wrapping_add(u32::from(*v <= hi));
        }
        (under.iter().sum(), upto.iter().sum())
    }
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
mod x86 {
    use super::Between;
    use core::arch::x86_64::*;

    /// For every mask of eight lanes, the indices of its set lanes, one per byte.
    #[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "runs in the compiler")]
    static LANES_OF: [u64; 256] = {
        let mut table = [0u64; 256];
        let mut mask = 0usize;
        while mask < 256 {
            let (mut lane, mut at) = (0u32, 0u32);
            while lane < 8 {
                if mask >> lane & 1 == 1 {
                    table[mask] |= (lane as u64) << at;
                    at += 8;
                }
                lane += 1;
            }
            mask += 1;
        }
        table
    };

    /// # Safety
    /// `out` has the length of `x` plus one register.
    #[target_feature(enable = "avx2,popcnt")]
    pub(super) unsafe fn avx2(x: &[f32], lo: f32, hi: f32, out: &mut [f32]) -> Between {
        let (low, high) = (_mm256_set1_ps(lo), _mm256_set1_ps(hi));
        let mut below = _mm256_setzero_si256();
        let mut n = 0usize;
        let (chunks, tail) = x.as_chunks::<8>();
        for chunk in chunks {
            // SAFETY: a chunk has eight values.
            let v = unsafe { _mm256_loadu_ps(chunk.as_ptr()) };
            let lt = _mm256_cmp_ps::<_CMP_LT_OQ>(v, high);
            let keep = _mm256_and_ps(lt, _mm256_cmp_ps::<_CMP_GT_OQ>(v, low));
            below = _mm256_sub_epi32(below, _mm256_castps_si256(lt));
            let mask = _mm256_movemask_ps(keep) as u8;
            let order = LANES_OF.get(usize::from(mask)).copied().unwrap_or(0);
            let order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(order as i64));
            // SAFETY: no more values were kept than read, and `out` has one register more than `x`.
            unsafe { _mm256_storeu_ps(out.as_mut_ptr().wrapping_add(n), _mm256_permutevar8x32_ps(v, order)) };
            n = n.wrapping_add(mask.count_ones() as usize);
        }
        let mut counts = [0u32; 8];
        // SAFETY: the array has the size of a register.
        unsafe { _mm256_storeu_si256(counts.as_mut_ptr().cast(), below) };
        super::keep_each(tail, lo, hi, out, &mut n);
        let rest = tail.iter().filter(|v| **v < hi).count() as u32;
        Between { below: counts.iter().sum::<u32>().wrapping_add(rest), kept: n as u32 }
    }

    /// # Safety
    /// `out` has the length of `x` plus one register.
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,popcnt")]
    pub(super) unsafe fn avx512(x: &[f32], lo: f32, hi: f32, out: &mut [f32]) -> Between {
        let (low, high) = (_mm512_set1_ps(lo), _mm512_set1_ps(hi));
        let one = _mm512_set1_epi32(1);
        let mut below = _mm512_setzero_si512();
        let mut n = 0usize;
        let (chunks, tail) = x.as_chunks::<16>();
        for chunk in chunks {
            // SAFETY: a chunk has sixteen values.
            let v = unsafe { _mm512_loadu_ps(chunk.as_ptr()) };
            let lt = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(v, high);
            let keep = _mm512_mask_cmp_ps_mask::<_CMP_GT_OQ>(lt, v, low);
            below = _mm512_mask_add_epi32(below, lt, below, one);
            // SAFETY: no more values were kept than read, and `out` has one register more than `x`.
            unsafe { _mm512_storeu_ps(out.as_mut_ptr().wrapping_add(n), _mm512_maskz_compress_ps(keep, v)) };
            n = n.wrapping_add(keep.count_ones() as usize);
        }
        super::keep_each(tail, lo, hi, out, &mut n);
        let rest = tail.iter().filter(|v| **v < hi).count() as u32;
        Between { below: (_mm512_reduce_add_epi32(below) as u32).wrapping_add(rest), kept: n as u32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::levels;
    use std::vec;
    use std::vec::Vec;

    #[test]
    fn every_level_keeps_and_counts_the_same() {
        let mut x: Vec<f32> = (0..1000).map(|i| ((i * 7919) % 1013) as f32 - 500.0).collect();
        for (i, v) in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0, 0.0, -f32::NAN].into_iter().enumerate() {
            x[i * 37] = v;
        }
        let limits = [(-20.0, 20.0), (-0.0, 3.0), (f32::NEG_INFINITY, f32::INFINITY), (400.0, f32::INFINITY)];
        for n in [0, 1, 7, 8, 15, 16, 17, 31, 999, 1000] {
            let x = &x[..n];
            for (lo, hi) in limits {
                let kept: Vec<f32> = x.iter().copied().filter(|v| lo < *v && *v < hi).collect();
                let below = x.iter().filter(|v| **v < hi).count() as u32;
                let want = Between { below, kept: kept.len() as u32 };
                let outer =
                    (x.iter().filter(|v| **v < lo).count() as u32, x.iter().filter(|v| **v <= hi).count() as u32);
                for level in levels() {
                    let mut out = vec![9.0; room(n)];
                    assert_eq!(keep_between(level, x, lo, hi, &mut out), want);
                    let same = kept.iter().zip(&out).all(|(a, b)| a.to_bits() == b.to_bits());
                    assert!(same, "{level:?} {n} {lo} {hi}");
                    assert_eq!(count_between(level, x, lo, hi), want);
                    assert_eq!(count_outer(level, x, lo, hi), outer);
                    assert_eq!(keep_between(level, x, lo, hi, &mut out[..n + 15]), Between::default());
                }
            }
        }
    }
}
