//! The kinds of built-in stages: a constant each, and the table of all of them.
//!
//! A linker keeps the kinds that a program names. Whoever asks for one by a text ([`super::by_name`]) has all of them.

use super::{
    Builder, argmax, band, centroid, channel, detrend, energy, fir, hann, histogram, mean, quantile, rfft, scan,
    threshold, to_f32, top_k_sum,
};

/// A kind of stage.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// Its builder.
    pub build: Builder,
    /// About how many picoseconds an element of its edges takes, for the planner: measured on a server x86-64 with the
    /// parameters that are usual. 0: its builder says more exactly what a row takes.
    pub cost_ps: u32,
    /// What the C header says of it: types, parameters with defaults, result.
    pub manual: &'static str,
}

const fn kind(name: &'static str, build: Builder, cost_ps: u32, manual: &'static str) -> Kind {
    // The header is made on hosts.
    let manual = if cfg!(feature = "std") { manual } else { "" };
    Kind { name, build, cost_ps, manual }
}

macro_rules! kinds {
    ($($constant:ident = $kind:expr;)*) => {
        $(
            /// A kind: what it does is its manual.
            pub static $constant: Kind = $kind;
        )*
        /// All kinds.
        pub static KINDS: &[&Kind] = &[$(&$constant),*];
    };
}

