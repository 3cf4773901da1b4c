//! `driver demo smoother`: a reverse scan over a scan, with many memory budgets and in both orders of rows.

use super::run;
use crate::cli::{DemoArgs, SmootherArgs};
use crate::error::Result;
use crate::inputs::track::{NOISE_M, Track};
use crate::library::{Config, Failure, Mode, Order, Pipeline, Plan, Rows, Samples, Stage};
use crate::plot::panels;
use crate::report::curves::{COLUMNS, Curve, draw};
use crate::report::json::Object;
use crate::report::numbers::{bytes, time, whole};
use crate::report::page::Page;
use crate::report::print;
use crate::report::process::{Checksum, Stopwatch};
use crate::report::progress::Progress;
use crate::workloads::smoother::{self, ROW_LEN, STAGE_COUNT};

const ORDERS: [Order; 2] = [Order::Reverse, Order::Forward];
/// Ratio of consecutive budgets in the table, and maximum recompute factor of the first.
const STEP: u64 = 4;
const MAX_FACTOR: f64 = 8.0;

/// The meaning of the columns of the table.
const COLUMN_NOTES: &str = "
The sqrt order with different memory budgets:
  slots      snapshots held at a time
  tile rows  rows computed and held together
  computed   rows computed by all stages
  factor     rows computed per row of each stage (recompute factor)
  rows       comparison with the rows of the classic order
";

/// A pipeline over the track with a budget (0: none), and the stage with the result.
fn pipeline(rows: u64, mode: Mode, budget: u64) -> Result<(Pipeline, Stage)> {
    smoother::pipeline(rows, &Config { mode, memory_budget_bytes: budget, ..Config::of(1, 1) })
}

fn plan(rows: u64, order: Order, budget: u64) -> Result<Plan> {
    let (mut p, stage) = pipeline(rows, Mode::Sqrt, budget)?;
    Ok(p.plan(Rows { order, ..Rows::all(stage) })?)
}

/// The rows of the classic order, which keeps everything in memory.
struct Classic {
    rows: Vec<f32>,
    work_bytes: u64,
    wall_s: f64,
    /// Checksums of the rows in ascending and in descending order.
    checksums: [Checksum; 2],
}

impl Classic {
    fn new(count: u64) -> Result<Classic> {
        let stopwatch = Stopwatch::start();
        let (mut p, stage) = pipeline(count, Mode::Classic, 0)?;
        let work_bytes = p.plan(stage)?.work_bytes;
        p.seal(stage)?;
        let mut rows = Vec::with_capacity(count as usize * ROW_LEN);
        p.evaluate(stage, u64::MAX, &mut |_, block| rows.extend_from_slice(block), &mut |_| {})?;
        let wall_s = stopwatch.stop().wall_s;
        let mut checksums = [Checksum::new(); 2];
        checksums[0].add(&rows);
        rows.rchunks_exact(ROW_LEN).for_each(|row| checksums[1].add(row));
        Ok(Classic { rows, work_bytes, wall_s, checksums })
    }

    fn checksum(&self, order: Order) -> String {
        self.checksums[usize::from(order == Order::Reverse)].to_string()
    }

    /// RMS error of the measurements and of the smoothed positions, in meters.
    fn errors(&self) -> Result<(f64, f64)> {
        let count = self.rows.len() / ROW_LEN;
        let mut track = Track::new(count as u64);
        let (mut measured, mut smoothed, mut x) = (0.0, 0.0, [0f32]);
        for (t, row) in (0u64..).zip(self.rows.chunks_exact(ROW_LEN)) {
            track.read(t, &mut x)?;
            measured += (f64::from(x[0]) - Track::truth(t)).powi(2);
            smoothed += (f64::from(row[0]) - Track::truth(t)).powi(2);
        }
        Ok(((measured / count as f64).sqrt(), (smoothed / count as f64).sqrt()))
    }
}

/// A line of the table: one order and budget.
struct Line {
    order: Order,
    budget: u64,
    plan: Plan,
    peak_bytes: u64,
    stage_rows: u64,
    wall_s: f64,
    checksum: String,
    /// The rows are those of the classic order.
    same: bool,
}

impl Line {
    fn new(rows: u64, order: Order, budget: u64, classic: &Classic) -> Result<Line> {
        let stopwatch = Stopwatch::start();
        let (mut p, stage) = pipeline(rows, Mode::Sqrt, budget)?;
        let ask = Rows { order, ..Rows::all(stage) };
        let plan = p.plan(ask)?;
        p.seal(ask)?;
        let mut checksum = Checksum::new();
        let (mut at, mut misplaced) = (0, 0);
        let mut take = |first: u64, block: &[f32]| {
            let count = (block.len() / ROW_LEN) as u64;
            let expected = if order == Order::Reverse { rows.wrapping_sub(1 + at) } else { at };
            misplaced += u64::from(first != expected);
            at += count;
            checksum.add(block);
        };
        let work = (rows as f64 * plan.recompute_factor) as u64;
        let progress = Progress::new(work, "smoother");
        p.evaluate(ask, plan.block_windows.max(work / 100), &mut take, &mut |done| progress.add(done))?;
        drop(progress);
        let stats = p.stats()?;
        let checksum = checksum.to_string();
        let same = checksum == classic.checksum(order) && at == rows && misplaced == 0;
        let wall_s = stopwatch.stop().wall_s;
        let (peak_bytes, stage_rows) = (stats.peak_bytes, stats.stage_rows);
        Ok(Line { order, budget, plan, peak_bytes, stage_rows, wall_s, checksum, same })
    }

