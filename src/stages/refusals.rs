//! Every parameter of every kind is refused where it is NaN, infinite or out of range, with its name, the number of the
//! element and the value.

use super::kinds::KINDS;
use super::testing::register_all;
use super::{EdgeShape, Param};
use crate::dtype::Dtype;
use crate::kernel::RowShape;
use crate::series::Series;
use std::collections::BTreeSet;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// An edge of rows of `len` elements.
const fn rows(dtype: Dtype, len: usize) -> EdgeShape {
    EdgeShape::of(RowShape { dtype, len })
}

const F32: &[EdgeShape] = &[rows(Dtype::F32, 64)];
const C32: &[EdgeShape] = &[rows(Dtype::C32, 64)];
const U8: &[EdgeShape] = &[rows(Dtype::U8, 64)];
const TWO_CHANNELS: &[EdgeShape] =
    &[EdgeShape { series: Series { step: 32, channels: 2, ..Series::new(64) }, ..rows(Dtype::I16, 64) }];
const OF_TWO_STATES: &[EdgeShape] = &[rows(Dtype::F64, 50)];
const OF_HMM: &[EdgeShape] = &[rows(Dtype::F64, 30)];
const OF_VITERBI: &[EdgeShape] = &[rows(Dtype::U8, 8 * 8 + 1)];
const OF_POWERS: &[EdgeShape] = &[EdgeShape { lookback: 7, ..rows(Dtype::F32, 64) }];
const OF_TRACKS: &[EdgeShape] = &[rows(Dtype::F32, 64), EdgeShape { lookback: 7, ..rows(Dtype::F32, 64) }];
const TO_REVERSE: &[EdgeShape] = &[rows(Dtype::F64, 66), rows(Dtype::F32, 64)];

type Values<'a> = &'a [(&'a str, &'a [f64])];

/// A kind with valid parameters; and values out of range, each for the element with this number.
type Case<'a> = (&'a str, &'a [EdgeShape], Values<'a>, &'a [(&'a str, usize, &'a [f64])]);

const SOS: (&str, &[f64]) = ("sos", &[1.0, 0.5, 0.25, 1.0, -0.5, 0.0]);
const BAD_SOS: (&str, usize, &[f64]) = ("sos", 3, &[0.0, 1e-320]);
const BAD_PRECISION: (&str, usize, &[f64]) = ("precision", 0, &[0.0, 16.0, 33.0, -32.0]);
const ON_OFF: &[f64] = &[-1.0, 0.5, 2.0];
const TURNS: (&str, &[f64]) = ("transition", &[0.75, 0.25, 0.5, 0.5]);
const BAD_TURNS: (&str, usize, &[f64]) = ("transition", 3, &[-0.5, 1.5, 0.625, 0.25]);
const MODEL: Values<'_> = &[
    ("transition", &[1.0, 1.0, 0.0, 1.0]),
    ("process", &[2.0, 1.0, 1.0, 3.0]),
    ("observe", &[1.0, 0.5]),
    ("r", &[0.5]),
    ("x0", &[1.0, 2.0]),
    ("p0", &[4.0, 1.0, 1.0, 2.0]),
];
const BAD_MODEL: &[(&str, usize, &[f64])] =
    &[("process", 0, &[-1.0]), ("process", 2, &[2.0]), ("p0", 3, &[-1.0]), ("r", 0, &[0.0, -1.0])];
const STEADY: Values<'_> = &[("dt", &[0.5]), ("q", &[0.25]), ("r", &[2.0]), ("p0", &[10.0])];
const BAD_STEADY: &[(&str, usize, &[f64])] =
    &[("dt", 0, &[0.0, -1.0, 1e200]), ("q", 0, &[-1.0]), ("r", 0, &[0.0, -1.0]), ("p0", 0, &[-1.0])];

const SCALE: (&str, &[f64]) = ("scale", &[0.5]);
const BAD_SCALE: &[(&str, usize, &[f64])] = &[("scale", 0, &[0.0, -1.0, 1e39, 1e-39])];
const TWO_EDGES: &[EdgeShape] = &[rows(Dtype::F32, 64), rows(Dtype::F32, 64)];

