//! Complex discrete Fourier transforms of rows of any length, in the caller's memory.
//!
//! | kind | results | as |
//! | --- | --- | --- |
//! | `fft` | `X[k] = sum x[i] exp(-2 pi i k / n)`; with `inverse`: `x[i] = 1/n sum X[k] exp(2 pi i k / n)` | `numpy.fft.fft`, `ifft` |
//! | `rfft` | the same of real rows, `k = 0 ..= n/2` | `numpy.fft.rfft` |
//! | `irfft` | the real row of `n` elements whose `rfft` is the row; imaginary parts of its ends are ignored | `numpy.fft.irfft` |
//!
//! | kind | input | output | parameters |
//! | --- | --- | --- | --- |
//! | `fft` | `c32` | n `c32` | `inverse` 0 (default) or 1; `shift` 1: frequency 0 is in the middle, at `n / 2` rounded down, as `numpy.fft.fftshift` has it: of the results, or with `inverse` of the input |
//! | `rfft` | `f32` | `n / 2 + 1` `c32` | none |
//! | `irfft` | `n / 2 + 1` `c32` | n `f32` | `n`: twice the elements of the input less 2 (default), or that plus 1 |
//!
//! Rows have 1 to 2^20 elements, of one channel. Powers of two are transformed by [`crate::simd::stockham`], other lengths
//! by Bluestein's method, as a convolution of a power of two of elements (Bluestein, IEEE Trans. Audio Electroacoustics 18
//! (1970); [`chirp`]). Both give the same bits on every machine. The error of an element is about `1e-7 log2 n` of the
//! largest, in Bluestein's method three times that. A row whose largest element is outside of 2^-40 to 2^40 is transformed
//! times a power of two and scaled back, so that results that fit `f32` are right over its whole range.
//! A NaN or an infinity in the row spreads to all results of the row.

mod chirp;
pub(super) mod memory;

use super::{Build, shape, trig};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::{cast, cast_mut};
use crate::series::Series;
use crate::simd::{self, Level};
use crate::status::{Result, Status};
use crate::util::root::power_of_two;
use crate::util::unsigned::Unsigned;
use memory::{Memory, bins};

/// Elements of the longest row.
const MAX_LEN: usize = 1 << 20;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Complex,
    Inverse,
    Real,
    RealInverse,
}

pub(super) fn complex<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["inverse", "shift"])?;
    let form = if b.count("inverse", Some(0), 0, 1)? == 1 { Form::Inverse } else { Form::Complex };
    let shift = b.count("shift", Some(0), 0, 1)? == 1;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::C32])?;
    build(b, form, shift, edge.shape.len)
}

pub(super) fn real<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&[])?;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32])?;
    build(b, Form::Real, false, edge.shape.len)
}

pub(super) fn real_inverse<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["n"])?;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::C32])?;
    let even = checked::count(edge.shape.len).sat_sub(1).sat_mul(2);
    let n = b.count("n", Some(even.max(1)), even.max(1), even.sat_add(1))?;
    build(b, Form::RealInverse, false, checked::size(n)?)
}

fn build<'m>(b: &Build<'_, '_>, form: Form, shift: bool, n: usize) -> Result<StageSpec<'m>> {
    if n == 0 || n > MAX_LEN {
        let text = "stage {m}: {n} transforms rows of 1 to {a} elements, not of {b}";
        return Err(b.error(Status::Argument, text).a(checked::count(MAX_LEN)).b(checked::count(n)));
    }
    let own = n.is_power_of_two();
    // A convolution of the chirp with n elements has 2 n - 1.
    let size = if own { n } else { n.sat_mul(2).next_power_of_two() };
    let kernel = Dft { form, shift, n, size, level: Level::detect() };
    let mut spec = StageSpec::new(
        kernel,
        match form {
            Form::Complex | Form::Inverse => shape(Dtype::C32, n)?,
            Form::Real => shape(Dtype::C32, checked::add(n / 2, 1)?)?,
            Form::RealInverse => shape(Dtype::F32, n)?,
        },
    );
    spec.series = match form {
        Form::Complex | Form::Real => Series::bins(spec.shape.len),
        Form::Inverse | Form::RealInverse => Series::new(n),
    };
    let chirp = if own { 0 } else { chirp::floats(n, size)? };
    let turns = simd::stockham_turns(size, simd::VECTORS);
    spec.table_bytes = shape(Dtype::F32, checked::add(chirp, turns)?)?.bytes();
    // The row, its transform, and the transform's own work.
    spec.scratch_bytes = shape(Dtype::C32, checked::mul(size, 3)?)?.bytes();
    spec.revision = b.revision();
    let log = u64::from(checked::count(size).checked_ilog2().unwrap_or(0));
    let once = checked::count(size).sat_mul(log.sat_mul(300).sat_add(1000)) / 1000;
    spec.cost_ns = if own { once } else { once.sat_mul(2) };
    Ok(spec)
}

struct Dft {
    form: Form,
    shift: bool,
    /// Elements that are transformed.
    n: usize,
    /// Length of the transforms: `n`, or a power of two of at least `2 n - 1`.
    size: usize,
    level: Level,
}

impl Dft {
    fn inverse(&self) -> bool {
        matches!(self.form, Form::Inverse | Form::RealInverse)
    }

