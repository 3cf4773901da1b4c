//! Chains of built-in stages over samples in memory: run in every way there is, which must all give the same bits.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test crate uses its part")]

use crate::chain::{Dice, Kept, OPTIONS};
use crate::graphs::{EVERYTHING, area, request, reversed, uninit};
use sqrtspace::dtype::Dtype;
use sqrtspace::graph::{Boundary, EdgeSpec, GraphLimits, InputSpec};
use sqrtspace::io::{Source, SourceBox};
use sqrtspace::kernel::{Code, RowShape};
use sqrtspace::pipeline::{Config, Pipeline};
use sqrtspace::plan::{Mode, Order, PlanOptions, Request};
use sqrtspace::stages::Param;
use sqrtspace::status::{Error, Status};

pub type Params<'a> = [(&'a str, &'a [f64])];

/// A built-in stage: its edges by name, with lookback and lookahead.
#[derive(Clone)]
pub struct Stage {
    kind: String,
    name: String,
    edges: Vec<(String, u32, u32)>,
    params: Vec<(String, Vec<f64>)>,
}

impl Stage {
    pub fn new(kind: &str, name: &str, edges: &[(&str, u32, u32)], params: &Params<'_>) -> Stage {
        Stage {
            kind: kind.into(),
            name: name.into(),
            edges: edges.iter().map(|(n, b, a)| (n.to_string(), *b, *a)).collect(),
            params: params.iter().map(|(k, v)| (k.to_string(), v.to_vec())).collect(),
        }
    }
}

/// Stages over windows of `len` samples that do not overlap; the last stage is asked for.
#[derive(Clone)]
pub struct Chain {
    pub dtype: Dtype,
    pub len: usize,
    pub samples: Vec<u8>,
    pub stages: Vec<Stage>,
}

struct Recording(Vec<u8>);

impl Source for Recording {
    fn read(&mut self, first: u64, out: &mut [u8], sample_bytes: usize) -> Result<usize, Code> {
        out.copy_from_slice(&self.0[first as usize * sample_bytes..][..out.len()]);
        Ok(out.len() / sample_bytes)
    }
}

const LIMITS: GraphLimits = GraphLimits { stages: 5, edges: 8 };

impl Chain {
    fn options(mode: Mode, budget: u64) -> PlanOptions {
        let (lru_bytes, checkpoint_every, checkpoint_slots) = (0, 0, 4);
        PlanOptions { mode, budget, cache_bytes: 4 << 10, lru_bytes, checkpoint_every, checkpoint_slots, ..OPTIONS }
    }

