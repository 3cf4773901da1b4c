//! `driver plan`: the plan of a workload, without running it.

use crate::cli::{AudioArgs, LogsArgs, PlanArgs, SatcomArgs, SmootherArgs};
use crate::error::Result;
use crate::library::{Config, Order, Pipeline, Rows, Stage};
use crate::probe;
use crate::report::plan::{self, describe, object, windows};
use crate::report::print;
use crate::workloads::{audio, logs, satcom, smoother};
use std::path::Path;

/// A workload to plan, and the form of the report.
struct Subject<'a> {
    config: Config,
    windows: u64,
    stages: &'a str,
    probe: bool,
    json: bool,
    emit_c: Option<&'a Path>,
}

impl Subject<'_> {
    /// Plans the rows, with measured costs if requested, and prints the plan. `make` builds the pipeline and returns
    /// the stage with the result, which replaces the stage of `rows`.
    fn report(&self, rows: Rows, make: impl Fn(&Config) -> Result<(Pipeline, Stage)>) -> Result<()> {
        let costs = if self.probe { probe::costs(&self.config, self.windows, |c| Ok(make(c)?.0))? } else { &[] };
        let config = Config { costs, ..self.config };
        let (mut pipeline, stage) = make(&config)?;
        let rows = Rows { stage, ..rows };
        let retry = |mode| {
            let (mut p, _) = make(&Config { mode, memory_budget_bytes: 0, ..config }).ok()?;
            p.plan(rows).ok()
        };
        let plan = plan::make(&mut pipeline, rows, retry)?;
        if let Some(file) = self.emit_c {
            let code = plan::emit_c(&plan, &pipeline.export(rows)?);
            if file == Path::new("-") {
                return print(&code);
            }
            std::fs::write(file, code).map_err(|e| format!("{}: {e}", file.display()))?;
        }
        let explained = pipeline.explain(rows)?;
        if self.json {
            let o = object(&config, &plan, self.windows).text("explained", &explained);
            return print(&format!("{}\n", o.close()));
        }
        let described = describe(&config, &plan, self.windows);
        print(&format!(
            "{}\n\n{described}\nWhat the planner considered{}:\n{explained}",
            self.stages,
            if self.probe { ", with the time per row of each stage measured on this machine" } else { "" }
        ))
    }
}

/// All rows of a stage that [`Subject::report`] fills in.
const ALL_ROWS: Rows = Rows { stage: 0, first: 0, count: u64::MAX, order: Order::Forward };

/// `driver plan audio`.
pub(crate) fn audio(args: &PlanArgs<AudioArgs>) -> Result<()> {
    let (a, probe, emit_c) = (&args.demo, args.probe, args.emit_c.as_deref());
    let config = a.args.config(audio::WINDOW, audio::HOP);
    let windows = windows(audio::Input::open(a)?.count(), &config);
    let subject = Subject { config, windows, stages: audio::STAGES, probe, json: a.json, emit_c };
    subject.report(ALL_ROWS, |c| audio::Input::open(a)?.pipeline(c))
}

/// `driver plan logs`.
pub(crate) fn logs(args: &PlanArgs<LogsArgs>) -> Result<()> {
    let (a, probe, emit_c) = (&args.demo, args.probe, args.emit_c.as_deref());
    let config = a.args.config(logs::WINDOW, logs::HOP);
    logs::check(config.window, config.hop)?;
    let windows = windows(logs::open(a, 0)?.0.count(), &config);
    let subject = Subject { config, windows, stages: logs::STAGES, probe, json: a.json, emit_c };
    subject.report(ALL_ROWS, |c| logs::pipeline(a, c))
}

/// `driver plan satcom`.
pub(crate) fn satcom(args: &PlanArgs<SatcomArgs>) -> Result<()> {
    let (a, probe, emit_c) = (&args.demo, args.probe, args.emit_c.as_deref());
    let (config, band, _) = satcom::setup(a)?;
    let windows = windows(satcom::open(a)?.count(), &config);
    let subject = Subject { config, windows, stages: satcom::stages(a.deep), probe, json: a.json, emit_c };
    subject.report(ALL_ROWS, |c| satcom::pipeline(a, c, &band).map(|(p, stage, _)| (p, stage)))
}

/// `driver plan smoother`: the rows in reverse order, which the demo computes first.
pub(crate) fn smoother(args: &PlanArgs<SmootherArgs>) -> Result<()> {
    let (a, probe, emit_c) = (&args.demo, args.probe, args.emit_c.as_deref());
    let config = Config { memory_budget_bytes: a.budget.unwrap_or(0), ..Config::of(1, 1) };
    let subject = Subject { config, windows: a.rows, stages: smoother::STAGES, probe, json: a.json, emit_c };
    subject.report(Rows { order: Order::Reverse, ..ALL_ROWS }, |c| smoother::pipeline(a.rows, c))
}
