//! Rows after reverse scans: the number of computed rows equals passes and schedules, and flipped bits in data kept from pass
//! to pass change nothing.

use crate::amount::{long, some};
use crate::chain::{Dice, Kept};
use crate::graphs::*;
use sqrtspace::pipeline::{Pipeline, SweepInfo};
use sqrtspace::plan::{Mode, Order, Request};
use sqrtspace::schedule::leaf;
use sqrtspace::store::state_slots::{HEADER_BYTES, StateSlots};

/// A chain of scans, each on the rows of the one before; 'F' forward, 'R' reverse.
fn scans(directions: &str, samples: u64) -> TestGraph {
    let edge = |from| TestEdge { from, lookback: 0, lookahead: 0, clamp: false };
    let stage = |(i, d)| TestStage {
        edges: vec![edge(i)],
        len: 1,
        stride: 1,
        scratch: 0,
        keeps: false,
        scan: true,
        reverse: d == 'R',
    };
    let samples = (0..samples).map(|t| (t as u32).wrapping_mul(0x9E37_79B1)).collect();
    let input = TestInput { channels: 1, window: 1, hop: 1, samples };
    TestGraph { inputs: vec![input], stages: directions.chars().enumerate().map(stage).collect() }
}

fn setup(budget: u64) -> Setup {
    let (cache_bytes, lru_bytes, portion) = (2000, 0, 1 << 20);
    Setup {
        mode: Mode::Sqrt,
        cache_bytes,
        lru_bytes,
        pushed: false,
        portion,
        every: 0,
        slots: 0,
        budget,
        whole_ring: false,
    }
}

/// Evaluates all rows of the last stage. Returns the number of rows computed per stage.
fn made(graph: &TestGraph, p: &mut Pipeline<'static>, order: Order, slice: u64) -> Vec<u64> {
    let stage = graph.stages.len() - 1;
    let rows = graph.oracle().pop().unwrap();
    let (up, down) = (Collected::default(), Descending::default());
    let ask = Request { order, ..request(stage, 0, EVERYTHING) };
    MADE.take();
    p.evaluate_begin(&ask, if order == Order::Forward { up.boxed() } else { down.boxed() }).unwrap();
    while p.evaluating() {
        let mut done = 0;
        p.step(slice, &mut done).unwrap();
        assert!(done <= slice);
    }
    match order {
        Order::Forward => assert_eq!(up.words(), rows.concat()),
        Order::Reverse => assert_eq!(down.words(), rows.iter().rev().flatten().copied().collect::<Vec<_>>()),
    }
    MADE.take()
}

/// Rows of each stage that the passes over `rows` rows compute: level 0 is advanced in backward passes.
fn passes(levels: &[u64], last: u64, rows: u64, ahead: u64) -> Vec<u64> {
    let of = |level: &u64| {
        (level.max(&1).to_owned()..=last).map(|p| rows + if *level == 0 && p % 2 == 1 { ahead } else { 0 }).sum()
    };
    levels.iter().map(of).collect()
}

#[test]
fn each_pass_makes_each_row_once_but_what_the_schedule_rolls_ahead() {
    let mut dice = Dice(3);
    // Directions, levels, and the last pass for rows in forward and in reverse order.
    let cases: [(&str, &[u64], [u64; 2]); 7] = [
        ("R", &[1], [2, 1]),
        ("FR", &[0, 1], [2, 1]),
        ("FFRR", &[0, 0, 1, 1], [2, 1]),
        ("FRF", &[0, 1, 2], [2, 3]),
        ("RF", &[1, 2], [2, 3]),
        ("FRFR", &[0, 1, 2, 3], [4, 3]),
        ("FRFRF", &[0, 1, 2, 3, 4], [4, 5]),
    ];
    for (directions, levels, last) in cases {
        for _ in 0..30 {
            let rows = 1 + dice.below(700);
            let graph = scans(directions, rows);
            for (order, last) in [(Order::Forward, last[0]), (Order::Reverse, last[1])] {
                let ask = Request { order, ..request(graph.stages.len() - 1, 0, EVERYTHING) };
                let minimum = build(&graph, &setup(u64::MAX)).0.plan(&[ask]).unwrap().min_budget_bytes as u64;
                let budget = [u64::MAX, minimum + dice.below(3000), minimum][dice.below(3) as usize];
                let (mut p, _) = build(&graph, &setup(budget));
                let plan = p.plan(&[ask]).unwrap();
                assert!(plan.bytes as u64 <= budget);
                let info = p.plan_info(&plan);
                seal(&mut p, &[ask]);
                let got = made(&graph, &mut p, order, 1 + dice.below(2000));
                let SweepInfo { slots, leaf: tile, extra, passes: planned, .. } = info.sweep;
                assert_eq!(planned, last);
                let ahead = if levels[0] == 0 { leaf::extra_advances(rows, slots, tile).unwrap() as u64 } else { 0 };
                let expected = passes(levels, last, rows, ahead);
                assert_eq!(got, expected, "{directions} {order:?} {rows} rows, {slots} slots, tiles of {tile}");
                // The plan counts levels, not stages.
                let depth = *levels.last().unwrap() as usize + 1;
                let level = |l: usize| levels.iter().position(|x| *x == l as u64).map_or(0, |i| expected[i]);
                let present = (0..depth).filter(|l| levels.contains(&(*l as u64))).count();
                if present == depth {
                    assert_eq!(extra + rows * depth as u64, (0..depth).map(level).sum::<u64>());
                }
            }
        }
    }
}

