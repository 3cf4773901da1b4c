use crate::stages::scan::testing::{Edge, Params, chain, register, run};
use std::vec;
use std::vec::Vec;

/// Bits and noise, the same on every machine.
struct Random(u64);

impl Random {
    fn bits(&mut self, n: u32) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> (64 - n)
    }

    /// Approximately normal, variance 1: the sum of twelve uniform numbers.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.bits(32) as f64 / 4_294_967_296.0).sum::<f64>() - 6.0
    }
}

fn encode(k: u32, generators: &[u32], state: &mut u32, bit: u32) -> Vec<u32> {
    let register = bit << (k - 1) | *state;
    *state = register >> 1;
    generators.iter().map(|g| (register & g).count_ones() & 1).collect()
}

fn encoded(k: u32, generators: &[u32], bits: &[u8]) -> Vec<u32> {
    let mut state = 0;
    bits.iter().flat_map(|b| encode(k, generators, &mut state, u32::from(*b))).collect()
}

/// Decodes with the whole trellis in memory and unbounded metrics.
fn naive(k: u32, generators: &[u32], soft: &[i64], end: Option<usize>, any_start: bool) -> Vec<u8> {
    let states = 1usize << (k - 1);
    let mut metrics: Vec<Option<i64>> = (0..states).map(|s| (s == 0 || any_start).then_some(0)).collect();
    let mut survivors: Vec<Vec<(usize, u8)>> = Vec::new();
    for symbols in soft.chunks(generators.len()) {
        let mut next: Vec<Option<i64>> = vec![None; states];
        let mut from = vec![(0, 0); states];
        for (old, metric) in metrics.iter().enumerate() {
            let Some(metric) = metric else { continue };
            for bit in 0..2u32 {
                let mut to = old as u32;
                let word = encode(k, generators, &mut to, bit);
                let gain: i64 = word.iter().zip(symbols).map(|(w, s)| if *w == 0 { *s } else { -s }).sum();
                let to = to as usize;
                // On a tie the even state wins, because it comes first.
                if next[to].is_none_or(|m| metric + gain > m) {
                    next[to] = Some(metric + gain);
                    from[to] = (old, bit as u8);
                }
            }
        }
        metrics = next;
        survivors.push(from);
    }
    let best = metrics.iter().max().unwrap();
    let mut state = end.unwrap_or(metrics.iter().position(|m| m == best).unwrap());
    let mut bits: Vec<u8> = survivors
        .iter()
        .rev()
        .map(|from| {
            let (old, bit) = from[state];
            state = old;
            bit
        })
        .collect();
    bits.reverse();
    bits
}

fn decoded(edge: Edge, forward: &Params<'_>, back: &Params<'_>) -> Vec<u8> {
    run("viterbi_traceback", back, &[chain("viterbi", forward, &[edge])])
}

#[test]
fn the_encoder_is_that_of_the_standard() {
    let symbols = encoded(7, &[0o171, 0o133], &[1, 0, 0, 0, 0, 0, 0]);
    assert_eq!(symbols, [1, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1]);
}

#[test]
fn every_code_decodes_as_with_the_whole_trellis() {
    let mut random = Random(1);
    let codes: [(u32, &[u32]); 8] = [
        (3, &[0o7, 0o5]),
        (4, &[0o17, 0o15, 0o13]),
        (5, &[0o35, 0o23]),
        (6, &[0o53, 0o75]),
        (7, &[0o171, 0o133]),
        (7, &[0o171, 0o133, 0o165]),
        (8, &[0o371, 0o247]),
        (9, &[0o753, 0o561, 0o715, 0o447]),
    ];
    for (k, generators) in codes {
        let g: Vec<f64> = generators.iter().map(|g| f64::from(*g)).collect();
        for steps in [1usize, 5] {
            let n = 12 * steps;
            // Noise with few distinct values: many ties.
            let soft: Vec<i8> = (0..n * g.len()).map(|_| random.bits(3) as i8 - 4).collect();
            let wide: Vec<i64> = soft.iter().map(|v| i64::from(*v)).collect();
            for any in [false, true] {
                let forward: &Params<'_> =
                    &[("constraint", &[f64::from(k)]), ("generators", &g), ("any_start", &[f64::from(u8::from(any))])];
                let back: &Params<'_> = &[("constraint", &[f64::from(k)])];
                let got = decoded(Edge::rows(&soft, steps * g.len()), forward, back);
                assert_eq!(got, naive(k, generators, &wide, None, any), "{k} {steps}");
                let back: &Params<'_> = &[("constraint", &[f64::from(k)]), ("end", &[2.0])];
                let got = decoded(Edge::rows(&soft, steps * g.len()), forward, back);
                assert_eq!(got, naive(k, generators, &wide, Some(2), any), "{k} {steps}");
            }
        }
    }
}

