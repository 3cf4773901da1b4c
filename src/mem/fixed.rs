//! A vector of fixed capacity in borrowed memory.

use crate::util::places::PlaceSum;
use crate::util::unsigned::Unsigned;
use core::mem::MaybeUninit;
use core::ops::{Deref, DerefMut};

/// Up to `capacity` values, dropped with the vector.
pub struct FixedVec<'m, T> {
    slots: &'m mut [MaybeUninit<T>],
    len: usize,
}

impl<T> Default for FixedVec<'_, T> {
    fn default() -> Self {
        FixedVec { slots: &mut [], len: 0 }
    }
}

impl<'m, T> FixedVec<'m, T> {
    /// An empty vector with the capacity of `slots`.
    pub fn new(slots: &'m mut [MaybeUninit<T>]) -> Self {
        FixedVec { slots, len: 0 }
    }

    /// Adds where the values are, and whether their number is possible. One flipped bit changes the sum.
    #[inline(always)]
    pub(crate) fn places(&self, sum: &mut PlaceSum) {
        sum.add(self.slots.as_ptr().addr().wrapping_add(self.slots.len()));
        sum.flag(self.len > self.slots.len());
    }

    /// Maximum number of values.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.slots.len()
    }

    /// Appends a value; returns it if the vector is full.
    pub fn push(&mut self, value: T) -> Result<(), T> {
        match self.slots.get_mut(self.len) {
            Some(slot) => {
                slot.write(value);
                self.len = self.len.sat_add(1);
                Ok(())
            }
            None => Err(value),
        }
    }

    /// Removes all values.
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Removes the values from `len` on.
    pub fn truncate(&mut self, len: usize) {
        while self.len > len {
            self.len = self.len.sat_sub(1);
            if let Some(slot) = self.slots.get_mut(self.len) {
                // SAFETY: slots below the old length hold values; `len` excludes this one before it
                // is dropped.
                unsafe { slot.assume_init_drop() };
            }
        }
    }

    /// Fills the rest of the capacity with the results of `value`.
    pub(crate) fn fill_with(&mut self, mut value: impl FnMut() -> T) {
        while self.push(value()).is_ok() {}
    }
}

impl<T> Deref for FixedVec<'_, T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        // SAFETY: the first `len` slots hold values, and `len` never exceeds the slots.
        unsafe { core::slice::from_raw_parts(self.slots.as_ptr().cast(), self.len) }
    }
}

impl<T> DerefMut for FixedVec<'_, T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and the borrow is exclusive.
        unsafe { core::slice::from_raw_parts_mut(self.slots.as_mut_ptr().cast(), self.len) }
    }
}

impl<T> Drop for FixedVec<'_, T> {
    fn drop(&mut self) {
        self.truncate(0);
    }
}

impl<T: core::fmt::Debug> core::fmt::Debug for FixedVec<'_, T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn values_are_dropped_once() {
        let token = Rc::new(());
        let mut slots = [const { MaybeUninit::uninit() }; 3];
        let mut vec = FixedVec::new(&mut slots);
        vec.fill_with(|| token.clone());
        assert_eq!((vec.len(), Rc::strong_count(&token)), (3, 4));
        assert!(vec.push(token.clone()).is_err());
        vec.truncate(1);
        assert_eq!(Rc::strong_count(&token), 2);
        drop(vec);
        assert_eq!(Rc::strong_count(&token), 1);
    }
}
