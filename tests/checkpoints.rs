//! Schedules and checkpoint slots together, with bits flipped in the slots while they run: never a wrong row.

mod amount;

use proptest::prelude::*;
use sqrtspace::mem::{Span, Work};
use sqrtspace::schedule::binomial::Entry;
use sqrtspace::schedule::doubling::Doubling;
use sqrtspace::schedule::leaf::{LeafAction, LeafSchedule};
use sqrtspace::store::checkpoint::{Checkpoints, Key};

const STATE: usize = 24;
/// The running state; the slots lie behind it.
const RUNNING: Span = Span { at: 0, len: STATE };

fn step(state: &mut [u8], t: u64) -> u64 {
    let mut h = t;
    for byte in state.iter_mut() {
        h = (h ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(23);
        *byte = (h >> 40) as u8;
    }
    h
}

fn rows(end: u64) -> Vec<u64> {
    let mut state = [0; STATE];
    (0..end).map(|t| step(&mut state, t)).collect()
}

/// Flips bits of the slots from time to time.
struct Radiation {
    seed: u64,
    every: u64,
    from: usize,
    len: usize,
    flips: u64,
}

impl Radiation {
    fn random(&mut self) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.seed >> 33
    }

    fn strike(&mut self, work: &mut Work<'_>) {
        if self.random().is_multiple_of(self.every) {
            let (byte, bit) = (self.random() as usize % self.len, self.random() % 8);
            work.bytes(Span { at: self.from + byte, len: 1 }).unwrap()[0] ^= 1 << bit;
            self.flips += 1;
        }
    }
}

fn key(step: u64) -> Key {
    Key { step, set: 0 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: amount::some(400), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_reversal_under_flipped_bits_hands_out_the_same_rows(
        end in 1u64..800, slots in 1u32..10, leaf in 5u64..40, seed in any::<u64>(), every in 1u64..30, scrub in 0usize..200,
    ) {
        let len = Checkpoints::bytes(slots, STATE).unwrap();
        let mut area = vec![0; STATE + len];
        let mut work = Work::new(&mut area);
        let mut held = Checkpoints::new(&mut work, Span { at: STATE, len }, slots, STATE, 77).unwrap();
        let mut radiation = Radiation { seed, every, from: STATE, len, flips: 0 };
        let mut stack = vec![Entry::default(); slots as usize];
        let mut schedule = LeafSchedule::new(&mut stack, 0, end, leaf).unwrap();
        let (mut buffer, mut out) = (vec![0; leaf as usize], Vec::new());
        let mut actions = 0u64;
        while let Some(action) = schedule.next(&mut stack, 64) {
            match action {
                LeafAction::Begin { .. } => work.bytes(RUNNING).unwrap().fill(0),
                LeafAction::Store { slot, row } => held.put(&mut work, slot, key(row), RUNNING).unwrap(),
                LeafAction::Restore { slot, row } => match held.get(&mut work, slot, key(row)) {
                    Some(at) => work.copy(at, RUNNING.at).unwrap(),
                    None => assert!(schedule.lose(&mut stack, slot)),
                },
                LeafAction::Advance { from, to } => (from..to).for_each(|t| {
                    step(work.bytes(RUNNING).unwrap(), t);
                }),
                LeafAction::Fill { from, to, place } => (from..to).zip(place..).for_each(|(t, i)| {
                    buffer[i as usize] = step(work.bytes(RUNNING).unwrap(), t);
                }),
                LeafAction::Emit { place, .. } => out.push(buffer[place as usize]),
            }
            actions += 1;
            // The longest runs are let go in peace after a while: each loss costs work.
            if actions < 2000 {
                radiation.strike(&mut work);
                // Step numbers in the stack, too.
                if radiation.random().is_multiple_of(4 * every) {
                    let i = radiation.random() as usize % stack.len();
                    stack[i].step ^= 1 << (radiation.random() % 64);
                    radiation.flips += 1;
                }
            }
            if scrub >= 32 && let Some(slot) = held.scrub(&mut work, scrub).damaged {
                // A slot that is free, or was given up before, is none of the schedule's.
                schedule.lose(&mut stack, slot);
            }
        }
        out.reverse();
        prop_assert!(out == rows(end));
        prop_assert!(radiation.flips > 0 || held.counts.crc_failures == 0);
    }

    /// Any row of a growing stream, from the soundest checkpoint below it.
    #[test]
    fn random_access_under_flipped_bits_gives_the_same_rows(
        end in 1u64..2000, half in 1u32..8, seed in any::<u64>(), every in 5u64..200, asks in prop::collection::vec(any::<u64>(), 1..20),
    ) {
        let ring = Doubling::new(2 * half).unwrap();
        let len = Checkpoints::bytes(ring.slots(), STATE).unwrap();
        let mut area = vec![0; STATE + len];
        let mut work = Work::new(&mut area);
        let mut held = Checkpoints::new(&mut work, Span { at: STATE, len }, ring.slots(), STATE, 77).unwrap();
        let mut radiation = Radiation { seed, every, from: STATE, len, flips: 0 };
        for t in 0..end {
            if let Some(slot) = ring.slot(t) {
                held.put(&mut work, slot, key(t), RUNNING).unwrap();
            }
            step(work.bytes(RUNNING).unwrap(), t);
            radiation.strike(&mut work);
        }
        let right = rows(end);
        for ask in asks {
            let wanted = ask % end;
            let mut from = ring.below(wanted, end - 1);
            let mut failed = 0;
            let sound = loop {
                if let Some(at) = held.get(&mut work, ring.slot(from).unwrap(), key(from)) {
                    break Some(at);
                }
                failed += 1;
                match from.checked_sub(1) {
                    Some(before) => from = ring.below(before, end - 1),
                    None => break None,
                }
            };
            match sound {
                Some(at) => work.copy(at, RUNNING.at).unwrap(),
                None => work.bytes(RUNNING).unwrap().fill(0),
            }
            prop_assert!(wanted - from < ring.gap(end - 1) * (failed + 1));
            let mut row = 0;
            for t in from..=wanted {
                row = step(work.bytes(RUNNING).unwrap(), t);
            }
            prop_assert_eq!(row, right[wanted as usize]);
        }
    }
}
