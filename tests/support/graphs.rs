//! Random graphs, a naive oracle that computes them row by row from the definition, and helpers to run them.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test crate uses its part")]

use sqrtspace::digest::Digest;
use sqrtspace::dtype::Dtype;
use sqrtspace::graph::{Boundary, ChangeLimits, EdgeSpec, GraphLimits, InputSpec};
use sqrtspace::io::{Sink, SinkBox, Source, SourceBox};
use sqrtspace::kernel::{Code, Kernel, KernelBox, RowShape, StageIo, StageSpec};
use sqrtspace::pipeline::{Config, Pipeline, gap_bytes};
use sqrtspace::plan::{ALL, Mode, Order, PlanOptions, Request};
use std::cell::{Cell, RefCell};
use std::mem::MaybeUninit;
use std::rc::Rc;

/// An input of a random graph: `u32` elements.
#[derive(Clone, Debug)]
pub struct TestInput {
    pub channels: u32,
    pub window: u64,
    pub hop: u64,
    pub samples: Vec<u32>,
}

/// An edge: which node (inputs first, then stages), and its halo.
#[derive(Clone, Debug)]
pub struct TestEdge {
    pub from: usize,
    pub lookback: u32,
    pub lookahead: u32,
    pub clamp: bool,
}

/// A stage that mixes everything it sees into `len` numbers.
#[derive(Clone, Debug)]
pub struct TestStage {
    pub edges: Vec<TestEdge>,
    pub len: usize,
    pub stride: u32,
    pub scratch: usize,
    pub keeps: bool,
    pub scan: bool,
    /// A scan that runs from the last row to the first.
    pub reverse: bool,
}

/// A whole graph.
#[derive(Clone, Debug)]
pub struct TestGraph {
    pub inputs: Vec<TestInput>,
    pub stages: Vec<TestStage>,
}

fn mix(acc: u32, x: u32) -> u32 {
    (acc ^ x).wrapping_mul(0x9E37_79B1).rotate_left(13).wrapping_add(0x85EB_CA6B)
}

impl TestInput {
    pub fn windows(&self) -> usize {
        let n = self.samples.len() / self.channels as usize;
        if n < self.window as usize { 0 } else { 1 + (n - self.window as usize) / self.hop as usize }
    }
}

impl TestGraph {
    /// Rows of every node, computed one at a time from the definition.
    pub fn oracle(&self) -> Vec<Vec<Vec<u32>>> {
        self.oracle_with(|_, _| 0)
    }

    /// The same where row t of a stage has the parameter `salt(stage, t)`.
    pub fn oracle_with(&self, salt: impl Fn(usize, usize) -> u32) -> Vec<Vec<Vec<u32>>> {
        let windows = self.inputs.iter().map(TestInput::windows).min().unwrap();
        let mut nodes: Vec<Vec<Vec<u32>>> = Vec::new();
        for input in &self.inputs {
            let c = input.channels as usize;
            let rows = (0..windows).map(|t| {
                let start = t * input.hop as usize * c;
                input.samples[start..start + input.window as usize * c].to_vec()
            });
            nodes.push(rows.collect());
        }
        for (s, stage) in self.stages.iter().enumerate() {
            let n = nodes[stage.edges[0].from].len();
            let count = n.div_ceil(stage.stride as usize);
            let mut rows = vec![Vec::new(); count];
            let mut state = 1u32;
            for t in 0..count {
                let t = if stage.reverse { count - 1 - t } else { t };
                let mut row = Vec::new();
                for j in 0..stage.len {
                    let mut acc = j as u32 ^ salt(s, t);
                    for edge in &stage.edges {
                        let from = &nodes[edge.from];
                        let own = (t * stage.stride as usize) as i64;
                        for at in own - i64::from(edge.lookback)..=own + i64::from(edge.lookahead) {
                            let inside = at >= 0 && at < n as i64;
                            let zero = vec![0; from[0].len()];
                            let seen = match (inside, edge.clamp) {
                                (true, _) => &from[at as usize],
                                (false, true) => &from[at.clamp(0, n as i64 - 1) as usize],
                                (false, false) => &zero,
                            };
                            acc = seen.iter().fold(acc, |a, x| mix(a, *x));
                        }
                    }
                    row.push(if stage.scan { mix(acc, state) } else { acc });
                }
                state = mix(state, row[0]);
                rows[t] = row;
            }
            nodes.push(rows);
        }
        nodes
    }

    pub fn name(&self, node: usize) -> String {
        match node {
            0 => "input".into(),
            i if i < self.inputs.len() => format!("input{i}"),
            i => format!("stage{}", i - self.inputs.len()),
        }
    }
}

