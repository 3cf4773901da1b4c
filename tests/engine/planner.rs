//! What `auto` picks, and why: the cost model over graphs, windows, budget and cache.

use crate::graphs::{EVERYTHING, area, request, uninit};
use sqrtspace::dtype::Dtype;
use sqrtspace::graph::{Boundary, EdgeSpec, GraphLimits, InputSpec};
use sqrtspace::io::{Source, SourceBox};
use sqrtspace::kernel::{Code, Kernel, RowShape, StageIo, StageSpec};
use sqrtspace::pipeline::{Config, Pipeline};
use sqrtspace::plan::{Mode, Page, Plan, PlanOptions, Request};
use sqrtspace::stages::Param;
use sqrtspace::status::Status;

const OPTIONS: PlanOptions = PlanOptions {
    mode: Mode::Auto,
    budget: u64::MAX,
    cache_bytes: 512 << 10,
    lru_bytes: 0,
    checkpoint_every: 0,
    checkpoint_slots: 0,
    sweep: None,
    choose_lru: true,
    spill: false,
    stream_only: false,
};

/// A source of which nothing but the length is asked: planning reads no sample.
struct Untouched;

impl Source for Untouched {
    fn read(&mut self, _: u64, _: &mut [u8], _: usize) -> Result<usize, Code> {
        panic!("planning reads samples")
    }
}

struct Never;

impl Kernel for Never {
    fn run(&self, _: &mut StageIo<'_>) -> Result<(), Code> {
        panic!("planning runs stages")
    }
}

fn plain(name: &str) -> EdgeSpec<'_> {
    EdgeSpec { name, lookback: 0, lookahead: 0, boundary: Boundary::Zero }
}

fn pipeline(window: u64, hop: u64, samples: Option<u64>, options: PlanOptions) -> Pipeline<'static> {
    let limits = GraphLimits { stages: 8, edges: 16 };
    let input = InputSpec { name: "input", dtype: Dtype::F32, channels: 1, window, hop, capacity: 0 };
    let config = Config { input, options, limits, param_bytes: 1024, host_heap: true };
    let mut p = Pipeline::new(&config, uninit(area(Pipeline::control_bytes(limits, 1024, 0).unwrap()))).unwrap();
    if let Some(samples) = samples {
        p.set_source(0, SourceBox::new(Untouched), samples, false).unwrap();
    }
    p
}

/// Median and 95th percentile of latencies, and an alert.
fn logs(samples: Option<u64>, options: PlanOptions) -> (Pipeline<'static>, Request) {
    let mut p = pipeline(65_536, 4096, samples, options);
    let number = |key, value| Param { key, value, values: &[] };
    p.add_builtin("quantile", "quantiles", &[plain("input")], &[Param { key: "q", value: 0.0, values: &[0.5, 0.95] }])
        .unwrap();
    p.add_builtin("band", "p95", &[plain("quantiles")], &[number("from", 1.0), number("to", 2.0)]).unwrap();
    let last = p.add_builtin("threshold", "alert", &[plain("p95")], &[number("level", 25.0)]).unwrap();
    (p, request(last, 0, EVERYTHING))
}

/// A chain of stages with rows of `len` numbers, each looking `back` rows back, of a declared cost.
fn chain(
    stages: usize,
    len: usize,
    back: u32,
    cost_ns: u64,
    samples: Option<u64>,
    options: PlanOptions,
) -> (Pipeline<'static>, Request) {
    let mut p = pipeline(1024, 1024, samples, options);
    let mut before = "input".to_string();
    for i in 0..stages {
        let mut spec = StageSpec::new(Never, RowShape { dtype: Dtype::F32, len });
        spec.cost_ns = cost_ns;
        let lookback = if i > 0 { back } else { 0 };
        let name = format!("stage{i}");
        p.add_stage(&name, &[EdgeSpec { lookback, ..plain(&before) }], spec).unwrap();
        before = name;
    }
    (p, request(stages - 1, 0, EVERYTHING))
}

