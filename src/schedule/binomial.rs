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
//! `s - 1` checkpoints, and then the j steps before it with `s`. [`Schedule`] takes the largest such j: the first step
//! is then run ahead exactly r times, more than (or as often as) any other, which [`super::leaf`] makes use of.

use crate::status::{Error, Result, Status};
use crate::util::num;

/// `C(s + r, s)`, exact below 2^121, `u128::MAX` above. At most 128 rounds: every round at least doubles the value.
fn wide(s: u64, r: u64) -> u128 {
    let (few, many) = (u128::from(s.min(r)), u128::from(s.max(r)));
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
    let (mut low, mut high, mut stride) = (0, guess.max(1), 1u64);
    if enough(high) {
        while high > low.max(1) {
            let probe = high.saturating_sub(stride).max(1);
            if !enough(probe) {
                low = probe;
                break;
            }
            high = probe;
            stride = stride.saturating_mul(2);
        }
    } else {
        low = high;
        // The stride doubles: at most 64 turns.
        loop {
            high = low.saturating_add(stride);
            if enough(high) {
                break;
            }
            low = high;
            stride = stride.saturating_mul(2);
        }
    }
    while high.saturating_sub(low) > 1 {
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
    splits_for(steps, s, rounds(steps, s).unwrap_or(1))
}

fn splits_for(steps: u64, s: u64, r: u64) -> (u64, u64) {
    let (fewer, less) = (s.saturating_sub(1), r.saturating_sub(1));
    let before = if r >= 2 { beta(s, r.saturating_sub(2)) } else { 0 };
    let low = before.max(steps.saturating_sub(beta(fewer, r)));
    let high = beta(s, less).min(steps.saturating_sub(beta(fewer, less)));
    let most = steps.saturating_sub(1).max(1);
    (low.clamp(1, most), high.clamp(1, most))
}

/// One entry of the stack of a [`Schedule`]: a slot and what it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The state before this step.
    pub step: u64,
    /// The slot. Entries above the stack's top name the free slots.
    pub slot: u32,
}

/// What to do next. There is one *running state*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make the running state the one before the first step, `step`: the initial state.
    Begin {
        /// The first step.
        step: u64,
    },
    /// Copy the running state, that before `step`, to a slot.
    Store {
        /// The slot.
        slot: u32,
        /// The step.
        step: u64,
    },
    /// Copy a slot, which holds the state before `step`, to the running state. If it turns out to be damaged, say so by
    /// [`Schedule::lose`] and go on.
    Restore {
        /// The slot.
        slot: u32,
        /// The step.
        step: u64,
    },
    /// Run steps `from .. to` and hand out nothing. The running state is then that before `to`.
    Advance {
        /// First step.
        from: u64,
        /// One behind the last.
        to: u64,
    },
    /// Run `step` from the running state, which is the one before it, and hand out its row. Spoils the running state.
    Emit {
        /// The step.
        step: u64,
    },
}

/// The binomial schedule as a machine that says what to do next.
///
/// All it knows is the stack of states held, where the running state is, and what is still to be handed out; every
/// decision follows from these alone. So it can be left and taken up after any action, an advance can be had in pieces,
/// and a lost checkpoint only means that it decides anew. The stack is the caller's, of one entry per slot, and is the
/// same slice in every call.
///
/// A damaged step number in the stack ends in the restore of a state that its slot does not hold: where slots know what
/// they hold, as those of [`crate::store::checkpoint`] do, that is found, and repaired like any other loss. Slot numbers
/// have no such check: the caller guards the stack as it guards its other tables.
///
/// A run over T steps with s slots makes exactly `t(T, s)` advances and T emits, and never holds more than s states.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    first: u64,
    end: u64,
    depth: usize,
    /// The step that the running state stands before.
    at: Option<u64>,
    /// The last r, from which the search for the next starts.
    rounds: u64,
}

impl Schedule {
    /// Reverses steps `first .. end`; slots are numbered from 0.
    pub fn new(stack: &mut [Entry], first: u64, end: u64) -> Result<Schedule> {
        for (slot, entry) in (0..).zip(stack.iter_mut()) {
            *entry = Entry { step: 0, slot };
        }
        Schedule::holding(stack, 0, first, end)
    }

