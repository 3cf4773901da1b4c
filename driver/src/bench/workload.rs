//! The workloads of the benchmarks: their sizes, inputs and pipelines.

use crate::cli::{BenchArgs, Preset};
use crate::error::Result;
use crate::inputs::Skipped;
use crate::inputs::latency::Latency;
use crate::inputs::melody::Melody;
use crate::inputs::satellite::{self, Satellite};
use crate::library::{Config, Pipeline, Samples, Stage};
use crate::workloads::{audio, logs, satcom};

/// A pipeline to measure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Workload {
    Audio,
    Logs,
    Satcom,
}

impl Workload {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Workload::Audio => "audio",
            Workload::Logs => "logs",
            Workload::Satcom => "satcom",
        }
    }

    /// Samples, window and hop of a preset.
    pub(crate) fn size(self, preset: Option<Preset>, deep: bool) -> (u64, u64, u64) {
        let (window, hop) = match (self, deep) {
            (Workload::Audio, _) => (audio::WINDOW, audio::HOP),
            (Workload::Logs, false) => (logs::BENCH_WINDOW, logs::BENCH_HOP),
            (Workload::Logs, true) => (logs::WINDOW, logs::HOP),
            (Workload::Satcom, false) => (satcom::BENCH_WINDOW, satcom::BENCH_HOP),
            (Workload::Satcom, true) => (satcom::WINDOW, satcom::HOP),
        };
        let n = match (self, preset.unwrap_or(Preset::Fit)) {
            (Workload::Audio, Preset::Fit) => 1_440_000,
            (Workload::Audio, Preset::Barely) => 10_000_000,
            (Workload::Audio, Preset::Spill) => 28_800_000,
            (Workload::Satcom, Preset::Fit) => 4_000_000,
            (Workload::Satcom, Preset::Barely) => 16_000_000,
            (Workload::Satcom, Preset::Spill) => 40_000_000,
            (Workload::Logs, Preset::Fit) => 2_000_000,
            (Workload::Logs, Preset::Barely) => 8_000_000,
            (Workload::Logs, Preset::Spill) => 20_000_000,
        };
        match (self, preset) {
            (Workload::Logs, Some(Preset::Spill)) if !deep => (n, 65_536, 4096),
            _ => (n, window, hop),
        }
    }

    /// The generated samples.
    pub(super) fn generated(self, n: u64) -> Box<dyn Samples> {
        match self {
            Workload::Audio => Box::new(Melody::of(n)),
            Workload::Logs => Box::new(Latency::new(n)),
            Workload::Satcom => Box::new(Satellite::new(n, true, true)),
        }
    }

    /// Registers the stages. Returns the stage with the result and the length of its rows.
    fn build(self, p: &mut Pipeline, config: &Config, deep: bool) -> Result<(Stage, usize)> {
        let (window, hop) = (config.window, config.hop);
        Ok(match (self, deep) {
            (Workload::Audio, false) => (audio::build(p)?, audio::ROW_LEN),
            (Workload::Audio, true) => (audio::build_picture(p, window)?, audio::ROW_LEN + audio::PICTURE_LEN),
            (Workload::Logs, false) => (logs::lean(p)?, logs::BENCH_ROW_LEN),
            (Workload::Logs, true) => (logs::build(p, window, hop)?, logs::ROW_LEN),
            (Workload::Satcom, false) => (satcom::lean(p)?, 1),
            (Workload::Satcom, true) => {
                let band = satcom::Band { window, hop, real: true, rate: satellite::RATE };
                band.check(true)?;
                satcom::build(p, &band, true)?
            }
        })
    }

    /// The terms of two sums over the rows, by which programs with the same computation are compared.
    pub(super) fn sums(self, deep: bool, row: &[f32]) -> (f64, f64) {
        let number = |i: usize| row.get(i).copied().map_or(0.0, f64::from);
        match (self, deep) {
            // p95 plus 10000 for each alert.
            (Workload::Logs, false) => (number(0), number(1) + 1e4 * number(2)),
            (Workload::Satcom, false) => (number(0), 1e-6 * number(0) * number(0)),
            _ => (number(0), number(1)),
        }
    }

    /// A pipeline over a file or generated samples, the number of samples, the stage with the result, and the length of
    /// its rows.
    pub(crate) fn pipeline(self, args: &BenchArgs, config: &Config) -> Result<(Pipeline, u64, Stage, usize)> {
        let mut p = Pipeline::new(config)?;
        let second = self == Workload::Logs && args.deep;
        if second {
            logs::check(config.window, config.hop)?;
        }
        let skip = config.window.saturating_sub(config.hop);
        let samples = match &args.input {
            Some(path) => {
                let path = path.to_str().ok_or("--input: the path is not UTF-8")?;
                let samples = p.source_file(0, path, 0).map_err(|e| format!("{path}: {e}"))?;
                if second {
                    let pieces = logs::pieces(&mut p, config.hop)?;
                    p.source_file(pieces, path, 4 * skip).map_err(|e| format!("{path}: {e}"))?;
                }
                samples
            }
            None => {
                let n = args.n.unwrap_or(self.size(args.preset, args.deep).0);
                p.source(0, self.generated(n))?;
                if second {
                    let pieces = logs::pieces(&mut p, config.hop)?;
                    p.source(pieces, Box::new(Skipped { of: self.generated(n), skip }))?;
                }
                n
            }
        };
        let (stage, len) = self.build(&mut p, config, args.deep)?;
        Ok((p, samples, stage, len))
    }

    /// The configuration of a run.
    pub(crate) fn config(self, args: &BenchArgs) -> Config {
        let (_, window, hop) = self.size(args.preset, args.deep);
        args.args.config(window, hop)
    }
}
