//! Reference texts of the kinds of built-in stages: what a kind computes, its input and output, and its parameters.
//!
//! The C header prints them, and programs on hosts can list them ([`Kind::manual`](super::Kind)). Builds without `std`
//! do not contain them. Bounds and defaults are those of the builders; tests/abi/kinds.rs compares the names of the
//! parameters with what the builders accept.

/// Type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// A number.
    Number,
    /// An integer.
    Integer,
    /// A list of numbers.
    List,
    /// A number or a list of numbers.
    NumberOrList,
}

impl ParamKind {
    /// Its name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ParamKind::Number => "number",
            ParamKind::Integer => "integer",
            ParamKind::List => "list",
            ParamKind::NumberOrList => "number, list",
        }
    }
}

/// A parameter of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParamInfo {
    /// Name, as in `sqs_param.key`.
    pub name: &'static str,
    /// Type.
    pub kind: ParamKind,
    /// Unit; "-" for none.
    pub unit: &'static str,
    /// Valid values.
    pub range: &'static str,
    /// Default; "required" without one.
    pub default: &'static str,
    /// Meaning.
    pub meaning: &'static str,
}

/// What a kind does with a NaN among its elements, and a scan with any sample that is not finite. The chapter of the
/// header defines the words before the colons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NanPolicy {
    /// It reaches what is computed from it.
    Spreads,
    /// It does not change the state.
    Missing,
    /// It is left out of the row.
    Skipped,
    /// It is above all numbers.
    Above,
    /// It is below all numbers.
    Below,
    /// It is copied.
    Copied,
    /// Comparisons with it are false.
    False,
    /// The parameter `on_nan` decides.
    OnNan,
    /// The parameter `min_periods` decides.
    MinPeriods,
    /// The rows of the edge have none.
    None,
}

impl NanPolicy {
    /// Its text in the header: the same for all kinds.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            NanPolicy::Spreads => "spreads: what the row computes from it is not finite; other rows are not affected",
            NanPolicy::Missing => "missing: the sample does not change the state, which is finite after any samples",
            NanPolicy::Skipped => "skipped: the row is computed from its other elements",
            NanPolicy::Above => "ordered: above all numbers",
            NanPolicy::Below => "ordered: below all numbers",
            NanPolicy::Copied => "copied: elements are not interpreted",
            NanPolicy::False => "false: no comparison with it holds",
            NanPolicy::OnNan => "on_nan: as this parameter sets; by default stays: all later results are not finite",
            NanPolicy::MinPeriods => "window: results are NaN while it is in the window; with min_periods skipped",
            NanPolicy::None => "none: rows of the kind on its edge have none",
        }
    }
}

/// The text of a kind. `n` is the number of elements of a row of its edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manual {
    /// What it computes, in one sentence, with its formula.
    pub summary: &'static str,
    /// Rows of its edges.
    pub input: &'static str,
    /// Its rows.
    pub output: &'static str,
    /// What it does with NaN.
    pub nan: NanPolicy,
    /// Special values, accuracy, cost; may be empty.
    pub notes: &'static str,
    /// Published source or equivalent function; may be empty.
    pub source: &'static str,
    /// Its parameters, in the order of the table.
    pub params: &'static [ParamInfo],
}

