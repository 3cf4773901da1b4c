//! What a pipeline would take, without running it.

use crate::Result;
use crate::cli::AudioArgs;
use crate::demo::audio::Input;
use crate::library::{Config, Failure, Mode, Pipeline, Plan, Rows, Stage};
use crate::report::json::Object;
use crate::report::numbers::{bytes, whole};
use crate::report::say;
use crate::workloads::audio;

/// Bytes of a plan by purpose: name in JSON, name for people, bytes.
fn parts(plan: &Plan) -> [(&'static str, &'static str, u64); 7] {
    [
        ("table_bytes", "tables of stages", plan.table_bytes),
        ("evaluate_bytes", "samples, rows, scratch", plan.evaluate_bytes),
        ("cache_bytes", "row cache", plan.cache_bytes),
        ("ring_bytes", "rings of pushed inputs", plan.ring_bytes),
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
    let block = blocks_of(plan.block);
    match (config.mode, plan.mode()) {
        (Mode::Classic, _) => "asked for: every stage's rows for the whole range".into(),
        (Mode::Sqrt, _) => format!("asked for: blocks of {block}"),
        (Mode::Auto, Mode::Classic) => "the whole range is a single block and fits the budget".into(),
        (Mode::Auto, _) if windows <= plan.block => "the whole range does not fit the budget at once".into(),
        (Mode::Auto, _) => format!("{} windows are more than a block of {block}", whole(windows)),
    }
}

/// Plans, and where the budget is too small for the classic order says what the other would take.
pub(crate) fn make(p: &mut Pipeline, stage: Stage, retry: impl FnOnce(Mode) -> Option<Plan>) -> Result<Plan> {
    p.plan(Rows::all(stage)).map_err(|failure: Failure| {
        let other = if failure.is_budget() { retry(Mode::Sqrt) } else { None };
        match other {
            Some(plan) => format!("{failure}; sqrt mode needs {} bytes at least", plan.least_bytes).into(),
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
    line("block", blocks_of(plan.block));
    let k = match plan.checkpoint_every {
        0 => "none: no stage has state".to_string(),
        k => format!("every {} windows", whole(k)),
    };
    line("checkpoints", k);
    let lru = match plan.cache_rows {
        0 => "off".to_string(),
        rows => format!("{} rows, {}", whole(rows), bytes(plan.cache_bytes)),
    };
    line("row cache (LRU)", lru);
    line("work memory", format!("{} bytes ({})", whole(plan.work_bytes), bytes(plan.work_bytes)));
    for (_, name, size) in parts(plan).into_iter().filter(|(.., size)| *size > 0) {
        line(&format!("  {name}"), format!("{:>13} bytes", whole(size)));
    }
    line("control memory", format!("{} bytes", whole(plan.control_bytes)));
    line("heap of transforms", format!("{} bytes at most", whole(plan.host_heap_bytes)));
    line("least budget", format!("{} bytes", whole(plan.least_bytes)));
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
        .whole("block", plan.block)
        .whole("checkpoint_every", plan.checkpoint_every)
        .whole("cache_rows", plan.cache_rows)
        .whole("plan_peak_bytes", plan.work_bytes);
    for (key, _, size) in parts(plan) {
        o = o.whole(key, size);
    }
    o.whole("control_bytes", plan.control_bytes)
        .whole("host_heap_bytes", plan.host_heap_bytes)
        .whole("least_bytes", plan.least_bytes)
        .real("recompute_factor", plan.recompute_factor)
}

/// Windows in so many samples.
pub(crate) fn windows(samples: u64, config: &Config) -> u64 {
    samples.checked_sub(config.window).map_or(0, |rest| 1 + rest / config.hop)
}

/// `driver plan audio`.
pub(crate) fn audio(args: &AudioArgs) -> Result<()> {
    let config = args.knobs.config(audio::WINDOW, audio::HOP);
    let input = Input::open(args)?;
    let windows = windows(input.count(), &config);
    let (mut pipeline, stage) = input.pipeline(&config)?;
    let plan = make(&mut pipeline, stage, |mode| {
        Input::open(args).ok()?.plan(&Config { mode, memory_budget_bytes: 0, ..config })
    })?;
    if args.json {
        say(&format!("{}\n", object(&config, &plan, windows).close()))
    } else {
        say(&format!("{}\n\n{}", audio::STAGES, describe(&config, &plan, windows)))
    }
}
