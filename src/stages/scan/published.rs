//! The scans against published examples; missing samples, drift and parameters.

use super::testing::{Edge, Params, chain, numbers, register, run};
use crate::kernel::RowShape;
use crate::mem::Complex32;
use crate::series::Series;
use crate::stages::testing::{close, signal};
use crate::stages::{Build, EdgeShape, Param, find};
use core::f64::consts::TAU;
use std::string::ToString;
use std::vec::Vec;

/// Annual flow of the Nile at Aswan, 1871 to 1970 (Cobb, Biometrika 65, 1978).
const NILE: [i16; 100] = [
    1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
    1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969, 831,
    726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845,
    944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050, 918,
    986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
];

#[test]
fn kalman_and_smoother_on_the_nile() {
    // Durbin and Koopman, section 2.2.5: local level model; the filter becomes steady with a
    // variance of 4032.16.
    let params: &Params<'_> =
        &[("transition", &[1.0]), ("process", &[1469.1]), ("observe", &[1.0]), ("r", &[15099.0]), ("p0", &[1e7])];
    let filtered = chain("kalman", params, &[Edge::rows(&NILE, 10)]);
    let rows = numbers(&filtered);
    // Their a_2 = 1118.31 (the first estimate) and the steady state.
    assert!((rows[0] - 1118.31).abs() < 0.005 && (rows[199] - 4032.16).abs() < 0.005, "{} {}", rows[0], rows[199]);
    let smoothed = run::<f64>("rts_smoother", params, core::slice::from_ref(&filtered));
    assert_eq!(smoothed[198..], rows[198..]);
    // Far from the ends the smoothed variance is the fixed point of the recurrence.
    let (p, ahead) = (rows[99], rows[99] + 1469.1);
    let c = p / ahead;
    let steady = (p - c * c * ahead) / (1.0 - c * c);
    assert!((smoothed[101] - steady).abs() < 1e-3 * steady, "{} {steady}", smoothed[101]);
    let means =
        run::<f32>("rts_smoother", &[params, &[("covariance", &[0.0]), ("precision", &[32.0])]].concat(), &[filtered]);
    assert_eq!(means, smoothed.iter().step_by(2).map(|v| *v as f32).collect::<Vec<_>>());
}

#[test]
fn cusum_finds_the_shift_of_the_textbook() {
    // Montgomery, Introduction to Statistical Quality Control, table 9.1 and 9.2: target 10, K =
    // 1/2, H = 5.
    let x = [
        9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34, 9.03, 11.47, 10.51, 9.40, 10.08, 9.37, 10.62,
        10.31, 8.52, 10.84, 10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52,
    ];
    let high = [
        0.0, 0.0, 0.0, 1.16, 2.82, 2.50, 0.04, 1.00, 0.0, 0.0, 0.0, 0.97, 0.98, 0.0, 0.0, 0.0, 0.12, 0.0, 0.0, 0.34,
        0.74, 0.0, 1.79, 2.79, 2.89, 3.47, 3.35, 4.47, 5.28, 5.30,
    ];
    let base: &Params<'_> = &[("target", &[10.0]), ("drift", &[0.5]), ("threshold", &[5.0])];
    let rows: Vec<f64> = run("cusum", &[base, &[("reset", &[0.0])]].concat(), &[Edge::rows(&x, 5)]);
    for ((i, row), want) in rows.as_chunks::<3>().0.iter().enumerate().zip(high) {
        assert!((row[0] - want).abs() < 1e-9, "{i}: {row:?} {want}");
        assert_eq!(row[2], if i >= 28 { 1.0 } else { 0.0 });
    }
    assert!((rows[1] - 0.05).abs() < 1e-9 && (rows[4] - 1.56).abs() < 1e-9 && (rows[7] - 1.77).abs() < 1e-9);
    // With reset the alarm is raised once, and the sum restarts after it.
    let rows: Vec<f64> = run("cusum", base, &[Edge::rows(&x, 1)]);
    assert_eq!((rows[28 * 3 + 2], rows[29 * 3 + 2]), (1.0, 0.0));
    assert!((rows[29 * 3] - 0.02).abs() < 1e-9);
}

