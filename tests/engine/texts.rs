//! Error texts, word for word. In each, `<` and `>` mark what it is about, what was given and what would be right.
//! `tests/project/texts.rs` finds a case here or in `ctests/test_texts.c` for each text of the library.

use crate::graphs::uninit;
use sqrtspace::dtype::Dtype;
use sqrtspace::kernel::RowShape;
use sqrtspace::mem::Carver;
use sqrtspace::series::{Axis, Series, Unit};
use sqrtspace::stages::{Build, EdgeShape, HostPlans, Param, find};
use sqrtspace::status::Error;
use sqrtspace::util::text::Text;

/// The text as a program reads it.
pub(crate) fn text(e: &Error) -> String {
    let mut text = Text::<159>::new();
    e.write(&mut text);
    text.as_str().to_string()
}

/// Compares a text with the marked one.
pub(crate) fn is(e: &Error, marked: &str) {
    assert_eq!(text(e), marked.replace(['<', '>'], ""), "{marked}");
    let parts = marked.matches('<').count();
    assert!(parts >= 3 && parts == marked.matches('>').count(), "{marked}: what, what was given, what would be right");
}

pub(crate) fn rows(dtype: Dtype, len: usize) -> EdgeShape {
    let edge = EdgeShape::of(RowShape { dtype, len });
    let mut name = sqrtspace::status::Name::new();
    name.push_str("gyro");
    EdgeShape { name, ..edge }
}

pub(crate) fn series(edge: EdgeShape, change: impl FnOnce(&mut Series)) -> EdgeShape {
    let mut series = edge.series;
    change(&mut series);
    EdgeShape { series, ..edge }
}

/// The error of a stage `asked` of a kind.
pub(crate) fn stage(kind: &str, params: &[(&str, &[f64])], edges: &[EdgeShape]) -> Error {
    // A single number has no list, as in the C API.
    let values = |v: &'static [f64]| if v.len() == 1 { &[] } else { v };
    let params: Vec<Param<'_>> = params
        .iter()
        .map(|(key, v)| Param { key, value: v[0], values: values(Box::leak(v.to_vec().into_boxed_slice())) })
        .collect();
    let mut pool = Carver::new(uninit(crate::graphs::area(1 << 16))).unwrap();
    let mut plans = HostPlans::default();
    let build = find(kind).unwrap();
    let mut b = Build { kind, stage: "asked", params: &params, edges, pool: &mut pool, host_plans: Some(&mut plans) };
    build(&mut b).expect_err(kind)
}

