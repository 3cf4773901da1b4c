//! Generated latencies of a service: a log-normal distribution with a heavy tail, and spikes in which all requests are
//! slower.

use super::random::{mix, normal, uniform};
use crate::library::Samples;

/// Number of spikes.
pub(crate) const SPIKES: u64 = 6;
/// Factor by which the requests of a spike are slower.
const FACTOR: f32 = 3.0;
/// Median in milliseconds, and standard deviation of the natural logarithm.
const MEDIAN: f32 = 20.0;
const SIGMA: f32 = 0.5;
/// Fraction of requests in the tail, and the shape of its Pareto distribution.
const TAIL: f64 = 0.01;
const SHAPE: f64 = 1.4;

/// The generated latencies, in milliseconds.
pub(crate) struct Latency {
    count: u64,
}

impl Latency {
    pub(crate) fn new(count: u64) -> Latency {
        Latency { count }
    }

    /// The first request of spike `i`, and its end (exclusive).
    pub(crate) fn spike(&self, i: u64) -> (u64, u64) {
        let each = self.count / SPIKES;
        let start = i * each + each * 2 / 5 + mix(i) % (each / 5).max(1);
        (start, start + each / 10)
    }

    fn at(&self, n: u64, spike: (u64, u64)) -> f32 {
        let bits = mix(n);
        let base = MEDIAN * (SIGMA * normal(bits)).exp();
        let more = uniform(mix(bits));
        let tail = if more < TAIL { (more / TAIL).powf(-1.0 / SHAPE) as f32 } else { 1.0 };
        let slow = if (spike.0..spike.1).contains(&n) { FACTOR } else { 1.0 };
        base * tail * slow
    }
}

impl Samples for Latency {
    fn count(&self) -> u64 {
        self.count
    }

    fn read(&mut self, first: u64, room: &mut [f32]) -> Result<usize, String> {
        let each = (self.count / SPIKES).max(1);
        for (n, x) in (first..).zip(room.iter_mut()) {
            *x = self.at(n, self.spike(n / each));
        }
        Ok(room.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_heavy_and_spikes_are_slow() {
        let mut all = Latency::new(600_000);
        let mut x = vec![0.0; 600_000];
        all.read(0, &mut x).unwrap();
        let (start, end) = all.spike(2);
        let median = |x: &[f32]| {
            let mut x = x.to_vec();
            x.sort_unstable_by(f32::total_cmp);
            x[x.len() / 2]
        };
        assert!((median(&x[..30_000]) - MEDIAN).abs() < 0.5);
        assert!((median(&x[start as usize..end as usize]) - FACTOR * MEDIAN).abs() < 2.0);
        assert!(x.iter().any(|v| *v > 50.0 * MEDIAN) && x.iter().all(|v| *v > 0.0));
        assert_eq!(end - start, 10_000);
        assert!((0..SPIKES - 1).all(|i| all.spike(i).1 < all.spike(i + 1).0));
    }
}