const CASES: &[Case<'_>] = &[
    ("biquad", F32, &[SOS, SCALE], BAD_SCALE),
    ("biquad_reverse", F32, &[SOS, SCALE], BAD_SCALE),
    ("cusum", F32, &[("threshold", &[3.0]), SCALE], BAD_SCALE),
    (
        "decibel",
        F32,
        &[("reference", &[2.0]), ("factor", &[10.0]), ("floor", &[-90.0])],
        &[("reference", 0, &[0.0, -1.0]), ("factor", 0, &[0.0, -20.0])],
    ),
    ("detrend", F32, &[SCALE], BAD_SCALE),
    ("edge_max", TWO_EDGES, &[SCALE], BAD_SCALE),
    ("edge_mean", TWO_EDGES, &[SCALE], BAD_SCALE),
    ("edge_min", TWO_EDGES, &[SCALE], BAD_SCALE),
    ("edge_sum", TWO_EDGES, &[SCALE], BAD_SCALE),
    ("ema", F32, &[("alpha", &[0.5]), SCALE], BAD_SCALE),
    ("energy", F32, &[SCALE], BAD_SCALE),
    ("frame", F32, &[("hop", &[2.0])], &[("hop", 0, &[0.0, 0.5, 1_048_577.0])]),
    ("hann", F32, &[SCALE], BAD_SCALE),
    ("histogram", F32, &[("lo", &[-1.0]), ("hi", &[1.0]), ("bins", &[10.0]), SCALE], BAD_SCALE),
    ("kalman", F32, &[("q", &[0.25]), ("r", &[2.0]), SCALE], BAD_SCALE),
    ("max", F32, &[SCALE], BAD_SCALE),
    ("mean", F32, &[SCALE], BAD_SCALE),
    ("min", F32, &[SCALE], BAD_SCALE),
    ("pll", F32, &[("frequency", &[0.1]), SCALE], BAD_SCALE),
    ("quantile", F32, &[("q", &[0.25, 0.5]), SCALE], BAD_SCALE),
    ("rms", F32, &[SCALE], BAD_SCALE),
    ("rolling_stats", F32, &[("window", &[8.0]), SCALE], BAD_SCALE),
    ("sum", F32, &[SCALE], BAD_SCALE),
    ("threshold", F32, &[("level", &[1.0]), SCALE], BAD_SCALE),
    ("window", F32, &[("type", &[2.0]), SCALE], &[("type", 0, &[-1.0, 1.5, 8.0]), ("scale", 0, &[0.0, -1.0, 1e39])]),
    ("window", F32, &[("symmetric", &[1.0])], &[("symmetric", 0, ON_OFF)]),
    ("window", F32, &[("type", &[6.0]), ("beta", &[8.0])], &[("beta", 0, &[-0.5, 601.0])]),
    ("window", F32, &[("type", &[7.0]), ("nw", &[2.5])], &[("nw", 0, &[0.0, -1.0, 32.5, 1e10])]),
    ("zero_phase_forward", F32, &[SOS, SCALE], BAD_SCALE),
    ("zero_phase_reverse", TO_REVERSE, &[SOS, SCALE], BAD_SCALE),
    ("band", F32, &[("from", &[2.0]), ("to", &[9.0])], &[("from", 0, &[-1.0, 0.5, 64.0]), ("to", 0, &[2.0, 65.0])]),
    ("biquad", F32, &[SOS, ("zi", &[0.5, -0.5]), ("precision", &[64.0])], &[BAD_SOS, BAD_PRECISION]),
    ("biquad", F32, &[SOS, ("zi", &[1.0]), ("on_nan", &[3.0])], &[("zi", 0, ON_OFF), ("on_nan", 0, &[-1.0, 0.5, 4.0])]),
    (
        "biquad_reverse",
        F32,
        &[SOS, ("zi", &[0.5, -0.5]), ("on_nan", &[2.0]), ("precision", &[64.0])],
        &[BAD_SOS, BAD_PRECISION],
    ),
    ("channel", TWO_CHANNELS, &[("index", &[1.0])], &[("index", 0, ON_OFF)]),
    (
        "burst",
        F32,
        &[
            ("start", &[5.0]),
            ("end", &[3.0]),
            ("follow", &[0.1]),
            ("events", &[4.0]),
            ("slot", &[8.0]),
            ("delay", &[3.5]),
        ],
        &[
            ("start", 0, &[0.5, -1.0]),
            ("end", 0, &[0.5, 5.5]),
            ("follow", 0, &[0.0, -0.5, 1.5]),
            ("events", 0, &[0.0, 0.5, 4097.0]),
            ("slot", 0, &[0.0, -1.0]),
        ],
    ),
    (
        "channelizer",
        C32,
        &[("channels", &[8.0]), ("taps", &[4.0]), ("oversample", &[2.0]), ("frames", &[8.0]), ("average", &[4.0])],
        &[
            ("channels", 0, &[0.0, 2.0, 12.0, 8192.0]),
            ("taps", 0, &[0.0, 0.5, 65.0]),
            ("oversample", 0, &[0.0, 0.5, 3.0]),
            ("frames", 0, &[0.0, 0.5, 10.0]),
            ("average", 0, &[-1.0, 0.5, 3.0, 9.0]),
        ],
    ),
    (
        "coherent",
        C32,
        &[
            ("window", &[64.0]),
            ("step", &[16.0]),
            ("parts", &[4.0]),
            ("from", &[8.0]),
            ("shift", &[1.0]),
            ("hop", &[4.0]),
        ],
        &[
            ("window", 0, &[0.0, 0.5, 1_048_577.0]),
            ("step", 0, &[-1.0, 0.5, 2e9]),
            ("parts", 0, &[0.0, 0.5, 65.0]),
            ("from", 0, &[-1.0, 0.5, 1_048_577.0]),
            ("shift", 0, ON_OFF),
            ("hop", 0, &[0.0, 0.5, 1_048_577.0]),
        ],
    ),
    ("drift", OF_POWERS, &[("drift", &[8.0])], &[("drift", 0, &[-1.0, 0.5, 4097.0])]),
    (
        "drift_peak",
        OF_TRACKS,
        &[("drift", &[8.0]), ("threshold", &[8.0])],
        &[("drift", 0, &[-1.0, 0.5, 4097.0]), ("threshold", 0, &[-1.0])],
    ),
    (
        "mixer",
        F32,
        &[("frequency", &[0.1]), ("phase", &[0.5]), SCALE],
        &[("frequency", 0, &[-0.6, 0.6]), ("phase", 0, &[-1.5, 1.5]), BAD_SCALE[0]],
    ),
    (
        "resample",
        F32,
        &[("up", &[3.0]), ("down", &[2.0]), ("taps", &[0.5, 1.0])],
        &[("up", 0, &[0.0, 0.5, 4097.0]), ("down", 0, &[0.0, 0.5, 4097.0]), ("taps", 1, &[1e39, -1e300])],
    ),
    (
        "noncoherent",
        F32,
        &[("hop", &[4.0]), ("mean", &[1.0]), ("limit", &[16.0])],
        &[("hop", 0, &[0.0, 0.5, 1_048_577.0]), ("mean", 0, ON_OFF), ("limit", 0, &[0.0, -1.0])],
    ),
    (
        "cusum",
        F32,
        &[("target", &[1.0]), ("drift", &[0.5]), ("threshold", &[3.0]), ("reset", &[0.0]), ("precision", &[32.0])],
        &[("drift", 0, &[-1.0]), ("threshold", 0, &[0.0, -1.0]), ("reset", 0, ON_OFF), BAD_PRECISION],
    ),
    (
        "decimate",
        F32,
        &[("factor", &[2.0]), ("taps", &[0.25, 0.5, 0.25])],
        &[("factor", 0, &[0.0, 0.5, -1.0, 1_048_577.0]), ("taps", 1, &[1e39, -1e300])],
    ),
    ("detrend", F32, &[("type", &[0.0])], &[("type", 0, ON_OFF)]),
    (
        "ema",
        F32,
        &[("alpha", &[0.5]), ("initial", &[1.0]), ("precision", &[64.0])],
        &[("alpha", 0, &[0.0, -0.5, 1.5]), BAD_PRECISION],
    ),
    ("ema", F32, &[("span", &[5.0])], &[("span", 0, &[0.5, 0.0, -1.0])]),
    ("fft", C32, &[("inverse", &[1.0]), ("shift", &[1.0])], &[("inverse", 0, ON_OFF), ("shift", 0, ON_OFF)]),
    ("fir", F32, &[("taps", &[0.25, 0.5, 0.25])], &[("taps", 2, &[1e39, -1e300])]),
    (
        "histogram",
        F32,
        &[("lo", &[-1.0]), ("hi", &[1.0]), ("bins", &[10.0]), ("clamp", &[1.0])],
        &[("hi", 0, &[-1.0, -2.0]), ("bins", 0, &[0.0, 0.5, 65_537.0]), ("clamp", 0, ON_OFF)],
    ),
    ("hmm_backward", OF_HMM, &[TURNS], &[BAD_TURNS]),
    (
        "hmm_forward",
        U8,
        &[TURNS, ("emission", &[0.5, 0.25, 0.25, 0.75]), ("initial", &[0.25, 0.75])],
        &[BAD_TURNS, ("emission", 1, &[-0.25, 1.5, 0.625]), ("initial", 1, &[-0.25, 1.5, 0.5])],
    ),
    ("hmm_forward", F32, &[TURNS, ("log", &[1.0])], &[("log", 0, ON_OFF)]),
    ("irfft", C32, &[("n", &[127.0])], &[("n", 0, &[0.0, 125.0, 126.5, 128.0])]),
    ("kalman", F32, MODEL, BAD_MODEL),
    ("kalman", F32, STEADY, BAD_STEADY),
    (
        "pll",
        F32,
        &[
            ("bandwidth", &[0.01]),
            ("damping", &[0.7]),
            ("frequency", &[0.1]),
            ("range", &[0.1]),
            ("costas", &[1.0]),
            ("arm", &[0.1]),
            ("weight", &[0.1]),
            ("precision", &[64.0]),
        ],
        &[
            ("bandwidth", 0, &[0.0, -0.1, 0.26]),
            ("damping", 0, &[0.0, -1.0, 1e-320, 1e308]),
            ("frequency", 0, &[0.0, -0.6, 0.6]),
            ("range", 0, &[-0.1, 1.5]),
            ("costas", 0, ON_OFF),
            ("arm", 0, &[0.0, -0.1, 1.5]),
            ("weight", 0, &[0.0, -0.1, 1.5]),
            BAD_PRECISION,
        ],
    ),
    ("quantile", F32, &[("q", &[0.25, 0.5])], &[("q", 1, &[-0.5, 1.5])]),
    ("rfft_magnitude", F32, &[("portable", &[1.0])], &[("portable", 0, ON_OFF)]),
    ("rfft_power", F32, &[("portable", &[1.0])], &[("portable", 0, ON_OFF)]),
    (
        "rolling_stats",
        F32,
        &[("window", &[8.0]), ("ddof", &[1.0]), ("min_periods", &[8.0]), ("precision", &[64.0])],
        &[
            ("window", 0, &[0.0, 0.5, 1_048_577.0]),
            ("ddof", 0, &[-1.0, 0.5]),
            ("min_periods", 0, &[0.0, 0.5, 9.0]),
            BAD_PRECISION,
        ],
    ),
    ("rts_smoother", OF_TWO_STATES, MODEL, BAD_MODEL),
    ("rts_smoother", OF_TWO_STATES, STEADY, BAD_STEADY),
    (
        "rts_smoother",
        OF_TWO_STATES,
        &[("q", &[0.25]), ("covariance", &[0.0]), ("precision", &[64.0])],
        &[("covariance", 0, ON_OFF), BAD_PRECISION],
    ),
    ("threshold", F32, &[("level", &[1.0]), ("below", &[1.0])], &[("below", 0, ON_OFF)]),
    ("to_f32", F32, &[("scale", &[2.0]), ("offset", &[1.0]), ("missing", &[3.0])], &[]),
    ("top_k_sum", F32, &[("k", &[3.0])], &[("k", 0, &[0.0, 0.5, 65.0])]),
    (
        "viterbi",
        U8,
        &[("constraint", &[7.0]), ("generators", &[121.0, 91.0]), ("invert", &[0.0, 1.0]), ("any_start", &[1.0])],
        &[
            ("constraint", 0, &[2.0, 6.5, 10.0]),
            ("generators", 1, &[0.0, -1.0, 0.5, 128.0]),
            ("invert", 1, ON_OFF),
            ("any_start", 0, ON_OFF),
        ],
    ),
    (
        "viterbi_traceback",
        OF_VITERBI,
        &[("constraint", &[7.0]), ("end", &[63.0]), ("pack", &[1.0])],
        &[("constraint", 0, &[2.0, 6.5, 10.0]), ("end", 0, &[-1.0, 0.5, 64.0]), ("pack", 0, ON_OFF)],
    ),
    (
        "zero_phase_forward",
        F32,
        &[SOS, ("padlen", &[6.0]), ("on_nan", &[1.0])],
        &[BAD_SOS, ("padlen", 0, &[-1.0, 0.5, 1_048_577.0])],
    ),
    (
        "zero_phase_reverse",
        TO_REVERSE,
        &[SOS, ("padlen", &[6.0]), ("on_nan", &[1.0]), ("precision", &[64.0])],
        &[BAD_SOS, ("padlen", 0, &[-1.0, 0.5, 1_048_577.0]), BAD_PRECISION],
    ),
];

