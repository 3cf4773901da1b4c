//! The leaf-buffered binomial schedule: reverses T rows in tiles of L rows; and the best split of a budget between
//! checkpoints and the leaf.
//!
//! The rows are cut into `T' = ceil(T / L)` tiles. The binomial schedule (Griewank & Walther 2000) runs over tiles
//! instead of steps. Where it reaches a tile, the rows of the tile are computed forward into a buffer of L rows, the
//! leaf, and delivered from the last to the first. With one round this is the square-root scheme of Chen et al. (2016)
//! and, for Viterbi decoders and similar algorithms, of Grice, Hughey & Speck (1997). Checkpoints of two sizes, states
//! and rows, are the two levels of Herrmann & Pallez (2020).
//!
//! Where L does not divide T, the *first* tile has fewer rows. The last tile is never advanced, so shortening it would
//! save nothing. The first tile is advanced r times, and in an optimal schedule no tile is advanced more often
//! ([`super::binomial`]): each row that it has less saves r advances. So
//!
//! ```text
//! extra(T, s, L) = L * t(T', s) - (L * T' - T) * r = r * T - L * C(s + r, s + 1)  <=  L * t(T', s)
//! ```
//!
//! where r is the smallest number with `T' <= beta(s, r)`, that is, `T <= L * beta(s, r)`. This r maximizes the
//! expression with C(s + r, s + 1), which changes by `T - L * beta(s, r - 1)` from r - 1 to r. For each r it falls
//! with L and does not rise with s, so the same holds for the maximum: more leaf rows always help, more slots never
//! harm.

use super::binomial;
use crate::checked;
use crate::status::{Error, Result, Status};
use crate::util::unsigned::{Count, Unsigned};

/// Maximum number of slots that [`split`] returns. It bounds the time of [`split`] for any number of rows.
pub const MAX_SLOTS: u64 = 1 << 16;

/// Advances to reverse `rows` rows with `s` slots and a leaf of `leaf` rows, exact for arguments up to 2^63. `None`
/// where that is impossible: without a leaf, or for more rows than the leaf has without a slot.
#[must_use]
pub fn extra_advances(rows: u64, s: u64, leaf: u64) -> Option<u128> {
    Some(count(rows, s, leaf, 1)?.0)
}

/// The advances and their r.
fn count(rows: u64, s: u64, leaf: u64, guess: u64) -> Option<(u128, u64)> {
    let leaf = leaf.min_u64(rows.max_u64(1));
    if leaf == 0 {
        return None;
    }
    let r = binomial::rounds_near(checked::div_ceil(rows, leaf), s, guess)?;
    let saved = binomial::saved(s, r)?.checked_mul(u128::from(leaf))?;
    Some((u128::from(r).checked_mul(u128::from(rows))?.checked_sub(saved)?, r))
}

/// A memory budget for reversing rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Bytes for slots, the running state and the leaf: `(s + 1) * state_bytes + L * row_bytes`.
    pub bytes: u64,
    /// Bytes of a state in its slot, header included (`store::state_slots::StateSlots::slot_bytes`).
    pub state_bytes: u64,
    /// Bytes of a row.
    pub row_bytes: u64,
    /// Number of rows to reverse.
    pub rows: u64,
}

/// A split of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// Number of checkpoint slots.
    pub slots: u64,
    /// Number of rows of the leaf.
    pub leaf: u64,
    /// Maximum number of advances of a row.
    pub rounds: u64,
    /// Advances: rows computed beyond one pass.
    pub extra: u128,
    /// Bytes used.
    pub bytes: u64,
}

impl Budget {
    /// The largest leaf besides `s` slots.
    fn leaf(&self, s: u64) -> Option<u64> {
        let states = s.checked_add(1)?.checked_mul(self.state_bytes)?;
        let left = self.bytes.checked_sub(states)?;
        Some(left.checked_div(self.row_bytes).unwrap_or(u64::MAX).min_u64(self.rows.max_u64(1)))
            .filter(|leaf| *leaf > 0)
    }

    /// The maximum number of slots besides a leaf.
    fn slots(&self, leaf: u64) -> Option<u64> {
        let left = self.bytes.checked_sub(leaf.checked_mul(self.row_bytes)?)?;
        let states = left.checked_div(self.state_bytes).unwrap_or(u64::MAX);
        states.checked_sub(1).map(|s| s.min_u64(MAX_SLOTS)).filter(|s| *s > 0)
    }

    fn bytes_for(&self, s: u64, leaf: u64) -> Option<u64> {
        s.checked_add(1)?.checked_mul(self.state_bytes)?.checked_add(leaf.checked_mul(self.row_bytes)?)
    }

    /// The minimum number of bytes with which the rows can be reversed.
    fn min_bytes(&self) -> u64 {
        self.bytes_for(1, 1).unwrap_or(u64::MAX)
    }
}

