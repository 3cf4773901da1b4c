//! `driver demo satcom`: where the carrier is, how it drifts, and which channels had bursts.

use super::compare;
use super::run::{Job, Run, windows};
use crate::Result;
use crate::cli::SatcomArgs;
use crate::inputs::iq::RawFile;
use crate::inputs::satellite::{self, Planted, Satellite};
use crate::library::{Config, Pipeline, Plan, Rows, Samples, Stage};
use crate::report::chart::Chart;
use crate::report::numbers::whole;
use crate::report::say;
use crate::workloads::satcom::{self, Band, Burst, CHANNELS, PEAK_LEN, Peak, STRIDE, TRACK};

/// Seconds that are generated where nothing else is said.
const SECONDS: f64 = 10.0;
/// Samples a second of files of which nothing else is said.
const RATE: f64 = 1e6;
/// Most bursts that are kept, and that are told one by one.
const KEPT: usize = 65_536;
const TOLD: usize = 16;

/// Samples a second.
pub(crate) fn rate(args: &SatcomArgs) -> f64 {
    if args.input.is_some() { args.rate.unwrap_or(RATE) } else { satellite::RATE }
}

fn generated(args: &SatcomArgs) -> Satellite {
    let count = (args.seconds.unwrap_or(SECONDS) * satellite::RATE) as u64;
    Satellite::new(count, args.real, args.deep)
}

/// Opens the input.
pub(crate) fn open(args: &SatcomArgs) -> Result<Box<dyn Samples>> {
    Ok(match &args.input {
        None => Box::new(generated(args)),
        Some(path) => {
            let most = args.seconds.map(|s| (s * rate(args)) as u64);
            Box::new(RawFile::open(path, args.format, args.real, most)?)
        }
    })
}

/// The pipeline, the stage that has the result, and the length of its rows.
pub(crate) fn pipeline(args: &SatcomArgs, config: &Config, band: &Band) -> Result<(Pipeline, Stage, usize)> {
    let mut p = Pipeline::new(config)?;
    p.source(0, open(args)?)?;
    let (stage, len) = satcom::build(&mut p, band, args.deep)?;
    Ok((p, stage, len))
}

fn plan(args: &SatcomArgs, config: &Config, band: &Band) -> Option<Plan> {
    let (mut p, stage, _) = pipeline(args, config, band).ok()?;
    p.plan(Rows::all(stage)).ok()
}

/// What the rows say. Rows that come before a whole track, or reach beyond the last window, are left out.
struct Findings {
    /// Time, frequency and drift of every row with a carrier.
    picks: Vec<(f64, f64, f64)>,
    energy_peaks: u64,
    rows: u64,
    height: f64,
    bursts: Vec<Burst>,
}

