//! Satellite downlink: a weak carrier whose frequency drifts, and short bursts in other channels.
//!
//! ```text
//! samples -> Hann, FFT -> coherent sums -> sums of power -> drift search -> energy of the top 32 -> peaks
//!         -> polyphase channels -> bursts of each channel                              (deep)
//! ```
//! The stages are functions of this program, registered through the C interface; energy is a built-in stage.

mod band;
mod bursts;
mod channels;
mod search;

pub(crate) use band::{Band, STRIDE, TRACK};
pub(crate) use bursts::Burst;
pub(crate) use channels::CHANNELS;

use crate::cli::SatcomArgs;
use crate::error::Result;
use crate::inputs::recording::{Raw, Recording};
use crate::inputs::satellite::{self, Satellite};
use crate::library::{Config, Failure, Pipeline, Samples, Shape, Stage, from};
use band::{COHERENT, POWERS};
use channels::SLOT;
use search::{Coherent, Peaks, Spectrum, Sum, Tracks};

/// Samples per window.
pub(crate) const WINDOW: u64 = 4096;
/// Samples between windows.
pub(crate) const HOP: u64 = 2048;
/// Window and hop of the benchmark, which computes magnitudes of real samples and the sum of the 32 largest.
pub(crate) const BENCH_WINDOW: u64 = 16384;
pub(crate) const BENCH_HOP: u64 = 4096;
/// The stages, for reports.
const STAGES: &str = "hann and fft -> coherent sum -> sum of power -> drift search -> top-32 energy -> peaks";
const DEEP_STAGES: &str = "hann and fft -> coherent sum -> sum of power -> drift search -> top-32 energy -> peaks; \
                           polyphase channels -> bursts";
/// Approximate number of rows that all stages compute per window.
pub(crate) const STAGE_COUNT: u64 = 2;
/// Numbers per row that describe the carrier, see [`Peak`]. With `deep`, the bursts that ended in the row follow.
pub(crate) const PEAK_LEN: usize = 5;

impl Band {
    /// Checks that the search can use the windows, and with `deep` the channels as well.
    pub(crate) fn check(&self, deep: bool) -> Result<(), String> {
        let min = channels::window(self.hop);
        if !self.window.is_multiple_of(2) || !(64..=1 << 20).contains(&self.window) {
            return Err(format!("the window must be an even number from 64 to 1048576 samples, not {}", self.window));
        }
        if self.hop > self.window {
            return Err("the hop is longer than the window: coherent sums need windows without gaps".into());
        }
        if deep && (!self.hop.is_multiple_of(SLOT) || self.window < min) {
            return Err(format!(
                "--deep needs a hop that is a multiple of {SLOT} samples, and a window of at least {min} samples"
            ));
        }
        Ok(())
    }
}

/// The carrier in a row. Number 3 of the row is the energy of the 32 strongest tracks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peak {
    /// Bin at the row's own time, with a fraction.
    pub(crate) bin: f32,
    /// Bins per row.
    pub(crate) drift: f32,
    /// Height above the mean of all tracks, in standard deviations of the tracks.
    pub(crate) height: f32,
    /// 0: no carrier; 1: a carrier; 2: a carrier whose energy is a local maximum over the rows.
    pub(crate) kind: f32,
}

impl Peak {
    /// Reads the first numbers of a row.
    pub(crate) fn of(row: &[f32]) -> Peak {
        Peak { bin: row[0], drift: row[1], height: row[2], kind: row[4] }
    }
}

