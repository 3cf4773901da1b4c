//! The built-in reverse scans in whole pipelines: against SciPy's numbers and plain recurrences, and bit-identical
//! in every mode, order, range, slice and budget.

use crate::builtin::*;
use crate::chain::Dice;
use sqrtspace::dtype::Dtype;
use sqrtspace::status::Status;

const BUTTER: &[f64] =
    &[0.0674552738890719, 0.1349105477781438, 0.0674552738890719, 1.0, -1.1429805025399011, 0.41280159809618877];
/// Two sections: one of first order, 12 samples of padding.
const ODD: &[f64] = &[
    0.00289819463372143,
    0.00579638926744286,
    0.00289819463372143,
    1.0,
    -0.726542528005361,
    0.0,
    1.0,
    1.0,
    0.0,
    1.0,
    -1.647552215703991,
    0.7323389172728038,
];

/// The zero-phase filter `name` of `x`, whose rows have `len` samples, with a padding of `pad`.
fn zero_phase(name: &str, x: &str, len: usize, pad: usize, forward: &Params<'_>, reverse: &Params<'_>) -> [Stage; 2] {
    let halo = (pad + 1).div_ceil(len) as u32 - 1;
    let ahead = format!("{name}_ahead");
    [
        Stage::new("zero_phase_forward", &ahead, &[(x, 0, halo)], forward),
        Stage::new("zero_phase_reverse", name, &[(&ahead, 0, 0), (x, halo, 0)], reverse),
    ]
}

/// `scipy.signal.sosfiltfilt(sos, x, padlen=pad)` by its definition, over a whole array. The steady state of a cascade
/// is found by running it on a constant until it no longer changes.
fn sosfiltfilt(sos: &[f64], x: &[f64], pad: usize) -> Vec<f64> {
    let pass = |x: &mut dyn Iterator<Item = f64>, first: f64| -> Vec<f64> {
        let mut z = vec![[0.0f64; 2]; sos.len() / 6];
        let step = |z: &mut Vec<[f64; 2]>, mut v: f64| {
            for (z, s) in z.iter_mut().zip(sos.chunks(6)) {
                let y = s[0] * v + z[0];
                *z = [s[1] * v - s[4] * y + z[1], s[2] * v - s[5] * y];
                v = y;
            }
            v
        };
        for _ in 0..20_000 {
            step(&mut z, first);
        }
        x.map(|v| step(&mut z, v)).collect()
    };
    let (n, first, last) = (x.len(), x[0], x[x.len() - 1]);
    let left = (1..=pad).rev().map(|i| 2.0 * first - x[i]);
    let right = (1..=pad).map(|i| 2.0 * last - x[n - 1 - i]);
    let extended: Vec<f64> = left.chain(x.iter().copied()).chain(right).collect();
    let ahead = pass(&mut extended.iter().copied(), extended[0]);
    let back = pass(&mut ahead.iter().rev().copied(), ahead[ahead.len() - 1]);
    back[pad..pad + n].iter().rev().copied().collect()
}

fn noisy(n: usize) -> Vec<f64> {
    let mut dice = Dice(n as u64);
    let mut walk = 5.0;
    let next = |i: usize| {
        walk += (dice.below(2001) as f64 - 1000.0) / 1000.0;
        walk + 3.0 * (i as f64 / 7.0).sin()
    };
    (0..n).map(next).collect()
}

#[track_caller]
fn close(got: &[f64], want: &[f64], tolerance: f64, what: &str) {
    assert_eq!(got.len(), want.len(), "{what}");
    let scale = want.iter().fold(1e-300, |m: f64, v| m.max(v.abs()));
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert!((g - w).abs() <= tolerance * scale, "{what}: element {i} is {g}, not {w}");
    }
}