    /// Copies a row into the first `n` of `to`, as complex numbers; of an inverse with real and imaginary parts
    /// exchanged, which makes it a forward transform.
    fn load(&self, to: &mut [[f32; 2]], row: &[f32]) {
        let (pairs, _) = row.as_chunks::<2>();
        match self.form {
            Form::Real => to.iter_mut().zip(row).for_each(|(z, x)| *z = [*x, 0.0]),
            Form::Complex => to.iter_mut().zip(pairs).for_each(|(z, x)| *z = *x),
            Form::Inverse => {
                let middle = if self.shift { self.n / 2 } else { 0 };
                let from = pairs.get(middle..).unwrap_or(&[]).iter().chain(pairs);
                to.iter_mut().zip(from).take(self.n).for_each(|(z, [re, im])| *z = [*im, *re]);
            }
            Form::RealInverse => {
                let last = self.n / 2;
                to.iter_mut().zip(pairs).for_each(|(z, [re, im])| *z = [*im, *re]);
                // The other half is conjugate; what has no counterpart is real.
                let upper = to.get_mut(last.sat_add(1)..self.n).unwrap_or(&mut []).iter_mut().rev();
                upper.zip(pairs.iter().skip(1)).for_each(|(z, [re, im])| *z = [-*im, *re]);
                if let Some(z) = to.first_mut() {
                    *z = [0.0, z[1]];
                }
                if let Some(z) = to.get_mut(last).filter(|_| self.n.is_multiple_of(2)) {
                    *z = [0.0, z[1]];
                }
            }
        }
    }

    /// Writes results times `factor`.
    fn store(&self, y: &mut [f32], results: impl Iterator<Item = [f32; 2]>, factor: f64) {
        let at = |v: f32| if factor == 1.0 { v } else { simd::scaled(v, factor) };
        match self.form {
            Form::RealInverse => y.iter_mut().zip(results).for_each(|(y, [_, re])| *y = at(re)),
            Form::Inverse => {
                y.as_chunks_mut().0.iter_mut().zip(results).for_each(|(y, [im, re])| *y = [at(re), at(im)]);
            }
            Form::Real | Form::Complex => {
                let (pairs, _) = y.as_chunks_mut();
                let middle = if self.shift { self.n / 2 } else { 0 };
                let Some((low, high)) = pairs.split_at_mut_checked(middle) else { return };
                high.iter_mut().chain(low).zip(results).for_each(|(y, [re, im])| *y = [at(re), at(im)]);
            }
        }
    }
}

/// The power of two that brings the largest element of a row to about 1, and its reciprocal, for rows far from that.
fn scaling(level: Level, row: &[f32]) -> (Option<f64>, f64) {
    let peak = simd::peak(level, row);
    if peak == 0 || peak >= f32::INFINITY.to_bits() {
        return (None, 1.0);
    }
    let wide = f64::from(f32::from_bits(peak)).to_bits();
    let exponent = ((wide >> 52) as i32).wrapping_sub(1023);
    if (-40..=40).contains(&exponent) {
        return (None, 1.0);
    }
    (Some(power_of_two(exponent.wrapping_neg())), power_of_two(exponent))
}

impl Kernel for Dft {
    fn prepare(&self, table: &mut [u8]) -> Result<(), Code> {
        let chirp = if self.n == self.size { 0 } else { chirp::floats(self.n, self.size).map_err(|_| Code::MISFIT)? };
        let (own, turns) = table.split_at_mut_checked(chirp.sat_mul(4)).ok_or(Code::MISFIT)?;
        if chirp > 0 {
            chirp::fill(own, self.n, self.size).ok_or(Code::MISFIT)?;
        }
        let turns = cast_mut::<f32>(turns).ok_or(Code::MISFIT)?;
        simd::stockham_table(turns, self.size, simd::VECTORS, trig::turn);
        Ok(())
    }

    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let edge = io.edges.first().ok_or(Code::MISFIT)?;
        let floats = edge.shape.bytes() / 4;
        let stride = edge.row_stride;
        let table = cast::<f32>(io.table).ok_or(Code::MISFIT)?;
        let chirp = if self.n == self.size { 0 } else { chirp::floats(self.n, self.size).map_err(|_| Code::MISFIT)? };
        let (own, turns) = table.split_at_checked(chirp).ok_or(Code::MISFIT)?;
        let scratch = cast_mut::<f32>(io.scratch).ok_or(Code::MISFIT)?;
        let (row, rest) = scratch.split_at_mut_checked(self.size.sat_mul(2)).ok_or(Code::MISFIT)?;
        let (z, work) = rest.split_at_mut_checked(self.size.sat_mul(2)).ok_or(Code::MISFIT)?;
        let work = work.get_mut(..self.size.sat_mul(2)).ok_or(Code::MISFIT)?;
        let mut memory = Memory { row, z, work, turns };
        let out = cast_mut::<f32>(io.out).ok_or(Code::MISFIT)?;
        let len = out.len().checked_div(io.rows).unwrap_or(0);
        let share = if self.inverse() { 1.0 / self.n as f64 } else { 1.0 };
        for (y, start) in out.chunks_exact_mut(len.max(1)).zip((0..).step_by(stride.max(1))) {
            let bytes = edge.bytes.get(start..).and_then(|b| b.get(..floats.sat_mul(4))).ok_or(Code::MISFIT)?;
            let x = cast::<f32>(bytes).ok_or(Code::MISFIT)?;
            let (up, back) = scaling(self.level, x);
            self.load(memory.elements(), x);
            if self.n == self.size {
                memory.transform(self.level, self.size, up)?;
                self.store(y, bins(memory.z, self.size), back * share);
            } else {
                let results = chirp::transform(&mut memory, self.level, (self.n, self.size), own, up)?;
                self.store(y, results, back * share / self.size as f64);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
