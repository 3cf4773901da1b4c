//! States stay finite after any samples; silence is no tone.

use super::testing::{Edge, Params, chain, numbers, run};
use crate::mem::Complex32;
use core::f64::consts::TAU;
use std::vec::Vec;

const MAX: f64 = f64::MAX;

#[test]
fn averages_of_huge_samples_are_exact() {
    // Exact: 1, MAX / 2, -MAX / 4, -MAX / 8, up to the last bit.
    let x = Edge::rows(&[1.0, MAX, -MAX, 1.0], 1);
    let rows: Vec<f64> = run("ema", &[("alpha", &[0.5])], core::slice::from_ref(&x));
    for (got, want) in rows.iter().zip([1.0, MAX / 2.0, -MAX / 4.0, -MAX / 8.0]) {
        assert!((got / want - 1.0).abs() < 1e-15, "{got:e} {want:e}");
    }
    assert_eq!(run::<f64>("ema", &[("alpha", &[1.0])], &[x])[..3], [1.0, MAX, -MAX]);
    let x: Vec<f64> = (0..200).map(|i| if i % 3 == 0 { MAX } else { -MAX }).collect();
    for alpha in [1e-300, 0.1, 0.3, 0.7, 1.0 - f64::EPSILON] {
        let rows: Vec<f64> = run("ema", &[("alpha", &[alpha])], &[Edge::rows(&x, 10)]);
        assert!(rows.iter().all(|v| v.is_finite()), "{alpha}");
    }
}

#[test]
fn sums_stop_at_the_largest_number() {
    let x = [1.0, MAX, MAX, MAX, -MAX, -MAX, -MAX, 5.0, -3.0];
    let params: &Params<'_> = &[("threshold", &[1e300]), ("reset", &[0.0])];
    let rows: Vec<f64> = run("cusum", params, &[Edge::rows(&x, 3)]);
    let rows = rows.as_chunks::<3>().0;
    assert_eq!(rows[3], [MAX, 0.0, 1.0]);
    assert_eq!(rows[4], [0.0, MAX, -1.0]);
    assert_eq!(rows[8], [2.0, MAX, -1.0]);
    // A difference that overflows raises its alarm.
    let rows: Vec<f64> = run("cusum", &[("threshold", &[1e300]), ("target", &[-MAX])], &[Edge::rows(&x, 3)]);
    assert_eq!(rows[3..6], [MAX, 0.0, 1.0]);
}

