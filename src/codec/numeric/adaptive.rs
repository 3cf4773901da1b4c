//! The adaptive coder: residuals as binary decisions whose probabilities adapt to the residuals before.
//!
//! Running means of the magnitudes before a residual give a scale level, which selects a set of nodes. The decisions of
//! a residual are whether its bit length exceeds the expected one, by how much, its sign, and its highest bits. The
//! remaining bits are coded with even probabilities. No tables are sent. This is the tightest coder, and the slowest.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "running means of 32-bit magnitudes with 16 fraction bits in 64; node indices below 64"
)]

use super::range::{self, Coder, Learner, Node};
use super::tables::{LEVELS, level_of, table_of};

/// Nodes per scale level, enough for all the kinds below.
const NODES: usize = 64;
/// Cells of i32 for the nodes of all scale levels.
pub(crate) const CELLS: usize = LEVELS * NODES;

/// First nodes by kind: longer than expected, shorter than expected, sign, bits of short and of long numbers.
const UP: usize = 0;
const DOWN: usize = 12;
const SIGN: usize = 24;
const SHORT: usize = 27;
const LONG: usize = 35;

/// Weights of the fast, medium and slow running mean, in eighths.
const WEIGHTS: [[i64; 3]; 4] = [[0, 8, 0], [2, 4, 2], [4, 3, 1], [0, 2, 6]];
/// Number of ways to weight the means.
pub(crate) const WAYS: usize = WEIGHTS.len();

/// The running means of the magnitudes so far, with 16 fraction bits, and their weights.
struct Scale {
    means: [i64; 3],
    weights: [i64; 3],
}

impl Scale {
    fn new(way: usize) -> Self {
        Scale { means: [1 << 18; 3], weights: WEIGHTS.get(way).copied().unwrap_or([0, 8, 0]) }
    }

    #[inline]
    fn level(&self) -> u32 {
        let sum: i64 = self.means.iter().zip(self.weights).map(|(m, w)| m * w).sum();
        level_of(sum as u64, 19)
    }

    #[inline]
    fn update(&mut self, v: i32) {
        let m = i64::from(v.unsigned_abs()) << 16;
        for (mean, rate) in self.means.iter_mut().zip([2u32, 4, 7]) {
            *mean += (m - *mean) >> rate;
        }
    }
}

#[inline]
fn node(nodes: &mut [i32; NODES], at: usize) -> &mut i32 {
    #[allow(clippy::indexing_slicing, reason = "masked to the array's 64")]
    &mut nodes[at & (NODES - 1)]
}

/// Codes one residual of this scale level and returns it. A reader ignores `v`.
#[inline]
fn value(c: &mut impl Coder, nodes: &mut [i32; NODES], level: u32, v: i32) -> i32 {
    let a = v.unsigned_abs();
    let length = 32 - a.leading_zeros();
    // The bit length of the mean.
    let expected = (level >> 1).saturating_sub(6);
    let mut k;
    if c.bit(node(nodes, UP), length > expected) {
        k = expected + 1;
        while k < 32 && c.bit(node(nodes, UP + 1 + ((k - expected - 1) as usize).min(10)), length > k) {
            k += 1;
        }
    } else {
        k = expected;
        while k > 0 && c.bit(node(nodes, DOWN + ((expected - k) as usize).min(11)), length < k) {
            k -= 1;
        }
    }
    if k == 0 {
        return 0;
    }
    let negative = c.bit(node(nodes, SIGN + (k as usize - 1).min(2)), v < 0);
    let mut a_out = 1u32;
    let mut left = k - 1;
    let (base, learned) =
        if k <= 4 { (SHORT, 3) } else { (LONG + 3 * ((k + 4).saturating_sub(expected) as usize).min(8), 2) };
    for _ in 0..learned.min(left) {
        left -= 1;
        let at = if k <= 4 { base + a_out as usize } else { base + (a_out as usize).saturating_sub(1) };
        let bit = c.bit(node(nodes, at), (a >> left) & 1 != 0);
        a_out = (a_out << 1) | u32::from(bit);
    }
    let low = c.raw(if left == 0 { 0 } else { a & (u32::MAX >> (32 - left)) }, left);
    let a = if left == 0 { a_out } else { (a_out << left) | low };
    if negative { (a as i32).wrapping_neg() } else { a as i32 }
}

fn run(c: &mut impl Coder, way: usize, known: &[i32], cells: &mut [i32], e: &mut [i32]) -> Option<()> {
    let (sets, _) = cells.get_mut(..CELLS)?.as_chunks_mut::<NODES>();
    sets.as_flattened_mut().fill(Node::NEW);
    let mut scale = Scale::new(way);
    for v in known {
        let level = scale.level();
        value(&mut Learner, sets.get_mut(table_of(level).0)?, level, *v);
        scale.update(*v);
    }
    for v in e {
        let level = scale.level();
        *v = value(c, sets.get_mut(table_of(level).0)?, level, *v);
        scale.update(*v);
    }
    Some(())
}

/// Writes `e` after adapting to the residuals `known`, and returns the number of bytes.
///
/// `e` keeps its values. `cells` has at least [`CELLS`].
pub(crate) fn write(way: usize, known: &[i32], e: &mut [i32], cells: &mut [i32], out: &mut [u8]) -> Option<usize> {
    let (first, rest) = out.split_first_mut()?;
    *first = way as u8;
    let mut w = range::Writer::new(rest);
    run(&mut w, way, known, cells, e)?;
    Some(w.finish()? + 1)
}

/// Reads residuals from all of `bytes` into `e` after adapting to the residuals `known`; the inverse of [`write`].
pub(crate) fn read(known: &[i32], bytes: &[u8], e: &mut [i32], cells: &mut [i32]) -> Option<()> {
    let (way, rest) = bytes.split_first()?;
    if usize::from(*way) >= WAYS {
        return None;
    }
    let mut r = range::Reader::new(rest);
    run(&mut r, usize::from(*way), known, cells, e)?;
    r.ended().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn residual() -> impl Strategy<Value = i32> {
        prop_oneof![4 => -3..4i32, 2 => -300..300i32, 1 => any::<i32>(), 1 => Just(i32::MIN), 1 => Just(i32::MAX)]
    }

    proptest! {
        #[test]
        fn residuals_read_back(e in proptest::collection::vec(residual(), 0..300), known in proptest::collection::vec(residual(), 0..50), way in 0..WAYS) {
            let mut cells = std::vec![0; CELLS];
            let mut buf = std::vec![0u8; 4096];
            let mut work = e.clone();
            let n = write(way, &known, &mut work, &mut cells, &mut buf).unwrap();
            prop_assert_eq!(&work, &e);
            work.fill(7);
            read(&known, &buf[..n], &mut work, &mut cells).unwrap();
            prop_assert_eq!(&work, &e);
        }
    }
}
