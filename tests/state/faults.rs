//! Flipped bits in what is stored: checkpoints, snapshots of sweeps, cached rows. Never a wrong row, and each one counted.

use crate::amount::{long, some};
use crate::chain::*;
use crate::graphs::*;
use sqrtspace::mem::Span;
use sqrtspace::pipeline::Pipeline;
use sqrtspace::plan::{Mode, Order, Plan, PlanOptions, Request};
use sqrtspace::store::state_slots::{HEADER_BYTES, StateSlots};

/// A work area whose bytes the test can still get at.
struct Area {
    base: *mut u8,
    plan: Plan,
}

impl Area {
    fn seal(p: &mut Pipeline<'static>, requests: &[Request]) -> Area {
        let plan = p.plan(requests).unwrap();
        let bytes = area(plan.bytes);
        let base = bytes.as_mut_ptr();
        p.seal_with(requests, bytes, area(plan.spill.len)).unwrap();
        Area { base, plan }
    }

    fn flip(&self, at: usize, bit: u64) {
        assert!(at < self.plan.bytes);
        // SAFETY: inside the leaked area, which is not borrowed between calls.
        unsafe { *self.base.add(at) ^= 1 << bit }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Class {
    Header,
    Payload,
    Crc,
}

const CLASSES: [Class; 3] = [Class::Header, Class::Payload, Class::Crc];

/// A byte of a class in a slot with `payload` bytes and its CRC at `crc`.
fn byte(dice: &mut Dice, class: Class, crc: usize, payload: usize) -> usize {
    match class {
        Class::Crc => crc + dice.below(4) as usize,
        Class::Payload => HEADER_BYTES + dice.below(payload as u64) as usize,
        Class::Header => {
            let at = dice.below(HEADER_BYTES as u64 - 4) as usize;
            if at < crc { at } else { at + 4 }
        }
    }
}

/// The positions of the parts that are documented as protected.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    InputBuffer,
    Sweep,
    Cache,
}

struct Targets {
    /// Slots: where they start, how many, bytes each, bytes of the state.
    ring: Vec<(usize, usize, usize, usize)>,
    sweep: Vec<(usize, usize, usize, usize)>,
    cache: (usize, usize, usize),
    buckets: Span,
}

impl Targets {
    fn of(p: &Pipeline<'_>, plan: &Plan, state: usize) -> Targets {
        let slot = |s| StateSlots::slot_bytes(s).unwrap();
        let mut ring = Vec::new();
        let mut at = plan.checkpoints.at;
        for stage in p.graph().stages().iter().filter(|s| s.state_bytes > 0 && plan.slots > 0) {
            let slots = plan.slots as usize + 1;
            ring.push((at, slots, slot(stage.state_bytes), stage.state_bytes));
            at = (at + slots * slot(stage.state_bytes)).next_multiple_of(64);
        }
        let sweep = plan
            .requests()
            .filter_map(|p| p.sweep().map(|s| (p.bytes, s)))
            .filter(|(_, s)| s.slot_bytes > 0)
            .map(|(job, s)| (plan.eval.at + job, s.slots as usize, s.slot_bytes / s.slots as usize, state))
            .collect();
        let each = HEADER_BYTES + plan.cache_row.next_multiple_of(8);
        let rows = sqrtspace::store::cache::rows(plan.cache.len, plan.cache_row);
        let buckets = Span { at: plan.cache.at + rows * each, len: rows * 4 };
        Targets { ring, sweep, cache: (plan.cache.at, rows, each), buckets }
    }

