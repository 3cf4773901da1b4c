//! Checkpoints of a stream of unknown length: a ring of s slots whose stride doubles; at most one slot is written per
//! step.
//!
//! Wang, Moin & Iaccarino (2009) and Stumm & Walther (2010) place checkpoints while the length is unknown. This is the
//! lazy form: full slots are not thinned out at once. Each checkpoint of the doubled stride replaces the oldest one
//! that the doubled stride does not need.
//!
//! ```text
//! t < s:                        every step is a checkpoint, step t in slot t
//! s * 2^p <= t < s * 2^(p+1):   multiples of 2^(p+1) are checkpoints; t replaces t - (s - 1) * 2^p, which is the
//!                               oldest odd multiple of 2^p held (s is even, so s - 1 is odd)
//! ```
//!
//! After step t the ring holds all multiples of 2^(p+1) up to t, and the odd multiples of 2^p from a moving edge up to
//! `s * 2^p`. These are s checkpoints, at most `2^(p+1) <= 2 t / s` apart. Everything is computed from the step
//! numbers: nothing is searched or stored.
//!
//! The ring alone is not suited to reversing a stream: the newest gap has no free slot, so the cost is quadratic in the
//! gap. A budget of s slots is therefore split: s/2 for the ring, and s/2 for a binomial schedule within its gaps
//! (`pipeline::sweep`).

use crate::status::{Error, Result, Status};
use crate::util::unsigned::{Count, Unsigned};

/// The rule that fills a ring of slots. Steps are counted from the start of the stream. The checkpoint of step t is the
/// state before that step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doubling {
    slots: u32,
}

impl Doubling {
    /// A ring of `slots` slots: an even number, two or more.
    pub fn new(slots: u32) -> Result<Doubling> {
        if slots < 2 || !slots.is_multiple_of(2) {
            return Err(Error::new(
                Status::Argument,
                "a checkpoint ring has an even number of slots, 2 or more, not {a}",
            )
            .a(slots));
        }
        Ok(Doubling { slots })
    }

    /// Number of slots.
    #[must_use]
    pub fn slots(&self) -> u32 {
        self.slots
    }

    /// The p of `s * 2^p <= step < s * 2^(p+1)`; none below s.
    fn phase(&self, step: u64) -> Option<u32> {
        step.checked_div(u64::from(self.slots))?.checked_ilog2()
    }

    /// `(s - 1) * 2^p`: the distance of consecutive checkpoints in one slot.
    fn hop(&self, p: u32) -> Option<u64> {
        u64::from(self.slots).sat_sub(1).checked_mul(1u64.checked_shl(p)?)
    }

    /// Distance of the checkpoints taken at `step`. It also bounds the gaps between the checkpoints held then: any step
    /// is at most `gap - 1` steps after a checkpoint.
    #[must_use]
    pub fn gap(&self, step: u64) -> u64 {
        self.phase(step).map_or(1, |p| 2u64.checked_shl(p).unwrap_or(u64::MAX))
    }

    /// Whether a checkpoint of `step` is taken.
    #[must_use]
    pub fn is_checkpoint(&self, step: u64) -> bool {
        step.is_multiple_of(self.gap(step))
    }

    /// The slot of the checkpoint of `step`; `None` where none is taken. At most 64 iterations.
    #[must_use]
    pub fn slot(&self, step: u64) -> Option<u32> {
        if !self.is_checkpoint(step) {
            return None;
        }
        let mut step = step;
        // Each iteration lowers the phase: at most 64.
        while let Some(p) = self.phase(step) {
            step = step.checked_sub(self.hop(p)?)?;
        }
        u32::try_from(step).ok()
    }

    /// The step whose checkpoint `slot` holds after step `now`; `None` while the slot is empty.
    ///
    /// The checkpoint after that of step x, which has v trailing zero bits, is of step `x + (s - 1) * 2^v`. That step
    /// has more trailing zero bits: at most 64 iterations.
    #[must_use]
    pub fn held(&self, slot: u32, now: u64) -> Option<u64> {
        let mut step = u64::from(slot);
        if slot >= self.slots || step > now {
            return None;
        }
        // The checkpoint of step 0 is never replaced: it has no lowest bit.
        while let Some(next) = self.hop(step.trailing_zeros()).and_then(|hop| step.checked_add(hop)) {
            if step == 0 || next > now {
                break;
            }
            step = next;
        }
        Some(step)
    }