    /// The measured recompute factor: rows computed relative to computing each row of each stage once.
    fn factor(&self, rows: u64) -> f64 {
        self.stage_rows as f64 / (rows * STAGE_COUNT) as f64
    }

    fn json(&self, rows: u64) -> String {
        Object::new()
            .text("order", name(self.order))
            .whole("budget", self.budget)
            .whole("plan_peak_bytes", self.plan.work_bytes)
            .whole("peak_bytes", self.peak_bytes)
            .whole("least_bytes", self.plan.min_budget_bytes)
            .whole("slots", self.plan.sweep_slots)
            .whole("tile_rows", self.plan.sweep_tile_rows)
            .whole("stage_rows", self.stage_rows)
            .real("planned_factor", self.plan.recompute_factor)
            .real("factor", self.factor(rows))
            .real("wall_s", self.wall_s)
            .text("checksum", &self.checksum)
            .text("verified", if self.same { "yes" } else { "no" })
            .close()
    }
}

fn name(order: Order) -> &'static str {
    match order {
        Order::Reverse => "reverse",
        Order::Forward => "forward",
    }
}

fn title(order: Order) -> &'static str {
    match order {
        Order::Reverse => "Reverse order (from the last row to the first)",
        Order::Forward => "Forward order (from the first row to the last)",
    }
}

/// The budgets of the table, from the first whose recompute factor is at most [`MAX_FACTOR`] up to the memory of the
/// classic order.
fn budgets(rows: u64, order: Order, classic: &Classic) -> Result<Vec<u64>> {
    let min = plan(rows, order, 0)?.min_budget_bytes;
    let mut found = Vec::new();
    let mut budget = 1024;
    while budget < min || plan(rows, order, budget)?.recompute_factor > MAX_FACTOR {
        budget *= 2;
    }
    while found.is_empty() || budget < classic.work_bytes {
        found.push(budget);
        budget *= STEP;
    }
    Ok(found)
}

/// The planned work for budgets from the first to the last of the table.
fn curve(rows: u64, order: Order, budgets: &[u64]) -> Result<Curve> {
    let mark = if order == Order::Reverse { '*' } else { 'o' };
    let (from, to) = (budgets[0] as f64, budgets[budgets.len() - 1] as f64);
    let mut points = Vec::new();
    for i in 0..COLUMNS {
        let budget = (from * (to / from).powf(i as f64 / (COLUMNS - 1) as f64)).round() as u64;
        let plan = plan(rows, order, budget)?;
        points.push((plan.work_bytes, plan.recompute_factor));
    }
    Ok(Curve { mark, points })
}

