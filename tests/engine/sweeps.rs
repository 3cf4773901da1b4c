//! Reverse sweeps: exactly the number of stage rows of the closed form, within the reported bytes, never more than requested.

use crate::amount::{long, some};
use crate::chain::*;
use crate::graphs::*;
use sqrtspace::pipeline::{Pipeline, SweepInfo};
use sqrtspace::plan::{Mode, PlanOptions};
use sqrtspace::schedule::{binomial, leaf};
use sqrtspace::status::Status;

fn sweep(p: &mut Pipeline<'static>, first: u64, count: u64, slice: u64) -> u64 {
    let sink = Hashed::default();
    p.evaluate_begin(&reversed(0, first, count), sink.boxed()).unwrap();
    while p.evaluating() {
        let mut done = 0;
        p.step(slice, &mut done).unwrap();
        assert!(done <= slice);
    }
    assert_eq!(sink.1.get(), count);
    sink.0.get()
}

/// Rows computed by a reversal of `rows` rows after the first `first` ones.
fn executions(first: u64, rows: u64, slots: u64, leaf: u64, slice: u64) -> u64 {
    let options = PlanOptions { sweep: Some((slots, leaf)), ..OPTIONS };
    let (mut p, made) = chain(2, 1, options, Some((first + rows, false)));
    let asked = [reversed(0, 0, EVERYTHING)];
    let plan = p.plan(&asked).unwrap();
    let planned = p.plan_info(&plan).sweep;
    assert_eq!((planned.slots, planned.leaf), (slots, leaf.min(first + rows)));
    if first == 0 {
        assert_eq!(Some(u128::from(planned.extra)), leaf::extra_advances(rows, slots, leaf));
    }
    seal(&mut p, &asked);
    sweep(&mut p, first, rows, slice);
    assert_eq!(p.stats().stage_rows, made.get());
    made.get()
}

#[test]
fn as_many_rows_are_made_as_tables_say() {
    let by_slots = [(10, 3, 25), (20, 3, 65), (21, 2, 91), (56, 3, 266), (100, 5, 416), (100, 10, 322)];
    let longer = [(1000, 10, 4_636), (1000, 31, 3_439), (10_000, 20, 47_976), (10_000, 100, 34_747)];
    let longest = [(86_400, 24, 494_649), (1_000_000, 64, 5_135_499)].into_iter().take(if long() { 2 } else { 1 });
    for (rows, slots, total) in by_slots.into_iter().chain(longer).chain(longest) {
        assert_eq!(executions(0, rows, slots, 1, 100_000), total, "{rows} rows, {slots} slots");
    }
    for (rows, slots, leaf, extra) in [(1000, 10, 100, 900), (1000, 10, 10, 2_220), (10_000, 100, 100, 9_900)] {
        assert_eq!(executions(0, rows, slots, leaf, 1000), rows + extra, "{rows} rows, {slots} slots, leaf {leaf}");
    }
}

#[test]
fn as_many_rows_are_made_as_the_closed_form_says() {
    let mut dice = Dice(1);
    for _ in 0..600 {
        let (first, rows) = (dice.below(3) * dice.below(200), 1 + dice.below(2000));
        let (slots, leaf) = (1 + dice.below(30), 1 + dice.below(40));
        let slots = if rows > 500 { slots + 1 } else { slots };
        let extra = leaf::extra_advances(rows, slots, leaf).unwrap() as u64;
        let slice = 1 + dice.below(3000);
        // The way to the first row is gone once.
        let made = executions(first, rows, slots, leaf, slice);
        assert_eq!(made, first + rows + extra, "rows {first}+{rows}, {slots} slots, leaf {leaf}");
    }
}