    /// A byte of a part, if there is such a part.
    fn pick(&self, dice: &mut Dice, part: Part, class: Class) -> Option<usize> {
        let (slots, crc) = match part {
            Part::InputBuffer => (&self.ring, 24),
            Part::Sweep => (&self.sweep, 24),
            Part::Cache => {
                let (at, rows, each) = self.cache;
                let row = dice.below(rows.max(1) as u64) as usize;
                // Links and buckets are what a header is to the cache.
                if class == Class::Header && dice.below(4) == 0 {
                    return (rows > 0).then(|| self.buckets.at + dice.below(self.buckets.len as u64) as usize);
                }
                return (rows > 0).then(|| at + row * each + byte(dice, class, 28, each - HEADER_BYTES));
            }
        };
        let (at, count, each, state) = *slots.get(dice.below(slots.len().max(1) as u64) as usize)?;
        Some(at + dice.below(count as u64) as usize * each + byte(dice, class, crc, state))
    }
}

/// Two scans, the second one after the first on a coarser grid, with halos, and stages without state around them.
fn graph(dice: &mut Dice) -> TestGraph {
    let edge = |dice: &mut Dice, from| TestEdge {
        from,
        lookback: dice.below(3) as u32,
        lookahead: dice.below(3) as u32,
        clamp: dice.below(2) == 0,
    };
    let samples = (0..150 + dice.below(150)).map(|_| dice.next() as u32).collect();
    let input = TestInput { channels: 1, window: 2, hop: 1, samples };
    let stage =
        |edges, len, stride, scan| TestStage { edges, len, stride, scratch: 0, keeps: false, scan, reverse: false };
    let stages = vec![
        stage(vec![edge(dice, 0)], 2, 1, true),
        stage(vec![edge(dice, 1), edge(dice, 0)], 1, 2, false),
        stage(vec![edge(dice, 2)], 3, 1, true),
        stage(vec![edge(dice, 3)], 1, 1, false),
    ];
    TestGraph { inputs: vec![input], stages }
}

fn expected(oracle: &[Vec<u32>], ask: &Request) -> Vec<u8> {
    let rows = &oracle[ask.first as usize..(ask.first + ask.count) as usize];
    match ask.order {
        Order::Forward => bytes_of(&rows.concat()),
        Order::Reverse => bytes_of(&rows.iter().rev().flatten().copied().collect::<Vec<_>>()),
    }
}

#[test]
fn flipped_bits_change_no_row() {
    let mut dice = Dice(11);
    let graphs: Vec<_> = (0..20)
        .map(|_| {
            let graph = graph(&mut dice);
            let oracle = graph.oracle();
            (graph, oracle)
        })
        .collect();
    let runs = if long() { 20_000 } else { some(6000) };
    // Per part and class: flips, and runs in which any was found.
    let mut flips = [[(0u64, 0u64); 3]; 3];
    for run in 0..runs {
        let (graph, oracle) = &graphs[run % graphs.len()];
        let (part, class) = ([Part::InputBuffer, Part::Sweep, Part::Cache][run % 3], CLASSES[run / 3 % 3]);
        let setup = Setup {
            mode: Mode::Sqrt,
            cache_bytes: [1, 600, 4000][dice.below(3) as usize],
            lru_bytes: if part == Part::Cache { 1500 } else { 0 },
            pushed: false,
            portion: 50,
            every: dice.below(5),
            slots: 2 + 2 * dice.below(8) as u32,
            budget: u64::MAX,
            whole_ring: false,
        };
        let stage = 2 + dice.below(2) as usize;
        let asked = [request(stage, 0, EVERYTHING), reversed(stage, 0, EVERYTHING)];
        let (mut p, _) = build(graph, &setup);
        let area = Area::seal(&mut p, &asked);
        // Both states lie in lines of their own.
        let targets = Targets::of(&p, &area.plan, 68);
        let rows = &oracle[1 + stage];
        let mut struck = 0;
        for turn in 0..5 {
            let order = if part == Part::Sweep || (turn > 0 && dice.below(3) == 0) { 1 } else { 0 };
            let first = if turn == 0 { 0 } else { dice.below(rows.len() as u64) };
            let left = rows.len() as u64 - first;
            let count = if turn == 0 { left } else { dice.below(left + 1) };
            let ask = Request { first, count, ..asked[order] };
            let kept = Kept::default();
            p.evaluate_begin(&ask, kept.boxed()).unwrap();
            let mut turns = 0;
            while p.evaluating() {
                p.step(1 + dice.below(25), &mut 0).unwrap_or_else(|e| panic!("run {run}: {e}"));
                // Sweeps reuse their memory for the other order.
                let there = part != Part::Sweep || (order == 1 && p.evaluating());
                turns += 1;
                if there
                    && turns < 400
                    && dice.below(12) == 0
                    && let Some(at) = targets.pick(&mut dice, part, class)
                {
                    area.flip(at, dice.below(8));
                    struck += 1;
                }
            }
            if part != Part::Sweep
                && dice.below(2) == 0
                && let Some(at) = targets.pick(&mut dice, part, class)
            {
                area.flip(at, dice.below(8));
                struck += 1;
            }
            if dice.below(4) == 0 {
                p.scrub(dice.below(2000) as usize).unwrap();
            }
            assert!(*kept.0.borrow() == expected(rows, &ask), "run {run}: {part:?} {class:?} {ask:?} {setup:?}");
        }
        let cell = &mut flips[run % 3][run / 3 % 3];
        cell.0 += struck;
        cell.1 += u64::from(p.stats().crc_failures > 0);
        assert!(struck > 0 || p.stats().crc_failures == 0);
    }
    println!("{runs} runs; flips, and runs in which damage was found, for header, payload, CRC:");
    for (part, row) in [Part::InputBuffer, Part::Sweep, Part::Cache].iter().zip(&flips) {
        println!("  {part:?} {row:?}");
        assert!(row.iter().all(|(struck, found)| *struck > some(500) && *found > some(50)));
    }
}

/// Every byte of the checkpoint that a row is reached from: it is found, an earlier one is used, and it is written again
/// on the way.
#[test]
fn a_damaged_checkpoint_is_written_again_when_it_is_passed() {
    const ROWS: u64 = 1000;
    let options = PlanOptions { checkpoint_every: 1, checkpoint_slots: 8, cache_bytes: 1, ..OPTIONS };
    let (mut p, made) = chain(4, 1, options, Some((ROWS, false)));
    let asked = [request(0, 0, EVERYTHING)];
    let area = Area::seal(&mut p, &asked);
    let fetch = |p: &mut Pipeline<'static>, first, count| {
        let (kept, before) = (Kept::default(), made.get());
        p.evaluate_begin(&request(0, first, count), kept.boxed()).unwrap();
        while p.evaluating() {
            p.step(100, &mut 0).unwrap();
        }
        (kept.0.take(), made.get() - before)
    };
    let (all, _) = fetch(&mut p, 0, ROWS);
    let ring = sqrtspace::schedule::doubling::Doubling::new(8).unwrap();
    let each = StateSlots::slot_bytes(16).unwrap();
    let row = |t: u64| all[t as usize * 4..][..4].to_vec();
    let mut again = 0;
    for wanted in [250, 400, 700, 999] {
        // The spare slot is moved out of the way.
        fetch(&mut p, 3, 1);
        let from = ring.below(wanted, ROWS);
        let slot = ring.slot(from).unwrap() as usize;
        let gap = ring.gap(ROWS);
        assert!(from > 0);
        for at in 0..HEADER_BYTES + 16 {
            for bit in [0, 7] {
                let before = p.stats().crc_failures;
                area.flip(area.plan.checkpoints.at + slot * each + at, bit);
                let (got, cost) = fetch(&mut p, wanted, 1);
                assert_eq!(got, row(wanted));
                assert_eq!(p.stats().crc_failures, before + 1, "byte {at} bit {bit}");
                assert_eq!(p.stats().repairs, before + 1, "byte {at} bit {bit}");
                again += cost - (wanted - from + 1);
                assert_eq!(p.stats().recomputed_rows, again, "byte {at} bit {bit}");
                assert!(cost > wanted - from + 1 && cost <= 2 * gap + 1, "{cost} rows made");
                fetch(&mut p, 3, 1);
                let (got, cost) = fetch(&mut p, wanted, 1);
                assert_eq!((got, cost), (row(wanted), wanted - from + 1), "byte {at} bit {bit}");
                assert_eq!(p.stats().crc_failures, before + 1);
                fetch(&mut p, 3, 1);
            }
        }
    }
}

