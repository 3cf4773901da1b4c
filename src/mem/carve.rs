//! Cutting an area into typed tables, front to back, and computing its size beforehand.

use super::FixedVec;
use crate::checked;
use crate::limits::AREA_ALIGN;
use crate::status::{Error, Result, Status};
use crate::util::places::PlaceSum;
use crate::util::unsigned::Unsigned;
use core::mem::{MaybeUninit, align_of, size_of};

/// Size of a sequence of [`Carver`] calls: the same calls in the same order, without memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layout {
    bytes: usize,
}

impl Layout {
    /// A layout that starts after `bytes` bytes.
    #[must_use]
    pub const fn after(bytes: usize) -> Self {
        Layout { bytes }
    }

    /// Reserves room for `n` values of `T`.
    pub(crate) fn reserve<T>(&mut self, n: usize) -> Result<()> {
        self.reserve_of(n, size_of::<T>(), align_of::<T>())
    }

    // One copy for all types, like Carver::take.
    fn reserve_of(&mut self, n: usize, size: usize, align: usize) -> Result<()> {
        let start = checked::align_up(self.bytes, align)?;
        self.bytes = checked::add(start, checked::mul(n, size)?)?;
        Ok(())
    }

    /// Total size in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

/// The text of an area that is too small.
pub(crate) const SHORT: &str =
    "the control area is {a} bytes short: max_stages, max_edges and param_bytes set what it needs";

/// The rest of an area.
#[derive(Debug)]
pub struct Carver<'m> {
    rest: &'m mut [MaybeUninit<u8>],
    used: usize,
    /// Every byte of the rest has a value.
    initialized: bool,
}

impl<'m> Carver<'m> {
    /// All of `area`, whose start must be aligned to `AREA_ALIGN`.
    pub fn new(area: &'m mut [MaybeUninit<u8>]) -> Result<Self> {
        if !area.as_ptr().addr().is_multiple_of(AREA_ALIGN) {
            return Err(Error::new(Status::Align, "the control area must be aligned to {a} bytes")
                .a(checked::count(AREA_ALIGN)));
        }
        Ok(Carver { rest: area, used: 0, initialized: false })
    }

    /// As [`Carver::new`], for an area whose bytes have values: [`Carver::bytes`] does not write them.
    #[cfg(feature = "std")]
    pub fn of_bytes(area: &'m mut [u8]) -> Result<Self> {
        // SAFETY: an initialized byte may be used as one that need not be; only values are written through the
        // carver, and nobody sees the area as bytes while it is lent.
        let area = unsafe { &mut *(core::ptr::from_mut(area) as *mut [MaybeUninit<u8>]) };
        Ok(Carver { initialized: true, ..Carver::new(area)? })
    }

    /// `n` bytes of any value.
    pub fn bytes(&mut self, n: usize) -> Result<&'m mut [u8]> {
        if !self.initialized {
            return self.filled(n, 0);
        }
        let room = self.uninit::<u8>(n)?;
        // SAFETY: by `initialized`.
        Ok(unsafe { &mut *(core::ptr::from_mut(room) as *mut [u8]) })
    }

    /// An empty vector with room for `n` values of `T`.
    pub fn vec<T>(&mut self, n: usize) -> Result<FixedVec<'m, T>> {
        Ok(FixedVec::new(self.uninit(n)?))
    }

    /// A copy of `values`.
    pub fn copied<T: Copy>(&mut self, values: &[T]) -> Result<&'m [T]> {
        let room = self.uninit(values.len())?;
        for (to, from) in room.iter_mut().zip(values) {
            to.write(*from);
        }
        // SAFETY: all of `room` was written: it has as many places as there are values.
        Ok(unsafe { &*(core::ptr::from_ref(room) as *const [T]) })
    }

    /// `n` copies of `value`.
    pub fn filled<T: Copy>(&mut self, n: usize, value: T) -> Result<&'m mut [T]> {
        let room = self.uninit(n)?;
        for to in room.iter_mut() {
            to.write(value);
        }
        // SAFETY: all of `room` was written.
        Ok(unsafe { &mut *(core::ptr::from_mut(room) as *mut [T]) })
    }

    /// Adds where the rest is.
    pub(crate) fn places(&self, sum: &mut PlaceSum) {
        sum.add_all([self.rest.as_ptr().addr(), self.rest.len(), self.used]);
    }

    /// Bytes used so far.
    #[must_use]
    pub fn used(&self) -> usize {
        self.used
    }

    /// Bytes left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// `n` places for values of `T`.
    pub fn uninit<T>(&mut self, n: usize) -> Result<&'m mut [MaybeUninit<T>]> {
        const { assert!(align_of::<T>() <= AREA_ALIGN) };
        let place = self.take(n, size_of::<T>(), align_of::<T>())?;
        // SAFETY: `place` has n * size_of::<T>() bytes, its start is aligned (the area's start is
        // aligned to AREA_ALIGN, `start` to T), it is borrowed exclusively for 'm, and
        // MaybeUninit<T> may have any bytes.
        Ok(unsafe { core::slice::from_raw_parts_mut(place.as_mut_ptr().cast(), n) })
    }

    /// The next `n * size` bytes, from a multiple of `align` on.
    fn take(&mut self, n: usize, size: usize, align: usize) -> Result<&'m mut [MaybeUninit<u8>]> {
        let start = checked::align_up(self.used, align)?;
        let bytes = checked::mul(n, size)?;
        let end = checked::add(start, bytes)?;
        let skip = start.sat_sub(self.used);
        let need = checked::add(skip, bytes)?;
        let rest = core::mem::take(&mut self.rest);
        if need > rest.len() {
            let short = need.sat_sub(rest.len());
            self.rest = rest;
            return Err(Error::new(Status::Memory, SHORT).a(short));
        }
        let (head, rest) = rest.split_at_mut(need);
        self.rest = rest;
        self.used = end;
        Ok(head.get_mut(skip..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_and_carver_agree_exactly() {
        let mut layout = Layout::default();
        layout.reserve::<u8>(3).unwrap();
        layout.reserve::<u64>(2).unwrap();
        layout.reserve::<u16>(5).unwrap();
        let need = layout.bytes();
        assert_eq!(need, 8 + 16 + 10);
        let mut area = [MaybeUninit::<u64>::uninit(); 8];
        // SAFETY: MaybeUninit<u8> may have any bytes.
        let bytes = unsafe { area.align_to_mut::<MaybeUninit<u8>>().1 };
        for (given, fits) in [(need, true), (need - 1, false)] {
            let mut carver = Carver::new(&mut bytes[..given]).unwrap();
            carver.vec::<u8>(3).unwrap();
            carver.vec::<u64>(2).unwrap();
            assert_eq!(carver.vec::<u16>(5).is_ok(), fits);
        }
        assert_eq!(Carver::new(&mut bytes[1..]).unwrap_err().status, Status::Align);
    }
}