/// Every case of the data whose stages run backwards, as a pipeline.
#[test]
fn pipelines_agree_with_scipy_and_numpy() {
    let mut cases = 0;
    for case in cases_of(include_str!("../data/scans.txt")) {
        let lists: Vec<(&str, &[f64])> = case.params.iter().map(|(k, v)| (*k, &v[..])).collect();
        let only = |keys: &[&str]| lists.iter().copied().filter(|(k, _)| keys.contains(k)).collect::<Vec<_>>();
        let all = only(&["transition", "process", "observe", "dt", "q", "r", "x0", "p0", "emission", "initial"]);
        let input = [("input", 0, 0)];
        let stages = match case.kind {
            "zero_phase" => {
                let pad = only(&["reach"])[0].1[0] as usize;
                let (f, r) = (only(&["sos", "padlen"]), only(&["sos", "padlen", "precision"]));
                zero_phase("y", "input", case.len, pad, &f, &r).to_vec()
            }
            "zero_phase_unpadded" => {
                let wide = [only(&["sos", "zi"]), vec![("precision", &[64.0][..])]].concat();
                vec![
                    Stage::new("biquad", "ahead", &input, &wide),
                    Stage::new("biquad_reverse", "y", &[("ahead", 0, 0)], &wide),
                ]
            }
            "biquad_reverse" => vec![Stage::new("biquad_reverse", "y", &input, &only(&["sos", "zi"]))],
            "rts" => vec![
                Stage::new("kalman", "filtered", &input, &all),
                Stage::new("rts_smoother", "y", &[("filtered", 0, 0)], &[all, only(&["covariance"])].concat()),
            ],
            "posterior" => vec![
                Stage::new("hmm_forward", "alpha", &input, &all),
                Stage::new("hmm_backward", "y", &[("alpha", 0, 0)], &only(&["transition"])),
            ],
            _ => continue,
        };
        let chain = Chain { dtype: case.dtype, len: case.len, samples: case.samples.clone(), stages };
        let got = numbers(&chain.rows_however_asked(3), chain.shape().dtype);
        close(&got, &case.want, case.tolerance, &format!("case {cases}, {}", case.kind));
        cases += 1;
    }
    assert_eq!(cases, 60 + 6 + 18 + 5 + 30 + 9);
}

#[test]
fn zero_phase_filters_of_long_streams() {
    for (sos, pad, len, n) in [(BUTTER, 9, 4, 4000), (ODD, 12, 1, 1500), (ODD, 12, 16, 4800)] {
        let x = noisy(n);
        let params: &Params<'_> = &[("sos", sos)];
        let stages = zero_phase("y", "input", len, pad, params, params).to_vec();
        let chain = Chain { dtype: Dtype::F64, len, samples: bytes(&x), stages };
        let got = numbers(&chain.rows_however_asked(6), Dtype::F64);
        close(&got, &sosfiltfilt(sos, &x, pad), 1e-11, "long");
    }
}

/// A tracker after a zero-phase filter: the direction changes twice, and the tracker starts at the first row.
#[test]
fn a_tracker_behind_a_zero_phase_filter() {
    let (n, len, pad) = (2400, 8, 9);
    let x = noisy(n);
    let params: &Params<'_> = &[("sos", BUTTER)];
    let filter = zero_phase("y", "input", len, pad, params, params).to_vec();
    let smooth = sosfiltfilt(BUTTER, &x, pad);

    let mut stages = filter.clone();
    stages.push(Stage::new("ema", "tracker", &[("y", 0, 0)], &[("alpha", &[0.05])]));
    let chain = Chain { dtype: Dtype::F64, len, samples: bytes(&x), stages };
    let mut level = smooth[0];
    let want: Vec<f64> = smooth
        .iter()
        .map(|v| {
            level += 0.05 * (v - level);
            level
        })
        .collect();
    close(&numbers(&chain.rows_however_asked(6), Dtype::F64), &want, 1e-11, "ema");

    // A loop amplifies what rounds differently before it locks: it is compared with one that reads the filtered samples.
    let loop_of: &Params<'_> = &[("frequency", &[1.0 / 44.0]), ("bandwidth", &[0.005])];
    let alone = Chain { stages: filter.clone(), ..chain.clone() };
    let filtered = alone.rows_however_asked(2);
    let tracked = |from: &str| Stage::new("pll", "tracker", &[(from, 0, 0)], loop_of);
    let mut stages = filter;
    stages.push(tracked("y"));
    let whole = Chain { stages, ..chain.clone() }.rows_however_asked(6);
    let second = Chain { stages: vec![tracked("input")], samples: filtered, ..chain };
    assert!(whole == second.rows_however_asked(1), "the loop sees other samples");
    let lock = numbers(&whole, Dtype::F32).chunks(3).map(|r| r[2]).fold(0.0, f64::max);
    assert!(lock > 0.5, "the tone of the stream is found: {lock}");
}

