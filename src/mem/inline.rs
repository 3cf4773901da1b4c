//! A trait object stored in place: a `Box<dyn Trait>` without a heap.

use core::cell::UnsafeCell;
use core::marker::PhantomData;
use core::mem::{MaybeUninit, align_of, size_of};
use core::ops::{Deref, DerefMut};

/// A value of any type that fits `WORDS` words of 8 bytes, accessed as `D`.
pub struct Inline<D: ?Sized, const WORDS: usize> {
    /// A shared reference to the value may change it, if its type has interior mutability.
    store: UnsafeCell<[MaybeUninit<u64>; WORDS]>,
    view: unsafe fn(*mut u8) -> *mut D,
    owns: PhantomData<D>,
}

impl<D: ?Sized, const WORDS: usize> Inline<D, WORDS> {
    /// Stores `value`; `view` converts a pointer to it to one to `D`.
    ///
    /// # Safety
    /// `view` returns its argument, as a pointer to a `D` that `T` is, and `T` outlives the lifetime of `D`.
    pub(crate) unsafe fn with_view<T>(value: T, view: fn(*mut T) -> *mut D) -> Self {
        const {
            assert!(size_of::<T>() <= WORDS * 8, "the value is too large for its place");
            assert!(align_of::<T>() <= align_of::<u64>(), "the value needs a larger alignment than its place has");
        }
        let mut store = [const { MaybeUninit::uninit() }; WORDS];
        // SAFETY: the store is large enough and aligned for T, as asserted above.
        unsafe { store.as_mut_ptr().cast::<T>().write(value) };
        // SAFETY: the two function types differ in the pointee of a thin pointer only, which are
        // ABI-compatible.
        let view = unsafe { core::mem::transmute::<fn(*mut T) -> *mut D, unsafe fn(*mut u8) -> *mut D>(view) };
        Inline { store: UnsafeCell::new(store), view, owns: PhantomData }
    }
}

impl<D: ?Sized, const WORDS: usize> Inline<D, WORDS> {
    /// The address of the conversion function, to check it before it is called.
    #[must_use]
    pub fn address(&self) -> usize {
        self.view as usize
    }
}

impl<D: ?Sized, const WORDS: usize> Deref for Inline<D, WORDS> {
    type Target = D;
    fn deref(&self) -> &D {
        // SAFETY: the store holds the value that `view` was made for; the borrow is that of self.
        unsafe { &*(self.view)(self.store.get().cast()) }
    }
}

impl<D: ?Sized, const WORDS: usize> DerefMut for Inline<D, WORDS> {
    fn deref_mut(&mut self) -> &mut D {
        // SAFETY: as above, and the borrow is exclusive.
        unsafe { &mut *(self.view)(self.store.get().cast()) }
    }
}

impl<D: ?Sized, const WORDS: usize> Drop for Inline<D, WORDS> {
    fn drop(&mut self) {
        // SAFETY: the value was written in `with_view` and is dropped here only.
        unsafe { core::ptr::drop_in_place((self.view)(self.store.get().cast())) };
    }
}

impl<D: ?Sized, const WORDS: usize> core::fmt::Debug for Inline<D, WORDS> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Inline").finish_non_exhaustive()
    }
}

/// Declares the constructor for values of a trait: the only one, so that the conversion is right.
macro_rules! inline_of {
    ($of:ident, $words:expr) => {
        impl<'m> $crate::mem::Inline<dyn $of + 'm, $words> {
            /// Stores `value` in place.
            #[allow(unsafe_code, reason = "of src/mem")]
            pub fn new<T: $of + 'm>(value: T) -> Self {
                // SAFETY: the conversion is that of the compiler, and `T` lives for 'm.
                unsafe { $crate::mem::Inline::with_view(value, |p: *mut T| p) }
            }
        }
    };
}
pub(crate) use inline_of;

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::rc::Rc;

    trait Count {
        fn count(&mut self) -> usize;
        fn peek(&self) -> usize {
            0
        }
    }
    inline_of!(Count, 2);
    struct Counter(#[allow(dead_code, reason = "held for its drop")] Rc<()>, usize);
    impl Count for Counter {
        fn count(&mut self) -> usize {
            self.1 += 1;
            self.1
        }
    }

    #[test]
    fn the_value_moves_with_its_place_and_is_dropped_once() {
        let token = Rc::new(());
        let mut held: Inline<dyn Count, 2> = Inline::<dyn Count, 2>::new(Counter(token.clone(), 40));
        assert_eq!(held.count(), 41);
        let mut moved = std::boxed::Box::new(held);
        assert_eq!(moved.count(), 42);
        drop(moved);
        assert_eq!(Rc::strong_count(&token), 1);
    }

    /// Counts through a shared reference.
    struct Peeked(Cell<usize>);
    impl Count for Peeked {
        fn count(&mut self) -> usize {
            self.0.get()
        }
        fn peek(&self) -> usize {
            self.0.set(self.0.get() + 1);
            self.0.get()
        }
    }

    /// Under Miri this fails if the store is not an `UnsafeCell`.
    #[test]
    fn a_shared_reference_may_change_a_cell() {
        let mut held = Inline::<dyn Count, 2>::new(Peeked(Cell::new(1)));
        let (a, b) = (&held, &held);
        assert_eq!((a.peek(), b.peek(), a.peek()), (2, 3, 4));
        assert_eq!(held.count(), 4);
    }
}
