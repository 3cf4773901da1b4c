//! The reference text of `window`.

use super::{Manual, NanPolicy, ParamKind, param};
use ParamKind::{Integer, Number};

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
