//! Bits flipped between two calls, anywhere in the work area and in the tables of the control area: the rows are the same,
//! or the call is refused; never wrong without a word.

use crate::amount::{long, some};
use crate::chain::*;
use crate::graphs::*;
use sqrtspace::pipeline::Pipeline;
use sqrtspace::plan::{Mode, Order, Request};
use sqrtspace::status::Status;

/// The areas, whose bytes the test can still get at.
struct Areas {
    work: *mut u8,
    control: *mut u8,
    control_bytes: usize,
    work_bytes: usize,
}

impl Areas {
    fn seal(p: &mut Pipeline<'static>, control: *mut u8, requests: &[Request]) -> Areas {
        let plan = p.plan(requests).unwrap();
        let bytes = area(plan.bytes);
        let work = bytes.as_mut_ptr();
        p.seal_with(requests, bytes, area(plan.spill.len)).unwrap();
        let control_bytes = Pipeline::control_bytes(LIMITS, 0, 0).unwrap();
        Areas { work, control, control_bytes, work_bytes: plan.bytes }
    }

    fn flip(&self, dice: &mut Dice, control: bool) -> usize {
        let (base, len) = if control { (self.control, self.control_bytes) } else { (self.work, self.work_bytes) };
        let at = dice.below(len as u64) as usize;
        // SAFETY: inside a leaked area, which is not borrowed between calls.
        unsafe { *base.add(at) ^= 1 << dice.below(8) }
        at
    }
}

/// Scans after scans with halos, strides, kept scratch, stages without state around them.
fn random_graph(dice: &mut Dice, reverse: bool) -> TestGraph {
    let edge = |dice: &mut Dice, from| TestEdge {
        from,
        lookback: dice.below(3) as u32,
        lookahead: dice.below(3) as u32,
        clamp: dice.below(2) == 0,
    };
    let samples = (0..150 + dice.below(150)).map(|_| dice.next() as u32).collect();
    let input = TestInput { channels: 1, window: 1 + dice.below(6), hop: 1 + dice.below(3), samples };
    let stage = |edges, len, stride, scan, keeps| {
        let scratch = if keeps { 16 } else { 0 };
        TestStage { edges, len, stride, scratch, keeps, scan, reverse: false }
    };
    let mut stages = vec![
        stage(vec![edge(dice, 0)], 2, 1, true, false),
        stage(vec![edge(dice, 1), edge(dice, 0)], 1, 2, false, dice.below(2) == 0),
        stage(vec![edge(dice, 2)], 3, 1, true, dice.below(2) == 0),
        stage(vec![edge(dice, 3)], 1, 1, false, false),
    ];
    // Some with passes in both directions, which may read the input again.
    if reverse {
        stages[2].reverse = true;
        stages[3].scan = dice.below(2) == 0;
        if dice.below(2) == 0 {
            stages[1].stride = 1;
            for later in [2, 3] {
                if dice.below(2) == 0 {
                    let again = edge(dice, 0);
                    stages[later].edges.push(again);
                }
            }
        }
    }
    TestGraph { inputs: vec![input], stages }
}

fn setup(dice: &mut Dice, pushed: bool) -> Setup {
    Setup {
        mode: [Mode::Sqrt, Mode::Sqrt, Mode::Auto, Mode::Classic][dice.below(4) as usize],
        cache_bytes: [1, 600, 4000][dice.below(3) as usize],
        lru_bytes: dice.below(2) * 700,
        pushed,
        portion: 50,
        every: dice.below(5),
        slots: 2 * dice.below(5) as u32,
        budget: u64::MAX,
        whole_ring: pushed,
    }
}

fn graphs(reverse: bool) -> Vec<(TestGraph, Vec<Vec<Vec<u32>>>)> {
    let mut dice = Dice(31);
    (0..40)
        .map(|_| {
            let graph = random_graph(&mut dice, reverse);
            let oracle = graph.oracle();
            (graph, oracle)
        })
        .collect()
}

fn expected(rows: &[Vec<u32>], ask: &Request) -> Vec<u8> {
    let rows = &rows[ask.first as usize..(ask.first + ask.count) as usize];
    match ask.order {
        Order::Forward => bytes_of(&rows.concat()),
        Order::Reverse => bytes_of(&rows.iter().rev().flatten().copied().collect::<Vec<_>>()),
    }
}

