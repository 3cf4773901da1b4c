//! `driver demo satcom`: the frequency and the drift of the carrier, and the bursts in the channels.

use super::compare;
use super::run::{Job, Run, windows};
use crate::cli::{DemoArgs, SatcomArgs};
use crate::error::Result;
use crate::inputs::satellite::{self, Planted, Satellite};
use crate::library::{Config, Plan, Rows, Samples};
use crate::plot::panels::{Curve, Panel, Panels};
use crate::report::chart::Chart;
use crate::report::numbers::{median, whole};
use crate::report::print;
use crate::workloads::satcom::{self, Band, Burst, CHANNELS, PEAK_LEN, Peak, STRIDE, TRACK};

/// Maximum number of bursts that are kept, and that the report lists.
const KEPT: usize = 65_536;
const LISTED: usize = 16;

fn plan(args: &SatcomArgs, config: &Config, band: &Band) -> Option<Plan> {
    let (mut p, stage, _) = satcom::pipeline(args, config, band).ok()?;
    p.plan(Rows::all(stage)).ok()
}

/// The findings, collected from the rows as they arrive. Rows before the first complete track, and rows that extend
/// past the last window, are left out.
struct Findings {
    /// Time, frequency and drift of each row with a carrier.
    picks: Vec<(f64, f64, f64)>,
    energy_peaks: u64,
    rows: u64,
    height: f64,
    bursts: Vec<Burst>,
}

/// The carrier as a line over time: its frequency at the start, its drift, and the number of rows on it.
#[derive(Clone, Copy)]
struct Line {
    hertz: f64,
    drift: f64,
    rows: usize,
}

/// Fits a line by least squares to the rows near the line of the medians, at a distance that decreases step by step.
fn fit(picks: &[(f64, f64, f64)], bin_hz: f64) -> Option<Line> {
    let drift = median(picks.iter().map(|p| p.2))?;
    let hertz = median(picks.iter().map(|p| p.1 - drift * p.0))?;
    let mut line = Line { hertz, drift, rows: 0 };
    for bins in [1024.0, 64.0, 8.0, 4.0, 2.0] {
        let near = |p: &&(f64, f64, f64)| (p.1 - line.hertz - line.drift * p.0).abs() <= bins * bin_hz;
        let (mut n, mut t, mut f, mut tt, mut tf) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for p in picks.iter().filter(near) {
            n += 1.0;
            t += p.0;
            f += p.1;
            tt += p.0 * p.0;
            tf += p.0 * p.1;
        }
        let spread = n * tt - t * t;
        if n < 3.0 || spread <= 0.0 {
            break;
        }
        let drift = (n * tf - t * f) / spread;
        line = Line { hertz: (f - drift * t) / n, drift, rows: n as usize };
    }
    (line.rows >= 3).then_some(line)
}

impl Findings {
    fn take(&mut self, t: u64, row: &[f32], band: &Band, complete_rows: u64) {
        if let Some(events) = row.get(PEAK_LEN..).filter(|e| !e.is_empty()) {
            let origin = (t * STRIDE * band.hop) as f64;
            let room = KEPT.saturating_sub(self.bursts.len());
            self.bursts.extend(Burst::of(events, origin).take(room));
        }
        if t + 1 < u64::from(TRACK) || t >= complete_rows {
            return;
        }
        let peak = Peak::of(row);
        self.rows += 1;
        if peak.kind == 0.0 {
            return;
        }
        let hertz = band.hertz(f64::from(peak.bin));
        let drift = f64::from(peak.drift) * band.bin_hz() / band.row_s();
        self.height += f64::from(peak.height);
        self.energy_peaks += u64::from(peak.kind > 1.0);
        self.picks.push((band.middle_s(t), hertz, drift));
    }

    /// The bursts without those that are the edge of a stronger burst in an adjacent channel.
    fn own_bursts(&self) -> Vec<Burst> {
        let adjacent = |a: &Burst, b: &Burst| {
            let apart = (a.channel as i64 - b.channel as i64).rem_euclid(CHANNELS as i64);
            apart == 1 || apart == CHANNELS as i64 - 1
        };
        let stronger = |a: &Burst, b: &Burst| adjacent(a, b) && b.ratio > a.ratio && b.start < a.end && a.start < b.end;
        let mut own: Vec<Burst> =
            self.bursts.iter().filter(|a| !self.bursts.iter().any(|b| stronger(a, b))).copied().collect();
        own.sort_unstable_by(|a, b| a.start.total_cmp(&b.start));
        own
    }
}