const SECTION: (&str, &[f64]) = ("sos", &[1.0, 0.0, 0.0, 1.0, -0.5, 0.0]);
const THREE: (&str, &[f64]) = ("transition", &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
const TWO: (&str, &[f64]) = ("transition", &[1.0, 0.0, 0.0, 1.0]);

#[test]
fn texts_about_keys_and_single_numbers() {
    let f = rows(Dtype::F32, 64);
    for (kind, params, marked) in [
        (
            "ema",
            &[("beta", &[0.5f64][..])][..],
            "stage <asked>: unknown parameter <ema.beta>; the kind has <alpha, span, initial, precision, scale>",
        ),
        ("argmax", &[("k", &[1.0])], "stage <asked>: unknown parameter <argmax.k>; the kind has <none>"),
        ("top_k_sum", &[], "stage <asked>: the parameter <top_k_sum.k> is required: <a whole number from 1 to 64>"),
        (
            "top_k_sum",
            &[("k", &[0.5])],
            "stage <asked>: the parameter <top_k_sum.k = 0.5> must be a <whole number from 1 to 64>",
        ),
        (
            "channel",
            &[("index", &[1.0])],
            "stage <asked>: the parameter <channel.index = 1> can only be <0> with these rows",
        ),
        (
            "histogram",
            &[("lo", &[f64::NAN]), ("hi", &[1.0]), ("bins", &[4.0])],
            "stage <asked>: the parameter <histogram.lo = NaN> must be a <finite number>",
        ),
        (
            "fir",
            &[("taps", &[1.0, 1e39])],
            "stage <asked>: the parameter <fir.taps[1] = 1e39> must be a finite number within the <range of f32>",
        ),
        (
            "kalman",
            &[("q", &[-1.0]), ("r", &[1.0])],
            "stage <asked>: the parameter <kalman.q = -1> must be a finite number, <at least 0>",
        ),
        (
            "cusum",
            &[("threshold", &[0.0])],
            "stage <asked>: the parameter <cusum.threshold = 0> must be a finite number <above 0>",
        ),
        ("ema", &[("alpha", &[2.0])], "stage <asked>: the parameter <ema.alpha = 2> must be <above 0 and at most 1>"),
        (
            "quantile",
            &[("q", &[0.5, 1.5])],
            "stage <asked>: the parameter <quantile.q[1] = 1.5> must be a probability <from 0 to 1>",
        ),
        (
            "mean",
            &[("scale", &[0.0])],
            "stage <asked>: the parameter <mean.scale = 0> must be above 0, <from 1.2e-38 to 3.4e38>",
        ),
        (
            "ema",
            &[("alpha", &[0.5, 0.5])],
            "stage <asked>: the parameter <ema.alpha> must be <one number>, not a list of <2>",
        ),
        ("ema", &[], "stage <asked>: the parameter <ema.alpha> is required: <a number>"),
        (
            "ema",
            &[("span", &[0.5])],
            "stage <asked>: the parameter <ema.span = 0.5> must be a finite number, <at least 1>",
        ),
        (
            "ema",
            &[("span", &[3.0]), ("alpha", &[0.5])],
            "stage <asked>: the parameters of <ema> are <alpha or span>, not both",
        ),
        (
            "ema",
            &[("alpha", &[0.5]), ("precision", &[16.0])],
            "stage <asked>: the parameter <ema.precision = 16> must be <32 or 64>",
        ),
        (
            "kalman",
            &[("q", &[1.0]), ("r", &[1.0]), ("x0", &[1.0])],
            "stage <asked>: the parameter <kalman.x0> must be a <list of 2 finite numbers>; it has <1>",
        ),
        (
            "pll",
            &[("frequency", &[0.6])],
            "stage <asked>: the parameter <pll.frequency = 0.6> must be <from -0.5 to 0.5>",
        ),
        (
            "pll",
            &[("frequency", &[0.1]), ("bandwidth", &[0.3])],
            "stage <asked>: the parameter <pll.bandwidth = 0.3> must be <above 0 and at most 0.25>",
        ),
        (
            "pll",
            &[("frequency", &[0.1]), ("range", &[1.5])],
            "stage <asked>: the parameter <pll.range = 1.5> must be <from 0 to 1>",
        ),
        (
            "pll",
            &[("frequency", &[0.0])],
            "stage <asked>: the parameter <pll.frequency = 0> must <not be 0> for real samples",
        ),
        (
            "pll",
            &[("frequency", &[0.1]), ("damping", &[1e308])],
            "stage <asked>: with the parameter <pll.damping = 1e308> the gains of the loop are <out of range>",
        ),
        (
            "histogram",
            &[("lo", &[1.0]), ("hi", &[1.0]), ("bins", &[4.0])],
            "stage <asked>: the parameter <histogram.hi = 1> must be <above lo>, with a finite width of a bin above 0",
        ),
        (
            "histogram",
            &[("lo", &[1e6]), ("hi", &[1e6 + 1.0]), ("bins", &[17.0])],
            "stage <asked>: <histogram of 17 bins>: lo and hi are <too near>, or too large, for the type of its rows",
        ),
        (
            "quantile",
            &[("q", &[0.5; 17])],
            "stage <asked>: the parameter <quantile.q> must be a list of <1 to 8> probabilities from 0 to 1; it has <17>",
        ),
        ("fir", &[], "stage <asked>: the parameter <fir.taps> is required: <a list of coefficients>"),
        (
            "fir",
            &[("taps", &[1.0; 65])],
            "stage <asked>: <fir of 65 taps> reads rows of <at least as many> elements, not of <64>",
        ),
        (
            "biquad",
            &[("sos", &[1.0; 5])],
            "stage <asked>: the parameter <biquad.sos> must be a list of <6 numbers for each of 1 to 32 sections>; it has <5>",
        ),
        (
            "biquad",
            &[("sos", &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0])],
            "stage <asked>: the parameter <biquad.sos[3] = 0> divides its section: it must <not be 0> or too small",
        ),
        (
            "zero_phase_forward",
            &[("sos", &[1.0, 0.0, 0.0, 1.0, -1.0, 0.0])],
            "stage <asked>: section <0> of <zero_phase_forward.sos> has a pole at 1 and so no steady state to start from: <remove it>",
        ),
        (
            "zero_phase_forward",
            &[SECTION, ("padlen", &[64.0])],
            "stage <asked>: zero_phase_forward pads with <65> samples, a row and its halo have <64>: set <lookback or lookahead, or padlen>",
        ),
    ] {
        is(&stage(kind, params, &[f]), marked);
    }
    assert_eq!(
        text(&find("nope").err().unwrap()),
        "the kind nope of a built-in stage is unknown: the header lists all kinds"
    );
    is(&find("nope").err().unwrap(), "the <kind> <nope> of a built-in stage is unknown: <the header lists all kinds>");
}