/// The text of a refusal; none if the stage is registered.
fn refusal(kind: &str, edges: &[EdgeShape], params: &[(&str, Vec<f64>)]) -> Option<String> {
    // A single number has no list, as in the C API.
    let params: Vec<Param<'_>> =
        params.iter().map(|(key, v)| Param { key, value: v[0], values: if v.len() == 1 { &[] } else { v } }).collect();
    register_all(kind, &params, edges, true).err().map(|e| e.to_string())
}

#[test]
fn numbers_that_cannot_be_are_refused_by_name() {
    let (mut tried, mut failures) = (BTreeSet::new(), Vec::new());
    for (kind, edges, params, bad) in CASES {
        let valid: Vec<(&str, Vec<f64>)> = params.iter().map(|(key, v)| (*key, v.to_vec())).collect();
        assert_eq!(refusal(kind, edges, &valid), None, "{kind}: valid parameters");
        let mut check = |key: &str, at: usize, value: f64| {
            let mut params = valid.clone();
            let list = &mut params.iter_mut().find(|(k, _)| *k == key).expect("a valid value").1;
            list[at] = value;
            let place = if list.len() > 1 { format!("[{at}]") } else { String::new() };
            let text = refusal(kind, edges, &params).unwrap_or_default();
            let value = value.to_string();
            let expected = format!("{kind}.{key}{place} = {value}");
            // Long numbers are rounded.
            if !text.contains(if value.len() > 8 { &expected[..expected.len() - value.len()] } else { &expected }) {
                failures.push(format!("{expected}: {text:?}"));
            }
        };
        for (key, list) in &valid {
            tried.insert((*kind, *key));
            for at in 0..list.len() {
                [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].into_iter().for_each(|v| check(key, at, v));
            }
        }
        for (key, at, values) in *bad {
            values.iter().for_each(|v| check(key, *at, *v));
        }
        // Where one number is meant, a list is not.
        let single = |(key, list): &&(&str, Vec<f64>)| list.len() == 1 && *key != "zi";
        for (key, list) in valid.iter().filter(single) {
            let mut params = valid.clone();
            let two = &mut params.iter_mut().find(|(k, _)| k == key).expect("a valid value").1;
            two.push(list[0]);
            let text = refusal(kind, edges, &params).unwrap_or_default();
            if !text.contains(&format!("{kind}.{key}")) {
                failures.push(format!("{kind}.{key} as a list of two: {text:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} of them: {failures:#?}", failures.len());
    for kind in KINDS {
        for param in kind.params {
            assert!(tried.contains(&(kind.name, param.name)), "{}.{} has no case", kind.name, param.name);
        }
    }
}
