//! A generated melody in noise.

use super::random::mix;
use super::stretches::fill_stretches;
use crate::library::Samples;

/// Sample rate in Hz.
pub(crate) const RATE: u32 = 48_000;
/// Notes of the melody, in semitones above [`BASE`].
const NOTES: [i32; 16] = [0, 4, 7, 12, 16, 12, 7, 4, -3, 0, 4, 9, 12, 9, 4, 0];
/// Frequency of note 0 in Hz.
const BASE: f64 = 440.0;
/// Samples between exact computations of the tone's phase. In between, it is rotated from sample to sample.
const EXACT: u64 = 512;
/// Amplitudes of the tone and of the noise.
const LOUD: f32 = 0.5;
const NOISE: f32 = 0.1;

/// The generated signal.
pub(crate) struct Melody {
    count: u64,
    /// Samples per note.
    note: u64,
}

impl Melody {
    /// A melody of `seconds` seconds.
    pub(crate) fn new(seconds: f64) -> Melody {
        Melody::of((seconds * f64::from(RATE)) as u64)
    }

    /// A melody of `count` samples.
    pub(crate) fn of(count: u64) -> Melody {
        let count = count.max(1);
        Melody { count, note: count.div_ceil(NOTES.len() as u64) }
    }

    /// The tone in Hz of the `len` samples from sample `first`, or None if they are not of one note.
    pub(crate) fn planted(&self, first: u64, len: u64) -> Option<f64> {
        let note = first / self.note;
        ((first + len.max(1) - 1) / self.note == note).then(|| hertz(note))
    }

    /// Writes samples from `first` of a stretch that starts at `start` and has one note.
    fn fill(&self, start: u64, first: u64, out: &mut [f32]) {
        let turns = hertz(start / self.note) / f64::from(RATE);
        let angle = |samples: f64| std::f64::consts::TAU * (turns * samples).fract();
        // The phase counts from the start of the recording in f64, which is exact enough for hours.
        let (sin, cos) = angle(start as f64).sin_cos();
        let (step_sin, step_cos) = angle(1.0).sin_cos();
        let (mut s, mut c) = (sin, cos);
        let mut turn = || {
            let value = s;
            (s, c) = (s * step_cos + c * step_sin, c * step_cos - s * step_sin);
            value as f32
        };
        for _ in start..first {
            turn();
        }
        for (i, x) in (first..).zip(out) {
            *x = LOUD * turn() + NOISE * noise(i);
        }
    }
}

fn hertz(note: u64) -> f64 {
    let semitones = NOTES[(note % NOTES.len() as u64) as usize];
    BASE * (f64::from(semitones) / 12.0).exp2()
}

/// Uniform in [-1, 1).
fn noise(i: u64) -> f32 {
    (mix(i) >> 40) as f32 / (1u32 << 23) as f32 - 1.0
}

impl Samples for Melody {
    fn count(&self) -> u64 {
        self.count
    }

    fn read(&mut self, first: u64, room: &mut [f32]) -> Result<usize, String> {
        // A stretch ends at the next exact phase or the next note.
        let note = |at: u64| at / self.note * self.note;
        let end = |at: u64| (at / EXACT * EXACT + EXACT).min(note(at) + self.note);
        let fill = |at: u64, part: &mut [f32]| self.fill(note(at).max(at / EXACT * EXACT), at, part);
        Ok(fill_stretches(first, 1, room, end, fill))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_part_has_the_same_samples_as_the_whole() {
        let mut melody = Melody::new(0.7);
        let mut whole = vec![0.0; melody.count() as usize];
        melody.read(0, &mut whole).unwrap();
        for (first, len) in [(0, 1), (511, 2), (2099, 5), (2100, 700), (33_000, 600), (17, 12_345)] {
            let mut part = vec![0.0; len];
            melody.read(first as u64, &mut part).unwrap();
            assert_eq!(part, whole[first..first + len]);
        }
        assert!(whole.iter().all(|x| x.abs() < LOUD + NOISE + 1e-3));
    }

    #[test]
    fn a_window_over_two_notes_has_no_planted_tone() {
        let melody = Melody::new(16.0);
        assert_eq!(melody.planted(0, 48_000), Some(440.0));
        assert_eq!(melody.planted(1, 48_000), None);
        assert!((melody.planted(3 * 48_000, 1).unwrap() - 880.0).abs() < 1e-9);
    }
}
