//! Spectrum of real rows: `X[k] = sum x[i] exp(-2 pi i k / n)` for `k = 0 ..= n/2`, as magnitude (`rfft_magnitude`,
//! `|X[k]|`) or power (`rfft_power`, `|X[k]|^2`), unscaled: `numpy.abs(numpy.fft.rfft(x))`.
//!
//! Input: `f32` rows of one channel, of 1 to 2^24 elements. Output: `f32` rows of `n/2 + 1` elements. A NaN or an
//! infinity in the row gives NaN in the bins that depend on it.
//!
//! Results that fit `f32` are right over its whole range. A row whose largest power does not fit `f32`, or for
//! magnitudes is below 2^-60, is transformed again, times a power of two that brings its largest element to 2^32; the
//! results are scaled back, rounded once. All other rows are transformed once, unscaled.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `portable` | 1: the library's own transform, for rows of a power of two elements. 0, the default: the fastest |
//!
//! Rows of even length are transformed as complex rows of half the length, without a copy; the spectrum of the real
//! row, its power and root are computed in one pass ([`crate::simd::half_power`]). Odd lengths are transformed as
//! complex rows. Two transforms exist:
//! - The library's own, in scratch memory ([`crate::simd::stockham`]), gives the same bits on every machine. It is used
//!   with `portable`, in the caller's memory, in builds without `fft`, and for powers of two on x86-64 without AVX.
//! - `rustfft` is used otherwise. Its plan is computed at registration, is on the host's heap, and is held by the
//!   stage. It selects instructions at run time: on one machine rows are the same for every grouping, but the last bits
//!   may differ between processors.

use super::host_plans::HostPlans;
use super::{Build, shape, trig};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::{cast, cast_mut};
use crate::series::{Series, Unit};
use crate::simd::{self, Level};
use crate::status::{Error, Result, Status};
use crate::util::root::power_of_two;
use crate::util::unsigned::Unsigned;
#[cfg(feature = "fft")]
use sqrtspace_fft::{Complex32, Fft};
#[cfg(feature = "fft")]
use std::{sync::Arc, vec::Vec};

/// Elements of the longest row.
const MAX_LEN: usize = 1 << 24;

pub(super) fn magnitude<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    build(b, true)
}

pub(super) fn power<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    build(b, false)
}

fn build<'m>(b: &mut Build<'_, 'm>, root: bool) -> Result<StageSpec<'m>> {
    b.allow(&["portable"])?;
    let portable = b.count("portable", Some(0), 0, 1)? == 1;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32])?;
    let n = edge.shape.len;
    if n == 0 || n > MAX_LEN {
        let text = "stage {m}: {n} reads rows of 1 to {a} elements, not of {b}";
        return Err(b.error(Status::Argument, text).a(checked::count(MAX_LEN)).b(checked::count(n)));
    }
    let size = if n.is_multiple_of(2) { n / 2 } else { n };
    let own = n.is_power_of_two() && n > 1;
    let host = b.host_plans.as_deref_mut().filter(|_| !portable && host_is_faster(own));
    let (plan, scratch, heap) = if let Some(plans) = host {
        host_plan(plans, n, size)?
    } else if own {
        (Transform::Own, checked::mul(size, 4)?, 0)
    } else {
        let text = "stage {m}: with portable or without the host's heap, {n} reads rows of a power of two elements, not of {a}";
        return Err(b.error(Status::Unsupported, text).a(checked::count(n)));
    };
    let turns = if matches!(plan, Transform::Own) { simd::stockham_turns(size, simd::VECTORS) } else { 0 };
    let twiddles = if n == size { 0 } else { checked::mul(twiddles(size), 2)? };
    let kernel = Rfft { plan, n, size, twiddles, root, level: Level::detect() };
    let mut spec = StageSpec::new(kernel, shape(Dtype::F32, checked::add(n / 2, 1)?)?);
    spec.series = Series::bins(spec.shape.len).of(if root { Unit::Magnitude } else { Unit::Power });
    spec.scratch_bytes = shape(Dtype::F32, scratch)?.bytes();
    spec.table_bytes = shape(Dtype::F32, checked::add(twiddles, turns)?)?.bytes();
    spec.host_heap_bytes = checked::count(heap);
    spec.revision = b.revision();
    // n log2 n, and a pass over the spectrum; measured for n from 512 to 32768.
    let log = checked::count(n).checked_ilog2().unwrap_or(0);
    spec.cost_ns = checked::count(n).sat_mul(u64::from(log).sat_mul(75).sat_add(250)) / 1000;
    Ok(spec)
}

