//! Polyphase channelizer: the signal split into `C` equal channels of its band, once every `D` samples.
//!
//! `y[t, c] = sum over n of h[n] x[t D + n] exp(-2 pi i c (t D + n) / C)`, `n` from 0 to `C taps - 1`,
//!
//! with `D = C` (critically sampled) or `C / 2` (`oversample` 2). Channel `c` is the band around `c / C` of the
//! sample rate; the upper half are negative frequencies. The prototype `h` is `scipy.signal.firwin(C taps, 1 / C)`: a
//! sinc under a Hamming window, with a sum of 1; it loses 6 dB at the edge of a channel. Its delay is `(C taps - 1) /
//! 2` samples. See Harris, Dick and Rice, "Digital receivers and transmitters using polyphase filter banks", IEEE
//! Trans. MTT 51 (2003).
//!
//! Input: `f32` or `c32` rows of one channel, every multiple of `D` samples. Output: `frames` results for each row,
//! `C` of each time interleaved: `c32`, or with `average` the mean power of that number of results, `f32`. Computed
//! in `f32`: each branch in the order of its taps, then the transform of [`fft`](super::dft): the same bits on every
//! machine. The error is about `1e-7 (taps + log2 C)` of the largest sample. A NaN or an infinity spreads to all
//! channels of the results that read it.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `channels` | `C`, a power of two from 4 to 4096; required |
//! | `taps` | of each branch, 1 to 64; default 8 |
//! | `oversample` | 1 or 2; default 1 |
//! | `frames` | results of a row; default: what the row has, `(n - C taps) / D + 1` |
//! | `average` | results whose powers are averaged, a divisor of `frames`; default 0: complex results |

use super::dft::memory::{Memory, bins};
use super::{Build, shape, trig};
use crate::checked;
use crate::dtype::{Dtype, Element};
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::{Complex32, cast, cast_mut};
use crate::series::{Axis, Series, Unit};
use crate::simd::{self, Level};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;
use core::f64::consts::PI;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["channels", "taps", "oversample", "frames", "average"])?;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32, Dtype::C32])?;
    let channels = b.count("channels", None, 4, 4096)?;
    if !channels.is_power_of_two() {
        let text = "stage {m}: the parameter {n}{v} must be a power of two from 4 to 4096";
        return Err(b.refused("channels", None, channels as f64, text));
    }
    let taps = b.count("taps", Some(8), 1, 64)?;
    let oversample = b.count("oversample", Some(1), 1, 2)?;
    let every = if oversample == 2 { channels / 2 } else { channels };
    let (len, filter) = (checked::count(edge.shape.len), channels.sat_mul(taps));
    let Some(rest) = len.checked_sub(filter) else {
        let text = "stage {m}: {n} needs rows of at least {a} samples (channels taps), not {b}";
        return Err(b.error(Status::Argument, text).a(filter).b(len));
    };
    let fit = rest.checked_div(every).unwrap_or(0).sat_add(1);
    let frames = b.count("frames", Some(fit), 1, fit)?;
    let average = b.count("average", Some(0), 0, frames)?;
    if average > 0 && frames.checked_rem(average) != Some(0) {
        let text = "stage {m}: the parameter {n}{v} must be a divisor of frames, {a}";
        return Err(b.refused("average", None, average as f64, text).a(frames));
    }
    let step = edge.series.step;
    if step == 0 || step.checked_rem(every) != Some(0) {
        let text = "stage {n}: rows of {m} start every {a} samples: use a hop that is a multiple of {b}";
        return b.named(edge, Err(Error::new(Status::Graph, text).a(step).b(every)));
    }
    let odd = oversample == 2 && step.checked_div(every).unwrap_or(0) & 1 == 1;
    let results = if average > 0 { frames.checked_div(average).unwrap_or(1) } else { frames };
    let dtype = if average > 0 { Dtype::F32 } else { Dtype::C32 };
    let size = checked::size(channels)?;
    let kernel = Channelizer {
        taps: checked::size(taps)?,
        channels: size,
        every: checked::size(every)?,
        frames: checked::size(frames)?,
        average: checked::size(average)?,
        odd,
        level: Level::detect(),
    };
    let mut spec = StageSpec::new(kernel, shape(dtype, checked::size(results.sat_mul(channels))?)?);
    let rows = Series { step, channels: u32::try_from(channels).unwrap_or(1), axis: Axis::Time, unit: Unit::Samples };
    spec.series = rows.decimated(every.sat_mul(average.max(1)));
    spec.series.unit = if average > 0 { Unit::Power } else { Unit::Samples };
    let turns = simd::stockham_turns(size, simd::VECTORS);
    spec.table_bytes = shape(Dtype::F32, checked::add(checked::size(filter)?, turns)?)?.bytes();
    spec.scratch_bytes = shape(Dtype::C32, checked::mul(size, 3)?)?.bytes();
    spec.revision = b.revision();
    let log = u64::from(channels.checked_ilog2().unwrap_or(0));
    spec.cost_ns = frames.sat_mul(channels).sat_mul(taps.sat_mul(300).sat_add(log.sat_mul(300)).sat_add(1000)) / 1000;
    Ok(spec)
}

