//! The scans against numbers from SciPy and NumPy: `tests/data/scans.txt`, written by `tests/data/gen_scans.py`.

use super::testing::{Edge, Params, chain, numbers};
use crate::mem::Complex32;
use crate::stages::golden::Golden;
use crate::stages::testing::{cases as cases_of, close};
use std::format;
use std::vec::Vec;

/// The stages of a case, one after another.
fn composed(kind: &str, params: &Params<'_>, input: &Edge, len: usize) -> Edge {
    let only = |keys: &[&str]| params.iter().copied().filter(|(k, _)| keys.contains(k)).collect::<Vec<_>>();
    match kind {
        "zero_phase" => {
            let pad = params.iter().find(|(k, _)| *k == "reach").unwrap().1[0] as usize;
            let halo = (pad + 1).div_ceil(len) - 1;
            let x = |back, ahead| input.clone().halo(back, ahead);
            let forward = chain("zero_phase_forward", &only(&["sos", "padlen"]), &[x(0, halo)]);
            // More halo than is needed does no harm.
            assert_eq!(
                numbers(&forward),
                numbers(&chain("zero_phase_forward", &only(&["sos", "padlen"]), &[x(2, halo + 1)]))
            );
            let reverse = only(&["sos", "padlen", "precision"]);
            let y = chain("zero_phase_reverse", &reverse, &[forward.clone(), x(halo, 0)]);
            assert_eq!(numbers(&y), numbers(&chain("zero_phase_reverse", &reverse, &[forward, x(halo + 1, 1)])));
            y
        }
        "zero_phase_unpadded" => {
            let wide = [only(&["sos", "zi"]), [("precision", &[64.0][..])].to_vec()].concat();
            let forward = chain("biquad", &wide, core::slice::from_ref(input));
            chain("biquad_reverse", &wide, &[forward])
        }
        "rts" => {
            let model = params.iter().copied().filter(|(k, _)| *k != "covariance").collect::<Vec<_>>();
            chain("rts_smoother", params, &[chain("kalman", &model, core::slice::from_ref(input))])
        }
        "posterior" => {
            chain("hmm_backward", &only(&["transition"]), &[chain("hmm_forward", params, core::slice::from_ref(input))])
        }
        _ => chain(kind, params, core::slice::from_ref(input)),
    }
}

#[test]
fn scans_agree_with_scipy_and_numpy() {
    let mut cases = 0;
    let mut golden = Golden::default();
    for case in cases_of(include_str!("../../../tests/data/scans.txt")) {
        let (len, x) = (case.len, &case.input);
        let edge = match case.dtype {
            "i16" => Edge::rows(&x.iter().map(|v| *v as i16).collect::<Vec<_>>(), len),
            "u8" => Edge::rows(&x.iter().map(|v| *v as u8).collect::<Vec<_>>(), len),
            "f32" => Edge::rows(&x.iter().map(|v| *v as f32).collect::<Vec<_>>(), len),
            "c32" => {
                let pairs = x.as_chunks::<2>().0.iter();
                let x = pairs.map(|[re, im]| Complex32 { re: *re as f32, im: *im as f32 }).collect::<Vec<_>>();
                Edge::rows(&x, len)
            }
            _ => Edge::rows(x, len),
        };
        let got = numbers(&composed(case.kind, &case.params(), &edge, len));
        close(&got, &case.want, case.tolerance, &format!("case {cases}: {}", case.head));
        golden.add(&format!("{} {}", case.kind, case.dtype), &got);
        cases += 1;
    }
    assert!(cases > 70, "{cases}");
    golden.compare("features_scans.txt");
}
