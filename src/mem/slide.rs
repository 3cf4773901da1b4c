//! Moves within a slice, without the panic of `copy_within`.

use crate::util::unsigned::Unsigned;
use core::ops::{Bound, RangeBounds};

/// Moves elements of a slice.
pub trait Slide<T: Copy> {
    /// Moves the elements of a range to the positions from `to` on. Both must be within the slice: otherwise nothing
    /// happens, and debug builds panic.
    fn slide(&mut self, range: impl RangeBounds<usize>, to: usize);
}

impl<T: Copy> Slide<T> for [T] {
    #[inline]
    fn slide(&mut self, range: impl RangeBounds<usize>, to: usize) {
        let start = match range.start_bound() {
            Bound::Included(v) => *v,
            Bound::Excluded(v) => v.sat_add(1),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(v) => v.sat_add(1),
            Bound::Excluded(v) => *v,
            Bound::Unbounded => self.len(),
        };
        let count = end.sat_sub(start);
        let fits = start <= end && end <= self.len() && to <= self.len().sat_sub(count);
        debug_assert!(fits);
        if fits {
            let base = self.as_mut_ptr();
            // SAFETY: `count` elements from `start` and from `to` on are within the slice; they may
            // overlap.
            unsafe { core::ptr::copy(base.add(start), base.add(to), count) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_all_kinds_are_moved_both_ways() {
        let mut x = [1, 2, 3, 4, 5];
        x.slide(1..3, 0);
        assert_eq!(x, [2, 3, 3, 4, 5]);
        x.slide(..2, 3);
        assert_eq!(x, [2, 3, 3, 2, 3]);
        x.slide(1.., 0);
        assert_eq!(x, [3, 3, 2, 3, 3]);
        x.slide(..4, 1);
        assert_eq!(x, [3, 3, 3, 2, 3]);
        x.slide(5..5, 5);
        assert_eq!(x, [3, 3, 3, 2, 3]);
    }
}
