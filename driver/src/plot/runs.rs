//! Plots of benchmark results: bars per workload and mode, or lines of a sweep. Every axis starts at zero.

use super::canvas::{self, Area, Picture, Pixels};
use crate::bench::Record;
use crate::bench::record::load;
use crate::cli::PlotArgs;
use crate::error::Result;
use crate::report::numbers::{bytes, median};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// A quantity: its heading, its unit, and its value in a run.
struct Quantity {
    name: &'static str,
    unit: f64,
    of: fn(&Record) -> f64,
    /// True for the quantity that a memory limit bounds.
    capped: bool,
}

const MIB: f64 = 1_048_576.0;
const BARS: [Quantity; 4] = [
    Quantity { name: "CPU time, s", unit: 1.0, of: |r| r.cpu_s(), capped: false },
    Quantity { name: "wall clock, s", unit: 1.0, of: |r| r.wall_s, capped: false },
    Quantity { name: "peak resident memory, MiB", unit: MIB, of: |r| r.peak_rss_bytes as f64, capped: true },
    Quantity { name: "page faults, minor and major, thousands", unit: 1e3, of: |r| faults(r), capped: false },
];
const LINES: [Quantity; 3] = [
    Quantity { name: "CPU time, ms", unit: 1e-3, of: |r| r.cpu_s(), capped: false },
    Quantity { name: "rows computed by stages, thousands", unit: 1e3, of: |r| r.stage_rows as f64, capped: false },
    Quantity { name: "work memory, KiB", unit: 1024.0, of: |r| r.peak_bytes as f64, capped: false },
];

fn faults(r: &Record) -> f64 {
    r.minor_faults as f64 + r.major_faults as f64
}

/// Colors that differ in lightness as well as in hue.
fn color(i: usize) -> RGBColor {
    const COLORS: [RGBColor; 4] =
        [RGBColor(213, 94, 0), RGBColor(0, 114, 178), RGBColor(86, 180, 233), RGBColor(120, 120, 120)];
    COLORS[i % COLORS.len()]
}

/// The different values of a key, in the order of their first records.
fn different(records: &[Record], key: impl Fn(&Record) -> String) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for value in records.iter().map(key) {
        if !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

/// Workload and number of samples.
fn input(r: &Record) -> String {
    let n = if r.n >= 1_000_000 { format!("{:.1}M", r.n as f64 / 1e6) } else { r.n.to_string() };
    format!("{} {n}", r.workload)
}

/// The group of a record: its input, or its memory limit if that varies.
fn group(r: &Record) -> String {
    if r.cap.is_empty() { input(r) } else { r.cap.clone() }
}

/// `driver plot`.
pub(crate) fn draw(args: &PlotArgs) -> Result<()> {
    let records = load(&args.input)?;
    let sweep = !records[0].sweep.is_empty();
    if records.iter().any(|r| r.sweep != records[0].sweep) {
        return Err(format!("{}: the file has runs of different sweeps", args.input.display()).into());
    }
    canvas::write(&Runs { records: &records, sweep }, &args.output)
}

struct Runs<'a> {
    records: &'a [Record],
    /// The runs of a sweep are drawn as lines, others as bars.
    sweep: bool,
}

impl Picture for Runs<'_> {
    fn size(&self) -> (u32, u32) {
        if self.sweep { (1000, 1140) } else { (1240, 900) }
    }

    fn draw<B: DrawingBackend<ErrorType: 'static>>(&self, root: &Area<B>) -> Result<Option<Pixels>> {
        let records = self.records;
        let (head, body) = root.split_vertically(76);
        let name = |r: &Record| if self.sweep { r.order.clone() } else { r.mode.clone() };
        let names = different(records, name);
        head.draw(&Text::new(title(records), (80, 12), ("sans", 20)))?;
        legend(&head, &names)?;
        if self.sweep {
            for (area, quantity) in body.split_evenly((LINES.len(), 1)).iter().zip(&LINES) {
                lines(area, quantity, records, &names)?;
            }
        } else {
            for (area, quantity) in body.split_evenly((2, 2)).iter().zip(&BARS) {
                bars(area, quantity, records, &names)?;
            }
        }
        Ok(None)
    }
}

