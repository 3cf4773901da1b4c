//! `driver demo audio`: which tone is the strongest, when.

use super::run::{Job, Run, windows};
use super::{compare, stream};
use crate::Result;
use crate::cli::{AudioArgs, DemoAudioArgs};
use crate::inputs::melody::{self, Melody};
use crate::inputs::wav::Wav;
use crate::library::{Config, Pipeline, Plan, Rows, Samples, Stage};
use crate::plot::spectrogram::{self, Picture};
use crate::report::chart::Chart;
use crate::report::numbers::whole;
use crate::report::say;
use crate::workloads::audio::{self, ROW_LEN, STAGE_COUNT};

/// Seconds that are generated where nothing else is said.
const SECONDS: f64 = 60.0;

/// What is analysed.
pub(crate) enum Input {
    Wav(Box<Wav>),
    Melody(Melody),
}

impl Input {
    pub(crate) fn open(args: &AudioArgs) -> Result<Input> {
        Ok(match &args.input {
            Some(path) => Input::Wav(Box::new(Wav::open(path, args.channel, args.seconds)?)),
            None => Input::Melody(Melody::new(args.seconds.unwrap_or(SECONDS))),
        })
    }

    pub(crate) fn count(&self) -> u64 {
        match self {
            Input::Wav(wav) => wav.count(),
            Input::Melody(melody) => melody.count(),
        }
    }

    pub(crate) fn rate(&self) -> u32 {
        match self {
            Input::Wav(wav) => wav.rate(),
            Input::Melody(_) => melody::RATE,
        }
    }

    pub(crate) fn describe(&self) -> String {
        match self {
            Input::Wav(wav) => wav.describe(),
            Input::Melody(_) => "generated: a melody of 16 notes in noise".into(),
        }
    }

    /// Its samples.
    pub(crate) fn samples(self) -> Box<dyn Samples> {
        match self {
            Input::Wav(wav) => wav,
            Input::Melody(melody) => Box::new(melody),
        }
    }

    /// A pipeline that reads this input, and the stage that has the result.
    pub(crate) fn pipeline(self, config: &Config) -> Result<(Pipeline, Stage)> {
        let mut p = self.piped(config)?;
        let stage = audio::build(&mut p)?;
        Ok((p, stage))
    }

    /// The same, with a picture of the spectrum behind each row of the result.
    fn pictured(self, config: &Config) -> Result<(Pipeline, Stage)> {
        let mut p = self.piped(config)?;
        let stage = audio::build_picture(&mut p, config.window)?;
        Ok((p, stage))
    }

    fn piped(self, config: &Config) -> Result<Pipeline> {
        let mut p = Pipeline::new(config)?;
        p.source(0, self.samples())?;
        Ok(p)
    }

    /// What it would take with another config, where that can be had.
    pub(crate) fn plan(self, config: &Config) -> Option<Plan> {
        let (mut p, stage) = self.pipeline(config).ok()?;
        p.plan(Rows::all(stage)).ok()
    }
}

/// What the rows say, gathered as they come.
struct Findings {
    chart: Chart,
    centroid_sum: f64,
    /// Rows whose tone was planted, those found within a bin, and the greatest error of these in Hz.
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
    if demo.compare && is_stdin(args) {
        return Err("standard input cannot be read twice: --compare needs a file".into());
    }
    let config = args.args.config(audio::WINDOW, audio::HOP);
    let input = Input::open(args)?;
    let (samples, rate, text) = (input.count(), input.rate(), input.describe());
    let windows = windows(&config, samples, &text)?;
    let notes = match &input {
        Input::Melody(_) => Some(Melody::new(args.seconds.unwrap_or(SECONDS))),
        Input::Wav(_) => None,
    };
    let bin_hz = f64::from(rate) / config.window as f64;
    let mut picture = demo.plot.as_ref().map(|_| Picture::new(windows, audio::PICTURE_LEN));
    let (pipeline, stage) = if picture.is_some() { input.pictured(&config)? } else { input.pipeline(&config)? };
    let job = Job {
        name: "audio",
        stages: audio::STAGES,
        stage_count: STAGE_COUNT,
        config,
        input: text,
        samples,
        rate: Some(f64::from(rate)),
        row_len: ROW_LEN + if picture.is_some() { audio::PICTURE_LEN } else { 0 },
        checked_len: ROW_LEN,
        row: "strongest bin, centroid".into(),
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
    if let (Some(picture), Some(path)) = (&picture, &demo.plot) {
        let seconds = run.seconds().unwrap_or(0.0);
        spectrogram::draw(picture, path, seconds, f64::from(rate) / 2.0)?;
    }
    let generated = notes.is_some();
    let centroid_hz = findings.centroid_sum / run.rows.max(1) as f64 * bin_hz;
    if args.json {
        return say(&format!("{}\n", json(&run, &findings, bin_hz, centroid_hz, generated)));
    }
    say(&report(&run, &findings, bin_hz, centroid_hz, generated))?;
    if let Some(path) = &demo.plot {
        say(&format!("The spectrogram is in {}.\n", path.display()))?;
    }
    if demo.compare { say(&format!("\n{}", compare::table()?)) } else { Ok(()) }
}

/// What another mode would take. Standard input cannot be opened twice.
fn replan(args: &AudioArgs, config: &Config) -> Option<Plan> {
    if is_stdin(args) { None } else { Input::open(args).ok()?.plan(config) }
}

fn is_stdin(args: &AudioArgs) -> bool {
    args.input.as_ref().is_some_and(|p| p.as_os_str() == "-")
}

fn json(run: &Run<'_>, findings: &Findings, bin_hz: f64, centroid_hz: f64, generated: bool) -> String {
    let o = run.json().real("bin_hz", bin_hz).real("centroid_hz", centroid_hz);
    let o = if generated {
        o.whole("planted_rows", findings.planted)
            .whole("found_rows", findings.found)
            .real("greatest_error_hz", findings.error_hz)
    } else {
        // The tone of most of the chart's columns.
        o.real("usual_tone_hz", f64::from(findings.chart.usual()) * bin_hz)
    };
    o.close()
}

fn report(run: &Run<'_>, findings: &Findings, bin_hz: f64, centroid_hz: f64, generated: bool) -> String {
    let mut out = run.report();
    out.push_str("\nStrongest tone over time\n\n");
    out.push_str(&findings.chart.draw(bin_hz, "Hz", &run.end()));
    out.push_str(&format!("\nThe centroid of the spectrum is at {centroid_hz:.0} Hz on average.\n"));
    if generated {
        let (found, planted) = (whole(findings.found), whole(findings.planted));
        out.push_str(&format!("Planted tone found in {found} of {planted} windows that lie within a note; "));
        out.push_str(&format!("greatest error {:.2} Hz of a bin's {bin_hz:.2} Hz.\n", findings.error_hz));
    }
    out
}
