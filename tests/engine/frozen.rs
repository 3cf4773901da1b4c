//! Plans as bytes: a pipeline sealed with one has the plan, the schedule and the rows of one that was planned; bytes that
//! are damaged, of another pipeline, or wrong are refused and change nothing.

use crate::amount::{long, some};
use crate::graphs::*;
use crate::orders::{graph_with, setup};
use proptest::prelude::*;
use sqrtspace::crc::crc32c;
use sqrtspace::pipeline::Pipeline;
use sqrtspace::plan::{Mode, Order, Request};
use sqrtspace::status::Status;

fn export(p: &mut Pipeline<'static>, asked: &[Request]) -> Vec<u8> {
    let needed = p.export_plan(asked, &mut []).unwrap();
    let mut bytes = vec![0; needed];
    assert_eq!(p.export_plan(asked, &mut bytes).unwrap(), needed);
    bytes
}

fn seal_planned(p: &mut Pipeline<'static>, bytes: &[u8]) -> sqrtspace::status::Result<()> {
    let plan = p.load_plan(bytes)?;
    p.seal_planned(bytes.to_vec().leak(), area(plan.bytes), area(plan.spill.len))
}

/// Evaluates a request, as far as its samples are held.
fn run(p: &mut Pipeline<'static>, ask: &Request, slice: u64) -> Result<Vec<u32>, Status> {
    let (up, down) = (Collected::default(), Descending::default());
    let sink = if ask.order == Order::Reverse { down.boxed() } else { up.boxed() };
    p.evaluate_begin(ask, sink).map_err(|e| e.status)?;
    while p.evaluating() {
        if let Err(e) = p.step(slice, &mut 0) {
            p.evaluate_cancel();
            assert_eq!(e.status, Status::Evicted, "{e}");
            return Err(e.status);
        }
    }
    Ok(if ask.order == Order::Reverse { down.words() } else { up.words() })
}

fn push_all(p: &mut Pipeline<'static>, graph: &TestGraph, pushed: bool) {
    for (i, input) in graph.inputs.iter().enumerate().filter(|_| pushed) {
        p.push(i, &bytes_of(&input.samples)).unwrap();
        p.push_end(i).unwrap();
    }
}

/// Steps and pulls until nothing moves.
fn pull_all(p: &mut Pipeline<'static>, graph: &TestGraph, open: &[usize], slice: u64) -> Vec<Vec<u8>> {
    let mut got = vec![Vec::new(); graph.stages.len()];
    loop {
        let (mut done, mut moved) = (0, false);
        p.step(slice, &mut done).unwrap();
        for stage in open {
            let row = graph.stages[*stage].len * 4;
            let (mut rows, mut n) = (vec![0; 3 * row], 0);
            p.pull(*stage, &mut rows, &mut n).unwrap();
            got[*stage].extend_from_slice(&rows[..n * row]);
            moved |= n > 0;
        }
        if done == 0 && !moved {
            return got;
        }
    }
}

/// Graph, setup and opened outputs of a random case, built; and its requests.
fn built(graph: &TestGraph, setup: &Setup, open: &[usize]) -> Pipeline<'static> {
    let (mut p, _) = build(graph, setup);
    open.iter().for_each(|s| p.open_output(*s, 3).unwrap());
    p
}

