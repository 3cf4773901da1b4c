//! A generated satellite downlink: a carrier far below the noise whose frequency drifts, and short bursts in channels
//! of the band.

use super::random::{mix, normal};
use super::stretches::fill_stretches;
use crate::library::Samples;
use std::f64::consts::TAU;

/// Sample rate in Hz.
pub(crate) const RATE: f64 = 1e6;
/// The carrier: amplitude relative to noise of power 1, frequency at the first sample in Hz, drift in Hz per second.
const CARRIER: f64 = 0.03;
const HERTZ: f64 = 120_321.7;
const DRIFT: f64 = -873.0;
/// Samples between exact computations of the phase in `f64`. In between, it is rotated from sample to sample.
const EXACT: u64 = 256;
/// Bursts: amplitude, samples per symbol, samples per burst slot, and channels of the band.
const BURST: f32 = 0.5;
const SYMBOL: u64 = 256;
const EVERY: u64 = 450_000;
const CHANNELS: u64 = 64;

/// A burst in the generated signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Planted {
    pub(crate) channel: usize,
    /// First sample, and end (exclusive).
    pub(crate) start: u64,
    pub(crate) end: u64,
}

/// The generated signal: IQ samples, or real samples of a band from 0 to half the rate.
pub(crate) struct Satellite {
    count: u64,
    real: bool,
    bursts: bool,
}

impl Satellite {
    pub(crate) fn new(count: u64, real: bool, bursts: bool) -> Satellite {
        Satellite { count, real, bursts }
    }

    /// Received frequency of the carrier at a time, in Hz.
    pub(crate) fn hertz(&self, seconds: f64) -> f64 {
        HERTZ + DRIFT * seconds
    }

    /// Drift of the carrier in Hz per second.
    pub(crate) fn drift(&self) -> f64 {
        DRIFT
    }

    /// Seconds until the carrier leaves the band.
    pub(crate) fn max_seconds(&self) -> f64 {
        let lowest = if self.real { 0.01 * RATE } else { -0.49 * RATE };
        (lowest - HERTZ) / DRIFT
    }

    /// Burst number `i`, or None if it would not be complete.
    pub(crate) fn burst(&self, i: u64) -> Option<Planted> {
        let bits = mix(i ^ 0x6275_7273_7473);
        let start = i * EVERY + EVERY / 8 + bits % (EVERY / 2);
        let end = start + 6_000 + (bits >> 20) % 12_000;
        // Channels 20 to 43 do not contain the carrier; in real samples, channels 20 to 29 do not
        // contain its mirror image either.
        let channel = 20 + (bits >> 40) % if self.real { 10 } else { 24 };
        (self.bursts && end < self.count).then_some(Planted { channel: channel as usize, start, end })
    }

    /// All bursts.
    pub(crate) fn bursts(&self) -> Vec<Planted> {
        (0..=self.count / EVERY).filter_map(|i| self.burst(i)).collect()
    }

    /// Phase of the carrier at a sample, in turns.
    fn turns(at: u64) -> f64 {
        let t = at as f64 / RATE;
        // Whole turns are removed from each term, so that the precision does not fall over hours.
        ((HERTZ * t).fract() + (0.5 * DRIFT * t * t).fract()).fract()
    }

    /// Writes samples from `at`, within one stretch between exact phases.
    fn fill(&self, at: u64, out: &mut [f32]) {
        let width = self.channels();
        let exact = at / EXACT * EXACT;
        let turned = |turns: f64| {
            let (sin, cos) = (TAU * turns).sin_cos();
            (cos, sin)
        };
        let times = |a: (f64, f64), b: (f64, f64)| (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0);
        let (mut z, mut step) = (turned(Self::turns(exact)), (0.0, 0.0));
        // Between samples the phase advances by the frequency, and the frequency by the drift.
        let next = HERTZ / RATE + DRIFT / RATE * (exact as f64 + 0.5) / RATE;
        (step.0, step.1) = turned(next.fract());
        let bend = turned(DRIFT / RATE / RATE);
        for _ in exact..at {
            z = times(z, step);
            step = times(step, bend);
        }
        let burst = self.burst(at / EVERY);
        for (n, out) in (at..).zip(out.chunks_exact_mut(width)) {
            let mut i = (CARRIER * z.0) as f32;
            let mut q = (CARRIER * z.1) as f32;
            if let Some(burst) = burst.filter(|b| (b.start..b.end).contains(&n)) {
                let symbol = mix(((n - burst.start) / SYMBOL) ^ burst.start) % 4;
                let turns = (burst.channel as u64 * n % CHANNELS) as f64 / CHANNELS as f64 + 0.25 * symbol as f64;
                let (cos, sin) = turned(turns);
                i += BURST * cos as f32;
                q += BURST * sin as f32;
            }
            let scale = if self.real { 1.0 } else { std::f32::consts::FRAC_1_SQRT_2 };
            let gain = if self.real { std::f32::consts::SQRT_2 } else { 1.0 };
            out[0] = gain * i + scale * normal(mix(2 * n));
            if let Some(out) = out.get_mut(1) {
                *out = q + scale * normal(mix(2 * n + 1));
            }
            z = times(z, step);
            step = times(step, bend);
        }
    }
}

impl Samples for Satellite {
    fn count(&self) -> u64 {
        self.count
    }

    fn channels(&self) -> usize {
        if self.real { 1 } else { 2 }
    }

    fn read(&mut self, first: u64, room: &mut [f32]) -> Result<usize, String> {
        // A stretch ends at the next exact phase, or at the next burst slot.
        let end = |at: u64| (at / EXACT * EXACT + EXACT).min((at / EVERY + 1) * EVERY);
        Ok(fill_stretches(first, self.channels(), room, end, |at, part| self.fill(at, part)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_part_has_the_same_samples_as_the_whole() {
        for real in [false, true] {
            let mut all = Satellite::new(1_000_000, real, true);
            let width = all.channels();
            let mut whole = vec![0.0; 3000 * width];
            let from = all.burst(0).unwrap().start - 1000;
            all.read(from, &mut whole).unwrap();
            for (first, len) in [(0, 1), (255, 2), (256, 700), (1000, 1999)] {
                let mut part = vec![0.0; len * width];
                all.read(from + first as u64, &mut part).unwrap();
                assert_eq!(part, whole[first * width..(first + len) * width]);
            }
        }
    }

    #[test]
    fn the_rotated_phase_is_exact() {
        // The sum of the steps over a stretch is the difference of the exact phases.
        for exact in [0u64, 1 << 20, 1 << 29] {
            let (a, b) = (Satellite::turns(exact), Satellite::turns(exact + EXACT));
            let steps: f64 =
                (exact..exact + EXACT).map(|n| HERTZ / RATE + DRIFT / RATE * (n as f64 + 0.5) / RATE).sum();
            let off = b - a - steps;
            assert!((off - off.round()).abs() < 1e-6, "{exact}: {off}");
        }
    }

    #[test]
    fn bursts_do_not_overlap() {
        let all = Satellite::new(20_000_000, false, true).bursts();
        assert!(all.len() >= 40, "{}", all.len());
        assert!(all.windows(2).all(|b| b[0].end < b[1].start));
        assert!((0..4).all(|i| all[i].start / EVERY == all[i].end / EVERY), "a burst stays in its slot");
    }
}
