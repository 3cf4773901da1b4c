//! Runs a pipeline over all its rows, and reports the figures that every demo has.

use crate::cli::Pictures;
use crate::error::Result;
use crate::library::{Config, Mode, Pipeline, Plan, Rows, Stage, Stats};
use crate::plot::canvas::{self, Picture};
use crate::report::json::Object;
use crate::report::numbers::{bytes, time, whole};
use crate::report::page::Page;
use crate::report::plan;
use crate::report::process::{Checksum, Stopwatch, Took};
use crate::report::progress::Progress;

/// The description of a run.
pub(crate) struct Job<'a> {
    pub(crate) name: &'static str,
    /// The stages for the report, and the number of them that compute a row per window.
    pub(crate) stages: &'a str,
    pub(crate) stage_count: u64,
    pub(crate) config: Config,
    pub(crate) input: String,
    pub(crate) samples: u64,
    /// Sample rate in Hz, if known.
    pub(crate) rate: Option<f64>,
    /// Numbers per row; the number of them in the checksum; their names.
    pub(crate) row_len: usize,
    pub(crate) checked_len: usize,
    pub(crate) row: String,
    /// Explain the plan, see [`Run::explanation`].
    pub(crate) explain: bool,
}

/// A completed run.
pub(crate) struct Run<'a> {
    pub(crate) job: Job<'a>,
    plan: Plan,
    /// The text of the plan, if the job asks for it.
    pub(crate) explanation: String,
    stats: Stats,
    took: Took,
    windows: u64,
    pub(crate) rows: u64,
    checksum: Checksum,
}

/// Number of windows in the samples. It is an error if there are fewer samples than one window.
pub(crate) fn windows(config: &Config, samples: u64, input: &str) -> Result<u64> {
    match plan::windows(samples, config) {
        0 => Err(format!("{input}: {samples} samples are less than one window of {}", config.window).into()),
        windows => Ok(windows),
    }
}

impl<'a> Job<'a> {
    /// Computes all rows of a stage. `take` receives each row with its number. `retry` plans in another mode, for the
    /// error if the budget is too small.
    pub(crate) fn run(
        self,
        mut pipeline: Pipeline,
        stage: Stage,
        retry: impl FnOnce(Mode) -> Option<Plan>,
        mut take: impl FnMut(u64, &[f32]),
    ) -> Result<Run<'a>> {
        let windows = windows(&self.config, self.samples, &self.input)?;
        let stopwatch = Stopwatch::start();
        let plan = plan::make(&mut pipeline, stage, retry)?;
        let explanation = if self.explain { pipeline.explain(Rows::all(stage))? } else { String::new() };
        pipeline.seal(Rows::all(stage))?;
        // In the classic order, a window of work is one window of one stage.
        let work = if plan.mode() == Mode::Classic { windows * self.stage_count } else { windows };
        let progress = Progress::new(work, self.name);
        let slice = plan.block_windows.max(work / 100);
        let (mut checksum, mut rows) = (Checksum::new(), 0);
        let mut each = |first: u64, block: &[f32]| {
            for (t, row) in (first..).zip(block.chunks_exact(self.row_len)) {
                checksum.add(&row[..self.checked_len]);
                rows += 1;
                take(t, row);
            }
        };
        pipeline.evaluate(Rows::all(stage), slice, &mut each, &mut |done| progress.add(done))?;
        drop(progress);
        let took = stopwatch.stop();
        let stats = pipeline.stats()?;
        Ok(Run { job: self, plan, explanation, stats, took, windows, rows, checksum })
    }
}