/// The input, the windows and the number of runs, if they are the same for all records.
fn title(records: &[Record]) -> String {
    let mut parts = Vec::new();
    let inputs = different(records, input);
    let windows = different(records, |r| format!("window {}, hop {}", r.window, r.hop));
    parts.extend((inputs.len() == 1).then(|| format!("{} samples", inputs[0])));
    parts.extend((windows.len() == 1).then(|| windows[0].clone()));
    let iters = 1 + records.iter().map(|r| r.iter).max().unwrap_or(0);
    parts.extend((iters > 1).then(|| format!("medians of {iters} runs")));
    parts.join(", ")
}

fn legend<B: DrawingBackend<ErrorType: 'static>>(area: &Area<B>, names: &[String]) -> Result<()> {
    let text: TextStyle<'_> = ("sans", 18).into();
    let mut x = 80;
    for (i, name) in names.iter().enumerate() {
        area.draw(&Rectangle::new([(x, 42), (x + 18, 60)], color(i).filled()))?;
        area.draw(&Text::new(name.clone(), (x + 26, 42), text.clone()))?;
        let (width, _) = area.estimate_text_size(name, &text)?;
        x += 60 + width as i32;
    }
    Ok(())
}

/// A value with about three significant digits.
fn short(value: f64) -> String {
    match value {
        v if v >= 100.0 => format!("{v:.0}"),
        v if v >= 10.0 => format!("{v:.1}"),
        v if v >= 1.0 => format!("{v:.2}"),
        0.0 => "0".into(),
        v => format!("{v:.3}"),
    }
}

/// Decimal places of the labels of an axis up to `top`.
fn digits(top: f64) -> usize {
    // An axis has about six labels, at distances of 1, 2 or 5 times a power of ten.
    (0.1 - (top / 6.0).log10()).ceil().clamp(0.0, 6.0) as usize
}

fn bars<B: DrawingBackend<ErrorType: 'static>>(
    area: &Area<B>,
    quantity: &Quantity,
    records: &[Record],
    modes: &[String],
) -> Result<()> {
    let groups = different(records, group);
    let value = |g: &String, mode: &String| {
        let of = records.iter().filter(|r| group(r) == *g && r.mode == *mode && r.outcome == "ok");
        median(of.map(|r| (quantity.of)(r) / quantity.unit).filter(|v| v.is_finite()))
    };
    let all = groups.iter().flat_map(|g| modes.iter().filter_map(move |m| value(g, m)));
    let top = all.fold(0f64, f64::max).max(1e-9) * 1.15;
    let digits = digits(top);
    let mut chart = ChartBuilder::on(area)
        .caption(quantity.name, ("sans", 20))
        .margin(12)
        .x_label_area_size(30)
        .y_label_area_size(80)
        .build_cartesian_2d(0.0..groups.len() as f64, 0.0..top)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .disable_x_axis()
        .y_labels(6)
        .y_label_formatter(&|v| format!("{v:.digits$}"))
        .label_style(("sans", 16))
        .light_line_style(WHITE)
        .bold_line_style(RGBColor(225, 225, 225))
        .draw()?;
    let width = 0.8 / modes.len() as f64;
    let plot = chart.plotting_area();
    let text = |size, v| ("sans", size).into_font().color(&BLACK).pos(Pos::new(HPos::Center, v));
    let (above, absent, below) = (text(13, VPos::Bottom), text(16, VPos::Bottom), text(16, VPos::Top));
    for (g, name) in groups.iter().enumerate() {
        for (m, mode) in modes.iter().enumerate() {
            let left = g as f64 + 0.1 + m as f64 * width;
            let middle = left + width / 2.0;
            let (height, label) = match value(name, mode) {
                Some(v) => (v, short(v)),
                None => {
                    let of = records.iter().find(|r| group(r) == *name && r.mode == *mode);
                    // A mode that was not run has no bar and no label.
                    let word = of.map_or("", |r| if r.outcome.starts_with("killed") { "killed" } else { "failed" });
                    (0.0, word.into())
                }
            };
            let lost = value(name, mode).is_none();
            let bar = [(left + 0.04 * width, 0.0), (left + 0.96 * width, height)];
            plot.draw(&Rectangle::new(bar, color(m).filled()))?;
            let style = if lost { absent.clone() } else { above.clone() };
            plot.draw(&Text::new(label, (middle, height + 0.015 * top), style))?;
        }
        // The memory limit, if it is within the plot.
        let limit =
            records.iter().find(|r| group(r) == *name).map_or(0, |r| r.kernel_limit_bytes) as f64 / quantity.unit;
        if quantity.capped && limit > 0.0 && limit < top {
            let line = [(g as f64 + 0.02, limit), (g as f64 + 0.98, limit)];
            plot.draw(&PathElement::new(line, BLACK.stroke_width(2)))?;
            let style = above.clone().pos(Pos::new(HPos::Right, VPos::Bottom));
            plot.draw(&Text::new("cap", (g as f64 + 0.98, limit + 0.01 * top), style))?;
        }
        let (x, y) = plot.map_coordinate(&(g as f64 + 0.5, 0.0));
        let origin = area.get_base_pixel();
        area.draw(&Text::new(name.clone(), (x - origin.0, y + 8 - origin.1), below.clone()))?;
    }
    Ok(())
}