/// A million rows of 64 bytes with a state of 256 bytes.
#[test]
fn a_million_rows_are_reversed_within_the_bytes_told() {
    const ROWS: u64 = 1_000_000;
    let expected = {
        let (mut p, made) = chain(64, 16, PlanOptions { mode: Mode::Classic, ..OPTIONS }, Some((ROWS, false)));
        seal(&mut p, &[request(0, 0, EVERYTHING)]);
        let kept = Kept::default();
        p.evaluate_begin(&request(0, 0, ROWS), kept.boxed()).unwrap();
        let mut done = 0;
        while p.step(u64::MAX, &mut done).unwrap() == Status::Ok {}
        assert_eq!(made.get(), ROWS);
        kept.0.borrow().rchunks_exact(64).fold(0, hash)
    };
    let asked = [reversed(0, 0, EVERYTHING)];
    println!("  KiB  slots   leaf  sweep bytes  other bytes  passes more");
    for (kib, limit) in [(288usize, 1.00), (128, 1.77), (64, 1.95), (32, 2.50)] {
        // What the plan takes besides snapshots and leaf.
        let (mut p, _) = chain(64, 16, PlanOptions { sweep: Some((1, 1)), ..OPTIONS }, Some((ROWS, false)));
        let planned = p.plan(&asked).unwrap();
        let other = planned.bytes - p.plan_info(&planned).checkpoint_bytes;
        let budget = (other + kib * 1024) as u64;
        let (mut p, made) = chain(64, 16, PlanOptions { budget, ..OPTIONS }, Some((ROWS, false)));
        let plan = p.plan(&asked).unwrap();
        let info = p.plan_info(&plan);
        seal(&mut p, &asked);
        let got = sweep(&mut p, 0, ROWS, 1 << 20);
        let more = made.get() as f64 / ROWS as f64 - 1.0;
        let SweepInfo { slots, leaf, extra, .. } = info.sweep;
        println!(
            "{kib:5}  {slots:5}  {leaf:5}  {:11}  {:11}  {more:+.4}",
            info.checkpoint_bytes,
            info.work_bytes - info.checkpoint_bytes
        );
        assert!(got == expected, "the rows differ");
        assert!(info.work_bytes as u64 <= budget);
        assert!(info.checkpoint_bytes <= kib * 1024, "{} bytes", info.checkpoint_bytes);
        assert_eq!(made.get(), ROWS + extra);
        assert!((info.recompute_factor - 1.0 - more).abs() < 1e-9);
        assert!(more <= limit, "{kib} KiB: {more}");
    }
}

/// Rows made to grow a recording in pieces and then to reverse it, with a ring and snapshots beside it.
fn grow_and_reverse(end: u64, ring: u32, slots: u64) -> u64 {
    let options = PlanOptions { checkpoint_every: 1, checkpoint_slots: ring, sweep: Some((slots, 1)), ..OPTIONS };
    let (mut p, made) = chain(2, 1, options, Some((0, true)));
    seal(&mut p, &[request(0, 0, EVERYTHING), reversed(0, 0, EVERYTHING)]);
    let (kept, mut there) = (Kept::default(), 0);
    while there < end {
        let piece = (1 + there / 3).min(end - there);
        p.extend_source(0, there + piece, there + piece < end).unwrap();
        p.evaluate_begin(&request(0, there, piece), kept.boxed()).unwrap();
        while p.evaluating() {
            p.step(1 << 20, &mut 0).unwrap();
        }
        there += piece;
    }
    let expected = kept.0.borrow().rchunks_exact(4).fold(0, hash);
    assert!(sweep(&mut p, 0, end, 100_000) == expected);
    made.get()
}

/// A stream whose end was not known is reversed from the ring's checkpoints: half of the slots in the ring, half for the
/// schedule within its gaps. Never with more work than planned; from 16 slots on with little more, the pass that made the
/// rows included, than the best schedule for as many slots that knows the length.
#[test]
fn a_recording_that_grew_is_reversed_from_its_ring() {
    for s in [4u32, 8, 16, 32, 64, 100] {
        let slots = u64::from(s);
        for end in [1, 2, 8, 30].map(|n| n * slots + 3).into_iter().chain([4095, 9999]) {
            let optimum = u128::from(end) + binomial::extra_advances(end, slots).unwrap();
            let made = grow_and_reverse(end, s / 2, slots / 2);
            let planned = binomial::extra_advances(end, slots / 2).unwrap();
            let ratio = made as f64 / optimum as f64;
            println!("s {s:3}  T {end:5}  {ratio:.3}");
            assert!(u128::from(made) <= u128::from(2 * end) + planned, "s {s}, T {end}: {made} rows");
            let bound = match (s, end / slots) {
                (4 | 8, _) => f64::MAX,
                (_, 1) => 1.29,
                (16, _) => 1.28,
                _ => 1.17,
            };
            assert!(ratio <= bound, "s {s}, T {end}: {ratio}");
        }
    }
}