struct Channelizer {
    channels: usize,
    taps: usize,
    /// Samples from a result to the next.
    every: usize,
    frames: usize,
    /// 0: complex results.
    average: usize,
    /// Rows start at odd multiples of `every`, half a turn of channel 1.
    odd: bool,
    level: Level,
}

/// Adds a branch: `y[m] += h[m] x[m]`.
trait Branch: Element {
    fn add(y: &mut [[f32; 2]], h: &[f32], x: &[Self]);
}

impl Branch for f32 {
    fn add(y: &mut [[f32; 2]], h: &[f32], x: &[f32]) {
        y.iter_mut().zip(h).zip(x).for_each(|(([re, _], h), x)| *re += h * x);
    }
}

impl Branch for Complex32 {
    fn add(y: &mut [[f32; 2]], h: &[f32], x: &[Complex32]) {
        for (([re, im], h), x) in y.iter_mut().zip(h).zip(x) {
            *re += h * x.re;
            *im += h * x.im;
        }
    }
}

/// Element `i` of the prototype of `n` elements for `channels` channels, times a constant.
fn prototype(i: u64, n: u64, channels: u64) -> f64 {
    // Twice the distance from the middle; the angle is that over 2 channels, times pi.
    let twice = i.sat_mul(2).abs_diff(n.sat_sub(1));
    let angle = PI * (twice as f64 / channels.sat_mul(2) as f64);
    let sinc = if twice == 0 { 1.0 } else { trig::turn(twice, channels.sat_mul(4)).1 / angle };
    sinc * (0.54 - 0.46 * trig::turn(i, n.sat_sub(1)).0)
}

impl Channelizer {
    fn rows<X: Branch>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let rows = io.input::<X>(0)?;
        let table = cast::<f32>(io.table).ok_or(Code::MISFIT)?;
        let (taps, turns) = table.split_at_checked(self.channels.sat_mul(self.taps)).ok_or(Code::MISFIT)?;
        let two = self.channels.sat_mul(2);
        let scratch = cast_mut::<f32>(io.scratch).ok_or(Code::MISFIT)?;
        let (row, rest) = scratch.split_at_mut_checked(two).ok_or(Code::MISFIT)?;
        let (z, work) = rest.split_at_mut_checked(two).ok_or(Code::MISFIT)?;
        let work = work.get_mut(..two).ok_or(Code::MISFIT)?;
        let mut memory = Memory { row, z, work, turns };
        let width = if self.average > 0 { self.channels } else { two };
        let group = self.average.max(1);
        let out = cast_mut::<f32>(io.out).ok_or(Code::MISFIT)?;
        let groups = self.frames.checked_div(group).unwrap_or(0);
        for (i, y) in out.chunks_exact_mut(width.sat_mul(groups).max(1)).enumerate() {
            let late = self.odd && io.first.wrapping_add(checked::count(i)) & 1 == 1;
            for (g, y) in y.chunks_exact_mut(width.max(1)).enumerate() {
                y.fill(0.0);
                for f in g.sat_mul(group)..g.sat_add(1).sat_mul(group) {
                    let x = rows.row(i).get(f.sat_mul(self.every)..).ok_or(Code::MISFIT)?;
                    memory.row.fill(0.0);
                    for (h, x) in taps.chunks_exact(self.channels.max(1)).zip(x.chunks(self.channels.max(1))) {
                        X::add(memory.elements(), h, x);
                    }
                    memory.transform(self.level, self.channels, None)?;
                    let half = self.every < self.channels && late != (f & 1 == 1);
                    self.store(y, bins(memory.z, self.channels), half);
                }
                if self.average > 0 {
                    y.iter_mut().for_each(|p| *p = finite_or_nan(*p / self.average as f32));
                }
            }
        }
        Ok(())
    }

    /// Stores a result, or adds its powers. With `half`, time is an odd multiple of half the channels, which turns
    /// channel `c` by `c` half turns.
    fn store(&self, y: &mut [f32], results: impl Iterator<Item = [f32; 2]>, half: bool) {
        if self.average > 0 {
            y.iter_mut().zip(results).for_each(|(y, [re, im])| *y += re * re + im * im);
            return;
        }
        let mut negative = false;
        for (y, [re, im]) in y.as_chunks_mut::<2>().0.iter_mut().zip(results) {
            *y = (if negative { [-re, -im] } else { [re, im] }).map(finite_or_nan);
            negative = half && !negative;
        }
    }
}

