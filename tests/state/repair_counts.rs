//! What `Stats` counts of damage, exactly: `crc_failures`, `repairs`, `recomputed_rows`. A damaged checkpoint of the ring is in
//! faults.rs, with every byte of one.

use crate::amount::long;
use crate::chain::{Kept, OPTIONS, chain};
use crate::graphs::*;
use sqrtspace::pipeline::{Pipeline, Stats};
use sqrtspace::plan::{Mode, Order, Plan, PlanOptions, Request};
use sqrtspace::store::state_slots::{HEADER_BYTES, StateSlots};

fn seal_over(p: &mut Pipeline<'static>, asked: &[Request]) -> (*mut u8, Plan) {
    let plan = p.plan(asked).unwrap();
    let bytes = area(plan.bytes);
    let base = bytes.as_mut_ptr();
    p.seal(asked, bytes).unwrap();
    (base, plan)
}

fn flip(base: *mut u8, at: usize) {
    // SAFETY: inside the leaked area, which is not borrowed between calls.
    unsafe { *base.add(at) ^= 4 }
}

fn counts(s: &Stats) -> (u64, u64, u64) {
    (s.crc_failures, s.repairs, s.recomputed_rows)
}

/// Evaluates one window per turn and flips bits after one turn. Returns the bytes of the rows, and whether it flipped any.
fn run(p: &mut Pipeline<'static>, ask: &Request, turn: u64, strike: &mut dyn FnMut()) -> (Vec<u8>, bool) {
    let kept = Kept::default();
    p.evaluate_begin(ask, kept.boxed()).unwrap();
    let mut turns = 0;
    while p.evaluating() {
        p.step(1, &mut 0).unwrap();
        if turns == turn && p.evaluating() {
            strike();
        }
        turns += 1;
    }
    (kept.0.take(), turns > turn)
}

#[test]
fn a_cached_row() {
    const ROWS: u64 = 300;
    let options = PlanOptions { checkpoint_every: 1, checkpoint_slots: 8, lru_bytes: 3000, cache_bytes: 1, ..OPTIONS };
    let asked = [request(0, 0, EVERYTHING)];
    for distance in [1, 2, 7, 20] {
        let (mut p, made) = chain(4, 1, options, Some((ROWS, false)));
        let (base, plan) = seal_over(&mut p, &asked);
        let (all, _) = run(&mut p, &request(0, 0, ROWS), u64::MAX, &mut || ());
        let row = ROWS - distance;
        let want = &all[row as usize * 4..][..4];
        let before = made.get();
        assert_eq!(run(&mut p, &request(0, row, 1), u64::MAX, &mut || ()).0, want);
        assert_eq!((made.get(), counts(&p.stats())), (before, (0, 0, 0)), "the row is cached");
        // The entries of all rows held, including that of this row: only that one is checked.
        let each = HEADER_BYTES + plan.cache_row.next_multiple_of(8);
        let held = sqrtspace::store::cache::rows(plan.cache.len, plan.cache_row);
        (0..held).for_each(|i| flip(base, plan.cache.at + i * each + HEADER_BYTES));
        assert_eq!(run(&mut p, &request(0, row, 1), u64::MAX, &mut || ()).0, want);
        let cost = made.get() - before;
        assert!(cost > 0);
        assert_eq!(counts(&p.stats()), (1, 1, cost), "{distance} rows from the end");
        // The recomputed row is cached.
        assert_eq!(run(&mut p, &request(0, row, 1), u64::MAX, &mut || ()).0, want);
        assert_eq!((made.get() - before, counts(&p.stats())), (cost, (1, 1, cost)));
        // Scrubbing finds the rest and recomputes nothing.
        for _ in 0..2 * held {
            p.scrub(4000).unwrap();
        }
        assert_eq!(counts(&p.stats()), (held as u64, 1, cost));
    }
}

/// Rows computed after cached rows are not counted for the damaged one before them.
#[test]
fn a_cached_row_before_others_that_are_sound() {
    let options = PlanOptions { checkpoint_every: 1, checkpoint_slots: 8, lru_bytes: 3000, cache_bytes: 1, ..OPTIONS };
    let again = |count: u64| {
        let (mut p, _) = chain(4, 1, options, Some((300, false)));
        let (base, plan) = seal_over(&mut p, &[request(0, 0, EVERYTHING)]);
        run(&mut p, &request(0, 100, 10), u64::MAX, &mut || ());
        // Rows 0 .. 300 were passed, so that checkpoints are far from each other.
        run(&mut p, &request(0, 299, 1), u64::MAX, &mut || ());
        flip(base, plan.cache.at + HEADER_BYTES);
        run(&mut p, &request(0, 100, count), u64::MAX, &mut || ());
        assert_eq!((p.stats().crc_failures, p.stats().repairs), (1, 1));
        p.stats().recomputed_rows
    };
    assert!(again(1) > 1);
    assert_eq!(again(30), again(1));
}

