//! The reversal schedules, run on a toy chain: what they hand out, in which order, with how many steps and slots.
//!
//! Counts are held against tables, against the closed forms, and against dynamic programs that know nothing of either.

mod amount;

use proptest::prelude::*;
use sqrtspace::schedule::binomial::{self, Action, Entry, Schedule, splits};
use sqrtspace::schedule::doubling::Doubling;
use sqrtspace::schedule::leaf::{self, LeafAction, LeafSchedule};

/// A state that depends on every step before.
fn step(state: u64, t: u64) -> u64 {
    (state ^ t.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xd6e8_feb8_6659_fd93).rotate_left(29)
}

/// The row of a step: depends on the state before it.
fn row(state: u64, t: u64) -> u64 {
    step(state.rotate_left(7), !t)
}

fn rows(first: u64, end: u64) -> Vec<u64> {
    let mut state = 1;
    (first..end)
        .map(|t| {
            let out = row(state, t);
            state = step(state, t);
            out
        })
        .collect()
}

/// Runs steps and keeps states, and checks that it is asked nothing impossible.
struct Machine {
    running: Option<(u64, u64)>,
    slots: Vec<Option<(u64, u64)>>,
    advances: u64,
    begins: u64,
    handed: Vec<(u64, u64)>,
    peak: usize,
}

impl Machine {
    fn new(slots: usize) -> Machine {
        Machine { running: None, slots: vec![None; slots], advances: 0, begins: 0, handed: Vec::new(), peak: 0 }
    }

    fn begin(&mut self, t: u64) {
        self.running = Some((t, 1));
        self.begins += 1;
    }

    fn store(&mut self, slot: u32, t: u64) {
        assert_eq!(self.running.unwrap().0, t, "the running state is another step's");
        self.slots[slot as usize] = self.running;
    }

    fn restore(&mut self, slot: u32, t: u64) {
        self.running = self.slots[slot as usize];
        assert_eq!(self.running.unwrap().0, t, "the slot holds another step");
    }

    fn run(&mut self, t: u64) -> u64 {
        let (at, state) = self.running.unwrap();
        assert_eq!(at, t, "the running state is another step's");
        self.running = Some((t + 1, step(state, t)));
        row(state, t)
    }

    fn advance(&mut self, from: u64, to: u64, most: u64) {
        assert!(from < to && to - from <= most.max(1), "{from} .. {to} in pieces of {most}");
        self.advances += to - from;
        for t in from..to {
            self.run(t);
        }
    }

    fn depth(&mut self, depth: usize) {
        self.peak = self.peak.max(depth);
        assert!(depth <= self.slots.len());
    }

    /// Everything was handed out once, from the last to the first, with the right values.
    fn check(&self, first: u64, end: u64) {
        let right: Vec<_> = (first..end).rev().zip(rows(first, end).into_iter().rev()).collect();
        assert_eq!(self.handed.len(), right.len());
        assert!(self.handed == right);
    }

    /// Follows a schedule to its end. `lost` says whether a restore finds its slot damaged.
    fn follow(&mut self, schedule: &mut Schedule, stack: &mut [Entry], most: u64, mut lost: impl FnMut() -> bool) {
        let mut left = schedule.remaining();
        while let Some(action) = schedule.next(stack, most) {
            match action {
                Action::Begin { step } => self.begin(step),
                Action::Store { slot, step } => self.store(slot, step),
                Action::Restore { slot, .. } if lost() => {
                    self.slots[slot as usize] = None;
                    assert!(schedule.lose(stack, slot));
                    assert!(!schedule.lose(stack, slot));
                }
                Action::Restore { slot, step } => self.restore(slot, step),
                Action::Advance { from, to } => self.advance(from, to, most),
                Action::Emit { step } => {
                    let row = self.run(step);
                    self.running = None;
                    self.handed.push((step, row));
                    left -= 1;
                }
            }
            self.depth(schedule.depth());
            assert_eq!(schedule.remaining(), left);
        }
        assert_eq!(left, 0);
    }

