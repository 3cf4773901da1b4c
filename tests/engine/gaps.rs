//! Gaps: rows and their numbers of missing samples are those of an oracle that holds all samples and, per row, the set
//! of samples it depends on; for any graph, split, order, budget, source or push, saved and resumed or not.

use crate::amount::{long, some};
use crate::chain::Dice;
use crate::graphs::*;
use sqrtspace::pipeline::Pipeline;
use sqrtspace::plan::Mode;
use sqrtspace::status::Status;
use std::collections::BTreeSet;

/// The value of missing samples.
pub(crate) const FILL: u32 = 0xABCD_1234;

/// A graph, the gaps of each input, and what is expected of it.
struct Case {
    graph: TestGraph,
    gaps: Vec<Vec<(u64, u64)>>,
    rows: Vec<Vec<Vec<u32>>>,
    missing: Vec<Vec<u64>>,
}

/// Gaps in `n` samples, at least one sample apart.
fn random_gaps(dice: &mut Dice, n: u64) -> Vec<(u64, u64)> {
    let mut gaps = Vec::new();
    let mut at = dice.below(20);
    while at < n && gaps.len() < 12 {
        let (long, apart) = ([2, 9, 60][dice.below(3) as usize], [1, 8, 40][dice.below(3) as usize]);
        let end = (at + 1 + dice.below(long)).min(n);
        gaps.push((at, end));
        at = end + 1 + dice.below(apart);
    }
    gaps
}

fn random_case(dice: &mut Dice, turns: bool) -> Case {
    let mut gaps = Vec::new();
    let inputs: Vec<_> = (0..1 + dice.below(2))
        .map(|_| {
            let (channels, window, hop) = (1 + dice.below(2) as u32, 1 + dice.below(6), 1 + dice.below(8));
            let n = dice.below(150);
            let own = random_gaps(dice, n);
            let missing = |i: u64| own.iter().any(|g| (g.0..g.1).contains(&(i / u64::from(channels))));
            let samples =
                (0..n * u64::from(channels)).map(|i| if missing(i) { FILL } else { dice.next() as u32 }).collect();
            gaps.push(own);
            TestInput { channels, window, hop, samples }
        })
        .collect();
    let mut rates = vec![1; inputs.len()];
    let mut stages = Vec::new();
    for _ in 0..1 + dice.below(5) {
        let anchor = rates[dice.below(rates.len() as u64) as usize];
        let nodes: Vec<usize> = (0..rates.len()).filter(|i| rates[*i] == anchor).collect();
        let edges = (0..1 + dice.below(3))
            .map(|_| TestEdge {
                from: nodes[dice.below(nodes.len() as u64) as usize],
                lookback: dice.below(4) as u32,
                lookahead: dice.below(4) as u32,
                clamp: dice.below(2) == 0,
            })
            .collect();
        let stride = 1 + dice.below(3) as u32 / 2;
        rates.push(anchor * u64::from(stride));
        let (scan, len) = (dice.below(2) == 0, 1 + dice.below(3) as usize);
        let reverse = scan && turns && dice.below(3) == 0;
        stages.push(TestStage { edges, len, stride, scratch: 4, keeps: dice.below(3) == 0, scan, reverse });
    }
    let graph = TestGraph { inputs, stages };
    let (rows, missing) = (graph.oracle(), oracle_of_missing(&graph, &gaps));
    Case { graph, gaps, rows, missing }
}