/// The planted signals compared with the findings.
struct Planting {
    /// Number of rows whose frequency is within a bin of the planted carrier, and the RMS of their errors.
    near: usize,
    rms_hz: f64,
    hertz: f64,
    drift: f64,
    /// Each planted burst with the burst found in its channel at its time.
    bursts: Vec<(Planted, Option<Burst>)>,
    /// Number of bursts found where none was planted.
    false_bursts: usize,
}

impl Planting {
    fn new(findings: &Findings, own: &[Burst], source: &Satellite, band: &Band) -> Planting {
        let errors = findings.picks.iter().map(|p| p.1 - source.hertz(p.0)).filter(|e| e.abs() <= band.bin_hz());
        let (near, squares) = errors.fold((0, 0.0), |(n, sum), e| (n + 1, sum + e * e));
        let matches =
            |b: &Burst, p: &Planted| b.channel == p.channel && b.start < p.end as f64 && b.end > p.start as f64;
        let planted = source.bursts();
        let false_bursts = own.iter().filter(|b| !planted.iter().any(|p| matches(b, p))).count();
        let bursts = planted.into_iter().map(|p| (p, own.iter().find(|b| matches(b, &p)).copied())).collect();
        let rms_hz = (squares / (near as f64).max(1.0)).sqrt();
        Planting { near, rms_hz, hertz: source.hertz(0.0), drift: source.drift(), bursts, false_bursts }
    }

    fn found(&self) -> usize {
        self.bursts.iter().filter(|b| b.1.is_some()).count()
    }

    /// Maximum error of the ends of bursts, in samples.
    fn max_error(&self) -> f64 {
        let errors = self.bursts.iter().filter_map(|(p, b)| b.map(|b| errors(p, &b)));
        errors.fold(0.0, |max, (start, end)| max.max(start.abs()).max(end.abs()))
    }
}

fn errors(planted: &Planted, found: &Burst) -> (f64, f64) {
    (found.start - planted.start as f64, found.end - planted.end as f64)
}

/// `driver demo satcom`.
pub(crate) fn run(DemoArgs { demo: args, pictures }: &DemoArgs<SatcomArgs>) -> Result<()> {
    compare::check(args.compare, args.input.as_deref())?;
    let (config, band, text) = satcom::setup(args)?;
    let source = args.input.is_none().then(|| satcom::generated(args));
    if let Some(source) = source.as_ref().filter(|s| s.count() as f64 / satellite::RATE > s.max_seconds()) {
        return Err(format!("the generated carrier leaves the band after {:.0} seconds", source.max_seconds()).into());
    }
    let samples = satcom::open(args)?.count();
    let windows = windows(&config, samples, &text)?;
    let (pipeline, stage, row_len) = satcom::pipeline(args, &config, &band)?;
    let job = Job {
        name: "satcom",
        stages: satcom::stages(args.deep),
        stage_count: satcom::STAGE_COUNT,
        config,
        input: text,
        samples,
        rate: Some(band.rate),
        row_len,
        checked_len: row_len,
        row: format!("bin, drift, height, energy, kind{}", if args.deep { ", bursts" } else { "" }),
        explain: pictures.report.is_some(),
    };
    let complete_rows = windows / STRIDE;
    let mut findings = Findings { picks: Vec::new(), energy_peaks: 0, rows: 0, height: 0.0, bursts: Vec::new() };
    let retry = |mode| plan(args, &Config { mode, memory_budget_bytes: 0, ..config }, &band);
    let run = job.run(pipeline, stage, retry, |t, row| findings.take(t, row, &band, complete_rows))?;
    let own = findings.own_bursts();
    let planted = source.as_ref().map(|s| Planting::new(&findings, &own, s, &band));
    let line = fit(&findings.picks, band.bin_hz());
    let summary = Summary { run, findings, own, line, planted, band };
    let text = summary.report(args);
    let drawn = summary.run.draw(pictures, &text, &summary.plot(args.deep))?;
    if args.json {
        return print(&format!("{}\n", summary.json()));
    }
    print(&(text + &drawn))?;
    if args.compare { print(&format!("\n{}", compare::table()?)) } else { Ok(()) }
}