/// The value of the parameter that a sweep varies.
fn varied(r: &Record) -> u64 {
    match r.sweep.as_str() {
        "k" => r.k,
        "lru" => r.lru_bytes,
        _ => r.budget_bytes,
    }
}

fn lines<B: DrawingBackend<ErrorType: 'static>>(
    area: &Area<B>,
    quantity: &Quantity,
    records: &[Record],
    orders: &[String],
) -> Result<()> {
    // The points are equidistant, because most steps of a parameter double it.
    let mut places: Vec<u64> = records.iter().map(varied).collect();
    places.sort_unstable();
    places.dedup();
    let value = |r: &Record| (quantity.of)(r) / quantity.unit;
    let top = records.iter().map(value).filter(|v| v.is_finite()).fold(0f64, f64::max).max(1e-9) * 1.1;
    let what = match records[0].sweep.as_str() {
        "k" => "windows between checkpoints",
        "lru" => "bytes of the row cache",
        _ => "memory budget",
    };
    let digits = digits(top);
    let mut chart = ChartBuilder::on(area)
        .caption(quantity.name, ("sans", 20))
        .margin(12)
        .x_label_area_size(52)
        .y_label_area_size(80)
        .build_cartesian_2d(-0.5..places.len() as f64 - 0.5, 0.0..top)?;
    let label = |x: &f64| {
        let Some(place) = places.get(x.round().max(0.0) as usize) else { return String::new() };
        match records[0].sweep.as_str() {
            "k" => place.to_string(),
            // Short units, to fit between the points.
            _ => bytes(*place).replace(" KiB", "K").replace(" MiB", "M").replace(" B", ""),
        }
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(if places.len() > 12 { 8 } else { places.len() })
        .x_label_formatter(&label)
        .x_desc(what)
        .y_labels(6)
        .y_label_formatter(&|v| format!("{v:.digits$}"))
        .label_style(("sans", 16))
        .axis_desc_style(("sans", 18))
        .light_line_style(WHITE)
        .bold_line_style(RGBColor(225, 225, 225))
        .draw()?;
    for (i, order) in orders.iter().enumerate() {
        let mut points: Vec<(f64, f64)> = Vec::new();
        for (x, place) in places.iter().enumerate() {
            let here = records.iter().filter(|r| r.order == *order && varied(r) == *place);
            points.extend(median(here.map(value).filter(|v| v.is_finite())).map(|v| (x as f64, v)));
        }
        chart.draw_series(LineSeries::new(points.iter().copied(), color(i).stroke_width(2)))?;
        chart.draw_series(points.iter().map(|p| Circle::new(*p, 4, color(i).filled())))?;
    }
    Ok(())
}
