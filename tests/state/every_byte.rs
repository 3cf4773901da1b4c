//! Bits flipped all over the work area, at all pauses between two calls. The samples come from sources, so every row
//! can be recomputed: all rows must be right, whatever the next call is.

use crate::amount::{long, some};
use crate::graphs::*;
use sqrtspace::pipeline::Pipeline;
use sqrtspace::plan::{Mode, Order, Request};
use std::ffi::c_void;

/// A graph, how it runs, what is requested of it one after another, and the opened outputs with their queues.
struct Case {
    graph: TestGraph,
    setup: Setup,
    asked: Vec<Request>,
    open: Vec<(usize, u64)>,
}

/// A call that computes no rows, between the flip and the next call that does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Between {
    Nothing,
    Scrub,
    Save,
    Change,
    Release,
    /// Begins an evaluation and cancels it; with a stream only.
    Cancel,
    /// Runs another evaluation to its end; with a stream only.
    Evaluate,
}

const BETWEEN: [Between; 7] = [
    Between::Nothing,
    Between::Scrub,
    Between::Save,
    Between::Change,
    Between::Release,
    Between::Cancel,
    Between::Evaluate,
];

/// A flip: the number of the pause, the byte, the bit; and the call after it.
#[derive(Clone, Copy, Debug)]
struct Flip {
    pause: usize,
    byte: usize,
    bit: u8,
    between: Between,
}

/// A sealed pipeline and its work area.
struct Sealed {
    p: Pipeline<'static>,
    work: *mut u8,
    bytes: usize,
}

/// What runs: the pauses so far, and the flip to come.
struct Run<'a> {
    case: &'a Case,
    sealed: &'a mut Sealed,
    pauses: usize,
    flip: Option<Flip>,
}

impl Case {
    fn seal(&self) -> Sealed {
        let (mut p, _, _) = build_changing(&self.graph, &self.setup, 4);
        self.open.iter().for_each(|(stage, rows)| p.open_output(*stage, *rows).unwrap());
        let plan = p.plan(&self.asked).unwrap();
        let area_of_work = area(plan.bytes);
        let (work, bytes) = (area_of_work.as_mut_ptr(), area_of_work.len());
        p.seal_with(&self.asked, area_of_work, area(plan.spill.len)).unwrap();
        Sealed { p, work, bytes }
    }

    /// The same with the minimum budget.
    fn tight(mut self) -> Case {
        let (mut p, _, _) = build_changing(&self.graph, &self.setup, 4);
        self.open.iter().for_each(|(stage, rows)| p.open_output(*stage, *rows).unwrap());
        self.setup.budget = p.plan(&self.asked).unwrap().min_budget_bytes as u64;
        self
    }
}

impl Run<'_> {
    fn pause(&mut self) {
        let here = self.pauses;
        self.pauses += 1;
        let Some(flip) = self.flip.filter(|f| f.pause == here) else { return };
        // SAFETY: within the work area, which no call uses now.
        unsafe { *self.sealed.work.add(flip.byte) ^= 1 << flip.bit }
        let p = &mut self.sealed.p;
        let idle = !p.evaluating();
        match flip.between {
            Between::Nothing => {}
            Between::Scrub => drop(p.scrub(1 << 20).unwrap()),
            // A damaged row in a queue is reported; pulling it has it recomputed.
            Between::Save => drop(p.checkpoint_save(&mut |_| Ok(()))),
            Between::Change => {
                let context: *mut c_void = std::ptr::without_provenance_mut(7);
                // A row that does not exist: no row changes.
                p.change_context(0, context, 1, Some(1000)).unwrap();
            }
            Between::Release => drop(p.release_changes(0, 0).unwrap()),
            Between::Cancel if idle => {
                p.evaluate_begin(&self.case.asked[0], Collected::default().boxed()).unwrap();
                p.evaluate_cancel();
            }
            Between::Evaluate if idle => {
                p.evaluate_begin(&self.case.asked[0], Collected::default().boxed()).unwrap();
                while p.evaluating() {
                    p.step_evaluation_once(5, &mut 0).unwrap();
                }
            }
            Between::Cancel | Between::Evaluate => {}
        }
    }

    /// Evaluates everything that is asked, one after another.
    fn evaluate(&mut self) -> Vec<Vec<u32>> {
        let asked = self.case.asked.iter();
        let all = asked.map(|ask| {
            let (up, down) = (Collected::default(), Descending::default());
            let forward = ask.order == Order::Forward;
            let begun = self.sealed.p.evaluate_begin(ask, if forward { up.boxed() } else { down.boxed() });
            begun.unwrap();
            while self.sealed.p.evaluating() {
                self.pause();
                self.sealed.p.step(6, &mut 0).unwrap();
            }
            if forward { up.words() } else { down.words() }
        });
        all.collect()
    }

    /// Pulls all rows of the opened outputs.
    fn stream(&mut self) -> Vec<Vec<u32>> {
        let mut all = vec![Vec::new(); self.case.open.len()];
        let mut idle = 0;
        while idle < 3 {
            self.pause();
            let (mut done, mut moved) = (0, false);
            self.sealed.p.step(4, &mut done).unwrap();
            moved |= done > 0;
            for ((stage, _), got) in self.case.open.iter().zip(&mut all) {
                self.pause();
                let row = self.case.graph.stages[*stage].len * 4;
                let (mut rows, mut n) = (vec![0; 3 * row], 0);
                self.sealed.p.pull(*stage, &mut rows, &mut n).unwrap();
                got.extend(rows[..n * row].as_chunks::<4>().0.iter().map(|b| u32::from_ne_bytes(*b)));
                moved |= n > 0;
            }
            idle = if moved { 0 } else { idle + 1 };
        }
        all
    }

    fn rows(&mut self) -> Vec<Vec<u32>> {
        self.sealed.p.reset().unwrap();
        if self.case.open.is_empty() { self.evaluate() } else { self.stream() }
    }
}

