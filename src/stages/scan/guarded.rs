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