    fn follow_leaf(
        &mut self,
        schedule: &mut LeafSchedule,
        stack: &mut [Entry],
        leaf: u64,
        most: u64,
        mut lost: impl FnMut() -> bool,
    ) {
        let mut buffer = vec![None; leaf as usize];
        let mut filled = 0;
        let mut left = schedule.remaining();
        while let Some(action) = schedule.next(stack, most) {
            match action {
                LeafAction::Begin { row } => self.begin(row),
                LeafAction::Store { slot, row } => self.store(slot, row),
                LeafAction::Restore { slot, .. } if lost() => {
                    self.slots[slot as usize] = None;
                    assert!(schedule.lose(stack, slot));
                }
                LeafAction::Restore { slot, row } => self.restore(slot, row),
                LeafAction::Advance { from, to } => self.advance(from, to, most),
                LeafAction::Fill { from, to, place } => {
                    assert!(from < to && to - from <= most.max(1));
                    filled += to - from;
                    for t in from..to {
                        buffer[(place + t - from) as usize] = Some((t, self.run(t)));
                    }
                }
                LeafAction::Emit { row, place } => {
                    let kept = buffer[place as usize].take().unwrap();
                    assert_eq!(kept.0, row);
                    self.handed.push(kept);
                    left -= 1;
                }
            }
            self.depth(schedule.depth());
            assert_eq!(schedule.remaining(), left);
        }
        assert_eq!(left, 0);
        assert_eq!(filled, self.handed.len() as u64, "every row is run once for the leaf");
    }
}

/// Advances of the schedule, all else checked.
fn reverse(first: u64, steps: u64, s: usize, most: u64) -> u64 {
    let mut stack = vec![Entry::default(); s];
    let mut schedule = Schedule::new(&mut stack, first, first + steps).unwrap();
    let mut machine = Machine::new(s);
    machine.follow(&mut schedule, &mut stack, most, || false);
    machine.check(first, first + steps);
    assert_eq!(machine.begins, u64::from(steps > 0));
    machine.advances
}

fn reverse_leaf(first: u64, rows: u64, s: usize, leaf: u64, most: u64) -> u64 {
    let mut stack = vec![Entry::default(); s];
    let mut schedule = LeafSchedule::new(&mut stack, first, first + rows, leaf).unwrap();
    let mut machine = Machine::new(s);
    machine.follow_leaf(&mut schedule, &mut stack, leaf, most, || false);
    machine.check(first, first + rows);
    machine.advances
}

/// The least advances to reverse a chain of weighted steps: whatever the first checkpoint's place, the best of the rest.
/// `[s][a][b]` for steps `a .. b` with s states, that before `a` among them.
fn least_weighted(weights: &[u64], most_slots: usize) -> Vec<Vec<Vec<u64>>> {
    let n = weights.len();
    let sum = |a: usize, b: usize| weights[a..b].iter().sum::<u64>();
    let mut all = vec![vec![vec![0; n + 1]; n + 1]; most_slots + 1];
    for s in 1..=most_slots {
        for len in 2..=n {
            for a in 0..=n - len {
                let b = a + len;
                all[s][a][b] = match s {
                    1 => (a + 1..b).map(|t| sum(a, t)).sum(),
                    _ => (a + 1..b).map(|j| sum(a, j) + all[s - 1][j][b] + all[s][a][j]).min().unwrap(),
                };
            }
        }
    }
    all
}

#[test]
fn the_table_of_the_binomial_schedule() {
    let table = [
        (10, 3, 25),
        (20, 3, 65),
        (21, 2, 91),
        (56, 3, 266),
        (100, 5, 416),
        (100, 10, 322),
        (1000, 5, 7284),
        (1000, 10, 4636),
        (1000, 31, 3439),
        (1000, 32, 3405),
        (10_000, 20, 47_976),
        (10_000, 100, 34_747),
        (86_400, 24, 494_649),
        (1_000_000, 64, 5_135_499),
    ];
    for (steps, s, total) in table {
        assert_eq!(u128::from(steps) + binomial::extra_advances(steps, s).unwrap(), total);
        assert_eq!(u128::from(steps + reverse(3, steps, s as usize, u64::MAX)), total, "T {steps}, s {s}");
    }
}

