//! Plans as bytes: written by the planner, read and checked without it. docs/formats/plan.md describes the bytes.
//!
//! The bytes have what the planner chose: blocks, slots, tiles, the order of stages, the places of buffers. Everything
//! that follows from these and the graph is computed again when they are read, and every job is checked as before each
//! run. So a plan that was made for something else is refused, or is right.

use super::areas::Plan;
use super::job::JobPlan;
use super::planner::Planner;
use super::request::{Mode, Order, PlannedRequest, Request, Run, SweepPlan, last_pass};
use crate::checked;
use crate::crc::{Crc32c, crc32c};
use crate::graph::Node;
use crate::limits::{MAX_LEVELS, MAX_REQUESTS};
use crate::schedule::leaf;
use crate::status::{Error, Result, Status};
use crate::util::bytes::Reader;
use crate::util::slice::Put;
use crate::util::unsigned::{Count, Unsigned};

/// "SQSP" and the version.
const MAGIC: u32 = 0x5351_5350;
const VERSION: u32 = 1;
/// Bytes before and after the words of a plan: magic, version, length and hash; CRC-32C.
const HEAD_BYTES: usize = 24;
const TAIL_BYTES: usize = 8;

/// What is wrong with bytes whose CRC and hash are right.
const MISFIT: Error =
    Error::new(Status::Graph, "the plan does not fit the graph, although its CRC and hash are valid: export it again");

/// Writes words, as many as fit.
struct Out<'a> {
    to: &'a mut [u8],
    at: usize,
    sum: Crc32c,
}

impl Out<'_> {
    fn bytes(&mut self, bytes: &[u8]) {
        self.sum = self.sum.update(bytes);
        let end = self.at.sat_add(bytes.len());
        if let Some(to) = self.to.get_mut(self.at..end) {
            to.put(bytes);
        }
        self.at = end;
    }

    fn word(&mut self, v: u64) {
        self.bytes(&v.to_be_bytes());
    }

    fn words<const N: usize>(&mut self, words: [u64; N]) {
        words.into_iter().for_each(|w| self.word(w));
    }

    fn size(&mut self, v: usize) {
        self.word(checked::count(v));
    }
}

/// Words of a plan.
struct Words<'a>(Reader<'a>);

impl Words<'_> {
    #[cfg_attr(not(feature = "std"), inline(never))]
    fn next(&mut self) -> Result<u64> {
        self.0.u64().ok_or(MISFIT)
    }

    #[cfg_attr(not(feature = "std"), inline(never))]
    fn size(&mut self) -> Result<usize> {
        usize::try_from(self.next()?).map_err(|_| MISFIT)
    }
}

fn must(holds: bool) -> Result<()> {
    if holds { Ok(()) } else { Err(MISFIT) }
}

const fn order_number(order: Order) -> u64 {
    match order {
        Order::Forward => 0,
        Order::Reverse => 1,
    }
}

/// Writing.
impl Planner<'_, '_> {
    /// Writes a plan of this planner to `to`, as much as fits. Returns the size of all of it in bytes.
    pub(crate) fn export(&self, draft: &mut JobPlan<'_>, plan: &Plan, to: &mut [u8]) -> Result<usize> {
        // The length comes before what it is of.
        let length = self.write(draft, plan, 0, &mut [])?;
        self.write(draft, plan, length, to)
    }

    fn write(&self, draft: &mut JobPlan<'_>, plan: &Plan, length: usize, to: &mut [u8]) -> Result<usize> {
        let mut out = Out { to, at: 0, sum: Crc32c::default() };
        out.bytes(&MAGIC.to_be_bytes());
        out.bytes(&VERSION.to_be_bytes());
        out.size(length);
        out.word(self.identity());
        out.size(plan.bytes);
        out.words([plan.stream_block, checked::count(plan.stream.len), plan.slots.into(), plan.lru]);
        out.size(plan.min_budget_bytes);
        out.size(plan.requests().count());
        for planned in plan.requests() {
            write_request(planned, &mut out);
        }
        if plan.stream_block > 0 {
            self.stream(draft, plan.stream_block)?;
            draft.write(&mut out);
        }
        for planned in plan.requests() {
            self.job(draft, planned)?;
            draft.write(&mut out);
        }
        let sum = out.sum.value();
        out.word(sum.into());
        Ok(out.at)
    }
}

fn write_request(planned: &PlannedRequest, out: &mut Out<'_>) {
    let request = &planned.request;
    out.size(request.stage);
    out.words([request.first, request.count, order_number(request.order), planned.block]);
    out.size(planned.bytes);
    match planned.run {
        Run::Blocks => out.word(0),
        Run::Classic { spilled } => out.word(if spilled { 2 } else { 1 }),
        Run::Sweep(sweep) => out.words([3, sweep.tile_rows, sweep.slots, sweep.tiles, sweep.extra]),
    }
}

