//! Planes of few distinct values: a sorted list of them, and each sample as its rank.
#![allow(clippy::arithmetic_side_effects, reason = "positions within a plane; differences of i32 in i64")]

use super::entropy;
use super::tables::estimate;
use crate::codec::Effort;
use crate::codec::varint::{self, unzigzag, zigzag};
use crate::util::bytes::{Reader, Writer};

/// Samples looked at before a plane is sorted.
const PROBE: usize = 512;

/// Whether `x` may have few enough values for a dictionary to pay; `e`, as long as `x`, is overwritten.
pub fn promising(x: &[i32], e: &mut [i32]) -> bool {
    let (low, high) = x.iter().fold((i32::MAX, i32::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
    let range = i64::from(high) - i64::from(low) + 1;
    if range <= 32 * e.len() as i64 {
        // One bit per possible value.
        let words = (range as usize).div_ceil(32);
        let Some(bits) = e.get_mut(..words) else { return false };
        bits.fill(0);
        for v in x {
            let at = v.wrapping_sub(low) as u32;
            if let Some(w) = bits.get_mut((at >> 5) as usize) {
                *w |= 1 << (at & 31);
            }
        }
        let distinct: u64 = bits.iter().map(|w| u64::from(w.count_ones())).sum();
        return distinct * 5 <= range as u64 * 4 && distinct * 3 <= x.len() as u64;
    }
    let mut probe = [0i32; PROBE];
    let n = PROBE.min(x.len());
    for (to, v) in probe.iter_mut().zip(x.iter().step_by((x.len() / n.max(1)).max(1))) {
        *to = *v;
    }
    let probe = probe.get_mut(..n).unwrap_or(&mut []);
    probe.sort_unstable();
    let distinct = 1 + probe.array_windows().filter(|[a, b]| a != b).count();
    distinct * 20 <= n * 19
}

/// The distinct values of `x` in rising order at the start of `e`, and how many there are.
pub fn distinct(x: &[i32], e: &mut [i32]) -> usize {
    for (to, v) in e.iter_mut().zip(x) {
        *to = *v;
    }
    e.sort_unstable();
    let mut kept = 0usize;
    let mut last = None;
    for i in 0..e.len() {
        let Some(v) = e.get(i).copied() else { break };
        if last != Some(v) {
            last = Some(v);
            if let Some(to) = e.get_mut(kept) {
                *to = v;
            }
            kept += 1;
        }
    }
    kept
}

/// The rank of `v`, which is among `values`.
#[inline]
pub fn rank(values: &[i32], v: i32) -> i32 {
    values.partition_point(|u| *u < v) as i32
}

/// Estimated cost of writing `values`, in 1/256 bit.
pub fn cost(values: &[i32], factor: u32) -> u64 {
    let mut sum = 0u64;
    for [a, b] in values.array_windows() {
        sum += u64::from(a.abs_diff(*b) / factor.max(1)) - 1;
    }
    estimate(sum, values.len() as u32) + 30 * 8 * 256
}

/// Writes the values, which lie at the start of `e` and are used up.
pub fn write(e: &mut [i32], factor: u32, effort: Effort, out: &mut [u8]) -> Option<usize> {
    let first = *e.first()?;
    let mut w = Writer::new(out);
    varint::write(&mut w, zigzag(first));
    varint::write(&mut w, factor);
    varint::write(&mut w, e.len() as u32);
    let n = w.finish()?;
    let mut before = first;
    for v in e.iter_mut().skip(1) {
        let gap = v.abs_diff(before).checked_div(factor)?;
        before = *v;
        *v = gap.wrapping_sub(1) as i32;
    }
    Some(n + entropy::write(e.get_mut(1..)?, effort, out.get_mut(n..)?)?)
}

/// Reads the values into the start of `e` and tells how many there are.
pub fn read(r: &mut Reader<'_>, e: &mut [i32]) -> Option<usize> {
    let first = unzigzag(varint::read(r)?);
    let factor = varint::read(r)?;
    let n = varint::read(r)? as usize;
    let (head, gaps) = e.get_mut(..n)?.split_first_mut()?;
    *head = first;
    entropy::read(r, gaps)?;
    let mut v = first;
    for g in gaps {
        v = v.wrapping_add((*g as u32).wrapping_add(1).wrapping_mul(factor) as i32);
        *g = v;
    }
    Some(n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    proptest! {
        #[test]
        fn dictionaries_come_back(x in proptest::collection::vec(prop_oneof![any::<i32>(), -5..5i32, Just(i32::MIN), Just(i32::MAX)], 2..200)) {
            let mut e = x.clone();
            let n = distinct(&x, &mut e);
            let mut want: Vec<i32> = x.clone();
            want.sort();
            want.dedup();
            prop_assert_eq!(&e[..n], &want[..]);
            for v in &x {
                prop_assert_eq!(want[rank(&want, *v) as usize], *v);
            }
            let mut buf = std::vec![0u8; 4096];
            let len = write(&mut e[..n], 1, Effort::Default, &mut buf).unwrap();
            let mut back = std::vec![0; x.len()];
            let mut r = Reader::new(&buf[..len]);
            prop_assert_eq!(read(&mut r, &mut back), Some(n));
            prop_assert_eq!(&back[..n], &want[..]);
        }
    }
}
