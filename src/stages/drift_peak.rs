//! The strongest track of a row of [`drift`](super::drift), located between bins.
//!
//! | element | meaning |
//! | --- | --- |
//! | 0 | bin in which the track ends, with a fraction |
//! | 1 | drift in bins a row |
//! | 2 | height: (power of the track - mean of all tracks) / their standard deviation; 0 if that is 0 |
//! | 3 | strength: the number of the third edge; without it the mean power of the track |
//! | 4 | 0: the height is below `threshold`; 1: it is not; 2: and the strength is a local maximum over the rows |
//!
//! The bin is interpolated by the vertex of the parabola through the track and those beside it (Jacobsen and
//! Kootsookos, IEEE Signal Processing Magazine, May 2007), then along the ridge of tracks that pass through its
//! middle. Powers of tracks are computed again in `f64`, with basic operations and the square root: the same bits on
//! every machine.
//!
//! Input: edge 0: rows of `drift`; edge 1: the rows of power that it reads, with the same lookback; both `f32` of
//! `n`. Edge 2, if there is one: one `f32` a row, with lookback 1 and lookahead 1. Output: 5 `f32`. A local maximum
//! is at least the number before and above the one after; without the third edge element 4 is at most 1. A NaN is
//! below all tracks.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `drift` | that of the stage of edge 0 |
//! | `threshold` | height from which a track counts, in standard deviations, at least 0; default 0 |

use super::drift::{MAX_DRIFT, MAX_ROWS, Tracks};
use super::params::NOT_NEGATIVE;
use super::{Build, EdgeShape, shape};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, Rows, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::series::{Axis, Series};
use crate::status::{Result, Status};
use crate::util::root::sqrt_wide;
use crate::util::unsigned::Unsigned;

/// Elements of a row.
const LEN: usize = 5;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["drift", "threshold"])?;
    let ([tracks, power] | [tracks, power, _]) = b.edges else {
        return Err(b.error(Status::Argument, "stage {m}: {n} has 2 or 3 edges, not {a}").a(b.edges.len()));
    };
    for edge in b.edges {
        b.single(*edge)?;
        b.takes(*edge, &[Dtype::F32])?;
    }
    let strength = b.edges.get(2);
    let alone = |e: &EdgeShape| (e.lookback, e.lookahead, e.shape.len) == (1, 1, 1);
    let halos = (tracks.lookback, tracks.lookahead, power.lookahead) == (0, 0, 0);
    let fits = tracks.shape.len == power.shape.len && (1..MAX_ROWS).contains(&power.lookback);
    if !halos || !fits || !strength.is_none_or(alone) {
        return Err(b.error(Status::Graph, EDGES).a(power.lookback).b(power.lookahead));
    }
    let drift = b.count("drift", None, 0, MAX_DRIFT)?;
    let threshold = b.real("threshold", Some(0.0), &NOT_NEGATIVE)?;
    let kernel = Peak { tracks: Tracks::new(drift, power.rows()), threshold };
    let mut spec = StageSpec::new(kernel, shape(Dtype::F32, LEN)?);
    spec.series = Series { axis: Axis::Record, ..Series::new(LEN) };
    spec.revision = b.revision();
    let tried = drift.sat_mul(2).sat_add(1).sat_mul(checked::count(power.rows()));
    spec.cost_ns = checked::count(tracks.shape.len).sat_mul(2).sat_add(tried.sat_mul(3));
    Ok(spec)
}

const EDGES: &str =
    "stage {m}: {n} reads the rows of drift, its edge (lookback here {a}, lookahead {b}), and numbers with both 1";

struct Peak {
    tracks: Tracks,
    threshold: f64,
}

/// The position of the vertex of the parabola through three neighbors, relative to the middle one.
fn vertex(left: f64, middle: f64, right: f64) -> f64 {
    let curve = left - 2.0 * middle + right;
    if curve < 0.0 { (0.5 * (left - right) / curve).clamp(-0.5, 0.5) } else { 0.0 }
}

/// The square root, to a unit in the last place.
fn sqrt(x: f64) -> f64 {
    let near = f64::from(sqrt_wide(x));
    // One step of Newton's method doubles the digits of an f32.
    if near > 0.0 && near.is_finite() { 0.5 * (near + x / near) } else { near }
}

