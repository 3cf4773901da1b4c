//! `driver demo logs`: when a service became slow, and the distribution of its latencies.

use super::compare;
use super::run::{Job, Run, windows};
use crate::cli::{DemoArgs, LogsArgs};
use crate::error::Result;
use crate::inputs::latency::{Latency, SPIKES};
use crate::inputs::text::Tally;
use crate::library::{Config, Plan, Rows};
use crate::plot::panels::{Columns, Panel, Panels, Shade};
use crate::report::bars;
use crate::report::chart::Chart;
use crate::report::json::Object;
use crate::report::numbers::whole;
use crate::report::print;
use crate::workloads::logs::{self, BINS, ROW_LEN, TOP};

/// Maximum number of alerts that the report lists.
const LISTED: usize = 24;

fn plan(args: &LogsArgs, config: &Config) -> Option<Plan> {
    let (mut p, stage) = logs::pipeline(args, config).ok()?;
    p.plan(Rows::all(stage)).ok()
}

/// Consecutive rows with an alert.
#[derive(Clone, Copy)]
struct Alert {
    first: u64,
    rows: u64,
    /// Maximum p95.
    max: f32,
}

/// The findings, collected from the rows as they arrive.
struct Findings {
    /// The first alerts, and the number of all.
    alerts: Vec<Alert>,
    count: u64,
    /// The last row has an alert.
    on: bool,
    chart: Chart,
    /// The rolling histogram of the last row, and the sums of p50, p95, p99.
    histogram: Vec<f32>,
    sums: [f64; 3],
    /// p50, p95 and p99 for the plot.
    quantiles: [Columns; 3],
}

impl Findings {
    fn take(&mut self, t: u64, row: &[f32]) {
        self.chart.add(t, row[1]);
        self.quantiles.iter_mut().zip(row).for_each(|(q, x)| q.add(t, f64::from(*x)));
        self.sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x));
        let on = row[4] != 0.0;
        if on && !self.on {
            self.count += 1;
            // The memory does not grow with the number of alerts.
            if self.alerts.len() < 4096 {
                self.alerts.push(Alert { first: t, rows: 0, max: row[1] });
            }
        }
        self.on = on;
        if let Some(alert) = self.alerts.last_mut().filter(|_| on) {
            alert.rows += 1;
            alert.max = alert.max.max(row[1]);
        }
        self.histogram.clear();
        self.histogram.extend_from_slice(&row[5..]);
    }
}

/// A planted spike, and the alert that it raised.
struct Spike {
    start: u64,
    /// Number of the alert, and samples from the start of the spike to the end of the first window with the alert.
    alert: Option<(usize, u64)>,
}

/// Matches alerts with planted spikes: an alert belongs to a spike if its first window overlaps it.
fn spikes(findings: &Findings, latency: &Latency, config: &Config) -> (Vec<Spike>, Vec<Option<usize>>) {
    let mut of_alert = vec![None; findings.alerts.len()];
    let spikes = (0..SPIKES).map(|i| {
        let (start, end) = latency.spike(i);
        let mut first = None;
        for (k, alert) in findings.alerts.iter().enumerate() {
            let (from, to) = (alert.first * config.hop, alert.first * config.hop + config.window);
            if from < end && to > start {
                of_alert[k] = Some(i as usize);
                first = first.or(Some((k, to - start)));
            }
        }
        Spike { start, alert: first }
    });
    (spikes.collect(), of_alert)
}

/// `driver demo logs`.
pub(crate) fn run(DemoArgs { demo: args, pictures }: &DemoArgs<LogsArgs>) -> Result<()> {
    compare::check(args.compare, args.input.as_deref())?;
    let config = args.args.config(logs::WINDOW, logs::HOP);
    logs::check(config.window, config.hop)?;
    let text = match (&args.input, &args.regex) {
        (None, _) => format!("generated: latencies of a service in ms, with {SPIKES} spikes"),
        (Some(path), None) => path.display().to_string(),
        (Some(path), Some(regex)) => format!("{}, matches of {regex}", path.display()),
    };
    let (source, tally) = logs::open(args, 0)?;
    let (samples, left_out) = (source.count(), tally.describe());
    let text = if left_out.is_empty() { text } else { format!("{text} ({left_out})") };
    let windows = windows(&config, samples, &text)?;
    let (pipeline, stage) = logs::pipeline(args, &config)?;
    let job = Job {
        name: "logs",
        stages: logs::STAGES,
        stage_count: logs::STAGE_COUNT,
        config,
        input: text,
        samples,
        rate: None,
        row_len: ROW_LEN,
        checked_len: ROW_LEN,
        row: format!("p50, p95, p99, change, alert, histogram of {BINS} bins"),
        explain: pictures.report.is_some(),
    };
    let chart = Chart::of_maxima(windows);
    let (alerts, histogram) = (Vec::new(), Vec::with_capacity(BINS));
    let quantiles = std::array::from_fn(|_| Columns::new(windows));
    let mut findings = Findings { alerts, count: 0, on: false, chart, histogram, sums: [0.0; 3], quantiles };
    let retry = |mode| plan(args, &Config { mode, memory_budget_bytes: 0, ..config });
    let run = job.run(pipeline, stage, retry, |t, row| findings.take(t, row))?;
    let planted = args.input.is_none().then(|| spikes(&findings, &Latency::new(samples), &config));
    let text = report(&run, &findings, planted.as_ref());
    let drawn = run.draw(pictures, &text, &plot(&run, &findings))?;
    if args.json {
        return print(&format!("{}\n", json(&run, &findings, planted.as_ref(), tally)));
    }
    print(&(text + &drawn))?;
    if args.compare { print(&format!("\n{}", compare::table()?)) } else { Ok(()) }
}

