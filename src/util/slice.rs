//! Slice operations of `core` without panics and without recursion: copies clip to the shorter slice, and without the
//! standard library sorting and selecting are loops.

#[cfg(any(test, not(feature = "std")))]
use crate::util::unsigned::Unsigned;

/// Copy between slices of equal length.
pub trait Put<T: Copy> {
    /// Copies `from` to `self`. If the lengths differ, which is an error of the caller, copies the shorter length.
    fn put(&mut self, from: &[T]);
}

impl<T: Copy> Put<T> for [T] {
    // Both are cut to one length, so the check of `core` never fails.
    #[cfg_attr(feature = "std", inline(always))]
    #[cfg_attr(not(feature = "std"), inline(never))]
    fn put(&mut self, from: &[T]) {
        debug_assert_eq!(self.len(), from.len());
        let n = self.len().min(from.len());
        if let (Some(to), Some(from)) = (self.get_mut(..n), from.get(..n)) {
            to.copy_from_slice(from);
        }
    }
}

/// Whether `a` is before `b` in the total order of `f32`.
pub fn total_lt(a: &f32, b: &f32) -> bool {
    a.total_cmp(b).is_lt()
}

/// Sorts. The order of equal elements is unspecified.
#[inline]
pub fn sort<T: Copy>(x: &mut [T], less: impl Fn(&T, &T) -> bool) {
    #[cfg(feature = "std")]
    x.sort_unstable_by(|a, b| less(b, a).cmp(&less(a, b)));
    #[cfg(not(feature = "std"))]
    heap_sort(x, less);
}

/// Moves the element of rank `k` to index `k` and returns it: no element before it is greater and none after it is
/// smaller, in the total order. `None` if `k` is out of range.
pub fn select(x: &mut [f32], k: usize) -> Option<f32> {
    if k >= x.len() {
        return None;
    }
    #[cfg(feature = "std")]
    x.select_nth_unstable_by(k, f32::total_cmp);
    #[cfg(not(feature = "std"))]
    select_by_partition(x, k);
    x.get(k).copied()
}

#[cfg(any(test, not(feature = "std")))]
#[inline(always)]
fn swap<T: Copy>(x: &mut [T], i: usize, j: usize) {
    if let (Some(a), Some(b)) = (x.get(i).copied(), x.get(j).copied())
        && let Some(to) = x.get_mut(i)
    {
        *to = b;
        if let Some(to) = x.get_mut(j) {
            *to = a;
        }
    }
}

/// J. W. J. Williams, Algorithm 232, CACM 7 (1964): at most `2 n log2 n` comparisons, in place.
#[cfg(any(test, not(feature = "std")))]
#[inline(never)]
fn heap_sort<T: Copy>(x: &mut [T], less: impl Fn(&T, &T) -> bool) {
    let n = x.len();
    // First sift every element that has children, the last one first. Then move the maximum past
    // the end of the heap, n times.
    for i in (0..n.sat_add(n / 2)).rev() {
        let (at, end) = match i.checked_sub(n) {
            Some(at) => (at, n),
            None => {
                swap(x, 0, i);
                (0, i)
            }
        };
        sift(x.get_mut(..end).unwrap_or_default(), at, &less);
    }
}

/// Moves the element at `at` down the heap until no child is greater.
#[cfg(any(test, not(feature = "std")))]
#[inline(always)]
fn sift<T: Copy>(heap: &mut [T], mut at: usize, less: impl Fn(&T, &T) -> bool) {
    let Some(v) = heap.get(at).copied() else { return };
    // One iteration per level of the heap: at most `log2 n`.
    loop {
        let left = at.sat_mul(2).sat_add(1);
        let Some(mut child) = heap.get(left).copied() else { break };
        let mut next = left;
        if let Some(right) = heap.get(left.sat_add(1)).filter(|right| less(&child, right)) {
            (child, next) = (*right, left.sat_add(1));
        }
        if !less(&v, &child) {
            break;
        }
        if let Some(to) = heap.get_mut(at) {
            *to = child;
        }
        at = next;
    }
    if let Some(to) = heap.get_mut(at) {
        *to = v;
    }
}