/// Flips a bit in a byte at a pause: one in 11 of all pairs in the long form, other ones for each call between.
fn flip_all(case: &Case, calls: &[Between]) {
    let mut sealed = case.seal();
    let mut run = Run { case, sealed: &mut sealed, pauses: 0, flip: None };
    let want = run.rows();
    let (pauses, bytes) = (run.pauses, run.sealed.bytes);
    let oracle = case.graph.oracle();
    let of = |stage: usize| &oracle[case.graph.inputs.len() + stage];
    if case.open.is_empty() {
        for (ask, want) in case.asked.iter().zip(&want) {
            let rows = of(ask.stage).len() as u64;
            let end = ask.first.saturating_add(ask.count).min(rows);
            let mut expected = of(ask.stage)[ask.first as usize..end as usize].to_vec();
            if ask.order == Order::Reverse {
                expected.reverse();
            }
            assert_eq!(*want, expected.concat(), "without a flip");
        }
    } else {
        case.open.iter().zip(&want).for_each(|((s, _), want)| assert_eq!(*want, of(*s).concat(), "without a flip"));
    }
    // Odd, so that each byte is hit at some pauses.
    let every = if long() { 11 } else { (40_000 / some(300)) | 1 };
    for (turn, between) in calls.iter().enumerate() {
        let mut flips = 0u64;
        for at in (turn * 7..pauses * bytes).step_by(every) {
            let flip =
                Flip { pause: at / bytes, byte: at % bytes, bit: (at * 5 + at / bytes) as u8 % 8, between: *between };
            let mut run = Run { case, sealed: &mut sealed, pauses: 0, flip: Some(flip) };
            let rows = run.rows();
            assert!(rows == want, "{flip:?} of {pauses} pauses, {:?} {:?}", case.setup, sealed.p.sealed_plan());
            flips += 1;
        }
        println!("{bytes} bytes, {pauses} pauses, {between:?}: {flips} flips, {} repairs", sealed.p.stats().repairs);
    }
    // On emulated machines the flips are too few for a repair in each case.
    assert!(every > 1000 || sealed.p.stats().repairs > 0);
}

fn stage(edges: &[(usize, u32, u32)], len: usize, scan: bool, reverse: bool) -> TestStage {
    let edge = |(from, lookback, lookahead): &(usize, u32, u32)| TestEdge {
        from: *from,
        lookback: *lookback,
        lookahead: *lookahead,
        clamp: false,
    };
    let edges = edges.iter().map(edge).collect();
    TestStage { edges, len, stride: 1, scratch: 4, keeps: !scan, scan, reverse }
}

fn graph(stages: Vec<TestStage>) -> TestGraph {
    let samples = (1..30u32).map(|i| i.wrapping_mul(0x9E37_79B1)).collect();
    TestGraph { inputs: vec![TestInput { channels: 1, window: 2, hop: 1, samples }], stages }
}

/// A forward scan, a reverse scan that reads it and the input, and a forward scan that reads these two and the input.
fn both_directions() -> TestGraph {
    graph(vec![
        stage(&[(0, 1, 1)], 1, true, false),
        stage(&[(1, 0, 1), (0, 2, 1)], 2, true, true),
        stage(&[(2, 1, 0), (1, 1, 1), (0, 0, 2)], 1, true, false),
    ])
}

/// Two forward scans and a stage with kept scratch between them.
fn forward() -> TestGraph {
    graph(vec![
        stage(&[(0, 1, 1)], 2, true, false),
        stage(&[(1, 1, 0), (0, 0, 1)], 1, false, false),
        stage(&[(2, 2, 1)], 1, true, false),
    ])
}

fn setup(mode: Mode, lru_bytes: u64) -> Setup {
    Setup {
        mode,
        cache_bytes: 600,
        lru_bytes,
        pushed: false,
        portion: 3,
        every: 3,
        slots: 2,
        budget: u64::MAX,
        whole_ring: false,
    }
}

fn evaluations(graph: TestGraph, stage: usize, mode: Mode, lru_bytes: u64) -> Case {
    let asked = vec![request(stage, 0, EVERYTHING), request(stage, 9, 8), reversed(stage, 0, EVERYTHING)];
    Case { graph, setup: setup(mode, lru_bytes), asked, open: Vec::new() }
}

#[test]
fn no_flip_changes_rows_of_reverse_scans() {
    for stage in [1, 2] {
        flip_all(&evaluations(both_directions(), stage, Mode::Sqrt, 0), &BETWEEN[..5]);
        flip_all(&evaluations(both_directions(), stage, Mode::Sqrt, 200).tight(), &BETWEEN[..5]);
    }
}

#[test]
fn no_flip_changes_rows_of_forward_scans() {
    flip_all(&evaluations(forward(), 2, Mode::Sqrt, 0), &BETWEEN[..5]);
    flip_all(&evaluations(forward(), 2, Mode::Sqrt, 200).tight(), &BETWEEN[..5]);
    flip_all(&evaluations(forward(), 2, Mode::Classic, 200), &BETWEEN[..5]);
}

#[test]
fn no_flip_changes_pulled_rows() {
    let case = Case {
        graph: forward(),
        setup: setup(Mode::Sqrt, 200),
        asked: vec![request(2, 0, EVERYTHING)],
        open: vec![(0, 4), (2, 5)],
    };
    flip_all(&case, &BETWEEN);
    flip_all(&case.tight(), &BETWEEN);
}