/// A second zero-phase filter after the first: the direction changes three times.
#[test]
fn a_zero_phase_filter_behind_another() {
    for (n, len) in [(1200, 4), (640, 1)] {
        let x = noisy(n);
        let (first, second): (&Params<'_>, &Params<'_>) = (&[("sos", BUTTER)], &[("sos", ODD)]);
        let mut stages = zero_phase("y", "input", len, 9, first, first).to_vec();
        stages.extend(zero_phase("z", "y", len, 12, second, second));
        let chain = Chain { dtype: Dtype::F64, len, samples: bytes(&x), stages };
        let want = sosfiltfilt(ODD, &sosfiltfilt(BUTTER, &x, 9), 12);
        close(&numbers(&chain.rows_however_asked(6), Dtype::F64), &want, 1e-11, "twice");
    }
}

/// SciPy refuses streams that are not longer than the padding; so does the stage, where the direction changes.
#[test]
fn a_stream_shorter_than_the_padding_is_refused() {
    let params: &Params<'_> = &[("sos", ODD)];
    for (n, len, fits) in [(12, 1, false), (13, 1, true), (12, 4, false), (16, 4, true), (1, 1, false), (16, 16, true)]
    {
        let x = noisy(n);
        let stages = zero_phase("y", "input", len, 12, params, params).to_vec();
        let chain = Chain { dtype: Dtype::F64, len, samples: bytes(&x), stages };
        if fits {
            close(&numbers(&chain.rows_however_asked(2), Dtype::F64), &sosfiltfilt(ODD, &x, 12), 1e-11, "short");
            continue;
        }
        for (error, text) in chain.errors() {
            assert_eq!(error, Status::Callback, "{n} samples: {text}");
            assert!(text.contains("stage y") && text.contains("-16"), "{text}");
        }
    }
    // Rows too short for the padding are refused when the stage is registered.
    let stage = Stage::new("zero_phase_forward", "ahead", &[("input", 0, 2)], params);
    let text = Chain { dtype: Dtype::F64, len: 4, samples: bytes(&noisy(40)), stages: vec![stage] }.refusal();
    assert!(text.contains("13") && text.contains("12"), "{text}");
}

#[test]
fn a_smoother_of_a_long_track() {
    // A local level: the textbook's recurrences, in the form with differences of variances.
    let z: Vec<f64> = noisy(6000);
    let (q, r, p0) = (0.4, 3.0, 50.0);
    let (mut x, mut p, mut filtered) = (0.0, p0, Vec::new());
    for z in &z {
        let k = p / (p + r);
        (x, p) = (x + k * (z - x), (1.0 - k) * p);
        filtered.push((x, p));
        p += q;
    }
    let mut want = vec![filtered[filtered.len() - 1]];
    for (x, p) in filtered.iter().rev().skip(1) {
        let (later, variance) = want[want.len() - 1];
        let c = p / (p + q);
        want.push((x + c * (later - x), p + c * c * (variance - p - q)));
    }
    let want: Vec<f64> = want.iter().rev().flat_map(|(x, p)| [*x, *p]).collect();
    let model: &Params<'_> =
        &[("transition", &[1.0]), ("process", &[q]), ("observe", &[1.0]), ("r", &[r]), ("p0", &[p0])];
    let stages = vec![
        Stage::new("kalman", "filtered", &[("input", 0, 0)], model),
        Stage::new("rts_smoother", "smoothed", &[("filtered", 0, 0)], model),
    ];
    let chain = Chain { dtype: Dtype::F64, len: 3, samples: bytes(&z), stages };
    close(&numbers(&chain.rows_however_asked(6), Dtype::F64), &want, 1e-12, "smoothed");
}