/// Runs with one or more flips. Returns the number refused, and of the rest the number that found damage.
fn evaluations(runs: u64, seed: u64, pushed: bool, control: bool, reverse: bool) -> (u64, u64, u64) {
    let (graphs, mut dice) = (graphs(reverse), Dice(seed));
    let (mut refused, mut found, mut recomputed) = (0, 0, 0);
    for run in 0..runs {
        let (graph, oracle) = &graphs[(run % graphs.len() as u64) as usize];
        let mut setup = setup(&mut dice, pushed);
        let stage = dice.below(4) as usize;
        let asked = [request(stage, 0, EVERYTHING), reversed(stage, 0, EVERYTHING)];
        if reverse && setup.mode != Mode::Classic && dice.below(2) == 0 {
            setup.budget = build(graph, &setup).0.plan(&asked).unwrap().min_budget_bytes as u64 + dice.below(2000);
        }
        let (mut p, fail_in, base) = build_in(graph, &setup);
        let areas = Areas::seal(&mut p, base, &asked);
        if pushed {
            p.push(0, &bytes_of(&graph.inputs[0].samples)).unwrap();
            p.push_end(0).unwrap();
        }
        let rows = &oracle[1 + stage];
        let mut lost = false;
        for turn in 0..3 {
            let order = dice.below(2) as usize;
            // Samples before an evaluated range may leave a ring.
            let first = if turn == 0 || pushed { 0 } else { dice.below(rows.len() as u64) };
            let left = rows.len() as u64 - first;
            let count = if reverse && dice.below(2) == 0 { dice.below(left + 1) } else { left };
            let ask = Request { first, count, ..asked[order] };
            let (kept, strike_at) = (Kept::default(), dice.below(14));
            if turn > 0 && pushed {
                break;
            }
            let step = |p: &mut Pipeline<'static>, dice: &mut Dice| {
                fail_in.set(if dice.below(15) == 0 { dice.below(4) as i64 } else { -1 });
                p.step(1 + dice.below(25), &mut 0)
            };
            let (mut turns, mut area_hit) = (0, 0);
            let begun = p.evaluate_begin(&ask, kept.boxed());
            if begun.is_err() {
                lost = true;
                break;
            }
            while p.evaluating() {
                match step(&mut p, &mut dice) {
                    Ok(_) => {}
                    Err(e) if e.status == Status::Callback => {}
                    Err(e) => {
                        assert!(
                            matches!(e.status, Status::Corrupt | Status::Poisoned | Status::Internal),
                            "run {run}: {e}"
                        );
                        // With sources everything in the work area can be recomputed.
                        assert!(pushed || control, "run {run}: {e}, byte {area_hit} of {:?}", p.sealed_plan());
                        lost = true;
                        break;
                    }
                }
                if turns == strike_at {
                    area_hit = areas.flip(&mut dice, control);
                }
                turns += 1;
                assert!(turns < 100_000);
            }
            let (got, want) = (kept.0.borrow(), expected(rows, &ask));
            assert!(*got == want[..got.len()], "run {run}: byte {area_hit} {setup:?} {ask:?} {:?}", p.sealed_plan());
            assert!(lost || got.len() == want.len());
            if lost {
                break;
            }
        }
        refused += u64::from(lost);
        found += u64::from(p.stats().crc_failures > 0);
        recomputed += u64::from(p.stats().recomputed_rows > 0);
        assert!(p.stats().crc_failures >= p.stats().repairs);
        if p.check_tables().is_err() {
            std::mem::forget(p);
        }
    }
    (refused, found, recomputed)
}

#[test]
fn no_flip_in_the_work_area_changes_rows_made_from_a_source() {
    let runs = if long() { 50_000 } else { some(4000) };
    let (refused, found, recomputed) = evaluations(runs, 1, false, false, false);
    println!("{runs} runs, {found} found damage, {recomputed} recomputed rows, {refused} refused, none wrong");
    assert!(refused == 0 && found > runs / 20 && recomputed > runs / 40);
}