#[test]
fn hmm_on_the_umbrella_example() {
    // Russell and Norvig, Artificial Intelligence, section 15.2: rain is state 0, the umbrella
    // symbol 1.
    let (a, e) = ([0.7, 0.3, 0.3, 0.7], [0.1, 0.9, 0.8, 0.2]);
    let params: &Params<'_> = &[("transition", &a), ("emission", &e)];
    let forward = chain("hmm_forward", params, &[Edge::rows(&[1u8, 1, 0, 1, 1], 1)]);
    let alpha: Vec<f64> = numbers(&forward).chunks(3).map(|r| r[0]).collect();
    close(&alpha, &[0.8182, 0.8834, 0.1907, 0.7308, 0.8673], 6e-5, "alpha");
    let gamma: Vec<f64> = run("hmm_backward", &[("transition", &a)], &[forward]);
    let rain: Vec<f64> = gamma.iter().step_by(2).copied().collect();
    close(&rain, &[0.8673, 0.8204, 0.3075, 0.8204, 0.8673], 6e-5, "gamma");
    // A symbol without a column and invalid likelihoods count as missing: the row is the
    // prediction.
    let rows = numbers(&chain("hmm_forward", params, &[Edge::rows(&[1u8, 9], 1)]));
    close(&rows[3..], &[rows[0] * 0.7 + rows[1] * 0.3, rows[0] * 0.3 + rows[1] * 0.7, 0.0], 1e-15, "symbol 9");
    let odd = [0.9, 0.2, f64::NAN, 0.5, -1.0, 2.0, f64::INFINITY, 1.0];
    let rows = numbers(&chain("hmm_forward", &[("transition", &a)], &[Edge::rows(&odd, 2)]));
    assert!(rows.iter().all(|v| v.is_finite()) && rows[3..].iter().skip(2).step_by(3).all(|c| *c == 0.0), "{rows:?}");
}

#[test]
fn rolling_variance_does_not_drift() {
    // Large samples must not affect the results after they leave the window.
    let mut x: Vec<f64> = signal(3000, 5).iter().map(|v| f64::from(*v)).collect();
    x[..1000].iter_mut().for_each(|v| *v *= 1e12);
    x[1500] = f64::NAN;
    x[1700] = f64::INFINITY;
    let window = 100;
    let rows: Vec<f64> = run("rolling_stats", &[("window", &[window as f64])], &[Edge::rows(&x, 10)]);
    for i in 1100..3000 {
        let w = &x[i + 1 - window..=i];
        let mean = w.iter().sum::<f64>() / window as f64;
        let variance = w.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / window as f64;
        let got = (rows[2 * i], rows[2 * i + 1]);
        if (1500..1600).contains(&i) || (1700..1800).contains(&i) {
            assert!(got.0.is_nan() && got.1.is_nan(), "{i}: {got:?}");
        } else {
            assert!((got.0 - mean).abs() < 1e-14 && (got.1 - variance).abs() < 1e-13, "{i}: {got:?} {mean} {variance}");
        }
    }
}

