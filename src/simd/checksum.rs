//! CRC-32C by the instruction for it, where there is one.

use super::Level;
use crate::util::crc;

/// The CRC-32C of `bytes`, as [`crc::crc32c`] gives it.
#[must_use]
pub fn crc32c(level: Level, bytes: &[u8]) -> u32 {
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    if level != Level::BASELINE {
        // SAFETY: a level above the baseline exists only where `detect` found AVX2, and no processor has that without
        // SSE 4.2.
        return unsafe { by_instruction(bytes) };
    }
    let Level(_) = level;
    crc::crc32c(bytes)
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
#[target_feature(enable = "sse4.2")]
fn by_instruction(bytes: &[u8]) -> u32 {
    use core::arch::x86_64::{_mm_crc32_u8, _mm_crc32_u64};
    let (words, rest) = bytes.as_chunks::<8>();
    let mut crc = u64::from(u32::MAX);
    for w in words {
        crc = _mm_crc32_u64(crc, u64::from_le_bytes(*w));
    }
    let mut crc = crc as u32;
    for b in rest {
        crc = _mm_crc32_u8(crc, *b);
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn every_level_gives_the_same() {
        let bytes: Vec<u8> = (0..1000u32).map(|i| (i * i / 7) as u8).collect();
        for n in (0..70).chain([999, 1000]) {
            for level in crate::simd::levels() {
                assert_eq!(crc32c(level, &bytes[..n]), crc::crc32c(&bytes[..n]), "{n}");
            }
        }
    }
}
