//! The stages against numbers from SciPy and NumPy: `tests/data/stages.txt`, written by `tests/data/gen_stages.py`; and
//! against exact sums: `sums.txt`, by `gen_sums.py`.

use super::golden::Golden;
use super::testing::{self, Input, close, run_f64};
use std::format;
use std::vec::Vec;

#[test]
fn stages_agree_with_scipy_and_numpy() {
    let mut cases = 0;
    let mut golden = Golden::default();
    for case in testing::cases(include_str!("../../tests/data/stages.txt")) {
        let (kind, len, params) = (case.kind, case.len, case.params());
        // Without the feature only powers of two have a transform.
        if cfg!(not(feature = "fft")) && kind.starts_with("rfft") && (len == 1 || !len.is_power_of_two()) {
            continue;
        }
        let got = if case.dtype == "i16" {
            let x: Vec<i16> = case.input.iter().map(|v| *v as i16).collect();
            run_f64(kind, &params, &Input::rows(&x, len))
        } else {
            let x: Vec<f32> = case.input.iter().map(|v| *v as f32).collect();
            run_f64(kind, &params, &Input::rows(&x, len))
        };
        close(&got, &case.want, case.tolerance, &format!("case {cases}: {}", case.head));
        golden.add(&format!("{kind} {}", case.dtype), &got);
        if kind.starts_with("rfft") && len > 1 && len.is_power_of_two() {
            let x: Vec<f32> = case.input.iter().map(|v| *v as f32).collect();
            let got = run_f64(kind, &[("portable", &[1.0])], &Input::rows(&x, len));
            close(&got, &case.want, case.tolerance, &format!("case {cases}, portable: {}", case.head));
            golden.add(&format!("{kind} portable {}", case.dtype), &got);
        }
        cases += 1;
    }
    assert!(cases > 100, "{cases}");
    // Without the feature some cases are skipped.
    if cfg!(feature = "fft") {
        golden.compare("features_stages.txt");
    }
}

#[test]
fn sums_are_within_their_documented_bounds() {
    let mut cases = 0;
    for case in testing::cases(include_str!("../../tests/data/sums.txt")) {
        let x: Vec<f32> = case.input.iter().map(|v| *v as f32).collect();
        let got = run_f64(case.kind, &case.params(), &Input::rows(&x, case.len));
        close(&got, &case.want, case.tolerance, &format!("case {cases}: {}", case.head));
        cases += 1;
    }
    assert!(cases > 200, "{cases}");
}