/// The strongest of the tracks, its power and its height.
fn strongest(tracks: &[f32]) -> (usize, f64, f64) {
    let (mut best, mut top) = (0, f64::NEG_INFINITY);
    let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
    for (k, x) in tracks.iter().enumerate() {
        let x = f64::from(*x);
        if x > top {
            (best, top) = (k, x);
        }
        if x.is_finite() {
            sum += x;
            squares += x * x;
            count += 1.0;
        }
    }
    let mean = sum / count;
    let variance = squares / count - mean * mean;
    let height = if variance > 0.0 { (top - mean) / sqrt(variance) } else { 0.0 };
    (best, top, height)
}

impl Peak {
    /// Mean power of the track that ends in bin `k` of row `own` after `drift` bins.
    fn power(&self, x: &Rows<'_, f32>, own: usize, k: i64, drift: i64) -> f64 {
        let mut sum = 0.0;
        for back in 0..self.tracks.rows {
            let at = usize::try_from(k.wrapping_sub(self.tracks.shift(drift, back))).ok();
            sum += at.and_then(|at| x.row(own.sat_sub(back)).get(at)).map_or(0.0, |p| f64::from(*p));
        }
        sum / self.tracks.rows as f64
    }

    /// Bin and drift a row, between those that are searched.
    fn locate(&self, x: &Rows<'_, f32>, own: usize, best: usize) -> (f64, f64) {
        let k = i64::try_from(best).unwrap_or(0);
        let power = |k: i64, drift: i64| self.power(x, own, k, drift);
        let (mut drift, mut middle) = (0, power(k, 0));
        for d in self.tracks.drift.wrapping_neg()..=self.tracks.drift {
            let p = power(k, d);
            if p > middle || middle.is_nan() {
                (drift, middle) = (d, p);
            }
        }
        let (below, above) = (k.wrapping_sub(1), k.wrapping_add(1));
        let across = vertex(power(below, drift), middle, power(above, drift));
        // Along the ridge: a track rotated about its middle moves its end by half the change of drift.
        let (slower, faster) = (power(below, drift.wrapping_sub(2)), power(above, drift.wrapping_add(2)));
        let turn = 2.0 * vertex(slower, middle, faster);
        let steps = drift as f64 + turn;
        (best as f64 + across + 0.5 * turn, steps / self.tracks.rows.sat_sub(1).max(1) as f64)
    }
}

