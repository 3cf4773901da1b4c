//! Coherent sum: spectra of consecutive windows added with their phases, at several frequencies within each bin.
//!
//! A carrier at `f` bins has, in the spectrum of window `m`, the phase `2 pi f m step / window` relative to window 0.
//! Removing it before the sum raises the carrier over the noise by the number of rows `M`, where a sum of powers
//! raises it by about the square root of `M`:
//!
//! `y[k parts + j] = 1/M |sum over m of x_m[k] exp(-2 pi i f m step / window)|^2`, `f = k + (j + 1/2) / parts - 1/2`.
//!
//! Noise of power 1 keeps power 1. Mahafza, Radar Systems Analysis and Design Using MATLAB, 4.3 (coherent integration).
//!
//! Input: `c32` rows of `n` bins, as `fft` and `rfft` compute them; the edge has the lookback or the lookahead, of at
//! most 1023 rows; window 0 is the first. Output: `f32` rows of `n parts` powers. Computed in `f32` from phases that
//! are exact ratios: the same bits on every machine; the relative error is about `M 2^-23`. A NaN or an infinity
//! gives NaN in its bin.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `window` | length of the transform, 1 to 2^20; default n |
//! | `step` | samples from a window to the next, 0 to 2^30; default 0: rows are added as they are |
//! | `parts` | frequencies within a bin, 1 to 64; default 1 |
//! | `from` | number of the first bin in the row of the transform; default 0 |
//! | `shift` | 1: the row of the transform is that of `fft` with `shift` 1; default 0 |
//! | `hop` | rows of the edge from one row to the next, 1 to 2^20; default 1 |

use super::{Build, shape, trig};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, Rows, StageIo, StageSpec};
use crate::mem::{Complex32, cast, cast_mut};
use crate::series::{Series, Unit};
use crate::status::{Result, Status};
use crate::util::unsigned::Unsigned;

/// Rows of the longest sum.
const MAX_ROWS: usize = 1024;
/// Bins added at a time.
const CHUNK: usize = 16;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["window", "step", "parts", "from", "shift", "hop"])?;
    let edge = b.edge_with_halo()?;
    b.single(edge)?;
    b.takes(edge, &[Dtype::C32])?;
    let (n, rows) = (checked::count(edge.shape.len), edge.rows());
    if rows > MAX_ROWS {
        let text = "stage {m}: {n} adds at most {a} rows, not {b}";
        return Err(b.error(Status::Argument, text).a(checked::count(MAX_ROWS)).b(checked::count(rows)));
    }
    let window = b.count("window", Some(n.clamp(1, 1 << 20)), 1, 1 << 20)?;
    let step = b.count("step", Some(0), 0, 1 << 30)?;
    let parts = b.count("parts", Some(1), 1, 64)?;
    let from = b.count("from", Some(0), 0, 1 << 20)?;
    let shift = b.count("shift", Some(0), 0, 1)? == 1;
    let hop = b.count("hop", Some(1), 1, 1 << 20)?;
    // Bins are numbered modulo the window: with shift, bin 0 is in the middle.
    let middle = if shift { window / 2 } else { 0 };
    let bin = from.checked_rem(window).unwrap_or(0).sat_add(window).sat_sub(middle).checked_rem(window).unwrap_or(0);
    let shared = common(window, step);
    let circle = window.checked_div(shared).unwrap_or(1);
    let kernel = Coherent { window, step, bin, circle: checked::size(circle)?, parts: checked::size(parts)?, rows };
    let mut spec = StageSpec::new(kernel, shape(Dtype::F32, checked::mul(edge.shape.len, checked::size(parts)?)?)?);
    spec.stride = u32::try_from(hop).unwrap_or(u32::MAX);
    spec.series = Series::bins(spec.shape.len).of(Unit::Power);
    let turns = checked::add(checked::size(circle)?, checked::mul(rows, checked::size(parts)?)?)?;
    spec.table_bytes = shape(Dtype::C32, turns)?.bytes();
    spec.scratch_bytes = shape(Dtype::C32, checked::mul(rows, CHUNK)?)?.bytes();
    spec.revision = b.revision();
    let products = checked::count(rows).sat_mul(parts.sat_add(2)).sat_mul(n);
    spec.cost_ns = products.sat_mul(600) / 1000;
    Ok(spec)
}

/// The greatest common divisor of `a`, at least 1, and `b`.
fn common(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    // Each second step halves `a`.
    for _ in 0..128 {
        let Some(rest) = a.checked_rem(b) else { break };
        (a, b) = (b, rest);
    }
    a
}

struct Coherent {
    window: u64,
    step: u64,
    /// Number of the first bin, modulo `window`.
    bin: u64,
    /// Phases that bins can have: `window` over the divisor that it shares with `step`.
    circle: usize,
    parts: usize,
    rows: usize,
}

