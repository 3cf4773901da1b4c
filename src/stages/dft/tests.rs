//! Transforms against the sums of the definition, in `f64`.

use super::super::testing::{Input, run, signal};
use crate::mem::Complex32;
use std::format;
use std::vec::Vec;

type Wide = (f64, f64);

fn complex(n: usize, seed: u32) -> Vec<Complex32> {
    signal(2 * n, seed).chunks_exact(2).map(|c| Complex32 { re: c[0], im: c[1] }).collect()
}

/// `sum x[i] exp(sign 2 pi j i k / n)`.
fn naive(x: &[Wide], sign: f64) -> Vec<Wide> {
    let n = x.len();
    (0..n)
        .map(|k| {
            x.iter().enumerate().fold((0.0, 0.0), |(re, im), (i, (a, b))| {
                let (s, c) = (sign * 2.0 * core::f64::consts::PI * ((i * k) % n) as f64 / n as f64).sin_cos();
                (re + a * c - b * s, im + a * s + b * c)
            })
        })
        .collect()
}

fn wide(x: &[Complex32]) -> Vec<Wide> {
    x.iter().map(|c| (f64::from(c.re), f64::from(c.im))).collect()
}

/// The documented bound: relative to the largest result.
fn close(got: &[Wide], want: &[Wide], n: usize, what: &str) {
    assert_eq!(got.len(), want.len(), "{what}");
    let largest = want.iter().fold(0.0f64, |m, (a, b)| m.max(a.hypot(*b)));
    let bound = 1e-7 * (n as f64).log2().max(1.0) * if n.is_power_of_two() { 1.0 } else { 3.0 };
    for (i, ((a, b), (c, d))) in got.iter().zip(want).enumerate() {
        let error = (a - c).hypot(b - d);
        assert!(error <= bound * largest, "{what}: {i}: {error:e} of {largest:e}");
    }
}

const LENGTHS: [usize; 22] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 17, 31, 32, 60, 64, 100, 127, 128, 257, 1000, 1024];

#[test]
fn complex_rows_of_any_length_and_back() {
    for n in LENGTHS {
        let x = complex(2 * n, n as u32);
        let input = Input { stride: n.div_ceil(2), ..Input::rows(&x, n) };
        let got: Vec<Complex32> = run("fft", &[], &input);
        let back: Vec<Complex32> = run("fft", &[("inverse", &[1.0])], &Input::rows(&got, n));
        for (i, row) in x.windows(n).step_by(input.stride).enumerate() {
            let own = i * n..(i + 1) * n;
            close(&wide(&got[own.clone()]), &naive(&wide(row), -1.0), n, &format!("fft of {n}"));
            close(&wide(&back[own]), &wide(row), n, &format!("inverse of {n}"));
        }
    }
}

#[test]
fn real_rows_of_any_length_and_back() {
    for n in LENGTHS {
        let x = signal(2 * n, n as u32);
        let got: Vec<Complex32> = run("rfft", &[], &Input::rows(&x, n));
        let m = n / 2 + 1;
        let length = [n as f64];
        let params: &[(&str, &[f64])] = if n.is_multiple_of(2) { &[] } else { &[("n", &length)] };
        let back: Vec<f32> = run("irfft", params, &Input::rows(&got, m));
        for (i, row) in x.chunks_exact(n).enumerate() {
            let row: Vec<Wide> = row.iter().map(|v| (f64::from(*v), 0.0)).collect();
            close(&wide(&got[i * m..(i + 1) * m]), &naive(&row, -1.0)[..m], n, &format!("rfft of {n}"));
            let back: Vec<Wide> = back[i * n..(i + 1) * n].iter().map(|v| (f64::from(*v), 0.0)).collect();
            close(&back, &row, n, &format!("irfft of {n}"));
        }
    }
}

#[test]
fn frequency_0_is_in_the_middle_with_shift() {
    for n in [1, 2, 5, 8, 9] {
        let x = complex(n, 3);
        let plain: Vec<Complex32> = run("fft", &[], &Input::rows(&x, n));
        let shifted: Vec<Complex32> = run("fft", &[("shift", &[1.0])], &Input::rows(&x, n));
        // numpy.fft.fftshift: element k of the result is element (k + ceil(n / 2)) mod n.
        for k in 0..n {
            assert_eq!(shifted[k], plain[(k + n.div_ceil(2)) % n], "{n} {k}");
        }
        let back: &[(&str, &[f64])] = &[("inverse", &[1.0]), ("shift", &[1.0])];
        let back: Vec<Complex32> = run("fft", back, &Input::rows(&shifted, n));
        let same: Vec<Complex32> = run("fft", &[("inverse", &[1.0])], &Input::rows(&plain, n));
        assert_eq!(back, same, "{n}");
    }
}

/// The imaginary parts that a real row cannot have are ignored, as in NumPy.
#[test]
fn the_ends_of_a_spectrum_are_real() {
    let spectrum = [(4.0, 9.0), (1.0, 2.0), (3.0, -7.0)].map(|(re, im)| Complex32 { re, im });
    let got: Vec<f32> = run("irfft", &[], &Input::rows(&spectrum, 3));
    // numpy.fft.irfft([4+9j, 1+2j, 3-7j])
    assert_eq!(got, [2.25, -0.75, 1.25, 1.25]);
    let got: Vec<f32> = run("irfft", &[], &Input::rows(&spectrum[..1], 1));
    assert_eq!(got, [4.0]);
}

#[test]
fn rows_over_the_whole_range_are_right() {
    for n in [16, 15] {
        let row = complex(n, 9);
        let unit = naive(&wide(&row), -1.0);
        let largest = unit.iter().fold(0.0f64, |m, (a, b)| m.max(a.hypot(*b)));
        for power in [-120, -60, 41, 60, 100, 120] {
            let scale = 2f64.powi(power);
            let x: Vec<Complex32> = row
                .iter()
                .map(|c| Complex32 { re: (f64::from(c.re) * scale) as f32, im: (f64::from(c.im) * scale) as f32 })
                .collect();
            let got: Vec<Complex32> = run("fft", &[], &Input::rows(&x, n));
            for (g, (re, im)) in got.iter().zip(&unit) {
                let error = (f64::from(g.re) / scale - re).hypot(f64::from(g.im) / scale - im);
                assert!(error < 2e-6 * largest, "{n} {power}: {error:e}");
            }
        }
    }
    let mut x = complex(24, 1);
    x[3].im = f32::NAN;
    x[17].re = f32::INFINITY;
    let got: Vec<Complex32> = run("fft", &[], &Input::rows(&x, 8));
    assert!(got[..8].iter().all(|c| c.re.is_nan() || c.im.is_nan()));
    assert!(got[8..16].iter().all(|c| c.re.is_finite() && c.im.is_finite()));
    assert!(got[16..].iter().all(|c| !c.re.is_finite() || !c.im.is_finite()));
}