/// The number of missing samples of every row of every node: those of the windows from the first to the last one that
/// it depends on, of each input, from the set of these windows.
fn oracle_of_missing(graph: &TestGraph, gaps: &[Vec<(u64, u64)>]) -> Vec<Vec<u64>> {
    let windows = graph.inputs.iter().map(TestInput::windows).min().unwrap() as u64;
    let mut nodes: Vec<Vec<BTreeSet<(usize, u64)>>> =
        (0..graph.inputs.len()).map(|i| (0..windows).map(|t| BTreeSet::from([(i, t)])).collect()).collect();
    for stage in &graph.stages {
        let n = nodes[stage.edges[0].from].len();
        let rows = (0..n.div_ceil(stage.stride as usize)).map(|t| {
            let mut all = BTreeSet::new();
            for edge in &stage.edges {
                let own = (t * stage.stride as usize) as i64;
                for at in own - i64::from(edge.lookback)..=own + i64::from(edge.lookahead) {
                    if (0..n as i64).contains(&at) {
                        all.extend(nodes[edge.from][at as usize].iter().copied());
                    }
                }
            }
            all
        });
        let rows = rows.collect();
        nodes.push(rows);
    }
    let count = |set: &BTreeSet<(usize, u64)>| {
        let mut samples = BTreeSet::new();
        for (i, input) in graph.inputs.iter().enumerate() {
            let own = || set.iter().filter(|(of, _)| *of == i).map(|(_, t)| *t);
            let Some((first, last)) = own().min().zip(own().max()) else { continue };
            samples.extend((first..=last).flat_map(|t| t * input.hop..t * input.hop + input.window).map(|s| (i, s)));
        }
        samples.iter().filter(|(i, s)| gaps[*i].iter().any(|g| (g.0..g.1).contains(s))).count() as u64
    };
    nodes.iter().map(|rows| rows.iter().map(count).collect()).collect()
}

pub(crate) fn setup(dice: &mut Dice, pushed: bool, mode: Mode) -> Setup {
    Setup {
        mode,
        cache_bytes: [1, 600, 4000][dice.below(3) as usize],
        lru_bytes: dice.below(2) * 500,
        pushed,
        portion: 1 + dice.below(40) as usize,
        every: dice.below(5),
        slots: 2 * dice.below(4) as u32,
        budget: u64::MAX,
        whole_ring: false,
    }
}

/// Pushes up to `n` samples or missing samples of input `i` from sample `at` on. Returns how many were accepted, and
/// the status of a gap that was refused.
fn push_some(p: &mut Pipeline<'static>, case: &Case, i: usize, at: u64, n: u64) -> (u64, Option<Status>) {
    let input = &case.graph.inputs[i];
    let c = u64::from(input.channels);
    let end = (at + n).min(input.samples.len() as u64 / c);
    if let Some(gap) = case.gaps[i].iter().find(|g| (g.0..g.1).contains(&at)) {
        return match p.push_gap(i, end.min(gap.1) - at) {
            Ok(taken) => (taken, None),
            Err(e) => (0, Some(e.status)),
        };
    }
    let end = case.gaps[i].iter().map(|g| g.0).find(|first| *first >= at).map_or(end, |first| end.min(first));
    let bytes = bytes_of(&input.samples[(at * c) as usize..(end * c) as usize]);
    (p.push(i, &bytes).unwrap() as u64, None)
}

pub(crate) fn counts(p: &mut Pipeline<'static>, stage: usize, first: u64, n: usize) -> Vec<u64> {
    let mut counts = vec![u64::MAX; n];
    p.rows_missing(stage, first, &mut counts).unwrap();
    counts
}

