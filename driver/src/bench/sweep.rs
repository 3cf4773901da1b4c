//! `driver bench sweep`: one thing varied, over the logs with their detectors, which have state.
//!
//! Over `k` and `lru`: all rows once, which leaves checkpoints; then short ranges of rows asked for again, three of four at
//! one of a few places. Over `budget`: all rows forward, and from the last to the first.

use super::Workload;
use super::record::{self, Record};
use crate::Result;
use crate::cli::{BenchArgs, Over, SweepArgs};
use crate::library::{Config, Mode, Order, Rows};
use crate::report::numbers::{bytes, time, whole};
use crate::report::process::{Checksum, Stopwatch};
use crate::report::say;

/// Rows of a range.
const RANGE: u64 = 16;
/// Places that are asked for most.
const PLACES: u64 = 8;

struct Point {
    config: Config,
    order: Order,
}

fn measure(args: &SweepArgs, bench: &BenchArgs, point: &Point) -> Result<Record> {
    let (mut p, n, stage, _) = Workload::Logs.pipeline(bench, &point.config)?;
    let all = Rows { order: point.order, ..Rows::all(stage) };
    let plan = p.plan(all)?;
    p.seal(all)?;
    let mut checksum = Checksum::new();
    let (mut rows, mut before) = (0u64, 0u64);
    let stopwatch = if args.over == Over::Budget {
        let stopwatch = Stopwatch::start();
        let mut take = |_: u64, block: &[f32]| checksum.add(block);
        p.evaluate(all, u64::MAX, &mut take, &mut |_| {})?;
        stopwatch
    } else {
        let len = crate::workloads::logs::ROW_LEN as u64;
        p.evaluate(all, u64::MAX, &mut |_, block| rows += block.len() as u64 / len, &mut |_| {})?;
        before = p.stats()?.stage_rows;
        let stopwatch = Stopwatch::start();
        for i in 0..u64::from(args.ranges) {
            // The same places for every point.
            let draw = crate::inputs::mix(i);
            let place = if draw % 4 < 3 { crate::inputs::mix(draw / 4 % PLACES) } else { draw / 4 };
            let first = place % rows.saturating_sub(RANGE).max(1);
            let ask = Rows { first, count: RANGE.min(rows), ..all };
            p.evaluate(ask, u64::MAX, &mut |_, block| checksum.add(block), &mut |_| {})?;
        }
        stopwatch
    };
    let took = stopwatch.stop();
    let stats = p.stats()?;
    let mut r = Record::new(Workload::Logs, true, plan.mode().name(), &point.config, n);
    r.sweep = args.over.name().into();
    r.order = if point.order == Order::Reverse { "reverse" } else { "forward" }.into();
    r.planned(&plan);
    r.did(&stats);
    r.stage_rows -= before;
    // Faults and memory are of the process, which ran the other points as well: of a point only its time is told.
    (r.wall_s, r.user_s, r.sys_s, r.checksum) = (took.wall_s, took.user_s, took.sys_s, checksum.to_string());
    Ok(r)
}

/// Runs the points and prints them.
pub(crate) fn sweep(args: &SweepArgs) -> Result<()> {
    let mut bench = args.bench();
    bench.args.mode = Mode::Sqrt;
    let base = Workload::Logs.config(&bench);
    let forward = |config| Point { config, order: Order::Forward };
    let mut points = Vec::new();
    match args.over {
        Over::K => points.extend((3..=11).map(|e| forward(Config { checkpoint_every: 1 << e, ..base }))),
        Over::Lru => {
            points.push(forward(base));
            points.extend((11..=19).map(|e| forward(Config { lru_bytes: 1 << e, ..base })));
        }
        Over::Budget => {
            let (mut p, _, stage, _) = Workload::Logs.pipeline(&bench, &base)?;
            let mut least = 0;
            for order in [Order::Forward, Order::Reverse] {
                least = least.max(p.plan(Rows { order, ..Rows::all(stage) })?.min_budget_bytes);
            }
            for order in [Order::Forward, Order::Reverse] {
                // With the very least a row in reverse order may be made hundreds of times: that would hide the rest.
                for eighths in [9, 10, 12, 16, 24, 32, 64] {
                    let config = Config { memory_budget_bytes: least * eighths / 8, ..base };
                    points.push(Point { config, order });
                }
            }
        }
    }
    let mut records = Vec::new();
    for point in &points {
        records.push(measure(args, &bench, point)?);
    }
    if let Some(path) = &args.csv {
        record::save(path, &records)?;
    }
    for pair in records.windows(2) {
        if pair[0].order == pair[1].order && pair[0].checksum != pair[1].checksum {
            return Err("the points gave different rows".into());
        }
    }
    if args.json {
        return say(&records.iter().map(|r| format!("{}\n", r.json())).collect::<String>());
    }
    let heads = ["order", args.over.name(), "work memory", "processor", "rows made", "rows found", "factor"];
    let mut out = format!("{:<9}", heads[0]);
    heads[1..].iter().for_each(|h| out.push_str(&format!("{h:>14}")));
    out.push('\n');
    for r in &records {
        let value = match args.over {
            Over::K => whole(r.k),
            Over::Lru => bytes(r.lru_bytes),
            Over::Budget => bytes(r.budget_bytes),
        };
        let (memory, cpu) = (bytes(r.peak_bytes), time(r.cpu_s()));
        let (made, found) = (whole(r.stage_rows), whole(r.cache_hits));
        out.push_str(&format!("{:<9}{value:>14}{memory:>14}{cpu:>14}{made:>14}{found:>14}", r.order));
        out.push_str(&format!("{:>14.3}\n", r.recompute_factor));
    }
    say(&out)
}
