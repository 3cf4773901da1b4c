//! The filters against their difference equation, computed sample by sample: the same bits with any number of sections
//! and any length of a row.

use super::testing::{Edge, run};
use crate::amount::some;
use proptest::prelude::*;
use std::vec::Vec;

/// The difference equation of the documentation, one section after the other over the whole stream.
fn filtered(sos: &[f64], zi: &[f64], x: &[f64]) -> Vec<f64> {
    let mut x = x.to_vec();
    for (section, zi) in sos.chunks(6).zip(zi.chunks(2)) {
        let (mut z1, mut z2) = (zi[0], zi[1]);
        let of = |i: usize| section[i] / section[3];
        for v in &mut x {
            let y = of(0) * *v + z1;
            z1 = of(1) * *v - of(4) * y + z2;
            z2 = of(2) * *v - of(5) * y;
            *v = y;
        }
    }
    x
}

/// Bits, with one NaN.
fn bits(x: &[f64]) -> Vec<u64> {
    x.iter().map(|v| if v.is_nan() { f64::NAN.to_bits() } else { v.to_bits() }).collect()
}

fn reversed(x: &[f64]) -> Vec<f64> {
    x.iter().rev().copied().collect()
}

/// Coefficients of stable and of unstable sections; `a0` is not 0.
fn coefficients() -> impl Strategy<Value = Vec<f64>> {
    let section = (prop::array::uniform6(-1.5f64..1.5), 0.5f64..2.0);
    let section = section.prop_map(|(mut all, a0)| {
        all[3] = a0;
        all
    });
    prop::collection::vec(section, 1..=9).prop_map(|list| list.concat())
}

fn sample() -> impl Strategy<Value = f64> {
    prop_oneof![200 => -1.0f64..1.0, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY), 1 => Just(-0.0)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(some(300)))]
    #[test]
    fn rows_have_the_bits_of_the_difference_equation(
        sos in coefficients(),
        zi in prop::collection::vec(-1.0f64..1.0, 18),
        len in prop_oneof![1usize..=12, 250usize..=260, 520usize..=530],
        x in prop::collection::vec(sample(), 1100),
    ) {
        let x = &x[..x.len() / len * len];
        let zi = &zi[..sos.len() / 3];
        let params: &[(&str, &[f64])] = &[("sos", &sos), ("zi", zi)];
        let edge = [Edge::rows(x, len)];
        let (want, back) = (filtered(&sos, zi, x), reversed(&filtered(&sos, zi, &reversed(x))));
        prop_assert_eq!(bits(&run::<f64>("biquad", params, &edge)), bits(&want));
        prop_assert_eq!(bits(&run::<f64>("biquad_reverse", params, &edge)), bits(&back));
        let narrow: &[(&str, &[f64])] = &[("sos", &sos), ("zi", zi), ("precision", &[32.0])];
        for (kind, want) in [("biquad", &want), ("biquad_reverse", &back)] {
            let got: Vec<f64> = run::<f32>(kind, narrow, &edge).iter().map(|v| f64::from(*v)).collect();
            prop_assert_eq!(bits(&got), bits(&want.iter().map(|v| f64::from(*v as f32)).collect::<Vec<_>>()));
        }
    }
}
