//! What a pipeline would take, without running it.

use crate::cli::{AudioArgs, LogsArgs, PlanArgs, SatcomArgs, SmootherArgs};
use crate::demo::audio::Input;
use crate::library::{Config, Failure, Mode, Order, Pipeline, Plan, Rows, Stage};
use crate::report::json::Object;
use crate::report::numbers::{bytes, whole};
use crate::report::say;
use crate::workloads::{audio, logs, satcom, smoother};
use crate::{Result, demo, probe};

/// Bytes of a plan by purpose: name in JSON, name for people, bytes.
fn parts(plan: &Plan) -> [(&'static str, &'static str, u64); 7] {
    [
        ("table_bytes", "tables of stages", plan.table_bytes),
        ("evaluate_bytes", "samples, rows, scratch", plan.evaluation_bytes),
        ("cache_bytes", "row cache", plan.row_cache_bytes),
        ("ring_bytes", "rings of pushed inputs", plan.input_buffer_bytes),
        ("stream_bytes", "stream buffers", plan.stream_bytes),
        ("output_bytes", "output queues", plan.output_bytes),
        ("checkpoint_bytes", "checkpoints", plan.checkpoint_bytes),
    ]
}

fn blocks_of(windows: u64) -> String {
    if windows == 1 { "1 window".into() } else { format!("{} windows", whole(windows)) }
}

/// Why the plan has its mode.
pub(crate) fn why(config: &Config, plan: &Plan, windows: u64) -> String {
    let block = blocks_of(plan.block_windows);
    match (config.mode, plan.mode()) {
        (Mode::Classic, _) if plan.spill_bytes > 0 => "asked for: rows of the whole range, in a file".into(),
        (Mode::Classic, _) => "asked for: every stage's rows for the whole range".into(),
        (Mode::Sqrt, _) => format!("asked for: blocks of {block}"),
        (Mode::Auto, Mode::Classic) => {
            format!("{} windows at once are reckoned to be as good as blocks", whole(windows))
        }
        (Mode::Auto, _) if plan.checkpoint_every > 0 => format!("stages with state run in blocks, here of {block}"),
        (Mode::Auto, _) => format!("blocks of {block} are reckoned to be better than {} at once", whole(windows)),
    }
}

/// Plans, and where the budget is too small for the classic order says what the other would take.
pub(crate) fn make(p: &mut Pipeline, stage: Stage, retry: impl FnOnce(Mode) -> Option<Plan>) -> Result<Plan> {
    make_rows(p, Rows::all(stage), retry)
}

fn make_rows(p: &mut Pipeline, rows: Rows, retry: impl FnOnce(Mode) -> Option<Plan>) -> Result<Plan> {
    p.plan(rows).map_err(|failure: Failure| {
        let other = if failure.is_budget() { retry(Mode::Sqrt) } else { None };
        match other {
            Some(plan) => format!("{failure}; sqrt mode needs {} bytes at least", plan.min_budget_bytes).into(),
            None => failure.into(),
        }
    })
}

/// The plan of a pipeline over `windows` windows, for people.
pub(crate) fn describe(config: &Config, plan: &Plan, windows: u64) -> String {
    let mut out = String::new();
    let mut line = |key: &str, value: String| {
        out.push_str(&format!("  {key:<24} {value}\n"));
    };
    line("mode", format!("{} ({})", plan.mode().name(), why(config, plan, windows)));
    line("windows", format!("{}, of {} samples every {}", whole(windows), whole(config.window), whole(config.hop)));
    line("block", blocks_of(plan.block_windows));
    let k = match plan.checkpoint_every {
        0 => "none: no stage has state".to_string(),
        k => format!("every {} windows", whole(k)),
    };
    line("checkpoints", k);
    let lru = match plan.row_cache_rows {
        0 => "off".to_string(),
        rows => format!("{} rows, {}", whole(rows), bytes(plan.row_cache_bytes)),
    };
    line("row cache (LRU)", lru);
    line("work memory", format!("{} bytes ({})", whole(plan.work_bytes), bytes(plan.work_bytes)));
    for (_, name, size) in parts(plan).into_iter().filter(|(.., size)| *size > 0) {
        line(&format!("  {name}"), format!("{:>13} bytes", whole(size)));
    }
    if plan.spill_bytes > 0 {
        line("file for spilling", format!("{} bytes ({})", whole(plan.spill_bytes), bytes(plan.spill_bytes)));
    }
    line("control memory", format!("{} bytes", whole(plan.control_bytes)));
    line("heap of transforms", format!("{} bytes at most", whole(plan.host_heap_bytes)));
    line("least budget", format!("{} bytes", whole(plan.min_budget_bytes)));
    line("recompute factor", format!("{:.2}", plan.recompute_factor));
    out
}

