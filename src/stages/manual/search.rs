//! Reference texts of the kinds that search spectra for weak signals.

use super::{Manual, NanPolicy, ParamInfo, ParamKind, param};
use ParamKind::{Integer, Number};

const HOP: ParamInfo = param("hop", Integer, "rows", "1 to 1048576", "1", "rows of the edge from one row to the next");

pub(in crate::stages) const BURST: Manual = Manual {
    summary: "Bursts of each channel of a power series, over a noise floor f that it follows: a power above start f \
              starts a burst, one of at most end f ends it; outside of bursts f = f + follow (p - f).",
    input: "f32: consecutive powers of one or more interleaved channels, as channelizer with average computes them; \
            the edge may have a lookahead of a rows, and a row of the stage then reads a + 1 of them",
    output: "1 + 4 events f32: the number of bursts that ended in the row; for each channel, start, length, power \
             relative to the floor; zeros after them",
    nan: NanPolicy::Missing,
    notes: "Start and length are in samples, the start from the start of the row, negative if the burst began before. \
            Ends are located within slots by the power of the slot relative to the mean of whole ones. At the first \
            slot the floor of all channels is the median over them. Bursts after events of a row are not listed. \
            Computed in f64.",
    source: "a comparison with hysteresis (Schmitt, J. Scientific Instruments 15 (1938)) with an exponential mean as \
             the floor",
    params: &[
        param("start", Number, "floors", "at least 1", "4", "power above which a burst starts"),
        param("end", Number, "floors", "1 to start", "2, at most start", "power up to which it ends"),
        param("follow", Number, "-", "above 0, at most 1", "0.02", "weight of a new slot in the floor"),
        param("events", Integer, "-", "1 to 4096", "16", "bursts listed in a row"),
        param("slot", Number, "samples", "above 0", "1", "length of a slot"),
        param("delay", Number, "samples", "finite", "0", "added to start and end: the delay of the filter before"),
    ],
};
pub(in crate::stages) const CHANNELIZER: Manual = Manual {
    summary: "Polyphase channelizer: C equal channels of the band, y[t, c] = sum over i of h[i] x[t D + i] exp(-2 pi \
              j c (t D + i) / C), i from 0 to C taps - 1, with D = C / oversample.",
    input: "f32 or c32, one channel; rows start at multiples of D samples",
    output: "frames C c32, the channels of each time interleaved; with average frames / average C f32: mean powers",
    nan: NanPolicy::Spreads,
    notes: "Channel c is the band around c / C of the sample rate; the upper half are negative frequencies. The \
            prototype h, a sinc under a Hamming window, has a sum of 1, loses 6 dB at the edge of a channel and \
            delays by (C taps - 1) / 2 samples. For consecutive results the input has a window of C taps + D (frames \
            - 1) and a hop of D frames. The error is about 1e-7 (taps + log2 C) of the largest sample.",
    source: "scipy.signal.firwin(C taps, 1 / C) for h; Harris, Dick and Rice, IEEE Trans. MTT 51 (2003)",
    params: &[
        param("channels", Integer, "-", "powers of two from 4 to 4096", "required", "C"),
        param("taps", Integer, "-", "1 to 64", "8", "taps of each branch of the filter"),
        param("oversample", Integer, "-", "1, 2", "1", "results of a channel for C samples"),
        param("frames", Integer, "-", "1 to (n - C taps) / D + 1", "the largest", "results of a row"),
        param(
            "average",
            Integer,
            "-",
            "0, or a divisor of frames",
            "0",
            "results whose powers are averaged; 0: complex results",
        ),
    ],
};
pub(in crate::stages) const COHERENT: Manual = Manual {
    summary: "Coherent sum of the spectra of M consecutive windows, at several frequencies f = k + (j + 1/2) / parts \
              - 1/2 within each bin k: y[k parts + j] = 1/M |sum over m of x_m[k] exp(-2 pi i f m step / window)|^2.",
    input: "c32, one channel: n bins, as fft and rfft compute them; the edge has the lookback or the lookahead, of at \
            most 1023 rows",
    output: "n parts f32: powers",
    nan: NanPolicy::Spreads,
    notes: "Raises a carrier over the noise by M; noise of power 1 keeps power 1. Phases are exact ratios of \
            integers; sums run in f32 with a relative error of about M 2^-23. Uses 8 bytes for each of the window / \
            gcd(window, step) phases. Rows outside the stream are those of the boundary of the edge.",
    source: "Mahafza, Radar Systems Analysis and Design Using MATLAB, 4.3 (coherent integration)",
    params: &[
        param("window", Integer, "samples", "1 to 1048576", "n", "length of the transform"),
        param("step", Integer, "samples", "0 to 2^30", "0", "from a window to the next; 0: rows are added as they are"),
        param("parts", Integer, "-", "1 to 64", "1", "frequencies within a bin"),
        param("from", Integer, "bins", "0 to 1048576", "0", "number of the first bin in the row of the transform"),
        param("shift", Integer, "-", "0, 1", "0", "1: the row of the transform is that of fft with shift 1"),
        HOP,
    ],
};
const DRIFT_BINS: ParamInfo =
    param("drift", Integer, "bins", "0 to 4096", "required", "maximum drift from the first row of a track to the last");