fn first(plan: &Plan) -> sqrtspace::plan::PlannedRequest {
    *plan.requests().next().unwrap()
}

fn explained(p: &mut Pipeline<'static>, ask: &Request) -> String {
    let mut text = String::new();
    p.explain(&[*ask], &mut Page::new(&mut |piece| text.push_str(piece))).unwrap();
    text
}

/// The line of the candidate of an order, or of the one taken (`*`), as numbers: block, bytes, estimate.
fn line(text: &str, order: &str) -> (u64, u64, u64) {
    let is = |l: &&str| l.trim_start_matches(['*', ' ']).starts_with(order) || l.trim_start().starts_with(order);
    let line = text.lines().find(is).expect(text);
    let mut numbers = line.split_whitespace().filter_map(|w| w.parse::<u64>().ok());
    let mut next = || numbers.next().unwrap();
    (next(), next(), next())
}

/// An estimate that ignores the number of windows chooses the classic order for this set, where it
/// spilled: 20 million samples, p50 and p95 of 65 536 every 4096, 384 MiB.
#[test]
fn the_number_of_windows_counts() {
    let options = PlanOptions { budget: 384 << 20, ..OPTIONS };
    let (mut p, ask) = logs(Some(20_000_000), options);
    let plan = p.plan(&[ask]).unwrap();
    assert!(!first(&plan).is_classic() && plan.bytes < 1 << 20, "{} bytes", plan.bytes);
    let text = explained(&mut p, &ask);
    assert!(text.contains("4867 rows of 4867 windows"), "{text}");
    let (rows, bytes, estimate) = line(&text, "classic");
    assert!(rows == 4867 && bytes > 80_000_000, "{text}");
    assert!(estimate > 2 * line(&text, "* ").2, "{text}");
    // Twice the samples take twice the bytes and the time of the classic order, and no more bytes in blocks.
    let (mut p, ask) = logs(Some(40_000_000), options);
    let twice = explained(&mut p, &ask);
    let (_, more_bytes, more) = line(&twice, "classic");
    assert!(more_bytes > bytes / 10 * 19 && more > estimate / 10 * 19, "{text}{twice}");
    assert_eq!(p.plan(&[ask]).unwrap().bytes, plan.bytes);
    // Where nobody knows how many there will be, they are not taken to be few.
    let (mut p, ask) = logs(None, options);
    assert!(!first(&p.plan(&[ask]).unwrap()).is_classic());
    assert!(explained(&mut p, &ask).contains("the number of windows is not known"));
}

/// A single window, and ranges shorter than what a stage looks back: the classic order needs fewer bytes and no more time.
#[test]
fn short_ranges_are_classic() {
    for (back, windows) in [(0, 1), (500, 100)] {
        let samples = Some(1024 * windows);
        let (mut p, ask) = chain(2, 256, back, 0, samples, OPTIONS);
        let plan = p.plan(&[ask]).unwrap();
        assert!(first(&plan).is_classic(), "{back}: {}", explained(&mut p, &ask));
        let blocks =
            chain(2, 256, back, 0, samples, PlanOptions { mode: Mode::Sqrt, ..OPTIONS }).0.plan(&[ask]).unwrap();
        assert!(plan.bytes < blocks.bytes, "{} {}", plan.bytes, blocks.bytes);
        let (mut p, ask) = chain(2, 256, back, 0, Some(1024 * 100_000), OPTIONS);
        let long = first(&p.plan(&[ask]).unwrap());
        assert!(!long.is_classic(), "{back}: {}", explained(&mut p, &ask));
    }
}

/// Rows carried from block to block are moved once a block: with many of them blocks are larger than half of the cache.
#[test]
fn what_is_carried_makes_blocks_larger() {
    let options = PlanOptions { cache_bytes: 64 << 10, ..OPTIONS };
    let block = |back| {
        let (mut p, ask) = chain(2, 256, back, 2000, Some(1024 * 100_000), options);
        first(&p.plan(&[ask]).unwrap()).block
    };
    let (few, many) = (block(1), block(500));
    assert!(many >= 16 && many > few, "{few} {many}");
}

