//! Samples of every kind, for the CCSDS 121 tests.

use sqrtspace::codec::ccsds121::Params;

/// xorshift64*: the same numbers everywhere.
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
}

pub(crate) const KINDS: usize = 7;

/// `count` samples as unsigned numbers of `bits` bits.
pub(crate) fn samples(kind: usize, bits: u32, count: usize, seed: u64) -> Vec<u32> {
    let mut rng = Rng(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let max = u32::MAX >> (32 - bits);
    let mut x = max / 2;
    let mut amplitude = 1u64;
    (0..count)
        .map(|i| {
            let r = rng.next() >> 8;
            match kind {
                // Random.
                0 => x = r as u32 & max,
                // Smooth.
                1 => x = x.wrapping_add((r % 7) as u32).wrapping_sub(3) & max,
                // Long runs of the same with a few steps.
                2 => x = if r.is_multiple_of(700) { (r >> 20) as u32 & max } else { x },
                // Extremes.
                3 => x = if r.is_multiple_of(3) { 0 } else { max },
                // A walk whose steps grow and shrink: every k.
                4 => {
                    if i % 50 == 0 {
                        amplitude = 1 << (rng.next() % u64::from(bits + 1));
                    }
                    x = x.wrapping_add((r % amplitude) as u32).wrapping_sub((amplitude / 2) as u32) & max;
                }
                // Runs with rare ones: pairs.
                5 => x = if r.is_multiple_of(9) { x.wrapping_add(1) & max } else { x },
                // Low numbers, for coding without prediction.
                _ => x = ((r % 64).leading_zeros() - 58).min(max),
            }
            x
        })
        .collect()
}

/// The samples in their containers; signed ones shifted down by half the range and sign-extended.
pub(crate) fn pack(p: &Params, samples: &[u32]) -> Vec<u8> {
    let size = p.sample_bytes();
    let offset = if p.signed && p.preprocess { 1u32 << (p.bits - 1) } else { 0 };
    samples
        .iter()
        .flat_map(|&u| {
            let v = u.wrapping_sub(offset);
            let le = v.to_le_bytes();
            let mut c = le[..size].to_vec();
            if p.msb {
                c.reverse();
            }
            c
        })
        .collect()
}

/// The same with the bits above n cleared, as libaec's encoder wants them.
#[allow(dead_code)]
pub(crate) fn masked(p: &Params, bytes: &[u8]) -> Vec<u8> {
    let size = p.sample_bytes();
    let max = u32::MAX >> (32 - p.bits);
    let mut out = bytes.to_vec();
    for c in out.chunks_mut(size) {
        let mask = max.to_le_bytes();
        for (i, m) in mask[..size].iter().enumerate() {
            c[if p.msb { size - 1 - i } else { i }] &= m;
        }
    }
    out
}
