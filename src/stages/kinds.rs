//! The kinds of built-in stages: one constant each, and the table of all.
//!
//! A linker keeps the kinds that a program names. A program that looks up a kind by its name ([`super::by_name`]) has
//! all.

#[cfg(feature = "std")]
use super::manual::{self, Manual, ParamInfo};
use super::{
    Builder, argmax, band, centroid, channel, channelizer, coherent, combine, decibel, detrend, dft, drift, drift_peak,
    energy, fir, frame, hann, histogram, join, mean, mixer, noncoherent, quantile, reduce, resample, rfft, scan,
    threshold, to_f32, top_k_sum, window,
};

/// A kind of stage.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// Its builder.
    pub build: Builder,
    /// Estimated picoseconds per element of its edges, for the planner: measured on a server x86-64 with usual
    /// parameters; `decibel`, `join`, `mixer`, `noncoherent` and `window` are guesses. 0: its builder estimates a
    /// row itself; the estimates for `burst`, `channelizer`, `coherent`, `drift`, `drift_peak` and
    /// `resample` are not measured either.
    pub cost_ps: u32,
    /// Its reference text. Not in builds without `std`.
    #[cfg(feature = "std")]
    pub manual: Manual,
    /// Its parameters: those of the manual.
    #[cfg(feature = "std")]
    pub params: &'static [ParamInfo],
}

/// `CONSTANT = "name", builder, picoseconds, MANUAL;` for each kind.
macro_rules! kinds {
    ($($constant:ident = $name:literal, $build:expr, $cost_ps:expr, $manual:ident;)*) => {
        $(
            /// A kind, described by its manual.
            pub static $constant: Kind = Kind {
                name: $name,
                build: $build,
                cost_ps: $cost_ps,
                #[cfg(feature = "std")]
                manual: manual::$manual,
                #[cfg(feature = "std")]
                params: manual::$manual.params,
            };
        )*
        /// All kinds.
        pub static KINDS: &[&Kind] = &[$(&$constant),*];
    };
}

kinds! {
    ARGMAX = "argmax", argmax::build, 60, ARGMAX;
    BAND = "band", band::build, 60, BAND;
    BIQUAD = "biquad", scan::biquad::forward, 4000, BIQUAD;
    BIQUAD_REVERSE = "biquad_reverse", scan::biquad::reverse, 4000, BIQUAD_REVERSE;
    BURST = "burst", scan::burst::build, 0, BURST;
    CENTROID = "centroid", centroid::build, 90, CENTROID;
    CHANNEL = "channel", channel::build, 300, CHANNEL;
    CHANNELIZER = "channelizer", channelizer::build, 0, CHANNELIZER;
    COHERENT = "coherent", coherent::build, 0, COHERENT;
    CUSUM = "cusum", scan::cusum::build, 3000, CUSUM;
    DECIBEL = "decibel", decibel::build, 9000, DECIBEL;
    DECIMATE = "decimate", fir::decimate, 2000, DECIMATE;
    DETREND = "detrend", detrend::build, 400, DETREND;
    DRIFT = "drift", drift::build, 0, DRIFT;
    DRIFT_PEAK = "drift_peak", drift_peak::build, 0, DRIFT_PEAK;
    EDGE_MAX = "edge_max", combine::max, 400, EDGE_MAX;
    EDGE_MEAN = "edge_mean", combine::mean, 400, EDGE_MEAN;
    EDGE_MIN = "edge_min", combine::min, 400, EDGE_MIN;
    EDGE_SUM = "edge_sum", combine::sum, 400, EDGE_SUM;
    EMA = "ema", scan::ema::build, 1500, EMA;
    ENERGY = "energy", energy::energy, 90, ENERGY;
    FFT = "fft", dft::complex, 0, FFT;
    FIR = "fir", fir::fir, 4000, FIR;
    FRAME = "frame", frame::build, 60, FRAME;
    HANN = "hann", hann::build, 80, HANN;
    HISTOGRAM = "histogram", histogram::build, 700, HISTOGRAM;
    HMM_BACKWARD = "hmm_backward", scan::hmm::backward, 3000, HMM_BACKWARD;
    HMM_FORWARD = "hmm_forward", scan::hmm::forward, 3000, HMM_FORWARD;
    IRFFT = "irfft", dft::real_inverse, 0, IRFFT;
    JOIN = "join", join::build, 60, JOIN;
    KALMAN = "kalman", scan::kalman::build, 20_000, KALMAN_FILTER;
    MAX = "max", reduce::max, 90, MAX;
    MEAN = "mean", mean::build, 90, MEAN;
    MIN = "min", reduce::min, 90, MIN;
    MIXER = "mixer", mixer::build, 12000, MIXER;
    NONCOHERENT = "noncoherent", noncoherent::build, 500, NONCOHERENT;
    PLL = "pll", scan::pll::build, 15_000, PLL;
    QUANTILE = "quantile", quantile::build, 0, QUANTILE;
    RESAMPLE = "resample", resample::build, 0, RESAMPLE;
    RFFT = "rfft", dft::real, 0, RFFT;
    RFFT_MAGNITUDE = "rfft_magnitude", rfft::magnitude, 0, RFFT_MAGNITUDE;
    RFFT_POWER = "rfft_power", rfft::power, 0, RFFT_POWER;
    RMS = "rms", energy::rms, 90, RMS;
    ROLLING_STATS = "rolling_stats", scan::rolling::build, 3000, ROLLING_STATS;
    RTS_SMOOTHER = "rts_smoother", scan::rts::build, 10_000, RTS_SMOOTHER;
    SUM = "sum", reduce::sum, 90, SUM;
    THRESHOLD = "threshold", threshold::build, 200, THRESHOLD;
    TO_F32 = "to_f32", to_f32::build, 80, TO_F32;
    TOP_K_SUM = "top_k_sum", top_k_sum::build, 350, TOP_K_SUM;
    VITERBI = "viterbi", scan::viterbi::decisions, 200_000, VITERBI;
    VITERBI_TRACEBACK = "viterbi_traceback", scan::viterbi::traceback, 1000, VITERBI_TRACEBACK;
    WINDOW = "window", window::build, 80, WINDOW;
    ZERO_PHASE_FORWARD = "zero_phase_forward", scan::zero_phase::forward, 4000, ZERO_PHASE_FORWARD;
    ZERO_PHASE_REVERSE = "zero_phase_reverse", scan::zero_phase::reverse, 4000, ZERO_PHASE_REVERSE;
}
