//! Noncoherent sum: power added over rows, element by element, `y[i] = sum over m of |x_m[i]|^2`.
//!
//! Input: `f32` rows, which are powers and are added as they are, or `c32` rows, whose squared magnitudes are added;
//! the edge has the lookback or the lookahead. Output: `f32` rows of the same length: `numpy.sum(x[t hop - lookback:t
//! hop + lookahead + 1], axis=0)`. Sums run in `f64` in the order of the rows and are rounded once: the same bits on
//! every machine. Mahafza, Radar Systems Analysis and Design Using MATLAB, 4.3 (noncoherent integration).
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `hop` | rows of the edge from one row to the next, 1 to 2^20; default 1 |
//! | `mean` | 1: the mean over the rows instead of the sum; default 0 |
//! | `limit` | power up to which an element counts linearly, in means `a` of the row, above 0; default none |
//!
//! With `limit`, an element `y` above `l = limit a`, where `a` is the mean of the finite elements, becomes
//! `l (1 + ln(y / l))`, so that an impulse in one row does not hide what is in all. A NaN gives NaN in its element.

use super::exponential::ln;
use super::params::POSITIVE;
use super::{Build, shape};
use crate::checked;
use crate::dtype::{Dtype, Element};
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::{Complex32, cast_mut};
use crate::series::{Axis, Series, Unit};
use crate::status::Result;
use crate::util::unsigned::Unsigned;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["hop", "mean", "limit"])?;
    let edge = b.edge_with_halo()?;
    let hop = b.count("hop", Some(1), 1, 1 << 20)?;
    let mean = b.count("mean", Some(0), 0, 1)? == 1;
    let limit = b.optional("limit", &POSITIVE)?.unwrap_or(0.0);
    b.named(edge, edge.series.channels_of(edge.channels()))?;
    b.takes(edge, &[Dtype::F32, Dtype::C32])?;
    let rows = checked::count(edge.rows());
    let divisor = if mean { rows as f64 } else { 1.0 };
    let mut spec = StageSpec::new(Noncoherent { divisor, limit }, shape(Dtype::F32, edge.shape.len)?);
    spec.stride = u32::try_from(hop).unwrap_or(u32::MAX);
    let interleaved = Series::interleaved(edge.shape.len, edge.channels());
    let axis = if edge.shape.len > 1 { edge.series.axis } else { Axis::Time };
    spec.series = Series { axis, ..interleaved }.of(Unit::Power);
    spec.revision = b.revision();
    Ok(spec)
}

struct Noncoherent {
    /// The number of rows for a mean, else 1.
    divisor: f64,
    /// 0: none.
    limit: f64,
}

/// Elements added at a time.
const CHUNK: usize = 64;

fn power(x: Complex32) -> f64 {
    let (re, im) = (f64::from(x.re), f64::from(x.im));
    re * re + im * im
}

impl Noncoherent {
    fn rows<X: Element>(&self, io: &mut StageIo<'_>, power: fn(X) -> f64) -> Result<(), Code> {
        let edge = io.edges.first().ok_or(Code::MISFIT)?;
        let rows = edge.typed::<X>()?;
        let count = edge.lookback.sat_add(edge.lookahead).sat_add(1);
        let out = cast_mut::<f32>(io.out).ok_or(Code::MISFIT)?;
        for (i, y) in out.chunks_exact_mut(rows.row_len().max(1)).enumerate() {
            let first = i.sat_mul(edge.step);
            for (c, part) in y.chunks_mut(CHUNK).enumerate() {
                let at = c.sat_mul(CHUNK);
                let mut held = [0f64; CHUNK];
                for m in first..first.sat_add(count) {
                    let x = rows.row(m).get(at..).unwrap_or(&[]);
                    held.iter_mut().zip(x).for_each(|(h, x)| *h += power(*x));
                }
                for (y, h) in part.iter_mut().zip(held) {
                    *y = if h.is_nan() { f32::NAN } else { (h / self.divisor) as f32 };
                }
            }
            if self.limit > 0.0 {
                self.compress(y);
            }
        }
        Ok(())
    }

