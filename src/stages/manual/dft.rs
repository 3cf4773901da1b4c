//! The reference texts of the complex transforms.

use super::{Manual, NanPolicy, ParamKind, param};
use ParamKind::Integer;

const NOTES: &str = "Rows of any length from 1 to 2^20, in the caller's memory, with the same bits on every machine. The error is \
    about 1e-7 log2 n of the largest result, three times that if n is not a power of two.";

pub(in crate::stages) const FFT: Manual = Manual {
    summary: "Discrete Fourier transform: X[k] = sum x[i] exp(-2 pi j i k / n); with inverse x[i] = 1/n sum X[k] exp(2 pi \
              j i k / n).",
    input: "c32, one channel",
    output: "n c32",
    nan: NanPolicy::Spreads,
    notes: NOTES,
    source: "numpy.fft.fft and ifft; Van Loan, Computational Frameworks for the Fast Fourier Transform, 1.7; Bluestein, \
             IEEE Trans. Audio Electroacoustics 18 (1970)",
    params: &[
        param("inverse", Integer, "-", "0, 1", "0", "1: the inverse transform"),
        param(
            "shift",
            Integer,
            "-",
            "0, 1",
            "0",
            "1: frequency 0 is at n / 2 rounded down, of the results or, with inverse, of the input: numpy.fft.fftshift",
        ),
    ],
};
pub(in crate::stages) const RFFT: Manual = Manual {
    summary: "Discrete Fourier transform of real rows: X[k] = sum x[i] exp(-2 pi j i k / n), k from 0 to n / 2.",
    input: "f32, one channel",
    output: "n / 2 + 1 c32",
    source: "numpy.fft.rfft",
    params: &[],
    ..FFT
};
pub(in crate::stages) const IRFFT: Manual = Manual {
    summary: "The real row whose discrete Fourier transform is the row, as rfft computes it. Imaginary parts of frequency 0 \
              and, for even n, of the last are ignored.",
    input: "m c32, one channel",
    output: "n f32",
    source: "numpy.fft.irfft",
    params: &[param("n", Integer, "elements", "2 m - 2, 2 m - 1", "2 m - 2; of 1 element 1", "length of the row")],
    ..FFT
};
