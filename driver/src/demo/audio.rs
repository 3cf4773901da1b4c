//! `driver demo audio`: the strongest tone over time.

use super::run::{Job, Run, windows};
use super::{compare, stream};
use crate::cli::{AudioArgs, DemoAudioArgs};
use crate::error::Result;
use crate::library::{Config, Plan};
use crate::plot::spectrogram::{Levels, Spectrogram};
use crate::report::chart::Chart;
use crate::report::numbers::whole;
use crate::report::print;
use crate::workloads::audio::{self, Input, ROW_LEN, STAGE_COUNT};

/// The findings, collected from the rows as they arrive.
struct Findings {
    chart: Chart,
    centroid_sum: f64,
    /// Rows with a planted tone, those whose tone was found within a bin, and their maximum error in Hz.
    planted: u64,
    found: u64,
    error_hz: f64,
}

impl Findings {
    fn take(&mut self, t: u64, row: &[f32], bin_hz: f64, planted: Option<f64>) {
        let (bin, centroid) = (row[0], row[1]);
        self.chart.add(t, bin);
        self.centroid_sum += f64::from(centroid);
        let Some(hz) = planted else { return };
        let error = (f64::from(bin) * bin_hz - hz).abs();
        self.planted += 1;
        if error <= bin_hz {
            self.found += 1;
            self.error_hz = self.error_hz.max(error);
        }
    }
}

/// `driver demo audio`.
pub(crate) fn run(demo: &DemoAudioArgs) -> Result<()> {
    let args = &demo.audio;
    if let Some(file) = &demo.checkpoint {
        return stream::run(demo, file);
    }
    compare::check(demo.compare, args.input.as_deref())?;
    let config = args.args.config(audio::WINDOW, audio::HOP);
    let input = Input::open(args)?;
    let (samples, rate, text) = (input.count(), input.rate(), input.describe());
    let windows = windows(&config, samples, &text)?;
    let notes = match &input {
        Input::Melody(_) => Some(Input::melody(args)),
        Input::Recording(_) => None,
    };
    let bin_hz = rate / config.window as f64;
    let mut picture = demo.pictures.wanted().then(|| Levels::new(windows, audio::PICTURE_LEN));
    let (pipeline, stage) =
        if picture.is_some() { input.picture_pipeline(&config)? } else { input.pipeline(&config)? };
    let job = Job {
        name: "audio",
        stages: audio::STAGES,
        stage_count: STAGE_COUNT,
        config,
        input: text,
        samples,
        rate: Some(rate),
        row_len: ROW_LEN + if picture.is_some() { audio::PICTURE_LEN } else { 0 },
        checked_len: ROW_LEN,
        row: "strongest bin, centroid".into(),
        explain: demo.pictures.report.is_some(),
    };
    let chart = Chart::new(windows);
    let mut findings = Findings { chart, centroid_sum: 0.0, planted: 0, found: 0, error_hz: 0.0 };
    let take = |t: u64, row: &[f32]| {
        let planted = notes.as_ref().and_then(|n| n.planted(t * config.hop, config.window));
        findings.take(t, row, bin_hz, planted);
        if let Some(picture) = &mut picture {
            picture.add(t, &row[ROW_LEN..]);
        }
    };
    let retry = |mode| replan(args, &Config { mode, memory_budget_bytes: 0, ..config });
    let run = job.run(pipeline, stage, retry, take)?;
    let generated = notes.is_some();
    let centroid_hz = findings.centroid_sum / run.rows.max(1) as f64 * bin_hz;
    let text = report(&run, &findings, bin_hz, centroid_hz, generated);
    let drawn = match &picture {
        Some(levels) => {
            let spectrogram = Spectrogram { levels, seconds: run.seconds().unwrap_or(0.0), hertz: rate / 2.0 };
            run.draw(&demo.pictures, &text, &spectrogram)?
        }
        None => String::new(),
    };
    if args.json {
        return print(&format!("{}\n", json(&run, &findings, bin_hz, centroid_hz, generated)));
    }
    print(&(text + &drawn))?;
    if demo.compare { print(&format!("\n{}", compare::table()?)) } else { Ok(()) }
}

/// The plan with another configuration.
fn replan(args: &AudioArgs, config: &Config) -> Option<Plan> {
    Input::open(args).ok()?.plan(config)
}

fn json(run: &Run<'_>, findings: &Findings, bin_hz: f64, centroid_hz: f64, generated: bool) -> String {
    let o = run.json().real("bin_hz", bin_hz).real("centroid_hz", centroid_hz);
    let o = if generated {
        o.whole("planted_rows", findings.planted)
            .whole("found_rows", findings.found)
            .real("greatest_error_hz", findings.error_hz)
    } else {
        // The most frequent tone of the chart's columns.
        o.real("usual_tone_hz", f64::from(findings.chart.usual()) * bin_hz)
    };
    o.close()
}

fn report(run: &Run<'_>, findings: &Findings, bin_hz: f64, centroid_hz: f64, generated: bool) -> String {
    let mut out = run.report();
    out.push_str("\nStrongest tone over time\n\n");
    out.push_str(&findings.chart.draw(bin_hz, "Hz", &run.end()));
    out.push_str(&format!("\nThe mean spectral centroid is {centroid_hz:.0} Hz.\n"));
    if generated {
        let (found, planted) = (whole(findings.found), whole(findings.planted));
        out.push_str(&format!("The planted tone was found in {found} of the {planted} windows within one note. "));
        out.push_str(&format!("The maximum error is {:.2} Hz; a bin is {bin_hz:.2} Hz wide.\n", findings.error_hz));
    }
    out
}