impl JobPlan<'_> {
    /// Writes order and places, after the number of their words.
    fn write(&self, out: &mut Out<'_>) {
        let samples = || self.feeds.iter().filter(|f| f.active && f.cap > 0);
        let words = self.order.len().sat_mul(6).sat_add(samples().count()).sat_add(usize::from(self.leaf > 0));
        out.size(words);
        self.order.iter().for_each(|stage| out.size(*stage));
        for lane in self.order.iter().filter_map(|s| self.lanes.get(*s)) {
            for span in [lane.rows, lane.state, lane.shadow, lane.scratch, lane.bounce] {
                out.size(span.at);
            }
        }
        samples().for_each(|f| out.size(f.samples.at));
        if self.leaf > 0 {
            out.size(self.snapshot(0).at);
        }
    }
}

/// Reading.
impl Planner<'_, '_> {
    /// Hash of everything that a plan is for: config, graph, outputs, and the kinds and lengths of inputs.
    fn identity(&self) -> u64 {
        let o = &self.options;
        let mode = match o.mode {
            Mode::Auto => 0,
            Mode::Classic => 1,
            Mode::Sqrt => 2,
        };
        let (slots, tile) = o.sweep.unwrap_or((0, 0));
        let flags = [o.sweep.is_some(), o.choose_lru, o.spill, o.stream_only].map(u64::from);
        let sizes = [mode, o.budget, o.cache_bytes, o.lru_bytes, o.checkpoint_every, o.checkpoint_slots.into()];
        let inputs = self.graph.inputs().iter().zip(self.inputs);
        let inputs =
            inputs.flat_map(|(i, f)| [i.capacity, f.pushed.into(), f.windows.is_some().into(), f.windows.unwrap_or(0)]);
        let outputs = self.outputs.iter().flat_map(|o| [checked::count(o.stage), o.capacity]);
        let changed = checked::count(self.changed_tables);
        let rest = [slots, tile, changed].into_iter().chain(inputs).chain(outputs);
        self.graph.hash_with(flags.into_iter().chain(sizes).chain(rest))
    }

