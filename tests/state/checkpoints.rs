//! The doubling ring and checkpoint slots together, with bits flipped in the slots while they run: never a wrong row. Sweeps
//! under flipped bits are in faults.rs.

use proptest::prelude::*;
use sqrtspace::mem::{Span, Work};
use sqrtspace::schedule::doubling::Doubling;
use sqrtspace::store::state_slots::{Key, StateSlots};

const STATE: usize = 24;
/// The running state; the slots follow it.
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
    #![proptest_config(ProptestConfig { cases: crate::amount::some(400), failure_persistence: None, ..ProptestConfig::default() })]

    /// Any row of a growing stream, from the soundest checkpoint below it.
    #[test]
    fn random_access_under_flipped_bits_gives_the_same_rows(
        end in 1u64..2000, half in 1u32..8, seed in any::<u64>(), every in 5u64..200, asks in prop::collection::vec(any::<u64>(), 1..20),
    ) {
        let ring = Doubling::new(2 * half).unwrap();
        let len = StateSlots::bytes(ring.slots(), STATE).unwrap();
        let mut area = vec![0; STATE + len];
        let mut work = Work::new(&mut area);
        let mut held = StateSlots::new(&mut work, Span { at: STATE, len }, ring.slots(), STATE, 77).unwrap();
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
        prop_assert!(radiation.flips > 0 || held.counts.crc_failures == 0);
    }
}
