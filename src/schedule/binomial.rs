//! Reversing T steps with s checkpoints: the binomial schedule, which no other beats.
//!
//! A chain of T steps is to be handed out from the last to the first. A step needs the state before it; there is room
//! for `s` states, the one before the first step among them. Griewank & Walther (ACM TOMS 26(1), 2000, "Algorithm
//! 799: Revolve") show what this costs at least, in *advances*: steps run only to get at a later state.
//!
//! ```text
//! beta(s, r) = C(s + r, s)             steps that can be reversed running none of them ahead more than r times
//! r          = least with T <= beta(s, r)
//! t(T, s)    = r * T - C(s + r, s + 1)     advances; all in all T + t(T, s) steps are run
//! ```
//!
//! The optimal schedule puts its first checkpoint at a step j with
//! `max(beta(s, r-2), T - beta(s-1, r)) <= j <= min(beta(s, r-1), T - beta(s-1, r-1))`, reverses what is behind it with
//! `s - 1` checkpoints, and then the j steps before it with `s`. Sweeps (`pipeline::sweep`) take the largest such j: the
//! first step is then run ahead exactly r times, more than (or as often as) any other, which [`super::leaf`] makes use of.
//! All that such a schedule has to know is which states it holds: so it can be left and taken up at any point, and a lost
//! checkpoint only means that it decides anew.

use crate::util::unsigned::{Count, Unsigned};

/// `C(s + r, s)`, exact below 2^121, `u128::MAX` above. At most 128 rounds: every round at least doubles the value.
fn wide(s: u64, r: u64) -> u128 {
    let (few, many) = (u128::from(s.min_u64(r)), u128::from(s.max_u64(r)));
    let (mut value, mut i) = (1u128, 0u128);
    while i < few {
        i = i.saturating_add(1);
        let next = value.checked_mul(many.saturating_add(i)).and_then(|p| p.checked_div(i));
        match next {
            Some(next) => value = next,
            None => return u128::MAX,
        }
    }
    value
}

/// `beta(s, r) = C(s + r, s)`; `u64::MAX` where it is larger.
#[must_use]
pub fn beta(s: u64, r: u64) -> u64 {
    u64::try_from(wide(s, r)).unwrap_or(u64::MAX)
}

/// The least r with `steps <= beta(s, r)`: how often any step is run ahead at most. None without a checkpoint, where
/// more than one step cannot be reversed.
///
/// Doubling and halving: at most 128 values of beta.
#[must_use]
pub fn rounds(steps: u64, s: u64) -> Option<u64> {
    rounds_near(steps, s, 1)
}

/// The same, in two values of beta where `guess` is right and few where it is close.
pub(super) fn rounds_near(steps: u64, s: u64, guess: u64) -> Option<u64> {
    if steps <= 1 {
        return Some(0);
    }
    if s == 0 {
        return None;
    }
    let enough = |r| wide(s, r) >= u128::from(steps);
    // `low` is too few (0 always is), `high` is enough.
    let (mut low, mut high, mut stride) = (0, guess.max_u64(1), 1u64);
    if enough(high) {
        // The stride doubles: at most 64 turns.
        while high > low.max_u64(1) {
            let probe = high.sat_sub(stride).max_u64(1);
            if !enough(probe) {
                low = probe;
                break;
            }
            high = probe;
            stride = stride.sat_mul(2);
        }
    } else {
        low = high;
        // The stride doubles: at most 64 turns.
        loop {
            high = low.sat_add(stride);
            if enough(high) {
                break;
            }
            low = high;
            stride = stride.sat_mul(2);
        }
    }
    // Halves what is between: at most 64 turns.
    while high.sat_sub(low) > 1 {
        let middle = low.midpoint(high);
        if enough(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

/// `C(s + r, s + 1) = beta(s, r) * r / (s + 1)`: what the steps save of r runs each.
///
/// For the least r of T, `beta(s, r) < T * (s + r) / r`, so the product stays below `T * (s + r)`: below 2^127 for T and
/// s up to 2^63.
pub(super) fn saved(s: u64, r: u64) -> Option<u128> {
    wide(s, r).checked_mul(u128::from(r))?.checked_div(u128::from(s).saturating_add(1))
}

/// `t(T, s)`: the advances of the optimal schedule, exact for T and s up to 2^63. None without a checkpoint (and more
/// than one step). At worst, with one checkpoint, `T * (T - 1) / 2`.
#[must_use]
pub fn extra_advances(steps: u64, s: u64) -> Option<u128> {
    let r = rounds(steps, s)?;
    u128::from(r).checked_mul(u128::from(steps))?.checked_sub(saved(s, r)?)
}

/// The first and the last step at which the first checkpoint of an optimal schedule can be put, from the start of the
/// `steps` (two or more) to be reversed with `s` (two or more) checkpoints.
#[must_use]
pub fn splits(steps: u64, s: u64) -> (u64, u64) {
    let r = rounds(steps, s).unwrap_or(1);
    let (fewer, less) = (s.sat_sub(1), r.sat_sub(1));
    let before = if r >= 2 { beta(s, r.sat_sub(2)) } else { 0 };
    let low = before.max_u64(steps.sat_sub(beta(fewer, r)));
    let high = beta(s, less).min_u64(steps.sat_sub(beta(fewer, less)));
    let most = steps.sat_sub(1).max_u64(1);
    (low.max_u64(1).min_u64(most), high.max_u64(1).min_u64(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_arguments_neither_overflow_nor_round() {
        let t = 1u64 << 63;
        assert_eq!(rounds(t, 1), Some(t - 1));
        assert_eq!(extra_advances(t, 1), Some((1u128 << 62) * u128::from(t - 1)));
        assert_eq!(rounds(t, t), Some(1));
        assert_eq!(extra_advances(t, t), Some(u128::from(t - 1)));
        // Two checkpoints: beta(2, r) = (r + 1)(r + 2) / 2, C(r + 2, 3) = r (r + 1)(r + 2) / 6.
        let r = u128::from(rounds(t, 2).unwrap());
        assert!(r * (r + 1) / 2 < u128::from(t) && u128::from(t) <= (r + 1) * (r + 2) / 2);
        assert_eq!(extra_advances(t, 2), Some(r * u128::from(t) - r * (r + 1) * (r + 2) / 6));
        for s in [3, 10, 100, 65_535, 65_536] {
            let r = rounds(t, s).unwrap();
            assert!(wide(s, r) >= u128::from(t) && wide(s, r - 1) < u128::from(t));
            assert!(extra_advances(t, s).unwrap() <= u128::from(r) * u128::from(t));
        }
        assert_eq!(beta(u64::MAX, u64::MAX), u64::MAX);
        assert_eq!(rounds(u64::MAX, u64::MAX), Some(1));
        assert_eq!((rounds(2, 0), rounds(1, 0), extra_advances(0, 0)), (None, Some(0), Some(0)));
    }

    #[test]
    fn a_guess_changes_nothing() {
        for s in 1..12 {
            for steps in 2..400 {
                let right = rounds(steps, s).unwrap();
                assert!(beta(s, right) >= steps && beta(s, right - 1) < steps);
                for guess in [0, 1, 2, 3, 5, 9, 40, 399, u64::MAX] {
                    assert_eq!(rounds_near(steps, s, guess), Some(right));
                }
            }
        }
    }
}
