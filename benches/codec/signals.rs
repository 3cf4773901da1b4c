//! Generated signals with known statistics.
use std::f64::consts::TAU;

/// The generator xorshift64*, and distributions of its numbers.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as u32
    }

    /// Uniform in the interval from 0 (exclusive) to 1.
    fn unit(&mut self) -> f64 {
        (f64::from(self.next()) + 1.0) / 4_294_967_296.0
    }

    /// Normal with mean 0 and standard deviation 1 (Box-Muller).
    fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (TAU * self.unit()).cos()
    }

    /// Laplace distribution with mean magnitude 1.
    fn laplace(&mut self) -> f64 {
        -self.unit().ln() * if self.next() & 1 == 0 { 1.0 } else { -1.0 }
    }
}

fn i16s(v: impl Iterator<Item = f64>) -> Vec<u8> {
    v.flat_map(|v| (v.round() as i16).to_le_bytes()).collect()
}

fn i32s(v: impl Iterator<Item = f64>) -> Vec<u8> {
    v.flat_map(|v| (v.round() as i32).to_le_bytes()).collect()
}

fn f32s(v: impl Iterator<Item = f64>) -> Vec<u8> {
    v.flat_map(|v| (v as f32).to_le_bytes()).collect()
}

/// A random walk with steps of standard deviation `step`, plus noise of standard deviation `noise`.
fn walk(n: usize, step: f64, noise: f64, seed: u64) -> impl Iterator<Item = f64> {
    let (mut r, mut x) = (Random(seed), 0.0);
    (0..n).map(move |_| {
        x += step * r.normal();
        x + noise * r.normal()
    })
}

/// `channels` mixtures of the same sines with noise.
fn sines(n: usize, channels: usize, size: f64, noise: f64, seed: u64) -> impl Iterator<Item = f64> {
    let mut r = Random(seed);
    let turns = [0.0031, 0.0173, 0.0911].map(|f| f * TAU);
    (0..n * channels).map(move |i| {
        let (t, c) = ((i / channels) as f64, (i % channels) as f64);
        let clean: f64 = turns.iter().enumerate().map(|(k, w)| (w * t + c).sin() / (1.0 + k as f64 + c)).sum();
        size * clean + noise * r.normal()
    })
}

/// All signals: a file name and the bytes.
pub(crate) fn all() -> Vec<(&'static str, Vec<u8>)> {
    let mut r = Random(77);
    let mut state = [0i64; 9];
    let house: Vec<u8> = (0..60_000usize)
        .flat_map(|i| {
            let c = i % 9;
            // A counter, states that change rarely, slow and fast measurements.
            state[c] = match c {
                0 => (i / 9) as i64,
                1..=3 if r.next().is_multiple_of(200) => i64::from(r.next() % 5),
                4..=6 => state[c] + i64::from(r.next() % 3) - 1,
                7..=8 => (f64::from(1 << (2 * c - 8)) * r.laplace()) as i64,
                _ => state[c],
            };
            (state[c] as i16).to_le_bytes()
        })
        .collect();
    let mut l = Random(3);
    let mut n = Random(9);
    vec![
        ("walk_and_noise_1ch.i16", i16s(walk(400_000, 1.5, 6.0, 1))),
        ("sines_and_noise_1ch.i16", i16s(sines(200_000, 1, 9000.0, 3.0, 2))),
        ("sines_four_1ch_in_turn_4ch.i16", i16s(sines(60_000, 4, 9000.0, 8.0, 4))),
        ("wide_walk_1ch.i32", i32s(walk(150_000, 40_000.0, 3000.0, 5))),
        ("laplace_1ch.i16", i16s((0..200_000).map(|_| 20.0 * l.laplace()))),
        ("quantised_walk_3ch.f32", f32s(walk(150_000, 5.0, 2.0, 6).map(|v| v.round() * 0.0123))),
        ("plain_walk_1ch.f32", f32s(walk(100_000, 0.01, 0.001, 8))),
        ("housekeeping_9ch.i16", house),
        ("noise_1ch.i16", (0..400_000).map(|_| n.next() as u8).collect()),
    ]
}