thread_local! {
    /// Rows made by every stage since this was taken.
    pub static MADE: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// The kernel of [`TestStage`]; `calls` counts, `fail_in` lets the call that brings it to zero fail. Its context is a
/// parameter.
#[derive(Clone)]
pub struct Mix {
    salt: u32,
    len: usize,
    keeps: bool,
    scan: bool,
    reverse: bool,
    stage: usize,
    fail_in: Rc<Cell<i64>>,
}

impl Kernel for Mix {
    fn digest(&self, sum: &mut Digest) {
        let flags = [self.keeps, self.scan, self.reverse].map(usize::from);
        sum.sizes(flags);
        sum.sizes([self.salt as usize, self.len, self.stage, self.fail_in.as_ptr().addr()]);
    }

    fn with_context<'x>(&self, context: *mut std::ffi::c_void) -> Option<KernelBox<'x>> {
        Some(KernelBox::new(Mix { salt: context.addr() as u32, ..self.clone() }))
    }

    fn state_init(&self, state: &mut [u8]) -> Result<(), Code> {
        state.copy_from_slice(&(1u32 ^ self.salt).to_ne_bytes());
        Ok(())
    }

    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let left = self.fail_in.get();
        self.fail_in.set(left - 1);
        let rows = io.rows;
        MADE.with_borrow_mut(|made| {
            made.resize(made.len().max(self.stage + 1), 0);
            made[self.stage] += rows as u64;
        });
        let step = io.edges[0].step;
        let mut views = Vec::new();
        for (e, edge) in io.edges.iter().enumerate() {
            views.push((io.input::<u32>(e).unwrap(), edge.lookback + 1 + edge.lookahead));
            assert_eq!(edge.rows, (rows - 1) * step + edge.lookback + 1 + edge.lookahead);
        }
        if self.keeps {
            // The kept scratch must hold what the call before left, or be marked as not kept.
            let expect = (io.first as u32).to_ne_bytes();
            if io.continues {
                assert_eq!(io.scratch[..4], expect, "scratch was not kept");
            }
            let next = (io.first + rows as u64) as u32;
            io.scratch[..4].copy_from_slice(&next.to_ne_bytes());
        } else {
            io.scratch.fill(0xA5);
        }
        let mut state = if self.scan { u32::from_ne_bytes((*io.state).try_into().unwrap()) } else { 0 };
        let out = io.output::<u32>().unwrap();
        assert_eq!(out.len(), rows * self.len);
        for i in 0..rows {
            let i = if self.reverse { rows - 1 - i } else { i };
            let row = &mut out[i * self.len..(i + 1) * self.len];
            for (j, y) in row.iter_mut().enumerate() {
                *y = j as u32 ^ self.salt;
                for (view, span) in &views {
                    for r in i * step..i * step + span {
                        *y = view.row(r).iter().fold(*y, |a, x| mix(a, *x));
                    }
                }
                *y = if self.scan { mix(*y, state) } else { *y };
            }
            state = mix(state, row[0]);
        }
        if self.scan {
            io.state.copy_from_slice(&state.to_ne_bytes());
        }
        if left == 0 {
            // What a failing call leaves in its output and state must not matter.
            io.out.fill(0xDE);
            io.state.fill(0xAD);
            return Err(Code(77));
        }
        Ok(())
    }
}

/// Rows of a sink, with their numbers checked to be consecutive.
#[derive(Clone, Default)]
pub struct Collected(pub Rc<RefCell<Vec<u8>>>, pub Rc<Cell<Option<u64>>>, pub Rc<Cell<i64>>);

impl Sink for Collected {
    fn rows(&mut self, first: u64, rows: usize, bytes: &[u8]) -> Result<(), Code> {
        let fails = self.2.get();
        self.2.set(fails - 1);
        if fails == 1 {
            return Err(Code(5));
        }
        if let Some(expected) = self.1.get() {
            assert_eq!(first, expected);
        }
        self.1.set(Some(first + rows as u64));
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(())
    }
}

impl Collected {
    pub fn words(&self) -> Vec<u32> {
        self.0.borrow().as_chunks::<4>().0.iter().map(|b| u32::from_ne_bytes(*b)).collect()
    }
    pub fn boxed(&self) -> SinkBox<'static> {
        SinkBox::new(self.clone())
    }
}

/// Samples in memory, returned in odd portions.
pub struct Memory {
    bytes: Vec<u8>,
    portion: usize,
    gaps: Vec<(u64, u64)>,
}

impl Memory {
    pub fn new(bytes: Vec<u8>, portion: usize) -> Memory {
        Memory { bytes, portion, gaps: Vec::new() }
    }
}

impl Source for Memory {
    fn digest(&self, sum: &mut Digest) {
        sum.sizes([self.bytes.as_ptr().addr(), self.bytes.len(), self.bytes.capacity(), self.portion]);
        sum.sizes([self.gaps.as_ptr().addr(), self.gaps.len(), self.gaps.capacity()]);
    }

