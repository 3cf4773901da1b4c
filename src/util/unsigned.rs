//! Saturating arithmetic, comparison and leading zeros of unsigned integers, without branches on 32-bit processors.
//!
//! The methods compute what `saturating_add`, `<`, `min` and so on compute. With 32-bit registers, compilers turn a
//! comparison of 64 bits into three, each with a branch: 14 to 27 instructions. The carry of an addition or subtraction
//! one word wider gives the same result in 4 to 8 instructions without a branch. On other processors the methods are
//! those of `core`.

#[cfg(target_pointer_width = "32")]
use carried as by;
#[cfg(not(target_pointer_width = "32"))]
use plain as by;

/// Unsigned integers.
pub trait Unsigned: Copy {
    /// `self + other`, or the maximum value.
    #[must_use]
    fn sat_add(self, other: Self) -> Self;
    /// `self - other`, or 0.
    #[must_use]
    fn sat_sub(self, other: Self) -> Self;
    /// `self * other`, or the maximum value.
    #[must_use]
    fn sat_mul(self, other: Self) -> Self;
}

/// Comparison of positions and counts.
pub trait Count: Unsigned {
    /// `self < other`.
    #[must_use]
    fn lt_u64(self, other: Self) -> bool;
    /// The smaller of the two.
    #[must_use]
    fn min_u64(self, other: Self) -> Self;
    /// The larger of the two.
    #[must_use]
    fn max_u64(self, other: Self) -> Self;
}

macro_rules! forward {
    ($to:ty, $add:ident, $sub:ident, $mul:ident, $as:ty) => {
        impl Unsigned for $to {
            #[inline(always)]
            fn sat_add(self, other: Self) -> Self {
                by::$add(self as $as, other as $as) as $to
            }
            #[inline(always)]
            fn sat_sub(self, other: Self) -> Self {
                by::$sub(self as $as, other as $as) as $to
            }
            #[inline(always)]
            fn sat_mul(self, other: Self) -> Self {
                by::$mul(self as $as, other as $as) as $to
            }
        }
    };
}

forward!(u32, add32, sub32, mul32, u32);
forward!(u64, add, sub, mul, u64);
#[cfg(target_pointer_width = "32")]
forward!(usize, add32, sub32, mul32, u32);
#[cfg(not(target_pointer_width = "32"))]
forward!(usize, add, sub, mul, u64);

impl Count for u64 {
    #[inline(always)]
    fn lt_u64(self, other: Self) -> bool {
        by::lt_u64(self, other)
    }
    #[inline(always)]
    fn min_u64(self, other: Self) -> Self {
        by::min_u64(self, other)
    }
    #[inline(always)]
    fn max_u64(self, other: Self) -> Self {
        by::max_u64(self, other)
    }
}

/// The methods of `core`, which [`carried`] is tested against.
#[cfg(any(test, not(target_pointer_width = "32")))]
mod plain {
    macro_rules! saturating {
        ($($name:ident: $to:ty = $method:ident),*) => {
            $(#[inline(always)]
            pub(super) fn $name(a: $to, b: $to) -> $to {
                a.$method(b)
            })*
        };
    }
    saturating!(add: u64 = saturating_add, sub: u64 = saturating_sub, mul: u64 = saturating_mul);
    saturating!(min_u64: u64 = min, max_u64: u64 = max);
    saturating!(add32: u32 = saturating_add, sub32: u32 = saturating_sub, mul32: u32 = saturating_mul);

    #[inline(always)]
    pub(super) fn lt_u64(a: u64, b: u64) -> bool {
        a < b
    }
}

/// The methods by the carry, in forms that the compiler does not turn back into comparisons.
#[cfg(any(test, target_pointer_width = "32"))]
mod carried {
    /// A word in both halves.
    #[inline(always)]
    fn both(word: u32) -> u64 {
        u64::from(word) << 32 | u64::from(word)
    }

    /// `a - b` modulo `2^64`, and all ones if it is below 0.
    #[inline(always)]
    fn borrow(a: u64, b: u64) -> (u64, u32) {
        let d = u128::from(a).wrapping_sub(b.into());
        (d as u64, (d >> 64) as u32)
    }

    #[inline(always)]
    pub(super) fn add(a: u64, b: u64) -> u64 {
        let sum = u128::from(a).wrapping_add(b.into());
        let over = ((sum >> 64) as u32).wrapping_neg();
        u64::from((sum >> 32) as u32 | over) << 32 | u64::from(sum as u32 | over)
    }

