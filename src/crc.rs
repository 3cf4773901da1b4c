//! CRC-32C (Castagnoli): polynomial 0x1EDC6F41 reflected, initial value and final XOR all ones (RFC 3720, B.4).
//!
//! Uses the processor's instruction where it has one; otherwise slicing by eight, with eight tables of 256 words that
//! are computed at compile time.

const POLY: u32 = 0x82F6_3B78;

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "runs in the compiler")]
const fn tables() -> [[u32; 256]; 8] {
    let mut t = [[0u32; 256]; 8];
    let mut i = 0;
    while i < 256 {
        let mut crc = i as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ POLY } else { crc >> 1 };
            bit += 1;
        }
        t[0][i] = crc;
        i += 1;
    }
    let mut k = 1;
    while k < 8 {
        let mut i = 0;
        while i < 256 {
            t[k][i] = (t[k - 1][i] >> 8) ^ t[0][(t[k - 1][i] & 0xff) as usize];
            i += 1;
        }
        k += 1;
    }
    t
}

static TABLES: [[u32; 256]; 8] = tables();

/// A checksum that is computed piece by piece.
#[derive(Clone, Copy, Debug)]
pub struct Crc32c(u32);

impl Default for Crc32c {
    fn default() -> Self {
        Self::new()
    }
}

impl Crc32c {
    /// The checksum of no bytes.
    #[must_use]
    pub const fn new() -> Self {
        Crc32c(!0)
    }

    /// Continues from the checksum `value` of earlier bytes.
    #[must_use]
    pub const fn resume(value: u32) -> Self {
        Crc32c(!value)
    }

    /// The checksum continued over `bytes`.
    #[must_use]
    pub fn update(self, bytes: &[u8]) -> Self {
        crate::simd::crc32c(self.0, bytes).map_or_else(|| self.sliced(bytes), Crc32c)
    }

    fn sliced(self, bytes: &[u8]) -> Self {
        let [t0, t1, t2, t3, t4, t5, t6, t7] = &TABLES;
        let at = |t: &[u32; 256], b: u8| {
            #[allow(clippy::indexing_slicing, reason = "a u8 is below 256")]
            t[b as usize]
        };
        let mut crc = self.0;
        let (words, tail) = bytes.as_chunks::<8>();
        for &[b0, b1, b2, b3, b4, b5, b6, b7] in words {
            let [c0, c1, c2, c3] = crc.to_le_bytes();
            crc = at(t7, b0 ^ c0)
                ^ at(t6, b1 ^ c1)
                ^ at(t5, b2 ^ c2)
                ^ at(t4, b3 ^ c3)
                ^ at(t3, b4)
                ^ at(t2, b5)
                ^ at(t1, b6)
                ^ at(t0, b7);
        }
        for &b in tail {
            let [c0, ..] = crc.to_le_bytes();
            crc = (crc >> 8) ^ at(t0, b ^ c0);
        }
        Crc32c(crc)
    }

    /// The checksum of all bytes so far.
    #[must_use]
    pub const fn value(self) -> u32 {
        !self.0
    }
}

/// CRC-32C of `bytes`.
#[must_use]
pub fn crc32c(bytes: &[u8]) -> u32 {
    Crc32c::new().update(bytes).value()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bitwise(bytes: &[u8]) -> u32 {
        let mut crc = !0u32;
        for &b in bytes {
            crc ^= u32::from(b);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { (crc >> 1) ^ POLY } else { crc >> 1 };
            }
        }
        !crc
    }

    #[test]
    fn rfc_3720_vectors() {
        assert_eq!(crc32c(&[0; 32]), 0x8A91_36AA);
        assert_eq!(crc32c(&[0xff; 32]), 0x62A8_AB43);
        let up: [u8; 32] = core::array::from_fn(|i| i as u8);
        assert_eq!(crc32c(&up), 0x46DD_794E);
        assert_eq!(crc32c(b"123456789"), 0xE306_9283);
    }

    #[test]
    fn tables_and_instruction_agree_for_every_length() {
        let bytes: std::vec::Vec<u8> = (0..20_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for len in (0..200).chain(3000..3100).chain([6143, 6144, 6151, 9300, 20_000]) {
            let bytes = &bytes[..len];
            assert_eq!(Crc32c::new().update(bytes).value(), Crc32c::new().sliced(bytes).value(), "{len}");
            let (a, b) = bytes.split_at(len / 3);
            assert_eq!(Crc32c::resume(crc32c(a)).update(b).value(), crc32c(bytes));
        }
    }

    #[test]
    fn any_split_gives_the_bitwise_value() {
        let bytes: [u8; 67] = core::array::from_fn(|i| (i * i + 7) as u8);
        for cut in 0..bytes.len() {
            let (a, b) = bytes.split_at(cut);
            assert_eq!(Crc32c::new().update(a).update(b).value(), bitwise(&bytes));
        }
    }
}