#[test]
fn texts_about_models() {
    let f = rows(Dtype::F32, 64);
    let observe: (&str, &[f64]) = ("observe", &[1.0, 0.0, 0.0]);
    let third: (&str, &[f64]) = ("process", &[1.0, 0.9, 0.9, 0.9, 1.0, -0.9, 0.9, -0.9, 1.0]);
    let unit: (&str, &[f64]) = ("r", &[1.0]);
    let hidden: (&str, &[f64]) = ("transition", &[0.75, 0.25, 0.5, 0.5]);
    for (kind, params, marked) in [
        (
            "kalman",
            &[TWO, ("process", &[-1.0, 0.0, 0.0, 1.0]), unit][..],
            "stage <asked>: the parameter <kalman.process[0] = -1> is a variance: it must <not be negative>",
        ),
        (
            "kalman",
            &[TWO, ("process", &[1.0, 0.5, 0.0, 1.0]), unit],
            "stage <asked>: the parameter <kalman.process[2] = 0> must be symmetric: this element and that <across the diagonal> differ",
        ),
        (
            "kalman",
            &[TWO, ("process", &[1.0, 2.0, 2.0, 1.0]), unit],
            "stage <asked>: the parameter <kalman.process[1] = 2> is more than its variances allow: the matrix must be <semidefinite>",
        ),
        (
            "kalman",
            &[THREE, third, observe, unit],
            "stage <asked>: the parameter <kalman.process[0] = 1> is part of a matrix with a <negative eigenvalue>",
        ),
        (
            "kalman",
            &[("transition", &[1.0, 0.0, 0.0]), unit],
            "stage <asked>: the parameter <kalman.transition> must be a list of <1, 4, 9 or 16> numbers, with process and observe; it has <3>",
        ),
        (
            "kalman",
            &[("dt", &[1e200]), ("q", &[1.0]), unit],
            "stage <asked>: the parameter <kalman.dt = 1e200> is too large: its cube times q must be <finite>",
        ),
        (
            "kalman",
            &[TWO, ("dt", &[1.0]), unit],
            "stage <asked>: the parameters of <kalman> are <transition or dt and q>, not both",
        ),
        (
            "hmm_forward",
            &[("transition", &[0.5, 0.5, 0.5])],
            "stage <asked>: the parameter <hmm_forward.transition> must be a square matrix of <1 to 64 states>; it has <3> numbers",
        ),
        (
            "hmm_forward",
            &[("transition", &[0.75, 0.5, 0.5, 0.5])],
            "stage <asked>: the parameter <hmm_forward.transition[1] = 0.5> brings the sum of a row of 2 probabilities <above 1>",
        ),
        (
            "hmm_forward",
            &[("transition", &[0.25, 0.5, 0.5, 0.5])],
            "stage <asked>: the parameter <hmm_forward.transition[1] = 0.5> ends a row of 2 probabilities whose sum is <below 1>",
        ),
        (
            "hmm_forward",
            &[hidden, ("emission", &[0.5; 4])],
            "stage <asked>: the parameter <hmm_forward.emission> is for <u8 symbols>, a row for each of the 2 states, and not for likelihoods; it has <4> numbers",
        ),
    ] {
        is(&stage(kind, params, &[f]), marked);
    }
    let symbols = rows(Dtype::U8, 64);
    let log = &[hidden, ("emission", &[0.5; 4]), ("log", &[1.0])];
    is(
        &stage("hmm_forward", log, &[symbols]),
        "stage <asked>: the parameter <hmm_forward.log = 1> is for <likelihoods>, not for symbols",
    );
    is(
        &stage("hmm_forward", &[hidden], &[rows(Dtype::F32, 63)]),
        "stage <asked>: <hmm_forward> reads rows of a multiple of <2> likelihoods, one for each state, not of <63>",
    );
    let doubles = rows(Dtype::F64, 64);
    is(
        &stage("hmm_backward", &[hidden], &[doubles]),
        "stage <asked>: <hmm_backward of 2 states> reads <rows of hmm_forward> with the same transition, not of <64> elements",
    );
    is(
        &stage("rts_smoother", &[("q", &[1.0])], &[doubles]),
        "stage <asked>: <rts_smoother of 2 states> reads <rows of kalman> with the same model, not of <64> elements",
    );
    is(
        &stage("viterbi", &[("generators", &[7.0, 0.0])], &[symbols]),
        "stage <asked>: the parameter <viterbi.generators[1] = 0> must be <2 to 6 whole numbers> above 0 and below 128",
    );
    is(
        &stage("viterbi", &[("generators", &[7.0])], &[symbols]),
        "stage <asked>: the parameter <viterbi.generators> must be a list of <2 to 6> generators; it has <1>",
    );
    is(
        &stage("viterbi", &[("invert", &[0.0, 2.0])], &[symbols]),
        "stage <asked>: the parameter <viterbi.invert[1] = 2> must be <0 or 1> for each of the 2 generators",
    );
    is(
        &stage("viterbi", &[("invert", &[0.0; 3])], &[symbols]),
        "stage <asked>: the parameter <viterbi.invert> must have a number for each of the <2> generators; it has <3>",
    );
    is(
        &stage("viterbi", &[], &[rows(Dtype::U8, 63)]),
        "stage <asked>: <viterbi> reads rows of a multiple of <2> symbols, one for each generator, not of <63>",
    );
    is(
        &stage("viterbi_traceback", &[], &[symbols]),
        "stage <asked>: <viterbi_traceback of 64 states> reads <rows of viterbi> with the same constraint, not of <64> bytes",
    );
    is(
        &stage("viterbi_traceback", &[("pack", &[1.0])], &[rows(Dtype::U8, 25)]),
        "stage <asked>: <viterbi_traceback> with pack reads rows of a multiple of <8> steps, not of <3>",
    );
}

