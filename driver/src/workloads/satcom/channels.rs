//! Polyphase filter bank: the power of `CHANNELS` equal channels of the band in slots of time.
//!
//! Channel `c` is the band around `c / CHANNELS` of the sample rate; the upper half are negative frequencies:
//!
//! `y[c] = sum over m of exp(-2 pi i c m / CHANNELS) * sum over p of h[m + p CHANNELS] x[n + m + p CHANNELS]`,
//!
//! once every `CHANNELS` samples (critically sampled). The prototype `h` is a sinc under a Hamming window. See Harris,
//! Dick and Rice, "Digital receivers and transmitters using polyphase filter banks", IEEE Trans. MTT 51, 2003.

use super::band::Band;
use crate::library::{Custom, Failure, Pipeline, RowBuffers, RowInputs, Shape, complex, from};
use sqrtspace_fft::{Complex32, Fft};
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

/// Number of channels.
pub(crate) const CHANNELS: usize = 64;
/// Taps per branch of the filter.
const TAPS: usize = 8;
/// Filter outputs whose powers are averaged in a slot.
const FRAMES: usize = 8;
/// Samples per slot.
pub(crate) const SLOT: u64 = (FRAMES * CHANNELS) as u64;
/// Delay of a slot's power in samples: half the length of the filter.
pub(super) const LAG: f64 = (TAPS * CHANNELS) as f64 / 2.0;

/// Minimum window length in samples for which the filter covers a hop.
pub(super) fn window(hop: u64) -> u64 {
    hop + ((TAPS - 1) * CHANNELS) as u64
}

/// Slots per hop.
pub(super) fn slots(band: &Band) -> usize {
    (band.hop / SLOT) as usize
}

struct Channelizer {
    fft: Arc<dyn Fft<f32>>,
    taps: Vec<f32>,
    real: bool,
}

/// Registers the stage `channels`: the power of each channel in each slot of a hop.
pub(super) fn register(p: &mut Pipeline, band: &Band) -> Result<(), Failure> {
    let fft = sqrtspace_fft::forward(CHANNELS);
    let scratch = 2 * (CHANNELS + fft.get_inplace_scratch_len());
    let stage = Channelizer { fft, taps: prototype(), real: band.real };
    let shape = Shape { len: slots(band) * CHANNELS, scratch, ..Shape::default() };
    p.custom(c"channels", &[from(c"input")], shape, stage).map(drop)
}

/// Low-pass filter with a bandwidth of half a channel on either side; its taps sum to 1.
fn prototype() -> Vec<f32> {
    let n = TAPS * CHANNELS;
    let at = |i: usize| {
        let t = (i as f64 - (n as f64 - 1.0) / 2.0) / CHANNELS as f64;
        let sinc = if t == 0.0 { 1.0 } else { (PI * t).sin() / (PI * t) };
        sinc * (0.54 - 0.46 * (TAU * i as f64 / (n as f64 - 1.0)).cos())
    };
    let sum: f64 = (0..n).map(at).sum();
    (0..n).map(|i| (at(i) / sum) as f32).collect()
}

impl Custom for Channelizer {
    fn row(&self, _: u64, inputs: RowInputs<'_>, to: &mut RowBuffers<'_>) {
        let x = inputs.row(0, 0);
        let (line, scratch) = complex(to.scratch).split_at_mut(CHANNELS);
        let width = if self.real { 1 } else { 2 };
        for (slot, power) in to.out.chunks_exact_mut(CHANNELS).enumerate() {
            power.fill(0.0);
            for frame in 0..FRAMES {
                let start = (slot * FRAMES + frame) * CHANNELS;
                line.fill(Complex32::ZERO);
                for (p, taps) in self.taps.chunks_exact(CHANNELS).enumerate() {
                    let part = &x[(start + p * CHANNELS) * width..][..CHANNELS * width];
                    if self.real {
                        line.iter_mut().zip(taps).zip(part).for_each(|((y, h), x)| y.re += h * x);
                    } else {
                        for ((y, h), x) in line.iter_mut().zip(taps).zip(part.chunks_exact(2)) {
                            y.re += h * x[0];
                            y.im += h * x[1];
                        }
                    }
                }
                self.fft.process_with_scratch(line, scratch);
                power.iter_mut().zip(&*line).for_each(|(p, y)| *p += y.norm_sqr());
            }
            power.iter_mut().for_each(|p| *p /= FRAMES as f32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_passes_its_channel_and_stops_the_next_but_one() {
        let h = prototype();
        let gain = |channels: f64| {
            let (mut re, mut im) = (0.0, 0.0);
            for (i, h) in h.iter().enumerate() {
                let angle = TAU * channels * i as f64 / CHANNELS as f64;
                re += f64::from(*h) * angle.cos();
                im += f64::from(*h) * angle.sin();
            }
            10.0 * (re * re + im * im).log10()
        };
        assert!(gain(0.0).abs() < 1e-3 && gain(0.3) > -1.0, "{} {}", gain(0.0), gain(0.3));
        assert!(gain(0.5) > -7.0 && gain(0.5) < -5.0 && gain(1.0) < -40.0, "{} {}", gain(0.5), gain(1.0));
    }
}