#[test]
fn the_loop_locks_on_complex_and_real_tones() {
    let (f, n) = (0.07123, 20_000);
    let tone = |t: usize, sign: f64| {
        let phase = (0.4 + f * t as f64) % 1.0 * TAU;
        Complex32 { re: (sign * phase.cos()) as f32, im: (sign * phase.sin()) as f32 }
    };
    let start: (&str, &[f64]) = ("frequency", &[0.07]);
    let locked = |rows: &[f64], sign_matters: bool, tolerance: f64| {
        let [phase, frequency, lock] = rows[3 * (n - 1)..] else { panic!() };
        let off = (phase - (0.4 + f * (n - 1) as f64)).rem_euclid(1.0);
        let off = if sign_matters {
            off.min(1.0 - off)
        } else {
            (off * 2.0).rem_euclid(1.0).min(1.0 - (off * 2.0).rem_euclid(1.0))
        };
        assert!(
            (frequency - f).abs() < tolerance && off < 10.0 * tolerance && lock > 0.99,
            "{phase} {frequency} {lock} {off}"
        );
    };
    let x: Vec<Complex32> = (0..n).map(|t| tone(t, 1.0)).collect();
    locked(&numbers(&chain("pll", &[start], &[Edge::rows(&x, 100)])), true, 1e-6);
    let x: Vec<Complex32> = (0..n).map(|t| tone(t, if t / 37 % 3 == 0 { 1.0 } else { -1.0 })).collect();
    locked(&numbers(&chain("pll", &[start, ("costas", &[1.0])], &[Edge::rows(&x, 100)])), false, 1e-6);
    let x: Vec<i16> = (0..n).map(|t| (tone(t, 1.0).re * 9000.0) as i16).collect();
    locked(&numbers(&chain("pll", &[start, ("bandwidth", &[0.002])], &[Edge::rows(&x, 100)])), true, 1e-4);
    // Without samples the loop keeps its frequency, and lock decays.
    let mut x: Vec<Complex32> = (0..n).map(|t| tone(t, 1.0)).collect();
    x[n - 1000..].iter_mut().for_each(|v| v.re = f32::NAN);
    let rows = numbers(&chain("pll", &[start, ("precision", &[64.0])], &[Edge::rows(&x, 50)]));
    let [phase, frequency, lock] = rows[3 * (n - 1)..] else { panic!() };
    let off = (phase - (0.4 + f * (n - 1) as f64)).rem_euclid(1.0);
    assert!(off.min(1.0 - off) < 1e-3 && (frequency - f).abs() < 1e-6 && lock < 1e-3, "{off} {frequency} {lock}");
    // Phase and frequency stay in their ranges for any samples.
    let x: Vec<f32> =
        signal(5000, 9).iter().enumerate().map(|(i, v)| if i % 97 == 0 { v * 1e38 } else { *v }).collect();
    let wild: &Params<'_> = &[("frequency", &[-0.3]), ("bandwidth", &[0.25]), ("arm", &[1.0]), ("range", &[0.2])];
    for row in numbers(&chain("pll", wild, &[Edge::rows(&x, 50)])).chunks(3) {
        assert!(
            (0.0..1.0).contains(&row[0]) && (-0.5001..=-0.0999).contains(&row[1]) && row[2].abs() <= 1.0,
            "{row:?}"
        );
    }
}

#[test]
fn samples_that_are_not_finite_count_as_missing() {
    let x = [f32::NAN, 2.0, 4.0, f32::INFINITY, 0.0];
    let rows: Vec<f32> = run("ema", &[("alpha", &[0.5])], &[Edge::rows(&x, 1)]);
    assert_eq!(rows, [0.0, 2.0, 3.0, 3.0, 1.5]);
    let rows: Vec<f32> = run("ema", &[("alpha", &[0.5]), ("initial", &[8.0])], &[Edge::rows(&x, 5)]);
    assert_eq!(rows, [8.0, 5.0, 4.5, 4.5, 2.25]);
    let rows: Vec<f32> = run("cusum", &[("threshold", &[3.0])], &[Edge::rows(&x, 5)]);
    assert_eq!(rows, [0., 0., 0., 2., 0., 0., 6., 0., 1., 0., 0., 0., 0., 0., 0.]);
    // In a filter a sample that is not finite remains, as with SciPy; the NaN of the output is that
    // of the constant.
    let sos: (&str, &[f64]) = ("sos", &[1.0, 0.0, 0.0, 1.0, -0.5, 0.0]);
    let rows: Vec<f32> = run("biquad", &[sos], &[Edge::rows(&x, 5)]);
    assert!(rows.iter().all(|v| v.to_bits() == f32::NAN.to_bits()));
}