pub(in crate::stages) const DRIFT: Manual = Manual {
    summary: "Drift search: for each bin, the strongest of the straight tracks through M rows of power that end in \
              it, y[k] = max over d of 1/M sum over b of x_b[k - s], s = d b / (M - 1) rounded, where x_b is the row \
              b rows before.",
    input: "f32 of powers, one channel; the edge has the lookback M - 1, 1 to 1023, and no lookahead",
    output: "n f32: powers",
    nan: NanPolicy::Skipped,
    notes: "d is from -drift to drift. Powers are at least 0; elements outside the row count as 0, tracks through a \
            NaN do not count. Halves are rounded away from 0. Sums run in f32, from the last row to the first, with a \
            relative error below M 2^-24. The time is that of (2 drift + 1) M n additions.",
    source: "Taylor, Astron. Astrophys. Suppl. 15 (1974), by brute force",
    params: &[DRIFT_BINS],
};
pub(in crate::stages) const DRIFT_PEAK: Manual = Manual {
    summary: "The strongest track of a row of drift: bin in which it ends, with a fraction; drift in bins a row; \
              height above the mean of all tracks in their standard deviations; strength; 1 if the height is at least \
              threshold, 2 if the strength is a local maximum, too, else 0.",
    input: "edge 0: rows of drift, f32; edge 1: the rows of power that it reads, with the same lookback; edge 2, if \
            there is one: the strength, 1 f32 a row, with lookback 1 and lookahead 1",
    output: "5 f32: bin, drift, height, strength, kind",
    nan: NanPolicy::Below,
    notes: "The bin is that of the vertex of the parabola through the track and those beside it, and then along the \
            ridge of tracks through its middle. Without edge 2 the strength is the mean power of the track, and the \
            last element at most 1. A local maximum is at least the number before and above the one after. Computed \
            in f64.",
    source: "Jacobsen and Kootsookos, IEEE Signal Processing Magazine, May 2007, for the parabola",
    params: &[
        DRIFT_BINS,
        param("threshold", Number, "deviations", "at least 0", "0", "height from which a track counts"),
    ],
};
pub(in crate::stages) const JOIN: Manual = Manual {
    summary: "Rows of several edges one after another: y = x0, x1, ..., so that one request returns several results.",
    input: "2 to 16 edges of one type, with rows of any lengths, without lookback and lookahead",
    output: "a row of the sum of the lengths, of the same type",
    nan: NanPolicy::Copied,
    notes: "The row has several lists: select one with band for a further stage.",
    source: "numpy.concatenate([x0, x1, ...])",
    params: &[],
};
pub(in crate::stages) const NONCOHERENT: Manual = Manual {
    summary: "Noncoherent sum: power added over rows, y[i] = sum over m of |x_m[i]|^2, or of x_m[i] if the rows are \
              powers.",
    input: "f32 rows of powers, which are added as they are, or c32; any number of channels; the edge has the \
            lookback or the lookahead",
    output: "n f32: powers",
    nan: NanPolicy::Spreads,
    notes: "Computed in f64, in the order of the rows, and rounded once. With limit, an element y above the limit l, \
            which is the parameter times the mean of the finite elements of the row, becomes l (1 + ln(y / l)), so \
            that an impulse in one row does not hide what is in all. Rows outside the stream are those of the \
            boundary of the edge.",
    source: "numpy.sum(x[t hop - lookback:t hop + lookahead + 1], axis=0), numpy.mean",
    params: &[
        HOP,
        param("mean", Integer, "-", "0, 1", "0", "1: the mean over the rows instead of the sum"),
        param(
            "limit",
            Number,
            "means",
            "above 0",
            "none",
            "power up to which an element counts linearly, in means of the row",
        ),
    ],
};
