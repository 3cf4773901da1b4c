//! The search for a weak carrier that drifts.
//!
//! A carrier has the same strength in every window and noise does not, so sums over windows raise the carrier above the
//! noise. Sums of complex spectra (coherent sums) gain the most, but require the frequency to a fraction of a bin: each
//! bin is tried at `COHERENT` frequencies within it. Sums of power gain less, and only while the carrier stays in a
//! bin. A drifting carrier is followed along straight tracks, a brute-force form of the search by Taylor, "A sensitive
//! method for detecting dispersed radio emission", Astron. Astrophys. Suppl. 15, 1974.

use super::band::{COHERENT, DRIFT, POWERS, TRACK};
use crate::library::{Custom, RowBuffers, RowInputs, complex};
use sqrtspace_fft::{Complex32, Fft};
use std::f64::consts::TAU;
use std::sync::Arc;

/// `exp(-2 pi i turns)`, computed in `f64`.
fn turned(turns: f64) -> Complex32 {
    let angle = -TAU * turns.fract();
    Complex32::new(angle.cos() as f32, angle.sin() as f32)
}

/// Complex spectrum under a Hann window, in order of ascending frequency, with interleaved real and imaginary parts. It
/// is scaled so that noise of power 1 has power 1 in every bin.
pub(super) struct Spectrum {
    fft: Arc<dyn Fft<f32>>,
    hann: Vec<f32>,
    real: bool,
}

impl Spectrum {
    pub(super) fn new(window: usize, real: bool) -> Spectrum {
        let at = |i: usize| 0.5 - 0.5 * (TAU * i as f64 / window as f64).cos();
        let power: f64 = (0..window).map(|i| at(i) * at(i)).sum();
        let hann = (0..window).map(|i| (at(i) / power.sqrt()) as f32).collect();
        Spectrum { fft: sqrtspace_fft::forward(window), hann, real }
    }

    /// Numbers in the scratch memory.
    pub(super) fn scratch(&self) -> usize {
        2 * (self.hann.len() + self.fft.get_inplace_scratch_len())
    }
}

impl Custom for Spectrum {
    fn row(&self, _: u64, inputs: RowInputs<'_>, to: &mut RowBuffers<'_>) {
        let x = inputs.row(0, 0);
        let n = self.hann.len();
        let (line, scratch) = complex(to.scratch).split_at_mut(n);
        if self.real {
            line.iter_mut().zip(x).zip(&self.hann).for_each(|((y, x), w)| *y = Complex32::new(x * w, 0.0));
        } else {
            let pairs = x.chunks_exact(2);
            line.iter_mut().zip(pairs).zip(&self.hann).for_each(|((y, x), w)| *y = Complex32::new(x[0] * w, x[1] * w));
        }
        self.fft.process_with_scratch(line, scratch);
        let out = complex(to.out);
        let half = n / 2;
        if self.real {
            out.copy_from_slice(&line[..half]);
        } else {
            out[..half].copy_from_slice(&line[half..]);
            out[half..].copy_from_slice(&line[..half]);
        }
    }
}

/// Power of the sum of `COHERENT` spectra. Each bin is tried at `COHERENT` frequencies within it.
pub(super) struct Coherent {
    window: usize,
    /// Phase advance of bin 1 between windows, in units of a turn / `window`.
    hop: usize,
    /// Number of the first bin; negative for IQ samples.
    first: i64,
    /// `turned(i / window)`.
    circle: Vec<Complex32>,
    /// For each frequency within a bin, the phase factor of each window.
    within: [[Complex32; COHERENT as usize]; COHERENT as usize],
}

impl Coherent {
    pub(super) fn new(window: usize, hop: usize, real: bool) -> Coherent {
        let circle = (0..window).map(|i| turned(i as f64 / window as f64)).collect();
        let per_window = hop as f64 / window as f64;
        let offset = |j: usize| (j as f64 + 0.5) / f64::from(COHERENT) - 0.5;
        let within = std::array::from_fn(|j| std::array::from_fn(|m| turned(offset(j) * per_window * m as f64)));
        let first = if real { 0 } else { -(window as i64 / 2) };
        Coherent { window, hop, first, circle, within }
    }
}