#[test]
fn the_table_of_the_leaf_buffered_schedule() {
    let table = [
        (1000, 10, 100, 900),
        (1000, 10, 10, 2220),
        (10_000, 100, 100, 9900),
        (10_000, 10, 1000, 9000),
        (1_000_000, 1000, 1000, 999_000),
        (1_000_000, 400, 2500, 997_500),
    ];
    for (rows, s, leaf, extra) in table {
        assert_eq!(leaf::extra_advances(rows, s, leaf), Some(u128::from(extra)));
        assert_eq!(reverse_leaf(7, rows, s as usize, leaf, u64::MAX), extra, "T {rows}, s {s}, L {leaf}");
    }
    // Where the leaf does not divide the rows: below the bound, exactly as counted.
    let bounds = [
        (1_000_000, 64, 256, 2_434_560),
        (86_400, 16, 64, 272_640),
        (1_000_000, 253, 1032, 1_736_856),
        (1_000_000, 126, 516, 1_933_968),
        (1_000_000, 84, 172, 2_356_572),
    ];
    for (rows, s, leaf, bound) in bounds {
        let tiles = binomial::extra_advances(u64::div_ceil(rows, leaf), s).unwrap();
        assert_eq!(tiles * u128::from(leaf), bound);
        let extra = leaf::extra_advances(rows, s, leaf).unwrap();
        assert!(extra <= bound);
        assert_eq!(u128::from(reverse_leaf(0, rows, s as usize, leaf, 1000)), extra, "T {rows}, s {s}, L {leaf}");
    }
}

#[test]
fn the_closed_form_is_the_least_there_is() {
    let least = least_weighted(&[1; 70], 9);
    for (s, least) in least.iter().enumerate().skip(1) {
        for (steps, &right) in least[0].iter().enumerate() {
            assert_eq!(binomial::extra_advances(steps as u64, s as u64), Some(u128::from(right)), "T {steps}, s {s}");
            assert_eq!(reverse(0, steps as u64, s, 5), right, "T {steps}, s {s}");
        }
    }
    // The range of splits is optimal throughout.
    for s in 2..=9 {
        for steps in 2..=70 {
            let (low, high) = splits(steps as u64, s as u64);
            assert!(low <= high);
            for j in low..=high {
                let j = j as usize;
                assert_eq!(j as u64 + least[s - 1][j][steps] + least[s][0][j], least[s][0][steps]);
            }
        }
    }
}

/// No schedule, and no other place of the short tile, does better than the first tile short.
#[test]
fn the_first_tile_is_the_one_to_cut() {
    for leaf in [2, 3, 7] {
        for tiles in 1..=13usize {
            for short in 1..=leaf {
                let rows = leaf * (tiles as u64 - 1) + short;
                let mut best = [u64::MAX; 5];
                for cut in 0..tiles {
                    let mut weights = vec![leaf; tiles];
                    weights[cut] = short;
                    let least = least_weighted(&weights, 4);
                    for s in 1..=4 {
                        best[s] = best[s].min(least[s][0][tiles]);
                    }
                }
                for (s, best) in best.iter().enumerate().skip(1) {
                    let extra = leaf::extra_advances(rows, s as u64, leaf);
                    assert_eq!(extra, Some(u128::from(*best)), "T {rows}, s {s}, L {leaf}");
                    assert_eq!(reverse_leaf(0, rows, s, leaf, 3), *best);
                }
            }
        }
    }
}

#[test]
fn the_longest_ranges_are_begun_without_delay() {
    for s in [2usize, 3, 50, 65_536] {
        let mut stack = vec![Entry::default(); s];
        let mut schedule = Schedule::new(&mut stack, 0, 1 << 63).unwrap();
        for _ in 0..1000 {
            assert!(schedule.next(&mut stack, 1 << 40).is_some());
        }
        let mut schedule = LeafSchedule::new(&mut stack, 5, 1 << 63, 12_345).unwrap();
        for _ in 0..1000 {
            assert!(schedule.next(&mut stack, 1 << 40).is_some());
        }
    }
}

/// Makes rows `0 .. end` with the ring's checkpoints, then reverses them. Says how many steps were run in all.
fn grow_and_reverse(end: u64, ring: u32, local: usize) -> u64 {
    let doubling = Doubling::new(ring).unwrap();
    let mut machine = Machine::new(ring as usize + local);
    machine.begin(0);
    for t in 0..end {
        if let Some(slot) = doubling.slot(t) {
            machine.store(slot, t);
        }
        machine.run(t);
    }
    let mut stack = vec![Entry::default(); ring as usize + local];
    let depth = doubling.stack(end, &mut stack).unwrap();
    let mut schedule = Schedule::holding(&stack, depth, 0, end).unwrap();
    machine.running = None;
    machine.follow(&mut schedule, &mut stack, u64::MAX, || false);
    machine.check(0, end);
    end + machine.advances + end
}