/// Flips bits of the state in every slot of a backward sweep over all rows, after every turn, one run each.
fn strike_snapshots(make: &dyn Fn() -> Pipeline<'static>, stage: usize) {
    let ask = Request { order: Order::Reverse, ..request(stage, 0, EVERYTHING) };
    let mut p = make();
    let (_, plan) = seal_over(&mut p, &[ask]);
    let planned = *plan.requests().next().unwrap();
    let sweep = *planned.sweep().unwrap();
    let (each, leaf, end) = (sweep.slot_bytes / sweep.slots as usize, sweep.tile_rows, planned.windows.unwrap());
    // The first tile is the short one.
    let row = |tile: u64| if tile == 0 { 0 } else { end - (end.div_ceil(leaf) - tile) * leaf };
    let (want, _) = run(&mut p, &ask, u64::MAX, &mut || ());
    let (mut found, mut again, mut turn, mut struck) = (0, 0, 0, true);
    while struck {
        struck = false;
        for slot in 0..sweep.slots as usize {
            let mut p = make();
            let (base, plan) = seal_over(&mut p, &[ask]);
            let slots = plan.eval.at + planned.bytes;
            // The key in the slot.
            let tile = |slot: usize| {
                // SAFETY: as in `flip`.
                let bytes = unsafe { core::slice::from_raw_parts(base.add(slots + slot * each), HEADER_BYTES) };
                u64::from_be_bytes(bytes[STEP_AT..STEP_AT + 8].try_into().unwrap())
            };
            let mut lost = 0;
            let (rows, hit) = run(&mut p, &ask, turn, &mut || {
                let below = if slot == 0 { 0 } else { row(tile(slot - 1)) };
                // A slot that is not in use may hold anything: it is not checked.
                lost = row(tile(slot)).saturating_sub(below);
                flip(base, slots + slot * each + HEADER_BYTES);
            });
            struck |= hit;
            assert!(rows == want);
            let s = p.stats();
            let expected = if s.crc_failures == 0 { 0 } else { lost };
            assert!(s.crc_failures <= 1);
            assert_eq!(counts(&s), (s.crc_failures, s.crc_failures, expected), "slot {slot} after turn {turn}");
            found += s.crc_failures;
            again += s.recomputed_rows;
        }
        turn += 1;
    }
    println!("{found} damaged snapshots found, {again} rows recomputed");
    assert!(found > 20 && again > 100);
}

#[test]
fn a_snapshot_of_a_sweep() {
    let options = PlanOptions { sweep: Some((3, 5)), ..OPTIONS };
    strike_snapshots(&|| chain(4, 1, options, Some((90, false))).0, 0);
}

/// The recomputed rows are those of the scan whose state was damaged, not of the requested stage.
#[test]
fn a_snapshot_below_a_reverse_scan() {
    let graph = scans("FR", 90);
    let (mut free, _) = build(&graph, &setup(u64::MAX));
    let ask = Request { order: Order::Reverse, ..request(1, 0, EVERYTHING) };
    let minimum = free.plan(&[ask]).unwrap().min_budget_bytes as u64;
    strike_snapshots(&|| build(&graph, &setup(minimum + 100)).0, 1);
}

/// Offset of the step in the header of a slot.
const STEP_AT: usize = 8;

/// A chain of scans, each on the rows of the one before.
fn scans(directions: &str, samples: u32) -> TestGraph {
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
    let samples = (0..samples).map(|t| t.wrapping_mul(0x9E37_79B1)).collect();
    let input = TestInput { channels: 1, window: 1, hop: 1, samples };
    TestGraph { inputs: vec![input], stages: directions.chars().enumerate().map(stage).collect() }
}

fn setup(budget: u64) -> Setup {
    Setup {
        mode: Mode::Sqrt,
        cache_bytes: 2000,
        lru_bytes: 0,
        pushed: false,
        portion: 1 << 20,
        every: 0,
        slots: 0,
        budget,
        whole_ring: false,
    }
}

#[test]
fn a_state_kept_at_a_tile() {
    let (mut found, mut again) = (0, 0);
    for (directions, order) in [("FR", Order::Forward), ("FRF", Order::Forward), ("FRFR", Order::Reverse)] {
        let graph = scans(directions, 70);
        let ask = Request { order, ..request(directions.len() - 1, 0, EVERYTHING) };
        let (mut p, _) = build(&graph, &setup(u64::MAX));
        let (_, plan) = seal_over(&mut p, &[ask]);
        let planned = *plan.requests().next().unwrap();
        let sweep = *planned.sweep().unwrap();
        let each = StateSlots::slot_bytes(8).unwrap();
        let slots = sweep.tile_bytes / each;
        let (want, _) = run(&mut p, &ask, u64::MAX, &mut || ());
        let undamaged = p.stats().stage_rows;
        let (mut turn, mut struck) = (0, true);
        while struck {
            struck = false;
            for slot in 0..slots {
                let (mut p, _) = build(&graph, &setup(u64::MAX));
                let (base, plan) = seal_over(&mut p, &[ask]);
                let at = plan.eval.at + planned.bytes + sweep.slot_bytes + slot * each + HEADER_BYTES;
                let (rows, hit) = run(&mut p, &ask, turn, &mut || flip(base, at));
                struck |= hit;
                assert!(rows == want, "{directions}");
                let s = p.stats();
                assert!(s.crc_failures <= 1);
                let expected = (s.crc_failures, s.crc_failures, s.stage_rows - undamaged);
                assert_eq!(counts(&s), expected, "{directions}: slot {slot} after turn {turn}");
                found += s.crc_failures;
                again += s.recomputed_rows;
            }
            turn += if long() { 3 } else { 10 };
        }
    }
    println!("{found} damaged states found, {again} rows recomputed");
    let min = if long() { 100 } else { 30 };
    assert!(found > min && again > min * 70, "{found} found, {again} recomputed");
}
