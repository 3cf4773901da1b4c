//! The parameter `scale`: integers with a power of two give the bits of the scaled samples, in every kind that has it.

use super::kinds::KINDS;
use super::scan::testing::{Edge, Params, bytes, chain, register};
use std::collections::BTreeSet;
use std::vec;
use std::vec::Vec;

const SOS: (&str, &[f64]) = ("sos", &[0.25, 0.5, 0.25, 1.0, -0.5, 0.125]);
const SCALE: (&str, &[f64]) = ("scale", &[1.0 / 32768.0]);

/// Each kind with the parameters that it requires, in units of scaled samples.
const CASES: &[(&str, &Params<'_>)] = &[
    ("biquad", &[SOS, ("zi", &[1.0])]),
    ("biquad_reverse", &[SOS]),
    ("cusum", &[("target", &[0.1]), ("threshold", &[2.0])]),
    ("detrend", &[]),
    ("edge_max", &[]),
    ("edge_mean", &[]),
    ("edge_min", &[]),
    ("edge_sum", &[]),
    ("ema", &[("alpha", &[0.1])]),
    ("energy", &[]),
    ("hann", &[]),
    ("histogram", &[("lo", &[-0.5]), ("hi", &[0.5]), ("bins", &[9.0])]),
    ("kalman", &[("q", &[0.1]), ("r", &[0.5])]),
    ("max", &[]),
    ("mean", &[]),
    ("min", &[]),
    ("mixer", &[("frequency", &[0.1])]),
    ("pll", &[("frequency", &[0.1])]),
    ("quantile", &[("q", &[0.1, 0.5])]),
    ("rms", &[]),
    ("rolling_stats", &[("window", &[7.0])]),
    ("sum", &[]),
    ("threshold", &[("level", &[0.25])]),
    ("window", &[("type", &[6.0]), ("beta", &[8.6])]),
    ("zero_phase_forward", &[SOS]),
    ("zero_phase_reverse", &[SOS]),
];

#[test]
fn integers_with_a_scale_are_scaled_samples() {
    // to_f32 has a scale of its own.
    let with: BTreeSet<&str> =
        KINDS.iter().filter(|k| k.params.iter().any(|p| p.name == "scale")).map(|k| k.name).collect();
    assert_eq!(CASES.iter().map(|c| c.0).chain(["to_f32"]).collect::<BTreeSet<_>>(), with);
    let ints: Vec<i16> = (0..600i32).map(|i| ((i * 7919) % 65521 - 32760) as i16).collect();
    let floats: Vec<f32> = ints.iter().map(|v| f32::from(*v) / 32768.0).collect();
    for (kind, params) in CASES {
        let (x, y) = (Edge::rows(&ints, 50), Edge::rows(&floats, 50));
        let scaled: Vec<(&str, &[f64])> = params.iter().copied().chain([SCALE]).collect();
        let edges = |x: &Edge, params: &Params<'_>| match *kind {
            k if k.starts_with("edge_") => vec![x.clone(), x.clone()],
            "zero_phase_reverse" => vec![chain("zero_phase_forward", params, core::slice::from_ref(x)), x.clone()],
            _ => vec![x.clone()],
        };
        let (of_ints, of_floats) = (edges(&x, &scaled), edges(&y, params));
        let got = bytes(&register(kind, &scaled, &of_ints).unwrap(), &of_ints);
        let want = bytes(&register(kind, params, &of_floats).unwrap(), &of_floats);
        assert!(got == want, "{kind}");
        let plain = edges(&x, params);
        let unscaled = bytes(&register(kind, params, &plain).unwrap(), &plain);
        assert!(*kind == "pll" || got != unscaled, "{kind}: not scaled without the parameter");
    }
}
