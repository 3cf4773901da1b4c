//! Samples and residuals: conversion from and to containers in memory, and the mapping of differences.
//!
//! The codec represents every sample as a number from 0 to 2^n - 1.
#![allow(clippy::arithmetic_side_effects, reason = "shifts by constants below 32 and wrapping offsets")]

use super::params::Layout;

fn get<const B: usize, const MSB: bool>(c: &[u8; B]) -> u32 {
    if MSB {
        c.iter().fold(0, |v, &b| v << 8 | u32::from(b))
    } else {
        c.iter().rev().fold(0, |v, &b| v << 8 | u32::from(b))
    }
}

fn put<const B: usize, const MSB: bool>(c: &mut [u8; B], mut v: u32) {
    let mut set = |b: &mut u8| {
        *b = v as u8;
        v >>= 8;
    };
    if MSB { c.iter_mut().rev().for_each(&mut set) } else { c.iter_mut().for_each(&mut set) }
}

fn read_as<const B: usize, const MSB: bool>(l: &Layout, bytes: &[u8], out: &mut [u32]) -> u32 {
    let (containers, _) = bytes.as_chunks::<B>();
    let spare = 32 - 8 * B as u32;
    let mut all = 0;
    if l.cut {
        let min = -(i64::from(l.max) / 2) - 1;
        for (c, u) in containers.iter().zip(out) {
            let v = ((get::<B, MSB>(c) << spare) as i32) >> spare;
            *u = v as u32 & l.max;
            let fits = i64::from(v) >= min && (v < 0 || v as u32 <= l.max);
            all |= if fits { *u } else { u32::MAX };
        }
    } else if l.signed {
        for (c, u) in containers.iter().zip(out) {
            let v = ((get::<B, MSB>(c) << spare) as i32) >> spare;
            *u = (v as u32).wrapping_add(l.offset);
            all |= *u;
        }
    } else {
        for (c, u) in containers.iter().zip(out) {
            *u = get::<B, MSB>(c);
            all |= *u;
        }
    }
    all
}

fn write_as<const B: usize, const MSB: bool>(l: &Layout, samples: &[u32], bytes: &mut [u8]) {
    let (containers, _) = bytes.as_chunks_mut::<B>();
    for (c, u) in containers.iter_mut().zip(samples) {
        put::<B, MSB>(c, u.wrapping_sub(l.offset));
    }
}

/// Reads as many samples as both slices hold. False if one does not fit n bits.
pub(super) fn read(l: &Layout, bytes: &[u8], out: &mut [u32]) -> bool {
    let all = match (l.sample_bytes, l.msb) {
        (1, _) => read_as::<1, false>(l, bytes, out),
        (2, false) => read_as::<2, false>(l, bytes, out),
        (2, true) => read_as::<2, true>(l, bytes, out),
        (3, false) => read_as::<3, false>(l, bytes, out),
        (3, true) => read_as::<3, true>(l, bytes, out),
        (_, false) => read_as::<4, false>(l, bytes, out),
        (_, true) => read_as::<4, true>(l, bytes, out),
    };
    all <= l.max
}

/// Writes as many samples as both slices hold.
pub(super) fn write(l: &Layout, samples: &[u32], bytes: &mut [u8]) {
    match (l.sample_bytes, l.msb) {
        (1, _) => write_as::<1, false>(l, samples, bytes),
        (2, false) => write_as::<2, false>(l, samples, bytes),
        (2, true) => write_as::<2, true>(l, samples, bytes),
        (3, false) => write_as::<3, false>(l, samples, bytes),
        (3, true) => write_as::<3, true>(l, samples, bytes),
        (_, false) => write_as::<4, false>(l, samples, bytes),
        (_, true) => write_as::<4, true>(l, samples, bytes),
    }
}

/// Residuals of `samples`, each predicted by the one before it, the first by `last`. Returns their bitwise OR.
///
/// Small differences of either sign alternate. Beyond the point where only one sign stays within the range, its
/// differences follow each other.
// Not inlined: with a known length the loop is unrolled before it could be vectorized, which is
// slower.
#[inline(never)]
pub(super) fn residuals(max: u32, last: u32, samples: &[u32], out: &mut [u32]) -> u32 {
    let one = |p: u32, x: u32| {
        let up = x >= p;
        let step = if up { x.wrapping_sub(p) } else { p.wrapping_sub(x) };
        let both_signs = step <= p.min(max.wrapping_sub(p));
        let folded = step.wrapping_mul(2).wrapping_sub(u32::from(!up));
        let single = if up { x } else { max.wrapping_sub(x) };
        if both_signs { folded } else { single }
    };
    let (Some((d0, rest)), Some((x0, next))) = (out.split_first_mut(), samples.split_first()) else { return 0 };
    *d0 = one(last, *x0);
    let mut all = *d0;
    for ((&p, &x), d) in samples.iter().zip(next).zip(rest) {
        *d = one(p, x);
        all |= *d;
    }
    all
}

/// Reverses [`residuals`] in place, starting from the sample `last`. Returns the new last sample.
pub(super) fn integrate(max: u32, last: u32, block: &mut [u32]) -> u32 {
    let mut p = last;
    for d in block {
        let half = (*d >> 1) + (*d & 1);
        let room = max.wrapping_sub(p);
        p = if half <= p.min(room) {
            p.wrapping_add((*d >> 1) ^ (*d & 1).wrapping_neg())
        } else if p < room {
            *d
        } else {
            max.wrapping_sub(*d)
        };
        *d = p;
    }
    p
}
