//! Drift search: for each bin, the strongest of the straight tracks through the rows of power before it that end in it.
//!
//! `y[k] = max over d of 1/M sum over b of x_b[k - s(d, b)]`, `s(d, b) = d b / (M - 1)`, rounded, halves away from 0,
//!
//! where `x_b` is the row `b` rows before, of `M` rows, and `d`, from `-drift` to `drift`, is the number of bins that
//! the track moves from the first row to the last. Elements outside the row count as 0. The brute-force form of the
//! search of Taylor, "A sensitive method for detecting dispersed radio emission", Astron. Astrophys. Suppl. 15
//! (1974).
//!
//! Input: `f32` rows of power, at least 0, of one channel; the edge has the lookback `M - 1`, 1 to 1023, and no
//! lookahead. Output: `f32` rows of `n` powers. Sums run in `f32` in the order of the rows, from the last to the
//! first: the same bits on every machine; the relative error is below `M 2^-24`. A NaN is left out of the maximum:
//! tracks through it do not count, and a bin whose tracks all have one is 0.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `drift` | maximum drift in bins from the first row to the last, 0 to 4096; required |

use super::{Build, shape};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::series::{Series, Unit};
use crate::status::{Result, Status};
use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;

/// Rows of the longest track.
pub(super) const MAX_ROWS: u32 = 1024;
/// The largest drift.
pub(super) const MAX_DRIFT: u64 = 4096;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["drift"])?;
    let edge = b.edge_with_halo()?;
    b.single(edge)?;
    b.takes(edge, &[Dtype::F32])?;
    if edge.lookahead > 0 || !(1..MAX_ROWS).contains(&edge.lookback) {
        let text = "stage {m}: the edge of {n} has a lookback of 1 to {a} rows and no lookahead, not {b}";
        let given = if edge.lookahead > 0 { edge.lookahead } else { edge.lookback };
        return Err(b.error(Status::Argument, text).a(MAX_ROWS.saturating_sub(1)).b(given));
    }
    let drift = b.count("drift", None, 0, MAX_DRIFT)?;
    let kernel = Drift { tracks: Tracks::new(drift, edge.rows()) };
    let mut spec = StageSpec::new(kernel, shape(Dtype::F32, edge.shape.len)?);
    spec.series = Series::bins(edge.shape.len).of(Unit::Power);
    spec.scratch_bytes = spec.shape.bytes();
    spec.revision = b.revision();
    let sums = drift.sat_mul(2).sat_add(1).sat_mul(checked::count(edge.rows()));
    spec.cost_ns = sums.sat_mul(checked::count(edge.shape.len)).sat_mul(250) / 1000;
    Ok(spec)
}

/// The tracks of a search.
#[derive(Clone, Copy)]
pub(super) struct Tracks {
    pub(super) drift: i64,
    /// Rows of a track.
    pub(super) rows: usize,
}

impl Tracks {
    pub(super) fn new(drift: u64, rows: usize) -> Self {
        Tracks { drift: i64::try_from(drift).unwrap_or(0), rows }
    }

    /// Bins from the element of a track `back` rows before the end to its end.
    pub(super) fn shift(&self, drift: i64, back: usize) -> i64 {
        let last = i64::try_from(self.rows).unwrap_or(1).wrapping_sub(1).max(1);
        let way =
            drift.unsigned_abs().wrapping_mul(checked::count(back)).wrapping_mul(2).wrapping_add(last.unsigned_abs());
        let bins = way.checked_div(last.unsigned_abs().wrapping_mul(2)).unwrap_or(0) as i64;
        if drift < 0 { bins.wrapping_neg() } else { bins }
    }
}

struct Drift {
    tracks: Tracks,
}

/// Adds a row, moved by `shift` elements.
fn add(sums: &mut [f32], x: &[f32], shift: i64) {
    let skip = usize::try_from(shift.unsigned_abs()).unwrap_or(usize::MAX).min(x.len());
    let (to, from) = match shift {
        0.. => (sums.get_mut(skip..), x.get(..)),
        _ => (sums.get_mut(..), x.get(skip..)),
    };
    if let (Some(to), Some(from)) = (to, from) {
        to.iter_mut().zip(from).for_each(|(y, x)| *y += x);
    }
}

