//! Satellite downlink: a weak carrier whose frequency drifts, and short bursts in other channels.
//!
//! ```text
//! samples -> Hann, FFT -> coherent sums -> sums of power -> drift search -> energy of the top 32 -> peaks
//!         -> polyphase channels -> bursts of each channel                              (deep)
//! ```
//! All stages are built-in kinds of the library.
//!
//! A carrier has the same strength in every window and noise does not, so sums over windows raise the carrier above
//! the noise. Coherent sums gain the most, but require the frequency to a fraction of a bin: each bin is tried at
//! `COHERENT` frequencies within it. Sums of power gain less, and only while the carrier stays in a bin. A drifting
//! carrier is followed along straight tracks.

mod band;
mod bursts;
mod channels;

pub(crate) use band::{Band, STRIDE, TRACK};
pub(crate) use bursts::Burst;
pub(crate) use channels::CHANNELS;

use crate::cli::SatcomArgs;
use crate::error::Result;
use crate::inputs::recording::{Raw, Recording};
use crate::inputs::satellite::{self, Satellite};
use crate::library::{Config, Failure, Pipeline, Samples, Stage, from};
use band::{COHERENT, DRIFT, POWERS};
use channels::SLOT;

/// Samples per window.
pub(crate) const WINDOW: u64 = 4096;
/// Samples between windows.
pub(crate) const HOP: u64 = 2048;
/// Window and hop of the benchmark, which computes magnitudes of real samples and the sum of the 32 largest.
pub(crate) const BENCH_WINDOW: u64 = 16384;
pub(crate) const BENCH_HOP: u64 = 4096;
/// Power up to which a bin counts linearly, in units of the row's mean. Above it, power counts by its logarithm, so
/// that a burst of one or two rows does not hide the carrier, which is in all rows.
const FULL: f64 = 16.0;
/// Minimum height of a carrier, in standard deviations of all tracks.
const FOUND: f64 = 8.0;
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
    spectrum(p, band)?;
    let (window, step, parts) = (band.window as f64, band.hop as f64, f64::from(COHERENT));
    let shift = if band.real { 0.0 } else { 1.0 };
    let params = [
        (c"window", &[window][..]),
        (c"step", &[step]),
        (c"parts", &[parts]),
        (c"shift", &[shift]),
        (c"hop", &[f64::from(COHERENT)]),
    ];
    p.builtin_of(c"coherent", c"coherent", &[from(c"spectrum").halo(0, COHERENT - 1)], COHERENT, &params)?;
    let params = [(c"hop", &[f64::from(POWERS)][..]), (c"mean", &[1.0]), (c"limit", &[FULL])];
    p.builtin_of(c"noncoherent", c"power", &[from(c"coherent").halo(0, POWERS - 1)], POWERS, &params)?;
    let drift = (c"drift", &[f64::from(DRIFT)][..]);
    p.builtin(c"drift", c"tracks", from(c"power").halo(TRACK - 1, 0), &[drift])?;
    p.builtin(c"top_k_sum", c"energy", from(c"tracks"), &[(c"k", &[32.0f64.min(band.bins() as f64)])])?;
    let edges = [from(c"tracks"), from(c"power").halo(TRACK - 1, 0), from(c"energy").halo(1, 1)];
    let peaks = p.builtin_of(c"drift_peak", c"peaks", &edges, 1, &[drift, (c"threshold", &[FOUND])])?;
    if !deep {
        return Ok((peaks, PEAK_LEN));
    }
    channels::register(p, band)?;
    let events = bursts::register(p)?;
    let findings = p.builtin_of(c"join", c"findings", &[from(c"peaks"), from(c"bursts")], 1, &[])?;
    Ok((findings, PEAK_LEN + events))
}

/// Registers the complex spectrum under a Hann window, in order of ascending frequency, scaled so that noise of power 1
/// has power 1 in every bin.
fn spectrum(p: &mut Pipeline, band: &Band) -> Result<Stage, Failure> {
    // The squares of the window have a mean of 3/8.
    let scale = 1.0 / (0.375 * band.window as f64).sqrt();
    p.builtin(c"window", c"windowed", from(c"input"), &[(c"type", &[1.0]), (c"scale", &[scale])])?;
    if !band.real {
        return p.builtin(c"fft", c"spectrum", from(c"windowed"), &[(c"shift", &[1.0])]);
    }
    p.builtin(c"rfft", c"half", from(c"windowed"), &[])?;
    p.builtin(c"band", c"spectrum", from(c"half"), &[(c"to", &[band.coarse() as f64])])
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
    let config = Config { complex: !real, ..args.args.config(WINDOW, HOP) };
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