    /// Replaces what is above the limit by its logarithm.
    fn compress(&self, y: &mut [f32]) {
        let finite = y.iter().filter(|v| v.is_finite());
        let (sum, count) = finite.fold((0.0, 0.0), |(sum, count), v| (sum + f64::from(*v), count + 1.0));
        let limit = self.limit * (sum / count);
        if limit > 0.0 && limit.is_finite() {
            for v in y.iter_mut().filter(|v| f64::from(**v) > limit && v.is_finite()) {
                *v = (limit * (1.0 + ln(f64::from(*v) / limit))) as f32;
            }
        }
    }
}

impl Kernel for Noncoherent {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match io.input_dtype(0)? {
            Dtype::C32 => self.rows(io, power),
            _ => self.rows(io, |x: f32| f64::from(x)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan::testing::{Edge, run};
    use super::super::testing::signal;
    use crate::mem::Complex32;
    use std::vec::Vec;

    #[test]
    fn whole_powers_are_added_exactly_over_the_rows_around() {
        for n in [1usize, 2, 63, 64, 65, 200] {
            let count = 9;
            let x: Vec<u32> = (0..n * count).map(|i| (i * 7919 % 1021) as u32).collect();
            let floats: Vec<f32> = x.iter().map(|v| *v as f32).collect();
            for (back, ahead) in [(0, 0), (2, 0), (0, 3), (1, 2)] {
                let edges = [Edge::rows(&floats, n).halo(back, ahead)];
                let sums: Vec<u32> = (0..n * count)
                    .map(|at| {
                        let (t, i) = ((at / n) as i64, at % n);
                        let around = (t - back as i64).max(0)..=(t + ahead as i64).min(count as i64 - 1);
                        around.map(|m| x[m as usize * n + i]).sum()
                    })
                    .collect();
                let want: Vec<f32> = sums.iter().map(|v| *v as f32).collect();
                assert_eq!(run::<f32>("noncoherent", &[], &edges), want, "{n} {back} {ahead}");
                let rows = (back + ahead + 1) as f64;
                let want: Vec<f32> = sums.iter().map(|v| (f64::from(*v) / rows) as f32).collect();
                assert_eq!(run::<f32>("noncoherent", &[("mean", &[1.0])], &edges), want, "{n} {back} {ahead}");
            }
        }
    }

    #[test]
    fn complex_rows_add_their_squares_and_nan_stays_in_its_element() {
        let x: Vec<Complex32> = (0..12).map(|i| Complex32 { re: i as f32, im: 2.0 - i as f32 }).collect();
        let got: Vec<f32> = run("noncoherent", &[], &[Edge::rows(&x, 4).halo(1, 0)]);
        let square = |i: usize| (i * i) as f32 + (i as f32 - 2.0).powi(2);
        let want: Vec<f32> = (0..12).map(|i| square(i) + if i < 4 { 0.0 } else { square(i - 4) }).collect();
        assert_eq!(got, want);
        let mut y = signal(12, 3);
        let clean: Vec<f32> = run("noncoherent", &[], &[Edge::rows(&y, 4).halo(1, 0)]);
        y[5] = f32::NAN;
        let got: Vec<f32> = run("noncoherent", &[], &[Edge::rows(&y, 4).halo(1, 0)]);
        for (i, (a, b)) in got.iter().zip(&clean).enumerate() {
            assert!(if i == 5 || i == 9 { a.is_nan() } else { a == b }, "{i}");
        }
    }

    #[test]
    fn an_impulse_counts_by_its_logarithm() {
        let mut x = [1.0f32; 100];
        x[7] = 1e6;
        x[8] = f32::NAN;
        let got: Vec<f32> = run("noncoherent", &[("limit", &[4.0])], &[Edge::rows(&x, 100)]);
        let full = 4.0 * (98.0 + 1e6) / 99.0f64;
        let want = full * (1.0 + (1e6 / full).ln());
        assert!((f64::from(got[7]) - want).abs() < want * 1e-7, "{} {want}", got[7]);
        assert!(got[8].is_nan() && got.iter().filter(|v| **v == 1.0).count() == 98);
        let zero: Vec<f32> = run("noncoherent", &[("limit", &[4.0])], &[Edge::rows(&[0f32; 8], 8)]);
        assert_eq!(zero, [0.0; 8]);
    }
}