/// A stream that is saved and resumed at random moments.
#[test]
fn pulled_rows_and_their_missing_samples_are_those_of_the_definition() {
    let mut dice = Dice(11);
    let (mut resumed, mut rows_with_gaps, mut full, mut stuck) = (0, 0, 0, 0);
    let streams = if long() { 20_000 } else { some(1500) };
    for _ in 0..streams {
        let case = random_case(&mut dice, false);
        let pushed = dice.below(4) > 0;
        let setup = setup(&mut dice, pushed, Mode::Sqrt);
        let all = case.gaps.iter().map(Vec::len).sum::<usize>();
        let room = if !pushed {
            0
        } else if dice.below(2) == 0 {
            all
        } else {
            dice.below(all as u64 + 1) as usize
        };
        let stages = case.graph.stages.len();
        let open: Vec<_> = (0..stages).filter(|s| s + 1 == stages || dice.below(2) == 0).collect();
        let capacities: Vec<_> = open.iter().map(|_| 1 + dice.below(6)).collect();
        let start = || {
            let (mut p, _, _) = build_with(&case.graph, &setup, room, FILL.into(), &case.gaps);
            open.iter().zip(&capacities).for_each(|(s, rows)| p.open_output(*s, *rows).unwrap());
            seal(&mut p, &[]);
            p
        };
        let mut p = start();
        let mut sent = vec![0; case.graph.inputs.len()];
        let mut got: Vec<(Vec<u32>, Vec<u64>)> = vec![Default::default(); stages];
        let (mut idle, mut refused) = (0, false);
        while idle < 3 {
            let mut moved = false;
            refused = false;
            for (i, input) in case.graph.inputs.iter().enumerate().filter(|_| pushed) {
                let n = input.samples.len() as u64 / u64::from(input.channels);
                if sent[i] < n {
                    let (taken, status) = push_some(&mut p, &case, i, sent[i], 1 + dice.below(40));
                    if let Some(status) = status {
                        assert_eq!(status, Status::Limit);
                        refused = true;
                        full += 1;
                    }
                    sent[i] += taken;
                    moved |= taken > 0;
                }
                if sent[i] == n && p.push_end(i).is_ok() && idle == 0 {
                    moved |= dice.below(4) > 0;
                }
            }
            let mut done = 0;
            p.step(1 + dice.below(12), &mut done).unwrap();
            moved |= done > 0;
            for stage in &open {
                if idle == 0 && dice.below(2) == 0 {
                    continue;
                }
                let row = case.graph.stages[*stage].len;
                let cap = 1 + dice.below(4) as usize;
                let (mut rows, mut missing, mut n) = (vec![0; cap * row * 4], vec![0; cap], 0);
                p.pull_counted(*stage, &mut rows, &mut missing, &mut n).unwrap();
                let words = rows[..n * row * 4].as_chunks::<4>().0.iter().map(|b| u32::from_ne_bytes(*b));
                got[*stage].0.extend(words);
                got[*stage].1.extend(&missing[..n]);
                moved |= n > 0;
            }
            idle = if moved { 0 } else { idle + 1 };
            if dice.below(6) == 0 {
                let mut file = Vec::new();
                p.checkpoint_save(&mut |bytes: &[u8]| {
                    file.extend_from_slice(bytes);
                    Ok(())
                })
                .unwrap();
                assert!(file.len() as u64 <= p.checkpoint_bytes().unwrap());
                p = start();
                p.checkpoint_restore(&file).unwrap();
                resumed += 1;
            }
        }
        if refused {
            // Gaps that rows still depend on fill the table.
            assert!(room < all);
            stuck += 1;
        }
        for stage in &open {
            let (rows, missing) = &got[*stage];
            let node = case.graph.inputs.len() + stage;
            let n = if refused { missing.len() } else { case.rows[node].len() };
            assert_eq!(rows, &case.rows[node][..n].concat(), "stage {stage} of {:?} {:?}", case.graph, case.gaps);
            assert_eq!(missing, &case.missing[node][..n], "stage {stage} of {:?} {:?}", case.graph, case.gaps);
            rows_with_gaps += missing.iter().filter(|n| **n > 0).count();
        }
        assert!(p.stats().peak_bytes <= p.stats().plan_bytes);
    }
    println!(
        "{resumed} resumes, {rows_with_gaps} rows with gaps, table full {full} times, {stuck} streams stopped by it"
    );
    assert!(resumed > some(2000) && rows_with_gaps > some(10_000) && full > some(300) && stuck < streams / 2);
}