impl Kernel for Peak {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let (tracks, x) = (io.input::<f32>(0)?, io.input::<f32>(1)?);
        let strengths = io.edges.get(2).map(|e| e.typed::<f32>()).transpose()?;
        let out = cast_mut::<f32>(io.out).ok_or(Code::MISFIT)?;
        for (i, y) in out.as_chunks_mut::<LEN>().0.iter_mut().enumerate() {
            let (best, top, height) = strongest(tracks.row(i));
            let (bin, drift) = self.locate(&x, i.sat_add(self.tracks.rows.sat_sub(1)), best);
            let height = height as f32;
            let found = f64::from(height) >= self.threshold;
            let mut strength = top as f32;
            let mut local = false;
            if let Some(rows) = &strengths {
                let at = |i: usize| rows.row(i).first().copied().unwrap_or(0.0);
                strength = at(i.sat_add(1));
                local = strength >= at(i) && strength > at(i.sat_add(2));
            }
            let kind = if found && local { 2.0 } else { f32::from(u8::from(found)) };
            *y = [bin as f32, drift as f32, height, strength, kind].map(|v| if v.is_nan() { f32::NAN } else { v });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan::testing::{Edge, chain, register, run};
    use super::super::testing::signal;
    use super::vertex;
    use std::vec::Vec;

    /// Rows of noise with a carrier of two bins that starts at `first` and moves by `step` bins a row.
    fn carrier(n: usize, rows: usize, first: f64, step: f64) -> Vec<f32> {
        let mut x: Vec<f32> = signal(n * rows, 9).iter().map(|v| 1.0 + 0.1 * v.abs()).collect();
        for (t, row) in x.chunks_mut(n).enumerate() {
            let at = first + step * t as f64;
            for (k, v) in row.iter_mut().enumerate() {
                let off = k as f64 - at;
                *v += (20.0 * (-off * off).exp()) as f32;
            }
        }
        x
    }

    #[test]
    fn a_carrier_is_located_between_bins() {
        for step in [0.0, 0.37, -0.61, 1.0] {
            let x = carrier(60, 24, 30.3, step);
            let power = Edge::rows(&x, 60).halo(7, 0);
            let params: &[(&str, &[f64])] = &[("drift", &[8.0])];
            let tracks = chain("drift", params, core::slice::from_ref(&power));
            let with: &[(&str, &[f64])] = &[("drift", &[8.0]), ("threshold", &[2.0])];
            let got: Vec<f32> = run("drift_peak", with, &[tracks, power]);
            for (t, row) in got.chunks(5).enumerate().skip(7) {
                let bin = 30.3 + step * t as f64;
                assert!((f64::from(row[0]) - bin).abs() < 0.5, "{step} {t}: {row:?} {bin}");
                assert!((f64::from(row[1]) - step).abs() < 0.15, "{step} {t}: {row:?}");
                assert!(row[2] > 2.0 && row[4] == 1.0, "{row:?}");
            }
        }
    }

    #[test]
    fn a_local_maximum_of_the_strength_is_marked() {
        let x = carrier(40, 6, 20.0, 0.0);
        let power = Edge::rows(&x, 40).halo(1, 0);
        let tracks = chain("drift", &[("drift", &[0.0])], core::slice::from_ref(&power));
        let strength = Edge::rows(&[3.0f32, 1.0, 2.0, 2.0, 1.5, 5.0], 1).halo(1, 1);
        let got: Vec<f32> = run("drift_peak", &[("drift", &[0.0])], &[tracks.clone(), power.clone(), strength.clone()]);
        let kinds: Vec<f32> = got.chunks(5).map(|r| r[4]).collect();
        assert_eq!(kinds, [2.0, 1.0, 1.0, 2.0, 1.0, 2.0]);
        assert_eq!(got.chunks(5).map(|r| r[3]).collect::<Vec<_>>(), [3.0, 1.0, 2.0, 2.0, 1.5, 5.0]);
        let high: &[(&str, &[f64])] = &[("drift", &[0.0]), ("threshold", &[1e6])];
        let none: Vec<f32> = run("drift_peak", high, &[tracks, power, strength]);
        assert!(none.chunks(5).all(|r| r[4] == 0.0));
    }

    #[test]
    fn height_counts_in_standard_deviations_and_nan_is_below_all() {
        let row = [1.0f32, 3.0, 1.0, 3.0, f32::NAN, 12.0, 4.0];
        let edges = [Edge::rows(&row, 7), Edge::rows(&row, 7).halo(1, 0)];
        let got: Vec<f32> = run("drift_peak", &[("drift", &[1.0])], &edges);
        // Mean 4, mean square 30 of six numbers.
        assert_eq!(got[2], (8.0 / 14f64.sqrt()) as f32);
        assert_eq!((got[0].round(), got[3], got[4]), (5.0, 12.0, 1.0));
        let flat: Vec<f32> = run("drift_peak", &[("drift", &[1.0])], &[Edge::rows(&[2f32; 7], 7), edges[1].clone()]);
        assert_eq!(flat[2], 0.0);
    }

    #[test]
    fn vertex_finds_the_maximum_of_a_parabola() {
        let parabola = |x: f64| 3.0 - (x - 0.3) * (x - 0.3);
        assert!((vertex(parabola(-1.0), parabola(0.0), parabola(1.0)) - 0.3).abs() < 1e-12);
        assert_eq!(vertex(1.0, 1.0, 1.0), 0.0);
    }

    #[test]
    fn edges_are_checked() {
        let (x, one) = (Edge::rows(&[0f32; 12], 4), Edge::rows(&[0f32; 3], 1));
        let refused = |edges: &[Edge]| register("drift_peak", &[("drift", &[2.0])], edges).is_err();
        let power = x.clone().halo(2, 0);
        assert!(refused(core::slice::from_ref(&x)));
        assert!(refused(&[x.clone(), x.clone()]));
        assert!(refused(&[x.clone(), power.clone(), one.clone()]));
        assert!(refused(&[x.clone(), Edge::rows(&[0f32; 15], 5).halo(2, 0)]));
        assert!(!refused(&[x.clone(), power.clone()]));
        assert!(!refused(&[x, power, one.halo(1, 1)]));
    }
}