/// A plan on the host's heap for rows of `n` elements, transformed as `size` complex numbers. Returns the plan, its
/// scratch memory in `f32`, and the bytes it uses on the heap.
#[cfg(feature = "fft")]
fn host_plan(plans: &mut HostPlans, n: usize, size: usize) -> Result<(Transform, usize, usize)> {
    let floats = |plan: &Arc<dyn Fft<f32>>| {
        // Rows of even length are transformed in place only if they are scaled.
        let apart = if n == size { 0 } else { plan.get_immutable_scratch_len() };
        let scratch = apart.max(plan.get_inplace_scratch_len());
        checked::mul(checked::add(size, scratch)?, 2)
    };
    if let Some(plan) = plans.plans.iter().flatten().find(|p| p.len() == size) {
        return Ok((Transform::Host(plan.clone()), floats(plan)?, 0));
    }
    let heap = sqrtspace_fft::heap_bytes(size);
    // The planner aborts if an allocation fails: check first that the bound can be allocated.
    if Vec::<u8>::new().try_reserve_exact(heap).is_err() {
        return Err(Error::new(
            Status::Memory,
            "the heap of the host has no {a} bytes for the plan of a transform: set the parameter portable to 1",
        )
        .a(checked::count(heap)));
    }
    let plan = sqrtspace_fft::forward(size);
    // With all places in use, the plan belongs to its stage alone.
    if let Some(place) = plans.plans.iter_mut().find(|p| p.is_none()) {
        *place = Some(plan.clone());
    }
    let floats = floats(&plan)?;
    Ok((Transform::Host(plan), floats, heap))
}

#[cfg(not(feature = "fft"))]
fn host_plan(_: &mut HostPlans, _: usize, _: usize) -> Result<(Transform, usize, usize)> {
    Err(Error::new(
        Status::Unsupported,
        "this build has no transforms on the host's heap: set the parameter portable to 1",
    ))
}

/// Whether a plan on the host's heap is faster than the library's own transform, which has vectors on every x86-64.
/// `own`: the own transform supports the length.
#[cfg(feature = "fft")]
fn host_is_faster(own: bool) -> bool {
    !own || !cfg!(target_arch = "x86_64") || sqrtspace_fft::has_vectors()
}

#[cfg(not(feature = "fft"))]
fn host_is_faster(_: bool) -> bool {
    false
}

/// Twiddles of a row of `2 h` elements: one for each pair of bins `k < h - k`.
fn twiddles(h: usize) -> usize {
    h.sat_sub(1) / 2
}

enum Transform {
    /// The library's own transform.
    Own,
    #[cfg(feature = "fft")]
    Host(Arc<dyn Fft<f32>>),
}

struct Rfft {
    plan: Transform,
    /// Elements of a row.
    n: usize,
    /// Length of the transform: half of an even `n`.
    size: usize,
    /// Floats at the start of the table, for the pass after the transform; the turns of the own transform follow.
    twiddles: usize,
    root: bool,
    level: Level,
}

