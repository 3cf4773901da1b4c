//! Residuals by Golomb-Rice codes, the parameter chosen per block of 16: no tables, no multiplications.
#![allow(clippy::arithmetic_side_effects, reason = "magnitudes of 32 bits summed in 64; parameters below 34")]

use crate::codec::bits::{BitReader, BitWriter};
use crate::codec::varint::{unzigzag, zigzag};
use crate::util::bytes::Reader;

/// Samples of a block.
const BLOCK: usize = 16;
/// The parameter that says: all zero.
const ZERO: u32 = 33;
const ZERO_LEVEL: i32 = ZERO as i32;
/// Quotients from here on are written as this many zeros, a one and the value in 32 bits.
const MOST: u32 = 24;

/// The parameter for a block whose zigzag values add up to `sum`.
#[inline]
fn parameter(sum: u64, n: u64) -> u32 {
    if sum == 0 {
        return ZERO;
    }
    // k with 2^k <= mean * ln 2 < 2^(k+1), in sixteenths of the mean.
    let m = if n == BLOCK as u64 { (sum * 11) >> 8 } else { (sum * 11) / (n * 16) };
    if m == 0 { 0 } else { m.ilog2().min(31) }
}

fn zigzag_sum(b: &[i32]) -> u64 {
    b.iter().map(|v| u64::from(zigzag(*v))).sum()
}

/// About what [`write`] needs, in 1/256 bit.
pub(crate) fn cost(e: &[i32]) -> u64 {
    let mut bits = 64u64;
    let mut before = 0u32;
    for b in e.chunks(BLOCK) {
        let sum = zigzag_sum(b);
        let k = parameter(sum, b.len() as u64);
        bits += u64::from(zigzag(k as i32 - before as i32) + 1);
        before = k;
        if k != ZERO {
            bits += (sum >> k) + (u64::from(k) + 1) * b.len() as u64;
        }
    }
    bits * 256
}

/// Writes `e`.
pub(crate) fn write(e: &[i32], out: &mut [u8]) -> Option<usize> {
    let mut w = BitWriter::new(out);
    let mut before = 0u32;
    for b in e.chunks(BLOCK) {
        let k = parameter(zigzag_sum(b), b.len() as u64);
        w.unary(zigzag(k as i32 - before as i32));
        before = k;
        if k == ZERO {
            continue;
        }
        for v in b {
            let z = zigzag(*v);
            let q = z >> k;
            if q < MOST {
                w.put(1, q + 1);
                w.put(z & ((1 << k) - 1), k);
            } else {
                w.put(1, MOST + 1);
                w.put(z, 32);
            }
        }
    }
    w.finish()
}

/// Reads residuals into `e`.
pub(crate) fn read(r: &mut Reader<'_>, e: &mut [i32]) -> Option<()> {
    let mut bits = BitReader::new(r.rest());
    let mut k = 0i32;
    for b in e.chunks_mut(BLOCK) {
        k += unzigzag(bits.unary(68));
        match k {
            ZERO_LEVEL => b.fill(0),
            0..=31 => {
                let k = k as u32;
                for v in b.iter_mut() {
                    let q = bits.unary(MOST);
                    let z = if q < MOST { (q << k) | bits.get(k) } else { bits.get(32) };
                    *v = unzigzag(z);
                }
            }
            _ => return None,
        }
    }
    if bits.overrun() {
        return None;
    }
    r.bytes(bits.used()).map(|_| ())
}