#[test]
fn one_bad_sample_does_not_stay() {
    let walk: &Params<'_> =
        &[("transition", &[1.0]), ("process", &[0.1]), ("observe", &[1.0]), ("r", &[1.0]), ("p0", &[10.0])];
    let motion: &Params<'_> = &[("dt", &[0.1]), ("q", &[1.0]), ("r", &[1.0])];
    let tone: &Params<'_> = &[("frequency", &[0.1]), ("precision", &[64.0])];
    let kinds: [(&str, &Params<'_>); 5] = [
        ("ema", &[("alpha", &[0.2])]),
        ("kalman", walk),
        ("kalman", motion),
        ("pll", tone),
        ("rolling_stats", &[("window", &[16.0])]),
    ];
    let calm = |i: usize| (TAU * 0.1 * i as f64).cos();
    for odd in [&[MAX, -MAX][..], &[MAX, MAX, MAX], &[f64::INFINITY], &[f64::NAN], &[1e300, -1e308, 1e200]] {
        let mut x: Vec<f64> = (0..16_384).map(calm).collect();
        x[4..4 + odd.len()].copy_from_slice(odd);
        for (kind, params) in kinds {
            let rows = numbers(&chain(kind, params, &[Edge::rows(&x, 64)]));
            let clean: Vec<f64> = (0..16_384).map(calm).collect();
            let want = numbers(&chain(kind, params, &[Edge::rows(&clean, 64)]));
            let tail = rows.len() - rows.len() / 64;
            for (i, (got, want)) in rows.iter().zip(&want).enumerate() {
                assert!(got.is_finite() || kind == "rolling_stats" && i < 64, "{kind} {odd:?} {i}: {got}");
                let off = (got - want).abs();
                let phase = kind == "pll" && i % 3 == 0;
                assert!(
                    i < tail || off.min(if phase { 1.0 - off } else { off }) < 1e-3,
                    "{kind} {odd:?} {i}: {got} {want}"
                );
            }
        }
    }
}

#[test]
fn rolling_results_have_enough_samples() {
    // As pandas.Series.rolling(window, min_periods) of a series with missing values.
    let mut x: Vec<f64> = crate::stages::testing::signal(600, 9).iter().map(|v| f64::from(*v)).collect();
    for (i, v) in x.iter_mut().enumerate() {
        match i % 100 {
            3 | 17 | 18 | 40..=52 => *v = f64::NAN,
            60 => *v = f64::INFINITY,
            _ => {}
        }
    }
    for (window, min_periods) in [(1usize, 1usize), (5, 1), (5, 3), (5, 5), (13, 4), (64, 40)] {
        for ddof in [0usize, 1] {
            let params: &Params<'_> =
                &[("window", &[window as f64]), ("min_periods", &[min_periods as f64]), ("ddof", &[ddof as f64])];
            let rows: Vec<f64> = run("rolling_stats", params, &[Edge::rows(&x, 6)]);
            for (i, got) in rows.as_chunks::<2>().0.iter().enumerate() {
                let w: Vec<f64> =
                    x[(i + 1).saturating_sub(window)..=i].iter().copied().filter(|v| v.is_finite()).collect();
                let n = w.len() as f64;
                let mean = if w.len() < min_periods { f64::NAN } else { w.iter().sum::<f64>() / n };
                let squares = w.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>();
                let variance = if w.len() > ddof { squares / (n - ddof as f64) } else { f64::NAN };
                for (got, want) in got.iter().zip([mean, variance]) {
                    let same = got.is_nan() && want.is_nan() || (got - want).abs() < 1e-12;
                    assert!(same, "{window} {min_periods} {ddof}, row {i}: {got} {want}");
                }
            }
        }
    }
    // Finite samples have finite means, however far apart.
    let x = [1.0, MAX, -MAX, 1.0, 2.0, 3.0, 4.0, 5.0, -MAX, MAX];
    let rows: Vec<f64> = run("rolling_stats", &[("window", &[4.0])], &[Edge::rows(&x, 1)]);
    assert!(rows.iter().step_by(2).all(|v| v.is_finite()) && rows.iter().skip(1).step_by(2).all(|v| *v >= 0.0));
    assert_eq!(rows[14..16], [3.5, 1.25]);
}

#[test]
fn a_filter_whose_model_grows_stays_finite() {
    let params: &Params<'_> =
        &[("transition", &[4.0]), ("process", &[1.0]), ("observe", &[0.0]), ("r", &[1.0]), ("x0", &[1.0])];
    let x: Vec<f32> = (0..3000).map(|i| i as f32).collect();
    let rows = chain("kalman", params, &[Edge::rows(&x, 10)]);
    assert!(numbers(&rows).iter().all(|v| v.is_finite()));
    let smoothed: Vec<f64> = run("rts_smoother", params, &[rows]);
    assert!(smoothed.iter().all(|v| v.is_finite()));
}

#[test]
fn silence_is_no_tone() {
    let start: (&str, &[f64]) = ("frequency", &[0.1]);
    let (quiet, n) = ([0.0f32; 2000], 2000usize);
    let tone = |t: usize| (TAU * (0.1004 * t as f64 + 0.2)).cos();
    let lock = |params: &Params<'_>, x: &Edge| -> Vec<f64> {
        numbers(&chain("pll", params, core::slice::from_ref(x))).into_iter().skip(2).step_by(3).collect()
    };
    let other = |v: f64| Complex32 { re: (v * 2.0) as f32, im: 0.0 };
    for costas in [0.0, 1.0] {
        let params: &Params<'_> = &[start, ("costas", &[costas])];
        for edge in [
            Edge::rows(&quiet, 50),
            Edge::rows(&quiet.map(f64::from), 50),
            Edge::rows(&[0i16; 2000], 50),
            Edge::rows(&quiet.map(|v| other(v.into())), 50),
        ] {
            assert!(lock(params, &edge).iter().all(|l| *l == 0.0));
        }
        // A tone, then silence for as long as the low-pass could still hold a trace of it.
        for (arm, gone) in [(0.02, 1500), (0.1, 700), (0.5, 500)] {
            let params: &Params<'_> = &[start, ("costas", &[costas]), ("arm", &[arm]), ("precision", &[64.0])];
            let x: Vec<f64> = (0..n + 8000).map(|t| if t < n { tone(t) } else { 0.0 }).collect();
            let rows = numbers(&chain("pll", params, &[Edge::rows(&x, 100)]));
            let at = |t: usize| [rows[3 * t], rows[3 * t + 1], rows[3 * t + 2]];
            // A weak low-pass leaves ripple at twice the frequency.
            assert!(arm > 0.2 || at(n - 1)[2] > 0.9, "{arm} {:?}", at(n - 1));
            assert!((n + gone..x.len()).all(|t| at(t)[2].abs() < 0.02), "{arm} {:?}", at(n + gone));
            assert!((at(x.len() - 1)[1] - at(n + gone)[1]).abs() < 1e-12);
            let x: Vec<Complex32> = x.iter().enumerate().map(|(t, _)| other(if t < n { 1.0 } else { 0.0 })).collect();
            let still: &Params<'_> = &[("costas", &[costas])];
            assert!(lock(still, &Edge::rows(&x, 100))[n + 500..].iter().all(|l| l.abs() < 0.01));
        }
    }
}

#[test]
fn a_weak_tone_after_a_strong_one_is_tracked() {
    let start: (&str, &[f64]) = ("frequency", &[0.1]);
    let x: Vec<f64> = (0..9000).map(|t| (TAU * 0.1004 * t as f64).cos() * if t < 4000 { 1e4 } else { 1e-4 }).collect();
    let rows = numbers(&chain("pll", &[start, ("precision", &[64.0])], &[Edge::rows(&x, 100)]));
    assert!((rows[3 * 8999 + 1] - 0.1004).abs() < 1e-4 && rows[3 * 8999 + 2] > 0.9, "{:?}", &rows[3 * 8999..]);
}

