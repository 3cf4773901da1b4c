//! `driver demo audio`: which tone is the strongest, when.

use super::{compare, stream};
use crate::Result;
use crate::cli::{AudioArgs, DemoAudioArgs};
use crate::inputs::melody::{self, Melody};
use crate::inputs::wav::Wav;
use crate::library::{Config, Mode, Pipeline, Plan, Samples, Stage, Stats};
use crate::plan;
use crate::report::chart::Chart;
use crate::report::json::Object;
use crate::report::numbers::{bytes, time, whole};
use crate::report::process::{Checksum, Stopwatch, Took};
use crate::report::progress::Progress;
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
        let mut p = Pipeline::new(config)?;
        p.source(self.samples())?;
        let stage = audio::build(&mut p)?;
        Ok((p, stage))
    }

    /// What it would take with another config, where that can be had.
    pub(crate) fn plan(self, config: &Config) -> Option<Plan> {
        let (mut p, stage) = self.pipeline(config).ok()?;
        p.plan(stage).ok()
    }
}

/// What the rows say, gathered as they come.
struct Findings {
    rows: u64,
    checksum: Checksum,
    chart: Chart,
    centroid_sum: f64,
    /// Rows whose tone was planted, those found within a bin, and the greatest error of these in Hz.
    planted: u64,
    found: u64,
    error_hz: f64,
}

impl Findings {
    fn take(&mut self, first: u64, rows: &[f32], bin_hz: f64, planted: impl Fn(u64) -> Option<f64>) {
        self.checksum.add(rows);
        for (t, row) in (first..).zip(rows.chunks_exact(ROW_LEN)) {
            let (bin, centroid) = (row[0], row[1]);
            self.rows += 1;
            self.chart.add(t, bin);
            self.centroid_sum += f64::from(centroid);
            if let Some(hz) = planted(t) {
                let error = (f64::from(bin) * bin_hz - hz).abs();
                self.planted += 1;
                if error <= bin_hz {
                    self.found += 1;
                    self.error_hz = self.error_hz.max(error);
                }
            }
        }
    }
}

/// Everything a report tells.
struct Facts {
    config: Config,
    plan: Plan,
    stats: Stats,
    took: Took,
    findings: Findings,
    samples: u64,
    rate: u32,
    windows: u64,
    input: String,
    generated: bool,
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
    let config = args.knobs.config(audio::WINDOW, audio::HOP);
    let input = Input::open(args)?;
    let (samples, rate, text) = (input.count(), input.rate(), input.describe());
    let windows = plan::windows(samples, &config);
    if windows == 0 {
        return Err(format!("{text}: {samples} samples are less than one window of {}", config.window).into());
    }
    let notes = match &input {
        Input::Melody(_) => Some(Melody::new(args.seconds.unwrap_or(SECONDS))),
        Input::Wav(_) => None,
    };
    let stopwatch = Stopwatch::start();
    let (mut pipeline, stage) = input.pipeline(&config)?;
    let plan =
        plan::make(&mut pipeline, stage, |mode| replan(args, &Config { mode, memory_budget_bytes: 0, ..config }))?;
    pipeline.seal(stage)?;

    let mut findings = Findings {
        rows: 0,
        checksum: Checksum::new(),
        chart: Chart::new(windows),
        centroid_sum: 0.0,
        planted: 0,
        found: 0,
        error_hz: 0.0,
    };
    let bin_hz = f64::from(rate) / config.window as f64;
    // In the classic order a window of work is one of one stage.
    let work = if plan.mode() == Mode::Classic { windows * STAGE_COUNT } else { windows };
    let progress = Progress::new(work, "audio");
    let slice = plan.block.max(work / 100);
    let mut take = |first: u64, rows: &[f32]| {
        findings.take(first, rows, bin_hz, |t| notes.as_ref()?.planted(t * config.hop, config.window));
    };
    pipeline.evaluate(stage, slice, &mut take, &mut |done| progress.add(done))?;
    drop(progress);
    let took = stopwatch.stop();
    let stats = pipeline.stats()?;
    let generated = notes.is_some();
    let facts = Facts { config, plan, stats, took, findings, samples, rate, windows, input: text, generated };
    if args.json {
        return say(&format!("{}\n", facts.json()));
    }
    say(&facts.report())?;
    drop(pipeline);
    if demo.compare { say(&format!("\n{}", compare::table()?)) } else { Ok(()) }
}

/// What another mode would take. Standard input cannot be opened twice.
fn replan(args: &AudioArgs, config: &Config) -> Option<Plan> {
    if is_stdin(args) { None } else { Input::open(args).ok()?.plan(config) }
}