/// Registers the stages of the demo. Returns the stage with the result and the length of its rows.
pub(crate) fn build(p: &mut Pipeline, band: &Band, deep: bool) -> Result<(Stage, usize), Failure> {
    let (window, bins) = (band.window as usize, band.bins());
    let spectrum = Spectrum::new(window, band.real);
    let shape = Shape { len: 2 * band.coarse(), scratch: spectrum.scratch(), ..Shape::default() };
    p.custom(c"spectrum", &[from(c"input")], shape, spectrum)?;
    let shape = Shape { len: bins, stride: COHERENT, ..Shape::default() };
    let stage = Coherent::new(window, band.hop as usize, band.real);
    p.custom(c"coherent", &[from(c"spectrum").halo(0, COHERENT - 1)], shape, stage)?;
    let shape = Shape { len: bins, stride: POWERS, ..Shape::default() };
    p.custom(c"power", &[from(c"coherent").halo(0, POWERS - 1)], shape, Sum { rows: POWERS })?;
    let shape = Shape { len: bins, scratch: bins, ..Shape::default() };
    p.custom(c"tracks", &[from(c"power").halo(TRACK - 1, 0)], shape, Tracks)?;
    p.builtin(c"top_k_sum", c"energy", from(c"tracks"), &[(c"k", &[32.0f64.min(bins as f64)])])?;
    let edges = [from(c"tracks"), from(c"power").halo(TRACK - 1, 0), from(c"energy").halo(1, 1)];
    let shape = Shape { len: PEAK_LEN, ..Shape::default() };
    let peaks = p.custom(c"peaks", &edges, shape, Peaks)?;
    if !deep {
        return Ok((peaks, PEAK_LEN));
    }
    channels::register(p, band)?;
    let events = bursts::register(p, band)?;
    let len = PEAK_LEN + events;
    Ok((p.join(c"findings", &[c"peaks", c"bursts"], len)?, len))
}

/// Registers the stages of the benchmark: magnitudes and the sum of the 32 largest.
pub(crate) fn lean(p: &mut Pipeline) -> Result<Stage, Failure> {
    p.builtin(c"rfft_magnitude", c"spectrum", from(c"input"), &[])?;
    p.builtin(c"top_k_sum", c"energy", from(c"spectrum"), &[(c"k", &[32.0])])
}

/// Length of the generated signal in seconds.
const SECONDS: f64 = 10.0;
/// Sample rate of files in Hz, by default.
const RATE: f64 = 1e6;

/// The stages, for reports.
pub(crate) fn stages(deep: bool) -> &'static str {
    if deep { DEEP_STAGES } else { STAGES }
}

/// Opens the file of the input, if one is given.
fn recording(args: &SatcomArgs) -> Result<Option<Recording>> {
    let Some(path) = &args.input else { return Ok(None) };
    let skipped = args.skip.map(|skip| Raw { skip, ..Raw::default() });
    let raw = args.format.clone().map(|raw| Raw { skip: args.skip.unwrap_or(0), ..raw }).or(skipped);
    let mut recording = Recording::signal(path, raw.as_ref(), args.real)?;
    if let Some(seconds) = args.seconds {
        recording.limit((seconds * rate(args, &recording)) as u64);
    }
    Ok(Some(recording))
}

/// Sample rate of a file in Hz.
fn rate(args: &SatcomArgs, recording: &Recording) -> f64 {
    args.rate.or(recording.rate()).unwrap_or(RATE)
}

/// The configuration of the demo, its band, checked, and a description of the input.
pub(crate) fn setup(args: &SatcomArgs) -> Result<(Config, Band, String)> {
    let recording = recording(args)?;
    let real = recording.as_ref().map_or(args.real, |r| r.channels() == 1);
    let rate = recording.as_ref().map_or(satellite::RATE, |r| rate(args, r));
    let config = Config { channels: if real { 1 } else { 2 }, ..args.args.config(WINDOW, HOP) };
    let band = Band { window: config.window, hop: config.hop, real, rate };
    band.check(args.deep)?;
    let kind = if real { "real" } else { "IQ" };
    let generated =
        || format!("generated: {kind} samples, a drifting carrier {:.0} dB below the noise", -20.0 * 0.03f64.log10());
    Ok((config, band, recording.map_or_else(generated, |r| r.describe())))
}

/// The generated signal.
pub(crate) fn generated(args: &SatcomArgs) -> Satellite {
    let count = (args.seconds.unwrap_or(SECONDS) * satellite::RATE) as u64;
    Satellite::new(count, args.real, args.deep)
}

/// Opens the input of the demo.
pub(crate) fn open(args: &SatcomArgs) -> Result<Box<dyn Samples>> {
    Ok(match recording(args)? {
        None => Box::new(generated(args)),
        Some(recording) => Box::new(recording),
    })
}

/// The pipeline of the demo, the stage with the result, and the length of its rows.
pub(crate) fn pipeline(args: &SatcomArgs, config: &Config, band: &Band) -> Result<(Pipeline, Stage, usize)> {
    let mut p = Pipeline::new(config)?;
    p.source(0, open(args)?)?;
    let (stage, len) = build(&mut p, band, args.deep)?;
    Ok((p, stage, len))
}