    /// The last step at or below `wanted` whose checkpoint is held after step `now`, in a fixed number of operations. A
    /// `wanted` above `now` counts as `now`.
    #[must_use]
    pub fn below(&self, wanted: u64, now: u64) -> u64 {
        let wanted = wanted.min_u64(now);
        let Some(p) = self.phase(now) else { return wanted };
        let (half, gap) = (self.gap(now) / 2, self.gap(now));
        let floor = |step: u64, unit: u64| step.sat_sub(step.checked_rem(unit).unwrap_or(0));
        let newest = floor(now, gap);
        // Odd multiples of half the gap are held from this edge on, up to `end`.
        let edge = newest.sat_sub(self.hop(p).unwrap_or(0));
        let end = u64::from(self.slots).sat_mul(half);
        let step = floor(wanted, half);
        if step.is_multiple_of(gap) || (edge < step && step < end) { step } else { step.sat_sub(half) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec;
    use std::vec::Vec;

    /// A ring that stores the steps it holds, and checks that a checkpoint replaces the oldest odd multiple.
    struct Simulated {
        slots: Vec<Option<u64>>,
    }

    impl Simulated {
        fn step(&mut self, t: u64) {
            let s = self.slots.len() as u64;
            if t < s {
                self.slots[t as usize] = Some(t);
                return;
            }
            let p = (t / s).ilog2();
            if t.is_multiple_of(2 << p) {
                let odd = |x: &u64| *x % (2 << p) == 1 << p;
                let oldest = self.slots.iter().flatten().copied().filter(odd).min().unwrap();
                assert_eq!(oldest, t - (s - 1) * (1 << p));
                let slot = self.slots.iter().position(|x| *x == Some(oldest)).unwrap();
                self.slots[slot] = Some(t);
            }
        }
    }

    #[test]
    fn agrees_with_a_simulated_ring() {
        for (s, steps) in [(2, 3000), (4, 3000), (6, 3000), (8, 3000), (10, 3000), (16, 4000), (64, 9000), (100, 9000)]
        {
            let ring = Doubling::new(s).unwrap();
            let mut simulated = Simulated { slots: vec![None; s as usize] };
            for t in 0..steps {
                let before = simulated.slots.clone();
                simulated.step(t);
                let written = (0..s as usize).filter(|k| before[*k] != simulated.slots[*k]).collect::<Vec<_>>();
                assert_eq!(ring.slot(t).map(|k| k as usize), written.first().copied(), "s {s}, step {t}");
                assert!(written.len() <= 1);
                let mut live: Vec<u64> = simulated.slots.iter().flatten().copied().collect();
                for (k, held) in simulated.slots.iter().enumerate() {
                    assert_eq!(ring.held(k as u32, t), *held, "s {s}, slot {k} at {t}");
                }
                live.sort_unstable();
                live.push(t + 1);
                let widest = live.windows(2).map(|w| w[1] - w[0]).max().unwrap();
                assert!(widest <= ring.gap(t));
                assert!(t < u64::from(s) || ring.gap(t) <= 2 * t / u64::from(s));
                if t % 7 == 0 || t < 300 {
                    for w in live.windows(2) {
                        for u in [w[0], w[0] + 1, w[1] - 1].into_iter().filter(|u| *u < w[1]) {
                            assert_eq!(ring.below(u, t), w[0]);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn published_examples() {
        let four = Doubling::new(4).unwrap();
        let slots = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24].map(|t| four.slot(t).unwrap());
        assert_eq!(slots, [0, 1, 2, 3, 1, 3, 2, 3, 1, 3]);
        let ring = Doubling::new(64).unwrap();
        assert_eq!([10_000, 100_000, 1_000_000].map(|t| ring.gap(t)), [256, 2048, 16_384]);
        assert!(Doubling::new(0).is_err() && Doubling::new(7).is_err());
    }

    proptest! {
        /// For steps too large to simulate: the three functions agree, and the bounds hold.
        #[test]
        fn consistent_up_to_the_last_step(
            half in 1u32..5000, now in any::<u64>(), wanted in any::<u64>(), shift in 0u32..64,
        ) {
            let ring = Doubling::new(2 * half).unwrap();
            let now = now >> shift;
            let wanted = wanted.checked_rem(now.saturating_add(1)).unwrap_or(wanted);
            let below = ring.below(wanted, now);
            prop_assert!(below <= wanted && wanted - below < ring.gap(now));
            let slot = ring.slot(below).unwrap();
            prop_assert_eq!(ring.held(slot, now), Some(below));
            prop_assert_eq!(ring.below(u64::MAX, now), now - now % ring.gap(now));
            for slot in [0, half, 2 * half - 1] {
                if let Some(step) = ring.held(slot, now) {
                    prop_assert_eq!(ring.slot(step), Some(slot));
                    prop_assert_eq!(ring.below(step, now), step);
                }
            }
        }
    }
}