    fn read(&mut self, first: u64, out: &mut [u8], sample_bytes: usize) -> Result<usize, Code> {
        let at = first as usize * sample_bytes;
        let n = (out.len() / sample_bytes).min(self.portion.max(1));
        let end = first + n as u64;
        assert!(self.gaps.iter().all(|g| g.1 <= first || g.0 >= end), "a read of samples in a gap");
        out[..n * sample_bytes].copy_from_slice(&self.bytes[at..at + n * sample_bytes]);
        Ok(n)
    }

    fn gap(&mut self, from: u64) -> Result<Option<(u64, u64)>, Code> {
        Ok(self.gaps.iter().copied().find(|g| g.1 > from))
    }
}

pub fn bytes_of(samples: &[u32]) -> Vec<u8> {
    samples.iter().flat_map(|x| x.to_ne_bytes()).collect()
}

/// Memory for areas, aligned and leaked: tests are short.
pub fn area(bytes: usize) -> &'static mut [u8] {
    #[repr(align(64))]
    #[derive(Clone, Copy)]
    struct Line(#[allow(dead_code)] [u8; 64]);
    let lines = vec![Line([0x5A; 64]); bytes.div_ceil(64).max(1)].leak();
    // SAFETY: lines are bytes without padding.
    unsafe { &mut lines.align_to_mut::<u8>().1[..bytes] }
}

pub fn uninit(bytes: &'static mut [u8]) -> &'static mut [MaybeUninit<u8>] {
    // SAFETY: the library writes only initialised bytes or whole values into its control area.
    unsafe { &mut *(std::ptr::from_mut(bytes) as *mut [MaybeUninit<u8>]) }
}

/// How to run a graph.
#[derive(Clone, Debug)]
pub struct Setup {
    pub mode: Mode,
    pub cache_bytes: u64,
    pub lru_bytes: u64,
    pub pushed: bool,
    pub portion: usize,
    /// Windows between checkpoints, and how many.
    pub every: u64,
    pub slots: u32,
    /// Bytes of the whole plan; `u64::MAX` for no bound.
    pub budget: u64,
    /// Samples per input ring beyond all of them (pushed), or 0 for the plan's choice.
    pub whole_ring: bool,
}

pub const LIMITS: GraphLimits = GraphLimits { stages: 8, edges: 24 };

/// Builds the graph; the cell lets a call fail.
pub fn build(graph: &TestGraph, setup: &Setup) -> (Pipeline<'static>, Rc<Cell<i64>>) {
    let (p, fail_in, _) = build_in(graph, setup);
    (p, fail_in)
}

/// The same, with the start of its control area.
pub fn build_in(graph: &TestGraph, setup: &Setup) -> (Pipeline<'static>, Rc<Cell<i64>>, *mut u8) {
    build_with(graph, setup, 0, 0, &[])
}

/// The same, with room for gaps, the value of missing samples, and the gaps of each source.
pub fn build_with(
    graph: &TestGraph,
    setup: &Setup,
    room: usize,
    fill: i64,
    gaps: &[Vec<(u64, u64)>],
) -> (Pipeline<'static>, Rc<Cell<i64>>, *mut u8) {
    build_all(graph, setup, (room, fill, gaps), 0)
}

/// The graph with room for changes of parameters.
pub fn build_changing(graph: &TestGraph, setup: &Setup, changes: usize) -> (Pipeline<'static>, Rc<Cell<i64>>, *mut u8) {
    build_all(graph, setup, (0, 0, &[]), changes)
}

type Gaps<'a> = (usize, i64, &'a [Vec<(u64, u64)>]);

