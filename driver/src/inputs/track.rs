//! A generated track with noisy measurements of its position.

use crate::library::Samples;
use std::f64::consts::TAU;

/// Standard deviation of a measurement, in meters.
pub(crate) const NOISE_M: f64 = 5.0;

/// Measurements of a position, one per second.
pub(crate) struct Track {
    count: u64,
}

impl Track {
    pub(crate) fn new(count: u64) -> Track {
        Track { count }
    }

    /// The true position in meters.
    pub(crate) fn truth(t: u64) -> f64 {
        let wave = |meters: f64, seconds: f64| meters * (TAU * (t as f64 / seconds).fract()).sin();
        wave(400.0, 9000.0) + wave(120.0, 2311.0)
    }
}

/// Approximately normal with variance 1: the sum of twelve uniform numbers, each from splitmix64 of a counter.
fn noise(t: u64) -> f64 {
    let uniform = |i: u64| {
        let z = (t * 12 + i).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    };
    (0..12).map(uniform).sum::<f64>() - 6.0
}

impl Samples for Track {
    fn count(&self) -> u64 {
        self.count
    }

    fn read(&mut self, first: u64, room: &mut [f32]) -> Result<usize, String> {
        for (t, x) in (first..).zip(room.iter_mut()) {
            *x = (Track::truth(t) + NOISE_M * noise(t)) as f32;
        }
        Ok(room.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measurements_have_the_error_of_the_noise() {
        let mut x = [0f32; 4000];
        Track::new(4000).read(0, &mut x).unwrap();
        let off: Vec<f64> = x.iter().zip(0..).map(|(x, t)| f64::from(*x) - Track::truth(t)).collect();
        let mean = off.iter().sum::<f64>() / 4000.0;
        let rms = (off.iter().map(|d| d * d).sum::<f64>() / 4000.0).sqrt();
        assert!(mean.abs() < 0.3 && (rms - NOISE_M).abs() < 0.2, "{mean} {rms}");
        let mut part = [0f32; 7];
        Track::new(4000).read(1234, &mut part).unwrap();
        assert_eq!(part, x[1234..1241]);
    }
}