impl Kernel for Rfft {
    fn prepare(&self, table: &mut [u8]) -> Result<(), Code> {
        let table = cast_mut::<f32>(table).ok_or(Code::MISFIT)?;
        let (twiddles, turns) = table.split_at_mut_checked(self.twiddles).ok_or(Code::MISFIT)?;
        let (cos, sin) = twiddles.split_at_mut(self.twiddles / 2);
        for ((c, s), k) in cos.iter_mut().zip(sin).zip(1u64..) {
            let (cos, sin) = trig::turn(k, checked::count(self.n));
            (*c, *s) = ((0.5 * cos) as f32, (0.5 * sin) as f32);
        }
        simd::stockham_table(turns, self.size, simd::VECTORS, trig::turn);
        Ok(())
    }

    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let rows = io.input::<f32>(0)?;
        let table = cast::<f32>(io.table).ok_or(Code::MISFIT)?;
        let (twiddles, turns) = table.split_at_checked(self.twiddles).ok_or(Code::MISFIT)?;
        let (cos, sin) = twiddles.split_at(self.twiddles / 2);
        let out = cast_mut::<f32>(io.out).ok_or(Code::MISFIT)?;
        let (z, scratch) = cast_mut::<f32>(io.scratch)
            .and_then(|s| s.split_at_mut_checked(self.size.sat_mul(2)))
            .ok_or(Code::MISFIT)?;
        let mut memory = Memory { z, scratch, turns, cos, sin };
        for (y, row) in out.chunks_exact_mut((self.n / 2).sat_add(1)).zip(rows.iter()) {
            if row.len() != self.n {
                return Err(Code::MISFIT);
            }
            let peak = self.spectrum(y, row, None, &mut memory)?;
            let lowest = if self.root { LOWEST_POWER.to_bits() } else { 0 };
            if (lowest..f32::INFINITY.to_bits()).contains(&peak) {
                continue;
            }
            if let Some(up) = exponent(simd::peak(self.level, row)).map(|e| EXPONENT.wrapping_sub(e)) {
                self.spectrum(y, row, Some(power_of_two(up)), &mut memory)?;
                let back = power_of_two(if self.root { up.wrapping_neg() } else { up.wrapping_mul(-2) });
                y.iter_mut().for_each(|v| *v = simd::scaled(*v, back));
            }
        }
        Ok(())
    }
}

/// Rows of magnitudes are scaled if their largest power is below 2^-60: smaller ones lose digits below 2^-126.
const LOWEST_POWER: f32 = 1.0 / (1u64 << 60) as f32;

/// Exponent of the largest element of a scaled row. With 2^24 elements the largest power is below 2^116.
const EXPONENT: i32 = 32;

/// The exponent of a number, from the bits of its magnitude: 0 for 1 to 2. None for 0, infinity and NaN.
fn exponent(bits: u32) -> Option<i32> {
    if bits == 0 || bits >= f32::INFINITY.to_bits() {
        return None;
    }
    let wide = f64::from(f32::from_bits(bits)).to_bits();
    Some(((wide >> 52) as i32).wrapping_sub(1023))
}

/// What the transforms of a call use.
struct Memory<'a> {
    /// The transform of a row.
    z: &'a mut [f32],
    scratch: &'a mut [f32],
    turns: &'a [f32],
    cos: &'a [f32],
    sin: &'a [f32],
}

impl Rfft {
    /// The results of a row, or of the row times a power of two. Returns the bits of their largest power.
    fn spectrum(&self, y: &mut [f32], row: &[f32], scale: Option<f64>, memory: &mut Memory<'_>) -> Result<u32, Code> {
        let Memory { z, scratch, turns, cos, sin } = memory;
        Ok(match &self.plan {
            Transform::Own if !simd::VECTORS => {
                simd::stockham_plain(z, scratch, row, scale, turns);
                simd::half_power(self.level, y, z, cos, sin, self.root)
            }
            Transform::Own => {
                let (re, im) = z.split_at_mut_checked(self.size).ok_or(Code::MISFIT)?;
                let work = scratch.get_mut(..self.size.sat_mul(2)).ok_or(Code::MISFIT)?;
                simd::stockham(self.level, re, im, work, row, scale, turns);
                simd::half_power_apart(self.level, y, re, im, cos, sin, self.root)
            }
            #[cfg(feature = "fft")]
            Transform::Host(plan) => {
                self.transform(plan.as_ref(), row, scale, z, scratch)?;
                if self.n == self.size {
                    simd::power(self.level, y, z, self.root)
                } else {
                    simd::half_power(self.level, y, z, cos, sin, self.root)
                }
            }
        })
    }
}