/// The plan as JSON.
fn object(config: &Config, plan: &Plan, windows: u64) -> Object {
    let mut o = Object::new()
        .text("mode", plan.mode().name())
        .text("mode_asked", config.mode.name())
        .text("why", why(config, plan, windows))
        .whole("windows", windows)
        .whole("window", config.window)
        .whole("hop", config.hop)
        .whole("block", plan.block_windows)
        .whole("checkpoint_every", plan.checkpoint_every)
        .whole("cache_rows", plan.row_cache_rows)
        .whole("plan_peak_bytes", plan.work_bytes);
    for (key, _, size) in parts(plan) {
        o = o.whole(key, size);
    }
    o.whole("control_bytes", plan.control_bytes)
        .whole("host_heap_bytes", plan.host_heap_bytes)
        .whole("least_bytes", plan.min_budget_bytes)
        .whole("spill_bytes", plan.spill_bytes)
        .real("recompute_factor", plan.recompute_factor)
}

/// Windows in so many samples.
pub(crate) fn windows(samples: u64, config: &Config) -> u64 {
    samples.checked_sub(config.window).map_or(0, |rest| 1 + rest / config.hop)
}

/// What is to be planned.
struct Subject<'a> {
    config: Config,
    windows: u64,
    stages: &'a str,
    probe: bool,
    json: bool,
}

impl Subject<'_> {
    /// Plans, with probed costs where that is wanted, and says what came out.
    fn tell(&self, rows: Rows, make: impl Fn(&Config) -> Result<(Pipeline, Stage)>) -> Result<()> {
        let costs = if self.probe { probe::costs(&self.config, self.windows, |c| Ok(make(c)?.0))? } else { &[] };
        let config = Config { costs, ..self.config };
        let (mut pipeline, stage) = make(&config)?;
        let rows = Rows { stage, ..rows };
        let retry = |mode| {
            let (mut p, _) = make(&Config { mode, memory_budget_bytes: 0, ..config }).ok()?;
            p.plan(rows).ok()
        };
        let plan = make_rows(&mut pipeline, rows, retry)?;
        let explained = pipeline.explain(rows)?;
        if self.json {
            let o = object(&config, &plan, self.windows).text("explained", &explained);
            return say(&format!("{}\n", o.close()));
        }
        let described = describe(&config, &plan, self.windows);
        say(&format!(
            "{}\n\n{described}\nWhat was considered{}:\n{explained}",
            self.stages,
            if self.probe { ", with times of a row measured here" } else { "" }
        ))
    }
}

/// Rows of a stage that is told later.
const ALL_ROWS: Rows = Rows { stage: 0, first: 0, count: u64::MAX, order: Order::Forward };

/// `driver plan audio`.
pub(crate) fn audio(args: &PlanArgs<AudioArgs>) -> Result<()> {
    let (a, probe) = (&args.demo, args.probe);
    let config = a.args.config(audio::WINDOW, audio::HOP);
    let windows = windows(Input::open(a)?.count(), &config);
    let subject = Subject { config, windows, stages: audio::STAGES, probe, json: a.json };
    subject.tell(ALL_ROWS, |c| Input::open(a)?.pipeline(c))
}

/// `driver plan logs`.
pub(crate) fn logs(args: &PlanArgs<LogsArgs>) -> Result<()> {
    let (a, probe) = (&args.demo, args.probe);
    let config = a.args.config(logs::WINDOW, logs::HOP);
    if let Some(why) = logs::refuse(config.window, config.hop) {
        return Err(why.into());
    }
    let windows = windows(demo::logs::open(a, 0)?.count(), &config);
    let subject = Subject { config, windows, stages: logs::STAGES, probe, json: a.json };
    subject.tell(ALL_ROWS, |c| demo::logs::pipeline(a, c))
}

/// `driver plan satcom`.
pub(crate) fn satcom(args: &PlanArgs<SatcomArgs>) -> Result<()> {
    let (a, probe) = (&args.demo, args.probe);
    let config = Config { channels: if a.real { 1 } else { 2 }, ..a.args.config(satcom::WINDOW, satcom::HOP) };
    let band = satcom::Band { window: config.window, hop: config.hop, real: a.real, rate: demo::satcom::rate(a) };
    if let Some(why) = band.refuse(a.deep) {
        return Err(why.into());
    }
    let windows = windows(demo::satcom::open(a)?.count(), &config);
    let stages = if a.deep { satcom::DEEP_STAGES } else { satcom::STAGES };
    let subject = Subject { config, windows, stages, probe, json: a.json };
    subject.tell(ALL_ROWS, |c| demo::satcom::pipeline(a, c, &band).map(|(p, stage, _)| (p, stage)))
}

/// `driver plan smoother`: the rows in reverse order, as the demo makes them first.
pub(crate) fn smoother(args: &PlanArgs<SmootherArgs>) -> Result<()> {
    let (a, probe) = (&args.demo, args.probe);
    let config = Config { memory_budget_bytes: a.budget.unwrap_or(0), ..Config::of(1, 1) };
    let subject = Subject { config, windows: a.rows, stages: smoother::STAGES, probe, json: a.json };
    subject.tell(Rows { order: Order::Reverse, ..ALL_ROWS }, |c| demo::smoother::pipeline_of(a.rows, c))
}
