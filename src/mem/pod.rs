//! Plain data: types for which any bytes are a value, so that bytes can be accessed as elements.

/// Types without padding, references or forbidden bit patterns.
///
/// # Safety
/// Every bit pattern of the right size must be a value of the type, and the type must have no padding.
pub unsafe trait Pod: Copy + 'static {}

macro_rules! pod {
    ($($t:ty)*) => { $(
        // SAFETY: integers, floats and arrays of them may have any bits, and no padding.
        unsafe impl Pod for $t {}
    )* };
}
pod!(i8 u8 i16 u16 i32 u32 i64 u64 f32 f64 [u32; 2]);

/// A complex number: real part first, as in C's `float _Complex` and in every FFT library.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Complex32 {
    /// Real part.
    pub re: f32,
    /// Imaginary part.
    pub im: f32,
}

// SAFETY: two floats without padding.
unsafe impl Pod for Complex32 {}

/// The bytes as elements; `None` if they are misaligned or not a whole number of elements.
#[must_use]
pub fn cast<T: Pod>(bytes: &[u8]) -> Option<&[T]> {
    // SAFETY: T may have any bits; align_to returns a prefix or suffix if alignment or size do not
    // fit.
    let (head, body, tail) = unsafe { bytes.align_to::<T>() };
    (head.is_empty() && tail.is_empty()).then_some(body)
}

/// The bytes as mutable elements; `None` if they are misaligned or not a whole number of elements.
#[must_use]
pub fn cast_mut<T: Pod>(bytes: &mut [u8]) -> Option<&mut [T]> {
    // SAFETY: T may have any bits and has no padding, so writes through it leave initialized bytes.
    let (head, body, tail) = unsafe { bytes.align_to_mut::<T>() };
    (head.is_empty() && tail.is_empty()).then_some(body)
}

/// The elements as mutable elements of a smaller or equal size that divides theirs.
#[must_use]
pub fn recast_mut<T: Pod, U: Pod>(of: &mut [T]) -> &mut [U] {
    const { assert!(align_of::<U>() <= align_of::<T>() && size_of::<T>().is_multiple_of(size_of::<U>())) };
    // SAFETY: U needs no more alignment and its size divides that of T; both may have any bits.
    unsafe { of.align_to_mut::<U>().1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_halves() {
        let mut words = [0u32; 3];
        let halves: &mut [u16] = recast_mut(&mut words[1..]);
        assert_eq!(halves.len(), 4);
        halves[2..].fill(0x1234);
        assert_eq!(words, [0, 0, 0x1234_1234]);
    }

    #[test]
    fn misaligned_and_ragged_bytes_are_refused() {
        let mut words = [0u64; 2];
        // SAFETY: u8 may have any bits.
        let bytes = unsafe { words.align_to_mut::<u8>().1 };
        assert!(cast::<u32>(&bytes[..8]).is_some_and(|w| w.len() == 2));
        assert!(cast::<u32>(&bytes[1..9]).is_none());
        assert!(cast::<u32>(&bytes[..7]).is_none());
        cast_mut::<Complex32>(&mut bytes[..8]).unwrap()[0].im = 1.0;
        assert_eq!(cast::<f32>(&bytes[..8]).unwrap(), [0.0, 1.0]);
    }
}
