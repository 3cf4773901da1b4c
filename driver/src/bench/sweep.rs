//! `driver bench sweep`: varies one parameter of the logs with their detectors, which have state.
//!
//! Over `k` and `lru`: evaluates all rows once, which leaves checkpoints, and then measures short ranges of rows; three
//! out of four ranges start at one of a few places. Over `budget`: measures all rows in forward and in reverse order.

use super::record::{self, Record};
use super::workload::Workload;
use crate::cli::{BenchArgs, Over, SweepArgs};
use crate::error::Result;
use crate::inputs::mix;
use crate::library::{Config, Mode, Order, Rows};
use crate::report::numbers::{bytes, time, whole};
use crate::report::print;
use crate::report::process::{Checksum, Stopwatch};
use crate::workloads::logs;

/// Rows per range.
const RANGE: u64 = 16;
/// Number of frequent places.
const PLACES: u64 = 8;

/// A point of the sweep.
struct Point {
    config: Config,
    order: Order,
}

/// Measures one point.
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
        let len = logs::ROW_LEN as u64;
        p.evaluate(all, u64::MAX, &mut |_, block| rows += block.len() as u64 / len, &mut |_| {})?;
        before = p.stats()?.stage_rows;
        let stopwatch = Stopwatch::start();
        for i in 0..u64::from(args.ranges) {
            // The places are the same at every point.
            let draw = mix(i);
            let place = if draw % 4 < 3 { mix(draw / 4 % PLACES) } else { draw / 4 };
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
    // Faults and memory are those of the process, which runs all points: a point has only its time.
    (r.wall_s, r.user_s, r.sys_s, r.checksum) = (took.wall_s, took.user_s, took.sys_s, checksum.to_string());
    Ok(r)
}

/// The points of a sweep.
fn points(args: &SweepArgs, bench: &BenchArgs) -> Result<Vec<Point>> {
    let base = Workload::Logs.config(bench);
    let forward = |config| Point { config, order: Order::Forward };
    let mut points = Vec::new();
    match args.over {
        Over::K => points.extend((3..=11).map(|e| forward(Config { checkpoint_every: 1 << e, ..base }))),
        Over::Lru => {
            points.push(forward(base));
            points.extend((11..=19).map(|e| forward(Config { lru_bytes: 1 << e, ..base })));
        }
        Over::Budget => {
            let (mut p, _, stage, _) = Workload::Logs.pipeline(bench, &base)?;
            let mut min = 0;
            for order in [Order::Forward, Order::Reverse] {
                min = min.max(p.plan(Rows { order, ..Rows::all(stage) })?.min_budget_bytes);
            }
            for order in [Order::Forward, Order::Reverse] {
                // With the minimum budget, rows in reverse order may be computed hundreds of times, which
                // would dwarf the other points.
                for eighths in [9, 10, 12, 16, 24, 32, 64] {
                    let config = Config { memory_budget_bytes: min * eighths / 8, ..base };
                    points.push(Point { config, order });
                }
            }
        }
    }
    Ok(points)
}

/// Runs the points and prints them.
pub(crate) fn sweep(args: &SweepArgs) -> Result<()> {
    let mut bench = args.bench();
    bench.args.mode = Mode::Sqrt;
    let mut records = Vec::new();
    for point in points(args, &bench)? {
        records.push(measure(args, &bench, &point)?);
    }
    if let Some(path) = &args.csv {
        record::save(path, &records)?;
    }
    for pair in records.windows(2) {
        if pair[0].order == pair[1].order && pair[0].checksum != pair[1].checksum {
            return Err("the rows of the points differ".into());
        }
    }
    if args.json {
        return print(&records.iter().map(|r| format!("{}\n", r.json())).collect::<String>());
    }
    let heads = ["order", args.over.name(), "work memory", "CPU time", "rows computed", "cache hits", "factor"];
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
        let (computed, hits) = (whole(r.stage_rows), whole(r.cache_hits));
        out.push_str(&format!("{:<9}{value:>14}{memory:>14}{cpu:>14}{computed:>14}{hits:>14}", r.order));
        out.push_str(&format!("{:>14.3}\n", r.recompute_factor));
    }
    print(&out)
}
