//! The reference texts of `window` and `decibel`.

use super::{Manual, NanPolicy, ParamKind, param};
use ParamKind::{Integer, Number};

pub(in crate::stages) const DECIBEL: Manual = Manual {
    summary: "Decibels of each element: y = factor log10(|x| / reference), at least floor.",
    input: "f32, f64 or c32",
    output: "n f32",
    nan: NanPolicy::Spreads,
    notes: "Computed in f64, rounded once, with the same bits on every machine. Zero gives minus infinity without floor.",
    source: "10 * numpy.log10(x / reference) of powers, 20 * numpy.log10(abs(x) / reference) of amplitudes; ISO 80000-3",
    params: &[
        param("reference", Number, "of x", "above 0", "1", "what has 0 dB"),
        param("factor", Number, "dB", "above 0", "10 if rows are powers, else 20", "dB of a factor of 10"),
        param("floor", Number, "dB", "finite", "none", "smallest result"),
    ],
};
pub(in crate::stages) const WINDOW: Manual = Manual {
    summary: "Window function: y[i] = scale w[i] x[i].",
    input: "f32, i16 or c32, one channel",
    output: "n f32; c32 for c32 input",
    nan: NanPolicy::Spreads,
    notes: "type: 0 rectangular, 1 Hann, 2 Hamming, 3 Blackman, 4 Blackman-Harris, 5 flat top, 6 Kaiser, 7 Slepian (DPSS). \
            w is computed in f64 and has the same bits on every machine; of one element it is 1. A Slepian window of \
            large n takes long to prepare: about 110 n divisions when the pipeline is sealed.",
    source: "scipy.signal.get_window(name, n, fftbins=True) and, with symmetric, False; Harris, On the use of windows \
             for harmonic analysis with the discrete Fourier transform, Proc. IEEE 66 (1978); Slepian, Bell System \
             Technical Journal 57 (1978)",
    params: &[
        param("type", Integer, "-", "0 to 7", "1", "the window"),
        param(
            "symmetric",
            Integer,
            "-",
            "0, 1",
            "0",
            "0: one period of n, for spectra; 1: both ends alike, for filters",
        ),
        param("beta", Number, "-", "0 to 600", "type 6: required", "shape of Kaiser's window; other types refuse it"),
        param(
            "nw",
            Number,
            "-",
            "above 0, below half of the length",
            "type 7: required",
            "half bandwidth of Slepian's window, in cycles per length; other types refuse it",
        ),
        param(
            "scale",
            Number,
            "-",
            "1.2e-38 to 3.4e38",
            "1",
            "factor of the window; 1/32768 makes full scale of i16 1",
        ),
    ],
};
