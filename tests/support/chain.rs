//! A chain of one scan over samples made up on the fly: long streams at little cost.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test crate uses its part")]

use sqrtspace::dtype::Dtype;
use sqrtspace::graph::{Boundary, EdgeSpec, GraphLimits, InputSpec};
use sqrtspace::io::{Sink, SinkBox, Source, SourceBox};
use sqrtspace::kernel::{Code, Kernel, RowShape, StageIo, StageSpec};
use sqrtspace::pipeline::{Config, Pipeline};
use sqrtspace::plan::{Mode, PlanOptions};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::graphs::{area, uninit};

pub const OPTIONS: PlanOptions = PlanOptions {
    mode: Mode::Sqrt,
    budget: u64::MAX,
    cache_bytes: 16 << 10,
    lru_bytes: 0,
    checkpoint_every: 0,
    checkpoint_slots: 0,
    sweep: None,
    choose_lru: false,
    spill: false,
    stream_only: false,
};

pub fn sample(t: u64) -> u32 {
    (t as u32 ^ (t >> 32) as u32).wrapping_mul(0x9E37_79B1).rotate_left(11)
}

/// The recurrence: every row changes one word of the state, which depends on the word before it.
pub fn advance(state: &mut [u32], t: u64, x: u32) {
    let words = state.len();
    let at = t as usize % words;
    let before = state[(at + words - 1) % words];
    state[at] = (state[at] ^ x).wrapping_mul(0x85EB_CA6B).rotate_left(13).wrapping_add(before);
}

pub fn start(words: usize) -> Vec<u32> {
    (0..words as u32).map(|i| i.wrapping_mul(77) ^ 0x5A5A).collect()
}

/// A row shows the state, from the word just changed on.
pub fn show(state: &[u32], t: u64, row: &mut [u32]) {
    let at = t as usize % state.len();
    row.iter_mut().enumerate().for_each(|(j, y)| *y = state[(at + j) % state.len()]);
}

struct Chain {
    words: usize,
    row: usize,
    made: Rc<Cell<u64>>,
}

impl Kernel for Chain {
    fn state_init(&self, state: &mut [u8]) -> Result<(), Code> {
        let words = start(self.words);
        state.as_chunks_mut::<4>().0.iter_mut().zip(words).for_each(|(b, w)| *b = w.to_ne_bytes());
        Ok(())
    }

    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        self.made.set(self.made.get() + io.rows as u64);
        let mut words = [0u32; 64];
        let state = &mut words[..self.words];
        state.iter_mut().zip(io.state.as_chunks::<4>().0).for_each(|(w, b)| *w = u32::from_ne_bytes(*b));
        let (first, rows) = (io.first, io.input::<u32>(0)?);
        let out = io.output::<u32>()?;
        for (i, row) in out.chunks_exact_mut(self.row).enumerate() {
            let t = first + i as u64;
            advance(state, t, rows.row(i)[0]);
            show(state, t, row);
        }
        io.state.as_chunks_mut::<4>().0.iter_mut().zip(state).for_each(|(b, w)| *b = w.to_ne_bytes());
        Ok(())
    }
}

struct Generated;

impl Source for Generated {
    fn read(&mut self, first: u64, out: &mut [u8], sample_bytes: usize) -> Result<usize, Code> {
        out.as_chunks_mut::<4>().0.iter_mut().zip(first..).for_each(|(b, t)| *b = sample(t).to_ne_bytes());
        Ok(out.len() / sample_bytes)
    }
}

/// A scan with a state of `words` words (up to 64) and rows of `row` words over windows of one sample. The counter
/// counts its rows. With a length the input is a source.
pub fn chain(
    words: usize,
    row: usize,
    options: PlanOptions,
    source: Option<(u64, bool)>,
) -> (Pipeline<'static>, Rc<Cell<u64>>) {
    let limits = GraphLimits { stages: 1, edges: 1 };
    let input = InputSpec { name: "input", dtype: Dtype::U32, channels: 1, window: 1, hop: 1, capacity: 0 };
    let config = Config { input, options, limits, param_bytes: 0, host_heap: true };
    let need = Pipeline::control_bytes(limits, 0, 0).unwrap();
    let mut p = Pipeline::new(&config, uninit(area(need))).unwrap();
    let made = Rc::new(Cell::new(0));
    let kernel = Chain { words, row, made: made.clone() };
    let mut spec = StageSpec::new(kernel, RowShape { dtype: Dtype::U32, len: row });
    spec.state_bytes = words * 4;
    spec.state_word = 4;
    let edge = EdgeSpec { name: "input", lookback: 0, lookahead: 0, boundary: Boundary::Zero };
    p.add_stage("scan", &[edge], spec).unwrap();
    if let Some((samples, growing)) = source {
        p.set_source(0, SourceBox::new(Generated), samples, growing).unwrap();
    }
    (p, made)
}

/// A hash of words in the order they come.
#[derive(Clone, Default)]
pub struct Hashed(pub Rc<Cell<u64>>, pub Rc<Cell<u64>>);

pub fn hash(sum: u64, bytes: &[u8]) -> u64 {
    let word = |b: &[u8; 4]| u64::from(u32::from_ne_bytes(*b));
    bytes.as_chunks::<4>().0.iter().fold(sum, |h, b| (h ^ word(b)).wrapping_mul(0x0100_0000_01b3).rotate_left(29))
}

impl Sink for Hashed {
    fn rows(&mut self, _: u64, rows: usize, bytes: &[u8]) -> Result<(), Code> {
        self.0.set(hash(self.0.get(), bytes));
        self.1.set(self.1.get() + rows as u64);
        Ok(())
    }
}

impl Hashed {
    pub fn boxed(&self) -> SinkBox<'static> {
        SinkBox::new(self.clone())
    }
}

/// All bytes, however many.
#[derive(Clone, Default)]
pub struct Kept(pub Rc<RefCell<Vec<u8>>>);

impl Sink for Kept {
    fn rows(&mut self, _: u64, _: usize, bytes: &[u8]) -> Result<(), Code> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(())
    }
}

impl Kept {
    pub fn boxed(&self) -> SinkBox<'static> {
        SinkBox::new(self.clone())
    }
}

/// Numbers for seeded runs.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `n`, which is not 0.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}