fn asked(graph: &TestGraph, reverse: u32) -> Vec<Request> {
    let all = |s| if reverse >> s & 1 == 1 { reversed(s, 0, EVERYTHING) } else { request(s, 0, EVERYTHING) };
    (0..graph.stages.len()).map(all).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if long() { 10_000 } else { some(1500) }, failure_persistence: None, max_shrink_iters: 3000, ..ProptestConfig::default() })]

    /// The plan, the rows and the work done are those of the planner.
    #[test]
    fn a_plan_read_is_the_plan_made(
        graph in graph_with(3, true), setup in setup(), reverse in any::<u32>(), opens in any::<u32>(),
        slice in 1u64..30, tight in 0u64..4,
    ) {
        let open: Vec<usize> = (0..graph.stages.len()).filter(|s| opens >> s & 3 == 3).collect();
        let asked = asked(&graph, reverse);
        let mut setup = setup;
        if let (1.., Ok(plan)) = (tight, built(&graph, &setup, &open).plan(&asked)) {
            // Between the minimum and what it takes without a limit.
            let min = plan.min_budget_bytes as u64;
            setup.budget = min + (plan.bytes as u64).saturating_sub(min) * (tight - 1) / 2;
        }
        let (mut p, mut q) = (built(&graph, &setup, &open), built(&graph, &setup, &open));
        let Ok(plan) = p.plan(&asked) else { return Ok(()) };
        let bytes = export(&mut p, &asked);
        prop_assert_eq!(bytes.len() % 8, 0);
        p.seal_with(&asked, area(plan.bytes), area(plan.spill.len)).unwrap();
        seal_planned(&mut q, &bytes).unwrap();
        prop_assert_eq!(format!("{:?}", p.sealed_plan()), format!("{:?}", q.sealed_plan()));
        for p in [&mut p, &mut q] {
            push_all(p, &graph, setup.pushed);
        }
        prop_assert_eq!(pull_all(&mut p, &graph, &open, slice), pull_all(&mut q, &graph, &open, slice));
        for ask in &asked {
            prop_assert_eq!(run(&mut p, ask, slice), run(&mut q, ask, slice));
            prop_assert_eq!(format!("{:?}", p.stats()), format!("{:?}", q.stats()));
        }
        // The plan is read again where positions are rebuilt.
        p.reset().unwrap();
        q.reset().unwrap();
        prop_assert_eq!(format!("{:?}", p.stats()), format!("{:?}", q.stats()));
    }

    /// Whatever the words are, with a right CRC: the plan is refused, or the rows are those of the definition.
    #[test]
    fn a_wrong_plan_is_refused_or_right(
        graph in graph_with(3, true), setup in setup(), reverse in any::<u32>(), opens in any::<u32>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0u8..8, any::<u64>()), 1..3),
    ) {
        let open: Vec<usize> = (0..graph.stages.len()).filter(|s| opens >> s & 3 == 3).collect();
        let asked = asked(&graph, reverse);
        let (mut p, mut q) = (built(&graph, &setup, &open), built(&graph, &setup, &open));
        if p.plan(&asked).is_err() {
            return Ok(());
        }
        let mut bytes = export(&mut p, &asked);
        let words = bytes.len() / 8;
        for (at, how, any) in changes {
            let at = 24 + at.index(words - 4) * 8;
            let old = u64::from_be_bytes(bytes[at..at + 8].try_into().unwrap());
            let new = match how {
                0 => any,
                1 => 0,
                2 => old.wrapping_sub(64),
                3 => old.wrapping_add(64),
                4 => old.wrapping_sub(1),
                5 => old.wrapping_add(1),
                6 => any % 5,
                _ => old / 2,
            };
            bytes[at..at + 8].copy_from_slice(&new.to_be_bytes());
        }
        repair(&mut bytes);
        match p.load_plan(&bytes) {
            Err(e) => prop_assert!(matches!(e.status, Status::Graph | Status::Overflow | Status::Argument), "{}", e),
            // Large sizes are right, and cost memory.
            Ok(plan) if plan.bytes.max(plan.spill.len) > 1 << 20 => return Ok(()),
            Ok(_) => {
                seal_planned(&mut p, &bytes).unwrap();
                seal(&mut q, &asked);
                [&mut p, &mut q].into_iter().for_each(|p| push_all(p, &graph, setup.pushed));
                prop_assert_eq!(pull_all(&mut p, &graph, &open, 7), pull_all(&mut q, &graph, &open, 7));
                for ask in &asked {
                    if let (Ok(here), Ok(there)) = (run(&mut p, ask, 7), run(&mut q, ask, 7)) {
                        prop_assert_eq!(here, there);
                    }
                }
            }
        }
    }
}

/// Sets the CRC of bytes that were changed.
fn repair(bytes: &mut [u8]) {
    let end = bytes.len() - 8;
    let sum = u64::from(crc32c(&bytes[..end]));
    bytes[end..].copy_from_slice(&sum.to_be_bytes());
}

fn example() -> (TestGraph, Setup, Vec<Request>) {
    let edge = |from, lookback, lookahead| vec![TestEdge { from, lookback, lookahead, clamp: true }];
    let stage =
        |edges, len, scan, reverse| TestStage { edges, len, stride: 1, scratch: 8, keeps: false, scan, reverse };
    let input = TestInput { channels: 1, window: 4, hop: 2, samples: (0..200).map(|i| i * i).collect() };
    let stages = vec![
        stage(edge(0, 0, 0), 2, true, false),
        stage(edge(1, 2, 1), 1, false, false),
        stage(edge(2, 0, 0), 1, true, true),
    ];
    let setup = Setup {
        mode: Mode::Sqrt,
        cache_bytes: 600,
        lru_bytes: 300,
        pushed: false,
        portion: 9,
        every: 4,
        slots: 4,
        budget: u64::MAX,
        whole_ring: false,
    };
    let asked = vec![request(1, 0, EVERYTHING), reversed(0, 0, EVERYTHING), request(2, 0, EVERYTHING)];
    (TestGraph { inputs: vec![input], stages }, setup, asked)
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused_and_changes_nothing() {
    let (graph, setup, asked) = example();
    let mut p = built(&graph, &setup, &[1]);
    let bytes = export(&mut p, &asked);
    let refused = |p: &mut Pipeline<'static>, bytes: &[u8]| {
        let e = seal_planned(p, bytes).unwrap_err();
        assert!(matches!(e.status, Status::Format | Status::Corrupt), "{e}");
        assert!(!p.is_sealed());
    };
    for bit in 0..bytes.len() * 8 {
        let mut wrong = bytes.clone();
        wrong[bit / 8] ^= 1 << (bit % 8);
        refused(&mut p, &wrong);
    }
    for byte in 0..bytes.len() {
        let mut wrong = bytes.clone();
        wrong[byte] ^= 0xFF;
        refused(&mut p, &wrong);
        refused(&mut p, &bytes[..byte]);
    }
    let mut longer = bytes.clone();
    longer.extend_from_slice(&[0; 8]);
    refused(&mut p, &longer);
    seal_planned(&mut p, &bytes).unwrap();
    assert!(p.is_sealed());
    assert_eq!(evaluate(&mut p, 1, 0, 99, 5), graph.oracle()[2].concat());
}