    fn pipeline(&self, options: PlanOptions) -> Result<Pipeline<'static>, Error> {
        let window = self.len as u64;
        let input = InputSpec { name: "input", dtype: self.dtype, channels: 1, window, hop: window, capacity: 0 };
        let config = Config { input, options, limits: LIMITS, param_bytes: 4096, host_heap: true };
        let need = Pipeline::control_bytes(LIMITS, 4096, 0)?;
        let mut p = Pipeline::new(&config, uninit(area(need)))?;
        for stage in &self.stages {
            let edges: Vec<EdgeSpec<'_>> = stage
                .edges
                .iter()
                .map(|(name, lookback, lookahead)| EdgeSpec {
                    name,
                    lookback: *lookback,
                    lookahead: *lookahead,
                    boundary: Boundary::Zero,
                })
                .collect();
            let params: Vec<Param<'_>> = stage
                .params
                .iter()
                .map(|(key, v)| match &v[..] {
                    [value] => Param { key, value: *value, values: &[] },
                    values => Param { key, value: 0.0, values },
                })
                .collect();
            p.add_builtin(&stage.kind, &stage.name, &edges, &params)?;
        }
        let samples = (self.samples.len() / self.dtype.size()) as u64;
        p.set_source(0, SourceBox::new(Recording(self.samples.clone())), samples, false)?;
        Ok(p)
    }

    /// Shape of the rows asked for.
    pub fn shape(&self) -> RowShape {
        let p = self.pipeline(Self::options(Mode::Auto, u64::MAX)).unwrap();
        p.graph().shape(sqrtspace::graph::Node::Stage(self.stages.len() - 1))
    }

    fn run(&self, p: &mut Pipeline<'static>, ask: &Request, slice: u64) -> Result<Vec<u8>, Error> {
        let kept = Kept::default();
        p.evaluate_begin(ask, kept.boxed())?;
        while p.evaluating() {
            let mut done = 0;
            p.step(slice, &mut done)?;
            assert!(done <= slice);
        }
        Ok(kept.0.take())
    }

    /// All rows of the classic order; ranges of them, in both orders, from sweeps in budgets from the minimum up, must
    /// be the same bits.
    pub fn rows_however_asked(&self, ranges: u64) -> Vec<u8> {
        let (last, row) = (self.stages.len() - 1, self.shape().bytes());
        let count = (self.samples.len() / self.dtype.size() / self.len) as u64;
        let asked = [request(last, 0, EVERYTHING), reversed(last, 0, EVERYTHING)];
        let mut classic = self.pipeline(Self::options(Mode::Classic, u64::MAX)).unwrap();
        crate::graphs::seal(&mut classic, &asked[..1]);
        assert!(classic.sealed_plan().is_classic());
        let want = self.run(&mut classic, &asked[0], u64::MAX).unwrap();
        assert_eq!(want.len() as u64, count * row as u64);

        let planned = |budget| self.pipeline(Self::options(Mode::Sqrt, budget)).unwrap().plan(&asked);
        let free = planned(u64::MAX).unwrap();
        let minimum = free.min_budget_bytes as u64;
        let refused = planned(minimum - 1).unwrap_err();
        assert_eq!(refused.status, Status::Budget, "{refused}");
        assert!(refused.to_string().contains(&minimum.to_string()), "{refused}");
        let spare = (free.bytes as u64).saturating_sub(minimum);
        let mut dice = Dice(count);
        let (mut slowest, mut ran) = (0.0f64, 0);
        for budget in [minimum, minimum + spare / 20, minimum + spare / 5, u64::MAX] {
            let mut p = self.pipeline(Self::options(Mode::Sqrt, budget)).unwrap();
            let plan = p.plan(&asked).unwrap();
            let factor = p.plan_info(&plan).recompute_factor;
            assert!(plan.bytes as u64 <= budget && factor >= 1.0);
            // With a slot or two the work grows with the square of the rows: the short cases do that.
            if p.plan_info(&plan).sweep.extra > 60_000 {
                continue;
            }
            ran += 1;
            slowest = slowest.max(factor);
            p.seal(&asked, area(plan.bytes)).unwrap();
            for round in 0..2 + ranges {
                let order = if round % 2 == 0 { Order::Forward } else { Order::Reverse };
                let first = if round < 2 { 0 } else { dice.below(count) };
                let part = if round < 2 { count } else { 1 + dice.below(count - first) };
                let ask = Request { stage: last, first, count: part, order };
                let slice = [1, 7, 1 << 20][dice.below(3) as usize];
                let got = self.run(&mut p, &ask, slice).unwrap();
                let part = &want[first as usize * row..(first + part) as usize * row];
                let same = match order {
                    Order::Forward => got == part,
                    Order::Reverse => got.len() == part.len() && got.chunks(row).eq(part.rchunks(row)),
                };
                assert!(same, "{ask:?} in {budget} bytes, slices of {slice}");
            }
            assert!(p.stats().peak_bytes <= plan.bytes && p.stats().crc_failures == 0);
        }
        assert!(slowest > 1.0 && ran >= 2, "nothing was made twice, or all of it too often: {ran} budgets");
        want
    }

    /// How evaluations of all rows fail, in every mode and order.
    pub fn errors(&self) -> Vec<(Status, String)> {
        let last = self.stages.len() - 1;
        let ways = [
            (Mode::Classic, request(last, 0, EVERYTHING)),
            (Mode::Sqrt, request(last, 0, EVERYTHING)),
            (Mode::Sqrt, reversed(last, 0, EVERYTHING)),
        ];
        let fails = |(mode, ask): &(Mode, Request)| {
            let mut p = self.pipeline(Self::options(*mode, u64::MAX)).unwrap();
            crate::graphs::seal(&mut p, &[*ask]);
            let error = self.run(&mut p, ask, 100).unwrap_err();
            (error.status, error.to_string())
        };
        ways.iter().map(fails).collect()
    }

    /// Why a stage of it cannot be registered.
    pub fn refusal(&self) -> String {
        self.pipeline(Self::options(Mode::Auto, u64::MAX)).err().unwrap().to_string()
    }
}

pub fn bytes(x: &[f64]) -> Vec<u8> {
    x.iter().flat_map(|v| v.to_ne_bytes()).collect()
}

/// Elements as numbers.
pub fn numbers(bytes: &[u8], dtype: Dtype) -> Vec<f64> {
    match dtype {
        Dtype::F64 => bytes.as_chunks::<8>().0.iter().map(|b| f64::from_ne_bytes(*b)).collect(),
        Dtype::F32 => bytes.as_chunks::<4>().0.iter().map(|b| f64::from(f32::from_ne_bytes(*b))).collect(),
        other => panic!("{other:?}"),
    }
}

/// A case of `tests/data/scans.txt`.
pub struct Case<'a> {
    pub kind: &'a str,
    pub dtype: Dtype,
    pub len: usize,
    pub tolerance: f64,
    pub params: Vec<(&'a str, Vec<f64>)>,
    pub samples: Vec<u8>,
    pub want: Vec<f64>,
}

pub fn cases_of(text: &str) -> Vec<Case<'_>> {
    let parsed = |s: &str, by: char| -> Vec<f64> { s.split(by).map(|v| v.parse().unwrap()).collect() };
    let mut lines = text.lines();
    let mut cases = Vec::new();
    while let Some(head) = lines.next() {
        let mut words = head.split(' ').skip(1);
        let (kind, dtype) = (words.next().unwrap(), words.next().unwrap());
        let len = words.next().unwrap().parse().unwrap();
        let tolerance = words.next().unwrap().parse().unwrap();
        let params = words.map(|w| w.split_once('=').unwrap()).map(|(k, v)| (k, parsed(v, ','))).collect();
        let x = parsed(lines.next().unwrap(), ' ');
        let want = parsed(lines.next().unwrap(), ' ');
        let (dtype, samples) = match dtype {
            "i16" => (Dtype::I16, x.iter().flat_map(|v| (*v as i16).to_ne_bytes()).collect()),
            "u8" => (Dtype::U8, x.iter().map(|v| *v as u8).collect()),
            "f32" => (Dtype::F32, x.iter().flat_map(|v| (*v as f32).to_ne_bytes()).collect()),
            "f64" => (Dtype::F64, bytes(&x)),
            // Complex samples: no stage that runs backwards takes them.
            _ => continue,
        };
        cases.push(Case { kind, dtype, len, tolerance, params, samples, want });
    }
    cases
}