impl Custom for Coherent {
    fn row(&self, _: u64, inputs: RowInputs<'_>, to: &mut RowBuffers<'_>) {
        let spectra: [&[f32]; COHERENT as usize] = std::array::from_fn(|m| inputs.row(0, m as isize));
        let n = self.window as i64;
        let scale = 1.0 / COHERENT as f32;
        for (k, tried) in to.out.chunks_exact_mut(COHERENT as usize).enumerate() {
            let bin = (self.first + k as i64).rem_euclid(n) as usize;
            let step = bin * self.hop % self.window;
            let mut at = 0;
            // A loop, because a closure here is not always inlined.
            let mut x = [Complex32::ZERO; COHERENT as usize];
            for (x, spectrum) in x.iter_mut().zip(&spectra) {
                *x = Complex32::new(spectrum[2 * k], spectrum[2 * k + 1]) * self.circle[at];
                at += step;
                at -= if at >= self.window { self.window } else { 0 };
            }
            for (y, turns) in tried.iter_mut().zip(&self.within) {
                let sum = x.iter().zip(turns).fold(Complex32::ZERO, |sum, (x, turn)| sum + x * turn);
                *y = scale * sum.norm_sqr();
            }
        }
    }
}

/// Power up to which a bin counts linearly, in units of the row's mean. Above it, power counts by its logarithm, so
/// that a burst of one or two rows does not hide the carrier, which is in all rows.
const FULL: f32 = 16.0;

/// Mean of `rows` rows, starting at the stage's own row, with large values compressed (see [`FULL`]).
pub(super) struct Sum {
    pub(super) rows: u32,
}

impl Custom for Sum {
    fn row(&self, _: u64, inputs: RowInputs<'_>, to: &mut RowBuffers<'_>) {
        to.out.copy_from_slice(inputs.row(0, 0));
        for m in 1..self.rows as isize {
            to.out.iter_mut().zip(inputs.row(0, m)).for_each(|(y, x)| *y += x);
        }
        let scale = 1.0 / self.rows as f32;
        to.out.iter_mut().for_each(|y| *y *= scale);
        let mean = to.out.iter().map(|y| f64::from(*y)).sum::<f64>() / to.out.len() as f64;
        let full = FULL * mean as f32;
        for y in to.out.iter_mut().filter(|y| **y > full && full > 0.0) {
            *y = full * (1.0 + (*y / full).ln());
        }
    }
}

/// Distance in bins of a track from its end, `back` rows before the end.
fn shift(drift: i32, back: usize) -> i64 {
    let (rows, way) = (i64::from(TRACK - 1), i64::from(drift) * back as i64);
    // Rounded to nearest, halves away from zero.
    (2 * way + rows * way.signum()) / (2 * rows)
}

/// For each bin, the maximum mean power of the straight tracks that end in it.
pub(super) struct Tracks;

impl Custom for Tracks {
    fn row(&self, _: u64, inputs: RowInputs<'_>, to: &mut RowBuffers<'_>) {
        let scale = 1.0 / TRACK as f32;
        let len = to.out.len();
        to.out.fill(0.0);
        for drift in -DRIFT..=DRIFT {
            let sums = &mut to.scratch[..len];
            sums.copy_from_slice(inputs.row(0, 0));
            for back in 1..TRACK as usize {
                let (x, shift) = (inputs.row(0, -(back as isize)), shift(drift, back));
                let skip = (shift.unsigned_abs() as usize).min(len);
                // Power outside the band counts as 0.
                let (to, from) = if shift >= 0 { (&mut sums[skip..], x) } else { (&mut sums[..], &x[skip..]) };
                to.iter_mut().zip(from).for_each(|(y, x)| *y += x);
            }
            to.out.iter_mut().zip(&*sums).for_each(|(y, s)| *y = if *s > *y { *s } else { *y });
        }
        to.out.iter_mut().for_each(|y| *y *= scale);
    }
}

