//! Checked arithmetic on sizes and positions. Sizes are `usize`, positions and counts `u64`.

use crate::status::{Error, Result, Status};

const TOO_LARGE: Error = Error::new(
    Status::Overflow,
    "a size or position does not fit the address space: use smaller windows, rows, queues or ranges",
);

/// `a + b`.
pub fn add(a: usize, b: usize) -> Result<usize> {
    a.checked_add(b).ok_or(TOO_LARGE)
}

/// `a * b`.
pub fn mul(a: usize, b: usize) -> Result<usize> {
    a.checked_mul(b).ok_or(TOO_LARGE)
}

/// `a + b` for positions.
pub fn add64(a: u64, b: u64) -> Result<u64> {
    a.checked_add(b).ok_or(TOO_LARGE)
}

/// `a * b` for positions.
pub fn mul64(a: u64, b: u64) -> Result<u64> {
    a.checked_mul(b).ok_or(TOO_LARGE)
}

/// Converts a count to a size in memory.
pub fn size(n: u64) -> Result<usize> {
    usize::try_from(n).map_err(|_| TOO_LARGE)
}

/// Converts a size to a count. Lossless: no supported processor has more than 64 address bits.
#[must_use]
pub fn count(n: usize) -> u64 {
    n as u64
}

/// `a / b` rounded up; 0 if `b` is 0.
#[must_use]
#[cfg_attr(not(feature = "std"), inline(never))]
pub fn div_ceil(a: u64, b: u64) -> u64 {
    if b == 0 { 0 } else { a.div_ceil(b) }
}

/// `n` rounded up to a multiple of `align`, a power of two.
pub fn align_up(n: usize, align: usize) -> Result<usize> {
    let low = align.wrapping_sub(1);
    n.checked_add(low).map(|n| n & !low).ok_or(TOO_LARGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_do_not_fit_are_refused() {
        assert_eq!(add(usize::MAX, 1), Err(TOO_LARGE));
        assert_eq!(mul(usize::MAX, 2), Err(TOO_LARGE));
        assert_eq!(add64(u64::MAX, 1), Err(TOO_LARGE));
        assert_eq!(mul64(1 << 63, 2), Err(TOO_LARGE));
        assert_eq!(align_up(usize::MAX, 64), Err(TOO_LARGE));
        assert_eq!(align_up(65, 64), Ok(128));
        assert_eq!(div_ceil(7, 0), 0);
        assert_eq!(div_ceil(7, 2), 4);
    }
}