#[test]
fn texts_about_edges() {
    let f = rows(Dtype::F32, 64);
    let halo = EdgeShape { lookback: 3, ..f };
    let two = series(rows(Dtype::F32, 63), |s| s.channels = 2);
    let power = series(f, |s| s.unit = Unit::Power);
    for (kind, params, edges, marked) in [
        (
            "hann",
            &[][..],
            &[f, f][..],
            "stage <asked>: <hann> has <one edge>, without lookback and lookahead, not <2> with a halo of 0 rows",
        ),
        (
            "hann",
            &[],
            &[halo],
            "stage <asked>: <hann> has one edge, <without lookback and lookahead>, not 1 with a halo of <3> rows",
        ),
        ("frame", &[], &[f, f], "stage <asked>: <frame> has <one edge>, not <2>"),
        (
            "edge_sum",
            &[],
            &[f],
            "stage <asked>: <edge_sum> has <2 to 16 edges> without lookback and lookahead, not <1> with a halo of 0 rows",
        ),
        (
            "edge_sum",
            &[],
            &[f, rows(Dtype::F32, 60)],
            "stage <asked>: rows of <gyro> differ from those of <the first edge> in type, length, channels or step",
        ),
        (
            "argmax",
            &[],
            &[rows(Dtype::C32, 64)],
            "stage <asked> (<argmax, c32> rows): the kind reads <f32>; to_f32 converts real numbers",
        ),
        (
            "fft",
            &[],
            &[rows(Dtype::C32, 0)],
            "stage <asked>: <fft> transforms rows of <1 to 1048576> elements, not of <0>",
        ),
        (
            "rfft_power",
            &[],
            &[rows(Dtype::F32, 0)],
            "stage <asked>: <rfft_power> reads rows of <1 to 16777216> elements, not of <0>",
        ),
        (
            "rfft_power",
            &[("portable", &[1.0f64][..])],
            &[rows(Dtype::F32, 7)],
            "stage <asked>: with <portable> or without the host's heap, rfft_power reads rows of a <power of two> elements, not of <7>",
        ),
        (
            "channel",
            &[],
            &[two],
            "stage <asked>: <channel> reads rows of <whole samples of 2> interleaved channels, not of <63> elements",
        ),
        (
            "band",
            &[("from", &[1.0]), ("to", &[4.0])],
            &[two],
            "stage <asked>: samples of <gyro> have <2 channels>: from and to are <multiples of it>, or put a channel stage before",
        ),
        (
            "energy",
            &[],
            &[power],
            "stage <asked>: the elements of <gyro> are <powers>, squares already: use the kind <sum> for their energy",
        ),
        (
            "zero_phase_forward",
            &[SECTION],
            &[f, f],
            "stage <asked>: zero_phase_forward reads <x>, zero_phase_reverse zero_phase_forward and x, of the <same samples>, not <2> edges like these",
        ),
    ] {
        is(&stage(kind, params, edges), marked);
    }
    let scan = |edge: EdgeShape, marked: &str| is(&stage("ema", &[("alpha", &[0.5])], &[edge]), marked);
    scan(
        series(f, |s| s.step = 32),
        "stage <asked>: rows of <gyro> overlap (<64 samples, one row every 32>): <filter first with hop = window>, then use frame",
    );
    scan(
        series(f, |s| s.step = 90),
        "stage <asked>: rows of <gyro> have <64 samples, one row every 90>: use <hop = window> (fir: hop + taps - 1), then frame",
    );
    scan(
        series(rows(Dtype::F32, 1), |s| s.step = 3),
        "stage <asked>: rows of <gyro> are <1 element of every 3>: if each is a channel, set <row_channels> of its stage or channels of its input",
    );
    scan(
        series(f, |s| s.step = 0),
        "stage <asked>: rows of <gyro>, of <64 samples>, are not consecutive: use a hop that is a <multiple of the decimation>",
    );
    scan(
        series(f, |s| s.axis = Axis::Bins),
        "stage <asked>: a row of <gyro> has <64 bins>, not samples in time: select one bin with <band>",
    );
    scan(
        series(f, |s| s.axis = Axis::Record),
        "stage <asked>: a row of <gyro> has <several lists>, for its pair of stages: select one with <band>",
    );
    scan(
        series(f, |s| s.channels = 2),
        "stage <asked>: rows of <gyro> have <2 interleaved channels>: put a <channel stage> before it",
    );
}

