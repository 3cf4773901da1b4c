//! Transforms against the sum of the definition.

use sqrtspace_fft::{Complex32, forward};

/// The sum of the definition, in `f64`, for a few bins.
fn naive(x: &[Complex32], k: usize) -> (f64, f64) {
    let turn = |i: usize| -2.0 * std::f64::consts::PI * ((i * k) % x.len()) as f64 / x.len() as f64;
    x.iter().enumerate().fold((0.0, 0.0), |(re, im), (i, v)| {
        let ((s, c), a, b) = (turn(i).sin_cos(), f64::from(v.re), f64::from(v.im));
        (re + a * c - b * s, im + a * s + b * c)
    })
}

#[test]
fn every_plan_gives_the_sum_of_the_definition() {
    for len in (1..40).chain([64, 100, 127, 360, 1000, 1024, 1021, 4096]) {
        let x: Vec<_> = (0..len).map(|i| Complex32::new((i * 37 % 101) as f32 - 50.0, (i * 7 % 13) as f32)).collect();
        let plans = [
            ("forward", forward(len)),
            #[cfg(target_arch = "x86_64")]
            ("portable", sqrtspace_fft::portable(len)),
        ];
        for (name, plan) in plans {
            let mut got = x.clone();
            plan.process(&mut got);
            let scale = got.iter().fold(1f32, |m, z| m.max(z.norm()));
            for k in (0..len).step_by(1 + len / 16) {
                let (re, im) = naive(&x, k);
                let off = (f64::from(got[k].re) - re).hypot(f64::from(got[k].im) - im);
                assert!(off <= 1e-6 * f64::from(scale), "{name}, {len}, bin {k}: off by {off} of {scale}");
            }
        }
    }
}