#[test]
fn parameters_and_edges_are_checked() {
    let x = Edge::rows(&[0.0f32; 30], 10);
    let sos: (&str, &[f64]) = ("sos", &[1.0, 0.0, 0.0, 1.0, -0.5, 0.0]);
    let pole: (&str, &[f64]) = ("sos", &[1.0, 0.0, 0.0, 1.0, -1.0, 0.0]);
    let bad: &[(&str, &Params<'_>)] = &[
        ("biquad", &[]),
        ("biquad", &[("sos", &[1.0, 2.0])]),
        ("biquad", &[("sos", &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0])]),
        ("biquad", &[sos, ("zi", &[2.0])]),
        ("biquad", &[sos, ("zi", &[1.0, 2.0, 3.0])]),
        ("biquad", &[sos, ("precision", &[16.0])]),
        ("biquad_reverse", &[pole, ("zi", &[1.0])]),
        ("zero_phase_forward", &[pole]),
        ("zero_phase_forward", &[sos, ("padlen", &[10.0])]),
        ("zero_phase_reverse", &[sos]),
        ("ema", &[]),
        ("ema", &[("alpha", &[0.0])]),
        ("ema", &[("alpha", &[0.1]), ("span", &[3.0])]),
        ("ema", &[("alpha", &[0.1]), ("initial", &[f64::NAN])]),
        ("rolling_stats", &[]),
        ("rolling_stats", &[("window", &[0.0])]),
        ("cusum", &[]),
        ("cusum", &[("threshold", &[1.0]), ("drift", &[-1.0])]),
        ("pll", &[]),
        ("pll", &[("frequency", &[0.6])]),
        ("pll", &[("frequency", &[0.1]), ("bandwidth", &[0.3])]),
        ("kalman", &[("q", &[1.0])]),
        ("kalman", &[("q", &[1.0]), ("r", &[0.0])]),
        ("kalman", &[("q", &[1.0]), ("r", &[1.0]), ("x0", &[1.0])]),
        ("kalman", &[("q", &[1.0]), ("r", &[1.0]), ("p0", &[-1.0])]),
        ("kalman", &[("q", &[1.0]), ("r", &[1.0]), ("observe", &[1.0, 0.0])]),
        ("kalman", &[("transition", &[1.0, 2.0, 3.0]), ("r", &[1.0])]),
        ("rts_smoother", &[("q", &[1.0])]),
        ("hmm_forward", &[("transition", &[0.5, 0.6, 0.5, 0.5])]),
        ("hmm_forward", &[("transition", &[0.5, 0.5, 0.5, 0.5]), ("initial", &[0.5, 0.6])]),
        ("hmm_forward", &[("transition", &[0.5, 0.5, 0.5, 0.5]), ("emission", &[1.0, 1.0])]),
        ("hmm_backward", &[("transition", &[1.0])]),
    ];
    for (kind, params) in bad {
        assert!(register(kind, params, core::slice::from_ref(&x)).is_err(), "{kind} {params:?}");
    }
    // Rows of overlapping windows or interleaved channels are not consecutive samples.
    for (stride, channels) in [(9, 1), (10, 2)] {
        let shape = RowShape { dtype: x.shape.dtype, len: 10 };
        let series = Series { step: stride as u64 / u64::from(channels), channels, ..Series::new(10) };
        let edge = EdgeShape { stride, series, ..EdgeShape::of(shape) };
        let mut area = [core::mem::MaybeUninit::<u8>::uninit(); 4096];
        let mut pool = crate::mem::Carver::new(&mut area).unwrap();
        let params = [Param { key: "alpha", value: 0.5, values: &[] }];
        let mut build =
            Build { kind: "ema", stage: "ema", params: &params, edges: &[edge], pool: &mut pool, host_plans: None };
        assert!(find("ema").unwrap()(&mut build).is_err());
    }
    // Short rows require a halo on the side of the end.
    let short = Edge::rows(&[0.0f32; 30], 2);
    for (back, ahead, fits) in [(0, 0, false), (4, 0, false), (0, 2, false), (0, 3, true), (1, 4, true)] {
        assert_eq!(register("zero_phase_forward", &[sos], &[short.clone().halo(back, ahead)]).is_ok(), fits);
    }
}

#[test]
fn errors_name_kind_parameter_and_range() {
    let text = |kind, params: &Params<'_>, edge: Edge| register(kind, params, &[edge]).unwrap_err().to_string();
    let (x, wide) = (Edge::rows(&[0.0f32; 30], 10), Edge::rows(&[0.0f64; 30], 10));
    let cases = [
        (text("ema", &[("alpha", &[1.5])], x.clone()), "the parameter ema.alpha = 1.5 must be above 0 and at most 1"),
        (
            text("ema", &[("beta", &[0.5])], x.clone()),
            "unknown parameter ema.beta; the kind has alpha, span, initial, precision, scale",
        ),
        (text("pll", &[], x.clone()), "the parameter pll.frequency is required: a number"),
        (text("cusum", &[("threshold", &[0.0])], x.clone()), "cusum.threshold = 0 must be a finite number above 0"),
        (text("top_k_sum", &[("k", &[11.0])], x.clone()), "top_k_sum.k = 11 must be a whole number from 1 to 10"),
        (text("kalman", &[("q", &[1.0]), ("x0", &[1.0])], x), "kalman.x0 must be a list of 2 finite numbers; it has 1"),
        (text("rfft_power", &[], wide), "(rfft_power, f64 rows): the kind reads f32; to_f32 converts real numbers"),
    ];
    for (got, want) in cases {
        assert!(got.ends_with(want), "{got}");
    }
}