/// The quantiles over the samples, with the alerts shaded.
fn plot(run: &Run<'_>, findings: &Findings) -> Panels {
    let hop = run.job.config.hop as f64;
    let end = |t: f64| t * hop + run.job.config.window as f64;
    let curves = ["p99", "p95", "p50"].iter().zip(findings.quantiles.iter().rev());
    let alerts = findings.alerts.iter().map(|a| Shade {
        from: (end(a.first as f64), f64::NEG_INFINITY),
        to: (end((a.first + a.rows) as f64), f64::INFINITY),
    });
    let panel = Panel {
        title: "Quantiles of each window, and alerts".into(),
        x: "end of the window, samples".into(),
        y: "latency, ms".into(),
        in_bytes: false,
        curves: curves.map(|(name, columns)| columns.curve(name, end)).collect(),
        shaded: Some(("alert".into(), alerts.collect())),
    };
    Panels { title: format!("logs: {}", run.job.input), panels: vec![panel] }
}

type Planted = (Vec<Spike>, Vec<Option<usize>>);

fn json(run: &Run<'_>, findings: &Findings, planted: Option<&Planted>, tally: Tally) -> String {
    let mean = |i: usize| findings.sums[i] / run.rows.max(1) as f64;
    let first = findings.alerts.first().map_or(f64::NAN, |a| a.first as f64);
    let mut o: Object = run
        .json()
        .real("mean_p50", mean(0))
        .real("mean_p95", mean(1))
        .real("mean_p99", mean(2))
        .whole("alerts", findings.count)
        .real("first_alert_row", first)
        .whole("skipped_cells", tally.skipped)
        .whole("steps_back", tally.steps_back)
        .whole("unmatched_lines", tally.unmatched);
    if let Some((spikes, of_alert)) = planted {
        let delays: Vec<u64> = spikes.iter().filter_map(|s| s.alert.map(|(_, delay)| delay)).collect();
        o = o
            .whole("planted_spikes", spikes.len() as u64)
            .whole("found_spikes", delays.len() as u64)
            .whole("false_alerts", of_alert.iter().filter(|a| a.is_none()).count() as u64)
            .whole("greatest_delay_samples", delays.iter().copied().max().unwrap_or(0));
    }
    o.close()
}

fn report(run: &Run<'_>, findings: &Findings, planted: Option<&Planted>) -> String {
    let (config, mut out) = (&run.job.config, run.report());
    out.push_str("\np95 over time (maximum of each column)\n\n");
    out.push_str(&findings.chart.draw(1.0, "p95", &run.end()));
    let mean = |i: usize| findings.sums[i] / run.rows.max(1) as f64;
    out.push_str(&format!("\nMean over all windows: p50 {:.3}, p95 {:.3}, p99 {:.3}.\n", mean(0), mean(1), mean(2)));
    out.push_str("\nLatencies in the last window (rolling histogram)\n\n");
    let edge = |i: usize| (i as f64 * TOP / BINS as f64).exp_m1();
    out.push_str(&bars::draw(&findings.histogram, edge));
    out.push_str(&format!("\nAlerts: {}\n", whole(findings.count)));
    for (k, alert) in findings.alerts.iter().enumerate().take(LISTED) {
        let at = alert.first * config.hop + config.window;
        let whose = planted.map(|(_, of_alert)| match of_alert[k] {
            Some(i) => format!("  planted spike {}", i + 1),
            None => "  false alert".into(),
        });
        let (at, rows, max) = (whole(at), whole(alert.rows), alert.max);
        let whose = whose.unwrap_or_default();
        out.push_str(&format!("  at sample {at:>13}, for {rows:>5} windows, p95 up to {max:>9.3}{whose}\n"));
    }
    if findings.count > LISTED as u64 {
        out.push_str(&format!("  and {} more\n", whole(findings.count - LISTED as u64)));
    }
    let Some((spikes, _)) = planted else { return out };
    out.push_str("\nPlanted spikes\n");
    for (i, spike) in spikes.iter().enumerate() {
        let what = match spike.alert {
            Some((_, delay)) => {
                format!("found {} samples later ({:.1} hops)", whole(delay), delay as f64 / config.hop as f64)
            }
            None => "not found".into(),
        };
        out.push_str(&format!("  {} at sample {:>13}: {what}\n", i + 1, whole(spike.start)));
    }
    let found = spikes.iter().filter(|s| s.alert.is_some()).count();
    out.push_str(&format!("{found} of the {} spikes were found.\n", spikes.len()));
    out
}