fn run(p: &mut Pipeline<'static>, ask: &Request) -> Vec<u8> {
    let kept = Kept::default();
    p.evaluate_begin(ask, kept.boxed()).unwrap();
    while p.evaluating() {
        p.step(100, &mut 0).unwrap();
    }
    kept.0.take()
}

#[test]
fn every_damaged_row_of_the_cache_and_every_damaged_checkpoint_is_counted() {
    const ROWS: u64 = 500;
    let options = PlanOptions { checkpoint_every: 1, checkpoint_slots: 8, lru_bytes: 3000, ..OPTIONS };
    for class in CLASSES {
        let mut dice = Dice(class as u64);
        for _ in 0..50 {
            let (mut p, _) = chain(4, 2, options, Some((ROWS, false)));
            let area = Area::seal(&mut p, &[request(0, 0, EVERYTHING)]);
            let targets = Targets::of(&p, &area.plan, 16);
            let all = run(&mut p, &request(0, 0, ROWS));
            // The last rows are held, all slots full.
            let (at, held, each) = targets.cache;
            if class != Class::Header {
                (0..held).for_each(|i| area.flip(at + i * each + byte(&mut dice, class, 28, 8), dice.below(8)));
                let first = ROWS - held as u64;
                assert!(run(&mut p, &request(0, first, held as u64)) == all[first as usize * 8..]);
                // The rows after the first one are recomputed on the way, too.
                assert!((1..=held as u64).contains(&p.stats().crc_failures));
            }
            let before = p.stats().crc_failures;
            let (at, count, each, state) = targets.ring[0];
            // Slot 0 is of row 0, whose state is made anew: nothing is kept there.
            (1..count).for_each(|i| area.flip(at + i * each + byte(&mut dice, class, 24, state), dice.below(8)));
            while p.stats().crc_failures < before + count as u64 - 1 {
                assert!(p.scrub(40 + dice.below(100) as usize).unwrap() > 0);
            }
            for _ in 0..100 {
                p.scrub(1000).unwrap();
            }
            assert_eq!(p.stats().crc_failures, before + count as u64 - 1);
            assert!(run(&mut p, &request(0, 77, 100)) == all[77 * 8..177 * 8]);
        }
    }
}