/// `driver demo smoother`.
pub(crate) fn run(DemoArgs { demo: args, pictures }: &DemoArgs<SmootherArgs>) -> Result<()> {
    let rows = args.rows;
    let classic = Classic::new(rows)?;
    let (mut lines, mut curves, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for order in ORDERS {
        let budgets = match args.budget {
            Some(budget) => vec![budget],
            None => budgets(rows, order, &classic)?,
        };
        for budget in &budgets {
            match Line::new(rows, order, *budget, &classic) {
                Ok(line) => lines.push(line),
                // The budget may suffice for the other order.
                Err(e) if e.downcast_ref::<Failure>().is_some_and(Failure::is_budget) => {
                    refused.push((order, e.to_string()));
                }
                Err(e) => return Err(e),
            }
        }
        if args.budget.is_none() {
            curves.push(curve(rows, order, &budgets)?);
        }
    }
    if lines.is_empty() {
        return Err(refused.swap_remove(0).1.into());
    }
    let text = report(rows, &classic, &lines, &curves, &refused)?;
    let title = format!("smoother: {}", smoother::STAGES);
    let page = Page { title: &title, facts: &[], plot: "", findings: &text, plan: "" };
    let drawn = run::draw(pictures, page, &plot(rows, &classic, &lines, &curves)?)?;
    print(&if args.json { json(rows, &classic, &lines)? } else { text + &drawn })?;
    if lines.iter().all(|l| l.same) { Ok(()) } else { Err("the rows differ from those of the classic order".into()) }
}

/// Number of rows at the start whose errors are drawn.
const DRAWN: usize = 300;

/// The recompute factor against the memory, and the errors of the first rows.
fn plot(rows: u64, classic: &Classic, lines: &[Line], curves: &[Curve]) -> Result<panels::Panels> {
    let mut factors = Vec::new();
    for (order, curve) in ORDERS.iter().zip(curves) {
        let points = curve.points.iter().map(|p| (p.0 as f64, p.1)).collect();
        factors.push(panels::Curve { name: format!("{} order, planned", name(*order)), points, joined: true });
    }
    let measured = lines.iter().map(|l| (l.plan.work_bytes as f64, l.factor(rows))).collect();
    factors.push(panels::Curve { name: "measured, rows identical to classic".into(), points: measured, joined: false });
    let mut track = Track::new(rows);
    let (mut raw, mut smooth, mut x) = (Vec::new(), Vec::new(), [0f32]);
    for (t, row) in (0u64..).zip(classic.rows.chunks_exact(ROW_LEN)).take(DRAWN) {
        track.read(t, &mut x)?;
        raw.push((t as f64, f64::from(x[0]) - Track::truth(t)));
        smooth.push((t as f64, f64::from(row[0]) - Track::truth(t)));
    }
    let errors = vec![
        panels::Curve { name: "measured".into(), points: raw, joined: false },
        panels::Curve { name: "smoothed".into(), points: smooth, joined: true },
    ];
    let panel = |title: &str, x: &str, y: &str, in_bytes, curves| panels::Panel {
        title: title.into(),
        x: x.into(),
        y: y.into(),
        in_bytes,
        curves,
        shaded: None,
    };
    let panels = vec![
        panel("Rows computed per row of each stage", "work memory", "recompute factor", true, factors),
        panel("Errors of the position in the first rows", "seconds", "m", false, errors),
    ];
    Ok(panels::Panels { title: format!("smoother: {} rows", whole(rows)), panels })
}

fn json(rows: u64, classic: &Classic, lines: &[Line]) -> Result<String> {
    let (measured, smoothed) = classic.errors()?;
    let lines: Vec<String> = lines.iter().map(|l| l.json(rows)).collect();
    let object = Object::new()
        .whole("rows", rows)
        .whole("row_len", ROW_LEN as u64)
        .whole("classic_bytes", classic.work_bytes)
        .real("classic_wall_s", classic.wall_s)
        .text("checksum", classic.checksum(Order::Forward))
        .text("checksum_reverse", classic.checksum(Order::Reverse))
        .real("measured_error_m", measured)
        .real("smoothed_error_m", smoothed)
        .list("lines", &lines);
    Ok(format!("{}\n", object.close()))
}

fn report(
    rows: u64,
    classic: &Classic,
    lines: &[Line],
    curves: &[Curve],
    refused: &[(Order, String)],
) -> Result<String> {
    let (measured, smoothed) = classic.errors()?;
    let mut out = format!("smoother: {}\n\n", smoother::STAGES);
    let mut line = |key: &str, value: String| out.push_str(&format!("  {key:<17} {value}\n"));
    line("input", format!("generated: one position per second with {NOISE_M} m of noise"));
    line("rows", format!("{}, each with {ROW_LEN} numbers (position, velocity)", whole(rows)));
    line("RMS error", format!("{measured:.2} m measured, {smoothed:.2} m smoothed"));
    line("classic order", format!("{} bytes of work memory, {}", whole(classic.work_bytes), time(classic.wall_s)));
    line("checksum", format!("{} (forward order)", classic.checksum(Order::Forward)));
    line("", format!("{} (reverse order)", classic.checksum(Order::Reverse)));
    out.push_str(COLUMN_NOTES);
    for order in ORDERS {
        let head = ("budget", "work memory", "slots", "tile rows", "computed", "factor", "time");
        out.push_str(&format!("\n{}\n\n", title(order)));
        out.push_str(&format!(
            "{:>12}{:>14}{:>7}{:>11}{:>14}{:>9}{:>10}   rows\n",
            head.0, head.1, head.2, head.3, head.4, head.5, head.6
        ));
        for l in lines.iter().filter(|l| l.order == order) {
            let budget = if l.budget == 0 { "none".into() } else { bytes(l.budget) };
            let (work, computed) = (whole(l.plan.work_bytes), whole(l.stage_rows));
            let (slots, tile, wall) = (l.plan.sweep_slots, whole(l.plan.sweep_tile_rows), time(l.wall_s));
            let factor = l.factor(rows);
            let same = if l.same { "identical" } else { "DIFFERENT" };
            out.push_str(&format!(
                "{budget:>12}{work:>14}{slots:>7}{tile:>11}{computed:>14}{factor:>9.3}{wall:>10}   {same}\n"
            ));
        }
        refused.iter().filter(|r| r.0 == order).for_each(|r| out.push_str(&format!("{:>12}{}\n", "", r.1)));
    }
    if !curves.is_empty() {
        out.push_str("\nPlanned recompute factor against work memory\n");
        out.push_str("(* reverse order, o forward order)\n\n");
        out.push_str(&draw(curves, "factor"));
    }
    if lines.iter().all(|l| l.same) {
        out.push_str("\nWith every budget, the rows are bit-identical to those of the classic order.\n");
    }
    Ok(out)
}