#[test]
fn a_convolutional_code_is_decoded() {
    let mut dice = Dice(9);
    // The last bits bring the encoder back to state 0.
    let bits: Vec<u8> = (0..1200).map(|i| if i < 1194 { dice.below(2) as u8 } else { 0 }).collect();
    let mut register = 0u32;
    let mut symbols: Vec<u8> = Vec::new();
    for bit in &bits {
        register = (register >> 1) | (u32::from(*bit) << 6);
        symbols.extend([0o171u32, 0o133].map(|g| ((register & g).count_ones() % 2) as u8));
    }
    // Fewer errors than half of the free distance of 10, far from each other.
    symbols.iter_mut().skip(11).step_by(37).for_each(|s| *s ^= 1);
    let steps = 4;
    for ends in [&[("end", &[0.0][..])][..], &[]] {
        let stages = vec![
            Stage::new("viterbi", "decisions", &[("input", 0, 0)], &[]),
            Stage::new("viterbi_traceback", "bits", &[("decisions", 0, 0)], ends),
        ];
        let chain = Chain { dtype: Dtype::U8, len: 2 * steps, samples: symbols.clone(), stages };
        assert!(chain.rows_however_asked(6) == bits, "the bits differ");
    }
}

#[test]
fn posteriors_of_a_long_observation() {
    let (a, e) = ([[0.9, 0.1], [0.25, 0.75]], [[0.5, 0.4, 0.1], [0.1, 0.3, 0.6]]);
    let mut dice = Dice(4);
    let seen: Vec<u8> = (0..3000).map(|_| dice.below(3) as u8).collect();
    // Rabiner's scaled alpha and beta over the whole array.
    let (mut alphas, mut scales, mut p) = (Vec::new(), Vec::new(), [0.5, 0.5]);
    for o in &seen {
        let v = [p[0] * e[0][*o as usize], p[1] * e[1][*o as usize]];
        let c = v[0] + v[1];
        let alpha = [v[0] / c, v[1] / c];
        p = [alpha[0] * a[0][0] + alpha[1] * a[1][0], alpha[0] * a[0][1] + alpha[1] * a[1][1]];
        alphas.push(alpha);
        scales.push(c);
    }
    let mut beta = [1.0, 1.0];
    let mut want = Vec::new();
    for t in (0..seen.len()).rev() {
        want.extend([alphas[t][1] * beta[1], alphas[t][0] * beta[0]]);
        let b = [e[0][seen[t] as usize] * beta[0] / scales[t], e[1][seen[t] as usize] * beta[1] / scales[t]];
        beta = [a[0][0] * b[0] + a[0][1] * b[1], a[1][0] * b[0] + a[1][1] * b[1]];
    }
    want.reverse();
    let (a, e) = (a.concat(), e.concat());
    let stages = vec![
        Stage::new("hmm_forward", "alpha", &[("input", 0, 0)], &[("transition", &a), ("emission", &e)]),
        Stage::new("hmm_backward", "gamma", &[("alpha", 0, 0)], &[("transition", &a)]),
    ];
    let chain = Chain { dtype: Dtype::U8, len: 5, samples: seen, stages };
    close(&numbers(&chain.rows_however_asked(6), Dtype::F64), &want, 1e-12, "posteriors");
}
