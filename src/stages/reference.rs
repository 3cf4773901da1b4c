//! The stages against numbers from SciPy and NumPy: `tests/data/stages.txt`, written by `tests/data/gen_stages.py`.

use super::golden::Golden;
use super::testing::{Input, close, run_f64};
use std::format;
use std::vec::Vec;

#[test]
fn stages_agree_with_scipy_and_numpy() {
    let text = include_str!("../../tests/data/stages.txt");
    let mut lines = text.lines();
    let mut cases = 0;
    let mut golden = Golden::default();
    while let Some(head) = lines.next() {
        let mut words = head.split(' ').skip(1);
        let (kind, dtype) = (words.next().unwrap(), words.next().unwrap());
        let len: usize = words.next().unwrap().parse().unwrap();
        let tolerance: f64 = words.next().unwrap().parse().unwrap();
        let numbers = |s: &str, by: char| -> Vec<f64> { s.split(by).map(|v| v.parse().unwrap()).collect() };
        let lists: Vec<(&str, Vec<f64>)> =
            words.map(|w| w.split_once('=').unwrap()).map(|(k, v)| (k, numbers(v, ','))).collect();
        let params: Vec<(&str, &[f64])> = lists.iter().map(|(k, v)| (*k, &v[..])).collect();
        let input = numbers(lines.next().unwrap(), ' ');
        let want = numbers(lines.next().unwrap(), ' ');
        // Without the feature spectra are of powers of two only.
        if cfg!(not(feature = "fft")) && kind.starts_with("rfft") && (len == 1 || !len.is_power_of_two()) {
            continue;
        }
        let got = if dtype == "i16" {
            let x: Vec<i16> = input.iter().map(|v| *v as i16).collect();
            run_f64(kind, &params, &Input::rows(&x, len))
        } else {
            let x: Vec<f32> = input.iter().map(|v| *v as f32).collect();
            run_f64(kind, &params, &Input::rows(&x, len))
        };
        close(&got, &want, tolerance, &format!("case {cases}: {head}"));
        golden.add(&format!("{kind} {dtype}"), &got);
        if kind.starts_with("rfft") && len > 1 && len.is_power_of_two() {
            let x: Vec<f32> = input.iter().map(|v| *v as f32).collect();
            let got = run_f64(kind, &[("portable", &[1.0])], &Input::rows(&x, len));
            close(&got, &want, tolerance, &format!("case {cases}, portable: {head}"));
            golden.add(&format!("{kind} portable {dtype}"), &got);
        }
        cases += 1;
    }
    assert!(cases > 100, "{cases}");
    // Without the feature some cases are left out.
    if cfg!(feature = "fft") {
        golden.compare("features_stages.txt");
    }
}