fn finite_or_nan(v: f32) -> f32 {
    if v.is_nan() { f32::NAN } else { v }
}

impl Kernel for Channelizer {
    fn prepare(&self, table: &mut [u8]) -> Result<(), Code> {
        let table = cast_mut::<f32>(table).ok_or(Code::MISFIT)?;
        let (taps, turns) = table.split_at_mut_checked(self.channels.sat_mul(self.taps)).ok_or(Code::MISFIT)?;
        let (n, channels) = (checked::count(taps.len()), checked::count(self.channels));
        let sum = (0..n).map(|i| prototype(i, n, channels)).fold(0.0, |sum, v| sum + v);
        taps.iter_mut().zip(0u64..).for_each(|(h, i)| *h = (prototype(i, n, channels) / sum) as f32);
        simd::stockham_table(turns, self.channels, simd::VECTORS, trig::turn);
        Ok(())
    }

    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match io.input_dtype(0)? {
            Dtype::C32 => self.rows::<Complex32>(io),
            _ => self.rows::<f32>(io),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, close, register, run, signal};
    use super::*;
    use std::f64::consts::TAU;
    use std::vec::Vec;

    fn complex(n: usize, seed: u32) -> Vec<Complex32> {
        signal(2 * n, seed).chunks(2).map(|x| Complex32 { re: x[0], im: x[1] }).collect()
    }

    /// `scipy.signal.firwin(n, 1 / channels)` by its definition, with libm.
    fn firwin(n: usize, channels: usize) -> Vec<f64> {
        let at = |i: usize| {
            let t = (i as f64 - (n as f64 - 1.0) / 2.0) / channels as f64;
            let sinc = if t == 0.0 { 1.0 } else { (PI * t).sin() / (PI * t) };
            sinc * (0.54 - 0.46 * (TAU * i as f64 / (n as f64 - 1.0)).cos())
        };
        let sum: f64 = (0..n).map(at).sum();
        (0..n).map(|i| at(i) / sum).collect()
    }

    /// The definition: a mixer and a filter for each channel, at absolute times.
    fn naive(x: &[Complex32], (c, taps, every): (usize, usize, usize), count: usize) -> Vec<f64> {
        let h = firwin(c * taps, c);
        let mut all = Vec::new();
        for t in 0..count {
            for k in 0..c {
                let (mut re, mut im) = (0.0, 0.0);
                for (n, h) in h.iter().enumerate() {
                    let x = x[t * every + n];
                    let (s, c) = (-TAU * ((k * (t * every + n)) % c) as f64 / c as f64).sin_cos();
                    re += h * (f64::from(x.re) * c - f64::from(x.im) * s);
                    im += h * (f64::from(x.re) * s + f64::from(x.im) * c);
                }
                all.extend([re, im]);
            }
        }
        all
    }

    const CASES: [(usize, usize, usize, usize); 7] =
        [(4, 1, 1, 3), (4, 8, 2, 1), (8, 3, 1, 2), (8, 3, 2, 3), (16, 4, 2, 5), (64, 8, 1, 4), (64, 8, 2, 3)];