impl Kernel for Drift {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let x = io.input::<f32>(0)?;
        let sums = cast_mut::<f32>(io.scratch).and_then(|s| s.get_mut(..x.row_len())).ok_or(Code::MISFIT)?;
        let out = cast_mut::<f32>(io.out).ok_or(Code::MISFIT)?;
        let scale = 1.0 / self.tracks.rows as f32;
        for (i, y) in out.chunks_exact_mut(x.row_len().max(1)).enumerate() {
            let own = i.sat_add(self.tracks.rows.sat_sub(1));
            y.fill(0.0);
            for drift in self.tracks.drift.wrapping_neg()..=self.tracks.drift {
                sums.put(x.row(own));
                for back in 1..self.tracks.rows {
                    add(sums, x.row(own.sat_sub(back)), self.tracks.shift(drift, back));
                }
                y.iter_mut().zip(&*sums).for_each(|(y, s)| *y = if *s > *y { *s } else { *y });
            }
            y.iter_mut().for_each(|y| *y *= scale);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan::testing::{Edge, register, run};
    use super::*;
    use std::vec::Vec;

    /// Whole powers, so that sums are exact.
    fn powers(n: usize, rows: usize) -> Vec<f32> {
        (0..n * rows).map(|i| (i * 7919 % 8191) as f32).collect()
    }

    /// The definition: each track by itself, with positions rounded in `f64`.
    fn naive(x: &[f32], n: usize, rows: usize, drift: i64) -> Vec<f32> {
        let at = |t: i64, k: i64| match (t, usize::try_from(k)) {
            (0.., Ok(k)) if k < n => f64::from(x[t as usize * n + k]),
            _ => 0.0,
        };
        let each = |i: usize| {
            let (t, k) = ((i / n) as i64, (i % n) as i64);
            let track = |d: i64| -> f64 {
                let place = |b: usize| k - (d as f64 * b as f64 / (rows - 1) as f64).round() as i64;
                (0..rows).map(|b| at(t - b as i64, place(b))).sum()
            };
            ((-drift..=drift).map(track).fold(0.0, f64::max) as f32) * (1.0 / rows as f32)
        };
        (0..x.len()).map(each).collect()
    }

    #[test]
    fn the_strongest_of_all_tracks_is_found_for_each_bin() {
        for (n, rows, drift) in [(1, 2, 0), (1, 3, 5), (40, 8, 8), (40, 8, 9), (33, 2, 3), (7, 5, 100), (64, 16, 1)] {
            let x = powers(n, 20);
            let params = [("drift", &[drift as f64][..])];
            let got: Vec<f32> = run("drift", &params, &[Edge::rows(&x, n).halo(rows - 1, 0)]);
            assert_eq!(got, naive(&x, n, rows, drift), "{n} {rows} {drift}");
        }
    }

    #[test]
    fn tracks_are_straight_and_end_at_their_bin() {
        let tracks = Tracks::new(20, 8);
        for drift in -20..=20 {
            assert_eq!((tracks.shift(drift, 0), tracks.shift(drift, 7)), (0, drift));
            for back in 0..8 {
                let exact = drift as f64 * back as f64 / 7.0;
                assert_eq!(tracks.shift(drift, back), exact.round() as i64, "{drift} {back}");
            }
        }
        assert_eq!((Tracks::new(1, 3).shift(1, 1), Tracks::new(1, 3).shift(-1, 1)), (1, -1), "halves away from 0");
    }

    #[test]
    fn tracks_through_nan_do_not_count() {
        let mut x = powers(30, 9);
        let params = [("drift", &[2.0][..])];
        x[30 * 4 + 10] = f32::NAN;
        let got: Vec<f32> = run("drift", &params, &[Edge::rows(&x, 30).halo(3, 0)]);
        // As with a power that no track with it survives.
        x[30 * 4 + 10] = -1e9;
        let want: Vec<f32> = run("drift", &params, &[Edge::rows(&x, 30).halo(3, 0)]);
        assert_eq!(got, want);
        assert_eq!(got[30 * 4 + 10], 0.0, "no track but through it");
    }

    #[test]
    fn edges_are_checked() {
        let x = Edge::rows(&[0f32; 12], 4);
        let refused = |back, ahead| register("drift", &[("drift", &[2.0])], &[x.clone().halo(back, ahead)]).is_err();
        assert!(refused(0, 0) && refused(3, 1) && refused(1024, 0) && !refused(1023, 0) && !refused(1, 0));
        assert!(register("drift", &[], &[x.clone().halo(1, 0)]).is_err(), "drift is required");
    }
}
