//! Histogram of each row over uniform bins: `y[j]` counts the `x` with `edge[j] <= x < edge[j+1]`.
//!
//! `edge[j] = lo + j * (hi - lo) / bins` in `f64`. The last edge is `hi` itself and belongs to the last bin: as
//! `numpy.histogram(x, bins, (lo, hi))` of `f64`. Input: `f32` or `i16` rows. Output: `bins` counts, `u32`. NaN is
//! never counted.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `lo`, `hi` | range of the bins; `lo < hi`; required |
//! | `bins` | number of bins, 1 to 65536; required |
//! | `clamp` | 1: elements outside the range count in the first or the last bin. 0, the default: they are not counted |

use super::params::FINITE;
use super::rows::row_by_row;
use super::{Build, shape};
use crate::checked;
use crate::dtype::{Dtype, Element};
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::status::Result;
use crate::util::unsigned::Unsigned;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["lo", "hi", "bins", "clamp"])?;
    let edge = b.one_edge()?;
    b.takes(edge, &[Dtype::F32, Dtype::I16])?;
    let bins = checked::size(b.count("bins", None, 1, 65_536)?)?;
    let clamp = b.count("clamp", Some(0), 0, 1)? == 1;
    let (lo, hi) = (b.real("lo", None, &FINITE)?, b.real("hi", None, &FINITE)?);
    let per_unit = bins as f64 / (hi - lo);
    if !(hi - lo).is_finite() || !per_unit.is_finite() || per_unit <= 0.0 {
        return Err(b.refused(
            "hi",
            None,
            hi,
            "the parameter {n}{v} must be above lo, with a finite width of a bin above 0",
        ));
    }
    let kernel = Histogram { lo, hi, step: (hi - lo) / bins as f64, per_unit, bins, clamp };
    let mut spec = StageSpec::new(kernel, shape(Dtype::U32, bins)?);
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
}

impl Histogram {
    fn edge(&self, j: usize) -> f64 {
        if j >= self.bins { self.hi } else { j as f64 * self.step + self.lo }
    }

    fn bin(&self, x: f64) -> Option<usize> {
        let last = self.bins.sat_sub(1);
        if x >= self.lo && x <= self.hi {
            // Near an edge the guess may be off by one: compare with the edges.
            let guess = ((x - self.lo) * self.per_unit) as usize;
            let guess = guess.min(last);
            return Some(if x < self.edge(guess) {
                guess.sat_sub(1)
            } else if guess < last && x >= self.edge(guess.sat_add(1)) {
                guess.sat_add(1)
            } else {
                guess
            });
        }
        match (self.clamp, x < self.lo, x > self.hi) {
            (true, true, _) => Some(0),
            (true, _, true) => Some(last),
            _ => None,
        }
    }

    fn count<T: Element + Into<f64>>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        row_by_row(io, Some(self.bins), |y: &mut [u32], row: &[T]| {
            y.fill(0);
            for x in row {
                if let Some(n) = self.bin((*x).into()).and_then(|j| y.get_mut(j)) {
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
                let edge = |j: usize| if j == bins { hi } else { lo + j as f64 * ((hi - lo) / bins as f64) };
                for v in x.iter().map(|v| f64::from(*v)) {
                    let last = bins - 1;
                    let inside = (0..bins).find(|j| v >= edge(*j) && (v < edge(j + 1) || *j == last && v == hi));
                    let beyond = if v < lo { Some(0) } else { (v > hi).then_some(last) };
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
}