#[test]
fn texts_about_windows() {
    let f = rows(Dtype::F32, 64);
    for (params, marked) in [
        (
            &[("type", &[6.0f64][..]), ("beta", &[601.0])][..],
            "stage <asked>: the parameter <window.beta = 601> must be <from 0 to 600>",
        ),
        (&[("type", &[7.0]), ("nw", &[0.0])], "stage <asked>: the parameter <window.nw = 0> must be <above 0>"),
        (
            &[("type", &[7.0]), ("nw", &[40.0])],
            "stage <asked>: the parameter <window.nw = 40> must be <below half> of the length 65",
        ),
        (&[("beta", &[1.0])], "stage <asked>: the parameter <window.beta = 1> is of <type 6>, <Kaiser's> window, only"),
        (&[("nw", &[1.0])], "stage <asked>: the parameter <window.nw = 1> is of <type 7>, <Slepian's> window, only"),
    ] {
        is(&stage("window", params, &[f]), marked);
    }
}

/// Each set of element types that a kind reads has a text.
#[test]
fn types_that_are_read_are_listed() {
    for kind in sqrtspace::stages::KINDS {
        let edges = [rows(Dtype::C32, 64); 2];
        for edges in [&edges[..1], &edges[..]] {
            let mut params = vec![];
            for (key, values) in [("sos", &[1.0, 0.0, 0.0, 1.0, -0.5, 0.0][..]), ("transition", &[1.0])] {
                params.extend(kind.params.iter().any(|p| p.name == key).then_some((key, values)));
            }
            let mut pool = Carver::new(uninit(crate::graphs::area(1 << 16))).unwrap();
            let list: Vec<Param<'_>> = params.iter().map(|(key, v)| Param { key, value: v[0], values: v }).collect();
            let (stage, pool) = ("asked", &mut pool);
            let mut b = Build { kind: kind.name, stage, params: &list, edges, pool, host_plans: None };
            if let Err(e) = (kind.build)(&mut b) {
                let real = ["threshold", "to_f32"].contains(&kind.name);
                let refused = text(&e).contains("rows): the kind reads ");
                assert!(!refused || text(&e).contains("reads real numbers; ") == real, "{}", text(&e));
                assert!(!text(&e).contains("reads none"), "{}", text(&e));
            }
        }
    }
}
