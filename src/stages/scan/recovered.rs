//! `on_nan` of the filters, against the plain filters on the samples that each policy leaves.

use super::testing::{Edge, Params, chain, numbers, run};
use crate::stages::testing::signal;
use std::vec::Vec;

/// Two sections; the second one delays by one sample only.
const SOS: (&str, &[f64]) = ("sos", &[0.2, 0.3, 0.2, 1.0, -0.5, 0.25, 1.0, 0.5, 0.0, 1.0, -0.4, 0.0]);
const ZI: (&str, &[f64]) = ("zi", &[0.5, -0.25, 1.0, 0.0]);
const SKIP: f64 = 1.0;
const HOLD: f64 = 2.0;
const RESET: f64 = 3.0;
const BAD: [f64; 4] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];

fn wave(n: usize) -> Vec<f64> {
    signal(n, 11).iter().map(|v| f64::from(*v)).collect()
}

/// The stream with bad samples in these places.
fn damaged(x: &[f64], places: &[usize]) -> Vec<f64> {
    let mut x = x.to_vec();
    places.iter().zip(BAD.iter().cycle()).for_each(|(i, bad)| x[*i] = *bad);
    x
}

/// Bits, with one NaN.
fn bits(x: &[f64]) -> Vec<u64> {
    x.iter().map(|v| if v.is_nan() { f64::NAN.to_bits() } else { v.to_bits() }).collect()
}

/// Rows of the plain filter on the finite samples, NaN in the places of the bad ones.
fn spread_over(x: &[f64], rows: &[f64]) -> Vec<f64> {
    let mut rows = rows.iter();
    x.iter().map(|x| if x.is_finite() { *rows.next().unwrap() } else { f64::NAN }).collect()
}

const PLACES: [usize; 11] = [0, 1, 70, 71, 72, 73, 74, 75, 150, 300, 399];

#[test]
fn skip_and_hold_are_the_filter_of_other_samples() {
    let x = damaged(&wave(400), &PLACES);
    let some: Vec<f64> = x.iter().copied().filter(|v| v.is_finite()).collect();
    for kind in ["biquad", "biquad_reverse"] {
        for start in [ZI, ("zi", &[0.0]), ("zi", &[1.0])] {
            let filter = |x: &[f64], on_nan: f64, len: usize| -> Vec<f64> {
                run(kind, &[SOS, start, ("on_nan", &[on_nan])], &[Edge::rows(x, len)])
            };
            for len in [1, 5, 80, 400] {
                let want = spread_over(&x, &filter(&some, 0.0, 1));
                assert_eq!(bits(&filter(&x, SKIP, len)), bits(&want), "{kind} {start:?} {len}");
                // Nothing changes where all samples are finite.
                let clean = wave(400);
                for on_nan in [SKIP, HOLD, RESET] {
                    assert_eq!(bits(&filter(&clean, on_nan, len)), bits(&filter(&clean, 0.0, len)), "{kind} {on_nan}");
                }
                let mut held = x.clone();
                if kind == "biquad_reverse" {
                    held.reverse();
                }
                let mut last = f64::NAN;
                for v in &mut held {
                    last = if v.is_finite() { *v } else { last };
                    *v = last;
                }
                // Before the first sample nothing is held: 0, or no result without a steady state.
                let first = held.iter().position(|v| v.is_finite()).unwrap();
                let settled = start == ("zi", &[1.0]);
                held[..first].fill(0.0);
                if kind == "biquad_reverse" {
                    held.reverse();
                }
                let got = filter(&x, HOLD, len);
                if settled {
                    let cut = if kind == "biquad" { &held[first..] } else { &held[..400 - first] };
                    let want = filter(cut, 0.0, 1);
                    let got: Vec<f64> = got.iter().copied().filter(|v| !v.is_nan()).collect();
                    assert_eq!(bits(&got), bits(&want), "{kind} {len}");
                } else {
                    assert_eq!(bits(&got), bits(&filter(&held, 0.0, 1)), "{kind} {start:?} {len}");
                }
            }
        }
    }
}