impl Run<'_> {
    fn samples_per_s(&self) -> f64 {
        self.job.samples as f64 / self.took.wall_s.max(1e-9)
    }

    /// Length of the input in seconds, if the rate is known.
    pub(crate) fn seconds(&self) -> Option<f64> {
        self.job.rate.map(|rate| self.job.samples as f64 / rate)
    }

    /// The end of the input, for the axis of a chart.
    pub(crate) fn end(&self) -> String {
        self.seconds().map_or_else(|| format!("{} samples", whole(self.job.samples)), |s| format!("{s:.1} s"))
    }

    /// The JSON fields of every demo.
    pub(crate) fn json(&self) -> Object {
        let (job, plan, stats, took) = (&self.job, &self.plan, &self.stats, &self.took);
        let o = Object::new()
            .text("demo", job.name)
            .text("mode", plan.mode().name())
            .text("mode_asked", job.config.mode.name())
            .text("why", plan::why(&job.config, plan, self.windows))
            .text("input", &job.input)
            .whole("samples", job.samples);
        let o = if let Some(rate) = job.rate { o.real("sample_rate", rate) } else { o };
        o.whole("window", job.config.window)
            .whole("hop", job.config.hop)
            .whole("rows", self.rows)
            .whole("row_len", job.checked_len as u64)
            .whole("block", plan.block_windows)
            .whole("plan_peak_bytes", plan.work_bytes)
            .whole("peak_bytes", stats.peak_bytes)
            .whole("spill_bytes", stats.spill_bytes)
            .whole("stage_rows", stats.stage_rows)
            .whole("stage_bytes", stats.stage_bytes)
            .whole("control_bytes", plan.control_bytes)
            .whole("host_heap_bytes", plan.host_heap_bytes)
            .whole("peak_rss_bytes", took.usage.peak_rss_bytes)
            .whole("minor_faults", took.usage.minor_faults)
            .whole("major_faults", took.usage.major_faults)
            .whole("bytes_read", stats.source_bytes)
            .real("wall_s", took.wall_s)
            .real("cpu_s", took.cpu_s())
            .real("samples_per_s", self.samples_per_s())
            .text("checksum", self.checksum)
    }

    /// The facts of every run: name and value. A fact without a name continues the one before it.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        let (job, plan, stats, took) = (&self.job, &self.plan, &self.stats, &self.took);
        let mut facts = Vec::new();
        let mut line = |key, value: String| facts.push((key, value));
        line("input", job.input.clone());
        let length = job.rate.zip(self.seconds()).map(|(rate, s)| format!(", {} at {rate} Hz", time(s)));
        line("", format!("{} samples{}", whole(job.samples), length.unwrap_or_default()));
        line("mode", format!("{} ({})", plan.mode().name(), plan::why(&job.config, plan, self.windows)));
        line("windows", format!("{} samples each, hop {}", whole(job.config.window), whole(job.config.hop)));
        line("rows", format!("{}, each with {} numbers ({})", whole(self.rows), job.checked_len, job.row));
        line("planned memory", format!("{} bytes ({})", whole(plan.work_bytes), bytes(plan.work_bytes)));
        line("used memory", format!("at most {} bytes", whole(stats.peak_bytes)));
        if stats.spill_bytes > 0 {
            line("spill file", format!("at most {} bytes", whole(stats.spill_bytes)));
        }
        line("all stages", format!("{} rows computed, {}", whole(stats.stage_rows), bytes(stats.stage_bytes)));
        line("process memory", format!("at most {} resident", bytes(took.usage.peak_rss_bytes)));
        line("page faults", format!("{} minor, {} major", whole(took.usage.minor_faults), took.usage.major_faults));
        line("samples read", format!("{} bytes in {} calls", whole(stats.source_bytes), whole(stats.source_calls)));
        line("time", format!("{} ({} of CPU time)", time(took.wall_s), time(took.cpu_s())));
        let speed = format!("{:.1} million samples per second", self.samples_per_s() / 1e6);
        let factor = self.seconds().map(|seconds| seconds / took.wall_s.max(1e-9));
        let factor = factor.map(|f| format!(", {f:.*} times real time", usize::from(f < 10.0)));
        line("speed", format!("{speed}{}", factor.unwrap_or_default()));
        line("checksum", format!("{} (identical in every mode)", self.checksum));
        facts
    }

    /// The first part of every report.
    pub(crate) fn report(&self) -> String {
        let mut out = format!("{}: {}\n\n", self.job.name, self.job.stages);
        self.facts().iter().for_each(|(key, value)| out.push_str(&format!("  {key:<17} {value}\n")));
        out
    }

    /// Draws what is asked for, and returns a text that names the files. `report` begins with that of the run.
    pub(crate) fn draw(&self, pictures: &Pictures, report: &str, picture: &impl Picture) -> Result<String> {
        let findings = report.strip_prefix(&self.report()).unwrap_or(report);
        let title = format!("{}: {}", self.job.name, self.job.stages);
        let page = Page { title: &title, facts: &self.facts(), plot: "", findings, plan: &self.explanation };
        draw(pictures, page, picture)
    }
}

/// Draws what is asked for, and returns a text that names the files.
pub(super) fn draw(pictures: &Pictures, page: Page<'_>, picture: &impl Picture) -> Result<String> {
    let mut out = String::new();
    if let Some(path) = &pictures.plot {
        canvas::write(picture, path)?;
        out.push_str(&format!("The plot was written to {}.\n", path.display()));
    }
    if let Some(path) = &pictures.report {
        Page { plot: &canvas::svg(picture)?, ..page }.write(path)?;
        out.push_str(&format!("The report was written to {}.\n", path.display()));
    }
    Ok(out)
}