/// All results of a run.
struct Summary<'a> {
    run: Run<'a>,
    findings: Findings,
    /// The bursts, see [`Findings::own_bursts`].
    own: Vec<Burst>,
    line: Option<Line>,
    planted: Option<Planting>,
    band: Band,
}

impl Summary<'_> {
    fn json(&self) -> String {
        let known = |f: fn(&Line) -> f64| self.line.as_ref().map_or(f64::NAN, f);
        let mut o = self
            .run
            .json()
            .real("bin_hz", self.band.bin_hz())
            .whole("searched_rows", self.findings.rows)
            .whole("carrier_rows", self.findings.picks.len() as u64)
            .whole("energy_peaks", self.findings.energy_peaks)
            .real("carrier_hz", known(|l| l.hertz))
            .real("drift_hz_per_s", known(|l| l.drift))
            .whole("bursts", self.own.len() as u64);
        if let Some(p) = &self.planted {
            o = o
                .real("planted_hz", p.hertz)
                .real("planted_drift_hz_per_s", p.drift)
                .whole("found_rows", p.near as u64)
                .real("rms_error_hz", p.rms_hz)
                .real("carrier_error_hz", known(|l| l.hertz) - p.hertz)
                .real("drift_error_hz_per_s", known(|l| l.drift) - p.drift)
                .whole("planted_bursts", p.bursts.len() as u64)
                .whole("found_bursts", p.found() as u64)
                .whole("false_bursts", p.false_bursts as u64)
                .real("greatest_burst_error_samples", p.max_error());
        }
        o.close()
    }

    fn report(&self, args: &SatcomArgs) -> String {
        let mut out = self.run.report();
        if self.findings.picks.is_empty() {
            out.push_str(&format!("\nNo carrier was found in {} rows.\n", whole(self.findings.rows)));
        } else {
            out.push_str(&self.carrier());
        }
        if args.deep {
            out.push_str(&self.bursts(self.band.real));
        }
        out
    }

    /// The strongest track of each row with the carrier's line, the distances from it, and the bursts in their channels.
    fn plot(&self, deep: bool) -> Panels {
        let panel = |title: &str, y: &str, curves| Panel {
            title: title.into(),
            x: "seconds".into(),
            y: y.into(),
            in_bytes: false,
            curves,
            shaded: None,
        };
        let dots = |name: &str, points| Curve { name: name.into(), points, joined: false };
        let picks = || self.findings.picks.iter().map(|p| (p.0, p.1));
        let mut tracks = vec![dots("strongest track of a row", picks().collect())];
        let mut panels = Vec::new();
        if let Some(l) = &self.line {
            let at = |t: f64| l.hertz + l.drift * t;
            let points = [0.0, self.run.seconds().unwrap_or(0.0)].map(|t| (t, at(t))).to_vec();
            tracks.push(Curve { name: format!("carrier, {:.2} Hz per second", l.drift), points, joined: true });
            let near = picks().map(|p| (p.0, p.1 - at(p.0))).filter(|p| p.1.abs() <= 8.0 * self.band.bin_hz());
            let near = vec![dots("track of a row", near.collect())];
            panels.push(panel("Distance of the tracks from the carrier's line", "Hz", near));
        }
        panels.insert(0, panel("Frequency of the strongest track", "Hz", tracks));
        if deep {
            let middle = |b: &Burst| ((b.start + b.end) / 2.0 / self.band.rate, b.channel as f64);
            let bursts = vec![dots("middle of a burst", self.own.iter().map(middle).collect())];
            panels.push(panel("Bursts in the channels", "channel", bursts));
        }
        Panels { title: format!("satcom: {}", self.run.job.input), panels }
    }

    /// The tracks on the carrier's line, or all tracks if no line was found.
    fn chart(&self) -> String {
        let band = &self.band;
        let near = |p: &&(f64, f64, f64)| {
            self.line.is_none_or(|l| (p.1 - l.hertz - l.drift * p.0).abs() <= 8.0 * band.bin_hz())
        };
        // A chart needs numbers above zero: frequencies count from one bin below the band.
        let low = band.hertz(-1.0);
        let mut chart = Chart::new(self.run.rows);
        for p in self.findings.picks.iter().filter(near) {
            let row = ((p.0 - band.middle_s(0)) / band.row_s()).round().max(0.0) as u64;
            chart.add(row, (p.1 - low) as f32);
        }
        chart.draw_from(low, 1.0, "Hz", &self.run.end())
    }

    /// The carrier, from the tracks.
    fn carrier(&self) -> String {
        let (findings, band) = (&self.findings, &self.band);
        let (rows, found) = (whole(findings.rows), findings.picks.len());
        let mut out = String::from("\nFrequency of the strongest track over time\n\n");
        out.push_str(&self.chart());
        out.push_str(&format!("\nA track stands out in {} of {rows} rows, ", whole(found as u64)));
        let height = findings.height / found.max(1) as f64;
        out.push_str(&format!("on average by {height:.1} standard deviations. "));
        out.push_str(&format!("Its energy has a local maximum in {} of them.\n", whole(findings.energy_peaks)));
        let Some(l) = &self.line else {
            out.push_str("Too few of them are on one line to estimate a carrier's drift.\n");
            return out;
        };
        let (on, off) = (whole(l.rows as u64), whole((found - l.rows) as u64));
        out.push_str(&format!("{on} of them belong to one carrier, {off} are other peaks. "));
        out.push_str(&format!("The carrier starts at {:.1} Hz and drifts by {:.2} Hz per second.\n", l.hertz, l.drift));
        if let Some(p) = &self.planted {
            let (f, d) = (l.hertz - p.hertz, l.drift - p.drift);
            out.push_str(&format!("The planted carrier starts at {:.1} Hz and drifts by {:.2} ", p.hertz, p.drift));
            out.push_str(&format!("Hz per second. The errors are {f:+.2} Hz and {d:+.3} Hz per second.\n"));
            let near = whole(p.near as u64);
            out.push_str(&format!("{near} of {rows} rows are within a bin ({:.1} Hz) of it, ", band.bin_hz()));
            out.push_str(&format!("with an RMS error of {:.1} Hz.\n", p.rms_hz));
        }
        out
    }

    /// The list of bursts.
    fn bursts(&self, real: bool) -> String {
        let note = if real { " (in real samples, a burst also appears in its mirror channel)" } else { "" };
        let mut out = format!("\nBursts: {}{note}\n", whole(self.own.len() as u64));
        let line = |b: &Burst| {
            let (start, length) = (whole(b.start.max(0.0) as u64), whole((b.end - b.start) as u64));
            let db = 10.0 * b.ratio.log10();
            format!("  channel {:>2}, sample {start:>13}, {length:>7} samples, {db:>5.1} dB above the floor", b.channel)
        };
        let more = |total: usize| match total.checked_sub(LISTED + 1) {
            Some(rest) => format!("  and {} more\n", whole(rest as u64 + 1)),
            None => String::new(),
        };
        let Some(p) = &self.planted else {
            self.own.iter().take(LISTED).for_each(|b| out.push_str(&format!("{}\n", line(b))));
            return out + &more(self.own.len());
        };
        for (planted, found) in p.bursts.iter().take(LISTED) {
            match found {
                Some(b) => {
                    let (start, end) = errors(planted, b);
                    out.push_str(&format!("{}; errors: start {start:+.0}, end {end:+.0} samples\n", line(b)));
                }
                None => {
                    let (channel, at) = (planted.channel, whole(planted.start));
                    out.push_str(&format!("  channel {channel:>2}, sample {at:>13}: planted, but not found\n"));
                }
            }
        }
        out.push_str(&more(p.bursts.len()));
        out.push_str(&format!("{} of {} planted bursts were found, ", p.found(), p.bursts.len()));
        out.push_str(&format!("with errors of at most {:.0} samples; ", p.max_error()));
        out.push_str(&format!("{} false detections.\n", p.false_bursts));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fit_ignores_outliers() {
        let mut picks: Vec<_> = (0..100).map(|i| f64::from(i) * 0.03).map(|t| (t, 5000.0 - 70.0 * t, -60.0)).collect();
        (0..100).step_by(7).for_each(|i| picks[i].1 = 100.0 * i as f64);
        let line = fit(&picks, 10.0).unwrap();
        assert!((line.hertz - 5000.0).abs() < 1.0 && (line.drift + 70.0).abs() < 1.0, "{} {}", line.hertz, line.drift);
        assert!(fit(&[], 10.0).is_none());
    }
}