const fn param(
    name: &'static str,
    kind: ParamKind,
    unit: &'static str,
    range: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> ParamInfo {
    ParamInfo { name, kind, unit, range, default, meaning }
}

mod combine;
mod dft;
mod rate;
mod search;
mod window;

pub(super) use combine::{EDGE_MAX, EDGE_MEAN, EDGE_MIN, EDGE_SUM, FRAME, MAX, MIN, SUM};
pub(super) use dft::{FFT, IRFFT, RFFT};
pub(super) use rate::{MIXER, RESAMPLE};
pub(super) use search::{BURST, CHANNELIZER, COHERENT, DRIFT, DRIFT_PEAK, JOIN, NONCOHERENT};
pub(super) use window::{DECIBEL, WINDOW};

use ParamKind::{Integer, List, Number, NumberOrList};

const PRECISION: ParamInfo =
    param("precision", Integer, "bits", "32, 64", "64 for f64 input, else 32", "element type of the rows: f32 or f64");
const SOS: ParamInfo = param(
    "sos",
    List,
    "-",
    "6 numbers per section, 1 to 32 sections",
    "required",
    "coefficients b0 b1 b2 a0 a1 a2 of each section, finite, also when divided by a0",
);
const ON_NAN: ParamInfo = param(
    "on_nan",
    Integer,
    "-",
    "0, 1, 2, 3",
    "0",
    "a sample that is not finite, or that would make the state not finite: 0: stays in the state, all later results are \
     not finite; 1: skip it, the state is kept and the result is NaN; 2: hold, the last sample takes its place; 3: reset, \
     the filter starts anew with the next sample and the result is NaN",
);
const PADLEN: ParamInfo = param(
    "padlen",
    Integer,
    "samples",
    "0 to 1048576",
    "3 * (2 * sections + 1 - m)",
    "padding p at each end, the same in both stages; m: the smaller of the numbers of sections with b2 = 0 and with a2 = 0",
);
const TRANSITION_HMM: ParamInfo = param(
    "transition",
    List,
    "-",
    "N * N numbers, 0 to 1, N from 1 to 64",
    "required",
    "row i has the probabilities of the transitions from state i; their sum is 1 (within 1e-6)",
);
const CONSTRAINT: ParamInfo = param("constraint", Integer, "bits", "3 to 9", "7", "constraint length K of the code");
const KALMAN: [ParamInfo; 8] = [
    param("transition", List, "-", "d * d numbers, d from 1 to 4", "from dt", "F, row by row"),
    param(
        "process",
        List,
        "-",
        "d * d numbers, a covariance",
        "from dt and q",
        "Q, row by row; required with transition. Symmetric and semidefinite, each within 1e-9 of the variances",
    ),
    param("observe", List, "-", "d numbers", "1 0", "h; required with transition"),
    param("dt", Number, "time", "above 0", "1", "without transition: time between samples, of position and velocity"),
    param(
        "q",
        Number,
        "-",
        "at least 0",
        "required without transition",
        "intensity of the white noise of the acceleration: F = [1 dt; 0 1], Q = q [dt^3/3 dt^2/2; dt^2/2 dt], h = [1 0]",
    ),
    param("r", Number, "-", "above 0", "required", "variance of a measurement"),
    param("x0", List, "-", "d numbers", "zeros", "estimate before the first measurement"),
    param(
        "p0",
        NumberOrList,
        "-",
        "at least 0, or d * d numbers, a covariance",
        "1e6",
        "its covariance: one number for the diagonal, or the matrix, checked as process",
    ),
];
const PORTABLE: ParamInfo = param(
    "portable",
    Integer,
    "-",
    "0, 1",
    "0",
    "1: the library's own transform, for n a power of two, with the same bits on every machine; 0: the fastest transform",
);
const RFFT_NOTES: &str = "Not scaled. Results that fit f32 are \
     right over its whole range: a row whose largest power does not fit, or for magnitudes is below 2^-60, takes twice \
     the time. Values are bit-identical on \
     every machine with portable, on memory from the caller, and in builds without the feature fft; else they may differ \
     in the last bits between processors. Sizes that need a plan use the host's heap.";
const SCALE: ParamInfo =
    param("scale", Number, "-", "1.2e-38 to 3.4e38", "1", "factor of the elements; rounded once, with the result");
const SCALE_SAMPLES: ParamInfo = param("scale", Number, "-", "1.2e-38 to 3.4e38", "1", "factor of the samples");
const FIR_NOTES: &str = "Sums run in the order of the row, runs of 32 taps in f32, the sums of the runs in f64. With \
     t = min(taps, 32) + 1 the error is below t 2^-24 sum abs(h x) + taps 2^-149. Partial sums do not overflow: only \
     results above the largest f32 are infinite.";
const SAMPLES: &str = "f32, f64 or i16 samples; a scan";

pub(super) const ARGMAX: Manual = Manual {
    summary: "Index of the first maximum: min { k : x[k] = max x }.",
    input: "f32",
    output: "1 u32",
    nan: NanPolicy::Below,
    notes: "0 if all elements are NaN. -0 equals +0.",
    source: "numpy.nanargmax, with NaN as minus infinity",
    params: &[],
};
pub(super) const BAND: Manual = Manual {
    summary: "Elements from to to - 1 of each row: a band of bins, a slice of a window.",
    input: "any type",
    output: "to - from elements of the same type",
    nan: NanPolicy::Copied,
    notes: "",
    source: "",
    params: &[
        param("from", Integer, "elements", "0 to n - 1", "0", "first element"),
        param("to", Integer, "elements", "from + 1 to n", "n", "end (exclusive)"),
    ],
};
pub(super) const BIQUAD: Manual = Manual {
    summary: "IIR filter: a cascade of second-order sections, y = b0 x + z1, z1 = b1 x - a1 y + z2, z2 = b2 x - a2 \
              y.",
    input: SAMPLES,
    output: "n elements; f64 for f64 input, else f32",
    nan: NanPolicy::OnNan,
    notes: "State and arithmetic are f64.",
    source: "transposed direct form II: scipy.signal.sosfilt; Oppenheim and Schafer, Discrete-Time Signal \
             Processing, section 6.3",
    params: &[
        SOS,
        param(
            "zi",
            NumberOrList,
            "-",
            "0, 1, or 2 numbers per section",
            "0",
            "initial state. 0: at rest; 1: steady state of the first sample; list: z1 z2 of each section",
        ),
        ON_NAN,
        PRECISION,
        SCALE_SAMPLES,
    ],
};
pub(super) const BIQUAD_REVERSE: Manual = Manual {
    summary: "As biquad, from the last sample to the first.",
    input: "f32, f64 or i16 samples; a reverse scan",
    notes: "The first sample is the last of the range. biquad, then biquad_reverse, both with zi 1, equal \
            sosfiltfilt(padtype=None).",
    ..BIQUAD
};
pub(super) const CENTROID: Manual = Manual {
    summary: "Centroid in elements: sum k x[k] / sum x[k]; of a magnitude row, the spectral centroid in bins.",
    input: "f32",
    output: "1 f32",
    nan: NanPolicy::Spreads,
    notes: "0 if the sum is 0. Sums run in f64, in a fixed order. Without negative elements \
            the relative error is below (n / 5 + 16) 2^-53, plus the rounding to f32.",
    source: "Peeters, A large set of audio features for sound description (IRCAM, 2004), section 6.1.1",
    params: &[],
};
pub(super) const CHANNEL: Manual = Manual {
    summary: "One channel of an input of interleaved channels: y[i] = x[i * channels + index].",
    input: "any type, directly from an input",
    output: "n / channels elements of the same type",
    nan: NanPolicy::Copied,
    notes: "",
    source: "",
    params: &[param("index", Integer, "-", "0 to channels - 1", "0", "number of the channel")],
};
pub(super) const CUSUM: Manual = Manual {
    summary: "Two-sided CUSUM detector of changes of a mean: high = max(0, high + (x - target) - drift), low = \
              max(0, low - (x - target) - drift).",
    input: SAMPLES,
    output: "3 n elements, high low alarm for each sample; f64 for f64 input, else f32",
    nan: NanPolicy::Missing,
    notes: "alarm is 1 if high > threshold, -1 if low > threshold, 2 if both, else 0. The row shows the sums that \
            raised it. A missing sample raises no alarm. Sums stop at the largest f64.",
    source: "Page, Continuous inspection schemes, Biometrika 41 (1954); Montgomery, Introduction to Statistical \
             Quality Control, section 9.1",
    params: &[
        param("target", Number, "of x", "finite", "0", "mean without a change"),
        param("drift", Number, "of x", "at least 0", "0", "slack that each sample subtracts from the sums"),
        param("threshold", Number, "of x", "above 0", "required", "sum above which an alarm is raised"),
        param("reset", Integer, "-", "0, 1", "1", "1: both sums start from 0 after an alarm; 0: they continue"),
        PRECISION,
        SCALE_SAMPLES,
    ],
};
pub(super) const DECIMATE: Manual = Manual {
    summary: "Low-pass filter, then every factor-th element: y[j] = sum h[i] x[j * factor + taps - 1 - i].",
    input: "f32, one channel, n at least the number of taps",
    output: "(n - taps) / factor + 1 f32",
    nan: NanPolicy::Spreads,
    notes: FIR_NOTES,
    source: "default taps: scipy.signal.decimate(ftype='fir'), that is firwin(20 q + 1, 1 / q); Oppenheim and \
             Schafer, Discrete-Time Signal Processing, section 7.5. Polyphase form: Vaidyanathan, Multirate Systems \
             and Filter Banks, section 4.3",
    params: &[
        param("factor", Integer, "elements", "1 to 1048576", "required", "distance of the elements that are kept"),
        param("taps", List, "-", "finite in f32", "low-pass of 20 * factor + 1 taps", "coefficients h, rounded to f32"),
    ],
};
pub(super) const DETREND: Manual = Manual {
    summary: "Subtracts the mean, or the least-squares line, of the row.",
    input: "f32 or i16, one channel",
    output: "n f32",
    nan: NanPolicy::Spreads,
    notes: "Sums run in f64, in a fixed order. The error is below (n + 40) 2^-53 times the largest magnitude of the row, \
            plus the rounding to f32.",
    source: "scipy.signal.detrend with the same types",
    params: &[
        param("type", Integer, "-", "0, 1", "1", "0: subtract the mean (constant); 1: subtract the line (linear)"),
        SCALE,
    ],
};
pub(super) const EMA: Manual = Manual {
    summary: "Exponential moving average, the one-pole low-pass: y += alpha (x - y).",
    input: SAMPLES,
    output: "n elements; f64 for f64 input, else f32",
    nan: NanPolicy::Missing,
    notes: "State and arithmetic are f64. For a missing sample the row repeats the average (0 before the first one).",
    source: "pandas.Series.ewm(alpha, adjust=False).mean()",
    params: &[
        param("alpha", Number, "-", "above 0, at most 1", "required without span", "weight of a new sample"),
        param("span", Number, "samples", "at least 1", "-", "instead of alpha: alpha = 2 / (span + 1)"),
        param("initial", Number, "of x", "finite", "the first sample", "average before the first sample"),
        PRECISION,
        SCALE_SAMPLES,
    ],
};
pub(super) const ENERGY: Manual = Manual {
    summary: "Sum of squares: sum x[i]^2.",
    input: "f32 or i16 (summed exactly)",
    output: "1 f32",
    nan: NanPolicy::Spreads,
    notes: "f32 is squared and summed in f64, in a fixed order: no square overflows, and the relative \
            error is below (n / 16 + 6) 2^-53, plus the rounding to f32.",
    source: "",
    params: &[SCALE],
};
pub(super) const FIR: Manual = Manual {
    summary: "FIR filter where the taps overlap the row completely: y[j] = sum h[i] x[j + taps - 1 - i].",
    input: "f32, one channel, n at least the number of taps",
    output: "n - taps + 1 f32",
    nan: NanPolicy::Spreads,
    notes: FIR_NOTES,
    source: "numpy.convolve(x, h, 'valid')",
    params: &[param("taps", List, "-", "finite in f32, at least one", "required", "coefficients h, rounded to f32")],
};
pub(super) const HANN: Manual = Manual {
    summary: "Periodic Hann window: y[i] = x[i] scale sin^2(pi i / n); of one element the window is scale.",
    input: "f32 or i16, one channel",
    output: "n f32",
    nan: NanPolicy::Spreads,
    notes: "The window has the same bits on every machine.",
    source: "scipy.signal.get_window('hann', n, fftbins=True); Harris, On the use of windows for harmonic analysis \
             with the discrete Fourier transform, Proc. IEEE 66 (1978)",
    params: &[param(
        "scale",
        Number,
        "-",
        "1.2e-38 to 3.4e38",
        "1",
        "factor of the window; 1/32768 makes full scale of i16 1",
    )],
};
pub(super) const HISTOGRAM: Manual = Manual {
    summary: "Counts of elements in equal bins: y[j] counts edge[j] <= x < edge[j + 1], edge[j] = lo + j (hi - lo) \
              / bins.",
    input: "f32 or i16",
    output: "bins u32",
    nan: NanPolicy::Skipped,
    notes: "hi belongs to the last bin. f32 samples are compared with edges rounded to f32, i16 with \
            edges in f64; all edges must differ.",
    source: "numpy.histogram(x, bins, (lo, hi)) of the same type",
    params: &[
        param("lo", Number, "of x", "finite, below hi", "required", "lower end of the first bin"),
        param("hi", Number, "of x", "finite, above lo", "required", "upper end of the last bin"),
        param("bins", Integer, "-", "1 to 65536", "required", "number of bins"),
        param(
            "clamp",
            Integer,
            "-",
            "0, 1",
            "0",
            "1: elements outside of lo to hi count in the first or last bin; 0: not at all",
        ),
        param("scale", Number, "-", "1.2e-38 to 3.4e38", "1", "factor of the elements: lo and hi are divided by it"),
    ],
};
pub(super) const HMM_BACKWARD: Manual = Manual {
    summary: "Hidden Markov model, posteriors: gamma(i) = alpha(i) sum_j a(i,j) later gamma(j) / sum_k alpha(k) \
              a(k,j).",
    input: "rows of hmm_forward; a reverse scan",
    output: "N f64 per observation: P(state given all observations)",
    nan: NanPolicy::None,
    notes: "At the last observation gamma is alpha.",
    source: "Askar and Derin, IEEE Trans. Automatic Control 26 (1981); equal to alpha beta of Rabiner, Proc. IEEE \
             77 (1989)",
    params: &[TRANSITION_HMM],
};
pub(super) const HMM_FORWARD: Manual = Manual {
    summary: "Hidden Markov model, scaled forward recursion: p(j) = sum_i alpha(i) a(i,j), c = sum_j p(j) b(j), \
              alpha(j) = p(j) b(j) / c.",
    input: "u8 symbols, or f32 or f64 likelihoods b(j), N per observation; a scan",
    output: "N + 1 f64 per observation: alpha and the scale c",
    nan: NanPolicy::Missing,
    notes: "The product of all c is the likelihood. An observation that is impossible in all possible states, as when \
            its likelihoods have underflowed, makes the stage fail with -16 (SQS_ERR_RANGE): give their logarithms, or \
            NaN for a missing one.",
    source: "Rabiner, A tutorial on hidden Markov models, Proc. IEEE 77 (1989), section V.A",
    params: &[
        TRANSITION_HMM,
        param(
            "emission",
            List,
            "-",
            "N rows, 0 to 1, sum of a row at most 1",
            "required for symbols",
            "row i has the probability of each symbol in state i; only for symbols",
        ),
        param("initial", List, "-", "N numbers, 0 to 1, sum 1", "1 / N each", "distribution at the first observation"),
        param("log", Integer, "-", "0, 1", "0", "1: likelihoods and c are natural logarithms; not for symbols"),
    ],
};
pub(super) const KALMAN_FILTER: Manual = Manual {
    summary: "Linear Kalman filter with d states and scalar measurements z: s = h P h' + r, k = P h' / s, x += k (z \
              - h x); then x = F x, P = F P F' + Q.",
    input: "f32, f64 or i16 measurements; a scan",
    output: "d (d + 3) / 2 f64 per measurement: the estimate x, and the upper triangle of its covariance P, row by \
             row",
    nan: NanPolicy::Missing,
    notes: "P is updated after Bucy and Joseph: (I - k h) P (I - k h)' + k r k'. The row of a missing measurement, also \
            one that would make the state not finite, is the prediction.",
    source: "Kalman (1960); Durbin and Koopman, Time Series Analysis by State Space Methods, section 4.3",
    params: &{
        let [transition, process, observe, dt, q, r, x0, p0] = KALMAN;
        [transition, process, observe, dt, q, r, x0, p0, SCALE_SAMPLES]
    },
};
pub(super) const MEAN: Manual = Manual {
    summary: "Arithmetic mean: sum x[i] / n.",
    input: "f32 or i16",
    output: "1 f32",
    nan: NanPolicy::Spreads,
    notes: "f32 is summed in f64, in sixteen interleaved partial sums, which are added pairwise; i16 is summed exactly. \
            The error is at most half a unit in the last place, plus (n / 16 + 6) 2^-53 times the mean of abs(x).",
    source: "",
    params: &[SCALE],
};
pub(super) const PLL: Manual = Manual {
    summary: "Phase-locked loop of second order that tracks a tone: e = arg(x exp(-2 pi i phase)) / (2 pi), \
              frequency += ki e, phase += frequency + kp e.",
    input: "c32, or real f32, f64 or i16 samples; a scan",
    output: "3 n elements, phase (turns, at least 0, below 1) frequency (cycles per sample) lock for each sample; f32, or f64 \
             with precision 64",
    nan: NanPolicy::Missing,
    notes: "phase is that before the sample, frequency and lock those after it. lock += weight (cos(2 pi e) - lock) \
            approaches 1 when locked, and 0 or less without a tone; with costas it is that of the doubled angle. \
            Silence counts as missing: samples of 0, and what the low-pass still holds of a tone that has ended. The \
            loop then coasts on its frequency, and lock decays.",
    source: "Gardner, Phaselock Techniques; loop gains: Rice, Digital Communications: A Discrete-Time Approach, \
             appendix C",
    params: &[
        param("bandwidth", Number, "cycles per sample", "above 0, at most 0.25", "0.01", "noise bandwidth of the loop"),
        param(
            "damping",
            Number,
            "-",
            "above 0",
            "sqrt(1/2)",
            "damping of the loop; both gains must be finite and above 0",
        ),
        param(
            "frequency",
            Number,
            "cycles per sample",
            "-0.5 to 0.5; real samples: not 0",
            "0; real samples: required",
            "initial frequency",
        ),
        param("range", Number, "cycles per sample", "0 to 1", "0.5", "maximum distance from the initial frequency"),
        param("costas", Integer, "-", "0, 1", "0", "1: the tone may change its sign (BPSK)"),
        param(
            "arm",
            Number,
            "-",
            "above 0, at most 1",
            "0.1",
            "real samples: weight of the low-pass, well above bandwidth",
        ),
        param("weight", Number, "-", "above 0, at most 1", "0.01", "weight of a sample in lock"),
        param("precision", Integer, "bits", "32, 64", "32", "element type of the rows: f32 or f64"),
        param("scale", Number, "-", "1.2e-38 to 3.4e38", "1", "factor of the samples, on which no result depends"),
    ],
};
pub(super) const QUANTILE: Manual = Manual {
    summary: "Quantiles by nearest rank: the element of rank (n - 1) q, rounded half to even.",
    input: "f32 or i16; windows may overlap",
    output: "1 f32 per q, in the order of the list",
    nan: NanPolicy::Above,
    notes: "Both zeros are +0. The cost of overlapping windows depends on their hop, not \
            on their length.",
    source: "numpy.percentile(x, 100 q, method='nearest'); Floyd and Rivest, Expected time bounds for selection, \
             CACM 18 (1975)",
    params: &[param("q", List, "-", "1 to 8 numbers, 0 to 1", "required", "probabilities, in any order"), SCALE],
};
pub(super) const RFFT_MAGNITUDE: Manual = Manual {
    summary: "Magnitudes of the real FFT: abs(X[k]), X[k] = sum x[i] exp(-2 pi i k / n), k = 0 to n / 2.",
    input: "f32, one channel, n from 1 to 2^24",
    output: "n / 2 + 1 f32",
    nan: NanPolicy::Spreads,
    notes: RFFT_NOTES,
    source: "numpy.abs(numpy.fft.rfft(x))",
    params: &[PORTABLE],
};
pub(super) const RFFT_POWER: Manual = Manual {
    summary: "Power of the real FFT: the squares of the values of rfft_magnitude.",
    source: "numpy.abs(numpy.fft.rfft(x)) ** 2",
    ..RFFT_MAGNITUDE
};
pub(super) const RMS: Manual = Manual { summary: "Root mean square: sqrt(sum x[i]^2 / n).", ..ENERGY };
pub(super) const ROLLING_STATS: Manual = Manual {
    summary: "Mean and variance of the last window samples.",
    input: SAMPLES,
    output: "2 n elements, mean variance for each sample; f64 for f64 input, else f32",
    nan: NanPolicy::MinPeriods,
    notes: "The first window - 1 results are over the samples so far. Nothing is subtracted from running sums, so \
            that rounding errors do not accumulate.",
    source: "pandas.Series.rolling(window, min_periods=1); van Herk, Pattern Recognition Letters 13 (1992); Chan, \
             Golub and LeVeque (1979)",
    params: &[
        param("window", Integer, "samples", "1 to 1048576", "required", "samples of a full window"),
        param(
            "ddof",
            Integer,
            "samples",
            "0 to 1048576",
            "0",
            "the sum of squares is divided by the number of samples minus ddof; NaN if that is not above 0",
        ),
        param(
            "min_periods",
            Integer,
            "samples",
            "1 to window",
            "-",
            "given: samples that are not finite are left out, and results over fewer samples than this are NaN",
        ),
        PRECISION,
        SCALE_SAMPLES,
    ],
};
pub(super) const RTS_SMOOTHER: Manual = Manual {
    summary: "Rauch-Tung-Striebel smoother: c = P F' (F P F' + Q)^-1, x += c (later x - F x), also where covariances \
              are singular.",
    input: "rows of kalman; a reverse scan",
    output: "per measurement x and the upper triangle of P, as kalman; f64, or f32 with precision 32",
    nan: NanPolicy::None,
    notes: "The last estimate of the range is unchanged. Of the parameters of kalman only F and Q (or dt and q) are \
            used.",
    source: "Rauch, Tung and Striebel, Maximum likelihood estimates of linear dynamic systems, AIAA Journal 3 (1965)",
    params: &{
        let [transition, process, observe, dt, q, r, x0, p0] = KALMAN;
        let r = ParamInfo { default: "-", ..r };
        [
            transition,
            process,
            observe,
            dt,
            q,
            r,
            x0,
            p0,
            param("covariance", Integer, "-", "0, 1", "1", "0: only x is output"),
            param("precision", Integer, "bits", "32, 64", "64", "element type of the rows: f32 or f64"),
        ]
    },
};
pub(super) const THRESHOLD: Manual = Manual {
    summary: "Alarm per element: 1 if x > level, else 0; with below, 1 if x < level.",
    input: "real",
    output: "n u8",
    nan: NanPolicy::False,
    notes: "f32 samples are compared with the level rounded to f32, integers and f64 with the level itself, exactly.",
    source: "",
    params: &[
        param("level", Number, "of x", "finite", "required", "level to compare with"),
        param("below", Integer, "-", "0, 1", "0", "1: alarm below the level; 0: above"),
        param("scale", Number, "-", "1.2e-38 to 3.4e38", "1", "factor of the elements: the level is divided by it"),
    ],
};
pub(super) const TO_F32: Manual = Manual {
    summary: "Conversion to f32: y = x scale + offset, from raw counts to units of measurement.",
    input: "real",
    output: "n f32",
    nan: NanPolicy::Spreads,
    notes: "Integers up to 16 bits and f32 are computed in f32, each operation rounded, if scale and offset are 0 or \
            normal numbers of f32 and offset is below 2^100; otherwise, and for other types, in f64, rounded once.",
    source: "",
    params: &[
        param("scale", Number, "y per x", "finite in f32", "1", "factor"),
        param("offset", Number, "of y", "finite in f32", "0", "offset"),
        param("missing", Number, "of x", "finite", "none", "elements of this value, such as gap_fill, become NaN"),
    ],
};
pub(super) const TOP_K_SUM: Manual = Manual {
    summary: "Sum of the k largest elements.",
    input: "f32",
    output: "1 f32",
    nan: NanPolicy::Skipped,
    notes: "With fewer than k numbers all are summed. The sum runs in f64, from the smallest to the \
            largest: the error is below k 2^-53 times the sum of their magnitudes, plus the rounding to f32.",
    source: "selection: Hoare, Find, Comm. ACM 4 (1961)",
    params: &[param("k", Integer, "elements", "1 to n", "required", "number of elements")],
};
pub(super) const VITERBI: Manual = Manual {
    summary: "Viterbi decoder of convolutional codes of rate 1/m, forward scan: path decisions.",
    input: "m symbols per bit: u8 hard (0, or else 1), or i8 or f32 soft (positive: 0, negative: 1, 0: erased); a \
            scan",
    output: "per bit 2^(K-1) decision bits, then one byte per row: the best state after it; u8",
    nan: NanPolicy::Missing,
    notes: "On a tie the predecessor with the even number wins. Soft symbols beyond 1e6 count as 1e6; a missing one is erased.",
    source: "Viterbi (1967); Forney, The Viterbi algorithm, Proc. IEEE 61 (1973); the default generators are octal \
             171 and 133, as in CCSDS 131.0-B (there with invert 0 1)",
    params: &[
        CONSTRAINT,
        param(
            "generators",
            List,
            "-",
            "2 to 6 integers, 1 to 2^K - 1",
            "121 91; K other than 7: required",
            "bits of the encoder whose parity is each symbol, the newest in the highest bit",
        ),
        param("invert", List, "-", "0 or 1 per generator", "zeros", "1: the symbols of this generator come inverted"),
        param("any_start", Integer, "-", "0, 1", "0", "1: the encoder may start in any state; 0: in state 0"),
    ],
};
pub(super) const VITERBI_TRACEBACK: Manual = Manual {
    summary: "Viterbi decoder, reverse scan: the decoded bits.",
    input: "rows of viterbi; a reverse scan",
    output: "1 u8 per bit; with pack, 8 bits per u8, the first in the top bit",
    nan: NanPolicy::None,
    notes: "",
    source: "Forney, The Viterbi algorithm, Proc. IEEE 61 (1973)",
    params: &[
        CONSTRAINT,
        param(
            "end",
            Integer,
            "-",
            "0 to 2^(K-1) - 1",
            "the best state",
            "state after the range; 0 after a tail of zeros",
        ),
        param("pack", Integer, "-", "0, 1", "0", "1: rows have a multiple of 8 bits, packed"),
    ],
};
pub(super) const ZERO_PHASE_FORWARD: Manual = Manual {
    summary: "Zero-phase filter, forward half: filters the extended signal, as scipy.signal.sosfiltfilt with odd \
              padding.",
    input: "f32, f64 or i16 samples x; a scan. Rows shorter than p + 1 need a lookahead of ceil((p + 1) / n) - 1 \
            rows",
    output: "f64: n filtered samples, then z1 z2 of each section after them",
    nan: NanPolicy::OnNan,
    notes: "",
    source: "scipy.signal.sosfiltfilt; Gustafsson, Determining the initial states in forward-backward filtering, \
             IEEE Trans. Signal Processing 44 (1996)",
    params: &[SOS, PADLEN, ON_NAN, SCALE_SAMPLES],
};
pub(super) const ZERO_PHASE_REVERSE: Manual = Manual {
    summary: "Zero-phase filter, reverse half: the filtered signal.",
    input: "two edges: zero_phase_forward, and its x with the same rows; a reverse scan. Rows of x shorter than p + \
            1 need a lookback of ceil((p + 1) / n) - 1 rows",
    output: "n elements; f64 for f64 input, else f32",
    notes: "The stream must have more than p samples, else the stage fails with -16 (SQS_ERR_RANGE). A row depends \
            on the whole stream, whatever range is evaluated.",
    params: &[SOS, PADLEN, ON_NAN, PRECISION, SCALE_SAMPLES],
    ..ZERO_PHASE_FORWARD
};