fn random_graph(dice: &mut Dice, turns: bool) -> TestGraph {
    let inputs = (0..1 + dice.below(2))
        .map(|_| {
            let (channels, window, hop) = (1, 1 + dice.below(4), 1 + dice.below(4));
            let samples = (0..20 + dice.below(200)).map(|_| dice.next() as u32).collect();
            TestInput { channels, window, hop, samples }
        })
        .collect::<Vec<_>>();
    let mut rates = vec![1; inputs.len()];
    let mut stages = Vec::new();
    for _ in 0..1 + dice.below(5) {
        let anchor = rates[dice.below(rates.len() as u64) as usize];
        let nodes: Vec<usize> = (0..rates.len()).filter(|i| rates[*i] == anchor).collect();
        let edges = (0..1 + dice.below(2))
            .map(|_| TestEdge {
                from: nodes[dice.below(nodes.len() as u64) as usize],
                lookback: dice.below(4) as u32,
                lookahead: dice.below(4) as u32,
                clamp: dice.below(2) == 0,
            })
            .collect();
        let stride = 1 + dice.below(3) as u32 / 2;
        rates.push(anchor * u64::from(stride));
        let scan = dice.below(2) == 0;
        let reverse = turns && scan && dice.below(2) == 0;
        let len = 1 + dice.below(3) as usize;
        stages.push(TestStage { edges, len, stride, scratch: 4, keeps: false, scan, reverse });
    }
    TestGraph { inputs, stages }
}