/// C. A. R. Hoare, Algorithm 65 (FIND), CACM 4 (1961), with partitions in three parts by the median of three. After too
/// many bad partitions the rest is sorted, which bounds the time by about `n log2 n` for any data.
#[cfg(any(test, not(feature = "std")))]
fn select_by_partition(x: &mut [f32], k: usize) {
    let (mut low, mut high) = (0, x.len());
    let rounds = usize::BITS.sat_sub(x.len().leading_zeros()).sat_mul(2);
    for _ in 0..rounds {
        let Some(range) = x.get_mut(low..high).filter(|range| range.len() > 16) else { break };
        let (smaller, not_greater) = partition(range);
        let at = k.sat_sub(low);
        if at < smaller {
            high = low.sat_add(smaller);
        } else if at < not_greater {
            return;
        } else {
            low = low.sat_add(not_greater);
        }
    }
    heap_sort(x.get_mut(low..high).unwrap_or_default(), total_lt);
}

/// Partitions `x` by one of its elements. Returns the number of smaller elements, and of elements that are not greater.
#[cfg(any(test, not(feature = "std")))]
fn partition(x: &mut [f32]) -> (usize, usize) {
    use core::cmp::Ordering::{Equal, Greater, Less};
    let at = |i: usize| x.get(i).copied().unwrap_or(0.0);
    let mut three = [at(0), at(x.len() / 2), at(x.len().sat_sub(1))];
    heap_sort(&mut three, total_lt);
    let [_, middle, _] = three;
    let (mut smaller, mut i, mut greater) = (0usize, 0usize, x.len());
    // Each iteration brings `i` and `greater` closer by one.
    while i < greater {
        let Some(v) = x.get(i) else { break };
        match v.total_cmp(&middle) {
            Less => {
                swap(x, smaller, i);
                smaller = smaller.sat_add(1);
                i = i.sat_add(1);
            }
            Equal => i = i.sat_add(1),
            Greater => {
                greater = greater.sat_sub(1);
                swap(x, i, greater);
            }
        }
    }
    (smaller, greater)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    /// Lists of numbers: ascending, descending, with equal ones, all equal, empty.
    fn lists() -> Vec<Vec<f32>> {
        let mut seed = 1u32;
        let mut next = move || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed >> 8
        };
        let mut all = vec![vec![], vec![f32::NAN, -0.0, 0.0, f32::INFINITY, -f32::NAN], vec![3.0; 100]];
        for n in [1usize, 2, 3, 16, 17, 18, 100, 1000, 5000] {
            all.push((0..n).map(|i| i as f32).collect());
            all.push((0..n).rev().map(|i| i as f32).collect());
            all.push((0..n).map(|_| (next() % 50) as f32 - 20.0).collect());
            all.push((0..n).map(|_| f32::from_bits(next() << 8)).collect());
        }
        all
    }

    fn bits(x: &[f32]) -> Vec<u32> {
        x.iter().map(|v| v.to_bits()).collect()
    }

    #[test]
    fn sorting_and_selecting_agree_with_core() {
        for x in lists() {
            let mut want = x.clone();
            want.sort_by(f32::total_cmp);
            let mut got = x.clone();
            heap_sort(&mut got, total_lt);
            assert_eq!(bits(&got), bits(&want));
            for k in [0, x.len() / 3, x.len() / 2, x.len().saturating_sub(1)] {
                let mut got = x.clone();
                if k >= x.len() {
                    assert_eq!(select(&mut got, k), None);
                    continue;
                }
                select_by_partition(&mut got, k);
                assert_eq!(got[k].to_bits(), want[k].to_bits());
                assert!(got[..k].iter().all(|v| v.total_cmp(&got[k]).is_le()));
                assert!(got[k..].iter().all(|v| v.total_cmp(&got[k]).is_ge()));
                got.sort_by(f32::total_cmp);
                assert_eq!(bits(&got), bits(&want), "the same elements");
            }
        }
    }

    #[test]
    fn a_worst_case_list_is_selected_in_time() {
        // Organ pipes: the median of three is a bad pivot in every partition.
        let mut x: Vec<f32> = (0..50_000).chain((0..50_000).rev()).map(|i| i as f32).collect();
        select_by_partition(&mut x, 50_000);
        assert_eq!(x[50_000], 25_000.0);
    }
}
