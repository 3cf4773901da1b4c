//! Reference texts of the kinds that shift frequencies and change the sample rate.

use super::{Manual, NanPolicy, ParamKind, SCALE, param};
use ParamKind::{Integer, List, Number};

pub(in crate::stages) const MIXER: Manual = Manual {
    summary: "Mixer with a numerically controlled oscillator: y[n] = x[n] exp(2 pi i (frequency n + phase)), with n \
              from the first sample of row 0.",
    input: "f32, i16 or c32, one channel; overlapping rows are counted by their position in the samples",
    output: "n c32",
    nan: NanPolicy::Spreads,
    notes: "The phase is an integer of 64 bits, a multiple of 2^-64 turns: it does not drift. Sine and cosine are \
            computed in f64, and products rounded once. A negative frequency shifts a positive one to 0.",
    source: "x * numpy.exp(2j * numpy.pi * (frequency * n + phase)); Tierney, Rader and Gold, IEEE Trans. Audio \
             Electroacoustics 19 (1971)",
    params: &[
        param("frequency", Number, "cycles a sample", "-0.5 to 0.5", "required", "shift of all frequencies"),
        param("phase", Number, "turns", "-1 to 1", "0", "phase of sample 0"),
        SCALE,
    ],
};
pub(in crate::stages) const RESAMPLE: Manual = Manual {
    summary: "Rational resampler: the sample rate times up / down, y[m] = sum over i of h[(m down mod up) + i up] \
              x[floor(m down / up) + Q - i], Q = ceil(taps / up) - 1.",
    input: "f32 or c32, one channel; rows start every hop samples, hop up a multiple of down, and have at least hop + \
            Q samples",
    output: "hop up / down elements of the same type, consecutive over the rows",
    nan: NanPolicy::Spreads,
    notes: "Taps are used as given, at up times the rate: for a gain of 1 their sum is up. Output m is at the input \
            time (m down + Q up - (taps - 1) / 2) / up if the filter is even. Taps are rounded to f32; sums run in \
            f64 and are rounded once.",
    source: "scipy.signal.upfirdn(taps, x, up)[Q up::down]; Crochiere and Rabiner, Multirate Digital Signal \
             Processing (1983), 3.3",
    params: &[
        param("up", Integer, "-", "1 to 4096", "1", "outputs for down samples"),
        param("down", Integer, "-", "1 to 4096", "1", "samples for up outputs"),
        param("taps", List, "-", "1 to 65536 numbers of f32", "required", "the filter"),
    ],
};