/// Integer metrics give the same bits as `f32` metrics, states without a path included.
#[test]
fn integer_symbols_give_the_rows_of_f32_symbols() {
    let mut random = Random(4);
    for (k, generators) in
        [(3u32, vec![7.0, 5.0]), (5, vec![29.0, 19.0]), (7, vec![121.0, 91.0]), (9, vec![491.0, 369.0, 461.0])]
    {
        for (steps, any) in [(1usize, 0.0), (1, 1.0), (7, 0.0)] {
            let n = 70 * steps * generators.len();
            let whole: Vec<i8> = (0..n).map(|_| random.bits(8) as i8).collect();
            let soft: Vec<f32> = whole.iter().map(|v| f32::from(*v)).collect();
            let hard: Vec<u8> = (0..n).map(|_| random.bits(1) as u8).collect();
            let signs: Vec<f32> = hard.iter().map(|v| 1.0 - 2.0 * f32::from(*v)).collect();
            let code: &Params<'_> =
                &[("constraint", &[f64::from(k)]), ("generators", &generators), ("any_start", &[any])];
            let len = steps * generators.len();
            let rows = |edge: Edge| -> Vec<u8> { run("viterbi", code, &[edge]) };
            assert!(rows(Edge::rows(&whole, len)) == rows(Edge::rows(&soft, len)), "{k} {steps}");
            assert!(rows(Edge::rows(&hard, len)) == rows(Edge::rows(&signs, len)), "{k} {steps}");
        }
    }
}

#[test]
fn the_path_is_the_most_likely_of_all() {
    let mut random = Random(2);
    for _ in 0..20 {
        let soft: Vec<f32> = (0..16).map(|_| random.normal() as f32).collect();
        let score = |bits: &[u8]| -> f32 {
            let word = encoded(3, &[7, 5], bits);
            word.iter().zip(&soft).map(|(w, s)| if *w == 0 { *s } else { -s }).sum()
        };
        let code: &Params<'_> = &[("constraint", &[3.0]), ("generators", &[7.0, 5.0])];
        let got = decoded(Edge::rows(&soft, 2), code, &[("constraint", &[3.0])]);
        let best = (0..256u32)
            .map(|m| score(&(0..8).map(|i| (m >> i & 1) as u8).collect::<Vec<_>>()))
            .fold(f32::MIN, f32::max);
        assert!((score(&got) - best).abs() < 1e-4);
    }
}

#[test]
fn errors_of_a_noisy_channel_are_corrected() {
    let mut random = Random(3);
    let mut bits: Vec<u8> = (0..4000).map(|_| random.bits(1) as u8).collect();
    bits.iter_mut().rev().take(6).for_each(|b| *b = 0);
    let word = encoded(7, &[0o171, 0o133], &bits);
    // Second symbols inverted as in CCSDS 131.0-B.
    let sent = word.iter().zip([0, 1].into_iter().cycle()).map(|(w, flip)| w ^ flip);
    let noisy: Vec<f64> = sent.map(|w| 1.0 - 2.0 * f64::from(w) + 0.6 * random.normal()).collect();
    let forward: &Params<'_> = &[("invert", &[0.0, 1.0])];
    let back: &Params<'_> = &[("end", &[0.0])];
    let soft: Vec<f32> = noisy.iter().map(|v| *v as f32).collect();
    assert_eq!(decoded(Edge::rows(&soft, 16), forward, back), bits);
    let eight: Vec<i8> = noisy.iter().map(|v| (v * 32.0).clamp(-127.0, 127.0) as i8).collect();
    assert_eq!(decoded(Edge::rows(&eight, 2), forward, back), bits);
    // Hard decisions of the same channel: about 5 % of the symbols are wrong, nearly all are
    // corrected.
    let hard: Vec<u8> = noisy.iter().map(|v| u8::from(*v < 0.0)).collect();
    let got = decoded(Edge::rows(&hard, 100), forward, back);
    assert!(got.iter().zip(&bits).filter(|(a, b)| a != b).count() < 40);
    // Packed, and with symbols lost.
    let mut lost = soft;
    lost.iter_mut().step_by(40).for_each(|v| *v = f32::NAN);
    lost.iter_mut().skip(20).step_by(40).for_each(|v| *v = if *v < 0.0 { f32::NEG_INFINITY } else { 0.0 });
    let packed = decoded(Edge::rows(&lost, 32), forward, &[("end", &[0.0]), ("pack", &[1.0])]);
    let wrong: u32 = packed
        .iter()
        .zip(bits.as_chunks::<8>().0)
        .map(|(p, b)| (p ^ b.iter().fold(0, |byte, bit| byte << 1 | bit)).count_ones())
        .sum();
    assert!(wrong < 40, "{wrong}");
}

#[test]
fn parameters_are_checked() {
    let x = Edge::rows(&[0u8; 12], 6);
    let bad: [&Params<'_>; 9] = [
        &[("constraint", &[2.0])],
        &[("constraint", &[10.0])],
        &[("constraint", &[5.0])],
        &[("generators", &[121.0])],
        &[("generators", &[121.0, 128.0])],
        &[("generators", &[121.0, 0.0])],
        &[("generators", &[121.0, 90.5])],
        &[("generators", &[121.0, 91.0, 1.0, 2.0])],
        &[("invert", &[0.0, 2.0])],
    ];
    for params in bad {
        assert!(register("viterbi", params, core::slice::from_ref(&x)).is_err(), "{params:?}");
    }
    let spec = register("viterbi", &[], &[x]).unwrap();
    assert_eq!((spec.state_bytes, spec.shape.len), (256, 25));
    for (len, params) in [(9, &[("end", &[64.0][..])][..]), (9, &[("pack", &[1.0])]), (8, &[]), (1, &[])] {
        assert!(register("viterbi_traceback", params, &[Edge::rows(&[0u8; 72], len)]).is_err());
    }
}
