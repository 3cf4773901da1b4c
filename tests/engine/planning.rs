//! The work of planning, counted in comparisons: it grows with the stages, not with their square.

use crate::graphs::{EVERYTHING, area, request, reversed, uninit};
use sqrtspace::dtype::Dtype;
use sqrtspace::graph::{Boundary, EdgeSpec, GraphLimits, InputSpec};
use sqrtspace::io::{Source, SourceBox};
use sqrtspace::kernel::{Code, Kernel, RowShape, StageIo, StageSpec};
use sqrtspace::pipeline::{Config, Pipeline};
use sqrtspace::plan::{Mode, PlanOptions, Request};

struct Zeros;

impl Source for Zeros {
    fn read(&mut self, _: u64, out: &mut [u8], sample_bytes: usize) -> Result<usize, Code> {
        out.fill(0);
        Ok(out.len() / sample_bytes)
    }
}

struct Fill;

impl Kernel for Fill {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        io.out.fill(1);
        Ok(())
    }
}

/// The shapes of large graphs.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// Each stage reads the one before.
    Chain,
    /// Every stage reads the input, the last one 16 of them.
    Wide,
    /// Two branches, registered one after the other, and a stage that reads both every 16 stages.
    Ladder,
    /// A chain in which every stage has state, scratch and neighbors.
    Scans,
}

const SHAPES: [Shape; 4] = [Shape::Chain, Shape::Wide, Shape::Ladder, Shape::Scans];

/// The nodes that stage `i` reads.
fn inputs(shape: Shape, i: usize, stages: usize) -> Vec<String> {
    let name = |i: usize| format!("s{i}");
    let before = |k: usize| i.checked_sub(k).map_or("input".to_string(), name);
    match shape {
        Shape::Chain | Shape::Scans => vec![before(1)],
        Shape::Wide if i + 1 < stages => vec!["input".into()],
        Shape::Wide => (1..17).map(before).collect(),
        Shape::Ladder if i % 16 == 15 => vec![before(1), before(2)],
        Shape::Ladder => vec![before(2)],
    }
}

fn pipeline(shape: Shape, stages: usize, budget: u64) -> Pipeline<'static> {
    let limits = GraphLimits { stages, edges: 4 * stages };
    let input = InputSpec { name: "input", dtype: Dtype::F32, channels: 1, window: 64, hop: 64, capacity: 0 };
    let options = PlanOptions { mode: Mode::Sqrt, budget, cache_bytes: 512 << 10, ..crate::chain::OPTIONS };
    let config = Config { input, options, limits, param_bytes: 0, host_heap: false };
    let mut p = Pipeline::new(&config, uninit(area(Pipeline::control_bytes(limits, 0, 0).unwrap()))).unwrap();
    p.set_source(0, SourceBox::new(Zeros), 64 * 100_000, false).unwrap();
    for i in 0..stages {
        let names = inputs(shape, i, stages);
        let scans = matches!(shape, Shape::Scans);
        let edge = |name| EdgeSpec { name, lookback: u32::from(scans), lookahead: 0, boundary: Boundary::Zero };
        let edges: Vec<_> = names.iter().map(|n| edge(n.as_str())).collect();
        let mut spec = StageSpec::new(Fill, RowShape { dtype: Dtype::F32, len: 1 + (i * 7) % 64 });
        if scans {
            (spec.state_bytes, spec.scratch_bytes, spec.keeps_scratch) = (8 + i % 5 * 8, 100, i % 2 == 0);
        }
        p.add_stage(&format!("s{i}"), &edges, spec).unwrap();
    }
    p
}

/// Requests for the last 16 stages, in both orders.
fn requests(stages: usize, count: usize, reverse: bool) -> Vec<Request> {
    let ask = |i| if reverse { reversed(i, 0, EVERYTHING) } else { request(i, 0, EVERYTHING) };
    (stages - count..stages).map(ask).collect()
}

fn steps(shape: Shape, stages: usize, count: usize, reverse: bool, budget: u64) -> u64 {
    let mut p = pipeline(shape, stages, budget);
    let asks = requests(stages, count, reverse);
    match p.plan(&asks) {
        Ok(_) => {}
        // A budget below the minimum is refused after all of the work.
        Err(e) => assert!(e.to_string().contains("the minimum is"), "{e}"),
    }
    p.planning_steps()
}

/// Four times the stages need about four times the work, for one request and for sixteen, with and without a budget.
#[test]
fn work_grows_with_the_stages() {
    for shape in SHAPES {
        for (count, reverse, budget) in [(1, false, u64::MAX), (1, true, 1 << 20), (16, true, u64::MAX), (16, false, 1)]
        {
            let [small, large] = [256, 1024].map(|n| steps(shape, n, count, reverse, budget));
            println!("{shape:?}, {count} requests, reverse {reverse}, budget {budget}: {small} and {large} steps");
            assert!(large <= 6 * small + (1 << 22), "{shape:?} {count} {reverse} {budget}: {small} {large}");
            // The bound that the header documents for one request.
            assert!(count > 1 || large < 1 << 27, "{shape:?}: {large}");
        }
    }
}

/// Plans of large graphs run: every buffer has its place, and the largest number of stages is sealed and evaluated.
#[test]
fn a_thousand_stages_run() {
    for shape in SHAPES {
        let mut p = pipeline(shape, 1024, u64::MAX);
        let asks = [request(1023, 0, EVERYTHING)];
        let plan = p.plan(&asks).unwrap();
        p.seal(&asks, area(plan.bytes)).unwrap();
        let sink = crate::graphs::Collected::default();
        p.evaluate_begin(&request(1023, 5, 20), sink.boxed()).unwrap();
        while p.evaluating() {
            p.step(100, &mut 0).unwrap();
        }
        let row = (1 + (1023 * 7) % 64) * 4;
        assert_eq!(sink.0.borrow().len(), 20 * row);
        println!("{shape:?}: {} bytes", plan.bytes);
    }
}

/// A chain of short-lived rows needs two of them at a time, however long it is.
#[test]
fn a_long_chain_needs_no_more_than_a_short_one() {
    let bytes = |stages| {
        let mut p = pipeline(Shape::Chain, stages, 30_000);
        p.plan(&requests(stages, 1, false)).map(|plan| plan.bytes).unwrap_or_else(|e| panic!("{e}"))
    };
    let (short, long) = (bytes(64), bytes(1024));
    assert!(long <= 2 * short, "{short} and {long} bytes");
}
