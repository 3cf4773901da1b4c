//! Satellite downlink: a weak carrier whose frequency drifts, and short bursts in channels beside it.
//!
//! ```text
//! samples -> Hann, FFT -> coherent sums -> sums of power -> drift search -> energy of the top 32 -> peaks
//!         -> polyphase channels -> bursts of each channel                              (deep)
//! ```
//! The stages are functions of this program, registered through the C interface; energy is a built-in stage.

mod bursts;
mod channels;
mod search;

pub(crate) use bursts::Burst;
pub(crate) use channels::CHANNELS;

use crate::library::{Failure, Pipeline, Shape, Stage, from};
use channels::SLOT;
use search::{Coherent, Peaks, Spectrum, Sum, Tracks};

/// Samples in a window.
pub(crate) const WINDOW: u64 = 4096;
/// Samples from window to window.
pub(crate) const HOP: u64 = 2048;
/// Window and hop of the bench, which takes magnitudes of real samples and the sum of the 32 greatest.
pub(crate) const BENCH_WINDOW: u64 = 16384;
pub(crate) const BENCH_HOP: u64 = 4096;
/// The stages, for people.
pub(crate) const STAGES: &str =
    "hann and fft -> coherent sum -> sum of power -> drift search -> top-32 energy -> peaks";
pub(crate) const DEEP_STAGES: &str = "hann and fft -> coherent sum -> sum of power -> drift search -> top-32 energy -> \
                                      peaks; polyphase channels -> bursts";
/// About how many rows all stages make for a window.
pub(crate) const STAGE_COUNT: u64 = 2;
/// Numbers of a row about the carrier, as [`Peak`] has them; with `deep` bursts that ended in the row follow.
pub(crate) const PEAK_LEN: usize = 5;

/// Windows that are summed with their phases.
pub(crate) const COHERENT: u32 = 4;
/// Coherent sums whose powers are summed.
pub(crate) const POWERS: u32 = 4;
/// Windows of a row of the result.
pub(crate) const STRIDE: u64 = (COHERENT * POWERS) as u64;
/// Rows a track goes through.
pub(crate) const TRACK: u32 = 8;
/// Greatest drift searched for, in bins from the first row of a track to its last, up and down.
pub(crate) const DRIFT: i32 = 8;

/// What is received, and how it is cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Band {
    pub(crate) window: u64,
    pub(crate) hop: u64,
    /// Real samples: half the spectrum.
    pub(crate) real: bool,
    /// Samples a second.
    pub(crate) rate: f64,
}

impl Band {
    /// Bins of a window's spectrum.
    fn coarse(&self) -> usize {
        self.window as usize / if self.real { 2 } else { 1 }
    }

    /// Bins of a coherent sum.
    pub(crate) fn bins(&self) -> usize {
        self.coarse() * COHERENT as usize
    }

    /// Hertz from bin to bin of a coherent sum.
    pub(crate) fn bin_hz(&self) -> f64 {
        self.rate / (self.window as f64 * f64::from(COHERENT))
    }

    /// The frequency of a bin: bins ascend, each in the middle of its share of the band.
    pub(crate) fn hertz(&self, bin: f64) -> f64 {
        let c = f64::from(COHERENT);
        let low = if self.real { 0.0 } else { self.coarse() as f64 / 2.0 };
        ((bin + 0.5) / c - 0.5 - low) * self.rate / self.window as f64
    }

    /// Seconds from row to row of the result.
    pub(crate) fn row_s(&self) -> f64 {
        (STRIDE * self.hop) as f64 / self.rate
    }

    /// The middle of a row of the result, in seconds.
    pub(crate) fn middle_s(&self, row: u64) -> f64 {
        let first = (row * STRIDE * self.hop) as f64;
        (first + ((STRIDE - 1) * self.hop + self.window) as f64 / 2.0) / self.rate
    }

    /// Why these windows cannot be worked on.
    pub(crate) fn refuse(&self, deep: bool) -> Option<String> {
        let least = channels::window(self.hop);
        if !self.window.is_multiple_of(2) || !(64..=1 << 20).contains(&self.window) {
            return Some(format!("a window is an even number of 64 to 1048576 samples, not {}", self.window));
        }
        if self.hop > self.window {
            return Some(
                "windows with gaps between them have no coherent sums: the hop is longer than the window".into(),
            );
        }
        if deep && (!self.hop.is_multiple_of(SLOT) || self.window < least) {
            return Some(format!(
                "--deep takes a hop of a multiple of {SLOT} samples, and windows of {least} at least"
            ));
        }
        None
    }
}

/// What a row says of the carrier (and at place 3 the energy of the 32 strongest tracks).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peak {
    /// Bin at the row's own time, between bins.
    pub(crate) bin: f32,
    /// Bins a row.
    pub(crate) drift: f32,
    /// Height over the mean of all tracks, in their standard deviations.
    pub(crate) height: f32,
    /// 0: nothing stands out; 1: a carrier; 2: one whose energy is greater than that of the rows beside it.
    pub(crate) kind: f32,
}

impl Peak {
    /// The first numbers of a row.
    pub(crate) fn of(row: &[f32]) -> Peak {
        Peak { bin: row[0], drift: row[1], height: row[2], kind: row[4] }
    }
}

/// Registers the stages of the demo, and says whose rows are the result and how long they are.
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

/// Registers the stages of the bench: magnitudes and the sum of the 32 greatest.
pub(crate) fn lean(p: &mut Pipeline) -> Result<Stage, Failure> {
    p.builtin(c"rfft_magnitude", c"spectrum", from(c"input"), &[])?;
    p.builtin(c"top_k_sum", c"energy", from(c"spectrum"), &[(c"k", &[32.0])])
}