    #[inline(always)]
    pub(super) fn sub(a: u64, b: u64) -> u64 {
        let (d, below) = borrow(a, b);
        d & both(!below)
    }

    /// Not inlined: it is long in every form.
    #[inline(never)]
    pub(super) fn mul(a: u64, b: u64) -> u64 {
        let (x, y) = (a as u32, b as u32);
        if (a | b) >> 32 == 0 {
            return u64::from(x).wrapping_mul(y.into());
        }
        a.saturating_mul(b)
    }

    #[inline(always)]
    pub(super) fn lt_u64(a: u64, b: u64) -> bool {
        borrow(a, b).1 != 0
    }

    #[inline(always)]
    pub(super) fn min_u64(a: u64, b: u64) -> u64 {
        let (d, below) = borrow(a, b);
        b.wrapping_add(d & both(below))
    }

    #[inline(always)]
    pub(super) fn max_u64(a: u64, b: u64) -> u64 {
        let (d, below) = borrow(a, b);
        b.wrapping_add(d & both(!below))
    }

    #[inline(always)]
    pub(super) fn add32(a: u32, b: u32) -> u32 {
        !sub32(!a, b)
    }

    #[inline(always)]
    pub(super) fn sub32(a: u32, b: u32) -> u32 {
        let d = u64::from(a).wrapping_sub(b.into());
        d as u32 & !((d >> 32) as u32)
    }

    #[inline(always)]
    pub(super) fn mul32(a: u32, b: u32) -> u32 {
        let product = u64::from(a).wrapping_mul(b.into());
        product as u32 | (0u64.wrapping_sub(product >> 32) >> 32) as u32
    }
}

/// Number of leading zeros of `v`; 32 for 0. Uses the processor's instruction, except on SPARC V8, which has none: a
/// table replaces a library call there.
#[inline(always)]
#[must_use]
pub fn leading_zeros(v: u32) -> u32 {
    if cfg!(target_arch = "sparc") { zeros_by_table(v) } else { v.leading_zeros() }
}

/// Leading zeros from the highest byte that is not 0.
#[cfg_attr(not(target_arch = "sparc"), allow(dead_code, reason = "tested everywhere"))]
#[inline(always)]
fn zeros_by_table(v: u32) -> u32 {
    let (byte, above) = match v {
        0..0x100 => (v, 24),
        0x100..0x1_0000 => (v >> 8, 16),
        0x1_0000..0x100_0000 => (v >> 16, 8),
        _ => (v >> 24, 0),
    };
    #[allow(clippy::indexing_slicing, reason = "masked to the table's 256")]
    let zeros = ZEROS[byte as usize & 255];
    u32::from(zeros).wrapping_add(above)
}

/// Leading zeros of a byte.
#[cfg_attr(not(target_arch = "sparc"), allow(dead_code, reason = "tested everywhere"))]
static ZEROS: [u8; 256] = {
    let (mut zeros, mut byte) = ([0; 256], 0u8);
    loop {
        #[allow(clippy::indexing_slicing, reason = "runs in the compiler")]
        let to = &mut zeros[byte as usize];
        *to = byte.leading_zeros() as u8;
        match byte.checked_add(1) {
            Some(next) => byte = next,
            None => break zeros,
        }
    }
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near() -> impl Strategy<Value = u64> {
        (0u32..66, 0u64..5, any::<u64>()).prop_map(|(bits, less, any)| match bits {
            65 => any,
            _ => 1u64.checked_shl(bits).unwrap_or(0).wrapping_add(2).wrapping_sub(less),
        })
    }

    proptest! {
        #[test]
        fn carries_agree_with_comparisons(a in near(), b in near()) {
            prop_assert_eq!(carried::add(a, b), plain::add(a, b));
            prop_assert_eq!(carried::sub(a, b), plain::sub(a, b));
            prop_assert_eq!(carried::mul(a, b), plain::mul(a, b));
            prop_assert_eq!(carried::min_u64(a, b), plain::min_u64(a, b));
            prop_assert_eq!(carried::max_u64(a, b), plain::max_u64(a, b));
            prop_assert_eq!(carried::lt_u64(a, b), plain::lt_u64(a, b));
            let (a, b) = (a as u32, b as u32);
            prop_assert_eq!(carried::add32(a, b), plain::add32(a, b));
            prop_assert_eq!(carried::sub32(a, b), plain::sub32(a, b));
            prop_assert_eq!(carried::mul32(a, b), plain::mul32(a, b));
            prop_assert_eq!(zeros_by_table(a), a.leading_zeros());
        }
    }
}