fn product(a: Complex32, b: Complex32) -> Complex32 {
    Complex32 { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re }
}

/// `exp(-2 pi i j / n)`.
fn back(j: u64, n: u64) -> Complex32 {
    let (re, im) = trig::turn(j, n);
    Complex32 { re: re as f32, im: -im as f32 }
}

impl Coherent {
    /// Stores the phase-corrected elements of a chunk of bins, which starts at bin `at` of the row: real and
    /// imaginary parts of each row.
    fn align(&self, x: &Rows<'_, Complex32>, (first, at): (usize, usize), circle: &[Complex32], to: &mut [f32]) {
        let size = checked::count(self.circle).max(1);
        let shared = self.window.checked_div(size).unwrap_or(1).max(1);
        let step = self.step.checked_div(shared).unwrap_or(0).checked_rem(size).unwrap_or(0);
        for (m, part) in to.chunks_exact_mut(CHUNK.sat_mul(2)).take(self.rows).enumerate() {
            let Some((re, im)) = part.split_at_mut_checked(CHUNK) else { return };
            // Turns of the first bin and from a bin to the next, in units of the circle.
            let per_bin = step.sat_mul(checked::count(m)).checked_rem(size).unwrap_or(0);
            let bin = self.bin.sat_add(checked::count(at)).checked_rem(size).unwrap_or(0);
            let mut turn = bin.sat_mul(per_bin).checked_rem(size).unwrap_or(0);
            let row = x.row(first.sat_add(m)).get(at..).unwrap_or(&[]);
            for ((re, im), x) in re.iter_mut().zip(im).zip(row) {
                let by = checked::size(turn)
                    .ok()
                    .and_then(|t| circle.get(t))
                    .copied()
                    .unwrap_or(Complex32 { re: 1.0, im: 0.0 });
                let y = product(*x, by);
                (*re, *im) = (y.re, y.im);
                turn = turn.sat_add(per_bin);
                turn = if turn >= size { turn.sat_sub(size) } else { turn };
            }
        }
    }

    /// Powers of the sums at frequency `j` within each bin of a chunk.
    fn powers(&self, j: usize, within: &[Complex32], aligned: &[f32]) -> [f32; CHUNK] {
        let (mut re, mut im) = ([0f32; CHUNK], [0f32; CHUNK]);
        let turns = within.get(j.sat_mul(self.rows)..).unwrap_or(&[]);
        for (part, t) in aligned.chunks_exact(CHUNK.sat_mul(2)).zip(turns).take(self.rows) {
            let Some((x_re, x_im)) = part.split_at_checked(CHUNK) else { continue };
            for (((re, im), x), y) in re.iter_mut().zip(&mut im).zip(x_re).zip(x_im) {
                *re += x * t.re - y * t.im;
                *im += x * t.im + y * t.re;
            }
        }
        let scale = 1.0 / self.rows as f32;
        let mut power = [0f32; CHUNK];
        for ((p, re), im) in power.iter_mut().zip(re).zip(im) {
            let y = scale * (re * re + im * im);
            *p = if y.is_nan() { f32::NAN } else { y };
        }
        power
    }
}