fn build_all(
    graph: &TestGraph,
    setup: &Setup,
    (room, fill, gaps): Gaps<'_>,
    changes: usize,
) -> (Pipeline<'static>, Rc<Cell<i64>>, *mut u8) {
    let param_bytes = gap_bytes(room).unwrap();
    let first = &graph.inputs[0];
    let capacity = |i: &TestInput| match (setup.pushed, setup.whole_ring) {
        (true, true) => (i.samples.len() as u64 / u64::from(i.channels)).max(i.window),
        _ => 0,
    };
    let options = PlanOptions {
        mode: setup.mode,
        budget: setup.budget,
        cache_bytes: setup.cache_bytes,
        lru_bytes: setup.lru_bytes,
        checkpoint_every: setup.every,
        checkpoint_slots: setup.slots,
        sweep: None,
        choose_lru: false,
        // Half of the classic setups have their rows in the second run.
        spill: setup.every % 2 == 1,
        stream_only: false,
    };
    fn spec<'a>(name: &'a str, i: &TestInput, capacity: u64) -> InputSpec<'a> {
        InputSpec { name, dtype: Dtype::U32, channels: i.channels, window: i.window, hop: i.hop, capacity }
    }
    let config =
        Config { input: spec("input", first, capacity(first)), options, limits: LIMITS, param_bytes, host_heap: true };
    let changes = ChangeLimits { changes, bytes: 0 };
    let need = Pipeline::control_bytes_with(LIMITS, changes, param_bytes, 0).unwrap();
    let control = area(need);
    let base = control.as_mut_ptr();
    let mut p = Pipeline::with_changes(&config, changes, uninit(control)).unwrap();
    p.reserve_gaps(room).unwrap();
    p.set_gap_fill(0, fill).unwrap();
    for (i, input) in graph.inputs.iter().enumerate().skip(1) {
        let name = graph.name(i);
        p.add_filled_input(&spec(&name, input, capacity(input)), fill).unwrap();
    }
    let fail_in = Rc::new(Cell::new(-1));
    for (s, stage) in graph.stages.iter().enumerate() {
        let names: Vec<String> = stage.edges.iter().map(|e| graph.name(e.from)).collect();
        let edges: Vec<EdgeSpec<'_>> = stage
            .edges
            .iter()
            .zip(&names)
            .map(|(e, name)| EdgeSpec {
                name,
                lookback: e.lookback,
                lookahead: e.lookahead,
                boundary: if e.clamp { Boundary::Clamp } else { Boundary::Zero },
            })
            .collect();
        let kernel = Mix {
            salt: 0,
            len: stage.len,
            keeps: stage.keeps,
            scan: stage.scan,
            reverse: stage.reverse,
            stage: s,
            fail_in: fail_in.clone(),
        };
        let mut spec = StageSpec::new(kernel, RowShape { dtype: Dtype::U32, len: stage.len });
        spec.stride = stage.stride;
        spec.scratch_bytes = if stage.keeps { stage.scratch.max(4) } else { stage.scratch };
        spec.keeps_scratch = stage.keeps;
        spec.state_bytes = if stage.scan { 4 } else { 0 };
        spec.state_word = 4;
        spec.reverse = stage.reverse;
        p.add_stage(&graph.name(graph.inputs.len() + s), &edges, spec).unwrap();
    }
    if !setup.pushed {
        for (i, input) in graph.inputs.iter().enumerate() {
            let gaps = gaps.get(i).cloned().unwrap_or_default();
            let memory = Memory { bytes: bytes_of(&input.samples), portion: setup.portion, gaps };
            let n = input.samples.len() as u64 / u64::from(input.channels);
            p.set_source(i, SourceBox::new(memory), n, false).unwrap();
        }
    }
    (p, fail_in, base)
}

/// Plans and seals with exactly the reported bytes.
pub fn seal(p: &mut Pipeline<'static>, requests: &[Request]) {
    let plan = p.plan(requests).unwrap();
    p.seal_with(requests, area(plan.bytes), area(plan.spill.len)).unwrap();
}

pub fn request(stage: usize, first: u64, count: u64) -> Request {
    Request { stage, first, count, order: Order::Forward }
}

/// Evaluates in slices of `slice` windows.
pub fn evaluate(p: &mut Pipeline<'static>, stage: usize, first: u64, count: u64, slice: u64) -> Vec<u32> {
    let sink = Collected::default();
    p.evaluate_begin(&request(stage, first, count), sink.boxed()).unwrap();
    while p.evaluating() {
        let mut done = 0;
        p.step(slice, &mut done).unwrap();
        assert!(done <= slice);
    }
    assert!(p.stats().peak_bytes <= p.stats().plan_bytes);
    sink.words()
}

pub fn reversed(stage: usize, first: u64, count: u64) -> Request {
    Request { order: Order::Reverse, ..request(stage, first, count) }
}

/// Rows from the last to the first, as they were delivered.
#[derive(Clone, Default)]
pub struct Descending(pub Rc<RefCell<Vec<u8>>>, pub Rc<Cell<Option<u64>>>);

impl Sink for Descending {
    fn rows(&mut self, first: u64, rows: usize, bytes: &[u8]) -> Result<(), Code> {
        if let Some(expected) = self.1.get() {
            assert_eq!(first, expected);
        }
        self.1.set((first + 1).checked_sub(rows as u64 + 1));
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(())
    }
}

impl Descending {
    pub fn words(&self) -> Vec<u32> {
        self.0.borrow().as_chunks::<4>().0.iter().map(|b| u32::from_ne_bytes(*b)).collect()
    }
    pub fn boxed(&self) -> SinkBox<'static> {
        SinkBox::new(self.clone())
    }
}

pub const EVERYTHING: u64 = ALL;