/// The carrier as a line: frequency at the start, drift; and how many rows lie on it.
#[derive(Clone, Copy)]
struct Line {
    hertz: f64,
    drift: f64,
    rows: usize,
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Least squares over the rows that lie near the line of the medians, narrowed step by step.
fn fit(picks: &[(f64, f64, f64)], bin_hz: f64) -> Option<Line> {
    let drift = median(picks.iter().map(|p| p.2));
    let mut line = Line { hertz: median(picks.iter().map(|p| p.1 - drift * p.0)), drift, rows: 0 };
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
    fn take(&mut self, t: u64, row: &[f32], band: &Band, whole: u64) {
        if let Some(events) = row.get(PEAK_LEN..).filter(|e| !e.is_empty()) {
            let origin = (t * STRIDE * band.hop) as f64;
            let room = KEPT.saturating_sub(self.bursts.len());
            self.bursts.extend(Burst::of(events, origin).take(room));
        }
        if t + 1 < u64::from(TRACK) || t >= whole {
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

    /// The bursts without those that are the edge of a stronger one in a channel beside.
    fn own_bursts(&self) -> Vec<Burst> {
        let beside = |a: &Burst, b: &Burst| {
            let apart = (a.channel as i64 - b.channel as i64).rem_euclid(CHANNELS as i64);
            apart == 1 || apart == CHANNELS as i64 - 1
        };
        let stronger = |a: &Burst, b: &Burst| beside(a, b) && b.ratio > a.ratio && b.start < a.end && a.start < b.end;
        let mut own: Vec<Burst> =
            self.bursts.iter().filter(|a| !self.bursts.iter().any(|b| stronger(a, b))).copied().collect();
        own.sort_unstable_by(|a, b| a.start.total_cmp(&b.start));
        own
    }
}

/// What was planted, beside what was found.
struct Planting {
    /// Rows whose frequency is within a bin of the carrier's, and the root mean square of their errors.
    near: usize,
    rms_hz: f64,
    hertz: f64,
    drift: f64,
    /// Each burst with the one found in its channel at its time.
    bursts: Vec<(Planted, Option<Burst>)>,
    /// Bursts found where none was planted.
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

    /// Greatest error of the ends of bursts, in samples.
    fn worst(&self) -> f64 {
        let errors = self.bursts.iter().filter_map(|(p, b)| b.map(|b| errors(p, &b)));
        errors.fold(0.0, |worst, (start, end)| worst.max(start.abs()).max(end.abs()))
    }
}

fn errors(planted: &Planted, found: &Burst) -> (f64, f64) {
    (found.start - planted.start as f64, found.end - planted.end as f64)
}

/// `driver demo satcom`.
pub(crate) fn run(args: &SatcomArgs) -> Result<()> {
    let mut config = args.args.config(satcom::WINDOW, satcom::HOP);
    config.channels = if args.real { 1 } else { 2 };
    let band = Band { window: config.window, hop: config.hop, real: args.real, rate: rate(args) };
    if let Some(why) = band.refuse(args.deep) {
        return Err(why.into());
    }
    let kind = if args.real { "real" } else { "IQ" };
    let text = match &args.input {
        None => format!("generated: {kind}, a drifting carrier {:.0} dB below the noise", -20.0 * 0.03f64.log10()),
        Some(path) => format!("{}, {kind} of {:?}", path.display(), args.format).to_lowercase(),
    };
    let source = args.input.is_none().then(|| generated(args));
    if let Some(source) = source.as_ref().filter(|s| s.count() as f64 / satellite::RATE > s.most_seconds()) {
        return Err(format!("the generated carrier leaves the band after {:.0} seconds", source.most_seconds()).into());
    }
    let samples = open(args)?.count();
    let windows = windows(&config, samples, &text)?;
    let (pipeline, stage, row_len) = pipeline(args, &config, &band)?;
    let job = Job {
        name: "satcom",
        stages: if args.deep { satcom::DEEP_STAGES } else { satcom::STAGES },
        stage_count: satcom::STAGE_COUNT,
        config,
        input: text,
        samples,
        rate: Some(band.rate),
        row_len,
        checked_len: row_len,
        row: format!("bin, drift, height, energy, kind{}", if args.deep { ", bursts" } else { "" }),
    };
    let whole_rows = windows / STRIDE;
    let mut findings = Findings { picks: Vec::new(), energy_peaks: 0, rows: 0, height: 0.0, bursts: Vec::new() };
    let retry = |mode| plan(args, &Config { mode, memory_budget_bytes: 0, ..config }, &band);
    let run = job.run(pipeline, stage, retry, |t, row| findings.take(t, row, &band, whole_rows))?;
    let own = findings.own_bursts();
    let planted = source.as_ref().map(|s| Planting::new(&findings, &own, s, &band));
    let line = fit(&findings.picks, band.bin_hz());
    if args.json {
        return say(&format!("{}\n", json(&run, &findings, &own, line, planted.as_ref(), &band)));
    }
    say(&report(args, &run, &findings, &own, line, planted.as_ref(), &band))?;
    if args.compare { say(&format!("\n{}", compare::table()?)) } else { Ok(()) }
}

fn json(
    run: &Run<'_>,
    findings: &Findings,
    own: &[Burst],
    line: Option<Line>,
    planted: Option<&Planting>,
    band: &Band,
) -> String {
    let known = |f: fn(&Line) -> f64| line.as_ref().map_or(f64::NAN, f);
    let mut o = run
        .json()
        .real("bin_hz", band.bin_hz())
        .whole("searched_rows", findings.rows)
        .whole("carrier_rows", findings.picks.len() as u64)
        .whole("energy_peaks", findings.energy_peaks)
        .real("carrier_hz", known(|l| l.hertz))
        .real("drift_hz_per_s", known(|l| l.drift))
        .whole("bursts", own.len() as u64);
    if let Some(p) = planted {
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
            .real("greatest_burst_error_samples", p.worst());
    }
    o.close()
}

/// The tracks that lie on the carrier's line; all of them where there is none.
fn chart(picks: &[(f64, f64, f64)], line: Option<Line>, run: &Run<'_>, band: &Band) -> String {
    let near = |p: &&(f64, f64, f64)| line.is_none_or(|l| (p.1 - l.hertz - l.drift * p.0).abs() <= 8.0 * band.bin_hz());
    // A chart takes numbers above zero: they are counted from below the band.
    let low = band.hertz(-1.0);
    let mut chart = Chart::new(run.rows);
    for p in picks.iter().filter(near) {
        let row = ((p.0 - band.middle_s(0)) / band.row_s()).round().max(0.0) as u64;
        chart.add(row, (p.1 - low) as f32);
    }
    chart.draw_from(low, 1.0, "Hz", &run.end())
}

/// What the tracks say.
fn carrier(run: &Run<'_>, findings: &Findings, line: Option<Line>, planted: Option<&Planting>, band: &Band) -> String {
    let (rows, with) = (whole(findings.rows), whole(findings.picks.len() as u64));
    let mut out = String::from("\nStrongest track over time\n\n");
    out.push_str(&chart(&findings.picks, line, run, band));
    out.push_str(&format!("\nA track stands out in {with} of {rows} rows, "));
    let height = findings.height / findings.picks.len().max(1) as f64;
    out.push_str(&format!("by {height:.1} standard deviations on average; "));
    out.push_str(&format!("its energy peaks in {} of them.\n", whole(findings.energy_peaks)));
    match line {
        Some(l) => {
            let (on, off) = (whole(l.rows as u64), whole((findings.picks.len() - l.rows) as u64));
            out.push_str(&format!("{on} of them are one carrier, {off} something else for a moment. "));
            out.push_str(&format!("It starts at {:.1} Hz and drifts by {:.2} Hz a second.\n", l.hertz, l.drift));
        }
        None => out.push_str("Too few of them lie on a line to tell a carrier's drift.\n"),
    }
    if let (Some(p), Some(l)) = (planted, line) {
        let (f, d) = (l.hertz - p.hertz, l.drift - p.drift);
        out.push_str(&format!("Planted: {:.1} Hz, {:.2} Hz a second. ", p.hertz, p.drift));
        out.push_str(&format!("Found with errors of {f:+.2} Hz and {d:+.3} Hz a second.\n"));
        let near = whole(p.near as u64);
        out.push_str(&format!("{near} of {rows} rows have it within a bin of {:.1} Hz, ", band.bin_hz()));
        out.push_str(&format!("root mean square error {:.1} Hz.\n", p.rms_hz));
    }
    out
}

fn report(
    args: &SatcomArgs,
    run: &Run<'_>,
    findings: &Findings,
    own: &[Burst],
    line: Option<Line>,
    planted: Option<&Planting>,
    band: &Band,
) -> String {
    let mut out = run.report();
    let rows = whole(findings.rows);
    if findings.picks.is_empty() {
        out.push_str(&format!("\nNo track stands out in any of {rows} rows: there is no carrier.\n"));
    } else {
        out.push_str(&carrier(run, findings, line, planted, band));
    }
    if !args.deep {
        return out;
    }
    let mirrored =
        if args.real { " (a burst of real samples is in its channel and in the mirror image of it)" } else { "" };
    out.push_str(&format!("\nBursts: {}{mirrored}\n", whole(own.len() as u64)));
    let line = |b: &Burst| {
        let (start, length) = (whole(b.start.max(0.0) as u64), whole((b.end - b.start) as u64));
        let db = 10.0 * b.ratio.log10();
        format!("  channel {:>2}, sample {start:>13}, {length:>7} long, {db:>5.1} dB over the floor", b.channel)
    };
    let more = |total: usize| match total.checked_sub(TOLD + 1) {
        Some(rest) => format!("  and {} more\n", whole(rest as u64 + 1)),
        None => String::new(),
    };
    let Some(p) = planted else {
        own.iter().take(TOLD).for_each(|b| out.push_str(&format!("{}\n", line(b))));
        return out + &more(own.len());
    };
    for (planted, found) in p.bursts.iter().take(TOLD) {
        match found {
            Some(b) => {
                let (start, end) = errors(planted, b);
                out.push_str(&format!("{}; ends off by {start:+.0} and {end:+.0} samples\n", line(b)));
            }
            None => {
                let (channel, at) = (planted.channel, whole(planted.start));
                out.push_str(&format!("  channel {channel:>2}, sample {at:>13}: planted, not found\n"));
            }
        }
    }
    out.push_str(&more(p.bursts.len()));
    out.push_str(&format!("{} of {} planted bursts were found, ", p.found(), p.bursts.len()));
    out.push_str(&format!("their ends within {:.0} samples; {} where none was planted.\n", p.worst(), p.false_bursts));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_among_strays() {
        let mut picks: Vec<_> = (0..100).map(|i| f64::from(i) * 0.03).map(|t| (t, 5000.0 - 70.0 * t, -60.0)).collect();
        (0..100).step_by(7).for_each(|i| picks[i].1 = 100.0 * i as f64);
        let line = fit(&picks, 10.0).unwrap();
        assert!((line.hertz - 5000.0).abs() < 1.0 && (line.drift + 70.0).abs() < 1.0, "{} {}", line.hertz, line.drift);
        assert!(fit(&[], 10.0).is_none());
    }
}