kinds! {
    ARGMAX = kind(
        "argmax",
        argmax::build,
        60,
        "f32 -> 1 u32. Index of the first greatest element. NaN is below everything; 0 if all are NaN.",
    );
    BAND = kind("band", band::build, 60, "any type. Elements from (0) to before to (row length) of each row.");
    BIQUAD = kind(
        "biquad",
        scan::biquad::forward,
        4000,
        "f32, f64 or i16; a scan. Cascade of second-order sections along the samples: sos (list, six numbers a section, as \
         SciPy has them), zi (0; 1: settled on the first sample; or a list), precision (32 or 64, as the input).",
    );
    BIQUAD_REVERSE = kind(
        "biquad_reverse",
        scan::biquad::reverse,
        4000,
        "As biquad, from the last sample to the first. A reverse scan.",
    );
    CENTROID = kind(
        "centroid",
        centroid::build,
        90,
        "f32 -> 1 f32. sum(k * x[k]) / sum(x[k]), in elements; 0 where the sum is 0.",
    );
    CHANNEL = kind("channel", channel::build, 300, "any type. Channel index (0) of interleaved samples, contiguous.");
    CUSUM = kind(
        "cusum",
        scan::cusum::build,
        3000,
        "f32, f64 or i16; a scan -> high, low, alarm per sample. Change detector: target, drift, threshold, reset, precision.",
    );
    DECIMATE = kind(
        "decimate",
        fir::decimate,
        2000,
        "f32. Low-pass, then every factor-th element: taps (list; default a Hamming-windowed sinc of 20 * factor + 1).",
    );
    DETREND = kind(
        "detrend",
        detrend::build,
        400,
        "f32 or i16 -> f32. Row without its least-squares line; type (1): 0 for the mean alone. i16 as it is. NaN or infinity \
         gives a row of NaN.",
    );
    EMA = kind(
        "ema",
        scan::ema::build,
        1500,
        "f32, f64 or i16; a scan. Exponential moving average: alpha or span, initial, precision.",
    );
    ENERGY = kind("energy", energy::energy, 90, "f32 or i16 -> 1 f32. Sum of squares; i16 as it is, summed exactly.");
    FIR = kind(
        "fir",
        fir::fir,
        4000,
        "f32. Convolution with taps (list) where they overlap the row whole: row length - taps + 1 elements.",
    );
    HANN = kind("hann", hann::build, 80, "f32 or i16 -> f32. Row times the periodic Hann window; i16 is scaled by 1/32768.");
    HISTOGRAM = kind(
        "histogram",
        histogram::build,
        700,
        "f32 or i16 -> bins u32. Counts in bins equal bins from lo to hi; clamp (0): 1 counts what lies outside in the end bins. \
         NaN is not counted.",
    );
    HMM_BACKWARD = kind(
        "hmm_backward",
        scan::hmm::backward,
        3000,
        "rows of hmm_forward -> posteriors, N per step. transition. A reverse scan.",
    );
    HMM_FORWARD = kind(
        "hmm_forward",
        scan::hmm::forward,
        3000,
        "u8 symbols or likelihoods; a scan -> N scaled alphas and their scale per step, f64. transition, emission, initial.",
    );
    KALMAN = kind(
        "kalman",
        scan::kalman::build,
        20_000,
        "f32, f64 or i16; a scan -> state and upper triangle of its covariance per sample, f64. transition, process, observe or \
         dt, q; r, x0, p0.",
    );
    MEAN = kind("mean", mean::build, 90, "f32 or i16 -> 1 f32. Arithmetic mean.");
    PLL = kind(
        "pll",
        scan::pll::build,
        15_000,
        "c32 or real; a scan -> phase (turns), frequency (cycles a sample), lock per sample. bandwidth, damping, frequency, \
         range, costas, arm, weight, precision.",
    );
    QUANTILE = kind(
        "quantile",
        quantile::build,
        0,
        "f32 or i16 -> one f32 per q (list, 0 to 1, at most 8). Nearest rank: the element of rank (n - 1) * q, rounded half to \
         even. NaN is above everything. Overlapping windows cost their hop, not their length.",
    );
    RFFT_MAGNITUDE = kind(
        "rfft_magnitude",
        rfft::magnitude,
        0,
        "f32, n elements -> n / 2 + 1 f32. Absolute values of the real FFT, not scaled. portable (0): 1 for the same bits on \
         every machine (n a power of two).",
    );
    RFFT_POWER = kind("rfft_power", rfft::power, 0, "As rfft_magnitude; squares of the absolute values.");
    RMS = kind("rms", energy::rms, 90, "f32 or i16 -> 1 f32. Root of the mean square; i16 as it is.");
    ROLLING_STATS = kind(
        "rolling_stats",
        scan::rolling::build,
        3000,
        "f32, f64 or i16; a scan -> mean, variance of the last window samples per sample. window, ddof, precision.",
    );
    RTS_SMOOTHER = kind(
        "rts_smoother",
        scan::rts::build,
        10_000,
        "rows of kalman -> smoothed states (covariance 1: and covariances). The parameters of kalman. A reverse scan.",
    );
    THRESHOLD = kind(
        "threshold",
        threshold::build,
        200,
        "real -> u8. 1 where an element is above level; below (0): 1 for those below it. NaN gives 0.",
    );
    TO_F32 = kind("to_f32", to_f32::build, 80, "real -> f32. x * scale (1) + offset (0).");
    TOP_K_SUM = kind("top_k_sum", top_k_sum::build, 350, "f32 -> 1 f32. Sum of the k greatest elements, NaN left out.");
    VITERBI = kind(
        "viterbi",
        scan::viterbi::decisions,
        200_000,
        "u8 hard or i8, f32 soft (above 0: bit 0); a scan -> decisions. constraint (7), generators (octal 171, 133), invert, \
         any_start.",
    );
    VITERBI_TRACEBACK = kind(
        "viterbi_traceback",
        scan::viterbi::traceback,
        1000,
        "rows of viterbi -> u8 bits. constraint, end, pack. A reverse scan.",
    );
    ZERO_PHASE_FORWARD = kind(
        "zero_phase_forward",
        scan::zero_phase::forward,
        4000,
        "f32, f64 or i16; a scan. First half of a zero-phase filter (sosfiltfilt): sos, padlen.",
    );
    ZERO_PHASE_REVERSE = kind(
        "zero_phase_reverse",
        scan::zero_phase::reverse,
        4000,
        "its edges: zero_phase_forward and what that one sees. Second half: sos, padlen, precision. A reverse scan. Fails with \
         -16 where the stream is not longer than padlen.",
    );
}