    /// Reverses steps `first .. end` where the lowest `depth` entries of the stack hold states already, in ascending
    /// order of steps. The rest of the stack names the free slots.
    ///
    /// This is how a stream is reversed whose end was not known before (see [`crate::schedule::doubling`]).
    pub fn holding(stack: &[Entry], depth: usize, first: u64, end: u64) -> Result<Schedule> {
        if stack.is_empty() && end > first {
            return Err(Error::new(Status::Argument, "a reversal needs a checkpoint slot"));
        }
        let held = stack.get(..depth).unwrap_or(&[]);
        let sorted = held.is_sorted_by(|a, b| a.step < b.step) && held.len() == depth;
        let inside = held.iter().all(|e| first <= e.step && e.step < end);
        if !sorted || !inside {
            return Err(Error::new(Status::Argument, "the checkpoints of a reversal are not in order"));
        }
        Ok(Schedule { first, end, depth, at: None, rounds: 1 })
    }

    /// Steps not yet handed out.
    #[must_use]
    pub fn remaining(&self) -> u64 {
        self.end.saturating_sub(self.first)
    }

    /// Slots in use.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// What to do next, advances in pieces of at most `most` steps (at least one); none when all is handed out.
    ///
    /// It takes the action for done: call it again when it is.
    pub fn next(&mut self, stack: &mut [Entry], most: u64) -> Option<Action> {
        let last = self.end.checked_sub(1).filter(|last| *last >= self.first)?;
        let Some(top) = self.depth.checked_sub(1) else { return self.bottom(stack) };
        let Entry { step, slot } = *stack.get(top)?;
        let free = num::count(stack.len().saturating_sub(top));
        let steps = self.end.saturating_sub(step);
        let splits = free >= 2 && steps >= 2;
        let target = if splits {
            self.rounds = rounds_near(steps, free, self.rounds)?;
            step.saturating_add(splits_for(steps, free, self.rounds).1)
        } else {
            last
        };
        match self.at.filter(|at| step <= *at && *at <= target) {
            None => {
                self.at = Some(step);
                Some(Action::Restore { slot, step })
            }
            Some(from) if from < target => {
                let to = from.saturating_add(most.max(1)).min(target);
                self.at = Some(to);
                Some(Action::Advance { from, to })
            }
            Some(_) if splits => self.push(stack, target),
            Some(_) => {
                (self.end, self.at) = (last, None);
                if step >= last {
                    self.depth = top;
                }
                Some(Action::Emit { step: last })
            }
        }
    }

    /// Without any state: begin, and store what it began with.
    fn bottom(&mut self, stack: &mut [Entry]) -> Option<Action> {
        if self.at == Some(self.first) {
            return self.push(stack, self.first);
        }
        self.at = Some(self.first);
        Some(Action::Begin { step: self.first })
    }

    fn push(&mut self, stack: &mut [Entry], step: u64) -> Option<Action> {
        let entry = stack.get_mut(self.depth)?;
        entry.step = step;
        self.depth = self.depth.saturating_add(1);
        Some(Action::Store { slot: entry.slot, step })
    }

    /// The state in `slot` is damaged: it is given up, and what needs it is run again from the state below (or from the
    /// initial one). False where the slot holds none.
    pub fn lose(&mut self, stack: &mut [Entry], slot: u32) -> bool {
        let Some(held) = stack.get_mut(..self.depth) else { return false };
        let Some(i) = held.iter().position(|e| e.slot == slot) else { return false };
        let Some(above) = held.get_mut(i..) else { return false };
        let step = above.first().map(|e| e.step);
        above.rotate_left(1);
        self.depth = self.depth.saturating_sub(1);
        // The running state may have come from there just now.
        self.at = self.at.filter(|at| Some(*at) != step);
        true
    }
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

    #[test]
    fn nonsense_in_the_stack_ends_the_schedule_without_harm() {
        let mut none = [];
        assert!(Schedule::new(&mut none, 0, 1).is_err());
        assert_eq!(Schedule::new(&mut none, 4, 4).unwrap().next(&mut none, 1), None);
        let unsorted = [Entry { step: 5, slot: 0 }, Entry { step: 5, slot: 1 }];
        assert!(Schedule::holding(&unsorted, 2, 0, 9).is_err());
        assert!(Schedule::holding(&unsorted, 3, 0, 9).is_err());
        assert!(Schedule::holding(&unsorted, 1, 0, 5).is_err());
        let mut stack = [Entry::default(); 3];
        let mut schedule = Schedule::new(&mut stack, 0, 50).unwrap();
        for _ in 0..20 {
            schedule.next(&mut stack, 7);
        }
        stack.fill(Entry { step: u64::MAX, slot: 9 });
        for _ in 0..1000 {
            schedule.next(&mut stack, 7);
        }
    }
}