/// Minimum height of a carrier, in standard deviations of all tracks.
const FOUND: f32 = 8.0;

/// The strongest track, interpolated between bins, and whether it is a carrier.
pub(super) struct Peaks;

impl Custom for Peaks {
    fn row(&self, _: u64, inputs: RowInputs<'_>, to: &mut RowBuffers<'_>) {
        let tracks = inputs.row(0, 0);
        let power = |k: i64, drift: i32| -> f64 {
            let one = |back: usize| {
                let at = usize::try_from(k - shift(drift, back)).ok();
                at.and_then(|at| inputs.row(1, -(back as isize)).get(at)).map_or(0.0, |p| f64::from(*p))
            };
            (0..TRACK as usize).map(one).sum::<f64>() / f64::from(TRACK)
        };
        let (mut best, mut sum, mut squares) = (0, 0f64, 0f64);
        for (k, x) in tracks.iter().enumerate() {
            best = if *x > tracks[best] { k } else { best };
            sum += f64::from(*x);
            squares += f64::from(*x) * f64::from(*x);
        }
        let count = tracks.len() as f64;
        let (mean, k) = (sum / count, best as i64);
        let spread = (squares / count - mean * mean).max(0.0).sqrt();
        let top = f64::from(tracks[best]);
        // Sums in f64 may differ from those of the row in their last bits: take the best drift again.
        let mut drift = 0;
        for d in -DRIFT..=DRIFT {
            drift = if power(k, d) > power(k, drift) { d } else { drift };
        }
        let (middle, left, right) = (power(k, drift), power(k - 1, drift), power(k + 1, drift));
        // Along the ridge: a track rotated about its middle moves its end by half the change of drift.
        let (slower, faster) = (power(k - 1, drift - 2), power(k + 1, drift + 2));
        let turn = 2.0 * vertex(slower, middle, faster);
        let height = if spread > 0.0 { ((top - mean) / spread) as f32 } else { 0.0 };
        let [before, own, after] = [-1, 0, 1].map(|i| inputs.row(2, i)[0]);
        let found = height >= FOUND;
        let kind = f32::from(u8::from(found) + u8::from(found && own >= before && own > after));
        let bin = best as f64 + vertex(left, middle, right) + 0.5 * turn;
        let steps = f64::from(drift) + turn;
        to.out.copy_from_slice(&[bin as f32, (steps / f64::from(TRACK - 1)) as f32, height, own, kind]);
    }
}

/// The position of the vertex of the parabola through three neighbors, relative to the middle one.
fn vertex(left: f64, middle: f64, right: f64) -> f64 {
    let curve = left - 2.0 * middle + right;
    if curve < 0.0 { (0.5 * (left - right) / curve).clamp(-0.5, 0.5) } else { 0.0 }
}

const _: () = assert!(POWERS > 0 && COHERENT > 0 && TRACK > 1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracks_are_straight_and_end_at_their_bin() {
        for drift in -DRIFT..=DRIFT {
            assert_eq!(shift(drift, 0), 0);
            assert_eq!(shift(drift, TRACK as usize - 1), i64::from(drift));
            for back in 0..TRACK as usize {
                let exact = f64::from(drift) * back as f64 / f64::from(TRACK - 1);
                assert!((shift(drift, back) as f64 - exact).abs() <= 0.5, "{drift} {back}");
                assert_eq!(shift(-drift, back), -shift(drift, back));
            }
        }
    }

    #[test]
    fn vertex_finds_the_maximum_of_a_parabola() {
        let parabola = |x: f64| 3.0 - (x - 0.3) * (x - 0.3);
        assert!((vertex(parabola(-1.0), parabola(0.0), parabola(1.0)) - 0.3).abs() < 1e-12);
        assert_eq!(vertex(1.0, 1.0, 1.0), 0.0);
    }
}
