//! Histogram of each row over uniform bins: `y[j]` counts the `x` with `edge[j] <= x < edge[j+1]`.
//!
//! Input: `f32` or `i16` rows. Output: `bins` counts, `u32`. NaN is never counted. `edge[j] = lo + j * (hi - lo) / bins`
//! in `f64`; the last edge is `hi` itself and belongs to the last bin. For `f32` rows all edges are rounded to `f32`, so
//! that an element that is the `f32` nearest to an edge is on it: `numpy.histogram(x, bins, (lo, hi))` of the same type.
//! As there, bins that are too narrow are refused: all edges must differ.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `lo`, `hi` | range of the bins; `lo < hi`; required |
//! | `bins` | number of bins, 1 to 65536; required |
//! | `scale` | factor of the elements; default 1. `lo` and `hi` are divided by it instead |
//! | `clamp` | 1: elements outside the range count in the first or the last bin. 0, the default: they are not counted |

use super::params::FINITE;
use super::rows::row_by_row;
use super::{Build, shape};
use crate::checked;
use crate::dtype::{Dtype, Element};
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::series::Series;
use crate::status::{Result, Status};
use crate::util::unsigned::Unsigned;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["lo", "hi", "bins", "clamp", "scale"])?;
    let edge = b.one_channel()?;
    b.takes(edge, &[Dtype::F32, Dtype::I16])?;
    let bins = checked::size(b.count("bins", None, 1, 65_536)?)?;
    let clamp = b.count("clamp", Some(0), 0, 1)? == 1;
    let scale = b.scale()?;
    let (lo, hi) = (b.real("lo", None, &FINITE)? / scale, b.real("hi", None, &FINITE)? / scale);
    let (step, per_unit) = ((hi - lo) / bins as f64, bins as f64 / (hi - lo));
    if !(hi - lo).is_finite() || !per_unit.is_finite() || per_unit <= 0.0 {
        return Err(b.refused(
            "hi",
            None,
            hi,
            "stage {m}: the parameter {n}{v} must be above lo, with a finite width of a bin above 0",
        ));
    }
    let single = edge.shape.dtype == Dtype::F32;
    // Errors of an element's position among the bins: of rounded edges, and of its computation.
    let size = lo.abs().max(hi.abs());
    let sure = 0.5 - per_unit * size * if single { 6.1e-8 } else { 1e-15 } - bins as f64 * 1e-15;
    let kernel = Histogram { lo, hi, step, per_unit, bins, clamp, single, sure };
    let edges = || (0..=bins).map(|j| kernel.edge(j));
    if edges().zip(edges().skip(1)).any(|(a, b)| a >= b) || edges().any(|e| !e.is_finite()) {
        let text = "stage {m}: {n} of {a} bins: lo and hi are too near, or too large, for the type of its rows";
        return Err(b.error(Status::Argument, text).a(checked::count(bins)));
    }
    let mut spec = StageSpec::new(kernel, shape(Dtype::U32, bins)?);
    spec.series = Series::bins(bins);
    spec.revision = b.revision();
    Ok(spec)
}

struct Histogram {
    lo: f64,
    hi: f64,
    step: f64,
    /// Bins per unit of x, rounded.
    per_unit: f64,
    bins: usize,
    clamp: bool,
    /// Edges are rounded to `f32`.
    single: bool,
    /// An element whose computed position is nearer than this to the middle of a bin is in that bin.
    sure: f64,
}

impl Histogram {
    fn edge(&self, j: usize) -> f64 {
        let edge = if j >= self.bins { self.hi } else { j as f64 * self.step + self.lo };
        if self.single { f64::from(edge as f32) } else { edge }
    }

    /// The bin of an element from the first edge to the last one.
    fn inside(&self, x: f64) -> usize {
        let last = self.bins.sat_sub(1);
        let position = (x - self.lo) * self.per_unit;
        let mut bin = (position as usize).min(last);
        if (position - bin as f64 - 0.5).abs() < self.sure {
            return bin;
        }
        // Near an edge the edges decide; the bin may be off by one.
        while bin > 0 && x < self.edge(bin) {
            bin = bin.sat_sub(1);
        }
        while bin < last && x >= self.edge(bin.sat_add(1)) {
            bin = bin.sat_add(1);
        }
        bin
    }

    fn count<T: Element + Into<f64>>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let (first, end, last) = (self.edge(0), self.edge(self.bins), self.bins.sat_sub(1));
        row_by_row(io, Some(self.bins), |y: &mut [u32], row: &[T]| {
            y.fill(0);
            for x in row {
                let x: f64 = (*x).into();
                let bin = match (x >= first, x <= end) {
                    (true, true) => self.inside(x),
                    (false, true) if self.clamp => 0,
                    (true, false) if self.clamp => last,
                    _ => continue,
                };
                if let Some(n) = y.get_mut(bin) {
                    *n = n.sat_add(1);
                }
            }
        })
    }
}