/// Runs `hmm_forward` over one block; the code of its failure.
fn forward(params: &Params<'_>, x: &Edge) -> Result<(), i32> {
    let spec = super::testing::register("hmm_forward", params, core::slice::from_ref(x)).unwrap();
    super::testing::once(&spec, x).map_err(|code| code.0)
}

#[test]
fn likelihoods_that_underflow_are_refused_or_logarithms() {
    let a: (&str, &[f64]) = ("transition", &[0.75, 0.25, 0.125, 0.875]);
    let range = crate::status::Status::Range.code();
    // exp(-800) is 0 in f64: refused, as is what no state can give. Missing is NaN.
    for x in [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5], [1e-310, 1e-320, 1e-320, 0.0], [MAX, MAX, 0.5, 0.5]] {
        let refused = x[0] == 0.0 || x[2] == 0.0;
        assert_eq!(forward(&[a], &Edge::rows(&x, 2)), if refused { Err(range) } else { Ok(()) }, "{x:?}");
    }
    assert_eq!(forward(&[a, ("log", &[1.0])], &Edge::rows(&[f64::NEG_INFINITY; 2], 2)), Err(range));
    let impossible: &Params<'_> = &[a, ("emission", &[1.0, 0.0, 1.0, 0.0])];
    assert_eq!(forward(impossible, &Edge::rows(&[0u8, 1], 1)), Err(range));
    // Logarithms give the rows of the likelihoods, for likelihoods of any size.
    let b: Vec<f64> = crate::stages::testing::signal(200, 3).iter().map(|v| f64::from(v.abs()) + 0.01).collect();
    let plain = chain("hmm_forward", &[a], &[Edge::rows(&b, 4)]);
    for shift in [0.0, -1500.0, 3000.0] {
        let logs: Vec<f64> = b.iter().map(|b| b.ln() + shift).collect();
        let rows = chain("hmm_forward", &[a, ("log", &[1.0])], &[Edge::rows(&logs, 4)]);
        for (got, want) in numbers(&rows).chunks(3).zip(numbers(&plain).chunks(3)) {
            let c = got[2] - shift - want[2].ln();
            assert!((got[0] - want[0]).abs() < 1e-12 && (got[1] - want[1]).abs() < 1e-12 && c.abs() < 1e-12);
        }
    }
    // Small likelihoods keep their digits.
    let small: Vec<f64> = b.iter().map(|b| b * 1e-306).collect();
    let rows = numbers(&chain("hmm_forward", &[a], &[Edge::rows(&small, 4)]));
    for (got, want) in rows.chunks(3).zip(numbers(&plain).chunks(3)) {
        assert!((got[0] - want[0]).abs() < 1e-12, "{got:?} {want:?}");
    }
    let odd = [f64::NAN, -1.0, f64::INFINITY, 0.0, -2.0, f64::NEG_INFINITY];
    let rows = numbers(&chain("hmm_forward", &[a, ("log", &[1.0])], &[Edge::rows(&odd, 2)]));
    assert_eq!((rows[2], rows[5], &rows[6..8]), (0.0, 0.0, &[1.0, 0.0][..]));
}

#[test]
fn posteriors_of_nearly_impossible_states_are_finite() {
    // State 1 is entered with a probability below the normal range, and then certain.
    let a: (&str, &[f64]) = ("transition", &[1.0, 1e-310, 0.0, 1.0]);
    let x = [1.0, 1.0, 0.0, 1.0, 0.5, 1.0];
    let rows = chain("hmm_forward", &[a, ("initial", &[1.0, 0.0])], &[Edge::rows(&x, 2)]);
    let posterior: Vec<f64> = run("hmm_backward", &[a], &[rows]);
    assert_eq!(posterior, [1.0, 0.0, 0.0, 1.0, 0.0, 1.0]);
}

#[test]
fn phases_are_below_1_after_rounding() {
    for (frequency, bandwidth) in [(0.1, 0.01), (0.125, 0.001), (-0.1, 0.01), (1e-9, 0.01)] {
        let x: Vec<f32> = (0..2000).map(|t| (TAU * frequency * t as f64).cos() as f32).collect();
        let params: &Params<'_> = &[("frequency", &[frequency]), ("bandwidth", &[bandwidth])];
        let rows: Vec<f32> = run("pll", params, &[Edge::rows(&x, 100)]);
        assert!(rows.iter().step_by(3).all(|p| (0.0..1.0).contains(p)), "{frequency}");
        let phasors: Vec<Complex32> = x.iter().map(|_| Complex32 { re: 0.0, im: 0.0 }).collect();
        let rows: Vec<f32> = run("pll", params, &[Edge::rows(&phasors, 100)]);
        assert!(rows.iter().step_by(3).all(|p| (0.0..1.0).contains(p)), "{frequency}");
    }
}