/// Reading all rows after a reverse scan in forward order costs three forward and two reverse passes, within about twice
/// the root of what classic holds.
#[test]
fn upwards_costs_three_forward_and_two_reverse_passes() {
    let rows = 100_000;
    let graph = scans("FR", rows);
    let ask = request(1, 0, EVERYTHING);
    let (mut p, _) = build(&graph, &setup(u64::MAX));
    let plan = p.plan(&[ask]).unwrap();
    let classic = {
        let (mut p, _) = build(&graph, &Setup { mode: Mode::Classic, ..setup(u64::MAX) });
        p.plan(&[ask]).unwrap().bytes
    };
    seal(&mut p, &[ask]);
    let got = made(&graph, &mut p, Order::Forward, 1 << 20);
    println!("{rows} rows: forward {}, reverse {}, {} bytes (classic {classic})", got[0], got[1], plan.bytes);
    assert!(got[0] <= 3 * rows && got[1] == 2 * rows, "{got:?}");
    assert!(plan.bytes < 70_000 && classic > 700_000, "{} {classic}", plan.bytes);
}

/// Any bit of any state kept at a tile, at any time: the pass that left it there runs again.
#[test]
fn flipped_bits_of_kept_states_change_no_row() {
    let mut dice = Dice(8);
    let (mut struck, mut found) = (0u64, 0u64);
    for run in 0..if long() { 20_000 } else { some(1500) } {
        let directions = ["FR", "FRF", "RF", "FRFR"][dice.below(4) as usize];
        let graph = scans(directions, 40 + dice.below(200));
        let stage = directions.len() - 1;
        let order = if dice.below(2) == 0 { Order::Forward } else { Order::Reverse };
        let ask = Request { order, ..request(stage, 0, EVERYTHING) };
        let (mut p, _) = build(&graph, &setup(u64::MAX));
        let plan = p.plan(&[ask]).unwrap();
        let area = area(plan.bytes);
        let base = area.as_mut_ptr();
        p.seal(&[ask], area).unwrap();
        let planned = *plan.requests().next().unwrap();
        let sweep = *planned.sweep().unwrap();
        if sweep.tiles == 0 {
            continue;
        }
        let at = plan.eval.at + planned.bytes + sweep.slot_bytes;
        let each = StateSlots::slot_bytes(8).unwrap();
        assert_eq!(sweep.tile_bytes % each, 0);
        let kept = Kept::default();
        p.evaluate_begin(&ask, kept.boxed()).unwrap();
        let mut turns = 0;
        while p.evaluating() {
            p.step(1 + dice.below(25), &mut 0).unwrap_or_else(|e| panic!("run {run}: {e}"));
            turns += 1;
            if turns < 300 && dice.below(12) == 0 && p.evaluating() {
                // Header, checksum, state.
                let slot = dice.below((sweep.tile_bytes / each) as u64) as usize;
                let byte = at + slot * each + dice.below(HEADER_BYTES as u64 + 4) as usize;
                // SAFETY: inside the leaked area, which is not borrowed between calls.
                unsafe { *base.add(byte) ^= 1 << dice.below(8) };
                struck += 1;
            }
        }
        let mut rows = graph.oracle().pop().unwrap();
        if order == Order::Reverse {
            rows.reverse();
        }
        assert!(*kept.0.borrow() == bytes_of(&rows.concat()), "run {run}: {directions} {order:?}");
        found += p.stats().repairs;
        assert_eq!(p.stats().repairs, p.stats().crc_failures);
    }
    println!("{struck} bits flipped in kept states, {found} passes run again");
    assert!(struck > some(3000) && found > some(300));
}

/// Once the states at tiles exist, a row after a reverse scan costs a tile of each level and the rows from the nearest
/// checkpoint of level 0; a row in the cache costs nothing.
#[test]
fn rows_behind_a_reverse_scan_are_at_hand_once_its_pass_is_done() {
    let rows = 10_000;
    let graph = scans("FR", rows);
    let all = graph.oracle().pop().unwrap().concat();
    let ask = request(1, 0, EVERYTHING);
    for lru_bytes in [0, 2000] {
        let (mut p, _) = build(&graph, &Setup { slots: 64, lru_bytes, ..setup(u64::MAX) });
        let plan = p.plan(&[ask, reversed(0, 0, EVERYTHING)]).unwrap();
        let tile = plan.requests().next().unwrap().tile_rows();
        let gap = 2 * rows / 64 + plan.every;
        seal(&mut p, &[ask, reversed(0, 0, EVERYTHING)]);
        let mut fetch = |first, count| {
            MADE.take();
            let got = evaluate(&mut p, 1, first, count, 1 << 20);
            assert_eq!(got, all[first as usize..(first + count) as usize]);
            let made = MADE.take();
            (made.first().copied().unwrap_or(0), made.get(1).copied().unwrap_or(0))
        };
        let whole = fetch(0, rows);
        assert_eq!(whole.1, 2 * rows);
        let mut dice = Dice(5);
        for _ in 0..200 {
            let first = dice.below(rows);
            let (forward, reverse) = fetch(first, 1);
            assert!(forward <= gap + tile && reverse <= tile, "row {first}: {forward} and {reverse} rows");
            if lru_bytes > 0 {
                assert_eq!(fetch(first, 1), (0, 0));
            }
        }
        // Another request takes the memory: all of it again.
        let down = Descending::default();
        p.evaluate_begin(&reversed(0, 0, 10), down.boxed()).unwrap();
        while p.evaluating() {
            p.step(1 << 20, &mut 0).unwrap();
        }
        MADE.take();
        assert_eq!(evaluate(&mut p, 1, 77, 1, 1 << 20), all[77..78]);
        let made = MADE.take();
        assert!(made.is_empty() && lru_bytes > 0 || made[1] > rows / 2, "{made:?}");
    }
}
