//! The binomial schedule: reverses T steps with s checkpoints in the minimum number of advances.
//!
//! The steps of a chain are needed from the last to the first. A step needs the state before it, and memory holds `s`
//! states, including the one before the first step. An *advance* runs a step only to reach a later state. Griewank &
//! Walther (ACM TOMS 26(1), 2000, "Algorithm 799: Revolve") give the minimum number of advances:
//!
//! ```text
//! beta(s, r) = C(s + r, s)                steps that can be reversed if none is advanced more than r times
//! r                                       the smallest number with T <= beta(s, r)
//! t(T, s)    = r * T - C(s + r, s + 1)    advances; in total T + t(T, s) steps are run
//! ```
//!
//! The optimal schedule places its first checkpoint at a step j with
//! `max(beta(s, r-2), T - beta(s-1, r)) <= j <= min(beta(s, r-1), T - beta(s-1, r-1))`.
//! It reverses the steps from j on with `s - 1` checkpoints, then the j steps before it with `s`. Sweeps
//! (`pipeline::sweep`) use the largest such j. The first step is then advanced exactly r times and no step is advanced
//! more often, on which [`super::leaf`] relies.
//!
//! The only state of the schedule is the set of states held. It can therefore be paused and resumed at any point, and
//! after the loss of a checkpoint it continues with those that are left.

use crate::util::unsigned::{Count, Unsigned};

/// `C(s + r, s)`, exact below 2^121, `u128::MAX` above. At most 128 iterations: each at least doubles the value.
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

/// `beta(s, r) = C(s + r, s)`, or `u64::MAX` where that is larger.
#[must_use]
pub fn beta(s: u64, r: u64) -> u64 {
    u64::try_from(wide(s, r)).unwrap_or(u64::MAX)
}

/// The smallest r with `steps <= beta(s, r)`: the maximum number of advances of any step. `None` for more than one step
/// without a checkpoint, which cannot be reversed.
///
/// Searches by doubling and bisection: at most 128 values of beta.
#[must_use]
pub fn rounds(steps: u64, s: u64) -> Option<u64> {
    rounds_near(steps, s, 1)
}

/// The result of [`rounds`]. Computes two values of beta if `guess` is right, and few if it is close.
pub(super) fn rounds_near(steps: u64, s: u64, guess: u64) -> Option<u64> {
    if steps <= 1 {
        return Some(0);
    }
    if s == 0 {
        return None;
    }
    let enough = |r| wide(s, r) >= u128::from(steps);
    // `low` is too small (0 always is), `high` is large enough.
    let (mut low, mut high, mut stride) = (0, guess.max_u64(1), 1u64);
    if enough(high) {
        // The stride doubles: at most 64 iterations.
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
        // The stride doubles: at most 64 iterations.
        loop {
            high = low.sat_add(stride);
            if enough(high) {
                break;
            }
            low = high;
            stride = stride.sat_mul(2);
        }
    }
    // Bisection: at most 64 iterations.
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

/// `C(s + r, s + 1) = beta(s, r) * r / (s + 1)`: the advances that are saved of r for each step.
///
/// For the smallest r of T, `beta(s, r) < T * (s + r) / r`, so the product stays below `T * (s + r)`: below 2^127 for T
/// and s up to 2^63.
pub(super) fn saved(s: u64, r: u64) -> Option<u128> {
    wide(s, r).checked_mul(u128::from(r))?.checked_div(u128::from(s).saturating_add(1))
}

/// `t(T, s)`: the advances of the optimal schedule, exact for T and s up to 2^63. `None` for more than one step without
/// a checkpoint. The maximum, with one checkpoint, is `T * (T - 1) / 2`.
#[must_use]
pub fn extra_advances(steps: u64, s: u64) -> Option<u128> {
    let r = rounds(steps, s)?;
    u128::from(r).checked_mul(u128::from(steps))?.checked_sub(saved(s, r)?)
}

/// The first and the last step at which an optimal schedule can place its first checkpoint, counted from the start of
/// the `steps` (two or more) that are reversed with `s` (two or more) checkpoints.
#[must_use]
pub fn splits(steps: u64, s: u64) -> (u64, u64) {
    let r = rounds(steps, s).unwrap_or(1);
    let (s1, r1) = (s.sat_sub(1), r.sat_sub(1));
    let before = if r >= 2 { beta(s, r.sat_sub(2)) } else { 0 };
    let low = before.max_u64(steps.sat_sub(beta(s1, r)));
    let high = beta(s, r1).min_u64(steps.sat_sub(beta(s1, r1)));
    let last = steps.sat_sub(1).max_u64(1);
    (low.max_u64(1).min_u64(last), high.max_u64(1).min_u64(last))
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
    fn a_guess_does_not_change_the_result() {
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