impl Kernel for Histogram {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match io.input_dtype(0)? {
            Dtype::I16 => self.count::<i16>(io),
            _ => self.count::<f32>(io),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, register, run, signal};
    use std::vec;
    use std::vec::Vec;

    #[test]
    fn every_element_counts_in_the_bin_between_its_edges() {
        for (lo, hi, bins) in [(-1.0f64, 1.0, 1usize), (-2.0, 2.0, 10), (0.1, 0.7, 7), (-3.0, 3.0, 64)] {
            let mut x = signal(300, 5);
            x.extend([f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0, lo as f32, hi as f32]);
            x.extend((0..=bins).map(|j| (lo + j as f64 * (hi - lo) / bins as f64) as f32));
            let len = x.len();
            for clamp in [0.0, 1.0] {
                let mut want = vec![0u32; bins];
                let edge = |j: usize| (if j == bins { hi } else { lo + j as f64 * ((hi - lo) / bins as f64) }) as f32;
                for v in x.iter().copied() {
                    let last = bins - 1;
                    let inside =
                        (0..bins).find(|j| v >= edge(*j) && (v < edge(j + 1) || *j == last && v == edge(bins)));
                    let beyond = if v < edge(0) { Some(0) } else { (v > edge(bins)).then_some(last) };
                    if let Some(j) = inside.or(beyond.filter(|_| clamp == 1.0)) {
                        want[j] += 1;
                    }
                }
                let bins = [bins as f64];
                let params: &[(&str, &[f64])] = &[("lo", &[lo]), ("hi", &[hi]), ("bins", &bins), ("clamp", &[clamp])];
                assert_eq!(run::<f32, u32>("histogram", params, &Input::rows(&x, len)), want);
            }
        }
        let x: Vec<i16> = vec![-5, 0, 1, 2, 9, 10, 11, 3];
        let params: &[(&str, &[f64])] = &[("lo", &[0.0]), ("hi", &[10.0]), ("bins", &[2.0])];
        assert_eq!(run::<i16, u32>("histogram", params, &Input::rows(&x, 4)), [3, 0, 1, 2]);
        for bad in [[0.0, 0.0, 1.0], [1.0, 0.0, 1.0], [0.0, f64::NAN, 1.0], [0.0, f64::INFINITY, 2.0], [0.0, 1.0, 0.0]]
        {
            let params: &[(&str, &[f64])] = &[("lo", &bad[..1]), ("hi", &bad[1..2]), ("bins", &bad[2..])];
            assert!(register("histogram", params, Input::rows(&x, 4).edge(), false).is_err());
        }
    }

    #[test]
    fn elements_nearest_to_an_edge_are_on_it() {
        for (lo, hi, bins) in [(0.0f64, 1.0, 10usize), (0.1, 0.7, 6), (-0.3, 0.9, 4000), (1e6, 1e6 + 100.0, 1600)] {
            let edge = |j: usize| (if j == bins { hi } else { lo + j as f64 * ((hi - lo) / bins as f64) }) as f32;
            let edges: Vec<f32> = (0..=bins).map(edge).collect();
            let count = [bins as f64];
            let params: &[(&str, &[f64])] = &[("lo", &[lo]), ("hi", &[hi]), ("bins", &count)];
            let got: Vec<u32> = run("histogram", params, &Input::rows(&edges, bins + 1));
            assert!(got[..bins - 1].iter().all(|n| *n == 1) && got[bins - 1] == 2, "{lo} {hi}");
            let below: Vec<f32> = edges.iter().map(|e| e.next_down()).collect();
            let got: Vec<u32> = run("histogram", params, &Input::rows(&below, bins + 1));
            assert!(got.iter().all(|n| *n == 1), "{lo} {hi}");
        }
        // Of integers the edges are f64: 3 is in the last bin, whose end is 3 or the number after it.
        let params: &[(&str, &[f64])] = &[("lo", &[0.0]), ("hi", &[10.0 * 0.1 * 3.0]), ("bins", &[10.0])];
        assert_eq!(
            run::<i16, u32>("histogram", params, &Input::rows(&[0i16, 1, 2, 3], 4)),
            [1, 0, 0, 1, 0, 0, 1, 0, 0, 1]
        );
    }

    #[test]
    fn bins_too_narrow_for_the_type_are_refused() {
        let (x, ints) = ([0f32; 4], [0i16; 4]);
        for (lo, hi, bins, f32_good) in [
            (1e6, 1e6 + 1.0, 16.0, true),
            (1e6, 1e6 + 1.0, 17.0, false),
            (1e8, 1e8 + 1.0, 1.0, false),
            (0.0, 1e39, 1.0, false),
        ] {
            let params: &[(&str, &[f64])] = &[("lo", &[lo]), ("hi", &[hi]), ("bins", &[bins])];
            assert_eq!(register("histogram", params, Input::rows(&x, 4).edge(), false).is_ok(), f32_good, "{lo} {hi}");
            assert!(register("histogram", params, Input::rows(&ints, 4).edge(), false).is_ok(), "{lo} {hi}");
        }
    }
}