#[test]
fn reset_filters_each_stretch_by_itself() {
    let x = damaged(&wave(400), &PLACES);
    for start in [ZI, ("zi", &[0.0]), ("zi", &[1.0])] {
        let mut want = Vec::new();
        for part in x.chunk_by(|a, b| a.is_finite() && b.is_finite()) {
            if part[0].is_finite() {
                want.extend(run::<f64>("biquad", &[SOS, start], &[Edge::rows(part, 1)]));
            } else {
                want.push(f64::NAN);
            }
        }
        for len in [1, 10, 400] {
            let got: Vec<f64> = run("biquad", &[SOS, start, ("on_nan", &[RESET])], &[Edge::rows(&x, len)]);
            assert_eq!(bits(&got), bits(&want), "{start:?} {len}");
        }
    }
}

#[test]
fn overflows_do_not_stay() {
    // A resonance at half the sampling rate adds up alternating samples until they overflow.
    let sos: (&str, &[f64]) = ("sos", &[1.0, 0.0, 0.0, 1.0, 0.99, 0.0]);
    let mut x = wave(3000);
    (100..110).for_each(|i| x[i] = if i % 2 == 0 { f64::MAX } else { -f64::MAX });
    let plain: Vec<f64> = run("biquad", &[sos], &[Edge::rows(&x, 100)]);
    assert!(plain[110..].iter().all(|v| !v.is_finite()));
    for on_nan in [SKIP, HOLD, RESET] {
        let rows: Vec<f64> = run("biquad", &[sos, ("on_nan", &[on_nan])], &[Edge::rows(&x, 100)]);
        assert!(rows[110..].iter().all(|v| v.is_finite()), "{on_nan}");
        assert!(on_nan != RESET || rows[2999].abs() < 1e3);
    }
}

/// Both halves of a zero-phase filter.
fn both(params: &Params<'_>, x: &[f64], len: usize) -> Vec<f64> {
    let halo = 16usize.div_ceil(len) - 1;
    let x = Edge::rows(x, len);
    let forward = chain("zero_phase_forward", params, &[x.clone().halo(0, halo)]);
    numbers(&chain("zero_phase_reverse", params, &[forward, x.halo(halo, 0)]))
}

#[test]
fn zero_phase_filters_recover() {
    let pad: (&str, &[f64]) = ("padlen", &[15.0]);
    let clean = wave(400);
    let x = damaged(&clean, &[100, 101, 102, 200, 250, 290, 291, 300, 301, 310]);
    let some: Vec<f64> = x.iter().copied().filter(|v| v.is_finite()).collect();
    for len in [5, 10, 40] {
        let filter = |x: &[f64], on_nan: f64| both(&[SOS, pad, ("on_nan", &[on_nan])], x, len);
        for on_nan in [SKIP, HOLD, RESET] {
            assert_eq!(bits(&filter(&clean, on_nan)), bits(&filter(&clean, 0.0)), "{on_nan}");
        }
        assert_eq!(bits(&filter(&x, SKIP)), bits(&spread_over(&x, &both(&[SOS, pad], &some, 5))));
        let mut held = x.clone();
        (1..400).for_each(|i| held[i] = if held[i].is_finite() { held[i] } else { held[i - 1] });
        assert_eq!(bits(&filter(&x, HOLD)), bits(&both(&[SOS, pad], &held, 5)));
        // Each bad sample gives one NaN at most, also at the ends of the stream and in the extensions.
        for places in [&[0usize, 5, 395, 399][..], &[0, 1, 2], &[3, 399], &PLACES] {
            for on_nan in [SKIP, HOLD, RESET] {
                let x = damaged(&clean, places);
                let y = filter(&x, on_nan);
                let lost = y.iter().filter(|v| !v.is_finite()).count();
                assert!(lost <= places.len() && (on_nan == HOLD || lost == places.len()), "{on_nan} {places:?} {lost}");
                assert!(y.iter().zip(&x).all(|(y, x)| y.is_finite() || !x.is_finite()), "{on_nan} {places:?}");
            }
        }
    }
}