    /// The words of a plan for this graph and config, whose CRC is right.
    fn open<'a>(&self, bytes: &'a [u8]) -> Result<Words<'a>> {
        let mut head = Reader::new(bytes);
        let (Some(MAGIC), Some(version)) = (head.u32(), head.u32()) else {
            return Err(Error::new(Status::Format, "the bytes are not a plan: the first ones differ"));
        };
        if version != VERSION {
            let text = "the plan has version {a}, this library reads version {b}: export it again";
            return Err(Error::new(Status::Format, text).a(version).b(VERSION));
        }
        let length = head.u64().unwrap_or(0);
        let body = bytes.len().checked_sub(TAIL_BYTES).filter(|_| length == checked::count(bytes.len()));
        let Some((body, tail)) = body.and_then(|at| bytes.split_at_checked(at)) else {
            let text = "the plan has {a} bytes, {b} are given: give all of it";
            return Err(Error::new(Status::Corrupt, text).a(length).b(checked::count(bytes.len())));
        };
        if Reader::new(tail).u64() != Some(crc32c(body).into()) {
            return Err(Error::new(Status::Corrupt, "the plan is damaged: its CRC does not match"));
        }
        if head.u64() != Some(self.identity()) {
            let text = "the plan is for another config or graph: export it again, with the same calls as here";
            return Err(Error::new(Status::Graph, text));
        }
        Ok(Words(Reader::new(body.get(HEAD_BYTES..).unwrap_or(&[]))))
    }

    /// Reads a plan, computes its regions, and checks all of it. Without the search that made it.
    pub(crate) fn load(&self, draft: &mut JobPlan<'_>, bytes: &[u8]) -> Result<Plan> {
        let mut words = self.open(bytes)?;
        let mut plan = Plan::EMPTY;
        let size = words.size()?;
        plan.stream_block = words.next()?;
        plan.stream_laid = plan.stream_block;
        plan.stream.len = words.size()?;
        plan.slots = u32::try_from(words.next()?).map_err(|_| MISFIT)?;
        plan.lru = words.next()?;
        plan.min_budget_bytes = words.size()?;
        let scans = self.graph.has_scans();
        must(
            plan.slots <= self.options.checkpoint_slots && plan.slots.is_multiple_of(2) && (scans || plan.slots == 0),
        )?;
        must((plan.stream_block > 0) != self.outputs.is_empty())?;
        must(!self.options.stream_only || plan.lru == 0)?;
        let forward =
            |o: &crate::store::queue::OutputFacts| self.graph.stages().get(o.stage).is_some_and(|s| s.level == 0);
        must(self.outputs.iter().all(forward))?;
        let count = words.size()?;
        must(count <= MAX_REQUESTS && (count == 0 || !self.options.stream_only))?;
        for slot in plan.planned.iter_mut().take(count) {
            *slot = Some(self.read_request(draft, &mut words)?);
        }
        self.regions(draft, &mut plan)?;
        if plan.bytes != size {
            let text = "the plan is for a work area of {b} bytes, here it needs {a}: stages have other sizes";
            return Err(Error::new(Status::Graph, text).a(plan.bytes).b(size));
        }
        if plan.stream_block > 0 {
            self.read_job(draft, None, &plan, &mut words)?;
        }
        for planned in plan.requests() {
            self.read_job(draft, Some(planned), &plan, &mut words)?;
        }
        must(words.0.rest().is_empty())?;
        Ok(plan)
    }

    fn read_request(&self, draft: &mut JobPlan<'_>, words: &mut Words<'_>) -> Result<PlannedRequest> {
        let (stage, first, count) = (words.size()?, words.next()?, words.next()?);
        let order = match words.next()? {
            0 => Order::Forward,
            1 => Order::Reverse,
            _ => return Err(MISFIT),
        };
        let Some(level) = self.graph.stages().get(stage).map(|s| s.level.min(MAX_LEVELS)) else { return Err(MISFIT) };
        let mut planned = PlannedRequest::new(Request { stage, first, count, order }, self.windows());
        planned.levels = checked::count(level).sat_add(1);
        planned.block = words.next()?.max_u64(1);
        let bytes = words.size()?;
        planned.run = match words.next()? {
            0 => Run::Blocks,
            1 => Run::Classic { spilled: false },
            2 => Run::Classic { spilled: true },
            3 => Run::Sweep(SweepPlan {
                last_pass: last_pass(level, order),
                tile_rows: words.next()?,
                slots: words.next()?,
                tiles: words.next()?,
                extra: words.next()?,
                ..SweepPlan::default()
            }),
            _ => return Err(MISFIT),
        };
        self.check_run(draft, &planned)?;
        planned.set_bytes(bytes);
        Ok(planned)
    }

    /// Fails where a request cannot run as it is planned.
    fn check_run(&self, draft: &mut JobPlan<'_>, planned: &PlannedRequest) -> Result<()> {
        let (stage, request) = (planned.request.stage, &planned.request);
        let level = self.graph.stages().get(stage).map_or(0, |s| s.level);
        let last = last_pass(level, request.order);
        if last > 0 {
            self.check_held(planned)?;
        }
        let Some(sweep) = planned.sweep() else {
            let bounded = planned.windows.is_some() && self.options.mode == Mode::Classic;
            let classic = planned.is_classic() && request.order == Order::Forward && (last == 0 || bounded);
            let rows = self.rows_of(planned);
            must(classic || (!planned.is_classic() && last == 0))?;
            must(!planned.is_classic() || rows.is_some_and(|rows| planned.block >= rows))?;
            return must(!planned.is_spilled() || self.options.spill);
        };
        must(last > 0 && sweep.tile_rows > 0 && sweep.slots <= leaf::MAX_SLOTS)?;
        self.sizes(draft, planned)?;
        must((sweep.slots > 0) == (draft.snapshot(0).len > 0))?;
        if sweep.kept_levels() == 0 {
            return must(sweep.tiles == 0);
        }
        let rate = self.graph.rate(Node::Stage(stage));
        let rows = planned.windows.map(|w| checked::div_ceil(w, rate));
        must(rows.is_some_and(|rows| checked::div_ceil(rows, sweep.tile_rows) <= sweep.tiles))
    }

    /// Reads order and places of a job, and checks it: of a request, or of the stream.
    fn read_job(
        &self,
        draft: &mut JobPlan<'_>,
        planned: Option<&PlannedRequest>,
        plan: &Plan,
        words: &mut Words<'_>,
    ) -> Result<()> {
        let bytes = match planned {
            Some(planned) => {
                self.sizes(draft, planned)?;
                planned.bytes
            }
            None => {
                self.stream_sizes(draft, plan.stream_block)?;
                plan.stream.len
            }
        };
        let left = words.size()?.checked_mul(8).and_then(|n| words.0.rest().len().checked_sub(n));
        draft.finish_given(self.graph, bytes, &mut || words.size())?;
        must(left == Some(words.0.rest().len()))
    }

    /// The job of the request `planned`, or of the stream, of a plan that was read from these bytes.
    pub(crate) fn load_job(
        &self,
        draft: &mut JobPlan<'_>,
        planned: Option<&PlannedRequest>,
        plan: &Plan,
        bytes: &[u8],
    ) -> Result<()> {
        let mut words = self.open(bytes)?;
        let skip = |words: &mut Words<'_>, n: usize| match n.checked_mul(8).and_then(|n| words.0.bytes(n)) {
            Some(_) => Ok(()),
            None => Err(MISFIT),
        };
        let requests = plan.requests().map(|p| if p.sweep().is_some() { 11 } else { 7usize }).fold(7, usize::sat_add);
        skip(&mut words, requests)?;
        let before = planned.map_or(0, |own| plan.requests().take_while(|p| p.request != own.request).count());
        let stream = usize::from(planned.is_some() && plan.stream_block > 0);
        for _ in 0..before.sat_add(stream) {
            let n = words.size()?;
            skip(&mut words, n)?;
        }
        self.read_job(draft, planned, plan, &mut words)
    }
}
