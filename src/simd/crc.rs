//! CRC-32C by the x86 instruction, on three runs of bytes at a time: the latency of the instruction is three cycles,
//! its throughput one per cycle.

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
use core::sync::atomic::{AtomicU8, Ordering};

/// Bytes of one of the three runs.
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
const RUN: usize = 1024;

/// The checksum register after `bytes`; none if this processor has no instruction for it.
#[must_use]
#[inline]
pub fn crc32c(register: u32, bytes: &[u8]) -> Option<u32> {
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    if has_instruction() {
        // SAFETY: the processor has the instruction, and what it implies.
        return Some(unsafe { by_instruction(register, bytes) });
    }
    let _ = (register, bytes);
    None
}

/// One load after the first call: most checksums are of a few words.
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
#[inline]
fn has_instruction() -> bool {
    match KNOWN.load(Ordering::Relaxed) {
        0 => find_instruction(),
        known => known == 1,
    }
}

/// 0: not known yet, 1: this processor has the instruction, 2: it does not.
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
static KNOWN: AtomicU8 = AtomicU8::new(0);

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
#[cold]
fn find_instruction() -> bool {
    use std::is_x86_feature_detected as has;
    let found = has!("sse4.2") && has!("sse4.1") && has!("ssse3") && has!("sse3");
    KNOWN.store(if found { 1 } else { 2 }, Ordering::Relaxed);
    found
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
#[target_feature(enable = "sse4.2")]
fn by_instruction(register: u32, bytes: &[u8]) -> u32 {
    use core::arch::x86_64::{_mm_crc32_u8, _mm_crc32_u64};
    let mut register = register;
    let mut rest = bytes;
    while let Some((three, after)) = rest.split_first_chunk::<{ 3 * RUN }>() {
        let (words, _) = three.as_chunks::<8>();
        let (a, bc) = words.split_at(RUN / 8);
        let (b, c) = bc.split_at(RUN / 8);
        let mut sums = [u64::from(register), 0, 0];
        for ((a, b), c) in a.iter().zip(b).zip(c) {
            let [x, y, z] = sums;
            sums = [
                _mm_crc32_u64(x, u64::from_le_bytes(*a)),
                _mm_crc32_u64(y, u64::from_le_bytes(*b)),
                _mm_crc32_u64(z, u64::from_le_bytes(*c)),
            ];
        }
        let [x, y, z] = sums.map(|s| s as u32);
        register = after_run(after_run(x) ^ y) ^ z;
        rest = after;
    }
    let (words, tail) = rest.as_chunks::<8>();
    let mut sum = u64::from(register);
    for word in words {
        sum = _mm_crc32_u64(sum, u64::from_le_bytes(*word));
    }
    tail.iter().fold(sum as u32, |sum, b| _mm_crc32_u8(sum, *b))
}

/// The register after a run of zeros: a linear map, with a table for each byte.
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
fn after_run(register: u32) -> u32 {
    static TABLES: [[u32; 256]; 4] = tables();
    let [t0, t1, t2, t3] = &TABLES;
    let [b0, b1, b2, b3] = register.to_le_bytes();
    #[allow(clippy::indexing_slicing, reason = "a u8 is below 256")]
    let at = |t: &[u32; 256], b: u8| t[b as usize];
    at(t0, b0) ^ at(t1, b1) ^ at(t2, b2) ^ at(t3, b3)
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "runs in the compiler")]
const fn tables() -> [[u32; 256]; 4] {
    // The image of each single bit.
    let mut bits = [0u32; 32];
    let mut i = 0;
    while i < 32 {
        let mut register = 1u32 << i;
        let mut n = 0;
        while n < 8 * RUN {
            register = if register & 1 == 1 { (register >> 1) ^ 0x82F6_3B78 } else { register >> 1 };
            n += 1;
        }
        bits[i] = register;
        i += 1;
    }
    let mut tables = [[0u32; 256]; 4];
    let mut k = 0;
    while k < 4 {
        let mut b = 0;
        while b < 256 {
            let mut bit = 0;
            while bit < 8 {
                if b >> bit & 1 == 1 {
                    tables[k][b] ^= bits[8 * k + bit];
                }
                bit += 1;
            }
            b += 1;
        }
        k += 1;
    }
    tables
}