#[cfg(feature = "fft")]
impl Rfft {
    /// Transforms `row`, or the row times a power of two, into `z`. rustfft panics on lengths that do not match, so they
    /// are checked here.
    fn transform(
        &self,
        plan: &dyn Fft<f32>,
        row: &[f32],
        scale: Option<f64>,
        z: &mut [f32],
        scratch: &mut [f32],
    ) -> Result<(), Code> {
        let (spectrum, scratch) = (simd::as_complex_mut(z), simd::as_complex_mut(scratch));
        if spectrum.len() != self.size || plan.len() != self.size {
            return Err(Code::MISFIT);
        }
        let in_place = self.n == self.size || scale.is_some();
        if in_place {
            if scratch.len() < plan.get_inplace_scratch_len() {
                return Err(Code::MISFIT);
            }
            let factor = scale.unwrap_or(1.0);
            if self.n == self.size {
                for (z, x) in spectrum.iter_mut().zip(row) {
                    *z = Complex32 { re: simd::scaled(*x, factor), im: 0.0 };
                }
            } else {
                for (z, x) in spectrum.iter_mut().zip(simd::as_complex(row)) {
                    *z = Complex32 { re: simd::scaled(x.re, factor), im: simd::scaled(x.im, factor) };
                }
            }
            plan.process_with_scratch(spectrum, scratch);
        } else {
            let half = simd::as_complex(row);
            if half.len() != self.size || scratch.len() < plan.get_immutable_scratch_len() {
                return Err(Code::MISFIT);
            }
            plan.process_immutable_with_scratch(half, spectrum, scratch);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, close, register, run, run_on, signal};
    use super::*;
    use std::format;
    use std::vec::Vec;

    /// The sum of the definition, in `f64`.
    fn naive(x: &[f32]) -> Vec<f64> {
        let n = x.len();
        (0..=n / 2)
            .map(|k| {
                let (mut re, mut im) = (0f64, 0f64);
                for (i, v) in x.iter().enumerate() {
                    let (s, c) = (2.0 * core::f64::consts::PI * ((i * k) % n) as f64 / n as f64).sin_cos();
                    re += f64::from(*v) * c;
                    im -= f64::from(*v) * s;
                }
                re.hypot(im)
            })
            .collect()
    }

    #[test]
    fn powers_of_two_are_transformed_in_caller_memory() {
        // Long rows are compared with rustfft, if the build has it.
        let max_bits = if cfg!(feature = "fft") { 14 } else { 10 };
        for n in (1..=max_bits).map(|bits| 1usize << bits) {
            let x = signal(2 * n, n as u32);
            let input = Input { stride: n - n / 3, ..Input::rows(&x, n) };
            let got: Vec<f32> = run_on(false, "rfft_magnitude", &[], &input);
            let same: Vec<f32> = run("rfft_magnitude", &[("portable", &[1.0])], &input);
            assert!(got == same, "{n}: portable rows depend on the memory of the pipeline");
            let got: Vec<f64> = got.into_iter().map(f64::from).collect();
            let want: Vec<f64> = if cfg!(feature = "fft") && n > 1024 {
                run::<f32, f32>("rfft_magnitude", &[], &input).into_iter().map(f64::from).collect()
            } else {
                x.windows(n).step_by(input.stride).flat_map(naive).collect()
            };
            close(&got, &want, 2e-6, &format!("own transform, magnitude {n}"));
        }
    }

    #[cfg(feature = "fft")]
    #[test]
    fn every_length_gives_the_spectrum_of_the_definition() {
        for n in (1..=140).chain([257, 360, 509, 512, 1000, 1021, 1024, 2046, 2048]) {
            let x = signal(3 * n, n as u32);
            let want: Vec<f64> = x.chunks(n).flat_map(naive).collect();
            let got: Vec<f32> = run("rfft_magnitude", &[], &Input::rows(&x, n));
            let got: Vec<f64> = got.into_iter().map(f64::from).collect();
            close(&got, &want, 2e-6, &format!("magnitude {n}"));
            let got: Vec<f32> = run("rfft_power", &[], &Input::rows(&x, n));
            let got: Vec<f64> = got.into_iter().map(f64::from).collect();
            let want: Vec<f64> = want.into_iter().map(|m| m * m).collect();
            close(&got, &want, 2e-6, &format!("power {n}"));
        }
    }

    #[test]
    fn overlapping_rows_are_read_without_copies() {
        let x = signal(400, 3);
        let input = Input { stride: 7, ..Input::rows(&x, 64) };
        let got: Vec<f32> = run("rfft_magnitude", &[], &input);
        let apart: Vec<f32> = x.windows(64).step_by(7).flatten().copied().collect();
        assert_eq!(got, run::<f32, f32>("rfft_magnitude", &[], &Input::rows(&apart, 64)));
    }

    #[test]
    fn a_sample_that_is_not_finite_affects_its_own_row_only() {
        for bad in [f32::NAN, f32::INFINITY] {
            let mut x = signal(3 * 32, 9);
            x[40] = bad;
            let y: Vec<f32> = run("rfft_power", &[], &Input::rows(&x, 32));
            assert!(y[..17].iter().chain(&y[34..]).all(|v| v.is_finite()));
            assert!(y[17..34].iter().all(|v| !v.is_finite()));
        }
    }

    #[test]
    fn rows_over_the_whole_range_of_f32_have_their_spectrum() {
        let lens: &[usize] =
            if cfg!(feature = "fft") { &[1, 2, 3, 4, 16, 37, 64, 100, 509, 1024] } else { &[2, 4, 64] };
        for (n, portable) in lens.iter().flat_map(|n| [(*n, 0.0), (*n, 1.0)]) {
            if portable == 1.0 && (n == 1 || !n.is_power_of_two()) {
                continue;
            }
            let params: &[(&str, &[f64])] = &[("portable", &[portable])];
            let base = signal(n, 5);
            let want = naive(&base);
            for e in [-149, -140, -126, -100, -83, -60, -31, -20, 20, 55, 62, 64, 90, 110, 115] {
                // Rows whose elements are exact at the scale.
                let scale = 2f64.powi(e);
                let x: Vec<f32> = base.iter().map(|v| (f64::from(*v) * scale) as f32).collect();
                let want: Vec<f64> = if e > -126 { want.iter().map(|m| m * scale).collect() } else { naive(&x) };
                let got: Vec<f32> = run("rfft_magnitude", params, &Input::rows(&x, n));
                // Of subnormal numbers half a unit is more than the tolerance.
                let top = want.iter().fold(0f64, |m, v| m.max(*v));
                let unit = f64::from(f32::from_bits(1));
                let near = |(g, w): (&f32, &f64)| {
                    (f64::from(*g) - w).abs() <= 2e-6 * top + 0.51 * unit || g.is_infinite() && *w > 3.4e38
                };
                assert!(got.iter().zip(&want).all(near), "magnitude {n} 2^{e}");
                let got: Vec<f32> = run("rfft_power", params, &Input::rows(&x, n));
                let square = |w: &f64| w * w;
                let near = |(g, w): (&f32, f64)| {
                    // Each of the two squares is rounded.
                    (f64::from(*g) - w).abs() <= 4e-6 * top * top + 1.01 * unit || g.is_infinite() && w > 3.4e38
                };
                assert!(got.iter().zip(want.iter().map(square)).all(near), "power {n} 2^{e}");
            }
        }
    }

    #[test]
    fn impulses_and_constants_of_any_size_are_exact() {
        for v in [f32::MAX, 4e17, 1.0, 1e-19, 1e-25, f32::MIN_POSITIVE, 1e-45] {
            for portable in [0.0, 1.0] {
                let params: &[(&str, &[f64])] = &[("portable", &[portable])];
                let mut x = [0f32; 64];
                x[0] = v;
                assert_eq!(run::<f32, f32>("rfft_magnitude", params, &Input::rows(&x, 64)), [v; 33]);
                let got: Vec<f32> = run("rfft_magnitude", params, &Input::rows(&[-v; 64], 64));
                assert!(got[0] == v * 64.0 && got[1..].iter().all(|y| *y == 0.0), "{got:?}");
                let got: Vec<f32> = run("rfft_power", params, &Input::rows(&[v; 64], 64));
                assert!(got[0] == v * 64.0 * v * 64.0 && got[1..].iter().all(|y| *y == 0.0), "{got:?}");
            }
        }
        // Silence is silence.
        assert_eq!(run::<f32, f32>("rfft_magnitude", &[], &Input::rows(&[0f32; 64], 64)), [0f32; 33]);
    }

    #[test]
    fn odd_lengths_without_a_heap_and_interleaved_channels_are_refused() {
        let x = [0f32; 8];
        let edge = Input::rows(&x, 8).edge();
        assert_eq!(register("rfft_power", &[], edge, false).map(|s| s.host_heap_bytes), Ok(0));
        let odd = Input::rows(&x, 7).edge();
        assert_eq!(register("rfft_power", &[], odd, false).unwrap_err().status, Status::Unsupported);
        let series = Series { channels: 2, ..edge.series };
        let two = super::super::EdgeShape { series, ..edge };
        assert_eq!(register("rfft_power", &[], two, true).unwrap_err().status, Status::Graph);
        let mut long = edge;
        long.shape.len = MAX_LEN + 1;
        assert_eq!(register("rfft_power", &[], long, true).unwrap_err().status, Status::Argument);
    }
}
