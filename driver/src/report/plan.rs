//! Plans: their report, their JSON fields, and the error for a budget that is too small.

use super::json::Object;
use super::numbers::{bytes, whole};
use crate::error::Result;
use crate::library::{Config, Failure, Mode, Pipeline, Plan, Rows};

/// Bytes of a plan by purpose: JSON key, name in the report, bytes.
fn parts(plan: &Plan) -> [(&'static str, &'static str, u64); 7] {
    [
        ("table_bytes", "stage tables", plan.table_bytes),
        ("evaluate_bytes", "samples, rows, scratch", plan.evaluation_bytes),
        ("cache_bytes", "row cache", plan.row_cache_bytes),
        ("ring_bytes", "input buffers", plan.input_buffer_bytes),
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
        (Mode::Classic, _) if plan.spill_bytes > 0 => "requested; the rows of the whole range are in a file".into(),
        (Mode::Classic, _) => "requested; the rows of all stages for the whole range are in memory".into(),
        (Mode::Sqrt, _) => format!("requested; blocks of {block}"),
        (Mode::Auto, Mode::Classic) => {
            format!("all {} windows at once are estimated to be at least as good as blocks", whole(windows))
        }
        (Mode::Auto, _) if plan.checkpoint_every > 0 => format!("stages with state run in blocks, here of {block}"),
        (Mode::Auto, _) => {
            format!("blocks of {block} are estimated to be better than all {} windows at once", whole(windows))
        }
    }
}

/// Plans a request. If the budget is too small, the error gives the minimum budget of the sqrt order, from the plan
/// that `retry` returns.
pub(crate) fn make(p: &mut Pipeline, rows: impl Into<Rows>, retry: impl FnOnce(Mode) -> Option<Plan>) -> Result<Plan> {
    p.plan(rows).map_err(|failure: Failure| {
        let sqrt = if failure.is_budget() { retry(Mode::Sqrt) } else { None };
        match sqrt {
            Some(plan) => format!("{failure}; sqrt mode needs at least {} bytes", plan.min_budget_bytes).into(),
            None => failure.into(),
        }
    })
}

/// The report on a plan of a pipeline over `windows` windows.
pub(crate) fn describe(config: &Config, plan: &Plan, windows: u64) -> String {
    let mut out = String::new();
    let mut line = |key: &str, value: String| {
        out.push_str(&format!("  {key:<24} {value}\n"));
    };
    line("mode", format!("{} ({})", plan.mode().name(), why(config, plan, windows)));
    let samples = if config.window == 1 { "sample" } else { "samples" };
    line("windows", format!("{} of {} {samples}, hop {}", whole(windows), whole(config.window), whole(config.hop)));
    line("block", blocks_of(plan.block_windows));
    let checkpoints = match plan.checkpoint_every {
        0 => "none: no stage has state".to_string(),
        k => format!("every {}", blocks_of(k)),
    };
    line("checkpoints", checkpoints);
    let cache = match plan.row_cache_rows {
        0 => "off".to_string(),
        rows => format!("{} rows, {}", whole(rows), bytes(plan.row_cache_bytes)),
    };
    line("row cache (LRU)", cache);
    line("work memory", format!("{} bytes ({})", whole(plan.work_bytes), bytes(plan.work_bytes)));
    for (_, name, size) in parts(plan).into_iter().filter(|(.., size)| *size > 0) {
        line(&format!("  {name}"), format!("{:>13} bytes", whole(size)));
    }
    if plan.spill_bytes > 0 {
        line("spill file", format!("{} bytes ({})", whole(plan.spill_bytes), bytes(plan.spill_bytes)));
    }
    line("control area", format!("{} bytes", whole(plan.control_bytes)));
    line("FFT plans on the heap", format!("at most {} bytes", whole(plan.host_heap_bytes)));
    line("minimum budget", format!("{} bytes", whole(plan.min_budget_bytes)));
    line("recompute factor", format!("{:.2}", plan.recompute_factor));
    out
}

/// The plan as a C array, with the sizes of the memory that it needs.
pub(crate) fn emit_c(plan: &Plan, bytes: &[u8]) -> String {
    let mut out = String::from(
        "/* A plan of sqs_plan_export() for sqs_pipeline_seal_planned(): for one config and graph, on any machine. */\n",
    );
    out.push_str(&format!(
        "enum {{ PLAN_WORK_BYTES = {}, PLAN_WORK_ALIGN = {} }};\n",
        plan.work_bytes, plan.work_align
    ));
    out.push_str(&format!("static const unsigned char plan_bytes[{}] = {{\n", bytes.len()));
    for line in bytes.chunks(16) {
        let line: Vec<String> = line.iter().map(|b| format!("0x{b:02x},")).collect();
        out.push_str(&format!("    {}\n", line.join(" ")));
    }
    out.push_str("};\n");
    out
}

/// The plan as JSON.
pub(crate) fn object(config: &Config, plan: &Plan, windows: u64) -> Object {
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

/// Number of windows in `samples` samples.
pub(crate) fn windows(samples: u64, config: &Config) -> u64 {
    samples.checked_sub(config.window).map_or(0, |rest| 1 + rest / config.hop)
}
