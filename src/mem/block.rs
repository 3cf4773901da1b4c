//! A block of memory that is used again: each value that borrows from it is dropped before the next one is built.

use super::Carver;
use crate::status::Result;
use crate::util::places::PlaceSum;
use core::marker::PhantomData;
use core::mem::MaybeUninit;

/// A type with a lifetime: that of the memory which its values borrow.
pub trait Borrower {
    /// The type for memory of lifetime `'x`.
    type Of<'x>;
}

/// A block, and the value that borrows from it, if one is built.
pub struct Block<'m, B: Borrower> {
    value: Option<B::Of<'m>>,
    bytes: *mut [MaybeUninit<u8>],
    owns: PhantomData<&'m mut [MaybeUninit<u8>]>,
}

impl<'m, B: Borrower> Block<'m, B> {
    /// A block without a value. `bytes` is aligned to `AREA_ALIGN`.
    pub fn new(bytes: &'m mut [MaybeUninit<u8>]) -> Self {
        Block { value: None, bytes, owns: PhantomData }
    }

    /// Drops the value and builds another one, which may borrow the whole block.
    ///
    /// `build` works for every lifetime, so that nothing but the value keeps what it borrows.
    pub fn build(&mut self, build: impl for<'x> FnOnce(&mut Carver<'x>) -> Result<B::Of<'x>>) -> Result<()> {
        self.value = None;
        // SAFETY: the block is this one's for 'm. What borrowed it before was the value, which is dropped: by its
        // type `build` can have kept nothing else, and `with` lends the value for shorter than 'm.
        let bytes: &'m mut [MaybeUninit<u8>] = unsafe { &mut *self.bytes };
        self.value = Some(build(&mut Carver::new(bytes)?)?);
        Ok(())
    }

    /// Drops the value.
    pub fn clear(&mut self) {
        self.value = None;
    }

    /// True if a value is built.
    #[must_use]
    pub fn is_used(&self) -> bool {
        self.value.is_some()
    }

    /// Calls `use_it` with the value, if one is built.
    pub fn with<R>(&self, use_it: impl for<'s, 'x> FnOnce(&'s B::Of<'x>) -> R) -> Option<R> {
        self.value.as_ref().map(use_it)
    }

    /// Adds where the block is.
    pub(crate) fn places(&self, sum: &mut PlaceSum) {
        sum.add_all([self.bytes.cast::<u8>().addr(), self.bytes.len(), usize::from(self.value.is_some())]);
    }
}

impl<B: Borrower> core::fmt::Debug for Block<'_, B> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Block").field("used", &self.is_used()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    struct Numbers;
    impl Borrower for Numbers {
        type Of<'x> = &'x [u64];
    }

    #[test]
    fn memory_is_used_again() {
        let mut words = [MaybeUninit::<u64>::uninit(); 4];
        // SAFETY: MaybeUninit<u8> may have any bytes.
        let bytes = unsafe { words.align_to_mut::<MaybeUninit<u8>>().1 };
        let mut block = Block::<Numbers>::new(bytes);
        assert!(!block.is_used());
        for round in 0..3 {
            block.build(|carver| carver.copied(&[round, 2, 3, 4])).unwrap();
            let copy: Option<Vec<u64>> = block.with(|n| n.to_vec());
            assert_eq!(copy.unwrap(), [round, 2, 3, 4]);
        }
        // One word too many: the block is empty afterwards, and may be used again.
        assert!(block.build(|carver| carver.copied(&[0; 5])).is_err());
        assert!(!block.is_used());
        block.build(|carver| carver.copied(&[9; 4])).unwrap();
        block.clear();
        assert!(block.with(|_| ()).is_none());
    }
}