#[test]
fn half_a_ring_and_half_a_schedule_reverse_what_grew() {
    for s in [4u32, 8, 12, 16, 20, 32, 64, 100, 128] {
        let slots = u64::from(s);
        let ratio = |end: u64, ring: u32| {
            let optimum = u128::from(end) + binomial::extra_advances(end, slots).unwrap();
            grow_and_reverse(end, ring, (s - ring) as usize) as f64 / optimum as f64
        };
        let short = slots..(30 * slots).min(1500);
        for end in short.chain((1000..40_000).step_by(797)) {
            let bound = match (end / slots, s) {
                (1, 4) => 1.45,
                (1, _) => 1.36,
                (2..16, 4) => 1.34,
                (2..16, _) => 1.19,
                (_, 4) => 1.23,
                _ => 1.12,
            };
            let half = ratio(end, s / 2);
            assert!(half <= bound, "s {s}, T {end}: {half}");
        }
    }
    // A ring of all slots leaves the newest gap none of its own.
    let end = 8 * 1024 - 1;
    assert!(grow_and_reverse(end, 8, 0) > 3 * grow_and_reverse(end, 4, 4));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: amount::some(300), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_schedules_cost_what_the_formula_says(
        first in 0u64..1000, steps in 0u64..3000, s in 1usize..40, most in 0u64..50,
    ) {
        let steps = if s == 1 { steps % 300 } else { steps };
        prop_assert_eq!(Some(u128::from(reverse(first, steps, s, most))), binomial::extra_advances(steps, s as u64));
    }

    #[test]
    fn random_leaves_cost_what_the_formula_says(
        first in 0u64..1000, rows in 0u64..5000, s in 1usize..40, leaf in 1u64..200, most in 0u64..50,
    ) {
        let leaf = if s <= 2 { leaf.max(20) } else { leaf };
        let extra = leaf::extra_advances(rows, s as u64, leaf);
        prop_assert_eq!(Some(u128::from(reverse_leaf(first, rows, s, leaf, most))), extra);
        prop_assert!(extra.unwrap() <= u128::from(leaf) * binomial::extra_advances(rows.div_ceil(leaf), s as u64).unwrap());
    }

    /// Any checkpoint may be found damaged at any time, the initial state included.
    #[test]
    fn lost_checkpoints_cost_steps_and_nothing_else(
        steps in 1u64..400, s in 1usize..12, leaf in 1u64..30, losses in prop::collection::vec(any::<bool>(), 0..60),
    ) {
        let mut fate = losses.iter().copied();
        let mut stack = vec![Entry::default(); s];
        let mut schedule = Schedule::new(&mut stack, 0, steps).unwrap();
        let mut machine = Machine::new(s);
        machine.follow(&mut schedule, &mut stack, 9, || fate.next().unwrap_or(false));
        machine.check(0, steps);

        let mut fate = losses.iter().copied();
        let mut schedule = LeafSchedule::new(&mut stack, 5, 5 + steps, leaf).unwrap();
        let mut machine = Machine::new(s);
        machine.follow_leaf(&mut schedule, &mut stack, leaf, 9, || fate.next().unwrap_or(false));
        machine.check(5, 5 + steps);
    }

    /// A stream in tiles, its last one short, whose ring holds the states before tiles.
    #[test]
    fn a_ring_of_tiles_is_reversed(end in 1u64..3000, half in 1u32..6, local in 0usize..6, leaf in 1u64..40) {
        let ring = Doubling::new(2 * half).unwrap();
        let mut machine = Machine::new(2 * half as usize + local);
        machine.begin(0);
        for t in 0..end {
            if let Some(slot) = ring.slot(t / leaf).filter(|_| t.is_multiple_of(leaf)) {
                machine.store(slot, t);
            }
            machine.run(t);
        }
        let mut stack = vec![Entry::default(); machine.slots.len()];
        let depth = ring.stack(end.div_ceil(leaf), &mut stack).unwrap();
        let mut schedule = LeafSchedule::holding(&stack, depth, 0, end, leaf).unwrap();
        machine.running = None;
        machine.follow_leaf(&mut schedule, &mut stack, leaf, 100, || false);
        machine.check(0, end);
    }
}