/// A call never makes more rows of a stage than windows were asked for: from any range, in any order and direction,
/// from sources and rings, with damaged and lost checkpoints, beside a stream, after cancelled evaluations.
#[test]
fn no_call_makes_more_rows_than_asked() {
    let (mut dice, mut cancelled, mut whole) = (Dice(5), 0, 0);
    for _ in 0..if long() { 10_000 } else { some(2000) } {
        // Rows after a reverse scan cannot be pulled.
        let streams = dice.below(3) == 0;
        let turns = !streams && dice.below(2) == 0;
        let graph = random_graph(&mut dice, turns);
        let oracle = graph.oracle();
        let mode = [Mode::Auto, Mode::Classic, Mode::Sqrt][dice.below(3) as usize];
        let pushed = !streams && dice.below(3) == 0;
        let setup = Setup {
            mode: if streams { Mode::Sqrt } else { mode },
            cache_bytes: [1, 600, 30_000][dice.below(3) as usize],
            lru_bytes: dice.below(2) * 500,
            pushed,
            portion: 9,
            every: dice.below(4),
            slots: dice.below(4) as u32 * 2,
            budget: u64::MAX,
            whole_ring: pushed,
        };
        let count = graph.stages.len();
        let asked: Vec<_> =
            (0..count).flat_map(|s| [request(s, 0, EVERYTHING), reversed(s, 0, EVERYTHING)]).take(8).collect();
        let made = |budget| {
            let (mut p, fail_in) = build(&graph, &Setup { budget, ..setup.clone() });
            if streams {
                p.open_output(count - 1, 4).unwrap();
            }
            let need = p.plan(&asked).unwrap();
            (p, fail_in, need)
        };
        // Half of them with few slots and short leaves.
        let (mut p, mut fail_in, mut need) = made(u64::MAX);
        if dice.below(2) == 0 {
            (p, fail_in, need) = made(need.min_budget_bytes as u64 + dice.below(1500));
        }
        let (area, spill) = (area(need.bytes), area(need.spill.len));
        let base = area.as_mut_ptr();
        p.seal_with(&asked, area, spill).unwrap();
        for (i, input) in graph.inputs.iter().enumerate().filter(|_| pushed) {
            assert_eq!(p.push(i, &bytes_of(&input.samples)).unwrap(), input.samples.len());
            p.push_end(i).unwrap();
        }
        let mut pulled = Vec::new();
        for _ in 0..6 {
            let ask = asked[dice.below(asked.len() as u64) as usize];
            let rows = &oracle[graph.inputs.len() + ask.stage];
            let first = dice.below(rows.len() as u64 + 1);
            let part = dice.below(rows.len() as u64 - first + 1);
            let (first, part) = if dice.below(3) == 0 { (0, rows.len() as u64) } else { (first, part) };
            let (kept, mut given_up) = (Kept::default(), false);
            p.evaluate_begin(&sqrtspace::plan::Request { first, count: part, ..ask }, kept.boxed()).unwrap();
            while p.evaluating() {
                let (most, mut done) = (1 + dice.below(9), 0);
                MADE.take();
                fail_in.set(if dice.below(10) == 0 { dice.below(4) as i64 } else { -1 });
                let failed = p.step(most, &mut done).err();
                if let Some(e) = failed {
                    assert!(e.status == Status::Callback, "{e} {ask:?} {first}+{part} {setup:?} {graph:?}");
                }
                let made = MADE.take();
                // After a failure the rows of the block are computed once more, to find the row.
                let most = if failed.is_some() { 2 * most } else { most };
                assert!(made.iter().all(|m| *m <= most), "{made:?} rows for {most} windows of {ask:?} of {graph:?}");
                if dice.below(20) == 0 && need.checkpoints.len > 0 {
                    let at = need.checkpoints.at + dice.below(need.checkpoints.len as u64) as usize;
                    // SAFETY: inside the area, which is not borrowed between calls.
                    unsafe { *base.add(at) ^= 1 << dice.below(8) };
                }
                if streams && dice.below(3) == 0 {
                    let (mut rows, mut n) = ([0; 64], 0);
                    p.pull(count - 1, &mut rows, &mut n).unwrap();
                    pulled.extend_from_slice(&rows[..n * graph.stages[count - 1].len * 4]);
                }
                if dice.below(60) == 0 && p.evaluating() {
                    p.evaluate_cancel();
                    given_up = true;
                }
            }
            cancelled += u64::from(given_up);
            let wanted = &rows[first as usize..(first + part) as usize];
            let words: Vec<u32> = match ask.order {
                sqrtspace::plan::Order::Forward => wanted.concat(),
                sqrtspace::plan::Order::Reverse => wanted.iter().rev().flatten().copied().collect(),
            };
            let (got, want) = (kept.0.borrow(), bytes_of(&words));
            assert!(*got == want[..got.len()]);
            assert!(given_up || got.len() == want.len());
            whole += u64::from(!given_up);
        }
        assert!(bytes_of(&oracle[graph.inputs.len() + count - 1].concat()).starts_with(&pulled));
    }
    println!("{whole} evaluations to the end, {cancelled} cancelled");
    assert!(whole > some(5000) && cancelled > some(1000));
}

/// The first scan of a chain has to start early enough for the second, whose checkpoint may lie further back than its own.
#[test]
fn a_sweep_starts_from_stored_checkpoints_of_scans_behind_scans() {
    let edge = |from, lookback| vec![TestEdge { from, lookback, lookahead: 0, clamp: true }];
    let stage = |edges| TestStage { edges, len: 1, stride: 1, scratch: 0, keeps: false, scan: true, reverse: false };
    let input = TestInput { channels: 1, window: 1, hop: 1, samples: (0..60).collect() };
    let graph = TestGraph { inputs: vec![input], stages: vec![stage(edge(0, 0)), stage(edge(1, 2))] };
    let setup = Setup {
        mode: Mode::Sqrt,
        cache_bytes: 600,
        lru_bytes: 0,
        pushed: false,
        portion: 9,
        every: 3,
        slots: 6,
        budget: u64::MAX,
        whole_ring: false,
    };
    let rows = graph.oracle().pop().unwrap().concat();
    let (mut p, _) = build(&graph, &setup);
    seal(&mut p, &[request(1, 0, EVERYTHING), reversed(1, 0, EVERYTHING)]);
    evaluate(&mut p, 1, 0, 60, 7);
    for first in 0..60 {
        let sink = Descending::default();
        p.evaluate_begin(&reversed(1, first, 60 - first), sink.boxed()).unwrap();
        while p.evaluating() {
            p.step(7, &mut 0).unwrap();
        }
        assert!(sink.words().iter().eq(rows[first as usize..].iter().rev()), "from row {first} on");
    }
}