/// Ranges in any order, mode and budget, of sources and of pushed inputs; forward and reverse scans; failing callbacks;
/// with sources, bits of the work area that flip between two calls.
#[test]
fn evaluated_rows_and_their_missing_samples_are_those_of_the_definition() {
    let mut dice = Dice(12);
    let (mut rows_with_gaps, mut repairs) = (0, 0);
    for round in 0..if long() { 10_000 } else { some(3000) } {
        let case = random_case(&mut dice, round % 2 == 0);
        let pushed = dice.below(2) == 0;
        let mode = [Mode::Auto, Mode::Classic, Mode::Sqrt][dice.below(3) as usize];
        let mut setup = Setup { whole_ring: true, lru_bytes: 0, ..setup(&mut dice, pushed, mode) };
        let room = case.gaps.iter().map(Vec::len).sum();
        let stage = dice.below(case.graph.stages.len() as u64) as usize;
        let down = dice.below(2) == 0;
        let ask = |first, count| if down { reversed(stage, first, count) } else { request(stage, first, count) };
        let built = |setup: &Setup| build_with(&case.graph, setup, room, FILL.into(), &case.gaps);
        if dice.below(2) == 0 {
            let minimum = built(&setup).0.plan(&[ask(0, EVERYTHING)]).unwrap().min_budget_bytes as u64;
            setup.budget = minimum + dice.below(3000);
        }
        let (mut p, fail_in, _) = built(&setup);
        let plan = p.plan(&[ask(0, EVERYTHING)]).unwrap();
        let work = area(plan.bytes);
        let base = work.as_mut_ptr();
        p.seal_with(&[ask(0, EVERYTHING)], work, area(plan.spill.len)).unwrap();
        let flips = !pushed && plan.bytes > 0 && dice.below(2) == 0;
        for (i, input) in case.graph.inputs.iter().enumerate().filter(|_| pushed) {
            let n = input.samples.len() as u64 / u64::from(input.channels);
            let mut sent = 0;
            while sent < n {
                let (taken, status) = push_some(&mut p, &case, i, sent, 1 + dice.below(60));
                assert!(status.is_none() && taken > 0);
                sent += taken;
            }
            p.push_end(i).unwrap();
        }
        let node = case.graph.inputs.len() + stage;
        let (rows, missing) = (&case.rows[node], &case.missing[node]);
        assert_eq!(counts(&mut p, stage, 0, missing.len()), *missing, "{:?} {:?}", case.graph, case.gaps);
        rows_with_gaps += missing.iter().filter(|n| **n > 0).count();
        for turn in 0..3 {
            let first = if pushed && turn > 0 { 0 } else { dice.below(rows.len() as u64 + 1) };
            let first = if pushed { 0 } else { first };
            let end = first + dice.below(rows.len() as u64 - first + 1);
            let end = if pushed { rows.len() as u64 } else { end };
            let (up, turned) = (Collected::default(), Descending::default());
            let sink = if down { turned.boxed() } else { up.boxed() };
            p.evaluate_begin(&ask(first, end - first), sink).unwrap();
            fail_in.set(dice.below(60) as i64 - 10);
            while p.evaluating() {
                if let Err(e) = p.step(1 + dice.below(if flips { 3 } else { 30 }), &mut 0) {
                    assert_eq!(e.status, Status::Callback);
                    fail_in.set(dice.below(60) as i64 - 10);
                }
                if flips && dice.below(12) == 0 {
                    // SAFETY: inside a leaked area, which is not borrowed between calls.
                    unsafe { *base.add(dice.below(plan.bytes as u64) as usize) ^= 1 << dice.below(8) }
                }
            }
            let mut expected = rows[first as usize..end as usize].to_vec();
            if down {
                expected.reverse();
            }
            assert_eq!(if down { turned.words() } else { up.words() }, expected.concat(), "{:?}", case.graph);
        }
        assert!(p.stats().peak_bytes <= p.stats().plan_bytes);
        repairs += p.stats().repairs;
    }
    println!("{rows_with_gaps} rows with gaps, {repairs} repairs");
    assert!(rows_with_gaps > some(10_000) && repairs > some(100));
}