#[test]
fn no_flip_in_the_work_area_changes_rows_behind_reverse_scans() {
    let runs = if long() { 20_000 } else { some(2000) };
    let (refused, found, recomputed) = evaluations(runs, 4, false, false, true);
    println!("{runs} runs, {found} found damage, {recomputed} recomputed rows, {refused} refused, none wrong");
    assert!(refused == 0 && found > runs / 20 && recomputed > runs / 40);
}

#[test]
fn no_flip_in_the_work_area_changes_rows_made_from_a_ring() {
    let runs = if long() { 20_000 } else { some(2000) };
    let (refused, found, _) = evaluations(runs, 2, true, false, false);
    println!("{runs} runs, {found} found damage, {refused} refused, none wrong");
    assert!(refused > some(50) && found > runs / 20);
}

#[test]
fn no_flip_in_the_tables_changes_rows() {
    let runs = if long() { 20_000 } else { some(2000) };
    let (refused, ..) = evaluations(runs, 3, false, true, false);
    println!("{runs} runs, {refused} refused, none wrong");
    assert!(refused > some(100));
}

/// Streams: pulled rows are right, or the pipeline reports that it cannot continue.
fn streams(runs: u64, seed: u64, pushed: bool) -> (u64, u64) {
    let (graphs, mut dice) = (graphs(false), Dice(seed));
    let (mut refused, mut found) = (0, 0);
    for run in 0..runs {
        let (graph, oracle) = &graphs[(run % graphs.len() as u64) as usize];
        let setup = Setup { mode: Mode::Sqrt, whole_ring: false, ..setup(&mut dice, pushed) };
        let (mut p, _, base) = build_in(graph, &setup);
        let open = [1 + dice.below(2) as usize, 3];
        open.iter().for_each(|s| p.open_output(*s, 1 + dice.below(9)).unwrap());
        let areas = Areas::seal(&mut p, base, &[]);
        let samples = bytes_of(&graph.inputs[0].samples);
        let (mut at, mut got, mut idle, mut ended, mut lost) = (0, [Vec::new(), Vec::new()], 0, !pushed, false);
        while idle < 6 && !lost {
            let mut moved = false;
            let mut check = |r: Result<(), sqrtspace::status::Error>| {
                if let Err(e) = r {
                    assert!(e.status == Status::Corrupt && pushed, "run {run}: {e}");
                    lost = true;
                }
            };
            if !ended {
                let piece = &samples[at..(at + 4 * (1 + dice.below(30) as usize)).min(samples.len())];
                let took = p.push(0, piece).unwrap() * 4;
                (at, moved) = (at + took, took > 0);
                if at == samples.len() {
                    p.push_end(0).unwrap();
                    ended = true;
                }
            }
            let mut done = 0;
            check(p.step(1 + dice.below(12), &mut done).map(drop));
            moved |= done > 0;
            for (stage, got) in open.iter().zip(&mut got) {
                let row = graph.stages[*stage].len * 4;
                let (mut rows, mut n) = (vec![0; 5 * row], 0);
                check(p.pull(*stage, &mut rows, &mut n).map(drop));
                got.extend_from_slice(&rows[..n * row]);
                moved |= n > 0;
            }
            idle = if moved { 0 } else { idle + 1 };
            if dice.below(10) == 0 {
                areas.flip(&mut dice, false);
            }
        }
        for (stage, got) in open.iter().zip(&got) {
            let want = bytes_of(&oracle[1 + stage].concat());
            assert!(*got == want[..got.len()], "run {run}: {setup:?}");
            assert!(lost || got.len() == want.len(), "run {run}: {} of {} bytes", got.len(), want.len());
        }
        refused += u64::from(lost);
        found += u64::from(p.stats().crc_failures > 0);
    }
    (refused, found)
}

#[test]
fn no_flip_in_the_work_area_changes_a_stream() {
    let runs = if long() { 20_000 } else { some(3000) };
    for pushed in [false, true] {
        let (refused, found) = streams(runs, 5, pushed);
        println!("{runs} streams, pushed {pushed}: {found} found damage, {refused} refused, none wrong");
        assert!(found > runs / 20 && (refused > 0) == pushed);
    }
}