/// With any limit of bytes per call: a call checks at most those, or one entry, and repeated calls check everything.
#[test]
fn a_scrub_of_any_size_comes_to_every_entry() {
    const ROWS: u64 = 500;
    let options = PlanOptions { checkpoint_every: 1, checkpoint_slots: 8, lru_bytes: 3000, ..OPTIONS };
    for most in [0, 1, 31, 33, 40, 64, 100, 1000, 10_000] {
        let (mut p, _) = chain(4, 2, options, Some((ROWS, false)));
        let area = Area::seal(&mut p, &[request(0, 0, EVERYTHING)]);
        let all = run(&mut p, &request(0, 0, ROWS));
        let targets = Targets::of(&p, &area.plan, 16);
        let (at, held, each) = targets.cache;
        let (slots_at, slots, slot, _) = targets.ring[0];
        let total = held * each + slots * slot;
        // The payload of every entry in turn, found within two rounds.
        let entries = (0..held).map(|i| at + i * each).chain((1..slots).map(|i| slots_at + i * slot));
        for (n, entry) in entries.enumerate() {
            area.flip(entry + HEADER_BYTES, 3);
            let (mut seen, mut calls) = (0, 0);
            while p.stats().crc_failures == n as u64 {
                let bytes = p.scrub(most).unwrap();
                assert!(bytes > 0 && bytes <= most.max(each.max(HEADER_BYTES)), "{bytes} bytes of {most}");
                (seen, calls) = (seen + bytes, calls + 1);
                assert!(seen <= 2 * total + most, "entry {n}, {most} bytes a call");
            }
            assert!(calls <= 2 * (held + 2 * slots) + 2, "{calls} calls of {most}");
        }
        assert_eq!(p.stats().repairs, 0);
        assert!(run(&mut p, &request(0, 0, ROWS)) == all);
    }
}

/// States, rows and samples of a job that runs: damage is found when the next call begins, and repaired.
#[test]
fn flipped_bits_in_a_running_job_change_no_row() {
    let mut dice = Dice(21);
    let (mut wrong, mut refused) = ([0; 2], 0);
    let runs = if long() { 10_000 } else { some(1500) };
    for n in 0..runs {
        let graph = graph(&mut dice);
        let oracle = graph.oracle();
        let setup = Setup {
            mode: Mode::Sqrt,
            cache_bytes: 600,
            lru_bytes: 0,
            pushed: false,
            portion: 50,
            every: 2,
            slots: 8,
            budget: u64::MAX,
            whole_ring: false,
        };
        let (mut p, _) = build(&graph, &setup);
        let asked = [request(2, 0, EVERYTHING), reversed(2, 0, EVERYTHING)];
        let area = Area::seal(&mut p, &asked);
        let rows = &oracle[3];
        let ask = Request { count: rows.len() as u64, ..asked[n % 2] };
        let planned = area.plan.requests().find(|p| p.request.order == ask.order).unwrap();
        let kept = Kept::default();
        p.evaluate_begin(&ask, kept.boxed()).unwrap();
        let strike_at = dice.below(12);
        let mut turns = 0;
        while p.evaluating() {
            if p.step(1 + dice.below(40), &mut 0).is_err() {
                refused += 1;
                p.evaluate_cancel();
            }
            if turns == strike_at {
                // Samples, rows, states, their shadows, the snapshot.
                area.flip(area.plan.eval.at + dice.below(planned.bytes as u64) as usize, dice.below(8));
            }
            turns += 1;
            assert!(turns < 100_000);
        }
        let expected = expected(rows, &ask);
        assert!(kept.0.borrow().len() <= expected.len());
        wrong[n % 2] += usize::from(*kept.0.borrow() != expected);
    }
    assert_eq!((wrong, refused), ([0; 2], 0));
    println!("{runs} runs with one bit of a running job flipped, {refused} refused; with wrong rows:");
    println!("  forward {} of {}, reverse {} of {}", wrong[0], runs / 2, wrong[1], runs / 2);
}