#[test]
fn dear_rows_need_no_large_blocks() {
    let block = |cost| {
        let (mut p, ask) = chain(3, 16, 0, cost, Some(1024 * 100_000), OPTIONS);
        first(&p.plan(&[ask]).unwrap()).block
    };
    assert!(block(10) >= 16);
    assert_eq!(block(1_000_000), 1);
}

/// A larger cache is no reason to use it.
#[test]
fn memory_is_not_spent_for_nothing() {
    let bytes = |cache_bytes| {
        let (mut p, ask) = chain(3, 1024, 0, 2000, Some(1024 * 100_000), PlanOptions { cache_bytes, ..OPTIONS });
        p.plan(&[ask]).unwrap().bytes
    };
    assert_eq!(bytes(512 << 10), bytes(480 << 20));
}

/// Any budget from the minimum up gives a plan within it; one byte less is refused with the minimum.
#[test]
fn every_budget_from_the_least_on_works() {
    let of = |budget| {
        let (mut p, ask) = chain(3, 256, 5, 0, Some(1024 * 1000), PlanOptions { budget, ..OPTIONS });
        p.plan(&[ask])
    };
    let minimum = of(u64::MAX).unwrap().min_budget_bytes as u64;
    for budget in [minimum, minimum + 1, minimum * 2, minimum * 10, minimum * 1000] {
        let plan = of(budget).unwrap();
        assert!(plan.bytes as u64 <= budget && plan.min_budget_bytes as u64 == minimum, "{budget}: {}", plan.bytes);
    }
    let e = of(minimum - 1).unwrap_err();
    assert!(e.status == Status::Budget && e.to_string().contains(&format!("the minimum is {minimum}")), "{e}");
}

/// The text is that of the plan: one candidate is marked, with its block and within the budget; it is the same again.
#[test]
fn explanations_are_those_of_the_plan() {
    for budget in [u64::MAX, 1 << 20, 60_000] {
        let (mut p, ask) = chain(3, 256, 5, 0, Some(1024 * 1000), PlanOptions { budget, ..OPTIONS });
        let plan = p.plan(&[ask]).unwrap();
        let text = explained(&mut p, &ask);
        assert_eq!(text.lines().filter(|l| l.starts_with("  * ")).count(), 1, "{text}");
        let (block, bytes, _) = line(&text, "* ");
        assert!(block == first(&plan).block && bytes <= plan.bytes as u64, "{text}");
        assert!(text.contains(&format!("work area {} bytes", plan.bytes)), "{text}");
        assert_eq!(text, explained(&mut p, &ask));
    }
}

/// Checkpoints nearer than the windows that share samples are kept as requested, and the explanation names their cost.
#[test]
fn checkpoints_below_the_dependency_span_are_noted() {
    let text = |every| {
        let options = PlanOptions { checkpoint_every: every, checkpoint_slots: 8, ..OPTIONS };
        let mut p = pipeline(4096, 256, Some(1_000_000), options);
        let mut spec = StageSpec::new(Never, RowShape { dtype: Dtype::F32, len: 1 });
        spec.state_bytes = 8;
        let stage = p.add_stage("scan", &[plain("input")], spec).unwrap();
        let ask = request(stage, 0, EVERYTHING);
        assert_eq!(p.plan(&[ask]).unwrap().every, every);
        explained(&mut p, &ask)
    };
    let near = text(2);
    assert!(near.contains("below the dependency span, ceil(window / hop) = 16 windows"), "{near}");
    assert!(near.contains("reads 3840 samples again") && near.contains("times a block instead of once"), "{near}");
    assert!(near.contains("stages with state would start from row 0"), "{near}");
    assert!(!text(16).contains("dependency span"));
}