impl Kernel for Coherent {
    fn prepare(&self, table: &mut [u8]) -> Result<(), Code> {
        let turns = cast_mut::<Complex32>(table).ok_or(Code::MISFIT)?;
        let (circle, within) = turns.split_at_mut_checked(self.circle).ok_or(Code::MISFIT)?;
        for (to, i) in circle.iter_mut().zip(0u64..) {
            *to = back(i, checked::count(self.circle));
        }
        // The frequency within a bin is (2 j + 1 - parts) / (2 parts) bins: turns in units of 1 / (2 parts window).
        let parts = checked::count(self.parts);
        let circle = parts.sat_mul(2).sat_mul(self.window).max(1);
        let step = self.step.checked_rem(circle).unwrap_or(0);
        for (to, j) in within.chunks_exact_mut(self.rows.max(1)).zip(0u64..) {
            let above = j.sat_mul(2).sat_add(1);
            let half = if above >= parts { above.sat_sub(parts) } else { circle.sat_sub(parts.sat_sub(above)) };
            let per_row = half.sat_mul(step).checked_rem(circle).unwrap_or(0);
            for (to, m) in to.iter_mut().zip(0u64..) {
                *to = back(per_row.sat_mul(m), circle);
            }
        }
        Ok(())
    }

    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let x = io.input::<Complex32>(0)?;
        let step = io.edges.first().map_or(1, |e| e.step);
        let turns = cast::<Complex32>(io.table).ok_or(Code::MISFIT)?;
        let (circle, within) = turns.split_at_checked(self.circle).ok_or(Code::MISFIT)?;
        let aligned = cast_mut::<f32>(io.scratch).ok_or(Code::MISFIT)?;
        aligned.fill(0.0);
        let out = cast_mut::<f32>(io.out).ok_or(Code::MISFIT)?;
        for (i, y) in out.chunks_exact_mut(x.row_len().sat_mul(self.parts).max(1)).enumerate() {
            for (c, tried) in y.chunks_mut(CHUNK.sat_mul(self.parts).max(1)).enumerate() {
                self.align(&x, (i.sat_mul(step), c.sat_mul(CHUNK)), circle, aligned);
                for j in 0..self.parts {
                    let power = self.powers(j, within, aligned);
                    tried.iter_mut().skip(j).step_by(self.parts.max(1)).zip(power).for_each(|(y, p)| *y = p);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan::testing::{Edge, Params, register, run};
    use super::super::testing::{close, signal};
    use crate::mem::Complex32;
    use std::f64::consts::TAU;
    use std::vec::Vec;

    fn rows(n: usize, count: usize, seed: u32) -> Vec<Complex32> {
        signal(2 * n * count, seed).chunks(2).map(|x| Complex32 { re: x[0], im: x[1] }).collect()
    }

    /// The definition, in `f64` with libm.
    fn naive(x: &[Complex32], n: usize, m: usize, (window, step, parts, first): (f64, f64, usize, f64)) -> Vec<f64> {
        let each = |at: usize| {
            let (t, k, j) = (at / (n * parts), at / parts % n, at % parts);
            let f = first + k as f64 + (j as f64 + 0.5) / parts as f64 - 0.5;
            let (mut re, mut im) = (0.0, 0.0);
            for m in 0..m {
                let x = x.get((t + m) * n + k).copied().unwrap_or(Complex32 { re: 0.0, im: 0.0 });
                let (s, c) = (-TAU * (f * m as f64 * step / window).fract()).sin_cos();
                re += f64::from(x.re) * c - f64::from(x.im) * s;
                im += f64::from(x.re) * s + f64::from(x.im) * c;
            }
            (re * re + im * im) / m as f64
        };
        (0..x.len() * parts).map(each).collect()
    }

    #[test]
    fn powers_are_those_of_the_definition() {
        for (n, ahead, window, step, parts, from, shift) in [
            (16, 3, 16, 4, 4, 0, false),
            (17, 3, 17, 5, 3, 0, true),
            (33, 0, 64, 64, 1, 0, false),
            (40, 7, 64, 48, 2, 9, true),
            (5, 15, 1000, 999, 64, 990, false),
            (50, 4, 50, 0, 1, 0, false),
            (1, 1, 1, 1 << 20, 5, 0, false),
        ] {
            let x = rows(n, 6, n as u32);
            let numbers = [window as f64, f64::from(step), parts as f64, f64::from(from), f64::from(u8::from(shift))];
            let names = ["window", "step", "parts", "from", "shift"];
            let params: Vec<(&str, &[f64])> =
                names.iter().zip(&numbers).map(|(k, v)| (*k, core::slice::from_ref(v))).collect();
            let got: Vec<f32> = run("coherent", &params, &[Edge::rows(&x, n).halo(0, ahead)]);
            let first = f64::from(from) - if shift { f64::from(window / 2) } else { 0.0 };
            let want = naive(&x, n, ahead + 1, (f64::from(window), f64::from(step), parts, first));
            let got: Vec<f64> = got.iter().map(|v| f64::from(*v)).collect();
            close(&got, &want, 2e-6, &std::format!("{n} {ahead} {window} {step} {parts}"));
        }
    }

    #[test]
    fn nan_stays_in_its_bin_and_bad_edges_are_refused() {
        let mut x = rows(40, 3, 1);
        let params: &Params<'_> = &[("parts", &[2.0]), ("step", &[10.0])];
        let clean: Vec<f32> = run("coherent", params, &[Edge::rows(&x, 40).halo(1, 0)]);
        x[40 + 20].im = f32::NAN;
        let got: Vec<f32> = run("coherent", params, &[Edge::rows(&x, 40).halo(1, 0)]);
        for (i, (a, b)) in got.iter().zip(&clean).enumerate() {
            let bad = i / 80 >= 1 && i % 80 / 2 == 20;
            assert!(if bad { a.is_nan() } else { a == b }, "{i}");
        }
        assert!(register("coherent", &[], &[Edge::rows(&[0f32; 8], 4)]).is_err());
        assert!(register("coherent", &[], &[Edge::rows(&x, 40).halo(1024, 0)]).is_err());
        assert!(register("coherent", &[], &[Edge::rows(&x, 40).halo(1023, 0)]).is_ok());
    }
}