    #[test]
    fn channels_are_those_of_mixers_and_filters() {
        for (c, taps, oversample, frames) in CASES {
            let every = c / oversample;
            let (len, rows) = (c * taps + every * (frames - 1), 5);
            let x = complex(len + (rows - 1) * frames * every, c as u32);
            let params = [("channels", c), ("taps", taps), ("oversample", oversample)].map(|(k, v)| (k, [v as f64]));
            let params: Vec<(&str, &[f64])> = params.iter().map(|(k, v)| (*k, &v[..])).collect();
            let want = naive(&x, (c, taps, every), rows * frames);
            let input = Input { stride: frames * every, ..Input::rows(&x, len) };
            let got: Vec<Complex32> = run("channelizer", &params, &input);
            let flat: Vec<f64> = got.iter().flat_map(|y| [f64::from(y.re), f64::from(y.im)]).collect();
            close(&flat, &want, 1e-6, &std::format!("{c} {taps} {oversample}"));
            let with: Vec<(&str, &[f64])> = params.iter().copied().chain([("average", &[1.0][..])]).collect();
            let got: Vec<f32> = run("channelizer", &with, &input);
            let want: Vec<f64> = want.chunks(2).map(|y| y[0] * y[0] + y[1] * y[1]).collect();
            close(&got.iter().map(|v| f64::from(*v)).collect::<Vec<_>>(), &want, 1e-6, "powers");
            // Real samples are complex ones without imaginary parts.
            let re: Vec<f32> = x.iter().map(|x| x.re).collect();
            let of_re: Vec<Complex32> = re.iter().map(|re| Complex32 { re: *re, im: 0.0 }).collect();
            let got: Vec<Complex32> =
                run("channelizer", &params, &Input { data: &re, len, stride: frames * every, channels: 1 });
            assert_eq!(got, run("channelizer", &params, &Input { data: &of_re, ..input.clone() }));
        }
    }

    #[test]
    fn the_prototype_is_that_of_firwin() {
        for (c, taps) in [(4u64, 1u64), (64, 8), (256, 3)] {
            let n = c * taps;
            let sum: f64 = (0..n).map(|i| prototype(i, n, c)).sum();
            let got: Vec<f64> = (0..n).map(|i| prototype(i, n, c) / sum).collect();
            close(&got, &firwin(n as usize, c as usize), 1e-13, "prototype");
        }
    }

    #[test]
    fn powers_are_averaged_over_frames() {
        let x = complex(16 * 4 + 16 * 5, 7);
        let params: &[(&str, &[f64])] = &[("channels", &[16.0]), ("taps", &[4.0])];
        let each: Vec<Complex32> = run("channelizer", params, &Input::rows(&x, x.len()));
        let with: &[(&str, &[f64])] = &[("channels", &[16.0]), ("taps", &[4.0]), ("average", &[3.0])];
        let got: Vec<f32> = run("channelizer", with, &Input::rows(&x, x.len()));
        assert_eq!((each.len(), got.len()), (6 * 16, 2 * 16));
        for (at, p) in got.iter().enumerate() {
            let power = |f: usize| {
                let y = each[(at / 16 * 3 + f) * 16 + at % 16];
                y.re * y.re + y.im * y.im
            };
            assert_eq!(*p, (power(0) + power(1) + power(2)) / 3.0);
        }
    }

    #[test]
    fn nan_spreads_to_the_results_that_read_it() {
        let mut x = complex(8 * 2 + 8 * 5, 7);
        let params: &[(&str, &[f64])] = &[("channels", &[8.0]), ("taps", &[2.0])];
        let clean: Vec<Complex32> = run("channelizer", params, &Input::rows(&x, x.len()));
        x[20].re = f32::NAN;
        let got: Vec<Complex32> = run("channelizer", params, &Input::rows(&x, x.len()));
        for (i, (a, b)) in got.iter().zip(&clean).enumerate() {
            assert!(if (1..3).contains(&(i / 8)) { a.re.is_nan() } else { a == b }, "{i}");
        }
    }

    #[test]
    fn rows_and_parameters_are_checked() {
        let x = complex(64, 1);
        let refused = |params: &[(&str, &[f64])], stride| {
            register("channelizer", params, Input { stride, ..Input::rows(&x, 40) }.edge(), false).is_err()
        };
        let eight: (&str, &[f64]) = ("channels", &[8.0]);
        assert!(!refused(&[eight, ("taps", &[4.0])], 8) && !refused(&[eight, ("taps", &[4.0])], 40));
        assert!(refused(&[eight, ("taps", &[6.0])], 40), "longer than the row");
        assert!(refused(&[eight, ("taps", &[4.0])], 36), "rows between results");
        assert!(!refused(&[eight, ("taps", &[4.0]), ("oversample", &[2.0])], 36));
        assert!(refused(&[("channels", &[12.0]), ("taps", &[1.0])], 40));
        assert!(refused(&[eight, ("taps", &[4.0]), ("average", &[3.0])], 40), "2 frames");
    }
}