fn is_stdin(args: &AudioArgs) -> bool {
    args.input.as_ref().is_some_and(|p| p.as_os_str() == "-")
}

impl Facts {
    fn bin_hz(&self) -> f64 {
        f64::from(self.rate) / self.config.window as f64
    }

    fn samples_per_s(&self) -> f64 {
        self.samples as f64 / self.took.wall_s.max(1e-9)
    }

    fn centroid_hz(&self) -> f64 {
        self.findings.centroid_sum / self.findings.rows.max(1) as f64 * self.bin_hz()
    }

    fn json(&self) -> String {
        let (plan, stats, took, findings) = (&self.plan, &self.stats, &self.took, &self.findings);
        let mut o = Object::new()
            .text("mode", plan.mode().name())
            .text("mode_asked", self.config.mode.name())
            .text("why", plan::why(&self.config, plan, self.windows))
            .text("input", &self.input)
            .whole("samples", self.samples)
            .whole("sample_rate", u64::from(self.rate))
            .whole("window", self.config.window)
            .whole("hop", self.config.hop)
            .whole("rows", findings.rows)
            .whole("row_len", ROW_LEN as u64)
            .whole("block", plan.block)
            .whole("plan_peak_bytes", plan.work_bytes)
            .whole("peak_bytes", stats.peak_bytes)
            .whole("control_bytes", plan.control_bytes)
            .whole("host_heap_bytes", plan.host_heap_bytes)
            .whole("peak_rss_bytes", took.usage.peak_rss_bytes)
            .whole("minor_faults", took.usage.minor_faults)
            .whole("major_faults", took.usage.major_faults)
            .whole("bytes_read", stats.source_bytes)
            .real("wall_s", took.wall_s)
            .real("cpu_s", took.cpu_s())
            .real("samples_per_s", self.samples_per_s())
            .real("bin_hz", self.bin_hz())
            .real("centroid_hz", self.centroid_hz());
        if self.generated {
            o = o
                .whole("planted_rows", findings.planted)
                .whole("found_rows", findings.found)
                .real("greatest_error_hz", findings.error_hz);
        } else {
            o = o.real("usual_tone_hz", self.usual_hz());
        }
        o.text("checksum", findings.checksum).close()
    }

    /// The tone of most of the chart's columns.
    fn usual_hz(&self) -> f64 {
        f64::from(self.findings.chart.usual()) * self.bin_hz()
    }

    fn report(&self) -> String {
        let (plan, stats, took, findings) = (&self.plan, &self.stats, &self.took, &self.findings);
        let seconds = self.samples as f64 / f64::from(self.rate);
        let mut out = format!("audio: {}\n\n", audio::STAGES);
        let mut line = |key: &str, value: String| out.push_str(&format!("  {key:<17} {value}\n"));
        line("input", self.input.clone());
        line("", format!("{} samples, {} at {} Hz", whole(self.samples), time(seconds), self.rate));
        line("mode", format!("{} ({})", plan.mode().name(), plan::why(&self.config, plan, self.windows)));
        let shape = format!("{} of {ROW_LEN} (strongest bin, centroid)", whole(findings.rows));
        line("rows", format!("{shape}, windows of {} every {}", self.config.window, self.config.hop));
        line("planned memory", format!("{} bytes ({})", whole(plan.work_bytes), bytes(plan.work_bytes)));
        line("used of it", format!("{} bytes at most", whole(stats.peak_bytes)));
        line("whole process", format!("{} resident at most", bytes(took.usage.peak_rss_bytes)));
        line("page faults", format!("{} minor, {} major", whole(took.usage.minor_faults), took.usage.major_faults));
        line("samples read", format!("{} bytes in {} calls", whole(stats.source_bytes), whole(stats.source_calls)));
        let speed = format!("{:.1} million samples a second", self.samples_per_s() / 1e6);
        line("time", format!("{} ({} of processor), {speed}", time(took.wall_s), time(took.cpu_s())));
        line("faster than live", format!("{:.0} times", seconds / took.wall_s.max(1e-9)));
        line("checksum", format!("{} (the same in every mode)", findings.checksum));
        out.push_str("\nStrongest tone over time\n\n");
        out.push_str(&findings.chart.draw(self.bin_hz(), "Hz", seconds));
        out.push_str(&format!("\nThe centroid of the spectrum is at {:.0} Hz on average.\n", self.centroid_hz()));
        if self.generated {
            let (found, planted) = (whole(findings.found), whole(findings.planted));
            let bin = self.bin_hz();
            out.push_str(&format!("Planted tone found in {found} of {planted} windows that lie within a note; "));
            out.push_str(&format!("greatest error {:.2} Hz of a bin's {bin:.2} Hz.\n", findings.error_hz));
        }
        out
    }
}