/// The split with the fewest advances; of several, the one with the fewest bytes.
///
/// The result is the best over every s up to [`MAX_SLOTS`] and every leaf. At most `2 * sqrt(T) + 2` splits or
/// `2 * MAX_SLOTS + 2` splits are compared, for these reasons:
/// - For each s only the largest leaf matters, and for each leaf only the maximum number of slots (see the module).
/// - Where `L * (s + 1) < T`, s or L is below `sqrt(T)`. All such s and L are compared, each with its best counterpart.
/// - Otherwise one round is enough and the advances are `T - L`, so the smallest such s is best. If it and its L were
///   both above `sqrt(T)`, L at `s = ceil(sqrt(T))` would be above it as well, and that smaller s would do: a
///   contradiction.
pub fn split(budget: &Budget) -> Result<Split> {
    let root = budget.rows.isqrt().sat_add(1);
    let mut best: Option<Split> = None;
    let mut guess = 1;
    let mut consider = |s: u64, leaf: u64| {
        let Some((extra, rounds)) = count(budget.rows, s, leaf, guess) else { return };
        guess = rounds;
        let Some(bytes) = budget.bytes_for(s, leaf) else { return };
        if best.is_none_or(|b| (extra, bytes) < (b.extra, b.bytes)) {
            best = Some(Split { slots: s, leaf, rounds, extra, bytes });
        }
    };
    for s in 1..=root.min_u64(MAX_SLOTS) {
        let Some(leaf) = budget.leaf(s) else { break };
        consider(s, leaf);
    }
    // Leaves below the root, with more slots than above.
    for leaf in 1..=root.min_u64(MAX_SLOTS) {
        let Some(s) = budget.slots(leaf) else { break };
        if s <= root {
            break;
        }
        // More slots than tiles are unnecessary.
        consider(s.min_u64(checked::div_ceil(budget.rows, leaf)).max_u64(1), leaf);
    }
    best.ok_or_else(|| {
        Error::new(
            Status::Budget,
            "reversing needs at least {a} bytes for states and rows, but has {b}: raise the budget",
        )
        .a(budget.min_bytes())
        .b(budget.bytes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LONG: Budget = Budget { bytes: 0, state_bytes: 256, row_bytes: 64, rows: 1_000_000 };

    /// The published bound, which ignores the short tile.
    fn bound(rows: u64, s: u64, leaf: u64) -> u128 {
        u128::from(leaf) * binomial::extra_advances(rows.div_ceil(leaf), s).unwrap()
    }

    #[test]
    fn published_splits() {
        // 256.5, 128, 64 and 32 KiB: the split by the bound. The exact count is at most the bound.
        let table = [(262_656, 400, 2500, 0.9975), (131_072, 253, 1032, 1.737), (65_536, 126, 516, 1.934)];
        for (bytes, s, leaf, factor) in table.into_iter().chain([(32_768, 84, 172, 2.357)]) {
            let budget = Budget { bytes, ..LONG };
            assert_eq!(budget.leaf(s), Some(leaf));
            assert!((bound(1_000_000, s, leaf) as f64 / 1e6 - factor).abs() < 5e-4, "{bytes}");
            let best = split(&budget).unwrap();
            assert!(best.extra <= bound(1_000_000, s, leaf), "{bytes}");
            assert!(best.bytes <= bytes);
        }
        // 288, 128, 64 and 32 KiB with headers.
        for (kib, limit) in [(288, 1.00), (128, 1.77), (64, 1.94), (32, 2.49)] {
            let best = split(&Budget { bytes: kib * 1024, state_bytes: 288, ..LONG }).unwrap();
            let factor = best.extra as f64 / 1e6;
            assert!(factor <= limit + 5e-3, "{kib} KiB: {factor}");
        }
        for (rows, s, leaf, extra) in [(1000, 10, 100, 900), (1000, 10, 10, 2220), (10_000, 100, 100, 9900)] {
            assert_eq!(extra_advances(rows, s, leaf), Some(extra));
        }
    }

    #[test]
    fn the_largest_budgets_are_split_in_bounded_time() {
        let budget = Budget { bytes: 1 << 20, state_bytes: 40, row_bytes: 8, rows: 1_000_000_000 };
        let best = split(&budget).unwrap();
        assert!(best.bytes <= 1 << 20);
        let huge = Budget { bytes: u64::MAX, state_bytes: 40, row_bytes: 8, rows: 1 << 62 };
        assert!(split(&huge).unwrap().slots <= MAX_SLOTS);
        let free = Budget { bytes: 0, state_bytes: 0, row_bytes: 0, rows: 5 };
        assert_eq!(split(&free).unwrap().extra, 0);
        let smallest = Budget { bytes: 2 * 40 + 8, ..budget };
        assert_eq!(split(&smallest).unwrap().leaf, 1);
        let short = split(&Budget { bytes: 2 * 40 + 7, ..budget }).unwrap_err();
        assert!(std::format!("{short}").contains("at least 88 bytes for states and rows, but has 87"));
        assert_eq!(split(&Budget { rows: 0, ..budget }).unwrap().extra, 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::amount::some(2000)))]

        /// No s and no leaf is better than the split.
        #[test]
        fn the_split_is_the_best_of_all(
            bytes in 0u64..3000, state_bytes in 1u64..40, row_bytes in 1u64..40, rows in 1u64..400,
        ) {
            let budget = Budget { bytes, state_bytes, row_bytes, rows };
            let mut min: Option<u128> = None;
            for s in (1..).take_while(|s| (s + 1) * state_bytes <= bytes) {
                for leaf in (1..=rows).take_while(|l| (s + 1) * state_bytes + l * row_bytes <= bytes) {
                    let extra = extra_advances(rows, s, leaf).unwrap();
                    min = Some(min.map_or(extra, |l| l.min(extra)));
                }
            }
            prop_assert_eq!(split(&budget).ok().map(|s| s.extra), min);
            if let Ok(best) = split(&budget) {
                prop_assert_eq!(extra_advances(rows, best.slots, best.leaf), Some(best.extra));
                prop_assert!(best.bytes <= bytes);
                prop_assert_eq!(best.bytes, (best.slots + 1) * state_bytes + best.leaf * row_bytes);
            }
        }
    }
}