/// The plan of each of these is for it alone.
#[test]
fn a_plan_of_another_config_or_graph_is_refused() {
    let (graph, setup, asked) = example();
    let change = |change: &dyn Fn(&mut TestGraph, &mut Setup)| {
        let (mut graph, mut setup) = (graph.clone(), setup.clone());
        change(&mut graph, &mut setup);
        (graph, setup)
    };
    let all = [
        change(&|_, _| {}),
        change(&|g, _| g.inputs[0].window = 5),
        change(&|g, _| g.inputs[0].hop = 3),
        change(&|g, _| g.inputs[0].samples.truncate(150)),
        change(&|g, _| g.stages[1].edges[0].lookback = 1),
        change(&|g, _| g.stages[1].edges[0].clamp = false),
        change(&|g, _| g.stages[1].len = 2),
        change(&|g, _| g.stages[1].scan = true),
        change(&|_, s| s.mode = Mode::Auto),
        change(&|_, s| s.cache_bytes = 601),
        change(&|_, s| s.lru_bytes = 301),
        change(&|_, s| s.every = 6),
        change(&|_, s| s.slots = 6),
        change(&|_, s| s.budget = 1 << 30),
        change(&|_, s| s.every = 5),
    ];
    let plans: Vec<_> = all.iter().map(|(g, s)| export(&mut built(g, s, &[1]), &asked)).collect();
    for (i, (graph, setup)) in all.iter().enumerate() {
        for (k, bytes) in plans.iter().enumerate() {
            let result = seal_planned(&mut built(graph, setup, &[1]), bytes);
            assert_eq!(result.is_ok(), i == k, "plan {k} for pipeline {i}");
            assert!(result.is_ok() || result.unwrap_err().status == Status::Graph);
        }
    }
    // Outputs, their queues and kinds of inputs count as well.
    let bytes = &plans[0];
    assert_eq!(seal_planned(&mut built(&graph, &setup, &[]), bytes).unwrap_err().status, Status::Graph);
    assert_eq!(seal_planned(&mut built(&graph, &setup, &[0]), bytes).unwrap_err().status, Status::Graph);
    let pushed = Setup { pushed: true, ..setup };
    assert_eq!(seal_planned(&mut built(&graph, &pushed, &[1]), bytes).unwrap_err().status, Status::Graph);
}

/// Damage in the bytes after seal ends the next evaluation before it begins.
#[test]
fn damage_in_the_plan_is_found_when_an_evaluation_begins() {
    let (graph, setup, asked) = example();
    let mut p = built(&graph, &setup, &[]);
    let bytes: &'static mut [u8] = export(&mut p, &asked).leak();
    let at: *mut u8 = &raw mut bytes[80];
    let plan = p.load_plan(bytes).unwrap();
    p.seal_planned(bytes, area(plan.bytes), area(plan.spill.len)).unwrap();
    assert_eq!(evaluate(&mut p, 1, 0, 99, 5), graph.oracle()[2].concat());
    // SAFETY: no call reads the bytes now.
    unsafe { at.write_volatile(at.read_volatile() ^ 4) };
    let begun = p.evaluate_begin(&request(1, 0, 99), Collected::default().boxed());
    assert_eq!(begun.unwrap_err().status, Status::Corrupt);
}

/// The bytes are the same on every machine.
#[test]
fn the_bytes_are_known() {
    let (graph, setup, asked) = example();
    let bytes = export(&mut built(&graph, &setup, &[1]), &asked);
    let lines: Vec<String> =
        bytes.chunks(32).map(|c| c.iter().map(|b| format!("{b:02x}")).collect::<String>() + "\n").collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/plan.hex");
    if std::env::var_os("SQS_UPDATE_GOLDEN").is_some() {
        std::fs::write(path, lines.concat()).unwrap();
    }
    assert_eq!(lines.concat(), std::fs::read_to_string(path).unwrap());
}
